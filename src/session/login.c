#include "session/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "local/feed.h"
#include "local/hub.h"

/* Between looks for the lock and the hub, while there is neither. */
static const double LOGIN_LOOK_SECONDS = 0.1;

enum {
	/* A lock that is held by somebody who does not listen: who it is, is said after so long. */
	LOGIN_SILENT_MS = 2000,
	/* The hub died: its windows take over before a command that wants one answer does. */
	LOGIN_GRACE_MS = 700,
	/* Who knows that its own secret is refused leaves the lock to others for so long. */
	LOGIN_REFUSED_MS = 3000,
};

enum login_mode {
	LOGIN_LOOKS, /* for the lock or the hub */
	LOGIN_WINDOW,
	LOGIN_OWNER,
	LOGIN_WAITS, /* our own secret is refused: the feed waits, and has no lock */
	LOGIN_ENDED,
};

struct login {
	struct feed feed;
	struct ev_loop *loop;
	struct login_options options;
	struct feed_sink sink;
	const struct layout *layout;
	char tag[REQUEST_TAG_MAX];
	struct local_place place;
	enum login_mode mode;
	bool started, stopping;
	bool secret_refused; /* our own, when it was tried last */
	bool posted_more;    /* what other windows want was added since the subscription worked last */
	int64_t looks_since_ms;
	unsigned unserved; /* connections in a row that ended before the hub said who it is */
	ev_timer look;       /* also for what may not be done out of a callback */
	ev_timer end;
	struct live *live;
	struct hub *hub;
	struct local_feed *window;
	struct request view; /* our own part of the live feed's request: its memory is that one's */
	struct request nothing;
	struct link link;
	char note[ERROR_TEXT];
	struct json json;
};

static struct login *login_of(const struct feed *feed)
{
	return (struct login *)(uintptr_t)feed;
}

static struct feed *login_inner(const struct login *login)
{
	if (login->live != NULL)
		return live_feed(login->live);
	return login->window != NULL ? local_feed_feed(login->window) : NULL;
}

static void login_look_soon(struct login *login, double seconds)
{
	if (!login->stopping && !ev_is_active(&login->look))
		timer_start(login->loop, &login->look, seconds);
}

/* ---- the request: what is ours of it ---- */

static unsigned login_own_sets(const struct layout *layout)
{
	unsigned count = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		count += panel_subscribes(layout->panels[i].type);
	return count;
}

static struct request *login_live_request(const struct login *login)
{
	/* The feed's own, which decoding notes something in. */
	return (struct request *)(uintptr_t)live_feed(login->live)->ops->request(live_feed(login->live));
}

/* The panels of our layout come first, in their places. */
static struct request *login_view(struct login *login)
{
	const struct request *request = login_live_request(login);
	unsigned own = login_own_sets(login->layout);
	login->view = *request;
	login->view.set_count = own < request->set_count ? own : request->set_count;
	return &login->view;
}

/* ---- the link ---- */

static void login_update_link(struct login *login)
{
	const struct feed *inner = login_inner(login);
	struct local_holder holder;
	if (inner == NULL)
		return;
	int64_t accepted_ms = login->link.accepted_ms;
	login->link = *inner->ops->link(inner);
	/* Another feed in the place of the one before: the data are those that it brought. */
	if (login->link.accepted_ms < accepted_ms)
		login->link.accepted_ms = accepted_ms;
	/* Also where somebody takes the connection again and again, and says nothing that can be understood. */
	bool waits = login->mode == LOGIN_LOOKS || (login->mode == LOGIN_WINDOW && !local_feed_served(login->window));
	if (!waits || clock_boot_ms() - login->looks_since_ms < LOGIN_SILENT_MS)
		return;
	struct link *link = &login->link;
	link->state = LINK_TROUBLE;
	link->exit_status = STATUS_NO_DATA;
	if (!local_place_ask(&login->place, &holder)) {
		/* It took the lock a moment ago, or could not write who it is. */
		link->state = LINK_STARTING;
		snprintf(link->cause, sizeof(link->cause), "Waiting for another cxwall of yours, which uses the login now");
	} else if (holder.listens) {
		snprintf(link->cause, sizeof(link->cause), "Your running wall (cxwall %.40s, process %ld) does not answer",
			holder.command, holder.pid);
		snprintf(link->advice, sizeof(link->advice), "End it with kill -9 %ld, and another window takes over.", holder.pid);
		/* Nobody has to try that twice. */
		link->failures = 2;
	} else {
		link->state = LINK_STARTING;
		snprintf(link->cause, sizeof(link->cause), "Waiting for cxwall %.40s (process %ld), which uses the login now",
			holder.command, holder.pid);
	}
}

