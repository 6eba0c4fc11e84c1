/*
 * Runs the commands of alerts: no shell, the values in the environment, few at a time and not for long.
 *
 * Each gets a session of its own (no terminal, and a process group), /dev/null for its three files and no other file, and
 * is killed with its group when its time is over. Alerts take turns: that of which the fewest run comes next. What fails
 * is told in words. Those that run at the end are killed. Needs the default loop, which reaps children.
 *
 * A child sees CXWALL_ALERT, CXWALL_STATE (firing, cleared), CXWALL_ROW, CXWALL_VALUE, CXWALL_SEVERITY,
 * CXWALL_TIME (seconds since 1970) and CXWALL_SECONDS (how long it lasted; 0 at firing).
 */
#ifndef ALERT_ALERT_COMMAND_H
#define ALERT_ALERT_COMMAND_H

#include <ev.h>
#include <stdbool.h>

#include "alert/alert.h"
#include "base/error.h"

enum {
	ALERT_COMMANDS_RUNNING_MAX = 4,  /* at a time: a pager and a logger for two alerts */
	ALERT_COMMANDS_PLACES_MAX = 16,  /* the same, with the first of each alert of which nothing else runs */
	ALERT_COMMANDS_WAITING_MAX = 32, /* of one alert: more rows at once are one trouble, and that was told */
	ALERT_COMMANDS_SECONDS = 30,
};

struct alert_commands;

struct alert_commands *alert_commands_new(struct ev_loop *loop, void (*failed)(void *context, const char *text), void *context);
void alert_commands_free(struct alert_commands *commands);

/* What failed last and of the same alert did not succeed since, in words; "". */
const char *alert_commands_trouble(const struct alert_commands *commands);

/* Runs it now or when others ended; false with the reason. Copies what it needs. */
bool alert_commands_add(struct alert_commands *commands, const struct alert_event *event, const struct texts *command,
	struct error *error);

#endif
