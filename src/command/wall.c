#include "command/wall.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "command/app.h"
#include "command/layout_file.h"
#include "command/layout_list.h"
#include "command/wall_output.h"
#include "output/page_file.h"
#include "recording/recorded_wall.h"
#include "recording/replay.h"
#include "screen/action.h"
#include "screen/chooser.h"
#include "screen/screen.h"
#include "session/file_watch.h"
#include "session/past.h"
#include "session/session.h"
#include "session/watchdog.h"

/* Beside those of every command (session/signals): TSTP stops, WINCH resizes, CONT repaints. */
static const int watched[] = { SIGTSTP, SIGCONT, SIGWINCH };

enum {
	SIGNALS = sizeof(watched) / sizeof(watched[0]),
	NOTICE_MS = 10 * 1000,
	/* What another program wrote on the terminal goes within this time (kernel messages, wall). */
	REPAINT_SECONDS = 300,
	PAGE_BYTES_MAX = 1000 * 1000 * 12, /* the largest terminal, a character and two marks in each cell */
	MINUTE_MS = 60 * 1000,
	LAYOUT_SOURCE_MAX = 640,
	ANSWER_MS = 100, /* a second of the clock may be shown so much later, and LIVE_ALIGN_MS */
};

/* The layout at the cursor of the list of layouts, with what is known for it. */
struct preview {
	struct layout *layout; /* NULL: it cannot be read */
	struct board *board;
	uint64_t generation; /* of the wall's board that it was made from */
	char source[LAYOUT_SOURCE_MAX];
	struct error error;
	struct scene scene;
};

struct wall {
	struct app *app;
	struct session session;
	struct feed_options feed;
	struct past past; /* of a demo */
	struct replay *replay; /* NULL: the wall is live */
	const struct recorded_wall *recorded; /* what the replay is of; NULL: the wall is live */
	struct screen *screen;
	ev_signal signals[SIGNALS];
	ev_io keys;
	ev_timer tick, repaint, key;
	struct wall_output output;
	struct file_watch file; /* the layout's */
	struct watchdog watchdog;
	char notice[ERROR_TEXT];
	int64_t notice_until_ms; /* 0: it stays */
	bool notice_warns;
	char refused[ERROR_TEXT]; /* why the layout's file was not taken; "" */
	struct layout *base; /* as its file has it; the app's is that, or what was chosen of it */
	struct layout_changes changes; /* what was chosen, with copies of the names */
	struct layout_list layouts; /* to choose from, while they are listed */
	struct preview preview;
	int saved_stderr;
	bool told_of_alerts; /* that another window does what they are to do */
};

static void scene_add_trouble(struct scene *scene, const char *mark, const char *text)
{
	if (text[0] != '\0' && scene->trouble_count < SCENE_TROUBLES_MAX)
		scene->troubles[scene->trouble_count++] = (struct scene_trouble){ mark, text };
}

/* A notice is replaced by the next one, so each lasting trouble has a mark as long as it lasts. */
static void scene_add_troubles(struct scene *scene, const struct wall *wall)
{
	scene_add_trouble(scene, "! not recording", recorder_trouble(wall->session.recorder));
	scene_add_trouble(scene, "! no history", store_trouble(wall->session.store));
	scene_add_trouble(scene, "! old layout", wall->refused);
	scene_add_trouble(scene, "! command failed", wall->session.alerts.trouble);
	scene_add_trouble(scene, "! no log", log_trouble());
	const struct feed *feed = wall->session.feed;
	if (feed->ops->note != NULL)
		scene_add_trouble(scene, "! own login", feed->ops->note(feed));
}

static struct scene wall_scene(const struct wall *wall)
{
	const struct session *session = &wall->session;
	struct replay *replay = wall->replay;
	struct board_view view = session_view(session);
	bool over = wall->notice_until_ms != 0 && clock_boot_ms() >= wall->notice_until_ms;
	struct scene scene = {
		.layout = session->layout,
		.board = session->board,
		.history = session->history,
		.alerts = session->alerts.alerts,
		.alarms = replay != NULL ? replay_alarms(replay) : session->alerts.log,
		.muted = session->alerts.muted,
		.link = view.link,
		.replay = replay != NULL ? replay_text(replay) : NULL,
		.held = replay != NULL && replay_speed(replay) <= 0,
		.tenant = wall->recorded != NULL ? wall->recorded->tenant
			: session_tenant(session, wall->app->options->api.tenant),
		.notice = over ? "" : wall->notice,
		.warns = wall->notice_warns,
		.services = session_services(session),
		.teams = session_teams(session),
		.changes = &wall->changes,
		.asks = replay == NULL && wall->app->options->broker_from == NULL,
		.layouts = wall->layouts.items,
		.layout_count = wall->layouts.count,
		.now_ms = view.now_ms,
		.wall_ms = view.wall_ms,
		.clock = app_clock(wall->app),
		.name = wall->app->options->name,
	};
	if (replay != NULL) {
		struct replay_progress progress = replay_progress(replay);
		scene.replay_begin_ms = progress.begin_ms;
		scene.replay_end_ms = progress.end_ms;
		scene.replay_done = progress.done;
	}
	scene_add_troubles(&scene, wall);
	return scene;
}

