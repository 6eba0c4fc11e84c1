/*
 * The connection to a broker: when it is tried, what is said of its end, and what is sent. The MQTT library and the name
 * server are played here, and time is the bench's: what the library does, a test says. TLS contexts are real ones.
 */
#include "feed_bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/random.h>

/* ---- the lookup of names: a thread that runs when a test says so, and what the name server says then ---- */

static void *(*lookup_thread)(void *argument); /* NULL: none runs */
static void *lookup_argument;
static unsigned lookups, addresses_known;

static int bench_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	(void)thread;
	(void)attributes;
	assert_null(lookup_thread);
	lookup_thread = run;
	lookup_argument = argument;
	lookups++;
	return 0;
}

static int bench_addresses(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	static struct addrinfo list[4];
	static struct sockaddr_in sockets[4];
	(void)port;
	(void)hints;
	assert_string_equal(host, "broker.example");
	assert_true(addresses_known <= 4);
	for (unsigned i = 0; i < addresses_known; i++) {
		sockets[i] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201 + i) };
		list[i] = (struct addrinfo){ .ai_addr = (struct sockaddr *)&sockets[i], .ai_addrlen = sizeof(sockets[i]),
			.ai_next = i + 1 < addresses_known ? &list[i + 1] : NULL };
	}
	*found = addresses_known > 0 ? list : NULL;
	return addresses_known > 0 ? 0 : EAI_NONAME;
}

static void bench_addresses_end(struct addrinfo *found)
{
	(void)found;
}

static unsigned asyncs; /* watched */

void ev_async_start(struct ev_loop *loop, ev_async *async)
{
	(void)loop;
	(void)async;
	asyncs++;
}

void ev_async_stop(struct ev_loop *loop, ev_async *async)
{
	(void)loop;
	(void)async;
	asyncs--;
}

static bool async_sent;

void ev_async_send(struct ev_loop *loop, ev_async *async)
{
	(void)loop;
	(void)async;
	async_sent = true;
}

/* ---- TLS contexts are counted ---- */

static unsigned contexts_made, contexts_freed;

static SSL_CTX *bench_context(const SSL_METHOD *method)
{
	contexts_made++;
	return SSL_CTX_new(method);
}

static void bench_context_free(SSL_CTX *context)
{
	contexts_freed++;
	SSL_CTX_free(context);
}

#define pthread_create bench_thread
#define getaddrinfo bench_addresses
#define freeaddrinfo bench_addresses_end
#define SSL_CTX_new bench_context
#define SSL_CTX_free bench_context_free
/* The test reads the watchers and the state of a connection. */
#include "mqtt/connection.c"
#undef pthread_create
#undef getaddrinfo
#undef freeaddrinfo
#undef SSL_CTX_new
#undef SSL_CTX_free
#include "mqtt/feed.h"

/* ---- chance ---- */

static bool no_chance;

/* Always nearly the most that it can be. */
ssize_t getrandom(void *bytes, size_t length, unsigned flags)
{
	(void)flags;
	uint64_t number = 1000 * 1000 - 1;
	if (no_chance)
		return -1;
	memset(bytes, 0, length);
	memcpy(bytes, &number, length < sizeof(number) ? length : sizeof(number));
	return (ssize_t)length;
}

/* ---- the loop's descriptors ---- */

static struct { ev_io *io; int fd; } watches[2]; /* what was started: libev does not follow what is set later */

void ev_io_start(struct ev_loop *loop, ev_io *io)
{
	(void)loop;
	if (io->active)
		return;
	io->active = 1;
	unsigned at = watches[0].io == NULL || watches[0].io == io ? 0 : 1;
	watches[at].io = io;
	watches[at].fd = io->fd;
}

static int watched(const ev_io *io)
{
	return !io->active ? -1 : watches[watches[0].io == io ? 0 : 1].fd;
}

void ev_io_stop(struct ev_loop *loop, ev_io *io)
{
	(void)loop;
	io->active = 0;
}

/* ---- the library ---- */

struct mosquitto {
	int socket, version, keepalive, port;
	void *context, *tls;
	int with_defaults, nodelay, limit;
	bool wants_write;
	char id[40], address[80], user[80], password[80], will_topic[200], will_text[200];
	bool will_set, will_retained;
	int will_qos;
};

static struct {
	struct mosquitto *client; /* the one that there is */
	unsigned made, destroyed, looks, disconnects;
	int connect_result, connect_errno, send_result, will_limit;
	int socket; /* that the next client has */
	/* what was sent last */
	char topic[80], bytes[80];
	int length, qos, ids;
	bool retained;
	/* what a step of reading does */
	void (*read)(void);
	int read_result, write_result, misc_result;
	unsigned writes;
	void (*on_connect)(struct mosquitto *, void *, int, int, const mosquitto_property *);
	void (*on_disconnect)(struct mosquitto *, void *, int, const mosquitto_property *);
	void (*on_message)(struct mosquitto *, void *, const struct mosquitto_message *, const mosquitto_property *);
	void (*on_subscribe)(struct mosquitto *, void *, int, int, const int *, const mosquitto_property *);
	void (*on_unsubscribe)(struct mosquitto *, void *, int, const mosquitto_property *);
	void (*on_publish)(struct mosquitto *, void *, int, int, const mosquitto_property *);
} lib;

int mosquitto_lib_init(void)
{
	static unsigned calls;
	assert_int_equal(++calls, 1);
	return MOSQ_ERR_SUCCESS;
}

struct mosquitto *mosquitto_new(const char *id, bool clean, void *context)
{
	assert_true(clean && lib.client == NULL);
	struct mosquitto *client = calloc(1, sizeof(*client));
	snprintf(client->id, sizeof(client->id), "%s", id);
	client->context = context;
	client->socket = -1;
	client->with_defaults = -1;
	lib.client = client;
	lib.made++;
	return client;
}

void mosquitto_destroy(struct mosquitto *client)
{
	assert_ptr_equal(client, lib.client);
	lib.client = NULL;
	lib.destroyed++;
	free(client);
}

