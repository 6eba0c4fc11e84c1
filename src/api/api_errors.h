/*
 * Answers of the API in words: what a status means, what to do about it, and the reason that a body gives.
 * Pure; texts are constant or written into the caller's room, and foreign ones are scrubbed.
 */
#ifndef API_API_ERRORS_H
#define API_API_ERRORS_H

#include <stddef.h>

#include "base/json.h"

enum { API_REASON_MAX = 1024 };

/* "the server failed (500)". */
void api_status_text(int status, char *out, size_t size);

/* "" where there is nothing to advise. */
const char *api_status_advice(int status);

/*
 * The reason that an error's body gives: the text under a usual key of a JSON object, else a plain text as it is;
 * "" for HTML and for nothing. json is scratch.
 */
void api_reason(struct json *json, const char *body, size_t length, char *out, size_t size);

#endif
