/*
 * One function for each call of the API: reads a request, changes the site, fills the reply.
 *
 * `login` is who asks, or NULL for calls that anybody may make. sim/route has checked access, method and path before.
 */
#ifndef SIM_SERVE_H
#define SIM_SERVE_H

#include "sim/exchange.h"
#include "sim/site.h"

typedef void serve_function(struct site *site, struct login *login, const struct request *request,
	struct reply *reply);

/* serve_stats.c */
serve_function serve_subscribe, serve_data, serve_unsubscribe;

/* serve_catalogue.c */
serve_function serve_dispositions, serve_teams, serve_services, serve_agents, serve_available, serve_hours,
	serve_campaigns, serve_directory;

/* serve_client.c */
serve_function serve_token, serve_send, serve_message;

/* serve_control.c */
serve_function serve_faults, serve_state;

/* Reads the body as JSON; on failure the reply says why. */
bool serve_json(struct site *site, const struct request *request, struct reply *reply);

#endif
