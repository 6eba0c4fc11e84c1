#include "recording/recorded_wall.h"

#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "board/board.h"
#include "board/query.h"
#include "recording/reader.h"
#include "recording/summary.h"

enum {
	TEXT_BYTES_MAX = 4 * 1024 * 1024, /* of a layout that is made: more than one that can be read */
	PANELS_IN_A_ROW = 2,
};

static bool recorded_read_json(struct json *json, const struct buffer *bytes, struct error *error)
{
	return bytes != NULL && json_parse(json, buffer_string(bytes), bytes->length, error);
}

bool recorded_wall_read(struct recorded_wall *wall, const char *path, struct error *error)
{
	struct recording *recording = recording_open(path, error);
	struct json json;
	struct error why;
	if (recording == NULL)
		return false;
	*wall = (struct recorded_wall){ .layout = "" };
	buffer_init(&wall->request, REQUEST_BODY_MAX);
	json_init(&json);
	for (uint32_t i = 0; i < recording->count && wall->request.length == 0; i++) {
		enum record_kind kind = recording->entries[i].kind;
		if (kind != RECORD_START && kind != RECORD_REQUEST)
			continue;
		const struct buffer *bytes = recording_read(recording, i, &why);
		if (!recorded_read_json(&json, bytes, &why))
			continue;
		int root = json_root(&json);
		if (kind == RECORD_START) {
			json_text(&json, json_get(&json, root, "tenant"), wall->tenant, sizeof(wall->tenant));
		} else {
			json_text(&json, json_get(&json, root, "layout"), wall->layout, sizeof(wall->layout));
			buffer_add(&wall->request, buffer_string(bytes), bytes->length);
		}
	}
	json_free(&json);
	recording_close(recording);
	return true;
}

void recorded_wall_free(struct recorded_wall *wall)
{
	buffer_free(&wall->request);
}

bool recorded_wall_suits(const struct recorded_wall *wall, const struct layout *layout)
{
	struct request request = { .set_count = 0 };
	struct json json;
	struct error error;
	double interval;
	bool suits = false;
	json_init(&json);
	if (wall->request.length > 0 && request_record_read(&request, layout, &json, buffer_string(&wall->request),
		wall->request.length, &interval, &error))
		for (unsigned i = 0; i < request.set_count; i++)
			suits = suits || !request.sets[i].skipped;
	request_free(&request);
	json_free(&json);
	return suits;
}

/* ---- a layout of what was asked for ---- */

/* Layouts quote texts as JSON does; there are no control characters in a text that was scrubbed. */
static void recorded_put_quoted(const struct json *json, int node, struct buffer *out)
{
	char text[BOARD_TEXT_MAX];
	json_text(json, node, text, sizeof(text));
	json_put_string(out, text);
}

static void recorded_put_list(const struct json *json, int group, const char *key, struct buffer *out)
{
	int list = json_get(json, group, key), count = 0;
	if (json_count(json, list) <= 0)
		return;
	buffer_print(out, " %s = [", key);
	for (int at = json_first(json, list); at >= 0; at = json_next(json, list, at)) {
		buffer_text(out, count++ == 0 ? "" : ", ");
		recorded_put_quoted(json, at, out);
	}
	buffer_text(out, "]");
}

static bool recorded_is_repeated(const struct json *json, int columns, int column)
{
	char stat[BOARD_TEXT_MAX];
	json_text(json, json_get(json, column, "stat"), stat, sizeof(stat));
	for (int at = json_first(json, columns); at >= 0 && at != column; at = json_next(json, columns, at))
		if (json_is(json, json_get(json, at, "stat"), stat))
			return true;
	return false;
}

/* The column that tells the rows apart was asked for beside those that were shown. */
static bool recorded_is_shown(const struct json *json, int set, int columns, int column)
{
	char key[BOARD_TEXT_MAX];
	json_text(json, json_get(json, set, "key"), key, sizeof(key));
	bool is_key = key[0] != '\0' && json_is(json, json_get(json, column, "id"), key);
	return !recorded_is_repeated(json, columns, column) && (!is_key || column == json_first(json, columns));
}

static void recorded_put_columns(const struct json *json, int set, const char *key, struct buffer *out)
{
	int columns = json_get(json, set, "columns"), count = 0;
	buffer_print(out, " %s = (", key);
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at)) {
		if (!recorded_is_shown(json, set, columns, at))
			continue;
		buffer_text(out, count++ == 0 ? " { stat = " : ", { stat = ");
		recorded_put_quoted(json, json_get(json, at, "stat"), out);
		recorded_put_list(json, at, "dispositions", out);
		if (json_is(json, json_get(json, at, "scale"), "fraction"))
			buffer_text(out, " scale = \"fraction\"");
		buffer_text(out, " }");
	}
	buffer_text(out, " )");
}

