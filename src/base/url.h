/*
 * Where requests go: the base url, checked once, and the escaping of what is put into a query or a form.
 *
 * Plain http is taken only to a literal loopback address or localhost, or where plaintext was allowed. Nothing here
 * allocates beyond a call; the struct holds its texts itself. It never looks up a name.
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
	URL_MAX = 2048,     /* what servers and proxies are sure to take */
	URL_HOST_MAX = 256, /* a DNS name has 253 bytes */
	URL_PEER_MAX = 288, /* scheme, host and port */
	URL_PREFIX_MAX = 128, /* of topics: with what follows it stays far below MQTT's 65,535 */
};

struct url_base {
	char text[URL_MAX];      /* scheme://host[:port][/path], no slash at the end */
	char peer[URL_PEER_MAX]; /* scheme://host[:port] */
	char host[URL_HOST_MAX];
	bool tls;
	bool loopback;
	bool plaintext; /* http to more than this machine */
};

/* url may be NULL: https://TENANT. */
bool url_base_read(struct url_base *base, const char *url, const char *tenant, bool allow_plaintext,
	struct error *error);

/* mqtt://HOST[:PORT]/PREFIX or mqtts://…; the prefix is of letters, digits and . _ - in levels between slashes. */
struct url_broker {
	char host[URL_HOST_MAX];     /* without brackets */
	char peer[URL_PEER_MAX];     /* scheme://host[:port] */
	char prefix[URL_PREFIX_MAX]; /* without a slash at either end */
	int port;
	bool tls;
	bool loopback;
};

bool url_broker_read(struct url_broker *broker, const char *url, struct error *error);

/* Whether a host is this machine: localhost, 127.0.0.0/8, ::1 (with or without brackets). */
bool url_is_loopback(const char *host);

/* Adds "name=value" with the value escaped, after a '&' unless it is the first. */
bool url_add_value(struct buffer *out, const char *name, const char *value);

/* The host of any url, for messages; "another address" if it has none. */
void url_host_of(const char *url, char *out, size_t size);

#endif
