#include "recording/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "board/decode.h"
#include "recording/period.h"

enum {
	/* How much is brought before the time of a jump: more than most alerts count, and still quickly done. */
	LEAD_MS = 10 * 60 * 1000,
	TEXT_ROOM = 160,
	INDEX_SLICE_MS = 5, /* of idle time at once: short enough that a key is answered at once */
	INDEX_MARK_MS = 5 * 60 * 1000,
	INDEX_BYTES_MAX = 64 * 1024 * 1024, /* a week of marks with a hundred states each */
};

static const double SPEED_MAX = 512, SPEED_MIN = 0.25;

/* The state of the alerts at a time of the recording. */
struct index_mark {
	uint32_t next; /* the record after that time */
	int64_t at_ms;
	struct alerts_saved *alerts;
};

/*
 * What the alerts of the layout had become at each time of the recording. Times that were not read yet are unknown, and
 * so is what lies behind the cap for marks.
 */
struct alert_index {
	struct ev_loop *loop;
	ev_idle idle;
	struct replay_alerts replay;
	struct alarm_log *log; /* of all that fired up to there */
	bool open, over; /* over: nothing more will be known */
	struct index_mark *marks;
	unsigned count, room;
	size_t bytes;
	int64_t marked_ms; /* the time of the last mark, or of the beginning of the run */
	void (*grown)(void *context); /* more is known */
	void *context;
};

struct replay {
	struct feed feed;
	struct ev_loop *loop;
	struct recording_cursor cursor;
	struct feed_sink sink;
	struct replay_hooks hooks;
	struct replay_options options;
	struct alert_index *index; /* NULL: the layout has no alerts */
	bool alerts_partial;       /* alerts are those of the last minutes only */
	ev_prepare begin;
	ev_timer timer;
	double speed;
	bool held;
	int64_t real_ms, at_ms; /* a reading of CLOCK_BOOTTIME, and the recording's clock at that time */
	int64_t first_ms, last_ms;
	int64_t wall_offset_ms; /* from the recording's clock to the time of day */
	uint32_t shown;         /* index of the last data that were brought; the number of records: none */
	unsigned noticed;       /* damages of those passed of which the user was told */
	char text[TEXT_ROOM];
};

/* ---- alerts, as fast as the recording can be read ---- */

bool replay_alerts_open(struct replay_alerts *replay, const char *path, const struct layout *layout, enum names names,
	void (*each)(void *context, const struct alert_event *event), void *context, struct error *error)
{
	*replay = (struct replay_alerts){ .context = context };
	if (!cursor_open(&replay->cursor, recording_open(path, error), layout))
		return false;
	replay->board = board_new(layout);
	replay->board->names = names;
	replay->alerts = alerts_new(layout, (struct alerts_sink){ .event = each, .context = context });
	return true;
}

void replay_alerts_close(struct replay_alerts *replay)
{
	if (replay->board == NULL)
		return;
	alerts_free(replay->alerts);
	board_free(replay->board);
	cursor_close(&replay->cursor);
	replay->board = NULL;
}

bool replay_alerts_step(struct replay_alerts *replay)
{
	const struct recording_entry *entry = NULL;
	struct frame frame;
	struct error error;
	enum cursor_step step = cursor_next(&replay->cursor, &frame, &entry, &error);
	if (step == CURSOR_END || step == CURSOR_START) {
		if (replay->run_ends != NULL)
			replay->run_ends(replay->context);
		alerts_reset(replay->alerts);
	}
	if (step == CURSOR_END)
		return false;
	replay->view = (struct board_view){ .board = replay->board, .link = &replay->cursor.link,
		.now_ms = entry->at_ms, .wall_ms = entry->wall_ms };
	bool data = step == CURSOR_FRAME && frame.kind == FRAME_DATA;
	if (data)
		alerts_before(replay->alerts, &replay->view);
	else if (step == CURSOR_OTHER)
		alerts_until(replay->alerts, &replay->view);
	bool good = step != CURSOR_DAMAGED &&
		(step != CURSOR_FRAME || decode_frame(replay->board, &frame, NULL, &error));
	replay->damaged += !good;
	if (good && data) {
		alerts_frame(replay->alerts, &replay->view);
		replay->frames++;
	}
	return true;
}

