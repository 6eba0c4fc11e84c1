#include "output/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/array.h"
#include "base/log.h"
#include "board/operand.h"
#include "output/values.h"

enum { NAME_MAX_BYTES = 256 };

/* The rows of each panel that have a name of their own. */
struct naming {
	bool *named;
	unsigned unnamed;
};

struct writing {
	const struct board_view *view;
	struct buffer *out;
	struct naming namings[LAYOUT_PANELS_MAX];
};

static void metrics_put_escaped(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			buffer_text(out, "\\");
		buffer_print(out, *text == '\n' ? "\\n" : "%c", *text);
	}
}

static void metrics_put_label(struct buffer *out, const char *before, const char *name, const char *value)
{
	buffer_print(out, "%s%s=\"", before, name);
	metrics_put_escaped(out, value);
	buffer_text(out, "\"");
}

static void metrics_put_family(struct buffer *out, const char *name, const char *type, const char *unit,
	const char *help)
{
	buffer_print(out, "# TYPE %s %s\n", name, type);
	if (unit[0] != '\0')
		buffer_print(out, "# UNIT %s %s\n", name, unit);
	buffer_print(out, "# HELP %s ", name);
	metrics_put_escaped(out, help);
	buffer_text(out, "\n");
}

/* ---- about the feed ---- */

static void metrics_put_gauge(struct buffer *out, const char *name, const char *unit, const char *help, double value)
{
	char number[NUMBER_TEXT_MAX];
	metrics_put_family(out, name, "gauge", unit, help);
	buffer_print(out, "%s %s\n", name, number_text(number, value));
}

static void metrics_put_counter(struct buffer *out, const char *name, const char *help, unsigned long value)
{
	metrics_put_family(out, name, "counter", "", help);
	buffer_print(out, "%s_total %lu\n", name, value);
}

static void metrics_put_feed(const struct board_view *view, struct buffer *out)
{
	const struct link *link = view->link;
	metrics_put_family(out, "cxwall_build", "info", "", "Version of cxwall.");
	metrics_put_label(out, "cxwall_build_info{", "version", PACKAGE_VERSION);
	buffer_text(out, "} 1\n");
	metrics_put_gauge(out, "cxwall_live", "", "1 while data are fresh, 0 while they are stale.",
		link_stale(link, view->now_ms) ? 0 : 1);
	if (link->accepted_ms != 0) {
		double age = link_age(link, view->now_ms);
		metrics_put_gauge(out, "cxwall_data_age_seconds", "seconds", "Age of the last accepted data.", age);
		/* In a file that is no longer replaced the age stays small, but the time becomes old. */
		metrics_put_gauge(out, "cxwall_data_timestamp_seconds", "seconds",
			"When the last accepted data came, in Unix time.", floor((double)view->wall_ms / 1000 - age));
	}
	metrics_put_counter(out, "cxwall_polls", "Polls that were answered or failed.", link->polls);
	metrics_put_counter(out, "cxwall_polls_accepted", "Polls that brought data.", link->accepted);
	metrics_put_counter(out, "cxwall_poll_errors", "Requests of the subscription that failed.", link->failures);
}

/* ---- statistics ---- */

static bool metrics_is_number(const struct column *column)
{
	return column->kind == KIND_COUNT || column->kind == KIND_DURATION || column->kind == KIND_PERCENT;
}

static const char *metrics_unit(enum kind kind)
{
	return kind == KIND_DURATION ? "seconds" : kind == KIND_PERCENT ? "ratio" : "";
}

static void family_name(const struct column *column, char out[NAME_MAX_BYTES])
{
	const char *unit = metrics_unit(column->kind);
	int length = snprintf(out, NAME_MAX_BYTES, "cxwall_%.200s%s%s", column->name, unit[0] != '\0' ? "_" : "", unit);
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	for (int i = 0; i < length; i++)
		if (strchr(letters, out[i]) == NULL)
			out[i] = '_';
}

/* A statistic of a layout must not have the name of a family that is printed beside the statistics. */
static bool metrics_is_reserved(const char *name)
{
	static const char *const reserved[] = {
		"cxwall_build", "cxwall_build_info", "cxwall_live", "cxwall_data_age_seconds",
		"cxwall_data_timestamp_seconds",
		"cxwall_polls", "cxwall_polls_total", "cxwall_polls_accepted", "cxwall_polls_accepted_total",
		"cxwall_poll_errors",
		"cxwall_poll_errors_total", "cxwall_agents_in_state", "cxwall_service_available", "cxwall_unnamed_rows",
		"cxwall_alert_without_value",
	};
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(reserved[i], name) == 0)
			return true;
	return false;
}

