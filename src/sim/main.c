/*
 * cxsim: a simulated contact centre that serves the statistics API.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "sim/server.h"

enum {
	EXIT_RUNNING = 1, /* failed while running */
	EXIT_USAGE = 2,
};

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	(void)watcher;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* Nothing is read from standard input; its end means that the parent has gone. */
static void on_input(struct ev_loop *loop, ev_io *watcher, int events)
{
	char bytes[256];
	ssize_t length = read(watcher->fd, bytes, sizeof(bytes));
	(void)events;
	if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
		ev_break(loop, EVBREAK_ALL);
}

/* A closed descriptor 0, 1 or 2 would be given to the first socket. */
static void fill_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

static bool ignored(int number)
{
	struct sigaction now;
	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void run(struct ev_loop *loop, const struct options *options)
{
	ev_signal terminate, interrupt;
	ev_io input;
	ev_signal_init(&terminate, on_signal, SIGTERM);
	ev_signal_init(&interrupt, on_signal, SIGINT);
	ev_io_init(&input, on_input, STDIN_FILENO, EV_READ);
	ev_signal_start(loop, &terminate);
	/* A shell ignores it for its background jobs, which Ctrl-C is not for. */
	if (!ignored(SIGINT))
		ev_signal_start(loop, &interrupt);
	if (options->until_eof)
		ev_io_start(loop, &input);
	ev_run(loop, 0);
	ev_signal_stop(loop, &terminate);
	ev_signal_stop(loop, &interrupt);
	ev_io_stop(loop, &input);
}

static FILE *open_log(const char *path)
{
	return strcmp(path, "-") == 0 ? stderr : fopen(path, "a");
}

static void announce(const struct options *options, int port)
{
	bool six = strchr(options->bind, ':') != NULL;
	printf("cxsim: listening on %s://%s%s%s:%d\n", options->tls_cert ? "https" : "http", six ? "[" : "",
		options->bind, six ? "]" : "", port);
	fflush(stdout);
}

static int serve(const struct options *options, struct site *site, FILE *log)
{
	struct ev_loop *loop = ev_default_loop(EVFLAG_NOENV);
	struct server *server;
	struct error error;
	if (!loop)
		fatal("no event loop");
	server = server_start(loop, site, log, &error);
	if (!server) {
		message("%s", error.text);
		return EXIT_RUNNING;
	}
	announce(options, server_port(server));
	run(loop, options);
	server_stop(server);
	ev_loop_destroy(loop);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options options;
	struct site *site;
	struct error error;
	FILE *log = NULL;
	int status = EXIT_USAGE;

	fill_descriptors();
	log_program("cxsim");
	text_locale();
	signal(SIGPIPE, SIG_IGN);
	switch (options_read(&options, argc, argv)) {
	case OPTIONS_DONE:
		return EXIT_SUCCESS;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_GO:
		break;
	}
	if (options.log && !(log = open_log(options.log))) {
		message("--log: %s: %s", options.log, strerror(errno));
		return EXIT_RUNNING;
	}
	site = must_alloc(sizeof(*site));
	if (site_init(site, &options, clock_boot_ms(), clock_wall_ms() / 1000, &error))
		status = serve(&options, site, log);
	else
		message("%s", error.text);
	site_free(site);
	free(site);
	if (log && log != stderr)
		fclose(log);
	return status;
}
