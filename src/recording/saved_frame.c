#include "recording/saved_frame.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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
	TRIES_MAX = 8,  /* to open a file that its wall replaces at the same moment */
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
	int file; /* the version that has the name, locked; -1: nothing is written yet */
	char name[NAME_ROOM], temporary[NAME_ROOM + 4];
	double interval; /* of the feed */
	struct redaction redaction;
	struct saved_answer *answers[ANSWERS_MAX]; /* the oldest first, since a recording is in order of time */
	unsigned count;
	struct buffer start, text; /* what START says, and a line of JSON */
	struct buffer content;     /* of the file */
	struct link written;       /* the link that was written last */
	bool changed;              /* something beside the link */
	bool failed;
};

/* ---- the login that the data are of, and the state of the wall ---- */

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

static void saved_put_link(const struct link *link, struct buffer *out)
{
	json_put_pair(out, "state", link_word(link->state));
	json_put_pair(out, "cause", link->cause);
	json_put_pair(out, "advice", link->advice);
	json_put_real_pair(out, "interval", true, link->interval, 3);
	json_put_integer_pair(out, "next_try_ms", link->next_try_ms);
	json_put_integer_pair(out, "polls", (long long)link->polls);
	json_put_integer_pair(out, "accepted", (long long)link->accepted);
	json_put_integer_pair(out, "failures", (long long)link->failures);
	json_put_integer_pair(out, "exit_status", link->exit_status);
}

