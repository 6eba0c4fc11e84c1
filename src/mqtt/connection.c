#include "mqtt/connection.h"

#include <errno.h>
#include <linux/tcp.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/os.h"
#include "base/secret.h"
#include "mqtt/mqtt_errors.h"
#include "mqtt/resolve.h"
#include "mqtt/tls.h"

enum {
	CONNECTION_TRY_SECONDS = 10,   /* from the lookup of the name to the broker's CONNACK */
	CONNECTION_CLIENT_ID_MAX = 24, /* MQTT 3.1.1 guarantees 23 letters */
	CONNECTION_WILL_MAX = 1024,
	CONNECTION_BACKOFF_MAX_S = 30,
	CONNECTION_REFUSED_S = 60,        /* so that a wall never gets an account locked */
	CONNECTION_GOOD_AFTER_MS = 60000, /* a connection that lasted this long resets the wait between tries */
	/* Bytes received without the end of a message after which the connection is given up. */
	CONNECTION_STREAM_MAX = 4 * MQTT_PAYLOAD_MAX,
};

struct mqtt_connection {
	struct ev_loop *loop;
	const struct url_broker *address;
	const struct mqtt_config *config;
	struct mqtt_sink sink;
	char will_topic[URL_PREFIX_MAX + 64], will_text[CONNECTION_WILL_MAX];

	struct mosquitto *client; /* of one try and its connection; NULL between them */
	struct mqtt_tls *tls;
	struct resolver *resolver;
	struct resolved resolved;
	unsigned address_index; /* counts up; modulo the number of addresses it is the next one to try */
	unsigned tried;         /* addresses tried in this round */
	bool distrusted;        /* one of them in this round: its certificate is the cause that is shown */
	ev_io reader, writer;
	int socket; /* that the watchers watch; -1: none */
	ev_timer misc, timer, end;

	struct mqtt_connection_status status;
	bool old_version; /* 3.1.1 */
	bool accepted;    /* the broker sent a CONNACK that accepts us */
	bool stopping;
	bool in_library;    /* a call of the library is running: the client must not be freed */
	bool disconnecting; /* DISCONNECT was sent */
	int unconfirmed;    /* id of what was published or unsubscribed last, until the broker answers; -1 */
	int code;           /* of a CONNACK that refuses us, or of a DISCONNECT; 0 */
	unsigned failures;
	int64_t accepted_ms;
	bool too_large;          /* the broker sends a message that is too large */
	bool message_complete;   /* since the stream was checked last */
	uint64_t complete_bytes; /* bytes read when the last message was complete */
};

/* Frees the client of the library and nothing else. */
static void connection_close(struct mqtt_connection *connection)
{
	ev_io_stop(connection->loop, &connection->reader);
	ev_io_stop(connection->loop, &connection->writer);
	ev_timer_stop(connection->loop, &connection->misc);
	connection->socket = -1;
	if (connection->client != NULL)
		mosquitto_destroy(connection->client);
	connection->client = NULL;
}

static void connection_set_cause(struct mqtt_connection *connection, const char *cause, const char *advice)
{
	snprintf(connection->status.cause, sizeof(connection->status.cause), "%.255s", cause);
	snprintf(connection->status.advice, sizeof(connection->status.advice), "%.255s", advice);
}

/* ---- the next try ---- */

/* By chance a little shorter or longer, so that a broker that comes back does not meet all its clients at once. */
static double connection_backoff(const struct mqtt_connection *connection)
{
	double most = connection->failures < 5 ? (double)(1u << connection->failures) : CONNECTION_BACKOFF_MAX_S;
	if (connection->status.state == MQTT_REFUSED)
		most = CONNECTION_REFUSED_S;
	return most * (0.5 + 0.5 * (double)(os_random() % 1000) / 1000);
}

