#include "base/config.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_text.h"
#include "base/log.h"
#include "base/text.h"

enum {
	TEXT_LENGTH_MAX = 255, /* of a value, if its row names no other limit */
	TEXT_ROOM = 4096,      /* the most that a row may name */
	TEXTS_MAX = 64,
};

/* What the look at the text before libconfig's accepts. */
enum {
	/* pages/rows/panels/columns/limits nest 9 deep; libconfig's parser calls itself for each level. */
	SCAN_DEPTH_MAX = 32,
	/* libconfig compares each setting with all before it in its group; no group has half as many that are known. */
	SCAN_GROUP_MAX = 200,
	/* 64 panels of 32 columns with every option written out have fewer. */
	SCAN_SETTINGS_MAX = 50000,
	/* The longest known name has 20; a number with more digits has lost its meaning. */
	SCAN_WORD_MAX = 64,
	/* libconfig reads decimals of more digits into 32 bits by wrapping round. */
	SCAN_DIGITS_MAX = 9,
};

/*
 * A look at the text before libconfig sees it, for what libconfig accepts or reports badly: brackets left open (it names the
 * last line, we the one that opened), numbers that it would wrap, @include, too deep nesting, so many settings that it would
 * take seconds, control characters.
 */
struct scan {
	const char *name;
	const char *at;
	int line;
	int depth;
	char open[SCAN_DEPTH_MAX];
	int opened[SCAN_DEPTH_MAX]; /* the line */
	int settings[SCAN_DEPTH_MAX + 1]; /* of each open group, the file itself first */
	int all_settings;
	struct error *error;
};

static bool config_scan_fail(const struct scan *scan, int line, const char *what)
{
	return error_set(scan->error, "%s:%d: %s", scan->name, line, what);
}

static bool scan_string(struct scan *scan)
{
	int line = scan->line;
	for (scan->at++; *scan->at != '"'; scan->at++) {
		if (*scan->at == '\\' && scan->at[1] != '\0')
			scan->at++;
		if (*scan->at == '\n')
			scan->line++;
		if (*scan->at == '\0')
			return config_scan_fail(scan, line, "this text has no closing \"");
	}
	scan->at++;
	return true;
}

static bool scan_comment(struct scan *scan)
{
	int line = scan->line;
	if (scan->at[0] == '#' || scan->at[1] == '/') {
		while (*scan->at != '\0' && *scan->at != '\n')
			scan->at++;
		return true;
	}
	for (scan->at += 2; !(scan->at[0] == '*' && scan->at[1] == '/'); scan->at++) {
		if (*scan->at == '\0')
			return config_scan_fail(scan, line, "this comment has no closing */");
		if (*scan->at == '\n')
			scan->line++;
	}
	scan->at += 2;
	return true;
}

static bool scan_open(struct scan *scan)
{
	if (scan->depth >= SCAN_DEPTH_MAX)
		return config_scan_fail(scan, scan->line, "nested too deeply");
	scan->open[scan->depth] = *scan->at++;
	scan->opened[scan->depth++] = scan->line;
	scan->settings[scan->depth] = 0;
	return true;
}

static bool scan_close(struct scan *scan)
{
	static const char opens[] = "{[(", closes[] = "}])";
	char wanted = opens[strchr(closes, *scan->at) - closes];
	if (scan->depth == 0)
		return error_set(scan->error, "%s:%d: %c closes nothing", scan->name, scan->line, *scan->at);
	if (scan->open[scan->depth - 1] != wanted)
		return error_set(scan->error, "%s:%d: %c does not close the %c of line %d", scan->name, scan->line,
			*scan->at, scan->open[scan->depth - 1], scan->opened[scan->depth - 1]);
	scan->depth--;
	scan->at++;
	return true;
}

static bool scan_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		c == '.' || c == '*';
}

/* A name, number or boolean. */
static bool config_scan_word(struct scan *scan)
{
	const char *start = scan->at;
	while (scan_is_word(*scan->at))
		scan->at++;
	size_t length = (size_t)(scan->at - start);
	if (length > SCAN_WORD_MAX)
		return error_set(scan->error, "%s:%d: a word of more than %d characters", scan->name, scan->line, SCAN_WORD_MAX);
	if (*start == '-')
		start++, length--;
	if (length > 0 && strspn(start, "0123456789") == length && length > SCAN_DIGITS_MAX)
		return config_scan_fail(scan, scan->line, "this number is too large");
	return true;
}

