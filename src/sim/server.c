#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "sim/connection.h"
#include "sim/route.h"

enum {
	/* A quiet keep-alive connection is closed after this many seconds. */
	IDLE_SECONDS = 120,
	/* Far more than a test opens at once; below the usual limit of 1024 descriptors. */
	CONNECTIONS_MAX = 900,
	/* A certificate chain with its key is some kilobytes. */
	PEM_MAX = 256 * 1024,
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
	ev_timer pulse;
	struct connections connections;
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

static void wake(void *context)
{
	turn(context);
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

/* Once a second the centre lives on, so that a late request finds little to catch up with. */
static void on_pulse(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct server *server = timer->data;
	(void)loop;
	(void)events;
	site_advance(server->site, clock_boot_ms(), clock_wall_ms() / 1000);
	if (connections_end(&server->connections, true))
		turn(server);
}

static void on_completed(void *context, struct MHD_Connection *mhd, void **slot,
	enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)mhd;
	(void)code;
	if (*slot)
		connection_free(*slot);
	*slot = NULL;
}

static void log_request(const struct server *server, const struct connection *connection)
{
	FILE *log = server->log;
	time_t now = (time_t)server->site->utc;
	const char *path = buffer_string(&connection->path);
	struct tm tm;
	char text[32];

	if (!log)
		return;
	localtime_r(&now, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fprintf(log, "%s %s ", text, connection->method);
	for (; *path; path++)
		fputc(*path > ' ' && *path < 0x7f ? *path : '?', log);
	fprintf(log, " %u %s\n", connection->reply.status, *connection->reply.login ? connection->reply.login : "-");
	fflush(log);
}

static enum MHD_Result add_parameter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct request *request = context;
	(void)kind;
	if (request->parameter_count == PARAMETERS_MAX)
		return MHD_NO;
	request->parameters[request->parameter_count++] = (struct parameter){ name, value };
	return MHD_YES;
}

static const char *header(struct connection *connection, const char *name)
{
	const char *value = MHD_lookup_connection_value(connection->mhd, MHD_HEADER_KIND, name);
	return value ? value : "";
}

/* Works out the reply, and how it is to be delivered. */
static void answer(struct server *server, struct connection *connection)
{
	struct site *site = server->site;
	const struct fault *fault = NULL;
	struct request request = {
		.method = connection->method,
		.path = buffer_string(&connection->path),
		.authorization = header(connection, "Authorization"),
		.cookie = header(connection, "Cookie"),
		.content_type = header(connection, "Content-Type"),
		.user_agent = header(connection, "User-Agent"),
		.body = buffer_string(&connection->body),
		.body_length = connection->body.length,
	};
	MHD_get_connection_values(connection->mhd, MHD_GET_ARGUMENT_KIND, add_parameter, &request);
	site_advance(site, clock_boot_ms(), clock_wall_ms() / 1000);
	if (!route_is_control(request.path))
		fault = faults_choose(&site->faults, request.method, request.path, site->now);
	if (fault) {
		connection->delivery = fault->kind->delivery;
		connection->delay = fault->delay;
		connection->size = fault->size;
	}
	if (connection->body.full)
		reply_error(&connection->reply, 413, "the body is larger than %d bytes", REQUEST_BODY_MAX);
	else if (fault && (fault->kind->delivery == DELIVERY_HANG || fault->kind->delivery == DELIVERY_CLOSE ||
		fault_reply(fault, &connection->reply)))
		route_count(site, &request);
	else
		route_answer(site, &request, &connection->reply);
	log_request(server, connection);
}

/* Called at the end of the request, and again after each suspension. */
static enum MHD_Result proceed(struct server *server, struct connection *connection)
{
	if (connection->state == CONNECTION_READING) {
		answer(server, connection);
		if (connection->delivery == DELIVERY_CLOSE)
			return MHD_NO;
		connection->state = CONNECTION_DUE;
		if (connection->delay > 0 && connection->delivery != DELIVERY_DRIP) {
			connection->state = CONNECTION_DELAYED;
			connection_suspend(connection, connection->delay);
			return MHD_YES;
		}
	}
	if (connection->state == CONNECTION_ENDING)
		return MHD_NO;
	return connection->state == CONNECTION_DUE ? connection_send(connection) : MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
	const char *version, const char *data, size_t *size, void **slot)
{
	struct server *server = context;
	struct connection *connection = *slot;
	(void)version;
	if (!connection) {
		connection = connection_new(&server->connections, mhd);
		connection->method = method;
		buffer_text(&connection->path, url);
		*slot = connection;
		return MHD_YES;
	}
	if (*size > 0) {
		buffer_add(&connection->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	return proceed(server, connection);
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
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, server->key },
		{ MHD_OPTION_END, 0, NULL },
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
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (server->daemon)
		return true;
	return error_set(error, "cannot listen on %s port %d: %s", options->bind, options->port,
		errno ? strerror(errno) : "address or certificate not usable");
}

static bool listen_on(struct server *server, struct error *error)
{
	const struct options *options = server->site->options;
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM };
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
	connections_init(&server->connections, loop, wake, server);
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
	connections_end(&server->connections, false);
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
