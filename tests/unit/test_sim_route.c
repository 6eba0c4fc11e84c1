/*
 * The calls of the API without sockets: tokens, cookies, the life of a subscription, the tenant's limit, text messages,
 * and what is answered to requests that are wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "sim/route.h"

static const char totals[] = "{\"w\":{\"stats_totals\":[\"agents_logged\"]}}";
static const char cookies[] = "X-STATSAPI-TOKEN=demo; X-STATSAPI-TENANT=demo.example; X-STATSAPI-LOGIN=wall";
static const char third_cookies[] = "X-STATSAPI-TOKEN=s3; X-STATSAPI-TENANT=demo.example; X-STATSAPI-LOGIN=three";
static const char second_cookies[] = "X-STATSAPI-TOKEN=s2; X-STATSAPI-TENANT=demo.example; X-STATSAPI-LOGIN=two";

struct fixture {
	struct options options;
	struct site *site;
	struct reply reply;
	struct request request;
};

static int set_up(void **state)
{
	char line[] = "cxsim --user wall --secret demo --user two --secret s2 --user three --secret s3 --limit 2 "
		      "--token-life 60";
	static char kept[sizeof(line)]; /* the options borrow their texts */
	char *arguments[32], *rest = NULL;
	int count = 0;
	static struct fixture fixture;
	struct error error;

	fixture.site = must_alloc(sizeof(*fixture.site));
	memcpy(kept, line, sizeof(line));
	for (char *word = strtok_r(kept, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		arguments[count++] = word;
	arguments[count] = NULL;
	assert_int_equal(options_read(&fixture.options, count, arguments), OPTIONS_GO);
	assert_true(site_init(fixture.site, &fixture.options, 0, 1700000000, &error));
	reply_init(&fixture.reply);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	reply_free(&fixture->reply);
	site_free(fixture->site);
	free(fixture->site);
	return 0;
}

/* Resets what the next request carries. */
static struct request *new_request(struct fixture *fixture, const char *method, const char *path)
{
	fixture->request = (struct request){
		.method = method, .path = path, .authorization = "", .cookie = cookies, .content_type = "", .user_agent = "",
		.body = "",
	};
	return &fixture->request;
}

static unsigned send(struct fixture *fixture)
{
	reply_free(&fixture->reply);
	reply_init(&fixture->reply);
	route_answer(fixture->site, &fixture->request, &fixture->reply);
	return fixture->reply.status;
}

static unsigned get(struct fixture *fixture, const char *path)
{
	new_request(fixture, "GET", path);
	return send(fixture);
}

static unsigned post(struct fixture *fixture, const char *path, const char *type, const char *body)
{
	struct request *request = new_request(fixture, "POST", path);

	request->content_type = type;
	request->body = body;
	request->body_length = strlen(body);
	return send(fixture);
}

static unsigned subscribe(struct fixture *fixture, const char *cookie)
{
	struct request *request = new_request(fixture, "POST", "/statsapi/subscription");

	request->cookie = cookie;
	request->content_type = "application/json; charset=utf-8";
	request->body = totals;
	request->body_length = strlen(totals);
	return send(fixture);
}

static unsigned token(struct fixture *fixture, const char *form)
{
	return post(fixture, "/configapi/v2/oauth/token", "application/x-www-form-urlencoded", form);
}

static const char *body(const struct fixture *fixture)
{
	return buffer_string(&fixture->reply.body);
}

/* The bearer header from the token call's answer. */
static const char *bearer(const struct fixture *fixture)
{
	static char header[128];
	const char *at = strstr(body(fixture), "\"access_token\": \"");

	assert_non_null(at);
	snprintf(header, sizeof(header), "Bearer %.64s", at + strlen("\"access_token\": \""));
	return header;
}

static const char form[] = "client_id=wall&client_secret=d%65mo&scope=demo.example&grant_type=client_credentials";

static void token_is_given_for_the_right_form(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(token(fixture, form), 200);
	assert_non_null(strstr(body(fixture), "\"expires_in\": \"60\""));
	assert_non_null(strstr(body(fixture), "\"token_type\": \"Bearer\""));
	assert_int_equal(token(fixture,
		"client_id=wall&client_secret=x&scope=demo.example&grant_type=client_credentials"), 401);
	assert_int_equal(token(fixture,
		"client_id=wall&client_secret=demo&scope=x&grant_type=client_credentials"), 401);
	assert_int_equal(token(fixture,
		"client_id=wall&client_secret=demo&scope=demo.example&grant_type=password"), 400);
	assert_int_equal(token(fixture, "client_id=%zz"), 400);
	assert_int_equal(token(fixture, ""), 400);
	assert_int_equal(post(fixture, "/configapi/v2/oauth/token", "application/json", form), 415);
}

static void living_token_comes_back(void **state)
{
	struct fixture *fixture = *state;
	char first[128];

	token(fixture, form);
	snprintf(first, sizeof(first), "%s", bearer(fixture));
	fixture->site->now = 20500;
	token(fixture, form);
	assert_string_equal(bearer(fixture), first);
	assert_non_null(strstr(body(fixture), "\"expires_in\": \"39\""));
	fixture->site->now = 60000;
	token(fixture, form);
	assert_string_not_equal(bearer(fixture), first);
}

static void token_expires(void **state)
{
	struct fixture *fixture = *state;
	char header[128];

	token(fixture, form);
	snprintf(header, sizeof(header), "%s", bearer(fixture));
	new_request(fixture, "GET", "/statsapi/cfg/teams")->authorization = header;
	fixture->site->now = 59999;
	assert_int_equal(send(fixture), 200);
	assert_string_equal(fixture->reply.login, "wall");
	fixture->site->now = 60000;
	assert_int_equal(send(fixture), 401);
	fixture->request.authorization = "Bearer nonsense";
	assert_int_equal(send(fixture), 401);
	fixture->request.authorization = "Bearer ";
	assert_int_equal(send(fixture), 401);
}

static void cookies_are_for_statistics_only(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(get(fixture, "/statsapi/cfg/teams"), 200);
	assert_int_equal(get(fixture, "/configapi/v2/phone/user"), 401);
	new_request(fixture, "GET", "/statsapi/cfg/teams")->cookie = "X-STATSAPI-TOKEN=demo; X-STATSAPI-LOGIN=wall";
	assert_int_equal(send(fixture), 401);
	fixture->request.cookie = "X-STATSAPI-TOKEN=s2; X-STATSAPI-TENANT=demo.example; X-STATSAPI-LOGIN=wall";
	assert_int_equal(send(fixture), 401);
	fixture->request.cookie = "";
	assert_int_equal(send(fixture), 401);
}

static void life_of_a_subscription(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(get(fixture, "/statsapi/subscription/data"), 404);
	assert_int_equal(subscribe(fixture, cookies), 200);
	assert_int_equal(fixture->reply.body.length, 0);
	assert_int_equal(get(fixture, "/statsapi/subscription/data"), 204);
	fixture->site->now = 300;
	assert_int_equal(get(fixture, "/statsapi/subscription/data"), 200);
	assert_non_null(strstr(body(fixture), "{\"w\":{\"stats_totals\":{\"agents_logged\":\""));
	assert_string_equal(fixture->reply.headers[0].name, "Last-Modified");
	new_request(fixture, "DELETE", "/statsapi/subscription/active");
	assert_int_equal(send(fixture), 200);
	assert_int_equal(send(fixture), 404);
	assert_int_equal(get(fixture, "/statsapi/subscription/data"), 404);
}

/* As the vendor's own client reads them: totals are fractions, rows of grids percents. */
static void totals_are_fractions_unless_told_otherwise(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(fixture->options.percent_totals, PERCENT_FRACTION);
	assert_int_equal(fixture->options.percent_grids, PERCENT_PERCENT);
	for (int i = 0; i < 2; i++) {
		struct service_day *day = &fixture->site->centre.services[0].day;

		*day = (struct service_day){.answered = 4, .answered_in_time = 3};
		assert_int_equal(post(fixture, "/statsapi/subscription", "application/json",
			"{\"w\":{\"stats_totals\":[\"service_level\"],\"stats_totals_service_ids\":"
			"[\"E66F7A0C-E464-4656-B4AA-026F53A3D403\"]}}"), 200);
		fixture->site->now += 1000;
		get(fixture, "/statsapi/subscription/data");
		assert_non_null(strstr(body(fixture), i == 0 ? "\"0.75\"" : "\"75\""));
		new_request(fixture, "DELETE", "/statsapi/subscription/active");
		send(fixture);
		fixture->options.percent_totals = PERCENT_PERCENT;
	}
}

static void one_for_each_login_and_a_limit(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(subscribe(fixture, cookies), 200);
	assert_int_equal(subscribe(fixture, cookies), 409);
	assert_non_null(strstr(body(fixture), "login"));
	assert_int_equal(subscribe(fixture, second_cookies), 200);
	assert_int_equal(subscribe(fixture, third_cookies), 409);
	assert_non_null(strstr(body(fixture), "tenant"));
	/* The refused ones have harmed nobody's. */
	fixture->site->now = 1000;
	assert_int_equal(get(fixture, "/statsapi/subscription/data"), 200);
	new_request(fixture, "DELETE", "/statsapi/subscription/active");
	assert_int_equal(send(fixture), 200);
	assert_int_equal(subscribe(fixture, third_cookies), 200);
}

static void wrong_bodies(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(post(fixture, "/statsapi/subscription", "text/plain", totals), 415);
	assert_int_equal(post(fixture, "/statsapi/subscription", "", totals), 415);
	assert_int_equal(post(fixture, "/statsapi/subscription", "application/json", "{\"a\":"), 400);
	assert_non_null(strstr(body(fixture), "\"error\""));
	assert_int_equal(post(fixture, "/statsapi/subscription", "application/json", ""), 400);
	assert_int_equal(get(fixture, "/statsapi/subscription/data"), 404);
	/* After a refused body a right one is taken. */
	assert_int_equal(subscribe(fixture, cookies), 200);
}

static void unknown_places(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(get(fixture, "/statsapi/cfg/nothing"), 500);
	assert_non_null(strstr(body(fixture), "Incorrect endpoint specification"));
	assert_int_equal(get(fixture, "/configapi/v2/campaigns"), 500);
	assert_int_equal(get(fixture, "/nothing"), 500);
	assert_int_equal(get(fixture, "/cxsim/nothing"), 404);
	assert_int_equal(get(fixture, "/statsapi/subscription"), 405);
	assert_string_equal(fixture->reply.headers[0].value, "POST");
	fixture->options.no_cfg_services = true;
	assert_int_equal(get(fixture, "/statsapi/cfg/services"), 500);
}

static void dispositions_by_property(void **state)
{
	struct fixture *fixture = *state;
	struct request *request;

	assert_int_equal(get(fixture, "/statsapi/cfg/dispositions"), 200);
	assert_non_null(strstr(body(fixture), "\"System failure\""));
	assert_non_null(strstr(body(fixture), "\"Product sold\""));
	request = new_request(fixture, "GET", "/statsapi/cfg/dispositions");
	request->parameters[request->parameter_count++] = (struct parameter){"agentCanSelect", "1"};
	send(fixture);
	assert_null(strstr(body(fixture), "\"System failure\""));
	assert_non_null(strstr(body(fixture), "\"Product sold\""));
}

/* Of one team, then of none. */
static void lists_are_of_what_is_supervised(void **state)
{
	struct fixture *fixture = *state;
	struct site *site = fixture->site;

	get(fixture, "/statsapi/cfg/services");
	assert_non_null(strstr(body(fixture), "\"Web form\""));
	site->supervised = supervision_of(&site->centre, 1);
	get(fixture, "/statsapi/cfg/services");
	assert_non_null(strstr(body(fixture), "\"Support\""));
	for (unsigned i = 0; i < site->centre.service_count; i++)
		if (!supervision_has_service(&site->supervised, i))
			assert_null(strstr(body(fixture), site->centre.services[i].id));
	/* Support alone sells nothing. */
	site->supervised.services = (struct service_set){{2}};
	get(fixture, "/statsapi/cfg/dispositions");
	assert_null(strstr(body(fixture), "\"Product sold\""));
	assert_non_null(strstr(body(fixture), "\"Case opened\""));
	site->supervised = supervision_of(&site->centre, 0);
	get(fixture, "/statsapi/cfg/dispositions");
	assert_string_equal(body(fixture), "[]\n");
	get(fixture, "/statsapi/cfg/services");
	assert_string_equal(body(fixture), "[]\n");
	get(fixture, "/statsapi/cfg/teams");
	assert_string_equal(body(fixture), "[]\n");
}

/* As in a capture of a real server. */
static void agents_are_named_by_login(void **state)
{
	struct fixture *fixture = *state;
	char quoted[160];

	get(fixture, "/statsapi/cfg/agents");
	snprintf(quoted, sizeof(quoted), "\"name\": \"%s\"", fixture->site->centre.agents[0].login);
	assert_non_null(strstr(body(fixture), quoted));
	assert_null(strstr(body(fixture), fixture->site->centre.agents[0].first_last));
}

static void availability_needs_no_login(void **state)
{
	struct fixture *fixture = *state;
	struct request *request = new_request(fixture, "GET", "/statsapi/info/check_available_agents");

	request->cookie = "";
	request->parameters[request->parameter_count++] = (struct parameter){"service", "Web form"};
	assert_int_equal(send(fixture), 200);
	assert_non_null(strstr(body(fixture), "\"availability\": "));
	request->parameters[0].value = "Nothing";
	assert_int_equal(send(fixture), 404);
}

static void office_hours(void **state)
{
	struct fixture *fixture = *state;
	struct request *request = new_request(fixture, "GET", "/clientweb/api/v2/availability");

	request->parameters[request->parameter_count++] = (struct parameter){"tenantUrl", "demo.example"};
	assert_int_equal(send(fixture), 403);
	request->authorization = "MOBILE-API-140-327-PLAIN appId=\"a\", clientId=\"b\"";
	request->user_agent = "MobileClient";
	assert_int_equal(send(fixture), 200);
	assert_non_null(strstr(body(fixture), "\"available\""));
	site_advance(fixture->site, 10 * HOUR_MS, 0);
	assert_int_equal(send(fixture), 200);
	assert_non_null(strstr(body(fixture), "\"notAvailable\""));
	request->parameters[0].value = "elsewhere";
	assert_int_equal(send(fixture), 403);
}

/* Each element that every call must carry, and the code of its error. */
static void messaging_errors_have_codes(void **state)
{
	static const struct { const char *tenant, *authorization, *agent, *code; } cases[] = {
		{ "elsewhere", "MOBILE-API-140-327-PLAIN appId=\"a\", clientId=\"b\"", "MobileClient", "1000" },
		{ "demo.example", "", "MobileClient", "2000" },
		{ "demo.example", "MOBILE-API-140-327-PLAIN", "MobileClient", "2001" },
		{ "demo.example", "Bearer appId=\"a\", clientId=\"b\"", "MobileClient", "2002" },
		{ "demo.example", "MOBILE-API-140-327-PLAIN clientId=\"b\"", "MobileClient", "2003" },
		{ "demo.example", "MOBILE-API-140-327-PLAIN appId=\"a\"", "MobileClient", "2004" },
		{ "demo.example", "MOBILE-API-140-327-PLAIN appId=\"\", clientId=\"b\"", "MobileClient", "3000" },
		{ "demo.example", "MOBILE-API-140-327-PLAIN appId=\"x\", clientId=\"b\"", "MobileClient", "5006" },
		{ "demo.example", "MOBILE-API-140-327-PLAIN appId=\"a\", clientId=\"b\"", "curl/8", "5500" },
	};
	static const char *const paths[] = { "/clientweb/api/v2/availability", "/clientweb/api/v2/parameters",
		"/clientweb/api/v2/version" };
	struct fixture *fixture = *state;

	fixture->options.chat_app = "a";
	for (unsigned p = 0; p < 3; p++) {
		struct request *request = new_request(fixture, "GET", paths[p]);

		request->parameters[request->parameter_count++] = (struct parameter){"tenantUrl", "demo.example"};
		for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			char code[64];

			snprintf(code, sizeof(code), "{\"error_code\": \"%s\", \"error_message\": \"", cases[i].code);
			request->parameters[0].value = cases[i].tenant;
			request->authorization = cases[i].authorization;
			request->user_agent = cases[i].agent;
			assert_int_equal(send(fixture), 403);
			if (!strstr(body(fixture), code))
				fail_msg("%s is not %s", body(fixture), code);
		}
		request->user_agent = "MobileClient";
		assert_int_equal(send(fixture), 200);
	}
	assert_non_null(strstr(body(fixture), "\"server_version\": \""));
}

