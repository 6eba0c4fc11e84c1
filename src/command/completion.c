/*
 * `cxwall completion SHELL`: a script that completes commands, options and their choices, made from the tables of
 * them.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "command/app.h"
#include "output/stdout.h"

enum { SCRIPT_BYTES_MAX = 1024 * 1024 };

/* ---- what the tables say ---- */

static void put_commands(struct buffer *out, const struct app *app)
{
	for (const struct command *const *at = app->commands; *at != NULL; at++)
		buffer_print(out, "%s%s", at == app->commands ? "" : " ", (*at)->name);
}

static bool on_line(const struct option_row *row, const char *command)
{
	return (row->places & PLACE_COMMAND_LINE) && option_belongs(row, command);
}

static void put_options(struct buffer *out, const char *command)
{
	const char *before = "";
	for (unsigned i = 0; i < option_count; i++) {
		if (!on_line(&option_rows[i], command))
			continue;
		buffer_print(out, "%s--%s", before, option_rows[i].name);
		before = " ";
	}
}

/* The words that a command takes: "teams|services"; capitals stand for something else. */
static bool has_words(const struct command *command)
{
	return command->operands[0] >= 'a' && command->operands[0] <= 'z';
}

/* A recording, or a history. */
static bool has_file(const struct command *command)
{
	return strstr(command->operands, "FILE") != NULL;
}

static void put_words(struct buffer *out, const char *words)
{
	for (const char *at = words; *at != '\0'; at++)
		buffer_print(out, "%c", *at == '|' ? ' ' : *at);
}

static void put_choices(struct buffer *out, const struct option_row *row)
{
	for (int i = 0; row->choices[i] != NULL; i++)
		buffer_print(out, "%s%s", i == 0 ? "" : " ", row->choices[i]);
}

/* "NAME|FILE" is a file too. */
static bool takes_file(const struct option_row *row)
{
	return row->argument != NULL && strstr(row->argument, "FILE") != NULL;
}

/* What a shell asks cxwall for when the user presses Tab: names that are known without the contact centre. */
static const char *asked_names(const struct option_row *row)
{
	if (row->type == OPTION_LAYOUT)
		return "layouts";
	if (strcmp(row->name, "profile") == 0)
		return "profiles";
	return strcmp(row->name, "panel") == 0 ? "panels" : NULL;
}

/* The digits from the least to the most, for a number of few values; "" for others. */
static void put_numbers(struct buffer *out, const struct option_row *row)
{
	for (int i = (int)row->min; row->type == OPTION_NUMBER && row->max < 10 && i <= (int)row->max; i++)
		buffer_print(out, "%s%d", i == (int)row->min ? "" : " ", i);
}

/* For single quotes of a shell: an apostrophe is left out. */
static void put_shell_quoted(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text != '\'')
			buffer_print(out, "%c", *text);
}

/* ---- the shells ---- */

static void put_bash_values(struct buffer *out)
{
	buffer_text(out, "\tcase $previous in\n");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		if (!(row->places & PLACE_COMMAND_LINE) || row->argument == NULL)
			continue;
		buffer_print(out, "\t--%s", row->name);
		if (row->letter != 0)
			buffer_print(out, " | -%c", row->letter);
		buffer_text(out, ")\n\t\t");
		if (row->choices != NULL) {
			buffer_text(out, "COMPREPLY=($(compgen -W '");
			put_choices(out, row);
			buffer_text(out, "' -- \"$word\"))\n\t\t");
		} else if (asked_names(row) != NULL) {
			buffer_print(out, "COMPREPLY=($(compgen %s-W \"$(_cxwall_names %s)\" -- \"$word\"))\n\t\t",
				takes_file(row) ? "-f " : "", asked_names(row));
		} else if (takes_file(row)) {
			buffer_text(out, "COMPREPLY=($(compgen -f -- \"$word\"))\n\t\t");
		} else if (row->type == OPTION_NUMBER) {
			buffer_text(out, "COMPREPLY=($(compgen -W '");
			put_numbers(out, row);
			buffer_text(out, "' -- \"$word\"))\n\t\t");
		}
		buffer_text(out, "return\n\t\t;;\n");
	}
	buffer_text(out, "\tesac\n");
}