/* ---- the index of alerts ---- */

static void index_on_event(void *context, const struct alert_event *event)
{
	struct alert_index *index = context;
	alarm_log_event(index->log, event);
}

static void index_on_run_ends(void *context)
{
	struct alert_index *index = context;
	/* At the last moment of the run they still fire. */
	alarm_log_lose(index->log, NULL, index->replay.view.wall_ms + 1);
}

static void index_add_mark(struct alert_index *index)
{
	struct alerts_saved *alerts = alerts_save(index->replay.alerts);
	index->bytes += alerts_saved_bytes(alerts);
	index->marks = array_reserve(index->marks, &index->room, index->count + 1, sizeof(*index->marks));
	index->marked_ms = index->replay.view.now_ms;
	index->marks[index->count++] = (struct index_mark){
		.next = index->replay.cursor.next, .at_ms = index->marked_ms, .alerts = alerts,
	};
}

static void index_step(struct alert_index *index)
{
	const struct recording *recording = index->replay.cursor.recording;
	uint32_t next = index->replay.cursor.next;
	unsigned long frames = index->replay.frames;
	if (index->bytes > INDEX_BYTES_MAX || !replay_alerts_step(&index->replay)) {
		index->over = true;
		return;
	}
	if (index->replay.frames != frames)
		alarm_log_frame(index->log, &index->replay.view);
	if (recording->entries[next].kind == RECORD_START || next == 0)
		index->marked_ms = recording->entries[next].at_ms;
	else if (recording->entries[next].kind == RECORD_DATA &&
		recording->entries[next].at_ms - index->marked_ms >= INDEX_MARK_MS)
		index_add_mark(index);
}

static void index_on_idle(struct ev_loop *loop, ev_idle *idle, int events)
{
	struct alert_index *index = idle->data;
	int64_t until = clock_boot_ms() + INDEX_SLICE_MS;
	(void)events;
	while (!index->over && clock_boot_ms() < until)
		index_step(index);
	if (index->over)
		ev_idle_stop(loop, idle);
	index->grown(index->context);
}

/* Never NULL. If the recording cannot be read, no alerts are ever known. */
static struct alert_index *index_new(struct ev_loop *loop, const char *path, const struct layout *layout,
	enum names names, void (*grown)(void *context), void *context)
{
	struct alert_index *index = must_alloc(sizeof(*index));
	struct error error;
	*index = (struct alert_index){ .loop = loop, .grown = grown, .context = context };
	ev_idle_init(&index->idle, index_on_idle);
	index->idle.data = index;
	index->open = replay_alerts_open(&index->replay, path, layout, names, index_on_event, index, &error);
	index->replay.run_ends = index_on_run_ends;
	index->log = alarm_log_new(true);
	index->over = !index->open;
	if (index->open)
		ev_idle_start(loop, &index->idle);
	else
		log_line("replay: %s", error.text);
	return index;
}

static void index_free(struct alert_index *index)
{
	if (index == NULL)
		return;
	ev_idle_stop(index->loop, &index->idle);
	for (unsigned i = 0; i < index->count; i++)
		free(index->marks[i].alerts);
	free(index->marks);
	if (index->open)
		replay_alerts_close(&index->replay);
	alarm_log_free(index->log);
	free(index);
}

/* Whether alerts up to this record are known. */
static bool index_knows(const struct alert_index *index, uint32_t record)
{
	return index->open && index->replay.cursor.next >= record;
}

