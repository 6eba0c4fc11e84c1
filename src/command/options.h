/*
 * Options: one table for the command line, the environment, the configuration files, --help and completions. The man
 * page is written by hand, and tests compare it with --help.
 *
 * Precedence: option, environment (CXWALL_*), user file, system file, built in; the layout's own interval comes
 * just before built in. Each value remembers where it came from. The struct owns all its texts. The secret is
 * never an option: CXWALL_SECRET is copied, overwritten and unset by options_read().
 */
#ifndef COMMAND_OPTIONS_H
#define COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "api/api_config.h"
#include "base/arena.h"
#include "base/error.h"
#include "board/privacy.h"
#include "mqtt/connection.h"
#include "output/stdout.h"
#include "screen/day_time.h"
#include "screen/keyboard.h"
#include "screen/style.h"

enum origin {
	ORIGIN_BUILT_IN,
	ORIGIN_SYSTEM_FILE,
	ORIGIN_USER_FILE,
	ORIGIN_FILE, /* named by --config */
	ORIGIN_ENVIRONMENT,
	ORIGIN_OPTION,
};

enum {
	OPTIONS_MAX = 96, /* rows of the table */
	OPTIONS_BYTES_MAX = 1024 * 1024,
	PROFILE_NAME_MAX = 60,
};

enum { MANY_MAX = 32 };

struct many {
	const char *items[MANY_MAX];
	unsigned count;
};

struct options {
	struct arena arena;
	struct api_config api;
	struct mqtt_config mqtt;
	const char *broker_from; /* mqtt://…: what a publisher publishes, instead of the API; NULL */
	const char *config; /* --config */
	const char *profile; /* --profile: whose file is read instead of cxwall.conf; NULL */
	struct error file_trouble; /* of setup, which goes on where other commands refuse the file; "" */
	const char *layout;
	struct many layouts; /* all that the command line names, for publish; `layout` is the last */
	double interval; /* 0: not set here */
	const char *theme; /* a shipped one or one of the user's; NULL: by the background */
	const char *clock; /* how times of day are written; NULL: as usual */
	struct day_time day_time; /* ... read */
	const char *dim; /* hours; NULL: none */
	const char *name; /* of this screen; NULL */
	enum glyph_choice glyphs;
	enum color_choice color;
	enum names names;
	bool mouse, kiosk, kiosk_quit;
	struct bindings bindings;
	const char *log;
	const char *record;
	int record_size, record_days;
	int history_days; /* 0: none is kept */
	bool help, version;
	bool check_config, print_config;
	bool print, admin; /* of setup */
	/* of single commands */
	enum output_format format;
	enum depth depth; /* of a picture; DEPTH_MONO: by the environment */
	const char *size;
	const char *panel;
	bool demo;
	int page;
	const char *file; /* of metrics */
	const char *warn, *critical; /* of check */
	struct many settings;        /* of backtest */
	const char *from, *until;    /* of summary */
	struct many services;
	const char *since;           /* of history */
	struct many statistics;
	int every;                   /* index of history_every[] */
	bool chart, list;
	const char *at;              /* of replay */
	double speed;
	const char *layout_from;     /* of layout new */
	struct many chosen_services, chosen_teams;
	const char *title, *layout_name, *output;
	bool running; /* of list */
	bool agent_can_select, inbound, outbound, preview;
	char **operands; /* what is left of the command line */
	int operand_count;
	enum origin origins[OPTIONS_MAX]; /* by row of the table */
	int lines[OPTIONS_MAX];           /* in the file that it comes from; 0: from none */
	const char *user_file, *system_file; /* as looked for */
	bool user_file_read, system_file_read;
};

enum option_type {
	OPTION_TEXT,
	OPTION_PATH,    /* a text that names a file; ~ and $HOME at its beginning are replaced */
	OPTION_LAYOUT,  /* the same, or a name; all of the command line stand in `layouts` too */
	OPTION_SECONDS, /* double; as config_text_seconds() reads it */
	OPTION_REAL,    /* double */
	OPTION_CHOICE,  /* an enum */
	OPTION_THEME,   /* a text: one of the choices, or a theme of the user's */
	OPTION_CHECKED, /* a text that `check` finds good */
	OPTION_FLAG,    /* bool */
	OPTION_NUMBER,  /* int */
	OPTION_MANY,    /* struct many: each time another text */
	OPTION_KEYS,    /* struct bindings; a group of the file */
	OPTION_DAYS,    /* int: days, or 0 where it is "off" */
};

/* Where a value may stand. */
enum option_place {
	PLACE_COMMAND_LINE = 1,
	PLACE_ENVIRONMENT = 2,
	PLACE_FILE = 4,
	PLACE_ALL = 7,
};

struct option_row {
	const char *name; /* with blanks as '-' on the command line, '_' elsewhere */
	char letter;      /* 0: none */
	enum option_type type;
	unsigned places;
	const char *commands; /* names between blanks; NULL: all */
	bool broker;          /* about data from a broker: --help has these apart */
	const char *const *choices;
	bool (*check)(const char *text, struct error *error);
	double min, max;
	size_t offset;
	const char *argument; /* its name in the help; NULL: a flag */
	const char *help;
};

extern const struct option_row option_rows[];
extern const unsigned option_count;

/* Whether a command takes the option. */
bool option_belongs(const struct option_row *row, const char *command);

/*
 * Reads everything; command is the name that was given, "run" if none. False with an error: exit status 2. Free
 * with options_free() in both cases.
 */
bool options_read(struct options *options, const char *command, int argc, char **argv, struct error *error);
void options_free(struct options *options);

/* Whether a profile can be called so: its name is that of a file. */
bool options_profile_name(const char *name, struct error *error);

/* The profiles that there are, as the folder has them. */
void options_each_profile(void (*each)(void *context, const char *name), void *context);

/* Overwrites the secrets and forgets them. */
void options_wipe(struct options *options);

/* Whether an option stands on the command line. */
bool options_given(const struct options *options, const char *name);

/* The options that a command takes, as --help shows them: its own, those about a broker, the common ones. command NULL: the last alone. */
void options_help(FILE *out, const char *command);

/* Where an option was set: "FILE:LINE: " where that is a file, else "". The name is that of the file's setting. */
const char *options_place(const struct options *options, const char *name, char *out, size_t size);

/*
 * Values and their origins, never a secret: all of them, or those that somebody has set. Returns how many were left out.
 */
unsigned options_print(FILE *out, const struct options *options, const char *command, bool all);

#endif
