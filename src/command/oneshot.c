#include "command/oneshot.h"

#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "board/decode.h"

/* One-shot commands give up after this. */
static const double DEADLINE_SECONDS = 20;

/* After the first data: for availability and campaigns, which come by requests of their own. */
static const double SETTLE_SECONDS = 3;

/* Between looks at the frame of a wall that has no data yet. */
static const double LOOK_SECONDS = 0.2;

void oneshot_done(struct oneshot *oneshot)
{
	if (oneshot->ending)
		return;
	oneshot->ending = true;
	ev_timer_stop(oneshot->loop, &oneshot->deadline);
	ev_timer_stop(oneshot->loop, &oneshot->settle);
	ev_timer_stop(oneshot->loop, &oneshot->look);
	if (!source_ready(&oneshot->source)) {
		ev_break(oneshot->loop, EVBREAK_ALL);
		return;
	}
	/* The end of the feed has a state of its own. */
	oneshot->link = *source_link(&oneshot->source);
	source_stop(&oneshot->source);
}

/* Whether all that comes beside the subscription has come or failed. */
static bool settled(const struct oneshot *oneshot)
{
	const struct board *board = oneshot->board;
	const struct layout *layout = board->layout;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_CAMPAIGNS && !board_data(board, panel)->received && board->panels[i].problem[0] == '\0')
			return false;
		if (panel->type != PANEL_AVAILABILITY)
			continue;
		const struct catalogue *services = source_services(&oneshot->source);
		unsigned wanted = panel->services.count > 0 ? panel->services.count : services->count;
		unsigned there = 0;
		for (unsigned s = 0; s < board->service_count; s++)
			there += board->services[s].state != AVAILABILITY_NEVER || board->services[s].problem[0] != '\0';
		if (there < wanted)
			return false;
	}
	return true;
}

static void check_settled(struct oneshot *oneshot)
{
	/* A command with a function of its own says itself when it is done. */
	if (oneshot->ready == NULL && oneshot->settling && settled(oneshot))
		oneshot_done(oneshot);
}

static void ready(struct oneshot *oneshot)
{
	if (oneshot->ending || oneshot->settling)
		return;
	if (oneshot->ready != NULL) {
		oneshot->settling = true;
		oneshot->ready(oneshot);
		return;
	}
	oneshot->settling = true;
	ev_now_update(oneshot->loop);
	ev_timer_set(&oneshot->settle, SETTLE_SECONDS, 0.);
	ev_timer_start(oneshot->loop, &oneshot->settle);
}

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct oneshot *oneshot = context;
	if (!decode_frame(oneshot->board, frame, report, error))
		return false;
	/* An answer without a panel of ours is none. A relay brings panel by panel: its link says when all are there. */
	if (frame->kind == FRAME_DATA && report != NULL && report->filled > 0 && oneshot->source.relay == NULL)
		ready(oneshot);
	check_settled(oneshot);
	return true;
}

static void on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct oneshot *oneshot = context;
	board_missed(oneshot->board, kind, subject, cause);
	check_settled(oneshot);
}

static void on_changed(void *context)
{
	struct oneshot *oneshot = context;
	/* live_new() reports before it returns. */
	if (!source_ready(&oneshot->source) || oneshot->ending)
		return;
	decode_reasons(oneshot->board, source_request(&oneshot->source));
	board_list_services(oneshot->board, source_services(&oneshot->source));
	if (link_hopeless(source_link(&oneshot->source)))
		oneshot_done(oneshot);
	/* A layout that subscribes to nothing has its data at once. */
	else if (oneshot->lists_only ? live_lists_done(oneshot->source.live)
		: source_link(&oneshot->source)->state == LINK_LIVE)
		ready(oneshot);
	check_settled(oneshot);
}

static void on_confirmed(void *context, const struct panel *panel, int64_t received_ms)
{
	struct oneshot *oneshot = context;
	board_confirm(oneshot->board, panel, received_ms);
}

static void on_ended(void *context)
{
	struct oneshot *oneshot = context;
	ev_break(oneshot->loop, EVBREAK_ALL);
}

static void start_feed(struct oneshot *oneshot);

/* A wall that lives and has no data yet is waited for; one that ended meanwhile leaves the login to us. */
static void look(struct oneshot *oneshot)
{
	const struct api_config *config = &oneshot->app->options->api;
	oneshot->found = LAST_FRAME_NONE;
	bool asks = !oneshot->lists_only && oneshot->app->options->broker_from == NULL;
	if (asks && !config->take_over)
		oneshot->found =
			last_frame_read(oneshot->app, oneshot->board, &oneshot->link, &oneshot->lacks);
	if (oneshot->found == LAST_FRAME_EMPTY && !link_hopeless(&oneshot->link))
		return;
	ev_timer_stop(oneshot->loop, &oneshot->look);
	if (oneshot->found == LAST_FRAME_THERE || oneshot->found == LAST_FRAME_EMPTY)
		oneshot_done(oneshot);
	else
		start_feed(oneshot);
}

static void on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	look(timer->data);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	oneshot_done(timer->data);
}

static void on_end_signal(void *context, int number)
{
	struct oneshot *oneshot = context;
	if (oneshot->signal == 0)
		oneshot->signal = number;
	oneshot_done(oneshot);
}

