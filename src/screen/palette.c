#include "screen/palette.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;
	int rgb;
} first[] = {
	{ "black", 0x000000 }, { "red", 0xCD0000 }, { "green", 0x00CD00 }, { "yellow", 0xCDCD00 },
	{ "blue", 0x0000EE }, { "magenta", 0xCD00CD }, { "cyan", 0x00CDCD }, { "white", 0xE5E5E5 },
	{ "bright-black", 0x7F7F7F }, { "bright-red", 0xFF0000 }, { "bright-green", 0x00FF00 }, { "bright-yellow", 0xFFFF00 },
	{ "bright-blue", 0x5C5CFF }, { "bright-magenta", 0xFF00FF }, { "bright-cyan", 0x00FFFF }, { "bright-white", 0xFFFFFF },
};

enum { FIRST_COUNT = sizeof(first) / sizeof(first[0]), CUBE = 16, GREYS = 232 };

/* From 16 on a cube of six steps, then greys. */
int palette_rgb(int color)
{
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };
	if (color & PALETTE_FULL)
		return color & 0xFFFFFF;
	if (color < FIRST_COUNT)
		return first[color].rgb;
	if (color >= GREYS)
		return (8 + (color - GREYS) * 10) * 0x010101;
	int cube = color - CUBE;
	return steps[cube / 36] << 16 | steps[cube / 6 % 6] << 8 | steps[cube % 6];
}

/* Weighted by how much of each the eye tells apart. */
static int distance(int a, int b)
{
	int red = (a >> 16) - (b >> 16), green = (a >> 8 & 0xFF) - (b >> 8 & 0xFF), blue = (a & 0xFF) - (b & 0xFF);
	return 3 * red * red + 4 * green * green + 2 * blue * blue;
}

int palette_nearest(int rgb, int colors)
{
	int from = colors > FIRST_COUNT ? CUBE : 0, best = from;
	for (int color = from; color < colors; color++)
		if (distance(palette_rgb(color), rgb) < distance(palette_rgb(best), rgb))
			best = color;
	return best;
}

/* Of a part of a colour the light in proportion; a good approximation of the standard's curve without its powers. */
static double light(int part)
{
	double share = part / 255.0;
	return share * share * (0.8 * share + 0.2);
}

double palette_brightness(int rgb)
{
	return 0.2126 * light(rgb >> 16) + 0.7152 * light(rgb >> 8 & 0xFF) + 0.0722 * light(rgb & 0xFF);
}

bool palette_is_light(int rgb)
{
	/* Where black and white text have the same contrast. */
	return palette_brightness(rgb) > 0.18;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A part of a colour of 1 to 4 digits, as one of 8 bits; -1: it is none. */
static int read_part(const char *text, size_t digits)
{
	static const int most[] = { 0, 0xF, 0xFF, 0xFFF, 0xFFFF };
	int value = 0;
	if (digits < 1 || digits > 4)
		return -1;
	for (size_t i = 0; i < digits; i++) {
		int digit = hex_digit(text[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return (value * 255 + most[digits] / 2) / most[digits];
}

/* "#" and three parts of the same length. */
static bool read_sharp(const char *text, size_t length, int *rgb)
{
	int color = 0;
	if (length < 4 || text[0] != '#' || (length - 1) % 3 != 0)
		return false;
	size_t digits = (length - 1) / 3;
	for (size_t i = 0; i < 3; i++) {
		int part = read_part(text + 1 + i * digits, digits);
		if (part < 0)
			return false;
		color = color << 8 | part;
	}
	*rgb = color;
	return true;
}

bool palette_read(const char *text, int *color)
{
	size_t length = strlen(text);
	if ((length == 4 || length == 7) && read_sharp(text, length, color)) {
		*color |= PALETTE_FULL;
		return true;
	}
	for (int i = 0; i < FIRST_COUNT; i++)
		if (strcmp(first[i].name, text) == 0) {
			*color = i;
			return true;
		}
	return false;
}

const char *palette_name(size_t index)
{
	return index < FIRST_COUNT ? first[index].name : NULL;
}

/* Three parts between slashes, and behind them perhaps how opaque the background is, which does not matter. */
static bool read_parts(const char *text, size_t length, bool opaque, int *rgb)
{
	const char *end = text + length;
	int color = 0, parts = opaque ? 4 : 3;
	for (int i = 0; i < parts; i++) {
		const char *slash = memchr(text, '/', (size_t)(end - text));
		if ((slash == NULL) != (i == parts - 1))
			return false;
		const char *stop = slash != NULL ? slash : end;
		int part = read_part(text, (size_t)(stop - text));
		if (part < 0)
			return false;
		if (i < 3)
			color = color << 8 | part;
		text = stop + (slash != NULL);
	}
	*rgb = color;
	return true;
}

bool palette_read_answer(const char *text, size_t length, int *rgb)
{
	static const char plain[] = "rgb:", opaque[] = "rgba:";
	size_t plain_length = sizeof(plain) - 1, opaque_length = sizeof(opaque) - 1;
	if (length > plain_length && memcmp(text, plain, plain_length) == 0)
		return read_parts(text + plain_length, length - plain_length, false, rgb);
	if (length > opaque_length && memcmp(text, opaque, opaque_length) == 0)
		return read_parts(text + opaque_length, length - opaque_length, true, rgb);
	return read_sharp(text, length, rgb);
}

int palette_read_environment(const char *text)
{
	const char *last = text == NULL ? NULL : strrchr(text, ';');
	char *end;
	if (last == NULL || last[1] < '0' || last[1] > '9')
		return -1;
	long number = strtol(last + 1, &end, 10);
	return *end == '\0' && number < PALETTE_COLORS ? palette_rgb((int)number) : -1;
}
