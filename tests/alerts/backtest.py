"""A stretch of the simulator's day, recorded by a live wall, gives in a back-test the alerts that the wall had: same times, same counts."""

import collections
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
import reader

ALERTS = """
alerts = (
  { name = "long queue" when = "now.in_calls_waiting > 6" for = "0.7s" clear = "now.in_calls_waiting < 4" after = "0.5s" },
  { name = "a queue" when = "queues[*].in_calls_waiting > 2" cooldown = "2s" },
  { name = "at once" when = "now.in_calls_waiting > 4" },
  { name = "long break" when = "agents[*].state_duration > 5m and agents[*].acd_state = not_ready" for = "1s" after = "1s" }
)
"""

LAYOUT = """
title = "Back-test"
pages = ( { rows = ( { height = 6 panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) },
  { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) },
    { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state", "state_duration" ) } ) } ) } )
""" + ALERTS

# The same questions under other names, in another order and with fewer columns.
OTHER = """
title = "Other"
pages = ( { rows = ( { panels = ( { name = "agents" type = "agent_grid" columns = ( "state_duration", "acd_state" ) } ) },
  { panels = ( { name = "queues" type = "service_grid" columns = ( "in_calls_waiting" ) },
    { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )
""" + ALERTS

SECONDS = 25


def record(folder, layout, path):
    sim = subprocess.Popen([harness.CXSIM, "--port", "0", "--speed", "60", "--agents", "30", "--ready-after", "0"],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    url = None
    while url is None:
        match = re.search(r"http://\S+", sim.stdout.readline())
        url = match and match.group(0)
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.1", "--url", url, "--tenant", "demo.example",
                                 "--user", "wall", "--record", path], folder.environment(CXWALL_SECRET="demo"))
    terminal.wait("● live")
    harness.wait_for(lambda: False, SECONDS, 1)
    # A break in the data: stale values fire nothing.
    sim.send_signal(19)
    harness.wait_for(lambda: False, 8, 1)
    sim.send_signal(18)
    harness.wait_for(lambda: False, 4, 1)
    terminal.keys("q")
    status = terminal.status()
    terminal.close()
    sim.kill()
    sim.wait()
    return status


def live_events(path):
    """What the wall's alerts did, from the recording, by a reader of its own: (alert, time, how long or None)."""
    records, _ = reader.read(path)
    start = records[0]
    events, clock = [], start.wall_ms - start.boot_ms
    for r in (r for r in records if r.kind == reader.ALERT):
        events.append((r.json()["event"], r.json()["alert"], r.json()["row"], r.boot_ms + clock, r.json()["lasted_ms"]))
    return events


def without_alerts(path, out):
    """The recording with no word of what its alerts did: they must come from the data alone."""
    records, _ = reader.read(path)
    with open(path, "rb") as file, open(out, "wb") as bare:
        raw = file.read()
        bare.write(raw[:8])
        for r in records:
            if r.kind != reader.ALERT:
                bare.write(raw[r.offset:r.offset + r.size])


def backtest(folder, path, layout, *more):
    status, out, err = harness.run(["backtest", path, "-l", layout, "--format", "json", *more], folder.environment())
    return json.loads(out) if status == 0 else (status, err)


def tested_events(answer, with_rows=True):
    events = []
    for alert in answer["alerts"]:
        for firing in alert["firings"]:
            row = firing["row"] if with_rows else ""
            events.append(("fired", alert["name"], row, firing["at_ms"], 0))
            if firing["over"]:
                events.append(("cleared", alert["name"], row, firing["at_ms"] + firing["lasted_ms"], firing["lasted_ms"]))
    return events


def check_same(tap, live, answer, what):
    """The wall clock of an event is that of the frame before it: it may tick differently by milliseconds."""
    tested = tested_events(answer)
    count = lambda events: collections.Counter((e[0], e[1], e[2]) for e in events)
    tap.same(count(tested), count(live), what + ": the same counts, by alert and row")
    order = lambda events: sorted(events, key=lambda e: (e[1], e[2], e[3], e[0]))
    worst = max((abs(a[3] - b[3]) for a, b in zip(order(tested), order(live))), default=0)
    tap.check(worst <= 50, what + ": the same times", "%d ms" % worst)
    lasted = lambda events: sorted((e[1], e[2], e[4]) for e in events if e[0] == "cleared")
    tap.same(lasted(tested), lasted(live), what + ": the same lengths, to the millisecond")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    layout, other = folder.write("first.conf", LAYOUT), folder.write("other.conf", OTHER)
    path = os.path.join(folder.path, "day")
    tap.same(record(folder, layout, path), 0, "a live wall records")
    live = live_events(path)
    names = collections.Counter(e[1] for e in live)
    tap.check(len(names) == 4 and min(names.values()) >= 2, "each alert has something to tell", names)
    answer = backtest(folder, path, layout)
    check_same(tap, live, answer, "the same layout")
    bare = os.path.join(folder.path, "bare")
    without_alerts(path, bare)
    check_same(tap, live, backtest(folder, bare, layout), "without the recorded events")
    answer = backtest(folder, path, other)
    rowless = [(a, b, "", d, e) for a, b, c, d, e in live]
    tested = tested_events(answer, with_rows=False)
    tap.same(collections.Counter(e[:2] for e in tested), collections.Counter(e[:2] for e in rowless),
             "another layout finds its panels by what they ask for")
    answer = backtest(folder, path, layout, "--set", "at once.when=now.in_calls_waiting > 1000", "--set", "long queue.for=5m")
    counts = {a["name"]: a["count"] for a in answer["alerts"]}
    tap.same((counts["at once"], counts["long queue"]), (0, 0), "--set tries another limit")
    tap.check(counts["a queue"] > 0, "and leaves the others", counts)
    status, out, err = harness.run(["backtest", path, "-l", layout], folder.environment())
    tap.check(status == 0 and re.search(r"at once: \d+ times?, [\d:]+ in all, the longest [\d:]+ at \d\d:\d\d:\d\d\n +by hour:", out),
              "as text", out)
    tap.same(err, "", "and no progress where nobody looks")
    for setting, word in (("long queue.foe=1", "cannot be set (did you mean 'for'?)"), ("long queue.x=1", "quiet can"),
                          ("lnog queue.for=1", "did you mean 'long queue'?"), ("no such.for=1", "has no alert"), ("x", "ALERT.KEY=VALUE"),
                          ("long queue.abcdefghijklmn=1", "'abcdefghijklmn'"),
                          ("long queue.when=now.nothing > 1", "panel 'now' has no 'nothing'")):
        status, out, err = harness.run(["backtest", path, "-l", layout, "--set", setting], folder.environment())
        tap.check(status == 2 and word in err, "refused: " + setting, err)
    status, out, err = harness.run(["backtest", layout, "-l", layout], folder.environment())
    tap.check(status == 2 and "not a recording" in err, "what is no recording is refused", err)
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) - 3)
    tap.check("alerts" in backtest(folder, path, layout), "a cut file is read")
    folder.remove()
    tap.done()


main()
