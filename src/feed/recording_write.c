/* Writing a recording: appending, the change of files, what to do when the disk is full. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "feed/recording.h"
#include "feed/recording_format.h"
#include "feed/recording_pack.h"

enum { PATH_MAX_BYTES = 4000 };

struct recorder {
	char path[PATH_MAX_BYTES];
	struct recording_limits limits;
	int file;
	int64_t size, first_ms; /* of the file; wall clock of its first record, 0: it has none */
	bool began;
	struct packer *packer;
	struct buffer before; /* the data written last, in this file */
	bool has_before;
	unsigned since_key;
	struct buffer record;
};

/* The file before this one goes when all of it is too old. */
static void drop_old(const struct recorder *recorder, int64_t wall_ms)
{
	char old[PATH_MAX_BYTES + 4];
	struct stat about;
	snprintf(old, sizeof(old), "%s.1", recorder->path);
	if (lstat(old, &about) == 0 && S_ISREG(about.st_mode) &&
		wall_ms - (int64_t)about.st_mtime * 1000 > recorder->limits.age_ms)
		unlink(old);
}

static bool write_all(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t done = write(file, bytes, length);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		length -= (size_t)done;
	}
	return true;
}

/* An empty file gets its first bytes; another must be a recording, whose unfinished end is cut off. */
static bool begin_file(struct recorder *recorder, struct error *error)
{
	struct stat about;
	if (fstat(recorder->file, &about) != 0 || !S_ISREG(about.st_mode))
		return error_set(error, "%.160s: not a file", recorder->path);
	recorder->began = true;
	recorder->has_before = false;
	recorder->first_ms = 0;
	if (about.st_size == 0) {
		recorder->size = RECORDING_MAGIC_BYTES;
		return write_all(recorder->file, RECORDING_MAGIC, RECORDING_MAGIC_BYTES) ||
			error_set(error, "%.160s: %s", recorder->path, strerror(errno));
	}
	struct recording *old = recording_open(recorder->path, error);
	if (old == NULL)
		return false;
	recorder->size = old->size;
	recorder->first_ms = old->count > 0 ? old->entries[0].wall_ms : 0;
	recording_close(old);
	return ftruncate(recorder->file, recorder->size) == 0 ||
		error_set(error, "%.160s: %s", recorder->path, strerror(errno));
}

static bool open_file(struct recorder *recorder, struct error *error)
{
	int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	recorder->file = open(recorder->path, flags, 0600);
	if (recorder->file < 0)
		return error_set(error, "%.160s: %s", recorder->path, errno == ELOOP ? "is a link" : strerror(errno));
	/* What was there may have been made by another umask. */
	(void)fchmod(recorder->file, 0600);
	if (flock(recorder->file, LOCK_EX | LOCK_NB) != 0)
		return error_set(error, "%.160s: another program records into it", recorder->path);
	return begin_file(recorder, error);
}

struct recorder *recorder_open(const char *path, const struct recording_limits *limits, struct error *error)
{
	struct recorder *recorder = must_alloc(sizeof(*recorder));
	*recorder = (struct recorder){ .limits = *limits, .file = -1 };
	buffer_init(&recorder->before, RECORDING_RAW_MAX);
	buffer_init(&recorder->record, RECORDING_HEADER + RECORDING_STORED_MAX);
	recorder->packer = packer_new();
	bool fits = snprintf(recorder->path, sizeof(recorder->path), "%s", path) < (int)sizeof(recorder->path);
	if (!fits)
		error_set(error, "the path of the recording is too long");
	if (fits && open_file(recorder, error))
		return recorder;
	recorder_close(recorder);
	return NULL;
}

void recorder_close(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	if (recorder->file >= 0)
		close(recorder->file);
	packer_free(recorder->packer);
	buffer_free(&recorder->before);
	buffer_free(&recorder->record);
	free(recorder);
}

bool recorder_began(struct recorder *recorder)
{
	bool began = recorder->began;
	recorder->began = false;
	return began;
}

/* Half of the limits for this file, so that it and the one before it keep to the whole. */
static bool is_full(const struct recorder *recorder, size_t more, int64_t wall_ms)
{
	if (recorder->first_ms == 0)
		return false;
	return recorder->size + (int64_t)more > recorder->limits.bytes / 2 ||
		wall_ms - recorder->first_ms > recorder->limits.age_ms / 2;
}

static bool change_file(struct recorder *recorder, struct error *error)
{
	char old[PATH_MAX_BYTES + 4];
	snprintf(old, sizeof(old), "%s.1", recorder->path);
	if (rename(recorder->path, old) != 0)
		return error_set(error, "%.160s: %s", old, strerror(errno));
	close(recorder->file);
	return open_file(recorder, error);
}

static bool append(struct recorder *recorder, int64_t wall_ms, struct error *error)
{
	const struct buffer *record = &recorder->record;
	if (!write_all(recorder->file, record->data, record->length)) {
		error_set(error, "%.160s: %s", recorder->path, strerror(errno));
		/* What is there stays whole, even before somebody reads it. */
		if (ftruncate(recorder->file, recorder->size) != 0)
			log_line("recording: %s", strerror(errno));
		return false;
	}
	recorder->size += (int64_t)record->length;
	if (recorder->first_ms == 0)
		recorder->first_ms = wall_ms;
	return true;
}

static void remember(struct recorder *recorder, const char *bytes, size_t length, bool follows)
{
	recorder->since_key = follows ? recorder->since_key + 1 : 0;
	buffer_clear(&recorder->before);
	recorder->has_before = buffer_add(&recorder->before, bytes, length);
}

bool recorder_put(struct recorder *recorder, enum record_kind kind, int64_t boot_ms, int64_t wall_ms,
	const char *bytes, size_t length, struct error *error)
{
	struct record_content content = {
		.kind = kind, .boot_ms = boot_ms, .wall_ms = wall_ms, .bytes = bytes, .length = length,
	};
	bool follows = kind == RECORD_DATA && recorder->has_before && recorder->since_key + 1 < RECORDING_KEY_EVERY;
	buffer_clear(&recorder->record);
	if (!record_pack(recorder->packer, &content, follows ? &recorder->before : NULL, &recorder->record, error))
		return error_prefix(error, "%.160s: ", recorder->path);
	if (!append(recorder, wall_ms, error))
		return false;
	if (kind == RECORD_DATA)
		remember(recorder, bytes, length, follows);
	if (kind != RECORD_DATA)
		return true;
	if (!follows)
		drop_old(recorder, wall_ms);
	/* Another file begins after a frame of data, so that START and REQUEST stand before the next. */
	return !is_full(recorder, recorder->record.length, wall_ms) || change_file(recorder, error);
}
