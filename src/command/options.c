#include "command/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/duration.h"
#include "base/file_text.h"
#include "base/log.h"
#include "base/text.h"
#include "command/keys.h"
#include "command/options_table.h"
#include "command/trust.h"
#include "screen/action.h"

extern char **environ;

enum { NAME_ROOM = 64 };

/* "secret-file" as it is written in files and, in capitals, in the environment. */
static void file_name(const struct option_row *row, char out[NAME_ROOM])
{
	snprintf(out, NAME_ROOM, "%s", row->name);
	for (char *at = out; *at != '\0'; at++)
		if (*at == '-')
			*at = '_';
}

static void variable_name(const struct option_row *row, char out[NAME_ROOM])
{
	char name[NAME_ROOM];
	file_name(row, name);
	snprintf(out, NAME_ROOM, "CXWALL_%.50s", name);
	for (char *at = out; *at != '\0'; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
}

static const char *choice_at(const void *table, size_t index)
{
	return ((const char *const *)table)[index];
}

static bool set_choice(const struct option_row *row, int *field, const char *text, struct error *error)
{
	for (int i = 0; row->choices[i] != NULL; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*field = i;
			return true;
		}
	}
	const char *near = text_nearest(text, choice_at, row->choices);
	if (near != NULL)
		return error_set(error, "'%.40s' is no %s (did you mean '%s'?)", text, row->name, near);
	return error_set(error, "'%.40s' is no %s: %s", text, row->name, row->argument);
}

/* Digits, with one point where it may be: strtod would also take "nan", "1e3" and "0x10". */
static bool is_plain_number(const char *text, bool whole)
{
	size_t before = strspn(text, "0123456789"), point = !whole && text[before] == '.' ? 1 : 0;
	size_t behind = point == 1 ? strspn(text + before + 1, "0123456789") : 0;
	return before + behind > 0 && text[before + point + behind] == '\0';
}

static bool set_number(const struct option_row *row, double *out, const char *text, struct error *error)
{
	double number = 0;
	struct error why;
	if (row->type == OPTION_SECONDS) {
		if (!duration_read(text, &number, &why))
			return error_set(error, "%s: %s", row->name, why.text);
	} else if (!is_plain_number(text, row->type == OPTION_NUMBER)) {
		return error_set(error, "%s: '%.40s' is not a %snumber", row->name, text, row->type == OPTION_NUMBER ? "whole " : "");
	} else {
		number = strtod(text, NULL);
	}
	if (!(number >= row->min && number <= row->max))
		return error_set(error, "%s must be from %g to %g%s", row->name, row->min, row->max,
			row->type == OPTION_SECONDS ? " seconds" : "");
	*out = number;
	return true;
}

static bool add_text(struct options *options, const struct option_row *row, struct many *many, const char *text,
	struct error *error)
{
	if (many->count == MANY_MAX)
		return error_set(error, "%s stands more than %d times", row->name, MANY_MAX);
	many->items[many->count] = arena_copy(&options->arena, text, strlen(text));
	return many->items[many->count++] != NULL || error_set(error, "%s is too long", row->name);
}

/* Sets one value from a text of the command line or the environment. */
static bool set_text(struct options *options, const struct option_row *row, const char *text, struct error *error)
{
	void *field = (char *)options + row->offset;
	double number = 0;
	if (text[0] == '\0' && row->type != OPTION_FLAG)
		return error_set(error, "%s must not be empty", row->name);
	switch (row->type) {
	case OPTION_TEXT:
		*(const char **)field = arena_copy(&options->arena, text, strlen(text));
		return *(const char **)field != NULL || error_set(error, "%s is too long", row->name);
	case OPTION_LAYOUT:
		if (!add_text(options, row, &options->layouts, text, error))
			return false;
		*(const char **)field = options->layouts.items[options->layouts.count - 1];
		return true;
	case OPTION_MANY:
		return add_text(options, row, field, text, error);
	case OPTION_CHOICE:
		return set_choice(row, field, text, error);
	case OPTION_FLAG:
		*(bool *)field = true;
		return true;
	case OPTION_SECONDS:
	case OPTION_REAL:
	case OPTION_NUMBER:
	case OPTION_KEYS: /* never a text */
		break;
	}
	if (!set_number(row, &number, text, error))
		return false;
	if (row->type == OPTION_NUMBER)
		*(int *)field = (int)number;
	else
		*(double *)field = number;
	return true;
}

