/*
 * A history at full speed, for scripts that kill it, starve it and damage its file: fifty services with ten statistics, a
 * simulated minute after the other. Calls come at a known pace, so that a reader can tell whether any is lost.
 *
 *	hammer write FOLDER FROM_S [MINUTES]  writes; says each minute once it is on the disk; without end without MINUTES
 *	hammer cost FOLDER MINUTES            the same, and says what it cost
 *	hammer read FOLDER                    reads all, and says how much
 *	hammer full FOLDER STEP               a disk that is full from each write on in turn, or each STEPth, for a while
 */
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "board/board.h"
#include "store/store.h"

enum { SERVICES = 50, STATISTICS = 10, ANSWERS = 4, BYTES_MAX = 64 * 1024 * 1024, CALLS = 3 };

/* 2026-11-24 08:00 UTC, where all begins. */
#define FIRST_S INT64_C(1795507200)

static const char *const statistics[STATISTICS] = { "in_calls_waiting", "in_max_wait_time", "in_calls_received_per_day",
	"in_calls_answered_per_day", "in_calls_abandoned_in_queue_per_day", "in_calls_handled_per_day", "service_level",
	"agents_ready", "agents_busy", "agents_logged_in" };

static struct layout *make_layout(void)
{
	char text[1024] = "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" columns = ( \"name\"";
	struct error error = { "" };
	for (int i = 0; i < STATISTICS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", { stat = \"%s\" kind = \"%s\" }", statistics[i],
			i == 6 ? "percent" : "count");
	strcat(text, " ) } ) } ) } )");
	struct layout *layout = layout_parse("hammer", "hammer", text, &error);
	if (layout == NULL) {
		fprintf(stderr, "%s\n", error.text);
		exit(2);
	}
	return layout;
}

/* Counters rise by the same in each minute; the others never stand still. */
static double value_of(int service, int statistic, int64_t minute, int answer)
{
	if (statistic >= 2 && statistic <= 5)
		return (double)((minute - FIRST_S / 60) * CALLS + (answer == ANSWERS - 1 ? CALLS : answer));
	return (double)((minute * 7 + service * 13 + statistic * 3 + answer * 5) % 100) + (statistic == 6 ? 0.125 : 0);
}

static void give(struct board *board, int services, int64_t minute, int answer, int64_t boot_ms, int64_t wall_ms)
{
	static char names[SERVICES][24];
	struct panel_data *data = &board->panels[0].data[0];
	board->accepted_ms = boot_ms;
	board->accepted_wall_ms = wall_ms;
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = boot_ms;
	data->rows = (unsigned)services;
	data->columns = STATISTICS + 1;
	data->cells = arena_alloc(&data->arena, SERVICES * (STATISTICS + 1) * sizeof(*data->cells));
	data->keys = arena_alloc(&data->arena, SERVICES * sizeof(*data->keys));
	for (int row = 0; row < services; row++) {
		struct cell *cells = &data->cells[row * (STATISTICS + 1)];
		snprintf(names[row], sizeof(names[row]), "Service %d", row + 1);
		data->keys[row] = names[row];
		cells[0] = (struct cell){ .text = names[row], .state = VALUE_TEXT };
		for (int i = 0; i < STATISTICS; i++)
			cells[i + 1] = (struct cell){ .text = "", .state = VALUE_NUMBER, .number = value_of(row, i, minute, answer) };
	}
}

static double cpu_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static long memory_kb(const char *what)
{
	char line[200];
	long kb = 0;
	FILE *file = fopen("/proc/self/status", "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			kb = strtol(line + strlen(what), NULL, 10);
	if (file != NULL)
		fclose(file);
	return kb;
}

static void say_news(struct store *store)
{
	char news[STORE_NEWS_MAX];
	bool bad;
	while (store_news(store, news, sizeof(news), &bad))
		printf("%s: %s\n", bad ? "bad" : "good", news);
}

static int write_minutes(const char *folder, int64_t from_s, int64_t minutes, bool costs)
{
	struct layout *layout = make_layout();
	struct board *board = board_new(layout);
	long before_kb = memory_kb("RssAnon:");
	struct store_options options = { .folder = folder, .tenant = "hammer", .writes = true, .bytes_max = BYTES_MAX };
	struct store *store = store_open(&options);
	double taking_ms = 0, writing_ms = 0, worst_ms = 0;
	int64_t boot_ms = 1000000, wall_ms = from_s * 1000, written = 0;
	for (int64_t minute = from_s / 60; minutes < 0 || minute < from_s / 60 + minutes; minute++) {
		for (int answer = 0; answer < ANSWERS; answer++, boot_ms += 15000, wall_ms += 15000) {
			give(board, SERVICES, minute, answer, boot_ms, wall_ms);
			double start_ms = cpu_ms();
			store_take(store, board, 15);
			double taken_ms = cpu_ms();
			store_turn(store, boot_ms, wall_ms);
			double turned_ms = cpu_ms();
			taking_ms += taken_ms - start_ms;
			writing_ms += turned_ms - taken_ms;
			worst_ms = turned_ms - taken_ms > worst_ms ? turned_ms - taken_ms : worst_ms;
		}
		written++;
		say_news(store);
		/* The minute before this one is on the disk. */
		if (!costs && store_trouble(store)[0] == '\0')
			printf("%lld\n", (long long)(minute - 1) * 60);
		if (!costs)
			fflush(stdout);
	}
	if (costs)
		printf("taking %.3f ms, writing %.3f ms a minute, at most %.1f ms; memory %ld kB\n", taking_ms / (double)written,
			writing_ms / (double)written, worst_ms, memory_kb("RssAnon:") - before_kb);
	store_close(store, boot_ms, wall_ms);
	board_free(board);
	layout_free(layout);
	return 0;
}

struct reading {
	unsigned long rows;
	double gained, missed;
	int64_t last_s;
};

static void read_row(void *context, const struct store_row *row)
{
	struct reading *reading = context;
	reading->rows++;
	reading->gained += isnan(row->gained) ? 0 : row->gained;
	reading->missed += isnan(row->missed) ? 0 : row->missed;
	reading->last_s = row->time_s > reading->last_s ? row->time_s : reading->last_s;
}

static int read_all(const char *folder)
{
	struct store_options options = { .folder = folder, .tenant = "hammer" };
	struct store *store = store_open(&options);
	struct reading minutes = { .rows = 0 }, quarters = { .rows = 0 };
	bool good = store_read(store, -1, STORE_MINUTE, 0, INT64_MAX, read_row, &minutes) &&
		store_read(store, -1, STORE_QUARTER, 0, INT64_MAX, read_row, &quarters);
	struct store_name name = { STORE_SERVICE, "Service 7", "in_calls_received_per_day" };
	struct reading one = { .rows = 0 };
	int series = store_series(store, &name);
	if (good && series > 0)
		good = store_read(store, series, STORE_QUARTER, 0, INT64_MAX, read_row, &one);
	printf("%lu minutes until %lld, %lu quarters, calls %.0f and %.0f, of one %.0f and %.0f\n", minutes.rows,
		(long long)minutes.last_s, quarters.rows, quarters.gained, quarters.missed, one.gained, one.missed);
	say_news(store);
	store_close(store, 0, 0);
	return good ? 0 : 1;
}

/* ---- a full disk ---- */

/* Writes of SQLite, counted; from one on, some of them find no room. */
static long writes, full_from, full_writes;
static bool room_again;

static ssize_t full_pwrite(int file, const void *bytes, size_t length, off_t at)
{
	writes++;
	if (!room_again && full_from > 0 && writes >= full_from && writes < full_from + full_writes) {
		errno = ENOSPC;
		return -1;
	}
	return pwrite(file, bytes, length, at);
}

static ssize_t full_pwrite64(int file, const void *bytes, size_t length, sqlite3_int64 at)
{
	return full_pwrite(file, bytes, length, (off_t)at);
}

/* Returns what went wrong, or NULL. In the last minutes there is room in any case. */
static const char *write_once_full(const char *folder, struct layout *layout, int *troubles)
{
	enum { FULL_SERVICES = 4, MINUTES = 40, LAST = 4 };
	struct board *board = board_new(layout);
	struct store_options options = { .folder = folder, .tenant = "full", .writes = true };
	struct store *store = store_open(&options);
	struct reading one = { .rows = 0 };
	struct store_name name = { STORE_SERVICE, "Service 2", "in_calls_received_per_day" };
	int64_t boot_ms = 1000000, wall_ms = FIRST_S * 1000;
	char news[STORE_NEWS_MAX];
	int bad_news = 0, good_news = 0;
	bool bad;
	for (int64_t minute = FIRST_S / 60; minute < FIRST_S / 60 + MINUTES; minute++) {
		room_again = minute >= FIRST_S / 60 + MINUTES - LAST;
		for (int answer = 0; answer < ANSWERS; answer++, boot_ms += 15000, wall_ms += 15000) {
			give(board, FULL_SERVICES, minute, answer, boot_ms, wall_ms);
			store_take(store, board, 15);
			store_turn(store, boot_ms, wall_ms);
			if (store_news(store, news, sizeof(news), &bad)) {
				bad_news += bad;
				good_news += !bad;
			}
		}
	}
	store_flush(store, boot_ms, wall_ms);
	int series = store_series(store, &name);
	bool read = series > 0 && store_read(store, series, STORE_MINUTE, 0, INT64_MAX, read_row, &one);
	bool writing = store_writes(store);
	store_close(store, boot_ms, wall_ms);
	board_free(board);
	*troubles += bad_news;
	if (bad_news > 1 || good_news != bad_news)
		return "the trouble was not told once, and once that it is over";
	if (!read || !writing)
		return "the history is not written at the end";
	if (one.last_s != FIRST_S + (MINUTES - 1) * 60)
		return "the last minute is missing";
	/* The first answer of all has nothing to be compared with. */
	if (fabs(one.gained + one.missed - MINUTES * CALLS) > 1e-6) {
		fprintf(stderr, "%g gained, %g missed\n", one.gained, one.missed);
		return "calls are lost, or counted twice";
	}
	return NULL;
}

static int write_full(const char *folder, long step)
{
	struct layout *layout = make_layout();
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	int troubles = 0;
	long all = 0;
	if (vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)full_pwrite) != SQLITE_OK ||
		vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)full_pwrite64) != SQLITE_OK)
		return 2;
	for (full_from = 0; full_from == 0 || full_from <= all; full_from += step) {
		char path[600];
		/* One write alone, a few, or the disk stays full for many minutes. */
		full_writes = full_from / step % 3 == 0 ? 1 : full_from / step % 3 == 1 ? 4 : 12;
		writes = 0;
		snprintf(path, sizeof(path), "%s/%ld", folder, full_from);
		const char *wrong = write_once_full(path, layout, &troubles);
		if (wrong != NULL) {
			printf("full from write %ld on, for %ld: %s\n", full_from, full_writes, wrong);
			return 1;
		}
		if (full_from == 0)
			all = writes;
	}
	printf("%ld writes, %d troubles\n", all, troubles);
	layout_free(layout);
	return 0;
}

int main(int argc, char **argv)
{
	signal(SIGXFSZ, SIG_IGN);
	if (argc >= 4 && strcmp(argv[1], "write") == 0)
		return write_minutes(argv[2], strtoll(argv[3], NULL, 10), argc > 4 ? strtoll(argv[4], NULL, 10) : -1, false);
	if (argc == 4 && strcmp(argv[1], "cost") == 0)
		return write_minutes(argv[2], FIRST_S, strtoll(argv[3], NULL, 10), true);
	if (argc == 3 && strcmp(argv[1], "read") == 0)
		return read_all(argv[2]);
	if (argc == 4 && strcmp(argv[1], "full") == 0)
		return write_full(argv[2], strtol(argv[3], NULL, 10));
	fprintf(stderr, "hammer write FOLDER FROM_S [MINUTES] | cost FOLDER MINUTES | read FOLDER | full FOLDER STEP\n");
	return 2;
}
