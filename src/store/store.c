#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "board/calls.h"
#include "store/store_file.h"

enum {
	STORE_RETRY_MS = 60 * 1000, /* a try costs little, and space may come back at any time */
	STORE_BUSY_MS = 5 * 1000,   /* other programs seldom lock a file for longer */
	STORE_STEP_MS = 5 * 1000,   /* the time of day moved against boot time by more: it was set */
	/* How long a time of day must have been steady before it is trusted to say what is too old. */
	STORE_STEADY_MS = 5 * 60 * 1000,
	STORE_DAY_S = 24 * 3600,
	STORE_ROOM_TRIES = 8, /* pieces of the oldest that make room for one minute */
	STORE_FILE_NAME_MAX = 200,
	STORE_SERIES_MAX = 5000,  /* a megabyte of memory: what is beyond it is not kept */
	STORE_ROWS_MAX = 500,     /* of one grid, the first ones */
};

/* The year 2020: a machine without a clock of its own begins earlier, and learns the time later. */
#define STORE_TIME_MIN_MS INT64_C(1577836800000)

/* What is known of one minute of a series. */
struct tally {
	double sum, largest, last;
	unsigned count;
	double gained, missed;
	bool counted; /* the counter was compared with what it was before */
};

struct kept_series {
	char *key; /* scope, name and statistic, ended by newlines */
	enum kind kind;
	bool counter;
	int id; /* in the file; 0: not looked up yet */
	int64_t seen_s; /* the day that the file has of it */
	uint64_t taken; /* the number of the answer that was taken last */
	struct tally now, done;
	/* Of a counter: its value in the answer before. */
	bool known;
	bool first; /* that value is compared with what the file has, once that is known */
	double before, first_value;
	int64_t before_boot_ms, before_wall_ms;
	double owed; /* corrections that were more than what the minute gained: taken from what comes next */
	/* What minutes that could not be written had gained. */
	double lost_gained, lost_missed;
	bool lost;
};

/* A row of a grid; the first one is of totals. */
struct kept_row {
	char *key;
	int *series; /* by kept column; -1: no room */
};

struct kept_panel {
	unsigned count;
	unsigned char columns[LAYOUT_COLUMNS_MAX];
	struct kept_row *rows; /* NULL: none yet */
	unsigned row_count, row_room;
	struct text_index index; /* of the rows but the first */
	int64_t received_ms;     /* of the data that were taken last */
};

struct store {
	struct store_file *file;
	unsigned days;
	bool writes;
	bool named; /* there is a folder */
	/* What is collected. */
	const struct layout *layout; /* of the panels; NULL: they are made anew */
	struct kept_panel panels[LAYOUT_PANELS_MAX];
	unsigned panel_count;
	struct kept_series *series;
	unsigned series_count, series_room;
	struct text_index index;
	uint64_t answer;
	int64_t now_s, done_s; /* the minutes; 0: there is none */
	bool rare; /* answers come a minute apart or more: none waits for the next */
	int64_t lost_s;        /* the last minute that could not be written; 0: none is owed */
	bool percents_lost;
	/* Writing. */
	bool tried;
	bool damaged; /* found in reading: the file is replaced when it may be written */
	bool other; /* another process writes: nothing is collected, since it does that */
	int64_t retry_ms; /* boot time of the next try */
	int64_t offset_ms, steady_ms;
	int64_t quarter_s; /* of the minute that was written last */
	int64_t day_s;     /* on which series were swept */
	char trouble[STORE_NEWS_MAX];
	char news[STORE_NEWS_MAX];
	bool bad_news;
};

/* ---- series ---- */

static const char *store_series_key(const void *context, unsigned item)
{
	const struct store *store = context;
	return store->series[item].key;
}

/* Texts of the API hold no newline, so that no two names have one key. */
static void store_make_key(char *out, size_t size, const struct store_name *name)
{
	snprintf(out, size, "%s\n%s\n%s", store_scope_names[name->scope], name->name, name->statistic);
}

