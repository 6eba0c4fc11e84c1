#include "sim/exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"

void reply_init(struct reply *reply)
{
	*reply = (struct reply){ .status = 200, .login = "" };
	buffer_init(&reply->body, REPLY_BODY_MAX);
}

void reply_free(struct reply *reply)
{
	buffer_wipe_free(&reply->body);
}

void reply_header(struct reply *reply, const char *name, const char *format, ...)
{
	struct reply_header *header = &reply->headers[reply->header_count];
	va_list arguments;
	if (reply->header_count++ == REPLY_HEADERS_MAX)
		fatal("too many headers in a reply");
	header->name = name;
	va_start(arguments, format);
	vsnprintf(header->value, sizeof(header->value), format, arguments);
	va_end(arguments);
}

void reply_error(struct reply *reply, unsigned status, const char *format, ...)
{
	char text[2 * ERROR_TEXT];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	reply->status = status;
	reply->type = "application/json";
	buffer_clear(&reply->body);
	buffer_text(&reply->body, "{\"error\": ");
	json_put_string(&reply->body, text);
	buffer_text(&reply->body, "}\n");
}

static void reply_pair(struct reply *reply, unsigned status, const char *first, const char *code, const char *second,
	const char *text)
{
	reply->status = status;
	reply->type = "application/json";
	buffer_clear(&reply->body);
	buffer_print(&reply->body, "{\"%s\": \"%s\", \"%s\": ", first, code, second);
	json_put_string(&reply->body, text);
	buffer_text(&reply->body, "}\n");
}

void reply_oauth_error(struct reply *reply, unsigned status, const char *code, const char *text)
{
	reply_pair(reply, status, "error", code, "error_description", text);
}

void reply_messaging_error(struct reply *reply, unsigned status, const char *code, const char *text)
{
	reply_pair(reply, status, "error_code", code, "error_message", text);
}

const char *request_parameter(const struct request *request, const char *name)
{
	for (unsigned i = 0; i < request->parameter_count; i++)
		if (strcmp(request->parameters[i].name, name) == 0)
			return request->parameters[i].value ? request->parameters[i].value : "";
	return "";
}
