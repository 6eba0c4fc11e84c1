/*
 * `cxwall publish mqtt://HOST/PREFIX`: one subscription over what several layouts ask for, at a broker, for any number
 * of screens. No terminal; it goes on until a signal ends it, or until somebody else publishes there.
 *
 * The alerts of the layouts are evaluated here, because here is the live feed: each layout that has alerts is a session
 * of its own in the same loop, which finds its panels in the frames of the one request. Their commands run here, and
 * screens that read what is published run none.
 */
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "board/query.h"
#include "command/app.h"
#include "mqtt/publisher.h"
#include "mqtt/topics.h"
#include "session/published_past.h"
#include "session/session.h"
#include "session/watchdog.h"

enum { LAYOUTS_MAX = MANY_MAX, SAID_ROOM = 2 * ERROR_TEXT + 2 };

/* Layouts as they were read, and what they ask for together, which borrows from them. */
struct published {
	struct layout *layouts[LAYOUTS_MAX];
	unsigned count;
	struct layout *merged;
};

/* The alerts of one layout. */
struct layout_alerts {
	const struct layout *layout;
	struct session session;
	struct request request; /* the feed's, as this layout reads it */
	bool told; /* that another window of the login does what they are to do */
};

struct publish {
	struct app *app;
	struct session session; /* of the merged layout: what an answer is checked with */
	struct feed_options feed;
	struct url_broker address;
	struct publisher *publisher;
	struct published published;
	struct published_past past;
	struct layout_alerts *alerts[LAYOUTS_MAX];
	unsigned alert_count;
	struct buffer request, next_request; /* the feed's, as a record */
	struct json json;
	struct watchdog watchdog;
	char said_broker[SAID_ROOM], said_feed[SAID_ROOM];
	bool feed_ended, publisher_ended;
};

/* ---- layouts ---- */

static void published_free(struct published *published)
{
	layout_free(published->merged);
	for (unsigned i = 0; i < published->count; i++)
		layout_free(published->layouts[i]);
	*published = (struct published){ .count = 0 };
}

static bool published_read(struct published *published, const struct app *app, struct error *error)
{
	const struct many *names = &app->options->layouts;
	unsigned count = names->count > 0 ? names->count : 1;
	for (; published->count < count; published->count++) {
		const char *name = names->count > 0 ? names->items[published->count] : app->options->layout;
		struct layout *layout = app_layout_named(app, name, error);
		if (layout == NULL)
			return false;
		published->layouts[published->count] = layout;
	}
	return true;
}

static void topic_part(const char *text, char *out, size_t size)
{
	char name[TOPIC_NAME_MAX];
	topic_name_for(text, name);
	snprintf(out, size, "%s", name);
}

/* The interval of the layouts is the shortest that one of them wants. */
static double shortest_interval(const struct published *published)
{
	double interval = 0;
	for (unsigned i = 0; i < published->count; i++) {
		double wanted = published->layouts[i]->interval;
		if (wanted > 0 && (interval == 0 || wanted < interval))
			interval = wanted;
	}
	return interval;
}

/* On failure nothing is loaded. */
static bool published_load(struct published *published, const struct app *app, const struct url_broker *address,
	struct error *error)
{
	char name[TOPIC_NAME_MAX];
	*published = (struct published){ .count = 0 };
	topic_name_for(address->prefix, name);
	bool good = published_read(published, app, error);
	if (good) {
		published->merged = layout_merge(name, published->layouts, published->count, topic_part, error);
		good = published->merged != NULL &&
			(published->merged->panel_count > 0 || error_set(error, "no panel of these layouts asks for anything"));
	}
	if (good)
		published->merged->interval = shortest_interval(published);
	else
		published_free(published);
	return good;
}

/* ---- what is said ---- */

/* Once for each trouble, and once when it is over. */
static void publish_say_trouble(char said[SAID_ROOM], const char *what, const char *cause, const char *advice)
{
	char text[SAID_ROOM];
	text_cause(text, sizeof(text), cause, advice);
	if (strcmp(text, said) == 0)
		return;
	if (text[0] != '\0')
		message("%s", text);
	else
		message("%s again", what);
	snprintf(said, sizeof(text), "%s", text);
}

