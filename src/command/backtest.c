/* `cxwall backtest FILE`: a recording through the alerts of a layout. */
#include "command/backtest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/text.h"
#include "command/app.h"
#include "layout/value.h"
#include "output/stdout.h"
#include "recording/recorded_wall.h"
#include "recording/replay.h"

enum {
	ACCOUNT_BYTES_MAX = 256 * 1024 * 1024,
	PROGRESS_RECORDS_LEAST = 2000,
	CLOCK_ROOM = 32,
	LISTED_MAX = 100,
	DATE_LENGTH = 10,
};

/* ---- how far it is ---- */

void progress_start(struct progress *progress, uint32_t count)
{
	*progress = (struct progress){ .shown = count >= PROGRESS_RECORDS_LEAST && isatty(STDERR_FILENO), .count = count,
		.percent = UINT32_MAX };
}

void progress_show(struct progress *progress, uint32_t done)
{
	if (!progress->shown)
		return;
	unsigned percent = (unsigned)(100ULL * done / progress->count);
	if (percent == progress->percent)
		return;
	progress->percent = percent;
	fprintf(stderr, "\r%3u %%", percent);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r     \r");
}

/* ---- the recording through the alerts ---- */

struct test {
	struct backtest *account;
	struct replay_alerts replay;
	struct progress progress;
};

static unsigned rule_index(const struct test *test, const struct alert_rule *rule)
{
	return (unsigned)(rule - test->account->layout->alerts);
}

static void add_firing(struct test *test, const struct alert_event *event)
{
	struct backtest *account = test->account;
	if (account->count == BACKTEST_FIRINGS_MAX)
		fatal("more than %d firings", BACKTEST_FIRINGS_MAX);
	account->firings = array_reserve(account->firings, &account->room, account->count + 1, sizeof(*account->firings));
	struct firing *firing = &account->firings[account->count++];
	*firing = (struct firing){ .number = event->state->number,
		.rule = rule_index(test, event->state->rule), .at_ms = event->at_ms,
		.wall_ms = event->wall_ms, .quiet = !event->loud };
	snprintf(firing->row, sizeof(firing->row), "%.63s", event->state->row);
}

/* NULL if there is none of this number. */
static struct firing *find_firing(struct test *test, unsigned long number)
{
	for (unsigned i = test->account->count; i > 0; i--)
		if (test->account->firings[i - 1].number == number)
			return &test->account->firings[i - 1];
	return NULL;
}

static void end_firing(struct test *test, const struct alert_event *event)
{
	struct firing *firing = find_firing(test, event->state->number);
	if (firing == NULL)
		return;
	firing->over = true;
	firing->lasted_ms = event->lasted_ms;
}

static void backtest_on_event(void *context, const struct alert_event *event)
{
	if (event->kind == ALERT_FIRED)
		add_firing(context, event);
	else if (event->kind == ALERT_CLEARED)
		end_firing(context, event);
}

/* Alerts that still fire where a run ends last until there. */
static void on_run_ends(void *context)
{
	struct test *test = context;
	const struct alert_state *state;
	for (unsigned i = 0; (state = alerts_firing(test->replay.alerts, i)) != NULL; i++) {
		struct firing *firing = find_firing(test, state->number);
		if (firing != NULL)
			firing->lasted_ms = test->replay.view.now_ms - firing->at_ms;
	}
}

bool backtest_run(struct backtest *account, const char *path, const struct layout *layout, enum names names,
	struct error *error)
{
	struct test test = { .account = account };
	*account = (struct backtest){ .layout = layout };
	if (!replay_alerts_open(&test.replay, path, layout, names, backtest_on_event, &test, error))
		return false;
	test.replay.run_ends = on_run_ends;
	const struct recording *recording = test.replay.cursor.recording;
	if (recording->count > 0) {
		account->from_ms = recording->entries[0].wall_ms;
		account->to_ms = recording->entries[recording->count - 1].wall_ms;
	}
	progress_start(&test.progress, recording->count);
	while (replay_alerts_step(&test.replay))
		progress_show(&test.progress, test.replay.cursor.next);
	progress_end(&test.progress);
	for (unsigned i = 0; i < layout->alert_count; i++)
		account->accounts[i] = alerts_totals(test.replay.alerts, i);
	account->frames = test.replay.frames;
	account->damaged = test.replay.damaged;
	cursor_end(&test.replay.cursor);
	account->flaws = test.replay.cursor.flaws;
	replay_alerts_close(&test.replay);
	return true;
}

