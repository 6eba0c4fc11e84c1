/*
 * Keys: their numbers, their names ("q", "Ctrl-L", "PgDn") and the actions they stand for, so that nobody but the terminal
 * needs curses' own. A key is a Unicode character, or one of the numbers below.
 *
 * And from the bytes of a terminal to keys: characters, escape sequences, the mouse, pasted text, answers to questions.
 *
 * A sequence is always taken whole. One that nobody knows is dropped and never read as the characters that it is made
 * of, because those are commands: a terminal reports its focus, another program leaves the mouse on, a keypad sends
 * what the terminal's description does not list. No sequence can swallow keys for ever: each has its time.
 *
 * Knows no clock and no descriptor; times are milliseconds of any clock that only goes forward. The struct is a value
 * that owns nothing.
 */
#ifndef SCREEN_KEYBOARD_H
#define SCREEN_KEYBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Above all of Unicode. */
enum {
	INPUT_NONE = 0x200000,
	INPUT_UP,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_HOME,
	INPUT_END,
	INPUT_BACK_TAB,
	INPUT_F1,
	INPUT_F12 = INPUT_F1 + 11,
	INPUT_CLICK, /* of the mouse; where it was the terminal knows */
	INPUT_WHEEL_UP,
	INPUT_WHEEL_DOWN,
	INPUT_OTHER,  /* a key that has no name here */
	INPUT_CURSOR, /* an answer: where the cursor is */
	INPUT_MODE,   /* an answer: whether the terminal has a mode */
	INPUT_BACKGROUND, /* an answer: the colour of the background */
};

enum { INPUT_TAB = 9, INPUT_ENTER = 13, INPUT_ESCAPE = 27, INPUT_BACKSPACE = 127 };

enum { KEY_NAME_MAX = 16 }; /* bytes of a name */

/* Number of a named key; INPUT_NONE if the name means nothing. */
uint32_t key_read(const char *name);

/*
 * The key at the same place of a US keyboard, for a letter of a Russian, Ukrainian, Belarusian or Greek one; any other
 * key as it is.
 */
uint32_t key_latin(uint32_t key);

/* Named key nearest to a mistyped name; NULL if none is near. */
const char *key_nearest(const char *name);

/* The next name of a list with blanks between, copied into name; false after the last. */
int key_next(const char **list, char *name, int size);

/*
 * Which keys stand for which action: for each action, by its number in the table of actions, a list of key names.
 *
 * It begins with the keys of the table; a user's own win, and are taken away from the actions that had them. The
 * struct is a value, of fixed size; it knows keys, and no actions.
 */
enum {
	BINDINGS_MAX = 64,      /* actions */
	BINDINGS_TEXT_MAX = 96, /* bytes of a list of names */
};

struct bindings {
	unsigned count;
	bool own[BINDINGS_MAX]; /* set by the user */
	char keys[BINDINGS_MAX][BINDINGS_TEXT_MAX]; /* names with blanks between */
};

/* Adds the next action with its usual keys. */
void bindings_add(struct bindings *bindings, const char *keys);

/* Takes all keys from an action, before the user's own are given to it. */
void bindings_clear(struct bindings *bindings, unsigned action);

/*
 * Gives a key to an action. False if it is the user's own for another action already (*other is that one) or if the
 * list is full (*other is the action itself).
 */
bool bindings_give(struct bindings *bindings, unsigned action, const char *name, unsigned *other);

/* The action of a key and its place in the action's list, from 0; -1: none. */
int bindings_find(const struct bindings *bindings, uint32_t key, unsigned *place);

enum {
	KEYBOARD_ANSWER_MAX = 40,   /* bytes kept of a string: the longest answer that means anything has 29 */
	KEYBOARD_SEQUENCE_MAX = 64, /* bytes kept of a sequence: the longest that means anything has 20 */
	KEYBOARD_LEARNED_MAX = 192, /* keys of a description: curses knows 160 names */
	KEYBOARD_LEARNED_BYTES = 16,
};

/* One key, or one character of a pasted text, or one answer. */
struct keystroke {
	uint32_t key;     /* INPUT_NONE: none yet */
	bool pasted;      /* part of a text, and never a command */
	int line, column; /* of the mouse or the cursor, from 0; of INPUT_MODE the mode and what is said of it,
	                     of INPUT_BACKGROUND 0xRRGGBB in `line` */
};

enum keyboard_state {
	KEYBOARD_IDLE,
	KEYBOARD_CHARACTER, /* within a character of several bytes */
	KEYBOARD_ESCAPE,    /* after Esc, which may be all */
	KEYBOARD_CONTROL,   /* after Esc [ */
	KEYBOARD_SHIFT,     /* after Esc O */
	KEYBOARD_TAIL,      /* bytes that belong to a sequence behind its end */
	KEYBOARD_PREFIX,    /* a key of the description may begin like this */
	KEYBOARD_STRING,    /* after Esc ] and the like, up to its end */
	KEYBOARD_PASTE,
	KEYBOARD_STATES
};

struct keyboard_learned {
	char bytes[KEYBOARD_LEARNED_BYTES];
	unsigned char length;
	uint32_t key;
};

struct keyboard {
	enum keyboard_state state;
	unsigned char bytes[KEYBOARD_SEQUENCE_MAX];
	size_t length;       /* of the bytes; those beyond the maximum are counted only */
	unsigned missing;    /* bytes of the character or the tail */
	bool dropped;        /* whatever comes of it means nothing */
	bool late;           /* Esc has acted already; this may be the rest of its sequence */
	bool eight_bits;     /* the string began with one byte, and ends so */
	bool answers;        /* the string is of the kind that answers have */
	char answer[KEYBOARD_ANSWER_MAX];
	size_t answer_length; /* those beyond the maximum are counted only */
	bool blank;          /* between words of a pasted text */
	int64_t began_ms, last_ms;
	int64_t escaped_ms;  /* when Esc acted by itself; 0: never */
	unsigned learned_count;
	struct keyboard_learned learned[KEYBOARD_LEARNED_MAX];
};

void keyboard_init(struct keyboard *keyboard);

/* A key of the terminal's description: its terminfo name ("kcuu1") and what it sends. */
void keyboard_learn(struct keyboard *keyboard, const char *name, const char *sequence);

/* Forgets what began, as after a stop. */
void keyboard_reset(struct keyboard *keyboard);

/* The next byte. False: it was not taken, and is to be given again after *stroke was used. */
bool keyboard_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke);

/* When keyboard_expire() is due unless another byte comes; -1: not at all. */
int64_t keyboard_deadline(const struct keyboard *keyboard);

/* No byte came in time: Esc is a key, and what is incomplete is dropped. */
void keyboard_expire(struct keyboard *keyboard, int64_t now_ms, struct keystroke *stroke);

#endif
