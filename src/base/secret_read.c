#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/credential.h"
#include "base/secret_command.h"

void secret_init(struct secret *secret, const struct connection *connection)
{
	*secret = (struct secret){ .connection = connection, .pipe = -1 };
	buffer_init(&secret->text, SECRET_MAX);
	buffer_init(&secret->output, SECRET_MAX);
}

static void command_forget(struct secret *secret)
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
		command_forget(secret);
	}
	buffer_wipe_free(&secret->text);
}

static bool secret_check(struct buffer *text, const char *place, struct error *error)
{
	if (text->full)
		return error_set(error, "%s: the secret is longer than %d bytes", place, SECRET_MAX);
	credential_trim(text);
	if (text->length == 0)
		return error_set(error, "%s: the secret is empty", place);
	return credential_check(place, text->data, text->length, error);
}

/*
 * systemd (LoadCredential=) may give a file of root's, readable for one user by an access list, whose mask then stands
 * where a group's rights do; nobody else can enter the folder.
 */
static bool given_by_systemd(const char *path, const struct stat *about)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t length = folder == NULL ? 0 : strlen(folder);
	return length > 0 && about->st_uid == 0 && strncmp(path, folder, length) == 0 && path[length] == '/';
}

static bool file_check(int file, const char *option, const char *path, struct error *error)
{
	struct stat about;
	if (fstat(file, &about) != 0)
		return error_set(error, "%s: %.160s: %s", option, path, strerror(errno));
	if (!S_ISREG(about.st_mode))
		return error_set(error, "%s: %.160s is no file", option, path);
	if (about.st_uid != geteuid() && about.st_uid != 0)
		return error_set(error, "%s: %.160s belongs to somebody else", option, path);
	mode_t others = given_by_systemd(path, &about) ? S_IRWXO : S_IRWXG | S_IRWXO;
	if ((about.st_mode & others) != 0)
		return error_set(error, "%s: others may read %.160s: chmod 600 it", option, path);
	return true;
}

bool secret_file_read(const char *option, const char *path, struct buffer *out, struct error *error)
{
	/* Non-blocking, so that a FIFO in its place cannot stop the program; regular files do not care. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file < 0)
		return error_set(error, "%s: %.160s: %s", option, path, strerror(errno));
	bool good = file_check(file, option, path, error);
	if (good)
		secret_command_read(file, out);
	close(file);
	return good && secret_check(out, option, error);
}

bool secret_text_read(const char *option, const char *text, struct buffer *out, struct error *error)
{
	buffer_text(out, text);
	return secret_check(out, option, error);
}

static bool file_read(const char *path, struct buffer *out, struct error *error)
{
	return secret_file_read("secret_file", path, out, error);
}

bool secret_load(struct secret *secret, struct error *error)
{
	const struct connection *connection = secret->connection;
	buffer_wipe_free(&secret->text);
	if (connection->secret != NULL)
		return secret_text_read("CXWALL_SECRET", connection->secret, &secret->text, error);
	if (connection->secret_file != NULL)
		return file_read(connection->secret_file, &secret->text, error);
	if (connection->secret_command != NULL)
		return secret_command_run(connection->secret_command, &secret->text, &secret->signal, error) &&
			secret_check(&secret->text, "secret_command", error);
	return error_set(error, "no secret is configured: set secret_file, secret_command or CXWALL_SECRET");
}

bool secret_can_change(const struct secret *secret)
{
	return secret->connection->secret == NULL;
}

/* Takes a newly read secret; true if it is another one. Wipes the loser. */
static bool secret_replace(struct secret *secret, struct buffer *found)
{
	bool changed = strcmp(buffer_string(&secret->text), buffer_string(found)) != 0;
	struct buffer *loser = found;
	struct buffer old = secret->text;
	if (changed) {
		secret->text = *found;
		*found = old;
	}
	buffer_wipe_free(loser);
	return changed;
}

bool secret_reread(struct secret *secret)
{
	const struct connection *connection = secret->connection;
	if (connection->secret != NULL || connection->secret_file == NULL)
		return false;
	struct buffer found;
	buffer_init(&found, SECRET_MAX);
	if (!file_read(connection->secret_file, &found, NULL)) {
		buffer_wipe_free(&found);
		return false;
	}
	return secret_replace(secret, &found);
}

static void command_done(struct secret *secret, struct error *error)
{
	struct buffer found = secret->output;
	buffer_init(&secret->output, SECRET_MAX);
	command_forget(secret);
	bool changed = false;
	if (error == NULL || error->text[0] == '\0') {
		if (secret_check(&found, "secret_command", error))
			changed = secret_replace(secret, &found);
	}
	buffer_wipe_free(&found);
	secret->done(secret->context, changed, error);
}

static void on_output(struct ev_loop *loop, ev_io *io, int events)
{
	(void)events;
	struct secret *secret = io->data;
	/* The end of the output is not the end of the command: on_exit_of follows. */
	if (!secret_command_read(secret->pipe, &secret->output))
		ev_io_stop(loop, io);
}

static void on_exit_of(struct ev_loop *loop, ev_child *child, int events)
{
	(void)loop;
	(void)events;
	struct secret *secret = child->data;
	struct error error = { "" };
	secret_command_read(secret->pipe, &secret->output);
	secret_command_status(child->rstatus, &error);
	command_done(secret, &error);
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct secret *secret = timer->data;
	struct error error;
	error_set(&error, "secret_command: took longer than %d s", SECRET_COMMAND_SECONDS);
	/* libev reaps every child of the default loop, watched or not. */
	secret_command_kill(secret->pid);
	command_done(secret, &error);
}

bool secret_ask(struct secret *secret, struct ev_loop *loop,
	void (*done)(void *context, bool changed, const struct error *error), void *context)
{
	const struct connection *connection = secret->connection;
	if (connection->secret != NULL || connection->secret_file != NULL || connection->secret_command == NULL ||
		secret->pipe >= 0)
		return false;
	if (!secret_command_start(connection->secret_command, &secret->pid, &secret->pipe, NULL)) {
		secret->pipe = -1;
		return false;
	}
	secret->loop = loop;
	secret->done = done;
	secret->context = context;
	ev_io_init(&secret->io, on_output, secret->pipe, EV_READ);
	ev_timer_init(&secret->timer, on_late, SECRET_COMMAND_SECONDS, 0.0);
	ev_child_init(&secret->child, on_exit_of, secret->pid, 0);
	secret->io.data = secret->timer.data = secret->child.data = secret;
	ev_now_update(loop);
	ev_io_start(loop, &secret->io);
	ev_timer_start(loop, &secret->timer);
	ev_child_start(loop, &secret->child);
	return true;
}
