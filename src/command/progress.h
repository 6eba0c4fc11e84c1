/*
 * How far a long recording was read, in percent on one line of standard error, if that is a terminal; nothing for
 * short ones. Given back as it was found.
 */
#ifndef COMMAND_PROGRESS_H
#define COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool shown;
	uint32_t count;
	unsigned percent;
};

void progress_start(struct progress *progress, uint32_t count);
void progress_show(struct progress *progress, uint32_t done);
void progress_end(struct progress *progress);

#endif
