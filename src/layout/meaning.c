#include "layout/meaning.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

/* Cut at the end of a character. */
static void meaning_take(struct buffer *text, char *out, size_t size)
{
	snprintf(out, size, "%s", buffer_string(text));
	text_trim(out);
	buffer_free(text);
}

static void meaning_put_texts(struct buffer *out, const struct texts *texts)
{
	for (unsigned i = 0; i < texts->count; i++)
		buffer_print(out, "%s%s", i > 0 ? ", " : "", texts->items[i]);
}

/* The table begins in lower case, because lists have a name before it. */
static void meaning_put_sentence(struct buffer *out, const char *text)
{
	bool lower = text[0] >= 'a' && text[0] <= 'z' && text[1] != '_';
	buffer_print(out, "%c%s", lower ? text[0] - 'a' + 'A' : text[0], text + 1);
}

static const char *meaning_statistic(const struct column *column)
{
	return column->shows != NULL ? column->shows : column->stat;
}

static void meaning_put_picture(struct buffer *out, const struct column *column)
{
	switch (column->picture) {
	case PICTURE_BAR:
		buffer_text(out, " A bar shows how near the value is to its limit.");
		break;
	case PICTURE_BULLET:
		buffer_text(out, " A bar shows the value against its target.");
		break;
	case PICTURE_SPARK:
		buffer_text(out, " A line shows the last hour, with a mean for each minute.");
		break;
	case PICTURE_NONE:
	case PICTURES:
		break;
	}
}

static void meaning_put_what(struct buffer *out, const struct column *column)
{
	const char *meaning = statistic_meaning(meaning_statistic(column));
	if (column->calc != NULL && column->picture == PICTURE_NONE)
		buffer_text(out, "Computed by cxwall from other statistics.");
	else if (column->sum.count > 0)
		buffer_text(out, "A sum of several statistics, which the server adds up.");
	else if (meaning[0] != '\0')
		meaning_put_sentence(out, meaning);
	else
		buffer_text(out, "cxwall does not know this statistic, and shows what the server sends.");
	if (meaning[0] != '\0' && column->picture != PICTURE_NONE)
		buffer_text(out, ".");
	meaning_put_picture(out, column);
	if (column->gained)
		buffer_text(out, ". The chart shows how many were added in each quarter-hour.");
}

static void meaning_put_formula(struct buffer *out, const struct column *column)
{
	if (column->sum.count > 0) {
		buffer_text(out, "sum of ");
		meaning_put_texts(out, &column->sum);
	} else if (column->calc != NULL && column->picture == PICTURE_NONE) {
		buffer_text(out, column->calc->text);
	}
}

static void meaning_put_target(struct buffer *out, const struct column *column)
{
	char number[64];
	if (column->picture != PICTURE_BULLET)
		return;
	if (!isnan(column->target)) {
		value_format(number, sizeof(number), column->target, column->kind, NULL);
		buffer_text(out, number);
	} else if (column->calc != NULL && column->calc->operand_count > PICTURE_TARGET) {
		const struct calc_operand *target = &column->calc->operands[PICTURE_TARGET];
		buffer_print(out, "%s, which the server sends", target->stat);
	}
}

static void meaning_put_pair(struct buffer *out, const struct threshold *warn, const struct threshold *alert, enum kind kind)
{
	char text[80];
	threshold_text(warn, kind, text, sizeof(text));
	if (text[0] != '\0')
		buffer_print(out, "warning %s", text);
	bool both = text[0] != '\0' && alert->comparison != COMPARE_NONE;
	threshold_text(alert, kind, text, sizeof(text));
	if (text[0] != '\0')
		buffer_print(out, "%salert %s", both ? ", " : "", text);
}

static void meaning_put_limits(struct buffer *out, const struct column *column)
{
	meaning_put_pair(out, &column->warn, &column->alert, column->kind);
	for (unsigned i = 0; i < column->limit_count; i++) {
		const struct limit *limit = &column->limits[i];
		const char *state = limit->state == STATE_UNKNOWN ? limit->state_text : state_label(limit->state);
		buffer_print(out, "%s%s%s%s: ", out->length > 0 ? "; " : "", state, limit->reason != NULL ? ", " : "",
			limit->reason != NULL ? limit->reason : "");
		meaning_put_pair(out, &limit->warn, &limit->alert, column->kind);
	}
	if (out->length == 0)
		buffer_text(out, "none");
}

