#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "sim/route.h"

enum {
	/* A quiet keep-alive connection is closed after this many seconds. */
	IDLE_SECONDS = 120,
	/* Far more than a test opens at once; below the usual limit of 1024 descriptors. */
	CONNECTIONS_MAX = 900,
	/* A certificate chain with its key is some kilobytes. */
	PEM_MAX = 256 * 1024,
};

enum exchange_state {
	EXCHANGE_READING,
	EXCHANGE_DELAYED, /* suspended until the timer fires */
	EXCHANGE_DUE,     /* the answer can be sent */
	EXCHANGE_ENDING,  /* to be closed without an answer, or without more of it */
	EXCHANGE_SENDING,
};

/* One request on its way through. */
struct exchange {
	struct server *server;
	struct MHD_Connection *connection;
	enum exchange_state state;
	const char *method;
	struct buffer path;
	struct buffer body;
	struct reply reply;
	enum delivery delivery;
	double delay;
	unsigned size;
	size_t sent; /* of a drip */
	bool suspended;
	bool queued;
	ev_timer timer;
	struct exchange *previous;
	struct exchange *next;
};

struct server {
	struct ev_loop *loop;
	struct site *site;
	struct MHD_Daemon *daemon;
	FILE *log;
	int port;
	char *cert, *key;
	ev_io io;
	ev_timer timeout; /* what libmicrohttpd asks for */
	ev_timer pulse;   /* once a second: the centre lives on, lost clients are noticed */
	struct exchange *first;
};

/* Lets libmicrohttpd work, and asks it when it wants to be called again. */
static void turn(struct server *server)
{
	MHD_UNSIGNED_LONG_LONG wait;

	MHD_run(server->daemon);
	ev_timer_stop(server->loop, &server->timeout);
	if (MHD_get_timeout(server->daemon, &wait) != MHD_YES)
		return;
	/* The loop's time is that of the last poll: a timer armed after slow work would fire early. */
	ev_now_update(server->loop);
	ev_timer_set(&server->timeout, (double)wait / 1000, 0.);
	ev_timer_start(server->loop, &server->timeout);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)events;
	turn(io->data);
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	turn(timer->data);
}

static void suspend(struct exchange *exchange, double seconds)
{
	exchange->suspended = true;
	MHD_suspend_connection(exchange->connection);
	ev_now_update(exchange->server->loop);
	ev_timer_set(&exchange->timer, seconds, 0.);
	ev_timer_start(exchange->server->loop, &exchange->timer);
}

static void resume(struct exchange *exchange)
{
	ev_timer_stop(exchange->server->loop, &exchange->timer);
	exchange->suspended = false;
	MHD_resume_connection(exchange->connection);
}

static void on_delay_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct exchange *exchange = timer->data;

	(void)loop;
	(void)events;
	if (exchange->state == EXCHANGE_DELAYED)
		exchange->state = exchange->delivery == DELIVERY_HANG ? EXCHANGE_ENDING : EXCHANGE_DUE;
	resume(exchange);
	turn(exchange->server);
}

static bool hung_up(struct exchange *exchange)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd poller = {.fd = info ? info->connect_fd : -1, .events = POLLRDHUP};

	return poll(&poller, 1, 0) > 0 && poller.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

/* libmicrohttpd does not look at a suspended connection, so nobody else would notice that its client has gone. */
static void on_pulse(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct server *server = timer->data;
	bool any = false;

	(void)loop;
	(void)events;
	site_advance(server->site, clock_boot_ms(), clock_wall_ms() / 1000);
	for (struct exchange *at = server->first; at; at = at->next) {
		if (at->suspended && hung_up(at)) {
			at->state = EXCHANGE_ENDING;
			resume(at);
			any = true;
		}
	}
	if (any)
		turn(server);
}

static struct exchange *exchange_new(struct server *server, struct MHD_Connection *connection)
{
	struct exchange *exchange = must_alloc(sizeof(*exchange));

	memset(exchange, 0, sizeof(*exchange));
	exchange->server = server;
	exchange->connection = connection;
	buffer_init(&exchange->path, REQUEST_BODY_MAX);
	buffer_init(&exchange->body, REQUEST_BODY_MAX);
	reply_init(&exchange->reply);
	ev_timer_init(&exchange->timer, on_delay_over, 0., 0.);
	exchange->timer.data = exchange;
	exchange->next = server->first;
	if (server->first)
		server->first->previous = exchange;
	server->first = exchange;
	return exchange;
}

