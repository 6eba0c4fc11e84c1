#include "recording/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

const char *const shift_stat_names[] = {
	[SHIFT_RECEIVED] = "in_calls_received_per_day",
	[SHIFT_ANSWERED] = "in_calls_answered_per_day",
	[SHIFT_HANDLED] = "in_calls_handled_per_day",
	[SHIFT_ABANDONED] = "in_calls_abandoned_total_per_day",
	[SHIFT_ABANDONED_LONG] = "in_calls_abandoned_in_queue_per_day",
	[SHIFT_ABANDONED_SHORT] = "in_calls_short_abandoned_in_queue_per_day",
	[SHIFT_WAITING] = "in_calls_waiting",
	[SHIFT_LONGEST] = "in_max_wait_time",
	[SHIFT_LEVEL] = "service_level",
	[SHIFT_THRESHOLD] = "service_level_threshold_time",
	[SHIFT_STATS] = NULL,
};

static const struct shift_span nothing = { .longest = -1, .waiting = -1, .running = -1 };

void shift_init(struct shift *shift, int64_t from_ms, int64_t until_ms)
{
	*shift = (struct shift){ .from_ms = from_ms, .until_ms = until_ms, .gap_ms = SHIFT_GAP_MS };
}

void shift_free(struct shift *shift)
{
	for (unsigned i = 0; i < shift->line_count; i++)
		free(shift->lines[i].hours);
	free(shift->lines);
	free(shift->gaps);
	shift->lines = NULL;
	shift->gaps = NULL;
	shift->line_count = shift->gap_count = 0;
}

void shift_panels(struct shift *shift)
{
	for (unsigned i = 0; i < shift->line_count; i++)
		memset(shift->lines[i].source, 0, sizeof(shift->lines[i].source));
}

static struct shift_line *add_line(struct shift *shift, enum shift_kind kind, const char *name)
{
	if (shift->line_count == SHIFT_LINES_MAX) {
		shift->lines_lost++;
		return NULL;
	}
	if (shift->line_count == shift->line_room) {
		shift->line_room = shift->line_room == 0 ? 16 : 2 * shift->line_room;
		shift->lines = must_realloc(shift->lines, shift->line_room * sizeof(*shift->lines));
	}
	struct shift_line *line = &shift->lines[shift->line_count++];
	*line = (struct shift_line){ .kind = kind, .whole = nothing, .quarter = nothing, .worst = nothing, .threshold = -1 };
	snprintf(line->name, sizeof(line->name), "%s", name);
	return line;
}

/* Rows keep their order for long, so the search begins where the row before was found. */
static struct shift_line *find_line(struct shift *shift, enum shift_kind kind, const char *name, unsigned *hint)
{
	char cut[SHIFT_NAME_MAX];
	snprintf(cut, sizeof(cut), "%s", name);
	for (unsigned i = 0; i < shift->line_count; i++) {
		unsigned at = (*hint + i) % shift->line_count;
		if (shift->lines[at].kind != kind || strcmp(shift->lines[at].name, cut) != 0)
			continue;
		*hint = at + 1;
		return &shift->lines[at];
	}
	return add_line(shift, kind, cut);
}

static int stat_of(const char *name)
{
	for (int i = 0; i < SHIFT_STATS; i++)
		if (strcmp(shift_stat_names[i], name) == 0)
			return i;
	return -1;
}

static unsigned decimals_of(const char *text, enum scale scale)
{
	const char *point = strpbrk(text, ".,");
	unsigned count = point == NULL ? 0 : (unsigned)strspn(point + 1, "0123456789");
	if (scale == SCALE_FRACTION)
		count = count < 2 ? 0 : count - 2;
	return count;
}

static void read_cell(struct shift_line *line, enum shift_stat stat, const struct cell *cell,
	const struct column *column)
{
	line->asked[stat] = true;
	line->now.known[stat] = cell->state == VALUE_NUMBER;
	if (cell->state != VALUE_NUMBER)
		return;
	line->sent[stat] = true;
	line->now.value[stat] = cell->number;
	if (stat == SHIFT_THRESHOLD)
		line->threshold = cell->number;
	unsigned decimals = stat == SHIFT_LEVEL ? decimals_of(cell->text, column->scale) : 0;
	if (line->decimals < decimals)
		line->decimals = decimals;
}

