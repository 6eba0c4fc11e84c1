/* What is wrong with a recording, as members of a JSON object. */
#ifndef OUTPUT_FLAWS_H
#define OUTPUT_FLAWS_H

#include "base/buffer.h"
#include "recording/flaws.h"

/* ,"damage":[...],"clock_steps":[...] */
void flaws_json(const struct flaws *flaws, struct buffer *out);

#endif
