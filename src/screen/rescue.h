/*
 * Giving the terminal back when the program ends by a bug: a crash signal, or fatal().
 *
 * All that is needed is prepared beforehand and kept in the one mutable global of this folder, because a signal
 * handler has nothing else to reach it by, and may do nothing but write() and tcsetattr().
 */
#ifndef SCREEN_RESCUE_H
#define SCREEN_RESCUE_H

#include <stdbool.h>
#include <termios.h>

/*
 * Handlers for the crash signals that nobody else handles, and the hook of fatal(). `text` brings the screen back; flags are
 * those of output's open file, -1 if they need not be given back.
 */
void rescue_arm(int output, int flags, int input, const struct termios *modes, const char *text);

/* While the terminal is not ours there is nothing to give back. */
void rescue_pause(bool paused);

void rescue_disarm(void);

#endif
