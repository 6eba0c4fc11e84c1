/* The account of a back-test, as text and as JSON. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "command/backtest.h"
#include "layout/value.h"
#include "output/flaws.h"

enum { CLOCK_ROOM = 32, LISTED_MAX = 100, DATE_LENGTH = 10 };

/* All of one alert. */
struct sum {
	unsigned count, hours[HOURS];
	int64_t lasted_ms;
	const struct firing *longest;
};

static int hour_of(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	return localtime_r(&seconds, &local) == NULL ? 0 : local.tm_hour;
}

static struct sum add_up(const struct backtest *backtest, unsigned rule)
{
	struct sum sum = { .count = 0 };
	for (unsigned i = 0; i < backtest->count; i++) {
		const struct firing *firing = &backtest->firings[i];
		if (firing->rule != rule)
			continue;
		sum.count++;
		sum.hours[hour_of(firing->wall_ms)]++;
		sum.lasted_ms += firing->lasted_ms;
		if (sum.longest == NULL || firing->lasted_ms > sum.longest->lasted_ms)
			sum.longest = firing;
	}
	return sum;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void clock_text(char out[CLOCK_ROOM], int64_t wall_ms, const char *format)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	localtime_r(&seconds, &local);
	if (strftime(out, CLOCK_ROOM, format, &local) == 0)
		out[0] = '\0';
}
#pragma GCC diagnostic pop

static void put_duration(struct buffer *out, int64_t milliseconds)
{
	char text[32];
	value_format(text, sizeof(text), (double)(milliseconds / 1000), KIND_DURATION, NULL);
	buffer_text(out, text);
}

static void put_firing(struct buffer *out, const struct firing *firing)
{
	char clock[CLOCK_ROOM], lasted[32];
	clock_text(clock, firing->wall_ms, "%Y-%m-%d %H:%M:%S");
	value_format(lasted, sizeof(lasted), (double)(firing->lasted_ms / 1000), KIND_DURATION, NULL);
	buffer_print(out, "    %s  %8s%s  %s%s\n", clock, lasted, firing->over ? " " : "+", firing->row,
		firing->quiet ? " (quiet)" : "");
}

static void put_hours(struct buffer *out, const struct sum *sum)
{
	buffer_text(out, "    by hour:");
	for (int hour = 0; hour < HOURS; hour++)
		if (sum->hours[hour] > 0)
			buffer_print(out, "  %02d h: %u", hour, sum->hours[hour]);
	buffer_text(out, "\n");
}

/* A day on which it could not have fired is not a quiet one. */
static bool put_blind(const struct alert_account *account, struct buffer *out)
{
	if (account->judged == 0)
		buffer_print(out, "could not be judged: no answer had a value for it%s%s\n", account->why[0] != '\0' ? ": " : "",
			account->why);
	return account->judged == 0;
}

static void put_gaps(const struct alert_account *account, struct buffer *out)
{
	if (account->blind_ms < 1000)
		return;
	buffer_text(out, "    without a value for ");
	put_duration(out, account->blind_ms);
	buffer_print(out, ", the last time: %s\n", account->why);
}

static void put_rule(const struct backtest *backtest, unsigned rule, struct buffer *out)
{
	struct sum sum = add_up(backtest, rule);
	char clock[CLOCK_ROOM];
	unsigned listed = 0;
	buffer_print(out, "\n%s: ", backtest->layout->alerts[rule].name);
	const struct alert_account *account = &backtest->accounts[rule];
	if (put_blind(account, out))
		return;
	if (sum.count == 0) {
		buffer_text(out, "never\n");
		put_gaps(account, out);
		return;
	}
	buffer_print(out, "%u %s, ", sum.count, sum.count == 1 ? "time" : "times");
	put_duration(out, sum.lasted_ms);
	buffer_text(out, " in all, the longest ");
	put_duration(out, sum.longest->lasted_ms);
	clock_text(clock, sum.longest->wall_ms, "%H:%M:%S");
	buffer_print(out, " at %s\n", clock);
	put_hours(out, &sum);
	put_gaps(account, out);
	for (unsigned i = 0; i < backtest->count && listed < LISTED_MAX; i++)
		if (backtest->firings[i].rule == rule) {
			put_firing(out, &backtest->firings[i]);
			listed++;
		}
	if (sum.count > listed)
		buffer_print(out, "    and %u more\n", sum.count - listed);
}

