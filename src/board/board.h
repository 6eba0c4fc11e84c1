/*
 * The board: what is known of each panel's data, typed, with its age. Sinks only read it.
 *
 * Each panel has two sets of data: the shown one, and a spare in which the next answer is built; decode swaps them
 * when the whole frame proved good, so a bad answer never harms what is on the screen. A frame speaks for the
 * panels that it names; others keep their data. Texts and cells live in the arena of their set, and are reused: in
 * the steady state nothing is allocated.
 */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/json.h"
#include "board/catalogue.h"
#include "board/frame.h"
#include "board/link.h"
#include "board/privacy.h"
#include "layout/layout.h"
#include "layout/value.h"

enum {
	BOARD_PANEL_BYTES_MAX = 128 * 1024 * 1024, /* 20,000 rows of 32 long cells, as bytes, texts and values */
	BOARD_TEXT_MAX = 512,                     /* bytes of a cell kept: more than a line of a wall */
	BOARD_SERVICES_MAX = 256,                 /* on availability panels: at four a second they take a minute */
	BOARD_REASON_MAX = 240,
	ROWS_COLUMNS_MAX = LAYOUT_COLUMNS_MAX + LAYOUT_HIDDEN_MAX + 4, /* a panel's own and the hidden ones */
	BOARD_SERVICE_NAME_MAX = 128,
};

/* How one column of an answer is read. */
struct rows_column {
	char id[8]; /* its key in a row */
	unsigned char id_length;
	enum kind kind;
	enum scale scale;
	enum person person;
	unsigned char twin; /* the next column of the same id, as a recording may have it; 0: none */
	bool second;        /* another one's twin */
	const struct placed_formula *calc; /* computed, and in no answer; NULL: it is not */
};


/* How a row is read. */
struct rows_format {
	struct rows_column columns[ROWS_COLUMNS_MAX]; /* shown ones first */
	unsigned count;
	unsigned shown;
	unsigned read; /* with those that are computed with and not shown */
	bool computes; /* a column that is shown is computed */
	int key;         /* column of the row's key; -1: none */
	int64_t wall_ms; /* of the answer: what times count from */
	enum names names;
};

/*
 * The rows of a grid as they came, typed when somebody looks.
 *
 * Of ten thousand agents a wall shows forty. An accepted answer's rows are kept as bytes; the first look at a row
 * tokenises it, scrubs its texts and types its values, once. The first look at a key makes the keys of all rows.
 * Whoever fills it has checked that every row is an object and that no cell of ours is a container, so a look
 * cannot fail. It knows nothing of layouts or requests, which may be gone before it.
 */
struct rows {
	struct arena arena;
	struct rows_format format;
	struct json json; /* of the row that is read */
	const char *bytes; /* from the first row's to behind the last */
	struct json_span *spans;
	unsigned count;
	struct cell **cells; /* by row; NULL: nobody looked */
	const char **keys;
	bool *again;                /* by row, with the keys: an earlier row has the same text in the key's column */
	uint32_t *uses;          /* of the key of a row, how many rows wanted it */
	struct text_index index; /* rows by their keys */
	bool keyed;              /* somebody asked for the keys */
};

/* Agents of a panel of states with lists. */
enum agent_list_kind {
	AGENT_LIST_LOOK, /* beyond a limit of their state: the most severe first, then the longest */
	AGENT_LIST_FREE, /* ready, the longest first */
	AGENT_LIST_BUSY, /* busy and within limits, the longest first */
	AGENT_LISTS,
};

enum { AGENT_LIST_MAX = 64 }; /* more than the highest screen has lines for */

struct listed_agent {
	const char *name, *state, *reason;
	struct cell time; /* in the state */
	enum severity severity;
};

struct agent_list {
	struct listed_agent *agents;
	unsigned count;
	unsigned total; /* with those beyond AGENT_LIST_MAX */
	unsigned untimed; /* agents who may belong here: how long is unknown */
};

/*
 * Rows and columns. For grids the columns are the panel's own (hidden ones are not here); totals have one row; the
 * other types have the columns of the enums below. The key of a row names it for the selection: login id, service
 * name, or texts and an ordinal.
 */
struct panel_data {
	struct arena arena;
	bool received;
	int64_t received_ms; /* CLOCK_BOOTTIME of the frame */
	uint64_t version;    /* the board's generation that these rows came with: no two answers share it */
	unsigned rows;
	unsigned columns;
	unsigned limit;     /* the server sent as many rows as this limit allows, so there may be more; 0: these are all */
	struct rows *grid;  /* a grid's rows, in use while cells is NULL; NULL: there never was a grid */
	struct cell *cells; /* of the other types, row by row */
	const char **keys;  /* of those */
	struct cell *totals; /* one row under a grid; NULL if none came */
	struct agent_list *lists; /* of states, by enum agent_list_kind; NULL: the panel has none */
};

