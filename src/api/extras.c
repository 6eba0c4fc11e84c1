#include "api/extras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

/* No wait is longer, in seconds, so that polling resumes soon after a sleep of the machine. */
static const double EXTRAS_WAIT_MAX = 60.0;

static const char teams_path[] = "/statsapi/cfg/teams";
static const char services_path[] = "/statsapi/cfg/services";

/* For another token: how long, and how often it is looked for. */
static const double EXTRAS_TOKEN_SECONDS = 15.0;
static const double EXTRAS_LOOK_SECONDS = 0.5;

/* Not the loop's own time, which a changed clock moves. */
static double extras_now(void)
{
	return (double)clock_boot_ms() / 1000.0;
}

/* ---- availability, chat hours, campaigns ---- */

static void extra_add(struct extras *extras, enum frame_kind kind, const char *subject, double every)
{
	for (unsigned i = 0; i < extras->count; i++)
		if (extras->jobs[i].kind == kind &&
			strncmp(extras->jobs[i].subject, subject, BOARD_SERVICE_NAME_MAX - 1) == 0)
			return;
	if (extras->count == EXTRAS_MAX)
		return;
	struct extra *job = &extras->jobs[extras->count++];
	*job = (struct extra){ .kind = kind, .due = extras_now(), .every = every };
	snprintf(job->subject, sizeof(job->subject), "%s", subject);
}

static void extras_add_services(struct extras *extras, const struct panel *panel)
{
	for (unsigned i = 0; i < panel->services.count; i++)
		extra_add(extras, FRAME_AVAILABILITY, panel->services.items[i], PANEL_AVAILABILITY_SECONDS);
	if (panel->services.count > 0)
		return;
	for (unsigned i = 0; i < extras->services->count; i++)
		extra_add(extras, FRAME_AVAILABILITY, extras->services->entries[i].name, PANEL_AVAILABILITY_SECONDS);
}

/* Adds the jobs that a layout, or services which became known, bring; leaves the others alone. */
static void extras_add(struct extras *extras)
{
	const struct layout *layout = extras->layout;
	for (unsigned i = 0; layout != NULL && !extras->lists_only && i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_CAMPAIGNS)
			extra_add(extras, FRAME_CAMPAIGNS, "", PANEL_CAMPAIGNS_SECONDS);
		if (panel->type != PANEL_AVAILABILITY)
			continue;
		if (extras->chat_header[0] != '\0')
			extra_add(extras, FRAME_CHAT_HOURS, "", PANEL_AVAILABILITY_SECONDS);
		extras_add_services(extras, panel);
	}
	extras_run(extras);
}

/* "A privilege is missing (403): reason", without secrets. */
static void extra_explain(const struct extras *extras, const struct extra *job, const struct http_response *response,
	struct error *error)
{
	if (response->status == 401 && job->generation == 0) {
		error_set(error, "The server requires a sign-in for this (401)");
		return;
	}
	struct api_words words = auth_explain(extras->auth, response);
	text_cause(error->text, sizeof(error->text), words.cause, words.advice);
}

/* Whether a 401 is answered by one more try: with the token that there is, or with another one. */
static bool extra_renew(struct extras *extras, struct extra *job)
{
	if (job->kind == FRAME_CHAT_HOURS || job->renewed)
		return false;
	if (job->generation == 0) {
		extras->open_needs_token = true;
	} else {
		job->renewed = true;
		job->refused = job->generation;
		job->patience = extras_now() + EXTRAS_TOKEN_SECONDS;
		auth_renew(extras->auth, job->generation);
	}
	job->due = extras_now();
	return true;
}

/* While the token that was refused is the only one, another is waited for, for a while. */
static void extra_wait(const struct extras *extras, struct extra *job, double now)
{
	if (job->refused == 0 || job->refused != extras->auth->generation || now >= job->patience)
		job->refused = 0;
	else
		job->due = now + EXTRAS_LOOK_SECONDS;
}

