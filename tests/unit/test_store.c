/*
 * The history on disk: what a minute and a quarter-hour come to, counters through reset, correction, gap and restart, one
 * writer, files that are damaged, foreign, newer or full, and what goes when it is old.
 */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "board/board.h"
#include "store/store.h"

enum { MINUTE = 60 * 1000, QUARTER = 15 * MINUTE, HOUR = 60 * MINUTE, ROWS_MAX = 4000 };

/* 2026-11-24 08:00 UTC. */
static const int64_t eight = 1795507200000;

static const char text[] =
	"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" services = [\"Support\", \"Sales\"] tiles = ("
	" \"in_calls_waiting\", \"in_calls_received_per_day\" ) },"
	" { name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) } ) } ) } )";

struct desk {
	char folder[64];
	struct layout *layout;
	struct board *board;
	struct store *store;
	int64_t boot_ms; /* wall minus eight, but where a clock is set */
	struct store_options options;
};

static struct layout *parse(const char *layout)
{
	struct error error = { "" };
	struct layout *parsed = layout_parse("test", "test", layout, &error);
	if (parsed == NULL)
		fail_msg("%s", error.text);
	return parsed;
}

static void desk_open(struct desk *desk)
{
	*desk = (struct desk){ .folder = "/tmp/cxwall-store-XXXXXX" };
	assert_non_null(mkdtemp(desk->folder));
	desk->layout = parse(text);
	desk->board = board_new(desk->layout);
	desk->options = (struct store_options){ .folder = desk->folder, .tenant = "example.com", .writes = true };
	desk->store = store_open(&desk->options);
	desk->boot_ms = 1000000;
}

static int64_t now_ms;

static void turn(struct desk *desk)
{
	store_turn(desk->store, desk->boot_ms, now_ms);
}

static void close_store(struct desk *desk)
{
	store_close(desk->store, desk->boot_ms, now_ms);
	desk->store = NULL;
}

/* A process that is killed writes no more: its descriptors close. */
static void desk_close(struct desk *desk)
{
	char command[128];
	close_store(desk);
	board_free(desk->board);
	layout_free(desk->layout);
	snprintf(command, sizeof(command), "rm -rf '%s'", desk->folder);
	assert_int_equal(system(command), 0);
}

/* An answer: calls that wait and were received, of the totals, and those that wait at Sales. */
static void give(struct desk *desk, int64_t wall_ms, const char *waiting, const char *received)
{
	struct panel_data *data = &desk->board->panels[0].data[0];
	desk->boot_ms += desk->board->accepted_wall_ms == 0 || wall_ms < now_ms ? 1000 : wall_ms - now_ms;
	now_ms = wall_ms;
	desk->board->accepted_ms = desk->boot_ms;
	desk->board->accepted_wall_ms = wall_ms;
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = desk->boot_ms;
	data->rows = 1;
	data->columns = 2;
	data->cells = arena_alloc(&data->arena, 2 * sizeof(*data->cells));
	data->cells[0] = value_read(waiting, KIND_COUNT, SCALE_PERCENT, 0);
	data->cells[1] = value_read(received, KIND_COUNT, SCALE_PERCENT, 0);
	data = &desk->board->panels[1].data[0];
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = desk->boot_ms;
	data->rows = 1;
	data->columns = 2;
	data->cells = arena_alloc(&data->arena, 2 * sizeof(*data->cells));
	data->keys = arena_alloc(&data->arena, sizeof(*data->keys));
	data->keys[0] = "Sales";
	data->cells[0] = value_read("Sales", KIND_TEXT, SCALE_PERCENT, 0);
	data->cells[1] = value_read(waiting, KIND_COUNT, SCALE_PERCENT, 0);
	store_take(desk->store, desk->board, 5);
	turn(desk);
}

static const struct store_name waiting = { STORE_TOTAL, "Sales, Support", "in_calls_waiting" };
static const struct store_name received = { STORE_TOTAL, "Sales, Support", "in_calls_received_per_day" };
static const struct store_name at_sales = { STORE_SERVICE, "Sales", "in_calls_waiting" };

static struct store_row rows[ROWS_MAX];
static unsigned row_count;

static void on_row(void *context, const struct store_row *row)
{
	(void)context;
	assert_true(row_count < ROWS_MAX);
	if (row_count > 0)
		assert_true(row->time_s >= rows[row_count - 1].time_s);
	rows[row_count++] = *row;
}

static unsigned read_rows(struct store *store, const struct store_name *name, enum store_every every)
{
	int series = store_series(store, name);
	row_count = 0;
	assert_true(series > 0);
	assert_true(store_read(store, series, every, 0, INT64_MAX, on_row, NULL));
	return row_count;
}

static unsigned read_desk(struct desk *desk, const struct store_name *name, enum store_every every)
{
	return read_rows(desk->store, name, every);
}

static void same(double got, double wanted)
{
	if (isnan(wanted) ? !isnan(got) : !(fabs(got - wanted) < 1e-9))
		fail_msg("%.12g instead of %.12g", got, wanted);
}

static void expect(unsigned i, int64_t wall_ms, double mean, double largest, double last, double gained, double missed)
{
	assert_true(i < row_count);
	assert_int_equal(rows[i].time_s, wall_ms / 1000);
	same(rows[i].mean, mean);
	same(rows[i].largest, largest);
	same(rows[i].last, last);
	same(rows[i].gained, gained);
	same(rows[i].missed, missed);
}

static void no_news(struct desk *desk)
{
	char said[STORE_NEWS_MAX];
	bool bad;
	if (store_news(desk->store, said, sizeof(said), &bad))
		fail_msg("%s", said);
	assert_string_equal(store_trouble(desk->store), "");
}

static void says(struct desk *desk, const char *part, bool wanted_bad)
{
	char said[STORE_NEWS_MAX] = "";
	bool bad = !wanted_bad;
	assert_true(store_news(desk->store, said, sizeof(said), &bad));
	if (strstr(said, part) == NULL)
		fail_msg("'%s' lacks '%s'", said, part);
	assert_int_equal(bad, wanted_bad);
	assert_false(store_news(desk->store, said, sizeof(said), &bad));
}

static void path_of(const struct desk *desk, const char *suffix, char *out, size_t size)
{
	snprintf(out, size, "%s/example.com%s", desk->folder, suffix);
}

static bool exists(const struct desk *desk, const char *suffix)
{
	char path[200];
	path_of(desk, suffix, path, sizeof(path));
	return access(path, F_OK) == 0;
}

/* As somebody with sqlite3 would. */
static void execute(const struct desk *desk, const char *statement)
{
	char path[200];
	sqlite3 *db;
	path_of(desk, ".db", path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, statement, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static long long ask(const struct desk *desk, const char *statement)
{
	char path[200];
	sqlite3 *db;
	sqlite3_stmt *prepared;
	path_of(desk, ".db", path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, statement, -1, &prepared, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(prepared), SQLITE_ROW);
	long long number = sqlite3_column_int64(prepared, 0);
	sqlite3_finalize(prepared);
	sqlite3_close(db);
	return number;
}

/* ---- what a minute and a quarter-hour come to ---- */

static void keeps_minutes(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, eight, "4", "100");
	give(&desk, eight + 20000, "8", "103");
	give(&desk, eight + 40000, "3", "104");
	give(&desk, eight + MINUTE, "1", "104");
	give(&desk, eight + 2 * MINUTE, "2", "110");
	assert_int_equal(read_desk(&desk, &waiting, STORE_MINUTE), 2);
	expect(0, eight, 5, 8, 3, NAN, NAN);
	expect(1, eight + MINUTE, 1, 1, 1, NAN, NAN);
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 2);
	expect(0, eight, 307.0 / 3, 104, 104, 4, 0);
	expect(1, eight + MINUTE, 104, 104, 104, 0, 0);
	/* A row of the grid is a service of its own. */
	assert_int_equal(read_desk(&desk, &at_sales, STORE_MINUTE), 2);
	expect(0, eight, 5, 8, 3, NAN, NAN);
	assert_true(store_writes(desk.store));
	no_news(&desk);
	desk_close(&desk);
}

/* A quarter-hour that runs is made of its minutes, and is in its table once it is over. */
static void sums_quarters_up(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	for (int i = 0; i < 14; i++)
		give(&desk, eight + i * MINUTE, i == 5 ? "9" : "1", i < 5 ? "10" : "12");
	assert_int_equal(read_desk(&desk, &received, STORE_QUARTER), 1);
	expect(0, eight, 146.0 / 13, 12, 12, 2, 0);
	assert_int_equal(ask(&desk, "SELECT count(*) FROM quarters"), 0);
	for (int i = 14; i < 17; i++)
		give(&desk, eight + i * MINUTE, "1", "13");
	assert_int_equal(ask(&desk, "SELECT count(*) FROM quarters"), 3);
	assert_int_equal(read_desk(&desk, &waiting, STORE_QUARTER), 2);
	expect(0, eight, 23.0 / 15, 9, 1, NAN, NAN);
	expect(1, eight + QUARTER, 1, 1, 1, NAN, NAN);
	assert_int_equal(read_desk(&desk, &received, STORE_QUARTER), 2);
	same(rows[0].gained, 3);
	/* Of all series at once. */
	row_count = 0;
	assert_true(store_read(desk.store, -1, STORE_QUARTER, 0, INT64_MAX, on_row, NULL));
	assert_int_equal(row_count, 6);
	row_count = 0;
	assert_true(store_read(desk.store, -1, STORE_MINUTE, (eight + MINUTE) / 1000, (eight + 3 * MINUTE) / 1000, on_row, NULL));
	assert_int_equal(row_count, 6);
	int64_t first_s, last_s;
	assert_true(store_span(desk.store, STORE_QUARTER, &first_s, &last_s));
	assert_int_equal(first_s, eight / 1000);
	assert_int_equal(last_s, (eight + QUARTER) / 1000);
	desk_close(&desk);
}

static void counts_through_reset_and_correction(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, eight, "0", "500");
	give(&desk, eight + 10000, "0", "503");
	/* The reset: what came since then counts. */
	give(&desk, eight + MINUTE, "0", "2");
	/* A correction of more than this minute gained is owed to the next. */
	give(&desk, eight + 2 * MINUTE, "0", "12");
	give(&desk, eight + 3 * MINUTE, "0", "11");
	give(&desk, eight + 4 * MINUTE, "0", "14");
	give(&desk, eight + 5 * MINUTE, "0", "14");
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 5);
	same(rows[0].gained, 3);
	same(rows[1].gained, 2);
	same(rows[2].gained, 10);
	same(rows[3].gained, 0);
	same(rows[4].gained, 2);
	desk_close(&desk);
}

