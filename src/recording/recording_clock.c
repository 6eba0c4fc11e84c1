#include "recording/recording_clock.h"

#include <stdlib.h>

#include "base/log.h"
#include "board/record_format.h"

enum {
	STEP_MS = 5000,             /* less is a clock that is kept right in small steps */
	HELD_MS = 3 * 60 * 1000,    /* a setting that held as long is no passing fault */
	KEPT_MS = 60 * 60 * 1000,   /* times before a step forward that were told as long are kept */
	DISORDER_MS = 60 * 1000,    /* an alert is written with its own time, a little behind the answer's */
	STRETCHES_MAX = 64,         /* of one clock; more are a clock that cannot be believed at all */
};

/* Records between two settings of the clock. */
struct stretch {
	uint32_t first;
	int64_t began_ms, held_ms; /* boot time */
	int64_t offset_ms;         /* from boot time to the time of day, at its end */
	bool kept;                 /* its times are as they were written */
};

/* Runs whose boot time is of the same clock. */
struct clock {
	struct recording *recording;
	uint32_t first, end;
	struct stretch stretches[STRETCHES_MAX];
	unsigned count;
	int64_t offset_ms; /* the right one */
};

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

static int64_t offset_of(const struct recording_entry *entry)
{
	return entry->wall_ms - entry->at_ms;
}

/* After a reboot boot time is less. Where it is not, and the day's time is, the clock was set between two runs. */
static bool is_other_clock(const struct recording_entry *before, const struct recording_entry *entry)
{
	if (entry->at_ms < before->at_ms - DISORDER_MS)
		return true;
	return entry->kind == RECORD_START && entry->wall_ms >= before->wall_ms - STEP_MS;
}

static void take_entry(struct clock *clock, uint32_t index)
{
	const struct recording_entry *entry = &clock->recording->entries[index];
	struct stretch *last = clock->count > 0 ? &clock->stretches[clock->count - 1] : NULL;
	if (last == NULL || (distance(offset_of(entry), last->offset_ms) > STEP_MS && clock->count < STRETCHES_MAX)) {
		last = &clock->stretches[clock->count++];
		*last = (struct stretch){ .first = index, .began_ms = entry->at_ms };
	}
	last->offset_ms = offset_of(entry);
	last->held_ms = entry->at_ms - last->began_ms;
}

static uint32_t find_stretches(struct clock *clock)
{
	const struct recording *recording = clock->recording;
	uint32_t index = clock->first;
	clock->count = 0;
	do
		take_entry(clock, index++);
	while (index < recording->count && !is_other_clock(&recording->entries[index - 1], &recording->entries[index]));
	return index;
}

/* How long a setting held, also with another one in between. */
static int64_t held_in_all(const struct clock *clock, unsigned index)
{
	int64_t held_ms = 0;
	for (unsigned i = 0; i < clock->count; i++)
		if (distance(clock->stretches[i].offset_ms, clock->stretches[index].offset_ms) <= STEP_MS)
			held_ms += clock->stretches[i].held_ms;
	return held_ms;
}

/* The last setting that held for a while; where none did, the last. */
static unsigned find_right(const struct clock *clock)
{
	for (unsigned i = clock->count; i > 0; i--)
		if (held_in_all(clock, i - 1) >= HELD_MS)
			return i - 1;
	return clock->count - 1;
}

static void choose_kept(struct clock *clock, unsigned right)
{
	int64_t highest_ms = INT64_MIN;
	clock->offset_ms = clock->stretches[right].offset_ms;
	for (unsigned i = 0; i < clock->count; i++) {
		struct stretch *stretch = &clock->stretches[i];
		bool rising = stretch->offset_ms >= highest_ms && stretch->offset_ms < clock->offset_ms;
		stretch->kept = distance(stretch->offset_ms, clock->offset_ms) <= STEP_MS ||
			(i < right && rising && stretch->held_ms >= KEPT_MS);
		if (stretch->held_ms >= HELD_MS && stretch->offset_ms > highest_ms)
			highest_ms = stretch->offset_ms;
	}
	/* Its own settings were too many to be told apart. */
	if (clock->count == STRETCHES_MAX)
		clock->stretches[STRETCHES_MAX - 1].kept = false;
}

