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

static void past_end(struct past *past)
{
	past_stop(past);
	/* Pictures that were drawn of the same answer are drawn anew. */
	past->session->board->generation++;
	past->session->dirty = true;
	if (past->done != NULL)
		past->done(past->context);
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
	struct past *past = context;
	struct error why;
	if (past->board == NULL)
		return;
	bool good = status == 200 && !past->session->ending;
	if (good && !past_take(past, bytes, length, &why)) {
		log_line("the past: %s", why.text);
		good = false;
	} else if (status != 200) {
		log_line("the past: %s", error->text);
	}
	if (!good || --past->minutes == 0)
		past_end(past);
	else
		past_ask(past);
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
