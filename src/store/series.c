#include "store/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/text.h"

enum {
	SERIES_TEXT_MAX = 64 * 1024, /* of a name before it is cut: all services of a large tenant */
	SERIES_CALC_DEPTH = 3,       /* columns computed of computed columns that are written out */
};

const char *const store_scope_names[] = { "service", "total", NULL };

/* Longer ones are cut, and told apart by a number. */
static void series_end_name(struct buffer *text, char *out, size_t size)
{
	const char *whole = buffer_string(text);
	if (text->length < size && !text->full) {
		memcpy(out, whole, text->length + 1);
		return;
	}
	snprintf(out, size - 12, "%s", whole);
	text_trim(out);
	snprintf(out + strlen(out), 12, "... %07x", (unsigned)(text_hash(whole) & 0xfffffff));
}

static int series_compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void series_put_texts(struct buffer *out, const struct texts *texts)
{
	const char **sorted = must_alloc((texts->count + 1UL) * sizeof(*sorted));
	for (unsigned i = 0; i < texts->count; i++)
		sorted[i] = texts->items[i];
	qsort(sorted, texts->count, sizeof(*sorted), series_compare_texts);
	for (unsigned i = 0; i < texts->count; i++)
		buffer_print(out, "%s%s", i > 0 ? ", " : "", sorted[i]);
	free(sorted);
}

static const char *series_statistic(const struct column *column)
{
	return column->shows != NULL ? column->shows : column->stat;
}

static void series_put_column(struct buffer *out, const struct panel *panel, const struct column *column, int depth);

/* What the names in it stand for is a part of it, where they are not statistics. */
static void series_put_calc(struct buffer *out, const struct panel *panel, const struct calc *calc, int depth)
{
	buffer_print(out, "= %s", calc->text);
	for (unsigned i = 0; i < calc->operand_count && depth > 0; i++) {
		const struct calc_operand *operand = &calc->operands[i];
		if (operand->column < 0)
			continue;
		const struct column *of = &panel->columns[operand->column];
		if (of->calc == NULL && of->sum.count == 0 && of->dispositions.count == 0 && strcmp(of->name, of->stat) == 0)
			continue;
		buffer_print(out, "; %s: ", of->name);
		series_put_column(out, panel, of, depth - 1);
	}
}

static void series_put_column(struct buffer *out, const struct panel *panel, const struct column *column, int depth)
{
	const struct texts *dispositions = column->dispositions.count > 0 ? &column->dispositions : &panel->dispositions;
	if (column->calc != NULL && column->shows == NULL) {
		series_put_calc(out, panel, column->calc, depth);
		return;
	}
	if (column->sum.count > 0) {
		buffer_text(out, "sum(");
		series_put_texts(out, &column->sum);
		buffer_text(out, ")");
	} else {
		buffer_text(out, series_statistic(column));
	}
	if (dispositions->count == 0)
		return;
	buffer_text(out, " [");
	series_put_texts(out, dispositions);
	buffer_text(out, "]");
}

bool store_column_is_kept(const struct panel *panel, unsigned column)
{
	return (panel->type == PANEL_SERVICE_GRID || panel_has_totals(panel->type)) && !kind_is_text(panel->columns[column].kind);
}

bool store_keeps(const struct layout *layout)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		for (unsigned column = 0; column < layout->panels[i].column_count; column++)
			if (store_column_is_kept(&layout->panels[i], column))
				return true;
	return false;
}

bool store_column_name(const struct panel *panel, unsigned column, const char *service, struct store_name *name)
{
	bool grid = panel->type == PANEL_SERVICE_GRID;
	if (!store_column_is_kept(panel, column))
		return false;
	struct buffer text;
	buffer_init(&text, SERIES_TEXT_MAX);
	if (grid && service != NULL)
		buffer_text(&text, service);
	else
		series_put_texts(&text, &panel->services);
	series_end_name(&text, name->name, sizeof(name->name));
	name->scope = (grid && service != NULL) || panel->services.count == 1 ? STORE_SERVICE : STORE_TOTAL;
	buffer_clear(&text);
	series_put_column(&text, panel, &panel->columns[column], SERIES_CALC_DEPTH);
	series_end_name(&text, name->statistic, sizeof(name->statistic));
	buffer_free(&text);
	return name->statistic[0] != '\0';
}

bool store_column_counts(const struct column *column)
{
	if (column->kind != KIND_COUNT || (column->calc != NULL && column->shows == NULL))
		return false;
	for (unsigned i = 0; i < column->sum.count; i++)
		if (!statistic_per_day(column->sum.items[i]))
			return false;
	return column->sum.count > 0 || statistic_per_day(series_statistic(column));
}
