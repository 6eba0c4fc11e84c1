#include "screen/keyboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "screen/palette.h"

/* ---- names of keys ---- */

struct key_name {
	const char *name;
	uint32_t key;
};

static const struct key_name key_names[] = {
	{ "Up", INPUT_UP }, { "Down", INPUT_DOWN }, { "Left", INPUT_LEFT }, { "Right", INPUT_RIGHT },
	{ "PgUp", INPUT_PAGE_UP }, { "PgDn", INPUT_PAGE_DOWN }, { "Home", INPUT_HOME }, { "End", INPUT_END },
	{ "Tab", INPUT_TAB }, { "Shift-Tab", INPUT_BACK_TAB }, { "Enter", INPUT_ENTER }, { "Esc", INPUT_ESCAPE },
	{ "Space", ' ' }, { "F1", INPUT_F1 }, { "F2", INPUT_F1 + 1 }, { "F3", INPUT_F1 + 2 }, { "F4", INPUT_F1 + 3 },
	{ "F5", INPUT_F1 + 4 }, { "F6", INPUT_F1 + 5 }, { "F7", INPUT_F1 + 6 }, { "F8", INPUT_F1 + 7 },
	{ "F9", INPUT_F1 + 8 }, { "F10", INPUT_F1 + 9 }, { "F11", INPUT_F1 + 10 }, { "F12", INPUT_F12 },
};

uint32_t key_read(const char *name)
{
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
		if (text_same(key_names[i].name, name))
			return key_names[i].key;
	/* Ctrl-A is 1: the letter's low five bits. */
	if (strncmp(name, "Ctrl-", 5) == 0 && name[5] >= 'A' && name[5] <= 'Z' && name[6] == '\0')
		return (uint32_t)(name[5] & 0x1F);
	const char *at = name, *end = name + strlen(name);
	if (at == end)
		return INPUT_NONE;
	uint32_t code = text_decode(&at, end);
	return at == end ? code : INPUT_NONE;
}

/* Letters of other keyboards, and what stands at their places. */
static const struct {
	const char *letters, *latin;
} alphabets[] = {
	{ "йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" },
	{ "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ", "QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~" },
	{ "іїєґўІЇЄҐЎ", "s]'\\oS}\"|O" },
	{ "ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm" },
	{ "ΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ", "ERTYUIOPASDFGHJKLZXCVBNM" },
};

uint32_t key_latin(uint32_t key)
{
	for (size_t i = 0; i < sizeof(alphabets) / sizeof(alphabets[0]) && key >= 0x80; i++) {
		const char *at = alphabets[i].letters, *end = at + strlen(at);
		for (const char *latin = alphabets[i].latin; at < end; latin++)
			if (text_decode(&at, end) == key)
				return (unsigned char)*latin;
	}
	return key;
}

static const char *key_name_at(const void *context, size_t index)
{
	(void)context;
	return index < sizeof(key_names) / sizeof(key_names[0]) ? key_names[index].name : NULL;
}

const char *key_nearest(const char *name)
{
	return text_nearest(name, key_name_at, NULL);
}

int key_next(const char **list, char *name, int size)
{
	int used = 0;
	while (**list == ' ')
		(*list)++;
	for (; **list != '\0' && **list != ' '; (*list)++)
		if (used + 1 < size)
			name[used++] = **list;
	name[used] = '\0';
	return used > 0;
}

void bindings_add(struct bindings *bindings, const char *keys)
{
	if (bindings->count == BINDINGS_MAX)
		return;
	bindings->own[bindings->count] = false;
	snprintf(bindings->keys[bindings->count++], BINDINGS_TEXT_MAX, "%s", keys);
}

void bindings_clear(struct bindings *bindings, unsigned action)
{
	bindings->own[action] = true;
	bindings->keys[action][0] = '\0';
}

static void bindings_append(char *list, const char *name)
{
	size_t used = strlen(list);
	snprintf(list + used, BINDINGS_TEXT_MAX - used, "%s%s", used > 0 ? " " : "", name);
}