/* ---- the account, as text and as JSON ---- */

/* The firings of one alert, summed up. */
struct sum {
	unsigned count, hours[HOURS];
	int64_t lasted_ms;
	const struct firing *longest;
};

static int backtest_hour_of(int64_t wall_ms)
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
		sum.hours[backtest_hour_of(firing->wall_ms)]++;
		sum.lasted_ms += firing->lasted_ms;
		if (sum.longest == NULL || firing->lasted_ms > sum.longest->lasted_ms)
			sum.longest = firing;
	}
	return sum;
}

static void put_firing(struct buffer *out, const struct firing *firing)
{
	char clock[CLOCK_ROOM], lasted[32];
	text_clock(clock, sizeof(clock), firing->wall_ms, "%Y-%m-%d %H:%M:%S");
	value_format(lasted, sizeof(lasted), (double)(firing->lasted_ms / 1000), KIND_DURATION, NULL);
	buffer_print(out, "    %s  %8s%s  %s%s\n", clock, lasted, firing->over ? " " : "+", firing->row,
		firing->quiet ? " (quiet)" : "");
}

static void backtest_put_hours(struct buffer *out, const struct sum *sum)
{
	buffer_text(out, "    by hour:");
	for (int hour = 0; hour < HOURS; hour++)
		if (sum->hours[hour] > 0)
			buffer_print(out, "  %02d h: %u", hour, sum->hours[hour]);
	buffer_text(out, "\n");
}

/* An alert without any value could not have fired, which is not the same as never. */
static bool put_blind(const struct alert_totals *account, struct buffer *out)
{
	if (account->evaluations == 0)
		buffer_print(out, "could not be evaluated, because no answer had a value for it%s%s\n", account->why[0] != '\0' ? ": " : "",
			account->why);
	return account->evaluations == 0;
}

static void backtest_put_gaps(const struct alert_totals *account, struct buffer *out)
{
	if (account->no_value_ms < 1000)
		return;
	buffer_text(out, "    without a value for ");
	value_put_duration(out, account->no_value_ms);
	buffer_print(out, ", the last time: %s\n", account->why);
}

static void put_rule(const struct backtest *backtest, unsigned rule, struct buffer *out)
{
	struct sum sum = add_up(backtest, rule);
	char clock[CLOCK_ROOM];
	unsigned listed = 0;
	buffer_print(out, "\n%s: ", backtest->layout->alerts[rule].name);
	const struct alert_totals *account = &backtest->accounts[rule];
	if (put_blind(account, out))
		return;
	if (sum.count == 0) {
		buffer_text(out, "never\n");
		backtest_put_gaps(account, out);
		return;
	}
	buffer_print(out, "%u %s, ", sum.count, text_plural(sum.count, "time", "times"));
	value_put_duration(out, sum.lasted_ms);
	buffer_text(out, " in all, the longest ");
	value_put_duration(out, sum.longest->lasted_ms);
	text_clock(clock, sizeof(clock), sum.longest->wall_ms, "%H:%M:%S");
	buffer_print(out, " at %s\n", clock);
	backtest_put_hours(out, &sum);
	backtest_put_gaps(account, out);
	for (unsigned i = 0; i < backtest->count && listed < LISTED_MAX; i++)
		if (backtest->firings[i].rule == rule) {
			put_firing(out, &backtest->firings[i]);
			listed++;
		}
	if (sum.count > listed)
		buffer_print(out, "    and %u more\n", sum.count - listed);
}

