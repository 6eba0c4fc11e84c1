#include "board/calls.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *const calls_stat_names[] = {
	[CALLS_RECEIVED] = "in_calls_received_per_day",
	[CALLS_ANSWERED] = "in_calls_answered_per_day",
	[CALLS_HANDLED] = "in_calls_handled_per_day",
	[CALLS_ABANDONED] = "in_calls_abandoned_total_per_day",
	[CALLS_ABANDONED_LONG] = "in_calls_abandoned_in_queue_per_day",
	[CALLS_ABANDONED_SHORT] = "in_calls_short_abandoned_in_queue_per_day",
	[CALLS_WAITING] = "in_calls_waiting",
	[CALLS_LONGEST] = "in_max_wait_time",
	[CALLS_LEVEL] = "service_level",
	[CALLS_THRESHOLD] = "service_level_threshold_time",
	[CALLS_STATS] = NULL,
};

/* What a computation with fractions may be off. */
static const double CALLS_SLACK = 1e-6;

const struct calls_span calls_none = { .longest = -1, .waiting = -1, .running = -1 };

int calls_stat_of(const char *name)
{
	for (int i = 0; i < CALLS_STATS; i++)
		if (strcmp(calls_stat_names[i], name) == 0)
			return i;
	return -1;
}

/* Of a percentage that was sent as a fraction, two digits of the fraction are the whole percents. */
static unsigned decimals_of(const char *text, bool fraction)
{
	const char *point = strpbrk(text, ".,");
	unsigned count = point == NULL ? 0 : (unsigned)strspn(point + 1, "0123456789");
	if (fraction)
		count = count < 2 ? 0 : count - 2;
	return count;
}

/* A value of zero says nothing about how exact the others are. */
unsigned calls_level_decimals(const struct cell *cell)
{
	double sent = strtod(cell->text, NULL);
	return sent > 0 ? decimals_of(cell->text, cell->number > 2 * sent) : 0;
}

/* The middle of what is left, which the number of calls that was sent is nearest to. */
static void set_bounds(struct calls_reading *reading, double low, double high)
{
	reading->low = low;
	reading->high = high;
	reading->in_time = fmin(fmax(reading->in_time, low), high);
	reading->uncertain = fmax(high - reading->in_time, reading->in_time - low);
}

/* How many calls were within the threshold: whole ones, where rounding leaves no doubt. */
void calls_read_level(struct calls_reading *reading, unsigned decimals)
{
	double of = reading->value[CALLS_ANSWERED] + reading->value[CALLS_ABANDONED_LONG];
	if (!reading->known[CALLS_ANSWERED] || !reading->known[CALLS_ABANDONED_LONG])
		return;
	reading->low = reading->high = 0;
	if (of <= 0) {
		reading->level_known = true;
		return;
	}
	if (!reading->known[CALLS_LEVEL])
		return;
	reading->level_known = true;
	reading->in_time_of = of;
	reading->in_time = reading->value[CALLS_LEVEL] / 100 * of;
	/* A whole unit of the last place upwards, for a server that cuts instead of rounding. */
	double unit = pow(10, -(double)decimals) / 100 * of;
	reading->sent = reading->in_time;
	reading->half = unit / 2;
	double low = fmax(ceil(reading->sent - unit / 2 - CALLS_SLACK), 0), high = fmin(floor(reading->sent + unit + CALLS_SLACK), of);
	if (low <= high) {
		set_bounds(reading, low, high);
		return;
	}
	/* It is not of these calls alone, as where emails are among them. */
	reading->low = 1;
	reading->uncertain = unit;
	if (unit < 0.5) {
		reading->in_time = round(reading->in_time);
		reading->uncertain = 0;
	}
}

static void narrow(struct calls_reading *reading, double low, double high)
{
	low = fmax(low, reading->low);
	high = fmin(high, reading->high);
	if (low <= high)
		set_bounds(reading, low, high);
}

/*
 * Of the calls since the answer before, none to all were within the threshold. What does not fit with it stands for itself: a
 * correction, or calls of another day.
 */
static struct calls_reading narrowed_level(const struct calls_reading *now, const struct calls_reading *last)
{
	struct calls_reading narrowed = *now;
	if (!now->level_known || !last->level_known || now->low > now->high)
		return narrowed;
	double rise = now->in_time_of - last->in_time_of;
	if (last->rounds)
		narrow(&narrowed, narrowed.low, floor(now->sent + now->half + CALLS_SLACK));
	if (last->low <= last->high && !calls_began_anew(last->in_time_of, now->in_time_of))
		narrow(&narrowed, last->low + fmin(rise, 0), last->high + fmax(rise, 0));
	narrowed.rounds = last->rounds || narrowed.sent > narrowed.high + CALLS_SLACK;
	return narrowed;
}

