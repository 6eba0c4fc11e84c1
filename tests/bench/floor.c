/*
 * The floor: the least program that does the job, as one would write it in an afternoon. libcurl's easy interface,
 * jsmn, curses, nothing else; no checks, no colours, no keys, no signing in. What the wall costs is measured
 * against this.
 *
 *     floor URL SECONDS
 *
 * Shows ten columns of the rows that fit, as they came.
 */
#include <curl/curl.h>
#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>

struct body {
	char *bytes;
	size_t length, room;
};

static const char *const heads[] = {
	"Login", "Name", "Ext", "Handled", "Offered", "Rejected", "Transf", "Out", "Contacts", "Reason",
};
enum { COLUMNS_SHOWN = sizeof(heads) / sizeof(heads[0]) };
static const int lefts[COLUMNS_SHOWN + 1] = { 0, 14, 36, 45, 54, 63, 73, 81, 89, 99, 119 };

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
	struct body *body = context;
	if (body->length + size * count > body->room) {
		body->room = (body->length + size * count) * 2;
		body->bytes = realloc(body->bytes, body->room);
		if (body->bytes == NULL)
			return 0;
	}
	memcpy(body->bytes + body->length, bytes, size * count);
	body->length += size * count;
	return size * count;
}

/* All tokens, in an array that grows and is kept: counting them first would cost as much as the parse. */
static int parse(const struct body *body, jsmntok_t **tokens, unsigned *room)
{
	jsmn_parser parser;
	int count = JSMN_ERROR_NOMEM;
	while (count == JSMN_ERROR_NOMEM) {
		if (*room > 0) {
			jsmn_init(&parser);
			count = jsmn_parse(&parser, body->bytes, body->length, *tokens, *room);
		}
		if (count != JSMN_ERROR_NOMEM)
			break;
		*room = *room == 0 ? 1024 : *room * 2;
		*tokens = realloc(*tokens, *room * sizeof(**tokens));
		if (*tokens == NULL)
			break;
	}
	return count;
}

static void show(const struct body *body, const jsmntok_t *tokens, int count)
{
	int at = 0, line = 1;
	while (at < count && !(tokens[at].type == JSMN_ARRAY && at > 0 && body->bytes[tokens[at - 1].start] == 'v'))
		at++;
	erase();
	for (int i = 0; i < COLUMNS_SHOWN; i++)
		mvaddstr(0, lefts[i], heads[i]);
	/* Rows are flat objects: the next one is right behind the last cell. */
	for (at++; at < count && line < LINES; line++) {
		int cells = tokens[at].size;
		for (int i = 0; i < cells && i < COLUMNS_SHOWN; i++) {
			const jsmntok_t *value = &tokens[at + 2 + 2 * i];
			int length = value->end - value->start, most = lefts[i + 1] - lefts[i] - 1;
			mvaddnstr(line, lefts[i], body->bytes + value->start, length < most ? length : most);
		}
		at += 1 + 2 * cells;
	}
	refresh();
}

int main(int argc, char **argv)
{
	struct body body = { NULL, 0, 0 };
	jsmntok_t *tokens = NULL;
	unsigned room = 0;
	struct timespec next;
	if (argc < 3)
		return EXIT_FAILURE;
	long step = (long)(atof(argv[2]) * 1e9);
	setlocale(LC_ALL, "");
	initscr();
	curs_set(0);
	CURL *curl = curl_easy_init();
	curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		body.length = 0;
		if (curl_easy_perform(curl) == CURLE_OK) {
			int count = parse(&body, &tokens, &room);
			show(&body, tokens, count);
		}
		next.tv_nsec += step;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}