void backtest_text(const struct backtest *backtest, struct buffer *out)
{
	char from[CLOCK_ROOM], to[CLOCK_ROOM];
	clock_text(from, backtest->from_ms, "%Y-%m-%d %H:%M:%S");
	clock_text(to, backtest->to_ms, "%Y-%m-%d %H:%M:%S");
	buffer_print(out, "%s to %s, %lu answers\n", from, to, backtest->frames);
	if (backtest->damaged > 0)
		buffer_print(out, "%lu %s be read and %s skipped.\n", backtest->damaged,
			backtest->damaged == 1 ? "record cannot" : "records cannot", backtest->damaged == 1 ? "was" : "were");
	flaws_text(&backtest->flaws, strncmp(from, to, DATE_LENGTH) != 0, out);
	for (unsigned i = 0; i < backtest->layout->alert_count; i++)
		put_rule(backtest, i, out);
	for (unsigned i = 0; i < backtest->count; i++)
		if (!backtest->firings[i].over) {
			buffer_text(out, "\n+ it still fired where the recording, or a run of the wall, ended\n");
			break;
		}
}

static void put_json_firing(struct buffer *out, const struct firing *firing, bool first)
{
	buffer_print(out, "%s{\"at_ms\":%lld,\"lasted_ms\":%lld,\"over\":%s,\"quiet\":%s,\"row\":", first ? "" : ",",
		(long long)firing->wall_ms, (long long)firing->lasted_ms, firing->over ? "true" : "false",
		firing->quiet ? "true" : "false");
	json_put_string(out, firing->row);
	buffer_text(out, "}");
}

static void put_json_rule(const struct backtest *backtest, unsigned rule, struct buffer *out)
{
	struct sum sum = add_up(backtest, rule);
	const struct alert_account *account = &backtest->accounts[rule];
	bool first = true;
	buffer_text(out, rule == 0 ? "{\"name\":" : ",{\"name\":");
	json_put_string(out, backtest->layout->alerts[rule].name);
	buffer_print(out, ",\"count\":%u,\"lasted_ms\":%lld,\"longest_ms\":%lld,\"hours\":[", sum.count,
		(long long)sum.lasted_ms, (long long)(sum.longest == NULL ? 0 : sum.longest->lasted_ms));
	for (int hour = 0; hour < HOURS; hour++)
		buffer_print(out, "%s%u", hour == 0 ? "" : ",", sum.hours[hour]);
	buffer_print(out, "],\"judged\":%lu,\"without_value_ms\":%lld,\"reason\":", account->judged,
		(long long)account->blind_ms);
	json_put_string(out, account->why);
	buffer_text(out, ",\"firings\":[");
	for (unsigned i = 0; i < backtest->count; i++) {
		if (backtest->firings[i].rule != rule)
			continue;
		put_json_firing(out, &backtest->firings[i], first);
		first = false;
	}
	buffer_text(out, "]}");
}

void backtest_json(const struct backtest *backtest, struct buffer *out)
{
	buffer_print(out, "{\"version\":1,\"from_ms\":%lld,\"to_ms\":%lld,\"answers\":%lu,\"damaged\":%lu",
		(long long)backtest->from_ms, (long long)backtest->to_ms, backtest->frames, backtest->damaged);
	flaws_json(&backtest->flaws, out);
	buffer_text(out, ",\"alerts\":[");
	for (unsigned i = 0; i < backtest->layout->alert_count; i++)
		put_json_rule(backtest, i, out);
	buffer_text(out, "]}\n");
}
