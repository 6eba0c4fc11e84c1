/*
 * What is remembered on disk: numbers of services and totals, by minute for two days and by quarter-hour for weeks, in a
 * SQLite file for each tenant. cxwall-history(5) describes its tables. Agents, messages and names of people never come
 * here.
 *
 * Fed with the board after each accepted answer, which collects in memory and allocates nothing in the steady state. When a
 * minute is over store_turn() writes it in one transaction; a process that is killed loses the running minute at most. One
 * process of a tenant writes, which a lock decides; others read. Nothing here waits: a full disk, a locked or damaged file
 * is trouble that store_news() tells once, and that is tried again each minute, while whoever uses the store goes on. All
 * functions but store_open() accept NULL for a session that keeps no history.
 *
 * Times are arguments: milliseconds of CLOCK_BOOTTIME and of the time of day. In the file they are seconds since 1970 UTC.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/board.h"
#include "store/series.h"

enum {
	STORE_DAYS = 35, /* quarter-hours, unless configured: four weeks and the one that runs */
	STORE_DAYS_MAX = 366,
	STORE_BYTES = 64 * 1024 * 1024, /* 20 services × 10 statistics take half of it */
	STORE_NEWS_MAX = 512,
};

struct store;

struct store_options {
	const char *folder; /* NULL: cxwall in the user's folder of states */
	const char *tenant;
	const char *path;   /* a file to read, such as a copy, wherever it is and whosever; NULL: the tenant's */
	unsigned days;      /* of quarter-hours; 0: STORE_DAYS */
	int64_t bytes_max;  /* of the file; 0: STORE_BYTES */
	bool writes;        /* where no other process does */
	bool in_memory;     /* a history of this process alone, with no file */
};

/*
 * Never NULL: what is wrong is told by store_news(). Nothing is opened yet: one that writes is opened by its first
 * store_turn(), one that does not when it is first read.
 */
struct store *store_open(const struct store_options *options);

/* Writes what is there, and closes. */
void store_close(struct store *store, int64_t boot_ms, int64_t wall_ms);

/* ---- writing ---- */

/* The data on the board that came since the last call; interval: seconds between answers of the feed. */
void store_take(struct store *store, const struct board *board, double interval);

/* Another layout from now on, or data that have nothing to do with those before. */
void store_forget_panels(struct store *store);

/* Percentages of the running minute were read in the wrong scale. */
void store_forget_percents(struct store *store);

/* Writes the last minute once it is over, and tries again what failed. Called at each turn of a loop. */
void store_turn(struct store *store, int64_t boot_ms, int64_t wall_ms);

/* Writes the running minute as far as it is known, before a stop that may be long, or the end. */
void store_flush(struct store *store, int64_t boot_ms, int64_t wall_ms);

/* Whether this process is the one that writes. */
bool store_writes(const struct store *store);

/* Why no history is kept or read now, as long as that lasts; else "". */
const char *store_trouble(const struct store *store);

/* True once for each event: writing fails, works again, or something happened to the file. *bad: it is a problem. */
bool store_news(struct store *store, char *text, size_t size, bool *bad);

/* ---- reading: each function may be called from none of the callbacks ---- */

/* The id of a series, which is good until the file is begun anew; -1: there is none yet. */
int store_series(struct store *store, const struct store_name *name);

/* All series, in no order. False if they cannot be read. */
bool store_walk(struct store *store, void (*each)(void *context, const struct store_series *series), void *context);

/*
 * The rows of one series, or of all (-1), whose start is at least from_s and below until_s, in order of time. Quarter-hours
 * that are not complete yet are made of their minutes. False if they cannot be read, perhaps after some.
 */
bool store_read(struct store *store, int series, enum store_every every, int64_t from_s, int64_t until_s,
	void (*row)(void *context, const struct store_row *row), void *context);

/* The start of the first and of the last row; false if there is none. */
bool store_span(struct store *store, enum store_every every, int64_t *first_s, int64_t *last_s);

/* Whether a file is one of SQLite, and so no recording. */
bool store_is_history(const char *path);

/* What `cxwall doctor` tells. */
struct store_about {
	char path[STORE_PATH_MAX];
	bool exists;
	int64_t bytes;
	int64_t first_s, last_s; /* the first quarter-hour and the last minute; 0: there are none */
	unsigned series;
	long writer; /* process that writes now; 0: none, -1: one that did not say its number */
};
void store_look(struct store *store, struct store_about *about);

#endif
