#include "command/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "output/flaws.h"
#include "recording/period.h"
#include "recording/player.h"
#include "recording/replay_index.h"

enum {
	/* What is played again before a jump's aim: longer than alerts count, and still a moment's work. */
	LEAD_MS = 10 * 60 * 1000,
	TEXT_ROOM = 160,
};

static const double SPEED_MAX = 512, SPEED_MIN = 0.25;

struct replay {
	struct ev_loop *loop;
	struct player player;
	struct feed_sink sink;
	struct replay_hooks hooks;
	struct replay_options options;
	struct past *past; /* NULL: the layout has no alerts */
	bool guessed;      /* alerts are those of the last minutes only */
	ev_timer timer;
	double speed;
	bool held;
	int64_t real_ms, at_ms;  /* at a moment of CLOCK_BOOTTIME, the recording's clock */
	int64_t first_ms, last_ms;
	int64_t wall_offset_ms; /* from the recording's clock to the time of day */
	uint32_t shown;         /* the last frame of data that was brought; the count: none */
	unsigned told;          /* how many damages of those that were passed */
	char text[TEXT_ROOM];
};

static const struct recording_entry *next_entry(const struct replay *replay)
{
	const struct recording *recording = replay->player.recording;
	return replay->player.next < recording->count ? &recording->entries[replay->player.next] : NULL;
}

/* Until when records are due. */
static int64_t due_ms(const struct replay *replay)
{
	if (replay->held)
		return replay->at_ms;
	int64_t now = replay->at_ms + (int64_t)((double)(clock_boot_ms() - replay->real_ms) * replay->speed);
	return now < replay->last_ms ? now : replay->last_ms;
}

/* While the loop is late, it is not yet the time of the next record: without it the data would seem stale. */
int64_t replay_now_ms(const struct replay *replay)
{
	const struct recording_entry *entry = next_entry(replay);
	int64_t now = due_ms(replay);
	return entry != NULL && entry->at_ms <= now ? entry->at_ms - 1 : now;
}

int64_t replay_wall_ms(const struct replay *replay)
{
	return replay_now_ms(replay) + replay->wall_offset_ms;
}

const struct link *replay_link(const struct replay *replay)
{
	return &replay->player.link;
}

const struct request *replay_request(const struct replay *replay)
{
	return &replay->player.request;
}

double replay_speed(const struct replay *replay)
{
	return replay->held ? 0 : replay->speed;
}

static void set_clock(struct replay *replay, int64_t at_ms)
{
	replay->at_ms = at_ms < replay->first_ms ? replay->first_ms : at_ms > replay->last_ms ? replay->last_ms : at_ms;
	replay->real_ms = clock_boot_ms();
}

static void set_held(struct replay *replay, bool held)
{
	int64_t now = replay_now_ms(replay);
	replay->held = held;
	set_clock(replay, now);
}

/* Once the other end of the damage is known. */
static void tell_damage(struct replay *replay)
{
	const struct player *player = &replay->player;
	struct buffer text;
	if (player->in_damage && player->next < player->recording->count)
		return;
	if (replay->told == player->flaws.damage_count)
		return;
	replay->told = player->flaws.damage_count;
	buffer_init(&text, TEXT_ROOM);
	flaws_damage_text(&player->flaws.damages[replay->told - 1], false, &text);
	buffer_text(&text, " in this recording.");
	replay->hooks.told(replay->sink.context, buffer_string(&text));
	log_line("replay: %s", buffer_string(&text));
	buffer_free(&text);
}

static void tell_all_damage(struct replay *replay)
{
	const struct recording *recording = replay->player.recording;
	char text[TEXT_ROOM];
	int64_t bytes = 0;
	for (unsigned i = 0; i < recording->damage_count; i++)
		bytes += recording->damages[i].bytes;
	if (bytes == 0)
		return;
	snprintf(text, sizeof(text), "%lld bytes of this recording are damaged, in %u %s.", (long long)bytes,
		recording->damage_count, recording->damage_count == 1 ? "place" : "places");
	replay->hooks.told(replay->sink.context, text);
}

