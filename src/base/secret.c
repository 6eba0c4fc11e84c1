#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os.h"
#include "base/text.h"

enum {
	SECRET_TURN_MS = 20,    /* between looks whether the command has ended */
	SECRET_KILLED_MS = 500, /* what it may take until a killed command is gone */
};

/* ---- what is typed ---- */

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* What chats, word processors and web pages put into a text that is copied. */
static const struct {
	uint32_t code;
	const char *name;
} strays[] = {
	{ '\n', "a line break" },
	{ '\r', "a carriage return" },
	{ '\t', "a tab" },
	{ 0xa0, "a no-break space" },
	{ 0xad, "a soft hyphen" },
	{ 0x200b, "a zero-width space" },
	{ 0x200c, "a zero-width non-joiner" },
	{ 0x200d, "a zero-width joiner" },
	{ 0x2013, "an en dash" },
	{ 0x2014, "an em dash" },
	{ 0x2018, "a curly quote" },
	{ 0x2019, "a curly quote" },
	{ 0x201c, "a curly quote" },
	{ 0x201d, "a curly quote" },
	{ 0x2060, "a word joiner" },
	{ 0xfeff, "a byte order mark" },
};

/* What should not stand in what is typed; NULL: it may. A letter of any script may, where others have chosen it. */
static const char *secret_stray(const char *text, size_t bytes, uint32_t code, bool ascii)
{
	char clean[16];
	for (size_t i = 0; i < sizeof(strays) / sizeof(strays[0]); i++)
		if (strays[i].code == code)
			return strays[i].name;
	if (code < 0x20 || code == 0x7f)
		return "a control character";
	if (code < 0x7f)
		return NULL;
	if (ascii)
		return "not an ASCII character";
	/* Scrubbing takes away what cannot be seen. */
	bool seen = text_scrub(clean, sizeof(clean), text, bytes) == bytes && memcmp(clean, text, bytes) == 0;
	return seen && code != 0xfffd ? NULL : "a character that cannot be seen";
}

/* Drops a byte order mark at the head and empty lines at the end: editors add them. */
static void secret_trim(struct buffer *text)
{
	size_t mark = sizeof(byte_order_mark) - 1;
	if (text->length >= mark && memcmp(text->data, byte_order_mark, mark) == 0) {
		memmove(text->data, text->data + mark, text->length - mark + 1);
		text->length -= mark;
	}
	while (text->length > 0 && strchr("\r\n", text->data[text->length - 1]) != NULL &&
		text->data[text->length - 1] != '\0')
		text->data[--text->length] = '\0';
}

/*
 * Only characters that can be seen, of one line, without blanks at its ends; of a domain only ASCII. Else false with
 * "PLACE: ...", which names the character and its position, and nothing else of the text.
 */
static bool secret_check_text(const char *place, const char *text, size_t length, bool ascii, struct error *error)
{
	if (length > 0 && text[0] == ' ')
		return error_set(error, "%s: there is a blank before the first character. Remove it.", place);
	if (memchr(text, '\n', length) != NULL)
		return error_set(error,
			"%s: there is more than one line. Only one is allowed, without control characters.", place);
	unsigned number = 1;
	for (size_t at = 0, bytes; at < length; at += bytes, number++) {
		const char *next = text + at;
		uint32_t code = text_decode(&next, text + length);
		bytes = (size_t)(next - text) - at;
		/* What is not UTF-8 comes back as U+FFFD for one byte. */
		if (bytes == 1 && code > 0x7f)
			return error_set(error, "%s: character %u is not UTF-8. Type it again.", place, number);
		const char *stray = secret_stray(text + at, bytes, code, ascii);
		if (stray != NULL)
			return error_set(error, "%s: character %u is %s (U+%04X). Type it again by hand.", place, number, stray, code);
	}
	if (length > 0 && text[length - 1] == ' ')
		return error_set(error, "%s: there is a blank behind the last character. Remove it.", place);
	return true;
}

/* A tenant is a scope: with the other parts of an address or a login it would be a scope that does not exist. */
static bool secret_check_tenant(const char *tenant, struct error *error)
{
	const char *domain = strstr(tenant, "//"), *login;
	if (tenant[strcspn(tenant, "/:?#@ ")] == '\0')
		return true;
	domain = domain != NULL ? domain + 2 : tenant;
	login = strchr(domain, '@');
	domain = login != NULL ? login + 1 : domain;
	return error_set(error, "tenant: '%.80s' is not a domain. Write the domain alone: %.*s", tenant,
		(int)strcspn(domain, "/:?# "), domain);
}

