#include "recording/recorded_wall.h"

#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "board/board.h"
#include "board/query.h"
#include "recording/reader.h"
#include "recording/summary.h"

enum { TEXT_BYTES_MAX = 4 * 1024 * 1024 }; /* of a layout that is made: more than one that can be read */

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

/* ---- layouts of what was asked for ---- */

/* What of a recorded request becomes a layout. */
struct recorded_choice {
	bool (*set)(const struct json *json, int set);       /* NULL: all */
	bool (*column)(const struct json *json, int column); /* NULL: all that were shown */
	bool named; /* a panel has its recorded name, and not one that is good for a layout of whatever origin */
	unsigned in_a_row;
};

static enum panel_type recorded_type(const struct json *json, int set)
{
	enum panel_type type = PANEL_TOTALS;
	while (type < PANEL_TYPE_COUNT && !json_is(json, json_get(json, set, "type"), panel_type_names[type]))
		type++;
	return type;
}

static const char *recorded_between(unsigned count, unsigned in_a_row)
{
	if (count == 0)
		return "";
	if (count % (in_a_row * LAYOUT_ROWS_MAX) == 0)
		return "\n\t\t\t) }\n\t\t)\n\t},\n\t{\n\t\trows = (\n\t\t\t{ panels = (\n\t\t\t\t";
	return count % in_a_row == 0 ? "\n\t\t\t) },\n\t\t\t{ panels = (\n\t\t\t\t" : ",\n\t\t\t\t";
}

/* The number of panels; 0: nothing is worth one, and there is no layout. */
static unsigned recorded_put_layout(const struct json *json, const struct recorded_choice *choice, struct buffer *out)
{
	int sets = json_get(json, json_root(json), "sets");
	unsigned count = 0;
	char name[RECORDED_NAME_MAX];
	buffer_text(out, "pages = (\n\t{\n\t\trows = (\n\t\t\t{ panels = (\n\t\t\t\t");
	for (int at = json_first(json, sets); at >= 0 && count < LAYOUT_PANELS_MAX; at = json_next(json, sets, at)) {
		enum panel_type type = recorded_type(json, at);
		if (type == PANEL_TYPE_COUNT || (choice->set != NULL && !choice->set(json, at)))
			continue;
		buffer_print(out, "%s{ ", recorded_between(count++, choice->in_a_row));
		if (!choice->named)
			buffer_print(out, "name = \"panel%u\" ", count);
		json_text(json, json_get(json, at, "panel"), name, sizeof(name));
		buffer_text(out, choice->named ? "name = " : "title = ");
		json_put_string(out, name);
		request_record_panel(json, at, type, choice->column, out);
		buffer_text(out, " }");
	}
	/* A layout has at least one panel. */
	buffer_text(out, count == 0 ? "{ name = \"nothing\" type = \"clock\" }" : "");
	buffer_text(out, "\n\t\t\t) }\n\t\t)\n\t}\n)\n");
	return count;
}

/* ---- of all of it ---- */

static const struct recorded_choice whole_wall = { .in_a_row = 2 };

struct layout *recorded_wall_layout(const struct recorded_wall *wall, struct error *error)
{
	struct layout *layout = NULL;
	struct buffer text;
	struct json json;
	json_init(&json);
	buffer_init(&text, TEXT_BYTES_MAX);
	if (wall->request.length == 0)
		error_set(error, "the recording does not say what was asked for");
	else if (!recorded_read_json(&json, &wall->request, error) || recorded_put_layout(&json, &whole_wall, &text) == 0 ||
		text.full)
		error_set(error, "the recorded request has no panels");
	else
		layout = layout_parse(wall->layout[0] != '\0' ? wall->layout : "recording", RECORDED_WALL_SOURCE,
			buffer_string(&text), error);
	buffer_free(&text);
	json_free(&json);
	return layout;
}

/* ---- of what a summary can use of it ---- */

static bool recorded_is_column_summed(const struct json *json, int column)
{
	int stat = json_get(json, column, "stat");
	if (json_get(json, column, "dispositions") >= 0)
		return false;
	for (int i = 0; i < CALLS_STATS; i++)
		if (json_is(json, stat, calls_stat_names[i]))
			return true;
	return json_is(json, stat, "name");
}

static bool recorded_is_set_summed(const struct json *json, int set)
{
	int columns = json_get(json, set, "columns");
	enum panel_type type = recorded_type(json, set);
	bool named = type == PANEL_TOTALS, used = false;
	if (type != PANEL_SERVICE_GRID && type != PANEL_TOTALS)
		return false;
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at)) {
		bool name = json_is(json, json_get(json, at, "stat"), "name");
		named = named || name;
		used = used || (!name && recorded_is_column_summed(json, at));
	}
	return named && used;
}

/* The page is never shown. */
static const struct recorded_choice summed_wall = {
	.set = recorded_is_set_summed, .column = recorded_is_column_summed, .named = true, .in_a_row = 8,
};

bool recorded_summary_layout(const struct json *json, struct buffer *out)
{
	(void)recorded_put_layout(json, &summed_wall, out);
	return !out->full;
}
