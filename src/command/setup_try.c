#include "command/setup_try.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "api/api_errors.h"
#include "base/clock.h"
#include "session/signals.h"

static const char teams_path[] = "/statsapi/cfg/teams";
static const char token_path[] = "/configapi/v2/oauth/token";
static const char services_path[] = "/statsapi/cfg/services";

enum { PORTAL = 511, CATALOGUES = 2 };

/* One attempt: a loop that ends with its answer, or with a signal. */
struct attempt {
	struct ev_loop *loop;
	struct http *http;
	struct signals signals;
	struct auth auth;
	struct json json;
	struct setup_tried *out;
	struct setup_lists *lists;
	enum auth_result result;
};

static void attempt_on_signal(void *context, int number)
{
	struct attempt *attempt = context;
	attempt->out->signal = number;
	ev_break(attempt->loop, EVBREAK_ALL);
}

static void blame(struct setup_tried *out, enum setup_blame who, const char *cause, const char *advice)
{
	out->blame = who;
	snprintf(out->cause, sizeof(out->cause), "%s", cause);
	snprintf(out->advice, sizeof(out->advice), "%s", advice);
}

static bool attempt_begin(struct attempt *attempt, const struct api_config *config)
{
	struct url_base base;
	struct error error;
	attempt->loop = ev_default_loop(EVFLAG_AUTO);
	json_init(&attempt->json);
	if (!url_base_read(&base, config->url, config->tenant, config->allow_plaintext, &error)) {
		blame(attempt->out, BLAME_ADDRESS, error.text, "");
		return false;
	}
	attempt->http = http_new(attempt->loop, &base, config->proxy, config->ca_file, &error);
	if (attempt->http == NULL) {
		bool of_proxy = strncmp(error.text, "proxy: ", 7) == 0;
		blame(attempt->out, of_proxy ? BLAME_PROXY : BLAME_AUTHORITY, error.text, "");
		return false;
	}
	attempt->signals = (struct signals){ .loop = attempt->loop, .end = attempt_on_signal, .context = attempt };
	signals_start(&attempt->signals);
	return true;
}

static void attempt_end(struct attempt *attempt)
{
	if (attempt->http != NULL) {
		signals_stop(&attempt->signals);
		http_free(attempt->http);
	}
	json_free(&attempt->json);
}

/* ---- the address ---- */

static enum setup_blame blame_of(enum http_trouble trouble)
{
	return trouble == HTTP_TROUBLE_PROXY ? BLAME_PROXY : trouble == HTTP_TROUBLE_AUTHORITY ? BLAME_AUTHORITY : BLAME_ADDRESS;
}

/* The server's clock has whole seconds, and the answer was on its way for a while. */
static int64_t clock_ahead_s(const struct http_response *response)
{
	int64_t there_s, here_s = clock_wall_ms() / 1000;
	if (!http_date_read(response->date, here_s, &there_s))
		return 0;
	return here_s - there_s;
}

/* What answers like the API without a login: a refusal in words of its own, or a list. */
static void judge_address(struct attempt *attempt, const struct http_response *response)
{
	struct setup_tried *out = attempt->out;
	char reason[API_REASON_MAX];
	int status = response->status;
	out->latency_ms = response->latency_ms;
	out->ahead_s = clock_ahead_s(response);
	out->is_of_clock = response->trouble == HTTP_TROUBLE_VALIDITY;
	if (response->cause[0] != '\0') {
		blame(out, blame_of(response->trouble), response->cause, response->advice);
	} else if (status == 200 && !json_parse(&attempt->json, response->body, response->length, NULL)) {
		blame(out, BLAME_ADDRESS, response->length == 0 ? "the server answered, but with nothing"
			: "the server answered, but not as the API does", "check the address: is the API there?");
	} else if (status != 200 && status != 400 && status != 401 && status != 403 && status != 429) {
		api_reason(teams_path, &attempt->json, response->body, response->length, reason, sizeof(reason));
		struct api_words words = api_explain(teams_path, status, reason);
		blame(out, status == 407 ? BLAME_PROXY : BLAME_ADDRESS, words.cause, words.advice);
	}
}

