/*
 * How much of a name a screen shows: a wall on the floor need not tell who is on a break.
 *
 * Applied when an answer is decoded, so that whatever leaves the process (screen, files, messages) has passed it.
 * Row keys stay whole, since they never leave the process. It knows names by their statistic, not by their look.
 */
#ifndef BOARD_PRIVACY_H
#define BOARD_PRIVACY_H

#include <stdbool.h>
#include <stddef.h>

enum names {
	NAMES_FULL,
	NAMES_FIRST,    /* Marky */
	NAMES_INITIALS, /* M. M. */
	NAMES_NONE,     /* hidden */
};

/* NULL-ended, in enum order. */
extern const char *const names_names[];

/* What a statistic says of a person. */
enum person {
	PERSON_NOTHING,
	PERSON_FIRST_LAST, /* "Marky Mark" */
	PERSON_LAST_FIRST, /* "Mark, Marky" or "Mark Marky" */
	PERSON_FIRST,
	PERSON_LAST,
	PERSON_LOGIN, /* "marky.mark" */
	PERSON_EXTENSION,
};

enum person privacy_person(const char *stat);

/*
 * Writes what may be shown of a clean text; never longer than it by more than a few bytes. False where the text
 * may stay as it is.
 */
bool privacy_apply(enum names names, enum person person, const char *text, char *out, size_t size);

#endif
