/*
 * Text that people read: UTF-8 decoding, scrubbing of foreign text, columns on a screen.
 *
 * Everything from outside is scrubbed once, where it enters (base/json for the API). After that a string is
 * valid UTF-8 without control characters, and every function here may count on it. Widths are those of the C
 * library (wcwidth), so the caller must have set LC_CTYPE to a UTF-8 locale, see text_locale().
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Combining marks kept after one base character: Vietnamese needs two, and more grow over the lines above. */
enum { TEXT_MARKS_MAX = 2 };

/*
 * Sets LC_CTYPE from the environment, else C.UTF-8, and LC_COLLATE beside it. False if the user's own locale is not
 * UTF-8: use ASCII glyphs.
 */
bool text_locale(void);

/*
 * Decodes one code point of valid or invalid UTF-8 and steps over it (one byte if invalid).
 * Returns 0xFFFD for invalid bytes. *text must be below end.
 */
uint32_t text_decode(const char **text, const char *end);

/* Writes a code point as UTF-8 (4 bytes of room at least); returns its length. */
size_t text_encode(char *out, uint32_t code);

/*
 * Copies foreign bytes as clean UTF-8: C0, C1, DEL become blanks (runs of blanks become one when they hold a
 * control character), bidi controls, zero-width and variation characters vanish, invalid bytes, surrogates and
 * noncharacters become U+FFFD, and at most TEXT_MARKS_MAX combining marks stay on a character. Cut at a
 * character's border to fit size; always ends in a NUL. Returns the length in bytes.
 */
size_t text_scrub(char *out, size_t size, const char *text, size_t length);

/* Whether a control character of ASCII is in it: a header of HTTP must not have one. */
bool text_has_control(const char *text);

/*
 * Takes away characters of which bytes are missing, as snprintf() leaves them where it cuts a text, at its end or
 * within.
 */
void text_trim(char *text);

/*
 * The local time of a time of day as strftime() writes it. False with "" if it cannot be written, or not in the room.
 */
bool text_clock(char *out, size_t size, int64_t wall_ms, const char *format);

/* An age as people say it: "45 s", "12 min", "5 h", "3 days"; less than nothing is "0 s". */
void text_age(char *out, size_t size, int64_t milliseconds);

/* Columns that clean text takes on the screen. */
int text_width(const char *text);

/*
 * Copies clean text cut to at most columns, ending in the ellipsis ("…" or "..." or "~") if something was cut.
 * Never splits a character or its marks. Returns the columns used, which may be one less when a wide character
 * does not fit.
 */
int text_cut(char *out, size_t size, const char *text, int columns, const char *ellipsis);

/* The same, cut in the middle: beginning and end stay. For texts whose beginnings say nothing. */
int text_cut_middle(char *out, size_t size, const char *text, int columns, const char *ellipsis);

/* Bytes of the longest beginning that takes at most so many columns, marks of its last character included. */
size_t text_fit(const char *text, int columns);

/* Upper and lower case alike, however accents are written, blanks around them aside: words of people (base/fold.c). */
bool text_same(const char *a, const char *b);

/* Byte for byte. NULL and "" are alike: in a layout or an option neither says anything. */
bool text_equal(const char *a, const char *b);

/*
 * FNV-1a, for tables of names: no attacker gains more than slow look-ups within the tables' caps. Two machines must
 * get the same of a name (mqtt/topics), so that it never changes.
 */
uint32_t text_hash(const char *text);

/*
 * Nearest of the names to a mistyped one, or NULL if none is near (more than a third of its letters differ).
 * name_at returns NULL after the last (base/fold.c).
 */
const char *text_nearest(const char *typed, const char *(*name_at)(const void *table, size_t index), const void *table);

/*
 * " (did you mean 'NEAR'?)", or the other text where near is NULL: the end of a message about a name that is unknown.
 */
struct text_hint {
	char text[128];
};
struct text_hint text_hint(const char *near, const char *otherwise);

/*
 * The words of an ASCII text as every --help has them, in lines of at most 80 columns: the first continues at column `at`,
 * the others begin at `indent`.
 */
void text_wrap(FILE *out, int at, int indent, const char *text);

/* The text behind a byte order mark at its head; NULL stays NULL. */
const char *text_skip_mark(const char *text);

/* One of two words: "1 row", else "2 rows" and "0 rows". */
const char *text_plural(uint64_t count, const char *one, const char *many);

/* A cause, and behind it what to do about it, which is a sentence or "": "The name is unknown. Check the url." */
void text_cause(char *out, size_t size, const char *cause, const char *advice);

#endif
