/*
 * What a frame does in a program that goes on: the board first, then the recording and the alerts.
 *
 * One way for the wall, for `follow`, and for whatever else owns a board, so that alerts have the same times and
 * recordings the same content wherever they are made. The struct borrows everything.
 */
#ifndef COMMAND_INTAKE_H
#define COMMAND_INTAKE_H

#include "board/decode.h"
#include "recording/recorder.h"
#include "session/alarms.h"

struct intake {
	struct board *board;
	const struct link *link;
	struct alarms *alarms; /* NULL: alerts are not evaluated */
	struct recorder *recorder; /* NULL: nothing is recorded */
	bool at_once; /* alerts go on from now and not from the frame's time: a broker may have kept it for an hour */
};

/* As the callback of a source: false with an error if the frame was not accepted, and then nothing else happened. */
bool intake_frame(const struct intake *intake, const struct frame *frame, struct decode_report *report,
	struct error *error);

#endif
