#include "board/last_answer.h"

#include <stdio.h>

#include "board/decode.h"
#include "board/query.h"

void last_answer_init(struct last_answer *last)
{
	last->known = false;
	buffer_init(&last->bytes, LAST_ANSWER_BYTES_MAX);
	buffer_init(&last->request, REQUEST_BODY_MAX);
	json_init(&last->json);
}

void last_answer_free(struct last_answer *last)
{
	buffer_free(&last->bytes);
	buffer_free(&last->request);
	json_free(&last->json);
	last->known = false;
}

void last_answer_keep(struct last_answer *last, const struct frame *frame, double interval)
{
	if (frame->kind != FRAME_DATA || frame->request == NULL)
		return;
	buffer_clear(&last->bytes);
	buffer_clear(&last->request);
	last->received_ms = frame->received_ms;
	last->wall_ms = frame->wall_ms;
	last->known = buffer_add(&last->bytes, frame->bytes, frame->length) &&
		request_record_put(frame->request, interval, &last->request);
}

void last_answer_forget(struct last_answer *last)
{
	last->known = false;
}

/* The request of the answer as it is for a layout; with `part`, also for panels of which it has some columns. */
static bool last_answer_request(struct last_answer *last, const struct layout *layout, bool part, struct request *request)
{
	const char *text = buffer_string(&last->request);
	struct error error;
	double interval;
	request_init(request);
	if (!last->known)
		return false;
	return part ? request_record_read_part(request, layout, &last->json, text, last->request.length, &error)
		: request_record_read(request, layout, &last->json, text, last->request.length, &interval, &error);
}

static void last_answer_decode(struct last_answer *last, struct board *board, struct request *request)
{
	struct error error;
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = last->received_ms, .wall_ms = last->wall_ms,
		.bytes = buffer_string(&last->bytes), .length = last->bytes.length, .request = request };
	/* What is not in it says so below. */
	request_explain_absent(request, "");
	(void)decode_frame(board, &frame, NULL, &error);
	decode_reasons(board, request);
}

void last_answer_fill(struct last_answer *last, struct board *board)
{
	struct request request;
	if (last_answer_request(last, board->layout, false, &request))
		last_answer_decode(last, board, &request);
	request_free(&request);
}

struct board *last_answer_board(struct last_answer *last, const struct board *now, const struct layout *layout, const char *absent)
{
	struct board *board = board_copy_for(now, layout);
	struct request request;
	if (last_answer_request(last, layout, true, &request))
		last_answer_decode(last, board, &request);
	request_free(&request);
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		struct panel_board *entry = &board->panels[i];
		if (panel->type == PANEL_TOTALS)
			board_put_never(board, panel);
		/* It is no trouble that somebody must look at, so it is no reason. */
		if (!board_data(board, panel)->received && panel_kind(panel->type)->ask != ASK_NOTHING && entry->reason[0] == '\0')
			snprintf(entry->problem, sizeof(entry->problem), "%s", absent);
	}
	return board;
}
