#include "command/options.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/file_text.h"
#include "base/local_time.h"
#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "board/privacy.h"
#include "command/layout_permissions.h"
#include "output/history.h"
#include "screen/action.h"
#include "screen/keyboard.h"
#include "screen/screen.h"
#include "screen/theme.h"
#include "store/store.h"

extern char **environ;

enum { NAME_ROOM = 64, PATH_ROOM = 4096, HELP_INDENT = 28, PROFILES_MAX = 64 };

/* ---- the table ---- */

static const char *const auth_names[] = { "oauth", "cookie", NULL };
static const char *const dialect_names[] = { "auto", "schema", "example", NULL };
static const char *const format_names[] = { "text", "json", "csv", NULL };
static const char *const picture_names[] = { "text", "json", "csv", "ansi", "html", "svg", NULL };

/* As enum depth has them. */
static const char *const depth_names[] = { "auto", "8", "16", "256", "24bit", NULL };

/* The commands that talk to a broker. */
#define BROKER "run snapshot follow check metrics publish"

static bool check_clock(const char *text, struct error *error)
{
	struct day_time time;
	return day_time_read(&time, text, error);
}

static bool check_dim(const char *text, struct error *error)
{
	struct local_hours hours;
	return strcmp(text, "off") == 0 || local_hours_read(&hours, text) ||
		error_set(error, "dim: '%.40s' is neither off nor two different times of one day, such as 20:00-07:00", text);
}

static bool check_name(const char *text, struct error *error)
{
	enum { COLUMNS_MAX = 40 };
	char clean[200];
	if (strlen(text) >= sizeof(clean) / 2)
		return error_set(error, "name: at most %d columns", COLUMNS_MAX);
	text_scrub(clean, sizeof(clean), text, strlen(text));
	if (strcmp(clean, text) != 0)
		return error_set(error, "name: no control characters and no invalid UTF-8");
	return text_width(text) <= COLUMNS_MAX || error_set(error, "name: at most %d columns", COLUMNS_MAX);
}

#define AT(field) .offset = offsetof(struct options, field)

