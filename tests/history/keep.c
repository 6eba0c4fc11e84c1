/*
 * What a wall does with the answers of `simulate`: `keep FOLDER TENANT` reads them on standard input, keeps them in the store
 * in FOLDER, and prints as JSON what a panel of half-hours shows at the end, for all services and for each of them.
 * `keep --body` prints the subscription that they answer.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "board/decode.h"
#include "board/history.h"
#include "store/store.h"

static const char layout_text[] =
	"pages = ( { rows = ( { panels = ( { name = \"all\" type = \"intervals\" },"
	" { name = \"Sales\" type = \"intervals\" services = [\"Sales\"] }, { name = \"Support\" type = \"intervals\" services = [\"Support\"] },"
	" { name = \"Chat\" type = \"intervals\" services = [\"Chat\"] } ) },"
	" { panels = ( { name = \"queues\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\", \"in_max_wait_time\","
	" \"in_calls_received_per_day\", \"in_calls_answered_per_day\", \"in_calls_abandoned_total_per_day\","
	" \"in_calls_abandoned_in_queue_per_day\", \"service_level\", \"agents_logged\" ) } ) } ) } )";

/* Those of the simulation. */
static const char services_text[] = "[{\"id\":\"E66F7A0C-E464-4656-B4AA-026F53A3D403\",\"name\":\"Sales\"},"
	"{\"id\":\"A2B6564D-C7FE-4086-A6CE-AE91C7A3A3D5\",\"name\":\"Support\"},"
	"{\"id\":\"DF46C874-112D-499A-8744-407E06E4BF71\",\"name\":\"Chat\"}]";

static const double INTERVAL_SECONDS = 5;

static void print_panel(const struct history *history, const struct panel *panel, int64_t wall_ms)
{
	static struct history_interval intervals[HISTORY_HALVES], sum;
	unsigned count = history_intervals(history, panel, wall_ms, intervals, &sum);
	const char *comma = "";
	printf("\"%s\":[", panel->name);
	for (unsigned i = 0; i <= count; i++) {
		const struct history_interval *interval = i < count ? &intervals[i] : &sum;
		if (!interval->known)
			continue;
		printf("%s{\"from\":%" PRId64 ",\"sum\":%s,\"partial\":%s,\"margin\":%.3f", comma, interval->from_ms / 1000,
			i < count ? "false" : "true", interval->partial ? "true" : "false", (double)interval->margin);
		for (unsigned column = 0; column < panel->column_count; column++)
			if (isfinite(interval->values[column]))
				printf(",\"%s\":%.4f", panel->columns[column].stat, (double)interval->values[column]);
		printf("}");
		comma = ",";
	}
	printf("]");
}

static void print_body(const struct request *request)
{
	struct buffer body;
	buffer_init(&body, 1024 * 1024);
	request_body(request, &body);
	puts(buffer_string(&body));
	buffer_free(&body);
}

/* Takes the answers of standard input, and prints what is known of the half-hours then. */
static void keep(const struct layout *layout, struct request *request, const char *folder, const char *tenant)
{
	struct error error = { "" };
	struct board *board = board_new(layout);
	struct history *history = history_new(layout);
	struct store *store = store_open(&(struct store_options){ .folder = folder, .tenant = tenant, .writes = true });
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int64_t boot_ms = 0, wall_ms = 0;
	while ((length = getline(&line, &room, stdin)) > 0 && line[0] != '{') {
		int at = 0;
		struct decode_report report;
		if (sscanf(line, "%" SCNd64 " %" SCNd64 " %n", &boot_ms, &wall_ms, &at) != 2)
			fatal("'%s'", line);
		boot_ms += 1000000;
		struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = boot_ms, .wall_ms = wall_ms, .bytes = line + at,
			.length = (size_t)(length - at), .request = request };
		if (!decode_frame(board, &frame, &report, &error))
			fatal("%s", error.text);
		history_take(history, board, wall_ms - boot_ms, INTERVAL_SECONDS);
		store_take(store, board, INTERVAL_SECONDS);
		store_turn(store, boot_ms, wall_ms);
	}
	store_close(store, boot_ms, wall_ms);
	printf("{");
	for (unsigned i = 0; i < layout->panel_count && layout->panels[i].type == PANEL_INTERVALS; i++) {
		printf("%s", i > 0 ? "," : "");
		print_panel(history, &layout->panels[i], wall_ms);
	}
	printf("}\n%s", line);
	free(line);
	history_free(history);
	board_free(board);
}

int main(int argc, char **argv)
{
	struct catalogue teams, services;
	struct error error = { "" };
	struct request request;
	struct json json;
	bool body = argc == 2 && strcmp(argv[1], "--body") == 0;
	if (!body && argc < 3)
		return 2;
	struct layout *layout = layout_parse("day", "day", layout_text, &error);
	if (layout == NULL)
		fatal("%s", error.text);
	catalogue_init(&teams);
	catalogue_init(&services);
	json_init(&json);
	request_init(&request);
	if (!catalogue_read(&services, &json, services_text, strlen(services_text), &error))
		fatal("%s", error.text);
	request_plan(&request, layout, &teams, &services, "day");
	if (body)
		print_body(&request);
	else
		keep(layout, &request, argv[1], argv[2]);
	request_free(&request);
	catalogue_free(&teams);
	catalogue_free(&services);
	json_free(&json);
	layout_free(layout);
	return 0;
}