static void store_read_key(const char *key, struct store_name *name)
{
	const char *of = strchr(key, '\n') + 1, *statistic = strchr(of, '\n') + 1;
	name->scope = key[0] == store_scope_names[STORE_SERVICE][0] ? STORE_SERVICE : STORE_TOTAL;
	snprintf(name->name, sizeof(name->name), "%.*s", (int)(statistic - 1 - of), of);
	snprintf(name->statistic, sizeof(name->statistic), "%s", statistic);
}

/* -1: there is no room. */
static int store_keep_series(struct store *store, const struct panel *panel, unsigned column, const char *service)
{
	struct store_name name;
	char key[STORE_NAME_MAX + STORE_STATISTIC_MAX + 16];
	if (!store_column_name(panel, column, service, &name))
		return -1;
	store_make_key(key, sizeof(key), &name);
	int found = text_index_find(&store->index, key);
	if (found >= 0 || store->series_count == STORE_SERIES_MAX)
		return found;
	store->series = array_reserve(store->series, &store->series_room, store->series_count + 1, sizeof(*store->series));
	struct kept_series *series = &store->series[store->series_count++];
	*series = (struct kept_series){ .kind = panel->columns[column].kind, .counter = store_column_counts(&panel->columns[column]) };
	series->key = must_alloc(strlen(key) + 1);
	strcpy(series->key, key);
	(void)text_index_add(&store->index, series->key, store->series_count - 1);
	return (int)store->series_count - 1;
}

/* ---- panels ---- */

static const char *store_row_key(const void *rows, unsigned row)
{
	return (*(struct kept_row *const *)rows)[row].key;
}

static void kept_panel_close(struct kept_panel *kept)
{
	for (unsigned i = 0; i < kept->row_count; i++) {
		free(kept->rows[i].key);
		free(kept->rows[i].series);
	}
	free(kept->rows);
	text_index_free(&kept->index);
	*kept = (struct kept_panel){ .count = 0 };
}

void store_forget_panels(struct store *store)
{
	if (store == NULL)
		return;
	for (unsigned i = 0; i < store->panel_count; i++)
		kept_panel_close(&store->panels[i]);
	store->panel_count = 0;
	store->layout = NULL;
}

/* key NULL: totals. NULL: there is no room. */
static struct kept_row *kept_panel_row(struct store *store, struct kept_panel *kept, const struct panel *panel, const char *key)
{
	int found = kept->row_count == 0 ? -1 : key == NULL ? 0 : text_index_find(&kept->index, key);
	if (found >= 0)
		return &kept->rows[found];
	if (kept->row_count > STORE_ROWS_MAX)
		return NULL;
	kept->rows = array_reserve(kept->rows, &kept->row_room, kept->row_count + 1, sizeof(*kept->rows));
	kept->index.context = &kept->rows;
	struct kept_row *row = &kept->rows[kept->row_count++];
	*row = (struct kept_row){ .key = must_alloc((key != NULL ? strlen(key) : 0) + 1) };
	strcpy(row->key, key != NULL ? key : "");
	row->series = must_alloc(kept->count * sizeof(*row->series));
	for (unsigned at = 0; at < kept->count; at++)
		row->series[at] = store_keep_series(store, panel, kept->columns[at], key);
	if (key != NULL)
		(void)text_index_add(&kept->index, row->key, kept->row_count - 1);
	return row;
}

static void kept_panel_open(struct store *store, struct kept_panel *kept, const struct panel *panel)
{
	*kept = (struct kept_panel){ .index = { .text = store_row_key } };
	for (unsigned column = 0; column < panel->column_count; column++)
		if (store_column_is_kept(panel, column))
			kept->columns[kept->count++] = (unsigned char)column;
	/* The first row is that of totals, whether there are any or not. */
	if (kept->count > 0)
		(void)kept_panel_row(store, kept, panel, NULL);
}

static void store_open_panels(struct store *store, const struct layout *layout)
{
	if (store->layout == layout)
		return;
	store_forget_panels(store);
	store->layout = layout;
	for (; store->panel_count < layout->panel_count; store->panel_count++)
		kept_panel_open(store, &store->panels[store->panel_count], &layout->panels[store->panel_count]);
}