/* Where people sign in without a login: an answer in words of the API, and neither a page nor success. */
static void on_sign_in_address(void *context, const struct http_response *response)
{
	struct attempt *attempt = context;
	int status = response->status;
	const char *start = response->body + strspn(response->body, " \t\r\n");
	bool refuses = status == 400 || status == 401 || status == 403 || status == 415 || status == 422;
	if (response->cause[0] == '\0' && refuses && *start != '<') {
		attempt->out->blame = BLAME_NOTHING;
		attempt->out->ahead_s = clock_ahead_s(response);
		attempt->out->latency_ms = response->latency_ms;
	}
	ev_break(attempt->loop, EVBREAK_ALL);
}

/*
 * Servers differ in what they answer to a call without a token: some lead to a page where people sign in. So the one call
 * that needs none has the last word. It names no user, whom it could lock.
 */
static void on_address(void *context, const struct http_response *response)
{
	struct attempt *attempt = context;
	judge_address(attempt, response);
	if (attempt->out->blame != BLAME_ADDRESS || response->status == 0) {
		ev_break(attempt->loop, EVBREAK_ALL);
		return;
	}
	static const char form[] = "grant_type=client_credentials";
	http_start(attempt->http, HTTP_TOKEN, &(struct http_request){ .method = "POST", .path = token_path,
		.headers = { "Content-Type: application/x-www-form-urlencoded", "Accept: application/json" },
		.body = form, .body_length = sizeof(form) - 1, .done = on_sign_in_address, .context = attempt });
}

void setup_try_address(const struct api_config *config, FILE *talk, struct setup_tried *out)
{
	struct attempt attempt = { .out = out };
	struct url_base base;
	*out = (struct setup_tried){ .blame = BLAME_NOTHING };
	if (attempt_begin(&attempt, config)) {
		(void)url_base_read(&base, config->url, config->tenant, config->allow_plaintext, NULL);
		/* Who sees it may press Ctrl-C at once. */
		fprintf(talk, "Trying %s ...\n", base.text);
		fflush(talk);
		http_start(attempt.http, HTTP_FETCH, &(struct http_request){ .method = "GET", .path = teams_path,
			.headers = { "Accept: application/json" }, .done = on_address, .context = &attempt });
		ev_run(attempt.loop, 0);
	}
	attempt_end(&attempt);
}

/* ---- the user ---- */

void setup_lists_init(struct setup_lists *lists)
{
	*lists = (struct setup_lists){ .teams_status = 0 };
	catalogue_init(&lists->teams);
	catalogue_init(&lists->services);
}

void setup_lists_free(struct setup_lists *lists)
{
	catalogue_free(&lists->teams);
	catalogue_free(&lists->services);
}

/* A list that cannot be read is told by its reason; what may not be asked is a privilege. */
static void take_list(struct attempt *attempt, const struct http_response *response, struct catalogue *list, int *status)
{
	struct error error = { "" };
	*status = response->status;
	if (response->cause[0] != '\0') {
		snprintf(list->reason, sizeof(list->reason), "%.150s", response->cause);
		list->advice = response->advice;
	} else if (response->status != 200) {
		struct api_words words = auth_explain(&attempt->auth, response);
		snprintf(list->reason, sizeof(list->reason), "%.150s", words.cause);
		list->advice = words.advice;
	} else if (!catalogue_read(list, &attempt->json, response->body, response->length, &error)) {
		snprintf(list->reason, sizeof(list->reason), "the list could not be read: %.100s", error.text);
	}
}

static void on_services(void *context, const struct http_response *response)
{
	struct attempt *attempt = context;
	take_list(attempt, response, &attempt->lists->services, &attempt->lists->services_status);
	ev_break(attempt->loop, EVBREAK_ALL);
}