static const char wrong_form[] = "client_id=wall&client_secret=x&scope=demo.example&grant_type=client_credentials";

static void wrong_secrets_lock_the_login(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 4; i++)
		assert_int_equal(token(fixture, wrong_form), 401);
	assert_non_null(strstr(body(fixture), "{\"error\": \"invalid_client\", \"error_description\": \"client authentication"));
	/* A right one in between begins anew. */
	assert_int_equal(token(fixture, form), 200);
	assert_int_equal(token(fixture, wrong_form), 401);
	assert_int_equal(token(fixture, form), 200);
	for (int i = 0; i < 5; i++)
		assert_int_equal(token(fixture, wrong_form), 401);
	assert_int_equal(token(fixture, form), 401);
	assert_non_null(strstr(body(fixture), "\"the account is locked out\""));
	assert_int_equal(token(fixture,
		"client_id=two&client_secret=s2&scope=demo.example&grant_type=client_credentials"), 200);
	fixture->site->now = 900000;
	assert_int_equal(token(fixture, form), 200);
}

static void accounts_have_states(void **state)
{
	struct fixture *fixture = *state;
	char header[128];

	token(fixture, form);
	snprintf(header, sizeof(header), "%s", bearer(fixture));
	assert_int_equal(post(fixture, "/cxsim/account", "", "locked\n"), 200);
	assert_int_equal(token(fixture, form), 401);
	assert_non_null(strstr(body(fixture), "locked out"));
	new_request(fixture, "GET", "/configapi/v2/phone/user")->authorization = header;
	assert_int_equal(send(fixture), 200);
	assert_int_equal(post(fixture, "/cxsim/account", "", "disabled"), 200);
	assert_int_equal(token(fixture, form), 401);
	assert_non_null(strstr(body(fixture), "disabled"));
	new_request(fixture, "GET", "/configapi/v2/phone/user")->authorization = header;
	assert_int_equal(send(fixture), 401);
	assert_int_equal(get(fixture, "/statsapi/cfg/teams"), 401);
	assert_int_equal(post(fixture, "/cxsim/account", "", "inactive"), 200);
	assert_int_equal(token(fixture, form), 400);
	assert_non_null(strstr(body(fixture), "the tenant is inactive"));
	assert_int_equal(post(fixture, "/cxsim/account", "", "active"), 200);
	assert_int_equal(token(fixture, form), 200);
	assert_int_equal(post(fixture, "/cxsim/account", "", "activeX"), 400);
}

