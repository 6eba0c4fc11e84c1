/*
 * Texts for comparing: the same name is the same whichever way its accents are written, upper and lower case are alike
 * for a search, and an order of names is that of the user's locale.
 *
 * All take clean text (base/text.h) and allocate nothing. A folded text is for comparing only, and is shown to nobody.
 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include <stdbool.h>
#include <stddef.h>

enum fold {
	FOLD_NAME,  /* accents apart from their letters; cases stay */
	FOLD_CASE,  /* the same in lower case */
	FOLD_BASE,  /* lower case without accents, letters of one language as those who lack them type them: ø as o */
	FOLD_ORDER, /* the same for ordering: letters that an alphabet has apart stand in their place */
};

/* Bytes that a folded text of so many may take; what is longer is cut. */
#define FOLD_ROOM(bytes) (3 * (bytes) + 4)

/* Returns the length. */
size_t fold_text(char *out, size_t size, const char *text, size_t length, enum fold how);

/* Whether two names are the same but for how accents are written, and for blanks around them. */
bool fold_same_name(const char *a, const char *b);

/* Whether they are the same but for that and for cases, as words of a user's file. */
bool fold_same_word(const char *a, const char *b);

/*
 * Whether a text contains another, in any case. Accents count only if the wanted text has letters beyond ASCII: who
 * types "oz" finds "Öz" as well.
 */
bool fold_contains(const char *text, size_t length, const char *wanted);

/*
 * A key that compares with strcmp() as texts are ordered: by the user's locale (LC_COLLATE, set by text_locale()), or
 * by letters where it has no order of its own. Returns its length; it is cut where size does not suffice.
 */
size_t fold_order(char *out, size_t size, const char *text);

#endif