/* What warns of something that lasts stays; the rest goes after a while. */
static void wall_show_notice(struct wall *wall, const char *text, bool warns, bool stays)
{
	wall->notice_warns = warns;
	snprintf(wall->notice, sizeof(wall->notice), "%s", text);
	wall->notice_until_ms = stays ? 0 : clock_boot_ms() + NOTICE_MS;
	wall->session.dirty = true;
}

/* ---- what was chosen of a page ---- */

static void choice_forget(struct choice *choice)
{
	free((void *)choice->names.items);
	*choice = (struct choice){ .made = false };
}

static void wall_forget_choices(struct wall *wall)
{
	for (unsigned page = 0; page < LAYOUT_PAGES_MAX; page++)
		for (int kind = 0; kind < CHOICES; kind++)
			choice_forget(&wall->changes.choices[page][kind]);
}

/* A copy in one block: the names, and behind them their texts. */
static struct texts texts_copy(const struct texts *texts)
{
	size_t size = texts->count * sizeof(*texts->items);
	for (unsigned i = 0; i < texts->count; i++)
		size += strlen(texts->items[i]) + 1;
	const char **items = must_alloc(size + 1);
	char *at = (char *)(items + texts->count);
	for (unsigned i = 0; i < texts->count; i++) {
		size_t length = strlen(texts->items[i]) + 1;
		items[i] = memcpy(at, texts->items[i], length);
		at += length;
	}
	return (struct texts){ .items = items, .count = texts->count };
}

/* ---- the layout's file ---- */

/* Compiled-in layouts have no file. A reload may have found the layout in another place. */
static void wall_watch_layout(struct wall *wall)
{
	const struct layout *layout = wall->app->layout;
	if (wall->session.ending || (wall->file.loop != NULL && strcmp(wall->file.path, layout->source) == 0))
		return;
	file_watch_stop(&wall->file);
	if (layout->stamp.known)
		file_watch_start(&wall->file, wall->session.loop, layout->source, &layout->stamp, layout->sum);
}

/* The layout with what was chosen; itself where that is nothing. */
static struct layout *wall_chosen_layout(struct wall *wall, struct layout *base, struct error *error)
{
	bool any = false;
	for (unsigned page = 0; page < LAYOUT_PAGES_MAX; page++)
		for (int kind = 0; kind < CHOICES; kind++)
			any = any || wall->changes.choices[page][kind].made;
	return any ? layout_changed(base, &wall->changes, error) : base;
}

/* Without blanking the wall: what is the same in both keeps its data. */
static void wall_show_layout(struct wall *wall, struct layout *layout)
{
	struct app *app = wall->app;
	struct layout *old = app->layout;
	wall->notice[0] = wall->refused[0] = '\0';
	app->layout = layout;
	past_stop(&wall->past);
	if (wall->replay == NULL)
		app->options->api.interval = app_interval(app);
	session_set_layout(&wall->session, layout, app->tag);
	if (wall->screen != NULL) {
		struct scene scene = wall_scene(wall);
		screen_reset(wall->screen, &scene);
	}
	if (old != wall->base)
		layout_free(old);
}

/* Another layout, or another version of its file, with what was chosen of its pages. */
static void wall_take_layout(struct wall *wall, struct layout *layout)
{
	struct layout *before = wall->base;
	struct error error;
	struct layout *chosen = wall_chosen_layout(wall, layout, &error);
	if (chosen == NULL) {
		wall_forget_choices(wall);
		chosen = layout;
	}
	wall_show_layout(wall, chosen);
	wall->base = layout;
	layout_free(before);
	wall_watch_layout(wall);
}

/* A bad file keeps the old layout and says why. */
static void wall_reload(void *context)
{
	struct wall *wall = context;
	struct app *app = wall->app;
	struct error error;
	if (app->layout_is_recorded) {
		wall_show_notice(wall, "This layout was made from the recording and has no file.", false, false);
		return;
	}
	struct layout *layout = app_layout(app, &error);
	clock_zone_look();
	if (layout == NULL) {
		wall_show_notice(wall, error.text, true, true);
		snprintf(wall->refused, sizeof(wall->refused), "%s", error.text);
		log_line("reload: %s", error.text);
		return;
	}
	wall_take_layout(wall, layout);
	/* Whoever has just saved the file looks at the wall. */
	if (layout->warnings != NULL)
		wall_show_notice(wall, layout->warnings->text, true, false);
}

static void on_file_gone(void *context, const char *why)
{
	struct wall *wall = context;
	char text[ERROR_TEXT];
	snprintf(text, sizeof(text), "The layout's file is missing, so the wall keeps the last one: %.120s: %.60s", wall->file.path,
		why);
	wall_show_notice(wall, text, true, true);
	log_line("%s", text);
}

/* ---- another layout ---- */