const struct option_row option_rows[] = {
	{ .name = "config", .letter = 'c', .type = OPTION_PATH, .places = PLACE_COMMAND_LINE | PLACE_ENVIRONMENT, AT(config),
		.argument = "FILE", .help = "read FILE instead of the user's and the system's configuration" },
	{ .name = "profile", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE | PLACE_ENVIRONMENT, AT(profile),
		.argument = "NAME", .help = "read NAME.conf instead of cxwall.conf in the user's folder: another contact centre" },
	{ .name = "layout", .letter = 'l', .type = OPTION_LAYOUT, .places = PLACE_ALL, AT(layout),
		.argument = "NAME|FILE", .help = "the layout: a file, or the name of one (default overview)" },
	{ .name = "url", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.url),
		.argument = "URL", .help = "where requests go, if not to https://TENANT" },
	{ .name = "tenant", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.tenant),
		.argument = "DOMAIN", .help = "domain of the contact centre, such as example.cx.onecloud.com" },
	{ .name = "user", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.user),
		.argument = "LOGIN", .help = "login of the statistics user" },
	{ .name = "secret-file", .type = OPTION_PATH, .places = PLACE_ENVIRONMENT | PLACE_FILE, AT(api.secret.file),
		.argument = "FILE", .help = "file that holds the API secret and that only you can read" },
	{ .name = "secret-command", .type = OPTION_TEXT, .places = PLACE_FILE, AT(api.secret.command),
		.argument = "COMMAND", .help = "command that prints the API secret" },
	{ .name = "auth", .type = OPTION_CHOICE, .places = PLACE_ENVIRONMENT | PLACE_FILE, .choices = auth_names,
		AT(api.auth), .argument = "HOW",
		.help = "how to sign in (with cookie the secret is the value of X-STATSAPI-TOKEN)" },
	{ .name = "dialect", .type = OPTION_CHOICE, .places = PLACE_ENVIRONMENT | PLACE_FILE, .choices = dialect_names,
		AT(api.dialect), .argument = "NAME", .help = "spelling of the subscription's body" },
	{ .name = "percent-totals", .type = OPTION_CHOICE, .places = PLACE_ENVIRONMENT | PLACE_FILE, .choices = scale_names,
		AT(api.percent_totals), .argument = "auto|percent|fraction", .help = "how this server writes percentages of totals" },
	{ .name = "percent-grids", .type = OPTION_CHOICE, .places = PLACE_ENVIRONMENT | PLACE_FILE, .choices = scale_names,
		AT(api.percent_grids), .argument = "auto|percent|fraction", .help = "how this server writes percentages in grids" },
	{ .name = "proxy", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.proxy),
		.argument = "URL", .help = "proxy for https; default: the variable https_proxy" },
	{ .name = "ca-file", .type = OPTION_PATH, .places = PLACE_ALL, AT(api.ca_file),
		.argument = "FILE", .help = "certificates to trust instead of the system's" },
	{ .name = "allow-plaintext", .type = OPTION_FLAG, .places = PLACE_FILE, AT(api.allow_plaintext),
		.help = "allow http to another machine" },
	{ .name = "from", .type = OPTION_TEXT, .places = PLACE_ALL, .commands = "run snapshot follow check metrics", .broker = true,
		AT(broker_from), .argument = "mqtt://HOST/PREFIX", .help = "read what cxwall publish sends to this broker, instead of the API" },
	{ .name = "broker-user", .type = OPTION_TEXT, .places = PLACE_ALL, .commands = BROKER, .broker = true, AT(mqtt.user),
		.argument = "LOGIN", .help = "login at the broker" },
	{ .name = "broker-password-file", .type = OPTION_PATH, .places = PLACE_ENVIRONMENT | PLACE_FILE, .commands = BROKER, .broker = true,
		AT(mqtt.password_file), .argument = "FILE", .help = "file that holds its password and that only you can read" },
	{ .name = "broker-ca-file", .type = OPTION_PATH, .places = PLACE_ALL, .commands = BROKER, .broker = true, AT(mqtt.ca_file),
		.argument = "FILE", .help = "certificates to trust for mqtts instead of the system's" },
	{ .name = "broker-cert-file", .type = OPTION_PATH, .places = PLACE_ENVIRONMENT | PLACE_FILE, .commands = BROKER, .broker = true,
		AT(mqtt.cert_file), .argument = "FILE", .help = "client certificate for mqtts" },
	{ .name = "broker-key-file", .type = OPTION_PATH, .places = PLACE_ENVIRONMENT | PLACE_FILE, .commands = BROKER, .broker = true,
		AT(mqtt.key_file), .argument = "FILE", .help = "its key, if not in the same file; only you can read it" },
	{ .name = "chat-app-id", .type = OPTION_TEXT, .places = PLACE_ENVIRONMENT | PLACE_FILE, AT(api.chat_app_id),
		.argument = "ID", .help = "with chat_client_id: show the office hours of this chat entry" },
	{ .name = "chat-client-id", .type = OPTION_TEXT, .places = PLACE_ENVIRONMENT | PLACE_FILE,
		AT(api.chat_client_id), .argument = "ID", .help = "see chat_app_id" },
	{ .name = "interval", .letter = 'i', .type = OPTION_SECONDS, .places = PLACE_ALL, .min = INTERVAL_MIN, .max = INTERVAL_MAX,
		AT(interval), .argument = "SECONDS", .help = "time between polls, at least 1 (default 5)" },
	{ .name = "theme", .type = OPTION_THEME, .places = PLACE_ALL, .commands = "run demo replay snapshot", .choices = theme_names, AT(theme),
		.argument = "NAME", .help = "colour theme" },
	{ .name = "clock", .type = OPTION_CHECKED, .places = PLACE_ALL, .commands = "run demo replay snapshot history", .check = check_clock, AT(clock),
		.argument = "FORMAT", .help = "how times of day are written on the screen, such as '%I:%M %p' (default '%H:%M:%S')" },
	{ .name = "dim", .type = OPTION_CHECKED, .places = PLACE_ALL, .commands = "run demo replay", .check = check_dim, AT(dim),
		.argument = "HH:MM-HH:MM", .help = "when the picture is darker, such as 20:00-07:00, or off (default off)" },
	{ .name = "name", .type = OPTION_CHECKED, .places = PLACE_ALL, .commands = "run demo replay", .check = check_name, AT(name),
		.argument = "TEXT", .help = "which screen this is, such as 'Floor 2 left'; shown in its first line" },
	{ .name = "glyphs", .type = OPTION_CHOICE, .places = PLACE_ALL, .commands = "run demo replay snapshot history doctor", .choices = glyph_names, AT(glyphs),
		.argument = "NAME", .help = "characters of frames and marks" },
	{ .name = "color", .type = OPTION_CHOICE, .places = PLACE_ALL, .commands = "run demo replay snapshot follow doctor setup", .choices = color_names, AT(color),
		.argument = "WHEN", .help = "whether to use colours (auto respects NO_COLOR)" },
	{ .name = "names", .type = OPTION_CHOICE, .places = PLACE_ALL, .choices = names_names, AT(names),
		.argument = "HOW", .help = "how much of an agent's name is shown" },
	{ .name = "mouse", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE | PLACE_FILE, .commands = "run demo replay",
		AT(mouse),
		.help = "use the mouse (hold Shift to select text)" },
	{ .name = "kiosk", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE | PLACE_FILE, .commands = "run demo replay",
		AT(kiosk),
		.help = "ignore the keyboard; only a signal ends the wall" },
	{ .name = "kiosk-quit", .type = OPTION_FLAG, .places = PLACE_FILE, .commands = "run demo replay", AT(kiosk_quit),
		.help = "let the quit key end a kiosk" },
	{ .name = "keys", .type = OPTION_KEYS, .places = PLACE_FILE, .commands = "run demo replay", AT(bindings),
		.help = "your own keys for actions" },
	{ .name = "log", .type = OPTION_PATH, .places = PLACE_ALL, AT(log),
		.argument = "FILE|journal", .help = "append a line for each request and each trouble; journal: to that of systemd" },
	{ .name = "record", .type = OPTION_PATH, .places = PLACE_ALL, .commands = "run demo follow", AT(record),
		.argument = "FILE", .help = "record all answers and alerts in FILE" },
	{ .name = "record-size", .type = OPTION_NUMBER, .places = PLACE_ALL, .commands = "run demo follow", .min = 1,
		.max = 1000000,
		AT(record_size), .argument = "MB", .help = "size of FILE and FILE.1 together (default 500)" },
	{ .name = "record-days", .type = OPTION_NUMBER, .places = PLACE_ALL, .commands = "run demo follow", .min = 1, .max = 3660,
		AT(record_days), .argument = "DAYS", .help = "how long recorded answers are kept (default 7)" },
	{ .name = "history", .type = OPTION_DAYS, .places = PLACE_ENVIRONMENT | PLACE_FILE, .commands = "run follow metrics publish doctor",
		.min = 1, .max = STORE_DAYS_MAX, AT(history_days), .argument = "off|DAYS",
		.help = "days for which the numbers of services and totals are kept on disk (default 35)" },
	{ .name = "take-over", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE,
		.commands = "run follow metrics publish doctor", AT(api.take_over),
		.help = "end another client's subscription of this login" },
	{ .name = "format", .type = OPTION_CHOICE, .places = PLACE_COMMAND_LINE, .commands = "snapshot",
		.choices = picture_names, AT(format), .argument = "FORMAT", .help = "what to print" },
	{ .name = "depth", .type = OPTION_CHOICE, .places = PLACE_COMMAND_LINE, .commands = "snapshot", .choices = depth_names,
		AT(depth), .argument = "COLOURS", .help = "colours of the picture with --format ansi (auto asks COLORTERM and TERM)" },
	{ .name = "format", .type = OPTION_CHOICE, .places = PLACE_COMMAND_LINE, .commands = "list follow backtest summary history",
		.choices = format_names, AT(format), .argument = "FORMAT", .help = "what to print" },
	{ .name = "size", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "snapshot history", AT(size),
		.argument = "COLSxLINES", .help = "size of the picture (default: that of the terminal, else 120x40)" },
	{ .name = "panel", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "snapshot", AT(panel),
		.argument = "NAME", .help = "only this panel" },
	{ .name = "demo", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "snapshot", AT(demo),
		.help = "show a simulated contact centre and its last two days, without an account" },
	{ .name = "page", .type = OPTION_NUMBER, .places = PLACE_COMMAND_LINE, .commands = "snapshot", .min = 1, .max = 9,
		AT(page), .argument = "N", .help = "page of the layout (default 1)" },
	{ .name = "at", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "replay", AT(at),
		.argument = "HH:MM", .help = "where to begin (default: at the beginning)" },
	{ .name = "speed", .type = OPTION_REAL, .places = PLACE_COMMAND_LINE, .commands = "replay", .min = 0.25, .max = 512,
		AT(speed), .argument = "X", .help = "recorded seconds that are shown in each second (default 1)" },
	{ .name = "set", .type = OPTION_MANY, .places = PLACE_COMMAND_LINE, .commands = "backtest", AT(settings),
		.argument = "ALERT.KEY=VALUE", .help = "another setting of an alert, such as 'long queue.for=1m'; may be repeated" },
	{ .name = "from", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "summary", AT(from),
		.argument = "TIME", .help = "where the period of a recording begins, such as 08:00 or '2026-11-24 08:00' (default: the last day)" },
	{ .name = "since", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "summary history", AT(since),
		.argument = "TIME", .help = "where the period begins, such as 08:00, yesterday, 7d or '2026-11-24 08:00' (default: today)" },
	{ .name = "until", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "summary history", AT(until),
		.argument = "TIME", .help = "where it ends (default: now, or where the recording ends)" },
	{ .name = "service", .type = OPTION_MANY, .places = PLACE_COMMAND_LINE, .commands = "summary history", AT(services),
		.argument = "NAME", .help = "only this service, or all: the totals over all services; may be repeated" },
	{ .name = "statistic", .type = OPTION_MANY, .places = PLACE_COMMAND_LINE, .commands = "history", AT(statistics),
		.argument = "NAME", .help = "show this statistic (mean, largest, last, gained) instead of the calls; may be repeated" },
	{ .name = "every", .type = OPTION_CHOICE, .places = PLACE_COMMAND_LINE, .commands = "history", .choices = history_every_names,
		AT(every), .argument = "LENGTH", .help = "time that each line covers (default 30m)" },
	{ .name = "chart", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "history", AT(chart),
		.help = "draw a chart instead of a table" },
	{ .name = "list", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "history", AT(list),
		.help = "list what is remembered, and since when" },
	{ .name = "warn", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "check", AT(warn),
		.argument = "LIMIT", .help = "limit for a warning (exit status 1), such as '> 5'" },
	{ .name = "critical", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "check", AT(critical),
		.argument = "LIMIT", .help = "limit for critical (exit status 2), such as '> 10'" },
	{ .name = "file", .type = OPTION_PATH, .places = PLACE_COMMAND_LINE, .commands = "metrics", AT(file),
		.argument = "FILE", .help = "write FILE at each poll until ended, instead of printing once" },
	{ .name = "from", .type = OPTION_PATH, .places = PLACE_COMMAND_LINE, .commands = "layout", AT(layout_from),
		.argument = "NAME|FILE", .help = "the layout that it is made of (default: that of --layout)" },
	{ .name = "services", .type = OPTION_MANY, .places = PLACE_COMMAND_LINE, .commands = "layout", AT(chosen_services),
		.argument = "NAME,...", .help = "only these services; may be repeated" },
	{ .name = "teams", .type = OPTION_MANY, .places = PLACE_COMMAND_LINE, .commands = "layout", AT(chosen_teams),
		.argument = "NAME,...", .help = "only the agents of these teams; may be repeated" },
	{ .name = "title", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "layout", AT(title),
		.argument = "TEXT", .help = "its title (default: that of the original)" },
	{ .name = "name", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "layout", AT(layout_name),
		.argument = "NAME", .help = "write it among your layouts, instead of printing it" },
	{ .name = "output", .type = OPTION_PATH, .places = PLACE_COMMAND_LINE, .commands = "layout", AT(output),
		.argument = "FILE", .help = "write it into FILE, which must not be there yet" },
	{ .name = "running", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list", AT(running),
		.help = "services or teams as a running wall of this login knows them, without asking the server" },
	{ .name = "agent-can-select", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list",
		AT(agent_can_select), .help = "dispositions that agents can select" },
	{ .name = "inbound", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list", AT(inbound),
		.help = "dispositions of inbound services" },
	{ .name = "outbound", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list", AT(outbound),
		.help = "dispositions of outbound services" },
	{ .name = "preview", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list", AT(preview),
		.help = "dispositions of preview campaigns" },
	{ .name = "check-config", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "run", AT(check_config),
		.help = "check configuration and layout, and exit" },
	{ .name = "print-config", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "run", AT(print_config),
		.help = "print each value and where it comes from, and exit" },
	{ .name = "print", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "setup", AT(print),
		.help = "print the configuration instead of writing it" },
	{ .name = "admin", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "setup", AT(admin),
		.help = "print what to ask your administrator for, and exit" },
	{ .name = "help", .letter = 'h', .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, AT(help),
		.help = "print this help" },
	{ .name = "version", .letter = 'V', .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, AT(version),
		.help = "print the version" },
};