/* Plans the next try: at once, or after a wait that grows with each failure. */
static void connection_plan_next(struct mqtt_connection *connection, bool soon)
{
	double seconds = soon ? 0.1 : connection_backoff(connection);
	connection->failures += connection->failures < 16 && !soon;
	connection->status.next_try_ms = clock_boot_ms() + (int64_t)(seconds * 1000);
	timer_start(connection->loop, &connection->timer, seconds);
}

/* ---- the end of a try or of the connection ---- */

static void connection_set_refused(struct mqtt_connection *connection)
{
	char cause[ERROR_TEXT];
	if (connection->config->user == NULL && connection->config->cert_file == NULL) {
		connection_set_cause(
			connection, "the broker wants a login", "set broker_user and broker_password_file");
		return;
	}
	snprintf(cause, sizeof(cause), "the broker refuses our login (%.80s)", mqtt_reason(connection->code));
	connection_set_cause(connection, cause,
		connection->config->user != NULL ? "check broker_user and its password" : "check broker_cert_file");
}

static bool connection_distrusts(const struct mqtt_connection *connection)
{
	return connection->tls != NULL && mqtt_tls_cause(connection->tls)[0] != '\0';
}

static void connection_set_lost(struct mqtt_connection *connection, int rc)
{
	char cause[ERROR_TEXT];
	if (connection_distrusts(connection)) {
		connection_set_cause(
			connection, mqtt_tls_cause(connection->tls), "ask who runs the broker, or set broker_ca_file");
		return;
	}
	if (connection->too_large) {
		connection_set_cause(connection, "the broker sent a message that is too large", "");
		return;
	}
	if (connection->client == NULL)
		snprintf(cause, sizeof(cause), "the lookup of the broker's name %.120s does not end",
			connection->address->host);
	else if (connection->code != 0)
		snprintf(cause, sizeof(cause), "the broker at %.100s ended the connection: %.60s",
			connection->address->host, mqtt_reason(connection->code));
	else
		snprintf(cause, sizeof(cause), "%s the broker at %.90s: %.110s",
			connection->accepted ? "lost the connection to" : "no connection to", connection->address->host,
			mqtt_library_error(rc));
	connection_set_cause(connection, cause, "");
}

/*
 * A broker that knows only 3.1.1 may end an MQTT 5 connection in any way before its CONNACK, so the next try uses the
 * other version. True if that try is to be made at once.
 */
static bool connection_try_other_version(struct mqtt_connection *connection, int rc)
{
	bool refused = connection->code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
	bool closed = connection->code == 0 && (rc == MOSQ_ERR_CONN_LOST || rc == MOSQ_ERR_PROTOCOL ||
						       rc == MOSQ_ERR_MALFORMED_PACKET || rc == MOSQ_ERR_NOT_SUPPORTED);
	if (connection->accepted || connection->too_large || !(refused || closed))
		return false;
	connection->old_version = !connection->old_version;
	if (connection->old_version)
		log_line("broker: trying MQTT 3.1.1");
	return connection->old_version;
}

/* All addresses of a name are tried before the first wait. */
static bool connection_try_other_address(struct mqtt_connection *connection)
{
	connection->address_index++;
	if (!connection->accepted && connection->code == 0 && connection->tried < connection->resolved.count)
		return true;
	connection->tried = 0;
	return false;
}

/* The try or the connection is over: sets the cause, plans the next try, and reports to the owner. */
static void connection_lose(struct mqtt_connection *connection, int rc)
{
	bool lasted = connection->accepted && clock_boot_ms() - connection->accepted_ms >= CONNECTION_GOOD_AFTER_MS;
	bool soon = connection_try_other_version(connection, rc) || connection_try_other_address(connection);
	bool refused = !connection->accepted && mqtt_reason_refuses(connection->code);
	bool distrusted = connection_distrusts(connection), shown = connection->distrusted && !connection->accepted;
	if (refused)
		connection_set_refused(connection);
	else if (distrusted || (!shown && (!soon || connection->status.cause[0] == '\0')))
		connection_set_lost(connection, rc);
	/* Keep showing the refused certificate: that the name's other addresses cannot be reached says less. */
	connection->distrusted = soon && (distrusted || shown);
	if (lasted)
		connection->failures = 0;
	if (connection->accepted)
		connection->old_version = false;
	connection_close(connection);
	resolver_cancel(connection->resolver);
	connection->accepted = false;
	if (connection->stopping) {
		timer_start(connection->loop, &connection->end, 0.);
		return;
	}
	connection->status.state = refused ? MQTT_REFUSED : soon ? MQTT_CONNECTING : MQTT_TROUBLE;
	if (!soon)
		log_line("broker: %s", connection->status.cause);
	connection_plan_next(connection, soon);
	connection->sink.lost(connection->sink.context);
}

