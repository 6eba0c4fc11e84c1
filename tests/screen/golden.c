/*
 * Golden screens: each panel type and each shipped layout, at four sizes, in three sets of glyphs and a fourth at two, at
 * five numbers of colours, compared with tests/screen/sheets as text and attributes. The screen runs on a real
 * pseudo-terminal, and keys are typed into that. `tests/screen/accept` writes what is drawn now as what is right.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "centre.h"
#include "screen/screen.h"
#include "board/last_answer.h"
#include "sheet.h"

/* Terminal types without sets of glyphs of their own, one for each number of colours; the last says that it takes 24 bits. */
enum { FULL_DEPTH = SHEET_DEPTHS - 1 };
static const char *const terminals[SHEET_DEPTHS] = { "xterm-256color", "xterm-16color", "xterm", "vt220", "xterm-256color" };

static const struct size_of_sheet {
	int columns, lines;
	unsigned sizes; /* bit */
} sizes[] = { { 40, 10, 1 }, { 80, 24, 2 }, { 132, 43, 4 }, { 240, 67, 8 } };

enum { EVERY = 15, SMALL = 3 };

static const struct glyphs_of_sheet {
	const char *name;
	int glyphs;
	bool utf8;
	unsigned sizes; /* bits, as those of pictures */
} glyph_sets[] = {
	{ "utf8", GLYPHS_UTF8, true, EVERY },
	{ "console", GLYPHS_CONSOLE, true, EVERY },
	{ "plain", GLYPHS_PLAIN, true, SMALL },
	{ "ascii", GLYPHS_AUTO, false, EVERY },
};

enum trouble { FINE, STALE, NOTHING_YET, REFUSED, NOTICE, REPLAYED, ALARM, KNOWN_ALARM, ALARM_DAY, NO_ALARM, LISTED, CHOOSING, LIMITED };