void meaning_of_limits(const struct column *column, char *out, size_t size)
{
	struct buffer text;
	buffer_init(&text, MEANING_TEXT_MAX);
	meaning_put_limits(&text, column);
	meaning_take(&text, out, size);
}

static void meaning_put_comparison(struct buffer *out, const struct node *node)
{
	static const char *const words[] = { [COMPARE_NONE] = "", [COMPARE_LT] = "is below", [COMPARE_LE] = "is at most",
		[COMPARE_GT] = "is above", [COMPARE_GE] = "is at least", [COMPARE_EQ] = "is", [COMPARE_NE] = "is not" };
	const struct operand *operand = &node->operand;
	const struct column *column = operand_column(operand);
	const char *title = operand->panel->title[0] != '\0' ? operand->panel->title : operand->panel->name;
	char value[64];
	buffer_text(out, column->label);
	if (operand->rows == OPERAND_NAMED)
		buffer_print(out, " of %s", operand->row);
	else if (operand->rows == OPERAND_ANY)
		buffer_text(out, " of any row");
	buffer_print(out, " in %s %s ", title, words[node->threshold.comparison]);
	if (!kind_is_text(column->kind)) {
		value_format(value, sizeof(value), node->threshold.number, column->kind, NULL);
		buffer_text(out, value);
	} else {
		buffer_print(out, "%s", node->text[0] != '\0' ? node->text : "blank");
	}
}

/* As deep as an expression is. NOLINTNEXTLINE(misc-no-recursion) */
static void meaning_put_node(struct buffer *out, const struct expression *condition, int at, bool within_and)
{
	const struct node *node = &condition->nodes[at];
	bool either = node->kind == NODE_OR;
	if (node->kind == NODE_COMPARISON) {
		meaning_put_comparison(out, node);
		return;
	}
	buffer_text(out, either && within_and ? "(" : "");
	meaning_put_node(out, condition, node->left, !either);
	buffer_text(out, either ? ", or " : ", and ");
	meaning_put_node(out, condition, node->right, !either);
	buffer_text(out, either && within_and ? ")" : "");
}

void meaning_of_condition(const struct expression *condition, char *out, size_t size)
{
	struct buffer text;
	buffer_init(&text, 4 * MEANING_TEXT_MAX);
	meaning_put_node(&text, condition, condition->root, false);
	meaning_take(&text, out, size);
}

static const char *meaning_scale(const struct panel *panel, const struct column *column, const struct scales *scales)
{
	bool total = panel_has_totals(panel->type);
	if (column->calc != NULL && column->picture == PICTURE_NONE)
		return "percent";
	enum scale scale = total ? scale_of_total(column->scale, scales) : scale_of_grid(column->scale, scales);
	return scale == SCALE_FRACTION ? "percent; the server sends 0.85 for 85 %" : "percent; the server sends 85 for 85 %";
}

static const char *meaning_unit(const struct panel *panel, const struct column *column, const struct scales *scales)
{
	switch (column->kind) {
	case KIND_COUNT:
		return "a number";
	case KIND_DURATION:
		return "a time: minutes and seconds, or hours, minutes and seconds";
	case KIND_PERCENT:
		return meaning_scale(panel, column, scales);
	case KIND_STATE:
		return "a state";
	case KIND_TEXT:
		break;
	}
	return "text";
}

const char *meaning_of_evidence(const struct statistic *known)
{
	if (known == NULL)
		return "Only this layout has the name: cxwall cannot tell whether the server knows it.";
	switch (known->evidence) {
	case EVIDENCE_PUBLISHED:
		return "Documented: the name is in the vendor's published description of the API.";
	case EVIDENCE_OBSERVED:
		return "Seen: other programs that use this API ask for the name.";
	case EVIDENCE_ASSUMED:
		break;
	}
	return "Assumed: the name follows the pattern of the others, and the server may refuse it.";
}

