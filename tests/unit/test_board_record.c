/*
 * One record in memory: what was packed comes out; whatever is damaged, forged or too large is refused; packing and
 * unpacking go on in the memory that is there. The linker wraps what allocates, and the beginnings of zlib's streams.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "board/record.h"

enum { ROOM = 1024 * 1024, ROUNDS = 200 };

static unsigned long allocations;

void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
int __real_deflateInit_(z_streamp stream, int level, const char *version, int size);
int __real_inflateInit_(z_streamp stream, const char *version, int size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);
int __wrap_deflateInit_(z_streamp stream, int level, const char *version, int size);
int __wrap_inflateInit_(z_streamp stream, const char *version, int size);

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_realloc(void *old, size_t size)
{
	allocations++;
	return __real_realloc(old, size);
}

int __wrap_deflateInit_(z_streamp stream, int level, const char *version, int size)
{
	allocations++;
	return __real_deflateInit_(stream, level, version, size);
}

int __wrap_inflateInit_(z_streamp stream, const char *version, int size)
{
	allocations++;
	return __real_inflateInit_(stream, version, size);
}

struct bench {
	struct packer *packer;
	struct unpacker *unpacker;
	struct buffer packed, out;
};

static int open_bench(void **state)
{
	static struct bench bench;
	bench = (struct bench){ .packer = packer_new(), .unpacker = unpacker_new() };
	buffer_init(&bench.packed, ROOM);
	buffer_init(&bench.out, ROOM);
	*state = &bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;
	packer_free(bench->packer);
	unpacker_free(bench->unpacker);
	buffer_free(&bench->packed);
	buffer_free(&bench->out);
	return 0;
}

static struct record_content content_of(const char *bytes, size_t length)
{
	return (struct record_content){
		.kind = RECORD_DATA, .boot_ms = 123456789, .wall_ms = 1700000000123, .bytes = bytes, .length = length,
	};
}

static bool pack(struct bench *bench, const struct record_content *content)
{
	struct error error;
	return record_pack(bench->packer, content, NULL, &bench->packed, &error);
}

static bool unpack(struct bench *bench, struct record_content *content)
{
	struct error error = { "" };
	bool good = record_unpack(bench->unpacker, buffer_string(&bench->packed), bench->packed.length, &bench->out,
		content, &error);
	assert_true(good || error.text[0] != '\0');
	return good;
}

static void packed_and_unpacked(void **state)
{
	struct bench *bench = *state;
	static char large[300 * 1000];
	static const char small[] = "Sales\0{\"available\":true}";
	struct record_content got;
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (char)(i * i % 251);
	const struct record_content contents[] = {
		content_of(small, sizeof(small) - 1), content_of("", 0), content_of(large, sizeof(large)),
	};
	for (unsigned i = 0; i < 3; i++) {
		buffer_clear(&bench->packed);
		assert_true(pack(bench, &contents[i]));
		assert_true(unpack(bench, &got));
		assert_int_equal(got.kind, RECORD_DATA);
		assert_int_equal(got.boot_ms, 123456789);
		assert_int_equal(got.wall_ms, 1700000000123);
		assert_int_equal(got.length, contents[i].length);
		assert_memory_equal(got.bytes, contents[i].bytes, got.length);
		assert_int_equal(got.bytes[got.length], 0);
	}
}

/* One behind another in one buffer. */
static void appended(void **state)
{
	struct bench *bench = *state;
	struct record_content first = content_of("first", 5), second = content_of("second", 6), got;
	struct error error;
	assert_true(pack(bench, &first));
	size_t end = bench->packed.length;
	assert_true(pack(bench, &second));
	/* Together they are no record. */
	assert_false(unpack(bench, &got));
	assert_true(record_unpack(bench->unpacker, bench->packed.data, end, &bench->out, &got, &error));
	assert_string_equal(got.bytes, "first");
	assert_true(record_unpack(bench->unpacker, bench->packed.data + end, bench->packed.length - end, &bench->out,
		&got, &error));
	assert_string_equal(got.bytes, "second");
}

