"""The wall in a real terminal: a thousand agents scroll, sizes change, wide names stay in their cells, job control."""

import os
import re
import signal
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Test"
pages = (
  { title = "One" rows = ( { panels = ( { name = "agents" type = "agent_grid"
      columns = ( { stat = "first_last_name" width = 24 }, "acd_state", "state_duration" ) } ) } ) },
  { title = "Two" rows = ( { panels = ( { name = "time" type = "clock" } ) } ) }
)
"""

NAMES = {0: "山田太郎と花子の長い名前です", 1: "Zoe\u0301 Quinn", 2: "😀 Smile"}


def cell(panel, stat, row):
    if stat == "first_last_name":
        return NAMES.get(row, "Agent %04d" % row)
    return {"acd_state": "busy", "state_duration": str(row), "login_id": "agent.%04d" % row}.get(stat, "")


def check_scrolling(tap, terminal):
    text = terminal.wait("1–[0-9]+ of 1000")
    tap.check(re.search(r"Agent 0005 +● busy", text), "a thousand agents: the first page", text)
    terminal.keys("G")
    text = terminal.wait("Agent 0999")
    tap.check("Agent 0999" in text and re.search("–1000 of 1000", text), "the end key shows the last", text)
    terminal.keys("g")
    text = terminal.wait("Agent 0005")
    tap.check("Agent 0005" in text and "Agent 0999" not in text, "and the first again", text)
    terminal.keys("NPage")
    text = terminal.wait("Agent 005[0-9]")
    tap.check("Agent 0005" not in text, "a page down", text)
    for _ in range(300):
        terminal.keys("j")
    text = terminal.wait("Agent 03[0-9][0-9]")
    tap.check(re.search("Agent 03[0-9][0-9]", text), "three hundred lines down", text)
    terminal.keys("g")
    terminal.wait("Agent 0005")


def check_wide(tap, terminal):
    text = terminal.text()
    lines = text.splitlines()
    column = None
    for name in ("山田", "Quinn", "Smile", "Agent 0005"):
        line = next((l for l in lines if name in l), "")
        at = line.find("●")
        width = sum(2 if ord(c) > 0x1100 and not 0x2000 <= ord(c) < 0x2700 else 0 if 0x300 <= ord(c) < 0x370 else 1
                    for c in line[:at])
        column = width if column is None else column
        tap.same(width, column, "'%s': the next column begins where it should" % name)


def check_sizes(tap, terminal):
    for columns, lines in ((40, 10), (200, 60), (20, 5), (10, 3), (80, 24)):
        terminal.tmux("resize-window", "-x", str(columns), "-y", str(lines))
        good = harness.wait_for(lambda: max(map(len, terminal.text().splitlines())) <= columns
                                and len(terminal.text().rstrip("\n").splitlines()) <= lines
                                and "Test" in terminal.text() or "live" in terminal.text() or columns < 20)
        tap.check(good, "%dx%d is drawn" % (columns, lines), terminal.text())
        tap.check(terminal.pid() is not None, "%dx%d: still alive" % (columns, lines))
    for i in range(60):
        terminal.tmux("resize-window", "-x", str(30 + i * 3), "-y", str(8 + i))
    terminal.tmux("resize-window", "-x", "120", "-y", "40")
    text = terminal.wait("Agent 0005")
    tap.check("Agent 0005" in text, "a storm of sizes leaves a whole picture", text)


def check_pages(tap, terminal):
    tap.check(re.search(r"^ Test   1 One   2 Two  ", terminal.text()), "two pages are tabs", terminal.text())
    terminal.keys("]")
    text = terminal.wait("time ─")
    tap.check("Agent 0005" not in text, "] goes to the next page", text)
    terminal.keys("1")
    text = terminal.wait("Agent 0005")
    tap.check("Agent 0005" in text, "1 goes to the first", text)


def check_job_control(tap, terminal):
    pid = terminal.pid()
    os.kill(pid, signal.SIGTSTP)
    stopped = harness.wait_for(lambda: open("/proc/%d/stat" % pid).read().split(")")[1].split()[0] == "T", 5)
    # Without a shell that does job control there may be nobody to continue it; then it must not stop for good.
    if stopped:
        os.kill(pid, signal.SIGCONT)
    text = terminal.wait("Agent 0005")
    tap.check("Agent 0005" in text, "stop and continue: the picture is back", text)


def check_reload(tap, folder):
    """A changed file is read again: its interval too."""
    server = harness.Server()
    text = 'interval = 60 pages = ( { title = "Before" rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )'
    path = folder.write("again.conf", text)
    terminal = harness.Terminal([harness.CXWALL, "-l", path, *harness.options(server)], folder.environment(), 80, 10)
    terminal.wait("Before")
    tap.check(harness.wait_for(lambda: server.polls > 0), "a wall with a poll each minute", terminal.text())
    folder.write("again.conf", text.replace("60", "0.1").replace("Before", "After that"))
    tap.check("After" in terminal.wait("After"), "a changed file is read", terminal.text())
    tap.check(harness.wait_for(lambda: server.polls > 10), "... and so is its interval", server.polls)
    terminal.close()


def write_zone(folder, name, hours):
    """A zone of one offset, as tzfile(5) has it."""
    block = struct.pack(">5s15x6L", b"TZif2", 0, 0, 0, 0, 1, len(name) + 1) + struct.pack(">lBB", hours * 3600, 0, 0) + name.encode() + b"\0"
    with open(os.path.join(folder.path, name), "wb") as file:
        file.write(block * 2 + b"\n%s%d\n" % (name.encode(), -hours))
    return os.path.join(folder.path, name)


def check_zone(tap, folder):
    """The link to the machine's time zone is turned: Ctrl-R looks at once."""
    server = harness.Server()
    zones, link = [write_zone(folder, "EEE", 9), write_zone(folder, "WWW", -5)], os.path.join(folder.path, "zone")
    os.symlink(zones[0], link)
    hour = lambda offset: time.strftime("%H:", time.gmtime(time.time() + offset * 3600))
    path = folder.write("zone.conf", 'pages = ( { rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )')
    terminal = harness.Terminal([harness.CXWALL, "-l", path, "-i", "0.5", *harness.options(server)], folder.environment(TZ=":" + link), 80, 10)
    terminal.wait("live")
    tap.check(harness.wait_for(lambda: hour(9) in terminal.text()), "the clock of a zone", terminal.text())
    os.symlink(zones[1], link + ".next")
    os.rename(link + ".next", link)
    terminal.keys("C-r")
    tap.check(harness.wait_for(lambda: hour(-5) in terminal.text(), 10), "... and of another, after Ctrl-R", terminal.text())
    terminal.close()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.cell = cell
    server.rows = 1000
    path = folder.write("test.conf", LAYOUT)
    terminal = harness.Terminal([harness.CXWALL, "-l", path, "-i", "0.5", *harness.options(server)],
                                folder.environment())
    check_scrolling(tap, terminal)
    check_wide(tap, terminal)
    check_pages(tap, terminal)
    check_sizes(tap, terminal)
    check_job_control(tap, terminal)
    polls = server.polls
    harness.wait_for(lambda: server.polls > polls + 1)
    tap.check(server.polls > polls + 1, "polls go on")
    terminal.keys("q")
    tap.same(terminal.status(), 0, "q ends it")
    tap.check("-echo " not in terminal.stty() and "-icanon" not in terminal.stty(), "the terminal is as before",
              terminal.stty())
    tap.same(terminal.errors(), "", "nothing on standard error")
    terminal.close()
    check_reload(tap, folder)
    check_zone(tap, folder)
    folder.remove()
    tap.done()


main()