static void login_changed(struct login *login)
{
	login_update_link(login);
	login->sink.changed(login->sink.context);
}

/* ---- the owner: the live feed and the hub ---- */

/* An answer for a layout of ours that asks for nothing in it: whether it has what other windows asked for. */
static bool login_count_others(struct login *login, const struct frame *frame, struct decode_report *report, struct error *error)
{
	const struct request *request = frame->request;
	char app_id[REQUEST_APP_ID_MAX];
	if (!json_parse_rows(&login->json, frame->bytes, frame->length, error))
		return error_prefix(error, "The answer is not valid JSON: ");
	const struct json *json = &login->json;
	int root = json_root(json);
	if (json_kind(json, root) != JSON_OBJECT)
		return error_set(error, "The answer is not an object of app ids");
	*report = (struct decode_report){ 0 };
	for (int at = json_first(json, root); at >= 0; at = json_next(json, root, at)) {
		bool ours = false;
		json_text(json, at, app_id, sizeof(app_id));
		for (unsigned i = 0; i < request->set_count; i++)
			ours = ours || (!request->sets[i].skipped && strcmp(request->sets[i].app_id, app_id) == 0);
		report->ours += ours;
		report->filled += ours && json_count(json, json_value(json, at)) > 0;
		report->foreign += !ours && decode_is_set(json, json_value(json, at));
	}
	return report->ours > 0 || report->foreign == 0 ||
		error_set(error, "The answer belongs to another client's subscription");
}

static bool login_on_data(struct login *login, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct request *view = login_view(login);
	struct frame own = *frame;
	if (request_live_sets(view) == 0 && request_live_sets(frame->request) > 0)
		return login_count_others(login, frame, report, error);
	own.request = view;
	bool good = login->sink.frame(login->sink.context, &own, report, error);
	frame->request->scales = view->scales;
	return good;
}

static bool login_on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct login *login = context;
	bool good = true;
	login_update_link(login);
	if (frame->kind == FRAME_DATA)
		good = login_on_data(login, frame, report, error);
	else if (layout_wants(login->layout, frame->kind, frame->subject))
		good = login->sink.frame(login->sink.context, frame, report, error);
	if (!good)
		return false;
	login->posted_more = login->posted_more && frame->kind != FRAME_DATA;
	if (login->hub == NULL)
		return true;
	if (frame->kind == FRAME_DATA && hub_windows(login->hub) > 0)
		hub_plan(login->hub, frame->request, login->link.interval);
	hub_frame(login->hub, frame);
	return true;
}

static void login_on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct login *login = context;
	if (layout_wants(login->layout, kind, subject))
		login->sink.missed(login->sink.context, kind, subject, cause);
	if (login->hub != NULL)
		hub_missed(login->hub, kind, subject, cause);
}

static void login_on_sms_failed(void *context, const char *text)
{
	struct login *login = context;
	login->sink.sms_failed(login->sink.context, text);
}

/* Others may have the login. The hub stays, since the live feed borrows its layout. */
static void login_release(struct login *login)
{
	local_place_unlock(&login->place);
	if (login->hub != NULL)
		hub_close(login->hub);
}

static void login_free_hub(struct login *login)
{
	hub_free(login->hub);
	login->hub = NULL;
}

static void login_open_hub(struct login *login);

