/*
 * Looks up the addresses of one name without blocking the loop, for libraries that would.
 *
 * The lookup runs in a thread of its own that touches only its own memory, so that a lookup that hangs delays neither
 * the loop nor the end of the program. There is one lookup at a time. "localhost" is this machine, without a lookup.
 * Nothing is logged or cached.
 */
#ifndef MQTT_RESOLVE_H
#define MQTT_RESOLVE_H

#include <ev.h>
#include <stdbool.h>

#include "base/error.h"

enum {
	RESOLVE_ADDRESSES_MAX = 16, /* more than the name of a broker has */
	RESOLVE_ADDRESS_MAX = 64,   /* of an IPv6 address with its scope */
};

struct resolved {
	unsigned count; /* 0: error says why */
	char addresses[RESOLVE_ADDRESSES_MAX][RESOLVE_ADDRESS_MAX];
	struct error error;
};

struct resolver;

/* `done` is called from the loop, once for each start that was not cancelled. The loop must outlive the resolver. */
struct resolver *resolver_new(struct ev_loop *loop, const char *host,
	void (*done)(void *context, const struct resolved *resolved), void *context);

/* If an earlier lookup still runs, cancelled or not, its answer is used: threads must not pile up. */
void resolver_start(struct resolver *resolver);

/* `done` will not be called for the lookup that runs. */
void resolver_cancel(struct resolver *resolver);
void resolver_free(struct resolver *resolver);

#endif
