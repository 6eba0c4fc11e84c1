#include "screen/acting.h"

#include <stddef.h>

#include "screen/panel.h"

struct panel_view *acting_rows(const struct acting *acting, const struct panel *panel, const struct panel_data **data)
{
	struct panel_view *view = &acting->view->panels[panel->index];
	struct scene shown = *acting->scene;
	/* A held picture does not grow old. */
	if (acting->view->paused)
		shown.now_ms = acting->view->paused_since_ms;
	*data = board_data(shown.board, panel);
	view_bring(view, panel, *data, scene_stale(&shown, panel));
	return view;
}

struct panel_view *acting_focused(const struct acting *acting, const struct panel_data **data)
{
	const struct panel *panel = view_panel(acting->view, acting->scene->layout);
	return panel == NULL ? NULL : acting_rows(acting, panel, data);
}