static void put_bash(struct buffer *out, const struct app *app)
{
	buffer_text(out, "# bash completion for cxwall, printed by `cxwall completion bash`\n"
		"_cxwall_names()\n{\n\tlocal i layout=\n\tfor (( i = 1; i < COMP_CWORD - 1; i++ )); do\n"
		"\t\t[[ ${COMP_WORDS[i]} == -l || ${COMP_WORDS[i]} == --layout ]] && layout=${COMP_WORDS[i + 1]}\n\tdone\n"
		"\tcxwall list \"$1\" ${layout:+-l \"$layout\"} --format csv 2>/dev/null | sed -e 1d -e 's/,.*//' | sort -u\n}\n"
		"_cxwall()\n{\n"
		"\tlocal word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=run words=\n"
		"\tCOMPREPLY=()\n");
	put_bash_values(out);
	buffer_text(out, "\t[[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} != -* ]] && command=${COMP_WORDS[1]}\n"
		"\tcase $command in\n");
	for (const struct command *const *at = app->commands; *at != NULL; at++) {
		buffer_print(out, "\t%s)\n\t\twords='", (*at)->name);
		put_options(out, (*at)->name);
		/* Options once a - is typed: the words come first. */
		if (has_words(*at)) {
			buffer_text(out, "'\n\t\t[[ $word == -* ]] || words='");
			put_words(out, (*at)->operands);
		}
		buffer_text(out, "'\n");
		if (has_file(*at))
			buffer_text(out, "\t\t[[ $word == -* ]] || { COMPREPLY=($(compgen -f -- \"$word\")); return; }\n");
		buffer_text(out, "\t\t;;\n");
	}
	buffer_text(out, "\tesac\n\t[[ $COMP_CWORD -eq 1 ]] && words=\"");
	put_commands(out, app);
	buffer_text(out, " $words\"\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
		"complete -F _cxwall cxwall\n");
}

static void put_zsh_option(struct buffer *out, const struct option_row *row)
{
	buffer_print(out, " \\\n\t\t\t'--%s[", row->name);
	put_shell_quoted(out, row->help);
	buffer_text(out, "]");
	if (row->argument != NULL)
		buffer_text(out, row->choices != NULL ? ":value:("
			: row->type == OPTION_LAYOUT ? ":layout:_cxwall_layouts"
			: strcmp(row->name, "profile") == 0 ? ":profile:_cxwall_profiles"
			: asked_names(row) != NULL ? ":panel:_cxwall_panels" : takes_file(row) ? ":file:_files" : ":value:");
	if (row->choices != NULL) {
		put_choices(out, row);
		buffer_text(out, ")");
	}
	buffer_text(out, "'");
}

static void put_zsh(struct buffer *out, const struct app *app)
{
	buffer_text(out, "#compdef cxwall\n# zsh completion for cxwall, printed by `cxwall completion zsh`\n"
		"_cxwall_names()\n{\n\tcxwall list $1 ${opt_args[--layout]:+-l} ${opt_args[--layout]:+${(Q)opt_args[--layout]}} --format csv "
		"2>/dev/null | sed -e 1d -e 's/,.*//' | sort -u\n}\n"
		"_cxwall_layouts()\n{\n\tcompadd -- ${(f)\"$(_cxwall_names layouts)\"}\n\t_files\n}\n"
		"_cxwall_profiles()\n{\n\tcompadd -- ${(f)\"$(_cxwall_names profiles)\"}\n}\n"
		"_cxwall_panels()\n{\n\tcompadd -- ${(f)\"$(_cxwall_names panels)\"}\n}\n"
		"_cxwall()\n{\n"
		"\tlocal command=run\n\tif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n\t\tlocal -a commands=(");
	for (const struct command *const *at = app->commands; *at != NULL; at++) {
		buffer_print(out, "\n\t\t\t'%s:", (*at)->name);
		put_shell_quoted(out, (*at)->help);
		buffer_text(out, "'");
	}
	buffer_text(out, "\n\t\t)\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
		"\tif [[ $words[2] != -* ]]; then\n\t\tcommand=$words[2]\n\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi\n"
		"\tcase $command in\n");
	for (const struct command *const *at = app->commands; *at != NULL; at++) {
		buffer_print(out, "\t%s)\n\t\t_arguments", (*at)->name);
		for (unsigned i = 0; i < option_count; i++)
			if (on_line(&option_rows[i], (*at)->name))
				put_zsh_option(out, &option_rows[i]);
		if (has_words(*at)) {
			buffer_text(out, " \\\n\t\t\t'1:what:(");
			put_words(out, (*at)->operands);
			buffer_text(out, ")'");
		}
		if (has_file(*at))
			buffer_text(out, " \\\n\t\t\t'1:file:_files'");
		buffer_text(out, "\n\t\t;;\n");
	}
	buffer_text(out, "\tesac\n}\n"
		"if [[ $funcstack[1] = _cxwall ]]; then\n\t_cxwall \"$@\"\nelse\n\tcompdef _cxwall cxwall\nfi\n");
}

