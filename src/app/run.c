/* `cxwall run`: the wall with the configured connection; also --check-config and --print-config. */
#include <stdio.h>

#include "app/app.h"
#include "app/wall.h"
#include "base/log.h"

static const char *layout_name(const struct app *app)
{
	return app->options->layout != NULL ? app->options->layout : "overview";
}

int command_run(struct app *app)
{
	struct error error;
	if (app->options->print_config) {
		options_print(stdout, app->options, "run");
		return STATUS_FINE;
	}
	app->layout = app_layout(layout_name(app), &error);
	if (app->layout == NULL) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	if (!app_connection(app))
		return STATUS_USAGE;
	if (app->options->check_config) {
		printf("%s: fine\n", app->layout->source);
		return STATUS_FINE;
	}
	app_tag(app);
	return wall_run(app);
}
