/* Finding and reading the last frame of a living wall, or of one that ended. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/os.h"
#include "board/decode.h"
#include "recording/last_frame.h"
#include "recording/cursor.h"

enum {
	FILES_MAX = 64, /* a user has a wall or two; what is behind them was left by runs that were killed */
	TRIES_MAX = 8,  /* while a wall replaces its file under our eyes */
	HOUR_MS = 3600 * 1000,
	IDENTITY_BYTES_MAX = 64 * 1024,
};

/* A file that was opened and looked at. */
struct candidate {
	struct recording_cursor cursor;
	struct json state;
	struct stat about;
	uint32_t data; /* the record; as many as there are: none */
	bool open;
};

static void candidate_close(struct candidate *candidate)
{
	if (!candidate->open)
		return;
	cursor_close(&candidate->cursor);
	json_free(&candidate->state);
	candidate->open = false;
}

/* Its wall holds a lock on it. */
static bool is_living(int file)
{
	if (flock(file, LOCK_SH | LOCK_NB) != 0)
		return errno == EWOULDBLOCK;
	flock(file, LOCK_UN);
	return false;
}

static bool copy_bytes(int from, int to, off_t length)
{
	char bytes[16 * 1024];
	while (length > 0) {
		size_t wanted = length < (off_t)sizeof(bytes) ? (size_t)length : sizeof(bytes);
		ssize_t got = read(from, bytes, wanted);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || write(to, bytes, (size_t)got) != got)
			return false;
		length -= got;
	}
	return lseek(to, 0, SEEK_SET) == 0;
}

/* A copy of what it holds, which its wall cannot write over; -1. */
static int copy_of(int file, off_t length)
{
	int copy = os_memory_file("cxwall-last-frame");
	if (copy < 0 || copy_bytes(file, copy, length))
		return copy;
	close(copy);
	return -1;
}

/* It has the name now, and nothing was written meanwhile. */
static bool is_same(int folder, const char *name, int file, const struct stat *about)
{
	struct stat now, named;
	return fstat(file, &now) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		named.st_ino == about->st_ino && now.st_size == about->st_size &&
		now.st_mtim.tv_sec == about->st_mtim.tv_sec && now.st_mtim.tv_nsec == about->st_mtim.tv_nsec;
}

/* A copy of one that is ours alone; -1. *living: whether the file that has the name now has a wall. */
static int open_file(int folder, const char *name, struct stat *about, bool *living)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (file < 0)
			return -1;
		*living = is_living(file);
		bool good = fstat(file, about) == 0 && S_ISREG(about->st_mode) && about->st_uid == geteuid() &&
			(about->st_mode & 077) == 0;
		int copy = good ? copy_of(file, about->st_size) : -1;
		bool same = copy >= 0 && is_same(folder, name, file, about);
		close(file);
		if (same || !good)
			return copy;
		if (copy >= 0)
			close(copy);
	}
	return -1;
}

/* Every record is good, and they are those of a last frame. */
static bool is_whole(struct candidate *candidate, struct error *error)
{
	struct recording *recording = candidate->cursor.recording;
	uint32_t count = recording->count;
	if (recording->cut || recording->damage_count > 0 || count < 2 || recording->entries[0].kind != RECORD_START ||
		recording->entries[count - 1].kind != RECORD_STATE)
		return error_set(error, "it is not whole");
	candidate->data = count;
	for (uint32_t i = 0; i < count; i++) {
		if (recording_read(recording, i, error) == NULL)
			return false;
		if (recording->entries[i].kind == RECORD_DATA)
			candidate->data = i;
	}
	return true;
}

/* Written by this program for this login: the same text, up to what follows it. */
static bool is_ours(struct recording *recording, const struct last_frame_options *options)
{
	struct buffer identity;
	struct error error;
	const struct buffer *start = recording_read(recording, 0, &error);
	buffer_init(&identity, IDENTITY_BYTES_MAX);
	bool same = start != NULL && last_frame_identity(options, &identity) && identity.length < start->length &&
		memcmp(identity.data, start->data, identity.length) == 0 && start->data[identity.length] == ',';
	buffer_free(&identity);
	return same;
}

static bool read_state(struct candidate *candidate, struct error *error)
{
	struct recording *recording = candidate->cursor.recording;
	/* Its text must last: json_parse() keeps none. */
	const struct buffer *bytes = recording_read(recording, recording->count - 1, error);
	return bytes != NULL && json_parse(&candidate->state, buffer_string(bytes), bytes->length, error);
}

static bool wants_data(const struct layout *layout)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (panel_subscribes(layout->panels[i].type))
			return true;
	return false;
}

/* The request that its data answer, read for the layout; then the state, whose text is the last that was read. */
static enum last_frame_found judge(struct candidate *candidate, const struct last_frame_options *options, struct error *error)
{
	struct recording *recording = candidate->cursor.recording;
	bool has_data = candidate->data != recording->count;
	if (!is_ours(recording, options))
		return LAST_FRAME_NONE;
	if (has_data && !cursor_go(&candidate->cursor, candidate->data, error))
		return LAST_FRAME_NONE;
	if (!read_state(candidate, error))
		return LAST_FRAME_NONE;
	if (!has_data && wants_data(options->layout))
		return LAST_FRAME_EMPTY;
	return last_state_suits(&candidate->state, &candidate->cursor.request, options->layout, error) ? LAST_FRAME_THERE
		: LAST_FRAME_OTHER;
}

