/*
 * The view: what of the board is being looked at, and how: page, focus, zoom, selection, scrolling, filter, what
 * lies on top.
 *
 * It remembers rows by copies of their keys, never by pointers into the board, and panels by their index in the
 * layout. Actions change it; drawing reads it, and writes back how many rows fit. It knows no curses.
 */
#ifndef SCREEN_VIEW_H
#define SCREEN_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "alert/alert_actions.h"
#include "screen/chooser.h"
#include "screen/keyboard.h"
#include "screen/list.h"
#include "screen/order.h"
#include "screen/scene.h"

enum {
	VIEW_HOLD_MS = 60 * 1000,     /* a key keeps pages from turning so long */
	VIEW_UNKNOWN_MS = 5 * 1000, /* that a key means nothing, or can do nothing, is said so long */
	VIEW_THEME_MS = 60 * 1000,  /* ... and which theme a key chose, where its colours may not be readable */
	VIEW_PAUSE_MS = 10 * 60 * 1000, /* whoever left the keys so long ago forgot the pause: a wall must not stand still */
};

/* The pages that lie on top, one at a time: rows of the table in screen/overlay. */
enum overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_DETAILS, OVERLAY_ALARMS, OVERLAY_LAYOUTS, OVERLAY_COMMANDS,
	OVERLAY_CARD, OVERLAY_MEANING, OVERLAY_CHOICE, OVERLAY_COUNT };
enum prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_SORT, PROMPT_STATE, PROMPT_SEARCH, PROMPT_NAME };

enum { VIEW_NAME_MAX = 128, VIEW_SAID_MAX = 160, VIEW_SOURCE_MAX = 640, VIEW_LAYOUT_NAME_MAX = 64 };

/* The most of the last half-hour to hour: how large rows are drawn goes by it, see panel_grid.c. */
struct row_mark {
	unsigned rows, rows_before;
	int name, name_before; /* columns of the widest name in block letters */
	int64_t until_ms;      /* the half-hour of the first ones */
};

/* The largest number of a column in an answer. */
struct column_most {
	uint64_t version; /* of the data; 0: not known yet */
	double number;
	double least; /* of a spark */
};

struct panel_view {
	char name[VIEW_NAME_MAX]; /* the panel's, to know it again in another layout */
	enum panel_type type;
	char *key; /* of the selected row; NULL: none is */
	unsigned key_room;
	bool selected;
	unsigned position; /* where it was last */
	unsigned top;      /* first row shown */
	unsigned visible;  /* rows that fitted when it was last drawn */
	unsigned hidden;   /* rows that had no room then */
	int rows_line;     /* line of the screen on which the first of them stood */
	int rows_pitch;    /* lines from one to the next */
	int box_line, box_column; /* of the screen, where its window was */
	int head_line;            /* of that window; heads of columns, of a grid */
	struct {
		int left, columns; /* 0 columns: it was not shown */
	} heads[LAYOUT_COLUMNS_MAX];
	int chip_column, chip_columns; /* of that window, of what says what hides rows; 0 columns: there is none */
	struct row_mark planned;
	struct column_most largest[LAYOUT_COLUMNS_MAX]; /* of bars without a limit */
	struct order order;
	int tried;         /* of staffing: so many people more */
	struct panel_data services; /* of an availability panel: its rows, which no answer has */
	unsigned service_room;
};

/* The columns of those rows. */
enum { SERVICES_COLUMN_NAME, SERVICES_COLUMN_LOOK, SERVICES_COLUMNS };

enum service_look { SERVICE_NOBODY, SERVICE_UNKNOWN, SERVICE_OLD, SERVICE_AVAILABLE };

/* Where a click in the first line goes to a page. */
struct tab {
	int column, columns; /* 0 columns: nowhere */
};

/* A part of the screen. */
struct area {
	int line, column, lines, columns;
};

/* Keys that are told on the screen, where a click presses them. */
enum { SPOTS_MAX = 32 };

struct spot {
	int line, column, columns;
	uint32_t key;
};

struct spots {
	unsigned count;
	struct spot items[SPOTS_MAX];
};

struct last_click {
	int64_t ms; /* 0: none that a second could follow */
	int line, column;
};

enum { SEARCH_WHAT_MAX = 96 };

