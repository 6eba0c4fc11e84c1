#include "base/credential.h"

#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* What chats, word processors and web pages put into a text that is copied. */
static const struct {
	unsigned code;
	const char *name;
} strays[] = {
	{ '\n', "a line break" },
	{ '\r', "a carriage return" },
	{ '\t', "a tab" },
	{ 0xa0, "a no-break space" },
	{ 0xad, "a soft hyphen" },
	{ 0x200b, "a zero-width space" },
	{ 0x200c, "a zero-width non-joiner" },
	{ 0x200d, "a zero-width joiner" },
	{ 0x2013, "an en dash" },
	{ 0x2014, "an em dash" },
	{ 0x2018, "a curly quote" },
	{ 0x2019, "a curly quote" },
	{ 0x201c, "a curly quote" },
	{ 0x201d, "a curly quote" },
	{ 0x2060, "a word joiner" },
	{ 0xfeff, "a byte order mark" },
};

static const char *credential_stray(unsigned code)
{
	for (size_t i = 0; i < sizeof(strays) / sizeof(strays[0]); i++)
		if (strays[i].code == code)
			return strays[i].name;
	return code < 0x20 || code == 0x7f ? "a control character" : "not an ASCII character";
}

void credential_trim(struct buffer *text)
{
	size_t mark = sizeof(byte_order_mark) - 1;
	if (text->length >= mark && memcmp(text->data, byte_order_mark, mark) == 0) {
		memmove(text->data, text->data + mark, text->length - mark + 1);
		text->length -= mark;
	}
	while (text->length > 0 && strchr("\r\n", text->data[text->length - 1]) != NULL && text->data[text->length - 1] != '\0')
		text->data[--text->length] = '\0';
}

/* The code point that begins there, and its length; 0 bytes: this is not UTF-8. */
static unsigned credential_decode(const char *text, size_t length, size_t *bytes)
{
	unsigned char first = (unsigned char)text[0];
	size_t need = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3
		: first >= 0xf0 && first < 0xf5 ? 4 : 0;
	unsigned code = need < 2 ? first : first & (0x7fu >> need);
	*bytes = need <= length ? need : 0;
	for (size_t i = 1; i < *bytes; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80) {
			*bytes = 0;
			break;
		}
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	}
	return code;
}

static bool credential_refuse(const char *place, unsigned number, unsigned code, bool valid, struct error *error)
{
	if (!valid)
		return error_set(error, "%s: character %u is not UTF-8. Use printable ASCII characters only.", place, number);
	return error_set(error, "%s: character %u is %s (U+%04X). Use printable ASCII characters only.", place, number,
		credential_stray(code), code);
}

bool credential_check(const char *place, const char *text, size_t length, struct error *error)
{
	if (length > 0 && text[0] == ' ')
		return error_set(error, "%s: there is a blank before the first character. Remove it.", place);
	if (memchr(text, '\n', length) != NULL)
		return error_set(error, "%s: there is more than one line. Only one is allowed, without control characters.", place);
	unsigned number = 1;
	for (size_t at = 0, bytes; at < length; at += bytes, number++) {
		unsigned code = credential_decode(text + at, length - at, &bytes);
		if (bytes != 1 || code < 0x20 || code == 0x7f)
			return credential_refuse(place, number, code, bytes > 0, error);
	}
	if (length > 0 && text[length - 1] == ' ')
		return error_set(error, "%s: there is a blank behind the last character. Remove it.", place);
	return true;
}

/* A tenant is a scope: with the other parts of an address or a login it would be a scope that does not exist. */
static bool credential_check_tenant(const char *tenant, struct error *error)
{
	const char *domain = strstr(tenant, "//"), *login;
	if (tenant[strcspn(tenant, "/:?#@ ")] == '\0')
		return true;
	domain = domain != NULL ? domain + 2 : tenant;
	login = strchr(domain, '@');
	domain = login != NULL ? login + 1 : domain;
	return error_set(error, "tenant: '%.80s' is not a domain. Write the domain alone: %.*s", tenant,
		(int)strcspn(domain, "/:?# "), domain);
}

bool credential_names(const char *user, const char *tenant, struct error *error)
{
	return (user == NULL || credential_check("user", user, strlen(user), error)) &&
		(tenant == NULL ||
			(credential_check("tenant", tenant, strlen(tenant), error) && credential_check_tenant(tenant, error)));
}
