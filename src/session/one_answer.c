#include "session/one_answer.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

static const double DEADLINE_SECONDS = 20;

/* A single failure may be a blip. What fails again a second later is told, because somebody waits for this command. */
enum { TRIES = 2 };

/* After the first data: for availability and campaigns, which come by requests of their own. */
static const double SETTLE_SECONDS = 3;

void one_answer_done(struct one_answer *answer)
{
	session_end(&answer->session, STATUS_FINE);
}

/* Whether another window of this login has the subscription, and this command reads from it. */
static bool one_answer_holder(const struct one_answer *answer, struct feed_holder *holder)
{
	const struct feed *feed = answer->session.feed;
	return feed != NULL && feed->ops->holder != NULL && feed->ops->holder(feed, holder);
}

static void one_answer_on_ending(void *context)
{
	struct one_answer *answer = context;
	struct ev_loop *loop = answer->session.loop;
	ev_timer_stop(loop, &answer->deadline);
	ev_timer_stop(loop, &answer->settle);
	if (answer->session.feed == NULL)
		return;
	/* The end of the feed has a state of its own. */
	answer->link = *session_link(&answer->session);
	answer->shared = one_answer_holder(answer, &answer->holder);
}

/* ---- when it is ready, and when all is there ---- */

static unsigned services_answered(const struct board *board)
{
	unsigned count = 0;
	for (unsigned i = 0; i < board->service_count; i++)
		if (board->services[i].state != AVAILABILITY_NEVER || board->services[i].problem[0] != '\0')
			count++;
	return count;
}

/* Whether all that comes beside the subscription has come or failed. */
static bool one_answer_is_settled(const struct one_answer *answer)
{
	const struct board *board = answer->session.board;
	const struct layout *layout = board->layout;
	if (answer->past.board != NULL ||
		(answer->session.reads_past && answer->feed.from != NULL && !answer->session.past.ended))
		return false;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_CAMPAIGNS && !board_data(board, panel)->received &&
			board->panels[i].problem[0] == '\0')
			return false;
		if (panel->type != PANEL_AVAILABILITY)
			continue;
		unsigned wanted = panel->services.count > 0
			? panel->services.count : session_services(&answer->session)->count;
		/* No more than these are asked. */
		if (services_answered(board) < (wanted < BOARD_SERVICES_MAX ? wanted : BOARD_SERVICES_MAX))
			return false;
		const struct api_config *api = answer->feed.api;
		if (answer->feed.from == NULL && api->chat_app_id != NULL && api->chat_client_id != NULL &&
			board->chat.state == AVAILABILITY_NEVER && board->chat.problem[0] == '\0')
			return false;
	}
	return true;
}

static void one_answer_check_settled(struct one_answer *answer)
{
	/* A command with a function of its own says itself when it is done. */
	if (answer->ready == NULL && answer->is_ready && one_answer_is_settled(answer))
		one_answer_done(answer);
}

static void one_answer_on_past(void *context)
{
	one_answer_check_settled(context);
}

static void one_answer_set_ready(struct one_answer *answer)
{
	if (answer->session.ending || answer->is_ready)
		return;
	answer->is_ready = true;
	if (answer->wants_past) {
		answer->past = (struct past){ .session = &answer->session, .live = answer->live, .done = one_answer_on_past,
			.context = answer };
		past_begin(&answer->past);
	}
	if (answer->ready != NULL) {
		answer->ready(answer);
		return;
	}
	timer_start(answer->session.loop, &answer->settle, SETTLE_SECONDS);
}

static void one_answer_on_frame(void *context, const struct frame *frame, const struct decode_report *report)
{
	struct one_answer *answer = context;
	/*
	 * An answer without a panel of ours is none. A broker brings panel by panel: its link says when all are there.
	 */
	if (frame->kind == FRAME_DATA && report != NULL && report->filled > 0 && answer->session.feed->owns)
		one_answer_set_ready(answer);
	one_answer_check_settled(answer);
}

static void one_answer_on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	(void)kind;
	(void)subject;
	(void)cause;
	one_answer_check_settled(context);
}

/* Fresh data are fresh, whatever troubles the window that has them now. */
static bool one_answer_has_shared(const struct one_answer *answer, const struct link *link)
{
	struct feed_holder holder;
	const struct feed *feed = answer->session.feed;
	return one_answer_holder(answer, &holder) && feed->ops->planned(feed) && !link_stale(link, clock_boot_ms()) &&
		answer->session.board->generation > 0;
}

static void one_answer_on_changed(void *context)
{
	struct one_answer *answer = context;
	if (answer->session.ending)
		return;
	const struct link *link = session_link(&answer->session);
	if (!answer->is_ready && one_answer_has_shared(answer, link)) {
		one_answer_set_ready(answer);
		one_answer_check_settled(answer);
		return;
	}
	bool failed_again = !answer->is_ready && link->state == LINK_TROUBLE && link->failures >= TRIES;
	if (link_hopeless(link) || failed_again)
		one_answer_done(answer);
	/* A layout that subscribes to nothing has its data at once. */
	else if (answer->feed.live.lists_only ? live_lists_done(answer->live) : link->state == LINK_LIVE)
		one_answer_set_ready(answer);
	one_answer_check_settled(answer);
}

