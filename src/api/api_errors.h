/*
 * Answers of the API in words: what a status means in which call, what to do about it, and the reason that a body gives.
 * Pure; texts are constant or written into the caller's room, and foreign ones are scrubbed.
 */
#ifndef API_API_ERRORS_H
#define API_API_ERRORS_H

#include <stddef.h>

#include "base/error.h"
#include "base/json.h"

enum { API_REASON_MAX = 1024 };

struct api_words {
	char cause[ERROR_TEXT]; /* "The server reported an internal error (500): why" */
	const char *advice;     /* constant, a sentence; "" where there is nothing to advise */
};

/*
 * What a status means for a path, because the same one means something else in another call. reason: what the body says, without
 * secrets; "" if it says nothing.
 */
struct api_words api_explain(const char *path, int status, const char *reason);

/*
 * The reason that an error's body gives: the text under a usual key of a JSON object, else a plain text as it is;
 * "" for HTML and for nothing. Of the chat's hours in words of our own where their error_code is a known one. json is scratch.
 */
void api_reason(const char *path, struct json *json, const char *body, size_t length, char *out, size_t size);

#endif
