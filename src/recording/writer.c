/* Writing a recording: appending, the change of files, what to do when the disk is full or the file is gone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "board/record_format.h"
#include "board/record_pack.h"
#include "recording/recording.h"

enum {
	PATH_MAX_BYTES = 4000,
	NEWS_MAX = 240,
	STEP_MS = 5000, /* the time of day moved against boot time by more: it was set */
	/* How long a time of day must have held before it is believed that something is too old. */
	STEADY_MS = 60 * 60 * 1000,
};

/* When a record was written. */
struct stamp {
	int64_t boot_ms; /* 0: by another run */
	int64_t wall_ms; /* 0: there is none */
};

struct recorder {
	char path[PATH_MAX_BYTES];
	struct recording_limits limits;
	int file;
	int64_t size;
	struct stamp first;       /* of the file */
	struct stamp last, older; /* that was written, and of the file before as far as this run wrote it */
	int64_t offset_ms, steady_ms; /* from boot time to the time of day, and the boot time since which it holds; 0: nothing yet */
	char news[NEWS_MAX];
	bool began;
	bool no_room; /* is why the file could not be opened */
	struct packer *packer;
	struct buffer before; /* the data written last, in this file */
	bool has_before;
	unsigned since_key;
	struct buffer record;
};

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

static bool fail_file(struct recorder *recorder, struct error *error)
{
	recorder->no_room = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
	return error_set(error, "%.160s: %s", recorder->path, errno == ELOOP ? "is a link" : strerror(errno));
}

/* What is damaged stays as it is: only what no whole record follows is cut off. */
static void tell_damage(struct recorder *recorder, const struct recording *old)
{
	int64_t bytes = 0;
	for (unsigned i = 0; i < old->damage_count; i++)
		bytes += old->damages[i].index < old->count ? old->damages[i].bytes : 0;
	if (bytes > 0)
		snprintf(recorder->news, sizeof(recorder->news), "%.160s: %lld bytes are damaged; all else is kept and continued.",
			recorder->path, (long long)bytes);
}

/* Where the power failed before anything reached the disk some file systems leave the length, and zeros. */
static bool is_blank(int file, off_t size)
{
	char part[16384];
	for (off_t at = 0; at < size;) {
		ssize_t got = pread(file, part, sizeof(part), at);
		if (got <= 0 || part[0] != '\0' || memcmp(part, part + 1, (size_t)got - 1) != 0)
			return false;
		at += got;
	}
	return true;
}

/* Nothing but the first of its first bytes: it was cut, or a crash came right after it was made. */
static bool is_begun(const struct recorder *recorder, off_t size)
{
	char bytes[RECORDING_MAGIC_BYTES];
	bool first = size < RECORDING_MAGIC_BYTES && pread(recorder->file, bytes, (size_t)size, 0) == size &&
		memcmp(bytes, RECORDING_MAGIC, (size_t)size) == 0;
	return (first || is_blank(recorder->file, size)) && ftruncate(recorder->file, 0) == 0;
}

/* An empty file gets its first bytes; another must be a recording. */
static bool begin_file(struct recorder *recorder, struct error *error)
{
	struct stat about;
	if (fstat(recorder->file, &about) != 0 || !S_ISREG(about.st_mode))
		return error_set(error, "%.160s: not a file", recorder->path);
	recorder->began = true;
	recorder->has_before = false;
	recorder->first = (struct stamp){ 0 };
	if (is_begun(recorder, about.st_size)) {
		recorder->size = RECORDING_MAGIC_BYTES;
		return write_all(recorder->file, RECORDING_MAGIC, RECORDING_MAGIC_BYTES) || fail_file(recorder, error);
	}
	struct recording *old = recording_open(recorder->path, error);
	if (old == NULL)
		return false;
	recorder->size = old->size;
	if (old->count > 0)
		recorder->first.wall_ms = old->entries[0].wall_ms;
	tell_damage(recorder, old);
	recording_close(old);
	return ftruncate(recorder->file, recorder->size) == 0 || fail_file(recorder, error);
}

static void close_file(struct recorder *recorder)
{
	if (recorder->file >= 0)
		close(recorder->file);
	recorder->file = -1;
}

static bool open_file(struct recorder *recorder, struct error *error)
{
	int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	recorder->no_room = false;
	recorder->file = open(recorder->path, flags, 0600);
	if (recorder->file < 0)
		return fail_file(recorder, error);
	if (flock(recorder->file, LOCK_EX | LOCK_NB) != 0)
		return error_set(error, "%.160s: another program records into it", recorder->path);
	if (!begin_file(recorder, error))
		return false;
	/* What was there may have been made by another umask. Before it is known to be a recording it is not ours to change. */
	(void)fchmod(recorder->file, 0600);
	return true;
}

/* One that cannot be begun is closed: the next try opens it anew. */
static bool open_anew(struct recorder *recorder, struct error *error)
{
	close_file(recorder);
	if (open_file(recorder, error))
		return true;
	close_file(recorder);
	return false;
}

