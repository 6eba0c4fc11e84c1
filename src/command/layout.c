/*
 * `cxwall layout new`: a layout of one's own out of another one, for the services and teams that one is responsible for. It
 * asks nobody: names that the contact centre does not have are told on the wall, as in any layout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "command/app.h"
#include "command/layout_file.h"
#include "command/running.h"
#include "output/stdout.h"

/* What was chosen of each kind, out of all options of its name. */
struct chosen {
	char *texts; /* the options' texts, cut at the commas */
	const char *items[CHOICE_NAMES_MAX];
	unsigned count;
};

static void chosen_free(struct chosen *chosen)
{
	free(chosen->texts);
}

/* Blanks around a name are none of it. */
static char *trimmed(char *text)
{
	text += strspn(text, " ");
	for (size_t length = strlen(text); length > 0 && text[length - 1] == ' '; length--)
		text[length - 1] = '\0';
	return text;
}

static bool chosen_has(const struct chosen *chosen, const char *name)
{
	for (unsigned i = 0; i < chosen->count; i++)
		if (strcmp(chosen->items[i], name) == 0)
			return true;
	return false;
}

/* Names with commas between; "\," is a comma of a name. */
static bool chosen_read(struct chosen *chosen, const char *key, const struct many *texts, struct error *error)
{
	size_t room = 1;
	for (unsigned i = 0; i < texts->count; i++)
		room += strlen(texts->items[i]) + 1;
	char *out = chosen->texts = must_alloc(room);
	for (unsigned i = 0; i < texts->count; i++) {
		const char *at = texts->items[i];
		for (bool more = true; more; at++) {
			char *name = out;
			for (; *at != '\0' && *at != ','; at++) {
				at += at[0] == '\\' && at[1] == ',';
				*out++ = *at;
			}
			*out++ = '\0';
			more = *at == ',';
			name = trimmed(name);
			if (name[0] == '\0')
				return error_set(error, "%s: a name is missing in '%.80s'.", key, texts->items[i]);
			if (chosen_has(chosen, name))
				return error_set(error, "%s: '%.60s' is named twice.", key, name);
			if (chosen->count == CHOICE_NAMES_MAX)
				return error_set(error, "%s: more than %d names. Leave the option out for all.", key, CHOICE_NAMES_MAX);
			chosen->items[chosen->count++] = name;
		}
	}
	return true;
}

/* On all pages that have a panel for it; there is one at least. */
static bool choose(const struct layout *from, enum choice_kind kind, const struct chosen *chosen,
	struct layout_changes *changes, struct error *error)
{
	bool any = false;
	for (unsigned page = 0; page < from->page_count; page++) {
		if (!choice_suits(from, page, kind))
			continue;
		any = true;
		changes->choices[page][kind] = (struct choice){ true, { chosen->items, chosen->count } };
	}
	return any || error_set(error, "No panel of the layout '%s' is limited by %s.", from->name, choice_keys[kind]);
}

/* What a running wall knows is asked for nothing; a name may be right all the same. */
struct checked {
	const struct chosen *chosen;
	enum choice_kind kind;
};

static const char *catalogue_name_at(const void *table, size_t index)
{
	const struct catalogue *names = table;
	return index < names->count ? names->entries[index].name : NULL;
}

static void check_names(void *context, const struct catalogue *names)
{
	const struct checked *checked = context;
	for (unsigned i = 0; i < checked->chosen->count; i++) {
		const char *name = checked->chosen->items[i];
		if (catalogue_id(names, name) == NULL)
			message("Your running wall does not know the %s '%.60s'%s.", checked->kind == CHOICE_TEAMS ? "team" : "service", name,
				text_hint(text_nearest(name, catalogue_name_at, names), "").text);
	}
}

static void check_chosen(struct app *app, enum choice_kind kind, const struct chosen *chosen)
{
	struct checked checked = { .chosen = chosen, .kind = kind };
	struct error error;
	if (chosen->count > 0 && app->options->api.tenant != NULL && app->options->api.user != NULL)
		(void)running_names(app, kind == CHOICE_TEAMS, check_names, &checked, &error);
}

