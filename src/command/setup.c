/*
 * `cxwall setup`: asks for the connection, tries each answer at once, shows what it would write, and writes it after a "y".
 * Nothing else in the program writes a configuration.
 *
 * A person is asked again until an answer is good, with the former one as default; from a pipe each line answers one question,
 * and the first that is wrong ends it. The secret is read without an echo, goes to the token service and into its file alone,
 * and is wiped.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ask.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/file_text.h"
#include "base/log.h"
#include "base/os.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/url.h"
#include "command/app.h"
#include "command/setup_files.h"
#include "command/setup_try.h"
#include "command/verdict.h"

enum {
	ANSWER_MAX = 1000,
	REFUSALS_ASK = AUTH_REFUSALS_MAX, /* after so many of one user another try has to be wanted */
	REFUSALS_MAX = 3,                 /* ... and after so many there is none: systems lock accounts after 3 to 5 */
	CLOCK_SECONDS = 120,              /* a clock that is wrong by less harms nothing */
	VALUES_MAX = 8,
};

struct setup {
	struct app *app;
	FILE *talk;
	bool colored, person;
	int status;
	struct api_config config; /* of the answers so far */
	struct buffer tenant, url, user, proxy, ca_file, secret;
	bool secret_is_new;       /* typed, so that its file must be written */
	bool secret_in_environment; /* CXWALL_SECRET, which is no longer there */
	struct setup_lists lists;
	char refused_user[ANSWER_MAX + 1]; /* whose secrets were refused in this run, for where nothing is remembered */
	unsigned refusals;
	bool asked_proxy, asked_ca_file;
	char conf_path[SETUP_PATH_MAX], secret_path[SETUP_PATH_MAX]; /* as they are named to people */
	struct setup_file files[2]; /* the secret's and the configuration's */
};

enum { FILE_SECRET, FILE_CONF };

/* ---- saying and asking ---- */

#define SAY(setup, verdict, ...) verdict_print((setup)->talk, (setup)->colored, verdict, __VA_ARGS__)
#define TELL(setup, ...) verdict_text((setup)->talk, __VA_ARGS__)

static bool leave(struct setup *setup, int status)
{
	setup->status = status;
	return false;
}

/* Whether a wrong answer can be given again; what is read from a pipe goes on with other answers. */
static bool again(struct setup *setup, int status)
{
	return setup->person || leave(setup, status);
}

/* The line that was typed. False where there is none, with the status. */
static bool ask_text(struct setup *setup, const char *question, bool hidden, struct buffer *answer)
{
	switch (ask_line(setup->talk, question, hidden, answer)) {
	case ASK_ANSWERED:
		return true;
	case ASK_TOO_LONG:
		SAY(setup, VERDICT_WRONG, "The answer is longer than %zu bytes.", answer->max);
		buffer_clear(answer);
		return again(setup, STATUS_USAGE);
	case ASK_SIGNAL:
		return leave(setup, STATUS_SIGNAL + ask_signal());
	case ASK_END:
		break;
	}
	return leave(setup, STATUS_FAILED);
}

static void trim_blanks(struct buffer *text)
{
	while (text->length > 0 && strchr(" \t", text->data[text->length - 1]) != NULL)
		text->data[--text->length] = '\0';
	size_t skip = strspn(buffer_string(text), " \t");
	if (skip > 0) {
		memmove(text->data, text->data + skip, text->length - skip + 1);
		text->length -= skip;
	}
}

/* Asks, with the former answer (in *answer) for an empty line. False if there is no answer. */
static bool ask(struct setup *setup, const char *label, const char *fallback, struct buffer *answer)
{
	char question[ANSWER_MAX + 200], former[ANSWER_MAX + 1];
	struct buffer line;
	snprintf(former, sizeof(former), "%s", answer->length > 0 ? buffer_string(answer) : fallback);
	if (former[0] != '\0')
		snprintf(question, sizeof(question), "%s [%s]: ", label, former);
	else
		snprintf(question, sizeof(question), "%s: ", label);
	buffer_init(&line, ANSWER_MAX);
	bool good;
	do {
		good = ask_text(setup, question, false, &line);
		trim_blanks(&line);
	} while (good && line.length == 0 && former[0] == '\0' && again(setup, STATUS_USAGE));
	good = good && (line.length > 0 || former[0] != '\0');
	if (good) {
		buffer_clear(answer);
		buffer_text(answer, line.length > 0 ? buffer_string(&line) : former);
	}
	buffer_free(&line);
	return good;
}

/* A question of yes or no; no is what is meant by anything else. False if there is no answer. */
static bool confirm(struct setup *setup, const char *label, bool *yes)
{
	char question[200];
	struct buffer line;
	snprintf(question, sizeof(question), "%s [y/N]: ", label);
	buffer_init(&line, ANSWER_MAX);
	bool good = ask_text(setup, question, false, &line);
	trim_blanks(&line);
	*yes = text_same(buffer_string(&line), "y") || text_same(buffer_string(&line), "yes");
	buffer_free(&line);
	return good;
}

