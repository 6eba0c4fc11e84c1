#include "recording/saved_frame.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/os.h"
#include "base/url.h"
#include "board/decode.h"
#include "board/query.h"
#include "board/redaction.h"
#include "recording/reader.h"

enum {
	NAME_ROOM = 192,
	TEXT_BYTES_MAX = REQUEST_BODY_MAX, /* of one line of JSON */
	/* Data of any size that is accepted, and the small answers beside them. */
	FILE_BYTES_MAX = RECORDING_STORED_MAX + 32 * 1024 * 1024,
	ANSWERS_MAX = BOARD_SERVICES_MAX + 3, /* each service; data, chat hours, campaigns */
	FILES_MAX = 64, /* a user has a wall or two; other files were left by runs that were killed */
	HOUR_MS = 3600 * 1000,
};

/* The last answer of a kind, packed as a record; data with the record of their request before them. */
struct saved_answer {
	enum record_kind kind;
	char subject[BOARD_SERVICE_NAME_MAX];
	int64_t boot_ms;
	struct buffer packed;
};

struct saved_frame {
	int folder;
	char name[NAME_ROOM], temporary[NAME_ROOM + 16];
	double interval; /* of the feed */
	struct redaction redaction;
	struct saved_answer *answers[ANSWERS_MAX]; /* the oldest first, since a recording is in order of time */
	unsigned count;
	struct buffer start, text; /* what START says, and a line of JSON */
	struct buffer content;     /* of the file */
	bool changed; /* since it was written last */
	bool failed;
};

/* ---- the login that the data are of, and the order of services ---- */

/* The beginning of what START says, which is the same for walls and readers of one login. */
static bool saved_put_identity(const struct saved_frame_options *options, struct buffer *out)
{
	struct url_base base;
	if (!url_base_read(&base, options->url, options->tenant, options->allow_plaintext, NULL))
		return false;
	json_put_object(out);
	json_put_pair(out, "program", "cxwall " PACKAGE_VERSION);
	json_put_pair(out, "url", base.text);
	json_put_pair(out, "tenant", options->tenant);
	json_put_pair(out, "user", options->user);
	return !out->full;
}

/* The services in the server's order, which answers alone do not tell. */
static void saved_put_state(const struct board *board, struct buffer *out)
{
	json_put_object(out);
	json_put_bool_pair(out, "services_listed", board->services_listed || board->services_old);
	json_put_key(out, "services");
	json_put_array(out);
	for (unsigned i = 0; i < board->service_count; i++)
		json_put_string(out, board->services[i].service);
	json_put_array_end(out);
	json_put_object_end(out);
}

/* ---- writing ---- */

struct saved_frame *saved_frame_open(const struct saved_frame_options *options)
{
	struct buffer start;
	buffer_init(&start, TEXT_BYTES_MAX);
	if (options->folder < 0 || !saved_put_identity(options, &start)) {
		buffer_free(&start);
		return NULL;
	}
	json_put_pair(&start, "names", names_names[options->names]);
	json_put_object_end(&start);
	struct saved_frame *saved = must_alloc(sizeof(*saved));
	*saved = (struct saved_frame){
		.folder = options->folder, .interval = options->interval, .start = start,
	};
	snprintf(saved->name, sizeof(saved->name), "%s.frame", options->tag);
	/* Another window may have the same layout. */
	snprintf(saved->temporary, sizeof(saved->temporary), "%s.%d.tmp", saved->name, (int)getpid());
	redaction_init(&saved->redaction, options->names);
	buffer_init(&saved->text, TEXT_BYTES_MAX);
	buffer_init(&saved->content, FILE_BYTES_MAX);
	return saved;
}

void saved_frame_close(struct saved_frame *saved)
{
	if (saved == NULL)
		return;
	for (unsigned i = 0; i < saved->count; i++) {
		buffer_free(&saved->answers[i]->packed);
		free(saved->answers[i]);
	}
	redaction_free(&saved->redaction);
	buffer_free(&saved->start);
	buffer_free(&saved->text);
	buffer_free(&saved->content);
	free(saved);
}

static void saved_log_failure(struct saved_frame *saved, const char *why)
{
	if (!saved->failed)
		log_line("the last frame cannot be kept: %s", why);
	saved->failed = true;
}

