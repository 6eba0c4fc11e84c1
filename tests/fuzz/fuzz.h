/*
 * What the fuzz targets share. Each target is one file around one door, with LLVMFuzzerTestOneInput() as its only
 * entry: libFuzzer calls it with what it made up, replay_main.c with the kept inputs in `make check`.
 *
 * A broken promise ends the process, so that both notice.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
