/*
 * What another process sends through the socket of a login. The first byte says what the rest is: bytes of messages as they
 * come, the same with headers that are right, what a window asks for, or the state of a link. Nothing is handed on that passes
 * a cap, and what a window asks for can be asked.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "board/query.h"
#include "local/message.h"

enum { READS_MAX = 4096, MESSAGE_MAX = 512 };

static void read_all(const char *bytes, size_t length)
{
	struct local_reader reader;
	struct record_content content;
	int files[2];
	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, files) == 0);
	local_reader_init(&reader, MESSAGE_MAX);
	PROMISE(write(files[0], bytes, length) == (ssize_t)length);
	close(files[0]);
	enum local_read read = LOCAL_READ_MESSAGE;
	for (int i = 0; i < READS_MAX && read == LOCAL_READ_MESSAGE; i++) {
		read = local_reader_next(&reader, files[1], &content);
		PROMISE(read != LOCAL_READ_LATER);
		PROMISE(read != LOCAL_READ_MESSAGE || (content.length <= MESSAGE_MAX - RECORDING_HEADER && content.boot_ms >= 0));
	}
	PROMISE(read != LOCAL_READ_MESSAGE);
	close(files[1]);
	local_reader_free(&reader);
}

/* A header whose checksums are right, and lengths as the input wants them. */
static void read_headed(const uint8_t *data, size_t size)
{
	unsigned char bytes[RECORDING_HEADER + 4096];
	struct record_header header = { .kind = data[0], .flags = data[1], .stored = (uint32_t)(data[2] | data[3] << 8 | data[4] << 16),
		.raw = (uint32_t)(data[2] | data[3] << 8 | data[5] << 16) };
	size_t length = size - 6 < 4096 ? size - 6 : 4096;
	header.checksum = record_checksum(data + 6, header.stored < length ? header.stored : length);
	record_header_put(&header, bytes);
	memcpy(bytes + RECORDING_HEADER, data + 6, length);
	read_all((const char *)bytes, RECORDING_HEADER + length);
}

static void ask(struct json *json)
{
	static const char own_text[] =
		"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";
	static const struct catalogue none = { .known = false };
	struct error error = { "" };
	struct request request;
	struct buffer body, again;
	unsigned left_out;
	struct layout *wish = query_wish_read(json, json_root(json), &error);
	PROMISE((wish == NULL) == (error.text[0] != '\0'));
	if (wish == NULL)
		return;
	PROMISE(wish->panel_count <= LAYOUT_PANELS_MAX);
	struct layout *own = layout_parse("own", "own", own_text, &error);
	const struct layout *others[] = { wish, wish };
	struct layout *all = layout_extend(own, others, 2, 8, &left_out);
	PROMISE(all->panel_count >= 1 && all->panel_count <= 8 && strcmp(all->panels[0].name, "now") == 0);
	for (unsigned i = 0; i < all->panel_count; i++) {
		PROMISE(all->panels[i].index == i);
		for (unsigned k = 0; k < i; k++)
			PROMISE(strcmp(all->panels[i].name, all->panels[k].name) != 0);
	}
	buffer_init(&body, REQUEST_BODY_MAX);
	buffer_init(&again, REQUEST_BODY_MAX);
	request_init(&request);
	request_plan(&request, all, &none, &none, "tag");
	request_sign(&request);
	PROMISE(request_body(&request, &body) && json_check(buffer_string(&body), body.length, NULL, &error));
	PROMISE(request_record_put(&request, 5, &again) && json_check(buffer_string(&again), again.length, NULL, &error));
	request_free(&request);
	buffer_free(&body);
	buffer_free(&again);
	layout_free(all);
	layout_free(own);
	layout_free(wish);
}

static void link_of(struct json *json)
{
	struct link link;
	local_link_read(&link, json, 1000);
	PROMISE(link.accepted_ms >= 0 && link.accepted_ms <= 1000 && link.next_try_ms >= 0);
	PROMISE(interval_valid(link.interval) && link.state <= LINK_ENDED && link.exit_status <= STATUS_LIMIT);
	PROMISE(fuzz_clean(link.cause) && fuzz_clean(link.advice) && fuzz_clean(link.peer));
}

int fuzz_local(const uint8_t *data, size_t size)
{
	static struct json json;
	static bool begun;
	struct error error;
	fuzz_begin();
	if (!begun)
		json_init(&json);
	begun = true;
	if (size == 0)
		return 0;
	if (data[0] == 'm')
		read_all((const char *)data + 1, size - 1);
	else if (data[0] == 'h' && size > 7)
		read_headed(data + 1, size - 1);
	else if (json_parse(&json, (const char *)data + 1, size - 1, &error)) {
		if (data[0] == 'l')
			link_of(&json);
		else
			ask(&json);
	}
	return 0;
}
