#include "command/wall.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "command/app.h"
#include "command/source.h"
#include "command/wall_state.h"
#include "output/page_file.h"

/* Beside those of every command (session/signals): TSTP stops, WINCH resizes, CONT repaints. */
static const int watched[WALL_SIGNALS] = { SIGTSTP, SIGCONT, SIGWINCH };

enum {
	/* What another program wrote on the terminal goes within this time (kernel messages, wall). */
	REPAINT_SECONDS = 300,
	PAGE_BYTES_MAX = 1000 * 1000 * 12, /* the largest terminal, a character and two marks in each cell */
	MINUTE_MS = 60 * 1000,
	ANSWER_MS = 100, /* a second of the clock may be shown so much later, and LIVE_BEAT_MS */
};

static void add_trouble(struct scene *scene, const char *mark, const char *text)
{
	if (text[0] != '\0' && scene->trouble_count < SCENE_TROUBLES_MAX)
		scene->troubles[scene->trouble_count++] = (struct scene_trouble){ mark, text };
}

/* A notice is gone with the next one: what lasts has its mark as long. */
static void add_troubles(struct scene *scene, const struct wall *wall)
{
	add_trouble(scene, "! not recording", recorder_trouble(wall->recorder));
	add_trouble(scene, "! old layout", wall->refused);
	add_trouble(scene, "! command failed", runner_trouble(wall->alarms.runner));
	add_trouble(scene, "! no log", log_trouble());
}

static struct scene wall_scene(const struct wall *wall)
{
	bool over = wall->notice_until_ms != 0 && clock_boot_ms() >= wall->notice_until_ms;
	struct scene scene = {
		.layout = wall->app->layout,
		.board = wall->board,
		.history = wall->history,
		.alerts = wall->alarms.alerts,
		.muted = wall->alarms.muted,
		.link = source_link(&wall->source),
		.replay = wall->source.replay != NULL ? replay_text(wall->source.replay) : NULL,
		.held = wall->source.replay != NULL && replay_speed(wall->source.replay) <= 0,
		.tenant = source_tenant(&wall->source, wall->app),
		.notice = over ? "" : wall->notice,
		.now_ms = source_now_ms(&wall->source),
		.wall_ms = source_wall_ms(&wall->source),
	};
	add_troubles(&scene, wall);
	return scene;
}

static void close_screen(struct wall *wall)
{
	if (wall->screen == NULL)
		return;
	ev_io_stop(wall->loop, &wall->keys);
	ev_io_stop(wall->loop, &wall->output);
	ev_timer_stop(wall->loop, &wall->tick);
	ev_timer_stop(wall->loop, &wall->repaint);
	ev_timer_stop(wall->loop, &wall->key);
	screen_close(wall->screen);
	wall->screen = NULL;
	if (wall->saved_stderr >= 0) {
		dup2(wall->saved_stderr, 2);
		close(wall->saved_stderr);
		wall->saved_stderr = -1;
	}
}

/* The terminal first, so that the user is not kept waiting; then the subscription. */
static void wall_end(struct wall *wall, int status)
{
	if (wall->ending)
		return;
	wall->ending = true;
	wall->status = status;
	file_watch_stop(&wall->file);
	close_screen(wall);
	if (!source_stop(&wall->source))
		ev_break(wall->loop, EVBREAK_ALL);
}

static void on_ended(void *context)
{
	struct wall *wall = context;
	ev_break(wall->loop, EVBREAK_ALL);
}

/* Compiled-in layouts have no file. A reload may have found the layout in another place. */
static void watch_layout(struct wall *wall)
{
	const struct layout *layout = wall->app->layout;
	if (wall->ending || (wall->file.loop != NULL && strcmp(wall->file.path, layout->source) == 0))
		return;
	file_watch_stop(&wall->file);
	if (layout->stamp.known)
		file_watch_start(&wall->file, wall->loop, layout->source, &layout->stamp, layout->sum);
}

