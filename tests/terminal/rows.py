"""Rows at a desk: keys after answers with fewer rows that were not drawn; marks of what hides rows."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
interval = 1
pages = (
    { title = "Agents"  rows = ( { panels = ( { name = "agents"  type = "agent_grid"
      columns = ( "first_last_name", "acd_state", "state_duration", "login_time", "reason" ) } ) } ) },
    { title = "Queues"  rows = ( { panels = ( { name = "queues"  type = "service_grid"
      columns = ( "name", "in_calls_waiting" ) } ) } ) }
)
"""


SEARCH = b"/first\r/" + 5 * b"\177" + b"\r"


class Wall:
    """A wall on a bare terminal; each trial begins with forty rows, of which the last is selected."""

    def __init__(self, tap, server, folder):
        self.tap = tap
        self.server = server
        # Each answer is another picture, so that a terminal that is not read fills.
        server.cell = lambda panel, stat, row: "%s %d %s" % (stat[:9], row, chr(65 + server.polls % 26) * 40)
        server.rows = 0
        path = folder.write("rows.conf", LAYOUT)
        self.pty = harness.Pty([harness.CXWALL, "--mouse", "-i", "0.05", "-l", path, *harness.options(server)],
                               folder.environment(), 200, 60)
        self.pty.wait_output(b"no agents")

    def drawn(self, text):
        """A picture from now on has it."""
        self.pty.output = b""
        return self.pty.wait_output(text)

    def begin(self, keys):
        self.server.rows = 40
        self.drawn(b"first_las 39")
        self.pty.send(SEARCH + b"G" + keys)

    def shrink(self, rows, keys, what):
        """Nobody draws the fewer rows before the keys come."""
        self.server.rows = rows
        self.server.polled(3)
        self.pty.send(keys)
        alive = self.server.polled(3)
        self.tap.check(alive, "%d rows are left %s, then %r: it polls on" % (rows, what, keys))
        return alive

    def end(self, what):
        self.pty.send(b"q")
        self.tap.same(self.pty.end(), 0, "%s: q ends it" % what)
        self.tap.same(self.server.subscription, None, "and the subscription is gone")
        self.pty.close()


def check_terminal_not_read(tap, server, folder):
    wall = Wall(tap, server, folder)
    for left, keys in ((2, b"j"), (2, b"n"), (2, b"G"), (2, b"\033[6~"), (2, b"2j"), (2, b" j"), (2, b"\033[<0;20;40M"), (0, b"j"), (1, b"N")):
        wall.begin(b"")
        wall.drawn("▸".encode())
        # So many pictures are more than a terminal holds that nobody reads.
        server.polled(12)
        if not wall.shrink(left, keys, "on a terminal that is not read"):
            break
        if keys in (b"2j", b" j"):
            wall.pty.send(b"1" if keys == b"2j" else b" ")
        server.rows = 0
        wall.drawn(b"no agents")
    wall.end("a terminal that is not read")


def check_other_page(tap, server, folder):
    wall = Wall(tap, server, folder)
    for keys in (b"1j", b"1G", b"1n"):
        wall.begin(b"2")
        wall.drawn(b"name 39")
        if not wall.shrink(1, keys, "while another page is shown"):
            break
        server.rows = 0
        wall.drawn(b"no agents")
    wall.end("another page")


def check_small_window(tap, server, folder):
    wall = Wall(tap, server, folder)
    for keys in (b"j", b"G", b"N"):
        wall.begin(b"")
        wall.drawn("▸".encode())
        wall.pty.resize(20, 5)
        wall.drawn(b"\033\\[2J|\033\\[J")
        if not wall.shrink(1, keys, "in a window too small for grids"):
            break
        wall.pty.resize(200, 60)
        server.rows = 0
        wall.drawn(b"no agents")
    wall.end("a small window")


def check_held_picture(tap, server, folder):
    wall = Wall(tap, server, folder)
    for keys in (b" j", b" G", b" n"):
        wall.begin(b" ")
        wall.drawn(b"PAUSED")
        if not wall.shrink(1, keys, "while the picture is held"):
            break
        server.rows = 0
        wall.drawn(b"no agents")
    wall.end("a picture that is held")


QUEUES = ("voice", "email", "chat", "fax", "sms", "letters", "callback", "sales")
STATES = ("ready", "busy", "not_ready")

MARKED = """
title = "Wall"
pages = (
    { title = "Queues"  rows = ( { panels = ( { name = "queues"  type = "service_grid"  title = "Customer service by queue, in a title that is longer than the frame of the panel has room for, Customer service by queue, in a title that is longer than the frame of the panel has room for" %s
      columns = ( "name", "in_calls_waiting" ) } ) } ) },
    { title = "Agents"  rows = ( { panels = ( { name = "agents"  type = "agent_grid" %s
      columns = ( "first_last_name", "acd_state" ) } ) } ) }
)
"""


def marked(panel, stat, row):
    return {"name": QUEUES[row % 8], "acd_state": STATES[row % 3], "in_calls_waiting": str(row),
            "first_last_name": "Agent %d" % row, "login_id": "agent.%d" % row}.get(stat, "")


