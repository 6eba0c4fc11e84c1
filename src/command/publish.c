/*
 * `cxwall publish mqtt://HOST/PREFIX`: one subscription over what several layouts ask for, at a broker, for any number
 * of screens. No terminal; it goes on until a signal ends it, or until somebody else publishes there.
 */
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/live.h"
#include "base/clock.h"
#include "base/log.h"
#include "board/board.h"
#include "command/app.h"
#include "command/desks.h"
#include "layout/layout_merge.h"
#include "mqtt/publisher.h"
#include "mqtt/topics.h"
#include "session/signals.h"
#include "session/watchdog.h"

enum { LAYOUTS_MAX = MANY_MAX };

struct publish {
	struct app *app;
	struct ev_loop *loop;
	struct url_broker address;
	struct publisher *publisher;
	struct live *live; /* NULL until the prefix is ours */
	struct layout *layouts[LAYOUTS_MAX]; /* the union borrows from them */
	unsigned layout_count;
	struct desks *desks; /* their alerts; NULL until there is a feed */
	struct board *board; /* of the union: what an answer is checked with */
	struct signals signals;
	struct watchdog watchdog;
	char said_broker[2 * ERROR_TEXT + 2], said_feed[2 * ERROR_TEXT + 2];
	bool ending, live_over, publisher_over;
	int status;
};

/* ---- layouts ---- */

static void leaf(const char *text, char *out, size_t size)
{
	char made[TOPIC_LEAF_MAX];
	topic_leaf(text, made);
	snprintf(out, size, "%s", made);
}

static void free_layouts(struct layout **layouts, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		layout_free(layouts[i]);
}

/* The interval of the layouts is the shortest that one of them wants. */
static double shortest(struct layout *const *layouts, unsigned count)
{
	double interval = 0;
	for (unsigned i = 0; i < count; i++)
		if (layouts[i]->interval > 0 && (interval == 0 || layouts[i]->interval < interval))
			interval = layouts[i]->interval;
	return interval;
}

static bool load(struct app *app, struct layout **layouts, unsigned *count, struct error *error)
{
	const struct many *names = &app->options->layouts;
	const char *named = app->options->layout;
	*count = 0;
	for (unsigned i = 0; i < names->count || (i == 0 && names->count == 0); i++) {
		app->options->layout = names->count > 0 ? names->items[i] : named;
		layouts[*count] = app_layout(app, error);
		if (layouts[*count] == NULL)
			break;
		(*count)++;
	}
	app->options->layout = named;
	bool good = *count == (names->count > 0 ? names->count : 1);
	if (!good)
		free_layouts(layouts, *count);
	return good;
}

/* All or nothing: after an error what was there stays. */
static bool load_union(struct publish *publish, struct error *error)
{
	struct layout *layouts[LAYOUTS_MAX];
	char name[TOPIC_LEAF_MAX];
	unsigned count;
	if (!load(publish->app, layouts, &count, error))
		return false;
	topic_leaf(publish->address.prefix, name);
	struct layout *all = layout_union(name, layouts, count, leaf, error);
	if (all == NULL || all->panel_count == 0) {
		if (all != NULL)
			error_set(error, "no panel of these layouts asks for anything");
		layout_free(all);
		free_layouts(layouts, count);
		return false;
	}
	all->interval = shortest(layouts, count);
	layout_free(publish->app->layout);
	free_layouts(publish->layouts, publish->layout_count);
	publish->app->layout = all;
	memcpy(publish->layouts, layouts, count * sizeof(layouts[0]));
	publish->layout_count = count;
	return true;
}

/* ---- what is said ---- */

/* Once for each trouble, and once when it is over. */
static void tell(char said[2 * ERROR_TEXT + 2], const char *what, const char *cause, const char *advice)
{
	char text[2 * ERROR_TEXT + 2];
	snprintf(text, sizeof(text), "%s%s%s", cause, cause[0] != '\0' && advice[0] != '\0' ? ": " : "", advice);
	if (strcmp(text, said) == 0)
		return;
	if (text[0] != '\0')
		message("%s", text);
	else
		message("%s again", what);
	snprintf(said, sizeof(text), "%s", text);
}

