/* `cxwall backtest FILE`: a recording through the alerts of a layout. */
#include "app/backtest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/document.h"
#include "app/player.h"
#include "base/log.h"
#include "model/decode.h"

enum { ACCOUNT_BYTES_MAX = 256 * 1024 * 1024, PROGRESS_RECORDS = 2000 };

struct test {
	struct backtest account;
	struct player player;
	struct board *board;
	struct alerts *alerts;
	struct moment moment; /* of the record before */
};

static unsigned rule_index(const struct test *test, const struct alert_rule *rule)
{
	return (unsigned)(rule - test->account.layout->alerts);
}

static void add_firing(struct test *test, const struct alert_event *event)
{
	struct backtest *account = &test->account;
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
	for (unsigned i = test->account.count; i > 0; i--)
		if (test->account.firings[i - 1].number == number)
			return &test->account.firings[i - 1];
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
static void end_run(struct test *test)
{
	const struct alert_state *state;
	for (unsigned i = 0; (state = alerts_firing(test->alerts, i)) != NULL; i++) {
		struct firing *firing = find_firing(test, state->number);
		if (firing != NULL)
			firing->lasted_ms = test->moment.now_ms - firing->at_ms;
	}
	alerts_reset(test->alerts);
}

static void take_frame(struct test *test, const struct frame *frame)
{
	struct error error;
	struct moment moment = player_moment(&test->player, test->board, frame->received_ms, frame->wall_ms);
	if (frame->kind == FRAME_DATA)
		alerts_before(test->alerts, &moment);
	if (!decode_frame(test->board, frame, NULL, &error)) {
		test->account.damaged++;
		return;
	}
	if (frame->kind != FRAME_DATA)
		return;
	alerts_frame(test->alerts, &moment);
	test->account.frames++;
}

static void progress(const struct test *test)
{
	const struct player *player = &test->player;
	if (player->next % PROGRESS_RECORDS != 0 && player->next < player->recording->count)
		return;
	if (player->recording->count >= PROGRESS_RECORDS && isatty(STDERR_FILENO))
		fprintf(stderr, player->next < player->recording->count ? "\r%3u %%" : "\r     \r",
			(unsigned)(100ULL * player->next / player->recording->count));
}

static void run(struct test *test)
{
	const struct recording_entry *entry = NULL;
	struct frame frame;
	struct error error;
	enum played played;
	while ((played = player_next(&test->player, &frame, &entry, &error)) != PLAYED_OVER) {
		if (played == PLAYED_START)
			end_run(test);
		test->moment = player_moment(&test->player, test->board, entry->at_ms, entry->wall_ms);
		if (played == PLAYED_FRAME)
			take_frame(test, &frame);
		else if (played == PLAYED_OTHER)
			alerts_until(test->alerts, &test->moment);
		else if (played == PLAYED_DAMAGED)
			test->account.damaged++;
		progress(test);
	}
	end_run(test);
}

static int print(const struct backtest *account, bool json)
{
	struct buffer out;
	buffer_init(&out, ACCOUNT_BYTES_MAX);
	if (json)
		backtest_json(account, &out);
	else
		backtest_text(account, &out);
	int status = document_print(&out);
	buffer_free(&out);
	return status;
}

static int test_recording(struct app *app)
{
	struct test test = { .account.layout = app->layout };
	struct error error;
	if (!player_open(&test.player, app->options->words[0], app->layout, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	const struct recording *recording = test.player.recording;
	if (recording->count > 0) {
		test.account.from_ms = recording->entries[0].wall_ms;
		test.account.to_ms = recording->entries[recording->count - 1].wall_ms;
	}
	test.board = board_new(app->layout);
	test.board->names = (enum names)app->options->names;
	test.alerts = alerts_new(app->layout, on_event, &test);
	run(&test);
	int status = print(&test.account, app->options->format == FORMAT_JSON);
	alerts_free(test.alerts);
	board_free(test.board);
	player_close(&test.player);
	free(test.account.firings);
	return status;
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
	return error_set(error, "layout '%s' has no alert '%.*s'", layout->name, (int)(point - setting), setting);
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