static void tokens_can_be_revoked(void **state)
{
	struct fixture *fixture = *state;
	char header[128];

	token(fixture, form);
	snprintf(header, sizeof(header), "%s", bearer(fixture));
	assert_int_equal(post(fixture, "/cxsim/revoke", "", ""), 200);
	new_request(fixture, "GET", "/configapi/v2/phone/user")->authorization = header;
	assert_int_equal(send(fixture), 401);
	token(fixture, form);
	new_request(fixture, "GET", "/configapi/v2/phone/user")->authorization = bearer(fixture);
	assert_int_equal(send(fixture), 200);
}

/* What each lacks is refused with its name; the metrics are just not there. */
static void privileges_can_be_missing(void **state)
{
	static const struct { const char *word, *method, *path, *name; } cases[] = {
		{ "statistics", "GET", "/statsapi/cfg/teams", "Access Realtime Stats API" },
		{ "campaigns", "GET", "/configapi/v2/campaign/getAll/", "Manage campaigns" },
		{ "phones", "GET", "/configapi/v2/phone/ext", "Manage phones" },
		{ "users", "GET", "/configapi/v2/team", "Manage users" },
		{ "sms", "POST", "/clientweb/smsapi/v1/Messages", "Use SMS/MMS API" },
	};
	struct fixture *fixture = *state;
	struct error error;
	char header[128];

	token(fixture, form);
	snprintf(header, sizeof(header), "%s", bearer(fixture));
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fixture->site->lacking = 0;
		new_request(fixture, cases[i].method, cases[i].path)->authorization = header;
		assert_int_not_equal(send(fixture), 403);
		assert_true(privilege_add(&fixture->site->lacking, cases[i].word, &error));
		assert_int_equal(send(fixture), 403);
		assert_non_null(strstr(body(fixture), cases[i].name));
	}
	fixture->site->lacking = 0;
	assert_int_equal(subscribe(fixture, cookies), 200);
	fixture->site->now = 1000;
	assert_true(privilege_add(&fixture->site->lacking, "service-metrics", &error));
	get(fixture, "/statsapi/subscription/data");
	assert_non_null(strstr(body(fixture), "\"agents_logged\":\"\""));
	assert_false(privilege_add(&fixture->site->lacking, "everything", &error));
}