static void recorded_put_text(const struct json *json, int set, const char *key, struct buffer *out)
{
	char text[BOARD_TEXT_MAX];
	json_text(json, json_get(json, set, key), text, sizeof(text));
	for (const char *at = text; *at != '\0'; at++)
		buffer_print(out, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
}

static void recorded_put_filter(const struct json *json, int set, struct buffer *out)
{
	if (json_get(json, set, "filter_stat") < 0)
		return;
	buffer_text(out, " filter = \"");
	recorded_put_text(json, set, "filter_stat", out);
	buffer_text(out, " ");
	recorded_put_text(json, set, "filter_operation", out);
	buffer_text(out, " '");
	recorded_put_text(json, set, "filter_value", out);
	buffer_text(out, "'\"");
}

static void recorded_put_flag(const struct json *json, int set, const char *key, struct buffer *out)
{
	if (json_kind(json, json_get(json, set, key)) == JSON_TRUE)
		buffer_print(out, " %s = true", key);
}

static enum panel_type recorded_type(const struct json *json, int set)
{
	enum panel_type type = PANEL_TOTALS;
	while (type < PANEL_TYPE_COUNT && !json_is(json, json_get(json, set, "type"), panel_type_names[type]))
		type++;
	return type;
}

/* All that changes what the server answers, as far as the type of panel has it. */
static void recorded_put_panel(
	const struct json *json, int set, enum panel_type type, unsigned number, struct buffer *out)
{
	unsigned keys = panel_kind(type)->keys;
	double limit = 0;
	buffer_print(out, "{ name = \"panel%u\" title = ", number);
	recorded_put_quoted(json, json_get(json, set, "panel"), out);
	buffer_print(out, " type = \"%s\"", panel_type_names[type]);
	if (keys & PANEL_KEY_SERVICES)
		recorded_put_list(json, set, "services", out);
	if (keys & PANEL_KEY_TEAMS)
		recorded_put_list(json, set, "teams", out);
	if (keys & PANEL_KEY_DISPOSITIONS)
		recorded_put_list(json, set, "dispositions", out);
	if (type == PANEL_MESSAGES && json_get(json, set, "message_filter") >= 0) {
		buffer_text(out, " filter = ");
		recorded_put_quoted(json, json_get(json, set, "message_filter"), out);
	} else if (keys & PANEL_KEY_FILTER) {
		recorded_put_filter(json, set, out);
	}
	if ((keys & PANEL_KEY_LIMIT) && json_number(json, json_get(json, set, "limit"), &limit) && limit >= 1)
		buffer_print(out, " limit = %d", (int)limit);
	if ((keys & PANEL_KEY_SORT) && json_get(json, set, "sort_stat") >= 0) {
		buffer_text(out, " sort = \"");
		recorded_put_text(json, set, "sort_stat", out);
		bool descending = json_kind(json, json_get(json, set, "sort_descending")) == JSON_TRUE;
		buffer_text(out, descending ? " desc\"" : " asc\"");
	}
	if (keys & PANEL_KEY_TOTAL)
		recorded_put_flag(json, set, "total", out);
	if (keys & PANEL_KEY_LOGGED_IN_ONLY)
		recorded_put_flag(json, set, "logged_in_only", out);
	if (keys & PANEL_KEY_SUBTEAM_ONLY)
		recorded_put_flag(json, set, "subteam_only", out);
	if (keys & PANEL_KEY_COLUMNS)
		recorded_put_columns(json, set, "columns", out);
	if (keys & PANEL_KEY_TILES)
		recorded_put_columns(json, set, "tiles", out);
	buffer_text(out, " }");
}

static bool recorded_put_layout(const struct json *json, struct buffer *out)
{
	int sets = json_get(json, json_root(json), "sets");
	unsigned count = 0;
	buffer_text(out, "title = ");
	recorded_put_quoted(json, json_get(json, json_root(json), "layout"), out);
	buffer_text(out, " pages = ( { rows = ( { panels = ( ");
	for (int at = json_first(json, sets); at >= 0 && count < LAYOUT_PANELS_MAX; at = json_next(json, sets, at)) {
		enum panel_type type = recorded_type(json, at);
		if (type == PANEL_TYPE_COUNT)
			continue;
		bool wraps = count > 0 && count % PANELS_IN_A_ROW == 0;
		buffer_text(out, count == 0 ? "" : wraps ? " ) }, { panels = ( " : ", ");
		recorded_put_panel(json, at, type, ++count, out);
	}
	buffer_text(out, " ) } ) } )");
	return count > 0 && !out->full;
}

struct layout *recorded_wall_layout(const struct recorded_wall *wall, struct error *error)
{
	struct layout *layout = NULL;
	struct buffer text;
	struct json json;
	json_init(&json);
	buffer_init(&text, TEXT_BYTES_MAX);
	if (wall->request.length == 0)
		error_set(error, "the recording does not say what was asked for");
	else if (!recorded_read_json(&json, &wall->request, error) || !recorded_put_layout(&json, &text))
		error_set(error, "the recorded request has no panels");
	else
		layout = layout_parse(wall->layout[0] != '\0' ? wall->layout : "recording", "the recording",
			buffer_string(&text), error);
	buffer_free(&text);
	json_free(&json);
	return layout;
}

/* ---- a layout of what a summary can use of it ---- */

enum { SUMMARY_PANELS_IN_A_ROW = 8 }; /* of the page, which is never shown */

static bool recorded_is_column_summed(const struct json *json, int column)
{
	int stat = json_get(json, column, "stat");
	if (json_get(json, column, "dispositions") >= 0)
		return false;
	for (int i = 0; i < SUMMARY_STATS; i++)
		if (json_is(json, stat, summary_stat_names[i]))
			return true;
	return json_is(json, stat, "name");
}

static void recorded_put_summary_columns(const struct json *json, int set, struct buffer *out)
{
	int columns = json_get(json, set, "columns"), count = 0;
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at)) {
		if (!recorded_is_column_summed(json, at))
			continue;
		buffer_text(out, count++ == 0 ? "{ stat = " : ", { stat = ");
		recorded_put_quoted(json, json_get(json, at, "stat"), out);
		buffer_text(out, " }");
	}
}

