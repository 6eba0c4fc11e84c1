#include "api/auth.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/os.h"
#include "base/secret.h"
#include "base/text.h"

/* A form holds the secret, percent-escaped to three times its length, and three short fields. */
enum { FORM_MAX = SECRET_MAX * 3 + 4096 };

enum { HTTP_LOCKED = 423 }; /* RFC 4918 */

static const char token_path[] = "/configapi/v2/oauth/token";

/* ---- what the token service answers ---- */

/* A token that lives for a minute or less is renewed at its half, and never more often than this. */
static const double TOKEN_RENEWAL_MIN = 1.0;
static const double TOKEN_RENEWAL_BEFORE = 60.0;

/* Visible ASCII only: anything else could end the header that it is put into. */
static bool token_clean(const char *token)
{
	for (; *token != '\0'; token++)
		if (*token <= 0x20 || *token >= 0x7f)
			return false;
	return true;
}

/*
 * Longer than any life, none at all or not a number: what an answer must not be believed. If a token that lives for
 * 0 s does end, a 401 brings the next; renewing it all the time would be a flood.
 */
static double token_life(double life)
{
	if (!(life > 0))
		return TOKEN_LIFE_USUAL;
	if (life < TOKEN_RENEWAL_MIN)
		return TOKEN_RENEWAL_MIN;
	return life > TOKEN_LIFE_MAX ? TOKEN_LIFE_MAX : life;
}

bool token_read(struct json *json, const char *text, size_t length, struct buffer *out, double *life,
	struct error *error)
{
	char token[TOKEN_MAX];
	buffer_clear(out);
	if (!json_parse(json, text, length, error))
		return error_prefix(error, "The answer to the sign-in cannot be read: ");
	int root = json_root(json);
	int node = json_get(json, root, "access_token");
	if (json_kind(json, node) != JSON_STRING)
		return error_set(error, "The answer to the sign-in contains no access_token");
	size_t used = json_text(json, node, token, sizeof(token));
	bool good = used > 0 && used < sizeof(token) - 1 && token_clean(token) && buffer_add(out, token, used);
	explicit_bzero(token, sizeof(token));
	if (!good) {
		buffer_clear(out);
		return error_set(error, "The answer to the sign-in contains a token that cannot be used");
	}
	double told = TOKEN_LIFE_USUAL;
	json_number(json, json_get(json, root, "expires_in"), &told);
	*life = token_life(told);
	return true;
}

void token_error_code(struct json *json, const char *text, size_t length, char *out, size_t size)
{
	char code[TOKEN_CODE_MAX];
	out[0] = '\0';
	if (!json_parse(json, text, length, NULL))
		return;
	size_t used = json_text(json, json_get(json, json_root(json), "error"), code, sizeof(code));
	/* Only a code, never prose: prose may repeat what was sent. */
	if (used == 0 || used >= size || used == sizeof(code) - 1)
		return;
	if (strspn(code, "abcdefghijklmnopqrstuvwxyz_") == used)
		memcpy(out, code, used + 1);
}

enum account_trouble token_account_trouble(struct json *json, const char *text, size_t length)
{
	static const char *const keys[] = { "error_description", "error", "message", "error_message" };
	static const struct { const char *words; enum account_trouble trouble; } troubles[] = {
		{ "locked", ACCOUNT_LOCKED }, { "lockout", ACCOUNT_LOCKED }, { "lock out", ACCOUNT_LOCKED },
		{ "disabled", ACCOUNT_DISABLED }, { "inactive", ACCOUNT_INACTIVE }, { "not active", ACCOUNT_INACTIVE },
	};
	char reason[ERROR_TEXT];
	if (!json_parse(json, text, length, NULL))
		return ACCOUNT_NO_TROUBLE;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		json_text(json, json_get(json, json_root(json), keys[k]), reason, sizeof(reason));
		for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
			if (strcasestr(reason, troubles[i].words) != NULL)
				return troubles[i].trouble == ACCOUNT_INACTIVE && strcasestr(reason, "tenant") != NULL
					? ACCOUNT_TENANT_INACTIVE : troubles[i].trouble;
	}
	return ACCOUNT_NO_TROUBLE;
}

