#include "recording/replay_alerts.h"

#include "board/decode.h"

bool replay_alerts_open(struct replay_alerts *replay, const char *path, const struct layout *layout, enum names names,
	void (*each)(void *context, const struct alert_event *event), void *context, struct error *error)
{
	*replay = (struct replay_alerts){ .context = context };
	if (!cursor_open(&replay->cursor, path, layout, error))
		return false;
	replay->board = board_new(layout);
	replay->board->names = names;
	replay->alerts = alerts_new(layout, each, context);
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

static void replay_alerts_end_run(struct replay_alerts *replay)
{
	if (replay->run_ends != NULL)
		replay->run_ends(replay->context);
	alerts_reset(replay->alerts);
}

static void replay_alerts_frame(struct replay_alerts *replay, const struct frame *frame)
{
	struct error error;
	struct board_view view = cursor_view(&replay->cursor, replay->board, frame->received_ms, frame->wall_ms);
	if (frame->kind == FRAME_DATA)
		alerts_before(replay->alerts, &view);
	if (!decode_frame(replay->board, frame, NULL, &error)) {
		replay->damaged++;
		return;
	}
	if (frame->kind != FRAME_DATA)
		return;
	alerts_frame(replay->alerts, &view);
	replay->frames++;
}

bool replay_alerts_step(struct replay_alerts *replay)
{
	const struct recording_entry *entry = NULL;
	struct frame frame;
	struct error error;
	enum cursor_step step = cursor_next(&replay->cursor, &frame, &entry, &error);
	if (step == CURSOR_END || step == CURSOR_START)
		replay_alerts_end_run(replay);
	if (step == CURSOR_END)
		return false;
	replay->view = cursor_view(&replay->cursor, replay->board, entry->at_ms, entry->wall_ms);
	if (step == CURSOR_FRAME)
		replay_alerts_frame(replay, &frame);
	else if (step == CURSOR_OTHER)
		alerts_until(replay->alerts, &replay->view);
	else if (step == CURSOR_DAMAGED)
		replay->damaged++;
	return true;
}
