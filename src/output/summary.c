#include "output/summary.h"

#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "layout/value.h"
#include "output/values.h"

enum { NAME_COLUMNS = 28, CLOCK_ROOM = 40, GAPS_SHOWN = 8, LEVELS_IN_A_TABLE = 5, LEVEL_COLUMNS = 12 };

/* ---- what a summary lacks, and which statistic would add it ---- */

/* What a statistic would add to a summary of this line; "" if nothing. */
static const char *summary_adds(const struct summary_line *line, enum calls_stat stat)
{
	bool parts = line->sent[CALLS_ABANDONED_LONG] && line->sent[CALLS_ABANDONED_SHORT];
	switch (stat) {
	case CALLS_RECEIVED:
		return "calls offered";
	case CALLS_ANSWERED:
		return "calls answered; with the others the service level by hour";
	case CALLS_ABANDONED:
		return parts ? "" : "calls abandoned";
	case CALLS_ABANDONED_LONG:
	case CALLS_LEVEL:
		return "with the others the service level by hour";
	case CALLS_WAITING:
		return "the most waiting in the worst quarter-hour";
	case CALLS_LONGEST:
		return "the longest wait in the worst quarter-hour";
	case CALLS_THRESHOLD:
	case CALLS_HANDLED:
	case CALLS_ABANDONED_SHORT:
	case CALLS_STATS:
		break;
	}
	return "";
}

/* Whether no answer had a value of a statistic for the line, and it would add something. */
static bool summary_lacks(const struct summary_line *line, enum calls_stat stat)
{
	return !line->sent[stat] && summary_adds(line, stat)[0] != '\0';
}

/* ---- a page of text ---- */

static bool summary_has_days(const struct summary *summary)
{
	char from[CLOCK_ROOM], until[CLOCK_ROOM];
	text_clock(from, sizeof(from), summary->from_ms, "%Y-%m-%d");
	text_clock(until, sizeof(until), summary->until_ms, "%Y-%m-%d");
	return strcmp(from, until) != 0;
}

/* With the date where the period has several; returns out. */
static const char *summary_clock(char out[CLOCK_ROOM], const struct summary *summary, int64_t wall_ms, bool seconds)
{
	if (summary_has_days(summary))
		text_clock(out, CLOCK_ROOM, wall_ms, seconds ? "%m-%d %H:%M:%S" : "%m-%d %H:%M");
	else
		text_clock(out, CLOCK_ROOM, wall_ms, seconds ? "%H:%M:%S" : "%H:%M");
	return out;
}

static void summary_put_head(const struct summary *summary, const struct summary_about *about, struct buffer *out)
{
	char from[CLOCK_ROOM], to[CLOCK_ROOM];
	buffer_text(out, "Summary");
	if (about->layout[0] != '\0') {
		buffer_text(out, " of ");
		put_cut(out, about->layout, 40);
	}
	text_clock(from, sizeof(from), summary->from_ms, "%a %Y-%m-%d %H:%M:%S");
	text_clock(to, sizeof(to), summary->until_ms, "%a %Y-%m-%d %H:%M:%S");
	if (about->remembered != NULL) {
		buffer_text(out, " of ");
		put_cut(out, about->remembered, 40);
		buffer_print(out, ", from its history\n%s to %s\n", from, to);
		return;
	}
	buffer_print(out, "\n%s to %s, %llu answers\n", from, to, (unsigned long long)summary->answers);
	if (about->damaged > 0)
		buffer_print(out, "%lu %s be read and %s skipped.\n", about->damaged,
			text_plural(about->damaged, "record cannot", "records cannot"), text_plural(about->damaged, "was", "were"));
	flaws_text(about->flaws, summary_has_days(summary), out);
}

