/*
 * The keys: made from the table of actions, by what they are about.
 */
#include "screen/action.h"
#include "screen/overlay.h"

enum { KEYS_COLUMNS = 18 };

/*
 * The keys from a line on by what they are about, with a blank line between groups where there is room for all, each with its
 * help beside it or, where that leaves too little room, below it; returns how many lines they are in all.
 */
static int draw_help(const struct canvas *inside, const struct bindings *bindings, const struct scene *scene, int top, bool airy,
	bool draw)
{
	enum { BESIDE_LEAST = 60, INDENT = 4 };
	bool beside = inside->columns >= BESIDE_LEAST;
	int left = beside ? KEYS_COLUMNS + 4 : INDENT, line = -top;
	struct canvas right = canvas_part(inside, 0, left, inside->lines, inside->columns - left - 1);
	for (unsigned i = 0; action_at(i) != NULL; i++) {
		const char *group = action_group(i);
		if (!action_applies(i, scene))
			continue;
		line += group != NULL && airy;
		if (group != NULL && draw)
			canvas_put(inside, line, 1, inside->columns - 2, ROLE_LABEL, ALIGN_LEFT, group);
		line += group != NULL;
		if (draw)
			canvas_put(inside, line, beside ? 3 : 1, beside ? KEYS_COLUMNS : inside->columns - 2, ROLE_KEY, ALIGN_LEFT,
				bindings->keys[i]);
		line += beside ? 0 : 1;
		line += canvas_wrap(&right, line, ROLE_TEXT, false, action_at(i)->help, draw);
	}
	return line + top;
}

static int help_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	enum { FRAME = 2, PAGE_LEAST = 4 }; /* lines of the wall around it */
	struct canvas inside = { .lines = 1000, .columns = columns };
	int lines = draw_help(&inside, view->bindings, scene, 0, true, false);
	return lines + FRAME + PAGE_LEAST > screen_lines ? draw_help(&inside, view->bindings, scene, 0, false, false) : lines;
}

static void help_draw(struct overlay_painting *painting)
{
	const struct canvas *inside = &painting->inside;
	struct view *view = painting->view;
	struct list *list = &view->list;
	bool airy = draw_help(inside, view->bindings, painting->scene, 0, true, false) <= inside->lines;
	list->count = (unsigned)draw_help(inside, view->bindings, painting->scene, 0, airy, false);
	list->visible = inside->lines > 0 ? (unsigned)inside->lines : 0;
	list_move(list, 0);
	(void)draw_help(inside, view->bindings, painting->scene, (int)list->top, airy, true);
}

const struct overlay_page overlay_help = {
	.title = "Keys",
	.columns = 76,
	.lines = help_lines,
	.draw = help_draw,
};
