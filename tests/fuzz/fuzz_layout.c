/* A layout from anybody: refused with a place and a reason, or complete; and what is asked for it is JSON. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "board/board.h"
#include "board/query.h"

/*
 * libconfig 1.5 loses the text that stands before a syntax error: the 64 bytes in which its scanner gathers it, or the
 * finished copy (mended in its later versions). Nothing of ours is lost: a layout is read once, and on a reload. Its
 * functions are named, since nothing above them is on the stack that is seen.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

static void check_texts(const struct texts *texts)
{
	for (unsigned i = 0; i < texts->count; i++)
		PROMISE(fuzz_clean(texts->items[i]));
}

static void check_column(const struct column *column)
{
	PROMISE(fuzz_clean(column->stat) && column->stat[0] != '\0');
	PROMISE(fuzz_clean(column->label) && fuzz_clean(column->head));
	PROMISE(column->width >= 1 && column->width <= 200 && column->align != ALIGN_DEFAULT);
	PROMISE(column->limit_count <= LAYOUT_LIMITS_MAX);
	check_texts(&column->dispositions);
}

static void check_panel(const struct layout *layout, const struct panel *panel)
{
	PROMISE(panel == &layout->panels[panel->index] && layout_panel(layout, panel->name) == panel);
	PROMISE(panel->type < PANEL_TYPE_COUNT && panel->column_count <= LAYOUT_COLUMNS_MAX);
	PROMISE(panel->limit >= 0 && panel->limit <= LAYOUT_GRID_LIMIT_MAX);
	PROMISE(fuzz_clean(panel->title) && fuzz_clean(panel->message_filter));
	PROMISE(panel->format == NULL || fuzz_clean(panel->format));
	PROMISE(panel->sort_stat == NULL || fuzz_clean(panel->sort_stat));
	PROMISE(panel->filter_stat == NULL || (fuzz_clean(panel->filter_stat) && fuzz_clean(panel->filter_value)));
	for (const char *line = panel->text; *line != '\0'; line++)
		PROMISE((unsigned char)*line >= 0x20 || *line == '\n');
	check_texts(&panel->services);
	check_texts(&panel->teams);
	check_texts(&panel->dispositions);
	for (unsigned i = 0; i < panel->column_count; i++)
		check_column(&panel->columns[i]);
}

static void check_layout(const struct layout *layout)
{
	unsigned panels = 0;
	PROMISE(layout->page_count >= 1 && layout->page_count <= LAYOUT_PAGES_MAX);
	PROMISE(fuzz_clean(layout->title));
	PROMISE(layout->interval == 0 || (layout->interval >= 0.05 && layout->interval <= 3600));
	for (unsigned i = 0; i < layout->page_count; i++) {
		PROMISE(fuzz_clean(layout->pages[i].title) && layout->pages[i].row_count >= 1);
		for (unsigned row = 0; row < layout->pages[i].row_count; row++)
			panels += layout->pages[i].rows[row].panel_count;
	}
	PROMISE(panels == layout->panel_count && panels <= LAYOUT_PANELS_MAX);
	for (unsigned i = 0; i < panels; i++)
		check_panel(layout, &layout->panels[i]);
	for (unsigned i = 0; i < layout->alert_count; i++)
		PROMISE(fuzz_clean(layout->alerts[i].name) && fuzz_clean(layout->alerts[i].when));
}

/* The body holds each set that is posted once, under its app id. */
/* Of what is posted: one for each set, and one for each further part of its totals. */
static unsigned app_ids(const struct request *request)
{
	unsigned count = request_live_sets(request);
	for (unsigned i = 0; i < request->set_count; i++)
		if (!request->sets[i].skipped && request->sets[i].part_count > 1)
			count += request->sets[i].part_count - 1;
	return count;
}

static void check_body(const struct request *request)
{
	struct buffer body;
	struct json json;
	struct error error = { "" };
	buffer_init(&body, REQUEST_BODY_MAX);
	json_init(&json);
	if (request_body(request, &body)) {
		PROMISE(json_parse(&json, body.data, body.length, &error));
		PROMISE((unsigned)json_count(&json, 0) == app_ids(request));
		for (unsigned i = 0; i < request->set_count; i++)
			PROMISE((json_get(&json, 0, request->sets[i].app_id) > 0) != request->sets[i].skipped);
	} else {
		PROMISE(body.full);
	}
	json_free(&json);
	buffer_free(&body);
}

static void check_request(const struct layout *layout)
{
	static const enum dialect dialects[] = { DIALECT_SCHEMA, DIALECT_EXAMPLE };
	static const char known[] = "[{\"id\":\"E66F7A0C-E464-4656-B4AA-026F53A3D403\",\"name\":\"Sales\"}]";
	struct catalogue unknown, some;
	struct request request;
	struct json json;
	json_init(&json);
	catalogue_init(&unknown);
	catalogue_init(&some);
	PROMISE(catalogue_read(&some, &json, known, strlen(known), NULL));
	request_init(&request);
	for (int i = 0; i < 4; i++) {
		request.dialect = dialects[i & 1];
		request_plan(&request, layout, i < 2 ? &unknown : &some, i < 2 ? &unknown : &some, "tag.host.user");
		for (unsigned set = 0; set < request.set_count; set++) {
			PROMISE(fuzz_clean(request.sets[set].reason));
			PROMISE(request.sets[set].skipped == (request.sets[set].reason[0] != '\0'));
			PROMISE(request_is_ours(&request, request.sets[set].app_id));
		}
		check_body(&request);
	}
	request_free(&request);
	catalogue_free(&some);
	json_free(&json);
}

int fuzz_layout(const uint8_t *data, size_t size)
{
	struct error error = { "" };
	fuzz_begin();
	char *text = fuzz_string(data, size);
	struct layout *layout = layout_parse("some", "some.conf", text, &error);
	PROMISE((layout == NULL) == (error.text[0] != '\0'));
	PROMISE(fuzz_clean(error.text));
	if (layout == NULL)
		PROMISE(strncmp(error.text, "some.conf:", 10) == 0 && atoi(error.text + 10) >= 1);
	free(text);
	if (layout != NULL) {
		check_layout(layout);
		check_request(layout);
		board_free(board_new(layout));
	}
	layout_free(layout);
	return 0;
}
