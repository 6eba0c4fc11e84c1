/* Buffers with a cap, and arenas that keep what they have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/log.h"

static void a_buffer_refuses_past_its_cap(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 5);
	assert_string_equal(buffer_string(&buffer), "");
	assert_true(buffer_text(&buffer, "abc"));
	assert_false(buffer_text(&buffer, "def"));
	assert_string_equal(buffer_string(&buffer), "abc");
	/* Full until it is cleared, so that a writer may test once. */
	assert_false(buffer_text(&buffer, "d"));
	assert_true(buffer.full);
	buffer_clear(&buffer);
	assert_true(buffer_print(&buffer, "%d-%s", 12, "x"));
	assert_string_equal(buffer_string(&buffer), "12-x");
	buffer_free(&buffer);
}

static void a_cleared_buffer_keeps_its_memory(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 100000);
	for (int i = 0; i < 1000; i++)
		buffer_text(&buffer, "0123456789");
	const char *data = buffer.data;
	buffer_clear(&buffer);
	for (int i = 0; i < 1000; i++)
		buffer_text(&buffer, "abcdefghij");
	assert_ptr_equal(buffer.data, data);
	assert_int_equal(buffer.length, 10000);
	buffer_free(&buffer);
}

/* The last block that the buffer's code freed was all zero. */
static bool freed_zero, freed_any;
void __real_free(void *memory);
void __wrap_free(void *memory);

void __wrap_free(void *memory)
{
	const char *bytes = memory;
	if (memory != NULL) {
		freed_any = freed_zero = true;
		for (size_t i = 0; i < malloc_usable_size(memory); i++)
			freed_zero = freed_zero && bytes[i] == 0;
	}
	__real_free(memory);
}

static void a_secret_is_wiped_before_it_is_freed(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 1000);
	/* As much as was reserved for it, also what is behind its end by now. */
	for (int i = 0; i < 24; i++)
		buffer_text(&buffer, "0123456789");
	memset(buffer.data, 'x', malloc_usable_size(buffer.data) < buffer.room ? 0 : buffer.room);
	buffer_cut(&buffer, 3);
	freed_any = false;
	memset(buffer.data + buffer.room, 0, malloc_usable_size(buffer.data) - buffer.room);
	buffer_wipe_free(&buffer);
	assert_true(freed_any && freed_zero);
	assert_null(buffer.data);
}

static void an_arena_zeroes_aligns_and_keeps(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, 1024 * 1024);
	char *first = arena_alloc(&arena, 3);
	char *second = arena_alloc(&arena, 100);
	assert_int_equal((uintptr_t)first % _Alignof(max_align_t), 0);
	assert_int_equal((uintptr_t)second % _Alignof(max_align_t), 0);
	memset(second, 'x', 100);
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_alloc(&arena, 1000));
	size_t total = arena.total;
	for (int round = 0; round < 10; round++) {
		arena_reset(&arena);
		assert_ptr_equal(arena_alloc(&arena, 3), first);
		char *again = arena_alloc(&arena, 100);
		assert_int_equal(again[50], 0);
		for (int i = 0; i < 100; i++)
			assert_non_null(arena_alloc(&arena, 1000));
	}
	assert_int_equal(arena.total, total);
	arena_free(&arena);
}

static void an_arena_has_a_cap(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, 10000);
	assert_null(arena_alloc(&arena, 10001));
	assert_non_null(arena_alloc(&arena, 6000));
	assert_null(arena_alloc(&arena, 6000));
	assert_null(arena_alloc(&arena, SIZE_MAX));
	arena_free(&arena);
}

static void errors_take_prefixes(void **state)
{
	struct error error;
	(void)state;
	assert_false(error_set(&error, "no %s", "key"));
	assert_false(error_prefix(&error, "%s:%d: ", "a.conf", 3));
	assert_string_equal(error.text, "a.conf:3: no key");
	assert_false(error_set(NULL, "nobody asks"));
}

/* A sanitizer ends the program itself where too much is asked for. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif

#ifndef SANITIZED
static void alloc_too_much(void)
{
	(void)must_alloc(PTRDIFF_MAX);
}

static void grow_too_much(void)
{
	(void)must_realloc(must_alloc(10), PTRDIFF_MAX);
}

/* What standard error got from a child that runs out of memory; its exit status. */
static int status_of(void (*run)(void), char *out, size_t size)
{
	int ends[2], status;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		run();
		_exit(0);
	}
	close(ends[1]);
	size_t used = 0;
	for (ssize_t got; used + 1 < size && (got = read(ends[0], out + used, size - used - 1)) > 0;)
		used += (size_t)got;
	out[used] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Without memory there is no going on, and a message says why. */
static void no_memory_ends_the_program(void **state)
{
	void (*const runs[])(void) = { alloc_too_much, grow_too_much };
	char text[300];
	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		assert_int_equal(status_of(runs[i], text, sizeof(text)), 1);
		assert_non_null(strstr(text, ": out of memory ("));
	}
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_refuses_past_its_cap),
		cmocka_unit_test(a_cleared_buffer_keeps_its_memory),
		cmocka_unit_test(a_secret_is_wiped_before_it_is_freed),
		cmocka_unit_test(an_arena_zeroes_aligns_and_keeps),
		cmocka_unit_test(an_arena_has_a_cap),
		cmocka_unit_test(errors_take_prefixes),
#ifndef SANITIZED
		cmocka_unit_test(no_memory_ends_the_program),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
