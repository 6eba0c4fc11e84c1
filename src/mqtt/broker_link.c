/* The connection to a broker while it lasts: the socket's events, what the library calls back, how it ends. */
#include <errno.h>
#include <linux/tcp.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "mqtt/broker_state.h"
#include "mqtt/broker_words.h"

enum {
	BACKOFF_MAX_S = 30,
	REFUSED_S = 60,        /* so that no account is locked by a wall */
	GOOD_AFTER_MS = 60000, /* a connection that lasted so long makes the next try a first one */
};

/* ---- timers ---- */

void broker_start_timer(struct broker *broker, ev_timer *timer, double seconds)
{
	/* The loop's time is old after a long decode, and the timer would fire early. */
	ev_now_update(broker->loop);
	ev_timer_stop(broker->loop, timer);
	ev_timer_set(timer, seconds, 0.);
	ev_timer_start(broker->loop, timer);
}

uint64_t broker_random(void)
{
	uint64_t number = 0;
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number))
		number = (uint64_t)clock_boot_ms() * 2654435761u;
	return number;
}

/* A broker that comes back must not meet all its clients at once. */
static double backoff(const struct broker *broker)
{
	double most = broker->failures < 5 ? (double)(1u << broker->failures) : BACKOFF_MAX_S;
	if (broker->state == BROKER_REFUSED)
		most = REFUSED_S;
	return most * (0.5 + 0.5 * (double)(broker_random() % 1000) / 1000);
}

/* ---- the end of a try ---- */

void broker_close(struct broker *broker)
{
	ev_io_stop(broker->loop, &broker->reader);
	ev_io_stop(broker->loop, &broker->writer);
	ev_timer_stop(broker->loop, &broker->misc);
	broker->socket = -1;
	if (broker->client != NULL)
		mosquitto_destroy(broker->client);
	broker->client = NULL;
}

void broker_say(struct broker *broker, const char *cause, const char *advice)
{
	snprintf(broker->cause, sizeof(broker->cause), "%.255s", cause);
	snprintf(broker->advice, sizeof(broker->advice), "%.255s", advice);
}

static void say_refused(struct broker *broker)
{
	char cause[ERROR_TEXT];
	if (broker->access->user == NULL && broker->access->cert_file == NULL) {
		broker_say(broker, "the broker wants a login", "set broker_user and broker_password_file");
		return;
	}
	snprintf(cause, sizeof(cause), "the broker refuses our login (%.80s)", broker_words_reason(broker->code));
	broker_say(broker, cause, broker->access->user != NULL ? "check broker_user and its password"
		: "check broker_cert_file");
}

static bool is_distrusted(const struct broker *broker)
{
	return broker->tls != NULL && broker_tls_cause(broker->tls)[0] != '\0';
}

static void say_lost(struct broker *broker, int rc)
{
	char cause[ERROR_TEXT];
	if (is_distrusted(broker)) {
		broker_say(broker, broker_tls_cause(broker->tls), "ask who runs the broker, or set broker_ca_file");
		return;
	}
	if (broker->too_large) {
		broker_say(broker, "the broker sent a message that is too large", "");
		return;
	}
	if (broker->client == NULL)
		snprintf(cause, sizeof(cause), "the lookup of the broker's name %.120s does not end", broker->address->host);
	else if (broker->code != 0)
		snprintf(cause, sizeof(cause), "the broker at %.100s ended the connection: %.60s", broker->address->host,
			broker_words_reason(broker->code));
	else
		snprintf(cause, sizeof(cause), "%s the broker at %.90s: %.110s",
			broker->welcome ? "lost the connection to" : "no connection to", broker->address->host,
			broker_words_library(rc));
	broker_say(broker, cause, "");
}

/* Before the welcome everything may be a broker that knows 3.1.1 alone: the next try tells. */
static bool other_version(struct broker *broker, int rc)
{
	bool said = broker->code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
	bool closed = broker->code == 0 && (rc == MOSQ_ERR_CONN_LOST || rc == MOSQ_ERR_PROTOCOL ||
		rc == MOSQ_ERR_MALFORMED_PACKET || rc == MOSQ_ERR_NOT_SUPPORTED);
	if (broker->welcome || broker->too_large || !(said || closed))
		return false;
	broker->old_version = !broker->old_version;
	if (broker->old_version)
		log_line("broker: trying MQTT 3.1.1");
	return broker->old_version;
}

