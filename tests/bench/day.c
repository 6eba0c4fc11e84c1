/*
 * A day of a recorded wall: an answer each 5 seconds for 24 hours, of 200 agents, 12 services and a line of totals.
 * Prints how large the file is, how long it takes to open, to go to a random moment and have it decoded on a board,
 * and what memory that needs; and, in the same run over the same answers, what gzip and zstd make of them, and how long
 * they take to reach a moment.
 *
 *     day FOLDER [ANSWERS]
 *
 * Agents change their state every three minutes or so, durations tick, counters count: what is between two answers
 * is what is between two answers of a contact centre.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "board/decode.h"
#include "board/query.h"
#include "recording/reader.h"

/* It writes the file of a recorder record by record. */
#include "recording/recorder.c"

enum {
	AGENTS = 200,
	SERVICES = 12,
	ANSWERS = 24 * 3600 / 5,
	STEP_MS = 5000,
	SEEKS = 400,
	ROOM = 512 * 1024,
	PATH_ROOM = 300,
};

static const char layout_text[] =
	"pages = ( { rows = ( { height = 6 panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\","
	" \"in_max_wait_time\", \"service_level\", \"agents_logged\", \"agents_ready\" ) } ) },"
	" { panels = ( { name = \"queues\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\","
	" \"in_max_wait_time\","
	" \"service_level\", \"in_calls_received_per_day\", \"in_calls_abandoned_in_queue_per_day\", \"agents_logged\","
	" \"agents_busy\" ) }, { name = \"agents\" type = \"agent_grid\" columns = ( \"first_last_name\", \"extension\","
	" \"acd_state\", \"reason\", \"state_duration\", \"in_calls_handled_per_day\", \"calls_average_handling_time_per_day\" )"
	" } ) } ) } )";

static const char *const first_names[] = {
	"Ana", "Bo", "Carla", "Deniz", "Edith", "Farid", "Greta", "Hugo", "Ines", "Jonas",
};
static const char *const last_names[] = { "Moreau", "Okafor", "Petrov", "Quinn", "Rossi", "Schmidt", "Tanaka", "Urbina" };
static const char *const states[] = { "ready", "busy", "after_call_work", "not_ready" };
static const char *const reasons[] = { "Lunch", "Break", "Training", "Meeting" };

struct agent {
	int state, reason, since, handled, handling;
};

struct day {
	struct agent agents[AGENTS];
	int waiting[SERVICES], longest[SERVICES], received[SERVICES], abandoned[SERVICES], level[SERVICES];
	uint32_t random;
};

static uint32_t draw(struct day *day, uint32_t below)
{
	day->random = day->random * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)day->random * below) >> 32);
}

static void step(struct day *day)
{
	for (int i = 0; i < AGENTS; i++) {
		struct agent *agent = &day->agents[i];
		agent->since += 5;
		if (draw(day, 36) != 0)
			continue;
		if (agent->state == 1) {
			agent->handled++;
			agent->handling = (agent->handling * (agent->handled - 1) + agent->since) / agent->handled;
		}
		agent->state = (agent->state + 1 + (draw(day, 12) == 0)) % 3;
		if (draw(day, 10) == 0)
			agent->state = 3;
		agent->reason = (int)draw(day, 4);
		agent->since = (int)draw(day, 5);
	}
	for (int i = 0; i < SERVICES; i++) {
		int more = (int)draw(day, 3);
		day->received[i] += more;
		day->waiting[i] += more - (int)draw(day, 3);
		day->waiting[i] = day->waiting[i] < 0 ? 0 : day->waiting[i];
		day->longest[i] = day->waiting[i] == 0 ? 0 : draw(day, 6) == 0 ? (int)draw(day, 20) : day->longest[i] + 5;
		day->abandoned[i] += draw(day, 40) == 0;
		day->level[i] += (int)draw(day, 3) - 1;
		day->level[i] = day->level[i] > 1000 ? 1000 : day->level[i];
	}
}

static void put_agent(struct buffer *out, const struct day *day, int i)
{
	const struct agent *agent = &day->agents[i];
	const char *first = first_names[i % 10], *last = last_names[i / 10 % 8];
	buffer_print(out, "%s{\"1\":\"%s %s %d\",\"2\":\"%d\",\"3\":\"%s\",\"4\":\"%s\",\"5\":\"%d\",\"6\":\"%d\","
		"\"7\":\"%d\",\"8\":\"%s.%s.%d\"}",
		i == 0 ? "" : ",", first, last, i, 1000 + i, states[agent->state], agent->state == 3 ? reasons[agent->reason] : "",
		agent->since, agent->handled, agent->handling, first, last, i);
}