static void backtest_text(const struct backtest *backtest, struct buffer *out)
{
	char from[CLOCK_ROOM], to[CLOCK_ROOM];
	text_clock(from, sizeof(from), backtest->from_ms, "%Y-%m-%d %H:%M:%S");
	text_clock(to, sizeof(to), backtest->to_ms, "%Y-%m-%d %H:%M:%S");
	buffer_print(out, "%s to %s, %lu answers\n", from, to, backtest->frames);
	if (backtest->damaged > 0)
		buffer_print(out, "%lu %s be read and %s skipped.\n", backtest->damaged,
			text_plural(backtest->damaged, "record cannot", "records cannot"), text_plural(backtest->damaged, "was", "were"));
	flaws_text(&backtest->flaws, strncmp(from, to, DATE_LENGTH) != 0, out);
	for (unsigned i = 0; i < backtest->layout->alert_count; i++)
		put_rule(backtest, i, out);
	for (unsigned i = 0; i < backtest->count; i++)
		if (!backtest->firings[i].over) {
			buffer_text(out, "\n+ it was still firing when the recording, or a run of the wall, ended\n");
			break;
		}
}

static void put_json_firing(struct buffer *out, const struct firing *firing)
{
	json_put_object(out);
	json_put_integer_pair(out, "at_ms", firing->wall_ms);
	json_put_integer_pair(out, "lasted_ms", firing->lasted_ms);
	json_put_bool_pair(out, "over", firing->over);
	json_put_bool_pair(out, "quiet", firing->quiet);
	json_put_pair(out, "row", firing->row);
	json_put_object_end(out);
}

static void put_json_rule(const struct backtest *backtest, unsigned rule, struct buffer *out)
{
	struct sum sum = add_up(backtest, rule);
	const struct alert_totals *account = &backtest->accounts[rule];
	json_put_object(out);
	json_put_pair(out, "name", backtest->layout->alerts[rule].name);
	json_put_integer_pair(out, "count", sum.count);
	json_put_integer_pair(out, "lasted_ms", sum.lasted_ms);
	json_put_integer_pair(out, "longest_ms", sum.longest == NULL ? 0 : sum.longest->lasted_ms);
	json_put_key(out, "hours");
	json_put_array(out);
	for (int hour = 0; hour < HOURS; hour++)
		json_put_integer(out, sum.hours[hour]);
	json_put_array_end(out);
	json_put_integer_pair(out, "judged", (long long)account->evaluations);
	json_put_integer_pair(out, "without_value_ms", account->no_value_ms);
	json_put_pair(out, "reason", account->why);
	json_put_key(out, "firings");
	json_put_array(out);
	for (unsigned i = 0; i < backtest->count; i++)
		if (backtest->firings[i].rule == rule)
			put_json_firing(out, &backtest->firings[i]);
	json_put_array_end(out);
	json_put_object_end(out);
}

static void backtest_json(const struct backtest *backtest, struct buffer *out)
{
	json_put_object(out);
	json_put_integer_pair(out, "version", 1);
	json_put_integer_pair(out, "from_ms", backtest->from_ms);
	json_put_integer_pair(out, "to_ms", backtest->to_ms);
	json_put_integer_pair(out, "answers", (long long)backtest->frames);
	json_put_integer_pair(out, "damaged", (long long)backtest->damaged);
	flaws_json(&backtest->flaws, out);
	json_put_key(out, "alerts");
	json_put_array(out);
	for (unsigned i = 0; i < backtest->layout->alert_count; i++)
		put_json_rule(backtest, i, out);
	json_put_array_end(out);
	json_put_object_end(out);
	buffer_text(out, "\n");
}

/* ---- the command ---- */

