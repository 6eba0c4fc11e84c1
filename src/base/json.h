/*
 * The only door to jsmn, and the one place where foreign text is scrubbed.
 *
 * json_parse() first runs a strict pass of our own (RFC 8259 grammar, UTF-8, depth, token count),
 * because jsmn accepts much that is not JSON and takes quadratic time on deep nesting; only then it
 * tokenises. The tokens are kept in the struct and reused: a second parse of a body of the same size allocates
 * nothing. Nodes are indexes; -1 is "no such node", and every function accepts it and answers
 * with nothing. The text must stay unchanged while nodes are in use; json_text() copies out, scrubbed.
 *
 * A large answer is mostly rows that nobody looks at. json_parse_rows() checks them like everything else, but keeps
 * them closed: each is one token, and json_open() tokenises it when somebody looks, from these bytes or a copy.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json_write.h"

enum {
	/* The API nests six deep; twice that and some room. Also what keeps jsmn's time linear. */
	JSON_DEPTH_MAX = 16,
	/* 50,000 agents with 19 columns; 40 MB of tokens, if they are not in rows that stay closed. */
	JSON_TOKENS_MAX = 2000000,
	/* Where the API has the rows of grids: { app id: { grids: [ { "values": [ { */
	JSON_ROW_DEPTH = 6,
	/*
	 * Runs of neighbouring rows in one text. jsmn is called between them, and each call looks back over all tokens
	 * for what is still open: a cap keeps that linear. An answer has one run for each grid.
	 */
	JSON_RUNS_MAX = 128,
};

enum json_kind {
	JSON_NONE,
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

/* Bytes of a text, from the first to behind the last; no text is larger than 2 GB. */
struct json_span {
	unsigned start, end;
};

struct json_spans {
	struct json_span *list;
	unsigned count, room;
};

struct json {
	const char *text;
	size_t length;
	void *tokens; /* jsmntok_t, ours */
	int count;    /* tokens in use */
	int room;
	bool texts; /* a row of texts alone, which json_open() read */
	struct json_spans rows; /* kept closed */
};

void json_init(struct json *json);
void json_free(struct json *json);

/*
 * Checks and tokenises. The text need not end in a NUL. On failure the error says what and where ("byte 17: a
 * comma or ] is missing") and no node exists. Any top-level value is accepted by the grammar, but only objects and
 * arrays here: the API sends nothing else.
 */
bool json_parse(struct json *json, const char *text, size_t length, struct error *error);

/* The strict pass alone. *tokens (may be NULL) gets the number of tokens that jsmn will need. */
bool json_check(const char *text, size_t length, int *tokens, struct error *error);

/* As json_check(); spans (emptied first) may be NULL. *tokens gets what jsmn will need without the insides of rows. */
bool json_check_rows(const char *text, size_t length, struct json_spans *spans, int *tokens, struct error *error);

/*
 * As json_parse(), but keeps rows closed: flat objects (no object or array in them) in an array at JSON_ROW_DEPTH. Such
 * a node is an object without members.
 */
bool json_parse_rows(struct json *json, const char *text, size_t length, struct error *error);
bool json_closed(const struct json *json, int node);

/* Where a node stands in the text. */
struct json_span json_span(const struct json *json, int node);

/* Tokenises one object out of a text that was checked. Only for such: there is no second check. */
void json_open(struct json *json, const char *text, size_t length);

/*
 * The same, faster where the last row that was opened has the same keys, as the rows of one answer have. True if it has:
 * each key and value then has the same node. The text of the last row must still be there: where it may have gone,
 * json_close() comes first.
 */
bool json_open_like(struct json *json, const char *text, size_t length);
void json_close(struct json *json);

/* Whether the root is an object without containers in it: then its keys are the nodes 1, 3, 5 ... */
bool json_flat(const struct json *json);

/*
 * The bytes of a string that reads as it is written: printable ASCII without escapes. NULL for all others, which
 * json_text() reads.
 */
const char *json_plain(const struct json *json, int node, size_t *length);

/* Whether a string is written as these bytes; they need no escapes, so what differs may read the same. */
bool json_written_as(const struct json *json, int node, const char *bytes, size_t length);

int json_root(const struct json *json);
enum json_kind json_kind(const struct json *json, int node);

/* Member of an object by its key, compared byte for byte after unescaping; the first of duplicates. */
int json_get(const struct json *json, int object, const char *key);

/* Children of an array (the elements) or an object (the keys: see json_value) in order. */
int json_first(const struct json *json, int node);
int json_next(const struct json *json, int parent, int child);
int json_count(const struct json *json, int node);

/* The value that belongs to a key node of an object. */
int json_value(const struct json *json, int key);

/*
 * The text of a string (unescaped and scrubbed by text_scrub) or the literal of a number, true, false;
 * "" for null, containers and -1. Cut at a character's border to fit; always ends in a NUL. Returns the length.
 */
size_t json_text(const struct json *json, int node, char *out, size_t size);

/* The same into an arena, whole up to max bytes; NULL only at the arena's cap. */
const char *json_text_copy(const struct json *json, int node, struct arena *arena, size_t max);

/* The same without scrubbing, percent-encoded (RFC 3986) and so plain ASCII: for sending back what the server said. */
const char *json_text_percent(const struct json *json, int node, struct arena *arena);

/* Whether the string (or literal) equals text, without scrubbing. */
bool json_is(const struct json *json, int node, const char *text);

/* A finite number from a number or from a string that is wholly a JSON number; false otherwise. */
bool json_number(const struct json *json, int node, double *out);

#endif
