#include "api/sms.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/text.h"

static const char messages_path[] = "/clientweb/smsapi/v1/Messages";

/* Until the next try, and until each look at the delivery: most arrive within seconds. */
static const double tries_after[SMS_TRIES_MAX] = { 0, 5, 20 };
static const double looks_after[SMS_LOOKS_MAX] = { 3, 5, 10, 20, 30, 60, 60, 120 };

/* Seconds between looks whether a new token has come. */
static const double TOKEN_SECONDS = 1;

enum { BODY_MAX = 4096 }; /* a text whose characters are all escaped, and two numbers */

struct sms_parts {
	char clock[16];
	const char *word, *name;
	char row[ALERT_ROW_MAX], value[ALERT_VALUE_MAX];
};

/* ---- how many may go out ---- */

static struct sms_alert *sms_limit_find(struct sms_limit *limit, const char *alert)
{
	for (int i = 0; i < LAYOUT_ALERTS_MAX; i++)
		if (limit->alerts[i].name[0] != '\0' && strcmp(limit->alerts[i].name, alert) == 0)
			return &limit->alerts[i];
	return NULL;
}

/* A free entry, else the oldest: reloads bring other names, and what is old holds nothing back. */
static struct sms_alert *sms_limit_add(struct sms_limit *limit, const char *alert)
{
	struct sms_alert *entry = &limit->alerts[0];
	for (int i = 1; i < LAYOUT_ALERTS_MAX && entry->name[0] != '\0'; i++)
		if (limit->alerts[i].name[0] == '\0' || limit->alerts[i].at_ms < entry->at_ms)
			entry = &limit->alerts[i];
	*entry = (struct sms_alert){ .at_ms = 0 };
	snprintf(entry->name, sizeof(entry->name), "%s", alert);
	return entry;
}

bool sms_limit_alert(struct sms_limit *limit, const char *alert, int64_t now_ms, bool *news)
{
	struct sms_alert *entry = sms_limit_find(limit, alert);
	if (entry == NULL)
		entry = sms_limit_add(limit, alert);
	else if (now_ms - entry->at_ms < SMS_ALERT_MS && (entry->open > 0 || entry->sent)) {
		if (news != NULL)
			*news = !entry->said;
		entry->said = true;
		return false;
	}
	entry->at_ms = now_ms;
	entry->sent = entry->said = false;
	return true;
}

bool sms_limit_message(struct sms_limit *limit, const char *alert, int64_t now_ms)
{
	struct sms_alert *entry = sms_limit_find(limit, alert);
	for (int i = 0; i < SMS_HOUR_MAX; i++) {
		if (limit->taken_ms[i] != 0 && now_ms - limit->taken_ms[i] < SMS_HOUR_MS)
			continue;
		limit->taken_ms[i] = now_ms;
		if (entry != NULL)
			entry->open++;
		return true;
	}
	return false;
}

void sms_limit_known(struct sms_limit *limit, const char *alert, bool sent)
{
	struct sms_alert *entry = sms_limit_find(limit, alert);
	if (entry == NULL)
		return;
	if (entry->open > 0)
		entry->open--;
	entry->sent = entry->sent || sent;
}

/* ---- what a message says ---- */

/* GSM 03.38 beside ASCII. */
static const char beside[] = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
/* Its extension: an escape and a character. ASCII has one more that it lacks altogether. */
static const char extension[] = "^{}\\[~]|", lacking[] = "`";
enum { EURO = 0x20ac, PHONE_DIGITS_MIN = 7, PHONE_DIGITS_SHOWN = 3 };

static bool sms_is_beside_ascii(uint32_t code)
{
	const char *at = beside, *end = beside + sizeof(beside) - 1;
	while (at < end)
		if (text_decode(&at, end) == code)
			return true;
	return false;
}

/* 0: not in the alphabet. */
static int sms_septets(uint32_t code)
{
	if (code == EURO)
		return 2;
	if (code >= 0x80)
		return sms_is_beside_ascii(code) ? 1 : 0;
	if (code < 0x20 || code == 0x7f || strchr(lacking, (int)code) != NULL)
		return code == '\n' ? 1 : 0;
	return strchr(extension, (int)code) != NULL ? 2 : 1;
}