static void exchange_free(struct exchange *exchange)
{
	struct server *server = exchange->server;

	ev_timer_stop(server->loop, &exchange->timer);
	if (exchange->previous)
		exchange->previous->next = exchange->next;
	else
		server->first = exchange->next;
	if (exchange->next)
		exchange->next->previous = exchange->previous;
	buffer_free(&exchange->path);
	/* The body of the token call holds a secret, its answer a token. */
	buffer_wipe_free(&exchange->body);
	buffer_wipe_free(&exchange->reply.body);
	free(exchange);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **slot,
	enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)connection;
	(void)code;
	if (*slot)
		exchange_free(*slot);
	*slot = NULL;
}

static void log_request(struct exchange *exchange)
{
	FILE *log = exchange->server->log;
	time_t now = (time_t)exchange->server->site->utc;
	const char *path = buffer_string(&exchange->path);
	struct tm tm;
	char text[32];

	if (!log)
		return;
	localtime_r(&now, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fprintf(log, "%s %s ", text, exchange->method);
	for (; *path; path++)
		fputc(*path > ' ' && *path < 0x7f ? *path : '?', log);
	fprintf(log, " %u %s\n", exchange->reply.status, *exchange->reply.login ? exchange->reply.login : "-");
	fflush(log);
}

static enum MHD_Result add_parameter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct request *request = context;

	(void)kind;
	if (request->parameter_count == PARAMETERS_MAX)
		return MHD_NO;
	request->parameters[request->parameter_count++] = (struct parameter){name, value};
	return MHD_YES;
}

static const char *header(struct exchange *exchange, const char *name)
{
	const char *value = MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);

	return value ? value : "";
}

/* Works out the reply, and how it is to be delivered. */
static void answer(struct exchange *exchange)
{
	struct site *site = exchange->server->site;
	const struct fault *fault = NULL;
	struct request request = {
		.method = exchange->method,
		.path = buffer_string(&exchange->path),
		.authorization = header(exchange, "Authorization"),
		.cookie = header(exchange, "Cookie"),
		.content_type = header(exchange, "Content-Type"),
		.body = buffer_string(&exchange->body),
		.body_length = exchange->body.length,
	};

	MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND, add_parameter, &request);
	site_advance(site, clock_boot_ms(), clock_wall_ms() / 1000);
	if (!route_is_control(request.path))
		fault = faults_choose(&site->faults, request.method, request.path, site->now);
	if (fault) {
		exchange->delivery = fault->kind->delivery;
		exchange->delay = fault->delay;
		exchange->size = fault->size;
	}
	if (exchange->body.full)
		reply_error(&exchange->reply, 413, "the body is larger than %d bytes", REQUEST_BODY_MAX);
	else if (fault && (fault->kind->delivery == DELIVERY_HANG || fault->kind->delivery == DELIVERY_CLOSE))
		route_count(site, &request);
	else if (fault && fault_reply(fault, &exchange->reply))
		route_count(site, &request);
	else
		route_answer(site, &request, &exchange->reply);
	log_request(exchange);
}