/* The last mark at or before a record, in the same run of the recording program; NULL if there is none. */
static const struct index_mark *index_find(const struct alert_index *index, uint32_t record)
{
	unsigned i = index->count;
	while (i > 0 && index->marks[i - 1].next > record)
		i--;
	if (i == 0)
		return NULL;
	const struct recording *recording = index->replay.cursor.recording;
	uint32_t start = recording_before(recording, record, RECORD_START);
	return start == recording->count || index->marks[i - 1].next > start ? &index->marks[i - 1] : NULL;
}

/* ---- the clock ---- */

static const struct recording_entry *replay_next_entry(const struct replay *replay)
{
	const struct recording *recording = replay->cursor.recording;
	return replay->cursor.next < recording->count ? &recording->entries[replay->cursor.next] : NULL;
}

/* The time up to which records are due. */
static int64_t replay_due_ms(const struct replay *replay)
{
	if (replay->held)
		return replay->at_ms;
	int64_t now = replay->at_ms + (int64_t)((double)(clock_boot_ms() - replay->real_ms) * replay->speed);
	return now < replay->last_ms ? now : replay->last_ms;
}

/* Stops just before a record that is due: with the later time and without the record, data would seem stale. */
static int64_t replay_now_ms(const struct replay *replay)
{
	const struct recording_entry *entry = replay_next_entry(replay);
	int64_t now = replay_due_ms(replay);
	return entry != NULL && entry->at_ms <= now ? entry->at_ms - 1 : now;
}

static int64_t replay_wall_ms(const struct replay *replay)
{
	return replay_now_ms(replay) + replay->wall_offset_ms;
}

static void replay_set_clock(struct replay *replay, int64_t at_ms)
{
	replay->at_ms = at_ms < replay->first_ms ? replay->first_ms : at_ms > replay->last_ms ? replay->last_ms : at_ms;
	replay->real_ms = clock_boot_ms();
}

static void replay_set_held(struct replay *replay, bool held)
{
	int64_t now = replay_now_ms(replay);
	replay->held = held;
	replay_set_clock(replay, now);
}

/* ---- playing ---- */

/* Reports damage once its end is known. */
static void replay_notice_damage(struct replay *replay)
{
	const struct recording_cursor *cursor = &replay->cursor;
	struct buffer text;
	if (cursor->in_damage && cursor->next < cursor->recording->count)
		return;
	if (replay->noticed == cursor->flaws.damage_count)
		return;
	replay->noticed = cursor->flaws.damage_count;
	buffer_init(&text, TEXT_ROOM);
	flaws_damage_text(&cursor->flaws.damages[replay->noticed - 1], false, &text);
	buffer_text(&text, " in this recording.");
	replay->hooks.notice(replay->sink.context, buffer_string(&text));
	log_line("replay: %s", buffer_string(&text));
	buffer_free(&text);
}

static void replay_notice_all_damage(struct replay *replay)
{
	const struct recording *recording = replay->cursor.recording;
	char text[TEXT_ROOM];
	int64_t bytes = 0;
	for (unsigned i = 0; i < recording->damage_count; i++)
		bytes += recording->damages[i].bytes;
	if (bytes == 0)
		return;
	snprintf(text, sizeof(text), "%lld bytes of this recording are damaged, in %u %s.", (long long)bytes,
		recording->damage_count, text_plural(recording->damage_count, "place", "places"));
	replay->hooks.notice(replay->sink.context, text);
}

static void replay_bring_record(struct replay *replay)
{
	const struct recording_entry *entry = NULL;
	struct frame frame;
	struct error error;
	uint32_t index = replay->cursor.next;
	enum cursor_step step = cursor_next(&replay->cursor, &frame, &entry, &error);
	if (step == CURSOR_DAMAGED)
		log_line("replay: %s", error.text);
	if (entry != NULL)
		replay->wall_offset_ms = entry->wall_ms - entry->at_ms;
	if (replay_next_entry(replay) == NULL)
		cursor_end(&replay->cursor);
	replay_notice_damage(replay);
	if (step == CURSOR_START)
		replay->hooks.restarted(replay->sink.context);
	if (step != CURSOR_FRAME)
		return;
	if (frame.kind == FRAME_DATA)
		replay->shown = index;
	if (!replay->sink.frame(replay->sink.context, &frame, &(struct decode_report){ 0 }, &error))
		log_line("replay: %s", error.text);
}