/* Causes are parts of sentences where they come from; the names of hosts are written as they are. */
static void begin_sentence(char *text)
{
	size_t length = strlen(text);
	bool host = memchr(text, '.', strcspn(text, " ")) != NULL || strncmp(text, "localhost", 9) == 0;
	if (!host && text[0] >= 'a' && text[0] <= 'z')
		text[0] = (char)(text[0] - 'a' + 'A');
	if (length > 0 && text[length - 1] == '.')
		text[length - 1] = '\0';
}

static void say_tried(struct setup *setup, const struct setup_tried *tried)
{
	char now[40], cause[ERROR_TEXT], advice[ERROR_TEXT];
	snprintf(cause, sizeof(cause), "%s", tried->cause);
	snprintf(advice, sizeof(advice), "%s", tried->advice);
	begin_sentence(cause);
	begin_sentence(advice);
	SAY(setup, VERDICT_WRONG, "%s.%s%s%s", cause, advice[0] != '\0' ? " " : "", advice, advice[0] != '\0' ? "." : "");
	if (!tried->is_of_clock)
		return;
	text_clock(now, sizeof(now), clock_wall_ms(), "%A, %Y-%m-%d %H:%M %Z");
	SAY(setup, VERDICT_NOTE, "This computer's clock says %s. If that is wrong, set it, and try again.", now);
}

/* ---- what one sends to an administrator ---- */

/* In lines that a mail keeps as they are, also in a file. */
static void paragraph(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void paragraph(FILE *out, const char *format, ...)
{
	char text[2 * ANSWER_MAX + 600];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text_wrap(out, 0, 0, text);
}

static void print_paragraph(FILE *out, const char *tenant, const char *user)
{
	paragraph(out, "To the administrator of %s:", tenant != NULL ? tenant : "our contact centre");
	fputc('\n', out);
	paragraph(out, "Please prepare %s%s%s for cxwall, a wallboard that shows our real-time statistics. It reads them "
		"through the OneCloud CX API, and changes nothing.", user != NULL ? "the user '" : "a user", user != NULL ? user : "",
		user != NULL ? "'" : "");
	fputc('\n', out);
	paragraph(out, "1. Give a role of this user the privileges \"Access Realtime Stats API\", \"View real-time agent metrics\" "
		"and \"View real-time service metrics\".");
	paragraph(out, "2. Make the user a supervisor of each team that the wallboard shows. Its services are those of these "
		"teams.");
	paragraph(out, "3. In the configuration portal open Users, select the user, and press Generate to make an API secret "
		"key. It is what programs sign in with, in place of the password.");
	fputc('\n', out);
	paragraph(out, "Then send me, the key in a safe way: the domain of the contact centre, the username, and the API secret "
		"key. A user can hold one subscription to the statistics at a time, so please take one that no other program uses.");
}

static void tell_paragraph(struct setup *setup)
{
	TELL(setup, "%s", "");
	TELL(setup, "This is what you can send to your administrator:");
	TELL(setup, "%s", "");
	print_paragraph(setup->talk, setup->config.tenant, setup->config.user);
	TELL(setup, "%s", "");
}

/* ---- the address ---- */

/* What people copy from a browser's address line is taken for its domain. */
static void clean_domain(struct setup *setup)
{
	struct buffer *tenant = &setup->tenant;
	struct url_base base;
	char text[ANSWER_MAX + 1];
	snprintf(text, sizeof(text), "%s", buffer_string(tenant));
	text[strcspn(text, "?#")] = '\0';
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == '/')
		text[--length] = '\0';
	if (strstr(text, "://") != NULL && url_base_read(&base, text, NULL, true, NULL) && base.host[0] != '[') {
		char usual[URL_HOST_MAX + 16];
		snprintf(usual, sizeof(usual), "https://%s", base.host);
		buffer_clear(&setup->url);
		if (strcmp(usual, base.peer) != 0)
			buffer_text(&setup->url, base.peer);
		snprintf(text, sizeof(text), "%s", base.host);
	}
	buffer_clear(tenant);
	buffer_text(tenant, text);
}

static void take_answers(struct setup *setup)
{
	struct api_config *config = &setup->config;
	config->tenant = setup->tenant.length > 0 ? buffer_string(&setup->tenant) : NULL;
	config->url = setup->url.length > 0 ? buffer_string(&setup->url) : NULL;
	config->user = setup->user.length > 0 ? buffer_string(&setup->user) : NULL;
	config->proxy = setup->proxy.length > 0 ? buffer_string(&setup->proxy) : NULL;
	config->ca_file = setup->ca_file.length > 0 ? buffer_string(&setup->ca_file) : NULL;
	if (setup->secret_is_new)
		config->secret = (struct secret_source){ .text = buffer_string(&setup->secret) };
}

/* A domain that can be one. */
static bool ask_domain(struct setup *setup)
{
	struct error error;
	for (;;) {
		if (!ask(setup, "Domain", "", &setup->tenant))
			return false;
		clean_domain(setup);
		if (secret_check_login(NULL, buffer_string(&setup->tenant), &error))
			return true;
		SAY(setup, VERDICT_WRONG, "%s", error.text);
		if (!again(setup, STATUS_USAGE))
			return false;
	}
}