const unsigned option_count = sizeof(option_rows) / sizeof(option_rows[0]);

/* An OPTION_CHOICE is written as an int. */
_Static_assert(sizeof(enum auth_kind) == sizeof(int) && sizeof(enum dialect_choice) == sizeof(int) &&
	sizeof(enum glyph_choice) == sizeof(int) && sizeof(enum color_choice) == sizeof(int) &&
	sizeof(enum names) == sizeof(int) && sizeof(enum depth) == sizeof(int) && sizeof(enum output_format) == sizeof(int), "choices are set as ints");

_Static_assert(sizeof(option_rows) / sizeof(option_rows[0]) <= OPTIONS_MAX, "origins has room for each row");

bool option_belongs(const struct option_row *row, const char *command)
{
	if (row->commands == NULL)
		return true;
	size_t length = strlen(command);
	for (const char *at = row->commands; (at = strstr(at, command)) != NULL; at += length)
		if ((at == row->commands || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

/* ---- the group `keys` of a file: keys for actions by their name ---- */

/* The terminal turns these keys into signals, so that they never arrive as keys. */
static bool key_is_signal(uint32_t key)
{
	return key == key_read("Ctrl-C") || key == key_read("Ctrl-Z");
}

static bool keys_unknown_action(const struct config_node *node, struct error *error)
{
	const char *name = config_name(node), *near = action_nearest(name);
	return config_error(node, error, "unknown action '%.40s'%s", name,
		text_hint(near, "; cxwall list actions names those that there are").text);
}

static bool key_give(struct bindings *bindings, unsigned action, const struct config_node *node, struct error *error)
{
	const char *name = config_string(node), *near = key_nearest(name);
	unsigned other;
	if (config_kind(node) != CONFIG_STRING)
		return config_error(node, error, "a key is a text, such as \"q\" or \"Ctrl-L\"");
	if ((key_read(name) == INPUT_NONE || strchr(name, ' ') != NULL) && near != NULL)
		return config_error(node, error, "unknown key '%.40s' (did you mean '%s'?)", name, near);
	if (key_read(name) == INPUT_NONE || strchr(name, ' ') != NULL)
		return config_error(node, error,
			"unknown key '%.40s': a character, or a name such as Enter, Space, PgDn, F2, Ctrl-L", name);
	if (key_is_signal(key_read(name)))
		return config_error(node, error, "%s is a signal and cannot be a key", name);
	if (bindings_give(bindings, action, name, &other))
		return true;
	if (other == action)
		return config_error(node, error, "too many keys for %s", action_at(action)->name);
	return config_error(node, error, "%s is already the key of %s", name, action_at(other)->name);
}

/* A text, or a list of texts; an empty list takes all keys away. */
static bool keys_read_action(struct bindings *bindings, const struct config_node *node, struct error *error)
{
	int action = action_find(config_name(node));
	enum config_kind kind = config_kind(node);
	if (action < 0)
		return keys_unknown_action(node, error);
	bindings_clear(bindings, (unsigned)action);
	if (kind != CONFIG_LIST && kind != CONFIG_ARRAY)
		return key_give(bindings, (unsigned)action, node, error);
	for (unsigned i = 0; i < config_length(node); i++)
		if (!key_give(bindings, (unsigned)action, config_at(node, i), error))
			return false;
	return true;
}

static bool keys_read(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct bindings *bindings = field;
	(void)walk;
	if (config_kind(node) != CONFIG_GROUP)
		return config_error(node, error, "keys must be a group, such as keys = { quit = \"Q\" }");
	action_bindings(bindings);
	for (unsigned i = 0; i < config_length(node); i++)
		if (!keys_read_action(bindings, config_at(node, i), error))
			return false;
	return true;
}

static bool theme_read(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	static const struct config_key key = { .name = "theme", .type = CONFIG_TEXT };
	struct error why;
	if (!config_read_value(walk, node, &key, field, error))
		return false;
	return theme_known(*(const char **)field, &why) || config_error(node, error, "%s", why.text);
}

static bool days_read(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	static const struct config_key key = { .name = "history", .type = CONFIG_INT, .min = 1, .max = STORE_DAYS_MAX };
	if (config_kind(node) == CONFIG_STRING && strcmp(config_string(node), "off") == 0) {
		*(int *)field = 0;
		return true;
	}
	if (config_kind(node) == CONFIG_INTEGER)
		return config_read_value(walk, node, &key, field, error);
	return config_error(node, error, "history is \"off\", or a number of days such as %d", STORE_DAYS);
}

/* ---- one value ---- */

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

/* "safe, dark, light or contrast" */
static void option_choices(const struct option_row *row, char *out, size_t size)
{
	size_t used = 0;
	out[0] = '\0';
	for (int i = 0; row->choices[i] != NULL && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : row->choices[i + 1] == NULL ? " or " : ", ",
			row->choices[i]);
}

static const char *option_choice_at(const void *table, size_t index)
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
	const char *near = text_nearest(text, option_choice_at, row->choices);
	char all[ERROR_TEXT / 2];
	if (near != NULL)
		return error_set(error, "unknown %s '%.40s' (did you mean '%s'?)", row->name, text, near);
	option_choices(row, all, sizeof(all));
	return error_set(error, "unknown %s '%.40s': use %s", row->name, text, all);
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
		if (!config_text_seconds(text, &number, &why))
			return error_set(error, "%s: %s", row->name, why.text);
	} else if (row->type == OPTION_DAYS && !is_plain_number(text, true)) {
		return error_set(error, "%s: '%.40s' is neither off nor a number of days", row->name, text);
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
		return error_set(error, "%s is given more than %d times", row->name, MANY_MAX);
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
	case OPTION_PATH:
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
	case OPTION_CHECKED:
		*(const char **)field = arena_copy(&options->arena, text, strlen(text));
		return *(const char **)field != NULL ? row->check(text, error) : error_set(error, "%s is too long", row->name);
	case OPTION_THEME:
		*(const char **)field = arena_copy(&options->arena, text, strlen(text));
		if (*(const char **)field == NULL)
			return error_set(error, "%s is too long", row->name);
		return theme_known(text, error);
	case OPTION_FLAG:
		*(bool *)field = true;
		return true;
	case OPTION_DAYS:
		*(int *)field = 0;
		if (strcmp(text, "off") == 0)
			return true;
		break;
	case OPTION_SECONDS:
	case OPTION_REAL:
	case OPTION_NUMBER:
	case OPTION_KEYS: /* never a text */
		break;
	}
	if (!set_number(row, &number, text, error))
		return false;
	if (row->type == OPTION_NUMBER || row->type == OPTION_DAYS)
		*(int *)field = (int)number;
	else
		*(double *)field = number;
	return true;
}

static bool checked_read(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct config_key key = { .name = config_name(node), .type = CONFIG_TEXT };
	char name[NAME_ROOM];
	struct error why;
	if (!config_read_value(walk, node, &key, field, error))
		return false;
	for (unsigned i = 0; i < option_count; i++) {
		file_name(&option_rows[i], name);
		if (option_rows[i].type == OPTION_CHECKED && strcmp(name, key.name) == 0 && !option_rows[i].check(*(const char **)field, &why))
			return config_error(node, error, "%s", why.text);
	}
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
	case OPTION_THEME:
	case OPTION_CHECKED:
	case OPTION_DAYS:
		return CONFIG_READ;
	case OPTION_TEXT:
	case OPTION_PATH:
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
			.read = row->type == OPTION_KEYS ? keys_read : row->type == OPTION_THEME ? theme_read
				: row->type == OPTION_CHECKED ? checked_read : row->type == OPTION_DAYS ? days_read : NULL };
		used++;
	}
	keys[used] = (struct config_key){ .name = NULL };
}