/* What nobody saw come is of no time, unless it was within the same quarter-hour. */
static void misses_what_nobody_saw(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, eight, "0", "10");
	give(&desk, eight + 10 * MINUTE, "0", "20");
	give(&desk, eight + 40 * MINUTE, "0", "50");
	/* One missed poll over the border of a quarter-hour is no gap. */
	give(&desk, eight + 44 * MINUTE + 30000, "0", "52");
	give(&desk, eight + 45 * MINUTE + 20000, "0", "55");
	give(&desk, eight + 46 * MINUTE, "0", "55");
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 5);
	expect(1, eight + 10 * MINUTE, 20, 20, 20, 10, 0);
	expect(2, eight + 40 * MINUTE, 50, 50, 50, 0, 30);
	expect(4, eight + 45 * MINUTE, 55, 55, 55, 3, 0);
	assert_int_equal(read_desk(&desk, &received, STORE_QUARTER), 3);
	same(rows[1].gained, 2);
	same(rows[1].missed, 30);
	desk_close(&desk);
}

/* ---- restarts and clocks ---- */

static void restart(struct desk *desk)
{
	close_store(desk);
	desk->store = store_open(&desk->options);
	turn(desk);
}

static void goes_on_after_a_restart(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, eight, "2", "10");
	give(&desk, eight + 20000, "4", "12");
	restart(&desk);
	/* Within the same minute: merged. */
	give(&desk, eight + 40000, "9", "15");
	give(&desk, eight + MINUTE, "1", "15");
	restart(&desk);
	/* Half an hour later. */
	give(&desk, eight + 30 * MINUTE, "1", "40");
	give(&desk, eight + 31 * MINUTE, "1", "41");
	restart(&desk);
	/* The day after. */
	give(&desk, eight + 24 * HOUR, "1", "7");
	give(&desk, eight + 24 * HOUR + MINUTE, "1", "7");
	assert_int_equal(read_desk(&desk, &waiting, STORE_MINUTE), 5);
	expect(0, eight, 6, 9, 9, NAN, NAN);
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 5);
	expect(0, eight, 13, 15, 15, 5, 0);
	expect(1, eight + MINUTE, 15, 15, 15, 0, 0);
	expect(2, eight + 30 * MINUTE, 40, 40, 40, 0, 25);
	expect(3, eight + 31 * MINUTE, 41, 41, 41, 1, 0);
	expect(4, eight + 24 * HOUR, 7, 7, 7, 0, 7);
	no_news(&desk);
	desk_close(&desk);
}