/* Without its scheme it is https; https://DOMAIN is what there is without an address. */
static bool ask_address(struct setup *setup)
{
	char usual[ANSWER_MAX + 16], text[ANSWER_MAX + 16];
	snprintf(usual, sizeof(usual), "https://%s", buffer_string(&setup->tenant));
	if (!setup->person) {
		/* An empty line is an answer here. */
		if (!ask(setup, "Address", usual, &setup->url))
			return false;
	} else if (!ask(setup, "Address of its API", usual, &setup->url)) {
		return false;
	}
	snprintf(text, sizeof(text), "%s%s", strstr(buffer_string(&setup->url), "://") == NULL ? "https://" : "",
		buffer_string(&setup->url));
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == '/')
		text[--length] = '\0';
	buffer_clear(&setup->url);
	if (strcmp(text, usual) != 0)
		buffer_text(&setup->url, text);
	return true;
}

static bool ask_proxy(struct setup *setup)
{
	const char *found = getenv("https_proxy");
	if (found == NULL)
		found = getenv("HTTPS_PROXY");
	TELL(setup, "The proxy is %s. Another one, such as http://proxy.example.com:3128?",
		setup->config.proxy != NULL ? "the one that is configured" : "that of the variable https_proxy");
	setup->asked_proxy = true;
	return ask(setup, "Proxy", found != NULL && strchr(found, '@') == NULL ? found : "", &setup->proxy);
}

static bool ask_authority(struct setup *setup)
{
	char whole[ANSWER_MAX + 1];
	TELL(setup, "If your company signs certificates itself, name the file (PEM) with those to trust.");
	setup->asked_ca_file = true;
	if (!ask(setup, "File of certificates", "none", &setup->ca_file))
		return false;
	if (strcmp(buffer_string(&setup->ca_file), "none") == 0) {
		setup->asked_ca_file = false;
		buffer_clear(&setup->ca_file);
	} else if (os_expand_home(buffer_string(&setup->ca_file), whole, sizeof(whole))) {
		char *real = realpath(whole, NULL);
		buffer_clear(&setup->ca_file);
		buffer_text(&setup->ca_file, real != NULL ? real : whole);
		free(real);
	}
	return true;
}

/* The question that an address which does not answer leads to. */
static bool ask_after_address(struct setup *setup, const struct setup_tried *tried)
{
	char former[ANSWER_MAX + 1];
	if (tried->blame == BLAME_PROXY)
		return ask_proxy(setup);
	if (tried->blame == BLAME_AUTHORITY) {
		if (!ask_authority(setup))
			return false;
		if (setup->ca_file.length > 0)
			return true;
	}
	snprintf(former, sizeof(former), "%s", buffer_string(&setup->tenant));
	TELL(setup, "Correct the domain, or press Enter to keep it and give another address.");
	struct buffer url;
	buffer_init(&url, ANSWER_MAX);
	buffer_text(&url, buffer_string(&setup->url));
	buffer_clear(&setup->url);
	bool good = ask_domain(setup);
	bool same = good && strcmp(former, buffer_string(&setup->tenant)) == 0;
	if (same && setup->url.length == 0)
		buffer_text(&setup->url, buffer_string(&url));
	buffer_free(&url);
	return good && (!same || ask_address(setup));
}

static void say_clock(struct setup *setup, int64_t ahead_s)
{
	char age[32];
	if (ahead_s <= CLOCK_SECONDS && ahead_s >= -CLOCK_SECONDS)
		return;
	text_age(age, sizeof(age), (ahead_s < 0 ? -ahead_s : ahead_s) * 1000);
	SAY(setup, VERDICT_WRONG, "This computer's clock is %s %s the server's. Set it: times on the wall would be wrong, and "
		"certificates may be refused.", age, ahead_s > 0 ? "ahead of" : "behind");
}

static bool find_address(struct setup *setup)
{
	struct setup_tried tried;
	struct url_base base;
	struct error error;
	for (;;) {
		take_answers(setup);
		if (url_base_read(&base, setup->config.url, setup->config.tenant, setup->config.allow_plaintext, &error)) {
			setup_try_address(&setup->config, setup->talk, &tried);
		} else {
			tried = (struct setup_tried){ .blame = BLAME_ADDRESS };
			snprintf(tried.cause, sizeof(tried.cause), "%s", error.text);
		}
		if (tried.signal != 0)
			return leave(setup, STATUS_SIGNAL + tried.signal);
		if (tried.blame == BLAME_NOTHING)
			break;
		say_tried(setup, &tried);
		if (!again(setup, STATUS_FAILED) || !ask_after_address(setup, &tried))
			return false;
	}
	SAY(setup, VERDICT_FINE, "%s answers, after %lld ms.", base.text, (long long)tried.latency_ms);
	say_clock(setup, tried.ahead_s);
	return true;
}

/* ---- user and secret ---- */

static bool ask_user(struct setup *setup)
{
	struct error error;
	for (;;) {
		if (!ask(setup, "User", "", &setup->user))
			return false;
		if (secret_check_login(buffer_string(&setup->user), NULL, &error))
			return true;
		SAY(setup, VERDICT_WRONG, "%s", error.text);
		if (!again(setup, STATUS_USAGE))
			return false;
	}
}

/* What an empty line stands for; NULL: nothing. */
static const char *former_secret(const struct setup *setup)
{
	const struct secret_source *source = &setup->app->options->api.secret;
	if (setup->secret_is_new)
		return "as before";
	if (source->text != NULL)
		return "CXWALL_SECRET";
	return source->file != NULL || source->command != NULL ? "the one that is configured" : NULL;
}

