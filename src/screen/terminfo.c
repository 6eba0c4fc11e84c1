#include "screen/terminfo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

bool terminfo_has(const char *name)
{
	const char *text = tigetstr(name);
	return text != NULL && text != (char *)-1;
}

bool terminfo_suffices(const char *terminal)
{
	int status;
	const TERMINAL *before = cur_term;
	/* A terminal that prints on paper is an error too, and yet its description is read and kept. */
	bool moves = setupterm(terminal, STDOUT_FILENO, &status) == OK && terminfo_has("cup");
	if (cur_term != before)
		del_curterm(cur_term);
	return moves;
}

bool terminfo_modern(void)
{
	static const char *const ways[] = { "[?1049h", "[?1047h", "[?47h" };
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (terminfo_has("smcup") && strstr(tigetstr("smcup"), ways[i]) != NULL)
			return true;
	return false;
}

/* A number of bits for each, "8/8/8", or only that there are such: then they share what the numbers have. */
bool terminfo_direct(int colors, int bits[3])
{
	int number = tigetnum("RGB"), width = 0;
	if (colors <= 256)
		return false;
	if (terminfo_has("RGB"))
		return sscanf(tigetstr("RGB"), "%d/%d/%d", &bits[0], &bits[1], &bits[2]) == 3;
	while (width < 30 && 1 << width < colors)
		width++;
	if (number <= 0 && tigetflag("RGB") != 1)
		return false;
	for (int i = 0; i < 3; i++)
		bits[i] = number > 0 ? number : (width + 2 - i) / 3;
	return true;
}

bool terminfo_promises_full(void)
{
	return tigetflag("Tc") == 1 || tigetflag("RGB") == 1;
}

static bool sets_color(const char *name, const char *wanted)
{
	enum { COLOR = 200 };
	const char *set = terminfo_has(name) ? tiparm(tigetstr(name), COLOR) : NULL;
	return set != NULL && strcmp(set, wanted) == 0;
}

bool terminfo_indexed(void)
{
	return sets_color("setaf", "\033[38;5;200m") && sets_color("setab", "\033[48;5;200m");
}

bool terminfo_reverses(const char *sequence)
{
	enum { NOT_WITH_COLORS = 4 }; /* the bit of reverse video in ncv */
	int never = tigetnum("ncv");
	return terminfo_has("rev") && strcmp(tigetstr("rev"), sequence) == 0 && (never < 0 || (never & NOT_WITH_COLORS) == 0);
}

void terminfo_add(struct buffer *out, const char *name)
{
	if (!terminfo_has(name))
		return;
	for (const char *at = tigetstr(name); *at != '\0'; at++) {
		const char *end = at[0] == '$' && at[1] == '<' ? strchr(at, '>') : NULL;
		if (end != NULL)
			at = end;
		else
			buffer_add(out, at, 1);
	}
}

void terminfo_keys(void (*found)(void *context, const char *name, const char *sequence), void *context)
{
	/* All of terminfo's names that begin with k are keys, but for the mouse, whose bytes are not one key. */
	for (int i = 0; strnames[i] != NULL; i++)
		if (strnames[i][0] == 'k' && strcmp(strnames[i], "kmous") != 0 && terminfo_has(strnames[i]))
			found(context, strnames[i], tigetstr(strnames[i]));
}
