/*
 * The statistics that staffing reads of a pool of services. A header of its own, because the simulator's bench reads them
 * without the types of layouts.
 */
#ifndef LAYOUT_STAFFING_STAT_H
#define LAYOUT_STAFFING_STAT_H

enum staffing_stat {
	STAFFING_RECEIVED,
	STAFFING_ANSWERED,
	STAFFING_HANDLED,
	STAFFING_ABANDONED,
	STAFFING_LONG,
	STAFFING_SHORT,
	STAFFING_HANDLING,
	STAFFING_WAITING,
	STAFFING_LONGEST,
	STAFFING_READY,
	STAFFING_BUSY,
	STAFFING_LOGGED,
	STAFFING_NOT_READY,
	STAFFING_TARGET,
	STAFFING_THRESHOLD,
	STAFFING_STATS,
};

/* The API's names, by enum staffing_stat. */
extern const char *const staffing_stat_names[STAFFING_STATS];

#endif