/* The list without a key. */
static void bindings_take_away(struct bindings *bindings, unsigned action, uint32_t key)
{
	char before[BINDINGS_TEXT_MAX], name[KEY_NAME_MAX];
	const char *at = before;
	memcpy(before, bindings->keys[action], sizeof(before));
	bindings->keys[action][0] = '\0';
	while (key_next(&at, name, sizeof(name)))
		if (key_read(name) != key)
			bindings_append(bindings->keys[action], name);
}

bool bindings_give(struct bindings *bindings, unsigned action, const char *name, unsigned *other)
{
	uint32_t key = key_read(name);
	unsigned place;
	int holder = bindings_find(bindings, key, &place);
	*other = holder >= 0 ? (unsigned)holder : action;
	if (holder == (int)action)
		return true;
	if (holder >= 0 && bindings->own[holder])
		return false;
	if (strlen(bindings->keys[action]) + strlen(name) + 2 > BINDINGS_TEXT_MAX)
		return false;
	if (holder >= 0)
		bindings_take_away(bindings, (unsigned)holder, key);
	bindings_append(bindings->keys[action], name);
	return true;
}

int bindings_find(const struct bindings *bindings, uint32_t key, unsigned *place)
{
	for (unsigned i = 0; i < bindings->count; i++) {
		const char *keys = bindings->keys[i];
		char name[KEY_NAME_MAX];
		for (*place = 0; key_next(&keys, name, sizeof(name)); (*place)++)
			if (key_read(name) == key)
				return (int)i;
	}
	return -1;
}

/* ---- from bytes to keys ---- */

enum {
	ESC = 0x1B,
	BEL = 0x07,
	CANCEL = 0x18,
	SUBSTITUTE = 0x1A,
	DELETE = 0x7F,
	TOGETHER_MS = 80, /* Alt sends Esc and the key at once; fingers need longer for two keys */
	LATE_MS = 1000,   /* a line that tears sequences apart delivers the rest within this time */
	PARAMETERS_MAX = 4,
};

#define PASTE_END "\033[201~"

/*
 * How long a state lasts: since its last byte, and in all. Esc acts after the first: long enough for a slow line,
 * short enough for a finger. A string or a paste ends by itself, so that a terminal that never ends it leaves the
 * keys deaf for a moment only.
 */
static const struct {
	int silence_ms, total_ms;
} patience[KEYBOARD_STATES] = {
	[KEYBOARD_CHARACTER] = { 200, 200 },
	[KEYBOARD_ESCAPE] = { 200, 400 },
	[KEYBOARD_CONTROL] = { 1000, 3000 },
	[KEYBOARD_SHIFT] = { 500, 1000 },
	[KEYBOARD_TAIL] = { 500, 1000 },
	[KEYBOARD_PREFIX] = { 200, 1000 },
	[KEYBOARD_STRING] = { 1000, 3000 },
	[KEYBOARD_PASTE] = { 2000, 30 * 1000 },
};

static const struct {
	const char *name; /* of terminfo */
	uint32_t key;
} named[] = {
	{ "kcuu1", INPUT_UP }, { "kcud1", INPUT_DOWN }, { "kcub1", INPUT_LEFT }, { "kcuf1", INPUT_RIGHT },
	{ "kpp", INPUT_PAGE_UP }, { "knp", INPUT_PAGE_DOWN }, { "khome", INPUT_HOME }, { "kfnd", INPUT_HOME },
	{ "kend", INPUT_END }, { "kslt", INPUT_END }, { "kcbt", INPUT_BACK_TAB }, { "kent", INPUT_ENTER },
	{ "kbs", INPUT_BACKSPACE },
};

static uint32_t named_key(const char *name)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strcmp(named[i].name, name) == 0)
			return named[i].key;
	if (strncmp(name, "kf", 2) != 0)
		return INPUT_OTHER;
	char *end;
	long number = strtol(name + 2, &end, 10);
	return *end == '\0' && number >= 1 && number <= 12 ? INPUT_F1 + (uint32_t)number - 1 : INPUT_OTHER;
}

void keyboard_init(struct keyboard *keyboard)
{
	memset(keyboard, 0, sizeof(*keyboard));
}