/* ---- the library, its socket and the loop ---- */

/*
 * Called after each call of the library, which opens and closes its socket as it likes, and may give the next one the
 * same number. Does nothing inside such a call, in which the client must not be freed.
 */
static void connection_follow(struct mqtt_connection *connection, int rc)
{
	if (connection->client == NULL || connection->in_library)
		return;
	int socket = mosquitto_socket(connection->client);
	if (rc != MOSQ_ERR_SUCCESS || socket < 0 || connection->too_large) {
		connection_lose(connection, rc);
		return;
	}
	if (socket != connection->socket) {
		ev_io_stop(connection->loop, &connection->reader);
		ev_io_stop(connection->loop, &connection->writer);
		ev_io_set(&connection->reader, socket, EV_READ);
		ev_io_set(&connection->writer, socket, EV_WRITE);
		ev_io_start(connection->loop, &connection->reader);
		connection->socket = socket;
	}
	if (connection->stopping && !connection->disconnecting && connection->unconfirmed < 0) {
		connection->disconnecting = true;
		connection_follow(connection, mosquitto_disconnect(connection->client));
		return;
	}
	if (mosquitto_want_write(connection->client))
		ev_io_start(connection->loop, &connection->writer);
	else
		ev_io_stop(connection->loop, &connection->writer);
}

/* How many bytes the library has read from its socket so far. */
static uint64_t connection_bytes_read(const struct mqtt_connection *connection)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t size = sizeof(info);
	int waiting = 0;
	if (getsockopt(connection->socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
		ioctl(connection->socket, FIONREAD, &waiting) != 0)
		return 0;
	return info.tcpi_bytes_received - (uint64_t)waiting;
}

/*
 * The library allocates whatever length a message claims to have. A connection is ended before much of that memory has
 * been filled.
 */
static void connection_check_stream(struct mqtt_connection *connection)
{
	uint64_t now = connection_bytes_read(connection);
	if (connection->message_complete || now < connection->complete_bytes)
		connection->complete_bytes = now;
	connection->message_complete = false;
	connection->too_large = now - connection->complete_bytes > CONNECTION_STREAM_MAX;
}

/* Makes the library read or write one packet. */
static int connection_call(struct mqtt_connection *connection, int (*call)(struct mosquitto *client, int packets))
{
	connection->in_library = true;
	errno = 0;
	int rc = call(connection->client, 1);
	connection->in_library = false;
	return rc;
}

static void connection_on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct mqtt_connection *connection = io->data;
	(void)loop;
	(void)events;
	int rc = connection_call(connection, mosquitto_loop_read);
	if (rc == MOSQ_ERR_SUCCESS)
		connection_check_stream(connection);
	connection_follow(connection, rc);
}

static void connection_on_writable(struct ev_loop *loop, ev_io *io, int events)
{
	struct mqtt_connection *connection = io->data;
	(void)loop;
	(void)events;
	connection_follow(connection, connection_call(connection, mosquitto_loop_write));
}

/* Keep-alive: the library looks at its clock only here. */
static void connection_on_misc(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct mqtt_connection *connection = timer->data;
	(void)loop;
	(void)events;
	connection->in_library = true;
	int rc = mosquitto_loop_misc(connection->client);
	connection->in_library = false;
	connection_follow(connection, rc);
}

