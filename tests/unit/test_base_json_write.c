/* Commas that come by themselves, and what they follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"

static void commas_stand_between_members_and_values(void **state)
{
	struct buffer out;
	(void)state;
	buffer_init(&out, 1000);
	json_put_object(&out);
	json_put_pair(&out, "a", "{");
	json_put_key(&out, "b");
	json_put_array(&out);
	json_put_array(&out);
	json_put_array_end(&out);
	json_put_object(&out);
	json_put_object_end(&out);
	json_put_integer(&out, -5);
	json_put_real(&out, 2.5, 3);
	json_put_bool(&out, true);
	json_put_bool(&out, false);
	json_put_null(&out);
	json_put_string(&out, "x,");
	json_put_string(&out, "[");
	json_put_raw(&out, "{\"r\":1}", 7);
	json_put_array_end(&out);
	json_put_pair(&out, "c", "");
	json_put_object_end(&out);
	assert_string_equal(buffer_string(&out),
		"{\"a\":\"{\",\"b\":[[],{},-5,2.500,true,false,null,\"x,\",\"[\",{\"r\":1}],\"c\":\"\"}");
	buffer_free(&out);
}

static void members_have_values_or_null(void **state)
{
	struct buffer out;
	(void)state;
	buffer_init(&out, 1000);
	json_put_object(&out);
	json_put_integer_pair(&out, "a", 7);
	json_put_bool_pair(&out, "b", false);
	json_put_real_pair(&out, "c", true, 1.25, 1);
	json_put_real_pair(&out, "d", false, 1.25, 1);
	json_put_time_pair(&out, "e", true, 951827696999);
	json_put_time_pair(&out, "f", false, 951827696999);
	json_put_object_end(&out);
	assert_string_equal(buffer_string(&out),
		"{\"a\":7,\"b\":false,\"c\":1.2,\"d\":null,\"e\":\"2000-02-29T12:34:56Z\",\"f\":null}");
	buffer_free(&out);
}

static void a_text_of_its_own_begins_a_line(void **state)
{
	struct buffer out;
	(void)state;
	buffer_init(&out, 100);
	buffer_add(&out, "one\0", 4);
	json_put_string(&out, "a");
	buffer_text(&out, "\n");
	json_put_integer(&out, 1);
	assert_memory_equal(out.data, "one\0\"a\"\n1", 10);
	buffer_free(&out);
}

static void a_full_buffer_says_so(void **state)
{
	struct buffer out;
	(void)state;
	buffer_init(&out, 6);
	json_put_pair(&out, "a", "bcd");
	assert_true(out.full);
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_stand_between_members_and_values),
		cmocka_unit_test(members_have_values_or_null),
		cmocka_unit_test(a_text_of_its_own_begins_a_line),
		cmocka_unit_test(a_full_buffer_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
