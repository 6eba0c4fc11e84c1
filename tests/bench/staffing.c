/*
 * What staffing foretells against what came, in simulated centres.
 *
 * The forecast sees what the API would answer each five seconds, as text, and nothing else. What came is counted by the simulator's own
 * events: calls answered in time, answered, and abandoned after the threshold in the half-hour after each forecast. How many
 * people are needed is found by the simulator too: the least number with which calls of the same rate reach the target in 200 hours.
 * Prints a line for each kind of centre, and with "points" as an argument one for each forecast.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/staffing.h"
#include "sim/centre.h"
#include "sim/life.h"
#include "sim/statistic.h"

enum { POLL_MS = 5 * SECOND_MS, QUARTER_MS = 15 * MINUTE_MS, GAP_MS = MINUTE_MS, AHEAD_MS = 30 * MINUTE_MS, TALK = 180, AFTER = 30,
	TARGET = 80, THRESHOLD = 20, CALLS_LEAST = 30, NEEDED_HOURS = 200, SERVICES = 3, POINTS_MAX = 200 * 1000 };

struct kind {
	const char *name;
	unsigned past_days;
	bool day;     /* a curve over the day, and sudden crowds */
	bool people;  /* shifts, breaks, transfers, callbacks, calls out */
	unsigned services;
	bool one;     /* of several services whose agents are shared: a pool of the first alone */
	int hours;
};

static const struct kind kinds[] = {
	{ "steady load, five past days", 5, false, false, 1, false, 24 },
	{ "steady load, no past days", 0, false, false, 1, false, 24 },
	{ "a day's curve and sudden crowds, five past days", 5, true, false, 1, false, 24 },
	{ "people come and go too, five past days", 5, true, true, 1, false, 24 },
	{ "three services that share agents, one pool of all", 5, false, false, SERVICES, false, 24 },
	{ "three services that share agents, one service alone", 5, false, false, SERVICES, true, 24 },
};

static const unsigned sizes[] = { 3, 5, 10, 20, 40, 80 };
static const double loads[] = { 0.6, 0.7, 0.8, 0.9, 1.0 };
static const double patiences[] = { 60, 120, 240 };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct scenario {
	const struct kind *kind;
	unsigned people;
	double load, patience;
	uint64_t seed;
	int needed; /* 0: not asked */
};

struct tally {
	unsigned count, held, below, asked, right;
	double hours, *errors;
};

static bool prints_points;

static void configure(const struct scenario *scenario, struct service_traits traits[SERVICES], struct centre_config *config)
{
	unsigned services = scenario->kind->services;
	for (unsigned i = 0; i < services; i++)
		traits[i] = (struct service_traits){ .name = "Line", .media = "voice", .weight = 1, .pressure = 1, .talk = TALK,
			.after_call = AFTER, .patience = scenario->patience, .hold_chance = scenario->kind->people ? 0.2 : 0,
			.callback_chance = scenario->kind->people ? 0.15 : 0, .target = TARGET, .threshold = THRESHOLD,
			.calls_per_hour = 3600 * scenario->load * scenario->people / (TALK + AFTER) / services };
	*config = centre_defaults();
	config->seed = scenario->seed;
	/* Of all on the list about two thirds are there. */
	config->agents = scenario->kind->people ? scenario->people * 8 / 5 : scenario->people;
	config->services = services;
	config->teams = 1;
	config->start_minute = 8 * 60;
	config->reset_hour = 3;
	config->traits = traits;
	config->curve = config->spikes = scenario->kind->day;
	config->shifts = config->extras = scenario->kind->people;
	config->notes = false;
}