/* Sends a text message; the path of its status goes to `path`. */
static unsigned text_to(struct fixture *fixture, const char *json, char *path, size_t size)
{
	static char header[128];
	struct request *request;
	const char *at;

	token(fixture, form);
	snprintf(header, sizeof(header), "%s", bearer(fixture));
	request = new_request(fixture, "POST", "/clientweb/smsapi/v1/Messages");
	request->authorization = header;
	request->content_type = "application/json";
	request->body = json;
	request->body_length = strlen(json);
	send(fixture);
	at = strstr(body(fixture), "\"uri\": \"");
	if (at)
		snprintf(path, size, "%.*s", (int)strcspn(at + 8, "\""), at + 8);
	new_request(fixture, "GET", path)->authorization = header;
	return fixture->reply.status;
}

static void text_message_has_a_life(void **state)
{
	struct fixture *fixture = *state;
	char path[128] = "";

	assert_int_equal(text_to(fixture, "{\"To\":\"+15551234567\",\"From\":\"15550000001\",\"Body\":\"x\"}", path,
		sizeof(path)), 200);
	assert_non_null(strstr(body(fixture), "\"status\": \"queued\""));
	assert_int_equal(send(fixture), 200);
	fixture->site->now = 3000;
	send(fixture);
	assert_non_null(strstr(body(fixture), "\"status\": \"sent\""));
	fixture->site->now = 6000;
	send(fixture);
	assert_non_null(strstr(body(fixture), "\"status\": \"delivered\""));
	assert_int_equal(text_to(fixture, "{\"To\":\"+15551230000\",\"From\":\"15550000001\",\"Body\":\"x\"}", path,
		sizeof(path)), 200);
	fixture->site->now = 9000;
	send(fixture);
	assert_non_null(strstr(body(fixture), "\"status\": \"failed\""));
}