static void add_step(struct recording *recording, uint32_t index, int64_t by_ms, bool corrected)
{
	if (recording->step_count == RECORDING_STEPS_MAX)
		return;
	if (recording->steps == NULL)
		recording->steps = must_alloc(RECORDING_STEPS_MAX * sizeof(*recording->steps));
	recording->steps[recording->step_count++] = (struct recording_step){ index, by_ms, corrected };
}

static void tell_steps(const struct clock *clock)
{
	for (unsigned i = 1; i < clock->count; i++) {
		const struct stretch *before = &clock->stretches[i - 1], *stretch = &clock->stretches[i];
		add_step(clock->recording, stretch->first, stretch->offset_ms - before->offset_ms,
			!before->kept || !stretch->kept);
	}
}

static int64_t within_times(int64_t time_ms)
{
	return time_ms < 0 ? 0 : time_ms > RECORDING_TIME_MAX ? RECORDING_TIME_MAX : time_ms;
}

static void correct(const struct clock *clock)
{
	for (unsigned i = 0; i < clock->count; i++) {
		uint32_t end = i + 1 < clock->count ? clock->stretches[i + 1].first : clock->end;
		for (uint32_t at = clock->stretches[i].first; at < end && !clock->stretches[i].kept; at++) {
			struct recording_entry *entry = &clock->recording->entries[at];
			entry->wall_ms = within_times(entry->at_ms + clock->offset_ms);
		}
	}
}

/* Another boot whose clock says that it began before this one ended. The longer run is believed. */
static void put_in_order(struct recording *recording, uint32_t first, uint32_t second, uint32_t end)
{
	struct recording_entry *entries = recording->entries;
	int64_t began_ms = entries[second].wall_ms, over_ms = entries[second - 1].wall_ms - began_ms;
	if (over_ms <= STEP_MS)
		return;
	bool corrected = entries[second - 1].wall_ms - entries[first].wall_ms <= entries[end - 1].wall_ms - began_ms;
	add_step(recording, second, -over_ms, corrected);
	for (uint32_t at = first; at < second && corrected; at++)
		entries[at].wall_ms = within_times(entries[at].wall_ms - over_ms);
}

/* One clock for all, which never goes back: at a run's beginning the time of day, and boot time since. */
static void make_clock(struct recording *recording, const struct clock *clock, int64_t *last_ms)
{
	int64_t offset_ms = clock->offset_ms;
	for (uint32_t i = clock->first; i < clock->end; i++) {
		struct recording_entry *entry = &recording->entries[i];
		int64_t boot_ms = entry->at_ms;
		entry->at_ms = boot_ms + offset_ms;
		if (entry->at_ms < *last_ms)
			entry->at_ms = *last_ms;
		if (entry->at_ms > RECORDING_TIME_MAX)
			entry->at_ms = RECORDING_TIME_MAX;
		offset_ms = entry->at_ms - boot_ms;
		*last_ms = entry->at_ms;
	}
	recording->clock_ms = offset_ms;
}

void recording_clock(struct recording *recording)
{
	struct clock clock = { .recording = recording };
	uint32_t before = 0;
	int64_t last_ms = 0;
	while (clock.end < recording->count) {
		before = clock.first;
		clock.first = clock.end;
		clock.end = find_stretches(&clock);
		choose_kept(&clock, find_right(&clock));
		correct(&clock);
		if (clock.first > 0)
			put_in_order(recording, before, clock.first, clock.end);
		tell_steps(&clock);
		make_clock(recording, &clock, &last_ms);
	}
}
