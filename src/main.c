#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "command/app.h"
#include "mqtt/feed.h"
#include "output/plugin.h"

#ifndef WITH_MQTT
static int publish_missing(struct app *app)
{
	struct error error;
	(void)app;
	(void)mqtt_built(&error);
	message("%s", error.text);
	return STATUS_USAGE;
}

const struct command command_publish = {
	.name = "publish",
	.function = publish_missing,
	.task = TASK_SCRIPTS,
	.operands = "mqtt://HOST/PREFIX",
	.help = "not in this cxwall, which was built --without-mqtt",
};
#endif

/* The first is the default. */
static const struct command *const commands[] = {
	&command_run, &command_demo, &command_snapshot, &command_follow, &command_metrics, &command_check, &command_replay,
	&command_backtest, &command_summary, &command_history, &command_publish, &command_setup, &command_doctor, &command_list, &command_layout, &command_completion, NULL,
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) - 1 };

static const char *command_at(const void *table, size_t index)
{
	(void)table;
	return index < COMMAND_COUNT ? commands[index]->name : NULL;
}

static const struct command *command_named(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static const struct command *find_command(const char *name)
{
	const struct command *command = command_named(name);
	if (command != NULL)
		return command;
	/* "snap", or the name of a layout. */
	const char *near = NULL;
	for (size_t i = 0; i < COMMAND_COUNT && strlen(name) >= 2; i++)
		if (strncmp(commands[i]->name, name, strlen(name)) == 0)
			near = commands[i]->name;
	if (near == NULL)
		near = text_nearest(name, command_at, NULL);
	/* A command that is near is meant rather than a layout that is only near, but not rather than one of that very name. */
	char layout[LAYOUT_NAME_MAX];
	bool any = app_nearest_layout(name, layout);
	if (any && strcmp(layout, name) == 0)
		message("'%s' is a layout, not a command: cxwall -l %s", layout, layout);
	else if (any && near == NULL)
		message("unknown command '%.60s' (did you mean the layout '%s'? cxwall -l %s)", name, layout, layout);
	else
		message("unknown command '%.60s'%s", name, text_hint(near, "; cxwall help lists them").text);
	return NULL;
}

/* "teams|services": words that stand for themselves, unlike those in capitals. */
static bool takes_words(const struct command *command)
{
	return command->operands[0] >= 'a' && command->operands[0] <= 'z' && strchr(command->operands, '|') != NULL;
}

static void print_operands(const struct command *command)
{
	char list[256];
	snprintf(list, sizeof(list), "%s", command->operands);
	for (char *at = list; *at != '\0'; at++)
		*at = *at == '|' ? ' ' : *at;
	text_wrap(stdout, printf("WORD: "), 6, list);
}

static void print_command_help(const struct command *command)
{
	int used = printf("cxwall %s: ", command->name);
	text_wrap(stdout, used, 2, command->help);
	bool words = takes_words(command);
	printf("\nUsage: cxwall %s%s%s [OPTION ...]\n", command->name, command->operands[0] != '\0' ? " " : "",
		words ? "WORD" : command->operands);
	if (words)
		print_operands(command);
	options_help(stdout, command->name);
	if (command->examples[0].line != NULL)
		printf("\n%s\n", command->examples[1].line != NULL ? "Examples" : "Example");
	for (int i = 0; i < EXAMPLES_MAX && command->examples[i].line != NULL; i++) {
		printf("  %s\n      ", command->examples[i].line);
		text_wrap(stdout, 6, 6, command->examples[i].what);
	}
}

static const char *const task_titles[] = {
	[TASK_WALL] = "The wall",
	[TASK_SCRIPTS] = "For scripts, monitoring and other screens",
	[TASK_RECORDS] = "Recordings and history",
	[TASK_SET_UP] = "Set-up and help",
};

static void print_help(void)
{
	printf("cxwall: the wallboard of a contact centre, in a terminal\n\nUsage: cxwall [COMMAND] [OPTION ...]\n");
	for (int task = 0; task < TASKS; task++) {
		printf("\n%s\n", task_titles[task]);
		for (size_t i = 0; i < COMMAND_COUNT; i++) {
			if ((int)commands[i]->task != task)
				continue;
			printf("  %-12s ", commands[i]->name);
			text_wrap(stdout, 15, 15, commands[i]->help);
		}
	}
	options_help(stdout, NULL);
	printf("\n`cxwall help COMMAND` lists the options of a command, with examples. Begin with\n"
		"`cxwall setup`, or without an account with `cxwall demo`.\n");
}

/* libev stops the program on a closed descriptor 0, 1 or 2; others would become the terminal's. */
static void open_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			_exit(STATUS_FAILED);
}