/* Panels are pictures of a panel alone, as zoom shows them; keys are typed before the last drawing. */
static const struct picture {
	const char *name, *layout, *panel;
	const char *keys;
	unsigned sizes;
	enum trouble trouble;
} pictures[] = {
	{ "totals", "panels", "totals", "", EVERY, FINE },
	{ "block letters", "letters", NULL, "", 8, FINE },
	{ "large block letters", "letters", NULL, "]", 8, FINE },
	{ "service_grid", "panels", "services", "", EVERY, FINE },
	{ "agent_grid", "panels", "agents", "", EVERY, FINE },
	{ "rows of one line", "growing", "one", "", EVERY, FINE },
	{ "rows of three lines", "growing", "three", "", EVERY, FINE },
	{ "rows of five lines", "growing", "five", "", EVERY, FINE },
	{ "rows that find their size", "growing", NULL, "", EVERY, FINE },
	{ "a large row selected", "growing", "three", "j", SMALL, FINE },
	{ "large rows, filtered", "growing", "three", "/sa\r", SMALL, FINE },
	{ "large rows, stale", "growing", "five", "", 8, STALE },
	{ "agent_states", "panels", "states", "", EVERY, FINE },
	{ "agents with lists", "crew", NULL, "", EVERY, FINE },
	{ "agents with lists, paused", "crew", NULL, "p", 2, FINE },
	{ "agents with lists, stale", "crew", NULL, "", 2, STALE },
	{ "availability", "panels", "open", "", EVERY, FINE },
	{ "messages", "panels", "news", "", EVERY, FINE },
	{ "campaigns", "panels", "dials", "", EVERY, FINE },
	{ "alerts", "panels", "alarms", "", EVERY, FINE },
	{ "clock", "panels", "time", "", EVERY, FINE },
	{ "text", "panels", "words", "", EVERY, FINE },
	{ "intervals", "panels", "halves", "", EVERY, FINE },
	{ "intervals, stale", "panels", "halves", "", 2, STALE },
	{ "staffing", "staffing", "people", "", EVERY, FINE },
	{ "tiles of staffing", "staffing", NULL, "", EVERY, FINE },
	{ "staffing, one more", "staffing", NULL, "+", SMALL, FINE },
	{ "staffing, two fewer", "staffing", NULL, "--", SMALL, FINE },
	{ "staffing, stale", "staffing", NULL, "", 2, STALE },
	{ "staffing before the first data", "staffing", NULL, "", 2, NOTHING_YET },
	{ "charts", "charts", NULL, "", EVERY, FINE },
	{ "a chart", "charts", "both", "", SMALL, FINE },
	{ "charts, paused", "charts", NULL, "p", 2, FINE },
	{ "charts, stale", "charts", NULL, "", 2, STALE },
	{ "charts before the first data", "charts", NULL, "", 2, NOTHING_YET },
	{ "all panels", "panels", NULL, "", EVERY, FINE },
	{ "overview", "overview", NULL, "", EVERY, FINE },
	{ "queues", "queues", NULL, "", EVERY, FINE },
	{ "agents", "agents", NULL, "", SMALL | 4, FINE },
	{ "days", "days", NULL, "", EVERY, FINE },
	{ "days, stale", "days", NULL, "", 2, STALE },
	{ "days before the first data", "days", NULL, "", 2, NOTHING_YET },
	{ "day", "day", NULL, "", EVERY, FINE },
	{ "service-level", "service-level", NULL, "", EVERY, FINE },
	{ "night", "night", NULL, "", SMALL, FINE },
	{ "night, second page", "night", NULL, "]", SMALL, FINE },
	{ "console", "console", NULL, "", SMALL, FINE },
	{ "a row selected", "overview", NULL, "\tjj", SMALL, FINE },
	{ "help", "overview", NULL, "?", EVERY, FINE },
	{ "help, scrolled", "overview", NULL, "?jjj", 1, FINE },
	{ "help, filtered", "overview", NULL, "?/page", SMALL, FINE },
	{ "help of a replay", "overview", NULL, "?", SMALL | 4, REPLAYED },
	{ "typing a filter", "overview", NULL, "\t/ma", SMALL, FINE },
	{ "searching", "overview", NULL, "\\s", SMALL, FINE },
	{ "a match on another page", "alarm", NULL, "]\\sup\r", SMALL, FINE },
	{ "a bad filter", "overview", NULL, "\t/ma(", SMALL, FINE },
	{ "sorted by name", "overview", NULL, "\ts1", SMALL, FINE },
	{ "asking for a state", "overview", NULL, "f", SMALL, FINE },
	{ "only after-call work", "overview", NULL, "f5", SMALL, FINE },
	{ "zoomed", "overview", NULL, "\tz", EVERY, FINE },
	{ "the command line", "overview", NULL, ":", EVERY, FINE },
	{ "commands that fit", "overview", NULL, ":the\t", SMALL, FINE },
	{ "no command of this name", "overview", NULL, ":pauze\r", SMALL, FINE },
	{ "zoomed totals", "overview", NULL, "z\t\t\t\t", EVERY, FINE },
	{ "card of an agent", "agents", NULL, "j\r", EVERY, FINE },
	{ "card of an agent, stale", "agents", NULL, "j\r", 2, STALE },
	{ "card of a service", "queues", NULL, "j\r", EVERY, FINE },
	{ "card of a service, stale", "queues", NULL, "j\r", 2, STALE },
	{ "card of a service, scrolled", "queues", NULL, "j\rjj", 1, FINE },
	{ "card of a service that is asked for", "panels", "open", "j\r", SMALL, FINE },
	{ "card of a message", "panels", "news", "j\r", SMALL, FINE },
	{ "card of a campaign", "panels", "dials", "j\r", 2, FINE },
	{ "card of an alarm", "alarm", NULL, "Ai", EVERY, ALARM_DAY },
	{ "card, theme light", "agents", NULL, "tj\r", 2, FINE },
	{ "what a column means", "queues", NULL, "i\t", EVERY, FINE },
	{ "what a tile means", "overview", NULL, "ih", EVERY, FINE },
	{ "what a panel means", "panels", "states", "i", SMALL, FINE },
	{ "paused", "overview", NULL, "p", SMALL, FINE },
	{ "stale", "overview", NULL, "", SMALL, STALE },
	{ "before the first data", "overview", NULL, "", SMALL, NOTHING_YET },
	{ "refused", "overview", NULL, "", SMALL, REFUSED },
	{ "a notice", "overview", NULL, "", SMALL, NOTICE },
	{ "tabs", "alarm", NULL, "]", EVERY, FINE },
	{ "an alarm", "alarm", NULL, "", EVERY, ALARM },
	{ "an alarm that is known", "alarm", NULL, "", SMALL, KNOWN_ALARM },
	{ "alarms of today", "alarm", NULL, "A", EVERY, ALARM_DAY },
	{ "alarms of today, one acknowledged, filtered", "alarm", NULL, "Aj/al\r", SMALL, ALARM_DAY },
	{ "no alarm so far", "alarm", NULL, "A", SMALL, NO_ALARM },
	{ "layouts", "overview", NULL, "L", EVERY, LISTED },
	{ "layouts, another one", "overview", NULL, "Ljj", EVERY, LISTED },
	{ "layouts, filtered, one that cannot be read", "overview", NULL, "L/bro\r", SMALL, LISTED },
	{ "services to choose", "overview", NULL, "S", EVERY, CHOOSING },
	{ "services, two chosen, filtered", "overview", NULL, "Sn j /s\r", SMALL, CHOOSING },
	{ "no service chosen", "overview", NULL, "Sn\r", SMALL, CHOOSING },
	{ "teams to choose", "overview", NULL, "S\t", SMALL, CHOOSING },
	{ "a page of three services and a team", "overview", NULL, "", EVERY, LIMITED },
	{ "a name for a layout", "overview", NULL, "Wmine", SMALL, FINE },
	{ "theme light", "overview", NULL, "t", 2, FINE },
	{ "theme safe", "overview", NULL, "tt", 2, FINE },
	{ "theme contrast", "overview", NULL, "ttt", 2, FINE },
};
enum { PICTURE_COUNT = sizeof(pictures) / sizeof(pictures[0]) };

