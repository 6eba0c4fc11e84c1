/*
 * What is remembered, drawn as panels of charts draw it: a layout of charts is made, filled with rows of the store, and printed as
 * text. What fails is said on standard error.
 */
#ifndef COMMAND_HISTORY_CHART_H
#define COMMAND_HISTORY_CHART_H

#include <stdint.h>

#include "command/remembered.h"

/*
 * Charts of the services and statistics that the options want, all of which are remembered: without statistics of the calls.
 * Times of day; from_s is before until_s. The exit status.
 */
int history_chart(const struct app *app, const struct remembered *past, int64_t from_s, int64_t until_s);

#endif
