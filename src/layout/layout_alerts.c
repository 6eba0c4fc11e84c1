/* Reading the alerts of a layout: their keys, and whether their conditions suit its panels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layout/expression.h"
#include "layout/layout_parts.h"

enum {
	ALERT_NAME_MAX = 60, /* bytes: one line of a panel */
	ALERT_ARGUMENTS_MAX = 32,
	ALERT_PHONES_MAX = 8,
	DAY_MINUTES = 24 * 60,
};

/* The field is milliseconds. */
static bool read_time(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	const struct config_key key = { .name = config_name(node), .type = CONFIG_SECONDS, .min = 0,
		.max = LAYOUT_ALERT_SECONDS_MAX };
	double seconds;
	if (!config_read_value(walk, node, &key, &seconds, error))
		return false;
	*(int64_t *)field = (int64_t)llround(seconds * 1000);
	return true;
}

/* "22:00-06:00" */
static bool read_quiet(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct quiet_hours *quiet = field;
	unsigned at[4];
	char rest;
	(void)walk;
	int got = sscanf(config_string(node), "%2u:%2u-%2u:%2u%c", &at[0], &at[1], &at[2], &at[3], &rest);
	if (got != 4 || at[0] > 24 || at[1] > 59 || at[2] > 24 || at[3] > 59)
		return config_error(node, error, "quiet must be two times of the day, such as \"22:00-06:00\"");
	quiet->from = (int)(at[0] * 60 + at[1]);
	quiet->to = (int)(at[2] * 60 + at[3]);
	if (quiet->from > DAY_MINUTES || quiet->to > DAY_MINUTES || quiet->from == quiet->to)
		return config_error(node, error, "quiet must be two different times of one day");
	return true;
}

static bool read_severity(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "severity", .type = CONFIG_CHOICE, .choices = severity_names };
	if (!config_read_value(walk, node, &key, field, error))
		return false;
	return *(int *)field != SEVERITY_NONE || config_error(node, error, "severity must be warn or alert");
}

/* A program is named by its whole path: nothing is searched, and no shell reads anything. */
static bool read_command(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "command", .type = CONFIG_TEXTS, .max = ALERT_ARGUMENTS_MAX };
	struct texts *texts = field;
	if (!config_read_value(walk, node, &key, field, error))
		return false;
	if (texts->count == 0 || texts->items[0][0] != '/')
		return config_error(node, error, "%s must begin with the whole path of a program, such as \"/usr/bin/logger\"",
			config_name(node));
	return true;
}

/* E.164, as the collection has it: 7 to 15 digits that do not begin with 0, with + or without. */
static bool is_phone(const char *text)
{
	const char *digits = text + (*text == '+');
	size_t length = strspn(digits, "0123456789");
	return digits[0] != '0' && length >= 7 && length <= 15 && digits[length] == '\0';
}

static bool phone_error(const struct config_node *node, const char *text, struct error *error)
{
	return config_error(node, error, "'%.40s' is no telephone number with its country, such as \"+15551234567\"", text);
}

static bool read_phones(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "sms", .type = CONFIG_TEXTS, .max = ALERT_PHONES_MAX };
	struct texts *texts = field;
	if (!config_read_value(walk, node, &key, field, error))
		return false;
	for (unsigned i = 0; i < texts->count; i++)
		if (!is_phone(texts->items[i]))
			return phone_error(node, texts->items[i], error);
	return true;
}

static bool read_phone(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "sms_from", .type = CONFIG_TEXT };
	const char **text = field;
	if (!config_read_value(walk, node, &key, field, error))
		return false;
	return is_phone(*text) || phone_error(node, *text, error);
}

static const struct config_key alert_keys[] = {
	{ .name = "name", .type = CONFIG_TEXT, .required = true, .min = 1, .max = ALERT_NAME_MAX,
		.offset = offsetof(struct alert_rule, name) },
	{ .name = "when", .type = CONFIG_TEXT, .required = true, .min = 1, .max = LAYOUT_EXPRESSION_MAX,
		.offset = offsetof(struct alert_rule, when) },
	{ .name = "clear", .type = CONFIG_TEXT, .min = 1, .max = LAYOUT_EXPRESSION_MAX,
		.offset = offsetof(struct alert_rule, clear) },
	{ .name = "for", .type = CONFIG_READ, .read = read_time, .offset = offsetof(struct alert_rule, for_ms) },
	{ .name = "after", .type = CONFIG_READ, .read = read_time, .offset = offsetof(struct alert_rule, after_ms) },
	{ .name = "cooldown", .type = CONFIG_READ, .read = read_time, .offset = offsetof(struct alert_rule, cooldown_ms) },
	{ .name = "quiet", .type = CONFIG_READ, .read = read_quiet, .offset = offsetof(struct alert_rule, quiet) },
	{ .name = "severity", .type = CONFIG_READ, .read = read_severity, .offset = offsetof(struct alert_rule, severity) },
	{ .name = "bell", .type = CONFIG_BOOL, .offset = offsetof(struct alert_rule, bell) },
	{ .name = "command", .type = CONFIG_READ, .read = read_command, .offset = offsetof(struct alert_rule, command) },
	{ .name = "clear_command", .type = CONFIG_READ, .read = read_command,
		.offset = offsetof(struct alert_rule, clear_command) },
	{ .name = "sms", .type = CONFIG_READ, .read = read_phones, .offset = offsetof(struct alert_rule, sms) },
	{ .name = "sms_from", .type = CONFIG_READ, .read = read_phone, .offset = offsetof(struct alert_rule, sms_from) },
	{ .name = NULL },
};

