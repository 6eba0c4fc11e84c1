/*
 * A simulated contact centre as a program that polls it would see it: `simulate BODY FROM SECONDS STEP_MS [RESET [AT BY]]`.
 *
 * BODY is a file with the subscription, FROM the time of day (seconds since 1970) at a midnight of the centre. For each poll,
 * STEP_MS apart and a millisecond before the full step, standard output gets a line with the milliseconds since the start, the
 * time of day in milliseconds, and the answer. RESET is the centre's hour at which counters fall to 0. AT seconds after the
 * start the clock, not the centre, is moved by BY seconds.
 *
 * The last line is what happened by the centre's own counts, which the answers come from too, but which nobody rounded: for
 * each service and each half-hour of the clock, the calls received, answered, answered in time and abandoned, those after the
 * threshold among them, and which of them count for a service level.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "sim/answer.h"
#include "sim/life.h"

enum { HALF_MS = 30 * 60 * 1000, HALVES_MAX = 2000, BODY_MAX = 1024 * 1024 };

struct counts {
	unsigned received, answered, in_time, abandoned, abandoned_long;
};

static struct counts halves[HALVES_MAX][SERVICES_MAX];
static struct counts before[SERVICES_MAX];
static struct centre centre;

static struct counts counts_of(const struct service *service)
{
	return (struct counts){
		.received = service->day.received, .answered = service->day.answered, .in_time = service->day.answered_in_time,
		.abandoned = service->day.abandoned_short + service->day.abandoned_long, .abandoned_long = service->day.abandoned_long,
	};
}

/* What happened since the last poll belongs to the half-hour of this one. */
static void count(int64_t half, bool anew)
{
	if (half < 0 || half >= HALVES_MAX)
		fatal("half-hour %" PRId64, half);
	for (unsigned i = 0; i < centre.service_count; i++) {
		struct counts now = counts_of(&centre.services[i]), *sum = &halves[half][i], last = before[i];
		if (anew)
			last = (struct counts){ 0 };
		sum->received += now.received - last.received;
		sum->answered += now.answered - last.answered;
		sum->in_time += now.in_time - last.in_time;
		sum->abandoned += now.abandoned - last.abandoned;
		sum->abandoned_long += now.abandoned_long - last.abandoned_long;
		before[i] = now;
	}
}

static void read_body(struct body *body, struct arena *arena, const struct supervision *supervised, const char *path)
{
	static char text[BODY_MAX];
	struct body_rules rules = { .centre = &centre, .supervised = supervised };
	struct error error = { "" };
	struct json json;
	unsigned status;
	FILE *file = fopen(path, "r");
	size_t length = file != NULL ? fread(text, 1, sizeof(text), file) : 0;
	json_init(&json);
	if (!json_parse(&json, text, length, &error) || !body_read(body, &json, &rules, arena, &status, &error))
		fatal("%s: %s", path, error.text);
	json_free(&json);
	fclose(file);
}

static void print_counts(int64_t first_s)
{
	printf("{");
	for (unsigned i = 0; i < centre.service_count; i++) {
		printf("%s\"%s\":{\"email\":%s,\"halves\":{", i > 0 ? "," : "", centre.services[i].name,
			strcmp(centre.services[i].traits.media, "email") == 0 ? "true" : "false");
		const char *comma = "";
		for (int half = 0; half < HALVES_MAX; half++) {
			const struct counts *sum = &halves[half][i];
			if (sum->received + sum->answered + sum->abandoned == 0)
				continue;
			printf("%s\"%" PRId64 "\":[%u,%u,%u,%u,%u]", comma, first_s + half * (HALF_MS / 1000), sum->received, sum->answered,
				sum->in_time, sum->abandoned, sum->abandoned_long);
			comma = ",";
		}
		printf("}}");
	}
	printf("}\n");
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return 2;
	int64_t from_ms = atoll(argv[2]) * 1000, length_ms = atoll(argv[3]) * 1000, step_ms = atoll(argv[4]);
	int64_t at_ms = argc > 7 ? atoll(argv[6]) * 1000 : INT64_MAX, by_ms = argc > 7 ? atoll(argv[7]) * 1000 : 0;
	/* A margin, for a clock that is set back. */
	int64_t first_ms = from_ms / HALF_MS * HALF_MS - 4 * (int64_t)HALF_MS;
	struct centre_config config = centre_defaults();
	struct buffer out;
	struct arena arena;
	struct body body;
	config.seed = 1279;
	config.start_minute = 0;
	config.reset_hour = argc > 5 ? atoi(argv[5]) : 0;
	centre_init(&centre, &config);
	int64_t begun = centre.now, reset = centre_day_begins(&config);
	struct supervision supervised = supervision_of(&centre, supervision_all_teams(&centre));
	struct answer_rules rules = { .centre = &centre, .supervised = &supervised, .agent_metrics = true, .service_metrics = true,
		.fraction_totals = true };
	arena_init(&arena, BODY_MAX);
	buffer_init(&out, BODY_MAX);
	read_body(&body, &arena, &supervised, argv[1]);
	while (reset <= begun)
		reset += DAY_MS;
	for (int64_t ms = step_ms - 1; ms < length_ms; ms += step_ms) {
		int64_t wall_ms = from_ms + ms + (ms >= at_ms ? by_ms : 0);
		centre_run(&centre, begun + ms);
		bool anew = centre.now >= reset;
		if (anew)
			reset += DAY_MS;
		/* The first answer says where the counters stand, and nothing of what happened. */
		if (ms == step_ms - 1)
			for (unsigned i = 0; i < centre.service_count; i++)
				before[i] = counts_of(&centre.services[i]);
		else
			count((wall_ms - first_ms) / HALF_MS, anew);
		buffer_clear(&out);
		answer_write(&out, &body, &rules);
		printf("%" PRId64 " %" PRId64 " %s\n", ms, wall_ms, buffer_string(&out));
	}
	print_counts(first_ms / 1000);
	buffer_free(&out);
	arena_free(&arena);
	centre_free(&centre);
	return 0;
}
