/*
 * The only door to libconfig: configuration and layout files, read strictly and never written.
 *
 * A file is parsed whole, then walked by tables of struct config_key: key, type, range, required. Every
 * error names file and line, and a mistyped key or choice names the nearest known one. What the walk stores is
 * copied into the caller's arena, so the struct config can be freed at once. @include is refused, and so are
 * numbers that libconfig would silently wrap.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum {
	/* A layout of 64 panels with every option written out is 60 kB. */
	CONFIG_BYTES_MAX = 1024 * 1024,
};

struct config;
struct config_node; /* a setting; borrowed from its struct config */

enum config_kind {
	CONFIG_GROUP,
	CONFIG_LIST,  /* ( … ), anything */
	CONFIG_ARRAY, /* [ … ], scalars of one type */
	CONFIG_STRING,
	CONFIG_INTEGER,
	CONFIG_FLOAT,
	CONFIG_BOOLEAN,
};

/* A list of texts, as stored by CONFIG_TEXTS. */
struct texts {
	const char *const *items;
	unsigned count;
};

/* The same texts in the same order. */
bool texts_same(const struct texts *a, const struct texts *b);

enum config_type {
	CONFIG_TEXT,   /* const char *; min..max is its length in bytes (0, 0: 1 to 255) */
	CONFIG_LINES,  /* the same, and line breaks stay */
	CONFIG_INT,    /* int; min..max */
	CONFIG_REAL,   /* double; integers too; min..max */
	CONFIG_SECONDS, /* double; a number, or a text such as "2m"; min..max */
	CONFIG_BOOL,   /* bool */
	CONFIG_CHOICE, /* int: index into choices, a NULL-ended list */
	CONFIG_TEXTS,  /* struct texts; a list or array of strings, or one string; max items (0: 64) */
	CONFIG_READ,   /* whatever read() stores */
	CONFIG_KNOWN,  /* allowed here, read by somebody else */
};

struct config_walk; /* see below */

struct config_key {
	const char *name; /* NULL ends a table */
	enum config_type type;
	bool required;
	double min, max; /* 0, 0: no limit, except as said above */
	const char *const *choices;
	size_t offset; /* where in the struct that is filled */
	bool (*read)(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error);
};

struct config_walk {
	struct arena *arena;
	void *context; /* the caller's, for read() */
	/* For the message about an unknown key, each may be NULL: what to do with it ("it belongs to a row"), and where all are listed. */
	const char *(*home)(const char *key);
	const char *manual;
};

/* NULL on error. The text form is for layouts that are compiled in; name stands for the file in messages. */
struct config *config_load(const char *path, struct error *error);
struct config *config_parse(const char *name, const char *text, struct error *error);
void config_free(struct config *config);

const struct config_node *config_root(const struct config *config);
enum config_kind config_kind(const struct config_node *node);
const char *config_name(const struct config_node *node); /* NULL for list elements */
unsigned config_length(const struct config_node *node);
const struct config_node *config_at(const struct config_node *node, unsigned index);
const struct config_node *config_get(const struct config_node *group, const char *name); /* NULL if absent */
int config_line(const struct config_node *node);

/* "" unless a string. */
const char *config_string(const struct config_node *node);

/* 0 unless a number or a boolean. */
double config_number(const struct config_node *node);

/* "FILE:LINE: " and the formatted text; returns false. */
bool config_error(const struct config_node *node, struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Fills *out from the group by the table. Keys that are absent leave their field as it was, so the caller puts the
 * defaults first. An unknown key, a wrong type, a value out of range or a missing required key is an error.
 * `what` names the group in messages: "panel", "column".
 */
bool config_fill(const struct config_walk *walk, const struct config_node *group, const char *what,
	const struct config_key *keys, void *out, struct error *error);

/* Reads one value by one row of a table; config_fill() calls it for each. */
bool config_read_value(const struct config_walk *walk, const struct config_node *node, const struct config_key *key,
	void *out, struct error *error);

/*
 * A length of time as people write it, the same in files, options and variables: "5", "0.5", "5s", "2m", "1h", in
 * seconds. Blanks around number and unit are allowed. False with "'TEXT' is not a time; ...". Never negative.
 */
bool config_text_seconds(const char *text, double *seconds, struct error *error);

#endif
