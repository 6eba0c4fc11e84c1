#include "mqtt/tls.h"

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

/* Ten times as large as a system's list of authorities. */
enum { PEM_BYTES_MAX = 2 * 1024 * 1024 };

struct mqtt_tls {
	SSL_CTX *context;
	char host[URL_HOST_MAX];
	char cause[ERROR_TEXT];
};

/* Under which index a context holds its struct mqtt_tls. */
static int tls_index(void)
{
	static int index = -1;
	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

static struct mqtt_tls *tls_of(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), tls_index());
}

static void tls_set_cause(struct mqtt_tls *tls, int code)
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
		snprintf(tls->cause, sizeof(tls->cause),
			"the broker's certificate is not valid yet: is this machine's clock right?");
		break;
	default:
		snprintf(tls->cause, sizeof(tls->cause), "the broker's certificate is not trusted: %.150s",
			X509_verify_cert_error_string(code));
	}
}

/* Notes the cause and leaves OpenSSL's verdict as it is. */
static int tls_on_verify(int good, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct mqtt_tls *tls = ssl != NULL ? tls_of(ssl) : NULL;
	if (!good && tls != NULL && tls->cause[0] == '\0')
		tls_set_cause(tls, X509_STORE_CTX_get_error(store));
	return good;
}

static bool tls_is_address(const char *host)
{
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
	ASN1_OCTET_STRING_free(address);
	return address != NULL;
}

/* libmosquitto has set the address that it connects to; set the host's name before the first message is sent. */
static void tls_on_state(const SSL *ssl, int where, int result)
{
	struct mqtt_tls *tls = tls_of(ssl);
	(void)result;
	if ((where & SSL_CB_HANDSHAKE_START) && tls != NULL)
		SSL_set_tlsext_host_name((SSL *)(void *)(uintptr_t)ssl, tls_is_address(tls->host) ? NULL : tls->host);
}

static const char *tls_error(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);
	if (ERR_SYSTEM_ERROR(code))
		reason = strerror(ERR_GET_REASON(code));
	ERR_clear_error();
	return reason != NULL ? reason : "it cannot be used";
}

static bool tls_expect_host(struct mqtt_tls *tls)
{
	X509_VERIFY_PARAM *wanted = SSL_CTX_get0_param(tls->context);
	X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return tls_is_address(tls->host) ? X509_VERIFY_PARAM_set1_ip_asc(wanted, tls->host) == 1
		: X509_VERIFY_PARAM_set1_host(wanted, tls->host, 0) == 1;
}

/* ---- files: each is opened once, so that the file that is checked is the one that is read ---- */

/* NULL with "OPTION: PATH: ...". */
static BIO *tls_open_pem(struct file_text *file, const char *option, const char *path, struct error *error)
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
static void tls_close_pem(struct file_text *file, BIO *bytes)
{
	BIO_free(bytes);
	buffer_wipe_free(&file->text);
	file_text_close(file);
}

static bool tls_add_authority(X509_STORE *store, const X509_INFO *info)
{
	return (info->x509 == NULL || X509_STORE_add_cert(store, info->x509) == 1) &&
		(info->crl == NULL || X509_STORE_add_crl(store, info->crl) == 1);
}

static bool tls_set_authorities(struct mqtt_tls *tls, const char *path, struct error *error)
{
	struct file_text file;
	if (path == NULL)
		return SSL_CTX_set_default_verify_paths(tls->context) == 1 ||
			error_set(error, "the system's certificates cannot be read: %s", tls_error());
	BIO *bytes = tls_open_pem(&file, "broker_ca_file", path, error);
	if (bytes == NULL)
		return false;
	STACK_OF(X509_INFO) *found = PEM_X509_INFO_read_bio(bytes, NULL, NULL, NULL);
	int count = found == NULL ? 0 : sk_X509_INFO_num(found);
	bool good = count > 0;
	for (int i = 0; good && i < count; i++)
		good = tls_add_authority(SSL_CTX_get_cert_store(tls->context), sk_X509_INFO_value(found, i));
	if (!good)
		error_set(error, "broker_ca_file: %.150s: %s", path,
			count == 0 ? "there is no certificate in it" : tls_error());
	sk_X509_INFO_pop_free(found, X509_INFO_free);
	tls_close_pem(&file, bytes);
	return good;
}

