/* `cxwall backtest FILE`: a recording through the alerts of a layout. */
#include "command/backtest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "command/app.h"
#include "command/progress.h"
#include "output/stdout_document.h"
#include "recording/replay_alerts.h"

enum { ACCOUNT_BYTES_MAX = 256 * 1024 * 1024 };

struct test {
	struct backtest *account;
	struct rerun rerun;
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
	if (account->count == account->room) {
		account->room = account->room == 0 ? 64 : 2 * account->room;
		account->firings = must_realloc(account->firings, account->room * sizeof(*account->firings));
	}
	struct firing *firing = &account->firings[account->count++];
	*firing = (struct firing){ .number = event->state->number,
		.rule = rule_index(test, event->state->rule), .at_ms = event->at_ms,
		.wall_ms = event->wall_ms, .quiet = !event->loud };
	snprintf(firing->row, sizeof(firing->row), "%.63s", event->state->row);
}

/* NULL: there is none such. */
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

static void on_event(void *context, const struct alert_event *event)
{
	if (event->kind == ALERT_FIRED)
		add_firing(context, event);
	else if (event->kind == ALERT_CLEARED)
		end_firing(context, event);
}

/* What fires still, where a run ends. */
static void on_run_ends(void *context)
{
	struct test *test = context;
	const struct alert_state *state;
	for (unsigned i = 0; (state = alerts_firing(test->rerun.alerts, i)) != NULL; i++) {
		struct firing *firing = find_firing(test, state->number);
		if (firing != NULL)
			firing->lasted_ms = test->rerun.moment.now_ms - firing->at_ms;
	}
}

bool backtest_run(struct backtest *account, const char *path, const struct layout *layout, enum names names,
	struct error *error)
{
	struct test test = { .account = account };
	*account = (struct backtest){ .layout = layout };
	if (!rerun_open(&test.rerun, path, layout, names, on_event, &test, error))
		return false;
	test.rerun.run_ends = on_run_ends;
	const struct recording *recording = test.rerun.player.recording;
	if (recording->count > 0) {
		account->from_ms = recording->entries[0].wall_ms;
		account->to_ms = recording->entries[recording->count - 1].wall_ms;
	}
	progress_start(&test.progress, recording->count);
	while (rerun_step(&test.rerun))
		progress_show(&test.progress, test.rerun.player.next);
	progress_end(&test.progress);
	for (unsigned i = 0; i < layout->alert_count; i++)
		account->accounts[i] = alerts_account(test.rerun.alerts, i);
	account->frames = test.rerun.frames;
	account->damaged = test.rerun.damaged;
	player_end(&test.rerun.player);
	account->flaws = test.rerun.player.flaws;
	rerun_close(&test.rerun);
	return true;
}

static int print(const struct backtest *account, bool json)
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
	if (!backtest_run(&account, app->options->words[0], app->layout, (enum names)app->options->names, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	int status = print(&account, app->options->format == FORMAT_JSON);
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

int command_backtest(struct app *app)
{
	if (app->options->word_count != 1) {
		message("backtest takes one recording");
		return STATUS_USAGE;
	}
	if (app->options->format == FORMAT_CSV) {
		message("backtest prints text or json");
		return STATUS_USAGE;
	}
	if (!app_load_layout(app) || !apply_settings(app))
		return STATUS_USAGE;
	if (app->layout->alert_count > 0)
		return test_recording(app);
	message("layout '%s' has no alerts", app->layout->name);
	return STATUS_USAGE;
}
