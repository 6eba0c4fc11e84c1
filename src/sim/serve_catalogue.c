#include "sim/serve.h"

#include <string.h>

#include "base/json.h"

/* The chat entry's office hours. */
static const double open_from = 8, open_to = 20;

static void put_id_and_name(struct buffer *out, const char *id, const char *name, bool first)
{
	buffer_text(out, first ? "{\"id\": " : ", {\"id\": ");
	json_put_string(out, id);
	buffer_text(out, ", \"name\": ");
	json_put_string(out, name);
	buffer_text(out, "}");
}

static void begin_list(struct reply *reply)
{
	reply->type = "application/json";
	buffer_text(&reply->body, "[");
}

static void end_list(struct reply *reply)
{
	buffer_text(&reply->body, "]\n");
}

void serve_teams(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	bool first = true;

	(void)login;
	(void)request;
	begin_list(reply);
	for (unsigned i = 0; i < site->centre.team_count; i++) {
		if (!(site->supervised >> i & 1))
			continue;
		put_id_and_name(&reply->body, site->centre.teams[i].id, site->centre.teams[i].name, first);
		first = false;
	}
	end_list(reply);
}

void serve_services(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	(void)login;
	(void)request;
	if (site->options->no_cfg_services) {
		reply_error(reply, 500, "incorrect endpoint specification");
		return;
	}
	begin_list(reply);
	for (unsigned i = 0; i < site->centre.service_count; i++)
		put_id_and_name(&reply->body, site->centre.services[i].id, site->centre.services[i].name, i == 0);
	end_list(reply);
}

void serve_agents(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	bool first = true;

	(void)login;
	(void)request;
	begin_list(reply);
	for (unsigned i = 0; i < site->centre.agent_count; i++) {
		const struct agent *agent = &site->centre.agents[i];

		if (!(site->supervised >> agent->team & 1))
			continue;
		put_id_and_name(&reply->body, agent->id, agent->first_last, first);
		first = false;
	}
	end_list(reply);
}

/* A parameter that is 1 asks for those dispositions only that have the property. */
static bool wanted(const struct request *request, const char *name, bool property)
{
	return property || strcmp(request_parameter(request, name), "1") != 0;
}

void serve_dispositions(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	const char *comma = "";

	(void)site;
	(void)login;
	begin_list(reply);
	for (const struct disposition *at = catalogue_dispositions; at->name; at++) {
		if (!wanted(request, "agentCanSelect", at->agent_can_select) ||
		    !wanted(request, "inbound", at->inbound) || !wanted(request, "outbound", at->outbound) ||
		    !wanted(request, "preview", at->preview))
			continue;
		buffer_text(&reply->body, comma);
		json_put_string(&reply->body, at->name);
		comma = ", ";
	}
	end_list(reply);
}

void serve_available(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	const char *name = request_parameter(request, "service");

	(void)login;
	for (unsigned i = 0; i < site->centre.service_count; i++) {
		const struct service *service = &site->centre.services[i];

		if (strcmp(service->name, name) != 0)
			continue;
		reply->type = "application/json";
		buffer_print(&reply->body, "{\"availability\": %s}\n",
			service->agents[AGENT_READY] > 0 ? "true" : "false");
		return;
	}
	reply_error(reply, 404, "service '%.200s' not found", name);
}

/* What a new chat may expect: the work ahead of it, shared among those who can do it. -1 before any was answered. */
static int expected_wait(const struct centre *centre)
{
	for (unsigned i = 0; i < centre->service_count; i++) {
		const struct service *service = &centre->services[i];
		unsigned staff = service->agents[AGENT_READY] + service->agents[AGENT_BUSY] +
			service->agents[AGENT_AFTER_CALL_WORK];

		if (strcmp(service->traits.media, "chat") != 0)
			continue;
		if (!service->day.answered || !staff)
			return -1;
		if (service->agents[AGENT_READY])
			return 0;
		return (int)((service->waiting + 1) * (service->traits.talk + service->traits.after_call) / staff);
	}
	return -1;
}

void serve_hours(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	static const char scheme[] = "MOBILE-API-140-327-PLAIN ";
	const char *header = request->authorization;
	double hour = centre_hour(&site->centre);
	int wait = expected_wait(&site->centre);

	(void)login;
	if (strncmp(header, scheme, strlen(scheme)) != 0 || !strstr(header, "appId=\"") ||
	    !strstr(header, "clientId=\"") || strcmp(request_parameter(request, "tenantUrl"), site->auth.tenant) != 0) {
		reply_error(reply, 403, "forbidden");
		return;
	}
	reply->type = "application/json";
	buffer_print(&reply->body, "{\"chat\": \"%s\"",
		hour >= open_from && hour < open_to ? "available" : "notAvailable");
	if (wait >= 0)
		buffer_print(&reply->body, ", \"ewt\": \"%d\"", wait);
	buffer_text(&reply->body, "}\n");
}

void serve_campaigns(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	double hour = centre_hour(&site->centre);

	(void)login;
	(void)request;
	begin_list(reply);
	for (const struct campaign *at = catalogue_campaigns; at->name; at++) {
		buffer_text(&reply->body, at == catalogue_campaigns ? "{\"name\": " : ", {\"name\": ");
		json_put_string(&reply->body, at->name);
		buffer_print(&reply->body, ", \"state\": \"%s\", \"lists\": [",
			hour >= at->from && hour < at->to ? "RUNNING" : "STOPPED");
		for (unsigned i = 0; at->lists[i]; i++) {
			buffer_text(&reply->body, i ? ", " : "");
			json_put_string(&reply->body, at->lists[i]);
		}
		buffer_text(&reply->body, "]}");
	}
	end_list(reply);
}

static void put_field(struct buffer *out, const char *key, const char *value)
{
	buffer_print(out, "\"%s\": ", key);
	json_put_string(out, value);
	buffer_text(out, ", ");
}

/* Some have a number of their own outside the house, some a voice mail box, a few a greeting in it. */
void serve_directory(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct buffer *out = &reply->body;

	(void)login;
	(void)request;
	begin_list(reply);
	for (unsigned i = 0; i < site->centre.agent_count; i++) {
		const struct agent *agent = &site->centre.agents[i];

		buffer_text(out, i ? ", {" : "{");
		put_field(out, "extension", agent->extension);
		put_field(out, "loginId", agent->login);
		put_field(out, "firstName", agent->first);
		put_field(out, "lastName", agent->last);
		if (i % 5 == 0)
			buffer_print(out, "\"external\": \"1650555%04u\", ", i % 10000);
		buffer_print(out, "\"voiceMail\": %s, \"greeting\": %s}", i % 3 ? "false" : "true",
			i % 9 ? "false" : "true");
	}
	end_list(reply);
}
