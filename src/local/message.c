#include "local/message.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/text.h"
#include "layout/layout.h"

enum { READER_PART = 64 * 1024 };

const char *const local_ask_names[LOCAL_ASKS] = { [LOCAL_ASK_RETRY] = "retry", [LOCAL_ASK_TAKE_OVER] = "take over",
	[LOCAL_ASK_NAMES] = "names", [LOCAL_ASK_PERCENTS] = "percents" };

/* ---- reading ---- */

void local_reader_init(struct local_reader *reader, size_t max)
{
	*reader = (struct local_reader){ .max = max };
	buffer_init(&reader->bytes, max);
}

void local_reader_free(struct local_reader *reader)
{
	buffer_free(&reader->bytes);
}

void local_reader_clear(struct local_reader *reader)
{
	buffer_clear(&reader->bytes);
	reader->wanted = 0;
}

/* At most so many bytes that what follows the message stays in the socket. */
static enum local_read reader_fill(struct local_reader *reader, int file, size_t until)
{
	char part[READER_PART];
	while (reader->bytes.length < until) {
		size_t room = until - reader->bytes.length;
		ssize_t count = recv(file, part, room < sizeof(part) ? room : sizeof(part), 0);
		if (count == 0)
			return LOCAL_READ_END;
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? LOCAL_READ_LATER : LOCAL_READ_END;
		if (!buffer_add(&reader->bytes, part, (size_t)count))
			return LOCAL_READ_NONSENSE;
	}
	return LOCAL_READ_MESSAGE;
}

static bool reader_measure(struct local_reader *reader)
{
	struct record_header header;
	if (!record_header_get(&header, (const unsigned char *)buffer_string(&reader->bytes)) || !(header.flags & RECORD_PLAIN) ||
		(header.flags & RECORD_FOLLOWS) || header.raw != header.stored || header.stored > reader->max - RECORDING_HEADER)
		return false;
	reader->wanted = RECORDING_HEADER + header.stored;
	return true;
}

enum local_read local_reader_next(struct local_reader *reader, int file, struct record_content *content)
{
	struct record_header header;
	/* The last one was used. */
	if (reader->wanted > 0 && reader->bytes.length == reader->wanted)
		local_reader_clear(reader);
	if (reader->wanted == 0) {
		enum local_read head = reader_fill(reader, file, RECORDING_HEADER);
		if (head != LOCAL_READ_MESSAGE)
			return head;
		if (!reader_measure(reader))
			return LOCAL_READ_NONSENSE;
	}
	enum local_read whole = reader_fill(reader, file, reader->wanted);
	if (whole != LOCAL_READ_MESSAGE)
		return whole;
	const char *bytes = buffer_string(&reader->bytes);
	if (!record_check(bytes, reader->bytes.length, &header))
		return LOCAL_READ_NONSENSE;
	*content = (struct record_content){ .kind = (enum record_kind)header.kind, .boot_ms = header.boot_ms,
		.wall_ms = header.wall_ms, .bytes = bytes + RECORDING_HEADER, .length = header.stored };
	return LOCAL_READ_MESSAGE;
}

/* ---- writing ---- */

bool local_put(enum local_kind kind, const struct buffer *text, struct buffer *out)
{
	struct record_content content = { .kind = (enum record_kind)kind, .bytes = buffer_string(text), .length = text->length };
	struct error error;
	return !text->full && record_pack(NULL, &content, NULL, out, &error);
}

/* ---- the link ---- */

void local_link_put(const struct link *link, struct buffer *out)
{
	json_put_object(out);
	json_put_pair(out, "state", link_word(link->state));
	json_put_pair(out, "cause", link->cause);
	json_put_pair(out, "advice", link->advice);
	json_put_pair(out, "peer", link->peer);
	json_put_bool_pair(out, "plaintext", link->plaintext);
	json_put_real_pair(out, "interval", true, link->interval, 3);
	json_put_integer_pair(out, "accepted_ms", link->accepted_ms);
	json_put_integer_pair(out, "next_try_ms", link->next_try_ms);
	json_put_integer_pair(out, "latency_ms", link->latency_ms);
	json_put_integer_pair(out, "polls", (long long)link->polls);
	json_put_integer_pair(out, "accepted", (long long)link->accepted);
	json_put_integer_pair(out, "failures", (long long)link->failures);
	json_put_integer_pair(out, "bytes", (long long)link->bytes);
	json_put_integer_pair(out, "exit_status", link->exit_status);
	json_put_object_end(out);
}

static int64_t link_number(const struct json *json, const char *key, double most)
{
	double number = 0;
	return json_number(json, json_get(json, json_root(json), key), &number) && number >= 0 && number <= most ? (int64_t)number : 0;
}

void local_link_read(struct link *link, const struct json *json, int64_t now_ms)
{
	const double most = 1e15;
	double interval = 0;
	int root = json_root(json);
	*link = (struct link){ .state = LINK_STARTING };
	for (enum link_state at = LINK_STARTING; at <= LINK_ENDED; at++)
		if (json_is(json, json_get(json, root, "state"), link_word(at)))
			link->state = at;
	json_text(json, json_get(json, root, "cause"), link->cause, sizeof(link->cause));
	json_text(json, json_get(json, root, "advice"), link->advice, sizeof(link->advice));
	json_text(json, json_get(json, root, "peer"), link->peer, sizeof(link->peer));
	link->plaintext = json_kind(json, json_get(json, root, "plaintext")) == JSON_TRUE;
	if (!json_number(json, json_get(json, root, "interval"), &interval) || !interval_valid(interval))
		interval = 5;
	link->interval = interval;
	link->accepted_ms = link_number(json, "accepted_ms", most);
	if (link->accepted_ms > now_ms)
		link->accepted_ms = now_ms;
	link->next_try_ms = link_number(json, "next_try_ms", most);
	link->latency_ms = link_number(json, "latency_ms", most);
	link->polls = (unsigned long)link_number(json, "polls", most);
	link->accepted = (unsigned long)link_number(json, "accepted", most);
	link->failures = (unsigned long)link_number(json, "failures", most);
	link->bytes = (unsigned long)link_number(json, "bytes", most);
	link->exit_status = (enum status)link_number(json, "exit_status", STATUS_LIMIT);
}
