#include "api/subscription.h"

#include "base/log.h"
#include "base/os.h"

#define BIT(state) (1u << (state))

/* Groups of states in which the same commands run, and so the same events come. */
enum {
	IN_SIGNING = BIT(SUB_SIGNING_IN) | BIT(SUB_SIGN_IN_FAILED) | BIT(SUB_SECRET_REFUSED) |
		BIT(SUB_SECRET_STOPPED) | BIT(SUB_RENEWING),
	/* LIST, then CREATE; the first three may be left by a mere conflict, the others keep what they say. */
	IN_RETRYING = BIT(SUB_LOST) | BIT(SUB_CREATE_FAILED) | BIT(SUB_REJECTED) | BIT(SUB_REFUSED),
	IN_RENEWING = BIT(SUB_RENEWING) | BIT(SUB_RENEWING_POLL),
	IN_WAY = BIT(SUB_LIMIT) | BIT(SUB_IN_USE),
	IN_CREATING = BIT(SUB_LISTING) | BIT(SUB_CREATING) | IN_RETRYING | IN_WAY,
	IN_VERIFYING = BIT(SUB_VERIFY_AFTER_409) | IN_WAY,
	IN_POLLING = BIT(SUB_WAITING) | BIT(SUB_LIVE) | BIT(SUB_POLL_FAILED) | BIT(SUB_POLL_REFUSED),
	IN_ANY_BUT_END = BIT(SUB_STATES) - 1 - BIT(SUB_STOP_POSTING) - BIT(SUB_STOP_VERIFY) - BIT(SUB_STOP_DELETE) -
		BIT(SUB_ENDED),
	/* Where a new subscription is made, or its way is cleared: all that may see a refusal. */
	IN_MAKING = IN_CREATING | BIT(SUB_VERIFY_AFTER_409) | BIT(SUB_REPLACED),
};

