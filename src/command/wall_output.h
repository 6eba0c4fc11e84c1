/*
 * What the terminal of a wall does not take at once. It goes out when the loop says that the terminal takes more, and is
 * tried once a second besides, as long as anything waits: a wall must not stand still because an event was missed.
 */
#ifndef COMMAND_WALL_OUTPUT_H
#define COMMAND_WALL_OUTPUT_H

#include <ev.h>
#include <stdbool.h>

#include "screen/screen.h"

struct wall_output {
	struct ev_loop *loop;
	struct screen *screen;
	ev_io writable;
	ev_timer again;
	void (*taken)(void *context); /* all that waited is out: frames may have been skipped meanwhile */
	void (*gone)(void *context);  /* the terminal went away */
	void *context;
};

/* The caller sets taken, gone and context; screen and loop must outlive it. */
void wall_output_open(struct wall_output *output, struct ev_loop *loop, struct screen *screen);
void wall_output_close(struct wall_output *output);

/* Writes what there is, without waiting. False: some of it waits, or the terminal went away, which gone() was told. */
bool wall_output_flush(struct wall_output *output);

#endif
