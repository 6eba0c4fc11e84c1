/*
 * The alarms of today: each firing of an alert with its end and who acknowledged it, for whoever comes later.
 *
 * Filled by the events of an engine (alert/alert) and by the frames between them; it says since when it was looked and when
 * there were no data, because of those times it knows nothing. Memory is bounded: beyond so many firings the oldest that are
 * over go, and it says so. One that is filled ahead of the clock, from a recording, is asked for a time, and tells nothing
 * that comes later; that one keeps its first firings, since the clock comes to those first.
 *
 * Everything is copied, so layouts may come and go. Pure: time is an argument.
 */
#ifndef ALERT_ALARM_LOG_H
#define ALERT_ALARM_LOG_H

#include "alert/alert.h"

enum {
	ALARM_LOG_MAX = 500,         /* firings of a wall that are kept */
	ALARM_LOG_AHEAD_MAX = 20000, /* ... of a recording: a week of a bad centre */
	ALARM_GAPS_MAX = 64,         /* times without data that are told apart */
	ALARM_BY_MAX = 48,
};

struct alarm {
	char name[ALERT_ROW_MAX]; /* of the alert */
	char row[ALERT_ROW_MAX];  /* "": it has none */
	char value[ALERT_VALUE_TEXT_MAX]; /* at its firing, with what it is */
	uint32_t key; /* hash of the row's key */
	enum severity severity;
	int64_t fired_ms, fired_wall_ms;
	int64_t lasted_ms;         /* once it is over */
	int64_t over_wall_ms;      /* 0: it fires */
	bool lost;                 /* its end was not seen: the layout or the recording went on without it */
	int64_t known_wall_ms;     /* acknowledged at; 0: not */
	int64_t known_until_wall_ms;
	char known_by[ALARM_BY_MAX]; /* "": unknown */
};

struct alarm_log;

struct alarm_log *alarm_log_new(bool ahead);
void alarm_log_free(struct alarm_log *log);

/* What the engine reports. */
void alarm_log_event(struct alarm_log *log, const struct alert_event *event);

/* A frame of data was evaluated. */
void alarm_log_frame(struct alarm_log *log, const struct board_view *view);

/* What fires is not followed any more: the engine began anew. Or only what this engine does not know, as after a new layout. */
void alarm_log_lose(struct alarm_log *log, const struct alerts *alerts, int64_t wall_ms);

/* A firing was acknowledged until then; 0: that was taken back. */
void alarm_log_acknowledge(struct alarm_log *log, const struct alert_state *state, int64_t wall_ms, int64_t until_wall_ms,
	const char *by);

/* The engine's state of a firing that lasts; NULL: it has none. */
const struct alert_state *alarm_state(const struct alarm *alarm, const struct alerts *alerts);

/* What is known at a time of day. */
struct alarm_day {
	unsigned count;           /* of today's firings */
	unsigned firing;          /* of them */
	int64_t since_wall_ms;    /* looked at since; the beginning of the day, if it was longer ago */
	bool whole;               /* ... that is so */
	int64_t unseen_ms;        /* of that, time without data */
	unsigned forgotten;       /* for which there was no memory */
};

/*
 * The firings of the day of that time: those that last first, then the newest; as many of their numbers as there is room
 * for in `order`.
 */
struct alarm_day alarm_log_day(const struct alarm_log *log, int64_t wall_ms, uint16_t *order, unsigned room);

/* By its number. */
const struct alarm *alarm_log_at(const struct alarm_log *log, unsigned number);

/* Whether a firing lasts at a time of day. */
bool alarm_lasts(const struct alarm *alarm, int64_t wall_ms);

#endif