/* ---- minutes ---- */

static void tally_add(struct tally *tally, double value)
{
	tally->largest = tally->count == 0 || value > tally->largest ? value : tally->largest;
	tally->sum += value;
	tally->last = value;
	tally->count++;
}

static void tally_merge(struct tally *into, const struct tally *later)
{
	if (later->count == 0)
		return;
	into->largest = into->count == 0 || later->largest > into->largest ? later->largest : into->largest;
	into->sum += later->sum;
	into->count += later->count;
	into->last = later->last;
	into->gained += later->gained;
	into->missed += later->missed;
	into->counted = into->counted || later->counted;
}

static int64_t store_quarter(int64_t time_s)
{
	return time_s - time_s % STORE_QUARTER_S;
}

/* A minute that is given up: what it gained is not lost, but belongs to no time. */
static void store_give_up(struct store *store)
{
	for (unsigned i = 0; i < store->series_count; i++) {
		struct kept_series *series = &store->series[i];
		if (series->lost && store_quarter(store->lost_s) != store_quarter(store->done_s)) {
			series->lost_missed += series->lost_gained;
			series->lost_gained = 0;
		}
		series->lost_gained += series->done.gained;
		series->lost_missed += series->done.missed;
		series->lost = series->lost || series->done.counted;
		series->done = (struct tally){ .count = 0 };
	}
	store->lost_s = store->done_s;
	store->done_s = 0;
}

/* The running minute is over, and is to be written. */
static void store_finish(struct store *store)
{
	if (store->now_s == 0)
		return;
	if (store->done_s != 0 && store->done_s != store->now_s)
		store_give_up(store);
	for (unsigned i = 0; i < store->series_count; i++) {
		struct kept_series *series = &store->series[i];
		tally_merge(&series->done, &series->now);
		series->now = (struct tally){ .count = 0 };
	}
	store->done_s = store->now_s;
	store->now_s = 0;
}

/*
 * What a counter rose by goes to the minute of the later answer, unless nobody looked for a while and the answer before was
 * of another quarter-hour: then it happened in one of these, and nobody knows in which.
 */
static void series_count(struct kept_series *series, struct tally *tally, double before, double now, bool placed)
{
	bool anew = calls_began_anew(before, now);
	double rose = anew ? now : now - before;
	tally->counted = true;
	if (anew)
		series->owed = 0;
	rose -= series->owed;
	series->owed = 0;
	double *into = placed ? &tally->gained : &tally->missed;
	if (*into + rose < 0) {
		series->owed = -(*into + rose);
		rose = -*into;
	}
	*into += rose;
}

static void series_take(struct store *store, struct kept_series *series, double value, int64_t boot_ms, int64_t wall_ms,
	int64_t gap_ms)
{
	if (series->taken == store->answer)
		return;
	series->taken = store->answer;
	tally_add(&series->now, value);
	if (!series->counter)
		return;
	if (series->known) {
		bool placed = boot_ms - series->before_boot_ms <= gap_ms ||
			store_quarter(wall_ms / 1000) == store_quarter(series->before_wall_ms / 1000);
		series_count(series, &series->now, series->before, value, placed);
	} else {
		series->first = true;
		series->first_value = value;
	}
	series->known = true;
	series->before = value;
	series->before_boot_ms = boot_ms;
	series->before_wall_ms = wall_ms;
}

/* ---- taking ---- */

/* When and how far apart the answers of a feed are. */
struct answer {
	int64_t boot_ms, wall_ms, gap_ms;
};

static void store_take_cells(struct store *store, const struct kept_panel *kept, const struct kept_row *row,
	const struct panel_data *data, const struct cell *cells, const struct answer *answer)
{
	for (unsigned at = 0; at < kept->count; at++) {
		unsigned column = kept->columns[at];
		if (row->series[at] < 0 || column >= data->columns || cells[column].state != VALUE_NUMBER ||
			!isfinite(cells[column].number))
			continue;
		series_take(store, &store->series[row->series[at]], cells[column].number, answer->boot_ms, answer->wall_ms,
			answer->gap_ms);
	}
}

