#include "output/history.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json_write.h"
#include "base/local_time.h"
#include "base/text.h"
#include "output/csv.h"
#include "output/summary.h"
#include "output/values.h"

enum { TIME_COLUMNS = 18, LEVEL_COLUMNS = 12, NUMBER_COLUMNS = 12, TITLE_COLUMNS = 76, CLOCK_ROOM = 40 };

const char *const history_every_names[] = { "minute", "15m", "30m", "1h", "1d", NULL };
const int history_every_minutes[] = { 1, 15, 30, 60, LOCAL_DAY_MINUTES };

static const char *const every_words[] = { "minutes", "quarter-hours", "half-hours", "hours", "days" };

static const char *shown_name(const char *name)
{
	return name[0] != '\0' ? name : "All services";
}

static bool is_known(double number)
{
	return !isnan(number);
}

/* Before the first part and behind the last one in which something was recorded there is nothing to say. */
static void history_range(const struct spans *spans, unsigned *first, unsigned *end)
{
	*first = 0;
	*end = spans->count;
	while (*first < *end && !spans->parts[*first].seen)
		++*first;
	while (*end > *first && !spans->parts[*end - 1].seen)
		--*end;
}

/* ---- text ---- */

/* Which dates and zones the times of a table need. */
struct clocks {
	const struct spans *spans;
	unsigned first, end;
	bool days; /* the table has several */
};

static struct clocks clocks_of(const struct spans *spans)
{
	struct clocks clocks = { .spans = spans };
	char from[CLOCK_ROOM] = "", until[CLOCK_ROOM] = "";
	history_range(spans, &clocks.first, &clocks.end);
	if (clocks.end > clocks.first) {
		text_clock(from, sizeof(from), spans->parts[clocks.first].from_s * 1000, "%Y-%m-%d");
		text_clock(until, sizeof(until), spans->parts[clocks.end - 1].until_s * 1000 - 1, "%Y-%m-%d");
	}
	clocks.days = strcmp(from, until) != 0;
	return clocks;
}

static void clocks_plain(const struct clocks *clocks, char out[CLOCK_ROOM], int64_t time_s)
{
	if (clocks->spans->minutes == LOCAL_DAY_MINUTES)
		text_clock(out, CLOCK_ROOM, time_s * 1000, "%a %Y-%m-%d");
	else
		text_clock(out, CLOCK_ROOM, time_s * 1000, clocks->days ? "%m-%d %H:%M" : "%H:%M");
}

/* With the zone, where the clock was put back and the same time comes twice. */
static void clocks_text(const struct clocks *clocks, char out[CLOCK_ROOM], int64_t time_s)
{
	enum { CHANGE_S = 3600 };
	char earlier[CLOCK_ROOM], later[CLOCK_ROOM];
	clocks_plain(clocks, out, time_s);
	clocks_plain(clocks, earlier, time_s - CHANGE_S);
	clocks_plain(clocks, later, time_s + CHANGE_S);
	bool twice = strcmp(out, earlier) == 0 || strcmp(out, later) == 0;
	size_t length = strlen(out);
	if (twice && clocks->spans->minutes != LOCAL_DAY_MINUTES)
		text_clock(out + length, CLOCK_ROOM - length, time_s * 1000, " %Z");
}

static void history_put_head(const struct spans *spans, const struct history_about *about, struct buffer *out)
{
	char from[CLOCK_ROOM], until[CLOCK_ROOM];
	text_clock(from, sizeof(from), spans->from_s * 1000, "%a %Y-%m-%d %H:%M");
	text_clock(until, sizeof(until), (spans->until_s < spans->now_s ? spans->until_s : spans->now_s) * 1000,
		"%a %Y-%m-%d %H:%M");
	buffer_text(out, "History of ");
	put_cut(out, about->of, TITLE_COLUMNS - 11);
	buffer_print(out, "\n%s to %s, by %s\n", from, until, every_words[about->every]);
	if (spans->missing_s > 0) {
		buffer_text(out, "Not recorded, in all: ");
		value_put_duration(out, spans->missing_s * 1000);
		buffer_text(out, "\n");
	}
	if (spans->minutes_from_s > spans->from_s) {
		text_clock(from, sizeof(from), spans->minutes_from_s * 1000, "%a %m-%d %H:%M");
		buffer_print(out, "Minutes are kept for %d hours: before %s there are quarter-hours.\n",
			STORE_MINUTES_HOURS, from);
	}
}

