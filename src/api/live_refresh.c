/*
 * Names that were not found are looked up again every few minutes: somebody may have made the team meanwhile. What
 * the server refused is asked for again each hour, because that costs the subscription that works for a moment.
 */
#include "api/live_state.h"
#include "base/clock.h"
#include "base/log.h"

static bool unresolved(const struct live *live)
{
	for (unsigned i = 0; i < live->request.set_count; i++) {
		const struct request_set *set = &live->request.sets[i];
		if ((set->skipped && !set->refused) || set->filter_services_here)
			return true;
	}
	return live->lists.need_services && !live->services.known;
}

static bool refused(const struct live *live)
{
	for (unsigned i = 0; i < live->request.set_count; i++)
		if (live->request.sets[i].refused)
			return true;
	return false;
}

static bool quiet_state(const struct live *live)
{
	return live->state == SUB_WAITING || live->state == SUB_LIVE || live->state == SUB_NOTHING;
}

/* Whether the lists now give another request than the one that was planned last. */
static bool plan_differs(struct live *live)
{
	struct request fresh;
	request_init(&fresh);
	request_plan(&fresh, live->layout, &live->teams, &live->services, live->tag);
	request_sign(&fresh);
	bool differs = fresh.signature != live->request.signature;
	request_free(&fresh);
	return differs;
}

static void on_refreshed(void *context, enum lists_result result)
{
	struct live *live = context;
	live->lists.asked_teams = live->lists.asked_services = true;
	if (result != LISTS_DONE || !quiet_state(live))
		return;
	side_add(&live->side, live->layout);
	if (!plan_differs(live))
		return;
	log_line("subscription: names were found: asking anew");
	live->plan_stale = true;
	live_event(live, EVENT_LAYOUT);
}

bool live_ask_refused(struct live *live)
{
	if (!refused(live) || !quiet_state(live) || live->stopping || auth_header(&live->auth) == NULL)
		return false;
	log_line("subscription: asking again for what was refused");
	lists_cancel(&live->lists);
	lists_forget(&live->lists);
	live->plan_stale = true;
	live_event(live, EVENT_LAYOUT);
	return true;
}

void live_on_refresh(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct live *live = timer->data;
	live_start_timer(live, timer, LIVE_REFRESH_SECONDS);
	if (clock_boot_ms() - live->planned_ms >= LIVE_REFUSED_MS && live_ask_refused(live))
		return;
	if (!unresolved(live) || !quiet_state(live) || auth_header(&live->auth) == NULL ||
		http_busy(live->http, HTTP_LIST))
		return;
	lists_forget(&live->lists);
	lists_fetch(&live->lists, on_refreshed, live);
}
