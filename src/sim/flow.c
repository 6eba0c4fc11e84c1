#include "sim/flow.h"

#include <math.h>

#include "sim/leave.h"
#include "sim/state.h"

/* Spikes, per service: how often, how long, how strong. A wall should see one within the hour. */
static const double spike_every_minutes = 55;
static const double spike_minutes = 5;
static const double spike_least = 1.7;
static const double spike_most = 2.8;

static const double reject_chance = 0.006;
static const double transfer_chance = 0.04;
static const double hold_seconds = 45;

static int64_t draw_ms(struct random *random, enum spread spread, double seconds)
{
	return (int64_t)(random_duration(random, spread, seconds) * SECOND_MS);
}

static double disposition_weight(const struct disposition *disposition, const struct service_traits *traits)
{
	return catalogue_is_disposition_of(disposition, traits) ? disposition->weight : 0;
}

static unsigned draw_disposition(struct random *random, const struct service_traits *traits)
{
	const struct disposition *all = catalogue_dispositions;
	double total = 0, at;
	unsigned i;
	for (i = 0; all[i].name; i++)
		total += disposition_weight(&all[i], traits);
	at = random_unit(random) * total;
	for (i = 0; all[i + 1].name && at >= disposition_weight(&all[i], traits); i++)
		at -= disposition_weight(&all[i], traits);
	return i;
}

/* Draws what the next caller of the service will be like. */
static struct call_plan draw_plan(struct centre *centre, const struct service *service)
{
	const struct centre_config *config = &centre->config;
	const struct service_traits *traits = &service->traits;
	struct random *streams = centre->streams;
	bool holds = random_chance(&streams[STREAM_HOLD], traits->hold_chance) && config->extras;
	double hold_at = random_unit(&streams[STREAM_HOLD]);
	double hold = random_exponential(&streams[STREAM_HOLD], hold_seconds);
	bool transfers = random_chance(&streams[STREAM_TRANSFER], transfer_chance) && config->extras;
	unsigned other = random_below(&streams[STREAM_TRANSFER], centre->service_count);
	struct call_plan plan = {
		.talk = draw_ms(&streams[STREAM_TALK], config->talk, traits->talk),
		.after_call = draw_ms(&streams[STREAM_AFTER_CALL], config->after_call, traits->after_call),
		.hold_at = -1,
		.patience = -1,
		.disposition = draw_disposition(&streams[STREAM_DISPOSITION], traits),
		.transfer_to = -1,
	};
	double patience = random_duration(&streams[STREAM_PATIENCE], config->patience, traits->patience);
	if (patience < HUGE_VAL)
		plan.patience = (int64_t)(patience * SECOND_MS);
	plan.callback = random_chance(&streams[STREAM_PATIENCE], traits->callback_chance) && config->extras;
	if (holds) {
		plan.hold_at = (int64_t)(hold_at * (double)plan.talk);
		plan.hold = (int64_t)(hold * SECOND_MS);
	}
	if (transfers && other != service->index)
		plan.transfer_to = (int)other;
	return plan;
}

static void plan_talk(struct centre *centre, struct agent *agent, const struct call_plan *plan)
{
	if (plan->hold_at >= 0) {
		centre_after(centre, plan->hold_at, EVENT_HOLD, agent->index, agent->serial, 0);
		centre_after(centre, plan->hold_at + plan->hold, EVENT_HOLD_END, agent->index, agent->serial, 0);
	}
	centre_after(centre, plan->talk + plan->hold, EVENT_TALK_END, agent->index, agent->serial, 0);
}

static void take_call(struct centre *centre, struct agent *agent, struct call *call)
{
	call->answered = centre->now;
	agent->call = call;
	centre->services[call->service].agents_on_it++;
	agent_set_state(centre, agent, AGENT_BUSY, NULL);
	plan_talk(centre, agent, &call->plan);
}

static void answer(struct centre *centre, struct agent *agent, struct call *call)
{
	struct service *service = &centre->services[call->service];
	int64_t wait = centre->now - call->arrived;
	service->day.answered++;
	service->day.answer_wait += wait;
	if (wait <= (int64_t)service->traits.threshold * SECOND_MS)
		service->day.answered_in_time++;
	take_call(centre, agent, call);
}

/* False if the agent let it ring: then the agent is set to not ready, and the call goes to the next. */
static bool offer(struct centre *centre, struct agent *agent)
{
	agent->day.in_offered++;
	if (!random_chance(&centre->streams[STREAM_OFFER], reject_chance) || !centre->config.extras)
		return true;
	agent->day.in_rejected++;
	leave_pause(centre, agent, REASON_NO_ANSWER);
	return false;
}

static struct agent *longest_idle(const struct centre *centre, const struct service *service)
{
	struct agent *agent = NULL;
	if (service->agents[AGENT_READY] > 0)
		for (agent = centre->idle_first; agent; agent = agent->idle_next)
			if (service_set_has(&agent->skill_set, service->index))
				break;
	return agent;
}

void flow_arrive(struct centre *centre, unsigned index, const struct call_plan *plan)
{
	struct service *service = &centre->services[index];
	struct call *call = call_take(&centre->calls);
	struct agent *agent;
	call->plan = *plan;
	call->service = index;
	call->arrived = centre->now;
	service->day.received++;
	while ((agent = longest_idle(centre, service))) {
		if (offer(centre, agent)) {
			answer(centre, agent, call);
			return;
		}
	}
	service->day.queued++;
	service_queue(service, call);
	if (plan->patience >= 0)
		centre_after(centre, plan->patience, EVENT_PATIENCE, call->index, call->serial, 0);
}