/* An empty line: the former one again. One of the environment must be kept in a file, or it would be gone. */
static bool keep_secret(struct setup *setup)
{
	const struct secret_source *source = &setup->app->options->api.secret;
	if (!setup->secret_is_new && source->text != NULL)
		setup->secret_is_new = buffer_text(&setup->secret, source->text);
	return former_secret(setup) != NULL;
}

static bool ask_secret(struct setup *setup, bool *is_typed)
{
	struct buffer typed, clean;
	struct error error;
	char question[120];
	const char *former = former_secret(setup);
	snprintf(question, sizeof(question), "API secret (not shown)%s%s%s: ", former != NULL ? " [" : "", former != NULL ? former : "",
		former != NULL ? "]" : "");
	buffer_init(&typed, SECRET_MAX);
	buffer_init(&clean, SECRET_MAX);
	bool asking = true, good = false;
	while (asking && !good) {
		asking = ask_text(setup, question, true, &typed);
		if (!asking)
			break;
		if (typed.length == 0) {
			good = keep_secret(setup);
			*is_typed = false;
		} else if (secret_text_read("secret", buffer_string(&typed), &clean, &error)) {
			buffer_clear(&setup->secret);
			*is_typed = true;
			setup->secret_is_new = good = buffer_text(&setup->secret, buffer_string(&clean));
		} else {
			SAY(setup, VERDICT_WRONG, "%s", error.text);
		}
		asking = good || again(setup, STATUS_USAGE);
	}
	buffer_wipe_free(&typed);
	buffer_wipe_free(&clean);
	return good;
}

/* How often the secrets of this user were refused, in this run or as is remembered. */
static unsigned refusals_of_user(struct setup *setup, int64_t *until_ms)
{
	struct setup_tried tried;
	bool here = strcmp(setup->refused_user, buffer_string(&setup->user)) == 0;
	setup_look_refusals(&setup->config, setup->app->runtime, &tried);
	*until_ms = tried.refused_until_ms;
	return here && setup->refusals > tried.refusals ? setup->refusals : tried.refusals;
}

/* Whether one more secret may be tried without a danger for the account. False too where nothing is to be asked any more. */
static bool may_try(struct setup *setup, bool *go_on)
{
	char when[16] = "a while";
	int64_t until_ms = 0;
	bool yes = false;
	unsigned count = refusals_of_user(setup, &until_ms);
	*go_on = true;
	if (count < REFUSALS_ASK)
		return true;
	if (until_ms > 0)
		text_clock(when, sizeof(when), until_ms, "%H:%M");
	if (count < REFUSALS_MAX) {
		SAY(setup, VERDICT_NOTE, "%u secrets of '%s' were refused. A third may lock the account.", count, buffer_string(&setup->user));
		*go_on = again(setup, STATUS_REFUSED) && confirm(setup, "Try this one all the same?", &yes);
		return *go_on && yes;
	}
	SAY(setup, VERDICT_WRONG, "%u secrets of '%s' were refused. No other is tried %s %s, so that the account is not locked. "
		"Ctrl-C leaves.", count, buffer_string(&setup->user), until_ms > 0 ? "before" : "for", when);
	*go_on = again(setup, STATUS_REFUSED);
	return false;
}

static void count_refusal(struct setup *setup, const struct setup_tried *tried)
{
	if (tried->blame != BLAME_LOGIN && tried->blame != BLAME_ACCOUNT)
		return;
	if (strcmp(setup->refused_user, buffer_string(&setup->user)) != 0)
		setup->refusals = 0;
	snprintf(setup->refused_user, sizeof(setup->refused_user), "%s", buffer_string(&setup->user));
	setup->refusals += !tried->stopped;
	/* Each try may make the lock last longer. */
	if (tried->blame == BLAME_ACCOUNT && setup->refusals < REFUSALS_ASK)
		setup->refusals = REFUSALS_ASK;
}

/* What is asked after a sign-in that failed: user and secret, and before them what else may be the cause. */
static bool ask_after_login(struct setup *setup, const struct setup_tried *tried)
{
	if (tried->blame == BLAME_TENANT)
		return ask_domain(setup) && find_address(setup);
	if (tried->blame == BLAME_ADDRESS || tried->blame == BLAME_PROXY || tried->blame == BLAME_AUTHORITY)
		return ask_after_address(setup, tried) && find_address(setup);
	return true;
}

/* The same user and secret would be refused again: what is left is the domain. */
static bool ask_domain_too(struct setup *setup)
{
	char former[ANSWER_MAX + 1];
	snprintf(former, sizeof(former), "%s", buffer_string(&setup->tenant));
	TELL(setup, "User and secret are the same as before. Is the domain right?");
	if (!ask_domain(setup))
		return false;
	return strcmp(former, buffer_string(&setup->tenant)) == 0 || find_address(setup);
}

static bool go_on_without(struct setup *setup, bool *yes)
{
	tell_paragraph(setup);
	return again(setup, STATUS_REFUSED) && confirm(setup, "Go on without it?", yes);
}

