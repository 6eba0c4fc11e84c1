/*
 * The alerts of a layout: pending, firing, resolved. Live walls and back-tests use the same engine, and it gives them
 * the same times.
 *
 * `when` must hold for `for` before an alert fires, `clear` (left out: `when` is false) for `after` before it clears;
 * after that it does not fire for `cooldown`. What is unknown (blank, stale, missing) neither fires nor clears, and
 * restarts both times. With [*] each row has a state of its own, by its key; a row that is gone from an answer with
 * rows holds no longer, so that an agent who left clears.
 *
 * An alert has no value where its condition is unknown (the row that it names is gone, a blank, a text, stale data;
 * with [*] for each row): it is neither firing nor well. With [*] a fresh grid of agents without rows has a value, a
 * grid of services without rows has none.
 *
 * The engine reads no clock and runs nothing: time is an argument, events go to the caller. Between frames only time
 * passes, so the caller asks alerts_due() when to call alerts_until(). However late that is, what was due happens at
 * the time at which it was due. Before the decoding of a frame the caller calls alerts_before(), after it
 * alerts_frame(). The layout, which owns the conditions, must outlive the struct. Memory grows with the number of
 * states, and is kept.
 */
#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/condition.h"
#include "board/board.h"

enum {
	ALERT_KEY_MAX = BOARD_TEXT_MAX + 32, /* a key of texts has a number behind it */
	ALERT_ROW_MAX = 128,
	ALERT_VALUE_MAX = 64,
	ALERT_VALUE_TEXT_MAX = 2 * ALERT_VALUE_MAX,
	ALERT_STATES_MAX = LAYOUT_GRID_LIMIT_MAX, /* of one rule: a state for each row that a grid can have */
	/* An acknowledged alert that still fires is reported again: nobody acknowledges for the next shift. */
	ALERT_ACKNOWLEDGED_MS = 30 * 60 * 1000,
	/* An alert that has no value for so long is reported: data may be late for as long. */
	ALERT_UNKNOWN_MS = 5000,
};

enum alert_phase {
	ALERT_PENDING, /* holds, but not for long enough, or too soon after the last time */
	ALERT_FIRING,
	ALERT_RESOLVED, /* kept until its cooldown is over */
};

struct alert_state {
	const struct alert_rule *rule;
	enum alert_phase phase;
	char key[ALERT_KEY_MAX];       /* of the row; never leaves the process */
	char row[ALERT_ROW_MAX];       /* its shown name; "" without rows */
	char value[ALERT_VALUE_MAX];   /* the first that `when` compares: a plain number (seconds, percents), or the text */
	char shown[ALERT_VALUE_MAX];   /* the same with its unit, as a panel shows it */
	int64_t pending_ms;            /* `when` holds since */
	int64_t fired_ms;
	unsigned long number;          /* of the firing, from 1; the event that clears it has the same */
	int64_t clears_ms;             /* firing, and `clear` holds since; 0: it does not */
	int64_t rests_until_ms;        /* does not fire before; 0: no cooldown */
	int64_t acknowledged_until_ms; /* 0: not acknowledged */
	bool about_person;             /* the row is an agent's */
	bool value_of_person;          /* the value is a name, a login or an extension */
	bool loud;                     /* it fired outside its quiet hours */
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

/* How often an alert was evaluated, for a back-test. */
struct alert_totals {
	unsigned long evaluations; /* with a value */
	int64_t no_value_ms;       /* how long it had none */
	char why[ERROR_TEXT];      /* it had none the last time; "" */
};

struct alerts;

/* Who is told. Each may be NULL. */
struct alerts_sink {
	void (*event)(void *context, const struct alert_event *event); /* every one, in the order of time */
	/* An alert had no value for ALERT_UNKNOWN_MS, or has one again. */
	void (*unknown)(void *context, const struct alert_unknown *unknown);
	void *context;
};

/* The sink is copied. The caller frees the engine. */
struct alerts *alerts_new(const struct layout *layout, struct alerts_sink sink);
void alerts_free(struct alerts *alerts);

/*
 * Moves the states from the engine of an older version of the layout, of alerts whose name and conditions are the same.
 */
void alerts_adopt(struct alerts *alerts, struct alerts *old);

/* Forgets all states, without events: the time was moved. */
void alerts_reset(struct alerts *alerts);

/* All states, to restore them later, in this engine or another one of the same layout; free() it. */
struct alerts_saved;
struct alerts_saved *alerts_save(const struct alerts *alerts);
size_t alerts_saved_bytes(const struct alerts_saved *saved);
void alerts_restore(struct alerts *alerts, const struct alerts_saved *saved);

/* Does what was due until now, with the board as it is. */
void alerts_until(struct alerts *alerts, const struct board_view *view);

/* Before a frame of that time is decoded: does what was due before that millisecond, with the board as it is. */
void alerts_before(struct alerts *alerts, const struct board_view *view);

/* After a frame was accepted at that time: evaluates the new board. */
void alerts_frame(struct alerts *alerts, const struct board_view *view);

/* When alerts_until() has something to do if no frame comes; INT64_MAX: never. */
int64_t alerts_due(const struct alerts *alerts, const struct board_view *view);

/* Acknowledges all firing alerts; returns how many were not acknowledged before. */
unsigned alerts_acknowledge(struct alerts *alerts, int64_t now_ms);

/* The firing of an alert by its name, the hash of its row's key (text_hash) and its time; NULL: it does not last. */
const struct alert_state *alerts_find(const struct alerts *alerts, const char *name, uint32_t key, int64_t fired_ms);

/* Acknowledges that one alone until then; 0: it is not acknowledged any more. NULL: there is no such firing. */
const struct alert_state *alerts_acknowledge_one(struct alerts *alerts, const char *name, uint32_t key, int64_t fired_ms,
	int64_t until_ms);

/* "SL 66 %": what an alert compares first, with its unit. */
void alert_state_value(const struct alert_state *state, char out[ALERT_VALUE_TEXT_MAX]);

/* The firing alerts, in the order of the layout; NULL after the last. */
const struct alert_state *alerts_firing(const struct alerts *alerts, unsigned index);

/*
 * The alerts without a value, in the order of the layout; false after the last. The reason is borrowed until the next
 * frame.
 */
bool alerts_unknown(const struct alerts *alerts, unsigned index, struct alert_unknown *unknown);

/*
 * An engine that has evaluated the board once, without knowing how long anything has held, for documents; the caller
 * frees it. alerts_truth() is whether `when` holds for any row, of the alert of that index in the layout; why gets the
 * reason of what is unknown, else "".
 */
struct alerts *alerts_evaluate_once(const struct board_view *view);
enum truth alerts_truth(const struct alerts *alerts, unsigned index, const char **why);

/* Of the alert of that index in the layout, since the engine was made. */
struct alert_totals alerts_totals(const struct alerts *alerts, unsigned index);

/*
 * The worst severity of the firing alerts that compare a panel's values and that nobody acknowledged; *since_ms (may be
 * NULL) gets when the newest of them fired, 0 if there is none.
 */
enum severity alerts_panel(const struct alerts *alerts, const struct panel *panel, int64_t *since_ms);

#endif