static void store_take_rows(struct store *store, struct kept_panel *kept, const struct panel *panel,
	const struct panel_data *data, const struct answer *answer)
{
	const char *const *keys = data->rows > 0 ? board_keys(data) : NULL;
	for (unsigned i = 0; i < data->rows && i < STORE_ROWS_MAX; i++) {
		/* A key with a newline is one that the board made up for a row without a name, or with another's. */
		if (keys[i][0] == '\0' || strchr(keys[i], '\n') != NULL)
			continue;
		const struct kept_row *row = kept_panel_row(store, kept, panel, keys[i]);
		if (row != NULL)
			store_take_cells(store, kept, row, data, board_cell(data, i, 0), answer);
	}
}

static void store_take_panel(struct store *store, struct kept_panel *kept, const struct panel *panel,
	const struct panel_data *data, const struct answer *answer)
{
	if (panel->type != PANEL_SERVICE_GRID) {
		if (data->rows > 0)
			store_take_cells(store, kept, &kept->rows[0], data, data->cells, answer);
		return;
	}
	if (data->totals != NULL)
		store_take_cells(store, kept, &kept->rows[0], data, data->totals, answer);
	store_take_rows(store, kept, panel, data, answer);
}

/* The panels of an answer came together; those that it does not name keep their data, which count once. */
void store_take(struct store *store, const struct board *board, double interval)
{
	if (store == NULL || !store->writes || store->other || board->accepted_wall_ms < STORE_TIME_MIN_MS || board->layout == NULL)
		return;
	struct answer answer = { .wall_ms = board->accepted_wall_ms, .boot_ms = board->accepted_ms,
		.gap_ms = interval * 2000 > CALLS_GAP_MS ? (int64_t)(interval * 2000) : CALLS_GAP_MS };
	int64_t minute_s = answer.wall_ms / 1000 / STORE_MINUTE_S * STORE_MINUTE_S;
	store_open_panels(store, board->layout);
	store->answer++;
	if (store->now_s != minute_s)
		store_finish(store);
	store->now_s = minute_s;
	store->rare = interval >= STORE_MINUTE_S;
	for (unsigned i = 0; i < store->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		const struct panel_data *data = board_data(board, panel);
		struct kept_panel *kept = &store->panels[i];
		if (kept->count == 0 || !data->received || data->received_ms == kept->received_ms || data->received_ms != answer.boot_ms)
			continue;
		kept->received_ms = data->received_ms;
		store_take_panel(store, kept, panel, data, &answer);
	}
}

void store_forget_percents(struct store *store)
{
	if (store == NULL)
		return;
	for (unsigned i = 0; i < store->series_count; i++)
		if (store->series[i].kind == KIND_PERCENT)
			store->series[i].now = store->series[i].done = (struct tally){ .count = 0 };
}

/* ---- trouble ---- */

static void store_set_news(struct store *store, const char *news, bool bad)
{
	store->bad_news = bad;
	snprintf(store->news, sizeof(store->news), "%s", news);
	text_trim(store->news);
	log_line("history: %s", store->news);
}

static void store_set_trouble(struct store *store, const char *cause)
{
	bool known = store->trouble[0] != '\0';
	snprintf(store->trouble, sizeof(store->trouble), "%s: %.300s. %s", store->writes ? "The history is not saved"
		: "The history cannot be read", cause, store->writes ? "Retrying every minute." : "");
	text_trim(store->trouble);
	if (store->trouble[strlen(store->trouble) - 1] == ' ')
		store->trouble[strlen(store->trouble) - 1] = '\0';
	if (!known)
		store_set_news(store, store->trouble, true);
}

static void store_clear_trouble(struct store *store)
{
	if (store->trouble[0] != '\0')
		store_set_news(store, "The history is saved again.", false);
	store->trouble[0] = '\0';
}