/* ---- what went wrong ---- */

static void one_answer_say(struct one_answer *answer, const char *cause, const char *advice)
{
	text_cause(answer->cause, sizeof(answer->cause), cause, advice);
	if (!answer->quiet)
		message("%s", answer->cause);
}

static int status_of_trouble(struct one_answer *answer)
{
	struct link *link = &answer->link;
	char age[32], old[ERROR_TEXT];
	/* What a wall may do about it, a command that ends nobody's subscription may not. */
	if (answer->shared && (link->state == LINK_IN_USE || link->state == LINK_LIMIT))
		snprintf(link->advice, sizeof(link->advice),
			"Your running wall waits for it too. Close the other client, or use a login of its own.");
	if (answer->shared && link->accepted_ms != 0 && link_stale(link, clock_boot_ms())) {
		text_age(age, sizeof(age), (int64_t)(link_age(link, clock_boot_ms()) * 1000));
		snprintf(old, sizeof(old), "Your wall has no fresh data; the last are %s old%s%.160s", age,
			link->cause[0] != '\0' ? ". " : "", link->cause);
		one_answer_say(answer, old, "");
	} else {
		one_answer_say(answer, link->cause[0] != '\0' ? link->cause : "No answer in time", link->advice);
	}
	return link->exit_status != STATUS_FINE ? link->exit_status : STATUS_NO_DATA;
}

/* What ended it, as a status and in words. */
static int one_answer_status(struct one_answer *answer)
{
	struct link *link = &answer->link;
	if (answer->session.signal != 0) {
		snprintf(answer->cause, sizeof(answer->cause), "ended by signal %d", answer->session.signal);
		return STATUS_SIGNAL + answer->session.signal;
	}
	if (!answer->is_ready)
		return status_of_trouble(answer);
	/* The data are good, whatever came between them and the end. */
	*link = *session_link(&answer->session);
	link->state = LINK_LIVE;
	link->cause[0] = link->advice[0] = '\0';
	return STATUS_FINE;
}

/* ---- the life of it ---- */

static void one_answer_open_feed(struct one_answer *answer)
{
	struct error error;
	if (!session_connect(&answer->session, &answer->feed, &answer->live, &error)) {
		answer->open_status = answer->session.status;
		one_answer_say(answer, error.text, "");
		one_answer_done(answer);
		return;
	}
	session_start(&answer->session);
}

static void one_answer_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	one_answer_done(timer->data);
}

/* What was before the answer, as the history on disk has it: it is only read. */
static void one_answer_recall(struct one_answer *answer)
{
	const double at_once_ms = 1e9;
	struct session *session = &answer->session;
	if (answer->remembered.tenant == NULL || !session->keeps_history || session->board->generation == 0)
		return;
	struct store *store = store_open(&answer->remembered);
	(void)recall_turn(&session->recall, session->history, store, clock_wall_ms() - clock_boot_ms(), at_once_ms);
	store_close(store, clock_boot_ms(), clock_wall_ms());
}

/* All pools at once, with what was before: there is no next answer. */
static void one_answer_staffing(struct one_answer *answer)
{
	struct session *session = &answer->session;
	int64_t wall_from_boot_ms = clock_wall_ms() - clock_boot_ms();
	if (session->pools == NULL || session->board->generation == 0)
		return;
	pools_fill(session->pools, session->history, clock_boot_ms(), wall_from_boot_ms);
	pools_take_all(session->pools, session->board, wall_from_boot_ms, answer->link.interval);
}

int one_answer_run(struct one_answer *answer)
{
	struct session *session = &answer->session;
	session->calls = (struct session_calls){
		.frame = one_answer_on_frame, .missed = one_answer_on_missed, .changed = one_answer_on_changed,
		.ending = one_answer_on_ending, .context = answer,
	};
	if (!session_open(session))
		return session->status;
	ev_timer_init(&answer->deadline, one_answer_on_timer, DEADLINE_SECONDS, 0.);
	ev_timer_init(&answer->settle, one_answer_on_timer, SETTLE_SECONDS, 0.);
	answer->deadline.data = answer->settle.data = answer;
	ev_timer_start(session->loop, &answer->deadline);
	one_answer_open_feed(answer);
	if (!session->ending || session->feed != NULL)
		session_run(session);
	/* What is read and printed now may take its time, and a signal then ends the program. */
	signals_stop(&session->signals);
	one_answer_recall(answer);
	one_answer_staffing(answer);
	return answer->open_status != STATUS_FINE ? answer->open_status : one_answer_status(answer);
}

struct board_view one_answer_view(const struct one_answer *answer)
{
	return (struct board_view){ .board = answer->session.board, .history = answer->session.history, .link = &answer->link, .now_ms = clock_boot_ms(),
		.wall_ms = clock_wall_ms() };
}

void one_answer_free(struct one_answer *answer)
{
	past_stop(&answer->past);
	session_close(&answer->session);
}
