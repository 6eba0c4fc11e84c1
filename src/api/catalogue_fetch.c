#include "api/catalogue_fetch.h"

#include <stdio.h>
#include <string.h>

#include "api/api_errors.h"
#include "base/log.h"
#include "base/text.h"

static const char teams_path[] = "/statsapi/cfg/teams";
static const char services_path[] = "/statsapi/cfg/services";

void catalogue_fetch_init(struct catalogue_fetch *fetch, struct http *http, struct auth *auth, struct catalogue *teams,
	struct catalogue *services)
{
	*fetch = (struct catalogue_fetch){
		.http = http, .auth = auth, .teams = teams, .services = services, .advice = "", .retry_after = -1,
	};
	json_init(&fetch->json);
}

void catalogue_fetch_free(struct catalogue_fetch *fetch)
{
	json_free(&fetch->json);
}

static bool texts_have_name(const struct texts *texts)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (!catalogue_is_guid(texts->items[i]))
			return true;
	return false;
}

static bool texts_have_guid(const struct texts *texts)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (catalogue_is_guid(texts->items[i]))
			return true;
	return false;
}

void catalogue_fetch_need(struct catalogue_fetch *fetch, const struct layout *layout, bool all)
{
	fetch->need_teams = fetch->need_services = all;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_AVAILABILITY) {
			/* S5 wants names: of all services, or of those that the layout has by id. */
			if (panel->services.count == 0 || texts_have_guid(&panel->services))
				fetch->need_services = true;
		} else if (panel_subscribes(panel->type)) {
			fetch->need_teams = fetch->need_teams || texts_have_name(&panel->teams);
			fetch->need_services = fetch->need_services || texts_have_name(&panel->services);
		}
	}
}

bool catalogue_fetch_complete(const struct catalogue_fetch *fetch)
{
	return (!fetch->need_teams || fetch->asked_teams) && (!fetch->need_services || fetch->asked_services);
}

void catalogue_fetch_forget(struct catalogue_fetch *fetch)
{
	fetch->asked_teams = fetch->asked_services = false;
	fetch->failures = 0;
}

/* What this API answers for an address that it does not have, and to a user that may not look. */
static bool catalogue_fetch_refused(int status)
{
	return status == 401 || status == 403 || status == 404 || status == 405 || status == 500;
}

static void catalogue_fetch_remember(struct catalogue *catalogue, const char *reason)
{
	snprintf(catalogue->reason, sizeof(catalogue->reason), "%.150s", reason);
	text_trim(catalogue->reason);
}

static enum catalogue_result catalogue_fetch_next(struct catalogue_fetch *fetch);

/* One list's answer; CATALOGUE_DONE means that this one is settled. */
static enum catalogue_result catalogue_fetch_answer(struct catalogue_fetch *fetch, struct catalogue *catalogue, const char *what,
	const struct http_response *response)
{
	struct error error = { "" };
	fetch->retry_after = response->retry_after;
	fetch->advice = response->advice;
	if (response->cause[0] != '\0')
		snprintf(fetch->cause, sizeof(fetch->cause), "%s", response->cause);
	else if (response->status == 200 && catalogue_read(catalogue, &fetch->json, response->body, response->length,
		&error))
		return CATALOGUE_DONE;
	else if (response->status == 200)
		snprintf(fetch->cause, sizeof(fetch->cause), "the list of %s could not be read: %.180s", what,
			error.text);
	else
		api_status_text(response->status, fetch->cause, sizeof(fetch->cause));
	/* Of the two only the teams are a published call, so only there a 401 speaks of the token. */
	if (response->status == 401 && catalogue == fetch->teams && fetch->failures++ == 0)
		return CATALOGUE_UNAUTHORISED;
	if (!catalogue_fetch_refused(response->status) && fetch->failures++ == 0)
		return CATALOGUE_FAILED;
	if (!catalogue->known)
		catalogue_fetch_remember(catalogue, fetch->cause);
	log_line("%s: not listed: %s", what, fetch->cause);
	return CATALOGUE_DONE;
}

static void catalogue_fetch_on_teams(void *context, const struct http_response *response)
{
	struct catalogue_fetch *fetch = context;
	enum catalogue_result result = catalogue_fetch_answer(fetch, fetch->teams, "teams", response);
	if (result == CATALOGUE_DONE) {
		fetch->asked_teams = true;
		result = catalogue_fetch_next(fetch);
	}
	if (result != CATALOGUE_PENDING)
		fetch->done(fetch->context, result);
}

static void catalogue_fetch_on_services(void *context, const struct http_response *response)
{
	struct catalogue_fetch *fetch = context;
	enum catalogue_result result = catalogue_fetch_answer(fetch, fetch->services, "services", response);
	if (result == CATALOGUE_DONE) {
		fetch->asked_services = true;
		result = catalogue_fetch_next(fetch);
	}
	if (result != CATALOGUE_PENDING)
		fetch->done(fetch->context, result);
}

static enum catalogue_result catalogue_fetch_next(struct catalogue_fetch *fetch)
{
	bool teams = fetch->need_teams && !fetch->asked_teams;
	if (catalogue_fetch_complete(fetch)) {
		fetch->failures = 0;
		return CATALOGUE_DONE;
	}
	http_start(fetch->http, HTTP_LIST, &(struct http_request){
		.method = "GET",
		.path = teams ? teams_path : services_path,
		.headers = { auth_header(fetch->auth), "Accept: application/json" },
		.done = teams ? catalogue_fetch_on_teams : catalogue_fetch_on_services,
		.context = fetch,
	});
	return CATALOGUE_PENDING;
}

enum catalogue_result catalogue_fetch_start(struct catalogue_fetch *fetch, void (*done)(void *context, enum catalogue_result result),
	void *context)
{
	catalogue_fetch_cancel(fetch);
	fetch->done = done;
	fetch->context = context;
	return catalogue_fetch_next(fetch);
}

void catalogue_fetch_cancel(struct catalogue_fetch *fetch)
{
	http_cancel(fetch->http, HTTP_LIST);
}
