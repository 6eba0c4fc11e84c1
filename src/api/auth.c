#include "api/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/credential.h"
#include "base/log.h"

/* A form holds the secret, percent-escaped to three times its length, and three short fields. */
enum { FORM_MAX = SECRET_MAX * 3 + 4096 };

enum { STATUS_LOCKED = 423 }; /* RFC 4918 */

static const char token_path[] = "/configapi/v2/oauth/token";

static void header_take(struct auth *auth)
{
	auth->generation++;
	auth->refusals = 0;
	auth->failures = 0;
	ev_timer_stop(auth->loop, &auth->watch);
}

static const char *text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* Cookie mode: the secret is the token, and there is nobody to ask. */
static void header_from_cookies(struct auth *auth)
{
	buffer_clear(&auth->header);
	buffer_print(&auth->header, "Cookie: X-STATSAPI-TOKEN=%s; X-STATSAPI-TENANT=%s; X-STATSAPI-LOGIN=%s",
		buffer_string(&auth->secret.text), text_or_empty(auth->config->tenant),
		text_or_empty(auth->config->user));
	header_take(auth);
}

static void auth_say(struct auth *auth, const char *cause, const char *advice, double retry_after)
{
	snprintf(auth->cause, sizeof(auth->cause), "%s", cause);
	auth->advice = advice;
	auth->retry_after = retry_after;
}

/* The end of a call: told to whoever waits, else a silent renewal, tried again while the token lives. */
static void auth_end(struct auth *auth, enum auth_result result)
{
	if (auth->wanted) {
		auth->wanted = false;
		auth->done(auth->context, result);
		return;
	}
	if (result != AUTH_FAILED && result != AUTH_REFUSED)
		return;
	log_line("sign-in: renewal failed: %s", auth->cause);
	double delay = 5.0 * (double)(1u << (auth->failures < 4 ? auth->failures : 4));
	auth->failures++;
	if (auth->retry_after > delay)
		delay = auth->retry_after;
	ev_now_update(auth->loop);
	ev_timer_stop(auth->loop, &auth->renewal);
	ev_timer_set(&auth->renewal, delay, 0.0);
	ev_timer_start(auth->loop, &auth->renewal);
}

static void auth_refused(struct auth *auth, int status, const char *code)
{
	char cause[ERROR_TEXT];
	auth->refusals++;
	snprintf(cause, sizeof(cause), "%s (%d%s%s)", status == 400 ? "the sign-in was refused"
		: status == 403 ? "this user may not sign in here"
		: status == STATUS_LOCKED ? "the account is locked" : "the secret was refused",
		status, code[0] != '\0' ? ", " : "", code);
	bool stop = auth->refusals >= AUTH_REFUSALS_MAX;
	auth_say(auth, cause, stop ? "check user, secret and tenant; not asked again for a while, so that the "
		"account is not locked" : "check user, secret and tenant", -1);
	if (stop && secret_can_change(&auth->secret)) {
		ev_now_update(auth->loop);
		ev_timer_stop(auth->loop, &auth->watch);
		ev_timer_set(&auth->watch, AUTH_WATCH_SECONDS, AUTH_WATCH_SECONDS);
		ev_timer_start(auth->loop, &auth->watch);
	}
	auth_end(auth, stop ? AUTH_STOPPED : AUTH_REFUSED);
}

/* Servers that answer everything with 200 say in the body that the secret is wrong. */
static bool is_refusal(const char *code)
{
	return strncmp(code, "invalid_", 8) == 0 || strcmp(code, "unauthorized_client") == 0 ||
		strcmp(code, "access_denied") == 0;
}

static void auth_granted(struct auth *auth, const struct http_response *response)
{
	double life;
	struct error error;
	char code[TOKEN_CODE_MAX];
	if (!token_read(&auth->json, response->body, response->length, &auth->token, &life, &error)) {
		token_error_code(&auth->json, response->body, response->length, code, sizeof(code));
		if (is_refusal(code)) {
			auth_refused(auth, response->status, code);
			return;
		}
		auth_say(auth, error.text, "check the url", response->retry_after);
		auth_end(auth, AUTH_FAILED);
		return;
	}
	buffer_wipe_free(&auth->header);
	buffer_print(&auth->header, "Authorization: Bearer %s", buffer_string(&auth->token));
	buffer_wipe_free(&auth->token);
	header_take(auth);
	ev_now_update(auth->loop);
	ev_timer_stop(auth->loop, &auth->renewal);
	ev_timer_set(&auth->renewal, token_renewal(life), 0.0);
	ev_timer_start(auth->loop, &auth->renewal);
	log_line("sign-in: token for %.0f s", life);
	auth_end(auth, AUTH_READY);
}