struct stage {
	int master;
	int tap; /* where results go while 1 is the terminal */
	struct layout *layout;
	struct board *board;
	struct history *history;
	struct alerts *alerts;
	struct alarm_log *alarms;
	struct link link;
	struct scene scene;
	struct screen *screen;
	struct layout *previewed; /* with its board: what the list of layouts shows a picture of */
	struct board *preview_board;
	struct scene preview;
};

/* What there is to choose from, without the folders of a machine. */
static struct scene_layout layouts[] = {
	{ .name = "agents", .about = "For a team lead at the desk: who does what, and for how long.", .where = "built in", .source = "agents" },
	{ .name = "broken", .about = "Somebody is at it.", .where = "~/.config/cxwall/layouts", .source = "broken" },
	{ .name = "night", .about = "A small crew at night: is anybody waiting, and is anybody there? Two pages that take turns.", .where = "built in", .source = "night" },
	{ .name = "overview", .about = "Everything at a glance: who waits, how long, who can help.", .where = "built in", .source = "overview" },
	{ .name = "queues", .about = "A wall for the floor: large numbers above, one row for each queue below, as large as there is room for.", .where = "built in", .source = "queues" },
	{ .name = "service-level", .about = "The day so far: service level, abandonment and speed of answer, per queue, with the totals asked from the server.", .where = "built in", .source = "service-level" },
};

static void die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static struct layout *find_layout(const char *name)
{
	struct error error = { "" };
	struct layout *layout = NULL;
	char path[512];
	const char *source = getenv("srcdir");
	snprintf(path, sizeof(path), "%s/tests/screen/%s.conf", source != NULL ? source : ".", name);
	for (const struct builtin_layout *at = builtin_layouts; at->name != NULL && layout == NULL; at++)
		if (strcmp(at->name, name) == 0)
			layout = layout_parse(name, name, at->text, &error);
	struct file_text file;
	if (layout == NULL && file_text_read(&file, path, CONFIG_BYTES_MAX, &error)) {
		layout = layout_load_open(path, &file, &error);
		file_text_close(&file);
	}
	if (layout == NULL)
		die(error.text);
	return layout;
}

