#include "sim/route.h"

#include <string.h>
#include <strings.h>

#include "sim/serve.h"

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
	serve_function *serve;
};

static const char json_type[] = "application/json";

static const struct route routes[] = {
	{"POST", "/configapi/v2/oauth/token", ACCESS_OPEN, "application/x-www-form-urlencoded", serve_token},
	{"POST", "/statsapi/subscription", ACCESS_STATS, json_type, serve_subscribe},
	{"GET", "/statsapi/subscription/data", ACCESS_STATS, NULL, serve_data},
	{"DELETE", "/statsapi/subscription/active", ACCESS_STATS, NULL, serve_unsubscribe},
	{"GET", "/statsapi/cfg/dispositions", ACCESS_STATS, NULL, serve_dispositions},
	{"GET", "/statsapi/cfg/teams", ACCESS_STATS, NULL, serve_teams},
	{"GET", "/statsapi/cfg/services", ACCESS_STATS, NULL, serve_services},
	{"GET", "/statsapi/cfg/agents", ACCESS_STATS, NULL, serve_agents},
	{"GET", "/statsapi/info/check_available_agents", ACCESS_OPEN, NULL, serve_available},
	{"GET", "/clientweb/api/v2/availability", ACCESS_OPEN, NULL, serve_hours},
	{"GET", "/configapi/v2/campaign/getAll/", ACCESS_BEARER, NULL, serve_campaigns},
	{"GET", "/configapi/v2/campaign/getAll", ACCESS_BEARER, NULL, serve_campaigns},
	{"GET", "/configapi/v2/phone/user", ACCESS_BEARER, NULL, serve_directory},
	{"POST", "/clientweb/smsapi/v1/Messages", ACCESS_BEARER, json_type, serve_send},
	{"GET", "/clientweb/smsapi/v1/Messages/*", ACCESS_BEARER, NULL, serve_message},
	{"POST", "/cxsim/faults", ACCESS_OPEN, NULL, serve_faults},
	{"GET", "/cxsim/state", ACCESS_OPEN, NULL, serve_state},
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
	} else if (strncmp(request->path, "/statsapi/", 10) == 0) {
		/* What this API answers for an endpoint that it does not have. */
		reply_error(reply, 500, "incorrect endpoint specification");
	} else {
		reply_error(reply, 404, "not found");
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