static void summary_put_gaps(const struct summary *summary, bool remembered, struct buffer *out)
{
	char from[CLOCK_ROOM], to[CLOCK_ROOM];
	if (summary->gap_count == 0)
		return;
	buffer_text(out, "Not recorded, ");
	value_put_duration(out, summary->gaps_ms);
	buffer_text(out, " in all:\n");
	for (unsigned i = 0; i < summary->gap_count && i < GAPS_SHOWN; i++) {
		const struct summary_gap *gap = &summary->gaps[i];
		buffer_print(out, "  %s to %s, ", summary_clock(from, summary, gap->from_ms, true),
			summary_clock(to, summary, gap->to_ms, true));
		value_put_duration(out, gap->to_ms - gap->from_ms);
		buffer_text(out, "\n");
	}
	unsigned more = summary->gap_count + summary->gaps_lost;
	if (more > GAPS_SHOWN)
		buffer_print(out, "  and %u more\n", more - GAPS_SHOWN);
	buffer_text(out, remembered ? "Its calls are in the whole, and in no hour or quarter of one.\n"
		: "Its calls are in the whole; in an hour or a quarter of one if all of it is.\n");
}

static void summary_put_resets(const struct summary *summary, struct buffer *out)
{
	char at[CLOCK_ROOM];
	if (summary->resets == 0)
		return;
	buffer_print(out, "The day's counters restarted %u %s, last at %s; they were added up.\n", summary->resets,
		text_plural(summary->resets, "time", "times"), summary_clock(at, summary, summary->reset_ms, true));
}

static void summary_put_count(struct buffer *out, double calls, const char *mark)
{
	char text[32] = "-";
	if (calls >= -0.5)
		snprintf(text, sizeof(text), "%.0f%s", calls, mark);
	buffer_print(out, "%11s", text);
}

/* The calls of a line; below 0: not recorded. */
enum { SHOWN_OFFERED, SHOWN_ANSWERED, SHOWN_ABANDONED, SHOWN_COUNTS };

static const char *const calls_heads[] = { "offered", "answered", "abandoned" };

struct summary_calls {
	double counts[SHOWN_COUNTS];
	double percent, margin; /* of the level, where it is known */
	bool handled, level;
};

static struct summary_calls summary_calls_of(const struct summary_line *line)
{
	const struct calls_span *whole = &line->whole;
	struct summary_calls calls = { .percent = 0 };
	calls.level = calls_level(whole, &calls.percent, &calls.margin);
	calls.counts[SHOWN_OFFERED] = whole->counted[CALLS_RECEIVED] ? whole->calls[CALLS_RECEIVED] : -1;
	calls.counts[SHOWN_ANSWERED] = calls_answered(whole, &calls.handled);
	calls.counts[SHOWN_ABANDONED] = calls_abandoned(whole);
	return calls;
}

/* What some line knows; a column that none knows is left out, and named under "Not recorded". */
struct summary_columns {
	bool counts[SHOWN_COUNTS], level;
};

static bool summary_calls_known(const struct summary_calls *calls, struct summary_columns *columns)
{
	bool any = calls->level;
	columns->level = columns->level || calls->level;
	for (int i = 0; i < SHOWN_COUNTS; i++) {
		bool known = calls->counts[i] >= -0.5;
		columns->counts[i] = columns->counts[i] || known;
		any = any || known;
	}
	return any;
}

static void summary_put_line(const struct summary_line *line, const struct summary_columns *columns, bool *by_handled,
	struct buffer *out)
{
	struct summary_calls calls = summary_calls_of(line);
	buffer_text(out, "  ");
	put_padded(out, line->name, NAME_COLUMNS, false);
	for (int i = 0; i < SHOWN_COUNTS; i++)
		if (columns->counts[i])
			summary_put_count(out, calls.counts[i], i == SHOWN_ANSWERED && calls.handled ? "h" : "");
	if (columns->level)
		put_level(out, LEVEL_COLUMNS, calls.level, calls.percent, calls.margin);
	buffer_text(out, "\n");
	*by_handled = *by_handled || (calls.handled && columns->counts[SHOWN_ANSWERED]);
}