static void tell_broker(struct publish *publish)
{
	tell(publish->said_broker, "publishing", publisher_trouble(publish->publisher), publisher_advice(publish->publisher));
}

static void tell_feed(struct publish *publish, const struct link *link)
{
	if (link->cause[0] != '\0' || link->state == LINK_LIVE)
		tell(publish->said_feed, "live", link->cause, link->advice);
}

/* ---- the end ---- */

static void end(struct publish *publish, int status)
{
	if (publish->ending)
		return;
	publish->ending = true;
	publish->status = status;
	publish->live_over = publish->live == NULL;
	publisher_stop(publish->publisher);
	if (publish->live != NULL)
		live_stop(publish->live);
}

static void check_over(struct publish *publish)
{
	if (publish->live_over && publish->publisher_over)
		ev_break(publish->loop, EVBREAK_ALL);
}

static void on_live_ended(void *context)
{
	struct publish *publish = context;
	publish->live_over = true;
	check_over(publish);
}

static void on_publisher_ended(void *context)
{
	struct publish *publish = context;
	publish->publisher_over = true;
	check_over(publish);
}

/* ---- the feed ---- */

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct publish *publish = context;
	if (!decode_frame(publish->board, frame, report, error))
		return false;
	publisher_frame(publish->publisher, frame);
	if (publish->desks != NULL)
		desks_frame(publish->desks, frame);
	return true;
}

static void on_sms_failed(void *context, const char *notice)
{
	(void)context;
	if (notice != NULL)
		message("%s", notice);
}

static void on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	(void)context;
	(void)kind;
	log_line("publish: %s: %s", subject[0] != '\0' ? subject : "beside the subscription", cause);
}

/* Before the names are known, the plan says of every name that it is not. */
static void on_changed(void *context)
{
	struct publish *publish = context;
	/* live_new() reports before it returns. */
	if (publish->live == NULL || publish->ending)
		return;
	const struct link *link = live_link(publish->live);
	bool planned = live_lists_done(publish->live);
	publisher_feed(publish->publisher, link, planned ? live_request(publish->live) : NULL, live_services(publish->live));
	tell_feed(publish, link);
}

static bool start_live(struct publish *publish)
{
	struct app *app = publish->app;
	struct live_options options = { .tag = app->tag };
	struct feed_sink sink = {
		.frame = on_frame, .missed = on_missed, .sms_failed = on_sms_failed, .changed = on_changed,
		.ended = on_live_ended, .context = publish,
	};
	struct error error;
	int status;
	publish->live =
		live_new(publish->loop, &app->options->api, app->layout, &options, &sink, &status, &error);
	if (publish->live == NULL) {
		message("%s", error.text);
		end(publish, status);
		return false;
	}
	watchdog_start(&publish->watchdog, publish->loop, live_link(publish->live));
	watchdog_drawn(&publish->watchdog, WATCHDOG_NEVER);
	publish->desks = desks_new(publish->loop, publish->live, (enum names)app->options->names);
	desks_set_layouts(publish->desks, publish->layouts, publish->layout_count);
	on_changed(publish);
	return true;
}

/* ---- the publisher ---- */

static void on_claimed(void *context)
{
	struct publish *publish = context;
	message("publishing %u panels of %u layouts under %s/%s", publish->app->layout->panel_count, publish->layout_count,
		publish->address.peer, publish->address.prefix);
	(void)start_live(publish);
}

static void on_conflict(void *context, const char *who)
{
	struct publish *publish = context;
	message("another publisher (%s) publishes under %s/%s: end it, or use another prefix", who, publish->address.peer,
		publish->address.prefix);
	end(publish, STATUS_LIMIT);
}

