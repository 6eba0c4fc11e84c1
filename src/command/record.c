#include "command/record.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "board/query_record.h"

enum {
	LINE_MAX_BYTES = REQUEST_BODY_MAX,
	DAY_MS = 24 * 3600 * 1000,
	MEGABYTE = 1000 * 1000,
	RETRY_MS = 60 * 1000, /* a try costs a look at the file, and its space may come back at any time */
	REQUEST_AGAIN_MS = 60 * 60 * 1000, /* a damaged request costs the answers of an hour at most */
	NUMBERS_MAX = 1000 * 1000 * 1000, /* a larger one is no count of people */
};

/* Where an earlier run's numbers ended, so that none stands for two people in a file. */
static unsigned numbers_before(const char *path)
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

bool record_open(struct record *record, const struct app *app)
{
	const struct options *options = app->options;
	struct recording_limits limits = {
		.bytes = (int64_t)options->record_size * MEGABYTE, .age_ms = (int64_t)options->record_days * DAY_MS,
	};
	struct error error;
	*record = (struct record){ .recorder = NULL };
	if (options->record == NULL)
		return true;
	record->recorder = recorder_open(options->record, &limits, &error);
	if (record->recorder == NULL) {
		message("record: %s", error.text);
		return false;
	}
	buffer_init(&record->request, LINE_MAX_BYTES);
	buffer_init(&record->next, LINE_MAX_BYTES);
	buffer_init(&record->line, LINE_MAX_BYTES);
	keeping_init(&record->keeping, (enum names)options->names);
	record->keeping.pseudonyms.first = numbers_before(options->record);
	return true;
}

static void end(struct record *record)
{
	recorder_close(record->recorder);
	record->recorder = NULL;
	record->trouble[0] = '\0';
	buffer_free(&record->request);
	buffer_free(&record->next);
	buffer_free(&record->line);
	keeping_free(&record->keeping);
}

static void tell(struct record *record, const char *news, bool bad)
{
	record->bad_news = bad;
	snprintf(record->news, sizeof(record->news), "%s", news);
	text_trim(record->news);
	log_line("record: %s", record->news);
}

static void fail(struct record *record, const struct error *error, int64_t now_ms)
{
	char text[ERROR_TEXT];
	bool known = record->trouble[0] != '\0';
	snprintf(text, sizeof(text), "Not recording: %.190s. Retrying every minute.", error->text);
	record->retry_ms = now_ms + RETRY_MS;
	/* Whatever was to stand before the record that failed must stand before the next. */
	record->forced = true;
	record->numbers = 0;
	snprintf(record->trouble, sizeof(record->trouble), "%s", text);
	if (!known)
		tell(record, text, true);
}

static bool is_ready(struct record *record, int64_t now_ms)
{
	const char *news;
	struct error error;
	if (record->recorder == NULL || (record->trouble[0] != '\0' && now_ms < record->retry_ms))
		return false;
	bool good = recorder_ready(record->recorder, &news, &error);
	if (news != NULL)
		tell(record, news, true);
	recorder_told(record->recorder);
	if (!good)
		fail(record, &error, now_ms);
	return good;
}

/* A record is in the file. */
static void succeed(struct record *record)
{
	if (record->trouble[0] != '\0')
		tell(record, "Recording again.", false);
	record->trouble[0] = '\0';
}

static bool put(struct record *record, enum record_kind kind, const struct frame *frame, const char *bytes,
	size_t length, struct error *error)
{
	return recorder_put(record->recorder, kind, frame->received_ms, frame->wall_ms, bytes, length, error);
}

/* At the beginning of each file. */
static bool put_start(struct record *record, const struct frame *frame, struct error *error)
{
	char text[120];
	record->start_due = recorder_began(record->recorder) || record->start_due;
	if (!record->start_due)
		return true;
	record->forced = true;
	record->numbers = 0;
	snprintf(text, sizeof(text), "{\"program\":\"cxwall %s\",\"names\":\"%s\"}", PACKAGE_VERSION,
		names_names[record->keeping.names]);
	record->start_due = !put(record, RECORD_START, frame, text, strlen(text), error);
	return !record->start_due;
}