/* A file that others can write must not name a command: it would run as this user. */
static bool check_secret_command(const struct config_node *root, const struct file_text *file, const char *path,
	struct error *error)
{
	const struct config_node *command = config_get(root, "secret_command");
	return command == NULL || permissions_command(file->file, path, "the configuration", config_line(command),
		"secret_command runs a command", error);
}

/* What the settings of other programs, and of layouts, are here. */
static const char *name_home(const char *name)
{
	static const struct { const char *name, *home; } others[] = {
		{ "domain", "write tenant" }, { "scope", "write tenant" }, { "host", "write url" }, { "server", "write url" },
		{ "client_id", "write user" }, { "login", "write user" }, { "username", "write user" },
		{ "client_secret", "name a file with secret_file" }, { "password", "name a file with secret_file" },
		{ "api_key", "name a file with secret_file" }, { "token", "name a file with secret_file" },
		{ "broker", "write from, or name it after cxwall publish" }, { "take_over", "it is an option, --take-over" },
		{ "profile", "it is an option, --profile" },
		{ "pages", "it belongs to a layout" }, { "title", "it belongs to a layout" }, { "turn", "it belongs to a layout" },
		{ "rotate", "it belongs to a layout" }, { "status", "it belongs to a layout" }, { "alerts", "it belongs to a layout" },
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i].name, name) == 0)
			return others[i].home;
	return NULL;
}

