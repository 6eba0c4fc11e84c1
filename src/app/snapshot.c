/* `cxwall snapshot`: one accepted answer on standard output, as a picture in text or as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/oneshot.h"
#include "base/clock.h"
#include "base/log.h"
#include "output/json.h"

enum {
	COLUMNS_DEFAULT = 120,
	LINES_DEFAULT = 40,
	COLUMNS_MIN = 20, COLUMNS_MAX = 1000,
	LINES_MIN = 5, LINES_MAX = 500,
	TEXT_MAX = COLUMNS_MAX * LINES_MAX * 12, /* a character and two marks in each cell */
};

static bool read_size(const char *text, int *columns, int *lines)
{
	char after = '\0';
	*columns = COLUMNS_DEFAULT;
	*lines = LINES_DEFAULT;
	if (text == NULL)
		return true;
	if (sscanf(text, "%dx%d%c", columns, lines, &after) == 2 && *columns >= COLUMNS_MIN && *columns <= COLUMNS_MAX &&
		*lines >= LINES_MIN && *lines <= LINES_MAX)
		return true;
	message("size must be COLSxLINES, from %dx%d to %dx%d", COLUMNS_MIN, LINES_MIN, COLUMNS_MAX, LINES_MAX);
	return false;
}

/* The link as it was when the data came: by now the feed has ended. */
static struct link link_then(const struct oneshot *oneshot)
{
	struct link link = *live_link(oneshot->live);
	link.state = LINK_LIVE;
	link.cause[0] = link.advice[0] = '\0';
	return link;
}

static int print(const struct buffer *text)
{
	if (fwrite(buffer_string(text), 1, text->length, stdout) != text->length || fflush(stdout) != 0) {
		message("standard output cannot be written");
		return STATUS_FAILED;
	}
	return STATUS_FINE;
}

static int print_text(struct app *app, const struct oneshot *oneshot, int columns, int lines, struct buffer *out)
{
	struct screen_options options = app_screen_options(app);
	struct link link = link_then(oneshot);
	struct scene scene = {
		.layout = app->layout, .board = oneshot->board, .link = &link, .notice = "",
		.tenant = app->options->connection.tenant, .now_ms = clock_boot_ms(), .wall_ms = clock_wall_ms(),
	};
	struct error error;
	struct screen *screen = screen_open_text(&options, columns, lines, &error);
	if (screen == NULL) {
		message("%s", error.text);
		return STATUS_FAILED;
	}
	screen_show_page(screen, &scene, (unsigned)app->options->page - 1);
	if (app->options->panel != NULL)
		screen_show_panel(screen, &scene, app->options->panel);
	screen_draw(screen, &scene);
	bool good = screen_text(screen, out);
	screen_close(screen);
	return good ? print(out) : STATUS_FAILED;
}

static int print_json(struct app *app, const struct oneshot *oneshot, struct buffer *out)
{
	struct link link = link_then(oneshot);
	struct json_document document = {
		.board = oneshot->board, .link = &link, .tenant = app->options->connection.tenant,
		.now_ms = clock_boot_ms(), .wall_ms = clock_wall_ms(),
	};
	if (app->options->panel != NULL)
		document.only = layout_panel(app->layout, app->options->panel);
	return json_document(&document, out) ? print(out) : STATUS_FAILED;
}

static bool check_panel(const struct app *app)
{
	const char *name = app->options->panel;
	if (name == NULL || layout_panel(app->layout, name) != NULL)
		return true;
	message("layout '%s' has no panel '%.60s'", app->layout->name, name);
	return false;
}

int command_snapshot(struct app *app)
{
	struct buffer out;
	int columns, lines;
	if (!app_load_layout(app) || !read_size(app->options->size, &columns, &lines) || !check_panel(app) ||
		!app_connection(app))
		return STATUS_USAGE;
	if (app->options->page > (int)app->layout->page_count) {
		message("layout '%s' has %u pages", app->layout->name, app->layout->page_count);
		return STATUS_USAGE;
	}
	app_tag(app);
	struct oneshot oneshot = { .app = app };
	int status = oneshot_run(&oneshot);
	buffer_init(&out, app->options->format == FORMAT_JSON ? JSON_DOCUMENT_MAX : TEXT_MAX);
	if (status == STATUS_FINE && app->options->format == FORMAT_JSON)
		status = print_json(app, &oneshot, &out);
	else if (status == STATUS_FINE)
		status = print_text(app, &oneshot, columns, lines, &out);
	buffer_free(&out);
	oneshot_free(&oneshot);
	return status;
}