static void extra_done(struct extras *extras, struct extra *job, const struct http_response *response)
{
	if (response->cause[0] == '\0' && response->status == 401 && extra_renew(extras, job))
		return;
	struct error error = { "" };
	if (response->cause[0] != '\0') {
		error_set(&error, "%s", response->cause);
	} else if (response->status != 200) {
		extra_explain(extras, job, response, &error);
	} else {
		struct frame frame = {
			.kind = job->kind, .subject = job->subject, .received_ms = clock_boot_ms(),
			.wall_ms = clock_wall_ms(), .bytes = response->body, .length = response->length,
		};
		if (extras->sink->frame(extras->sink->context, &frame, NULL, &error)) {
			job->answered = true;
			job->renewed = false;
			extras->accepted_ms = frame.received_ms;
			return;
		}
	}
	extras->sink->missed(extras->sink->context, job->kind, job->subject, error.text);
	if (!job->answered && response->status == 0)
		job->due = extras_now() + EXTRAS_AGAIN_SECONDS;
}

static void extra_on_answer(void *context, const struct http_response *response)
{
	struct extra_lane *lane = context;
	struct extras *extras = lane->extras;
	struct extra *job = lane->job;
	lane->job = NULL;
	job->running = false;
	double later = extras_now() + response->retry_after;
	if (response->retry_after > 0 && later > job->due)
		job->due = later;
	extra_done(extras, job, response);
	extras->accepted(extras->context);
	extras_run(extras);
}

/* Asks by the name as the server wrote it: what is shown of it has been scrubbed. */
static bool extra_availability_path(const struct extras *extras, const char *service, struct buffer *path)
{
	const char *escaped = catalogue_escaped(extras->services, service);
	buffer_text(path, "/statsapi/info/check_available_agents?");
	if (escaped != NULL)
		return buffer_text(path, "service=") && buffer_text(path, escaped);
	return url_add_value(path, "service", catalogue_name(extras->services, service));
}

/* False if it is too long: each byte of a name may become three. */
static bool extra_path(const struct extras *extras, const struct extra *job, struct buffer *path)
{
	switch (job->kind) {
	case FRAME_AVAILABILITY:
		return extra_availability_path(extras, job->subject, path);
	case FRAME_CHAT_HOURS:
		buffer_text(path, "/clientweb/api/v2/availability?");
		return url_add_value(path, "tenantUrl", extras->config->tenant);
	case FRAME_CAMPAIGNS:
		return buffer_text(path, "/configapi/v2/campaign/getAll/");
	case FRAME_DATA:
		break;
	}
	return false;
}

static bool extra_needs_token(const struct extras *extras, const struct extra *job)
{
	return job->kind == FRAME_CAMPAIGNS || (job->kind == FRAME_AVAILABILITY && extras->open_needs_token);
}

/* The path is on the stack, so that the steady state allocates nothing. */
static void extra_start(struct extras *extras, struct extra *job, int lane)
{
	struct buffer path;
	buffer_init(&path, URL_MAX - 1);
	char room[URL_MAX];
	path.data = room;
	path.room = sizeof(room);
	room[0] = '\0';
	/* The next time: one interval on, at first sooner and by the place in the list, so that rounds spread. */
	double share = (double)(job - extras->jobs) / (double)extras->count;
	job->due = extras_now() + (job->asked ? job->every : job->every * (0.5 + 0.5 * share));
	job->asked = true;
	if (job->kind == FRAME_CAMPAIGNS && extras->config->auth == AUTH_COOKIE) {
		extras->sink->missed(extras->sink->context, job->kind, job->subject,
			"Campaigns need auth = \"oauth\", because cookies give access to statistics only");
		return;
	}
	if (!extra_path(extras, job, &path)) {
		extras->sink->missed(extras->sink->context, job->kind, job->subject, "The name is too long to ask for");
		return;
	}
	const char *header = NULL;
	bool chat = job->kind == FRAME_CHAT_HOURS;
	job->generation = 0;
	if (chat) {
		header = extras->chat_header;
	} else if (extra_needs_token(extras, job)) {
		header = extras->auth->line;
		job->generation = extras->auth->generation;
	}
	job->running = true;
	extras->lanes[lane].job = job;
	http_start(extras->http, (enum http_slot)(HTTP_EXTRA + lane), &(struct http_request){
		.method = "GET",
		.path = room,
		/* The messaging API wants this of every client that is no browser. */
		.headers = { "Accept: application/json", header, chat ? "User-Agent: MobileClient" : NULL },
		.done = extra_on_answer,
		.context = &extras->lanes[lane],
	});
}

