/* The time zone of the machine, changed while the program runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static char folder[] = "/tmp/cxwall-test-XXXXXX";

/* A zone file of one offset, as tzfile(5) has it, version 2 with a footer. */
static void write_zone(const char *path, const char *name, int hours)
{
	unsigned char header[44] = "TZif2", type[6] = { 0 };
	FILE *file = fopen(path, "w");
	int seconds = hours * 3600;
	assert_non_null(file);
	header[39] = 1;
	header[43] = (unsigned char)(strlen(name) + 1);
	for (int i = 0; i < 4; i++)
		type[i] = (unsigned char)((unsigned)seconds >> (24 - 8 * i));
	for (int part = 0; part < 2; part++) {
		fwrite(header, 1, sizeof(header), file);
		fwrite(type, 1, sizeof(type), file);
		fwrite(name, 1, strlen(name) + 1, file);
	}
	fprintf(file, "\n%s%d\n", name, -hours);
	assert_int_equal(fclose(file), 0);
}

static int hour(void)
{
	time_t noon = 1767225600 + 12 * 3600;
	struct tm local;
	localtime_r(&noon, &local);
	return local.tm_hour;
}

static void turn(const char *link, const char *target)
{
	char next[64];
	snprintf(next, sizeof(next), "%s.next", link);
	assert_int_equal(symlink(target, next), 0);
	assert_int_equal(rename(next, link), 0);
}

static void a_new_zone_is_seen_at_the_next_look(void **state)
{
	char east[64], west[64], link[64], variable[80];
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(east, sizeof(east), "%s/east", folder);
	snprintf(west, sizeof(west), "%s/west", folder);
	snprintf(link, sizeof(link), "%s/link", folder);
	write_zone(east, "EEE", 9);
	write_zone(west, "WWW", -5);
	turn(link, east);
	snprintf(variable, sizeof(variable), ":%s", link);
	setenv("TZ", variable, 1);
	clock_zone_look();
	assert_int_equal(hour(), 21);
	/* Again and again, in place, and a look that finds nothing new changes nothing. */
	for (int i = 0; i < 3; i++) {
		turn(link, west);
		clock_zone_look();
		assert_int_equal(hour(), 7);
		clock_zone_look();
		turn(link, east);
		clock_zone_look();
		assert_int_equal(hour(), 21);
	}
	/* The file itself replaced; and none for a moment. */
	char next[80];
	snprintf(next, sizeof(next), "%s.next", east);
	write_zone(next, "NNN", 3);
	assert_int_equal(rename(next, east), 0);
	clock_zone_look();
	assert_int_equal(hour(), 15);
	unlink(link);
	clock_zone_look();
	assert_int_equal(hour(), 15);
	turn(link, west);
	clock_zone_look();
	assert_int_equal(hour(), 7);
	unlink(link);
	unlink(east);
	unlink(west);
	rmdir(folder);
}

/* Of no file, so that no look changes it. */
static void a_zone_may_be_set(void **state)
{
	(void)state;
	clock_zone_set(-(5 * 3600 + 15 * 60));
	assert_int_equal(hour(), 6);
	clock_zone_look();
	assert_int_equal(hour(), 6);
	clock_zone_set(9 * 3600);
	clock_zone_look();
	assert_int_equal(hour(), 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_zone_is_seen_at_the_next_look),
		cmocka_unit_test(a_zone_may_be_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
