#include "store/store_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/log.h"
#include "base/os.h"
#include "base/text.h"

enum {
	FILE_APPLICATION = 0x43585748, /* "CXWH": what file(1) and we know the file by */
	FILE_PAGE = 4096,
	FILE_CACHE_KB = 192, /* the pages that a minute changes, a few times over */
	FILE_LOG_PAGES = 512, /* of the write-ahead log, then they go into the file: an hour of a large wall */
	FILE_VALUE_MAX = 64 * 1024, /* bytes of one value: a file that was made to harm has no larger ones */
	FILE_ASIDE_MAX = 2, /* damaged files that are kept */
	FILE_NEARLY_FULL = 90, /* percent of the bound: the log and a quarter-hour fit into the rest */
	FILE_MINUTES_AT_ONCE = 5 * STORE_MINUTE_S, /* removed in one transaction */
	FILE_QUARTERS_AT_ONCE = 4 * STORE_QUARTER_S,
	FILE_SHRINK_PAGES = 64,
	FILE_CATCH_UP = 4, /* quarter-hours in one transaction */
	FILE_DAY_S = 24 * 3600,
	FILE_SERIES_MAX = 100 * 1000, /* ids of a file: many times what is in use at a time */
};

/* The year 2200: a time beyond it is a mistake. */
#define FILE_TIME_MAX_S INT64_C(7258118400)
/* Behind the name of a damaged file, and before the time at which it was found. */
#define FILE_ASIDE ".db.damaged-"

/* Each step makes the tables of one version those of the next. */
static const char *const migrations[STORE_VERSION] = {
	"CREATE TABLE series (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, name TEXT NOT NULL, statistic TEXT NOT NULL,"
	" kind TEXT NOT NULL, counter INTEGER NOT NULL, seen INTEGER NOT NULL, UNIQUE (scope, name, statistic));"
	"CREATE TABLE minutes (time INTEGER NOT NULL, series INTEGER NOT NULL, mean REAL, largest REAL, last REAL, gained REAL,"
	" missed REAL, PRIMARY KEY (time, series)) WITHOUT ROWID;"
	"CREATE TABLE quarters (time INTEGER NOT NULL, series INTEGER NOT NULL, mean REAL, largest REAL, last REAL, gained REAL,"
	" missed REAL, PRIMARY KEY (time, series)) WITHOUT ROWID;",
};

enum statement {
	FILE_BEGIN,
	FILE_COMMIT,
	FILE_FIND,
	FILE_ADD,
	FILE_SEEN,
	FILE_FORGET,
	FILE_PUT,
	FILE_SUM,
	FILE_SUM_ONCE,
	FILE_MINUTE,
	FILE_QUARTER,
	FILE_MINUTES,
	FILE_QUARTERS,
	FILE_NEXT_MINUTE,
	FILE_MINUTES_SPAN,
	FILE_QUARTERS_SPAN,
	FILE_SUMMED,
	FILE_DROP_MINUTES,
	FILE_DROP_QUARTERS,
	FILE_DROP_LATE_MINUTES,
	FILE_DROP_LATE_QUARTERS,
	FILE_WALK,
	FILE_PAGES,
	FILE_FREE_PAGES,
	FILE_STATEMENTS,
};

#define FILE_ROW "SELECT time, series, mean, largest, last, gained, missed FROM "
#define FILE_PUT_INTO(table) "INTO " table " (time, series, mean, largest, last, gained, missed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"

static const char *const texts[FILE_STATEMENTS] = {
	[FILE_BEGIN] = "BEGIN IMMEDIATE",
	[FILE_COMMIT] = "COMMIT",
	[FILE_FIND] = "SELECT id, seen FROM series WHERE scope = ?1 AND name = ?2 AND statistic = ?3",
	[FILE_ADD] = "INSERT INTO series (scope, name, statistic, kind, counter, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[FILE_SEEN] = "UPDATE series SET seen = ?2 WHERE id = ?1",
	[FILE_FORGET] = "DELETE FROM series WHERE seen < ?1",
	/* Which of two parts of a minute was longer is not kept, so that each has half of the mean. */
	[FILE_PUT] = "INSERT " FILE_PUT_INTO("minutes") " ON CONFLICT (time, series) DO UPDATE SET"
		" mean = (mean + excluded.mean) / 2, largest = max(largest, excluded.largest), last = excluded.last,"
		" gained = CASE WHEN gained IS NULL THEN excluded.gained ELSE gained + coalesce(excluded.gained, 0) END,"
		" missed = CASE WHEN missed IS NULL THEN excluded.missed ELSE missed + coalesce(excluded.missed, 0) END",
	[FILE_SUM] = "REPLACE " FILE_PUT_INTO("quarters"),
	[FILE_SUM_ONCE] = "INSERT OR IGNORE " FILE_PUT_INTO("quarters"),
	[FILE_MINUTE] = FILE_ROW "minutes WHERE time = ?1 AND series = ?2",
	[FILE_QUARTER] = FILE_ROW "quarters WHERE time = ?1 AND series = ?2",
	[FILE_MINUTES] = FILE_ROW "minutes WHERE time >= ?1 AND time < ?2 ORDER BY time, series",
	[FILE_QUARTERS] = FILE_ROW "quarters WHERE time >= ?1 AND time < ?2 ORDER BY time, series",
	[FILE_NEXT_MINUTE] = "SELECT min(time) FROM minutes WHERE time >= ?1",
	[FILE_MINUTES_SPAN] = "SELECT (SELECT min(time) FROM minutes), (SELECT max(time) FROM minutes)",
	[FILE_QUARTERS_SPAN] = "SELECT (SELECT min(time) FROM quarters), (SELECT max(time) FROM quarters)",
	[FILE_SUMMED] = "SELECT max(time) FROM quarters WHERE time < ?1",
	[FILE_DROP_MINUTES] = "DELETE FROM minutes WHERE time < ?1",
	[FILE_DROP_QUARTERS] = "DELETE FROM quarters WHERE time < ?1",
	[FILE_DROP_LATE_MINUTES] = "DELETE FROM minutes WHERE time > ?1",
	[FILE_DROP_LATE_QUARTERS] = "DELETE FROM quarters WHERE time > ?1",
	[FILE_WALK] = "SELECT id, scope, name, statistic, kind, counter FROM series",
	[FILE_PAGES] = "PRAGMA page_count",
	[FILE_FREE_PAGES] = "PRAGMA freelist_count",
};

