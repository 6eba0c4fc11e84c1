/*
 * What a monitoring plugin prints: one line with the state, the values, and performance data behind a bar; and its
 * exit status. An outage is never OK: whatever is stale, blank or missing is unknown.
 */
#ifndef OUTPUT_PLUGIN_H
#define OUTPUT_PLUGIN_H

#include "base/buffer.h"
#include "board/operand.h"

enum plugin_status {
	PLUGIN_OK,
	PLUGIN_WARNING,
	PLUGIN_CRITICAL,
	PLUGIN_UNKNOWN,
};

enum { PLUGIN_BYTES_MAX = 4 * 1024 * 1024 };

struct plugin_limits {
	struct threshold warn, critical; /* COMPARE_NONE: none */
};

/* Each writes its line, ended by a newline. */
void plugin_unknown(const char *cause, struct buffer *out);

/* True is OK, false is critical. text is the expression as it was written. */
enum plugin_status plugin_expression(const struct board_view *view, const struct expression *expression,
	const char *text, struct buffer *out);

/* The worst limit that holds, of all rows for [*]. Critical goes before warning, warning before unknown. */
enum plugin_status plugin_value(const struct board_view *view, const struct operand *operand,
	const struct plugin_limits *limits, struct buffer *out);

#endif