int mosquitto_int_option(struct mosquitto *client, enum mosq_opt_t option, int value)
{
	if (option == MOSQ_OPT_PROTOCOL_VERSION)
		client->version = value;
	else if (option == MOSQ_OPT_TCP_NODELAY)
		client->nodelay = value;
	else if (option == MOSQ_OPT_SSL_CTX_WITH_DEFAULTS)
		client->with_defaults = value;
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_void_option(struct mosquitto *client, enum mosq_opt_t option, void *value)
{
	assert_int_equal(option, MOSQ_OPT_SSL_CTX);
	client->tls = value;
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_will_set(struct mosquitto *client, const char *topic, int length, const void *bytes, int qos, bool retain)
{
	snprintf(client->will_topic, sizeof(client->will_topic), "%s", topic);
	snprintf(client->will_text, sizeof(client->will_text), "%.*s", length, (const char *)bytes);
	client->will_set = true;
	client->will_qos = qos;
	client->will_retained = retain;
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_username_pw_set(struct mosquitto *client, const char *user, const char *password)
{
	snprintf(client->user, sizeof(client->user), "%s", user);
	snprintf(client->password, sizeof(client->password), "%s", password != NULL ? password : "(none)");
	return strcmp(user, "bad") == 0 ? MOSQ_ERR_MALFORMED_UTF8 : MOSQ_ERR_SUCCESS;
}

int mosquitto_property_add_int32(mosquitto_property **list, int identifier, uint32_t value)
{
	assert_int_equal(identifier, MQTT_PROP_MAXIMUM_PACKET_SIZE);
	*list = malloc(1);
	lib.will_limit = (int)value;
	return MOSQ_ERR_SUCCESS;
}

void mosquitto_property_free_all(mosquitto_property **list)
{
	free(*list);
	*list = NULL;
}

int mosquitto_connect_bind_v5(struct mosquitto *client, const char *host, int port, int keepalive, const char *bind,
	const mosquitto_property *properties)
{
	(void)host;
	(void)keepalive;
	assert_true(port == -1 && bind == NULL && properties != NULL);
	client->limit = lib.will_limit;
	return MOSQ_ERR_INVAL;
}

int mosquitto_connect_async(struct mosquitto *client, const char *host, int port, int keepalive)
{
	snprintf(client->address, sizeof(client->address), "%s", host);
	client->port = port;
	client->keepalive = keepalive;
	if (lib.connect_result == MOSQ_ERR_SUCCESS || lib.connect_result == MOSQ_ERR_CONN_PENDING)
		client->socket = lib.socket;
	if (lib.connect_errno != 0)
		errno = lib.connect_errno;
	return lib.connect_result;
}

int mosquitto_socket(struct mosquitto *client)
{
	return client->socket;
}

bool mosquitto_want_write(struct mosquitto *client)
{
	return client->wants_write;
}

int mosquitto_loop_read(struct mosquitto *client, int packets)
{
	(void)client;
	assert_int_equal(packets, 1);
	if (lib.read != NULL)
		lib.read();
	return lib.read_result;
}

int mosquitto_loop_write(struct mosquitto *client, int packets)
{
	(void)packets;
	lib.writes++;
	client->wants_write = false;
	return lib.write_result;
}

int mosquitto_loop_misc(struct mosquitto *client)
{
	(void)client;
	lib.looks++;
	return lib.misc_result;
}

int mosquitto_disconnect(struct mosquitto *client)
{
	lib.disconnects++;
	/* What waits is sent before. */
	if (!client->wants_write)
		client->socket = -1;
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_subscribe(struct mosquitto *client, int *id, const char *topic, int qos)
{
	(void)client;
	snprintf(lib.topic, sizeof(lib.topic), "%s", topic);
	lib.qos = qos;
	*id = ++lib.ids;
	return lib.send_result;
}

int mosquitto_unsubscribe(struct mosquitto *client, int *id, const char *topic)
{
	(void)client;
	snprintf(lib.topic, sizeof(lib.topic), "%s", topic);
	*id = ++lib.ids;
	return lib.send_result;
}

int mosquitto_publish(struct mosquitto *client, int *id, const char *topic, int length, const void *bytes, int qos, bool retain)
{
	client->wants_write = true;
	snprintf(lib.topic, sizeof(lib.topic), "%s", topic);
	snprintf(lib.bytes, sizeof(lib.bytes), "%.*s", length < 70 ? length : 70, (const char *)bytes);
	lib.length = length;
	lib.qos = qos;
	lib.retained = retain;
	*id = ++lib.ids;
	return lib.send_result;
}

#define SETTER(name, member, ...) \
	void name(struct mosquitto *client, void (*call)(struct mosquitto *, void *, __VA_ARGS__)) \
	{ \
		(void)client; \
		lib.member = call; \
	}
SETTER(mosquitto_connect_v5_callback_set, on_connect, int, int, const mosquitto_property *)
SETTER(mosquitto_disconnect_v5_callback_set, on_disconnect, int, const mosquitto_property *)
SETTER(mosquitto_message_v5_callback_set, on_message, const struct mosquitto_message *, const mosquitto_property *)
SETTER(mosquitto_subscribe_v5_callback_set, on_subscribe, int, int, const int *, const mosquitto_property *)
SETTER(mosquitto_unsubscribe_v5_callback_set, on_unsubscribe, int, const mosquitto_property *)
SETTER(mosquitto_publish_v5_callback_set, on_publish, int, int, const mosquitto_property *)

/* ---- the owner ---- */

static struct {
	unsigned connected, lost, messages, subscribed, published, ended;
	char topic[80], bytes[80], why[80];
	size_t length;
	bool retained, too_large;
	int id;
} told;

static void on_connected(void *context)
{
	(void)context;
	told.connected++;
}

static void on_lost(void *context)
{
	(void)context;
	told.lost++;
}

static bool answers; /* with what the library does not take */
static struct mqtt_connection *broker;

static void on_told_message(void *context, const struct mqtt_message *message)
{
	(void)context;
	told.messages++;
	if (answers) {
		lib.send_result = MOSQ_ERR_NO_CONN;
		assert_int_equal(mqtt_connection_publish(broker, "x", "", 0), -1);
		/* The library is still in its call. */
		assert_non_null(lib.client);
		assert_int_equal(told.lost, 0);
		lib.send_result = MOSQ_ERR_SUCCESS;
	}
	snprintf(told.topic, sizeof(told.topic), "%s", message->topic);
	snprintf(told.bytes, sizeof(told.bytes), "%.*s", (int)(message->length < 70 ? message->length : 70), message->bytes);
	told.length = message->length;
	told.retained = message->retained;
	told.too_large = message->too_large;
}

static void on_subscribed(void *context, int id, const char *cause)
{
	(void)context;
	told.subscribed++;
	told.id = id;
	snprintf(told.why, sizeof(told.why), "%s", cause);
}

static void on_published(void *context, int id, const char *cause)
{
	(void)context;
	told.published++;
	told.id = id;
	snprintf(told.why, sizeof(told.why), "%s", cause);
}

static void on_ended(void *context)
{
	(void)context;
	told.ended++;
}

static const struct mqtt_sink sink = { on_connected, on_lost, on_told_message, on_subscribed, on_published, on_ended, NULL };
static struct url_broker address;
static struct mqtt_config access_of;

static int set_up(void **unused)
{
	(void)unused;
	bench_reset();
	memset(&lib, 0, sizeof(lib));
	memset(&told, 0, sizeof(told));
	contexts_made = contexts_freed = lookups = 0;
	memset(watches, 0, sizeof(watches));
	no_chance = answers = false;
	lib.connect_result = MOSQ_ERR_CONN_PENDING;
	lib.socket = 1000;
	address = (struct url_broker){ .host = "broker.example", .peer = "mqtt://broker.example", .prefix = "walls", .port = 1883 };
	access_of = (struct mqtt_config){ .user = NULL };
	broker = NULL;
	return 0;
}

/* Nothing is left behind: no client, timer or context. */
static int tear_down(void **unused)
{
	(void)unused;
	mqtt_connection_free(broker);
	broker = NULL;
	/* A lookup that hangs outlives its connection, and clears up behind itself. */
	if (lookup_thread != NULL)
		(void)lookup_thread(lookup_argument);
	lookup_thread = NULL;
	return lib.client == NULL && lib.made == lib.destroyed && bench_left() == 0 && asyncs == 0 &&
		contexts_made == contexts_freed ? 0 : -1;
}

static void broker_open(void)
{
	struct error error = { "" };
	broker = mqtt_connection_new(NULL, &address, &access_of, NULL, &sink, &error);
	if (broker == NULL)
		fail_msg("%s", error.text);
	mqtt_connection_try(broker);
}

static bool looking_up(void)
{
	return broker->resolver.wanted;
}

/* The lookup ends: so many addresses. */
static void found(unsigned count)
{
	void *(*thread)(void *argument) = lookup_thread;
	assert_true(looking_up() && thread != NULL);
	addresses_known = count;
	lookup_thread = NULL;
	async_sent = false;
	(void)thread(lookup_argument);
	assert_true(async_sent);
	errno = EIO;
	broker->resolver.lookup_done.cb(NULL, &broker->resolver.lookup_done, EV_ASYNC);
}

/* Something to read, of which the library makes this. */
static void reads(void (*what)(void), int result)
{
	lib.read = what;
	lib.read_result = result;
	assert_int_equal(watched(&broker->reader), lib.client->socket);
	errno = EIO;
	broker->reader.cb(NULL, &broker->reader, EV_READ);
	lib.read = NULL;
	lib.read_result = MOSQ_ERR_SUCCESS;
}

static int connack;

static void welcome(void)
{
	lib.on_connect(lib.client, lib.client->context, connack, 0, NULL);
}

static void welcomed(void)
{
	found(1);
	connack = 0;
	reads(welcome, MOSQ_ERR_SUCCESS);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTED);
}

static void refused(int code)
{
	connack = code;
	reads(welcome, MOSQ_ERR_CONN_REFUSED);
}

static void says(const char *cause, const char *advice)
{
	assert_string_equal(mqtt_connection_status(broker)->cause, cause);
	assert_string_equal(mqtt_connection_status(broker)->advice, advice);
}

/* The next try begins in so many seconds; chance makes it a little sooner. */
static void waits(double most)
{
	int64_t left = mqtt_connection_status(broker)->next_try_ms - bench_ms;
	assert_in_range(left, most * 999.5 - 2, most * 999.5);
	bench_run((double)(left - 2) / 1000);
	assert_false(looking_up());
	bench_run(0.004);
	assert_true(looking_up());
	assert_int_equal(mqtt_connection_status(broker)->next_try_ms, 0);
}

/* ---- tries ---- */

static void connects(void **unused)
{
	(void)unused;
	struct error error;
	struct mqtt_will will = { "walls/status", "gone" };
	assert_true(mqtt_built(&error));
	access_of.user = "ann";
	access_of.password = "hunter2";
	access_of.allow_plaintext = true;
	broker = mqtt_connection_new(NULL, &address, &access_of, &will, &sink, &error);
	assert_non_null(broker);
	assert_false(looking_up());
	mqtt_connection_try(broker);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTING);
	assert_true(looking_up());
	found(1);
	const struct mosquitto *client = lib.client;
	assert_string_equal(client->id, "cxwall0000000f423f");
	assert_string_equal(client->address, "192.0.2.1");
	assert_int_equal(client->port, 1883);
	assert_int_equal(client->keepalive, 10);
	assert_int_equal(client->version, MQTT_PROTOCOL_V5);
	assert_int_equal(client->nodelay, 1);
	assert_int_equal(client->limit, CONNECTION_STREAM_MAX);
	assert_string_equal(client->user, "ann");
	assert_string_equal(client->password, "hunter2");
	assert_string_equal(client->will_topic, "walls/status");
	assert_string_equal(client->will_text, "gone");
	assert_true(client->will_retained && client->will_qos == 1);
	assert_null(client->tls);
	assert_true(watched(&broker->reader) == 1000 && watched(&broker->writer) == -1 && broker->writer.fd == 1000);
	bench_run(9);
	connack = 0;
	reads(welcome, MOSQ_ERR_SUCCESS);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTED);
	assert_int_equal(told.connected, 1);
	says("", "");
	/* It stays, and the library looks at its clock each second. */
	lib.looks = 0;
	bench_run(100);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTED);
	assert_int_equal(lib.looks, 100);
	assert_int_equal(told.lost, 0);
	/* Only what waits for a try can be tried sooner. */
	mqtt_connection_try(broker);
	assert_false(looking_up());
	assert_int_equal(lookups, 1);
}

