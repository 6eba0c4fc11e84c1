#include "command/source.h"

#include "base/clock.h"
#include "base/log.h"

bool source_configured(struct app *app)
{
	struct url_broker address;
	struct error error;
	const char *from = app->options->broker_from;
	if (from == NULL)
		return app_connection(app);
	if (broker_built(&error) && url_broker_read(&address, from, &error))
		return true;
	message("%s", error.text);
	return false;
}

bool source_configured_to_act(struct app *app)
{
	return source_configured(app) && (app->options->broker_from != NULL || app_alerts(app));
}

void source_tag(struct app *app)
{
	if (app->options->broker_from == NULL)
		app_tag(app);
}

bool source_open(struct source *source, struct app *app, struct ev_loop *loop, const struct live_options *options,
	const struct feed_sink *sink, int *status, struct error *error)
{
	const struct options *all = app->options;
	if (all->broker_from == NULL) {
		source->live = live_new(loop, &all->api, app->layout, options, sink, status, error);
		return source->live != NULL;
	}
	*status = STATUS_USAGE;
	if (url_broker_read(&source->address, all->broker_from, error))
		source->relay = relay_new(loop, &source->address, &all->mqtt, app->layout, sink, status, error);
	return source->relay != NULL;
}

bool source_ready(const struct source *source)
{
	return source->live != NULL || source->replay != NULL || source->relay != NULL;
}

const struct link *source_link(const struct source *source)
{
	if (source->relay != NULL)
		return relay_link(source->relay);
	return source->replay != NULL ? replay_link(source->replay) : live_link(source->live);
}

const struct request *source_request(const struct source *source)
{
	if (source->relay != NULL)
		return relay_request(source->relay);
	return source->replay != NULL ? replay_request(source->replay) : live_request(source->live);
}

const struct catalogue *source_services(const struct source *source)
{
	if (source->relay != NULL)
		return relay_services(source->relay);
	return source->live != NULL ? live_services(source->live) : NULL;
}

const char *source_tenant(const struct source *source, const struct app *app)
{
	if (source->relay != NULL && relay_tenant(source->relay)[0] != '\0')
		return relay_tenant(source->relay);
	return app->options->api.tenant;
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
	if (source->relay != NULL)
		relay_set_layout(source->relay, layout);
	else if (source->replay != NULL)
		replay_layout(source->replay, layout);
	else
		live_set_layout(source->live, layout, tag);
}

void source_retry(struct source *source)
{
	if (source->live != NULL)
		live_retry(source->live);
	if (source->relay != NULL)
		relay_retry(source->relay);
}

bool source_stop(struct source *source)
{
	if (source->live != NULL)
		live_stop(source->live);
	if (source->relay != NULL)
		relay_stop(source->relay);
	return source->live != NULL || source->relay != NULL;
}

void source_free(struct source *source)
{
	if (source->live != NULL)
		live_free(source->live);
	if (source->replay != NULL)
		replay_free(source->replay);
	if (source->relay != NULL)
		relay_free(source->relay);
	source->live = NULL;
	source->replay = NULL;
	source->relay = NULL;
}
