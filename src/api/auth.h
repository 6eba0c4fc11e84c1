/*
 * Signing in: the token of A1, renewed before it ends, or the cookies; and restraint when the secret is refused.
 *
 * Owns the secret, the token and the header made of it; all are wiped. Renewal by the clock is silent and disturbs
 * no request. After two refusals it stops asking, so that the account is not locked, until it is allowed once more, or
 * until secret_file changes; after one that says that the account is locked, disabled or its tenant inactive, at once. A
 * refused secret is remembered in a file for other commands of the user. No message here holds a secret, a token, or
 * prose of the server's.
 */
#ifndef API_AUTH_H
#define API_AUTH_H

#include <ev.h>
#include <stdbool.h>

#include "api/api_config.h"
#include "api/api_errors.h"
#include "api/http.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "base/secret.h"

enum {
	TOKEN_MAX = 16384,       /* signed tokens with many claims have 4 kB */
	TOKEN_LIFE_USUAL = 3600, /* where the answer does not say */
	TOKEN_LIFE_MAX = 7 * 86400,
	TOKEN_CODE_MAX = 48,
	AUTH_REFUSALS_MAX = 2,
	AUTH_WATCH_SECONDS = 10, /* how often a refused secret's file is looked at */
	AUTH_HEADER_MAX = TOKEN_MAX + 1024,
	AUTH_REMEMBER_SECONDS = 15 * 60, /* as long as a wall waits after the second refusal */
	AUTH_MEMORY_NAME_MAX = 32,
};

enum auth_result {
	AUTH_PENDING, /* the callback follows */
	AUTH_READY,
	AUTH_FAILED,  /* no answer, or one that says nothing about the secret */
	AUTH_REFUSED, /* the first refusal: one more try is left */
	AUTH_STOPPED, /* the second: quiet from now on */
	AUTH_CHANGED, /* of its own accord: the refused secret's file changed, asking makes sense again */
};

/* What a refusal says of the account, whatever its status. */
enum account_trouble {
	ACCOUNT_NO_TROUBLE,
	ACCOUNT_LOCKED,
	ACCOUNT_DISABLED,
	ACCOUNT_INACTIVE,
	ACCOUNT_TENANT_INACTIVE,
};

/* Of the last answer to a sign-in, for who asks people about it: in words it is `cause`. */
struct auth_answer {
	int status;                /* 0: there was none */
	enum http_trouble trouble;
	enum account_trouble account;
	char code[TOKEN_CODE_MAX]; /* of a refusal: invalid_client; "" */
};

struct auth {
	struct ev_loop *loop;
	struct http *http; /* where requests go; set by the user, after auth_open() */
	const struct api_config *config;
	struct secret secret;
	struct buffer header;
	const char *line; /* the header line to send; NULL: not signed in */
	struct buffer form;
	struct buffer token;
	struct json json;
	ev_timer renewal;
	ev_timer watch;
	int memory; /* descriptor of the folder of the file that remembers; 0: there is none */
	bool heeds; /* what it says: for commands that ask once and end */
	char memory_name[AUTH_MEMORY_NAME_MAX];
	char advice_room[ERROR_TEXT];
	unsigned refusals;
	unsigned generation; /* rises with each new header */
	unsigned failures;   /* of silent renewals in a row */
	bool wanted;         /* auth_ask() waits for the callback */
	char cause[ERROR_TEXT];
	struct auth_answer last;
	const char *advice;
	double retry_after; /* seconds; -1 */
	void (*done)(void *context, enum auth_result result);
	void (*granted)(void *context); /* a silent renewal brought another token; NULL */
	void *context;
};

/*
 * Loads the secret; waits for a secret_command. done is called at the end of auth_ask(). False with an error that only
 * the user can mend; auth_free() follows all the same.
 */
bool auth_open(struct auth *auth, struct ev_loop *loop, const struct api_config *config,
	void (*done)(void *context, enum auth_result result), void *context, struct error *error);
void auth_free(struct auth *auth);

/*
 * Signs in (again). The result is AUTH_PENDING, or known at once and then not called back. once_more: grants one more
 * try after AUTH_STOPPED.
 */
enum auth_result auth_ask(struct auth *auth, bool once_more);

/*
 * How many secrets of this user were refused since the last that was good, in the last AUTH_REMEMBER_SECONDS, as far as
 * this computer remembers. *until_ms: when they are forgotten, by the clock of the day.
 */
unsigned auth_refused_lately(const struct auth *auth, int64_t *until_ms);

/*
 * The token of this generation was refused: asks for another in silence, unless there is one already or on its way.
 * Who asks looks at `generation`.
 */
void auth_renew(struct auth *auth, unsigned generation);

/* Starts a request without a body, with the token, for an answer in JSON. */
void auth_start(const struct auth *auth, enum http_slot slot, const char *method, const char *path,
	void (*done)(void *context, const struct http_response *response), void *context);

/* Overwrites the secret and the token wherever a text contains them. */
void auth_mask(const struct auth *auth, char *text);

/* What an answer means that is not good, with the reason that its body gives, masked. */
struct api_words auth_explain(struct auth *auth, const struct http_response *response);

/* What the token service answers, and how long a token is good for: pure, and here for tests. */

/* Reads access_token into out (cleared first) and expires_in (a number or a text) into *life, in seconds. */
bool token_read(struct json *json, const char *text, size_t length, struct buffer *out, double *life,
	struct error *error);

/* The "error" code of a refusal (RFC 6749: invalid_client), letters and underscores only; "" if there is none. */
void token_error_code(struct json *json, const char *text, size_t length, char *out, size_t size);

/* What the body of a refusal says of the account. */
enum account_trouble token_account_trouble(struct json *json, const char *text, size_t length);

/* Seconds after which to renew a token of that life: 90 % or a minute before the end, whichever is sooner. */
double token_renewal(double life);

#endif