static void metrics_put_series(struct buffer *out, const char *family, const struct panel *panel,
	const struct column *column, const char *row, const struct cell *cell)
{
	char number[NUMBER_TEXT_MAX];
	if (cell->state != VALUE_NUMBER)
		return;
	buffer_text(out, family);
	metrics_put_label(out, "{", "panel", panel->name);
	if (row != NULL)
		metrics_put_label(out, ",", panel->type == PANEL_AGENT_GRID ? "agent" : "service", row);
	for (unsigned i = 0; i < column->dispositions.count; i++) {
		buffer_text(out, i == 0 ? ",dispositions=\"" : ", ");
		metrics_put_escaped(out, column->dispositions.items[i]);
	}
	buffer_text(out, column->dispositions.count > 0 ? "\"} " : "} ");
	double value = column->kind == KIND_PERCENT ? cell->number / 100 : cell->number;
	buffer_print(out, "%s\n", number_text(number, value));
}

static void metrics_put_column(const struct writing *writing, const struct panel *panel, unsigned index,
	const char *family)
{
	const struct panel_data *data = board_data(writing->view->board, panel);
	const struct naming *naming = &writing->namings[panel->index];
	const struct column *column = &panel->columns[index];
	if (panel_has_totals(panel->type)) {
		metrics_put_series(writing->out, family, panel, column, NULL, board_cell(data, 0, index));
		return;
	}
	for (unsigned row = 0; row < data->rows; row++)
		if (naming->named != NULL && naming->named[row])
			metrics_put_series(writing->out, family, panel, column, row_name(panel, data, row),
				board_cell(data, row, index));
	if (data->totals != NULL)
		metrics_put_series(writing->out, family, panel, column, NULL, &data->totals[index]);
}

/* A column with numbers, linked to the next of its family. */
struct member {
	const struct panel *panel;
	unsigned column;
	int next; /* -1: the last */
};

struct family {
	char name[NAME_MAX_BYTES];
	int first, last; /* members */
};

struct families {
	struct member *members;
	struct family *items;
	unsigned count, room, member_count, member_room;
	struct text_index index; /* of items, by name */
};

static const char *family_text(const void *context, unsigned item)
{
	return ((const struct families *)context)->items[item].name;
}

static void families_add(struct families *families, const struct panel *panel, unsigned column)
{
	char name[NAME_MAX_BYTES];
	int member = (int)families->member_count++;
	families->members = array_reserve(families->members, &families->member_room, families->member_count,
		sizeof(*families->members));
	families->members[member] = (struct member){ .panel = panel, .column = column, .next = -1 };
	family_name(&panel->columns[column], name);
	int found = text_index_find(&families->index, name);
	if (found >= 0) {
		families->members[families->items[found].last].next = member;
		families->items[found].last = member;
		return;
	}
	families->items = array_reserve(families->items, &families->room, families->count + 1,
		sizeof(*families->items));
	struct family *family = &families->items[families->count];
	*family = (struct family){ .first = member, .last = member };
	snprintf(family->name, sizeof(family->name), "%s", name);
	text_index_add(&families->index, name, families->count++);
}

/* Whether an earlier column of the panel makes the same series. `first`: the panel's first column in the family. */
static bool metrics_is_repeated(const struct member *members, int first, int member)
{
	const struct panel *panel = members[member].panel;
	for (int i = first; i != member; i = members[i].next)
		if (texts_same(&panel->columns[members[i].column].dispositions,
			&panel->columns[members[member].column].dispositions))
			return true;
	return false;
}

/* OpenMetrics wants all of a family together, whatever panels they are of. */
static void metrics_put_statistic(const struct writing *writing, const struct member *members,
	const struct family *family)
{
	const struct column *about = &members[family->first].panel->columns[members[family->first].column];
	metrics_put_family(writing->out, family->name, "gauge", metrics_unit(about->kind),
		about->known != NULL ? about->known->label : about->label);
	for (int i = family->first, first = i; i >= 0; i = members[i].next) {
		const struct panel *panel = members[i].panel;
		if (members[first].panel != panel)
			first = i;
		if (!board_view_stale(writing->view, panel) && !metrics_is_repeated(members, first, i))
			metrics_put_column(writing, panel, members[i].column, family->name);
	}
}

static void metrics_put_statistics(const struct writing *writing)
{
	const struct layout *layout = writing->view->board->layout;
	struct families families = { .index = { .text = family_text } };
	families.index.context = &families;
	for (unsigned p = 0; p < layout->panel_count; p++)
		for (unsigned c = 0; c < layout->panels[p].column_count; c++)
			/* A picture beside its number would be the same series under another name. */
			if (metrics_is_number(&layout->panels[p].columns[c]) && panel_picture_number(&layout->panels[p], c) < 0)
				families_add(&families, &layout->panels[p], c);
	for (unsigned i = 0; i < families.count; i++)
		if (!metrics_is_reserved(families.items[i].name))
			metrics_put_statistic(writing, families.members, &families.items[i]);
	free(families.members);
	free(families.items);
	text_index_free(&families.index);
}

/* ---- panels without columns of their own ---- */

