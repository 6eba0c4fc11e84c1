/* `cxwall demo`: starts the simulator on a free loopback port, and is a wall on it, over real HTTP. */
#include "base/log.h"
#include "command/app.h"
#include "command/simulator.h"
#include "command/wall.h"

/* The defaults of cxsim; they guard nothing but a simulation on this machine. */
static const char demo_tenant[] = "demo.example", demo_user[] = "wall", demo_secret[] = "demo";

/* Fast enough that a visitor sees it live. */
static const double DEMO_INTERVAL = 1;

static void connect_to(struct api_config *config, const struct simulator *simulator)
{
	*config = (struct api_config){
		.tenant = demo_tenant,
		.url = simulator->url,
		.user = demo_user,
		.chat_app_id = "demo",
		.chat_client_id = "demo",
	};
}

int command_demo(struct app *app)
{
	struct simulator simulator;
	struct error error;
	if (!app_load_layout(app))
		return STATUS_USAGE;
	if (!simulator_start(&simulator, &error)) {
		message("%s", error.text);
		return STATUS_FAILED;
	}
	options_wipe(app->options);
	connect_to(&app->options->api, &simulator);
	app->options->api.secret.text = arena_copy(&app->options->arena, demo_secret, sizeof(demo_secret) - 1);
	if (app->options->interval == 0)
		app->options->interval = DEMO_INTERVAL;
	app->simulated = true;
	app_tag(app);
	int status = wall_run(app, NULL);
	simulator_stop(&simulator);
	return status;
}
