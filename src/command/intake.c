#include "command/intake.h"

#include "base/clock.h"

static void keep(const struct intake *intake, const struct frame *frame)
{
	if (intake->record == NULL)
		return;
	intake->record->interval = intake->link->interval;
	record_frame(intake->record, frame);
}

bool intake_frame(const struct intake *intake, const struct frame *frame, struct decode_report *report,
	struct error *error)
{
	struct moment moment = {
		.board = intake->board, .link = intake->link, .now_ms = frame->received_ms, .wall_ms = frame->wall_ms,
	};
	if (intake->at_once) {
		moment.now_ms = clock_boot_ms();
		moment.wall_ms = clock_wall_ms();
	}
	bool judged = intake->alarms != NULL && frame->kind == FRAME_DATA;
	if (judged)
		alarms_before(intake->alarms, &moment);
	if (!decode_frame(intake->board, frame, report, error))
		return false;
	keep(intake, frame);
	if (judged)
		alarms_frame(intake->alarms, &moment);
	return true;
}
