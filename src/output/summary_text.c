#include "output/summary.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "layout/value.h"
#include "output/flaws.h"

enum { NAME_COLUMNS = 28, CLOCK_ROOM = 40, GAPS_SHOWN = 8, LEVELS_IN_A_TABLE = 5, LEVEL_COLUMNS = 12 };

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static const char *clock_text(char out[CLOCK_ROOM], int64_t wall_ms, const char *format)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	if (localtime_r(&seconds, &local) == NULL || strftime(out, CLOCK_ROOM, format, &local) == 0)
		out[0] = '\0';
	return out;
}
#pragma GCC diagnostic pop

static bool has_days(const struct shift *shift)
{
	char from[CLOCK_ROOM], until[CLOCK_ROOM];
	clock_text(from, shift->from_ms, "%Y-%m-%d");
	clock_text(until, shift->until_ms, "%Y-%m-%d");
	return strcmp(from, until) != 0;
}

/* With the date where the period has several. */
static const char *moment_text(char out[CLOCK_ROOM], const struct shift *shift, int64_t wall_ms, bool seconds)
{
	if (!has_days(shift))
		return clock_text(out, wall_ms, seconds ? "%H:%M:%S" : "%H:%M");
	return clock_text(out, wall_ms, seconds ? "%m-%d %H:%M:%S" : "%m-%d %H:%M");
}

static void put_duration(struct buffer *out, int64_t milliseconds)
{
	char text[32];
	value_format(text, sizeof(text), (double)(milliseconds / 1000), KIND_DURATION, NULL);
	buffer_text(out, text);
}

/* Padded by columns, not by bytes. */
static void put_cut(struct buffer *out, const char *text, int columns, bool right)
{
	char cut[SHIFT_NAME_MAX * 4];
	int used = text_cut(cut, sizeof(cut), text, columns, "~");
	buffer_print(out, "%*s%s%*s", right ? columns - used : 0, "", cut, right ? 0 : columns - used, "");
}

static void put_head(const struct shift *shift, const struct shift_about *about, struct buffer *out)
{
	char from[CLOCK_ROOM], to[CLOCK_ROOM];
	buffer_text(out, "Summary");
	if (about->layout[0] != '\0') {
		buffer_text(out, " of ");
		put_cut(out, about->layout, text_width(about->layout) < 40 ? text_width(about->layout) : 40, false);
	}
	buffer_print(out, "\n%s to %s, ", clock_text(from, shift->from_ms, "%a %Y-%m-%d %H:%M:%S"),
		clock_text(to, shift->until_ms, "%a %Y-%m-%d %H:%M:%S"));
	buffer_print(out, "%llu answers\n", (unsigned long long)shift->answers);
	if (about->damaged > 0)
		buffer_print(out, "%lu %s be read and %s skipped.\n", about->damaged,
			about->damaged == 1 ? "record cannot" : "records cannot", about->damaged == 1 ? "was" : "were");
	flaws_text(about->flaws, has_days(shift), out);
}

static void put_gaps(const struct shift *shift, struct buffer *out)
{
	char from[CLOCK_ROOM], to[CLOCK_ROOM];
	if (shift->gap_count == 0)
		return;
	buffer_text(out, "Not recorded, ");
	put_duration(out, shift->gaps_ms);
	buffer_text(out, " in all:\n");
	for (unsigned i = 0; i < shift->gap_count && i < GAPS_SHOWN; i++) {
		const struct shift_gap *gap = &shift->gaps[i];
		buffer_print(out, "  %s to %s, ", moment_text(from, shift, gap->from_ms, true),
			moment_text(to, shift, gap->to_ms, true));
		put_duration(out, gap->to_ms - gap->from_ms);
		buffer_text(out, "\n");
	}
	unsigned more = shift->gap_count + shift->gaps_lost;
	if (more > GAPS_SHOWN)
		buffer_print(out, "  and %u more\n", more - GAPS_SHOWN);
	buffer_text(out, "Its calls are in the whole; in an hour or a quarter of one if all of it is.\n");
}

static void put_resets(const struct shift *shift, struct buffer *out)
{
	char at[CLOCK_ROOM];
	if (shift->resets == 0)
		return;
	buffer_print(out, "The day's counters began anew %u %s, last at %s; counted on.\n", shift->resets,
		shift->resets == 1 ? "time" : "times", moment_text(at, shift, shift->reset_ms, true));
}

