#include "output/lines.h"

#include <string.h>
#include <time.h>

#include "base/json_write.h"
#include "base/text.h"
#include "layout/state.h"
#include "layout/threshold.h"
#include "output/values.h"

/* In local time, like the clock of the wall. */
static void lines_put_clock(struct buffer *out, int64_t wall_ms)
{
	char text[16];
	text_clock(text, sizeof(text), wall_ms, "%H:%M:%S");
	buffer_text(out, text);
}

const char *lines_date(char out[LINES_DATE_MAX], int64_t wall_ms, int *last)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	localtime_r(&seconds, &local);
	int date = (local.tm_year + 1900) * 1000 + local.tm_yday;
	if (date == *last || strftime(out, LINES_DATE_MAX, "%A %Y-%m-%d\n", &local) == 0)
		out[0] = '\0';
	*last = date;
	return out;
}

static void lines_put_value(struct buffer *out, const struct change *change, const struct cell *cell, bool utf8)
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

static const char *lines_severity_word(const struct change *change)
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
	lines_put_clock(out, view->wall_ms);
	buffer_print(out, " %s %s%s ", change->row[0] != '\0' ? change->row : change->panel->title, change->label,
		news ? ":" : "");
	if (!news && changed) {
		lines_put_value(out, change, change->from, utf8);
		buffer_text(out, utf8 ? "→" : "->");
	}
	lines_put_value(out, change, change->to, utf8);
	buffer_print(out, "%s\n", lines_severity_word(change));
}

static void lines_json_begin(struct buffer *out, int64_t wall_ms, const char *event)
{
	json_put_object(out);
	json_put_time_pair(out, "time", true, wall_ms);
	json_put_pair(out, "event", event);
}

static void lines_json_end(struct buffer *out)
{
	json_put_object_end(out);
	buffer_text(out, "\n");
}

static void lines_json_cell(struct buffer *out, const char *key, const struct cell *cell)
{
	if (cell != NULL && cell->state == VALUE_TEXT)
		json_put_pair(out, key, cell->text);
	else
		json_put_number_pair(out, key, cell != NULL && cell->state == VALUE_NUMBER, cell != NULL ? cell->number : 0);
}

void lines_json(const struct board_view *view, const struct change *change, struct buffer *out)
{
	lines_json_begin(out, view->wall_ms, "change");
	json_put_pair(out, "panel", change->panel->name);
	json_put_pair(out, "row", change->row);
	json_put_pair(out, "statistic", change->statistic);
	json_put_pair(out, "label", change->label);
	lines_json_cell(out, "from", change->from);
	lines_json_cell(out, "to", change->to);
	json_put_pair(out, "was", severity_names[change->was]);
	json_put_pair(out, "severity", severity_names[change->now]);
	lines_json_end(out);
}

/* WARN, ALERT, or CLEAR. */
static const char *lines_alert_word(const struct alert_event *event)
{
	if (event->kind == ALERT_CLEARED)
		return "CLEAR";
	return event->state->rule->severity == SEVERITY_ALERT ? "ALERT" : "WARN";
}

void lines_alert_text(const struct alert_event *event, struct buffer *out)
{
	const struct alert_state *state = event->state;
	char lasted[32];
	lines_put_clock(out, event->wall_ms);
	buffer_print(out, " %s %s%s%s", lines_alert_word(event), state->rule->name, state->row[0] != '\0' ? ": " : "",
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
	lines_json_begin(out, event->wall_ms, "alert");
	json_put_pair(out, "alert", state->rule->name);
	json_put_pair(out, "state", states[event->kind]);
	json_put_pair(out, "severity", severity_names[state->rule->severity]);
	json_put_pair(out, "row", state->row);
	json_put_pair(out, "value", state->value);
	json_put_real_pair(out, "lasted_seconds", event->kind == ALERT_CLEARED, (double)event->lasted_ms / 1000, 3);
	json_put_bool_pair(out, "quiet", !event->loud);
	lines_json_end(out);
}

void lines_unknown_text(const struct alert_unknown *about, struct buffer *out)
{
	char lasted[32];
	lines_put_clock(out, about->wall_ms);
	if (about->over) {
		value_format(lasted, sizeof(lasted), (double)((about->at_ms - about->since_ms) / 1000), KIND_DURATION, NULL);
		buffer_print(out, " VALUE %s, after %s without\n", about->rule->name, lasted);
		return;
	}
	buffer_print(out, " NO VALUE %s: %s\n", about->rule->name, about->why);
}

void lines_unknown_json(const struct alert_unknown *about, struct buffer *out)
{
	lines_json_begin(out, about->wall_ms, "value");
	json_put_pair(out, "alert", about->rule->name);
	json_put_pair(out, "state", about->over ? "known" : "unknown");
	json_put_pair(out, "reason", about->over ? "" : about->why);
	json_put_real_pair(out, "lasted_seconds", about->over, (double)(about->at_ms - about->since_ms) / 1000, 3);
	lines_json_end(out);
}

void lines_failure_text(int64_t wall_ms, const char *text, struct buffer *out)
{
	lines_put_clock(out, wall_ms);
	buffer_print(out, " FAILED %s\n", text);
}

void lines_failure_json(int64_t wall_ms, const char *text, struct buffer *out)
{
	lines_json_begin(out, wall_ms, "failure");
	json_put_pair(out, "text", text);
	lines_json_end(out);
}

void lines_link_text(const struct board_view *view, bool good, struct buffer *out)
{
	const struct link *link = view->link;
	lines_put_clock(out, view->wall_ms);
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
	lines_json_begin(out, view->wall_ms, "link");
	json_put_pair(out, "state", good ? "live" : link_word(link->state));
	json_put_pair(out, "cause", good ? "" : link->cause);
	json_put_pair(out, "advice", good ? "" : link->advice);
	json_put_real_pair(out, "age_seconds", link->accepted_ms != 0, link_age(link, view->now_ms), 1);
	lines_json_end(out);
}