/* Series are looked up anew in another file, or after what was added to this one was taken back. */
static void store_forget_ids(struct store *store)
{
	for (unsigned i = 0; i < store->series_count; i++)
		store->series[i].id = 0;
}

static void store_set_aside(struct store *store, int64_t wall_ms)
{
	char name[STORE_FILE_NAME_MAX + 80], text[STORE_NEWS_MAX];
	log_line("history: %s: %s", store_file_path(store->file), store_file_cause(store->file));
	if (store_file_set_aside(store->file, wall_ms, name, sizeof(name)) != STORE_FINE) {
		store_set_trouble(store, store_file_cause(store->file));
		return;
	}
	snprintf(text, sizeof(text), "The history was damaged and has begun anew. Old file: %s", name);
	store_set_news(store, text, true);
	store->retry_ms = 0;
}

/* What was collected is another process's to write, which knows it too. */
static void store_discard(struct store *store)
{
	for (unsigned i = 0; i < store->series_count; i++) {
		struct kept_series *series = &store->series[i];
		series->now = series->done = (struct tally){ .count = 0 };
		series->known = series->first = series->lost = false;
		series->lost_gained = series->lost_missed = series->owed = 0;
	}
	store->now_s = store->done_s = 0;
}

/* Returns whether all is fine. */
static bool store_judge(struct store *store, enum store_fault fault, int64_t boot_ms, int64_t wall_ms)
{
	if (fault == STORE_FINE || fault == STORE_ABSENT) {
		store->other = false;
		return true;
	}
	store_file_rollback(store->file);
	store_forget_ids(store);
	store->retry_ms = boot_ms + (fault == STORE_BUSY ? STORE_BUSY_MS : STORE_RETRY_MS);
	store->other = fault == STORE_OTHER;
	if (store->other) {
		store_discard(store);
		store_clear_trouble(store);
		return false;
	}
	if (fault == STORE_DAMAGED && store_file_locked(store->file)) {
		store_set_aside(store, wall_ms);
		return false;
	}
	store_set_trouble(store, store_file_cause(store->file));
	if (fault != STORE_BUSY)
		store_file_close(store->file);
	return false;
}

/* ---- opening ---- */

/* What a file's name may not have, and a point at its beginning, is written as %XX. */
static void store_file_name(const char *tenant, char *out, size_t size)
{
	size_t used = 0;
	for (const char *at = tenant; *at != '\0' && used + 4 < size; at++) {
		char c = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && used > 0);
		used += (size_t)snprintf(out + used, size - used, plain ? "%c" : "%%%02X", (unsigned char)c);
	}
	if (used == 0)
		snprintf(out, size, "unknown");
}

struct store *store_open(const struct store_options *options)
{
	char folder[STORE_PATH_MAX] = "", name[STORE_FILE_NAME_MAX];
	struct store *store = must_alloc(sizeof(*store));
	*store = (struct store){ .days = options->days > 0 ? options->days : STORE_DAYS, .writes = options->writes,
		.index = { .text = store_series_key, .context = store } };
	store_file_name(options->tenant != NULL ? options->tenant : "", name, sizeof(name));
	store->named = options->in_memory;
	if (options->path != NULL)
		store->named = true;
	else if (!options->in_memory && options->folder != NULL)
		store->named = snprintf(folder, sizeof(folder), "%s", options->folder) < (int)sizeof(folder);
	else if (!options->in_memory)
		store->named = os_user_path(OS_FOLDER_STATE, "cxwall", folder, sizeof(folder));
	if (!store->named)
		store_set_trouble(store, "neither XDG_STATE_HOME nor HOME gives a folder for it");
	store->file = options->path != NULL ? store_file_new_copy(options->path) : store_file_new(options->in_memory ? NULL : folder,
		name, options->bytes_max > 0 ? options->bytes_max : STORE_BYTES);
	return store;
}