struct store_file {
	char folder[STORE_PATH_MAX]; /* "": in memory */
	char name[STORE_PATH_MAX];   /* without ".db" */
	char path[2 * STORE_PATH_MAX + 8];
	int64_t bytes_max;
	bool copy; /* named by its path, and only read */
	sqlite3 *db; /* NULL: closed */
	sqlite3_stmt *statements[FILE_STATEMENTS];
	bool writes;
	int lock; /* -1: not held */
	dev_t device;
	ino_t inode;
	char cause[ERROR_TEXT];
};

/* ---- faults ---- */

static enum store_fault file_fail(struct store_file *file, enum store_fault fault, const char *why)
{
	snprintf(file->cause, sizeof(file->cause), "%s", why);
	return fault;
}

static enum store_fault file_fail_errno(struct store_file *file, const char *path)
{
	enum store_fault fault = errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? STORE_FULL : STORE_FAILED;
	/* The cause first: a long path is cut off at the edge of the screen. */
	snprintf(file->cause, sizeof(file->cause), "%s (%.160s)", errno == ELOOP ? "is a link" : strerror(errno), path);
	return fault;
}

/* SQLite calls a file read-only as well when a damaged head says so. */
static bool file_may_be_written(const struct store_file *file)
{
	return access(file->path, W_OK) == 0 && access(file->folder, W_OK) == 0;
}

static enum store_fault file_fault(struct store_file *file, int code)
{
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* tables that lack a column, or are not there */
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
	case SQLITE_RANGE:
		snprintf(file->cause, sizeof(file->cause), "%s", sqlite3_errmsg(file->db));
		return STORE_DAMAGED;
	case SQLITE_READONLY:
		if (file->writes && code == SQLITE_READONLY && file_may_be_written(file))
			return file_fail(file, STORE_DAMAGED, "its head says that it is read-only");
		return file_fail(file, STORE_FAILED, "it cannot be written");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return file_fail(file, STORE_BUSY, "another program has it locked");
	case SQLITE_FULL:
		return file_fail(file, STORE_FULL, "no space is left on the disk");
	case SQLITE_IOERR:
		/* A limit on the size of files is no full disk to SQLite. */
		if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE || code == SQLITE_IOERR_SHMSIZE)
			return file_fail(file, STORE_FULL, "it cannot grow");
		break;
	default:
		break;
	}
	int error = file->db == NULL ? 0 : sqlite3_system_errno(file->db);
	snprintf(file->cause, sizeof(file->cause), "%s%s%s", sqlite3_errstr(code), error != 0 ? ": " : "",
		error != 0 ? strerror(error) : "");
	return STORE_FAILED;
}

/* ---- statements ---- */

/* NULL after a fault. */
static sqlite3_stmt *file_statement(struct store_file *file, enum statement which, enum store_fault *fault)
{
	sqlite3_stmt **statement = &file->statements[which];
	*fault = STORE_FINE;
	if (*statement == NULL) {
		int code = sqlite3_prepare_v3(file->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
		if (code != SQLITE_OK)
			*fault = file_fault(file, code);
	}
	return *statement;
}

/* One row, STORE_ABSENT without one; the caller resets the statement. */
static enum store_fault file_step(struct store_file *file, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return STORE_FINE;
	return code == SQLITE_DONE ? STORE_ABSENT : file_fault(file, code);
}

/* A statement that gives no rows. */
static enum store_fault file_run(struct store_file *file, sqlite3_stmt *statement)
{
	enum store_fault fault = file_step(file, statement);
	sqlite3_reset(statement);
	return fault == STORE_ABSENT ? STORE_FINE : fault;
}

static enum store_fault file_do(struct store_file *file, enum statement which)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, which, &fault);
	return statement == NULL ? fault : file_run(file, statement);
}

static enum store_fault file_do_with(struct store_file *file, enum statement which, int64_t number)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, which, &fault);
	if (statement == NULL)
		return fault;
	sqlite3_bind_int64(statement, 1, number);
	return file_run(file, statement);
}

static enum store_fault file_execute(struct store_file *file, const char *text)
{
	int code = sqlite3_exec(file->db, text, NULL, NULL, NULL);
	return code == SQLITE_OK ? STORE_FINE : file_fault(file, code);
}

/* The number that a statement without parameters gives; false with a fault. */
static bool file_number(struct store_file *file, const char *text, int64_t *number, enum store_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(file->db, text, -1, &statement, NULL);
	*fault = code == SQLITE_OK ? file_step(file, statement) : file_fault(file, code);
	if (*fault == STORE_FINE)
		*number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return *fault == STORE_FINE;
}

static int64_t file_pages(struct store_file *file, enum statement which)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, which, &fault);
	int64_t pages = 0;
	if (statement == NULL)
		return 0;
	if (file_step(file, statement) == STORE_FINE)
		pages = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return pages;
}

/* ---- opening ---- */

struct store_file *store_file_new(const char *folder, const char *name, int64_t bytes_max)
{
	struct store_file *file = must_alloc(sizeof(*file));
	*file = (struct store_file){ .bytes_max = bytes_max, .lock = -1 };
	snprintf(file->folder, sizeof(file->folder), "%s", folder != NULL ? folder : "");
	snprintf(file->name, sizeof(file->name), "%s", name);
	snprintf(file->path, sizeof(file->path), "%s/%s.db", file->folder, file->name);
	return file;
}

struct store_file *store_file_new_copy(const char *path)
{
	struct store_file *file = store_file_new("/", "", 0);
	file->copy = true;
	snprintf(file->path, sizeof(file->path), "%s", path);
	return file;
}

static void file_disconnect(struct store_file *file)
{
	for (int i = 0; i < FILE_STATEMENTS; i++) {
		sqlite3_finalize(file->statements[i]);
		file->statements[i] = NULL;
	}
	sqlite3_close(file->db);
	file->db = NULL;
}

