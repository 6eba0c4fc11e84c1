#include "api/http_header.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_SECONDS = 24 * 3600, FAR_YEARS = 50 };

static int64_t http_seconds_of(const struct tm *date)
{
	/* March is 0; the months from there on have 31 30 31 30 31 days, twice, and the rest. */
	int month = (date->tm_mon + 10) % 12;
	int64_t year = (int64_t)date->tm_year + 1900 - (date->tm_mon < 2);
	/* Days from 1970 to the first of March of this year; a year that begins in March has its leap day at its end. */
	int64_t march = year * 365 + year / 4 - year / 100 + year / 400 - 719468;
	int64_t days = march + (month * 153 + 2) / 5 + date->tm_mday - 1;
	return days * DAY_SECONDS + date->tm_hour * 3600 + date->tm_min * 60 + date->tm_sec;
}

/* Of the years that end in these two digits, the nearest: none is more than 50 years ahead. */
static void http_set_century(struct tm *date, int64_t now)
{
	int64_t year = 1970 + now / (365 * DAY_SECONDS + DAY_SECONDS / 4);
	int64_t meant = year - year % 100 + date->tm_year % 100;
	if (meant > year + FAR_YEARS)
		meant -= 100;
	else if (meant <= year - FAR_YEARS)
		meant += 100;
	date->tm_year = (int)(meant - 1900);
}

bool http_date_read(const char *text, int64_t now, int64_t *seconds)
{
	static const struct {
		const char *format;
		bool short_year;
	} forms[] = {
		{ "%a, %d %b %Y %H:%M:%S GMT", false }, /* Sun, 06 Nov 1994 08:49:37 GMT */
		{ "%a, %d-%b-%y %H:%M:%S GMT", true },  /* Sunday, 06-Nov-94 08:49:37 GMT */
		{ "%a %b %e %H:%M:%S %Y", false },      /* Sun Nov  6 08:49:37 1994 */
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm date = { .tm_mday = 0 };
		const char *end = strptime(text, forms[i].format, &date);
		if (end == NULL || end[strspn(end, " \t")] != '\0')
			continue;
		if (forms[i].short_year)
			http_set_century(&date, now);
		*seconds = http_seconds_of(&date);
		return true;
	}
	return false;
}

double http_retry_after(const char *value, int64_t wall_ms)
{
	char *end;
	double seconds = -1;
	if (value[0] >= '0' && value[0] <= '9') {
		unsigned long whole = strtoul(value, &end, 10);
		if (end[strspn(end, " \t")] != '\0')
			return -1;
		seconds = (double)whole;
	} else {
		int64_t when;
		if (!http_date_read(value, wall_ms / 1000, &when))
			return -1;
		seconds = (double)when - (double)wall_ms / 1000.0;
	}
	if (seconds < 0)
		seconds = 0;
	return seconds > HTTP_RETRY_AFTER_MAX ? HTTP_RETRY_AFTER_MAX : seconds;
}

bool http_header_clean(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}
