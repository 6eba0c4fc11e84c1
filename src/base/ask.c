#include "base/ask.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"

/* Of the one question that is asked at a time: handlers need them. */
static volatile sig_atomic_t ask_number;
static struct termios ask_modes; /* those to go back to */
static volatile sig_atomic_t ask_hides;

static const int ends[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP };
static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

enum { ENDS = sizeof(ends) / sizeof(ends[0]), CRASHES = sizeof(crashes) / sizeof(crashes[0]) };

bool ask_terminal(void)
{
	return isatty(STDIN_FILENO);
}

int ask_signal(void)
{
	return (int)ask_number;
}

/* tcsetattr() may be called in a handler. */
static void ask_show(void)
{
	if (ask_hides)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &ask_modes);
	ask_hides = 0;
}

static void ask_on_end(int number)
{
	ask_number = number;
}

static void ask_on_crash(int number)
{
	ask_show();
	signal(number, SIG_DFL);
	raise(number);
}

/* What was typed ahead stays: a script may have sent it. The line break is still shown, so that the cursor moves on. */
static void ask_hide(void)
{
	struct termios modes = ask_modes;
	modes.c_lflag &= ~(tcflag_t)ECHO;
	modes.c_lflag |= ICANON | ISIG | ECHONL;
	ask_hides = 1;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

struct ask_before {
	struct sigaction ends[ENDS], crashes[CRASHES];
	sigset_t mask; /* while the question waits */
};

/* Signals only arrive while the question waits, so that none is missed; those that were ignored stay so. */
static void ask_take_signals(struct ask_before *before)
{
	struct sigaction action = { .sa_handler = ask_on_end };
	sigset_t held;
	sigemptyset(&held);
	sigemptyset(&action.sa_mask);
	for (int i = 0; i < ENDS; i++) {
		sigaction(ends[i], NULL, &before->ends[i]);
		if (before->ends[i].sa_handler == SIG_IGN)
			continue;
		sigaddset(&held, ends[i]);
		sigaction(ends[i], &action, NULL);
	}
	action.sa_handler = ask_on_crash;
	for (int i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &action, &before->crashes[i]);
	sigprocmask(SIG_BLOCK, &held, &before->mask);
}

static void ask_give_signals(const struct ask_before *before)
{
	for (int i = 0; i < ENDS; i++)
		sigaction(ends[i], &before->ends[i], NULL);
	for (int i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &before->crashes[i], NULL);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* Byte by byte: what follows the line is the answer to another question, or belongs to another program. */
static bool ask_read(struct buffer *answer, enum ask_result *result)
{
	char byte;
	ssize_t count = read(STDIN_FILENO, &byte, 1);
	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (count <= 0) {
		*result = answer->length > 0 ? ASK_ANSWERED : ASK_END;
		return false;
	}
	if (byte == '\n') {
		*result = answer->full ? ASK_TOO_LONG : ASK_ANSWERED;
		return false;
	}
	buffer_add(answer, &byte, 1);
	explicit_bzero(&byte, 1);
	return true;
}

/* The program was stopped, and goes on. */
static void ask_stop(FILE *out, const char *question, bool hidden)
{
	raise(SIGSTOP);
	ask_number = 0;
	if (hidden)
		ask_hide();
	fputs(question, out);
	fflush(out);
}

/* Waits until there is something to read: signals arrive here alone. False at one that ends the question. */
static bool ask_wait(FILE *out, const char *question, bool hidden, const sigset_t *mask)
{
	struct pollfd wait = { .fd = STDIN_FILENO, .events = POLLIN };
	for (;;) {
		int ready = ppoll(&wait, 1, NULL, mask);
		if (ask_number == 0 && (ready > 0 || errno != EINTR))
			return true;
		if (ask_number == 0)
			continue;
		ask_show();
		if (ask_number != SIGTSTP)
			return false;
		ask_stop(out, question, hidden);
	}
}

enum ask_result ask_line(FILE *out, const char *question, bool hidden, struct buffer *answer)
{
	enum ask_result result = ASK_ANSWERED;
	struct ask_before before;
	bool terminal = ask_terminal();
	buffer_clear(answer);
	ask_number = 0;
	ask_take_signals(&before);
	log_exit_hook(ask_show);
	/* Room for all of it at once: a buffer that grows would leave copies of its beginning. */
	if (hidden && answer->room <= answer->max) {
		static const char blank[4096];
		while (answer->length < answer->max)
			buffer_add(answer, blank, answer->max - answer->length < sizeof(blank) ? answer->max - answer->length : sizeof(blank));
		buffer_clear(answer);
	}
	/* Those of before the question: after a stop a shell may have left others. */
	hidden = hidden && terminal && tcgetattr(STDIN_FILENO, &ask_modes) == 0;
	/* First the one, then the other: who sees the question may answer at once. */
	if (hidden)
		ask_hide();
	if (terminal) {
		fputs(question, out);
		fflush(out);
	}
	do
		if (!ask_wait(out, question, hidden, &before.mask))
			result = ASK_SIGNAL;
	while (result != ASK_SIGNAL && ask_read(answer, &result));
	ask_show();
	log_exit_hook(NULL);
	/* The cursor stands behind the question. */
	if (terminal && (result == ASK_SIGNAL || result == ASK_END))
		fputc('\n', out);
	if (answer->length > 0 && answer->data[answer->length - 1] == '\r')
		answer->data[--answer->length] = '\0';
	ask_give_signals(&before);
	return result;
}