static void publish_on_notice(void *context, enum session_notice kind, const char *text)
{
	(void)context;
	(void)kind;
	message("%s", text);
}

/* ---- the alerts of each layout ---- */

/* A publisher has no screen, so this is a message. */
static void layout_alerts_on_unknown(void *context, const struct alert_unknown *about)
{
	const struct layout_alerts *alerts = context;
	if (about->over)
		message("layout '%s': alert '%s' has a value again", alerts->layout->name, about->rule->name);
	else
		message("layout '%s': alert '%s' has no value: %s", alerts->layout->name, about->rule->name, about->why);
}

static struct layout_alerts *layout_alerts_new(struct publish *publish, const struct layout *layout)
{
	struct layout_alerts *alerts = must_alloc(sizeof(*alerts));
	*alerts = (struct layout_alerts){
		.layout = layout,
		.session = { .layout = layout, .names = publish->session.names, .evaluates_alerts = true, .acts = true,
			.loop = publish->session.loop,
			.calls = { .unknown = layout_alerts_on_unknown, .notice = publish_on_notice, .context = alerts } },
	};
	request_init(&alerts->request);
	(void)session_open(&alerts->session);
	session_attach(&alerts->session, publish->session.feed);
	return alerts;
}

static void layout_alerts_free(struct layout_alerts *alerts)
{
	if (alerts == NULL)
		return;
	session_close(&alerts->session);
	request_free(&alerts->request);
	free(alerts);
}

/* Alerts that fire and commands that run are kept. */
static void layout_alerts_reload(struct layout_alerts *alerts, const struct layout *layout)
{
	session_set_layout(&alerts->session, layout, NULL);
	alerts->layout = layout;
	/* The old request points to panels of the layout that is freed. */
	request_free(&alerts->request);
	request_init(&alerts->request);
}

/* Those of the layout of that name, taken out of the list. */
static struct layout_alerts *layout_alerts_take(struct layout_alerts **list, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		struct layout_alerts *alerts = list[i];
		if (alerts == NULL || strcmp(alerts->layout->name, name) != 0)
			continue;
		list[i] = NULL;
		return alerts;
	}
	return NULL;
}

/* A layout that was there under the same name keeps its data and what its alerts know. */
static void publish_set_alerts(struct publish *publish)
{
	struct layout_alerts *before[LAYOUTS_MAX];
	unsigned count = publish->alert_count;
	memcpy(before, publish->alerts, sizeof(before));
	publish->alert_count = 0;
	/* Each looks for its panels in the request again. */
	buffer_clear(&publish->request);
	for (unsigned i = 0; i < publish->published.count; i++) {
		const struct layout *layout = publish->published.layouts[i];
		if (layout->alert_count == 0)
			continue;
		struct layout_alerts *alerts = layout_alerts_take(before, count, layout->name);
		if (alerts == NULL)
			alerts = layout_alerts_new(publish, layout);
		else
			layout_alerts_reload(alerts, layout);
		publish->alerts[publish->alert_count++] = alerts;
	}
	for (unsigned i = 0; i < count; i++)
		layout_alerts_free(before[i]);
}

/* Where the feed asks for something else than before, each layout looks for its panels again. */
static void publish_read_request(struct publish *publish, const struct request *request)
{
	struct buffer *now = &publish->next_request, *before = &publish->request;
	struct error error;
	double interval;
	buffer_clear(now);
	if (!request_record_put(request, session_link(&publish->session)->interval, now) ||
		(now->length == before->length && memcmp(buffer_string(now), buffer_string(before), now->length) == 0))
		return;
	struct buffer last = *before;
	*before = *now;
	*now = last;
	for (unsigned i = 0; i < publish->alert_count; i++)
		if (!request_record_read(&publish->alerts[i]->request, publish->alerts[i]->layout, &publish->json,
			buffer_string(before), before->length, &interval, &error))
			log_line("alerts: %s", error.text);
}

