/*
 * What a text message says of an alert: "14:05 ALERT long queue: Support, 12".
 *
 * One message and no more: 160 characters where all of them are in the alphabet of GSM 03.38 (those of its extension
 * count twice), else 70. What is too long is cut from the row's name, then from the value. The person that an
 * alert is about is named only where names may be shown in full.
 */
#ifndef API_SMS_TEXT_H
#define API_SMS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "alert/alert.h"
#include "board/privacy.h"

enum {
	SMS_SEPTETS_MAX = 160,
	SMS_UNITS_MAX = 70, /* of UTF-16 */
	SMS_TEXT_MAX = 2 * SMS_SEPTETS_MAX + 1, /* bytes: no character of one septet has more than two */
};

void sms_text(const struct alert_event *event, enum names names, char out[SMS_TEXT_MAX]);

/* Whether a clean text is one message. */
bool sms_text_fits(const char *text);

/* Writes what a screen or a log may show of a text with telephone numbers in it: of each its last three digits. */
void sms_text_mask(const char *text, char *out, size_t size);

#endif
