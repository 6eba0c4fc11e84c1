#include "mqtt/topics.h"

#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"

static const char topic_version[] = "v1";

static const char *const topic_kinds[TOPIC_COUNT] = {
	"status", "request", "beat", "services", "chat", "campaigns", "data", "availability", "past",
};

static const char topic_name_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

/* No clock of a machine shows more than a million days, in milliseconds. */
static const double TIME_MAX = 86400e9;

void topic_put(char out[TOPIC_MAX], const char *prefix, enum topic kind, const char *name)
{
	snprintf(out, TOPIC_MAX, "%.*s/%s/%s%s%.*s", URL_PREFIX_MAX - 1, prefix, topic_version, topic_kinds[kind],
		name != NULL ? "/" : "", TOPIC_NAME_MAX - 1, name != NULL ? name : "");
}

static bool topic_name_valid(const char *name)
{
	size_t length = strlen(name);
	return length > 0 && length < TOPIC_NAME_MAX && strspn(name, topic_name_letters) == length;
}

enum topic topic_read(const char *topic, const char *prefix, char name[TOPIC_NAME_MAX])
{
	char start[TOPIC_MAX];
	name[0] = '\0';
	for (enum topic kind = 0; kind < TOPIC_COUNT; kind++) {
		bool named = kind == TOPIC_DATA || kind == TOPIC_AVAILABILITY || kind == TOPIC_PAST;
		topic_put(start, prefix, kind, NULL);
		size_t length = strlen(start);
		if (strncmp(topic, start, length) != 0)
			continue;
		if (!named && topic[length] == '\0')
			return kind;
		if (!named || topic[length] != '/' || !topic_name_valid(topic + length + 1))
			continue;
		snprintf(name, TOPIC_NAME_MAX, "%s", topic + length + 1);
		return kind;
	}
	return TOPIC_COUNT;
}

int topic_hour(const char *name)
{
	bool number = strspn(name, "0123456789") == 2 && name[2] == '\0';
	int hour = number ? (name[0] - '0') * 10 + name[1] - '0' : -1;
	return hour < TOPIC_HOURS ? hour : -1;
}

void topic_name_for(const char *text, char out[TOPIC_NAME_MAX])
{
	enum { PLAIN_MAX = TOPIC_NAME_MAX - 12 };
	size_t used = 0;
	bool same = text[0] != '\0';
	for (const char *at = text; *at != '\0'; at++) {
		bool fits = used < PLAIN_MAX, plain = strchr(topic_name_letters, *at) != NULL;
		if (fits)
			out[used++] = *at;
		if (fits && !plain)
			out[used - 1] = '_';
		same = same && fits && plain;
	}
	out[used] = '\0';
	if (!same)
		snprintf(out + used, TOPIC_NAME_MAX - used, "-%08x", (unsigned)text_hash(text));
}

const char *topic_name_of_app_id(const char *app_id)
{
	const char *slash = strrchr(app_id, '/');
	return slash != NULL && topic_name_valid(slash + 1) ? slash + 1 : NULL;
}

void mqtt_status_put(const struct mqtt_status *status, struct buffer *out)
{
	json_put_object(out);
	json_put_pair(out, "program", "cxwall " PACKAGE_VERSION);
	json_put_pair(out, "run", status->run_id);
	json_put_pair(out, "who", status->who);
	json_put_pair(out, "tenant", status->tenant);
	json_put_pair(out, "state", status->gone ? "gone" : link_word(status->state));
	json_put_pair(out, "cause", status->cause);
	json_put_pair(out, "advice", status->advice);
	json_put_real_pair(out, "interval", true, status->interval, 3);
	json_put_integer_pair(out, "exit_status", status->exit_status);
	json_put_integer_pair(out, "wall_ms", status->wall_ms);
	json_put_object_end(out);
}

static int64_t topic_number(const struct json *json, int node, int64_t otherwise)
{
	double value;
	return json_number(json, node, &value) && value >= 0 && value <= TIME_MAX ? (int64_t)value : otherwise;
}

static bool status_read_state(struct mqtt_status *status, const struct json *json, int node)
{
	status->gone = json_is(json, node, "gone");
	for (enum link_state state = LINK_STARTING; state <= LINK_ENDED; state++)
		if (json_is(json, node, link_word(state))) {
			status->state = state;
			return true;
		}
	return status->gone;
}

