/*
 * Where frames come from: the live feed, a recording, or a broker. Walls and one-shot commands ask the same questions
 * of all.
 */
#ifndef COMMAND_SOURCE_H
#define COMMAND_SOURCE_H

#include "api/live.h"
#include "command/app.h"
#include "command/replay.h"
#include "mqtt/relay.h"

struct source {
	struct live *live;     /* one of the three */
	struct replay *replay;
	struct relay *relay;
	struct url_broker address; /* of the relay */
};

/*
 * Starts the live feed, or with --from the relay, which the struct must outlive. False with an error for what only
 * the user can mend; *status is then the exit status.
 */
bool source_open(struct source *source, struct app *app, struct ev_loop *loop, const struct live_options *options,
	const struct feed_sink *sink, int *status, struct error *error);

/* What a command needs before it starts: an address that can be read, or a connection that is complete. Else says why. */
bool source_configured(struct app *app);

/* The same for what goes on and acts on alerts, where the feed is the API. */
bool source_configured_to_act(struct app *app);

/* app_tag(), where there is a subscription to take it for. */
void source_tag(struct app *app);

/* False until one of the three is there. */
bool source_ready(const struct source *source);
const struct link *source_link(const struct source *source);
const struct request *source_request(const struct source *source);

/* NULL: a recording has none. */
const struct catalogue *source_services(const struct source *source);

/* As it is configured, or as the publisher says. */
const char *source_tenant(const struct source *source, const struct app *app);
int64_t source_now_ms(const struct source *source);
int64_t source_wall_ms(const struct source *source);
void source_set_layout(struct source *source, const struct layout *layout, const char *tag);
void source_retry(struct source *source);

/* Begins the end; true if `ended` will be called, false if nothing has to be waited for. */
bool source_stop(struct source *source);
void source_free(struct source *source);

#endif