/* The first panel that shows a statistic of a line is the one that it is read from. */
static void read_cells(struct shift *shift, struct shift_line *line, const struct panel *panel,
	const struct cell *cells)
{
	if (line == NULL)
		return;
	if (line->touched != shift->serial) {
		line->touched = shift->serial;
		memset(&line->now, 0, sizeof(line->now));
	}
	for (unsigned i = 0; i < panel->column_count; i++) {
		int stat = panel->columns[i].dispositions.count > 0 ? -1 : stat_of(panel->columns[i].stat);
		if (stat < 0 || panel_column(panel, panel->columns[i].stat) != (int)i)
			continue;
		if (line->source[stat] == 0)
			line->source[stat] = panel->index + 1;
		if (line->source[stat] == panel->index + 1 && !line->now.known[stat])
			read_cell(line, (enum shift_stat)stat, &cells[i], &panel->columns[i]);
	}
}

/* How many calls were within the threshold: whole ones, where rounding leaves no doubt. */
static void read_level(struct shift_line *line)
{
	struct shift_reading *now = &line->now;
	double of = now->value[SHIFT_ANSWERED] + now->value[SHIFT_ABANDONED_LONG];
	if (!now->known[SHIFT_ANSWERED] || !now->known[SHIFT_ABANDONED_LONG])
		return;
	if (of <= 0) {
		now->level_known = true;
		return;
	}
	if (!now->known[SHIFT_LEVEL])
		return;
	now->level_known = true;
	now->in_time_of = of;
	now->in_time = now->value[SHIFT_LEVEL] / 100 * of;
	/* A whole unit of the last place, for a server that cuts instead of rounding. */
	now->uncertain = pow(10, -(double)line->decimals) / 100 * of;
	if (now->uncertain < 0.5) {
		now->in_time = round(now->in_time);
		now->uncertain = 0;
	}
}

static bool began_anew(double before, double now)
{
	return now < before / 2;
}

/* Into a stretch: what the counters rose by since the answer before. True if one of them began anew. */
static bool add_calls(struct shift_span *span, const struct shift_line *line)
{
	const struct shift_reading *now = &line->now, *last = &line->last;
	bool anew = false;
	for (int i = 0; i < SHIFT_COUNTERS; i++) {
		if (!now->known[i] || !last->known[i])
			continue;
		bool zero = began_anew(last->value[i], now->value[i]);
		span->counted[i] = true;
		span->calls[i] += now->value[i] - (zero ? 0 : last->value[i]);
		/* A call or two less are a correction. */
		anew = anew || (zero && last->value[i] > 2);
	}
	return anew;
}

/* The same for calls within the threshold. Between a stretch's beginning and its end, errors cancel out. */
static void add_level(struct shift_span *span, const struct shift_line *line)
{
	const struct shift_reading *now = &line->now, *last = &line->last;
	if (!now->level_known || !last->level_known)
		return;
	bool zero = began_anew(last->in_time_of, now->in_time_of);
	span->in_time += now->in_time - (zero ? 0 : last->in_time);
	span->in_time_of += now->in_time_of - (zero ? 0 : last->in_time_of);
	if (span->levelled == zero)
		span->uncertain_from += last->uncertain;
	span->levelled = true;
	span->uncertain = span->uncertain_from + now->uncertain;
}

static void add_most(double *most, const struct shift_reading *now, enum shift_stat stat)
{
	if (now->known[stat] && now->value[stat] > *most)
		*most = now->value[stat];
}

/* Of a gap that reaches out of the stretch nobody knows whose its calls are. begun: the answer before was in it. */
static bool add_to(struct shift_span *span, const struct shift_line *line, bool begun)
{
	add_most(&span->longest, &line->now, SHIFT_LONGEST);
	add_most(&span->waiting, &line->now, SHIFT_WAITING);
	if (line->now.known[SHIFT_LEVEL])
		span->running = line->now.value[SHIFT_LEVEL];
	if (!begun)
		return false;
	add_level(span, line);
	return add_calls(span, line);
}

bool shift_level(const struct shift_span *span, double *percent, double *margin)
{
	if (span->in_time_of < 0.5 || span->uncertain > span->in_time_of / 2)
		return false;
	double share = 100 * span->in_time / span->in_time_of;
	*percent = share < 0 ? 0 : share > 100 ? 100 : share;
	if (margin != NULL)
		*margin = 100 * span->uncertain / span->in_time_of;
	return true;
}

/* By the longest wait, then the most waiting, then the lowest service level; the earlier of equal ones. */
static bool is_worse(const struct shift_span *a, const struct shift_span *b)
{
	double of_a, of_b;
	if (b->from_ms == 0)
		return true;
	if (a->longest > b->longest || a->longest < b->longest)
		return a->longest > b->longest;
	if (a->waiting > b->waiting || a->waiting < b->waiting)
		return a->waiting > b->waiting;
	return shift_level(a, &of_a, NULL) && (!shift_level(b, &of_b, NULL) || of_a < of_b);
}

