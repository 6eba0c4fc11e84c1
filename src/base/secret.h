/*
 * What signs in: the secret, from the environment (already taken out of it), a file, or a command, and wiped when it is
 * done with; beside it a login and a tenant. All are sent as they are, so what was typed by mistake is refused before
 * it counts as a wrong secret: characters that cannot be seen, and blanks at the ends.
 *
 * The struct owns the text. It is in no message, log or argument list; a command's own messages go to standard
 * error. Reading at start waits for the command, ten seconds at most, because nothing is drawn yet; later the
 * command runs beside the loop. The command gets /dev/null as input and a session of its own, so that all of it can be
 * ended, and has no terminal.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <ev.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
	SECRET_MAX = 4096, /* tokens of cookie mode included */
	SECRET_COMMAND_SECONDS = 10,
};

/* Where a secret may come from: the first that is not NULL counts. All borrowed. */
struct secret_source {
	const char *text;    /* from CXWALL_SECRET, copied and unset there */
	const char *file;
	const char *command; /* for the shell; what it prints is the secret */
};

struct secret {
	const struct secret_source *source;
	struct buffer text;
	/* A running command. */
	struct ev_loop *loop;
	struct buffer output;
	ev_io io;
	ev_timer timer;
	ev_child child;
	int pipe; /* -1: no command runs */
	pid_t pid;
	int signal; /* that ended the waiting for the command at start; 0: none */
	void (*done)(void *context, bool changed, const struct error *error);
	void *context;
};

void secret_init(struct secret *secret, const struct secret_source *source);

/* Ends a running command and wipes. */
void secret_free(struct secret *secret);

/* From whichever place holds it; waits for a command. False with an error that the user can mend. */
bool secret_load(struct secret *secret, struct error *error);

/*
 * Any secret of one line, from a file that nobody else can read; `option` names the setting in the error. The buffer's
 * cap is SECRET_MAX, and the caller wipes it.
 */
bool secret_file_read(const char *option, const char *path, struct buffer *out, struct error *error);

/* The same of a text that is there, such as a variable of the environment. */
bool secret_text_read(const char *option, const char *text, struct buffer *out, struct error *error);

/* A login and a tenant, each NULL if there is none yet; the tenant must be a domain and not an address. */
bool secret_check_login(const char *user, const char *tenant, struct error *error);

/* Whether asking again could bring another secret. */
bool secret_can_change(const struct secret *secret);

/* Reads the file again: true if it holds another secret now. False too where there is no file or it cannot be read. */
bool secret_reread(struct secret *secret);

/*
 * Runs the command again (the loop must be the default one) and calls done once; false if there is no command, or
 * it runs.
 */
bool secret_ask(struct secret *secret, struct ev_loop *loop,
	void (*done)(void *context, bool changed, const struct error *error), void *context);

#endif