static struct call *longest_waiting(const struct centre *centre, const struct agent *agent)
{
	struct call *best = NULL;
	for (unsigned i = 0; i < agent->skill_count; i++) {
		struct call *call = centre->services[agent->skills[i]].first;
		if (call && (!best || call->arrived < best->arrived))
			best = call;
	}
	return best;
}

static void call_back(struct centre *centre, struct agent *agent)
{
	for (unsigned i = 0; i < agent->skill_count; i++) {
		struct service *service = &centre->services[agent->skills[i]];
		if (service->callbacks > 0) {
			service->callbacks--;
			flow_call_out(centre, agent, service->index, true);
			return;
		}
	}
}

void flow_ready(struct centre *centre, struct agent *agent)
{
	struct call *call = longest_waiting(centre, agent);
	agent_set_state(centre, agent, AGENT_READY, NULL);
	if (!call) {
		call_back(centre, agent);
	} else if (offer(centre, agent)) {
		service_unqueue(&centre->services[call->service], call);
		answer(centre, agent, call);
	}
}

void flow_call_out(struct centre *centre, struct agent *agent, unsigned index, bool reached)
{
	struct service *service = &centre->services[index];
	struct call *call = call_take(&centre->calls);
	call->plan = draw_plan(centre, service);
	call->plan.transfer_to = -1;
	call->service = index;
	call->arrived = centre->now;
	call->outbound = true;
	call->reached = reached;
	service->day.out_attempted++;
	if (reached) {
		service->day.out_answered++;
	} else {
		/* Half a minute of ringing, and a note that nobody was there. */
		call->plan.talk = 30 * SECOND_MS;
		call->plan.hold_at = -1;
		call->plan.hold = 0;
		call->plan.after_call = 8 * SECOND_MS;
	}
	take_call(centre, agent, call);
}

/* Thinning: candidates come at the highest rate there can be, and each is kept with the share of the present one. */
void flow_schedule(struct centre *centre, struct service *service)
{
	double top = service->rate * (centre->config.spikes ? spike_most : 1.0);
	if (top > 0)
		centre_after(centre, (int64_t)(random_exponential(&service->arrivals, 1.0 / top) * SECOND_MS),
			EVENT_ARRIVAL, service->index, 0, 0);
}

void flow_on_arrival(struct centre *centre, struct service *service)
{
	double share = service->surge / (centre->config.spikes ? spike_most : 1.0);
	bool kept;
	if (centre->config.curve)
		share *= catalogue_curve(centre_hour(centre));
	kept = random_chance(&service->arrivals, share);
	flow_schedule(centre, service);
	if (kept) {
		struct call_plan plan = draw_plan(centre, service);
		flow_arrive(centre, service->index, &plan);
	}
}

void flow_on_spike(struct centre *centre, struct service *service, bool begins)
{
	struct random *random = &service->spikes;
	double minutes = random_exponential(random, begins ? spike_minutes : spike_every_minutes);
	double factor = spike_least + (spike_most - spike_least) * random_unit(random);
	service->surge = begins ? factor : 1.0;
	centre_after(centre, (int64_t)(minutes * MINUTE_MS), begins ? EVENT_SPIKE_END : EVENT_SPIKE, service->index,
		0, 0);
}

void flow_on_patience(struct centre *centre, struct call *call)
{
	struct service *service = &centre->services[call->service];
	int64_t wait = centre->now - call->arrived;
	if (!call->waiting)
		return;
	service_unqueue(service, call);
	if (call->plan.callback) {
		service->day.callbacks_requested++;
		service->callbacks++;
	} else if (wait > (int64_t)service->traits.threshold * SECOND_MS) {
		service->day.abandoned_long++;
	} else {
		service->day.abandoned_short++;
	}
	call_give_back(&centre->calls, call);
}

void flow_on_hold(struct centre *centre, struct agent *agent, bool begins)
{
	struct call *call = agent->call;
	if (begins) {
		call->hold_since = centre->now;
	} else {
		call->held += centre->now - call->hold_since;
		call->hold_since = -1;
	}
}

void flow_on_talk_end(struct centre *centre, struct agent *agent)
{
	struct call *call = agent->call;
	agent_set_state(centre, agent, AGENT_AFTER_CALL_WORK, NULL);
	centre_after(centre, call->plan.after_call, EVENT_AFTER_CALL_END, agent->index, agent->serial, 0);
	if (call->plan.transfer_to >= 0) {
		struct call_plan onward = call->plan;
		onward.transfer_to = -1;
		agent->day.in_transferred++;
		flow_arrive(centre, (unsigned)call->plan.transfer_to, &onward);
	}
}

static void count_handled(struct centre *centre, struct agent *agent, const struct call *call)
{
	struct service *service = &centre->services[call->service];
	int64_t time = centre->now - call->answered;
	if (call->outbound && !call->reached)
		return;
	if (call->outbound) {
		agent->day.out_handled++;
		service->day.out_handled++;
	} else {
		agent->day.in_handled++;
		service->day.handled++;
	}
	agent->day.handle_time += time;
	service->day.handle_time += time;
	agent->day.dispositions[call->plan.disposition]++;
	service->day.dispositions[call->plan.disposition]++;
}

void flow_on_after_call_end(struct centre *centre, struct agent *agent)
{
	struct call *call = agent->call;
	agent->call = NULL;
	centre->services[call->service].agents_on_it--;
	count_handled(centre, agent, call);
	call_give_back(&centre->calls, call);
	if (!leave_if_due(centre, agent))
		flow_ready(centre, agent);
}