/* By its name, or as struct layout has its source. *recorded: it is the one that is made of the recording. */
static struct layout *wall_find_layout(const struct wall *wall, const char *wanted, bool *recorded, struct error *error)
{
	static const char built_in[] = "built-in ";
	*recorded = wall->recorded != NULL && strcmp(wanted, RECORDED_WALL_SOURCE) == 0;
	if (*recorded)
		return recorded_wall_layout(wall->recorded, error);
	if (strncmp(wanted, built_in, strlen(built_in)) == 0)
		wanted += strlen(built_in);
	return app_layout_named(wall->app, wanted, error);
}

/* One that cannot be read is refused with its place, and the wall stays as it is. */
static void wall_change_layout(struct wall *wall, const char *wanted)
{
	struct app *app = wall->app;
	struct error error;
	bool recorded;
	char text[ERROR_TEXT];
	if (strcmp(wanted, app->layout->source) == 0) {
		screen_close_overlay(wall->screen);
		return;
	}
	struct layout *layout = wall_find_layout(wall, wanted, &recorded, &error);
	if (layout == NULL) {
		wall_show_notice(wall, error.text, true, false);
		return;
	}
	app_use_layout(app, strncmp(layout->source, "built-in ", 9) == 0 ? layout->name : layout->source);
	app->layout_is_recorded = recorded;
	screen_close_overlay(wall->screen);
	/* Its pages are other ones. */
	wall_forget_choices(wall);
	wall_take_layout(wall, layout);
	snprintf(text, sizeof(text), "Layout '%s'", layout->name);
	wall_show_notice(wall, text, false, false);
	if (layout->warnings != NULL)
		wall_show_notice(wall, layout->warnings->text, true, false);
}

/* All of them where the layout names some, else as it is. */
static struct choice choice_made(const struct layout *base, unsigned page, enum choice_kind kind, const struct chooser_list *list)
{
	struct choice choice = { .made = true };
	struct texts listed;
	bool lists = choice_listed(base, page, kind, &listed);
	free((void *)listed.items);
	if (chooser_checked(list) == list->count) {
		choice.made = lists;
		return choice;
	}
	struct texts names = chooser_names(list);
	choice.names = texts_copy(&names);
	free((void *)names.items);
	return choice;
}

/* Shows what was chosen; false with the reason said where that cannot be. */
static bool wall_apply_choices(struct wall *wall)
{
	struct error error;
	struct layout *layout = wall_chosen_layout(wall, wall->base, &error);
	if (layout == NULL) {
		wall_show_notice(wall, error.text, true, false);
		return false;
	}
	wall_show_layout(wall, layout);
	return true;
}

/* What can be done with a choice, by the keys that do it. */
static void wall_say_chosen(struct wall *wall, unsigned page)
{
	const struct bindings *bindings = &wall->app->options->bindings;
	const struct choice *choices = wall->changes.choices[page];
	char undo[KEY_NAME_MAX], keep[KEY_NAME_MAX];
	struct error said;
	if (!choices[CHOICE_SERVICES].made && !choices[CHOICE_TEAMS].made)
		return;
	if (action_first_key(bindings, "all-services", undo)[0] == '\0' || action_first_key(bindings, "write-layout", keep)[0] == '\0')
		return;
	(void)error_set(&said, "%s takes the choice back, %s writes it as a layout of your own.", undo, keep);
	wall_show_notice(wall, said.text, false, false);
}

static void wall_choose(struct wall *wall)
{
	const struct chooser *chooser = screen_choice(wall->screen);
	if (chooser->page >= wall->base->page_count)
		return;
	for (int kind = 0; kind < CHOICES; kind++) {
		const struct chooser_list *list = &chooser->lists[kind];
		struct choice *choice = &wall->changes.choices[chooser->page][kind];
		if (!list->suits || list->count == 0)
			continue;
		choice_forget(choice);
		*choice = choice_made(wall->base, chooser->page, (enum choice_kind)kind, list);
	}
	screen_close_overlay(wall->screen);
	if (wall_apply_choices(wall))
		wall_say_chosen(wall, chooser->page);
}

/* The page that is shown is as its layout has it again. */
static void wall_unchoose(struct wall *wall)
{
	unsigned page = screen_page(wall->screen);
	for (int kind = 0; kind < CHOICES && page < LAYOUT_PAGES_MAX; kind++)
		choice_forget(&wall->changes.choices[page][kind]);
	if (wall_apply_choices(wall))
		wall_show_notice(wall, "This page shows what its layout says.", false, false);
}

/* What a layout runs is trusted where its file is: not where nobody looked at whose file it was. */
static bool wall_may_copy(const struct wall *wall, struct error *error)
{
	const struct layout *layout = wall->base;
	for (unsigned i = 0; i < layout->alert_count && !wall->app->acts; i++)
		if (layout->alerts[i].command.count > 0 || layout->alerts[i].clear_command.count > 0 || layout->alerts[i].sms.count > 0)
			return error_set(error, "This layout runs commands, which a replay does not check. Copy its file instead.");
	return true;
}

