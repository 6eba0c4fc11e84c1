#include "recording/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json_write.h"
#include "base/local_time.h"
#include "base/log.h"

void summary_init(struct summary *summary, int64_t from_ms, int64_t until_ms)
{
	*summary = (struct summary){ .from_ms = from_ms, .until_ms = until_ms, .gap_ms = CALLS_GAP_MS };
}

void summary_free(struct summary *summary)
{
	for (unsigned i = 0; i < summary->line_count; i++)
		free(summary->lines[i].hours);
	free(summary->lines);
	free(summary->gaps);
	summary->lines = NULL;
	summary->gaps = NULL;
	summary->line_count = summary->gap_count = 0;
}

void summary_forget_panels(struct summary *summary)
{
	for (unsigned i = 0; i < summary->line_count; i++)
		memset(summary->lines[i].source, 0, sizeof(summary->lines[i].source));
}

struct summary_line *summary_begin_line(struct summary *summary, enum summary_kind kind, const char *name)
{
	if (summary->line_count == SUMMARY_LINES_MAX) {
		summary->lines_lost++;
		return NULL;
	}
	summary->lines = array_reserve(summary->lines, &summary->line_room, summary->line_count + 1,
		sizeof(*summary->lines));
	struct summary_line *line = &summary->lines[summary->line_count++];
	*line = (struct summary_line){
		.kind = kind, .whole = calls_none, .quarter = calls_none, .worst = calls_none, .threshold = -1,
	};
	snprintf(line->name, sizeof(line->name), "%s", name);
	return line;
}

/* Rows seldom change their order, so the search begins after the row found before. */
static struct summary_line *summary_find_line(
	struct summary *summary, enum summary_kind kind, const char *name, unsigned *hint)
{
	char cut[SUMMARY_NAME_MAX];
	snprintf(cut, sizeof(cut), "%s", name);
	for (unsigned i = 0; i < summary->line_count; i++) {
		unsigned at = (*hint + i) % summary->line_count;
		if (summary->lines[at].kind != kind || strcmp(summary->lines[at].name, cut) != 0)
			continue;
		*hint = at + 1;
		return &summary->lines[at];
	}
	return summary_begin_line(summary, kind, cut);
}

static void summary_read_cell(struct summary_line *line, enum calls_stat stat, const struct cell *cell)
{
	line->asked[stat] = true;
	line->now.known[stat] = cell->state == VALUE_NUMBER;
	if (cell->state != VALUE_NUMBER)
		return;
	line->sent[stat] = true;
	line->now.value[stat] = cell->number;
	if (stat == CALLS_THRESHOLD)
		line->threshold = cell->number;
	unsigned decimals = stat == CALLS_LEVEL ? calls_level_decimals(cell) : 0;
	if (line->decimals < decimals)
		line->decimals = decimals;
}

/* The first panel that shows a statistic of a line is the one that it is read from. */
static void summary_read_cells(struct summary *summary, struct summary_line *line, const struct panel *panel,
	const struct cell *cells)
{
	if (line == NULL)
		return;
	if (line->touched != summary->serial) {
		line->touched = summary->serial;
		memset(&line->now, 0, sizeof(line->now));
	}
	for (unsigned i = 0; i < panel->column_count; i++) {
		int stat = panel->columns[i].dispositions.count > 0 ? -1 : calls_stat_of(panel->columns[i].stat);
		if (stat < 0 || panel_column(panel, panel->columns[i].stat) != (int)i)
			continue;
		if (line->source[stat] == 0)
			line->source[stat] = panel->index + 1;
		if (line->source[stat] == panel->index + 1 && !line->now.known[stat])
			summary_read_cell(line, (enum calls_stat)stat, &cells[i]);
	}
}

/* By the longest wait, then the most waiting, then the lowest service level; the earlier of equal ones. */
static bool summary_is_worse(const struct calls_span *a, const struct calls_span *b)
{
	double of_a, of_b;
	if (b->from_ms == 0)
		return true;
	if (a->longest > b->longest || a->longest < b->longest)
		return a->longest > b->longest;
	if (a->waiting > b->waiting || a->waiting < b->waiting)
		return a->waiting > b->waiting;
	return calls_level(a, &of_a, NULL) && (!calls_level(b, &of_b, NULL) || of_a < of_b);
}

