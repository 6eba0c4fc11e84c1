#include "base/file_text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void stamp_take(struct file_stamp *stamp, const struct stat *about)
{
	*stamp = (struct file_stamp){ .known = true, .device = about->st_dev, .number = about->st_ino,
		.size = about->st_size,
		.written = about->st_mtim, .changed = about->st_ctim };
}

/* FNV-1a: it tells two versions of a file apart and protects from nobody. */
static uint64_t file_text_sum(const struct buffer *text)
{
	uint64_t sum = 0xcbf29ce484222325U;
	for (size_t i = 0; i < text->length; i++)
		sum = (sum ^ (unsigned char)text->data[i]) * 0x100000001b3U;
	return sum;
}

/* UTF-16 and UTF-32, as some editors save: with their mark at the head, or Latin letters with NULs between them. */
static bool file_text_is_wide(const struct buffer *text)
{
	enum { LOOK = 32 };
	const unsigned char *at = (const unsigned char *)text->data;
	size_t length = (text->length < LOOK ? text->length : LOOK) & ~(size_t)1, nulls[2] = { 0, 0 };
	if (text->length >= 2 && ((at[0] == 0xff && at[1] == 0xfe) || (at[0] == 0xfe && at[1] == 0xff)))
		return true;
	for (size_t i = 0; i < length; i++)
		nulls[i & 1] += at[i] == 0;
	return (nulls[0] == 0 && nulls[1] == length / 2 && length > 2) || (nulls[1] == 0 && nulls[0] == length / 2 && length > 2);
}

static bool file_text_refuse_null(const struct buffer *text, const char *path, struct error *error)
{
	int line = 1;
	for (const char *at = text->data; *at != '\0'; at++)
		line += *at == '\n';
	return error_set(error, "%s:%d: a byte that is 0; is this a text file?", path, line);
}

static bool file_text_check(const struct buffer *text, const char *path, struct error *error)
{
	if (file_text_is_wide(text))
		return error_set(error, "%s: this is UTF-16 text; save the file as UTF-8", path);
	return strlen(buffer_string(text)) == text->length || file_text_refuse_null(text, path, error);
}

static bool file_text_read_all(struct file_text *file, const char *path, struct error *error)
{
	char part[8192];
	ssize_t got;
	while ((got = read(file->file, part, sizeof(part))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, "%s: %s", path, strerror(errno));
		if (!buffer_add(&file->text, part, (size_t)got))
			return error_set(error, "%s: larger than %zu bytes", path, file->text.max);
	}
	return file_text_check(&file->text, path, error);
}

bool file_text_read(struct file_text *file, const char *path, size_t max, struct error *error)
{
	struct stat about;
	*file = (struct file_text){ .file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) };
	buffer_init(&file->text, max);
	if (file->file < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	bool good = fstat(file->file, &about) == 0 || error_set(error, "%s: %s", path, strerror(errno));
	good = good && (S_ISREG(about.st_mode) || error_set(error, "%s: not a file", path));
	good = good && file_text_read_all(file, path, error);
	if (!good) {
		file_text_close(file);
		return false;
	}
	stamp_take(&file->stamp, &about);
	file->sum = file_text_sum(&file->text);
	return true;
}

void file_text_close(struct file_text *file)
{
	if (file->file >= 0)
		close(file->file);
	file->file = -1;
	buffer_free(&file->text);
}

bool file_stamp_read(const char *path, struct file_stamp *out)
{
	struct stat about;
	*out = (struct file_stamp){ 0 };
	if (stat(path, &about) != 0)
		return false;
	stamp_take(out, &about);
	return true;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool file_stamp_same(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->known == b->known && a->device == b->device && a->number == b->number && a->size == b->size &&
		same_time(&a->written, &b->written) && same_time(&a->changed, &b->changed);
}
