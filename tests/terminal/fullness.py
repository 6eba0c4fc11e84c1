"""A wall has no use for black: how much of each shipped layout is blank, on a demo, at sizes of desks and of walls.

At 240x67 at most 30 % of the lines between the first and the last are blank apart from frames, at 160x45 and 120x40 at
most 25 %; at all three at least 10 % of the cells of the whole screen carry a mark that belongs to no frame. `console` is
for small screens, and not measured. With names of layouts as arguments, these alone."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

# With a text of each page.
LAYOUTS = {"overview": ["Waiting|▄|█", "By half-hour"], "queues": ["Queues"], "agents": ["Reason"], "night": ["Can be served", "On duty"],
           "service-level": ["By queue"], "day": ["By half-hour"]}
SIZES = ((240, 67, 30), (160, 45, 25), (120, 40, 25))
MARKS_LEAST = 10
FRAMES = re.compile("[─│╭╮╰╯├┤┬┴┼╌ ]")


def measure(text, columns, lines):
    """Percent of the lines that are blank apart from frames, and of the cells with a mark of no frame."""
    rows = [FRAMES.sub("", line) for line in text.split("\n")[:lines]]
    rows += [""] * (lines - len(rows))
    between = rows[1:-1]
    return 100 * sum(not row for row in between) / len(between), 100 * sum(map(len, rows)) / (lines * columns)


def check_page(tap, terminal, what, mark):
    for columns, lines, blank_most in SIZES:
        terminal.tmux("resize-window", "-x", str(columns), "-y", str(lines))
        # tmux cuts the old picture at once: the new one has a head and a line of keys again, and the whole width.
        terminal.wait(r"\A[^\n]*live[^\n]*\n(?=[^\n]{%d}\n)(?!(.*\n)*.*(waiting for the first data|not asked yet))"
                      r"(?=(.*\n)*.*(?:%s))(.*\n){%d}[^\n]*\bquit\b[^\n]*\n*\Z" % (columns, mark, lines - 2))
        seen = []

        def is_full():
            """A picture may be taken while it is drawn, or before the last hour is there."""
            seen[:] = [terminal.text()]
            seen.extend(measure(seen[0], columns, lines))
            return seen[1] <= blank_most and seen[2] >= MARKS_LEAST

        full = harness.wait_for(is_full)
        text, blank, marks = seen
        tap.check(full, "%s, %dx%d: %.0f %% of the lines blank, %.1f %% of the cells marked" % (what, columns, lines, blank, marks), text)


def check_layout(tap, folder, name):
    terminal = harness.Terminal([harness.CXWALL, "demo", "-l", name], folder.environment(), *SIZES[0][:2])
    for page, mark in enumerate(LAYOUTS[name], 1):
        terminal.wait("live")
        terminal.keys(str(page))
        check_page(tap, terminal, "%s, page %d" % (name, page), mark)
    terminal.keys("q")
    tap.same(terminal.status(), 0, "%s: q ends it" % name)
    terminal.close()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    for name in sys.argv[1:] or LAYOUTS:
        check_layout(tap, folder, name)
    folder.remove()
    tap.done()


main()