/* Brings all records that are due. */
static void replay_bring_due(struct replay *replay)
{
	const struct recording_entry *entry;
	int64_t now = replay_due_ms(replay);
	while ((entry = replay_next_entry(replay)) != NULL && entry->at_ms <= now)
		replay_bring_record(replay);
}

/* Schedules the next record, and lets the sink draw. */
static void replay_changed(struct replay *replay)
{
	const struct recording_entry *entry = replay_next_entry(replay);
	ev_timer_stop(replay->loop, &replay->timer);
	if (!replay->held && entry != NULL)
		timer_start(replay->loop, &replay->timer,
			(double)(entry->at_ms - replay_due_ms(replay)) / 1000 / replay->speed);
	replay->sink.changed(replay->sink.context);
}

static void replay_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct replay *replay = timer->data;
	(void)loop;
	(void)events;
	replay_bring_due(replay);
	if (replay_next_entry(replay) == NULL) {
		replay_set_clock(replay, replay->last_ms);
		replay->held = true;
	}
	replay_changed(replay);
}

/* ---- jumping ---- */

/* Where to begin so that the board is complete at a time: minutes before it, within the same run of the program. */
static uint32_t replay_lead_before(const struct recording *recording, int64_t at_ms)
{
	uint32_t aim = recording_seek(recording, at_ms + 1), from = recording_seek(recording, at_ms - LEAD_MS);
	uint32_t start = recording_before(recording, aim, RECORD_START);
	return start != recording->count && start > from ? start : from;
}

/* The mark of alerts to return to on the way to the clock's time; NULL: none. *from: where to begin. */
static const struct index_mark *replay_find_mark(struct replay *replay, uint32_t *from)
{
	const struct recording *recording = replay->cursor.recording;
	uint32_t aim = recording_seek(recording, replay->at_ms + 1);
	uint32_t start = recording_before(recording, aim, RECORD_START);
	*from = replay_lead_before(recording, replay->at_ms);
	start = start == recording->count ? 0 : start;
	/* What is read from the beginning of its run needs no mark. */
	replay->alerts_partial = replay->index != NULL && *from > start && !index_knows(replay->index, aim);
	if (replay->index == NULL || *from <= start || replay->alerts_partial)
		return NULL;
	const struct index_mark *mark = index_find(replay->index, aim);
	uint32_t before = mark == NULL ? start : replay_lead_before(recording, mark->at_ms);
	*from = before < *from ? before : *from;
	return mark;
}

static void replay_go(struct replay *replay, int64_t at_ms)
{
	struct error error;
	uint32_t from;
	replay_set_clock(replay, at_ms);
	replay->hooks.moved(replay->sink.context);
	replay->cursor.link.accepted_ms = 0;
	replay->shown = replay->cursor.recording->count;
	const struct index_mark *mark = replay_find_mark(replay, &from);
	if (!cursor_go(&replay->cursor, from, &error))
		log_line("replay: %s", error.text);
	replay->noticed = 0;
	/* The clock must not run on meanwhile. */
	bool held = replay->held;
	replay->held = true;
	while (mark != NULL && replay->cursor.next < mark->next && replay_next_entry(replay) != NULL)
		replay_bring_record(replay);
	if (mark != NULL)
		replay->hooks.recall(replay->sink.context, mark->alerts);
	replay_bring_due(replay);
	replay->held = held;
	replay_set_clock(replay, replay->at_ms);
	replay_changed(replay);
	replay->hooks.settled(replay->sink.context);
}

/* Repeats a jump whose alerts were not known yet. */
static void replay_on_index_grown(void *context)
{
	struct replay *replay = context;
	if (!replay->alerts_partial)
		return;
	if (index_knows(replay->index, recording_seek(replay->cursor.recording, replay_now_ms(replay) + 1)))
		replay_go(replay, replay_now_ms(replay));
}

