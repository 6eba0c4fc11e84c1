/*
 * The line in which an action is typed by its name, with what it may become below: actions, pages, themes and layouts. Tab
 * completes it, Enter runs it, and the arrow up brings back what was run before.
 */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/text.h"
#include "screen/action.h"
#include "screen/entry.h"
#include "screen/overlay.h"

enum {
	COMMANDS_MAX = 400, /* of all kinds; layouts beyond it are not offered */
	NAME_COLUMNS = 24,
	KEYS_COLUMNS = 12,
};

enum command_kind { COMMAND_ACTION, COMMAND_PAGE, COMMAND_THEME, COMMAND_LAYOUT };

struct command {
	enum command_kind kind;
	unsigned index; /* of the action, page, theme or layout */
};

/* What fits to the text, the best first; made anew for each call. */
struct offer {
	const struct view *view;
	const struct scene *scene;
	unsigned count;
	struct command items[COMMANDS_MAX];
};

static void command_name(const struct view *view, const struct scene *scene, struct command command, char out[COMMAND_MAX])
{
	out[0] = '\0';
	switch (command.kind) {
	case COMMAND_ACTION:
		snprintf(out, COMMAND_MAX, "%s", action_at(command.index)->name);
		break;
	case COMMAND_PAGE:
		snprintf(out, COMMAND_MAX, "page %u", command.index + 1);
		break;
	case COMMAND_THEME:
		snprintf(out, COMMAND_MAX, "theme %s", view->themes->items[command.index].name);
		break;
	case COMMAND_LAYOUT:
		snprintf(out, COMMAND_MAX, "layout %s", scene->layouts[command.index].name);
		break;
	}
}

/* What it does, in words. */
static const char *command_about(const struct scene *scene, struct command command)
{
	switch (command.kind) {
	case COMMAND_ACTION:
		return action_at(command.index)->help;
	case COMMAND_PAGE:
		return scene->layout->pages[command.index].title;
	case COMMAND_LAYOUT:
		return scene->layouts[command.index].about;
	case COMMAND_THEME:
		break;
	}
	return "";
}

/* A page is gone to by its number, and what is here needs not be asked for. */
static bool is_offered(unsigned action, const struct scene *scene)
{
	const char *name = action_at(action)->name;
	return strcmp(name, "page") != 0 && strcmp(name, "command") != 0 && action_applies(action, scene);
}

/* All commands, in the order of their kinds; false after the last. */
static bool command_at(const struct view *view, const struct scene *scene, unsigned at, struct command *command)
{
	unsigned layouts = scene->layouts != NULL ? scene->layout_count : 0;
	for (unsigned i = 0; action_at(i) != NULL; i++)
		if (is_offered(i, scene) && at-- == 0) {
			*command = (struct command){ COMMAND_ACTION, i };
			return true;
		}
	const unsigned counts[] = { scene->layout->page_count, view->themes->count, layouts };
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (at < counts[i]) {
			*command = (struct command){ (enum command_kind)(COMMAND_PAGE + i), at };
			return true;
		}
		at -= counts[i];
	}
	return false;
}

/* How well a name fits: 0 it is the text, 1 it begins so, 2 it has it in it, 3 what it does has; -1 not at all. */
static int fits(const char *name, const char *about, const char *text)
{
	size_t length = strlen(text);
	if (text_same(name, text))
		return 0;
	if (strlen(name) >= length && fold_contains(name, length, text))
		return 1;
	if (fold_contains(name, strlen(name), text))
		return 2;
	return about != NULL && length > 2 && fold_contains(about, strlen(about), text) ? 3 : -1;
}

static void make_offer(struct offer *offer, const struct view *view, const struct scene *scene)
{
	enum { RANKS = 4 };
	char name[COMMAND_MAX];
	struct command command;
	*offer = (struct offer){ .view = view, .scene = scene };
	for (int rank = 0; rank < RANKS; rank++)
		for (unsigned at = 0; command_at(view, scene, at, &command); at++) {
			command_name(view, scene, command, name);
			if (offer->count < COMMANDS_MAX && fits(name, command_about(scene, command), view->commands.text) == rank)
				offer->items[offer->count++] = command;
		}
}

static void row_text(const void *context, unsigned row, char *out, size_t size)
{
	const struct offer *offer = context;
	char name[COMMAND_MAX];
	command_name(offer->view, offer->scene, offer->items[row], name);
	snprintf(out, size, "%s", name);
}

static uint64_t row_id(const void *context, unsigned row)
{
	const struct offer *offer = context;
	return (uint64_t)offer->items[row].kind << 32 | offer->items[row].index;
}

