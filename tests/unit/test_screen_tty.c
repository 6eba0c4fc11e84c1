/*
 * The screen on a real pseudo-terminal: a frame is written, nothing is written when nothing changed, a terminal
 * that stops reading stops nobody, keys arrive, modes come back, and a terminal that went away is noticed.
 */
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <pty.h>
#include <linux/kd.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "screen_board.h"

static const char layout_text[] =
	"title = \"Wall\" pages = ( { title = \"One\" rows = ( { panels = ("
	" { name = \"g\" type = \"service_grid\" size = 1 columns = ( { stat = \"name\" width = 16 },"
	"   \"in_calls_waiting\" ) } ) } ) },"
	" { title = \"Two\" rows = ( { panels = ( { name = \"c\" type = \"clock\" } ) } ) } )";

struct pty {
	struct desk desk;
	struct screen *screen;
	int master, input, output; /* our own 0 and 1, kept aside */
	struct termios before;
};

static void set_size(struct pty *pty, unsigned short columns, unsigned short lines)
{
	struct winsize size = { .ws_col = columns, .ws_row = lines };
	assert_int_equal(ioctl(pty->master, TIOCSWINSZ, &size), 0);
}

/* As a terminal does that has what it was asked for; the wall waits a moment for it at its end. */
static void answer(struct pty *pty)
{
	static const char width[] = "\033[2;3R";
	if (pty->master >= 0)
		assert_int_equal(write(pty->master, width, strlen(width)), (ssize_t)strlen(width));
}

static int pty_open(void **state)
{
	struct pty *pty = calloc(1, sizeof(*pty));
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	int slave;
	*state = pty;
	setenv("TERM", "xterm-256color", 1);
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	unsetenv("COLORFGBG");
	unsetenv("STY");
	unsetenv("TMUX");
	assert_int_equal(openpty(&pty->master, &slave, NULL, NULL, NULL), 0);
	fcntl(pty->master, F_SETFL, O_NONBLOCK);
	set_size(pty, 80, 24);
	pty->input = dup(0);
	pty->output = dup(1);
	dup2(slave, 0);
	dup2(slave, 1);
	close(slave);
	tcgetattr(0, &pty->before);
	desk_open(&pty->desk, layout_text);
	desk_fill(&pty->desk, "g", 2, "Sales|3;Support|7;Chat|1");
	pty->screen = screen_open(&options, &error);
	if (pty->screen == NULL)
		fail_msg("%s", error.text);
	return 0;
}

static int pty_close(void **state)
{
	struct pty *pty = *state;
	answer(pty);
	screen_close(pty->screen);
	dup2(pty->input, 0);
	dup2(pty->output, 1);
	close(pty->input);
	close(pty->output);
	if (pty->master >= 0)
		close(pty->master);
	desk_close(&pty->desk);
	free(pty);
	return 0;
}

/* What the terminal got, until it gets nothing for a moment; as text in `out`. */
static size_t take(struct pty *pty, char *out, size_t size)
{
	size_t used = 0;
	struct pollfd poller = { .fd = pty->master, .events = POLLIN };
	while (used + 1 < size && poll(&poller, 1, 30) > 0) {
		ssize_t length = read(pty->master, out + used, size - used - 1);
		if (length <= 0)
			break;
		used += (size_t)length;
	}
	out[used] = '\0';
	return used;
}

static size_t draw(struct pty *pty, char *out, size_t size)
{
	screen_draw(pty->screen, &pty->desk.scene);
	assert_true(screen_flush(pty->screen));
	return take(pty, out, size);
}

static size_t draw_all(struct pty *pty, char *out, size_t size)
{
	screen_repaint(pty->screen);
	return draw(pty, out, size);
}