enum { STATES_COLUMN_STATE, STATES_COLUMN_COUNT, STATES_COLUMNS };
enum { MESSAGES_COLUMN_TIME, MESSAGES_COLUMN_SENDER, MESSAGES_COLUMN_TEXT, MESSAGES_COLUMN_URGENT, MESSAGES_COLUMNS };
enum { CAMPAIGNS_COLUMN_NAME, CAMPAIGNS_COLUMN_STATE, CAMPAIGNS_COLUMN_LISTS, CAMPAIGNS_COLUMNS };

struct panel_board {
	struct panel_data data[2];
	unsigned shown;                  /* which of the two */
	bool fresh;                      /* the spare was built by the frame being decoded */
	bool absent;                     /* that frame names the panel and has nothing for it */
	char reason[BOARD_REASON_MAX]; /* why there is nothing, or less than asked; "" */
	char problem[BOARD_REASON_MAX]; /* last trouble with this panel alone (availability, campaigns); "" */
};

enum availability {
	AVAILABILITY_NEVER,
	AVAILABILITY_NOBODY,
	AVAILABILITY_AVAILABLE,
};

struct service_availability {
	char service[BOARD_SERVICE_NAME_MAX];
	enum availability state;
	int64_t received_ms;
	char problem[BOARD_REASON_MAX]; /* why the last try failed; "" */
};

struct chat_hours {
	enum availability state; /* NOBODY: closed */
	double wait_seconds;     /* expected; -1: not told */
	int64_t received_ms;
	char problem[BOARD_REASON_MAX];
};

struct board {
	const struct layout *layout; /* NULL: a copy */
	enum names names; /* how much of a name is kept; NAMES_FULL at first */
	struct scales scales; /* of the last accepted FRAME_DATA */
	struct panel_board *panels; /* in the order of the layout's */
	unsigned panel_count;
	struct service_availability services[BOARD_SERVICES_MAX];
	unsigned service_count;
	unsigned services_left; /* listed, and too many to be asked for */
	bool services_listed; /* by board_list_services() */
	bool services_old;    /* listed by an earlier run, of which these are */
	struct chat_hours chat;
	struct json json, row;    /* reused tokens, of an answer and of one row */
	struct text_index logins; /* reused, of the agents of one panel */
	uint64_t generation; /* rises with each accepted frame */
	int64_t accepted_ms; /* CLOCK_BOOTTIME of the last accepted FRAME_DATA; 0: none yet */
	int64_t accepted_wall_ms;
};

/* The layout must outlive the board. */
struct board *board_new(const struct layout *layout);
void board_free(struct board *board);

/*
 * Moves into a new board what an old one, of another version of the layout, knows of panels that stayed what they
 * were (name, what they ask, columns), so that a reload does not blank the wall. The old one is only fit to be freed
 * afterwards.
 */
void board_adopt(struct board *board, struct board *old);

/* A panel's shown data are what they were, as of this CLOCK_BOOTTIME. */
void board_confirm(struct board *board, const struct panel *panel, int64_t received_ms);

/* The shown data of a panel. */
const struct panel_data *board_data(const struct board *board, const struct panel *panel);

/*
 * The data that the shown ones took the place of: those of the accepted answer before; NULL if there were none. They
 * last until the next frame is decoded.
 */
const struct panel_data *board_data_before(const struct board *board, const struct panel *panel);
const struct cell *board_cell(const struct panel_data *data, unsigned row, unsigned column);

/* For sorting and filtering all rows: neither types the row. The text of the one lasts as long as the data. */
struct cell board_peek(const struct panel_data *data, unsigned row, unsigned column);
bool board_contains(const struct panel_data *data, unsigned row, const char *text);

/*
 * The key and a column's text of each row of a grid in turn, read as they came: no row is typed, nothing is kept, and the texts
 * last for the call. A row without a key of its own is left out; one of two rows of an agent comes twice.
 */
typedef void board_take_text(void *context, const char *key, size_t key_length, const char *text, size_t length);
void board_each_text(const struct panel_data *data, unsigned column, board_take_text *take, void *context);

/*
 * What a computed column is computed of, shown or not, without typing the row; of a row that there is not, of the total row.
 * The caller knows which operands the column has.
 */
struct cell board_operand(const struct panel_data *data, unsigned row, unsigned column, unsigned operand);

/* Puts what was computed into the shown data of a panel of totals: a number that is not of the answer. */
void board_put(struct board *board, const struct panel *panel, unsigned column, double number, const char *text);