/* As the API sends it: a text, or nothing. */
static void read_pool(const struct facts *facts, struct staffing_reading *reading)
{
	for (int i = 0; i < STAFFING_STATS; i++) {
		const struct statistic *statistic = statistic_find(SCOPE_TOTAL, staffing_stat_names[i]);
		char room[CELL_TEXT_MAX];
		struct cell cell = statistic != NULL ? statistic->group(facts, 0) : cell_blank();
		const char *text = cell_string(&cell, room);
		reading->value[i] = text[0] != '\0' ? atof(text) : (double)NAN;
	}
}

static double quarter_of(int64_t now_ms)
{
	return (double)(now_ms % DAY_MS) / QUARTER_MS;
}

/* Days before the one that counts, of which a history has the calls of each quarter-hour. */
static void live_through(struct centre *centre, const struct service_set *set, unsigned days, struct staffing_pool *pool)
{
	double before = (double)NAN;
	for (int64_t end = centre->now + (int64_t)days * DAY_MS; centre->now < end;) {
		struct staffing_reading reading;
		centre_run(centre, centre->now + QUARTER_MS);
		struct facts facts = facts_of_set(centre, set);
		read_pool(&facts, &reading);
		double gained = reading.value[STAFFING_RECEIVED] - before;
		if (gained >= 0)
			staffing_pool_past(pool, (unsigned)quarter_of(centre->now - 1), gained);
		before = reading.value[STAFFING_RECEIVED];
	}
}

static void compare(struct tally *tally, const struct scenario *scenario, const struct staffing_forecast *forecast,
	const struct facts *was, const struct facts *now)
{
	const struct staffing_span *span = &forecast->curve[STAFFING_FEWER];
	double in_time = (double)now->day.answered_in_time - was->day.answered_in_time;
	double of = (double)now->day.answered - was->day.answered + now->day.abandoned_long - was->day.abandoned_long;
	if (now->day.received < was->day.received || of < CALLS_LEAST || tally->count == POINTS_MAX)
		return;
	long came = lround(100 * in_time / of), low = lround(100 * span->low), high = lround(100 * span->high);
	tally->errors[tally->count++] = fabs(100 * (in_time / of - span->level));
	tally->held += came >= low && came <= high;
	tally->below += came < low;
	if (prints_points)
		printf("point\t%s\t%u\t%.1f\t%.0f\t%.1f\t%ld\t%ld\t%.1f\n", scenario->kind->name, scenario->people, scenario->load,
			scenario->patience, 100 * span->level, low, high, 100 * in_time / of);
}

static void run(const struct scenario *scenario, struct staffing_work *work, struct tally *tally)
{
	static struct staffing_pool pool;
	struct service_traits traits[SERVICES];
	struct centre_config config;
	struct centre centre;
	struct service_set set = { 0 };
	struct staffing_inputs inputs;
	struct staffing_forecast forecast = { .needed = 0 };
	struct facts was = { .centre = NULL };
	configure(scenario, traits, &config);
	centre_init(&centre, &config);
	for (unsigned i = 0; i < (scenario->kind->one ? 1 : scenario->kind->services); i++)
		service_set_add(&set, i);
	staffing_pool_clear(&pool);
	live_through(&centre, &set, scenario->kind->past_days, &pool);
	int64_t end = centre.now + (int64_t)scenario->kind->hours * HOUR_MS, next = centre.now + HOUR_MS;
	while (centre.now < end) {
		struct staffing_reading reading;
		enum staffing_stat lacks;
		centre_run(&centre, centre.now + POLL_MS);
		struct facts facts = facts_of_set(&centre, &set);
		read_pool(&facts, &reading);
		staffing_pool_take(&pool, &reading, centre.now, GAP_MS);
		if (centre.now < next)
			continue;
		if (was.centre != NULL)
			compare(tally, scenario, &forecast, &was, &facts);
		next = centre.now + AHEAD_MS;
		was.centre = NULL;
		if (!staffing_look(&pool, centre.now, quarter_of(centre.now), (double)NAN, (double)NAN, &inputs, &lacks) || !inputs.enough)
			continue;
		staffing_foresee(work, &inputs, &forecast);
		was = facts;
		if (scenario->needed > 0) {
			tally->asked++;
			tally->right += abs((int)forecast.needed - scenario->needed) <= 1;
		}
	}
	tally->hours += scenario->kind->hours;
	centre_free(&centre);
}

