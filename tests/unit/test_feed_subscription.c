/* The subscription's table: row by row, and that no way through it ends in silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "feed/subscription.h"

struct expected {
	enum sub_state state;
	enum sub_event event;
	enum sub_state next;
	enum sub_command command;
	enum sub_delay delay;
};

/* What the table promises, said again in other words than its groups. */
static const struct expected promises[] = {
	{ SUB_START, EVENT_BEGIN, SUB_SIGNING_IN, COMMAND_SIGN_IN, DELAY_NOW },
	{ SUB_SIGNING_IN, EVENT_TOKEN, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ SUB_SIGNING_IN, EVENT_TOKEN_REFUSED, SUB_SECRET_REFUSED, COMMAND_SIGN_IN, DELAY_BACKOFF },
	{ SUB_SECRET_REFUSED, EVENT_TOKEN_STOPPED, SUB_SECRET_STOPPED, COMMAND_SIGN_IN, DELAY_QUARTER },
	{ SUB_SECRET_STOPPED, EVENT_TOKEN, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ SUB_LISTING, EVENT_LISTED, SUB_CREATING, COMMAND_CREATE, DELAY_NOW },
	{ SUB_LISTING, EVENT_NOTHING, SUB_NOTHING, COMMAND_NONE, DELAY_NOW },
	{ SUB_CREATING, EVENT_CREATED, SUB_WAITING, COMMAND_POLL, DELAY_NOW },
	{ SUB_CREATING, EVENT_AMENDED, SUB_CREATING, COMMAND_CREATE, DELAY_NOW },
	{ SUB_CREATING, EVENT_CONFLICT, SUB_PROBING, COMMAND_PROBE, DELAY_NOW },
	{ SUB_CREATING, EVENT_UNAUTHORISED, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ SUB_CREATING, EVENT_UNAUTHORISED_AGAIN, SUB_REFUSED, COMMAND_LIST, DELAY_MINUTE },
	{ SUB_CREATING, EVENT_FORBIDDEN, SUB_REFUSED, COMMAND_LIST, DELAY_MINUTE },
	{ SUB_CREATING, EVENT_FAILED, SUB_CREATE_FAILED, COMMAND_LIST, DELAY_BACKOFF },
	{ SUB_CREATING, EVENT_REJECTED, SUB_REJECTED, COMMAND_LIST, DELAY_MINUTE },
	{ SUB_WAITING, EVENT_NOT_READY, SUB_WAITING, COMMAND_POLL, DELAY_QUICK },
	{ SUB_WAITING, EVENT_DATA, SUB_LIVE, COMMAND_POLL, DELAY_INTERVAL },
	{ SUB_WAITING, EVENT_BLANK, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ SUB_LIVE, EVENT_DATA, SUB_LIVE, COMMAND_POLL, DELAY_INTERVAL },
	{ SUB_LIVE, EVENT_FAILED, SUB_POLL_FAILED, COMMAND_POLL, DELAY_BACKOFF },
	{ SUB_LIVE, EVENT_UNAUTHORISED, SUB_RENEWING_POLL, COMMAND_SIGN_IN, DELAY_NOW },
	{ SUB_RENEWING_POLL, EVENT_TOKEN, SUB_WAITING, COMMAND_POLL, DELAY_NOW },
	{ SUB_LIVE, EVENT_GONE, SUB_LOST, COMMAND_LIST, DELAY_SOON },
	{ SUB_LIVE, EVENT_GONE_AGAIN, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ SUB_LIVE, EVENT_FOREIGN, SUB_REPLACED, COMMAND_PROBE, DELAY_MINUTE },
	{ SUB_LIVE, EVENT_LAYOUT, SUB_LOOKING, COMMAND_LOOK, DELAY_NOW },
	{ SUB_LOOKING, EVENT_OURS, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ SUB_LOOKING, EVENT_FOREIGN, SUB_REPLACED, COMMAND_PROBE, DELAY_MINUTE },
	{ SUB_LOOKING, EVENT_GONE, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ SUB_LOOKING, EVENT_FAILED, SUB_CREATE_FAILED, COMMAND_LIST, DELAY_BACKOFF },
	{ SUB_LOOKING, EVENT_UNAUTHORISED, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ SUB_POLL_FAILED, EVENT_DATA, SUB_LIVE, COMMAND_POLL, DELAY_INTERVAL },
	{ SUB_PROBING, EVENT_LEFTOVER, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ SUB_PROBING, EVENT_FOREIGN, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ SUB_PROBING, EVENT_GONE, SUB_LIMIT, COMMAND_LIST, DELAY_MINUTE },
	{ SUB_PROBING, EVENT_NOT_READY, SUB_PROBING, COMMAND_PROBE, DELAY_PROBE },
	{ SUB_PROBING, EVENT_NOT_READY_LONG, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ SUB_LIMIT, EVENT_LISTED, SUB_LIMIT, COMMAND_CREATE, DELAY_NOW },
	{ SUB_LIMIT, EVENT_CONFLICT, SUB_LIMIT, COMMAND_PROBE, DELAY_NOW },
	{ SUB_LIMIT, EVENT_CREATED, SUB_WAITING, COMMAND_POLL, DELAY_NOW },
	{ SUB_IN_USE, EVENT_CONFLICT, SUB_IN_USE, COMMAND_PROBE, DELAY_NOW },
	{ SUB_IN_USE, EVENT_FOREIGN, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ SUB_IN_USE, EVENT_CREATED, SUB_WAITING, COMMAND_POLL, DELAY_NOW },
	{ SUB_REPLACED, EVENT_FOREIGN, SUB_REPLACED, COMMAND_PROBE, DELAY_MINUTE },
	{ SUB_REPLACED, EVENT_GONE, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ SUB_CLEARING, EVENT_DELETED, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ SUB_LIVE, EVENT_STOP_OWNED, SUB_PARTING, COMMAND_LOOK, DELAY_NOW },
	{ SUB_PARTING, EVENT_OURS, SUB_DELETING, COMMAND_DELETE, DELAY_NOW },
	{ SUB_PARTING, EVENT_FOREIGN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ SUB_PARTING, EVENT_GONE, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ SUB_PARTING, EVENT_FAILED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ SUB_PARTING, EVENT_TIME_UP, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ SUB_SIGNING_IN, EVENT_STOP, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ SUB_CREATING, EVENT_STOP_POSTING, SUB_ENDING, COMMAND_NONE, DELAY_NOW },
	{ SUB_ENDING, EVENT_CREATED, SUB_DELETING, COMMAND_DELETE, DELAY_NOW },
	{ SUB_ENDING, EVENT_FAILED, SUB_PARTING, COMMAND_LOOK, DELAY_NOW },
	{ SUB_ENDING, EVENT_CONFLICT, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ SUB_CLEARING, EVENT_STOP_OWNED, SUB_DELETING, COMMAND_NONE, DELAY_NOW },
	{ SUB_DELETING, EVENT_DELETED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ SUB_DELETING, EVENT_TIME_UP, SUB_ENDED, COMMAND_END, DELAY_NOW },
};

