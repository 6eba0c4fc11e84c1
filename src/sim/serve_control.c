#include "sim/serve.h"

#include <stdio.h>
#include <string.h>

#include "sim/route.h"

void serve_faults(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	char text[FAULTS_MAX * FAULT_TEXT_MAX];
	struct error error;

	(void)login;
	if (request->body_length >= sizeof(text)) {
		reply_error(reply, 413, "too many faults");
		return;
	}
	snprintf(text, sizeof(text), "%.*s", (int)request->body_length, request->body);
	if (!faults_replace(&site->faults, text, site->now, &error))
		reply_error(reply, 400, "%s", error.text);
}

static void put_subscription(struct buffer *out, const struct site *site, unsigned place)
{
	const struct subscription *subscription = &site->subscriptions.list[place];

	buffer_text(out, "{\"login\": ");
	json_put_string(out, site->auth.logins[place].user);
	buffer_print(out, ", \"age\": %lld, \"polls\": %u, \"app_ids\": [",
		(long long)(site->now - subscription->created) / 1000, subscription->polls);
	for (unsigned i = 0; i < subscription->body.count; i++) {
		buffer_text(out, i ? ", " : "");
		json_put_string(out, subscription->body.wishes[i].app_id);
	}
	buffer_text(out, "]}");
}

static void put_faults(struct buffer *out, const struct faults *faults)
{
	for (unsigned i = 0; i < faults->count; i++)
		buffer_print(out, "%s{\"kind\": \"%s\", \"seen\": %u, \"done\": %u}", i ? ", " : "",
			faults->list[i].kind->name, faults->list[i].seen, faults->list[i].done);
}

void serve_state(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct buffer *out = &reply->body;
	const char *comma = "";
	int64_t second = site->centre.now % DAY_MS / SECOND_MS;

	(void)login;
	(void)request;
	reply->type = "application/json";
	buffer_print(out, "{\"time\": \"%02d:%02d:%02d\", \"uptime\": %.3f, \"subscriptions\": [", (int)(second / 3600),
		(int)(second / 60 % 60), (int)(second % 60), (double)(site->now - site->begun) / 1000);
	for (unsigned i = 0; i < site->auth.count; i++) {
		if (!site->subscriptions.list[i].active)
			continue;
		buffer_text(out, comma);
		put_subscription(out, site, i);
		comma = ", ";
	}
	buffer_print(out, "], \"messages_sent\": %u, \"requests\": {", site->messages.count);
	route_write_counters(out, site);
	buffer_text(out, "}, \"faults\": [");
	put_faults(out, &site->faults);
	buffer_text(out, "]}\n");
}
