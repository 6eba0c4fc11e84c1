#include "mqtt/connection.h"

#include <errno.h>
#include <linux/tcp.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file_text.h"
#include "base/log.h"
#include "base/os.h"
#include "base/secret.h"

/* ---- causes in words: the reason codes of MQTT and the errors of libmosquitto ---- */

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

/* A short text for a reason code of MQTT 5; "" for one that is not an error. */
static const char *mqtt_reason(int code)
{
	const struct mqtt_reason *reason = mqtt_reason_find(code);
	if (code < MQTT_RC_UNSPECIFIED)
		return "";
	return reason != NULL ? reason->text : "an unknown reason";
}

/* Whether the reason of a CONNACK refuses the login, so that trying again soon is useless. */
static bool mqtt_reason_refuses(int code)
{
	const struct mqtt_reason *reason = mqtt_reason_find(code);
	return reason != NULL && reason->refused;
}

/* The reason code of MQTT 5 for a return code of 3.1.1's CONNACK. */
static int mqtt_reason_from_3(int code)
{
	static const int codes[] = {
		MQTT_RC_SUCCESS, MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION, MQTT_RC_CLIENTID_NOT_VALID,
		MQTT_RC_SERVER_UNAVAILABLE, MQTT_RC_BAD_USERNAME_OR_PASSWORD, MQTT_RC_NOT_AUTHORIZED,
	};
	bool known = code >= 0 && code < (int)(sizeof(codes) / sizeof(codes[0]));
	return known ? codes[code] : code < MQTT_RC_UNSPECIFIED ? MQTT_RC_UNSPECIFIED : code;
}

/* A text for what a call of libmosquitto returned. Uses errno for MOSQ_ERR_ERRNO. */
static const char *mqtt_library_error(int code)
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

/*
 * ---- TLS: which certificates are trusted, which one we show, and why a handshake failed ----
 *
 * libmosquitto checks the certificate against the host that it connects to. We give it an address, because it would
 * look a name up while the loop waits. So the TLS context is made here with the name that the certificate must be for,
 * and sends that name in the handshake. TLS 1.2 is the oldest version that is accepted.
 */

/* Ten times as large as a system's list of authorities. */
enum { PEM_BYTES_MAX = 2 * 1024 * 1024 };

struct tls {
	SSL_CTX *context;
	char host[URL_HOST_MAX];
	char cause[ERROR_TEXT]; /* why the broker was not trusted; "": it was */
};

/* Under which index a context holds its struct tls. */
static int tls_index(void)
{
	static int index = -1;
	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

static struct tls *tls_of(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), tls_index());
}

static void tls_set_cause(struct tls *tls, int code)
{
	switch (code) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		snprintf(tls->cause, sizeof(tls->cause), "The broker's certificate is not for %.150s", tls->host);
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		snprintf(tls->cause, sizeof(tls->cause), "The broker's certificate has expired");
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		snprintf(tls->cause, sizeof(tls->cause),
			"The broker's certificate is not valid yet; check this computer's clock");
		break;
	default:
		snprintf(tls->cause, sizeof(tls->cause), "The broker's certificate is not trusted: %.150s",
			X509_verify_cert_error_string(code));
	}
}

/* Notes the cause and leaves OpenSSL's verdict as it is. */
static int tls_on_verify(int good, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *tls = ssl != NULL ? tls_of(ssl) : NULL;
	if (!good && tls != NULL && tls->cause[0] == '\0')
		tls_set_cause(tls, X509_STORE_CTX_get_error(store));
	return good;
}

static bool tls_is_address(const char *host)
{
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
	ASN1_OCTET_STRING_free(address);
	return address != NULL;
}

/* libmosquitto has set the address that it connects to; set the host's name before the first message is sent. */
static void tls_on_state(const SSL *ssl, int where, int result)
{
	struct tls *tls = tls_of(ssl);
	(void)result;
	if ((where & SSL_CB_HANDSHAKE_START) && tls != NULL)
		SSL_set_tlsext_host_name((SSL *)(void *)(uintptr_t)ssl, tls_is_address(tls->host) ? NULL : tls->host);
}

