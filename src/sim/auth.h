/*
 * Who may call: logins with their secrets, and the tokens that they were given.
 *
 * A login has one living token; asking again gives the same one with what is left of its life. Tokens come from
 * the kernel's random numbers. A struct auth owns its texts and wipes them at the end. It prints nothing.
 */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/* More than the limit of subscriptions that a tenant is likely to have. */
	LOGINS_MAX = 64,
	AUTH_TEXT_MAX = 128,
	TOKEN_BYTES = 32,
	TOKEN_TEXT = 2 * TOKEN_BYTES + 1,
};

struct login {
	char user[AUTH_TEXT_MAX];
	char secret[AUTH_TEXT_MAX];
	char token[TOKEN_TEXT]; /* "" before the first */
	int64_t expires;        /* milliseconds */
};

struct auth {
	struct login logins[LOGINS_MAX];
	unsigned count;
	char tenant[AUTH_TEXT_MAX];
	int64_t token_life; /* milliseconds */
};

/* False if the texts are too long or there are too many logins. */
bool auth_add(struct auth *auth, const char *user, const char *secret);

/* The login with this secret, or NULL. */
struct login *auth_check(struct auth *auth, const char *user, const char *secret);

/* A living token for the login; the seconds that it has left go to *left. */
const char *auth_token(struct auth *auth, struct login *login, int64_t now, int *left);

/* The login that an Authorization header ("Bearer ...") means, or NULL. */
struct login *auth_bearer(struct auth *auth, const char *header, int64_t now);

/* The login that the three X-STATSAPI cookies mean, or NULL. */
struct login *auth_cookies(struct auth *auth, const char *header);

void auth_wipe(struct auth *auth);

#endif
