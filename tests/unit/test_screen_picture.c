/*
 * Pictures of the screen for other programs: a small page with every kind of cell, byte for byte in each format
 * (tests/output/sheets/picture.*, tests/screen/accept takes new ones for right), and what the formats promise of any page.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "screen/palette.h"
#include "screen/picture.h"

enum { COLUMNS = 24, LINES_HIGH = 6, DOCUMENT_MAX = 64 * 1024 };

/* Puts characters one by one: marks go to the character before. */
static void put(struct picture_page *page, int line, int column, struct picture_cell look, const char *text)
{
	struct picture_cell *before = NULL;
	for (const char *at = text, *end = text + strlen(text); at < end;) {
		const char *begin = at;
		uint32_t code = text_decode(&at, end);
		char one[8];
		snprintf(one, sizeof(one), "%.*s", (int)(at - begin), begin);
		if (code >= 0x300 && code < 0x370 && before != NULL) {
			strcat(before->text, one);
			continue;
		}
		struct picture_cell *cell = picture_cell(page, line, column);
		*cell = look;
		cell->columns = code >= 0x3000 && code < 0xA000 ? 2 : 1;
		strcpy(cell->text, one);
		if (cell->columns == 2) {
			cell[1] = look;
			cell[1].columns = 0;
			cell[1].text[0] = '\0';
		}
		column += cell->columns;
		before = cell;
	}
}

static const struct picture_cell plain = { .fg = PALETTE_OWN, .bg = PALETTE_OWN };

static int open_page(void **state)
{
	static struct picture_page page;
	struct picture_cell alert = { .fg = PALETTE_FULL | 0xFFFFFF, .bg = PALETTE_FULL | 0xC4161C, .bold = true };
	struct picture_cell label = { .fg = 244, .bg = PALETTE_OWN }, few = { .fg = 3, .bg = 12, .underline = true };
	struct picture_cell frame = { .fg = PALETTE_FULL | 0x505050, .bg = PALETTE_OWN };
	struct picture_cell chart = { .fg = PALETTE_FULL | 0x5FAFAF, .bg = PALETTE_OWN };
	struct picture_cell reversed = { .fg = PALETTE_OWN, .bg = PALETTE_OWN, .reverse = true }, dim = { .fg = PALETTE_OWN, .bg = PALETTE_OWN, .dim = true };
	picture_open(&page, COLUMNS, LINES_HIGH);
	put(&page, 0, 0, frame, "╭─ ");
	put(&page, 0, 3, plain, "A & <b> \"c\"");
	put(&page, 0, 14, frame, " ┄┿━─────╮");
	put(&page, 1, 0, frame, "│");
	put(&page, 1, 1, alert, " 7  calls ");
	put(&page, 1, 12, label, "SL");
	put(&page, 1, 15, few, "few");
	put(&page, 1, 23, frame, "│");
	put(&page, 2, 1, plain, "山田 e\xCC\x81\xCC\xA3 Łódź ●");
	put(&page, 3, 1, chart, "▀▄█▌▎▁▐▚░▒▓ ⠁⡀⣿⠿");
	put(&page, 4, 1, reversed, "on");
	put(&page, 4, 4, dim, "off");
	put(&page, 5, 0, frame, "╰──────────┘");
	*state = &page;
	return 0;
}

static int close_page(void **state)
{
	picture_close(*state);
	return 0;
}

static void check_sheet(const char *name, const char *got)
{
	char path[1024], *wanted = calloc(1, DOCUMENT_MAX);
	const char *folder = getenv("srcdir");
	bool accept = getenv("CXWALL_ACCEPT") != NULL;
	snprintf(path, sizeof(path), "%s/tests/output/sheets/%s", folder != NULL ? folder : ".", name);
	FILE *file = fopen(path, accept ? "w" : "r");
	if (file == NULL)
		fail_msg("%s cannot be opened", path);
	if (accept)
		fputs(got, file);
	else
		(void)!fread(wanted, 1, DOCUMENT_MAX - 1, file);
	fclose(file);
	if (!accept)
		assert_string_equal(got, wanted);
	free(wanted);
}

static void each_format_as_its_sheet(void **state)
{
	static const struct { enum picture_format format; const char *name; } rows[] = {
		{ PICTURE_TEXT, "picture.txt" }, { PICTURE_ANSI, "picture.ansi" }, { PICTURE_HTML, "picture.html" }, { PICTURE_SVG, "picture.svg" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer out;
		buffer_init(&out, DOCUMENT_MAX);
		assert_true(picture_write(*state, rows[i].format, "Tom & \"Jerry\" <x>", &out));
		check_sheet(rows[i].name, buffer_string(&out));
		buffer_free(&out);
	}
}

static void written(const struct picture_page *page, enum picture_format format, const char *needle, bool wanted)
{
	struct buffer out;
	buffer_init(&out, DOCUMENT_MAX);
	assert_true(picture_write(page, format, "t", &out));
	if ((strstr(buffer_string(&out), needle) != NULL) != wanted)
		fail_msg("%s%s in\n%s", wanted ? "no " : "", needle, buffer_string(&out));
	buffer_free(&out);
}

static void own_colors_are_those_of_the_theme(void **state)
{
	struct picture_page page;
	(void)state;
	picture_open(&page, 4, 1);
	put(&page, 0, 0, plain, "x");
	written(&page, PICTURE_SVG, "fill=\"#101010\"", true);
	written(&page, PICTURE_SVG, "fill=\"#d0d0d0\"", true);
	page.light = true;
	written(&page, PICTURE_SVG, "fill=\"#ffffff\"", true);
	written(&page, PICTURE_HTML, "color:#303030", true);
	page.bg = PALETTE_FULL | 0x000080;
	written(&page, PICTURE_HTML, "background:#000080", true);
	picture_close(&page);
}

/* U+FFFE cannot stand in XML at all. */
static void nothing_that_xml_forbids(void **state)
{
	struct picture_page page;
	(void)state;
	picture_open(&page, 4, 1);
	put(&page, 0, 0, plain, "\xEF\xBF\xBE");
	written(&page, PICTURE_SVG, "\xEF\xBF\xBE", false);
	written(&page, PICTURE_SVG, "\xEF\xBF\xBD", true);
	picture_close(&page);
}

/* What ends a line is left out where it shows nothing, and kept where it has a ground. */
static void ends_of_lines(void **state)
{
	struct picture_page page;
	struct picture_cell ground = { .fg = PALETTE_OWN, .bg = 1 };
	(void)state;
	picture_open(&page, 4, 1);
	put(&page, 0, 0, plain, "x ");
	written(&page, PICTURE_ANSI, "x\n", true);
	put(&page, 0, 2, ground, "  ");
	written(&page, PICTURE_ANSI, "x \033[0;41m  \033[0m\n", true);
	picture_close(&page);
}

static void a_full_buffer_is_no_picture(void **state)
{
	struct buffer out;
	buffer_init(&out, 100);
	assert_false(picture_write(*state, PICTURE_SVG, "t", &out));
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_as_its_sheet),
		cmocka_unit_test(own_colors_are_those_of_the_theme),
		cmocka_unit_test(nothing_that_xml_forbids),
		cmocka_unit_test(ends_of_lines),
		cmocka_unit_test(a_full_buffer_is_no_picture),
	};
	return cmocka_run_group_tests(tests, open_page, close_page);
}