static void meaning_add(struct meaning *lines, unsigned *count, const char *label, struct buffer *text)
{
	if (text->length > 0 && *count < MEANING_LINES_MAX) {
		lines[*count].label = label;
		snprintf(lines[*count].text, sizeof(lines[*count].text), "%s", buffer_string(text));
		text_trim(lines[(*count)++].text);
	}
	buffer_clear(text);
}

unsigned meaning_of_column(const struct panel *panel, unsigned index, const struct scales *scales,
	struct meaning lines[MEANING_LINES_MAX])
{
	const struct column *column = &panel->columns[index];
	const char *stat = meaning_statistic(column);
	const struct statistic *known = column->known != NULL ? column->known : statistic_find(panel_kind(panel->type)->scope, stat);
	bool computed = column->calc != NULL && column->picture == PICTURE_NONE;
	struct buffer text;
	unsigned count = 0;
	buffer_init(&text, 4 * MEANING_TEXT_MAX);
	meaning_put_what(&text, column);
	meaning_add(lines, &count, "Means", &text);
	meaning_put_formula(&text, column);
	meaning_add(lines, &count, "Formula", &text);
	const struct texts *dispositions = column->dispositions.count > 0 ? &column->dispositions : &panel->dispositions;
	meaning_put_texts(&text, dispositions);
	meaning_add(lines, &count, "Only of", &text);
	if (!computed && stat[0] != '\0' && statistic_of_day(stat))
		buffer_text(&text, "the day: it begins anew at the reset hour of the contact centre");
	meaning_add(lines, &count, "Covers", &text);
	meaning_put_limits(&text, column);
	meaning_add(lines, &count, "Limits", &text);
	meaning_put_target(&text, column);
	meaning_add(lines, &count, "Target", &text);
	if (column->good != DIRECTION_NONE)
		buffer_text(&text, column->good == DIRECTION_LOW ? "a low value" : "a high value");
	meaning_add(lines, &count, "Better", &text);
	buffer_text(&text, meaning_unit(panel, column, scales));
	meaning_add(lines, &count, "Unit", &text);
	if (!computed)
		buffer_text(&text, column->sum.count > 0 ? "" : stat);
	meaning_add(lines, &count, "API name", &text);
	if (!computed && column->sum.count == 0)
		buffer_text(&text, meaning_of_evidence(known));
	meaning_add(lines, &count, "How sure", &text);
	buffer_free(&text);
	return count;
}

const char *meaning_of_panel(const struct panel *panel)
{
	switch (panel->type) {
	case PANEL_TOTALS:
		return "Totals of the panel's services at this moment.";
	case PANEL_SERVICE_GRID:
		return "A row for each service.";
	case PANEL_AGENT_GRID:
		return "A row for each agent whom this login may see.";
	case PANEL_AGENT_STATES:
		return panel->lists ? "How many agents are in each state, who is beyond a limit, and who has been free or busy longest." :
			"How many agents are in each state.";
	case PANEL_AVAILABILITY:
		return "Whether an agent is available for each service. Asked every 30 seconds.";
	case PANEL_MESSAGES:
		return "Messages that supervisors sent to the agents, the newest first.";
	case PANEL_CAMPAIGNS:
		return "The enabled campaigns, their state and their lists.";
	case PANEL_ALERTS:
		return "Alerts of this layout that fire now, since when, and whether somebody acknowledged them.";
	case PANEL_CLOCK:
		return "The time of day on this machine.";
	case PANEL_TEXT:
		return "A text of the layout.";
	case PANEL_CHART:
		return panel->span == 0 ? "The day from midnight to midnight. A dashed line is a limit." :
			"How values went until now. A dashed line is a limit.";
	case PANEL_STAFFING:
		return "How many people the calls of the next half-hour need, and the service level to expect.";
	case PANEL_INTERVALS:
		return "The day by half-hours. A half-hour that was not seen whole is marked.";
	case PANEL_TYPE_COUNT:
		break;
	}
	return "";
}
