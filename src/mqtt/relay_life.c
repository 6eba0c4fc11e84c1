#include "mqtt/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mqtt/relay_state.h"

/* How often silence is looked for. */
static const double TICK_SECONDS = 0.5;

struct relay_part *relay_part(struct relay *relay, const char *leaf)
{
	for (unsigned i = 0; i < relay->part_count; i++)
		if (strcmp(relay->parts[i].leaf, leaf) == 0)
			return &relay->parts[i];
	return NULL;
}

static int subscribe_to(struct relay *relay, enum topic kind, const char *leaf)
{
	char topic[TOPIC_MAX];
	topic_put(topic, relay->address->prefix, kind, leaf);
	return broker_subscribe(relay->broker, topic);
}

static void leave(struct relay *relay, const char *leaf)
{
	char topic[TOPIC_MAX];
	topic_put(topic, relay->address->prefix, TOPIC_DATA, leaf);
	(void)broker_unsubscribe(relay->broker, topic);
}

static void ask(struct relay *relay, struct relay_part *part)
{
	part->id = subscribe_to(relay, TOPIC_DATA, part->leaf);
	part->asked_ms = clock_boot_ms();
}

/* To subscribe again makes the broker send what is retained. */
void relay_ask_again(struct relay *relay, struct relay_part *part)
{
	if (clock_boot_ms() - part->asked_ms < (part->held ? RELAY_AGAIN_MS : RELAY_SILENCE_MS))
		return;
	if (!part->held && part->trouble[0] == '\0')
		snprintf(part->trouble, sizeof(part->trouble), "the broker does not send this panel: may this login read it?");
	log_line("relay: asking again for %s", part->leaf);
	ask(relay, part);
}

static void add_part(struct relay *relay, const char *leaf)
{
	if (relay_part(relay, leaf) != NULL || relay->part_count == LAYOUT_PANELS_MAX)
		return;
	struct relay_part *part = &relay->parts[relay->part_count++];
	*part = (struct relay_part){ .id = -1 };
	snprintf(part->leaf, sizeof(part->leaf), "%s", leaf);
	ask(relay, part);
}

/* Everything anew: the broker sends all that is retained once more, and each panel gets its data. */
void relay_subscribe_parts(struct relay *relay)
{
	for (unsigned i = 0; i < relay->part_count; i++)
		leave(relay, relay->parts[i].leaf);
	relay->part_count = 0;
	for (unsigned i = 0; i < relay->request.set_count; i++) {
		struct request_set *set = &relay->request.sets[i];
		const char *leaf = set->skipped ? NULL : topic_of_app_id(set->app_id);
		if (!set->skipped && leaf == NULL) {
			set->skipped = true;
			snprintf(set->reason, sizeof(set->reason), "the publisher names this panel in a way that is not understood");
		}
		if (leaf != NULL)
			add_part(relay, leaf);
	}
}

/* What is asked beside the subscription, as far as the layout shows it. */
static void subscribe_sides(struct relay *relay)
{
	bool availability = false, all = false, campaigns = false;
	for (unsigned i = 0; i < relay->layout->panel_count; i++) {
		const struct panel *panel = &relay->layout->panels[i];
		availability = availability || panel->type == PANEL_AVAILABILITY;
		all = all || (panel->type == PANEL_AVAILABILITY && panel->services.count == 0);
		campaigns = campaigns || panel->type == PANEL_CAMPAIGNS;
	}
	if (all)
		subscribe_to(relay, TOPIC_SERVICES, NULL);
	if (availability)
		subscribe_to(relay, TOPIC_AVAILABILITY, "+");
	if (availability)
		subscribe_to(relay, TOPIC_CHAT_HOURS, NULL);
	if (campaigns)
		subscribe_to(relay, TOPIC_CAMPAIGNS, NULL);
}

static void on_connected(void *context)
{
	struct relay *relay = context;
	relay->connected_ms = relay->beat_ms = clock_boot_ms();
	relay->has_status = relay->beat_lives = false;
	relay->refusal[0] = relay->damage[0] = '\0';
	relay->status_id = subscribe_to(relay, TOPIC_STATUS, NULL);
	subscribe_to(relay, TOPIC_BEAT, NULL);
	subscribe_to(relay, TOPIC_REQUEST, NULL);
	for (unsigned i = 0; i < relay->part_count; i++)
		ask(relay, &relay->parts[i]);
	subscribe_sides(relay);
	relay_judge(relay);
}

static void on_lost(void *context)
{
	relay_judge(context);
}

static void on_message(void *context, const struct broker_message *message)
{
	struct relay *relay = context;
	relay_take(relay, message);
	relay_judge(relay);
}