static void publish_evaluate(struct publish *publish, const struct frame *frame)
{
	if (publish->alert_count > 0 && frame->kind == FRAME_DATA)
		publish_read_request(publish, frame->request);
	for (unsigned i = 0; i < publish->alert_count; i++) {
		struct frame own = *frame;
		struct decode_report report;
		struct error error;
		own.request = &publish->alerts[i]->request;
		if (!session_frame(&publish->alerts[i]->session, &own, &report, &error))
			log_line("alerts: %s", error.text);
	}
}

/* ---- the feed ---- */

static void publish_on_frame(void *context, const struct frame *frame, const struct decode_report *report)
{
	struct publish *publish = context;
	(void)report;
	publisher_frame(publish->publisher, frame);
	if (frame->kind == FRAME_DATA)
		published_past_start(&publish->past);
	publish_evaluate(publish, frame);
}

static void publish_on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	(void)context;
	(void)kind;
	log_line("publish: %s: %s", subject[0] != '\0' ? subject : "beside the subscription", cause);
}

/* Until the names are known, the plan calls every name unknown, so it is not published yet. */
static void publish_on_changed(void *context)
{
	struct publish *publish = context;
	const struct session *session = &publish->session;
	if (session->ending)
		return;
	const struct link *link = session_link(session);
	const struct feed_ops *ops = session->feed->ops;
	bool planned = ops->planned == NULL || ops->planned(session->feed);
	for (unsigned i = 0; i < publish->alert_count; i++) {
		struct layout_alerts *alerts = publish->alerts[i];
		char text[ERROR_TEXT];
		session_follow_feed(&alerts->session);
		if (!alerts->told && session_acts_elsewhere(&alerts->session, text, sizeof(text))) {
			alerts->told = true;
			message("layout '%s': %s", alerts->layout->name, text);
		}
	}
	publisher_feed(publish->publisher, link, planned ? ops->request(session->feed) : NULL,
		session_services(session));
	if (link->cause[0] != '\0' || link->state == LINK_LIVE)
		publish_say_trouble(publish->said_feed, "live", link->cause, link->advice);
}

static void publish_start_feed(struct publish *publish)
{
	struct session *session = &publish->session;
	struct error error;
	if (!session_connect(session, &publish->feed, NULL, &error)) {
		message("%s", error.text);
		session_end(session, session->status);
		return;
	}
	watchdog_start(&publish->watchdog, session->loop, session_link(session));
	watchdog_drawn(&publish->watchdog, WATCHDOG_NEVER);
	publish_set_alerts(publish);
	session_start(session);
}

/* ---- the end: the feed's and the publisher's ---- */

static void publish_check_end(struct publish *publish)
{
	if (publish->feed_ended && publish->publisher_ended)
		ev_break(publish->session.loop, EVBREAK_ALL);
}

static void publish_on_ending(void *context)
{
	struct publish *publish = context;
	publisher_stop(publish->publisher);
}

static void on_feed_ended(void *context)
{
	struct publish *publish = context;
	publish->feed_ended = true;
	publish_check_end(publish);
}

static void on_publisher_ended(void *context)
{
	struct publish *publish = context;
	publish->publisher_ended = true;
	publish_check_end(publish);
}

/* ---- the publisher ---- */

static void publish_on_claimed(void *context)
{
	struct publish *publish = context;
	message("publishing %u panels of %u layouts under %s/%s", publish->published.merged->panel_count,
		publish->published.count, publish->address.peer, publish->address.prefix);
	publish_start_feed(publish);
}

static void publish_on_conflict(void *context, const char *who)
{
	struct publish *publish = context;
	message("another publisher (%s) publishes under %s/%s: stop it, or use another prefix", who, publish->address.peer,
		publish->address.prefix);
	session_end(&publish->session, STATUS_LIMIT);
}

static void on_publisher_changed(void *context)
{
	struct publish *publish = context;
	if (publish->publisher != NULL && !publish->session.ending)
		publish_say_trouble(publish->said_broker, "publishing", publisher_trouble(publish->publisher),
			publisher_advice(publish->publisher));
}

