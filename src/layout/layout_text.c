#include "layout/layout_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum {
	LINE_COLUMNS = 110, /* a list of names that would pass this goes over several lines */
	TAB_COLUMNS = 8,
};

const char *const choice_keys[CHOICES] = { "services", "teams" };

/* ---- where things stand in a text that libconfig accepted ---- */

struct span {
	const char *begin, *end;
};

static const char *skip_string(const char *at)
{
	for (at++; *at != '"' && *at != '\0'; at++)
		at += *at == '\\' && at[1] != '\0';
	return at + (*at == '"');
}

/* Behind the comment that begins here, or the place itself. */
static const char *skip_comment(const char *at)
{
	if (*at == '#' || (at[0] == '/' && at[1] == '/'))
		return at + strcspn(at, "\n");
	if (at[0] != '/' || at[1] != '*')
		return at;
	const char *end = strstr(at + 2, "*/");
	return end == NULL ? at + strlen(at) : end + 2;
}

static const char *skip_blank(const char *at)
{
	for (const char *before = NULL; before != at;) {
		before = at;
		at += strspn(at, " \t\r\n\f\v");
		at = skip_comment(at);
	}
	return at;
}

/* Behind a value: texts that continue each other, brackets with all that is in them, or a word. */
static const char *skip_value(const char *at)
{
	unsigned depth = 0;
	if (*at == '"') {
		const char *end = skip_string(at);
		for (at = skip_blank(end); *at == '"'; at = skip_blank(end))
			end = skip_string(at);
		return end;
	}
	if (strchr("{([", *at) == NULL)
		return at + strcspn(at, " \t\r\n,;)]}#/");
	do {
		if (*at == '"') {
			at = skip_string(at);
		} else if (skip_comment(at) != at) {
			at = skip_comment(at);
		} else {
			depth += *at == '{' || *at == '(' || *at == '[';
			depth -= *at == '}' || *at == ')' || *at == ']';
			at++;
		}
	} while (depth > 0 && *at != '\0');
	return at;
}

/* A setting of a group, with what separates it from the next one. */
struct setting {
	struct span name, value;
	const char *end;
};

/* *at is behind the bracket that opens the group, or behind another setting. False at the end of the group. */
static bool next_setting(const char **at, struct setting *out)
{
	const char *here = skip_blank(*at);
	if (*here == '}' || *here == '\0')
		return false;
	out->name.begin = here;
	out->name.end = here + strcspn(here, " \t\r\n=:#/");
	here = skip_blank(out->name.end);
	out->value.begin = skip_blank(here + (*here != '\0'));
	out->value.end = skip_value(out->value.begin);
	here = skip_blank(out->value.end);
	out->end = *here == ';' || *here == ',' ? here + 1 : out->value.end;
	*at = out->end;
	return out->value.end > out->value.begin;
}

static bool find_setting(const char *group, const char *name, struct setting *out)
{
	while (next_setting(&group, out))
		if ((size_t)(out->name.end - out->name.begin) == strlen(name) &&
			strncmp(out->name.begin, name, strlen(name)) == 0)
			return true;
	return false;
}

/* The next item of a list of groups; it begins behind its bracket, as next_setting() wants it. */
static bool next_group(const char **at, const char **group)
{
	const char *here = skip_blank(*at);
	here = skip_blank(here + (*here == ','));
	if (*here != '{')
		return false;
	*group = here + 1;
	*at = skip_value(here);
	return true;
}

/* The first item of a list that is a setting of a group; "" if there is none. */
static const char *list_of(const char *group, const char *name)
{
	struct setting setting;
	return find_setting(group, name, &setting) ? setting.value.begin + 1 : "";
}

/* ---- what is written instead ---- */

struct edit {
	size_t from, to; /* bytes of the text that go */
	unsigned order;
	const char *text; /* what takes their place; owned */
};

struct editing {
	const struct layout *layout;
	struct edit *edits;
	unsigned count, room;
	bool full;
};

static void edit_add(struct editing *editing, const char *from, const char *to, struct buffer *text)
{
	if (editing->count == editing->room) {
		editing->room = editing->room == 0 ? 16 : 2 * editing->room;
		editing->edits = must_realloc(editing->edits, editing->room * sizeof(*editing->edits));
	}
	editing->full = editing->full || text->full;
	editing->edits[editing->count] = (struct edit){ .from = (size_t)(from - editing->layout->text),
		.to = (size_t)(to - editing->layout->text), .order = editing->count, .text = text->data };
	editing->count++;
}

