/*
 * TLS to a broker: who is trusted, who we are, and why it failed, in words. Part of mqtt/broker, and the only door to
 * OpenSSL.
 *
 * libmosquitto checks the certificate against the host that it connects to. It is given an address, because it would
 * look up a name while the loop waits; so the context is made here, and holds the name that the certificate must be
 * for, and that the broker is told in the handshake. TLS 1.2 is the least.
 */
#ifndef MQTT_BROKER_TLS_H
#define MQTT_BROKER_TLS_H

#include "base/error.h"
#include "mqtt/mqtt_config.h"

struct broker_tls;

/* NULL with what the user can mend: a file that cannot be read, a key that does not fit. */
struct broker_tls *broker_tls_new(const struct mqtt_config *access, const char *host, struct error *error);
void broker_tls_free(struct broker_tls *tls);

/* The SSL_CTX, as libmosquitto takes it. */
void *broker_tls_context(struct broker_tls *tls);

/* Why the last handshake did not trust the broker; "" if that was not the reason. Forgotten by broker_tls_forget(). */
const char *broker_tls_cause(const struct broker_tls *tls);
void broker_tls_forget(struct broker_tls *tls);

#endif
