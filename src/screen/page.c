#include "screen/page.h"

#include <string.h>

#include "screen/panel.h"

static int at_least(int a, int b)
{
	return a > b ? a : b;
}

static int sum(const int *numbers, unsigned count)
{
	int total = 0;
	for (unsigned i = 0; i < count; i++)
		total += numbers[i];
	return total;
}

/* Takes out the lowest priority, the last of equals, until the least sizes of the others fit. One always stays. */
static void drop(const struct part *parts, unsigned count, int total, int *out)
{
	unsigned left = count;
	for (unsigned i = 0; i < count; i++)
		out[i] = at_least(parts[i].least, 1);
	while (left > 1 && sum(out, count) > total) {
		unsigned lowest = count;
		for (unsigned i = 0; i < count; i++)
			if (out[i] > 0 && (lowest == count || parts[i].priority <= parts[lowest].priority))
				lowest = i;
		out[lowest] = 0;
		left--;
	}
	for (unsigned i = 0; i < count && left == 1; i++)
		if (out[i] > total)
			out[i] = total;
}

/* A size in cells was written for a larger screen: on a small one it leaves something to the others. */
static int wanted(const struct part *part, unsigned count, int total)
{
	int most = count > 1 ? total * 6 / 10 : total;
	if (part->size.unit == SIZE_CELLS)
		return at_least(part->size.amount < most ? part->size.amount : most, part->least);
	return at_least(total * part->size.amount / 100, part->least);
}

/* Gives what is left to parts of a kind, one cell after the other to the smallest, so that they end equal. */
static int share_out(const struct part *parts, unsigned count, int left, bool rest_only, int *out)
{
	while (left > 0) {
		unsigned smallest = count;
		for (unsigned i = 0; i < count; i++) {
			if (out[i] == 0 || (rest_only && parts[i].size.unit != SIZE_REST))
				continue;
			if (smallest == count || out[i] < out[smallest])
				smallest = i;
		}
		if (smallest == count)
			break;
		out[smallest]++;
		left--;
	}
	return left;
}

/* The last part that is there takes what nobody wanted. */
static void give_last(unsigned count, int left, int *out)
{
	for (unsigned i = count; left > 0 && i > 0; i--)
		if (out[i - 1] > 0) {
			out[i - 1] += left;
			return;
		}
}

void page_divide(const struct part *parts, unsigned count, int total, int *out)
{
	drop(parts, count, total, out);
	int left = total - sum(out, count);
	/* Fixed sizes and shares get what they want, highest priority first, as far as it goes. */
	bool done[LAYOUT_PANELS_MAX] = { false };
	for (unsigned round = 0; round < count; round++) {
		unsigned best = count;
		for (unsigned i = 0; i < count; i++)
			if (!done[i] && out[i] > 0 && parts[i].size.unit != SIZE_REST &&
				(best == count || parts[i].priority > parts[best].priority))
				best = i;
		if (best == count)
			break;
		int more = wanted(&parts[best], count, total) - out[best];
		more = more > left ? left : at_least(more, 0);
		out[best] += more;
		left -= more;
		done[best] = true;
	}
	left = share_out(parts, count, left, true, out);
	give_last(count, left, out);
}

static struct part panel_part(const struct panel *panel, bool frames)
{
	int frame = frames && panel->frame ? 2 : 0;
	return (struct part){ .size = panel->width, .least = panel_drawing(panel->type)->columns + frame,
		.priority = panel->priority };
}

/* Those that a row of so many columns has; all, where none would be left. */
static unsigned row_panels(const struct layout_row *row, int columns, const struct panel *out[LAYOUT_PANELS_MAX])
{
	unsigned count = 0;
	for (unsigned i = 0; i < row->panel_count && count < LAYOUT_PANELS_MAX; i++)
		if (columns >= row->panels[i]->min_columns)
			out[count++] = row->panels[i];
	for (unsigned i = 0; count == i && i < row->panel_count && i < LAYOUT_PANELS_MAX; i++)
		out[count++] = row->panels[i];
	return count;
}

/* A height in cells was written with the frame; without frames the two lines go to others. */
static struct part row_part(const struct layout_row *row, int columns, bool frames)
{
	struct part part = { .size = row->height, .priority = row->priority };
	const struct panel *panels[LAYOUT_PANELS_MAX];
	bool framed = false;
	for (unsigned i = 0, count = row_panels(row, columns, panels); i < count; i++) {
		const struct panel *panel = panels[i];
		int frame = frames && panel->frame ? 2 : 0;
		part.least = at_least(part.least, panel_drawing(panel->type)->lines + frame);
		framed = framed || panel->frame;
	}
	if (part.size.unit == SIZE_CELLS && framed && !frames)
		part.size.amount = at_least(part.size.amount - 2, 1);
	return part;
}

static unsigned place_row(const struct layout_row *row, struct box place, bool frames, struct box *boxes)
{
	struct part parts[LAYOUT_PANELS_MAX] = { { .least = 0 } };
	const struct panel *panels[LAYOUT_PANELS_MAX];
	int widths[LAYOUT_PANELS_MAX];
	unsigned used = 0, count = row_panels(row, place.columns, panels);
	for (unsigned i = 0; i < count; i++)
		parts[i] = panel_part(panels[i], frames);
	page_divide(parts, count, place.columns, widths);
	for (unsigned i = 0; i < count; i++) {
		if (widths[i] == 0)
			continue;
		struct box box = place;
		box.panel = panels[i];
		box.columns = widths[i];
		box.framed = frames && box.panel->frame && box.lines >= 3 && box.columns >= 4;
		place.column += widths[i];
		boxes[used++] = box;
	}
	/* Two lines of frames side by side read as one thick one, and neighbours without frames run into each other. */
	for (unsigned i = 0; i + 1 < used; i++) {
		if (boxes[i].framed && boxes[i + 1].framed && boxes[i].columns > 4)
			boxes[i].columns--;
		else if (!boxes[i].framed && !boxes[i + 1].framed && boxes[i].columns > 4)
			boxes[i].columns -= 2;
	}
	return used;
}

/* Those that a page of so many lines has; all, where none would be left. */
static unsigned page_rows(const struct page *page, int lines, const struct layout_row *out[LAYOUT_ROWS_MAX])
{
	unsigned count = 0;
	for (unsigned i = 0; i < page->row_count && count < LAYOUT_ROWS_MAX; i++)
		if (lines >= page->rows[i].min_lines)
			out[count++] = &page->rows[i];
	for (unsigned i = 0; count == i && i < page->row_count && i < LAYOUT_ROWS_MAX; i++)
		out[count++] = &page->rows[i];
	return count;
}

unsigned page_boxes(const struct page *page, int lines, int columns, struct box *boxes)
{
	bool frames = columns >= PAGE_FRAME_COLUMNS && lines >= PAGE_FRAME_LINES - 2;
	struct part parts[LAYOUT_ROWS_MAX] = { { .least = 0 } };
	int heights[LAYOUT_ROWS_MAX];
	const struct layout_row *rows[LAYOUT_ROWS_MAX];
	unsigned used = 0, count = page_rows(page, lines, rows);
	for (unsigned i = 0; i < count; i++)
		parts[i] = row_part(rows[i], columns, frames);
	page_divide(parts, count, lines, heights);
	struct box place = { .columns = columns };
	for (unsigned i = 0; i < count; i++) {
		place.lines = heights[i];
		if (heights[i] > 0 && used + rows[i]->panel_count <= PAGE_BOXES_MAX)
			used += place_row(rows[i], place, frames, boxes + used);
		place.line += heights[i];
	}
	return used;
}
