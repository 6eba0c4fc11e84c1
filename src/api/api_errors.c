#include "api/api_errors.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct api_status {
	int status;
	const char *cause;
	const char *advice;
};

static const char privileges[] = "the user needs the privileges Access Realtime Stats API, View real-time agent "
	"metrics and View real-time service metrics, and must supervise the teams";

static const struct api_status table[] = {
	{ 400, "the server refused the request", "" },
	{ 401, "the server did not take our token", "check that this user may use the statistics API" },
	{ 403, "a privilege is missing", privileges },
	{ 404, "the server does not know this", "check the url" },
	{ 405, "the server does not know this", "check the url" },
	{ 407, "the proxy wants a user and a password", "check the proxy" },
	{ 408, "the server gave up waiting for the request", "" },
	{ 409, "the limit of active subscriptions is reached", "" },
	{ 413, "the server finds the request too large", "ask for less: fewer panels, fewer columns" },
	{ 415, "the server does not take this kind of request", "check the url: is the API there?" },
	{ 429, "the server asks for fewer requests", "a longer interval helps if this comes back" },
	{ 500, "the server failed", "" },
	{ 502, "the server is not available behind its gateway", "" },
	{ 503, "the server is not available now", "" },
	{ 504, "the server did not answer its gateway in time", "" },
	{ 511, "a login portal is in between", "sign in to the network that this computer is in" },
};

static const struct api_status *api_status_find(int status)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].status == status)
			return &table[i];
	return NULL;
}

void api_status_text(int status, char *out, size_t size)
{
	const struct api_status *words = api_status_find(status);
	const char *cause = words != NULL ? words->cause
		: status >= 500 ? "the server failed" : "the server answered what was not expected";
	snprintf(out, size, "%s (%d)", cause, status);
}

const char *api_status_advice(int status)
{
	const struct api_status *words = api_status_find(status);
	return words != NULL ? words->advice : "";
}

/* Where APIs write what is wrong. */
static const char *const reason_keys[] = {
	"message", "error_description", "errorMessage", "error_message", "reason", "detail", "description", "error",
	"errors", "title",
};

/* {"message": ...}, {"error": {"description": ...}}, {"errors": [{"detail": ...}]}: the first text that is found. */
static bool api_reason_of(const struct json *json, int node, char *out, size_t size)
{
	enum json_kind kind = json_kind(json, node);
	if (kind == JSON_STRING)
		return json_text(json, node, out, size) > 0;
	if (kind == JSON_ARRAY)
		return api_reason_of(json, json_first(json, node), out, size);
	for (size_t i = 0; kind == JSON_OBJECT && i < sizeof(reason_keys) / sizeof(reason_keys[0]); i++)
		if (api_reason_of(json, json_get(json, node, reason_keys[i]), out, size))
			return true;
	return false;
}

void api_reason(struct json *json, const char *body, size_t length, char *out, size_t size)
{
	out[0] = '\0';
	size_t skip = strspn(body, " \t\r\n");
	if (skip >= length || body[skip] == '<')
		return;
	if (json_parse(json, body, length, NULL) && api_reason_of(json, json_root(json), out, size))
		return;
	text_scrub(out, size, body + skip, length - skip);
}
