/*
 * Names and ids of teams or services, as S6 and cfg/services list them. Layouts are written with names; the API
 * wants ids.
 */
#ifndef BOARD_CATALOGUE_H
#define BOARD_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"

enum { CATALOGUE_MAX = 20000 }; /* entries: more services or teams than any tenant has */

struct catalogue_entry {
	const char *id;
	const char *name;
	const char *escaped; /* the name as it came, percent-encoded; NULL where it is the same */
};

struct catalogue {
	struct arena arena;
	struct catalogue_entry *entries;
	unsigned count;
	bool known;        /* an answer was read; false: the server does not list them */
	char reason[160]; /* why it is not known; "" before the first try */
	const char *advice; /* what to do about it, constant; NULL or "": nothing */
};

void catalogue_init(struct catalogue *catalogue);
void catalogue_free(struct catalogue *catalogue);

/* Reads [{"id","name"}, ...]; on failure the old entries stay. */
bool catalogue_read(struct catalogue *catalogue, struct json *json, const char *text, size_t length,
	struct error *error);

/* Id of a name, or of an id itself; a GUID that is not listed is its own id. NULL if unknown. */
const char *catalogue_id(const struct catalogue *catalogue, const char *name_or_id);

/* Name of an id or name; the argument itself if unknown. */
const char *catalogue_name(const struct catalogue *catalogue, const char *name_or_id);

/*
 * A listed name as it came, percent-encoded for a URL, where scrubbing took something away (marks of Persian spelling,
 * soft hyphens); NULL for all others. Plain ASCII, so that it may stand anywhere.
 */
const char *catalogue_escaped(const struct catalogue *catalogue, const char *name_or_id);

/* Whether a text has the form of a GUID. */
bool catalogue_is_guid(const char *text);

#endif
