#include "api/extras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_errors.h"
#include "base/clock.h"
#include "base/log.h"

/* No timer fires for nothing, and none is so late that a changed clock could hurt. */
static const double wake_max = 60.0;

/* Not the loop's own time, which a changed clock moves. */
static double side_now(void)
{
	return (double)clock_boot_ms() / 1000.0;
}

static void on_wake(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	side_kick(timer->data);
}

void side_init(struct side *side, struct ev_loop *loop, struct http *http, struct auth *auth,
	const struct api_config *config, const struct feed_sink *sink, const struct catalogue *services)
{
	*side = (struct side){
		.loop = loop, .http = http, .auth = auth, .config = config, .sink = sink, .services = services,
	};
	side->jobs = must_alloc(SIDE_JOBS_MAX * sizeof(*side->jobs));
	for (int i = 0; i < SIDE_AT_ONCE; i++)
		side->lanes[i].side = side;
	ev_timer_init(&side->timer, on_wake, 0.0, 0.0);
	side->timer.data = side;
	if (config->chat_app_id != NULL && config->chat_client_id != NULL)
		snprintf(side->chat_header, sizeof(side->chat_header),
			"Authorization: MOBILE-API-140-327-PLAIN appId=\"%s\", clientId=\"%s\"",
			config->chat_app_id, config->chat_client_id);
}

static void job_add(struct side *side, enum frame_kind kind, const char *subject, double every)
{
	for (unsigned i = 0; i < side->count; i++)
		if (side->jobs[i].kind == kind &&
			strncmp(side->jobs[i].subject, subject, BOARD_SERVICE_NAME_MAX - 1) == 0)
			return;
	if (side->count == SIDE_JOBS_MAX)
		return;
	struct side_job *job = &side->jobs[side->count++];
	*job = (struct side_job){ .kind = kind, .due = side_now(), .every = every };
	snprintf(job->subject, sizeof(job->subject), "%s", subject);
}

static void add_services(struct side *side, const struct panel *panel)
{
	for (unsigned i = 0; i < panel->services.count; i++)
		job_add(side, FRAME_AVAILABILITY, panel->services.items[i], PANEL_AVAILABILITY_SECONDS);
	if (panel->services.count > 0)
		return;
	for (unsigned i = 0; i < side->services->count; i++)
		job_add(side, FRAME_AVAILABILITY, side->services->entries[i].name, PANEL_AVAILABILITY_SECONDS);
}

void side_set_layout(struct side *side, const struct layout *layout)
{
	side_stop(side);
	side->stopped = false;
	side->count = 0;
	side_add(side, layout);
}

void side_add(struct side *side, const struct layout *layout)
{
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_CAMPAIGNS)
			job_add(side, FRAME_CAMPAIGNS, "", PANEL_CAMPAIGNS_SECONDS);
		if (panel->type != PANEL_AVAILABILITY)
			continue;
		if (side->chat_header[0] != '\0')
			job_add(side, FRAME_CHAT_HOURS, "", PANEL_AVAILABILITY_SECONDS);
		add_services(side, panel);
	}
	side_kick(side);
}

static void job_done(struct side *side, struct side_job *job, const struct http_response *response)
{
	struct error error = { "" };
	if (response->cause[0] != '\0') {
		error_set(&error, "%s", response->cause);
	} else if (response->status != 200) {
		words_status(response->status, error.text, sizeof(error.text));
	} else {
		struct frame frame = {
			.kind = job->kind, .subject = job->subject, .received_ms = clock_boot_ms(),
			.wall_ms = clock_wall_ms(), .bytes = response->body, .length = response->length,
		};
		if (side->sink->frame(side->sink->context, &frame, NULL, &error)) {
			job->answered = true;
			side->accepted_ms = frame.received_ms;
			return;
		}
	}
	side->sink->missed(side->sink->context, job->kind, job->subject, error.text);
	if (!job->answered && response->status == 0)
		job->due = side_now() + SIDE_AGAIN_SECONDS;
}

static void on_answer(void *context, const struct http_response *response)
{
	struct side_lane *lane = context;
	struct side *side = lane->side;
	struct side_job *job = lane->job;
	lane->job = NULL;
	job->running = false;
	double later = side_now() + response->retry_after;
	if (response->retry_after > 0 && later > job->due)
		job->due = later;
	job_done(side, job, response);
	if (side->accepted != NULL)
		side->accepted(side->context);
	side_kick(side);
}

