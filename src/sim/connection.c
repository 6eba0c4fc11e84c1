#include "sim/connection.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

void connection_suspend(struct connection *connection, double seconds)
{
	connection->suspended = true;
	MHD_suspend_connection(connection->mhd);
	ev_now_update(connection->all->loop);
	ev_timer_set(&connection->timer, seconds, 0.);
	ev_timer_start(connection->all->loop, &connection->timer);
}

static void resume(struct connection *connection)
{
	ev_timer_stop(connection->all->loop, &connection->timer);
	connection->suspended = false;
	MHD_resume_connection(connection->mhd);
}

static void on_delay_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct connection *connection = timer->data;
	(void)loop;
	(void)events;
	if (connection->state == CONNECTION_DELAYED)
		connection->state = connection->delivery == DELIVERY_HANG ? CONNECTION_ENDING : CONNECTION_DUE;
	resume(connection);
	connection->all->wake(connection->all->context);
}

static bool hung_up(struct connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd poller = { .fd = info ? info->connect_fd : -1, .events = POLLRDHUP };
	return poll(&poller, 1, 0) > 0 && poller.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

bool connections_end(struct connections *all, bool lost_only)
{
	bool any = false;
	for (struct connection *at = all->first; at; at = at->next) {
		if (!at->suspended || (lost_only && !hung_up(at)))
			continue;
		at->state = CONNECTION_ENDING;
		resume(at);
		any = true;
	}
	return any;
}

void connections_init(struct connections *all, struct ev_loop *loop, void (*wake)(void *context), void *context)
{
	*all = (struct connections){ .loop = loop, .wake = wake, .context = context };
}

struct connection *connection_new(struct connections *all, struct MHD_Connection *mhd)
{
	struct connection *connection = must_alloc(sizeof(*connection));
	memset(connection, 0, sizeof(*connection));
	connection->all = all;
	connection->mhd = mhd;
	buffer_init(&connection->path, REQUEST_BODY_MAX);
	buffer_init(&connection->body, REQUEST_BODY_MAX);
	reply_init(&connection->reply);
	ev_timer_init(&connection->timer, on_delay_over, 0., 0.);
	connection->timer.data = connection;
	connection->next = all->first;
	if (all->first)
		all->first->previous = connection;
	all->first = connection;
	return connection;
}

void connection_free(struct connection *connection)
{
	ev_timer_stop(connection->all->loop, &connection->timer);
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		connection->all->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	buffer_free(&connection->path);
	buffer_wipe_free(&connection->body);
	reply_free(&connection->reply);
	free(connection);
}

static ssize_t read_drip(void *context, uint64_t position, char *out, size_t max)
{
	struct connection *connection = context;
	const struct buffer *body = &connection->reply.body;
	size_t length = connection->size;
	if (connection->state == CONNECTION_ENDING)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	/* What was allowed so far is out. Answering 0 without suspending would be a busy loop. */
	if (position >= connection->allowed && position > 0) {
		connection->allowed = (size_t)position + connection->size;
		connection_suspend(connection, connection->delay);
		return 0;
	}
	if (length > max)
		length = max;
	if (length > body->length - position)
		length = body->length - (size_t)position;
	memcpy(out, body->data + position, length);
	return (ssize_t)length;
}

static ssize_t read_cut(void *context, uint64_t position, char *out, size_t max)
{
	struct connection *connection = context;
	size_t half = connection->reply.body.length / 2;
	if (position >= half)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (max > half - position)
		max = half - (size_t)position;
	memcpy(out, connection->reply.body.data + position, max);
	return (ssize_t)max;
}

/* One long string: {"a": "xxxx... */
static ssize_t read_big(void *context, uint64_t position, char *out, size_t max)
{
	static const char start[] = "{\"a\": \"";
	(void)context;
	if (position < sizeof(start) - 1) {
		*out = start[position];
		return 1;
	}
	memset(out, 'x', max);
	return (ssize_t)max;
}

static struct MHD_Response *make_response(struct connection *connection)
{
	struct buffer *body = &connection->reply.body;
	/* What is dripped or cut must have a length to be short of. */
	bool has_body = body->length > 0;

	if (connection->delivery == DELIVERY_BIG)
		return MHD_create_response_from_callback((uint64_t)connection->size * 1024 * 1024, 65536, read_big,
			connection, NULL);
	if (connection->delivery == DELIVERY_DRIP && has_body)
		return MHD_create_response_from_callback(body->length, 4096, read_drip, connection, NULL);
	if (connection->delivery == DELIVERY_CUT && has_body)
		return MHD_create_response_from_callback(body->length, 4096, read_cut, connection, NULL);
	/* The connection, and its buffer with it, outlives the response. */
	return MHD_create_response_from_buffer(body->length, (void *)(uintptr_t)buffer_string(body),
		MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result connection_send(struct connection *connection)
{
	struct MHD_Response *response = make_response(connection);
	const struct reply *reply = &connection->reply;
	enum MHD_Result result;
	if (!response)
		return MHD_NO;
	if (reply->type)
		MHD_add_response_header(response, "Content-Type", reply->type);
	for (unsigned i = 0; i < reply->header_count; i++)
		MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
	connection->state = CONNECTION_SENDING;
	result = MHD_queue_response(connection->mhd, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