const char *options_place(const struct options *options, const char *name, char *out, size_t size)
{
	const char *files[] = { [ORIGIN_SYSTEM_FILE] = options->system_file, [ORIGIN_USER_FILE] = options->user_file,
		[ORIGIN_FILE] = options->config };
	char of_row[NAME_ROOM];
	out[0] = '\0';
	for (unsigned i = 0; i < option_count; i++) {
		enum origin origin = options->origins[i];
		file_name(&option_rows[i], of_row);
		if (strcmp(of_row, name) == 0 && (origin == ORIGIN_SYSTEM_FILE || origin == ORIGIN_USER_FILE || origin == ORIGIN_FILE))
			snprintf(out, size, "%s:%d: ", files[origin], options->lines[i]);
	}
	return out;
}

static bool read_values(struct options *options, const struct config_node *root, enum origin origin, struct error *error)
{
	struct config_key keys[OPTIONS_MAX + 1];
	char names[OPTIONS_MAX][NAME_ROOM];
	const struct config_node *secret = config_get(root, "secret");
	struct config_walk walk = { .arena = &options->arena, .home = name_home, .manual = "cxwall.conf(5)" };
	file_keys(keys, names);
	bool good = secret == NULL || config_error(secret, error,
		"the secret itself must not stand here: name a file with secret_file, or a command with secret_command");
	good = good && config_fill(&walk, root, "the configuration", keys, options, error);
	for (unsigned i = 0; good && i < option_count; i++) {
		char name[NAME_ROOM];
		file_name(&option_rows[i], name);
		if (config_get(root, name) != NULL) {
			options->origins[i] = origin;
			options->lines[i] = config_line(config_get(root, name));
		}
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
		check_secret_command(config_root(config), &file, path, error);
	config_free(config);
	file_text_close(&file);
	return good;
}

/* A dangling link counts as a file, so that the mistake is reported. */
static bool exists(const char *path)
{
	struct stat about;
	return lstat(path, &about) == 0;
}

/* ---- profiles ---- */

bool options_profile_name(const char *name, struct error *error)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	for (const char *at = name; *at != '\0'; at++)
		if (strchr(plain, *at) == NULL && !(*at & 0x80))
			return error_set(error, "profile: '%.60s' is not a name. Use letters, digits and . _ - only.", name);
	if (name[0] == '.' || name[0] == '-' || strlen(name) > PROFILE_NAME_MAX)
		return error_set(error, "profile: '%.60s' is not a name. It begins with a letter or a digit, and has at most %d "
			"characters.", name, PROFILE_NAME_MAX);
	return true;
}