/*
 * A secret that is refused holds up nobody whose own works: the lock is given up until the feed tries again. From then on
 * it is ours again, or somebody else has the login by now.
 */
static void login_heed_secret(struct login *login)
{
	bool refused = live_secret_stopped(login->live);
	if (login->mode == LOGIN_OWNER && refused && !login->options.live.one_shot && !login->stopping) {
		login->secret_refused = true;
		login->mode = LOGIN_WAITS;
		local_place_unlock(&login->place);
		/* Not here: the hub may be the one that asked. */
		login_look_soon(login, 0);
	} else if (login->mode == LOGIN_WAITS && !refused && !login->stopping) {
		if (local_place_lock(&login->place)) {
			login_open_hub(login);
			login->mode = LOGIN_OWNER;
		}
		login_look_soon(login, 0);
	}
	if (login->live != NULL && live_feed(login->live)->ops->link(live_feed(login->live))->state == LINK_LIVE)
		login->secret_refused = false;
}

static void login_tell_hub(struct login *login)
{
	const struct feed *inner = live_feed(login->live);
	if (inner->ops->planned(inner))
		hub_plan(login->hub, inner->ops->request(inner), login->link.interval);
	hub_services(login->hub, inner->ops->services(inner));
	hub_teams(login->hub, inner->ops->teams(inner));
	hub_link(login->hub, &login->link);
}

static void login_on_joined(void *context)
{
	struct login *login = context;
	if (login->live == NULL)
		return;
	login_update_link(login);
	login_tell_hub(login);
}

static void login_on_changed(void *context)
{
	struct login *login = context;
	if (login->live == NULL)
		return;
	login_heed_secret(login);
	login_update_link(login);
	/* A wall that is alone does nothing for others. */
	if (login->hub != NULL && hub_windows(login->hub) > 0)
		login_tell_hub(login);
	/* What others asked for spoils nobody's wall. */
	if (login->hub != NULL && live_rejected(login->live) && login->posted_more) {
		login->posted_more = false;
		hub_refuse_last(login->hub, login->link.cause);
	}
	login->sink.changed(login->sink.context);
}

static void login_on_ended(void *context)
{
	struct login *login = context;
	login->mode = LOGIN_ENDED;
	/* Others take over from here. */
	login_release(login);
	login->sink.ended(login->sink.context);
}

static struct feed_sink login_live_sink(struct login *login)
{
	return (struct feed_sink){ .frame = login_on_frame, .missed = login_on_missed, .sms_failed = login_on_sms_failed,
		.changed = login_on_changed, .ended = login_on_ended, .context = login };
}

static void login_on_wanted(void *context, const struct layout *layout)
{
	struct login *login = context;
	struct feed *inner = live_feed(login->live);
	login->posted_more = true;
	inner->ops->set_layout(inner, layout, login->tag);
}

static void login_on_asked(void *context, enum local_ask ask)
{
	struct login *login = context;
	struct feed *inner = live_feed(login->live);
	if (ask == LOCAL_ASK_TAKE_OVER)
		live_take_over(login->live);
	else if (ask == LOCAL_ASK_RETRY)
		inner->ops->retry(inner);
	else if (ask == LOCAL_ASK_NAMES)
		inner->ops->list_names(inner);
	else if (ask == LOCAL_ASK_PERCENTS)
		live_note_percents(login->live);
}

static void login_on_hurried(void *context)
{
	struct login *login = context;
	if (login->live != NULL)
		live_hurry(login->live, hub_interval(login->hub));
}

static void login_on_lost(void *context)
{
	struct login *login = context;
	log_line("login: another process holds it by now");
	login->mode = LOGIN_WAITS;
	login_look_soon(login, 0);
}

