#include "app/last_frame.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "feed/url.h"
#include "model/request_record.h"

enum {
	TEXT_BYTES_MAX = REQUEST_BODY_MAX, /* of one line of JSON */
	/* Data of any size that is accepted, and the small answers beside them. */
	FILE_BYTES_MAX = RECORDING_STORED_MAX + 32 * 1024 * 1024,
};

static bool put_pair(struct buffer *out, const char *key, const char *value)
{
	buffer_print(out, ",\"%s\":", key);
	return json_put_string(out, value);
}

bool last_frame_identity(const struct app *app, struct buffer *out)
{
	const struct connection *connection = &app->options->connection;
	struct url_base base;
	if (!url_base_read(&base, connection->url, connection->tenant, connection->allow_plaintext, NULL))
		return false;
	buffer_text(out, "{\"program\":\"cxwall " PACKAGE_VERSION "\"");
	put_pair(out, "url", base.text);
	put_pair(out, "tenant", connection->tenant);
	return put_pair(out, "user", connection->user);
}

void last_frame_open(struct last_frame *last, const struct app *app)
{
	*last = (struct last_frame){ .file = -1 };
	buffer_init(&last->start, TEXT_BYTES_MAX);
	if (app->runtime < 0 || !last_frame_identity(app, &last->start)) {
		buffer_free(&last->start);
		return;
	}
	put_pair(&last->start, "names", names_names[app->options->names]);
	buffer_text(&last->start, "}");
	last->app = app;
	snprintf(last->name, sizeof(last->name), "%s.frame", app->tag);
	snprintf(last->temporary, sizeof(last->temporary), "%s.tmp", last->name);
	keeping_init(&last->keeping, (enum names)app->options->names);
	/* Compressing each answer takes many times as long as all else that a poll does. */
	last->packer = packer_new_quick();
	last->interval = app_interval(app);
	buffer_init(&last->text, TEXT_BYTES_MAX);
	buffer_init(&last->out, FILE_BYTES_MAX);
	last->dirty = true;
}

void last_frame_close(struct last_frame *last)
{
	if (last->app == NULL)
		return;
	for (unsigned i = 0; i < last->count; i++) {
		buffer_free(&last->kept[i]->packed);
		free(last->kept[i]);
	}
	if (last->file >= 0)
		close(last->file);
	keeping_free(&last->keeping);
	packer_free(last->packer);
	buffer_free(&last->start);
	buffer_free(&last->text);
	buffer_free(&last->out);
	last->app = NULL;
}

static void fail(struct last_frame *last, const char *why)
{
	if (!last->failed)
		log_line("the last frame cannot be kept: %s", why);
	last->failed = true;
}

/* A service that no layout has any more gives its place to another. */
static struct kept *replace_oldest(struct last_frame *last, unsigned *at)
{
	for (*at = 0; last->kept[*at]->kind != RECORD_AVAILABILITY;)
		++*at;
	return last->kept[*at];
}

/* As much of the name as is kept. */
static bool is_place(const struct kept *kept, enum record_kind kind, const char *subject)
{
	return kept->kind == kind && strncmp(kept->subject, subject, sizeof(kept->subject) - 1) == 0;
}

/* The place of a kind, moved to the end: what came last is the youngest. */
static struct kept *place(struct last_frame *last, enum record_kind kind, const char *subject)
{
	struct kept *found;
	unsigned at = 0;
	while (at < last->count && !is_place(last->kept[at], kind, subject))
		at++;
	if (at == last->count && at < LAST_FRAME_ITEMS_MAX) {
		found = must_alloc(sizeof(*found));
		buffer_init(&found->packed, FILE_BYTES_MAX);
		last->count++;
	} else {
		found = at < last->count ? last->kept[at] : replace_oldest(last, &at);
		memmove(&last->kept[at], &last->kept[at + 1], (last->count - at - 1) * sizeof(struct kept *));
	}
	last->kept[last->count - 1] = found;
	found->kind = kind;
	snprintf(found->subject, sizeof(found->subject), "%s", subject);
	return found;
}

static bool pack(struct last_frame *last, enum record_kind kind, int64_t boot_ms, int64_t wall_ms,
	const struct buffer *text, struct buffer *out, struct error *error)
{
	struct record_content content = {
		.kind = kind, .boot_ms = boot_ms, .wall_ms = wall_ms, .bytes = buffer_string(text), .length = text->length,
	};
	return record_pack(last->packer, &content, NULL, out, error);
}

