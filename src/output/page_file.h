/*
 * Writes a page of the wall, as text, into a new file of the user: $XDG_STATE_HOME/cxwall, or
 * ~/.local/state/cxwall. Nobody else can read it, and nothing that is there is overwritten or followed.
 */
#ifndef OUTPUT_PAGE_FILE_H
#define OUTPUT_PAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The file's name has the time in it; its path goes into out. */
bool page_file_write(const char *text, size_t length, int64_t wall_ms, char *out, size_t size, struct error *error);

#endif
