#include "mqtt/broker_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_text.h"
#include "base/log.h"
#include "base/url.h"

/* Ten times what systems have as authorities. */
enum { PEM_BYTES_MAX = 2 * 1024 * 1024 };

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

/* ---- files: each is opened once, and what is judged is what was read ---- */

/* NULL with "OPTION: PATH: ...". */
static BIO *open_pem(struct file_text *file, const char *option, const char *path, struct error *error)
{
	if (!file_text_read(file, path, PEM_BYTES_MAX, error)) {
		error_prefix(error, "%s: ", option);
		return NULL;
	}
	BIO *bytes = BIO_new_mem_buf(buffer_string(&file->text), (int)file->text.length);
	if (bytes == NULL)
		fatal("no memory for a certificate");
	return bytes;
}

/* The text may be a key. */
static void close_pem(struct file_text *file, BIO *bytes)
{
	BIO_free(bytes);
	buffer_wipe_free(&file->text);
	file_text_close(file);
}

static bool add_authority(X509_STORE *store, const X509_INFO *info)
{
	return (info->x509 == NULL || X509_STORE_add_cert(store, info->x509) == 1) &&
		(info->crl == NULL || X509_STORE_add_crl(store, info->crl) == 1);
}

static bool trust(struct broker_tls *tls, const char *path, struct error *error)
{
	struct file_text file;
	if (path == NULL)
		return SSL_CTX_set_default_verify_paths(tls->context) == 1 ||
			error_set(error, "the system's certificates cannot be read: %s", why());
	BIO *bytes = open_pem(&file, "broker_ca_file", path, error);
	if (bytes == NULL)
		return false;
	STACK_OF(X509_INFO) *found = PEM_X509_INFO_read_bio(bytes, NULL, NULL, NULL);
	int count = found == NULL ? 0 : sk_X509_INFO_num(found);
	bool good = count > 0;
	for (int i = 0; good && i < count; i++)
		good = add_authority(SSL_CTX_get_cert_store(tls->context), sk_X509_INFO_value(found, i));
	if (!good)
		error_set(error, "broker_ca_file: %.150s: %s", path, count == 0 ? "there is no certificate in it" : why());
	sk_X509_INFO_pop_free(found, X509_INFO_free);
	close_pem(&file, bytes);
	return good;
}

static bool key_is_ours(int file, const char *path, struct error *error)
{
	struct stat about;
	if (fstat(file, &about) != 0)
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

/* Our own certificate, and behind it those that lead to an authority. */
static bool use_chain(SSL_CTX *context, BIO *bytes)
{
	X509 *next = PEM_read_bio_X509_AUX(bytes, NULL, no_phrase, NULL);
	bool good = next != NULL && SSL_CTX_use_certificate(context, next) == 1;
	X509_free(next);
	while (good && (next = PEM_read_bio_X509(bytes, NULL, no_phrase, NULL)) != NULL) {
		good = SSL_CTX_add1_chain_cert(context, next) == 1;
		X509_free(next);
	}
	/* The end of the file is reported as an error. */
	if (good)
		ERR_clear_error();
	return good;
}

static bool use_key(SSL_CTX *context, BIO *bytes)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bytes, NULL, no_phrase, NULL);
	bool good = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
	EVP_PKEY_free(key);
	return good;
}

static bool take_certificate(struct broker_tls *tls, const char *path, struct error *error)
{
	struct file_text file;
	BIO *bytes = open_pem(&file, "broker_cert_file", path, error);
	if (bytes == NULL)
		return false;
	bool good = use_chain(tls->context, bytes) || error_set(error, "broker_cert_file: %.150s: %s", path, why());
	close_pem(&file, bytes);
	return good;
}

static bool take_key(struct broker_tls *tls, const char *path, struct error *error)
{
	struct file_text file;
	BIO *bytes = open_pem(&file, "broker_key_file", path, error);
	if (bytes == NULL)
		return false;
	bool good = key_is_ours(file.file, path, error) &&
		(use_key(tls->context, bytes) || error_set(error, "broker_key_file: %.150s: %s", path, why()));
	close_pem(&file, bytes);
	return good;
}

static bool identify(struct broker_tls *tls, const struct mqtt_config *access, struct error *error)
{
	if (access->cert_file == NULL)
		return access->key_file == NULL || error_set(error, "broker_key_file needs broker_cert_file");
	return take_certificate(tls, access->cert_file, error) &&
		take_key(tls, access->key_file != NULL ? access->key_file : access->cert_file, error);
}

struct broker_tls *broker_tls_new(const struct mqtt_config *access, const char *host, struct error *error)
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
