/*
 * The group `keys` of the configuration: keys for actions by their name, checked against the table of actions.
 */
#ifndef COMMAND_KEYS_H
#define COMMAND_KEYS_H

#include "base/config.h"

/* For base/config: field is a struct bindings, which is the usual one but for what the group says. */
bool keys_read(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error);

#endif
