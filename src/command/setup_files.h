/*
 * What `cxwall setup` writes: the text of a configuration, made or changed in place, and its files.
 *
 * Texts are pure. Files are written together or not at all: both stand complete beside their places before either is
 * moved there, what was there before is kept under another name, and a failure leaves all as it was. Nothing here asks.
 */
#ifndef COMMAND_SETUP_FILES_H
#define COMMAND_SETUP_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

enum { SETUP_PATH_MAX = 1024, SETUP_TEXT_MAX = 64 * 1024 };

/* One setting; value NULL: it is taken away where it is. */
struct setup_value {
	const char *name, *value;
};

/* A new file with these settings. */
void setup_text_new(struct buffer *out, const struct setup_value *values, unsigned count);

/*
 * The old text with these settings in it: the others, and comments, stay. False where that is not possible, because the old
 * text has a mistake or a setting shares its line with others.
 */
bool setup_text_changed(struct buffer *out, const char *old, const struct setup_value *values, unsigned count);

/* The lines of the new text, with "+ " before those that come and "- " before those of the old one that go. */
void setup_text_compare(struct buffer *out, const char *old, const char *text);

struct setup_file {
	char path[SETUP_PATH_MAX]; /* of the file itself, where a link leads to it */
	const char *bytes;         /* borrowed; NULL: nothing is written */
	size_t length;
	bool exists;               /* now */
	char backup[SETUP_PATH_MAX]; /* where the former one is kept; "" if there is none */
};

/*
 * Looks where a path leads, and whether a file can be written there: links are followed, folders that are missing are
 * counted as made. False with why not.
 */
bool setup_file_find(struct setup_file *file, const char *path, struct error *error);

/* Writes them, for the user alone. False with why not: then all is as it was. */
bool setup_files_write(struct setup_file *files, unsigned count, struct error *error);

#endif