/* A match of the search over everything. */
struct place_found {
	unsigned page, panel;    /* and its place among the panels of the page */
	unsigned part, position; /* see search.c */
	unsigned index;          /* of the panel in the layout */
	unsigned number;         /* among all matches, from 1 */
	char what[SEARCH_WHAT_MAX];
};

/* Where one is with it, and where one was before. */
struct search {
	char text[PATTERN_MAX]; /* "": there is none to go on with */
	struct pattern pattern;
	unsigned count; /* of matches at the last step; 0: `at` means nothing */
	struct place_found at;
	unsigned page;
	int focus, zoomed;
};

enum { COMMANDS_KEPT = 16, COMMAND_MAX = 80 };

/* The line in which commands are typed, and those that were run. */
struct commands {
	char text[COMMAND_MAX];
	char kept[COMMANDS_KEPT][COMMAND_MAX]; /* in a ring */
	unsigned count; /* that were run so far */
	unsigned at;    /* which of them is shown; as many as were run: none */
};

/* What the page of meanings is about. */
struct subject {
	unsigned panel, column;
	enum overlay from; /* the page that it was opened from; OVERLAY_NONE: the wall */
};

struct card;

enum { VIEW_CLIP_MAX = 8 * 1024 }; /* bytes: more than a row of 32 columns; terminals take no text of any length */

struct view {
	struct panel_view *panels; /* one for each of the layout's */
	unsigned panel_count;
	unsigned page;
	struct tab tabs[LAYOUT_PAGES_MAX]; /* as they were last drawn */
	int focus;   /* index of a panel; -1: none scrolls on this page */
	bool chosen; /* the focus was moved by hand */
	int zoomed;  /* index of a panel; -1: the whole page */
	bool paused;
	int64_t paused_since_ms;
	enum overlay overlay;
	struct list list; /* where one is on it */
	struct area overlay_area; /* where it was last drawn */
	bool held; /* pages do not turn by themselves behind it */
	bool mouse; /* the terminal is to tell of it */
	struct spots spots, frame_spots; /* of the last line, and of what lies on top */
	struct last_click click;
	struct view *preview;            /* of the list of layouts: of the picture; NULL before the first one */
	uint64_t previewed;              /* of which layout; 0: of none, since the list was opened */
	long preview_turn;               /* pages that keys turned it by */
	struct chooser *chooser;         /* of services and teams; NULL before the first choice */
	char layout_name[VIEW_LAYOUT_NAME_MAX]; /* that somebody types for what is seen */
	char layout_wanted[VIEW_SOURCE_MAX]; /* the layout to change to: a name, or as struct layout has its source */
	struct alert_wish wish; /* what is to be acknowledged */
	struct subject subject;
	struct card *card; /* that was opened last; NULL: none was */
	struct buffer clip; /* for the terminal's clipboard, until the screen took it */
	enum prompt prompt;
	char typed[ORDER_FILTER_MAX];
	struct search search;
	struct commands commands;
	const struct themes *themes; /* borrowed from the screen */
	int theme;               /* of these */
	bool theme_chosen;       /* by hand: what the terminal says of its background changes it no more */
	int background;          /* 0xRRGGBB; -1: unknown */
	const struct bindings *bindings; /* borrowed from the screen */
	const struct glyphs *glyphs;     /* the same */
	bool keys;  /* there is a keyboard: without one nothing turns by itself */
	bool kiosk; /* ... and it does nothing */
	bool repaint;            /* the next frame is painted whole */
	int64_t page_since_ms;   /* 0: not drawn yet */
	int64_t last_key_ms;     /* 0: none yet */
	int64_t dim_until_ms;    /* time of day; 0: the picture is not dim */
	char said[VIEW_SAID_MAX]; /* why the last key did nothing, or what it did; "": it shows */
	int64_t said_until_ms;
	bool said_loud;          /* on a ground of its own, for a theme that may not be readable */
	uint32_t unknown_key;    /* a character that no action has; INPUT_NONE or 0: the last one had one */
	int64_t unknown_ms;      /* when it was pressed */
	unsigned turns;          /* pages turned by themselves */
	unsigned resume_page;    /* where the round goes on after a visit to a page in alarm */
};

void view_init(struct view *view, const struct themes *themes, const struct bindings *bindings);
void view_free(struct view *view);

/* Takes another layout (the old one may be gone): panels of the same name and type keep what they had. */
void view_reset(struct view *view, const struct layout *layout);