void store_file_close(struct store_file *file)
{
	file_disconnect(file);
	file->writes = false;
	/* Last: until then nobody else may write. */
	if (file->lock >= 0)
		close(file->lock);
	file->lock = -1;
}

void store_file_free(struct store_file *file)
{
	if (file == NULL)
		return;
	store_file_close(file);
	free(file);
}

bool store_file_is_open(const struct store_file *file)
{
	return file->db != NULL;
}

bool store_file_writes(const struct store_file *file)
{
	return file->db != NULL && file->writes;
}

bool store_file_in_place(const struct store_file *file)
{
	char path[sizeof(file->path)];
	struct stat about, lock;
	if (file->folder[0] == '\0')
		return true;
	snprintf(path, sizeof(path), "%s/%s.lock", file->folder, file->name);
	bool locked = file->lock >= 0 && fstat(file->lock, &lock) == 0 && lstat(path, &about) == 0 &&
		about.st_dev == lock.st_dev && about.st_ino == lock.st_ino;
	return locked && lstat(file->path, &about) == 0 && about.st_dev == file->device && about.st_ino == file->inode;
}

bool store_file_locked(const struct store_file *file)
{
	return file->lock >= 0;
}

const char *store_file_cause(const struct store_file *file)
{
	return file->cause;
}

const char *store_file_path(const struct store_file *file)
{
	return file->folder[0] == '\0' ? "" : file->path;
}

/* Links above the folder are the user's own affair; the folder is one that nobody else may write. */
static enum store_fault file_check_folder(struct store_file *file)
{
	struct stat about;
	int folder = open(file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 && errno == ENOENT)
		return file_fail(file, STORE_ABSENT, "there is no history yet");
	if (folder < 0 || fstat(folder, &about) != 0) {
		enum store_fault fault = file_fail_errno(file, file->folder);
		if (folder >= 0)
			close(folder);
		return fault;
	}
	close(folder);
	if (about.st_uid != geteuid()) {
		snprintf(file->cause, sizeof(file->cause), "its folder belongs to another user (%.160s)", file->folder);
		return STORE_FAILED;
	}
	if ((about.st_mode & 022) != 0) {
		snprintf(file->cause, sizeof(file->cause), "its folder can be written by others: chmod 700 %.160s", file->folder);
		return STORE_FAILED;
	}
	return STORE_FINE;
}

/* The lock says who writes, for people. */
static enum store_fault file_take_lock(struct store_file *file)
{
	char path[sizeof(file->path)], number[24];
	snprintf(path, sizeof(path), "%s/%s.lock", file->folder, file->name);
	int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (lock < 0)
		return file_fail_errno(file, path);
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		enum store_fault fault = errno == EWOULDBLOCK ? file_fail(file, STORE_OTHER, "another process writes it")
			: file_fail_errno(file, path);
		close(lock);
		return fault;
	}
	file->lock = lock;
	int length = snprintf(number, sizeof(number), "%ld\n", (long)getpid());
	if (ftruncate(lock, 0) == 0)
		(void)os_write_all(lock, number, (size_t)length);
	return STORE_FINE;
}

