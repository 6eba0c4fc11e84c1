#include "screen/freeze.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct frozen {
	struct layout layout; /* how many panels there are: all that the board's memory depends on */
	struct board *board;
};

/* The cap is the same as the original's, so that only a board at its very edge can lose a panel here. */
static void copy_panel(struct panel_board *to, const struct panel_board *from)
{
	const struct panel_data *shown = &from->data[from->shown];
	struct panel_data *data = &to->data[0];
	memcpy(to->reason, from->reason, sizeof(to->reason));
	memcpy(to->problem, from->problem, sizeof(to->problem));
	data->received = shown->received;
	data->received_ms = shown->received_ms;
	data->version = shown->version;
	data->columns = shown->columns;
	if (shown->received && board_copy_rows(data, shown))
		return;
	data->rows = 0;
	data->totals = NULL;
}

struct frozen *freeze(const struct board *board)
{
	struct frozen *frozen = must_alloc(sizeof(*frozen));
	*frozen = (struct frozen){ .layout.panel_count = board->layout->panel_count };
	frozen->board = board_new(&frozen->layout);
	for (unsigned i = 0; i < frozen->layout.panel_count; i++)
		copy_panel(&frozen->board->panels[i], &board->panels[i]);
	memcpy(frozen->board->services, board->services, sizeof(board->services));
	frozen->board->service_count = board->service_count;
	frozen->board->chat = board->chat;
	frozen->board->generation = board->generation;
	frozen->board->accepted_ms = board->accepted_ms;
	frozen->board->accepted_wall_ms = board->accepted_wall_ms;
	return frozen;
}

const struct board *freeze_board(const struct frozen *frozen)
{
	return frozen->board;
}

void freeze_free(struct frozen *frozen)
{
	if (frozen == NULL)
		return;
	board_free(frozen->board);
	free(frozen);
}
