/*
 * The times of day in a recording: part of recording/recording, for its reader.
 *
 * A machine may have had a wrong clock until somebody set it right: for the first minutes after it booted, or for a
 * moment in the middle of a day. Boot time is not moved by this, so within a run of the program the difference of the
 * two clocks says when the time of day was set and by how much. The difference that held last is taken to be right,
 * and times by another one are corrected, so that no hour comes twice. A clock that ran for long and then was set
 * forward keeps its times: that is also what a machine looks like that was paused as a whole, boot time included.
 * Pure and linear in time, whatever the times say.
 */
#ifndef RECORDING_RECORDING_CLOCK_H
#define RECORDING_RECORDING_CLOCK_H

#include "recording/recording.h"

/*
 * Entries come with boot time in at_ms and the recorded time of day in wall_ms, and get what struct recording_entry
 * says. Adds the steps, and sets clock_ms.
 */
void recording_clock(struct recording *recording);

#endif
