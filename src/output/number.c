#include "output/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

const char *const availability_names[] = { "never", "nobody", "available" };

const char *number_text(char out[NUMBER_TEXT_MAX], double number)
{
	bool whole = number == floor(number) && fabs(number) < 1e15;
	/* Less than nothing is no number of calls. */
	if (number == 0)
		number = 0;
	snprintf(out, NUMBER_TEXT_MAX, whole ? "%.0f" : "%.10g", number);
	return out;
}
