#include "centre.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/decode.h"
#include "board/pools.h"

enum { BODY_MAX = 1024 * 1024, CELLS_MAX = 12 };

/* Names of every kind that must stay in its cells: wide, combining, emoji, of right-to-left scripts, too long. */
static const char *const agent_stats[] = { "login_id", "first_last_name", "acd_state", "reason", "state_duration",
	"team_name", "extension", "login_time", "in_calls_handled_per_day", "calls_average_handling_time_per_day",
	"active_item_talk_duration", "active_item_hold_duration", NULL };
static const char *const agents[][CELLS_MAX] = {
	{ "mmark", "Marky Mark", "not_ready", "Lunch", "3760", "Customer Service", "201", "15000", "31", "245" },
	{ "tyamada", "山田太郎", "busy", "", "1362", "カスタマーサービス", "202", "14000", "22", "301", "1290", "72" },
	{ "zquinn", "Zoe\xcc\x81 Quinn", "after_call_work", "", "725", "Customer Service", "203", "13000", "18", "99" },
	{ "smile", "😀 Smile Okafor", "ready", "", "31", "Sales", "204", "900", "7", "180" },
	{ "long", "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh", "busy", "", "362", "Sales", "205", "800", "", "", "362", "" },
	{ "avi", "אבי כהן", "ringing", "", "4", "Support", "206", "7000", "12", "200" },
	{ "liza", "Liza Smith", "after_call_work", "", "95", "Support", "207", "6000", "40", "150" },
	{ "nguyen", "Nguyễn Thị Minh", "not_ready", "Training", "1000", "Support", "208", "5000", "3", "400" },
	{ "sup", "Ana Bell", "supervising", "", "50", "Leads", "1", "4000", "0", "0" },
	{ "odd", "Joe O'Neil", "dancing", "", "12", "Leads", "2", "3000", "1", "60" },
};
enum { AGENT_COUNT = sizeof(agents) / sizeof(agents[0]) };

static const char *const service_stats[] = { "name", "in_calls_waiting", "in_max_wait_time", "service_level",
	"in_calls_received_per_day", "in_calls_handled_per_day", "in_calls_abandoned_in_queue_per_day",
	"in_calls_abandoned_percent_per_day", "agents_logged", "agents_busy", NULL };
static const char *const services[][CELLS_MAX] = {
	{ "Support", "12", "152", "64", "412", "371", "33", "11.2", "9", "7" },
	{ "Sales", "7", "61", "78", "230", "218", "9", "3.9", "6", "6" },
	{ "日本語サポート窓口", "3", "41", "91", "58", "57", "1", "1.7", "3", "1" },
	{ "Billing and everything that nobody else wants", "1", "5", "100", "12", "12", "0", "0", "2", "0" },
	{ "1", "0", "", "", "0", "0", "0", "", "1", "0" },
};
enum { SERVICE_COUNT = sizeof(services) / sizeof(services[0]) };

static const char *const totals[][2] = {
	{ "in_calls_waiting", "7" }, { "in_max_wait_time", "152" }, { "service_level", "76.4" }, { "agents_ready", "0" },
	{ "agents_logged", "21" }, { "in_average_speed_of_answer", "24" }, { "in_calls_received_per_day", "712" },
	{ "in_calls_handled_per_day", "658" }, { "in_calls_abandoned_in_queue_ratio_per_day", "5.9" },
	{ "in_calls_abandoned_in_queue_per_day", "43" }, { "in_calls_answered_per_day", "640" },
	{ "in_calls_short_abandoned_in_queue_per_day", "12" }, { "in_calls_abandoned_total_per_day", "55" },
};

/* A counter of the day grows all day, by the more in an hour the larger it is. */
static double counter_before(double now, int minute)
{
	return now - (double)(HISTORY_SLOTS - 1 - minute) * now / 600;
}