bool secret_check_login(const char *user, const char *tenant, struct error *error)
{
	return (user == NULL || secret_check_text("user", user, strlen(user), false, error)) &&
		(tenant == NULL ||
			(secret_check_text("tenant", tenant, strlen(tenant), true, error) &&
				secret_check_tenant(tenant, error)));
}

/* ---- texts and files ---- */

/* Takes what is there. False at the end, on a fault, or when it is too long (out->full). */
static bool secret_read(int file, struct buffer *out)
{
	char bytes[SECRET_MAX];
	for (;;) {
		ssize_t count = read(file, bytes, sizeof(bytes));
		if (count < 0 && errno == EINTR)
			continue;
		bool more = count < 0 && errno == EAGAIN;
		bool added = count > 0 && buffer_add(out, bytes, (size_t)count);
		explicit_bzero(bytes, sizeof(bytes));
		if (!added)
			return more;
	}
}

static bool secret_check(struct buffer *text, const char *place, struct error *error)
{
	if (text->full)
		return error_set(error, "%s: the secret is longer than %d bytes", place, SECRET_MAX);
	secret_trim(text);
	if (text->length == 0)
		return error_set(error, "%s: the secret is empty", place);
	return secret_check_text(place, text->data, text->length, false, error);
}

/*
 * systemd (LoadCredential=) may give a file of root's, readable for one user by an access list, whose mask then stands
 * where a group's rights do; nobody else can enter the folder.
 */
static bool secret_from_systemd(const char *path, const struct stat *about)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t length = folder == NULL ? 0 : strlen(folder);
	return length > 0 && about->st_uid == 0 && strncmp(path, folder, length) == 0 && path[length] == '/';
}

static bool secret_file_check(int file, const char *option, const char *path, struct error *error)
{
	struct stat about;
	if (fstat(file, &about) != 0)
		return error_set(error, "%s: %.160s: %s", option, path, strerror(errno));
	if (!S_ISREG(about.st_mode))
		return error_set(error, "%s: %.160s is no file", option, path);
	if (about.st_uid != geteuid() && about.st_uid != 0)
		return error_set(error, "%s: %.160s belongs to somebody else", option, path);
	mode_t others = secret_from_systemd(path, &about) ? S_IRWXO : S_IRWXG | S_IRWXO;
	if ((about.st_mode & others) != 0)
		return error_set(error, "%s: others may read %.160s: chmod 600 it", option, path);
	return true;
}

