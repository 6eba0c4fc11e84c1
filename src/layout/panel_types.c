#include "layout/panel_types.h"

const char *const panel_type_names[] = {
	[PANEL_TOTALS] = "totals",
	[PANEL_SERVICE_GRID] = "service_grid",
	[PANEL_AGENT_GRID] = "agent_grid",
	[PANEL_AGENT_STATES] = "agent_states",
	[PANEL_AVAILABILITY] = "availability",
	[PANEL_MESSAGES] = "messages",
	[PANEL_CAMPAIGNS] = "campaigns",
	[PANEL_ALERTS] = "alerts",
	[PANEL_CLOCK] = "clock",
	[PANEL_TEXT] = "text",
	[PANEL_CHART] = "chart",
	[PANEL_INTERVALS] = "intervals",
	[PANEL_STAFFING] = "staffing",
	[PANEL_TYPE_COUNT] = NULL,
};

static const struct panel_kind kinds[PANEL_TYPE_COUNT] = {
	[PANEL_TOTALS] = {
		.ask = ASK_TOTALS, .scope = SCOPE_TOTAL,
		.keys = PANEL_KEY_SERVICES | PANEL_KEY_DISPOSITIONS | PANEL_KEY_TILES | PANEL_KEY_DIGITS,
	},
	[PANEL_SERVICE_GRID] = {
		.ask = ASK_SERVICE_GRID, .scope = SCOPE_SERVICE, .scrolls = true,
		.keys = PANEL_KEY_SERVICES | PANEL_KEY_COLUMNS | PANEL_KEY_SORT | PANEL_KEY_LIMIT | PANEL_KEY_FILTER |
			PANEL_KEY_TOTAL | PANEL_KEY_ALARMED_FIRST | PANEL_KEY_SEVERITY | PANEL_KEY_TURN | PANEL_KEY_SIZE,
	},
	[PANEL_AGENT_GRID] = {
		.ask = ASK_AGENT_GRID, .scope = SCOPE_AGENT, .scrolls = true,
		.keys = PANEL_KEY_SERVICES | PANEL_KEY_TEAMS | PANEL_KEY_COLUMNS | PANEL_KEY_SORT | PANEL_KEY_LIMIT | PANEL_KEY_FILTER |
			PANEL_KEY_LOGGED_IN_ONLY | PANEL_KEY_SUBTEAM_ONLY | PANEL_KEY_ALARMED_FIRST | PANEL_KEY_SEVERITY |
			PANEL_KEY_TURN | PANEL_KEY_SIZE,
	},
	[PANEL_AGENT_STATES] = {
		.ask = ASK_AGENT_GRID, .scope = SCOPE_AGENT,
		.keys = PANEL_KEY_SERVICES | PANEL_KEY_TEAMS | PANEL_KEY_FILTER | PANEL_KEY_LIMIT |
			PANEL_KEY_LOGGED_IN_ONLY | PANEL_KEY_SUBTEAM_ONLY | PANEL_KEY_TURN | PANEL_KEY_LISTS | PANEL_KEY_LIMITS,
	},
	[PANEL_AVAILABILITY] = {
		.ask = ASK_AVAILABILITY, .every = PANEL_AVAILABILITY_SECONDS,
		.scope = SCOPE_SERVICE, .scrolls = true,
		.keys = PANEL_KEY_SERVICES | PANEL_KEY_TURN,
	},
	[PANEL_MESSAGES] = {
		.ask = ASK_MESSAGES, .scope = SCOPE_TOTAL, .scrolls = true,
		.keys = PANEL_KEY_LIMIT | PANEL_KEY_FILTER | PANEL_KEY_TURN,
	},
	[PANEL_CAMPAIGNS] = {
		.ask = ASK_CAMPAIGNS, .every = PANEL_CAMPAIGNS_SECONDS, .scope = SCOPE_TOTAL,
		.scrolls = true, .keys = PANEL_KEY_TURN,
	},
	[PANEL_ALERTS] = {
		.ask = ASK_NOTHING, .scope = SCOPE_TOTAL,
	},
	[PANEL_CLOCK] = {
		.ask = ASK_NOTHING, .scope = SCOPE_TOTAL, .keys = PANEL_KEY_FORMAT | PANEL_KEY_DIGITS,
	},
	[PANEL_TEXT] = {
		.ask = ASK_NOTHING, .scope = SCOPE_TOTAL, .keys = PANEL_KEY_TEXT,
	},
	[PANEL_CHART] = {
		.ask = ASK_TOTALS, .scope = SCOPE_TOTAL,
		.keys = PANEL_KEY_SERVICES | PANEL_KEY_DISPOSITIONS | PANEL_KEY_SERIES | PANEL_KEY_SPAN | PANEL_KEY_STYLE |
			PANEL_KEY_COMPARE,
	},
	[PANEL_INTERVALS] = {
		.ask = ASK_TOTALS, .scope = SCOPE_TOTAL, .keys = PANEL_KEY_SERVICES | PANEL_KEY_COLUMNS,
	},
	[PANEL_STAFFING] = {
		.ask = ASK_TOTALS, .scope = SCOPE_TOTAL, .keys = PANEL_KEY_POOL | PANEL_KEY_POOLS | PANEL_KEY_TARGET,
	},
};

const struct panel_kind *panel_kind(enum panel_type type)
{
	return &kinds[type];
}

bool panel_has_totals(enum panel_type type)
{
	return kinds[type].ask == ASK_TOTALS;
}

bool panel_subscribes(enum panel_type type)
{
	enum ask ask = kinds[type].ask;
	return ask == ASK_TOTALS || ask == ASK_SERVICE_GRID || ask == ASK_AGENT_GRID || ask == ASK_MESSAGES;
}
