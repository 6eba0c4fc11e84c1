/*
 * The layouts that there are: the user's, the system's, and those that come with the program, each with what it is for.
 */
#ifndef COMMAND_LAYOUT_LIST_H
#define COMMAND_LAYOUT_LIST_H

#include <stdbool.h>

#include "screen/scene.h"

struct layout_list {
	struct scene_layout *items;
	unsigned count;
};

/* Sorted by name; of one name the one that is used comes first. */
void layout_list_read(struct layout_list *list);
void layout_list_free(struct layout_list *list);

/* Adds one at its place, if none of this source is there; what it is for is in the first comment of the text. */
void layout_list_add(struct layout_list *list, const char *name, const char *source, const char *text);

/* Leaves one of each name, the one that is used. */
void layout_list_used(struct layout_list *list);

#endif