/* What is seen: the file's text with what was chosen, and how lists are sorted and filtered. */
static bool wall_write_layout(struct wall *wall, const char *name, struct buffer *left, char path[LAYOUT_PATH_MAX],
	struct error *error)
{
	struct layout_changes changes = wall->changes;
	struct panel_change panels[LAYOUT_PANELS_MAX] = { { .sort = NULL } };
	struct arena texts;
	struct buffer head, text, title;
	arena_init(&texts, LAYOUT_TEXT_MAX);
	buffer_init(&head, LAYOUT_TEXT_MAX);
	buffer_init(&text, LAYOUT_TEXT_MAX);
	buffer_init(&title, LAYOUT_TEXT_MAX);
	screen_changes(wall->screen, wall->app->layout, panels, &texts, left);
	layout_file_head(wall->base, &changes, &head);
	changes.head = buffer_string(&head);
	if (layout_file_title(wall->base, &changes, &title))
		changes.title = buffer_string(&title);
	changes.panels = panels;
	/* Read once, so that what is written can be. */
	struct layout *made = layout_changed(wall->base, &changes, error);
	bool good = made != NULL && wall_may_copy(wall, error) && layout_file_path(name, path, error) &&
		(layout_write(wall->base, &changes, &text) || error_set(error, "the layout would be too large")) &&
		layout_file_write(path, &text, error);
	layout_free(made);
	buffer_free(&text);
	buffer_free(&title);
	buffer_free(&head);
	arena_free(&texts);
	return good;
}

static void wall_save_layout(struct wall *wall)
{
	char path[LAYOUT_PATH_MAX], shown[LAYOUT_PATH_MAX], name[LAYOUT_NAME_MAX];
	struct buffer left;
	struct error error, said;
	buffer_init(&left, ERROR_TEXT);
	snprintf(name, sizeof(name), "%s", screen_layout_name(wall->screen));
	if (!wall_write_layout(wall, name, &left, path, &error)) {
		wall_show_notice(wall, error.text, true, false);
		buffer_free(&left);
		return;
	}
	screen_layout_named(wall->screen);
	os_short_path(path, shown, sizeof(shown));
	(void)error_set(&said, "Written: %s (cxwall -l %s)%s%s", shown, name, left.length > 0 ? ", without " : "",
		buffer_string(&left));
	wall_show_notice(wall, said.text, false, false);
	buffer_free(&left);
}

/* The one that is shown is among them wherever it comes from. */
static void wall_list_layouts(struct wall *wall)
{
	const struct layout *layout = wall->app->layout;
	struct layout_list *list = &wall->layouts;
	layout_list_free(list);
	layout_list_read(list);
	layout_list_used(list);
	layout_list_add(list, layout->name, layout->source, layout->text);
	if (wall->recorded != NULL && wall->recorded->request.length > 0)
		layout_list_add(list, wall->recorded->layout[0] != '\0' ? wall->recorded->layout : "recording", RECORDED_WALL_SOURCE,
			"# All panels of the recording, in the order in which they were asked for.");
}

static void preview_drop(struct preview *preview)
{
	board_free(preview->board);
	layout_free(preview->layout);
	*preview = (struct preview){ .layout = NULL };
}

/* What the data of now have for it; the rest begins with its own first answer. */
static void preview_fill(struct preview *preview, struct wall *wall)
{
	const char *absent = wall->replay != NULL ? "Not in this recording." :
		wall->session.feed->owns ? "Starts when this layout is chosen." : "Not among the data so far.";
	board_free(preview->board);
	preview->board = last_answer_board(&wall->session.last, wall->session.board, preview->layout, absent);
	preview->generation = wall->session.board->generation;
}

/* Before a drawing: the picture follows the cursor and the data. */
static void wall_bring_preview(struct wall *wall, struct scene *scene)
{
	struct preview *preview = &wall->preview;
	if (!screen_lists_layouts(wall->screen)) {
		preview_drop(preview);
		layout_list_free(&wall->layouts);
		scene->layouts = NULL;
		scene->layout_count = 0;
		return;
	}
	const struct scene_layout *chosen = screen_layout_chosen(wall->screen, scene);
	bool recorded;
	if (chosen == NULL)
		return;
	/* The one that is shown is the wall itself, with what was chosen of it. */
	if (strcmp(chosen->source, wall->app->layout->source) == 0) {
		preview_drop(preview);
		preview->scene = *scene;
		scene->preview = &preview->scene;
		return;
	}
	if (strcmp(preview->source, chosen->source) != 0) {
		preview_drop(preview);
		snprintf(preview->source, sizeof(preview->source), "%s", chosen->source);
		preview->layout = wall_find_layout(wall, chosen->source, &recorded, &preview->error);
	}
	scene->preview_error = preview->error.text;
	if (preview->layout == NULL)
		return;
	if (preview->board == NULL || preview->generation != wall->session.board->generation)
		preview_fill(preview, wall);
	preview->scene = *scene;
	preview->scene.layout = preview->layout;
	preview->scene.board = preview->board;
	preview->scene.history = NULL;
	preview->scene.alerts = NULL;
	scene->preview = &preview->scene;
}

/* ---- keys ---- */

