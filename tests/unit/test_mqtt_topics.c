/* Topics, and what a publisher says of itself: written, read again, and read from somebody who means harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "mqtt/topics.h"

static void topics_are_read_as_they_are_written(void **unused)
{
	char topic[TOPIC_MAX], name[TOPIC_NAME_MAX];
	(void)unused;
	for (int kind = 0; kind < TOPIC_COUNT; kind++) {
		bool leaved = kind == TOPIC_DATA || kind == TOPIC_AVAILABILITY || kind == TOPIC_PAST;
		topic_put(topic, "a/b", (enum topic)kind, leaved ? "queues" : NULL);
		assert_int_equal(topic_read(topic, "a/b", name), kind);
		assert_string_equal(name, leaved ? "queues" : "");
	}
}

static void foreign_topics_are_none(void **unused)
{
	static const char *const bad[] = {
		"", "a", "a/v1", "a/v1/", "a/v2/status", "b/v1/status", "a/v1/status/x", "a/v1/data", "a/v1/data/", "a/v1/data/x/y",
		"a/v1/data/+", "a/v1/data/#", "a/v1/data/\xc3\xa4", "a/v1/statusx", "a/v1/data/a b", "$SYS/v1/status",
	};
	char name[TOPIC_NAME_MAX], text[TOPIC_NAME_MAX + 40];
	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (topic_read(bad[i], "a", name) != TOPIC_COUNT)
			fail_msg("%s was taken", bad[i]);
	snprintf(text, sizeof(text), "a/v1/data/%0*d", TOPIC_NAME_MAX, 0);
	assert_int_equal(topic_read(text, "a", name), TOPIC_COUNT);
}

static void hours_have_two_digits(void **unused)
{
	static const char *const bad[] = { "", "7", "24", "007", "-1", "1x", "x1", "99", " 1" };
	(void)unused;
	assert_int_equal(topic_hour("00"), 0);
	assert_int_equal(topic_hour("07"), 7);
	assert_int_equal(topic_hour("23"), 23);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(topic_hour(bad[i]), -1);
}

static void topic_names_are_safe_and_differ(void **unused)
{
	char one[TOPIC_NAME_MAX], two[TOPIC_NAME_MAX], name[400];
	(void)unused;
	topic_name_for("in-calls_1.x", one);
	assert_string_equal(one, "in-calls_1.x");
	topic_name_for("Caf\xc3\xa9 #1/+", one);
	assert_null(strpbrk(one, "#+/ \xc3"));
	topic_name_for("a/b", one);
	topic_name_for("a_b", two);
	assert_string_not_equal(one, two);
	topic_name_for("", one);
	assert_true(one[0] != '\0');
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	topic_name_for(name, one);
	name[sizeof(name) - 2] = 'y';
	topic_name_for(name, two);
	assert_string_not_equal(one, two);
	assert_string_equal(topic_name_of_app_id("cxwall-host-user-floor/queues"), "queues");
	assert_null(topic_name_of_app_id("queues"));
	assert_null(topic_name_of_app_id("tag/"));
	assert_null(topic_name_of_app_id("tag/a b"));
}

static struct mqtt_status read_status(const char *text, bool good)
{
	struct mqtt_status status;
	struct json json;
	struct error error;
	json_init(&json);
	assert_int_equal(mqtt_status_read(&status, &json, text, strlen(text), &error), good);
	json_free(&json);
	return status;
}

static void a_status_comes_back(void **unused)
{
	struct mqtt_status out = { .run_id = "r1", .who = "process 1 on \"h\"", .tenant = "t", .state = LINK_TROUBLE, .cause = "why",
		.advice = "do", .interval = 2.5, .exit_status = 4, .wall_ms = 1795576641640 };
	struct buffer text;
	(void)unused;
	buffer_init(&text, STATUS_BYTES_MAX);
	mqtt_status_put(&out, &text);
	struct mqtt_status in = read_status(buffer_string(&text), true);
	assert_string_equal(in.run_id, "r1");
	assert_string_equal(in.who, out.who);
	assert_string_equal(in.cause, "why");
	assert_int_equal(in.state, LINK_TROUBLE);
	assert_false(in.gone);
	assert_true(in.interval == 2.5 && in.exit_status == 4 && in.wall_ms == out.wall_ms);
	out.gone = true;
	buffer_clear(&text);
	mqtt_status_put(&out, &text);
	assert_true(read_status(buffer_string(&text), true).gone);
	buffer_free(&text);
}

static void a_status_is_not_believed(void **unused)
{
	(void)unused;
	read_status("{}", false);
	read_status("{\"run\":\"x\",\"state\":\"great\"}", false);
	read_status("{\"run\":\"\",\"state\":\"live\"}", false);
	read_status("[", false);
	struct mqtt_status in = read_status("{\"run\":\"x\",\"state\":\"live\",\"cause\":\"a\\u001b[2Jb\",\"interval\":1e300,"
		"\"exit_status\":77,\"wall_ms\":-1}", true);
	assert_null(strchr(in.cause, 0x1b));
	assert_true(in.interval == 5 && in.exit_status == 4 && in.wall_ms == 0);
}

static bool read_heartbeat(struct mqtt_heartbeat *heartbeat, const char *text)
{
	struct json json;
	struct error error;
	json_init(&json);
	bool good = mqtt_heartbeat_read(heartbeat, &json, text, strlen(text), &error);
	json_free(&json);
	return good;
}

static void a_heartbeat_comes_back(void **unused)
{
	struct mqtt_heartbeat out = { .run_id = "r1", .boot_ms = 5000, .wall_ms = 1795576641640, .accepted_ms = -1, .count = 2,
		.entries = { { "queues", 12, 4988 }, { "now", 3, 1000 } } }, in;
	struct buffer text;
	(void)unused;
	buffer_init(&text, STATUS_BYTES_MAX);
	mqtt_heartbeat_put(&out, &text);
	assert_true(read_heartbeat(&in, buffer_string(&text)));
	assert_int_equal(in.count, 2);
	assert_int_equal(in.accepted_ms, -1);
	assert_string_equal(in.entries[1].name, "now");
	assert_true(in.entries[1].age_ms == 3 && in.entries[1].boot_ms == 1000 && in.boot_ms == 5000);
	buffer_free(&text);
}

static void a_heartbeat_is_not_believed(void **unused)
{
	struct mqtt_heartbeat in;
	struct buffer text;
	(void)unused;
	assert_false(read_heartbeat(&in, "{\"run\":\"x\",\"boot_ms\":1e300,\"wall_ms\":1,\"data\":{}}"));
	assert_false(read_heartbeat(&in, "{\"run\":\"x\",\"boot_ms\":1,\"wall_ms\":-1,\"data\":{}}"));
	assert_false(read_heartbeat(&in, "{\"run\":\"x\",\"boot_ms\":1,\"wall_ms\":1}"));
	assert_true(read_heartbeat(&in, "{\"run\":\"x\",\"boot_ms\":1,\"wall_ms\":1,\"data\":{\"a\":[1],\"b\":7,\"c/d\":[1,2],\"e\":[-1,2],"
		"\"f\":[1e300,2],\"g\":[1,2]}}"));
	assert_int_equal(in.count, 1);
	assert_string_equal(in.entries[0].name, "g");
	buffer_init(&text, STATUS_BYTES_MAX);
	buffer_text(&text, "{\"run\":\"x\",\"boot_ms\":1,\"wall_ms\":1,\"data\":{\"z\":[1,2]");
	for (int i = 0; i < 500; i++)
		buffer_print(&text, ",\"p%d\":[1,2]", i);
	buffer_text(&text, "}}");
	assert_true(read_heartbeat(&in, buffer_string(&text)));
	assert_int_equal(in.count, LAYOUT_PANELS_MAX);
	buffer_free(&text);
}

static void addresses_of_brokers(void **unused)
{
	static const char *const bad[] = {
		"", "floor", "http://h/p", "mqtt://h", "mqtt://h/", "mqtt://h/a//b", "mqtt://h/+", "mqtt://h/%23", "mqtt://h/a?b",
		"mqtt://u:p@h/a", "mqtt://h:99999/a", "mqtt:///a",
	};
	struct url_broker broker;
	struct error error;
	(void)unused;
	assert_true(url_broker_read(&broker, "mqtt://localhost/floor/one", &error));
	assert_true(!broker.tls && broker.loopback && broker.port == 1883);
	assert_string_equal(broker.prefix, "floor/one");
	assert_true(url_broker_read(&broker, "mqtts://[::1]:99/a", &error));
	assert_true(broker.tls && broker.loopback && broker.port == 99);
	assert_string_equal(broker.host, "::1");
	assert_true(url_broker_read(&broker, "mqtts://broker.example/a", &error));
	assert_true(broker.port == 8883 && !broker.loopback);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (url_broker_read(&broker, bad[i], &error))
			fail_msg("%s was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topics_are_read_as_they_are_written),
		cmocka_unit_test(foreign_topics_are_none),
		cmocka_unit_test(hours_have_two_digits),
		cmocka_unit_test(topic_names_are_safe_and_differ),
		cmocka_unit_test(a_status_comes_back),
		cmocka_unit_test(a_status_is_not_believed),
		cmocka_unit_test(a_heartbeat_comes_back),
		cmocka_unit_test(a_heartbeat_is_not_believed),
		cmocka_unit_test(addresses_of_brokers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
