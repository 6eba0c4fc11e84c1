#include "screen/rescue.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

enum { RESCUE_TEXT_MAX = 256, RESCUE_STACK = 16384 };

static struct {
	volatile sig_atomic_t armed;
	int output, flags, input;
	struct termios modes;
	char text[RESCUE_TEXT_MAX];
	size_t length;
	char stack[RESCUE_STACK]; /* the program's own may be what overflowed */
} rescue;

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static void give_back(void)
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
static void crashed(int number)
{
	give_back();
	raise(number);
}

static void handle(int number)
{
	struct sigaction old, ours = { .sa_handler = crashed,
		.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER) };
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(number, &ours, NULL);
}

void rescue_arm(int output, int flags, int input, const struct termios *modes, const char *text)
{
	stack_t stack = { .ss_sp = rescue.stack, .ss_size = sizeof(rescue.stack) };
	rescue.output = output;
	rescue.flags = flags;
	rescue.input = input;
	rescue.modes = *modes;
	snprintf(rescue.text, sizeof(rescue.text), "%s", text);
	rescue.length = strlen(rescue.text);
	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		handle(signals[i]);
	log_exit_hook(give_back);
	rescue.armed = 1;
}

void rescue_pause(bool paused)
{
	rescue.armed = !paused;
}

void rescue_disarm(void)
{
	rescue.armed = 0;
	log_exit_hook(NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction now;
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == crashed)
			signal(signals[i], SIG_DFL);
	}
	stack_t none = { .ss_flags = SS_DISABLE };
	sigaltstack(&none, NULL);
}