/* A panel that this login may not read says so; without the status nothing can be said of any. */
static void on_subscribed(void *context, int id, const char *cause)
{
	struct relay *relay = context;
	if (cause[0] == '\0')
		return;
	if (id == relay->status_id)
		snprintf(relay->refusal, sizeof(relay->refusal), "the broker does not let us read %.100s (%.60s)",
			relay->address->prefix, cause);
	for (unsigned i = 0; i < relay->part_count; i++)
		if (relay->parts[i].id == id)
			snprintf(relay->parts[i].trouble, sizeof(relay->parts[i].trouble),
				"the broker does not let us read this panel (%.60s)", cause);
	relay_judge(relay);
}

static void on_ended(void *context)
{
	struct relay *relay = context;
	relay->sink.ended(relay->sink.context);
}

/* What a panel lacks stands in the panel. */
static void show_troubles(struct relay *relay)
{
	bool changed = false;
	for (unsigned i = 0; i < relay->request.set_count; i++) {
		struct request_set *set = &relay->request.sets[i];
		const char *leaf = topic_of_app_id(set->app_id);
		const struct relay_part *part = leaf != NULL ? relay_part(relay, leaf) : NULL;
		if (part == NULL || part->held || part->trouble[0] == '\0' || set->skipped)
			continue;
		set->skipped = true;
		snprintf(set->reason, sizeof(set->reason), "%.230s", part->trouble);
		changed = true;
	}
	if (changed)
		relay->sink.changed(relay->sink.context);
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct relay *relay = timer->data;
	(void)loop;
	(void)events;
	show_troubles(relay);
	relay_judge(relay);
}

static void init(struct relay *relay)
{
	buffer_init(&relay->text, RELAY_REQUEST_MAX);
	buffer_init(&relay->out, RECORDING_RAW_MAX);
	request_init(&relay->request);
	catalogue_init(&relay->services);
	json_init(&relay->json);
	relay->unpacker = unpacker_new();
	relay->interval = 5;
	relay->link.state = LINK_STARTING;
	relay->link.interval = relay->interval;
	relay->link.uncertain = true;
	relay->link.plaintext = !relay->address->tls && !relay->address->loopback;
	snprintf(relay->link.peer, sizeof(relay->link.peer), "%.*s", (int)sizeof(relay->link.peer) - 1, relay->address->peer);
	ev_timer_init(&relay->tick, on_tick, TICK_SECONDS, TICK_SECONDS);
	/* What has come is taken before anybody says that nothing came. */
	ev_set_priority(&relay->tick, EV_MINPRI);
	relay->tick.data = relay;
}

struct relay *relay_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *access,
	const struct layout *layout, const struct feed_sink *sink, int *status, struct error *error)
{
	struct relay *relay = must_alloc(sizeof(*relay));
	memset(relay, 0, sizeof(*relay));
	relay->loop = loop;
	relay->address = address;
	relay->layout = layout;
	relay->sink = *sink;
	init(relay);
	struct broker_sink below = {
		.connected = on_connected, .lost = on_lost, .message = on_message, .subscribed = on_subscribed,
		.ended = on_ended, .context = relay,
	};
	*status = 2;
	relay->broker = broker_new(loop, address, access, NULL, &below, error);
	if (relay->broker == NULL) {
		relay_free(relay);
		return NULL;
	}
	*status = 0;
	ev_timer_start(loop, &relay->tick);
	return relay;
}

const struct link *relay_link(const struct relay *relay)
{
	return &relay->link;
}

const struct request *relay_request(const struct relay *relay)
{
	return &relay->request;
}

const struct catalogue *relay_services(const struct relay *relay)
{
	return &relay->services;
}

const char *relay_tenant(const struct relay *relay)
{
	return relay->status.tenant;
}

void relay_set_layout(struct relay *relay, const struct layout *layout)
{
	relay->layout = layout;
	/* The old plan borrows from the old layout. */
	request_free(&relay->request);
	relay->request.layout = layout;
	relay_read_request(relay);
	if (broker_state(relay->broker) == BROKER_CONNECTED)
		subscribe_sides(relay);
	relay_judge(relay);
}

void relay_retry(struct relay *relay)
{
	broker_retry(relay->broker);
}

void relay_stop(struct relay *relay)
{
	if (relay->stopping)
		return;
	relay->stopping = true;
	ev_timer_stop(relay->loop, &relay->tick);
	broker_stop(relay->broker);
	relay->link.state = LINK_ENDING;
}

void relay_free(struct relay *relay)
{
	if (relay == NULL)
		return;
	ev_timer_stop(relay->loop, &relay->tick);
	broker_free(relay->broker);
	request_free(&relay->request);
	catalogue_free(&relay->services);
	buffer_free(&relay->text);
	buffer_free(&relay->out);
	unpacker_free(relay->unpacker);
	json_free(&relay->json);
	free(relay);
}