/* The level of many hours with so many people, of calls of the scenario's rate. */
static double long_level(const struct scenario *scenario, unsigned people)
{
	struct service_traits traits[SERVICES];
	struct centre_config config;
	struct centre centre;
	double in_time = 0, of = 0;
	configure(scenario, traits, &config);
	config.agents = people;
	config.seed = 999;
	centre_init(&centre, &config);
	/* From reset to reset. */
	centre_run(&centre, centre.now + 19 * HOUR_MS - 1);
	for (int hours = 0; hours < NEEDED_HOURS; hours += 24) {
		centre_run(&centre, centre.now + DAY_MS);
		const struct service_day *day = &centre.services[0].day;
		in_time += day->answered_in_time;
		of += day->answered + day->abandoned_long;
	}
	centre_free(&centre);
	return in_time / of;
}

static int needed_by_simulation(const struct scenario *scenario)
{
	unsigned people = (unsigned)ceil(scenario->load * scenario->people);
	people = people > 0 ? people : 1;
	while (people > 1 && 100 * long_level(scenario, people - 1) >= TARGET)
		people--;
	while (100 * long_level(scenario, people) < TARGET)
		people++;
	return (int)people;
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void print_tally(const char *name, const char *what, struct tally *tally)
{
	if (tally->count == 0)
		return;
	qsort(tally->errors, tally->count, sizeof(*tally->errors), compare_numbers);
	printf("kind\t%s\t%s\t%.0f\t%u\t%.1f\t%.1f\t%.1f", name, what, tally->hours, tally->count, tally->errors[tally->count / 2],
		100.0 * tally->held / tally->count, 100.0 * tally->below / tally->count);
	if (tally->asked > 0)
		printf("\t%.1f", 100.0 * tally->right / tally->asked);
	printf("\n");
}

int main(int argc, char **argv)
{
	static int needed[COUNT(sizes)][COUNT(loads)][COUNT(patiences)];
	struct staffing_work *work = staffing_work_new();
	struct tally all = { .errors = calloc(POINTS_MAX, sizeof(double)) }, part = { .errors = calloc(POINTS_MAX, sizeof(double)) };
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	prints_points = argc > 1 && strcmp(argv[1], "points") == 0;
	for (size_t k = 0; k < COUNT(kinds) && all.errors != NULL && part.errors != NULL; k++) {
		all = (struct tally){ .errors = all.errors };
		for (size_t s = 0; s < COUNT(sizes); s++) {
			part = (struct tally){ .errors = part.errors };
			for (size_t l = 0; l < COUNT(loads); l++) {
				for (size_t p = 0; p < COUNT(patiences); p++) {
					struct scenario scenario = { &kinds[k], sizes[s], loads[l], patiences[p], 1000 * k + 100 * s + 10 * l + p, 0 };
					if (kinds[k].services == 1 && !kinds[k].day) {
						if (needed[s][l][p] == 0)
							needed[s][l][p] = needed_by_simulation(&scenario);
						scenario.needed = needed[s][l][p];
					}
					run(&scenario, work, &part);
				}
			}
			memcpy(all.errors + all.count, part.errors, part.count * sizeof(double));
			all.count += part.count;
			all.held += part.held;
			all.below += part.below;
			all.asked += part.asked;
			all.right += part.right;
			all.hours += part.hours;
			char what[32];
			snprintf(what, sizeof(what), "%u", sizes[s]);
			print_tally(kinds[k].name, what, &part);
		}
		print_tally(kinds[k].name, "all", &all);
	}
	free(all.errors);
	free(part.errors);
	staffing_work_free(work);
	return 0;
}
