/*
 * The terminal: the only place that starts curses, and the only one that reads or writes the tty.
 *
 * curses draws into a memory file, so that a terminal that stopped reading never stops the program: each
 * finished frame is taken from there and written, in one piece, by a non-blocking descriptor of our own. The
 * terminal's modes are ours too: set at open and resume, given back at close, suspend and crash. A terminal for
 * text has no tty at all. The struct owns its descriptors and curses' screen.
 */
#ifndef SCREEN_TERMINAL_H
#define SCREEN_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "screen/keyboard.h"

struct terminal;

/* In a kiosk no key makes a signal, and there is no mouse. */
struct terminal *terminal_open(bool kiosk, bool mouse, struct error *error);

/* Without a tty; with colors its description has 256 of them. */
struct terminal *terminal_open_text(int columns, int lines, bool colors, struct error *error);
void terminal_close(struct terminal *terminal);

/* Value of TERM. */
const char *terminal_name(const struct terminal *terminal);

/*
 * Whether who started us is gone, and others have the terminal: no key will reach us, and what we draw disturbs them.
 * The kernel hangs up for the end of a whole session only.
 */
bool terminal_taken(const struct terminal *terminal);

/*
 * Whether the terminal has said that characters of ambiguous width (frames, marks) take two columns there. Asked at the
 * start and never waited for.
 */
bool terminal_wide(const struct terminal *terminal);

/*
 * Whether the font of a Linux console has all of these characters (0-ended); true where that cannot be asked, as on every
 * other terminal.
 */
bool terminal_font_has(const struct terminal *terminal, const uint32_t *codes);

/*
 * The background that the terminal named, 0xRRGGBB, else what COLORFGBG says; -1: unknown. Asked at the start and never
 * waited for; an answer that is late counts no more, and is no key either.
 */
int terminal_background(const struct terminal *terminal);

/*
 * Colours of 24 bits behind numbers of the palette, as style_colors() gives them; borrowed until the next call, NULL: none.
 * Everything is painted anew.
 */
void terminal_colors(struct terminal *terminal, const int *colors);

/*
 * Whether full blocks are written as reversed blanks to an xterm that can: those fill their cells in every font, so that
 * digits and bars show no lines between their cells. Elsewhere they stay blocks, for whoever copies or reads the text.
 * Everything is painted anew.
 */
void terminal_solid_blocks(struct terminal *terminal, bool wanted);

/* Asks the terminal to tell of the mouse, or not to; false: it cannot. */
bool terminal_mouse(struct terminal *terminal, bool wanted);

int terminal_input(const struct terminal *terminal);
int terminal_output(const struct terminal *terminal);

/* One doupdate; what it drew waits to be flushed. Nothing waits if nothing changed. */
void terminal_update(struct terminal *terminal);
/*
 * Gives the terminal a text for its clipboard (OSC 52), behind what waits. NULL, or in a sentence why it cannot. Whether the
 * terminal, or tmux around it, takes the text is never told.
 */
const char *terminal_copy(struct terminal *terminal, const char *text, size_t length);

bool terminal_pending(const struct terminal *terminal);

/* One BEL behind what waits. */
void terminal_ring(struct terminal *terminal);

/* Writes what the terminal takes; false: it is gone. */
bool terminal_flush(struct terminal *terminal);

/* The next key; INPUT_NONE: no more for now. *gone is set when there never will be. */
struct keystroke terminal_key(struct terminal *terminal, bool *gone);

/* In how many milliseconds terminal_key() may have one without another byte: Esc, which can begin a sequence; -1: never. */
int64_t terminal_key_wait(const struct terminal *terminal);

/* Takes the tty's size; true if it changed. */
bool terminal_resize(struct terminal *terminal);

/* The next update paints everything. */
void terminal_repaint(struct terminal *terminal);

void terminal_suspend(struct terminal *terminal);
void terminal_resume(struct terminal *terminal);

/* Of the last frame that changed something. */
unsigned long terminal_frame_bytes(const struct terminal *terminal);
double terminal_frame_ms(const struct terminal *terminal);

#endif
