/*
 * Whether a layout may name commands and telephone numbers: what runs as this user must not be written by others.
 *
 * The file and its folder, as named and as found behind links, must belong to the user or to root, and nobody else
 * may write them. Layouts that are compiled in, and those without commands, need no trust.
 */
#ifndef APP_TRUST_H
#define APP_TRUST_H

#include <stdbool.h>

#include "base/error.h"
#include "model/layout.h"

/* False with "FILE:LINE: ..." of the first alert that asks for what is not trusted. */
bool trust_layout(const struct layout *layout, const char *path, struct error *error);

#endif
