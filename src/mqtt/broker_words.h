/* What the codes of MQTT and of libmosquitto mean, in words. Part of mqtt/broker. */
#ifndef MQTT_BROKER_WORDS_H
#define MQTT_BROKER_WORDS_H

#include <stdbool.h>

/* A reason code of MQTT 5, or a return code of 3.1.1's CONNACK made one; short, "" for those that are no trouble. */
const char *broker_words_reason(int code);

/* Whether a CONNACK's reason is about who we are, so that trying again soon is no use. */
bool broker_words_refused(int code);

/* 3.1.1's return codes of CONNACK as those of MQTT 5. */
int broker_words_from_3(int code);

/* What a call of libmosquitto returned; errno is looked at for those that say so. */
const char *broker_words_library(int code);

#endif
