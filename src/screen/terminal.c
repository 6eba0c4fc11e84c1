#include "screen/terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#ifdef __linux__
#include <linux/kd.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/os.h"
#include "screen/keyboard.h"
#include "screen/palette.h"
#include "screen/terminfo.h"

/*
 * Giving the terminal back when the program ends by a bug: a crash signal, or fatal(). All that is needed is prepared
 * beforehand and kept in the one mutable global of this folder, because a signal handler has nothing else to reach it
 * by, and may do nothing but write() and tcsetattr().
 */
enum { RESCUE_TEXT_MAX = 256, RESCUE_STACK = 16384 };

static struct {
	volatile sig_atomic_t armed;
	int output, flags, input;
	struct termios modes;
	char text[RESCUE_TEXT_MAX];
	size_t length;
	char stack[RESCUE_STACK]; /* the program's own may be what overflowed */
} rescue;

static const int rescue_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static void rescue_give_back(void)
{
	if (!rescue.armed)
		return;
	rescue.armed = 0;
	ssize_t done = write(rescue.output, rescue.text, rescue.length);
	(void)done;
	if (rescue.flags >= 0)
		fcntl(rescue.output, F_SETFL, rescue.flags);
	tcsetattr(rescue.input, TCSANOW, &rescue.modes);
}

/* The handler was taken away by SA_RESETHAND: raising again ends the program as it would have ended. */
static void rescue_crashed(int number)
{
	rescue_give_back();
	raise(number);
}

static void rescue_handle(int number)
{
	struct sigaction old, ours = { .sa_handler = rescue_crashed,
		.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER) };
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(number, &ours, NULL);
}

/*
 * Handlers for the crash signals that nobody else handles, and the hook of fatal(). `text` brings the screen back; flags
 * are those of output's open file, -1 if they need not be given back.
 */
static void rescue_arm(int output, int flags, int input, const struct termios *modes, const char *text)
{
	stack_t stack = { .ss_sp = rescue.stack, .ss_size = sizeof(rescue.stack) };
	rescue.output = output;
	rescue.flags = flags;
	rescue.input = input;
	rescue.modes = *modes;
	snprintf(rescue.text, sizeof(rescue.text), "%s", text);
	rescue.length = strlen(rescue.text);
	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(rescue_signals) / sizeof(rescue_signals[0]); i++)
		rescue_handle(rescue_signals[i]);
	log_exit_hook(rescue_give_back);
	rescue.armed = 1;
}

/* While the terminal is not ours there is nothing to give back. */
static void rescue_pause(bool paused)
{
	rescue.armed = !paused;
}

static void rescue_disarm(void)
{
	rescue.armed = 0;
	log_exit_hook(NULL);
	for (size_t i = 0; i < sizeof(rescue_signals) / sizeof(rescue_signals[0]); i++) {
		struct sigaction now;
		if (sigaction(rescue_signals[i], NULL, &now) == 0 && now.sa_handler == rescue_crashed)
			signal(rescue_signals[i], SIG_DFL);
	}
	stack_t none = { .ss_flags = SS_DISABLE };
	sigaltstack(&none, NULL);
}

enum {
	FRAME_BYTES_MAX = 16 * 1024 * 1024, /* 1000 x 1000 cells, each with its own colour */
	SIZE_MAX_CELLS = 1000,              /* columns or lines: more is no terminal */
	KEY_BYTES_PER_TURN = 4096,          /* that are no key: a long paste must not keep the data from being read */
	CLOSE_WAIT_MS = 200,
	ANSWER_MS = 1000,                   /* an answer that is later does not come */
	FRAME_BYTES_KEPT = 64 * 1024,       /* of the memory file; more is given back */
	SYNC_FROM_BYTES = 1024, /* a smaller frame comes in one packet, and cannot tear */
};

/* Shown as one picture, by terminals that say that they have this mode. */
#define SYNC_MODE 2026
#define SYNC_ASK "\033[?2026$p"
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END "\033[?2026l"
/*
 * Two characters of ambiguous width, and the question where the cursor is now. On the second line, because "1;2" is
 * what a terminal sends for Shift-F3.
 */
#define WIDTH_ASK "\033[2;1H\xe2\x94\x80\xe2\x97\x8f\033[6n"
enum { WIDTH_LINE = 1, WIDTH_COLUMN = 2 };

/* The colour of the background; before the question for the cursor, which nearly all answer, and in the same order. */
#define BACKGROUND_ASK "\033]11;?\a"