static void text_message_says_why_it_failed(void **state)
{
	static const char *const numbers[] = { "+15550000001" };
	struct fixture *fixture = *state;
	char path[128] = "", longer[512];

	fixture->site->senders = (struct text_senders){ numbers, 1 };
	assert_int_equal(text_to(fixture, "{\"To\":\"+15551234567\",\"From\":\"15559999999\",\"Body\":\"x\"}", path,
		sizeof(path)), 200);
	assert_non_null(strstr(body(fixture), "\"status\": \"queued\""));
	fixture->site->now = 3000;
	send(fixture);
	assert_non_null(strstr(body(fixture), "\"error_code\": null, \"error_message\": \"From number is not a Text Out access"
		" number\""));
	assert_non_null(strstr(body(fixture), "\"status\": \"failed\""));
	/* The number that may, in either spelling, and a long text is still one segment. */
	snprintf(longer, sizeof(longer), "{\"To\":\"+15551234567\",\"From\":\"15550000001\",\"Body\":\"%0200d\"}", 0);
	text_to(fixture, longer, path, sizeof(path));
	assert_non_null(strstr(body(fixture), "\"num_segments\": \"1\""));
	fixture->site->now = 6000;
	send(fixture);
	assert_non_null(strstr(body(fixture), "\"status\": \"sent\""));
}