static const char messages[] =
	"[{\"content\":\"Fire drill at 15:00, meet at gate B\",\"is_urgent\":\"1\",\"send_time\":1764078900,"
	"\"first_name\":\"Ana\",\"last_name\":\"Bell\"},"
	"{\"content\":\"新しい電話システムは月曜日から\",\"is_urgent\":\"0\",\"send_time\":1764076500,"
	"\"first_name\":\"太郎\",\"last_name\":\"山田\"},"
	"{\"content\":\"Cake 🎂 in the kitchen\",\"is_urgent\":\"0\",\"send_time\":1763990100,\"sender\":\"zquinn\"}]";

static const char campaigns[] =
	"[{\"name\":\"Renewals north\",\"state\":\"RUNNING\",\"lists\":[\"north.csv\",\"south.csv\"]},"
	"{\"name\":\"调查\",\"state\":\"STOPPED\",\"lists\":[]}]";

static const char *const open_services[] = { "Support", "Sales", "日本語サポート窓口" };

static const char *find(const char *const *stats, const char *const *cells, const char *stat)
{
	for (unsigned i = 0; stats[i] != NULL; i++)
		if (strcmp(stats[i], stat) == 0)
			return cells[i];
	return NULL;
}

/* Agents go through their states, each at a pace of its own; the first one came later. */
static const char *state_before(unsigned row, int minute)
{
	static const char *const states[] = { "ready", "busy", "after_call_work", "not_ready" };
	return row == 0 && minute < 9 ? NULL : states[((unsigned)minute + row * 5) / (3 + row % 4) % 4];
}

/* Of the minutes before the last one, numbers that go up and down, another way in each row. */
static void put_row(struct buffer *out, const struct request_set *set, const char *const *stats,
	const char *const *cells, unsigned row, int minute)
{
	bool first = true;
	char earlier[16];
	buffer_text(out, "{");
	for (unsigned i = 0; i < set->column_count; i++) {
		const char *text = find(stats, cells, set->columns[i].stat);
		if (text != NULL && minute < HISTORY_SLOTS - 1 && strcmp(set->columns[i].stat, "in_calls_waiting") == 0) {
			snprintf(earlier, sizeof(earlier), "%u", ((unsigned)minute * (row + 3) + (unsigned)(minute * minute) / 7) % (14 - 2 * row));
			text = earlier;
		}
		if (text != NULL && minute < HISTORY_SLOTS - 1 && strcmp(set->columns[i].stat, "acd_state") == 0)
			text = state_before(row, minute);
		/* What the centre does not know is not in its answer. */
		if (text == NULL)
			continue;
		buffer_print(out, "%s\"%s\":\"%s\"", first ? "" : ",", set->columns[i].id, text);
		first = false;
	}
	buffer_text(out, "}");
}

static void put_grid(struct buffer *out, const struct request_set *set, const char *const *stats,
	const char *const (*rows)[CELLS_MAX], unsigned count, int minute)
{
	buffer_print(out, "[{\"id\":\"%s\",\"values\":[", set->grid_id);
	for (unsigned row = 0; row < count; row++) {
		buffer_text(out, row > 0 ? "," : "");
		put_row(out, set, stats, rows[row], row, minute);
	}
	buffer_text(out, "]}]");
}

static void put_totals(struct buffer *out, int minute)
{
	buffer_text(out, "{");
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		double value = atof(totals[i][1]);
		/* Up and down, with a step, and a gap of five minutes for one of them. */
		if (minute < HISTORY_SLOTS - 1)
			value = strstr(totals[i][0], "_per_day") != NULL ? floor(counter_before(value, minute)) :
				(double)((minute * (7 + (int)i) + minute * minute / 9) % 40) + (minute > 40 ? 30 : 5);
		if (i != 1 || minute < 20 || minute > 25)
			buffer_print(out, "%s\"%s\":\"%.1f\"", i > 0 ? "," : "", totals[i][0], value);
	}
	buffer_text(out, "}");
}

