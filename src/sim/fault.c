#include "sim/fault.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A page as a proxy or a hotel's network would send it. */
#define HTML(title, text) \
	"<!DOCTYPE html>\n<html><head><title>" title "</title></head>\n<body><h1>" title "</h1>" text "</body></html>\n"

static const char data[] = "/subscription/data";
static const char json[] = "application/json";
static const char html[] = "text/html; charset=utf-8";

const struct fault_kind fault_kinds[] = {
	{ .name = "401", .status = 401, .type = json, .body = "{\"error\": \"Unauthorized\"}\n", .help = "unauthorized" },
	{ .name = "403", .status = 403, .type = json, .body = "{\"error\": \"missing privilege\"}\n",
		.help = "forbidden: a privilege is missing" },
	{ .name = "404", .status = 404, .type = json, .body = "{\"error\": \"there is no active subscription\"}\n",
		.path = data, .help = "no active subscription, on data" },
	{ .name = "400", .status = 400, .type = json, .body = "{\"error\": \"Bad request\"}\n",
		.path = "/statsapi/subscription", .method = "POST", .help = "bad request, on the subscription's POST" },
	{ .name = "409", .status = 409, .type = json,
		.body = "{\"error\": \"Limit of active subscriptions exceeded for tenant\"}\n",
		.path = "/statsapi/subscription", .method = "POST",
		.help = "limit exceeded, on the subscription's POST" },
	{ .name = "415", .status = 415, .type = json, .body = "{\"error\": \"Unsupported Media Type\"}\n",
		.method = "POST", .help = "wrong media type, on POST" },
	{ .name = "429", .status = 429, .type = json, .body = "{\"error\": \"Too many requests\"}\n", .retry = 5,
		.help = "too many requests, with Retry-After" },
	{ .name = "500", .status = 500, .type = html, .body = HTML("500 Internal Server Error", ""),
		.help = "server error, as HTML" },
	{ .name = "502", .status = 502, .type = html, .body = HTML("502 Bad Gateway", "<hr>nginx"),
		.help = "bad gateway, as HTML" },
	{ .name = "503", .status = 503, .type = html, .body = HTML("503 Service Unavailable", ""), .retry = 5,
		.help = "unavailable, with Retry-After" },
	{ .name = "204", .status = 204, .path = data, .help = "no data yet, on data" },
	{ .name = "empty", .status = 200, .type = json, .body = "", .help = "200 without a body" },
	{ .name = "bad-json", .status = 200, .type = json, .body = "{\"a\": {\"agent_grids\": [1, 2,, }\n",
		.help = "200 with a body that is not JSON" },
	{ .name = "portal", .status = 200, .type = html,
		.body = HTML("Welcome to the guest network", "<form><input name=room><input type=submit></form>"),
		.help = "200 with a captive portal's login page" },
	{ .name = "redirect", .status = 302, .type = html, .body = HTML("302 Found", ""),
		.help = "redirect to the URL of to=" },
	{ .name = "deep", .status = 200, .type = json, .size = 100000, .help = "JSON nested size= deep" },
	{ .name = "big", .status = 200, .type = json, .delivery = DELIVERY_BIG, .size = 200,
		.help = "a body of size= megabytes" },
	{ .name = "file", .status = 200, .type = json, .help = "the contents of file=, with status=" },
	{ .name = "slow", .delay = 5, .help = "the right answer after delay= seconds" },
	{ .name = "drip", .delivery = DELIVERY_DRIP, .delay = 0.5, .size = 16,
		.help = "the right answer, size= bytes every delay= seconds" },
	{ .name = "hang", .delivery = DELIVERY_HANG, .delay = 3600, .help = "no answer for delay= seconds, then closed" },
	{ .name = "cut", .delivery = DELIVERY_CUT, .help = "closed after half of the announced body" },
	{ .name = "close", .delivery = DELIVERY_CLOSE, .help = "closed without an answer" },
	{ .name = NULL },
};

enum key_type {
	KEY_TEXT,
	KEY_COUNT,
	KEY_INT,
	KEY_REAL,
};

struct fault_key {
	const char *name;
	enum key_type type;
	size_t offset;
	size_t size; /* of a text */
	double least, most;
};

#define FIELD(field) offsetof(struct fault, field), sizeof(((struct fault *)0)->field)

static const struct fault_key keys[] = {
	{ "path", KEY_TEXT, FIELD(path), 0, 0 },
	{ "method", KEY_TEXT, FIELD(method), 0, 0 },
	{ "to", KEY_TEXT, FIELD(to), 0, 0 },
	{ "file", KEY_TEXT, FIELD(file), 0, 0 },
	{ "reason", KEY_TEXT, FIELD(reason), 0, 0 },
	{ "after", KEY_REAL, FIELD(after), 0, 1e9 },
	{ "for", KEY_REAL, FIELD(duration), 0, 1e9 },
	{ "delay", KEY_REAL, FIELD(delay), 0, 1e6 },
	{ "p", KEY_REAL, FIELD(probability), 0, 1 },
	{ "count", KEY_COUNT, FIELD(count), 1, 1e9 },
	{ "skip", KEY_COUNT, FIELD(skip), 0, 1e9 },
	{ "every", KEY_COUNT, FIELD(every), 1, 1e9 },
	{ "size", KEY_COUNT, FIELD(size), 1, 1e7 },
	{ "status", KEY_COUNT, FIELD(status), 200, 599 },
	{ "retry", KEY_INT, FIELD(retry), 0, 1e6 },
	{ NULL, KEY_TEXT, 0, 0, 0, 0 },
};

void faults_init(struct faults *faults, uint64_t seed)
{
	*faults = (struct faults){ 0 };
	/* Any stream that the centre does not use. */
	random_seed(&faults->random, seed, 0xfa017);
}

