#include "command/desks.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "board/query_record.h"
#include "command/intake.h"
#include "command/options.h"
#include "session/alarms.h"

struct desk {
	struct desks *desks;
	const struct layout *layout;
	struct board *board;
	struct request request; /* the feed's, as this layout reads it */
	struct alarms alarms;
};

struct desks {
	struct ev_loop *loop;
	struct live *live;
	const struct link *link; /* the feed's */
	enum names names;
	struct desk *desks[MANY_MAX];
	unsigned count;
	struct buffer text, next; /* the feed's request */
	struct json json;
};

static struct moment on_moment(void *context)
{
	const struct desk *desk = context;
	return (struct moment){
		.board = desk->board, .link = desk->desks->link, .now_ms = clock_boot_ms(), .wall_ms = clock_wall_ms(),
	};
}

static void on_alarm(void *context, const char *notice)
{
	(void)context;
	if (notice != NULL)
		message("%s", notice);
}

/* Nobody looks at a publisher, which is the one that runs the commands. */
static void on_unknown(void *context, const struct alert_unknown *about)
{
	const struct desk *desk = context;
	if (about->over)
		message("layout '%s': alert '%s' has a value again", desk->layout->name, about->rule->name);
	else
		message("layout '%s': alert '%s' has no value: %s", desk->layout->name, about->rule->name, about->why);
}

static struct desk *desk_new(struct desks *desks, const struct layout *layout)
{
	struct desk *desk = must_alloc(sizeof(*desk));
	*desk = (struct desk){ .desks = desks, .layout = layout, .board = board_new(layout) };
	desk->board->names = desks->names;
	request_init(&desk->request);
	desk->alarms = (struct alarms){
		.loop = desks->loop, .moment = on_moment, .changed = on_alarm, .unknown = on_unknown, .context = desk, .speed = 1,
		.names = desks->names,
	};
	alarms_start(&desk->alarms, layout, true);
	desk->alarms.live = desks->live;
	return desk;
}

static void desk_free(struct desk *desk)
{
	if (desk == NULL)
		return;
	alarms_stop(&desk->alarms);
	request_free(&desk->request);
	board_free(desk->board);
	free(desk);
}

/* What fires goes on firing, and what runs goes on running. */
static void read_again(struct desk *desk, const struct layout *layout)
{
	struct board *before = desk->board;
	desk->board = board_new(layout);
	desk->board->names = desk->desks->names;
	board_adopt(desk->board, before);
	alarms_layout(&desk->alarms, layout);
	desk->layout = layout;
	/* It points to panels of the layout that goes. */
	request_free(&desk->request);
	request_init(&desk->request);
	board_free(before);
}

/* The desk of the layout of that name, taken out of those that there were. */
static struct desk *take(struct desk **desks, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		struct desk *desk = desks[i];
		if (desk == NULL || strcmp(desk->layout->name, name) != 0)
			continue;
		desks[i] = NULL;
		return desk;
	}
	return NULL;
}

struct desks *desks_new(struct ev_loop *loop, struct live *live, enum names names)
{
	struct desks *desks = must_alloc(sizeof(*desks));
	*desks = (struct desks){ .loop = loop, .live = live, .link = live_link(live), .names = names };
	buffer_init(&desks->text, REQUEST_BODY_MAX);
	buffer_init(&desks->next, REQUEST_BODY_MAX);
	json_init(&desks->json);
	return desks;
}

void desks_set_layouts(struct desks *desks, struct layout *const *layouts, unsigned count)
{
	struct desk *before[MANY_MAX];
	unsigned had = desks->count;
	memcpy(before, desks->desks, sizeof(before));
	desks->count = 0;
	/* Each looks for its panels in the request again. */
	buffer_clear(&desks->text);
	for (unsigned i = 0; i < count && i < MANY_MAX; i++) {
		if (layouts[i]->alert_count == 0)
			continue;
		struct desk *desk = take(before, had, layouts[i]->name);
		if (desk == NULL)
			desk = desk_new(desks, layouts[i]);
		else
			read_again(desk, layouts[i]);
		desks->desks[desks->count++] = desk;
	}
	for (unsigned i = 0; i < had; i++)
		desk_free(before[i]);
}

/* Where the feed asks for something else than before, each layout looks for its panels again. */
static void take_request(struct desks *desks, const struct request *request)
{
	struct error error;
	double interval;
	buffer_clear(&desks->next);
	if (!request_record_put(request, desks->link->interval, &desks->next) ||
		(desks->next.length == desks->text.length &&
			memcmp(buffer_string(&desks->next), buffer_string(&desks->text), desks->next.length) == 0))
		return;
	struct buffer last = desks->text;
	desks->text = desks->next;
	desks->next = last;
	for (unsigned i = 0; i < desks->count; i++)
		if (!request_record_read(&desks->desks[i]->request, desks->desks[i]->layout, &desks->json,
			buffer_string(&desks->text), desks->text.length, &interval, &error))
			log_line("alerts: %s", error.text);
}

void desks_frame(struct desks *desks, const struct frame *frame)
{
	if (desks->count > 0 && frame->kind == FRAME_DATA)
		take_request(desks, frame->request);
	for (unsigned i = 0; i < desks->count; i++) {
		struct desk *desk = desks->desks[i];
		struct intake intake = { .board = desk->board, .link = desks->link, .alarms = &desk->alarms };
		struct frame own = *frame;
		struct decode_report report;
		struct error error;
		own.request = &desk->request;
		if (!intake_frame(&intake, &own, &report, &error))
			log_line("alerts: %s", error.text);
	}
}

void desks_free(struct desks *desks)
{
	if (desks == NULL)
		return;
	for (unsigned i = 0; i < desks->count; i++)
		desk_free(desks->desks[i]);
	buffer_free(&desks->text);
	buffer_free(&desks->next);
	json_free(&desks->json);
	free(desks);
}
