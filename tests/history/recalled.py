"""A wall begins with what its history has: sparks, tiles beside yesterday, charts and half-hours, also after a change of its
layout."""

import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness
import history

HALVES = '{ panels = ( { name = "halves" type = "intervals" } ) }'
LAYOUT = """
title = "Recalled"
pages = ( { rows = ( { height = 7 panels = (
    { name = "now" type = "totals" tiles = ( { stat = "in_calls_waiting" compare = "yesterday" }, "agents_logged" ) },
    { name = "day" type = "chart" title = "Day" span = "day" compare = "yesterday" series = ( "in_calls_waiting" ) } ) },
  { height = 7 panels = ( { name = "queues" type = "service_grid"
    columns = ( "name", "in_calls_waiting", { spark = "in_calls_waiting" } ) } ) },
  %s ) } )
"""
TENANT = "example.cx.onecloud.com"
NOW = {history.RECEIVED: 1000, history.ANSWERED: 900, history.LONG: 0, history.SHORT: 100, history.LEVEL: 90,
       history.WAITING: 7, history.LONGEST: 30, "agents_logged": 12, "in_calls_abandoned_total_per_day": 100}
# What each quarter-hour brought.
GAINED = {history.RECEIVED: 10, history.ANSWERED: 9, history.LONG: 0, history.SHORT: 1, "in_calls_abandoned_total_per_day": 1}
WAITING = 3


def cell(panel, name, row):
    return str(NOW.get(name, "")) if panel != "queues" else {"name": ("Sales", "Support", "Care")[row],
                                                             "in_calls_waiting": str(row)}.get(name, "")


def make(folder, days):
    """Quarter-hours of so many days, and minutes of the last two, up to the minute that runs. The counters end at what the
    server says."""
    place = os.path.join(folder.path, ".local", "state", "cxwall")
    os.makedirs(place, 0o700, exist_ok=True)
    path = os.path.join(place, TENANT + ".db")
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)
    made = history.History(path)
    minute = int(time.time()) // 60 * 60
    quarter = minute // 900 * 900

    def put(table, at, gained):
        left = (quarter - at) // 900 - (1 if table == "quarters" else 0) if at < quarter else 0
        for name, now in NOW.items():
            if name in GAINED:
                last = max(now - GAINED[name] * max(left, 0), 0)
                made.row(table, at, "total", "", name, last, last, last, gained * GAINED[name], 0)
            else:
                value = WAITING if name == history.WAITING else now
                made.row(table, at, "total", "", name, value, value, value)
        made.row(table, at, "service", "Support", history.WAITING, 1, 1, 1)
    for at in range(quarter - days * 86400, quarter, 900):
        put("quarters", at, 1)
    for at in range(quarter - min(days, 2) * 86400, minute, 60):
        put("minutes", at, 1 if at < quarter and at % 900 == 840 else 0)
    made.close()
    os.chmod(path, 0o600)
    return path


def start(folder, layout, server, *more):
    return harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.1", *harness.options(server), *more],
                            folder.environment(), 120, 40)


def braille(line):
    return sum("\u2801" <= c <= "\u28ff" for c in line)


