/* What a summary lacks, and which statistic would tell it. */
#include "output/summary.h"

bool shift_lacks(const struct shift_line *line, enum shift_stat stat)
{
	return !line->sent[stat] && shift_adds(line, stat)[0] != '\0';
}

const char *shift_adds(const struct shift_line *line, enum shift_stat stat)
{
	bool parts = line->sent[SHIFT_ABANDONED_LONG] && line->sent[SHIFT_ABANDONED_SHORT];
	switch (stat) {
	case SHIFT_RECEIVED:
		return "calls offered";
	case SHIFT_ANSWERED:
		return "calls answered; with the others the service level by hour";
	case SHIFT_ABANDONED:
		return parts ? "" : "calls abandoned";
	case SHIFT_ABANDONED_LONG:
	case SHIFT_LEVEL:
		return "with the others the service level by hour";
	case SHIFT_WAITING:
		return "the most waiting in the worst quarter-hour";
	case SHIFT_LONGEST:
		return "the longest wait in the worst quarter-hour";
	case SHIFT_THRESHOLD:
	case SHIFT_HANDLED:
	case SHIFT_ABANDONED_SHORT:
	case SHIFT_STATS:
		break;
	}
	return "";
}
