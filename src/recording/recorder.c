#include "recording/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "board/query.h"
#include "board/record.h"
#include "board/redaction.h"
#include "recording/reader.h"

/*
 * ---- the file ----
 *
 * One file, and the file before it, which keep to a size and an age together. A record has its own length and checksums
 * and is written by one call, so that after a crash all earlier records are whole. A writer that continues a file cuts
 * off only what no whole record follows. It copes with full disks and with files that were moved or deleted.
 */

enum {
	WRITER_PATH_MAX = 4000,
	WRITER_NEWS_MAX = 240,
	WRITER_STEP_MS = 5000, /* the time of day moved against boot time by more: it was set */
	/* How long a time of day must have been steady before it is trusted to say that something is too old. */
	WRITER_STEADY_MS = 60 * 60 * 1000,
};

/* When a record was written. */
struct stamp {
	int64_t boot_ms; /* 0: by another run */
	int64_t wall_ms; /* 0: there is none */
};

struct writer {
	char path[WRITER_PATH_MAX];
	struct recording_limits limits;
	int file; /* -1: not open */
	int64_t size;
	struct stamp first; /* of the file */
	struct stamp last;  /* that was written */
	struct stamp older; /* the last one of the file before, if this run wrote it */
	int64_t offset_ms; /* from boot time to the time of day */
	int64_t steady_ms; /* boot time since which that has not changed; 0: nothing was written yet */
	char news[WRITER_NEWS_MAX]; /* what the user should know about the file; "" */
	bool began;   /* the file begins or is continued: START and REQUEST must be written before anything else */
	bool no_room; /* is why the file could not be opened */
	struct packer *packer;
	struct buffer before; /* the data written last, in this file */
	bool has_before;
	unsigned since_key;
	struct buffer record;
};

static bool writer_fail(struct writer *writer, struct error *error)
{
	writer->no_room = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
	return error_set(error, "%.160s: %s", writer->path, errno == ELOOP ? "is a link" : strerror(errno));
}

/* Damage that records follow stays in the file; damage at the end is cut off, and is not worth a message. */
static void writer_report_damage(struct writer *writer, const struct recording *old)
{
	int64_t bytes = 0;
	for (unsigned i = 0; i < old->damage_count; i++)
		bytes += old->damages[i].index < old->count ? old->damages[i].bytes : 0;
	if (bytes > 0)
		snprintf(writer->news, sizeof(writer->news),
			"%.160s: %lld bytes are damaged; all else is kept and continued.", writer->path,
			(long long)bytes);
}

/* After a power failure some file systems leave a file with its length, but with zeros in place of its bytes. */
static bool writer_is_blank(int file, off_t size)
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

/* Whether the file has no record and may be begun anew: a crash came right after it was made, or it was cut. */
static bool writer_is_empty(const struct writer *writer, off_t size)
{
	char bytes[RECORDING_MAGIC_BYTES];
	bool first = size < RECORDING_MAGIC_BYTES && pread(writer->file, bytes, (size_t)size, 0) == size &&
		memcmp(bytes, RECORDING_MAGIC, (size_t)size) == 0;
	return (first || writer_is_blank(writer->file, size)) && ftruncate(writer->file, 0) == 0;
}

/* An empty file gets its first bytes; another must be a recording. */
static bool writer_begin(struct writer *writer, struct error *error)
{
	struct stat about;
	if (fstat(writer->file, &about) != 0 || !S_ISREG(about.st_mode))
		return error_set(error, "%.160s: not a file", writer->path);
	writer->began = true;
	writer->has_before = false;
	writer->first = (struct stamp){ 0 };
	if (writer_is_empty(writer, about.st_size)) {
		writer->size = RECORDING_MAGIC_BYTES;
		return os_write_all(writer->file, RECORDING_MAGIC, RECORDING_MAGIC_BYTES) || writer_fail(writer, error);
	}
	struct recording *old = recording_open(writer->path, error);
	if (old == NULL)
		return false;
	writer->size = old->size;
	if (old->count > 0)
		writer->first.wall_ms = old->entries[0].wall_ms;
	writer_report_damage(writer, old);
	recording_close(old);
	return ftruncate(writer->file, writer->size) == 0 || writer_fail(writer, error);
}

static void writer_close_file(struct writer *writer)
{
	if (writer->file >= 0)
		close(writer->file);
	writer->file = -1;
}