static void later_and_later(void **unused)
{
	(void)unused;
	static const double most[] = { 1, 2, 4, 8, 16, 30, 30, 30 };
	broker_open();
	for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		found(0);
		assert_int_equal(told.lost, i + 1);
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
		says("The broker's name broker.example cannot be looked up: Name or service not known", "");
		waits(most[i]);
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTING);
	}
	/* Tried at once, the next waits are short again. */
	found(0);
	mqtt_connection_try(broker);
	assert_int_equal(mqtt_connection_status(broker)->next_try_ms, 0);
	found(0);
	waits(1);
	/* A lookup that does not end. */
	bench_run(9.9);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTING);
	assert_true(looking_up());
	bench_run(0.1);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	assert_false(looking_up());
	says("The lookup of the broker's name broker.example does not end", "");
	/* An address that does not answer. */
	waits(2);
	found(1);
	bench_run(10);
	says("No connection to the broker at broker.example: Connection timed out", "");
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	waits(4);
}

static void each_address_has_its_turn(void **unused)
{
	(void)unused;
	lib.connect_result = MOSQ_ERR_ERRNO;
	lib.connect_errno = ECONNREFUSED;
	broker_open();
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 3; i++) {
			found(3);
			says("No connection to the broker at broker.example: Connection refused", "");
			if (i == 2)
				break;
			assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTING);
			bench_run(0.099);
			assert_false(looking_up());
			bench_run(0.002);
			assert_true(looking_up());
		}
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
		waits(round + 1);
	}
	/* Without a word of why. */
	lib.connect_errno = 0;
	found(1);
	says("No connection to the broker at broker.example: the connection broke", "");
	waits(4);
	lib.connect_result = MOSQ_ERR_CONN_PENDING;
	found(3);
	assert_false(lib.client->will_set);
	assert_string_equal(lib.client->address, "192.0.2.2");
	/* The next one. */
	reads(NULL, MOSQ_ERR_TLS);
	bench_run(0.1);
	found(3);
	assert_string_equal(lib.client->address, "192.0.2.3");
	connack = 0;
	reads(welcome, MOSQ_ERR_SUCCESS);
	assert_int_equal(told.connected, 1);
}

