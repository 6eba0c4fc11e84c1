/*
 * The text messages of alerts: T1, through the session of the live feed.
 *
 * A message that may have arrived is never sent again: a second one wakes somebody for nothing and costs money. It is
 * sent again where it surely did not arrive: no connection, or the server turned it away for now (429); and once more
 * after a 401, with a new token. Afterwards its delivery is asked for, a few minutes long. One request at a time.
 * What was not sent, or not delivered, is told in words that show three digits of a number at most; so does the log.
 * Nothing is kept over the end of the program: what was not sent by then is not sent.
 */
#ifndef API_SMS_H
#define API_SMS_H

#include <ev.h>
#include <stdbool.h>

#include "api/auth.h"
#include "api/http.h"
#include "api/sms_limit.h"
#include "api/sms_text.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"

enum {
	SMS_TRIES_MAX = 3,
	SMS_LOOKS_MAX = 8, /* at the delivery: five minutes */
	SMS_LATE_MS = 5 * 60 * 1000, /* what could not be sent by then is old news */
	SMS_SID_MAX = 64,
	SMS_PHONE_MAX = 24,
};

enum sms_state {
	SMS_FREE,
	SMS_WAITING, /* to be sent */
	SMS_SENT,    /* taken by the server: delivered or not, nobody knows yet */
};

struct sms_message {
	enum sms_state state;
	char alert[SMS_ALERT_NAME_MAX];
	char to[SMS_PHONE_MAX], from[SMS_PHONE_MAX];
	char text[SMS_TEXT_MAX];
	char sid[SMS_SID_MAX]; /* of the server's making */
	char status[16];       /* that the server told last */
	int64_t since_ms;      /* CLOCK_BOOTTIME */
	double due;            /* the same, seconds */
	unsigned tries, looks;
	unsigned generation;   /* of the token that was used last */
	unsigned refused;      /* the one that a 401 answered; 0 */
	bool renewed;          /* a 401 came, and the token was renewed for it */
};

struct sms {
	struct ev_loop *loop;
	struct http *http;
	struct auth *auth;
	/* Something was not sent, or not delivered. */
	void (*failed)(void *context, const char *text);
	void *context;
	double pace; /* of waiting: 1, less in tests */
	struct sms_limit limit;
	struct sms_message messages[SMS_HOUR_MAX]; /* no more can be on their way */
	struct sms_message *asking; /* whose request runs; NULL */
	struct buffer body;
	struct json json;
	ev_timer timer;
	bool stopped;
};

void sms_init(struct sms *sms, struct ev_loop *loop, struct http *http, struct auth *auth);

/*
 * Sends to the numbers of the event's alert, now or when others are done; copies what it needs. False with the reason
 * if a limit holds back some of it, told once for an alert that fires too often.
 */
bool sms_add(struct sms *sms, const struct alert_event *event, enum names names, struct error *error);

/* Looks for work: after signing in. */
void sms_kick(struct sms *sms);

/* Nothing is begun any more; a request that runs may end by itself. */
void sms_stop(struct sms *sms);
void sms_free(struct sms *sms);

#endif
