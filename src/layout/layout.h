/*
 * A layout: pages of rows of panels, as a user wrote them, checked and complete with defaults.
 *
 * Read from a file or from the layouts that are compiled in, by tables, strictly: every error is
 * "FILE:LINE: ..." with the nearest known name. A struct layout owns all its texts and is constant once loaded.
 */
#ifndef LAYOUT_LAYOUT_H
#define LAYOUT_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/error.h"
#include "base/file_text.h"
#include "base/local_time.h"
#include "layout/formula.h"
#include "layout/panel_types.h"
#include "layout/staff.h"
#include "layout/state.h"
#include "layout/threshold.h"
#include "layout/value.h"

enum {
	LAYOUT_PAGES_MAX = 9,   /* the keys 1 to 9 go to them */
	LAYOUT_ROWS_MAX = 12,   /* of a page; a row needs 3 lines */
	LAYOUT_PANELS_MAX = 64, /* of a layout: each is an app id of one subscription */
	LAYOUT_COLUMNS_MAX = 32,
	LAYOUT_DIGITS_MAX = 28, /* lines: the largest that there are, see screen/figures */
	LAYOUT_SERIES_MAX = 4,   /* of a chart: more lines cannot be told apart */
	LAYOUT_SPAN_MINUTES = 60,
	LAYOUT_SPAN_MINUTES_MAX = 35 * 24 * 60, /* as long as quarter-hours are kept */
	LAYOUT_INTERVAL_MINUTES = 30, /* of a row of intervals */
	LAYOUT_LIMITS_MAX = 32,
	LAYOUT_POOLS_MAX = 50,  /* of a staffing panel: each is an app id */
	LAYOUT_HIDDEN_MAX = 24, /* statistics of a panel that are computed with and have no column */
	LAYOUT_ALERTS_MAX = 64,
	LAYOUT_EXPRESSION_MAX = 1000, /* bytes of a condition: a few lines of a file */
	LAYOUT_ALERT_SECONDS_MAX = 24 * 3600,
	LAYOUT_GRID_LIMIT_MAX = 50000, /* answered and drawn as fast as a key is pressed: doc/PERFORMANCE.md */
	LAYOUT_MESSAGE_LIMIT = 10,
	LAYOUT_TURN_SECONDS = 10, /* long enough to read a page of a list from a distance */
};

/* Seconds between polls, wherever a layout, an option, a recording or a broker names them. Below 1 is for tests, see api/live. */
#define INTERVAL_MIN 0.05
#define INTERVAL_MAX 3600.0

/* False for what is not a number, too. */
static inline bool interval_valid(double seconds)
{
	return seconds >= INTERVAL_MIN && seconds <= INTERVAL_MAX;
}

enum size_unit {
	SIZE_REST, /* what is left, in equal parts */
	SIZE_CELLS,
	SIZE_SHARE, /* percent of the whole */
};

struct size {
	enum size_unit unit;
	int amount;
};

enum align {
	ALIGN_DEFAULT,
	ALIGN_LEFT,
	ALIGN_RIGHT,
};

/* A limit of a time in state, for one state and perhaps one reason. */
struct limit {
	const char *state_text; /* as written */
	enum acd_state state;
	const char *reason; /* NULL: any */
	struct threshold warn, alert;
};

/* What a computed column needs: another column of the panel, or a statistic that has none. */
struct calc_operand {
	int column; /* -1: a statistic without a column */
	const char *stat;
	enum kind kind;
};

struct calc {
	const char *text; /* as written */
	struct formula formula;
	struct calc_operand operands[FORMULA_OPERANDS_MAX];
	unsigned operand_count;
};

/* A column of a grid that shows its number as a picture; documents have the number. */
enum column_picture {
	PICTURE_NONE,
	PICTURE_BAR,    /* against its limit */
	PICTURE_BULLET, /* against a target */
	PICTURE_SPARK,  /* the last hour of the row */
	PICTURES,
};

enum { PICTURE_TARGET = 1 }; /* the operand of a bullet's calc that is its target */