static void replay_rebuild_index(struct replay *replay, const struct layout *layout)
{
	index_free(replay->index);
	replay->index = layout->alert_count == 0 ? NULL : index_new(replay->loop, replay->options.path, layout,
		replay->options.names, replay_on_index_grown, replay);
}

/* "14:05" or "14:05:30", at the first time after the beginning at which a clock showed it. */
static bool replay_read_at(const struct replay *replay, const char *text, int64_t *at_ms, struct error *error)
{
	const struct recording *recording = replay->cursor.recording;
	int64_t first_ms = recording->entries[0].wall_ms / 1000 * 1000, wanted_ms;
	if (!period_clock(text, first_ms, 0, &wanted_ms))
		return error_set(error, "--at takes a time of the day, such as 14:05");
	if (wanted_ms < first_ms)
		(void)period_clock(text, first_ms, 1, &wanted_ms);
	for (uint32_t i = 0; i < recording->count; i++)
		if (recording->entries[i].wall_ms >= wanted_ms) {
			*at_ms = recording->entries[i].at_ms - (recording->entries[i].wall_ms - wanted_ms);
			/* Where the clock was set forward in between, that is longer ago than the record before. */
			if (i > 0 && *at_ms < recording->entries[i - 1].at_ms)
				*at_ms = recording->entries[i - 1].at_ms;
			return true;
		}
	return error_set(error, "the recording ends before %s", text);
}

/* ---- the feed ---- */

/* Before the loop's other prepare watchers, so that nothing is drawn without data. */
static void replay_on_begin(struct ev_loop *loop, ev_prepare *begin, int events)
{
	struct replay *replay = begin->data;
	(void)events;
	ev_prepare_stop(loop, begin);
	replay_rebuild_index(replay, replay->cursor.layout);
	replay_go(replay, replay->at_ms);
	replay_notice_all_damage(replay);
}

static void replay_feed_start(struct feed *feed)
{
	struct replay *replay = (struct replay *)feed;
	ev_prepare_start(replay->loop, &replay->begin);
}

static void replay_feed_set_layout(struct feed *feed, const struct layout *layout, const char *tag)
{
	struct replay *replay = (struct replay *)feed;
	(void)tag;
	cursor_layout(&replay->cursor, layout);
	replay_rebuild_index(replay, layout);
	replay_go(replay, replay_now_ms(replay));
}

static const struct link *replay_feed_link(const struct feed *feed)
{
	return &((const struct replay *)feed)->cursor.link;
}

static const struct request *replay_feed_request(const struct feed *feed)
{
	return &((const struct replay *)feed)->cursor.request;
}

static int64_t replay_feed_now_ms(const struct feed *feed)
{
	return replay_now_ms((const struct replay *)feed);
}

static int64_t replay_feed_wall_ms(const struct feed *feed)
{
	return replay_wall_ms((const struct replay *)feed);
}

static void replay_feed_free(struct feed *feed)
{
	struct replay *replay = (struct replay *)feed;
	ev_prepare_stop(replay->loop, &replay->begin);
	ev_timer_stop(replay->loop, &replay->timer);
	index_free(replay->index);
	cursor_close(&replay->cursor);
	free(replay);
}

static const struct feed_ops replay_ops = {
	.start = replay_feed_start,
	.set_layout = replay_feed_set_layout,
	.link = replay_feed_link,
	.request = replay_feed_request,
	.now_ms = replay_feed_now_ms,
	.wall_ms = replay_feed_wall_ms,
	.free = replay_feed_free,
};

struct feed *replay_feed(struct replay *replay)
{
	return &replay->feed;
}

