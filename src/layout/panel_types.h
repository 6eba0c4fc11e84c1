/*
 * Panel types: what each is called, which options it takes, and what it asks the API for.
 *
 * How a panel is drawn is no matter of this table: screen/ has one of its own, tied to this by the enum.
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

struct panel_kind {
	const char *name;
	enum ask ask;
	int every;           /* seconds from one question to the next; 0: with the subscription, or never */
	enum scope scope;    /* of its columns or tiles */
	const char *options; /* names of the keys it takes beside the common ones, between blanks */
	bool scrolls;        /* has rows that may be more than its box */
};

const struct panel_kind *panel_kind(enum panel_type type);

/* NULL-ended, in enum order. */
extern const char *const panel_type_names[PANEL_TYPE_COUNT + 1];

/* Whether the type takes the option beside the common ones. */
bool panel_takes(enum panel_type type, const char *option);

/* Whether the panel's data come with the subscription. */
bool panel_subscribes(enum panel_type type);

#endif
