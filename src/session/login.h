/*
 * The feed of a login that the windows of one user share on a machine: whoever holds the lock has the API's feed and is the
 * hub of the others (local/hub), who read from it (local/feed). When the hub ends or is killed one of the others takes the
 * lock and its place; the data on their screens stay, and age.
 *
 * There is never a second subscription: only who has the lock asks for one. A command that wants one answer has the lock
 * for its own short subscription, and nobody reads from it.
 */
#ifndef SESSION_LOGIN_H
#define SESSION_LOGIN_H

#include <ev.h>

#include "api/live.h"
#include "board/feed.h"
#include "local/place.h"

struct login_options {
	const struct local_login *login;
	const struct api_config *api;
	struct live_options live;
	const char *command; /* as other windows and doctor are told */
};

/*
 * NULL with an error and the exit status for what only the user can mend. Where windows cannot meet it is the API's feed
 * alone. What the options point to must outlive it.
 */
struct feed *login_feed_new(struct ev_loop *loop, const struct layout *layout, const struct login_options *options,
	const struct feed_sink *sink, int *status, struct error *error);

#endif
