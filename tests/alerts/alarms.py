"""The alarms of today: what fired and for how long, one acknowledged while the others go on, undone; a recording's own."""

import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Alarms"
pages = ( { rows = ( { height = 6 panels = (
    { name = "now" type = "totals" tiles = ( { stat = "in_calls_waiting" label = "Waiting" }, "agents_ready" ) },
    { name = "firing" type = "alerts" } ) },
  { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) } ) } ) } )
alerts = (
  { name = "long queue" when = "now.in_calls_waiting > 10" },
  { name = "nobody" when = "now.agents_ready < 1" severity = "warn" }
)
"""


class Centre:
    def __init__(self):
        self.waiting, self.ready = "3", "5"
        self.server = harness.Server()
        self.server.total = lambda name: self.waiting if name == "in_calls_waiting" else self.ready

    def calm(self):
        self.waiting, self.ready = "3", "5"


def listed(text):
    """The rows of the list: name → (mark, lasted, known)."""
    found = {}
    for line in text.splitlines():
        match = re.search(r"│[▸ ] (!!|! |  ) \d\d:\d\d +(\d+:\d\d(?::\d\d)?)  (.*?) {2,}(long queue|nobody) +(.*?) *│", line)
        if match:
            found.setdefault(match.group(4), []).append((match.group(1).strip(), match.group(2), match.group(3), match.group(5)))
    return found


def check_live(tap, folder, centre, layout, recording):
    environment = folder.environment(USER="ann")
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.2", "--record", recording, *harness.options(centre.server)],
                                environment)
    terminal.wait("no alert")
    terminal.keys("A")
    text = terminal.wait("No alarm so far")
    tap.check(re.search(r"Alarms since \d\d:\d\d: 0 firing, 0 over ", text), "before the first the title says since when it is looked", text)
    centre.waiting = "17"
    terminal.wait("long queue")
    time.sleep(1)
    centre.ready = "0"
    text = terminal.wait(r"nobody")
    text = terminal.wait(r"2 firing")
    rows = listed(text)
    tap.check(list(rows) == ["nobody", "long queue"] and rows["nobody"][0][0] == "!" and rows["long queue"][0][0] == "!!",
              "an open list learns what fires, the newest first, with marks", "%s\n%s" % (rows, text))
    tap.check("Waiting 17" in rows["long queue"][0][2], "with its value", rows)
    # The cursor was on the first, and stays with it.
    terminal.keys("j") if "▸ !! " not in text else None
    text = terminal.wait(r"▸ !! ")
    tap.check("1 ack 10 min" in text and "u undo" not in text, "the keys are told", text)
    terminal.keys("1")
    text = terminal.wait(r"ann@")
    rows = listed(text)
    tap.check(re.match(r"\d\d:\d\d–\d\d:\d\d ann@pts/\d+$", rows["long queue"][0][3]), "1 acknowledges it: from, until, by whom", text)
    tap.same(rows["nobody"][0][3], "", "the other is not")
    tap.check("u undo" in text, "and it can be undone", text)
    terminal.keys("Escape")
    text = terminal.wait(r"a acknowledges")
    tap.check(re.search(r"nobody +\d+ s +a acknowledges", text), "at the bottom the other is told on", text)
    tap.check(re.search(r"long queue.*ack\b", text) and not re.search(r"nobody.*ack\b", text), "and the panel says which", text)
    terminal.keys("A", "u")
    text = terminal.wait(r"not acknowledged any more")
    tap.same(listed(terminal.text())["long queue"][0][3] if "▸ !! " in terminal.text() else "", "", "u takes it back")
    terminal.keys("g")
    terminal.wait(r"▸ !  ")
    terminal.keys("0")
    text = terminal.wait(r"–24:00")
    tap.check(re.search(r"\d\d:\d\d–24:00 ann@", listed(text)["nobody"][0][3]), "0 is for the rest of the day", text)
    centre.calm()
    text = terminal.wait("0 firing, 2 over")
    rows = listed(text)
    tap.check(all(rows[name][0][0] == "" for name in rows) and "ann@" in rows["nobody"][0][3], "what is over stays, with who knew it", text)
    terminal.keys("3")
    text = terminal.wait("This alarm is over")
    tap.check("This alarm is over" in text, "and cannot be acknowledged, which is said", text)
    terminal.keys("/", "l", "o", "n", "g")
    text = terminal.wait(r"filter: long_")
    tap.same(list(listed(text)), ["long queue"], "/ filters")
    terminal.keys("Enter", "Escape")
    tap.check("filter:" not in terminal.wait("(?s)nobody.*long queue"), "Esc clears the filter first")
    terminal.keys("Escape")
    gone = harness.wait_for(lambda: "Alarms since" not in terminal.text())
    tap.check(gone, "then it closes the page", terminal.text())
    # A reload keeps the list.
    centre.waiting = "18"
    terminal.wait(r"!! +long queue")
    terminal.keys("C-r", "A")
    text = terminal.wait("1 firing, 2 over")
    tap.check("1 firing, 2 over" in text, "a reload of the layout keeps them", text)
    folder.write("alarms.conf", LAYOUT.replace("long queue", "queue of calls"))
    text = terminal.wait("2 firing|0 firing|its end was not seen")
    text = terminal.wait("its end was not seen")
    tap.check("its end was not seen" in text, "an alert that the layout has no more: its end was not seen", text)
    folder.write("alarms.conf", LAYOUT)
    centre.calm()
    terminal.wait("no alert")
    tap.same(terminal.quit(), 0, "q ends it")


def check_gap(tap, folder, centre, layout):
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.2", *harness.options(centre.server)], folder.environment())
    terminal.wait("no alert")
    terminal.keys("A")
    tap.check("without data" not in terminal.wait("No alarm so far"), "with data nothing is missing")
    centre.server.table[("GET", "/statsapi/subscription/data")] = lambda handler, request: handler.answer(500, b"", "text/plain")
    text = terminal.wait(r"without data for 0:\d\d of it", 30)
    tap.check(re.search(r"without data for 0:\d\d of it", text), "for how long there were none is said", text)
    tap.same(terminal.quit(), 0, "q ends it")


def check_replay(tap, folder, layout, recording):
    terminal = harness.Terminal([harness.CXWALL, "replay", recording, "-l", layout], folder.environment())
    terminal.wait("REPLAY")
    terminal.keys("p", "A")
    text = terminal.wait("No alarm so far|0 firing, 0 over")
    tap.check("0 firing, 0 over" in text, "at the beginning of a recording there is none, whatever comes", text)
    terminal.keys(">", ">")
    text = terminal.wait(r"[123] over")
    rows = listed(text)
    tap.check("long queue" in rows and "nobody" in rows and not any(row[3] for name in rows for row in rows[name] if "end" not in row[3]),
              "at its end all are there, and nobody has acknowledged them here", text)
    terminal.keys("<")
    text = terminal.wait("0 firing, 0 over")
    tap.check("No alarm so far" in text, "and none again where it began", text)
    tap.same(terminal.quit(), 0, "q ends it")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    centre = Centre()
    layout = folder.write("alarms.conf", LAYOUT)
    recording = os.path.join(folder.path, "day")
    check_live(tap, folder, centre, layout, recording)
    check_replay(tap, folder, layout, recording)
    check_gap(tap, folder, centre, layout)
    folder.remove()
    tap.done()


main()