/* Opens the path anew. If that fails nothing stays open, so that the next try begins here again. */
static bool writer_open_file(struct writer *writer, struct error *error)
{
	int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	writer_close_file(writer);
	writer->no_room = false;
	writer->file = open(writer->path, flags, 0600);
	if (writer->file < 0)
		return writer_fail(writer, error);
	bool good = flock(writer->file, LOCK_EX | LOCK_NB) == 0 ||
		error_set(error, "%.160s: another program records into it", writer->path);
	if (good && writer_begin(writer, error)) {
		/*
		 * It may have been made with another umask. Until it is known to be a recording, leave its mode alone.
		 */
		(void)fchmod(writer->file, 0600);
		return true;
	}
	writer_close_file(writer);
	return false;
}

/* What happened to the file while it was written; NULL: nothing. */
static const char *writer_file_lost(const struct writer *writer)
{
	struct stat own, named;
	if (fstat(writer->file, &own) != 0)
		return "cannot be looked at";
	if (own.st_nlink == 0)
		return "was deleted";
	if (lstat(writer->path, &named) != 0 || named.st_ino != own.st_ino || named.st_dev != own.st_dev)
		return "was moved away";
	if (own.st_size == writer->size)
		return NULL;
	return own.st_size < writer->size ? "was cut" : "was written by somebody else";
}

/*
 * Checks that the path still names this file and that nobody else changed its length; otherwise opens it again or
 * begins another one. False with the reason: nothing can be written.
 */
static bool writer_ready(struct writer *writer, struct error *error)
{
	const char *lost = writer->file < 0 ? NULL : writer_file_lost(writer);
	if (lost == NULL && writer->file >= 0)
		return true;
	bool good = writer_open_file(writer, error);
	if (lost != NULL)
		snprintf(writer->news, sizeof(writer->news), "%.150s %s while it was recorded; %s.", writer->path, lost,
			!good ? "it cannot be opened again" : writer->first.wall_ms == 0 ? "a new file is begun"
				: "what is there is continued");
	return good;
}

static void writer_close(struct writer *writer)
{
	if (writer == NULL)
		return;
	writer_close_file(writer);
	packer_free(writer->packer);
	buffer_free(&writer->before);
	buffer_free(&writer->record);
	free(writer);
}

/*
 * Opens FILE for appending, or makes it (0600). Refuses a file that is not a recording, a link, and a file that another
 * program records into. When FILE is full, or its first record old, it is renamed to FILE.1 and replaces that. Age is
 * counted by boot time, or by recorded times; while the time of day is young or was just set, nothing is removed
 * because of it.
 */
static struct writer *writer_open(const char *path, const struct recording_limits *limits, struct error *error)
{
	struct writer *writer = must_alloc(sizeof(*writer));
	*writer = (struct writer){ .limits = *limits, .file = -1 };
	buffer_init(&writer->before, RECORDING_RAW_MAX);
	buffer_init(&writer->record, RECORDING_HEADER + RECORDING_STORED_MAX);
	writer->packer = packer_new();
	bool fits = snprintf(writer->path, sizeof(writer->path), "%s", path) < (int)sizeof(writer->path);
	if (!fits)
		error_set(error, "the path of the recording is too long");
	/* A full disk may have room again later, so a wall starts all the same; writer_ready() tries again. */
	if (fits && (writer_open_file(writer, error) || writer->no_room))
		return writer;
	writer_close(writer);
	return NULL;
}

/* The clock may be wrong by days right after the machine booted, and for a short time whenever it is set. */
static void writer_watch_clock(struct writer *writer, const struct stamp *now)
{
	int64_t offset_ms = now->wall_ms - now->boot_ms, moved_ms = offset_ms - writer->offset_ms;
	if (writer->steady_ms == 0 || moved_ms > WRITER_STEP_MS || moved_ms < -WRITER_STEP_MS)
		writer->steady_ms = now->boot_ms;
	writer->offset_ms = offset_ms;
}

static bool writer_is_older(const struct writer *writer, const struct stamp *then, const struct stamp *now,
	int64_t age_ms)
{
	if (then->boot_ms != 0)
		return now->boot_ms - then->boot_ms > age_ms;
	return then->wall_ms != 0 && now->boot_ms - writer->steady_ms >= WRITER_STEADY_MS &&
		now->wall_ms - then->wall_ms > age_ms;
}

/* When the last record of a file was written. None if it is not a recording: then it is not ours to remove either. */
static struct stamp writer_last_of(const char *path)
{
	struct error error;
	struct stamp last = { 0 };
	struct recording *recording = recording_open(path, &error);
	if (recording != NULL && recording->count > 0)
		last.wall_ms = recording->entries[recording->count - 1].wall_ms;
	recording_close(recording);
	return last;
}