static void history_put_title(const char *name, const char *statistic, struct buffer *out)
{
	char title[STORE_NAME_MAX + STORE_STATISTIC_MAX + 4];
	(void)snprintf(title, sizeof(title), "%s%s%s", shown_name(name), statistic[0] != '\0' ? ", " : "", statistic);
	buffer_text(out, "\n");
	put_cut(out, title, TITLE_COLUMNS);
	buffer_text(out, "\n");
}

static void history_put_time(const struct clocks *clocks, const struct spans_part *part, struct buffer *out)
{
	char text[CLOCK_ROOM], time[CLOCK_ROOM + 2];
	clocks_text(clocks, text, part->from_s);
	(void)snprintf(time, sizeof(time), "%s%s", text, part->partial ? "*" : "");
	buffer_text(out, "  ");
	put_padded(out, time, TIME_COLUMNS, false);
}

/* Times without a row are told in one line. Returns the part behind them. */
static unsigned history_put_gap(const struct clocks *clocks, unsigned at, struct buffer *out)
{
	char from[CLOCK_ROOM], until[CLOCK_ROOM];
	unsigned end = at;
	while (end < clocks->end && !clocks->spans->parts[end].seen)
		end++;
	clocks_text(clocks, from, clocks->spans->parts[at].from_s);
	clocks_text(clocks, until, clocks->spans->parts[end].from_s);
	buffer_print(out, "  %s to %s not recorded\n", from, until);
	return end;
}

/* What the tables have marks for. */
struct marks {
	bool partial, handled, margin;
};

static void put_count(struct buffer *out, bool counted, double calls, const char *mark)
{
	char text[NUMBER_TEXT_MAX + 2] = "-";
	if (counted)
		(void)snprintf(text, sizeof(text), "%.0f%s", calls, mark);
	buffer_print(out, "%11s", text);
}

static void put_value(struct buffer *out, int columns, double value, enum kind kind)
{
	char text[64] = "-";
	if (is_known(value))
		value_format(text, sizeof(text), value, kind, NULL);
	buffer_print(out, "%*s", columns, text);
}

static void history_put_calls(const struct calls_span *span, struct marks *marks, struct buffer *out)
{
	bool handled;
	double percent = 0, margin = 0, answered = calls_answered(span, &handled), abandoned = calls_abandoned(span);
	bool level = calls_level(span, &percent, &margin);
	put_count(out, span->counted[CALLS_RECEIVED], span->calls[CALLS_RECEIVED], "");
	put_count(out, span->counted[CALLS_ANSWERED] || handled, answered, handled ? "h" : "");
	put_count(out,
		span->counted[CALLS_ABANDONED] ||
			(span->counted[CALLS_ABANDONED_LONG] && span->counted[CALLS_ABANDONED_SHORT]),
		abandoned, "");
	put_level(out, LEVEL_COLUMNS, level, percent, margin);
	put_value(out, NUMBER_COLUMNS, span->longest >= 0 ? span->longest : NAN, KIND_DURATION);
	buffer_text(out, "\n");
	marks->handled = marks->handled || handled;
	marks->margin = marks->margin || (level && margin >= 0.5);
}

static void history_put_line(
	const struct clocks *clocks, const struct spans_line *line, struct marks *marks, struct buffer *out)
{
	history_put_title(line->name, "", out);
	buffer_print(out, "  %-*s%11s%11s%11s%*s%*s\n", TIME_COLUMNS, "from", "offered", "answered", "abandoned",
		LEVEL_COLUMNS, "serv.level", NUMBER_COLUMNS, "longest");
	for (unsigned i = clocks->first; i < clocks->end;) {
		const struct spans_part *part = &clocks->spans->parts[i];
		if (!part->seen) {
			i = history_put_gap(clocks, i, out);
			continue;
		}
		history_put_time(clocks, part, out);
		history_put_calls(&line->parts[i], marks, out);
		marks->partial = marks->partial || part->partial;
		i++;
	}
	buffer_print(out, "  %-*s", TIME_COLUMNS, "total");
	history_put_calls(&line->whole, marks, out);
	if (line->missed[CALLS_RECEIVED] >= 0.5)
		buffer_print(out, "  %.0f of these were offered while nothing was recorded, and are in no line.\n",
			line->missed[CALLS_RECEIVED]);
}