/* When it is another than the one that was written last. */
static bool put_request(struct record *record, const struct frame *frame, struct error *error)
{
	struct buffer *next = &record->next, *last = &record->request;
	buffer_clear(next);
	if (!request_record_put(frame->request, record->interval, next))
		return error_set(error, "the request is too large to be recorded");
	if (!record->forced && frame->received_ms - record->request_ms < REQUEST_AGAIN_MS && next->length == last->length &&
		memcmp(buffer_string(next), buffer_string(last), next->length) == 0)
		return true;
	record->forced = false;
	record->request_ms = frame->received_ms;
	struct buffer other = *last;
	*last = *next;
	*next = other;
	return put(record, RECORD_REQUEST, frame, buffer_string(last), last->length, error);
}

/* Before anything that has a new one: a crash between the two loses nothing. */
static bool put_numbers(struct record *record, const struct frame *frame, struct error *error)
{
	char text[40];
	unsigned numbers = record->keeping.pseudonyms.first + record->keeping.pseudonyms.count;
	if (record->keeping.names == NAMES_FULL || numbers == record->numbers)
		return true;
	record->numbers = numbers;
	snprintf(text, sizeof(text), "{\"numbers\":%u}", numbers);
	return put(record, RECORD_NUMBERS, frame, text, strlen(text), error);
}

static bool put_frame(struct record *record, const struct frame *frame, struct error *error)
{
	struct record_content content;
	return (frame->kind != FRAME_DATA || put_request(record, frame, error)) &&
		keeping_frame(&record->keeping, frame, &content, error) && put_numbers(record, frame, error) &&
		put(record, content.kind, frame, content.bytes, content.length, error);
}

void record_frame(struct record *record, const struct frame *frame)
{
	struct error error;
	if (!is_ready(record, frame->received_ms))
		return;
	if (put_start(record, frame, &error) && put_frame(record, frame, &error))
		succeed(record);
	else
		fail(record, &error, frame->received_ms);
}

/* A name that the board shows is not yet one that a recording may keep. */
static void put_row(struct record *record, const struct alert_event *event, struct buffer *out)
{
	char other[PSEUDONYM_MAX];
	bool hidden = record->keeping.names != NAMES_FULL && (event->about_person || event->state->value_of_person);
	const char *row = event->state->row;
	buffer_text(out, ",\"row\":");
	json_put_string(out, event->about_person ? keeping_row(&record->keeping, row, other) : row);
	buffer_text(out, ",\"value\":");
	json_put_string(out, hidden ? "" : event->state->value);
}

void record_alert(struct record *record, const struct alert_event *event)
{
	static const char *const kinds[] = {
		[ALERT_FIRED] = "fired", [ALERT_CLEARED] = "cleared", [ALERT_REMINDED] = "reminded",
	};
	struct frame frame = { .received_ms = event->at_ms, .wall_ms = event->wall_ms };
	struct error error;
	if (!is_ready(record, event->at_ms))
		return;
	buffer_clear(&record->line);
	buffer_print(&record->line, "{\"event\":\"%s\",\"alert\":", kinds[event->kind]);
	json_put_string(&record->line, event->state->rule->name);
	put_row(record, event, &record->line);
	buffer_print(&record->line, ",\"lasted_ms\":%lld,\"quiet\":%s}", (long long)event->lasted_ms,
		event->loud ? "false" : "true");
	if (!put_start(record, &frame, &error) || !put_numbers(record, &frame, &error) ||
		!put(record, RECORD_ALERT, &frame, buffer_string(&record->line), record->line.length, &error))
		fail(record, &error, event->at_ms);
	else
		succeed(record);
}

const char *record_trouble(const struct record *record)
{
	return record->trouble;
}

bool record_news(struct record *record, char *out, size_t size, bool *bad)
{
	*bad = record->bad_news;
	bool news = record->news[0] != '\0';
	if (news)
		snprintf(out, size, "%s", record->news);
	record->news[0] = '\0';
	return news;
}

void record_close(struct record *record)
{
	struct frame now = { .received_ms = clock_boot_ms(), .wall_ms = clock_wall_ms() };
	struct error error;
	if (record->recorder == NULL)
		return;
	if (!recorder_began(record->recorder) && !record->start_due)
		(void)put(record, RECORD_END, &now, "", 0, &error);
	end(record);
}
