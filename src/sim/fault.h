/*
 * Faults on demand: what the server does wrong, to which requests, and when.
 *
 * A fault is written KIND:KEY=VALUE,KEY=VALUE and is one row of a table of kinds plus when it applies. Times count
 * from the moment that the fault was added. A struct faults owns nothing outside itself. Nothing here sends anything:
 * faults_choose() says which fault a request meets, and the server carries it out.
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sim/exchange.h"
#include "sim/random.h"

enum {
	FAULTS_MAX = 64,
	FAULT_TEXT_MAX = 256,
};

/* How the answer gets out. */
enum delivery {
	DELIVERY_WHOLE, /* after the delay, if any */
	DELIVERY_DRIP,  /* `size` bytes every `delay` seconds */
	DELIVERY_CUT,   /* half of the announced length, then the connection is closed */
	DELIVERY_HANG,  /* nothing, until `delay` is over; then the connection is closed */
	DELIVERY_CLOSE, /* the connection is closed at once */
	DELIVERY_BIG,   /* `size` megabytes, made while they are sent */
};

struct fault_kind {
	const char *name; /* NULL ends the table */
	unsigned status;  /* 0: the request is answered as usual */
	const char *type;
	const char *body;
	enum delivery delivery;
	const char *path;   /* where it applies unless told otherwise; "": everywhere */
	const char *method; /* the same */
	double delay;
	unsigned size;
	int retry; /* Retry-After in seconds; 0: none */
	const char *help;
};

struct fault {
	const struct fault_kind *kind;
	char path[FAULT_TEXT_MAX];
	char method[16];
	char to[FAULT_TEXT_MAX];   /* redirect */
	char file[FAULT_TEXT_MAX]; /* body from a file */
	char reason[FAULT_TEXT_MAX]; /* what a JSON error says instead of the usual */
	double after, duration, delay, probability;
	unsigned count, skip, every, size, status;
	int retry;
	int64_t added;
	unsigned seen, done;
};

struct faults {
	struct fault list[FAULTS_MAX];
	unsigned count;
	struct random random;
};

extern const struct fault_kind fault_kinds[];

void faults_init(struct faults *faults, uint64_t seed);

/* False, with a reason, if the text is no fault or there are too many; then nothing has changed. */
bool faults_add(struct faults *faults, const char *text, int64_t now, struct error *error);

/* The same for one fault to a line; empty text takes all faults away. */
bool faults_replace(struct faults *faults, const char *text, int64_t now, struct error *error);

/* The first fault that this request meets, or NULL; counts it. */
const struct fault *faults_choose(struct faults *faults, const char *method, const char *path, int64_t now);

/* Whether the fault replaces the answer; then *reply is filled, else left alone. */
bool fault_reply(const struct fault *fault, struct reply *reply);

#endif
