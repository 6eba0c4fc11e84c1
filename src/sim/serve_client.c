#include "sim/serve.h"

#include <string.h>

enum { FIELD_MAX = 256 };

static int hex(char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = letter ? strchr(digits, letter | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Undoes the encoding of a form's value; false if it is broken or too long. */
static bool decode(const char *text, size_t length, char *out, size_t size)
{
	size_t at = 0, to = 0;

	while (at < length) {
		char letter = text[at++];

		if (to + 1 >= size)
			return false;
		if (letter == '%') {
			if (at + 2 > length || hex(text[at]) < 0 || hex(text[at + 1]) < 0)
				return false;
			letter = (char)(hex(text[at]) * 16 + hex(text[at + 1]));
			at += 2;
		} else if (letter == '+') {
			letter = ' ';
		}
		out[to++] = letter;
	}
	out[to] = '\0';
	return strlen(out) == to;
}

/* "" if absent; false if broken. */
static bool form_field(const struct request *request, const char *name, char *out, size_t size)
{
	const char *at = request->body, *end = request->body + request->body_length;
	size_t length = strlen(name);

	*out = '\0';
	while (at < end) {
		const char *stop = memchr(at, '&', (size_t)(end - at));

		if (!stop)
			stop = end;
		if ((size_t)(stop - at) > length && strncmp(at, name, length) == 0 && at[length] == '=')
			return decode(at + length + 1, (size_t)(stop - at) - length - 1, out, size);
		at = stop + 1;
	}
	return true;
}

void serve_token(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	char user[FIELD_MAX], secret[FIELD_MAX], scope[FIELD_MAX], type[FIELD_MAX];
	const char *token;
	int left;

	if (!form_field(request, "client_id", user, sizeof(user)) ||
	    !form_field(request, "client_secret", secret, sizeof(secret)) ||
	    !form_field(request, "scope", scope, sizeof(scope)) ||
	    !form_field(request, "grant_type", type, sizeof(type))) {
		reply_error(reply, 400, "a field of the form is broken");
	} else if (strcmp(type, "client_credentials") != 0) {
		reply_error(reply, 400, "grant_type must be client_credentials");
	} else if (strcmp(scope, site->auth.tenant) != 0 || !(login = auth_check(&site->auth, user, secret))) {
		reply_error(reply, 401, "invalid client");
	} else {
		token = auth_token(&site->auth, login, site->now, &left);
		reply->login = login->user;
		reply->type = "application/json";
		reply_header(reply, "Cache-Control", "no-store");
		buffer_print(&reply->body, "{\"access_token\": \"%s\", \"token_type\": \"Bearer\", "
			"\"expires_in\": \"%d\", \"scope\": ", token, left);
		json_put_string(&reply->body, site->auth.tenant);
		buffer_text(&reply->body, "}\n");
	}
	explicit_bzero(secret, sizeof(secret));
}

void serve_send(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	const struct text_message *message;
	struct error error;

	(void)login;
	if (!serve_json(site, request, reply))
		return;
	message = text_message_send(&site->messages, &site->json, site->now, site->utc, &error);
	if (!message) {
		reply_error(reply, 400, "%s", error.text);
		return;
	}
	reply->type = "application/json";
	text_message_write(&reply->body, message, site->now);
}

void serve_message(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	const char *sid = strrchr(request->path, '/') + 1;
	const struct text_message *message = text_message_find(&site->messages, sid);

	(void)login;
	if (!message) {
		reply_error(reply, 404, "message not found");
		return;
	}
	reply->type = "application/json";
	text_message_write(&reply->body, message, site->now);
}