/* The job that is due for longest; NULL if none is. *next gets the time of the earliest that is not. */
static struct extra *extras_next(struct extras *extras, double now, double *next)
{
	struct extra *best = NULL;
	*next = now + EXTRAS_WAIT_MAX;
	for (unsigned i = 0; i < extras->count; i++) {
		struct extra *job = &extras->jobs[i];
		if (job->running || (extra_needs_token(extras, job) && extras->auth->line == NULL))
			continue;
		if (job->due <= now)
			extra_wait(extras, job, now);
		if (job->due > now) {
			if (job->due < *next)
				*next = job->due;
		} else if (best == NULL || job->due < best->due) {
			best = job;
		}
	}
	return best;
}

void extras_run(struct extras *extras)
{
	double now = extras_now(), next = now + EXTRAS_WAIT_MAX;
	if (extras->layout == NULL)
		return;
	ev_timer_stop(extras->loop, &extras->timer);
	for (int lane = 0; lane < EXTRAS_AT_ONCE; lane++) {
		if (extras->lanes[lane].job != NULL)
			continue;
		struct extra *job = extras_next(extras, now, &next);
		if (job == NULL)
			break;
		extra_start(extras, job, lane);
	}
	if (extras->count > 0)
		timer_start(extras->loop, &extras->timer, next - now);
}

static void extras_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	extras_run(timer->data);
}

/* ---- the catalogues ---- */

/* Whether one of them is an id, or one is not. */
static bool lists_have(const struct texts *texts, bool id)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (catalogue_is_guid(texts->items[i]) == id)
			return true;
	return false;
}

static void lists_count(struct lists *lists)
{
	lists->complete = (!lists->need_teams || lists->asked_teams) && (!lists->need_services || lists->asked_services);
}

/* Decides which of them a layout needs. */
static void lists_need(struct lists *lists, const struct layout *layout, bool all)
{
	lists->need_teams = lists->need_services = all;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_AVAILABILITY) {
			/* S5 wants names: of all services, or of those that the layout has by id. */
			if (panel->services.count == 0 || lists_have(&panel->services, true))
				lists->need_services = true;
		} else if (panel_subscribes(panel->type)) {
			lists->need_teams = lists->need_teams || lists_have(&panel->teams, false);
			lists->need_services = lists->need_services || lists_have(&panel->services, false);
		}
	}
	lists_count(lists);
}

/* One catalogue's answer; LISTS_DONE means that this one is settled. */
static enum lists_result lists_answer(struct extras *extras, struct catalogue *catalogue, const char *what,
	const struct http_response *response)
{
	struct lists *lists = &extras->lists;
	struct error error = { "" };
	int status = response->status;
	/* What this API answers for an address that it does not have, and to a user that may not look. */
	bool refused = status == 401 || status == 403 || status == 404 || status == 405 || status == 500;
	lists->retry_after = response->retry_after;
	lists->advice = response->advice;
	if (response->cause[0] != '\0') {
		snprintf(lists->cause, sizeof(lists->cause), "%s", response->cause);
	} else if (status == 200) {
		if (catalogue_read(catalogue, &lists->json, response->body, response->length, &error))
			return LISTS_DONE;
		snprintf(lists->cause, sizeof(lists->cause), "The list of %s cannot be read: %.180s", what, error.text);
	} else {
		struct api_words words = auth_explain(extras->auth, response);
		memcpy(lists->cause, words.cause, sizeof(lists->cause));
		lists->advice = words.advice;
	}
	/*
	 * Of the two only the teams are a published call: of the services a 401 speaks of the token only where they could
	 * be listed before.
	 */
	if (status == 401 && (lists->fetching_teams || catalogue->known) && lists->failures++ == 0)
		return LISTS_UNAUTHORISED;
	if (!refused && lists->failures++ == 0)
		return LISTS_FAILED;
	if (!catalogue->known) {
		snprintf(catalogue->reason, sizeof(catalogue->reason), "%.150s", lists->cause);
		text_trim(catalogue->reason);
		catalogue->advice = lists->advice;
	}
	log_line("%s: not listed: %s", what, lists->cause);
	return LISTS_DONE;
}

