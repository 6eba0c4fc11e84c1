/*
 * A layout of the user's own, made by a key of the wall or by `cxwall layout new`: a file that was not there before. Nothing
 * is ever written over: the bytes are complete under another name before the file gets its own, and only if nobody has it.
 */
#ifndef COMMAND_LAYOUT_FILE_H
#define COMMAND_LAYOUT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "layout/layout_text.h"

enum { LAYOUT_PATH_MAX = 640 };

/*
 * The file of a layout of this name in the user's folder. False with a sentence where the name cannot be one: it is that of
 * a folder, of a layout that there is, or has characters that a shell or a screen would make something of.
 */
bool layout_file_path(const char *name, char path[LAYOUT_PATH_MAX], struct error *error);

/* Writes it, 0644, and makes its folders; false with a sentence, also where it is there already. */
bool layout_file_write(const char *path, const struct buffer *text, struct error *error);

/*
 * "Queues: Sales, Support" into `out`: a wall without the rest must not look as if it were about all. False where no choice
 * is for the whole layout, and the title stays.
 */
bool layout_file_title(const struct layout *from, const struct layout_changes *changes, struct buffer *out);

/*
 * The comment at the top of what is made of a layout: what it is in one line, which `list layouts` shows, and how it was
 * made.
 */
void layout_file_head(const struct layout *from, const struct layout_changes *changes, struct buffer *out);

#endif