/* What is shown beside today. */
enum against {
	AGAINST_NOTHING,
	AGAINST_YESTERDAY,
	AGAINST_WEEK,
};

/* A column of a grid, or a tile of totals. */
struct column {
	const char *name;  /* by which conditions, sort and documents know it: one of its own, else the statistic */
	const char *stat;  /* that is asked for; "" if it is computed */
	struct texts sum;  /* statistics that the server adds up; none: it is no such column */
	struct calc *calc; /* NULL: it is not computed */
	enum column_picture picture; /* of its calc, which is a statistic and nothing else */
	const char *shows;    /* that statistic; NULL: it is no picture */
	double target;        /* of a bullet, in displayed units; NAN: a statistic is, or none */
	const struct statistic *known; /* NULL: unknown to us */
	const char *label;             /* for tiles; never NULL */
	const char *head;              /* for the head of a column; never NULL */
	enum kind kind;
	enum scale scale;       /* of its values, in the rows of a grid or in a tile */
	enum scale total_scale; /* in the total row of a grid */
	enum direction good;
	enum align align; /* never ALIGN_DEFAULT once loaded */
	int width;        /* columns on the screen */
	int priority;     /* lower goes first when there is no room; default 50, the first column 100 */
	bool lifts;       /* where alarmed_first: its limits lift the row */
	int digits;       /* of a tile: the most lines that they take; 0: as many as fit */
	bool unshown;     /* of intervals: read for the others alone */
	enum against against; /* of a tile: another day that its line of meaning tells */
	enum staff_value staff; /* computed for the pool of its panel; STAFF_NONE: it is not */
	bool gained;      /* of a chart: what a counter rose by in each quarter-hour */
	bool optional;    /* ... where the server refuses it the panel goes on without it */
	struct texts dispositions;
	struct threshold warn, alert;
	struct limit *limits;
	unsigned limit_count;
	struct edges edges; /* all numbers that it is compared with, by these and by the alerts of the layout */
	int line; /* in the file */
};

enum chart_style {
	CHART_AREA,
	CHART_LINE,
};

enum filter_operation {
	FILTER_NONE,
	FILTER_EQ,
	FILTER_NE,
	FILTER_LT,
	FILTER_GT,
	FILTER_LE,
	FILTER_GE,
};

extern const char *const filter_operation_names[]; /* "", "EQ", ... NULL-ended, in enum order */

struct panel {
	enum panel_type type;
	unsigned index;   /* in struct layout's panels */
	const char *name; /* unique; never NULL */
	const char *title;
	struct size width;
	int min_columns; /* of its row, or it is left out */
	bool frame; /* false: frame = "none" */
	int priority;
	struct texts services; /* names or ids as written; none: all */
	struct texts teams;
	struct texts dispositions; /* of totals */
	struct column *columns;    /* or tiles, or series */
	unsigned column_count;
	const char *sort_stat; /* NULL: the server's order */
	int sort_here;         /* column by which rows are sorted here, since the server knows it not; -1: it sorts */
	bool sort_descending;
	const char *filter_stat; /* NULL: none */
	enum filter_operation filter_operation;
	const char *filter_value; /* "" allowed */
	const char *message_filter; /* of messages; "" */
	int limit; /* rows asked for at most; 0: all */
	bool total;               /* a row of totals under a service grid */
	bool lists;               /* of agent_states: who needs a look, who has been free longest */
	struct column *time;      /* the time in state of those lists, with its limits; NULL: no lists */
	bool logged_in_only;
	bool subteam_only;
	bool alarmed_first;       /* severe rows float to the top */
	int turn;                 /* seconds until a list that nobody touches turns its page; 0: never */
	const char *severity_from; /* statistic whose severity the whole row takes; NULL: each cell its own */
	int digits;
	int row_lines;      /* of a grid: 1, 3 or 5 for each row; 0: by the room that there is */
	int span;               /* of a chart, minutes; 0: the day, from midnight to midnight */
	enum against against;   /* of a chart */
	enum chart_style style;
	double target, threshold; /* of staffing, percent and seconds; NAN: the service's own */
	unsigned pools;         /* of staffing: panels from this one on whose pools it shows; 0: no page shows it */
	const struct panel *staffing; /* of totals with a tile of staffing: the panel of the same services */
	const char *text;   /* of a text panel; may hold \n */
	const char *format; /* of a clock, strftime; NULL: as the screen writes times of day */
	int line;
};

