/*
 * Services and teams as lists to check, for the page that is shown.
 */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/log.h"
#include "base/text.h"
#include "screen/action.h"
#include "screen/chooser.h"
#include "screen/overlay.h"

static struct chooser_list *list_of(const struct view *view)
{
	return &view->chooser->lists[view->chooser->kind];
}

static void row_text(const void *context, unsigned row, char *out, size_t size)
{
	snprintf(out, size, "%s", ((const struct chooser_list *)context)->rows[row].name);
}

static bool row_checked(const void *context, unsigned row)
{
	return ((const struct chooser_list *)context)->rows[row].checked;
}

static uint64_t row_id(const void *context, unsigned row)
{
	return text_hash(((const struct chooser_list *)context)->rows[row].name);
}

static struct list_rows rows_of(const struct view *view)
{
	const struct chooser_list *list = list_of(view);
	return (struct list_rows){ .count = list->count, .context = list, .text = row_text, .checked = row_checked, .id = row_id,
		.nothing = view->chooser->kind == CHOICE_TEAMS ? "No team is known yet." : "No service is known yet." };
}

static void choice_open(struct action_context *context)
{
	struct view *view = context->view;
	if (view->chooser == NULL) {
		view->chooser = must_alloc(sizeof(*view->chooser));
		memset(view->chooser, 0, sizeof(*view->chooser));
	}
	chooser_open(view->chooser, context->scene, view->page);
}

/* All that the filter leaves. */
static void check_all(const struct view *view, bool checked)
{
	struct chooser_list *list = list_of(view);
	const char *filter = view->list.filter;
	for (unsigned i = 0; i < list->count; i++)
		if (filter[0] == '\0' || fold_contains(list->rows[i].name, strlen(list->rows[i].name), filter))
			list->rows[i].checked = checked;
}

static bool has_both(const struct chooser *chooser)
{
	return chooser->lists[CHOICE_SERVICES].suits && chooser->lists[CHOICE_TEAMS].suits;
}

/* A page without any service would show nothing, and asking for none means all. */
static unsigned apply(struct view *view)
{
	struct chooser *chooser = view->chooser;
	for (int kind = 0; kind < CHOICES; kind++) {
		const struct chooser_list *list = &chooser->lists[kind];
		unsigned checked = chooser_checked(list);
		if (!list->suits || list->count == 0 || (checked > 0 && (checked == list->count || checked <= CHOICE_NAMES_MAX)))
			continue;
		chooser->kind = (enum choice_kind)kind;
		chooser->refused = true;
		return SCREEN_ASK_DRAW;
	}
	return SCREEN_ASK_CHOOSE;
}

static bool choice_key(struct action_context *context, unsigned *ask)
{
	struct view *view = context->view;
	struct chooser *chooser = view->chooser;
	chooser_bring(chooser, context->scene);
	struct list_rows rows = rows_of(view);
	bool typing = view->list.typing;
	unsigned row;
	chooser->refused = false;
	switch (list_key(&view->list, &rows, context->key, context->action)) {
	case LIST_CHOSEN:
		*ask = apply(view);
		return true;
	case LIST_CHECKED:
		row = list_row(&view->list, &rows);
		if (row != LIST_NO_ROW)
			list_of(view)->rows[row].checked = !list_of(view)->rows[row].checked;
		return true;
	case LIST_TOOK:
		return true;
	case LIST_LEFT:
		break;
	}
	uint32_t key = key_latin(context->key);
	if (typing || (key != 'a' && key != 'n' && strcmp(context->action, "next-panel") != 0))
		return false;
	if (key == 'a' || key == 'n') {
		check_all(view, key == 'a');
	} else if (has_both(chooser)) {
		chooser->kind = chooser->kind == CHOICE_TEAMS ? CHOICE_SERVICES : CHOICE_TEAMS;
		view->list = (struct list){ .picks = true };
	}
	return true;
}

static int choice_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	enum { LEAST = 6 };
	struct list_rows rows = rows_of(view);
	int lines = (int)list_lines(&view->list, &rows) + 1;
	(void)scene;
	(void)columns;
	(void)screen_lines;
	return lines > LEAST ? lines : LEAST;
}

static void choice_draw(struct overlay_painting *painting)
{
	struct view *view = painting->view;
	struct chooser *chooser = view->chooser;
	chooser_bring(chooser, painting->scene);
	const struct chooser_list *list = list_of(view);
	struct list_rows rows = rows_of(view);
	unsigned checked = chooser_checked(list);
	char text[LIST_TEXT_MAX];
	snprintf(painting->title, sizeof(painting->title), "%s of this page", chooser->kind == CHOICE_TEAMS ? "Teams" : "Services");
	struct canvas head = canvas_part(&painting->inside, 0, 1, 1, painting->inside.columns - 2);
	if (chooser->refused && checked == 0)
		snprintf(text, sizeof(text), "Check at least one, or press a for all.");
	else if (chooser->refused)
		snprintf(text, sizeof(text), "At most %d can be chosen; a is for all.", CHOICE_NAMES_MAX);
	else if (list->count > 0)
		snprintf(text, sizeof(text), "%u of %u%s", checked, list->count, checked == list->count ? ": all" : "");
	else
		text[0] = '\0';
	canvas_put(&head, 0, 0, head.columns, chooser->refused ? ROLE_NOTE : ROLE_LABEL, ALIGN_LEFT, text);
	struct canvas area = canvas_part(&painting->inside, 1, 0, painting->inside.lines - 1, painting->inside.columns);
	list_draw(&view->list, &rows, &area);
}

static void choice_hints(const struct view *view, const struct scene *scene, struct overlay_hints *hints)
{
	char key[KEY_NAME_MAX];
	(void)scene;
	overlay_hint(hints, "Enter", "applies");
	if (has_both(view->chooser))
		overlay_hint(hints, action_first_key(view->bindings, "next-panel", key),
			view->chooser->kind == CHOICE_TEAMS ? "services" : "teams");
	overlay_hint(hints, "Space", "checks");
	overlay_hint(hints, "a", "all");
	overlay_hint(hints, "n", "none");
	overlay_hint(hints, action_first_key(view->bindings, "filter", key), "filter");
}

const struct overlay_page overlay_choice = {
	.title = "Services of this page",
	.columns = 76,
	.picks = true,
	.holds = true,
	.lines = choice_lines,
	.draw = choice_draw,
	.open = choice_open,
	.key = choice_key,
	.hints = choice_hints,
};
