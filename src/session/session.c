#include "session/session.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/local_time.h"
#include "base/log.h"
#include "board/decode.h"
#include "layout/staff.h"
#include "mqtt/feed.h"
#include "recording/reader.h"
#include "session/login.h"

/* ---- what is known ---- */

const struct link *session_link(const struct session *session)
{
	return session->feed->ops->link(session->feed);
}

const struct catalogue *session_services(const struct session *session)
{
	const struct feed_ops *ops = session->feed->ops;
	return ops->services != NULL ? ops->services(session->feed) : NULL;
}

const struct catalogue *session_teams(const struct session *session)
{
	const struct feed_ops *ops = session->feed->ops;
	return ops->teams != NULL ? ops->teams(session->feed) : NULL;
}

const char *session_tenant(const struct session *session, const char *configured)
{
	const struct feed *feed = session->feed;
	const char *said = feed != NULL && feed->ops->tenant != NULL ? feed->ops->tenant(feed) : NULL;
	return said != NULL && said[0] != '\0' ? said : configured;
}

struct board_view session_view(const struct session *session)
{
	const struct feed *feed = session->feed;
	return (struct board_view){
		.board = session->board, .history = session->history, .link = session_link(session),
		.now_ms = feed->ops->now_ms != NULL ? feed->ops->now_ms(feed) : clock_boot_ms(),
		.wall_ms = feed->ops->wall_ms != NULL ? feed->ops->wall_ms(feed) : clock_wall_ms(),
	};
}

static struct board *session_board(const struct session *session)
{
	struct board *board = board_new(session->layout);
	board->names = session->names;
	return board;
}

/* ---- alerts and the recording, in words ---- */

static void session_notice(struct session *session, enum session_notice kind, const char *text)
{
	if (session->calls.notice != NULL)
		session->calls.notice(session->calls.context, kind, text);
}

static struct board_view session_on_alert_view(void *context)
{
	return session_view(context);
}

static void session_on_alert(void *context, const struct alert_event *event)
{
	struct session *session = context;
	session->dirty = true;
	recorder_alert(session->recorder, event);
	if (session->calls.alert != NULL)
		session->calls.alert(session->calls.context, event);
}

static void session_on_alert_unknown(void *context, const struct alert_unknown *about)
{
	struct session *session = context;
	session->dirty = true;
	if (session->calls.unknown != NULL)
		session->calls.unknown(session->calls.context, about);
}

static void session_on_alert_changed(void *context, const char *text)
{
	struct session *session = context;
	session->dirty = true;
	if (text != NULL)
		session_notice(session, SESSION_ALERTS, text);
}

static bool session_on_alert_send(void *context, const struct alert_event *event, struct error *error)
{
	struct session *session = context;
	return session->feed->ops->send(session->feed, event, session->names, error);
}

/* ---- whose connection it is ---- */

/*
 * A replay, and a screen of what is published, tell nothing that the file does not have from elsewhere. Another window of a
 * login reads the file, for its pictures, and the one that has the connection writes it. Where nothing is to be kept there
 * is no file either.
 */
static void session_open_store(struct session *session)
{
	if (session->store != NULL || session->feed == NULL || session->store_options.tenant == NULL || !store_keeps(session->layout))
		return;
	bool reads = session->keeps_history && session->feed->ops->holder != NULL;
	if (!session->feed->owns && !reads && !session->store_options.in_memory)
		return;
	session->store_options.writes = session->feed->owns || session->store_options.in_memory;
	session->store = store_open(&session->store_options);
}

/* The window that held the login is gone, and this one holds it now; or it is held by another one again. */
void session_follow_feed(struct session *session)
{
	struct feed *feed = session->feed;
	if (session->owned == feed->owns)
		return;
	session->owned = feed->owns;
	store_close(session->store, clock_boot_ms(), clock_wall_ms());
	session->store = NULL;
	recall_forget(&session->recall);
	session_open_store(session);
	bool acts = session->acts && feed->owns;
	session->alerts.runs_commands = acts;
	session->alerts.send = acts && feed->ops->send != NULL ? session_on_alert_send : NULL;
}

bool session_acts_elsewhere(const struct session *session, char *text, size_t size)
{
	const struct feed *feed = session->feed;
	struct feed_holder holder;
	bool acts = false;
	for (unsigned i = 0; i < session->layout->alert_count; i++) {
		const struct alert_rule *rule = &session->layout->alerts[i];
		acts = acts || rule->command.count > 0 || rule->clear_command.count > 0 || rule->sms.count > 0;
	}
	if (!acts || !session->acts || !session->evaluates_alerts || feed->ops->holder == NULL || !feed->ops->holder(feed, &holder))
		return false;
	snprintf(text, size, "The alerts of this layout run no commands and send nothing here: that does the window which holds the "
		"login, cxwall %.40s (process %ld, layout %.40s).", holder.command, holder.pid, holder.layout);
	return true;
}