/* A bad file keeps the old layout and says why; a good one replaces it without blanking the wall. */
static void wall_reload(struct wall *wall)
{
	struct app *app = wall->app;
	struct error error;
	struct layout *layout = app_layout(app, &error), *old = app->layout;
	clock_zone_look();
	wall->dirty = true;
	if (layout == NULL) {
		snprintf(wall->notice, sizeof(wall->notice), "%s", error.text);
		snprintf(wall->refused, sizeof(wall->refused), "%s", error.text);
		wall->notice_until_ms = 0;
		log_line("reload: %s", error.text);
		return;
	}
	wall->notice[0] = wall->refused[0] = '\0';
	struct board *before = wall->board;
	wall->board = board_new(layout);
	board_adopt(wall->board, before);
	struct history *hour = wall->history;
	wall->history = history_new(layout);
	history_adopt(wall->history, hour);
	history_free(hour);
	alarms_layout(&wall->alarms, layout);
	app->layout = layout;
	if (wall->source.replay == NULL)
		app->options->api.interval = app_interval(app);
	source_set_layout(&wall->source, layout, app->tag);
	board_free(before);
	wall_sink(wall).changed(wall);
	if (wall->screen != NULL) {
		struct scene scene = wall_scene(wall);
		screen_reset(wall->screen, &scene);
	}
	layout_free(old);
	watch_layout(wall);
}

static void on_file_changed(void *context)
{
	wall_reload(context);
}

static void on_file_gone(void *context, const char *why)
{
	struct wall *wall = context;
	char text[ERROR_TEXT];
	snprintf(text, sizeof(text), "The layout's file is missing, so the wall keeps the last one: %.120s: %.60s", wall->file.path,
		why);
	snprintf(wall->notice, sizeof(wall->notice), "%s", text);
	wall->notice_until_ms = 0;
	wall->dirty = true;
	log_line("%s", text);
}

/* What is on the screen now; the notice says where it went, for a while. */
static void wall_write(struct wall *wall)
{
	struct buffer page;
	struct error error;
	char path[512];
	buffer_init(&page, PAGE_BYTES_MAX);
	if (!screen_text(wall->screen, &page))
		snprintf(wall->notice, sizeof(wall->notice), "the page is too large to be written");
	else if (page_file_write(buffer_string(&page), page.length, clock_wall_ms(), path, sizeof(path), &error))
		snprintf(wall->notice, sizeof(wall->notice), "written to %.*s", (int)sizeof(wall->notice) - 16, path);
	else
		snprintf(wall->notice, sizeof(wall->notice), "%s", error.text);
	wall->notice_until_ms = clock_boot_ms() + NOTICE_MS;
	buffer_free(&page);
}

static void wall_suspend(struct wall *wall, ev_signal *watcher)
{
	screen_suspend(wall->screen);
	/* The default action, once; where nobody does job control it has no effect. */
	ev_signal_stop(wall->loop, watcher);
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	ev_signal_start(wall->loop, watcher);
	ev_now_update(wall->loop);
	screen_resume(wall->screen);
	wall->dirty = true;
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct wall *wall = watcher->data;
	(void)loop;
	(void)events;
	if (wall->screen == NULL)
		return;
	if (watcher->signum == SIGTSTP) {
		wall_suspend(wall, watcher);
		return;
	}
	screen_resize(wall->screen);
	if (watcher->signum == SIGCONT)
		screen_repaint(wall->screen);
	wall->dirty = true;
}

static void on_end_signal(void *context, int number)
{
	wall_end(context, STATUS_SIGNAL + number);
}

static void on_reload_signal(void *context)
{
	struct wall *wall = context;
	if (!wall->ending)
		wall_reload(wall);
}

/* What keys do with a recording. */
static void steer(struct wall *wall, unsigned ask)
{
	struct replay *replay = wall->source.replay;
	if (ask & SCREEN_ASK_HOLD)
		replay_hold(replay);
	if (ask & SCREEN_ASK_STEP)
		replay_step(replay, 1);
	if (ask & SCREEN_ASK_STEP_BACK)
		replay_step(replay, -1);
	if (ask & SCREEN_ASK_JUMP)
		replay_jump(replay, MINUTE_MS);
	if (ask & SCREEN_ASK_JUMP_BACK)
		replay_jump(replay, -MINUTE_MS);
	if (ask & SCREEN_ASK_FASTER)
		replay_faster(replay, true);
	if (ask & SCREEN_ASK_SLOWER)
		replay_faster(replay, false);
	alarms_now(&wall->alarms);
	/* What rang in the minutes that were jumped over rang then. */
	if (ask & (SCREEN_ASK_STEP_BACK | SCREEN_ASK_JUMP | SCREEN_ASK_JUMP_BACK))
		(void)alarms_rings(&wall->alarms);
}