/* ---- callbacks of the library ---- */

static void connection_on_connect(
	struct mosquitto *client, void *context, int rc, int flags, const mosquitto_property *properties)
{
	struct mqtt_connection *connection = context;
	(void)client;
	(void)flags;
	(void)properties;
	connection->code = connection->old_version ? mqtt_reason_from_3(rc) : rc;
	if (rc != 0)
		return;
	connection->accepted = true;
	connection->accepted_ms = clock_boot_ms();
	connection->status.state = MQTT_CONNECTED;
	connection->status.next_try_ms = 0;
	connection_set_cause(connection, "", "");
	ev_timer_stop(connection->loop, &connection->timer);
	log_line("broker: connected to %s with MQTT %s", connection->address->peer,
		connection->old_version ? "3.1.1" : "5");
	if (!connection->stopping)
		connection->sink.connected(connection->sink.context);
}

/* Only a DISCONNECT of the broker has a reason here; errors of the library are returned by its calls. */
static void connection_on_disconnect(
	struct mosquitto *client, void *context, int rc, const mosquitto_property *properties)
{
	struct mqtt_connection *connection = context;
	(void)client;
	(void)properties;
	if (connection->code == 0 && rc >= MQTT_RC_UNSPECIFIED)
		connection->code = rc;
}

static void connection_on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message,
	const mosquitto_property *properties)
{
	struct mqtt_connection *connection = context;
	(void)client;
	(void)properties;
	connection->message_complete = true;
	if (connection->stopping || message->topic == NULL)
		return;
	struct mqtt_message received = {
		.topic = message->topic,
		.bytes = message->payloadlen > 0 ? message->payload : "",
		.length = message->payloadlen > 0 ? (size_t)message->payloadlen : 0,
		.retained = message->retain,
	};
	received.too_large = received.length > MQTT_PAYLOAD_MAX;
	connection->sink.message(connection->sink.context, &received);
}

static void connection_on_subscribe(struct mosquitto *client, void *context, int id, int count, const int *granted,
	const mosquitto_property *properties)
{
	struct mqtt_connection *connection = context;
	(void)client;
	(void)properties;
	/* 3.1.1 knows only 0x80, which is an unspecified reason in MQTT 5. */
	const char *cause = count > 0 ? mqtt_reason(granted[0]) : "";
	if (!connection->stopping && connection->sink.subscribed != NULL)
		connection->sink.subscribed(connection->sink.context, id, cause);
}

static void connection_on_unsubscribe(
	struct mosquitto *client, void *context, int id, const mosquitto_property *properties)
{
	struct mqtt_connection *connection = context;
	(void)client;
	(void)properties;
	if (id == connection->unconfirmed)
		connection->unconfirmed = -1;
}

static void connection_on_publish(
	struct mosquitto *client, void *context, int id, int reason, const mosquitto_property *properties)
{
	struct mqtt_connection *connection = context;
	(void)client;
	(void)properties;
	if (id == connection->unconfirmed)
		connection->unconfirmed = -1;
	if (!connection->stopping && connection->sink.published != NULL)
		connection->sink.published(connection->sink.context, id, mqtt_reason(reason));
}

/* ---- a try ---- */

/* The password is read again for each try, since its file may have been corrected. */
static bool connection_set_login(struct mqtt_connection *connection, struct error *error)
{
	const struct mqtt_config *config = connection->config;
	struct buffer password;
	bool good = true;
	if (config->user == NULL)
		return true;
	buffer_init(&password, SECRET_MAX);
	if (config->password != NULL)
		good = secret_text_read("CXWALL_BROKER_PASSWORD", config->password, &password, error);
	else if (config->password_file != NULL)
		good = secret_file_read("broker_password_file", config->password_file, &password, error);
	const char *text = password.length > 0 ? password.data : NULL;
	int rc = good ? mosquitto_username_pw_set(connection->client, config->user, text) : MOSQ_ERR_SUCCESS;
	if (rc != MOSQ_ERR_SUCCESS)
		good = error_set(error, "broker_user or its password cannot be sent: %.80s", mqtt_library_error(rc));
	buffer_wipe_free(&password);
	return good;
}

