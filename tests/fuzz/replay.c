/*
 * Runs the kept inputs of the fuzz targets without a fuzzer: TAP, one line for each input.
 *
 * Each input is also run cut off after every byte: where an answer ends early is where readers read on.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum {
	INPUT_MAX = 1024 * 1024,
	/* Longer inputs are cut at as many places, evenly. */
	CUTS_MAX = 400,
};

/* In memory of its own size, so that a sanitizer or valgrind sees each byte read beyond. */
static void run_part(const struct fuzz_target *target, const unsigned char *bytes, size_t length)
{
	unsigned char *part = malloc(length > 0 ? length : 1);
	if (part == NULL)
		abort();
	memcpy(part, bytes, length);
	target->run(part, length);
	free(part);
}

static bool run_file(const struct fuzz_target *target, const char *path)
{
	static unsigned char bytes[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return false;
	size_t length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	run_part(target, bytes, length);
	size_t step = length / CUTS_MAX + 1;
	for (size_t cut = 0; cut < length; cut += step)
		run_part(target, bytes, cut);
	return true;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Returns the inputs of the folder that were run. */
static int run_folder(const struct fuzz_target *target, const char *kind, int done)
{
	const char *srcdir = getenv("srcdir");
	char folder[2048], path[4096];
	struct dirent **entries;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/%s/%s", srcdir != NULL ? srcdir : ".", kind, target->name);
	int count = scandir(folder, &entries, visible, alphasort);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		/* Said before, so that the log tells which one broke a promise. */
		printf("# %s\n", path);
		fflush(stdout);
		printf("%s %d - %s: %s %s\n", run_file(target, path) ? "ok" : "not ok", ++done, target->name, kind,
			name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return done;
}

int main(void)
{
	int done = 0;
	for (const struct fuzz_target *target = fuzz_targets; target->name != NULL; target++) {
		int before = done;
		done = run_folder(target, "corpus", done);
		if (done == before)
			printf("not ok %d - no inputs for '%s'\n", ++done, target->name);
		done = run_folder(target, "regressions", done);
	}
	printf("1..%d\n", done);
	return 0;
}
