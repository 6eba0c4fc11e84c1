#include "feed/subscription.h"

#define BIT(state) (1u << (state))

/* Groups of states in which the same commands run, and so the same events come. */
enum {
	IN_SIGNING = BIT(SUB_SIGNING_IN) | BIT(SUB_SIGN_IN_FAILED) | BIT(SUB_SECRET_REFUSED) |
		BIT(SUB_SECRET_STOPPED) | BIT(SUB_RENEWING),
	/* LIST, then CREATE; the first three may be left by a mere conflict, the others keep their word for it. */
	IN_RETRYING = BIT(SUB_LOST) | BIT(SUB_CREATE_FAILED) | BIT(SUB_REJECTED) | BIT(SUB_REFUSED),
	IN_WAY = BIT(SUB_LIMIT) | BIT(SUB_IN_USE),
	IN_CREATING = BIT(SUB_LISTING) | BIT(SUB_CREATING) | IN_RETRYING | IN_WAY,
	IN_PROBING = BIT(SUB_PROBING) | IN_WAY,
	IN_POLLING = BIT(SUB_WAITING) | BIT(SUB_LIVE) | BIT(SUB_POLL_FAILED) | BIT(SUB_POLL_REFUSED),
	IN_ANY_BUT_END = BIT(SUB_STATES) - 1 - BIT(SUB_ENDING) - BIT(SUB_DELETING) - BIT(SUB_ENDED),
	/* Where the table makes a new subscription or looks for its way: all that may see a refusal. */
	IN_MAKING = IN_CREATING | BIT(SUB_PROBING) | BIT(SUB_REPLACED),
};

