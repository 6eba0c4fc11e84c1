/*
 * The measuring program of the bench: a server of agents, a pseudo-terminal, and a clock, in one process.
 *
 * It knows nothing of cxwall's code: the server speaks the few calls of the published API that a wall makes, and
 * hands the same bodies to any program that polls it. One process sees the last byte of an answer leave and the
 * last byte of a frame arrive, by one clock. figures_cells.c has the agents, figures_server.c the HTTP, figures.c
 * the rest.
 */
#ifndef TESTS_BENCH_FIGURES_H
#define TESTS_BENCH_FIGURES_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	COLUMNS_MAX = 16,
	CLIENTS_MAX = 16,
	REQUEST_MAX = 65536,
	APP_ID_MAX = 256,
	STAT_MAX = 64,
};

/* figures_cells.c: agents whose cells change, and the answer that shows them. */
struct cells {
	unsigned agents;
	unsigned columns; /* as the client asked; ten of its own choice for one that did not */
	char app_id[APP_ID_MAX];
	char stats[COLUMNS_MAX][STAT_MAX];
	unsigned *values; /* agents x columns */
	unsigned random;
	char *body;
	size_t length;
};

void cells_init(struct cells *cells, unsigned agents);
void cells_free(struct cells *cells);

/* What a subscription's body asks for: its first app id, and the statistics of its columns in order. */
void cells_ask(struct cells *cells, const char *subscription);

/* Another value for this share of all cells; names and login ids stay. */
void cells_change(struct cells *cells, double share);
void cells_render(struct cells *cells);

/* figures_server.c */
struct client {
	int fd; /* -1: free */
	char request[REQUEST_MAX];
	size_t have;
	char head[256];
	const char *body; /* of the answer that is being written */
	size_t head_length, body_length, written;
	double sent_ms; /* when the last write of it began */
	bool data; /* it is an answer with agents */
};

struct server {
	int listener;
	int port;
	struct client clients[CLIENTS_MAX];
	struct cells *cells;
	unsigned polls;
	bool asked; /* a poll arrived since the caller looked */
	double answered_ms; /* when its last byte was given to the kernel; 0: not since the caller looked */
};

void server_init(struct server *server, struct cells *cells);
void server_free(struct server *server);

/* Descriptors to wait for; then what became of them. Returns how many there are. */
int server_watch(const struct server *server, struct pollfd *fds);
void server_serve(struct server *server, const struct pollfd *fds, int count);

double now_ms(void);

#endif