static void bring(struct replay *replay)
{
	const struct recording_entry *entry = NULL;
	struct frame frame;
	struct error error;
	uint32_t index = replay->player.next;
	enum played played = player_next(&replay->player, &frame, &entry, &error);
	if (played == PLAYED_DAMAGED)
		log_line("replay: %s", error.text);
	if (entry != NULL)
		replay->wall_offset_ms = entry->wall_ms - entry->at_ms;
	if (next_entry(replay) == NULL)
		player_end(&replay->player);
	tell_damage(replay);
	if (played == PLAYED_START)
		replay->hooks.restarted(replay->sink.context);
	if (played != PLAYED_FRAME)
		return;
	if (frame.kind == FRAME_DATA)
		replay->shown = index;
	if (!replay->sink.frame(replay->sink.context, &frame, &(struct decode_report){ 0 }, &error))
		log_line("replay: %s", error.text);
}

/* All that came until now. */
static void catch_up(struct replay *replay)
{
	const struct recording_entry *entry;
	int64_t now = due_ms(replay);
	while ((entry = next_entry(replay)) != NULL && entry->at_ms <= now)
		bring(replay);
}

static void plan(struct replay *replay)
{
	const struct recording_entry *entry = next_entry(replay);
	ev_timer_stop(replay->loop, &replay->timer);
	if (replay->held || entry == NULL)
		return;
	double seconds = (double)(entry->at_ms - due_ms(replay)) / 1000 / replay->speed;
	ev_now_update(replay->loop);
	ev_timer_set(&replay->timer, seconds > 0 ? seconds : 0, 0.);
	ev_timer_start(replay->loop, &replay->timer);
}

static void changed(struct replay *replay)
{
	plan(replay);
	replay->sink.changed(replay->sink.context);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct replay *replay = timer->data;
	(void)loop;
	(void)events;
	catch_up(replay);
	if (next_entry(replay) == NULL) {
		set_clock(replay, replay->last_ms);
		replay->held = true;
	}
	changed(replay);
}

/* Where to begin so that the moment is what it was: minutes before, in the same run of the program. */
static uint32_t lead(const struct recording *recording, int64_t at_ms)
{
	uint32_t aim = recording_seek(recording, at_ms + 1), from = recording_seek(recording, at_ms - LEAD_MS);
	uint32_t start = recording_before(recording, aim, RECORD_START);
	return start != recording->count && start > from ? start : from;
}

/* The mark to return to on the way to a moment; from where to play, so that the board is complete by then. */
static const struct past_mark *plan_recall(struct replay *replay, uint32_t *from)
{
	const struct recording *recording = replay->player.recording;
	uint32_t aim = recording_seek(recording, replay->at_ms + 1), start = recording_before(recording, aim, RECORD_START);
	*from = lead(recording, replay->at_ms);
	start = start == recording->count ? 0 : start;
	/* What is all played anyway needs no mark. */
	replay->guessed = replay->past != NULL && *from > start && !past_knows(replay->past, aim);
	if (replay->past == NULL || *from <= start || replay->guessed)
		return NULL;
	const struct past_mark *mark = past_find(replay->past, aim);
	uint32_t before = mark == NULL ? start : lead(recording, mark->at_ms);
	*from = before < *from ? before : *from;
	return mark;
}

/* All until the clock's time, by way of a mark. */
static void play_up(struct replay *replay, const struct past_mark *mark)
{
	while (mark != NULL && replay->player.next < mark->next && next_entry(replay) != NULL)
		bring(replay);
	if (mark != NULL)
		replay->hooks.recall(replay->sink.context, mark->alerts);
	catch_up(replay);
}

static void go(struct replay *replay, int64_t at_ms)
{
	struct error error;
	uint32_t from;
	set_clock(replay, at_ms);
	replay->hooks.moved(replay->sink.context);
	replay->player.link.accepted_ms = 0;
	replay->shown = replay->player.recording->count;
	const struct past_mark *mark = plan_recall(replay, &from);
	if (!player_go(&replay->player, from, &error))
		log_line("replay: %s", error.text);
	replay->told = 0;
	/* Without the clock's running on meanwhile. */
	bool held = replay->held;
	replay->held = true;
	play_up(replay, mark);
	replay->held = held;
	set_clock(replay, replay->at_ms);
	changed(replay);
	replay->hooks.settled(replay->sink.context);
}

/* What could only be guessed is looked up. */
static void on_grown(void *context)
{
	struct replay *replay = context;
	if (!replay->guessed)
		return;
	if (past_knows(replay->past, recording_seek(replay->player.recording, replay_now_ms(replay) + 1)))
		go(replay, replay_now_ms(replay));
}