static void put_calls(struct buffer *out, double calls, const char *mark)
{
	char text[32] = "-";
	if (calls >= -0.5)
		snprintf(text, sizeof(text), "%.0f%s", calls, mark);
	buffer_print(out, "%11s", text);
}

static void put_percent(struct buffer *out, bool known, double percent, double margin, const char *mark)
{
	char text[32] = "-", exact[24];
	if (known && margin >= 0.5)
		snprintf(text, sizeof(text), "%.0f %%~%.0f%s", percent, margin, mark);
	else if (known) {
		value_format(exact, sizeof(exact), percent, KIND_PERCENT, NULL);
		snprintf(text, sizeof(text), "%s%s", exact, mark);
	}
	buffer_print(out, "%*s", LEVEL_COLUMNS, text);
}

static void put_line_calls(const struct shift_line *line, bool *by_handled, struct buffer *out)
{
	const struct shift_span *whole = &line->whole;
	double percent = 0, margin = 0, abandoned = shift_abandoned(whole);
	bool handled, known = shift_level(whole, &percent, &margin);
	double answered = shift_answered(whole, &handled);
	buffer_text(out, "  ");
	put_cut(out, line->name, NAME_COLUMNS, false);
	put_calls(out, whole->counted[SHIFT_RECEIVED] ? whole->calls[SHIFT_RECEIVED] : -1, "");
	put_calls(out, answered, handled ? "h" : "");
	put_calls(out, abandoned, "");
	put_percent(out, known, percent, margin, "");
	buffer_text(out, "\n");
	*by_handled = *by_handled || handled;
}

static void put_table_of_calls(const struct shift *shift, struct buffer *out)
{
	bool by_handled = false;
	buffer_print(out, "\nCalls %*s%11s%11s%11s%*s\n", NAME_COLUMNS - 4, "", "offered", "answered", "abandoned",
		LEVEL_COLUMNS, "serv.level");
	for (int kind = SHIFT_SERVICE; kind <= SHIFT_TOTAL; kind++)
		for (unsigned i = 0; i < shift->line_count; i++)
			if ((int)shift->lines[i].kind == kind)
				put_line_calls(&shift->lines[i], &by_handled, out);
	if (by_handled)
		buffer_text(out, "  h: calls handled, which are counted when they end; answered was not recorded\n");
}

static void put_worst_line(const struct shift *shift, const struct shift_line *line, struct buffer *out)
{
	const struct shift_span *worst = &line->worst;
	char from[CLOCK_ROOM], text[32] = "-";
	double percent = 0, margin = 0;
	buffer_text(out, "  ");
	put_cut(out, line->name, NAME_COLUMNS, false);
	bool level = shift_level(worst, &percent, &margin);
	if (worst->longest < 0 && worst->waiting <= 0 && !level) {
		/* Blank cells alone do not say that nobody waited. */
		bool sent = line->sent[SHIFT_LONGEST] || line->sent[SHIFT_WAITING];
		buffer_text(out, sent ? "  nobody waited\n" : "  not known\n");
		return;
	}
	buffer_print(out, "%13s", moment_text(from, shift, worst->from_ms, false));
	if (worst->longest >= 0)
		value_format(text, sizeof(text), worst->longest, KIND_DURATION, NULL);
	buffer_print(out, "%10s", text);
	put_calls(out, worst->waiting, "");
	put_percent(out, level, percent, margin, "");
	buffer_text(out, "\n");
}

static void put_worst(const struct shift *shift, struct buffer *out)
{
	bool any = false;
	for (unsigned i = 0; i < shift->line_count; i++) {
		if (shift->lines[i].kind != SHIFT_SERVICE)
			continue;
		if (!any)
			buffer_print(out, "\nWorst quarter-hour %*s%13s%10s%11s%*s\n", NAME_COLUMNS - 17, "", "from", "longest",
				"waiting", LEVEL_COLUMNS, "serv.level");
		put_worst_line(shift, &shift->lines[i], out);
		any = true;
	}
	if (any)
		buffer_text(out, "  By the longest wait; of equal ones the most waiting, then the lowest level.\n");
}

/* Whether an hour of this line can be told by its own calls. */
static bool is_by_hour(const struct shift_line *line)
{
	double percent;
	for (unsigned i = 0; i < line->hour_count; i++)
		if (shift_level(&line->hours[i], &percent, NULL))
			return true;
	return false;
}

static bool is_running(const struct shift_line *line)
{
	if (is_by_hour(line))
		return false;
	for (unsigned i = 0; i < line->hour_count; i++)
		if (line->hours[i].running >= 0)
			return true;
	return false;
}