void keyboard_learn(struct keyboard *keyboard, const char *name, const char *sequence)
{
	size_t length = strlen(sequence);
	/* One byte is a key by itself, and what begins with a letter would take the letter away. */
	if (length < 2 || length > KEYBOARD_LEARNED_BYTES || keyboard->learned_count == KEYBOARD_LEARNED_MAX ||
		((unsigned char)sequence[0] >= ' ' && (unsigned char)sequence[0] < DELETE))
		return;
	struct keyboard_learned *learned = &keyboard->learned[keyboard->learned_count++];
	memcpy(learned->bytes, sequence, length);
	learned->length = (unsigned char)length;
	learned->key = named_key(name);
}

void keyboard_reset(struct keyboard *keyboard)
{
	keyboard->state = KEYBOARD_IDLE;
	keyboard->length = 0;
	keyboard->missing = 0;
	keyboard->dropped = keyboard->late = keyboard->eight_bits = keyboard->blank = keyboard->answers = false;
	keyboard->answer_length = 0;
}

static void enter(struct keyboard *keyboard, enum keyboard_state state, int64_t now_ms)
{
	keyboard->state = state;
	keyboard->began_ms = now_ms;
}

static void keep(struct keyboard *keyboard, unsigned char byte)
{
	if (keyboard->length < sizeof(keyboard->bytes))
		keyboard->bytes[keyboard->length] = byte;
	keyboard->length++;
}

static bool ends(struct keyboard *keyboard, struct keystroke *stroke, uint32_t key)
{
	stroke->key = key;
	keyboard_reset(keyboard);
	return true;
}

/* ---- keys of the description ---- */

/* The learned key that these bytes are; INPUT_NONE: none. *more is set if one begins with them. */
static uint32_t learned_key(const struct keyboard *keyboard, bool *more)
{
	uint32_t key = INPUT_NONE;
	*more = false;
	for (unsigned i = 0; i < keyboard->learned_count; i++) {
		const struct keyboard_learned *learned = &keyboard->learned[i];
		if (learned->length < keyboard->length || memcmp(learned->bytes, keyboard->bytes, keyboard->length) != 0)
			continue;
		if (learned->length > keyboard->length)
			*more = true;
		else if (key == INPUT_NONE || key == INPUT_OTHER)
			key = learned->key;
	}
	return key;
}

/* ---- what complete sequences mean ---- */

static int read_parameters(const struct keyboard *keyboard, size_t at, int values[PARAMETERS_MAX])
{
	int count = 0;
	size_t end = keyboard->length < sizeof(keyboard->bytes) ? keyboard->length : sizeof(keyboard->bytes);
	memset(values, 0, PARAMETERS_MAX * sizeof(*values));
	for (; at < end && count < PARAMETERS_MAX; at++) {
		unsigned char byte = keyboard->bytes[at];
		if (byte >= '0' && byte <= '9' && values[count] < 100000)
			values[count] = values[count] * 10 + byte - '0';
		else if (byte == ';')
			count++;
		else if (byte < '0' || byte > '9')
			break;
	}
	return count < PARAMETERS_MAX ? count + 1 : count;
}

static uint32_t letter_key(unsigned char final)
{
	switch (final) {
	case 'A': return INPUT_UP;
	case 'B': return INPUT_DOWN;
	case 'C': return INPUT_RIGHT;
	case 'D': return INPUT_LEFT;
	case 'H': return INPUT_HOME;
	case 'F': return INPUT_END;
	case 'P': return INPUT_F1;
	case 'Q': return INPUT_F1 + 1;
	case 'R': return INPUT_F1 + 2;
	case 'S': return INPUT_F1 + 3;
	default: return INPUT_NONE;
	}
}

/* Esc [ NUMBER ~, of VT220 and all that followed it. */
static uint32_t number_key(int number)
{
	switch (number) {
	case 1: case 7: return INPUT_HOME;
	case 4: case 8: return INPUT_END;
	case 5: return INPUT_PAGE_UP;
	case 6: return INPUT_PAGE_DOWN;
	case 2: case 3: return INPUT_OTHER;
	default: break;
	}
	if (number >= 11 && number <= 15)
		return INPUT_F1 + (uint32_t)number - 11;
	if (number >= 17 && number <= 21)
		return INPUT_F1 + 5 + (uint32_t)number - 17;
	return number == 23 || number == 24 ? INPUT_F1 + 10 + (uint32_t)number - 23 : INPUT_NONE;
}