/* What happened to the file while it was written; NULL: nothing. */
static const char *what_happened(const struct recorder *recorder)
{
	struct stat own, named;
	if (fstat(recorder->file, &own) != 0)
		return "cannot be looked at";
	if (own.st_nlink == 0)
		return "was deleted";
	if (lstat(recorder->path, &named) != 0 || named.st_ino != own.st_ino || named.st_dev != own.st_dev)
		return "was moved away";
	return own.st_size == recorder->size ? NULL : own.st_size < recorder->size ? "was cut" : "was written by somebody else";
}

bool recorder_ready(struct recorder *recorder, const char **news, struct error *error)
{
	const char *what = recorder->file < 0 ? NULL : what_happened(recorder);
	bool good = what == NULL && recorder->file >= 0;
	if (!good)
		good = open_anew(recorder, error);
	if (what != NULL)
		snprintf(recorder->news, sizeof(recorder->news), "%.150s %s while it was recorded; %s.", recorder->path, what,
			!good ? "it cannot be opened again" : recorder->first.wall_ms == 0 ? "a new file is begun" : "what is there is continued");
	*news = recorder->news[0] != '\0' ? recorder->news : NULL;
	return good;
}

void recorder_told(struct recorder *recorder)
{
	recorder->news[0] = '\0';
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
	/* A full disk may have room again later, and is no reason for a wall not to begin. */
	if (fits && (open_anew(recorder, error) || recorder->no_room))
		return recorder;
	recorder_close(recorder);
	return NULL;
}

void recorder_close(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	close_file(recorder);
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

/* Right after the machine booted a clock may be wrong by days, and for a moment at any time. */
static void watch_clock(struct recorder *recorder, const struct stamp *now)
{
	int64_t offset_ms = now->wall_ms - now->boot_ms, moved_ms = offset_ms - recorder->offset_ms;
	if (recorder->steady_ms == 0 || moved_ms > STEP_MS || moved_ms < -STEP_MS)
		recorder->steady_ms = now->boot_ms;
	recorder->offset_ms = offset_ms;
}

static bool is_older(const struct recorder *recorder, const struct stamp *then, const struct stamp *now, int64_t age_ms)
{
	if (then->boot_ms != 0)
		return now->boot_ms - then->boot_ms > age_ms;
	return then->wall_ms != 0 && now->boot_ms - recorder->steady_ms >= STEADY_MS && now->wall_ms - then->wall_ms > age_ms;
}

/* When its last record was written; nothing if it is no recording, and so not ours to remove. */
static struct stamp last_of(const char *path)
{
	struct error error;
	struct stamp last = { 0 };
	struct recording *recording = recording_open(path, &error);
	if (recording != NULL && recording->count > 0)
		last.wall_ms = recording->entries[recording->count - 1].wall_ms;
	recording_close(recording);
	return last;
}

/* The file before this one goes when all of it is too old. Its own time is looked at first, because that is cheap. */
static void drop_old(const struct recorder *recorder, const struct stamp *now)
{
	char old[PATH_MAX_BYTES + 4];
	struct stat about;
	struct stamp last = recorder->older;
	snprintf(old, sizeof(old), "%s.1", recorder->path);
	if (lstat(old, &about) != 0 || !S_ISREG(about.st_mode))
		return;
	struct stamp changed = { .wall_ms = (int64_t)about.st_mtime * 1000 };
	if (last.boot_ms == 0 && !is_older(recorder, &changed, now, recorder->limits.age_ms))
		return;
	if (last.boot_ms == 0)
		last = last_of(old);
	if (is_older(recorder, &last, now, recorder->limits.age_ms))
		unlink(old);
}

/* Half of the limits for this file, so that it and the one before it keep to the whole. */
static bool is_full(const struct recorder *recorder, size_t more, const struct stamp *now)
{
	if (recorder->first.wall_ms == 0)
		return false;
	return recorder->size + (int64_t)more > recorder->limits.bytes / 2 ||
		is_older(recorder, &recorder->first, now, recorder->limits.age_ms / 2);
}

static bool change_file(struct recorder *recorder, struct error *error)
{
	char old[PATH_MAX_BYTES + 4];
	snprintf(old, sizeof(old), "%s.1", recorder->path);
	if (rename(recorder->path, old) != 0)
		return error_set(error, "%.160s: %s", old, strerror(errno));
	recorder->older = recorder->last;
	return open_anew(recorder, error);
}

static bool append(struct recorder *recorder, const struct stamp *now, struct error *error)
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
	recorder->last = *now;
	if (recorder->first.wall_ms == 0)
		recorder->first = *now;
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
	struct stamp now = { .boot_ms = boot_ms, .wall_ms = wall_ms };
	bool follows = kind == RECORD_DATA && recorder->has_before && recorder->since_key + 1 < RECORDING_KEY_EVERY;
	if (recorder->file < 0)
		return error_set(error, "%.160s: not open", recorder->path);
	buffer_clear(&recorder->record);
	if (!record_pack(recorder->packer, &content, follows ? &recorder->before : NULL, &recorder->record, error))
		return error_prefix(error, "%.160s: ", recorder->path);
	if (!append(recorder, &now, error))
		return false;
	if (kind != RECORD_DATA)
		return true;
	remember(recorder, bytes, length, follows);
	watch_clock(recorder, &now);
	if (!follows)
		drop_old(recorder, &now);
	/* Another file begins after a frame of data, so that START and REQUEST stand before the next. */
	return !is_full(recorder, recorder->record.length, &now) || change_file(recorder, error);
}