/* A file of the user's own, made if it is to be written and not there. */
static enum store_fault file_check_file(struct store_file *file, bool writes)
{
	struct stat about;
	if (lstat(file->path, &about) != 0) {
		if (errno != ENOENT)
			return file_fail_errno(file, file->path);
		if (!writes)
			return file_fail(file, STORE_ABSENT, "there is no history yet");
		int made = open(file->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (made < 0 || fstat(made, &about) != 0)
			return file_fail_errno(file, file->path);
		/* Closed before SQLite opens it: closing any descriptor of a file ends the locks that a process has on it. */
		close(made);
	}
	const char *why = S_ISLNK(about.st_mode) ? "its file is a link" : !S_ISREG(about.st_mode) ? "its path is not a file"
		: about.st_uid != geteuid() ? "its file belongs to another user" : (about.st_mode & 022) != 0
		? "its file can be written by others" : NULL;
	if (why != NULL) {
		snprintf(file->cause, sizeof(file->cause), "%s (%.160s)", why, file->path);
		return STORE_FAILED;
	}
	file->device = about.st_dev;
	file->inode = about.st_ino;
	return STORE_FINE;
}

/* Of what was copied anything may be refused but the file itself. */
static enum store_fault file_check_copy(struct store_file *file)
{
	struct stat about;
	if (stat(file->path, &about) != 0)
		return file_fail_errno(file, file->path);
	return S_ISREG(about.st_mode) ? STORE_FINE : file_fail(file, STORE_FAILED, "it is not a file");
}

/*
 * A copy without a log beside it is not written by anybody: so it can be read in a folder where the reader may make no files,
 * and none is left there.
 */
static void file_copy_address(char *address, size_t size, const char *path)
{
	char log[PATH_MAX + 8];
	snprintf(log, sizeof(log), "%s-wal", path);
	size_t used = (size_t)snprintf(address, size, "file:");
	for (const char *at = path; *at != '\0' && used + 4 < size; at++)
		used += (size_t)snprintf(address + used, size - used, strchr("?#%", *at) != NULL ? "%%%02X" : "%c", (unsigned char)*at);
	snprintf(address + used, size - used, access(log, F_OK) == 0 ? "" : "?immutable=1");
}

static enum store_fault file_connect(struct store_file *file, bool writes)
{
	char real[PATH_MAX], address[3 * PATH_MAX + 32];
	const char *path = ":memory:";
	if (file->folder[0] != '\0') {
		/* SQLite would refuse a link anywhere in the path. */
		if (realpath(file->path, real) == NULL)
			return file_fail_errno(file, file->path);
		path = real;
		if (file->copy) {
			file_copy_address(address, sizeof(address), real);
			path = address;
		}
	}
	int flags = (file->copy ? SQLITE_OPEN_URI : 0) | (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_NOFOLLOW;
	int code = sqlite3_open_v2(path, &file->db, flags, NULL);
	if (code != SQLITE_OK)
		return file_fault(file, code);
	sqlite3_extended_result_codes(file->db, 1);
	/* What stands in the file is data: nothing in it runs. */
	sqlite3_db_config(file->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(file->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(file->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(file->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(file->db, SQLITE_LIMIT_LENGTH, FILE_VALUE_MAX);
	return STORE_FINE;
}

static enum store_fault file_configure(struct store_file *file, bool writes)
{
	char text[400];
	snprintf(text, sizeof(text), "PRAGMA cache_size = -%d; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
		"PRAGMA mmap_size = 0;", FILE_CACHE_KB);
	enum store_fault fault = file_execute(file, text);
	if (fault != STORE_FINE || !writes)
		return fault;
	snprintf(text, sizeof(text), "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = %d;"
		"PRAGMA journal_size_limit = %d; PRAGMA max_page_count = %lld;", FILE_LOG_PAGES, FILE_LOG_PAGES * FILE_PAGE,
		(long long)(file->bytes_max / FILE_PAGE));
	return file_execute(file, text);
}

/* Of an empty file this must come first. */
static enum store_fault file_prepare_new(struct store_file *file)
{
	char text[80];
	snprintf(text, sizeof(text), "PRAGMA page_size = %d; PRAGMA auto_vacuum = INCREMENTAL;", FILE_PAGE);
	return file_execute(file, text);
}

static enum store_fault file_migrate(struct store_file *file, int64_t version)
{
	char text[100];
	enum store_fault fault = store_file_begin(file);
	for (int64_t i = version; fault == STORE_FINE && i < STORE_VERSION; i++)
		fault = file_execute(file, migrations[i]);
	snprintf(text, sizeof(text), "PRAGMA application_id = %d; PRAGMA user_version = %d", FILE_APPLICATION, STORE_VERSION);
	if (fault == STORE_FINE)
		fault = file_execute(file, text);
	if (fault == STORE_FINE)
		fault = store_file_commit(file);
	if (fault != STORE_FINE)
		store_file_rollback(file);
	return fault;
}

/* -1: the file is empty. */
static enum store_fault file_read_version(struct store_file *file, int64_t *version)
{
	int64_t application = 0, tables = 0;
	enum store_fault fault;
	if (!file_number(file, "PRAGMA application_id", &application, &fault) ||
		!file_number(file, "PRAGMA user_version", version, &fault) ||
		!file_number(file, "SELECT count(*) FROM sqlite_schema", &tables, &fault))
		return fault;
	bool empty = application == 0 && *version == 0 && tables == 0;
	if (!empty && application != FILE_APPLICATION)
		return file_fail(file, STORE_FOREIGN, "it is not a history of cxwall");
	if (*version > STORE_VERSION)
		return file_fail(file, STORE_NEWER, "a newer version of cxwall made it");
	if (empty)
		*version = -1;
	return STORE_FINE;
}

/* A file of another program or version is only looked at: nothing is set in it before that is known. */
static enum store_fault file_open_tables(struct store_file *file, bool writes)
{
	int64_t version = 0;
	enum store_fault fault = file_read_version(file, &version);
	if (fault == STORE_FINE && version < STORE_VERSION && !writes)
		fault = file_fail(file, STORE_ABSENT, "there is no history yet");
	if (fault == STORE_FINE && version < 0)
		fault = file_prepare_new(file);
	if (fault == STORE_FINE)
		fault = file_configure(file, writes);
	if (fault == STORE_FINE && version < STORE_VERSION)
		fault = file_migrate(file, version < 0 ? 0 : version);
	return fault;
}

static enum store_fault file_open_path(struct store_file *file, bool writes)
{
	enum store_fault fault = STORE_FINE;
	if (file->folder[0] == '\0')
		return STORE_FINE;
	if (file->copy)
		return file_check_copy(file);
	if (writes && !os_make_folders(file->folder))
		return file_fail_errno(file, file->folder);
	if (fault == STORE_FINE)
		fault = file_check_folder(file);
	if (fault == STORE_FINE && writes)
		fault = file_take_lock(file);
	return fault == STORE_FINE ? file_check_file(file, writes) : fault;
}

enum store_fault store_file_open(struct store_file *file, bool writes)
{
	store_file_close(file);
	file->cause[0] = '\0';
	file->writes = writes;
	enum store_fault fault = file_open_path(file, writes);
	if (fault == STORE_FINE)
		fault = file_connect(file, writes);
	if (fault == STORE_FINE)
		fault = file_open_tables(file, writes);
	/* A damaged file is renamed under the lock. */
	if (fault == STORE_DAMAGED)
		file_disconnect(file);
	else if (fault != STORE_FINE)
		store_file_close(file);
	return fault;
}

/* ---- damage ---- */

/* The write-ahead log belongs to the damaged file: it would be played into the new one. */
static bool file_rename(const struct store_file *file, const char *name, const char *suffix)
{
	char from[sizeof(file->path) + 8], to[sizeof(file->path) + 80];
	snprintf(from, sizeof(from), "%s%s", file->path, suffix);
	snprintf(to, sizeof(to), "%s/%s%s", file->folder, name, suffix);
	return rename(from, to) == 0 || errno == ENOENT;
}

/* The oldest of the files that were set aside, and how many there are. */
static unsigned file_oldest_aside(const struct store_file *file, char *oldest, size_t size)
{
	char begin[sizeof(file->name) + 16];
	int length = snprintf(begin, sizeof(begin), "%s" FILE_ASIDE, file->name);
	unsigned count = 0;
	DIR *folder = opendir(file->folder);
	struct dirent *entry;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (strncmp(entry->d_name, begin, (size_t)length) != 0 || strchr(entry->d_name + length, 'w') != NULL)
			continue;
		/* Their names have the time in it, so that they sort by it. */
		if (count++ == 0 || strcmp(entry->d_name, oldest) < 0)
			snprintf(oldest, size, "%s", entry->d_name);
	}
	if (folder != NULL)
		closedir(folder);
	return count;
}

static void file_remove_aside(const struct store_file *file)
{
	char oldest[NAME_MAX + 1], path[sizeof(file->path) + sizeof(oldest)];
	while (file_oldest_aside(file, oldest, sizeof(oldest)) > FILE_ASIDE_MAX) {
		snprintf(path, sizeof(path), "%s/%s-wal", file->folder, oldest);
		unlink(path);
		snprintf(path, sizeof(path), "%s/%s", file->folder, oldest);
		if (unlink(path) != 0)
			return;
	}
}

enum store_fault store_file_set_aside(struct store_file *file, int64_t wall_ms, char *name, size_t size)
{
	char when[32];
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm utc;
	file_disconnect(file);
	if (file->folder[0] == '\0')
		return STORE_FINE;
	if (file->lock < 0)
		return file_fail(file, STORE_FAILED, "a damaged file is renamed by its writer only");
	if (gmtime_r(&seconds, &utc) == NULL || strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &utc) == 0)
		snprintf(when, sizeof(when), "%lld", (long long)seconds);
	snprintf(name, size, "%s" FILE_ASIDE "%s", file->name, when);
	bool good = file_rename(file, name, "-wal") && file_rename(file, name, "");
	enum store_fault fault = good ? STORE_FINE : file_fail_errno(file, file->path);
	char index[sizeof(file->path) + 8];
	snprintf(index, sizeof(index), "%s-shm", file->path);
	unlink(index);
	file_remove_aside(file);
	store_file_close(file);
	return fault;
}

/* ---- transactions ---- */

enum store_fault store_file_begin(struct store_file *file)
{
	return file_do(file, FILE_BEGIN);
}

enum store_fault store_file_commit(struct store_file *file)
{
	return file_do(file, FILE_COMMIT);
}

/* Some faults have done it already. */
void store_file_rollback(struct store_file *file)
{
	if (file->db != NULL && sqlite3_get_autocommit(file->db) == 0)
		(void)sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- series ---- */

static void file_bind_name(sqlite3_stmt *statement, const struct store_name *name)
{
	sqlite3_bind_text(statement, 1, store_scope_names[name->scope], -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, name->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 3, name->statistic, -1, SQLITE_STATIC);
}

enum store_fault store_file_find(struct store_file *file, const struct store_name *name, int *id, int64_t *seen_s)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, FILE_FIND, &fault);
	if (statement == NULL)
		return fault;
	file_bind_name(statement, name);
	fault = file_step(file, statement);
	if (fault == STORE_FINE) {
		int64_t found = sqlite3_column_int64(statement, 0);
		*id = (int)found;
		*seen_s = sqlite3_column_int64(statement, 1);
		if (found < 1 || found > INT_MAX)
			fault = file_fail(file, STORE_DAMAGED, "a series has no number");
	}
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return fault;
}

enum store_fault store_file_add(struct store_file *file, const struct store_series *series, int64_t seen_s, int *id)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, FILE_ADD, &fault);
	if (statement == NULL)
		return fault;
	file_bind_name(statement, &series->name);
	sqlite3_bind_text(statement, 4, kind_names[series->kind], -1, SQLITE_STATIC);
	sqlite3_bind_int(statement, 5, series->counter);
	sqlite3_bind_int64(statement, 6, seen_s);
	fault = file_run(file, statement);
	sqlite3_clear_bindings(statement);
	int64_t made = sqlite3_last_insert_rowid(file->db);
	if (fault == STORE_FINE && (made < 1 || made > INT_MAX))
		return file_fail(file, STORE_DAMAGED, "a series has no number");
	*id = (int)made;
	return fault;
}

enum store_fault store_file_seen(struct store_file *file, int id, int64_t seen_s)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, FILE_SEEN, &fault);
	if (statement == NULL)
		return fault;
	sqlite3_bind_int(statement, 1, id);
	sqlite3_bind_int64(statement, 2, seen_s);
	return file_run(file, statement);
}

