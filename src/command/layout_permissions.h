/*
 * Whether a file may name commands and telephone numbers: what runs as this user must not be written by others.
 *
 * The file that was read, each folder above it up to the root, and each link on the way must belong to the user or to
 * root, and nobody else may write the file or the folders. A folder with the sticky bit, such as /tmp, may be
 * writable: others cannot exchange there what is not theirs. Judged are open descriptors, from the root downwards, and
 * at the end that they lead to the very file that was read; so nothing can be exchanged between reading and judging.
 *
 * Layouts that are compiled in, and files without commands, need no trust.
 */
#ifndef COMMAND_LAYOUT_PERMISSIONS_H
#define COMMAND_LAYOUT_PERMISSIONS_H

#include <stdbool.h>

#include "base/error.h"
#include "layout/layout.h"

/*
 * Judges the open file that was found at the path. False with what is wrong and what to do, to be put behind "but":
 * "others can write the layout: chmod g-w FILE". `what` names the file: "the layout".
 */
bool permissions_file(int file, const char *path, const char *what, struct error *error);

/* The same; false with "FILE:LINE: WHO, but ...". */
bool permissions_command(int file, const char *path, const char *what, int line, const char *who, struct error *error);

/* False with "FILE:LINE: ..." of the first alert that asks for what is not trusted. */
bool permissions_layout(const struct layout *layout, int file, const char *path, struct error *error);

#endif
