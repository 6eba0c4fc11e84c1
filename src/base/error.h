/*
 * What went wrong, in words for the person at the screen.
 *
 * A failure of input, network or file returns false and fills a struct error that the caller
 * owns; the caller that decides what to do next is the only one that logs it. A bug or a lack of
 * memory does not come here: see fatal() in log.h. Texts hold no secrets, and foreign text in
 * them is scrubbed by whoever puts it in. What is wrong at one place of a file may have an excerpt beside its text: the
 * line of the file, and a line with a caret below the place. message_error() prints both.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

/* Two lines of a terminal: longer causes are not read on a wall. */
enum {
	ERROR_TEXT = 256,
	ERROR_EXCERPT = 400, /* two lines of a terminal in any script */
};

struct error {
	char text[ERROR_TEXT];
	char excerpt[ERROR_EXCERPT]; /* "" for most */
};

/* Sets the text and returns false, so that `return error_set(...)` is one line. NULL is allowed. */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts a formatted prefix (such as "layout.conf:12: ") before the text; returns false. */
bool error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the excerpt: the line of a text that holds the place `at` and one with a caret below it; returns false. */
bool error_excerpt(struct error *error, const char *text, const char *at);

#endif
