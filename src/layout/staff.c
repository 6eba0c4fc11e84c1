#include "layout/staff.h"

#include <stddef.h>

const struct staff_about staff_values[STAFF_END] = {
	[STAFF_NONE] = { "", "", KIND_COUNT },
	[STAFF_MISSING] = { "staff_missing", "Missing", KIND_COUNT },
	[STAFF_NEEDED] = { "staff_needed", "Needed", KIND_COUNT },
	[STAFF_HERE] = { "staff_here", "Here", KIND_COUNT },
	[STAFF_LEVEL] = { "staff_level", "Expected", KIND_PERCENT },
	[STAFF_LOW] = { "staff_level_low", "Expected at least", KIND_PERCENT },
	[STAFF_HIGH] = { "staff_level_high", "Expected at most", KIND_PERCENT },
	[STAFF_WAIT] = { "staff_wait", "Expected wait", KIND_DURATION },
	[STAFF_ABANDONED] = { "staff_abandoned", "Expected abandoned", KIND_PERCENT },
	[STAFF_EVIDENCE] = { "staff_evidence", "Evidence", KIND_COUNT },
	[STAFF_FEWER_2] = { "staff_level_fewer_2", "Two fewer", KIND_PERCENT },
	[STAFF_FEWER_1] = { "staff_level_fewer_1", "One fewer", KIND_PERCENT },
	[STAFF_MORE_1] = { "staff_level_more_1", "One more", KIND_PERCENT },
	[STAFF_MORE_2] = { "staff_level_more_2", "Two more", KIND_PERCENT },
	[STAFF_MORE_3] = { "staff_level_more_3", "Three more", KIND_PERCENT },
};

const char *const staff_tile_names[] = { "missing", "needed", "here", "level", NULL };

const char *const staffing_stat_names[STAFFING_STATS] = {
	[STAFFING_RECEIVED] = "in_calls_received_per_day",
	[STAFFING_ANSWERED] = "in_calls_answered_per_day",
	[STAFFING_HANDLED] = "in_calls_handled_per_day",
	[STAFFING_ABANDONED] = "in_calls_abandoned_total_per_day",
	[STAFFING_LONG] = "in_calls_abandoned_in_queue_per_day",
	[STAFFING_SHORT] = "in_calls_short_abandoned_in_queue_per_day",
	[STAFFING_HANDLING] = "calls_average_handling_time_per_day",
	[STAFFING_WAITING] = "in_calls_waiting",
	[STAFFING_LONGEST] = "in_max_wait_time",
	[STAFFING_READY] = "agents_ready",
	[STAFFING_BUSY] = "agents_busy",
	[STAFFING_LOGGED] = "agents_logged",
	[STAFFING_NOT_READY] = "agents_not_ready",
	[STAFFING_TARGET] = "service_level_target",
	[STAFFING_THRESHOLD] = "service_level_threshold_time",
};
