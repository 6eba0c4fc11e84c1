/*
 * The frame of a page that lies on top (screen/overlay): its size and place on the screen, its title, and the keys that are
 * told at its bottom: how to close it, what keys do on it, and where more of it is.
 */
#ifndef SCREEN_OVERLAY_FRAME_H
#define SCREEN_OVERLAY_FRAME_H

#include "screen/overlay.h"

/* The size that the open page would like, at most the screen's. */
void overlay_frame_size(const struct view *view, const struct scene *scene, int screen_columns, int screen_lines, int *columns,
	int *lines);

/* Draws the open page into the whole canvas. */
void overlay_frame_draw(const struct canvas *canvas, struct view *view, const struct scene *scene,
	const struct overlay_figures *figures);

#endif
