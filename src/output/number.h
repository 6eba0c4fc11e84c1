/*
 * Numbers and words of documents that machines read: the same in JSON, CSV and metrics, whatever the locale.
 */
#ifndef OUTPUT_NUMBER_H
#define OUTPUT_NUMBER_H

enum { NUMBER_TEXT_MAX = 32 };

/* Whole numbers without a point, others with ten digits at most; returns out. */
const char *number_text(char out[NUMBER_TEXT_MAX], double number);

/* By enum availability. */
extern const char *const availability_names[];

#endif