static int file_word_of(const char *const *words, const char *text)
{
	for (int i = 0; text != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return -1;
}

/* As foreign as what an API sends. */
static void file_text(char *out, size_t size, sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	text_scrub(out, size, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

enum store_fault store_file_walk(struct store_file *file, void (*each)(void *context, const struct store_series *series),
	void *context)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, FILE_WALK, &fault);
	unsigned count = 0;
	if (statement == NULL)
		return fault;
	while ((fault = file_step(file, statement)) == STORE_FINE && count++ < FILE_SERIES_MAX) {
		struct store_series series = { .id = sqlite3_column_int(statement, 0), .counter = sqlite3_column_int(statement, 5) != 0 };
		int scope = file_word_of(store_scope_names, (const char *)sqlite3_column_text(statement, 1));
		int kind = file_word_of(kind_names, (const char *)sqlite3_column_text(statement, 4));
		file_text(series.name.name, sizeof(series.name.name), statement, 2);
		file_text(series.name.statistic, sizeof(series.name.statistic), statement, 3);
		if (series.id < 1 || scope < 0 || kind < 0 || series.name.statistic[0] == '\0')
			continue;
		series.name.scope = (enum store_scope)scope;
		series.kind = (enum kind)kind;
		each(context, &series);
	}
	sqlite3_reset(statement);
	return fault == STORE_ABSENT ? STORE_FINE : fault;
}

/* ---- rows ---- */

/* NAN is no number in the file either. */
static void file_bind_row(sqlite3_stmt *statement, const struct store_row *row)
{
	const double numbers[] = { row->mean, row->largest, row->last, row->gained, row->missed };
	sqlite3_bind_int64(statement, 1, row->time_s);
	sqlite3_bind_int(statement, 2, row->series);
	for (int i = 0; i < 5; i++)
		if (isfinite(numbers[i]))
			sqlite3_bind_double(statement, 3 + i, numbers[i]);
		else
			sqlite3_bind_null(statement, 3 + i);
}

static enum store_fault file_put_row(struct store_file *file, enum statement which, const struct store_row *row)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, which, &fault);
	if (statement == NULL)
		return fault;
	file_bind_row(statement, row);
	return file_run(file, statement);
}

enum store_fault store_file_put(struct store_file *file, const struct store_row *row)
{
	return file_put_row(file, FILE_PUT, row);
}

static double file_double(sqlite3_stmt *statement, int column)
{
	int type = sqlite3_column_type(statement, column);
	double number = type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double(statement, column) : NAN;
	return isfinite(number) ? number : NAN;
}

