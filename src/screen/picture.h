/*
 * The picture that was last drawn, as text: what curses holds for the terminal, read back cell by cell.
 */
#ifndef SCREEN_PICTURE_H
#define SCREEN_PICTURE_H

#include <stdbool.h>

#include "base/buffer.h"

/* Adds a line of text for each of the screen's, trailing blanks cut. False: the buffer is full. */
bool picture_text(struct buffer *out);

#endif