static bool set_key(struct fault *fault, const char *name, const char *value, struct error *error)
{
	const struct fault_key *key = keys;
	void *field;
	char *end;
	double number;

	while (key->name && strcmp(key->name, name) != 0)
		key++;
	if (!key->name)
		return error_set(error, "unknown key '%s' of a fault", name);
	field = (char *)fault + key->offset;
	if (key->type == KEY_TEXT) {
		if (strlen(value) >= key->size)
			return error_set(error, "value of '%s' is too long", name);
		snprintf(field, key->size, "%s", value);
		return true;
	}
	number = strtod(value, &end);
	if (end == value || *end || !(number >= key->least && number <= key->most))
		return error_set(error, "'%s=%s': a number from %g to %g is wanted", name, value, key->least,
			key->most);
	if (key->type == KEY_REAL)
		*(double *)field = number;
	else if (key->type == KEY_INT)
		*(int *)field = (int)number;
	else
		*(unsigned *)field = (unsigned)number;
	return true;
}

static bool set_kind(struct fault *fault, const char *name, struct error *error)
{
	const struct fault_kind *kind = fault_kinds;
	while (kind->name && strcmp(kind->name, name) != 0)
		kind++;
	if (!kind->name)
		return error_set(error, "unknown fault '%s'", name);
	*fault = (struct fault){
		.kind = kind,
		.delay = kind->delay,
		.size = kind->size,
		.retry = kind->retry,
		.status = kind->status,
		.probability = 1,
		.to = "http://127.0.0.1:9/elsewhere",
	};
	snprintf(fault->path, sizeof(fault->path), "%s", kind->path ? kind->path : "");
	snprintf(fault->method, sizeof(fault->method), "%s", kind->method ? kind->method : "");
	return true;
}

static bool parse(struct fault *fault, const char *text, struct error *error)
{
	char copy[4 * FAULT_TEXT_MAX];
	char *rest = NULL, *colon;
	if (strlen(text) >= sizeof(copy))
		return error_set(error, "a fault is too long");
	snprintf(copy, sizeof(copy), "%s", text);
	colon = strchr(copy, ':');
	if (colon)
		*colon++ = '\0';
	if (!set_kind(fault, copy, error))
		return false;
	if (!colon)
		return true;
	for (char *pair = strtok_r(colon, ",", &rest); pair; pair = strtok_r(NULL, ",", &rest)) {
		char *value = strchr(pair, '=');
		if (!value)
			return error_set(error, "'%s' of a fault has no value", pair);
		*value++ = '\0';
		if (!set_key(fault, pair, value, error))
			return false;
	}
	return true;
}

bool faults_add(struct faults *faults, const char *text, int64_t now, struct error *error)
{
	struct fault fault;
	if (faults->count == FAULTS_MAX)
		return error_set(error, "more than %d faults", FAULTS_MAX);
	if (!parse(&fault, text, error))
		return false;
	fault.added = now;
	faults->list[faults->count++] = fault;
	return true;
}

bool faults_replace(struct faults *faults, const char *text, int64_t now, struct error *error)
{
	struct faults fresh = { .random = faults->random };
	char line[4 * FAULT_TEXT_MAX];
	while (*text) {
		size_t length = strcspn(text, "\r\n");
		if (length >= sizeof(line))
			return error_set(error, "a fault is too long");
		memcpy(line, text, length);
		line[length] = '\0';
		if (length > 0 && !faults_add(&fresh, line, now, error))
			return false;
		text += length;
		text += strspn(text, "\r\n");
	}
	*faults = fresh;
	return true;
}

static bool meets(struct faults *faults, struct fault *fault, const char *method, const char *path, int64_t now)
{
	double age = (double)(now - fault->added) / 1000;
	if (*fault->method && strcasecmp(fault->method, method) != 0)
		return false;
	if (!strstr(path, fault->path) || age < fault->after)
		return false;
	if (fault->duration > 0 && age >= fault->after + fault->duration)
		return false;
	if (fault->seen++ < fault->skip || (fault->count && fault->done >= fault->count))
		return false;
	if (fault->every && (fault->seen - fault->skip - 1) % fault->every != 0)
		return false;
	if (!random_chance(&faults->random, fault->probability))
		return false;
	fault->done++;
	return true;
}

const struct fault *faults_choose(struct faults *faults, const char *method, const char *path, int64_t now)
{
	for (unsigned i = 0; i < faults->count; i++)
		if (meets(faults, &faults->list[i], method, path, now))
			return &faults->list[i];
	return NULL;
}

static void put_file(struct buffer *out, const char *path)
{
	FILE *file = fopen(path, "rb");
	char bytes[4096];
	size_t length;

	if (!file)
		return;
	while ((length = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buffer_add(out, bytes, length);
	fclose(file);
}

bool fault_reply(const struct fault *fault, struct reply *reply)
{
	const struct fault_kind *kind = fault->kind;
	if (kind->status == 0)
		return false;
	reply->status = fault->status;
	reply->type = kind->type;
	if (*fault->reason)
		reply_error(reply, fault->status, "%s", fault->reason);
	else if (kind->body)
		buffer_text(&reply->body, kind->body);
	if (*fault->file)
		put_file(&reply->body, fault->file);
	if (strcmp(kind->name, "deep") == 0) {
		for (unsigned i = 0; i < fault->size; i++)
			buffer_add(&reply->body, "[", 1);
		for (unsigned i = 0; i < fault->size; i++)
			buffer_add(&reply->body, "]", 1);
	}
	if (strcmp(kind->name, "redirect") == 0)
		reply_header(reply, "Location", "%s", fault->to);
	if (fault->retry > 0)
		reply_header(reply, "Retry-After", "%d", fault->retry);
	return true;
}
