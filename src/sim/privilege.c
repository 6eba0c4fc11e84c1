#include "sim/privilege.h"

#include <stddef.h>
#include <string.h>

const struct privilege privileges[] = {
	{ "statistics", "Access Realtime Stats API", PRIVILEGE_STATISTICS },
	{ "agent-metrics", "View real-time agent metrics", PRIVILEGE_AGENT_METRICS },
	{ "service-metrics", "View real-time service metrics", PRIVILEGE_SERVICE_METRICS },
	{ "campaigns", "Manage campaigns", PRIVILEGE_CAMPAIGNS },
	{ "phones", "Manage phones", PRIVILEGE_PHONES },
	{ "users", "Manage users", PRIVILEGE_USERS },
	{ "sms", "Use SMS/MMS API", PRIVILEGE_MESSAGES },
	{ NULL, NULL, PRIVILEGE_NONE },
};

bool privilege_add(unsigned *set, const char *word, struct error *error)
{
	for (const struct privilege *at = privileges; at->word; at++) {
		if (strcmp(at->word, word) == 0) {
			*set |= at->bit;
			return true;
		}
	}
	return error_set(error, "unknown privilege '%s'", word);
}

const char *privilege_name(enum privilege_bit bit)
{
	const struct privilege *at = privileges;
	while (at->word && at->bit != bit)
		at++;
	return at->name;
}