/* The keys of all rows, made when first asked for; they last as long as the data. */
const char *const *board_keys(const struct panel_data *data);

/* The key of one of them; "" for a row that is not there. */
const char *board_key(const struct panel_data *data, unsigned row);

/*
 * Whether a row of agents is of one who has a row above, as one of two teams has. Such an agent is shown in both, and
 * counts, fires and is told once.
 */
bool board_again(const struct panel *panel, const struct panel_data *data, unsigned row);

/*
 * A copy of what the board shows, for a view that is paused while data go on arriving. It does not need the layout,
 * which may be gone by then, except to look a panel up; nothing is ever decoded into it. Free it with board_free().
 */
struct board *board_copy(const struct board *board);

/*
 * A board of another layout that has copies of what this one knows of panels that ask for the same, whatever they are called,
 * and of services. The layout must outlive it.
 */
struct board *board_copy_for(const struct board *board, const struct layout *layout);

/* A panel of totals that nothing came for shows its tiles, each as what never came. */
void board_put_never(struct board *board, const struct panel *panel);

/* Severity of a cell by its column's thresholds and limits; `stale` silences it. */
enum severity board_severity(const struct panel *panel, const struct panel_data *data, unsigned row, unsigned column,
	bool stale);

/*
 * Whether a column has limits that cannot apply, because cells of the first so many rows are texts where numbers are
 * meant; why says it in a sentence.
 */
bool board_limits_idle(const struct panel *panel, const struct panel_data *data, unsigned column, unsigned rows_max,
	struct error *why);

/* The worst severity of a row. */
enum severity board_row_severity(const struct panel *panel, const struct panel_data *data, unsigned row, bool stale);

/* The entry of a service, made if there is room; NULL if not. */
struct service_availability *board_service(struct board *board, const char *service);
const struct service_availability *board_find_service(const struct board *board, const char *service);

/*
 * What comes beside the subscription could not be had: kept with its cause beside the last good answer. Subject as in
 * struct frame.
 */
void board_missed(struct board *board, enum frame_kind kind, const char *subject, const char *cause);

/*
 * Tells panels of all services why there is none while they cannot be listed. Once they are known: enters all of them
 * in the catalogue's order, if an availability panel shows all. Else they would stand in the order in which their
 * answers came, another one at each start.
 */
void board_list_services(struct board *board, const struct catalogue *services);

/* ---- for board/decode, which fills a grid and types what it must know at once ---- */

/*
 * Room for at most so many rows out of these bytes, which are copied; the caller adds a span within them for each row.
 * False at the cap.
 */
bool board_keep_rows(struct panel_data *data, const struct rows_format *format, unsigned count, const char *bytes,
	size_t length);

/*
 * Sorts the rows of a grid by a column, and keeps as many as the limit says; 0: all. What is no number comes last. False at
 * the cap.
 */
bool board_sort_rows(struct panel_data *data, unsigned column, bool descending, unsigned limit);

/*
 * The nodes of a row's values, one for each column of the format, out of a json that has it tokenised; -1 for what it
 * lacks. The first of duplicate columns stands.
 */
void rows_find(const struct rows_format *format, const struct json *json, int node, int *values);

/* One of them as a cell, with its text in an arena; VALUE_NEVER for -1. False at the arena's cap. */
bool rows_read_value(const struct rows_format *format, unsigned column, const struct json *json, int value,
	struct arena *arena, struct cell *cell);

/* The number of one of them; false if it is not a number. */
bool rows_read_number(const struct rows_format *format, unsigned column, const struct json *json, int value, double *number);

/* Blanks alone are no value. */
bool rows_is_blank(const char *text, size_t length);

/* Whether no cell that would be read is an object or an array. */
bool rows_readable(const struct rows_format *format, const struct json *json, int node);

/* ---- the board at a time ---- */

/*
 * The board as it is now: what an expression, a document or a line of text is about. Borrowed for one call; it owns and
 * changes nothing, and the time is an argument.
 */
struct history;

struct board_view {
	const struct board *board;
	const struct history *history; /* NULL: none is kept */
	const struct link *link;
	int64_t now_ms;  /* CLOCK_BOOTTIME */
	int64_t wall_ms; /* time of day */
};

/* Whether a panel's own data are older than two of its own intervals; true before the first as well. */
bool board_view_stale(const struct board_view *view, const struct panel *panel);

/* Seconds since a panel's data came; -1 before the first. */
double board_view_age(const struct board_view *view, const struct panel *panel);

/* Whether what is known of a service's availability is that old; false while nothing is. */
bool board_view_service_stale(const struct board_view *view, const struct service_availability *service);

#endif
