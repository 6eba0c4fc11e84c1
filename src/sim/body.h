/*
 * The body of a subscription: what a client wants to see, read from JSON and resolved against the centre.
 *
 * Both published spellings are understood (stat_name, order_by and order_dir; statName and order), unless one is
 * ruled out. Everything read lies in the caller's arena. What cannot be served is refused with a status and a text that
 * names the element.
 */
#ifndef SIM_BODY_H
#define SIM_BODY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "sim/centre.h"
#include "sim/statistic.h"
#include "sim/supervision.h"

enum {
	/* A wallboard uses one app id for each panel; 64 panels are a large wall. */
	WISHES_MAX = 256,
	GRIDS_MAX = 64,
	COLUMNS_MAX = 128,
	ORDERS_MAX = 4,
	TOTALS_MAX = 128,
	SUM_MAX = 16, /* statistics of one sum column */
};

enum dialect {
	DIALECT_BOTH,
	DIALECT_SCHEMA,
	DIALECT_EXAMPLE,
};

enum operation {
	OPERATION_EQ,
	OPERATION_NE,
	OPERATION_LT,
	OPERATION_GT,
	OPERATION_LE,
	OPERATION_GE,
};

struct column {
	const char *id;
	const struct statistic **statistics; /* one, or those of a sum */
	unsigned statistic_count;
	unsigned dispositions; /* a set; 0: all */
};

struct order {
	unsigned column;
	bool descending;
};

struct grid {
	const char *id;
	enum scope scope;
	struct column *columns;
	unsigned column_count;
	struct order orders[ORDERS_MAX];
	unsigned order_count;
	unsigned limit; /* 0: none */
	int filter;     /* column, or -1 */
	enum operation operation;
	const char *value;
	struct service_set services;
	bool some_services; /* false: all */
	uint64_t teams;     /* a set; 0: all */
	bool subteam_only;
	bool logged_in_only;
};

struct wish {
	const char *app_id;
	const struct statistic **totals;
	unsigned total_count;
	bool wants_totals;
	struct service_set services;
	unsigned dispositions;
	struct grid *agent_grids;
	unsigned agent_grid_count;
	struct grid *service_grids;
	unsigned service_grid_count;
	bool wants_messages;
	const char *message_filter;
	unsigned message_limit;
};

struct body {
	struct wish *wishes;
	unsigned count;
};

struct body_rules {
	const struct centre *centre;
	const struct supervision *supervised;
	enum dialect dialect;
	const char *const *refused; /* statistics to deny */
	unsigned refused_count;
};

/* On failure *status is 400, or 404 if something named does not exist. */
bool body_read(struct body *body, const struct json *json, const struct body_rules *rules, struct arena *arena,
	unsigned *status, struct error *error);

#endif