/* No core file and no debugger shows the secret. */
static void guard_secrets(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	prctl(PR_SET_DUMPABLE, 0);
}

/* What is wrong before the command runs. */
static int mistake(const struct command *command, const struct error *cause)
{
	message_error(cause);
	return command->trouble != NULL ? command->trouble(cause->text) : STATUS_USAGE;
}

/* --help and --version. A check that printed its help has checked nothing. */
static int print_about(const struct command *command, bool named, bool help)
{
	if (help && named)
		print_command_help(command);
	else if (help)
		print_help();
	else
		printf("cxwall %s\n", PACKAGE_VERSION);
	return command->trouble != NULL ? PLUGIN_UNKNOWN : STATUS_FINE;
}

static int run_command(const struct command *command, bool named, struct app *app)
{
	struct error error;
	const struct options *options = app->options;
	/* A service's configuration may name the journal: commands that are typed with it have none. */
	bool elsewhere = options->log != NULL && strcmp(options->log, "journal") == 0 && !options_given(options, "log");
	if (options->log != NULL && !log_open(options->log, &error) && !elsewhere) {
		error_prefix(&error, "log: ");
		return mistake(command, &error);
	}
	if (command->operands[0] == '\0' && options->operand_count > 0) {
		const char *word = options->operands[0];
		if (!named && command_named(word) != NULL)
			error_set(&error, "the command must come before the options: cxwall %s [OPTION ...]", word);
		else
			error_set(&error, "%s: unexpected argument '%.60s'", command->name, word);
		return mistake(command, &error);
	}
	return command->function(app);
}

/* `cxwall help [COMMAND]` and `cxwall version`, as people type them; NULL: another word. */
static const char *as_option(const char *word)
{
	return strcmp(word, "help") == 0 ? "--help" : strcmp(word, "version") == 0 ? "--version" : NULL;
}

int main(int argc, char **argv)
{
	struct options options;
	struct app app = { .options = &options, .runtime = -1, .acts = true, .commands = commands };
	struct error error;
	open_standard_files();
	guard_secrets();
	signal(SIGPIPE, SIG_IGN);
	/* A limit on the size of files is told like a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	clock_zone_look();
	app.utf8 = text_locale();
	if (argc > 1 && as_option(argv[1]) != NULL) {
		char *option = (char *)as_option(argv[1]);
		bool of_command = argc > 2 && argv[2][0] != '-';
		argv[1] = of_command ? argv[2] : option;
		if (of_command)
			argv[2] = option;
	}
	bool named = argc > 1 && argv[1][0] != '-';
	const struct command *command = named ? find_command(argv[1]) : commands[0];
	if (command == NULL)
		return STATUS_USAGE;
	int status = STATUS_USAGE;
	app.command = command;
	if (!options_read(&options, command->name, argc - named, argv + named, &error))
		status = mistake(command, &error);
	else if (options.help || options.version)
		status = print_about(command, named, options.help);
	else
		status = run_command(command, named, &app);
	app_done(&app);
	options_free(&options);
	log_close();
	/* Nothing secret is left, and leak checkers need to look. */
	prctl(PR_SET_DUMPABLE, 1);
	return status;
}
