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

/*
 * What a shell asks cxwall for when the user presses Tab: names that are known without the contact centre. A list of
 * `cxwall list`, and the column of its CSV.
 */
struct asked {
	const char *option, *list;
	int column;
	bool many; /* with commas between */
};

static const struct asked *asked_names(const struct option_row *row)
{
	static const struct asked layouts = { "layout", "layouts", 1, false }, rows[] = {
		{ "panel", "panels", 1, false }, { "page", "panels", 3, false }, { "profile", "profiles", 1, false },
		{ "theme", "themes", 1, false }, { "statistic", "statistics", 2, false }, { "service", "services --running", 1, false },
		{ "services", "services --running", 1, true }, { "teams", "teams --running", 1, true },
	};
	if (row->type == OPTION_LAYOUT || (row->argument != NULL && strcmp(row->argument, "NAME|FILE") == 0))
		return &layouts;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].option, row->name) == 0)
			return &rows[i];
	return NULL;
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

/* One row of a name may belong to some commands and another to others: the first that the command takes counts. */
static bool same_values(const struct option_row *a, const struct option_row *b)
{
	return a->choices == b->choices && a->type == b->type;
}

static void put_bash_value(struct buffer *out, const struct option_row *row)
{
	const struct asked *asked = asked_names(row);
	if (asked != NULL)
		buffer_print(out, "_cxwall_names '%s' %d%s%s", asked->list, asked->column, takes_file(row) ? " files" : "", asked->many ? " many" : "");
	else if (row->choices != NULL || row->type == OPTION_NUMBER) {
		buffer_text(out, "COMPREPLY=($(compgen -W '");
		if (row->choices != NULL)
			put_choices(out, row);
		else
			put_numbers(out, row);
		buffer_text(out, "' -- \"$word\"))");
	} else {
		buffer_text(out, takes_file(row) ? "COMPREPLY=($(compgen -f -- \"$word\"))" : ":");
	}
}

static void put_bash_values(struct buffer *out, const struct app *app)
{
	buffer_text(out, "\tcase $command,$previous in\n");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		bool alone = true;
		if (!(row->places & PLACE_COMMAND_LINE) || row->argument == NULL)
			continue;
		for (unsigned k = 0; k < option_count; k++)
			alone = alone && (strcmp(option_rows[k].name, row->name) != 0 || same_values(&option_rows[k], row));
		buffer_text(out, "\t");
		for (const struct command *const *at = app->commands; !alone && *at != NULL; at++)
			if (option_belongs(row, (*at)->name))
				buffer_print(out, "%s,--%s | ", (*at)->name, row->name);
		/* Ends the list of alternatives. */
		buffer_print(out, alone ? "*,--%s" : "never,--%s", row->name);
		if (row->letter != 0)
			buffer_print(out, " | *,-%c", row->letter);
		buffer_text(out, ")\n\t\t");
		put_bash_value(out, row);
		buffer_text(out, "\n\t\treturn\n\t\t;;\n");
	}
	buffer_text(out, "\tesac\n");
}