/* A killed run left a quarter-hour that was never summed up. */
static void sums_up_what_a_killed_run_left(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	for (int i = 0; i < 10; i++)
		give(&desk, eight + i * MINUTE, "3", "10");
	restart(&desk);
	assert_int_equal(ask(&desk, "SELECT count(*) FROM quarters"), 0);
	give(&desk, eight + 2 * HOUR, "3", "10");
	give(&desk, eight + 2 * HOUR + MINUTE, "3", "10");
	assert_int_equal(ask(&desk, "SELECT count(*) FROM quarters"), 3);
	assert_int_equal(read_desk(&desk, &waiting, STORE_QUARTER), 2);
	desk_close(&desk);
}

static void clock_set_back(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	for (int i = 0; i <= 40; i++)
		give(&desk, eight + i * MINUTE, "1", i < 20 ? "10" : "20");
	/* Back by half an hour: the same minutes once more, with twenty calls that are new. */
	for (int i = 10; i <= 45; i++)
		give(&desk, eight + i * MINUTE, "3", i < 20 ? "20" : "40");
	unsigned count = read_desk(&desk, &received, STORE_MINUTE);
	double gained = 0, missed = 0;
	assert_int_equal(count, 45);
	for (unsigned i = 0; i < count; i++) {
		assert_true(i == 0 || rows[i].gained >= 0);
		gained += i == 0 ? 0 : rows[i].gained;
		missed += i == 0 ? 0 : rows[i].missed;
	}
	same(gained, 30);
	same(missed, 0);
	count = read_desk(&desk, &received, STORE_QUARTER);
	assert_int_equal(count, 3);
	same(rows[0].gained + rows[1].gained + rows[2].gained, 30);
	same(rows[1].gained, 30);
	count = read_desk(&desk, &waiting, STORE_MINUTE);
	same(rows[20].mean, 2);
	same(rows[20].largest, 3);
	desk_close(&desk);
}