static void refusals_are_tried_rarely(void **unused)
{
	(void)unused;
	broker_open();
	found(3);
	refused(MQTT_RC_BAD_USERNAME_OR_PASSWORD);
	/* No other address would say another thing. */
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_REFUSED);
	says("The broker requires a login", "Set broker_user and broker_password_file.");
	waits(60);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_REFUSED);
	access_of.user = "ann";
	found(1);
	assert_string_equal(lib.client->password, "(none)");
	refused(MQTT_RC_NOT_AUTHORIZED);
	says("The broker refused our login (not authorised)", "Check broker_user and its password.");
	waits(60);
	access_of.user = NULL;
	access_of.cert_file = "ours.pem";
	found(1);
	refused(MQTT_RC_BANNED);
	says("The broker refused our login (this client is banned)", "Check broker_cert_file.");
	waits(60);
	/* What is no refusal of a login is trouble. */
	found(1);
	refused(MQTT_RC_SERVER_BUSY);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	says("The broker at broker.example closed the connection: it is busy", "");
	/* Each try has its own reason. */
	waits(8);
	found(1);
	refused(MQTT_RC_NOT_AUTHORIZED);
	waits(60);
	found(1);
	reads(NULL, MOSQ_ERR_ERRNO);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	says("No connection to the broker at broker.example: the connection broke", "");
}

static void passwords_that_cannot_be_sent(void **unused)
{
	(void)unused;
	access_of.user = "bad";
	broker_open();
	found(1);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_REFUSED);
	assert_int_equal(told.lost, 1);
	says("broker_user or its password cannot be sent: what answers there does not speak MQTT as it should", "");
	waits(60);
	access_of.user = "ann";
	access_of.password_file = "/nonexistent/password";
	found(1);
	says("broker_password_file: /nonexistent/password: No such file or directory", "");
	assert_null(lib.client);
	waits(60);
	access_of.password_file = NULL;
	access_of.password = "";
	found(1);
	says("CXWALL_BROKER_PASSWORD: the secret is empty", "");
}

static void what_is_no_access_is_refused(void **unused)
{
	(void)unused;
	static const struct { struct mqtt_config access; bool tls, loopback; const char *words; } wrong[] = {
		{ { .password = "x" }, true, false, "the broker's password needs broker_user" },
		{ { .password_file = "x" }, true, false, "the broker's password needs broker_user" },
		{ { .user = "u", .password = "x" }, false, false,
			"mqtt would send the password readable to broker.example: use mqtts, or set allow_plaintext" },
		{ { .user = "u", .password_file = "x" }, false, false, "mqtt would send the password readable" },
		{ { .cert_file = "x" }, false, true, "a client certificate needs mqtts://" },
		{ { .key_file = "x" }, false, true, "a client certificate needs mqtts://" },
		{ { .user = "u", .password = "x" }, true, false, NULL },
		{ { .user = "u", .password = "x" }, false, true, NULL },
		{ { .user = "u", .password = "x", .allow_plaintext = true }, false, false, NULL },
		{ { .user = "u" }, false, false, NULL },
		{ { .cert_file = "x", .key_file = "x" }, true, false, "broker_cert_file: x: No such file or directory" },
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = { "" };
		address.tls = wrong[i].tls;
		address.loopback = wrong[i].loopback;
		struct mqtt_connection *made = mqtt_connection_new(NULL, &address, &wrong[i].access, NULL, &sink, &error);
		if ((made == NULL) != (wrong[i].words != NULL))
			fail_msg("%zu: '%s'", i, error.text);
		if (made == NULL && strncmp(error.text, wrong[i].words, strlen(wrong[i].words)) != 0)
			fail_msg("%zu: '%s'", i, error.text);
		mqtt_connection_free(made);
	}
	mqtt_connection_free(NULL);
	access_of.ca_file = "/nonexistent/ca.pem";
	struct error error;
	assert_null(mqtt_connection_new(NULL, &address, &access_of, NULL, &sink, &error));
	assert_string_equal(error.text, "broker_ca_file: /nonexistent/ca.pem: No such file or directory");
}

