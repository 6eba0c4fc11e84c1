#include "screen/spark.h"

#include <math.h>

/* Height of a value between two others: 1 to levels. Where all are equal: the least for 0, else half. */
static int level_of(float value, float low, float high, int levels)
{
	if (!(high > low))
		return value > 0 ? (levels + 1) / 2 : 1;
	int level = 1 + (int)((value - low) / (high - low) * (float)(levels - 1) + 0.5F);
	return level > levels ? levels : level < 1 ? 1 : level;
}

/* A bar from the bottom up: full cells, and what is left in the topmost. */
static void draw_bar(const struct canvas *canvas, int column, int level, enum role role)
{
	for (int line = canvas->lines - 1; line >= 0 && level > 0; line--, level -= SPARK_LEVELS) {
		int part = level < SPARK_LEVELS ? level : SPARK_LEVELS;
		canvas_repeat(canvas, line, column, 1, role, (enum glyph)(GLYPH_SPARK_1 + part - 1));
	}
}

void spark_draw(const struct canvas *canvas, enum role role, const float *values, unsigned count, bool zero)
{
	float low = zero ? 0 : INFINITY, high = zero ? 0 : -INFINITY;
	for (unsigned i = 0; i < count; i++) {
		if (isnan(values[i]))
			continue;
		low = fminf(low, values[i]);
		high = fmaxf(high, values[i]);
	}
	/* A full cell would grow together with the digits above; where there are eighths it need not be used. */
	int levels = canvas->lines * SPARK_LEVELS - (canvas->glyphs->set == GLYPH_SET_UTF8 ? SPARK_LEVELS / 4 : 0);
	for (unsigned i = 0; i < count; i++)
		if (!isnan(values[i]))
			draw_bar(canvas, (int)i, level_of(values[i], low, high, levels), role);
}
