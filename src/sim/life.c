#include "sim/life.h"

#include <string.h>

#include "base/log.h"
#include "sim/flow.h"
#include "sim/roster.h"
#include "sim/shift.h"

/* Internal messages come this often, in a centre of any size: nobody reads more. */
static const double note_every_minutes = 4;

/* Life before the reset hour, so that the day begins with a centre at work. */
enum { LEAD_MS = 2 * HOUR_MS };

static void plan_note(struct centre *centre)
{
	double minutes = random_exponential(&centre->streams[STREAM_NOTE], note_every_minutes);
	centre_after(centre, (int64_t)(minutes * MINUTE_MS), EVENT_NOTE, 0, 0, 0);
}

static void on_note(struct centre *centre)
{
	struct random *random = &centre->streams[STREAM_NOTE];
	const struct agent *from = &centre->agents[random_below(random, centre->agent_count)];
	const struct chat_text *text = catalogue_chat((unsigned)(random_next(random) & 0xffff));
	plan_note(centre);
	if (from->state == AGENT_LOGGED_OUT)
		return;
	centre->notes[centre->note_count % NOTES_MAX] = (struct note){
		.number = centre->note_count + 1,
		.from = from,
		.text = text,
		.sent = centre->config.epoch + (centre->now - centre->start) / SECOND_MS,
	};
	centre->note_count++;
}

static void on_reset(struct centre *centre)
{
	for (unsigned i = 0; i < centre->service_count; i++)
		centre->services[i].day = (struct service_day){ 0 };
	for (unsigned i = 0; i < centre->agent_count; i++)
		agent_reset(&centre->agents[i], centre->now);
	centre_after(centre, DAY_MS, EVENT_RESET, 0, 0, 0);
}

/* Events of a state that has ended are dropped here, by their serial number. */
static void on_agent_event(struct centre *centre, const struct event *event)
{
	struct agent *agent = &centre->agents[event->subject];
	bool same_state = event->serial == agent->serial;
	bool same_stint = event->serial == agent->stint && agent->state != AGENT_LOGGED_OUT;
	switch ((enum event_kind)event->kind) {
	case EVENT_HOLD:
	case EVENT_HOLD_END:
		if (same_state)
			flow_on_hold(centre, agent, event->kind == EVENT_HOLD);
		break;
	case EVENT_TALK_END:
		if (same_state)
			flow_on_talk_end(centre, agent);
		break;
	case EVENT_AFTER_CALL_END:
		if (same_state)
			flow_on_after_call_end(centre, agent);
		break;
	case EVENT_BREAK_END:
		if (same_state)
			shift_on_break_end(centre, agent);
		break;
	case EVENT_SHIFT_END:
		if (same_stint)
			shift_on_end(centre, agent);
		break;
	case EVENT_BREAK:
		if (same_stint)
			shift_on_break(centre, agent, (enum reason_kind)event->detail);
		break;
	case EVENT_OUTBOUND:
		if (same_stint)
			shift_on_outbound(centre, agent);
		break;
	default:
		shift_on_start(centre, agent);
		break;
	}
}

static void on_event(struct centre *centre, const struct event *event)
{
	struct call *call;
	switch ((enum event_kind)event->kind) {
	case EVENT_ARRIVAL:
		flow_on_arrival(centre, &centre->services[event->subject]);
		break;
	case EVENT_SPIKE:
	case EVENT_SPIKE_END:
		flow_on_spike(centre, &centre->services[event->subject], event->kind == EVENT_SPIKE);
		break;
	case EVENT_PATIENCE:
		call = call_find(&centre->calls, event->subject, event->serial);
		if (call)
			flow_on_patience(centre, call);
		break;
	case EVENT_NOTE:
		on_note(centre);
		break;
	case EVENT_RESET:
		on_reset(centre);
		break;
	default:
		on_agent_event(centre, event);
		break;
	}
}

void centre_run(struct centre *centre, int64_t until)
{
	struct event event;
	while (heap_take(&centre->heap, until, &event)) {
		centre->now = event.at;
		on_event(centre, &event);
	}
	if (until > centre->now)
		centre->now = until;
}

static void begin(struct centre *centre)
{
	for (unsigned i = 0; i < centre->service_count; i++) {
		if (centre->config.arrivals)
			flow_schedule(centre, &centre->services[i]);
		if (centre->config.spikes)
			flow_on_spike(centre, &centre->services[i], false);
	}
	if (centre->config.notes)
		plan_note(centre);
	shift_begin(centre);
}

/* Room for all days before it, so that no time is negative. */
static int64_t start_of(const struct centre_config *config)
{
	return (CENTRE_DAYS_MAX + 2LL) * DAY_MS + (int64_t)config->start_minute * MINUTE_MS;
}

/* The last full reset hour before the start. */
static int64_t reset_hour_of(const struct centre_config *config)
{
	int64_t start = start_of(config);
	return start - (start - (int64_t)config->reset_hour * HOUR_MS) % DAY_MS;
}

int64_t centre_day_begins(const struct centre_config *config)
{
	return reset_hour_of(config) + (int64_t)config->reset_shift * SECOND_MS;
}

/* Another day is not the same day once more, but the same people work on the same services. */
static void seed_day(struct centre *centre)
{
	uint64_t seed = random_mix(centre->config.seed, centre->config.days_before);
	for (unsigned i = 0; i < STREAMS; i++)
		random_seed(&centre->streams[i], seed, i);
	for (unsigned i = 0; i < centre->service_count; i++) {
		random_seed(&centre->services[i].arrivals, seed, STREAM_ARRIVALS + i);
		random_seed(&centre->services[i].spikes, seed, STREAM_SPIKES + i);
	}
}

void centre_begin(struct centre *centre, const struct centre_config *config)
{
	int64_t begins = reset_hour_of(config) - LEAD_MS - (int64_t)config->days_before * DAY_MS;
	if (config->agents < 1 || config->agents > AGENTS_MAX || config->services < 1 ||
	    config->services > SERVICES_MAX || config->teams < 1 || config->teams > TEAMS_MAX ||
	    config->days_before > CENTRE_DAYS_MAX)
		fatal("a centre of %u agents, %u services, %u teams", config->agents, config->services, config->teams);
	memset(centre, 0, sizeof(*centre));
	centre->config = *config;
	centre->start = start_of(config);
	centre->now = begins;
	for (unsigned i = 0; i < STREAMS; i++)
		random_seed(&centre->streams[i], config->seed, i);
	heap_init(&centre->heap);
	call_pool_init(&centre->calls);
	roster_build(centre);
	if (config->days_before > 0)
		seed_day(centre);
	begin(centre);
	centre_after(centre, LEAD_MS + (int64_t)config->reset_shift * SECOND_MS, EVENT_RESET, 0, 0, 0);
}

void centre_init(struct centre *centre, const struct centre_config *config)
{
	centre_begin(centre, config);
	centre_run(centre, centre->start);
}