/* Before the welcome everything may be a broker that knows the old version alone. */
static void versions(void **unused)
{
	(void)unused;
	static const int silent[] = { MOSQ_ERR_CONN_LOST, MOSQ_ERR_PROTOCOL, MOSQ_ERR_MALFORMED_PACKET, MOSQ_ERR_NOT_SUPPORTED };
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		set_up(NULL);
		broker_open();
		found(1);
		reads(NULL, silent[i]);
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTING);
		bench_run(0.1);
		found(1);
		assert_int_equal(lib.client->version, MQTT_PROTOCOL_V311);
		/* The old one has no such limit. */
		assert_int_equal(lib.client->limit, 0);
		/* Nor does that help. */
		reads(NULL, silent[i]);
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
		waits(1);
		found(1);
		assert_int_equal(lib.client->version, MQTT_PROTOCOL_V5);
		/* A loss of another kind says nothing of versions. */
		reads(NULL, MOSQ_ERR_TLS);
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
		waits(2);
		found(1);
		assert_int_equal(lib.client->version, MQTT_PROTOCOL_V5);
		refused(MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION);
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTING);
		bench_run(0.1);
		found(1);
		assert_int_equal(lib.client->version, MQTT_PROTOCOL_V311);
		connack = 0;
		reads(welcome, MOSQ_ERR_SUCCESS);
		assert_int_equal(told.connected, 1);
		/* After a loss the broker may be another one. */
		reads(NULL, MOSQ_ERR_CONN_LOST);
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
		says("Lost the connection to the broker at broker.example: the broker closed the connection", "");
		waits(4);
		found(1);
		assert_int_equal(lib.client->version, MQTT_PROTOCOL_V5);
		assert_int_equal(tear_down(NULL), 0);
	}
	/* The old version's codes are its own. */
	set_up(NULL);
	bench_log_open();
	broker_open();
	found(1);
	reads(NULL, MOSQ_ERR_CONN_LOST);
	bench_run(0.1);
	access_of.user = "ann";
	found(1);
	refused(5);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_REFUSED);
	says("The broker refused our login (not authorised)", "Check broker_user and its password.");
	waits(60);
	welcomed();
	reads(NULL, MOSQ_ERR_CONN_LOST);
	waits(2);
	welcomed();
	/* Each loss has its line, and no try of another version. */
	assert_int_equal(bench_logged("broker: "), 5);
	assert_int_equal(bench_logged("broker: trying MQTT 3.1.1"), 1);
	assert_int_equal(bench_logged("broker: The broker refused our login (not authorised)"), 1);
	assert_int_equal(bench_logged("broker: connected to mqtt://broker.example with MQTT 3.1.1"), 1);
	assert_int_equal(bench_logged("broker: Lost the connection to the broker at broker.example"), 1);
	assert_int_equal(bench_logged("broker: connected to mqtt://broker.example with MQTT 5"), 1);
	bench_log_close();
}

/* ---- the end of a connection ---- */

static int goodbye_code;

static void goodbye(void)
{
	lib.on_disconnect(lib.client, lib.client->context, goodbye_code, NULL);
}

static void hang_up(void)
{
	lib.client->socket = -1;
}

static void move_socket(void)
{
	lib.client->socket++;
}

static void losses(void **unused)
{
	(void)unused;
	broker_open();
	found(0);
	waits(1);
	found(0);
	waits(2);
	/* A connection that did not last makes the waits no shorter. */
	welcomed();
	bench_run(59.9);
	goodbye_code = MQTT_RC_SERVER_SHUTTING_DOWN;
	reads(goodbye, MOSQ_ERR_CONN_LOST);
	assert_int_equal(told.lost, 3);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	says("The broker at broker.example closed the connection: it is shutting down", "");
	assert_null(lib.client);
	assert_false(broker->reader.active || broker->writer.active || broker->misc.active);
	waits(4);
	/* What a welcome allowed is over. */
	found(1);
	refused(MQTT_RC_BAD_USERNAME_OR_PASSWORD);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_REFUSED);
	waits(60);
	/* One that lasted a minute does. */
	welcomed();
	says("", "");
	bench_run(60);
	/* An error of the library is no reason of the broker's. */
	goodbye_code = MOSQ_ERR_KEEPALIVE;
	lib.misc_result = MOSQ_ERR_KEEPALIVE;
	goodbye();
	bench_run(1);
	says("Lost the connection to the broker at broker.example: the broker does not answer any more", "");
	lib.misc_result = MOSQ_ERR_SUCCESS;
	waits(1);
	welcomed();
	goodbye_code = MQTT_RC_UNSPECIFIED;
	reads(goodbye, MOSQ_ERR_ERRNO);
	says("The broker at broker.example closed the connection: no reason given", "");
	waits(2);
	welcomed();
	reads(NULL, MOSQ_ERR_ERRNO);
	says("Lost the connection to the broker at broker.example: the connection broke", "");
	waits(4);
	/* An error of writing; and the library may close its socket by itself. */
	welcomed();
	lib.write_result = MOSQ_ERR_CONN_LOST;
	broker->writer.cb(NULL, &broker->writer, EV_WRITE);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	waits(8);
	welcomed();
	lib.read = hang_up;
	broker->reader.cb(NULL, &broker->reader, EV_READ);
	lib.read = NULL;
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	/* Without chance, time will do. */
	no_chance = true;
	uint64_t before = os_random();
	bench_run(0.001);
	assert_true(os_random() != before);
	no_chance = false;
	/* The library may open another socket. */
	bench_run(20);
	lib.socket = 1001;
	welcomed();
	lib.read = move_socket;
	lib.client->wants_write = true;
	broker->reader.cb(NULL, &broker->reader, EV_READ);
	assert_int_equal(watched(&broker->reader), 1002);
	assert_int_equal(watched(&broker->writer), 1002);
	broker->reader.cb(NULL, &broker->reader, EV_READ);
	lib.read = NULL;
	assert_int_equal(watched(&broker->reader), 1003);
	assert_int_equal(watched(&broker->writer), 1003);
}

static int near_end, far_end;
static size_t to_read;

static void take_bytes(void)
{
	static char bytes[1024 * 1024];
	for (size_t left = to_read; left > 0;) {
		ssize_t got = recv(near_end, bytes, left < sizeof(bytes) ? left : sizeof(bytes), 0);
		assert_true(got > 0);
		left -= (size_t)got;
	}
}

static void take_message(void)
{
	struct mosquitto_message message = { .topic = (char[]){ "walls/a" }, .payload = (char[]){ "x" }, .payloadlen = 1 };
	take_bytes();
	lib.on_message(lib.client, lib.client->context, &message, NULL);
}

static void connect_ends(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(here);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&here, size), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&here, &size), 0);
	near_end = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(near_end, (struct sockaddr *)&here, size), 0);
	far_end = accept(listener, NULL, NULL);
	assert_true(far_end >= 0);
	close(listener);
}

/* So many bytes come and are read, a piece at a time; false once the connection was given up. */
static bool stream(size_t bytes, void (*at_end)(void))
{
	static const char piece[64 * 1024];
	while (bytes > 0 && broker->client != NULL) {
		to_read = bytes < sizeof(piece) ? bytes : sizeof(piece);
		assert_int_equal(send(far_end, piece, to_read, 0), to_read);
		bytes -= to_read;
		reads(bytes == 0 && at_end != NULL ? at_end : take_bytes, MOSQ_ERR_SUCCESS);
	}
	return broker->client != NULL;
}

