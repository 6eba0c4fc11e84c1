/*
 * Who may call: logins with their secrets, and the tokens that they were given.
 *
 * A login whose secret was wrong several times in a row is locked for a while, also for the right secret. The accounts
 * can be disabled or their tenant inactive; then old tokens are refused too.
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

enum account {
	ACCOUNT_ACTIVE,
	ACCOUNT_LOCKED, /* whatever the number of wrong secrets */
	ACCOUNT_DISABLED,
	ACCOUNT_INACTIVE, /* the tenant */
};

enum sign_in {
	SIGN_IN_GOOD,
	SIGN_IN_WRONG, /* user or secret */
	SIGN_IN_LOCKED,
	SIGN_IN_DISABLED,
	SIGN_IN_INACTIVE,
};

struct login {
	char user[AUTH_TEXT_MAX];
	char secret[AUTH_TEXT_MAX];
	char token[TOKEN_TEXT]; /* "" before the first */
	int64_t expires;        /* milliseconds */
	int wrong;              /* secrets in a row */
	int64_t locked_until;   /* 0: it is not */
};

struct auth {
	struct login logins[LOGINS_MAX];
	unsigned count;
	char tenant[AUTH_TEXT_MAX];
	int64_t token_life; /* milliseconds */
	int lock_after;     /* wrong secrets in a row; 0: never */
	int64_t lock_life;  /* milliseconds */
	enum account account;
};

/* False if the texts are too long or there are too many logins. */
bool auth_add(struct auth *auth, const char *user, const char *secret);

/* Tries a secret, and counts it; *login is set where it is good. */
enum sign_in auth_sign_in(struct auth *auth, const char *user, const char *secret, int64_t now, struct login **login);

/* Ends all tokens. */
void auth_revoke(struct auth *auth);

/* A living token for the login; the seconds that it has left go to *left. */
const char *auth_token(struct auth *auth, struct login *login, int64_t now, int *left);

/* The login that an Authorization header ("Bearer ...") means, or NULL. */
struct login *auth_bearer(struct auth *auth, const char *header, int64_t now);

/* The login that the three X-STATSAPI cookies mean, or NULL. */
struct login *auth_cookies(struct auth *auth, const char *header);

void auth_wipe(struct auth *auth);

#endif
