#include "output/summary.h"

#include "base/json.h"
#include "output/flaws.h"
#include "output/json.h"
#include "output/number.h"

static void put_number(struct buffer *out, const char *key, bool known, double number)
{
	char text[NUMBER_TEXT_MAX];
	buffer_print(out, ",\"%s\":%s", key, known ? number_text(text, number) : "null");
}

static void put_text(struct buffer *out, const char *key, const char *text)
{
	buffer_print(out, ",\"%s\":", key);
	json_put_string(out, text);
}

static void put_time(struct buffer *out, const char *key, int64_t wall_ms)
{
	buffer_print(out, ",\"%s\":", key);
	json_put_time(out, wall_ms);
}

/* Seconds with their thousandths. */
static double seconds(int64_t milliseconds)
{
	return (double)milliseconds / 1000;
}

static void put_span(const struct shift *shift, const struct shift_span *span, int64_t length_ms, struct buffer *out)
{
	bool handled;
	double percent = 0, margin = 0, answered = shift_answered(span, &handled), abandoned = shift_abandoned(span);
	bool level = shift_level(span, &percent, &margin);
	put_number(out, "offered", span->counted[SHIFT_RECEIVED], span->calls[SHIFT_RECEIVED]);
	put_number(out, "answered", span->counted[SHIFT_ANSWERED], answered);
	put_number(out, "handled", span->counted[SHIFT_HANDLED], span->calls[SHIFT_HANDLED]);
	put_number(out, "abandoned", abandoned >= 0, abandoned);
	put_number(out, "abandoned_long", span->counted[SHIFT_ABANDONED_LONG], span->calls[SHIFT_ABANDONED_LONG]);
	put_number(out, "in_time", level, percent / 100 * span->in_time_of);
	put_number(out, "service_level", level, percent);
	put_number(out, "service_level_margin", level, margin);
	put_number(out, "service_level_of_the_day", span->running >= 0, span->running);
	put_number(out, "longest_wait", span->longest >= 0, span->longest);
	put_number(out, "most_waiting", span->waiting >= 0, span->waiting);
	if (length_ms > 0)
		buffer_print(out, ",\"partial\":%s", shift_partial(shift, span->from_ms, length_ms) ? "true" : "false");
}

static void put_hours(const struct shift *shift, const struct shift_line *line, struct buffer *out)
{
	buffer_text(out, ",\"hours\":[");
	for (unsigned i = 0; i < line->hour_count; i++) {
		buffer_text(out, i == 0 ? "{\"from\":" : ",{\"from\":");
		json_put_time(out, line->hours[i].from_ms);
		put_span(shift, &line->hours[i], SHIFT_HOUR_MS, out);
		buffer_text(out, "}");
	}
	buffer_text(out, "]");
}

static void put_missing(const struct shift_line *line, struct buffer *out)
{
	bool first = true;
	buffer_text(out, ",\"missing\":[");
	for (int stat = 0; stat < SHIFT_STATS; stat++) {
		if (!shift_lacks(line, (enum shift_stat)stat))
			continue;
		buffer_print(out, "%s{\"statistic\":\"%s\",\"asked\":%s}", first ? "" : ",", shift_stat_names[stat],
			line->asked[stat] ? "true" : "false");
		first = false;
	}
	buffer_text(out, "]");
}

static void put_line(const struct shift *shift, const struct shift_line *line, bool first, struct buffer *out)
{
	buffer_print(out, "%s{\"kind\":\"%s\"", first ? "" : ",", line->kind == SHIFT_SERVICE ? "service" : "total");
	put_text(out, "name", line->name);
	put_number(out, "threshold", line->threshold >= 0, line->threshold);
	put_span(shift, &line->whole, 0, out);
	if (line->worst.from_ms != 0) {
		buffer_text(out, ",\"worst_quarter\":{\"from\":");
		json_put_time(out, line->worst.from_ms);
		put_span(shift, &line->worst, SHIFT_QUARTER_MS, out);
		buffer_text(out, "}");
	} else {
		buffer_text(out, ",\"worst_quarter\":null");
	}
	put_hours(shift, line, out);
	put_missing(line, out);
	buffer_text(out, "}");
}

static void put_gaps(const struct shift *shift, struct buffer *out)
{
	buffer_print(out, ",\"not_recorded\":%.3f,\"gaps\":[", seconds(shift->gaps_ms));
	for (unsigned i = 0; i < shift->gap_count; i++) {
		buffer_text(out, i == 0 ? "{\"from\":" : ",{\"from\":");
		json_put_time(out, shift->gaps[i].from_ms);
		put_time(out, "to", shift->gaps[i].to_ms);
		buffer_print(out, ",\"seconds\":%.3f}", seconds(shift->gaps[i].to_ms - shift->gaps[i].from_ms));
	}
	buffer_text(out, "]");
}

static void put_alarms(const struct shift *shift, const struct shift_about *about, struct buffer *out)
{
	buffer_print(out, ",\"alarms\":{\"source\":\"%s\"", about->alarm_source != NULL ? "layout" : "recorded");
	put_text(out, "layout", about->alarm_source != NULL ? about->alarm_source : "");
	buffer_text(out, ",\"alerts\":[");
	for (unsigned i = 0; i < shift->alarm_count; i++) {
		const struct shift_alarm *alarm = &shift->alarms[i];
		buffer_text(out, i == 0 ? "{\"name\":" : ",{\"name\":");
		json_put_string(out, alarm->name);
		buffer_print(out, ",\"count\":%u,\"unfinished\":%u,\"seconds\":%.3f,\"longest\":%.3f,\"longest_from\":",
			alarm->count, alarm->unfinished, seconds(alarm->lasted_ms),
			seconds(alarm->longest_ms > 0 ? alarm->longest_ms : 0));
		if (alarm->longest_at_ms != 0)
			json_put_time(out, alarm->longest_at_ms);
		else
			buffer_text(out, "null");
		buffer_text(out, "}");
	}
	buffer_text(out, "]}");
}

void shift_json(const struct shift *shift, const struct shift_about *about, struct buffer *out)
{
	buffer_print(out, "{\"version\":%d", SHIFT_DOCUMENT_VERSION);
	put_text(out, "program", "cxwall " PACKAGE_VERSION);
	put_text(out, "layout", about->layout);
	put_time(out, "from", shift->from_ms);
	put_time(out, "until", shift->until_ms);
	buffer_print(out, ",\"answers\":%llu,\"damaged\":%lu,\"resets\":%u", (unsigned long long)shift->answers,
		about->damaged, shift->resets);
	put_gaps(shift, out);
	flaws_json(about->flaws, out);
	put_text(out, "service_level_formula", "answered within the threshold / (answered + abandoned after it)");
	buffer_text(out, ",\"lines\":[");
	for (unsigned i = 0; i < shift->line_count; i++)
		put_line(shift, &shift->lines[i], i == 0, out);
	buffer_text(out, "]");
	put_alarms(shift, about, out);
	buffer_text(out, "}\n");
}
