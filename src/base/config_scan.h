/*
 * A look at the text of a configuration file before libconfig sees it, for what libconfig accepts or reports badly:
 * brackets left open (it names the last line, we the one that opened), numbers that it would wrap, @include, too deep
 * nesting, so many settings that it would take seconds, control characters. Part of base/config; nobody else includes it.
 */
#ifndef BASE_CONFIG_SCAN_H
#define BASE_CONFIG_SCAN_H

#include <stdbool.h>

#include "base/error.h"

enum {
	/* pages/rows/panels/columns/limits nest 9 deep; libconfig's parser calls itself for each level. */
	CONFIG_DEPTH_MAX = 32,
	/* libconfig compares each setting with all before it in its group; no group has half as many that are known. */
	CONFIG_GROUP_MAX = 200,
	/* 64 panels of 32 columns with every option written out have fewer. */
	CONFIG_SETTINGS_MAX = 50000,
	/* The longest known name has 20; a number with more digits has lost its meaning. */
	CONFIG_WORD_MAX = 64,
};

/* False with "NAME:LINE: ..." if the text must not be parsed. */
bool config_scan(const char *name, const char *text, struct error *error);

#endif