/* What is on the screen now; the notice says where it went, for a while. */
static void wall_write(struct wall *wall)
{
	struct buffer page;
	struct error error;
	char path[512], text[ERROR_TEXT];
	bool written = false;
	buffer_init(&page, PAGE_BYTES_MAX);
	if (!screen_text(wall->screen, &page))
		snprintf(text, sizeof(text), "the page is too large to be written");
	else if ((written = page_file_write(buffer_string(&page), page.length, clock_wall_ms(), path, sizeof(path), &error)))
		snprintf(text, sizeof(text), "Page saved: %.*s", (int)sizeof(text) - 16, path);
	else
		snprintf(text, sizeof(text), "%s", error.text);
	wall_show_notice(wall, text, !written, false);
	buffer_free(&page);
}

/* What keys do with a recording. */
static void wall_control_replay(struct wall *wall, unsigned ask)
{
	struct replay *replay = wall->replay;
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
	alert_actions_now(&wall->session.alerts);
	/* Alerts of the minutes that were jumped over do not ring now. */
	if (ask & (SCREEN_ASK_STEP_BACK | SCREEN_ASK_JUMP | SCREEN_ASK_JUMP_BACK))
		(void)alert_actions_ring_due(&wall->session.alerts);
}

/* Esc alone is told from a sequence by the time that passes: nothing waits for it but this timer. */
static void wall_wait_for_key(struct wall *wall)
{
	int64_t wait_ms = screen_keys_wait(wall->screen);
	ev_timer_stop(wall->session.loop, &wall->key);
	if (wait_ms < 0)
		return;
	timer_start(wall->session.loop, &wall->key, (double)wait_ms / 1000);
}

static void wall_retry(struct wall *wall)
{
	struct feed *feed = wall->session.feed;
	if (feed->ops->retry != NULL)
		feed->ops->retry(feed);
}

static void wall_answer(struct wall *wall, void (*key)(struct alert_actions *actions, char answer[ALERT_ANSWER_MAX]))
{
	char answer[ALERT_ANSWER_MAX];
	key(&wall->session.alerts, answer);
	wall_show_notice(wall, answer, false, false);
}

static void wall_acknowledge_one(struct wall *wall)
{
	char answer[ALERT_ANSWER_MAX];
	alert_actions_acknowledge_one(&wall->session.alerts, screen_wish(wall->screen), answer);
	wall_show_notice(wall, answer, false, false);
}

static void wall_read_keys(struct wall *wall)
{
	struct scene scene = wall_scene(wall);
	unsigned ask = screen_keys(wall->screen, &scene);
	wall_wait_for_key(wall);
	if (ask & SCREEN_ASK_GONE) {
		session_end(&wall->session, STATUS_SIGNAL + SIGHUP);
		return;
	}
	if (ask & SCREEN_ASK_QUIT) {
		session_asked_to_end(&wall->session);
		session_end(&wall->session, STATUS_FINE);
		return;
	}
	if (ask & SCREEN_ASK_WRITE)
		wall_write(wall);
	if (ask & SCREEN_ASK_RELOAD)
		wall_reload(wall);
	if (ask & SCREEN_ASK_LAYOUTS)
		wall_list_layouts(wall);
	if (ask & SCREEN_ASK_LAYOUT)
		wall_change_layout(wall, screen_layout_wanted(wall->screen));
	if ((ask & SCREEN_ASK_NAMES) && wall->session.feed->ops->list_names != NULL)
		wall->session.feed->ops->list_names(wall->session.feed);
	if (ask & SCREEN_ASK_CHOOSE)
		wall_choose(wall);
	if (ask & SCREEN_ASK_SAVE)
		wall_save_layout(wall);
	if (ask & SCREEN_ASK_UNCHOOSE)
		wall_unchoose(wall);
	if (ask & SCREEN_ASK_RETRY)
		wall_retry(wall);
	alert_actions_use_log(&wall->session.alerts, wall->replay != NULL ? replay_alarms(wall->replay) : NULL);
	if (ask & SCREEN_ASK_ACKNOWLEDGE_ONE)
		wall_acknowledge_one(wall);
	if (ask & SCREEN_ASK_ACKNOWLEDGE)
		wall_answer(wall, alert_actions_acknowledge);
	if (ask & SCREEN_ASK_MUTE)
		wall_answer(wall, alert_actions_mute);
	if (wall->replay != NULL)
		wall_control_replay(wall, ask);
	if (ask != SCREEN_ASK_NOTHING)
		wall->session.dirty = true;
}

static void on_keys(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)loop;
	(void)events;
	wall_read_keys(watcher->data);
}

static void on_key(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)loop;
	(void)events;
	wall_read_keys(watcher->data);
}

/* ---- drawing ---- */

static void wall_on_taken(void *context)
{
	struct wall *wall = context;
	/* Frames were skipped meanwhile. */
	wall->session.dirty = true;
}

static void wall_on_gone(void *context)
{
	struct wall *wall = context;
	session_end(&wall->session, STATUS_SIGNAL + SIGHUP);
}

static void wall_on_tick(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct wall *wall = watcher->data;
	(void)loop;
	(void)events;
	wall->session.dirty = true;
}