/* Removes the file before this one once all of it is too old. Its own time is checked first, because that is cheap. */
static void writer_drop_old(const struct writer *writer, const struct stamp *now)
{
	char old[WRITER_PATH_MAX + 4];
	struct stat about;
	struct stamp last = writer->older;
	snprintf(old, sizeof(old), "%s.1", writer->path);
	if (lstat(old, &about) != 0 || !S_ISREG(about.st_mode))
		return;
	struct stamp changed = { .wall_ms = (int64_t)about.st_mtime * 1000 };
	if (last.boot_ms == 0 && !writer_is_older(writer, &changed, now, writer->limits.age_ms))
		return;
	if (last.boot_ms == 0)
		last = writer_last_of(old);
	if (writer_is_older(writer, &last, now, writer->limits.age_ms))
		unlink(old);
}

/* Renames the file to FILE.1 and begins another one. */
static bool writer_change_file(struct writer *writer, struct error *error)
{
	char old[WRITER_PATH_MAX + 4];
	snprintf(old, sizeof(old), "%s.1", writer->path);
	if (rename(writer->path, old) != 0)
		return error_set(error, "%.160s: %s", old, strerror(errno));
	writer->older = writer->last;
	return writer_open_file(writer, error);
}

/* Appends; false with the reason, and then the record is not in the file. It may be tried again. */
static bool writer_put(struct writer *writer, enum record_kind kind, int64_t boot_ms, int64_t wall_ms,
	const char *bytes, size_t length, struct error *error)
{
	struct record_content content = {
		.kind = kind, .boot_ms = boot_ms, .wall_ms = wall_ms, .bytes = bytes, .length = length,
	};
	const struct stamp now = { .boot_ms = boot_ms, .wall_ms = wall_ms };
	bool follows = kind == RECORD_DATA && writer->has_before && writer->since_key + 1 < RECORDING_KEY_EVERY;
	struct buffer *record = &writer->record;
	if (writer->file < 0)
		return error_set(error, "%.160s: not open", writer->path);
	buffer_clear(record);
	if (!record_pack(writer->packer, &content, follows ? &writer->before : NULL, record, error))
		return error_prefix(error, "%.160s: ", writer->path);
	if (!os_write_all(writer->file, record->data, record->length)) {
		error_set(error, "%.160s: %s", writer->path, strerror(errno));
		/* Cut a half-written record off at once: the next one must follow a whole one. */
		if (ftruncate(writer->file, writer->size) != 0)
			log_line("recording: %s", strerror(errno));
		return false;
	}
	writer->size += (int64_t)record->length;
	writer->last = now;
	if (writer->first.wall_ms == 0)
		writer->first = now;
	if (kind != RECORD_DATA)
		return true;
	writer->since_key = follows ? writer->since_key + 1 : 0;
	buffer_clear(&writer->before);
	writer->has_before = buffer_add(&writer->before, bytes, length);
	writer_watch_clock(writer, &now);
	if (!follows)
		writer_drop_old(writer, &now);
	/* Each file has half of the limits, so that it and the one before it keep to the whole. */
	bool full = writer->size + (int64_t)record->length > writer->limits.bytes / 2 ||
		writer_is_older(writer, &writer->first, &now, writer->limits.age_ms / 2);
	/* Another file begins after a frame of data, so that START and REQUEST are written before the next one. */
	return !full || writer_change_file(writer, error);
}

/* ---- what is recorded ---- */

enum {
	RECORDER_LINE_MAX = REQUEST_BODY_MAX,
	RECORDER_RETRY_MS = 60 * 1000, /* a try costs little, and space may come back at any time */
	RECORDER_REQUEST_MS = 60 * 60 * 1000, /* a damaged request costs the answers of an hour at most */
	RECORDER_PEOPLE_MAX = 1000 * 1000 * 1000, /* a larger number cannot be a count of people */
};

struct recorder {
	struct writer *writer;
	struct redaction redaction;
	double interval; /* of the feed */
	const char *tenant; /* borrowed; NULL */
	bool forced;     /* write the request even if it is the same */
	int64_t request_ms; /* boot time of the last request that was written */
	struct buffer request, next; /* the last request that was written, and the one to compare with it */
	struct buffer line;          /* an alert's */
	unsigned numbers;            /* of people, as the file says */
	char trouble[ERROR_TEXT];    /* see recorder_trouble() */
	int64_t retry_ms;            /* boot time of the next try */
	char news[ERROR_TEXT];       /* see recorder_news(); "" without any */
	bool bad_news;
};