static const char *tls_error(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);
	if (ERR_SYSTEM_ERROR(code))
		reason = strerror(ERR_GET_REASON(code));
	ERR_clear_error();
	return reason != NULL ? reason : "it cannot be used";
}

/* ---- files: each is opened once, so that the file that is checked is the one that is read ---- */

/* NULL with "OPTION: PATH: ...". */
static BIO *tls_open_pem(struct file_text *file, const char *option, const char *path, struct error *error)
{
	if (!file_text_read(file, path, PEM_BYTES_MAX, error)) {
		error_prefix(error, "%s: ", option);
		return NULL;
	}
	BIO *bytes = BIO_new_mem_buf(buffer_string(&file->text), (int)file->text.length);
	if (bytes == NULL)
		fatal("no memory for a certificate");
	return bytes;
}

/* The text may be a key. */
static void tls_close_pem(struct file_text *file, BIO *bytes)
{
	BIO_free(bytes);
	buffer_wipe_free(&file->text);
	file_text_close(file);
}

static bool tls_set_authorities(struct tls *tls, const char *path, struct error *error)
{
	struct file_text file;
	if (path == NULL)
		return SSL_CTX_set_default_verify_paths(tls->context) == 1 ||
			error_set(error, "the system's certificates cannot be read: %s", tls_error());
	BIO *bytes = tls_open_pem(&file, "broker_ca_file", path, error);
	if (bytes == NULL)
		return false;
	STACK_OF(X509_INFO) *found = PEM_X509_INFO_read_bio(bytes, NULL, NULL, NULL);
	int count = found == NULL ? 0 : sk_X509_INFO_num(found);
	bool good = count > 0;
	X509_STORE *store = SSL_CTX_get_cert_store(tls->context);
	for (int i = 0; good && i < count; i++) {
		const X509_INFO *info = sk_X509_INFO_value(found, i);
		good = (info->x509 == NULL || X509_STORE_add_cert(store, info->x509) == 1) &&
			(info->crl == NULL || X509_STORE_add_crl(store, info->crl) == 1);
	}
	if (!good)
		error_set(error, "broker_ca_file: %.150s: %s", path,
			count == 0 ? "there is no certificate in it" : tls_error());
	sk_X509_INFO_pop_free(found, X509_INFO_free);
	tls_close_pem(&file, bytes);
	return good;
}

static bool tls_check_key_file(int file, const char *path, struct error *error)
{
	struct stat about;
	if (fstat(file, &about) != 0)
		return error_set(error, "broker_key_file: %.150s: %s", path, strerror(errno));
	if (about.st_uid != geteuid() && about.st_uid != 0)
		return error_set(error, "broker_key_file: %.150s belongs to somebody else", path);
	return (about.st_mode & S_IRWXO) == 0 ||
		error_set(error, "broker_key_file: others may read %.150s: chmod 600 it", path);
}

/* OpenSSL would ask for a key's pass phrase on the terminal. */
static int tls_no_passphrase(char *out, int size, int writing, void *context)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

/* Our own certificate, followed by those that lead to an authority. */
static bool tls_use_chain(SSL_CTX *context, BIO *bytes)
{
	X509 *next = PEM_read_bio_X509_AUX(bytes, NULL, tls_no_passphrase, NULL);
	bool good = next != NULL && SSL_CTX_use_certificate(context, next) == 1;
	X509_free(next);
	while (good && (next = PEM_read_bio_X509(bytes, NULL, tls_no_passphrase, NULL)) != NULL) {
		good = SSL_CTX_add1_chain_cert(context, next) == 1;
		X509_free(next);
	}
	/* OpenSSL reports the end of the file as an error. */
	if (good)
		ERR_clear_error();
	return good;
}

static bool tls_use_key(SSL_CTX *context, BIO *bytes)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bytes, NULL, tls_no_passphrase, NULL);
	bool good = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
	EVP_PKEY_free(key);
	return good;
}

