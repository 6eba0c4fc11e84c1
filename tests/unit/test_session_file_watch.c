/*
 * A file that became another one is noticed, however it did. All ways are tried in one loop, so that the test takes as
 * long as the slowest of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session/file_watch.h"

enum { WAYS_MAX = 16 };

/* Less than what a watch waits that nobody turns. */
static const double DEADLINE = 8;

struct way {
	const char *name; /* also its folder */
	void (*prepare)(void);
	void (*change)(void);
	void (*back)(void); /* NULL: a change is all that is expected */
	bool silent;        /* nothing is to be noticed */
	struct file_watch watch;
	bool changed, gone;
};

static char top[64];
static struct ev_loop *loop;
static const char *folder; /* of the way that is prepared or changed */

static char *at(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof(paths[0]), "%s/%s/%s", top, folder, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(at(name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_folder(const char *name)
{
	assert_int_equal(mkdir(at(name), 0700), 0);
}

static void move_file(const char *from, const char *to)
{
	assert_int_equal(rename(at(from), at(to)), 0);
}

static void make_link(const char *target, const char *name)
{
	assert_int_equal(symlink(target, at(name)), 0);
}

static void plain(void)
{
	put("file", "one");
}

static void write_in_place(void)
{
	put("file", "two");
}

static void replace(void)
{
	put("new", "two");
	move_file("new", "file");
}

static void link_to_real(void)
{
	put("real", "one");
	make_link("real", "file");
}

static void write_real(void)
{
	put("real", "two");
}

static void replace_real(void)
{
	put("new", "two");
	move_file("new", "real");
}

static void exchange_link(void)
{
	put("other", "two");
	make_link("other", "new");
	move_file("new", "file");
}

/* As Kubernetes mounts a ConfigMap: the file is a link through a link to a folder, and that one is exchanged. */
static void config_map(void)
{
	make_folder("..1");
	put("..1/file", "one");
	make_link("..1", "..data");
	make_link("..data/file", "file");
}

static void exchange_data(void)
{
	make_folder("..2");
	put("..2/file", "two");
	make_link("..2", "..new");
	move_file("..new", "..data");
}

static void exchange_data_and_remove(void)
{
	exchange_data();
	assert_int_equal(unlink(at("..1/file")), 0);
	assert_int_equal(rmdir(at("..1")), 0);
}

/* The file is named through a folder. */
static void in_folder(void)
{
	make_folder("way");
	put("way/file", "one");
	make_link("way/file", "file");
}

static void exchange_folder(void)
{
	make_folder("new");
	put("new/file", "two");
	move_file("way", "old");
	move_file("new", "way");
}

static void remove_file(void)
{
	assert_int_equal(unlink(at("file")), 0);
}

static void nothing(void)
{
}

static struct way ways[WAYS_MAX] = {
	{ .name = "in-place", .prepare = plain, .change = write_in_place },
	{ .name = "replaced", .prepare = plain, .change = replace },
	{ .name = "target-written", .prepare = link_to_real, .change = write_real },
	{ .name = "target-replaced", .prepare = link_to_real, .change = replace_real },
	{ .name = "link-exchanged", .prepare = link_to_real, .change = exchange_link },
	{ .name = "config-map", .prepare = config_map, .change = exchange_data },
	{ .name = "config-map-removed", .prepare = config_map, .change = exchange_data_and_remove },
	{ .name = "folder-exchanged", .prepare = in_folder, .change = exchange_folder },
	{ .name = "gone-and-back", .prepare = plain, .change = remove_file, .back = plain },
	{ .name = "untouched", .prepare = link_to_real, .change = nothing, .silent = true },
};

static void on_changed(void *context)
{
	((struct way *)context)->changed = true;
}

static void on_gone(void *context, const char *why)
{
	struct way *way = context;
	assert_string_equal(why, "No such file or directory");
	assert_false(way->gone);
	way->gone = true;
	folder = way->name;
	way->back();
}

static void watch(struct way *way, const struct file_stamp *seen, uint64_t sum)
{
	folder = way->name;
	way->watch = (struct file_watch){ .changed = on_changed, .gone = on_gone, .context = way };
	file_watch_start(&way->watch, loop, at("file"), seen, sum);
}

static void on_turn(struct ev_loop *at_loop, ev_prepare *prepare, int events)
{
	bool all = true;
	(void)at_loop;
	(void)prepare;
	(void)events;
	for (struct way *way = ways; way->name != NULL; way++) {
		file_watch_turn(&way->watch);
		all = all && (way->changed || way->silent);
	}
	if (all)
		ev_break(loop, EVBREAK_ALL);
}

static void on_timer(struct ev_loop *at_loop, ev_timer *timer, int events)
{
	(void)events;
	if (timer->data != NULL)
		ev_break(at_loop, EVBREAK_ALL);
}

/* With a clock that turns the loop, as a wall has one. */
static void run(double seconds)
{
	ev_timer clock, end;
	ev_prepare prepare;
	ev_timer_init(&clock, on_timer, 0.25, 0.25);
	ev_timer_init(&end, on_timer, seconds, 0.);
	ev_prepare_init(&prepare, on_turn);
	clock.data = NULL;
	end.data = loop;
	ev_timer_start(loop, &clock);
	ev_timer_start(loop, &end);
	ev_prepare_start(loop, &prepare);
	ev_run(loop, 0);
	ev_timer_stop(loop, &clock);
	ev_timer_stop(loop, &end);
	ev_prepare_stop(loop, &prepare);
}

static void every_way_is_noticed(void **state)
{
	struct file_text file;
	(void)state;
	for (struct way *way = ways; way->name != NULL; way++) {
		folder = way->name;
		make_folder("");
		way->prepare();
		assert_true(file_text_read(&file, at("file"), 100, NULL));
		watch(way, &file.stamp, file.sum);
		file_text_close(&file);
	}
	/* The look behind the start is over: what follows is seen by what it is. */
	bool settled = false;
	for (unsigned turns = 0; !settled; turns++) {
		assert_true(turns < 100);
		settled = true;
		run(0.2);
		for (struct way *way = ways; way->name != NULL; way++)
			settled = settled && !way->watch.doubtful;
	}
	for (struct way *way = ways; way->name != NULL; way++) {
		assert_false(way->changed);
		folder = way->name;
		way->change();
	}
	run(DEADLINE);
	for (struct way *way = ways; way->name != NULL; way++) {
		if (way->changed == way->silent || way->gone != (way->back != NULL))
			fail_msg("%s: changed %d, gone %d", way->name, way->changed, way->gone);
		file_watch_stop(&way->watch);
	}
}

/* What was written between the reading and the start, on a file system whose time stamps do not show it. */
static void coarse_time_stamps_hide_nothing(void **state)
{
	struct way *way = &ways[0];
	struct file_text file;
	struct file_stamp after;
	(void)state;
	memset(ways, 0, sizeof(ways));
	ways[0] = (struct way){ .name = "coarse" };
	folder = way->name;
	make_folder("");
	put("file", "one");
	assert_true(file_text_read(&file, at("file"), 100, NULL));
	put("file", "two");
	assert_true(file_stamp_read(at("file"), &after));
	watch(way, &after, file.sum);
	file_text_close(&file);
	run(DEADLINE);
	assert_true(way->changed);
	/* After a change that was noticed, for once more: the second of two saves within one second. */
	way->changed = false;
	put("file", "six");
	assert_true(file_stamp_read(at("file"), &after));
	way->watch.seen = after;
	run(DEADLINE);
	assert_true(way->changed);
	file_watch_stop(&way->watch);
}

/* An editor that moves the old file away before the new one is there: nobody is told that the file is gone. */
static void a_moment_without_it_is_no_end(void **state)
{
	struct way *way = &ways[0];
	struct file_text file;
	(void)state;
	memset(ways, 0, sizeof(ways));
	ways[0] = (struct way){ .name = "moment" };
	folder = way->name;
	make_folder("");
	put("file", "one");
	assert_true(file_text_read(&file, at("file"), 100, NULL));
	watch(way, &file.stamp, file.sum);
	file_text_close(&file);
	put("file", "two");
	run(DEADLINE);
	assert_true(way->changed);
	for (unsigned turn = 0; turn < 2; turn++) {
		int64_t looked_ms = way->watch.looked_ms;
		way->changed = false;
		move_file("file", "old");
		for (unsigned turns = 0; way->watch.looked_ms == looked_ms; turns++) {
			assert_true(turns < 100);
			run(0.1);
		}
		assert_false(way->gone);
		put("file", turn == 0 ? "six" : "ten");
		run(DEADLINE);
		assert_true(way->changed);
		assert_false(way->gone);
	}
	file_watch_stop(&way->watch);
}

/* Nanoseconds count: two saves of the same length within a second. */
static void stamps_tell_saves_apart(void **state)
{
	struct file_stamp a, b;
	struct timespec times[2] = { { .tv_sec = 1000, .tv_nsec = 1 }, { .tv_sec = 1000, .tv_nsec = 1 } };
	(void)state;
	folder = "stamps";
	make_folder("");
	put("file", "one");
	assert_int_equal(utimensat(AT_FDCWD, at("file"), times, 0), 0);
	assert_true(file_stamp_read(at("file"), &a));
	assert_true(file_stamp_same(&a, &a));
	b = a;
	b.written.tv_nsec++;
	assert_false(file_stamp_same(&a, &b));
	b = a;
	b.changed.tv_nsec++;
	assert_false(file_stamp_same(&a, &b));
	b = a;
	b.number++;
	assert_false(file_stamp_same(&a, &b));
	b = a;
	b.device++;
	assert_false(file_stamp_same(&a, &b));
	b = a;
	b.size++;
	assert_false(file_stamp_same(&a, &b));
	assert_int_equal(a.written.tv_nsec, 1);
	assert_false(file_stamp_read(at("nothing"), &b));
	assert_false(b.known);
}

static int build(void **state)
{
	(void)state;
	strcpy(top, "/tmp/cxwall-watch-XXXXXX");
	loop = ev_default_loop(EVFLAG_NOENV);
	return mkdtemp(top) != NULL && loop != NULL ? 0 : -1;
}

static int clear(void **state)
{
	char command[128];
	(void)state;
	ev_loop_destroy(loop);
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_is_noticed),
		cmocka_unit_test(coarse_time_stamps_hide_nothing),
		cmocka_unit_test(a_moment_without_it_is_no_end),
		cmocka_unit_test(stamps_tell_saves_apart),
	};
	return cmocka_run_group_tests(tests, build, clear);
}