struct profiles {
	char names[PROFILES_MAX][PROFILE_NAME_MAX + 1];
	unsigned count;
};

static void add_profile(void *context, const char *name)
{
	struct profiles *profiles = context;
	if (profiles->count < PROFILES_MAX)
		snprintf(profiles->names[profiles->count++], sizeof(profiles->names[0]), "%s", name);
}

static const char *profile_at(const void *table, size_t index)
{
	const struct profiles *profiles = table;
	return index < profiles->count ? profiles->names[index] : NULL;
}

void options_each_profile(void (*each)(void *context, const char *name), void *context)
{
	char path[PATH_ROOM];
	DIR *folder = os_user_path(OS_FOLDER_CONFIG, "cxwall", path, sizeof(path)) ? opendir(path) : NULL;
	struct dirent *entry;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		size_t length = strlen(entry->d_name);
		if (length <= 5 || strcmp(entry->d_name + length - 5, ".conf") != 0)
			continue;
		entry->d_name[length - 5] = '\0';
		if (strcmp(entry->d_name, "cxwall") != 0 && options_profile_name(entry->d_name, NULL))
			each(context, entry->d_name);
	}
	if (folder != NULL)
		closedir(folder);
}

static bool profile_missing(const struct options *options, struct error *error)
{
	struct profiles profiles = { .count = 0 };
	options_each_profile(add_profile, &profiles);
	const char *near = text_nearest(options->profile, profile_at, &profiles);
	return error_set(error, "there is no profile '%.60s'%s. This makes one: cxwall setup --profile %.60s", options->profile,
		text_hint(near, "").text, options->profile);
}

