#include "recording/last_frame.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/url.h"
#include "board/query.h"

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

bool last_frame_identity(const struct last_frame_options *options, struct buffer *out)
{
	struct url_base base;
	if (!url_base_read(&base, options->url, options->tenant, options->allow_plaintext, NULL))
		return false;
	buffer_text(out, "{\"program\":\"cxwall " PACKAGE_VERSION "\"");
	put_pair(out, "url", base.text);
	put_pair(out, "tenant", options->tenant);
	return put_pair(out, "user", options->user);
}

void last_frame_open(struct last_frame *last, const struct last_frame_options *options)
{
	*last = (struct last_frame){ .file = -1, .spare = -1 };
	buffer_init(&last->start, TEXT_BYTES_MAX);
	if (options->folder < 0 || !last_frame_identity(options, &last->start)) {
		buffer_free(&last->start);
		return;
	}
	put_pair(&last->start, "names", names_names[options->names]);
	buffer_text(&last->start, "}");
	last->keeps = true;
	last->folder = options->folder;
	snprintf(last->name, sizeof(last->name), "%s.frame", options->tag);
	snprintf(last->temporary, sizeof(last->temporary), "%s.tmp", last->name);
	redaction_init(&last->redaction, options->names);
	last->interval = options->interval;
	buffer_init(&last->text, TEXT_BYTES_MAX);
	buffer_init(&last->first, TEXT_BYTES_MAX);
	buffer_init(&last->state, TEXT_BYTES_MAX);
	last->dirty = true;
}

void last_frame_close(struct last_frame *last)
{
	if (!last->keeps)
		return;
	for (unsigned i = 0; i < last->count; i++) {
		buffer_free(&last->kept[i]->packed);
		free(last->kept[i]);
	}
	if (last->file >= 0)
		close(last->file);
	if (last->spare >= 0) {
		(void)unlinkat(last->folder, last->temporary, 0);
		close(last->spare);
	}
	redaction_free(&last->redaction);
	buffer_free(&last->start);
	buffer_free(&last->text);
	buffer_free(&last->first);
	buffer_free(&last->state);
	last->keeps = false;
}

static void fail(struct last_frame *last, const char *why)
{
	if (!last->failed)
		log_line("the last frame cannot be kept: %s", why);
	last->failed = true;
}

/* A service that no layout has any more gives its place to another. */
static struct kept_answer *replace_oldest(struct last_frame *last, unsigned *at)
{
	for (*at = 0; last->kept[*at]->kind != RECORD_AVAILABILITY;)
		++*at;
	return last->kept[*at];
}

/* As much of the name as is kept. */
static bool is_place(const struct kept_answer *kept, enum record_kind kind, const char *subject)
{
	return kept->kind == kind && strncmp(kept->subject, subject, sizeof(kept->subject) - 1) == 0;
}

/* The place of a kind, moved to the end: what came last is the youngest. */
static struct kept_answer *place(struct last_frame *last, enum record_kind kind, const char *subject)
{
	struct kept_answer *found;
	unsigned at = 0;
	while (at < last->count && !is_place(last->kept[at], kind, subject))
		at++;
	if (at == last->count && at < LAST_FRAME_ITEMS_MAX) {
		found = must_alloc(sizeof(*found));
		buffer_init(&found->packed, FILE_BYTES_MAX);
		last->count++;
	} else {
		found = at < last->count ? last->kept[at] : replace_oldest(last, &at);
		memmove(&last->kept[at], &last->kept[at + 1], (last->count - at - 1) * sizeof(struct kept_answer *));
	}
	last->kept[last->count - 1] = found;
	found->kind = kind;
	snprintf(found->subject, sizeof(found->subject), "%s", subject);
	return found;
}

static bool pack(enum record_kind kind, int64_t boot_ms, int64_t wall_ms,
	const struct buffer *text, struct buffer *out, struct error *error)
{
	struct record_content content = {
		.kind = kind, .boot_ms = boot_ms, .wall_ms = wall_ms, .bytes = buffer_string(text), .length = text->length,
	};
	return record_pack(NULL, &content, NULL, out, error);
}

static bool pack_request(struct last_frame *last, const struct frame *frame, struct buffer *out, struct error *error)
{
	buffer_clear(&last->text);
	if (!request_record_put(frame->request, last->interval, &last->text))
		return error_set(error, "the request is too large");
	return pack(RECORD_REQUEST, frame->received_ms, frame->wall_ms, &last->text, out, error);
}

static bool take(struct last_frame *last, const struct frame *frame, struct error *error)
{
	struct record_content content;
	if (!redaction_content(&last->redaction, frame, &content, error))
		return false;
	struct kept_answer *kept = place(last, content.kind, frame->subject);
	kept->boot_ms = frame->received_ms;
	buffer_clear(&kept->packed);
	if ((frame->kind != FRAME_DATA || pack_request(last, frame, &kept->packed, error)) &&
		record_pack(NULL, &content, NULL, &kept->packed, error))
		return true;
	/* Half of it is nothing. */
	buffer_clear(&kept->packed);
	return false;
}