static void recorded_put_summary_panel(const struct json *json, int set, const char *between, struct buffer *out)
{
	bool grid = json_is(json, json_get(json, set, "type"), "service_grid");
	double limit = 0;
	buffer_print(out, "%s{ name = ", between);
	recorded_put_quoted(json, json_get(json, set, "panel"), out);
	buffer_print(out, " type = \"%s\"", grid ? "service_grid" : "totals");
	recorded_put_list(json, set, "services", out);
	if (grid) {
		recorded_put_filter(json, set, out);
		if (json_number(json, json_get(json, set, "limit"), &limit) && limit > 0)
			buffer_print(out, " limit = %d", (int)limit);
		if (json_kind(json, json_get(json, set, "total")) == JSON_TRUE)
			buffer_text(out, " total = true");
	} else {
		recorded_put_list(json, set, "dispositions", out);
	}
	buffer_print(out, " %s = ( ", grid ? "columns" : "tiles");
	recorded_put_summary_columns(json, set, out);
	buffer_text(out, " ) }");
}

static bool recorded_is_set_summed(const struct json *json, int set)
{
	int columns = json_get(json, set, "columns"), type = json_get(json, set, "type");
	bool grid = json_is(json, type, "service_grid"), named = !grid, used = false;
	if (!grid && !json_is(json, type, "totals"))
		return false;
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at)) {
		bool name = json_is(json, json_get(json, at, "stat"), "name");
		named = named || name;
		used = used || (!name && recorded_is_column_summed(json, at));
	}
	return named && used;
}

bool recorded_summary_layout(const struct json *json, struct buffer *out)
{
	int sets = json_get(json, json_root(json), "sets"), count = 0;
	buffer_text(out, "pages = ( { rows = ( { panels = ( ");
	for (int at = json_first(json, sets); at >= 0; at = json_next(json, sets, at)) {
		if (!recorded_is_set_summed(json, at))
			continue;
		bool wraps = count > 0 && count % SUMMARY_PANELS_IN_A_ROW == 0;
		recorded_put_summary_panel(json, at, count == 0 ? "" : wraps ? " ) }, { panels = ( " : ", ", out);
		count++;
	}
	/* A layout has at least one panel. */
	return buffer_text(out, count == 0 ? "{ name = \"nothing\" type = \"clock\" } ) } ) } )" : " ) } ) } )");
}
