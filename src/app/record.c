#include "app/record.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "model/request_record.h"

enum {
	LINE_MAX_BYTES = REQUEST_BODY_MAX,
	DAY_MS = 24 * 3600 * 1000,
	MEGABYTE = 1000 * 1000,
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
	buffer_free(&record->request);
	buffer_free(&record->next);
	buffer_free(&record->line);
	keeping_free(&record->keeping);
}

static void fail(struct record *record, const struct error *error)
{
	snprintf(record->failure, sizeof(record->failure), "the recording ended: %.220s", error->text);
	text_trim(record->failure);
	log_line("%s", record->failure);
	end(record);
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
	if (!recorder_began(record->recorder))
		return true;
	record->forced = true;
	record->numbers = 0;
	snprintf(text, sizeof(text), "{\"program\":\"cxwall %s\",\"names\":\"%s\"}", PACKAGE_VERSION,
		names_names[record->keeping.names]);
	return put(record, RECORD_START, frame, text, strlen(text), error);
}

/* When it is another than the one that was written last. */
static bool put_request(struct record *record, const struct frame *frame, struct error *error)
{
	struct buffer *next = &record->next, *last = &record->request;
	buffer_clear(next);
	if (!request_record_put(frame->request, record->interval, next))
		return error_set(error, "the request is too large to be recorded");
	if (!record->forced && next->length == last->length &&
		memcmp(buffer_string(next), buffer_string(last), next->length) == 0)
		return true;
	record->forced = false;
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
	if (record->recorder == NULL)
		return;
	if (!put_start(record, frame, &error) || !put_frame(record, frame, &error))
		fail(record, &error);
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
	if (record->recorder == NULL)
		return;
	buffer_clear(&record->line);
	buffer_print(&record->line, "{\"event\":\"%s\",\"alert\":", kinds[event->kind]);
	json_put_string(&record->line, event->state->rule->name);
	put_row(record, event, &record->line);
	buffer_print(&record->line, ",\"lasted_ms\":%lld,\"quiet\":%s}", (long long)event->lasted_ms,
		event->loud ? "false" : "true");
	if (!put_start(record, &frame, &error) || !put_numbers(record, &frame, &error) ||
		!put(record, RECORD_ALERT, &frame, buffer_string(&record->line), record->line.length, &error))
		fail(record, &error);
}

bool record_failed(struct record *record, char *out, size_t size)
{
	bool failed = record->failure[0] != '\0';
	if (failed)
		snprintf(out, size, "%s", record->failure);
	record->failure[0] = '\0';
	return failed;
}

void record_close(struct record *record)
{
	struct frame now = { .received_ms = clock_boot_ms(), .wall_ms = clock_wall_ms() };
	struct error error;
	if (record->recorder == NULL)
		return;
	if (!recorder_began(record->recorder))
		(void)put(record, RECORD_END, &now, "", 0, &error);
	end(record);
}