/* What fills a cell in curses' picture; it does not fill it in each font. */
#define FULL_BLOCK "\xe2\x96\x88"
#define REVERSE_ON "\033[7m"
#define REVERSE_OFF "\033[27m"

/* Presses and the wheel, with places as numbers. */
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1000l\033[?1006l"
/* What is pasted comes between marks, so that it can be told from keys. */
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

struct terminal {
	FILE *memory; /* curses writes here */
	SCREEN *screen;
	struct keyboard keyboard;
	int unread;   /* a byte that begins the next key; -1: none */
	int output;   /* ours; -1 without a terminal */
	int flags;    /* of descriptor 1, if output shares its open file; else -1 */
	pid_t parent; /* when it was opened */
	bool raw;     /* modes are ours */
	bool deaf;    /* no key makes a signal */
	bool mouse;
	bool modern;  /* knows private modes, or ignores them */
	bool sync;    /* said that it can show a frame at once */
	bool wide;    /* said that frames and marks are two columns wide */
	int background;    /* 0xRRGGBB; -1: unknown */
	const int *colors; /* of 24 bits behind numbers of the palette; NULL: none */
	bool solid;   /* blocks are written as reversed blanks */
	struct buffer raw_frame; /* as curses wrote it, before either */
	bool drawn;   /* something was sent to it */
	int64_t asked_ms; /* when it was asked, while the last answer is missing; else 0 */
	struct termios modes, saved;
	char name[64];
	struct buffer pending;
	size_t written; /* of pending */
	unsigned long frame_bytes;
	double frame_ms;
};

/* ncurses takes these four where they have their default, and ends the program by itself. */
static const int curses_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
enum { CURSES_SIGNALS = sizeof(curses_signals) / sizeof(curses_signals[0]) };

static double milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int64_t key_time_ms(void)
{
	return (int64_t)milliseconds();
}

static SCREEN *start_curses(FILE *memory, FILE *input, const char *name)
{
	struct sigaction before[CURSES_SIGNALS];
	for (int i = 0; i < CURSES_SIGNALS; i++)
		sigaction(curses_signals[i], NULL, &before[i]);
	/*
	 * LINES and COLUMNS describe the terminal at some earlier time, and ncurses reads them again at each return
	 * from endwin(). They are removed rather than ignored by use_env(FALSE), after which ncurses 6.5 cannot start
	 * on a description without a size (linux, putty).
	 */
	unsetenv("LINES");
	unsetenv("COLUMNS");
	SCREEN *screen = newterm(name, memory, input);
	for (int i = 0; i < CURSES_SIGNALS; i++)
		sigaction(curses_signals[i], &before[i], NULL);
	return screen;
}

static struct terminal *allocate(void)
{
	struct terminal *terminal = must_alloc(sizeof(*terminal));
	*terminal = (struct terminal){ .output = -1, .flags = -1, .unread = -1, .background = -1 };
	buffer_init(&terminal->pending, FRAME_BYTES_MAX);
	buffer_init(&terminal->raw_frame, FRAME_BYTES_MAX);
	int fd = os_memory_file("cxwall-frame");
	terminal->memory = fd < 0 ? NULL : fdopen(fd, "w+");
	if (terminal->memory == NULL)
		fatal("cannot make a memory file: %s", strerror(errno));
	return terminal;
}

static void forget_frame(struct terminal *terminal)
{
	int fd = fileno(terminal->memory);
	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		fatal("memory file: %s", strerror(errno));
}

/* Behind what curses wrote. */
static void write_frame(struct terminal *terminal, const char *text, size_t length)
{
	if (write(fileno(terminal->memory), text, length) != (ssize_t)length)
		fatal("memory file: %s", strerror(errno));
}

/* Keys, paste and mouse, with the next frame: curses would set its own modes only while it reads the keys itself. */
static void switch_input(struct terminal *terminal, bool on)
{
	struct buffer text;
	buffer_init(&text, 240);
	terminfo_add(&text, on ? "smkx" : "rmkx");
	if (terminal->modern)
		buffer_text(&text, on ? PASTE_ON : PASTE_OFF);
	if (terminal->mouse)
		buffer_text(&text, on ? MOUSE_ON : MOUSE_OFF);
	write_frame(terminal, buffer_string(&text), text.length);
	buffer_free(&text);
}

static void add_key(void *context, const char *name, const char *sequence)
{
	struct terminal *terminal = context;
	keyboard_learn(&terminal->keyboard, name, sequence);
}

static void set_up(struct terminal *terminal)
{
	nonl();
	leaveok(stdscr, TRUE);
	curs_set(0);
	/*
	 * Until it came back from endwin() once, ncurses flushes at each movement: fifty writes for a frame instead
	 * of one.
	 */
	endwin();
	forget_frame(terminal);
	keyboard_init(&terminal->keyboard);
	if (terminal->output < 0)
		return;
	terminfo_keys(add_key, terminal);
	switch_input(terminal, true);
}

static void arm_rescue(struct terminal *terminal)
{
	struct buffer text;
	buffer_init(&text, 240);
	if (terminal->sync)
		buffer_text(&text, SYNC_END);
	if (terminal->mouse)
		buffer_text(&text, MOUSE_OFF);
	if (terminal->modern)
		buffer_text(&text, PASTE_OFF);
	terminfo_add(&text, "rmkx");
	terminfo_add(&text, "sgr0");
	terminfo_add(&text, "cnorm");
	terminfo_add(&text, terminfo_has("rmcup") ? "rmcup" : "clear");
	rescue_arm(terminal->output, terminal->flags, STDIN_FILENO, &terminal->saved, buffer_string(&text));
	buffer_free(&text);
}

/* Signals stay keys (Ctrl-C, Ctrl-Z); Ctrl-S is a key and stops nothing; output goes as curses wrote it. */
static void set_modes(struct terminal *terminal)
{
	struct termios modes = terminal->saved;
	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
	modes.c_lflag |= ISIG;
	if (terminal->deaf)
		modes.c_lflag &= ~(tcflag_t)ISIG;
	modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | ISTRIP);
	modes.c_oflag &= ~(tcflag_t)OPOST;
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	terminal->modes = modes;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
	if (terminal->flags >= 0)
		fcntl(terminal->output, F_SETFL, terminal->flags | O_NONBLOCK);
	terminal->raw = true;
}