/* Certificates expire and are renewed while a publisher runs: read them again, and keep the old ones if that fails. */
static void connection_renew_tls(struct mqtt_connection *connection)
{
	struct mqtt_tls *renewed = mqtt_tls_new(connection->config, connection->address->host, NULL);
	if (renewed == NULL) {
		mqtt_tls_forget(connection->tls);
		return;
	}
	mqtt_tls_free(connection->tls);
	connection->tls = renewed;
}

static bool connection_make_client(struct mqtt_connection *connection, struct error *error)
{
	char id[CONNECTION_CLIENT_ID_MAX];
	snprintf(id, sizeof(id), "cxwall%012llx", (unsigned long long)os_random() & 0xffffffffffffull);
	connection->client = mosquitto_new(id, true, connection);
	if (connection->client == NULL)
		fatal("the MQTT library has no memory");
	mosquitto_connect_v5_callback_set(connection->client, connection_on_connect);
	mosquitto_disconnect_v5_callback_set(connection->client, connection_on_disconnect);
	mosquitto_message_v5_callback_set(connection->client, connection_on_message);
	mosquitto_subscribe_v5_callback_set(connection->client, connection_on_subscribe);
	mosquitto_unsubscribe_v5_callback_set(connection->client, connection_on_unsubscribe);
	mosquitto_publish_v5_callback_set(connection->client, connection_on_publish);
	mosquitto_int_option(connection->client, MOSQ_OPT_PROTOCOL_VERSION,
		connection->old_version ? MQTT_PROTOCOL_V311 : MQTT_PROTOCOL_V5);
	mosquitto_int_option(connection->client, MOSQ_OPT_TCP_NODELAY, 1);
	if (connection->tls != NULL) {
		connection_renew_tls(connection);
		mosquitto_int_option(connection->client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
		mosquitto_void_option(connection->client, MOSQ_OPT_SSL_CTX, mqtt_tls_context(connection->tls));
	}
	if (connection->will_topic[0] != '\0')
		mosquitto_will_set(connection->client, connection->will_topic, (int)strlen(connection->will_text),
			connection->will_text, 1, true);
	return connection_set_login(connection, error);
}

/*
 * Asks the broker not to send what would be dropped: a retained message that is too large would end each new
 * connection. The library accepts properties of a connection only with the call that blocks until it is connected. An
 * impossible port makes that call store them and fail. If it does not store them, there is no limit.
 */
static void connection_limit_packets(struct mosquitto *client, bool old_version)
{
	mosquitto_property *properties = NULL;
	if (old_version)
		return;
	if (mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, CONNECTION_STREAM_MAX) !=
		MOSQ_ERR_SUCCESS)
		return;
	(void)mosquitto_connect_bind_v5(client, "127.0.0.1", -1, MQTT_KEEPALIVE_SECONDS, NULL, properties);
	mosquitto_property_free_all(&properties);
}

static void connection_on_resolved(void *context, const struct resolved *resolved)
{
	struct mqtt_connection *connection = context;
	struct error error;
	char cause[ERROR_TEXT];
	if (resolved->count == 0) {
		snprintf(cause, sizeof(cause), "the broker's name %.100s cannot be looked up: %.100s",
			connection->address->host, resolved->error.text);
		connection_set_cause(connection, cause, "");
		connection->status.state = MQTT_TROUBLE;
		connection_plan_next(connection, false);
		connection->sink.lost(connection->sink.context);
		return;
	}
	connection->resolved = *resolved;
	connection->tried++;
	if (!connection_make_client(connection, &error)) {
		connection_close(connection);
		connection_set_cause(connection, error.text, "");
		connection->status.state = MQTT_REFUSED;
		connection_plan_next(connection, false);
		connection->sink.lost(connection->sink.context);
		return;
	}
	connection_limit_packets(connection->client, connection->old_version);
	connection->in_library = true;
	errno = 0;
	/* A numeric address, so that the library looks nothing up. */
	int rc = mosquitto_connect_async(connection->client,
		connection->resolved.addresses[connection->address_index % connection->resolved.count],
		connection->address->port, MQTT_KEEPALIVE_SECONDS);
	connection->in_library = false;
	ev_timer_start(connection->loop, &connection->misc);
	connection_follow(connection, rc == MOSQ_ERR_CONN_PENDING ? MOSQ_ERR_SUCCESS : rc);
}

