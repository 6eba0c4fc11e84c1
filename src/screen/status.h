/*
 * The lines above and below the panels: where one is, whether the data are alive, and what is wrong, in words.
 *
 * The top line has the pages as tabs, the state of the connection, the tenant and the time; where the layout says
 * status = "off", the time is there only when something is out of the ordinary. It is the one place that tells how old the
 * data are, as soon as that is more than ten seconds. The bottom lines hold what needs attention: an alarm, large where the
 * screen is tall; trouble, a notice, a prompt, one a line; and the hints for the keys. Nothing is kept between calls.
 */
#ifndef SCREEN_STATUS_H
#define SCREEN_STATUS_H

#include "screen/canvas.h"
#include "screen/view.h"

enum { STATUS_MARKS_MAX = 256 };

/* Lines at the bottom that this moment needs, at most a third of the screen; and as many while all is well. */
int status_lines(const struct view *view, const struct scene *scene, int lines, int columns);
int status_calm_lines(const struct view *view, const struct scene *scene);

/* What hides rows of panels that have no frame to say it; "": nothing does. */
struct status_marks {
	char full[STATUS_MARKS_MAX]; /* for each panel: its filter, and how many rows have no room */
	char brief[STATUS_MARKS_MAX]; /* of all of them together */
	char least[16];
	bool filtered;
};

/* The line at the top; each mark takes place from the title, none moves. The view learns where its tabs are. */
void status_top(const struct canvas *line, struct view *view, const struct scene *scene,
	const struct status_marks *marks);
/* Whether there is nothing to say at the bottom: then the keys stand there, which never change. */
bool status_has_hints_only(const struct view *view, const struct scene *scene, int lines, int columns);
/* Lines: of the whole screen, as for status_lines(). The view learns where its keys are. */
void status_bottom(const struct canvas *lines, struct view *view, const struct scene *scene, int screen_lines);

/* Whether nothing changes until the next answer: by the layout, and while all is well. */
bool status_is_unchanging(const struct view *view, const struct scene *scene);

/* Draws as many lines as there are; a painting's panel and data are set here. */
void summary_draw(const struct canvas *canvas, const struct view *view, const struct scene *scene, bool stale);

#endif