void store_close(struct store *store, int64_t boot_ms, int64_t wall_ms)
{
	if (store == NULL)
		return;
	store_flush(store, boot_ms, wall_ms);
	store_forget_panels(store);
	for (unsigned i = 0; i < store->series_count; i++)
		free(store->series[i].key);
	free(store->series);
	text_index_free(&store->index);
	store_file_free(store->file);
	free(store);
}

/* Opens the file to write, or where another process does that, to read. */
static void store_try(struct store *store, int64_t boot_ms, int64_t wall_ms)
{
	store->tried = true;
	if (!store->named)
		return;
	if (!store->writes) {
		(void)store_judge(store, store_file_open(store->file, false), boot_ms, wall_ms);
		return;
	}
	store_forget_ids(store);
	enum store_fault fault = store_file_open(store->file, true);
	/* A damaged file is replaced at once, so that not a minute is lost. */
	if (!store_judge(store, fault, boot_ms, wall_ms) && fault == STORE_DAMAGED && store->retry_ms == 0)
		(void)store_judge(store, store_file_open(store->file, true), boot_ms, wall_ms);
	if (store->other && store_file_open(store->file, false) == STORE_DAMAGED)
		store_file_close(store->file);
}

/* One that writes is opened at a known time, by store_turn(). */
static bool store_readable(struct store *store)
{
	if (store == NULL)
		return false;
	if (!store->tried && !store->writes)
		store_try(store, 0, 0);
	return store_file_is_open(store->file);
}

/* ---- writing ---- */

static bool store_trusts_clock(struct store *store, int64_t boot_ms, int64_t wall_ms)
{
	int64_t offset_ms = wall_ms - boot_ms, moved_ms = offset_ms - store->offset_ms;
	if (store->steady_ms == 0 || moved_ms > STORE_STEP_MS || moved_ms < -STORE_STEP_MS)
		store->steady_ms = boot_ms > 0 ? boot_ms : 1;
	store->offset_ms = offset_ms;
	return boot_ms - store->steady_ms >= STORE_STEADY_MS;
}

/* A counter that this run has seen for the first time goes on from what the file has. */
static enum store_fault series_go_on(struct store *store, struct kept_series *series)
{
	struct store_row last;
	series->first = false;
	enum store_fault fault = store_file_last(store->file, series->id, store->done_s, &last);
	if (fault != STORE_FINE)
		return fault == STORE_ABSENT ? STORE_FINE : fault;
	bool placed = store_quarter(last.time_s) == store_quarter(store->done_s) ||
		store->done_s - last.time_s <= STORE_MINUTE_S + CALLS_GAP_MS / 1000;
	series_count(series, &series->done, last.last, series->first_value, placed);
	return STORE_FINE;
}

static enum store_fault series_look_up(struct store *store, struct kept_series *series)
{
	struct store_series about = { .kind = series->kind, .counter = series->counter };
	int64_t day_s = store->done_s / STORE_DAY_S * STORE_DAY_S;
	store_read_key(series->key, &about.name);
	enum store_fault fault = store_file_find(store->file, &about.name, &series->id, &series->seen_s);
	if (fault == STORE_FINE && series->first)
		return series_go_on(store, series);
	if (fault != STORE_ABSENT)
		return fault;
	series->first = false;
	series->seen_s = day_s;
	return store_file_add(store->file, &about, day_s, &series->id);
}

static enum store_fault series_put(struct store *store, struct kept_series *series)
{
	int64_t day_s = store->done_s / STORE_DAY_S * STORE_DAY_S;
	enum store_fault fault = STORE_FINE;
	if (series->id == 0)
		fault = series_look_up(store, series);
	if (fault == STORE_FINE && series->seen_s < day_s) {
		fault = store_file_seen(store->file, series->id, day_s);
		series->seen_s = day_s;
	}
	if (fault != STORE_FINE)
		return fault;
	const struct tally *tally = &series->done;
	bool counted = tally->counted || series->lost, same = store_quarter(store->lost_s) == store_quarter(store->done_s);
	struct store_row row = { .series = series->id, .time_s = store->done_s, .mean = tally->sum / tally->count,
		.largest = tally->largest, .last = tally->last, .gained = NAN, .missed = NAN };
	if (counted) {
		row.gained = tally->gained + (same ? series->lost_gained : 0);
		row.missed = tally->missed + series->lost_missed + (same ? 0 : series->lost_gained);
	}
	return store_file_put(store->file, &row);
}

