/*
 * What is asked of the API for a layout: one app id for each panel that subscribes, and which cell of the answer
 * means what.
 *
 * A request is planned once from a layout and the catalogues, then written as a body in one of the two spellings.
 * What the server refuses is taken out of the plan, panel by panel, with the reason. A frame of data only has a
 * meaning beside the request that it answers. The plan borrows the layout, and owns the rest. What a panel asks for is one
 * table (query.c), for the body, recorded requests and all comparisons.
 */
#ifndef BOARD_QUERY_H
#define BOARD_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "board/catalogue.h"
#include "board/frame.h"
#include "layout/layout.h"

/* What is asked for of each agent for counts of states, in the order of the request; with lists all of it. */
enum { STATES_ASKED_STATE, STATES_ASKED_NAME, STATES_ASKED_REASON, STATES_ASKED_TIME, STATES_ASKED };

enum dialect {
	DIALECT_SCHEMA,  /* stat_name, order_by, order_dir */
	DIALECT_EXAMPLE, /* statName, order: [{by, dir}] */
};

enum {
	REQUEST_BODY_MAX = 1024 * 1024,
	REQUEST_REASON_MAX = 240,
	REQUEST_APP_ID_MAX = 192,
	REQUEST_TAG_MAX = 96,
	REQUEST_GRID_ID_MAX = 64,
	QUERY_SUBJECT_MAX = 128, /* bytes of a service's name that tell it from others */
};

/*
 * An app id of its own for the totals of a set that count these dispositions: an answer has one set of totals for an app id,
 * keyed by the statistic alone.
 */
struct request_part {
	char app_id[REQUEST_APP_ID_MAX];
	struct texts dispositions;
	struct texts stats; /* that are asked for, each once */
};

/* The id of the one grid of a set, where a recording of another client does not say otherwise. */
#define REQUEST_GRID_ID "grid"

struct request_column {
	const char *stat;
	struct texts dispositions;
	struct texts sum; /* statistics that the server adds up */
	const struct placed_formula *calc; /* computed of columns of the set, and not asked for; NULL: asked for */
	enum kind kind; /* of values that are shown; others are texts */
	bool total;     /* asked for as a total */
	unsigned part;  /* of the set's, in which the total is */
	enum scale scale, total_scale; /* as the layout pins them, else as a recorded request does */
	char id[8]; /* "1", "2", ... */
	unsigned twin; /* the next column of the same id, as a recording may have it; 0: none */
};

struct request_set {
	const struct panel *panel;
	char app_id[REQUEST_APP_ID_MAX]; /* TAG/PANEL; signed: TAG/SIGNATURE/PANEL */
	char grid_id[REQUEST_GRID_ID_MAX];
	struct request_column *columns;  /* the panel's own first, then hidden ones */
	unsigned column_count;
	unsigned shown_count; /* the panel's own */
	unsigned read_count;  /* with those that are computed with */
	int key_column;       /* where the row's key stands; -1: none */
	struct request_part *parts; /* of totals: the first is the set's own app id; NULL: no totals */
	unsigned part_count;
	int limit; /* rows that come at most; 0: all */
	struct texts service_ids, team_ids;
	bool filter_services_here; /* services could not be listed: rows are kept by name */
	bool skipped;              /* not posted */
	bool refused;              /* ... because the server refused it */
	bool absent;               /* ... because nothing like it is in a recorded request */
	char reason[REQUEST_REASON_MAX]; /* why it is skipped, in words for the panel */
};

struct request {
	struct arena arena;
	const struct layout *layout;
	enum dialect dialect;
	struct request_set *sets;
	unsigned set_count;
	char tag[REQUEST_TAG_MAX];
	uint32_t signature; /* 0: not signed */
	struct scales scales; /* of the server's percentages; a new plan keeps them, and a recorded request has them */
};

/*
 * Plans, and frees what the plan held before. An id is taken as it is; a name that is in no catalogue skips its set,
 * with the reason. Where services could not be listed, a service grid asks for all, and its rows are kept by name.
 */
void request_plan(struct request *request, const struct layout *layout, const struct catalogue *teams,
	const struct catalogue *services, const char *tag);
void request_init(struct request *request);
void request_free(struct request *request);

/* Writes the body; false only at its cap. */
bool request_body(const struct request *request, struct buffer *body);

/* Sets that will be posted. */
unsigned request_live_sets(const struct request *request);