static enum lists_result lists_next(struct extras *extras);

static void lists_on_answer(void *context, const struct http_response *response)
{
	struct extras *extras = context;
	struct lists *lists = &extras->lists;
	bool teams = lists->fetching_teams;
	enum lists_result result = lists_answer(extras, teams ? extras->teams : extras->services,
		teams ? "teams" : "services", response);
	if (result == LISTS_DONE) {
		*(teams ? &lists->asked_teams : &lists->asked_services) = true;
		result = lists_next(extras);
	}
	if (result == LISTS_PENDING)
		return;
	if (lists->refreshing)
		lists->asked_teams = lists->asked_services = lists->complete = true;
	if (result == LISTS_DONE)
		extras_add(extras);
	lists->done(extras->context, result);
}

static enum lists_result lists_next(struct extras *extras)
{
	struct lists *lists = &extras->lists;
	lists_count(lists);
	if (lists->complete) {
		lists->failures = 0;
		return LISTS_DONE;
	}
	lists->fetching_teams = lists->need_teams && !lists->asked_teams;
	auth_start(extras->auth, HTTP_LIST, "GET", lists->fetching_teams ? teams_path : services_path, lists_on_answer,
		extras);
	return LISTS_PENDING;
}

enum lists_result extras_list(struct extras *extras, enum lists_scope scope,
	void (*done)(void *context, enum lists_result result))
{
	struct lists *lists = &extras->lists;
	http_cancel(extras->http, HTTP_LIST);
	if (scope != LISTS_MISSING) {
		lists->asked_teams = lists->asked_services = false;
		lists->failures = 0;
	}
	if (scope == LISTS_ALL)
		lists->need_teams = lists->need_services = true;
	lists->refreshing = scope == LISTS_REFRESH || scope == LISTS_ALL;
	lists->done = done;
	return lists_next(extras);
}

/* ---- the beginning and the end ---- */

void extras_init(struct extras *extras, const struct layout *layout)
{
	const struct api_config *config = extras->config;
	extras->lists.advice = "";
	extras->lists.retry_after = -1;
	json_init(&extras->lists.json);
	lists_need(&extras->lists, layout, extras->lists_only);
	extras->jobs = must_alloc(EXTRAS_MAX * sizeof(*extras->jobs));
	for (int i = 0; i < EXTRAS_AT_ONCE; i++)
		extras->lanes[i].extras = extras;
	ev_timer_init(&extras->timer, extras_on_timer, 0.0, 0.0);
	extras->timer.data = extras;
	if (config->chat_app_id != NULL && config->chat_client_id != NULL)
		snprintf(extras->chat_header, sizeof(extras->chat_header),
			"Authorization: MOBILE-API-140-327-PLAIN appId=\"%s\", clientId=\"%s\"",
			config->chat_app_id, config->chat_client_id);
}

void extras_set_layout(struct extras *extras, const struct layout *layout)
{
	ev_timer_stop(extras->loop, &extras->timer);
	http_cancel(extras->http, HTTP_LIST);
	for (int lane = 0; lane < EXTRAS_AT_ONCE; lane++) {
		http_cancel(extras->http, (enum http_slot)(HTTP_EXTRA + lane));
		extras->lanes[lane].job = NULL;
	}
	extras->count = 0;
	extras->layout = layout;
	if (layout == NULL)
		return;
	lists_need(&extras->lists, layout, extras->lists_only);
	extras_add(extras);
}

void extras_free(struct extras *extras)
{
	extras_set_layout(extras, NULL);
	json_free(&extras->lists.json);
	free(extras->jobs);
}