bool mqtt_status_read(
	struct mqtt_status *status, struct json *json, const char *bytes, size_t length, struct error *error)
{
	*status = (struct mqtt_status){ .state = LINK_STARTING, .interval = 5 };
	if (length > STATUS_BYTES_MAX)
		return error_set(error, "the publisher's status is too large");
	if (!json_parse(json, bytes, length, error))
		return error_prefix(error, "the publisher's status cannot be read: ");
	int root = json_root(json);
	json_text(json, json_get(json, root, "run"), status->run_id, sizeof(status->run_id));
	if (status->run_id[0] == '\0' || !status_read_state(status, json, json_get(json, root, "state")))
		return error_set(error, "the publisher's status lacks its run or its state: is it another version?");
	json_text(json, json_get(json, root, "who"), status->who, sizeof(status->who));
	json_text(json, json_get(json, root, "tenant"), status->tenant, sizeof(status->tenant));
	json_text(json, json_get(json, root, "cause"), status->cause, sizeof(status->cause));
	json_text(json, json_get(json, root, "advice"), status->advice, sizeof(status->advice));
	double interval;
	if (json_number(json, json_get(json, root, "interval"), &interval) && interval_valid(interval))
		status->interval = interval;
	status->exit_status = (int)topic_number(json, json_get(json, root, "exit_status"), 0);
	if (status->exit_status > STATUS_LIMIT)
		status->exit_status = STATUS_NO_DATA;
	status->wall_ms = topic_number(json, json_get(json, root, "wall_ms"), 0);
	return true;
}

void mqtt_heartbeat_put(const struct mqtt_heartbeat *heartbeat, struct buffer *out)
{
	json_put_object(out);
	json_put_pair(out, "run", heartbeat->run_id);
	json_put_integer_pair(out, "boot_ms", heartbeat->boot_ms);
	json_put_integer_pair(out, "wall_ms", heartbeat->wall_ms);
	json_put_integer_pair(out, "accepted_ms", heartbeat->accepted_ms);
	json_put_key(out, "data");
	json_put_object(out);
	for (unsigned i = 0; i < heartbeat->count; i++) {
		json_put_key(out, heartbeat->entries[i].name);
		json_put_array(out);
		json_put_integer(out, heartbeat->entries[i].age_ms);
		json_put_integer(out, heartbeat->entries[i].boot_ms);
		json_put_array_end(out);
	}
	json_put_object_end(out);
	json_put_object_end(out);
}

bool mqtt_heartbeat_read(struct mqtt_heartbeat *heartbeat, struct json *json, const char *bytes, size_t length,
	struct error *error)
{
	*heartbeat = (struct mqtt_heartbeat){ .count = 0 };
	if (length > STATUS_BYTES_MAX)
		return error_set(error, "the publisher's heartbeat is too large");
	if (!json_parse(json, bytes, length, error))
		return error_prefix(error, "the publisher's heartbeat cannot be read: ");
	int root = json_root(json), data = json_get(json, root, "data");
	json_text(json, json_get(json, root, "run"), heartbeat->run_id, sizeof(heartbeat->run_id));
	heartbeat->boot_ms = topic_number(json, json_get(json, root, "boot_ms"), -1);
	heartbeat->wall_ms = topic_number(json, json_get(json, root, "wall_ms"), -1);
	heartbeat->accepted_ms = topic_number(json, json_get(json, root, "accepted_ms"), -1);
	if (heartbeat->run_id[0] == '\0' || heartbeat->boot_ms < 0 || heartbeat->wall_ms < 0 ||
		json_kind(json, data) != JSON_OBJECT)
		return error_set(error, "the publisher's heartbeat lacks its run or its times: is it another version?");
	for (int key = json_first(json, data); key >= 0 && heartbeat->count < LAYOUT_PANELS_MAX;
		key = json_next(json, data, key)) {
		struct mqtt_heartbeat_entry *entry = &heartbeat->entries[heartbeat->count];
		int pair = json_value(json, key), age = json_first(json, pair);
		json_text(json, key, entry->name, sizeof(entry->name));
		entry->age_ms = topic_number(json, age, -1);
		entry->boot_ms = topic_number(json, json_next(json, pair, age), -1);
		heartbeat->count += topic_name_valid(entry->name) && entry->age_ms >= 0 && entry->boot_ms >= 0;
	}
	return true;
}
