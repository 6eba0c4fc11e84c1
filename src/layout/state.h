/*
 * ACD states: what the API's tokens mean and in which order people want them.
 *
 * The API writes ready, not_ready, busy, after_call_work; other tokens are seen elsewhere in the product. A blank
 * state is a logged-out agent. An unknown token is shown as it came, in a neutral colour.
 */
#ifndef LAYOUT_STATE_H
#define LAYOUT_STATE_H

#include <stddef.h>

enum acd_state {
	STATE_READY,
	STATE_BUSY,
	STATE_RINGING,
	STATE_RESERVED,
	STATE_AFTER_CALL_WORK,
	STATE_NOT_READY,
	STATE_SUPERVISING,
	STATE_OFFLINE,
	STATE_LOGGED_OUT, /* the blank state */
	STATE_UNKNOWN,
	STATE_COUNT,
};

/* Reads a token; case, blanks, hyphens and underscores do not matter. */
enum acd_state state_read(const char *token);

/* "after-call work"; for STATE_UNKNOWN "other". */
const char *state_label(enum acd_state state);

/* The same in few columns: "ACW". */
const char *state_brief(enum acd_state state);

#endif
