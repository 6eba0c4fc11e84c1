/*
 * What a wall of the same login that runs on this machine knows: the names of its services or teams, without a question to the
 * contact centre.
 */
#ifndef COMMAND_RUNNING_H
#define COMMAND_RUNNING_H

#include "board/catalogue.h"
#include "command/app.h"

/*
 * Calls `use` with the names, which last for the call. False with the reason where no such wall runs, or it does not know
 * them within two seconds.
 */
bool running_names(struct app *app, bool teams, void (*use)(void *context, const struct catalogue *names), void *context,
	struct error *error);

#endif
