/*
 * The simulator as a child process: started for the demo, ended with it.
 *
 * It is the cxsim beside our own executable, else the installed one. It ends when its standard input does, so that
 * it cannot outlive us whatever happens to us.
 */
#ifndef COMMAND_SIMULATOR_H
#define COMMAND_SIMULATOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct simulator {
	pid_t process;
	int input;     /* closing it ends the child */
	char url[128]; /* http://127.0.0.1:PORT */
};

/* Waits 5 s at most for its first line, which tells the port. */
bool simulator_start(struct simulator *simulator, struct error *error);

/* Ends the child and waits for it. */
void simulator_stop(struct simulator *simulator);

#endif