/* The library takes memory for whatever length a message says it has. */
static void messages_without_end(void **unused)
{
	(void)unused;
	connect_ends();
	lib.socket = near_end;
	broker_open();
	welcomed();
	/* Whole messages may be as many as they like. */
	assert_true(stream(CONNECTION_STREAM_MAX, take_message));
	assert_true(stream(CONNECTION_STREAM_MAX, take_message));
	assert_int_equal(told.messages, 2);
	assert_true(stream(CONNECTION_STREAM_MAX, NULL));
	/* What was not read yet took no memory. */
	assert_int_equal(send(far_end, "x", 1, 0), 1);
	reads(NULL, MOSQ_ERR_SUCCESS);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTED);
	to_read = 1;
	reads(take_bytes, MOSQ_ERR_SUCCESS);
	says("The broker sent a message that is too large", "");
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	close(near_end);
	close(far_end);
	/* What the next connection sends is counted anew. */
	waits(1);
	connect_ends();
	lib.socket = near_end;
	welcomed();
	assert_true(stream(100000, NULL));
	close(near_end);
	close(far_end);
}

/* ---- TLS ---- */

static EVP_PKEY *new_key(void)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *kind = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	assert_true(EVP_PKEY_keygen_init(kind) == 1 && EVP_PKEY_CTX_set_ec_paramgen_curve_nid(kind, NID_X9_62_prime256v1) == 1 &&
		EVP_PKEY_keygen(kind, &key) == 1);
	EVP_PKEY_CTX_free(kind);
	return key;
}

/* Signed by itself. */
static X509 *new_certificate(EVP_PKEY *key, long number)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);
	assert_true(ASN1_INTEGER_set(X509_get_serialNumber(certificate), number) == 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"wall", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

static char pem_folder[] = "/tmp/cxwall-pem-XXXXXX";

static const char *pem_path(const char *name)
{
	static char paths[3][64];
	static unsigned next;
	char *path = paths[next++ % 3];
	snprintf(path, sizeof(paths[0]), "%s/%s", pem_folder, name);
	return path;
}

static void pem_write(const char *name, X509 *first, X509 *second, EVP_PKEY *key, const char *passphrase)
{
	FILE *file = fopen(pem_path(name), "w");
	assert_non_null(file);
	assert_true(first == NULL || PEM_write_X509(file, first) == 1);
	assert_true(second == NULL || PEM_write_X509(file, second) == 1);
	assert_true(key == NULL || PEM_write_PrivateKey(file, key, passphrase != NULL ? EVP_aes_128_cbc() : NULL,
		(const unsigned char *)passphrase, passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL) == 1);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fclose(file);
}

/* The folder's files by name. What is read of them and thrown away is the sanitizers' to see. */
static void files_of_tls(void **unused)
{
	static const struct { const char *ca, *cert, *key, *before, *path, *after; int chain; } cases[] = {
		{ NULL, NULL, NULL, NULL, NULL, NULL, 0 },
		{ "both", NULL, NULL, NULL, NULL, NULL, 0 },
		{ "certs", "both", NULL, NULL, NULL, NULL, 0 },
		{ NULL, "certs", "key", NULL, NULL, NULL, 1 },
		{ "nothing", NULL, NULL, "broker_ca_file: ", "nothing", ": No such file or directory", 0 },
		{ "empty", NULL, NULL, "broker_ca_file: ", "empty", ": there is no certificate in it", 0 },
		{ "broken", NULL, NULL, "broker_ca_file: ", "broken", ": ", 0 },
		{ NULL, "empty", "key", "broker_cert_file: ", "empty", ": ", 0 },
		{ NULL, "nothing", "key", "broker_cert_file: ", "nothing", ": No such file or directory", 0 },
		{ NULL, "certs", NULL, "broker_key_file: ", "certs", ": ", 0 },
		{ NULL, "certs", "nothing", "broker_key_file: ", "nothing", ": No such file or directory", 0 },
		{ NULL, "certs", "other", "broker_key_file: ", "other", ": ", 0 },
		{ NULL, "certs", "open", "broker_key_file: others may read ", "open", ": chmod 600 it", 0 },
		{ NULL, "certs", "locked", "broker_key_file: ", "locked", ": ", 0 },
	};
	EVP_PKEY *key = new_key(), *other = new_key();
	X509 *own = new_certificate(key, 1), *authority = new_certificate(other, 2);
	(void)unused;
	assert_non_null(mkdtemp(pem_folder));
	pem_write("both", own, NULL, key, NULL);
	pem_write("certs", own, authority, NULL, NULL);
	pem_write("key", NULL, NULL, key, NULL);
	pem_write("other", NULL, NULL, other, NULL);
	pem_write("open", NULL, NULL, key, NULL);
	pem_write("locked", NULL, NULL, key, "a secret");
	pem_write("empty", NULL, NULL, NULL, NULL);
	pem_write("broken", NULL, NULL, NULL, NULL);
	FILE *broken = fopen(pem_path("broken"), "w");
	fputs("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", broken);
	fclose(broken);
	assert_int_equal(chmod(pem_path("open"), 0604), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mqtt_config config = { .ca_file = cases[i].ca != NULL ? pem_path(cases[i].ca) : NULL,
			.cert_file = cases[i].cert != NULL ? pem_path(cases[i].cert) : NULL,
			.key_file = cases[i].key != NULL ? pem_path(cases[i].key) : NULL };
		struct error error = { "" };
		struct tls *tls = tls_new(&config, "broker.example", &error);
		if (tls != NULL) {
			STACK_OF(X509) *chain = NULL;
			SSL_CTX_get0_chain_certs(tls->context, &chain);
			assert_int_equal(chain == NULL ? 0 : sk_X509_num(chain), cases[i].chain);
		}
		char why[200] = "";
		/* OpenSSL's own words follow where one ends with a blank. */
		if (cases[i].before != NULL)
			snprintf(why, sizeof(why), "%s%s/%s%s", cases[i].before, pem_folder, cases[i].path, cases[i].after);
		bool more = why[0] != '\0' && why[strlen(why) - 1] == ' ';
		if ((tls != NULL) != (cases[i].before == NULL) || strncmp(error.text, why, strlen(why)) != 0 ||
			(strlen(error.text) > strlen(why)) != more)
			fail_msg("case %zu: '%s'", i, error.text);
		tls_free(tls);
	}
	X509_free(own);
	X509_free(authority);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	static const char *const names[] = { "both", "certs", "key", "other", "open", "locked", "empty", "broken" };
	struct error error = { "" };
	const struct mqtt_config without = { .key_file = "key" };
	assert_null(tls_new(&without, "broker.example", &error));
	assert_string_equal(error.text, "broker_key_file needs broker_cert_file");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(pem_path(names[i]));
	assert_int_equal(rmdir(pem_folder), 0);
}

static void distrust(void **unused)
{
	(void)unused;
	address.tls = true;
	broker_open();
	found(1);
	/* What the files hold now. */
	assert_int_equal(contexts_made, 2);
	assert_int_equal(contexts_freed, 1);
	assert_ptr_equal(lib.client->tls, broker->tls->context);
	assert_int_equal(lib.client->with_defaults, 0);
	snprintf(broker->tls->cause, sizeof(broker->tls->cause), "The broker's certificate has expired");
	reads(NULL, MOSQ_ERR_TLS);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	says("The broker's certificate has expired", "Ask the broker's administrator, or set broker_ca_file.");
	waits(1);
	/* Files that cannot be read now: what they held. */
	access_of.ca_file = "/nonexistent/ca.pem";
	struct tls *held = broker->tls;
	found(1);
	assert_ptr_equal(broker->tls, held);
	assert_ptr_equal(lib.client->tls, held->context);
	assert_string_equal(held->cause, "");
	reads(NULL, MOSQ_ERR_TLS);
	says("No connection to the broker at broker.example: TLS failed: is this the port for mqtts, "
		"and does the broker want a client certificate?", "");
	waits(2);
	access_of.ca_file = NULL;
	/* An address that cannot be reached says less than a certificate that was refused. */
	found(2);
	snprintf(broker->tls->cause, sizeof(broker->tls->cause), "its certificate is for another name");
	reads(NULL, MOSQ_ERR_TLS);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_CONNECTING);
	bench_run(0.1);
	lib.connect_result = MOSQ_ERR_ERRNO;
	lib.connect_errno = ENETUNREACH;
	found(2);
	assert_int_equal(mqtt_connection_status(broker)->state, MQTT_TROUBLE);
	says("its certificate is for another name", "Ask the broker's administrator, or set broker_ca_file.");
	/* In the next round it is old. */
	waits(4);
	found(1);
	says("No connection to the broker at broker.example: Network is unreachable", "");
}

