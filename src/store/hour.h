/*
 * An hour of the history as text, for screens that have none of their own: a publisher sends the last 24 at its broker, and
 * cxwall-mqtt(5) describes them. Series by minute, named as in the store: numbers of services and totals, nothing else.
 *
 * What is read came from a broker and is not trusted: caps, finite numbers, minutes of one hour, scrubbed names.
 */
#ifndef STORE_HOUR_H
#define STORE_HOUR_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "store/store.h"

enum {
	STORE_HOUR_S = 3600,
	STORE_HOUR_MINUTES = 60,
	STORE_HOUR_SERIES_MAX = 1000,         /* 64 panels have fewer, unless they are long lists of services */
	STORE_HOUR_BYTES_MAX = 1024 * 1024,   /* 20 services × 10 statistics take a fifth of it, packed a tenth of that */
};

/* NAN: not known. */
struct store_minute {
	float mean, largest, last;
	float gained, missed; /* of a counter */
};

/* What is sent. Borrows nothing. */
struct store_hours;

struct store_hours *store_hours_new(void);
void store_hours_free(struct store_hours *hours);

/* No series any more. */
void store_hours_clear(struct store_hours *hours);

/* One more series, once; those beyond the cap are left out. */
void store_hours_add(struct store_hours *hours, const struct store_name *name, bool counter);

/*
 * The hour that begins at hour_s as JSON, into an empty buffer with a cap of STORE_HOUR_BYTES_MAX at least; series that find no
 * room are left out, the last ones first. False if nothing is known of it.
 */
bool store_hours_put(struct store_hours *hours, struct store *store, int64_t hour_s, struct buffer *out);

/* One series of an hour that was read; STORE_HOUR_MINUTES of them. */
typedef void store_hour_series(void *context, const struct store_name *name, const struct store_minute *minutes);

/* Calls `each` for each series, after all was checked. False with an error, and nothing was called, if it is not such an hour. */
bool store_hour_read(struct json *json, const char *bytes, size_t length, int64_t *hour_s, store_hour_series *each, void *context,
	struct error *error);

#endif