static void on_repaint(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct wall *wall = watcher->data;
	(void)loop;
	(void)events;
	screen_repaint(wall->screen);
	wall->session.dirty = true;
}

/*
 * A poll that begins just after the tick redraws the screen anyway: then the tick waits for its answer, and draws if
 * that is late.
 */
static int64_t tick_after_poll(const struct scene *scene, int64_t wait_ms)
{
	int64_t poll_ms = scene->link->next_try_ms - scene->now_ms;
	bool soon = scene->link->state == LINK_LIVE && poll_ms >= wait_ms && poll_ms < wait_ms + LIVE_ALIGN_MS;
	return soon ? poll_ms + ANSWER_MS : wait_ms;
}

/* In how many milliseconds the next drawing is due, if nothing else happens. */
static int64_t wall_plan_tick(struct wall *wall, const struct scene *scene)
{
	int64_t wait_ms = screen_next_change(wall->screen, scene);
	ev_timer_stop(wall->session.loop, &wall->tick);
	if (wait_ms < 0)
		return WATCHDOG_NEVER;
	wait_ms = tick_after_poll(scene, wait_ms);
	timer_start(wall->session.loop, &wall->tick, (double)wait_ms / 1000);
	return wait_ms;
}

static void wall_draw(struct wall *wall)
{
	if (!wall->session.dirty || wall->screen == NULL)
		return;
	if (screen_taken(wall->screen)) {
		session_end(&wall->session, STATUS_SIGNAL + SIGHUP);
		return;
	}
	if (alert_actions_ring_due(&wall->session.alerts))
		screen_ring(wall->screen);
	if (screen_pending(wall->screen) && !wall_output_flush(&wall->output))
		return;
	wall->session.dirty = false;
	struct scene scene = wall_scene(wall);
	wall_bring_preview(wall, &scene);
	screen_draw(wall->screen, &scene);
	/* Nearly always the terminal takes it at once, and the loop need not be asked. */
	(void)wall_output_flush(&wall->output);
	/* Without a terminal the wall ended. */
	if (wall->screen == NULL)
		return;
	watchdog_drawn(&wall->watchdog, clock_boot_ms() + wall_plan_tick(wall, &scene));
}

/* What people look at first; the session then saves the frame that commands may read. */
static void wall_on_turn(void *context)
{
	struct wall *wall = context;
	file_watch_turn(&wall->file);
	wall_draw(wall);
}

/* ---- the terminal ---- */

static void wall_close_screen(struct wall *wall)
{
	if (wall->screen == NULL)
		return;
	ev_io_stop(wall->session.loop, &wall->keys);
	wall_output_close(&wall->output);
	ev_timer_stop(wall->session.loop, &wall->tick);
	ev_timer_stop(wall->session.loop, &wall->repaint);
	ev_timer_stop(wall->session.loop, &wall->key);
	screen_close(wall->screen);
	wall->screen = NULL;
	if (wall->saved_stderr >= 0) {
		dup2(wall->saved_stderr, 2);
		close(wall->saved_stderr);
		wall->saved_stderr = -1;
	}
}

/* Whatever a library prints must not land on the wall. */
static void wall_redirect_stderr(struct wall *wall)
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

static void wall_suspend(struct wall *wall, ev_signal *watcher)
{
	session_flush(&wall->session);
	screen_suspend(wall->screen);
	/* The default action, once; where nobody does job control it has no effect. */
	ev_signal_stop(wall->session.loop, watcher);
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	ev_signal_start(wall->session.loop, watcher);
	ev_now_update(wall->session.loop);
	screen_resume(wall->screen);
	wall->session.dirty = true;
}

static void on_terminal_signal(struct ev_loop *loop, ev_signal *watcher, int events)
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
	wall->session.dirty = true;
}

static bool wall_open_screen(struct wall *wall)
{
	struct screen_options options = app_screen_options(wall->app);
	struct error error;
	wall->screen = screen_open(&options, &error);
	if (wall->screen == NULL) {
		message("%s", error.text);
		wall->session.status = STATUS_USAGE;
		return false;
	}
	wall_redirect_stderr(wall);
	return true;
}

/* Before ncurses starts: it leaves alone what is taken (its own handlers would end the program). */
static void wall_start_signals(struct wall *wall)
{
	for (int i = 0; i < SIGNALS; i++) {
		ev_signal_init(&wall->signals[i], on_terminal_signal, watched[i]);
		wall->signals[i].data = wall;
		if (watched[i] != SIGTSTP || !signals_ignored(SIGTSTP))
			ev_signal_start(wall->session.loop, &wall->signals[i]);
	}
}