bool calls_began_anew(double before, double now)
{
	return now < before / 2;
}

/* Adds to a span what the counters rose by since the answer before. True if one of them began anew. */
static bool add_counters(struct calls_span *span, const struct calls_reading *last, const struct calls_reading *now)
{
	bool anew = false;
	for (int i = 0; i < CALLS_COUNTERS; i++) {
		if (!now->known[i] || !last->known[i])
			continue;
		bool zero = calls_began_anew(last->value[i], now->value[i]);
		span->counted[i] = true;
		span->calls[i] += now->value[i] - (zero ? 0 : last->value[i]);
		/* A fall by a call or two is a correction. */
		anew = anew || (zero && last->value[i] > 2);
	}
	return anew;
}

/* The same for calls within the threshold. Errors of the answers in the middle of the span cancel out. */
void calls_add_level(struct calls_span *span, const struct calls_reading *last, const struct calls_reading *now)
{
	if (!now->level_known || !last->level_known)
		return;
	struct calls_reading narrowed = narrowed_level(now, last);
	bool zero = calls_began_anew(last->in_time_of, now->in_time_of);
	span->in_time += narrowed.in_time - (zero ? 0 : last->in_time);
	span->in_time_of += now->in_time_of - (zero ? 0 : last->in_time_of);
	if (span->levelled == zero)
		span->uncertain_from += last->uncertain;
	span->levelled = true;
	span->uncertain = span->uncertain_from + narrowed.uncertain;
}

static void add_most(double *most, const struct calls_reading *now, enum calls_stat stat)
{
	if (now->known[stat] && now->value[stat] > *most)
		*most = now->value[stat];
}

bool calls_add(struct calls_span *span, const struct calls_reading *last, const struct calls_reading *now, bool begun)
{
	add_most(&span->longest, now, CALLS_LONGEST);
	add_most(&span->waiting, now, CALLS_WAITING);
	if (now->known[CALLS_LEVEL])
		span->running = now->value[CALLS_LEVEL];
	if (!begun)
		return false;
	calls_add_level(span, last, now);
	return add_counters(span, last, now);
}

void calls_add_kept(struct calls_span *span, const struct calls_reading *last, const struct calls_reading *now,
	const double gained[CALLS_COUNTERS])
{
	const double whole = 0.5; /* calls: less is rounding */
	bool zero = calls_began_anew(last->in_time_of, now->in_time_of);
	double rise = now->in_time_of - (zero ? 0 : last->in_time_of);
	for (int i = 0; i < CALLS_COUNTERS; i++)
		if (!isnan(gained[i])) {
			span->counted[i] = true;
			span->calls[i] += gained[i];
		}
	/* Of a comparison with NAN it is left out too. */
	if (fabs(gained[CALLS_ANSWERED] + gained[CALLS_ABANDONED_LONG] - rise) < whole)
		calls_add_level(span, last, now);
}

void calls_keep(struct calls_reading *last, const struct calls_reading *now)
{
	for (int i = 0; i < CALLS_STATS; i++)
		if (now->known[i]) {
			last->known[i] = true;
			last->value[i] = now->value[i];
		}
	if (!now->level_known)
		return;
	struct calls_reading narrowed = narrowed_level(now, last);
	last->level_known = true;
	last->in_time = narrowed.in_time;
	last->in_time_of = narrowed.in_time_of;
	last->uncertain = narrowed.uncertain;
	last->low = narrowed.low;
	last->high = narrowed.high;
	last->rounds = narrowed.rounds;
}

bool calls_level(const struct calls_span *span, double *percent, double *margin)
{
	if (span->in_time_of < 0.5 || span->uncertain > span->in_time_of / 2)
		return false;
	double share = 100 * span->in_time / span->in_time_of;
	*percent = share < 0 ? 0 : share > 100 ? 100 : share;
	if (margin != NULL)
		*margin = 100 * span->uncertain / span->in_time_of;
	return true;
}

double calls_answered(const struct calls_span *span, bool *handled)
{
	*handled = !span->counted[CALLS_ANSWERED] && span->counted[CALLS_HANDLED];
	if (*handled)
		return span->calls[CALLS_HANDLED];
	return span->counted[CALLS_ANSWERED] ? span->calls[CALLS_ANSWERED] : -1;
}

double calls_abandoned(const struct calls_span *span)
{
	if (span->counted[CALLS_ABANDONED])
		return span->calls[CALLS_ABANDONED];
	if (span->counted[CALLS_ABANDONED_LONG] && span->counted[CALLS_ABANDONED_SHORT])
		return span->calls[CALLS_ABANDONED_LONG] + span->calls[CALLS_ABANDONED_SHORT];
	return -1;
}
