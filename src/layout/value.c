#include "layout/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const scale_names[] = { "auto", "percent", "fraction", NULL };

enum {
	/* A value that parses has fewer characters: "999d 23:59:59". */
	NUMBER_TEXT_MAX = 32,
};

/* From here on a number is an epoch time: 10^9 s would be a duration of 31 years. */
static const double EPOCH_SECONDS = 1e9, EPOCH_MILLISECONDS = 1e12;

/* A hundred years, so that sums of durations fit an integer. */
static const double DURATION_SECONDS_MAX = 3.2e9;

/*
 * What a point in time may be away from the answer's: a state lasts for weeks where a telephone was left signed in, and a
 * server may write its local time as UTC. Anything beyond is not the time of a call or a state.
 */
static const double SINCE_SECONDS_MAX = 30 * 86400.0, AHEAD_SECONDS_MAX = 86400.0;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whole numbers that a double holds exactly, which nearly all are, need no strtod. */
static bool value_whole(const char *text, size_t length, double *out)
{
	enum { DIGITS = 15 };
	uint64_t number = 0;
	bool negative = *text == '-';
	if (length > DIGITS + (negative ? 1u : 0u))
		return false;
	for (size_t i = negative ? 1 : 0; i < length; i++) {
		if (!is_digit(text[i]))
			return false;
		number = number * 10 + (uint64_t)(text[i] - '0');
	}
	/* "-0" keeps its sign. */
	*out = negative ? -(double)number : (double)number;
	return true;
}

/* Plain decimals only: strtod alone would take "nan", "0x10" and "1e999". */
static bool value_decimal(const char **text, double *out)
{
	const char *at = *text;
	if (*at == '-')
		at++;
	if (!is_digit(*at))
		return false;
	while (is_digit(*at))
		at++;
	if (*at == '.' && is_digit(at[1]))
		for (at++; is_digit(*at);)
			at++;
	if (at - *text >= NUMBER_TEXT_MAX)
		return false;
	const char *start = *text;
	*text = at;
	if (value_whole(start, (size_t)(at - start), out))
		return true;
	char copy[NUMBER_TEXT_MAX];
	memcpy(copy, start, (size_t)(at - start));
	copy[at - start] = '\0';
	*out = strtod(copy, NULL);
	return true;
}

static const char *value_skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

/* Two digits below 60. */
static bool value_sixty(const char **text, double *out)
{
	const char *at = *text;
	if (!is_digit(at[0]) || !is_digit(at[1]) || at[0] > '5')
		return false;
	*out = (at[0] - '0') * 10 + (at[1] - '0');
	*text += 2;
	return true;
}

/* After the first number of a duration: ":SS" or ":MM:SS". */
static bool value_clock(const char **text, double *seconds)
{
	double second, third;
	(*text)++;
	if (!value_sixty(text, &second))
		return false;
	*seconds = *seconds * 60 + second;
	if (**text != ':')
		return true;
	(*text)++;
	if (!value_sixty(text, &third))
		return false;
	*seconds = *seconds * 60 + third;
	return true;
}

bool value_is_none(double number)
{
	/* The largest and least integers of 32 and 64 bits, by which programs say that they have no value. */
	static const double nones[] = { 2147483647., 2147483648., 4294967295., 4294967296., 9223372036854775807.,
		18446744073709551615. };
	for (size_t i = 0; i < sizeof(nones) / sizeof(nones[0]); i++)
		if (fabs(number) == nones[i])
			return true;
	return false;
}

/* The same after milliseconds became seconds, with a fraction or without, or the other way round; and less than nothing. */
static bool is_no_duration(double seconds)
{
	static const double nones[] = { 2147483647., 4294967295. };
	/* Nearly all are: the least none is 2147483 seconds. */
	if (seconds >= 0 && seconds < 2e6)
		return false;
	if (seconds == -1 || value_is_none(seconds) || value_is_none(seconds / 1000))
		return true;
	for (size_t i = 0; i < sizeof(nones) / sizeof(nones[0]); i++)
		if (fabs(fabs(seconds) - nones[i] / 1000) < 0.7)
			return true;
	return false;
}