static void wall_start_watchers(struct wall *wall)
{
	struct ev_loop *loop = wall->session.loop;
	ev_io_init(&wall->keys, on_keys, screen_input(wall->screen), EV_READ);
	wall->output.taken = wall_on_taken;
	wall->output.gone = wall_on_gone;
	wall->output.context = wall;
	wall_output_open(&wall->output, loop, wall->screen);
	ev_timer_init(&wall->tick, wall_on_tick, 0., 0.);
	ev_timer_init(&wall->key, on_key, 0., 0.);
	ev_timer_init(&wall->repaint, on_repaint, REPAINT_SECONDS, REPAINT_SECONDS);
	wall->keys.data = wall->tick.data = wall->repaint.data = wall->key.data = wall;
	ev_io_start(loop, &wall->keys);
	ev_timer_start(loop, &wall->repaint);
	wall->file.changed = wall_reload;
	wall->file.gone = on_file_gone;
	wall->file.context = wall;
	wall_watch_layout(wall);
}

/* ---- a recording as the feed ---- */

static void on_replay_moved(void *context)
{
	session_forget(context);
}

/* The recorded wall began anew, and its alerts with it. */
static void on_replay_restarted(void *context)
{
	struct session *session = context;
	alert_actions_reset(&session->alerts);
}

static void on_replay_recall(void *context, const struct alerts_saved *mark)
{
	struct session *session = context;
	alert_actions_restore(&session->alerts, mark);
}

static void on_replay_notice(void *context, const char *text)
{
	struct session *session = context;
	wall_show_notice(session->calls.context, text, true, false);
}

static void on_replay_settled(void *context)
{
	struct session *session = context;
	/* What became due since the last answer, also where the replay is held and no timer runs. */
	alert_actions_now(&session->alerts);
	(void)alert_actions_ring_due(&session->alerts);
}

static bool wall_open_replay(struct wall *wall)
{
	const struct options *options = wall->app->options;
	struct replay_options how = { .path = options->operands[0], .at = options->at, .speed = options->speed,
		.names = options->names };
	struct replay_hooks hooks = { .moved = on_replay_moved, .restarted = on_replay_restarted,
		.recall = on_replay_recall, .notice = on_replay_notice, .settled = on_replay_settled };
	struct feed_sink sink = session_sink(&wall->session);
	struct error error;
	wall->replay = replay_new(wall->session.loop, wall->app->layout, &how, &sink, &hooks, &error);
	if (wall->replay == NULL) {
		message("%s", error.text);
		wall->session.status = STATUS_USAGE;
		return false;
	}
	session_attach(&wall->session, replay_feed(wall->replay));
	return true;
}

/* ---- the session ---- */

/* A failing recording stays on the screen, because what is not recorded is lost. */
static void wall_on_notice(void *context, enum session_notice kind, const char *text)
{
	struct wall *wall = context;
	bool good = kind == SESSION_RECORD || kind == SESSION_HISTORY;
	bool lasts = kind == SESSION_RECORD_FAILED || (kind == SESSION_HISTORY_FAILED && store_trouble(wall->session.store)[0] != '\0');
	wall_show_notice(wall, text, !good, lasts);
}

static void wall_on_frame(void *context, const struct frame *frame, const struct decode_report *report)
{
	struct wall *wall = context;
	if (wall->past.live != NULL && frame->kind == FRAME_DATA && report != NULL && report->filled > 0)
		past_begin(&wall->past);
}

static void wall_on_changed(void *context)
{
	struct wall *wall = context;
	char text[ERROR_TEXT];
	if (wall->replay != NULL)
		wall->session.alerts.speed = replay_speed(wall->replay);
	if (!wall->told_of_alerts && session_acts_elsewhere(&wall->session, text, sizeof(text))) {
		wall->told_of_alerts = true;
		wall_show_notice(wall, text, true, false);
	}
}

static void wall_on_log_opened(void *context)
{
	struct wall *wall = context;
	if (wall->screen != NULL)
		wall_redirect_stderr(wall);
}

/* The terminal first, so that the user is not kept waiting; then the subscription. */
static void wall_on_ending(void *context)
{
	struct wall *wall = context;
	file_watch_stop(&wall->file);
	wall_close_screen(wall);
}

static bool wall_open_live(struct wall *wall)
{
	struct app *app = wall->app;
	struct saved_frame_options saved = app_saved_options(app);
	struct live *live = NULL;
	struct error error;
	session_restore(&wall->session, app->simulated ? NULL : &saved);
	wall->feed = app_feed_options(app);
	wall->feed.live.align_to_second = true;
	bool good = session_connect(&wall->session, &wall->feed, &live, &error);
	if (!good)
		message("%s", error.text);
	wall->past = (struct past){ .session = &wall->session, .live = app->simulated ? live : NULL };
	return good;
}

static bool wall_start_session(struct wall *wall)
{
	struct app *app = wall->app;
	struct session *session = &wall->session;
	*session = (struct session){
		.layout = app->layout, .names = app->options->names, .keeps_history = true, .reads_past = true,
		.keeps_last = true, .evaluates_alerts = true,
		.acts = !app->simulated, .dirty = true,
		.calls = { .turn = wall_on_turn, .frame = wall_on_frame, .changed = wall_on_changed, .notice = wall_on_notice, .reload = wall_reload,
			.log_opened = wall_on_log_opened, .ending = wall_on_ending, .context = wall },
	};
	if (wall->recorded == NULL)
		session->record_options = app_record_options(app);
	session->store_options = app_store_options(app);
	bool good = session_open(session);
	wall_start_signals(wall);
	if (!good)
		return false;
	return wall->recorded != NULL ? wall_open_replay(wall) : wall_open_live(wall);
}

