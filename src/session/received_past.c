#include "session/received_past.h"

#include "base/clock.h"
#include "base/log.h"

enum {
	RECEIVED_WAIT_MS = 60 * 1000, /* a panel has data by then, or it does not come */
	RECEIVED_DAY_S = 25 * 3600,   /* an hour that is older is of another day, and one that is not there yet of none */
};

static void received_on_series(void *context, const struct store_name *name, const struct store_minute *minutes)
{
	struct received_past *past = context;
	past_table_add(past->table, name, past->hour_s, minutes);
}

void received_past_drop(struct received_past *past)
{
	past_table_free(past->table);
	past->table = NULL;
	past->until_ms = 0;
}

void received_past_free(struct received_past *past)
{
	received_past_drop(past);
	json_free(&past->json);
}

void received_past_fill(struct received_past *past, struct history *history)
{
	if (past->until_ms == 0)
		return;
	past_table_fill(past->table, history, clock_wall_ms() - clock_boot_ms());
	if (clock_boot_ms() >= past->until_ms)
		received_past_drop(past);
}

static void received_end(struct received_past *past, struct history *history)
{
	past->ended = true;
	if (past->table == NULL)
		return;
	past->until_ms = clock_boot_ms() + RECEIVED_WAIT_MS;
	if (past->again)
		past_table_mend(past->table, history, clock_wall_ms() - clock_boot_ms());
	past->again = true;
	received_past_fill(past, history);
}

void received_past_take(struct received_past *past, const struct layout *layout, struct history *history, const char *bytes,
	size_t length)
{
	struct error error;
	int64_t now_s = clock_wall_ms() / 1000;
	if (bytes == NULL) {
		received_end(past, history);
		return;
	}
	/* One that waits is of the connection before. */
	if (past->until_ms != 0)
		received_past_drop(past);
	if (past->table == NULL)
		past->table = past_table_new(layout, now_s, RECEIVED_DAY_S / STORE_MINUTE_S);
	if (!store_hour_read(&past->json, bytes, length, &past->hour_s, received_on_series, past, &error))
		log_line("an hour of the past from the broker cannot be used: %s", error.text);
}
