"""The command line: an action, a page, a theme and a layout by their names, completed; a mistyped one; what was run before."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """# %s
title = "%s"
pages = ( { title = "First"  rows = ( { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) } ) } ) },
  { title = "Second"  rows = ( { panels = ( { name = "time" type = "clock" } ) } ) } )
"""


def check_commands(tap, server, folder):
    os.makedirs(folder.path + "/cxwall/layouts", exist_ok=True)
    folder.write("cxwall/layouts/morning.conf", LAYOUT % ("What the morning needs", "Morning"))
    evening = folder.write("cxwall/layouts/evening.conf", LAYOUT % ("What the evening needs", "Evening"))
    env = folder.environment()
    terminal = harness.Terminal([harness.CXWALL, "-i", "0.3", "-l", "morning", *harness.options(server)], env)
    terminal.wait("Morning")
    terminal.keys(":")
    text = terminal.wait(r" Command ")
    tap.check(re.search(r"│ :_ ", text) and "Tab completes" in text and "Esc closes" in text, ": opens the line", text)
    terminal.keys("layout e", "Tab")
    text = terminal.wait(r":layout evening_")
    tap.check(re.search(r"▸ layout evening +What the evening needs", text), "Tab completes a layout, with what it is for", text)
    terminal.keys("Enter")
    text = terminal.wait("Layout 'evening'")
    tap.check(" Evening " in text.splitlines()[0] and "Command" not in text, "Enter changes to it", text)
    terminal.keys(":", "page 2", "Enter")
    tap.check(terminal.shows(r"(?s)^((?!Waiting).)*$"), ":page 2 goes there", terminal.text())
    terminal.keys(":", "Up", "Up")
    text = terminal.wait(":layout evening_")
    tap.check(":layout evening_" in text, "the arrow up brings back what was run", text)
    terminal.keys("Down")
    tap.check(":page 2_" in terminal.wait(":page 2_"), "and down the later one")
    terminal.keys("C-u", "theme con", "Tab", "Enter")
    text = terminal.wait("Theme 'contrast'")
    tap.check("Theme 'contrast', for any background" in text, ":theme NAME", text)
    terminal.keys(":", "paage 1", "Enter")
    text = terminal.wait("Did you mean")
    tap.check("There is no 'paage 1'. Did you mean 'page 1'?" in text, "a mistyped one: the nearest", text)
    terminal.keys("C-u", "page 1", "Enter")
    terminal.wait("Waiting")
    # What is pasted is text, and never a command.
    terminal.tmux("set-buffer", "qqqq")
    terminal.keys(":")
    terminal.wait(" Command ")
    terminal.tmux("paste-buffer", "-p")
    text = terminal.wait(":qqqq_")
    tap.check(":qqqq_" in text, "a pasted text goes into the line", text)
    terminal.keys("Escape")
    harness.wait_for(lambda: "Command" not in terminal.text())
    with open(evening, "a") as file:
        file.write("oops\n")
    terminal.keys(":", "layout evening", "Enter")
    text = terminal.wait(r"evening\.conf:\d+:")
    tap.check(re.search(r"evening\.conf:\d+:", text), "a layout with a mistake is told with its line", text)
    terminal.keys(":", "q", "Enter")
    tap.same(terminal.status(), 0, ":q ends it")
    tap.same(terminal.errors(), "", "nothing on standard error")
    terminal.close()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.cell = lambda panel, name, row: "Queue %d" % row if name == "name" else "3"
    check_commands(tap, server, folder)
    folder.remove()
    tap.done()


main()
