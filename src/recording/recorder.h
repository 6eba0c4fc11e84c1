/*
 * What `--record` records: a session's frames and its alerts' events, in a file that recording/reader reads.
 *
 * Where names may not all be shown, people's are rewritten first. A failure, such as a full disk or a missing folder,
 * never ends the session. It lasts until one of the tries each minute succeeds, and recorder_trouble() has words for
 * the screen meanwhile. The recorder owns its file, and in the steady state it allocates nothing. All functions accept
 * NULL for a session that records nothing.
 */
#ifndef RECORDING_RECORDER_H
#define RECORDING_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/alert.h"
#include "board/frame.h"
#include "board/privacy.h"

struct recorder;

struct recording_limits {
	int64_t bytes;  /* of the file and the one before it together */
	int64_t age_ms; /* of the oldest record */
};

struct recorder_options {
	const char *path;
	struct recording_limits limits;
	enum names names; /* how much of people's names is recorded */
	const char *tenant; /* as configured; NULL: only the feed may know it */
};

/* NULL with the reason. */
struct recorder *recorder_open(const struct recorder_options *options, struct error *error);

/* Whose data follow; borrowed until the recorder is closed or told another one. */
void recorder_tenant(struct recorder *recorder, const char *tenant);

/* Records an accepted frame; interval: seconds between those of its feed. */
void recorder_frame(struct recorder *recorder, const struct frame *frame, double interval);
void recorder_alert(struct recorder *recorder, const struct alert_event *event);

/* Why nothing is recorded now, as long as that lasts; else "". */
const char *recorder_trouble(const struct recorder *recorder);

/* True once for each event: recording fails, works again, or something happened to the file. *bad: it is a problem. */
bool recorder_news(struct recorder *recorder, char *out, size_t size, bool *bad);

/* Marks the end in the file and closes it. */
void recorder_close(struct recorder *recorder);

#endif