static void put_service(struct buffer *out, const struct day *day, int i)
{
	char longest[16] = "";
	if (day->waiting[i] > 0)
		snprintf(longest, sizeof(longest), "%d", day->longest[i]);
	buffer_print(out, "%s{\"1\":\"Service %d\",\"2\":\"%d\",\"3\":\"%s\",\"4\":\"%d.%d\",\"5\":\"%d\",\"6\":\"%d\","
		"\"7\":\"%d\",\"8\":\"%d\"}",
		i == 0 ? "" : ",", i, day->waiting[i], longest, day->level[i] / 10, day->level[i] % 10, day->received[i],
		day->abandoned[i], 30 + i, 10 + day->waiting[i] % 7);
}

static void put_answer(struct buffer *out, const struct day *day)
{
	int ready = 0;
	for (int i = 0; i < AGENTS; i++)
		ready += day->agents[i].state == 0;
	buffer_clear(out);
	buffer_print(out, "{\"bench/now\":{\"stats_totals\":{\"in_calls_waiting\":\"%d\",\"in_max_wait_time\":\"%d\","
		"\"service_level\":\"%d\",\"agents_logged\":\"%d\",\"agents_ready\":\"%d\"}},\"bench/queues\":{\"service_grids\":"
		"[{\"id\":\"grid\",\"values\":[", day->waiting[0] + day->waiting[1], day->longest[0], day->level[0] / 10, AGENTS,
		ready);
	for (int i = 0; i < SERVICES; i++)
		put_service(out, day, i);
	buffer_text(out, "]}]},\"bench/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[");
	for (int i = 0; i < AGENTS; i++)
		put_agent(out, day, i);
	buffer_text(out, "]}]}}");
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "day: %s\n", what);
	exit(1);
}

static void check(bool good, const struct error *error)
{
	if (!good)
		die(error->text);
}

static struct layout *load(void)
{
	struct error error;
	struct layout *layout = layout_parse("bench", "bench", layout_text, &error);
	check(layout != NULL, &error);
	return layout;
}

static void put_begin(struct writer *writer, int64_t wall_ms)
{
	static const struct catalogue unknown = { .known = false };
	struct layout *layout = load();
	struct request request;
	struct buffer line;
	struct error error;
	request_init(&request);
	buffer_init(&line, REQUEST_BODY_MAX);
	request_plan(&request, layout, &unknown, &unknown, "bench");
	if (!request_record_put(&request, 5, &line))
		die("the request is too large");
	check(writer_put(writer, RECORD_START, 0, wall_ms, "{}", 2, &error) &&
		writer_put(writer, RECORD_REQUEST, 0, wall_ms, line.data, line.length, &error), &error);
	buffer_free(&line);
	request_free(&request);
	layout_free(layout);
}

static FILE *packer(const char *program, const char *folder, const char *name)
{
	char command[PATH_ROOM * 2];
	snprintf(command, sizeof(command), "command -v %.4s >/dev/null || exec cat >/dev/null; %s >'%s/%s'", program,
		program, folder, name);
	FILE *pipe = popen(command, "w");
	if (pipe == NULL)
		die("no shell");
	return pipe;
}

struct written {
	double raw, seconds;
};

/* seconds: in the writer alone. */
static struct written write_day(const char *folder, const char *path, int answers)
{
	static struct day day = { .random = 4711 };
	struct recording_limits limits = { .bytes = 1LL << 40, .age_ms = 1LL << 50 };
	struct error error;
	struct writer *writer = writer_open(path, &limits, &error);
	struct written written = { 0, 0 };
	struct buffer answer;
	int64_t wall_ms = 1795507200000;
	check(writer != NULL, &error);
	buffer_init(&answer, ROOM);
	FILE *gzip = packer("gzip -6", folder, "day.gz"), *zstd = packer("zstd -q -3", folder, "day.zst");
	for (int i = 0; i < SERVICES; i++)
		day.level[i] = 800;
	put_begin(writer, wall_ms);
	for (int i = 0; i < answers; i++) {
		step(&day);
		put_answer(&answer, &day);
		written.raw += (double)answer.length + 1;
		double began = now();
		int64_t passed_ms = (int64_t)(i + 1) * STEP_MS;
		check(writer_put(writer, RECORD_DATA, passed_ms, wall_ms + passed_ms, answer.data, answer.length, &error),
			&error);
		written.seconds += now() - began;
		fprintf(gzip, "%s\n", answer.data);
		fprintf(zstd, "%s\n", answer.data);
	}
	pclose(gzip);
	pclose(zstd);
	writer_close(writer);
	buffer_free(&answer);
	return written;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

struct measured {
	double open, median, most, all;
	long memory_kb;
};

static void seek(struct recording *recording, uint32_t index, struct request *request, struct board *board)
{
	struct error error;
	const struct buffer *bytes = recording_read(recording, index, &error);
	check(bytes != NULL, &error);
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = recording->entries[index].at_ms,
		.bytes = buffer_string(bytes), .length = bytes->length, .request = request };
	check(decode_frame(board, &frame, NULL, &error), &error);
}