bool sms_text_fits(const char *text)
{
	const char *end = text + strlen(text);
	int in_septets = 0, in_units = 0;
	bool plain = true;
	while (text < end) {
		uint32_t code = text_decode(&text, end);
		int cost = sms_septets(code);
		plain = plain && cost > 0;
		in_septets += cost;
		in_units += code > 0xffff ? 2 : 1;
	}
	return plain ? in_septets <= SMS_SEPTETS_MAX : in_units <= SMS_UNITS_MAX;
}

static void sms_drop_last(char *text)
{
	size_t length = strlen(text);
	while (length > 0 && ((unsigned char)text[--length] & 0xc0) == 0x80)
		;
	text[length] = '\0';
}

static bool sms_compose(const struct sms_parts *parts, char out[SMS_TEXT_MAX])
{
	char whole[2 * SMS_TEXT_MAX];
	snprintf(whole, sizeof(whole), "%s %s %s%s%s%s%s", parts->clock, parts->word, parts->name,
		parts->row[0] != '\0' ? ": " : "", parts->row, parts->value[0] != '\0' ? ", " : "", parts->value);
	size_t length = strlen(whole);
	bool room = length < SMS_TEXT_MAX;
	memcpy(out, whole, room ? length + 1 : SMS_TEXT_MAX - 1);
	out[SMS_TEXT_MAX - 1] = '\0';
	text_trim(out);
	return room && sms_text_fits(out);
}

void sms_text(const struct alert_event *event, enum names names, char out[SMS_TEXT_MAX])
{
	const struct alert_state *state = event->state;
	struct sms_parts parts = {
		.word = state->rule->severity == SEVERITY_ALERT ? "ALERT" : "WARN", .name = state->rule->name,
	};
	text_clock(parts.clock, sizeof(parts.clock), event->wall_ms, "%H:%M");
	if (names == NAMES_FULL || !state->about_person)
		snprintf(parts.row, sizeof(parts.row), "%s", state->row);
	if (names == NAMES_FULL || !state->value_of_person)
		snprintf(parts.value, sizeof(parts.value), "%s", state->shown);
	while (!sms_compose(&parts, out) && parts.row[0] != '\0')
		sms_drop_last(parts.row);
	while (!sms_compose(&parts, out) && parts.value[0] != '\0')
		sms_drop_last(parts.value);
	while (!sms_text_fits(out))
		sms_drop_last(out);
}

void sms_text_mask(const char *text, char *out, size_t size)
{
	size_t used = 0;
	while (*text != '\0' && used + 8 < size) {
		const char *digits = text + (*text == '+');
		size_t length = strspn(digits, "0123456789");
		if (length < PHONE_DIGITS_MIN) {
			out[used++] = *text++;
			continue;
		}
		used += (size_t)snprintf(out + used, size - used, "..%.*s", PHONE_DIGITS_SHOWN,
			digits + length - PHONE_DIGITS_SHOWN);
		text = digits + length;
	}
	out[used] = '\0';
	text_trim(out);
}

/* ---- sending ---- */

static double sms_now(void)
{
	return (double)clock_boot_ms() / 1000.0;
}

static void sms_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	sms_run(timer->data);
}

void sms_init(struct sms *sms)
{
	buffer_init(&sms->body, BODY_MAX);
	json_init(&sms->json);
	ev_timer_init(&sms->timer, sms_on_timer, 0.0, 0.0);
	sms->timer.data = sms;
}

static void sms_log(const struct sms_message *message, const char *state)
{
	char to[SMS_PHONE_MAX];
	sms_text_mask(message->to, to, sizeof(to));
	log_line("alert '%s': message to %s: %s", message->alert, to, state);
}

/* The end of a message that went wrong. */
static void sms_fail(struct sms *sms, struct sms_message *message, const char *why)
{
	char to[SMS_PHONE_MAX], masked[ERROR_TEXT], text[ERROR_TEXT];
	sms_text_mask(message->to, to, sizeof(to));
	sms_text_mask(why, masked, sizeof(masked));
	snprintf(text, sizeof(text), "alert '%s': message to %s: %.140s", message->alert, to, masked);
	message->state = SMS_FREE;
	log_line("%s", text);
	if (sms->failed != NULL)
		sms->failed(sms->context, text);
}

