/*
 * From bytes to keys: what a terminal may send is one key or none, and never the characters that it is made of;
 * whatever does not end is over after a while.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "screen/keyboard.h"

/* Within the bytes of a case: a pause of so many times 10 ms. 0xFF is in no UTF-8. */
#define PAUSE(tens) "\xff" tens
#define PAUSE_70 PAUSE("\x07")
#define PAUSE_300 PAUSE("\x1e")
#define PAUSE_1500 PAUSE("\x96")

struct desk {
	struct keyboard keyboard;
	int64_t now_ms;
	char keys[512]; /* that came, with blanks between; pasted ones in quotes */
};

static const char *name_of(uint32_t key, char text[8])
{
	static const struct {
		uint32_t key;
		const char *name;
	} names[] = {
		{ INPUT_UP, "Up" }, { INPUT_DOWN, "Down" }, { INPUT_LEFT, "Left" }, { INPUT_RIGHT, "Right" },
		{ INPUT_PAGE_UP, "PgUp" }, { INPUT_PAGE_DOWN, "PgDn" }, { INPUT_HOME, "Home" }, { INPUT_END, "End" },
		{ INPUT_BACK_TAB, "BackTab" }, { INPUT_TAB, "Tab" }, { INPUT_ENTER, "Enter" }, { INPUT_ESCAPE, "Esc" },
		{ INPUT_BACKSPACE, "Backspace" }, { INPUT_F1, "F1" }, { INPUT_F1 + 1, "F2" }, { INPUT_F1 + 2, "F3" },
		{ INPUT_F1 + 3, "F4" }, { INPUT_F1 + 4, "F5" }, { INPUT_F1 + 5, "F6" }, { INPUT_F1 + 9, "F10" },
		{ INPUT_F12, "F12" }, { INPUT_CLICK, "Click" }, { INPUT_WHEEL_UP, "WheelUp" },
		{ INPUT_WHEEL_DOWN, "WheelDown" }, { INPUT_OTHER, "Other" }, { INPUT_CURSOR, "Cursor" },
		{ INPUT_MODE, "Mode" }, { INPUT_BACKGROUND, "Background" }, { ' ', "Space" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].key == key)
			return names[i].name;
	if (key < ' ') {
		snprintf(text, 8, "^%c", (int)key + '@');
		return text;
	}
	text[text_encode(text, key)] = '\0';
	return text;
}

static void take(struct desk *desk, const struct keystroke *stroke)
{
	char text[8];
	size_t used = strlen(desk->keys);
	if (stroke->key == INPUT_NONE)
		return;
	const char *quote = stroke->pasted ? "'" : "";
	snprintf(desk->keys + used, sizeof(desk->keys) - used, "%s%s%s%s", used > 0 ? " " : "", quote,
		name_of(stroke->key, text), quote);
}

static void wait(struct desk *desk, int64_t until_ms)
{
	struct keystroke stroke;
	for (int64_t due; (due = keyboard_deadline(&desk->keyboard)) >= 0 && due <= until_ms;) {
		if (due > desk->now_ms)
			desk->now_ms = due;
		keyboard_expire(&desk->keyboard, desk->now_ms, &stroke);
		take(desk, &stroke);
	}
	desk->now_ms = until_ms;
}

static void feed(struct desk *desk, const char *bytes, size_t length)
{
	struct keystroke stroke;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)bytes[i] == 0xFF) {
			i++;
			wait(desk, desk->now_ms + (int64_t)(unsigned char)bytes[i] * 10);
			continue;
		}
		bool taken;
		do {
			taken = keyboard_byte(&desk->keyboard, (unsigned char)bytes[i], desk->now_ms, &stroke);
			take(desk, &stroke);
		} while (!taken);
	}
}

struct example {
	const char *bytes, *keys;
};

