#include "feed/broker.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "feed/broker_tls.h"
#include "feed/broker_words.h"
#include "feed/resolve.h"
#include "feed/secret.h"

enum {
	TRY_SECONDS = 10,      /* from the lookup of the name to the broker's welcome */
	BACKOFF_MAX_S = 30,
	/* Bytes without the end of a message, after which nobody waits for it. */
	STREAM_MAX = 4 * BROKER_PAYLOAD_MAX,
	REFUSED_S = 60,        /* so that no account is locked by a wall */
	GOOD_AFTER_MS = 60000, /* a connection that lasted so long makes the next try a first one */
	CLIENT_ID_MAX = 24,    /* 3.1.1 promises 23 letters */
	TEXT_MAX = 1024,
};

struct broker {
	struct ev_loop *loop;
	const struct url_broker *address;
	const struct broker_access *access;
	struct broker_sink sink;
	char will_topic[URL_PREFIX_MAX + 64], will_text[TEXT_MAX];

	struct mosquitto *client; /* of one try and its connection; NULL between them */
	struct broker_tls *tls;
	struct resolver *resolver;
	struct resolved resolved;
	unsigned turn;  /* which of the addresses */
	unsigned tried; /* of the addresses, in this round */
	ev_io reader, writer;
	int socket; /* that the watchers watch; -1: none */
	ev_timer misc, timer, end;

	enum broker_state state;
	bool old_version; /* 3.1.1 */
	bool welcome;     /* CONNACK came */
	bool stopping, inside;
	bool goodbye;     /* DISCONNECT was sent */
	int unconfirmed;  /* what was published or left last, if the broker has not answered; -1 */
	int code;         /* of a CONNACK that says no, or of a DISCONNECT; 0 */
	unsigned failures;
	int64_t welcome_ms, next_try_ms;
	char cause[ERROR_TEXT], advice[ERROR_TEXT];
	bool too_large, whole;
	uint64_t whole_at; /* bytes read when the last message was whole */
};

bool broker_built(struct error *error)
{
	(void)error;
	return true;
}

/* ---- timers ---- */

static void start_timer(struct broker *broker, ev_timer *timer, double seconds)
{
	/* The loop's time is old after a long decode, and the timer would fire early. */
	ev_now_update(broker->loop);
	ev_timer_stop(broker->loop, timer);
	ev_timer_set(timer, seconds, 0.);
	ev_timer_start(broker->loop, timer);
}

static uint64_t random_number(void)
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
	else if (most > BACKOFF_MAX_S)
		most = BACKOFF_MAX_S;
	return most * (0.5 + 0.5 * (double)(random_number() % 1000) / 1000);
}

/* ---- the end of a try ---- */

static void close_client(struct broker *broker)
{
	ev_io_stop(broker->loop, &broker->reader);
	ev_io_stop(broker->loop, &broker->writer);
	ev_timer_stop(broker->loop, &broker->misc);
	broker->socket = -1;
	if (broker->client != NULL)
		mosquitto_destroy(broker->client);
	broker->client = NULL;
}

static void say(struct broker *broker, const char *cause, const char *advice)
{
	snprintf(broker->cause, sizeof(broker->cause), "%.255s", cause);
	snprintf(broker->advice, sizeof(broker->advice), "%.255s", advice);
}

static void say_refused(struct broker *broker)
{
	char cause[ERROR_TEXT];
	if (broker->access->user == NULL && broker->access->cert_file == NULL) {
		say(broker, "the broker wants a login", "set broker_user and broker_password_file");
		return;
	}
	snprintf(cause, sizeof(cause), "the broker refuses our login (%.80s)", broker_words_reason(broker->code));
	say(broker, cause, broker->access->user != NULL ? "check broker_user and its password"
		: "check broker_cert_file");
}

