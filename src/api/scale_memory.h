/*
 * Which tenants write percentages of totals as percents and not, as is usual, as fractions: a value above 1 proved it once.
 * Later runs of the same user know it before their first answer. One small file in the user's state folder, a domain on each
 * line; where it cannot be read or written, a run finds out for itself.
 */
#ifndef API_SCALE_MEMORY_H
#define API_SCALE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

enum { SCALE_MEMORY_PATH_MAX = 1024 };

bool scale_memory_has(const char *tenant);
void scale_memory_add(const char *tenant);

/* Where it is kept, for whoever wants to correct it; "" if nothing says where. */
void scale_memory_path(char out[SCALE_MEMORY_PATH_MAX]);

#endif