static void end_quarter(struct shift_line *line)
{
	if (line->quarter.from_ms != 0 && is_worse(&line->quarter, &line->worst))
		line->worst = line->quarter;
}

static int64_t hour_of(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	/* Not by division: there are zones of half an hour. */
	if (localtime_r(&seconds, &local) == NULL)
		return wall_ms / SHIFT_HOUR_MS * SHIFT_HOUR_MS;
	return ((int64_t)seconds - local.tm_min * 60 - local.tm_sec) * 1000;
}

/* From the last on, where it nearly always is; NULL: more than a period has. */
static struct shift_span *hour_span(struct shift_line *line, int64_t from_ms)
{
	for (unsigned i = line->hour_count; i > 0; i--)
		if (line->hours[i - 1].from_ms == from_ms)
			return &line->hours[i - 1];
	if (line->hour_count == SHIFT_DAYS_MAX * 24 + 2)
		return NULL;
	if (line->hour_count == line->hour_room) {
		line->hour_room = line->hour_room == 0 ? 24 : 2 * line->hour_room;
		line->hours = must_realloc(line->hours, line->hour_room * sizeof(*line->hours));
	}
	struct shift_span *span = &line->hours[line->hour_count++];
	*span = nothing;
	span->from_ms = from_ms;
	return span;
}

static struct shift_span *quarter_span(struct shift_line *line, int64_t wall_ms)
{
	int64_t from_ms = wall_ms / SHIFT_QUARTER_MS * SHIFT_QUARTER_MS;
	if (line->quarter.from_ms == from_ms)
		return &line->quarter;
	end_quarter(line);
	line->quarter = nothing;
	line->quarter.from_ms = from_ms;
	return &line->quarter;
}

/* What was not sent this time is still as it was. */
static void remember(struct shift_line *line)
{
	struct shift_reading *now = &line->now, *last = &line->last;
	for (int i = 0; i < SHIFT_STATS; i++)
		if (now->known[i]) {
			last->known[i] = true;
			last->value[i] = now->value[i];
		}
	if (!now->level_known)
		return;
	last->level_known = true;
	last->in_time = now->in_time;
	last->in_time_of = now->in_time_of;
	last->uncertain = now->uncertain;
}

/* gap_ms: where a gap before this answer began, 0 without. True if counters began anew. */
static bool advance(struct shift_line *line, int64_t wall_ms, int64_t gap_ms, bool within)
{
	bool anew = false;
	read_level(line);
	if (within) {
		struct shift_span *hour = hour_span(line, hour_of(wall_ms)), *quarter = quarter_span(line, wall_ms);
		if (hour != NULL)
			(void)add_to(hour, line, gap_ms == 0 || gap_ms >= hour->from_ms);
		(void)add_to(quarter, line, gap_ms == 0 || gap_ms >= quarter->from_ms);
		anew = add_to(&line->whole, line, true);
	}
	remember(line);
	return anew;
}

static void read_panel(struct shift *shift, const struct panel *panel, const struct panel_data *data)
{
	int named = panel_column(panel, "name");
	unsigned hint = 0;
	if (panel->type == PANEL_TOTALS)
		read_cells(shift, find_line(shift, SHIFT_TOTAL, panel->name, &hint), panel, data->cells);
	if (panel->type != PANEL_SERVICE_GRID)
		return;
	if (data->totals != NULL)
		read_cells(shift, find_line(shift, SHIFT_TOTAL, panel->name, &hint), panel, data->totals);
	/* A row without its name is nobody's. */
	for (unsigned row = 0; named >= 0 && row < data->rows; row++) {
		const char *name = board_cell(data, row, (unsigned)named)->text;
		if (name[0] != '\0')
			read_cells(shift, find_line(shift, SHIFT_SERVICE, name, &hint), panel, board_cell(data, row, 0));
	}
}

static void add_gap(struct shift *shift, int64_t from_ms, int64_t to_ms)
{
	shift->gaps_ms += to_ms - from_ms;
	if (shift->gap_count == SHIFT_GAPS_MAX) {
		shift->gaps_lost++;
		return;
	}
	if (shift->gaps == NULL)
		shift->gaps = must_alloc(SHIFT_GAPS_MAX * sizeof(*shift->gaps));
	shift->gaps[shift->gap_count++] = (struct shift_gap){ from_ms, to_ms };
}

/* What the counters did while nothing was recorded before the period is none of its business. */
static void forget_readings(struct shift *shift)
{
	for (unsigned i = 0; i < shift->line_count; i++)
		memset(&shift->lines[i].last, 0, sizeof(shift->lines[i].last));
}