/* ---- what the feed brings ---- */

/*
 * When alerts are evaluated: at the time of the answer, so that they have the same times live, in a replay and in a
 * back-test. What a broker kept may be an hour old, and alerts go on from now.
 */
static struct board_view session_frame_view(const struct session *session, const struct frame *frame)
{
	const struct feed *feed = session->feed;
	struct board_view view = session_view(session);
	if (feed->owns || feed->ops->now_ms != NULL) {
		view.now_ms = frame->received_ms;
		view.wall_ms = frame->wall_ms;
	}
	return view;
}

/* A restart shows data with their age and has new ones in a moment, so that not each answer need be written. */
static void session_save(struct session *session, const struct frame *frame)
{
	bool data = frame->kind == FRAME_DATA;
	if (data && session->saved_ms != 0 && frame->received_ms - session->saved_ms < SESSION_SAVE_MS)
		return;
	if (data)
		session->saved_ms = frame->received_ms;
	saved_frame_add(session->saved, frame, session_link(session)->interval);
}

bool session_frame(struct session *session, const struct frame *frame, struct decode_report *report,
	struct error *error)
{
	struct board_view view = session_frame_view(session, frame);
	bool evaluated = session->evaluates_alerts && frame->kind == FRAME_DATA;
	session->dirty = true;
	if (evaluated)
		alert_actions_before(&session->alerts, &view);
	if (!decode_frame(session->board, frame, report, error))
		return false;
	/* What comes beside the subscription has no report. */
	if (report != NULL && report->proved_percent) {
		store_forget_percents(session->store);
		if (session->keeps_history)
			history_forget_percents(session->history);
	}
	recorder_tenant(session->recorder, session_tenant(session, session->record_options.tenant));
	recorder_frame(session->recorder, frame, session_link(session)->interval);
	if (frame->kind == FRAME_DATA) {
		pools_fill(session->pools, session->history, frame->received_ms, frame->wall_ms - frame->received_ms);
		pools_take(session->pools, session->board, frame->wall_ms - frame->received_ms, session_link(session)->interval);
	}
	if (evaluated)
		alert_actions_frame(&session->alerts, &view);
	if (session->keeps_history) {
		history_take(session->history, session->board, frame->wall_ms - frame->received_ms, session_link(session)->interval);
		received_past_fill(&session->past, session->history);
	}
	if (session->keeps_last)
		last_answer_keep(&session->last, frame, session_link(session)->interval);
	if (frame->kind == FRAME_DATA)
		store_take(session->store, session->board, session_link(session)->interval);
	session_save(session, frame);
	char news[ERROR_TEXT];
	bool bad;
	if (recorder_news(session->recorder, news, sizeof(news), &bad))
		session_notice(session, bad ? SESSION_RECORD_FAILED : SESSION_RECORD, news);
	if (session->calls.frame != NULL)
		session->calls.frame(session->calls.context, frame, report);
	return true;
}

static bool session_on_frame(void *context, const struct frame *frame, struct decode_report *report,
	struct error *error)
{
	return session_frame(context, frame, report, error);
}

/* What failed stays on the board with its cause; the last good answer stays with its age. */
static void session_on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct session *session = context;
	session->dirty = true;
	board_missed(session->board, kind, subject, cause);
	if (session->calls.missed != NULL)
		session->calls.missed(session->calls.context, kind, subject, cause);
}

static void session_on_changed(void *context)
{
	struct session *session = context;
	session->dirty = true;
	if (session->feed == NULL)
		return;
	session_follow_feed(session);
	decode_reasons(session->board, session->feed->ops->request(session->feed));
	if (session_services(session) != NULL)
		board_list_services(session->board, session_services(session));
	if (session->calls.changed != NULL)
		session->calls.changed(session->calls.context);
}

static void session_on_confirmed(void *context, const struct panel *panel, int64_t received_ms)
{
	struct session *session = context;
	session->dirty = true;
	board_confirm(session->board, panel, received_ms);
	if (session->keeps_history) {
		struct board_view view = session_view(session);
		history_take(session->history, session->board, view.wall_ms - view.now_ms, view.link->interval);
	}
}

