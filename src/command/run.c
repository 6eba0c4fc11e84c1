/* `cxwall run`: the wall with the configured connection; also --check-config and --print-config. */
#include <stdio.h>

#include "base/log.h"
#include "command/app.h"
#include "command/source.h"
#include "command/wall.h"

int command_run(struct app *app)
{
	if (app->options->print_config) {
		options_print(stdout, app->options, "run");
		return STATUS_FINE;
	}
	if (!app_load_layout(app) || !source_configured_to_act(app))
		return STATUS_USAGE;
	if (app->options->check_config) {
		printf("%s: fine\n", app->layout->source);
		return STATUS_FINE;
	}
	source_tag(app);
	return wall_run(app, NULL);
}

/* `cxwall replay FILE`: the wall on a recording. */
int command_replay(struct app *app)
{
	if (app->options->word_count != 1) {
		message("replay takes one recording");
		return STATUS_USAGE;
	}
	return app_load_layout(app) ? wall_run(app, app->options->words[0]) : STATUS_USAGE;
}
