/*
 * One HTTP request on its way through libmicrohttpd, and the ways in which its reply can be delivered.
 *
 * A delivery that waits suspends its connection: a reader that answered "nothing yet" would keep the loop busy.
 * connections_init() names who is to be called when a suspended one goes on. Whoever made a connection frees it.
 */
#ifndef SIM_CONNECTION_H
#define SIM_CONNECTION_H

#include <ev.h>
#include <microhttpd.h>
#include <stdbool.h>

#include "sim/exchange.h"
#include "sim/fault.h"

enum connection_state {
	CONNECTION_READING,
	CONNECTION_DELAYED, /* suspended until the timer fires */
	CONNECTION_DUE,     /* the answer can be sent */
	CONNECTION_ENDING,  /* to be closed without an answer, or without more of it */
	CONNECTION_SENDING,
};

struct connections {
	struct ev_loop *loop;
	void (*wake)(void *context); /* something was resumed: let libmicrohttpd work */
	void *context;
	struct connection *first;
};

struct connection {
	struct connections *all;
	struct MHD_Connection *mhd;
	enum connection_state state;
	const char *method; /* libmicrohttpd's */
	struct buffer path;
	struct buffer body;
	struct reply reply;
	enum delivery delivery;
	double delay;
	unsigned size;
	size_t allowed; /* of a drip: bytes that may be out by now */
	bool suspended;
	ev_timer timer;
	struct connection *previous;
	struct connection *next;
};

void connections_init(struct connections *all, struct ev_loop *loop, void (*wake)(void *context), void *context);

struct connection *connection_new(struct connections *all, struct MHD_Connection *mhd);

/* Wipes what it frees: bodies hold secrets and tokens. */
void connection_free(struct connection *connection);

void connection_suspend(struct connection *connection, double seconds);

/*
 * Resumes for their end the suspended ones whose client has gone, or all of them. libmicrohttpd does not look at
 * suspended connections, so nobody else would notice. True if there was any.
 */
bool connections_end(struct connections *all, bool lost_only);

/* Queues the reply in the connection's way of delivery. */
enum MHD_Result connection_send(struct connection *connection);

#endif
