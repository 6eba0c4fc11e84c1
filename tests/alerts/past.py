"""A jump in a replay finds the alerts that a play to the same moment has: the same ones, since the same time, also those that count from long ago."""

import calendar
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
import writer

LAYOUT = """
title = "Past"
pages = ( { rows = ( { height = 12 panels = ( { name = "firing" type = "alerts" } ) },
  { height = 6 panels = ( { name = "now" type = "totals" digits = 1 tiles = ( "in_calls_waiting" ) } ) },
  { panels = ( { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state", "state_duration" ) } ) } ) } )
alerts = (
  { name = "long queue" when = "now.in_calls_waiting > 10" clear = "now.in_calls_waiting < 6" },
  { name = "slow" when = "now.in_calls_waiting > 7" for = "25m" },
  { name = "between" when = "now.in_calls_waiting > 7" for = "1502s" },
  { name = "break" when = "agents[*].acd_state = not_ready" for = "15m" clear = "agents[*].acd_state = ready" },
  { name = "again" when = "now.in_calls_waiting > 11" cooldown = "1h" } )
"""

BEGIN = calendar.timegm((2026, 11, 24, 8, 0, 0)) * 1000
MINUTES, RESTART = 80, 70
# Enough rows to make a play at the highest speed late: several answers become due while one is being read.
CROWD, CROWDED = 8000, 12


def make(path):
    """A rush at 08:10, then a queue that stays between the limits; a second rush within the rest of `again`; a crowd at 08:12; breaks; at 09:10 another run."""
    out = writer.Writer(path)
    request = writer.request(5, writer.recorded_set("now", "totals", ["in_calls_waiting"]),
                             writer.recorded_set("agents", "agent_grid", ["first_last_name", "acd_state", "state_duration", "login_id"]))
    out.start(BEGIN)
    out.put(writer.REQUEST, BEGIN, request)
    for i in range(MINUTES * 12 + 1):
        minute = i / 12
        waiting = 12 if 10 <= minute < 11 or 50 <= minute < 50.5 else 8 if minute >= 11 else 3
        states = ["not_ready" if minute >= 20 else "ready", "busy" if 40 < minute < 45 else "not_ready", "ready" if minute < 68 else "not_ready"]
        if CROWDED <= minute < CROWDED + 2:
            states += ["ready"] * CROWD
        rows = [{"1": "Agent %d" % n, "2": state, "3": "5", "4": "agent.%d" % n} for n, state in enumerate(states)]
        now = BEGIN + i * 5000
        if minute == RESTART:
            out.start(now)
            out.put(writer.REQUEST, now, request)
        out.put(writer.DATA, now, {"test/now": {"stats_totals": {"in_calls_waiting": str(waiting)}},
                                   "test/agents": {"agent_grids": [{"id": "grid", "values": rows}]}})
    out.close()


def firing(text):
    """Names, rows, since when."""
    rows = re.findall(r"!!? +(?:(Agent \d)  not ready  )?(\w[\w ]*?)  .*?(\d\d:\d\d) +\d", text)
    return sorted((name + (": " + row if row else ""), since) for row, name, since in rows)


def clock(terminal):
    match = re.search(r"REPLAY.* (\d\d:\d\d:\d\d)  x", terminal.text())
    return match and match.group(1)


def jump(folder, layout, path, at):
    terminal = harness.Terminal([harness.CXWALL, "replay", path, "-l", layout, "--at", at], folder.environment())
    terminal.wait("REPLAY")
    terminal.keys("p")
    terminal.wait("held")
    harness.wait_for(lambda: "last 10 min" not in terminal.text())
    time.sleep(0.3)
    text = terminal.text()
    return terminal, firing(text), text


def play(folder, layout, path, minute):
    """From the beginning, with keys that change nothing while it is late, and held soon after a minute."""
    terminal = harness.Terminal([harness.CXWALL, "replay", path, "-l", layout, "--speed", "512"], folder.environment())
    stamp = lambda m: time.strftime("%H:%M:%S", time.gmtime(BEGIN / 1000 + m * 60))
    harness.wait_for(lambda: (clock(terminal) or "") >= stamp(CROWDED), 60, 0.01)
    while (clock(terminal) or "") < stamp(CROWDED + 3):
        terminal.keys("Down")
    harness.wait_for(lambda: (clock(terminal) or "") >= stamp(minute), 60, 0.01)
    terminal.keys("p")
    terminal.wait("held")
    time.sleep(0.3)
    at, text = clock(terminal), terminal.text()
    return terminal, firing(text), at, text


def check_held(tap, folder, path):
    """What became due after the last answer before the moment is there too, also when a held replay plays again up to it."""
    layout = folder.write("held.conf", LAYOUT)
    terminal, got, text = jump(folder, layout, path, "08:35:03")
    tap.check(("between", "08:35") in got, "a jump to a moment between answers: what fired since the last one", text)
    folder.write("held.conf", LAYOUT.replace('"Past"', '"Changed"'))
    terminal.wait("Changed")
    harness.wait_for(lambda: "last 10 min" not in terminal.text())
    tap.same(firing(terminal.text()), got, "another layout changes nothing about it")
    terminal.quit()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    layout, path = folder.write("test.conf", LAYOUT), os.path.join(folder.path, "day")
    make(path)
    wanted = {"09:00:00": [("between", "08:35"), ("break: Agent 0", "08:35"), ("break: Agent 1", "08:15"), ("long queue", "08:10"), ("slow", "08:35")],
              "08:31:00": [("break: Agent 1", "08:15"), ("long queue", "08:10")], "08:05:00": [],
              "09:12:00": [], "09:18:00": []}
    for at, alerts in wanted.items():
        terminal, got, text = jump(folder, layout, path, at)
        tap.check(got == alerts, "a jump to %s: what fires there, and since when" % at, "got    %s\nwanted %s\n%s" % (got, alerts, text))
        tap.same(terminal.quit(), 0, "... and q ends it")
    terminal, played, at, text = play(folder, layout, path, 52)
    tap.check(len(played) >= 3, "a play to %s has alerts" % at, text)
    terminal.keys(",")
    harness.wait_for(lambda: clock(terminal) not in (None, at) and "last 10 min" not in terminal.text())
    tap.same(firing(terminal.text()), played, "a step back changes nothing about them")
    terminal.quit()
    terminal, jumped, text = jump(folder, layout, path, at)
    tap.same(played, jumped, "and a jump there has the same, since the same time")
    terminal.quit()
    check_held(tap, folder, path)
    folder.remove()
    tap.done()


main()