static void history_put_values(const struct spans_series *series, const struct spans_value *value, struct buffer *out)
{
	enum kind kind = series->about.kind;
	put_value(out, NUMBER_COLUMNS, value->mean, kind);
	put_value(out, NUMBER_COLUMNS, value->largest, kind);
	put_value(out, NUMBER_COLUMNS, value->last, kind);
	if (series->about.counter)
		put_value(out, NUMBER_COLUMNS, value->gained, kind);
	buffer_text(out, "\n");
}

static void history_put_series(
	const struct clocks *clocks, const struct spans_series *series, struct marks *marks, struct buffer *out)
{
	history_put_title(series->about.name.name, series->about.name.statistic, out);
	buffer_print(out, "  %-*s%*s%*s%*s", TIME_COLUMNS, "from", NUMBER_COLUMNS, "mean", NUMBER_COLUMNS, "largest",
		NUMBER_COLUMNS, "last");
	buffer_print(out, series->about.counter ? "%*s\n" : "\n", NUMBER_COLUMNS, "gained");
	for (unsigned i = clocks->first; i < clocks->end;) {
		const struct spans_part *part = &clocks->spans->parts[i];
		if (!part->seen) {
			i = history_put_gap(clocks, i, out);
			continue;
		}
		history_put_time(clocks, part, out);
		history_put_values(series, &series->parts[i], out);
		marks->partial = marks->partial || part->partial;
		i++;
	}
	buffer_print(out, "  %-*s", TIME_COLUMNS, "total");
	history_put_values(series, &series->whole, out);
	if (is_known(series->missed) && series->missed >= 0.5)
		buffer_print(out, "  It gained %.0f more while nothing was recorded, which are in no line.\n",
			series->missed);
}

/* Of all lines that a table of calls needs, what none of the answers had. */
static void history_put_missing(const struct spans *spans, struct buffer *out)
{
	static const enum calls_stat needed[] = { CALLS_RECEIVED, CALLS_ANSWERED, CALLS_ABANDONED_LONG, CALLS_LEVEL,
		CALLS_LONGEST };
	bool any = false;
	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		unsigned lacking = 0;
		const struct spans_line *first = NULL;
		for (unsigned at = 0; at < spans->line_count; at++)
			if (!spans->lines[at].sent[needed[i]]) {
				first = first == NULL ? &spans->lines[at] : first;
				lacking++;
			}
		if (lacking == 0)
			continue;
		if (!any)
			buffer_text(out, "\nNot remembered, because no layout of a wall or publisher showed it:\n");
		any = true;
		buffer_print(out, "  %s", calls_stat_names[needed[i]]);
		if (lacking < spans->line_count) {
			buffer_text(out, ", of ");
			put_cut(out, shown_name(first->name), 20);
			if (lacking > 1)
				buffer_print(out, " and %u more", lacking - 1);
		}
		buffer_text(out, "\n");
	}
}

void history_text(const struct spans *spans, const struct history_about *about, struct buffer *out)
{
	struct clocks clocks = clocks_of(spans);
	struct marks marks = { .partial = false };
	history_put_head(spans, about, out);
	for (unsigned i = 0; i < spans->line_count; i++)
		history_put_line(&clocks, &spans->lines[i], &marks, out);
	for (unsigned i = 0; i < spans->series_count; i++)
		history_put_series(&clocks, &spans->series[i], &marks, out);
	buffer_text(out, "\n");
	if (marks.partial)
		buffer_text(out, "*: not all of this time was recorded, or it is not all within the period\n");
	if (marks.handled)
		buffer_text(out, "h: calls handled, which are counted when they end; answered was not recorded\n");
	if (marks.margin)
		buffer_text(out, "~3: 3 points either way, by rounding or by calls that came unseen\n");
	if (spans->line_count > 0) {
		buffer_text(out, "Service level: answered within the threshold / (answered + abandoned after it)\n");
		history_put_missing(spans, out);
	}
	if (about->left_out > 0)
		buffer_print(out, "\n%u more %s no counters of calls, because no layout showed them: see --list.\n",
			about->left_out, text_plural(about->left_out, "service has", "services have"));
}