/* The commands that take an option, as a condition of fish; the wall is what there is without a command. */
static void put_fish_condition(struct buffer *out, const struct app *app, const struct option_row *row)
{
	if (row->commands == NULL)
		return;
	buffer_text(out, " -n '__fish_seen_subcommand_from");
	bool run = false;
	for (const struct command *const *at = app->commands; *at != NULL; at++) {
		if (!option_belongs(row, (*at)->name))
			continue;
		buffer_print(out, " %s", (*at)->name);
		run = run || at == app->commands;
	}
	buffer_text(out, run ? "; or __fish_use_subcommand'" : "'");
}

static void put_fish_option(struct buffer *out, const struct app *app, const struct option_row *row)
{
	buffer_text(out, "complete -c cxwall");
	put_fish_condition(out, app, row);
	buffer_print(out, " -l %s", row->name);
	if (row->letter != 0)
		buffer_print(out, " -s %c", row->letter);
	if (row->argument != NULL)
		buffer_text(out, takes_file(row) ? " -r -F" : " -x");
	if (row->choices != NULL) {
		buffer_text(out, " -a '");
		put_choices(out, row);
		buffer_text(out, "'");
	} else if (asked_names(row) != NULL) {
		buffer_print(out, " -a '(__cxwall_names %s)'", asked_names(row));
	}
	buffer_text(out, " -d '");
	put_shell_quoted(out, row->help);
	buffer_text(out, "'\n");
}

static void put_fish(struct buffer *out, const struct app *app)
{
	buffer_text(out, "# fish completion for cxwall, printed by `cxwall completion fish`\ncomplete -c cxwall -f\n"
		"function __cxwall_names\n\tset -l words (commandline -opc)\n\tset -l layout\n\tfor i in (seq (count $words))\n"
		"\t\tif contains -- $words[$i] -l --layout; and test $i -lt (count $words)\n"
		"\t\t\tset layout -l $words[(math $i + 1)]\n\t\tend\n\tend\n"
		"\tcxwall list $argv[1] $layout --format csv 2>/dev/null | sed -e 1d -e 's/,.*//' | sort -u\nend\n");
	for (const struct command *const *at = app->commands; *at != NULL; at++) {
		buffer_print(out, "complete -c cxwall -n __fish_use_subcommand -a %s -d '", (*at)->name);
		put_shell_quoted(out, (*at)->help);
		buffer_text(out, "'\n");
		if (has_file(*at))
			buffer_print(out, "complete -c cxwall -n '__fish_seen_subcommand_from %s' -F\n", (*at)->name);
		if (!has_words(*at))
			continue;
		buffer_print(out, "complete -c cxwall -n '__fish_seen_subcommand_from %s' -a '", (*at)->name);
		put_words(out, (*at)->operands);
		buffer_text(out, "'\n");
	}
	for (unsigned i = 0; i < option_count; i++)
		if (option_rows[i].places & PLACE_COMMAND_LINE)
			put_fish_option(out, app, &option_rows[i]);
}

struct shell {
	const char *name;
	void (*put)(struct buffer *out, const struct app *app);
};

static int completion_command(struct app *app)
{
	static const struct shell shells[] = { { "bash", put_bash }, { "zsh", put_zsh }, { "fish", put_fish } };
	const char *name = app->options->operand_count == 1 ? app->options->operands[0] : "";
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].name, name) != 0)
			continue;
		struct buffer out;
		buffer_init(&out, SCRIPT_BYTES_MAX);
		shells[i].put(&out, app);
		int status = stdout_document(&out);
		buffer_free(&out);
		return status;
	}
	message("completion for which shell? bash, zsh or fish");
	return STATUS_USAGE;
}

const struct command command_completion = {
	.name = "completion",
	.function = completion_command,
	.task = TASK_SET_UP,
	.operands = "bash|zsh|fish",
	.help = "a script that completes commands and options",
	.examples = {
		{ "source <(cxwall completion bash)", "Here and now; in ~/.bashrc for each shell." },
	},
};
