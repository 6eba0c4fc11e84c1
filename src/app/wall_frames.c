/* What frames do on a wall: the board, the history, the alarms, the recording. */
#include <stdio.h>
#include <string.h>

#include "app/player.h"
#include "app/wall_state.h"
#include "base/clock.h"
#include "base/log.h"
#include "model/decode.h"

void wall_notice(struct wall *wall, const char *text)
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
		wall_notice(wall, notice);
}

static void on_alert(void *context, const struct alert_event *event)
{
	struct wall *wall = context;
	record_alert(&wall->record, event);
}

static void wall_record(struct wall *wall, const struct frame *frame)
{
	wall->record.interval = source_link(&wall->source)->interval;
	record_frame(&wall->record, frame);
	if (record_failed(&wall->record, wall->notice, sizeof(wall->notice)))
		wall->notice_until_ms = 0;
}

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct wall *wall = context;
	struct moment moment = wall_moment(wall);
	wall->dirty = true;
	moment.now_ms = frame->received_ms;
	moment.wall_ms = frame->wall_ms;
	if (frame->kind == FRAME_DATA)
		alarms_before(&wall->alarms, &moment);
	if (!decode_frame(wall->board, frame, report, error))
		return false;
	wall_record(wall, frame);
	history_take(wall->history, wall->board);
	if (frame->kind == FRAME_DATA)
		alarms_frame(&wall->alarms, &moment);
	return true;
}

/* What failed stays on the board with its cause; the last good answer stays with its age. */
static void on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct wall *wall = context;
	struct board *board = wall->board;
	wall->dirty = true;
	if (kind == FRAME_AVAILABILITY) {
		struct service_availability *entry = board_service(board, subject);
		if (entry != NULL)
			snprintf(entry->problem, sizeof(entry->problem), "%s", cause);
		return;
	}
	if (kind == FRAME_CHAT_HOURS) {
		snprintf(board->chat.problem, sizeof(board->chat.problem), "%s", cause);
		return;
	}
	for (unsigned i = 0; i < board->layout->panel_count; i++)
		if (kind == FRAME_CAMPAIGNS && board->layout->panels[i].type == PANEL_CAMPAIGNS)
			snprintf(board->panels[i].problem, sizeof(board->panels[i].problem), "%s", cause);
}

static void on_changed(void *context)
{
	struct wall *wall = context;
	wall->dirty = true;
	/* live_new() reports before it returns. */
	if (!source_ready(&wall->source))
		return;
	decode_reasons(wall->board, source_request(&wall->source));
	if (wall->source.live != NULL)
		board_list_services(wall->board, live_services(wall->source.live));
}

struct live_sink wall_sink(struct wall *wall)
{
	return (struct live_sink){ .frame = on_frame, .missed = on_missed, .changed = on_changed, .context = wall };
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
	};
	/* A replay shows and rings, and runs nothing. */
	alarms_start(&wall->alarms, wall->app->layout, wall->recording == NULL);
}

void wall_data_close(struct wall *wall)
{
	alarms_stop(&wall->alarms);
	record_close(&wall->record);
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

void wall_data_restore(struct wall *wall)
{
	struct player player;
	struct error error;
	if (wall->record.recorder == NULL ||
		!player_open(&player, wall->app->options->record, wall->app->layout, &error))
		return;
	uint32_t index = player.recording->count;
	while (index > 0 && player.recording->entries[index - 1].kind != RECORD_DATA)
		index--;
	if (index > 0)
		show_old(wall, &player, index - 1);
	player_close(&player);
}