/* The answer of this kind, moved to the end as the youngest. Where all are used, the oldest service is replaced. */
static struct saved_answer *saved_youngest_answer(struct saved_frame *saved, enum record_kind kind, const char *subject)
{
	struct saved_answer *answer;
	unsigned at = 0;
	/* Compare as much of the subject as is stored. */
	while (at < saved->count && (saved->answers[at]->kind != kind ||
			strncmp(saved->answers[at]->subject, subject, sizeof(answer->subject) - 1) != 0))
		at++;
	if (at == ANSWERS_MAX)
		for (at = 0; saved->answers[at]->kind != RECORD_AVAILABILITY;)
			at++;
	if (at == saved->count) {
		answer = must_alloc(sizeof(*answer));
		buffer_init(&answer->packed, FILE_BYTES_MAX);
		saved->count++;
	} else {
		answer = saved->answers[at];
		memmove(&saved->answers[at], &saved->answers[at + 1],
			(saved->count - at - 1) * sizeof(struct saved_answer *));
	}
	saved->answers[saved->count - 1] = answer;
	answer->kind = kind;
	snprintf(answer->subject, sizeof(answer->subject), "%s", subject);
	return answer;
}

static bool saved_pack(enum record_kind kind, int64_t boot_ms, int64_t wall_ms, const struct buffer *text,
	struct buffer *out, struct error *error)
{
	struct record_content content = {
		.kind = kind,
		.boot_ms = boot_ms,
		.wall_ms = wall_ms,
		.bytes = buffer_string(text),
		.length = text->length,
	};
	return record_pack(NULL, &content, NULL, out, error);
}

/* Packs an accepted frame, data behind their request. */
static bool saved_pack_frame(struct saved_frame *saved, const struct frame *frame, struct error *error)
{
	struct record_content content;
	if (!redaction_content(&saved->redaction, frame, &content, error))
		return false;
	struct saved_answer *answer = saved_youngest_answer(saved, content.kind, frame->subject);
	answer->boot_ms = frame->received_ms;
	buffer_clear(&answer->packed);
	bool good = true;
	if (frame->kind == FRAME_DATA) {
		buffer_clear(&saved->text);
		good = request_record_put(frame->request, saved->interval, &saved->text) ||
			error_set(error, "the request is too large");
		good = good && saved_pack(RECORD_REQUEST, frame->received_ms, frame->wall_ms, &saved->text,
			&answer->packed, error);
	}
	if (good && record_pack(NULL, &content, NULL, &answer->packed, error))
		return true;
	/* Data without their request are useless: drop both. */
	buffer_clear(&answer->packed);
	return false;
}

void saved_frame_add(struct saved_frame *saved, const struct frame *frame, double interval)
{
	struct error error;
	if (saved == NULL)
		return;
	if (interval > 0)
		saved->interval = interval;
	if (!saved_pack_frame(saved, frame, &error))
		saved_log_failure(saved, error.text);
	saved->changed = true;
}

static bool saved_compose(struct saved_frame *saved, const struct board_view *view, struct error *error)
{
	struct buffer *content = &saved->content;
	int64_t first_ms = saved->count > 0 ? saved->answers[0]->boot_ms : view->now_ms;
	buffer_clear(content);
	buffer_clear(&saved->text);
	saved_put_state(view->board, &saved->text);
	if (saved->text.full)
		return error_set(error, "it is too large");
	buffer_add(content, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
	int64_t first_wall_ms = view->wall_ms - (view->now_ms - first_ms);
	if (!saved_pack(RECORD_START, first_ms, first_wall_ms, &saved->start, content, error))
		return false;
	for (unsigned i = 0; i < saved->count; i++) {
		const struct saved_answer *answer = saved->answers[i];
		/* Leave out answers of services that the layout does not have any more since it was reloaded. */
		if (answer->kind != RECORD_AVAILABILITY || board_find_service(view->board, answer->subject) != NULL)
			buffer_add(content, answer->packed.data, answer->packed.length);
	}
	if (content->full)
		return error_set(error, "it is too large");
	return saved_pack(RECORD_STATE, view->now_ms, view->wall_ms, &saved->text, content, error);
}

void saved_frame_write(struct saved_frame *saved, const struct board_view *view)
{
	struct error error;
	if (saved == NULL || !saved->changed)
		return;
	saved->changed = false;
	if (!saved_compose(saved, view, &error))
		saved_log_failure(saved, error.text);
	else if (!os_replace_file(saved->folder, saved->temporary, saved->name, 0600, saved->content.data, saved->content.length))
		saved_log_failure(saved, strerror(errno));
	else
		saved->failed = false;
}

/* ---- reading: whether it suits, and the order of services ---- */

static bool request_asks_for(const struct request *request, const struct panel *panel)
{
	for (unsigned i = 0; i < request->set_count; i++)
		if (request->sets[i].panel == panel)
			return !request->sets[i].skipped;
	return false;
}

/* How many panels of the layout get anything from there. */
static unsigned saved_suits(const struct request *request, const struct layout *layout)
{
	unsigned count = 0;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		bool beside = panel->type == PANEL_AVAILABILITY || panel->type == PANEL_CAMPAIGNS;
		count += beside || (panel_subscribes(panel->type) && request_asks_for(request, panel));
	}
	return count;
}

