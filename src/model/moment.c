#include "model/moment.h"

/* The link as if the panel's data had been the only ones. */
static struct link link_of(const struct moment *moment, const struct panel *panel)
{
	const struct panel_data *data = board_data(moment->board, panel);
	struct link link = *moment->link;
	link.accepted_ms = data->received ? data->received_ms : 0;
	return link;
}

bool moment_stale(const struct moment *moment, const struct panel *panel)
{
	struct link link = link_of(moment, panel);
	return link_stale(&link, moment->now_ms);
}

double moment_age(const struct moment *moment, const struct panel *panel)
{
	struct link link = link_of(moment, panel);
	return link_age(&link, moment->now_ms);
}