/* Esc alone is told from a sequence by the time that passes: nothing waits for it but this timer. */
static void wait_for_key(struct wall *wall)
{
	int64_t wait_ms = screen_keys_wait(wall->screen);
	ev_timer_stop(wall->loop, &wall->key);
	if (wait_ms < 0)
		return;
	ev_now_update(wall->loop);
	ev_timer_set(&wall->key, (double)wait_ms / 1000.0, 0.);
	ev_timer_start(wall->loop, &wall->key);
}

static void read_keys(struct wall *wall)
{
	struct scene scene = wall_scene(wall);
	unsigned ask = screen_keys(wall->screen, &scene);
	wait_for_key(wall);
	if (ask & SCREEN_ASK_GONE) {
		wall_end(wall, STATUS_SIGNAL + SIGHUP);
		return;
	}
	if (ask & SCREEN_ASK_QUIT) {
		signals_asked(&wall->asked, 0);
		wall_end(wall, STATUS_FINE);
		return;
	}
	if (ask & SCREEN_ASK_WRITE)
		wall_write(wall);
	if (ask & SCREEN_ASK_RELOAD)
		wall_reload(wall);
	if (ask & SCREEN_ASK_RETRY)
		source_retry(&wall->source);
	if (ask & SCREEN_ASK_ACKNOWLEDGE)
		alarms_acknowledge(&wall->alarms);
	if (ask & SCREEN_ASK_MUTE)
		alarms_mute(&wall->alarms);
	if (wall->source.replay != NULL)
		steer(wall, ask);
	if (ask & SCREEN_ASK_SUSPEND)
		raise(SIGTSTP);
	if (ask != SCREEN_ASK_NOTHING)
		wall->dirty = true;
}

static void on_keys(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)loop;
	(void)events;
	read_keys(watcher->data);
}

static void on_key(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)loop;
	(void)events;
	read_keys(watcher->data);
}

static void on_output(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct wall *wall = watcher->data;
	(void)events;
	if (!screen_flush(wall->screen)) {
		wall_end(wall, STATUS_SIGNAL + SIGHUP);
		return;
	}
	if (!screen_pending(wall->screen)) {
		ev_io_stop(loop, watcher);
		/* Frames were skipped meanwhile. */
		wall->dirty = true;
	}
}

static void on_tick(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct wall *wall = watcher->data;
	(void)loop;
	(void)events;
	wall->dirty = true;
}

static void on_repaint(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct wall *wall = watcher->data;
	(void)loop;
	(void)events;
	screen_repaint(wall->screen);
	wall->dirty = true;
}

/* A poll that begins just behind the tick redraws the screen anyway: the tick is for an answer that is late. */
static int64_t with_poll(const struct scene *scene, int64_t wait_ms)
{
	int64_t poll_ms = scene->link->next_try_ms - scene->now_ms;
	bool soon = scene->link->state == LINK_LIVE && poll_ms >= wait_ms && poll_ms < wait_ms + LIVE_BEAT_MS;
	return soon ? poll_ms + ANSWER_MS : wait_ms;
}

/* In how many milliseconds the next drawing is due, if nothing else happens. */
static int64_t plan_tick(struct wall *wall, const struct scene *scene)
{
	int64_t wait_ms = screen_next_change(wall->screen, scene);
	ev_timer_stop(wall->loop, &wall->tick);
	if (wait_ms < 0)
		return WATCHDOG_NEVER;
	wait_ms = with_poll(scene, wait_ms);
	ev_now_update(wall->loop);
	ev_timer_set(&wall->tick, (double)wait_ms / 1000.0, 0.);
	ev_timer_start(wall->loop, &wall->tick);
	return wait_ms;
}