static void restore_modes(struct terminal *terminal)
{
	if (terminal->raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->saved);
	if (terminal->raw && terminal->flags >= 0)
		fcntl(terminal->output, F_SETFL, terminal->flags);
	terminal->raw = false;
}

/* Whether it is the terminal of standard output, and not another one that the session has. */
static bool is_same_terminal(int fd)
{
	unsigned ours, other;
	return ioctl(STDOUT_FILENO, TIOCGDEV, &ours) == 0 && ioctl(fd, TIOCGDEV, &other) == 0 && ours == other;
}

/*
 * An open file of our own never waits, and what the shell has stays as it is. A terminal that belongs to another user
 * (after su or sudo) cannot be opened: then descriptor 1 is shared, and its flags are given back with the modes.
 */
static bool open_output(struct terminal *terminal, struct error *error)
{
	int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
#ifdef USE_PROC
	terminal->output = open("/proc/self/fd/1", flags);
	if (terminal->output >= 0)
		return true;
#endif
	terminal->output = open("/dev/tty", flags);
	if (terminal->output >= 0 && is_same_terminal(terminal->output))
		return true;
	if (terminal->output >= 0)
		close(terminal->output);
	terminal->output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	terminal->flags = fcntl(STDOUT_FILENO, F_GETFL);
	if (terminal->output >= 0 && terminal->flags >= 0 && (terminal->flags & O_ACCMODE) != O_RDONLY)
		return true;
	return error_set(error, "standard output cannot be written: the wall needs its terminal there");
}

/* `name` is the terminal's type, "" without one. */
static bool check_tty(const char *name, struct error *error)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return error_set(error, "the wall needs a terminal on standard input and output; "
			"for one picture without a terminal: cxwall snapshot");
	if (name[0] == '\0' || strcmp(name, "dumb") == 0)
		return error_set(error, "TERM is %s: the wall needs a terminal that can move its cursor; "
			"for one picture without: cxwall snapshot", name[0] == '\0' ? "not set" : name);
	if (!terminfo_suffices(name))
		return error_set(error, "the terminal type %s is unknown here or cannot move its cursor: "
			"set TERM (xterm, linux, vt100), or: cxwall snapshot", name);
	return true;
}

/* st writes a line into its log for each sequence that it does not know. */
static bool logs_questions(const char *name)
{
	return strcmp(name, "st") == 0 || strncmp(name, "st-", 3) == 0 || strncmp(name, "stterm", 6) == 0;
}