static unsigned press(struct pty *pty, const char *bytes)
{
	assert_int_equal(write(pty->master, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
	struct pollfd poller = { .fd = screen_input(pty->screen), .events = POLLIN };
	assert_int_equal(poll(&poller, 1, 1000), 1);
	return screen_keys(pty->screen, &pty->desk.scene);
}

/* As press(), and then what time alone brings. */
static unsigned press_and_wait(struct pty *pty, const char *bytes)
{
	unsigned ask = press(pty, bytes);
	for (int64_t wait_ms; (wait_ms = screen_keys_wait(pty->screen)) >= 0;) {
		poll(NULL, 0, (int)wait_ms);
		ask |= screen_keys(pty->screen, &pty->desk.scene);
	}
	return ask;
}

static void writes_only_changes(void **state)
{
	struct pty *pty = *state;
	static char out[65536];
	assert_true(draw(pty, out, sizeof(out)) > 500);
	assert_non_null(strstr(out, "\033[?1049h"));
	assert_non_null(strstr(out, "\033[?25l"));
	assert_non_null(strstr(out, "Support"));
	/* The same second, and new data that are the same. */
	assert_int_equal(draw(pty, out, sizeof(out)), 0);
	desk_fill(&pty->desk, "g", 2, "Sales|3;Support|7;Chat|1");
	assert_int_equal(draw(pty, out, sizeof(out)), 0);
	pty->desk.scene.wall_ms += 1000;
	size_t clock = draw(pty, out, sizeof(out));
	assert_true(clock > 0 && clock < 40);
	desk_fill(&pty->desk, "g", 2, "Sales|4;Support|7;Chat|1");
	size_t cell = draw(pty, out, sizeof(out));
	assert_true(cell > 0 && cell < 60);
}

static void keys_arrive(void **state)
{
	struct pty *pty = *state;
	static char out[65536];
	draw(pty, out, sizeof(out));
	assert_true(press(pty, "\033OB") & SCREEN_ASK_DRAW);
	draw(pty, out, sizeof(out));
	assert_non_null(strstr(out, "▸"));
	assert_int_equal(press(pty, "q") & ~(unsigned)SCREEN_ASK_DRAW, SCREEN_ASK_QUIT);
	assert_int_equal(press(pty, "\022") & ~(unsigned)SCREEN_ASK_DRAW, SCREEN_ASK_RELOAD);
	/* Ctrl-S is a key: nothing stops. */
	press(pty, "\023");
	press(pty, "]");
	assert_true(draw(pty, out, sizeof(out)) > 0);
	assert_non_null(strstr(out, "Two"));
}

/* What means nothing here does nothing, and is not taken for the keys that it is made of. */
static void sequences_are_no_commands(void **state)
{
	static const char *const sequences[] = { "\033[<0;10;5M", "\033[M q!", "\033[I", "\033]11;rgb:q/q/q\a", "\033q",
		"\033[113;5u", "\033[200~quit q\r\033[201~", "\033[?2026;9q", "\033P q\033\\", "\033[24;80R" };
	struct pty *pty = *state;
	static char out[65536];
	draw(pty, out, sizeof(out));
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		assert_int_equal(press_and_wait(pty, sequences[i]), SCREEN_ASK_NOTHING);
	assert_int_equal(draw(pty, out, sizeof(out)), 0);
	/* Esc by itself is a key, after a moment in which nobody waits. */
	press(pty, "?");
	assert_int_equal(press(pty, "\033"), SCREEN_ASK_NOTHING);
	assert_true(screen_keys_wait(pty->screen) > 0);
	draw(pty, out, sizeof(out));
	assert_non_null(strstr(out, "show or hide"));
	assert_int_equal(press_and_wait(pty, "\033"), SCREEN_ASK_DRAW);
	draw(pty, out, sizeof(out));
	assert_non_null(strstr(out, "Support"));
}

/* The last line says it for a while. */
static void unknown_keys_are_told(void **state)
{
	struct pty *pty = *state;
	static char out[65536];
	draw(pty, out, sizeof(out));
	press(pty, "\xc3\xa9");
	draw_all(pty, out, sizeof(out));
	assert_non_null(strstr(out, "There is no key é. Press ? for the list of keys."));
	pty->desk.scene.now_ms += 6000;
	draw_all(pty, out, sizeof(out));
	assert_null(strstr(out, "There is no key"));
	press(pty, "x");
	draw_all(pty, out, sizeof(out));
	assert_non_null(strstr(out, "There is no key x."));
	press(pty, "j");
	draw_all(pty, out, sizeof(out));
	assert_null(strstr(out, "There is no key"));
	/* What would turn a line round is not shown, nor taken into the filter. */
	press(pty, "\xe2\x80\xae");
	press(pty, "/a\xe2\x80\xae" "b");
	draw_all(pty, out, sizeof(out));
	assert_null(strstr(out, "\xe2\x80\xae"));
	assert_non_null(strstr(out, "ab_"));
}

/* Into the filter, as one line; what Enter would do, a paste does not. */
/* How many rows are below, and the filter that hides others. */
static void two_marks_stand_side_by_side(void **state)
{
	static char out[65536];
	char rows[2048] = "";
	struct pty *pty = *state;
	for (unsigned i = 0; i < 60; i++)
		snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows), "%sSales %u|3;Chat %u|1", i > 0 ? ";" : "", i, i);
	desk_fill(&pty->desk, "g", 2, rows);
	/* Without frames the line of the status says it. */
	set_size(pty, 60, 8);
	screen_resize(pty->screen);
	draw_all(pty, out, sizeof(out));
	press(pty, "/");
	press(pty, "sales");
	press_and_wait(pty, "\r");
	char *picture = screen_picture(pty->screen, &pty->desk.scene);
	const char *mark = strstr(picture, " +");
	if (mark == NULL || strncmp(mark + 2 + strspn(mark + 2, "0123456789"), " /sales", 7) != 0)
		fail_msg("%s", picture);
	free(picture);
}

static void a_paste_fills_the_filter(void **state)
{
	struct pty *pty = *state;
	static char out[65536];
	draw(pty, out, sizeof(out));
	press(pty, "/\033[200~sup\nq\r\033[201~");
	draw(pty, out, sizeof(out));
	assert_non_null(strstr(out, "sup q_"));
	press(pty, "\177\177\r");
	screen_repaint(pty->screen);
	draw(pty, out, sizeof(out));
	assert_non_null(strstr(out, "filter: sup"));
}