struct foreign_row {
	const char *sign, *advice;
};

/* What word processors and web pages put where the syntax wants ASCII. */
static const struct foreign_row foreign[] = {
	{ "\u201c", "a typographic quote; write \" instead" },
	{ "\u201d", "a typographic quote; write \" instead" },
	{ "\u201e", "a typographic quote; write \" instead" },
	{ "\u2018", "a typographic quote; write \" instead" },
	{ "\u2019", "a typographic quote; write \" instead" },
	{ "\u00ab", "a typographic quote; write \" instead" },
	{ "\u00bb", "a typographic quote; write \" instead" },
	{ "\u2013", "a dash; write - instead" },
	{ "\u2014", "a dash; write - instead" },
	{ "\u2212", "a dash; write - instead" },
	{ "\u00a0", "a no-break space; write a plain one instead" },
	{ "\u202f", "a no-break space; write a plain one instead" },
	{ "\u200b", "an invisible character; remove it" },
	{ "\ufeff", "a byte order mark in the middle of the file; remove it" },
};

/* Outside of texts and comments everything is ASCII. */
static bool scan_foreign(const struct scan *scan)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strncmp(scan->at, foreign[i].sign, strlen(foreign[i].sign)) == 0)
			return config_scan_fail(scan, scan->line, foreign[i].advice);
	return config_scan_fail(scan, scan->line, "a letter that is not ASCII outside of \"quotes\"");
}

/* At the = or : between a name and its value. */
static bool scan_setting(struct scan *scan)
{
	scan->at++;
	if (++scan->settings[scan->depth] > SCAN_GROUP_MAX)
		return error_set(scan->error, "%s:%d: more than %d settings in one group", scan->name, scan->line,
			SCAN_GROUP_MAX);
	if (++scan->all_settings > SCAN_SETTINGS_MAX)
		return error_set(scan->error, "%s:%d: more than %d settings", scan->name, scan->line, SCAN_SETTINGS_MAX);
	return true;
}

static bool scan_step(struct scan *scan)
{
	char c = *scan->at;
	if (c == '"')
		return scan_string(scan);
	if (c == '#' || (c == '/' && (scan->at[1] == '/' || scan->at[1] == '*')))
		return scan_comment(scan);
	if (strchr("{[(", c) != NULL)
		return scan_open(scan);
	if (strchr("}])", c) != NULL)
		return scan_close(scan);
	if (c == '=' || c == ':')
		return scan_setting(scan);
	if (c == '\'')
		return config_scan_fail(scan, scan->line, "a single quote; texts stand in \"double quotes\"");
	if ((unsigned char)c >= 0x80)
		return scan_foreign(scan);
	if (c == '@')
		return config_scan_fail(scan, scan->line, "@include is not accepted");
	if ((unsigned char)c < 0x20 && strchr("\n\t\r", c) == NULL)
		return config_scan_fail(scan, scan->line, "a control character");
	if (scan_is_word(c))
		return config_scan_word(scan);
	if (c == '\n')
		scan->line++;
	scan->at++;
	return true;
}

static bool config_scan(const char *name, const char *text, struct error *error)
{
	struct scan scan = { .name = name, .at = text, .line = 1, .error = error };
	while (*scan.at != '\0')
		if (!scan_step(&scan))
			return false;
	if (scan.depth > 0)
		return error_set(error, "%s:%d: this %c is never closed", name, scan.opened[scan.depth - 1],
			scan.open[scan.depth - 1]);
	return true;
}

static const char byte_order_mark[] = "\xEF\xBB\xBF";

struct config {
	config_t parsed;
	char *name;
};

/* A node is libconfig's setting under another name, so that its header stays in this file. */
static const config_setting_t *setting(const struct config_node *node)
{
	return (const config_setting_t *)node;
}

static const struct config_node *node_of(const config_setting_t *from)
{
	return (const struct config_node *)from;
}

