#include "feed/broker_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "feed/url.h"

struct broker_tls {
	SSL_CTX *context;
	char host[URL_HOST_MAX];
	char cause[ERROR_TEXT];
};

/* Where a context keeps its struct broker_tls. */
static int place(void)
{
	static int index = -1;
	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

static struct broker_tls *of(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), place());
}

static void tell(struct broker_tls *tls, int code)
{
	switch (code) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		snprintf(tls->cause, sizeof(tls->cause), "the broker's certificate is not for %.150s", tls->host);
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		snprintf(tls->cause, sizeof(tls->cause), "the broker's certificate has expired");
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		snprintf(tls->cause, sizeof(tls->cause), "the broker's certificate is not valid yet: is this machine's clock right?");
		break;
	default:
		snprintf(tls->cause, sizeof(tls->cause), "the broker's certificate is not trusted: %.150s",
			X509_verify_cert_error_string(code));
	}
}

/* Only listens: what OpenSSL says stands. */
static int on_verify(int good, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct broker_tls *tls = ssl != NULL ? of(ssl) : NULL;
	if (!good && tls != NULL && tls->cause[0] == '\0')
		tell(tls, X509_STORE_CTX_get_error(store));
	return good;
}

static bool is_address(const char *host)
{
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
	ASN1_OCTET_STRING_free(address);
	return address != NULL;
}

/* libmosquitto has named the address that it connects to: before the first message goes out, the name takes its place. */
static void on_state(const SSL *ssl, int where, int result)
{
	struct broker_tls *tls = of(ssl);
	(void)result;
	if ((where & SSL_CB_HANDSHAKE_START) && tls != NULL)
		SSL_set_tlsext_host_name((SSL *)(void *)(uintptr_t)ssl, is_address(tls->host) ? NULL : tls->host);
}

static const char *why(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);
	if (ERR_SYSTEM_ERROR(code))
		reason = strerror(ERR_GET_REASON(code));
	ERR_clear_error();
	return reason != NULL ? reason : "it cannot be used";
}

static bool expect_host(struct broker_tls *tls)
{
	X509_VERIFY_PARAM *wanted = SSL_CTX_get0_param(tls->context);
	X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return is_address(tls->host) ? X509_VERIFY_PARAM_set1_ip_asc(wanted, tls->host) == 1
		: X509_VERIFY_PARAM_set1_host(wanted, tls->host, 0) == 1;
}

static bool trust(struct broker_tls *tls, const char *file, struct error *error)
{
	if (file == NULL)
		return SSL_CTX_set_default_verify_paths(tls->context) == 1 ||
			error_set(error, "the system's certificates cannot be read: %s", why());
	return SSL_CTX_load_verify_file(tls->context, file) == 1 ||
		error_set(error, "broker_ca_file: %.150s: %s", file, why());
}

static bool key_is_ours(const char *path, struct error *error)
{
	struct stat about;
	if (stat(path, &about) != 0)
		return error_set(error, "broker_key_file: %.150s: %s", path, strerror(errno));
	if (about.st_uid != geteuid() && about.st_uid != 0)
		return error_set(error, "broker_key_file: %.150s belongs to somebody else", path);
	return (about.st_mode & S_IRWXO) == 0 ||
		error_set(error, "broker_key_file: others may read %.150s: chmod 600 it", path);
}

/* A key with a pass phrase would ask for it on the terminal. */
static int no_phrase(char *out, int size, int writing, void *context)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static bool identify(struct broker_tls *tls, const struct broker_access *access, struct error *error)
{
	const char *key = access->key_file != NULL ? access->key_file : access->cert_file;
	if (access->cert_file == NULL)
		return access->key_file == NULL || error_set(error, "broker_key_file needs broker_cert_file");
	if (!key_is_ours(key, error))
		return false;
	SSL_CTX_set_default_passwd_cb(tls->context, no_phrase);
	if (SSL_CTX_use_certificate_chain_file(tls->context, access->cert_file) != 1)
		return error_set(error, "broker_cert_file: %.150s: %s", access->cert_file, why());
	if (SSL_CTX_use_PrivateKey_file(tls->context, key, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(tls->context) != 1)
		return error_set(error, "broker_key_file: %.150s: %s", key, why());
	return true;
}

struct broker_tls *broker_tls_new(const struct broker_access *access, const char *host, struct error *error)
{
	struct broker_tls *tls = must_alloc(sizeof(*tls));
	*tls = (struct broker_tls){ .context = SSL_CTX_new(TLS_client_method()) };
	snprintf(tls->host, sizeof(tls->host), "%s", host);
	bool good = tls->context != NULL && place() >= 0 && SSL_CTX_set_ex_data(tls->context, place(), tls) == 1 &&
		SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) == 1 && expect_host(tls);
	if (!good)
		error_set(error, "TLS cannot be used: %s", why());
	good = good && trust(tls, access->ca_file, error) && identify(tls, access, error);
	if (!good) {
		broker_tls_free(tls);
		return NULL;
	}
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, on_verify);
	SSL_CTX_set_info_callback(tls->context, on_state);
	return tls;
}

void broker_tls_free(struct broker_tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

void *broker_tls_context(struct broker_tls *tls)
{
	return tls->context;
}

const char *broker_tls_cause(const struct broker_tls *tls)
{
	return tls->cause;
}

void broker_tls_forget(struct broker_tls *tls)
{
	tls->cause[0] = '\0';
	ERR_clear_error();
}
