/*
 * One layout that asks for all that several layouts ask for, and for nothing twice: what a publisher subscribes to.
 *
 * It has panels and no pages: it is never drawn. Its panels borrow from the layouts, which must outlive it, and have
 * names of their own, so that no two are alike. A panel that asks for what another brings as well is left out.
 */
#ifndef BOARD_LAYOUT_MERGE_H
#define BOARD_LAYOUT_MERGE_H

#include "layout/layout.h"

/*
 * leaf makes the name of a panel from the one in its layout, into `size` bytes. NULL with the reason if there are more
 * panels than one subscription may have.
 */
struct layout *layout_merge(const char *name, struct layout *const *layouts, unsigned count,
	void (*leaf)(const char *text, char *out, size_t size), struct error *error);

#endif
