#include "screen/capability.h"

#include <string.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

bool capability_has(const char *name)
{
	const char *text = tigetstr(name);
	return text != NULL && text != (char *)-1;
}

bool capability_suffices(const char *terminal)
{
	int status;
	if (setupterm(terminal, STDOUT_FILENO, &status) != OK)
		return false;
	bool moves = capability_has("cup");
	del_curterm(cur_term);
	return moves;
}

void capability_add(struct buffer *out, const char *name)
{
	if (!capability_has(name))
		return;
	for (const char *at = tigetstr(name); *at != '\0'; at++) {
		const char *end = at[0] == '$' && at[1] == '<' ? strchr(at, '>') : NULL;
		if (end != NULL)
			at = end;
		else
			buffer_add(out, at, 1);
	}
}

void capability_keys(void (*found)(void *context, const char *name, const char *sequence), void *context)
{
	/* All of terminfo's names that begin with k are keys, but for the mouse, whose bytes are not one key. */
	for (int i = 0; strnames[i] != NULL; i++)
		if (strnames[i][0] == 'k' && strcmp(strnames[i], "kmous") != 0 && capability_has(strnames[i]))
			found(context, strnames[i], tigetstr(strnames[i]));
}
