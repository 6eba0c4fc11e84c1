/*
 * What app asks for once, and the second look at catalogues in which a name was missing.
 */
#include <stdio.h>
#include <string.h>

#include "api/live_state.h"
#include "base/log.h"

/* The callback may ask for the next thing at once. */
static void fetch_end(struct live *live, int status, const char *bytes, size_t length, const struct error *error)
{
	void (*done)(void *context, int, const char *, size_t, const struct error *) = live->fetch_done;
	live->fetch_done = NULL;
	if (done != NULL)
		done(live->fetch_context, status, bytes, length, error);
}

static void on_fetched(void *context, const struct http_response *response)
{
	struct error error;
	error_set(&error, "%s", response->cause);
	bool usable = response->cause[0] == '\0';
	fetch_end(context, usable ? response->status : 0, response->body, usable ? response->length : 0, &error);
}

void live_fetch_start(struct live *live)
{
	if (live->fetch_done == NULL || http_busy(live->http, HTTP_FETCH))
		return;
	http_start(live->http, HTTP_FETCH, &(struct http_request){
		.method = "GET",
		.path = live->fetch_path,
		.headers = { auth_header(&live->auth), "Accept: application/json" },
		.done = on_fetched,
		.context = live,
	});
}

void live_fetch_fail(struct live *live, const char *cause)
{
	struct error error;
	if (live->fetch_done == NULL)
		return;
	http_cancel(live->http, HTTP_FETCH);
	error_set(&error, "%s", cause);
	fetch_end(live, 0, "", 0, &error);
}

void live_fetch(struct live *live, const char *path,
	void (*done)(void *context, int status, const char *bytes, size_t length, const struct error *error),
	void *context)
{
	struct error error;
	if (live->fetch_done != NULL || live->stopping || strlen(path) >= sizeof(live->fetch_path)) {
		error_set(&error, "this cannot be asked for now");
		done(context, 0, "", 0, &error);
		return;
	}
	snprintf(live->fetch_path, sizeof(live->fetch_path), "%s", path);
	live->fetch_done = done;
	live->fetch_context = context;
	if (auth_header(&live->auth) != NULL)
		live_fetch_start(live);
	else if (live->state == SUB_SECRET_STOPPED)
		live_fetch_fail(live, live->link.cause);
}