/* With cookies this is the first answer that depends on the secret. */
static void on_teams(void *context, const struct http_response *response)
{
	struct attempt *attempt = context;
	struct setup_tried *out = attempt->out;
	struct setup_lists *lists = attempt->lists;
	take_list(attempt, response, &lists->teams, &lists->teams_status);
	if (response->trouble != HTTP_NO_TROUBLE)
		blame(out, blame_of(response->trouble), response->cause, response->advice);
	else if (response->status == 401 && attempt->auth.config->auth == AUTH_COOKIE)
		blame(out, BLAME_LOGIN, "the secret was refused (401)", "with auth = \"cookie\" it is the value of X-STATSAPI-TOKEN");
	else if (response->status == 401 || response->status == 403)
		blame(out, BLAME_RIGHTS, lists->teams.reason, "");
	if (out->blame == BLAME_NOTHING)
		auth_start(&attempt->auth, HTTP_LIST, "GET", services_path, on_services, attempt);
	else
		ev_break(attempt->loop, EVBREAK_ALL);
}

static void judge_sign_in(struct attempt *attempt)
{
	struct setup_tried *out = attempt->out;
	const struct auth_answer *last = &attempt->auth.last;
	enum setup_blame who = blame_of(last->trouble);
	if (attempt->result != AUTH_FAILED)
		who = last->account == ACCOUNT_TENANT_INACTIVE || strcmp(last->code, "invalid_scope") == 0 ? BLAME_TENANT
			: last->account != ACCOUNT_NO_TROUBLE ? BLAME_ACCOUNT : BLAME_LOGIN;
	blame(out, who, attempt->auth.cause, attempt->auth.advice);
	out->is_of_clock = last->trouble == HTTP_TROUBLE_VALIDITY;
	/* Nothing was asked: this very secret was refused a while ago. */
	out->stopped = attempt->result != AUTH_FAILED && last->status == 0;
}

static void on_sign_in(void *context, enum auth_result result)
{
	struct attempt *attempt = context;
	attempt->result = result;
	if (result == AUTH_READY) {
		auth_start(&attempt->auth, HTTP_LIST, "GET", teams_path, on_teams, attempt);
		return;
	}
	judge_sign_in(attempt);
	ev_break(attempt->loop, EVBREAK_ALL);
}

static void run_login(struct attempt *attempt, const struct api_config *config, int memory)
{
	struct error error;
	if (!auth_open(&attempt->auth, attempt->loop, config, on_sign_in, attempt, &error)) {
		blame(attempt->out, BLAME_LOGIN, error.text, "");
		return;
	}
	attempt->auth.http = attempt->http;
	attempt->auth.memory = memory;
	attempt->auth.heeds = true;
	enum auth_result result = auth_ask(&attempt->auth, false);
	if (result != AUTH_PENDING)
		on_sign_in(attempt, result);
	if (result == AUTH_PENDING || result == AUTH_READY)
		ev_run(attempt->loop, 0);
	attempt->out->refusals = auth_refused_lately(&attempt->auth, &attempt->out->refused_until_ms);
}

void setup_try_login(const struct api_config *config, int memory, FILE *talk, struct setup_lists *lists,
	struct setup_tried *out)
{
	struct attempt attempt = { .out = out, .lists = lists };
	*out = (struct setup_tried){ .blame = BLAME_NOTHING };
	if (attempt_begin(&attempt, config)) {
		fprintf(talk, "Signing in ...\n");
		fflush(talk);
		run_login(&attempt, config, memory);
		http_cancel(attempt.http, HTTP_TOKEN);
		auth_free(&attempt.auth);
	}
	attempt_end(&attempt);
}

void setup_look_refusals(const struct api_config *config, int memory, struct setup_tried *out)
{
	struct auth auth;
	struct error error;
	*out = (struct setup_tried){ .blame = BLAME_NOTHING };
	(void)auth_open(&auth, ev_default_loop(EVFLAG_AUTO), config, NULL, NULL, &error);
	auth.memory = memory;
	out->refusals = auth_refused_lately(&auth, &out->refused_until_ms);
	auth_free(&auth);
}