static void make_trouble(struct stage *stage, enum trouble trouble)
{
	struct link *link = &stage->link;
	*link = (struct link){ .state = LINK_LIVE, .interval = 5, .accepted_ms = CENTRE_NOW_MS, .latency_ms = 4,
		.polls = 12, .accepted = 12, .bytes = 3456 };
	snprintf(link->peer, sizeof(link->peer), "https://example.cx.onecloud.com");
	if (trouble == STALE) {
		link->state = LINK_TROUBLE;
		link->next_try_ms = CENTRE_NOW_MS + 59 * 1000;
		snprintf(link->cause, sizeof(link->cause), "Cannot connect to example.cx.onecloud.com");
		snprintf(link->advice, sizeof(link->advice), "Check the network.");
	}
	if (trouble == NOTHING_YET)
		link->state = LINK_WAITING;
	if (trouble == REFUSED) {
		link->state = LINK_REFUSED;
		snprintf(link->cause, sizeof(link->cause), "the API secret was refused");
		snprintf(link->advice, sizeof(link->advice), "correct the secret, then press r");
	}
	if (trouble == NOTHING_YET || trouble == REFUSED)
		link->accepted_ms = 0;
}

static void keep_alarm(void *context, const struct alert_event *event)
{
	alarm_log_event(context, event);
}

static void keep_frame(struct stage *stage, int64_t wall_ms)
{
	struct board_view view = scene_board_view(&stage->scene);
	view.wall_ms = wall_ms;
	alarm_log_frame(stage->alarms, &view);
}

/* One that fired in the morning, and is over. */
static void keep_past(struct stage *stage, unsigned rule, const char *row, const char *shown, int64_t minutes_ago, int64_t lasted)
{
	struct alert_state state = { .rule = &stage->layout->alerts[rule] };
	struct alert_event event = { .kind = ALERT_FIRED, .state = &state };
	snprintf(state.key, sizeof(state.key), "%s", row);
	snprintf(state.row, sizeof(state.row), "%s", row);
	snprintf(state.shown, sizeof(state.shown), "%s", shown);
	state.fired_ms = CENTRE_NOW_MS - minutes_ago * 60000;
	event.wall_ms = CENTRE_WALL_MS - minutes_ago * 60000;
	keep_alarm(stage->alarms, &event);
	if (minutes_ago == 71)
		alarm_log_acknowledge(stage->alarms, &state, event.wall_ms + 60000, event.wall_ms + 11 * 60000, "ann@pts/3");
	event.kind = ALERT_CLEARED;
	event.lasted_ms = lasted * 1000;
	event.wall_ms += event.lasted_ms;
	keep_alarm(stage->alarms, &event);
}

/* Somebody looks since the morning, with a hole in between. */
static void keep_morning(struct stage *stage)
{
	for (int minute = 340; minute > 0; minute--)
		if (minute > 230 || minute < 218)
			for (int second = 0; second < 60; second += 10)
				keep_frame(stage, CENTRE_WALL_MS - minute * 60000 + second * 1000);
	keep_past(stage, 1, "Support", "9", 320, 64);
	keep_past(stage, 0, "Sales", "68 %", 190, 3725);
	keep_past(stage, 1, "A service with a name that is far too long for its column", "11", 71, 754);
}