static void put_bash(struct buffer *out, const struct app *app)
{
	buffer_text(out, "# bash completion for cxwall, printed by `cxwall completion bash`\n"
		"_cxwall_list()\n{\n\tlocal i with=()\n\tfor (( i = 1; i < COMP_CWORD - 1; i++ )); do\n"
		"\t\tcase ${COMP_WORDS[i]} in\n\t\t-l | --layout | -c | --config | --profile)\n\t\t\twith+=(\"${COMP_WORDS[i]}\" \"${COMP_WORDS[i + 1]}\")\n"
		"\t\t\t;;\n\t\tesac\n\tdone\n"
		"\tcxwall list $1 \"${with[@]}\" --format csv 2>/dev/null </dev/null | sed 1d | tr -d '\\r\"' | cut -d, -f\"$2\" | sort -u\n}\n"
		"# LIST COLUMN [files] [many]: names that begin as the word does; files where it is a path, or no name begins so.\n"
		"_cxwall_names()\n{\n\tlocal name plain=${word//\\\\/} before=\n"
		"\t[[ $4$3 == *many && $plain == *,* ]] && before=${plain%,*}, plain=${plain##*,}\n"
		"\tif [[ $3 != files || $plain != */* ]]; then\n"
		"\t\twhile IFS= read -r name; do\n\t\t\t[[ -n $name && $name == \"$plain\"* ]] && COMPREPLY+=(\"$(printf %q \"$before$name\")\")\n"
		"\t\tdone < <(_cxwall_list \"$1\" \"$2\")\n\tfi\n"
		"\t[[ $3 == files && ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- \"$word\"))\n}\n"
		"_cxwall()\n{\n"
		"\tlocal word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=run words=\n"
		"\tCOMPREPLY=()\n"
		"\t# --layout=NAME is three words.\n"
		"\tif [[ $word == = ]]; then\n\t\tword=\n\telif [[ $previous == = && $COMP_CWORD -gt 2 ]]; then\n\t\tprevious=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
		"\t[[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} != -* ]] && command=${COMP_WORDS[1]}\n");
	put_bash_values(out, app);
	buffer_text(out, "\tcase $command in\n");
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
	buffer_text(out, "\tesac\n\t[[ $COMP_CWORD -eq 1 && $word != -* || $command == help ]] && words=\"");
	put_commands(out, app);
	buffer_text(out, " help version\"\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
		"complete -F _cxwall cxwall\n");
}

static void put_zsh_spec(struct buffer *out, const struct option_row *row)
{
	const struct asked *asked = asked_names(row);
	buffer_text(out, "[");
	put_shell_quoted(out, row->help);
	buffer_text(out, "]");
	if (row->argument != NULL && asked != NULL) {
		buffer_print(out, ":%s: _cxwall_names \"%s\" %d %s", row->name, asked->list, asked->column, takes_file(row) ? "files" : asked->many ? "many" : "one");
	} else if (row->argument != NULL && (row->choices != NULL || row->type == OPTION_NUMBER)) {
		buffer_text(out, ":value:(");
		if (row->choices != NULL)
			put_choices(out, row);
		else
			put_numbers(out, row);
		buffer_text(out, ")");
	} else if (row->argument != NULL) {
		buffer_text(out, takes_file(row) ? ":file:_files" : ":value:");
	}
	buffer_text(out, "'");
}

static void put_zsh_option(struct buffer *out, const struct option_row *row)
{
	if (row->letter != 0) {
		buffer_print(out, " \\\n\t\t\t'(-%c --%s)-%c", row->letter, row->name, row->letter);
		put_zsh_spec(out, row);
		buffer_print(out, " \\\n\t\t\t'(-%c --%s)--%s", row->letter, row->name, row->name);
	} else {
		buffer_print(out, " \\\n\t\t\t'--%s", row->name);
	}
	/* Both --layout NAME and --layout=NAME. */
	buffer_text(out, row->argument != NULL ? "=" : "");
	put_zsh_spec(out, row);
}