/* The bytes between these, decoded; "" where there are none. Returns how many bytes are around them. */
static size_t copied(const char *out, char *text, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strstr(out, "\033]52;c;"), *end = at == NULL ? NULL : strchr(at, '\a');
	unsigned bits = 0, count = 0;
	size_t used = 0;
	text[0] = '\0';
	if (end == NULL)
		return strlen(out);
	assert_int_equal((end - (at + 7)) % 4, 0);
	for (at += 7; at < end && *at != '='; at++) {
		const char *digit = strchr(digits, *at);
		assert_non_null(digit);
		bits = bits << 6 | (unsigned)(digit - digits);
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		assert_true(used + 1 < size);
		text[used++] = (char)(bits >> count & 0xFF);
	}
	text[used] = '\0';
	assert_int_equal(strlen(text), used);
	return (size_t)(strstr(out, "\033]52;c;") - out) + strlen(end + 1);
}

/* One sequence and the line that says so; texts of each length modulo three, and of any letters. */
static void a_row_is_copied(void **state)
{
	static const char *const rows[][2] = { { "Sales|3", "Sales\t3" }, { "Sales|13", "Sales\t13" }, { "Sales|113", "Sales\t113" },
		{ "Verkauf \xc3\xb6 \xe6\x97\xa5|7", "Verkauf \xc3\xb6 \xe6\x97\xa5\t7" } };
	struct pty *pty = *state;
	static char out[65536];
	char text[256];
	draw_all(pty, out, sizeof(out));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		desk_fill(&pty->desk, "g", 2, rows[i][0]);
		press(pty, "g");
		draw(pty, out, sizeof(out));
		press(pty, "y");
		assert_int_equal(screen_flush(pty->screen), true);
		take(pty, out, sizeof(out));
		/* Before anything is drawn: these bytes, and no others. */
		assert_int_equal(copied(out, text, sizeof(text)), 0);
		assert_string_equal(text, rows[i][1]);
		draw(pty, out, sizeof(out));
		assert_non_null(strstr(out, "Copied: "));
		assert_null(strstr(out, "]52;"));
	}
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Nobody reads: frames are skipped, nothing waits, and afterwards the picture is right. */
static void a_stopped_terminal_stops_nobody(void **state)
{
	struct pty *pty = *state;
	static char out[1024 * 1024];
	int64_t began = now_ms();
	for (int i = 0; i < 200; i++) {
		pty->desk.scene.wall_ms += 1000;
		screen_repaint(pty->screen);
		screen_draw(pty->screen, &pty->desk.scene);
		assert_true(screen_flush(pty->screen));
	}
	assert_true(now_ms() - began < 2000);
	assert_true(screen_pending(pty->screen));
	do {
		take(pty, out, sizeof(out));
		assert_true(screen_flush(pty->screen));
	} while (screen_pending(pty->screen));
	take(pty, out, sizeof(out));
	screen_repaint(pty->screen);
	draw(pty, out, sizeof(out));
	assert_non_null(strstr(out, "14:08:20"));
}

/* In a process that may not open its terminal: 0 if all is well, else the number of the step. */
static int draw_as_another(struct pty *pty)
{
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	setsid();
	if (geteuid() == 0 ? setgid(65534) != 0 || setuid(65534) != 0 : fchmod(0, 0) != 0)
		return 1;
	if (open("/proc/self/fd/1", O_WRONLY) >= 0 || open("/dev/tty", O_WRONLY) >= 0)
		return 2;
	pty->screen = screen_open(&options, &error);
	if (pty->screen == NULL || (fcntl(1, F_GETFL) & O_NONBLOCK) == 0)
		return 3;
	int64_t began = now_ms();
	for (int i = 0; i < 100 && !screen_pending(pty->screen); i++) {
		screen_repaint(pty->screen);
		screen_draw(pty->screen, &pty->desk.scene);
		if (!screen_flush(pty->screen))
			return 4;
	}
	if (!screen_pending(pty->screen) || now_ms() - began > 2000)
		return 5;
	if ((screen_keys(pty->screen, &pty->desk.scene) & SCREEN_ASK_GONE) != 0)
		return 6;
	screen_suspend(pty->screen);
	if ((fcntl(1, F_GETFL) & O_NONBLOCK) != 0)
		return 7;
	screen_resume(pty->screen);
	if ((fcntl(1, F_GETFL) & O_NONBLOCK) == 0)
		return 8;
	screen_close(pty->screen);
	return (fcntl(1, F_GETFL) & O_NONBLOCK) != 0 ? 9 : 0;
}

