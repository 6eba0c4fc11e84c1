/*
 * A layout made of a recorded request: all that a summary can use of it, whatever layout recorded it.
 *
 * The text is one that layout_parse() reads; its panels ask for what the recorded sets asked for, so that
 * request_record_read() finds them. Sets without a statistic of recording/summary are left out.
 */
#ifndef RECORDING_SUMMARY_LAYOUT_H
#define RECORDING_SUMMARY_LAYOUT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/json.h"

/* Appends the text. json holds the recorded request. False at the buffer's cap. */
bool shift_layout(const struct json *json, struct buffer *out);

#endif
