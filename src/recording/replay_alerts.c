#include "recording/replay_alerts.h"

#include "board/decode.h"

bool rerun_open(struct rerun *rerun, const char *path, const struct layout *layout, enum names names,
	void (*each)(void *context, const struct alert_event *event), void *context, struct error *error)
{
	*rerun = (struct rerun){ .context = context };
	if (!player_open(&rerun->player, path, layout, error))
		return false;
	rerun->board = board_new(layout);
	rerun->board->names = names;
	rerun->alerts = alerts_new(layout, each, context);
	return true;
}

void rerun_close(struct rerun *rerun)
{
	if (rerun->board == NULL)
		return;
	alerts_free(rerun->alerts);
	board_free(rerun->board);
	player_close(&rerun->player);
	rerun->board = NULL;
}

static void end_run(struct rerun *rerun)
{
	if (rerun->run_ends != NULL)
		rerun->run_ends(rerun->context);
	alerts_reset(rerun->alerts);
}

static void take_frame(struct rerun *rerun, const struct frame *frame)
{
	struct error error;
	struct moment moment = player_moment(&rerun->player, rerun->board, frame->received_ms, frame->wall_ms);
	if (frame->kind == FRAME_DATA)
		alerts_before(rerun->alerts, &moment);
	if (!decode_frame(rerun->board, frame, NULL, &error)) {
		rerun->damaged++;
		return;
	}
	if (frame->kind != FRAME_DATA)
		return;
	alerts_frame(rerun->alerts, &moment);
	rerun->frames++;
}

bool rerun_step(struct rerun *rerun)
{
	const struct recording_entry *entry = NULL;
	struct frame frame;
	struct error error;
	enum played played = player_next(&rerun->player, &frame, &entry, &error);
	if (played == PLAYED_OVER || played == PLAYED_START)
		end_run(rerun);
	if (played == PLAYED_OVER)
		return false;
	rerun->moment = player_moment(&rerun->player, rerun->board, entry->at_ms, entry->wall_ms);
	if (played == PLAYED_FRAME)
		take_frame(rerun, &frame);
	else if (played == PLAYED_OTHER)
		alerts_until(rerun->alerts, &rerun->moment);
	else if (played == PLAYED_DAMAGED)
		rerun->damaged++;
	return true;
}
