/*
 * The history of a tenant, as commands read it: the store, and its series in order. What keeps it from being read is said on
 * standard error.
 */
#ifndef COMMAND_REMEMBERED_H
#define COMMAND_REMEMBERED_H

#include "command/app.h"
#include "store/store.h"

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

/* Finds from when to when there are rows of each series; false if they cannot be read. */
bool remembered_extents(struct remembered *past);

#endif
