/* The rows of app/options, for the files that walk them. */
#ifndef APP_OPTIONS_TABLE_H
#define APP_OPTIONS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum option_type {
	OPTION_TEXT,
	OPTION_SECONDS, /* double; "5", "0.5", "5s", "2m" */
	OPTION_CHOICE,  /* int */
	OPTION_FLAG,    /* bool */
	OPTION_NUMBER,  /* int */
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
	const char *const *choices;
	double min, max;
	size_t offset;
	const char *argument; /* its name in the help; NULL: a flag */
	const char *help;
};

extern const struct option_row option_rows[];
extern const unsigned option_count;

/* Whether a command takes the option. */
bool option_belongs(const struct option_row *row, const char *command);

#endif
