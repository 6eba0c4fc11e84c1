#include "output/lines.h"

#include <string.h>
#include <time.h>

#include "base/json.h"
#include "layout/state.h"
#include "layout/threshold.h"
#include "output/json.h"
#include "output/values.h"

/* The local time: these lines stand beside a clock on the wall. */
static void put_clock(struct buffer *out, int64_t wall_ms)
{
	char text[16];
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	localtime_r(&seconds, &local);
	strftime(text, sizeof(text), "%H:%M:%S", &local);
	buffer_text(out, text);
}

const char *lines_date(char out[LINES_DATE_MAX], int64_t wall_ms, int *said)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	localtime_r(&seconds, &local);
	int date = (local.tm_year + 1900) * 1000 + local.tm_yday;
	if (date == *said || strftime(out, LINES_DATE_MAX, "%A %Y-%m-%d\n", &local) == 0)
		out[0] = '\0';
	*said = date;
	return out;
}

static void put_value(struct buffer *out, const struct change *change, const struct cell *cell, bool utf8)
{
	enum kind kind = change->kind;
	char text[CHANGE_TEXT_MAX];
	const char *none = utf8 ? "–" : "-";
	if (cell == NULL || cell->state == VALUE_BLANK || cell->state == VALUE_NEVER) {
		buffer_text(out, cell != NULL && cell->state == VALUE_NEVER ? "?" : none);
		return;
	}
	enum acd_state state = kind == KIND_STATE ? state_read(cell->text) : STATE_UNKNOWN;
	if (state != STATE_UNKNOWN) {
		buffer_text(out, state_label(state));
		return;
	}
	value_text(text, sizeof(text), cell, kind, change->edges);
	buffer_text(out, text);
}

static const char *severity_word(const struct change *change)
{
	static const char *const words[] = { "", " WARN", " ALERT" };
	if (change->now == SEVERITY_NONE && change->was != SEVERITY_NONE)
		return " fine";
	return words[change->now];
}

void lines_text(const struct board_view *view, const struct change *change, bool utf8, struct buffer *out)
{
	bool news = strcmp(change->statistic, "content") == 0;
	bool changed = change->from != NULL || change->to == NULL || change->was == change->now;
	put_clock(out, view->wall_ms);
	buffer_print(out, " %s %s%s ", change->row[0] != '\0' ? change->row : change->panel->title, change->label,
		news ? ":" : "");
	if (!news && changed) {
		put_value(out, change, change->from, utf8);
		buffer_text(out, utf8 ? "→" : "->");
	}
	put_value(out, change, change->to, utf8);
	buffer_print(out, "%s\n", severity_word(change));
}

static void put_pair(struct buffer *out, const char *before, const char *key, const char *value)
{
	buffer_print(out, "%s\"%s\":", before, key);
	json_put_string(out, value);
}

static void put_json_value(struct buffer *out, const char *key, const struct cell *cell)
{
	char number[NUMBER_TEXT_MAX];
	buffer_print(out, ",\"%s\":", key);
	if (cell != NULL && cell->state == VALUE_NUMBER)
		buffer_text(out, number_text(number, cell->number));
	else if (cell != NULL && cell->state == VALUE_TEXT)
		json_put_string(out, cell->text);
	else
		buffer_text(out, "null");
}

void lines_json(const struct board_view *view, const struct change *change, struct buffer *out)
{
	buffer_text(out, "{\"time\":");
	json_put_time(out, view->wall_ms);
	put_pair(out, ",", "event", "change");
	put_pair(out, ",", "panel", change->panel->name);
	put_pair(out, ",", "row", change->row);
	put_pair(out, ",", "statistic", change->statistic);
	put_pair(out, ",", "label", change->label);
	put_json_value(out, "from", change->from);
	put_json_value(out, "to", change->to);
	put_pair(out, ",", "was", severity_names[change->was]);
	put_pair(out, ",", "severity", severity_names[change->now]);
	buffer_text(out, "}\n");
}

/* WARN, ALERT, or CLEAR. */
static const char *alert_word(const struct alert_event *event)
{
	if (event->kind == ALERT_CLEARED)
		return "CLEAR";
	return event->state->rule->severity == SEVERITY_ALERT ? "ALERT" : "WARN";
}