/* No wall begins from it any more; where its wall was killed, there is a spare one. */
static void forget(int folder, const char *name)
{
	char spare[NAME_MAX + 1];
	(void)unlinkat(folder, name, 0);
	if (snprintf(spare, sizeof(spare), "%s.tmp", name) < (int)sizeof(spare))
		(void)unlinkat(folder, spare, 0);
}

static enum last_frame_found candidate_open(struct candidate *candidate, const struct last_frame_options *options, const char *name,
	bool living, struct error *error)
{
	bool lives = false;
	int file = open_file(options->folder, name, &candidate->about, &lives);
	if (file < 0)
		return LAST_FRAME_NONE;
	bool old = !lives && clock_wall_ms() / 1000 - candidate->about.st_mtime > LAST_FRAME_HOURS_MAX * 3600;
	if (old && !living)
		forget(options->folder, name);
	if (old || lives != living) {
		close(file);
		return LAST_FRAME_NONE;
	}
	if (!cursor_open_file(&candidate->cursor, file, name, options->layout, error)) {
		log_line("%s", error->text);
		return LAST_FRAME_NONE;
	}
	candidate->open = true;
	json_init(&candidate->state);
	if (is_whole(candidate, error))
		return judge(candidate, options, error);
	log_line("%s: %s", name, error->text);
	return LAST_FRAME_NONE;
}

static int64_t data_wall_ms(const struct candidate *candidate)
{
	const struct recording *recording = candidate->cursor.recording;
	return candidate->data < recording->count ? recording->entries[candidate->data].wall_ms : 0;
}

static bool is_better(enum last_frame_found found, const struct candidate *candidate, enum last_frame_found best_found,
	const struct candidate *best)
{
	return found > best_found || (found == LAST_FRAME_THERE && found == best_found &&
		data_wall_ms(candidate) > data_wall_ms(best));
}

static bool is_frame(const char *name)
{
	size_t length = strlen(name);
	return length > 6 && strcmp(name + length - 6, ".frame") == 0;
}

/* The best of all in the folder; *best is to be closed. */
static enum last_frame_found search(struct candidate *best, const struct last_frame_options *options, bool living, struct error *error)
{
	enum last_frame_found best_found = LAST_FRAME_NONE;
	int folder = options->folder < 0 ? -1 : openat(options->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;
	for (int files = 0; listing != NULL && files < FILES_MAX && (entry = readdir(listing)) != NULL;) {
		struct candidate candidate = { .open = false };
		struct error why = { "" };
		if (!is_frame(entry->d_name))
			continue;
		files++;
		enum last_frame_found found = candidate_open(&candidate, options, entry->d_name, living, &why);
		if (!is_better(found, &candidate, best_found, best)) {
			candidate_close(&candidate);
			continue;
		}
		candidate_close(best);
		*best = candidate;
		best_found = found;
		*error = why;
	}
	if (listing != NULL)
		closedir(listing);
	return best_found;
}

/* On CLOCK_BOOTTIME as it is now. */
static void play(struct candidate *candidate, int64_t clock_ms, void (*each)(void *context, const struct frame *frame),
	void *context)
{
	struct recording_cursor *cursor = &candidate->cursor;
	const struct recording_entry *entry;
	struct frame frame;
	struct error error;
	enum cursor_step step;
	cursor->next = 0;
	while ((step = cursor_next(cursor, &frame, &entry, &error)) != CURSOR_END) {
		if (step == CURSOR_DAMAGED)
			log_line("the last frame: %s", error.text);
		if (step != CURSOR_FRAME)
			continue;
		frame.received_ms -= clock_ms;
		each(context, &frame);
	}
}

static void decode_into(void *context, const struct frame *frame)
{
	struct error error;
	if (!decode_frame(context, frame, NULL, &error))
		log_line("the last frame: %s", error.text);
}

enum last_frame_found last_frame_read(const struct last_frame_options *options, struct board *board, struct link *link,
	struct error *error)
{
	struct candidate best = { .open = false };
	enum last_frame_found found = search(&best, options, true, error);
	if (found == LAST_FRAME_THERE || found == LAST_FRAME_EMPTY) {
		last_state_take(&best.state, board, link);
		play(&best, best.cursor.recording->clock_ms, decode_into, board);
		/* An older answer that was good is no end of the trouble that came after it. */
		if (read_state(&best, error))
			last_state_take(&best.state, board, link);
		link->accepted_ms = board->accepted_ms;
	}
	candidate_close(&best);
	return found;
}

bool last_frame_lives(const struct last_frame_options *options)
{
	struct candidate best = { .open = false };
	struct error error;
	enum last_frame_found found = search(&best, options, true, &error);
	candidate_close(&best);
	return found != LAST_FRAME_NONE;
}

void last_frame_restore(const struct last_frame_options *options, struct board *board,
	void (*each)(void *context, const struct frame *frame), void *context)
{
	struct candidate best = { .open = false };
	struct error error;
	if (search(&best, options, false, &error) == LAST_FRAME_THERE) {
		int64_t age_ms = clock_wall_ms() - data_wall_ms(&best);
		/* By the time of day: the machine may have been started since. */
		if (age_ms > 0 && age_ms <= (int64_t)LAST_FRAME_HOURS_MAX * HOUR_MS) {
			last_state_services(&best.state, board);
			play(&best, clock_wall_ms() - clock_boot_ms(), each, context);
		}
	}
	candidate_close(&best);
}