/* Which events the execution of a command may bring. */
static const enum sub_event outcomes[COMMAND_COUNT][12] = {
	[COMMAND_SIGN_IN] = { EVENT_TOKEN, EVENT_TOKEN_FAILED, EVENT_TOKEN_REFUSED, EVENT_TOKEN_STOPPED },
	[COMMAND_LIST] = { EVENT_LISTED, EVENT_NOTHING, EVENT_REJECTED, EVENT_FAILED, EVENT_UNAUTHORISED,
		EVENT_UNAUTHORISED_AGAIN },
	[COMMAND_CREATE] = { EVENT_CREATED, EVENT_AMENDED, EVENT_REJECTED, EVENT_CONFLICT, EVENT_UNAUTHORISED,
		EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN, EVENT_FAILED },
	[COMMAND_POLL] = { EVENT_DATA, EVENT_BLANK, EVENT_FOREIGN, EVENT_LEFTOVER, EVENT_NOT_READY, EVENT_GONE,
		EVENT_GONE_AGAIN, EVENT_UNAUTHORISED, EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN, EVENT_FAILED },
	[COMMAND_PROBE] = { EVENT_LEFTOVER, EVENT_FOREIGN, EVENT_NOT_READY, EVENT_NOT_READY_LONG, EVENT_GONE,
		EVENT_UNAUTHORISED, EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN, EVENT_FAILED },
	[COMMAND_LOOK] = { EVENT_OURS, EVENT_FOREIGN, EVENT_GONE, EVENT_FAILED, EVENT_UNAUTHORISED,
		EVENT_UNAUTHORISED_AGAIN },
	[COMMAND_DELETE] = { EVENT_DELETED, EVENT_UNAUTHORISED, EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN,
		EVENT_FAILED },
};

