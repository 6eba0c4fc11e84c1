#include "base/json_write.h"

#include <string.h>
#include <time.h>

/* Behind a value a comma is due; not at the beginning, and not behind what opens, separates, or is no JSON. */
static void json_separate(struct buffer *out)
{
	if (out->length > 0 && memchr("{[,: \n", out->data[out->length - 1], sizeof("{[,: \n")) == NULL)
		buffer_add(out, ",", 1);
}

void json_put_object(struct buffer *out)
{
	json_put_raw(out, "{", 1);
}

void json_put_object_end(struct buffer *out)
{
	buffer_add(out, "}", 1);
}

void json_put_array(struct buffer *out)
{
	json_put_raw(out, "[", 1);
}

void json_put_array_end(struct buffer *out)
{
	buffer_add(out, "]", 1);
}

void json_put_key(struct buffer *out, const char *key)
{
	json_put_string(out, key);
	buffer_add(out, ":", 1);
}

static bool json_put_escaped(struct buffer *out, char c)
{
	switch (c) {
	case '"':
		return buffer_text(out, "\\\"");
	case '\\':
		return buffer_text(out, "\\\\");
	case '\n':
		return buffer_text(out, "\\n");
	case '\t':
		return buffer_text(out, "\\t");
	default:
		return buffer_print(out, "\\u%04x", (unsigned)c);
	}
}

bool json_put_string(struct buffer *out, const char *text)
{
	json_separate(out);
	bool good = buffer_add(out, "\"", 1);
	while (good && *text != '\0') {
		size_t plain = 0;
		while ((unsigned char)text[plain] >= 0x20 && text[plain] != '"' && text[plain] != '\\')
			plain++;
		good = buffer_add(out, text, plain);
		text += plain;
		if (good && *text != '\0')
			good = json_put_escaped(out, *text++);
	}
	return good && buffer_add(out, "\"", 1);
}

void json_put_integer(struct buffer *out, long long number)
{
	json_separate(out);
	buffer_print(out, "%lld", number);
}

void json_put_real(struct buffer *out, double number, int decimals)
{
	json_separate(out);
	buffer_print(out, "%.*f", decimals, number);
}

void json_put_bool(struct buffer *out, bool value)
{
	json_put_raw(out, value ? "true" : "false", value ? 4 : 5);
}

void json_put_null(struct buffer *out)
{
	json_put_raw(out, "null", 4);
}

/* A time of day as text, in UTC: "2026-01-31T14:05:22Z". */
static void json_put_time(struct buffer *out, int64_t wall_ms)
{
	char text[32];
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_put_string(out, text);
}

void json_put_raw(struct buffer *out, const char *bytes, size_t length)
{
	json_separate(out);
	buffer_add(out, bytes, length);
}

void json_put_pair(struct buffer *out, const char *key, const char *text)
{
	json_put_key(out, key);
	json_put_string(out, text);
}

void json_put_integer_pair(struct buffer *out, const char *key, long long number)
{
	json_put_key(out, key);
	json_put_integer(out, number);
}

void json_put_bool_pair(struct buffer *out, const char *key, bool value)
{
	json_put_key(out, key);
	json_put_bool(out, value);
}

void json_put_real_pair(struct buffer *out, const char *key, bool known, double number, int decimals)
{
	json_put_key(out, key);
	if (known)
		json_put_real(out, number, decimals);
	else
		json_put_null(out);
}

void json_put_time_pair(struct buffer *out, const char *key, bool known, int64_t wall_ms)
{
	json_put_key(out, key);
	if (known)
		json_put_time(out, wall_ms);
	else
		json_put_null(out);
}
