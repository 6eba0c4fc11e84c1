/*
 * A finished document on standard output, whole or not at all: what cannot be finished is not begun. Used by the
 * commands that print one.
 */
#ifndef COMMAND_DOCUMENT_H
#define COMMAND_DOCUMENT_H

#include "base/buffer.h"

/* An exit status; the message is printed. A buffer that is full is not printed at all. */
int document_print(const struct buffer *document);

#endif
