/*
 * A layout as text: the file that it was read from, with a few settings changed.
 *
 * Nothing here knows which options there are. The text is the one that was read, so comments, order and every other
 * setting stay as somebody wrote them, whatever they are. What is changed is what a key can change on a running wall: the
 * services and teams of a page, how a list is sorted and filtered, the title.
 */
#ifndef LAYOUT_LAYOUT_TEXT_H
#define LAYOUT_LAYOUT_TEXT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "layout/layout.h"

enum {
	LAYOUT_TEXT_MAX = CONFIG_BYTES_MAX,
	CHOICE_NAMES_MAX = 64, /* as many as a layout may list */
};

/* Services are chosen for panels of services, teams for panels of agents: neither list says anything about the other. */
enum choice_kind {
	CHOICE_SERVICES,
	CHOICE_TEAMS,
	CHOICES,
};

extern const char *const choice_keys[CHOICES]; /* "services", "teams" */

struct choice {
	bool made;
	struct texts names; /* none: all */
};

/* Of a panel; NULL: as it is. */
struct panel_change {
	const char *sort;   /* "in_calls_waiting desc" */
	const char *filter; /* "acd_state EQ 'busy'" */
};

struct layout_changes {
	const char *head;  /* lines of a comment for its top; NULL: none */
	const char *title; /* NULL: as it is */
	struct choice choices[LAYOUT_PAGES_MAX][CHOICES];
	const struct panel_change *panels; /* in the layout's order; NULL: none */
};

/* Which of the two is chosen for a panel of this type; CHOICES: neither. */
enum choice_kind choice_of_type(enum panel_type type);

/* Whether the page has a panel that such a choice is for. */
bool choice_suits(const struct layout *layout, unsigned page, enum choice_kind kind);

/*
 * What the panels of a page show by the layout: the list that they share, or all that any of them names. False: one of
 * them at least shows all. The texts are the layout's, the array of them is the caller's to free.
 */
bool choice_listed(const struct layout *layout, unsigned page, enum choice_kind kind, struct texts *names);

/*
 * The text of the layout with these changes. Where all panels of a page name the same, or nothing, the choice takes the
 * place of it; where they differ, a panel that names some keeps those of its own that were chosen, or if there is none, all
 * of its own: its title tells of them. False if the text grew too large.
 */
bool layout_write(const struct layout *layout, const struct layout_changes *changes, struct buffer *out);

/* That text as a layout of the same name and source. NULL with an error; the caller frees with layout_free(). */
struct layout *layout_changed(const struct layout *layout, const struct layout_changes *changes, struct error *error);

#endif
