#include "sim/auth.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/log.h"

bool auth_add(struct auth *auth, const char *user, const char *secret)
{
	struct login *login = &auth->logins[auth->count];
	if (auth->count == LOGINS_MAX || strlen(user) >= AUTH_TEXT_MAX || strlen(secret) >= AUTH_TEXT_MAX)
		return false;
	snprintf(login->user, sizeof(login->user), "%s", user);
	snprintf(login->secret, sizeof(login->secret), "%s", secret);
	auth->count++;
	return true;
}

static struct login *find(struct auth *auth, const char *user)
{
	for (unsigned i = 0; i < auth->count; i++)
		if (strcmp(auth->logins[i].user, user) == 0)
			return &auth->logins[i];
	return NULL;
}

static bool is_locked(const struct auth *auth, struct login *login, int64_t now)
{
	if (login->locked_until && now >= login->locked_until)
		login->locked_until = login->wrong = 0;
	return auth->account == ACCOUNT_LOCKED || login->locked_until;
}

enum sign_in auth_sign_in(struct auth *auth, const char *user, const char *secret, int64_t now, struct login **login)
{
	struct login *found = find(auth, user);
	if (auth->account == ACCOUNT_INACTIVE)
		return SIGN_IN_INACTIVE;
	if (!found)
		return SIGN_IN_WRONG;
	if (auth->account == ACCOUNT_DISABLED)
		return SIGN_IN_DISABLED;
	if (is_locked(auth, found, now))
		return SIGN_IN_LOCKED;
	if (strcmp(found->secret, secret) != 0) {
		if (auth->lock_after && ++found->wrong >= auth->lock_after)
			found->locked_until = now + auth->lock_life;
		return SIGN_IN_WRONG;
	}
	found->wrong = 0;
	*login = found;
	return SIGN_IN_GOOD;
}

void auth_revoke(struct auth *auth)
{
	for (unsigned i = 0; i < auth->count; i++)
		*auth->logins[i].token = '\0';
}

/* A token outlives a lock, but not its account. */
static bool may_call(const struct auth *auth)
{
	return auth->account != ACCOUNT_DISABLED && auth->account != ACCOUNT_INACTIVE;
}

static void new_token(struct login *login)
{
	unsigned char bytes[TOKEN_BYTES];
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		fatal("no random numbers from the kernel");
	for (unsigned i = 0; i < TOKEN_BYTES; i++)
		snprintf(login->token + 2 * i, 3, "%02X", bytes[i]);
	explicit_bzero(bytes, sizeof(bytes));
}

const char *auth_token(struct auth *auth, struct login *login, int64_t now, int *left)
{
	if (!*login->token || now >= login->expires) {
		new_token(login);
		login->expires = now + auth->token_life;
	}
	/* Rounded down: a client must not believe in a second that is not there. */
	*left = (int)((login->expires - now) / 1000);
	return login->token;
}

struct login *auth_bearer(struct auth *auth, const char *header, int64_t now)
{
	static const char word[] = "Bearer ";
	if (strncasecmp(header, word, strlen(word)) != 0 || !may_call(auth))
		return NULL;
	header += strlen(word);
	for (unsigned i = 0; i < auth->count; i++)
		if (*auth->logins[i].token && strcmp(auth->logins[i].token, header) == 0)
			return now < auth->logins[i].expires ? &auth->logins[i] : NULL;
	return NULL;
}

/* Finds NAME=VALUE among the cookies; false if absent or too long. */
static bool cookie(const char *header, const char *name, char *out, size_t size)
{
	size_t length = strlen(name);
	while (*header) {
		size_t pair;
		header += strspn(header, "; ");
		pair = strcspn(header, ";");
		if (pair > length && strncmp(header, name, length) == 0 && header[length] == '=') {
			if (pair - length - 1 >= size)
				return false;
			memcpy(out, header + length + 1, pair - length - 1);
			out[pair - length - 1] = '\0';
			return true;
		}
		header += pair;
	}
	return false;
}

struct login *auth_cookies(struct auth *auth, const char *header)
{
	char token[AUTH_TEXT_MAX], tenant[AUTH_TEXT_MAX], user[AUTH_TEXT_MAX];
	struct login *login = NULL;
	if (cookie(header, "X-STATSAPI-TOKEN", token, sizeof(token)) &&
	    cookie(header, "X-STATSAPI-TENANT", tenant, sizeof(tenant)) &&
	    cookie(header, "X-STATSAPI-LOGIN", user, sizeof(user)) && strcmp(tenant, auth->tenant) == 0 && may_call(auth)) {
		login = find(auth, user);
		if (login && strcmp(login->secret, token) != 0)
			login = NULL;
	}
	explicit_bzero(token, sizeof(token));
	return login;
}

void auth_wipe(struct auth *auth)
{
	explicit_bzero(auth, sizeof(*auth));
}