static void draw(struct wall *wall)
{
	if (!wall->dirty || wall->screen == NULL)
		return;
	if (screen_taken(wall->screen)) {
		wall_end(wall, STATUS_SIGNAL + SIGHUP);
		return;
	}
	if (alarms_rings(&wall->alarms))
		screen_ring(wall->screen);
	if (screen_pending(wall->screen)) {
		ev_io_start(wall->loop, &wall->output);
		return;
	}
	wall->dirty = false;
	struct scene scene = wall_scene(wall);
	screen_draw(wall->screen, &scene);
	/* Nearly always the terminal takes it at once, and the loop need not be asked. */
	if (!screen_flush(wall->screen)) {
		wall_end(wall, STATUS_SIGNAL + SIGHUP);
		return;
	}
	if (screen_pending(wall->screen))
		ev_io_start(wall->loop, &wall->output);
	watchdog_drawn(&wall->watchdog, clock_boot_ms() + plan_tick(wall, &scene));
}

/* Once per turn of the loop, before it sleeps: what people look at first, then the file that commands may read. */
static void on_prepare(struct ev_loop *loop, ev_prepare *watcher, int events)
{
	struct wall *wall = watcher->data;
	(void)loop;
	(void)events;
	file_watch_turn(&wall->file);
	draw(wall);
	wall_data_keep(wall);
}

/* Whatever a library prints must not land on the wall. */
static void redirect_stderr(struct wall *wall)
{
	int log = log_descriptor(), file = log >= 0 ? log : open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return;
	if (wall->saved_stderr < 0)
		wall->saved_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3);
	dup2(file, 2);
	if (file != log)
		close(file);
}

static void on_log_opened(void *context)
{
	struct wall *wall = context;
	if (wall->screen != NULL)
		redirect_stderr(wall);
}

/* Before ncurses starts: it leaves alone what is taken (its own handlers would end the program). */
static void start_signals(struct wall *wall)
{
	for (int i = 0; i < WALL_SIGNALS; i++) {
		ev_signal_init(&wall->signals[i], on_signal, watched[i]);
		wall->signals[i].data = wall;
		if (watched[i] != SIGTSTP || !signals_ignored(SIGTSTP))
			ev_signal_start(wall->loop, &wall->signals[i]);
	}
	wall->asked = (struct signals){
		.loop = wall->loop, .end = on_end_signal, .reload = on_reload_signal, .log_opened = on_log_opened, .context = wall,
	};
	signals_start(&wall->asked);
}

/* Last of all: until then a signal would cut off what is being closed. */
static void stop_signals(struct wall *wall)
{
	for (int i = 0; i < WALL_SIGNALS; i++)
		ev_signal_stop(wall->loop, &wall->signals[i]);
	signals_stop(&wall->asked);
}

static void start_watchers(struct wall *wall)
{
	ev_io_init(&wall->keys, on_keys, screen_input(wall->screen), EV_READ);
	ev_io_init(&wall->output, on_output, screen_output(wall->screen), EV_WRITE);
	ev_timer_init(&wall->tick, on_tick, 0., 0.);
	ev_timer_init(&wall->key, on_key, 0., 0.);
	ev_timer_init(&wall->repaint, on_repaint, REPAINT_SECONDS, REPAINT_SECONDS);
	ev_prepare_init(&wall->prepare, on_prepare);
	wall->keys.data = wall->output.data = wall->tick.data = wall->repaint.data = wall->key.data = wall;
	wall->prepare.data = wall;
	ev_io_start(wall->loop, &wall->keys);
	ev_timer_start(wall->loop, &wall->repaint);
	ev_prepare_start(wall->loop, &wall->prepare);
	wall->file.changed = on_file_changed;
	wall->file.gone = on_file_gone;
	wall->file.context = wall;
	watch_layout(wall);
}

