#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Smaller buffers would be grown at once. */
enum { BUFFER_ROOM_MIN = 256 };

void buffer_init(struct buffer *buffer, size_t max)
{
	*buffer = (struct buffer){ .max = max };
}

/* Makes room for more bytes and the NUL; false at the cap. */
static bool buffer_reserve(struct buffer *buffer, size_t more)
{
	if (buffer->full || more > buffer->max - buffer->length) {
		buffer->full = true;
		return false;
	}
	size_t need = buffer->length + more + 1;
	if (need <= buffer->room)
		return true;
	size_t room = buffer->room < BUFFER_ROOM_MIN ? BUFFER_ROOM_MIN : buffer->room;
	while (room < need)
		room *= 2;
	buffer->data = must_realloc(buffer->data, room);
	buffer->room = room;
	return true;
}

bool buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	if (!buffer_reserve(buffer, length))
		return false;
	if (length > 0)
		memcpy(buffer->data + buffer->length, bytes, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
	return true;
}

bool buffer_text(struct buffer *buffer, const char *text)
{
	return buffer_add(buffer, text, strlen(text));
}

bool buffer_print(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (need < 0 || !buffer_reserve(buffer, (size_t)need)) {
		buffer->full = true;
		return false;
	}
	va_start(args, format);
	vsnprintf(buffer->data + buffer->length, (size_t)need + 1, format, args);
	va_end(args);
	buffer->length += (size_t)need;
	return true;
}

bool buffer_percent(struct buffer *buffer, const char *bytes, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		bool plain = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
			(byte >= '0' && byte <= '9') || (byte != '\0' && strchr("-._~", byte) != NULL);
		char escaped[3] = { '%', digits[byte >> 4], digits[byte & 15] };
		buffer_add(buffer, plain ? (const char *)&byte : escaped, plain ? 1 : sizeof(escaped));
	}
	return !buffer->full;
}

void buffer_clear(struct buffer *buffer)
{
	buffer_cut(buffer, 0);
}

void buffer_cut(struct buffer *buffer, size_t length)
{
	buffer->length = length;
	buffer->full = false;
	if (buffer->data != NULL)
		buffer->data[length] = '\0';
}

const char *buffer_string(const struct buffer *buffer)
{
	return buffer->data == NULL ? "" : buffer->data;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	buffer_init(buffer, buffer->max);
}

void buffer_wipe_free(struct buffer *buffer)
{
	if (buffer->data != NULL)
		explicit_bzero(buffer->data, buffer->room);
	buffer_free(buffer);
}
