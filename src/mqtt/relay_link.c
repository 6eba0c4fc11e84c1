/* The state of a relay's link: the way to the broker, then the publisher, then the publisher's own feed. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mqtt/relay_state.h"

/* Exit statuses of a command that would end now. */
enum { REFUSED = 3, NO_DATA = 4 };

struct judgement {
	enum link_state state;
	int exit_status;
	char cause[ERROR_TEXT], advice[ERROR_TEXT];
};

static void judge(struct judgement *out, enum link_state state, int exit_status, const char *cause, const char *advice)
{
	out->state = state;
	out->exit_status = exit_status;
	snprintf(out->cause, sizeof(out->cause), "%s", cause);
	snprintf(out->advice, sizeof(out->advice), "%s", advice);
}

static void judge_broker(const struct relay *relay, struct judgement *out)
{
	bool refused = broker_state(relay->broker) == BROKER_REFUSED;
	const char *cause = broker_cause(relay->broker);
	judge(out, refused ? LINK_REFUSED : cause[0] != '\0' ? LINK_TROUBLE : LINK_STARTING, refused ? REFUSED : NO_DATA,
		cause, broker_advice(relay->broker));
}

static void judge_nothing(const struct relay *relay, int64_t now, struct judgement *out)
{
	char cause[ERROR_TEXT];
	if (now - relay->connected_ms < RELAY_SILENCE_MS) {
		judge(out, LINK_SUBSCRIBING, NO_DATA, "", "");
		return;
	}
	snprintf(cause, sizeof(cause), "nothing comes from %.80s: nobody publishes there, or the broker does not let us read it",
		relay->address->prefix);
	judge(out, LINK_TROUBLE, NO_DATA, cause, "check the prefix, the publisher, and the broker's access list");
}

/* How long nobody was heard, where that is too long; 0. */
static int64_t silence(const struct relay *relay, int64_t now)
{
	struct link patience = { .interval = relay->interval, .accepted_ms = relay->beat_ms };
	return link_stale(&patience, now) ? now - relay->beat_ms : 0;
}

static void judge_silence(int64_t silent_ms, struct judgement *out)
{
	char cause[ERROR_TEXT];
	snprintf(cause, sizeof(cause), "no beat from the publisher for %d s: it, the broker or the network hangs",
		(int)(silent_ms / 1000));
	judge(out, LINK_TROUBLE, NO_DATA, cause, "");
}

/* What the publisher says of its own feed; before it is heard, only what it said last. */
static void judge_status(const struct relay *relay, struct judgement *out)
{
	const struct bulletin *status = &relay->status;
	char cause[ERROR_TEXT] = "";
	if (status->cause[0] != '\0')
		snprintf(cause, sizeof(cause), "publisher: %.240s", status->cause);
	judge(out, status->state, status->exit_status, cause, status->advice);
	if (status->state == LINK_LIVE && !relay->beat_lives)
		judge(out, LINK_WAITING, NO_DATA, "", "");
}

static bool is_published(const struct relay *relay, const char *leaf)
{
	for (unsigned i = 0; i < relay->last.count; i++)
		if (strcmp(relay->last.parts[i].leaf, leaf) == 0)
			return true;
	return false;
}

unsigned relay_missing(const struct relay *relay)
{
	unsigned count = 0;
	for (unsigned i = 0; i < relay->part_count; i++)
		count += !relay->parts[i].held && relay->parts[i].trouble[0] == '\0' &&
			is_published(relay, relay->parts[i].leaf);
	return count;
}

static void judge_publisher(const struct relay *relay, int64_t now, struct judgement *out)
{
	int64_t silent_ms = silence(relay, now);
	if (relay->refusal[0] != '\0')
		judge(out, LINK_REFUSED, REFUSED, relay->refusal, "check the broker's access list");
	else if (!relay->has_status)
		judge_nothing(relay, now, out);
	else if (relay->status.gone)
		judge(out, LINK_TROUBLE, NO_DATA, "the publisher is gone: it died, or lost its connection to the broker",
			"it is started again where it runs");
	else if (relay->status.state == LINK_ENDED)
		judge(out, LINK_TROUBLE, NO_DATA, "the publisher was ended", "start it again where it runs");
	else if (silent_ms > 0)
		judge_silence(silent_ms, out);
	else
		judge_status(relay, out);
	/* A picture with holes is no answer yet. */
	if (out->state == LINK_LIVE && (relay->text.length == 0 || relay_missing(relay) > 0))
		judge(out, LINK_WAITING, NO_DATA, "", "");
	if (out->cause[0] == '\0' && relay->damage[0] != '\0')
		judge(out, out->state, out->exit_status, relay->damage, "are the publisher and this screen of one version?");
}

static bool is_uncertain(const struct relay *relay)
{
	return !relay->beat_lives && !(relay->offset_known && strcmp(relay->run, relay->status.run) == 0);
}

void relay_judge(struct relay *relay)
{
	struct judgement now = { .state = LINK_STARTING };
	struct link *link = &relay->link;
	int64_t now_ms = clock_boot_ms();
	if (relay->stopping)
		judge(&now, LINK_ENDING, link->exit_status, "", "");
	else if (broker_state(relay->broker) != BROKER_CONNECTED)
		judge_broker(relay, &now);
	else
		judge_publisher(relay, now_ms, &now);
	bool uncertain = is_uncertain(relay);
	bool same = now.state == link->state && uncertain == link->uncertain && strcmp(now.cause, link->cause) == 0 &&
		strcmp(now.advice, link->advice) == 0 && link->next_try_ms == broker_next_try_ms(relay->broker);
	link->failures += now.state == LINK_TROUBLE && link->state != LINK_TROUBLE;
	link->state = now.state;
	link->exit_status = now.state == LINK_LIVE ? 0 : now.exit_status;
	link->uncertain = uncertain;
	link->interval = relay->interval;
	link->next_try_ms = broker_next_try_ms(relay->broker);
	memcpy(link->cause, now.cause, sizeof(link->cause));
	memcpy(link->advice, now.advice, sizeof(link->advice));
	if (!same)
		relay->sink.changed(relay->sink.context);
}
