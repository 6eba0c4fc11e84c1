/* The reason codes of MQTT and the errors of libmosquitto in words. All texts are constant. */
#ifndef MQTT_MQTT_ERRORS_H
#define MQTT_MQTT_ERRORS_H

#include <stdbool.h>

/* A short text for a reason code of MQTT 5; "" for one that is not an error. */
const char *mqtt_reason(int code);

/* Whether the reason of a CONNACK refuses the login, so that trying again soon is useless. */
bool mqtt_reason_refuses(int code);

/* The reason code of MQTT 5 for a return code of 3.1.1's CONNACK. */
int mqtt_reason_from_3(int code);

/* A text for what a call of libmosquitto returned. Uses errno for MOSQ_ERR_ERRNO. */
const char *mqtt_library_error(int code);

#endif