/* After su: the terminal is written through the descriptor that is open, and it still stops nobody. */
static void the_terminal_may_be_another_users(void **state)
{
	struct pty *pty = *state;
	int status;
	screen_close(pty->screen);
	pty->screen = NULL;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(draw_as_another(pty));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void modes_are_taken_and_given_back(void **state)
{
	struct pty *pty = *state;
	static char out[65536];
	struct termios modes;
	tcgetattr(0, &modes);
	assert_int_equal(modes.c_lflag & (ICANON | ECHO), 0);
	assert_int_not_equal(modes.c_lflag & ISIG, 0);
	assert_int_equal(modes.c_iflag & IXON, 0);
	draw(pty, out, sizeof(out));
	screen_suspend(pty->screen);
	take(pty, out, sizeof(out));
	assert_non_null(strstr(out, "\033[?1049l"));
	tcgetattr(0, &modes);
	assert_int_equal(modes.c_lflag, pty->before.c_lflag);
	assert_int_equal(modes.c_iflag, pty->before.c_iflag);
	assert_int_equal(modes.c_oflag, pty->before.c_oflag);
	screen_resume(pty->screen);
	draw(pty, out, sizeof(out));
	assert_non_null(strstr(out, "\033[?1049h"));
	assert_non_null(strstr(out, "Support"));
	assert_non_null(strstr(out, "\033[?1h"));
}

static unsigned open_descriptors(void)
{
	unsigned count = 0;
	for (int i = 0; i < 256; i++)
		count += fcntl(i, F_GETFD) >= 0;
	return count;
}

/* A wall that ends leaves no descriptor open. */
static void descriptors_are_closed(void **state)
{
	struct pty *pty = *state;
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	static char out[65536];
	unsigned count[2];
	for (unsigned i = 0; i < 2; i++) {
		draw(pty, out, sizeof(out));
		answer(pty);
		screen_close(pty->screen);
		count[i] = open_descriptors();
		take(pty, out, sizeof(out));
		pty->screen = screen_open(&options, &error);
		assert_non_null(pty->screen);
	}
	assert_int_equal(count[0], count[1]);
}

static void sizes_follow(void **state)
{
	struct pty *pty = *state;
	static char out[65536];
	draw(pty, out, sizeof(out));
	for (unsigned short i = 1; i < 60; i++) {
		set_size(pty, (unsigned short)(i * 37 % 120 + 1), (unsigned short)(i * 13 % 50 + 1));
		screen_resize(pty->screen);
		draw(pty, out, sizeof(out));
	}
	set_size(pty, 120, 40);
	screen_resize(pty->screen);
	assert_true(draw(pty, out, sizeof(out)) > 500);
	/* The lower border is where the new size has it. */
	assert_non_null(strstr(out, "\033[39;1H"));
	/* Without the signal too. */
	set_size(pty, 100, 30);
	assert_true(draw(pty, out, sizeof(out)) > 500);
	assert_non_null(strstr(out, "\033[29;1H"));
}

/* A sanitizer keeps freed memory to itself. */
#if defined(__SANITIZE_ADDRESS__)
#define KEEPS_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS_MEMORY 1
#endif
#endif
#ifndef KEEPS_MEMORY
#define KEEPS_MEMORY 0
#endif

static long resident_kb(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void draw_sized(struct pty *pty, unsigned short columns, unsigned short lines)
{
	char bytes[4096];
	set_size(pty, columns, lines);
	screen_draw(pty->screen, &pty->desk.scene);
	do {
		assert_true(screen_flush(pty->screen));
		while (read(pty->master, bytes, sizeof(bytes)) > 0)
			;
	} while (screen_pending(pty->screen));
}

/* What the largest terminal needed is given back when it is small again. */
static void a_large_terminal_leaves_no_memory(void **state)
{
	struct pty *pty = *state;
	draw_sized(pty, 120, 40);
	long before = resident_kb();
	draw_sized(pty, 1000, 1000);
	assert_true(KEEPS_MEMORY || resident_kb() > before + 50000);
	draw_sized(pty, 120, 40);
	assert_true(KEEPS_MEMORY || resident_kb() < before + 10000);
}

static void a_lost_terminal_is_noticed(void **state)
{
	struct pty *pty = *state;
	static char out[65536];
	draw(pty, out, sizeof(out));
	assert_int_equal(screen_keys(pty->screen, &pty->desk.scene) & SCREEN_ASK_GONE, 0);
	close(pty->master);
	pty->master = -1;
	assert_true(screen_keys(pty->screen, &pty->desk.scene) & SCREEN_ASK_GONE);
	screen_repaint(pty->screen);
	screen_draw(pty->screen, &pty->desk.scene);
	assert_false(screen_flush(pty->screen));
}

static void refuses(const char *term, const char *what)
{
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	setenv("TERM", term, 1);
	assert_null(screen_open(&options, &error));
	assert_non_null(strstr(error.text, what));
	assert_non_null(strstr(error.text, "cxwall snapshot"));
}

/* With a terminal whose type is useless; without one is the shell's case. */
/* Where not even the terminal can be opened once more, that is said, and nothing is left of the attempt. */
static void a_terminal_that_cannot_be_opened_is_told(void **state)
{
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	struct rlimit before, few;
	struct pty *pty = *state;
	screen_close(pty->screen);
	pty->screen = NULL;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	int next = dup(0);
	close(next);
	few = before;
	/* The screen's file in memory gets the last one. */
	few.rlim_cur = (rlim_t)next + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	struct screen *screen = screen_open(&options, &error);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_null(screen);
	assert_string_equal(error.text, "standard output cannot be written: the wall needs its terminal there");
	int now = dup(0);
	close(now);
	assert_int_equal(now, next);
}

static void refuses_useless_terminals(void **state)
{
	struct pty *pty = *state;
	screen_close(pty->screen);
	pty->screen = NULL;
	refuses("dumb", "dumb");
	refuses("", "not set");
	refuses("no-such-terminal", "no-such-terminal");
	int null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	close(null);
	refuses("xterm", "terminal on standard input");
}

/* ncurses 6.5 loses the description of a terminal that was opened before another; a wall opens one. For the leak checker. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libtinfo\n";
}

/* The Linux console's description has no size, a simple terminal no colours; LINES of another time mean nothing. */
static void starts_on_every_kind(void **state)
{
	static const char *const types[] = { "linux", "xterm", "vt100", "vt220" };
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	struct pty *pty = *state;
	static char out[65536];
	setenv("LINES", "7", 1);
	setenv("COLUMNS", "9", 1);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		screen_close(pty->screen);
		take(pty, out, sizeof(out));
		setenv("TERM", types[i], 1);
		pty->screen = screen_open(&options, &error);
		if (pty->screen == NULL)
			fail_msg("%s: %s", types[i], error.text);
		draw(pty, out, sizeof(out));
		assert_non_null(strstr(out, "Support"));
		if (strstr(out, "14:05:00") == NULL)
			fail_msg("%s: no clock in %s", types[i], out);
	}
	unsetenv("LINES");
	unsetenv("COLUMNS");
}

static void throw_away(struct pty *pty)
{
	char bytes[4096];
	while (read(pty->master, bytes, sizeof(bytes)) > 0)
		;
	tcflush(0, TCIFLUSH);
}

/* A description that says how to move the cursor is used; one that does not is refused in words. */
static void start_on(struct pty *pty, const char *type, unsigned *started)
{
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	static char out[65536];
	setenv("TERM", type, 1);
	pty->screen = screen_open(&options, &error);
	if (pty->screen == NULL && strstr(error.text, "cannot move its cursor") == NULL && strcmp(type, "dumb") != 0)
		fail_msg("%s: %s", type, error.text);
	if (pty->screen == NULL)
		return;
	screen_draw(pty->screen, &pty->desk.scene);
	assert_true(screen_flush(pty->screen));
	size_t used = 0;
	for (ssize_t got; (got = read(pty->master, out + used, sizeof(out) - used - 1)) > 0;)
		used += (size_t)got;
	out[used] = '\0';
	if (strstr(out, "Support") == NULL)
		fail_msg("%s: no picture in %zu bytes", type, used);
	answer(pty);
	screen_close(pty->screen);
	pty->screen = NULL;
	throw_away(pty);
	(*started)++;
}

/* All that are installed. */
static void starts_on_every_description(void **state)
{
	static const char *const folders[] = { "/lib/terminfo", "/usr/share/terminfo", "/etc/terminfo", "/usr/lib/terminfo" };
	struct pty *pty = *state;
	unsigned started = 0;
	screen_close(pty->screen);
	pty->screen = NULL;
	throw_away(pty);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char pattern[64];
		glob_t found;
		snprintf(pattern, sizeof(pattern), "%s/*/*", folders[i]);
		if (glob(pattern, 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++)
			start_on(pty, strrchr(found.gl_pathv[k], '/') + 1, &started);
		globfree(&found);
	}
	assert_true(started >= 10);
}

static void reopen(struct pty *pty, const char *type, int glyphs)
{
	struct screen_options options = { .utf8 = true, .glyphs = glyphs };
	struct error error = { "" };
	answer(pty);
	screen_close(pty->screen);
	throw_away(pty);
	setenv("TERM", type, 1);
	pty->screen = screen_open(&options, &error);
	assert_non_null(pty->screen);
}

/* Frames are shown at once where the terminal says that it can, and nowhere else. */
static void synchronised_output_is_asked_for(void **state)
{
	static const char *const unasked[] = { "linux", "vt100", "vt220", "ansi", "st", "st-256color", "cons25" };
	struct pty *pty = *state;
	static char out[65536];
	assert_true(draw(pty, out, sizeof(out)) > 1024);
	const char *question = strstr(out, "\033[?2026$p");
	assert_non_null(question);
	/* What a terminal might show of it is wiped by the picture behind it. */
	assert_non_null(strstr(question, "\033[2J"));
	assert_true(strstr(question, "\033[2J") < strstr(question, "Support"));
	assert_true(draw_all(pty, out, sizeof(out)) > 1024);
	assert_null(strstr(out, "\033[?2026"));
	press(pty, "\033[?2026;0$y");
	assert_true(draw_all(pty, out, sizeof(out)) > 1024);
	assert_null(strstr(out, "\033[?2026"));
	press(pty, "\033[?2026;2$y");
	size_t length = draw_all(pty, out, sizeof(out));
	assert_int_equal(strncmp(out, "\033[?2026h", 8), 0);
	assert_string_equal(out + length - 8, "\033[?2026l");
	/* A frame of one packet cannot tear. */
	pty->desk.scene.wall_ms += 1000;
	length = draw(pty, out, sizeof(out));
	assert_true(length > 0 && length < 100);
	assert_null(strstr(out, "\033[?2026"));
	press(pty, "\033[?2026;4$y");
	draw_all(pty, out, sizeof(out));
	assert_null(strstr(out, "\033[?2026"));
	for (size_t i = 0; i < sizeof(unasked) / sizeof(unasked[0]); i++) {
		reopen(pty, unasked[i], GLYPHS_AUTO);
		draw(pty, out, sizeof(out));
		assert_non_null(strstr(out, "Support"));
		assert_null(strstr(out, "2026"));
		if (strncmp(unasked[i], "st", 2) != 0)
			assert_true(strstr(out, "\033[?2004h") == NULL && strstr(out, "\033[6n") == NULL);
	}
}

/* Where frames take two columns, they are of ASCII. */
static void wide_frames_become_ascii(void **state)
{
	struct pty *pty = *state;
	static char out[65536];
	draw(pty, out, sizeof(out));
	assert_non_null(strstr(out, "\033[6n"));
	assert_non_null(strstr(out, "╭"));
	/* Shift-F3, the width that was hoped for, and what comes unasked. */
	assert_int_equal(press(pty, "\033[1;5R"), SCREEN_ASK_NOTHING);
	assert_int_equal(press(pty, "\033[2;3R"), SCREEN_ASK_NOTHING);
	assert_int_equal(press(pty, "\033[2;5R"), SCREEN_ASK_NOTHING);
	draw_all(pty, out, sizeof(out));
	assert_non_null(strstr(out, "╭"));
	static const char *const wide[] = { "\033[2;4R", "\033[2;5R" };
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		reopen(pty, "xterm-256color", GLYPHS_AUTO);
		draw(pty, out, sizeof(out));
		assert_int_equal(press(pty, wide[i]), SCREEN_ASK_DRAW);
		draw(pty, out, sizeof(out));
		assert_non_null(strstr(out, "Support"));
		assert_null(strstr(out, "╭"));
	}
	reopen(pty, "xterm-256color", GLYPHS_UTF8);
	draw(pty, out, sizeof(out));
	assert_int_equal(press(pty, "\033[2;5R"), SCREEN_ASK_NOTHING);
	draw_all(pty, out, sizeof(out));
	assert_non_null(strstr(out, "╭"));
}

