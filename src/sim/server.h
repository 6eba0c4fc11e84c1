/*
 * HTTP for the site: libmicrohttpd inside the program's libev loop, in one thread.
 *
 * Slow, dripping and hanging answers suspend their connection and cost nothing meanwhile; a client that goes away is
 * noticed within a second. The server owns its connections and their buffers, and borrows site and loop. It
 * logs method, path, status and login, and never a secret, a token or a body.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <ev.h>
#include <stdio.h>

#include "base/error.h"
#include "sim/site.h"

struct server;

/* NULL, with a reason, if the address or the certificate cannot be used. log may be NULL. */
struct server *server_start(struct ev_loop *loop, struct site *site, FILE *log, struct error *error);

/* The port that was taken. */
int server_port(const struct server *server);

void server_stop(struct server *server);

#endif