/* Behind each, two pauses and a letter: the keyboard is at rest again, and hears. */
static void check(const struct example *example, void (*learn)(struct keyboard *keyboard))
{
	char wanted[512];
	struct desk desk = { .now_ms = 1000 };
	keyboard_init(&desk.keyboard);
	if (learn != NULL)
		learn(&desk.keyboard);
	feed(&desk, example->bytes, strlen(example->bytes));
	wait(&desk, desk.now_ms + 5000);
	assert_int_equal(keyboard_deadline(&desk.keyboard), -1);
	feed(&desk, "z", 1);
	snprintf(wanted, sizeof(wanted), "%s%sz", example->keys, example->keys[0] != '\0' ? " " : "");
	if (strcmp(desk.keys, wanted) != 0) {
		for (const char *at = example->bytes; *at != '\0'; at++)
			print_error(*at > ' ' && *at < 0x7F ? "%c" : "<%02x>", (unsigned char)*at);
		fail_msg(": got \"%s\" instead of \"%s\"", desk.keys, wanted);
	}
}

#define CHECK_ALL(examples, learn)                                                  \
	for (size_t i = 0; i < sizeof(examples) / sizeof((examples)[0]); i++)            \
		check(&(examples)[i], learn)

static void characters_are_keys(void **state)
{
	static const struct example examples[] = {
		{ "q", "q" }, { "jk", "j k" }, { "\r", "Enter" }, { "\n", "Enter" }, { "\t", "Tab" }, { "\b", "Backspace" },
		{ "\177", "Backspace" }, { "\x12", "^R" }, { "\xd0\xb9", "й" }, { "\xd0" PAUSE_70 "\xb9", "й" },
		{ "\xe2\x82\xac", "€" }, { "\xf0\x9f\x98\x80", "😀" },
		/* What is no UTF-8 is no key. */
		{ "\xd0" PAUSE_300, "" }, { "\xd0q", "q" }, { "\xbf", "" }, { "\xc0\xaf", "" }, { "\xed\xa0\x80", "" },
	};
	(void)state;
	CHECK_ALL(examples, NULL);
}

static void known_sequences_are_keys(void **state)
{
	static const struct example examples[] = {
		{ "\033[A", "Up" }, { "\033OA", "Up" }, { "\033[B", "Down" }, { "\033OC", "Right" }, { "\033[D", "Left" },
		{ "\033[H", "Home" }, { "\033OH", "Home" }, { "\033[F", "End" }, { "\033OF", "End" }, { "\033[Z", "BackTab" },
		{ "\033[1~", "Home" }, { "\033[7~", "Home" }, { "\033[4~", "End" }, { "\033[8~", "End" }, { "\033[5~", "PgUp" },
		{ "\033[6~", "PgDn" }, { "\033[2~", "Other" }, { "\033[3~", "Other" }, { "\033[11~", "F1" }, { "\033[14~", "F4" },
		{ "\033[15~", "F5" }, { "\033[17~", "F6" }, { "\033[21~", "F10" }, { "\033[24~", "F12" }, { "\033OP", "F1" },
		{ "\033OQ", "F2" }, { "\033OR", "F3" }, { "\033OI", "Tab" }, { "\033O ", "Space" },
		{ "\033OS", "F4" }, { "\033[P", "F1" }, { "\033[[A", "F1" }, { "\033[[E", "F5" },
		/* With Num Lock in a terminal that tells it; the same with eight bits. */
		{ "\033[1;129A", "Up" }, { "\x9b" "A", "Up" }, { "\xc2\x9b" "6~", "PgDn" }, { "\x8f" "B", "Down" },
		/* The keypad. */
		{ "\033Op", "0" }, { "\033Oq", "1" }, { "\033Oy", "9" }, { "\033OM", "Enter" }, { "\033Om", "-" }, { "\033Ok", "+" },
		{ "\033On", "." }, { "\033Oj", "*" }, { "\033Oo", "/" }, { "\033Ol", "," }, { "\033OX", "=" },
	};
	(void)state;
	CHECK_ALL(examples, NULL);
}