/* False for a row that makes no sense: somebody else wrote it. */
static bool file_get_row(sqlite3_stmt *statement, enum store_every every, struct store_row *row)
{
	*row = (struct store_row){
		.time_s = sqlite3_column_int64(statement, 0), .series = sqlite3_column_int(statement, 1),
		.mean = file_double(statement, 2), .largest = file_double(statement, 3), .last = file_double(statement, 4),
		.gained = file_double(statement, 5), .missed = file_double(statement, 6),
	};
	int64_t length = every == STORE_MINUTE ? STORE_MINUTE_S : STORE_QUARTER_S;
	return row->series > 0 && row->time_s >= 0 && row->time_s < FILE_TIME_MAX_S && row->time_s % length == 0 &&
		!isnan(row->mean) && !isnan(row->largest) && !isnan(row->last) && !(row->gained < 0) && !(row->missed < 0);
}

/* A row by its key. */
static enum store_fault file_get(struct store_file *file, enum store_every every, int64_t time_s, int series, struct store_row *row)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, every == STORE_MINUTE ? FILE_MINUTE : FILE_QUARTER, &fault);
	if (statement == NULL)
		return fault;
	sqlite3_bind_int64(statement, 1, time_s);
	sqlite3_bind_int(statement, 2, series);
	fault = file_step(file, statement);
	if (fault == STORE_FINE && !file_get_row(statement, every, row))
		fault = STORE_ABSENT;
	sqlite3_reset(statement);
	return fault;
}

enum store_fault store_file_last(struct store_file *file, int series, int64_t now_s, struct store_row *row)
{
	enum store_fault fault = STORE_ABSENT;
	int64_t minute_s = now_s - now_s % STORE_MINUTE_S, quarter_s = now_s - now_s % STORE_QUARTER_S;
	/* Minutes of the running quarter-hour and of the one before, which may not be summed up; then quarter-hours. */
	for (int i = 0; fault == STORE_ABSENT && i < 2 * STORE_QUARTER_S / STORE_MINUTE_S; i++)
		fault = file_get(file, STORE_MINUTE, minute_s - i * (int64_t)STORE_MINUTE_S, series, row);
	for (int i = 1; fault == STORE_ABSENT && i <= FILE_DAY_S / STORE_QUARTER_S; i++) {
		fault = file_get(file, STORE_QUARTER, quarter_s - i * (int64_t)STORE_QUARTER_S, series, row);
		if (fault == STORE_FINE)
			row->time_s += STORE_QUARTER_S - STORE_MINUTE_S;
	}
	return fault;
}

/* ---- quarter-hours ---- */

/* What rows of minutes come to. */
struct file_sum {
	struct store_row row;
	unsigned minutes;
};

static double file_plus(double a, double b)
{
	return isnan(a) ? b : isnan(b) ? a : a + b;
}

static void file_add_minute(struct file_sum *sum, const struct store_row *minute)
{
	struct store_row *row = &sum->row;
	if (sum->minutes++ == 0) {
		*row = *minute;
		row->time_s = minute->time_s - minute->time_s % STORE_QUARTER_S;
		return;
	}
	row->mean += (minute->mean - row->mean) / sum->minutes;
	row->largest = minute->largest > row->largest ? minute->largest : row->largest;
	row->last = minute->last;
	row->gained = file_plus(row->gained, minute->gained);
	row->missed = file_plus(row->missed, minute->missed);
}

/* Sums of a quarter-hour by series; the caller frees them. They are in order of the series' ids. */
struct file_sums {
	struct file_sum *sums; /* by id; those without minutes are no series of this time */
	unsigned count, room;
};

static bool file_sums_take(struct file_sums *sums, const struct store_row *minute)
{
	if (minute->series > FILE_SERIES_MAX)
		return false;
	sums->sums = array_reserve(sums->sums, &sums->room, (unsigned)minute->series + 1, sizeof(*sums->sums));
	for (; sums->count <= (unsigned)minute->series; sums->count++)
		sums->sums[sums->count].minutes = 0;
	file_add_minute(&sums->sums[minute->series], minute);
	return true;
}

static enum store_fault file_sum_minutes(struct store_file *file, int64_t quarter_s, struct file_sums *sums)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, FILE_MINUTES, &fault);
	struct store_row minute;
	*sums = (struct file_sums){ .count = 0 };
	if (statement == NULL)
		return fault;
	sqlite3_bind_int64(statement, 1, quarter_s);
	sqlite3_bind_int64(statement, 2, quarter_s + STORE_QUARTER_S);
	while ((fault = file_step(file, statement)) == STORE_FINE)
		if (file_get_row(statement, STORE_MINUTE, &minute))
			(void)file_sums_take(sums, &minute);
	sqlite3_reset(statement);
	return fault == STORE_ABSENT ? STORE_FINE : fault;
}

/* The one number of a statement with one parameter; STORE_ABSENT without it. */
static enum store_fault file_ask(struct store_file *file, enum statement which, int64_t parameter, int64_t *number)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, which, &fault);
	if (statement == NULL)
		return fault;
	sqlite3_bind_int64(statement, 1, parameter);
	fault = file_step(file, statement);
	if (fault == STORE_FINE && sqlite3_column_type(statement, 0) != SQLITE_INTEGER)
		fault = STORE_ABSENT;
	*number = fault == STORE_FINE ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return fault;
}

enum store_fault store_file_sum(struct store_file *file, int64_t quarter_s)
{
	struct file_sums sums;
	int64_t first_s = 0;
	enum store_fault fault = file_ask(file, FILE_NEXT_MINUTE, 0, &first_s);
	bool whole = fault == STORE_FINE && first_s <= quarter_s;
	if (fault == STORE_ABSENT)
		return STORE_FINE;
	if (fault == STORE_FINE)
		fault = file_sum_minutes(file, quarter_s, &sums);
	else
		return fault;
	/* The first quarter-hour of all has no minutes before it, and has not been summed up. */
	for (unsigned i = 0; fault == STORE_FINE && i < sums.count; i++)
		if (sums.sums[i].minutes > 0)
			fault = file_put_row(file, whole ? FILE_SUM : FILE_SUM_ONCE, &sums.sums[i].row);
	free(sums.sums);
	return fault;
}

