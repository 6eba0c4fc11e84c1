/*
 * The wall: one libev loop that ties the live feed or a recording, the board and the screen together.
 *
 * Handlers only mark; drawing happens once per turn of the loop. It ends by the user, by a signal, or when the
 * terminal is gone; trouble with the network never ends it. On every way out the terminal is restored and the
 * subscription deleted (api/live).
 */
#ifndef COMMAND_WALL_H
#define COMMAND_WALL_H

#include "command/app.h"

/* The live wall: the layout is loaded, the connection complete. Returns the exit status. */
int wall_run(struct app *app);

#endif
