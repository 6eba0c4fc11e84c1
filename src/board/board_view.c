#include "board/board_view.h"

/* CLOCK_BOOTTIME of the panel's youngest data; 0: none came yet. */
static int64_t received_ms(const struct moment *moment, const struct panel *panel)
{
	const struct board *board = moment->board;
	const struct panel_data *data = board_data(board, panel);
	int64_t youngest = data->received ? data->received_ms : 0;
	for (unsigned i = 0; panel->type == PANEL_AVAILABILITY && i < board->service_count; i++)
		if (board->services[i].state != AVAILABILITY_NEVER && board->services[i].received_ms > youngest)
			youngest = board->services[i].received_ms;
	return youngest;
}

bool moment_stale(const struct moment *moment, const struct panel *panel)
{
	int every = panel_kind(panel->type)->every;
	return link_old(every > 0 ? every : moment->link->interval, received_ms(moment, panel), moment->now_ms);
}

double moment_age(const struct moment *moment, const struct panel *panel)
{
	struct link link = { .accepted_ms = received_ms(moment, panel) };
	return link_age(&link, moment->now_ms);
}

bool moment_service_stale(const struct moment *moment, const struct service_availability *service)
{
	return service != NULL && service->state != AVAILABILITY_NEVER &&
		link_old(PANEL_AVAILABILITY_SECONDS, service->received_ms, moment->now_ms);
}
