#include "recording/flaws.h"

#include <stdio.h>
#include <time.h>

#include "layout/value.h"

enum { CLOCK_ROOM = 32, SHOWN_MAX = 8 };

static const char *flaws_clock_text(char out[CLOCK_ROOM], int64_t wall_ms, bool dated)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	if (localtime_r(&seconds, &local) == NULL || strftime(out, CLOCK_ROOM, dated ? "%m-%d %H:%M" : "%H:%M", &local) == 0)
		out[0] = '\0';
	return out;
}

void flaws_damage_text(const struct flaw_damage *damage, bool dated, struct buffer *out)
{
	char from[CLOCK_ROOM], to[CLOCK_ROOM];
	buffer_print(out, "%lld %s damaged", (long long)damage->bytes, damage->bytes == 1 ? "byte is" : "bytes are");
	flaws_clock_text(from, damage->from_ms, dated);
	flaws_clock_text(to, damage->to_ms, dated);
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
	buffer_print(out, "The clock was set %s by %s at %s; times are %s.\n", step->by_ms < 0 ? "back" : "forward", by,
		flaws_clock_text(at, step->wall_ms, dated), step->corrected ? "corrected" : "as recorded");
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