struct config *config_parse(const char *name, const char *text, struct error *error)
{
	/* Some editors put a byte order mark at the head; it means nothing in UTF-8. */
	if (strncmp(text, byte_order_mark, sizeof(byte_order_mark) - 1) == 0)
		text += sizeof(byte_order_mark) - 1;
	if (!config_scan(name, text, error))
		return NULL;
	struct config *config = must_alloc(sizeof(*config));
	config->name = must_alloc(strlen(name) + 1);
	strcpy(config->name, name);
	config_init(&config->parsed);
	if (config_read_string(&config->parsed, text) != CONFIG_TRUE) {
		error_set(error, "%s:%d: %s", name, config_error_line(&config->parsed), config_error_text(&config->parsed));
		config_free(config);
		return NULL;
	}
	/* So that each setting can tell its file. */
	config_root_setting(&config->parsed)->hook = config->name;
	return config;
}

struct config *config_load(const char *path, struct error *error)
{
	struct file_text file;
	if (!file_text_read(&file, path, CONFIG_BYTES_MAX, error))
		return NULL;
	struct config *config = config_parse(path, buffer_string(&file.text), error);
	file_text_close(&file);
	return config;
}

void config_free(struct config *config)
{
	if (config == NULL)
		return;
	config_destroy(&config->parsed);
	free(config->name);
	free(config);
}

const struct config_node *config_root(const struct config *config)
{
	return node_of(config_root_setting(&config->parsed));
}

enum config_kind config_kind(const struct config_node *node)
{
	switch (config_setting_type(setting(node))) {
	case CONFIG_TYPE_GROUP:
		return CONFIG_GROUP;
	case CONFIG_TYPE_LIST:
		return CONFIG_LIST;
	case CONFIG_TYPE_ARRAY:
		return CONFIG_ARRAY;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return CONFIG_INTEGER;
	case CONFIG_TYPE_FLOAT:
		return CONFIG_FLOAT;
	case CONFIG_TYPE_BOOL:
		return CONFIG_BOOLEAN;
	default:
		return CONFIG_STRING;
	}
}

const char *config_name(const struct config_node *node)
{
	return config_setting_name(setting(node));
}

unsigned config_length(const struct config_node *node)
{
	return (unsigned)config_setting_length(setting(node));
}

const struct config_node *config_at(const struct config_node *node, unsigned index)
{
	return node_of(config_setting_get_elem(setting(node), index));
}

const struct config_node *config_get(const struct config_node *group, const char *name)
{
	return node_of(config_setting_get_member(setting(group), name));
}

int config_line(const struct config_node *node)
{
	return (int)config_setting_source_line(setting(node));
}

const char *config_string(const struct config_node *node)
{
	return config_kind(node) == CONFIG_STRING ? config_setting_get_string(setting(node)) : "";
}

double config_number(const struct config_node *node)
{
	switch (config_kind(node)) {
	case CONFIG_INTEGER:
		return (double)config_setting_get_int64(setting(node));
	case CONFIG_FLOAT:
		return config_setting_get_float(setting(node));
	case CONFIG_BOOLEAN:
		return config_setting_get_bool(setting(node));
	default:
		return 0;
	}
}

static const char *node_file(const struct config_node *node)
{
	const config_setting_t *at = setting(node);
	while (at->parent != NULL)
		at = at->parent;
	return at->hook;
}

bool config_error(const struct config_node *node, struct error *error, const char *format, ...)
{
	char what[ERROR_TEXT], clean[ERROR_TEXT];
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	/* What was typed stands in it, from a file that may be somebody else's. */
	text_scrub(clean, sizeof(clean), what, strlen(what));
	/* The root group has no line of its own. */
	int line = config_line(node);
	return error_set(error, "%s:%d: %s", node_file(node), line > 0 ? line : 1, clean);
}