static void row_draw(const void *context, unsigned row, const struct canvas *line, enum role role)
{
	const struct offer *offer = context;
	struct command command = offer->items[row];
	const struct action *action = command.kind == COMMAND_ACTION ? action_at(command.index) : NULL;
	bool idle = action != NULL && action->idle != NULL && action->idle(offer->view, offer->scene) != NULL;
	int name = line->columns >= 2 * NAME_COLUMNS ? NAME_COLUMNS : line->columns, at = name + 1;
	char text[COMMAND_MAX];
	const char *about = command_about(offer->scene, command);
	enum role quiet = role == ROLE_SELECT ? role : ROLE_LABEL;
	command_name(offer->view, offer->scene, command, text);
	canvas_put(line, 0, 0, name, idle ? quiet : role, ALIGN_LEFT, text);
	if (line->columns < at + KEYS_COLUMNS)
		return;
	if (action != NULL)
		canvas_put(line, 0, at, KEYS_COLUMNS - 1, role == ROLE_SELECT ? role : idle ? ROLE_LABEL : ROLE_KEY, ALIGN_LEFT,
			offer->view->bindings->keys[command.index]);
	at += KEYS_COLUMNS;
	canvas_put(line, 0, at, line->columns - at, quiet, ALIGN_LEFT, about != NULL ? about : "");
}

static struct list_rows rows_of(const struct offer *offer)
{
	return (struct list_rows){ .count = offer->count, .context = offer, .text = row_text, .draw = row_draw, .id = row_id,
		.nothing = "No action, page, theme or layout has this name." };
}

static void commands_open(struct action_context *context)
{
	struct commands *commands = &context->view->commands;
	commands->text[0] = '\0';
	commands->at = commands->count;
}

static int commands_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	enum { MOST = 16, AROUND = 8, LEAST = 10 };
	(void)view;
	(void)scene;
	(void)columns;
	int lines = screen_lines - AROUND < MOST ? screen_lines - AROUND : MOST;
	return lines < LEAST ? LEAST : lines;
}

static void commands_draw(struct overlay_painting *painting)
{
	const struct canvas *inside = &painting->inside;
	struct view *view = painting->view;
	struct offer offer;
	make_offer(&offer, view, painting->scene);
	struct list_rows rows = rows_of(&offer);
	struct canvas list = canvas_part(inside, 1, 0, inside->lines - 1, inside->columns);
	canvas_print(inside, 0, 1, ROLE_VALUE, ":%s_", view->commands.text);
	list_draw(&view->list, &rows, &list);
}

/* The command at the cursor; false: nothing fits. */
static bool chosen(struct view *view, const struct offer *offer, struct command *command)
{
	struct list_rows rows = rows_of(offer);
	unsigned row = list_row(&view->list, &rows);
	if (row != LIST_NO_ROW)
		*command = offer->items[row];
	return row != LIST_NO_ROW;
}

/* Of what fits to another text the first is the one. */
static void begin_list(struct view *view)
{
	view->list.cursor = view->list.top = 0;
	view->list.known = false;
}

static void set_text(struct view *view, const char *text)
{
	snprintf(view->commands.text, sizeof(view->commands.text), "%s", text);
	begin_list(view);
}

/* As far as all names that begin with the text agree; false: it is that long already. */
static bool complete_common(struct view *view, const struct offer *offer)
{
	char common[COMMAND_MAX] = "", name[COMMAND_MAX];
	bool any = false;
	for (unsigned i = 0; i < offer->count; i++) {
		command_name(view, offer->scene, offer->items[i], name);
		if (fits(name, NULL, view->commands.text) > 1 || fits(name, NULL, view->commands.text) < 0)
			continue;
		if (!any)
			memcpy(common, name, sizeof(common));
		any = true;
		size_t same = 0;
		while (common[same] != '\0' && common[same] == name[same])
			same++;
		/* No half characters. */
		while (same > 0 && ((unsigned char)common[same] & 0xC0) == 0x80)
			same--;
		common[same] = '\0';
	}
	if (strlen(common) <= strlen(view->commands.text))
		return false;
	set_text(view, common);
	return true;
}

/* Completes the text; where nothing is to be added, the next or previous of what fits is taken. */
static void complete(struct view *view, const struct offer *offer, int direction)
{
	struct command command;
	char name[COMMAND_MAX];
	if (direction > 0 && complete_common(view, offer))
		return;
	if (!chosen(view, offer, &command))
		return;
	command_name(view, offer->scene, command, name);
	if (!text_same(name, view->commands.text) && offer->count == 1) {
		set_text(view, name);
		return;
	}
	unsigned cursor = view->list.cursor, count = view->list.count;
	list_move(&view->list, direction > 0 ? (cursor + 1 < count ? 1 : -(long)cursor) : cursor > 0 ? -1 : (long)count);
}