static const struct transition rows[] = {
	{ BIT(SUB_START), EVENT_BEGIN, SUB_SIGNING_IN, COMMAND_SIGN_IN, DELAY_NOW },

	{ IN_SIGNING, EVENT_TOKEN, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ IN_SIGNING, EVENT_TOKEN_FAILED, SUB_SIGN_IN_FAILED, COMMAND_SIGN_IN, DELAY_BACKOFF },
	{ IN_SIGNING, EVENT_TOKEN_REFUSED, SUB_SECRET_REFUSED, COMMAND_SIGN_IN, DELAY_BACKOFF },
	{ IN_SIGNING, EVENT_TOKEN_STOPPED, SUB_SECRET_STOPPED, COMMAND_SIGN_IN, DELAY_QUARTER },

	/* A token is no data. */
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
	{ IN_CREATING & ~IN_WAY, EVENT_CONFLICT, SUB_PROBING, COMMAND_PROBE, DELAY_NOW },
	{ IN_WAY, EVENT_CONFLICT, SUB_SAME, COMMAND_PROBE, DELAY_NOW },

	{ IN_PROBING | BIT(SUB_REPLACED), EVENT_LEFTOVER, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ IN_PROBING, EVENT_FOREIGN, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ IN_PROBING, EVENT_GONE, SUB_LIMIT, COMMAND_LIST, DELAY_MINUTE },
	{ IN_PROBING, EVENT_NOT_READY, SUB_SAME, COMMAND_PROBE, DELAY_PROBE },
	{ IN_PROBING, EVENT_NOT_READY_LONG, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ BIT(SUB_REPLACED), EVENT_FOREIGN, SUB_SAME, COMMAND_PROBE, DELAY_MINUTE },
	{ BIT(SUB_REPLACED), EVENT_NOT_READY, SUB_SAME, COMMAND_PROBE, DELAY_PROBE },
	{ BIT(SUB_REPLACED), EVENT_NOT_READY_LONG, SUB_SAME, COMMAND_PROBE, DELAY_MINUTE },
	{ BIT(SUB_REPLACED), EVENT_GONE, SUB_LISTING, COMMAND_LIST, DELAY_NOW },

	{ IN_POLLING, EVENT_DATA, SUB_LIVE, COMMAND_POLL, DELAY_INTERVAL },
	{ IN_POLLING, EVENT_NOT_READY, SUB_WAITING, COMMAND_POLL, DELAY_QUICK },
	{ IN_POLLING, EVENT_BLANK, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ IN_POLLING, EVENT_LEFTOVER, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	{ IN_POLLING, EVENT_FOREIGN, SUB_REPLACED, COMMAND_PROBE, DELAY_MINUTE },
	{ IN_POLLING, EVENT_GONE, SUB_LOST, COMMAND_LIST, DELAY_SOON },
	{ IN_POLLING, EVENT_GONE_AGAIN, SUB_IN_USE, COMMAND_LIST, DELAY_MINUTE },
	{ IN_POLLING, EVENT_UNAUTHORISED, SUB_RENEWING_POLL, COMMAND_SIGN_IN, DELAY_NOW },
	{ IN_POLLING, EVENT_UNAUTHORISED_AGAIN, SUB_POLL_REFUSED, COMMAND_POLL, DELAY_MINUTE },
	{ IN_POLLING, EVENT_FORBIDDEN, SUB_POLL_REFUSED, COMMAND_POLL, DELAY_MINUTE },
	{ IN_POLLING, EVENT_FAILED, SUB_POLL_FAILED, COMMAND_POLL, DELAY_BACKOFF },

	{ IN_MAKING, EVENT_UNAUTHORISED, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ IN_MAKING, EVENT_UNAUTHORISED_AGAIN, SUB_REFUSED, COMMAND_LIST, DELAY_MINUTE },
	{ IN_MAKING, EVENT_FORBIDDEN, SUB_REFUSED, COMMAND_LIST, DELAY_MINUTE },
	{ IN_MAKING & ~BIT(SUB_REPLACED), EVENT_FAILED, SUB_CREATE_FAILED, COMMAND_LIST, DELAY_BACKOFF },
	{ BIT(SUB_REPLACED), EVENT_FAILED, SUB_SAME, COMMAND_PROBE, DELAY_MINUTE },

	{ BIT(SUB_CLEARING), EVENT_DELETED, SUB_LISTING, COMMAND_LIST, DELAY_NOW },
	{ BIT(SUB_CLEARING), EVENT_FAILED, SUB_CREATE_FAILED, COMMAND_LIST, DELAY_BACKOFF },
	{ BIT(SUB_CLEARING), EVENT_UNAUTHORISED, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ BIT(SUB_CLEARING), EVENT_UNAUTHORISED_AGAIN, SUB_REFUSED, COMMAND_LIST, DELAY_MINUTE },
	{ BIT(SUB_CLEARING), EVENT_FORBIDDEN, SUB_REFUSED, COMMAND_LIST, DELAY_MINUTE },

	{ IN_POLLING, EVENT_LAYOUT, SUB_CLEARING, COMMAND_DELETE, DELAY_NOW },
	/* A DELETE needs the token that is being fetched; the old subscription is found by the 409. */
	{ BIT(SUB_RENEWING_POLL), EVENT_LAYOUT, SUB_RENEWING, COMMAND_SIGN_IN, DELAY_NOW },
	{ IN_CREATING | BIT(SUB_PROBING) | BIT(SUB_NOTHING), EVENT_LAYOUT, SUB_LISTING, COMMAND_LIST, DELAY_NOW },

	{ IN_ANY_BUT_END, EVENT_STOP, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ IN_ANY_BUT_END & ~BIT(SUB_CLEARING), EVENT_STOP_OWNED, SUB_DELETING, COMMAND_DELETE, DELAY_NOW },
	/* Its DELETE is on its way already. */
	{ BIT(SUB_CLEARING), EVENT_STOP_OWNED, SUB_DELETING, COMMAND_NONE, DELAY_NOW },
	{ IN_ANY_BUT_END, EVENT_STOP_POSTING, SUB_ENDING, COMMAND_NONE, DELAY_NOW },

	{ BIT(SUB_ENDING), EVENT_CREATED, SUB_DELETING, COMMAND_DELETE, DELAY_NOW },
	/* Whether the POST arrived is not known. */
	{ BIT(SUB_ENDING), EVENT_FAILED, SUB_DELETING, COMMAND_DELETE, DELAY_NOW },
	{ BIT(SUB_ENDING), EVENT_AMENDED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_ENDING), EVENT_NOTHING, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_ENDING), EVENT_REJECTED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_ENDING), EVENT_CONFLICT, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_ENDING), EVENT_UNAUTHORISED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_ENDING), EVENT_UNAUTHORISED_AGAIN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_ENDING), EVENT_FORBIDDEN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_DELETING), EVENT_DELETED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_DELETING), EVENT_FAILED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_DELETING), EVENT_UNAUTHORISED, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_DELETING), EVENT_UNAUTHORISED_AGAIN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_DELETING), EVENT_FORBIDDEN, SUB_ENDED, COMMAND_END, DELAY_NOW },
	{ BIT(SUB_ENDING) | BIT(SUB_DELETING), EVENT_TIME_UP, SUB_ENDED, COMMAND_END, DELAY_NOW },
};