/* Seconds since an epoch time in seconds or milliseconds; false if it is too far away to be the time of a call or a state. */
static bool seconds_since(double epoch, int64_t wall_ms, double *out)
{
	double since = epoch >= EPOCH_MILLISECONDS ? epoch / 1000 : epoch;
	double now = (double)wall_ms / 1000;
	*out = now > since ? now - since : 0;
	return since - now <= AHEAD_SECONDS_MAX && now - since <= SINCE_SECONDS_MAX;
}

static bool value_duration(const char *text, int64_t wall_ms, double *out)
{
	double days = 0, seconds;
	if (!value_decimal(&text, &seconds))
		return false;
	if (*text == '\0' && seconds >= EPOCH_SECONDS)
		return !is_no_duration(seconds) && seconds_since(seconds, wall_ms, out);
	if (*text == 'd') {
		days = seconds;
		text = value_skip_blanks(text + 1);
		if (!value_decimal(&text, &seconds) || *text != ':')
			return false;
	}
	if (*text == ':' && !value_clock(&text, &seconds))
		return false;
	if (*text != '\0')
		return false;
	*out = days * 86400 + seconds;
	/* A longer time is not a duration, and is shown as it came. */
	return fabs(*out) < DURATION_SECONDS_MAX && !is_no_duration(*out);
}

static bool value_count(const char *text, double *out)
{
	return value_decimal(&text, out) && *text == '\0' && !value_is_none(*out);
}

static bool value_percent(const char *text, enum scale scale, double *out)
{
	double number;
	if (!value_decimal(&text, &number))
		return false;
	text = value_skip_blanks(text);
	bool sign = *text == '%';
	if (sign)
		text++;
	if (*text != '\0')
		return false;
	if (value_is_none(number))
		return false;
	/* A written % overrides the layout's scale. Rounded, because 0.07 times 100 is not exactly 7 in a double. */
	*out = scale == SCALE_FRACTION && !sign ? round(number * 1e11) / 1e9 : number;
	return true;
}

static bool value_number(const char *text, enum kind kind, enum scale scale, int64_t wall_ms, double *out)
{
	switch (kind) {
	case KIND_COUNT:
		return value_count(text, out);
	case KIND_DURATION:
		return value_duration(text, wall_ms, out);
	case KIND_PERCENT:
		return value_percent(text, scale, out);
	case KIND_TEXT:
	case KIND_STATE:
		break;
	}
	return false;
}

enum scale scale_of_total(enum scale own, const struct scales *scales)
{
	enum scale scale = own != SCALE_AUTO ? own : scales->totals;
	return scale != SCALE_AUTO ? scale : SCALE_FRACTION;
}

enum scale scale_of_grid(enum scale own, const struct scales *scales)
{
	enum scale scale = own != SCALE_AUTO ? own : scales->grids;
	return scale != SCALE_AUTO ? scale : SCALE_PERCENT;
}

bool value_above_one(const char *text)
{
	double number;
	text = value_skip_blanks(text);
	if (!value_decimal(&text, &number) || value_is_none(number))
		return false;
	return *value_skip_blanks(text) == '\0' && number > 1;
}

struct cell value_read(const char *text, enum kind kind, enum scale scale, int64_t wall_ms)
{
	struct cell cell = { .text = text, .state = VALUE_TEXT };
	if (*value_skip_blanks(text) == '\0')
		return (struct cell){ .text = "", .state = VALUE_BLANK };
	if (value_number(text, kind, scale, wall_ms, &cell.number))
		cell.state = VALUE_NUMBER;
	else
		cell.number = 0;
	return cell;
}

static int format_duration(char *out, size_t size, double number)
{
	const char *sign = number < 0 ? "-" : "";
	long long all = (long long)fmin(fabs(number), DURATION_SECONDS_MAX);
	long long days = all / 86400, hours = all / 3600 % 24, minutes = all / 60 % 60, seconds = all % 60;
	if (days > 0)
		return snprintf(out, size, "%s%lldd %02lld:%02lld", sign, days, hours, minutes);
	if (hours > 0)
		return snprintf(out, size, "%s%lld:%02lld:%02lld", sign, hours, minutes, seconds);
	return snprintf(out, size, "%s%lld:%02lld", sign, minutes, seconds);
}

