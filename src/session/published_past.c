#include "session/published_past.h"

#include <string.h>

#include "base/clock.h"

enum { PAST_HOURS = 24 };

/* Between two hours of the backlog, of which each takes some milliseconds. */
static const double PAST_SLICE_SECONDS = 0.1;

/* The store writes a minute when the next answer comes. */
static const double PAST_WRITTEN_SECONDS = 5;

static void past_add_column(struct published_past *past, const struct panel *panel, unsigned column, const char *service)
{
	struct store_name name;
	if (store_column_name(panel, column, service, &name))
		store_hours_add(past->hours, &name, store_column_counts(&panel->columns[column]));
}

/* The services that the panel lists, as the panel of all layouts has them. */
static void past_add_rows(struct published_past *past, const struct panel *panel, unsigned column)
{
	const struct board *board = past->session->board;
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *merged = &board->layout->panels[i];
		const struct panel_data *data = board_data(board, merged);
		if (!query_same_source(panel, merged) || data->rows == 0)
			continue;
		const char *const *keys = board_keys(data);
		for (unsigned row = 0; row < data->rows; row++)
			/* A key with a newline is of a row without a name of its own. */
			if (keys[row][0] != '\0' && strchr(keys[row], '\n') == NULL)
				past_add_column(past, panel, column, keys[row]);
	}
}

static void past_add_panel(struct published_past *past, const struct panel *panel)
{
	for (unsigned column = 0; column < panel->column_count; column++) {
		bool spark = panel->type == PANEL_SERVICE_GRID && panel->columns[column].picture == PICTURE_SPARK;
		if (spark || panel_has_totals(panel->type))
			past_add_column(past, panel, column, NULL);
		if (spark)
			past_add_rows(past, panel, column);
	}
}

/* Totals before the rows of lists, of which there may be too many. */
static void past_name(struct published_past *past)
{
	store_hours_clear(past->hours);
	for (int grids = 0; grids < 2; grids++)
		for (unsigned i = 0; i < past->layout_count; i++)
			for (unsigned p = 0; p < past->layouts[i]->panel_count; p++)
				if ((past->layouts[i]->panels[p].type == PANEL_SERVICE_GRID) == (grids == 1))
					past_add_panel(past, &past->layouts[i]->panels[p]);
}

static int64_t past_hour(void)
{
	return clock_wall_ms() / 1000 / STORE_HOUR_S * STORE_HOUR_S;
}

static void past_send(struct published_past *past, int64_t hour_s)
{
	buffer_clear(&past->text);
	if (store_hours_put(past->hours, past->session->store, hour_s, &past->text))
		publisher_past(past->publisher, hour_s, buffer_string(&past->text), past->text.length);
}

static void past_wait(struct published_past *past)
{
	double minute = (double)(clock_wall_ms() % (STORE_MINUTE_S * 1000)) / 1000;
	bool backlog = past->older < PAST_HOURS - 1;
	past->hour_s = past_hour();
	timer_start(past->session->loop, &past->timer,
		backlog ? PAST_SLICE_SECONDS : STORE_MINUTE_S - minute + PAST_WRITTEN_SECONDS);
}

static void past_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct published_past *past = timer->data;
	(void)loop;
	(void)events;
	if (past->older < PAST_HOURS - 1) {
		past->older++;
		past_send(past, past_hour() - past->older * (int64_t)STORE_HOUR_S);
	} else {
		past_name(past);
		/* Its last minute was not there yet. */
		if (past->hour_s != past_hour())
			past_send(past, past->hour_s);
		past_send(past, past_hour());
	}
	past_wait(past);
}

void published_past_start(struct published_past *past)
{
	if (past->hours != NULL || past->session->store == NULL || past->session->ending)
		return;
	past->hours = store_hours_new();
	buffer_init(&past->text, STORE_HOUR_BYTES_MAX);
	ev_timer_init(&past->timer, past_on_timer, 0., 0.);
	past->timer.data = past;
	published_past_restart(past);
}

void published_past_restart(struct published_past *past)
{
	if (past->hours == NULL)
		return;
	past->older = 0;
	past_name(past);
	past_send(past, past_hour());
	past_wait(past);
}

void published_past_stop(struct published_past *past)
{
	if (past->hours == NULL)
		return;
	ev_timer_stop(past->session->loop, &past->timer);
	store_hours_free(past->hours);
	buffer_free(&past->text);
	past->hours = NULL;
}
