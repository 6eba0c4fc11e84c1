/* The subscription's table: what holds for every row of an event, and that no way through it ends in silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api/subscription.h"

static enum sub_state after(enum sub_state state, const struct transition *row)
{
	return row->next == SUB_SAME ? state : row->next;
}

/* Which events the execution of a command may bring. */
static const enum sub_event outcomes[COMMAND_COUNT][12] = {
	[COMMAND_SIGN_IN] = { EVENT_TOKEN, EVENT_TOKEN_FAILED, EVENT_TOKEN_REFUSED, EVENT_TOKEN_STOPPED },
	[COMMAND_LIST] = { EVENT_LISTED, EVENT_NOTHING, EVENT_REJECTED, EVENT_FAILED, EVENT_UNAUTHORISED,
		EVENT_UNAUTHORISED_AGAIN },
	[COMMAND_CREATE] = { EVENT_CREATED, EVENT_AMENDED, EVENT_REJECTED, EVENT_CONFLICT, EVENT_UNAUTHORISED,
		EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN, EVENT_FAILED },
	[COMMAND_POLL] = { EVENT_DATA, EVENT_BLANK, EVENT_FOREIGN, EVENT_TAKE_OVER, EVENT_NOT_READY, EVENT_GONE,
		EVENT_GONE_AGAIN, EVENT_UNAUTHORISED, EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN, EVENT_FAILED },
	[COMMAND_VERIFY_AFTER_409] = { EVENT_LEFTOVER, EVENT_TAKE_OVER, EVENT_FOREIGN, EVENT_NOT_READY, EVENT_NOT_READY_LONG, EVENT_GONE,
		EVENT_UNAUTHORISED, EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN, EVENT_FAILED },
	[COMMAND_VERIFY_BEFORE_DELETE] = { EVENT_OURS, EVENT_FOREIGN, EVENT_GONE, EVENT_FAILED, EVENT_UNAUTHORISED,
		EVENT_UNAUTHORISED_AGAIN },
	[COMMAND_DELETE] = { EVENT_DELETED, EVENT_UNAUTHORISED, EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN,
		EVENT_FAILED },
};

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
	return state == SUB_NOTHING || state == SUB_ENDED || state == SUB_STOP_POSTING;
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
	walk(SUB_VERIFY_BEFORE_DELETE, COMMAND_VERIFY_BEFORE_DELETE);
	walk(SUB_STOP_VERIFY, COMMAND_VERIFY_BEFORE_DELETE);
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
			bool ending = state == SUB_STOP_POSTING || state == SUB_STOP_VERIFY || state == SUB_STOP_DELETE ||
				state == SUB_ENDED;
			assert_true((row == NULL) == ending);
			if (row != NULL && row->command == COMMAND_VERIFY_BEFORE_DELETE)
				walk(row->next, row->command);
		}
	}
	/* A POST that ends while we end. */
	for (size_t i = 0; outcomes[COMMAND_CREATE][i] != EVENT_NONE; i++)
		assert_non_null(subscription_next(SUB_STOP_POSTING, outcomes[COMMAND_CREATE][i]));
}

/* Whatever happens, a DELETE is sent only for what was seen to be ours a moment ago, or what a probe permits. */
static void deletes_are_few(void **unused)
{
	(void)unused;
	const struct transition *row;
	for (size_t i = 0; (row = subscription_row(i)) != NULL; i++)
		if (row->command == COMMAND_DELETE)
			assert_true(row->event == EVENT_LEFTOVER || row->event == EVENT_TAKE_OVER || row->event == EVENT_BLANK ||
				row->event == EVENT_OURS ||
				(row->states == 1u << SUB_STOP_POSTING && row->event == EVENT_CREATED));
}

/* The states in which the end was asked for: nothing is asked of the server any more but what clears up. */
static bool is_ending(enum sub_state state)
{
	return state == SUB_STOP_POSTING || state == SUB_STOP_VERIFY || state == SUB_STOP_DELETE || state == SUB_ENDED;
}

/* Calls check for each state that has a row for the event; at least one must have. */
static void for_each(enum sub_event event, void (*check)(enum sub_state state, const struct transition *row))
{
	bool any = false;
	for (int state = 0; state < SUB_STATES; state++) {
		const struct transition *row = subscription_next((enum sub_state)state, event);
		any = any || row != NULL;
		if (row != NULL)
			check((enum sub_state)state, row);
	}
	assert_true(any);
}

