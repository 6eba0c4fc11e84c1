/*
 * What a login may be allowed to do, and which of it the logins here lack.
 */
#ifndef SIM_PRIVILEGE_H
#define SIM_PRIVILEGE_H

#include <stdbool.h>

#include "base/error.h"

enum privilege_bit {
	PRIVILEGE_NONE = 0, /* needed: nothing */
	PRIVILEGE_STATISTICS = 1,
	PRIVILEGE_AGENT_METRICS = 2,   /* without it agent grids are empty */
	PRIVILEGE_SERVICE_METRICS = 4, /* without it service grids are empty and totals blank */
	PRIVILEGE_CAMPAIGNS = 8,
	PRIVILEGE_PHONES = 16,
	PRIVILEGE_USERS = 32,
	PRIVILEGE_MESSAGES = 64,
};

struct privilege {
	const char *word; /* NULL ends the table */
	const char *name; /* as a server calls it */
	enum privilege_bit bit;
};

extern const struct privilege privileges[];

/* Adds a word's privilege to a set. */
bool privilege_add(unsigned *set, const char *word, struct error *error);

/* The server's name of one. */
const char *privilege_name(enum privilege_bit bit);

#endif
