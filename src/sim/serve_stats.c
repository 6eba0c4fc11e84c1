#include "sim/serve.h"

#include <time.h>

#include "sim/answer.h"

bool serve_json(struct site *site, const struct request *request, struct reply *reply)
{
	struct error error = {.text = ""};

	if (json_parse(&site->json, request->body, request->body_length, &error))
		return true;
	reply_error(reply, 400, "the body is not JSON: %s", error.text);
	return false;
}

static unsigned place(const struct site *site, const struct login *login)
{
	return (unsigned)(login - site->auth.logins);
}

void serve_subscribe(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct body_rules rules = {
		.centre = &site->centre,
		.supervised = site->supervised,
		.dialect = site->options->dialect,
		.refused = site->options->refused,
		.refused_count = site->options->refused_count,
	};
	struct subscription *own = &site->subscriptions.list[place(site, login)];
	struct body scratch_body;
	struct arena scratch;
	struct error error = {.text = ""};
	unsigned status;

	if (!serve_json(site, request, reply))
		return;
	if (!subscription_allowed(&site->subscriptions, place(site, login))) {
		/* A wrong body is refused as such, also while the subscription in force must not be touched. */
		arena_init(&scratch, own->arena.max);
		if (body_read(&scratch_body, &site->json, &rules, &scratch, &status, &error))
			reply_error(reply, 409, own->active ? "the login has an active subscription"
							    : "Limit of active subscriptions exceeded for tenant");
		else
			reply_error(reply, status, "%s", error.text);
		arena_free(&scratch);
		return;
	}
	own = subscription_prepare(&site->subscriptions, place(site, login));
	if (body_read(&own->body, &site->json, &rules, &own->arena, &status, &error))
		subscription_begin(&site->subscriptions, own, site->now);
	else
		reply_error(reply, status, "%s", error.text);
}

static void put_last_modified(const struct site *site, struct reply *reply)
{
	time_t seconds = (time_t)site->utc;
	struct tm tm;
	char text[64];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	reply_header(reply, "Last-Modified", "%s", text);
}

void serve_data(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct subscription *own = &site->subscriptions.list[place(site, login)];

	(void)request;
	if (!own->active) {
		reply_error(reply, 404, "there is no active subscription");
		return;
	}
	own->polls++;
	if ((double)(site->now - own->created) < site->options->ready_after * 1000) {
		reply->status = 204;
		return;
	}
	reply->type = "application/json";
	put_last_modified(site, reply);
	answer_write(&reply->body, &own->body, &site->centre, site->supervised);
}

void serve_unsubscribe(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct subscription *own = &site->subscriptions.list[place(site, login)];

	(void)request;
	if (own->active)
		subscription_end(&site->subscriptions, own);
	else
		reply_error(reply, 404, "there is no active subscription");
}