static void saved_put_state(const struct board_view *view, struct buffer *out)
{
	const struct board *board = view->board;
	const struct layout *layout = board->layout;
	json_put_object(out);
	saved_put_link(view->link, out);
	json_put_pair(out, "layout", layout->name);
	json_put_pair(out, "chat_problem", board->chat.problem);
	json_put_bool_pair(out, "services_listed", board->services_listed || board->services_old);
	json_put_key(out, "services");
	json_put_array(out);
	for (unsigned i = 0; i < board->service_count; i++) {
		json_put_object(out);
		json_put_pair(out, "service", board->services[i].service);
		json_put_pair(out, "problem", board->services[i].problem);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	json_put_key(out, "panels");
	json_put_array(out);
	for (unsigned i = 0; i < layout->panel_count; i++) {
		json_put_object(out);
		json_put_pair(out, "panel", layout->panels[i].name);
		json_put_pair(out, "type", panel_type_names[layout->panels[i].type]);
		json_put_pair(out, "reason", board->panels[i].reason);
		json_put_pair(out, "problem", board->panels[i].problem);
		json_put_object_end(out);
	}
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
		.folder = options->folder, .file = -1, .interval = options->interval, .start = start, .changed = true,
	};
	snprintf(saved->name, sizeof(saved->name), "%s.frame", options->tag);
	snprintf(saved->temporary, sizeof(saved->temporary), "%s.tmp", saved->name);
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
	if (saved->file >= 0)
		close(saved->file);
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

void saved_frame_changed(struct saved_frame *saved)
{
	if (saved != NULL)
		saved->changed = true;
}

static bool saved_compose(struct saved_frame *saved, const struct board_view *view, struct error *error)
{
	struct buffer *content = &saved->content;
	int64_t first_ms = saved->count > 0 ? saved->answers[0]->boot_ms : view->now_ms;
	buffer_clear(content);
	buffer_clear(&saved->text);
	saved_put_state(view, &saved->text);
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

static int saved_create_file(const struct saved_frame *saved)
{
	return openat(saved->folder, saved->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Locked before it has the name, so that nobody takes it for the file of a wall that ended. False with errno. */
static bool saved_replace_file(struct saved_frame *saved)
{
	int file = saved_create_file(saved);
	/* A wall that was killed may have left one. */
	if (file < 0 && errno == EEXIST && unlinkat(saved->folder, saved->temporary, 0) == 0)
		file = saved_create_file(saved);
	if (file < 0)
		return false;
	if (flock(file, LOCK_EX | LOCK_NB) == 0 && os_write_all(file, saved->content.data, saved->content.length) &&
		renameat(saved->folder, saved->temporary, saved->folder, saved->name) == 0) {
		if (saved->file >= 0)
			close(saved->file);
		saved->file = file;
		return true;
	}
	int why = errno;
	close(file);
	(void)unlinkat(saved->folder, saved->temporary, 0);
	errno = why;
	return false;
}

void saved_frame_write(struct saved_frame *saved, const struct board_view *view)
{
	struct error error;
	if (saved == NULL)
		return;
	const struct link *link = view->link, *before = &saved->written;
	/* The time of the next try counts only while something is wrong: it moves with each poll. */
	if (!saved->changed && before->state == link->state && before->interval == link->interval &&
		(link->cause[0] == '\0' || before->next_try_ms == link->next_try_ms) &&
		strcmp(before->cause, link->cause) == 0 && strcmp(before->advice, link->advice) == 0)
		return;
	saved->changed = false;
	saved->written = *link;
	if (!saved_compose(saved, view, &error))
		saved_log_failure(saved, error.text);
	else if (!saved_replace_file(saved))
		saved_log_failure(saved, strerror(errno));
	else
		saved->failed = false;
}

/* ---- reading: the state ---- */

static int saved_state_member(const struct json *state, const char *key)
{
	return json_get(state, json_root(state), key);
}

static double saved_state_number(const struct json *state, const char *key)
{
	double value = 0;
	json_number(state, saved_state_member(state, key), &value);
	return value;
}

/* The wall's panel of the same type, and of the same name if one is given; -1. */
static int saved_state_panel(const struct json *state, enum panel_type type, const char *name)
{
	int panels = saved_state_member(state, "panels");
	for (int at = json_first(state, panels); at >= 0; at = json_next(state, panels, at))
		if (json_is(state, json_get(state, at, "type"), panel_type_names[type]) &&
			(name == NULL || json_is(state, json_get(state, at, "panel"), name)))
			return at;
	return -1;
}

/* Whether the wall knows these services; all of them if none is wanted by name. */
static bool saved_state_has_services(const struct json *state, const struct texts *wanted)
{
	int services = saved_state_member(state, "services");
	if (wanted->count == 0)
		return json_kind(state, saved_state_member(state, "services_listed")) == JSON_TRUE;
	for (unsigned i = 0; i < wanted->count; i++) {
		int at = json_first(state, services);
		while (at >= 0 && !json_is(state, json_get(state, at, "service"), wanted->items[i]))
			at = json_next(state, services, at);
		if (at < 0)
			return false;
	}
	return true;
}

/* The server refused this panel to a wall with the same layout, and would refuse it to us. */
static bool saved_state_refuses(const struct json *state, const struct panel *panel, const char *layout)
{
	int at = saved_state_panel(state, panel->type, panel->name);
	char reason[BOARD_REASON_MAX];
	return at >= 0 && json_is(state, saved_state_member(state, "layout"), layout) &&
		json_text(state, json_get(state, at, "reason"), reason, sizeof(reason)) > 0;
}

static bool request_asks_for(const struct request *request, const struct panel *panel)
{
	for (unsigned i = 0; i < request->set_count; i++)
		if (request->sets[i].panel == panel)
			return !request->sets[i].skipped;
	return false;
}

/* Whether the wall of a state, and its request as read for the layout, ask for all that the layout asks for. */
static bool saved_state_suits(const struct json *state, const struct request *request, const struct layout *layout,
	struct error *error)
{
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		bool good = true;
		if (panel_subscribes(panel->type))
			good = request_asks_for(request, panel) || saved_state_refuses(state, panel, layout->name);
		else if (panel->type == PANEL_AVAILABILITY)
			good = saved_state_has_services(state, &panel->services);
		else if (panel->type == PANEL_CAMPAIGNS)
			good = saved_state_panel(state, PANEL_CAMPAIGNS, NULL) >= 0;
		if (!good)
			return error_set(error, "panel '%s'", panel->name);
	}
	return true;
}

static void saved_state_read_link(const struct json *state, struct link *link)
{
	link->state = LINK_STARTING;
	for (enum link_state at = LINK_STARTING; at <= LINK_ENDED; at++)
		if (json_is(state, saved_state_member(state, "state"), link_word(at)))
			link->state = at;
	json_text(state, saved_state_member(state, "cause"), link->cause, sizeof(link->cause));
	json_text(state, saved_state_member(state, "advice"), link->advice, sizeof(link->advice));
	link->interval = saved_state_number(state, "interval");
	link->next_try_ms = (int64_t)saved_state_number(state, "next_try_ms");
	link->polls = (unsigned long)saved_state_number(state, "polls");
	link->accepted = (unsigned long)saved_state_number(state, "accepted");
	link->failures = (unsigned long)saved_state_number(state, "failures");
	link->exit_status = (int)saved_state_number(state, "exit_status");
}

/* The services, in the order of the wall, which is the server's. */
static void saved_state_read_services(const struct json *state, struct board *board)
{
	int services = saved_state_member(state, "services");
	char name[BOARD_SERVICE_NAME_MAX];
	board->services_old = json_kind(state, saved_state_member(state, "services_listed")) == JSON_TRUE;
	for (int at = json_first(state, services); at >= 0; at = json_next(state, services, at)) {
		json_text(state, json_get(state, at, "service"), name, sizeof(name));
		struct service_availability *entry = board_service(board, name);
		if (entry != NULL)
			json_text(state, json_get(state, at, "problem"), entry->problem, sizeof(entry->problem));
	}
}

static void saved_state_read_panels(const struct json *state, struct board *board)
{
	bool same = json_is(state, saved_state_member(state, "layout"), board->layout->name);
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		struct panel_board *entry = &board->panels[i];
		int at = saved_state_panel(state, panel->type, panel->type == PANEL_CAMPAIGNS ? NULL : panel->name);
		json_text(state, same ? json_get(state, at, "reason") : -1, entry->reason, sizeof(entry->reason));
		json_text(state, json_get(state, at, "problem"), entry->problem, sizeof(entry->problem));
	}
}

/* All but the data and their time. */
static void saved_state_read(const struct json *state, struct board *board, struct link *link)
{
	saved_state_read_link(state, link);
	saved_state_read_services(state, board);
	saved_state_read_panels(state, board);
	json_text(state, saved_state_member(state, "chat_problem"), board->chat.problem, sizeof(board->chat.problem));
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

static bool saved_is_locked(int file)
{
	if (flock(file, LOCK_SH | LOCK_NB) != 0)
		return errno == EWOULDBLOCK;
	flock(file, LOCK_UN);
	return false;
}

/*
 * A file that is ours alone; -1: there is none. *running: whether its wall runs, by the lock. Once a wall has written
 * the next version, the one before is not locked either; so the file must still have the name after its lock was
 * tested.
 */
static int saved_open_file(int folder, const char *name, struct stat *about, bool *running)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		struct stat named;
		int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (file < 0)
			return -1;
		*running = saved_is_locked(file);
		bool ours = fstat(file, about) == 0 && S_ISREG(about->st_mode) && about->st_uid == geteuid() &&
			(about->st_mode & 077) == 0;
		bool current = fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && named.st_ino == about->st_ino;
		if (ours && current)
			return file;
		close(file);
		if (!ours)
			return -1;
	}
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

static bool layout_wants_data(const struct layout *layout)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (panel_subscribes(layout->panels[i].type))
			return true;
	return false;
}

/* Reads the request for the layout, and then the state: its bytes must be the last that are read. */
static enum saved_frame_found candidate_match(struct candidate *candidate, const struct saved_frame_options *options,
	struct error *error)
{
	struct recording *recording = candidate->cursor.recording;
	bool has_data = candidate->data != recording->count;
	if (!candidate_is_same_login(recording, options) ||
		(has_data && !cursor_go(&candidate->cursor, candidate->data, error)) ||
		!candidate_parse_state(candidate, error))
		return SAVED_FRAME_NONE;
	if (!has_data && layout_wants_data(options->layout))
		return SAVED_FRAME_EMPTY;
	return saved_state_suits(&candidate->state, &candidate->cursor.request, options->layout, error)
		? SAVED_FRAME_FOUND : SAVED_FRAME_OTHER;
}

static enum saved_frame_found candidate_open(struct candidate *candidate, const struct saved_frame_options *options,
	const char *name, bool running, struct error *error)
{
	char temporary[NAME_MAX + 1];
	bool is_running = false;
	int file = saved_open_file(options->folder, name, &candidate->about, &is_running);
	if (file < 0)
		return SAVED_FRAME_NONE;
	bool old = !is_running && clock_wall_ms() / 1000 - candidate->about.st_mtime > SAVED_FRAME_HOURS_MAX * 3600;
	if (old && !running) {
		(void)unlinkat(options->folder, name, 0);
		/* Where the wall was killed while it wrote, there is a temporary file too. */
		if (snprintf(temporary, sizeof(temporary), "%s.tmp", name) < (int)sizeof(temporary))
			(void)unlinkat(options->folder, temporary, 0);
	}
	if (old || is_running != running) {
		close(file);
		return SAVED_FRAME_NONE;
	}
	if (!cursor_open(&candidate->cursor, recording_open_file(file, name, error), options->layout)) {
		log_line("%s", error->text);
		return SAVED_FRAME_NONE;
	}
	candidate->open = true;
	json_init(&candidate->state);
	if (candidate_check(candidate, error))
		return candidate_match(candidate, options, error);
	log_line("%s: %s", name, error->text);
	return SAVED_FRAME_NONE;
}

static int64_t candidate_wall_ms(const struct candidate *candidate)
{
	const struct recording *recording = candidate->cursor.recording;
	return candidate->data < recording->count ? recording->entries[candidate->data].wall_ms : 0;
}

/* The best of all files whose walls run, or of those whose walls ended. The caller closes *best. */
static enum saved_frame_found saved_search(struct candidate *best, const struct saved_frame_options *options,
	bool running, struct error *error)
{
	enum saved_frame_found best_found = SAVED_FRAME_NONE;
	int folder = options->folder < 0 ? -1 : openat(options->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;
	for (int files = 0; listing != NULL && files < FILES_MAX && (entry = readdir(listing)) != NULL;) {
		struct candidate candidate = { .open = false };
		struct error why = { "" };
		size_t length = strlen(entry->d_name);
		if (length <= 6 || strcmp(entry->d_name + length - 6, ".frame") != 0)
			continue;
		files++;
		enum saved_frame_found found = candidate_open(&candidate, options, entry->d_name, running, &why);
		bool better = found > best_found || (found == SAVED_FRAME_FOUND && found == best_found &&
			candidate_wall_ms(&candidate) > candidate_wall_ms(best));
		if (!better) {
			candidate_close(&candidate);
			continue;
		}
		candidate_close(best);
		*best = candidate;
		best_found = found;
		*error = why;
	}
	if (listing != NULL)
		closedir(listing);
	return best_found;
}

/* Brings its frames, with their times minus clock_ms. */
static void candidate_play(struct candidate *candidate, int64_t clock_ms,
	void (*each)(void *context, const struct frame *frame), void *context)
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
		frame.received_ms -= clock_ms;
		each(context, &frame);
	}
}