static const struct sub_about about[SUB_STATES] = {
	[SUB_START] = { "start", LINK_STARTING, 4 },
	[SUB_SIGNING_IN] = { "signing in", LINK_SIGNING_IN, 4 },
	[SUB_SIGN_IN_FAILED] = { "sign-in failed", LINK_TROUBLE, 4 },
	[SUB_SECRET_REFUSED] = { "secret refused", LINK_REFUSED, 3 },
	[SUB_SECRET_STOPPED] = { "secret refused twice", LINK_REFUSED, 3 },
	[SUB_RENEWING] = { "signing in again", LINK_SIGNING_IN, -1 },
	[SUB_RENEWING_POLL] = { "signing in again, subscribed", LINK_TROUBLE, -1 },
	[SUB_LISTING] = { "listing", LINK_SUBSCRIBING, 4 },
	[SUB_NOTHING] = { "nothing to subscribe to", LINK_LIVE, 0 },
	[SUB_CREATING] = { "creating", LINK_SUBSCRIBING, 4 },
	[SUB_CREATE_FAILED] = { "creation failed", LINK_TROUBLE, 4 },
	[SUB_REJECTED] = { "rejected", LINK_TROUBLE, 4 },
	[SUB_REFUSED] = { "refused", LINK_REFUSED, 3 },
	[SUB_WAITING] = { "waiting", LINK_WAITING, 4 },
	[SUB_LIVE] = { "live", LINK_LIVE, 0 },
	[SUB_POLL_FAILED] = { "poll failed", LINK_TROUBLE, 4 },
	[SUB_POLL_REFUSED] = { "poll refused", LINK_REFUSED, 3 },
	[SUB_LOST] = { "lost", LINK_TROUBLE, 4 },
	[SUB_PROBING] = { "probing", LINK_SUBSCRIBING, 5 },
	[SUB_LIMIT] = { "limit", LINK_LIMIT, 5 },
	[SUB_IN_USE] = { "in use", LINK_IN_USE, 5 },
	[SUB_REPLACED] = { "replaced", LINK_IN_USE, 5 },
	[SUB_CLEARING] = { "clearing", LINK_SUBSCRIBING, 4 },
	[SUB_ENDING] = { "ending", LINK_ENDING, -1 },
	[SUB_DELETING] = { "deleting", LINK_ENDING, -1 },
	[SUB_ENDED] = { "ended", LINK_ENDED, -1 },
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
	[EVENT_LEFTOVER] = "a leftover",
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

static double quick(const struct sub_timing *timing)
{
	if (timing->quick >= SUB_QUICK_OVER)
		return timing->interval;
	unsigned doublings = timing->quick < 1 ? 0 : timing->quick - 1;
	double seconds = 0.3 * (double)(1u << doublings);
	return seconds < timing->interval ? seconds : timing->interval;
}

double subscription_delay(enum sub_delay delay, const struct sub_timing *timing)
{
	switch (delay) {
	case DELAY_NOW:
		return 0;
	case DELAY_SOON:
		return 0.3 + 0.4 * timing->random;
	case DELAY_QUICK:
		return quick(timing);
	case DELAY_INTERVAL:
		return timing->interval;
	case DELAY_BACKOFF:
		return subscription_backoff(timing->failures, timing->random);
	case DELAY_PROBE:
		return 2;
	case DELAY_MINUTE:
		return 60;
	case DELAY_QUARTER:
		return 15 * 60;
	}
	return 60;
}

bool subscription_lost(struct sub_losses *losses, int64_t now_ms)
{
	enum { KEPT = sizeof(losses->at_ms) / sizeof(losses->at_ms[0]) };
	for (unsigned i = KEPT - 1; i > 0; i--)
		losses->at_ms[i] = losses->at_ms[i - 1];
	losses->at_ms[0] = now_ms;
	if (losses->count < KEPT)
		losses->count++;
	return losses->count == KEPT && now_ms - losses->at_ms[KEPT - 1] <= SUB_LOSSES_WINDOW_MS;
}