static const struct transition rows[] = {
	{ BIT(SUB_START), EVENT_BEGIN, SUB_SIGNING_IN, COMMAND_SIGN_IN, DELAY_NOW },

	{ IN_SIGNING, EVENT_TOKEN, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ IN_SIGNING, EVENT_TOKEN_FAILED, SUB_SIGN_IN_FAILED, COMMAND_SIGN_IN, DELAY_BACKOFF },
	{ IN_SIGNING, EVENT_TOKEN_REFUSED, SUB_SECRET_REFUSED, COMMAND_SIGN_IN, DELAY_BACKOFF },
	{ IN_SIGNING, EVENT_TOKEN_STOPPED, SUB_SECRET_STOPPED, COMMAND_SIGN_IN, DELAY_QUARTER },

	/* Signed in again, but stay in trouble until data arrive. */
	{ BIT(SUB_RENEWING_POLL), EVENT_TOKEN, SUB_WAITING, COMMAND_POLL, DELAY_NOW },
	{ BIT(SUB_RENEWING_POLL), EVENT_TOKEN_FAILED, SUB_SAME, COMMAND_SIGN_IN, DELAY_BACKOFF },
	{ BIT(SUB_RENEWING_POLL), EVENT_TOKEN_REFUSED, SUB_SAME, COMMAND_SIGN_IN, DELAY_BACKOFF },
	{ BIT(SUB_RENEWING_POLL), EVENT_TOKEN_STOPPED, SUB_SECRET_STOPPED, COMMAND_SIGN_IN, DELAY_QUARTER },

	{ BIT(SUB_LISTING), EVENT_LISTED, SUB_CREATING, COMMAND_CREATE, DELAY_NOW },
	{ IN_CREATING & ~BIT(SUB_LISTING), EVENT_LISTED, SUB_SAME, COMMAND_CREATE, DELAY_NOW },
	{ IN_CREATING, EVENT_NOTHING, SUB_NOTHING, COMMAND_NONE, DELAY_NOW },
	{ IN_CREATING, EVENT_CREATED, SUB_WAITING, COMMAND_POLL, DELAY_NOW },
	{ IN_CREATING, EVENT_AMENDED, SUB_SAME, COMMAND_CREATE, DELAY_NOW },
	{ IN_CREATING, EVENT_REJECTED, SUB_REJECTED, COMMAND_LIST, DELAY_MINUTE },
	{ IN_CREATING & ~IN_WAY, EVENT_CONFLICT, SUB_VERIFY_AFTER_409, COMMAND_VERIFY_AFTER_409, DELAY_NOW },
	{ IN_WAY, EVENT_CONFLICT, SUB_SAME, COMMAND_VERIFY_AFTER_409, DELAY_NOW },

	{ IN_VERIFYING | BIT(SUB_REPLACED), EVENT_LEFTOVER, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ IN_VERIFYING | BIT(SUB_REPLACED), EVENT_TAKE_OVER, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ IN_VERIFYING, EVENT_FOREIGN, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ IN_VERIFYING, EVENT_GONE, SUB_LIMIT, COMMAND_LIST, DELAY_MINUTE },
	{ IN_VERIFYING, EVENT_NOT_READY, SUB_SAME, COMMAND_VERIFY_AFTER_409, DELAY_TWO_SECONDS },
	{ IN_VERIFYING, EVENT_NOT_READY_LONG, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ BIT(SUB_REPLACED), EVENT_FOREIGN, SUB_SAME, COMMAND_VERIFY_AFTER_409, DELAY_MINUTE },
	{ BIT(SUB_REPLACED), EVENT_NOT_READY, SUB_SAME, COMMAND_VERIFY_AFTER_409, DELAY_TWO_SECONDS },
	{ BIT(SUB_REPLACED), EVENT_NOT_READY_LONG, SUB_SAME, COMMAND_VERIFY_AFTER_409, DELAY_MINUTE },
	{ BIT(SUB_REPLACED), EVENT_GONE, SUB_LISTING, COMMAND_LIST, DELAY_NOW },

	{ IN_POLLING, EVENT_DATA, SUB_LIVE, COMMAND_POLL, DELAY_INTERVAL },
	{ IN_POLLING, EVENT_NOT_READY, SUB_WAITING, COMMAND_POLL, DELAY_QUICK },
	{ IN_POLLING, EVENT_BLANK, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ IN_POLLING, EVENT_TAKE_OVER, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ IN_POLLING, EVENT_FOREIGN, SUB_REPLACED, COMMAND_VERIFY_AFTER_409, DELAY_MINUTE },
	{ IN_POLLING, EVENT_GONE, SUB_LOST, COMMAND_LIST, DELAY_SOON },
	{ IN_POLLING, EVENT_GONE_AGAIN, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ IN_POLLING, EVENT_UNAUTHORISED, SUB_RENEWING_POLL, COMMAND_SIGN_IN, DELAY_NOW },
	{ IN_POLLING, EVENT_UNAUTHORISED_AGAIN, SUB_POLL_REFUSED, COMMAND_POLL, DELAY_REFUSAL },
	{ IN_POLLING, EVENT_FORBIDDEN, SUB_POLL_REFUSED, COMMAND_POLL, DELAY_REFUSAL },
	{ IN_POLLING, EVENT_FAILED, SUB_POLL_FAILED, COMMAND_POLL, DELAY_BACKOFF },

	{ IN_MAKING, EVENT_UNAUTHORISED, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ IN_MAKING, EVENT_UNAUTHORISED_AGAIN, SUB_REFUSED, COMMAND_LIST, DELAY_REFUSAL },
	{ IN_MAKING, EVENT_FORBIDDEN, SUB_REFUSED, COMMAND_LIST, DELAY_REFUSAL },
	{ IN_MAKING & ~BIT(SUB_REPLACED), EVENT_FAILED, SUB_CREATE_FAILED, COMMAND_LIST, DELAY_BACKOFF },
	{ BIT(SUB_REPLACED), EVENT_FAILED, SUB_SAME, COMMAND_VERIFY_AFTER_409, DELAY_MINUTE },

	{ BIT(SUB_CLEARING), EVENT_DELETED, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ BIT(SUB_CLEARING), EVENT_FAILED, SUB_CREATE_FAILED, COMMAND_LIST, DELAY_BACKOFF },
	{ BIT(SUB_CLEARING), EVENT_UNAUTHORISED, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ BIT(SUB_CLEARING), EVENT_UNAUTHORISED_AGAIN, SUB_REFUSED, COMMAND_LIST, DELAY_REFUSAL },
	{ BIT(SUB_CLEARING), EVENT_FORBIDDEN, SUB_REFUSED, COMMAND_LIST, DELAY_REFUSAL },

	{ IN_POLLING, EVENT_LAYOUT, SUB_VERIFY_BEFORE_DELETE, COMMAND_VERIFY_BEFORE_DELETE, DELAY_NOW },
	{ BIT(SUB_VERIFY_BEFORE_DELETE), EVENT_OURS, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ BIT(SUB_VERIFY_BEFORE_DELETE), EVENT_TAKE_OVER, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ BIT(SUB_VERIFY_BEFORE_DELETE), EVENT_FOREIGN, SUB_REPLACED, COMMAND_VERIFY_AFTER_409, DELAY_MINUTE },
	{ BIT(SUB_VERIFY_BEFORE_DELETE), EVENT_GONE, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	/* The POST shows whether another subscription is in the way, and then the data show whose it is. */
	{ BIT(SUB_VERIFY_BEFORE_DELETE), EVENT_FAILED, SUB_CREATE_FAILED, COMMAND_LIST, DELAY_BACKOFF },
	{ BIT(SUB_VERIFY_BEFORE_DELETE), EVENT_UNAUTHORISED, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ BIT(SUB_VERIFY_BEFORE_DELETE), EVENT_UNAUTHORISED_AGAIN, SUB_REFUSED, COMMAND_LIST, DELAY_REFUSAL },

	/* A DELETE needs the token that is being fetched; the old subscription is found by the 409. */
	{ BIT(SUB_RENEWING_POLL), EVENT_LAYOUT, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ IN_CREATING | BIT(SUB_VERIFY_AFTER_409) | BIT(SUB_NOTHING), EVENT_LAYOUT, SUB_LISTING, COMMAND_LIST, DELAY_NOW },

	{ IN_ANY_BUT_END, EVENT_STOP, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ IN_ANY_BUT_END & ~BIT(SUB_CLEARING) & ~IN_RENEWING, EVENT_STOP_OWNED, SUB_STOP_VERIFY,
		COMMAND_VERIFY_BEFORE_DELETE, DELAY_NOW },
	/* The old token was refused: only a new one can delete. */
	{ IN_RENEWING, EVENT_STOP_OWNED, SUB_STOP_VERIFY, COMMAND_SIGN_IN, DELAY_NOW },
	/* Its DELETE is on its way already. */
	{ BIT(SUB_CLEARING), EVENT_STOP_OWNED, SUB_STOP_DELETE, COMMAND_NONE, DELAY_NOW },
	{ IN_ANY_BUT_END, EVENT_STOP_POSTING, SUB_STOP_POSTING, COMMAND_NONE, DELAY_NOW },

	{ BIT(SUB_STOP_POSTING), EVENT_CREATED, SUB_STOP_DELETE, COMMAND_DELETE, DELAY_NOW },
	/* Whether the POST arrived is not known. */
	{ BIT(SUB_STOP_POSTING), EVENT_FAILED, SUB_STOP_VERIFY, COMMAND_VERIFY_BEFORE_DELETE, DELAY_NOW },
	{ BIT(SUB_STOP_POSTING), EVENT_AMENDED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_POSTING), EVENT_NOTHING, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_POSTING), EVENT_REJECTED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_POSTING), EVENT_CONFLICT, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_POSTING), EVENT_UNAUTHORISED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_POSTING), EVENT_UNAUTHORISED_AGAIN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_POSTING), EVENT_FORBIDDEN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_OURS, SUB_STOP_DELETE, COMMAND_DELETE, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_TOKEN, SUB_SAME, COMMAND_VERIFY_BEFORE_DELETE, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_TOKEN_FAILED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_TOKEN_REFUSED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_TOKEN_STOPPED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_FOREIGN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_GONE, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_FAILED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_UNAUTHORISED, SUB_SAME, COMMAND_SIGN_IN, DELAY_NOW },
	{ BIT(SUB_STOP_VERIFY), EVENT_UNAUTHORISED_AGAIN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_DELETE), EVENT_DELETED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_DELETE), EVENT_FAILED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_DELETE), EVENT_UNAUTHORISED, SUB_STOP_VERIFY, COMMAND_SIGN_IN, DELAY_NOW },
	{ BIT(SUB_STOP_DELETE), EVENT_UNAUTHORISED_AGAIN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_DELETE), EVENT_FORBIDDEN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_STOP_POSTING) | BIT(SUB_STOP_VERIFY) | BIT(SUB_STOP_DELETE), EVENT_TIME_UP, SUB_ENDED, COMMAND_END,
		DELAY_NOW },
};

