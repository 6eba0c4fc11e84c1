#include "mqtt/topics.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char version[] = "v1";

static const char *const kinds[TOPIC_COUNT] = {
	"status", "request", "beat", "services", "chat", "campaigns", "data", "availability",
};

static const char leaf_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

/* Of the machine's clocks: a million days. */
static const double TIME_MAX = 86400e9;

static bool has_leaf(enum topic kind)
{
	return kind == TOPIC_DATA || kind == TOPIC_AVAILABILITY;
}

void topic_put(char out[TOPIC_MAX], const char *prefix, enum topic kind, const char *leaf)
{
	snprintf(out, TOPIC_MAX, "%.*s/%s/%s%s%.*s", URL_PREFIX_MAX - 1, prefix, version, kinds[kind],
		leaf != NULL ? "/" : "", TOPIC_LEAF_MAX - 1, leaf != NULL ? leaf : "");
}

static bool leaf_good(const char *leaf)
{
	size_t length = strlen(leaf);
	return length > 0 && length < TOPIC_LEAF_MAX && strspn(leaf, leaf_letters) == length;
}

enum topic topic_read(const char *topic, const char *prefix, char leaf[TOPIC_LEAF_MAX])
{
	char start[TOPIC_MAX];
	leaf[0] = '\0';
	for (int kind = 0; kind < TOPIC_COUNT; kind++) {
		topic_put(start, prefix, (enum topic)kind, NULL);
		size_t length = strlen(start);
		if (strncmp(topic, start, length) != 0)
			continue;
		if (!has_leaf((enum topic)kind) && topic[length] == '\0')
			return (enum topic)kind;
		if (!has_leaf((enum topic)kind) || topic[length] != '/' || !leaf_good(topic + length + 1))
			continue;
		snprintf(leaf, TOPIC_LEAF_MAX, "%s", topic + length + 1);
		return (enum topic)kind;
	}
	return TOPIC_COUNT;
}

void topic_leaf(const char *text, char out[TOPIC_LEAF_MAX])
{
	enum { PLAIN_MAX = TOPIC_LEAF_MAX - 12 };
	size_t used = 0;
	bool same = text[0] != '\0';
	for (const char *at = text; *at != '\0'; at++) {
		bool fits = used < PLAIN_MAX, plain = strchr(leaf_letters, *at) != NULL;
		if (fits)
			out[used++] = *at;
		if (fits && !plain)
			out[used - 1] = '_';
		same = same && fits && plain;
	}
	out[used] = '\0';
	if (!same)
		snprintf(out + used, TOPIC_LEAF_MAX - used, "-%08x", (unsigned)text_hash(text));
}

const char *topic_of_app_id(const char *app_id)
{
	const char *slash = strrchr(app_id, '/');
	return slash != NULL && leaf_good(slash + 1) ? slash + 1 : NULL;
}

static void put_text(struct buffer *out, const char *key, const char *text)
{
	buffer_print(out, "%s\"%s\":", out->length > 0 && out->data[out->length - 1] != '{' ? "," : "", key);
	json_put_string(out, text);
}

void bulletin_put(const struct bulletin *bulletin, struct buffer *out)
{
	buffer_text(out, "{");
	put_text(out, "program", "cxwall " PACKAGE_VERSION);
	put_text(out, "run", bulletin->run);
	put_text(out, "who", bulletin->who);
	put_text(out, "tenant", bulletin->tenant);
	put_text(out, "state", bulletin->gone ? "gone" : link_word(bulletin->state));
	put_text(out, "cause", bulletin->cause);
	put_text(out, "advice", bulletin->advice);
	buffer_print(out, ",\"interval\":%.3f,\"exit_status\":%d,\"wall_ms\":%lld}", bulletin->interval,
		bulletin->exit_status, (long long)bulletin->wall_ms);
}

static int64_t number(const struct json *json, int node, int64_t least, int64_t otherwise)
{
	double value;
	if (!json_number(json, node, &value) || !(value >= (double)least && value <= TIME_MAX))
		return otherwise;
	return (int64_t)value;
}

static bool read_state(struct bulletin *bulletin, const struct json *json, int node)
{
	bulletin->gone = json_is(json, node, "gone");
	for (int state = LINK_STARTING; state <= LINK_ENDED; state++) {
		if (!json_is(json, node, link_word((enum link_state)state)))
			continue;
		bulletin->state = (enum link_state)state;
		return true;
	}
	return bulletin->gone;
}