/* ---- what is sent and what comes ---- */

static void sends(void **unused)
{
	(void)unused;
	broker_open();
	assert_int_equal(mqtt_connection_publish(broker, "walls/a", "x", 1), -1);
	assert_int_equal(mqtt_connection_subscribe(broker, "walls/a", true), -1);
	assert_int_equal(mqtt_connection_subscribe(broker, "walls/a", false), -1);
	assert_false(mqtt_connection_status(broker)->busy);
	welcomed();
	assert_int_equal(mqtt_connection_subscribe(broker, "walls/b", true), 1);
	assert_string_equal(lib.topic, "walls/b");
	assert_int_equal(lib.qos, 0);
	assert_int_equal(mqtt_connection_subscribe(broker, "walls/c", false), 2);
	assert_string_equal(lib.topic, "walls/c");
	assert_false(mqtt_connection_status(broker)->busy || broker->writer.active);
	assert_int_equal(mqtt_connection_publish(broker, "walls/d", "hello", 5), 3);
	assert_string_equal(lib.topic, "walls/d");
	assert_string_equal(lib.bytes, "hello");
	assert_true(lib.qos == 1 && lib.retained && lib.length == 5);
	assert_true(mqtt_connection_status(broker)->busy && broker->writer.active);
	broker->writer.cb(NULL, &broker->writer, EV_WRITE);
	assert_false(mqtt_connection_status(broker)->busy || broker->writer.active);
	assert_int_equal(lib.writes, 1);
	char *large = calloc(1, MQTT_PAYLOAD_MAX + 1);
	assert_int_equal(mqtt_connection_publish(broker, "walls/e", large, MQTT_PAYLOAD_MAX), 4);
	assert_int_equal(mqtt_connection_publish(broker, "walls/e", large, MQTT_PAYLOAD_MAX + 1), -1);
	free(large);
	/* What the library refuses is no loss. */
	lib.send_result = MOSQ_ERR_INVAL;
	assert_int_equal(mqtt_connection_subscribe(broker, "x", true), -1);
	assert_int_equal(mqtt_connection_subscribe(broker, "x", false), -1);
	assert_int_equal(mqtt_connection_publish(broker, "x", "", 0), -1);
	assert_int_equal(told.lost, 0);
	for (unsigned i = 0; i < 4; i++) {
		lib.send_result = i < 3 ? MOSQ_ERR_NO_CONN : MOSQ_ERR_CONN_LOST;
		assert_int_equal(i == 0 ? mqtt_connection_subscribe(broker, "x", true) : i == 1 ? mqtt_connection_subscribe(broker, "x", false)
			: mqtt_connection_publish(broker, "x", "", 0), -1);
		assert_int_equal(told.lost, i + 1);
		lib.send_result = MOSQ_ERR_SUCCESS;
		mqtt_connection_try(broker);
		welcomed();
	}
}

static struct mosquitto_message coming;

static void bring(void)
{
	lib.on_message(lib.client, lib.client->context, &coming, NULL);
}

static void grant(void)
{
	lib.on_subscribe(lib.client, lib.client->context, 7, 1, (int[]){ MQTT_RC_NOT_AUTHORIZED }, NULL);
}

static void grant_nothing(void)
{
	lib.on_subscribe(lib.client, lib.client->context, 8, 0, NULL, NULL);
}

static void take(void)
{
	lib.on_publish(lib.client, lib.client->context, 9, MQTT_RC_QUOTA_EXCEEDED, NULL);
}