static const struct sub_about about[SUB_STATES] = {
	[SUB_START] = { "start", LINK_STARTING, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_SIGNING_IN] = { "signing in", LINK_SIGNING_IN, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_SIGN_IN_FAILED] = { "sign-in failed", LINK_TROUBLE, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_SECRET_REFUSED] = { "secret refused", LINK_REFUSED, STATUS_REFUSED, ANEW_NOTHING, false },
	[SUB_SECRET_STOPPED] = { "secret refused twice", LINK_REFUSED, STATUS_REFUSED, ANEW_SECRET, false },
	[SUB_RENEWING] = { "signing in again", LINK_SIGNING_IN, SUB_STATUS_SAME, ANEW_NOTHING, false },
	[SUB_RENEWING_POLL] = { "signing in again, subscribed", LINK_TROUBLE, SUB_STATUS_SAME, ANEW_NOTHING, false },
	[SUB_LISTING] = { "listing", LINK_SUBSCRIBING, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_NOTHING] = { "nothing to subscribe to", LINK_LIVE, STATUS_FINE, ANEW_NOTHING, false },
	[SUB_CREATING] = { "creating", LINK_SUBSCRIBING, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_CREATE_FAILED] = { "creation failed", LINK_TROUBLE, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_REJECTED] = { "rejected", LINK_REFUSED, STATUS_NO_DATA, ANEW_NAMES, false },
	[SUB_REFUSED] = { "refused", LINK_REFUSED, STATUS_REFUSED, ANEW_TOKEN, false },
	[SUB_WAITING] = { "waiting", LINK_WAITING, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_LIVE] = { "live", LINK_LIVE, STATUS_FINE, ANEW_NOTHING, false },
	[SUB_POLL_FAILED] = { "poll failed", LINK_TROUBLE, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_POLL_REFUSED] = { "poll refused", LINK_REFUSED, STATUS_REFUSED, ANEW_TOKEN, false },
	[SUB_LOST] = { "lost", LINK_TROUBLE, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_VERIFY_AFTER_409] = { "probing", LINK_SUBSCRIBING, STATUS_LIMIT, ANEW_NOTHING, false },
	[SUB_LIMIT] = { "limit", LINK_LIMIT, STATUS_LIMIT, ANEW_NOTHING, true },
	[SUB_IN_USE] = { "in use", LINK_IN_USE, STATUS_LIMIT, ANEW_NOTHING, true },
	[SUB_REPLACED] = { "replaced", LINK_IN_USE, STATUS_LIMIT, ANEW_NOTHING, true },
	[SUB_VERIFY_BEFORE_DELETE] = { "looking", LINK_SUBSCRIBING, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_CLEARING] = { "clearing", LINK_SUBSCRIBING, STATUS_NO_DATA, ANEW_NOTHING, false },
	[SUB_STOP_POSTING] = { "ending", LINK_ENDING, SUB_STATUS_SAME, ANEW_NOTHING, false },
	[SUB_STOP_VERIFY] = { "parting", LINK_ENDING, SUB_STATUS_SAME, ANEW_NOTHING, false },
	[SUB_STOP_DELETE] = { "deleting", LINK_ENDING, SUB_STATUS_SAME, ANEW_NOTHING, false },
	[SUB_ENDED] = { "ended", LINK_ENDED, SUB_STATUS_SAME, ANEW_NOTHING, false },
};