/*
 * Asks the terminal what its description does not tell. Nothing waits for the answers, which may never come. What a
 * terminal shows of the questions goes with the first picture, which is painted whole.
 */
static void ask(struct terminal *terminal)
{
	if (!terminal->modern)
		return;
	wrefresh(stdscr);
	if (!logs_questions(terminal->name)) {
		write_frame(terminal, SYNC_ASK, strlen(SYNC_ASK));
		write_frame(terminal, BACKGROUND_ASK, strlen(BACKGROUND_ASK));
	}
	write_frame(terminal, WIDTH_ASK, strlen(WIDTH_ASK));
	terminal_repaint(terminal);
}

static void read_answer(struct terminal *terminal, const struct keystroke *answer)
{
	if (answer->key == INPUT_MODE && answer->line == SYNC_MODE) {
		/* 1: it is set, 2: it is not, 3: always; 0 and 4: it cannot be. */
		terminal->sync = answer->column >= 1 && answer->column <= 3;
		arm_rescue(terminal);
	}
	if (answer->key == INPUT_BACKGROUND && terminal->asked_ms != 0 && key_time_ms() - terminal->asked_ms <= ANSWER_MS)
		terminal->background = answer->line;
	if (answer->key == INPUT_CURSOR && answer->line == WIDTH_LINE && terminal->asked_ms != 0) {
		terminal->wide = answer->column > WIDTH_COLUMN;
		terminal->asked_ms = 0;
	}
}

bool terminal_mouse(struct terminal *terminal, bool wanted)
{
	if (terminal->mouse == wanted)
		return true;
	if (wanted && (!terminal->modern || terminal->deaf || terminal->output < 0))
		return false;
	terminal->mouse = wanted;
	write_frame(terminal, wanted ? MOUSE_ON : MOUSE_OFF, strlen(wanted ? MOUSE_ON : MOUSE_OFF));
	/* It is relieved of it whatever happens. */
	arm_rescue(terminal);
	return true;
}

struct terminal *terminal_open(bool kiosk, bool mouse, struct error *error)
{
	const char *name = getenv("TERM");
	if (name == NULL)
		name = "";
	if (!check_tty(name, error))
		return NULL;
	struct terminal *terminal = allocate();
	strncpy(terminal->name, name, sizeof(terminal->name) - 1);
	terminal->deaf = kiosk;
	terminal->mouse = mouse && !kiosk;
	terminal->parent = getppid();
	bool open = open_output(terminal, error);
	if (open && tcgetattr(STDIN_FILENO, &terminal->saved) != 0)
		open = error_set(error, "cannot read the modes of the terminal: %s", strerror(errno));
	if (!open) {
		terminal_close(terminal);
		return NULL;
	}
	terminal->screen = start_curses(terminal->memory, stdin, NULL);
	if (terminal->screen == NULL) {
		error_set(error, "ncurses cannot use the terminal type %s: set TERM (xterm, linux, vt100), or: cxwall snapshot",
			name);
		terminal_close(terminal);
		return NULL;
	}
	terminal->modern = terminfo_modern();
	terminal->background = palette_read_environment(getenv("COLORFGBG"));
	set_modes(terminal);
	arm_rescue(terminal);
	set_up(terminal);
	terminal_resize(terminal);
	ask(terminal);
	return terminal;
}

struct terminal *terminal_open_text(int columns, int lines, bool colors, struct error *error)
{
	static const char *const names[] = { "xterm-256color", "xterm", "vt100", "linux", NULL };
	struct terminal *terminal = allocate();
	for (int i = colors ? 0 : 1; names[i] != NULL && terminal->screen == NULL; i++) {
		terminal->screen = start_curses(terminal->memory, terminal->memory, names[i]);
		strncpy(terminal->name, names[i], sizeof(terminal->name) - 1);
	}
	if (terminal->screen == NULL) {
		error_set(error, "the terminal descriptions (ncurses-base) are not installed");
		terminal_close(terminal);
		return NULL;
	}
	set_up(terminal);
	resize_term(lines, columns);
	return terminal;
}

/* Waits for the terminal, but not for ever: it may have stopped reading. */
static void drain(struct terminal *terminal)
{
	for (int waited = 0; terminal->output >= 0 && terminal_pending(terminal) &&
		waited < CLOSE_WAIT_MS; waited += 10) {
		struct pollfd poller = { .fd = terminal->output, .events = POLLOUT };
		if (!terminal_flush(terminal))
			return;
		if (terminal_pending(terminal))
			poll(&poller, 1, 10);
	}
}