static void media_in_both_spellings(void **state)
{
	struct fixture *fixture = *state;
	char path[128] = "";

	assert_int_equal(text_to(fixture, "{\"To\":\"+15551234567\",\"From\":\"15550000001\",\"MediaUrls\":[\"a\",\"b\"]}",
		path, sizeof(path)), 200);
	assert_non_null(strstr(body(fixture), "\"num_media\": \"2\""));
	assert_int_equal(text_to(fixture, "{\"To\":\"+15551234567\",\"From\":\"15550000001\",\"MediaURLs\":[\"a\"]}",
		path, sizeof(path)), 200);
	assert_int_equal(text_to(fixture, "{\"To\":\"+15551234567\",\"From\":\"15550000001\",\"MediaUrls\":[1,2,3,4,5,6,7,8,"
		"9,10,11]}", path, sizeof(path)), 400);
}

static void access_numbers_and_all_teams(void **state)
{
	static const char *const numbers[] = { "16502505674" };
	struct fixture *fixture = *state;
	char header[128];

	token(fixture, form);
	snprintf(header, sizeof(header), "%s", bearer(fixture));
	fixture->site->senders = (struct text_senders){ numbers, 1 };
	fixture->site->supervised = supervision_of(&fixture->site->centre, 1);
	new_request(fixture, "GET", "/configapi/v2/phone/ext")->authorization = header;
	assert_int_equal(send(fixture), 200);
	assert_non_null(strstr(body(fixture), "{\"number\": \"16505555555\", \"media\": \"voice_text\", \"type\": \"scenario\", "
		"\"scenario\": \"Main Inbound\"}"));
	assert_non_null(strstr(body(fixture), "\"16502505674\""));
	new_request(fixture, "GET", "/configapi/v2/team")->authorization = header;
	assert_int_equal(send(fixture), 200);
	assert_non_null(strstr(body(fixture), "{\"name\": \"Digital\"}"));
}

static void no_campaign_may_be_enabled(void **state)
{
	struct fixture *fixture = *state;

	token(fixture, form);
	new_request(fixture, "GET", "/configapi/v2/campaign/getAll/")->authorization = bearer(fixture);
	fixture->options.no_campaigns = true;
	assert_int_equal(send(fixture), 200);
	assert_string_equal(body(fixture), "[]\n");
}

static void availability_may_need_a_token(void **state)
{
	struct fixture *fixture = *state;
	struct request *request;
	static char header[128];

	token(fixture, form);
	snprintf(header, sizeof(header), "%s", bearer(fixture));
	fixture->options.availability_token = fixture->options.availability_text = true;
	request = new_request(fixture, "GET", "/statsapi/info/check_available_agents");
	request->parameters[request->parameter_count++] = (struct parameter){"service", "Web form"};
	request->cookie = "";
	assert_int_equal(send(fixture), 401);
	request->authorization = header;
	assert_int_equal(send(fixture), 200);
	assert_true(strstr(body(fixture), "{\"availability\": \"True\"}") || strstr(body(fixture), "{\"availability\": \"False\"}"));
}