static void session_on_past(void *context, const char *bytes, size_t length)
{
	struct session *session = context;
	received_past_take(&session->past, session->layout, session->history, bytes, length);
	if (bytes != NULL)
		return;
	/* Pictures that were drawn of the same answer are drawn anew. */
	session->board->generation++;
	session_on_changed(session);
}

static void session_on_ended(void *context)
{
	struct session *session = context;
	if (session->calls.ended != NULL)
		session->calls.ended(session->calls.context);
	else
		ev_break(session->loop, EVBREAK_ALL);
}

struct feed_sink session_sink(struct session *session)
{
	return (struct feed_sink){
		.frame = session_on_frame, .missed = session_on_missed, .sms_failed = session_on_alert_changed,
		.changed = session_on_changed,
		.confirmed = session_on_confirmed, .past = session->keeps_history && session->reads_past ? session_on_past : NULL,
		.ended = session_on_ended, .context = session,
	};
}

/* ---- the end, and signals ---- */

void session_end(struct session *session, int status)
{
	if (session->ending)
		return;
	session->ending = true;
	session->status = status;
	/* The feed takes its time to end, and somebody may lose patience. */
	session_flush(session);
	if (session->calls.ending != NULL)
		session->calls.ending(session->calls.context);
	if (session->feed != NULL && session->feed->ops->stop != NULL)
		session->feed->ops->stop(session->feed);
	else
		session_on_ended(session);
}

void session_asked_to_end(struct session *session)
{
	signals_asked(&session->signals, 0);
}

static void session_on_end_signal(void *context, int number)
{
	struct session *session = context;
	if (session->signal == 0)
		session->signal = number;
	session_end(session, STATUS_SIGNAL + number);
}

static void session_on_reload_signal(void *context)
{
	struct session *session = context;
	if (session->calls.reload != NULL && !session->ending)
		session->calls.reload(session->calls.context);
}

static void session_on_log_opened(void *context)
{
	struct session *session = context;
	if (session->calls.log_opened != NULL)
		session->calls.log_opened(session->calls.context);
}

/* ---- the life of a session ---- */

static void session_turn_store(struct session *session)
{
	char news[STORE_NEWS_MAX];
	bool bad;
	store_turn(session->store, clock_boot_ms(), clock_wall_ms());
	if (store_news(session->store, news, sizeof(news), &bad))
		session_notice(session, bad ? SESSION_HISTORY_FAILED : SESSION_HISTORY, news);
}

/* Monday to Friday are days of one kind. */
static int kind_of_day(int64_t time_s)
{
	time_t time = (time_t)time_s;
	struct tm tm;
	(void)localtime_r(&time, &tm);
	return tm.tm_wday == 0 || tm.tm_wday == 6 ? tm.tm_wday : 1;
}

struct session_days {
	struct staffing_pool *pool;
	int kind;
};

static void session_on_past_quarter(void *context, const struct store_row *row)
{
	const struct session_days *days = context;
	int64_t day_s = local_part_begin(row->time_s, LOCAL_DAY_MINUTES);
	if (!isnan(row->gained) && kind_of_day(row->time_s) == days->kind)
		staffing_pool_past(days->pool, (unsigned)((row->time_s - day_s) / STORE_QUARTER_S), row->gained);
}

/* What pools of services had on days of the same kind, once a day. */
static void session_past_days(struct session *session)
{
	int64_t now_s = clock_wall_ms() / 1000, day_s = local_part_begin(now_s, LOCAL_DAY_MINUTES);
	if (session->pools == NULL || session->store == NULL || session->store_options.in_memory ||
		store_trouble(session->store)[0] != '\0' || session->board->generation == 0 || session->pools_day_s == day_s)
		return;
	session->pools_day_s = day_s;
	for (unsigned i = 0; i < session->layout->panel_count; i++) {
		const struct panel *panel = &session->layout->panels[i];
		struct session_days days = { .pool = pools_pool(session->pools, panel), .kind = kind_of_day(now_s) };
		struct store_name name;
		if (days.pool == NULL)
			continue;
		memset(days.pool->past, 0, sizeof(days.pool->past));
		int series = store_column_name(panel, staff_stat_column(STAFFING_RECEIVED), NULL, &name) ? store_series(session->store, &name) : -1;
		if (series >= 0)
			(void)store_read(session->store, series, STORE_QUARTER, day_s - (int64_t)STORE_DAYS * 24 * 3600, day_s,
				session_on_past_quarter, &days);
	}
}