/* What curses wrote since the last frame was taken. */
static off_t frame_length(const struct terminal *terminal)
{
	return lseek(fileno(terminal->memory), 0, SEEK_CUR);
}

/* Of ESC [ 38 ; 5 ; NUMBER m, or 48, the number, and how long it is; 0: these bytes are something else. */
static size_t read_indexed(const char *at, const char *end, int *number)
{
	enum { HEAD = 7 };
	const char *digit = at + HEAD;
	if (end - at <= HEAD + 1 || (memcmp(at, "\033[38;5;", HEAD) != 0 && memcmp(at, "\033[48;5;", HEAD) != 0))
		return 0;
	for (*number = 0; digit < end && *digit >= '0' && *digit <= '9' && *number < PALETTE_COLORS; digit++)
		*number = *number * 10 + *digit - '0';
	return digit < end && *digit == 'm' && *number < PALETTE_COLORS ? (size_t)(digit + 1 - at) : 0;
}

/*
 * Whether the text is reversed after what begins with ESC, as curses writes it: all attributes at once behind a 0, or one
 * of them, or colours alone.
 */
static bool is_reversed(const char *at, const char *end, bool before)
{
	const char *last = at + 2;
	if (end - at < 3 || at[1] != '[')
		return before;
	while (last < end && ((*last >= '0' && *last <= '9') || *last == ';'))
		last++;
	if (last == end || *last != 'm')
		return before;
	size_t length = (size_t)(last - at);
	if (at[2] == 'm' || at[2] == '0')
		return memmem(at, length, ";7", 2) != NULL;
	if (length == 3 && at[2] == '7')
		return true;
	return before && !(length == 4 && memcmp(at + 2, "27", 2) == 0);
}

/* What blocks are in the frame, and how long they are in bytes. */
static size_t blocks_length(const char *at, const char *end)
{
	size_t length = 0, one = strlen(FULL_BLOCK);
	while (length + one <= (size_t)(end - at) && memcmp(at + length, FULL_BLOCK, one) == 0)
		length += one;
	return length;
}

/* Of what is neither a block nor an escape sequence, and of at least one byte. */
static size_t plain_length(const char *at, const char *end)
{
	const char *last = at + 1;
	while (last < end && *last != '\033' && *last != FULL_BLOCK[0])
		last++;
	return (size_t)(last - at);
}

/* Of what moves the cursor only. */
static size_t motion_length(const char *at, const char *end)
{
	const char *last = at + 2;
	if (*at == '\r' || *at == '\n' || *at == '\b')
		return 1;
	if (end - at < 3 || at[0] != '\033' || at[1] != '[')
		return 0;
	while (last < end && ((*last >= '0' && *last <= '9') || *last == ';'))
		last++;
	return last < end && strchr("ABCDGHd", *last) != NULL ? (size_t)(last + 1 - at) : 0;
}

static void add_blanks(struct buffer *out, size_t count)
{
	static const char blanks[] = "                                ";
	for (size_t part; count > 0; count -= part) {
		part = count < sizeof(blanks) - 1 ? count : sizeof(blanks) - 1;
		buffer_add(out, blanks, part);
	}
}

/* Reverses the text against what curses wrote, or as it wrote. */
static void turn(struct buffer *out, bool *turned, bool wanted, bool reversed)
{
	if (*turned != wanted)
		buffer_text(out, wanted != reversed ? REVERSE_ON : REVERSE_OFF);
	*turned = wanted;
}

/*
 * The frame with colours of 24 bits in the place of numbers that stand for them, and reversed blanks in that of blocks: a
 * background fills its cell, whatever the font says of a block. The text stays reversed from block to block.
 */
