#include "api/scale_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file_text.h"
#include "base/log.h"
#include "base/os.h"

/* A user has a few tenants. A longer file is not ours, and is begun anew. */
enum { MEMORY_BYTES_MAX = 64 * 1024 };

void scale_memory_path(char out[SCALE_MEMORY_PATH_MAX])
{
	(void)os_user_path(OS_FOLDER_STATE, "cxwall/percent-totals", out, SCALE_MEMORY_PATH_MAX);
}

static bool memory_read(struct file_text *file)
{
	char path[SCALE_MEMORY_PATH_MAX];
	scale_memory_path(path);
	return path[0] != '\0' && file_text_read(file, path, MEMORY_BYTES_MAX, NULL);
}

static bool memory_holds(const char *lines, const char *tenant)
{
	size_t length = strlen(tenant);
	for (const char *at = lines; *at != '\0';) {
		size_t line = strcspn(at, "\n");
		if (line == length && memcmp(at, tenant, length) == 0)
			return true;
		at += line + (at[line] == '\n');
	}
	return false;
}

bool scale_memory_has(const char *tenant)
{
	struct file_text file;
	if (!memory_read(&file))
		return false;
	bool found = memory_holds(buffer_string(&file.text), tenant);
	file_text_close(&file);
	return found;
}

/* The folder of the state and ours in it; a descriptor of ours, or -1 with errno. */
static int memory_folder(void)
{
	char path[SCALE_MEMORY_PATH_MAX];
	if (!os_user_path(OS_FOLDER_STATE, "cxwall", path, sizeof(path)) || !os_make_folders(path))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void scale_memory_add(const char *tenant)
{
	struct file_text file;
	struct buffer text;
	bool known = memory_read(&file);
	if (known && memory_holds(buffer_string(&file.text), tenant)) {
		file_text_close(&file);
		return;
	}
	buffer_init(&text, 2 * MEMORY_BYTES_MAX);
	if (known)
		buffer_add(&text, buffer_string(&file.text), file.text.length);
	buffer_print(&text, "%s\n", tenant);
	if (known)
		file_text_close(&file);
	int folder = memory_folder();
	if (folder < 0 || text.full ||
		!os_replace_file(folder, "percent-totals.tmp", "percent-totals", 0600, buffer_string(&text), text.length))
		log_line("that totals come as percents is not remembered: %s", strerror(errno));
	if (folder >= 0)
		close(folder);
	buffer_free(&text);
}