/* How many people's numbers earlier runs used in this file, so that none stands for two people. */
static unsigned recorder_read_numbers(const char *path)
{
	struct error error;
	struct recording *recording = recording_open(path, &error);
	double numbers = 0;
	if (recording == NULL)
		return 0;
	uint32_t index = recording->count;
	while (index > 0 && recording->entries[index - 1].kind != RECORD_NUMBERS)
		index--;
	const struct buffer *bytes = index > 0 ? recording_read(recording, index - 1, &error) : NULL;
	struct json json;
	json_init(&json);
	if (bytes != NULL && json_parse(&json, buffer_string(bytes), bytes->length, &error))
		(void)json_number(&json, json_get(&json, json_root(&json), "numbers"), &numbers);
	json_free(&json);
	recording_close(recording);
	return numbers > 0 && numbers < RECORDER_PEOPLE_MAX ? (unsigned)numbers : 0;
}

struct recorder *recorder_open(const struct recorder_options *options, struct error *error)
{
	struct writer *writer = writer_open(options->path, &options->limits, error);
	if (writer == NULL)
		return NULL;
	struct recorder *recorder = must_alloc(sizeof(*recorder));
	*recorder = (struct recorder){ .writer = writer };
	buffer_init(&recorder->request, RECORDER_LINE_MAX);
	buffer_init(&recorder->next, RECORDER_LINE_MAX);
	buffer_init(&recorder->line, RECORDER_LINE_MAX);
	redaction_init(&recorder->redaction, options->names);
	recorder->redaction.pseudonyms.first = recorder_read_numbers(options->path);
	return recorder;
}

static void recorder_set_news(struct recorder *recorder, const char *news, bool bad)
{
	recorder->bad_news = bad;
	snprintf(recorder->news, sizeof(recorder->news), "%s", news);
	text_trim(recorder->news);
	log_line("record: %s", recorder->news);
}

static void recorder_set_trouble(struct recorder *recorder, const struct error *error, int64_t now_ms)
{
	bool known = recorder->trouble[0] != '\0';
	snprintf(recorder->trouble, sizeof(recorder->trouble), "Not recording: %.190s. Retrying every minute.",
		error->text);
	recorder->retry_ms = now_ms + RECORDER_RETRY_MS;
	/* The records that belong before the one that failed must be before the next. */
	recorder->forced = true;
	recorder->numbers = 0;
	if (!known)
		recorder_set_news(recorder, recorder->trouble, true);
}

static void recorder_clear_trouble(struct recorder *recorder)
{
	if (recorder->trouble[0] != '\0')
		recorder_set_news(recorder, "Recording again.", false);
	recorder->trouble[0] = '\0';
}

static bool recorder_ready(struct recorder *recorder, int64_t now_ms)
{
	struct error error;
	if (recorder->trouble[0] != '\0' && now_ms < recorder->retry_ms)
		return false;
	bool good = writer_ready(recorder->writer, &error);
	if (recorder->writer->news[0] != '\0')
		recorder_set_news(recorder, recorder->writer->news, true);
	recorder->writer->news[0] = '\0';
	if (!good)
		recorder_set_trouble(recorder, &error, now_ms);
	return good;
}

static bool recorder_put(struct recorder *recorder, enum record_kind kind, const struct frame *frame,
	const char *bytes, size_t length, struct error *error)
{
	return writer_put(recorder->writer, kind, frame->received_ms, frame->wall_ms, bytes, length, error);
}

/* START comes first in each file. */
static bool recorder_put_start(struct recorder *recorder, const struct frame *frame, struct error *error)
{
	struct buffer *line = &recorder->line;
	char program[60];
	if (!recorder->writer->began)
		return true;
	recorder->forced = true;
	recorder->numbers = 0;
	snprintf(program, sizeof(program), "cxwall %s", PACKAGE_VERSION);
	buffer_clear(line);
	json_put_object(line);
	json_put_pair(line, "program", program);
	json_put_pair(line, "names", names_names[recorder->redaction.names]);
	if (recorder->tenant != NULL && recorder->tenant[0] != '\0')
		json_put_pair(line, "tenant", recorder->tenant);
	json_put_object_end(line);
	recorder->writer->began =
		!recorder_put(recorder, RECORD_START, frame, buffer_string(line), line->length, error);
	return !recorder->writer->began;
}

