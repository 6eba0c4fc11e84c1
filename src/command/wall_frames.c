/* What frames do on a wall: the board, the history, the alarms, the recording. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "board/decode.h"
#include "command/intake.h"
#include "command/wall_state.h"
#include "recording/player.h"

static void show_notice(struct wall *wall, const char *text)
{
	snprintf(wall->notice, sizeof(wall->notice), "%s", text);
	wall->notice_until_ms = clock_boot_ms() + NOTICE_MS;
}

static struct moment wall_moment(const struct wall *wall)
{
	return (struct moment){
		.board = wall->board, .link = source_link(&wall->source),
		.now_ms = source_now_ms(&wall->source), .wall_ms = source_wall_ms(&wall->source),
	};
}

static struct moment on_moment(void *context)
{
	return wall_moment(context);
}

static void on_alarm(void *context, const char *notice)
{
	struct wall *wall = context;
	wall->dirty = true;
	if (notice != NULL)
		show_notice(wall, notice);
}

static void on_alert(void *context, const struct alert_event *event)
{
	struct wall *wall = context;
	recorder_alert(wall->recorder, event);
}

/* Bad news stay: what is not recorded is lost. */
static void tell_record(struct wall *wall)
{
	bool bad;
	if (recorder_news(wall->recorder, wall->notice, sizeof(wall->notice), &bad))
		wall->notice_until_ms = bad ? 0 : clock_boot_ms() + NOTICE_MS;
}

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct wall *wall = context;
	struct intake intake = {
		.board = wall->board, .link = source_link(&wall->source), .alarms = &wall->alarms, .recorder = wall->recorder,
		.at_once = wall->source.relay != NULL,
	};
	wall->dirty = true;
	if (!intake_frame(&intake, frame, report, error))
		return false;
	history_take(wall->history, wall->board);
	wall->last.interval = source_link(&wall->source)->interval;
	last_frame_take(&wall->last, frame);
	tell_record(wall);
	return true;
}

/* What failed stays on the board with its cause; the last good answer stays with its age. */
static void on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct wall *wall = context;
	wall->dirty = wall->last.dirty = true;
	board_missed(wall->board, kind, subject, cause);
}

static void on_changed(void *context)
{
	struct wall *wall = context;
	wall->dirty = true;
	if (wall->source.replay != NULL)
		wall->alarms.speed = replay_speed(wall->source.replay);
	/* live_new() reports before it returns. */
	if (!source_ready(&wall->source))
		return;
	decode_reasons(wall->board, source_request(&wall->source));
	if (source_services(&wall->source) != NULL)
		board_list_services(wall->board, source_services(&wall->source));
}

static void on_confirmed(void *context, const struct panel *panel, int64_t received_ms)
{
	struct wall *wall = context;
	wall->dirty = true;
	board_confirm(wall->board, panel, received_ms);
	history_take(wall->history, wall->board);
}

struct feed_sink wall_sink(struct wall *wall)
{
	return (struct feed_sink){
		.frame = on_frame, .missed = on_missed, .sms_failed = on_alarm, .changed = on_changed, .confirmed = on_confirmed,
		.context = wall,
	};
}

static void open_board(struct wall *wall)
{
	wall->board = board_new(wall->app->layout);
	wall->board->names = (enum names)wall->app->options->names;
	wall->history = history_new(wall->app->layout);
}

void wall_data_open(struct wall *wall)
{
	open_board(wall);
	wall->alarms = (struct alarms){
		.loop = wall->loop, .moment = on_moment, .event = on_alert, .changed = on_alarm, .context = wall, .speed = 1,
		.names = (enum names)wall->app->options->names,
	};
	bool commands = wall->recording == NULL && wall->app->options->broker_from == NULL && !wall->app->simulated;
	/* A replay, a demo, and a wall of what is published show and ring, and do nothing that reaches anybody. */
	alarms_start(&wall->alarms, wall->app->layout, commands);
}

void wall_data_close(struct wall *wall)
{
	alarms_stop(&wall->alarms);
	recorder_close(wall->recorder);
	last_frame_close(&wall->last);
	history_free(wall->history);
	board_free(wall->board);
}

void wall_data_forget(void *context)
{
	struct wall *wall = context;
	history_free(wall->history);
	board_free(wall->board);
	open_board(wall);
	alarms_reset(&wall->alarms);
	wall->dirty = true;
}

void wall_data_restarted(void *context)
{
	struct wall *wall = context;
	alarms_reset(&wall->alarms);
}

void wall_data_recall(void *context, const struct alerts_mark *mark)
{
	struct wall *wall = context;
	alarms_return(&wall->alarms, mark);
}

void wall_data_told(void *context, const char *text)
{
	show_notice(context, text);
}

void wall_data_settled(void *context)
{
	struct wall *wall = context;
	/* What became due since the last answer, also where the replay is held and no timer runs. */
	alarms_now(&wall->alarms);
	(void)alarms_rings(&wall->alarms);
}

/* Its age is by the time of day: the machine may have been started since. */
static void show_old(struct wall *wall, struct player *player, uint32_t index)
{
	const struct recording_entry *entry;
	struct frame frame;
	struct error error;
	if (!player_go(player, index, &error) || player_next(player, &frame, &entry, &error) != PLAYED_FRAME)
		return;
	int64_t age_ms = clock_wall_ms() - frame.wall_ms;
	if (age_ms <= 0)
		return;
	frame.received_ms = clock_boot_ms() - age_ms;
	if (!decode_frame(wall->board, &frame, NULL, &error))
		log_line("record: %s", error.text);
}

static void restore_recorded(struct wall *wall)
{
	struct player player;
	struct error error;
	if (wall->recorder == NULL ||
		!player_open(&player, wall->app->options->record, wall->app->layout, &error))
		return;
	uint32_t index = player.recording->count;
	while (index > 0 && player.recording->entries[index - 1].kind != RECORD_DATA)
		index--;
	if (index > 0)
		show_old(wall, &player, index - 1);
	player_close(&player);
}

/* Kept again: what has no answer yet this time is not lost. */
static void on_old(void *context, const struct frame *frame)
{
	struct wall *wall = context;
	struct error error;
	if (frame->kind == FRAME_DATA && frame->wall_ms <= wall->board->accepted_wall_ms)
		return;
	if (decode_frame(wall->board, frame, NULL, &error))
		last_frame_take(&wall->last, frame);
	else
		log_line("the last frame: %s", error.text);
}

void wall_data_restore(struct wall *wall)
{
	restore_recorded(wall);
	if (wall->app->simulated)
		return;
	last_frame_open(&wall->last, wall->app);
	last_frame_restore(wall->app, wall->board, on_old, wall);
}

void wall_data_keep(struct wall *wall)
{
	struct moment moment;
	if (wall->last.app == NULL || wall->ending)
		return;
	moment = wall_moment(wall);
	last_frame_write(&wall->last, &moment);
}
