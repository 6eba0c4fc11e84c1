/*
 * Values and limits: parsing and formatting. The first byte chooses scale and direction, the next eight are a number to
 * format.
 */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "layout/state.h"
#include "layout/threshold.h"
#include "layout/value.h"

enum { WALL_SECONDS = 1767225600 };

static void check_format(double number, enum kind kind)
{
	char whole[512], small[6];
	size_t length = value_format(whole, sizeof(whole), number, kind, NULL);
	PROMISE(length == strlen(whole) && length > 0);
	for (const char *at = whole; *at != '\0'; at++)
		PROMISE(strchr("0123456789.:d %", *at) != NULL || (*at == '-' && at == whole));
	length = value_format(small, sizeof(small), number, kind, NULL);
	PROMISE(length == strlen(small) && strncmp(small, whole, length) == 0);
}

static void check_value(const char *text, enum kind kind, enum scale scale)
{
	char shown[4096];
	struct cell cell = value_read(text, kind, scale, (int64_t)WALL_SECONDS * 1000);
	PROMISE(cell.state == VALUE_BLANK || cell.state == VALUE_TEXT || cell.state == VALUE_NUMBER);
	PROMISE((cell.state == VALUE_BLANK) == (text[strspn(text, " ")] == '\0'));
	PROMISE(cell.text == text || (cell.state == VALUE_BLANK && cell.text[0] == '\0'));
	PROMISE(isfinite(cell.number));
	if (kind == KIND_TEXT || kind == KIND_STATE)
		PROMISE(cell.state != VALUE_NUMBER);
	if (cell.state == VALUE_NUMBER)
		check_format(cell.number, kind);
	size_t length = value_text(shown, sizeof(shown), &cell, kind, NULL);
	PROMISE(length == strlen(shown) && length < sizeof(shown));
}

static void check_threshold(const char *text, enum kind kind, enum direction good)
{
	struct threshold threshold = { .comparison = COMPARE_EQ };
	struct error error = { "" };
	bool read = threshold_read(text, kind, good, &threshold, &error);
	PROMISE(read == (threshold.comparison != COMPARE_NONE) && read == (error.text[0] == '\0'));
	PROMISE(!read || isfinite(threshold.number));
	PROMISE(fuzz_clean(error.text));
	/* No value but a number is severe. */
	struct cell blank = { .text = "", .state = VALUE_BLANK };
	if (read)
		PROMISE(threshold_severity(&threshold, &threshold, &blank) == SEVERITY_NONE);
	blank.state = VALUE_NUMBER;
	if (read)
		threshold_severity(&threshold, &threshold, &blank);
}

int fuzz_value(const uint8_t *data, size_t size)
{
	static const enum kind kinds[] = { KIND_TEXT, KIND_STATE, KIND_COUNT, KIND_DURATION, KIND_PERCENT };
	fuzz_begin();
	if (size < 1 + sizeof(double))
		return 0;
	enum scale scale = data[0] & 1 ? SCALE_FRACTION : SCALE_PERCENT;
	enum direction good = (enum direction)(data[0] / 2 % 3);
	double number;
	memcpy(&number, data + 1, sizeof(number));
	size_t length = size - 1 - sizeof(double);
	char *clean = malloc(4 * length + 8);
	text_scrub(clean, 4 * length + 8, (const char *)data + 1 + sizeof(double), length);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		check_value(clean, kinds[i], scale);
		check_threshold(clean, kinds[i], good);
		if (isfinite(number))
			check_format(number, kinds[i]);
	}
	enum acd_state state = state_read(clean);
	PROMISE(state >= 0 && state < STATE_COUNT && state_label(state) != NULL);
	free(clean);
	return 0;
}