static enum store_fault store_put_minute(struct store *store, int64_t wall_ms, bool trusted)
{
	int64_t quarter_s = store_quarter(store->done_s), day_s = store->done_s / STORE_DAY_S * STORE_DAY_S;
	enum store_fault fault = store_file_begin(store->file);
	for (unsigned i = 0; fault == STORE_FINE && i < store->series_count; i++)
		if (store->series[i].done.count > 0)
			fault = series_put(store, &store->series[i]);
	/* A quarter-hour is over, or, since the clock was set back, an older one has more. */
	if (fault == STORE_FINE && store->quarter_s > quarter_s)
		fault = store_file_sum(store->file, quarter_s);
	if (fault == STORE_FINE && store->quarter_s != 0 && store->quarter_s != quarter_s)
		fault = store_file_sum(store->file, store->quarter_s);
	if (fault == STORE_FINE)
		fault = store_file_catch_up(store->file, quarter_s);
	if (fault == STORE_FINE)
		fault = store_file_prune(store->file, wall_ms / 1000, store->days, trusted);
	if (fault == STORE_FINE && store->day_s != day_s && trusted)
		fault = store_file_forget(store->file, wall_ms / 1000 - (store->days + 1) * (int64_t)STORE_DAY_S);
	return fault == STORE_FINE ? store_file_commit(store->file) : fault;
}

static void store_done(struct store *store, bool trusted)
{
	int64_t quarter_s = store_quarter(store->done_s);
	for (unsigned i = 0; i < store->series_count; i++) {
		struct kept_series *series = &store->series[i];
		if (series->done.count == 0)
			continue;
		series->done = (struct tally){ .count = 0 };
		series->lost_gained = series->lost_missed = 0;
		series->lost = false;
	}
	if (trusted)
		store->day_s = store->done_s / STORE_DAY_S * STORE_DAY_S;
	store->quarter_s = quarter_s > store->quarter_s ? quarter_s : store->quarter_s;
	store->done_s = 0;
}

static void store_write(struct store *store, int64_t boot_ms, int64_t wall_ms)
{
	bool trusted = store_trusts_clock(store, boot_ms, wall_ms);
	enum store_fault fault = store_put_minute(store, wall_ms, trusted);
	/* At its bound the file makes room by itself. */
	for (int i = 0; fault == STORE_FULL && i < STORE_ROOM_TRIES; i++) {
		store_file_rollback(store->file);
		store_forget_ids(store);
		fault = store_file_make_room(store->file);
		if (fault == STORE_FINE)
			fault = store_put_minute(store, wall_ms, trusted);
	}
	if (!store_judge(store, fault, boot_ms, wall_ms))
		return;
	store_done(store, trusted);
	store_clear_trouble(store);
	(void)store_file_shrink(store->file);
}

static void store_write_done(struct store *store, int64_t boot_ms, int64_t wall_ms)
{
	/* Once more where the first try found the file damaged, and replaced it. */
	for (int i = 0; i < 2 && store->done_s != 0 && (i == 0 || store->retry_ms == 0); i++) {
		/* Whoever removed the file wants it begun anew. */
		if (store_file_writes(store->file) && !store_file_in_place(store->file))
			store_file_close(store->file);
		if (!store_file_writes(store->file))
			store_try(store, boot_ms, wall_ms);
		if (store_file_writes(store->file))
			store_write(store, boot_ms, wall_ms);
	}
}

