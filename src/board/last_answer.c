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

void last_answer_fill(struct last_answer *last, struct board *board, const char *absent)
{
	struct request request;
	struct error error;
	double interval;
	request_init(&request);
	if (!last->known || !request_record_read(&request, board->layout, &last->json, buffer_string(&last->request),
		last->request.length, &interval, &error)) {
		request_free(&request);
		return;
	}
	request_explain_absent(&request, absent);
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = last->received_ms, .wall_ms = last->wall_ms,
		.bytes = buffer_string(&last->bytes), .length = last->bytes.length, .request = &request };
	(void)decode_frame(board, &frame, NULL, &error);
	decode_reasons(board, &request);
	request_free(&request);
}

struct board *last_answer_board(struct last_answer *last, const struct board *now, const struct layout *layout, const char *absent)
{
	struct board *board = board_copy_for(now, layout);
	last_answer_fill(last, board, absent);
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		struct panel_board *entry = &board->panels[i];
		if (panel->type == PANEL_TOTALS)
			board_put_never(board, panel);
		if (!board_data(board, panel)->received && panel_kind(panel->type)->ask != ASK_NOTHING && entry->reason[0] == '\0')
			snprintf(entry->reason, sizeof(entry->reason), "%s", absent);
	}
	return board;
}