static bool sign_in(struct setup *setup)
{
	struct setup_tried tried;
	bool go_on = true, yes = false, refused = false;
	char former[ANSWER_MAX + 1] = "";
	for (bool given = setup->user.length > 0;; given = false) {
		if (!given && !ask_user(setup))
			return false;
		bool typed = false;
		if (!ask_secret(setup, &typed))
			return false;
		if (refused && !typed && strcmp(former, buffer_string(&setup->user)) == 0 && !ask_domain_too(setup))
			return false;
		snprintf(former, sizeof(former), "%s", buffer_string(&setup->user));
		take_answers(setup);
		if (!may_try(setup, &go_on)) {
			if (!go_on)
				return false;
			continue;
		}
		setup_lists_free(&setup->lists);
		setup_lists_init(&setup->lists);
		setup_try_login(&setup->config, setup->app->runtime, setup->talk, &setup->lists, &tried);
		if (tried.signal != 0)
			return leave(setup, STATUS_SIGNAL + tried.signal);
		if (tried.blame == BLAME_NOTHING)
			return true;
		refused = tried.blame == BLAME_LOGIN;
		if (refused && !tried.stopped && setup->config.auth == AUTH_OAUTH)
			snprintf(tried.advice, sizeof(tried.advice), "Check the user, the secret and the domain. The secret is the API secret "
				"that an administrator generates, not the password.");
		say_tried(setup, &tried);
		count_refusal(setup, &tried);
		if (tried.blame == BLAME_RIGHTS) {
			if (!go_on_without(setup, &yes))
				return false;
			if (yes)
				return true;
			continue;
		}
		if (!again(setup, tried.blame == BLAME_LOGIN || tried.blame == BLAME_ACCOUNT || tried.blame == BLAME_TENANT
			? STATUS_REFUSED : STATUS_FAILED) || !ask_after_login(setup, &tried))
			return false;
	}
}

/* ---- what the user may see ---- */