static void expect(enum sub_state state, const struct transition *row, enum sub_command command, enum sub_delay delay)
{
	if (row->command != command || row->delay != delay)
		fail_msg("%s, %s: command %d after delay %d, not %d after %d", subscription_about(state)->name,
			subscription_event_name(row->event), row->command, row->delay, command, delay);
}

static void expect_link(enum sub_state state, const struct transition *row, enum link_state link)
{
	const struct sub_about *about = subscription_about(after(state, row));
	if (about->link != link)
		fail_msg("%s, %s: the screen says %d in '%s', not %d", subscription_about(state)->name,
			subscription_event_name(row->event), about->link, about->name, link);
}

/* The end does not wait for anything. */
static bool ends(enum sub_state state, const struct transition *row)
{
	if (!is_ending(state))
		return false;
	expect(state, row, COMMAND_END, DELAY_NOW);
	assert_int_equal(row->next, SUB_ENDED);
	return true;
}

/* A refusal is told as one, and asked again soon where it worked before, else after a minute. */
static void check_refusal(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	bool polls = subscription_next(state, EVENT_DATA) != NULL;
	expect(state, row, polls ? COMMAND_POLL : COMMAND_LIST, DELAY_REFUSAL);
	expect_link(state, row, LINK_REFUSED);
	assert_int_equal(subscription_about(after(state, row))->exit_status, 3);
}

static void refusals_are_told(void **unused)
{
	(void)unused;
	for_each(EVENT_FORBIDDEN, check_refusal);
	for_each(EVENT_UNAUTHORISED_AGAIN, check_refusal);
	/* Whatever may be told 401 twice may be told 403 as well, but for a look, which has no refusal of its own. */
	for (int state = 0; state < SUB_STATES; state++)
		if (state != SUB_VERIFY_BEFORE_DELETE && state != SUB_STOP_VERIFY)
			assert_true((subscription_next((enum sub_state)state, EVENT_FORBIDDEN) == NULL) ==
				(subscription_next((enum sub_state)state, EVENT_UNAUTHORISED_AGAIN) == NULL));
}

/* A token that is refused for the first time is renewed at once, without an end of the subscription. */
static void check_unauthorised(enum sub_state state, const struct transition *row)
{
	/* The look and the DELETE of the end need a token too; a POST that was refused has made nothing. */
	if (state == SUB_STOP_VERIFY || state == SUB_STOP_DELETE) {
		expect(state, row, COMMAND_SIGN_IN, DELAY_NOW);
		assert_int_equal(after(state, row), SUB_STOP_VERIFY);
		return;
	}
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_SIGN_IN, DELAY_NOW);
	bool polls = subscription_next(state, EVENT_DATA) != NULL;
	assert_int_equal(row->next, polls ? SUB_RENEWING_POLL : SUB_RENEWING);
}

static void check_token(enum sub_state state, const struct transition *row)
{
	if (state == SUB_STOP_VERIFY) {
		expect(state, row, COMMAND_VERIFY_BEFORE_DELETE, DELAY_NOW);
		assert_int_equal(after(state, row), SUB_STOP_VERIFY);
		return;
	}
	bool subscribed = state == SUB_RENEWING_POLL;
	expect(state, row, subscribed ? COMMAND_POLL : COMMAND_LIST, DELAY_NOW);
	assert_int_equal(row->next, subscribed ? SUB_WAITING : SUB_LISTING);
}

static void check_token_failed(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_SIGN_IN, DELAY_BACKOFF);
	expect_link(state, row, LINK_TROUBLE);
}

static void check_token_refused(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_SIGN_IN, DELAY_BACKOFF);
	expect_link(state, row, state == SUB_RENEWING_POLL ? LINK_TROUBLE : LINK_REFUSED);
}

static void check_token_stopped(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_SIGN_IN, DELAY_QUARTER);
	assert_int_equal(row->next, SUB_SECRET_STOPPED);
	expect_link(state, row, LINK_REFUSED);
}

