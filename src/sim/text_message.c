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
	MEDIA_MAX = 10,
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

/* With or without the plus it is the same number. */
static bool may_send(const struct text_senders *senders, const char *from)
{
	for (unsigned i = 0; i < senders->count; i++)
		if (strcmp(senders->numbers[i] + (*senders->numbers[i] == '+'), from + (*from == '+')) == 0)
			return true;
	return senders->count == 0;
}

/* The collection writes the name in two ways. */
static int find_media(const struct json *json)
{
	int media = json_get(json, json_root(json), "MediaUrls");
	return media >= 0 ? media : json_get(json, json_root(json), "MediaURLs");
}

const struct text_message *text_message_send(struct text_messages *messages, const struct json *json,
	const struct text_senders *senders, int64_t now, int64_t utc, struct error *error)
{
	struct text_message *message = &messages->list[messages->count % TEXT_MESSAGES_MAX];
	struct text_message fresh = { .created = now, .created_utc = utc };
	int media = find_media(json);
	if (json_kind(json, json_root(json)) != JSON_OBJECT) {
		error_set(error, "the body is not an object");
		return NULL;
	}
	if (!read_number(json, "To", fresh.to, error) || !read_number(json, "From", fresh.from, error))
		return NULL;
	json_text(json, json_get(json, json_root(json), "Body"), fresh.body, sizeof(fresh.body));
	if (json_kind(json, media) == JSON_ARRAY)
		fresh.media = (unsigned)json_count(json, media);
	if (fresh.media > MEDIA_MAX) {
		error_set(error, "'MediaUrls' has more than %d items", MEDIA_MAX);
		return NULL;
	}
	if (!*fresh.body && !fresh.media) {
		error_set(error, "'Body' is missing");
		return NULL;
	}
	fresh.may_send = may_send(senders, fresh.from);
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
	if (!message->may_send || strcmp(message->to + length - 4, "0000") == 0)
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
	/* Always, whatever the length. */
	put_text(out, "num_segments", "1");
	buffer_print(out, "\"num_media\": \"%u\", ", message->media);
	put_date(out, "date_created", message->created_utc);
	if (age < SENT_AFTER || failed)
		buffer_text(out, "\"date_sent\": null, ");
	else
		put_date(out, "date_sent", message->created_utc + SENT_AFTER / 1000);
	put_date(out, "date_updated", message->created_utc);
	put_text(out, "direction", "outbound-api");
	if (failed && message->may_send)
		buffer_text(out, "\"error_code\": \"30003\", \"error_message\": \"unreachable\", ");
	else if (failed)
		buffer_text(out, "\"error_code\": null, \"error_message\": \"From number is not a Text Out access number\", ");
	else
		buffer_text(out, "\"error_code\": null, \"error_message\": null, ");
	put_text(out, "from", message->from);
	buffer_text(out, "\"price\": null, ");
	put_text(out, "sid", message->sid);
	put_text(out, "status", status(message, age));
	put_text(out, "to", message->to);
	buffer_print(out, "\"uri\": \"/clientweb/smsapi/v1/Messages/%s\"}\n", message->sid);
}