static void text_message_is_checked(void **state)
{
	struct fixture *fixture = *state;
	char path[128] = "";

	assert_int_equal(text_to(fixture, "{\"From\":\"15550000001\",\"Body\":\"x\"}", path, sizeof(path)), 400);
	assert_non_null(strstr(body(fixture), "'To'"));
	assert_int_equal(text_to(fixture, "{\"To\":\"+15551234567\",\"From\":\"me\",\"Body\":\"x\"}", path,
		sizeof(path)), 400);
	assert_non_null(strstr(body(fixture), "'From'"));
	assert_int_equal(text_to(fixture, "{\"To\":\"+15551234567\",\"From\":\"15550000001\"}", path,
		sizeof(path)), 400);
	assert_non_null(strstr(body(fixture), "'Body'"));
	new_request(fixture, "GET", "/clientweb/smsapi/v1/Messages/none");
	token(fixture, form);
	new_request(fixture, "GET", "/clientweb/smsapi/v1/Messages/none")->authorization = bearer(fixture);
	assert_int_equal(send(fixture), 404);
}

static void state_shows_what_happened(void **state)
{
	struct fixture *fixture = *state;

	subscribe(fixture, cookies);
	get(fixture, "/nothing");
	assert_int_equal(get(fixture, "/cxsim/state"), 200);
	assert_non_null(strstr(body(fixture), "\"login\": \"wall\""));
	assert_non_null(strstr(body(fixture), "\"app_ids\": [\"w\"]"));
	assert_non_null(strstr(body(fixture), "\"POST /statsapi/subscription\": 1"));
	assert_non_null(strstr(body(fixture), "\"other\": 1"));
	assert_null(strstr(body(fixture), "demo\""));
	assert_int_equal(post(fixture, "/cxsim/faults", "", "429:count=3"), 200);
	get(fixture, "/cxsim/state");
	assert_non_null(strstr(body(fixture), "{\"kind\": \"429\", \"seen\": 0, \"done\": 0}"));
	assert_int_equal(post(fixture, "/cxsim/faults", "", "nonsense"), 400);
}

static unsigned get_past_lines(struct fixture *fixture, const char *minutes, const char *count, const char *step,
	const char *only)
{
	struct request *request = new_request(fixture, "GET", "/cxsim/past");
	request->parameters[request->parameter_count++] = (struct parameter){"minutes", minutes};
	request->parameters[request->parameter_count++] = (struct parameter){"count", count};
	request->parameters[request->parameter_count++] = (struct parameter){"step", step};
	request->parameters[request->parameter_count++] = (struct parameter){"only", only};
	return send(fixture);
}

static unsigned get_past(struct fixture *fixture, const char *minutes)
{
	return get_past_lines(fixture, minutes, "", "", "");
}

/* What was answered then is answered again, and what was before the start is of the same life. */
static void the_past_is_lived_once_more(void **state)
{
	static const char all[] = "{\"w\":{\"stats_totals\":[\"in_calls_waiting\",\"in_calls_received_per_day\"],"
		"\"agent_grids\":[{\"id\":\"g\",\"columns\":[{\"id\":\"1\",\"stat_name\":\"login_id\"},"
		"{\"id\":\"2\",\"stat_name\":\"state_duration\"}],\"my_subteam_only\":true}]}}";
	struct fixture *fixture = *state;
	char then[4096], now[4096];

	fixture->site->centre.agents[3].in_subteam = true;
	assert_int_equal(get_past(fixture, "1"), 404);
	assert_int_equal(post(fixture, "/statsapi/subscription", "application/json", all), 200);
	site_advance(fixture->site, 60000, 1700000060);
	assert_int_equal(get(fixture, "/statsapi/subscription/data"), 200);
	snprintf(then, sizeof(then), "%s", body(fixture));
	assert_non_null(strstr(then, fixture->site->centre.agents[3].login));
	site_advance(fixture->site, 60000 + 5 * 60000, 1700000360);
	assert_int_equal(get(fixture, "/statsapi/subscription/data"), 200);
	snprintf(now, sizeof(now), "%s", body(fixture));
	assert_string_not_equal(then, now);
	assert_int_equal(get_past(fixture, "5"), 200);
	assert_string_equal(body(fixture), then);
	assert_int_equal(get_past(fixture, "0"), 200);
	assert_string_equal(body(fixture), now);
	/* Back again, and before the start. */
	assert_int_equal(get_past(fixture, "5"), 200);
	assert_string_equal(body(fixture), then);
	assert_int_equal(get_past(fixture, "66"), 200);
	assert_string_not_equal(body(fixture), then);
	assert_int_equal(get_past(fixture, "50400"), 200);
	assert_int_equal(get_past(fixture, "50401"), 400);
	assert_int_equal(get_past(fixture, "-1"), 400);
	assert_int_equal(get_past(fixture, ""), 400);
	assert_int_equal(get_past(fixture, "5x"), 400);
}

