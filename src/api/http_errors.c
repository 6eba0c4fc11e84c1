#include "api/http_errors.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

/* CURLE_TOO_LARGE, which older headers lack. */
enum { HTTP_ERROR_TOO_LARGE = 100 };

/* X509_V_OK, and what libcurl has until OpenSSL says another number. */
enum { VERIFY_OK = 0, VERIFY_UNSPECIFIED = 1 };

struct http_fault {
	int code;
	const char *cause;
	const char *advice;
};

/* OpenSSL's numbers of what is wrong with a certificate (X509_V_ERR_...), so that only libcurl needs its headers. */
static const struct http_fault certificate_faults[] = {
	{ 9, "certificate: not valid yet", "check this computer's clock" },
	{ 10, "certificate: expired", "the server needs a new one; check this computer's clock too" },
	{ 18, "certificate: self-signed", "give the server's certificate as ca_file, if you trust it" },
	{ 19, "certificate: signed by an unknown authority", "give the authority's certificate as ca_file" },
	{ 20, "certificate: signed by an unknown authority", "give the authority's certificate as ca_file" },
	{ 21, "certificate: signed by an unknown authority", "give the authority's certificate as ca_file" },
	{ 23, "certificate: revoked", "the server needs a new one" },
	{ 26, "certificate: not made for a server", "the server needs a new one" },
	{ 62, "certificate: wrong name", "check the url: the certificate is for another host" },
	{ 66, "certificate: its key is too short", "the server needs a new one" },
	{ 68, "certificate: its signature is too weak", "the server needs a new one" },
};

static const struct http_fault faults[] = {
	{ CURLE_COULDNT_RESOLVE_PROXY, "the name of the proxy is not known", "check the proxy and the name server" },
	{ CURLE_SEND_ERROR, "the connection broke while sending", "" },
	{ CURLE_RECV_ERROR, "the connection broke", "" },
	{ CURLE_GOT_NOTHING, "the server hung up without an answer", "" },
	{ CURLE_PARTIAL_FILE, "the answer was cut off", "" },
	{ CURLE_WEIRD_SERVER_REPLY, "the answer is no HTTP", "check url and port" },
	{ CURLE_UNSUPPORTED_PROTOCOL, "the answer is no HTTP", "check url and port" },
	{ CURLE_HTTP2, "the answer is no HTTP", "check url and port" },
	{ CURLE_BAD_CONTENT_ENCODING, "the answer is packed in a way that cannot be unpacked",
		"check the proxy and whatever else is in between" },
	{ CURLE_SSL_CONNECT_ERROR, "no encrypted connection could be made",
		"check url and port: does https answer there?" },
	{ CURLE_SSL_CACERT_BADFILE, "the ca_file could not be used", "check ca_file" },
	{ CURLE_SSL_ISSUER_ERROR, "certificate: signed by an unknown authority", "check ca_file" },
	{ CURLE_SSL_SHUTDOWN_FAILED, "the connection broke", "" },
	{ CURLE_PROXY, "the proxy failed", "check the proxy" },
	{ CURLE_URL_MALFORMAT, "the url cannot be used", "check the url" },
	/* What libcurl says of a single line that is too long for it; newer ones have a code of its own. */
	{ CURLE_OUT_OF_MEMORY, "the answer's headers are too long, or out of memory", "" },
	{ HTTP_ERROR_TOO_LARGE, "the answer's headers are too long", "" },
};

static const struct http_fault *http_fault_find(const struct http_fault *table, size_t count, int code)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].code == code)
			return &table[i];
	return NULL;
}

static const char *http_fault_certificate(const struct http_failure *failure, char *out, size_t size)
{
	const struct http_fault *fault = http_fault_find(certificate_faults,
		sizeof(certificate_faults) / sizeof(certificate_faults[0]), (int)failure->verify);
	if (fault != NULL) {
		snprintf(out, size, "%s", fault->cause);
		return fault->advice;
	}
	/* The name is compared by libcurl itself, which leaves the number that it began with. */
	if (failure->verify == VERIFY_OK || failure->verify == VERIFY_UNSPECIFIED) {
		snprintf(out, size, "certificate: wrong name (it is not for %.180s)", failure->host);
		return "check the url: the certificate is for another host";
	}
	snprintf(out, size, "certificate: not trusted (reason %ld)", failure->verify);
	return "the server needs a better one, or give ca_file";
}

/* After the request was sent. */
static const char *http_fault_silence(const struct http_failure *failure, char *out, size_t size)
{
	if (failure->answered_us == 0)
		snprintf(out, size, "the server took the request and did not answer within %d s",
			HTTP_SLOW_SECONDS);
	else
		snprintf(out, size, "the answer came too slowly and was given up");
	return "";
}

