/*
 * What every program that follows a feed shares, written once: a frame goes to the board, then to the recording, the
 * alerts, the history in memory and on disk, and the saved frame; signals end the loop or reload the layout; the feed ends in order.
 *
 * The owner says what it wants and, by callbacks, what it does with news; all callbacks may be NULL. Handlers only
 * mark: `turn` is called once per turn of the loop, before it sleeps. session_open() makes what the session owns, the
 * feed becomes its own with session_attach(), and session_close() frees both. Layouts and settings are borrowed. The
 * session never draws and, but for a signal that opens the log again, never prints.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <ev.h>
#include <stdbool.h>

#include "alert/alert_actions.h"
#include "api/live.h"
#include "base/url.h"
#include "board/board.h"
#include "board/feed.h"
#include "board/history.h"
#include "board/pools.h"
#include "board/last_answer.h"
#include "board/privacy.h"
#include "local/place.h"
#include "mqtt/connection.h"
#include "recording/recorder.h"
#include "recording/saved_frame.h"
#include "session/recall.h"
#include "session/received_past.h"
#include "session/signals.h"
#include "store/store.h"

enum { SESSION_SAVE_MS = 5000 }; /* data are saved so often: each answer would cost a tenth of a poll */

enum session_notice {
	SESSION_ALERTS,        /* what became of alerts: a command or a message failed */
	SESSION_RECORD_FAILED, /* nothing is recorded until the next notice about the recording */
	SESSION_RECORD,        /* it works again, or what happened to its file */
	SESSION_HISTORY_FAILED, /* nothing is kept on disk until the next notice about the history */
	SESSION_HISTORY,        /* it works again */
};

struct session_calls {
	void (*turn)(void *context);
	/* An accepted frame; what it changed is on the board. */
	void (*frame)(void *context, const struct frame *frame, const struct decode_report *report);
	/* The link or the plan of the request changed. */
	void (*changed)(void *context);
	/* What is asked beside the subscription could not be had; it is on the board already. */
	void (*missed)(void *context, enum frame_kind kind, const char *subject, const char *cause);
	/* Of alerts: before anything is done about the event; an alert without a value. */
	void (*alert)(void *context, const struct alert_event *event);
	void (*unknown)(void *context, const struct alert_unknown *about);
	void (*notice)(void *context, enum session_notice kind, const char *text);
	void (*reload)(void *context);     /* SIGUSR1 */
	void (*log_opened)(void *context); /* SIGUSR2 */
	/* The end begins, for the first time: what is the owner's ends here. */
	void (*ending)(void *context);
	/* The feed has ended. NULL: then the loop is left. */
	void (*ended)(void *context);
	void *context;
};

/* The feed of session_connect(), which borrows it. */
struct feed_options {
	const char *from; /* the address of a broker; NULL: the API of the contact centre */
	const struct api_config *api;
	const struct mqtt_config *mqtt;
	struct live_options live; /* of the API's feed */
	struct local_login login; /* that windows of the user share; folder -1: nothing is shared */
	const char *command;      /* as other windows are told */
	struct url_broker address; /* of the broker, when it was read */
};

struct session {
	/* The owner's, set before session_open(). */
	const struct layout *layout;
	struct session_calls calls;
	enum names names;
	bool keeps_history; /* in memory */
	bool reads_past;    /* ... and, behind a broker, begins with what the publisher has of it */
	bool keeps_last; /* the last answer, for another layout */
	bool evaluates_alerts;
	bool acts; /* alerts may run commands and send messages, if the feed is the contact centre's own connection */
	struct recorder_options record_options; /* path NULL: nothing is recorded */
	struct store_options store_options; /* tenant NULL: no history is kept on disk; writes is the session's to say */
	struct ev_loop *loop; /* NULL: a loop of its own, with the signals; else it is a part of what runs there */
	/* Its own, for the owner to read. */
	struct feed *feed; /* NULL: none is attached yet */
	struct board *board;
	struct history *history;
	struct pools *pools; /* NULL: the layout has none */
	int64_t pools_day_s; /* the local day before which past days were read for them; 0: they were not */
	struct alert_actions alerts;
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct received_past past; /* of a publisher */
	struct last_answer last;   /* empty unless it is kept */
	struct store *store;       /* NULL: none is kept */
	struct saved_frame *saved; /* NULL: nothing is saved */
	int64_t saved_ms;          /* when data were last saved, by the clock of the feed; 0: not yet */
	bool dirty; /* there is news since the owner cleared it */
	bool ending;
	int status; /* the program's exit status */
	int signal; /* that asked for the end, the first; 0 */
	/* Its own alone. */
	bool owns_loop, started;
	bool owned; /* whether the feed was the contact centre's own connection when it was looked at last */
	struct signals signals;
	struct recall recall;
	ev_prepare prepare;
	ev_idle idle; /* while pictures are filled with what was before */
};

/* False after a message, with the status set. session_close() is due in both cases. */
bool session_open(struct session *session);

/* For an owner that makes the feed itself. */
struct feed_sink session_sink(struct session *session);

/*
 * Makes the feed that the options name and attaches it: what a broker's publisher publishes, or else the API. False
 * with an error for what only the user can mend, and with the exit status as the session's. live may be NULL; else it
 * gets the API's feed, for a command that asks what it alone can do.
 */
bool session_connect(struct session *session, struct feed_options *options, struct live **live, struct error *error);

/* The feed, which is the session's from now on unless the loop is somebody else's. Alerts begin. */
void session_attach(struct session *session, struct feed *feed);

/* Takes notice of who has the connection now, for a session that is a part of another. */
void session_follow_feed(struct session *session);

/*
 * True, with a sentence for people, where alerts of the layout would run commands or send messages, and another window of
 * this login has the connection, which alone does that.
 */
bool session_acts_elsewhere(const struct session *session, char *text, size_t size);

/*
 * The frames of what ran before, marked with their age, until the first answer; later ones are saved. NULL: not saved.
 */
void session_restore(struct session *session, const struct saved_frame_options *saved);

/* Starts the attached feed, once; session_run() does it for a feed that is there already. */
void session_start(struct session *session);

/* Runs the loop until the end is complete; the exit status. */
int session_run(struct session *session);

/* Begins the end with this status, once: the feed is stopped in order. */
void session_end(struct session *session, int status);

/* Before a stop that may be long: what is collected goes to the disk. */
void session_flush(struct session *session);

/* The second request to end, by a key, leaves the loop at once. */
void session_asked_to_end(struct session *session);
void session_close(struct session *session);

/*
 * What the sink does with a frame, for a session that is a part of another: false with an error if it is not accepted.
 */
bool session_frame(struct session *session, const struct frame *frame, struct decode_report *report,
	struct error *error);

/*
 * Another layout from now on; what is the same in both keeps its data and its alerts. The one before may be freed
 * afterwards. With a tag the feed gets it too.
 */
void session_set_layout(struct session *session, const struct layout *layout, const char *tag);

/* Nothing is known any more: the time of a replay was moved. */
void session_forget(struct session *session);

const struct link *session_link(const struct session *session);

/* NULL: the feed knows of no services. */
const struct catalogue *session_services(const struct session *session);

const struct catalogue *session_teams(const struct session *session);

/* As the feed says it, else as it is configured. */
const char *session_tenant(const struct session *session, const char *configured);

/* The board with the time now, which is the recording's in a replay. */
struct board_view session_view(const struct session *session);

#endif
