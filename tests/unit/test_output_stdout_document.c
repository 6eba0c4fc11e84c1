/* A document on standard output: whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/stdout.h"

/* What is printed, where standard output and standard error go to these files for the call. */
static int print_to(const struct buffer *document, int out, int err)
{
	fflush(stdout);
	int out_before = dup(STDOUT_FILENO), err_before = dup(STDERR_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	int status = stdout_document(document);
	fflush(stdout);
	clearerr(stdout);
	dup2(out_before, STDOUT_FILENO);
	dup2(err_before, STDERR_FILENO);
	close(out_before);
	close(err_before);
	return status;
}

static int temporary(void)
{
	char name[] = "/tmp/cxwall-document-XXXXXX";
	int file = mkstemp(name);
	assert_true(file >= 0);
	unlink(name);
	return file;
}

static const char *content(int file)
{
	static char text[400];
	ssize_t length = pread(file, text, sizeof(text) - 1, 0);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

static void prints_all_of_it(void **unused)
{
	struct buffer document;
	int out = temporary(), err = temporary();
	(void)unused;
	buffer_init(&document, 100);
	buffer_text(&document, "{\"a\":1}\n");
	assert_int_equal(print_to(&document, out, err), STATUS_FINE);
	assert_string_equal(content(out), "{\"a\":1}\n");
	assert_string_equal(content(err), "");
	buffer_free(&document);
	close(out);
	close(err);
}

/* What did not fit would be a document that claims to be whole. */
static void prints_nothing_of_a_part(void **unused)
{
	struct buffer document;
	int out = temporary(), err = temporary();
	(void)unused;
	buffer_init(&document, 10);
	buffer_text(&document, "{\"a\":1");
	buffer_text(&document, ",\"b\":2}\n");
	assert_true(document.full);
	assert_int_equal(print_to(&document, out, err), STATUS_FAILED);
	assert_string_equal(content(out), "");
	assert_non_null(strstr(content(err), "10 bytes"));
	buffer_free(&document);
	close(out);
	close(err);
}

static void a_full_disk_is_told(void **unused)
{
	struct buffer document;
	int out = open("/dev/full", O_WRONLY | O_CLOEXEC), err = temporary();
	(void)unused;
	assert_true(out >= 0);
	buffer_init(&document, 100);
	buffer_text(&document, "{\"a\":1}\n");
	assert_int_equal(print_to(&document, out, err), STATUS_FAILED);
	assert_non_null(strstr(content(err), "No space left on device"));
	buffer_free(&document);
	close(out);
	close(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_all_of_it), cmocka_unit_test(prints_nothing_of_a_part), cmocka_unit_test(a_full_disk_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
