/* The life of a broker's client: tries, one after the other, and what its owner asks of it. */
#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/secret.h"
#include "mqtt/broker_state.h"
#include "mqtt/broker_words.h"

enum {
	TRY_SECONDS = 10,   /* from the lookup of the name to the broker's welcome */
	CLIENT_ID_MAX = 24, /* 3.1.1 promises 23 letters */
};

bool broker_built(struct error *error)
{
	(void)error;
	return true;
}

/* ---- a try ---- */

/* Read anew for each try: it may have been mended. */
static bool set_login(struct broker *broker, struct error *error)
{
	const struct mqtt_config *access = broker->access;
	struct buffer password;
	bool good = true;
	if (access->user == NULL)
		return true;
	buffer_init(&password, SECRET_MAX);
	if (access->password != NULL)
		good = secret_text_read("CXWALL_BROKER_PASSWORD", access->password, &password, error);
	else if (access->password_file != NULL)
		good = secret_file_read("broker_password_file", access->password_file, &password, error);
	int rc = good ? mosquitto_username_pw_set(broker->client, access->user, password.length > 0 ? password.data : NULL)
		: MOSQ_ERR_SUCCESS;
	if (rc != MOSQ_ERR_SUCCESS)
		good = error_set(error, "broker_user or its password cannot be sent: %.80s", broker_words_library(rc));
	buffer_wipe_free(&password);
	return good;
}

/* Certificates are renewed while a publisher runs for months: what their files hold now, or else what they held. */
static void renew_tls(struct broker *broker)
{
	struct broker_tls *now = broker_tls_new(broker->access, broker->address->host, NULL);
	if (now == NULL) {
		broker_tls_forget(broker->tls);
		return;
	}
	broker_tls_free(broker->tls);
	broker->tls = now;
}

static bool make_client(struct broker *broker, struct error *error)
{
	char id[CLIENT_ID_MAX];
	snprintf(id, sizeof(id), "cxwall%012llx", (unsigned long long)broker_random() & 0xffffffffffffull);
	broker->client = mosquitto_new(id, true, broker);
	if (broker->client == NULL)
		fatal("the MQTT library has no memory");
	broker_set_callbacks(broker->client);
	mosquitto_int_option(broker->client, MOSQ_OPT_PROTOCOL_VERSION,
		broker->old_version ? MQTT_PROTOCOL_V311 : MQTT_PROTOCOL_V5);
	mosquitto_int_option(broker->client, MOSQ_OPT_TCP_NODELAY, 1);
	if (broker->tls != NULL) {
		renew_tls(broker);
		mosquitto_int_option(broker->client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
		mosquitto_void_option(broker->client, MOSQ_OPT_SSL_CTX, broker_tls_context(broker->tls));
	}
	if (broker->will_topic[0] != '\0')
		mosquitto_will_set(broker->client, broker->will_topic, (int)strlen(broker->will_text), broker->will_text, 1,
			true);
	return set_login(broker, error);
}

/*
 * What nobody will look at need not come: a retained message that is too large would end each new connection.
 * The library takes properties of a connection only with the call that waits for it. An impossible port makes that call
 * remember them and fail; where it does not, nothing is limited.
 */
static void limit_packets(struct mosquitto *client, bool old_version)
{
	mosquitto_property *properties = NULL;
	if (old_version || mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, BROKER_STREAM_MAX) != MOSQ_ERR_SUCCESS)
		return;
	(void)mosquitto_connect_bind_v5(client, "127.0.0.1", -1, BROKER_KEEPALIVE_SECONDS, NULL, properties);
	mosquitto_property_free_all(&properties);
}

static void on_resolved(void *context, const struct resolved *resolved)
{
	struct broker *broker = context;
	struct error error;
	char cause[ERROR_TEXT];
	if (resolved->count == 0) {
		snprintf(cause, sizeof(cause), "the broker's name %.100s cannot be looked up: %.100s", broker->address->host,
			resolved->error.text);
		broker_say(broker, cause, "");
		broker->state = BROKER_TROUBLE;
		broker_plan_next(broker, false);
		broker->sink.lost(broker->sink.context);
		return;
	}
	broker->resolved = *resolved;
	broker->tried++;
	if (!make_client(broker, &error)) {
		broker_close(broker);
		broker_say(broker, error.text, "");
		broker->state = BROKER_REFUSED;
		broker_plan_next(broker, false);
		broker->sink.lost(broker->sink.context);
		return;
	}
	limit_packets(broker->client, broker->old_version);
	broker->inside = true;
	errno = 0;
	/* An address in digits, so that nothing is looked up. */
	int rc = mosquitto_connect_async(broker->client, broker->resolved.addresses[broker->turn % broker->resolved.count],
		broker->address->port, BROKER_KEEPALIVE_SECONDS);
	broker->inside = false;
	ev_timer_start(broker->loop, &broker->misc);
	broker_attend(broker, rc == MOSQ_ERR_CONN_PENDING ? MOSQ_ERR_SUCCESS : rc);
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
	broker_start_timer(broker, &broker->timer, TRY_SECONDS);
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
	broker_lose(broker, MOSQ_ERR_ERRNO);
}

static void on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct broker *broker = timer->data;
	(void)loop;
	(void)events;
	if (broker->state == BROKER_ENDED)
		return;
	broker_close(broker);
	broker->state = BROKER_ENDED;
	if (broker->sink.ended != NULL)
		broker->sink.ended(broker->sink.context);
}

/* ---- for the owner ---- */

static void init(struct broker *broker)
{
	ev_timer_init(&broker->timer, on_timer, 0., 0.);
	ev_timer_init(&broker->end, on_end, 0., 0.);
	broker->timer.data = broker->end.data = broker;
	broker_init_watchers(broker);
}

static bool check_access(const struct url_broker *address, const struct mqtt_config *access, struct error *error)
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

struct broker *broker_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *access,
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
	broker_attend(broker, rc == MOSQ_ERR_NO_CONN ? rc : MOSQ_ERR_SUCCESS);
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
	broker_attend(broker, rc == MOSQ_ERR_NO_CONN ? rc : MOSQ_ERR_SUCCESS);
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
	broker_attend(broker, rc == MOSQ_ERR_NO_CONN || rc == MOSQ_ERR_CONN_LOST ? rc : MOSQ_ERR_SUCCESS);
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
	resolver_cancel(broker->resolver);
	bool there = broker->client != NULL && broker->welcome;
	broker_start_timer(broker, &broker->end, there ? BROKER_STOP_SECONDS : 0.);
	if (there)
		broker_attend(broker, MOSQ_ERR_SUCCESS);
}

void broker_free(struct broker *broker)
{
	if (broker == NULL)
		return;
	broker_close(broker);
	ev_timer_stop(broker->loop, &broker->timer);
	ev_timer_stop(broker->loop, &broker->end);
	resolver_free(broker->resolver);
	broker_tls_free(broker->tls);
	free(broker);
}