/* The layout at the cursor of the list of layouts; NULL: it is not open, or empty. */
const struct scene_layout *view_layout_chosen(struct view *view, const struct scene *scene);

/* The panel that keys go to; NULL if there is none. */
const struct panel *view_panel(const struct view *view, const struct layout *layout);

/* What a panel shows: its data on the board, or its services as rows, the worst first, made anew by this call. */
const struct panel_data *view_data(struct panel_view *view, const struct scene *scene, const struct panel *panel);

/* Says in the lines at the bottom, for a while, what the key that was pressed did or why it did nothing. */
void view_say(struct view *view, int64_t now_ms, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Whether that is still to be read. */
bool view_says(const struct view *view, int64_t now_ms);

/* The first panel of the page; -1: it has none. */
int view_first_panel(const struct view *view, const struct layout *layout);

/* How many panels of the page take keys; while one is zoomed, how many could be. */
unsigned view_focus_count(const struct view *view, const struct layout *layout);

/* Whether a panel is on the page that is shown. */
bool view_shows(const struct view *view, const struct layout *layout, unsigned panel);

/* The focus goes to a panel, and the zoom with it. */
void view_focus(struct view *view, unsigned panel);

void view_go(struct view *view, const struct layout *layout, unsigned page, int64_t now_ms);

/* To the next (1) or previous (-1) panel of the page that scrolls; while one is zoomed, of all. */
void view_focus_next(struct view *view, const struct layout *layout, int direction);

/* Selects the row at a position, clamped; scrolls as needed. */
void view_select(struct panel_view *view, const struct panel_data *data, long position);

/*
 * Brings rows, selection and `top` up to date with the data: before a drawing, and before whatever acts on rows, because
 * an answer may have come since the last drawing.
 */
void view_bring(struct panel_view *view, const struct panel *panel, const struct panel_data *data, bool stale);

/* Finds the selected row in new data; where it went away, its neighbour takes its place. Brings `top` into range. */
void view_follow(struct panel_view *view, const struct panel_data *data);

/* Nobody touched a key for a while, or ever. */
bool view_idle(const struct view *view, int64_t now_ms);

/* Ends a pause that was forgotten, and takes away a page that holds the wall. */
void view_resume(struct view *view, int64_t now_ms);

/* In how many seconds the page turns by itself; 0: it does not, or an alarm holds it. */
int view_turns_in(const struct view *view, const struct scene *scene);

/* Turns the page when its time is over; true if it did. */
bool view_rotate(struct view *view, const struct scene *scene);

/*
 * What an action works with: the view that it changes, the scene that it looks at, the key that called it. All is
 * borrowed for the call.
 */
struct action_context {
	struct view *view;
	const struct scene *scene;
	uint32_t key;
	unsigned place; /* of the key in the action's list, from 0 */
	const char *action; /* that the key stands for, by its name; "" or NULL: none */
};

/* Whether a panel that was drawn is still on the screen after the keys that were read since. */
bool view_is_there(const struct action_context *context, const struct panel *panel);

/* The view of a panel, with its rows as they are now, not as they were last drawn; and its data. */
struct panel_view *view_rows(const struct action_context *context, const struct panel *panel, const struct panel_data **data);

/* Goes to a panel: to its page, and the focus with it if it has rows. False: no page has it. */
bool view_go_to(struct action_context *context, const struct panel *panel);

/* The same of the panel that keys go to; NULL if there is none. */
struct panel_view *view_focused(const struct action_context *context, const struct panel_data **data);

/*
 * Moving among rows: by rows, by pages, to the next match, with the mouse. While something lies on top, the same keys
 * scroll that. Each returns a set of enum screen_ask.
 */
/* More than any grid has. */
enum { MOVE_FAR = 1000 * 1000 };

unsigned move_rows(struct action_context *context, long by);

/* By what is visible, but for one line, so that the eye finds its place again. */
unsigned move_pages(struct action_context *context, long direction);

/* To the next (1) or the previous (-1) row that contains the text last filtered by, all the way round. */
unsigned move_search(struct action_context *context, long direction);

/* A click or a turn of the wheel (context->key) at a line of the screen that belongs to a panel; NULL: to none. */
unsigned move_mouse(struct action_context *context, const struct panel *panel, int line, int column);

#endif
