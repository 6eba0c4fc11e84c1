/*
 * Questions to the person at the terminal, one line each: what is typed is shown, or for secrets is not.
 *
 * Without a terminal on standard input the lines are read from whatever is there, and nothing is shown as a question.
 * Whatever ends a question (an answer, the end of input, a signal, a crash), the terminal has its modes again; a stop
 * (Ctrl-Z) puts them right too, and the question is asked anew when the program goes on. A signal that ends programs
 * ends the question and is told to the caller, who ends the program: nothing is left to do for a handler.
 */
#ifndef BASE_ASK_H
#define BASE_ASK_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buffer.h"

enum ask_result {
	ASK_ANSWERED, /* a line, perhaps an empty one */
	ASK_END,      /* no more input */
	ASK_SIGNAL,   /* see ask_signal() */
	ASK_TOO_LONG, /* the line did not fit the buffer; the rest of it was thrown away */
};

/* Whether a person answers. */
bool ask_terminal(void);

/*
 * Prints the question on `out` and reads the answer, without its line break, into the buffer, whose cap is the longest
 * answer. hidden: what is typed is not shown, and its bytes stay nowhere but in the buffer, which the caller wipes.
 */
enum ask_result ask_line(FILE *out, const char *question, bool hidden, struct buffer *answer);

/* The signal that ended the last question. */
int ask_signal(void);

#endif
