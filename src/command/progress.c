#include "command/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { RECORDS_LEAST = 2000 };

void progress_start(struct progress *progress, uint32_t count)
{
	*progress = (struct progress){ .shown = count >= RECORDS_LEAST && isatty(STDERR_FILENO), .count = count,
		.percent = UINT32_MAX };
}

void progress_show(struct progress *progress, uint32_t done)
{
	if (!progress->shown)
		return;
	unsigned percent = (unsigned)(100ULL * done / progress->count);
	if (percent == progress->percent)
		return;
	progress->percent = percent;
	fprintf(stderr, "\r%3u %%", percent);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r     \r");
}
