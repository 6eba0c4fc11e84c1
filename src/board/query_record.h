/*
 * A request written down, and read again for another layout: what makes a recorded frame mean something.
 *
 * It is one line of JSON, as in cxwall-recording(5). Read with a layout, each panel looks for a recorded set that
 * asked for what it asks for: same type, services, teams, dispositions and filter, columns that include its own, a
 * limit that suffices. Names stand beside ids as the recorded layout wrote them, so that either finds the other.
 */
#ifndef BOARD_QUERY_RECORD_H
#define BOARD_QUERY_RECORD_H

#include <stdbool.h>

#include "base/json.h"
#include "board/query.h"

/* Appends the line, without a newline; interval in seconds. False at the buffer's cap. */
bool request_record_put(const struct request *request, double interval, struct buffer *out);

/*
 * Makes *request for the layout; what it held is freed. Panels without a match are skipped, with the reason.
 * *interval gets the recorded one. json is for its tokens.
 */
bool request_record_read(struct request *request, const struct layout *layout, struct json *json, const char *text,
	size_t length, double *interval, struct error *error);

#endif