double token_renewal(double life)
{
	double at = life * 0.9;
	if (life - TOKEN_RENEWAL_BEFORE < at)
		at = life - TOKEN_RENEWAL_BEFORE;
	if (at < life / 2)
		at = life / 2;
	return at < TOKEN_RENEWAL_MIN ? TOKEN_RENEWAL_MIN : at;
}

/* ---- the header that is sent ---- */

static void auth_header_made(struct auth *auth)
{
	auth->line = buffer_string(&auth->header);
	auth->generation++;
	auth->refusals = 0;
	auth->failures = 0;
	ev_timer_stop(auth->loop, &auth->watch);
}

/* Cookie mode: the secret is the token, so no request is needed. */
static void auth_use_cookies(struct auth *auth)
{
	buffer_clear(&auth->header);
	buffer_print(&auth->header, "Cookie: X-STATSAPI-TOKEN=%s; X-STATSAPI-TENANT=%s; X-STATSAPI-LOGIN=%s",
		buffer_string(&auth->secret.text), auth->config->tenant, auth->config->user);
	auth_header_made(auth);
}

static void auth_set_cause(struct auth *auth, const char *cause, const char *advice, double retry_after)
{
	snprintf(auth->cause, sizeof(auth->cause), "%s", cause);
	auth->advice = advice;
	auth->retry_after = retry_after;
}

/* The end of a call: auth_ask() gets its result; a silent renewal that failed is tried again while the token lives. */
static void auth_end(struct auth *auth, enum auth_result result)
{
	if (auth->wanted) {
		auth->wanted = false;
		auth->done(auth->context, result);
		return;
	}
	if (result == AUTH_READY && auth->granted != NULL)
		auth->granted(auth->context);
	if (result != AUTH_FAILED && result != AUTH_REFUSED)
		return;
	log_line("sign-in: renewal failed: %s", auth->cause);
	double delay = 5.0 * (double)(1u << (auth->failures < 4 ? auth->failures : 4));
	auth->failures++;
	if (auth->retry_after > delay)
		delay = auth->retry_after;
	timer_start(auth->loop, &auth->renewal, delay);
}

/* ---- what is remembered of a refusal ---- */

enum { MEMORY_MAX = 1024 };

/* When, by the clock of the day, which of how many in a row, and for which secret; the second line is the cause. */
static const char memory_form[] = "at=%lld count=%u salt=%08x sum=%04x\n";