static void summary_put_calls_head(const char *title, const struct summary_columns *columns, struct buffer *out)
{
	buffer_text(out, "\n");
	put_padded(out, title, NAME_COLUMNS + 2, false);
	for (int i = 0; i < SHOWN_COUNTS; i++)
		if (columns->counts[i])
			buffer_print(out, "%11s", calls_heads[i]);
	if (columns->level)
		buffer_print(out, "%*s", LEVEL_COLUMNS, "serv.level");
	buffer_text(out, "\n");
}

/* Services, and then panels of totals, which go by the panel's name: one without any of these numbers is no line. */
static void summary_put_calls(const struct summary *summary, bool remembered, struct buffer *out)
{
	const char *const titles[] = { [SUMMARY_SERVICE] = "Calls", [SUMMARY_TOTAL] = remembered ? "Totals" : "Totals, by panel" };
	bool by_handled = false;
	for (int kind = SUMMARY_SERVICE; kind <= SUMMARY_TOTAL; kind++) {
		struct summary_columns columns = { .level = false };
		bool any = false;
		for (unsigned i = 0; i < summary->line_count; i++) {
			struct summary_calls calls = summary_calls_of(&summary->lines[i]);
			if ((int)summary->lines[i].kind == kind)
				any = summary_calls_known(&calls, &columns) || any;
		}
		if (!any)
			continue;
		summary_put_calls_head(titles[kind], &columns, out);
		for (unsigned i = 0; i < summary->line_count; i++) {
			struct summary_columns none = { .level = false };
			struct summary_calls calls = summary_calls_of(&summary->lines[i]);
			if ((int)summary->lines[i].kind == kind && (kind == SUMMARY_SERVICE || summary_calls_known(&calls, &none)))
				summary_put_line(&summary->lines[i], &columns, &by_handled, out);
		}
	}
	if (by_handled)
		buffer_text(out, "  h: calls handled, which are counted when they end; answered was not recorded\n");
}

static void summary_put_worst_line(const struct summary *summary, const struct summary_line *line, struct buffer *out)
{
	const struct calls_span *worst = &line->worst;
	char from[CLOCK_ROOM], text[32] = "-";
	double percent = 0, margin = 0;
	buffer_text(out, "  ");
	put_padded(out, line->name, NAME_COLUMNS, false);
	bool level = calls_level(worst, &percent, &margin);
	if (worst->longest < 0 && worst->waiting <= 0 && !level) {
		/* Blank cells alone do not say that nobody waited. */
		bool sent = line->sent[CALLS_LONGEST] || line->sent[CALLS_WAITING];
		buffer_text(out, sent ? "  nobody waited\n" : "  not known\n");
		return;
	}
	buffer_print(out, "%13s", summary_clock(from, summary, worst->from_ms, false));
	if (worst->longest >= 0)
		value_format(text, sizeof(text), worst->longest, KIND_DURATION, NULL);
	buffer_print(out, "%10s", text);
	summary_put_count(out, worst->waiting, "");
	put_level(out, LEVEL_COLUMNS, level, percent, margin);
	buffer_text(out, "\n");
}

static void summary_put_worst(const struct summary *summary, struct buffer *out)
{
	bool any = false;
	for (unsigned i = 0; i < summary->line_count; i++) {
		if (summary->lines[i].kind != SUMMARY_SERVICE)
			continue;
		if (!any)
			buffer_print(out, "\nWorst quarter-hour %*s%13s%10s%11s%*s\n", NAME_COLUMNS - 17, "", "from",
				"longest", "waiting", LEVEL_COLUMNS, "serv.level");
		summary_put_worst_line(summary, &summary->lines[i], out);
		any = true;
	}
	if (any)
		buffer_text(out, "  By the longest wait; of equal ones the most waiting, then the lowest level.\n");
}

