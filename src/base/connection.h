/*
 * Where the API is and who asks, and how to sign in at a broker: filled by app from options, environment and files; read by feed.
 *
 * Owned by app, constant while a feed uses it. The secret itself is not here: base/secret fetches it from one of
 * the three places that may hold it, and wipes it.
 */
#ifndef BASE_CONNECTION_H
#define BASE_CONNECTION_H

#include <stdbool.h>

enum auth_kind {
	AUTH_OAUTH,  /* A1, then a bearer token */
	AUTH_COOKIE, /* X-STATSAPI-TOKEN, -TENANT, -LOGIN; the secret is the token */
};

enum dialect_choice {
	DIALECT_CHOICE_AUTO,
	DIALECT_CHOICE_SCHEMA,
	DIALECT_CHOICE_EXAMPLE,
};

struct connection {
	const char *tenant; /* domain: OAuth scope, cookie, tenantUrl */
	const char *url;    /* scheme://host[:port][/path]; NULL: https://TENANT */
	const char *user;
	int auth;    /* enum auth_kind */
	int dialect; /* enum dialect_choice */
	const char *secret;         /* from CXWALL_SECRET, copied and unset there; NULL */
	const char *secret_file;    /* NULL */
	const char *secret_command; /* NULL */
	const char *proxy;          /* NULL: https_proxy of the environment, for https only */
	const char *ca_file;        /* NULL: the system's */
	const char *chat_app_id;    /* M1; NULL: not asked */
	const char *chat_client_id;
	double interval;            /* seconds between polls, at least 1 (0.05 on loopback) */
	bool allow_plaintext;
	bool take_over; /* delete another client's subscription */
};

/* How to sign in at a broker (mqtt/broker). The password is in none of these but `password`, which app wipes. */
struct broker_access {
	const char *user;          /* NULL: none */
	const char *password;      /* from CXWALL_BROKER_PASSWORD, copied and unset there; NULL */
	const char *password_file; /* NULL */
	const char *ca_file;       /* NULL: the system's */
	const char *cert_file;     /* of a client certificate; NULL */
	const char *key_file;      /* NULL: in cert_file */
	bool allow_plaintext;      /* the password may go readable to another machine */
};

#endif
