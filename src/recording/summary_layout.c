#include "recording/summary_layout.h"

#include <string.h>

#include "base/json_write.h"
#include "board/board.h"
#include "recording/summary.h"

/* Of a row of the page: nobody looks at it. */
enum { PANELS_IN_A_ROW = 8 };

/* Layouts quote texts as JSON does; there are no control characters in a text that was scrubbed. */
static void put_quoted(const struct json *json, int node, struct buffer *out)
{
	char text[BOARD_TEXT_MAX];
	json_text(json, node, text, sizeof(text));
	json_put_string(out, text);
}

static void put_list(const struct json *json, int set, const char *key, struct buffer *out)
{
	int list = json_get(json, set, key);
	if (json_count(json, list) <= 0)
		return;
	buffer_print(out, " %s = [", key);
	for (int at = json_first(json, list), i = 0; at >= 0; at = json_next(json, list, at), i++) {
		buffer_text(out, i == 0 ? "" : ", ");
		put_quoted(json, at, out);
	}
	buffer_text(out, "]");
}

static bool is_used(const struct json *json, int column)
{
	int stat = json_get(json, column, "stat");
	if (json_get(json, column, "dispositions") >= 0)
		return false;
	for (int i = 0; i < SHIFT_STATS; i++)
		if (json_is(json, stat, shift_stat_names[i]))
			return true;
	return json_is(json, stat, "name");
}

static void put_column(const struct json *json, int column, bool first, struct buffer *out)
{
	buffer_text(out, first ? "{ stat = " : ", { stat = ");
	put_quoted(json, json_get(json, column, "stat"), out);
	if (json_is(json, json_get(json, column, "scale"), "fraction"))
		buffer_text(out, " scale = \"fraction\"");
	buffer_text(out, " }");
}

/* Returns how many there are. */
static int put_columns(const struct json *json, int set, struct buffer *out)
{
	int columns = json_get(json, set, "columns"), count = 0;
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at))
		if (is_used(json, at))
			put_column(json, at, count++ == 0, out);
	return count;
}

static void put_filter(const struct json *json, int set, struct buffer *out)
{
	char text[BOARD_TEXT_MAX];
	if (json_get(json, set, "filter_stat") < 0)
		return;
	buffer_text(out, " filter = \"");
	json_text(json, json_get(json, set, "filter_stat"), text, sizeof(text));
	buffer_text(out, text);
	json_text(json, json_get(json, set, "filter_operation"), text, sizeof(text));
	buffer_print(out, " %s '", text);
	json_text(json, json_get(json, set, "filter_value"), text, sizeof(text));
	for (const char *at = text; *at != '\0'; at++)
		buffer_print(out, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
	buffer_text(out, "'\"");
}

static void put_panel(const struct json *json, int set, const char *between, struct buffer *out)
{
	bool grid = json_is(json, json_get(json, set, "type"), "service_grid");
	double limit = 0;
	buffer_print(out, "%s{ name = ", between);
	put_quoted(json, json_get(json, set, "panel"), out);
	buffer_print(out, " type = \"%s\"", grid ? "service_grid" : "totals");
	put_list(json, set, "services", out);
	if (grid) {
		put_filter(json, set, out);
		if (json_number(json, json_get(json, set, "limit"), &limit))
			buffer_print(out, " limit = %d", (int)limit);
		if (json_kind(json, json_get(json, set, "total")) == JSON_TRUE)
			buffer_text(out, " total = true");
	} else {
		put_list(json, set, "dispositions", out);
	}
	buffer_print(out, " %s = ( ", grid ? "columns" : "tiles");
	put_columns(json, set, out);
	buffer_text(out, " ) }");
}

static bool is_of_use(const struct json *json, int set)
{
	int columns = json_get(json, set, "columns"), type = json_get(json, set, "type");
	bool grid = json_is(json, type, "service_grid"), named = !grid, used = false;
	if (!grid && !json_is(json, type, "totals"))
		return false;
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at)) {
		bool name = json_is(json, json_get(json, at, "stat"), "name");
		named = named || name;
		used = used || (!name && is_used(json, at));
	}
	return named && used;
}

bool shift_layout(const struct json *json, struct buffer *out)
{
	int sets = json_get(json, json_root(json), "sets"), count = 0;
	buffer_text(out, "pages = ( { rows = ( { panels = ( ");
	for (int at = json_first(json, sets); at >= 0; at = json_next(json, sets, at)) {
		if (!is_of_use(json, at))
			continue;
		bool wraps = count > 0 && count % PANELS_IN_A_ROW == 0;
		put_panel(json, at, count == 0 ? "" : wraps ? " ) }, { panels = ( " : ", ", out);
		count++;
	}
	/* A layout has at least one panel. */
	return buffer_text(out, count == 0 ? "{ name = \"nothing\" type = \"clock\" } ) } ) } )" : " ) } ) } )");
}