/* After the first picture, a little at each turn; again when there is something new to fill. */
static void session_recall(struct session *session)
{
	const double slice_ms = 2;
	bool wanted = session->keeps_history && session->store != NULL && !session->store_options.in_memory &&
		store_trouble(session->store)[0] == '\0' &&
		session->board->generation > 0;
	bool more = wanted && recall_turn(&session->recall, session->history, session->store, clock_wall_ms() - clock_boot_ms(),
		slice_ms);
	if (more)
		ev_idle_start(session->loop, &session->idle);
	else
		ev_idle_stop(session->loop, &session->idle);
	if (more || !recall_filled(&session->recall))
		return;
	/* Pictures that were drawn of the same answer are drawn anew. */
	session->board->generation++;
	session->dirty = true;
	ev_idle_start(session->loop, &session->idle);
}

void session_flush(struct session *session)
{
	store_flush(session->store, clock_boot_ms(), clock_wall_ms());
}

static void session_on_idle(struct ev_loop *loop, ev_idle *watcher, int events)
{
	(void)loop;
	(void)watcher;
	(void)events;
}

static void session_on_prepare(struct ev_loop *loop, ev_prepare *watcher, int events)
{
	struct session *session = watcher->data;
	(void)loop;
	(void)events;
	if (session->calls.turn != NULL)
		session->calls.turn(session->calls.context);
	/* After the picture: opening the file and writing a minute hold up no answer. */
	if (!session->ending) {
		session_turn_store(session);
		session_recall(session);
		session_past_days(session);
	}
	if (session->saved != NULL && !session->ending) {
		struct board_view view = session_view(session);
		saved_frame_write(session->saved, &view);
	}
}

bool session_open(struct session *session)
{
	session->owns_loop = session->loop == NULL;
	if (session->owns_loop) {
		session->loop = ev_default_loop(EVFLAG_NOENV);
		if (session->loop == NULL)
			fatal("the event loop cannot start");
		session->signals = (struct signals){ .loop = session->loop, .end = session_on_end_signal,
			.reload = session_on_reload_signal,
			.log_opened = session_on_log_opened, .context = session };
		signals_start(&session->signals);
	}
	ev_prepare_init(&session->prepare, session_on_prepare);
	session->prepare.data = session;
	ev_idle_init(&session->idle, session_on_idle);
	json_init(&session->past.json);
	last_answer_init(&session->last);
	session->board = session_board(session);
	session->pools = pools_new(session->layout);
	if (session->keeps_history)
		session->history = history_new(session->layout);
	if (session->record_options.path == NULL)
		return true;
	struct error error;
	session->recorder = recorder_open(&session->record_options, &error);
	if (session->recorder != NULL)
		return true;
	message("record: %s", error.text);
	session->status = STATUS_USAGE;
	return false;
}

void session_attach(struct session *session, struct feed *feed)
{
	session->feed = feed;
	session->owned = feed->owns;
	session_open_store(session);
	if (!session->evaluates_alerts)
		return;
	/* A replay, a demo, and a screen of what is published show and ring, and do nothing that reaches anybody. */
	bool acts = session->acts && feed->owns;
	session->alerts = (struct alert_actions){
		.loop = session->loop, .view = session_on_alert_view, .event = session_on_alert,
		.unknown = session_on_alert_unknown, .changed = session_on_alert_changed,
		.send = acts && feed->ops->send != NULL ? session_on_alert_send : NULL,
		.context = session, .speed = 1,
	};
	alert_actions_start(&session->alerts, session->layout, acts);
}

bool session_connect(struct session *session, struct feed_options *options, struct live **live, struct error *error)
{
	struct feed_sink sink = session_sink(session);
	struct feed *feed = NULL;
	session->status = STATUS_USAGE;
	if (options->from == NULL && options->login.tenant != NULL && options->login.folder >= 0) {
		struct login_options how = { .login = &options->login, .api = options->api, .live = options->live,
			.command = options->command };
		feed = login_feed_new(session->loop, session->layout, &how, &sink, &session->status, error);
	} else if (options->from == NULL) {
		struct live *made = live_new(session->loop, options->api, session->layout, &options->live, &sink,
			&session->status, error);
		feed = made != NULL ? live_feed(made) : NULL;
		if (live != NULL)
			*live = made;
	} else if (url_broker_read(&options->address, options->from, error)) {
		feed = mqtt_feed_new(session->loop, &options->address, options->mqtt, session->layout, &sink, error);
	}
	if (feed == NULL)
		return false;
	session->status = STATUS_FINE;
	session_attach(session, feed);
	return true;
}

void session_start(struct session *session)
{
	if (session->started)
		return;
	session->started = true;
	session->feed->ops->start(session->feed);
	session_on_changed(session);
}