static const struct shift_span *hour_at(const struct shift_line *line, int64_t from_ms)
{
	for (unsigned i = 0; i < line->hour_count; i++)
		if (line->hours[i].from_ms == from_ms)
			return &line->hours[i];
	return NULL;
}

static bool tells(const struct shift_span *hour, bool running, double *percent, double *margin)
{
	*percent = hour != NULL ? hour->running : -1;
	*margin = 0;
	return hour != NULL && (running ? *percent >= 0 : shift_level(hour, percent, margin));
}

/* The answer at the very end of a period that ends with an hour begins another hour, and says nothing of it. */
static bool is_empty(const struct shift *shift, const struct shift_line *const *lines, unsigned count, int64_t from_ms,
	bool running)
{
	double percent, margin;
	for (unsigned i = 0; i < count; i++)
		if (from_ms < shift->until_ms || tells(hour_at(lines[i], from_ms), running, &percent, &margin))
			return false;
	return true;
}

static void put_hour(const struct shift *shift, const struct shift_line *const *lines, unsigned count, int64_t from_ms,
	bool running, struct buffer *out)
{
	if (is_empty(shift, lines, count, from_ms, running))
		return;
	char clock[CLOCK_ROOM];
	const char *mark = shift_partial(shift, from_ms, SHIFT_HOUR_MS) ? "*" : "";
	char text[CLOCK_ROOM + 2];
	snprintf(text, sizeof(text), "%s%s", moment_text(clock, shift, from_ms, false), mark);
	buffer_print(out, "  %-12s", text);
	for (unsigned i = 0; i < count; i++) {
		double percent, margin;
		bool known = tells(hour_at(lines[i], from_ms), running, &percent, &margin);
		put_percent(out, known, percent, margin, "");
	}
	buffer_text(out, "\n");
}

/* The hours of all lines of a table: each has those in which it was in an answer. */
static void put_hours(const struct shift *shift, const struct shift_line *const *lines, unsigned count, bool running,
	struct buffer *out)
{
	buffer_print(out, "  %-12s", "hour");
	for (unsigned i = 0; i < count; i++) {
		buffer_text(out, " ");
		put_cut(out, lines[i]->name, LEVEL_COLUMNS - 1, true);
	}
	buffer_text(out, "\n");
	const struct shift_line *longest = lines[0];
	for (unsigned i = 1; i < count; i++)
		if (lines[i]->hour_count > longest->hour_count)
			longest = lines[i];
	for (unsigned i = 0; i < longest->hour_count; i++)
		put_hour(shift, lines, count, longest->hours[i].from_ms, running, out);
}

static bool put_tables(const struct shift *shift, bool running, const char *title, struct buffer *out)
{
	const struct shift_line *lines[LEVELS_IN_A_TABLE];
	unsigned count = 0;
	bool any = false;
	for (unsigned i = 0; i <= shift->line_count; i++) {
		bool last = i == shift->line_count;
		if (!last && (running ? is_running(&shift->lines[i]) : is_by_hour(&shift->lines[i])))
			lines[count++] = &shift->lines[i];
		if (count == 0 || (!last && count < LEVELS_IN_A_TABLE))
			continue;
		if (!any)
			buffer_text(out, title);
		put_hours(shift, lines, count, running, out);
		any = true;
		count = 0;
	}
	return any;
}

/* With the threshold, where all lines have the same. */
static void put_formula(const struct shift *shift, char *out, size_t size)
{
	double threshold = -1;
	bool same = true;
	char seconds[16], words[24] = "";
	for (unsigned i = 0; i < shift->line_count; i++) {
		double own = shift->lines[i].threshold;
		same = same && (own < 0 || threshold < 0 || (own <= threshold && own >= threshold));
		threshold = own < 0 ? threshold : own;
	}
	if (same && threshold >= 0) {
		value_format(seconds, sizeof(seconds), threshold, KIND_DURATION, NULL);
		snprintf(words, sizeof(words), " (%s)", seconds);
	}
	snprintf(out, size, "\nService level by hour: answered within the threshold%s /\n"
		"(answered + abandoned after it), of the calls of that hour\n", words);
}

static void put_levels(const struct shift *shift, struct buffer *out)
{
	char title[160];
	put_formula(shift, title, sizeof(title));
	bool any = put_tables(shift, false, title, out);
	if (any)
		buffer_text(out, "  From differences of the day's counters; ~3: 3 points either way, by rounding.\n");
	if (put_tables(shift, true,
		"\nThe day's service level at the end of each hour: not of that hour alone,\n"
		"which the recorded statistics do not tell\n", out))
		any = true;
	if (any)
		buffer_text(out, "  *: not all of this hour was recorded, or it is not all within the period\n");
}