static void add_translated(struct terminal *terminal, const char *at, size_t length)
{
	struct buffer *out = &terminal->pending;
	const char *end = at + length;
	bool reversed = false, turned = false;
	while (at < end) {
		int number = 0;
		size_t blocks = terminal->solid && *at == FULL_BLOCK[0] ? blocks_length(at, end) : 0;
		size_t moves = blocks == 0 && turned ? motion_length(at, end) : 0, used = blocks + moves;
		if (used == 0 && terminal->colors != NULL && *at == '\033')
			used = read_indexed(at, end, &number);
		if (moves == 0)
			turn(out, &turned, blocks > 0, reversed);
		if (blocks > 0) {
			add_blanks(out, blocks / strlen(FULL_BLOCK));
		} else if (moves == 0 && used > 0 && terminal->colors[number] >= 0) {
			int rgb = terminal->colors[number];
			buffer_print(out, "\033[%c8;2;%d;%d;%dm", at[2], rgb >> 16, rgb >> 8 & 0xFF, rgb & 0xFF);
		} else {
			if (*at == '\033')
				reversed = is_reversed(at, end, reversed);
			used = used > 0 ? used : plain_length(at, end);
			buffer_add(out, at, used);
		}
		at += used;
	}
	turn(out, &turned, false, reversed);
}

/* Moves it to the end of what waits. */
static void take_frame(struct terminal *terminal, off_t length)
{
	int fd = fileno(terminal->memory);
	char bytes[8192];
	struct buffer *out = terminal->colors != NULL || terminal->solid ? &terminal->raw_frame : &terminal->pending;
	for (off_t at = 0; at < length;) {
		size_t wanted = length - at < (off_t)sizeof(bytes) ? (size_t)(length - at) : sizeof(bytes);
		ssize_t got = pread(fd, bytes, wanted, at);
		if (got <= 0)
			fatal("memory file: %s", strerror(errno));
		buffer_add(out, bytes, (size_t)got);
		at += got;
	}
	if (out == &terminal->raw_frame && out->data != NULL) {
		add_translated(terminal, out->data, out->length);
		buffer_clear(out);
	}
	/* A frame is as long as curses wrote from the start on: what an earlier one left behind it does no harm. */
	if (length > FRAME_BYTES_KEPT)
		forget_frame(terminal);
	else if (lseek(fd, 0, SEEK_SET) != 0)
		fatal("memory file: %s", strerror(errno));
}

/* An answer that comes when the wall has ended would be typed into the shell. */
static void await_answers(struct terminal *terminal)
{
	int64_t now = key_time_ms(), until = now + CLOSE_WAIT_MS;
	bool gone = false;
	if (terminal->asked_ms == 0 || now - terminal->asked_ms > ANSWER_MS)
		return;
	for (; now < until && terminal->asked_ms != 0 && !gone; now = key_time_ms()) {
		struct pollfd poller = { .fd = STDIN_FILENO, .events = POLLIN };
		if (poll(&poller, 1, (int)(until - now)) <= 0)
			break;
		(void)terminal_key(terminal, &gone);
	}
	terminal->asked_ms = 0;
}

static void leave_curses(struct terminal *terminal)
{
	/* A terminal that got nothing needs nothing. */
	if (!terminal->drawn) {
		endwin();
		forget_frame(terminal);
		return;
	}
	if (terminal->output >= 0) {
		await_answers(terminal);
		switch_input(terminal, false);
	}
	/* Without a second screen nothing is brought back: what is ours goes. */
	if (!terminfo_has("rmcup") && terminal->output >= 0) {
		werase(stdscr);
		clearok(curscr, TRUE);
		wrefresh(stdscr);
	}
	endwin();
	if (terminal->output >= 0)
		take_frame(terminal, frame_length(terminal));
	drain(terminal);
}

void terminal_close(struct terminal *terminal)
{
	if (terminal == NULL)
		return;
	if (terminal->screen != NULL)
		leave_curses(terminal);
	restore_modes(terminal);
	if (terminal->output >= 0) {
		rescue_disarm();
		close(terminal->output);
	}
	if (terminal->screen != NULL)
		delscreen(terminal->screen);
	fclose(terminal->memory);
	buffer_free(&terminal->pending);
	buffer_free(&terminal->raw_frame);
	free(terminal);
}

const char *terminal_name(const struct terminal *terminal)
{
	return terminal->name;
}

int terminal_input(const struct terminal *terminal)
{
	return terminal->output >= 0 ? STDIN_FILENO : -1;
}

bool terminal_wide(const struct terminal *terminal)
{
	return terminal->wide;
}

#ifdef __linux__
static bool maps(const struct unimapdesc *map, uint32_t code)
{
	for (unsigned i = 0; i < map->entry_ct; i++)
		if (map->entries[i].unicode == code)
			return true;
	return false;
}