struct replay *replay_new(struct ev_loop *loop, const struct layout *layout, const struct replay_options *options,
	const struct feed_sink *sink, const struct replay_hooks *hooks, struct error *error)
{
	struct replay *replay = must_alloc(sizeof(*replay));
	*replay = (struct replay){ .loop = loop, .sink = *sink, .hooks = *hooks, .options = *options,
		.speed = options->speed };
	replay->feed.ops = &replay_ops;
	ev_prepare_init(&replay->begin, replay_on_begin);
	ev_set_priority(&replay->begin, EV_MAXPRI);
	ev_timer_init(&replay->timer, replay_on_timer, 0., 0.);
	replay->begin.data = replay->timer.data = replay;
	if (!cursor_open(&replay->cursor, recording_open(options->path, error), layout)) {
		free(replay);
		return NULL;
	}
	const struct recording *recording = replay->cursor.recording;
	bool good = recording->count > 0 || error_set(error, "%.160s: the recording is empty", options->path);
	if (good) {
		replay->at_ms = replay->first_ms = recording->entries[0].at_ms;
		replay->last_ms = recording->entries[recording->count - 1].at_ms;
		replay->wall_offset_ms = recording->entries[0].wall_ms - replay->first_ms;
		good = options->at == NULL || replay_read_at(replay, options->at, &replay->at_ms, error);
	}
	replay->real_ms = clock_boot_ms();
	if (good)
		return replay;
	replay_feed_free(&replay->feed);
	return NULL;
}

/* ---- keys ---- */

double replay_speed(const struct replay *replay)
{
	return replay->held ? 0 : replay->speed;
}

const char *replay_text(struct replay *replay)
{
	char clock[64];
	text_clock(clock, sizeof(clock), replay_wall_ms(replay), "%a %Y-%m-%d %H:%M:%S");
	const char *state = !replay->held ? "" : replay_next_entry(replay) == NULL ? "  at its end" : "  held";
	const char *alerts = !replay->alerts_partial ? "" : "  alerts of the last 10 min";
	snprintf(replay->text, sizeof(replay->text), "REPLAY  %s  x%g%s%s", clock, replay->speed, state, alerts);
	return replay->text;
}

struct alarm_log *replay_alarms(const struct replay *replay)
{
	return replay->index == NULL ? NULL : replay->index->log;
}

struct replay_progress replay_progress(const struct replay *replay)
{
	int64_t length = replay->last_ms - replay->first_ms, done = replay_now_ms(replay) - replay->first_ms;
	return (struct replay_progress){ .begin_ms = replay->first_ms + replay->wall_offset_ms,
		.end_ms = replay->last_ms + replay->wall_offset_ms, .done = length > 0 ? (double)done / (double)length : 1 };
}

void replay_hold(struct replay *replay)
{
	replay_set_held(replay, !replay->held);
	replay_changed(replay);
}

void replay_step(struct replay *replay, int frames)
{
	const struct recording *recording = replay->cursor.recording;
	uint32_t at = frames > 0 ? replay->cursor.next : replay->shown;
	replay_set_held(replay, true);
	if (frames < 0) {
		at = at == recording->count ? at : recording_before(recording, at, RECORD_DATA);
		if (at != recording->count)
			replay_go(replay, recording->entries[at].at_ms);
		else
			replay_changed(replay);
		return;
	}
	while (at < recording->count && recording->entries[at].kind != RECORD_DATA)
		at++;
	replay_set_clock(replay, at < recording->count ? recording->entries[at].at_ms : replay->last_ms);
	replay_bring_due(replay);
	replay_changed(replay);
}

void replay_jump(struct replay *replay, int64_t milliseconds)
{
	replay_go(replay, replay_now_ms(replay) + milliseconds);
}

void replay_faster(struct replay *replay, bool faster)
{
	int64_t now = replay_now_ms(replay);
	double speed = faster ? replay->speed * 2 : replay->speed / 2;
	if (speed >= SPEED_MIN && speed <= SPEED_MAX)
		replay->speed = speed;
	replay_set_clock(replay, now);
	replay_changed(replay);
}
