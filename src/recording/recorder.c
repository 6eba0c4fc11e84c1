#include "recording/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "board/redaction.h"
#include "board/query.h"
#include "recording/reader.h"

enum {
	LINE_MAX_BYTES = REQUEST_BODY_MAX,
	RETRY_MS = 60 * 1000, /* a try costs little, and space may come back at any time */
	REQUEST_AGAIN_MS = 60 * 60 * 1000, /* a damaged request costs the answers of an hour at most */
	NUMBERS_MAX = 1000 * 1000 * 1000, /* a larger number cannot be a count of people */
};

struct recorder {
	struct writer *writer;
	struct redaction redaction;
	double interval; /* of the feed */
	bool start_due;  /* the file begins anew, and its START record is not written yet */
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
static unsigned read_numbers(const char *path)
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
	return numbers > 0 && numbers < NUMBERS_MAX ? (unsigned)numbers : 0;
}

struct recorder *recorder_open(const struct recorder_options *options, struct error *error)
{
	struct writer *writer = writer_open(options->path, &options->limits, error);
	if (writer == NULL)
		return NULL;
	struct recorder *recorder = must_alloc(sizeof(*recorder));
	*recorder = (struct recorder){ .writer = writer };
	buffer_init(&recorder->request, LINE_MAX_BYTES);
	buffer_init(&recorder->next, LINE_MAX_BYTES);
	buffer_init(&recorder->line, LINE_MAX_BYTES);
	redaction_init(&recorder->redaction, options->names);
	recorder->redaction.pseudonyms.first = read_numbers(options->path);
	return recorder;
}

static void set_news(struct recorder *recorder, const char *news, bool bad)
{
	recorder->bad_news = bad;
	snprintf(recorder->news, sizeof(recorder->news), "%s", news);
	text_trim(recorder->news);
	log_line("record: %s", recorder->news);
}

static void set_trouble(struct recorder *recorder, const struct error *error, int64_t now_ms)
{
	char text[ERROR_TEXT];
	bool known = recorder->trouble[0] != '\0';
	snprintf(text, sizeof(text), "Not recording: %.190s. Retrying every minute.", error->text);
	recorder->retry_ms = now_ms + RETRY_MS;
	/* The records that belong before the one that failed must be before the next. */
	recorder->forced = true;
	recorder->numbers = 0;
	snprintf(recorder->trouble, sizeof(recorder->trouble), "%s", text);
	if (!known)
		set_news(recorder, text, true);
}

static bool is_ready(struct recorder *recorder, int64_t now_ms)
{
	const char *news;
	struct error error;
	if (recorder->trouble[0] != '\0' && now_ms < recorder->retry_ms)
		return false;
	bool good = writer_ready(recorder->writer, &news, &error);
	if (news != NULL)
		set_news(recorder, news, true);
	writer_forget_news(recorder->writer);
	if (!good)
		set_trouble(recorder, &error, now_ms);
	return good;
}

static void clear_trouble(struct recorder *recorder)
{
	if (recorder->trouble[0] != '\0')
		set_news(recorder, "Recording again.", false);
	recorder->trouble[0] = '\0';
}

static bool put_record(struct recorder *recorder, enum record_kind kind, const struct frame *frame, const char *bytes,
	size_t length, struct error *error)
{
	return writer_put(recorder->writer, kind, frame->received_ms, frame->wall_ms, bytes, length, error);
}

/* START comes first in each file. */
static bool put_start(struct recorder *recorder, const struct frame *frame, struct error *error)
{
	char text[120];
	recorder->start_due = writer_began(recorder->writer) || recorder->start_due;
	if (!recorder->start_due)
		return true;
	recorder->forced = true;
	recorder->numbers = 0;
	snprintf(text, sizeof(text), "{\"program\":\"cxwall %s\",\"names\":\"%s\"}", PACKAGE_VERSION,
		names_names[recorder->redaction.names]);
	recorder->start_due = !put_record(recorder, RECORD_START, frame, text, strlen(text), error);
	return !recorder->start_due;
}