int session_run(struct session *session)
{
	ev_prepare_start(session->loop, &session->prepare);
	if (session->feed != NULL)
		session_start(session);
	ev_run(session->loop, 0);
	ev_prepare_stop(session->loop, &session->prepare);
	ev_idle_stop(session->loop, &session->idle);
	return session->status;
}

void session_close(struct session *session)
{
	if (session->owns_loop && session->feed != NULL)
		session->feed->ops->free(session->feed);
	alert_actions_stop(&session->alerts);
	recorder_close(session->recorder);
	store_close(session->store, clock_boot_ms(), clock_wall_ms());
	received_past_free(&session->past);
	last_answer_free(&session->last);
	saved_frame_close(session->saved);
	history_free(session->history);
	pools_free(session->pools);
	board_free(session->board);
	if (session->owns_loop) {
		/* Last of all: until then a signal would cut off what is being closed. */
		signals_stop(&session->signals);
		ev_loop_destroy(session->loop);
	}
}

void session_set_layout(struct session *session, const struct layout *layout, const char *tag)
{
	struct board *board = session->board;
	struct history *history = session->history;
	recall_forget(&session->recall);
	session->layout = layout;
	received_past_drop(&session->past);
	store_forget_panels(session->store);
	session_open_store(session);
	session->board = session_board(session);
	board_adopt(session->board, board);
	struct pools *pools = session->pools;
	session->pools = pools_new(layout);
	session->pools_day_s = 0;
	pools_adopt(session->pools, pools);
	pools_free(pools);
	/* Panels that ask for less than was asked for have their data at once. */
	last_answer_fill(&session->last, session->board);
	if (session->keeps_history) {
		session->history = history_new(layout);
		history_adopt(session->history, history);
		history_free(history);
	}
	if (session->alerts.alerts != NULL)
		alert_actions_set_layout(&session->alerts, layout);
	if (tag != NULL && session->feed != NULL)
		session->feed->ops->set_layout(session->feed, layout, tag);
	board_free(board);
	if (tag != NULL)
		session_on_changed(session);
}

void session_forget(struct session *session)
{
	recall_forget(&session->recall);
	board_free(session->board);
	session->board = session_board(session);
	pools_clear(session->pools);
	session->pools_day_s = 0;
	received_past_drop(&session->past);
	last_answer_forget(&session->last);
	if (session->keeps_history) {
		history_free(session->history);
		session->history = history_new(session->layout);
	}
	alert_actions_reset(&session->alerts);
	session->dirty = true;
}

/* ---- what ran before ---- */

/* Its age is by the time of day: the machine may have been started since. */
static void session_show_recorded(struct session *session, struct recording_cursor *cursor, uint32_t index)
{
	const struct recording_entry *entry;
	struct frame frame;
	struct error error;
	if (!cursor_go(cursor, index, &error) || cursor_next(cursor, &frame, &entry, &error) != CURSOR_FRAME)
		return;
	int64_t age_ms = clock_wall_ms() - frame.wall_ms;
	if (age_ms <= 0)
		return;
	frame.received_ms = clock_boot_ms() - age_ms;
	if (!decode_frame(session->board, &frame, NULL, &error))
		log_line("record: %s", error.text);
}

/* The last data of the recording that is appended to. */
static void session_restore_recorded(struct session *session)
{
	struct recording_cursor cursor;
	struct error error;
	if (session->recorder == NULL ||
		!cursor_open(&cursor, recording_open(session->record_options.path, &error), session->layout))
		return;
	uint32_t index = cursor.recording->count;
	while (index > 0 && cursor.recording->entries[index - 1].kind != RECORD_DATA)
		index--;
	if (index > 0)
		session_show_recorded(session, &cursor, index - 1);
	cursor_close(&cursor);
}

/* Saved again: what has no answer yet this time is not lost. */
static void session_on_saved_frame(void *context, const struct frame *frame)
{
	struct session *session = context;
	struct error error;
	if (frame->kind == FRAME_DATA && frame->wall_ms <= session->board->accepted_wall_ms)
		return;
	if (decode_frame(session->board, frame, NULL, &error))
		saved_frame_add(session->saved, frame, 0);
	else
		log_line("the last frame: %s", error.text);
}

void session_restore(struct session *session, const struct saved_frame_options *saved)
{
	session_restore_recorded(session);
	if (saved == NULL)
		return;
	session->saved = saved_frame_open(saved);
	saved_frame_restore(saved, session->board, session_on_saved_frame, session);
}