struct layout_row {
	struct size height;
	int min_lines; /* of the page, or it is left out */
	int priority;
	struct panel **panels;
	unsigned panel_count;
};

struct page {
	const char *title;
	int seconds; /* 0: does not rotate */
	struct layout_row *rows;
	unsigned row_count;
};

struct expression;

/* An alert as it is written, checked; alert/alert evaluates it. */
struct alert_rule {
	const char *name;
	const char *when, *clear; /* as written; clear NULL: when `when` is false */
	struct expression *when_condition, *clear_condition; /* the same, parsed; owned by the layout */
	int64_t for_ms, after_ms, cooldown_ms;
	struct local_hours quiet; /* then it is shown, but neither rings nor runs anything */
	enum severity severity; /* WARN or ALERT */
	bool bell;
	struct texts command, clear_command; /* arguments, the program first; none: nothing runs */
	struct texts sms;
	const char *sms_from;
	int line;
};

enum rotate {
	ROTATE_ON,     /* by the pages' seconds */
	ROTATE_ALARMS, /* a page where an alert fires or a value is severe is shown every second turn */
	ROTATE_HOLD,   /* such a page stays longer */
};

enum status_line {
	STATUS_LINE_ON,
	STATUS_LINE_OFF, /* without clock and age while all is well: the screen is still between polls */
};

/* What a layout may contain though it is probably a mistake: "FILE:LINE: ...". */
struct layout_warning {
	const char *text;
	struct layout_warning *next;
};

struct layout {
	struct arena arena;
	struct layout_warning *warnings; /* in the order of the file; NULL: none */
	const char *name;   /* without folder and suffix: for the instance tag */
	const char *source; /* file, or "built-in NAME" */
	const char *text;   /* that was read, without a byte order mark */
	struct file_stamp stamp; /* of the file that was read; not known: compiled in */
	uint64_t sum;            /* of its bytes */
	const char *title; /* the name, where the file has none */
	double interval; /* seconds; 0: not set */
	struct page *pages;
	unsigned page_count;
	struct panel *panels; /* of all pages, in order */
	unsigned panel_count;
	struct alert_rule *alerts;
	unsigned alert_count;
	enum rotate rotate;
	enum status_line status;
	int turn; /* of panels that do not say their own */
};

/* The caller frees with layout_free(); NULL with an error. The first is for a file, the second for one that is compiled in. */
struct layout *layout_load_open(const char *path, const struct file_text *file, struct error *error);
struct layout *layout_parse(const char *name, const char *source, const char *text, struct error *error);
void layout_free(struct layout *layout);

/* Panel by name; NULL if there is none. */
const struct panel *layout_panel(const struct layout *layout, const char *name);

/* Changes one setting of an alert, as if KEY = "VALUE" stood in the file: its conditions and its times. */
bool alert_rule_set(struct layout *layout, struct alert_rule *rule, const char *key, const char *value,
	struct error *error);

/* Column of a panel by its name; of those of one statistic the one for all dispositions. -1 if there is none. */
int panel_column(const struct panel *panel, const char *name);

/* The column beside a picture that shows the same statistic as a number; -1: there is none. */
int panel_picture_number(const struct panel *panel, unsigned column);

/* Whether a value of it can be severe. */
bool column_has_limits(const struct column *column);

/* The limit for an agent's state; one that names the reason too goes before one that does not. NULL: there is none. */
const struct limit *column_limit(const struct column *column, enum acd_state state, const char *reason);

/* Whether two columns stand for the same values, read the same way. */
bool column_same(const struct column *a, const struct column *b);

/* The shipped layouts, compiled in. NULL name after the last. */
struct builtin_layout {
	const char *name;
	const char *text;
};
extern const struct builtin_layout builtin_layouts[];

#endif
