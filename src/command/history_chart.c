#include "command/history_chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "board/decode.h"
#include "board/history.h"
#include "board/query.h"
#include "output/stdout.h"
#include "output/values.h"
#include "screen/screen.h"

enum {
	PICTURES_MAX = 6, /* below each other; of more the lines would be too few */
	PICTURE_BYTES_MAX = 64 * 1024,
	TITLE_BYTES_MAX = STORE_NAME_MAX + STORE_STATISTIC_MAX + 4,
	BODY_BYTES_MAX = 64 * 1024,
	DAY_MINUTES = 24 * 60,
	WEEK_MINUTES = 7 * DAY_MINUTES, /* longer spans are written in days */
	SPAN_MINUTES_MIN = 15, SPAN_MINUTES_MAX = 35 * DAY_MINUTES, /* of a chart */
	HEAD_COLUMNS = 46, /* of the times in the first line */
};

/* One chart: statistics of one service that have one axis. */
struct picture {
	const struct store_series *series[LAYOUT_SERIES_MAX];
	double last[LAYOUT_SERIES_MAX]; /* NAN: not known */
	unsigned count;
};

struct charts {
	const struct app *app;
	const struct remembered *past;
	int64_t from_s, until_s;
	struct picture pictures[PICTURES_MAX];
	unsigned count;
	int64_t last_s; /* the end of the last row of the period; 0: there is none */
	struct layout *layout;
	struct board *board;
	struct history *history;
};

/* ---- which pictures ---- */

/* Without --statistic; the last one where there is no other of abandoned calls. */
static const char *const calls_drawn[] = {
	"in_calls_received_per_day",
	"in_calls_answered_per_day",
	"in_calls_abandoned_total_per_day",
	"in_calls_abandoned_in_queue_per_day",
};

static const struct store_series *charts_find(
	const struct charts *charts, const struct store_name *subject, const char *statistic)
{
	for (unsigned i = 0; i < charts->past->count; i++) {
		const struct store_name *name = &charts->past->series[i].name;
		if (name->scope == subject->scope && strcmp(name->name, subject->name) == 0 &&
			strcmp(name->statistic, statistic) == 0)
			return &charts->past->series[i];
	}
	return NULL;
}