static void summary_end_quarter(struct summary_line *line)
{
	if (line->quarter.from_ms != 0 && summary_is_worse(&line->quarter, &line->worst))
		line->worst = line->quarter;
}

void summary_add_quarter(struct summary_line *line, const struct calls_span *quarter)
{
	line->quarter = *quarter;
	summary_end_quarter(line);
}

/* Searches from the last, which it nearly always is. NULL: there are more than a period has. */
static struct calls_span *summary_hour_span(struct summary_line *line, int64_t from_ms)
{
	for (unsigned i = line->hour_count; i > 0; i--)
		if (line->hours[i - 1].from_ms == from_ms)
			return &line->hours[i - 1];
	if (line->hour_count == SUMMARY_DAYS_MAX * 24 + 2)
		return NULL;
	line->hours = array_reserve(line->hours, &line->hour_room, line->hour_count + 1, sizeof(*line->hours));
	struct calls_span *span = &line->hours[line->hour_count++];
	*span = calls_none;
	span->from_ms = from_ms;
	return span;
}

void summary_add_hour(struct summary_line *line, const struct calls_span *hour)
{
	struct calls_span *span = summary_hour_span(line, hour->from_ms);
	if (span != NULL)
		*span = *hour;
}

static struct calls_span *summary_quarter_span(struct summary_line *line, int64_t wall_ms)
{
	int64_t from_ms = wall_ms / SUMMARY_QUARTER_MS * SUMMARY_QUARTER_MS;
	if (line->quarter.from_ms == from_ms)
		return &line->quarter;
	summary_end_quarter(line);
	line->quarter = calls_none;
	line->quarter.from_ms = from_ms;
	return &line->quarter;
}

/* gap_ms: where a gap before this answer began, 0 without. True if counters began anew. */
static bool summary_advance(struct summary_line *line, int64_t wall_ms, int64_t gap_ms, bool within)
{
	bool anew = false;
	calls_read_level(&line->now, line->decimals);
	if (within) {
		struct calls_span *hour = summary_hour_span(line, local_part_begin(wall_ms / 1000, 60) * 1000);
		struct calls_span *quarter = summary_quarter_span(line, wall_ms);
		if (hour != NULL)
			(void)calls_add(hour, &line->last, &line->now, gap_ms == 0 || gap_ms >= hour->from_ms);
		(void)calls_add(quarter, &line->last, &line->now, gap_ms == 0 || gap_ms >= quarter->from_ms);
		anew = calls_add(&line->whole, &line->last, &line->now, true);
	}
	calls_keep(&line->last, &line->now);
	return anew;
}

static void summary_read_panel(struct summary *summary, const struct panel *panel, const struct panel_data *data)
{
	int named = panel_column(panel, "name");
	unsigned hint = 0;
	if (panel_has_totals(panel->type))
		summary_read_cells(
			summary, summary_find_line(summary, SUMMARY_TOTAL, panel->name, &hint), panel, data->cells);
	if (panel->type != PANEL_SERVICE_GRID)
		return;
	if (data->totals != NULL)
		summary_read_cells(
			summary, summary_find_line(summary, SUMMARY_TOTAL, panel->name, &hint), panel, data->totals);
	/* A row without a name cannot be assigned to a service. */
	for (unsigned row = 0; named >= 0 && row < data->rows; row++) {
		const char *name = board_cell(data, row, (unsigned)named)->text;
		if (name[0] != '\0')
			summary_read_cells(summary, summary_find_line(summary, SUMMARY_SERVICE, name, &hint), panel,
				board_cell(data, row, 0));
	}
}

void summary_add_gap(struct summary *summary, int64_t from_ms, int64_t to_ms)
{
	summary->gaps_ms += to_ms - from_ms;
	if (summary->gap_count == SUMMARY_GAPS_MAX) {
		summary->gaps_lost++;
		return;
	}
	if (summary->gaps == NULL)
		summary->gaps = must_alloc(SUMMARY_GAPS_MAX * sizeof(*summary->gaps));
	summary->gaps[summary->gap_count++] = (struct summary_gap){ from_ms, to_ms };
}

