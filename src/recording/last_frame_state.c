/* The state of a wall as one line of JSON beside its last frame: written and read here. */
#include <string.h>

#include "board/query.h"
#include "recording/last_frame.h"

static void put_pair(struct buffer *out, const char *before, const char *key, const char *value)
{
	buffer_print(out, "%s\"%s\":", before, key);
	json_put_string(out, value);
}

static void put_link(const struct link *link, struct buffer *out)
{
	put_pair(out, "{", "state", link_word(link->state));
	put_pair(out, ",", "cause", link->cause);
	put_pair(out, ",", "advice", link->advice);
	buffer_print(out, ",\"interval\":%.3f,\"next_try_ms\":%lld,\"polls\":%lu,\"accepted\":%lu,\"failures\":%lu"
		",\"exit_status\":%d", link->interval, (long long)link->next_try_ms, link->polls, link->accepted,
		link->failures, link->exit_status);
}

static void put_services(const struct board *board, struct buffer *out)
{
	buffer_print(out, ",\"services_listed\":%s,\"services\":[", board->services_listed || board->services_old ? "true" : "false");
	for (unsigned i = 0; i < board->service_count; i++) {
		put_pair(out, i == 0 ? "{" : ",{", "service", board->services[i].service);
		put_pair(out, ",", "problem", board->services[i].problem);
		buffer_text(out, "}");
	}
	buffer_text(out, "]");
}

static void put_panels(const struct board *board, struct buffer *out)
{
	const struct layout *layout = board->layout;
	buffer_text(out, ",\"panels\":[");
	for (unsigned i = 0; i < layout->panel_count; i++) {
		put_pair(out, i == 0 ? "{" : ",{", "panel", layout->panels[i].name);
		put_pair(out, ",", "type", panel_type_names[layout->panels[i].type]);
		put_pair(out, ",", "reason", board->panels[i].reason);
		put_pair(out, ",", "problem", board->panels[i].problem);
		buffer_text(out, "}");
	}
	buffer_text(out, "]");
}

void last_state_put(const struct board_view *view, struct buffer *out)
{
	put_link(view->link, out);
	put_pair(out, ",", "layout", view->board->layout->name);
	put_pair(out, ",", "chat_problem", view->board->chat.problem);
	put_services(view->board, out);
	put_panels(view->board, out);
	buffer_text(out, "}");
}

static int member(const struct json *state, const char *key)
{
	return json_get(state, json_root(state), key);
}

static double number(const struct json *state, const char *key)
{
	double value = 0;
	json_number(state, member(state, key), &value);
	return value;
}

/* The wall's panel of the same type, and of the same name if one is given; -1. */
static int find_panel(const struct json *state, enum panel_type type, const char *name)
{
	int panels = member(state, "panels");
	for (int at = json_first(state, panels); at >= 0; at = json_next(state, panels, at))
		if (json_is(state, json_get(state, at, "type"), panel_type_names[type]) &&
			(name == NULL || json_is(state, json_get(state, at, "panel"), name)))
			return at;
	return -1;
}

static bool has_service(const struct json *state, const char *name)
{
	int services = member(state, "services");
	for (int at = json_first(state, services); at >= 0; at = json_next(state, services, at))
		if (json_is(state, json_get(state, at, "service"), name))
			return true;
	return false;
}

static bool has_services(const struct json *state, const struct texts *wanted)
{
	if (wanted->count == 0)
		return json_kind(state, member(state, "services_listed")) == JSON_TRUE;
	for (unsigned i = 0; i < wanted->count; i++)
		if (!has_service(state, wanted->items[i]))
			return false;
	return true;
}

/* What the server refused to a wall with this layout it would refuse to us. */
static bool is_refused(const struct json *state, const struct panel *panel, const char *layout)
{
	int at = find_panel(state, panel->type, panel->name);
	char reason[BOARD_REASON_MAX];
	return at >= 0 && json_is(state, member(state, "layout"), layout) &&
		json_text(state, json_get(state, at, "reason"), reason, sizeof(reason)) > 0;
}

static bool is_asked(const struct request *request, const struct panel *panel)
{
	for (unsigned i = 0; i < request->set_count; i++)
		if (request->sets[i].panel == panel)
			return !request->sets[i].skipped;
	return false;
}

bool last_state_suits(const struct json *state, const struct request *request, const struct layout *layout,
	struct error *error)
{
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		bool good = true;
		if (panel_subscribes(panel->type))
			good = is_asked(request, panel) || is_refused(state, panel, layout->name);
		else if (panel->type == PANEL_AVAILABILITY)
			good = has_services(state, &panel->services);
		else if (panel->type == PANEL_CAMPAIGNS)
			good = find_panel(state, PANEL_CAMPAIGNS, NULL) >= 0;
		if (!good)
			return error_set(error, "panel '%s'", panel->name);
	}
	return true;
}

static void take_link(const struct json *state, struct link *link)
{
	link->state = LINK_STARTING;
	for (enum link_state at = LINK_STARTING; at <= LINK_ENDED; at++)
		if (json_is(state, member(state, "state"), link_word(at)))
			link->state = at;
	json_text(state, member(state, "cause"), link->cause, sizeof(link->cause));
	json_text(state, member(state, "advice"), link->advice, sizeof(link->advice));
	link->interval = number(state, "interval");
	link->next_try_ms = (int64_t)number(state, "next_try_ms");
	link->polls = (unsigned long)number(state, "polls");
	link->accepted = (unsigned long)number(state, "accepted");
	link->failures = (unsigned long)number(state, "failures");
	link->exit_status = (int)number(state, "exit_status");
}

void last_state_services(const struct json *state, struct board *board)
{
	int services = member(state, "services");
	char name[BOARD_SERVICE_NAME_MAX];
	board->services_old = json_kind(state, member(state, "services_listed")) == JSON_TRUE;
	for (int at = json_first(state, services); at >= 0; at = json_next(state, services, at)) {
		json_text(state, json_get(state, at, "service"), name, sizeof(name));
		struct service_availability *entry = board_service(board, name);
		if (entry != NULL)
			json_text(state, json_get(state, at, "problem"), entry->problem, sizeof(entry->problem));
	}
}

static void take_panels(const struct json *state, struct board *board)
{
	bool same = json_is(state, member(state, "layout"), board->layout->name);
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		struct panel_board *entry = &board->panels[i];
		int at = find_panel(state, panel->type, panel->type == PANEL_CAMPAIGNS ? NULL : panel->name);
		json_text(state, same ? json_get(state, at, "reason") : -1, entry->reason, sizeof(entry->reason));
		json_text(state, json_get(state, at, "problem"), entry->problem, sizeof(entry->problem));
	}
}

void last_state_take(const struct json *state, struct board *board, struct link *link)
{
	take_link(state, link);
	last_state_services(state, board);
	take_panels(state, board);
	json_text(state, member(state, "chat_problem"), board->chat.problem, sizeof(board->chat.problem));
}
