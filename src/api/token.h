/*
 * What the token service answers, and how long a token is good for. Pure: no network, no clock.
 */
#ifndef API_TOKEN_H
#define API_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"

enum {
	TOKEN_MAX = 16384,       /* signed tokens with many claims have 4 kB */
	TOKEN_LIFE_USUAL = 3600, /* where the answer does not say */
	TOKEN_LIFE_MAX = 7 * 86400,
	TOKEN_CODE_MAX = 48,
};

/* Reads access_token into out (cleared first) and expires_in (a number or a text) into *life, in seconds. */
bool token_read(struct json *json, const char *text, size_t length, struct buffer *out, double *life,
	struct error *error);

/* The "error" code of a refusal (RFC 6749: invalid_client), letters and underscores only; "" if there is none. */
void token_error_code(struct json *json, const char *text, size_t length, char *out, size_t size);

/* Seconds after which to renew a token of that life: 90 % or a minute before the end, whichever is sooner. */
double token_renewal(double life);

#endif