static bool publish_start_publisher(struct publish *publish)
{
	const struct options *options = publish->app->options;
	struct publisher_options how = { .tenant = options->api.tenant, .interval = options->api.interval,
		.names = options->names };
	struct publisher_sink sink = {
		.claimed = publish_on_claimed, .conflict = publish_on_conflict, .changed = on_publisher_changed,
		.ended = on_publisher_ended, .context = publish,
	};
	struct error error;
	publish->publisher = publisher_new(publish->session.loop, &publish->address, &options->mqtt, &how, &sink, &error);
	if (publish->publisher == NULL)
		message("%s", error.text);
	return publish->publisher != NULL;
}

/* ---- the command ---- */

static void publish_on_reload(void *context)
{
	struct publish *publish = context;
	struct app *app = publish->app;
	struct published before = publish->published, now;
	struct error error;
	clock_zone_look();
	if (!published_load(&now, app, &publish->address, &error)) {
		message("%s", error.text);
		return;
	}
	publish->published = now;
	app->layout = now.merged;
	app->options->api.interval = app_interval(app);
	session_set_layout(&publish->session, now.merged, app->tag);
	if (publish->session.feed != NULL)
		publish_set_alerts(publish);
	publish->past.layouts = publish->published.layouts;
	publish->past.layout_count = publish->published.count;
	published_past_restart(&publish->past);
	published_free(&before);
	message("layouts reloaded: %u panels", now.merged->panel_count);
}

static int publish_run(struct publish *publish)
{
	struct app *app = publish->app;
	struct session *session = &publish->session;
	publish->feed = app_feed_options(app);
	publish->feed.from = NULL;
	*session = (struct session){ .layout = app->layout, .names = app->options->names,
		.store_options = app_store_options(app),
		.calls = { .frame = publish_on_frame, .missed = publish_on_missed, .changed = publish_on_changed,
			.notice = publish_on_notice, .reload = publish_on_reload, .ending = publish_on_ending,
			.ended = on_feed_ended, .context = publish } };
	/* What screens get of the last day is kept in any case. */
	if (session->store_options.tenant == NULL) {
		session->store_options.tenant = app->options->api.tenant;
		session->store_options.in_memory = true;
	}
	buffer_init(&publish->request, REQUEST_BODY_MAX);
	buffer_init(&publish->next_request, REQUEST_BODY_MAX);
	json_init(&publish->json);
	int status = STATUS_USAGE;
	if (session_open(session) && publish_start_publisher(publish)) {
		publish->past = (struct published_past){ .session = session, .publisher = publish->publisher,
			.layouts = publish->published.layouts, .layout_count = publish->published.count };
		status = session_run(session);
		watchdog_stop(&publish->watchdog);
	}
	for (unsigned i = 0; i < publish->alert_count; i++)
		layout_alerts_free(publish->alerts[i]);
	published_past_stop(&publish->past);
	publisher_free(publish->publisher);
	session_close(session);
	buffer_free(&publish->request);
	buffer_free(&publish->next_request);
	json_free(&publish->json);
	return status;
}

static bool read_address(struct publish *publish, struct error *error)
{
	const struct options *options = publish->app->options;
	if (options->operand_count != 1)
		return error_set(error, "publish needs the address of a broker, such as mqtt://broker.example/floor");
	return url_broker_read(&publish->address, options->operands[0], error);
}

static int publish_command(struct app *app)
{
	struct publish publish = { .app = app };
	struct error error;
	if (!read_address(&publish, &error) || !published_load(&publish.published, app, &publish.address, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	int status = STATUS_USAGE;
	app->layout = publish.published.merged;
	if (app_connection(app)) {
		app_tag(app);
		status = publish_run(&publish);
	}
	app->layout = NULL;
	published_free(&publish.published);
	return status;
}

const struct command command_publish = {
	.name = "publish",
	.function = publish_command,
	.task = TASK_SCRIPTS,
	.operands = "mqtt://HOST/PREFIX",
	.help = "share one subscription with many screens through MQTT",
	.examples = {
		{ "cxwall publish mqtt://localhost/wall -l overview -l queues", "Two layouts; screens show them with: cxwall --from mqtt://localhost/wall" },
	},
};
