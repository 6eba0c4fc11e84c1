/* Writes recordings: appends, changes to another file, and copes with full disks and files that were moved or deleted. */
#include "recording/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/os.h"
#include "board/record.h"
#include "recording/reader.h"

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

struct writer {
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

static bool fail_file(struct writer *writer, struct error *error)
{
	writer->no_room = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
	return error_set(error, "%.160s: %s", writer->path, errno == ELOOP ? "is a link" : strerror(errno));
}

/* What is damaged stays as it is: only what no whole record follows is cut off. */
static void tell_damage(struct writer *writer, const struct recording *old)
{
	int64_t bytes = 0;
	for (unsigned i = 0; i < old->damage_count; i++)
		bytes += old->damages[i].index < old->count ? old->damages[i].bytes : 0;
	if (bytes > 0)
		snprintf(writer->news, sizeof(writer->news), "%.160s: %lld bytes are damaged; all else is kept and continued.",
			writer->path, (long long)bytes);
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
static bool is_begun(const struct writer *writer, off_t size)
{
	char bytes[RECORDING_MAGIC_BYTES];
	bool first = size < RECORDING_MAGIC_BYTES && pread(writer->file, bytes, (size_t)size, 0) == size &&
		memcmp(bytes, RECORDING_MAGIC, (size_t)size) == 0;
	return (first || is_blank(writer->file, size)) && ftruncate(writer->file, 0) == 0;
}

/* An empty file gets its first bytes; another must be a recording. */
static bool begin_file(struct writer *writer, struct error *error)
{
	struct stat about;
	if (fstat(writer->file, &about) != 0 || !S_ISREG(about.st_mode))
		return error_set(error, "%.160s: not a file", writer->path);
	writer->began = true;
	writer->has_before = false;
	writer->first = (struct stamp){ 0 };
	if (is_begun(writer, about.st_size)) {
		writer->size = RECORDING_MAGIC_BYTES;
		return os_write_all(writer->file, RECORDING_MAGIC, RECORDING_MAGIC_BYTES) || fail_file(writer, error);
	}
	struct recording *old = recording_open(writer->path, error);
	if (old == NULL)
		return false;
	writer->size = old->size;
	if (old->count > 0)
		writer->first.wall_ms = old->entries[0].wall_ms;
	tell_damage(writer, old);
	recording_close(old);
	return ftruncate(writer->file, writer->size) == 0 || fail_file(writer, error);
}

static void close_file(struct writer *writer)
{
	if (writer->file >= 0)
		close(writer->file);
	writer->file = -1;
}

static bool open_file(struct writer *writer, struct error *error)
{
	int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	writer->no_room = false;
	writer->file = open(writer->path, flags, 0600);
	if (writer->file < 0)
		return fail_file(writer, error);
	if (flock(writer->file, LOCK_EX | LOCK_NB) != 0)
		return error_set(error, "%.160s: another program records into it", writer->path);
	if (!begin_file(writer, error))
		return false;
	/* What was there may have been made by another umask. Before it is known to be a recording it is not ours to change. */
	(void)fchmod(writer->file, 0600);
	return true;
}

/* One that cannot be begun is closed: the next try opens it anew. */
static bool open_anew(struct writer *writer, struct error *error)
{
	close_file(writer);
	if (open_file(writer, error))
		return true;
	close_file(writer);
	return false;
}

/* What happened to the file while it was written; NULL: nothing. */
static const char *what_happened(const struct writer *writer)
{
	struct stat own, named;
	if (fstat(writer->file, &own) != 0)
		return "cannot be looked at";
	if (own.st_nlink == 0)
		return "was deleted";
	if (lstat(writer->path, &named) != 0 || named.st_ino != own.st_ino || named.st_dev != own.st_dev)
		return "was moved away";
	return own.st_size == writer->size ? NULL : own.st_size < writer->size ? "was cut" : "was written by somebody else";
}

bool writer_ready(struct writer *writer, const char **news, struct error *error)
{
	const char *what = writer->file < 0 ? NULL : what_happened(writer);
	bool good = what == NULL && writer->file >= 0;
	if (!good)
		good = open_anew(writer, error);
	if (what != NULL)
		snprintf(writer->news, sizeof(writer->news), "%.150s %s while it was recorded; %s.", writer->path, what,
			!good ? "it cannot be opened again" : writer->first.wall_ms == 0 ? "a new file is begun" : "what is there is continued");
	*news = writer->news[0] != '\0' ? writer->news : NULL;
	return good;
}

void writer_forget_news(struct writer *writer)
{
	writer->news[0] = '\0';
}

struct writer *writer_open(const char *path, const struct recording_limits *limits, struct error *error)
{
	struct writer *writer = must_alloc(sizeof(*writer));
	*writer = (struct writer){ .limits = *limits, .file = -1 };
	buffer_init(&writer->before, RECORDING_RAW_MAX);
	buffer_init(&writer->record, RECORDING_HEADER + RECORDING_STORED_MAX);
	writer->packer = packer_new();
	bool fits = snprintf(writer->path, sizeof(writer->path), "%s", path) < (int)sizeof(writer->path);
	if (!fits)
		error_set(error, "the path of the recording is too long");
	/* A full disk may have room again later, and is no reason for a wall not to begin. */
	if (fits && (open_anew(writer, error) || writer->no_room))
		return writer;
	writer_close(writer);
	return NULL;
}

void writer_close(struct writer *writer)
{
	if (writer == NULL)
		return;
	close_file(writer);
	packer_free(writer->packer);
	buffer_free(&writer->before);
	buffer_free(&writer->record);
	free(writer);
}

bool writer_began(struct writer *writer)
{
	bool began = writer->began;
	writer->began = false;
	return began;
}

/* Right after the machine booted a clock may be wrong by days, and for a moment at any time. */
static void watch_clock(struct writer *writer, const struct stamp *now)
{
	int64_t offset_ms = now->wall_ms - now->boot_ms, moved_ms = offset_ms - writer->offset_ms;
	if (writer->steady_ms == 0 || moved_ms > STEP_MS || moved_ms < -STEP_MS)
		writer->steady_ms = now->boot_ms;
	writer->offset_ms = offset_ms;
}

static bool is_older(const struct writer *writer, const struct stamp *then, const struct stamp *now, int64_t age_ms)
{
	if (then->boot_ms != 0)
		return now->boot_ms - then->boot_ms > age_ms;
	return then->wall_ms != 0 && now->boot_ms - writer->steady_ms >= STEADY_MS && now->wall_ms - then->wall_ms > age_ms;
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
static void drop_old(const struct writer *writer, const struct stamp *now)
{
	char old[PATH_MAX_BYTES + 4];
	struct stat about;
	struct stamp last = writer->older;
	snprintf(old, sizeof(old), "%s.1", writer->path);
	if (lstat(old, &about) != 0 || !S_ISREG(about.st_mode))
		return;
	struct stamp changed = { .wall_ms = (int64_t)about.st_mtime * 1000 };
	if (last.boot_ms == 0 && !is_older(writer, &changed, now, writer->limits.age_ms))
		return;
	if (last.boot_ms == 0)
		last = last_of(old);
	if (is_older(writer, &last, now, writer->limits.age_ms))
		unlink(old);
}

/* Half of the limits for this file, so that it and the one before it keep to the whole. */
static bool is_full(const struct writer *writer, size_t more, const struct stamp *now)
{
	if (writer->first.wall_ms == 0)
		return false;
	return writer->size + (int64_t)more > writer->limits.bytes / 2 ||
		is_older(writer, &writer->first, now, writer->limits.age_ms / 2);
}

static bool change_file(struct writer *writer, struct error *error)
{
	char old[PATH_MAX_BYTES + 4];
	snprintf(old, sizeof(old), "%s.1", writer->path);
	if (rename(writer->path, old) != 0)
		return error_set(error, "%.160s: %s", old, strerror(errno));
	writer->older = writer->last;
	return open_anew(writer, error);
}

static bool append(struct writer *writer, const struct stamp *now, struct error *error)
{
	const struct buffer *record = &writer->record;
	if (!os_write_all(writer->file, record->data, record->length)) {
		error_set(error, "%.160s: %s", writer->path, strerror(errno));
		/* What is there stays whole, even before somebody reads it. */
		if (ftruncate(writer->file, writer->size) != 0)
			log_line("recording: %s", strerror(errno));
		return false;
	}
	writer->size += (int64_t)record->length;
	writer->last = *now;
	if (writer->first.wall_ms == 0)
		writer->first = *now;
	return true;
}

static void remember(struct writer *writer, const char *bytes, size_t length, bool follows)
{
	writer->since_key = follows ? writer->since_key + 1 : 0;
	buffer_clear(&writer->before);
	writer->has_before = buffer_add(&writer->before, bytes, length);
}

bool writer_put(struct writer *writer, enum record_kind kind, int64_t boot_ms, int64_t wall_ms,
	const char *bytes, size_t length, struct error *error)
{
	struct record_content content = {
		.kind = kind, .boot_ms = boot_ms, .wall_ms = wall_ms, .bytes = bytes, .length = length,
	};
	struct stamp now = { .boot_ms = boot_ms, .wall_ms = wall_ms };
	bool follows = kind == RECORD_DATA && writer->has_before && writer->since_key + 1 < RECORDING_KEY_EVERY;
	if (writer->file < 0)
		return error_set(error, "%.160s: not open", writer->path);
	buffer_clear(&writer->record);
	if (!record_pack(writer->packer, &content, follows ? &writer->before : NULL, &writer->record, error))
		return error_prefix(error, "%.160s: ", writer->path);
	if (!append(writer, &now, error))
		return false;
	if (kind != RECORD_DATA)
		return true;
	remember(writer, bytes, length, follows);
	watch_clock(writer, &now);
	if (!follows)
		drop_old(writer, &now);
	/* Another file begins after a frame of data, so that START and REQUEST stand before the next. */
	return !is_full(writer, writer->record.length, &now) || change_file(writer, error);
}
