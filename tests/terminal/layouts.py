"""The list of layouts on a running wall: previews with the data of now, a change without a restart, mistakes that change nothing."""

import json
import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import broker
import harness

FIRST = """# The first of two.
title = "First"
pages = ( { rows = (
  { panels = ( { name = "now" type = "totals" digits = 1 tiles = ( "in_calls_waiting", "agents_ready" ) } ) },
  { panels = ( { name = "queues" type = "service_grid" size = 1 title = "Queues" columns = ( "name", "in_calls_waiting" ) } ) } ) } )
"""

SECOND = """# The second of two.
title = "Second"
pages = ( { rows = (
  { panels = ( { name = "queues" type = "service_grid" size = 1 title = "Rows" columns = ( "name", "in_calls_waiting" ) } ) },
  { panels = ( { name = "level" type = "totals" digits = 1 tiles = ( { stat = "service_level" label = "Level" } ) } ) } ) } )
"""

THIRD = """# The third of two.
title = "Third"
pages = ( { rows = ( { panels = ( { name = "more" type = "service_grid" size = 1 total = true
  columns = ( "name", "in_calls_waiting", { stat = "agents_busy" label = "Busy" }, { calc = "agents_busy + 1" label = "Sum" } ) } ) } ) } )
"""

BROKEN = """# One with a mistake.
pages = ( { rows = (
  { pannels = ( ) } ) } )
"""


def cell(panel, stat, row):
    return {"name": "Queue %d" % row, "in_calls_waiting": str(40 + row)}.get(stat, "")


def asked(server):
    return json.dumps(server.subscription)


def check_list(tap, terminal):
    terminal.keys("L")
    text = terminal.wait("first +shown")
    tap.check(all(name in text for name in ("agents", "broken", "overview", "second")), "L lists the layouts", text)
    tap.check("The first of two." in text and re.search("Queue 1 +41", text), "... with a picture of the one that is shown", text)


def check_preview(tap, server, terminal):
    posts = len(server.find("POST", "/statsapi/subscription"))
    terminal.keys("/", "second", "Enter")
    text = terminal.wait("The second of two.")
    tap.check(re.search(r"Rows.*(?s:.*)Queue 1 +41", text), "a preview has the data that are there", text)
    tap.check(re.search(r"Level(?s:.*) \? ", text) and not re.search(r"\d+ ?%", text), "... and no number for what is not there", text)
    terminal.keys("/", "C-u", "third", "Enter")
    text = terminal.wait("The third of two.")
    tap.check(re.search(r"Queue 1 +41 +\? +\? ", text), "of a panel that asks for more, the columns that are there are shown", text)
    tap.same(len(server.find("POST", "/statsapi/subscription")), posts, "... and asks for nothing")


def check_broken(tap, server, terminal, folder):
    terminal.keys("/", "C-u", "mistake", "Enter")
    text = terminal.wait("broken.conf:3: ")
    tap.check("did you mean 'panels'?" in text.replace("\n", " "), "a layout with a mistake shows it in place of a picture", text)
    terminal.keys("Enter")
    terminal.keys("L")
    tap.check(terminal.shows(r"(?s)\A(?!.*─ Layouts).*First.*broken.conf:3: "), "choosing it tells it and changes nothing", terminal.text())
    tap.check("Queue 1" in terminal.text(), "... the wall stays", terminal.text())


def check_change(tap, server, terminal):
    answer = server.table[("GET", "/statsapi/subscription/data")]
    server.table[("GET", "/statsapi/subscription/data")] = lambda handler, request: handler.answer(500, b"", "text/plain")
    terminal.keys("L", "/", "second", "Enter", "Enter")
    text = terminal.wait("Second")
    tap.check(re.search("Queue 1 +41", text), "the panel that both have keeps its data before any answer", text)
    tap.check("service_level" in harness.wait_for(lambda: "service_level" in asked(server) and asked(server)) and "agents_ready" not in asked(server),
              "the subscription is that of the new layout", asked(server))
    server.table[("GET", "/statsapi/subscription/data")] = answer
    server.total = lambda stat: "93"
    tap.check(terminal.shows("93 +%"), "... and its data come", terminal.text())


def check_reload(tap, terminal, folder):
    folder.write("cxwall/layouts/first.conf", FIRST.replace("First", "Nobody looks"))
    folder.write("cxwall/layouts/second.conf", SECOND.replace('"Rows"', '"Saved rows"'))
    text = terminal.wait("Saved rows")
    tap.check("Nobody looks" not in text and "Second" in text, "the new layout's file is watched from then on", text)
    os.kill(terminal.pid(), signal.SIGUSR1)
    tap.check(terminal.shows("Second"), "a reload reads the new one", terminal.text())