static void on_publisher_changed(void *context)
{
	struct publish *publish = context;
	if (publish->publisher != NULL && !publish->ending)
		tell_broker(publish);
}

static bool start_publisher(struct publish *publish)
{
	const struct options *options = publish->app->options;
	struct publisher_options how = {
		.tenant = options->api.tenant, .interval = options->api.interval, .names = (enum names)options->names,
	};
	struct publisher_sink sink = {
		.claimed = on_claimed, .conflict = on_conflict, .changed = on_publisher_changed, .ended = on_publisher_ended,
		.context = publish,
	};
	struct error error;
	publish->publisher = publisher_new(publish->loop, &publish->address, &options->mqtt, &how, &sink, &error);
	if (publish->publisher == NULL)
		message("%s", error.text);
	return publish->publisher != NULL;
}

/* ---- signals ---- */

static void on_reload_signal(void *context)
{
	struct publish *publish = context;
	struct error error;
	struct layout *before[LAYOUTS_MAX], *all = publish->app->layout;
	unsigned count = publish->layout_count;
	struct board *board = publish->board;
	clock_zone_look();
	memcpy(before, publish->layouts, sizeof(before));
	/* The feed borrows the old ones until it has the new. */
	publish->app->layout = NULL;
	publish->layout_count = 0;
	if (!load_union(publish, &error)) {
		message("%s", error.text);
		publish->app->layout = all;
		publish->layout_count = count;
		return;
	}
	publish->app->options->api.interval = app_interval(publish->app);
	publish->board = board_new(publish->app->layout);
	if (publish->live != NULL) {
		live_set_layout(publish->live, publish->app->layout, publish->app->tag);
		desks_set_layouts(publish->desks, publish->layouts, publish->layout_count);
	}
	board_free(board);
	layout_free(all);
	free_layouts(before, count);
	message("the layouts were read again: %u panels", publish->app->layout->panel_count);
}

static void on_end_signal(void *context, int number)
{
	end(context, STATUS_SIGNAL + number);
}

static void run(struct publish *publish)
{
	ev_run(publish->loop, 0);
	watchdog_stop(&publish->watchdog);
}

static int publish_run(struct app *app, struct publish *publish)
{
	publish->loop = ev_default_loop(EVFLAG_NOENV);
	if (publish->loop == NULL)
		fatal("the event loop cannot start");
	app->options->api.interval = app_interval(app);
	publish->board = board_new(app->layout);
	publish->status = STATUS_USAGE;
	publish->signals = (struct signals){
		.loop = publish->loop, .end = on_end_signal, .reload = on_reload_signal, .context = publish,
	};
	signals_start(&publish->signals);
	if (start_publisher(publish))
		run(publish);
	desks_free(publish->desks);
	live_free(publish->live);
	publisher_free(publish->publisher);
	board_free(publish->board);
	signals_stop(&publish->signals);
	ev_loop_destroy(publish->loop);
	return publish->status;
}

static bool read_address(struct publish *publish, struct error *error)
{
	const struct options *options = publish->app->options;
	if (options->word_count != 1)
		return error_set(error, "publish takes the address of a broker, such as mqtt://broker.example/floor");
	return broker_built(error) && url_broker_read(&publish->address, options->words[0], error);
}

static int publish_command(struct app *app)
{
	struct publish publish = { .app = app };
	struct error error;
	if (!read_address(&publish, &error) || !load_union(&publish, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	int status = STATUS_USAGE;
	if (app_connection(app)) {
		app_tag(app);
		status = publish_run(app, &publish);
	}
	/* The union borrows from the layouts. */
	layout_free(app->layout);
	app->layout = NULL;
	free_layouts(publish.layouts, publish.layout_count);
	return status;
}

const struct command command_publish = {
	.name = "publish",
	.function = publish_command,
	.operands = "mqtt://HOST/PREFIX",
	.help = "one subscription for many screens, at an MQTT broker",
};
