#include "sim/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/json.h"
#include "sim/answer.h"

/*
 * One function for each call of the API: reads the request, changes the site, fills the reply. `login` is who asks, or NULL
 * for calls that anybody may make. Access, method and path were checked before.
 */
typedef void serve_function(struct site *site, struct login *login, const struct request *request,
	struct reply *reply);

/* Reads the body as JSON; on failure the reply says why. */
static bool serve_json(struct site *site, const struct request *request, struct reply *reply)
{
	struct error error = { .text = "" };
	if (json_parse(&site->json, request->body, request->body_length, &error))
		return true;
	reply_error(reply, 400, "the body is not JSON: %s", error.text);
	return false;
}

static const char wrong_endpoint[] = "Incorrect endpoint specification";

static unsigned login_index(const struct site *site, const struct login *login)
{
	return (unsigned)(login - site->auth.logins);
}

static void serve_subscribe(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct body_rules rules = {
		.centre = &site->centre,
		.supervised = &site->supervised,
		.dialect = site->options->dialect,
		.refused = site->options->refused,
		.refused_count = site->options->refused_count,
	};
	struct subscription *own = &site->subscriptions.list[login_index(site, login)];
	struct body scratch_body;
	struct arena scratch;
	struct error error = { .text = "" };
	unsigned status;
	if (!serve_json(site, request, reply))
		return;
	if (!subscription_allowed(&site->subscriptions, login_index(site, login))) {
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
	own = subscription_prepare(&site->subscriptions, login_index(site, login));
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

static struct answer_rules rules_of(const struct site *site, const struct centre *centre)
{
	return (struct answer_rules){
		.centre = centre,
		.supervised = &site->supervised,
		.agent_metrics = !(site->lacking & PRIVILEGE_AGENT_METRICS),
		.service_metrics = !(site->lacking & PRIVILEGE_SERVICE_METRICS),
		.fraction_totals = site->options->percent_totals == PERCENT_FRACTION,
		.fraction_grids = site->options->percent_grids == PERCENT_FRACTION,
	};
}

static void serve_data(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct answer_rules rules = rules_of(site, &site->centre);
	struct subscription *own = &site->subscriptions.list[login_index(site, login)];
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
	answer_write(&reply->body, &own->body, &rules);
}

static void serve_unsubscribe(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct subscription *own = &site->subscriptions.list[login_index(site, login)];
	(void)request;
	if (own->active)
		subscription_end(&site->subscriptions, own);
	else
		reply_error(reply, 404, "there is no active subscription");
}

enum { FIELD_MAX = 256 };

static int hex(char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = letter ? strchr(digits, letter | 0x20) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Undoes the encoding of a form's value; false if it is broken or too long. */
static bool decode(const char *text, size_t length, char *out, size_t size)
{
	size_t at = 0, to = 0;
	while (at < length) {
		char letter = text[at++];
		if (to + 1 >= size)
			return false;
		if (letter == '%') {
			if (at + 2 > length || hex(text[at]) < 0 || hex(text[at + 1]) < 0)
				return false;
			letter = (char)(hex(text[at]) * 16 + hex(text[at + 1]));
			at += 2;
		} else if (letter == '+') {
			letter = ' ';
		}
		out[to++] = letter;
	}
	out[to] = '\0';
	return strlen(out) == to;
}

/* "" if absent; false if broken. */
static bool form_field(const struct request *request, const char *name, char *out, size_t size)
{
	const char *at = request->body, *end = request->body + request->body_length;
	size_t length = strlen(name);
	*out = '\0';
	while (at < end) {
		const char *stop = memchr(at, '&', (size_t)(end - at));
		if (!stop)
			stop = end;
		if ((size_t)(stop - at) > length && strncmp(at, name, length) == 0 && at[length] == '=')
			return decode(at + length + 1, (size_t)(stop - at) - length - 1, out, size);
		at = stop + 1;
	}
	return true;
}

static void refuse_sign_in(enum sign_in result, struct reply *reply)
{
	switch (result) {
	case SIGN_IN_GOOD:
		break;
	case SIGN_IN_WRONG:
		reply_oauth_error(reply, 401, "invalid_client", "client authentication failed");
		break;
	case SIGN_IN_LOCKED:
		reply_oauth_error(reply, 401, "invalid_client", "the account is locked out");
		break;
	case SIGN_IN_DISABLED:
		reply_oauth_error(reply, 401, "invalid_client", "the client is disabled");
		break;
	case SIGN_IN_INACTIVE:
		reply_oauth_error(reply, 400, "invalid_request", "the tenant is inactive");
		break;
	}
}

static void serve_token(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	enum sign_in result = SIGN_IN_WRONG;
	char user[FIELD_MAX], secret[FIELD_MAX], scope[FIELD_MAX], type[FIELD_MAX];
	const char *token;
	int left;
	if (!form_field(request, "client_id", user, sizeof(user)) ||
	    !form_field(request, "client_secret", secret, sizeof(secret)) ||
	    !form_field(request, "scope", scope, sizeof(scope)) ||
	    !form_field(request, "grant_type", type, sizeof(type))) {
		reply_oauth_error(reply, 400, "invalid_request", "a field of the form is broken");
	} else if (strcmp(type, "client_credentials") != 0) {
		reply_oauth_error(reply, 400, "unsupported_grant_type", "grant_type must be client_credentials");
	} else if (strcmp(scope, site->auth.tenant) != 0 ||
	    (result = auth_sign_in(&site->auth, user, secret, site->now, &login)) != SIGN_IN_GOOD) {
		refuse_sign_in(result, reply);
	} else {
		token = auth_token(&site->auth, login, site->now, &left);
		reply->login = login->user;
		reply->type = "application/json";
		reply_header(reply, "Cache-Control", "no-store");
		buffer_print(&reply->body, "{\"access_token\": \"%s\", \"token_type\": \"Bearer\", "
			"\"expires_in\": \"%d\", \"scope\": ", token, left);
		json_put_string(&reply->body, site->auth.tenant);
		buffer_text(&reply->body, "}\n");
	}
	explicit_bzero(secret, sizeof(secret));
}

static void serve_send(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	const struct text_message *message;
	struct error error;
	(void)login;
	if (!serve_json(site, request, reply))
		return;
	message = text_message_send(&site->messages, &site->json, &site->senders, site->now, site->utc, &error);
	if (!message) {
		reply_error(reply, 400, "%s", error.text);
		return;
	}
	reply->type = "application/json";
	text_message_write(&reply->body, message, site->now);
}

static void serve_message(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	const char *sid = strrchr(request->path, '/') + 1;
	const struct text_message *message = text_message_find(&site->messages, sid);
	(void)login;
	if (!message) {
		reply_error(reply, 404, "message not found");
		return;
	}
	reply->type = "application/json";
	text_message_write(&reply->body, message, site->now);
}

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

static void serve_teams(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	bool first = true;
	(void)login;
	(void)request;
	begin_list(reply);
	for (unsigned i = 0; i < site->centre.team_count; i++) {
		if (!supervision_has_team(&site->supervised, i))
			continue;
		put_id_and_name(&reply->body, site->centre.teams[i].id, site->centre.teams[i].name, first);
		first = false;
	}
	end_list(reply);
}

static void serve_services(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	(void)login;
	(void)request;
	if (site->options->no_cfg_services) {
		reply_error(reply, 500, "%s", wrong_endpoint);
		return;
	}
	bool first = true;
	begin_list(reply);
	for (unsigned i = 0; i < site->centre.service_count; i++) {
		const struct service *service = &site->centre.services[i];
		if (!supervision_has_service(&site->supervised, i))
			continue;
		put_id_and_name(&reply->body, service->id, service->name, first);
		first = false;
	}
	end_list(reply);
}

/* The name is the login, as real servers have it. */
static void serve_agents(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	bool first = true;
	(void)login;
	(void)request;
	begin_list(reply);
	for (unsigned i = 0; i < site->centre.agent_count; i++) {
		const struct agent *agent = &site->centre.agents[i];
		if (!supervision_has_team(&site->supervised, agent->team))
			continue;
		put_id_and_name(&reply->body, agent->id, agent->login, first);
		first = false;
	}
	end_list(reply);
}

/* A parameter that is 1 asks for those dispositions only that have the property. */
static bool wanted(const struct request *request, const char *name, bool property)
{
	return property || strcmp(request_parameter(request, name), "1") != 0;
}

static bool is_of_supervised(const struct site *site, const struct disposition *disposition)
{
	for (unsigned i = 0; i < site->centre.service_count; i++)
		if (supervision_has_service(&site->supervised, i) &&
		    catalogue_is_disposition_of(disposition, &site->centre.services[i].traits))
			return true;
	return false;
}

static void serve_dispositions(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	const char *comma = "";
	(void)login;
	begin_list(reply);
	for (const struct disposition *at = catalogue_dispositions; at->name; at++) {
		if (!is_of_supervised(site, at) || !wanted(request, "agentCanSelect", at->agent_can_select) ||
		    !wanted(request, "inbound", at->inbound) || !wanted(request, "outbound", at->outbound) ||
		    !wanted(request, "preview", at->preview))
			continue;
		buffer_text(&reply->body, comma);
		json_put_string(&reply->body, at->name);
		comma = ", ";
	}
	end_list(reply);
}

static void serve_available(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	static const char *const words[2][2] = { { "false", "true" }, { "\"False\"", "\"True\"" } };
	const char *name = request_parameter(request, "service");
	(void)login;
	if (site->options->availability_token && !auth_bearer(&site->auth, request->authorization, site->now)) {
		reply_error(reply, 401, "Unauthorized");
		return;
	}
	for (unsigned i = 0; i < site->centre.service_count; i++) {
		const struct service *service = &site->centre.services[i];
		if (strcmp(service->name, name) != 0)
			continue;
		reply->type = "application/json";
		buffer_print(&reply->body, "{\"availability\": %s}\n",
			words[site->options->availability_text][service->agents[AGENT_READY] > 0]);
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

static const char messaging_scheme[] = "MOBILE-API-140-327-PLAIN";

/* The value of a parameter of the header, such as appId="..."; false if it is not there. */
static bool messaging_parameter(const char *header, const char *name, char *out, size_t size)
{
	char start[32];
	const char *at;
	int length = snprintf(start, sizeof(start), "%s=\"", name);
	at = strstr(header, start);
	if (!at)
		return false;
	at += length;
	snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
	return true;
}

/*
 * What every call of the messaging API must carry. The collection names no code for a User-Agent that is not that of a
 * mobile application, so it is the one for other errors.
 */
static bool check_messaging(const struct site *site, const struct request *request, struct reply *reply)
{
	const char *header = request->authorization, *wanted = site->options->chat_app;
	size_t scheme = strlen(messaging_scheme);
	char app[FIELD_MAX], client[FIELD_MAX];
	if (strcmp(request_parameter(request, "tenantUrl"), site->auth.tenant) != 0)
		reply_messaging_error(reply, 403, "1000", "Missing or invalid tenantUrl");
	else if (!*header)
		reply_messaging_error(reply, 403, "2000", "Authorization header is missing");
	else if (strncmp(header, messaging_scheme, scheme) != 0 || (header[scheme] && header[scheme] != ' '))
		reply_messaging_error(reply, 403, "2002", "Authorization scheme is incorrect");
	else if (!strchr(header, '='))
		reply_messaging_error(reply, 403, "2001", "Authorization parameter format is incorrect");
	else if (!messaging_parameter(header, "appId", app, sizeof(app)))
		reply_messaging_error(reply, 403, "2003", "Authorization parameter is missing: appId");
	else if (!messaging_parameter(header, "clientId", client, sizeof(client)))
		reply_messaging_error(reply, 403, "2004", "Authorization parameter is missing: clientId");
	else if (strcmp(request->user_agent, "MobileClient") != 0)
		reply_messaging_error(reply, 403, "5500", "User-Agent must be MobileClient");
	else if (!*app)
		reply_messaging_error(reply, 403, "3000", "Missing or invalid application unique id");
	else if (wanted && strcmp(app, wanted) != 0)
		reply_messaging_error(reply, 403, "5006", "Mobile Launch Point (application) is not found");
	else
		return true;
	return false;
}

static void serve_hours(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	double hour = centre_hour(&site->centre);
	int wait = expected_wait(&site->centre);
	(void)login;
	if (!check_messaging(site, request, reply))
		return;
	reply->type = "application/json";
	buffer_print(&reply->body, "{\"chat\": \"%s\"",
		hour >= open_from && hour < open_to ? "available" : "notAvailable");
	if (wait >= 0)
		buffer_print(&reply->body, ", \"ewt\": \"%d\"", wait);
	buffer_text(&reply->body, "}\n");
}

static void serve_parameters(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	(void)login;
	if (!check_messaging(site, request, reply))
		return;
	reply->type = "application/json";
	buffer_text(&reply->body, "{\"parameters\": [{\"first_name\": \"FIRST_NAME\"}, {\"last_name\": \"LAST_NAME\"}, "
		"{\"email\": \"EMAIL\"}]}\n");
}

static void serve_version(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	(void)login;
	if (!check_messaging(site, request, reply))
		return;
	reply->type = "application/json";
	buffer_text(&reply->body, "{\"server_version\": \"5.5.6.12345 (Stable)\"}\n");
}

static void serve_campaigns(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	double hour = centre_hour(&site->centre);
	(void)login;
	(void)request;
	begin_list(reply);
	for (const struct campaign *at = catalogue_campaigns; at->name && !site->options->no_campaigns; at++) {
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

/* Every so many agents have a number of their own. */
enum { EXTERNAL_EVERY = 5 };

/* Some have a number of their own outside the house, some a voice mail box, a few a greeting in it. */
static void serve_directory(struct site *site, struct login *login, const struct request *request, struct reply *reply)
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
		if (i % EXTERNAL_EVERY == 0)
			buffer_print(out, "\"external\": \"1650555%04u\", ", i % 10000);
		buffer_print(out, "\"voiceMail\": %s, \"greeting\": %s}", i % 3 ? "false" : "true",
			i % 9 ? "false" : "true");
	}
	end_list(reply);
}

/* Numbers that may send text messages, the main line, and the direct numbers of agents in the directory. */
static void serve_numbers(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	struct buffer *out = &reply->body;
	(void)login;
	(void)request;
	begin_list(reply);
	buffer_text(out, "{\"number\": \"16505555555\", \"media\": \"voice_text\", \"type\": \"scenario\", "
		"\"scenario\": \"Main Inbound\"}");
	for (unsigned i = 0; i < site->senders.count; i++) {
		buffer_text(out, ", {");
		put_field(out, "number", site->senders.numbers[i]);
		buffer_text(out, "\"media\": \"text\", \"type\": \"scenario\", \"scenario\": \"Text Out\"}");
	}
	for (unsigned i = 0; i < site->centre.agent_count; i += EXTERNAL_EVERY) {
		buffer_print(out, ", {\"number\": \"1650555%04u\", ", i % 10000);
		put_field(out, "user", site->centre.agents[i].login);
		buffer_text(out, "\"media\": \"voice\", \"type\": \"user\"}");
	}
	end_list(reply);
}

/* All teams, supervised or not, by name alone. */
static void serve_all_teams(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	(void)login;
	(void)request;
	begin_list(reply);
	for (unsigned i = 0; i < site->centre.team_count; i++) {
		buffer_text(&reply->body, i ? ", {\"name\": " : "{\"name\": ");
		json_put_string(&reply->body, site->centre.teams[i].name);
		buffer_text(&reply->body, "}");
	}
	end_list(reply);
}

static void serve_revoke(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	(void)login;
	(void)request;
	(void)reply;
	auth_revoke(&site->auth);
}

static void serve_account(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	static const char *const words[] = { "active", "locked", "disabled", "inactive" };
	(void)login;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i]);
		if (request->body_length >= length && strncmp(request->body, words[i], length) == 0 &&
		    strspn(request->body + length, "\r\n") == request->body_length - length) {
			site->auth.account = (enum account)i;
			return;
		}
	}
	reply_error(reply, 400, "must be one of active, locked, disabled, inactive");
}

static void serve_faults(struct site *site, struct login *login, const struct request *request, struct reply *reply)
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

static void serve_state(struct site *site, struct login *login, const struct request *request, struct reply *reply)
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

/* The parameter as a number; without it the default, or none if that is negative. Says what is wrong. */
static bool past_number(const struct request *request, struct reply *reply, const char *name, int otherwise, int most,
	unsigned *number)
{
	char *end;
	const char *text = request_parameter(request, name);
	unsigned long value = strtoul(text, &end, 10);
	bool given = *text != '\0';
	if (given ? *text < '0' || *text > '9' || *end != '\0' || value > (unsigned long)most : otherwise < 0) {
		reply_error(reply, 400, "%s must be a number from 0 to %d", name, most);
		return false;
	}
	*number = given ? (unsigned)value : (unsigned)otherwise;
	return true;
}

/*
 * What the login's subscription would have been answered so many minutes and seconds ago. With a count: a line for each of so many
 * answers, `step` minutes apart, the oldest first; "only=services" leaves out lists of agents and messages.
 */
static void serve_past(struct site *site, struct login *login, const struct request *request, struct reply *reply)
{
	enum {
		MINUTES_MAX = (CENTRE_DAYS_MAX - 1) * (int)(DAY_MS / MINUTE_MS),
		ANSWERS_MAX = 240,
		STEP_MAX = DAY_MS / MINUTE_MS,
	};
	const struct subscription *own = &site->subscriptions.list[login_index(site, login)];
	unsigned minutes, seconds, count, step;
	if (!past_number(request, reply, "minutes", -1, MINUTES_MAX, &minutes) ||
		!past_number(request, reply, "seconds", 0, 59, &seconds) ||
		!past_number(request, reply, "count", 1, ANSWERS_MAX, &count) ||
		!past_number(request, reply, "step", 1, STEP_MAX, &step))
		return;
	if (!own->active) {
		reply_error(reply, 404, "there is no active subscription");
		return;
	}
	reply->type = "application/json";
	for (unsigned i = 0; i < count && (uint64_t)i * step <= minutes; i++) {
		const struct centre *centre = site_past(site, (minutes - i * step) * 60 + seconds);
		if (centre == NULL) {
			reply_error(reply, 404, "nobody lived then");
			return;
		}
		struct answer_rules rules = rules_of(site, centre);
		rules.services_only = strcmp(request_parameter(request, "only"), "services") == 0;
		answer_write(&reply->body, &own->body, &rules);
		if (count > 1)
			buffer_add(&reply->body, "\n", 1);
	}
}

enum access {
	ACCESS_OPEN,
	ACCESS_BEARER,
	ACCESS_STATS, /* bearer, or the three cookies */
};

struct route {
	const char *method;
	const char *path; /* one that ends in a slash and a star takes one more part */
	enum access access;
	const char *content_type; /* that the body must have, or NULL */
	enum privilege_bit privilege; /* that the login must have */
	serve_function *serve;
};

static const char json_type[] = "application/json";

static const struct route routes[] = {
	{ "POST", "/configapi/v2/oauth/token", ACCESS_OPEN, "application/x-www-form-urlencoded", PRIVILEGE_NONE, serve_token },
	{ "POST", "/statsapi/subscription", ACCESS_STATS, json_type, PRIVILEGE_STATISTICS, serve_subscribe },
	{ "GET", "/statsapi/subscription/data", ACCESS_STATS, NULL, PRIVILEGE_STATISTICS, serve_data },
	{ "DELETE", "/statsapi/subscription/active", ACCESS_STATS, NULL, PRIVILEGE_STATISTICS, serve_unsubscribe },
	{ "GET", "/statsapi/cfg/dispositions", ACCESS_STATS, NULL, PRIVILEGE_STATISTICS, serve_dispositions },
	{ "GET", "/statsapi/cfg/teams", ACCESS_STATS, NULL, PRIVILEGE_STATISTICS, serve_teams },
	{ "GET", "/statsapi/cfg/services", ACCESS_STATS, NULL, PRIVILEGE_STATISTICS, serve_services },
	{ "GET", "/statsapi/cfg/agents", ACCESS_STATS, NULL, PRIVILEGE_STATISTICS, serve_agents },
	{ "GET", "/statsapi/info/check_available_agents", ACCESS_OPEN, NULL, PRIVILEGE_NONE, serve_available },
	{ "GET", "/clientweb/api/v2/availability", ACCESS_OPEN, NULL, PRIVILEGE_NONE, serve_hours },
	{ "GET", "/clientweb/api/v2/parameters", ACCESS_OPEN, NULL, PRIVILEGE_NONE, serve_parameters },
	{ "GET", "/clientweb/api/v2/version", ACCESS_OPEN, NULL, PRIVILEGE_NONE, serve_version },
	{ "GET", "/configapi/v2/campaign/getAll/", ACCESS_BEARER, NULL, PRIVILEGE_CAMPAIGNS, serve_campaigns },
	{ "GET", "/configapi/v2/campaign/getAll", ACCESS_BEARER, NULL, PRIVILEGE_CAMPAIGNS, serve_campaigns },
	{ "GET", "/configapi/v2/phone/user", ACCESS_BEARER, NULL, PRIVILEGE_PHONES, serve_directory },
	{ "GET", "/configapi/v2/phone/ext", ACCESS_BEARER, NULL, PRIVILEGE_PHONES, serve_numbers },
	{ "GET", "/configapi/v2/team", ACCESS_BEARER, NULL, PRIVILEGE_USERS, serve_all_teams },
	{ "POST", "/clientweb/smsapi/v1/Messages", ACCESS_BEARER, json_type, PRIVILEGE_MESSAGES, serve_send },
	{ "GET", "/clientweb/smsapi/v1/Messages/*", ACCESS_BEARER, NULL, PRIVILEGE_MESSAGES, serve_message },
	{ "POST", "/cxsim/faults", ACCESS_OPEN, NULL, PRIVILEGE_NONE, serve_faults },
	{ "POST", "/cxsim/account", ACCESS_OPEN, NULL, PRIVILEGE_NONE, serve_account },
	{ "POST", "/cxsim/revoke", ACCESS_OPEN, NULL, PRIVILEGE_NONE, serve_revoke },
	{ "GET", "/cxsim/state", ACCESS_OPEN, NULL, PRIVILEGE_NONE, serve_state },
	{ "GET", "/cxsim/past", ACCESS_STATS, NULL, PRIVILEGE_NONE, serve_past },
};

enum {
	ROUTES = sizeof(routes) / sizeof(routes[0]),
	/* The counter after the table's is for everything unknown. */
	COUNTER_OTHER = ROUTES,
};

_Static_assert((int)COUNTER_OTHER < (int)SITE_COUNTERS, "a counter for each route");

static bool path_matches(const char *pattern, const char *path)
{
	size_t length = strlen(pattern);
	if (pattern[length - 1] != '*')
		return strcmp(pattern, path) == 0;
	return strncmp(pattern, path, length - 1) == 0 && path[length - 1] && !strchr(path + length - 1, '/');
}

/* The row for path and method; *known is a row for the path with another method. */
static const struct route *find(const struct request *request, const struct route **known)
{
	*known = NULL;
	for (unsigned i = 0; i < ROUTES; i++) {
		if (!path_matches(routes[i].path, request->path))
			continue;
		if (strcmp(routes[i].method, request->method) == 0)
			return &routes[i];
		*known = &routes[i];
	}
	return NULL;
}

static struct login *authenticate(struct site *site, const struct route *route, const struct request *request)
{
	if (*request->authorization)
		return auth_bearer(&site->auth, request->authorization, site->now);
	return route->access == ACCESS_STATS ? auth_cookies(&site->auth, request->cookie) : NULL;
}

static bool type_matches(const char *header, const char *type)
{
	size_t length = strlen(type);
	return strncasecmp(header, type, length) == 0 && strchr("; \t", header[length]);
}

bool route_is_control(const char *path)
{
	return strncmp(path, "/cxsim/", 7) == 0;
}

static void refuse_unknown(const struct request *request, const struct route *known, struct reply *reply)
{
	if (known) {
		reply_error(reply, 405, "method not allowed");
		reply_header(reply, "Allow", "%s", known->method);
	} else if (route_is_control(request->path)) {
		reply_error(reply, 404, "not found");
	} else {
		/* What this API answers for an endpoint that it does not have. */
		reply_error(reply, 500, "%s", wrong_endpoint);
	}
}

void route_count(struct site *site, const struct request *request)
{
	const struct route *known;
	const struct route *route = find(request, &known);
	site->counters[route ? (size_t)(route - routes) : COUNTER_OTHER]++;
}

void route_answer(struct site *site, const struct request *request, struct reply *reply)
{
	const struct route *known;
	const struct route *route = find(request, &known);
	struct login *login = NULL;
	route_count(site, request);
	if (!route) {
		refuse_unknown(request, known, reply);
		return;
	}
	if (route->access != ACCESS_OPEN) {
		login = authenticate(site, route, request);
		if (!login) {
			reply_error(reply, 401, "Unauthorized");
			return;
		}
		reply->login = login->user;
	}
	if (site->lacking & (unsigned)route->privilege) {
		reply_error(reply, 403, "privilege %s is required", privilege_name(route->privilege));
		return;
	}
	if (route->content_type && !type_matches(request->content_type, route->content_type)) {
		reply_error(reply, 415, "the media type must be %s", route->content_type);
		return;
	}
	route->serve(site, login, request, reply);
}

void route_write_counters(struct buffer *out, const struct site *site)
{
	for (unsigned i = 0; i < ROUTES; i++)
		buffer_print(out, "\"%s %s\": %u, ", routes[i].method, routes[i].path, site->counters[i]);
	buffer_print(out, "\"other\": %u", site->counters[COUNTER_OTHER]);
}