static void saved_decode(void *context, const struct frame *frame)
{
	struct error error;
	if (!decode_frame(context, frame, NULL, &error))
		log_line("the last frame: %s", error.text);
}

enum saved_frame_found saved_frame_read(const struct saved_frame_options *options, struct board *board,
	struct link *link, struct error *error)
{
	struct candidate best = { .open = false };
	enum saved_frame_found found = saved_search(&best, options, true, error);
	if (found == SAVED_FRAME_FOUND || found == SAVED_FRAME_EMPTY) {
		saved_state_read(&best.state, board, link);
		candidate_play(&best, best.cursor.recording->clock_ms, saved_decode, board);
		/* Decoding an answer clears the problems that came after it: set them again. */
		if (candidate_parse_state(&best, error))
			saved_state_read(&best.state, board, link);
		link->accepted_ms = board->accepted_ms;
	}
	candidate_close(&best);
	return found;
}

bool saved_frame_wall_runs(const struct saved_frame_options *options)
{
	struct candidate best = { .open = false };
	struct error error;
	enum saved_frame_found found = saved_search(&best, options, true, &error);
	candidate_close(&best);
	return found != SAVED_FRAME_NONE;
}

void saved_frame_restore(const struct saved_frame_options *options, struct board *board,
	void (*each)(void *context, const struct frame *frame), void *context)
{
	struct candidate best = { .open = false };
	struct error error;
	if (saved_search(&best, options, false, &error) == SAVED_FRAME_FOUND) {
		int64_t age_ms = clock_wall_ms() - candidate_wall_ms(&best);
		/* By the time of day, since the machine may have booted meanwhile. */
		if (age_ms > 0 && age_ms <= (int64_t)SAVED_FRAME_HOURS_MAX * HOUR_MS) {
			saved_state_read_services(&best.state, board);
			candidate_play(&best, clock_wall_ms() - clock_boot_ms(), each, context);
		}
	}
	candidate_close(&best);
}