static void put_alarm(const struct shift *shift, const struct shift_alarm *alarm, struct buffer *out)
{
	char at[CLOCK_ROOM];
	buffer_text(out, "  ");
	put_cut(out, alarm->name, NAME_COLUMNS, false);
	buffer_print(out, " %5u %s ", alarm->count, alarm->count == 1 ? "time, " : "times,");
	put_duration(out, alarm->lasted_ms);
	if (alarm->longest_at_ms != 0) {
		buffer_text(out, ", longest ");
		put_duration(out, alarm->longest_ms);
		buffer_print(out, " at %s", moment_text(at, shift, alarm->longest_at_ms, false));
	}
	buffer_text(out, alarm->unfinished > 0 ? " +\n" : "\n");
}

static void put_alarms(const struct shift *shift, const struct shift_about *about, struct buffer *out)
{
	bool unfinished = false;
	if (about->alarm_source != NULL) {
		buffer_text(out, "\nAlarms, as the alerts of layout ");
		int columns = text_width(about->alarm_source);
		put_cut(out, about->alarm_source, columns < 30 ? columns : 30, false);
		buffer_text(out, " would have rung\n");
	} else {
		buffer_text(out, "\nAlarms, as recorded\n");
	}
	for (unsigned i = 0; i < shift->alarm_count; i++) {
		put_alarm(shift, &shift->alarms[i], out);
		unfinished = unfinished || shift->alarms[i].unfinished > 0;
	}
	if (shift->alarm_count == 0)
		buffer_text(out, about->alarms_known ? "  none\n" :
			"  none was recorded; with -l LAYOUT its alerts are run over the recording\n");
	if (unfinished)
		buffer_text(out, "  +: one still rang where the recording, or a run of the wall, ended\n");
}

/* The lines that lack it, if not all do. */
static void put_lacking(const struct shift *shift, enum shift_stat stat, unsigned lacking, unsigned services,
	struct buffer *out)
{
	const struct shift_line *first = NULL;
	bool asked = false;
	for (unsigned i = 0; i < shift->line_count; i++) {
		const struct shift_line *line = &shift->lines[i];
		if (line->kind != SHIFT_SERVICE || !shift_lacks(line, stat))
			continue;
		first = first == NULL ? line : first;
		asked = asked || line->asked[stat];
	}
	buffer_print(out, "  %s%s\n      ", shift_stat_names[stat], asked ? " (asked for, and always blank)" : "");
	if (lacking < services) {
		buffer_text(out, "of ");
		put_cut(out, first->name, text_width(first->name) < 20 ? text_width(first->name) : 20, false);
		if (lacking > 1)
			buffer_print(out, " and %u more", lacking - 1);
		buffer_text(out, ": ");
	}
	buffer_print(out, "%s\n", shift_adds(first, stat));
}

static void put_missing(const struct shift *shift, struct buffer *out)
{
	unsigned services = 0;
	bool any = false;
	for (unsigned i = 0; i < shift->line_count; i++)
		services += shift->lines[i].kind == SHIFT_SERVICE;
	for (int stat = 0; stat < SHIFT_STATS; stat++) {
		unsigned lacking = 0;
		for (unsigned i = 0; i < shift->line_count; i++)
			lacking += shift->lines[i].kind == SHIFT_SERVICE && shift_lacks(&shift->lines[i], (enum shift_stat)stat);
		if (lacking == 0)
			continue;
		if (!any)
			buffer_text(out, "\nNot recorded: as a column of a service grid it would tell\n");
		any = true;
		put_lacking(shift, (enum shift_stat)stat, lacking, services, out);
	}
	if (services == 0)
		buffer_text(out, "\nNo service grid that shows name was recorded: nothing can be told of single services\n");
}

void shift_text(const struct shift *shift, const struct shift_about *about, struct buffer *out)
{
	put_head(shift, about, out);
	put_gaps(shift, out);
	put_resets(shift, out);
	if (shift->line_count > 0)
		put_table_of_calls(shift, out);
	put_worst(shift, out);
	put_levels(shift, out);
	put_alarms(shift, about, out);
	put_missing(shift, out);
	if (shift->lines_lost > 0)
		buffer_print(out, "\nMore than %d services: the others are not here\n", SHIFT_LINES_MAX);
}
