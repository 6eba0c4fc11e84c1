/*
 * Which services and teams a page is to be about: what there is to choose from, and what is checked. The two are lists of
 * their own: services are for panels of services, teams for panels of agents, and neither says anything about the other.
 *
 * It owns copies of all names, because a new answer or list may come while somebody chooses.
 */
#ifndef SCREEN_CHOOSER_H
#define SCREEN_CHOOSER_H

#include <stdbool.h>

#include "layout/layout_text.h"
#include "screen/scene.h"

enum { CHOOSER_NAME_MAX = 256 };

struct chooser_row {
	char name[CHOOSER_NAME_MAX];
	bool checked;
};

struct chooser_list {
	bool suits; /* the page has panels for it */
	unsigned known; /* how many the feed listed when it was looked at */
	struct chooser_row *rows;
	unsigned count, room;
};

struct chooser {
	unsigned page;
	enum choice_kind kind; /* that is looked at */
	bool refused;          /* nothing is checked, and Enter was pressed */
	struct chooser_list lists[CHOICES];
};

/*
 * Looks at what the page shows now: names that the feed lists, else those that its data have had, and those that the layout
 * names. Checked is what is shown.
 */
void chooser_open(struct chooser *chooser, const struct scene *scene, unsigned page);
void chooser_free(struct chooser *chooser);

/* The feed may list them only now: what was checked stays so, and where all were all are. */
void chooser_bring(struct chooser *chooser, const struct scene *scene);

unsigned chooser_checked(const struct chooser_list *list);

/* The checked names of a list; the array is the caller's to free, the texts are the chooser's. */
struct texts chooser_names(const struct chooser_list *list);

/* How many services or teams there are; 0: nobody lists them. */
unsigned chooser_known(const struct scene *scene, enum choice_kind kind);

#endif