static bool pack_request(struct last_frame *last, const struct frame *frame, struct buffer *out, struct error *error)
{
	buffer_clear(&last->text);
	if (!request_record_put(frame->request, last->interval, &last->text))
		return error_set(error, "the request is too large");
	return pack(last, RECORD_REQUEST, frame->received_ms, frame->wall_ms, &last->text, out, error);
}

static bool take(struct last_frame *last, const struct frame *frame, struct error *error)
{
	struct record_content content;
	if (!keeping_frame(&last->keeping, frame, &content, error))
		return false;
	struct kept *kept = place(last, content.kind, frame->subject);
	kept->boot_ms = frame->received_ms;
	buffer_clear(&kept->packed);
	if ((frame->kind != FRAME_DATA || pack_request(last, frame, &kept->packed, error)) &&
		record_pack(last->packer, &content, NULL, &kept->packed, error))
		return true;
	/* Half of it is nothing. */
	buffer_clear(&kept->packed);
	return false;
}

void last_frame_take(struct last_frame *last, const struct frame *frame)
{
	struct error error;
	if (last->app == NULL)
		return;
	if (!take(last, frame, &error))
		fail(last, error.text);
	last->dirty = true;
}

/* What a layout that was read again no longer has stays behind. */
static bool is_shown(const struct kept *kept, const struct board *board)
{
	return kept->kind != RECORD_AVAILABILITY || board_find_service(board, kept->subject) != NULL;
}

static bool compose(struct last_frame *last, const struct moment *moment, struct error *error)
{
	int64_t first_ms = last->count > 0 ? last->kept[0]->boot_ms : moment->now_ms;
	buffer_clear(&last->out);
	buffer_add(&last->out, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
	if (!pack(last, RECORD_START, first_ms, moment->wall_ms - (moment->now_ms - first_ms), &last->start, &last->out,
		error))
		return false;
	for (unsigned i = 0; i < last->count; i++)
		if (is_shown(last->kept[i], moment->board))
			buffer_add(&last->out, last->kept[i]->packed.data, last->kept[i]->packed.length);
	buffer_clear(&last->text);
	last_state_put(moment, &last->text);
	if (last->text.full || last->out.full)
		return error_set(error, "it is too large");
	return pack(last, RECORD_STATE, moment->now_ms, moment->wall_ms, &last->text, &last->out, error);
}

static bool write_all(int file, const struct buffer *bytes)
{
	const char *at = bytes->data;
	for (size_t left = bytes->length; left > 0;) {
		ssize_t done = write(file, at, left);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		left -= (size_t)done;
	}
	return true;
}

/* Locked before it has its name: nobody sees one that seems to be left over. */
static int make_file(const struct last_frame *last)
{
	int folder = last->app->runtime;
	(void)unlinkat(folder, last->temporary, 0);
	int file = openat(folder, last->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return -1;
	if (flock(file, LOCK_EX | LOCK_NB) == 0 && write_all(file, &last->out) &&
		renameat(folder, last->temporary, folder, last->name) == 0)
		return file;
	int why = errno;
	close(file);
	(void)unlinkat(folder, last->temporary, 0);
	errno = why;
	return -1;
}

static bool is_news(const struct last_frame *last, const struct link *link)
{
	const struct link *before = &last->written;
	bool trouble = link->cause[0] != '\0';
	return last->dirty || before->state != link->state || before->interval != link->interval ||
		(trouble && before->next_try_ms != link->next_try_ms) || strcmp(before->cause, link->cause) != 0 ||
		strcmp(before->advice, link->advice) != 0;
}

void last_frame_write(struct last_frame *last, const struct moment *moment)
{
	struct error error = { "" };
	if (last->app == NULL || !is_news(last, moment->link))
		return;
	last->dirty = false;
	last->written = *moment->link;
	int file = compose(last, moment, &error) ? make_file(last) : -1;
	if (file < 0) {
		fail(last, error.text[0] != '\0' ? error.text : strerror(errno));
		return;
	}
	if (last->file >= 0)
		close(last->file);
	last->file = file;
	last->failed = false;
}
