/*
 * The keys: made from the table of actions, by what they are about, in as many columns as there is room for. Opposite actions
 * share a row. Keys that the user chose stand there as any, those of a replay in a replay alone.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "screen/action.h"
#include "screen/overlay.h"

enum {
	KEYS = 11,          /* columns of the keys */
	COLUMN_LEAST = 37,  /* columns of a row in all */
	COLUMNS_MAX = 3,    /* beside each other: with more the eye goes astray */
	HELP_TEXT_MAX = 160,
	ROWS_MAX = BINDINGS_MAX,
};

/* One action, or two that are each other's opposite. */
struct help_row {
	const char *group; /* what the rows from here on are about; NULL: as before */
	char keys[KEYS + 1];
	char text[HELP_TEXT_MAX];
};

struct help {
	unsigned count;
	struct help_row rows[ROWS_MAX];
};

/* "next row" and "previous row" make "next, previous row"; false: they differ in more than one word. */
static bool join(const char *a, const char *b, char out[HELP_TEXT_MAX])
{
	size_t same = 0;
	while (a[same] != '\0' && a[same] == b[same])
		same++;
	while (same > 0 && a[same - 1] != ' ')
		same--;
	size_t word_a = strcspn(a + same, " "), word_b = strcspn(b + same, " ");
	if (strcmp(a + same + word_a, b + same + word_b) != 0)
		return false;
	snprintf(out, HELP_TEXT_MAX, "%.*s%.*s, %s", (int)same, a, (int)word_a, a + same, b + same);
	return true;
}

/* Adds a key, as long as there is room; false: there is none. */
static bool add_key(char keys[KEYS + 1], const char *key)
{
	size_t used = strlen(keys);
	if (text_width(keys) + text_width(key) + (used > 0) > KEYS - 1 || used + strlen(key) + 2 > KEYS + 1)
		return false;
	snprintf(keys + used, KEYS + 1 - used, "%s%s", used > 0 ? " " : "", key);
	return true;
}

/* The keys of one or two actions, in turn: the first of each are the ones to know. Of many the first and the last. */
static void list_keys(const char *a, const char *b, char keys[KEYS + 1])
{
	char name[KEY_NAME_MAX], last[KEY_NAME_MAX] = "";
	unsigned count = 0;
	keys[0] = '\0';
	for (const char *at = a; b == NULL && key_next(&at, name, sizeof(name)); count++)
		memcpy(last, name, sizeof(last));
	if (count > 4 && key_next(&a, name, sizeof(name))) {
		snprintf(keys, KEYS + 1, "%.4s-%.4s", name, last);
		return;
	}
	/* A key of the one and one of the other, or neither; the first is told in any case. */
	for (bool first = true;; first = false) {
		size_t before = strlen(keys);
		bool one = key_next(&a, name, sizeof(name)), other = b != NULL && key_next(&b, last, sizeof(last));
		if ((!one && !other) || (!first && b != NULL && one != other))
			return;
		bool fits = !one || add_key(keys, name);
		if (fits && (!other || add_key(keys, last)))
			continue;
		if (!first)
			keys[before] = '\0';
		return;
	}
}

static void make_help(struct help *help, const struct bindings *bindings, const struct scene *scene)
{
	const char *group = NULL;
	help->count = 0;
	for (unsigned i = 0; action_at(i) != NULL; i++) {
		const struct action *action = action_at(i), *next = action_at(i + 1);
		group = action_group(i) != NULL ? action_group(i) : group;
		if (!action_applies(i, scene) || help->count == ROWS_MAX)
			continue;
		struct help_row *row = &help->rows[help->count++];
		*row = (struct help_row){ .group = group };
		group = NULL;
		bool both = next != NULL && next->run == action->run && action_group(i + 1) == NULL && join(action->help, next->help, row->text);
		if (!both)
			snprintf(row->text, sizeof(row->text), "%s", action->help);
		/* The title of the group says that already. */
		if (strncmp(row->text, "replay: ", 8) == 0)
			memmove(row->text, row->text + 8, strlen(row->text + 8) + 1);
		list_keys(bindings->keys[i], both ? bindings->keys[i + 1] : NULL, row->keys);
		i += both;
	}
}

/* Of the rows those that the filter leaves; the first of a group keeps its title. */
static void filter_help(struct help *help, const char *filter)
{
	struct pattern pattern = { .kind = PATTERN_NONE };
	const char *group = NULL;
	unsigned kept = 0;
	pattern_set(&pattern, filter);
	for (unsigned i = 0; i < help->count; i++) {
		struct help_row row = help->rows[i];
		char text[HELP_TEXT_MAX + KEYS + 2];
		group = row.group != NULL ? row.group : group;
		snprintf(text, sizeof(text), "%s %s", row.keys, row.text);
		if (!pattern_wants(&pattern, pattern_matches(&pattern, text, strlen(text))))
			continue;
		row.group = group;
		group = NULL;
		help->rows[kept++] = row;
	}
	help->count = kept;
	pattern_free(&pattern);
}

static void help_of(struct help *help, const struct view *view, const struct scene *scene)
{
	make_help(help, view->bindings, scene);
	filter_help(help, view->list.filter);
}

/* How the rows stand: in so many columns of so many lines. */
struct flow {
	int columns, width, height;
	bool whole; /* groups are not divided */
	bool airy;  /* a line before each group */
};