/* A number that stands behind a key of the body, the one that is so many lines from the first. */
static int past_value(struct fixture *fixture, unsigned line, const char *key)
{
	const char *at = body(fixture);
	while (line-- > 0)
		at = strchr(at, '\n') + 1;
	at = strstr(at, key);
	assert_non_null(at);
	return atoi(at + strlen(key));
}

/* The simulation starts at 10:30, so midnight was 630 minutes ago. */
static void days_before_the_start_are_days(void **state)
{
	static const char calls[] = "{\"w\":{\"stats_totals\":[\"in_calls_received_per_day\"]},\"v\":{\"agent_grids\":"
		"[{\"id\":\"g\",\"columns\":[{\"id\":\"1\",\"stat_name\":\"login_id\"}]}]}}";
	static const char key[] = "\"in_calls_received_per_day\":\"";
	struct fixture *fixture = *state;
	char yesterday[4096];

	assert_int_equal(post(fixture, "/statsapi/subscription", "application/json", calls), 200);
	assert_int_equal(get_past_lines(fixture, "631", "3", "", "services"), 200);
	assert_null(strstr(body(fixture), "login_id"));
	assert_null(strstr(body(fixture), "\"v\""));
	assert_true(past_value(fixture, 0, key) > 500);
	assert_int_equal(past_value(fixture, 1, key), 0);
	assert_true(past_value(fixture, 2, key) < 5);
	snprintf(yesterday, sizeof(yesterday), "%s", body(fixture));
	/* Nobody calls at night; the morning fills the counter, which falls at the next midnight alone. */
	assert_int_equal(get_past_lines(fixture, "2070", "6", "240", "services"), 200);
	assert_int_equal(past_value(fixture, 0, key), 0);
	assert_true(past_value(fixture, 1, key) < 20);
	for (unsigned line = 1; line < 6; line++)
		assert_true(past_value(fixture, line, key) >= past_value(fixture, line - 1, key));
	/* Each day is another one, and the same one whenever it is asked for. */
	assert_int_equal(get_past_lines(fixture, "2071", "3", "", "services"), 200);
	assert_int_not_equal(past_value(fixture, 0, key), atoi(strstr(yesterday, key) + strlen(key)));
	assert_int_equal(get_past_lines(fixture, "631", "3", "", "services"), 200);
	assert_string_equal(body(fixture), yesterday);
	/* With lists of agents too, where they are wanted; no more lines than there are minutes. */
	assert_int_equal(get_past_lines(fixture, "1", "9", "", ""), 200);
	assert_non_null(strstr(body(fixture), "\"v\""));
	assert_null(strchr(strchr(strchr(body(fixture), '\n') + 1, '\n') + 1, '\n'));
	assert_int_equal(get_past_lines(fixture, "1", "241", "", ""), 400);
	assert_int_equal(get_past_lines(fixture, "1", "2", "x", ""), 400);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(token_is_given_for_the_right_form),
		TEST(living_token_comes_back),
		TEST(token_expires),
		TEST(cookies_are_for_statistics_only),
		TEST(life_of_a_subscription),
		TEST(totals_are_fractions_unless_told_otherwise),
		TEST(one_for_each_login_and_a_limit),
		TEST(wrong_bodies),
		TEST(unknown_places),
		TEST(dispositions_by_property),
		TEST(lists_are_of_what_is_supervised),
		TEST(agents_are_named_by_login),
		TEST(availability_needs_no_login),
		TEST(office_hours),
		TEST(text_message_has_a_life),
		TEST(messaging_errors_have_codes),
		TEST(wrong_secrets_lock_the_login),
		TEST(accounts_have_states),
		TEST(tokens_can_be_revoked),
		TEST(privileges_can_be_missing),
		TEST(text_message_says_why_it_failed),
		TEST(media_in_both_spellings),
		TEST(access_numbers_and_all_teams),
		TEST(no_campaign_may_be_enabled),
		TEST(availability_may_need_a_token),
		TEST(text_message_is_checked),
		TEST(state_shows_what_happened),
		TEST(the_past_is_lived_once_more),
		TEST(days_before_the_start_are_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
