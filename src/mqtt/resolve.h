/*
 * Looks up the addresses of one name without stopping the loop, for libraries that would.
 *
 * The lookup runs in a thread of its own, which touches nothing but its own memory: a resolver that hangs holds up
 * neither the loop nor the program's end. One lookup at a time. localhost is this machine, without a lookup. Never logs,
 * never caches.
 */
#ifndef MQTT_RESOLVE_H
#define MQTT_RESOLVE_H

#include <ev.h>
#include <stdbool.h>

#include "base/error.h"

enum {
	RESOLVE_ADDRESSES_MAX = 16, /* more than a name of brokers has */
	RESOLVE_ADDRESS_MAX = 64,   /* with the scope of a link-local one */
};

struct resolved {
	unsigned count; /* 0: error says why */
	char addresses[RESOLVE_ADDRESSES_MAX][RESOLVE_ADDRESS_MAX];
	struct error error;
};

struct resolver;

/* done is called from the loop, once for each start that was not cancelled. */
struct resolver *resolver_new(struct ev_loop *loop, const char *host,
	void (*done)(void *context, const struct resolved *resolved), void *context);

/* While an earlier lookup still hangs, cancelled or not, its answer will do: threads must not pile up. */
void resolver_start(struct resolver *resolver);

/* Forgets the lookup that is on its way. */
void resolver_cancel(struct resolver *resolver);
void resolver_free(struct resolver *resolver);

#endif