static enum config_type config_type_of(const struct option_row *row)
{
	switch (row->type) {
	case OPTION_SECONDS:
		return CONFIG_SECONDS;
	case OPTION_REAL:
		return CONFIG_REAL;
	case OPTION_CHOICE:
		return CONFIG_CHOICE;
	case OPTION_FLAG:
		return CONFIG_BOOL;
	case OPTION_NUMBER:
		return CONFIG_INT;
	case OPTION_KEYS:
		return CONFIG_READ;
	case OPTION_TEXT:
	case OPTION_LAYOUT:
	case OPTION_MANY: /* never in a file */
		break;
	}
	return CONFIG_TEXT;
}

/* The rows that may stand in a file, as keys for base/config. */
static void file_keys(struct config_key keys[OPTIONS_MAX + 1], char names[OPTIONS_MAX][NAME_ROOM])
{
	unsigned used = 0;
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		if (!(row->places & PLACE_FILE))
			continue;
		file_name(row, names[used]);
		keys[used] = (struct config_key){ .name = names[used], .type = config_type_of(row), .min = row->min,
			.max = row->max, .choices = row->choices, .offset = row->offset,
			.read = row->type == OPTION_KEYS ? keys_read : NULL };
		used++;
	}
	keys[used] = (struct config_key){ .name = NULL };
}

/* What others could write in the file would run in the user's name. */
static bool check_command(const struct config_node *root, const struct file_text *file, const char *path,
	struct error *error)
{
	const struct config_node *command = config_get(root, "secret_command");
	return command == NULL || trust_command(file->file, path, "the configuration", config_line(command),
		"secret_command runs a command", error);
}

static bool read_values(struct options *options, const struct config_node *root, enum origin origin, struct error *error)
{
	struct config_key keys[OPTIONS_MAX + 1];
	char names[OPTIONS_MAX][NAME_ROOM];
	const struct config_node *secret = config_get(root, "secret");
	struct config_walk walk = { .arena = &options->arena };
	file_keys(keys, names);
	bool good = secret == NULL || config_error(secret, error,
		"the secret itself must not stand here: name a file with secret_file, or a command with secret_command");
	good = good && config_fill(&walk, root, "the configuration", keys, options, error);
	for (unsigned i = 0; good && i < option_count; i++) {
		char name[NAME_ROOM];
		file_name(&option_rows[i], name);
		if (config_get(root, name) != NULL)
			options->origins[i] = origin;
	}
	return good;
}

static bool read_config(struct options *options, const char *path, enum origin origin, struct error *error)
{
	struct file_text file;
	if (!file_text_read(&file, path, CONFIG_BYTES_MAX, error))
		return false;
	struct config *config = config_parse(path, buffer_string(&file.text), error);
	bool good = config != NULL && read_values(options, config_root(config), origin, error) &&
		check_command(config_root(config), &file, path, error);
	config_free(config);
	file_text_close(&file);
	return good;
}

/* A link that leads nowhere is there too, and a mistake. */
static bool exists(const char *path)
{
	struct stat about;
	return lstat(path, &about) == 0;
}

static bool read_files(struct options *options, struct error *error)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");
	char path[512] = "";
	if (options->config != NULL)
		return read_config(options, options->config, ORIGIN_FILE, error);
	if (xdg != NULL && xdg[0] == '/')
		snprintf(path, sizeof(path), "%s/cxwall/cxwall.conf", xdg);
	else if (home != NULL && home[0] == '/')
		snprintf(path, sizeof(path), "%s/.config/cxwall/cxwall.conf", home);
	options->user_file = arena_copy(&options->arena, path, strlen(path));
	options->system_file = SYSCONFDIR "/cxwall/cxwall.conf";
	options->system_file_read = exists(options->system_file);
	if (options->system_file_read && !read_config(options, options->system_file, ORIGIN_SYSTEM_FILE, error))
		return false;
	options->user_file_read = path[0] != '\0' && exists(path);
	return !options->user_file_read || read_config(options, path, ORIGIN_USER_FILE, error);
}

/* Copies the secret out of the environment and overwrites it there, so that neither ps nor a child sees it. */
static void take_secret(struct options *options, const char *variable, const char **out)
{
	char *secret = getenv(variable);
	if (secret == NULL)
		return;
	if (secret[0] != '\0')
		*out = arena_copy(&options->arena, secret, strlen(secret));
	explicit_bzero(secret, strlen(secret));
	unsetenv(variable);
}

static void wipe_secret(const char **secret)
{
	if (*secret != NULL)
		explicit_bzero((char *)*secret, strlen(*secret));
	*secret = NULL;
}

/* What the command line gave is given once more. */
static void forget_many(struct options *options)
{
	options->layouts.count = options->settings.count = options->services.count = 0;
}

