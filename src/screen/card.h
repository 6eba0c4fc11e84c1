/*
 * The card of a row: all that the board has of one agent, service, message or campaign, out of every panel that has it.
 *
 * It is made anew from the board for each look, and keeps the last values, with their age, where the row went away. It knows
 * the row by a copy of its key. The view owns it, and frees it in one piece; what is drawn of it stands in overlay_card.c.
 */
#ifndef SCREEN_CARD_H
#define SCREEN_CARD_H

#include "alert/alarm_log.h"
#include "screen/view.h"

enum { CARD_ITEMS_MAX = 2 * LAYOUT_COLUMNS_MAX, CARD_LABEL_MAX = 64, CARD_VALUE_MAX = 240, CARD_KEY_MAX = BOARD_TEXT_MAX + 32,
	CARD_TEXT_MAX = 600 };

enum card_kind { CARD_AGENT, CARD_SERVICE, CARD_MESSAGE, CARD_CAMPAIGN, CARD_ALARM };

/* One value. */
struct card_item {
	unsigned panel, column; /* of the layout */
	const char *stat; /* of the layout; "" of what is no statistic */
	char label[CARD_LABEL_MAX], value[CARD_VALUE_MAX]; /* "" where the server sent nothing */
	enum value_state state;
	double number; /* of VALUE_NUMBER, as it came */
	enum severity severity;
	bool stale;
};

struct card {
	enum card_kind kind;
	unsigned panel; /* that it was opened from */
	char key[CARD_KEY_MAX]; /* of the row; of an alarm its name */
	uint32_t alarm_key;
	int64_t fired_ms;
	enum overlay from;  /* the page that it was opened from; OVERLAY_NONE: the wall */
	struct list before; /* where one was on it */
	bool known;     /* it was there once */
	bool there;     /* it is */
	bool stale;     /* ... as of old data */
	bool runs;      /* a duration in it does */
	int64_t seen_ms; /* of the answer that had it last */
	char title[CARD_TEXT_MAX];
	unsigned count;
	struct card_item items[CARD_ITEMS_MAX];
	bool asked; /* whether anybody is available for it is asked of the server: by this */
	struct service_availability available;
};

/* The card of the row that is selected, else of the first one; says so and returns false where there is none. */
bool card_choose(struct action_context *context);

/* The card of an alarm of the day, from the page that lies on top. */
void card_of_alarm(struct action_context *context, const struct alarm *alarm);

/* Brings it up to date. */
void card_take(struct card *card, struct view *view, const struct scene *scene);

/* The value of a statistic; NULL: it has none. */
const struct card_item *card_item(const struct card *card, const char *stat);
const struct column *card_column(const struct layout *layout, const struct card_item *item);

/* Puts a row, or the card that lies on top, into the view's clip as text; a set of enum screen_ask. */
unsigned card_copy(struct action_context *context, long unused);

#endif