static void comes(void **unused)
{
	(void)unused;
	static char topic[] = "walls/a", bytes[MQTT_PAYLOAD_MAX + 1];
	broker_open();
	welcomed();
	snprintf(bytes, sizeof(bytes), "hello");
	coming = (struct mosquitto_message){ .topic = topic, .payload = bytes, .payloadlen = 5, .retain = true };
	reads(bring, MOSQ_ERR_SUCCESS);
	assert_int_equal(told.messages, 1);
	assert_string_equal(told.topic, "walls/a");
	assert_string_equal(told.bytes, "hello");
	assert_true(told.length == 5 && told.retained && !told.too_large);
	coming.payloadlen = 1;
	reads(bring, MOSQ_ERR_SUCCESS);
	assert_string_equal(told.bytes, "h");
	told.messages--;
	coming = (struct mosquitto_message){ .topic = topic };
	reads(bring, MOSQ_ERR_SUCCESS);
	assert_true(told.messages == 2 && told.length == 0 && !told.retained && told.bytes[0] == '\0');
	coming = (struct mosquitto_message){ .topic = topic, .payload = bytes, .payloadlen = MQTT_PAYLOAD_MAX };
	reads(bring, MOSQ_ERR_SUCCESS);
	assert_false(told.too_large);
	coming.payloadlen++;
	reads(bring, MOSQ_ERR_SUCCESS);
	assert_true(told.messages == 4 && told.too_large);
	coming.topic = NULL;
	reads(bring, MOSQ_ERR_SUCCESS);
	assert_int_equal(told.messages, 4);
	reads(grant, MOSQ_ERR_SUCCESS);
	assert_true(told.subscribed == 1 && told.id == 7);
	assert_string_equal(told.why, "not authorised");
	reads(grant_nothing, MOSQ_ERR_SUCCESS);
	assert_true(told.subscribed == 2 && told.id == 8);
	assert_string_equal(told.why, "");
	reads(take, MOSQ_ERR_SUCCESS);
	assert_true(told.published == 1 && told.id == 9);
	assert_string_equal(told.why, "its quota is used up");
	/* An owner that has said goodbye hears no more. */
	(void)mqtt_connection_publish(broker, "x", "", 0);
	mqtt_connection_stop(broker);
	coming.topic = topic;
	reads(bring, MOSQ_ERR_SUCCESS);
	reads(grant, MOSQ_ERR_SUCCESS);
	reads(take, MOSQ_ERR_SUCCESS);
	assert_true(told.messages == 4 && told.subscribed == 2 && told.published == 1);
}

/* A loss that is noticed within a call of the library ends the connection after it. */
static void losses_within(void **unused)
{
	(void)unused;
	broker_open();
	welcomed();
	coming = (struct mosquitto_message){ .topic = (char[]){ "walls/a" } };
	answers = true;
	reads(bring, MOSQ_ERR_NO_CONN);
	answers = false;
	assert_int_equal(told.lost, 1);
	assert_null(lib.client);
}

/* ---- the goodbye ---- */

static int confirmed;

static void confirm(void)
{
	lib.on_publish(lib.client, lib.client->context, confirmed, 0, NULL);
}

static void confirm_leave(void)
{
	lib.on_unsubscribe(lib.client, lib.client->context, confirmed, NULL);
}

/* Waits for the answer to what was sent last. */
static void goodbyes(void **unused)
{
	(void)unused;
	for (unsigned leave = 0; leave < 2; leave++) {
		set_up(NULL);
		broker_open();
		welcomed();
		int first = mqtt_connection_publish(broker, "x", "", 0);
		int last = leave ? mqtt_connection_subscribe(broker, "x", false) : mqtt_connection_publish(broker, "y", "", 0);
		mqtt_connection_stop(broker);
		assert_int_equal(mqtt_connection_publish(broker, "x", "", 0), -1);
		broker->writer.cb(NULL, &broker->writer, EV_WRITE);
		confirmed = first;
		reads(leave ? confirm_leave : confirm, MOSQ_ERR_SUCCESS);
		assert_int_equal(lib.disconnects, 0);
		confirmed = last;
		reads(leave ? confirm_leave : confirm, MOSQ_ERR_SUCCESS);
		assert_int_equal(lib.disconnects, 1);
		assert_int_equal(told.ended, 0);
		bench_run(0);
		assert_int_equal(told.ended, 1);
		assert_int_equal(told.lost, 0);
		assert_int_equal(mqtt_connection_status(broker)->state, MQTT_ENDED);
		mqtt_connection_stop(broker);
		mqtt_connection_try(broker);
		bench_run(10);
		assert_int_equal(told.ended, 1);
		assert_false(looking_up());
		assert_int_equal(lookups, 1);
		assert_int_equal(tear_down(NULL), 0);
	}
	/* It is said once, though it waits for the network. */
	set_up(NULL);
	broker_open();
	welcomed();
	lib.client->wants_write = true;
	mqtt_connection_stop(broker);
	reads(NULL, MOSQ_ERR_SUCCESS);
	assert_int_equal(lib.disconnects, 1);
	assert_int_equal(tear_down(NULL), 0);
	/* Nothing is open: at once. */
	set_up(NULL);
	broker_open();
	welcomed();
	mqtt_connection_stop(broker);
	assert_int_equal(lib.disconnects, 1);
	assert_int_equal(tear_down(NULL), 0);
	/* A broker that does not answer is left after two seconds. */
	set_up(NULL);
	broker_open();
	welcomed();
	(void)mqtt_connection_publish(broker, "x", "", 0);
	mqtt_connection_stop(broker);
	bench_run(1.9);
	mqtt_connection_stop(broker);
	assert_int_equal(told.ended, 0);
	bench_run(0.1);
	assert_int_equal(told.ended, 1);
	assert_null(lib.client);
	assert_int_equal(tear_down(NULL), 0);
	/* Without a connection there is nobody to say it to. */
	for (unsigned looked = 0; looked < 3; looked++) {
		set_up(NULL);
		broker_open();
		if (looked > 0)
			found(looked - 1);
		mqtt_connection_stop(broker);
		assert_false(looking_up());
		bench_run(0);
		assert_int_equal(told.ended, 1);
		bench_run(100);
		assert_false(looking_up());
		assert_int_equal(lookups, 1);
		assert_int_equal(tear_down(NULL), 0);
	}
	/* A welcome that comes now is not the owner's any more. */
	set_up(NULL);
	broker_open();
	found(1);
	broker->stopping = true;
	connack = 0;
	reads(welcome, MOSQ_ERR_SUCCESS);
	assert_int_equal(told.connected, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(connects), TEST(later_and_later), TEST(each_address_has_its_turn), TEST(refusals_are_tried_rarely),
		TEST(passwords_that_cannot_be_sent), TEST(what_is_no_access_is_refused), TEST(versions), TEST(losses),
		TEST(messages_without_end), TEST(files_of_tls), TEST(distrust), TEST(sends), TEST(comes), TEST(losses_within),
		TEST(goodbyes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
