/*
 * How many text messages may go out: each costs money, and a telephone that never rests is switched off.
 *
 * An alert sends once in SMS_ALERT_MS, whatever number of rows fire; all alerts together send SMS_HOUR_MAX messages in
 * any hour. What surely was not sent does not keep its alert from the next. Pure: time is an argument, of
 * CLOCK_BOOTTIME. Kept as long as the program runs. Begin with a zeroed struct.
 */
#ifndef API_SMS_LIMIT_H
#define API_SMS_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "layout/layout.h"

enum {
	SMS_ALERT_MS = 15 * 60 * 1000, /* long enough to see to it before the next */
	SMS_HOUR_MAX = 20, /* messages: five firings for a shift of four */
	SMS_HOUR_MS = 60 * 60 * 1000,
	SMS_ALERT_NAME_MAX = 64, /* a layout's names are shorter */
};

/* The last firing of an alert that was let through. */
struct sms_alert {
	char name[SMS_ALERT_NAME_MAX];
	int64_t at_ms;
	unsigned open; /* messages of which nobody knows yet */
	bool sent;     /* one was taken, or may have been */
	bool said;     /* that another firing was held back */
};

struct sms_limit {
	int64_t taken_ms[SMS_HOUR_MAX]; /* 0: free */
	struct sms_alert alerts[LAYOUT_ALERTS_MAX];
};

/*
 * Whether an alert may send now; then it counts from now, until nothing of it was sent. *news (may be NULL): it is the
 * first that is held back since.
 */
bool sms_limit_alert(struct sms_limit *limit, const char *alert, int64_t now_ms, bool *news);

/* Whether one more message may go out now; then it counts, and sms_limit_known() follows. */
bool sms_limit_message(struct sms_limit *limit, const char *alert, int64_t now_ms);

/* How a message of an alert ended: sent, or perhaps, or surely not. */
void sms_limit_known(struct sms_limit *limit, const char *alert, bool sent);

#endif
