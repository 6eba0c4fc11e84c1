/*
 * The yardstick for bytes: a bare curses program that shows the same cells as the wall, and nothing else. It reads
 * pictures from standard input, each as lines of text ended by a form feed, draws them as they are, without colours,
 * and refreshes. curses itself finds out what changed, as it does for the wall.
 */
#include <curses.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096 };

int main(void)
{
	char line[LINE_MAX_BYTES];
	int row = 0;
	setlocale(LC_ALL, "");
	FILE *terminal = fopen("/dev/tty", "r+");
	if (terminal == NULL || newterm(NULL, terminal, terminal) == NULL)
		return EXIT_FAILURE;
	leaveok(stdscr, TRUE);
	curs_set(0);
	erase();
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\f') {
			mvaddstr(row++, 0, line);
			continue;
		}
		refresh();
		erase();
		row = 0;
		/* Tells who counts that the frame is complete. */
		putchar('.');
		fflush(stdout);
	}
	endwin();
	return EXIT_SUCCESS;
}