void broker_plan_next(struct broker *broker, bool soon)
{
	double seconds = soon ? 0.1 : backoff(broker);
	broker->failures += broker->failures < 16 && !soon;
	broker->next_try_ms = clock_boot_ms() + (int64_t)(seconds * 1000);
	broker_start_timer(broker, &broker->timer, seconds);
}

/* All of a name's addresses have their turn before anybody waits. */
static bool other_address(struct broker *broker)
{
	broker->turn++;
	if (!broker->welcome && broker->code == 0 && broker->tried < broker->resolved.count)
		return true;
	broker->tried = 0;
	return false;
}

void broker_lose(struct broker *broker, int rc)
{
	bool lasted = broker->welcome && clock_boot_ms() - broker->welcome_ms >= GOOD_AFTER_MS;
	bool soon = other_version(broker, rc) || other_address(broker);
	bool refused = !broker->welcome && broker_words_refused(broker->code);
	bool distrusted = is_distrusted(broker), told = broker->distrusted && !broker->welcome;
	if (refused)
		say_refused(broker);
	else if (distrusted || (!told && (!soon || broker->cause[0] == '\0')))
		say_lost(broker, rc);
	/* A name's other addresses may not be reached at all: that says less than a certificate that was refused. */
	broker->distrusted = soon && (distrusted || told);
	if (lasted)
		broker->failures = 0;
	if (broker->welcome)
		broker->old_version = false;
	broker_close(broker);
	resolver_cancel(broker->resolver);
	broker->welcome = false;
	if (broker->stopping) {
		broker_start_timer(broker, &broker->end, 0.);
		return;
	}
	broker->state = refused ? BROKER_REFUSED : soon ? BROKER_CONNECTING : BROKER_TROUBLE;
	if (!soon)
		log_line("broker: %s", broker->cause);
	broker_plan_next(broker, soon);
	broker->sink.lost(broker->sink.context);
}

/* ---- watchers ---- */

void broker_attend(struct broker *broker, int rc)
{
	if (broker->client == NULL || broker->inside)
		return;
	int socket = mosquitto_socket(broker->client);
	if (rc != MOSQ_ERR_SUCCESS || socket < 0 || broker->too_large) {
		broker_lose(broker, rc);
		return;
	}
	if (socket != broker->socket) {
		ev_io_stop(broker->loop, &broker->reader);
		ev_io_stop(broker->loop, &broker->writer);
		ev_io_set(&broker->reader, socket, EV_READ);
		ev_io_set(&broker->writer, socket, EV_WRITE);
		ev_io_start(broker->loop, &broker->reader);
		broker->socket = socket;
	}
	if (broker->stopping && !broker->goodbye && broker->unconfirmed < 0) {
		broker->goodbye = true;
		broker_attend(broker, mosquitto_disconnect(broker->client));
		return;
	}
	if (mosquitto_want_write(broker->client))
		ev_io_start(broker->loop, &broker->writer);
	else
		ev_io_stop(broker->loop, &broker->writer);
}

/* What the library has read of its socket so far. */
static uint64_t bytes_read(const struct broker *broker)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t size = sizeof(info);
	int waiting = 0;
	if (getsockopt(broker->socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
		ioctl(broker->socket, FIONREAD, &waiting) != 0)
		return 0;
	return info.tcpi_bytes_received - (uint64_t)waiting;
}

/* The library takes memory for whatever length a message says it has: it is stopped before it has filled much of it. */
static void watch_stream(struct broker *broker)
{
	uint64_t now = bytes_read(broker);
	if (broker->whole || now < broker->whole_at)
		broker->whole_at = now;
	broker->whole = false;
	broker->too_large = now - broker->whole_at > BROKER_STREAM_MAX;
}

/* What the library calls back from there must not free it. */
static int work(struct broker *broker, int (*step)(struct mosquitto *client, int packets))
{
	broker->inside = true;
	errno = 0;
	int rc = step(broker->client, 1);
	broker->inside = false;
	return rc;
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct broker *broker = io->data;
	(void)loop;
	(void)events;
	int rc = work(broker, mosquitto_loop_read);
	if (rc == MOSQ_ERR_SUCCESS)
		watch_stream(broker);
	broker_attend(broker, rc);
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
	struct broker *broker = io->data;
	(void)loop;
	(void)events;
	broker_attend(broker, work(broker, mosquitto_loop_write));
}

