#include "app/source.h"

#include "base/clock.h"

bool source_ready(const struct source *source)
{
	return source->live != NULL || source->replay != NULL;
}

const struct link *source_link(const struct source *source)
{
	return source->replay != NULL ? replay_link(source->replay) : live_link(source->live);
}

const struct request *source_request(const struct source *source)
{
	return source->replay != NULL ? replay_request(source->replay) : live_request(source->live);
}

int64_t source_now_ms(const struct source *source)
{
	return source->replay != NULL ? replay_now_ms(source->replay) : clock_boot_ms();
}

int64_t source_wall_ms(const struct source *source)
{
	return source->replay != NULL ? replay_wall_ms(source->replay) : clock_wall_ms();
}

void source_set_layout(struct source *source, const struct layout *layout, const char *tag)
{
	if (source->replay != NULL)
		replay_layout(source->replay, layout);
	else
		live_set_layout(source->live, layout, tag);
}

void source_retry(struct source *source)
{
	if (source->live != NULL)
		live_retry(source->live);
}

bool source_stop(struct source *source)
{
	if (source->live != NULL)
		live_stop(source->live);
	return source->live != NULL;
}

void source_free(struct source *source)
{
	if (source->live != NULL)
		live_free(source->live);
	if (source->replay != NULL)
		replay_free(source->replay);
	*source = (struct source){ .live = NULL };
}
