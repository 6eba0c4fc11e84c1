/*
 * The history of a tenant, as commands read it: the store, and its series in order. What keeps it from being read is said on
 * standard error.
 */
#ifndef COMMAND_REMEMBERED_H
#define COMMAND_REMEMBERED_H

#include "command/app.h"
#include "store/spans.h"

struct remembered {
	struct store *store;
	const char *of; /* the tenant or the file */
	struct store_series *series; /* totals over all first, then other totals and services by name; of each by statistic */
	unsigned count, room;
	int64_t *first_s, *end_s; /* of each series, after remembered_extents(); 0: none */
};

/*
 * Opens the history of the configured tenant, or a file (NULL: none). STATUS_FINE if there are series; STATUS_NO_DATA where
 * nothing is remembered. Zeroed before; remembered_close() is due in all cases.
 */
int remembered_open(struct remembered *past, struct app *app, const char *file);
void remembered_close(struct remembered *past);

/* "Sales, Support and 3 more": what there is, for a message about what there is not. */
struct names_said {
	char text[2048];
	unsigned more;
};

void names_said_add(struct names_said *said, const char *name);
void names_say(const char *what, const struct names_said *said);

/* A service or totals as they are asked for: "all" for the totals over all. */
const char *remembered_subject(const struct store_name *name);

/* Whether this series of the list is the first of its service or totals. */
bool remembered_begins(const struct remembered *past, unsigned index);

/* Whether it is one of those that --service names, or all are wanted. */
bool remembered_wanted(const struct store_name *name, const struct many *wanted);

/* Whether something is remembered of each; else says of which not, and what there is. */
bool remembered_check_services(const struct remembered *past, const struct many *wanted);

/*
 * The lines of all that are wanted; false with an error if there are none, or too many. With left_out, those without a counter
 * of calls are counted there instead, if others have one and no service was named.
 */
bool remembered_add_lines(const struct remembered *past, struct spans *spans, const struct many *wanted, unsigned *left_out,
	struct error *error);

/* Finds from when to when there are rows of each series; false if they cannot be read. */
bool remembered_extents(struct remembered *past);

#endif