def half_hour(text, ago):
    """The line of the half-hour that was so many before the running one."""
    at = time.gmtime((int(time.time()) // 1800 - ago) * 1800)
    found = re.search(r"%02d:%02d([~▸]?) +(.*?) *│" % (at.tm_hour, at.tm_min), text)
    return (found.group(1), found.group(2).split()) if found else None


def check_pictures(tap, folder, server):
    layout = folder.write("recalled.conf", LAYOUT % HALVES)
    make(folder, 3)
    terminal = start(folder, layout, server)
    text = terminal.wait(r"yesterday 3(.*\n)*.*%02d:" % time.gmtime().tm_hour)
    # Half-hours come last, a few at each turn.
    if time.gmtime().tm_hour > 0:
        harness.wait_for(lambda: half_hour(terminal.text(), 1))
        text = terminal.text()
    tap.check("yesterday 3" in text, "a tile says what it was yesterday", text)
    sales, support = ([line for line in text.splitlines() if name in line][0] for name in ("Sales", "Support"))
    tap.check(braille(support) > 10 > braille(sales), "a row of a grid has its last hour", support)
    chart = [line for line in text.splitlines()[1:7]]
    tap.check(sum(map(braille, chart)) > 40, "a chart has today and yesterday", "\n".join(chart))
    if time.gmtime().tm_hour > 0:
        mark, cells = half_hour(text, 1)
        tap.same((mark, cells[:1]), ("", ["20"]), "the half-hour before has its calls, all of them")
        tap.check({"18", "2"} <= set(cells) and "0:30" in cells and "12" in cells, "answered, abandoned, longest wait, agents", cells)
        tap.check("%" in cells and any(82 <= int(c.lstrip("~")) <= 95 for c in cells if c.lstrip("~").isdigit()),
                  "and the level of its own calls", cells)
    day = re.search(r"│ Day +(\d+)", text)
    expected = time.gmtime().tm_hour * 40 + time.gmtime().tm_min // 15 * 10
    tap.check(day and abs(int(day.group(1)) - expected) <= 10, "the sums are those of the day", "%s of %d" % (day and day.group(1), expected))
    terminal.quit()


def check_reload(tap, folder, server):
    layout = folder.write("recalled.conf", LAYOUT % '{ panels = ( { name = "words" type = "text" text = "nothing" } ) }')
    make(folder, 3)
    terminal = start(folder, layout, server)
    terminal.wait("yesterday 3(.*\n)*.*nothing")
    folder.write("recalled.conf", LAYOUT % HALVES)
    text = terminal.wait(r"│ Day +\d+")
    if time.gmtime().tm_hour > 0:
        tap.same((half_hour(text, 1) or ("", [None]))[1][:1], ["20"], "what a changed layout shows is filled too")
    tap.check("yesterday 3" in text, "and what stayed is kept", text)
    terminal.quit()


def check_snapshot(tap, folder, server):
    """What prints one answer reads the history, too, and writes nothing."""
    layout = folder.write("recalled.conf", LAYOUT % HALVES)
    path = make(folder, 3)
    before = os.stat(path).st_mtime_ns
    status, out, _ = harness.run(["snapshot", "-l", layout, "--format", "json", *harness.options(server)], folder.environment())
    document = json.loads(out)
    halves = [panel for panel in document["panels"] if panel["name"] == "halves"][0]["intervals"]
    over = [half for half in halves if not half["running"]]
    tap.check(status == 0 and len(halves) == time.gmtime().tm_hour * 2 + time.gmtime().tm_min // 30 + 1, "snapshot has the day", out)
    tap.check(over and all(half["values"]["in_calls_received_per_day"] == 20 and not half["partial"] for half in over[1:]),
              "and the calls of each half-hour", over)
    status, out, _ = harness.run(["snapshot", "-l", layout, "--format", "csv", "--panel", "halves", *harness.options(server)],
                                 folder.environment())
    lines = out.split("\r\n")
    tap.check(lines[0].startswith("from,until,running,partial,in_calls_received_per_day") and ",false,false,20,18,2," in out,
              "also as CSV", out)
    status, out, _ = harness.run(["snapshot", "-l", layout, *harness.options(server)], folder.environment())
    tap.check("yesterday 3" in out, "and in its picture", out)
    tap.same(os.stat(path).st_mtime_ns, before, "the file stays as it was")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.cell = cell
    server.total = lambda stat: "90.00" if stat == history.LEVEL else str(NOW.get(stat, ""))
    check_pictures(tap, folder, server)
    check_reload(tap, folder, server)
    check_snapshot(tap, folder, server)
    folder.remove()
    tap.done()


main()
