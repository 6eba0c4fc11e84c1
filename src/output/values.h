/*
 * What documents have in common: the columns that a panel shows, how numbers and words are written for machines, whatever
 * the locale, and the cells of tables for people. Whatever is returned is constant, or borrowed from the layout.
 */
#ifndef OUTPUT_VALUES_H
#define OUTPUT_VALUES_H

#include <stdbool.h>

#include "base/buffer.h"
#include "layout/layout.h"

enum { NUMBER_TEXT_MAX = 32 };

/* A column of the layout, or a fixed one of a panel that has none. Hidden columns are not among them. */
struct shown_column {
	const char *name; /* statistic */
	const char *label;
	enum kind kind;
};

/* 0 for panels without rows, and for availability, which is not a grid. */
unsigned columns_count(const struct panel *panel);
struct shown_column columns_at(const struct panel *panel, unsigned index);

/* By enum availability. */
extern const char *const availability_names[];

/* Whole numbers without a point, others with ten digits at most; returns out. */
const char *number_text(char out[NUMBER_TEXT_MAX], double number);

/* The same as a member of a JSON object: null where the number is not known. */
void json_put_number_pair(struct buffer *out, const char *key, bool known, double number);

/* A text in so many columns of the screen, whatever its bytes. */
void put_padded(struct buffer *out, const char *text, int columns, bool right);

/* In that many at most. */
void put_cut(struct buffer *out, const char *text, int columns);

/* A service level, "84 %", and where rounding leaves half a point or more open "84 %~3"; "-": not known. */
void put_level(struct buffer *out, int columns, bool known, double percent, double margin);

#endif
