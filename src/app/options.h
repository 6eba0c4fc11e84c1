/*
 * Options: one table for the command line, the environment, the configuration files, --help, the man page and completions.
 *
 * Precedence: option, environment (CXWALL_*), user file, system file, built in; the layout's own interval comes just before built in. Each value remembers where it came from. The struct owns all its texts. The
 * secret is never an option: CXWALL_SECRET is copied, overwritten and unset by options_read().
 */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "feed/connection.h"

enum origin {
	ORIGIN_BUILT_IN,
	ORIGIN_SYSTEM_FILE,
	ORIGIN_USER_FILE,
	ORIGIN_FILE, /* named by --config */
	ORIGIN_ENVIRONMENT,
	ORIGIN_OPTION,
};

enum {
	OPTIONS_MAX = 64, /* rows of the table */
	OPTIONS_BYTES_MAX = 1024 * 1024,
};

enum output_format { FORMAT_TEXT, FORMAT_JSON };

struct options {
	struct arena arena;
	struct connection connection;
	const char *config; /* --config */
	const char *layout;
	double interval; /* 0: not set here */
	int theme, glyphs, color;
	const char *log;
	bool help, version;
	bool check_config, print_config;
	/* of single commands */
	int format;
	const char *size;
	const char *panel;
	int page;
	bool agent_can_select, inbound, outbound, preview;
	char **words; /* what is left of the command line */
	int word_count;
	enum origin origins[OPTIONS_MAX]; /* by row of the table */
	const char *user_file, *system_file; /* as looked for */
	bool user_file_read, system_file_read;
};

/*
 * Reads everything; command is the name that was given, "run" if none. False with an error: exit status 2. Free with options_free() in both cases.
 */
bool options_read(struct options *options, const char *command, int argc, char **argv, struct error *error);
void options_free(struct options *options);

/* The options that a command takes, as --help shows them. command NULL: the common ones. */
void options_help(FILE *out, const char *command);

/* All values and their origins, for --print-config; never a secret. */
void options_print(FILE *out, const struct options *options, const char *command);

#endif
