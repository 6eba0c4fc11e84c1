#include "base/clock.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
	ZONE_MS = 60 * 1000, /* how often the file of the time zone is looked at */
	ZONE_NAME_MAX = 256, /* longer values of TZ are paths that nobody has */
};

static int64_t clock_ms(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

/* The time zone belongs to the whole process, as the C library has it: what was last seen of its file does too. */
static struct zone {
	bool known, dotted;
	int64_t looked_ms;
	struct stat file;
	char name[ZONE_NAME_MAX]; /* as TZ had it at the start, without its colon */
	char variable[ZONE_NAME_MAX + 8];
} zone;

static void zone_name(char out[ZONE_NAME_MAX])
{
	const char *name = getenv("TZ");
	if (name == NULL)
		name = "/etc/localtime";
	else if (*name == ':')
		name++;
	snprintf(out, ZONE_NAME_MAX, "%s", name);
}

/* Follows links: one that is turned to another file is another zone. */
static bool zone_stat(struct stat *about)
{
	const char *folder = getenv("TZDIR");
	char path[PATH_MAX];
	bool whole = zone.name[0] == '/';
	snprintf(path, sizeof(path), "%s%s%s", whole ? "" : folder != NULL ? folder : "/usr/share/zoneinfo",
		whole ? "" : "/", zone.name);
	return zone.name[0] != '\0' && stat(path, about) == 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * The C library reads a zone again only where TZ says something else than before: another way to write the same path.
 * The variable is put into the environment once and changed in place, since a thread may be reading the environment.
 */
static void zone_read_again(void)
{
	bool in_place = zone.variable[0] != '\0';
	zone.dotted = !zone.dotted;
	snprintf(zone.variable, sizeof(zone.variable), "TZ=:%s%s",
		!zone.dotted ? "" : zone.name[0] == '/' ? "/." : "./", zone.name);
	if (!in_place)
		putenv(zone.variable);
	tzset();
}

void clock_zone_set(int seconds)
{
	unsigned ahead = (unsigned)(seconds < 0 ? -seconds : seconds);
	char text[32];
	/* POSIX counts to the west. */
	snprintf(text, sizeof(text), "<demo>%c%02u:%02u:%02u", seconds < 0 ? '+' : '-', ahead / 3600 % 100, ahead / 60 % 60,
		ahead % 60);
	setenv("TZ", text, 1);
	tzset();
	/* No file is its: none is looked at. */
	zone.known = true;
	zone.name[0] = '\0';
}

void clock_zone_look(void)
{
	struct stat about;
	zone.looked_ms = clock_boot_ms();
	if (!zone.known)
		zone_name(zone.name);
	/* In the middle of an exchange there is no file: the next look finds it. */
	if (!zone_stat(&about))
		return;
	bool changed = zone.known && !same_file(&about, &zone.file);
	zone.known = true;
	zone.file = about;
	if (changed)
		zone_read_again();
}

int64_t clock_wall_ms(void)
{
	if (clock_boot_ms() >= zone.looked_ms + ZONE_MS)
		clock_zone_look();
	return clock_ms(CLOCK_REALTIME);
}