void store_turn(struct store *store, int64_t boot_ms, int64_t wall_ms)
{
	if (store == NULL || !store->named)
		return;
	if (store->now_s != 0 && (store->rare || wall_ms / 1000 / STORE_MINUTE_S * STORE_MINUTE_S != store->now_s))
		store_finish(store);
	if (store->damaged) {
		store_set_aside(store, wall_ms);
		store->tried = store->damaged = false;
	}
	if (!store->tried || (store->other && boot_ms >= store->retry_ms))
		store_try(store, boot_ms, wall_ms);
	if (store->writes && store->done_s != 0 && boot_ms >= store->retry_ms)
		store_write_done(store, boot_ms, wall_ms);
}

void store_flush(struct store *store, int64_t boot_ms, int64_t wall_ms)
{
	if (store == NULL || !store->named || !store->writes || store->other)
		return;
	store_finish(store);
	store_write_done(store, boot_ms, wall_ms);
}

bool store_writes(const struct store *store)
{
	return store != NULL && store_file_writes(store->file);
}

const char *store_trouble(const struct store *store)
{
	return store == NULL ? "" : store->trouble;
}

bool store_news(struct store *store, char *text, size_t size, bool *bad)
{
	if (store == NULL || store->news[0] == '\0')
		return false;
	*bad = store->bad_news;
	snprintf(text, size, "%s", store->news);
	text_trim(text);
	store->news[0] = '\0';
	return true;
}

/* ---- reading ---- */

static bool store_judge_reading(struct store *store, enum store_fault fault)
{
	if (fault == STORE_FINE || fault == STORE_ABSENT)
		return true;
	log_line("history: %s", store_file_cause(store->file));
	store->damaged = fault == STORE_DAMAGED && store_file_writes(store->file);
	if (!store->writes)
		store_set_trouble(store, store_file_cause(store->file));
	return false;
}

int store_series(struct store *store, const struct store_name *name)
{
	int id = -1;
	int64_t seen_s;
	if (!store_readable(store))
		return -1;
	enum store_fault fault = store_file_find(store->file, name, &id, &seen_s);
	return store_judge_reading(store, fault) && fault == STORE_FINE ? id : -1;
}

bool store_walk(struct store *store, void (*each)(void *context, const struct store_series *series), void *context)
{
	return store_readable(store) && store_judge_reading(store, store_file_walk(store->file, each, context));
}

bool store_read(struct store *store, int series, enum store_every every, int64_t from_s, int64_t until_s,
	void (*row)(void *context, const struct store_row *row), void *context)
{
	return store_readable(store) &&
		store_judge_reading(store, store_file_read(store->file, series, every, from_s, until_s, row, context));
}

bool store_span(struct store *store, enum store_every every, int64_t *first_s, int64_t *last_s)
{
	if (!store_readable(store))
		return false;
	enum store_fault fault = store_file_span(store->file, every, first_s, last_s);
	return store_judge_reading(store, fault) && fault == STORE_FINE;
}

bool store_is_history(const char *path)
{
	static const char mark[] = "SQLite format 3";
	char head[sizeof(mark)];
	struct stat about;
	/* A pipe would wait for whoever writes into it. */
	if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
		return false;
	FILE *file = fopen(path, "rb");
	bool same = file != NULL && fread(head, 1, sizeof(head), file) == sizeof(head) && memcmp(head, mark, sizeof(mark)) == 0;
	if (file != NULL)
		fclose(file);
	return same;
}

static void store_count_series(void *context, const struct store_series *series)
{
	unsigned *count = context;
	(void)series;
	(*count)++;
}

void store_look(struct store *store, struct store_about *about)
{
	struct stat file;
	*about = (struct store_about){ .writer = store_file_writer(store->file) };
	snprintf(about->path, sizeof(about->path), "%s", store_file_path(store->file));
	about->exists = lstat(about->path, &file) == 0;
	about->bytes = about->exists ? (int64_t)file.st_size : 0;
	int64_t first_minute_s;
	if (!store_walk(store, store_count_series, &about->series) ||
		!store_span(store, STORE_QUARTER, &about->first_s, &about->last_s) ||
		!store_span(store, STORE_MINUTE, &first_minute_s, &about->last_s))
		about->first_s = about->last_s = 0;
}
