#include "session/past.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/local_time.h"
#include "base/log.h"
#include "board/decode.h"

enum {
	PAST_MINUTES = 48 * 60,
	PAST_AT_ONCE = 120, /* answers in one: what takes longer would be felt at the keys */
	PAST_QUARTER = 15,
	PAST_MINUTES_MAX = 35 * 24 * 60, /* cxsim goes no further */
};

static void past_ask(struct past *past);

void past_stop(struct past *past)
{
	board_free(past->board);
	past->board = NULL;
}

/* Pictures that were drawn of the same answer are drawn anew. */
static void past_show(struct past *past)
{
	past->session->board->generation++;
	past->session->dirty = true;
}

static void past_end(struct past *past)
{
	log_line("the past: %u answers in %lld ms", past->taken, (long long)(clock_boot_ms() - past->begun_ms));
	past_stop(past);
	past_show(past);
	if (past->done != NULL)
		past->done(past->context);
}

static unsigned past_days_against(enum against against)
{
	return against == AGAINST_WEEK ? 7 : against == AGAINST_YESTERDAY ? 1 : 0;
}

/* Quarter-hours before the minutes that the layout compares today with, or that its charts show. */
static unsigned past_quarters(const struct layout *layout)
{
	enum { DAY = 24 * 60 };
	unsigned most = 0;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		unsigned days = past_days_against(panel->against), span = panel->type == PANEL_CHART ? (unsigned)panel->span : 0;
		for (unsigned column = 0; column < panel->column_count; column++)
			if (past_days_against(panel->columns[column].against) > days)
				days = past_days_against(panel->columns[column].against);
		/* A day that is compared with is shown to its end. */
		unsigned all = span + (days > 0 ? (days + 1) * DAY : 0);
		most = all > most ? all : most;
	}
	return most > PAST_MINUTES ? (most - PAST_MINUTES) / PAST_QUARTER + 1 : 0;
}

static bool past_take(struct past *past, unsigned minutes, const char *bytes, size_t length, struct error *error)
{
	/* Decoding notes how the server writes percentages; the feed hears that from its own answers. */
	struct request request = *past->session->feed->ops->request(past->session->feed);
	struct decode_report report = { 0 };
	int64_t age_ms = (int64_t)minutes * HISTORY_SLOT_MS;
	struct frame frame = {
		.kind = FRAME_DATA, .subject = "", .received_ms = past->boot_ms - age_ms, .wall_ms = past->wall_ms - age_ms,
		.bytes = bytes, .length = length, .request = &request,
	};
	if (!decode_frame(past->board, &frame, &report, error))
		return false;
	past->taken++;
	history_fill(past->session->history, past->board, past->wall_ms - past->boot_ms);
	return true;
}

/* One answer in a line. */
static bool past_take_lines(struct past *past, const char *bytes, size_t length, struct error *error)
{
	struct past_stretch *stretch = &past->stretches[past->stretch];
	const char *end = bytes + length, *next;
	for (; bytes < end && (next = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL; bytes = next + 1) {
		if (!past_take(past, stretch->minutes, bytes, (size_t)(next - bytes), error))
			return false;
		if (stretch->minutes < stretch->until + stretch->step) {
			past->stretch++;
			return true;
		}
		stretch->minutes -= stretch->step;
	}
	return bytes == end || error_set(error, "an answer is not complete");
}

static void past_on_answer(void *context, int status, const char *bytes, size_t length, const struct error *error)
{
	struct past *past = context;
	struct error why = *error;
	if (past->board == NULL)
		return;
	unsigned before = past->stretch;
	bool good = status == 200 && past_take_lines(past, bytes, length, &why);
	if (!good)
		log_line("the past: %s", why.text);
	if (!good || past->session->ending || past->stretch == past->stretch_count) {
		past_end(past);
		return;
	}
	if (past->stretch != before)
		past_show(past);
	past_ask(past);
}

static void past_ask(struct past *past)
{
	const struct past_stretch *stretch = &past->stretches[past->stretch];
	unsigned count = (stretch->minutes - stretch->until) / stretch->step + 1;
	/* By now the minute that ran at the beginning may be over: it is asked for as it was. */
	unsigned seconds = (unsigned)((clock_boot_ms() - past->boot_ms) / 1000);
	char path[128];
	snprintf(path, sizeof(path), "/cxsim/past?minutes=%u&seconds=%u&count=%u&step=%u%s", stretch->minutes + seconds / 60,
		seconds % 60, count < PAST_AT_ONCE ? count : PAST_AT_ONCE, stretch->step,
		stretch->agents ? "" : "&only=services");
	live_fetch(past->live, path, past_on_answer, past);
}

/* Those that have nothing to ask for are left out. */
static void past_add(struct past *past, unsigned minutes, unsigned until, unsigned step, bool agents)
{
	if (minutes >= until)
		past->stretches[past->stretch_count++] = (struct past_stretch){ .minutes = minutes, .until = until, .step = step,
			.agents = agents };
}

void past_begin(struct past *past)
{
	if (past->begun_ms != 0 || past->session->ending)
		return;
	past->board = board_new(past->session->layout);
	past->board->names = past->session->names;
	/* The minute that runs is the wall's own, and the last second of each of the others has all that happened in it. */
	int64_t wall_ms = clock_wall_ms(), boot_ms = clock_boot_ms();
	int64_t running_ms = (wall_ms / 1000 % 60 + 1) * 1000;
	past->wall_ms = wall_ms - running_ms;
	past->begun_ms = boot_ms;
	past->boot_ms = boot_ms - running_ms;
	unsigned today = (unsigned)((past->wall_ms / 1000 - local_day(past->wall_ms / 1000, 0)) / 60);
	unsigned quarters = past_quarters(past->session->layout);
	/* The last minute of the last quarter-hour that is whole before the minutes. */
	unsigned before = PAST_MINUTES + (unsigned)((past->wall_ms / 60000 - (PAST_MINUTES - 1)) % PAST_QUARTER);
	if (quarters > (PAST_MINUTES_MAX - before) / PAST_QUARTER)
		quarters = (PAST_MINUTES_MAX - before) / PAST_QUARTER;
	past_add(past, HISTORY_SLOTS - 1, 0, 1, true);
	past_add(past, today, HISTORY_SLOTS, 1, false);
	past_add(past, PAST_MINUTES - 1, today < HISTORY_SLOTS ? HISTORY_SLOTS : today + 1, 1, false);
	past_add(past, before + (quarters > 0 ? quarters - 1 : 0) * PAST_QUARTER, quarters > 0 ? before : UINT_MAX, PAST_QUARTER, false);
	past_ask(past);
}