/* Writes the request if it differs from the last one, or that was written long ago. */
static bool recorder_put_request(struct recorder *recorder, const struct frame *frame, struct error *error)
{
	struct buffer *next = &recorder->next, *last = &recorder->request;
	buffer_clear(next);
	if (!request_record_put(frame->request, recorder->interval, next))
		return error_set(error, "the request is too large to be recorded");
	if (!recorder->forced && frame->received_ms - recorder->request_ms < RECORDER_REQUEST_MS &&
		next->length == last->length && memcmp(buffer_string(next), buffer_string(last), next->length) == 0)
		return true;
	recorder->forced = false;
	recorder->request_ms = frame->received_ms;
	struct buffer other = *last;
	*last = *next;
	*next = other;
	return recorder_put(recorder, RECORD_REQUEST, frame, buffer_string(last), last->length, error);
}

/* The count of people comes before the frame that has a new person, so that a crash between the two loses nothing. */
static bool recorder_put_numbers(struct recorder *recorder, const struct frame *frame, struct error *error)
{
	char text[40];
	unsigned numbers = recorder->redaction.pseudonyms.first + recorder->redaction.pseudonyms.count;
	if (recorder->redaction.names == NAMES_FULL || numbers == recorder->numbers)
		return true;
	recorder->numbers = numbers;
	snprintf(text, sizeof(text), "{\"numbers\":%u}", numbers);
	return recorder_put(recorder, RECORD_NUMBERS, frame, text, strlen(text), error);
}

void recorder_tenant(struct recorder *recorder, const char *tenant)
{
	if (recorder != NULL)
		recorder->tenant = tenant;
}

void recorder_frame(struct recorder *recorder, const struct frame *frame, double interval)
{
	struct record_content content;
	struct error error;
	if (recorder == NULL)
		return;
	recorder->interval = interval;
	if (!recorder_ready(recorder, frame->received_ms))
		return;
	if (recorder_put_start(recorder, frame, &error) &&
		(frame->kind != FRAME_DATA || recorder_put_request(recorder, frame, &error)) &&
		redaction_content(&recorder->redaction, frame, &content, &error) &&
		recorder_put_numbers(recorder, frame, &error) &&
		recorder_put(recorder, content.kind, frame, content.bytes, content.length, &error))
		recorder_clear_trouble(recorder);
	else
		recorder_set_trouble(recorder, &error, frame->received_ms);
}

void recorder_alert(struct recorder *recorder, const struct alert_event *event)
{
	static const char *const kinds[] = {
		[ALERT_FIRED] = "fired", [ALERT_CLEARED] = "cleared", [ALERT_REMINDED] = "reminded",
	};
	struct frame frame = { .received_ms = event->at_ms, .wall_ms = event->wall_ms };
	char other[PSEUDONYM_MAX];
	struct error error;
	if (recorder == NULL || !recorder_ready(recorder, event->at_ms))
		return;
	/* A recording may keep less of a person's name than the board shows. */
	bool hidden = recorder->redaction.names != NAMES_FULL &&
		(event->about_person || event->state->value_of_person);
	const char *row = event->state->row;
	struct buffer *line = &recorder->line;
	buffer_clear(line);
	json_put_object(line);
	json_put_pair(line, "event", kinds[event->kind]);
	json_put_pair(line, "alert", event->state->rule->name);
	json_put_pair(line, "row", event->about_person ? redaction_row_name(&recorder->redaction, row, other) : row);
	json_put_pair(line, "value", hidden ? "" : event->state->value);
	json_put_integer_pair(line, "lasted_ms", event->lasted_ms);
	json_put_bool_pair(line, "quiet", !event->loud);
	json_put_object_end(line);
	if (recorder_put_start(recorder, &frame, &error) && recorder_put_numbers(recorder, &frame, &error) &&
		recorder_put(recorder, RECORD_ALERT, &frame, buffer_string(line), line->length, &error))
		recorder_clear_trouble(recorder);
	else
		recorder_set_trouble(recorder, &error, event->at_ms);
}

const char *recorder_trouble(const struct recorder *recorder)
{
	return recorder == NULL ? "" : recorder->trouble;
}

bool recorder_news(struct recorder *recorder, char *out, size_t size, bool *bad)
{
	if (recorder == NULL || recorder->news[0] == '\0')
		return false;
	*bad = recorder->bad_news;
	snprintf(out, size, "%s", recorder->news);
	recorder->news[0] = '\0';
	return true;
}

void recorder_close(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	struct frame now = { .received_ms = clock_boot_ms(), .wall_ms = clock_wall_ms() };
	struct error error;
	if (!recorder->writer->began)
		(void)recorder_put(recorder, RECORD_END, &now, "", 0, &error);
	writer_close(recorder->writer);
	buffer_free(&recorder->request);
	buffer_free(&recorder->next);
	buffer_free(&recorder->line);
	redaction_free(&recorder->redaction);
	free(recorder);
}
