/*
 * The readers of a layout's parts. Part of layout/layout_read; nobody else includes it.
 *
 * Each takes the setting, fills its struct, and returns false with "FILE:LINE: ..." in the error.
 */
#ifndef LAYOUT_LAYOUT_PARTS_H
#define LAYOUT_LAYOUT_PARTS_H

#include "layout/layout.h"

/* One panel, without index. */
bool layout_read_panel(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error);

/* The columns or tiles of a panel whose type is known. */
bool layout_read_columns(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error);

/* The list of alerts, into the layout that is the field; and, once all panels are known, their conditions. */
bool layout_read_alerts(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error);
bool layout_check_alerts(const struct layout *layout, const struct config_node *alerts, struct error *error);

/* Gathers for each column what it is compared with, once all is read; false with an error at the arena's cap. */
bool layout_gather_edges(struct layout *layout, struct error *error);

/* Memory from the walk's arena; false with an error at its cap. */
bool layout_room(const struct config_walk *walk, const struct config_node *node, size_t count, size_t size, void *out,
	struct error *error);

/* Cells, or a share such as "40%"; the field is a struct size. */
bool layout_read_size(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error);

/* "auto" (leaves *out as it was), 1, 3, 5 or 7. */
bool layout_read_digits(const struct config_walk *walk, const struct config_node *node, int *out, struct error *error);

/* A list or array of at least one and at most max items. */
bool layout_list(const struct config_node *node, const char *what, unsigned max, struct error *error);

#endif
