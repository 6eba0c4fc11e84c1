/*
 * A list on a page that lies on top: the cursor stays on its row while rows come and go, the filter is typed in, marks are
 * turned, and nothing is moved to that is not there.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "screen/keyboard.h"
#include "screen/list.h"

static const char *names[8];

static void text_of(const void *context, unsigned row, char *out, size_t size)
{
	(void)context;
	snprintf(out, size, "%s", names[row]);
}

static uint64_t id_of(const void *context, unsigned row)
{
	(void)context;
	return (unsigned char)names[row][0];
}

static bool checked(const void *context, unsigned row)
{
	(void)context;
	return row == 1;
}

static struct list_rows rows_of(const char *a, const char *b, const char *c, const char *d)
{
	struct list_rows rows = { .text = text_of, .id = id_of, .nothing = "Nothing." };
	const char *const all[] = { a, b, c, d };
	for (; rows.count < 4 && all[rows.count] != NULL; rows.count++)
		names[rows.count] = all[rows.count];
	return rows;
}

static const char *at(struct list *list, const struct list_rows *rows)
{
	unsigned row = list_row(list, rows);
	return row == LIST_NO_ROW ? "" : names[row];
}

static void press(struct list *list, const struct list_rows *rows, const char *text)
{
	for (; *text != '\0'; text++)
		(void)list_key(list, rows, (unsigned char)*text, "");
}

static void cursor_stays_on_its_row(void **state)
{
	struct list list = { .picks = true };
	struct list_rows rows = rows_of("Sales", "Billing", "Chat", NULL);
	(void)state;
	assert_string_equal(at(&list, &rows), "Sales");
	list_move(&list, 1);
	assert_string_equal(at(&list, &rows), "Billing");
	rows = rows_of("Zulu", "Sales", "Billing", "Chat");
	assert_string_equal(at(&list, &rows), "Billing");
	rows = rows_of("Zulu", "Sales", "Chat", NULL);
	assert_string_equal(at(&list, &rows), "Chat");
	list_move(&list, 100);
	assert_string_equal(at(&list, &rows), "Chat");
	list_move(&list, -100);
	assert_string_equal(at(&list, &rows), "Zulu");
	rows = rows_of(NULL, NULL, NULL, NULL);
	assert_string_equal(at(&list, &rows), "");
	assert_int_equal(list_key(&list, &rows, INPUT_ENTER, ""), LIST_TOOK);
	list_move(&list, 1);
	list_move(&list, -1);
	rows = rows_of("Sales", NULL, NULL, NULL);
	assert_string_equal(at(&list, &rows), "Sales");
}

static void scrolls_no_further_than_it_must(void **state)
{
	struct list list = { .picks = true, .visible = 2 };
	struct list_rows rows = rows_of("a", "b", "c", "d");
	(void)state;
	(void)list_row(&list, &rows);
	list_move(&list, 2);
	(void)list_row(&list, &rows);
	assert_int_equal(list.top, 1);
	list_move(&list, -1);
	(void)list_row(&list, &rows);
	assert_int_equal(list.top, 1);
	list_move(&list, -1);
	(void)list_row(&list, &rows);
	assert_int_equal(list.top, 0);
	/* Without a cursor lines are scrolled. */
	struct list text = { .visible = 2, .count = 5 };
	list_move(&text, 10);
	assert_int_equal(text.top, 3);
	list_move(&text, -1);
	assert_int_equal(text.top, 2);
}

static void filter_is_typed(void **state)
{
	struct list list = { .picks = true };
	struct list_rows rows = rows_of("Sales", "Billing", "Chat", NULL);
	(void)state;
	assert_int_equal(list_key(&list, &rows, '/', "filter"), LIST_TOOK);
	press(&list, &rows, "AL x");
	assert_string_equal(at(&list, &rows), "");
	assert_int_equal(list_key(&list, &rows, 'W' & 0x1F, ""), LIST_TOOK);
	assert_int_equal(list_key(&list, &rows, INPUT_BACKSPACE, ""), LIST_TOOK);
	assert_string_equal(at(&list, &rows), "Sales");
	assert_int_equal(list.count, 1);
	/* Movements are left to the usual actions, though letters are not. */
	assert_int_equal(list_key(&list, &rows, INPUT_DOWN, "down"), LIST_LEFT);
	assert_int_equal(list_key(&list, &rows, INPUT_TAB, "next-panel"), LIST_TOOK);
	assert_int_equal(list_key(&list, &rows, INPUT_ENTER, "zoom"), LIST_TOOK);
	assert_false(list.typing);
	assert_int_equal(list_key(&list, &rows, 'j', "down"), LIST_LEFT);
	assert_int_equal(list_key(&list, &rows, INPUT_ENTER, "zoom"), LIST_CHOSEN);
	assert_int_equal(list_key(&list, &rows, INPUT_ESCAPE, "back"), LIST_TOOK);
	assert_string_equal(list.filter, "");
	assert_string_equal(at(&list, &rows), "Sales");
	assert_int_equal(list_key(&list, &rows, INPUT_ESCAPE, "back"), LIST_LEFT);
	/* Esc while typing drops what was typed. */
	(void)list_key(&list, &rows, '/', "filter");
	press(&list, &rows, "bill");
	assert_string_equal(at(&list, &rows), "Billing");
	(void)list_key(&list, &rows, INPUT_ESCAPE, "back");
	assert_string_equal(list.filter, "");
	assert_false(list.typing);
	(void)list_row(&list, &rows);
	assert_int_equal(list.count, 3);
}

static void marks_are_turned(void **state)
{
	struct list list = { .picks = true };
	struct list_rows rows = rows_of("Sales", "Billing", NULL, NULL);
	(void)state;
	assert_int_equal(list_key(&list, &rows, ' ', "pause"), LIST_LEFT);
	rows.checked = checked;
	assert_int_equal(list_key(&list, &rows, ' ', "pause"), LIST_CHECKED);
	rows.count = 0;
	assert_int_equal(list_key(&list, &rows, ' ', "pause"), LIST_LEFT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cursor_stays_on_its_row),
		cmocka_unit_test(scrolls_no_further_than_it_must),
		cmocka_unit_test(filter_is_typed),
		cmocka_unit_test(marks_are_turned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