static void sms_fail_unsent(struct sms *sms, struct sms_message *message, const char *why)
{
	char text[ERROR_TEXT];
	sms_limit_known(&sms->limit, message->alert, false);
	snprintf(text, sizeof(text), "not sent: %.180s", why);
	sms_fail(sms, message, text);
}

/* The server may have it, so it is never sent again. */
static void sms_fail_unknown(struct sms *sms, struct sms_message *message, const char *why)
{
	char text[ERROR_TEXT];
	sms_limit_known(&sms->limit, message->alert, true);
	snprintf(text, sizeof(text), "nobody knows whether it was sent, and it is not sent again: %.120s", why);
	sms_fail(sms, message, text);
}

static void sms_end(struct sms_message *message, const char *state)
{
	sms_log(message, state);
	message->state = SMS_FREE;
}

static void sms_send_later(struct sms *sms, struct sms_message *message, double seconds, const char *why)
{
	if (++message->tries >= SMS_TRIES_MAX) {
		sms_fail_unsent(sms, message, why);
		return;
	}
	double least = tries_after[message->tries] * sms->pace;
	message->due = sms_now() + (seconds > least ? seconds : least);
}

/* After the last look, a message that the server never called sent is reported; the others are only logged. */
static void sms_look_later(struct sms *sms, struct sms_message *message)
{
	char text[80];
	if (message->looks < SMS_LOOKS_MAX) {
		message->due = sms_now() + looks_after[message->looks] * sms->pace;
		return;
	}
	if (strcmp(message->status, "sent") == 0) {
		sms_end(message, "sent; its delivery is not known");
		return;
	}
	snprintf(text, sizeof(text), "still %s after some minutes: it may never arrive", message->status);
	sms_fail(sms, message, text);
}

/* Whether a 401 is answered by another try: once, when the token is another one. */
static bool sms_renew(struct sms *sms, struct sms_message *message)
{
	if (message->renewed)
		return false;
	message->renewed = true;
	message->refused = message->generation;
	auth_renew(sms->auth, message->generation);
	message->due = sms_now();
	return true;
}

/* The server's id of the message becomes part of a path, so only letters, digits and dashes are taken. */
static bool sms_read_sid(const struct json *json, struct sms_message *message)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	char sid[SMS_SID_MAX + 1];
	size_t length = json_text(json, json_get(json, json_root(json), "sid"), sid, sizeof(sid));
	if (length == 0 || length >= sizeof(message->sid) || sid[strspn(sid, good)] != '\0')
		return false;
	memcpy(message->sid, sid, length + 1);
	return true;
}

/* False if the answer cannot be read; one without a status leaves it as it was. */
static bool sms_read_status(struct sms *sms, struct sms_message *message, const struct http_response *response)
{
	struct error error;
	char status[sizeof(message->status)];
	if (!json_parse(&sms->json, response->body, response->length, &error))
		return false;
	if (json_text(&sms->json, json_get(&sms->json, json_root(&sms->json), "status"), status, sizeof(status)) > 0)
		memcpy(message->status, status, sizeof(status));
	return true;
}

/* With the server's words and the number of the error, as far as it has them. */
static void sms_fail_delivery(struct sms *sms, struct sms_message *message)
{
	char code[16], reason[API_REASON_MAX], text[ERROR_TEXT];
	int root = json_root(&sms->json);
	json_text(&sms->json, json_get(&sms->json, root, "error_code"), code, sizeof(code));
	json_text(&sms->json, json_get(&sms->json, root, "error_message"), reason, sizeof(reason));
	auth_mask(sms->auth, reason);
	snprintf(text, sizeof(text), "it was not delivered%s%.100s%s%s%s", reason[0] != '\0' ? ": " : "", reason,
		code[0] != '\0' ? " (error " : "", code, code[0] != '\0' ? ")" : "");
	sms_fail(sms, message, text);
}

/* "failed" and "delivered" end it; any other status may still change. */
static void sms_follow_status(struct sms *sms, struct sms_message *message)
{
	if (strcmp(message->status, "failed") == 0) {
		sms_fail_delivery(sms, message);
	} else if (strcmp(message->status, "delivered") == 0) {
		sms_end(message, "delivered");
	} else {
		sms_look_later(sms, message);
	}
}

