#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"

enum { CELL_BYTES = 40 }; /* of one cell of the answer, at most */

/* What a client that subscribes to nothing is shown; the wall's layout in run.py asks for the same. */
static const char *const usual[] = {
	"login_id", "first_last_name", "extension", "in_calls_handled_per_day", "in_calls_offered_per_day",
	"in_calls_rejected_per_day", "in_calls_transferred_per_day", "out_calls_handled_per_day", "count_of_interactions",
	"reason",
};

static const char *const reasons[] = { "Lunch", "Training", "Meeting", "Break", "Coaching", "Private" };

/* The same in each run. */
static unsigned any(struct cells *cells, unsigned below)
{
	cells->random = cells->random * 1664525u + 1013904223u;
	return (cells->random >> 8) % below;
}

static bool stays(const char *stat)
{
	return strcmp(stat, "login_id") == 0 || strcmp(stat, "first_last_name") == 0;
}

static void fill(struct cells *cells)
{
	size_t count = (size_t)cells->agents * cells->columns;
	free(cells->values);
	free(cells->body);
	cells->values = calloc(count + 1, sizeof(*cells->values));
	cells->body = malloc(count * CELL_BYTES + 1024);
	if (cells->values == NULL || cells->body == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		cells->values[i] = any(cells, 100);
	cells_render(cells);
}

void cells_init(struct cells *cells, unsigned agents)
{
	*cells = (struct cells){ .agents = agents, .random = 4711 };
	snprintf(cells->app_id, sizeof(cells->app_id), "bench/agents");
	cells->columns = sizeof(usual) / sizeof(usual[0]);
	for (unsigned i = 0; i < cells->columns; i++)
		snprintf(cells->stats[i], STAT_MAX, "%s", usual[i]);
	fill(cells);
}

void cells_free(struct cells *cells)
{
	free(cells->values);
	free(cells->body);
}

/* The quoted text that starts after `from`; NULL if there is none. */
static const char *quoted(const char *from, char *out, size_t size)
{
	const char *open = from == NULL ? NULL : strchr(from, '"');
	const char *close = open == NULL ? NULL : strchr(open + 1, '"');
	if (close == NULL)
		return NULL;
	snprintf(out, size, "%.*s", (int)(close - open - 1), open + 1);
	return close + 1;
}

void cells_ask(struct cells *cells, const char *subscription)
{
	static const char key[] = "\"stat_name\":";
	quoted(subscription, cells->app_id, sizeof(cells->app_id));
	cells->columns = 0;
	for (const char *at = strstr(subscription, key); at != NULL && cells->columns < COLUMNS_MAX; at = strstr(at, key))
		at = quoted(at + strlen(key), cells->stats[cells->columns++], STAT_MAX);
	fill(cells);
}

void cells_change(struct cells *cells, double share)
{
	size_t count = (size_t)cells->agents * cells->columns, changes = (size_t)((double)count * share);
	while (changes > 0) {
		size_t cell = (size_t)any(cells, (unsigned)count);
		if (stays(cells->stats[cell % cells->columns]))
			continue;
		unsigned value = any(cells, 100);
		cells->values[cell] = value == cells->values[cell] ? (value + 1) % 100 : value;
		changes--;
	}
}

static char *put(char *at, const char *text)
{
	size_t length = strlen(text);
	memcpy(at, text, length);
	return at + length;
}

static char *put_number(char *at, unsigned number, unsigned digits)
{
	char text[12];
	unsigned used = 0;
	for (; number > 0 || used < digits; number /= 10)
		text[used++] = (char)('0' + number % 10);
	while (used > 0)
		*at++ = text[--used];
	return at;
}

static char *put_cell(char *at, const char *stat, unsigned agent, unsigned value)
{
	if (strcmp(stat, "login_id") == 0)
		return put_number(put(at, "agent."), agent, 5);
	if (strcmp(stat, "first_last_name") == 0)
		return put_number(put(at, "Agent Number "), agent, 5);
	if (strcmp(stat, "reason") == 0)
		return put(at, reasons[value % (sizeof(reasons) / sizeof(reasons[0]))]);
	return put_number(at, value, 1);
}

void cells_render(struct cells *cells)
{
	char *at = cells->body + sprintf(cells->body, "{\"%s\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[", cells->app_id);
	const unsigned *value = cells->values;
	for (unsigned agent = 0; agent < cells->agents; agent++) {
		at = put(at, agent == 0 ? "{" : ",{");
		for (unsigned column = 0; column < cells->columns; column++) {
			at = put_number(put(at, column == 0 ? "\"" : ",\""), column + 1, 1);
			at = put_cell(put(at, "\":\""), cells->stats[column], agent, *value++);
			*at++ = '"';
		}
		*at++ = '}';
	}
	at = put(at, "]}]}}");
	cells->length = (size_t)(at - cells->body);
}
