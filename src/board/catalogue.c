#include "board/catalogue.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/text.h"

enum {
	CATALOGUE_BYTES_MAX = 8 * 1024 * 1024, /* 20,000 entries of two long texts */
	CATALOGUE_TEXT_MAX = 127,              /* bytes of a name that are kept */
};

void catalogue_init(struct catalogue *catalogue)
{
	*catalogue = (struct catalogue){ 0 };
	arena_init(&catalogue->arena, CATALOGUE_BYTES_MAX);
}

void catalogue_free(struct catalogue *catalogue)
{
	arena_free(&catalogue->arena);
	catalogue_init(catalogue);
}

static bool read_escaped(struct catalogue *to, const struct json *json, int node, struct catalogue_entry *entry)
{
	entry->escaped = NULL;
	if (json_is(json, node, entry->name))
		return true;
	entry->escaped = json_text_percent(json, node, &to->arena);
	return entry->escaped != NULL;
}

static bool read_entries(struct catalogue *to, const struct json *json, struct error *error)
{
	int root = json_root(json);
	if (json_kind(json, root) != JSON_ARRAY)
		return error_set(error, "not a list");
	int count = json_count(json, root);
	if (count > CATALOGUE_MAX)
		return error_set(error, "more than %d entries", CATALOGUE_MAX);
	to->entries = arena_alloc(&to->arena, (size_t)count * sizeof(*to->entries));
	if (to->entries == NULL)
		return error_set(error, "too large");
	for (int at = json_first(json, root); at >= 0; at = json_next(json, root, at)) {
		struct catalogue_entry *entry = &to->entries[to->count];
		entry->id = json_text_copy(json, json_get(json, at, "id"), &to->arena, CATALOGUE_TEXT_MAX);
		entry->name = json_text_copy(json, json_get(json, at, "name"), &to->arena, CATALOGUE_TEXT_MAX);
		if (entry->id == NULL || entry->name == NULL ||
			!read_escaped(to, json, json_get(json, at, "name"), entry))
			return error_set(error, "too large");
		if (entry->id[0] != '\0' && entry->name[0] != '\0')
			to->count++;
	}
	return true;
}

bool catalogue_read(struct catalogue *catalogue, struct json *json, const char *text, size_t length,
	struct error *error)
{
	struct catalogue fresh;
	catalogue_init(&fresh);
	if (!json_parse(json, text, length, error) || !read_entries(&fresh, json, error)) {
		catalogue_free(&fresh);
		return false;
	}
	fresh.known = true;
	arena_free(&catalogue->arena);
	*catalogue = fresh;
	return true;
}

bool catalogue_is_guid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	for (size_t i = 0; i < sizeof(form); i++) {
		bool good = form[i] == 'x' ? isxdigit((unsigned char)text[i]) != 0 : text[i] == form[i];
		if (!good)
			return false;
	}
	return true;
}

static const struct catalogue_entry *catalogue_find(const struct catalogue *catalogue, const char *name_or_id)
{
	for (unsigned i = 0; i < catalogue->count; i++)
		if (strcmp(catalogue->entries[i].name, name_or_id) == 0)
			return &catalogue->entries[i];
	for (unsigned i = 0; i < catalogue->count; i++)
		if (fold_same_name(catalogue->entries[i].name, name_or_id))
			return &catalogue->entries[i];
	for (unsigned i = 0; i < catalogue->count; i++)
		if (text_same(catalogue->entries[i].id, name_or_id))
			return &catalogue->entries[i];
	return NULL;
}

const char *catalogue_id(const struct catalogue *catalogue, const char *name_or_id)
{
	const struct catalogue_entry *entry = catalogue_find(catalogue, name_or_id);
	if (entry != NULL)
		return entry->id;
	return catalogue_is_guid(name_or_id) ? name_or_id : NULL;
}

const char *catalogue_name(const struct catalogue *catalogue, const char *name_or_id)
{
	const struct catalogue_entry *entry = catalogue_find(catalogue, name_or_id);
	return entry != NULL ? entry->name : name_or_id;
}

const char *catalogue_escaped(const struct catalogue *catalogue, const char *name_or_id)
{
	const struct catalogue_entry *entry = catalogue_find(catalogue, name_or_id);
	return entry != NULL ? entry->escaped : NULL;
}
