/* What there is of MQTT in a program that was built --without-mqtt: errors that say so. */
#include "mqtt/feed.h"

bool mqtt_built(struct error *error)
{
	return error_set(
		error, "this cxwall was built without MQTT (--without-mqtt): publish and --from are not in it");
}

struct feed *mqtt_feed_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *config,
	const struct layout *layout, const struct feed_sink *sink, struct error *error)
{
	(void)loop;
	(void)address;
	(void)config;
	(void)layout;
	(void)sink;
	(void)mqtt_built(error);
	return NULL;
}