/* What fires has done so for a while. */
static void raise_alarm(struct stage *stage, enum trouble trouble)
{
	int64_t now_ms = stage->scene.now_ms;
	stage->alarms = alarm_log_new(false);
	stage->alerts = alerts_new(stage->layout, (struct alerts_sink){ .event = keep_alarm, .context = stage->alarms });
	if (trouble == ALARM_DAY)
		keep_morning(stage);
	stage->scene.now_ms = CENTRE_NOW_MS;
	struct board_view view = scene_board_view(&stage->scene);
	keep_frame(stage, stage->scene.wall_ms);
	if (trouble != NO_ALARM)
		alerts_frame(stage->alerts, &view);
	if (trouble == KNOWN_ALARM)
		(void)alerts_acknowledge(stage->alerts, now_ms);
	const struct alert_state *first = alerts_firing(stage->alerts, 0);
	if (trouble == ALARM_DAY) {
		int64_t until_ms = 55 * 60000 - stage->scene.wall_ms % 60000;
		(void)alerts_acknowledge_one(stage->alerts, first->rule->name, text_hash(first->key), first->fired_ms, now_ms + until_ms);
		alarm_log_acknowledge(stage->alarms, first, stage->scene.wall_ms, stage->scene.wall_ms + until_ms, "ann@pts/3");
	}
	stage->scene.now_ms = now_ms;
	stage->scene.alerts = stage->alerts;
	stage->scene.alarms = stage->alarms;
}

/* What the feed lists. */
static struct catalogue_entry service_entries[] = {
	{ .id = "1", .name = "Billing" }, { .id = "2", .name = "Billing and everything about invoices" }, { .id = "3", .name = "Chat" },
	{ .id = "4", .name = "Claims" }, { .id = "5", .name = "Deliveries" }, { .id = "6", .name = "Returns" }, { .id = "7", .name = "Sales" },
	{ .id = "8", .name = "Sales, north" }, { .id = "9", .name = "Sales, south" }, { .id = "10", .name = "Support" },
	{ .id = "11", .name = "Support at night" }, { .id = "12", .name = "Switchboard" }, { .id = "13", .name = "Web form" },
	{ .id = "14", .name = "お客様第一" },
};
static struct catalogue_entry team_entries[] = { { .id = "1", .name = "Customer Service" }, { .id = "2", .name = "Digital" }, { .id = "3", .name = "Sales" } };
static const struct catalogue services = { .entries = service_entries, .count = 14, .known = true };
static const struct catalogue teams = { .entries = team_entries, .count = 3, .known = true };
static const char *const chosen_services[] = { "Billing", "Sales", "Support" }, *const chosen_teams[] = { "Digital" };
static const struct layout_changes changed = { .choices = { { { true, { chosen_services, 3 } }, { true, { chosen_teams, 1 } } } } };

static void set_scene(struct stage *stage, const struct picture *picture)
{
	stage->layout = find_layout(picture->layout);
	stage->board = board_new(stage->layout);
	stage->history = history_new(stage->layout);
	if (picture->trouble != NOTHING_YET && picture->trouble != REFUSED)
		centre_fill(stage->board, stage->history);
	make_trouble(stage, picture->trouble);
	int64_t later_ms = picture->trouble == STALE ? 45 * 1000 : 3 * 1000;
	stage->scene = (struct scene){ .layout = stage->layout, .board = stage->board, .history = stage->history,
		.link = &stage->link, .tenant = "example.cx.onecloud.com", .now_ms = CENTRE_NOW_MS + later_ms,
		.wall_ms = CENTRE_WALL_MS + later_ms,
		.notice = picture->trouble == NOTICE ? "overview.conf:12: unknown key 'pannels' (did you mean 'panels'?)" : "" };
	if (picture->trouble == REPLAYED)
		stage->scene.replay = "REPLAY  Tue 2025-11-25 14:05:03  x1";
	if (picture->trouble == LISTED) {
		stage->scene.layouts = layouts;
		stage->scene.layout_count = sizeof(layouts) / sizeof(layouts[0]);
	} else if (picture->trouble == CHOOSING || picture->trouble == LIMITED) {
		stage->scene.asks = true;
		stage->scene.services = &services;
		stage->scene.teams = &teams;
		stage->scene.changes = picture->trouble == LIMITED ? &changed : NULL;
	} else if (picture->trouble >= ALARM) {
		raise_alarm(stage, picture->trouble);
	}
}

