/*
 * A list on a page that lies on top (screen/overlay): rows with a cursor, scrolling, a filter that is typed in, and check
 * marks where the page wants them.
 *
 * The list keeps where one is; what the rows are, the page says anew at each call by struct list_rows, so that rows may come
 * and go: the cursor stays on its row, which it knows again by the row's number. Nothing is allocated. While it has no
 * cursor, as of a page of text, only `top`, `visible` and `count` mean something, in lines.
 *
 * How to use it: the page's row in screen/overlay sets `picks`; its key() gives each key to list_key() first and does what
 * the answer says; its draw() calls list_draw(). Moving by rows and by pages, the wheel and clicks work by themselves.
 */
#ifndef SCREEN_LIST_H
#define SCREEN_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "screen/canvas.h"
#include "screen/pattern.h"

enum {
	LIST_FILTER_MAX = PATTERN_MAX,
	LIST_TEXT_MAX = 256,
	LIST_EDGE = 2, /* columns before a row, for the mark of the chosen one; one is free behind it */
};

/* No row at all. */
#define LIST_NO_ROW UINT32_MAX

struct list {
	bool picks;       /* has a cursor: keys that go to rows move it, and scroll otherwise */
	unsigned cursor;  /* its place among the rows that are shown */
	uint64_t id;      /* the row there; means something if `known` */
	bool known;       /* false: the cursor was moved, and the row at its place is the one */
	unsigned top;     /* rows that were scrolled away */
	unsigned visible; /* rows that fitted when it was last drawn; 0: it was not drawn yet */
	unsigned count;   /* rows that are shown or could be scrolled to, as of the last look */
	int line;         /* of the window, of the first row; as it was last drawn */
	bool typing;      /* characters go to the filter */
	char filter[LIST_FILTER_MAX]; /* "": all rows */
};

/* What the rows are. */
struct list_rows {
	unsigned count;
	const void *context; /* for the functions */
	/* What a row says: what the filter looks at and, without draw(), what is shown. */
	void (*text)(const void *context, unsigned row, char *out, size_t size);
	/* Draws a row in a line; in the role if it has no other. NULL: its text. */
	void (*draw)(const void *context, unsigned row, const struct canvas *line, enum role role);
	/* Whether a row is checked; NULL: rows have no check marks. */
	bool (*checked)(const void *context, unsigned row);
	/* By what a row is known again; NULL: by its number. */
	uint64_t (*id)(const void *context, unsigned row);
	const char *nothing; /* what is said where there are no rows */
};

/* What became of a key. */
enum list_took {
	LIST_LEFT,    /* it is not one of a list */
	LIST_TOOK,
	LIST_CHOSEN,  /* Enter on the row at the cursor */
	LIST_CHECKED, /* the mark of that row is to be turned */
};

/* Moves the cursor, or what is seen of a page without one. */
void list_move(struct list *list, long by);

/* The row at the cursor; LIST_NO_ROW: there is none. */
unsigned list_row(struct list *list, const struct list_rows *rows);

/* A key and the name of the action that it stands for, "" for none. */
enum list_took list_key(struct list *list, const struct list_rows *rows, uint32_t key, const char *action);

/* How many lines all of it takes. */
unsigned list_lines(const struct list *list, const struct list_rows *rows);

/* What hides rows, on a ground of its own, in the first line; how many lines it took: 0 without a filter. */
int list_draw_filter(const struct list *list, const struct canvas *canvas);

void list_draw(struct list *list, const struct list_rows *rows, const struct canvas *canvas);

#endif