/* ---- CSV ---- */

static void csv_number(struct buffer *out, bool known, double number)
{
	char text[NUMBER_TEXT_MAX];
	csv_field(out, false, known ? number_text(text, number) : "");
}

static const char *utc_text(char out[CLOCK_ROOM], int64_t time_s)
{
	time_t seconds = (time_t)time_s;
	struct tm utc = { .tm_mday = 1 };
	(void)gmtime_r(&seconds, &utc);
	strftime(out, CLOCK_ROOM, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return out;
}

static void csv_times(const struct spans_part *part, struct buffer *out)
{
	char text[CLOCK_ROOM];
	csv_field(out, true, utc_text(text, part->from_s));
	csv_field(out, false, utc_text(text, part->until_s));
	text_clock(text, sizeof(text), part->from_s * 1000, "%Y-%m-%d %H:%M");
	csv_field(out, false, text);
}

static void csv_calls(
	const struct spans_part *part, const struct spans_line *line, const struct calls_span *span, struct buffer *out)
{
	bool handled;
	double percent = 0, margin = 0, answered = calls_answered(span, &handled), abandoned = calls_abandoned(span);
	bool level = calls_level(span, &percent, &margin);
	csv_times(part, out);
	csv_field(out, false, store_scope_names[line->scope]);
	csv_field(out, false, line->name);
	csv_number(out, span->counted[CALLS_RECEIVED], span->calls[CALLS_RECEIVED]);
	csv_number(out, span->counted[CALLS_ANSWERED], answered);
	csv_number(out, span->counted[CALLS_HANDLED], span->calls[CALLS_HANDLED]);
	csv_number(out,
		span->counted[CALLS_ABANDONED] ||
			(span->counted[CALLS_ABANDONED_LONG] && span->counted[CALLS_ABANDONED_SHORT]),
		abandoned);
	csv_number(out, level, percent);
	csv_number(out, level, margin);
	csv_number(out, span->longest >= 0, span->longest);
	csv_number(out, span->waiting >= 0, span->waiting);
	csv_field(out, false, part->seen ? "1" : "0");
	csv_field(out, false, part->partial || !part->seen ? "1" : "0");
	buffer_text(out, "\r\n");
}

static void csv_values(const struct spans_part *part, const struct spans_series *series,
	const struct spans_value *value, struct buffer *out)
{
	csv_times(part, out);
	csv_field(out, false, store_scope_names[series->about.name.scope]);
	csv_field(out, false, series->about.name.name);
	csv_field(out, false, series->about.name.statistic);
	csv_number(out, is_known(value->mean), value->mean);
	csv_number(out, is_known(value->largest), value->largest);
	csv_number(out, is_known(value->last), value->last);
	csv_number(out, is_known(value->gained), value->gained);
	csv_field(out, false, part->seen ? "1" : "0");
	csv_field(out, false, part->partial || !part->seen ? "1" : "0");
	buffer_text(out, "\r\n");
}

void history_csv(const struct spans *spans, struct buffer *out)
{
	unsigned first, end;
	history_range(spans, &first, &end);
	static const char of_calls[] = "from,to,local,scope,name,offered,answered,handled,abandoned,service_level,"
		"service_level_margin,longest_wait,most_waiting,recorded,partial\r\n";
	static const char of_series[] = "from,to,local,scope,name,statistic,mean,largest,last,gained,recorded,partial\r\n";
	buffer_text(out, spans->series_count > 0 ? of_series : of_calls);
	for (unsigned i = 0; i < spans->line_count; i++)
		for (unsigned at = first; at < end; at++)
			csv_calls(&spans->parts[at], &spans->lines[i], &spans->lines[i].parts[at], out);
	for (unsigned i = 0; i < spans->series_count; i++)
		for (unsigned at = first; at < end; at++)
			csv_values(&spans->parts[at], &spans->series[i], &spans->series[i].parts[at], out);
}

/* ---- JSON ---- */

static void json_part(const struct spans_part *part, struct buffer *out)
{
	json_put_time_pair(out, "from", true, part->from_s * 1000);
	json_put_time_pair(out, "to", true, part->until_s * 1000);
	json_put_bool_pair(out, "recorded", part->seen);
	json_put_bool_pair(out, "partial", part->partial || !part->seen);
}

static void json_line(const struct spans *spans, const struct spans_line *line, struct buffer *out)
{
	unsigned first, end;
	history_range(spans, &first, &end);
	json_put_object(out);
	json_put_pair(out, "scope", store_scope_names[line->scope]);
	json_put_pair(out, "name", line->name);
	json_put_number_pair(out, "threshold", line->threshold >= 0, line->threshold);
	summary_json_calls(&line->whole, out);
	json_put_number_pair(out, "missed", line->whole.counted[CALLS_RECEIVED], line->missed[CALLS_RECEIVED]);
	json_put_key(out, "intervals");
	json_put_array(out);
	for (unsigned i = first; i < end; i++) {
		json_put_object(out);
		json_part(&spans->parts[i], out);
		summary_json_calls(&line->parts[i], out);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	json_put_object_end(out);
}

static void json_values(const struct spans_value *value, struct buffer *out)
{
	json_put_number_pair(out, "mean", is_known(value->mean), value->mean);
	json_put_number_pair(out, "largest", is_known(value->largest), value->largest);
	json_put_number_pair(out, "last", is_known(value->last), value->last);
	json_put_number_pair(out, "gained", is_known(value->gained), value->gained);
}

static void json_series(const struct spans *spans, const struct spans_series *series, struct buffer *out)
{
	unsigned first, end;
	history_range(spans, &first, &end);
	json_put_object(out);
	json_put_pair(out, "scope", store_scope_names[series->about.name.scope]);
	json_put_pair(out, "name", series->about.name.name);
	json_put_pair(out, "statistic", series->about.name.statistic);
	json_put_pair(out, "kind", kind_names[series->about.kind]);
	json_put_bool_pair(out, "counter", series->about.counter);
	json_values(&series->whole, out);
	json_put_number_pair(out, "missed", is_known(series->missed), series->missed);
	json_put_key(out, "intervals");
	json_put_array(out);
	for (unsigned i = first; i < end; i++) {
		json_put_object(out);
		json_part(&spans->parts[i], out);
		json_values(&series->parts[i], out);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	json_put_object_end(out);
}

void history_json(const struct spans *spans, const struct history_about *about, struct buffer *out)
{
	json_put_object(out);
	json_put_integer_pair(out, "version", HISTORY_DOCUMENT_VERSION);
	json_put_pair(out, "program", "cxwall " PACKAGE_VERSION);
	json_put_pair(out, "of", about->of);
	json_put_time_pair(out, "from", true, spans->from_s * 1000);
	json_put_time_pair(out, "until", true, spans->until_s * 1000);
	json_put_pair(out, "every", history_every_names[about->every]);
	json_put_time_pair(out, "minutes_from", spans->minutes_from_s > spans->from_s, spans->minutes_from_s * 1000);
	json_put_real_pair(out, "not_recorded", true, (double)spans->missing_s, 0);
	json_put_pair(out, "service_level_formula", "answered within the threshold / (answered + abandoned after it)");
	json_put_key(out, "calls");
	json_put_array(out);
	for (unsigned i = 0; i < spans->line_count; i++)
		json_line(spans, &spans->lines[i], out);
	json_put_array_end(out);
	json_put_key(out, "series");
	json_put_array(out);
	for (unsigned i = 0; i < spans->series_count; i++)
		json_series(spans, &spans->series[i], out);
	json_put_array_end(out);
	json_put_object_end(out);
	buffer_text(out, "\n");
}