static const char *const event_names[EVENT_COUNT] = {
	[EVENT_NONE] = "none",
	[EVENT_BEGIN] = "begin",
	[EVENT_TOKEN] = "token",
	[EVENT_TOKEN_FAILED] = "token failed",
	[EVENT_TOKEN_REFUSED] = "token refused",
	[EVENT_TOKEN_STOPPED] = "token stopped",
	[EVENT_LISTED] = "listed",
	[EVENT_NOTHING] = "nothing to post",
	[EVENT_CREATED] = "created",
	[EVENT_AMENDED] = "amended",
	[EVENT_REJECTED] = "rejected",
	[EVENT_CONFLICT] = "conflict",
	[EVENT_DATA] = "data",
	[EVENT_BLANK] = "blank columns",
	[EVENT_FOREIGN] = "another client's data",
	[EVENT_TAKE_OVER] = "another client's, to be taken over",
	[EVENT_LEFTOVER] = "a leftover",
	[EVENT_OURS] = "still ours",
	[EVENT_NOT_READY] = "not ready",
	[EVENT_NOT_READY_LONG] = "not ready for long",
	[EVENT_GONE] = "gone",
	[EVENT_GONE_AGAIN] = "gone too often",
	[EVENT_UNAUTHORISED] = "unauthorised",
	[EVENT_UNAUTHORISED_AGAIN] = "unauthorised again",
	[EVENT_FORBIDDEN] = "forbidden",
	[EVENT_FAILED] = "failed",
	[EVENT_DELETED] = "deleted",
	[EVENT_LAYOUT] = "another layout",
	[EVENT_STOP] = "stop",
	[EVENT_STOP_OWNED] = "stop, subscribed",
	[EVENT_STOP_POSTING] = "stop, posting",
	[EVENT_TIME_UP] = "time is up",
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct transition *subscription_row(size_t index)
{
	return index < ROWS ? &rows[index] : NULL;
}

const struct transition *subscription_next(enum sub_state state, enum sub_event event)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].event == event && (rows[i].states & BIT(state)) != 0)
			return &rows[i];
	return NULL;
}

