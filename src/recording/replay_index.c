#include "recording/replay_index.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

/* Short enough that a key is answered at once. */
enum { SLICE_MS = 5 };

struct past {
	struct ev_loop *loop;
	ev_idle idle;
	struct rerun rerun;
	bool open, over; /* nothing more will be known */
	struct past_mark *marks;
	unsigned count, room;
	size_t bytes;
	int64_t marked_ms; /* the last mark, or where the run began */
	void (*grown)(void *context);
	void *context;
};

static void on_event(void *context, const struct alert_event *event)
{
	(void)context;
	(void)event;
}

static void add_mark(struct past *past)
{
	struct alerts_mark *alerts = alerts_mark(past->rerun.alerts);
	past->bytes += alerts_mark_bytes(alerts);
	if (past->count == past->room) {
		past->room = past->room == 0 ? 64 : 2 * past->room;
		past->marks = must_realloc(past->marks, past->room * sizeof(*past->marks));
	}
	past->marked_ms = past->rerun.moment.now_ms;
	past->marks[past->count++] = (struct past_mark){ .next = past->rerun.player.next, .at_ms = past->marked_ms,
		.alerts = alerts };
}

static void step(struct past *past)
{
	const struct recording *recording = past->rerun.player.recording;
	uint32_t index = past->rerun.player.next;
	if (past->bytes > PAST_BYTES_MAX || !rerun_step(&past->rerun)) {
		past->over = true;
		return;
	}
	if (recording->entries[index].kind == RECORD_START || index == 0)
		past->marked_ms = recording->entries[index].at_ms;
	else if (recording->entries[index].kind == RECORD_DATA &&
		recording->entries[index].at_ms - past->marked_ms >= PAST_MARK_MS)
		add_mark(past);
}

static void on_idle(struct ev_loop *loop, ev_idle *idle, int events)
{
	struct past *past = idle->data;
	int64_t until = clock_boot_ms() + SLICE_MS;
	(void)events;
	while (!past->over && clock_boot_ms() < until)
		step(past);
	if (past->over)
		ev_idle_stop(loop, idle);
	past->grown(past->context);
}

struct past *past_new(struct ev_loop *loop, const char *path, const struct layout *layout, enum names names,
	void (*grown)(void *context), void *context)
{
	struct past *past = must_alloc(sizeof(*past));
	struct error error;
	*past = (struct past){ .loop = loop, .grown = grown, .context = context };
	ev_idle_init(&past->idle, on_idle);
	past->idle.data = past;
	past->open = rerun_open(&past->rerun, path, layout, names, on_event, past, &error);
	past->over = !past->open;
	if (past->open)
		ev_idle_start(loop, &past->idle);
	else
		log_line("replay: %s", error.text);
	return past;
}

void past_free(struct past *past)
{
	if (past == NULL)
		return;
	ev_idle_stop(past->loop, &past->idle);
	for (unsigned i = 0; i < past->count; i++)
		free(past->marks[i].alerts);
	free(past->marks);
	if (past->open)
		rerun_close(&past->rerun);
	free(past);
}

bool past_knows(const struct past *past, uint32_t index)
{
	return past->open && past->rerun.player.next >= index;
}

const struct past_mark *past_find(const struct past *past, uint32_t index)
{
	unsigned i = past->count;
	while (i > 0 && past->marks[i - 1].next > index)
		i--;
	if (i == 0)
		return NULL;
	const struct recording *recording = past->rerun.player.recording;
	uint32_t start = recording_before(recording, index, RECORD_START);
	return start == recording->count || past->marks[i - 1].next > start ? &past->marks[i - 1] : NULL;
}