/* --profile wins over CXWALL_CONFIG, as --config does over CXWALL_PROFILE: what is typed counts. */
static bool choose_file(struct options *options, struct error *error)
{
	bool typed = options->config != NULL, typed_profile = options->profile != NULL;
	if (typed && typed_profile)
		return error_set(error, "--config and --profile both name a configuration. Use one of them.");
	if (!typed && !typed_profile)
		options->config = getenv("CXWALL_CONFIG");
	if (!typed && !typed_profile && (options->config == NULL || options->config[0] == '\0'))
		options->profile = getenv("CXWALL_PROFILE");
	if (options->config != NULL && options->config[0] == '\0')
		options->config = NULL;
	if (options->profile != NULL && options->profile[0] == '\0')
		options->profile = NULL;
	return options->profile == NULL || options_profile_name(options->profile, error);
}

static bool read_files(struct options *options, bool setting_up, struct error *error)
{
	char path[512], name[PROFILE_NAME_MAX + 16];
	if (options->config != NULL)
		return (setting_up && !exists(options->config)) || read_config(options, options->config, ORIGIN_FILE, error);
	snprintf(name, sizeof(name), "cxwall/%s.conf", options->profile != NULL ? options->profile : "cxwall");
	(void)os_user_path(OS_FOLDER_CONFIG, name, path, sizeof(path));
	options->user_file = arena_copy(&options->arena, path, strlen(path));
	options->system_file = SYSCONFDIR "/cxwall/cxwall.conf";
	options->system_file_read = exists(options->system_file);
	if (options->system_file_read && !read_config(options, options->system_file, ORIGIN_SYSTEM_FILE, error))
		return false;
	options->user_file_read = path[0] != '\0' && exists(path);
	if (options->user_file_read)
		return read_config(options, path, ORIGIN_USER_FILE, error);
	return options->profile == NULL || setting_up || profile_missing(options, error);
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

/* The command line is read twice, and these options collect values. */
static void forget_many(struct options *options)
{
	options->layouts.count = options->settings.count = options->services.count = options->statistics.count = 0;
	options->chosen_services.count = options->chosen_teams.count = 0;
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

/* Prints the name alone, because the value of a mistyped CXWALL_SECRT may be the secret. */
static void warn_variable(const char *entry)
{
	char name[NAME_ROOM], clean[NAME_ROOM];
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(entry, "="), entry);
	text_scrub(clean, sizeof(clean), name, strlen(name));
	message("unknown environment variable %s", clean);
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

/* Whether another row of the same name belongs to the command, which then takes that one. */
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
		return error_set(error, "the secret cannot be an option: use CXWALL_SECRET, secret_file or secret_command");
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
			return error_set(error, "'%s' does not take --%s", command, row->name);
		if (!set_text(options, row, optarg != NULL ? optarg : "", error))
			return false;
		options->origins[row - option_rows] = ORIGIN_OPTION;
	}
	options->operands = argv + optind;
	options->operand_count = argc - optind;
	return true;
}

/* A shell replaces ~ on the command line only, and not in --log=~/wall.log. */
static bool expand_path(struct options *options, const struct option_row *row, const char **path, struct error *error)
{
	char whole[PATH_ROOM];
	if (*path == NULL)
		return true;
	if (!os_expand_home(*path, whole, sizeof(whole)))
		return error_set(error, "%s: ~ and $HOME cannot be replaced: HOME is not set, or too long", row->name);
	if (strcmp(whole, *path) != 0)
		*path = arena_copy(&options->arena, whole, strlen(whole));
	return *path != NULL || error_set(error, "%s is too long", row->name);
}

static bool expand_paths(struct options *options, struct error *error)
{
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		if ((row->type == OPTION_PATH || row->type == OPTION_LAYOUT) &&
			!expand_path(options, row, (const char **)((char *)options + row->offset), error))
			return false;
		for (unsigned k = 0; row->type == OPTION_LAYOUT && k < options->layouts.count; k++)
			if (!expand_path(options, row, &options->layouts.items[k], error))
				return false;
	}
	return true;
}