/* Whom the connection is made to: blaming the API for its proxy would send people to the wrong place. */
static const char *http_fault_peer(const struct http_failure *failure)
{
	return failure->proxy[0] != '\0' ? failure->proxy : failure->host;
}

static const char *http_fault_proxy_word(const struct http_failure *failure)
{
	return failure->proxy[0] != '\0' ? "the proxy " : "";
}

/* In which phase the time ran out. A kept connection has no time of its own but the last. */
static const char *http_fault_timeout(const struct http_failure *failure, char *out, size_t size)
{
	const char *proxy = http_fault_proxy_word(failure);
	if (failure->sent_us != 0)
		return http_fault_silence(failure, out, size);
	if (failure->resolved_us == 0) {
		snprintf(out, size, "the name server did not answer for %s%.180s", proxy, http_fault_peer(failure));
		return "check this computer's network and name server";
	}
	/* Not all versions of libcurl say whether the proxy took the connection and answered nothing. */
	if (proxy[0] != '\0' && failure->proxy_status == 0 && !failure->tls_began) {
		snprintf(out, size, "no connection through the proxy %.180s within %d s", http_fault_peer(failure),
			HTTP_CONNECT_TIMEOUT_MS / 1000);
		return "check the proxy and this computer's network";
	}
	if (failure->connected_us == 0 && !failure->tls_began) {
		snprintf(out, size, "no connection to %.180s within %d s", failure->host,
			HTTP_CONNECT_TIMEOUT_MS / 1000);
		return "check this computer's network, url and port, and firewalls in between";
	}
	snprintf(out, size, "no encrypted connection within %d s", HTTP_CONNECT_TIMEOUT_MS / 1000);
	return "check url and port: does https answer there?";
}

static const char *http_fault_connect(const struct http_failure *failure, char *out, size_t size)
{
	const char *proxy = http_fault_proxy_word(failure), *peer = http_fault_peer(failure);
	if (failure->os_error == ECONNREFUSED) {
		snprintf(out, size, "%s%.180s refused the connection", proxy, peer);
		return proxy[0] != '\0' ? "no proxy listens there: check the proxy"
			: "nothing listens there: check url and port";
	}
	if (failure->os_error == ENETUNREACH || failure->os_error == EHOSTUNREACH) {
		snprintf(out, size, "%s%.180s cannot be reached from here", proxy, peer);
		return "check this computer's network";
	}
	snprintf(out, size, "no connection to %s%.180s", proxy, peer);
	return proxy[0] != '\0' ? "check the proxy and this computer's network"
		: "check this computer's network, url and port";
}

const char *http_failure_text(const struct http_failure *failure, char *out, size_t size)
{
	int code = failure->code;
	if (failure->body_max > 0) {
		snprintf(out, size, "the answer is larger than %zu MB", failure->body_max / (1024 * 1024));
		return "ask for less: a smaller limit, fewer columns";
	}
	if (failure->head_too_large) {
		snprintf(out, size, "the answer's headers are larger than %d kB", HTTP_HEAD_MAX / 1024);
		return "check url and port";
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return http_fault_certificate(failure, out, size);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return http_fault_timeout(failure, out, size);
	if (code == CURLE_COULDNT_CONNECT)
		return http_fault_connect(failure, out, size);
	if (code == CURLE_COULDNT_RESOLVE_HOST) {
		snprintf(out, size, "the name %.180s is not known", failure->host);
		return "check the url, this computer's network and its name server";
	}
	long proxy = failure->proxy_status;
	if (code != CURLE_OK && proxy >= 300) {
		snprintf(out, size, "the proxy refused the connection (%ld)", proxy);
		return proxy == 407 ? "the proxy wants a user and a password" : "check the proxy";
	}
	const struct http_fault *fault = http_fault_find(faults, sizeof(faults) / sizeof(faults[0]), code);
	/* Before the request could be sent, it was the proxy that answered. */
	if (fault != NULL && proxy == 0 && failure->proxy[0] != '\0' && !failure->tls_began &&
		failure->sent_us == 0 && code != CURLE_COULDNT_RESOLVE_PROXY) {
		snprintf(out, size, "the proxy %.150s: %s", failure->proxy, fault->cause);
		return "check the proxy";
	}
	if (fault != NULL) {
		snprintf(out, size, "%s", fault->cause);
		return fault->advice;
	}
	snprintf(out, size, "the connection failed: %.180s", curl_easy_strerror((CURLcode)code));
	return "";
}
