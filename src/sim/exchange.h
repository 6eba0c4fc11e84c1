/*
 * A request and its reply, as the calls of the API see them: no sockets, no library.
 *
 * A request borrows everything from the server for the length of one call. A reply owns its body; reply_free()
 * wipes and frees it, as it may hold a token.
 */
#ifndef SIM_EXCHANGE_H
#define SIM_EXCHANGE_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
	/* A subscription of 256 sets with ten columns each is 200 kB. */
	REQUEST_BODY_MAX = 1024 * 1024,
	/* 20,000 agents with 128 columns of 10 bytes, and the fault that sends too much. */
	REPLY_BODY_MAX = 512 * 1024 * 1024,
	PARAMETERS_MAX = 16,
	REPLY_HEADERS_MAX = 4,
	HEADER_VALUE_MAX = 256,
};

struct parameter {
	const char *name;
	const char *value; /* NULL: the name stood alone */
};

struct request {
	const char *method;
	const char *path;
	const char *authorization; /* this and the next three: "" if absent */
	const char *cookie;
	const char *content_type;
	const char *user_agent;
	struct parameter parameters[PARAMETERS_MAX];
	unsigned parameter_count;
	const char *body;
	size_t body_length;
};

struct reply_header {
	const char *name;
	char value[HEADER_VALUE_MAX];
};

struct reply {
	unsigned status;
	const char *type; /* NULL: no body to describe */
	struct reply_header headers[REPLY_HEADERS_MAX];
	unsigned header_count;
	struct buffer body;
	const char *login; /* for the log; "" if nobody logged in */
};

void reply_init(struct reply *reply);
void reply_free(struct reply *reply);

/* One more than REPLY_HEADERS_MAX is a bug. */
void reply_header(struct reply *reply, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* {"error": CODE, "error_description": TEXT}, as OAuth has it. */
void reply_oauth_error(struct reply *reply, unsigned status, const char *code, const char *text);

/* {"error_code": CODE, "error_message": TEXT}, as the messaging API has it. */
void reply_messaging_error(struct reply *reply, unsigned status, const char *code, const char *text);

/* {"error": TEXT} */
void reply_error(struct reply *reply, unsigned status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "" if there is none of this name. */
const char *request_parameter(const struct request *request, const char *name);

#endif
