#include "command/intake.h"

#include "base/clock.h"

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
	recorder_frame(intake->recorder, frame, intake->link->interval);
	if (judged)
		alarms_frame(intake->alarms, &moment);
	return true;
}