def check_kiosk(tap, server, folder):
    terminal = harness.Terminal([harness.CXWALL, "-l", "first", "--kiosk", *harness.options(server, "-i", "1")], folder.environment())
    terminal.wait("Queue 1")
    terminal.keys("L")
    server.polled(2)
    tap.check("Queue 1" in terminal.text() and "Layouts" not in terminal.text(), "a kiosk has no list", terminal.text())
    os.kill(terminal.pid(), signal.SIGTERM)
    terminal.status()
    terminal.close()


def check_broker(tap, server, folder):
    """A screen of a broker changes too; what is not published says so, and nothing else can be asked for."""
    if broker.MOSQUITTO is None:
        tap.skip("layouts behind a broker", "mosquitto is not installed")
        return
    served = broker.Broker(folder)
    lines = harness.Lines([harness.CXWALL, "publish", served.url(), "-l", "second", *harness.options(server, "-i", "1")], folder.environment())
    terminal = harness.Terminal([harness.CXWALL, "--from", served.url(), "-l", "second"], folder.environment())
    terminal.wait("Queue 1 +41")
    terminal.keys("S")
    tap.check(terminal.shows("The publisher decides"), "behind a broker no services can be chosen", terminal.text())
    terminal.keys("L", "/", "agents", "Enter", "Enter")
    terminal.wait("Layout 'agents'")
    tap.check(terminal.shows("(?i)publisher does not send this panel"), "what is not published says so", terminal.text())
    terminal.keys("L", "/", "second", "Enter", "Enter")
    tap.check(terminal.shows("Queue 1 +41"), "... and what is comes back", terminal.text())
    tap.same(terminal.quit(), 0, "the screen ends")
    lines.end()
    served.stop()


def check_replay(tap, server, folder):
    path = os.path.join(folder.path, "day.rec")
    lines = harness.Lines([harness.CXWALL, "follow", "-l", "second", "--record", path, *harness.options(server, "-i", "1")], folder.environment())
    server.polled(3)
    lines.end()
    os.unlink(os.path.join(folder.path, "cxwall/layouts/second.conf"))
    terminal = harness.Terminal([harness.CXWALL, "replay", path], folder.environment())
    terminal.wait("Queue 1")
    terminal.keys("Space", "L")
    text = terminal.wait("second +shown")
    tap.check("the recording" in text, "in a replay the recorded layout is in the list", text)
    terminal.keys("/", "agents", "Enter")
    tap.check(terminal.shows("Not in this recording"), "a layout of other data says so", terminal.text())
    terminal.keys("Enter")
    terminal.wait("Layout 'agents'")
    tap.check("not in this recording" in terminal.text().lower(), "... and when it is chosen", terminal.text())
    terminal.keys("L", "/", "recording", "Enter", "Enter")
    tap.check(terminal.shows("queues .* 1–3 of 3"), "and back", terminal.text())
    terminal.keys("W", "kept", "Enter")
    terminal.wait("cxwall -l kept")
    with open(os.path.join(folder.path, "cxwall/layouts/kept.conf")) as file:
        kept = file.read()
    tap.check(kept.startswith("# second\n") and "\n\t\t\t\t\t\t{ stat = \"name\" },\n" in kept, "what was recorded becomes a file that people can read", kept)
    tap.same(terminal.quit(), 0, "the replay ends")


def main():
    tap = harness.Tap()
    server = harness.Server()
    server.cell = cell
    folder = harness.Folder()
    os.makedirs(os.path.join(folder.path, "cxwall", "layouts"))
    for name, text in (("first", FIRST), ("second", SECOND), ("third", THIRD), ("broken", BROKEN)):
        folder.write("cxwall/layouts/%s.conf" % name, text)
    terminal = harness.Terminal([harness.CXWALL, "-l", "first", *harness.options(server, "-i", "1")], folder.environment())
    terminal.wait("Queue 1 +41")
    check_list(tap, terminal)
    check_preview(tap, server, terminal)
    check_broken(tap, server, terminal, folder)
    check_change(tap, server, terminal)
    check_reload(tap, terminal, folder)
    tap.same(terminal.quit(), 0, "the wall ends")
    server.subscription = None
    folder.write("cxwall/layouts/first.conf", FIRST)
    check_kiosk(tap, server, folder)
    server.subscription = None
    check_broker(tap, server, folder)
    check_replay(tap, server, folder)
    folder.remove()
    tap.done()


main()