static void put_zsh(struct buffer *out, const struct app *app)
{
	buffer_text(out, "#compdef cxwall\n# zsh completion for cxwall, printed by `cxwall completion zsh`\n"
		"_cxwall_list()\n{\n\tlocal -a with\n\tlocal option\n\tfor option in -l --layout -c --config --profile; do\n"
		"\t\t[[ -n ${opt_args[$option]} ]] && with+=($option ${(Q)opt_args[$option]})\n\tdone\n"
		"\tcxwall list ${=1} $with --format csv 2>/dev/null </dev/null | sed 1d | tr -d '\\r\"' | cut -d, -f$2 | sort -u\n}\n"
		"# LIST COLUMN files|many|one: files where the word is a path, or no name begins so.\n"
		"_cxwall_names()\n{\n\t[[ $3 = files && $PREFIX = */* ]] && { _files; return }\n"
		"\t[[ $3 = many ]] && compset -P '*,'\n"
		"\tlocal -a names=(${(f)\"$(_cxwall_list $1 $2)\"})\n"
		"\tcompadd -a names || { [[ $3 = files ]] && _files }\n}\n"
		"_cxwall()\n{\n"
		"\tlocal command=run\n\tif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n\t\tlocal -a commands=(");
	for (const struct command *const *at = app->commands; *at != NULL; at++) {
		buffer_print(out, "\n\t\t\t'%s:", (*at)->name);
		put_shell_quoted(out, (*at)->help);
		buffer_text(out, "'");
	}
	buffer_text(out, "\n\t\t\t'help:the commands, or the options of one'\n\t\t\t'version:print the version'\n\t\t)\n"
		"\t\t_describe command commands\n\t\treturn\n\tfi\n"
		"\tif [[ $words[2] != -* ]]; then\n\t\tcommand=$words[2]\n\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi\n"
		"\tlocal -A opt_args\n\tcase $command in\n\thelp)\n\t\t_arguments '1:command:(");
	put_commands(out, app);
	buffer_text(out, ")'\n\t\t;;\n");
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
	const struct asked *asked = asked_names(row);
	if (row->argument != NULL)
		buffer_text(out, takes_file(row) && asked == NULL ? " -r -F" : " -x");
	if (asked != NULL) {
		buffer_print(out, " -a '(__cxwall_names \"%s\" %d %s)'", asked->list, asked->column, takes_file(row) ? "files" : asked->many ? "many" : "one");
	} else if (row->choices != NULL) {
		buffer_text(out, " -a '");
		put_choices(out, row);
		buffer_text(out, "'");
	}
	buffer_text(out, " -d '");
	put_shell_quoted(out, row->help);
	buffer_text(out, "'\n");
}

static void put_fish(struct buffer *out, const struct app *app)
{
	buffer_text(out, "# fish completion for cxwall, printed by `cxwall completion fish`\ncomplete -c cxwall -f\n"
		"function __cxwall_list\n\tset -l words (commandline -opc)\n\tset -l with\n\tfor i in (seq (count $words))\n"
		"\t\tif contains -- $words[$i] -l --layout -c --config --profile; and test $i -lt (count $words)\n"
		"\t\t\tset with $with $words[$i] $words[(math $i + 1)]\n\t\tend\n\tend\n"
		"\tcxwall list (string split ' ' -- $argv[1]) $with --format csv 2>/dev/null </dev/null | sed 1d | tr -d '\\r\"' | cut -d, -f$argv[2] | sort -u\nend\n"
		"# LIST COLUMN files|many|one: files where the word is a path, or no name begins so.\n"
		"function __cxwall_names\n\tset -l word (commandline -ct)\n\tset -l names (__cxwall_list $argv[1] $argv[2])\n"
		"\tif test $argv[3] = files; and begin\n\t\t\tstring match -q '*/*' -- $word; or not string match -q -- \"$word*\" $names\n\t\tend\n"
		"\t\t__fish_complete_path $word\n\telse if test $argv[3] = many; and string match -q '*,*' -- $word\n"
		"\t\tprintf '%s\\n' (string replace -r '[^,]*$' '' -- $word)$names\n\telse\n\t\tprintf '%s\\n' $names\n\tend\nend\n");
	buffer_text(out, "complete -c cxwall -n __fish_use_subcommand -a help -d 'the commands, or the options of one'\n"
		"complete -c cxwall -n __fish_use_subcommand -a version -d 'print the version'\n"
		"complete -c cxwall -n '__fish_seen_subcommand_from help' -a '");
	put_commands(out, app);
	buffer_text(out, "'\n");
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
	message("completion needs the name of a shell: bash, zsh or fish");
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
