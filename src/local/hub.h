/*
 * The hub of a login: the process that holds the subscription gives other windows of the same user what it has, through a
 * Unix socket, and tells its owner what they want beside.
 *
 * It sends frames as they came, with the request that they answer, the last answer of each kind, and the state of the
 * link. The last of each counts: a window that does not read loses frames, and is let go after a while; it never holds up
 * the hub. What windows ask for is added to the panels of the owner's own layout, which keep their places, and is dropped
 * a while after the last window that wanted it has gone. Whatever windows send is checked.
 *
 * It lives in the owner's loop, and calls its sink from there alone.
 */
#ifndef LOCAL_HUB_H
#define LOCAL_HUB_H

#include <ev.h>
#include <stdbool.h>

#include "board/catalogue.h"
#include "board/frame.h"
#include "board/link.h"
#include "board/query.h"
#include "local/message.h"
#include "local/place.h"

enum {
	HUB_WINDOWS_MAX = 64,
	HUB_PANELS_MAX = 4 * LAYOUT_PANELS_MAX, /* of one subscription, with those of other windows */
	HUB_WISH_SECONDS = 120, /* what a window wanted is kept for so long: a check comes each minute */
};

struct hub;

struct hub_sink {
	/*
	 * Other panels are to be asked for: those of this layout, which lasts until the next call of this, or of
	 * hub_set_layout(). The one before is freed when it returns.
	 */
	void (*wanted)(void *context, const struct layout *layout);
	void (*asked)(void *context, enum local_ask ask);
	/* The first window came: plan, link and catalogues are to be told again. Without windows nobody keeps them. */
	void (*joined)(void *context);
	/* The shortest interval that windows want has changed: hub_interval(). */
	void (*hurried)(void *context);
	/* Another process holds the login by now: somebody removed the lock's file. */
	void (*lost)(void *context);
	void *context;
};

/* Nothing is listened to yet. The place, which is locked, and the layout must outlive it. */
struct hub *hub_new(struct ev_loop *loop, struct local_place *place, const struct local_holder *self,
	const struct layout *own, const struct hub_sink *sink);
void hub_free(struct hub *hub);

/* Begins to listen. False with the reason: then there are no other windows. */
bool hub_listen(struct hub *hub, struct error *error);

/* The login ends: windows are answered as before, and what they want changes nothing any more. */
void hub_settle(struct hub *hub);

/* Listens no more, and lets all windows go; they find the next hub. What they wanted stays. */
void hub_close(struct hub *hub);

/* What a hub that is gone asked for, as a recorded request: its windows are likely to want it again. */
void hub_inherit(struct hub *hub, const char *request, size_t length);

/* Another layout of the owner's, with its name; what is to be asked for from now on. The one before may be freed. */
const struct layout *hub_set_layout(struct hub *hub, const struct layout *own);

/* What is to be asked for now: the owner's panels in their places, and behind them those of other windows. */
const struct layout *hub_layout(const struct hub *hub);

/* A request as it was planned for hub_layout(), with all names looked up. This and the next need windows: hub_windows(). */
void hub_plan(struct hub *hub, const struct request *request, double interval);

void hub_link(struct hub *hub, const struct link *link);
void hub_services(struct hub *hub, const struct catalogue *services);
void hub_teams(struct hub *hub, const struct catalogue *teams);

/* An accepted frame, which is kept for windows that come. */
void hub_frame(struct hub *hub, const struct frame *frame);
void hub_missed(struct hub *hub, enum frame_kind kind, const char *subject, const char *cause);

/* The server refuses what was added last, and does not say what of it: those who want it are told, and it goes. */
void hub_refuse_last(struct hub *hub, const char *reason);

/* Other windows that read from it now, and of them those that go on until somebody ends them. */
unsigned hub_windows(const struct hub *hub);
unsigned hub_lasting_windows(const struct hub *hub);

/* The shortest interval that a window wants; 0: none wants one. */
double hub_interval(const struct hub *hub);

#endif
