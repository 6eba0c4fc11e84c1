#include "api/catalogue_fetch.h"

#include <stdio.h>
#include <string.h>

#include "api/api_errors.h"
#include "base/log.h"
#include "base/text.h"

static const char teams_path[] = "/statsapi/cfg/teams";
static const char services_path[] = "/statsapi/cfg/services";

void lists_init(struct lists *lists, struct http *http, struct auth *auth, struct catalogue *teams,
	struct catalogue *services)
{
	*lists = (struct lists){
		.http = http, .auth = auth, .teams = teams, .services = services, .advice = "", .retry_after = -1,
	};
	json_init(&lists->json);
}

void lists_free(struct lists *lists)
{
	json_free(&lists->json);
}

static bool has_name(const struct texts *texts)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (!catalogue_is_guid(texts->items[i]))
			return true;
	return false;
}

static bool has_guid(const struct texts *texts)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (catalogue_is_guid(texts->items[i]))
			return true;
	return false;
}

void lists_need(struct lists *lists, const struct layout *layout, bool all)
{
	lists->need_teams = lists->need_services = all;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_AVAILABILITY) {
			/* S5 wants names: of all services, or of those that the layout has by id. */
			if (panel->services.count == 0 || has_guid(&panel->services))
				lists->need_services = true;
		} else if (panel_subscribes(panel->type)) {
			lists->need_teams = lists->need_teams || has_name(&panel->teams);
			lists->need_services = lists->need_services || has_name(&panel->services);
		}
	}
}

bool lists_complete(const struct lists *lists)
{
	return (!lists->need_teams || lists->asked_teams) && (!lists->need_services || lists->asked_services);
}

void lists_forget(struct lists *lists)
{
	lists->asked_teams = lists->asked_services = false;
	lists->failures = 0;
}

/* What this API answers for an address that it does not have, and to a user that may not look. */
static bool is_refusal(int status)
{
	return status == 401 || status == 403 || status == 404 || status == 405 || status == 500;
}

static void remember(struct catalogue *catalogue, const char *reason)
{
	snprintf(catalogue->reason, sizeof(catalogue->reason), "%.150s", reason);
	text_trim(catalogue->reason);
}

static enum lists_result next_fetch(struct lists *lists);

static void lists_end(struct lists *lists, enum lists_result result)
{
	lists->done(lists->context, result);
}

/* One list's answer; LISTS_DONE means that this one is settled. */
static enum lists_result lists_take(struct lists *lists, struct catalogue *catalogue, const char *what,
	const struct http_response *response)
{
	struct error error = { "" };
	lists->retry_after = response->retry_after;
	lists->advice = response->advice;
	if (response->cause[0] != '\0')
		snprintf(lists->cause, sizeof(lists->cause), "%s", response->cause);
	else if (response->status == 200 && catalogue_read(catalogue, &lists->json, response->body, response->length,
		&error))
		return LISTS_DONE;
	else if (response->status == 200)
		snprintf(lists->cause, sizeof(lists->cause), "the list of %s could not be read: %.180s", what,
			error.text);
	else
		words_status(response->status, lists->cause, sizeof(lists->cause));
	/* Of the two only the teams are a published call, so only there a 401 speaks of the token. */
	if (response->status == 401 && catalogue == lists->teams && lists->failures++ == 0)
		return LISTS_UNAUTHORISED;
	if (!is_refusal(response->status) && lists->failures++ == 0)
		return LISTS_FAILED;
	if (!catalogue->known)
		remember(catalogue, lists->cause);
	log_line("%s: not listed: %s", what, lists->cause);
	return LISTS_DONE;
}

static void on_teams(void *context, const struct http_response *response)
{
	struct lists *lists = context;
	enum lists_result result = lists_take(lists, lists->teams, "teams", response);
	if (result == LISTS_DONE) {
		lists->asked_teams = true;
		result = next_fetch(lists);
	}
	if (result != LISTS_PENDING)
		lists_end(lists, result);
}

static void on_services(void *context, const struct http_response *response)
{
	struct lists *lists = context;
	enum lists_result result = lists_take(lists, lists->services, "services", response);
	if (result == LISTS_DONE) {
		lists->asked_services = true;
		result = next_fetch(lists);
	}
	if (result != LISTS_PENDING)
		lists_end(lists, result);
}

static enum lists_result next_fetch(struct lists *lists)
{
	bool teams = lists->need_teams && !lists->asked_teams;
	if (lists_complete(lists)) {
		lists->failures = 0;
		return LISTS_DONE;
	}
	http_start(lists->http, HTTP_LIST, &(struct http_request){
		.method = "GET",
		.path = teams ? teams_path : services_path,
		.headers = { auth_header(lists->auth), "Accept: application/json" },
		.done = teams ? on_teams : on_services,
		.context = lists,
	});
	return LISTS_PENDING;
}

enum lists_result lists_fetch(struct lists *lists, void (*done)(void *context, enum lists_result result),
	void *context)
{
	lists_cancel(lists);
	lists->done = done;
	lists->context = context;
	return next_fetch(lists);
}

void lists_cancel(struct lists *lists)
{
	http_cancel(lists->http, HTTP_LIST);
}
