#include "command/layout_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_text.h"
#include "base/log.h"
#include "base/text.h"
#include "command/app.h"

/* The first comment of a layout's text says what it is for. */
static void read_about(const char *text, char *out, size_t size)
{
	text = text_skip_mark(text + strspn(text, " \t\r\n"));
	out[0] = '\0';
	if (*text != '#' && strncmp(text, "//", 2) != 0)
		return;
	text += strspn(text, "#/ \t");
	text_scrub(out, size, text, strcspn(text, "\r\n"));
}

static void read_file_about(struct scene_layout *layout)
{
	struct file_text file;
	if (!file_text_read(&file, layout->source, CONFIG_BYTES_MAX, NULL))
		return;
	read_about(buffer_string(&file.text), layout->about, sizeof(layout->about));
	file_text_close(&file);
}

static void add_layout(void *context, const char *name, const char *where)
{
	struct layout_list *list = context;
	list->items = must_realloc(list->items, (list->count + 1) * sizeof(*list->items));
	struct scene_layout *layout = &list->items[list->count++];
	*layout = (struct scene_layout){ .found = list->count };
	text_scrub(layout->name, sizeof(layout->name), name, strlen(name));
	text_scrub(layout->where, sizeof(layout->where), where, strlen(where));
	for (const struct builtin_layout *at = builtin_layouts; where[0] != '/' && at->name != NULL; at++)
		if (strcmp(at->name, name) == 0) {
			snprintf(layout->source, sizeof(layout->source), "built-in %s", name);
			read_about(at->text, layout->about, sizeof(layout->about));
		}
	if (where[0] == '/') {
		snprintf(layout->source, sizeof(layout->source), "%s/%s.conf", where, name);
		read_file_about(layout);
	}
}

/* By name; of one name the one that is used first comes first. */
static int compare_layouts(const void *a, const void *b)
{
	const struct scene_layout *one = a, *other = b;
	int order = strcmp(one->name, other->name);
	return order != 0 ? order : one->found < other->found ? -1 : 1;
}

void layout_list_read(struct layout_list *list)
{
	*list = (struct layout_list){ .count = 0 };
	app_each_layout(add_layout, list);
	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare_layouts);
}

void layout_list_used(struct layout_list *list)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < list->count; i++)
		if (kept == 0 || strcmp(list->items[kept - 1].name, list->items[i].name) != 0)
			list->items[kept++] = list->items[i];
	list->count = kept;
}

void layout_list_add(struct layout_list *list, const char *name, const char *source, const char *text)
{
	for (unsigned i = 0; i < list->count; i++)
		if (strcmp(list->items[i].source, source) == 0)
			return;
	add_layout(list, name, source);
	struct scene_layout *layout = &list->items[list->count - 1];
	snprintf(layout->source, sizeof(layout->source), "%s", source);
	read_about(text, layout->about, sizeof(layout->about));
	qsort(list->items, list->count, sizeof(*list->items), compare_layouts);
}

void layout_list_free(struct layout_list *list)
{
	free(list->items);
	*list = (struct layout_list){ .count = 0 };
}