static void damaged(void **state)
{
	struct bench *bench = *state;
	static const char text[] = "{\"queues\":[{\"1\":\"Sales\",\"2\":\"7\"},{\"1\":\"Support\",\"2\":\"12\"}]}";
	struct record_content content = content_of(text, sizeof(text) - 1), got;
	assert_true(pack(bench, &content));
	for (size_t at = 0; at < bench->packed.length; at++) {
		for (int change = 1; change < 256; change++) {
			bench->packed.data[at] = (char)(bench->packed.data[at] ^ change);
			assert_false(unpack(bench, &got));
			bench->packed.data[at] = (char)(bench->packed.data[at] ^ change);
		}
	}
	/* Cut anywhere, and with something behind it. */
	size_t whole = bench->packed.length;
	for (size_t length = 0; length < whole; length++) {
		bench->packed.length = length;
		assert_false(unpack(bench, &got));
	}
	bench->packed.length = whole;
	assert_true(unpack(bench, &got));
	buffer_add(&bench->packed, "", 1);
	assert_false(unpack(bench, &got));
}

/* Records that are not compressed: what stands in place of a checksum is said by a flag. */
static void plain(void **state)
{
	struct bench *bench = *state;
	struct error error;
	struct record_content got, start = content_of("{\"names\":\"full\"}", 16), data = content_of("[{}]", 4);
	start.kind = RECORD_START;
	assert_true(record_pack(NULL, &start, NULL, &bench->packed, &error));
	assert_int_equal(bench->packed.length, RECORDING_HEADER + 16);
	assert_true(unpack(bench, &got));
	assert_int_equal(got.kind, RECORD_START);
	assert_string_equal(got.bytes, start.bytes);
	for (size_t at = 0; at < bench->packed.length; at++) {
		bench->packed.data[at] ^= 1;
		assert_false(unpack(bench, &got));
		bench->packed.data[at] ^= 1;
	}
	buffer_clear(&bench->packed);
	assert_true(record_pack(NULL, &data, NULL, &bench->packed, &error));
	assert_true(unpack(bench, &got));
	assert_string_equal(got.bytes, data.bytes);
	/* Its header is summed, and its length counts. */
	for (size_t at = 0; at < RECORDING_HEADER; at++) {
		bench->packed.data[at] ^= 1;
		assert_false(unpack(bench, &got));
		bench->packed.data[at] ^= 1;
	}
	bench->packed.length--;
	assert_false(unpack(bench, &got));
}

/* A stream under a header of our choice, with checksums that are right. */
static void forge(struct bench *bench, const char *text, uint32_t raw, size_t more)
{
	unsigned char stream[ROOM / 4], bytes[RECORDING_HEADER];
	uLongf length = sizeof(stream) - 64;
	assert_int_equal(compress(stream, &length, (const Bytef *)text, strlen(text)), Z_OK);
	memset(stream + length, 0, more);
	struct record_header header = { .kind = RECORD_DATA, .stored = (uint32_t)(length + more), .raw = raw };
	header.checksum = record_checksum(stream, header.stored);
	record_header_put(&header, bytes);
	buffer_clear(&bench->packed);
	buffer_add(&bench->packed, bytes, sizeof(bytes));
	buffer_add(&bench->packed, stream, header.stored);
}

/* Times from 1970 to a day that nobody will see. */
static void times_have_a_range(void **state)
{
	static const struct {
		int64_t ms;
		bool valid;
	} rows[] = { { 0, true }, { -1, false }, { RECORDING_TIME_MAX, true }, { RECORDING_TIME_MAX + 1, false } };
	unsigned char bytes[RECORDING_HEADER];
	struct record_header got;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct record_header header = { .kind = RECORD_DATA, .stored = 1, .raw = 1, .boot_ms = rows[i].ms, .wall_ms = 1 };
		record_header_put(&header, bytes);
		assert_int_equal(record_header_get(&got, bytes), rows[i].valid);
		header.boot_ms = 1;
		header.wall_ms = rows[i].ms;
		record_header_put(&header, bytes);
		assert_int_equal(record_header_get(&got, bytes), rows[i].valid);
	}
}

