/* The targets under libFuzzer, which has its own main(): FUZZ_TARGET in the environment names the one to run. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *chosen;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	const char *name = getenv("FUZZ_TARGET");
	for (chosen = fuzz_targets; chosen->name != NULL; chosen++)
		if (name != NULL && strcmp(chosen->name, name) == 0)
			return 0;
	fprintf(stderr, "FUZZ_TARGET must be one of");
	for (const struct fuzz_target *target = fuzz_targets; target->name != NULL; target++)
		fprintf(stderr, " %s", target->name);
	fprintf(stderr, "\n");
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return chosen->run(data, size);
}
