/*
 * Panels without data: clock, text.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "screen/digits.h"
#include "screen/panel.h"

/*
 * The format is the layout's: the checker of the compiler cannot see it, and strftime takes no arguments that it
 * could miss.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static size_t clock_text(const struct painting *painting, char *out, size_t size)
{
	time_t seconds = (time_t)(painting->scene->wall_ms / 1000);
	struct tm local;
	localtime_r(&seconds, &local);
	return strftime(out, size, painting->panel->format, &local);
}
#pragma GCC diagnostic pop

void panel_clock(struct painting *painting)
{
	const struct canvas *box = &painting->box;
	char text[128];
	if (clock_text(painting, text, sizeof(text)) == 0)
		return;
	int digits = painting->panel->digits > 0 ? painting->panel->digits : 7, width = 0;
	for (; digits > 1; digits -= 2) {
		width = digits_width(box, text, digits);
		if (width >= 0 && width + 2 <= box->columns && digits <= box->lines)
			break;
	}
	if (digits > 1) {
		digits_draw(box, (box->lines - digits) / 2, (box->columns - width) / 2, digits, ROLE_VALUE, text);
		return;
	}
	width = text_width(text) < box->columns ? text_width(text) : box->columns;
	canvas_put(box, box->lines / 2, (box->columns - width) / 2, width, ROLE_VALUE, ALIGN_LEFT, text);
}

void panel_text(struct painting *painting)
{
	struct canvas inside = canvas_part(&painting->box, 0, 1, painting->box.lines, painting->box.columns - 2);
	int lines = canvas_wrap(&inside, 0, ROLE_TEXT, false, painting->panel->text, false);
	int first = lines < inside.lines ? (inside.lines - lines) / 2 : 0;
	canvas_wrap(&inside, first, ROLE_TEXT, false, painting->panel->text, true);
}
