/*
 * A look at the text of a configuration file before libconfig sees it, for what libconfig accepts or reports badly:
 * brackets left open (it names the last line, we the one that opened), numbers that it would wrap, @include, too deep
 * nesting, control characters. Part of base/config; nobody else includes it.
 */
#ifndef BASE_CONFIG_SCAN_H
#define BASE_CONFIG_SCAN_H

#include <stdbool.h>

#include "base/error.h"

/* pages/rows/panels/columns/limits nest 9 deep; libconfig's parser calls itself for each level. */
enum { CONFIG_DEPTH_MAX = 32 };

/* False with "NAME:LINE: ..." if the text must not be parsed. */
bool config_scan(const char *name, const char *text, struct error *error);

#endif
