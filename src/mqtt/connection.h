/*
 * A connection to an MQTT broker: the only door to libmosquitto, and to OpenSSL.
 *
 * It lives in the caller's libev loop and never blocks it: names are looked up in a thread, and each address of a name
 * is tried. It speaks MQTT 5, or 3.1.1 where the broker knows no newer version. A lost connection is made again,
 * after waits that grow with each failure and are a little random. The owner must then subscribe and publish again,
 * since nothing of the earlier connection is kept. Topics and payloads are handed out as the broker sent them: the
 * owner must check them.
 */
#ifndef MQTT_CONNECTION_H
#define MQTT_CONNECTION_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/url.h"

enum {
	/* 10,000 agents with 20 columns are 500 kB when packed; this is sixteen times as much. */
	MQTT_PAYLOAD_MAX = 8 * 1024 * 1024,
	/* A broker that was silent for this long is asked; when it stays silent for as long again, it is given up. */
	MQTT_KEEPALIVE_SECONDS = 10,
	MQTT_STOP_SECONDS = 2,
};

/* How to sign in at a broker. All texts are borrowed; command/options wipes the password. */
struct mqtt_config {
	const char *user;          /* NULL: none */
	const char *password;      /* from CXWALL_BROKER_PASSWORD, copied and unset there; NULL */
	const char *password_file; /* NULL */
	const char *ca_file;       /* NULL: the system's */
	const char *cert_file;     /* of a client certificate; NULL */
	const char *key_file;      /* NULL: in cert_file */
	bool allow_plaintext;      /* the password may go readable to another machine */
};

enum mqtt_state {
	MQTT_CONNECTING, /* the first try, or one after a loss */
	MQTT_CONNECTED,
	MQTT_TROUBLE,    /* waits for the next try */
	MQTT_REFUSED,    /* the broker refuses this login; tries are rare */
	MQTT_ENDED,
};

struct mqtt_connection_status {
	enum mqtt_state state;
	char cause[ERROR_TEXT];  /* "" when nothing is wrong */
	char advice[ERROR_TEXT]; /* what to do about it; "" */
	int64_t next_try_ms;     /* CLOCK_BOOTTIME; 0: none is planned */
	bool busy; /* messages published earlier still wait for the network: more would pile up */
};

struct mqtt_message {
	const char *topic;
	const char *bytes; /* last for one call */
	size_t length;
	bool retained;  /* published before we subscribed */
	bool too_large; /* longer than MQTT_PAYLOAD_MAX: do not use its bytes */
};

/* What the broker publishes for us, retained, when we vanish without a DISCONNECT. Both texts are copied. */
struct mqtt_will {
	const char *topic; /* NULL: none */
	const char *text;
};

/* Any callback may call any function but mqtt_connection_free(). */
struct mqtt_sink {
	void (*connected)(void *context);
	/* The connection or a try is over; its status says why. */
	void (*lost)(void *context);
	void (*message)(void *context, const struct mqtt_message *message);
	/* The broker's answer to what was subscribed or published with this id; cause: why it refused, or "". */
	void (*subscribed)(void *context, int id, const char *cause);
	void (*published)(void *context, int id, const char *cause);
	/* What mqtt_connection_stop() began is complete. */
	void (*ended)(void *context);
	void *context;
};

struct mqtt_connection;

/* NULL with what only the user can mend. The address and the configuration must outlive it. */
struct mqtt_connection *mqtt_connection_new(struct ev_loop *loop, const struct url_broker *address,
	const struct mqtt_config *config, const struct mqtt_will *will, const struct mqtt_sink *sink,
	struct error *error);

/* Begins the first try, or at once the next one if one is planned; whatever follows comes from the loop. */
void mqtt_connection_try(struct mqtt_connection *connection);

/* As it is now; valid as long as the connection, and changed by the next call. */
const struct mqtt_connection_status *mqtt_connection_status(struct mqtt_connection *connection);

/*
 * Subscribes to a topic, or ends its subscription. Returns an id for the callback; -1 if there is no connection or the
 * library refuses.
 */
int mqtt_connection_subscribe(struct mqtt_connection *connection, const char *topic, bool on);

/* Publishes a retained message, in the order of the calls (QoS 1). Returns an id for the callback, or -1. */
int mqtt_connection_publish(struct mqtt_connection *connection, const char *topic, const void *bytes, size_t length);

/* Sends what waits, disconnects within 2 s, then calls ended. The last will is not published. Idempotent. */
void mqtt_connection_stop(struct mqtt_connection *connection);
void mqtt_connection_free(struct mqtt_connection *connection);

#endif