static void say_lost(struct broker *broker, int rc)
{
	char cause[ERROR_TEXT];
	if (broker->tls != NULL && broker_tls_cause(broker->tls)[0] != '\0') {
		say(broker, broker_tls_cause(broker->tls), "ask who runs the broker, or set broker_ca_file");
		return;
	}
	if (broker->too_large) {
		say(broker, "the broker sent a message that is too large", "");
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
	say(broker, cause, "");
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

static void plan_next(struct broker *broker, bool soon)
{
	double seconds = soon ? 0.1 : backoff(broker);
	broker->failures += broker->failures < 16 && !soon;
	broker->next_try_ms = clock_boot_ms() + (int64_t)(seconds * 1000);
	start_timer(broker, &broker->timer, seconds);
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

/* The connection or the try is over. */
static void lose(struct broker *broker, int rc)
{
	bool lasted = broker->welcome && clock_boot_ms() - broker->welcome_ms >= GOOD_AFTER_MS;
	bool soon = other_version(broker, rc) || other_address(broker);
	bool refused = !broker->welcome && broker_words_refused(broker->code);
	if (refused)
		say_refused(broker);
	else if (!soon || broker->cause[0] == '\0')
		say_lost(broker, rc);
	if (lasted)
		broker->failures = 0;
	if (broker->welcome)
		broker->old_version = false;
	close_client(broker);
	resolver_cancel(broker->resolver);
	broker->welcome = false;
	if (broker->stopping) {
		start_timer(broker, &broker->end, 0.);
		return;
	}
	broker->state = refused ? BROKER_REFUSED : soon ? BROKER_CONNECTING : BROKER_TROUBLE;
	if (!soon)
		log_line("broker: %s", broker->cause);
	plan_next(broker, soon);
	broker->sink.lost(broker->sink.context);
}

/* ---- watchers ---- */

/*
 * After each call of the library: it opens and closes its socket as it likes, and gives the next the same number.
 * It must not be freed inside of one of its own calls.
 */
static void attend(struct broker *broker, int rc)
{
	if (broker->client == NULL || broker->inside)
		return;
	int socket = mosquitto_socket(broker->client);
	if (rc != MOSQ_ERR_SUCCESS || socket < 0 || broker->too_large) {
		lose(broker, rc);
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
		attend(broker, mosquitto_disconnect(broker->client));
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
	broker->too_large = now - broker->whole_at > STREAM_MAX;
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct broker *broker = io->data;
	(void)loop;
	(void)events;
	broker->inside = true;
	errno = 0;
	int rc = mosquitto_loop_read(broker->client, 1);
	broker->inside = false;
	if (rc == MOSQ_ERR_SUCCESS)
		watch_stream(broker);
	attend(broker, rc);
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
	struct broker *broker = io->data;
	(void)loop;
	(void)events;
	broker->inside = true;
	errno = 0;
	int rc = mosquitto_loop_write(broker->client, 1);
	broker->inside = false;
	attend(broker, rc);
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
	attend(broker, rc);
}

/* ---- what the library tells ---- */

static void on_connect(struct mosquitto *client, void *context, int rc, int flags, const mosquitto_property *properties)
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
	say(broker, "", "");
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

static void on_publish(struct mosquitto *client, void *context, int id, int reason, const mosquitto_property *properties)
{
	struct broker *broker = context;
	(void)client;
	(void)properties;
	if (id == broker->unconfirmed)
		broker->unconfirmed = -1;
	if (!broker->stopping && broker->sink.published != NULL)
		broker->sink.published(broker->sink.context, id, broker_words_reason(reason));
}

/* ---- a try ---- */

static void set_callbacks(struct mosquitto *client)
{
	mosquitto_connect_v5_callback_set(client, on_connect);
	mosquitto_disconnect_v5_callback_set(client, on_disconnect);
	mosquitto_message_v5_callback_set(client, on_message);
	mosquitto_subscribe_v5_callback_set(client, on_subscribe);
	mosquitto_unsubscribe_v5_callback_set(client, on_unsubscribe);
	mosquitto_publish_v5_callback_set(client, on_publish);
}

/* Read anew for each try: it may have been mended. */
static bool set_login(struct broker *broker, struct error *error)
{
	const struct broker_access *access = broker->access;
	struct buffer password;
	bool good = true;
	if (access->user == NULL)
		return true;
	buffer_init(&password, SECRET_MAX);
	if (access->password != NULL)
		good = buffer_text(&password, access->password) || error_set(error, "the broker's password is too long");
	else if (access->password_file != NULL)
		good = secret_file_read("broker_password_file", access->password_file, &password, error);
	if (good)
		mosquitto_username_pw_set(broker->client, access->user, password.length > 0 ? password.data : NULL);
	buffer_wipe_free(&password);
	return good;
}

static bool make_client(struct broker *broker, struct error *error)
{
	char id[CLIENT_ID_MAX];
	snprintf(id, sizeof(id), "cxwall%012llx", (unsigned long long)random_number() & 0xffffffffffffull);
	broker->client = mosquitto_new(id, true, broker);
	if (broker->client == NULL)
		fatal("the MQTT library has no memory");
	set_callbacks(broker->client);
	mosquitto_int_option(broker->client, MOSQ_OPT_PROTOCOL_VERSION,
		broker->old_version ? MQTT_PROTOCOL_V311 : MQTT_PROTOCOL_V5);
	mosquitto_int_option(broker->client, MOSQ_OPT_TCP_NODELAY, 1);
	if (broker->tls != NULL) {
		broker_tls_forget(broker->tls);
		mosquitto_int_option(broker->client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
		mosquitto_void_option(broker->client, MOSQ_OPT_SSL_CTX, broker_tls_context(broker->tls));
	}
	if (broker->will_topic[0] != '\0')
		mosquitto_will_set(broker->client, broker->will_topic, (int)strlen(broker->will_text), broker->will_text, 1,
			true);
	return set_login(broker, error);
}

static void on_resolved(void *context, const struct resolved *resolved)
{
	struct broker *broker = context;
	struct error error;
	char cause[ERROR_TEXT];
	if (resolved->count == 0) {
		snprintf(cause, sizeof(cause), "the broker's name %.100s cannot be looked up: %.100s", broker->address->host,
			resolved->error.text);
		say(broker, cause, "");
		broker->state = BROKER_TROUBLE;
		plan_next(broker, false);
		broker->sink.lost(broker->sink.context);
		return;
	}
	broker->resolved = *resolved;
	broker->tried++;
	if (!make_client(broker, &error)) {
		close_client(broker);
		say(broker, error.text, "");
		broker->state = BROKER_REFUSED;
		plan_next(broker, false);
		broker->sink.lost(broker->sink.context);
		return;
	}
	broker->inside = true;
	errno = 0;
	/* An address in digits, so that nothing is looked up. */
	int rc = mosquitto_connect_async(broker->client, broker->resolved.addresses[broker->turn % broker->resolved.count],
		broker->address->port, BROKER_KEEPALIVE_SECONDS);
	broker->inside = false;
	ev_timer_start(broker->loop, &broker->misc);
	attend(broker, rc == MOSQ_ERR_CONN_PENDING ? MOSQ_ERR_SUCCESS : rc);
}

static void begin(struct broker *broker)
{
	broker->code = 0;
	broker->too_large = false;
	broker->whole_at = 0;
	broker->unconfirmed = -1;
	broker->next_try_ms = 0;
	if (broker->state == BROKER_TROUBLE)
		broker->state = BROKER_CONNECTING;
	start_timer(broker, &broker->timer, TRY_SECONDS);
	resolver_start(broker->resolver);
}

/* It is time for the next try, or the one that is on its way took too long. */
static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct broker *broker = timer->data;
	(void)loop;
	(void)events;
	if (broker->next_try_ms != 0) {
		begin(broker);
		return;
	}
	errno = ETIMEDOUT;
	lose(broker, MOSQ_ERR_ERRNO);
}

static void on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct broker *broker = timer->data;
	(void)loop;
	(void)events;
	if (broker->state == BROKER_ENDED)
		return;
	close_client(broker);
	broker->state = BROKER_ENDED;
	if (broker->sink.ended != NULL)
		broker->sink.ended(broker->sink.context);
}

/* ---- for the owner ---- */

static void init(struct broker *broker)
{
	ev_io_init(&broker->reader, on_readable, -1, EV_READ);
	ev_io_init(&broker->writer, on_writable, -1, EV_WRITE);
	ev_timer_init(&broker->misc, on_misc, 1., 1.);
	ev_timer_init(&broker->timer, on_timer, 0., 0.);
	ev_timer_init(&broker->end, on_end, 0., 0.);
	/* After a stop of the process, what has come is read before anybody asks how long nothing came. */
	ev_set_priority(&broker->misc, EV_MINPRI);
	broker->reader.data = broker->writer.data = broker->misc.data = broker->timer.data = broker->end.data = broker;
	broker->socket = -1;
}

static bool check_access(const struct url_broker *address, const struct broker_access *access, struct error *error)
{
	bool password = access->password != NULL || access->password_file != NULL;
	if (access->user == NULL && password)
		return error_set(error, "the broker's password needs broker_user");
	if (!address->tls && !address->loopback && password && !access->allow_plaintext)
		return error_set(error, "mqtt would send the password readable to %.120s: use mqtts, or set allow_plaintext",
			address->host);
	if (!address->tls && (access->cert_file != NULL || access->key_file != NULL))
		return error_set(error, "a client certificate needs mqtts://");
	return true;
}

struct broker *broker_new(struct ev_loop *loop, const struct url_broker *address, const struct broker_access *access,
	const struct broker_will *will, const struct broker_sink *sink, struct error *error)
{
	static bool ready;
	struct broker_tls *tls = NULL;
	if (!check_access(address, access, error))
		return NULL;
	if (!ready && mosquitto_lib_init() != MOSQ_ERR_SUCCESS)
		fatal("the MQTT library cannot start");
	ready = true;
	if (address->tls && (tls = broker_tls_new(access, address->host, error)) == NULL)
		return NULL;
	struct broker *broker = must_alloc(sizeof(*broker));
	*broker = (struct broker){ .loop = loop, .address = address, .access = access, .sink = *sink, .tls = tls };
	if (will != NULL && will->topic != NULL) {
		snprintf(broker->will_topic, sizeof(broker->will_topic), "%s", will->topic);
		snprintf(broker->will_text, sizeof(broker->will_text), "%s", will->text);
	}
	init(broker);
	broker->resolver = resolver_new(loop, address->host, on_resolved, broker);
	begin(broker);
	return broker;
}

enum broker_state broker_state(const struct broker *broker)
{
	return broker->state;
}

const char *broker_cause(const struct broker *broker)
{
	return broker->cause;
}

const char *broker_advice(const struct broker *broker)
{
	return broker->advice;
}

int64_t broker_next_try_ms(const struct broker *broker)
{
	return broker->next_try_ms;
}

static bool ready_to_send(const struct broker *broker)
{
	return broker->state == BROKER_CONNECTED && broker->client != NULL && !broker->stopping;
}

int broker_subscribe(struct broker *broker, const char *topic)
{
	int id = -1;
	if (!ready_to_send(broker))
		return -1;
	int rc = mosquitto_subscribe(broker->client, &id, topic, 0);
	attend(broker, rc == MOSQ_ERR_NO_CONN ? rc : MOSQ_ERR_SUCCESS);
	return rc == MOSQ_ERR_SUCCESS ? id : -1;
}

int broker_unsubscribe(struct broker *broker, const char *topic)
{
	int id = -1;
	if (!ready_to_send(broker))
		return -1;
	int rc = mosquitto_unsubscribe(broker->client, &id, topic);
	if (rc == MOSQ_ERR_SUCCESS)
		broker->unconfirmed = id;
	attend(broker, rc == MOSQ_ERR_NO_CONN ? rc : MOSQ_ERR_SUCCESS);
	return rc == MOSQ_ERR_SUCCESS ? id : -1;
}

int broker_publish(struct broker *broker, const char *topic, const void *bytes, size_t length)
{
	int id = -1;
	if (!ready_to_send(broker) || length > BROKER_PAYLOAD_MAX)
		return -1;
	int rc = mosquitto_publish(broker->client, &id, topic, (int)length, bytes, 1, true);
	if (rc == MOSQ_ERR_SUCCESS)
		broker->unconfirmed = id;
	attend(broker, rc == MOSQ_ERR_NO_CONN || rc == MOSQ_ERR_CONN_LOST ? rc : MOSQ_ERR_SUCCESS);
	return rc == MOSQ_ERR_SUCCESS ? id : -1;
}

bool broker_busy(const struct broker *broker)
{
	return broker->client != NULL && mosquitto_want_write(broker->client);
}

void broker_retry(struct broker *broker)
{
	if (broker->stopping || broker->next_try_ms == 0)
		return;
	broker->failures = 0;
	begin(broker);
}

/*
 * The goodbye waits for the answer to what was published or left last. The library closes its socket behind it, and where
 * something that came was not read yet, the kernel resets the connection, and the broker may never read the goodbye.
 */
void broker_stop(struct broker *broker)
{
	if (broker->stopping)
		return;
	broker->stopping = true;
	ev_timer_stop(broker->loop, &broker->timer);
	bool there = broker->client != NULL && broker->welcome;
	start_timer(broker, &broker->end, there ? BROKER_STOP_SECONDS : 0.);
	if (there)
		attend(broker, MOSQ_ERR_SUCCESS);
}

void broker_free(struct broker *broker)
{
	if (broker == NULL)
		return;
	close_client(broker);
	ev_timer_stop(broker->loop, &broker->timer);
	ev_timer_stop(broker->loop, &broker->end);
	resolver_free(broker->resolver);
	broker_tls_free(broker->tls);
	free(broker);
}
