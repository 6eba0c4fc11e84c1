/*
 * A list of names and a refusal from the server: the plan shrinks until nothing changes, and stays JSON.
 *
 * The input is the list, a NUL, and the text of the refusal.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "board/query.h"

static const char layout_text[] =
	"pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = ( \"in_calls_waiting\", "
	"\"service_level\" ) },"
	"{ name = \"queues\" type = \"service_grid\" services = [\"Support\"] columns = ( \"in_calls_waiting\" ) },"
	"{ name = \"agents\" type = \"agent_grid\" teams = [\"Day\"] columns = ( \"first_last_name\", "
	"{ stat = \"calls\" dispositions = [\"Sold\"] } ) sort = \"reason\" filter = \"acd_state NE ''\" },"
	"{ name = \"logins\" type = \"agent_grid\" columns = ( \"login_id\" ) },"
	"{ name = \"states\" type = \"agent_states\" }, { name = \"news\" type = \"messages\" } ) } ) } )";

static const char fallback[] =
	"[{\"id\":\"S1\",\"name\":\"Sales\"},{\"id\":\"S2\",\"name\":\"Support\"},{\"id\":\"T1\",\"name\":\"Day\"}]";

static void check_catalogue(const struct catalogue *catalogue)
{
	PROMISE(catalogue->count <= CATALOGUE_MAX);
	for (unsigned i = 0; i < catalogue->count; i++) {
		const struct catalogue_entry *entry = &catalogue->entries[i];
		PROMISE(entry->id[0] != '\0' && entry->name[0] != '\0');
		PROMISE(fuzz_clean(entry->id) && fuzz_clean(entry->name));
		PROMISE(catalogue_id(catalogue, entry->name) != NULL && catalogue_name(catalogue, entry->id) != NULL);
	}
}

static void check_request(const struct request *request)
{
	struct buffer body;
	struct json json;
	buffer_init(&body, REQUEST_BODY_MAX);
	json_init(&json);
	PROMISE(request_body(request, &body));
	PROMISE(json_parse(&json, body.data, body.length, NULL));
	PROMISE((unsigned)json_count(&json, 0) == request_live_sets(request));
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		PROMISE(fuzz_clean(set->reason) && set->skipped == (set->reason[0] != '\0'));
		PROMISE(set->key_column < (int)set->column_count && set->shown_count <= set->column_count);
	}
	json_free(&json);
	buffer_free(&body);
}

static void read_catalogue(struct catalogue *catalogue, const char *text)
{
	struct json json;
	struct error error = { "" };
	json_init(&json);
	catalogue_init(catalogue);
	if (!catalogue_read(catalogue, &json, text, strlen(text), &error)) {
		PROMISE(!catalogue->known && error.text[0] != '\0' && fuzz_clean(error.text));
		PROMISE(catalogue_read(catalogue, &json, fallback, strlen(fallback), NULL));
	}
	check_catalogue(catalogue);
	json_free(&json);
}

int fuzz_refuse(const uint8_t *data, size_t size)
{
	static struct layout *layout;
	struct catalogue catalogue;
	struct request request;
	char refusal[1024];
	fuzz_begin();
	if (layout == NULL)
		layout = layout_parse("t", "t.conf", layout_text, NULL);
	PROMISE(layout != NULL);
	char *list = fuzz_string(data, size);
	size_t skip = strlen(list) + 1;
	if (skip > size)
		skip = size;
	text_scrub(refusal, sizeof(refusal), (const char *)data + skip, size - skip);
	read_catalogue(&catalogue, list);
	request_init(&request);
	request_plan(&request, layout, &catalogue, &catalogue, "t");
	check_request(&request);
	/* Each step takes a hidden column or a panel. */
	unsigned steps = 0;
	while (request_refuse(&request, 400, refusal))
		PROMISE(++steps <= 2 * request.set_count);
	check_request(&request);
	request_free(&request);
	catalogue_free(&catalogue);
	free(list);
	return 0;
}
