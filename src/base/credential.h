/*
 * What signs in: a secret, a login, a tenant. It is sent as it is, so what was typed by mistake is refused before it
 * counts as a wrong secret: characters that cannot be seen, and blanks at the ends.
 */
#ifndef BASE_CREDENTIAL_H
#define BASE_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

/* Drops a byte order mark at the head and empty lines at the end: editors add them. */
void credential_trim(struct buffer *text);

/*
 * Only printable ASCII, of one line, without blanks at its ends. Else false with "PLACE: ...", which names the character
 * and its position, and nothing else of the text.
 */
bool credential_check(const char *place, const char *text, size_t length, struct error *error);

/* A login and a tenant, each NULL if there is none yet; the tenant must be a domain and not an address. */
bool credential_names(const char *user, const char *tenant, struct error *error);

#endif