static void forged(void **state)
{
	struct bench *bench = *state;
	struct record_content got;
	forge(bench, "twelve bytes", 12, 0);
	assert_true(unpack(bench, &got));
	static const uint32_t lies[] = { 0, 11, 13, 100000, RECORDING_RAW_MAX, RECORDING_RAW_MAX + 1, UINT32_MAX };
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct record_header header;
		forge(bench, "twelve bytes", lies[i], 0);
		assert_false(unpack(bench, &got));
		assert_int_equal(record_check(bench->packed.data, bench->packed.length, &header), lies[i] <= RECORDING_RAW_MAX);
	}
	forge(bench, "twelve bytes", 12, 1);
	assert_false(unpack(bench, &got));
	/* Much in little: no more comes out than the header admitted, and a part. */
	char *zeros = calloc(8 * ROOM, 1);
	assert_non_null(zeros);
	memset(zeros, 'a', 8 * ROOM - 1);
	forge(bench, zeros, 12, 0);
	free(zeros);
	assert_false(unpack(bench, &got));
	assert_true(bench->out.room < ROOM);
}

static void caps(void **state)
{
	struct bench *bench = *state;
	struct record_content content = content_of("twelve bytes", 12), got;
	struct error error;
	struct buffer small;
	/* More than the buffer of the packer, of the unpacker, or of the format takes. */
	buffer_init(&small, RECORDING_HEADER + 8);
	assert_true(buffer_add(&small, "left", 4));
	assert_false(record_pack(bench->packer, &content, NULL, &small, &error));
	assert_string_equal(buffer_string(&small), "left");
	assert_true(buffer_add(&small, "more", 4));
	buffer_free(&small);
	assert_true(pack(bench, &content));
	buffer_init(&small, 11);
	assert_false(record_unpack(bench->unpacker, bench->packed.data, bench->packed.length, &small, &got, &error));
	assert_string_equal(error.text, "a record of more than 11 bytes");
	buffer_free(&small);
	buffer_init(&small, 12);
	assert_true(record_unpack(bench->unpacker, bench->packed.data, bench->packed.length, &small, &got, &error));
	buffer_free(&small);
	content.length = RECORDING_RAW_MAX + 1;
	assert_false(pack(bench, &content));
}

/* One that was compressed against another does not stand alone. */
static void chained(void **state)
{
	struct bench *bench = *state;
	struct buffer before;
	struct error error;
	struct record_header header;
	struct record_content content = content_of("Sales 7 Support 12 Chat 3", 25), got;
	buffer_init(&before, 100);
	buffer_text(&before, "Sales 7 Support 12 Chat 2");
	assert_true(record_pack(bench->packer, &content, &before, &bench->packed, &error));
	assert_false(record_unpack(bench->unpacker, bench->packed.data, bench->packed.length, &bench->out, &got, &error));
	assert_string_equal(error.text, "a record that needs another one to be read");
	assert_true(record_check(bench->packed.data, bench->packed.length, &header));
	assert_false(record_inflate(bench->unpacker, bench->packed.data, &header, NULL, &bench->out));
	assert_true(record_inflate(bench->unpacker, bench->packed.data, &header, &before, &bench->out));
	assert_string_equal(buffer_string(&bench->out), content.bytes);
	/* The failure before left nothing behind, nor does a change of what was before pass. */
	before.data[0] = 'B';
	assert_false(record_inflate(bench->unpacker, bench->packed.data, &header, &before, &bench->out));
	buffer_free(&before);
}

static void steady(void **state)
{
	struct bench *bench = *state;
	static char text[100 * 1000];
	struct record_content content = content_of(text, sizeof(text)), got;
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)('a' + i * (i + round % 7) % 23);
		if (round == 10)
			allocations = 0;
		buffer_clear(&bench->packed);
		assert_true(pack(bench, &content));
		assert_true(unpack(bench, &got));
		assert_memory_equal(got.bytes, text, sizeof(text));
	}
	assert_int_equal(allocations, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(packed_and_unpacked, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(appended, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(damaged, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(plain, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(forged, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(times_have_a_range, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(caps, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(chained, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(steady, open_bench, close_bench),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