/* Whether the questions, their answers and the end all came within the time in which an answer is waited for. */
static bool close_with_answers(struct pty *pty, char *out, size_t room)
{
	static const char answers[] = "\033[?2026;2$y\033[2;3R";
	struct pollfd poller = { .fd = 0, .events = POLLIN };
	int64_t began = now_ms();
	draw(pty, out, room);
	assert_int_equal(write(pty->master, answers, strlen(answers)), (ssize_t)strlen(answers));
	/* The kernel passes them on in its own time. */
	assert_int_equal(poll(&poller, 1, 10000), 1);
	bool in_time = now_ms() - began < 900;
	screen_close(pty->screen);
	pty->screen = NULL;
	return in_time;
}

/* An answer is not left for the shell, and one that never comes holds nobody. */
static void answers_are_taken_before_the_end(void **state)
{
	struct pty *pty = *state;
	struct pollfd poller = { .fd = 0, .events = POLLIN };
	static char out[65536];
	struct termios modes;
	/* A machine that is busy with something else may be late. */
	while (!close_with_answers(pty, out, sizeof(out)))
		reopen(pty, "xterm-256color", GLYPHS_AUTO);
	tcgetattr(0, &modes);
	modes.c_lflag &= ~(tcflag_t)ICANON;
	tcsetattr(0, TCSANOW, &modes);
	assert_int_equal(poll(&poller, 1, 0), 0);
	reopen(pty, "xterm-256color", GLYPHS_AUTO);
	draw(pty, out, sizeof(out));
	int64_t began = now_ms();
	screen_close(pty->screen);
	pty->screen = NULL;
	assert_true(now_ms() - began < 5000);
	/* A wall that drew nothing has asked nothing. */
	reopen(pty, "xterm-256color", GLYPHS_AUTO);
	screen_close(pty->screen);
	pty->screen = NULL;
	assert_int_equal(take(pty, out, sizeof(out)), 0);
}

