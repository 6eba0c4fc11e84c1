/*
 * The page as a list of what matters, worst first, for a screen that is too small for panels: a watch, a split,
 * a phone.
 */
#ifndef SCREEN_SUMMARY_H
#define SCREEN_SUMMARY_H

#include "screen/panel.h"

/* Draws as many lines as there are; a painting's panel and data are set here. */
void summary_draw(const struct canvas *canvas, const struct view *view, const struct scene *scene, bool stale);

#endif
