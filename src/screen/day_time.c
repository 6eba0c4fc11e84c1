#include "screen/day_time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

const struct day_time day_time_usual = { .full = "%H:%M:%S", .brief = "%H:%M", .full_columns = 8, .brief_columns = 5 };

enum { COLUMNS_MAX = 20 };

static const char conversions[] = "HIklMSpP";

/* A conversion's text; hours of the 12-hour clock go from 12 over 1 to 11. */
static void add_conversion(char *out, size_t size, const struct tm *local, char conversion)
{
	int half = local->tm_hour % 12 == 0 ? 12 : local->tm_hour % 12;
	switch (conversion) {
	case 'H':
		snprintf(out, size, "%02d", local->tm_hour);
		break;
	case 'k':
		snprintf(out, size, "%2d", local->tm_hour);
		break;
	case 'I':
		snprintf(out, size, "%02d", half);
		break;
	case 'l':
		snprintf(out, size, "%2d", half);
		break;
	case 'M':
		snprintf(out, size, "%02d", local->tm_min);
		break;
	case 'S':
		snprintf(out, size, "%02d", local->tm_sec);
		break;
	case 'p':
		snprintf(out, size, "%s", local->tm_hour < 12 ? "AM" : "PM");
		break;
	default:
		snprintf(out, size, "%s", local->tm_hour < 12 ? "am" : "pm");
		break;
	}
}

static void format_time(const char *format, const struct tm *local, char out[DAY_TIME_MAX])
{
	size_t used = 0;
	for (const char *at = format; *at != '\0' && used + 2 < DAY_TIME_MAX; at++) {
		if (*at == '%' && at[1] != '\0')
			add_conversion(out + used, DAY_TIME_MAX - used, local, *++at);
		else
			snprintf(out + used, DAY_TIME_MAX - used, "%c", *at);
		used += strlen(out + used);
	}
	out[used] = '\0';
}

static bool check_conversions(const char *format, struct error *error)
{
	for (const char *at = format; (at = strchr(at, '%')) != NULL; at += 2) {
		char one[8] = "";
		const char *end = at + 1;
		if (*end != '\0')
			(void)text_decode(&end, at + 1 + strlen(at + 1));
		snprintf(one, sizeof(one), "%.*s", (int)(end - at), at);
		if (at[1] == '\0' || strchr(conversions, at[1]) == NULL)
			return error_set(error, "clock: '%s' is not a part of a time of day; use %%H or %%k (hour of 24), %%I or %%l (hour of 12), "
				"%%M, %%S, %%p (AM) or %%P (am)", one);
	}
	return true;
}

/* The format without its seconds, and without the sign before them. */
static void make_brief(const char *format, char *out)
{
	const char *seconds = strstr(format, "%S");
	size_t length = seconds != NULL ? (size_t)(seconds - format) : 0;
	strcpy(out, format);
	if (seconds == NULL)
		return;
	if (length > 0 && strchr(":.-, ", format[length - 1]) != NULL)
		length--;
	strcpy(out + length, seconds + 2);
}

static int columns_of(const char *format)
{
	struct tm noon = { .tm_hour = 12 };
	char text[DAY_TIME_MAX];
	format_time(format, &noon, text);
	return text_width(text);
}

bool day_time_read(struct day_time *time, const char *format, struct error *error)
{
	if (strlen(format) > DAY_TIME_FORMAT_MAX)
		return error_set(error, "clock: at most %d characters", DAY_TIME_FORMAT_MAX);
	for (const char *at = format; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7F)
			return error_set(error, "clock: no control characters");
	if (!check_conversions(format, error))
		return false;
	bool hour = strstr(format, "%H") != NULL || strstr(format, "%k") != NULL || strstr(format, "%I") != NULL || strstr(format, "%l") != NULL;
	if (!hour || strstr(format, "%M") == NULL)
		return error_set(error, "clock: '%s' has no %s; write it as in \"%%H:%%M:%%S\" or \"%%I:%%M %%p\"", format, hour ? "minute" : "hour");
	snprintf(time->full, sizeof(time->full), "%s", format);
	make_brief(format, time->brief);
	time->full_columns = columns_of(time->full);
	time->brief_columns = columns_of(time->brief);
	return time->full_columns <= COLUMNS_MAX || error_set(error, "clock: '%s' is %d columns wide, and may have %d", format, time->full_columns,
		COLUMNS_MAX);
}

void day_time_text(const struct day_time *time, bool seconds, int64_t wall_ms, char out[DAY_TIME_MAX])
{
	const struct day_time *used = time != NULL ? time : &day_time_usual;
	time_t at = (time_t)(wall_ms / 1000);
	struct tm local;
	out[0] = '\0';
	if (localtime_r(&at, &local) != NULL)
		format_time(seconds ? used->full : used->brief, &local, out);
}

const char *day_time_in_sentence(const char *text)
{
	return text + (text[0] == ' ');
}

int day_time_columns(const struct day_time *time, bool seconds)
{
	const struct day_time *used = time != NULL ? time : &day_time_usual;
	return seconds ? used->full_columns : used->brief_columns;
}