/* Caps Lock and Num Lock are no modifiers: with them a key is still itself. */
static bool is_plain(int modifiers)
{
	return modifiers == 0 || ((modifiers - 1) & 0x3F) == 0;
}

/* Buttons of both forms of the mouse: bit 5 is a movement, 6 the wheel. */
static uint32_t mouse_key(int button)
{
	if (button & (32 | 4 | 8 | 16))
		return INPUT_NONE;
	if (button & 64)
		return (button & 3) == 0 ? INPUT_WHEEL_UP : (button & 3) == 1 ? INPUT_WHEEL_DOWN : INPUT_NONE;
	return (button & 3) == 0 && button < 64 ? INPUT_CLICK : INPUT_NONE;
}

static uint32_t place(struct keystroke *stroke, int line, int column, uint32_t key)
{
	stroke->line = line - 1;
	stroke->column = column - 1;
	return key;
}

/* Esc [ with a private mark: the mouse, or an answer. */
static uint32_t private_key(const struct keyboard *keyboard, unsigned char mark, unsigned char final,
	struct keystroke *stroke)
{
	int values[PARAMETERS_MAX];
	int count = read_parameters(keyboard, 3, values);
	if (mark == '<' && final == 'M' && count == 3)
		return place(stroke, values[2], values[1], mouse_key(values[0]));
	if (mark == '?' && final == 'y' && count == 2) {
		stroke->line = values[0];
		stroke->column = values[1];
		return INPUT_MODE;
	}
	return INPUT_NONE;
}

static uint32_t control_key(const struct keyboard *keyboard, unsigned char final, struct keystroke *stroke)
{
	int values[PARAMETERS_MAX];
	unsigned char mark = keyboard->length > 3 ? keyboard->bytes[2] : 0;
	if (keyboard->length > sizeof(keyboard->bytes))
		return INPUT_NONE;
	if (mark >= '<' && mark <= '?')
		return private_key(keyboard, mark, final, stroke);
	int count = read_parameters(keyboard, 2, values);
	bool bare = keyboard->length == 3;
	if (final == '~')
		return is_plain(values[1]) && count <= 2 ? number_key(values[0]) : INPUT_NONE;
	if (final == 'Z' && bare)
		return INPUT_BACK_TAB;
	if (final == 'R' && !bare && count == 2)
		return place(stroke, values[0], values[1], INPUT_CURSOR);
	if (bare || (count == 2 && values[0] == 1 && is_plain(values[1])))
		return letter_key(final);
	return INPUT_NONE;
}

/* Esc O and one more: arrows, F1 to F4, and the keypad, which has its digits there. */
static uint32_t shift_key(const struct keyboard *keyboard, unsigned char final)
{
	if (keyboard->length != 3)
		return INPUT_NONE;
	if (final >= 'p' && final <= 'y')
		return (uint32_t)('0' + final - 'p');
	if (final >= 'j' && final <= 'o')
		return (uint32_t)('*' + final - 'j');
	switch (final) {
	case 'M': return INPUT_ENTER;
	case 'X': return '=';
	case 'I': return INPUT_TAB;
	case ' ': return ' ';
	default: return letter_key(final);
	}
}

/* The three bytes of the oldest mouse: 32 is added to each. */
static uint32_t old_mouse_key(const struct keyboard *keyboard, struct keystroke *stroke)
{
	int button = keyboard->bytes[3] - 32;
	return place(stroke, keyboard->bytes[5] - 32, keyboard->bytes[4] - 32, mouse_key(button));
}

/* ---- byte by byte ---- */

/* The sequence is whole, unless a key of the description goes on from here. */
static bool complete(struct keyboard *keyboard, int64_t now_ms, struct keystroke *stroke, uint32_t key)
{
	bool more = false;
	uint32_t learned = keyboard->length <= sizeof(keyboard->bytes) ? learned_key(keyboard, &more) : INPUT_NONE;
	if (learned == INPUT_NONE || (learned == INPUT_OTHER && key != INPUT_NONE))
		learned = key;
	if (learned == INPUT_NONE && more) {
		keyboard->state = KEYBOARD_PREFIX;
		keyboard->last_ms = now_ms;
		return true;
	}
	return ends(keyboard, stroke, learned);
}

