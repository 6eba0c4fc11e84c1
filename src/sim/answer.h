/*
 * The answer to a subscription: the centre's present values, in the order and selection that was asked for.
 *
 * Written as JSON into the caller's buffer. Reads the centre, changes nothing.
 */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "base/buffer.h"
#include "sim/body.h"
#include "sim/centre.h"
#include "sim/supervision.h"

struct answer_rules {
	const struct centre *centre;
	const struct supervision *supervised; /* nothing else is shown */
	bool agent_metrics, service_metrics; /* privileges of the login */
	bool fraction_totals, fraction_grids; /* how percentages are written: 0.853 for 85.3 */
	bool services_only; /* lists of agents and messages are left out, and what asks for nothing else */
};

void answer_write(struct buffer *out, const struct body *body, const struct answer_rules *rules);

#endif