/* Where the gap before this answer began; 0: there is none, or it was before the period. */
static int64_t look_for_gap(struct shift *shift, int64_t wall_ms)
{
	int64_t before_ms = shift->before_ms;
	if (shift->first_ms != 0) {
		if (wall_ms - before_ms <= shift->gap_ms)
			return 0;
		add_gap(shift, before_ms, wall_ms);
		return before_ms;
	}
	if (before_ms != 0 && wall_ms - before_ms > shift->gap_ms)
		forget_readings(shift);
	if (wall_ms - shift->from_ms > shift->gap_ms)
		add_gap(shift, shift->from_ms, wall_ms);
	return 0;
}

void shift_take(struct shift *shift, const struct board *board, int64_t received_ms, int64_t wall_ms)
{
	bool within = wall_ms >= shift->from_ms && wall_ms <= shift->until_ms, anew = false;
	shift->serial++;
	int64_t gap_ms = within ? look_for_gap(shift, wall_ms) : 0;
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel_data *data = board_data(board, &board->layout->panels[i]);
		if (data->received && data->received_ms == received_ms)
			read_panel(shift, &board->layout->panels[i], data);
	}
	for (unsigned i = 0; i < shift->line_count; i++)
		if (shift->lines[i].touched == shift->serial)
			anew = advance(&shift->lines[i], wall_ms, gap_ms, within) || anew;
	shift->before_ms = wall_ms;
	if (!within)
		return;
	/* Times may go back where a clock was set between two runs. */
	shift->first_ms = shift->first_ms != 0 && shift->first_ms < wall_ms ? shift->first_ms : wall_ms;
	shift->last_ms = shift->last_ms > wall_ms ? shift->last_ms : wall_ms;
	shift->answers++;
	shift->resets += anew;
	shift->reset_ms = anew ? wall_ms : shift->reset_ms;
}

void shift_end(struct shift *shift)
{
	for (unsigned i = 0; i < shift->line_count; i++)
		end_quarter(&shift->lines[i]);
	if (shift->first_ms == 0)
		add_gap(shift, shift->from_ms, shift->until_ms);
	else if (shift->until_ms - shift->last_ms > shift->gap_ms)
		add_gap(shift, shift->last_ms, shift->until_ms);
}

void shift_alarm(struct shift *shift, const char *name, int64_t wall_ms, int64_t lasted_ms, bool unfinished)
{
	unsigned i = 0;
	while (i < shift->alarm_count && strncmp(shift->alarms[i].name, name, SHIFT_NAME_MAX - 1) != 0)
		i++;
	if (i == SHIFT_ALARMS_MAX) {
		shift->alarms_lost++;
		return;
	}
	struct shift_alarm *alarm = &shift->alarms[i];
	if (i == shift->alarm_count) {
		shift->alarm_count++;
		*alarm = (struct shift_alarm){ .longest_ms = -1 };
		snprintf(alarm->name, sizeof(alarm->name), "%s", name);
	}
	alarm->count++;
	alarm->unfinished += unfinished;
	alarm->lasted_ms += lasted_ms;
	if (lasted_ms <= alarm->longest_ms)
		return;
	alarm->longest_ms = lasted_ms;
	alarm->longest_at_ms = wall_ms;
}

double shift_answered(const struct shift_span *span, bool *handled)
{
	*handled = !span->counted[SHIFT_ANSWERED] && span->counted[SHIFT_HANDLED];
	return span->counted[SHIFT_ANSWERED] ? span->calls[SHIFT_ANSWERED] : *handled ? span->calls[SHIFT_HANDLED] : -1;
}

double shift_abandoned(const struct shift_span *span)
{
	if (span->counted[SHIFT_ABANDONED])
		return span->calls[SHIFT_ABANDONED];
	if (span->counted[SHIFT_ABANDONED_LONG] && span->counted[SHIFT_ABANDONED_SHORT])
		return span->calls[SHIFT_ABANDONED_LONG] + span->calls[SHIFT_ABANDONED_SHORT];
	return -1;
}

bool shift_partial(const struct shift *shift, int64_t from_ms, int64_t length_ms)
{
	int64_t to_ms = from_ms + length_ms;
	if (shift->first_ms - from_ms > shift->gap_ms || to_ms - shift->last_ms > shift->gap_ms)
		return true;
	for (unsigned i = 0; i < shift->gap_count; i++)
		if (shift->gaps[i].from_ms < to_ms && shift->gaps[i].to_ms > from_ms)
			return true;
	return false;
}