bool texts_same(const struct texts *a, const struct texts *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static bool config_out_of_range(const struct config_key *key, double number)
{
	/* Written so that what is not a number is out of every range. */
	return (key->min != 0 || key->max != 0) && !(number >= key->min && number <= key->max);
}

/* Cleans each line by itself, so that the breaks between them stay. */
static size_t scrub_lines(char *out, size_t size, const char *text)
{
	size_t used = 0;
	while (used + 1 < size) {
		size_t length = strcspn(text, "\n");
		used += text_scrub(out + used, size - used, text, length);
		text += length;
		if (*text == '\0' || used + 1 >= size)
			break;
		out[used++] = *text++;
	}
	out[used] = '\0';
	return used;
}

static bool config_read_text(const struct config_walk *walk, const struct config_node *node, const struct config_key *key,
	const char **out, struct error *error)
{
	if (config_kind(node) != CONFIG_STRING)
		return config_error(node, error, "%s must be a text in quotes", key->name);
	const char *text = config_string(node);
	size_t length = strlen(text);
	size_t min = key->max > 0 ? (size_t)key->min : 1;
	size_t max = key->max <= 0 ? TEXT_LENGTH_MAX : key->max < TEXT_ROOM ? (size_t)key->max : TEXT_ROOM;
	if (length < min)
		return config_error(node, error, "%s must not be empty", key->name);
	if (length > max)
		return config_error(node, error, "%s is longer than %zu bytes", key->name, max);
	/* A file written by somebody else is foreign text too. */
	/* A byte that is not UTF-8 becomes a character of three. */
	char clean[3 * TEXT_ROOM + 1];
	size_t used = key->type == CONFIG_LINES ? scrub_lines(clean, sizeof(clean), text)
		: text_scrub(clean, sizeof(clean), text, length);
	/* Of characters that cannot be shown alone nothing is left. */
	if (used < min)
		return config_error(node, error, "%s must not be empty", key->name);
	*out = arena_copy(walk->arena, clean, used);
	return *out != NULL || config_error(node, error, "the file is too large");
}

static bool config_read_number(const struct config_node *node, const struct config_key *key, double *out, struct error *error)
{
	enum config_kind kind = config_kind(node);
	if (kind != CONFIG_INTEGER && !(kind == CONFIG_FLOAT && key->type == CONFIG_REAL))
		return config_error(node, error, "%s must be a %snumber", key->name,
			key->type == CONFIG_INT ? "whole " : "");
	double number = config_number(node);
	if (config_out_of_range(key, number))
		return config_error(node, error, "%s must be from %g to %g", key->name, key->min, key->max);
	*out = number;
	return true;
}

/* More digits than a double tells apart. */
enum { DIGITS_MAX = 18 };

static bool config_is_seconds(const char *text, double *seconds)
{
	static const char blanks[] = " \t";
	char number[DIGITS_MAX + 1];
	text += strspn(text, blanks);
	/* Digits alone: strtod would also take "nan", "1e3" and "0x10". */
	size_t whole = strspn(text, "0123456789"), length = whole;
	if (text[length] == '.')
		length += 1 + strspn(text + length + 1, "0123456789");
	if (length == 0 || (length == 1 && whole == 0) || length > DIGITS_MAX)
		return false;
	memcpy(number, text, length);
	number[length] = '\0';
	*seconds = strtod(number, NULL);
	text += length + strspn(text + length, blanks);
	if (*text == '\0')
		return true;
	double unit = *text == 's' ? 1 : *text == 'm' ? 60 : *text == 'h' ? 3600 : 0;
	*seconds *= unit;
	return unit != 0 && text[1 + strspn(text + 1, blanks)] == '\0';
}

bool config_text_seconds(const char *text, double *seconds, struct error *error)
{
	char shown[41];
	if (config_is_seconds(text, seconds))
		return true;
	text_scrub(shown, sizeof(shown), text, strlen(text));
	return error_set(error, "'%s' is not a time; write seconds, or a number with s, m or h, such as 30s", shown);
}

static bool config_read_seconds(const struct config_node *node, const struct config_key *key, double *out, struct error *error)
{
	enum config_kind kind = config_kind(node);
	double seconds = config_number(node);
	struct error why;
	if (kind == CONFIG_STRING && !config_text_seconds(config_string(node), &seconds, &why))
		return config_error(node, error, "%s: %s", key->name, why.text);
	if (kind != CONFIG_STRING && kind != CONFIG_INTEGER && kind != CONFIG_FLOAT)
		return config_error(node, error, "%s must be a time, such as 30 or \"30s\"", key->name);
	if (config_out_of_range(key, seconds))
		return config_error(node, error, "%s must be from %g to %g seconds", key->name, key->min, key->max);
	*out = seconds;
	return true;
}

static const char *config_choice_at(const void *table, size_t index)
{
	return ((const char *const *)table)[index];
}

static bool config_read_choice(const struct config_node *node, const struct config_key *key, int *out, struct error *error)
{
	if (config_kind(node) != CONFIG_STRING)
		return config_error(node, error, "%s must be a text in quotes", key->name);
	const char *text = config_string(node);
	for (int i = 0; key->choices[i] != NULL; i++) {
		if (strcmp(key->choices[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	const char *near = text_nearest(text, config_choice_at, key->choices);
	if (near != NULL)
		return config_error(node, error, "unknown %s '%.60s' (did you mean '%s'?)", key->name, text, near);
	char all[ERROR_TEXT / 2] = "";
	for (int i = 0; key->choices[i] != NULL; i++) {
		strncat(all, i == 0 ? "" : ", ", sizeof(all) - strlen(all) - 1);
		strncat(all, key->choices[i], sizeof(all) - strlen(all) - 1);
	}
	return config_error(node, error, "unknown %s '%.60s': one of %s", key->name, text, all);
}

static bool config_read_texts(const struct config_walk *walk, const struct config_node *node, const struct config_key *key,
	struct texts *out, struct error *error)
{
	struct config_key item = *key;
	item.min = item.max = 0;
	unsigned max = key->max > 0 ? (unsigned)key->max : TEXTS_MAX;
	bool single = config_kind(node) == CONFIG_STRING;
	if (!single && config_kind(node) != CONFIG_LIST && config_kind(node) != CONFIG_ARRAY)
		return config_error(node, error, "%s must be a list of texts, as [\"a\", \"b\"]", key->name);
	unsigned count = single ? 1 : config_length(node);
	if (count > max)
		return config_error(node, error, "%s has more than %u items", key->name, max);
	const char **items = arena_alloc(walk->arena, (count + 1) * sizeof(*items));
	if (items == NULL)
		return config_error(node, error, "the file is too large");
	for (unsigned i = 0; i < count; i++)
		if (!config_read_text(walk, single ? node : config_at(node, i), &item, &items[i], error))
			return false;
	*out = (struct texts){ .items = items, .count = count };
	return true;
}

bool config_read_value(const struct config_walk *walk, const struct config_node *node, const struct config_key *key,
	void *out, struct error *error)
{
	void *field = (char *)out + key->offset;
	double number = 0;
	switch (key->type) {
	case CONFIG_TEXT:
	case CONFIG_LINES:
		return config_read_text(walk, node, key, field, error);
	case CONFIG_INT:
		if (!config_read_number(node, key, &number, error))
			return false;
		*(int *)field = (int)number;
		return true;
	case CONFIG_REAL:
		return config_read_number(node, key, field, error);
	case CONFIG_SECONDS:
		return config_read_seconds(node, key, field, error);
	case CONFIG_BOOL:
		if (config_kind(node) != CONFIG_BOOLEAN)
			return config_error(node, error, "%s must be true or false", key->name);
		*(bool *)field = config_number(node) != 0;
		return true;
	case CONFIG_CHOICE:
		return config_read_choice(node, key, field, error);
	case CONFIG_TEXTS:
		return config_read_texts(walk, node, key, field, error);
	case CONFIG_READ:
		return key->read(walk, node, field, error);
	case CONFIG_KNOWN:
		break;
	}
	return true;
}

static const char *config_key_at(const void *table, size_t index)
{
	return ((const struct config_key *)table)[index].name;
}

static const struct config_key *config_find_key(const struct config_key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static bool config_unknown_key(const struct config_node *node, const char *what, const struct config_key *keys,
	struct error *error)
{
	const char *name = config_name(node);
	return config_error(node, error, "unknown key '%.60s' in %s%s", name, what,
		text_hint(text_nearest(name, config_key_at, keys), "").text);
}

bool config_fill(const struct config_walk *walk, const struct config_node *group, const char *what,
	const struct config_key *keys, void *out, struct error *error)
{
	if (config_kind(group) != CONFIG_GROUP)
		return config_error(group, error, "a %s must be in { braces }", what);
	for (unsigned i = 0; i < config_length(group); i++) {
		const struct config_node *node = config_at(group, i);
		const struct config_key *key = config_find_key(keys, config_name(node));
		if (key == NULL)
			return config_unknown_key(node, what, keys, error);
		if (!config_read_value(walk, node, key, out, error))
			return false;
	}
	for (; keys->name != NULL; keys++)
		if (keys->required && config_get(group, keys->name) == NULL)
			return config_error(group, error, "%s needs '%s'", what, keys->name);
	return true;
}