static void sms_taken(struct sms *sms, struct sms_message *message, const struct http_response *response)
{
	if (!sms_read_status(sms, message, response)) {
		sms_fail_unknown(sms, message, "the server's answer cannot be read");
		return;
	}
	sms_limit_known(&sms->limit, message->alert, true);
	message->state = SMS_SENT;
	message->renewed = false;
	sms_log(message, message->status);
	if (!sms_read_sid(&sms->json, message) && strcmp(message->status, "failed") != 0)
		sms_end(message, "taken; its delivery cannot be asked for");
	else
		sms_follow_status(sms, message);
}

/* "A privilege is missing (403): reason", without secrets. */
static void sms_refused(struct sms *sms, struct sms_message *message, const struct http_response *response)
{
	char why[ERROR_TEXT];
	struct api_words words = auth_explain(sms->auth, response);
	/* The privilege by its name, unless the server says it; other advice is for who is at the screen. */
	bool privilege = response->status == 403 && words.advice[0] != '\0' && strcasestr(words.cause, "SMS/MMS") == NULL;
	text_cause(why, sizeof(why), words.cause, privilege ? words.advice : "");
	if (response->status >= 500)
		sms_fail_unknown(sms, message, why);
	else if (response->status == 429)
		sms_send_later(sms, message, response->retry_after, why);
	else
		sms_fail_unsent(sms, message, why);
}

static void sms_on_sent(void *context, const struct http_response *response)
{
	struct sms *sms = context;
	struct sms_message *message = sms->asking;
	sms->asking = NULL;
	if (response->status == 0 && !response->sent)
		sms_send_later(sms, message, 0, response->cause);
	else if (response->cause[0] != '\0' && (response->status < 300 || response->status >= 500))
		sms_fail_unknown(sms, message, response->cause);
	else if (response->cause[0] != '\0')
		sms_fail_unsent(sms, message, response->cause);
	else if (response->status == 200 || response->status == 201 || response->status == 202)
		sms_taken(sms, message, response);
	else if (response->status != 401 || !sms_renew(sms, message))
		sms_refused(sms, message, response);
	sms_run(sms);
}

/* A look that fails is followed by the next in its time; their number is limited. */
static void sms_on_looked(void *context, const struct http_response *response)
{
	struct sms *sms = context;
	struct sms_message *message = sms->asking;
	sms->asking = NULL;
	bool usable = response->cause[0] == '\0' && response->status == 200;
	if (usable && sms_read_status(sms, message, response))
		sms_follow_status(sms, message);
	else if (response->status != 401 || !sms_renew(sms, message))
		sms_look_later(sms, message);
	sms_run(sms);
}

static void sms_post(struct sms *sms, struct sms_message *message)
{
	struct buffer *body = &sms->body;
	buffer_clear(body);
	json_put_object(body);
	json_put_pair(body, "To", message->to);
	json_put_pair(body, "From", message->from);
	json_put_pair(body, "Body", message->text);
	json_put_object_end(body);
	http_start(sms->http, HTTP_SMS, &(struct http_request){
		.method = "POST",
		.path = messages_path,
		.headers = { sms->auth->line, "Content-Type: application/json", "Accept: application/json", "Expect:" },
		.body = buffer_string(body),
		.body_length = body->length,
		.once = true,
		.done = sms_on_sent,
		.context = sms,
	});
}

static void sms_look(struct sms *sms, struct sms_message *message)
{
	char whole[sizeof(messages_path) + SMS_SID_MAX];
	snprintf(whole, sizeof(whole), "%s/%s", messages_path, message->sid);
	message->looks++;
	auth_start(sms->auth, HTTP_SMS, "GET", whole, sms_on_looked, sms);
}

/* The one that is due for longest, sending before looking; NULL if none is. *next gets when one will be. */
static struct sms_message *sms_next(struct sms *sms, double now, double *next)
{
	struct sms_message *best = NULL;
	for (int i = 0; i < SMS_HOUR_MAX; i++) {
		struct sms_message *message = &sms->messages[i];
		if (message->state == SMS_FREE)
			continue;
		if (message->due > now) {
			*next = *next == 0 || message->due < *next ? message->due : *next;
			continue;
		}
		if (best == NULL || message->state < best->state ||
			(message->state == best->state && message->due < best->due))
			best = message;
	}
	return best;
}

