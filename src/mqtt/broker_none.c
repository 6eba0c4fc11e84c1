/* mqtt/broker of a program that was built --without-mqtt: it says so. */
#include "mqtt/broker.h"

bool broker_built(struct error *error)
{
	return error_set(error, "this cxwall was built without MQTT (--without-mqtt): publish and --from are not in it");
}

struct broker *broker_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *access,
	const struct broker_will *will, const struct broker_sink *sink, struct error *error)
{
	(void)loop;
	(void)address;
	(void)access;
	(void)will;
	(void)sink;
	(void)broker_built(error);
	return NULL;
}

enum broker_state broker_state(const struct broker *broker)
{
	(void)broker;
	return BROKER_ENDED;
}

const char *broker_cause(const struct broker *broker)
{
	(void)broker;
	return "";
}

const char *broker_advice(const struct broker *broker)
{
	(void)broker;
	return "";
}

int64_t broker_next_try_ms(const struct broker *broker)
{
	(void)broker;
	return 0;
}

int broker_subscribe(struct broker *broker, const char *topic)
{
	(void)broker;
	(void)topic;
	return -1;
}

int broker_unsubscribe(struct broker *broker, const char *topic)
{
	(void)broker;
	(void)topic;
	return -1;
}

int broker_publish(struct broker *broker, const char *topic, const void *bytes, size_t length)
{
	(void)broker;
	(void)topic;
	(void)bytes;
	(void)length;
	return -1;
}

bool broker_busy(const struct broker *broker)
{
	(void)broker;
	return false;
}

void broker_retry(struct broker *broker)
{
	(void)broker;
}

void broker_stop(struct broker *broker)
{
	(void)broker;
}

void broker_free(struct broker *broker)
{
	(void)broker;
}
