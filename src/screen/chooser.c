#include "screen/chooser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

static struct chooser_row *find(const struct chooser_list *list, const char *name)
{
	for (unsigned i = 0; i < list->count; i++)
		if (strcmp(list->rows[i].name, name) == 0)
			return &list->rows[i];
	return NULL;
}

static struct chooser_row *add(struct chooser_list *list, const char *name)
{
	struct chooser_row *row = find(list, name);
	if (row != NULL || name[0] == '\0' || strlen(name) >= CHOOSER_NAME_MAX)
		return row;
	if (list->count == list->room) {
		list->room = list->room == 0 ? 32 : 2 * list->room;
		list->rows = must_realloc(list->rows, list->room * sizeof(*list->rows));
	}
	row = &list->rows[list->count++];
	*row = (struct chooser_row){ .checked = false };
	snprintf(row->name, sizeof(row->name), "%s", name);
	return row;
}

/* ---- what there is to choose from ---- */

static const struct catalogue *catalogue_of(const struct scene *scene, enum choice_kind kind)
{
	const struct catalogue *catalogue = kind == CHOICE_TEAMS ? scene->teams : scene->services;
	return catalogue != NULL && catalogue->known && catalogue->count > 0 ? catalogue : NULL;
}

unsigned chooser_known(const struct scene *scene, enum choice_kind kind)
{
	const struct catalogue *catalogue = catalogue_of(scene, kind);
	return catalogue == NULL ? 0 : catalogue->count;
}

/* The texts of a column of the grids that have it. */
static void add_column(struct chooser_list *list, const struct scene *scene, enum panel_type type, const char *stat)
{
	for (unsigned i = 0; i < scene->layout->panel_count; i++) {
		const struct panel *panel = &scene->layout->panels[i];
		int column = panel->type == type ? panel_column(panel, stat) : -1;
		const struct panel_data *data = board_data(scene->board, panel);
		for (unsigned row = 0; column >= 0 && row < data->rows; row++)
			(void)add(list, board_peek(data, row, (unsigned)column).text);
	}
}

static void add_seen(struct chooser_list *list, const struct scene *scene, enum choice_kind kind)
{
	if (kind == CHOICE_TEAMS) {
		add_column(list, scene, PANEL_AGENT_GRID, "team_name");
		return;
	}
	add_column(list, scene, PANEL_SERVICE_GRID, "name");
	for (unsigned i = 0; i < scene->board->service_count; i++)
		(void)add(list, scene->board->services[i].service);
}

static int compare_rows(const void *a, const void *b)
{
	const struct chooser_row *one = a, *other = b;
	int order = strcoll(one->name, other->name);
	return order != 0 ? order : strcmp(one->name, other->name);
}

/* Names that the panels of the page list, by their names; what was seen before stays to be chosen from. */
static void look(struct chooser_list *list, const struct scene *scene, unsigned page, enum choice_kind kind)
{
	const struct catalogue *catalogue = catalogue_of(scene, kind);
	struct texts listed;
	list->known = chooser_known(scene, kind);
	bool lists = choice_listed(scene->layout, page, kind, &listed);
	if (catalogue != NULL)
		list->count = 0;
	for (unsigned i = 0; catalogue != NULL && i < catalogue->count; i++)
		(void)add(list, catalogue->entries[i].name);
	if (catalogue == NULL)
		add_seen(list, scene, kind);
	for (unsigned i = 0; i < list->count; i++)
		list->rows[i].checked = !lists;
	for (unsigned i = 0; i < listed.count; i++) {
		struct chooser_row *row = add(list, catalogue != NULL ? catalogue_name(catalogue, listed.items[i]) : listed.items[i]);
		if (row != NULL)
			row->checked = true;
	}
	free((void *)listed.items);
	if (list->count > 0)
		qsort(list->rows, list->count, sizeof(*list->rows), compare_rows);
}

void chooser_bring(struct chooser *chooser, const struct scene *scene)
{
	for (int kind = 0; kind < CHOICES; kind++) {
		struct chooser_list *list = &chooser->lists[kind], before = *list;
		if (!list->suits || list->known == chooser_known(scene, (enum choice_kind)kind))
			continue;
		bool all = chooser_checked(&before) == before.count;
		list->rows = NULL;
		list->count = list->room = 0;
		look(list, scene, chooser->page, (enum choice_kind)kind);
		for (unsigned i = 0; before.count > 0 && i < list->count; i++) {
			const struct chooser_row *row = find(&before, list->rows[i].name);
			list->rows[i].checked = row != NULL ? row->checked : all;
		}
		free(before.rows);
	}
}

void chooser_open(struct chooser *chooser, const struct scene *scene, unsigned page)
{
	chooser->page = page;
	chooser->refused = false;
	for (int kind = 0; kind < CHOICES; kind++) {
		struct chooser_list *list = &chooser->lists[kind];
		list->suits = choice_suits(scene->layout, page, (enum choice_kind)kind);
		if (list->suits)
			look(list, scene, page, (enum choice_kind)kind);
	}
	chooser->kind = chooser->lists[CHOICE_SERVICES].suits ? CHOICE_SERVICES : CHOICE_TEAMS;
}

void chooser_free(struct chooser *chooser)
{
	if (chooser == NULL)
		return;
	for (int kind = 0; kind < CHOICES; kind++)
		free(chooser->lists[kind].rows);
	free(chooser);
}

unsigned chooser_checked(const struct chooser_list *list)
{
	unsigned count = 0;
	for (unsigned i = 0; i < list->count; i++)
		count += list->rows[i].checked;
	return count;
}

struct texts chooser_names(const struct chooser_list *list)
{
	unsigned count = 0;
	const char **items = must_alloc((list->count + 1) * sizeof(*items));
	for (unsigned i = 0; i < list->count; i++)
		if (list->rows[i].checked)
			items[count++] = list->rows[i].name;
	return (struct texts){ .items = items, .count = count };
}