/* Before the machine has learned the time, nothing is written. */
static void no_clock_yet(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, 1000, "1", "10");
	give(&desk, 1000 + MINUTE, "1", "11");
	give(&desk, eight, "1", "12");
	give(&desk, eight + MINUTE, "1", "12");
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 1);
	expect(0, eight, 12, 12, 12, NAN, NAN);
	desk_close(&desk);
}

/* ---- one writer ---- */

static void one_process_writes(void **state)
{
	struct desk desk;
	char path[200];
	(void)state;
	desk_open(&desk);
	path_of(&desk, ".lock", path, sizeof(path));
	int lock = open(path, O_RDWR | O_CREAT, 0600);
	assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
	give(&desk, eight, "1", "10");
	give(&desk, eight + MINUTE, "1", "20");
	assert_false(store_writes(desk.store));
	no_news(&desk);
	assert_false(exists(&desk, ".db"));
	close(lock);
	/* From the next try on. */
	give(&desk, eight + 3 * MINUTE, "1", "30");
	give(&desk, eight + 4 * MINUTE, "1", "40");
	give(&desk, eight + 5 * MINUTE, "1", "50");
	assert_true(store_writes(desk.store));
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 1);
	expect(0, eight + 4 * MINUTE, 40, 40, 40, NAN, NAN);
	/* Meanwhile others read. */
	struct store_options reading = desk.options;
	reading.writes = false;
	struct store *reader = store_open(&reading);
	assert_int_equal(read_rows(reader, &received, STORE_MINUTE), 1);
	struct store_about about;
	store_look(reader, &about);
	assert_true(about.exists);
	assert_int_equal(about.writer, getpid());
	assert_int_equal(about.series, 3);
	assert_int_equal(about.first_s, (eight) / 1000);
	store_close(reader, 0, 0);
	desk_close(&desk);
}

static void reads_nothing_where_nothing_is(void **state)
{
	struct desk desk;
	int64_t first_s, last_s;
	(void)state;
	desk_open(&desk);
	close_store(&desk);
	desk.options.writes = false;
	desk.store = store_open(&desk.options);
	assert_int_equal(store_series(desk.store, &received), -1);
	assert_false(store_span(desk.store, STORE_MINUTE, &first_s, &last_s));
	turn(&desk);
	no_news(&desk);
	assert_false(exists(&desk, ".db"));
	desk_close(&desk);
}

