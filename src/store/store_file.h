/*
 * The file of a history: the only door to SQLite. It knows tables and faults, and nothing of boards or layouts.
 *
 * It is closed at first. All functions but store_file_open() want it open. A fault leaves its text in the file, and after
 * any but STORE_BUSY the owner closes it. The owner gives the times.
 */
#ifndef STORE_STORE_FILE_H
#define STORE_STORE_FILE_H

#include "base/error.h"
#include "store/series.h"

enum store_fault {
	STORE_FINE,
	STORE_ABSENT,  /* there is no such row, or to a reader no such file */
	STORE_OTHER,   /* another process writes: no trouble */
	STORE_BUSY,    /* another program has it locked */
	STORE_DAMAGED,
	STORE_FULL,    /* of the disk or of its own bound */
	STORE_NEWER,   /* a later version of the program made it */
	STORE_FOREIGN, /* not a history */
	STORE_FAILED,
};

enum { STORE_VERSION = 1 }; /* of the tables */

struct store_file;

/* Path NULL: in memory. The folder is made when it is first written. */
struct store_file *store_file_new(const char *folder, const char *name, int64_t bytes_max);

/* A file of any place and owner, to be read alone. */
struct store_file *store_file_new_copy(const char *path);
void store_file_free(struct store_file *file);

/* Opens it. To write, the lock must be had: else STORE_OTHER. */
enum store_fault store_file_open(struct store_file *file, bool writes);
void store_file_close(struct store_file *file);

bool store_file_is_open(const struct store_file *file);
bool store_file_writes(const struct store_file *file);

/* Whether the paths still name the file and the lock that are open. */
bool store_file_in_place(const struct store_file *file);

/* Whether it is this process that may write. */
bool store_file_locked(const struct store_file *file);

/* In words, after a fault. */
const char *store_file_cause(const struct store_file *file);
const char *store_file_path(const struct store_file *file);

/* Gives a damaged file another name, and removes the oldest of those so named. name gets the new one, without a folder. */
enum store_fault store_file_set_aside(struct store_file *file, int64_t wall_ms, char *name, size_t size);

enum store_fault store_file_begin(struct store_file *file);
enum store_fault store_file_commit(struct store_file *file);
void store_file_rollback(struct store_file *file);

/* The id and the day on which it was written last; STORE_ABSENT if it is not there. */
enum store_fault store_file_find(struct store_file *file, const struct store_name *name, int *id, int64_t *seen_s);
enum store_fault store_file_add(struct store_file *file, const struct store_series *series, int64_t seen_s, int *id);
enum store_fault store_file_seen(struct store_file *file, int id, int64_t seen_s);

/* Adds a minute, or merges it into the one that is there. */
enum store_fault store_file_put(struct store_file *file, const struct store_row *row);

/* Makes a quarter-hour anew of its minutes; one whose minutes are gone in part is left as it is. */
enum store_fault store_file_sum(struct store_file *file, int64_t quarter_s);

/* Makes quarter-hours before this one that have minutes and were never summed up, a few at a time. */
enum store_fault store_file_catch_up(struct store_file *file, int64_t quarter_s);

/*
 * Removes a little of what is too old, or more than a day in the future, and, where the file is nearly full, of the oldest.
 * trusted: the clock is known to be right.
 */
enum store_fault store_file_prune(struct store_file *file, int64_t now_s, unsigned days, bool trusted);

/* Removes some of the oldest where the file is full by its own bound; STORE_FULL where the disk is. */
enum store_fault store_file_make_room(struct store_file *file);

/* Forgets series that were not written since then. */
enum store_fault store_file_forget(struct store_file *file, int64_t before_s);

/* Gives pages that were freed back to the disk, a few at a time, where there are many. */
enum store_fault store_file_shrink(struct store_file *file);

/* The last row of a series that is not older than a day before now; STORE_ABSENT if there is none. */
enum store_fault store_file_last(struct store_file *file, int series, int64_t now_s, struct store_row *row);

enum store_fault store_file_walk(struct store_file *file, void (*each)(void *context, const struct store_series *series),
	void *context);
enum store_fault store_file_read(struct store_file *file, int series, enum store_every every, int64_t from_s, int64_t until_s,
	void (*row)(void *context, const struct store_row *row), void *context);
enum store_fault store_file_span(struct store_file *file, enum store_every every, int64_t *first_s, int64_t *last_s);

/* The process that holds the lock; 0: none, -1: one that did not say its number. */
long store_file_writer(const struct store_file *file);

#endif
