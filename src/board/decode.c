#include "board/decode.h"

#include <stdio.h>
#include <string.h>

#include "board/decode_grid.h"

/* The other of the two sets of data, emptied. */
static struct panel_data *spare(struct board *board, const struct panel *panel)
{
	struct panel_board *entry = &board->panels[panel->index];
	struct panel_data *data = &entry->data[1 - entry->shown];
	arena_reset(&data->arena);
	data->received = false;
	data->rows = data->columns = 0;
	data->cells = data->totals = NULL;
	data->keys = NULL;
	if (data->grid != NULL)
		rows_clear(data->grid);
	return data;
}

static void set_problem(struct panel_board *entry, const char *problem)
{
	snprintf(entry->problem, sizeof(entry->problem), "%s", problem);
}

static bool decode_totals(struct decoding *decoding, int app, bool *found)
{
	struct panel_data *data = decoding->data;
	struct cell *cells;
	if (!decode_totals_row(decoding, json_get(decoding->json, app, "stats_totals"), &cells))
		return false;
	*found = cells != NULL;
	if (!*found)
		return true;
	if (!decode_room(decoding, 1, decoding->set->panel->column_count))
		return false;
	data->rows = 1;
	data->cells = cells;
	data->keys[0] = "";
	return true;
}

/* One app id's part of the answer into the spare; found is false where the answer lacks what was asked for. */
static bool decode_set(struct decoding *decoding, int app, bool *found)
{
	const struct json *json = decoding->json;
	const struct panel *panel = decoding->set->panel;
	*found = true;
	switch (panel->type) {
	case PANEL_TOTALS:
		return decode_totals(decoding, app, found);
	case PANEL_SERVICE_GRID:
		return decode_grid(decoding, json_get(json, app, "service_grids"), found) &&
			(!panel->total ||
				decode_totals_row(decoding, json_get(json, app, "stats_totals"), &decoding->data->totals));
	case PANEL_AGENT_GRID:
		return decode_grid(decoding, json_get(json, app, "agent_grids"), found);
	case PANEL_AGENT_STATES:
		return decode_states(decoding, json_get(json, app, "agent_grids"), found);
	case PANEL_MESSAGES:
		*found = json_kind(json, json_get(json, app, "chat_messages")) == JSON_ARRAY;
		return !*found || decode_messages(decoding, json_get(json, app, "chat_messages"));
	default:
		return true;
	}
}

static bool decode_app(struct board *board, struct decoding *decoding, int app)
{
	const struct panel *panel = decoding->set->panel;
	struct panel_board *entry = &board->panels[panel->index];
	bool found;
	if (json_kind(decoding->json, app) != JSON_OBJECT)
		return error_set(decoding->error, "an app id holds no object");
	decoding->data = spare(board, panel);
	if (!decode_set(decoding, app, &found))
		return error_prefix(decoding->error, "panel '%.40s': ", panel->name);
	entry->fresh = found;
	entry->absent = !found;
	decoding->filled += found;
	return true;
}

/* Shows the spares that this frame built. */
static void swap_fresh(struct board *board, int64_t received_ms)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		struct panel_board *entry = &board->panels[i];
		if (entry->absent)
			set_problem(entry, "the answer has nothing for this panel");
		entry->absent = false;
		if (!entry->fresh)
			continue;
		set_problem(entry, "");
		entry->fresh = false;
		entry->shown = 1 - entry->shown;
		entry->data[entry->shown].received = true;
		entry->data[entry->shown].received_ms = received_ms;
		entry->data[entry->shown].version = board->generation + 1;
	}
	board->generation++;
}

static void forget_fresh(struct board *board)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++)
		board->panels[i].fresh = board->panels[i].absent = false;
}

/* All sets of one app id: one, unless the request is another client's. */
static bool decode_sets(struct board *board, struct decoding *decoding, int key, const struct request *request,
	struct decode_report *report)
{
	char app_id[REQUEST_APP_ID_MAX];
	json_text(decoding->json, key, app_id, sizeof(app_id));
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		/* The first of duplicate app ids stands. */
		if (strcmp(set->app_id, app_id) != 0 || set->skipped)
			continue;
		report->ours++;
		decoding->set = set;
		if (!board->panels[set->panel->index].fresh && !decode_app(board, decoding, json_value(decoding->json, key)))
			return false;
	}
	return true;
}

bool decode_is_set(const struct json *json, int node)
{
	static const char *const members[] = { "agent_grids", "service_grids", "stats_totals", "chat_messages" };
	if (json_kind(json, node) != JSON_OBJECT)
		return false;
	for (unsigned i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_get(json, node, members[i]) >= 0)
			return true;
	return json_count(json, node) == 0;
}