static void keeps_it_in_memory(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	close_store(&desk);
	desk.options.in_memory = true;
	desk.store = store_open(&desk.options);
	give(&desk, eight, "1", "10");
	give(&desk, eight + MINUTE, "1", "20");
	give(&desk, eight + 2 * MINUTE, "1", "20");
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 2);
	assert_false(exists(&desk, ".db"));
	assert_false(exists(&desk, ".lock"));
	no_news(&desk);
	desk_close(&desk);
}

/* ---- trouble ---- */

static void write_file(const struct desk *desk, const char *suffix, const char *bytes, size_t length)
{
	char path[200];
	path_of(desk, suffix, path, sizeof(path));
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	chmod(path, 0600);
}

static void replaces_a_damaged_file(void **state)
{
	struct desk desk;
	char noise[8192];
	(void)state;
	desk_open(&desk);
	memset(noise, 'x', sizeof(noise));
	write_file(&desk, ".db", noise, sizeof(noise));
	write_file(&desk, ".db-wal", noise, 100);
	give(&desk, eight, "1", "10");
	assert_true(store_writes(desk.store));
	says(&desk, "example.com.db.damaged-20261124T080000Z", true);
	assert_true(exists(&desk, ".db.damaged-20261124T080000Z"));
	give(&desk, eight + MINUTE, "1", "20");
	give(&desk, eight + 2 * MINUTE, "1", "20");
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 2);
	no_news(&desk);
	/* Of many damaged files two are kept, the latest. */
	for (int i = 3; i < 7; i++) {
		close_store(&desk);
		write_file(&desk, ".db", noise, sizeof(noise));
		desk.store = store_open(&desk.options);
		give(&desk, eight + i * MINUTE, "1", "20");
		says(&desk, "damaged", true);
	}
	assert_false(exists(&desk, ".db.damaged-20261124T080400Z"));
	assert_true(exists(&desk, ".db.damaged-20261124T080500Z"));
	assert_true(exists(&desk, ".db.damaged-20261124T080600Z"));
	desk_close(&desk);
}

/* What is found when it is read is replaced as well. */
static void replaces_what_was_read(void **state)
{
	struct desk desk;
	char path[200], nothing[4096] = "";
	(void)state;
	desk_open(&desk);
	for (int i = 0; i < 1000; i++)
		give(&desk, eight + i * (int64_t)MINUTE, "1", "10");
	close_store(&desk);
	path_of(&desk, ".db", path, sizeof(path));
	int file = open(path, O_WRONLY);
	/* A leaf of minutes, behind the first pages. */
	assert_int_equal(pwrite(file, nothing, sizeof(nothing), 12 * 4096), sizeof(nothing));
	close(file);
	desk.store = store_open(&desk.options);
	turn(&desk);
	no_news(&desk);
	assert_true(store_writes(desk.store));
	row_count = 0;
	assert_false(store_read(desk.store, -1, STORE_MINUTE, 0, INT64_MAX, on_row, NULL));
	turn(&desk);
	says(&desk, "has begun anew", true);
	assert_true(store_writes(desk.store));
	give(&desk, eight + 1001 * MINUTE, "1", "10");
	give(&desk, eight + 1002 * MINUTE, "1", "10");
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 1);
	no_news(&desk);
	desk_close(&desk);
}

static void leaves_others_alone(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, eight, "1", "10");
	close_store(&desk);
	execute(&desk, "PRAGMA user_version = 7");
	desk.store = store_open(&desk.options);
	give(&desk, eight + MINUTE, "1", "20");
	says(&desk, "newer version", true);
	give(&desk, eight + 3 * MINUTE, "1", "20");
	assert_false(store_writes(desk.store));
	assert_int_equal(ask(&desk, "SELECT count(*) FROM minutes"), 3);
	assert_int_equal(ask(&desk, "PRAGMA user_version"), 7);
	close_store(&desk);
	execute(&desk, "PRAGMA user_version = 1; PRAGMA application_id = 99");
	desk.store = store_open(&desk.options);
	give(&desk, eight + 4 * MINUTE, "1", "20");
	says(&desk, "not a history", true);
	close_store(&desk);
	/* Mended while the wall runs. */
	desk.store = store_open(&desk.options);
	give(&desk, eight + 5 * MINUTE, "1", "20");
	says(&desk, "not a history", true);
	execute(&desk, "PRAGMA application_id = 1129862984");
	give(&desk, eight + 6 * MINUTE, "1", "21");
	give(&desk, eight + 7 * MINUTE, "1", "22");
	says(&desk, "saved again", false);
	/* The minute that waited is there too. */
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 3);
	expect(1, eight + 5 * MINUTE, 20, 20, 20, 10, 0);
	no_news(&desk);
	desk_close(&desk);
}

