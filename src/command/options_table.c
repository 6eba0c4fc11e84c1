#include "command/options_table.h"

#include <string.h>

#include "board/privacy.h"
#include "screen/screen.h"

static const char *const auth_names[] = { "oauth", "cookie", NULL };
static const char *const dialect_names[] = { "auto", "schema", "example", NULL };
static const char *const format_names[] = { "text", "json", "csv", NULL };

/* Who speaks with a broker. */
#define BROKER "run snapshot follow check metrics publish"

#define AT(field) .offset = offsetof(struct options, field)

const struct option_row option_rows[] = {
	{ .name = "config", .letter = 'c', .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE | PLACE_ENVIRONMENT, AT(config),
		.argument = "FILE", .help = "read FILE instead of the user's and the system's configuration" },
	{ .name = "layout", .letter = 'l', .type = OPTION_LAYOUT, .places = PLACE_ALL, AT(layout),
		.argument = "NAME|FILE", .help = "the layout: a file, or the name of one (default overview)" },
	{ .name = "url", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.url),
		.argument = "URL", .help = "where requests go, if not to https://TENANT" },
	{ .name = "tenant", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.tenant),
		.argument = "DOMAIN", .help = "domain of the contact centre, such as example.cx.onecloud.com" },
	{ .name = "user", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.user),
		.argument = "LOGIN", .help = "login of the statistics user" },
	{ .name = "secret-file", .type = OPTION_TEXT, .places = PLACE_ENVIRONMENT | PLACE_FILE, AT(api.secret.file),
		.argument = "FILE", .help = "file that holds the API secret and that only you can read" },
	{ .name = "secret-command", .type = OPTION_TEXT, .places = PLACE_FILE, AT(api.secret.command),
		.argument = "COMMAND", .help = "command that prints the API secret" },
	{ .name = "auth", .type = OPTION_CHOICE, .places = PLACE_ENVIRONMENT | PLACE_FILE, .choices = auth_names,
		AT(api.auth), .argument = "oauth|cookie",
		.help = "how to sign in; with cookie the secret is the value of X-STATSAPI-TOKEN" },
	{ .name = "dialect", .type = OPTION_CHOICE, .places = PLACE_ENVIRONMENT | PLACE_FILE, .choices = dialect_names,
		AT(api.dialect), .argument = "auto|schema|example", .help = "spelling of the subscription's body" },
	{ .name = "proxy", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.proxy),
		.argument = "URL", .help = "proxy for https; default: the variable https_proxy" },
	{ .name = "ca-file", .type = OPTION_TEXT, .places = PLACE_ALL, AT(api.ca_file),
		.argument = "FILE", .help = "certificates to trust instead of the system's" },
	{ .name = "allow-plaintext", .type = OPTION_FLAG, .places = PLACE_FILE, AT(api.allow_plaintext),
		.help = "allow http to another machine" },
	{ .name = "from", .type = OPTION_TEXT, .places = PLACE_ALL, .commands = "run snapshot follow check metrics",
		AT(broker_from), .argument = "mqtt://HOST/PREFIX", .help = "what cxwall publish publishes there, instead of the API" },
	{ .name = "broker-user", .type = OPTION_TEXT, .places = PLACE_ALL, .commands = BROKER, AT(mqtt.user),
		.argument = "LOGIN", .help = "login at the broker" },
	{ .name = "broker-password-file", .type = OPTION_TEXT, .places = PLACE_ENVIRONMENT | PLACE_FILE, .commands = BROKER,
		AT(mqtt.password_file), .argument = "FILE", .help = "file that holds its password and that only you can read" },
	{ .name = "broker-ca-file", .type = OPTION_TEXT, .places = PLACE_ALL, .commands = BROKER, AT(mqtt.ca_file),
		.argument = "FILE", .help = "certificates to trust for mqtts instead of the system's" },
	{ .name = "broker-cert-file", .type = OPTION_TEXT, .places = PLACE_ENVIRONMENT | PLACE_FILE, .commands = BROKER,
		AT(mqtt.cert_file), .argument = "FILE", .help = "client certificate for mqtts" },
	{ .name = "broker-key-file", .type = OPTION_TEXT, .places = PLACE_ENVIRONMENT | PLACE_FILE, .commands = BROKER,
		AT(mqtt.key_file), .argument = "FILE", .help = "its key, if not in the same file; only you can read it" },
	{ .name = "chat-app-id", .type = OPTION_TEXT, .places = PLACE_ENVIRONMENT | PLACE_FILE, AT(api.chat_app_id),
		.argument = "ID", .help = "with chat_client_id: show the office hours of this chat entry" },
	{ .name = "chat-client-id", .type = OPTION_TEXT, .places = PLACE_ENVIRONMENT | PLACE_FILE,
		AT(api.chat_client_id), .argument = "ID", .help = "see chat_app_id" },
	{ .name = "interval", .letter = 'i', .type = OPTION_SECONDS, .places = PLACE_ALL, .min = 0.05, .max = 3600,
		AT(interval), .argument = "SECONDS", .help = "time between polls, at least 1 (default 5)" },
	{ .name = "theme", .type = OPTION_CHOICE, .places = PLACE_ALL, .choices = theme_names, AT(theme),
		.argument = "NAME", .help = "colours" },
	{ .name = "glyphs", .type = OPTION_CHOICE, .places = PLACE_ALL, .choices = glyph_names, AT(glyphs),
		.argument = "auto|utf8|console|ascii", .help = "characters that frames and marks are made of" },
	{ .name = "color", .type = OPTION_CHOICE, .places = PLACE_ALL, .choices = color_names, AT(color),
		.argument = "auto|always|never", .help = "whether to use colours; auto respects NO_COLOR" },
	{ .name = "names", .type = OPTION_CHOICE, .places = PLACE_ALL, .choices = names_names, AT(names),
		.argument = "full|first|initials|none", .help = "how much of an agent's name is shown" },
	{ .name = "mouse", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE | PLACE_FILE, .commands = "run demo replay",
		AT(mouse),
		.help = "the wheel scrolls and a click selects, instead of marking text" },
	{ .name = "kiosk", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE | PLACE_FILE, .commands = "run demo replay",
		AT(kiosk),
		.help = "no key does anything: only a signal ends the wall" },
	{ .name = "kiosk-quit", .type = OPTION_FLAG, .places = PLACE_FILE, .commands = "run demo replay", AT(kiosk_quit),
		.help = "in a kiosk the key that ends the wall does" },
	{ .name = "keys", .type = OPTION_KEYS, .places = PLACE_FILE, .commands = "run demo replay", AT(bindings),
		.help = "keys of one's own for actions" },
	{ .name = "log", .type = OPTION_TEXT, .places = PLACE_ALL, AT(log),
		.argument = "FILE", .help = "append a line for each request and each trouble" },
	{ .name = "record", .type = OPTION_TEXT, .places = PLACE_ALL, .commands = "run demo follow", AT(record),
		.argument = "FILE", .help = "keep all frames and alerts in FILE" },
	{ .name = "record-size", .type = OPTION_NUMBER, .places = PLACE_ALL, .commands = "run demo follow", .min = 1,
		.max = 1000000,
		AT(record_size), .argument = "MB", .help = "size of FILE and FILE.1 together (default 500)" },
	{ .name = "record-days", .type = OPTION_NUMBER, .places = PLACE_ALL, .commands = "run demo follow", .min = 1, .max = 3660,
		AT(record_days), .argument = "DAYS", .help = "age of the oldest that is kept (default 7)" },
	{ .name = "take-over", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE,
		.commands = "run follow metrics publish doctor", AT(api.take_over),
		.help = "end another client's subscription of this login" },
	{ .name = "format", .type = OPTION_CHOICE, .places = PLACE_COMMAND_LINE, .commands = "snapshot list follow backtest summary",
		.choices = format_names, AT(format), .argument = "text|json|csv", .help = "what to print" },
	{ .name = "size", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "snapshot", AT(size),
		.argument = "COLSxLINES", .help = "size of the picture as text (default: fits the terminal, else 120x40)" },
	{ .name = "panel", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "snapshot", AT(panel),
		.argument = "NAME", .help = "only this panel" },
	{ .name = "page", .type = OPTION_NUMBER, .places = PLACE_COMMAND_LINE, .commands = "snapshot", .min = 1, .max = 9,
		AT(page), .argument = "N", .help = "page of the picture as text (default 1)" },
	{ .name = "at", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "replay", AT(at),
		.argument = "HH:MM", .help = "where to begin (default: at the beginning)" },
	{ .name = "speed", .type = OPTION_REAL, .places = PLACE_COMMAND_LINE, .commands = "replay", .min = 0.25, .max = 512,
		AT(speed), .argument = "X", .help = "recorded seconds in a second (default 1)" },
	{ .name = "set", .type = OPTION_MANY, .places = PLACE_COMMAND_LINE, .commands = "backtest", AT(settings),
		.argument = "ALERT.KEY=VALUE", .help = "another setting of an alert, such as 'long queue.for=1m'; may be repeated" },
	{ .name = "from", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "summary", AT(from),
		.argument = "TIME", .help = "where the period begins, such as 08:00 or '2026-11-24 08:00' (default: the last day)" },
	{ .name = "until", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "summary", AT(until),
		.argument = "TIME", .help = "where it ends (default: where the recording ends)" },
	{ .name = "service", .type = OPTION_MANY, .places = PLACE_COMMAND_LINE, .commands = "summary", AT(services),
		.argument = "NAME", .help = "only this service; may be repeated" },
	{ .name = "warn", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "check", AT(warn),
		.argument = "LIMIT", .help = "what is a warning, such as '> 5'" },
	{ .name = "critical", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "check", AT(critical),
		.argument = "LIMIT", .help = "what is critical, such as '> 10'" },
	{ .name = "file", .type = OPTION_TEXT, .places = PLACE_COMMAND_LINE, .commands = "metrics", AT(file),
		.argument = "FILE", .help = "write FILE at each poll until ended, instead of printing once" },
	{ .name = "agent-can-select", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list",
		AT(agent_can_select), .help = "dispositions that agents can select" },
	{ .name = "inbound", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list", AT(inbound),
		.help = "dispositions of inbound services" },
	{ .name = "outbound", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list", AT(outbound),
		.help = "dispositions of outbound services" },
	{ .name = "preview", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "list", AT(preview),
		.help = "dispositions of preview campaigns" },
	{ .name = "check-config", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "run", AT(check_config),
		.help = "check configuration and layout, and end" },
	{ .name = "print-config", .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, .commands = "run", AT(print_config),
		.help = "print each value and where it comes from, and end" },
	{ .name = "help", .letter = 'h', .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, AT(help),
		.help = "print this help" },
	{ .name = "version", .letter = 'V', .type = OPTION_FLAG, .places = PLACE_COMMAND_LINE, AT(version),
		.help = "print the version" },
};

const unsigned option_count = sizeof(option_rows) / sizeof(option_rows[0]);

/* An OPTION_CHOICE is written as an int. */
_Static_assert(sizeof(enum auth_kind) == sizeof(int) && sizeof(enum dialect_choice) == sizeof(int), "enums are ints");

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
