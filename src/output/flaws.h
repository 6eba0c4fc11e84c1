/* What is wrong with a recording, in words and as members of a JSON object. */
#ifndef OUTPUT_FLAWS_H
#define OUTPUT_FLAWS_H

#include "base/buffer.h"
#include "recording/flaws.h"

/* A line for each of the first few; nothing where nothing is wrong. dated: times have their date. */
void flaws_text(const struct flaws *flaws, bool dated, struct buffer *out);

/* "213 bytes are damaged between 09:12 and 09:14", without an end of line. */
void flaws_damage_text(const struct flaw_damage *damage, bool dated, struct buffer *out);

/* ,"damage":[...],"clock_steps":[...] */
void flaws_json(const struct flaws *flaws, struct buffer *out);

#endif