static bool tls_check_key_file(int file, const char *path, struct error *error)
{
	struct stat about;
	if (fstat(file, &about) != 0)
		return error_set(error, "broker_key_file: %.150s: %s", path, strerror(errno));
	if (about.st_uid != geteuid() && about.st_uid != 0)
		return error_set(error, "broker_key_file: %.150s belongs to somebody else", path);
	return (about.st_mode & S_IRWXO) == 0 ||
		error_set(error, "broker_key_file: others may read %.150s: chmod 600 it", path);
}

/* OpenSSL would ask for a key's pass phrase on the terminal. */
static int tls_no_passphrase(char *out, int size, int writing, void *context)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

/* Our own certificate, followed by those that lead to an authority. */
static bool tls_use_chain(SSL_CTX *context, BIO *bytes)
{
	X509 *next = PEM_read_bio_X509_AUX(bytes, NULL, tls_no_passphrase, NULL);
	bool good = next != NULL && SSL_CTX_use_certificate(context, next) == 1;
	X509_free(next);
	while (good && (next = PEM_read_bio_X509(bytes, NULL, tls_no_passphrase, NULL)) != NULL) {
		good = SSL_CTX_add1_chain_cert(context, next) == 1;
		X509_free(next);
	}
	/* OpenSSL reports the end of the file as an error. */
	if (good)
		ERR_clear_error();
	return good;
}

static bool tls_use_key(SSL_CTX *context, BIO *bytes)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bytes, NULL, tls_no_passphrase, NULL);
	bool good = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
	EVP_PKEY_free(key);
	return good;
}

static bool tls_load_certificate(struct mqtt_tls *tls, const char *path, struct error *error)
{
	struct file_text file;
	BIO *bytes = tls_open_pem(&file, "broker_cert_file", path, error);
	if (bytes == NULL)
		return false;
	bool good = tls_use_chain(tls->context, bytes) ||
		    error_set(error, "broker_cert_file: %.150s: %s", path, tls_error());
	tls_close_pem(&file, bytes);
	return good;
}

static bool tls_load_key(struct mqtt_tls *tls, const char *path, struct error *error)
{
	struct file_text file;
	BIO *bytes = tls_open_pem(&file, "broker_key_file", path, error);
	if (bytes == NULL)
		return false;
	bool good = tls_check_key_file(file.file, path, error) &&
		    (tls_use_key(tls->context, bytes) ||
			    error_set(error, "broker_key_file: %.150s: %s", path, tls_error()));
	tls_close_pem(&file, bytes);
	return good;
}

static bool tls_load_identity(struct mqtt_tls *tls, const struct mqtt_config *config, struct error *error)
{
	if (config->cert_file == NULL)
		return config->key_file == NULL || error_set(error, "broker_key_file needs broker_cert_file");
	return tls_load_certificate(tls, config->cert_file, error) &&
		tls_load_key(tls, config->key_file != NULL ? config->key_file : config->cert_file, error);
}

struct mqtt_tls *mqtt_tls_new(const struct mqtt_config *config, const char *host, struct error *error)
{
	struct mqtt_tls *tls = must_alloc(sizeof(*tls));
	*tls = (struct mqtt_tls){ .context = SSL_CTX_new(TLS_client_method()) };
	snprintf(tls->host, sizeof(tls->host), "%s", host);
	bool good = tls->context != NULL && tls_index() >= 0 &&
		    SSL_CTX_set_ex_data(tls->context, tls_index(), tls) == 1 &&
		    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) == 1 && tls_expect_host(tls);
	if (!good)
		error_set(error, "TLS cannot be used: %s", tls_error());
	good = good && tls_set_authorities(tls, config->ca_file, error) && tls_load_identity(tls, config, error);
	if (!good) {
		mqtt_tls_free(tls);
		return NULL;
	}
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, tls_on_verify);
	SSL_CTX_set_info_callback(tls->context, tls_on_state);
	return tls;
}

void mqtt_tls_free(struct mqtt_tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

void *mqtt_tls_context(struct mqtt_tls *tls)
{
	return tls->context;
}

const char *mqtt_tls_cause(const struct mqtt_tls *tls)
{
	return tls->cause;
}

void mqtt_tls_forget(struct mqtt_tls *tls)
{
	tls->cause[0] = '\0';
	ERR_clear_error();
}