/* The lock is ours. */
static void login_open_hub(struct login *login)
{
	struct hub_sink sink = { .wanted = login_on_wanted, .asked = login_on_asked, .joined = login_on_joined,
		.hurried = login_on_hurried, .lost = login_on_lost, .context = login };
	struct error error;
	struct local_holder self = { .pid = (long)getpid(), .since_ms = clock_wall_ms() };
	snprintf(self.command, sizeof(self.command), "%s", login->options.command);
	snprintf(self.layout, sizeof(self.layout), "%s", login->layout->name);
	local_place_tell(&login->place, &self);
	if (login->options.live.one_shot)
		return;
	if (login->hub == NULL)
		login->hub = hub_new(login->loop, &login->place, &self, login->layout, &sink);
	if (!hub_listen(login->hub, &error))
		log_line("hub: %s", error.text);
}

/* The lock is ours, and the hub before is gone, with what it asked for. */
static bool login_become_owner(struct login *login, int *status, struct error *error)
{
	struct feed_sink sink = login_live_sink(login);
	struct local_feed *window = login->window;
	size_t length;
	login_open_hub(login);
	if (window != NULL && login->hub != NULL) {
		const char *request = local_feed_request(window, &length);
		if (length > 0)
			hub_inherit(login->hub, request, length);
	}
	login->live = live_new(login->loop, login->options.api, login->hub != NULL ? hub_layout(login->hub) : login->layout,
		&login->options.live, &sink, status, error);
	if (login->live == NULL) {
		login_release(login);
		login_free_hub(login);
		return false;
	}
	if (window != NULL)
		local_feed_feed(window)->ops->free(local_feed_feed(window));
	login->window = NULL;
	login->mode = LOGIN_OWNER;
	login->feed.owns = true;
	login->posted_more = false;
	login->note[0] = '\0';
	return true;
}

/* ---- the window: what the hub brings ---- */

static bool login_on_window_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct login *login = context;
	login_update_link(login);
	return login->sink.frame(login->sink.context, frame, report, error);
}

static void login_on_window_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct login *login = context;
	login->sink.missed(login->sink.context, kind, subject, cause);
}

static void login_on_window_changed(void *context)
{
	login_changed(context);
}

static void login_on_window_ended(void *context)
{
	struct login *login = context;
	login->mode = LOGIN_ENDED;
	login->sink.ended(login->sink.context);
}

static void login_on_window_lost(void *context)
{
	struct login *login = context;
	login->mode = LOGIN_LOOKS;
	/* One that lets us go at once is not asked again at once. */
	bool served = local_feed_served(login->window);
	login->unserved = served ? 0 : login->unserved + 1;
	if (served)
		login->looks_since_ms = clock_boot_ms();
	login_look_soon(login, served ? 0 : LOGIN_LOOK_SECONDS);
	login_changed(login);
}

static void login_become_window(struct login *login)
{
	struct feed_sink sink = { .frame = login_on_window_frame, .missed = login_on_window_missed, .changed = login_on_window_changed,
		.ended = login_on_window_ended, .context = login };
	struct local_feed_options options = { .command = login->options.command, .interval = login->options.live.one_shot ? NULL : &login->options.api->interval,
		.lasting = !login->options.live.one_shot, .take_over = login->options.api->take_over && !login->options.live.one_shot,
		.lost = login_on_window_lost, .context = login };
	login->window = local_feed_new(login->loop, &login->place, login->layout, &options, &sink);
	login->mode = LOGIN_LOOKS;
	login->looks_since_ms = clock_boot_ms();
	login->feed.owns = false;
}

/* ---- looking ---- */

/* Whether somebody else is to have the lock before us, if there is somebody. */
static bool login_gives_way(const struct login *login)
{
	struct local_holder holder;
	int64_t since_ms = clock_boot_ms() - login->looks_since_ms;
	if (login->secret_refused)
		return since_ms < LOGIN_REFUSED_MS;
	return login->options.live.one_shot && since_ms < LOGIN_GRACE_MS && local_place_ask(&login->place, &holder) && holder.listens;
}

static void login_note_failure(struct login *login, const char *text)
{
	login->secret_refused = true;
	snprintf(login->note, sizeof(login->note), "%s", text);
	log_line("login: this window cannot hold it: %s", text);
}