static const char limits_text[] =
	"pages = ( { rows = ( { panels = ( { name = \"g\" type = \"service_grid\" size = 1 columns = ( { stat = \"name\" width = 16 },"
	" { stat = \"in_calls_waiting\" warn = \"> 3\" alert = \"> 6\" } ) } ) } ) } )";

/* A colour in a sequence, however the terminal separates its numbers: "R:G:B" here. */
static bool has_color(const char *out, const char *ground, const char *color)
{
	char flat[65536];
	size_t used = 0;
	for (const char *at = out; *at != '\0' && used + 1 < sizeof(flat); at++) {
		char byte = *at == ';' ? ':' : *at;
		if (byte != ':' || used == 0 || flat[used - 1] != ':')
			flat[used++] = byte;
	}
	flat[used] = '\0';
	char wanted[64];
	snprintf(wanted, sizeof(wanted), "%s:2:%s", ground, color);
	return strstr(flat, wanted) != NULL;
}

/* Where numbers of colours are red, green and blue, those of the palette are translated. */
static void direct_colours_are_the_palettes(void **state)
{
	static const char *const patterns[] = { "/lib/terminfo/*/*-direct*", "/usr/share/terminfo/*/*-direct*" };
	struct pty *pty = *state;
	struct desk desk;
	static char out[65536];
	desk_open(&desk, limits_text);
	desk_fill(&desk, "g", 2, "Sales|4;Support|7");
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct screen_options options = { .utf8 = true };
		struct error error = { "" };
		glob_t found;
		if (glob(patterns[i], 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++) {
			screen_close(pty->screen);
			throw_away(pty);
			setenv("TERM", strrchr(found.gl_pathv[k], '/') + 1, 1);
			pty->screen = screen_open(&options, &error);
			assert_non_null(pty->screen);
			screen_draw(pty->screen, &desk.scene);
			assert_true(screen_flush(pty->screen));
			take(pty, out, sizeof(out));
			if (!has_color(out, "38", "255:175:0") || !has_color(out, "38", "255:255:255") ||
				!has_color(out, "48", "196:22:28"))
				fail_msg("%s: %s", getenv("TERM"), out);
			answer(pty);
		}
		globfree(&found);
	}
	desk_close(&desk);
}