/* Most numbers are small and whole, and snprintf() of a double is slow. Returns false for other numbers. */
static bool format_whole(char *out, size_t size, double number, size_t *length)
{
	char digits[8];
	size_t used = 0;
	if (!(number >= 0 && number < 1e7) || number != floor(number) || signbit(number))
		return false;
	uint32_t whole = (uint32_t)number;
	do
		digits[used++] = (char)('0' + whole % 10);
	while ((whole /= 10) > 0);
	if (used >= size)
		return false;
	*length = used;
	for (size_t i = 0; i < used; i++)
		out[i] = digits[used - 1 - i];
	out[used] = '\0';
	return true;
}

static int side(double a, double b)
{
	return (a > b) - (a < b);
}

/* Whether what is shown is on the number's side of everything by which it may be judged. */
static bool same_side(double shown, double number, enum kind kind, const struct edges *edges)
{
	if (kind != KIND_DURATION && side(shown, 0) != side(number, 0))
		return false;
	if (kind == KIND_PERCENT && side(shown, 100) != side(number, 100))
		return false;
	for (unsigned i = 0; edges != NULL && i < edges->count; i++)
		if (side(shown, edges->numbers[i]) != side(number, edges->numbers[i]))
			return false;
	return true;
}

/* The number as it is shown, and with how many decimals: as few as do not mislead. */
static double shown_number(double number, enum kind kind, const struct edges *edges, int *decimals)
{
	enum { DECIMALS_MAX = 2 };
	double shown = number;
	int least = kind == KIND_COUNT && number != floor(number) ? 1 : 0;
	for (*decimals = least; *decimals <= DECIMALS_MAX; (*decimals)++) {
		double scale = *decimals == 0 ? 1 : *decimals == 1 ? 10 : 100;
		shown = round(number * scale) / scale;
		if (same_side(shown, number, kind, edges))
			return shown;
		shown = (shown > number ? floor(number * scale) : ceil(number * scale)) / scale;
		/* Rounding to a whole number in the other direction would mislead more than one more decimal. */
		if (*decimals > 0 && same_side(shown, number, kind, edges))
			return shown;
	}
	*decimals = DECIMALS_MAX;
	return shown;
}

/* A duration shows the whole seconds that have passed. */
static double shown_duration(double number, const struct edges *edges)
{
	double shown = trunc(number);
	if (same_side(shown, number, KIND_DURATION, edges))
		return shown;
	return number < 0 ? shown - 1 : shown + 1;
}

size_t value_format(char *out, size_t size, double number, enum kind kind, const struct edges *edges)
{
	int length, decimals;
	size_t digits;
	if (kind != KIND_DURATION && kind != KIND_PERCENT && format_whole(out, size, number, &digits))
		return digits;
	if (kind == KIND_DURATION) {
		length = format_duration(out, size, shown_duration(number, edges));
	} else {
		double shown = shown_number(number, kind, edges, &decimals);
		/* No minus before a zero. */
		length = snprintf(out, size, "%.*f%s", decimals, shown == 0 ? 0 : shown, kind == KIND_PERCENT ? " %" : "");
	}
	if (length < 0)
		return 0;
	return (size_t)length < size ? (size_t)length : size - 1;
}

size_t value_text(char *out, size_t size, const struct cell *cell, enum kind kind, const struct edges *edges)
{
	if (cell->state == VALUE_NUMBER)
		return value_format(out, size, cell->number, kind, edges);
	const char *text = cell->state == VALUE_TEXT ? cell->text : "";
	size_t length = strlen(text);
	length = length < size ? length : size - 1;
	memcpy(out, text, length);
	out[length] = '\0';
	return length;
}

void value_put_duration(struct buffer *out, int64_t milliseconds)
{
	char text[32];
	value_format(text, sizeof(text), (double)(milliseconds / 1000), KIND_DURATION, NULL);
	buffer_text(out, text);
}
