/*
 * What windows of one login tell each other through their socket: records (board/record), each a header and plain bytes,
 * one after the other.
 *
 * A window says hello with what its layout asks for, and again when that changes. The hub answers with whose login it is,
 * the request, the last answer of each kind and the state of its link, and from then on sends what is new. Whatever comes
 * out of the socket is as untrusted as an answer of a server: lengths have caps, and memory grows with the bytes that came
 * and not with those that were announced.
 */
#ifndef LOCAL_MESSAGE_H
#define LOCAL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/json.h"
#include "board/link.h"
#include "board/record.h"

enum {
	LOCAL_VERSION = 1, /* of these messages: both sides have the same or do not speak */
	/* Of a hello: what 64 panels ask for. */
	LOCAL_HELLO_MAX = 1024 * 1024,
	LOCAL_MESSAGE_MAX = RECORDING_HEADER + RECORDING_STORED_MAX,
	LOCAL_TEXT_MAX = 4 * 1024 * 1024, /* of all messages that are not data */
};

/* Beside the kinds of a recording that carry answers and their request. */
enum local_kind {
	LOCAL_HELLO = 32,    /* to the hub */
	LOCAL_ASK = 33,      /* to the hub: {"ask":"retry"} */
	LOCAL_WELCOME = 40,  /* who the hub is */
	LOCAL_PLAN = 41,     /* up to which hello of this window the request asks for all of it */
	LOCAL_LINK = 42,     /* also when nothing changed: a sign of life */
	LOCAL_MISSED = 43,   /* what comes beside the subscription could not be had */
	LOCAL_SERVICES = 44, /* the catalogue */
	LOCAL_TEAMS = 45,    /* the same of teams */
};

enum local_ask {
	LOCAL_ASK_RETRY,
	LOCAL_ASK_TAKE_OVER,
	LOCAL_ASK_NAMES, /* somebody chooses of services and teams */
	LOCAL_ASK_PERCENTS, /* an answer proved that percentages of totals come as percents */
	LOCAL_ASKS,
};
extern const char *const local_ask_names[LOCAL_ASKS];

/* Reads messages from a socket that does not block. */
struct local_reader {
	struct buffer bytes; /* of the message that is being read */
	size_t max;          /* bytes of a message */
	size_t wanted;       /* of this one; 0: its header is not whole */
};

enum local_read {
	LOCAL_READ_LATER, /* no whole message is there */
	LOCAL_READ_MESSAGE,
	LOCAL_READ_END,     /* the other side is gone */
	LOCAL_READ_NONSENSE, /* what came is no message */
};

void local_reader_init(struct local_reader *reader, size_t max);
void local_reader_free(struct local_reader *reader);

/* Forgets half a message, for another connection. */
void local_reader_clear(struct local_reader *reader);

/* The next message; its bytes are the reader's until the next call. */
enum local_read local_reader_next(struct local_reader *reader, int file, struct record_content *content);

/* Appends a message of text; false at the buffer's cap. */
bool local_put(enum local_kind kind, const struct buffer *text, struct buffer *out);

/* The state of a connection as an object of JSON. */
void local_link_put(const struct link *link, struct buffer *out);

/* Reads it from a text of the other side: times are none that are still to come but for the next try. */
void local_link_read(struct link *link, const struct json *json, int64_t now_ms);

#endif
