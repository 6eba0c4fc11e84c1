/*
 * Starting the command that prints the secret, and reading what it printed. For secret_read.c only.
 * The child gets /dev/null as input and a session of its own, so that all of it can be ended, and has no terminal.
 */
#ifndef BASE_SECRET_COMMAND_H
#define BASE_SECRET_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

/* *pipe is the end to read, non-blocking and closed in children; the caller closes it and reaps the child. */
bool secret_command_start(const char *command, pid_t *pid, int *pipe, struct error *error);

/* Takes what is there. False at the end, on a fault, or when the output is too long (out->full). */
bool secret_command_read(int pipe, struct buffer *out);

void secret_command_kill(pid_t pid);

/* What an exit status of waitpid() says; true if it is success. */
bool secret_command_status(int status, struct error *error);

/* Kills the command and takes its exit status, without waiting for long. */
void secret_command_end(pid_t pid);

/*
 * Runs the command and waits for its exit, SECRET_COMMAND_SECONDS at most. A signal that ends this program ends the
 * waiting: then false, and its number.
 */
bool secret_command_run(const char *command, struct buffer *out, int *number, struct error *error);

#endif