bool secret_file_read(const char *option, const char *path, struct buffer *out, struct error *error)
{
	/* Non-blocking, so that a FIFO in its place cannot stop the program; regular files do not care. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file < 0)
		return error_set(error, "%s: %.160s: %s%s", option, path, strerror(errno), errno == ENOENT && path[0] != '/'
			? ". Write the whole path, or one that begins with ~/" : "");
	bool good = secret_file_check(file, option, path, error);
	if (good)
		secret_read(file, out);
	close(file);
	return good && secret_check(out, option, error);
}

bool secret_text_read(const char *option, const char *text, struct buffer *out, struct error *error)
{
	buffer_text(out, text);
	return secret_check(out, option, error);
}

/* ---- the command ---- */

/* *pipe is the end to read, non-blocking and closed in children; the caller closes it and reaps the child. */
static bool secret_command_start(const char *command, pid_t *pid, int *pipe, struct error *error)
{
	extern char **environ;
	char shell[] = "sh", option[] = "-c";
	char *arguments[] = { shell, option, (char *)(uintptr_t)command, NULL };
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set(error, "secret_command: %s", strerror(errno));
	const int files[3] = { -1, ends[1], STDERR_FILENO };
	int code = os_spawn(pid, "/bin/sh", arguments, environ, files);
	close(ends[1]);
	if (code != 0) {
		close(ends[0]);
		return error_set(error, "secret_command: %s", strerror(code));
	}
	fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
	*pipe = ends[0];
	return true;
}

static void secret_command_kill(pid_t pid)
{
	/* 0 and -1 would be groups of ours. */
	if (pid <= 1)
		return;
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

/* What an exit status of waitpid() says; true if it is success. */
static bool secret_command_status(int status, struct error *error)
{
	if (WIFSIGNALED(status))
		return error_set(error, "secret_command: ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return error_set(error, "secret_command: failed with status %d", WEXITSTATUS(status));
	return true;
}

/* True once the command has ended; *status is 0 if somebody else took its exit status. */
static bool secret_command_reap(pid_t pid, int *status)
{
	*status = 0;
	pid_t reaped;
	do
		reaped = waitpid(pid, status, WNOHANG);
	while (reaped < 0 && errno == EINTR);
	return reaped != 0;
}

/* Kills the command and takes its exit status, without waiting for long. */
static void secret_command_end(pid_t pid)
{
	int status;
	secret_command_kill(pid);
	/* Even a killed program may hang in the kernel: it is left to init then. */
	for (int turns = SECRET_KILLED_MS / SECRET_TURN_MS; turns > 0 && !secret_command_reap(pid, &status); turns--)
		poll(NULL, 0, SECRET_TURN_MS);
}

/* Signals that end this program wait for signalfd(2), but not those that it was told to ignore. */
static int secret_block_signals(sigset_t *before)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP };
	sigset_t held;
	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct sigaction now;
		if (sigaction(ends[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&held, ends[i]);
	}
	sigprocmask(SIG_BLOCK, &held, before);
	return signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* How the waiting for a command ended. */
enum secret_end { SECRET_END_ITSELF, SECRET_END_LATE, SECRET_END_SIGNAL };

struct secret_command {
	pid_t pid;
	int pipe, signals;
	int64_t end_ms;
};

/*
 * Until the command has ended, with its *status, or has to. Its output may end before it does, or be held open by
 * others.
 */
static enum secret_end secret_command_wait(const struct secret_command *command, struct buffer *out, int *status,
	int *number)
{
	int pipe = command->pipe;
	for (;;) {
		struct signalfd_siginfo signal;
		bool gone = secret_command_reap(command->pid, status);
		if (pipe >= 0 && !secret_read(pipe, out))
			pipe = -1;
		if (gone || out->full)
			return SECRET_END_ITSELF;
		if (read(command->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
			*number = (int)signal.ssi_signo;
			return SECRET_END_SIGNAL;
		}
		if (clock_boot_ms() >= command->end_ms)
			return SECRET_END_LATE;
		struct pollfd waits[] = { { .fd = pipe, .events = POLLIN },
			{ .fd = command->signals, .events = POLLIN } };
		poll(waits, 2, SECRET_TURN_MS);
	}
}

/*
 * Runs the command and waits for its exit, SECRET_COMMAND_SECONDS at most. A signal that ends this program ends the
 * waiting: then false, and its number.
 */
static bool secret_command_run(const char *line, struct buffer *out, int *number, struct error *error)
{
	struct secret_command command = {
		.pid = -1, .pipe = -1, .end_ms = clock_boot_ms() + SECRET_COMMAND_SECONDS * 1000,
	};
	sigset_t before;
	int status = 0;
	command.signals = secret_block_signals(&before);
	bool started = secret_command_start(line, &command.pid, &command.pipe, error);
	enum secret_end end = started ? secret_command_wait(&command, out, &status, number) : SECRET_END_ITSELF;
	close(command.signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!started)
		return false;
	close(command.pipe);
	if (end != SECRET_END_ITSELF || out->full)
		secret_command_end(command.pid);
	if (end == SECRET_END_SIGNAL)
		return error_set(error, "secret_command: ended by signal %d", *number);
	if (end == SECRET_END_LATE)
		return error_set(error, "secret_command: took longer than %d s", SECRET_COMMAND_SECONDS);
	return out->full || secret_command_status(status, error);
}

/* ---- the secret ---- */

void secret_init(struct secret *secret, const struct secret_source *source)
{
	*secret = (struct secret){ .source = source, .pipe = -1 };
	buffer_init(&secret->text, SECRET_MAX);
	buffer_init(&secret->output, SECRET_MAX);
}

static void secret_command_close(struct secret *secret)
{
	if (secret->pipe < 0)
		return;
	ev_io_stop(secret->loop, &secret->io);
	ev_timer_stop(secret->loop, &secret->timer);
	ev_child_stop(secret->loop, &secret->child);
	close(secret->pipe);
	secret->pipe = -1;
	buffer_wipe_free(&secret->output);
}

void secret_free(struct secret *secret)
{
	if (secret->pipe >= 0) {
		secret_command_end(secret->pid);
		secret_command_close(secret);
	}
	buffer_wipe_free(&secret->text);
}

bool secret_load(struct secret *secret, struct error *error)
{
	const struct secret_source *source = secret->source;
	buffer_wipe_free(&secret->text);
	if (source->text != NULL)
		return secret_text_read("CXWALL_SECRET", source->text, &secret->text, error);
	if (source->file != NULL)
		return secret_file_read("secret_file", source->file, &secret->text, error);
	if (source->command != NULL)
		return secret_command_run(source->command, &secret->text, &secret->signal, error) &&
			secret_check(&secret->text, "secret_command", error);
	return error_set(error, "no secret is configured: set secret_file, secret_command or CXWALL_SECRET");
}

bool secret_can_change(const struct secret *secret)
{
	return secret->source->text == NULL;
}

/* Takes a newly read secret; true if it is another one. The caller wipes what is in found then. */
static bool secret_replace(struct secret *secret, struct buffer *found)
{
	if (strcmp(buffer_string(&secret->text), buffer_string(found)) == 0)
		return false;
	struct buffer old = secret->text;
	secret->text = *found;
	*found = old;
	return true;
}

bool secret_reread(struct secret *secret)
{
	const struct secret_source *source = secret->source;
	if (source->text != NULL || source->file == NULL)
		return false;
	struct buffer found;
	buffer_init(&found, SECRET_MAX);
	bool changed = secret_file_read("secret_file", source->file, &found, NULL) && secret_replace(secret, &found);
	buffer_wipe_free(&found);
	return changed;
}

static void secret_command_done(struct secret *secret, struct error *error)
{
	struct buffer found = secret->output;
	buffer_init(&secret->output, SECRET_MAX);
	secret_command_close(secret);
	bool changed = error->text[0] == '\0' && secret_check(&found, "secret_command", error) &&
		secret_replace(secret, &found);
	buffer_wipe_free(&found);
	secret->done(secret->context, changed, error);
}

static void secret_on_output(struct ev_loop *loop, ev_io *io, int events)
{
	(void)events;
	struct secret *secret = io->data;
	/* The end of the output is not the end of the command: secret_on_exit() follows. */
	if (!secret_read(secret->pipe, &secret->output))
		ev_io_stop(loop, io);
}

static void secret_on_exit(struct ev_loop *loop, ev_child *child, int events)
{
	(void)loop;
	(void)events;
	struct secret *secret = child->data;
	struct error error = { "" };
	secret_read(secret->pipe, &secret->output);
	secret_command_status(child->rstatus, &error);
	secret_command_done(secret, &error);
}

static void secret_on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct secret *secret = timer->data;
	struct error error;
	error_set(&error, "secret_command: took longer than %d s", SECRET_COMMAND_SECONDS);
	/* libev reaps every child of the default loop, watched or not. */
	secret_command_kill(secret->pid);
	secret_command_done(secret, &error);
}

bool secret_ask(struct secret *secret, struct ev_loop *loop,
	void (*done)(void *context, bool changed, const struct error *error), void *context)
{
	const struct secret_source *source = secret->source;
	if (source->text != NULL || source->file != NULL || source->command == NULL || secret->pipe >= 0)
		return false;
	if (!secret_command_start(source->command, &secret->pid, &secret->pipe, NULL)) {
		secret->pipe = -1;
		return false;
	}
	secret->loop = loop;
	secret->done = done;
	secret->context = context;
	ev_io_init(&secret->io, secret_on_output, secret->pipe, EV_READ);
	ev_timer_init(&secret->timer, secret_on_late, SECRET_COMMAND_SECONDS, 0.0);
	ev_child_init(&secret->child, secret_on_exit, secret->pid, 0);
	secret->io.data = secret->timer.data = secret->child.data = secret;
	ev_now_update(loop);
	ev_io_start(loop, &secret->io);
	ev_timer_start(loop, &secret->timer);
	ev_child_start(loop, &secret->child);
	return true;
}
