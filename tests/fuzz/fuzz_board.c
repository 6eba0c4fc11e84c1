/* The board of fuzz targets: see fuzz_board.h. */
#include "fuzz_board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

const char *const fuzz_good_answers[FUZZ_KINDS] = {
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

struct fuzz_stage *fuzz_stage(void)
{
	static struct fuzz_stage stage;
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
	/* Asked for alone, before all of them. */
	unsigned one = data->rows / 2;
	const char *alone = data->rows > 0 ? board_key(data, one) : NULL;
	PROMISE(alone == NULL || strcmp(alone, board_keys(data)[one]) == 0);
	const char **sorted = malloc((data->rows + 1) * sizeof(*sorted));
	for (unsigned row = 0; row < data->rows; row++) {
		PROMISE(board_keys(data)[row] != NULL);
		sorted[row] = board_keys(data)[row];
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

void fuzz_check_board(const struct board *board)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++)
		check_panel(board, &board->layout->panels[i]);
	for (unsigned i = 0; i < board->service_count; i++)
		PROMISE(fuzz_clean(board->services[i].service) && fuzz_clean(board->services[i].problem));
	PROMISE(isfinite(board->chat.wait_seconds));
}