/* By the name as the server wrote it, which has characters that nobody is shown. */
static bool availability_path(const struct side *side, const char *service, struct buffer *path)
{
	const char *escaped = catalogue_escaped(side->services, service);
	buffer_text(path, "/statsapi/info/check_available_agents?");
	if (escaped != NULL)
		return buffer_text(path, "service=") && buffer_text(path, escaped);
	return url_add_value(path, "service", catalogue_name(side->services, service));
}

/* The query's room: a name's bytes may each become three. */
static bool job_path(const struct side *side, const struct side_job *job, struct buffer *path)
{
	switch (job->kind) {
	case FRAME_AVAILABILITY:
		return availability_path(side, job->subject, path);
	case FRAME_CHAT_HOURS:
		buffer_text(path, "/clientweb/api/v2/availability?");
		return url_add_value(path, "tenantUrl", side->config->tenant);
	case FRAME_CAMPAIGNS:
		return buffer_text(path, "/configapi/v2/campaign/getAll/");
	case FRAME_DATA:
		break;
	}
	return false;
}

static const char *job_header(const struct side *side, const struct side_job *job)
{
	if (job->kind == FRAME_CHAT_HOURS)
		return side->chat_header;
	return job->kind == FRAME_CAMPAIGNS ? auth_header(side->auth) : NULL;
}

/* When to ask next: one interval on, the first time sooner and by the place in the list, so that rounds spread. */
static void job_plan(struct side *side, struct side_job *job)
{
	double share = (double)(job - side->jobs) / (double)side->count;
	job->due = side_now() + (job->asked ? job->every : job->every * (0.5 + 0.5 * share));
	job->asked = true;
}

/* The steady state allocates nothing: the path's room stands on the stack. */
static void job_start(struct side *side, struct side_job *job, int lane)
{
	struct buffer path;
	buffer_init(&path, URL_MAX - 1);
	char room[URL_MAX];
	path.data = room;
	path.room = sizeof(room);
	room[0] = '\0';
	job_plan(side, job);
	if (!job_path(side, job, &path)) {
		side->sink->missed(side->sink->context, job->kind, job->subject, "the name is too long to ask for");
		return;
	}
	const char *header = job_header(side, job);
	job->running = true;
	side->lanes[lane].job = job;
	http_start(side->http, (enum http_slot)(HTTP_SIDE + lane), &(struct http_request){
		.method = "GET",
		.path = room,
		.headers = { "Accept: application/json", header },
		.done = on_answer,
		.context = &side->lanes[lane],
	});
}

static bool job_ready(const struct side *side, const struct side_job *job)
{
	return !job->running && (job->kind != FRAME_CAMPAIGNS || auth_header(side->auth) != NULL);
}

/* The job that is due for longest; NULL if none is. *next gets the time of the earliest that is not. */
static struct side_job *job_pick(struct side *side, double now, double *next)
{
	struct side_job *best = NULL;
	*next = now + wake_max;
	for (unsigned i = 0; i < side->count; i++) {
		struct side_job *job = &side->jobs[i];
		if (!job_ready(side, job))
			continue;
		if (job->due > now) {
			if (job->due < *next)
				*next = job->due;
		} else if (best == NULL || job->due < best->due) {
			best = job;
		}
	}
	return best;
}

void side_kick(struct side *side)
{
	double now, next;
	if (side->stopped)
		return;
	ev_timer_stop(side->loop, &side->timer);
	ev_now_update(side->loop);
	now = side_now();
	next = now + wake_max;
	for (int lane = 0; lane < SIDE_AT_ONCE; lane++) {
		if (side->lanes[lane].job != NULL)
			continue;
		struct side_job *job = job_pick(side, now, &next);
		if (job == NULL)
			break;
		job_start(side, job, lane);
	}
	if (side->count == 0)
		return;
	ev_timer_set(&side->timer, next > now ? next - now : 0.0, 0.0);
	ev_timer_start(side->loop, &side->timer);
}

void side_stop(struct side *side)
{
	side->stopped = true;
	ev_timer_stop(side->loop, &side->timer);
	for (int lane = 0; lane < SIDE_AT_ONCE; lane++) {
		http_cancel(side->http, (enum http_slot)(HTTP_SIDE + lane));
		side->lanes[lane].job = NULL;
	}
	for (unsigned i = 0; i < side->count; i++)
		side->jobs[i].running = false;
}

void side_free(struct side *side)
{
	side_stop(side);
	free(side->jobs);
	side->jobs = NULL;
}
