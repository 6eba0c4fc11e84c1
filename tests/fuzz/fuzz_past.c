/* An hour of the history as a broker sends it: whatever comes, nothing is handed on but named series with finite numbers. */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/hour.h"

struct seen {
	unsigned count;
	double sum;
};

static void check_minute(const struct store_minute *minute)
{
	PROMISE(isnan(minute->last) == isnan(minute->mean) && isnan(minute->last) == isnan(minute->largest));
	PROMISE(isnan(minute->last) || (isfinite(minute->last) && isfinite(minute->mean) && isfinite(minute->largest)));
	PROMISE(isnan(minute->gained) == isnan(minute->missed));
	PROMISE(isnan(minute->gained) || (isfinite(minute->gained) && isfinite(minute->missed) && !isnan(minute->last)));
}

static void on_series(void *context, const struct store_name *name, const struct store_minute *minutes)
{
	struct seen *seen = context;
	PROMISE(name->scope == STORE_SERVICE || name->scope == STORE_TOTAL);
	PROMISE(fuzz_clean(name->name) && fuzz_clean(name->statistic) && name->statistic[0] != '\0');
	for (unsigned i = 0; i < STORE_HOUR_MINUTES; i++) {
		check_minute(&minutes[i]);
		if (!isnan(minutes[i].last))
			seen->sum += (double)minutes[i].last;
	}
	PROMISE(++seen->count <= STORE_HOUR_SERIES_MAX);
}

int fuzz_past(const uint8_t *data, size_t size)
{
	static struct json json;
	static bool begun;
	struct error error = { "" };
	struct seen seen = { 0 }, again = { 0 };
	int64_t hour_s = -1, hour_again_s = -1;
	fuzz_begin();
	if (!begun)
		json_init(&json);
	begun = true;
	bool good = store_hour_read(&json, (const char *)data, size, &hour_s, on_series, &seen, &error);
	PROMISE(good == (error.text[0] == '\0') && fuzz_clean(error.text));
	PROMISE(good || seen.count == 0);
	PROMISE(!good || (hour_s > 0 && hour_s % STORE_HOUR_S == 0));
	if (good)
		PROMISE(store_hour_read(&json, (const char *)data, size, &hour_again_s, on_series, &again, &error) &&
			hour_again_s == hour_s && again.count == seen.count && again.sum >= seen.sum && again.sum <= seen.sum);
	return 0;
}