/* Whether the level of an hour of this line is known from the calls of that hour. */
static bool summary_line_by_hour(const struct summary_line *line)
{
	double percent;
	for (unsigned i = 0; i < line->hour_count; i++)
		if (calls_level(&line->hours[i], &percent, NULL))
			return true;
	return false;
}

/* Whether only the level of the whole day is known, at the end of some hour. */
static bool summary_line_running(const struct summary_line *line)
{
	if (summary_line_by_hour(line))
		return false;
	for (unsigned i = 0; i < line->hour_count; i++)
		if (line->hours[i].running >= 0)
			return true;
	return false;
}

static const struct calls_span *summary_hour_at(const struct summary_line *line, int64_t from_ms)
{
	for (unsigned i = 0; i < line->hour_count; i++)
		if (line->hours[i].from_ms == from_ms)
			return &line->hours[i];
	return NULL;
}

static bool summary_hour_level(const struct calls_span *hour, bool running, double *percent, double *margin)
{
	*percent = hour != NULL ? hour->running : -1;
	*margin = 0;
	return hour != NULL && (running ? *percent >= 0 : calls_level(hour, percent, margin));
}

/* The answer at the very end of a period that ends with an hour begins another hour, and says nothing about it. */
static bool summary_hour_is_empty(const struct summary *summary, const struct summary_line *const *lines,
	unsigned count, int64_t from_ms, bool running)
{
	double percent, margin;
	for (unsigned i = 0; i < count; i++)
		if (from_ms < summary->until_ms || summary_hour_level(summary_hour_at(lines[i], from_ms), running,
			&percent, &margin))
			return false;
	return true;
}

static void summary_put_hour(const struct summary *summary, const struct summary_line *const *lines, unsigned count,
	int64_t from_ms, bool running, struct buffer *out)
{
	if (summary_hour_is_empty(summary, lines, count, from_ms, running))
		return;
	char clock[CLOCK_ROOM];
	const char *mark = summary_partial(summary, from_ms, SUMMARY_HOUR_MS) ? "*" : "";
	char text[CLOCK_ROOM + 2];
	snprintf(text, sizeof(text), "%s%s", summary_clock(clock, summary, from_ms, false), mark);
	buffer_print(out, "  %-12s", text);
	for (unsigned i = 0; i < count; i++) {
		double percent, margin;
		bool known = summary_hour_level(summary_hour_at(lines[i], from_ms), running, &percent, &margin);
		put_level(out, LEVEL_COLUMNS, known, percent, margin);
	}
	buffer_text(out, "\n");
}

/* The hours of all lines of a table: each has those in which it was in an answer. */
static void summary_put_hours(const struct summary *summary, const struct summary_line *const *lines, unsigned count,
	bool running, struct buffer *out)
{
	buffer_print(out, "  %-12s", "hour");
	for (unsigned i = 0; i < count; i++) {
		buffer_text(out, " ");
		put_padded(out, lines[i]->name, LEVEL_COLUMNS - 1, true);
	}
	buffer_text(out, "\n");
	const struct summary_line *longest = lines[0];
	for (unsigned i = 1; i < count; i++)
		if (lines[i]->hour_count > longest->hour_count)
			longest = lines[i];
	for (unsigned i = 0; i < longest->hour_count; i++)
		summary_put_hour(summary, lines, count, longest->hours[i].from_ms, running, out);
}

static bool summary_put_tables(const struct summary *summary, bool running, const char *title, struct buffer *out)
{
	const struct summary_line *lines[LEVELS_IN_A_TABLE];
	unsigned count = 0;
	bool any = false;
	for (unsigned i = 0; i <= summary->line_count; i++) {
		bool last = i == summary->line_count;
		if (!last && (running ? summary_line_running(&summary->lines[i])
			: summary_line_by_hour(&summary->lines[i])))
			lines[count++] = &summary->lines[i];
		if (count == 0 || (!last && count < LEVELS_IN_A_TABLE))
			continue;
		if (!any)
			buffer_text(out, title);
		summary_put_hours(summary, lines, count, running, out);
		any = true;
		count = 0;
	}
	return any;
}