void last_frame_take(struct last_frame *last, const struct frame *frame)
{
	struct error error;
	if (!last->keeps)
		return;
	if (!take(last, frame, &error))
		fail(last, error.text);
	last->dirty = true;
}

/* What a layout that was read again no longer has stays behind. */
static bool is_shown(const struct kept_answer *kept, const struct board *board)
{
	return kept->kind != RECORD_AVAILABILITY || board_find_service(board, kept->subject) != NULL;
}

/* The first record and the last: what is kept stands between them, and is written from where it is. */
static bool compose(struct last_frame *last, const struct board_view *view, struct error *error)
{
	int64_t first_ms = last->count > 0 ? last->kept[0]->boot_ms : view->now_ms;
	buffer_clear(&last->first);
	buffer_clear(&last->state);
	buffer_clear(&last->text);
	buffer_add(&last->first, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
	last_state_put(view, &last->text);
	if (last->text.full)
		return error_set(error, "it is too large");
	return pack(RECORD_START, first_ms, view->wall_ms - (view->now_ms - first_ms), &last->start, &last->first,
		error) && pack(RECORD_STATE, view->now_ms, view->wall_ms, &last->text, &last->state, error);
}

static bool write_all(int file, struct iovec *pieces, unsigned count)
{
	off_t at = 0;
	while (count > 0) {
		ssize_t done = pwritev(file, pieces, (int)count, at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		for (; count > 0 && (size_t)done >= pieces->iov_len; count--)
			done -= (ssize_t)pieces++->iov_len;
		if (count > 0) {
			pieces->iov_base = (char *)pieces->iov_base + done;
			pieces->iov_len -= (size_t)done;
		}
	}
	/* It was longer once. */
	return ftruncate(file, at) == 0;
}

static struct iovec piece(const struct buffer *bytes)
{
	return (struct iovec){ .iov_base = bytes->data, .iov_len = bytes->length };
}

static bool write_pieces(const struct last_frame *last, const struct board *board, int file)
{
	struct iovec pieces[LAST_FRAME_ITEMS_MAX + 2];
	unsigned count = 0;
	pieces[count++] = piece(&last->first);
	for (unsigned i = 0; i < last->count; i++)
		if (is_shown(last->kept[i], board) && last->kept[i]->packed.length > 0)
			pieces[count++] = piece(&last->kept[i]->packed);
	pieces[count++] = piece(&last->state);
	return write_all(file, pieces, count);
}

/* Locked before it has its name: nobody sees one that seems to be left over. */
static int make_file(const struct last_frame *last)
{
	int folder = last->folder, how = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int file = openat(folder, last->temporary, how, 0600);
	if (file < 0 && errno == EEXIST && unlinkat(folder, last->temporary, 0) == 0)
		file = openat(folder, last->temporary, how, 0600);
	if (file < 0 || flock(file, LOCK_EX | LOCK_NB) == 0)
		return file;
	int why = errno;
	close(file);
	errno = why;
	return -1;
}

static void drop_spare(struct last_frame *last)
{
	int why = errno;
	if (last->spare >= 0) {
		close(last->spare);
		(void)unlinkat(last->folder, last->temporary, 0);
	}
	last->spare = -1;
	errno = why;
}

/* What was in place becomes the spare one: writing over it costs a fraction of what a new file does. */
static bool change_places(struct last_frame *last)
{
	int folder = last->folder, before = last->file;
	bool changed = false;
#ifdef HAVE_RENAMEAT2
	changed = before >= 0 && renameat2(folder, last->temporary, folder, last->name, RENAME_EXCHANGE) == 0;
#endif
	if (!changed && renameat(folder, last->temporary, folder, last->name) != 0)
		return false;
	if (!changed && before >= 0)
		close(before);
	last->file = last->spare;
	last->spare = changed ? before : -1;
	return true;
}

/* Somebody may have cleaned up, and what has the temporary name is then not ours to be shown. */
static bool is_in_place(const struct last_frame *last)
{
	struct stat ours, named;
	return last->spare >= 0 && fstat(last->spare, &ours) == 0 &&
		fstatat(last->folder, last->temporary, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

static bool put(struct last_frame *last, const struct board *board)
{
	if (!is_in_place(last)) {
		if (last->spare >= 0)
			close(last->spare);
		last->spare = make_file(last);
	}
	if (last->spare >= 0 && write_pieces(last, board, last->spare) && change_places(last))
		return true;
	drop_spare(last);
	return false;
}

static bool is_news(const struct last_frame *last, const struct link *link)
{
	const struct link *before = &last->written;
	bool trouble = link->cause[0] != '\0';
	return last->dirty || before->state != link->state || before->interval != link->interval ||
		(trouble && before->next_try_ms != link->next_try_ms) || strcmp(before->cause, link->cause) != 0 ||
		strcmp(before->advice, link->advice) != 0;
}

void last_frame_write(struct last_frame *last, const struct board_view *view)
{
	struct error error = { "" };
	if (!last->keeps || !is_news(last, view->link))
		return;
	last->dirty = false;
	last->written = *view->link;
	if (!compose(last, view, &error) || !put(last, view->board)) {
		fail(last, error.text[0] != '\0' ? error.text : strerror(errno));
		return;
	}
	last->failed = false;
}
