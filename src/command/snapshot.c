/* `cxwall snapshot`: one accepted answer on standard output, as a picture in text, ANSI, HTML or SVG, as JSON, or a panel as CSV. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "command/app.h"
#include "command/demo.h"
#include "output/csv.h"
#include "output/json.h"
#include "output/stdout.h"

/* Each cell has a character and two marks, or an element of its own with the place and the colours. */
enum { TEXT_MAX = PICTURE_COLUMNS_MAX * PICTURE_LINES_MAX * 12, PICTURE_BYTES_MAX = PICTURE_COLUMNS_MAX * PICTURE_LINES_MAX * 250 };

/* The colours that the environment promises. */
static enum depth snapshot_terminal_depth(void)
{
	const char *promise = getenv("COLORTERM"), *term = getenv("TERM");
	if (promise != NULL && (strcmp(promise, "truecolor") == 0 || strcmp(promise, "24bit") == 0))
		return DEPTH_FULL;
	if (term == NULL)
		return DEPTH_16;
	if (strstr(term, "direct") != NULL)
		return DEPTH_FULL;
	return strstr(term, "256color") != NULL ? DEPTH_256 : strncmp(term, "linux", 5) == 0 ? DEPTH_8 : DEPTH_16;
}

/* Text has colours where people read it, or ask for them: it is then what --format ansi prints. */
static enum output_format snapshot_format(const struct app *app)
{
	return app->options->format == FORMAT_TEXT && app_colors(app) ? FORMAT_ANSI : app->options->format;
}

/* A page of HTML or SVG is read elsewhere. --color never is without colours in each format. */
static struct screen_options snapshot_screen_options(const struct app *app, enum output_format format)
{
	struct screen_options options = app_screen_options(app);
	if (format == FORMAT_TEXT)
		return options;
	options.color = options.color == COLOR_NEVER ? COLOR_NEVER : COLOR_ALWAYS;
	options.depth = DEPTH_FULL;
	if (format == FORMAT_ANSI)
		options.depth = app->options->depth != DEPTH_MONO ? app->options->depth : snapshot_terminal_depth();
	return options;
}

static int snapshot_print_picture(struct app *app, const struct session *session, const struct board_view *view, int columns,
	int lines, enum output_format format, struct buffer *out)
{
	static const enum picture_format formats[] = {
		[FORMAT_TEXT] = PICTURE_TEXT, [FORMAT_ANSI] = PICTURE_ANSI, [FORMAT_HTML] = PICTURE_HTML, [FORMAT_SVG] = PICTURE_SVG,
	};
	struct screen_options options = snapshot_screen_options(app, format);
	struct scene scene = {
		.layout = app->layout, .board = view->board, .history = session->history, .link = view->link, .notice = "",
		.tenant = session_tenant(session, app->options->api.tenant), .now_ms = view->now_ms, .wall_ms = view->wall_ms,
		.clock = app_clock(app),
	};
	struct error error;
	char title[256];
	struct screen *screen = screen_open_text(&options, columns, lines, &error);
	if (screen == NULL) {
		message("%s", error.text);
		return STATUS_FAILED;
	}
	screen_show_page(screen, &scene, (unsigned)app->options->page - 1);
	if (app->options->panel != NULL)
		screen_show_panel(screen, &scene, app->options->panel);
	screen_draw(screen, &scene);
	snprintf(title, sizeof(title), "%.200s", app->layout->title);
	bool good = screen_write_picture(screen, formats[format], title, out);
	screen_close(screen);
	return good ? stdout_document(out) : STATUS_FAILED;
}

/* The panel that was asked for; NULL: all. */
static const struct panel *snapshot_panel(const struct app *app)
{
	return app->options->panel != NULL ? layout_panel(app->layout, app->options->panel) : NULL;
}

static int snapshot_print_csv(struct app *app, const struct board_view *view, struct buffer *out)
{
	struct error error;
	if (csv_document(view, snapshot_panel(app), out, &error))
		return stdout_document(out);
	message("%s", error.text);
	return STATUS_NO_DATA;
}

static int snapshot_print(struct app *app, const struct session *session, const struct board_view *view, int columns,
	int lines, struct buffer *out)
{
	enum output_format format = snapshot_format(app);
	if (format == FORMAT_CSV)
		return snapshot_print_csv(app, view, out);
	if (format != FORMAT_JSON)
		return snapshot_print_picture(app, session, view, columns, lines, format, out);
	json_document(view, session_tenant(session, app->options->api.tenant), snapshot_panel(app), out);
	return stdout_document(out);
}