/*
 * Takes out of the plan what a refusal (the text of a 400 or 404) names: first a hidden column alone, else the
 * panels that hold the named statistic, team, service, app id. True if something changed, so that posting again
 * makes sense.
 */
bool request_refuse(struct request *request, int status, const char *text);

/*
 * Whether an app id begins with this request's tag, and whether with the tag of some other instance is the
 * caller's to say.
 */
bool request_is_ours(const struct request *request, const char *app_id);

/*
 * Puts a hash of all that is asked for into the app ids. Another instance may have the same tag (machines made from
 * one image): its answers must not be taken for ours, whose columns stand elsewhere. Call it on a fresh plan: what a
 * refusal takes out of it later leaves the signature as it is, so that two plans are compared by it.
 */
void request_sign(struct request *request);

/* The signature within an app id that begins with this request's tag; 0: there is none. */
uint32_t request_signature(const struct request *request, const char *app_id);

/* Whether two panels ask about the same: all that QUERY_SAME says in the table. Columns, order and looks may differ. */
bool query_same_source(const struct panel *a, const struct panel *b);

/* Whether the first panel's answer has all that the second asks for, in the same order and cut at the same limit. */
bool query_covers(const struct panel *panel, const struct panel *other);

/*
 * A request written down, and read again for another layout: what makes a recorded frame mean something. It is one line of
 * JSON, as in cxwall-recording(5). Names stand beside ids as the recorded layout wrote them, so that either finds the other.
 */

/* Appends the line, without a newline; interval in seconds. False at the buffer's cap. */
bool request_record_put(const struct request *request, double interval, struct buffer *out);

/*
 * Makes *request for the layout; what it held is freed. Each panel looks for a recorded set that asked for what it asks for, with
 * columns that include its own and a limit that suffices. Panels without a match are skipped, with the reason.
 * *interval gets the recorded one. json is for its tokens.
 */
bool request_record_read(struct request *request, const struct layout *layout, struct json *json, const char *text,
	size_t length, double *interval, struct error *error);

/* The same, and panels of which some columns were asked for have these: for a picture of a layout that may be chosen. */
bool request_record_read_part(struct request *request, const struct layout *layout, struct json *json, const char *text,
	size_t length, struct error *error);

/* Another reason than "not in this recording" for panels without a match, where it is not a recording that lacks them. */
void request_explain_absent(struct request *request, const char *reason);

/*
 * Appends a set of a recorded request as a layout has it, from " type = " on: all that the table lists, and columns or tiles;
 * NULL wants all that were shown. A layout with this panel finds the set again.
 */
void request_record_panel(const struct json *json, int set, enum panel_type type,
	bool (*wanted)(const struct json *json, int column), struct buffer *out);

/*
 * One layout that asks for all that several layouts ask for, and for nothing twice: what a publisher subscribes to.
 *
 * It has panels and no pages: it is never drawn. Its panels borrow from the layouts, which must outlive it, and have
 * names of their own, so that no two are alike. A panel that asks for what another brings as well is left out.
 * leaf makes the name of a panel from the one in its layout, into `size` bytes. NULL with the reason if there are more
 * panels than one subscription may have.
 */
struct layout *layout_merge(const char *name, struct layout *const *layouts, unsigned count,
	void (*leaf)(const char *text, char *out, size_t size), struct error *error);

/*
 * What a layout asks for, for another process that asks for it: an object of JSON, from which the other makes a layout that
 * is never drawn. False at the buffer's cap.
 */
bool query_wish_put(const struct layout *layout, struct buffer *out);

/*
 * Such a layout, of a wish or of a request that was written down. Whatever the text says, it passes no cap. NULL with the
 * reason; the caller frees with layout_free().
 */
struct layout *query_wish_read(const struct json *json, int wish, struct error *error);

/*
 * The panels of a layout in their places, and behind them what others ask for beside that. It borrows from all of them, and
 * has `most` panels at most; *left_out: how many found no place.
 */
struct layout *layout_extend(const struct layout *own, const struct layout *const *others, unsigned count, unsigned most,
	unsigned *left_out);

/* Whether panels of an extended layout are those of a wish, which must then outlive it. */
bool layout_borrows(const struct layout *layout, const struct layout *wish);

/* Whether a panel of a layout shows what frames of this kind and subject bring; data are looked for in the request. */
bool layout_wants(const struct layout *layout, enum frame_kind kind, const char *subject);

#endif
