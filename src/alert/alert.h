/*
 * The alerts of a layout: pending, firing, resolved. Live walls and back-tests use the same engine, and it
 * gives them the same times.
 *
 * `when` must hold for `for` before an alert fires, `clear` (left out: `when` is false) for `after` before it
 * clears; after that it rests for `cooldown`. What is unknown (blank, stale, missing) neither fires nor
 * clears, and restarts both times. With [*] each row has a state of its own, by its key; a row that is gone
 * from an answer with rows holds no longer, so that an agent who left clears.
 *
 * A rule of which nothing can be judged (the row that it names is gone, a blank, a text, stale data; with [*] not one row)
 * has no value: neither "fires" nor "all is well". With [*] a fresh grid of agents without a row has a value, a grid of
 * services without one has none.
 *
 * Pure: time is an argument. Between frames only time passes, so the caller asks alerts_due() when to come
 * back; whenever it comes, what was due happens at the time at which it was due. Around the decoding of a
 * frame the caller says alerts_before() and alerts_frame(). The layout must outlive the struct; memory grows
 * with the states there are, and is kept.
 */
#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/board_view.h"

enum {
	ALERT_KEY_MAX = BOARD_TEXT_MAX + 32, /* a key of texts has a number behind it */
	ALERT_ROW_MAX = 128,
	ALERT_VALUE_MAX = 64,
	ALERT_STATES_MAX = LAYOUT_GRID_LIMIT_MAX, /* of one rule: a state for each row that a grid can have */
	/* An acknowledged alert that still fires is told again: nobody acknowledges for the next shift. */
	ALERT_ACKNOWLEDGED_MS = 30 * 60 * 1000,
	/* Without a value for so long is told: as long as data may be late. */
	ALERT_UNKNOWN_MS = 5000,
};

enum alert_phase {
	ALERT_PENDING, /* holds, but not for long enough, or too soon after the last time */
	ALERT_FIRING,
	ALERT_RESOLVED, /* resting */
};

struct alert_state {
	const struct alert_rule *rule;
	enum alert_phase phase;
	char key[ALERT_KEY_MAX]; /* of the row; never leaves the process */
	char row[ALERT_ROW_MAX]; /* its shown name; "" without rows */
	char value[ALERT_VALUE_MAX]; /* of the first value that `when` compares, as it came */
	int64_t holds_ms;    /* pending since */
	int64_t fired_ms;
	unsigned long number; /* of the firing, from 1: an end has that of its beginning */
	int64_t calm_ms;     /* firing, and `clear` holds since; 0: it does not */
	int64_t rests_ms;    /* does not fire before; 0 */
	int64_t acknowledged_ms; /* until; 0: not */
	bool about_person;   /* the row is an agent's */
	bool value_of_person; /* the value is a name, a login, an extension */
	bool loud;           /* it was told aloud: not in quiet hours */
};

enum alert_kind { ALERT_FIRED, ALERT_CLEARED, ALERT_REMINDED };

struct alert_event {
	enum alert_kind kind;
	const struct alert_state *state;
	int64_t at_ms, wall_ms;
	int64_t lasted_ms; /* of a clearing */
	bool about_person; /* its row is an agent's */
	bool loud;         /* may ring and run commands; a clearing, if its firing did */
};

/* An alert without a value. */
struct alert_unknown {
	const struct alert_rule *rule;
	const char *why;
	int64_t since_ms;       /* 0: since the beginning */
	int64_t at_ms, wall_ms; /* of the event */
	bool over;              /* it has one again */
};

/* What became of an alert, for a back-test. */
struct alert_account {
	unsigned long judged; /* evaluations with a value */
	int64_t blind_ms;     /* how long it had none */
	char why[ERROR_TEXT]; /* the last time; "" */
};

struct alerts;

/* Conditions were checked with the layout. each (may be NULL) is called for every event, in the order of time. */
struct alerts *alerts_new(const struct layout *layout, void (*each)(void *context, const struct alert_event *event),
	void *context);
void alerts_free(struct alerts *alerts);

/* Calls the function for each alert that had no value for ALERT_UNKNOWN_MS, and when it has one again. */
void alerts_tell_unknown(struct alerts *alerts, void (*unknown)(void *context, const struct alert_unknown *about));

/*
 * Takes over what alerts of another version of the layout know, of rules that stayed what they were. The old
 * one is then empty.
 */
void alerts_adopt(struct alerts *alerts, struct alerts *old);

/* Forgets all states, without events: the time was moved. */
void alerts_reset(struct alerts *alerts);

/* What alerts know at a moment, to return to it: free() it. For another engine of the same layout as well. */
struct alerts_mark;
struct alerts_mark *alerts_mark(const struct alerts *alerts);
size_t alerts_mark_bytes(const struct alerts_mark *mark);
void alerts_return(struct alerts *alerts, const struct alerts_mark *mark);

/* What was due until now, with the board as it is. */
void alerts_until(struct alerts *alerts, const struct board_view *view);

/*
 * A frame of the moment's time comes and is not decoded yet: what was due before that millisecond, with the
 * board as it is.
 */
void alerts_before(struct alerts *alerts, const struct board_view *view);

/* A frame was accepted at the moment's time: the board is new. */
void alerts_frame(struct alerts *alerts, const struct board_view *view);

/* When alerts_until() has something to do if no frame comes; INT64_MAX: never. */
int64_t alerts_due(const struct alerts *alerts, const struct board_view *view);

/* Acknowledges all that fire and are not yet; returns how many. */
unsigned alerts_acknowledge(struct alerts *alerts, int64_t now_ms);

/* What fires, in the order of the rules; NULL after the last. */
const struct alert_state *alerts_firing(const struct alerts *alerts, unsigned index);

/* What has no value now, in the order of the rules; false after the last. The reason is borrowed until the next frame. */
bool alerts_unknown(const struct alerts *alerts, unsigned index, struct alert_unknown *about);

/*
 * For a single look at a board, which does not know how long anything has held: the engine after that look, to be freed,
 * and what it found of the rule of that index in the layout; why gets the reason of what has no value, else "".
 */
enum alert_look { ALERT_QUIET, ALERT_HOLDS, ALERT_WITHOUT_VALUE };
struct alerts *alerts_once(const struct board_view *view);
enum alert_look alerts_look(const struct alerts *alerts, unsigned index, const char **why);

/* Of the rule of that index in the layout, over all runs. */
struct alert_account alerts_account(const struct alerts *alerts, unsigned index);

/*
 * The worst severity that fires about a panel; *since_ms (may be NULL) gets when the newest not acknowledged
 * one began, 0 if none.
 */
enum severity alerts_panel(const struct alerts *alerts, const struct panel *panel, int64_t *since_ms);

#endif