static void drop_preview(struct stage *stage)
{
	board_free(stage->preview_board);
	layout_free(stage->previewed);
	stage->preview_board = NULL;
	stage->previewed = NULL;
	stage->scene.preview = NULL;
}

/* Of the layout at the cursor, with what the data of this one have for it. */
static void set_preview(struct stage *stage)
{
	const struct scene_layout *chosen = screen_layout_chosen(stage->screen, &stage->scene);
	struct last_answer none;
	if (chosen == NULL || (stage->previewed != NULL && strcmp(stage->previewed->name, chosen->name) == 0))
		return;
	drop_preview(stage);
	stage->scene.preview_error = "~/.config/cxwall/layouts/broken.conf:3: unknown key 'pannels' (did you mean 'panels'?)";
	if (strcmp(chosen->name, "broken") == 0)
		return;
	last_answer_init(&none);
	stage->previewed = find_layout(chosen->name);
	stage->preview_board = last_answer_board(&none, stage->board, stage->previewed, "Starts when this layout is chosen.");
	last_answer_free(&none);
	stage->preview = stage->scene;
	stage->preview.layout = stage->previewed;
	stage->preview.board = stage->preview_board;
	stage->preview.history = NULL;
	stage->scene.preview = &stage->preview;
}

static void strike_scene(struct stage *stage)
{
	drop_preview(stage);
	alerts_free(stage->alerts);
	alarm_log_free(stage->alarms);
	stage->alerts = NULL;
	stage->alarms = NULL;
	history_free(stage->history);
	board_free(stage->board);
	layout_free(stage->layout);
}

/* Until the terminal has taken the frame. */
static void read_frame(struct stage *stage)
{
	char bytes[65536];
	do {
		while (read(stage->master, bytes, sizeof(bytes)) > 0)
			;
		if (!screen_flush(stage->screen))
			die("the terminal is gone");
	} while (screen_pending(stage->screen));
	while (read(stage->master, bytes, sizeof(bytes)) > 0)
		;
}

static void draw(struct stage *stage)
{
	set_preview(stage);
	screen_draw(stage->screen, &stage->scene);
	read_frame(stage);
}

/* One key after the other, each with its picture, as fingers do it. */
static void type(struct stage *stage, const char *keys)
{
	for (; *keys != '\0'; keys++) {
		struct pollfd poller = { .fd = screen_input(stage->screen), .events = POLLIN };
		if (write(stage->master, keys, 1) != 1 || poll(&poller, 1, 5000) != 1)
			die("the keyboard is broken");
		(void)screen_keys(stage->screen, &stage->scene);
		draw(stage);
	}
}

/* What the screen asks at its start: no synchronised output, and letters that are one column wide. */
static void answer(struct stage *stage)
{
	static const char answers[] = "\033[?2026;0$y\033[2;3R";
	struct pollfd poller = { .fd = screen_input(stage->screen), .events = POLLIN };
	if (write(stage->master, answers, sizeof(answers) - 1) != sizeof(answers) - 1 || poll(&poller, 1, 5000) != 1)
		die("the keyboard is broken");
	(void)screen_keys(stage->screen, &stage->scene);
}

static void open_terminal(struct stage *stage, const char *type, int columns, int lines)
{
	struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)lines };
	int slave;
	if (openpty(&stage->master, &slave, NULL, NULL, &size) != 0)
		die("no pseudo-terminal");
	fcntl(stage->master, F_SETFL, O_NONBLOCK);
	fcntl(stage->master, F_SETFD, FD_CLOEXEC);
	dup2(slave, 0);
	dup2(slave, 1);
	close(slave);
	setenv("TERM", type, 1);
}

