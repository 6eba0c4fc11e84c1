/*
 * Writing JSON into a buffer, compactly. Commas come by themselves: whether one is due is read from the last byte of
 * the buffer, so there is no state beside it, and text that is JSON already may be put in between. Members and values
 * may follow other bytes where those end in a blank, a line break or a NUL. What a full buffer refuses is lost: see
 * buffer->full at the end.
 */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

void json_put_object(struct buffer *out);
void json_put_object_end(struct buffer *out);
void json_put_array(struct buffer *out);
void json_put_array_end(struct buffer *out);

/* Of the member whose value is put next. */
void json_put_key(struct buffer *out, const char *key);

/* Quoted and escaped; the text is valid UTF-8. False if the buffer is full. */
bool json_put_string(struct buffer *out, const char *text);
void json_put_integer(struct buffer *out, long long number);

/* With so many decimals; the number is finite. */
void json_put_real(struct buffer *out, double number, int decimals);
void json_put_bool(struct buffer *out, bool value);
void json_put_null(struct buffer *out);

/* A value that is JSON already. */
void json_put_raw(struct buffer *out, const char *bytes, size_t length);

/* Members: a text, a whole number, a truth value. */
void json_put_pair(struct buffer *out, const char *key, const char *text);
void json_put_integer_pair(struct buffer *out, const char *key, long long number);
void json_put_bool_pair(struct buffer *out, const char *key, bool value);

/* Members that are null where the value is not known. */
void json_put_real_pair(struct buffer *out, const char *key, bool known, double number, int decimals);
void json_put_time_pair(struct buffer *out, const char *key, bool known, int64_t wall_ms);

#endif
