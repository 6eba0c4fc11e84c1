/*
 * How each panel type is drawn: one table, tied to the types of layout/panel_types by their enum, and what the drawing
 * functions share.
 *
 * A drawing function gets everything by struct painting, draws inside its canvas only, and reports back what
 * belongs into the frame. It borrows all of it for the call, keeps nothing, and decides nothing about the data
 * beyond what is visible.
 */
#ifndef SCREEN_PANEL_H
#define SCREEN_PANEL_H

#include <stdbool.h>

#include "board/board.h"
#include "screen/canvas.h"
#include "screen/view.h"

enum { PANEL_CORNER_MAX = 160, PANEL_VALUE_MAX = 600 };

struct painting {
	struct canvas box; /* inside the frame */
	const struct scene *scene;
	const struct panel *panel;
	const struct panel_data *data;
	struct panel_view *view;
	bool framed;
	int cut;               /* lines that are missing at the bottom for a while: nothing above them moves */
	bool cards; /* tiles have frames of their own, and the panel has none */
	int card_columns; /* out: of such a frame */
	enum role frame;  /* of the panel's frame, by its alerts */
	bool stale;
	bool focused;
	bool zoomed;           /* it has the whole screen: all columns that have room come before larger rows */
	bool idle;             /* nobody touches the keys: a long grid turns its pages */
	int64_t since_ms;      /* the page is shown since */
	char order[PANEL_CORNER_MAX];  /* out: beside the title */
	char hiding[PANEL_CORNER_MAX]; /* out: before that, what hides rows; "" */
	char hiding_brief[PANEL_CORNER_MAX]; /* ... where there is little room */
	char corner[PANEL_CORNER_MAX]; /* out: at the right of the frame */
	enum role corner_role;         /* out: of it; ROLE_TEXT: as any other */
	char counted[PANEL_CORNER_MAX]; /* the corner without the age */
	unsigned hidden;               /* out: rows that have no room */
	unsigned end;                  /* out of panel_scroll(): position behind the last one to draw */
	unsigned pages, page;          /* out of it: that take turns, and which it is, from 0; 0 pages: it does not turn */
	int head;              /* out: lines above the first row */
	int pitch;             /* out: lines from one row to the next */
	bool runs;             /* out: a duration runs, so that it does so each second */
	struct cell_cache *cache;     /* of a grid's window: what stands there and need not be drawn again */
};

struct panel_drawing {
	int columns, lines; /* least size, without frame */
	void (*draw)(struct painting *painting);
	bool all_shown; /* has no rows that may lack room */
};

const struct panel_drawing *panel_drawing(enum panel_type type);

enum { COLUMNS_MARK = 3 }; /* a blank and "!!" beside a value that has limits */

/*
 * Where a column of a grid stands. Where there is no room texts are narrowed, then the lowest priority goes; where there is
 * more than is needed, texts and gaps grow a little.
 */
struct place {
	bool shown;
	int left;  /* of the value */
	int width; /* of the value */
	bool marked; /* has room for a mark after it */
};

/* What rows look like: of how many lines (1, 3 or 5), and how many columns the first one needs; 0: what its text does. */
struct row_look {
	int size, name;
};

/* The canvas says how wide figures are, and is not looked at for rows of one line. */
void columns_place(const struct panel *panel, const struct canvas *canvas, int total, const struct row_look *look,
	struct place *places);

void panel_totals(struct painting *painting);

/* Whether tiles in this box, which is the whole window, would be cards with frames of their own. */
bool panel_totals_cards(struct painting *painting);

void panel_grid(struct painting *painting);
void panel_agent_states(struct painting *painting);
void panel_availability(struct painting *painting);
void panel_messages(struct painting *painting);
void panel_campaigns(struct painting *painting);
void panel_alerts(struct painting *painting);
void panel_clock(struct painting *painting);
void panel_text(struct painting *painting);
void panel_chart(struct painting *painting);
void panel_intervals(struct painting *painting);
void panel_staffing(struct painting *painting);

/* The line from which so many lines stand in the middle of the panel: of the whole one if it is cut. */
int panel_middle(const struct painting *painting, int lines);

/* Whether nothing has come at all; and why, in words. */
bool panel_nothing_yet(const struct scene *scene);
void panel_no_data(const struct scene *scene, char *out, size_t size);

/* Draws why there is nothing to show, and returns true; false if there are rows. */
bool panel_absent(struct painting *painting);

/* The value of a cell as it is shown now: a running duration goes on while the data are fresh. */
void panel_value(struct painting *painting, unsigned row, unsigned column, const struct cell *cell, char *out,
	size_t size);

/* The same of a row of a grid as a text alone: "" where nothing came. True if a duration in it runs. */
bool panel_plain_value(const struct scene *scene, const struct panel *panel, unsigned row, unsigned column, char *out,
	size_t size);

/* Whether anybody is available for a service (NULL: it was never asked for), or why that is unknown. */
const char *panel_availability_word(const struct service_availability *service);

/* Style of a value: stale, blank, severe or plain. */
enum role panel_role(const struct painting *painting, const struct cell *cell, enum severity severity);

/* "8 s", "3 min", "2 h": an age in one look. */
void panel_age(char *out, size_t size, int64_t milliseconds);

/* The names among which one must be known again: at() is NULL for its own. */
struct panel_names {
	const char *(*at)(const struct painting *painting, const struct panel_names *names, unsigned at);
	unsigned own, column; /* for at() */
	unsigned first, end;
};

/*
 * Cuts a name that would look like another one if it were cut at its end: of names with the same beginnings the ends
 * stay, and where those are the same too, what is between them. Others it leaves alone.
 */
void panel_cut_name(const struct painting *painting, const struct panel_names *names, int columns,
	char text[PANEL_VALUE_MAX]);

/*
 * Scrolls: takes the rows that fit, follows the selection, turns pages by itself when idle. Returns the first
 * position to draw; sets the corner to "1–35 of 240". Of its rows as many from the top take turns as `turning` says:
 * what must not turn away stands there, and if all of it fits nothing turns.
 */
unsigned panel_scroll(struct painting *painting, unsigned visible, unsigned turning);

/* Adds "2/3" to the corner of a list that turns. */
void panel_name_turn(struct painting *painting);

/* The role of a text in a row of a list, which may be the selected one: that is drawn first, with its mark. */
enum role panel_row_role(const struct painting *painting, unsigned position, enum role role);
void panel_select(const struct painting *painting, int line, unsigned position);

/* What hides rows, a filter or a state, for the title: "only busy, filter: email". */
void panel_name_hiding(struct painting *painting);

/* Says in this line of the canvas that the filter or the state hides all rows. */
void panel_nothing(const struct painting *painting, const struct canvas *canvas, int line);

#endif
