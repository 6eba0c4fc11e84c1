#include "app/desks.h"

#include <stdlib.h>
#include <string.h>

#include "app/alarms.h"
#include "app/intake.h"
#include "base/clock.h"
#include "base/log.h"
#include "model/request_record.h"

struct desk {
	struct desks *desks;
	const struct layout *layout;
	struct board *board;
	struct request request; /* the feed's, as this layout reads it */
	struct alarms alarms;
};

struct desks {
	struct live *live;
	const struct link *link; /* the feed's */
	struct desk *desks;
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

static void on_alert(void *context, const struct alert_event *event)
{
	(void)context;
	log_line("alert: %s: %s", event->state->rule->name, event->kind == ALERT_FIRED ? "fired"
		: event->kind == ALERT_CLEARED ? "cleared" : "reminded");
}

static void on_alarm(void *context, const char *notice)
{
	(void)context;
	if (notice != NULL)
		message("%s", notice);
}

static void open_desk(struct desks *desks, const struct layout *layout, struct ev_loop *loop, enum names names)
{
	struct desk *desk = &desks->desks[desks->count++];
	*desk = (struct desk){ .desks = desks, .layout = layout, .board = board_new(layout) };
	desk->board->names = names;
	request_init(&desk->request);
	desk->alarms = (struct alarms){
		.loop = loop, .moment = on_moment, .event = on_alert, .changed = on_alarm, .context = desk, .speed = 1,
		.names = names,
	};
	alarms_start(&desk->alarms, layout, true);
	desk->alarms.live = desks->live;
}

struct desks *desks_new(struct ev_loop *loop, struct layout *const *layouts, unsigned count, struct live *live,
	enum names names)
{
	struct desks *desks = must_alloc(sizeof(*desks));
	*desks = (struct desks){ .live = live, .link = live_link(live) };
	desks->desks = must_alloc((count + 1) * sizeof(*desks->desks));
	buffer_init(&desks->text, REQUEST_BODY_MAX);
	buffer_init(&desks->next, REQUEST_BODY_MAX);
	json_init(&desks->json);
	for (unsigned i = 0; i < count; i++)
		if (layouts[i]->alert_count > 0)
			open_desk(desks, layouts[i], loop, names);
	return desks;
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
		if (!request_record_read(&desks->desks[i].request, desks->desks[i].layout, &desks->json,
			buffer_string(&desks->text), desks->text.length, &interval, &error))
			log_line("alerts: %s", error.text);
}

void desks_frame(struct desks *desks, const struct frame *frame)
{
	if (desks->count > 0 && frame->kind == FRAME_DATA)
		take_request(desks, frame->request);
	for (unsigned i = 0; i < desks->count; i++) {
		struct desk *desk = &desks->desks[i];
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
	for (unsigned i = 0; i < desks->count; i++) {
		alarms_stop(&desks->desks[i].alarms);
		request_free(&desks->desks[i].request);
		board_free(desks->desks[i].board);
	}
	free(desks->desks);
	buffer_free(&desks->text);
	buffer_free(&desks->next);
	json_free(&desks->json);
	free(desks);
}