static void wall_run_session(struct wall *wall)
{
	struct session *session = &wall->session;
	bool live = wall->replay == NULL;
	wall_start_watchers(wall);
	os_user_terminal(session->alerts.who, sizeof(session->alerts.who));
	if (live)
		watchdog_start(&wall->watchdog, session->loop, session_link(session));
	session_run(session);
	if (live)
		watchdog_stop(&wall->watchdog);
}

static int wall_show(struct app *app, const struct recorded_wall *recorded)
{
	if (!app_load_themes(app))
		return STATUS_USAGE;
	struct wall wall = { .app = app, .base = app->layout, .recorded = recorded, .saved_stderr = -1 };
	if (wall_start_session(&wall) && wall_open_screen(&wall))
		wall_run_session(&wall);
	wall_close_screen(&wall);
	file_watch_stop(&wall.file);
	for (int i = 0; i < SIGNALS; i++)
		ev_signal_stop(wall.session.loop, &wall.signals[i]);
	past_stop(&wall.past);
	preview_drop(&wall.preview);
	layout_list_free(&wall.layouts);
	session_close(&wall.session);
	wall_forget_choices(&wall);
	if (wall.base != app->layout)
		layout_free(wall.base);
	return wall.session.status;
}

int wall_run(struct app *app)
{
	return wall_show(app, NULL);
}

/* ---- the commands ---- */

/* Layout first: its mistakes are told even where the connection is not configured yet. */
static int check_config(struct app *app)
{
	if (!app_load_layout(app))
		return STATUS_USAGE;
	if (!app_load_themes(app))
		return STATUS_USAGE;
	const struct layout *layout = app->layout;
	unsigned count = 0;
	for (const struct layout_warning *at = layout->warnings; at != NULL; at = at->next, count++)
		message("%s", at->text);
	struct error error;
	for (unsigned index = 0; app_next_program_trouble(layout, &index, &error); count++)
		message("%s", error.text);
	if (!app_feed_configured_to_act(app))
		return STATUS_USAGE;
	for (unsigned index = 0; app_next_option_trouble(app, &index, &error); count++)
		message("%s", error.text);
	if (count == 0)
		printf("%s: OK\n", layout->source);
	else
		printf("%s: OK, with %u warning%s\n", layout->source, count, text_plural(count, "", "s"));
	return STATUS_FINE;
}

static int run_command(struct app *app)
{
	if (app->options->print_config) {
		options_print(stdout, app->options, "run", true);
		return STATUS_FINE;
	}
	if (app->options->check_config)
		return check_config(app);
	if (!app_load_layout(app) || !app_feed_configured_to_act(app))
		return STATUS_USAGE;
	app_feed_tag(app);
	return wall_run(app);
}

/*
 * The recorded wall's own layout, where a layout of its name shows what was recorded; else one that is made of the
 * recording. --layout names another; the configuration's is for the live wall.
 */
static bool load_recorded_layout(struct app *app, const struct recorded_wall *recorded)
{
	struct options *options = app->options;
	struct error error;
	if (options_given(options, "layout"))
		return app_load_layout(app);
	if (recorded->layout[0] != '\0' && strchr(recorded->layout, '/') == NULL)
		app->layout = app_layout_named(app, recorded->layout, &error);
	if (app->layout != NULL && recorded_wall_suits(recorded, app->layout)) {
		options->layout = recorded->layout;
		return true;
	}
	layout_free(app->layout);
	app->layout = recorded_wall_layout(recorded, &error);
	app->layout_is_recorded = app->layout != NULL;
	return app->layout != NULL || app_load_layout(app);
}

/* `cxwall replay FILE`: the wall on a recording. */
static int replay_command(struct app *app)
{
	if (app->options->operand_count != 1) {
		message("replay needs one recording: cxwall replay FILE");
		return STATUS_USAGE;
	}
	struct recorded_wall recorded;
	struct error error;
	app->acts = false;
	if (!recorded_wall_read(&recorded, app->options->operands[0], &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	int status = load_recorded_layout(app, &recorded) ? wall_show(app, &recorded) : STATUS_USAGE;
	recorded_wall_free(&recorded);
	return status;
}

const struct command command_run = {
	.name = "run",
	.function = run_command,
	.task = TASK_WALL,
	.operands = "",
	.help = "the wall (this is the default)",
	.examples = {
		{ "cxwall", "The wall, with the layout of the configuration." },
		{ "cxwall -l queues --theme dark", "Another layout, in the colours for a dark background." },
	},
};

const struct command command_replay = {
	.name = "replay",
	.function = replay_command,
	.task = TASK_RECORDS,
	.operands = "FILE",
	.help = "the wall on a recording",
	.examples = {
		{ "cxwall replay monday.rec --at 14:05 --speed 8", "Monday from five past two, eight times as fast." },
	},
};
