#include "sim/text_message.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "sim/catalogue.h"

/* Milliseconds from the request. */
enum {
	SENT_AFTER = 2000,
	DELIVERED_AFTER = 5000,
	SEGMENT = 160,
};

/* E.164 with or without the plus, as the published examples have it. */
static bool is_number(const char *text)
{
	size_t digits = 0;
	text += *text == '+';
	while (isdigit((unsigned char)text[digits]))
		digits++;
	return text[digits] == '\0' && digits >= 7 && digits <= 15 && *text != '0';
}

static bool read_number(const struct json *json, const char *key, char *out, struct error *error)
{
	json_text(json, json_get(json, json_root(json), key), out, TEXT_NUMBER_MAX);
	return is_number(out) || error_set(error, "'%s' is missing or not in E.164 format", key);
}

const struct text_message *text_message_send(struct text_messages *messages, const struct json *json, int64_t now,
	int64_t utc, struct error *error)
{
	struct text_message *message = &messages->list[messages->count % TEXT_MESSAGES_MAX];
	struct text_message fresh = { .created = now, .created_utc = utc };
	int media = json_get(json, json_root(json), "MediaURLs");
	if (json_kind(json, json_root(json)) != JSON_OBJECT) {
		error_set(error, "the body is not an object");
		return NULL;
	}
	if (!read_number(json, "To", fresh.to, error) || !read_number(json, "From", fresh.from, error))
		return NULL;
	json_text(json, json_get(json, json_root(json), "Body"), fresh.body, sizeof(fresh.body));
	if (json_kind(json, media) == JSON_ARRAY)
		fresh.media = (unsigned)json_count(json, media);
	if (!*fresh.body && !fresh.media) {
		error_set(error, "'Body' is missing");
		return NULL;
	}
	catalogue_id('m', ++messages->count, fresh.sid, sizeof(fresh.sid));
	for (char *at = fresh.sid; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	*message = fresh;
	return message;
}

const struct text_message *text_message_find(const struct text_messages *messages, const char *sid)
{
	for (unsigned i = 0; i < TEXT_MESSAGES_MAX; i++)
		if (*sid && strcasecmp(messages->list[i].sid, sid) == 0)
			return &messages->list[i];
	return NULL;
}

static const char *status(const struct text_message *message, int64_t age)
{
	size_t length = strlen(message->to);
	if (age < SENT_AFTER)
		return "queued";
	if (strcmp(message->to + length - 4, "0000") == 0)
		return "failed";
	return age < DELIVERED_AFTER ? "sent" : "delivered";
}

static void put_text(struct buffer *out, const char *key, const char *text)
{
	buffer_print(out, "\"%s\": ", key);
	json_put_string(out, text);
	buffer_text(out, ", ");
}

static void put_date(struct buffer *out, const char *key, int64_t utc)
{
	time_t seconds = (time_t)utc;
	struct tm tm;
	char text[64];
	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	put_text(out, key, text);
}

void text_message_write(struct buffer *out, const struct text_message *message, int64_t now)
{
	int64_t age = now - message->created;
	bool failed = strcmp(status(message, age), "failed") == 0;
	buffer_text(out, "{");
	put_text(out, "account_sid", "2B699762-370C-4F76-A684-A85B5F93DF84");
	put_text(out, "api_version", "1");
	put_text(out, "body", message->body);
	buffer_print(out, "\"num_segments\": \"%zu\", ", strlen(message->body) / (SEGMENT + 1) + 1);
	buffer_print(out, "\"num_media\": \"%u\", ", message->media);
	put_date(out, "date_created", message->created_utc);
	if (age < SENT_AFTER || failed)
		buffer_text(out, "\"date_sent\": null, ");
	else
		put_date(out, "date_sent", message->created_utc + SENT_AFTER / 1000);
	put_date(out, "date_updated", message->created_utc);
	put_text(out, "direction", "outbound-api");
	buffer_text(out, failed ? "\"error_code\": \"30003\", \"error_message\": \"unreachable\", "
				: "\"error_code\": null, \"error_message\": null, ");
	put_text(out, "from", message->from);
	buffer_text(out, "\"price\": null, ");
	put_text(out, "sid", message->sid);
	put_text(out, "status", status(message, age));
	put_text(out, "to", message->to);
	buffer_print(out, "\"uri\": \"/clientweb/smsapi/v1/Messages/%s\"}\n", message->sid);
}
