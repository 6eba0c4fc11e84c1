/*
 * Messages to people: standard error, the log file, and the end of the program on a bug.
 *
 * The log is one of the two mutable globals of the program (the other is the exit hook). Nothing
 * here ever prints a secret: callers pass only texts that may be read by anybody.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/error.h"

/* Name that precedes messages: "cxwall" or "cxsim". Must outlive the program. */
void log_program(const char *name);

/*
 * Opens FILE for appending with mode 0600; log_line() is silent until then. It never waits: lines for a pipe that is
 * full are lost. "journal" is standard error of a service whose systemd reads it: lines have priorities instead of times.
 */
bool log_open(const char *path, struct error *error);

/* Opens the same path again, after the file was moved away. On an error the old file is still written to. */
bool log_reopen(struct error *error);

/* The open log, or -1. It belongs to this module. */
int log_descriptor(void);
void log_close(void);

/* Why the last line is not in the log, until one is again; "". */
const char *log_trouble(void);

/* A line with the local time in the log file; nothing if no log is open. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "cxwall: ..." on standard error, and in the log. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text of an error as a message, and its excerpt below it. */
void message_error(const struct error *error);

/* Called once by fatal() before it prints: restores the terminal. NULL takes the hook away. */
void log_exit_hook(void (*hook)(void));

/* A bug or no memory: runs the hook, prints, exits with status 1. */
_Noreturn void fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* malloc and realloc that never return NULL. Zero bytes are a bug. */
void *must_alloc(unsigned long size) __attribute__((returns_nonnull));
void *must_realloc(void *old, unsigned long size) __attribute__((returns_nonnull));

#endif