/* In a process of its own, for the sake of its memory. */
static void measure(const char *path, int pipe_end)
{
	static double seconds[SEEKS];
	struct measured measured = { .open = now() };
	struct layout *layout = load();
	struct request request;
	struct json json;
	struct error error;
	struct rusage usage;
	double interval;
	struct day day = { .random = 815 };
	struct recording *recording = recording_open(path, &error);
	check(recording != NULL, &error);
	measured.open = now() - measured.open;
	request_init(&request);
	json_init(&json);
	const struct buffer *bytes = recording_read(recording, 1, &error);
	check(bytes != NULL, &error);
	check(request_record_read(&request, layout, &json, buffer_string(bytes), bytes->length, &interval, &error), &error);
	struct board *board = board_new(layout);
	for (int i = 0; i < SEEKS; i++) {
		double began = now();
		int64_t at_ms = recording->entries[2].at_ms + (int64_t)draw(&day, recording->count - 2) * STEP_MS;
		seek(recording, recording_seek(recording, at_ms), &request, board);
		seconds[i] = now() - began;
	}
	if (board_data(board, &layout->panels[2])->rows != AGENTS)
		die("the board lacks agents");
	qsort(seconds, SEEKS, sizeof(seconds[0]), by_size);
	measured.median = seconds[SEEKS / 2];
	measured.most = seconds[SEEKS - 1];
	measured.all = now();
	for (uint32_t i = 2; i < recording->count; i++)
		seek(recording, i, &request, board);
	measured.all = now() - measured.all;
	getrusage(RUSAGE_SELF, &usage);
	measured.memory_kb = usage.ru_maxrss;
	if (write(pipe_end, &measured, sizeof(measured)) != (ssize_t)sizeof(measured))
		die("no pipe");
}

static struct measured measure_apart(const char *path)
{
	struct measured measured = { .open = 0 };
	int ends[2], status;
	if (pipe(ends) != 0)
		die("no pipe");
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		measure(path, ends[1]);
		_exit(0);
	}
	if (read(ends[0], &measured, sizeof(measured)) != (ssize_t)sizeof(measured))
		die("nothing was measured");
	waitpid(child, &status, 0);
	close(ends[0]);
	close(ends[1]);
	return measured;
}

static double megabytes(const char *folder, const char *name)
{
	char path[PATH_ROOM * 2];
	struct stat about;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &about) == 0 ? (double)about.st_size / 1e6 : 0;
}

/* A moment of a stream is reached by unpacking what is before it: half of all, at the median. */
static double unpack_half(const char *program, const char *folder, const char *name, int answers)
{
	char command[PATH_ROOM * 2];
	snprintf(command, sizeof(command), "%s -dc '%s/%s' 2>/dev/null | sed -n '%d{p;q}' >/dev/null", program, folder, name,
		answers / 2);
	double began = now();
	if (system(command) != 0)
		die("the stream cannot be read");
	return now() - began;
}

static void print_peer(const char *program, const char *arguments, const char *folder, const char *name, int answers,
	double own_mb, double own_seek)
{
	double size = megabytes(folder, name);
	if (size <= 0) {
		printf("%-26s not installed\n", program);
		return;
	}
	double half = unpack_half(program, folder, name, answers);
	printf("%-26s %8.1f MB, %.2f times the recording; %.0f ms to the moment in the middle, %.0f times\n", arguments,
		size, size / own_mb, half * 1e3, half / own_seek);
}

int main(int argc, char **argv)
{
	char path[PATH_ROOM];
	if (argc < 2)
		die("usage: day FOLDER [ANSWERS]");
	int answers = argc > 2 ? atoi(argv[2]) : ANSWERS;
	snprintf(path, sizeof(path), "%.250s/day.rec", argv[1]);
	unlink(path);
	struct written written = write_day(argv[1], path, answers);
	struct measured measured = measure_apart(path);
	double size = megabytes(argv[1], "day.rec");
	printf("%d answers of %.1f kB: %d agents, %d services, totals\n", answers, written.raw / answers / 1e3, AGENTS, SERVICES);
	printf("%-26s %8.1f MB\n", "as they came", written.raw / 1e6);
	printf("%-26s %8.1f MB, %.1f kB an answer\n", "the recording", size, size * 1e3 / answers);
	printf("%-26s %8.2f ms an answer\n", "to write", written.seconds / answers * 1e3);
	printf("%-26s %8.1f ms\n", "to open", measured.open * 1e3);
	printf("%-26s %8.1f ms at the median, %.1f ms at most, of %d\n", "to go to a moment, decoded", measured.median * 1e3,
		measured.most * 1e3, SEEKS);
	printf("%-26s %8.1f s\n", "all of it, decoded", measured.all);
	printf("%-26s %8.1f MB\n", "memory, at most", (double)measured.memory_kb / 1e3);
	print_peer("gzip", "gzip -6", argv[1], "day.gz", answers, size, measured.median);
	print_peer("zstd", "zstd -3", argv[1], "day.zst", answers, size, measured.median);
	return 0;
}