bool options_read(struct options *options, const char *command, int argc, char **argv, struct error *error)
{
	*options = (struct options){ .page = 1, .record_size = 500, .record_days = 7, .history_days = STORE_DAYS,
		.speed = 1, .every = HISTORY_HALF_HOUR };
	arena_init(&options->arena, OPTIONS_BYTES_MAX);
	action_bindings(&options->bindings);
	take_secret(options, "CXWALL_SECRET", &options->api.secret.text);
	take_secret(options, "CXWALL_BROKER_PASSWORD", &options->mqtt.password);
	/* Twice: the first time to learn of --config and --help, the second time to win over the files. */
	if (!read_command_line(options, command, argc, argv, error))
		return false;
	if (options->help || options->version)
		return true;
	/* A file with a mistake is what somebody may want to replace by it. */
	bool setting_up = strcmp(command, "setup") == 0;
	if (!choose_file(options, error) || !expand_paths(options, error))
		return false;
	if (!read_files(options, setting_up, setting_up ? &options->file_trouble : error) && !setting_up)
		return false;
	const char *config = options->config, *profile = options->profile;
	if (!read_environment(options, error))
		return false;
	options->config = config;
	options->profile = profile;
	forget_many(options);
	options->mqtt.allow_plaintext = options->api.allow_plaintext;
	return read_command_line(options, command, argc, argv, error) && expand_paths(options, error) &&
		(options->clock == NULL || day_time_read(&options->day_time, options->clock, error));
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
	char left[80], help[2 * ERROR_TEXT], choices[ERROR_TEXT / 2];
	int used = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", row->letter != 0 ? '-' : ' ',
		row->letter != 0 ? row->letter : ' ', row->letter != 0 ? "," : " ", row->name, row->argument != NULL ? " " : "",
		row->argument != NULL ? row->argument : "");
	snprintf(help, sizeof(help), "%s", row->help);
	if (row->choices != NULL) {
		option_choices(row, choices, sizeof(choices));
		snprintf(help, sizeof(help), "%s: %s", row->help, choices);
	}
	fputs(left, out);
	if (used + 2 > HELP_INDENT)
		fprintf(out, "\n%*s", HELP_INDENT, "");
	else
		fprintf(out, "%*s", HELP_INDENT - used, "");
	text_wrap(out, HELP_INDENT, HELP_INDENT, help);
}

/* The parts of --help, in their order. */
enum help_part { PART_OWN, PART_BROKER, PART_COMMON, PARTS };

static const char *const help_titles[] = {
	[PART_OWN] = "Options", [PART_BROKER] = "Data from a broker", [PART_COMMON] = "Common options",
};

static enum help_part help_part(const struct option_row *row)
{
	return row->commands == NULL ? PART_COMMON : row->broker ? PART_BROKER : PART_OWN;
}

void options_help(FILE *out, const char *command)
{
	for (int part = command != NULL ? 0 : PART_COMMON; part < PARTS; part++) {
		bool any = false;
		for (unsigned i = 0; i < option_count; i++) {
			const struct option_row *row = &option_rows[i];
			if (!(row->places & PLACE_COMMAND_LINE) || (int)help_part(row) != part ||
				(command != NULL && !option_belongs(row, command)))
				continue;
			if (!any)
				fprintf(out, "\n%s\n", help_titles[part]);
			any = true;
			help_row(out, row);
		}
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

static void option_print_keys(FILE *out, const struct bindings *bindings)
{
	bool any = false;
	for (unsigned i = 0; i < bindings->count; i++)
		if (bindings->own[i]) {
			fprintf(out, "%s%s: %s", any ? ", " : "", action_at(i)->name, bindings->keys[i]);
			any = true;
		}
	fputs(any ? "" : "-", out);
}

/* A proxy's url may hold a login and a password: they are not shown. */
static void option_print_text(FILE *out, const char *text)
{
	const char *host = strstr(text, "://"), *at = strrchr(text, '@');
	if (host != NULL && at != NULL && at > host)
		fprintf(out, "%.*s***%s", (int)(host + 3 - text), text, at);
	else
		fprintf(out, "%s", text);
}

static void option_print_value(FILE *out, const struct options *options, const struct option_row *row)
{
	const void *field = (const char *)options + row->offset;
	switch (row->type) {
	case OPTION_TEXT:
	case OPTION_CHECKED:
	case OPTION_PATH:
	case OPTION_LAYOUT:
		option_print_text(out, *(const char *const *)field != NULL ? *(const char *const *)field : "-");
		break;
	case OPTION_SECONDS:
		/* 0 means that it is not given, and that the layout's interval counts. */
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
	case OPTION_THEME:
		fprintf(out, "%s", *(const char *const *)field != NULL ? *(const char *const *)field : row->choices[0]);
		break;
	case OPTION_FLAG:
		fprintf(out, "%s", *(const bool *)field ? "true" : "false");
		break;
	case OPTION_NUMBER:
		fprintf(out, "%d", *(const int *)field);
		break;
	case OPTION_DAYS:
		if (*(const int *)field == 0)
			fputs("off", out);
		else
			fprintf(out, "%d", *(const int *)field);
		break;
	case OPTION_MANY:
		fprintf(out, "%u", ((const struct many *)field)->count);
		break;
	case OPTION_KEYS:
		option_print_keys(out, field);
		break;
	}
}

unsigned options_print(FILE *out, const struct options *options, const char *command, bool all)
{
	unsigned left_out = 0;
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		char name[NAME_ROOM];
		if (row->places == PLACE_COMMAND_LINE || !option_belongs(row, command))
			continue;
		if (!all && options->origins[i] == ORIGIN_BUILT_IN) {
			left_out++;
			continue;
		}
		file_name(row, name);
		fprintf(out, "%-16s ", name);
		option_print_value(out, options, row);
		fprintf(out, "  (%s)\n", origin_words[options->origins[i]]);
	}
	return left_out;
}