bool terminal_font_has(const struct terminal *terminal, const uint32_t *codes)
{
	enum { MOST = 0xFFFF };
	struct unimapdesc map = { .entry_ct = MOST, .entries = must_alloc(MOST * sizeof(*map.entries)) };
	bool all = true;
	/* A font without a map says nothing of what it has. */
	if (terminal->output >= 0 && ioctl(terminal->output, GIO_UNIMAP, &map) == 0 && map.entry_ct > 0)
		for (; *codes != 0 && all; codes++)
			all = maps(&map, *codes);
	free(map.entries);
	return all;
}
#else
bool terminal_font_has(const struct terminal *terminal, const uint32_t *codes)
{
	(void)terminal;
	(void)codes;
	return true;
}
#endif

int terminal_background(const struct terminal *terminal)
{
	return terminal->background;
}

void terminal_colors(struct terminal *terminal, const int *colors)
{
	terminal->colors = colors;
	terminal_repaint(terminal);
}

/* xterm takes blocks from its font, and says in the environment who it is; what runs in it, like tmux, is another terminal. */
static bool is_xterm(const struct terminal *terminal)
{
	return getenv("XTERM_VERSION") != NULL && strncmp(terminal->name, "xterm", strlen("xterm")) == 0;
}

void terminal_solid_blocks(struct terminal *terminal, bool wanted)
{
	terminal->solid = wanted && terminal->output >= 0 && is_xterm(terminal) && terminfo_reverses(REVERSE_ON);
	terminal_repaint(terminal);
}

bool terminal_taken(const struct terminal *terminal)
{
	if (terminal->output < 0 || getppid() == terminal->parent)
		return false;
	pid_t front = tcgetpgrp(STDIN_FILENO);
	return front > 0 && front != getpgrp();
}

int terminal_output(const struct terminal *terminal)
{
	return terminal->output;
}

void terminal_update(struct terminal *terminal)
{
	double began = milliseconds();
	doupdate();
	if (terminal->output < 0) {
		forget_frame(terminal);
		return;
	}
	off_t length = frame_length(terminal);
	if (length <= 0)
		return;
	if (!terminal->drawn && terminal->modern)
		terminal->asked_ms = key_time_ms();
	terminal->drawn = true;
	bool bracket = terminal->sync && length >= SYNC_FROM_BYTES;
	size_t before = terminal->pending.length;
	if (bracket)
		buffer_text(&terminal->pending, SYNC_BEGIN);
	take_frame(terminal, length);
	if (bracket)
		buffer_text(&terminal->pending, SYNC_END);
	terminal->frame_bytes = terminal->pending.length - before;
	terminal->frame_ms = milliseconds() - began;
}

void terminal_ring(struct terminal *terminal)
{
	if (terminal->output >= 0)
		buffer_text(&terminal->pending, "\a");
}

static void add_base64(struct buffer *out, const char *text, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t at = 0; at < length; at += 3) {
		size_t left = length - at;
		unsigned bits = 0;
		for (size_t i = 0; i < 3; i++)
			bits = bits << 8 | (i < left ? (unsigned char)text[at + i] : 0);
		char four[4] = { digits[bits >> 18], digits[bits >> 12 & 63], digits[bits >> 6 & 63], digits[bits & 63] };
		for (size_t i = left + 1; i < 4; i++)
			four[i] = '=';
		buffer_add(out, four, sizeof(four));
	}
}

const char *terminal_copy(struct terminal *terminal, const char *text, size_t length)
{
	if (terminal->output < 0 || strcmp(terminal->name, "linux") == 0 || strncmp(terminal->name, "linux-", 6) == 0)
		return "A console has no clipboard to copy to.";
	/* tmux within screen is tmux, and an xterm that was started there is an xterm. */
	if (getenv("STY") != NULL && getenv("TMUX") == NULL && strncmp(terminal->name, "screen", strlen("screen")) == 0)
		return "The program screen has no clipboard to copy to.";
	if (!terminal->modern)
		return "This type of terminal has no clipboard to copy to.";
	buffer_text(&terminal->pending, "\033]52;c;");
	add_base64(&terminal->pending, text, length);
	buffer_text(&terminal->pending, "\a");
	return NULL;
}

bool terminal_pending(const struct terminal *terminal)
{
	return terminal->written < terminal->pending.length;
}

bool terminal_flush(struct terminal *terminal)
{
	while (terminal_pending(terminal)) {
		size_t left = terminal->pending.length - terminal->written;
		ssize_t done = write(terminal->output, terminal->pending.data + terminal->written, left);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == EAGAIN;
		terminal->written += (size_t)done;
	}
	buffer_clear(&terminal->pending);
	terminal->written = 0;
	return true;
}