void lines_alert_text(const struct alert_event *event, struct buffer *out)
{
	const struct alert_state *state = event->state;
	char lasted[32];
	put_clock(out, event->wall_ms);
	buffer_print(out, " %s %s%s%s", alert_word(event), state->rule->name, state->row[0] != '\0' ? ": " : "",
		state->row);
	if (event->kind == ALERT_CLEARED) {
		value_format(lasted, sizeof(lasted), (double)(event->lasted_ms / 1000), KIND_DURATION, NULL);
		buffer_print(out, ", after %s", lasted);
	} else if (state->value[0] != '\0') {
		buffer_print(out, ", %s", state->value);
	}
	buffer_print(out, "%s%s\n", event->kind == ALERT_REMINDED ? ", still" : "", event->loud ? "" : ", quiet hours");
}

void lines_alert_json(const struct alert_event *event, struct buffer *out)
{
	static const char *const states[] = {
		[ALERT_FIRED] = "firing", [ALERT_CLEARED] = "cleared", [ALERT_REMINDED] = "reminded",
	};
	const struct alert_state *state = event->state;
	buffer_text(out, "{\"time\":");
	json_put_time(out, event->wall_ms);
	put_pair(out, ",", "event", "alert");
	put_pair(out, ",", "alert", state->rule->name);
	put_pair(out, ",", "state", states[event->kind]);
	put_pair(out, ",", "severity", severity_names[state->rule->severity]);
	put_pair(out, ",", "row", state->row);
	put_pair(out, ",", "value", state->value);
	if (event->kind == ALERT_CLEARED)
		buffer_print(out, ",\"lasted_seconds\":%.3f", (double)event->lasted_ms / 1000);
	else
		buffer_text(out, ",\"lasted_seconds\":null");
	buffer_print(out, ",\"quiet\":%s}\n", event->loud ? "false" : "true");
}

void lines_unknown_text(const struct alert_unknown *about, struct buffer *out)
{
	char lasted[32];
	put_clock(out, about->wall_ms);
	if (about->over) {
		value_format(lasted, sizeof(lasted), (double)((about->at_ms - about->since_ms) / 1000), KIND_DURATION, NULL);
		buffer_print(out, " VALUE %s, after %s without\n", about->rule->name, lasted);
		return;
	}
	buffer_print(out, " NO VALUE %s: %s\n", about->rule->name, about->why);
}

void lines_unknown_json(const struct alert_unknown *about, struct buffer *out)
{
	buffer_text(out, "{\"time\":");
	json_put_time(out, about->wall_ms);
	put_pair(out, ",", "event", "value");
	put_pair(out, ",", "alert", about->rule->name);
	put_pair(out, ",", "state", about->over ? "known" : "unknown");
	put_pair(out, ",", "reason", about->over ? "" : about->why);
	if (about->over)
		buffer_print(out, ",\"lasted_seconds\":%.3f}\n", (double)(about->at_ms - about->since_ms) / 1000);
	else
		buffer_text(out, ",\"lasted_seconds\":null}\n");
}

void lines_failure_text(int64_t wall_ms, const char *text, struct buffer *out)
{
	put_clock(out, wall_ms);
	buffer_print(out, " FAILED %s\n", text);
}

void lines_failure_json(int64_t wall_ms, const char *text, struct buffer *out)
{
	buffer_text(out, "{\"time\":");
	json_put_time(out, wall_ms);
	put_pair(out, ",", "event", "failure");
	put_pair(out, ",", "text", text);
	buffer_text(out, "}\n");
}

void lines_link_text(const struct board_view *view, bool good, struct buffer *out)
{
	const struct link *link = view->link;
	put_clock(out, view->wall_ms);
	if (good) {
		buffer_text(out, " live\n");
		return;
	}
	buffer_print(out, " %s", link->cause[0] != '\0' ? link->cause : link_word(link->state));
	if (link->accepted_ms != 0)
		buffer_print(out, ", data of %.0f s ago", link_age(link, view->now_ms));
	buffer_print(out, "%s%s\n", link->advice[0] != '\0' ? ": " : "", link->advice);
}

void lines_link_json(const struct board_view *view, bool good, struct buffer *out)
{
	const struct link *link = view->link;
	buffer_text(out, "{\"time\":");
	json_put_time(out, view->wall_ms);
	put_pair(out, ",", "event", "link");
	put_pair(out, ",", "state", good ? "live" : link_word(link->state));
	put_pair(out, ",", "cause", good ? "" : link->cause);
	put_pair(out, ",", "advice", good ? "" : link->advice);
	if (link->accepted_ms != 0)
		buffer_print(out, ",\"age_seconds\":%.1f}\n", link_age(link, view->now_ms));
	else
		buffer_text(out, ",\"age_seconds\":null}\n");
}
