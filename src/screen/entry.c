#include "screen/entry.h"

#include <string.h>

#include "base/text.h"
#include "screen/keyboard.h"

enum { ERASE_WORD = 'W' & 0x1F, ERASE_ALL = 'U' & 0x1F };

/* Marks and all of the last character go at once. */
static void erase_last(char *text)
{
	size_t length = strlen(text);
	while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
		length--;
	text[length > 0 ? length - 1 : 0] = '\0';
}

static void erase_word(char *text)
{
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == ' ')
		length--;
	while (length > 0 && text[length - 1] != ' ')
		length--;
	text[length] = '\0';
}

static void add(char *text, size_t size, uint32_t key)
{
	char bytes[5], clean[8];
	size_t length = strlen(text);
	size_t more = text_scrub(clean, sizeof(clean), bytes, text_encode(bytes, key));
	if (length + more < size) {
		memcpy(text + length, clean, more);
		text[length + more] = '\0';
	}
}

bool entry_key(char *text, size_t size, uint32_t key)
{
	if (key == INPUT_BACKSPACE)
		erase_last(text);
	else if (key == ERASE_WORD)
		erase_word(text);
	else if (key == ERASE_ALL)
		text[0] = '\0';
	else if (key < ' ' || (key >= 0x7F && key < 0xA0) || key >= INPUT_NONE)
		return false;
	else
		add(text, size, key);
	return true;
}
