/*
 * A simulated contact centre for one command: `cxwall demo`, and what else is tried without an account. The simulator runs
 * on a free loopback port, and is spoken to over real HTTP.
 *
 * It is the cxsim beside our own executable, else the installed one. It ends when its standard input does, so that it
 * cannot outlive us whatever happens to us.
 */
#ifndef COMMAND_DEMO_H
#define COMMAND_DEMO_H

#include <stdbool.h>
#include <sys/types.h>

#include "command/app.h"

struct simulator {
	pid_t process;
	int input;     /* closing it ends the child */
	char url[128]; /* http://127.0.0.1:PORT */
};

/* Starts it and makes it the connection of the command, whatever is configured. False after a message. */
bool simulator_open(struct simulator *simulator, struct app *app);

/* Ends it and waits for that. */
void simulator_stop(struct simulator *simulator);

#endif