static void tokens_are_asked_for_sparingly(void **unused)
{
	(void)unused;
	for_each(EVENT_UNAUTHORISED, check_unauthorised);
	for_each(EVENT_TOKEN, check_token);
	for_each(EVENT_TOKEN_FAILED, check_token_failed);
	for_each(EVENT_TOKEN_REFUSED, check_token_refused);
	for_each(EVENT_TOKEN_STOPPED, check_token_stopped);
	assert_int_equal(subscription_about(SUB_SECRET_REFUSED)->exit_status, 3);
	assert_int_equal(subscription_about(SUB_SECRET_STOPPED)->exit_status, 3);
}

/* Failures are tried again more and more rarely, and told as trouble. */
static void check_failed(enum sub_state state, const struct transition *row)
{
	if (state == SUB_STOP_POSTING) {
		/* Whether the POST arrived is not known: the look tells. */
		expect(state, row, COMMAND_VERIFY_BEFORE_DELETE, DELAY_NOW);
		assert_int_equal(row->next, SUB_STOP_VERIFY);
		return;
	}
	if (ends(state, row))
		return;
	if (state == SUB_REPLACED) {
		expect(state, row, COMMAND_VERIFY_AFTER_409, DELAY_MINUTE);
		expect_link(state, row, LINK_IN_USE);
		return;
	}
	bool polls = subscription_next(state, EVENT_DATA) != NULL;
	expect(state, row, polls ? COMMAND_POLL : COMMAND_LIST, DELAY_BACKOFF);
	expect_link(state, row, LINK_TROUBLE);
	assert_int_equal(subscription_about(after(state, row))->exit_status, 4);
}

static void failures_back_off(void **unused)
{
	(void)unused;
	for_each(EVENT_FAILED, check_failed);
}

/* Another client's subscription is told, left alone, and looked at again after a minute. */
static void check_foreign(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	bool ours_before = subscription_next(state, EVENT_GONE)->next != SUB_LIMIT;
	expect(state, row, ours_before ? COMMAND_VERIFY_AFTER_409 : COMMAND_LIST, DELAY_MINUTE);
	expect_link(state, row, LINK_IN_USE);
	assert_int_equal(subscription_about(after(state, row))->exit_status, 5);
}

/* What may be deleted is deleted at once, wherever it is met: at a poll, at a probe, at the look before another layout. */
static void check_leftover(enum sub_state state, const struct transition *row)
{
	(void)state;
	expect(state, row, COMMAND_DELETE, DELAY_NOW);
	assert_int_equal(row->next, SUB_CLEARING);
}

static void others_are_left_alone(void **unused)
{
	(void)unused;
	for_each(EVENT_FOREIGN, check_foreign);
	for_each(EVENT_LEFTOVER, check_leftover);
	for_each(EVENT_TAKE_OVER, check_leftover);
	/* Whoever can see another client's data may take over, but not at the end; a leftover is seen where a POST was refused. */
	for (int state = 0; state < SUB_STATES; state++) {
		bool foreign = subscription_next((enum sub_state)state, EVENT_FOREIGN) != NULL && state != SUB_STOP_VERIFY;
		bool refused = subscription_next((enum sub_state)state, EVENT_NOT_READY_LONG) != NULL;
		assert_true((subscription_next((enum sub_state)state, EVENT_TAKE_OVER) != NULL) == foreign);
		assert_true((subscription_next((enum sub_state)state, EVENT_LEFTOVER) != NULL) == refused);
	}
}

static void check_data(enum sub_state state, const struct transition *row)
{
	expect(state, row, COMMAND_POLL, DELAY_INTERVAL);
	assert_int_equal(row->next, SUB_LIVE);
}

static void check_not_ready(enum sub_state state, const struct transition *row)
{
	bool polls = subscription_next(state, EVENT_DATA) != NULL;
	expect(state, row, polls ? COMMAND_POLL : COMMAND_VERIFY_AFTER_409, polls ? DELAY_QUICK : DELAY_TWO_SECONDS);
	assert_int_equal(after(state, row), polls ? SUB_WAITING : state);
}

static void check_not_ready_long(enum sub_state state, const struct transition *row)
{
	expect(state, row, state == SUB_REPLACED ? COMMAND_VERIFY_AFTER_409 : COMMAND_LIST, DELAY_MINUTE);
	expect_link(state, row, LINK_IN_USE);
}

static void check_blank(enum sub_state state, const struct transition *row)
{
	expect(state, row, COMMAND_DELETE, DELAY_NOW);
	assert_int_equal(row->next, SUB_CLEARING);
}

