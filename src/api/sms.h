/*
 * The text messages of alerts: T1, through the session of the live feed.
 *
 * A message that may have arrived is never sent again: a second one wakes somebody for nothing and costs money. It is
 * sent again where it surely did not arrive: no connection, or the server turned it away for now (429); and once more
 * after a 401, with a new token. Afterwards its delivery is asked for, a few minutes long. One request at a time.
 * Whatever was not sent or not delivered is reported, there and in the log, with three digits of the number at most.
 * Nothing survives the end of the program: what was not sent by then is not sent.
 */
#ifndef API_SMS_H
#define API_SMS_H

#include <ev.h>
#include <stdbool.h>

#include "alert/alert.h"
#include "api/auth.h"
#include "api/http.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "board/privacy.h"
#include "layout/layout.h"

/*
 * How many text messages may go out: each costs money, and a telephone that never rests is switched off. An alert sends
 * once in SMS_ALERT_MS, whatever number of rows fire; all alerts together send SMS_HOUR_MAX messages in any hour. What
 * surely was not sent does not keep its alert from the next. Kept as long as the program runs.
 */
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
	unsigned open; /* messages whose fate is unknown yet */
	bool sent;     /* one was taken, or may have been */
	bool said;     /* the user knows that another firing was held back */
};

struct sms_limit {
	int64_t taken_ms[SMS_HOUR_MAX]; /* 0: free */
	struct sms_alert alerts[LAYOUT_ALERTS_MAX];
};

enum {
	SMS_SEPTETS_MAX = 160,
	SMS_UNITS_MAX = 70, /* of UTF-16 */
	SMS_TEXT_MAX = 2 * SMS_SEPTETS_MAX + 1, /* bytes: no character of one septet has more than two */
	SMS_TRIES_MAX = 3,
	SMS_LOOKS_MAX = 8, /* at the delivery: five minutes */
	SMS_LATE_MS = 5 * 60 * 1000, /* what could not be sent by then is old news */
	SMS_SID_MAX = 64,
	SMS_PHONE_MAX = 24,
};

enum sms_state {
	SMS_FREE,
	SMS_WAITING, /* to be sent */
	SMS_SENT,    /* accepted by the server; its delivery is unknown yet */
};

struct sms_message {
	enum sms_state state;
	char alert[SMS_ALERT_NAME_MAX];
	char to[SMS_PHONE_MAX], from[SMS_PHONE_MAX];
	char text[SMS_TEXT_MAX];
	char sid[SMS_SID_MAX]; /* of the server's making */
	char status[16];       /* the last one that the server gave */
	int64_t since_ms;      /* CLOCK_BOOTTIME */
	double due;            /* the same, seconds */
	unsigned tries, looks;
	unsigned generation;   /* of the token that was used last */
	unsigned refused;      /* the one that a 401 answered; 0 */
	bool renewed;          /* a 401 came, and the token was renewed for it */
};

/* Begin with a struct that is zeroed but for what its user sets. */
struct sms {
	/* Set by the user. */
	struct ev_loop *loop;
	struct http *http;
	struct auth *auth;
	void (*failed)(void *context, const char *text); /* something was not sent, or not delivered; may be NULL */
	void *context;
	double pace; /* of waiting: 1, less in tests */

	struct sms_limit limit;
	struct sms_message messages[SMS_HOUR_MAX]; /* no more can be on their way */
	struct sms_message *asking; /* whose request runs; NULL */
	struct buffer body;
	struct json json;
	ev_timer timer;
	bool stopped; /* set by the user: nothing is begun any more; a request that runs may end by itself */
};

void sms_init(struct sms *sms);

/*
 * Sends to the numbers of the event's alert, now or when others are done; copies what it needs. False with the reason
 * if a limit holds back some of it, reported once for an alert that fires too often.
 */
bool sms_add(struct sms *sms, const struct alert_event *event, enum names names, struct error *error);

/* Sends what waits, or drops it if stopped: to be called after signing in, and when `stopped` was set. */
void sms_run(struct sms *sms);
void sms_free(struct sms *sms);

/* The limits: pure, with the time of CLOCK_BOOTTIME as an argument, and here for tests. Begin with a zeroed struct. */

/*
 * Whether an alert may send now; then it counts from now, until nothing of it was sent. *news (may be NULL): it is the
 * first that is held back since.
 */
bool sms_limit_alert(struct sms_limit *limit, const char *alert, int64_t now_ms, bool *news);

/* Whether one more message may go out now; then it counts, and sms_limit_known() follows. */
bool sms_limit_message(struct sms_limit *limit, const char *alert, int64_t now_ms);

/* How a message of an alert ended: sent, or perhaps, or surely not. */
void sms_limit_known(struct sms_limit *limit, const char *alert, bool sent);

/* The texts: pure, and here for tests. */

/*
 * What a message says of an alert: "14:05 ALERT long queue: Support, 12".
 *
 * One message and no more: 160 characters where all of them are in the alphabet of GSM 03.38 (those of its extension
 * count twice), else 70. What is too long is cut from the row's name, then from the value. The person that an
 * alert is about is named only where names may be shown in full.
 */
void sms_text(const struct alert_event *event, enum names names, char out[SMS_TEXT_MAX]);

/* Whether a clean text is one message. */
bool sms_text_fits(const char *text);

/* Writes what a screen or a log may show of a text with telephone numbers in it: of each its last three digits. */
void sms_text_mask(const char *text, char *out, size_t size);

#endif