static void keeps_its_promises(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
		const struct expected *want = &promises[i];
		const struct transition *row = subscription_next(want->state, want->event);
		if (row == NULL)
			fail_msg("no row for %s, %s", subscription_about(want->state)->name,
				subscription_event_name(want->event));
		enum sub_state next = row->next == SUB_SAME ? want->state : row->next;
		if (next != want->next || row->command != want->command || row->delay != want->delay)
			fail_msg("%s, %s: %s, command %d, delay %d", subscription_about(want->state)->name,
				subscription_event_name(want->event), subscription_about(next)->name, row->command,
				row->delay);
	}
}

static void no_pair_has_two_rows(void **unused)
{
	(void)unused;
	const struct transition *a, *b;
	for (size_t i = 0; (a = subscription_row(i)) != NULL; i++)
		for (size_t j = i + 1; (b = subscription_row(j)) != NULL; j++)
			if (a->event == b->event && (a->states & b->states) != 0)
				fail_msg("rows %zu and %zu both tell of %s", i, j, subscription_event_name(a->event));
}

static void rows_name_known_things(void **unused)
{
	(void)unused;
	const struct transition *row;
	for (size_t i = 0; (row = subscription_row(i)) != NULL; i++) {
		assert_true(row->states != 0 && row->states < (1u << SUB_STATES));
		assert_true(row->event > EVENT_NONE && row->event < EVENT_COUNT);
		assert_true(row->next <= SUB_SAME && row->command < COMMAND_COUNT);
	}
	for (int state = 0; state < SUB_STATES; state++)
		assert_non_null(subscription_about((enum sub_state)state)->name);
	for (int event = 0; event < EVENT_COUNT; event++)
		assert_non_null(subscription_event_name((enum sub_event)event));
}

static bool may_rest(enum sub_state state)
{
	return state == SUB_NOTHING || state == SUB_ENDED || state == SUB_ENDING;
}

/* Walks every state and command that can be reached: each outcome must have a row, and that row a command. */
static bool seen[SUB_STATES][COMMAND_COUNT];

static void walk(enum sub_state state, enum sub_command command)
{
	if (seen[state][command])
		return;
	seen[state][command] = true;
	for (size_t i = 0; i < 12 && outcomes[command][i] != EVENT_NONE; i++) {
		enum sub_event event = outcomes[command][i];
		const struct transition *row = subscription_next(state, event);
		if (row == NULL)
			fail_msg("%s: the outcome '%s' of command %d has no row", subscription_about(state)->name,
				subscription_event_name(event), command);
		enum sub_state next = row->next == SUB_SAME ? state : row->next;
		if (row->command == COMMAND_NONE && !may_rest(next))
			fail_msg("%s, %s: nothing follows", subscription_about(state)->name,
				subscription_event_name(event));
		walk(next, row->command);
	}
}

static void every_outcome_has_a_row(void **unused)
{
	(void)unused;
	memset(seen, 0, sizeof(seen));
	walk(SUB_SIGNING_IN, COMMAND_SIGN_IN);
	walk(SUB_LOOKING, COMMAND_LOOK);
	walk(SUB_PARTING, COMMAND_LOOK);
	/* Every command is used somewhere. */
	for (int command = COMMAND_SIGN_IN; command <= COMMAND_DELETE; command++) {
		bool used = false;
		for (int state = 0; state < SUB_STATES; state++)
			used = used || seen[state][command];
		if (!used)
			fail_msg("command %d is never reached", command);
	}
}

/* A new layout and the end come at any time, with any command on its way. */
static void layouts_and_ends_are_safe(void **unused)
{
	(void)unused;
	static const enum sub_event ends[] = { EVENT_STOP, EVENT_STOP_OWNED, EVENT_STOP_POSTING };
	for (int state = 0; state < SUB_STATES; state++) {
		const struct transition *row = subscription_next((enum sub_state)state, EVENT_LAYOUT);
		if (row != NULL)
			walk(row->next, row->command);
		for (size_t i = 0; i < 3; i++) {
			row = subscription_next((enum sub_state)state, ends[i]);
			bool ending = state == SUB_ENDING || state == SUB_PARTING || state == SUB_DELETING ||
				state == SUB_ENDED;
			assert_true((row == NULL) == ending);
			if (row != NULL && row->command == COMMAND_LOOK)
				walk(row->next, row->command);
		}
	}
	/* A POST that ends while we end. */
	for (size_t i = 0; outcomes[COMMAND_CREATE][i] != EVENT_NONE; i++)
		assert_non_null(subscription_next(SUB_ENDING, outcomes[COMMAND_CREATE][i]));
}