enum store_fault store_file_catch_up(struct store_file *file, int64_t quarter_s)
{
	int64_t summed_s = 0, minute_s = 0;
	enum store_fault fault = file_ask(file, FILE_SUMMED, quarter_s, &summed_s);
	if (fault != STORE_FINE && fault != STORE_ABSENT)
		return fault;
	int64_t next_s = fault == STORE_FINE ? summed_s + STORE_QUARTER_S : 0;
	for (int i = 0; i < FILE_CATCH_UP; i++) {
		fault = file_ask(file, FILE_NEXT_MINUTE, next_s, &minute_s);
		if (fault != STORE_FINE || minute_s >= quarter_s)
			return fault == STORE_ABSENT ? STORE_FINE : fault;
		int64_t start_s = minute_s - minute_s % STORE_QUARTER_S;
		fault = store_file_sum(file, start_s);
		if (fault != STORE_FINE)
			return fault;
		next_s = start_s + STORE_QUARTER_S;
	}
	return STORE_FINE;
}

/* ---- what goes ---- */

static enum store_fault file_span(struct store_file *file, enum store_every every, int64_t *first_s, int64_t *last_s)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, every == STORE_MINUTE ? FILE_MINUTES_SPAN : FILE_QUARTERS_SPAN, &fault);
	*first_s = *last_s = 0;
	if (statement == NULL)
		return fault;
	fault = file_step(file, statement);
	if (fault == STORE_FINE && sqlite3_column_type(statement, 0) != SQLITE_INTEGER)
		fault = STORE_ABSENT;
	if (fault == STORE_FINE) {
		*first_s = sqlite3_column_int64(statement, 0);
		*last_s = sqlite3_column_int64(statement, 1);
	}
	sqlite3_reset(statement);
	return fault;
}

/* Removes what is older than keep_s, but no more than some from the oldest on, and likewise what lies beyond late_s. */
static enum store_fault file_drop(struct store_file *file, enum store_every every, int64_t keep_s, int64_t late_s)
{
	bool minutes = every == STORE_MINUTE;
	int64_t first_s, last_s, at_once = minutes ? FILE_MINUTES_AT_ONCE : FILE_QUARTERS_AT_ONCE;
	enum store_fault fault = file_span(file, every, &first_s, &last_s);
	if (fault != STORE_FINE)
		return fault == STORE_ABSENT ? STORE_FINE : fault;
	if (first_s < keep_s)
		fault = file_do_with(file, minutes ? FILE_DROP_MINUTES : FILE_DROP_QUARTERS,
			first_s + at_once < keep_s ? first_s + at_once : keep_s);
	if (fault == STORE_FINE && last_s > late_s)
		fault = file_do_with(file, minutes ? FILE_DROP_LATE_MINUTES : FILE_DROP_LATE_QUARTERS,
			last_s - at_once > late_s ? last_s - at_once : late_s);
	return fault;
}

/* Minutes before yesterday go first, then the oldest quarter-hours, and minutes when there is nothing else. */
static enum store_fault file_drop_oldest(struct store_file *file)
{
	int64_t first_s, last_s, first_quarter_s = 0, last_quarter_s = 0;
	enum store_fault fault = file_span(file, STORE_MINUTE, &first_s, &last_s);
	enum store_fault quarters = file_span(file, STORE_QUARTER, &first_quarter_s, &last_quarter_s);
	if (fault != STORE_FINE && fault != STORE_ABSENT)
		return fault;
	bool minutes = fault == STORE_FINE, many = minutes && last_s - first_s > FILE_DAY_S;
	if (minutes && (many || quarters != STORE_FINE || last_quarter_s - first_quarter_s < FILE_DAY_S))
		return file_do_with(file, FILE_DROP_MINUTES, first_s + FILE_MINUTES_AT_ONCE);
	return quarters == STORE_FINE ? file_do_with(file, FILE_DROP_QUARTERS, first_quarter_s + FILE_QUARTERS_AT_ONCE) : quarters;
}

enum store_fault store_file_make_room(struct store_file *file)
{
	int64_t used = file_pages(file, FILE_PAGES) * FILE_PAGE;
	return used < file->bytes_max / 100 * FILE_NEARLY_FULL ? file_fail(file, STORE_FULL, "no space is left on the disk")
		: file_drop_oldest(file);
}

enum store_fault store_file_prune(struct store_file *file, int64_t now_s, unsigned days, bool trusted)
{
	enum store_fault fault = STORE_FINE;
	int64_t used = (file_pages(file, FILE_PAGES) - file_pages(file, FILE_FREE_PAGES)) * FILE_PAGE;
	if (trusted)
		fault = file_drop(file, STORE_MINUTE, now_s - STORE_MINUTES_HOURS * INT64_C(3600), now_s + FILE_DAY_S);
	if (trusted && fault == STORE_FINE)
		fault = file_drop(file, STORE_QUARTER, now_s - days * (int64_t)FILE_DAY_S, now_s + FILE_DAY_S);
	if (fault == STORE_FINE && used > file->bytes_max / 100 * FILE_NEARLY_FULL)
		fault = file_drop_oldest(file);
	return fault;
}

enum store_fault store_file_forget(struct store_file *file, int64_t before_s)
{
	return file_do_with(file, FILE_FORGET, before_s);
}

enum store_fault store_file_shrink(struct store_file *file)
{
	char text[60];
	int64_t pages = file_pages(file, FILE_PAGES), unused = file_pages(file, FILE_FREE_PAGES);
	if (unused < 4 * FILE_SHRINK_PAGES || unused < pages / 4)
		return STORE_FINE;
	snprintf(text, sizeof(text), "PRAGMA incremental_vacuum(%d)", FILE_SHRINK_PAGES);
	return file_execute(file, text);
}

/* ---- reading ---- */

/* Quarter-hours before this one are in their table. */
static enum store_fault file_summed_until(struct store_file *file, int64_t until_s, int64_t *summed_s)
{
	enum store_fault fault = file_ask(file, FILE_SUMMED, until_s, summed_s);
	if (fault == STORE_FINE)
		*summed_s += STORE_QUARTER_S;
	else if (fault == STORE_ABSENT)
		*summed_s = INT64_MIN;
	return fault == STORE_ABSENT ? STORE_FINE : fault;
}

static int64_t file_round_up(int64_t time_s, int64_t length)
{
	return (time_s + length - 1) / length * length;
}