static void say_list(struct setup *setup, const struct catalogue *list, const char *one, const char *many)
{
	char names[3 * 200] = "";
	for (unsigned i = 0; i < list->count && i < 3; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%.150s", i > 0 ? ", " : "", list->entries[i].name);
	text_trim(names);
	SAY(setup, VERDICT_FINE, "%u %s: %s%s", list->count, text_plural(list->count, one, many), names, list->count > 3 ? ", ..." : ".");
}

/* Asks for a row of each kind, as a wall would. What is missing is empty, and no answer says so: true if all is there. */
static bool try_metrics(struct setup *setup)
{
	static const char text[] = "pages = ( { rows = ( { panels = ( "
		"{ name = \"services\" type = \"service_grid\" limit = 5 columns = ( \"name\", \"in_calls_waiting\" ) }, "
		"{ name = \"agents\" type = \"agent_grid\" limit = 5 columns = ( \"first_last_name\", \"acd_state\" ) } ) } ) } )";
	struct app *app = setup->app;
	struct error error;
	app->layout = layout_parse("setup", "built-in", text, &error);
	if (app->layout == NULL)
		fatal("%s", error.text);
	app->options->api = setup->config;
	struct one_answer answer = app_one_answer(app, false);
	answer.quiet = true;
	answer.remembered.tenant = NULL;
	int status = one_answer_run(&answer);
	bool good = true;
	begin_sentence(answer.cause);
	if (answer.session.signal != 0) {
		good = leave(setup, STATUS_SIGNAL + answer.session.signal);
	} else if (status == STATUS_LIMIT) {
		SAY(setup, VERDICT_NOTE, "%s. What this user may see was not tried.", answer.cause);
	} else if (status != STATUS_FINE) {
		SAY(setup, VERDICT_WRONG, "%s.", answer.cause);
		good = false;
	} else {
		const struct board *board = answer.session.board;
		for (unsigned i = 0; i < app->layout->panel_count; i++) {
			const struct panel *panel = &app->layout->panels[i];
			bool agents = panel->type == PANEL_AGENT_GRID, wanted = agents ? setup->lists.teams.count > 0
				: setup->lists.services.count > 0;
			const char *reason = board->panels[i].reason;
			if (board_data(board, panel)->rows > 0)
				continue;
			if (!wanted && reason[0] == '\0')
				continue;
			SAY(setup, VERDICT_WRONG, "No %s can be seen%s%.150s. The privilege \"%s\" is probably missing%s.",
				agents ? "agents" : "statistics of services", reason[0] != '\0' ? ": " : "", reason,
				agents ? "View real-time agent metrics" : "View real-time service metrics",
				agents ? ", or there is nobody in the teams" : "");
			good = false;
		}
		if (good)
			SAY(setup, VERDICT_FINE, "The statistics of agents and services can be read.");
	}
	one_answer_free(&answer);
	layout_free(app->layout);
	app->layout = NULL;
	return good;
}

/* False: something is missing, or setup ends. */
static bool look_around(struct setup *setup)
{
	const struct setup_lists *lists = &setup->lists;
	bool good = true;
	SAY(setup, VERDICT_FINE, "'%s' is signed in.", buffer_string(&setup->user));
	if (!lists->teams.known) {
		SAY(setup, VERDICT_NOTE, "The server does not list teams: %s.", lists->teams.reason);
	} else if (lists->teams.count == 0) {
		SAY(setup, VERDICT_WRONG, "The user supervises no team, so no agents and no services can be seen. An administrator can "
			"make the user a supervisor of teams.");
		good = false;
	} else {
		say_list(setup, &lists->teams, "team", "teams");
	}
	if (!lists->services.known)
		SAY(setup, VERDICT_NOTE, "The server does not list services: %s.", lists->services.reason);
	else if (lists->services.count > 0)
		say_list(setup, &lists->services, "service", "services");
	else if (lists->teams.count > 0)
		SAY(setup, VERDICT_NOTE, "No services: those of the teams that the user supervises are listed.");
	return try_metrics(setup) && good;
}

/* ---- what is written ---- */

/* Where the two files belong. False with an error where there is no place. */
static bool choose_places(struct setup *setup, struct error *error)
{
	const struct options *options = setup->app->options;
	char here[SETUP_PATH_MAX / 2] = "", *end;
	const char *path = options->config != NULL ? options->config : options->user_file;
	if (path == NULL || path[0] == '\0')
		return error_set(error, "HOME is not set, so there is no place for a configuration. Name a file with -c, or see what to "
			"write with --print.");
	if (path[0] != '/' && getcwd(here, sizeof(here) - 1) != NULL)
		strcat(here, "/");
	if ((size_t)snprintf(setup->conf_path, sizeof(setup->conf_path), "%s%s", here, path) + 32 >= sizeof(setup->conf_path))
		return error_set(error, "the path of the configuration is too long");
	snprintf(setup->secret_path, sizeof(setup->secret_path), "%s", setup->conf_path);
	end = strrchr(setup->secret_path, '/') + 1;
	/* "secret" beside cxwall.conf, "acme.secret" beside acme.conf. */
	size_t length = strlen(end);
	bool plain = options->config == NULL && options->profile == NULL;
	if (plain)
		strcpy(end, "secret");
	else if (length > 5 && strcmp(end + length - 5, ".conf") == 0)
		strcpy(end + length - 5, ".secret");
	else
		strcat(end, ".secret");
	return true;
}

static unsigned collect_values(const struct setup *setup, struct setup_value values[VALUES_MAX], const char *secret)
{
	const struct options *options = setup->app->options;
	unsigned count = 0;
	values[count++] = (struct setup_value){ "tenant", setup->config.tenant };
	values[count++] = (struct setup_value){ "url", setup->config.url };
	values[count++] = (struct setup_value){ "user", setup->config.user };
	if (setup->secret_is_new) {
		values[count++] = (struct setup_value){ "secret_file", secret };
		values[count++] = (struct setup_value){ "secret_command", NULL };
	}
	if (setup->asked_proxy || options_given(options, "proxy"))
		values[count++] = (struct setup_value){ "proxy", setup->config.proxy };
	if (setup->asked_ca_file || options_given(options, "ca-file"))
		values[count++] = (struct setup_value){ "ca_file", setup->config.ca_file };
	return count;
}

static void tell_lines(struct setup *setup, const char *indent, const char *text)
{
	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n')
		fprintf(setup->talk, "%s%.*s\n", indent, (int)strcspn(text, "\n"), text);
}

/* The configuration as it would be, and beside it as it is; "" if there is none. */
static void make_texts(struct setup *setup, struct buffer *old, struct buffer *text)
{
	struct setup_value values[VALUES_MAX];
	struct file_text file;
	char secret[SETUP_PATH_MAX];
	os_short_path(setup->secret_path, secret, sizeof(secret));
	unsigned count = collect_values(setup, values, secret);
	if (setup->files[FILE_CONF].exists && file_text_read(&file, setup->files[FILE_CONF].path, SETUP_TEXT_MAX, NULL)) {
		buffer_text(old, buffer_string(&file.text));
		file_text_close(&file);
	}
	if (old->length > 0 && setup_text_changed(text, buffer_string(old), values, count))
		return;
	buffer_clear(text);
	setup_text_new(text, values, count);
	if (old->length > 0)
		SAY(setup, VERDICT_NOTE, "The former file cannot be changed line by line. A new one takes its place; what else stood there is "
			"in the former one, which is kept.");
}

static bool secret_is_there(const struct setup *setup)
{
	struct buffer found;
	buffer_init(&found, SECRET_MAX);
	bool same = setup->files[FILE_SECRET].exists && secret_file_read("secret_file", setup->files[FILE_SECRET].path, &found, NULL) &&
		strcmp(buffer_string(&found), buffer_string(&setup->secret)) == 0;
	buffer_wipe_free(&found);
	return same;
}

static void show_files(struct setup *setup, const struct buffer *old, const struct buffer *text)
{
	char path[SETUP_PATH_MAX];
	struct buffer changes;
	buffer_init(&changes, 4 * SETUP_TEXT_MAX);
	if (setup->files[FILE_CONF].bytes != NULL) {
		os_short_path(setup->conf_path, path, sizeof(path));
		TELL(setup, "%s", "");
		TELL(setup, old->length > 0 ? "%s would be changed so (the former one is kept beside it):" : "This goes into %s:", path);
		TELL(setup, "%s", "");
		if (old->length > 0)
			setup_text_compare(&changes, buffer_string(old), buffer_string(text));
		tell_lines(setup, "    ", buffer_string(old->length > 0 ? &changes : text));
	}
	if (setup->files[FILE_SECRET].bytes != NULL) {
		os_short_path(setup->secret_path, path, sizeof(path));
		TELL(setup, "%s", "");
		TELL(setup, setup->files[FILE_SECRET].exists ? "The new secret goes into %s (the former one is kept beside it)."
			: "The secret goes into %s, readable by you only.", path);
	}
	TELL(setup, "%s", "");
	buffer_free(&changes);
}

/* What would make the wall use something else than what was tried. */
static void note_variables(struct setup *setup)
{
	static const char *const names[] = { "CXWALL_TENANT", "CXWALL_URL", "CXWALL_USER", "CXWALL_SECRET_FILE", "CXWALL_PROXY", "CXWALL_CA_FILE" };
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			SAY(setup, VERDICT_NOTE, "The variable %s is set in this shell, and wins over the file.", names[i]);
	}
	if (setup->secret_in_environment)
		SAY(setup, VERDICT_NOTE, "The variable CXWALL_SECRET is set in this shell, and wins over the file.");
}