static bool decode_apps(struct board *board, const struct frame *frame, struct decode_report *report,
	struct error *error)
{
	const struct json *json = &board->json;
	struct decoding decoding = {
		.json = json, .row = &board->row, .wall_ms = frame->wall_ms, .names = board->names, .error = error,
	};
	int root = json_root(json);
	if (json_kind(json, root) != JSON_OBJECT)
		return error_set(error, "the answer is no object of app ids");
	for (int at = json_first(json, root); at >= 0; at = json_next(json, root, at)) {
		unsigned before = report->ours;
		if (!decode_sets(board, &decoding, at, frame->request, report)) {
			report->bad_part = true;
			return false;
		}
		if (report->ours > before)
			continue;
		if (decode_is_set(json, json_value(json, at)))
			report->foreign++;
		else if (report->stray == 0)
			report->stray = at;
	}
	report->filled = decoding.filled;
	report->blank_columns = decoding.rows_seen > 0 && decoding.values_seen == 0;
	return true;
}

/* An error, or something else that is no app id. */
static bool no_statistics(const struct json *json, int key, struct error *error)
{
	char name[32], text[120];
	json_text(json, key, name, sizeof(name));
	json_text(json, json_value(json, key), text, sizeof(text));
	const char *quote = text[0] != '\0' ? "\"" : "";
	return error_set(error, "the answer is no statistics: %s%s%s%s%s", name, text[0] != '\0' ? " " : "", quote, text, quote);
}

static bool decode_data(struct board *board, const struct frame *frame, struct decode_report *report,
	struct error *error)
{
	struct decode_report local = { 0 };
	bool good = decode_apps(board, frame, &local, error);
	/* In a map of app ids nothing else stands. */
	if (good && local.ours == 0 && local.stray > 0) {
		local.foreign = 0;
		good = no_statistics(&board->json, local.stray, error);
	}
	if (report != NULL)
		*report = local;
	/* An answer that speaks for none of our panels is somebody else's, and brings nothing new. */
	if (good && local.ours == 0 && local.foreign > 0)
		good = error_set(error, "the answer belongs to another client's subscription");
	if (!good) {
		forget_fresh(board);
		return false;
	}
	swap_fresh(board, frame->received_ms);
	if (local.filled == 0)
		return true;
	board->accepted_ms = frame->received_ms;
	board->accepted_wall_ms = frame->wall_ms;
	return true;
}

static bool decode_availability(struct board *board, const struct frame *frame, struct error *error)
{
	const struct json *json = &board->json;
	int node = json_get(json, json_root(json), "availability");
	bool yes = json_kind(json, node) == JSON_TRUE || json_is(json, node, "true");
	if (!yes && json_kind(json, node) != JSON_FALSE && !json_is(json, node, "false"))
		return error_set(error, "the answer does not say whether agents are available");
	struct service_availability *entry = board_service(board, frame->subject);
	if (entry == NULL)
		return error_set(error, "more than %d services", BOARD_SERVICES_MAX);
	entry->state = yes ? AVAILABILITY_AVAILABLE : AVAILABILITY_NOBODY;
	entry->received_ms = frame->received_ms;
	entry->problem[0] = '\0';
	board->generation++;
	return true;
}

static bool decode_chat_hours(struct board *board, const struct frame *frame, struct error *error)
{
	const struct json *json = &board->json;
	int root = json_root(json), chat = json_get(json, root, "chat");
	bool open = json_is(json, chat, "available");
	if (!open && !json_is(json, chat, "notAvailable"))
		return error_set(error, "the answer does not say whether the chat is open");
	board->chat = (struct chat_hours){ .state = open ? AVAILABILITY_AVAILABLE : AVAILABILITY_NOBODY };
	board->chat.received_ms = frame->received_ms;
	if (!json_number(json, json_get(json, root, "ewt"), &board->chat.wait_seconds) ||
		value_is_none(board->chat.wait_seconds) || value_is_none(board->chat.wait_seconds * 1000))
		board->chat.wait_seconds = -1;
	board->generation++;
	return true;
}

static bool decode_campaign_list(struct board *board, const struct frame *frame, struct error *error)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		if (panel->type != PANEL_CAMPAIGNS)
			continue;
		struct decoding decoding = { .json = &board->json, .wall_ms = frame->wall_ms, .error = error };
		decoding.data = spare(board, panel);
		if (!decode_campaigns(&decoding, json_root(&board->json))) {
			forget_fresh(board);
			return false;
		}
		board->panels[i].fresh = true;
	}
	swap_fresh(board, frame->received_ms);
	return true;
}

bool decode_frame(struct board *board, const struct frame *frame, struct decode_report *report, struct error *error)
{
	if (report != NULL)
		*report = (struct decode_report){ 0 };
	if (!json_parse_rows(&board->json, frame->bytes, frame->length, error))
		return error_prefix(error, "the answer is not valid JSON: ");
	switch (frame->kind) {
	case FRAME_DATA:
		return decode_data(board, frame, report, error);
	case FRAME_AVAILABILITY:
		return decode_availability(board, frame, error);
	case FRAME_CHAT_HOURS:
		return decode_chat_hours(board, frame, error);
	case FRAME_CAMPAIGNS:
		return decode_campaign_list(board, frame, error);
	}
	return error_set(error, "a frame of unknown kind");
}

void decode_reasons(struct board *board, const struct request *request)
{
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		struct panel_board *entry = &board->panels[set->panel->index];
		snprintf(entry->reason, sizeof(entry->reason), "%s", set->skipped ? set->reason : "");
	}
}