/* Our feed waits for another secret: meanwhile somebody else may have the login. */
static void login_wait(struct login *login)
{
	struct feed *inner = live_feed(login->live);
	if (local_place_lock(&login->place) && !live_secret_stopped(login->live)) {
		/* Somebody had it for a moment, and it is ours again. */
		login->mode = LOGIN_OWNER;
		login_open_hub(login);
		return;
	}
	if (login->place.lock >= 0) {
		/* Nobody has it. We do not need it either. */
		login_release(login);
		login_look_soon(login, 5 * LOGIN_LOOK_SECONDS);
		return;
	}
	char cause[ERROR_TEXT];
	snprintf(cause, sizeof(cause), "%s", inner->ops->link(inner)->cause);
	inner->ops->free(inner);
	login->live = NULL;
	login_free_hub(login);
	login_become_window(login);
	if (login->secret_refused)
		login_note_failure(login, cause);
	login_look_soon(login, 0);
	login_changed(login);
}

static void login_look(struct login *login)
{
	struct error error;
	int status;
	if (login->mode == LOGIN_WAITS) {
		login_wait(login);
		return;
	}
	if (login->mode != LOGIN_LOOKS)
		return;
	if (local_feed_connect(login->window)) {
		login->mode = LOGIN_WINDOW;
		if (login->unserved == 0)
			login->looks_since_ms = clock_boot_ms();
		login_changed(login);
		return;
	}
	if (!login_gives_way(login) && local_place_lock(&login->place)) {
		if (login_become_owner(login, &status, &error)) {
			struct feed *inner = live_feed(login->live);
			inner->ops->start(inner);
			login_changed(login);
			return;
		}
		login_note_failure(login, error.text);
		login->looks_since_ms = clock_boot_ms();
	}
	login_look_soon(login, LOGIN_LOOK_SECONDS);
	/* Who holds the lock and says nothing is told of. */
	if (clock_boot_ms() - login->looks_since_ms >= LOGIN_SILENT_MS)
		login_changed(login);
}

static void login_on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	login_look(timer->data);
}

/* ---- as a feed ---- */

static void login_start(struct feed *base)
{
	struct login *login = login_of(base);
	login->started = true;
	if (login->mode == LOGIN_OWNER) {
		struct feed *inner = live_feed(login->live);
		inner->ops->start(inner);
	} else {
		login->looks_since_ms = clock_boot_ms();
		login_look_soon(login, 0);
	}
}

static void login_stop(struct feed *base)
{
	struct login *login = login_of(base);
	struct feed *inner = login_inner(login);
	if (login->stopping)
		return;
	login->stopping = true;
	ev_timer_stop(login->loop, &login->look);
	/* A feed that ends takes no other layout: the request that it has must keep its own. */
	if (login->hub != NULL)
		hub_settle(login->hub);
	inner->ops->stop(inner);
	login_update_link(login);
}

static void login_retry(struct feed *base)
{
	struct login *login = login_of(base);
	struct feed *inner = login_inner(login);
	inner->ops->retry(inner);
}

static void login_set_layout(struct feed *base, const struct layout *layout, const char *tag)
{
	struct login *login = login_of(base);
	struct feed *inner = login_inner(login);
	login->layout = layout;
	snprintf(login->tag, sizeof(login->tag), "%s", tag);
	if (login->hub != NULL)
		inner->ops->set_layout(inner, hub_set_layout(login->hub, layout), tag);
	else
		inner->ops->set_layout(inner, layout, tag);
	login_update_link(login);
}

static const struct link *login_link(const struct feed *base)
{
	struct login *login = login_of(base);
	login_update_link(login);
	return &login->link;
}

static const struct request *login_request(const struct feed *base)
{
	struct login *login = login_of(base);
	if (login->live != NULL)
		return login_view(login);
	return login->window != NULL ? local_feed_feed(login->window)->ops->request(local_feed_feed(login->window)) : &login->nothing;
}

static const struct catalogue *login_services(const struct feed *base)
{
	const struct feed *inner = login_inner(login_of(base));
	return inner != NULL && inner->ops->services != NULL ? inner->ops->services(inner) : NULL;
}

