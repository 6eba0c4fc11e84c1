/*
 * `cxwall check`: a monitoring plugin. It ends with 0, 1, 2 or 3 whatever happens; every trouble and every mistake
 * is 3, in bounded time, with the cause on both outputs: monitoring reads the one, people read the other.
 */
#include <stdio.h>

#include "base/log.h"
#include "command/app.h"
#include "output/plugin.h"
#include "output/stdout.h"

/* What is to be checked: an expression, or a value and its limits. */
struct check {
	const char *text;
	struct expression *expression; /* NULL: the value */
	struct operand operand;
	struct plugin_limits limits;
};

/* A monitoring plugin's answer to a mistake: unknown, 3. */
static int check_trouble(const char *cause)
{
	struct buffer out;
	buffer_init(&out, PLUGIN_BYTES_MAX);
	plugin_unknown(cause, &out);
	stdout_document(&out);
	buffer_free(&out);
	return PLUGIN_UNKNOWN;
}

static int check_mistake(const struct error *error)
{
	message("%s", error->text);
	return check_trouble(error->text);
}

static bool check_read_limit(const struct check *check, const char *option, const char *text, struct threshold *limit,
	struct error *error)
{
	const struct column *column = operand_column(&check->operand);
	if (text == NULL || threshold_read(text, column->kind, column->good, limit, error))
		return true;
	return error_prefix(error, "--%s: ", option);
}

static bool read_check(const struct app *app, struct check *check, struct error *error)
{
	const struct options *options = app->options;
	if (options->operand_count != 1)
		return error_set(error, options->operand_count == 0
			? "check needs an expression, such as 'now.in_calls_waiting < 10'"
			: "check takes one expression: put it in quotes");
	check->text = options->operands[0];
	if (options->warn == NULL && options->critical == NULL) {
		check->expression = expression_read(check->text, app->layout, error);
		return check->expression != NULL;
	}
	return expression_value(check->text, app->layout, &check->operand, error) &&
		check_read_limit(check, "warn", options->warn, &check->limits.warn, error) &&
		check_read_limit(check, "critical", options->critical, &check->limits.critical, error);
}

static int print_answer(const struct check *check, const struct one_answer *answer)
{
	struct board_view view = one_answer_view(answer);
	struct buffer out;
	buffer_init(&out, PLUGIN_BYTES_MAX);
	enum plugin_status status = check->expression != NULL
		? plugin_expression(&view, check->expression, check->text, &out)
		: plugin_value(&view, &check->operand, &check->limits, &out);
	if (stdout_document(&out) != STATUS_FINE)
		status = PLUGIN_UNKNOWN;
	buffer_free(&out);
	return (int)status;
}

static int check_command(struct app *app)
{
	struct check check = { .text = "" };
	struct error error;
	app->layout = app_layout(app, &error);
	if (app->layout == NULL || !read_check(app, &check, &error))
		return check_mistake(&error);
	int status = PLUGIN_UNKNOWN;
	if (!app_feed_configured(app)) {
		check_trouble("the connection is not configured");
	} else {
		app_feed_tag(app);
		/* The first data are enough for an answer. */
		struct one_answer answer = app_one_answer(app, false);
		answer.ready = one_answer_done;
		if (one_answer_run(&answer) == STATUS_FINE)
			status = print_answer(&check, &answer);
		else
			check_trouble(answer.cause);
		one_answer_free(&answer);
	}
	expression_free(check.expression);
	return status;
}

const struct command command_check = {
	.name = "check",
	.function = check_command,
	.task = TASK_SCRIPTS,
	.operands = "EXPRESSION|VALUE",
	.help = "test a condition for Nagios or Icinga",
	.examples = {
		{ "cxwall check 'queues[*].in_calls_waiting < 20'", "Exits with 0 if it is true of every queue, else with 2." },
		{ "cxwall check now.in_max_wait_time --warn '> 1m' --critical '> 3m'", "Exits with 0, 1 or 2 by two limits; with 3 where there are no fresh data." },
	},
	.trouble = check_trouble,
};