static void check_gone(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	/* No poll comes right after a loss: two walls would fight without a pause. */
	if (subscription_next(state, EVENT_DATA) != NULL) {
		expect(state, row, COMMAND_LIST, DELAY_SOON);
		assert_int_equal(row->next, SUB_LOST);
	} else if (state == SUB_VERIFY_BEFORE_DELETE || state == SUB_REPLACED) {
		expect(state, row, COMMAND_LIST, DELAY_NOW);
		assert_int_equal(row->next, SUB_LISTING);
	} else {
		/* A 409 and then nothing to be seen: the tenant's limit. */
		expect(state, row, COMMAND_LIST, DELAY_MINUTE);
		expect_link(state, row, LINK_LIMIT);
	}
}

static void check_gone_again(enum sub_state state, const struct transition *row)
{
	expect(state, row, COMMAND_LIST, DELAY_MINUTE);
	expect_link(state, row, LINK_IN_USE);
}

static void polls_keep_to_their_pace(void **unused)
{
	(void)unused;
	for_each(EVENT_DATA, check_data);
	for_each(EVENT_NOT_READY, check_not_ready);
	for_each(EVENT_NOT_READY_LONG, check_not_ready_long);
	for_each(EVENT_BLANK, check_blank);
	for_each(EVENT_GONE, check_gone);
	for_each(EVENT_GONE_AGAIN, check_gone_again);
	/* All that polls is told the same things. */
	static const enum sub_event told[] = { EVENT_NOT_READY, EVENT_BLANK, EVENT_TAKE_OVER, EVENT_FOREIGN, EVENT_GONE,
		EVENT_GONE_AGAIN, EVENT_UNAUTHORISED, EVENT_UNAUTHORISED_AGAIN, EVENT_FORBIDDEN, EVENT_FAILED };
	for (int state = 0; state < SUB_STATES; state++)
		for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
			if (subscription_next((enum sub_state)state, EVENT_DATA) != NULL)
				assert_non_null(subscription_next((enum sub_state)state, told[i]));
	assert_non_null(subscription_next(SUB_LIVE, EVENT_DATA));
	assert_non_null(subscription_next(SUB_WAITING, EVENT_DATA));
}

/* Whether a state is one of a subscription that somebody or something stands in the way of. */
static bool in_way(enum sub_state state)
{
	return state == SUB_LIMIT || state == SUB_IN_USE;
}

static void check_created(enum sub_state state, const struct transition *row)
{
	bool ending = state == SUB_STOP_POSTING;
	expect(state, row, ending ? COMMAND_DELETE : COMMAND_POLL, DELAY_NOW);
	assert_int_equal(row->next, ending ? SUB_STOP_DELETE : SUB_WAITING);
}

/* The word of the screen does not flicker while names are looked up and a POST is tried again. */
static void check_listed(enum sub_state state, const struct transition *row)
{
	expect(state, row, COMMAND_CREATE, DELAY_NOW);
	assert_int_equal(after(state, row), state == SUB_LISTING ? SUB_CREATING : state);
}

static void check_amended(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_CREATE, DELAY_NOW);
	assert_int_equal(after(state, row), state);
}

static void check_nothing(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_NONE, DELAY_NOW);
	assert_int_equal(row->next, SUB_NOTHING);
}

static void check_rejected(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_LIST, DELAY_MINUTE);
	/* No word of a command that waits: it would wait for its whole time. */
	expect_link(state, row, LINK_REFUSED);
	assert_int_equal(subscription_about(after(state, row))->exit_status, 4);
}

static void check_conflict(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_VERIFY_AFTER_409, DELAY_NOW);
	assert_int_equal(after(state, row), in_way(state) ? state : SUB_VERIFY_AFTER_409);
}

static void check_deleted(enum sub_state state, const struct transition *row)
{
	if (ends(state, row))
		return;
	expect(state, row, COMMAND_LIST, DELAY_NOW);
	assert_int_equal(row->next, SUB_LISTING);
}