/* Where the gap before this answer began; 0: there is none, or it was before the period. */
static int64_t summary_look_for_gap(struct summary *summary, int64_t wall_ms)
{
	int64_t before_ms = summary->before_ms;
	if (summary->first_ms != 0) {
		if (wall_ms - before_ms <= summary->gap_ms)
			return 0;
		summary_add_gap(summary, before_ms, wall_ms);
		return before_ms;
	}
	/* Calls that were counted in a gap before the period are not part of it. */
	bool forget = before_ms != 0 && wall_ms - before_ms > summary->gap_ms;
	for (unsigned i = 0; forget && i < summary->line_count; i++)
		memset(&summary->lines[i].last, 0, sizeof(summary->lines[i].last));
	if (wall_ms - summary->from_ms > summary->gap_ms)
		summary_add_gap(summary, summary->from_ms, wall_ms);
	return 0;
}

void summary_add_answer(struct summary *summary, const struct board *board, int64_t received_ms, int64_t wall_ms)
{
	bool within = wall_ms >= summary->from_ms && wall_ms <= summary->until_ms, anew = false;
	summary->serial++;
	int64_t gap_ms = within ? summary_look_for_gap(summary, wall_ms) : 0;
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel_data *data = board_data(board, &board->layout->panels[i]);
		if (data->received && data->received_ms == received_ms)
			summary_read_panel(summary, &board->layout->panels[i], data);
	}
	for (unsigned i = 0; i < summary->line_count; i++)
		if (summary->lines[i].touched == summary->serial)
			anew = summary_advance(&summary->lines[i], wall_ms, gap_ms, within) || anew;
	summary->before_ms = wall_ms;
	if (!within)
		return;
	/* Times may go back where a clock was set between two runs. */
	summary->first_ms = summary->first_ms != 0 && summary->first_ms < wall_ms ? summary->first_ms : wall_ms;
	summary->last_ms = summary->last_ms > wall_ms ? summary->last_ms : wall_ms;
	summary->answers++;
	summary->resets += anew;
	summary->reset_ms = anew ? wall_ms : summary->reset_ms;
}

void summary_end(struct summary *summary)
{
	for (unsigned i = 0; i < summary->line_count; i++)
		summary_end_quarter(&summary->lines[i]);
	if (summary->first_ms == 0)
		summary_add_gap(summary, summary->from_ms, summary->until_ms);
	else if (summary->until_ms - summary->last_ms > summary->gap_ms)
		summary_add_gap(summary, summary->last_ms, summary->until_ms);
}

void summary_alert(struct summary *summary, const char *name, int64_t wall_ms, int64_t lasted_ms, bool unfinished)
{
	unsigned i = 0;
	while (i < summary->alert_count && strncmp(summary->alerts[i].name, name, SUMMARY_NAME_MAX - 1) != 0)
		i++;
	if (i == SUMMARY_ALERTS_MAX) {
		summary->alerts_lost++;
		return;
	}
	struct summary_alert *alert = &summary->alerts[i];
	if (i == summary->alert_count) {
		summary->alert_count++;
		*alert = (struct summary_alert){ .longest_ms = -1 };
		snprintf(alert->name, sizeof(alert->name), "%s", name);
	}
	alert->count++;
	alert->unfinished += unfinished;
	alert->lasted_ms += lasted_ms;
	if (lasted_ms <= alert->longest_ms)
		return;
	alert->longest_ms = lasted_ms;
	alert->longest_at_ms = wall_ms;
}

bool summary_partial(const struct summary *summary, int64_t from_ms, int64_t length_ms)
{
	int64_t to_ms = from_ms + length_ms;
	if (summary->first_ms - from_ms > summary->gap_ms || to_ms - summary->last_ms > summary->gap_ms)
		return true;
	for (unsigned i = 0; i < summary->gap_count; i++)
		if (summary->gaps[i].from_ms < to_ms && summary->gaps[i].to_ms > from_ms)
			return true;
	return false;
}