/* A file of version 0, which was made and never got its tables. */
static void migrates(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	execute(&desk, "PRAGMA application_id = 1129862984; CREATE TABLE other (a)");
	char path[200];
	path_of(&desk, ".db", path, sizeof(path));
	chmod(path, 0600);
	give(&desk, eight, "1", "10");
	give(&desk, eight + MINUTE, "1", "20");
	no_news(&desk);
	assert_int_equal(ask(&desk, "PRAGMA user_version"), 1);
	assert_int_equal(ask(&desk, "SELECT count(*) FROM minutes"), 3);
	desk_close(&desk);
}

static void refuses_links_and_open_folders(void **state)
{
	struct desk desk;
	char path[200], other[200];
	(void)state;
	desk_open(&desk);
	path_of(&desk, ".db", path, sizeof(path));
	path_of(&desk, ".other", other, sizeof(other));
	assert_int_equal(symlink(other, path), 0);
	give(&desk, eight, "1", "10");
	says(&desk, "is a link", true);
	give(&desk, eight + MINUTE, "1", "10");
	assert_false(exists(&desk, ".other"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chmod(desk.folder, 0777), 0);
	give(&desk, eight + 3 * MINUTE, "1", "10");
	assert_non_null(strstr(store_trouble(desk.store), "by others"));
	assert_int_equal(chmod(desk.folder, 0700), 0);
	give(&desk, eight + 5 * MINUTE, "1", "10");
	says(&desk, "saved again", false);
	struct stat about;
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	desk_close(&desk);
}

static void waits_for_no_other_program(void **state)
{
	struct desk desk;
	char path[200];
	sqlite3 *db;
	(void)state;
	desk_open(&desk);
	give(&desk, eight, "1", "10");
	give(&desk, eight + MINUTE, "1", "12");
	path_of(&desk, ".db", path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	give(&desk, eight + 2 * MINUTE, "1", "15");
	says(&desk, "locked", true);
	give(&desk, eight + 2 * MINUTE + 20000, "1", "16");
	give(&desk, eight + 3 * MINUTE, "1", "17");
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	give(&desk, eight + 3 * MINUTE + 10000, "1", "17");
	says(&desk, "saved again", false);
	give(&desk, eight + 4 * MINUTE, "1", "17");
	/* The minute after that was given up has its calls too. */
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 3);
	expect(1, eight + 2 * MINUTE, 15.5, 16, 16, 6, 0);
	desk_close(&desk);
}

static void begins_anew_where_it_was_removed(void **state)
{
	struct desk desk;
	char command[200];
	(void)state;
	desk_open(&desk);
	give(&desk, eight, "1", "10");
	give(&desk, eight + MINUTE, "1", "12");
	snprintf(command, sizeof(command), "rm '%s'/*", desk.folder);
	assert_int_equal(system(command), 0);
	give(&desk, eight + 2 * MINUTE, "1", "15");
	give(&desk, eight + 3 * MINUTE, "1", "15");
	assert_int_equal(read_desk(&desk, &received, STORE_MINUTE), 2);
	no_news(&desk);
	assert_true(exists(&desk, ".lock"));
	desk_close(&desk);
}

/* ---- what goes ---- */

static void forgets_what_is_old(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	desk.options.days = 4;
	restart(&desk);
	/* Five days, an answer each minute. */
	for (int i = 0; i < 5 * 24 * 60; i++)
		give(&desk, eight + i * (int64_t)MINUTE, "1", "10");
	int64_t first_s, last_s;
	assert_true(store_span(desk.store, STORE_MINUTE, &first_s, &last_s));
	assert_true(last_s - first_s <= 48 * 3600);
	assert_true(last_s - first_s >= 48 * 3600 - 120);
	assert_true(store_span(desk.store, STORE_QUARTER, &first_s, &last_s));
	assert_true(last_s - first_s <= 4 * 24 * 3600);
	assert_true(last_s - first_s >= 4 * 24 * 3600 - 3600);
	no_news(&desk);
	desk_close(&desk);
}

static void keeps_to_its_bound(void **state)
{
	struct desk desk;
	char path[200];
	struct stat about;
	(void)state;
	desk_open(&desk);
	desk.options.bytes_max = 256 * 1024;
	restart(&desk);
	for (int i = 0; i < 3 * 24 * 60; i++)
		give(&desk, eight + i * (int64_t)MINUTE, "1.25", "10");
	path_of(&desk, ".db", path, sizeof(path));
	no_news(&desk);
	int64_t first_s, last_s;
	assert_true(store_span(desk.store, STORE_MINUTE, &first_s, &last_s));
	assert_int_equal(last_s, (eight + (3 * 24 * 60 - 2) * (int64_t)MINUTE) / 1000);
	close_store(&desk);
	assert_int_equal(stat(path, &about), 0);
	assert_true(about.st_size <= 256 * 1024);
	assert_true(about.st_size > 150 * 1024);
	desk_close(&desk);
}

/* ---- names ---- */

static void name_is(const struct panel *panel, unsigned column, const char *service, enum store_scope scope, const char *of,
	const char *statistic)
{
	struct store_name name;
	if (!store_column_name(panel, column, service, &name))
		fail_msg("no name for column %u of '%s', kind %d", column, panel->name, (int)panel->columns[column].kind);
	assert_int_equal(name.scope, scope);
	assert_string_equal(name.name, of);
	assert_string_equal(name.statistic, statistic);
}

static void names_series(void **state)
{
	(void)state;
	struct layout *layout = parse(
		"pages = ( { rows = ( { panels = ("
		" { name = \"t\" type = \"totals\" services = [\"Sales\"] tiles = ( \"in_calls_waiting\","
		" { stat = \"calls_dispositions_per_day\" kind = \"count\" dispositions = [\"Sold\", \"Lost\"] },"
		" { name = \"share\" calc = \"in_calls_answered_per_day / in_calls_received_per_day\" } ) },"
		" { name = \"a\" type = \"agent_grid\" columns = ( \"first_last_name\", \"calls_per_day\" ) },"
		" { name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) } ) } ) } )");
	struct store_name name;
	name_is(&layout->panels[0], 0, NULL, STORE_SERVICE, "Sales", "in_calls_waiting");
	name_is(&layout->panels[0], 1, NULL, STORE_SERVICE, "Sales", "calls_dispositions_per_day [Lost, Sold]");
	name_is(&layout->panels[0], 2, NULL, STORE_SERVICE, "Sales",
		"= in_calls_answered_per_day / in_calls_received_per_day");
	assert_false(store_column_name(&layout->panels[1], 0, NULL, &name));
	assert_false(store_column_name(&layout->panels[1], 1, NULL, &name));
	assert_false(store_column_name(&layout->panels[2], 0, "Sales", &name));
	name_is(&layout->panels[2], 1, "Sales", STORE_SERVICE, "Sales", "in_calls_waiting");
	name_is(&layout->panels[2], 1, NULL, STORE_TOTAL, "", "in_calls_waiting");
	assert_false(store_column_counts(&layout->panels[0].columns[0]));
	assert_true(store_column_counts(&layout->panels[0].columns[1]));
	assert_false(store_column_counts(&layout->panels[0].columns[2]));
	layout_free(layout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_minutes),
		cmocka_unit_test(sums_quarters_up),
		cmocka_unit_test(counts_through_reset_and_correction),
		cmocka_unit_test(misses_what_nobody_saw),
		cmocka_unit_test(goes_on_after_a_restart),
		cmocka_unit_test(sums_up_what_a_killed_run_left),
		cmocka_unit_test(clock_set_back),
		cmocka_unit_test(no_clock_yet),
		cmocka_unit_test(one_process_writes),
		cmocka_unit_test(reads_nothing_where_nothing_is),
		cmocka_unit_test(keeps_it_in_memory),
		cmocka_unit_test(replaces_a_damaged_file),
		cmocka_unit_test(replaces_what_was_read),
		cmocka_unit_test(leaves_others_alone),
		cmocka_unit_test(migrates),
		cmocka_unit_test(refuses_links_and_open_folders),
		cmocka_unit_test(waits_for_no_other_program),
		cmocka_unit_test(begins_anew_where_it_was_removed),
		cmocka_unit_test(forgets_what_is_old),
		cmocka_unit_test(keeps_to_its_bound),
		cmocka_unit_test(names_series),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
