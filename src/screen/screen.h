/*
 * The screen: how the board looks and what keys do. The facade of the folder, and the only header that app
 * includes from it, beside action.h and key.h for lists and configuration.
 *
 * It owns the terminal and the view (page, selection, scrolling, filter), borrows the scene for one call, and
 * has no watchers of its own: app waits for its descriptors and calls back. A screen without a terminal
 * (screen_open_text) draws the same panels for `snapshot`.
 */
#ifndef SCREEN_SCREEN_H
#define SCREEN_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "alert/alert_actions.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/local_time.h"
#include "screen/picture.h"
#include "screen/scene.h"
#include "screen/style.h"

struct bindings;
struct chooser;

struct screen_options {
	const struct themes *themes; /* copied; NULL: the shipped ones, by the background */
	enum glyph_choice glyphs;
	enum color_choice color;
	enum depth depth; /* of a picture; DEPTH_MONO: what the terminal has */
	bool utf8;  /* the user's locale is UTF-8 */
	const struct bindings *bindings; /* copied; NULL: the usual keys */
	bool mouse;
	struct local_hours dim; /* when the picture is darker; none where from is to */
	bool kiosk;      /* no key does anything */
	bool kiosk_quit; /* ... but end it */
};

struct screen;

/*
 * Opens the terminal; NULL (with a clear text, for exit status 2) where there is none. app has started its signal
 * watchers before.
 */
struct screen *screen_open(const struct screen_options *options, struct error *error);

/* Without a terminal: type xterm, the given size, for screen_text(). */
struct screen *screen_open_text(const struct screen_options *options, int columns, int lines, struct error *error);

/* Restores the terminal, waits 200 ms at most for it to take the last bytes, and frees. */
void screen_close(struct screen *screen);

/* Whether the terminal went to others for good: see terminal_taken(). Asked now and then. */
bool screen_taken(const struct screen *screen);

/* Descriptor to read keys from, and the one to wait on while screen_pending(); -1 without a terminal. */
int screen_input(const struct screen *screen);
int screen_output(const struct screen *screen);

/* Bytes of a frame wait for the terminal; screen_flush() writes what it takes. False: the terminal is gone. */
bool screen_pending(const struct screen *screen);
bool screen_flush(struct screen *screen);

/*
 * Reads the keys there are and acts on them, up to one that app must do something for: a set of enum screen_ask. What is
 * left is read in the next turn of the loop.
 */
unsigned screen_keys(struct screen *screen, const struct scene *scene);

/* What the last key asked to acknowledge. */
const struct alert_wish *screen_wish(const struct screen *screen);

/* The layout to change to: a name, or as struct layout has its source. */
const char *screen_layout_wanted(const struct screen *screen);

/* Layouts are offered on what lies on top; the one at the cursor of their list, NULL: none. */
bool screen_lists_layouts(const struct screen *screen);
const struct scene_layout *screen_layout_chosen(struct screen *screen, const struct scene *scene);

/* What was chosen of services and teams, and for which page. */
const struct chooser *screen_choice(const struct screen *screen);

/* The name that was typed for what is seen; done: it is written, and the line at the bottom is for other things again. */
const char *screen_layout_name(const struct screen *screen);
void screen_layout_named(struct screen *screen);

/*
 * How lists are sorted and filtered by keys, as far as a layout can say it: `panels` has one for each of the layout's, with
 * texts in `texts`. What it cannot say is appended to `left`: "filter 'sa' of Queues".
 */
void screen_changes(const struct screen *screen, const struct layout *layout, struct panel_change *panels, struct arena *texts,
	struct buffer *left);

/* The page that is shown; 0 is the first. */
unsigned screen_page(const struct screen *screen);

/* Takes away what lies on top, once what was chosen there is done. */
void screen_close_overlay(struct screen *screen);

/* In how many milliseconds to call screen_keys() again though no byte came: Esc may begin a sequence; -1: not at all. */
int64_t screen_keys_wait(const struct screen *screen);

/* Rings once, with the next bytes for the terminal. */
void screen_ring(struct screen *screen);

/* After SIGWINCH: takes the new size. */
void screen_resize(struct screen *screen);

/* Around a stop by SIGTSTP: gives the terminal back, takes it again. */
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);

/* The next frame is painted whole: after foreign output on the terminal. */
void screen_repaint(struct screen *screen);

/* A new layout or board: forgets what does not fit, keeps page and selection where they do. */
void screen_reset(struct screen *screen, const struct scene *scene);

/*
 * Draws the scene, once for each turn of the loop, if anything that it shows can have changed; skipped while a
 * frame is pending.
 */
void screen_draw(struct screen *screen, const struct scene *scene);

/*
 * Milliseconds until the picture changes by time alone (the clock, ages, running durations, page rotation); -1:
 * never.
 */
int64_t screen_next_change(const struct screen *screen, const struct scene *scene);

/* The picture that was last drawn as lines of UTF-8 text, trailing blanks cut. */
bool screen_text(struct screen *screen, struct buffer *out);

/* The same in a format that has colours too; the title is that of a page of HTML or SVG. */
bool screen_write_picture(struct screen *screen, enum picture_format format, const char *title, struct buffer *out);

/*
 * Goes to a page (0 is the first), or shows the one panel of that name zoomed to the whole screen; false if
 * there is none.
 */
bool screen_show_page(struct screen *screen, const struct scene *scene, unsigned page);
bool screen_show_panel(struct screen *screen, const struct scene *scene, const char *name);

#endif