static unsigned following_bytes(unsigned char lead)
{
	return lead >= 0xF0 && lead <= 0xF4 ? 3 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xC2 && lead < 0xE0 ? 1 : 0;
}

/* A character that is dropped when it is whole. */
static bool drop_character(struct keyboard *keyboard, unsigned char byte, int64_t now_ms)
{
	unsigned missing = following_bytes(byte);
	keyboard_reset(keyboard);
	if (missing == 0)
		return true;
	enter(keyboard, KEYBOARD_CHARACTER, now_ms);
	keyboard->missing = missing;
	keyboard->dropped = true;
	return true;
}

/* A sequence whose two bytes are one of eight bits, or that a code point stands for. */
static bool begin_eight_bits(struct keyboard *keyboard, unsigned code, int64_t now_ms)
{
	keyboard_reset(keyboard);
	if (code == 0x9B || code == 0x8F) {
		keep(keyboard, ESC);
		keep(keyboard, (unsigned char)(code - 0x40));
		enter(keyboard, code == 0x9B ? KEYBOARD_CONTROL : KEYBOARD_SHIFT, now_ms);
	} else if (code == 0x90 || code == 0x98 || (code >= 0x9D && code <= 0x9F)) {
		enter(keyboard, KEYBOARD_STRING, now_ms);
		keyboard->eight_bits = true;
		keyboard->answers = code == 0x9D;
	}
	return true;
}

static bool idle_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke)
{
	bool late = keyboard->escaped_ms != 0 && now_ms - keyboard->escaped_ms < LATE_MS, more;
	keyboard_reset(keyboard);
	if (byte == ESC) {
		keep(keyboard, byte);
		enter(keyboard, KEYBOARD_ESCAPE, now_ms);
		return true;
	}
	keyboard->escaped_ms = 0;
	if (late && (byte == '[' || byte == 'O' || byte == ']')) {
		keep(keyboard, ESC);
		keep(keyboard, byte);
		enter(keyboard, byte == '[' ? KEYBOARD_CONTROL : byte == 'O' ? KEYBOARD_SHIFT : KEYBOARD_STRING, now_ms);
		keyboard->late = true;
		keyboard->answers = byte == ']';
		return true;
	}
	if (byte >= 0x80 && byte < 0xA0)
		return begin_eight_bits(keyboard, byte, now_ms);
	keep(keyboard, byte);
	if (byte >= 0x80) {
		keyboard->missing = following_bytes(byte);
		enter(keyboard, keyboard->missing > 0 ? KEYBOARD_CHARACTER : KEYBOARD_IDLE, now_ms);
		return true;
	}
	if (byte < ' ' && learned_key(keyboard, &more) == INPUT_NONE && more) {
		enter(keyboard, KEYBOARD_PREFIX, now_ms);
		return true;
	}
	uint32_t key = byte == '\n' ? INPUT_ENTER : byte == '\b' ? INPUT_BACKSPACE : byte;
	return ends(keyboard, stroke, key);
}

/* Bytes that do not belong together are dropped. */
static bool character_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke)
{
	if ((byte & 0xC0) != 0x80) {
		keyboard_reset(keyboard);
		return false;
	}
	keep(keyboard, byte);
	if (--keyboard->missing > 0)
		return true;
	const char *at = (const char *)keyboard->bytes;
	uint32_t code = text_decode(&at, at + keyboard->length);
	if (keyboard->dropped || code == 0xFFFD)
		return ends(keyboard, stroke, INPUT_NONE);
	if (code >= 0x80 && code < 0xA0)
		return begin_eight_bits(keyboard, code, now_ms);
	return ends(keyboard, stroke, code);
}

static bool escape_alone(struct keyboard *keyboard, int64_t now_ms, struct keystroke *stroke)
{
	keyboard->escaped_ms = now_ms;
	return ends(keyboard, stroke, INPUT_ESCAPE);
}