static bool panel_has_data(const struct board *board, const struct panel *panel)
{
	bool any = panel_kind(panel->type)->ask == ASK_AVAILABILITY && board->chat.state != AVAILABILITY_NEVER;
	if (panel_kind(panel->type)->ask != ASK_AVAILABILITY)
		return board_data(board, panel)->received;
	for (unsigned i = 0; i < board->service_count; i++)
		any = any || board->services[i].state != AVAILABILITY_NEVER;
	return any;
}

/* Where panels ask for data and none of them has any, whoever reads the document must not take it for good. */
static int snapshot_check_data(const struct app *app, const struct board *board)
{
	const struct layout *layout = app->layout;
	const struct panel *empty = NULL;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if ((snapshot_panel(app) != NULL && panel != snapshot_panel(app)) || panel_kind(panel->type)->ask == ASK_NOTHING)
			continue;
		if (panel_has_data(board, panel))
			return STATUS_FINE;
		empty = empty == NULL ? panel : empty;
	}
	if (empty == NULL)
		return STATUS_FINE;
	const struct panel_board *entry = &board->panels[empty->index];
	const char *reason = entry->reason[0] != '\0' ? entry->reason : entry->problem;
	/* Trouble with availability stands with the services. */
	for (unsigned i = 0; i < board->service_count && reason[0] == '\0'; i++)
		if (panel_kind(empty->type)->ask == ASK_AVAILABILITY)
			reason = board->services[i].problem;
	message("no panel of layout '%s' has data%s%s%s%s", layout->name, reason[0] != '\0' ? "; panel '" : "",
		reason[0] != '\0' ? empty->name : "", reason[0] != '\0' ? "': " : "", reason);
	return STATUS_NO_DATA;
}

static bool check_panel(const struct app *app)
{
	const char *name = app->options->panel;
	bool csv = app->options->format == FORMAT_CSV;
	const struct panel *panel = snapshot_panel(app);
	if (name != NULL && panel == NULL)
		message("layout '%s' has no panel '%.60s'", app->layout->name, name);
	else if (name == NULL && csv)
		message("--format csv prints one panel: name it with --panel");
	else if (csv && !csv_suits(panel))
		message("panel '%s' is of type %s, which has no rows", name, panel_type_names[panel->type]);
	else
		return true;
	return false;
}

static int snapshot_take(struct app *app, int columns, int lines)
{
	static const size_t room[] = {
		[FORMAT_TEXT] = TEXT_MAX, [FORMAT_JSON] = JSON_DOCUMENT_MAX, [FORMAT_CSV] = CSV_DOCUMENT_MAX,
		[FORMAT_ANSI] = PICTURE_BYTES_MAX, [FORMAT_HTML] = PICTURE_BYTES_MAX, [FORMAT_SVG] = PICTURE_BYTES_MAX,
	};
	struct buffer out;
	app_feed_tag(app);
	struct one_answer answer = app_one_answer(app, false);
	answer.session.reads_past = true;
	int status = one_answer_run(&answer);
	buffer_init(&out, room[snapshot_format(app)]);
	if (status == STATUS_FINE) {
		struct board_view view = one_answer_view(&answer);
		status = snapshot_print(app, &answer.session, &view, columns, lines, &out);
		if (status == STATUS_FINE)
			status = snapshot_check_data(app, answer.session.board);
	}
	buffer_free(&out);
	one_answer_free(&answer);
	return status;
}

static int snapshot_command(struct app *app)
{
	int columns, lines;
	if (!app_load_layout(app) || !app_load_themes(app) || !app_picture_size(app, &columns, &lines) || !check_panel(app) ||
		(!app->options->demo && !app_feed_configured(app)))
		return STATUS_USAGE;
	if (app->options->page > (int)app->layout->page_count) {
		message("layout '%s' has only %u page%s", app->layout->name, app->layout->page_count,
			text_plural(app->layout->page_count, "", "s"));
		return STATUS_USAGE;
	}
	if (!app->options->demo)
		return snapshot_take(app, columns, lines);
	struct simulator simulator;
	if (!simulator_open(&simulator, app))
		return STATUS_FAILED;
	int status = snapshot_take(app, columns, lines);
	simulator_stop(&simulator);
	return status;
}

const struct command command_snapshot = {
	.name = "snapshot",
	.function = snapshot_command,
	.task = TASK_SCRIPTS,
	.operands = "",
	.help = "print the picture once, as text, HTML, SVG, JSON or CSV",
	.examples = {
		{ "cxwall snapshot --demo -l queues", "A look at a layout without an account." },
		{ "cxwall snapshot --size 120x40 --format svg >wall.svg", "A picture for a page or a mail." },
		{ "cxwall snapshot -l queues --panel queues --format csv", "The rows of a panel, for a spreadsheet." },
	},
};
