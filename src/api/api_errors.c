#include "api/api_errors.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* What was asked. */
enum api_call {
	API_STATISTICS,
	API_AVAILABILITY, /* of a service */
	API_CHAT,         /* of the messaging API: hours of the chat entry, its version */
	API_CAMPAIGNS,
	API_PHONES,
	API_TEAMS, /* all of the contact centre */
	API_MESSAGES,
};

struct api_status {
	int status;
	const char *cause;
	const char *advice;
};

/* What the user of a call needs, where a 403 does not say that it is about something else. */
static const char *const privileges[] = {
	[API_STATISTICS] = ("The user needs the privileges Access Realtime Stats API, View real-time agent metrics and View "
		"real-time service metrics, and must supervise the teams."),
	[API_AVAILABILITY] = "",
	[API_CHAT] = "",
	[API_CAMPAIGNS] = "The user needs the privilege to manage campaigns.",
	[API_PHONES] = "The user needs the privilege to manage users or phones.",
	[API_TEAMS] = "The user needs the privilege to manage users.",
	[API_MESSAGES] = "The user needs the privilege Use SMS/MMS API.",
};

static const struct api_status table[] = {
	{ 400, "The server refused the request", "" },
	{ 401, "The server rejected our access token", "Check that this user may use the API." },
	{ 403, "The server refused this request", "" },
	{ 404, "The server does not know this", "Check the url." },
	{ 405, "The server does not know this", "Check the url." },
	{ 407, "The proxy requires a user and a password", "Check the proxy setting." },
	{ 408, "The server stopped waiting for the request", "" },
	{ 409, "The limit of active subscriptions is reached", "" },
	{ 413, "The request is too large for the server", "Use fewer panels or columns." },
	{ 415, "The server does not accept this kind of request", "Check that the url is that of the API." },
	{ 429, "The server limits the number of requests", "If this comes back, use a longer interval." },
	/* This API answers it for an address that it does not have. */
	{ 500, "The server reported an internal error", "If this lasts, check the url." },
	{ 502, "The server is not available behind its gateway", "" },
	{ 503, "The server is not available now", "" },
	{ 504, "The server did not answer its gateway in time", "" },
	{ 511, "A login portal is in the way", "Sign in to this computer's network." },
};

static const struct api_status *api_status_find(int status)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].status == status)
			return &table[i];
	return NULL;
}

static enum api_call api_call_of(const char *path)
{
	static const struct { const char *part; enum api_call call; } calls[] = {
		{ "/check_available_agents", API_AVAILABILITY },
		{ "/configapi/v2/campaign/", API_CAMPAIGNS },
		{ "/configapi/v2/phone/", API_PHONES },
		{ "/configapi/v2/team", API_TEAMS },
		{ "/clientweb/smsapi/", API_MESSAGES },
		{ "/clientweb/api/", API_CHAT },
	};
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strstr(path, calls[i].part) != NULL)
			return calls[i].call;
	return API_STATISTICS;
}

static bool api_says(const char *reason, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasestr(reason, *words) != NULL)
			return true;
	return false;
}

/* What a reason makes clearer than the status alone. */
static void api_explain_reason(enum api_call call, int status, const char *reason, const char **cause, const char **advice)
{
	static const char *const of_privilege[] = { "privilege", "permission", "sufficient", "forbidden", "not allowed",
		"denied", NULL };
	static const char *const of_login[] = { "login attempt", NULL };
	static const char *const of_endpoint[] = { "endpoint", NULL };
	if (status == 403 && call != API_CHAT && (reason[0] == '\0' || api_says(reason, of_privilege))) {
		*cause = "A privilege is missing";
		*advice = privileges[call];
	} else if (status == 403 && api_says(reason, of_login)) {
		*cause = "The server refused this way of signing in";
		*advice = "Check that the secret is the API secret of this user, and that no other client signs in as this user. "
			"auth = \"cookie\" does not work here.";
	} else if ((status == 404 || status == 500) && api_says(reason, of_endpoint)) {
		*cause = "The server does not know this address";
		*advice = "Check the url.";
	} else if (status == 404 && reason[0] != '\0') {
		/* It names what it does not know, so the address is right. */
		*advice = "";
	}
}

struct api_words api_explain(const char *path, int status, const char *reason)
{
	enum api_call call = api_call_of(path);
	const struct api_status *known = api_status_find(status);
	const char *cause = known != NULL ? known->cause
		: status >= 500 ? "The server reported an error" : "Unexpected answer from the server";
	struct api_words words = { .advice = known != NULL ? known->advice : "" };
	/* A 401 says no more than its status; nor does what is above 500, which comes from what stands before the server. */
	if (status == 401 || (status > 500 && call != API_CHAT))
		reason = "";
	api_explain_reason(call, status, reason, &cause, &words.advice);
	snprintf(words.cause, sizeof(words.cause), "%.100s (%d)%s%.140s", cause, status, reason[0] != '\0' ? ": " : "",
		reason);
	return words;
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

/* The codes that the messaging API documents, as far as the hours of a chat entry can bring them. */
static const struct { const char *code, *words; } chat_codes[] = {
	{ "1000", "check the tenant" },
	{ "2000", "check chat_app_id and chat_client_id" },
	{ "2001", "check chat_app_id and chat_client_id" },
	{ "2002", "check chat_app_id and chat_client_id" },
	{ "2003", "check chat_app_id" },
	{ "2004", "check chat_client_id" },
	{ "3000", "no such chat entry, check chat_app_id" },
	{ "5000", "the chat server takes too long" },
	{ "5001", "no chat server is available" },
	{ "5004", "the chat server is not connected" },
	{ "5006", "no such chat entry, check chat_app_id" },
};

/* Puts the words of a code that is known in place of the server's. */
static void api_name_chat_error(const struct json *json, char *out, size_t size)
{
	char code[16], text[API_REASON_MAX];
	json_text(json, json_get(json, json_root(json), "error_code"), code, sizeof(code));
	if (code[0] == '\0')
		return;
	snprintf(text, sizeof(text), "%s", out);
	for (size_t i = 0; i < sizeof(chat_codes) / sizeof(chat_codes[0]); i++)
		if (strcmp(chat_codes[i].code, code) == 0)
			snprintf(text, sizeof(text), "%s", chat_codes[i].words);
	snprintf(out, size, "%s (error %s)", text, code);
}

void api_reason(const char *path, struct json *json, const char *body, size_t length, char *out, size_t size)
{
	out[0] = '\0';
	size_t skip = strspn(body, " \t\r\n");
	if (skip >= length || body[skip] == '<')
		return;
	bool parsed = json_parse(json, body, length, NULL);
	if (!parsed || !api_reason_of(json, json_root(json), out, size))
		text_scrub(out, size, body + skip, length - skip);
	if (parsed && api_call_of(path) == API_CHAT)
		api_name_chat_error(json, out, size);
}
