/*
 * Boards made by hand for tests of the screen: a layout from text, rows from tables of strings. Included by one
 * test program each.
 */
#ifndef SCREEN_BOARD_H
#define SCREEN_BOARD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "board/board.h"
#include "screen/screen.h"

enum { TEST_NOW = 1000 * 1000 };

struct desk {
	struct layout *layout;
	struct board *board;
	struct link link;
	struct scene scene;
};

static inline void desk_open(struct desk *desk, const char *text)
{
	struct error error = { "" };
	assert_true(text_locale() || setenv("LC_ALL", "C.UTF-8", 1) == 0);
	setenv("TZ", "UTC", 1);
	memset(desk, 0, sizeof(*desk));
	desk->layout = layout_parse("test", "test", text, &error);
	if (desk->layout == NULL)
		fail_msg("%s", error.text);
	desk->board = board_new(desk->layout);
	desk->link = (struct link){ .state = LINK_LIVE, .interval = 5, .accepted_ms = TEST_NOW };
	desk->scene = (struct scene){ .layout = desk->layout, .board = desk->board, .link = &desk->link, .tenant = "",
		.notice = "", .now_ms = TEST_NOW, .wall_ms = 14 * 3600 * 1000 + 5 * 60 * 1000 };
}

static inline void desk_close(struct desk *desk)
{
	board_free(desk->board);
	layout_free(desk->layout);
}

/* Cells between bars, rows between semicolons: "Sales|3;Support|7". The key of a row is its first cell. */
static inline void desk_fill(struct desk *desk, const char *name, unsigned columns, const char *text)
{
	const struct panel *panel = layout_panel(desk->layout, name);
	struct panel_data *data = &desk->board->panels[panel->index].data[0];
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = desk->scene.now_ms;
	data->columns = columns;
	data->rows = 0;
	data->totals = NULL;
	unsigned room = 1;
	for (const char *at = text; *at != '\0'; at++)
		room += *at == ';';
	data->cells = arena_alloc(&data->arena, room * columns * sizeof(*data->cells));
	data->keys = arena_alloc(&data->arena, room * sizeof(*data->keys));
	while (*text != '\0') {
		for (unsigned i = 0; i < columns; i++) {
			size_t length = strcspn(text, "|;");
			const char *copy = arena_copy(&data->arena, text, length);
			bool count = panel->type == PANEL_AGENT_STATES && i == STATES_COLUMN_COUNT;
			enum kind kind = count ? KIND_COUNT : i < panel->column_count ? panel->columns[i].kind : KIND_TEXT;
			struct cell cell = value_read(copy, kind, SCALE_PERCENT, 0);
			/* A bare question mark stands for a cell that never came. */
			if (strcmp(copy, "?") == 0)
				cell = (struct cell){ .text = "", .state = VALUE_NEVER };
			data->cells[data->rows * columns + i] = cell;
			if (i == 0)
				data->keys[data->rows] = copy;
			text += length + (text[length] != '\0');
		}
		data->rows++;
	}
	desk->board->generation++;
}

/* The picture; the caller frees it. */
static inline char *screen_picture(struct screen *screen, const struct scene *scene)
{
	struct buffer out;
	buffer_init(&out, 1024 * 1024);
	screen_draw(screen, scene);
	assert_true(screen_text(screen, &out));
	if (out.data == NULL)
		abort();
	return out.data;
}

static inline struct screen *open_text(int columns, int lines, int glyphs)
{
	struct screen_options options = { .utf8 = true, .glyphs = glyphs, .color = COLOR_NEVER };
	struct error error = { "" };
	struct screen *screen = screen_open_text(&options, columns, lines, &error);
	if (screen == NULL)
		fail_msg("%s", error.text);
	return screen;
}

static inline char *desk_picture(const struct desk *desk, int columns, int lines, int glyphs)
{
	struct screen *screen = open_text(columns, lines, glyphs);
	char *picture = screen_picture(screen, &desk->scene);
	screen_close(screen);
	return picture;
}

/* Compares whole pictures, and shows both when they differ. */
static inline void assert_picture(const struct desk *desk, int columns, int lines, int glyphs, const char *expected)
{
	char *picture = desk_picture(desk, columns, lines, glyphs);
	if (strcmp(picture, expected) != 0) {
		/* cmocka's own messages end after a kilobyte. */
		fprintf(stderr, "expected:\n%sgot:\n%s", expected, picture);
		fail_msg("%dx%d: another picture", columns, lines);
	}
	free(picture);
}

#endif
