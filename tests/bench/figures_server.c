#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "figures.h"

static const char token[] = "{\"access_token\":\"0123456789ABCDEF\",\"token_type\":\"Bearer\",\"expires_in\":\"36000\","
	"\"scope\":\"example.cx.onecloud.com\"}";

void server_init(struct server *server, struct cells *cells)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	memset(server, 0, sizeof(*server));
	server->cells = cells;
	for (int i = 0; i < CLIENTS_MAX; i++)
		server->clients[i].fd = -1;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(server->listener, CLIENTS_MAX) != 0 ||
		getsockname(server->listener, (struct sockaddr *)&address, &length) != 0) {
		perror("server");
		exit(EXIT_FAILURE);
	}
	server->port = ntohs(address.sin_port);
}

static void drop(struct client *client)
{
	close(client->fd);
	client->fd = -1;
}

void server_free(struct server *server)
{
	for (int i = 0; i < CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			drop(&server->clients[i]);
	close(server->listener);
}

int server_watch(const struct server *server, struct pollfd *fds)
{
	int count = 0;
	fds[count++] = (struct pollfd){ .fd = server->listener, .events = POLLIN };
	for (int i = 0; i < CLIENTS_MAX; i++) {
		const struct client *client = &server->clients[i];
		if (client->fd >= 0)
			fds[count++] = (struct pollfd){ .fd = client->fd, .events = client->body != NULL ? POLLOUT : POLLIN };
	}
	return count;
}

static void take_client(struct server *server)
{
	int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
	for (int i = 0; fd >= 0 && i < CLIENTS_MAX; i++)
		if (server->clients[i].fd < 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
			server->clients[i].fd = fd;
			server->clients[i].have = 0;
			server->clients[i].body = NULL;
			return;
		}
	if (fd >= 0)
		close(fd);
}

static void send_more(struct server *server, struct client *client)
{
	size_t all = client->head_length + client->body_length;
	while (client->written < all) {
		bool in_head = client->written < client->head_length;
		const char *from = in_head ? client->head + client->written
			: client->body + (client->written - client->head_length);
		size_t left = in_head ? client->head_length - client->written : all - client->written;
		/* Before the call: on its way out of it the program may already be at work. */
		client->sent_ms = now_ms();
		ssize_t done = send(client->fd, from, left, MSG_NOSIGNAL | (in_head && client->body_length > 0 ? MSG_MORE : 0));
		if (done < 0 && errno == EAGAIN)
			return;
		if (done < 0) {
			drop(client);
			return;
		}
		client->written += (size_t)done;
	}
	client->body = NULL;
	if (client->data)
		server->answered_ms = client->sent_ms;
}

static void answer(struct server *server, struct client *client, const char *body, size_t length)
{
	client->data = body == server->cells->body;
	client->body = body;
	client->body_length = length;
	client->written = 0;
	client->head_length = (size_t)snprintf(client->head, sizeof(client->head),
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", length);
	send_more(server, client);
}

static void answer_text(struct server *server, struct client *client, const char *text)
{
	answer(server, client, text, strlen(text));
}

static void route(struct server *server, struct client *client, const char *body)
{
	const char *request = client->request;
	if (strncmp(request, "GET /statsapi/subscription/data", 31) == 0) {
		server->polls++;
		server->asked = true;
		answer(server, client, server->cells->body, server->cells->length);
	} else if (strncmp(request, "POST /statsapi/subscription", 27) == 0) {
		cells_ask(server->cells, body);
		answer_text(server, client, "");
	} else if (strncmp(request, "POST /configapi/v2/oauth/token", 30) == 0) {
		answer_text(server, client, token);
	} else {
		answer_text(server, client, strncmp(request, "GET ", 4) == 0 ? "[]" : "");
	}
}

static void take_request(struct server *server, struct client *client)
{
	ssize_t got = recv(client->fd, client->request + client->have, REQUEST_MAX - 1 - client->have, 0);
	if (got <= 0) {
		if (got == 0 || errno != EAGAIN)
			drop(client);
		return;
	}
	client->have += (size_t)got;
	client->request[client->have] = '\0';
	char *end = strstr(client->request, "\r\n\r\n");
	if (end == NULL)
		return;
	const char *length = strcasestr(client->request, "\r\nContent-Length:");
	size_t wanted = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
	if (client->have < (size_t)(end + 4 - client->request) + wanted)
		return;
	client->have = 0;
	route(server, client, end + 4);
}

void server_serve(struct server *server, const struct pollfd *fds, int count)
{
	for (int i = 0; i < count; i++) {
		if (fds[i].revents == 0)
			continue;
		if (fds[i].fd == server->listener)
			take_client(server);
		for (int c = 0; c < CLIENTS_MAX; c++) {
			struct client *client = &server->clients[c];
			if (client->fd != fds[i].fd)
				continue;
			if (client->body != NULL)
				send_more(server, client);
			else
				take_request(server, client);
		}
	}
}