static void look_back(struct replay *replay, const struct layout *layout)
{
	past_free(replay->past);
	replay->past = layout->alert_count == 0 ? NULL : past_new(replay->loop, replay->options.path, layout,
		replay->options.names, on_grown, replay);
}

/* "14:05" or "14:05:30", at the first time after the beginning at which a clock showed it. */
static bool read_at(const struct replay *replay, const char *text, int64_t *at_ms, struct error *error)
{
	const struct recording *recording = replay->player.recording;
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

struct replay *replay_new(struct ev_loop *loop, const struct layout *layout, const struct replay_options *options,
	const struct feed_sink *sink, const struct replay_hooks *hooks, struct error *error)
{
	struct replay *replay = must_alloc(sizeof(*replay));
	*replay = (struct replay){ .loop = loop, .sink = *sink, .hooks = *hooks, .options = *options,
		.speed = options->speed };
	ev_timer_init(&replay->timer, on_timer, 0., 0.);
	replay->timer.data = replay;
	if (!player_open(&replay->player, options->path, layout, error)) {
		free(replay);
		return NULL;
	}
	const struct recording *recording = replay->player.recording;
	bool good = recording->count > 0 || error_set(error, "%.160s: the recording is empty", options->path);
	if (good) {
		replay->at_ms = replay->first_ms = recording->entries[0].at_ms;
		replay->last_ms = recording->entries[recording->count - 1].at_ms;
		replay->wall_offset_ms = recording->entries[0].wall_ms - replay->first_ms;
		good = options->at == NULL || read_at(replay, options->at, &replay->at_ms, error);
	}
	replay->real_ms = clock_boot_ms();
	if (good)
		return replay;
	replay_free(replay);
	return NULL;
}

void replay_start(struct replay *replay)
{
	look_back(replay, replay->player.layout);
	go(replay, replay->at_ms);
	tell_all_damage(replay);
}

void replay_free(struct replay *replay)
{
	ev_timer_stop(replay->loop, &replay->timer);
	past_free(replay->past);
	player_close(&replay->player);
	free(replay);
}

const char *replay_text(struct replay *replay)
{
	char clock[64] = "";
	time_t seconds = (time_t)(replay_wall_ms(replay) / 1000);
	struct tm local;
	localtime_r(&seconds, &local);
	if (strftime(clock, sizeof(clock), "%a %Y-%m-%d %H:%M:%S", &local) == 0)
		clock[0] = '\0';
	const char *state = !replay->held ? "" : next_entry(replay) == NULL ? "  at its end" : "  held";
	const char *alerts = !replay->guessed ? "" : "  alerts of the last 10 min";
	snprintf(replay->text, sizeof(replay->text), "REPLAY  %s  x%g%s%s", clock, replay->speed, state, alerts);
	return replay->text;
}

void replay_layout(struct replay *replay, const struct layout *layout)
{
	player_layout(&replay->player, layout);
	look_back(replay, layout);
	go(replay, replay_now_ms(replay));
}

void replay_hold(struct replay *replay)
{
	set_held(replay, !replay->held);
	changed(replay);
}

void replay_step(struct replay *replay, int frames)
{
	const struct recording *recording = replay->player.recording;
	uint32_t at = frames > 0 ? replay->player.next : replay->shown;
	set_held(replay, true);
	if (frames < 0) {
		at = at == recording->count ? at : recording_before(recording, at, RECORD_DATA);
		if (at != recording->count)
			go(replay, recording->entries[at].at_ms);
		else
			changed(replay);
		return;
	}
	while (at < recording->count && recording->entries[at].kind != RECORD_DATA)
		at++;
	set_clock(replay, at < recording->count ? recording->entries[at].at_ms : replay->last_ms);
	catch_up(replay);
	changed(replay);
}

void replay_jump(struct replay *replay, int64_t milliseconds)
{
	go(replay, replay_now_ms(replay) + milliseconds);
}

void replay_faster(struct replay *replay, bool faster)
{
	int64_t now = replay_now_ms(replay);
	double speed = faster ? replay->speed * 2 : replay->speed / 2;
	if (speed >= SPEED_MIN && speed <= SPEED_MAX)
		replay->speed = speed;
	set_clock(replay, now);
	changed(replay);
}
