#include "app/trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRUST_PATH_MAX = 4096 };

static bool check(const char *path, const char *what, struct error *error)
{
	struct stat about;
	if (stat(path, &about) != 0)
		return error_set(error, "%s cannot be looked at: %s", what, strerror(errno));
	if (about.st_uid != 0 && about.st_uid != geteuid())
		return error_set(error, "%s belongs to another user", what);
	return (about.st_mode & (S_IWGRP | S_IWOTH)) == 0 || error_set(error, "others can write %s", what);
}

static bool check_folder(const char *path, struct error *error)
{
	char folder[TRUST_PATH_MAX];
	const char *slash = strrchr(path, '/');
	int length = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
	if (snprintf(folder, sizeof(folder), "%.*s", length, slash == NULL ? "." : path) >= (int)sizeof(folder))
		return error_set(error, "its path is too long");
	return check(folder, "its folder", error);
}

static bool check_path(const char *path, struct error *error)
{
	char *real = realpath(path, NULL);
	if (real == NULL)
		return error_set(error, "the layout cannot be found: %s", strerror(errno));
	bool good = check(real, "the layout", error) && check_folder(path, error) && check_folder(real, error);
	free(real);
	return good;
}

bool trust_layout(const struct layout *layout, const char *path, struct error *error)
{
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const struct alert_rule *rule = &layout->alerts[i];
		struct error why;
		if (rule->command.count == 0 && rule->clear_command.count == 0 && rule->sms.count == 0)
			continue;
		if (!check_path(path, &why))
			return error_set(error, "%.120s:%d: alert '%s' runs a command or sends, but %.80s", path, rule->line, rule->name,
				why.text);
	}
	return true;
}
