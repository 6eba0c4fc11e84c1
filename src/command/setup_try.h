/*
 * What `cxwall setup` tries: whether the API answers at an address, whether a user signs in, and what that user may see.
 *
 * Each prints on `talk` that it tries, waits for its answer, and says in words what is wrong, and as a code which question
 * that belongs to. The secret goes to the token service alone. A secret is never tried twice after it was refused.
 */
#ifndef COMMAND_SETUP_TRY_H
#define COMMAND_SETUP_TRY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "api/api_config.h"
#include "api/auth.h"
#include "board/catalogue.h"

/* Whose fault it is: the question that is asked again. */
enum setup_blame {
	BLAME_NOTHING,
	BLAME_ADDRESS,   /* domain or address */
	BLAME_PROXY,
	BLAME_AUTHORITY, /* nobody that is trusted signed the certificate */
	BLAME_TENANT,
	BLAME_LOGIN,     /* user or secret: no answer says which */
	BLAME_ACCOUNT,   /* of the user: locked, disabled */
	BLAME_RIGHTS,    /* a privilege is missing */
};

struct setup_tried {
	enum setup_blame blame;
	char cause[ERROR_TEXT], advice[ERROR_TEXT];
	int signal;          /* that ended it; 0 */
	int64_t latency_ms;  /* of the address */
	int64_t ahead_s;     /* so much is this computer's clock ahead of the server's; 0 where that is not known */
	bool is_of_clock;    /* a certificate that is not valid yet or no longer may be a wrong clock */
	unsigned refusals;   /* of secrets of this user lately, as this computer remembers */
	int64_t refused_until_ms;
	bool stopped;        /* not asked any more: this very secret was refused, or the account is locked */
};

/* A request without a login. */
void setup_try_address(const struct api_config *config, FILE *talk, struct setup_tried *out);

struct setup_lists {
	struct catalogue teams, services;
	int teams_status, services_status;
};

void setup_lists_init(struct setup_lists *lists);
void setup_lists_free(struct setup_lists *lists);

/*
 * Signs in and fetches both lists. memory: descriptor of the folder where a refused secret is remembered, 0 or less:
 * nowhere.
 */
void setup_try_login(const struct api_config *config, int memory, FILE *talk, struct setup_lists *lists,
	struct setup_tried *out);

/* How many secrets of this user were refused lately, without asking. */
void setup_look_refusals(const struct api_config *config, int memory, struct setup_tried *out);

#endif
