/* What a window asks for, written down, read by the hub, asked for once, and found again by the window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "board/query.h"

static struct layout *parse(const char *name, const char *text)
{
	struct error error;
	struct layout *layout = layout_parse(name, "test", text, &error);
	if (layout == NULL)
		fail_msg("%s", error.text);
	return layout;
}

/* A layout of what this one asks for, as the hub makes it of what the window sends. */
static struct layout *wish_of(const struct layout *layout)
{
	struct buffer text;
	struct json json;
	struct error error;
	buffer_init(&text, REQUEST_BODY_MAX);
	json_init(&json);
	assert_true(query_wish_put(layout, &text));
	if (!json_parse(&json, buffer_string(&text), text.length, &error))
		fail_msg("%s: %s", error.text, buffer_string(&text));
	struct layout *wish = query_wish_read(&json, json_root(&json), &error);
	assert_non_null(wish);
	json_free(&json);
	buffer_free(&text);
	return wish;
}

static unsigned asks(const struct layout *layout)
{
	unsigned count = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		count += panel_kind(layout->panels[i].type)->ask != ASK_NOTHING;
	return count;
}

/* What the owner already asks for is not asked for twice. */
static void same_layout_adds_nothing(void **unused)
{
	(void)unused;
	for (const struct builtin_layout *at = builtin_layouts; at->name != NULL; at++) {
		struct layout *own = parse(at->name, at->text), *wish = wish_of(own);
		const struct layout *others[] = { wish, wish };
		unsigned left_out;
		struct layout *all = layout_extend(own, others, 2, 256, &left_out);
		if (all->panel_count != own->panel_count)
			fail_msg("%s: %u panels become %u, the first is like '%s'", at->name, own->panel_count, all->panel_count,
				all->panels[own->panel_count].name);
		assert_int_equal(left_out, 0);
		assert_false(layout_borrows(all, wish));
		layout_free(all);
		layout_free(wish);
		layout_free(own);
	}
}

/* Each panel of each layout finds itself in the request of each other layout's owner. */
static void every_panel_is_found_again(void **unused)
{
	(void)unused;
	for (const struct builtin_layout *hub = builtin_layouts; hub->name != NULL; hub++)
		for (const struct builtin_layout *at = builtin_layouts; at->name != NULL; at++) {
			struct layout *own = parse(hub->name, hub->text), *window = parse(at->name, at->text), *wish = wish_of(window);
			const struct layout *others[] = { wish };
			struct catalogue none;
			struct request request, found;
			struct buffer text;
			struct json json;
			struct error error;
			double interval;
			unsigned left_out;
			catalogue_init(&none);
			request_init(&request);
			request_init(&found);
			json_init(&json);
			buffer_init(&text, REQUEST_BODY_MAX);
			struct layout *all = layout_extend(own, others, 1, 256, &left_out);
			for (unsigned i = 0; i < own->panel_count; i++) {
				assert_string_equal(all->panels[i].name, own->panels[i].name);
				assert_int_equal(all->panels[i].index, i);
			}
			request_plan(&request, all, &none, &none, "tag");
			assert_true(request_record_put(&request, 5, &text));
			assert_true(request_record_read(&found, window, &json, buffer_string(&text), text.length, &interval, &error));
			for (unsigned i = 0; i < found.set_count; i++)
				if (found.sets[i].absent)
					fail_msg("%s does not find its '%s' in a wall of %s", at->name, found.sets[i].panel->name, hub->name);
			request_free(&request);
			request_free(&found);
			json_free(&json);
			buffer_free(&text);
			layout_free(all);
			layout_free(wish);
			layout_free(window);
			layout_free(own);
		}
}

static void caps_hold(void **unused)
{
	(void)unused;
	struct layout *own = parse("own", "pages = ( { rows = ( { panels = ( { name = \"t\" type = \"text\" text = \"-\" } ) } ) } )");
	struct layout *other = parse("other", "pages = ( { rows = ( { panels = ( { name = \"a\" type = \"totals\" tiles = ( \"agents_ready\" ) },"
		" { name = \"b\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )");
	struct layout *wish = wish_of(other);
	const struct layout *others[] = { wish };
	unsigned left_out;
	assert_int_equal(asks(wish), 2);
	struct layout *all = layout_extend(own, others, 1, 2, &left_out);
	assert_int_equal(all->panel_count, 2);
	assert_int_equal(left_out, 1);
	assert_true(layout_borrows(all, wish));
	layout_free(all);
	layout_free(wish);
	layout_free(other);
	layout_free(own);
}

static struct layout *read_text(const char *text, struct error *error)
{
	struct json json;
	json_init(&json);
	assert_true(json_parse(&json, text, strlen(text), error));
	struct layout *layout = query_wish_read(&json, json_root(&json), error);
	json_free(&json);
	return layout;
}

static void nonsense_asks_for_nothing(void **unused)
{
	static const char *const texts[] = {
		"{}", "[]", "{\"sets\":7}", "{\"sets\":[7,null,{}]}", "{\"sets\":[{\"type\":\"clock\"}]}",
		"{\"sets\":[{\"type\":\"alerts\",\"columns\":[{\"stat\":\"x\"}]}]}", "{\"sets\":[],\"availability\":{},\"campaigns\":1}",
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error error;
		struct layout *layout = read_text(texts[i], &error);
		assert_non_null(layout);
		assert_int_equal(asks(layout), 0);
		layout_free(layout);
	}
}

static void odd_panels_do_no_harm(void **unused)
{
	static const char *const texts[] = {
		"{\"sets\":[{\"type\":\"totals\"}]}",
		"{\"sets\":[{\"type\":\"agent_states\",\"lists\":true,\"columns\":[{\"stat\":\"acd_state\"}]}]}",
		"{\"sets\":[{\"type\":\"agent_grid\",\"limit\":-5,\"filter_operation\":\"EQ\",\"columns\":[{\"stat\":\"\"},{\"stat\":3}]}]}",
		"{\"sets\":[{\"type\":\"service_grid\",\"total\":true,\"columns\":[{\"stat\":\"name\",\"sum\":[\"a\",\"b\"],\"dispositions\":[1]}]}]}",
		"{\"sets\":[{\"type\":\"messages\",\"columns\":[{\"stat\":\"name\"}]}],\"availability\":[{},7]}",
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error error;
		struct catalogue none;
		struct request request;
		struct buffer body;
		struct layout *layout = read_text(texts[i], &error);
		assert_non_null(layout);
		catalogue_init(&none);
		request_init(&request);
		buffer_init(&body, REQUEST_BODY_MAX);
		request_plan(&request, layout, &none, &none, "tag");
		assert_true(request_body(&request, &body));
		request_free(&request);
		buffer_free(&body);
		layout_free(layout);
	}
}

static void too_many_columns_are_refused(void **unused)
{
	(void)unused;
	struct buffer text;
	struct error error = { "" };
	buffer_init(&text, 1024 * 1024);
	buffer_text(&text, "{\"sets\":[{\"type\":\"totals\",\"columns\":[");
	for (int i = 0; i < 300; i++)
		buffer_print(&text, "%s{\"stat\":\"s%d\"}", i > 0 ? "," : "", i);
	buffer_text(&text, "]}]}");
	assert_null(read_text(buffer_string(&text), &error));
	assert_true(error.text[0] != '\0');
	buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_layout_adds_nothing),
		cmocka_unit_test(every_panel_is_found_again),
		cmocka_unit_test(caps_hold),
		cmocka_unit_test(nonsense_asks_for_nothing),
		cmocka_unit_test(odd_panels_do_no_harm),
		cmocka_unit_test(too_many_columns_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