static void connection_begin(struct mqtt_connection *connection)
{
	connection->code = 0;
	connection->too_large = false;
	connection->complete_bytes = 0;
	connection->unconfirmed = -1;
	connection->status.next_try_ms = 0;
	if (connection->status.state == MQTT_TROUBLE)
		connection->status.state = MQTT_CONNECTING;
	timer_start(connection->loop, &connection->timer, CONNECTION_TRY_SECONDS);
	resolver_start(connection->resolver);
}

/* It is time for the next try, or the current one took too long. */
static void connection_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct mqtt_connection *connection = timer->data;
	(void)loop;
	(void)events;
	if (connection->status.next_try_ms != 0) {
		connection_begin(connection);
		return;
	}
	errno = ETIMEDOUT;
	connection_lose(connection, MOSQ_ERR_ERRNO);
}

static void connection_on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct mqtt_connection *connection = timer->data;
	(void)loop;
	(void)events;
	if (connection->status.state == MQTT_ENDED)
		return;
	connection_close(connection);
	connection->status.state = MQTT_ENDED;
	if (connection->sink.ended != NULL)
		connection->sink.ended(connection->sink.context);
}

/* ---- for the owner ---- */

static bool connection_check_config(
	const struct url_broker *address, const struct mqtt_config *config, struct error *error)
{
	bool password = config->password != NULL || config->password_file != NULL;
	if (config->user == NULL && password)
		return error_set(error, "the broker's password needs broker_user");
	if (!address->tls && !address->loopback && password && !config->allow_plaintext)
		return error_set(error,
			"mqtt would send the password readable to %.120s: use mqtts, or set allow_plaintext",
			address->host);
	if (!address->tls && (config->cert_file != NULL || config->key_file != NULL))
		return error_set(error, "a client certificate needs mqtts://");
	return true;
}

struct mqtt_connection *mqtt_connection_new(struct ev_loop *loop, const struct url_broker *address,
	const struct mqtt_config *config, const struct mqtt_will *will, const struct mqtt_sink *sink,
	struct error *error)
{
	static bool library_ready;
	struct mqtt_tls *tls = NULL;
	if (!connection_check_config(address, config, error))
		return NULL;
	if (!library_ready && mosquitto_lib_init() != MOSQ_ERR_SUCCESS)
		fatal("the MQTT library cannot start");
	library_ready = true;
	if (address->tls && (tls = mqtt_tls_new(config, address->host, error)) == NULL)
		return NULL;
	struct mqtt_connection *connection = must_alloc(sizeof(*connection));
	*connection = (struct mqtt_connection){
		.loop = loop,
		.address = address,
		.config = config,
		.sink = *sink,
		.tls = tls,
		.socket = -1,
	};
	if (will != NULL && will->topic != NULL) {
		snprintf(connection->will_topic, sizeof(connection->will_topic), "%s", will->topic);
		snprintf(connection->will_text, sizeof(connection->will_text), "%s", will->text);
	}
	ev_timer_init(&connection->timer, connection_on_timer, 0., 0.);
	ev_timer_init(&connection->end, connection_on_end, 0., 0.);
	ev_io_init(&connection->reader, connection_on_readable, -1, EV_READ);
	ev_io_init(&connection->writer, connection_on_writable, -1, EV_WRITE);
	ev_timer_init(&connection->misc, connection_on_misc, 1., 1.);
	/* After the process was stopped, what has come is read before the library looks how long nothing came. */
	ev_set_priority(&connection->misc, EV_MINPRI);
	connection->timer.data = connection->end.data = connection->reader.data = connection;
	connection->writer.data = connection->misc.data = connection;
	connection->resolver = resolver_new(loop, address->host, connection_on_resolved, connection);
	return connection;
}