static void saved_read_services(const struct json *state, struct board *board)
{
	int root = json_root(state), services = json_get(state, root, "services");
	char name[BOARD_SERVICE_NAME_MAX];
	board->services_old = json_kind(state, json_get(state, root, "services_listed")) == JSON_TRUE;
	for (int at = json_first(state, services); at >= 0; at = json_next(state, services, at)) {
		json_text(state, at, name, sizeof(name));
		(void)board_service(board, name);
	}
}

/* ---- reading: the files ---- */

/* A file that is read. */
struct candidate {
	struct recording_cursor cursor;
	struct json state;
	struct stat about;
	uint32_t data; /* index of the record of data; the number of records: none */
	bool open;
};

static void candidate_close(struct candidate *candidate)
{
	if (!candidate->open)
		return;
	cursor_close(&candidate->cursor);
	json_free(&candidate->state);
	candidate->open = false;
}

/* A file that is ours alone; -1: there is none. */
static int saved_open_file(int folder, const char *name, struct stat *about)
{
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file < 0)
		return -1;
	if (fstat(file, about) == 0 && S_ISREG(about->st_mode) && about->st_uid == geteuid() && (about->st_mode & 077) == 0)
		return file;
	close(file);
	return -1;
}

/* Whether all records can be read, and are those of a saved frame. */
static bool candidate_check(struct candidate *candidate, struct error *error)
{
	struct recording *recording = candidate->cursor.recording;
	uint32_t count = recording->count;
	if (recording->cut || recording->damage_count > 0 || count < 2 || recording->entries[0].kind != RECORD_START ||
		recording->entries[count - 1].kind != RECORD_STATE)
		return error_set(error, "it is not whole");
	candidate->data = count;
	for (uint32_t i = 0; i < count; i++) {
		if (recording_read(recording, i, error) == NULL)
			return false;
		if (recording->entries[i].kind == RECORD_DATA)
			candidate->data = i;
	}
	return true;
}

/* Whether this version of the program wrote it for this login: START then begins with the same text. */
static bool candidate_is_same_login(struct recording *recording, const struct saved_frame_options *options)
{
	struct buffer identity;
	struct error error;
	const struct buffer *start = recording_read(recording, 0, &error);
	buffer_init(&identity, TEXT_BYTES_MAX);
	bool same = start != NULL && saved_put_identity(options, &identity) && identity.length < start->length &&
		memcmp(identity.data, start->data, identity.length) == 0 && start->data[identity.length] == ',';
	buffer_free(&identity);
	return same;
}

static bool candidate_parse_state(struct candidate *candidate, struct error *error)
{
	struct recording *recording = candidate->cursor.recording;
	/* The bytes stay valid until the next record is read, and json_parse() copies nothing. */
	const struct buffer *bytes = recording_read(recording, recording->count - 1, error);
	return bytes != NULL && json_parse(&candidate->state, buffer_string(bytes), bytes->length, error);
}