static ssize_t read_drip(void *context, uint64_t position, char *out, size_t max)
{
	struct exchange *exchange = context;
	const struct buffer *body = &exchange->reply.body;
	size_t length = exchange->size;

	if (exchange->state == EXCHANGE_ENDING)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	/* What was allowed so far is out: wait for the next drop. Answering 0 without suspending would be a busy loop. */
	if (position >= exchange->sent && position > 0) {
		exchange->sent = (size_t)position + exchange->size;
		suspend(exchange, exchange->delay);
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
	struct exchange *exchange = context;
	size_t half = exchange->reply.body.length / 2;

	if (position >= half)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (max > half - position)
		max = half - (size_t)position;
	memcpy(out, exchange->reply.body.data + position, max);
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

static struct MHD_Response *make_response(struct exchange *exchange)
{
	struct buffer *body = &exchange->reply.body;
	/* What is dripped or cut must have a length to be short of. */
	bool has_body = body->length > 0;

	if (exchange->delivery == DELIVERY_BIG)
		return MHD_create_response_from_callback((uint64_t)exchange->size * 1024 * 1024, 65536, read_big, exchange,
			NULL);
	if (exchange->delivery == DELIVERY_DRIP && has_body)
		return MHD_create_response_from_callback(body->length, 4096, read_drip, exchange, NULL);
	if (exchange->delivery == DELIVERY_CUT && has_body)
		return MHD_create_response_from_callback(body->length, 4096, read_cut, exchange, NULL);
	/* The exchange, and its buffer with it, outlives the response. */
	return MHD_create_response_from_buffer(body->length, (void *)(uintptr_t)buffer_string(body),
		MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_reply(struct exchange *exchange)
{
	struct MHD_Response *response = make_response(exchange);
	const struct reply *reply = &exchange->reply;
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	if (reply->type)
		MHD_add_response_header(response, "Content-Type", reply->type);
	for (unsigned i = 0; i < reply->header_count; i++)
		MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
	exchange->state = EXCHANGE_SENDING;
	result = MHD_queue_response(exchange->connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Called at the end of the request, and again after each suspension. */
static enum MHD_Result proceed(struct exchange *exchange)
{
	if (exchange->state == EXCHANGE_READING) {
		answer(exchange);
		if (exchange->delivery == DELIVERY_CLOSE)
			return MHD_NO;
		exchange->state = EXCHANGE_DUE;
		if (exchange->delay > 0 && exchange->delivery != DELIVERY_DRIP) {
			exchange->state = EXCHANGE_DELAYED;
			suspend(exchange, exchange->delay);
			return MHD_YES;
		}
	}
	if (exchange->state == EXCHANGE_ENDING)
		return MHD_NO;
	return exchange->state == EXCHANGE_DUE ? send_reply(exchange) : MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *data, size_t *size, void **slot)
{
	struct exchange *exchange = *slot;

	(void)version;
	if (!exchange) {
		exchange = exchange_new(context, connection);
		exchange->method = method;
		buffer_text(&exchange->path, url);
		*slot = exchange;
		return MHD_YES;
	}
	if (*size > 0) {
		buffer_add(&exchange->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	return proceed(exchange);
}

static char *read_pem(const char *path, struct error *error)
{
	FILE *file = fopen(path, "rb");
	char *text;
	size_t length;

	if (!file) {
		error_set(error, "%s: %s", path, strerror(errno));
		return NULL;
	}
	text = must_alloc(PEM_MAX);
	length = fread(text, 1, PEM_MAX - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static void on_daemon_message(void *context, const char *format, va_list arguments)
{
	(void)context;
	(void)format;
	(void)arguments;
	/* Clients that break off are what this program is for; libmicrohttpd need not report them. */
}

static bool start_daemon(struct server *server, const struct sockaddr *address, struct error *error)
{
	const struct options *options = server->site->options;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
		{MHD_OPTION_END, 0, NULL},
	};

	if (address->sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	if (options->tls_cert)
		flags |= MHD_USE_TLS;
	else
		tls[0].option = MHD_OPTION_END;
	errno = 0;
	server->daemon = MHD_start_daemon(flags, (uint16_t)options->port, NULL, NULL, on_request, server,
		MHD_OPTION_EXTERNAL_LOGGER, on_daemon_message, NULL, MHD_OPTION_SOCK_ADDR, address,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (server->daemon)
		return true;
	return error_set(error, "cannot listen on %s port %d: %s", options->bind, options->port,
		errno ? strerror(errno) : "address or certificate not usable");
}

static bool listen_on(struct server *server, struct error *error)
{
	const struct options *options = server->site->options;
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char port[16];
	bool done;

	snprintf(port, sizeof(port), "%d", options->port);
	if (getaddrinfo(options->bind, port, &hints, &found) != 0)
		return error_set(error, "--bind: '%s' is no address", options->bind);
	done = start_daemon(server, found->ai_addr, error);
	freeaddrinfo(found);
	return done;
}

static void start_watchers(struct server *server)
{
	int epoll = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

	server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	ev_io_init(&server->io, on_readable, epoll, EV_READ);
	ev_timer_init(&server->timeout, on_timeout, 0., 0.);
	ev_timer_init(&server->pulse, on_pulse, 1., 1.);
	server->io.data = server->timeout.data = server->pulse.data = server;
	ev_io_start(server->loop, &server->io);
	ev_timer_start(server->loop, &server->pulse);
}

struct server *server_start(struct ev_loop *loop, struct site *site, FILE *log, struct error *error)
{
	const struct options *options = site->options;
	struct server *server = must_alloc(sizeof(*server));
	bool done = true;

	memset(server, 0, sizeof(*server));
	server->loop = loop;
	server->site = site;
	server->log = log;
	if (options->tls_cert)
		done = (server->cert = read_pem(options->tls_cert, error)) &&
			(server->key = read_pem(options->tls_key, error));
	if (!done || !listen_on(server, error)) {
		free(server->cert);
		free(server->key);
		free(server);
		return NULL;
	}
	start_watchers(server);
	return server;
}

int server_port(const struct server *server)
{
	return server->port;
}

void server_stop(struct server *server)
{
	/* libmicrohttpd must not be stopped while connections are suspended. */
	for (struct exchange *at = server->first; at; at = at->next) {
		at->state = EXCHANGE_ENDING;
		if (at->suspended)
			resume(at);
	}
	MHD_run(server->daemon);
	ev_io_stop(server->loop, &server->io);
	ev_timer_stop(server->loop, &server->timeout);
	ev_timer_stop(server->loop, &server->pulse);
	MHD_stop_daemon(server->daemon);
	free(server->cert);
	if (server->key)
		explicit_bzero(server->key, PEM_MAX);
	free(server->key);
	free(server);
}
