/* Requests and answers on real sockets: what is sent, what is made of each kind of answer, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <ev.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http.h"

enum { REQUEST_MAX = 8192, PATIENCE = 20 };

/* What the server says to each request, byte for byte; then it hangs up, where `over` says so. */
struct script {
	const char *answer;
	size_t padding;    /* so many bytes more */
	bool over, silent; /* silent: no byte, and the connection stays */
};

static struct server {
	int listener, port;
	pthread_t thread;
	struct script script;
	char request[REQUEST_MAX];
	unsigned accepted, requests;
} server;

/* One request, with its body; false at the end of the connection. */
static bool read_request(int client)
{
	size_t used = 0;
	for (;;) {
		ssize_t got = recv(client, server.request + used, sizeof(server.request) - used - 1, 0);
		if (got <= 0)
			return false;
		used += (size_t)got;
		server.request[used] = '\0';
		const char *body = strstr(server.request, "\r\n\r\n"), *length = strstr(server.request, "Content-Length: ");
		if (body != NULL && (length == NULL || strlen(body + 4) >= strtoul(length + 16, NULL, 10)))
			return true;
	}
}

static void send_padding(int client, size_t left)
{
	static char block[65536];
	memset(block, 'x', sizeof(block));
	while (left > 0) {
		ssize_t sent = send(client, block, left < sizeof(block) ? left : sizeof(block), MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		left -= (size_t)sent;
	}
}

static void serve_client(int client)
{
	while (read_request(client)) {
		server.requests++;
		if (server.script.silent)
			continue;
		(void)!send(client, server.script.answer, strlen(server.script.answer), MSG_NOSIGNAL);
		send_padding(client, server.script.padding);
		if (server.script.over)
			break;
	}
	close(client);
}

static void *serve(void *unused)
{
	int client;
	(void)unused;
	while ((client = accept(server.listener, NULL, NULL)) >= 0) {
		server.accepted++;
		serve_client(client);
	}
	return NULL;
}

static struct ev_loop *loop;
static struct http *http;
static struct url_base base;

/* The last answer, copied. */
static struct {
	unsigned count;
	int status;
	bool sent;
	char body[200], cause[300], advice[300];
	size_t length;
	double retry_after;
	int64_t latency_ms;
} got;

static void on_done(void *context, const struct http_response *response)
{
	(void)context;
	got.count++;
	got.status = response->status;
	got.sent = response->sent;
	got.length = response->length;
	got.retry_after = response->retry_after;
	got.latency_ms = response->latency_ms;
	snprintf(got.body, sizeof(got.body), "%s", response->body);
	snprintf(got.cause, sizeof(got.cause), "%s", response->cause);
	snprintf(got.advice, sizeof(got.advice), "%s", response->advice);
	/* Their bytes end with a NUL, and the slot is free for the next. */
	assert_int_equal(response->body[response->length], '\0');
	assert_false(http_busy(http, HTTP_STATS));
	ev_break(loop, EVBREAK_ALL);
}

static void on_patience(struct ev_loop *run, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(run, EVBREAK_ALL);
}

/* Until an answer, or so many seconds. */
static void wait_for_answer(double seconds)
{
	ev_timer timer;
	ev_now_update(loop);
	ev_timer_init(&timer, on_patience, seconds, 0.);
	ev_timer_start(loop, &timer);
	ev_run(loop, 0);
	ev_timer_stop(loop, &timer);
}

static void ask_by(enum http_slot slot, const struct http_request *wanted)
{
	struct http_request request = *wanted;
	unsigned count = got.count;
	request.done = on_done;
	http_start(http, slot, &request);
	assert_true(http_busy(http, slot));
	wait_for_answer(PATIENCE);
	assert_int_equal(got.count, count + 1);
}

static void get(const char *answer)
{
	/* Hung up where the end tells the length, and where it comes too soon. */
	bool over = strstr(answer, "Content-Length") == NULL || strstr(answer, "Content-Length: 90") != NULL;
	server.script = (struct script){ .answer = answer, .over = over };
	ask_by(HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/data?a=b", .headers = { "Accept: application/json" } });
}

static int open_all(void **unused)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	struct error error = { "" };
	char url[100];
	(void)unused;
	memset(&server, 0, sizeof(server));
	memset(&got, 0, sizeof(got));
	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server.listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server.listener, 16), 0);
	getsockname(server.listener, (struct sockaddr *)&address, &size);
	server.port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/api/", server.port);
	assert_true(url_base_read(&base, url, "t", false, &error));
	loop = ev_loop_new(EVFLAG_NOENV);
	/* A proxy does not stand between this machine and itself. */
	http = http_new(loop, &base, "http://127.0.0.1:1", NULL, &error);
	assert_non_null(http);
	return 0;
}