static void on_token(void *context, const struct http_response *response)
{
	struct auth *auth = context;
	char code[TOKEN_CODE_MAX] = "", cause[ERROR_TEXT];
	buffer_wipe_free(&auth->form);
	if (response->cause[0] != '\0') {
		auth_say(auth, response->cause, response->advice, response->retry_after);
		auth_end(auth, AUTH_FAILED);
	} else if (response->status == 200) {
		auth_granted(auth, response);
	} else if (response->status == 400 || response->status == 401 || response->status == 403 ||
		response->status == STATUS_LOCKED) {
		token_error_code(&auth->json, response->body, response->length, code, sizeof(code));
		auth_refused(auth, response->status, code);
	} else {
		bool missing = response->status == 404 || response->status == 405;
		snprintf(cause, sizeof(cause), missing ? "nobody signs in at this address (%d)"
			: "the server could not sign in (%d)", response->status);
		auth_say(auth, cause, missing ? "check the url" : "", response->retry_after);
		auth_end(auth, AUTH_FAILED);
	}
}

static void token_call(struct auth *auth)
{
	buffer_clear(&auth->form);
	url_add_value(&auth->form, "client_id", text_or_empty(auth->config->user));
	url_add_value(&auth->form, "client_secret", buffer_string(&auth->secret.text));
	url_add_value(&auth->form, "scope", text_or_empty(auth->config->tenant));
	url_add_value(&auth->form, "grant_type", "client_credentials");
	http_start(auth->http, HTTP_TOKEN, &(struct http_request){
		.method = "POST",
		.path = token_path,
		.headers = { "Content-Type: application/x-www-form-urlencoded", "Accept: application/json" },
		.body = buffer_string(&auth->form),
		.body_length = auth->form.length,
		.secret = true,
		.done = on_token,
		.context = auth,
	});
}

/* In cookie mode a 401 is a refusal of the secret itself. */
static enum auth_result cookies_again(struct auth *auth, bool changed)
{
	if (changed) {
		header_from_cookies(auth);
		return AUTH_READY;
	}
	auth->refusals = AUTH_REFUSALS_MAX - 1;
	bool waited = auth->wanted;
	auth->wanted = false;
	auth_refused(auth, 401, "");
	auth->wanted = waited;
	return AUTH_STOPPED;
}

static void on_command(void *context, bool changed, const struct error *error)
{
	struct auth *auth = context;
	if (error->text[0] != '\0')
		log_line("%s", error->text);
	if (auth->config->auth == AUTH_COOKIE)
		auth_end(auth, cookies_again(auth, changed));
	else
		token_call(auth);
}

static bool auth_calling(const struct auth *auth)
{
	return http_busy(auth->http, HTTP_TOKEN) || auth->secret.pipe >= 0;
}

/* The secret is fetched again only after it was refused. */
static enum auth_result auth_call(struct auth *auth, bool refused)
{
	bool cookie = auth->config->auth == AUTH_COOKIE;
	bool changed = refused && secret_reread(&auth->secret);
	if (refused && secret_ask(&auth->secret, auth->loop, on_command, auth))
		return AUTH_PENDING;
	if (cookie)
		return cookies_again(auth, changed);
	if (changed)
		auth->refusals = 0;
	token_call(auth);
	return AUTH_PENDING;
}

enum auth_result auth_ask(struct auth *auth)
{
	bool cookie = auth->config->auth == AUTH_COOKIE;
	if (cookie && auth->generation == 0) {
		header_from_cookies(auth);
		return AUTH_READY;
	}
	if (auth->refusals >= AUTH_REFUSALS_MAX && !auth_calling(auth)) {
		auth->retry_after = -1;
		return AUTH_STOPPED;
	}
	auth->wanted = true;
	if (auth_calling(auth))
		return AUTH_PENDING;
	enum auth_result result = auth_call(auth, cookie || auth->refusals > 0);
	if (result != AUTH_PENDING)
		auth->wanted = false;
	return result;
}

