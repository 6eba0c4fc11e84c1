/*
 * Panel types: what each is called, which options it takes, and what it asks the API for.
 *
 * How a panel is drawn stands in a table of its own in screen/, in the order of the same enum.
 */
#ifndef LAYOUT_PANEL_TYPES_H
#define LAYOUT_PANEL_TYPES_H

#include <stdbool.h>

#include "layout/statistic.h"

enum panel_type {
	PANEL_TOTALS,
	PANEL_SERVICE_GRID,
	PANEL_AGENT_GRID,
	PANEL_AGENT_STATES,
	PANEL_AVAILABILITY,
	PANEL_MESSAGES,
	PANEL_CAMPAIGNS,
	PANEL_ALERTS,
	PANEL_CLOCK,
	PANEL_TEXT,
	PANEL_CHART,
	PANEL_INTERVALS,
	PANEL_STAFFING,
	PANEL_TYPE_COUNT,
};

/* What a panel needs from the API. The first four make it one app id of the subscription. */
enum ask {
	ASK_NOTHING,
	ASK_TOTALS,
	ASK_SERVICE_GRID,
	ASK_AGENT_GRID,
	ASK_MESSAGES,
	ASK_AVAILABILITY,
	ASK_CAMPAIGNS,
};

enum {
	PANEL_AVAILABILITY_SECONDS = 30, /* each of services, and the chat entry */
	PANEL_CAMPAIGNS_SECONDS = 60,
};

/* The keys that only some types take; a type's are a sum of these. */
enum panel_key {
	PANEL_KEY_SERVICES = 1 << 0,
	PANEL_KEY_TEAMS = 1 << 1,
	PANEL_KEY_DISPOSITIONS = 1 << 2,
	PANEL_KEY_COLUMNS = 1 << 3,
	PANEL_KEY_TILES = 1 << 4,
	PANEL_KEY_SORT = 1 << 5,
	PANEL_KEY_FILTER = 1 << 6,
	PANEL_KEY_LIMIT = 1 << 7,
	PANEL_KEY_TOTAL = 1 << 8,
	PANEL_KEY_LOGGED_IN_ONLY = 1 << 9,
	PANEL_KEY_SUBTEAM_ONLY = 1 << 10,
	PANEL_KEY_ALARMED_FIRST = 1 << 11,
	PANEL_KEY_SEVERITY = 1 << 12,
	PANEL_KEY_DIGITS = 1 << 13,
	PANEL_KEY_TEXT = 1 << 14,
	PANEL_KEY_FORMAT = 1 << 15,
	PANEL_KEY_TURN = 1 << 16,
	PANEL_KEY_LISTS = 1 << 17,
	PANEL_KEY_LIMITS = 1 << 18,
	PANEL_KEY_SIZE = 1 << 19,
	PANEL_KEY_SERIES = 1 << 20,
	PANEL_KEY_SPAN = 1 << 21,
	PANEL_KEY_STYLE = 1 << 22,
	PANEL_KEY_COMPARE = 1 << 23,
	PANEL_KEY_POOL = 1 << 24,
	PANEL_KEY_POOLS = 1 << 25,
	PANEL_KEY_TARGET = 1 << 26,
	PANEL_KEY_END = 1 << 27, /* beyond the last one */
};

struct panel_kind {
	enum ask ask;
	int every;        /* seconds from one question to the next; 0: with the subscription, or never */
	enum scope scope; /* of its columns or tiles */
	unsigned keys;    /* of enum panel_key: which it takes beside the common keys */
	bool scrolls;     /* has rows that may be more than its box */
};

const struct panel_kind *panel_kind(enum panel_type type);

/* NULL-ended, in enum order. */
extern const char *const panel_type_names[PANEL_TYPE_COUNT + 1];

/* Whether its columns are totals, in one row: tiles, the series of a chart, and what half-hours are counted by. */
bool panel_has_totals(enum panel_type type);

/* Whether the panel's data come with the subscription. */
bool panel_subscribes(enum panel_type type);

#endif
