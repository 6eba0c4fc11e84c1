/*
 * What is drawn: everything that a frame is made of, borrowed for one call. Who has it fills it in anew for each frame;
 * the screen keeps none of it, but for copies of keys (screen/view).
 */
#ifndef SCREEN_SCENE_H
#define SCREEN_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "alert/alarm_log.h"
#include "alert/alert.h"
#include "board/board.h"
#include "board/history.h"
#include "board/link.h"
#include "layout/layout.h"
#include "layout/layout_text.h"
#include "screen/day_time.h"

enum { SCENE_TROUBLES_MAX = 6 };

/* What is wrong beside the data, as long as it lasts: a word for the top line, the rest for the details. */
struct scene_trouble {
	const char *mark, *text;
};

/* A layout that can be chosen. */
struct scene_layout {
	char name[64], about[128];
	char where[256];  /* its folder, or "built in" */
	char source[640]; /* as struct layout has it */
	unsigned found;   /* in which order they were: of one name the first is used */
};

struct scene {
	const struct layout *layout;
	const struct board *board;
	const struct history *history; /* of the tiles; NULL: none is kept */
	const struct alerts *alerts; /* NULL: nothing evaluates them */
	const struct alarm_log *alarms; /* what they did today; NULL: nothing evaluates them */
	bool muted;         /* they do not ring */
	const struct link *link;
	const char *replay; /* what is said of the recording that is replayed; NULL: live */
	int64_t replay_begin_ms, replay_end_ms; /* times of day of the recording; 0, 0: unknown */
	double replay_done; /* how much of it was shown, from 0 to 1 */
	bool held;          /* it stands still until a key resumes it */
	const char *tenant;
	const char *name;   /* of this screen, among others; NULL: it has none */
	const char *notice; /* a line for the status bar, such as a failed reload; "" */
	bool warns;         /* ... of something that went wrong */
	struct scene_trouble troubles[SCENE_TROUBLES_MAX];
	unsigned trouble_count;
	const struct catalogue *services, *teams; /* as the feed lists them; NULL: it does not */
	const struct layout_changes *changes; /* what of the layout's file is changed for now; NULL: nothing */
	bool asks; /* the feed can be asked for other services */
	const struct scene_layout *layouts; /* to choose from, while they are listed */
	unsigned layout_count;
	const struct scene *preview; /* of the one at the cursor of that list; NULL: it cannot be read */
	const char *preview_error;   /* ... why */
	int64_t now_ms;     /* CLOCK_BOOTTIME */
	int64_t held_ms;    /* what runs stands still since then, as in a picture that is paused; 0: it runs */
	int64_t wall_ms;    /* time of day */
	const struct day_time *clock; /* how such times are written; NULL: as usual */
};

/* Bits: what the owner of the screen must do after keys were read. */
enum screen_ask {
	SCREEN_ASK_NOTHING = 0,
	SCREEN_ASK_DRAW = 1 << 0,
	SCREEN_ASK_QUIT = 1 << 1,
	SCREEN_ASK_GONE = 1 << 2, /* the terminal is gone: end at once */
	SCREEN_ASK_RELOAD = 1 << 3,
	SCREEN_ASK_RETRY = 1 << 4,
	SCREEN_ASK_WRITE = 1 << 5, /* the page into a file */
	SCREEN_ASK_ACKNOWLEDGE = 1 << 6,
	SCREEN_ASK_MUTE = 1 << 7,
	/* Of a replay. */
	SCREEN_ASK_HOLD = 1 << 8,
	SCREEN_ASK_STEP = 1 << 9,
	SCREEN_ASK_STEP_BACK = 1 << 10,
	SCREEN_ASK_JUMP = 1 << 11,
	SCREEN_ASK_JUMP_BACK = 1 << 12,
	SCREEN_ASK_FASTER = 1 << 13,
	SCREEN_ASK_SLOWER = 1 << 14,
	SCREEN_ASK_ACKNOWLEDGE_ONE = 1 << 15, /* screen_wish() says which */
	SCREEN_ASK_LAYOUTS = 1 << 16, /* the list of those that there are */
	SCREEN_ASK_LAYOUT = 1 << 17,  /* another one: screen_layout_wanted() says which */
	SCREEN_ASK_CHOOSE = 1 << 18,  /* services and teams of a page: screen_choice() says which */
	SCREEN_ASK_NAMES = 1 << 20,   /* the feed's lists of services and teams */
	SCREEN_ASK_SAVE = 1 << 21,    /* what is seen as a layout: screen_layout_name() says under which name */
	SCREEN_ASK_UNCHOOSE = 1 << 19, /* the page that is shown is as its layout has it again */
};

/* What the scene shows, for functions that know no screen. */
struct board_view scene_board_view(const struct scene *scene);

/* Until when durations have run and the history is shown. */
int64_t scene_runs_until(const struct scene *scene);

/* Whether a panel is shown as old; and a service of an availability panel, false while nothing is known of it. */
bool scene_stale(const struct scene *scene, const struct panel *panel);
bool scene_service_stale(const struct scene *scene, const struct service_availability *service);

#endif
