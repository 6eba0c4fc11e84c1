/*
 * Options: one table for the command line, the environment, the configuration files, --help, the man page and
 * completions.
 *
 * Precedence: option, environment (CXWALL_*), user file, system file, built in; the layout's own interval comes
 * just before built in. Each value remembers where it came from. The struct owns all its texts. The secret is
 * never an option: CXWALL_SECRET is copied, overwritten and unset by options_read().
 */
#ifndef COMMAND_OPTIONS_H
#define COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "command/options_table.h"

/*
 * Reads everything; command is the name that was given, "run" if none. False with an error: exit status 2. Free
 * with options_free() in both cases.
 */
bool options_read(struct options *options, const char *command, int argc, char **argv, struct error *error);
void options_free(struct options *options);

/* Overwrites the secrets and forgets them. */
void options_wipe(struct options *options);

/* Whether an option stands on the command line. */
bool options_given(const struct options *options, const char *name);

/* The options that a command takes, as --help shows them. command NULL: the common ones. */
void options_help(FILE *out, const char *command);

/* All values and their origins, for --print-config; never a secret. */
void options_print(FILE *out, const struct options *options, const char *command);

#endif
