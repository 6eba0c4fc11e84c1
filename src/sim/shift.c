#include "sim/shift.h"

#include "sim/flow.h"
#include "sim/leave.h"
#include "sim/state.h"

static const double absent_chance = 0.03;
static const double late_minutes = 12; /* logins and logouts spread over this much around the hour */
static const double training_chance = 0.12;
static const double meeting_chance = 0.20;
static const double outbound_every_minutes = 35;
static const double outbound_reached = 0.55;

static int64_t hours_ms(double hours)
{
	return (int64_t)(hours * HOUR_MS);
}

static void plan_break(struct centre *centre, const struct agent *agent, double hours, enum reason_kind kind)
{
	double shaken = hours + 0.5 * (random_unit(&centre->streams[STREAM_BREAK]) - 0.5);
	centre_after(centre, hours_ms(shaken), EVENT_BREAK, agent->index, agent->stint, kind);
}

static void plan_outbound(struct centre *centre, const struct agent *agent)
{
	double minutes = random_exponential(&centre->streams[STREAM_OUTBOUND], outbound_every_minutes);
	if (agent->outbound && centre->config.extras)
		centre_after(centre, (int64_t)(minutes * MINUTE_MS), EVENT_OUTBOUND, agent->index, agent->stint, 0);
}

static void log_in(struct centre *centre, struct agent *agent, int64_t stay)
{
	struct random *random = &centre->streams[STREAM_SHIFT];
	bool training = random_chance(random, training_chance);
	bool meeting = random_chance(random, meeting_chance);
	double training_at = 1.0 + 6.0 * random_unit(random);
	double meeting_at = 1.0 + 6.0 * random_unit(random);
	agent->leaving = false;
	agent->pending = NULL;
	agent_set_state(centre, agent, AGENT_NOT_READY, &catalogue_reasons[REASON_MEETING]);
	if (centre->config.shifts) {
		centre_after(centre, stay, EVENT_SHIFT_END, agent->index, agent->stint, 0);
		plan_break(centre, agent, 2.0, REASON_BREAK);
		plan_break(centre, agent, 4.2, REASON_LUNCH);
		plan_break(centre, agent, 6.4, REASON_BREAK);
		if (training)
			plan_break(centre, agent, training_at, REASON_TRAINING);
		if (meeting)
			plan_break(centre, agent, meeting_at, REASON_MEETING);
	}
	plan_outbound(centre, agent);
	flow_ready(centre, agent);
}

void shift_begin(struct centre *centre)
{
	for (unsigned i = 0; i < centre->agent_count; i++) {
		struct agent *agent = &centre->agents[i];
		const struct shift *shift = catalogue_shift((unsigned)agent->shift);
		int64_t begun = centre->now - hours_ms(shift->from);
		int64_t today = (begun % DAY_MS + DAY_MS) % DAY_MS; /* since the last start of this shift */
		if (!centre->config.shifts) {
			log_in(centre, agent, 0);
			continue;
		}
		centre_after(centre, DAY_MS - today, EVENT_SHIFT, agent->index, 0, 0);
		if (today < hours_ms(shift->hours))
			log_in(centre, agent, hours_ms(shift->hours) - today);
	}
}

void shift_on_start(struct centre *centre, struct agent *agent)
{
	struct random *random = &centre->streams[STREAM_SHIFT];
	const struct shift *shift = catalogue_shift((unsigned)agent->shift);
	bool absent = random_chance(random, absent_chance);
	double early = late_minutes * random_unit(random) / 60;
	centre_after(centre, DAY_MS, EVENT_SHIFT, agent->index, 0, 0);
	if (!absent && agent->state == AGENT_LOGGED_OUT)
		log_in(centre, agent, hours_ms(shift->hours - early));
}

void shift_on_end(struct centre *centre, struct agent *agent)
{
	if (agent->state == AGENT_READY || agent->state == AGENT_NOT_READY)
		leave_now(centre, agent);
	else
		agent->leaving = true;
}

void shift_on_break(struct centre *centre, struct agent *agent, enum reason_kind kind)
{
	if (agent->state == AGENT_READY)
		leave_pause(centre, agent, kind);
	else if (agent->state != AGENT_NOT_READY)
		agent->pending = &catalogue_reasons[kind];
}

void shift_on_break_end(struct centre *centre, struct agent *agent)
{
	if (agent->leaving)
		leave_now(centre, agent);
	else
		flow_ready(centre, agent);
}

void shift_on_outbound(struct centre *centre, struct agent *agent)
{
	bool reached = random_chance(&centre->streams[STREAM_OUTBOUND], outbound_reached);
	plan_outbound(centre, agent);
	if (agent->state == AGENT_READY)
		flow_call_out(centre, agent, agent->skills[0], reached);
}