/* Writes the request if it differs from the last one, or that was written long ago. */
static bool put_request(struct recorder *recorder, const struct frame *frame, struct error *error)
{
	struct buffer *next = &recorder->next, *last = &recorder->request;
	buffer_clear(next);
	if (!request_record_put(frame->request, recorder->interval, next))
		return error_set(error, "the request is too large to be recorded");
	if (!recorder->forced && frame->received_ms - recorder->request_ms < REQUEST_AGAIN_MS && next->length == last->length &&
		memcmp(buffer_string(next), buffer_string(last), next->length) == 0)
		return true;
	recorder->forced = false;
	recorder->request_ms = frame->received_ms;
	struct buffer other = *last;
	*last = *next;
	*next = other;
	return put_record(recorder, RECORD_REQUEST, frame, buffer_string(last), last->length, error);
}

/* The count of people comes before the frame that has a new person, so that a crash between the two loses nothing. */
static bool put_numbers(struct recorder *recorder, const struct frame *frame, struct error *error)
{
	char text[40];
	unsigned numbers = recorder->redaction.pseudonyms.first + recorder->redaction.pseudonyms.count;
	if (recorder->redaction.names == NAMES_FULL || numbers == recorder->numbers)
		return true;
	recorder->numbers = numbers;
	snprintf(text, sizeof(text), "{\"numbers\":%u}", numbers);
	return put_record(recorder, RECORD_NUMBERS, frame, text, strlen(text), error);
}

static bool put_frame(struct recorder *recorder, const struct frame *frame, struct error *error)
{
	struct record_content content;
	return (frame->kind != FRAME_DATA || put_request(recorder, frame, error)) &&
		redaction_content(&recorder->redaction, frame, &content, error) && put_numbers(recorder, frame, error) &&
		put_record(recorder, content.kind, frame, content.bytes, content.length, error);
}

void recorder_frame(struct recorder *recorder, const struct frame *frame, double interval)
{
	struct error error;
	if (recorder == NULL)
		return;
	recorder->interval = interval;
	if (!is_ready(recorder, frame->received_ms))
		return;
	if (put_start(recorder, frame, &error) && put_frame(recorder, frame, &error))
		clear_trouble(recorder);
	else
		set_trouble(recorder, &error, frame->received_ms);
}

/* A recording may keep less of a person's name than the board shows. */
static void put_row(struct recorder *recorder, const struct alert_event *event, struct buffer *out)
{
	char other[PSEUDONYM_MAX];
	bool hidden = recorder->redaction.names != NAMES_FULL && (event->about_person || event->state->value_of_person);
	const char *row = event->state->row;
	buffer_text(out, ",\"row\":");
	json_put_string(out, event->about_person ? redaction_row_name(&recorder->redaction, row, other) : row);
	buffer_text(out, ",\"value\":");
	json_put_string(out, hidden ? "" : event->state->value);
}

void recorder_alert(struct recorder *recorder, const struct alert_event *event)
{
	static const char *const kinds[] = {
		[ALERT_FIRED] = "fired", [ALERT_CLEARED] = "cleared", [ALERT_REMINDED] = "reminded",
	};
	struct frame frame = { .received_ms = event->at_ms, .wall_ms = event->wall_ms };
	struct error error;
	if (recorder == NULL || !is_ready(recorder, event->at_ms))
		return;
	buffer_clear(&recorder->line);
	buffer_print(&recorder->line, "{\"event\":\"%s\",\"alert\":", kinds[event->kind]);
	json_put_string(&recorder->line, event->state->rule->name);
	put_row(recorder, event, &recorder->line);
	buffer_print(&recorder->line, ",\"lasted_ms\":%lld,\"quiet\":%s}", (long long)event->lasted_ms,
		event->loud ? "false" : "true");
	if (!put_start(recorder, &frame, &error) || !put_numbers(recorder, &frame, &error) ||
		!put_record(recorder, RECORD_ALERT, &frame, buffer_string(&recorder->line), recorder->line.length, &error))
		set_trouble(recorder, &error, event->at_ms);
	else
		clear_trouble(recorder);
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
	if (!writer_began(recorder->writer) && !recorder->start_due)
		(void)put_record(recorder, RECORD_END, &now, "", 0, &error);
	writer_close(recorder->writer);
	buffer_free(&recorder->request);
	buffer_free(&recorder->next);
	buffer_free(&recorder->line);
	redaction_free(&recorder->redaction);
	free(recorder);
}