static const struct option_row *row_of_variable(const char *entry)
{
	for (unsigned i = 0; i < option_count; i++) {
		char name[NAME_ROOM];
		variable_name(&option_rows[i], name);
		size_t length = strlen(name);
		if ((option_rows[i].places & PLACE_ENVIRONMENT) && strncmp(entry, name, length) == 0 && entry[length] == '=')
			return &option_rows[i];
	}
	return NULL;
}

/* A name only: the value of a mistyped CXWALL_SECRT may be the secret. */
static void warn_variable(const char *entry)
{
	char name[NAME_ROOM], clean[NAME_ROOM];
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(entry, "="), entry);
	text_scrub(clean, sizeof(clean), name, strlen(name));
	message("unknown variable %s", clean);
}

static bool read_environment(struct options *options, struct error *error)
{
	for (char **entry = environ; *entry != NULL; entry++) {
		if (strncmp(*entry, "CXWALL_", 7) != 0)
			continue;
		const struct option_row *row = row_of_variable(*entry);
		if (row == NULL) {
			warn_variable(*entry);
			continue;
		}
		const char *value = strchr(*entry, '=') + 1;
		if (value[0] == '\0')
			continue;
		if (!set_text(options, row, value, error))
			return error_prefix(error, "environment: ");
		options->origins[row - option_rows] = ORIGIN_ENVIRONMENT;
	}
	return true;
}

/* Long options by their row, short ones by their letter; both end at the same row. */
enum { LONG_BASE = 1000 };

static const char *command_option_at(const void *command, size_t index)
{
	for (unsigned i = 0; i < option_count; i++)
		if ((option_rows[i].places & PLACE_COMMAND_LINE) && option_belongs(&option_rows[i], command) && index-- == 0)
			return option_rows[i].name;
	return NULL;
}

/* One name may mean different things to different commands: each takes its own. */
static bool is_shadowed(unsigned index, const char *command)
{
	for (unsigned i = 0; i < option_count && !option_belongs(&option_rows[index], command); i++)
		if (i != index && strcmp(option_rows[i].name, option_rows[index].name) == 0 &&
			option_belongs(&option_rows[i], command))
			return true;
	return false;
}

static void getopt_tables(const char *command, struct option longs[OPTIONS_MAX + 1], char shorts[OPTIONS_MAX * 2 + 3])
{
	unsigned used = 0;
	strcpy(shorts, ":");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		if (!(row->places & PLACE_COMMAND_LINE) || is_shadowed(i, command))
			continue;
		int argument = row->argument != NULL ? required_argument : no_argument;
		longs[used++] = (struct option){ row->name, argument, NULL, LONG_BASE + (int)i };
		if (row->letter != 0) {
			size_t length = strlen(shorts);
			shorts[length] = row->letter;
			strcpy(shorts + length + 1, argument == required_argument ? ":" : "");
		}
	}
	longs[used] = (struct option){ NULL, 0, NULL, 0 };
}

static bool bad_option(const char *command, int got, const char *word, struct error *error)
{
	if (got == ':')
		return error_set(error, "%.60s needs a value", word);
	char name[NAME_ROOM];
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	if (strcmp(name, "--secret") == 0)
		return error_set(error, "a secret is never an option: use CXWALL_SECRET, secret_file or secret_command");
	const char *near = strncmp(name, "--", 2) == 0 ? text_nearest(name + 2, command_option_at, command) : NULL;
	if (near != NULL)
		return error_set(error, "unknown option %s (did you mean --%s?)", name, near);
	return error_set(error, "unknown option %s", name);
}

static const struct option_row *row_of_option(int got)
{
	if (got >= LONG_BASE)
		return &option_rows[got - LONG_BASE];
	for (unsigned i = 0; i < option_count; i++)
		if (option_rows[i].letter == got)
			return &option_rows[i];
	return NULL;
}

static bool read_command_line(struct options *options, const char *command, int argc, char **argv, struct error *error)
{
	struct option longs[OPTIONS_MAX + 1];
	char shorts[OPTIONS_MAX * 2 + 3];
	int got;
	getopt_tables(command, longs, shorts);
	optind = 0;
	opterr = 0;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_row *row = row_of_option(got);
		if (got == ':' || got == '?' || row == NULL)
			return bad_option(command, got, argv[optind - 1], error);
		if (!option_belongs(row, command))
			return error_set(error, "--%s does not belong to '%s'", row->name, command);
		if (!set_text(options, row, optarg != NULL ? optarg : "", error))
			return false;
		options->origins[row - option_rows] = ORIGIN_OPTION;
	}
	options->words = argv + optind;
	options->word_count = argc - optind;
	return true;
}

