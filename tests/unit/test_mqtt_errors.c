/* What a broker's codes mean. The numbers are those of the MQTT standards, not of a library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* The texts are the connection's own. */
#include "mqtt/connection.c"

static void reasons(void **unused)
{
	(void)unused;
	static const struct { int code; bool refused; const char *words; } codes[] = {
		{ 0x00, false, "" }, { 0x7f, false, "" }, { 0x80, false, "no reason given" }, { 0x83, false, "a reason of its own" },
		{ 0x84, false, "it does not know this version of MQTT" }, { 0x85, true, "it does not take our client id" },
		{ 0x86, true, "wrong user or password" }, { 0x87, true, "not authorised" }, { 0x88, false, "it is not available" },
		{ 0x89, false, "it is busy" }, { 0x8a, true, "this client is banned" }, { 0x8b, false, "it is shutting down" },
		{ 0x8c, true, "it wants another way to sign in" }, { 0x8d, false, "it heard nothing of us for too long" },
		{ 0x8e, false, "another client has the same client id" }, { 0x8f, true, "it does not take the topic" },
		{ 0x90, true, "it does not take the topic" }, { 0x95, false, "the message is too large for it" },
		{ 0x96, false, "too many messages" }, { 0x97, false, "its quota is used up" },
		{ 0x98, false, "its administrator closed the connection" }, { 0x9a, true, "it keeps no retained messages" },
		{ 0x9b, true, "it does not support what cxwall needs (QoS 1)" }, { 0x9c, false, "another server is to be used" },
		{ 0x9d, false, "it has moved" }, { 0x9f, false, "too many connections at once" }, { 0xa2, true, "it does not take wildcards" },
		{ 0x99, false, "an unknown reason" },
	};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const char *words = mqtt_reason(codes[i].code);
		if (strncmp(words, codes[i].words, strlen(codes[i].words)) != 0 || (codes[i].words[0] == '\0') != (words[0] == '\0'))
			fail_msg("0x%x: %s", (unsigned)codes[i].code, words);
		if (mqtt_reason_refuses(codes[i].code) != codes[i].refused)
			fail_msg("0x%x is%s refused", (unsigned)codes[i].code, codes[i].refused ? " not" : "");
	}
}

/* 3.1.1 has five codes of its own. */
static void codes_of_the_old_version(void **unused)
{
	(void)unused;
	static const int codes[][2] = {
		{ 0, 0 }, { 1, 0x84 }, { 2, 0x85 }, { 3, 0x88 }, { 4, 0x86 }, { 5, 0x87 }, { 6, 0x80 }, { 0x7f, 0x80 }, { -1, 0x80 },
		{ 0x80, 0x80 }, { 0x97, 0x97 },
	};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(mqtt_reason_from_3(codes[i][0]), codes[i][1]);
}

static void what_the_library_says(void **unused)
{
	(void)unused;
	static const struct { int code; const char *words; } codes[] = {
		{ MOSQ_ERR_SUCCESS, "the broker closed the connection" }, { MOSQ_ERR_CONN_LOST, "the broker closed the connection" },
		{ MOSQ_ERR_NO_CONN, "the broker closed the connection" }, { MOSQ_ERR_KEEPALIVE, "the broker does not answer any more" },
		{ MOSQ_ERR_TLS, "TLS failed" }, { MOSQ_ERR_PROTOCOL, "what answers there does not speak MQTT" },
		{ MOSQ_ERR_MALFORMED_PACKET, "what answers there does not speak MQTT" },
		{ MOSQ_ERR_MALFORMED_UTF8, "what answers there does not speak MQTT" },
		{ MOSQ_ERR_OVERSIZE_PACKET, "a message is too large for the broker" },
		{ MOSQ_ERR_PAYLOAD_SIZE, "a message is too large for the broker" },
	};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strncmp(mqtt_library_error(codes[i].code), codes[i].words, strlen(codes[i].words)) != 0)
			fail_msg("%d: %s", codes[i].code, mqtt_library_error(codes[i].code));
	errno = ECONNREFUSED;
	assert_string_equal(mqtt_library_error(MOSQ_ERR_ERRNO), strerror(ECONNREFUSED));
	errno = 0;
	assert_string_equal(mqtt_library_error(MOSQ_ERR_ERRNO), "the connection broke");
	assert_string_equal(mqtt_library_error(MOSQ_ERR_NOMEM), mosquitto_strerror(MOSQ_ERR_NOMEM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons), cmocka_unit_test(codes_of_the_old_version), cmocka_unit_test(what_the_library_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
