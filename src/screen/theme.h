/*
 * Themes of the user's own: files named NAME.conf in the folder cxwall/themes of the user's configuration. A file says
 * which roles look different from a shipped theme; its mistakes are reported with their line.
 */
#ifndef SCREEN_THEME_H
#define SCREEN_THEME_H

#include <stdbool.h>

#include "base/error.h"
#include "screen/style.h"

/* One theme from a text; `source` stands for its file in messages. */
bool theme_parse(struct theme *theme, const char *name, const char *source, const char *text, struct error *error);

/*
 * Whether a theme of that name is shipped, or there is a file of it, which need not be without mistakes; else an error that
 * says which there are.
 */
bool theme_known(const char *name, struct error *error);

/*
 * The shipped themes, and those of the user's that can be read. `name` is the one to begin with ("auto" or NULL: by the
 * background): its mistakes are an error, those of others keep it from the list.
 */
bool themes_load(struct themes *themes, const char *name, struct error *error);

#endif
