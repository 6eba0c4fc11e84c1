/*
 * Where a wall's frames come from: the live feed, or a recording. The wall asks the same questions of both.
 */
#ifndef APP_SOURCE_H
#define APP_SOURCE_H

#include "app/replay.h"
#include "feed/live.h"

struct source {
	struct live *live;     /* one of the two */
	struct replay *replay;
};

/* False until one of the two is there. */
bool source_ready(const struct source *source);
const struct link *source_link(const struct source *source);
const struct request *source_request(const struct source *source);
int64_t source_now_ms(const struct source *source);
int64_t source_wall_ms(const struct source *source);
void source_set_layout(struct source *source, const struct layout *layout, const char *tag);
void source_retry(struct source *source);

/* Begins the end; true if `ended` will be called, false if nothing has to be waited for. */
bool source_stop(struct source *source);
void source_free(struct source *source);

#endif
