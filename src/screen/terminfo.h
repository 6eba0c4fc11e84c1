/*
 * What the terminal's description says: the texts that it understands. The only place that needs term.h, whose
 * macros take names like `columns` and `lines` from everybody who includes it.
 */
#ifndef SCREEN_TERMINFO_H
#define SCREEN_TERMINFO_H

#include <stdbool.h>

#include "base/buffer.h"

/*
 * Whether there is a description of the terminal type, and it can move its cursor. To be asked before curses
 * starts, which loses memory over a type that it does not know.
 */
bool terminfo_suffices(const char *terminal);

/* Of the running curses screen; names are terminfo's ("cup"). */
bool terminfo_has(const char *name);

/*
 * Bits of red, green and blue in the numbers of colours that stand for themselves (direct colours); false: numbers are
 * those of a palette.
 */
bool terminfo_direct(int colors, int bits[3]);

/* Whether the description promises 24 bits beside a palette: the flags Tc and RGB. */
bool terminfo_promises_full(void);

/*
 * Whether colours of the palette are set by ESC [ 38 ; 5 ; NUMBER m and 48 alike, so that what curses wrote can be
 * exchanged for 24 bits.
 */
bool terminfo_indexed(void);

/* Whether text is reversed by exactly this sequence, beside colours too. */
bool terminfo_reverses(const char *sequence);

/* Whether it has a second screen in the way of xterm: then it knows private modes, or ignores them without a trace. */
bool terminfo_modern(void);

/* Adds it without its padding, which is for terminals of another age; nothing if there is none. */
void terminfo_add(struct buffer *out, const char *name);

/* Calls back for each key that the description lists, with its terminfo name ("kcuu1") and what it sends. */
void terminfo_keys(void (*found)(void *context, const char *name, const char *sequence), void *context);

#endif
