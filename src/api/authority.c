#include "api/authority.h"

#include "base/log.h"

/* Ten times what systems have. */
enum { AUTHORITY_BYTES_MAX = 2 * 1024 * 1024 };

static bool take(struct authority *authority, struct error *error)
{
	struct file_text file;
	if (!file_text_read(&file, authority->path, AUTHORITY_BYTES_MAX, error))
		return error_prefix(error, "ca_file: ");
	buffer_free(&authority->text);
	authority->text = file.text;
	authority->stamp = file.stamp;
	authority->version++;
	buffer_init(&file.text, 0);
	file_text_close(&file);
	return true;
}

bool authority_open(struct authority *authority, const char *path, struct error *error)
{
	*authority = (struct authority){ .path = path };
	buffer_init(&authority->text, AUTHORITY_BYTES_MAX);
	return path == NULL || take(authority, error);
}

void authority_refresh(struct authority *authority)
{
	struct file_stamp now;
	struct error error;
	if (authority->path == NULL || !file_stamp_read(authority->path, &now) || file_stamp_same(&now, &authority->stamp))
		return;
	if (!take(authority, &error)) {
		log_line("%s", error.text);
		/* Said once for each such file. */
		authority->stamp = now;
	}
}

void authority_close(struct authority *authority)
{
	buffer_free(&authority->text);
}