/* Draws a row with its group's title into a column, or only counts its lines. */
static int put_row(const struct canvas *column, int line, const struct help_row *row, bool airy, bool draw)
{
	int first = line;
	struct canvas right = canvas_part(column, 0, KEYS + 1, column->lines, column->columns - KEYS - 1);
	/* Counting goes below the last line. */
	right.lines = right.lines > 0 ? right.lines : 1;
	if (row->group != NULL) {
		line += airy && line > 0;
		if (draw)
			canvas_put(column, line, 0, column->columns, ROLE_TITLE, ALIGN_LEFT, row->group);
		line++;
	}
	if (draw)
		canvas_put(column, line, 0, KEYS, ROLE_KEY, ALIGN_LEFT, row->keys);
	int used = canvas_wrap(&right, line, ROLE_TEXT, false, row->text, draw);
	return line + (used > 0 ? used : 1) - first;
}

/* Lines of a row and of those that must not be parted from it, where they begin at a line. */
static int lines_together(const struct help *help, const struct flow *flow, unsigned first, int line)
{
	const struct canvas column = { .lines = 1000, .columns = flow->width - 1 };
	int at = line;
	for (unsigned i = first; i < help->count && (i == first || (flow->whole && help->rows[i].group == NULL)); i++)
		at += put_row(&column, at, &help->rows[i], flow->airy, false);
	return at - line;
}

/* The columns that rows take at this height; with a canvas they are drawn, from a line on. */
static int pour(const struct help *help, const struct flow *flow, const struct canvas *inside, int top)
{
	const struct canvas column = { .lines = 1000, .columns = flow->width - 1 };
	int at = 0, line = 0;
	for (unsigned i = 0; i < help->count; i++) {
		const struct help_row *row = &help->rows[i];
		bool parts = !flow->whole || row->group != NULL;
		if (line > 0 && parts && line + lines_together(help, flow, i, line) > flow->height) {
			at++;
			line = 0;
		}
		if (inside != NULL) {
			struct canvas part = canvas_part(inside, 0, 1 + at * flow->width, inside->lines, flow->width - 1);
			/* Lines count from the top of the page, which may be scrolled away. */
			(void)put_row(&part, line - top + (row->group != NULL && flow->airy && line > 0), row, false, true);
		}
		line += put_row(&column, line, row, flow->airy, false);
	}
	return at + 1;
}

/* The lowest height at which all of it has a column. */
static struct flow flow_of(const struct help *help, int columns, bool whole, bool airy)
{
	struct flow flow = { .columns = columns / COLUMN_LEAST, .height = 1, .whole = whole, .airy = airy };
	flow.columns = flow.columns < 1 ? 1 : flow.columns > COLUMNS_MAX ? COLUMNS_MAX : flow.columns;
	flow.width = (columns - 1) / flow.columns;
	/* What has to stay together needs its own lines. */
	for (unsigned i = 0; i < help->count; i++) {
		int lines = whole && help->rows[i].group == NULL ? 0 : lines_together(help, &flow, i, 0);
		flow.height = flow.height < lines ? lines : flow.height;
	}
	while (pour(help, &flow, NULL, 0) > flow.columns)
		flow.height++;
	return flow;
}

/* As airy as there is room for, and then with groups that are divided. */
static struct flow best_flow(const struct help *help, int columns, int room)
{
	struct flow flow = flow_of(help, columns, true, true);
	for (int way = 1; way < 4 && flow.height > room; way++)
		flow = flow_of(help, columns, way < 2, way == 2);
	return flow;
}

static bool has_chip(const struct view *view)
{
	return view->list.typing || view->list.filter[0] != '\0';
}

static int help_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	enum { AROUND = 3, CHIP = 1 }; /* the frame and the line at the top; it keeps its size while it is filtered */
	struct help help;
	make_help(&help, view->bindings, scene);
	return best_flow(&help, columns, screen_lines - AROUND).height + CHIP;
}

static void help_draw(struct overlay_painting *painting)
{
	struct view *view = painting->view;
	struct list *list = &view->list;
	struct help help;
	int head = list_draw_filter(list, &painting->inside);
	struct canvas inside = canvas_part(&painting->inside, head, 0, painting->inside.lines - head, painting->inside.columns);
	help_of(&help, view, painting->scene);
	struct flow flow = best_flow(&help, inside.columns, inside.lines);
	list->count = help.count > 0 ? (unsigned)flow.height : 0;
	list->visible = inside.lines > 0 ? (unsigned)inside.lines : 0;
	list_move(list, 0);
	if (help.count == 0)
		canvas_put(&inside, 0, 1, inside.columns - 2, ROLE_LABEL, ALIGN_LEFT, "No key is about this.");
	else
		(void)pour(&help, &flow, &inside, (int)list->top);
}

static void row_text(const void *context, unsigned row, char *out, size_t size)
{
	(void)context;
	(void)row;
	out[0] = '\0';
	(void)size;
}

static bool help_key(struct action_context *context, unsigned *ask)
{
	struct list *list = &context->view->list;
	struct list_rows rows = { .text = row_text };
	bool filters = list->typing || strcmp(context->action, "filter") == 0 ||
		(strcmp(context->action, "back") == 0 && has_chip(context->view));
	(void)ask;
	return filters && list_key(list, &rows, context->key, context->action) != LIST_LEFT;
}

static void help_hints(const struct view *view, const struct scene *scene, struct overlay_hints *hints)
{
	char key[KEY_NAME_MAX];
	(void)scene;
	if (!view->list.typing)
		overlay_hint(hints, action_first_key(view->bindings, "filter", key), "filter");
}

const struct overlay_page overlay_help = {
	.title = "Keys",
	.columns = 124,
	.timeless = true,
	.lines = help_lines,
	.draw = help_draw,
	.key = help_key,
	.hints = help_hints,
};
