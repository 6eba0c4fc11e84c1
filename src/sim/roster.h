/*
 * Builds the centre's teams, services and agents from the configuration.
 *
 * Skills are dealt out by the services' shares of the work, so that ten agents serve six services as sensibly as ten
 * thousand do. Ids are the same for every seed, names are not. The arrays belong to the centre; centre_free()
 * frees them.
 */
#ifndef SIM_ROSTER_H
#define SIM_ROSTER_H

#include "sim/centre.h"

void roster_build(struct centre *centre);

#endif