static bool begin_tail(struct keyboard *keyboard, unsigned bytes, int64_t now_ms)
{
	enter(keyboard, KEYBOARD_TAIL, now_ms);
	keyboard->missing = bytes;
	return true;
}

static bool escape_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke)
{
	bool together = now_ms - keyboard->began_ms <= TOGETHER_MS, more;
	bool twice = keyboard->length == 2;
	if (byte == ESC) {
		/* Alt with an arrow is Esc Esc [ A; Esc pressed again and again is Esc. */
		keyboard->began_ms = now_ms;
		if (twice)
			stroke->key = INPUT_ESCAPE;
		else
			keep(keyboard, byte);
		return true;
	}
	keyboard->dropped = twice;
	if (twice)
		keyboard->length = 1;
	if (byte == '[' || byte == 'O') {
		keep(keyboard, byte);
		enter(keyboard, byte == '[' ? KEYBOARD_CONTROL : KEYBOARD_SHIFT, now_ms);
		return true;
	}
	if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_') {
		keyboard->length = 0;
		keyboard->answers = byte == ']';
		enter(keyboard, KEYBOARD_STRING, now_ms);
		return true;
	}
	if (!together) {
		escape_alone(keyboard, now_ms, stroke);
		return false;
	}
	keep(keyboard, byte);
	if (learned_key(keyboard, &more) != INPUT_NONE || more)
		return complete(keyboard, now_ms, stroke, INPUT_NONE);
	if (byte < ' ' || byte > '/')
		return drop_character(keyboard, byte, now_ms);
	/* Esc ( B, of copied output: one more byte belongs to it. */
	keyboard->dropped = true;
	return begin_tail(keyboard, 1, now_ms);
}

/* What cannot be within a sequence ends it. */
static bool break_off(struct keyboard *keyboard, unsigned char byte, int64_t now_ms)
{
	if (byte != ESC)
		return drop_character(keyboard, byte, now_ms);
	keyboard_reset(keyboard);
	return false;
}

/* rxvt's Shift-Home is Esc [ 7 $, which is no whole sequence by the rules; an answer about a mode has a semicolon or a mark. */
static bool is_shifted_rxvt(const struct keyboard *keyboard, unsigned char byte)
{
	if (byte != '$' || keyboard->length < 4 || keyboard->length > sizeof(keyboard->bytes))
		return false;
	for (size_t i = 2; i + 1 < keyboard->length; i++)
		if (keyboard->bytes[i] < '0' || keyboard->bytes[i] > '9')
			return false;
	return true;
}

static bool begin_paste(struct keyboard *keyboard, int64_t now_ms)
{
	keyboard_reset(keyboard);
	enter(keyboard, KEYBOARD_PASTE, now_ms);
	return true;
}

static bool control_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke)
{
	bool more;
	int values[PARAMETERS_MAX];
	if (byte < ' ' || byte >= DELETE)
		return break_off(keyboard, byte, now_ms);
	keep(keyboard, byte);
	keyboard->late = false;
	if (keyboard->length == 3 && byte == '[') /* the Linux console's F1 to F5 */
		return begin_tail(keyboard, 1, now_ms);
	if (keyboard->length == 3 && byte == 'M' && learned_key(keyboard, &more) == INPUT_NONE)
		return begin_tail(keyboard, 3, now_ms);
	if (byte < '@' && !is_shifted_rxvt(keyboard, byte))
		return true;
	if (keyboard->dropped)
		return ends(keyboard, stroke, INPUT_NONE);
	if (byte == '~' && read_parameters(keyboard, 2, values) == 1 && values[0] == 200)
		return begin_paste(keyboard, now_ms);
	return complete(keyboard, now_ms, stroke, control_key(keyboard, byte, stroke));
}

static bool shift_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke)
{
	if (byte < ' ' || byte >= DELETE)
		return break_off(keyboard, byte, now_ms);
	keep(keyboard, byte);
	keyboard->late = false;
	if ((byte >= '0' && byte <= '9') || byte == ';')
		return true;
	if (keyboard->dropped)
		return ends(keyboard, stroke, INPUT_NONE);
	return complete(keyboard, now_ms, stroke, shift_key(keyboard, byte));
}