static void metrics_put_states(const struct writing *writing)
{
	const struct layout *layout = writing->view->board->layout;
	metrics_put_family(writing->out, "cxwall_agents_in_state", "gauge", "", "Agents by state.");
	for (unsigned p = 0; p < layout->panel_count; p++) {
		const struct panel *panel = &layout->panels[p];
		const struct panel_data *data = board_data(writing->view->board, panel);
		if (panel->type != PANEL_AGENT_STATES || board_view_stale(writing->view, panel))
			continue;
		for (unsigned row = 0; row < data->rows; row++) {
			const char *state = board_cell(data, row, STATES_COLUMN_STATE)->text;
			if (writing->namings[p].named == NULL || !writing->namings[p].named[row])
				continue;
			metrics_put_label(writing->out, "cxwall_agents_in_state{", "panel", panel->name);
			metrics_put_label(writing->out, ",", "state", state);
			buffer_print(writing->out, "} %.0f\n", board_cell(data, row, STATES_COLUMN_COUNT)->number);
		}
	}
}

static void metrics_put_availability(const struct writing *writing)
{
	const struct board *board = writing->view->board;
	metrics_put_family(writing->out, "cxwall_service_available", "gauge", "",
		"1 where somebody can serve, 0 where nobody can.");
	for (unsigned i = 0; i < board->service_count; i++) {
		const struct service_availability *entry = &board->services[i];
		if (entry->state == AVAILABILITY_NEVER || board_view_service_stale(writing->view, entry))
			continue;
		metrics_put_label(writing->out, "cxwall_service_available{", "service", entry->service);
		buffer_print(writing->out, "} %d\n", entry->state == AVAILABILITY_AVAILABLE);
	}
}

/* ---- names of rows ---- */

struct row_entry {
	const char *name;
	unsigned row;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct row_entry *)a)->name, ((const struct row_entry *)b)->name);
}

static void metrics_name_rows(struct naming *naming, const struct panel *panel, const struct panel_data *data)
{
	unsigned rows = 0;
	struct row_entry *entries = must_alloc(data->rows * sizeof(*entries));
	naming->named = must_alloc(data->rows);
	memset(naming->named, 0, data->rows);
	naming->unnamed = 0;
	/* An agent may have several rows: only the first counts, or the name would seem to be shared. */
	for (unsigned i = 0; i < data->rows; i++)
		if (!board_again(panel, data, i))
			entries[rows++] = (struct row_entry){ row_name(panel, data, i), i };
	qsort(entries, rows, sizeof(*entries), compare_names);
	for (unsigned i = 0; i < rows; i++) {
		bool twice = (i > 0 && strcmp(entries[i].name, entries[i - 1].name) == 0) ||
			(i + 1 < rows && strcmp(entries[i].name, entries[i + 1].name) == 0);
		bool named = entries[i].name[0] != '\0' && !twice;
		naming->named[entries[i].row] = named;
		naming->unnamed += !named;
	}
	free(entries);
}

static void metrics_put_unnamed(const struct writing *writing)
{
	const struct layout *layout = writing->view->board->layout;
	metrics_put_family(writing->out, "cxwall_unnamed_rows", "gauge", "",
		"Rows without a series, because they share a name or have none.");
	for (unsigned p = 0; p < layout->panel_count; p++) {
		const struct panel *panel = &layout->panels[p];
		bool grid = panel->type == PANEL_SERVICE_GRID || panel->type == PANEL_AGENT_GRID;
		if (!grid || board_view_stale(writing->view, panel))
			continue;
		metrics_put_label(writing->out, "cxwall_unnamed_rows{", "panel", panel->name);
		buffer_print(writing->out, "} %u\n", writing->namings[p].unnamed);
	}
}

/* For an alert rule on alerts that cannot fire. */
static void metrics_put_alerts(const struct writing *writing)
{
	const struct layout *layout = writing->view->board->layout;
	struct alerts *alerts = alerts_evaluate_once(writing->view);
	const char *why;
	metrics_put_family(writing->out, "cxwall_alert_without_value", "gauge", "",
		"1 where what an alert compares is blank, stale, missing or not a number, so that it cannot fire.");
	for (unsigned i = 0; i < layout->alert_count; i++) {
		metrics_put_label(writing->out, "cxwall_alert_without_value{", "alert", layout->alerts[i].name);
		buffer_print(writing->out, "} %d\n", alerts_truth(alerts, i, &why) == TRUTH_UNKNOWN);
	}
	alerts_free(alerts);
}

bool metrics_document(const struct board_view *view, struct buffer *out)
{
	struct writing writing = { .view = view, .out = out };
	const struct layout *layout = view->board->layout;
	buffer_clear(out);
	for (unsigned p = 0; p < layout->panel_count; p++)
		metrics_name_rows(&writing.namings[p], &layout->panels[p], board_data(view->board, &layout->panels[p]));
	metrics_put_feed(view, out);
	metrics_put_statistics(&writing);
	metrics_put_states(&writing);
	metrics_put_availability(&writing);
	metrics_put_unnamed(&writing);
	metrics_put_alerts(&writing);
	buffer_text(out, "# EOF\n");
	for (unsigned p = 0; p < layout->panel_count; p++)
		free(writing.namings[p].named);
	return !out->full;
}