/* The certificate that we show, and its key, which may be in the same file. */
static bool tls_load_identity(struct tls *tls, const struct mqtt_config *config, struct error *error)
{
	const char *certificate = config->cert_file, *key = config->key_file != NULL ? config->key_file : certificate;
	struct file_text file;
	if (certificate == NULL)
		return key == NULL || error_set(error, "broker_key_file needs broker_cert_file");
	BIO *bytes = tls_open_pem(&file, "broker_cert_file", certificate, error);
	if (bytes == NULL)
		return false;
	bool good = tls_use_chain(tls->context, bytes) ||
		error_set(error, "broker_cert_file: %.150s: %s", certificate, tls_error());
	tls_close_pem(&file, bytes);
	if (!good || (bytes = tls_open_pem(&file, "broker_key_file", key, error)) == NULL)
		return false;
	good = tls_check_key_file(file.file, key, error) && (tls_use_key(tls->context, bytes) ||
		error_set(error, "broker_key_file: %.150s: %s", key, tls_error()));
	tls_close_pem(&file, bytes);
	return good;
}

static void tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

/* NULL with what the user can mend: a file that cannot be read, a key that does not match its certificate. */
static struct tls *tls_new(const struct mqtt_config *config, const char *host, struct error *error)
{
	struct tls *tls = must_alloc(sizeof(*tls));
	*tls = (struct tls){ .context = SSL_CTX_new(TLS_client_method()) };
	snprintf(tls->host, sizeof(tls->host), "%s", host);
	bool good = tls->context != NULL && tls_index() >= 0 &&
		    SSL_CTX_set_ex_data(tls->context, tls_index(), tls) == 1 &&
		    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) == 1;
	if (good) {
		X509_VERIFY_PARAM *wanted = SSL_CTX_get0_param(tls->context);
		X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		good = (tls_is_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(wanted, host)
			: X509_VERIFY_PARAM_set1_host(wanted, host, 0)) == 1;
	}
	if (!good)
		error_set(error, "TLS cannot be used: %s", tls_error());
	good = good && tls_set_authorities(tls, config->ca_file, error) && tls_load_identity(tls, config, error);
	if (!good) {
		tls_free(tls);
		return NULL;
	}
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, tls_on_verify);
	SSL_CTX_set_info_callback(tls->context, tls_on_state);
	return tls;
}

/*
 * ---- names ----
 *
 * The lookup runs in a thread of its own that touches only its own memory, so that a lookup that hangs delays neither
 * the loop nor the end of the program. There is one lookup at a time. "localhost" is this machine, without a lookup.
 */

enum {
	RESOLVE_ADDRESSES_MAX = 16, /* more than the name of a broker has */
	RESOLVE_ADDRESS_MAX = 64,   /* of an IPv6 address with its scope */
};

struct resolved {
	unsigned count; /* 0: error says why */
	char addresses[RESOLVE_ADDRESSES_MAX][RESOLVE_ADDRESS_MAX];
	struct error error;
};

/* Shared by the thread and its resolver; whichever finishes last frees it. */
struct lookup {
	pthread_mutex_t lock;
	struct resolver *owner; /* NULL: closed meanwhile */
	bool over; /* the thread has ended */
	char host[URL_HOST_MAX];
	struct resolved resolved;
};

struct resolver {
	struct ev_loop *loop;
	const char *host;
	ev_async lookup_done;
	struct lookup *lookup; /* NULL: none was started, or all are over */
	bool wanted;           /* `done` is to be called */
	void (*done)(void *context, const struct resolved *resolved);
	void *context;
};

static void lookup_free(struct lookup *lookup)
{
	pthread_mutex_destroy(&lookup->lock);
	free(lookup);
}

static bool resolved_has(const struct resolved *resolved, const char *address)
{
	for (unsigned i = 0; i < resolved->count; i++)
		if (strcmp(resolved->addresses[i], address) == 0)
			return true;
	return false;
}