static void making_goes_its_way(void **unused)
{
	(void)unused;
	const struct transition *begin = subscription_next(SUB_START, EVENT_BEGIN);
	assert_non_null(begin);
	expect(SUB_START, begin, COMMAND_SIGN_IN, DELAY_NOW);
	assert_int_equal(begin->next, SUB_SIGNING_IN);
	for_each(EVENT_CREATED, check_created);
	for_each(EVENT_LISTED, check_listed);
	for_each(EVENT_AMENDED, check_amended);
	for_each(EVENT_NOTHING, check_nothing);
	assert_non_null(subscription_next(SUB_STOP_POSTING, EVENT_NOTHING));
	for_each(EVENT_REJECTED, check_rejected);
	for_each(EVENT_CONFLICT, check_conflict);
	for_each(EVENT_DELETED, check_deleted);
}

/* Nothing is deleted for another layout, or at the end, before a look has found it to be ours. */
static void check_layout(enum sub_state state, const struct transition *row)
{
	if (subscription_next(state, EVENT_DATA) != NULL) {
		expect(state, row, COMMAND_VERIFY_BEFORE_DELETE, DELAY_NOW);
		assert_int_equal(row->next, SUB_VERIFY_BEFORE_DELETE);
	} else if (state == SUB_RENEWING_POLL) {
		expect(state, row, COMMAND_SIGN_IN, DELAY_NOW);
		assert_int_equal(row->next, SUB_RENEWING);
	} else {
		expect(state, row, COMMAND_LIST, DELAY_NOW);
		assert_int_equal(row->next, SUB_LISTING);
	}
}

static void check_ours(enum sub_state state, const struct transition *row)
{
	expect(state, row, COMMAND_DELETE, DELAY_NOW);
	assert_int_equal(row->next, state == SUB_STOP_VERIFY ? SUB_STOP_DELETE : SUB_CLEARING);
}

static void check_stop(enum sub_state state, const struct transition *row)
{
	expect(state, row, COMMAND_END, DELAY_NOW);
	assert_int_equal(row->next, SUB_ENDED);
}

static void check_stop_owned(enum sub_state state, const struct transition *row)
{
	/* A DELETE that is on its way already is only waited for. */
	bool deleting = state == SUB_CLEARING, renewing = state == SUB_RENEWING || state == SUB_RENEWING_POLL;
	expect(state, row, deleting ? COMMAND_NONE : renewing ? COMMAND_SIGN_IN : COMMAND_VERIFY_BEFORE_DELETE, DELAY_NOW);
	assert_int_equal(row->next, deleting ? SUB_STOP_DELETE : SUB_STOP_VERIFY);
}

static void check_stop_posting(enum sub_state state, const struct transition *row)
{
	expect(state, row, COMMAND_NONE, DELAY_NOW);
	assert_int_equal(row->next, SUB_STOP_POSTING);
}

static void layouts_and_ends_look_first(void **unused)
{
	(void)unused;
	for_each(EVENT_LAYOUT, check_layout);
	/* Where something was or is being asked for, another layout asks anew; the others come by it on their way. */
	for (int state = 0; state < SUB_STATES; state++)
		if (subscription_next((enum sub_state)state, EVENT_DATA) != NULL ||
			subscription_next((enum sub_state)state, EVENT_LISTED) != NULL || state == SUB_VERIFY_AFTER_409 ||
			state == SUB_NOTHING || state == SUB_RENEWING_POLL)
			assert_non_null(subscription_next((enum sub_state)state, EVENT_LAYOUT));
	for_each(EVENT_OURS, check_ours);
	for_each(EVENT_STOP, check_stop);
	for_each(EVENT_STOP_OWNED, check_stop_owned);
	for_each(EVENT_STOP_POSTING, check_stop_posting);
	for_each(EVENT_TIME_UP, check_stop);
	for (int state = 0; state < SUB_STATES; state++)
		assert_true((subscription_next((enum sub_state)state, EVENT_TIME_UP) != NULL) ==
			(is_ending((enum sub_state)state) && state != SUB_ENDED));
	assert_non_null(subscription_next(SUB_VERIFY_BEFORE_DELETE, EVENT_OURS));
	assert_non_null(subscription_next(SUB_STOP_VERIFY, EVENT_OURS));
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
	struct subscription sub = { .failures = 3, .empty_polls = 1 };
	assert_true(subscription_delay(&sub, DELAY_NOW, 5, 0.5) == 0);
	assert_true(subscription_delay(&sub, DELAY_INTERVAL, 5, 0.5) == 5);
	assert_true(subscription_delay(&sub, DELAY_BACKOFF, 5, 0.5) == 4);
	assert_true(subscription_delay(&sub, DELAY_MINUTE, 5, 0.5) == 60);
	assert_true(subscription_delay(&sub, DELAY_QUARTER, 5, 0.5) == 900);
	assert_true(subscription_delay(&sub, DELAY_SOON, 5, 0.5) == 0.5);
	/* Variables: where doubles are computed in more digits, a constant has them too. */
	const double least = 0.3, floor = 0.05;
	double before = 0;
	for (sub.empty_polls = 1; sub.empty_polls < 12; sub.empty_polls++) {
		double now = subscription_delay(&sub, DELAY_QUICK, 5, 0.5);
		assert_true(now >= before && now >= least && now <= 5);
		before = now;
	}
	assert_true(before == 5);
	sub.empty_polls = 1;
	assert_true(subscription_delay(&sub, DELAY_QUICK, floor, 0.5) == floor);
	sub.empty_polls = SUB_QUICK_OVER;
	assert_true(subscription_delay(&sub, DELAY_QUICK, 3600, 0.5) == 3600);
}