/* What is counted by dispositions, or computed, is no statistic that a layout can be asked for by its name alone. */
static bool is_drawable(const struct store_series *series)
{
	return series->name.statistic[strspn(series->name.statistic, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool charts_add(struct charts *charts, const struct store_series *series, bool begins, struct error *error)
{
	struct picture *picture = charts->count > 0 ? &charts->pictures[charts->count - 1] : NULL;
	if (!is_drawable(series))
		return error_set(
			error, "'%.100s' cannot be drawn: name a statistic of the API", series->name.statistic);
	bool fits = !begins && picture->count < LAYOUT_SERIES_MAX && picture->series[0]->kind == series->kind &&
		picture->series[0]->counter == series->counter;
	if (!fits && charts->count == PICTURES_MAX)
		return error_set(
			error, "--chart draws %d pictures at most: choose services with --service", PICTURES_MAX);
	if (!fits) {
		picture = &charts->pictures[charts->count++];
		picture->count = 0;
	}
	picture->last[picture->count] = NAN;
	picture->series[picture->count++] = series;
	return true;
}

static bool charts_add_subject(struct charts *charts, const struct store_name *subject, struct error *error)
{
	const struct many *wanted = &charts->app->options->statistics;
	const char *const *names = wanted->count > 0 ? wanted->items : calls_drawn;
	unsigned count = wanted->count > 0 ? wanted->count : sizeof(calls_drawn) / sizeof(calls_drawn[0]);
	bool begins = true;
	if (wanted->count == 0 && charts_find(charts, subject, calls_drawn[count - 2]) != NULL)
		count--;
	for (unsigned i = 0; i < count; i++) {
		const struct store_series *series = charts_find(charts, subject, names[i]);
		if (series == NULL)
			continue;
		if (!charts_add(charts, series, begins, error))
			return false;
		begins = false;
	}
	return true;
}

static bool charts_choose(struct charts *charts, struct error *error)
{
	for (unsigned i = 0; i < charts->past->count; i++) {
		const struct store_name *name = &charts->past->series[i].name;
		if (remembered_begins(charts->past, i) && remembered_wanted(name, &charts->app->options->services) &&
			!charts_add_subject(charts, name, error))
			return false;
	}
	return charts->count > 0 ||
	       error_set(error, "no calls are remembered to be drawn: name a statistic with --statistic");
}

/* ---- the layout ---- */

static void put_quoted(struct buffer *out, const char *text)
{
	buffer_text(out, "\"");
	for (; *text != '\0'; text++)
		buffer_print(out, strchr("\"\\", *text) != NULL ? "\\%c" : "%c", *text);
	buffer_text(out, "\"");
}

static void put_series(const struct store_series *series, struct buffer *out)
{
	buffer_print(out, "{ stat = \"%s\" kind = \"%s\"", series->name.statistic, kind_names[series->kind]);
	if (series->kind == KIND_PERCENT)
		buffer_text(out, " scale = \"percent\"");
	if (series->counter)
		buffer_text(out, " each = \"15m\"");
	buffer_text(out, " }");
}

/* "Sales, Waiting"; of several statistics the legend says which. */
static const char *picture_title(const struct picture *picture, char *out, size_t size)
{
	const struct store_name *name = &picture->series[0]->name;
	const struct statistic *known = statistic_find(SCOPE_TOTAL, name->statistic);
	bool one = picture->count == 1;
	(void)snprintf(out, size, "%s%s%s", name->name[0] != '\0' ? name->name : "All services", one ? ", " : "",
		!one ? "" : known != NULL ? known->label : name->statistic);
	return out;
}

static void put_picture(const struct charts *charts, unsigned index, int minutes, struct buffer *out)
{
	const struct picture *picture = &charts->pictures[index];
	char title[TITLE_BYTES_MAX];
	bool in_days = minutes > WEEK_MINUTES;
	buffer_print(out,
		"%s{ panels = ( { name = \"c%u\" type = \"chart\" span = \"%d%s\" title = ", index > 0 ? ", " : "",
		index, in_days ? (minutes + DAY_MINUTES - 1) / DAY_MINUTES : minutes, in_days ? "d" : "m");
	put_quoted(out, picture_title(picture, title, sizeof(title)));
	buffer_text(out, " series = ( ");
	for (unsigned i = 0; i < picture->count; i++) {
		buffer_text(out, i > 0 ? ", " : "");
		put_series(picture->series[i], out);
	}
	buffer_text(out, " ) } ) }");
}

static bool charts_make_layout(struct charts *charts, struct error *error)
{
	struct buffer text;
	int64_t minutes = (charts->until_s - charts->from_s + 59) / 60;
	/* The day on which 35 days ago began is drawn from the same time of day on. */
	if (minutes > SPAN_MINUTES_MAX && minutes <= SPAN_MINUTES_MAX + DAY_MINUTES + 60) {
		minutes = SPAN_MINUTES_MAX;
		charts->from_s = charts->until_s - minutes * 60;
	}
	if (minutes > SPAN_MINUTES_MAX)
		return error_set(error, "--chart draws 35 days at most: choose a later time with --since");
	minutes = minutes < SPAN_MINUTES_MIN ? SPAN_MINUTES_MIN : minutes;
	buffer_init(&text, PICTURE_BYTES_MAX);
	buffer_text(&text, "pages = ( { rows = ( ");
	for (unsigned i = 0; i < charts->count; i++)
		put_picture(charts, i, (int)minutes, &text);
	buffer_text(&text, " ) } )");
	charts->layout = layout_parse("history", "the charts", buffer_string(&text), error);
	buffer_free(&text);
	return charts->layout != NULL;
}

/* ---- what was ---- */

struct chart_rows {
	struct charts *charts;
	struct picture *picture; /* of which the last value is looked for; NULL: what is wanted is put */
	unsigned series;
	struct history_want *want;
	int64_t length_s, before_s; /* of the rows; those from before_s on are not taken */
};

static void charts_on_last(void *context, const struct store_row *row)
{
	const struct chart_rows *rows = context;
	int64_t end_s = row->time_s + STORE_QUARTER_S;
	if (!isnan(row->last))
		rows->picture->last[rows->series] = row->last;
	if (end_s > rows->charts->last_s)
		rows->charts->last_s = end_s;
}

static bool charts_read_last(struct charts *charts)
{
	for (unsigned i = 0; i < charts->count; i++)
		for (unsigned at = 0; at < charts->pictures[i].count; at++) {
			struct chart_rows rows = { .charts = charts, .picture = &charts->pictures[i], .series = at };
			if (!store_read(charts->past->store, charts->pictures[i].series[at]->id, STORE_QUARTER,
				    charts->from_s, charts->until_s, charts_on_last, &rows))
				return false;
		}
	if (charts->last_s > charts->until_s)
		charts->last_s = charts->until_s;
	return true;
}

static void charts_put_app(const struct charts *charts, const struct request_set *set, struct buffer *out)
{
	const struct picture *picture = &charts->pictures[set->panel->index];
	char number[NUMBER_TEXT_MAX];
	bool any = false;
	buffer_print(out, "\"%s\":{\"stats_totals\":{", set->app_id);
	for (unsigned i = 0; i < picture->count; i++) {
		if (isnan(picture->last[i]))
			continue;
		buffer_print(out, "%s\"%s\":\"%s\"", any ? "," : "", picture->series[i]->name.statistic,
			number_text(number, picture->last[i]));
		any = true;
	}
	buffer_text(out, "}}");
}

/* The last values come as an answer, which a chart needs to be drawn at all. */
static bool charts_answer(struct charts *charts, struct error *error)
{
	struct catalogue none = { .known = false };
	struct request request;
	struct buffer body;
	request_init(&request);
	request_plan(&request, charts->layout, &none, &none, "history");
	buffer_init(&body, BODY_BYTES_MAX);
	buffer_text(&body, "{");
	for (unsigned i = 0; i < request.set_count; i++) {
		buffer_text(&body, i > 0 ? "," : "");
		charts_put_app(charts, &request.sets[i], &body);
	}
	buffer_text(&body, "}");
	struct frame frame = { .kind = FRAME_DATA,
		.subject = "",
		.received_ms = charts->last_s * 1000,
		.wall_ms = charts->last_s * 1000,
		.bytes = buffer_string(&body),
		.length = body.length,
		.request = &request };
	bool good = decode_frame(charts->board, &frame, NULL, error);
	buffer_free(&body);
	request_free(&request);
	return good;
}

static void charts_put_row(struct chart_rows *rows, const struct store_row *row, int64_t from_s)
{
	struct history_past past = { .from_ms = from_s * 1000,
		.mean = row->mean,
		.largest = row->largest,
		.last = row->last,
		.gained = row->gained,
		.missed = row->missed };
	if (past.from_ms < rows->want->until_ms && from_s >= rows->charts->from_s)
		history_put(rows->charts->history, rows->want, 0, &past);
}

static void charts_on_row(void *context, const struct store_row *row)
{
	charts_put_row(context, row, row->time_s);
}

/* Where minutes are gone, each of a quarter-hour was like its mean. */
static void charts_on_quarter(void *context, const struct store_row *row)
{
	for (int64_t from_s = row->time_s; from_s < row->time_s + STORE_QUARTER_S; from_s += STORE_MINUTE_S)
		charts_put_row(context, row, from_s);
}

static bool charts_fill_want(struct charts *charts, struct history_want *want)
{
	struct chart_rows rows = { .charts = charts, .want = want };
	struct store *store = charts->past->store;
	int id = charts->pictures[want->panel->index].series[want->column]->id;
	int64_t first_s, last_s, until_s = want->until_ms / 1000;
	if (want->kind == HISTORY_QUARTERS)
		return store_read(store, id, STORE_QUARTER, charts->from_s, until_s, charts_on_row, &rows);
	if (want->kind != HISTORY_MINUTES)
		return true;
	if (!store_span(store, STORE_MINUTE, &first_s, &last_s))
		first_s = until_s;
	int64_t since_s = until_s - want->count * (int64_t)STORE_MINUTE_S;
	return store_read(store, id, STORE_QUARTER, since_s, first_s < until_s ? first_s : until_s, charts_on_quarter,
		       &rows) &&
	       store_read(store, id, STORE_MINUTE, since_s, until_s, charts_on_row, &rows);
}

static bool charts_fill(struct charts *charts)
{
	struct history_want want;
	history_take(charts->history, charts->board, 0, STORE_MINUTE_S);
	while (history_next_want(charts->history, 0, &want)) {
		if (!charts_fill_want(charts, &want))
			return false;
		history_put_end(charts->history, &want);
	}
	return true;
}

/* ---- the picture ---- */

/* Without the lines of a wall that say how it is connected. */
static void charts_put_lines(const char *text, unsigned first, unsigned count, struct buffer *out)
{
	for (unsigned line = 0; *text != '\0' && line < first + count; line++) {
		size_t length = strcspn(text, "\n");
		if (line >= first)
			buffer_print(out, "%.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static int charts_draw(struct charts *charts, int columns, int lines)
{
	int64_t now_ms = charts->until_s * 1000;
	struct link link = { .state = LINK_LIVE, .interval = SPAN_MINUTES_MAX * 60, .accepted_ms = now_ms };
	struct scene scene = {
		.layout = charts->layout,
		.board = charts->board,
		.history = charts->history,
		.link = &link,
		.notice = "",
		.tenant = "",
		.now_ms = now_ms - 1,
		.wall_ms = now_ms - 1,
		.clock = app_clock(charts->app),
	};
	struct screen_options options = app_screen_options(charts->app);
	struct error error;
	/* The wall's own first line is left out, and one of ours stands in its place. */
	struct screen *screen = screen_open_text(&options, columns, lines, &error);
	if (screen == NULL) {
		message("%s", error.text);
		return STATUS_FAILED;
	}
	struct buffer all, out;
	char from[32], until[32], title[TITLE_BYTES_MAX];
	buffer_init(&all, PICTURE_BYTES_MAX * 256UL);
	buffer_init(&out, PICTURE_BYTES_MAX * 256UL);
	text_clock(from, sizeof(from), charts->from_s * 1000, "%a %Y-%m-%d %H:%M");
	text_clock(until, sizeof(until), charts->until_s * 1000, "%a %Y-%m-%d %H:%M");
	/* Small pictures have no frame, and so no title. */
	put_cut(&out, charts->count == 1 ? picture_title(&charts->pictures[0], title, sizeof(title)) : charts->past->of,
		columns > HEAD_COLUMNS ? columns - HEAD_COLUMNS : 1);
	buffer_print(&out, ", %s to %s\n", from, until);
	screen_draw(screen, &scene);
	int status = STATUS_FAILED;
	if (screen_text(screen, &all)) {
		charts_put_lines(buffer_string(&all), 1, (unsigned)lines, &out);
		status = stdout_document(&out);
	}
	buffer_free(&all);
	buffer_free(&out);
	screen_close(screen);
	return status;
}

static int charts_run(struct charts *charts, int columns, int lines)
{
	struct error error;
	if (!charts_choose(charts, &error) || !charts_make_layout(charts, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	charts->board = board_new(charts->layout);
	charts->history = history_new(charts->layout);
	if (!charts_read_last(charts)) {
		message("%s", store_trouble(charts->past->store));
		return STATUS_FAILED;
	}
	if (charts->last_s == 0) {
		message("nothing is remembered for this period");
		return STATUS_NO_DATA;
	}
	if (!charts_answer(charts, &error)) {
		message("%s", error.text);
		return STATUS_FAILED;
	}
	if (charts_fill(charts))
		return charts_draw(charts, columns, lines);
	message("%s", store_trouble(charts->past->store));
	return STATUS_FAILED;
}

int history_chart(const struct app *app, const struct remembered *past, int64_t from_s, int64_t until_s)
{
	int columns, lines;
	struct charts *charts = must_alloc(sizeof(*charts));
	*charts = (struct charts){ .app = app, .past = past, .from_s = from_s, .until_s = until_s };
	int status = app_picture_size(app, &columns, &lines) ? charts_run(charts, columns, lines) : STATUS_USAGE;
	history_free(charts->history);
	board_free(charts->board);
	layout_free(charts->layout);
	free(charts);
	return status;
}
