#include "api/token.h"

#include <string.h>

/* A token that lives for a minute or less is renewed at its half, and never more often than this. */
static const double renewal_min = 1.0;
static const double renewal_before = 60.0;

/* Visible ASCII only: anything else could end the header that it is put into. */
static bool token_clean(const char *token)
{
	for (; *token != '\0'; token++)
		if (*token <= 0x20 || *token >= 0x7f)
			return false;
	return true;
}

/*
 * Longer than any life, none at all or not a number: what an answer must not be believed. If a token that lives for
 * 0 s does end, a 401 brings the next; renewing it all the time would be a flood.
 */
static double life_sane(double life)
{
	if (!(life > 0))
		return TOKEN_LIFE_USUAL;
	if (life < renewal_min)
		return renewal_min;
	return life > TOKEN_LIFE_MAX ? TOKEN_LIFE_MAX : life;
}

bool token_read(struct json *json, const char *text, size_t length, struct buffer *out, double *life,
	struct error *error)
{
	char token[TOKEN_MAX];
	buffer_clear(out);
	if (!json_parse(json, text, length, error))
		return error_prefix(error, "the answer to the sign-in could not be read: ");
	int root = json_root(json);
	int node = json_get(json, root, "access_token");
	if (json_kind(json, node) != JSON_STRING)
		return error_set(error, "the answer to the sign-in holds no access_token");
	size_t used = json_text(json, node, token, sizeof(token));
	bool good = used > 0 && used < sizeof(token) - 1 && token_clean(token) && buffer_add(out, token, used);
	explicit_bzero(token, sizeof(token));
	if (!good) {
		buffer_clear(out);
		return error_set(error, "the answer to the sign-in holds a token that cannot be used");
	}
	double told = TOKEN_LIFE_USUAL;
	json_number(json, json_get(json, root, "expires_in"), &told);
	*life = life_sane(told);
	return true;
}

void token_error_code(struct json *json, const char *text, size_t length, char *out, size_t size)
{
	char code[TOKEN_CODE_MAX];
	out[0] = '\0';
	if (!json_parse(json, text, length, NULL))
		return;
	size_t used = json_text(json, json_get(json, json_root(json), "error"), code, sizeof(code));
	/* Only a code, never prose: prose may repeat what was sent. */
	if (used == 0 || used >= size || used == sizeof(code) - 1)
		return;
	if (strspn(code, "abcdefghijklmnopqrstuvwxyz_") == used)
		memcpy(out, code, used + 1);
}

double token_renewal(double life)
{
	double at = life * 0.9;
	if (life - renewal_before < at)
		at = life - renewal_before;
	if (at < life / 2)
		at = life / 2;
	return at < renewal_min ? renewal_min : at;
}