static const struct catalogue *login_teams(const struct feed *base)
{
	const struct feed *inner = login_inner(login_of(base));
	return inner != NULL && inner->ops->teams != NULL ? inner->ops->teams(inner) : NULL;
}

static void login_list_names(struct feed *base)
{
	struct feed *inner = login_inner(login_of(base));
	if (inner != NULL && inner->ops->list_names != NULL)
		inner->ops->list_names(inner);
}

static bool login_planned(const struct feed *base)
{
	const struct feed *inner = login_inner(login_of(base));
	return inner->ops->planned == NULL || inner->ops->planned(inner);
}

static bool login_holder(const struct feed *base, struct feed_holder *holder)
{
	const struct login *login = login_of(base);
	const struct local_holder *from = login->window != NULL ? local_feed_holder(login->window) : NULL;
	if (from == NULL)
		return false;
	*holder = (struct feed_holder){ .pid = from->pid, .since_ms = from->since_ms, .windows = from->windows };
	memcpy(holder->command, from->command, sizeof(holder->command));
	memcpy(holder->layout, from->layout, sizeof(holder->layout));
	return true;
}

static const char *login_note(const struct feed *base)
{
	return login_of(base)->note;
}

static bool login_send(struct feed *base, const struct alert_event *event, enum names names, struct error *error)
{
	struct login *login = login_of(base);
	if (login->mode != LOGIN_OWNER)
		return error_set(error, "the window that holds the login sends messages");
	return live_feed(login->live)->ops->send(live_feed(login->live), event, names, error);
}

static void login_free(struct feed *base)
{
	struct login *login = login_of(base);
	ev_timer_stop(login->loop, &login->look);
	if (login->live != NULL)
		live_feed(login->live)->ops->free(live_feed(login->live));
	if (login->window != NULL)
		local_feed_feed(login->window)->ops->free(local_feed_feed(login->window));
	login_release(login);
	login_free_hub(login);
	local_place_close(&login->place);
	request_free(&login->nothing);
	json_free(&login->json);
	free(login);
}

static const struct feed_ops login_ops = {
	.start = login_start,
	.stop = login_stop,
	.retry = login_retry,
	.set_layout = login_set_layout,
	.link = login_link,
	.request = login_request,
	.services = login_services,
	.teams = login_teams,
	.list_names = login_list_names,
	.planned = login_planned,
	.holder = login_holder,
	.note = login_note,
	.send = login_send,
	.free = login_free,
};

struct feed *login_feed_new(struct ev_loop *loop, const struct layout *layout, const struct login_options *options,
	const struct feed_sink *sink, int *status, struct error *error)
{
	struct login *login = must_alloc(sizeof(*login));
	struct error why;
	*login = (struct login){ .feed = { .ops = &login_ops }, .loop = loop, .options = *options, .sink = *sink, .layout = layout };
	snprintf(login->tag, sizeof(login->tag), "%s", options->live.tag);
	login->link.state = LINK_STARTING;
	json_init(&login->json);
	request_init(&login->nothing);
	login->nothing.layout = layout;
	ev_timer_init(&login->look, login_on_look, 0., 0.);
	login->look.data = login;
	*status = STATUS_FINE;
	if (!local_place_find(&login->place, options->login, &why)) {
		log_line("login: windows cannot share it: %s", why.text);
		struct feed_sink alone = *sink;
		struct live *live = live_new(loop, options->api, layout, &options->live, &alone, status, error);
		login_free(&login->feed);
		return live != NULL ? live_feed(live) : NULL;
	}
	/* The first one; a command gives way to the windows of a hub that was killed a moment ago. */
	login->looks_since_ms = clock_boot_ms();
	if (!login_gives_way(login) && local_place_lock(&login->place)) {
		if (login_become_owner(login, status, error))
			return &login->feed;
		login_free(&login->feed);
		return NULL;
	}
	login_become_window(login);
	return &login->feed;
}