/* A subscription that polls, and is gone then. */
static enum sub_event lose(struct subscription *sub, int64_t now_ms)
{
	sub->state = SUB_LIVE;
	return subscription_step(sub, EVENT_GONE, 5, now_ms)->event;
}

/* One blip costs an interval; what goes on being refused is asked less and less; what never worked, rarely. */
static void refusals_after_data_are_tried_soon(void **unused)
{
	(void)unused;
	static const double seconds[] = { 5, 10, 20, 40, 60, 60 };
	struct subscription sub = { .had_data = true };
	for (sub.refusals = 1; sub.refusals <= 6; sub.refusals++)
		assert_true(subscription_delay(&sub, DELAY_REFUSAL, 5, 0.5) == seconds[sub.refusals - 1]);
	sub.refusals = 1000000;
	assert_true(subscription_delay(&sub, DELAY_REFUSAL, 5, 0.5) == 60);
	sub = (struct subscription){ .refusals = 1 };
	assert_true(subscription_delay(&sub, DELAY_REFUSAL, 5, 0.5) == 60);
	sub = (struct subscription){ .refusals = 1, .had_data = true };
	assert_true(subscription_delay(&sub, DELAY_REFUSAL, 3600, 0.5) == 60);
}

static void three_losses_in_five_minutes(void **unused)
{
	(void)unused;
	struct subscription often = { .losses = 0 }, rare = { .losses = 0 };
	assert_int_equal(lose(&often, 1000), EVENT_GONE);
	assert_int_equal(lose(&often, 2000), EVENT_GONE);
	/* Where nothing is polled, there was nothing to lose. */
	often.state = SUB_VERIFY_AFTER_409;
	assert_int_equal(subscription_step(&often, EVENT_GONE, 5, 2500)->event, EVENT_GONE);
	assert_int_equal(lose(&often, 3000), EVENT_GONE_AGAIN);
	for (int i = 0; i < 20; i++)
		assert_int_equal(lose(&rare, (int64_t)i * (SUB_LOSSES_WINDOW_MS / 2 + 1)), EVENT_GONE);
	assert_int_equal(lose(&rare, (int64_t)19 * (SUB_LOSSES_WINDOW_MS / 2 + 1) + 1), EVENT_GONE_AGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pair_has_two_rows),
		cmocka_unit_test(rows_name_known_things),
		cmocka_unit_test(every_outcome_has_a_row),
		cmocka_unit_test(layouts_and_ends_are_safe),
		cmocka_unit_test(deletes_are_few),
		cmocka_unit_test(refusals_are_told),
		cmocka_unit_test(tokens_are_asked_for_sparingly),
		cmocka_unit_test(failures_back_off),
		cmocka_unit_test(others_are_left_alone),
		cmocka_unit_test(polls_keep_to_their_pace),
		cmocka_unit_test(making_goes_its_way),
		cmocka_unit_test(layouts_and_ends_look_first),
		cmocka_unit_test(backs_off_with_jitter_and_cap),
		cmocka_unit_test(delays_are_as_named),
		cmocka_unit_test(refusals_after_data_are_tried_soon),
		cmocka_unit_test(three_losses_in_five_minutes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
