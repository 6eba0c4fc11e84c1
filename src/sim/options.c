#include "sim/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "sim/privilege.h"

enum option_type {
	TYPE_FLAG,
	TYPE_TEXT,
	TYPE_TEXTS, /* may be repeated */
	TYPE_INT,
	TYPE_REAL,
	TYPE_TIME,    /* HH:MM, as minutes */
	TYPE_WORD,    /* one of its argument's words: an enum in their order */
	TYPE_HELP,
	TYPE_VERSION,
};

struct option_row {
	const char *name;
	char letter;
	enum option_type type;
	const char *argument;
	const char *help;
	size_t offset;       /* in struct options */
	size_t count_offset; /* of a repeated option */
	double least, most;  /* of a number; of a repeated option, how many */
};

#define AT(field) offsetof(struct options, field)

static const struct option_row rows[] = {
	{ "bind", 0, TYPE_TEXT, "ADDRESS", "address to listen on (default 127.0.0.1)", AT(bind), 0, 0, 0 },
	{ "port", 'p', TYPE_INT, "N", "port; 0 takes a free one (default 8080)", AT(port), 0, 0, 65535 },
	{ "tls-cert", 0, TYPE_TEXT, "FILE", "certificate (PEM): serve https", AT(tls_cert), 0, 0, 0 },
	{ "tls-key", 0, TYPE_TEXT, "FILE", "its private key (PEM)", AT(tls_key), 0, 0, 0 },
	{ "seed", 's', TYPE_INT, "N", "seed; the same one gives the same day (default 1279)", AT(seed), 0, 0, 2147483647 },
	{ "speed", 0, TYPE_REAL, "X", "simulated seconds in a second (default 1)", AT(speed), 0, 0, 100000 },
	{ "agents", 'a', TYPE_INT, "N", "number of agents (default 40)", AT(agents), 0, 1, AGENTS_MAX },
	{ "services", 0, TYPE_INT, "N", "number of services (default 6)", AT(services), 0, 1, SERVICES_MAX },
	{ "teams", 0, TYPE_INT, "N", "number of teams (default 3)", AT(teams), 0, 1, TEAMS_MAX },
	{ "start", 0, TYPE_TIME, "HH:MM", "time of the simulated day at the start (default 10:30)", AT(start_minute),
		0, 0, 0 },
	{ "reset-hour", 0, TYPE_INT, "H", "hour at which the day's counters fall to 0 (default 0)", AT(reset_hour), 0, 0,
		23 },
	{ "reset-shift", 0, TYPE_INT, "SECONDS", "how much later than that hour they do (default 0)", AT(reset_shift), 0,
		-1800, 1800 },
	{ "epoch", 0, TYPE_REAL, "SECONDS", "UTC time at the start, for messages (default: now)", AT(epoch), 0, 0, 1e11 },
	{ "tenant", 0, TYPE_TEXT, "DOMAIN", "the tenant's domain (default demo.example)", AT(tenant), 0, 0, 0 },
	{ "user", 'u', TYPE_TEXTS, "NAME", "a login; may be repeated (default wall)", AT(users), AT(user_count), 0,
		LOGINS_MAX },
	{ "secret", 0, TYPE_TEXTS, "TEXT", "the secret of the login in the same place (default demo)", AT(secrets),
		AT(secret_count), 0, LOGINS_MAX },
	{ "token-life", 0, TYPE_REAL, "SECONDS", "life of an access token (default 3600)", AT(token_life), 0, 0, 1e9 },
	{ "lock-after", 0, TYPE_INT, "N", "wrong secrets in a row that lock a login; 0: never (default 5)", AT(lock_after), 0, 0,
		1e6 },
	{ "lock-for", 0, TYPE_REAL, "SECONDS", "how long it stays locked (default 900)", AT(lock_for), 0, 0, 1e9 },
	{ "account", 0, TYPE_WORD, "active|locked|disabled|inactive",
		"state of the logins; inactive is their tenant (default active)", AT(account), 0, 0, 0 },
	{ "without", 0, TYPE_TEXTS, "PRIVILEGE", "a privilege that the logins lack, see below; may be repeated",
		AT(without), AT(without_count), 0, PRIVILEGES_MAX },
	{ "limit", 0, TYPE_INT, "N", "active subscriptions of the tenant (default 10)", AT(limit), 0, 0, LOGINS_MAX },
	{ "ready-after", 0, TYPE_REAL, "SECONDS", "204 for so long after a subscription (default 0.3)", AT(ready_after),
		0, 0, 1e6 },
	{ "dialect", 0, TYPE_WORD, "both|schema|example", "spelling of bodies that is accepted (default both)",
		AT(dialect), 0, 0, 0 },
	{ "percent-totals", 0, TYPE_WORD, "percent|fraction", "how totals write 85 %: 85 or 0.85 (default fraction)",
		AT(percent_totals), 0, 0, 0 },
	{ "percent-grids", 0, TYPE_WORD, "percent|fraction", "how rows of grids write it (default percent)",
		AT(percent_grids), 0, 0, 0 },
	{ "supervise", 0, TYPE_TEXTS, "TEAM", "a team that the logins supervise; may be repeated (default: all)",
		AT(supervise), AT(supervise_count), 0, TEAMS_MAX },
	{ "supervise-none", 0, TYPE_FLAG, NULL, "the logins supervise no team, and see no agent and no service",
		AT(supervise_none), 0, 0, 0 },
	{ "subteam", 0, TYPE_TEXTS, "LOGIN", "an agent of the supervisor's own subteam; may be repeated (default: nobody)",
		AT(subteam), AT(subteam_count), 0, SUBTEAM_MAX },
	{ "no-cfg-services", 0, TYPE_FLAG, NULL, "answer 500 for /statsapi/cfg/services", AT(no_cfg_services), 0, 0, 0 },
	{ "availability-token", 0, TYPE_FLAG, NULL, "answer 401 for the availability of a service without a token",
		AT(availability_token), 0, 0, 0 },
	{ "availability-text", 0, TYPE_FLAG, NULL, "answer it as the text True or False", AT(availability_text), 0, 0, 0 },
	{ "no-campaigns", 0, TYPE_FLAG, NULL, "no campaign is enabled", AT(no_campaigns), 0, 0, 0 },
	{ "chat-app", 0, TYPE_TEXT, "ID", "the chat entry's application id (default: any)", AT(chat_app), 0, 0, 0 },
	{ "text-out", 0, TYPE_TEXTS, "NUMBER",
		"an access number that may send text messages; may be repeated (default: any number may)", AT(text_out),
		AT(text_out_count), 0, TEXT_OUT_MAX },
	{ "refuse", 0, TYPE_TEXTS, "STATISTIC", "answer 400 where this statistic is asked for; may be repeated",
		AT(refused), AT(refused_count), 0, REFUSED_MAX },
	{ "fault", 'f', TYPE_TEXTS, "KIND[:KEY=VALUE,...]", "do something wrong, see below; may be repeated", AT(faults),
		AT(fault_count), 0, FAULTS_MAX },
	{ "until-eof", 0, TYPE_FLAG, NULL, "end when standard input does", AT(until_eof), 0, 0, 0 },
	{ "log", 0, TYPE_TEXT, "FILE", "a line for each request; - is standard error", AT(log), 0, 0, 0 },
	{ "help", 'h', TYPE_HELP, NULL, "this text", 0, 0, 0, 0 },
	{ "version", 'V', TYPE_VERSION, NULL, "the version", 0, 0, 0, 0 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void print_help(void)
{
	puts("Usage: cxsim [OPTION]...\n"
	     "A simulated contact centre that serves the statistics API over HTTP.\n");
	for (unsigned i = 0; i < ROWS; i++) {
		char left[8] = "    ";
		if (rows[i].letter)
			snprintf(left, sizeof(left), "-%c, ", rows[i].letter);
		printf("  %s--%s%s%s\n          ", left, rows[i].name, rows[i].argument ? " " : "",
			rows[i].argument ? rows[i].argument : "");
		text_wrap(stdout, 10, 10, rows[i].help);
	}
	puts("\nPrivileges:");
	for (const struct privilege *privilege = privileges; privilege->word; privilege++)
		printf("  %-17s%s\n", privilege->word, privilege->name);
	puts("\nFaults:");
	for (const struct fault_kind *kind = fault_kinds; kind->name; kind++)
		printf("  %-10s%s\n", kind->name, kind->help);
	putchar('\n');
	text_wrap(stdout, 0, 0, "Keys of a fault: path= (a part of the path), method=, after= and for= (seconds), skip=, count=, "
		"every= (requests), p= (probability), delay= (seconds), retry= (seconds), size=, status=, to=, file=, "
		"reason= (the error in words).");
	puts("\nExamples\n"
	     "  cxsim -p 8480 --agents 20\n"
	     "      Then cxwall, with CXWALL_URL=http://127.0.0.1:8480 CXWALL_USER=wall\n"
	     "      CXWALL_TENANT=demo.example CXWALL_SECRET=demo in its environment.\n"
	     "  cxsim -p 8480 -f 500:after=60,for=30\n"
	     "      A server that fails after a minute, for half a minute.");
}

static bool read_number(const struct option_row *row, const char *text, struct options *options)
{
	char *end;
	double number = strtod(text, &end);
	void *field = (char *)options + row->offset;

	if (end == text || *end || !(number >= row->least && number <= row->most)) {
		message("--%s: a number from %.0f to %.0f is wanted, not '%s'", row->name, row->least, row->most, text);
		return false;
	}
	if (row->type == TYPE_REAL) {
		*(double *)field = number;
	} else if (number > (int)number) {
		message("--%s: a whole number is wanted, not '%s'", row->name, text);
		return false;
	} else {
		*(int *)field = (int)number;
	}
	return true;
}

static bool read_time(const char *text, int *minute)
{
	unsigned hours, minutes;
	int length = 0;
	if (sscanf(text, "%2u:%2u%n", &hours, &minutes, &length) != 2 || text[length] || hours > 23 || minutes > 59) {
		message("--start: HH:MM is wanted, not '%s'", text);
		return false;
	}
	*minute = (int)(hours * 60 + minutes);
	return true;
}

static bool read_word(const struct option_row *row, const char *text, int *value)
{
	const char *at = row->argument;
	for (int i = 0; *at; i++) {
		size_t length = strcspn(at, "|");
		if (strlen(text) == length && strncmp(at, text, length) == 0) {
			*value = i;
			return true;
		}
		at += length + (at[length] == '|');
	}
	message("--%s: must be one of %s, not '%s'", row->name, row->argument, text);
	return false;
}

static bool read_option(const struct option_row *row, const char *text, struct options *options)
{
	void *field = (char *)options + row->offset;
	unsigned *count = (unsigned *)((char *)options + row->count_offset);

	switch (row->type) {
	case TYPE_FLAG:
		*(bool *)field = true;
		return true;
	case TYPE_TEXT:
		*(const char **)field = text;
		return true;
	case TYPE_TEXTS:
		if (*count == (unsigned)row->most) {
			message("--%s: more than %.0f", row->name, row->most);
			return false;
		}
		((const char **)field)[(*count)++] = text;
		return true;
	case TYPE_INT:
	case TYPE_REAL:
		return read_number(row, text, options);
	case TYPE_TIME:
		return read_time(text, field);
	case TYPE_WORD:
		return read_word(row, text, field);
	case TYPE_HELP:
	case TYPE_VERSION:
		break;
	}
	return true;
}

static void make_getopt(struct option *list, char *letters)
{
	for (unsigned i = 0; i < ROWS; i++) {
		list[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument : no_argument,
			.val = (int)(256 + i),
		};
		if (rows[i].letter) {
			*letters++ = rows[i].letter;
			if (rows[i].argument)
				*letters++ = ':';
		}
	}
	list[ROWS] = (struct option){ 0 };
	*letters = '\0';
}

static const struct option_row *find_row(int code)
{
	if (code >= 256)
		return &rows[code - 256];
	for (unsigned i = 0; i < ROWS; i++)
		if (rows[i].letter == code)
			return &rows[i];
	return NULL;
}

static bool check(struct options *options)
{
	if (options->user_count == 0)
		options->users[options->user_count++] = "wall";
	if (options->secret_count == 0)
		options->secrets[options->secret_count++] = "demo";
	if (options->user_count != options->secret_count) {
		message("as many --secret as --user are wanted");
		return false;
	}
	if (options->supervise_none && options->supervise_count > 0) {
		message("--supervise and --supervise-none contradict each other");
		return false;
	}
	if (!options->tls_cert != !options->tls_key) {
		message("--tls-cert and --tls-key belong together");
		return false;
	}
	return true;
}

static struct options defaults(void)
{
	return (struct options){
		.bind = "127.0.0.1",
		.port = 8080,
		/* A day whose first minute, at 10:30, has a queue that grows past the usual thresholds. */
		.seed = 1279,
		.speed = 1,
		.agents = 40,
		.services = 6,
		.teams = 3,
		.start_minute = 10 * 60 + 30,
		.epoch = -1,
		.tenant = "demo.example",
		.token_life = 3600,
		.ready_after = 0.3,
		.limit = 10,
		.percent_totals = PERCENT_FRACTION, /* as the vendor's own client reads them */
		.lock_after = 5,
		.lock_for = 900,
	};
}

enum options_result options_read(struct options *options, int argc, char **argv)
{
	struct option list[ROWS + 1];
	char letters[2 * ROWS + 1];
	int code;
	*options = defaults();
	make_getopt(list, letters);
	optind = 1;
	while ((code = getopt_long(argc, argv, letters, list, NULL)) != -1) {
		const struct option_row *row = find_row(code);
		if (!row)
			return OPTIONS_WRONG;
		if (row->type == TYPE_HELP) {
			print_help();
			return OPTIONS_DONE;
		}
		if (row->type == TYPE_VERSION) {
			puts("cxsim " PACKAGE_VERSION);
			return OPTIONS_DONE;
		}
		if (!read_option(row, optarg, options))
			return OPTIONS_WRONG;
	}
	if (optind < argc) {
		message("unexpected argument '%s'", argv[optind]);
		return OPTIONS_WRONG;
	}
	return check(options) ? OPTIONS_GO : OPTIONS_WRONG;
}