static void unknown_sequences_are_nothing(void **state)
{
	static const struct example examples[] = {
		{ "\033[I", "" }, { "\033[O", "" }, { "\033[99;5u", "" }, { "\033[113u", "" }, { "\033[27;5;113~", "" },
		{ "\033[1;5D", "" }, { "\033[1;2R", "Cursor" }, { "\033O5D", "" }, { "\033O2q", "" }, { "\033[1;3;5;7;9;11q", "" },
		{ "\033[?64;1;2;6;9;15c", "" }, { "\033[>41;330;0c", "" }, { "\033[0n", "" }, { "\033[24;80R", "Cursor" },
		{ "\033[?2026;2$y", "Mode" }, { "\033[4;2$y", "" }, { "\033[8;24;80t", "" }, { "\033[7$", "" }, { "\033[7^", "" },
		{ "\033[a", "" }, { "\033[E", "" }, { "\033OE", "" }, { "\033[ q", "" }, { "\033[!p", "" }, { "\033[99~", "" },
		{ "\033[[m", "" }, { "\033[<64;1m", "" }, { "\033[201~", "" },
		{ "\033[11111111111111111111111111111111111111111111111111111111111111111111111111111111q", "" },
		/* Other character sets, in text copied from a screen. */
		{ "\033(B", "" }, { "\033)0q", "q" }, { "\033#8", "" }, { "\033(\033[A", "Up" }, { "\033(\u0411q", "q" },
		/* Strings, with each way to end. */
		{ "\033]11;quit m q\a", "" }, { "\033]10;rgb:ffff/ffff/ffff\a", "" },
		{ "\033P11;rgb:ffff/ffff/ffff\033\\", "" }, { "\033]11;?\a", "" }, { "\033P1$r0 q\033\\", "" },
		{ "\033_Gi=1;OK\033\\", "" }, { "\033^pm\033\\", "" }, { "\033Xsos\033\\", "" }, { "\x9d" "0;q\x9c", "" },
		{ "\033]0;q\030q", "q" }, { "\033]0;q\033[B", "Down" },
		/* The mouse, in each of its forms. */
		{ "\033[<0;10;5m", "" }, { "\033[<35;10;5M", "" }, { "\033[M#!!", "" }, { "\033[32;10;5M", "" },
		{ "\033[<4;10;5M", "" }, { "\033[<2;10;5M", "" }, { "\033[M\x20\xff\x01", "" },
		/* Alt. */
		{ "\033q", "" }, { "\033m", "" }, { "\033\xd0\xb9", "" }, { "\033\r", "" }, { "\033/", "" }, { "\033\033[A", "" },
		{ "\033\033OA", "" }, { "\033\177", "" },
		/* Broken off by another one. */
		{ "\033[12\033[B", "Down" }, { "\033O\033[B", "Down" }, { "\033[\xd0\x9b", "" }, { "\033[1\030", "" },
	};
	(void)state;
	CHECK_ALL(examples, NULL);
}

static void a_slow_line_tears_nothing_apart(void **state)
{
	static const struct example examples[] = {
		{ "\033" PAUSE_70 "[" PAUSE_70 "B", "Down" }, { "\033" PAUSE_70 "OB", "Down" }, { "\033[" PAUSE_300 "B", "Down" },
		{ "\033]11;" PAUSE_300 "rgb:q" PAUSE_300 "\a", "" }, { "\033[<0;1" PAUSE_300 "0;5m", "" },
		{ "\033[M" PAUSE_300 "#!!", "" }, { "\033O" PAUSE_300 "q", "1" },
		/* Esc has acted: what follows is still the rest of the sequence. */
		{ "\033" PAUSE_300 "[B", "Esc Down" }, { "\033" PAUSE_300 "[I", "Esc" }, { "\033" PAUSE_300 "Oq", "Esc 1" },
		/* ... but a finger is a finger. */
		{ "\033" PAUSE_300 "[", "Esc [" }, { "\033" PAUSE_300 "q", "Esc q" }, { "\033" PAUSE_300 "[" PAUSE_300 "q", "Esc [ q" },
		{ "\033" PAUSE_1500 "[B", "Esc [ B" }, { "\033" PAUSE("\x0c") "q", "Esc q" }, { "\033" PAUSE_300 "]", "Esc ]" },
		{ "\033" PAUSE_300 "]" PAUSE_300 "1", "Esc ] 1" },
	};
	(void)state;
	CHECK_ALL(examples, NULL);
}

static void escape_is_a_key(void **state)
{
	static const struct example examples[] = {
		{ "\033", "Esc" }, { "\033\033", "Esc Esc" }, { "\033\033\033", "Esc Esc Esc" },
		{ "\033" PAUSE_300 "\033", "Esc Esc" },
	};
	(void)state;
	CHECK_ALL(examples, NULL);
}