/* The minutes of one series within a quarter-hour. */
static enum store_fault file_sum_one(struct store_file *file, int series, int64_t quarter_s, struct file_sum *sum)
{
	enum store_fault fault = STORE_ABSENT;
	struct store_row minute;
	*sum = (struct file_sum){ .minutes = 0 };
	for (int64_t at = quarter_s; at < quarter_s + STORE_QUARTER_S; at += STORE_MINUTE_S) {
		fault = file_get(file, STORE_MINUTE, at, series, &minute);
		if (fault == STORE_FINE)
			file_add_minute(sum, &minute);
		else if (fault != STORE_ABSENT)
			return fault;
	}
	return sum->minutes > 0 ? STORE_FINE : STORE_ABSENT;
}

/* The tables are ordered by time first, so that one series is found by looking each time up. */
static enum store_fault file_read_one(struct store_file *file, int series, enum store_every every, int64_t from_s,
	int64_t until_s, void (*each)(void *context, const struct store_row *row), void *context)
{
	int64_t length = every == STORE_MINUTE ? STORE_MINUTE_S : STORE_QUARTER_S, first_s, last_s, summed_s = INT64_MAX;
	struct file_sum sum;
	enum store_fault fault = store_file_span(file, every, &first_s, &last_s);
	if (fault != STORE_FINE)
		return fault == STORE_ABSENT ? STORE_FINE : fault;
	if (every == STORE_QUARTER && (fault = file_summed_until(file, until_s, &summed_s)) != STORE_FINE)
		return fault;
	from_s = file_round_up(from_s > first_s ? from_s : first_s, length);
	until_s = until_s < last_s + 1 ? until_s : last_s + 1;
	for (int64_t at = from_s; at < until_s; at += length) {
		fault = at < summed_s ? file_get(file, every, at, series, &sum.row) : file_sum_one(file, series, at, &sum);
		if (fault == STORE_FINE)
			each(context, &sum.row);
		else if (fault != STORE_ABSENT)
			return fault;
	}
	return STORE_FINE;
}

static enum store_fault file_read_table(struct store_file *file, enum store_every every, int64_t from_s, int64_t until_s,
	void (*each)(void *context, const struct store_row *row), void *context)
{
	enum store_fault fault;
	sqlite3_stmt *statement = file_statement(file, every == STORE_MINUTE ? FILE_MINUTES : FILE_QUARTERS, &fault);
	struct store_row row;
	if (statement == NULL)
		return fault;
	sqlite3_bind_int64(statement, 1, from_s);
	sqlite3_bind_int64(statement, 2, until_s);
	while ((fault = file_step(file, statement)) == STORE_FINE)
		if (file_get_row(statement, every, &row))
			each(context, &row);
	sqlite3_reset(statement);
	return fault == STORE_ABSENT ? STORE_FINE : fault;
}

static enum store_fault file_read_sums(struct store_file *file, int64_t quarter_s,
	void (*each)(void *context, const struct store_row *row), void *context)
{
	struct file_sums sums;
	enum store_fault fault = file_sum_minutes(file, quarter_s, &sums);
	for (unsigned i = 0; fault == STORE_FINE && i < sums.count; i++)
		if (sums.sums[i].minutes > 0)
			each(context, &sums.sums[i].row);
	free(sums.sums);
	return fault;
}

static enum store_fault file_read_all(struct store_file *file, enum store_every every, int64_t from_s, int64_t until_s,
	void (*each)(void *context, const struct store_row *row), void *context)
{
	int64_t summed_s = until_s, first_s, last_s;
	enum store_fault fault = store_file_span(file, every, &first_s, &last_s);
	if (fault != STORE_FINE)
		return fault == STORE_ABSENT ? STORE_FINE : fault;
	if (every == STORE_QUARTER)
		fault = file_summed_until(file, until_s, &summed_s);
	if (fault == STORE_FINE)
		fault = file_read_table(file, every, from_s, until_s, each, context);
	int64_t at = file_round_up(summed_s > from_s ? summed_s : from_s > first_s ? from_s : first_s, STORE_QUARTER_S);
	for (; fault == STORE_FINE && every == STORE_QUARTER && at < until_s && at <= last_s; at += STORE_QUARTER_S)
		fault = file_read_sums(file, at, each, context);
	return fault;
}

enum store_fault store_file_read(struct store_file *file, int series, enum store_every every, int64_t from_s, int64_t until_s,
	void (*row)(void *context, const struct store_row *row), void *context)
{
	if (from_s < 0)
		from_s = 0;
	if (until_s > FILE_TIME_MAX_S)
		until_s = FILE_TIME_MAX_S;
	if (series < 0)
		return file_read_all(file, every, from_s, until_s, row, context);
	return file_read_one(file, series, every, from_s, until_s, row, context);
}

enum store_fault store_file_span(struct store_file *file, enum store_every every, int64_t *first_s, int64_t *last_s)
{
	int64_t first_minute_s, last_minute_s;
	enum store_fault fault = file_span(file, every, first_s, last_s);
	if (every == STORE_MINUTE || (fault != STORE_FINE && fault != STORE_ABSENT))
		return fault;
	enum store_fault minutes = file_span(file, STORE_MINUTE, &first_minute_s, &last_minute_s);
	if (minutes != STORE_FINE)
		return minutes == STORE_ABSENT ? fault : minutes;
	int64_t last_quarter_s = last_minute_s - last_minute_s % STORE_QUARTER_S;
	if (fault == STORE_ABSENT)
		*first_s = first_minute_s - first_minute_s % STORE_QUARTER_S;
	if (fault == STORE_ABSENT || last_quarter_s > *last_s)
		*last_s = last_quarter_s;
	return STORE_FINE;
}

long store_file_writer(const struct store_file *file)
{
	char path[sizeof(file->path)], text[24] = "";
	if (file->lock >= 0)
		return (long)getpid();
	snprintf(path, sizeof(path), "%s/%s.lock", file->folder, file->name);
	int lock = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (lock < 0)
		return 0;
	long writer = 0;
	if (flock(lock, LOCK_SH | LOCK_NB) != 0) {
		ssize_t length = read(lock, text, sizeof(text) - 1);
		writer = length > 0 ? strtol(text, NULL, 10) : -1;
		writer = writer > 0 ? writer : -1;
	}
	close(lock);
	return writer;
}