static void lookup_do(const char *host, struct resolved *resolved)
{
	/* As in libcurl: no file or name server may redirect "localhost", which is trusted as this machine. */
	if (strcasecmp(host, "localhost") == 0) {
		strcpy(resolved->addresses[0], "127.0.0.1");
		strcpy(resolved->addresses[1], "::1");
		resolved->count = 2;
		return;
	}
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *found = NULL;
	int code = getaddrinfo(host, NULL, &hints, &found);
	if (code != 0)
		error_set(&resolved->error, "%s", gai_strerror(code));
	for (struct addrinfo *at = found; at != NULL && resolved->count < RESOLVE_ADDRESSES_MAX; at = at->ai_next) {
		char address[RESOLVE_ADDRESS_MAX];
		if (getnameinfo(at->ai_addr, at->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST) == 0 &&
			!resolved_has(resolved, address))
			memcpy(resolved->addresses[resolved->count++], address, sizeof(address));
	}
	if (code == 0 && resolved->count == 0)
		error_set(&resolved->error, "the name has no address");
	if (found != NULL)
		freeaddrinfo(found);
}

static void *lookup_run(void *argument)
{
	struct lookup *lookup = argument;
	lookup_do(lookup->host, &lookup->resolved);
	pthread_mutex_lock(&lookup->lock);
	lookup->over = true;
	bool awaited = lookup->owner != NULL;
	/* With the lock held, so that the owner and its loop still exist. */
	if (awaited)
		ev_async_send(lookup->owner->loop, &lookup->owner->lookup_done);
	pthread_mutex_unlock(&lookup->lock);
	if (!awaited)
		lookup_free(lookup);
	return NULL;
}

static void resolver_on_done(struct ev_loop *loop, ev_async *async, int events)
{
	struct resolver *resolver = async->data;
	struct lookup *lookup = resolver->lookup;
	(void)loop;
	(void)events;
	if (lookup == NULL)
		return;
	pthread_mutex_lock(&lookup->lock);
	bool over = lookup->over;
	pthread_mutex_unlock(&lookup->lock);
	if (!over)
		return;
	resolver->lookup = NULL;
	struct resolved resolved = lookup->resolved;
	bool wanted = resolver->wanted;
	resolver->wanted = false;
	lookup_free(lookup);
	if (wanted)
		resolver->done(resolver->context, &resolved);
}

/* `done` is called from the loop, once for each start after which `wanted` stayed set. */
static void resolver_init(struct resolver *resolver, struct ev_loop *loop, const char *host,
	void (*done)(void *context, const struct resolved *resolved), void *context)
{
	*resolver = (struct resolver){ .loop = loop, .host = host, .done = done, .context = context };
	ev_async_init(&resolver->lookup_done, resolver_on_done);
	resolver->lookup_done.data = resolver;
	ev_async_start(loop, &resolver->lookup_done);
}

static bool lookup_start(struct lookup *lookup)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* The loop handles all signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool good = pthread_create(&thread, &attributes, lookup_run, lookup) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return good;
}

/* If an earlier lookup still runs, wanted or not, its answer is used: threads must not pile up. */
static void resolver_start(struct resolver *resolver)
{
	resolver->wanted = true;
	if (resolver->lookup != NULL)
		return;
	struct lookup *lookup = must_alloc(sizeof(*lookup));
	memset(lookup, 0, sizeof(*lookup));
	pthread_mutex_init(&lookup->lock, NULL);
	lookup->owner = resolver;
	snprintf(lookup->host, sizeof(lookup->host), "%s", resolver->host);
	resolver->lookup = lookup;
	if (lookup_start(lookup))
		return;
	error_set(&lookup->resolved.error, "no thread could be started");
	lookup->over = true;
	ev_async_send(resolver->loop, &resolver->lookup_done);
}

static void resolver_close(struct resolver *resolver)
{
	struct lookup *lookup = resolver->lookup;
	ev_async_stop(resolver->loop, &resolver->lookup_done);
	if (lookup == NULL)
		return;
	pthread_mutex_lock(&lookup->lock);
	lookup->owner = NULL;
	bool over = lookup->over;
	pthread_mutex_unlock(&lookup->lock);
	if (over)
		lookup_free(lookup);
}

/* ---- the connection ---- */

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
	struct tls *tls;
	struct resolver resolver;
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