/* Alt-] and the like: the keys are heard again after a while, silent or not. */
static void nothing_deafens(void **state)
{
	static const struct example examples[] = {
		{ "\033]" PAUSE_1500 "q", "q" }, { "\033[" PAUSE_1500 "q", "q" }, { "\033O" PAUSE_1500 "q", "q" },
		{ "\033(" PAUSE_1500 "q", "q" },
		{ "\033P" PAUSE_1500 "q", "q" }, { "\033[M" PAUSE_1500 "q", "q" }, { "\033]q" PAUSE_300 "\033" PAUSE_300 "q", "Esc q" },
		{ "\033]1" PAUSE("\x50") "2" PAUSE("\x50") "3" PAUSE("\x50") "4" PAUSE("\x50") "q", "q" },
		{ "\033[200~text" PAUSE("\xfa") "q", "'t' 'e' 'x' 't' q" },
		{ "\033[200~x" PAUSE_300 "\033" PAUSE_300 "q", "'x' Esc q" },
	};
	(void)state;
	CHECK_ALL(examples, NULL);
}

static void a_paste_is_text(void **state)
{
	static const struct example examples[] = {
		{ "\033[200~q\033[201~", "'q'" }, { "\033[200~\033[201~q", "q" },
		{ "\033[200~a\r\n\tb\n\033[201~q", "'a' 'Space' 'b' q" },
		{ "\033[200~\xd0\xb9\x01\x7f\xc2\x9b\xff\x01 x\033[201~", "'й' 'Space' 'x'" },
		{ "\033[200~a\n\xd0\xb9\033[201~", "'a' 'Space' 'й'" }, { "\033[200~a\033[20q\033[201~b", "'a' 'q' b" },
		{ "\033[200~a\033[20" PAUSE_300 "1~b", "'a' b" }, { "\033[200~a" PAUSE_1500 "b\033[201~c", "'a' 'b' c" },
	};
	(void)state;
	CHECK_ALL(examples, NULL);
}

/* Descriptions of old terminals, and of one whose F1 is the mouse of all others. */
static void learn_old(struct keyboard *keyboard)
{
	keyboard_learn(keyboard, "kf1", "\001@\r");
	keyboard_learn(keyboard, "kcuu1", "\033A");
	keyboard_learn(keyboard, "khome", "\033[26^");
	keyboard_learn(keyboard, "kf2", "\033&f2k");
	keyboard_learn(keyboard, "kdch1", "\033[3$");
	keyboard_learn(keyboard, "kf3", "\033[M");
	keyboard_learn(keyboard, "kf4", "\033[224z");
	keyboard_learn(keyboard, "kcud1", "\n");
	keyboard_learn(keyboard, "kcub1", "qq");
	keyboard_learn(keyboard, "kb2", "\033Or");
}

static void descriptions_are_learned(void **state)
{
	static const struct example examples[] = {
		{ "\001@\r", "F1" }, { "\001", "^A" }, { "\001x", "^A x" }, { "\033A", "Up" }, { "\033[26^", "Home" },
		{ "\033&f2k", "F2" }, { "\033[3$", "Other" }, { "\033[Mq", "F3 q" }, { "\033[224z", "F4" }, { "\n", "Enter" },
		{ "qq", "q q" }, { "\033Or", "2" }, { "\033[225z", "" },
	};
	(void)state;
	CHECK_ALL(examples, learn_old);
}

static void places_are_read(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t key;
		int line, column;
	} places[] = {
		{ "\033[<0;10;5M", INPUT_CLICK, 4, 9 }, { "\033[M *%", INPUT_CLICK, 4, 9 }, { "\033[<64;300;200M", INPUT_WHEEL_UP, 199, 299 },
		{ "\033[<65;1;1M", INPUT_WHEEL_DOWN, 0, 0 }, { "\033[Ma!!", INPUT_WHEEL_DOWN, 0, 0 },
		{ "\033[2;3R", INPUT_CURSOR, 1, 2 }, { "\033[?2026;2$y", INPUT_MODE, 2026, 2 }, { "\033[?2026;0$y", INPUT_MODE, 2026, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct keyboard keyboard;
		struct keystroke stroke = { .key = INPUT_NONE };
		keyboard_init(&keyboard);
		for (const char *at = places[i].bytes; *at != '\0'; at++)
			assert_true(keyboard_byte(&keyboard, (unsigned char)*at, 1, &stroke));
		assert_int_equal(stroke.key, places[i].key);
		assert_int_equal(stroke.line, places[i].line);
		assert_int_equal(stroke.column, places[i].column);
	}
}