/* Pools of several sizes: one that is short of people, one that has enough, one with few calls, one that sends no threshold. */
static void put_pool(struct buffer *out, const struct panel *panel, int minute)
{
	unsigned size = panel->index % 4;
	int calls = (int[]){ 60, 90, 12, 40 }[size], people = (int[]){ 6, 14, 3, 5 }[size], handled = 200 + calls * minute / 60;
	buffer_print(out, "{\"in_calls_received_per_day\":\"%d\",\"in_calls_answered_per_day\":\"%d\",", 210 + calls * minute / 60, handled);
	buffer_print(out, "\"in_calls_handled_per_day\":\"%d\",\"calls_average_handling_time_per_day\":\"240\",", handled);
	buffer_print(out, "\"in_calls_waiting\":\"%d\",\"in_max_wait_time\":\"20\",\"agents_ready\":\"1\",", size == 0 ? 2 : 0);
	buffer_print(out, "\"agents_busy\":\"%d\"}", people - 1);
}

static void put_app(struct buffer *out, const struct request_set *set, int minute)
{
	buffer_print(out, "\"%s\":{", set->app_id);
	switch (set->panel->type) {
	case PANEL_TOTALS:
	case PANEL_CHART:
	case PANEL_INTERVALS:
		buffer_text(out, "\"stats_totals\":");
		put_totals(out, minute);
		break;
	case PANEL_STAFFING:
		buffer_text(out, "\"stats_totals\":");
		put_pool(out, set->panel, minute);
		break;
	case PANEL_SERVICE_GRID:
		buffer_text(out, "\"service_grids\":");
		put_grid(out, set, service_stats, services, SERVICE_COUNT, minute);
		buffer_text(out, ",\"stats_totals\":");
		put_totals(out, minute);
		break;
	case PANEL_AGENT_GRID:
	case PANEL_AGENT_STATES:
		buffer_text(out, "\"agent_grids\":");
		put_grid(out, set, agent_stats, agents, AGENT_COUNT, minute);
		break;
	case PANEL_MESSAGES:
		buffer_print(out, "\"chat_messages\":%s", messages);
		break;
	default:
		break;
	}
	buffer_text(out, "}");
}

static void decode(struct board *board, struct frame frame, const char *bytes)
{
	struct error error = { "" };
	frame.bytes = bytes;
	frame.length = strlen(bytes);
	if (decode_frame(board, &frame, NULL, &error))
		return;
	fprintf(stderr, "%s: %s\n", error.text, bytes);
	exit(1);
}

static void answer(struct board *board, struct request *request, int minute)
{
	struct buffer body;
	int64_t ago_ms = (int64_t)(HISTORY_SLOTS - 1 - minute) * HISTORY_SLOT_MS;
	bool any = false;
	buffer_init(&body, BODY_MAX);
	buffer_text(&body, "{");
	for (unsigned i = 0; i < request->set_count; i++) {
		if (request->sets[i].skipped)
			continue;
		buffer_text(&body, any ? "," : "");
		put_app(&body, &request->sets[i], minute);
		any = true;
	}
	buffer_text(&body, "}");
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = CENTRE_NOW_MS - ago_ms,
		.wall_ms = CENTRE_WALL_MS - ago_ms, .request = request };
	if (any)
		decode(board, frame, buffer_string(&body));
	buffer_free(&body);
}

static void answer_others(struct board *board)
{
	struct frame frame = { .subject = "", .received_ms = CENTRE_NOW_MS, .wall_ms = CENTRE_WALL_MS };
	frame.kind = FRAME_CAMPAIGNS;
	decode(board, frame, campaigns);
	frame.kind = FRAME_CHAT_HOURS;
	decode(board, frame, "{\"chat\":\"available\",\"ewt\":\"3\"}");
	frame.kind = FRAME_AVAILABILITY;
	for (size_t i = 0; i < sizeof(open_services) / sizeof(open_services[0]); i++) {
		frame.subject = open_services[i];
		decode(board, frame, i == 1 ? "{\"availability\":false}" : "{\"availability\":true}");
	}
	struct service_availability *fax = board_service(board, "Fax");
	snprintf(fax->problem, sizeof(fax->problem), "refused: 403");
}