def check_marks(tap, server, folder):
    """Whoever filtered a wall may be gone: at each size something says that it is, and that rows have no room."""
    server.cell, server.rows = marked, 8
    for frame in ("", 'frame = "none"'):
        path = folder.write("marked.conf", MARKED % (frame, frame))
        terminal = harness.Terminal([harness.CXWALL, "-i", "0.3", "-l", path, *harness.options(server)],
                                    folder.environment(), 100, 15)
        terminal.wait("voice")
        terminal.keys("/", "e", "m", "a", "i", "l", "Enter")
        for columns, lines in ((100, 15), (80, 10), (60, 8), (40, 10), (120, 40), (40, 30)):
            terminal.tmux("resize-window", "-x", str(columns), "-y", str(lines))
            harness.wait_for(lambda: len(terminal.text().rstrip("\n").splitlines()) <= lines and "voice" not in terminal.text())
            text = terminal.wait(r"(filter: |/)email(?!.*_)")
            tap.check(re.search("(filter: |/)email", text) and "voice" not in text, "%dx%d %s: a filter is shown" % (columns, lines, frame), text)
        terminal.keys("2", "f", "1")
        for columns, lines in ((100, 15), (40, 10), (120, 40)):
            terminal.tmux("resize-window", "-x", str(columns), "-y", str(lines))
            text = terminal.wait(r"only ready")
            tap.check("only ready" in text and "Agent 1" not in text,
                      "%dx%d %s: so is a filter by state" % (columns, lines, frame), text)
        tap.same(terminal.quit(), 0, "q ends it")


LISTS = """
title = "Wall"
pages = ( { title = "Lists"  rows = (
    { height = 4  panels = ( { name = "open"  type = "availability"  title = "Availability"  services = ["Sales", "1"] } ) },
    { panels = ( { name = "news"  type = "messages"  title = "Messages" } ) } ) } )
"""


def check_lists(tap, server, folder):
    """Lists that are no grids say as well what a filter hides; the help goes by its own pages, and no further than its end."""
    server.messages = [{"id": str(i), "first_name": "Ana", "last_name": "Li", "send_time": "1767225600", "is_urgent": "0",
                        "content": text} for i, text in enumerate(("first word", "second word", "third thing"))]
    terminal = harness.Terminal([harness.CXWALL, "-i", "0.3", "-l", folder.write("lists.conf", LISTS), *harness.options(server)],
                                folder.environment(), 80, 24)
    terminal.wait("third thing")
    terminal.keys("/", "s", "a", "l", "Enter")
    text = terminal.wait("Availability  filter: sal ")
    tap.check("Sales" in text and "1 of 2" in text and not re.search("[○●?] 1 ", text), "availability: only what matches", text)
    terminal.keys("/", "x", "Enter")
    text = terminal.wait("nothing matches /salx")
    tap.check("0 of 2" in text and "Sales" not in text, "availability: nothing matches", text)
    terminal.keys("Tab", "/", "w", "o", "r", "d", "Enter")
    text = terminal.wait("Messages  filter: word ")
    tap.check("1–2 of 2" in text and "third thing" not in text, "messages: only what matches", text)
    terminal.keys("/", "x", "Enter")
    text = terminal.wait("nothing matches /wordx")
    tap.check("0 of 3" in text and "second word" not in text, "messages: nothing matches", text)
    # In a small window: elsewhere there is room for all of it.
    terminal.tmux("resize-window", "-x", "50", "-y", "16")
    terminal.keys("?")
    first, last, count = map(int, re.search(r"(\d+)–(\d+) of (\d+)", terminal.wait(r" Keys (.|\n)*\d of \d\d")).groups())
    terminal.keys("PageDown")
    place = r"Keys (.|\n)* %d–%d of" % (min(last, count - last + first), min(2 * last - first, count))
    tap.check(re.search(place, terminal.wait(place)), "a page of the help down", terminal.text())
    terminal.keys("G")
    terminal.wait(r"–%d of %d" % (count, count))
    terminal.keys("k")
    place = r"–%d of %d" % (count - 1, count)
    tap.check(re.search(place, terminal.wait(place)), "a line up from its end", terminal.text())
    tap.same(terminal.quit(), 0, "q ends it")


NAMES = ("Zoe", "Émile", "Öznur", "Łukasz", "Ивановна", "Zora", "Anna", "Йордан", "Яна", "E\u0301lise")


def check_letters(tap, server, folder):
    """A search and an order of names know more letters than those of English, and accents either way."""
    server.cell = lambda panel, stat, row: NAMES[row] if stat == "first_last_name" else "agent.%d" % row if stat == "login_id" else ""
    server.rows = len(NAMES)
    path = folder.write("letters.conf", LAYOUT)
    terminal = harness.Terminal([harness.CXWALL, "-i", "0.3", "-l", path, *harness.options(server)], folder.environment())
    terminal.wait("Anna")
    for typed, found in (("öznur", "Öznur"), ("ÖZNUR", "Öznur"), ("иван", "Ивановна"), ("émile", "Émile"), ("ŁUK", "Łukasz"),
                         ("éli", "lise"), ("E\u0301M", "Émile"), ("emile", "Émile")):
        terminal.tmux("send-keys", "-l", "/" + typed)
        terminal.keys("Enter")
        text = terminal.wait(r"1–1 of 1\b")
        tap.check(found in text and "Anna" not in text, "/%s finds %s" % (typed, found), text)
        terminal.keys("Escape")
        terminal.wait("Anna")
    terminal.keys("s", "1")
    wanted = ("Anna", "lise", "Émile", "Łukasz", "Öznur", "Zoe", "Zora", "Ивановна", "Йордан", "Яна")
    pattern = "(?s)" + ".*".join(wanted)
    text = terminal.wait(pattern)
    tap.check(re.search(pattern, text), "names are ordered as an alphabet is", text)
    tap.same(terminal.quit(), 0, "q ends it")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    check_terminal_not_read(tap, server, folder)
    check_other_page(tap, server, folder)
    check_small_window(tap, server, folder)
    check_held_picture(tap, server, folder)
    check_marks(tap, server, folder)
    check_letters(tap, server, folder)
    check_lists(tap, server, folder)
    folder.remove()
    tap.done()


main()
