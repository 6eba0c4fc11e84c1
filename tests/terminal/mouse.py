"""The mouse as a terminal reports it: off until M; rows, heads, tabs, keys, chips and the wheel; and what lies on top."""

import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Mouse"
pages = (
  { title = "Rows"  rows = ( { panels = (
    { name = "queues" type = "service_grid" title = "Queues" size = 1 columns = ( { stat = "name" width = 20 }, "in_calls_waiting" ) },
    { name = "agents" type = "agent_grid" title = "Agents" size = 1 columns = ( { stat = "first_last_name" width = 20 }, "acd_state" ) } ) } ) },
  { title = "Time"  rows = ( { panels = ( { name = "time" type = "clock" } ) } ) } )
"""

ON, OFF = b"\033[?1000h\033[?1006h", b"\033[?1000l\033[?1006l"


def cell(panel, name, row):
    values = {"name": "Queue %02d" % row, "in_calls_waiting": str((row * 7) % 50), "first_last_name": "Agent %02d" % row,
              "acd_state": "busy" if row % 2 else "ready", "login_id": "agent.%d" % row}
    return values.get(name, "")


class Hand:
    """Clicks on what the screen of a terminal shows."""

    def __init__(self, terminal):
        self.terminal = terminal

    def send(self, button, line, column, final="M"):
        self.terminal.tmux("send-keys", "-l", "\033[<%d;%d;%d%s" % (button, column + 1, line + 1, final))

    def at(self, what, part=0):
        """The place of a text: of its first line, and a column within it."""
        for line, text in enumerate(self.terminal.text().splitlines()):
            if what in text:
                return line, text.index(what) + part
        raise AssertionError("%r is not seen:\n%s" % (what, self.terminal.text()))

    def click(self, what, part=0, times=1):
        line, column = self.at(what, part)
        for _ in range(times):
            self.send(0, line, column)
            self.send(0, line, column, "m")

    def wheel(self, what, down=True, times=1):
        line, column = self.at(what)
        for _ in range(times):
            self.send(65 if down else 64, line, column)


def check_toggle(tap, server, folder):
    pty = harness.Pty([harness.CXWALL, *harness.options(server)], folder.environment())
    pty.wait_output(b"quit")
    tap.check(ON not in pty.output, "the mouse is off at the start")
    pty.send(b"\033[<0;3;3M")
    pty.output = b""
    pty.send(b"M")
    tap.check(pty.wait_output(b"Mouse on"), "M says that it is on")
    tap.check(ON in pty.output, "and asks the terminal for it", pty.output[-200:])
    pty.output = b""
    pty.send(b"M")
    tap.check(pty.wait_output(b"selects text again"), "M again says that it is off")
    tap.check(OFF in pty.output, "and relieves the terminal of it", pty.output[-200:])
    pty.send(b"M")
    pty.wait_output(b"Mouse on")
    pty.output = b""
    pty.send(b"q")
    tap.same(pty.end(), 0, "q ends it")
    tap.check(OFF in pty.output, "and the terminal is relieved of it at the end")
    pty.close()
    terminal = harness.Terminal(["/usr/bin/env", "TERM=vt100", harness.CXWALL, *harness.options(server)], folder.environment())
    terminal.wait("quit")
    terminal.keys("M")
    text = terminal.wait("Mouse on|no mouse")
    tap.check("This terminal has no mouse." in text, "a terminal that knows none is not asked", text)
    tap.same(terminal.quit(), 0, "q ends it")


def check_clicks(tap, terminal):
    hand = Hand(terminal)
    hand.click("Queue 03")
    text = terminal.wait("▸Queue 03")
    tap.check("▸Queue 03" in text, "a click selects a row", text)
    hand.click("Waiting", 2)
    text = terminal.wait("▾Waiting")
    first = re.search(r"Queue (\d\d) +(\d+)", text)
    tap.same((first.group(1), first.group(2)), ("07", "49"), "a click on a head sorts by it, the largest first")
    hand.click("▾Waiting  ", 2)
    text = terminal.wait("▴Waiting")
    tap.same(re.search(r"Queue (\d\d) +(\d+)", text).group(2), "0", "again the other way round")
    hand.click("Service")
    text = terminal.wait("▴Service")
    tap.check(re.search(r"(?s)Queue 00.*Queue 01.*Queue 02", text), "texts from A", text)
    hand.click("Name")
    text = terminal.wait("▴Name")
    tap.check("▴Service" in text and "▴Name" in text, "in the other list its own", text)
    hand.wheel("Agent 05")
    text = terminal.wait(r"4–\d+ of 60")
    tap.check(re.search(r"│ Agent 03 ", text) and "Queue 00" in text, "the wheel scrolls the list under it", text)
    hand.wheel("Agent 05", down=False, times=2)
    terminal.wait("Agent 00")
    hand.click("2 Time")
    tap.check(terminal.shows(r"(?s)^((?!Queue).)*$"), "a click on a tab goes to the page", terminal.text())
    hand.click("1 Rows")
    terminal.wait("Queue 00")
    terminal.keys("/", "0[12]", "Enter")
    text = terminal.wait("filter: ")
    tap.check("✕" in text, "what hides rows has a cross", text)
    hand.click("✕")
    tap.check(terminal.shows("Agent 05") and "filter" not in terminal.text().splitlines()[1], "a click takes it away", terminal.text())
    hand.click("Agent 04")
    terminal.wait("▸Agent 04")
    time.sleep(0.7)
    hand.click("Agent 04")
    tap.check(not harness.wait_for(lambda: "Esc closes" in terminal.text(), 0.7), "two slow clicks only select", terminal.text())
    time.sleep(0.7)
    hand.click("Agent 04", times=2)
    text = terminal.wait("Esc closes")
    tap.check("Esc closes" in text and "agent" in text.lower(), "two quick ones open the row", text)
    hand.send(0, 0, 0)
    tap.check(terminal.shows(r"(?s)^((?!Esc closes).)*$"), "a click beside it closes it", terminal.text())


def check_keys(tap, terminal):
    hand = Hand(terminal)
    hand.click("? help", 3)
    text = terminal.wait("show or hide")
    tap.check("─ Keys ─" in text, "a click on a key at the bottom presses it", text)
    hand.click("Esc closes", 2)
    tap.check(terminal.shows(r"(?s)^((?!Esc closes).)*$"), "also on one of what lies on top", terminal.text())
    terminal.keys(":")
    terminal.wait(" Command ")
    hand.click("search ")
    terminal.wait(r"▸ search")
    time.sleep(0.7)
    hand.click("▸ search", 2, times=2)
    text = terminal.wait(r"Search: _")
    tap.check("Search: _" in text, "two clicks on a row of a list choose it", text)
    hand.click("Queue 09")
    tap.check(not harness.wait_for(lambda: "▸Queue 09" in terminal.text(), 0.5), "while a text is typed clicks do nothing", terminal.text())
    terminal.keys("Escape")
    hand = Hand(terminal)
    harness.wait_for(lambda: "Search: " not in terminal.text())
    # Buttons, movements and places of all kinds: nothing happens that a key would have to mend.
    for button in (1, 2, 3, 8, 32, 35, 64, 65, 66, 128, 255):
        for line, column in ((0, 0), (39, 119), (200, 400), (5, 5)):
            hand.send(button, line, column)
    hand.send(0, 500, 500)
    text = terminal.wait("Queue")
    tap.check("Queue" in text and "quit" in text, "other buttons and places do nothing", text)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.cell = cell
    server.rows = 60
    check_toggle(tap, server, folder)
    layout = folder.write("mouse.conf", LAYOUT)
    terminal = harness.Terminal([harness.CXWALL, "-i", "0.3", "-l", layout, *harness.options(server)], folder.environment())
    terminal.wait("Queue 00")
    terminal.keys("M")
    terminal.wait("Mouse on")
    check_clicks(tap, terminal)
    check_keys(tap, terminal)
    tap.same(terminal.quit(), 0, "q ends it")
    folder.remove()
    tap.done()


main()