/* Whatever happens, a DELETE is sent only for what was seen to be ours a moment ago, or what a probe permits. */
static void deletes_are_few(void **unused)
{
	(void)unused;
	const struct transition *row;
	for (size_t i = 0; (row = subscription_row(i)) != NULL; i++)
		if (row->command == COMMAND_DELETE)
			assert_true(row->event == EVENT_LEFTOVER || row->event == EVENT_BLANK ||
				row->event == EVENT_OURS ||
				(row->states == 1u << SUB_ENDING && row->event == EVENT_CREATED));
}

static void backs_off_with_jitter_and_cap(void **unused)
{
	(void)unused;
	static const double base[] = { 1, 2, 4, 8, 16, 32 };
	for (unsigned i = 0; i < 6; i++) {
		assert_true(subscription_backoff(i + 1, 0.5) == base[i]);
		assert_true(subscription_backoff(i + 1, 0.0) == base[i] * 0.75);
		assert_true(subscription_backoff(i + 1, 1.0) == base[i] * 1.25);
	}
	assert_true(subscription_backoff(7, 0.5) == 60);
	assert_true(subscription_backoff(1000000, 1.0) == 60);
	assert_true(subscription_backoff(1000000, 0.0) == 45);
	assert_true(subscription_backoff(0, 0.5) == 1);
}

static void delays_are_as_named(void **unused)
{
	(void)unused;
	struct sub_timing timing = { .interval = 5, .failures = 3, .quick = 1, .random = 0.5 };
	assert_true(subscription_delay(DELAY_NOW, &timing) == 0);
	assert_true(subscription_delay(DELAY_INTERVAL, &timing) == 5);
	assert_true(subscription_delay(DELAY_BACKOFF, &timing) == 4);
	assert_true(subscription_delay(DELAY_MINUTE, &timing) == 60);
	assert_true(subscription_delay(DELAY_QUARTER, &timing) == 900);
	assert_true(subscription_delay(DELAY_SOON, &timing) == 0.5);
	double before = 0;
	for (timing.quick = 1; timing.quick < 12; timing.quick++) {
		double now = subscription_delay(DELAY_QUICK, &timing);
		assert_true(now >= before && now >= 0.3 && now <= 5);
		before = now;
	}
	assert_true(before == 5);
	timing.quick = 1;
	timing.interval = 0.05;
	assert_true(subscription_delay(DELAY_QUICK, &timing) == 0.05);
	timing.quick = SUB_QUICK_OVER;
	timing.interval = 3600;
	assert_true(subscription_delay(DELAY_QUICK, &timing) == 3600);
}

static void three_losses_in_five_minutes(void **unused)
{
	(void)unused;
	struct sub_losses losses = { .count = 0 };
	assert_false(subscription_lost(&losses, 1000));
	assert_false(subscription_lost(&losses, 2000));
	assert_true(subscription_lost(&losses, 3000));
	struct sub_losses rare = { .count = 0 };
	for (int i = 0; i < 20; i++)
		assert_false(subscription_lost(&rare, (int64_t)i * (SUB_LOSSES_WINDOW_MS / 2 + 1)));
	assert_true(subscription_lost(&rare, (int64_t)19 * (SUB_LOSSES_WINDOW_MS / 2 + 1) + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_its_promises),
		cmocka_unit_test(no_pair_has_two_rows),
		cmocka_unit_test(rows_name_known_things),
		cmocka_unit_test(every_outcome_has_a_row),
		cmocka_unit_test(layouts_and_ends_are_safe),
		cmocka_unit_test(deletes_are_few),
		cmocka_unit_test(backs_off_with_jitter_and_cap),
		cmocka_unit_test(delays_are_as_named),
		cmocka_unit_test(three_losses_in_five_minutes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
