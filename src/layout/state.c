#include "layout/state.h"

#include <string.h>

struct state_row {
	const char *token; /* lower case, without separators */
	const char *label;
	const char *brief; /* where the label does not fit; NULL: it is short enough */
};

static const struct state_row states[STATE_COUNT] = {
	[STATE_READY] = { "ready", "ready", NULL },
	[STATE_BUSY] = { "busy", "busy", NULL },
	[STATE_RINGING] = { "ringing", "ringing", NULL },
	[STATE_RESERVED] = { "reserved", "reserved", NULL },
	[STATE_AFTER_CALL_WORK] = { "aftercallwork", "after-call work", "ACW" },
	[STATE_NOT_READY] = { "notready", "not ready", NULL },
	[STATE_SUPERVISING] = { "supervising", "supervising", NULL },
	[STATE_OFFLINE] = { "offline", "offline", NULL },
	[STATE_LOGGED_OUT] = { "", "logged out", NULL },
	[STATE_UNKNOWN] = { NULL, "other", NULL },
};

/* Longer tokens are unknown. */
enum { TOKEN_MAX = 32 };

enum acd_state state_read(const char *token)
{
	char plain[TOKEN_MAX];
	size_t used = 0;
	for (; *token != '\0'; token++) {
		if (*token == ' ' || *token == '_' || *token == '-')
			continue;
		if (used + 1 >= sizeof(plain))
			return STATE_UNKNOWN;
		plain[used++] = *token >= 'A' && *token <= 'Z' ? (char)(*token - 'A' + 'a') : *token;
	}
	plain[used] = '\0';
	if (strcmp(plain, "acw") == 0)
		return STATE_AFTER_CALL_WORK;
	/* Layouts write this where the API has a blank. */
	if (strcmp(plain, "loggedout") == 0)
		return STATE_LOGGED_OUT;
	for (int i = 0; i < STATE_COUNT; i++)
		if (states[i].token != NULL && strcmp(states[i].token, plain) == 0)
			return (enum acd_state)i;
	return STATE_UNKNOWN;
}

const char *state_label(enum acd_state state)
{
	return states[state].label;
}

const char *state_brief(enum acd_state state)
{
	return states[state].brief != NULL ? states[state].brief : states[state].label;
}
