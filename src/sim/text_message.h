/*
 * Text messages (SMS) that clients asked to be sent: nothing leaves the program, but each has a life.
 *
 * A message is queued, then sent, then delivered; one to a number that ends in 0000 fails, and one from a number that may
 * not send. The newest TEXT_MESSAGES_MAX are remembered.
 */
#ifndef SIM_TEXT_MESSAGE_H
#define SIM_TEXT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"

enum {
	TEXT_MESSAGES_MAX = 200,
	/* Ten segments of 160 characters; the API says nothing. */
	TEXT_MESSAGE_MAX = 1600,
	TEXT_NUMBER_MAX = 24,
};

/* The numbers that may send; a message from another one fails. */
struct text_senders {
	const char *const *numbers; /* borrowed */
	unsigned count; /* 0: any number may */
};

struct text_message {
	char sid[40];
	char to[TEXT_NUMBER_MAX];
	char from[TEXT_NUMBER_MAX];
	char body[TEXT_MESSAGE_MAX + 1];
	unsigned media;
	bool may_send;       /* the sender is one of the numbers for it */
	int64_t created;     /* milliseconds, for its life */
	int64_t created_utc; /* seconds, as shown */
};

struct text_messages {
	struct text_message list[TEXT_MESSAGES_MAX]; /* a ring */
	unsigned count;                              /* ever sent */
};

/* NULL, with a reason that names the element, if the request cannot be sent. */
const struct text_message *text_message_send(struct text_messages *messages, const struct json *json,
	const struct text_senders *senders, int64_t now, int64_t utc, struct error *error);

/* NULL if unknown or forgotten. */
const struct text_message *text_message_find(const struct text_messages *messages, const char *sid);

void text_message_write(struct buffer *out, const struct text_message *message, int64_t now);

#endif
