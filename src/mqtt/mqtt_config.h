/*
 * How to sign in at an MQTT broker: filled in by command/options, constant while a publisher or a feed uses it.
 *
 * All texts are borrowed. The password is in none of these but `password`, which command/options wipes.
 */
#ifndef MQTT_MQTT_CONFIG_H
#define MQTT_MQTT_CONFIG_H

#include <stdbool.h>

struct mqtt_config {
	const char *user;          /* NULL: none */
	const char *password;      /* from CXWALL_BROKER_PASSWORD, copied and unset there; NULL */
	const char *password_file; /* NULL */
	const char *ca_file;       /* NULL: the system's */
	const char *cert_file;     /* of a client certificate; NULL */
	const char *key_file;      /* NULL: in cert_file */
	bool allow_plaintext;      /* the password may go readable to another machine */
};

#endif