static bool tail_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke)
{
	if (byte == ESC || (keyboard->length == 2 && byte >= DELETE))
		return break_off(keyboard, byte, now_ms);
	keep(keyboard, byte);
	if (--keyboard->missing > 0)
		return true;
	if (keyboard->dropped)
		return ends(keyboard, stroke, INPUT_NONE);
	if (keyboard->bytes[2] == 'M')
		return ends(keyboard, stroke, old_mouse_key(keyboard, stroke));
	return complete(keyboard, now_ms, stroke, byte >= 'A' && byte <= 'E' ? INPUT_F1 + byte - 'A' : INPUT_NONE);
}

/* The key that these bytes are if no more come; of a sequence that is not whole none. */
static uint32_t prefix_key(const struct keyboard *keyboard)
{
	return keyboard->length == 1 && keyboard->bytes[0] < ' ' ? keyboard->bytes[0] : INPUT_NONE;
}

static bool prefix_byte(struct keyboard *keyboard, unsigned char byte, struct keystroke *stroke)
{
	bool more;
	keep(keyboard, byte);
	uint32_t key = learned_key(keyboard, &more);
	if (key != INPUT_NONE)
		return ends(keyboard, stroke, key);
	if (more)
		return true;
	keyboard->length--;
	ends(keyboard, stroke, prefix_key(keyboard));
	return false;
}

/* "11;" and the colour of the background; all other strings mean nothing here. */
#define BACKGROUND_HEAD "11;"
enum { BACKGROUND_HEAD_LENGTH = sizeof(BACKGROUND_HEAD) - 1 };

static bool begins_as_background(const struct keyboard *keyboard)
{
	return keyboard->state == KEYBOARD_STRING && keyboard->answers && keyboard->answer_length > BACKGROUND_HEAD_LENGTH &&
		memcmp(keyboard->answer, BACKGROUND_HEAD, BACKGROUND_HEAD_LENGTH) == 0;
}

/* What a string says that is whole. */
static uint32_t string_key(const struct keyboard *keyboard, struct keystroke *stroke)
{
	if (!begins_as_background(keyboard) || keyboard->answer_length > sizeof(keyboard->answer) ||
		!palette_read_answer(keyboard->answer + BACKGROUND_HEAD_LENGTH, keyboard->answer_length - BACKGROUND_HEAD_LENGTH,
			&stroke->line))
		return INPUT_NONE;
	return INPUT_BACKGROUND;
}

static void keep_answer(struct keyboard *keyboard, unsigned char byte)
{
	if (keyboard->answer_length < sizeof(keyboard->answer))
		keyboard->answer[keyboard->answer_length] = (char)byte;
	keyboard->answer_length++;
}

static bool string_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke)
{
	bool escaped = keyboard->length == 1 && keyboard->bytes[0] == ESC;
	keyboard->length = 0;
	keyboard->late = false;
	if (escaped && byte == '\\')
		return ends(keyboard, stroke, string_key(keyboard, stroke));
	if (escaped) {
		/* Another sequence begins. */
		keyboard_reset(keyboard);
		keep(keyboard, ESC);
		enter(keyboard, KEYBOARD_ESCAPE, now_ms);
		return false;
	}
	if (byte == ESC)
		keep(keyboard, byte);
	else if (byte == BEL || (byte == 0x9C && keyboard->eight_bits))
		return ends(keyboard, stroke, string_key(keyboard, stroke));
	else if (byte == CANCEL || byte == SUBSTITUTE)
		return ends(keyboard, stroke, INPUT_NONE);
	else
		keep_answer(keyboard, byte);
	return true;
}

/* A character of pasted text; lines become blanks between words. */
static bool pasted_character(struct keyboard *keyboard, uint32_t code, struct keystroke *stroke)
{
	stroke->pasted = true;
	if (code == '\n' || code == '\r' || code == '\t') {
		keyboard->blank = true;
	} else if (code >= ' ' && code != DELETE && (code < 0x80 || code >= 0xA0) && code != 0xFFFD) {
		if (keyboard->blank) {
			keyboard->blank = false;
			stroke->key = ' ';
			return false;
		}
		stroke->key = code;
	}
	keyboard->length = 0;
	return true;
}

