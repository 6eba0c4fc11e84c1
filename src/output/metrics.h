/*
 * The board as OpenMetrics text.
 *
 * A family for each statistic, `cxwall_<statistic>` with its unit as a suffix: `_seconds` for durations, `_ratio`
 * (from 0 to 1) for percentages. All are gauges: what the API counts per day falls back to 0 once a day. Labels:
 * panel, and service or agent of a row. What is stale, blank or missing has no series. Rows without a name of
 * their own have none either, because a series needs one.
 */
#ifndef OUTPUT_METRICS_H
#define OUTPUT_METRICS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "board/board.h"

enum { METRICS_BYTES_MAX = 128 * 1024 * 1024 };

/* Writes to a buffer that is cleared first; false only at its cap. */
bool metrics_document(const struct board_view *view, struct buffer *out);

#endif
