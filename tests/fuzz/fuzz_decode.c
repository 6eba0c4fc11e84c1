/*
 * From answers to the board: whatever comes, a refused answer changes nothing that is shown, and what is shown is
 * clean.
 *
 * The first byte chooses how much of names is kept; the rest is taken as an answer of each kind in turn, each after a
 * good one.
 */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/decode.h"

/* Every type of panel that has data. */
static const char layout_text[] =
	"pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"service_level\", "
	"\"in_max_wait_time\", \"x\" ) },"
	"{ name = \"queues\" type = \"service_grid\" total = true columns = ( \"name\", \"in_calls_waiting\" ) },"
	"{ name = \"some\" type = \"service_grid\" services = [\"Sales\", \"1\"] columns = ( \"agents_logged\" ) },"
	"{ name = \"agents\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\", \"state_duration\", "
	"\"reason\" ) sort = \"state_duration desc\" },"
	"{ name = \"logins\" type = \"agent_grid\" columns = ( \"login_id\", \"last_first_name\" ) },"
	"{ name = \"states\" type = \"agent_states\" }, { name = \"news\" type = \"messages\" },"
	"{ name = \"open\" type = \"availability\" }, { name = \"camp\" type = \"campaigns\" },"
	"{ name = \"time\" type = \"clock\" }, { name = \"note\" type = \"text\" text = \"hello\" },"
	"{ name = \"alarms\" type = \"alerts\" } ) } ) } )";

static const char *const good_answers[] = {
	[FRAME_DATA] =
		"{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"4\",\"service_level\":\"81%\"}},"
		"\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Sales\",\"2\":\"3\"}]}],"
		"\"stats_totals\":{\"in_calls_waiting\":\"3\"}},"
		"\"t/some\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"2\",\"2\":\"Sales\"}]}]},"
		"\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Ann Lee\",\"2\":\"busy\","
		"\"3\":\"61\",\"4\":\"\",\"5\":\"ann\"},{\"1\":\"Bob\",\"2\":\"\",\"3\":\"1:00\","
		"\"4\":\"Lunch\",\"5\":\"bob\"}]}]},"
		"\"t/states\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"busy\"},{\"1\":\"\"}]}]},"
		"\"t/news\":{\"chat_messages\":[{\"from\":\"bob\",\"send_time\":\"1767225000\",\"text\":\"hello\"}]}}",
	[FRAME_AVAILABILITY] = "{\"availability\":true}",
	[FRAME_CHAT_HOURS] = "{\"chat\":\"available\",\"ewt\":\"3\"}",
	[FRAME_CAMPAIGNS] = "[{\"name\":\"Spring\",\"state\":\"STOPPED\",\"lists\":[\"a.csv\"]}]",
};

enum { KINDS = sizeof(good_answers) / sizeof(good_answers[0]) };

struct stage {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
};

static struct stage *stage(void)
{
	static struct stage stage;
	if (stage.layout != NULL)
		return &stage;
	stage.layout = layout_parse("t", "t.conf", layout_text, NULL);
	PROMISE(stage.layout != NULL);
	catalogue_init(&stage.teams);
	catalogue_init(&stage.services);
	request_init(&stage.request);
	request_plan(&stage.request, stage.layout, &stage.teams, &stage.services, "t");
	PROMISE(request_live_sets(&stage.request) == stage.request.set_count);
	return &stage;
}

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
		sum = sum_cells(sum, data->cells, (size_t)data->rows * data->columns);
		sum = sum_cells(sum, data->totals, data->columns);
		for (unsigned row = 0; row < data->rows; row++)
			sum = sum_text(sum, data->keys[row]);
		sum = sum_text(sum, board->panels[i].problem);
		sum = sum_text(sum, board->panels[i].reason);
	}
	for (unsigned i = 0; i < board->service_count; i++)
		sum = sum_bytes(sum, &board->services[i].state, sizeof(board->services[i].state));
	sum = sum_bytes(sum, &board->service_count, sizeof(board->service_count));
	sum = sum_bytes(sum, &board->chat.state, sizeof(board->chat.state));
	return sum_bytes(sum, &board->chat.wait_seconds, sizeof(board->chat.wait_seconds));
}

static void check_cell(const struct cell *cell)
{
	PROMISE(cell->text != NULL && fuzz_clean(cell->text) && strlen(cell->text) <= 2 * BOARD_TEXT_MAX);
	PROMISE(isfinite(cell->number));
	PROMISE(cell->state <= VALUE_NUMBER);
	if (cell->state == VALUE_NEVER || cell->state == VALUE_BLANK)
		PROMISE(cell->text[0] == '\0');
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_keys(const struct panel_data *data)
{
	const char **sorted = malloc((data->rows + 1) * sizeof(*sorted));
	for (unsigned row = 0; row < data->rows; row++) {
		PROMISE(data->keys[row] != NULL);
		sorted[row] = data->keys[row];
	}
	qsort(sorted, data->rows, sizeof(*sorted), compare_texts);
	for (unsigned row = 1; row < data->rows; row++)
		PROMISE(strcmp(sorted[row - 1], sorted[row]) != 0);
	free(sorted);
}

static void check_panel(const struct board *board, const struct panel *panel)
{
	const struct panel_data *data = board_data(board, panel);
	PROMISE(fuzz_clean(board->panels[panel->index].problem));
	PROMISE(!board->panels[panel->index].fresh);
	PROMISE(data->rows <= LAYOUT_GRID_LIMIT_MAX && data->columns <= LAYOUT_COLUMNS_MAX);
	if (!data->received)
		return;
	if (panel->column_count > 0)
		PROMISE(data->columns == panel->column_count);
	for (unsigned row = 0; row < data->rows; row++) {
		for (unsigned column = 0; column < data->columns; column++)
			check_cell(board_cell(data, row, column));
		board_row_severity(panel, data, row, false);
	}
	for (unsigned column = 0; data->totals != NULL && column < data->columns; column++)
		check_cell(&data->totals[column]);
	check_keys(data);
}

static void check_board(const struct board *board)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++)
		check_panel(board, &board->layout->panels[i]);
	PROMISE(isfinite(board->chat.wait_seconds) && board->service_count <= 1);
}

static bool decode(struct board *board, enum frame_kind kind, const char *bytes, size_t length, struct error *error)
{
	struct decode_report report;
	static int64_t now_ms;
	struct frame frame = {
		.kind = kind, .subject = "Sales", .received_ms = ++now_ms, .wall_ms = 1767225600000, .bytes = bytes,
		.length = length, .request = &stage()->request,
	};
	return decode_frame(board, &frame, &report, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_begin();
	if (size < 1)
		return 0;
	struct board *board = board_new(stage()->layout);
	board->names = (enum names)(data[0] % 4);
	for (unsigned i = 0; i < KINDS; i++) {
		enum frame_kind kind = (enum frame_kind)i;
		struct error error = { "" };
		PROMISE(decode(board, kind, good_answers[kind], strlen(good_answers[kind]), &error));
		uint64_t before = sum_board(board);
		bool good = decode(board, kind, (const char *)data + 1, size - 1, &error);
		PROMISE(good == (error.text[0] == '\0') && fuzz_clean(error.text));
		PROMISE(good || sum_board(board) == before);
		check_board(board);
	}
	board_free(board);
	return 0;
}