static const char blocks_text[] =
	"title = \"Wall\" pages = ( { title = \"One\" rows = ( { panels = ("
	" { name = \"g\" type = \"service_grid\" size = 3 columns = ( { stat = \"name\" width = 16 }, \"in_calls_waiting\","
	"   { bar = \"in_calls_waiting\" width = 20 alert = \"> 10\" } ) } ) } ) } )";

/* Blanks behind a sequence that reverses, with moves of the cursor alone between them and the sequence that ends it. */
static unsigned blanks_between(const char *out, const char *on, const char *off)
{
	unsigned count = 0;
	while ((out = strstr(out, on)) != NULL) {
		unsigned blanks = 0;
		out += strlen(on);
		for (size_t move; strncmp(out, off, strlen(off)) != 0; out += move) {
			move = strspn(out, "\033[0123456789;");
			move += strchr(" \r\n\bABCDGHd", out[move]) != NULL && out[move] != '\0';
			if (move == 0 || out[move - 1] == '\033')
				break;
			blanks += out[move - 1] == ' ';
		}
		count += strncmp(out, off, strlen(off)) == 0 ? blanks : 0;
	}
	return count;
}

static unsigned blocks_in(const char *text)
{
	unsigned count = 0;
	while ((text = strstr(text, "█")) != NULL) {
		text += strlen("█");
		count++;
	}
	return count;
}

/* What the terminal gets of a picture with digits and bars, and how many blocks the picture has. */
static unsigned draw_blocks(struct pty *pty, struct desk *desk, const char *terminal, const char *keys, char *out, size_t size)
{
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	answer(pty);
	screen_close(pty->screen);
	throw_away(pty);
	setenv("TERM", terminal, 1);
	pty->screen = screen_open(&options, &error);
	assert_non_null(pty->screen);
	for (; *keys != '\0'; keys++) {
		char key[] = { *keys, '\0' };
		assert_int_equal(write(pty->master, key, 1), 1);
		poll(&(struct pollfd){ .fd = screen_input(pty->screen), .events = POLLIN }, 1, 1000);
		screen_keys(pty->screen, &desk->scene);
	}
	screen_draw(pty->screen, &desk->scene);
	assert_true(screen_flush(pty->screen));
	take(pty, out, size);
	char *picture = screen_picture(pty->screen, &desk->scene);
	unsigned count = blocks_in(picture);
	free(picture);
	assert_true(count > 20);
	return count;
}

/* A font's block may leave lines between the cells of a digit; what curses draws, and a text shows, is a block yet. */
static void blocks_fill_their_cells(void **state)
{
	struct pty *pty = *state;
	struct desk desk;
	static char out[65536];
	desk_open(&desk, blocks_text);
	desk_fill(&desk, "g", 3, "Sales|8|8;Support|7|7");
	/* Another terminal than xterm. */
	unsetenv("XTERM_VERSION");
	unsigned count = draw_blocks(pty, &desk, "xterm-256color", "", out, sizeof(out));
	assert_int_equal(blocks_in(out), count);
	setenv("XTERM_VERSION", "XTerm(379)", 1);
	count = draw_blocks(pty, &desk, "xterm-256color", "", out, sizeof(out));
	assert_int_equal(blocks_in(out), 0);
	assert_int_equal(blanks_between(out, "\033[7m", "\033[27m"), count);
	/* A reversed row is not reversed where its blocks are. */
	count = draw_blocks(pty, &desk, "xterm-256color", "ttj", out, sizeof(out));
	unsigned turned = blanks_between(out, "\033[27m", "\033[7m");
	assert_int_equal(blocks_in(out), 0);
	assert_true(turned > 5 && turned < count);
	/* Few colours, and colours that cannot be reversed. */
	count = draw_blocks(pty, &desk, "xterm-16color", "", out, sizeof(out));
	assert_int_equal(blocks_in(out), count);
	count = draw_blocks(pty, &desk, "putty-256color", "", out, sizeof(out));
	assert_int_equal(blocks_in(out), count);
	/* What runs in an xterm has its variable too. */
	count = draw_blocks(pty, &desk, "tmux-256color", "", out, sizeof(out));
	assert_int_equal(blocks_in(out), count);
	unsetenv("XTERM_VERSION");
	desk_close(&desk);
}

/* A click on what the first line has of a text. */
static void click(struct pty *pty, const char *text)
{
	char *picture = screen_picture(pty->screen, &pty->desk.scene), sequence[32];
	picture[strcspn(picture, "\n")] = '\0';
	char *at = strstr(picture, text);
	if (at == NULL)
		fail_msg("no %s in %s", text, picture);
	*at = '\0';
	snprintf(sequence, sizeof(sequence), "\033[<0;%d;1M", text_width(picture) + 1);
	free(picture);
	press(pty, sequence);
}

static bool shows_rows(struct pty *pty)
{
	char *picture = screen_picture(pty->screen, &pty->desk.scene);
	bool rows = strstr(picture, "Support") != NULL;
	free(picture);
	return rows;
}