static bool check_name(const struct alert_rule *rules, unsigned count, const struct config_node *node,
	struct error *error)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(rules[i].name, rules[count].name) == 0)
			return config_error(config_get(node, "name"), error, "another alert is called '%s' (line %d)", rules[i].name,
				rules[i].line);
	return true;
}

bool layout_read_alerts(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	struct layout *layout = field;
	if (!layout_list(node, "alerts", LAYOUT_ALERTS_MAX, error) ||
		!layout_room(walk, node, config_length(node), sizeof(*layout->alerts), &layout->alerts, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++, layout->alert_count++) {
		const struct config_node *at = config_at(node, i);
		struct alert_rule *rule = &layout->alerts[i];
		rule->line = config_line(at);
		rule->severity = SEVERITY_ALERT;
		if (!config_fill(walk, at, "alert", alert_keys, rule, error) || !check_name(layout->alerts, i, at, error))
			return false;
		if (rule->sms.count > 0 && rule->sms_from == NULL)
			return config_error(config_get(at, "sms"), error, "sms needs sms_from, the number that it comes from");
	}
	return true;
}

/*
 * Whether an alert's conditions can be read and suit the layout; *key names the one that is not: "when" or "clear".
 * The rows of both must be the same ones.
 */
static bool check_rule(const struct layout *layout, const struct alert_rule *rule, const char **key,
	struct error *error)
{
	*key = "when";
	struct expression *when = expression_read(rule->when, layout, error);
	if (when == NULL)
		return false;
	bool good = true;
	if (rule->clear != NULL) {
		*key = "clear";
		struct expression *clear = expression_read(rule->clear, layout, error);
		good = clear != NULL;
		if (good && expression_panel(clear) != NULL && expression_panel(clear) != expression_panel(when))
			good = error_set(error, "[*] must walk the panel that it walks in 'when'");
		expression_free(clear);
	}
	expression_free(when);
	return good;
}

bool layout_check_alerts(const struct layout *layout, const struct config_node *alerts, struct error *error)
{
	struct error why;
	const char *key;
	for (unsigned i = 0; i < layout->alert_count; i++)
		if (!check_rule(layout, &layout->alerts[i], &key, &why))
			return config_error(config_get(config_at(alerts, i), key), error, "alert '%.60s', %s: %.160s",
				layout->alerts[i].name, key, why.text);
	return true;
}

/* KEY = "VALUE" in the file's own syntax, so that it is read like a file. */
static bool write_setting(const char *key, const char *value, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "%s = \"", key);
	for (; *value != '\0' && used + 4 < size; value++) {
		if (*value == '"' || *value == '\\')
			out[used++] = '\\';
		out[used++] = *value;
	}
	memcpy(out + used, "\"", 2);
	return *value == '\0';
}

static const char *settable_at(const void *table, size_t index)
{
	static const char *const names[] = { "when", "clear", "for", "after", "cooldown", "quiet" };
	(void)table;
	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

static const struct config_key *settable(const char *name)
{
	const char *known;
	for (size_t i = 0; (known = settable_at(NULL, i)) != NULL; i++)
		for (const struct config_key *key = alert_keys; strcmp(known, name) == 0 && key->name != NULL; key++)
			if (strcmp(key->name, name) == 0)
				return key;
	return NULL;
}

static bool refuse_key(const char *key, struct error *error)
{
	const char *near = text_nearest(key, settable_at, NULL);
	if (near != NULL)
		return error_set(error, "'%.20s' cannot be set (did you mean '%s'?)", key, near);
	return error_set(error, "'%.20s' cannot be set: when, clear, for, after, cooldown and quiet can", key);
}

bool alert_rule_set(struct layout *layout, struct alert_rule *rule, const char *key, const char *value,
	struct error *error)
{
	char text[2 * LAYOUT_EXPRESSION_MAX + 32];
	const struct config_key *row = settable(key);
	const char *wrong;
	if (row == NULL)
		return refuse_key(key, error);
	if (!write_setting(key, value, text, sizeof(text)))
		return error_set(error, "this value of '%s' is too long", key);
	struct config *config = config_parse("--set", text, error);
	if (config == NULL)
		return false;
	struct config_walk walk = { .arena = &layout->arena };
	bool good = config_read_value(&walk, config_get(config_root(config), key), row, rule, error);
	config_free(config);
	return good && check_rule(layout, rule, &wrong, error);
}