static void put_quoted(struct buffer *out, const char *text)
{
	buffer_text(out, "\"");
	for (; *text != '\0'; text++)
		buffer_print(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	buffer_text(out, "\"");
}

/* Columns of a line up to a place, a tab as far as an editor usually shows it. */
static int columns_before(const char *text, const char *at)
{
	int columns = 0;
	const char *line = at;
	while (line > text && line[-1] != '\n')
		line--;
	for (; line < at; line++)
		if (*line == '\t')
			columns += TAB_COLUMNS - columns % TAB_COLUMNS;
		else
			columns += ((unsigned char)*line & 0xC0) != 0x80;
	return columns;
}

/* The blanks at the beginning of the line of a place. */
static struct span indent_of(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return (struct span){ at, at + strspn(at, " \t") };
}

static void put_span(struct buffer *out, struct span span)
{
	buffer_add(out, span.begin, (size_t)(span.end - span.begin));
}

static int names_width(const struct texts *names)
{
	int width = 2;
	for (unsigned i = 0; names != NULL && i < names->count; i++)
		width += (int)strlen(names->items[i]) + 4;
	return width;
}

static void put_names(struct buffer *out, const struct texts *names, int column, struct span indent)
{
	buffer_text(out, "[");
	for (unsigned i = 0; i < names->count; i++) {
		int width = (int)strlen(names->items[i]) + 4;
		buffer_text(out, i > 0 ? "," : "");
		column += width;
		if (column > LINE_COLUMNS && i > 0) {
			buffer_text(out, "\n");
			put_span(out, indent);
			buffer_text(out, "\t");
			column = columns_before(indent.begin, indent.end) + TAB_COLUMNS + width;
		} else {
			buffer_text(out, i > 0 ? " " : "");
		}
		put_quoted(out, names->items[i]);
	}
	buffer_text(out, "]");
}

/* The value of a setting: names, or if they are NULL a text; one of them is there. */
static void put_value(struct buffer *out, const struct texts *names, const char *text, int column, struct span indent)
{
	if (names != NULL)
		put_names(out, names, column, indent);
	else if (text != NULL)
		put_quoted(out, text);
}

/*
 * A new setting behind the last one of the line on which the panel's type stands: in a line of its own where the panel is
 * written over several lines, else beside it.
 */
static void insert_setting(struct editing *editing, const char *group, const char *key, const struct texts *names,
	const char *text)
{
	const char *all = editing->layout->text;
	struct setting setting, type;
	struct buffer out;
	if (!find_setting(group, "type", &type))
		return;
	const char *at = type.end, *next = type.end;
	while (next_setting(&next, &setting) && memchr(at, '\n', (size_t)(setting.end - at)) == NULL)
		at = setting.end;
	struct span indent = indent_of(all, at);
	const char *rest = at + strspn(at, " \t\r");
	if (skip_comment(rest) != rest && *rest != '/')
		rest = skip_comment(rest);
	buffer_init(&out, LAYOUT_TEXT_MAX);
	if (*rest == '\n') {
		at = rest + 1;
		put_span(&out, indent);
		buffer_print(&out, "%s = ", key);
		put_value(&out, names, text, columns_before(all, indent.end) + (int)strlen(key) + 3, indent);
		buffer_text(&out, "\n");
	} else {
		/* Beside the others if it fits there as a whole. */
		int column = columns_before(all, at) + (int)strlen(key) + 5;
		bool fits = column + names_width(names) <= LINE_COLUMNS;
		buffer_text(&out, fits ? "  " : "\n");
		if (!fits) {
			put_span(&out, indent);
			buffer_text(&out, "\t");
			column = columns_before(all, indent.end) + TAB_COLUMNS + (int)strlen(key) + 3;
		}
		buffer_print(&out, "%s = ", key);
		put_value(&out, names, text, column, indent);
	}
	edit_add(editing, at, at, &out);
}

/* Takes a setting away, and its line if nothing else is on it. */
static void remove_setting(struct editing *editing, const struct setting *setting)
{
	const char *from = setting->name.begin, *to = setting->end;
	struct buffer none;
	while (from > editing->layout->text && (from[-1] == ' ' || from[-1] == '\t'))
		from--;
	bool first = from == editing->layout->text || from[-1] == '\n', last = to[strspn(to, " \t\r")] == '\n';
	if (first && last)
		to += strspn(to, " \t\r") + 1;
	else if (first) {
		from = setting->name.begin;
		to += strspn(to, " \t");
	}
	buffer_init(&none, LAYOUT_TEXT_MAX);
	edit_add(editing, from, to, &none);
}

/* names NULL: a text; no names and no text: the setting goes. */
static void set_setting(struct editing *editing, const char *group, const char *key, const struct texts *names,
	const char *text)
{
	struct setting setting;
	struct buffer out;
	bool there = find_setting(group, key, &setting), wanted = names != NULL ? names->count > 0 : text != NULL;
	if (there && !wanted)
		remove_setting(editing, &setting);
	if (!there && wanted)
		insert_setting(editing, group, key, names, text);
	if (!there || !wanted)
		return;
	const char *all = editing->layout->text;
	buffer_init(&out, LAYOUT_TEXT_MAX);
	put_value(&out, names, text, columns_before(all, setting.value.begin), indent_of(all, setting.name.begin));
	edit_add(editing, setting.value.begin, setting.value.end, &out);
}

/* ---- what is chosen for a panel ---- */

enum choice_kind choice_of_type(enum panel_type type)
{
	unsigned keys = panel_kind(type)->keys;
	return (keys & PANEL_KEY_TEAMS) != 0 ? CHOICE_TEAMS : (keys & PANEL_KEY_SERVICES) != 0 ? CHOICE_SERVICES : CHOICES;
}

static const struct texts *panel_names(const struct panel *panel, enum choice_kind kind)
{
	return kind == CHOICE_TEAMS ? &panel->teams : &panel->services;
}

/* The next panel of the page, from *row and *place on, that a choice of this kind is for; NULL after the last. */
static const struct panel *next_chosen(const struct page *page, enum choice_kind kind, unsigned *row, unsigned *place)
{
	for (; *row < page->row_count; (*row)++, *place = 0)
		while (*place < page->rows[*row].panel_count) {
			const struct panel *panel = page->rows[*row].panels[(*place)++];
			if (choice_of_type(panel->type) == kind)
				return panel;
		}
	return NULL;
}

bool choice_suits(const struct layout *layout, unsigned page, enum choice_kind kind)
{
	unsigned row = 0, place = 0;
	return page < layout->page_count && next_chosen(&layout->pages[page], kind, &row, &place) != NULL;
}

static bool has_name(const struct texts *names, const char *name)
{
	for (unsigned i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return true;
	return false;
}

bool choice_listed(const struct layout *layout, unsigned page, enum choice_kind kind, struct texts *names)
{
	const struct panel *panel;
	const char **items = NULL;
	unsigned row = 0, place = 0, count = 0;
	bool all = false;
	*names = (struct texts){ .count = 0 };
	/* A page that there is no more names nothing. */
	while (page < layout->page_count && (panel = next_chosen(&layout->pages[page], kind, &row, &place)) != NULL) {
		const struct texts *own = panel_names(panel, kind);
		all = all || own->count == 0;
		for (unsigned i = 0; i < own->count; i++) {
			if (has_name(names, own->items[i]))
				continue;
			items = must_realloc(items, (count + 1) * sizeof(*items));
			items[count++] = own->items[i];
			*names = (struct texts){ .items = items, .count = count };
		}
	}
	if (all) {
		free(items);
		*names = (struct texts){ .count = 0 };
	}
	return !all && page < layout->page_count;
}

/* Whether all panels of the page that a choice is for name the same, or nothing. */
static bool is_uniform(const struct page *page, enum choice_kind kind)
{
	unsigned row = 0, place = 0;
	const struct panel *panel, *first = next_chosen(page, kind, &row, &place);
	bool same = true;
	while (first != NULL && (panel = next_chosen(page, kind, &row, &place)) != NULL)
		same = same && texts_same(panel_names(panel, kind), panel_names(first, kind));
	return same;
}

static void choose(struct editing *editing, const char *group, const struct page *page, const struct panel *panel,
	const struct choice *choice)
{
	enum choice_kind kind = choice_of_type(panel->type);
	const struct texts *own = panel_names(panel, kind);
	const char *items[CHOICE_NAMES_MAX];
	struct texts kept = { .items = items };
	if (own->count == 0 || is_uniform(page, kind)) {
		if (!texts_same(own, &choice->names))
			set_setting(editing, group, choice_keys[kind], &choice->names, NULL);
		return;
	}
	for (unsigned i = 0; i < own->count && kept.count < CHOICE_NAMES_MAX; i++)
		if (has_name(&choice->names, own->items[i]))
			items[kept.count++] = own->items[i];
	if (kept.count > 0 && kept.count < own->count)
		set_setting(editing, group, choice_keys[kind], &kept, NULL);
}

/* ---- the whole ---- */

static void change_panel(struct editing *editing, const char *group, const struct page *page, const struct panel *panel,
	const struct layout_changes *changes)
{
	const struct choice *choices = changes->choices[page - editing->layout->pages];
	enum choice_kind kind = choice_of_type(panel->type);
	if (kind < CHOICES && choices[kind].made)
		choose(editing, group, page, panel, &choices[kind]);
	if (changes->panels == NULL)
		return;
	const struct panel_change *change = &changes->panels[panel->index];
	if (change->sort != NULL)
		set_setting(editing, group, "sort", NULL, change->sort);
	if (change->filter != NULL)
		set_setting(editing, group, "filter", NULL, change->filter);
}

/* The panels stand in the text in the order in which they were read. */
static void change_panels(struct editing *editing, const struct layout_changes *changes)
{
	const struct layout *layout = editing->layout;
	const char *page, *row, *panel, *pages = list_of(layout->text, "pages");
	for (unsigned p = 0; p < layout->page_count && next_group(&pages, &page); p++) {
		const char *rows = list_of(page, "rows");
		for (unsigned r = 0; r < layout->pages[p].row_count && next_group(&rows, &row); r++) {
			const struct layout_row *of = &layout->pages[p].rows[r];
			const char *panels = list_of(row, "panels");
			for (unsigned i = 0; i < of->panel_count && next_group(&panels, &panel); i++)
				change_panel(editing, panel, &layout->pages[p], of->panels[i], changes);
		}
	}
}

static void change_title(struct editing *editing, const char *title)
{
	const struct layout *layout = editing->layout;
	struct setting setting;
	struct buffer out;
	buffer_init(&out, LAYOUT_TEXT_MAX);
	bool there = find_setting(layout->text, "title", &setting);
	const char *first = skip_blank(layout->text);
	buffer_text(&out, there ? "" : "title = ");
	put_quoted(&out, title);
	buffer_text(&out, there ? "" : "\n");
	edit_add(editing, there ? setting.value.begin : first, there ? setting.value.end : first, &out);
}

static void put_head(struct buffer *out, const char *head)
{
	while (*head != '\0') {
		size_t length = strcspn(head, "\n");
		buffer_print(out, "# %.*s\n", (int)length, head);
		head += length + (head[length] == '\n');
	}
	buffer_text(out, "\n");
}

static int compare_edits(const void *a, const void *b)
{
	const struct edit *one = a, *other = b;
	if (one->from != other->from)
		return one->from < other->from ? -1 : 1;
	return one->order < other->order ? -1 : 1;
}

bool layout_write(const struct layout *layout, const struct layout_changes *changes, struct buffer *out)
{
	struct editing editing = { .layout = layout };
	size_t at = 0;
	change_panels(&editing, changes);
	if (changes->title != NULL)
		change_title(&editing, changes->title);
	if (editing.count > 0)
		qsort(editing.edits, editing.count, sizeof(*editing.edits), compare_edits);
	buffer_clear(out);
	if (changes->head != NULL)
		put_head(out, changes->head);
	for (unsigned i = 0; i < editing.count; i++) {
		struct edit *edit = &editing.edits[i];
		buffer_add(out, layout->text + at, edit->from - at);
		buffer_text(out, edit->text != NULL ? edit->text : "");
		at = edit->to;
		free((char *)edit->text);
	}
	free(editing.edits);
	buffer_text(out, layout->text + at);
	return !out->full && !editing.full;
}

struct layout *layout_changed(const struct layout *layout, const struct layout_changes *changes, struct error *error)
{
	struct buffer text;
	struct layout *changed = NULL;
	buffer_init(&text, LAYOUT_TEXT_MAX);
	if (layout_write(layout, changes, &text))
		changed = layout_parse(layout->name, layout->source, buffer_string(&text), error);
	else
		error_set(error, "the layout would be too large");
	if (changed != NULL) {
		changed->stamp = layout->stamp;
		changed->sum = layout->sum;
	}
	buffer_free(&text);
	return changed;
}