/* Keep-alive; the library looks at its clock here alone. */
static void on_misc(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct broker *broker = timer->data;
	(void)loop;
	(void)events;
	broker->inside = true;
	int rc = mosquitto_loop_misc(broker->client);
	broker->inside = false;
	broker_attend(broker, rc);
}

/* ---- what the library tells ---- */

static void on_connect(struct mosquitto *client, void *context, int rc, int flags,
	const mosquitto_property *properties)
{
	struct broker *broker = context;
	(void)client;
	(void)flags;
	(void)properties;
	broker->code = broker->old_version ? broker_words_from_3(rc) : rc;
	if (rc != 0)
		return;
	broker->welcome = true;
	broker->welcome_ms = clock_boot_ms();
	broker->state = BROKER_CONNECTED;
	broker->next_try_ms = 0;
	broker_say(broker, "", "");
	ev_timer_stop(broker->loop, &broker->timer);
	log_line("broker: connected to %s with MQTT %s", broker->address->peer, broker->old_version ? "3.1.1" : "5");
	if (!broker->stopping)
		broker->sink.connected(broker->sink.context);
}

/* The broker's own goodbye has a reason; the library's errors come as what its calls return. */
static void on_disconnect(struct mosquitto *client, void *context, int rc, const mosquitto_property *properties)
{
	struct broker *broker = context;
	(void)client;
	(void)properties;
	if (broker->code == 0 && rc >= MQTT_RC_UNSPECIFIED)
		broker->code = rc;
}

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message,
	const mosquitto_property *properties)
{
	struct broker *broker = context;
	(void)client;
	(void)properties;
	broker->whole = true;
	if (broker->stopping || message->topic == NULL)
		return;
	struct broker_message ours = {
		.topic = message->topic, .bytes = message->payloadlen > 0 ? message->payload : "",
		.length = message->payloadlen > 0 ? (size_t)message->payloadlen : 0, .retained = message->retain,
	};
	ours.too_large = ours.length > BROKER_PAYLOAD_MAX;
	broker->sink.message(broker->sink.context, &ours);
}

static void on_subscribe(struct mosquitto *client, void *context, int id, int count, const int *granted,
	const mosquitto_property *properties)
{
	struct broker *broker = context;
	(void)client;
	(void)properties;
	/* 3.1.1 knows 0x80 alone: it is an unspecified reason in MQTT 5. */
	const char *why = count > 0 ? broker_words_reason(granted[0]) : "";
	if (!broker->stopping && broker->sink.subscribed != NULL)
		broker->sink.subscribed(broker->sink.context, id, why);
}

static void on_unsubscribe(struct mosquitto *client, void *context, int id, const mosquitto_property *properties)
{
	struct broker *broker = context;
	(void)client;
	(void)properties;
	if (id == broker->unconfirmed)
		broker->unconfirmed = -1;
}

static void on_publish(struct mosquitto *client, void *context, int id, int reason,
	const mosquitto_property *properties)
{
	struct broker *broker = context;
	(void)client;
	(void)properties;
	if (id == broker->unconfirmed)
		broker->unconfirmed = -1;
	if (!broker->stopping && broker->sink.published != NULL)
		broker->sink.published(broker->sink.context, id, broker_words_reason(reason));
}

void broker_set_callbacks(struct mosquitto *client)
{
	mosquitto_connect_v5_callback_set(client, on_connect);
	mosquitto_disconnect_v5_callback_set(client, on_disconnect);
	mosquitto_message_v5_callback_set(client, on_message);
	mosquitto_subscribe_v5_callback_set(client, on_subscribe);
	mosquitto_unsubscribe_v5_callback_set(client, on_unsubscribe);
	mosquitto_publish_v5_callback_set(client, on_publish);
}

void broker_init_watchers(struct broker *broker)
{
	ev_io_init(&broker->reader, on_readable, -1, EV_READ);
	ev_io_init(&broker->writer, on_writable, -1, EV_WRITE);
	ev_timer_init(&broker->misc, on_misc, 1., 1.);
	/* After a stop of the process, what has come is read before anybody asks how long nothing came. */
	ev_set_priority(&broker->misc, EV_MINPRI);
	broker->reader.data = broker->writer.data = broker->misc.data = broker;
	broker->socket = -1;
}