static void start_watchers(struct oneshot *oneshot)
{
	ev_timer_init(&oneshot->deadline, on_timer, DEADLINE_SECONDS, 0.);
	ev_timer_init(&oneshot->settle, on_timer, SETTLE_SECONDS, 0.);
	ev_timer_init(&oneshot->look, on_look, LOOK_SECONDS, LOOK_SECONDS);
	oneshot->deadline.data = oneshot->settle.data = oneshot->look.data = oneshot;
	ev_timer_start(oneshot->loop, &oneshot->deadline);
	oneshot->signals = (struct signals){ .loop = oneshot->loop, .end = on_end_signal, .context = oneshot };
	signals_start(&oneshot->signals);
}

static void say(struct oneshot *oneshot, const char *cause, const char *advice)
{
	snprintf(oneshot->cause, sizeof(oneshot->cause), "%s%s%s", cause, advice[0] != '\0' ? ": " : "", advice);
	message("%s", oneshot->cause);
}

/* Who has the login, where it is the user's own wall. */
static void explain_other(struct oneshot *oneshot)
{
	struct link *link = &oneshot->link;
	if (oneshot->found == LAST_FRAME_OTHER && (link->state == LINK_IN_USE || link->state == LINK_LIMIT))
		snprintf(link->advice, sizeof(link->advice),
			"a wall of yours has it, and asks for nothing like %.160s of this layout", oneshot->lacks.text);
}

static int verdict_of_wall(struct oneshot *oneshot)
{
	struct link *link = &oneshot->link;
	struct error error;
	if (link_stale(link, clock_boot_ms())) {
		error_set(&error, "your wall has no fresh data, the last are %.0f s old%s%.200s", link_age(link, clock_boot_ms()),
			link->cause[0] != '\0' ? ": " : "", link->cause);
		say(oneshot, error.text, "");
		return STATUS_NO_DATA;
	}
	link->state = LINK_LIVE;
	link->cause[0] = link->advice[0] = '\0';
	return STATUS_FINE;
}

/* What ended it, in words and as a status. */
static int verdict(struct oneshot *oneshot)
{
	struct link *link = &oneshot->link;
	if (oneshot->signal != 0) {
		snprintf(oneshot->cause, sizeof(oneshot->cause), "ended by signal %d", oneshot->signal);
		return STATUS_SIGNAL + oneshot->signal;
	}
	if (oneshot->found == LAST_FRAME_THERE)
		return verdict_of_wall(oneshot);
	if (!oneshot->settling) {
		explain_other(oneshot);
		say(oneshot, link->cause[0] != '\0' ? link->cause : "no answer in time", link->advice);
		return link->exit_status != STATUS_FINE ? link->exit_status : STATUS_NO_DATA;
	}
	/* The data are good, whatever came between them and the end. */
	*link = *source_link(&oneshot->source);
	link->state = LINK_LIVE;
	link->cause[0] = link->advice[0] = '\0';
	return STATUS_FINE;
}

static void start_feed(struct oneshot *oneshot)
{
	struct app *app = oneshot->app;
	struct live_options options = {
		.tag = app->tag, .one_shot = true, .lists_only = oneshot->lists_only,
	};
	struct feed_sink sink = {
		.frame = on_frame, .missed = on_missed, .changed = on_changed, .ended = on_ended,
		.confirmed = on_confirmed, .context = oneshot,
	};
	struct error error;
	if (app->options->broker_from == NULL)
		app_tag_once(app);
	if (source_open(&oneshot->source, app, oneshot->loop, &options, &sink, &oneshot->status, &error))
		return;
	say(oneshot, error.text, "");
	oneshot_done(oneshot);
}

struct layout *oneshot_layout(const char *name)
{
	static const char text[] =
		"pages = ( { rows = ( { panels = ( { name = \"none\" type = \"text\" text = \"-\" } ) } ) } )";
	struct error error;
	struct layout *layout = layout_parse(name, "built-in", text, &error);
	if (layout == NULL)
		fatal("%s", error.text);
	return layout;
}

int oneshot_run(struct oneshot *oneshot)
{
	struct app *app = oneshot->app;
	oneshot->loop = ev_default_loop(EVFLAG_NOENV);
	if (oneshot->loop == NULL)
		fatal("the event loop cannot start");
	app->options->api.interval = app_interval(app);
	oneshot->board = board_new(app->layout);
	oneshot->board->names = (enum names)app->options->names;
	start_watchers(oneshot);
	ev_timer_start(oneshot->loop, &oneshot->look);
	look(oneshot);
	if (!oneshot->ending)
		ev_run(oneshot->loop, 0);
	/* What is printed now may wait for its reader, and a signal then ends the program. */
	signals_stop(&oneshot->signals);
	return oneshot->status != STATUS_FINE ? oneshot->status : verdict(oneshot);
}

struct moment oneshot_moment(const struct oneshot *oneshot)
{
	return (struct moment){
		.board = oneshot->board, .link = &oneshot->link, .now_ms = clock_boot_ms(), .wall_ms = clock_wall_ms(),
	};
}

void oneshot_free(struct oneshot *oneshot)
{
	source_free(&oneshot->source);
	board_free(oneshot->board);
	if (oneshot->loop != NULL) {
		ev_timer_stop(oneshot->loop, &oneshot->deadline);
		ev_timer_stop(oneshot->loop, &oneshot->settle);
		ev_timer_stop(oneshot->loop, &oneshot->look);
		ev_loop_destroy(oneshot->loop);
	}
}
