#include "screen/columns.h"

#include <string.h>

enum {
	GAP = 2,         /* between columns */
	GAP_MAX = 5,     /* more, and the eye loses the line */
	TEXT_LEAST = 8,  /* a text narrower than this says nothing */
	STATE_LEAST = 11, /* "◐ not ready", and the beginning of longer ones */
	TEXT_GROWTH = 2, /* times its width at most */
};

static bool has_limits(const struct column *column)
{
	return column->warn.comparison != COMPARE_NONE || column->alert.comparison != COMPARE_NONE ||
		column->limit_count > 0;
}

static bool is_text(const struct column *column)
{
	return column->kind == KIND_TEXT || column->kind == KIND_STATE;
}

/* On a narrow screen a name gets no more than its share: a name alone says nothing. */
static int least(const struct column *column, int total)
{
	int floor = column->width * 2 / 3;
	if (!is_text(column))
		return column->width;
	floor = floor > total * 3 / 10 ? total * 3 / 10 : floor;
	floor = floor < TEXT_LEAST ? TEXT_LEAST : floor;
	if (column->kind == KIND_STATE)
		floor = STATE_LEAST;
	return column->width > floor ? floor : column->width;
}

static int sum(const struct panel *panel, const struct place *places, int gap)
{
	int total = 0, shown = 0;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (places[i].shown) {
			total += places[i].width + (places[i].marked ? COLUMNS_MARK : 0);
			shown++;
		}
	return shown > 1 ? total + (shown - 1) * gap : total;
}

/* Of equals the ones with limits are what a wall is for, then the one that rows are ordered by. */
static int weight(const struct panel *panel, unsigned index)
{
	const struct column *column = &panel->columns[index];
	bool sorts = panel->sort_stat != NULL && strcmp(panel->sort_stat, column->stat) == 0;
	return column->priority * 4 + (has_limits(column) ? 2 : 0) + (sorts || column->kind == KIND_STATE ? 1 : 0);
}

/* The column that is wanted least, the last of equals; -1 when only one is left. */
static int lowest(const struct panel *panel, const struct place *places)
{
	int found = -1, shown = 0;
	for (unsigned i = 0; i < panel->column_count; i++) {
		if (!places[i].shown)
			continue;
		shown++;
		if (found < 0 || weight(panel, i) <= weight(panel, (unsigned)found))
			found = (int)i;
	}
	return shown > 1 ? found : -1;
}

/* At their least width first: what does not fit even so has to go. */
static void drop(const struct panel *panel, int total, struct place *places)
{
	for (unsigned i = 0; i < panel->column_count; i++)
		places[i] = (struct place){ .shown = true, .width = least(&panel->columns[i], total),
			.marked = has_limits(&panel->columns[i]) };
	int gap = total < 40 ? 1 : GAP;
	while (sum(panel, places, gap) > total) {
		int goes = lowest(panel, places);
		if (goes < 0)
			break;
		places[goes].shown = false;
	}
}

/* Texts take turns, the one that is furthest from its wish first. */
static int grow(const struct panel *panel, struct place *places, int left, int times)
{
	while (left > 0) {
		int best = -1, need = 0;
		for (unsigned i = 0; i < panel->column_count; i++) {
			int wish = panel->columns[i].width * times - places[i].width;
			if (places[i].shown && is_text(&panel->columns[i]) && wish > need) {
				best = (int)i;
				need = wish;
			}
		}
		if (best < 0)
			break;
		places[best].width++;
		left--;
	}
	return left;
}

static void set_left(const struct panel *panel, int gap, struct place *places)
{
	int left = 0;
	for (unsigned i = 0; i < panel->column_count; i++) {
		if (!places[i].shown)
			continue;
		places[i].left = left;
		left += places[i].width + (places[i].marked ? COLUMNS_MARK : 0) + gap;
	}
}

void columns_place(const struct panel *panel, int total, struct place *places)
{
	int gap = total < 40 ? 1 : GAP, shown = 0;
	drop(panel, total, places);
	for (unsigned i = 0; i < panel->column_count; i++)
		shown += places[i].shown;
	int left = grow(panel, places, total - sum(panel, places, gap), 1);
	while (left >= shown - 1 && shown > 1 && gap < GAP_MAX) {
		left -= shown - 1;
		gap++;
	}
	(void)grow(panel, places, left, TEXT_GROWTH);
	/* A single column that is too wide is cut. */
	for (unsigned i = 0; i < panel->column_count && shown == 1; i++)
		if (places[i].shown && places[i].width > total)
			places[i].width = total;
	set_left(panel, gap, places);
}
