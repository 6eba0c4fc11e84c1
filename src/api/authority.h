/*
 * The certificates of authorities that the user named with ca_file, for libcurl.
 *
 * The file is read here and handed on as bytes: libcurl would open it by its name within the loop, wait for ever where
 * it is a FIFO, and keep what it read for a day. What was read stays in force while the file cannot be read.
 */
#ifndef API_AUTHORITY_H
#define API_AUTHORITY_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/file_text.h"

struct authority {
	const char *path; /* NULL: the system's; borrowed */
	struct buffer text;
	struct file_stamp stamp;
	unsigned version; /* another number for each text that was read; 0: none */
};

/* False with "ca_file: ..." if the file cannot be read. */
bool authority_open(struct authority *authority, const char *path, struct error *error);

/* Reads the file again if it became another one. */
void authority_refresh(struct authority *authority);
void authority_close(struct authority *authority);

#endif