const struct sub_about *subscription_about(enum sub_state state)
{
	return &about[state];
}

const char *subscription_event_name(enum sub_event event)
{
	return event_names[event];
}

double subscription_backoff(unsigned failures, double random)
{
	/* 2^6 s is over a minute already. */
	unsigned doublings = failures < 1 ? 0 : failures > 7 ? 6 : failures - 1;
	double seconds = (double)(1u << doublings);
	if (seconds > 60)
		seconds = 60;
	seconds *= 0.75 + 0.5 * random;
	return seconds > 60 ? 60 : seconds;
}

double subscription_delay(const struct subscription *subscription, enum sub_delay delay, double interval,
	double random)
{
	unsigned empty = subscription->empty_polls;
	unsigned refusals = subscription->refusals;
	double refused = (interval > 1 ? interval : 1) * (double)(1u << (refusals < 1 ? 0 : refusals > 7 ? 6 : refusals - 1));
	double quick = 0.3 * (double)(1u << (empty < 1 || empty >= SUB_QUICK_OVER ? 0 : empty - 1));
	switch (delay) {
	case DELAY_NOW:
		return 0;
	case DELAY_SOON:
		return 0.3 + 0.4 * random;
	case DELAY_QUICK:
		return empty >= SUB_QUICK_OVER || quick > interval ? interval : quick;
	case DELAY_INTERVAL:
		return interval;
	case DELAY_BACKOFF:
		return subscription_backoff(subscription->failures, random);
	case DELAY_TWO_SECONDS:
		return 2;
	case DELAY_REFUSAL:
		/* What worked a moment ago is likely to work again soon; what never did needs somebody to do something. */
		return !subscription->had_data || refused > 60 ? 60 : refused;
	case DELAY_MINUTE:
		return 60;
	case DELAY_QUARTER:
		return 15 * 60;
	}
	return 60;
}

/* Notes a loss; true if it is the last of too many within a few minutes. */
static bool subscription_lost(struct subscription *subscription, int64_t now_ms)
{
	for (unsigned i = SUB_LOSSES - 1; i > 0; i--)
		subscription->lost_ms[i] = subscription->lost_ms[i - 1];
	subscription->lost_ms[0] = now_ms;
	if (subscription->losses < SUB_LOSSES)
		subscription->losses++;
	return subscription->losses == SUB_LOSSES && now_ms - subscription->lost_ms[SUB_LOSSES - 1] <= SUB_LOSSES_WINDOW_MS;
}

const struct transition *subscription_step(struct subscription *subscription, enum sub_event event, double interval,
	int64_t now_ms)
{
	enum sub_state before = subscription->state;
	if (event == EVENT_GONE && (IN_POLLING & BIT(before)) != 0 && subscription_lost(subscription, now_ms))
		event = EVENT_GONE_AGAIN;
	const struct transition *row = subscription_next(before, event);
	if (row == NULL)
		return NULL;
	if (row->next != SUB_SAME)
		subscription->state = row->next;
	if (subscription->state != before)
		log_line("subscription: %s, %s: %s", about[before].name, event_names[event], about[subscription->state].name);
	subscription->failures += row->delay == DELAY_BACKOFF;
	subscription->refusals += row->delay == DELAY_REFUSAL;
	if (event == EVENT_DATA) {
		subscription->had_data = true;
		subscription->failures = subscription->empty_polls = subscription->refusals = 0;
		subscription->waiting_since_ms = 0;
	} else if (event == EVENT_CREATED) {
		subscription->empty_polls = 0;
		subscription->waiting_since_ms = now_ms;
	} else if (event == EVENT_NOT_READY && subscription->state == SUB_WAITING) {
		subscription->failures = 0;
		subscription->empty_polls++;
		if (subscription->waiting_since_ms == 0) {
			/* In mid-life there is no reason to hurry. */
			subscription->waiting_since_ms = now_ms;
			subscription->empty_polls = SUB_QUICK_OVER;
		}
	}
	bool jitter = row->delay == DELAY_SOON || row->delay == DELAY_BACKOFF;
	subscription->delay = subscription_delay(subscription, row->delay, interval, jitter ? os_random_share() : 0);
	return row;
}