/* FNV-1a. */
static uint32_t auth_hash(uint32_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

static unsigned auth_sum(const struct auth *auth, uint32_t salt)
{
	uint32_t hash = auth_hash(salt ^ 2166136261u, buffer_string(&auth->secret.text));
	return (hash ^ hash >> 16) & 0xffff;
}

struct auth_memory {
	long long at_ms;
	unsigned count, salt, sum;
};

static bool auth_read_memory(const struct auth *auth, char text[MEMORY_MAX])
{
	struct stat about;
	int file = openat(auth->memory, auth->memory_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file < 0)
		return false;
	ssize_t length = fstat(file, &about) == 0 && S_ISREG(about.st_mode) ? read(file, text, MEMORY_MAX - 1) : -1;
	close(file);
	if (length < 0)
		return false;
	text[length] = '\0';
	return true;
}

/* What is remembered, as long as it counts. A clock that was set back must not make it last. */
static bool auth_remembers(const struct auth *auth, char text[MEMORY_MAX], struct auth_memory *out)
{
	if (auth->memory <= 0 || !auth_read_memory(auth, text))
		return false;
	if (sscanf(text, memory_form, &out->at_ms, &out->count, &out->salt, &out->sum) != 4)
		return false;
	int64_t age_ms = clock_wall_ms() - (int64_t)out->at_ms;
	return age_ms >= 0 && age_ms < AUTH_REMEMBER_SECONDS * 1000;
}

unsigned auth_refused_lately(const struct auth *auth, int64_t *until_ms)
{
	char text[MEMORY_MAX];
	struct auth_memory memory;
	if (!auth_remembers(auth, text, &memory))
		return 0;
	*until_ms = (int64_t)memory.at_ms + AUTH_REMEMBER_SECONDS * 1000;
	return memory.count;
}

static void auth_write_memory(const struct auth *auth)
{
	char text[MEMORY_MAX];
	/* A cookie is refused by any call, so nothing would ever say that it is good again. */
	if (auth->memory <= 0 || auth->config->auth == AUTH_COOKIE)
		return;
	int64_t until_ms;
	unsigned count = auth_refused_lately(auth, &until_ms) + 1;
	uint32_t salt = (uint32_t)os_random();
	int length = snprintf(text, sizeof(text), memory_form, (long long)clock_wall_ms(), count, salt, auth_sum(auth, salt));
	length += snprintf(text + length, sizeof(text) - (size_t)length, "%s\n", auth->cause);
	int file = openat(auth->memory, auth->memory_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return;
	/* A file that is cut short matches no secret. */
	if (write(file, text, (size_t)length) != length)
		log_line("sign-in: the refusal could not be remembered");
	close(file);
}

static void auth_forget(const struct auth *auth)
{
	if (auth->memory > 0)
		(void)unlinkat(auth->memory, auth->memory_name, 0);
}

/* ---- refusals ---- */

/* What is wrong with the account or the tenant, and not with the secret. */
static const struct account_row {
	const char *cause, *advice;
} account_rows[] = {
	[ACCOUNT_LOCKED] = { "The account is locked", "Wait until the lock ends, or ask an administrator to unlock the user. The secret may be right." },
	[ACCOUNT_DISABLED] = { "The account is disabled", "Ask an administrator to enable the user." },
	[ACCOUNT_INACTIVE] = { "The account is inactive", "Ask an administrator to enable the user." },
	[ACCOUNT_TENANT_INACTIVE] = { "The tenant is inactive", "Check the tenant, or ask your provider." },
};

enum { ACCOUNT_ROWS = sizeof(account_rows) / sizeof(account_rows[0]) };

/* NULL: the secret may be wrong. */
static const struct account_row *auth_account_row(enum account_trouble trouble, int status)
{
	if (status == HTTP_LOCKED)
		trouble = ACCOUNT_LOCKED;
	return account_rows[trouble].cause != NULL ? &account_rows[trouble] : NULL;
}

static const char *auth_refusal_cause(enum account_trouble trouble, int status)
{
	const struct account_row *row = auth_account_row(trouble, status);
	if (row != NULL)
		return row->cause;
	return status == 400 ? "The sign-in was refused" : status == 403 ? "This user may not sign in here"
		: "The secret was refused";
}

static const char advice_of_secret[] = "Check user, secret and tenant.";

static const char *auth_refusal_advice(enum account_trouble trouble, int status, bool stop)
{
	const struct account_row *row = auth_account_row(trouble, status);
	if (row != NULL)
		return row->advice;
	return stop ? "Check user, secret and tenant. The next try waits, so that the account is not locked."
		: advice_of_secret;
}

/* The advice to a cause that was remembered. */
static const char *auth_advice_of(const char *cause)
{
	for (size_t i = 0; i < ACCOUNT_ROWS; i++)
		if (account_rows[i].cause != NULL && strncmp(cause, account_rows[i].cause, strlen(account_rows[i].cause)) == 0)
			return account_rows[i].advice;
	return advice_of_secret;
}

/* Whether this very secret was refused a moment ago: then the cause says what was said then, and when it is over. */
static bool auth_is_remembered(struct auth *auth)
{
	char text[MEMORY_MAX], when[16];
	struct auth_memory memory;
	if (!auth->heeds || !auth_remembers(auth, text, &memory) || memory.sum != auth_sum(auth, memory.salt))
		return false;
	const char *cause = strchr(text, '\n');
	if (cause == NULL)
		return false;
	cause++;
	text_clock(when, sizeof(when), (int64_t)memory.at_ms + AUTH_REMEMBER_SECONDS * 1000, "%H:%M");
	snprintf(auth->cause, sizeof(auth->cause), "%.*s", (int)strcspn(cause, "\n"), cause);
	snprintf(auth->advice_room, sizeof(auth->advice_room), "%s This secret is not tried again before %s. A new "
		"secret is tried at once. (To try this one now, delete $XDG_RUNTIME_DIR/cxwall/%s.)", auth_advice_of(auth->cause), when,
		auth->memory_name);
	auth->advice = auth->advice_room;
	return true;
}

/* Counts a refusal, and says why. A secret that may be right is not tried again at once. */
static enum auth_result auth_refused(struct auth *auth, int status, const char *code, enum account_trouble trouble)
{
	char cause[ERROR_TEXT];
	auth->last.account = status == HTTP_LOCKED ? ACCOUNT_LOCKED : trouble;
	snprintf(auth->last.code, sizeof(auth->last.code), "%s", code);
	auth->refusals = trouble != ACCOUNT_NO_TROUBLE || status == HTTP_LOCKED ? AUTH_REFUSALS_MAX : auth->refusals + 1;
	snprintf(cause, sizeof(cause), "%s (%d%s%s)", auth_refusal_cause(trouble, status), status,
		code[0] != '\0' ? ", " : "", code);
	bool stop = auth->refusals >= AUTH_REFUSALS_MAX;
	auth_set_cause(auth, cause, auth_refusal_advice(trouble, status, stop), -1);
	auth_write_memory(auth);
	if (stop && secret_can_change(&auth->secret))
		timer_start(auth->loop, &auth->watch, AUTH_WATCH_SECONDS);
	return stop ? AUTH_STOPPED : AUTH_REFUSED;
}

/* Servers that answer everything with 200 say in the body that the secret is wrong. */
static bool auth_is_refusal(const char *code)
{
	return strncmp(code, "invalid_", 8) == 0 || strcmp(code, "unauthorized_client") == 0 ||
		strcmp(code, "access_denied") == 0;
}

static void auth_granted(struct auth *auth, const struct http_response *response)
{
	double life = 0;
	struct error error;
	char code[TOKEN_CODE_MAX];
	if (!token_read(&auth->json, response->body, response->length, &auth->token, &life, &error)) {
		token_error_code(&auth->json, response->body, response->length, code, sizeof(code));
		if (auth_is_refusal(code)) {
			auth_end(auth, auth_refused(auth, response->status, code,
				token_account_trouble(&auth->json, response->body, response->length)));
			return;
		}
		auth_set_cause(auth, error.text, "Check the url.", response->retry_after);
		auth_end(auth, AUTH_FAILED);
		return;
	}
	buffer_wipe_free(&auth->header);
	buffer_print(&auth->header, "Authorization: Bearer %s", buffer_string(&auth->token));
	buffer_wipe_free(&auth->token);
	auth_header_made(auth);
	auth_forget(auth);
	timer_start(auth->loop, &auth->renewal, token_renewal(life));
	log_line("sign-in: token for %.0f s", life);
	auth_end(auth, AUTH_READY);
}

static void auth_on_token(void *context, const struct http_response *response)
{
	struct auth *auth = context;
	char code[TOKEN_CODE_MAX] = "", cause[ERROR_TEXT];
	buffer_wipe_free(&auth->form);
	auth->last = (struct auth_answer){ .status = response->status, .trouble = response->trouble };
	if (response->cause[0] != '\0') {
		auth_set_cause(auth, response->cause, response->advice, response->retry_after);
		auth_end(auth, AUTH_FAILED);
	} else if (response->status == 200) {
		auth_granted(auth, response);
	} else if (response->status == 400 || response->status == 401 || response->status == 403 ||
		response->status == HTTP_LOCKED) {
		token_error_code(&auth->json, response->body, response->length, code, sizeof(code));
		auth_end(auth, auth_refused(auth, response->status, code,
			token_account_trouble(&auth->json, response->body, response->length)));
	} else {
		bool missing = response->status == 404 || response->status == 405;
		snprintf(cause, sizeof(cause), missing ? "There is no sign-in at this address (%d)"
			: "The server could not sign in this user (%d)", response->status);
		/* This API answers 500 for an address that it does not have. */
		auth_set_cause(auth, cause, missing ? "Check the url." : response->status == 500 ? "If this lasts, check the url."
			: "", response->retry_after);
		auth_end(auth, AUTH_FAILED);
	}
}

static void auth_ask_token(struct auth *auth)
{
	buffer_clear(&auth->form);
	url_add_value(&auth->form, "client_id", auth->config->user);
	url_add_value(&auth->form, "client_secret", buffer_string(&auth->secret.text));
	url_add_value(&auth->form, "scope", auth->config->tenant);
	url_add_value(&auth->form, "grant_type", "client_credentials");
	http_start(auth->http, HTTP_TOKEN, &(struct http_request){
		.method = "POST",
		.path = token_path,
		.headers = { "Content-Type: application/x-www-form-urlencoded", "Accept: application/json" },
		.body = buffer_string(&auth->form),
		.body_length = auth->form.length,
		.secret = true,
		.done = auth_on_token,
		.context = auth,
	});
}

/* In cookie mode a 401 is a refusal of the secret itself. */
static enum auth_result auth_cookies_refused(struct auth *auth, bool changed)
{
	if (changed) {
		auth_use_cookies(auth);
		return AUTH_READY;
	}
	auth->refusals = AUTH_REFUSALS_MAX - 1;
	return auth_refused(auth, 401, "", ACCOUNT_NO_TROUBLE);
}

static void auth_on_command(void *context, bool changed, const struct error *error)
{
	struct auth *auth = context;
	if (error->text[0] != '\0')
		log_line("%s", error->text);
	if (auth->config->auth == AUTH_COOKIE)
		auth_end(auth, auth_cookies_refused(auth, changed));
	else
		auth_ask_token(auth);
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
	if (refused && secret_ask(&auth->secret, auth->loop, auth_on_command, auth))
		return AUTH_PENDING;
	if (cookie)
		return auth_cookies_refused(auth, changed);
	if (changed)
		auth->refusals = 0;
	auth_ask_token(auth);
	return AUTH_PENDING;
}

enum auth_result auth_ask(struct auth *auth, bool once_more)
{
	bool cookie = auth->config->auth == AUTH_COOKIE;
	if (once_more && auth->refusals >= AUTH_REFUSALS_MAX) {
		auth->refusals = AUTH_REFUSALS_MAX - 1;
		/* Only a request can show whether the cookies are still refused. */
		if (cookie) {
			secret_reread(&auth->secret);
			auth->generation = 0;
		}
	}
	if (cookie && auth->generation == 0) {
		auth_use_cookies(auth);
		return AUTH_READY;
	}
	if (auth->refusals >= AUTH_REFUSALS_MAX && !auth_calling(auth)) {
		auth->retry_after = -1;
		return AUTH_STOPPED;
	}
	if (auth_is_remembered(auth)) {
		auth->refusals = AUTH_REFUSALS_MAX;
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

void auth_renew(struct auth *auth, unsigned generation)
{
	bool cookie = auth->config->auth == AUTH_COOKIE;
	if (!cookie && auth->generation == generation && !auth_calling(auth) && auth->refusals < AUTH_REFUSALS_MAX)
		auth_call(auth, auth->refusals > 0);
}

static void auth_on_renewal(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct auth *auth = timer->data;
	auth_renew(auth, auth->generation);
}

static void auth_on_watch(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)events;
	struct auth *auth = timer->data;
	if (!secret_reread(&auth->secret)) {
		timer_start(loop, timer, AUTH_WATCH_SECONDS);
		return;
	}
	auth->refusals = 0;
	if (auth->config->auth == AUTH_COOKIE)
		auth->generation = 0;
	log_line("sign-in: the secret changed");
	auth->done(auth->context, AUTH_CHANGED);
}

/* A form escapes its values. A cookie does not, so a value must not contain what ends a cookie. */
static bool auth_check(const struct api_config *config, struct error *error)
{
	if (config->user == NULL || config->user[0] == '\0')
		return error_set(error, "no user is configured");
	if (config->tenant == NULL || config->tenant[0] == '\0')
		return error_set(error, "no tenant is configured");
	if (!secret_check_login(config->user, config->tenant, error))
		return false;
	if (config->auth == AUTH_COOKIE && (strpbrk(config->user, ";, ") != NULL || strpbrk(config->tenant, ";, ") != NULL))
		return error_set(error, "user or tenant holds characters that cannot be sent");
	return true;
}

bool auth_open(struct auth *auth, struct ev_loop *loop, const struct api_config *config,
	void (*done)(void *context, enum auth_result result), void *context, struct error *error)
{
	*auth = (struct auth){ .loop = loop, .config = config, .done = done, .context = context, .advice = "",
		.retry_after = -1 };
	secret_init(&auth->secret, &config->secret);
	buffer_init(&auth->header, AUTH_HEADER_MAX);
	buffer_init(&auth->form, FORM_MAX);
	buffer_init(&auth->token, TOKEN_MAX);
	json_init(&auth->json);
	ev_timer_init(&auth->renewal, auth_on_renewal, 0.0, 0.0);
	ev_timer_init(&auth->watch, auth_on_watch, 0.0, 0.0);
	auth->renewal.data = auth->watch.data = auth;
	uint32_t hash = auth_hash(2166136261u, config->url == NULL ? "" : config->url);
	hash = auth_hash(hash * 31, config->tenant == NULL ? "" : config->tenant);
	hash = auth_hash(hash * 31, config->user == NULL ? "" : config->user);
	snprintf(auth->memory_name, sizeof(auth->memory_name), "refused-%08x", hash);
	if (!auth_check(config, error) || !secret_load(&auth->secret, error))
		return false;
	if (config->auth == AUTH_COOKIE && strchr(buffer_string(&auth->secret.text), ';') != NULL)
		return error_set(error, "the secret holds a ';' and cannot be sent as a cookie");
	return true;
}

void auth_start(const struct auth *auth, enum http_slot slot, const char *method, const char *path,
	void (*done)(void *context, const struct http_response *response), void *context)
{
	http_start(auth->http, slot, &(struct http_request){
		.method = method,
		.path = path,
		.headers = { auth->line, "Accept: application/json" },
		.done = done,
		.context = context,
	});
}

static void auth_mask_text(char *text, const char *what)
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
	auth_mask_text(text, buffer_string(&auth->secret.text));
	const char *bearer = strstr(buffer_string(&auth->header), "Bearer ");
	if (bearer != NULL)
		auth_mask_text(text, bearer + strlen("Bearer "));
}

struct api_words auth_explain(struct auth *auth, const struct http_response *response)
{
	char reason[API_REASON_MAX];
	api_reason(response->path, &auth->json, response->body, response->length, reason, sizeof(reason));
	auth_mask(auth, reason);
	return api_explain(response->path, response->status, reason);
}

void auth_free(struct auth *auth)
{
	if (auth->config == NULL)
		return;
	ev_timer_stop(auth->loop, &auth->renewal);
	ev_timer_stop(auth->loop, &auth->watch);
	secret_free(&auth->secret);
	buffer_wipe_free(&auth->header);
	buffer_wipe_free(&auth->form);
	buffer_wipe_free(&auth->token);
	json_free(&auth->json);
}
