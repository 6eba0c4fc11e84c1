#include "command/keys.h"

#include <string.h>

#include "screen/action.h"
#include "screen/key.h"

/* The terminal makes signals of them, and they never arrive as keys. */
static bool is_signal(uint32_t key)
{
	return key == key_read("Ctrl-C") || key == key_read("Ctrl-Z");
}

static bool unknown_action(const struct config_node *node, struct error *error)
{
	const char *name = config_name(node), *near = action_nearest(name);
	if (near != NULL)
		return config_error(node, error, "unknown action '%.40s' (did you mean '%s'?)", name, near);
	return config_error(node, error, "unknown action '%.40s'; cxwall list actions names those that there are", name);
}

static bool give(struct bindings *bindings, unsigned action, const struct config_node *node, struct error *error)
{
	const char *name = config_string(node), *near = key_nearest(name);
	unsigned other;
	if (config_kind(node) != CONFIG_STRING)
		return config_error(node, error, "a key is a text, such as \"q\" or \"Ctrl-L\"");
	if ((key_read(name) == INPUT_NONE || strchr(name, ' ') != NULL) && near != NULL)
		return config_error(node, error, "unknown key '%.40s' (did you mean '%s'?)", name, near);
	if (key_read(name) == INPUT_NONE || strchr(name, ' ') != NULL)
		return config_error(node, error,
			"unknown key '%.40s': a character, or a name such as Enter, Space, PgDn, F2, Ctrl-L", name);
	if (is_signal(key_read(name)))
		return config_error(node, error, "%s is a signal, and never a key", name);
	if (bindings_give(bindings, action, name, &other))
		return true;
	if (other == action)
		return config_error(node, error, "too many keys for %s", action_at(action)->name);
	return config_error(node, error, "%s is the key of %s already", name, action_at(other)->name);
}

/* A text, or a list of texts; an empty list takes all keys away. */
static bool read_action(struct bindings *bindings, const struct config_node *node, struct error *error)
{
	int action = action_find(config_name(node));
	enum config_kind kind = config_kind(node);
	if (action < 0)
		return unknown_action(node, error);
	bindings_clear(bindings, (unsigned)action);
	if (kind != CONFIG_LIST && kind != CONFIG_ARRAY)
		return give(bindings, (unsigned)action, node, error);
	for (unsigned i = 0; i < config_length(node); i++)
		if (!give(bindings, (unsigned)action, config_at(node, i), error))
			return false;
	return true;
}

bool keys_read(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct bindings *bindings = field;
	(void)walk;
	if (config_kind(node) != CONFIG_GROUP)
		return config_error(node, error, "keys is a group: keys = { quit = \"Q\" }");
	action_bindings(bindings);
	for (unsigned i = 0; i < config_length(node); i++)
		if (!read_action(bindings, config_at(node, i), error))
			return false;
	return true;
}