/* With the threshold, where all lines have the same. */
static void summary_put_formula(const struct summary *summary, char *out, size_t size)
{
	double threshold = -1;
	bool same = true;
	char seconds[16], words[24] = "";
	for (unsigned i = 0; i < summary->line_count; i++) {
		double own = summary->lines[i].threshold;
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

static void summary_put_levels(const struct summary *summary, struct buffer *out)
{
	char title[160];
	summary_put_formula(summary, title, sizeof(title));
	bool any = summary_put_tables(summary, false, title, out);
	if (any)
		buffer_text(out, "  From differences of the day's counters; ~3: 3 points either way, by rounding.\n");
	if (summary_put_tables(summary, true,
		"\nThe day's service level at the end of each hour: not of that hour alone,\n"
		"which the recorded statistics do not show\n", out))
		any = true;
	if (any)
		buffer_text(out, "  *: not all of this hour was recorded, or it is not all within the period\n");
}

static void summary_put_alert(const struct summary *summary, const struct summary_alert *alert, struct buffer *out)
{
	char at[CLOCK_ROOM];
	buffer_text(out, "  ");
	put_padded(out, alert->name, NAME_COLUMNS, false);
	buffer_print(out, " %5u %s ", alert->count, text_plural(alert->count, "time, ", "times,"));
	value_put_duration(out, alert->lasted_ms);
	if (alert->longest_at_ms != 0) {
		buffer_text(out, ", longest ");
		value_put_duration(out, alert->longest_ms);
		buffer_print(out, " at %s", summary_clock(at, summary, alert->longest_at_ms, false));
	}
	buffer_text(out, alert->unfinished > 0 ? " +\n" : "\n");
}

static void summary_put_alerts(const struct summary *summary, const struct summary_about *about, struct buffer *out)
{
	bool unfinished = false;
	if (about->remembered != NULL) {
		buffer_text(out, "\nAlarms: not in the history; a recording has them (cxwall --record FILE)\n");
		return;
	}
	if (about->alert_source != NULL) {
		buffer_text(out, "\nAlarms, as the alerts of layout ");
		put_cut(out, about->alert_source, 30);
		buffer_text(out, " would have rung\n");
	} else {
		buffer_text(out, "\nAlarms, as recorded\n");
	}
	for (unsigned i = 0; i < summary->alert_count; i++) {
		summary_put_alert(summary, &summary->alerts[i], out);
		unfinished = unfinished || summary->alerts[i].unfinished > 0;
	}
	if (summary->alert_count == 0)
		buffer_text(out, about->alerts_known ? "  none\n" :
			"  none were recorded; -l LAYOUT evaluates its alerts over the recording\n");
	if (unfinished)
		buffer_text(out, "  +: one was still firing when the recording, or a run of the wall, ended\n");
}

/* The lines that lack it, if not all do. */
static void summary_put_lacking(const struct summary *summary, enum calls_stat stat, unsigned lacking,
	unsigned services, struct buffer *out)
{
	const struct summary_line *first = NULL;
	bool asked = false;
	for (unsigned i = 0; i < summary->line_count; i++) {
		const struct summary_line *line = &summary->lines[i];
		if (line->kind != SUMMARY_SERVICE || !summary_lacks(line, stat))
			continue;
		first = first == NULL ? line : first;
		asked = asked || line->asked[stat];
	}
	buffer_print(out, "  %s%s\n      ", calls_stat_names[stat], asked ? " (asked for, and always blank)" : "");
	if (lacking < services) {
		buffer_text(out, "of ");
		put_cut(out, first->name, 20);
		if (lacking > 1)
			buffer_print(out, " and %u more", lacking - 1);
		buffer_text(out, ": ");
	}
	buffer_print(out, "%s\n", summary_adds(first, stat));
}

static void summary_put_missing(const struct summary *summary, struct buffer *out)
{
	unsigned services = 0;
	bool any = false;
	for (unsigned i = 0; i < summary->line_count; i++)
		services += summary->lines[i].kind == SUMMARY_SERVICE;
	for (int stat = 0; stat < CALLS_STATS; stat++) {
		unsigned lacking = 0;
		for (unsigned i = 0; i < summary->line_count; i++)
			lacking += summary->lines[i].kind == SUMMARY_SERVICE &&
				summary_lacks(&summary->lines[i], (enum calls_stat)stat);
		if (lacking == 0)
			continue;
		if (!any)
			buffer_text(out, "\nNot recorded; as columns of a service grid they would show\n");
		any = true;
		summary_put_lacking(summary, (enum calls_stat)stat, lacking, services, out);
	}
	if (services == 0)
		buffer_text(out,
			"\nNo service grid with the column name was recorded, so nothing is known of single services\n");
}

void summary_text(const struct summary *summary, const struct summary_about *about, struct buffer *out)
{
	summary_put_head(summary, about, out);
	summary_put_gaps(summary, about->remembered != NULL, out);
	summary_put_resets(summary, out);
	if (summary->line_count > 0)
		summary_put_calls(summary, about->remembered != NULL, out);
	summary_put_worst(summary, out);
	summary_put_levels(summary, out);
	summary_put_alerts(summary, about, out);
	summary_put_missing(summary, out);
	if (summary->lines_lost > 0)
		buffer_print(out, "\nMore than %d services; the others are left out\n", SUMMARY_LINES_MAX);
}

/* ---- JSON ---- */

void summary_json_calls(const struct calls_span *span, struct buffer *out)
{
	bool handled;
	double percent = 0, margin = 0, answered = calls_answered(span, &handled),
		abandoned = calls_abandoned(span);
	bool level = calls_level(span, &percent, &margin);
	json_put_number_pair(out, "offered", span->counted[CALLS_RECEIVED], span->calls[CALLS_RECEIVED]);
	json_put_number_pair(out, "answered", span->counted[CALLS_ANSWERED], answered);
	json_put_number_pair(out, "handled", span->counted[CALLS_HANDLED], span->calls[CALLS_HANDLED]);
	json_put_number_pair(out, "abandoned", abandoned >= 0, abandoned);
	json_put_number_pair(out, "abandoned_long", span->counted[CALLS_ABANDONED_LONG],
		span->calls[CALLS_ABANDONED_LONG]);
	json_put_number_pair(out, "in_time", level, percent / 100 * span->in_time_of);
	json_put_number_pair(out, "service_level", level, percent);
	json_put_number_pair(out, "service_level_margin", level, margin);
	json_put_number_pair(out, "service_level_of_the_day", span->running >= 0, span->running);
	json_put_number_pair(out, "longest_wait", span->longest >= 0, span->longest);
	json_put_number_pair(out, "most_waiting", span->waiting >= 0, span->waiting);
}

/* An hour, or a quarter of one. */
static void summary_json_part(const struct summary *summary, const struct calls_span *span, int64_t length_ms,
	struct buffer *out)
{
	json_put_object(out);
	json_put_time_pair(out, "from", true, span->from_ms);
	summary_json_calls(span, out);
	json_put_bool_pair(out, "partial", summary_partial(summary, span->from_ms, length_ms));
	json_put_object_end(out);
}

static void summary_json_line(const struct summary *summary, const struct summary_line *line, struct buffer *out)
{
	json_put_object(out);
	json_put_pair(out, "kind", line->kind == SUMMARY_SERVICE ? "service" : "total");
	json_put_pair(out, "name", line->name);
	json_put_number_pair(out, "threshold", line->threshold >= 0, line->threshold);
	summary_json_calls(&line->whole, out);
	json_put_key(out, "worst_quarter");
	if (line->worst.from_ms != 0)
		summary_json_part(summary, &line->worst, SUMMARY_QUARTER_MS, out);
	else
		json_put_null(out);
	json_put_key(out, "hours");
	json_put_array(out);
	for (unsigned i = 0; i < line->hour_count; i++)
		summary_json_part(summary, &line->hours[i], SUMMARY_HOUR_MS, out);
	json_put_array_end(out);
	json_put_key(out, "missing");
	json_put_array(out);
	for (int stat = 0; stat < CALLS_STATS; stat++) {
		if (!summary_lacks(line, (enum calls_stat)stat))
			continue;
		json_put_object(out);
		json_put_pair(out, "statistic", calls_stat_names[stat]);
		json_put_bool_pair(out, "asked", line->asked[stat]);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	json_put_object_end(out);
}

static void summary_json_gaps(const struct summary *summary, struct buffer *out)
{
	json_put_real_pair(out, "not_recorded", true, (double)summary->gaps_ms / 1000, 3);
	json_put_key(out, "gaps");
	json_put_array(out);
	for (unsigned i = 0; i < summary->gap_count; i++) {
		const struct summary_gap *gap = &summary->gaps[i];
		json_put_object(out);
		json_put_time_pair(out, "from", true, gap->from_ms);
		json_put_time_pair(out, "to", true, gap->to_ms);
		json_put_real_pair(out, "seconds", true, (double)(gap->to_ms - gap->from_ms) / 1000, 3);
		json_put_object_end(out);
	}
	json_put_array_end(out);
}

static void summary_json_alerts(const struct summary *summary, const struct summary_about *about, struct buffer *out)
{
	json_put_key(out, "alarms");
	json_put_object(out);
	json_put_pair(out, "source", about->remembered != NULL ? "unknown" : about->alert_source != NULL ? "layout" : "recorded");
	json_put_pair(out, "layout", about->alert_source != NULL ? about->alert_source : "");
	json_put_key(out, "alerts");
	json_put_array(out);
	for (unsigned i = 0; i < summary->alert_count; i++) {
		const struct summary_alert *alert = &summary->alerts[i];
		json_put_object(out);
		json_put_pair(out, "name", alert->name);
		json_put_integer_pair(out, "count", alert->count);
		json_put_integer_pair(out, "unfinished", alert->unfinished);
		json_put_real_pair(out, "seconds", true, (double)alert->lasted_ms / 1000, 3);
		json_put_real_pair(out, "longest", true, alert->longest_ms > 0 ? (double)alert->longest_ms / 1000 : 0,
			3);
		json_put_time_pair(out, "longest_from", alert->longest_at_ms != 0, alert->longest_at_ms);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	json_put_object_end(out);
}

void summary_json(const struct summary *summary, const struct summary_about *about, struct buffer *out)
{
	json_put_object(out);
	json_put_integer_pair(out, "version", SUMMARY_DOCUMENT_VERSION);
	json_put_pair(out, "program", "cxwall " PACKAGE_VERSION);
	json_put_pair(out, "layout", about->layout);
	json_put_time_pair(out, "from", true, summary->from_ms);
	json_put_time_pair(out, "until", true, summary->until_ms);
	json_put_pair(out, "source", about->remembered != NULL ? "history" : "recording");
	json_put_number_pair(out, "answers", about->remembered == NULL, (double)summary->answers);
	json_put_integer_pair(out, "damaged", (long long)about->damaged);
	json_put_integer_pair(out, "resets", summary->resets);
	summary_json_gaps(summary, out);
	flaws_json(about->flaws, out);
	json_put_pair(out, "service_level_formula", "answered within the threshold / (answered + abandoned after it)");
	json_put_key(out, "lines");
	json_put_array(out);
	for (unsigned i = 0; i < summary->line_count; i++)
		summary_json_line(summary, &summary->lines[i], out);
	json_put_array_end(out);
	summary_json_alerts(summary, about, out);
	json_put_object_end(out);
	buffer_text(out, "\n");
}
