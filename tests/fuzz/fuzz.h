/*
 * What the fuzz targets share. Each target is one file around one door, with one function that takes an input:
 * tests/fuzz/fuzz calls it with what libFuzzer made up, tests/fuzz/replay with the kept inputs in `make check`.
 *
 * A target has a row in FUZZ_TARGETS, its inputs in tests/fuzz/corpus/TARGET, and its file in Makefile.am. A broken
 * promise ends the process, so that both programs notice.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_TARGETS(row) \
	row(json) row(decode) row(layout) row(text) row(refuse) row(value) row(expression) row(formula) row(recording) row(past) \
	row(local)

#define FUZZ_DECLARE(name) int fuzz_##name(const uint8_t *data, size_t size);
FUZZ_TARGETS(FUZZ_DECLARE)

struct fuzz_target {
	const char *name;
	int (*run)(const uint8_t *data, size_t size);
};

/* All of them; the last has no name. */
extern const struct fuzz_target fuzz_targets[];

#define PROMISE(condition) \
	do { \
		if (!(condition)) \
			fuzz_broken(__FILE__, __LINE__, #condition); \
	} while (0)

_Noreturn void fuzz_broken(const char *file, int line, const char *promise);

/* Once for each process, before anything else: the locale. */
void fuzz_begin(void);

/* A copy ended by a NUL, cut at the first one; of its own size, so that a sanitizer sees each byte read beyond. */
char *fuzz_string(const uint8_t *data, size_t size);

/*
 * Whether a text may be shown: UTF-8, and no control, bidi or invisible character. Written without base/text, to be a
 * second opinion.
 */
bool fuzz_clean(const char *text);

/* Whether a text is UTF-8. */
bool fuzz_utf8(const char *text);

#endif