static void tell_what_next(struct setup *setup)
{
	note_variables(setup);
	const struct options *options = setup->app->options;
	if (options->profile != NULL)
		TELL(setup, "Start the wall with: %s --profile %s", app_called(), options->profile);
	else if (options->config != NULL)
		TELL(setup, "Start the wall with: %s -c %s", app_called(), options->config);
	else
		TELL(setup, "Start the wall with: %s", app_called());
}

static bool write_files(struct setup *setup)
{
	char path[SETUP_PATH_MAX];
	struct error error;
	if (!setup_files_write(setup->files, 2, &error)) {
		SAY(setup, VERDICT_WRONG, "%s. To see what to write: %s setup --print", error.text, app_called());
		return leave(setup, STATUS_FAILED);
	}
	for (int i = FILE_CONF; i >= FILE_SECRET; i--) {
		if (setup->files[i].bytes == NULL)
			continue;
		os_short_path(i == FILE_CONF ? setup->conf_path : setup->secret_path, path, sizeof(path));
		const char *backup = setup->files[i].backup;
		SAY(setup, VERDICT_FINE, "%s is written%s%s.", path, backup[0] != '\0' ? ", the former one is " : "",
			backup[0] != '\0' ? strrchr(backup, '/') + 1 : "");
	}
	tell_what_next(setup);
	return true;
}

/* For those who write it themselves: the file on standard output, alone. */
static void print_files(struct setup *setup, const struct buffer *text)
{
	char conf[SETUP_PATH_MAX], secret[SETUP_PATH_MAX];
	os_short_path(setup->conf_path, conf, sizeof(conf));
	os_short_path(setup->secret_path, secret, sizeof(secret));
	TELL(setup, "%s", "");
	TELL(setup, "This belongs into %s:", conf);
	TELL(setup, "%s", "");
	fflush(setup->talk);
	fputs(buffer_string(text), stdout);
	fflush(stdout);
	if (!setup->secret_is_new)
		return;
	TELL(setup, "%s", "");
	TELL(setup, "The secret belongs into %s, alone and readable by you only. This asks for it without showing it:", secret);
	TELL(setup, "%s", "");
	fprintf(setup->talk, "    (umask 077; stty -echo; head -n 1 >%s; stty echo)\n\n", secret);
}

static bool finish(struct setup *setup, struct buffer *old, struct buffer *text)
{
	struct setup_file *files = setup->files;
	bool yes = false;
	make_texts(setup, old, text);
	if (setup->app->options->print) {
		print_files(setup, text);
		return true;
	}
	if (old->length == 0 || strcmp(buffer_string(old), buffer_string(text)) != 0) {
		files[FILE_CONF].bytes = buffer_string(text);
		files[FILE_CONF].length = text->length;
	}
	if (setup->secret_is_new && !secret_is_there(setup)) {
		buffer_text(&setup->secret, "\n");
		files[FILE_SECRET].bytes = buffer_string(&setup->secret);
		files[FILE_SECRET].length = setup->secret.length;
	}
	if (files[FILE_CONF].bytes == NULL && files[FILE_SECRET].bytes == NULL) {
		TELL(setup, "All of this is configured already: nothing is to be written.");
		tell_what_next(setup);
		return true;
	}
	show_files(setup, old, text);
	if (!confirm(setup, "Write this?", &yes))
		return false;
	return yes ? write_files(setup) : leave(setup, STATUS_FAILED);
}

/* ---- the conversation ---- */

static void tell_beginning(struct setup *setup)
{
	const struct options *options = setup->app->options;
	TELL(setup, "cxwall setup asks for your contact centre's domain, a user and the user's API secret, and tries each. Nothing is "
		"written before you have seen it and typed y. Ctrl-C leaves.");
	TELL(setup, "You have none of these? %s setup --admin prints what to ask your administrator for.", app_called());
	if (options->file_trouble.text[0] != '\0')
		SAY(setup, VERDICT_NOTE, "The file that is there has a mistake, and is not used: %s", options->file_trouble.text);
	TELL(setup, "%s", "");
}

