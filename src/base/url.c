#include "base/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool url_is_loopback(const char *host)
{
	if (text_same(host, "localhost"))
		return true;
	char bare[URL_HOST_MAX];
	size_t length = strlen(host);
	if (length >= sizeof(bare))
		return false;
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		memcpy(bare, host + 1, length - 2);
		bare[length - 2] = '\0';
	} else {
		memcpy(bare, host, length + 1);
	}
	struct in_addr four;
	if (inet_pton(AF_INET, bare, &four) == 1)
		return (ntohl(four.s_addr) >> 24) == 127;
	struct in6_addr six;
	return inet_pton(AF_INET6, bare, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* Copies a part; "" if the url has none; false if it is too long. */
static bool url_part(CURLU *handle, CURLUPart part, char *out, size_t size)
{
	char *text = NULL;
	out[0] = '\0';
	if (curl_url_get(handle, part, &text, 0) != CURLUE_OK)
		return true;
	bool fits = strlen(text) < size;
	if (fits)
		memcpy(out, text, strlen(text) + 1);
	curl_free(text);
	return fits;
}

/* What was meant is said as it should be written, if it holds no password. */
static bool url_without_scheme(const char *url, struct error *error)
{
	char host[URL_HOST_MAX];
	if (strchr(url, '@') != NULL)
		return error_set(error, "url: must begin with https:// (or http:// for this machine)");
	snprintf(host, sizeof(host), "%.*s", (int)(url[0] == '[' ? strcspn(url, "]") + 1 : strcspn(url, ":/")), url);
	return error_set(error, "url: must begin with https:// (or http:// for this machine): write %s://%.100s",
		url_is_loopback(host) ? "http" : "https", url);
}

static bool url_parse(CURLU *handle, const char *url, struct error *error)
{
	if (strlen(url) >= URL_MAX / 2)
		return error_set(error, "url: longer than %d bytes", URL_MAX / 2 - 1);
	if (strstr(url, "://") == NULL)
		return url_without_scheme(url, error);
	CURLUcode code = curl_url_set(handle, CURLUPART_URL, url, CURLU_DISALLOW_USER);
	if (code == CURLUE_USER_NOT_ALLOWED)
		return error_set(error, "url: must not hold a user or a password");
	if (code == CURLUE_BAD_SCHEME || code == CURLUE_UNSUPPORTED_SCHEME)
		return error_set(error, "url: must begin with https:// (or http:// for this machine)");
	if (code != CURLUE_OK)
		return error_set(error, "url: this is no address: %s", curl_url_strerror(code));
	return true;
}

/* What plain http may go to. */
static bool url_check_scheme(struct url_base *base, const char *scheme, bool allow_plaintext, struct error *error)
{
	base->tls = strcmp(scheme, "https") == 0;
	base->loopback = url_is_loopback(base->host);
	if (base->tls)
		return true;
	if (strcmp(scheme, "http") != 0)
		return error_set(error, "url: must begin with https:// (or http:// for this machine)");
	base->plaintext = !base->loopback;
	if (base->plaintext && !allow_plaintext)
		return error_set(error, "url: plain http would send the secret readable to %.120s: use https, "
			"or set allow_plaintext", base->host);
	return true;
}

static bool url_fill(struct url_base *base, CURLU *handle, bool allow_plaintext, struct error *error)
{
	char scheme[16], port[8], path[URL_MAX], rest[URL_MAX];
	if (!url_part(handle, CURLUPART_SCHEME, scheme, sizeof(scheme)) ||
		!url_part(handle, CURLUPART_HOST, base->host, sizeof(base->host)) ||
		!url_part(handle, CURLUPART_PORT, port, sizeof(port)) ||
		!url_part(handle, CURLUPART_PATH, path, sizeof(path)))
		return error_set(error, "url: a part of it is too long");
	if (!url_part(handle, CURLUPART_QUERY, rest, sizeof(rest)) || rest[0] != '\0' ||
		!url_part(handle, CURLUPART_FRAGMENT, rest, sizeof(rest)) || rest[0] != '\0')
		return error_set(error, "url: must end before any '?' or '#'");
	if (base->host[0] == '\0')
		return error_set(error, "url: has no host");
	if (!url_check_scheme(base, scheme, allow_plaintext, error))
		return false;
	snprintf(base->peer, sizeof(base->peer), "%s://%s%s%s", scheme, base->host, port[0] ? ":" : "", port);
	size_t length = strlen(path);
	while (length > 0 && path[length - 1] == '/')
		path[--length] = '\0';
	int used = snprintf(base->text, sizeof(base->text), "%s%s", base->peer, path);
	if (used < 0 || (size_t)used >= sizeof(base->text))
		return error_set(error, "url: too long");
	return true;
}

bool url_base_read(struct url_base *base, const char *url, const char *tenant, bool allow_plaintext,
	struct error *error)
{
	*base = (struct url_base){ .tls = false };
	char made[URL_HOST_MAX + 16];
	if (url == NULL) {
		if (tenant == NULL || tenant[0] == '\0')
			return error_set(error, "neither tenant nor url is configured");
		if (strlen(tenant) >= URL_HOST_MAX || strpbrk(tenant, "/?#@\\ ") != NULL)
			return error_set(error, "tenant: must be a domain, such as mytenant.cx.onecloud.com");
		snprintf(made, sizeof(made), "https://%s", tenant);
		url = made;
	}
	CURLU *handle = curl_url();
	if (handle == NULL)
		return error_set(error, "url: out of memory");
	bool good = url_parse(handle, url, error) && url_fill(base, handle, allow_plaintext, error);
	curl_url_cleanup(handle);
	return good;
}

/* Our own and not curl's, because a secret passes here and curl's leaves copies behind. */
bool url_add_value(struct buffer *out, const char *name, const char *value)
{
	bool first = out->length == 0 || out->data[out->length - 1] == '?';
	if (!first)
		buffer_text(out, "&");
	buffer_text(out, name);
	buffer_text(out, "=");
	return buffer_percent(out, value, strlen(value));
}

void url_host_of(const char *url, char *out, size_t size)
{
	char host[URL_HOST_MAX];
	CURLU *handle = curl_url();
	host[0] = '\0';
	if (handle != NULL && curl_url_set(handle, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		url_part(handle, CURLUPART_HOST, host, sizeof(host));
	curl_url_cleanup(handle);
	if (host[0] == '\0')
		snprintf(out, size, "another address");
	else
		text_scrub(out, size, host, strlen(host));
}

static bool url_prefix_good(const char *prefix)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
	size_t length = strlen(prefix);
	return length > 0 && length < URL_PREFIX_MAX && strspn(prefix, letters) == length && prefix[0] != '/' &&
		prefix[length - 1] != '/' && strstr(prefix, "//") == NULL;
}

/* "[::1]" is ::1 for everybody but a url. */
static void url_bare_host(char *host)
{
	size_t length = strlen(host);
	if (length < 2 || host[0] != '[' || host[length - 1] != ']')
		return;
	memmove(host, host + 1, length - 2);
	host[length - 2] = '\0';
}

static bool url_broker_fill(struct url_broker *broker, CURLU *handle, struct error *error)
{
	char scheme[16], port[8], path[URL_MAX], rest[URL_MAX];
	if (!url_part(handle, CURLUPART_SCHEME, scheme, sizeof(scheme)) ||
		(strcmp(scheme, "mqtt") != 0 && strcmp(scheme, "mqtts") != 0))
		return error_set(error, "the broker's address must begin with mqtt:// or mqtts://");
	if (!url_part(handle, CURLUPART_HOST, broker->host, sizeof(broker->host)) || broker->host[0] == '\0' ||
		!url_part(handle, CURLUPART_PORT, port, sizeof(port)) ||
		!url_part(handle, CURLUPART_PATH, path, sizeof(path)))
		return error_set(error, "the broker's address has no host, or a part of it is too long");
	if (!url_part(handle, CURLUPART_QUERY, rest, sizeof(rest)) || rest[0] != '\0' ||
		!url_part(handle, CURLUPART_FRAGMENT, rest, sizeof(rest)) || rest[0] != '\0' || path[0] != '/' ||
		!url_prefix_good(path + 1))
		return error_set(error,
			"the broker's address must end in /PREFIX, of letters, digits and . _ - between slashes");
	broker->tls = strcmp(scheme, "mqtts") == 0;
	broker->loopback = url_is_loopback(broker->host);
	snprintf(broker->peer, sizeof(broker->peer), "%s://%s%s%s", scheme, broker->host, port[0] ? ":" : "", port);
	url_bare_host(broker->host);
	strcpy(broker->prefix, path + 1); /* url_prefix_good() measured it */
	broker->port = port[0] != '\0' ? atoi(port) : broker->tls ? 8883 : 1883;
	return true;
}

bool url_broker_read(struct url_broker *broker, const char *url, struct error *error)
{
	*broker = (struct url_broker){ .tls = false };
	if (strlen(url) >= URL_MAX / 2)
		return error_set(error, "the broker's address is longer than %d bytes", URL_MAX / 2 - 1);
	CURLU *handle = curl_url();
	if (handle == NULL)
		return error_set(error, "url: out of memory");
	CURLUcode code = curl_url_set(handle, CURLUPART_URL, url, CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
	bool good;
	if (code == CURLUE_USER_NOT_ALLOWED)
		good = error_set(error, "the broker's address must not hold a user or a password: set broker_user and "
			"broker_password_file");
	else if (code != CURLUE_OK)
		good = error_set(error, "this is no address of a broker: %s", curl_url_strerror(code));
	else
		good = url_broker_fill(broker, handle, error);
	curl_url_cleanup(handle);
	return good;
}
