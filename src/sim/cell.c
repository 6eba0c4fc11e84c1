#include "sim/cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

struct cell cell_blank(void)
{
	return (struct cell){ .kind = CELL_BLANK, .text = "" };
}

struct cell cell_text(const char *text)
{
	return (struct cell){ .kind = *text ? CELL_TEXT : CELL_BLANK, .text = text };
}

static struct cell cell_number(double number)
{
	return (struct cell){ .kind = CELL_NUMBER, .number = number };
}

struct cell cell_count(unsigned count)
{
	return cell_number(count);
}

struct cell cell_seconds(int64_t milliseconds)
{
	return milliseconds < 0 ? cell_blank() : cell_number((double)(milliseconds / 1000));
}

struct cell cell_share(double part, double whole)
{
	if (!(whole > 0))
		return cell_blank();
	return (struct cell){ .kind = CELL_NUMBER, .share = true, .number = floor(part / whole * 1000 + 0.5) / 10 };
}

struct cell cell_percent(unsigned percent)
{
	return (struct cell){ .kind = CELL_NUMBER, .share = true, .number = percent };
}

struct cell cell_sum(struct cell a, struct cell b)
{
	if (a.kind != CELL_NUMBER)
		return b.kind == CELL_NUMBER ? b : cell_blank();
	if (b.kind == CELL_NUMBER)
		a.number += b.number;
	return a;
}

struct cell cell_fraction(struct cell cell)
{
	if (cell.share)
		cell.number = floor(cell.number * 10 + 0.5) / 1000;
	return cell;
}

struct cell cell_mean(int64_t milliseconds, unsigned count)
{
	return count ? cell_seconds(milliseconds / count) : cell_blank();
}

int cell_compare(const struct cell *a, const struct cell *b)
{
	if (a->kind != b->kind)
		return (int)a->kind - (int)b->kind;
	if (a->kind == CELL_NUMBER)
		return (a->number > b->number) - (a->number < b->number);
	return a->kind == CELL_TEXT ? strcmp(a->text, b->text) : 0;
}

/* Most of a large answer is whole numbers: printf would take most of its time. */
static const char *whole(unsigned long number, char *room)
{
	/* cppcheck-suppress ctuPointerArith ; it has CELL_TEXT_MAX bytes, the last of which is this */
	char *at = room + CELL_TEXT_MAX - 1;

	*at = '\0';
	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	return at;
}

const char *cell_string(const struct cell *cell, char *room)
{
	if (cell->kind != CELL_NUMBER)
		return cell->text;
	if (cell->number >= 0 && cell->number < 1e15 && floor(cell->number) >= cell->number)
		return whole((unsigned long)cell->number, room);
	snprintf(room, CELL_TEXT_MAX, "%.12g", cell->number);
	return room;
}

void cell_put(struct buffer *out, const struct cell *cell)
{
	char room[CELL_TEXT_MAX];
	if (cell->kind == CELL_TEXT) {
		json_put_string(out, cell->text);
		return;
	}
	buffer_add(out, "\"", 1);
	buffer_text(out, cell_string(cell, room));
	buffer_add(out, "\"", 1);
}