static int close_all(void **unused)
{
	(void)unused;
	http_free(http);
	shutdown(server.listener, SHUT_RDWR);
	close(server.listener);
	pthread_join(server.thread, NULL);
	ev_loop_destroy(loop);
	return 0;
}

static void said(const char *cause, const char *advice)
{
	if (strstr(got.cause, cause) == NULL || (cause[0] == '\0' && got.cause[0] != '\0') || strstr(got.advice, advice) == NULL)
		fail_msg("\"%s\", \"%s\", not \"%s\", \"%s\"", got.cause, got.advice, cause, advice);
}

static void good_answers(void **unused)
{
	(void)unused;
	get("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
	assert_int_equal(got.status, 200);
	assert_true(got.sent);
	assert_string_equal(got.body, "{\"a\":1}");
	assert_int_equal(got.length, 7);
	assert_in_range(got.latency_ms, 0, PATIENCE * 1000);
	assert_true(got.retry_after < 0);
	said("", "");
	/* What is sent, and what is not. */
	assert_int_equal(strncmp(server.request, "GET /api/data?a=b HTTP/1.1\r\n", 28), 0);
	assert_non_null(strstr(server.request, "\r\nAccept: application/json\r\n"));
	assert_non_null(strstr(server.request, "\r\nAccept-Encoding: identity\r\n"));
	assert_null(strstr(server.request, "Cookie"));
	/* The connection is kept, also for another method. */
	server.script.answer = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";
	ask_by(HTTP_STATS, &(struct http_request){ .method = "DELETE", .path = "/x", .headers = { "X-A: 1", "X-B: 2" } });
	assert_int_equal(got.status, 204);
	assert_int_equal(got.length, 0);
	assert_int_equal(strncmp(server.request, "DELETE /api/x HTTP/1.1\r\n", 24), 0);
	assert_non_null(strstr(server.request, "\r\nX-A: 1\r\nX-B: 2\r\n"));
	assert_null(strstr(server.request, "Accept: application/json"));
	server.script.answer = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
	ask_by(HTTP_STATS, &(struct http_request){ .method = "POST", .path = "/x", .headers = { "X-A: 1" }, .body = "{\"b\":2}xyz",
		.body_length = 7 });
	assert_int_equal(got.status, 201);
	assert_int_equal(strncmp(server.request, "POST /api/x HTTP/1.1\r\n", 22), 0);
	assert_string_equal(strstr(server.request, "\r\n\r\n") + 4, "{\"b\":2}");
	assert_null(strstr(server.request, "X-B: 2"));
	ask_by(HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/y" });
	assert_int_equal(strncmp(server.request, "GET /api/y HTTP/1.1\r\n", 21), 0);
	assert_null(strstr(server.request, "X-A"));
	assert_int_equal(server.accepted, 1);
	assert_int_equal(server.requests, 4);
	assert_false(http_busy(http, HTTP_STATS));
}

/* What must not arrive twice goes by a connection of its own. */
static void once_is_a_connection_of_its_own(void **unused)
{
	(void)unused;
	get("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
	assert_int_equal(server.accepted, 1);
	server.script.over = true;
	ask_by(HTTP_STATS, &(struct http_request){ .method = "POST", .path = "/sms", .body = "{}", .body_length = 2, .once = true });
	assert_int_equal(got.status, 200);
	assert_int_equal(server.accepted, 2);
}

static void answers_that_nobody_can_use(void **unused)
{
	(void)unused;
	static const struct { const char *answer; int status; const char *cause, *advice; } answers[] = {
		{ "HTTP/1.1 302 Found\r\nLocation: https://portal.example/login\r\nContent-Length: 0\r\n\r\n", 302,
			"Redirected to portal.example, which is never followed", "Check the url, and whether a login portal" },
		{ "HTTP/1.1 399 Odd\r\nContent-Length: 0\r\n\r\n", 399, "Redirected to another address, which is never followed", "Check the url, and" },
		{ "HTTP/1.1 300 Odd\r\nContent-Length: 0\r\n\r\n", 300, "Redirected to another address", "" },
		{ "HTTP/1.1 400 Odd\r\nContent-Length: 0\r\n\r\n", 400, "", "" },
		{ "HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\n{}", 299, "", "" },
		{ "HTTP/1.1 299 Odd\r\nContent-Length: 6\r\n\r\n<html>", 299, "Got a web page instead of data", "" },
		{ "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n", 304, "", "" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n\n <html>x", 200, "Got a web page instead of data", "Check the url and this computer" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", 200, "Got a web page instead of data", "" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: application/xhtml+xml\r\nContent-Length: 2\r\n\r\nhi", 200, "Got a web page", "" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}", 200, "", "" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n []", 200, "", "" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n", 200, "", "" },
		{ "HTTP/1.1 500 Odd\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", 500, "", "" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"a\":", 0, "The answer was cut off", "" },
		{ "HTTP/1.1 200 OK\r\n\r\n{\"a\":1}", 200, "", "" },
		{ "SSH-2.0-OpenSSH_9.2\r\n", 0, "The answer is not HTTP", "Check the url and the port." },
		{ "", 0, "The server closed the connection without an answer", "" },
		{ "HTTP/1.1 100 Continue\r\nRetry-After: 9\r\nContent-Type: text/html\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "", "" },
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		get(answers[i].answer);
		if (got.status != answers[i].status)
			fail_msg("%zu: status %d", i, got.status);
		said(answers[i].cause, answers[i].advice);
		assert_true(got.sent);
		assert_true(got.retry_after < 0);
	}
}

static void how_long_to_wait(void **unused)
{
	(void)unused;
	static const struct { const char *header; double least, most; } headers[] = {
		{ "Retry-After: 7", 7, 7 }, { "retry-after:  7 \t", 7, 7 }, { "Retry-After: 600", 600, 600 }, { "Retry-After: 601", 600, 600 },
		{ "Retry-After: 99999999999999999999", 600, 600 }, { "Retry-After: soon", -1, -1 }, { "Retry-After: 7 s", -1, -1 },
		{ "Retry-After: -7", -1, -1 }, { "Retry-After: 0", 0, 0 }, { "X-Retry-After: 7", -1, -1 }, { "Retry-After", -1, -1 },
		{ "Retry-After: Tue, 24 Nov 2015 14:05:10 GMT", 0, 0 }, { "Retry-After: Tue, 24 Nov 2099 14:05:10 GMT", 600, 600 },
	};
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		char answer[300];
		snprintf(answer, sizeof(answer), "HTTP/1.1 503 No\r\n%s\r\nContent-Length: 0\r\n\r\n", headers[i].header);
		if (strchr(headers[i].header, ':') == NULL)
			continue;
		get(answer);
		assert_int_equal(got.status, 503);
		if (got.retry_after < headers[i].least || got.retry_after > headers[i].most)
			fail_msg("%s: %g", headers[i].header, got.retry_after);
	}
	/* The next answer does not say it again. */
	get("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
	assert_true(got.retry_after < 0);
}

/* The data have the largest cap, everything else a smaller one; both are caps. */
static void large_answers(void **unused)
{
	static const struct { enum http_slot slot; size_t bytes; const char *cause; } sizes[] = {
		{ HTTP_LIST, HTTP_BODY_MAX, "" }, { HTTP_LIST, HTTP_BODY_MAX + 1, "The answer is larger than 8 MB" },
		{ HTTP_STATS, HTTP_BODY_MAX + 1, "" }, { HTTP_STATS, HTTP_DATA_MAX + 1, "The answer is larger than 32 MB" },
		{ HTTP_TOKEN, HTTP_BODY_MAX + 1, "The answer is larger than 8 MB" },
		{ HTTP_EXTRA_LAST, HTTP_BODY_MAX + 1, "The answer is larger than 8 MB" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		server.script = (struct script){ .answer = "HTTP/1.1 200 OK\r\n\r\n", .padding = sizes[i].bytes, .over = true };
		ask_by(sizes[i].slot, &(struct http_request){ .method = "GET", .path = "/x" });
		said(sizes[i].cause, sizes[i].cause[0] != '\0' ? "Use a smaller limit" : "");
		assert_int_equal(got.status, sizes[i].cause[0] != '\0' ? 0 : 200);
		if (sizes[i].cause[0] == '\0')
			assert_int_equal(got.length, sizes[i].bytes);
	}
	/* And the next one is taken. */
	get("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	assert_string_equal(got.body, "{}");
}

static void large_headers(void **unused)
{
	char *answer = malloc(HTTP_HEAD_MAX + 1000), *at = answer;
	(void)unused;
	at += sprintf(at, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < HTTP_HEAD_MAX / 1024 + 1; i++, at += 1024 - 2) {
		memset(at, 'x', 1020);
		memcpy(at, "X-A: ", 5);
		memcpy(at + 1020, "\r\n", 2);
	}
	at[0] = '\0';
	server.script = (struct script){ .answer = answer, .over = true };
	ask_by(HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/x" });
	assert_int_equal(got.status, 0);
	said("The headers of the answer are larger than 128 kB", "Check the url and the port.");
	get("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	assert_int_equal(got.status, 200);
	free(answer);
}

/* A request that is given up is never answered, and its slot is free. */
static void given_up_is_forgotten(void **unused)
{
	(void)unused;
	server.script = (struct script){ .silent = true };
	http_start(http, HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/x", .done = on_done });
	http_cancel(http, HTTP_LIST);
	assert_true(http_busy(http, HTTP_STATS));
	wait_for_answer(0.1);
	http_cancel(http, HTTP_STATS);
	http_cancel(http, HTTP_STATS);
	assert_false(http_busy(http, HTTP_STATS));
	wait_for_answer(0.1);
	assert_int_equal(got.count, 0);
}

static void nobody_listens(void **unused)
{
	struct error error = { "" };
	char url[100];
	struct url_base closed;
	struct http *kept = http;
	(void)unused;
	int hole = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	assert_int_equal(bind(hole, (struct sockaddr *)&address, sizeof(address)), 0);
	getsockname(hole, (struct sockaddr *)&address, &size);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(address.sin_port));
	assert_true(url_base_read(&closed, url, "t", false, &error));
	http = http_new(loop, &closed, NULL, NULL, &error);
	ask_by(HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/x" });
	assert_int_equal(got.status, 0);
	assert_false(got.sent);
	said("refused the connection", "Check the address and the port.");
	close(hole);
	http_free(http);
	http = kept;
	/* A certificate file that cannot be read is said at the start. */
	assert_null(http_new(loop, &closed, NULL, "/nonexistent/ca.pem", &error));
	assert_non_null(strstr(error.text, "ca_file: /nonexistent/ca.pem"));
}

/* Elsewhere a proxy is used: the one that is told, for https also the environment's; and it is blamed for what it does. */
static void proxies(void **unused)
{
	struct error error = { "" };
	struct url_base away;
	char proxy[100];
	struct http *kept = http;
	(void)unused;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", server.port);
	assert_true(url_base_read(&away, "https://wall.invalid", "t", false, &error));
	setenv("https_proxy", proxy, 1);
	http = http_new(loop, &away, NULL, NULL, &error);
	server.script = (struct script){ .answer = "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", .over = true };
	ask_by(HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/x" });
	assert_int_equal(strncmp(server.request, "CONNECT wall.invalid:443 HTTP/1.1\r\n", 35), 0);
	assert_false(got.sent);
	said("The proxy refused the connection (407)", "The proxy requires a user and a password");
	server.script.answer = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";
	ask_by(HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/x" });
	said("The proxy refused the connection (503)", "Check the proxy setting.");
	server.script.answer = "";
	ask_by(HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/x" });
	said("Proxy 127.0.0.1", "Check the proxy setting.");
	http_free(http);
	unsetenv("https_proxy");
	/* Plain http asks no environment. */
	setenv("http_proxy", proxy, 1);
	http = http_new(loop, &away, "http://127.0.0.1:1", NULL, &error);
	ask_by(HTTP_STATS, &(struct http_request){ .method = "GET", .path = "/x" });
	said("The proxy 127.0.0.1 refused the connection", "Check the proxy setting.");
	http_free(http);
	unsetenv("http_proxy");
	http = kept;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(good_answers), TEST(once_is_a_connection_of_its_own), TEST(answers_that_nobody_can_use), TEST(how_long_to_wait),
		TEST(large_answers), TEST(large_headers), TEST(given_up_is_forgotten), TEST(nobody_listens), TEST(proxies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