bool options_read(struct options *options, const char *command, int argc, char **argv, struct error *error)
{
	*options = (struct options){ .page = 1, .record_size = 500, .record_days = 7, .speed = 1 };
	arena_init(&options->arena, OPTIONS_BYTES_MAX);
	action_bindings(&options->bindings);
	take_secret(options, "CXWALL_SECRET", &options->api.secret.text);
	take_secret(options, "CXWALL_BROKER_PASSWORD", &options->mqtt.password);
	/* Twice: the first time to learn of --config and --help, the second time to win over the files. */
	if (!read_command_line(options, command, argc, argv, error))
		return false;
	if (options->help || options->version)
		return true;
	if (options->config == NULL)
		options->config = getenv("CXWALL_CONFIG");
	if (!read_files(options, error) || !read_environment(options, error))
		return false;
	forget_many(options);
	options->mqtt.allow_plaintext = options->api.allow_plaintext;
	return read_command_line(options, command, argc, argv, error);
}

void options_wipe(struct options *options)
{
	wipe_secret(&options->api.secret.text);
	wipe_secret(&options->mqtt.password);
}

void options_free(struct options *options)
{
	options_wipe(options);
	arena_free(&options->arena);
}

static void help_row(FILE *out, const struct option_row *row)
{
	char left[80];
	snprintf(left, sizeof(left), "%c%c%s --%s%s%s", row->letter != 0 ? '-' : ' ', row->letter != 0 ? row->letter : ' ',
		row->letter != 0 ? "," : " ", row->name, row->argument != NULL ? " " : "",
		row->argument != NULL ? row->argument : "");
	fprintf(out, "  %-36s %s\n", left, row->help);
}

void options_help(FILE *out, const char *command)
{
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		if ((row->places & PLACE_COMMAND_LINE) && (command == NULL ? row->commands == NULL : option_belongs(row, command)))
			help_row(out, row);
	}
}

bool options_given(const struct options *options, const char *name)
{
	for (unsigned i = 0; i < option_count; i++)
		if (strcmp(option_rows[i].name, name) == 0)
			return options->origins[i] == ORIGIN_OPTION;
	return false;
}

static const char *const origin_words[] = {
	[ORIGIN_BUILT_IN] = "built in",
	[ORIGIN_SYSTEM_FILE] = "system file",
	[ORIGIN_USER_FILE] = "user file",
	[ORIGIN_FILE] = "file",
	[ORIGIN_ENVIRONMENT] = "environment",
	[ORIGIN_OPTION] = "option",
};

static void print_keys(FILE *out, const struct bindings *bindings)
{
	bool any = false;
	for (unsigned i = 0; i < bindings->count; i++)
		if (bindings->own[i]) {
			fprintf(out, "%s%s: %s", any ? ", " : "", action_at(i)->name, bindings->keys[i]);
			any = true;
		}
	fputs(any ? "" : "-", out);
}

/* A proxy's url may hold a password. */
static void print_text(FILE *out, const char *text)
{
	const char *host = strstr(text, "://"), *at = strrchr(text, '@');
	if (host != NULL && at != NULL && at > host)
		fprintf(out, "%.*s***%s", (int)(host + 3 - text), text, at);
	else
		fprintf(out, "%s", text);
}

static void print_value(FILE *out, const struct options *options, const struct option_row *row)
{
	const void *field = (const char *)options + row->offset;
	switch (row->type) {
	case OPTION_TEXT:
	case OPTION_LAYOUT:
		print_text(out, *(const char *const *)field != NULL ? *(const char *const *)field : "-");
		break;
	case OPTION_SECONDS:
		/* Not given: then a layout has its own. */
		if (*(const double *)field == 0) {
			fputs("-", out);
			break;
		}
		fprintf(out, "%g", *(const double *)field);
		break;
	case OPTION_REAL:
		fprintf(out, "%g", *(const double *)field);
		break;
	case OPTION_CHOICE:
		fprintf(out, "%s", row->choices[*(const int *)field]);
		break;
	case OPTION_FLAG:
		fprintf(out, "%s", *(const bool *)field ? "true" : "false");
		break;
	case OPTION_NUMBER:
		fprintf(out, "%d", *(const int *)field);
		break;
	case OPTION_MANY:
		fprintf(out, "%u", ((const struct many *)field)->count);
		break;
	case OPTION_KEYS:
		print_keys(out, field);
		break;
	}
}

void options_print(FILE *out, const struct options *options, const char *command)
{
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		char name[NAME_ROOM];
		if (row->places == PLACE_COMMAND_LINE || !option_belongs(row, command))
			continue;
		file_name(row, name);
		fprintf(out, "%-16s ", name);
		print_value(out, options, row);
		fprintf(out, "  (%s)\n", origin_words[options->origins[i]]);
	}
}
