/*
 * How to reach the API and who asks: filled in by command/options, constant while a feed uses it.
 *
 * All texts are borrowed. The secret is not here, only the places that may hold it: base/secret fetches and wipes it.
 */
#ifndef API_API_CONFIG_H
#define API_API_CONFIG_H

#include <stdbool.h>

#include "base/secret.h"
#include "layout/value.h"

enum auth_kind {
	AUTH_OAUTH,  /* A1, then a bearer token */
	AUTH_COOKIE, /* X-STATSAPI-TOKEN, -TENANT, -LOGIN; the secret is the token */
};

/* Spelling of the subscription's body. */
enum dialect_choice {
	DIALECT_CHOICE_AUTO,
	DIALECT_CHOICE_SCHEMA,
	DIALECT_CHOICE_EXAMPLE,
};

struct api_config {
	const char *tenant; /* domain: OAuth scope, cookie, tenantUrl */
	const char *url;    /* scheme://host[:port][/path]; NULL: https://TENANT */
	const char *user;
	enum auth_kind auth;
	enum dialect_choice dialect;
	enum scale percent_totals, percent_grids; /* AUTO: as the answers show */
	struct secret_source secret;
	const char *proxy;       /* NULL: https_proxy of the environment, for https only */
	const char *ca_file;     /* NULL: the system's */
	const char *chat_app_id; /* M1; NULL: not asked */
	const char *chat_client_id;
	double interval;         /* seconds between polls, at least 1 (0.05 on loopback) */
	bool allow_plaintext;
	bool take_over; /* delete another client's subscription */
};

#endif
