#include "screen/keyboard.h"

#include <curses.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "screen/key.h"

void keyboard_take_mouse(void)
{
	/* Waiting for a second click would hold up the first. */
	mouseinterval(0);
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
}

static uint32_t mouse_key(struct pointer *pointer)
{
	MEVENT event;
	if (getmouse(&event) != OK)
		return INPUT_OTHER;
	*pointer = (struct pointer){ .line = event.y, .column = event.x };
	if (event.bstate & BUTTON4_PRESSED)
		return INPUT_WHEEL_UP;
	if (event.bstate & BUTTON5_PRESSED)
		return INPUT_WHEEL_DOWN;
	return event.bstate & BUTTON1_PRESSED ? INPUT_CLICK : INPUT_OTHER;
}

static uint32_t function_key(wint_t code)
{
	if (code >= (wint_t)KEY_F(1) && code <= (wint_t)KEY_F(12))
		return INPUT_F1 + (code - (wint_t)KEY_F(1));
	switch (code) {
	case KEY_UP: return INPUT_UP;
	case KEY_DOWN: return INPUT_DOWN;
	case KEY_LEFT: return INPUT_LEFT;
	case KEY_RIGHT: return INPUT_RIGHT;
	case KEY_PPAGE: return INPUT_PAGE_UP;
	case KEY_NPAGE: return INPUT_PAGE_DOWN;
	case KEY_HOME: return INPUT_HOME;
	case KEY_END: return INPUT_END;
	case KEY_BTAB: return INPUT_BACK_TAB;
	case KEY_ENTER: return INPUT_ENTER;
	case KEY_BACKSPACE: return INPUT_BACKSPACE;
	default: return INPUT_OTHER;
	}
}

static uint32_t character_key(wint_t code)
{
	if (code == '\n')
		return INPUT_ENTER;
	return code == '\b' ? INPUT_BACKSPACE : (uint32_t)code;
}

/* curses says ERR for "nothing" and for "gone": a descriptor that is readable, yet gives nothing, is at its end. */
static bool is_gone(WINDOW *keys, wint_t *code, int *got)
{
	struct pollfd poller = { .fd = STDIN_FILENO, .events = POLLIN };
	struct termios modes;
	if (poll(&poller, 1, 0) <= 0)
		return false;
	if ((poller.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 || tcgetattr(STDIN_FILENO, &modes) != 0)
		return true;
	/* It may have come between the two calls. */
	*got = wget_wch(keys, code);
	return *got == ERR;
}

uint32_t keyboard_read(struct _win_st *keys, struct pointer *pointer, bool *gone)
{
	wint_t code = 0;
	int got = wget_wch(keys, &code);
	if (got == ERR && is_gone(keys, &code, &got))
		*gone = true;
	if (got == ERR)
		return INPUT_NONE;
	if (got == KEY_CODE_YES && code == KEY_MOUSE)
		return mouse_key(pointer);
	return got == KEY_CODE_YES ? function_key(code) : character_key(code);
}
