/*
 * From the bytes of a terminal to keys: characters, escape sequences, the mouse, pasted text, answers to questions.
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

enum {
	KEYBOARD_SEQUENCE_MAX = 64, /* bytes kept of a sequence: the longest that means anything has 20 */
	KEYBOARD_LEARNED_MAX = 192, /* keys of a description: curses knows 160 names */
	KEYBOARD_LEARNED_BYTES = 16,
};

/* One key, or one character of a pasted text, or one answer. */
struct keystroke {
	uint32_t key;     /* as in screen/key.h; INPUT_NONE: none yet */
	bool pasted;      /* part of a text, and never a command */
	int line, column; /* of the mouse or the cursor, from 0; of INPUT_MODE the mode and what is said of it */
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
