/*
 * The alerts of several layouts in a program that holds one feed for all of them (publish): each layout that has
 * alerts has a board of its own here, which finds its panels in the frames of the one request.
 *
 * Commands run here, because here is the live feed; screens that read what is published run none. Borrows the
 * layouts, which must outlive it. Says what goes wrong on standard error.
 */
#ifndef COMMAND_DESKS_H
#define COMMAND_DESKS_H

#include <ev.h>

#include "api/live.h"
#include "board/privacy.h"

struct desks;

/* The feed must outlive it; it sends the messages. */
struct desks *desks_new(struct ev_loop *loop, struct live *live, enum names names);

/*
 * The layouts from now on. One that was there under the same name keeps its data and what its alerts know, and what they
 * run runs on; those before may be freed afterwards.
 */
void desks_set_layouts(struct desks *desks, struct layout *const *layouts, unsigned count);

/* An accepted frame of the feed. */
void desks_frame(struct desks *desks, const struct frame *frame);
void desks_free(struct desks *desks);

#endif
