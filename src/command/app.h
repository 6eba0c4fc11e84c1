/*
 * What the commands share: the layout that was asked for, the instance tag and its lock, the settings that need both.
 *
 * A struct app is made once by main, borrowed by the one command that runs, and owns what lives as long as the program.
 */
#ifndef COMMAND_APP_H
#define COMMAND_APP_H

#include <stdbool.h>

#include "base/error.h"
#include "command/options.h"
#include "layout/layout.h"
#include "screen/screen.h"
#include "session/one_answer.h"

enum { TAG_MAX = 80 };

struct app {
	struct options *options;
	struct layout *layout;
	char layout_used[640]; /* that somebody changed to; options->layout is it then */
	char tag[TAG_MAX];
	char saved[2 * TAG_MAX]; /* name of this window's last frame: tag and layout */
	int runtime; /* descriptor of app_runtime_folder(), from app_tag() on; -1: there is none */
	bool meets;  /* ... and windows of one login can share it there */
	bool acts;      /* runs commands of alerts or sends; true but for commands that never do */
	bool layout_is_recorded; /* made of a recording: there is no file of it */
	bool simulated; /* no contact centre: alerts run no commands and send nothing, no last frame is kept */
	bool utf8; /* the user's locale is UTF-8 */
	const struct command *const *commands; /* main's list, ended by NULL */
	const struct command *command;         /* the one that runs */
	struct themes themes; /* after app_load_themes() */
};

/* What a command is for: its place in the overview. */
enum command_task { TASK_WALL, TASK_SCRIPTS, TASK_RECORDS, TASK_SET_UP, TASKS };

/* A command line that works as it stands, for the end of --help. */
struct example {
	const char *line, *what;
};

enum { EXAMPLES_MAX = 3 };

struct command {
	const char *name;
	int (*function)(struct app *app); /* returns the exit status */
	enum command_task task;
	const char *operands; /* what it takes beside options; "": nothing */
	const char *help;
	struct example examples[EXAMPLES_MAX];
	/*
	 * Says on standard output what went wrong before the function was called, and gives its exit status; NULL:
	 * nothing, 2.
	 */
	int (*trouble)(const char *cause);
};

/* Each stands at the end of its file; main lists them. */
extern const struct command command_run, command_demo, command_snapshot, command_follow, command_metrics, command_check,
	command_replay, command_backtest, command_summary, command_history, command_publish, command_list, command_layout, command_setup, command_doctor, command_completion;

/* How people call the program in the folder that they are in: src/cxwall of a build that is not installed, else cxwall. */
const char *app_called(void);

/* The connection is complete enough to start; else says what is missing, shows the shortest file, names the demo. */
bool app_connection(struct app *app);

/*
 * Finds and loads the layout that was asked for, by name or file: the user's folder, the system's, those compiled
 * in.
 */
struct layout *app_layout(const struct app *app, struct error *error);

/* The same for a name or a file; NULL: the default. */
struct layout *app_layout_named(const struct app *app, const char *name, struct error *error);

/* That layout from now on, by a name or a file: where a reload looks. */
void app_use_layout(struct app *app, const char *name);

/* The layout that was asked for into app->layout, with the error as a message. */
bool app_load_layout(struct app *app);

/*
 * The next program of an alert that cannot be run, which would be missed when the alert fires and not before. *index
 * begins with 0; false after the last.
 */
bool app_next_program_trouble(const struct layout *layout, unsigned *index, struct error *error);

/* The same of a configuration: files that cannot be read, and settings that change nothing. */
bool app_next_option_trouble(const struct app *app, unsigned *index, struct error *error);

/* Names of layouts in a folder or compiled in, for `list layouts`; calls each once. */
void app_each_layout(void (*each)(void *context, const char *name, const char *where), void *context);

enum { LAYOUT_NAME_MAX = 64 };

/* The name of a layout that is this one, or near to it; false if none is. */
bool app_nearest_layout(const char *name, char out[LAYOUT_NAME_MAX]);

/* The interval that is in force: option, environment, file, layout, built in; floors applied. */
double app_interval(const struct app *app);

/*
 * The folder of what belongs to this session of the user alone, locks and last frames: $XDG_RUNTIME_DIR/cxwall. Returns
 * its descriptor; it is made if it is missing. -1 with the reason where the system gives none, and where it is a link,
 * another user's, or open to others.
 */
int app_runtime_folder(struct error *error);

/* Makes the instance tag, and opens the folder where the windows of a login meet. */
void app_tag(struct app *app);

/* Where the windows of this login meet, after app_tag(); false with the reason where they cannot. */
struct local_login;
struct local_place;
bool app_login_place(const struct app *app, struct local_login *login, struct local_place *place, struct error *error);

/* The same, where there is a subscription to take it for. */
void app_feed_tag(struct app *app);

/* What a command needs before it starts: an address that can be read, or a connection that is complete. Else says why. */
bool app_feed_configured(struct app *app);

/* The same for what goes on and acts on alerts, where the feed is the API. */
bool app_feed_configured_to_act(struct app *app);

/* The feed that the options name, for the loaded layout; the interval that is in force is set. */
struct feed_options app_feed_options(struct app *app);
/* What --record says; its path is NULL where nothing is recorded. */
struct recorder_options app_record_options(const struct app *app);

/* What the configuration says of the history; its tenant is NULL where none is kept on disk. */
struct store_options app_store_options(const struct app *app);
struct saved_frame_options app_saved_options(const struct app *app);

/* For a command that wants one answer, or the lists alone: without a subscription, from the API whatever --from says. */
struct one_answer app_one_answer(struct app *app, bool lists_only);

/* A layout of this name that asks for nothing: lists need the sign-in only. The caller frees with layout_free(). */
struct layout *app_layout_of_nothing(const char *name);

/* The themes that there are, with the error of the chosen one as a message. */
bool app_load_themes(struct app *app);

/* Whether lines on standard output are in colour: --color, and a terminal that has some without NO_COLOR. */
bool app_colors(const struct app *app);

/* How times of day are written on the screen; NULL: as usual. */
const struct day_time *app_clock(const struct app *app);

struct screen_options app_screen_options(const struct app *app);

/* The largest picture as text. */
enum { PICTURE_COLUMNS_MAX = 1000, PICTURE_LINES_MAX = 500 };

/*
 * The size of a picture as text: that of --size, else what fits the terminal, less a line for the prompt, or the room that
 * watch(1) tells of. False after a message.
 */
bool app_picture_size(const struct app *app, int *columns, int *lines);

/* Frees what the struct owns; options are main's. */
void app_done(struct app *app);

#endif
