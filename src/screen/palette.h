/*
 * Colours as numbers: the palette of 256 that terminals share, colours of 24 bits, and how people and terminals write
 * them. Knows no terminal and keeps nothing.
 */
#ifndef SCREEN_PALETTE_H
#define SCREEN_PALETTE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PALETTE_OWN = -1,       /* the terminal's own colour */
	PALETTE_COLORS = 256,   /* from 0: numbers of the palette */
	PALETTE_FULL = 1 << 24, /* a colour of 24 bits has this bit, and 0xRRGGBB */
};

/* 0xRRGGBB of a colour of either kind; the first sixteen are as xterm has them. Not for PALETTE_OWN. */
int palette_rgb(int color);

/* The number among the first 8 or 16, or among the 240 that look the same everywhere, that is nearest to 0xRRGGBB. */
int palette_nearest(int rgb, int colors);

/* How bright people see 0xRRGGBB: from 0, black, to 1, white, in proportion to the light. */
double palette_brightness(int rgb);

/* Whether a background of 0xRRGGBB wants dark text. */
bool palette_is_light(int rgb);

/* "#ffaf00", "#fa0", or a name of the first sixteen such as "bright-red"; false: neither. */
bool palette_read(const char *text, int *color);

/* The names; NULL after the last. */
const char *palette_name(size_t index);

/*
 * What a terminal answers when it is asked for a colour: rgb:R/G/B or rgba:R/G/B/A with one to four hexadecimal digits
 * each, or # with three to twelve digits; as 0xRRGGBB. False: it is none of these.
 */
bool palette_read_answer(const char *text, size_t length, int *rgb);

/* The background that COLORFGBG names, such as "15;0" or "0;default;15", as 0xRRGGBB; -1: it names none. */
int palette_read_environment(const char *text);

#endif
