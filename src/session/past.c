#include "session/past.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "board/decode.h"

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
	past_stop(past);
	past_show(past);
	if (past->done != NULL)
		past->done(past->context);
}

/* Minutes of the longest chart. */
static unsigned past_longest(const struct layout *layout)
{
	unsigned longest = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (layout->panels[i].type == PANEL_CHART && (unsigned)layout->panels[i].span > longest)
			longest = (unsigned)layout->panels[i].span;
	return longest;
}

/* The next time to ask for; false: there is none. */
static bool past_next(struct past *past, unsigned minutes)
{
	past->minutes = past->minutes > minutes ? past->minutes - minutes : 0;
	if (past->minutes > past->until)
		return true;
	unsigned longest = past_longest(past->session->layout);
	if (past->until > 0 || longest <= HISTORY_SLOTS)
		return false;
	past_show(past);
	past->minutes = longest - 1;
	past->until = HISTORY_SLOTS - 1;
	return true;
}

static bool past_take(struct past *past, const char *bytes, size_t length, struct error *error)
{
	/* Decoding notes how the server writes percentages; the feed hears that from its own answers. */
	struct request request = *past->session->feed->ops->request(past->session->feed);
	struct decode_report report = { 0 };
	int64_t age_ms = (int64_t)past->minutes * HISTORY_SLOT_MS;
	struct frame frame = {
		.kind = FRAME_DATA, .subject = "", .received_ms = clock_boot_ms() - age_ms, .wall_ms = clock_wall_ms() - age_ms,
		.bytes = bytes, .length = length, .request = &request,
	};
	if (!decode_frame(past->board, &frame, &report, error))
		return false;
	history_fill(past->session->history, past->board);
	return true;
}

static void past_on_answer(void *context, int status, const char *bytes, size_t length, const struct error *error)
{
	enum { STEP_MINUTES = 15 };
	struct past *past = context;
	struct error why = *error;
	if (past->board == NULL)
		return;
	bool early = status == 404 && past->until > 0; /* the simulation began later */
	bool good = early || (status == 200 && past_take(past, bytes, length, &why));
	if (!good)
		log_line("the past: %s", why.text);
	if (good && !past->session->ending && past_next(past, early ? STEP_MINUTES : 1))
		past_ask(past);
	else
		past_end(past);
}

static void past_ask(struct past *past)
{
	char path[64];
	snprintf(path, sizeof(path), "/cxsim/past?minutes=%u", past->minutes);
	live_fetch(past->live, path, past_on_answer, past);
}

void past_begin(struct past *past)
{
	if (past->begun || past->session->ending)
		return;
	past->begun = true;
	past->board = board_new(past->session->layout);
	past->board->names = past->session->names;
	/* The minute that runs is the wall's own. */
	past->minutes = HISTORY_SLOTS - 1;
	past_ask(past);
}
