/*
 * The folder of what belongs to this session of the user alone: locks and last frames, in $XDG_RUNTIME_DIR/cxwall.
 */
#ifndef COMMAND_RUNTIME_H
#define COMMAND_RUNTIME_H

#include "base/error.h"

/*
 * Its descriptor, for openat() and the like; made if it is missing. -1 with the reason where the system gives none,
 * and where it is a link, another user's, or open to others.
 */
int runtime_open(struct error *error);

#endif
