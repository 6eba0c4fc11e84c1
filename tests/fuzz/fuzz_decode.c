/*
 * From answers to the board: whatever comes, a refused answer changes nothing that is shown, and what is shown is
 * clean.
 *
 * The first byte chooses how much of names is kept; the rest is taken as an answer of each kind in turn, each after a
 * good one.
 */
#include "fuzz_board.h"

#include <string.h>

static uint64_t sum_bytes(uint64_t sum, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ at[i]) * 1099511628211u;
	return sum;
}

static uint64_t sum_text(uint64_t sum, const char *text)
{
	return sum_bytes(sum, text, strlen(text) + 1);
}

static uint64_t sum_cells(uint64_t sum, const struct cell *cells, size_t count)
{
	for (size_t i = 0; cells != NULL && i < count; i++) {
		sum = sum_text(sum, cells[i].text);
		sum = sum_bytes(sum, &cells[i].number, sizeof(cells[i].number));
		sum = sum_bytes(sum, &cells[i].state, sizeof(cells[i].state));
	}
	return sum;
}

/* Of all that a sink may read. */
static uint64_t sum_board(const struct board *board)
{
	uint64_t sum = sum_bytes(14695981039346656037u, &board->generation, sizeof(board->generation));
	sum = sum_bytes(sum, &board->accepted_ms, sizeof(board->accepted_ms));
	sum = sum_bytes(sum, &board->accepted_wall_ms, sizeof(board->accepted_wall_ms));
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel_data *data = board_data(board, &board->layout->panels[i]);
		sum = sum_bytes(sum, &data->received_ms, sizeof(data->received_ms));
		sum = sum_bytes(sum, &data->rows, sizeof(data->rows));
		for (unsigned cell = 0; cell < data->rows * data->columns; cell++)
			sum = sum_cells(sum, board_cell(data, cell / data->columns, cell % data->columns), 1);
		sum = sum_cells(sum, data->totals, data->columns);
		for (unsigned row = 0; row < data->rows; row++)
			sum = sum_text(sum, board_keys(data)[row]);
		sum = sum_text(sum, board->panels[i].problem);
		sum = sum_text(sum, board->panels[i].reason);
	}
	for (unsigned i = 0; i < board->service_count; i++)
		sum = sum_bytes(sum, &board->services[i].state, sizeof(board->services[i].state));
	sum = sum_bytes(sum, &board->service_count, sizeof(board->service_count));
	sum = sum_bytes(sum, &board->chat.state, sizeof(board->chat.state));
	return sum_bytes(sum, &board->chat.wait_seconds, sizeof(board->chat.wait_seconds));
}

static bool decode(struct board *board, enum frame_kind kind, const char *bytes, size_t length, struct error *error)
{
	struct decode_report report;
	static int64_t now_ms;
	struct frame frame = {
		.kind = kind, .subject = "Sales", .received_ms = ++now_ms, .wall_ms = 1767225600000, .bytes = bytes,
		.length = length, .request = &fuzz_stage()->request,
	};
	return decode_frame(board, &frame, &report, error);
}

int fuzz_decode(const uint8_t *data, size_t size)
{
	fuzz_begin();
	if (size < 1)
		return 0;
	struct board *board = board_new(fuzz_stage()->layout);
	board->names = (enum names)(data[0] % 4);
	for (unsigned i = 0; i < FUZZ_KINDS; i++) {
		enum frame_kind kind = (enum frame_kind)i;
		struct error error = { "" };
		PROMISE(decode(board, kind, fuzz_good_answers[kind], strlen(fuzz_good_answers[kind]), &error));
		uint64_t before = sum_board(board);
		bool good = decode(board, kind, (const char *)data + 1, size - 1, &error);
		PROMISE(good == (error.text[0] == '\0') && fuzz_clean(error.text));
		PROMISE(good || sum_board(board) == before);
		fuzz_check_board(board);
		PROMISE(board->service_count <= 1);
	}
	board_free(board);
	return 0;
}