/* Former values are defaults; what the command line gives is no question the first time. */
static bool converse(struct setup *setup)
{
	const struct options *options = setup->app->options;
	bool domain = options_given(options, "tenant"), address = options_given(options, "url");
	if (!domain) {
		TELL(setup, "The domain of your contact centre, as in its address: example.cx.onecloud.com");
		if (!ask_domain(setup))
			return false;
	}
	if (!setup->person && !address && !ask_address(setup))
		return false;
	if (!find_address(setup))
		return false;
	for (bool first = true;; first = false) {
		bool yes = false;
		if (first && !options_given(options, "user")) {
			TELL(setup, "The user whose API secret you have.");
			if (!ask_user(setup))
				return false;
		} else if (!first && !ask_user(setup)) {
			return false;
		}
		if (!sign_in(setup))
			return false;
		/* Without the first privilege there is nothing to look at. */
		if (setup->lists.teams_status == 403 || setup->lists.teams_status == 401 || look_around(setup))
			return true;
		if (setup->status != STATUS_FINE || !go_on_without(setup, &yes))
			return false;
		if (yes)
			return true;
	}
}

static void setup_init(struct setup *setup, struct app *app)
{
	struct options *options = app->options;
	*setup = (struct setup){ .app = app, .talk = options->print ? stderr : stdout, .person = ask_terminal(),
		.status = STATUS_FINE, .config = options->api };
	struct buffer *texts[] = { &setup->tenant, &setup->url, &setup->user, &setup->proxy, &setup->ca_file };
	const char *former[] = { options->api.tenant, options->api.url, options->api.user, options->api.proxy, options->api.ca_file };
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buffer_init(texts[i], ANSWER_MAX);
		if (former[i] != NULL)
			buffer_text(texts[i], former[i]);
	}
	/* All of its room at once: a buffer that grows would leave copies. */
	static const char blank[SECRET_MAX + 1];
	buffer_init(&setup->secret, sizeof(blank));
	buffer_add(&setup->secret, blank, sizeof(blank));
	buffer_clear(&setup->secret);
	/* What is tried is the API, whatever a screen of a broker reads. */
	options->broker_from = NULL;
	setup->secret_in_environment = options->api.secret.text != NULL;
	setup->colored = verdict_colored(options->color, setup->talk);
	setup_lists_init(&setup->lists);
}

static void setup_done(struct setup *setup)
{
	struct buffer *texts[] = { &setup->tenant, &setup->url, &setup->user, &setup->proxy, &setup->ca_file };
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buffer_free(texts[i]);
	/* Its bytes go now, and nothing may point to them. */
	setup->app->options->api.secret.text = NULL;
	buffer_wipe_free(&setup->secret);
	setup_lists_free(&setup->lists);
}

static bool find_places(struct setup *setup)
{
	struct error error;
	if (choose_places(setup, &error) && (setup->app->options->print ||
		(setup_file_find(&setup->files[FILE_CONF], setup->conf_path, &error) &&
			setup_file_find(&setup->files[FILE_SECRET], setup->secret_path, &error))))
		return true;
	if (setup->app->options->print) {
		snprintf(setup->conf_path, sizeof(setup->conf_path), "~/.config/cxwall/cxwall.conf");
		snprintf(setup->secret_path, sizeof(setup->secret_path), "~/.config/cxwall/secret");
		return true;
	}
	SAY(setup, VERDICT_WRONG, "%s", error.text);
	SAY(setup, VERDICT_NOTE, "Nothing can be written there. To see what to write: %s setup --print", app_called());
	return leave(setup, STATUS_FAILED);
}

static int setup_command(struct app *app)
{
	const struct options *options = app->options;
	struct setup setup;
	struct buffer old, text;
	struct secret_source given = options->api.secret;
	if (options->admin) {
		print_paragraph(stdout, options->api.tenant, options->api.user);
		return fflush(stdout) == 0 ? STATUS_FINE : STATUS_FAILED;
	}
	setup_init(&setup, app);
	buffer_init(&old, SETUP_TEXT_MAX);
	buffer_init(&text, SETUP_TEXT_MAX);
	/* The lock and the tag are those of a layout; this one's is that of what is tried. */
	app->layout = app_layout_of_nothing("setup");
	app_tag(app);
	layout_free(app->layout);
	app->layout = NULL;
	if (find_places(&setup)) {
		tell_beginning(&setup);
		if (converse(&setup))
			(void)finish(&setup, &old, &text);
		if (setup.status != STATUS_FINE && setup.files[FILE_CONF].backup[0] == '\0')
			TELL(&setup, "Nothing was written.");
	}
	int status = setup.status;
	setup_done(&setup);
	app->options->api.secret = given;
	buffer_free(&old);
	buffer_free(&text);
	if (fflush(stdout) == 0)
		return status;
	message("standard output cannot be written");
	return STATUS_FAILED;
}

const struct command command_setup = {
	.name = "setup",
	.function = setup_command,
	.task = TASK_SET_UP,
	.operands = "",
	.help = "ask for the connection, try it, and write the configuration",
	.examples = {
		{ "cxwall setup", "From nothing to a wall, in a few questions." },
		{ "cxwall setup --admin", "What to ask your administrator for." },
		{ "cxwall setup --profile acme", "A second contact centre; then: cxwall --profile acme." },
	},
};