/* Waits while there is no token but the one that was refused; gives up when the message is old news. */
static void sms_start(struct sms *sms, struct sms_message *message)
{
	bool waits = message->state == SMS_WAITING;
	if (sms->auth->line == NULL || message->refused == sms->auth->generation) {
		if (clock_boot_ms() - message->since_ms < SMS_LATE_MS * sms->pace)
			message->due = sms_now() + TOKEN_SECONDS * sms->pace;
		else if (waits)
			sms_fail_unsent(sms, message, "there is no token that the server takes");
		else
			sms_end(message, "taken; its delivery cannot be asked for");
		return;
	}
	sms->asking = message;
	message->generation = sms->auth->generation;
	if (waits)
		sms_post(sms, message);
	else
		sms_look(sms, message);
}

void sms_run(struct sms *sms)
{
	double next = 0;
	struct sms_message *message;
	ev_timer_stop(sms->loop, &sms->timer);
	for (int i = 0; sms->stopped && i < SMS_HOUR_MAX; i++)
		if (sms->messages[i].state == SMS_WAITING && &sms->messages[i] != sms->asking)
			sms_end(&sms->messages[i], "not sent: the program ends");
	while (!sms->stopped && sms->asking == NULL && (message = sms_next(sms, sms_now(), &next)) != NULL)
		sms_start(sms, message);
	if (sms->stopped || sms->asking != NULL)
		return;
	next = 0;
	if (sms_next(sms, sms_now(), &next) != NULL || next == 0)
		return;
	timer_start(sms->loop, &sms->timer, next - sms_now());
}

static bool sms_add_one(struct sms *sms, const struct alert_rule *rule, const char *to, const char *text)
{
	struct sms_message *message = sms->messages;
	while (message < sms->messages + SMS_HOUR_MAX && message->state != SMS_FREE)
		message++;
	if (message == sms->messages + SMS_HOUR_MAX || !sms_limit_message(&sms->limit, rule->name, clock_boot_ms()))
		return false;
	*message = (struct sms_message){
		.state = SMS_WAITING, .since_ms = clock_boot_ms(), .due = sms_now(), .status = "queued",
	};
	snprintf(message->alert, sizeof(message->alert), "%s", rule->name);
	snprintf(message->to, sizeof(message->to), "%s", to);
	snprintf(message->from, sizeof(message->from), "%s", rule->sms_from);
	snprintf(message->text, sizeof(message->text), "%s", text);
	return true;
}

bool sms_add(struct sms *sms, const struct alert_event *event, enum names names, struct error *error)
{
	const struct alert_rule *rule = event->state->rule;
	char text[SMS_TEXT_MAX];
	unsigned dropped = 0;
	bool news;
	if (sms->stopped)
		return true;
	/* Checked at the start, but a layout can be replaced. */
	if (sms->auth->config->auth == AUTH_COOKIE)
		return error_set(error, "alert '%s': messages are sent with auth = \"oauth\" only", rule->name);
	if (!sms_limit_alert(&sms->limit, rule->name, clock_boot_ms(), &news)) {
		log_line("alert '%s': no message: there was one in the last %d minutes", rule->name,
			SMS_ALERT_MS / 60000);
		return !news || error_set(error, "alert '%s': no other message within %d minutes", rule->name,
			SMS_ALERT_MS / 60000);
	}
	sms_text(event, names, text);
	for (unsigned i = 0; i < rule->sms.count; i++)
		dropped += !sms_add_one(sms, rule, rule->sms.items[i], text);
	sms_run(sms);
	return dropped == 0 || error_set(error, "alert '%s': %u of %u messages not sent: there were %d in an hour",
		rule->name, dropped, rule->sms.count, SMS_HOUR_MAX);
}

void sms_free(struct sms *sms)
{
	ev_timer_stop(sms->loop, &sms->timer);
	http_cancel(sms->http, HTTP_SMS);
	buffer_free(&sms->body);
	json_free(&sms->json);
}