/* The one before (-1) or after (1) what is shown of those that were run; after the last the line is empty. */
static void recall(struct view *view, int direction)
{
	struct commands *commands = &view->commands;
	unsigned oldest = commands->count > COMMANDS_KEPT ? commands->count - COMMANDS_KEPT : 0;
	if ((direction < 0 && commands->at == oldest) || (direction > 0 && commands->at == commands->count))
		return;
	commands->at += (unsigned)direction;
	set_text(view, commands->at < commands->count ? commands->kept[commands->at % COMMANDS_KEPT] : "");
}

static void keep(struct commands *commands, const char *name)
{
	if (commands->count > 0 && strcmp(commands->kept[(commands->count - 1) % COMMANDS_KEPT], name) == 0)
		return;
	snprintf(commands->kept[commands->count++ % COMMANDS_KEPT], sizeof(commands->kept[0]), "%s", name);
}

static unsigned run(struct action_context *context, struct command command)
{
	struct view *view = context->view;
	char name[COMMAND_MAX];
	command_name(view, context->scene, command, name);
	keep(&view->commands, name);
	view->overlay = OVERLAY_NONE;
	switch (command.kind) {
	case COMMAND_ACTION:
		return action_run(context, command.index);
	case COMMAND_PAGE:
		view_go(view, context->scene->layout, command.index, context->scene->now_ms);
		break;
	case COMMAND_THEME:
		action_theme(context, (int)command.index);
		break;
	case COMMAND_LAYOUT:
		snprintf(view->layout_wanted, sizeof(view->layout_wanted), "%s", context->scene->layouts[command.index].source);
		return SCREEN_ASK_LAYOUT;
	}
	return SCREEN_ASK_DRAW;
}

/* All names, for the nearest one. */
struct named {
	unsigned count;
	char names[COMMANDS_MAX][COMMAND_MAX];
};

static const char *name_at(const void *table, size_t index)
{
	const struct named *named = table;
	return index < named->count ? named->names[index] : NULL;
}

static void say_nearest(struct action_context *context)
{
	struct view *view = context->view;
	struct named named = { .count = 0 };
	struct command command;
	while (named.count < COMMANDS_MAX && command_at(view, context->scene, named.count, &command))
		command_name(view, context->scene, command, named.names[named.count++]);
	const char *nearest = text_nearest(view->commands.text, name_at, &named);
	if (nearest != NULL)
		view_say(view, context->scene->now_ms, "There is no '%.40s'. Did you mean '%.60s'?", view->commands.text, nearest);
	else
		view_say(view, context->scene->now_ms, "There is no '%.40s'.", view->commands.text);
}

static bool commands_key(struct action_context *context, unsigned *ask)
{
	struct view *view = context->view;
	struct commands *commands = &view->commands;
	struct offer offer;
	struct command command;
	make_offer(&offer, view, context->scene);
	switch (context->key) {
	case INPUT_ESCAPE:
		view->overlay = OVERLAY_NONE;
		return true;
	case INPUT_ENTER:
		if (commands->text[0] == '\0' && view->list.cursor == 0)
			view->overlay = OVERLAY_NONE;
		else if (chosen(view, &offer, &command))
			*ask = run(context, command);
		else
			say_nearest(context);
		return true;
	case INPUT_TAB:
	case INPUT_BACK_TAB:
		complete(view, &offer, context->key == INPUT_TAB ? 1 : -1);
		return true;
	case INPUT_UP:
	case INPUT_DOWN:
		if (context->key == INPUT_UP ? view->list.cursor > 0 : commands->at == commands->count)
			return false;
		recall(view, context->key == INPUT_UP ? -1 : 1);
		return true;
	default:
		break;
	}
	if (!entry_key(commands->text, sizeof(commands->text), context->key))
		return false;
	begin_list(view);
	commands->at = commands->count;
	return true;
}

static bool commands_types(const struct view *view)
{
	(void)view;
	return true;
}

static void commands_hints(const struct view *view, const struct scene *scene, struct overlay_hints *hints)
{
	(void)scene;
	overlay_hint(hints, "Enter", "runs");
	overlay_hint(hints, "Tab", "completes");
	if (view->commands.count > 0)
		overlay_hint(hints, "Up", "earlier ones");
}

const struct overlay_page overlay_commands = {
	.title = "Command",
	.columns = 96,
	.picks = true,
	.timeless = true,
	.lines = commands_lines,
	.draw = commands_draw,
	.open = commands_open,
	.key = commands_key,
	.types = commands_types,
	.hints = commands_hints,
};