bool bulletin_read(struct bulletin *bulletin, struct json *json, const char *bytes, size_t length, struct error *error)
{
	*bulletin = (struct bulletin){ .state = LINK_STARTING, .interval = 5 };
	if (length > BULLETIN_BYTES_MAX)
		return error_set(error, "the publisher's status is too large");
	if (!json_parse(json, bytes, length, error))
		return error_prefix(error, "the publisher's status cannot be read: ");
	int root = json_root(json);
	json_text(json, json_get(json, root, "run"), bulletin->run, sizeof(bulletin->run));
	if (bulletin->run[0] == '\0' || !read_state(bulletin, json, json_get(json, root, "state")))
		return error_set(error, "the publisher's status lacks its run or its state: is it another version?");
	json_text(json, json_get(json, root, "who"), bulletin->who, sizeof(bulletin->who));
	json_text(json, json_get(json, root, "tenant"), bulletin->tenant, sizeof(bulletin->tenant));
	json_text(json, json_get(json, root, "cause"), bulletin->cause, sizeof(bulletin->cause));
	json_text(json, json_get(json, root, "advice"), bulletin->advice, sizeof(bulletin->advice));
	double interval;
	if (json_number(json, json_get(json, root, "interval"), &interval) && interval_valid(interval))
		bulletin->interval = interval;
	bulletin->exit_status = (int)number(json, json_get(json, root, "exit_status"), 0, 0);
	if (bulletin->exit_status > 5)
		bulletin->exit_status = 4;
	bulletin->wall_ms = number(json, json_get(json, root, "wall_ms"), 0, 0);
	return true;
}

void beat_put(const struct beat *beat, struct buffer *out)
{
	buffer_text(out, "{\"run\":");
	json_put_string(out, beat->run);
	buffer_print(out, ",\"boot_ms\":%lld,\"wall_ms\":%lld,\"accepted_ms\":%lld,\"data\":{", (long long)beat->boot_ms,
		(long long)beat->wall_ms, (long long)beat->accepted_ms);
	for (unsigned i = 0; i < beat->count; i++) {
		const struct beat_part *part = &beat->parts[i];
		buffer_text(out, i == 0 ? "" : ",");
		json_put_string(out, part->leaf);
		buffer_print(out, ":[%lld,%lld]", (long long)part->age_ms, (long long)part->boot_ms);
	}
	buffer_text(out, "}}");
}

static void read_part(struct beat *beat, const struct json *json, int key)
{
	struct beat_part *part = &beat->parts[beat->count];
	int pair = json_value(json, key), age = json_first(json, pair), boot = json_next(json, pair, age);
	json_text(json, key, part->leaf, sizeof(part->leaf));
	part->age_ms = number(json, age, 0, -1);
	part->boot_ms = number(json, boot, 0, -1);
	beat->count += leaf_good(part->leaf) && part->age_ms >= 0 && part->boot_ms >= 0;
}

bool beat_read(struct beat *beat, struct json *json, const char *bytes, size_t length, struct error *error)
{
	*beat = (struct beat){ .count = 0 };
	if (length > BULLETIN_BYTES_MAX)
		return error_set(error, "the publisher's beat is too large");
	if (!json_parse(json, bytes, length, error))
		return error_prefix(error, "the publisher's beat cannot be read: ");
	int root = json_root(json), data = json_get(json, root, "data");
	json_text(json, json_get(json, root, "run"), beat->run, sizeof(beat->run));
	beat->boot_ms = number(json, json_get(json, root, "boot_ms"), 0, -1);
	beat->wall_ms = number(json, json_get(json, root, "wall_ms"), 0, -1);
	beat->accepted_ms = number(json, json_get(json, root, "accepted_ms"), 0, -1);
	if (beat->run[0] == '\0' || beat->boot_ms < 0 || beat->wall_ms < 0 || json_kind(json, data) != JSON_OBJECT)
		return error_set(error, "the publisher's beat lacks its run or its times: is it another version?");
	for (int key = json_first(json, data); key >= 0 && beat->count < LAYOUT_PANELS_MAX; key = json_next(json, data, key))
		read_part(beat, json, key);
	return true;
}