static void take_picture(struct stage *stage, const struct picture *picture, const struct glyphs_of_sheet *set,
	int depth, const struct size_of_sheet *size, struct shown *shown)
{
	struct screen_options options = { .glyphs = set->glyphs, .utf8 = set->utf8 };
	struct error error = { "" };
	if (depth == FULL_DEPTH)
		setenv("COLORTERM", "truecolor", 1);
	open_terminal(stage, terminals[depth], size->columns, size->lines);
	stage->screen = screen_open(&options, &error);
	if (stage->screen == NULL)
		die(error.text);
	if (picture->panel != NULL && !screen_show_panel(stage->screen, &stage->scene, picture->panel))
		die(picture->panel);
	draw(stage);
	answer(stage);
	type(stage, picture->keys);
	shown_read(shown, size->columns, size->lines);
	screen_close(stage->screen);
	close(stage->master);
	unsetenv("COLORTERM");
}

/* Of the first line that differs, what was and what is. */
static void explain(const char *was, const char *is)
{
	int line = 1;
	while (*was != '\0' && *is != '\0') {
		size_t old = strcspn(was, "\n"), now = strcspn(is, "\n");
		if (old != now || memcmp(was, is, old) != 0)
			break;
		was += old + (was[old] == '\n');
		is += now + (is[now] == '\n');
		line++;
	}
	fprintf(stderr, "line %d\nwas %.*s\nis  %.*s\n", line, (int)strcspn(was, "\n"), was, (int)strcspn(is, "\n"), is);
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buffer text;
	char bytes[65536];
	size_t length;
	buffer_init(&text, 8 * 1024 * 1024);
	buffer_text(&text, "");
	while (file != NULL && (length = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buffer_add(&text, bytes, length);
	if (file != NULL)
		fclose(file);
	return text.data;
}

static bool compare(const char *path, const struct buffer *sheet)
{
	char *before = read_file(path);
	bool same = before != NULL && strcmp(before, buffer_string(sheet)) == 0;
	if (!same && getenv("CXWALL_ACCEPT") != NULL) {
		FILE *file = fopen(path, "w");
		same = file != NULL && fwrite(sheet->data, 1, sheet->length, file) == sheet->length;
		same = file != NULL && fclose(file) == 0 && same;
	} else if (!same && before != NULL) {
		explain(before, buffer_string(sheet));
	}
	free(before);
	return same;
}

static bool make_sheet(struct stage *stage, const struct size_of_sheet *size, const struct glyphs_of_sheet *set)
{
	static struct shown shown[SHEET_DEPTHS];
	struct sheet sheet;
	bool good = true;
	char path[512];
	const char *source = getenv("srcdir");
	sheet_init(&sheet);
	for (int i = 0; i < PICTURE_COUNT; i++) {
		const struct picture *picture = &pictures[i];
		if (!(picture->sizes & size->sizes))
			continue;
		set_scene(stage, picture);
		for (int depth = 0; depth < SHEET_DEPTHS; depth++)
			take_picture(stage, picture, set, depth, size, &shown[depth]);
		good = sheet_add(&sheet, picture->name, shown) && good;
		strike_scene(stage);
	}
	sheet_end(&sheet);
	snprintf(path, sizeof(path), "%s/tests/screen/sheets/%dx%d-%s.txt", source != NULL ? source : ".", size->columns,
		size->lines, set->name);
	good = compare(path, &sheet.out) && good;
	buffer_free(&sheet.out);
	return good;
}

int main(void)
{
	struct stage stage = { .tap = dup(1) };
	int count = 0, failed = 0;
	setenv("TZ", "UTC", 1);
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	unsetenv("COLORFGBG");
	(void)text_locale();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t j = 0; j < sizeof(glyph_sets) / sizeof(glyph_sets[0]); j++) {
			if ((glyph_sets[j].sizes & sizes[i].sizes) == 0)
				continue;
			bool good = make_sheet(&stage, &sizes[i], &glyph_sets[j]);
			failed += !good;
			dprintf(stage.tap, "%sok %d - %dx%d in %s, at 256, 16, 8, no and 24-bit colours\n", good ? "" : "not ", ++count,
				sizes[i].columns, sizes[i].lines, glyph_sets[j].name);
		}
	dprintf(stage.tap, "1..%d\n", count);
	close(stage.tap);
	return failed > 0;
}
