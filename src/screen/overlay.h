/*
 * What lies on top of the wall for a moment: one table of pages, each with its title, its size, how it is drawn, what keys do
 * on it, and what the keys are told to do. The wall behind steps back, and goes on unless the page holds it.
 *
 * How to add one:
 *   1. screen/view.h: a value of enum overlay, before OVERLAY_COUNT.
 *   2. screen/overlay_NAME.c: its functions, and at the end `const struct overlay_page overlay_NAME`; the file in Makefile.am.
 *   3. Below: its declaration. screen/overlay.c: its row.
 *   4. screen/action.c: a row that opens it: toggle_overlay, OVERLAY_NAME (see there for what else an action needs).
 *   5. tests/screen/golden.c: pictures of it at every size.
 * A page of text sets `view->list.count` and `.visible` in draw() and begins at line -view->list.top; keys and the wheel then
 * scroll it. A page of rows sets `picks` and uses screen/list. What else a page must remember stands in struct view; open()
 * sets it. A page borrows everything for the call.
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

enum { OVERLAY_TITLE_MAX = 160, OVERLAY_HINTS_MAX = 10, OVERLAY_KEY_MAX = 16 };

struct overlay_painting {
	struct canvas inside; /* the frame */
	struct view *view;
	const struct scene *scene;
	const struct overlay_figures *figures;
	char title[OVERLAY_TITLE_MAX]; /* in the frame; draw() may write another */
};

/* What keys do on the page, told in its frame: as many as there is room for. */
struct overlay_hints {
	unsigned count;
	struct {
		char key[OVERLAY_KEY_MAX];
		const char *what;
	} items[OVERLAY_HINTS_MAX];
};

/* Adds one; without a key nothing. */
void overlay_hint(struct overlay_hints *hints, const char *key, const char *what);

/* A size that is as large as the screen has room for. */
enum { OVERLAY_WHOLE = 10000 };

struct overlay_page {
	const char *title;
	int columns;  /* that it would like, with the frame */
	bool picks;   /* its rows have a cursor: keys move it, a click goes to a row */
	bool holds;   /* pages do not turn by themselves behind it, until it is forgotten */
	bool stands;  /* it shows what panels show, and stands still with them while the wall is paused */
	bool bright;  /* the wall behind does not step back, because one looks at both */
	bool timeless; /* nothing on it changes but by keys: it is not drawn again with each second */
	/* How many lines it would like inside the frame, of so many columns, on a screen of so many lines. */
	int (*lines)(const struct view *view, const struct scene *scene, int columns, int screen_lines);
	void (*draw)(struct overlay_painting *painting);
	/* NULL or what follows: */
	int (*width)(int screen_columns); /* in place of `columns` */
	void (*update)(struct view *view, const struct scene *scene); /* before each drawing, and before its size is asked for */
	void (*open)(struct action_context *context);
	/* Takes a key before the usual actions do: *ask is a set of enum screen_ask. False: it is not one of the page's. */
	bool (*key)(struct action_context *context, unsigned *ask);
	/* Characters and pasted text are typed now: key() gets them all, and none is a command. NULL: as the list says. */
	bool (*types)(const struct view *view);
	void (*hints)(const struct view *view, const struct scene *scene, struct overlay_hints *hints);
};

/* The page that lies on top; NULL: none does. */
const struct overlay_page *overlay_page(enum overlay overlay);

/* Lays a page on top, in place of another one. */
void overlay_open(struct action_context *context, enum overlay overlay);

/* Whether a text is typed on it. */
bool overlay_types(const struct view *view);

extern const struct overlay_page overlay_help, overlay_details, overlay_alarms, overlay_layouts, overlay_commands,
	overlay_card, overlay_meaning, overlay_choice;

#endif
