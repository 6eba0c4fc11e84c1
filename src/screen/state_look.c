#include "screen/state_look.h"

const struct state_group_look state_groups[STATE_GROUPS] = {
	[STATE_GROUP_FREE] = { "ready", "ready", ROLE_READY, GLYPH_BLOCK, STATE_READY },
	[STATE_GROUP_BUSY] = { "busy", "busy", ROLE_BUSY, GLYPH_DENSE, STATE_BUSY },
	[STATE_GROUP_WORK] = { "after call", "ACW", ROLE_WORK, GLYPH_MEDIUM, STATE_AFTER_CALL_WORK },
	[STATE_GROUP_AWAY] = { "not ready", "away", ROLE_AWAY, GLYPH_LIGHT, STATE_NOT_READY },
	[STATE_GROUP_OTHER] = { "other", "other", ROLE_AWAY, GLYPH_OTHER, STATE_UNKNOWN },
	[STATE_GROUP_OUT] = { "logged out", "out", ROLE_FRAME, GLYPH_MIDDLE_DOT, STATE_LOGGED_OUT },
};

enum state_group state_group(enum acd_state state)
{
	switch (state) {
	case STATE_READY:
		return STATE_GROUP_FREE;
	case STATE_BUSY:
	case STATE_RINGING:
	case STATE_RESERVED:
	case STATE_SUPERVISING:
		return STATE_GROUP_BUSY;
	case STATE_AFTER_CALL_WORK:
		return STATE_GROUP_WORK;
	case STATE_NOT_READY:
		return STATE_GROUP_AWAY;
	case STATE_OFFLINE:
	case STATE_LOGGED_OUT:
		return STATE_GROUP_OUT;
	default:
		return STATE_GROUP_OTHER;
	}
}

/* Where each part has a colour of its own, light beside dark; not where all are grey, old or below something else. */
static bool has_colors(const struct canvas *box, bool stale)
{
	const struct style *style = box->style;
	return !stale && style->depth >= DEPTH_256 && box->glyphs->set == GLYPH_SET_UTF8 &&
		style->pairs[ROLE_READY] != style->pairs[ROLE_BUSY];
}

void state_group_fill(const struct canvas *box, bool stale, int line, int column, int count, enum state_group group)
{
	const struct state_group_look *look = &state_groups[group];
	enum role role = stale ? ROLE_STALE : look->role;
	enum glyph glyph = box->glyphs->set == GLYPH_SET_ASCII ? glyph_of_state(look->state) : look->fill;
	bool shade = glyph == GLYPH_DENSE || glyph == GLYPH_MEDIUM || glyph == GLYPH_LIGHT;
	canvas_repeat(box, line, column, count, role, shade && has_colors(box, stale) ? GLYPH_BLOCK : glyph);
}

void state_group_mark(const struct canvas *box, bool stale, int line, int column, enum state_group group)
{
	bool square = has_colors(box, stale) && group < STATE_GROUP_OTHER;
	if (square)
		canvas_repeat(box, line, column, 1, state_groups[group].role, GLYPH_SQUARE);
	else
		state_group_fill(box, stale, line, column, 1, group);
}