void auth_allow(struct auth *auth)
{
	if (auth->refusals < AUTH_REFUSALS_MAX)
		return;
	auth->refusals = AUTH_REFUSALS_MAX - 1;
	/* Whether the cookies are still refused, only a request can tell. */
	if (auth->config->auth == AUTH_COOKIE) {
		secret_reread(&auth->secret);
		auth->generation = 0;
	}
}

void auth_renew(struct auth *auth, unsigned generation)
{
	bool cookie = auth->config->auth == AUTH_COOKIE;
	if (!cookie && auth->generation == generation && !auth_calling(auth) && auth->refusals < AUTH_REFUSALS_MAX)
		auth_call(auth, auth->refusals > 0);
}

static void on_renewal(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct auth *auth = timer->data;
	auth_renew(auth, auth->generation);
}

static void on_watch(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)events;
	struct auth *auth = timer->data;
	if (!secret_reread(&auth->secret))
		return;
	ev_timer_stop(loop, timer);
	auth->refusals = 0;
	if (auth->config->auth == AUTH_COOKIE)
		auth->generation = 0;
	log_line("sign-in: the secret changed");
	auth->done(auth->context, AUTH_CHANGED);
}

/* What stands in a form is escaped; what stands in a cookie is not, and must not end it. */
static bool auth_check(const struct api_config *config, struct error *error)
{
	const char *user = text_or_empty(config->user), *tenant = text_or_empty(config->tenant);
	if (user[0] == '\0')
		return error_set(error, "no user is configured");
	if (tenant[0] == '\0')
		return error_set(error, "no tenant is configured");
	if (!credential_names(config->user, config->tenant, error))
		return false;
	if (config->auth == AUTH_COOKIE && (strpbrk(user, ";, ") != NULL || strpbrk(tenant, ";, ") != NULL))
		return error_set(error, "user or tenant holds characters that cannot be sent");
	return true;
}

void auth_init(struct auth *auth, struct ev_loop *loop, const struct api_config *config)
{
	*auth = (struct auth){ .loop = loop, .config = config, .advice = "", .retry_after = -1 };
	secret_init(&auth->secret, &config->secret);
	buffer_init(&auth->header, AUTH_HEADER_MAX);
	buffer_init(&auth->form, FORM_MAX);
	buffer_init(&auth->token, TOKEN_MAX);
	json_init(&auth->json);
	ev_timer_init(&auth->renewal, on_renewal, 0.0, 0.0);
	ev_timer_init(&auth->watch, on_watch, 0.0, 0.0);
	auth->renewal.data = auth->watch.data = auth;
}

bool auth_load(struct auth *auth, struct error *error)
{
	const struct api_config *config = auth->config;
	if (!auth_check(config, error) || !secret_load(&auth->secret, error))
		return false;
	if (config->auth == AUTH_COOKIE && strchr(buffer_string(&auth->secret.text), ';') != NULL)
		return error_set(error, "the secret holds a ';' and cannot be sent as a cookie");
	return true;
}

void auth_attach(struct auth *auth, struct http *http, void (*done)(void *context, enum auth_result result),
	void *context)
{
	auth->http = http;
	auth->done = done;
	auth->context = context;
}

const char *auth_header(const struct auth *auth)
{
	return auth->header.length == 0 ? NULL : buffer_string(&auth->header);
}

static void mask(char *text, const char *what)
{
	size_t length = strlen(what);
	/* Shorter texts are no secrets and would be found in any word. */
	if (length < 4)
		return;
	for (char *at = strstr(text, what); at != NULL; at = strstr(at, what))
		memset(at, '*', length);
}

void auth_mask(const struct auth *auth, char *text)
{
	mask(text, buffer_string(&auth->secret.text));
	const char *bearer = strstr(buffer_string(&auth->header), "Bearer ");
	if (bearer != NULL)
		mask(text, bearer + strlen("Bearer "));
}

void auth_free(struct auth *auth)
{
	ev_timer_stop(auth->loop, &auth->renewal);
	ev_timer_stop(auth->loop, &auth->watch);
	secret_free(&auth->secret);
	buffer_wipe_free(&auth->header);
	buffer_wipe_free(&auth->form);
	buffer_wipe_free(&auth->token);
	json_free(&auth->json);
}
