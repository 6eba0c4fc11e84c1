#include "layout/panel_types.h"

#include <string.h>

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
	[PANEL_TYPE_COUNT] = NULL,
};

static const struct panel_kind kinds[PANEL_TYPE_COUNT] = {
	[PANEL_TOTALS] = {
		.name = "totals", .ask = ASK_TOTALS, .scope = SCOPE_TOTAL,
		.options = "services dispositions tiles digits",
	},
	[PANEL_SERVICE_GRID] = {
		.name = "service_grid", .ask = ASK_SERVICE_GRID, .scope = SCOPE_SERVICE, .scrolls = true,
		.options = "services columns sort limit filter total alarmed_first severity",
	},
	[PANEL_AGENT_GRID] = {
		.name = "agent_grid", .ask = ASK_AGENT_GRID, .scope = SCOPE_AGENT, .scrolls = true,
		.options = "services teams columns sort limit filter logged_in_only subteam_only alarmed_first severity",
	},
	[PANEL_AGENT_STATES] = {
		.name = "agent_states", .ask = ASK_AGENT_GRID, .scope = SCOPE_AGENT,
		.options = "services teams filter limit logged_in_only subteam_only",
	},
	[PANEL_AVAILABILITY] = {
		.name = "availability", .ask = ASK_AVAILABILITY, .every = PANEL_AVAILABILITY_SECONDS,
		.scope = SCOPE_SERVICE, .scrolls = true,
		.options = "services",
	},
	[PANEL_MESSAGES] = {
		.name = "messages", .ask = ASK_MESSAGES, .scope = SCOPE_TOTAL, .scrolls = true,
		.options = "limit filter",
	},
	[PANEL_CAMPAIGNS] = {
		.name = "campaigns", .ask = ASK_CAMPAIGNS, .every = PANEL_CAMPAIGNS_SECONDS, .scope = SCOPE_TOTAL,
		.scrolls = true, .options = "",
	},
	[PANEL_ALERTS] = {
		.name = "alerts", .ask = ASK_NOTHING, .scope = SCOPE_TOTAL, .options = "",
	},
	[PANEL_CLOCK] = {
		.name = "clock", .ask = ASK_NOTHING, .scope = SCOPE_TOTAL, .options = "format digits",
	},
	[PANEL_TEXT] = {
		.name = "text", .ask = ASK_NOTHING, .scope = SCOPE_TOTAL, .options = "text",
	},
};

const struct panel_kind *panel_kind(enum panel_type type)
{
	return &kinds[type];
}

bool panel_takes(enum panel_type type, const char *option)
{
	size_t length = strlen(option);
	for (const char *at = kinds[type].options; (at = strstr(at, option)) != NULL; at += length)
		if ((at == kinds[type].options || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

bool panel_subscribes(enum panel_type type)
{
	enum ask ask = kinds[type].ask;
	return ask == ASK_TOTALS || ask == ASK_SERVICE_GRID || ask == ASK_AGENT_GRID || ask == ASK_MESSAGES;
}
