#include "screen/acting.h"

#include <stddef.h>

struct panel_view *acting_focused(const struct acting *acting, const struct panel_data **data)
{
	const struct panel *panel = view_panel(acting->view, acting->scene->layout);
	if (panel == NULL)
		return NULL;
	*data = board_data(acting->scene->board, panel);
	return &acting->view->panels[panel->index];
}
