/*
 * TLS to a broker: which certificates are trusted, which one we show, and why a handshake failed, in words. The only
 * door to OpenSSL; mqtt/connection is its only user.
 *
 * libmosquitto checks the certificate against the host that it connects to. We give it an address, because it would
 * look a name up while the loop waits. So the TLS context is made here with the name that the certificate must be for,
 * and sends that name in the handshake. TLS 1.2 is the oldest version that is accepted.
 */
#ifndef MQTT_TLS_H
#define MQTT_TLS_H

#include "base/error.h"
#include "mqtt/mqtt_config.h"

struct mqtt_tls;

/* NULL with what the user can mend: a file that cannot be read, a key that does not match its certificate. */
struct mqtt_tls *mqtt_tls_new(const struct mqtt_config *config, const char *host, struct error *error);
void mqtt_tls_free(struct mqtt_tls *tls);

/* The SSL_CTX, for libmosquitto. */
void *mqtt_tls_context(struct mqtt_tls *tls);

/* Why the broker was not trusted, until mqtt_tls_forget(); "" if it was. */
const char *mqtt_tls_cause(const struct mqtt_tls *tls);
void mqtt_tls_forget(struct mqtt_tls *tls);

#endif