static bool paste_byte(struct keyboard *keyboard, unsigned char byte, struct keystroke *stroke)
{
	static const char end[] = PASTE_END;
	size_t length = keyboard->length;
	bool ending = length > 0 && keyboard->bytes[0] == ESC;
	if (byte == ESC) {
		keyboard->length = 0;
		keep(keyboard, byte);
		return true;
	}
	if (ending && (unsigned char)end[length] == byte) {
		keep(keyboard, byte);
		return end[length + 1] == '\0' ? ends(keyboard, stroke, INPUT_NONE) : true;
	}
	if (ending || (length > 0 && (byte & 0xC0) != 0x80))
		keyboard->length = 0;
	keep(keyboard, byte);
	if (keyboard->length == 1)
		keyboard->missing = following_bytes(byte);
	else
		keyboard->missing--;
	if (keyboard->missing > 0)
		return true;
	const char *at = (const char *)keyboard->bytes;
	uint32_t code = text_decode(&at, at + keyboard->length);
	if (pasted_character(keyboard, code, stroke))
		return true;
	keyboard->length--;
	keyboard->missing = keyboard->length > 0 ? 1 : 0;
	return false;
}

bool keyboard_byte(struct keyboard *keyboard, unsigned char byte, int64_t now_ms, struct keystroke *stroke)
{
	*stroke = (struct keystroke){ .key = INPUT_NONE };
	keyboard->last_ms = now_ms;
	switch (keyboard->state) {
	case KEYBOARD_CHARACTER: return character_byte(keyboard, byte, now_ms, stroke);
	case KEYBOARD_ESCAPE: return escape_byte(keyboard, byte, now_ms, stroke);
	case KEYBOARD_CONTROL: return control_byte(keyboard, byte, now_ms, stroke);
	case KEYBOARD_SHIFT: return shift_byte(keyboard, byte, now_ms, stroke);
	case KEYBOARD_TAIL: return tail_byte(keyboard, byte, now_ms, stroke);
	case KEYBOARD_PREFIX: return prefix_byte(keyboard, byte, stroke);
	case KEYBOARD_STRING: return string_byte(keyboard, byte, now_ms, stroke);
	case KEYBOARD_PASTE: return paste_byte(keyboard, byte, stroke);
	default: return idle_byte(keyboard, byte, now_ms, stroke);
	}
}

/* Esc may stand alone, also within what it would end. */
static bool holds_escape(const struct keyboard *keyboard)
{
	return keyboard->length == 1 && keyboard->bytes[0] == ESC;
}

int64_t keyboard_deadline(const struct keyboard *keyboard)
{
	if (keyboard->state == KEYBOARD_IDLE)
		return -1;
	int64_t silence = patience[keyboard->state].silence_ms;
	/* An answer ends with Esc and one more byte, which a slow line may bring later than a finger would press another key. */
	if (holds_escape(keyboard) && !begins_as_background(keyboard))
		silence = patience[KEYBOARD_ESCAPE].silence_ms;
	else if (keyboard->late && keyboard->length == 2)
		silence = TOGETHER_MS;
	int64_t total = keyboard->began_ms + patience[keyboard->state].total_ms;
	return keyboard->last_ms + silence < total ? keyboard->last_ms + silence : total;
}

void keyboard_expire(struct keyboard *keyboard, int64_t now_ms, struct keystroke *stroke)
{
	*stroke = (struct keystroke){ .key = INPUT_NONE };
	/* Of two, the first acts now and the second at the next call. */
	if (keyboard->state == KEYBOARD_ESCAPE && keyboard->length == 2) {
		keyboard->length = 1;
		stroke->key = INPUT_ESCAPE;
		return;
	}
	if (holds_escape(keyboard)) {
		escape_alone(keyboard, now_ms, stroke);
		return;
	}
	uint32_t key = keyboard->late && keyboard->length == 2 ? keyboard->bytes[1] : INPUT_NONE;
	if (keyboard->state == KEYBOARD_PREFIX)
		key = prefix_key(keyboard);
	ends(keyboard, stroke, key);
}
