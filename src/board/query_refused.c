/*
 * What a refusal names: the text of a 400 or 404 is searched for what we sent, from the most exact to the least.
 *
 * How the server words it is not published, so only names that stand as words of their own count: an id "1" in
 * "code 11" is no name.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "board/query.h"

/* Shorter names (column ids, services called "1") are found in any message. */
enum { NAME_LEAST = 3 };

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static bool names(const char *text, const char *name)
{
	size_t length = strlen(name);
	if (length < NAME_LEAST)
		return false;
	for (const char *at = text; (at = strcasestr(at, name)) != NULL; at++)
		if ((at == text || !is_word(at[-1])) && !is_word(at[length]))
			return true;
	return false;
}

static bool names_any(const char *text, const struct texts *texts)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (names(text, texts->items[i]))
			return true;
	return false;
}

static void refuse_set(struct request_set *set, int status, const char *text)
{
	set->skipped = true;
	set->refused = true;
	snprintf(set->reason, sizeof(set->reason), "the server refused this panel (%d): %s", status, text);
	text_trim(set->reason);
}

static bool named_app(const struct request_set *set, const char *text)
{
	return names(text, set->app_id);
}

static bool named_object(const struct request_set *set, const char *text)
{
	return names_any(text, &set->team_ids) || names_any(text, &set->service_ids) ||
		names_any(text, &set->panel->teams) || names_any(text, &set->panel->services);
}

static bool named_statistic(const struct request_set *set, const char *text)
{
	for (unsigned i = 0; i < set->column_count; i++)
		if (names(text, set->columns[i].stat) || names_any(text, &set->columns[i].dispositions))
			return true;
	return names_any(text, &set->panel->dispositions);
}

/* A hidden key column goes before any panel does; the sort and filter columns are the panel's own wish. */
static bool drop_hidden_key(struct request_set *set, const char *text)
{
	if (set->key_column < (int)set->shown_count)
		return false;
	const struct request_column *key = &set->columns[set->key_column];
	if ((unsigned)set->key_column + 1 != set->column_count || !names(text, key->stat) || set->filter_services_here)
		return false;
	set->column_count--;
	set->key_column = -1;
	return true;
}

static bool drop_hidden_keys(struct request *request, const char *text)
{
	bool changed = false;
	for (unsigned i = 0; i < request->set_count; i++)
		if (!request->sets[i].skipped && drop_hidden_key(&request->sets[i], text))
			changed = true;
	return changed;
}

static bool refuse_where(struct request *request, int status, const char *text,
	bool (*named)(const struct request_set *set, const char *text))
{
	bool changed = false;
	for (unsigned i = 0; i < request->set_count; i++) {
		struct request_set *set = &request->sets[i];
		if (set->skipped || !named(set, text))
			continue;
		refuse_set(set, status, text);
		changed = true;
	}
	return changed;
}

bool request_refuse(struct request *request, int status, const char *text)
{
	return drop_hidden_keys(request, text) || refuse_where(request, status, text, named_app) ||
		refuse_where(request, status, text, named_object) ||
		refuse_where(request, status, text, named_statistic);
}