/* How many of a day's calls came within a quarter-hour of the day. */
static double calls_within(int64_t quarter, int64_t day, double number)
{
	double busy = quarter < 32 || quarter >= 80 ? 0 : 1 - fabs((double)quarter - 44) / 40;
	return floor(busy * (0.5 + (double)((quarter * 7 + day * 5) % 11) / 11) * number / 20);
}

/* What a store would have: quarter-hours of five weeks, of a day that opens at eight and is full at eleven. */
static struct history_past past_at(const struct column *column, int64_t from_ms)
{
	int64_t quarter = from_ms / HISTORY_QUARTER_MS % 96, day = from_ms / HISTORY_QUARTER_MS / 96;
	double busy = quarter < 32 || quarter >= 80 ? 0 : 1 - fabs((double)quarter - 44) / 40;
	double wave = (double)((quarter * 7 + day * 5) % 11) / 11;
	struct history_past past = { .from_ms = from_ms, .gained = NAN, .missed = NAN };
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		if (strcmp(totals[i][0], column->stat) != 0)
			continue;
		double number = atof(totals[i][1]);
		if (statistic_per_day(column->stat)) {
			past.gained = calls_within(quarter, day, number);
			past.last = 0;
			for (int64_t at = 0; at <= quarter; at++)
				past.last += calls_within(at, day, number);
			past.mean = past.largest = past.last;
		} else {
			past.mean = past.last = strcmp(column->stat, "service_level") == 0 ? 100 - 40 * busy * wave : busy * (0.3 + wave) * number;
			past.largest = 1.5 * past.mean;
		}
		return past;
	}
	return (struct history_past){ 0 };
}

static void put_past(struct history *history)
{
	struct history_want want;
	while (history_next_want(history, CENTRE_WALL_MS - CENTRE_NOW_MS, &want)) {
		int64_t end_ms = want.until_ms / HISTORY_QUARTER_MS * HISTORY_QUARTER_MS;
		int64_t from_ms = end_ms - (int64_t)want.count * HISTORY_QUARTER_MS;
		for (; want.kind != HISTORY_MINUTES && from_ms < end_ms; from_ms += HISTORY_QUARTER_MS) {
			struct history_past pasts[LAYOUT_COLUMNS_MAX];
			for (unsigned i = 0; i < want.panel->column_count; i++)
				pasts[i] = past_at(&want.panel->columns[i], from_ms);
			if (want.kind == HISTORY_INTERVALS)
				history_put_all(history, &want, from_ms, HISTORY_QUARTER_MS, pasts);
			else
				history_put(history, &want, CENTRE_WALL_MS - CENTRE_NOW_MS, &pasts[want.column]);
		}
		history_put_end(history, &want);
	}
}

void centre_fill(struct board *board, struct history *history)
{
	struct catalogue teams, names;
	struct request request;
	catalogue_init(&teams);
	catalogue_init(&names);
	request_init(&request);
	request_plan(&request, board->layout, &teams, &names, "golden");
	struct pools *pools = pools_new(board->layout);
	for (int minute = 0; minute < HISTORY_SLOTS; minute++) {
		answer(board, &request, minute);
		if (minute == HISTORY_SLOTS - 1)
			pools_take_all(pools, board, CENTRE_WALL_MS - CENTRE_NOW_MS, 60);
		else
			pools_take(pools, board, CENTRE_WALL_MS - CENTRE_NOW_MS, 60);
		history_take(history, board, CENTRE_WALL_MS - CENTRE_NOW_MS, 60);
	}
	pools_free(pools);
	put_past(history);
	answer_others(board);
	request_free(&request);
	catalogue_free(&teams);
	catalogue_free(&names);
}