/* Reads the request for the layout, and then the state: its bytes must be the last that are read. */
static unsigned candidate_match(struct candidate *candidate, const struct saved_frame_options *options, struct error *error)
{
	struct recording *recording = candidate->cursor.recording;
	bool has_data = candidate->data != recording->count;
	if (!candidate_is_same_login(recording, options) ||
		(has_data && !cursor_go(&candidate->cursor, candidate->data, error)) || !candidate_parse_state(candidate, error))
		return 0;
	return saved_suits(&candidate->cursor.request, options->layout);
}

/* How many panels it suits; 0 also for one that is too old, and is removed. */
static unsigned candidate_open(struct candidate *candidate, const struct saved_frame_options *options, const char *name)
{
	struct error error = { "" };
	int file = saved_open_file(options->folder, name, &candidate->about);
	if (file < 0)
		return 0;
	if (clock_wall_ms() / 1000 - candidate->about.st_mtime > SAVED_FRAME_HOURS_MAX * 3600) {
		(void)unlinkat(options->folder, name, 0);
		close(file);
		return 0;
	}
	if (!cursor_open(&candidate->cursor, recording_open_file(file, name, &error), options->layout)) {
		log_line("%s", error.text);
		return 0;
	}
	candidate->open = true;
	json_init(&candidate->state);
	if (candidate_check(candidate, &error))
		return candidate_match(candidate, options, &error);
	log_line("%s: %s", name, error.text);
	return 0;
}

static int64_t candidate_wall_ms(const struct candidate *candidate)
{
	const struct recording *recording = candidate->cursor.recording;
	return candidate->data < recording->count ? recording->entries[candidate->data].wall_ms : 0;
}

/* What a wall that was killed while it wrote left behind goes, once it is old. */
static void saved_clean(int folder, const char *name)
{
	struct stat about;
	if (fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode) &&
		clock_wall_ms() / 1000 - about.st_mtime > SAVED_FRAME_HOURS_MAX * 3600)
		(void)unlinkat(folder, name, 0);
}

static bool saved_ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name), end = strlen(ending);
	return length > end && strcmp(name + length - end, ending) == 0;
}

/* Of all files the one that suits the most panels, and of those the youngest. The caller closes *best. */
static unsigned saved_search(struct candidate *best, const struct saved_frame_options *options)
{
	unsigned most = 0;
	int folder = options->folder < 0 ? -1 : openat(options->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;
	for (int files = 0; listing != NULL && files < FILES_MAX && (entry = readdir(listing)) != NULL;) {
		struct candidate candidate = { .open = false };
		if (saved_ends_with(entry->d_name, ".tmp"))
			saved_clean(options->folder, entry->d_name);
		if (!saved_ends_with(entry->d_name, ".frame"))
			continue;
		files++;
		unsigned suits = candidate_open(&candidate, options, entry->d_name);
		if (suits == 0 || suits < most || (suits == most && candidate_wall_ms(&candidate) <= candidate_wall_ms(best))) {
			candidate_close(&candidate);
			continue;
		}
		candidate_close(best);
		*best = candidate;
		most = suits;
	}
	if (listing != NULL)
		closedir(listing);
	return most;
}

/* Brings its frames, with their ages by the time of day, since the machine may have booted meanwhile. */
static void candidate_play(struct candidate *candidate, void (*each)(void *context, const struct frame *frame), void *context)
{
	struct recording_cursor *cursor = &candidate->cursor;
	const struct recording_entry *entry;
	struct frame frame;
	struct error error;
	enum cursor_step step;
	cursor->next = 0;
	while ((step = cursor_next(cursor, &frame, &entry, &error)) != CURSOR_END) {
		if (step == CURSOR_DAMAGED)
			log_line("the last frame: %s", error.text);
		if (step != CURSOR_FRAME)
			continue;
		frame.received_ms -= clock_wall_ms() - clock_boot_ms();
		each(context, &frame);
	}
}

void saved_frame_restore(const struct saved_frame_options *options, struct board *board,
	void (*each)(void *context, const struct frame *frame), void *context)
{
	struct candidate best = { .open = false };
	if (saved_search(&best, options) > 0) {
		int64_t age_ms = clock_wall_ms() - candidate_wall_ms(&best);
		if (age_ms > 0 && age_ms <= (int64_t)SAVED_FRAME_HOURS_MAX * HOUR_MS) {
			saved_read_services(&best.state, board);
			candidate_play(&best, each, context);
		}
	}
	candidate_close(&best);
}