static int backtest_print(const struct backtest *account, bool json)
{
	struct buffer out;
	buffer_init(&out, ACCOUNT_BYTES_MAX);
	if (json)
		backtest_json(account, &out);
	else
		backtest_text(account, &out);
	int status = stdout_document(&out);
	buffer_free(&out);
	return status;
}

static int test_recording(struct app *app)
{
	struct backtest account;
	struct error error;
	if (!backtest_run(&account, app->options->operands[0], app->layout, app->options->names, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	int status = backtest_print(&account, app->options->format == FORMAT_JSON);
	free(account.firings);
	return status;
}

static const char *alert_at(const void *table, size_t index)
{
	const struct layout *layout = table;
	return index < layout->alert_count ? layout->alerts[index].name : NULL;
}

/* NAME.KEY=VALUE; the name may hold points, a key does not. */
static bool apply_setting(struct layout *layout, const char *setting, struct error *error)
{
	const char *equals = strchr(setting, '=');
	const char *point = equals;
	while (point != NULL && point > setting && *point != '.')
		point--;
	if (point == NULL || *point != '.')
		return error_set(error, "--set takes ALERT.KEY=VALUE, such as 'long queue.for=30s'");
	char key[16] = "";
	snprintf(key, sizeof(key), "%.*s", (int)(equals - point - 1 < 15 ? equals - point - 1 : 15), point + 1);
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const char *name = layout->alerts[i].name;
		if (strlen(name) == (size_t)(point - setting) && strncmp(name, setting, strlen(name)) == 0)
			return alert_rule_set(layout, &layout->alerts[i], key, equals + 1, error);
	}
	char name[64];
	snprintf(name, sizeof(name), "%.*s", (int)(point - setting), setting);
	const char *near = text_nearest(name, alert_at, layout);
	if (near != NULL)
		return error_set(error, "layout '%s' has no alert '%s' (did you mean '%.60s'?)", layout->name, name, near);
	return error_set(error, "layout '%s' has no alert '%s'", layout->name, name);
}

static bool apply_settings(struct app *app)
{
	struct error error;
	for (unsigned i = 0; i < app->options->settings.count; i++)
		if (!apply_setting(app->layout, app->options->settings.items[i], &error)) {
			message("%s", error.text);
			return false;
		}
	return true;
}

/* Without --layout that of the recorded wall, as a replay has it, where it has alerts. */
static bool load_tested_layout(struct app *app)
{
	struct recorded_wall recorded;
	struct error error;
	if (options_given(app->options, "layout") || !recorded_wall_read(&recorded, app->options->operands[0], &error))
		return app_load_layout(app);
	if (recorded.layout[0] != '\0' && strchr(recorded.layout, '/') == NULL)
		app->layout = app_layout_named(app, recorded.layout, &error);
	bool good = app->layout != NULL && app->layout->alert_count > 0 && recorded_wall_suits(&recorded, app->layout);
	recorded_wall_free(&recorded);
	if (good)
		return true;
	layout_free(app->layout);
	app->layout = NULL;
	return app_load_layout(app);
}

static int backtest_command(struct app *app)
{
	if (app->options->operand_count != 1) {
		message("backtest needs one recording: cxwall backtest FILE");
		return STATUS_USAGE;
	}
	if (app->options->format == FORMAT_CSV) {
		message("backtest has no CSV: use --format text or json");
		return STATUS_USAGE;
	}
	app->acts = false;
	if (!load_tested_layout(app) || !apply_settings(app))
		return STATUS_USAGE;
	if (app->layout->alert_count > 0)
		return test_recording(app);
	message("layout '%s' has no alerts. Name one that has some: -l LAYOUT", app->layout->name);
	return STATUS_USAGE;
}

const struct command command_backtest = {
	.name = "backtest",
	.function = backtest_command,
	.task = TASK_RECORDS,
	.operands = "FILE",
	.help = "how often a layout's alerts would have fired in a recording",
	.examples = {
		{ "cxwall backtest monday.rec -l mine --set 'long queue.for=1m'", "The alerts of a layout, one of them with another setting." },
	},
};
