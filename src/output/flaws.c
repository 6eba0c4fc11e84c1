#include "output/flaws.h"

#include "output/json.h"

static void put_time(struct buffer *out, const char *before, const char *key, int64_t wall_ms)
{
	buffer_print(out, "%s\"%s\":", before, key);
	if (wall_ms == 0)
		buffer_text(out, "null");
	else
		json_put_time(out, wall_ms);
}

void flaws_json(const struct flaws *flaws, struct buffer *out)
{
	buffer_text(out, ",\"damage\":[");
	for (unsigned i = 0; i < flaws->damage_count; i++) {
		put_time(out, i == 0 ? "{" : ",{", "from", flaws->damages[i].from_ms);
		put_time(out, ",", "to", flaws->damages[i].to_ms);
		buffer_print(out, ",\"bytes\":%lld}", (long long)flaws->damages[i].bytes);
	}
	buffer_text(out, "],\"clock_steps\":[");
	for (unsigned i = 0; i < flaws->step_count; i++) {
		put_time(out, i == 0 ? "{" : ",{", "at", flaws->steps[i].wall_ms);
		buffer_print(out, ",\"seconds\":%.3f,\"corrected\":%s}", (double)flaws->steps[i].by_ms / 1000,
			flaws->steps[i].corrected ? "true" : "false");
	}
	buffer_text(out, "]");
}
