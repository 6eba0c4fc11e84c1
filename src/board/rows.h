/*
 * The rows of a grid as they came, typed when somebody looks.
 *
 * Of ten thousand agents a wall shows forty. An accepted answer's rows are kept as bytes; the first look at a row
 * tokenises it, scrubs its texts and types its values, once. The first look at a key makes the keys of all rows.
 * Whoever fills it has checked that every row is an object and that no cell of ours is a container, so a look
 * cannot fail. It knows nothing of layouts or requests, which may be gone before it. Owned by the board, memory
 * kept and reused.
 */
#ifndef BOARD_ROWS_H
#define BOARD_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/json.h"
#include "board/privacy.h"
#include "layout/value.h"

enum {
	ROWS_COLUMNS_MAX = 40, /* a panel's own and the hidden ones */
	ROWS_TEXT_MAX = 512,   /* bytes of a cell kept: more than a line of a wall */
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
};

/* How a row is read. */
struct rows_format {
	struct rows_column columns[ROWS_COLUMNS_MAX]; /* shown ones first */
	unsigned count;
	unsigned shown;
	int key;         /* column of the row's key; -1: none */
	int64_t wall_ms; /* of the answer: what times count from */
	enum names names;
};

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

/* Max: bytes of the whole. */
struct rows *rows_new(size_t max);
void rows_free(struct rows *rows);

/* Forgets all rows and keeps the memory. */
void rows_clear(struct rows *rows);

/* Room for at most so many rows out of so many bytes; false at the cap. */
bool rows_reserve(struct rows *rows, const struct rows_format *format, unsigned count, size_t bytes);

/* Copies the bytes that the spans count in; false at the cap. */
bool rows_keep(struct rows *rows, const char *bytes, size_t length);

/* Another one's rows, typed anew when somebody looks; false at the cap. */
bool rows_copy(struct rows *rows, const struct rows *from);

/* The typed cells of a row, as many as are shown; NULL only at the cap, and for a row that is not there. */
const struct cell *rows_cells(struct rows *rows, unsigned row);

/*
 * One cell of a row, without typing the others: for a sort, which looks at one column of all rows. VALUE_NEVER at the cap.
 */
struct cell rows_peek(struct rows *rows, unsigned row, unsigned column);

/* Whether a cell that is shown contains a text, as fold_contains() does; keeps nothing. */
bool rows_contain(struct rows *rows, unsigned row, const char *text);

/*
 * Unique names for the rows: the text of the key column where it is there and unique, else all texts of the row and a
 * number. As many as there are rows; they last until rows_clear().
 */
const char *const *rows_keys(struct rows *rows);

/* Whether an earlier row has the same text in the key's column. */
bool rows_again(struct rows *rows, unsigned row);

/* The key of one row; "" if it is not there. */
const char *rows_key(struct rows *rows, unsigned row);

/*
 * Reads a row into cells (as many as are shown, all VALUE_NEVER before) out of a json that has it tokenised. The
 * first of duplicate columns stands. False at the arena's cap.
 */
bool rows_read(const struct rows_format *format, const struct json *json, int node, struct arena *arena,
	struct cell *cells);

/* Scrubbed text of the row's key column; "" if there is none. */
void rows_read_key(const struct rows_format *format, const struct json *json, int node, char out[ROWS_TEXT_MAX]);

/* Whether no cell that would be read is an object or an array. */
bool rows_readable(const struct rows_format *format, const struct json *json, int node);

#endif
