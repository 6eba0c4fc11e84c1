#include "board/board_view.h"

/* CLOCK_BOOTTIME of the panel's youngest data; 0: none came yet. */
static int64_t received_ms(const struct board_view *view, const struct panel *panel)
{
	const struct board *board = view->board;
	const struct panel_data *data = board_data(board, panel);
	int64_t youngest = data->received ? data->received_ms : 0;
	for (unsigned i = 0; panel->type == PANEL_AVAILABILITY && i < board->service_count; i++)
		if (board->services[i].state != AVAILABILITY_NEVER && board->services[i].received_ms > youngest)
			youngest = board->services[i].received_ms;
	return youngest;
}

bool board_view_stale(const struct board_view *view, const struct panel *panel)
{
	int every = panel_kind(panel->type)->every;
	return link_old(every > 0 ? every : view->link->interval, received_ms(view, panel), view->now_ms);
}

double board_view_age(const struct board_view *view, const struct panel *panel)
{
	struct link link = { .accepted_ms = received_ms(view, panel) };
	return link_age(&link, view->now_ms);
}

bool board_view_service_stale(const struct board_view *view, const struct service_availability *service)
{
	return service != NULL && service->state != AVAILABILITY_NEVER &&
		link_old(PANEL_AVAILABILITY_SECONDS, service->received_ms, view->now_ms);
}
