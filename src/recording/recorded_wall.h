/*
 * What a recording says of the wall that made it: whose it was, the name of its layout, and what its panels asked for.
 * From that a layout can be made that shows all of it, where the wall's own is not at hand.
 *
 * The struct owns its texts; recorded_wall_free() frees them.
 */
#ifndef RECORDING_RECORDED_WALL_H
#define RECORDING_RECORDED_WALL_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "layout/layout.h"

enum { RECORDED_NAME_MAX = 256 };

/* The source of the layout that is made of it. */
#define RECORDED_WALL_SOURCE "the recording"


struct recorded_wall {
	char layout[RECORDED_NAME_MAX]; /* its name; "" */
	char tenant[RECORDED_NAME_MAX]; /* "" in recordings of earlier programs */
	struct buffer request;          /* the first one, as recorded */
};

/* False with the reason; then there is nothing to free. A recording without a request has an empty one. */
bool recorded_wall_read(struct recorded_wall *wall, const char *path, struct error *error);
void recorded_wall_free(struct recorded_wall *wall);

/* Whether at least one panel of a layout shows what was recorded. */
bool recorded_wall_suits(const struct recorded_wall *wall, const struct layout *layout);

/* A layout of all that was asked for. NULL with the reason. The caller frees with layout_free(). */
struct layout *recorded_wall_layout(const struct recorded_wall *wall, struct error *error);

/*
 * Appends a layout made of a recorded request: all of it that a summary can use, whatever layout recorded it. json
 * holds the request. The text is for layout_parse(), and its panels ask for what the recorded sets asked for, so that
 * request_record_read() finds them. Sets without a statistic of the summary are left out. False at the buffer's cap.
 */
bool recorded_summary_layout(const struct json *json, struct buffer *out);

#endif