struct answer {
	const char *bytes;
	int rgb; /* -1: it is none */
};

/* All forms of the answer to a question for the background, with each end, and what only looks like one. */
static void backgrounds_are_read(void **state)
{
	static const struct answer answers[] = {
		{ "\033]11;rgb:0000/0000/0000\033\\", 0x000000 }, { "\033]11;rgb:ffff/ffff/ffff\a", 0xFFFFFF },
		{ "\033]11;rgb:1e1e/2020/3030\a", 0x1E2030 }, { "\033]11;rgb:1e/20/30\033\\", 0x1E2030 },
		{ "\033]11;rgb:FD/F6/E3\a", 0xFDF6E3 }, { "\033]11;rgb:f/8/0\a", 0xFF8800 }, { "\033]11;rgb:fff/800/000\a", 0xFF8000 },
		{ "\033]11;rgba:0000/2b2b/3636/ffff\a", 0x002B36 }, { "\033]11;rgba:00/2b/36/80\033\\", 0x002B36 },
		{ "\033]11;#002b36\a", 0x002B36 }, { "\033]11;#fff\a", 0xFFFFFF }, { "\033]11;#00002b2b3636\033\\", 0x002B36 },
		{ "\x9d" "11;rgb:ffff/0000/0000\x9c", 0xFF0000 },
		/* In pieces, and after Esc has acted. */
		{ "\033]1" PAUSE_300 "1;rgb:00" PAUSE_300 "00/2b2b/3636" PAUSE_300 "\a", 0x002B36 },
		{ "\033]11;rgb:0000/2b2b/3636\033" PAUSE_300 "\\", 0x002B36 }, { "\033" PAUSE_300 "]11;rgb:00/2b/36\a", 0x002B36 },
		{ "\033]11;\a", -1 }, { "\033]11;?\a", -1 }, { "\033]11;rgb:\a", -1 }, { "\033]11;rgb:00/00\a", -1 },
		{ "\033]11;rgb:00/00/00/00\a", -1 }, { "\033]11;rgb:00/0g/00\a", -1 }, { "\033]11;rgb:00//00\a", -1 },
		{ "\033]11;rgb:00000/00/00\a", -1 }, { "\033]11;rgba:00/00/00\a", -1 }, { "\033]11;#00\a", -1 },
		{ "\033]11;#0000000000000\a", -1 }, { "\033]11;white\a", -1 }, { "\033]4;11;rgb:00/00/00\a", -1 },
		{ "\033]11;rgb:00/00/00\030", -1 }, { "\033]11;rgb:00/00/00", -1 },
		{ "\033]11;rgb:0000/0000/0000 and what nobody wrote in forty bytes\a", -1 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct keyboard keyboard;
		struct keystroke stroke;
		int64_t now_ms = 1000;
		int rgb = -1;
		keyboard_init(&keyboard);
		for (const char *at = answers[i].bytes; *at != '\0'; at++) {
			if ((unsigned char)*at == 0xFF) {
				now_ms += (unsigned char)*++at * 10;
				while (keyboard_deadline(&keyboard) >= 0 && keyboard_deadline(&keyboard) <= now_ms)
					keyboard_expire(&keyboard, now_ms, &stroke);
				continue;
			}
			assert_true(keyboard_byte(&keyboard, (unsigned char)*at, now_ms, &stroke));
			if (stroke.key == INPUT_BACKGROUND)
				rgb = stroke.line;
			else if (stroke.key != INPUT_NONE)
				fail_msg("answer %zu is a key", i);
		}
		if (rgb != answers[i].rgb)
			fail_msg("answer %zu is %06x", i, (unsigned)rgb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_keys),
		cmocka_unit_test(known_sequences_are_keys),
		cmocka_unit_test(unknown_sequences_are_nothing),
		cmocka_unit_test(a_slow_line_tears_nothing_apart),
		cmocka_unit_test(escape_is_a_key),
		cmocka_unit_test(nothing_deafens),
		cmocka_unit_test(a_paste_is_text),
		cmocka_unit_test(descriptions_are_learned),
		cmocka_unit_test(places_are_read),
		cmocka_unit_test(backgrounds_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