/* Plans the next try: at once, or after a wait that grows with each failure. */
static void connection_plan_next(struct mqtt_connection *connection, bool soon)
{
	double most = connection->failures < 5 ? (double)(1u << connection->failures) : CONNECTION_BACKOFF_MAX_S;
	if (connection->status.state == MQTT_REFUSED)
		most = CONNECTION_REFUSED_S;
	/* By chance a little shorter, so that a broker that comes back does not meet all its clients at once. */
	double seconds = soon ? 0.1 : most * (0.5 + 0.5 * (double)(os_random() % 1000) / 1000);
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
			connection, "The broker requires a login", "Set broker_user and broker_password_file.");
		return;
	}
	snprintf(cause, sizeof(cause), "The broker refused our login (%.80s)", mqtt_reason(connection->code));
	connection_set_cause(connection, cause,
		connection->config->user != NULL ? "Check broker_user and its password." : "Check broker_cert_file.");
}

static bool connection_distrusts(const struct mqtt_connection *connection)
{
	return connection->tls != NULL && connection->tls->cause[0] != '\0';
}

static void connection_set_lost(struct mqtt_connection *connection, int rc)
{
	char cause[ERROR_TEXT];
	if (connection_distrusts(connection)) {
		connection_set_cause(
			connection, connection->tls->cause, "Ask the broker's administrator, or set broker_ca_file.");
		return;
	}
	if (connection->too_large) {
		connection_set_cause(connection, "The broker sent a message that is too large", "");
		return;
	}
	if (connection->client == NULL)
		snprintf(cause, sizeof(cause), "The lookup of the broker's name %.120s does not end",
			connection->address->host);
	else if (connection->code != 0)
		snprintf(cause, sizeof(cause), "The broker at %.100s closed the connection: %.60s",
			connection->address->host, mqtt_reason(connection->code));
	else
		snprintf(cause, sizeof(cause), "%s the broker at %.90s: %.110s",
			connection->accepted ? "Lost the connection to" : "No connection to", connection->address->host,
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
	connection->resolver.wanted = false;
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
	struct tls *renewed = tls_new(connection->config, connection->address->host, NULL);
	if (renewed == NULL) {
		connection->tls->cause[0] = '\0';
		ERR_clear_error();
		return;
	}
	tls_free(connection->tls);
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
		mosquitto_void_option(connection->client, MOSQ_OPT_SSL_CTX, connection->tls->context);
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
		snprintf(cause, sizeof(cause), "The broker's name %.100s cannot be looked up: %.100s",
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
	resolver_start(&connection->resolver);
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
	struct tls *tls = NULL;
	if (!connection_check_config(address, config, error))
		return NULL;
	if (!library_ready && mosquitto_lib_init() != MOSQ_ERR_SUCCESS)
		fatal("the MQTT library cannot start");
	library_ready = true;
	if (address->tls && (tls = tls_new(config, address->host, error)) == NULL)
		return NULL;
	struct mqtt_connection *connection = must_alloc(sizeof(*connection));
	*connection = (struct mqtt_connection){
		.loop = loop,
		.address = address,
		.config = config,
		.sink = *sink,
		.tls = tls,
		.socket = -1,
		.status.next_try_ms = clock_boot_ms(),
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
	resolver_init(&connection->resolver, loop, address->host, connection_on_resolved, connection);
	return connection;
}

const struct mqtt_connection_status *mqtt_connection_status(struct mqtt_connection *connection)
{
	connection->status.busy = connection->client != NULL && mosquitto_want_write(connection->client);
	return &connection->status;
}

static bool connection_can_send(const struct mqtt_connection *connection)
{
	return connection->status.state == MQTT_CONNECTED && connection->client != NULL && !connection->stopping;
}

int mqtt_connection_subscribe(struct mqtt_connection *connection, const char *topic, bool on)
{
	int id = -1;
	if (!connection_can_send(connection))
		return -1;
	int rc = on ? mosquitto_subscribe(connection->client, &id, topic, 0)
		: mosquitto_unsubscribe(connection->client, &id, topic);
	if (rc == MOSQ_ERR_SUCCESS && !on)
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

void mqtt_connection_try(struct mqtt_connection *connection)
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
	connection->resolver.wanted = false;
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
	resolver_close(&connection->resolver);
	tls_free(connection->tls);
	free(connection);
}
