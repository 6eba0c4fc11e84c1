/*
 * Lines that say what was found: a word, and a text, on a terminal in as many lines as it takes in 80 columns or its own, indented
 * below each other. `cxwall doctor` and `cxwall setup` speak so.
 */
#ifndef COMMAND_VERDICT_H
#define COMMAND_VERDICT_H

#include <stdbool.h>
#include <stdio.h>

#include "screen/style.h"

enum verdict {
	VERDICT_FINE,
	VERDICT_NOTE,  /* works, and should be looked at */
	VERDICT_WRONG,
	VERDICT_VALUE, /* of a setting */
	VERDICT_LOOK,  /* for the reader's eyes to judge */
};

/* Whether a stream gets colours: as chosen, else on a terminal that has them, and where NO_COLOR does not forbid it. */
bool verdict_colored(enum color_choice choice, FILE *out);

void verdict_print(FILE *out, bool colored, enum verdict verdict, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A text alone, from the first column. */
void verdict_text(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
