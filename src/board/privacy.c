#include "board/privacy.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *const names_names[] = { "full", "first", "initials", "none", NULL };

struct person_row {
	const char *stat;
	enum person person;
};

static const struct person_row persons[] = {
	{ "first_last_name", PERSON_FIRST_LAST },
	{ "last_first_name", PERSON_LAST_FIRST },
	{ "firstname", PERSON_FIRST },
	{ "lastname", PERSON_LAST },
	{ "login_id", PERSON_LOGIN },
	{ "extension", PERSON_EXTENSION },
};

enum person privacy_person(const char *stat)
{
	for (size_t i = 0; i < sizeof(persons) / sizeof(persons[0]); i++)
		if (strcmp(persons[i].stat, stat) == 0)
			return persons[i].person;
	return PERSON_NOTHING;
}

/* What stands between the parts of a name or a login. */
static bool privacy_is_separator(char c)
{
	return c == ' ' || c == ',' || c == '.' || c == '_' || c == '@' || c == '+';
}

static const char *privacy_skip_separators(const char *text)
{
	while (*text != '\0' && privacy_is_separator(*text))
		text++;
	return text;
}

static size_t privacy_part_length(const char *text)
{
	size_t length = 0;
	while (text[length] != '\0' && !privacy_is_separator(text[length]))
		length++;
	return length;
}

/* A login's part after the @ is a domain, not a name. */
static const char *privacy_next_part(const char *at, enum person person)
{
	at += privacy_part_length(at);
	return person == PERSON_LOGIN && *at == '@' ? at + strlen(at) : privacy_skip_separators(at);
}

static void privacy_put_first(enum person person, const char *text, char *out, size_t size)
{
	const char *part = privacy_skip_separators(text);
	const char *comma = strchr(text, ',');
	if (person == PERSON_LAST_FIRST && comma != NULL)
		part = privacy_skip_separators(comma);
	else if (person == PERSON_LAST_FIRST)
		for (const char *next = part; *(next = privacy_next_part(next, person)) != '\0';)
			part = next;
	snprintf(out, size, "%.*s", (int)privacy_part_length(part), part);
}

/* The first letter of each part, with its marks: a character is never split. */
static void privacy_put_initials(enum person person, const char *text, char *out, size_t size)
{
	size_t used = 0;
	out[0] = '\0';
	for (const char *part = privacy_skip_separators(text); *part != '\0'; part = privacy_next_part(part, person)) {
		const char *end = part;
		text_decode(&end, part + strlen(part));
		int more = snprintf(out + used, size - used, "%s%.*s.", used > 0 ? " " : "", (int)(end - part), part);
		if (more < 0 || used + (size_t)more >= size) {
			out[used] = '\0';
			return;
		}
		used += (size_t)more;
	}
}

bool privacy_apply(enum names names, enum person person, const char *text, char *out, size_t size)
{
	if (names == NAMES_FULL || person == PERSON_NOTHING || text[0] == '\0')
		return false;
	if (names == NAMES_NONE || (names == NAMES_FIRST ? person == PERSON_LAST : person == PERSON_EXTENSION)) {
		snprintf(out, size, "hidden");
		return true;
	}
	if (names == NAMES_INITIALS)
		privacy_put_initials(person, text, out, size);
	else if (person == PERSON_FIRST || person == PERSON_EXTENSION)
		return false;
	else
		privacy_put_first(person, text, out, size);
	return true;
}