static int say_done(const char *path, const char *name)
{
	struct buffer out;
	char shown[LAYOUT_PATH_MAX];
	buffer_init(&out, 2 * LAYOUT_PATH_MAX);
	os_short_path(path, shown, sizeof(shown));
	buffer_print(&out, "Written: %s\nStart it with: cxwall -l %s\n", shown, name != NULL ? name : shown);
	int status = stdout_document(&out);
	buffer_free(&out);
	return status;
}

static int put_layout(const struct options *options, const struct buffer *text, struct error *error)
{
	char path[LAYOUT_PATH_MAX];
	const char *name = options->layout_name, *file = options->output;
	if (name == NULL && file == NULL)
		return stdout_document(text);
	if (name != NULL && !layout_file_path(name, path, error)) {
		message("%s", error->text);
		return STATUS_USAGE;
	}
	file = file != NULL ? file : path;
	if (layout_file_write(file, text, error))
		return say_done(file, name);
	message("%s", error->text);
	return STATUS_FAILED;
}

static int make_layout(struct app *app, const struct layout *from)
{
	const struct options *options = app->options;
	const struct many *given[CHOICES] = { [CHOICE_SERVICES] = &options->chosen_services, [CHOICE_TEAMS] = &options->chosen_teams };
	struct layout_changes changes = { .title = options->title };
	struct chosen chosen[CHOICES] = { { .count = 0 } };
	struct buffer head, text, title;
	struct error error;
	bool good = true;
	int status = STATUS_USAGE;
	buffer_init(&head, LAYOUT_TEXT_MAX);
	buffer_init(&text, LAYOUT_TEXT_MAX);
	buffer_init(&title, LAYOUT_TEXT_MAX);
	for (int kind = 0; good && kind < CHOICES; kind++)
		if (given[kind]->count > 0)
			good = chosen_read(&chosen[kind], choice_keys[kind], given[kind], &error) &&
				choose(from, (enum choice_kind)kind, &chosen[kind], &changes, &error);
	layout_file_head(from, &changes, &head);
	changes.head = buffer_string(&head);
	if (changes.title == NULL && layout_file_title(from, &changes, &title))
		changes.title = buffer_string(&title);
	/* Read once, so that what is written can be. */
	struct layout *made = good ? layout_changed(from, &changes, &error) : NULL;
	for (int kind = 0; made != NULL && kind < CHOICES; kind++)
		check_chosen(app, (enum choice_kind)kind, &chosen[kind]);
	if (made != NULL && layout_write(from, &changes, &text))
		status = put_layout(options, &text, &error);
	else
		message_error(&error);
	layout_free(made);
	for (int kind = 0; kind < CHOICES; kind++)
		chosen_free(&chosen[kind]);
	buffer_free(&title);
	buffer_free(&head);
	buffer_free(&text);
	return status;
}

static int layout_command(struct app *app)
{
	const struct options *options = app->options;
	struct error error;
	if (options->operand_count != 1 || strcmp(options->operands[0], "new") != 0) {
		if (options->operand_count == 0)
			message("layout needs a word: cxwall layout new");
		else
			message("layout: unexpected argument '%.40s'; write: cxwall layout new", options->operands[
				options->operand_count > 1 && strcmp(options->operands[0], "new") == 0]);
		return STATUS_USAGE;
	}
	if (options->layout_name != NULL && options->output != NULL) {
		message("Use either --name or --output.");
		return STATUS_USAGE;
	}
	/* A file that others can write is no model: what it runs would be trusted in the copy. */
	struct layout *from = app_layout_named(app, options->layout_from != NULL ? options->layout_from : options->layout, &error);
	if (from == NULL) {
		message_error(&error);
		return STATUS_USAGE;
	}
	int status = make_layout(app, from);
	layout_free(from);
	return status;
}

const struct command command_layout = {
	.name = "layout",
	.function = layout_command,
	.task = TASK_SET_UP,
	.operands = "new",
	.help = "make a layout of your own out of another one",
	.examples = {
		{ "cxwall layout new --from queues --services Sales,Support", "The layout of these two queues, to read or to send into a file." },
		{ "cxwall layout new --from agents --teams 'Team 1' --name team-1", "As a file of yours; then cxwall -l team-1 shows it." },
	},
};