static bool start_feed(struct wall *wall, const struct feed_sink *sink)
{
	struct app *app = wall->app;
	struct live_options options = { .tag = app->tag, .on_the_beat = true };
	struct error error;
	app->options->api.interval = app_interval(app);
	bool good = source_open(&wall->source, app, wall->loop, &options, sink, &wall->status, &error);
	if (!good)
		message("%s", error.text);
	if (!app->simulated)
		wall->alarms.live = wall->source.live;
	return good;
}

static bool start_replay(struct wall *wall, const struct feed_sink *sink)
{
	const struct options *options = wall->app->options;
	struct replay_options how = { .path = wall->recording, .at = options->at, .speed = options->speed,
		.names = (enum names)options->names };
	struct replay_hooks hooks = { .moved = wall_data_forget, .restarted = wall_data_restarted, .recall = wall_data_recall,
		.told = wall_data_told, .settled = wall_data_settled };
	struct error error;
	wall->source.replay = replay_new(wall->loop, wall->app->layout, &how, sink, &hooks, &error);
	if (wall->source.replay != NULL)
		return true;
	message("%s", error.text);
	wall->status = STATUS_USAGE;
	return false;
}

static bool start_source(struct wall *wall)
{
	struct feed_sink sink = wall_sink(wall);
	sink.ended = on_ended;
	if (wall->recording != NULL)
		return start_replay(wall, &sink);
	if (app_record(wall->app, &wall->recorder)) {
		wall_data_restore(wall);
		return start_feed(wall, &sink);
	}
	wall->status = STATUS_USAGE;
	return false;
}

static bool start_screen(struct wall *wall)
{
	struct screen_options options = app_screen_options(wall->app);
	struct error error;
	wall->screen = screen_open(&options, &error);
	if (wall->screen == NULL) {
		message("%s", error.text);
		wall->status = STATUS_USAGE;
		return false;
	}
	redirect_stderr(wall);
	return true;
}

static void stop_watchers(struct wall *wall)
{
	close_screen(wall);
	ev_prepare_stop(wall->loop, &wall->prepare);
	file_watch_stop(&wall->file);
}

static void run(struct wall *wall)
{
	start_watchers(wall);
	if (wall->source.replay != NULL)
		replay_start(wall->source.replay);
	else
		watchdog_start(&wall->watchdog, wall->loop, source_link(&wall->source));
	wall_sink(wall).changed(wall);
	ev_run(wall->loop, 0);
	if (wall->source.replay == NULL)
		watchdog_stop(&wall->watchdog);
}

int wall_run(struct app *app, const char *recording)
{
	struct wall wall = { .app = app, .recording = recording, .saved_stderr = -1, .dirty = true };
	wall.loop = ev_default_loop(EVFLAG_NOENV);
	if (wall.loop == NULL)
		fatal("the event loop cannot start");
	wall_data_open(&wall);
	start_signals(&wall);
	ev_prepare_init(&wall.prepare, on_prepare);
	if (start_source(&wall) && start_screen(&wall))
		run(&wall);
	stop_watchers(&wall);
	source_free(&wall.source);
	wall_data_close(&wall);
	stop_signals(&wall);
	ev_loop_destroy(wall.loop);
	return wall.status;
}

/* ---- the commands ---- */

static int run_command(struct app *app)
{
	if (app->options->print_config) {
		options_print(stdout, app->options, "run");
		return STATUS_FINE;
	}
	if (!app_load_layout(app) || !source_configured_to_act(app))
		return STATUS_USAGE;
	if (app->options->check_config) {
		printf("%s: fine\n", app->layout->source);
		return STATUS_FINE;
	}
	source_tag(app);
	return wall_run(app, NULL);
}

/* `cxwall replay FILE`: the wall on a recording. */
static int replay_command(struct app *app)
{
	if (app->options->word_count != 1) {
		message("replay takes one recording");
		return STATUS_USAGE;
	}
	return app_load_layout(app) ? wall_run(app, app->options->words[0]) : STATUS_USAGE;
}

const struct command command_run = {
	.name = "run",
	.function = run_command,
	.operands = "",
	.help = "the wall (this is the default)",
};

const struct command command_replay = {
	.name = "replay",
	.function = replay_command,
	.operands = "FILE",
	.help = "the wall on a recording",
};
