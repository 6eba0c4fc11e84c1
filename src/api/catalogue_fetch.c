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

/* Whether one of them is an id, or one is not. */
static bool catalogue_fetch_has(const struct texts *texts, bool id)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (catalogue_is_guid(texts->items[i]) == id)
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
			if (panel->services.count == 0 || catalogue_fetch_has(&panel->services, true))
				fetch->need_services = true;
		} else if (panel_subscribes(panel->type)) {
			fetch->need_teams = fetch->need_teams || catalogue_fetch_has(&panel->teams, false);
			fetch->need_services = fetch->need_services || catalogue_fetch_has(&panel->services, false);
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

static void catalogue_fetch_explain(struct catalogue_fetch *fetch, const struct http_response *response)
{
	char reason[API_REASON_MAX] = "";
	if (response->status != 401 && response->status <= 500)
		api_reason(&fetch->json, response->body, response->length, reason, sizeof(reason));
	auth_mask(fetch->auth, reason);
	struct api_words words = api_explain(API_STATISTICS, response->status, reason);
	memcpy(fetch->cause, words.cause, sizeof(fetch->cause));
	fetch->advice = words.advice;
}

/* One catalogue's answer; CATALOGUE_DONE means that this one is settled. */
static enum catalogue_result catalogue_fetch_answer(struct catalogue_fetch *fetch, struct catalogue *catalogue,
	const char *what, const struct http_response *response)
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
		catalogue_fetch_explain(fetch, response);
	/*
	 * Of the two only the teams are a published call: of the services a 401 speaks of the token only where they could
	 * be listed before.
	 */
	if (response->status == 401 && (catalogue == fetch->teams || catalogue->known) && fetch->failures++ == 0)
		return CATALOGUE_UNAUTHORISED;
	if (!catalogue_fetch_refused(response->status) && fetch->failures++ == 0)
		return CATALOGUE_FAILED;
	if (!catalogue->known) {
		snprintf(catalogue->reason, sizeof(catalogue->reason), "%.150s", fetch->cause);
		text_trim(catalogue->reason);
	}
	log_line("%s: not listed: %s", what, fetch->cause);
	return CATALOGUE_DONE;
}

static enum catalogue_result catalogue_fetch_next(struct catalogue_fetch *fetch);

static void catalogue_fetch_on_answer(void *context, const struct http_response *response)
{
	struct catalogue_fetch *fetch = context;
	bool teams = fetch->fetching_teams;
	enum catalogue_result result = catalogue_fetch_answer(fetch, teams ? fetch->teams : fetch->services,
		teams ? "teams" : "services", response);
	if (result == CATALOGUE_DONE) {
		*(teams ? &fetch->asked_teams : &fetch->asked_services) = true;
		result = catalogue_fetch_next(fetch);
	}
	if (result != CATALOGUE_PENDING)
		fetch->done(fetch->context, result);
}

static enum catalogue_result catalogue_fetch_next(struct catalogue_fetch *fetch)
{
	if (catalogue_fetch_complete(fetch)) {
		fetch->failures = 0;
		return CATALOGUE_DONE;
	}
	fetch->fetching_teams = fetch->need_teams && !fetch->asked_teams;
	http_start(fetch->http, HTTP_LIST, &(struct http_request){
		.method = "GET",
		.path = fetch->fetching_teams ? teams_path : services_path,
		.headers = { auth_header(fetch->auth), "Accept: application/json" },
		.done = catalogue_fetch_on_answer,
		.context = fetch,
	});
	return CATALOGUE_PENDING;
}

enum catalogue_result catalogue_fetch_start(struct catalogue_fetch *fetch,
	void (*done)(void *context, enum catalogue_result result), void *context)
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
