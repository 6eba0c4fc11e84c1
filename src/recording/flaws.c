#include "recording/flaws.h"

#include <stdio.h>

#include "base/json_write.h"
#include "base/text.h"
#include "layout/value.h"

enum { CLOCK_ROOM = 32, SHOWN_MAX = 8 };

void flaws_damage_text(const struct flaw_damage *damage, bool dated, struct buffer *out)
{
	char from[CLOCK_ROOM], to[CLOCK_ROOM];
	buffer_print(out, "%lld %s damaged", (long long)damage->bytes, damage->bytes == 1 ? "byte is" : "bytes are");
	text_clock(from, sizeof(from), damage->from_ms, dated ? "%m-%d %H:%M" : "%H:%M");
	text_clock(to, sizeof(to), damage->to_ms, dated ? "%m-%d %H:%M" : "%H:%M");
	if (damage->from_ms != 0 && damage->to_ms != 0)
		buffer_print(out, " between %s and %s", from, to);
	else if (damage->from_ms != 0)
		buffer_print(out, " after %s", from);
	else if (damage->to_ms != 0)
		buffer_print(out, " before %s", to);
}

static void put_step_text(const struct flaw_step *step, bool dated, struct buffer *out)
{
	char at[CLOCK_ROOM], by[32];
	int64_t length_ms = step->by_ms < 0 ? -step->by_ms : step->by_ms;
	value_format(by, sizeof(by), (double)(length_ms / 1000), KIND_DURATION, NULL);
	text_clock(at, sizeof(at), step->wall_ms, dated ? "%m-%d %H:%M" : "%H:%M");
	buffer_print(out, "The clock was set %s by %s at %s; times are %s.\n", step->by_ms < 0 ? "back" : "forward", by, at,
		step->corrected ? "corrected" : "as recorded");
}

void flaws_text(const struct flaws *flaws, bool dated, struct buffer *out)
{
	for (unsigned i = 0; i < flaws->damage_count && i < SHOWN_MAX; i++) {
		flaws_damage_text(&flaws->damages[i], dated, out);
		buffer_text(out, ".\n");
	}
	if (flaws->damage_count > SHOWN_MAX)
		buffer_print(out, "  and damage at %u more places\n", flaws->damage_count - SHOWN_MAX);
	for (unsigned i = 0; i < flaws->step_count && i < SHOWN_MAX; i++)
		put_step_text(&flaws->steps[i], dated, out);
	unsigned steps = flaws->step_count + flaws->steps_lost;
	if (steps > SHOWN_MAX)
		buffer_print(out, "  and %u more times\n", steps - SHOWN_MAX);
}

void flaws_json(const struct flaws *flaws, struct buffer *out)
{
	json_put_key(out, "damage");
	json_put_array(out);
	for (unsigned i = 0; i < flaws->damage_count; i++) {
		const struct flaw_damage *damage = &flaws->damages[i];
		json_put_object(out);
		json_put_time_pair(out, "from", damage->from_ms != 0, damage->from_ms);
		json_put_time_pair(out, "to", damage->to_ms != 0, damage->to_ms);
		json_put_integer_pair(out, "bytes", damage->bytes);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	json_put_key(out, "clock_steps");
	json_put_array(out);
	for (unsigned i = 0; i < flaws->step_count; i++) {
		const struct flaw_step *step = &flaws->steps[i];
		json_put_object(out);
		json_put_time_pair(out, "at", step->wall_ms != 0, step->wall_ms);
		json_put_real_pair(out, "seconds", true, (double)step->by_ms / 1000, 3);
		json_put_bool_pair(out, "corrected", step->corrected);
		json_put_object_end(out);
	}
	json_put_array_end(out);
}