void mqtt_connection_start(struct mqtt_connection *connection)
{
	connection_begin(connection);
}

const struct mqtt_connection_status *mqtt_connection_status(const struct mqtt_connection *connection)
{
	return &connection->status;
}

static bool connection_can_send(const struct mqtt_connection *connection)
{
	return connection->status.state == MQTT_CONNECTED && connection->client != NULL && !connection->stopping;
}

int mqtt_connection_subscribe(struct mqtt_connection *connection, const char *topic)
{
	int id = -1;
	if (!connection_can_send(connection))
		return -1;
	int rc = mosquitto_subscribe(connection->client, &id, topic, 0);
	connection_follow(connection, rc == MOSQ_ERR_NO_CONN ? rc : MOSQ_ERR_SUCCESS);
	return rc == MOSQ_ERR_SUCCESS ? id : -1;
}

int mqtt_connection_unsubscribe(struct mqtt_connection *connection, const char *topic)
{
	int id = -1;
	if (!connection_can_send(connection))
		return -1;
	int rc = mosquitto_unsubscribe(connection->client, &id, topic);
	if (rc == MOSQ_ERR_SUCCESS)
		connection->unconfirmed = id;
	connection_follow(connection, rc == MOSQ_ERR_NO_CONN ? rc : MOSQ_ERR_SUCCESS);
	return rc == MOSQ_ERR_SUCCESS ? id : -1;
}

int mqtt_connection_publish(struct mqtt_connection *connection, const char *topic, const void *bytes, size_t length)
{
	int id = -1;
	if (!connection_can_send(connection) || length > MQTT_PAYLOAD_MAX)
		return -1;
	int rc = mosquitto_publish(connection->client, &id, topic, (int)length, bytes, 1, true);
	if (rc == MOSQ_ERR_SUCCESS)
		connection->unconfirmed = id;
	connection_follow(connection, rc == MOSQ_ERR_NO_CONN || rc == MOSQ_ERR_CONN_LOST ? rc : MOSQ_ERR_SUCCESS);
	return rc == MOSQ_ERR_SUCCESS ? id : -1;
}

bool mqtt_connection_busy(const struct mqtt_connection *connection)
{
	return connection->client != NULL && mosquitto_want_write(connection->client);
}

void mqtt_connection_retry(struct mqtt_connection *connection)
{
	if (connection->stopping || connection->status.next_try_ms == 0)
		return;
	connection->failures = 0;
	connection_begin(connection);
}

/*
 * DISCONNECT waits for the answer to what was published or unsubscribed last. The library closes its socket right after
 * it, and if something that came was not read yet, the kernel resets the connection, and the broker may not read it.
 */
void mqtt_connection_stop(struct mqtt_connection *connection)
{
	if (connection->stopping)
		return;
	connection->stopping = true;
	ev_timer_stop(connection->loop, &connection->timer);
	resolver_cancel(connection->resolver);
	bool connected = connection->client != NULL && connection->accepted;
	timer_start(connection->loop, &connection->end, connected ? MQTT_STOP_SECONDS : 0.);
	if (connected)
		connection_follow(connection, MOSQ_ERR_SUCCESS);
}

void mqtt_connection_free(struct mqtt_connection *connection)
{
	if (connection == NULL)
		return;
	connection_close(connection);
	ev_timer_stop(connection->loop, &connection->timer);
	ev_timer_stop(connection->loop, &connection->end);
	resolver_free(connection->resolver);
	mqtt_tls_free(connection->tls);
	free(connection);
}