static void tabs_can_be_clicked(void **state)
{
	struct pty *pty = *state;
	struct screen_options options = { .utf8 = true, .mouse = true };
	struct error error = { "" };
	static char out[65536];
	answer(pty);
	screen_close(pty->screen);
	pty->screen = screen_open(&options, &error);
	assert_non_null(pty->screen);
	draw(pty, out, sizeof(out));
	assert_true(shows_rows(pty));
	click(pty, "Two");
	draw(pty, out, sizeof(out));
	assert_false(shows_rows(pty));
	/* The title is no tab, nor is what stands at the end. */
	click(pty, "Wall");
	click(pty, "live");
	assert_false(shows_rows(pty));
	click(pty, "1 One");
	draw(pty, out, sizeof(out));
	assert_true(shows_rows(pty));
	/* On a narrow screen there is one tab, and "1/2" goes to the next page. */
	set_size(pty, 30, 12);
	screen_resize(pty->screen);
	draw(pty, out, sizeof(out));
	click(pty, "One");
	assert_true(shows_rows(pty));
	click(pty, "1/2");
	draw(pty, out, sizeof(out));
	assert_false(shows_rows(pty));
	click(pty, "2/2");
	draw(pty, out, sizeof(out));
	assert_true(shows_rows(pty));
}

/* What a console's font has, as the kernel would say it; NULL: this is no console. */
static const unsigned *font_codes;

int ioctl(int descriptor, unsigned long request, ...)
{
	va_list args;
	va_start(args, request);
	void *argument = va_arg(args, void *);
	va_end(args);
	if (request != GIO_UNIMAP || font_codes == NULL)
		return (int)syscall(SYS_ioctl, descriptor, request, argument);
	struct unimapdesc *map = argument;
	unsigned short count = 0;
	for (; font_codes[count] != 0; count++)
		map->entries[count] = (struct unipair){ .unicode = (unsigned short)font_codes[count] };
	map->entry_ct = count;
	return 0;
}

/* Debian's console fonts have no half blocks: each would be a question mark. */
static void a_console_draws_with_what_its_font_has(void **state)
{
	static const unsigned whole[] = { 0x2588, 0x2500, 0 }, halves[] = { 0x2588, 0x2580, 0x2584, 0x258C, 0x2593, 0 }, none[] = { 0 };
	static const struct {
		const unsigned *codes;
		bool halves;
	} fonts[] = { { whole, false }, { halves, true }, { none, true }, { NULL, true } };
	struct pty *pty = *state;
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	static char out[65536];
	struct desk desk;
	desk_open(&desk, blocks_text);
	desk_fill(&desk, "g", 3, "Sales|8|8;Support|7|7");
	setenv("TERM", "linux", 1);
	for (size_t i = 0; i < sizeof(fonts) / sizeof(fonts[0]); i++) {
		answer(pty);
		screen_close(pty->screen);
		throw_away(pty);
		font_codes = fonts[i].codes;
		pty->screen = screen_open(&options, &error);
		assert_non_null(pty->screen);
		screen_draw(pty->screen, &desk.scene);
		assert_true(screen_flush(pty->screen));
		take(pty, out, sizeof(out));
		assert_non_null(strstr(out, "█"));
		bool any = strstr(out, "▀") != NULL || strstr(out, "▄") != NULL || strstr(out, "▌") != NULL || strstr(out, "▓") != NULL;
		assert_int_equal(any, fonts[i].halves);
	}
	font_codes = NULL;
	desk_close(&desk);
}

static void a_console_has_no_clipboard(void **state)
{
	static const char *const types[][3] = { { "screen", "The program screen has no clipboard to copy to.", "1.pts" },
		{ "linux", "A console has no clipboard to copy to.", NULL },
		{ "vt220", "This type of terminal has no clipboard to copy to.", NULL } };
	struct pty *pty = *state;
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	static char out[65536];
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		setenv("TERM", types[i][0], 1);
		if (types[i][2] != NULL)
			setenv("STY", types[i][2], 1);
		else
			unsetenv("STY");
		answer(pty);
		screen_close(pty->screen);
		throw_away(pty);
		pty->screen = screen_open(&options, &error);
		assert_non_null(pty->screen);
		draw(pty, out, sizeof(out));
		press(pty, "gy");
		draw_all(pty, out, sizeof(out));
		assert_null(strstr(out, "]52;"));
		assert_non_null(strstr(out, types[i][1]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_only_changes, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(keys_arrive, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(sequences_are_no_commands, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(unknown_keys_are_told, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(two_marks_stand_side_by_side, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(a_row_is_copied, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(a_console_has_no_clipboard, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(a_paste_fills_the_filter, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(a_stopped_terminal_stops_nobody, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(the_terminal_may_be_another_users, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(modes_are_taken_and_given_back, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(descriptors_are_closed, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(sizes_follow, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(a_large_terminal_leaves_no_memory, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(a_lost_terminal_is_noticed, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(starts_on_every_kind, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(synchronised_output_is_asked_for, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(wide_frames_become_ascii, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(answers_are_taken_before_the_end, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(direct_colours_are_the_palettes, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(blocks_fill_their_cells, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(tabs_can_be_clicked, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(a_console_draws_with_what_its_font_has, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(starts_on_every_description, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(a_terminal_that_cannot_be_opened_is_told, pty_open, pty_close),
		cmocka_unit_test_setup_teardown(refuses_useless_terminals, pty_open, pty_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
