#include "mqtt/mqtt_errors.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stddef.h>
#include <string.h>

struct mqtt_reason {
	int code;
	bool refused; /* the login is refused */
	const char *text;
};

static const struct mqtt_reason mqtt_reasons[] = {
	{ MQTT_RC_UNSPECIFIED, false, "no reason given" },
	{ MQTT_RC_IMPLEMENTATION_SPECIFIC, false, "a reason of its own" },
	{ MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION, false, "it does not know this version of MQTT" },
	{ MQTT_RC_CLIENTID_NOT_VALID, true, "it does not take our client id" },
	{ MQTT_RC_BAD_USERNAME_OR_PASSWORD, true, "wrong user or password" },
	{ MQTT_RC_NOT_AUTHORIZED, true, "not authorised" },
	{ MQTT_RC_SERVER_UNAVAILABLE, false, "it is not available" },
	{ MQTT_RC_SERVER_BUSY, false, "it is busy" },
	{ MQTT_RC_BANNED, true, "this client is banned" },
	{ MQTT_RC_SERVER_SHUTTING_DOWN, false, "it is shutting down" },
	{ MQTT_RC_BAD_AUTHENTICATION_METHOD, true, "it wants another way to sign in" },
	{ MQTT_RC_KEEP_ALIVE_TIMEOUT, false, "it heard nothing of us for too long" },
	{ MQTT_RC_SESSION_TAKEN_OVER, false, "another client has the same client id" },
	{ MQTT_RC_TOPIC_FILTER_INVALID, true, "it does not take the topic" },
	{ MQTT_RC_TOPIC_NAME_INVALID, true, "it does not take the topic" },
	{ MQTT_RC_PACKET_TOO_LARGE, false, "the message is too large for it" },
	{ MQTT_RC_MESSAGE_RATE_TOO_HIGH, false, "too many messages" },
	{ MQTT_RC_QUOTA_EXCEEDED, false, "its quota is used up" },
	{ MQTT_RC_ADMINISTRATIVE_ACTION, false, "its administrator closed the connection" },
	{ MQTT_RC_RETAIN_NOT_SUPPORTED, true, "it keeps no retained messages, which cxwall needs" },
	{ MQTT_RC_QOS_NOT_SUPPORTED, true, "it does not support what cxwall needs (QoS 1)" },
	{ MQTT_RC_USE_ANOTHER_SERVER, false, "another server is to be used" },
	{ MQTT_RC_SERVER_MOVED, false, "it has moved" },
	{ MQTT_RC_CONNECTION_RATE_EXCEEDED, false, "too many connections at once" },
	{ MQTT_RC_WILDCARD_SUBS_NOT_SUPPORTED, true, "it does not take wildcards" },
};

static const struct mqtt_reason *mqtt_reason_find(int code)
{
	for (size_t i = 0; i < sizeof(mqtt_reasons) / sizeof(mqtt_reasons[0]); i++)
		if (mqtt_reasons[i].code == code)
			return &mqtt_reasons[i];
	return NULL;
}

const char *mqtt_reason(int code)
{
	const struct mqtt_reason *reason = mqtt_reason_find(code);
	if (code < MQTT_RC_UNSPECIFIED)
		return "";
	return reason != NULL ? reason->text : "an unknown reason";
}

bool mqtt_reason_refuses(int code)
{
	const struct mqtt_reason *reason = mqtt_reason_find(code);
	return reason != NULL && reason->refused;
}

int mqtt_reason_from_3(int code)
{
	static const int codes[] = {
		MQTT_RC_SUCCESS, MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION, MQTT_RC_CLIENTID_NOT_VALID,
		MQTT_RC_SERVER_UNAVAILABLE, MQTT_RC_BAD_USERNAME_OR_PASSWORD, MQTT_RC_NOT_AUTHORIZED,
	};
	bool known = code >= 0 && code < (int)(sizeof(codes) / sizeof(codes[0]));
	return known ? codes[code] : code < MQTT_RC_UNSPECIFIED ? MQTT_RC_UNSPECIFIED : code;
}

const char *mqtt_library_error(int code)
{
	switch (code) {
	case MOSQ_ERR_ERRNO:
		return errno != 0 ? strerror(errno) : "the connection broke";
	case MOSQ_ERR_SUCCESS:
	case MOSQ_ERR_CONN_LOST:
	case MOSQ_ERR_NO_CONN:
		return "the broker closed the connection";
	case MOSQ_ERR_KEEPALIVE:
		return "the broker does not answer any more";
	case MOSQ_ERR_TLS:
	case MOSQ_ERR_TLS_HANDSHAKE:
		return "TLS failed: is this the port for mqtts, and does the broker want a client certificate?";
	case MOSQ_ERR_PROTOCOL:
	case MOSQ_ERR_MALFORMED_PACKET:
	case MOSQ_ERR_MALFORMED_UTF8:
	case MOSQ_ERR_DUPLICATE_PROPERTY:
		return "what answers there does not speak MQTT as it should";
	case MOSQ_ERR_OVERSIZE_PACKET:
	case MOSQ_ERR_PAYLOAD_SIZE:
		return "a message is too large for the broker";
	default:
		return mosquitto_strerror(code);
	}
}