/*
 * The next byte; -1: none for now, or ever. One at a time, so that what is not used yet stays with the kernel, and
 * the loop hears of it.
 */
static int read_byte(struct terminal *terminal, bool *gone)
{
	struct pollfd poller = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned char byte;
	int unread = terminal->unread;
	terminal->unread = -1;
	if (unread >= 0)
		return unread;
	if (poll(&poller, 1, 0) <= 0)
		return -1;
	ssize_t got = (poller.revents & POLLIN) != 0 ? read(STDIN_FILENO, &byte, 1) : 0;
	if (got == 1)
		return byte;
	*gone = got == 0 || (errno != EAGAIN && errno != EINTR);
	return -1;
}

/* Whether the keystroke is one for the wall: what nobody asked for is none, and answers stay here. */
static bool is_ours(struct terminal *terminal, const struct keystroke *stroke)
{
	switch (stroke->key) {
	case INPUT_NONE:
		return false;
	case INPUT_MODE:
	case INPUT_BACKGROUND:
	case INPUT_CURSOR:
		read_answer(terminal, stroke);
		return false;
	case INPUT_CLICK:
	case INPUT_WHEEL_UP:
	case INPUT_WHEEL_DOWN:
		return terminal->mouse;
	default:
		return true;
	}
}

struct keystroke terminal_key(struct terminal *terminal, bool *gone)
{
	static const struct keystroke none = { .key = INPUT_NONE };
	struct keystroke stroke;
	for (int i = 0; i < KEY_BYTES_PER_TURN && terminal->output >= 0; i++) {
		int byte = read_byte(terminal, gone);
		if (byte < 0 && terminal_key_wait(terminal) != 0)
			return none;
		if (byte < 0)
			keyboard_expire(&terminal->keyboard, key_time_ms(), &stroke);
		else if (!keyboard_byte(&terminal->keyboard, (unsigned char)byte, key_time_ms(), &stroke))
			terminal->unread = byte;
		if (is_ours(terminal, &stroke))
			return stroke;
	}
	return none;
}

int64_t terminal_key_wait(const struct terminal *terminal)
{
	int64_t deadline = keyboard_deadline(&terminal->keyboard), now = key_time_ms();
	if (terminal->unread >= 0)
		return 0;
	if (deadline < 0)
		return -1;
	return deadline > now ? deadline - now : 0;
}

/*
 * Curses frees what a large terminal needed, a hundred megabytes for the largest, and the C library keeps it for later.
 * A wall runs for months: it gives it back.
 */
static void trim_memory(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

bool terminal_resize(struct terminal *terminal)
{
	struct winsize size;
	if (terminal->output < 0 || ioctl(terminal->output, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
		size.ws_row == 0)
		return false;
	int columns = size.ws_col < SIZE_MAX_CELLS ? size.ws_col : SIZE_MAX_CELLS;
	int lines = size.ws_row < SIZE_MAX_CELLS ? size.ws_row : SIZE_MAX_CELLS;
	if (columns == COLS && lines == LINES)
		return false;
	bool smaller = columns * lines < COLS * LINES;
	resize_term(lines, columns);
	if (smaller)
		trim_memory();
	terminal_repaint(terminal);
	return true;
}

void terminal_repaint(struct terminal *terminal)
{
	(void)terminal;
	clearok(curscr, TRUE);
}

void terminal_suspend(struct terminal *terminal)
{
	if (terminal->output < 0)
		return;
	leave_curses(terminal);
	restore_modes(terminal);
	rescue_pause(true);
}

void terminal_resume(struct terminal *terminal)
{
	if (terminal->output < 0)
		return;
	/* Somebody may have changed them meanwhile: what is there now is what is given back. */
	tcgetattr(STDIN_FILENO, &terminal->saved);
	set_modes(terminal);
	keyboard_reset(&terminal->keyboard);
	terminal->unread = -1;
	switch_input(terminal, true);
	rescue_pause(false);
	terminal_resize(terminal);
	terminal_repaint(terminal);
}

unsigned long terminal_frame_bytes(const struct terminal *terminal)
{
	return terminal->frame_bytes;
}

double terminal_frame_ms(const struct terminal *terminal)
{
	return terminal->frame_ms;
}
