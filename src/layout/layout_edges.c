/* By which numbers the values of a column are judged, so that none is shown as if it were on the other side of one. */
#include <string.h>

#include "layout/expression.h"
#include "layout/layout_parts.h"

static bool add_edge(struct layout *layout, struct column *column, const struct threshold *threshold)
{
	struct edges *edges = &column->edges;
	if (threshold->comparison == COMPARE_NONE)
		return true;
	for (unsigned i = 0; i < edges->count; i++)
		if (edges->numbers[i] == threshold->number)
			return true;
	if (edges->count == edges->room) {
		unsigned room = edges->room == 0 ? 4 : 2 * edges->room;
		double *numbers = arena_alloc(&layout->arena, room * sizeof(*numbers));
		if (numbers == NULL)
			return false;
		if (edges->count > 0)
			memcpy(numbers, edges->numbers, edges->count * sizeof(*numbers));
		edges->numbers = numbers;
		edges->room = room;
	}
	edges->numbers[edges->count++] = threshold->number;
	return true;
}

static bool add_column(struct layout *layout, struct column *column)
{
	if (!add_edge(layout, column, &column->warn) || !add_edge(layout, column, &column->alert))
		return false;
	for (unsigned i = 0; i < column->limit_count; i++)
		if (!add_edge(layout, column, &column->limits[i].warn) || !add_edge(layout, column, &column->limits[i].alert))
			return false;
	return true;
}

/* A condition of an alert, which was checked before; NULL: it has none. */
static bool add_condition(struct layout *layout, const char *text)
{
	struct error error;
	struct expression *expression = text == NULL ? NULL : expression_read(text, layout, &error);
	const struct operand *operand;
	bool good = true;
	for (unsigned i = 0; expression != NULL && good && (operand = expression_operand(expression, i)) != NULL; i++) {
		struct threshold threshold = expression_threshold(expression, i);
		good = add_edge(layout, &layout->panels[operand->panel->index].columns[operand->column], &threshold);
	}
	expression_free(expression);
	return good;
}

bool layout_gather_edges(struct layout *layout, struct error *error)
{
	bool good = true;
	for (unsigned p = 0; p < layout->panel_count; p++)
		for (unsigned c = 0; good && c < layout->panels[p].column_count; c++)
			good = add_column(layout, &layout->panels[p].columns[c]);
	for (unsigned i = 0; good && i < layout->alert_count; i++)
		good = add_condition(layout, layout->alerts[i].when) && add_condition(layout, layout->alerts[i].clear);
	return good || error_set(error, "the layout is too large");
}
