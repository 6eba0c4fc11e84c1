/*
 * What lies on top of the panels for a moment: the help, made from the table of actions, and the details of the
 * connection. Draws into the window that it is given; the view keeps how far it is scrolled.
 */
#ifndef SCREEN_OVERLAY_H
#define SCREEN_OVERLAY_H

#include "screen/canvas.h"
#include "screen/view.h"

/* Figures that only the screen knows. */
struct overlay_figures {
	unsigned long frame_bytes;
	double frame_ms;
	const char *terminal;
	const char *depth; /* of colours */
};

/* The size that it would like, on a screen of this size. */
void overlay_size(const struct view *view, const struct scene *scene, int screen_columns, int screen_lines, int *columns,
	int *lines);

void overlay_draw(const struct canvas *canvas, struct view *view, const struct scene *scene,
	const struct overlay_figures *figures);

#endif
