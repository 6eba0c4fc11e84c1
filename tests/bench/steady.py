"""The steady state of a whole wall: no heap allocation of its own for a poll, and at most one wake-up a second between.

The program is linked with counters in place of the allocating functions (tests/bench/allocations.c). It shows every kind
of panel that reads statistics, with rows that change, a selection, a sorted grid and an alert that comes and goes.
"""

import os
import random
import re
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

COUNTED = os.path.join(harness.BUILD, "tests", "bench", "counted")
WARM_UP, POLLS, PACE = 60, 200, 0.05
LAYOUT = """
title = "Steady"
pages = ( { rows = (
  { height = 8 panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting", "service_level" ) },
    { name = "states" type = "agent_states" width = 30 }, { name = "news" type = "messages" width = 30 } ) },
  { panels = (
    { name = "queues" type = "service_grid" total = true
      columns = ( "name", { stat = "in_calls_waiting" warn = "> 5" alert = "> 8" }, "in_max_wait_time" ) },
    { name = "agents" type = "agent_grid"
      columns = ( "first_last_name", "acd_state", "state_duration", "reason", "extension" ) } ) } ) } )
alerts = ( { name = "long" when = "now.in_calls_waiting > 5" for = "0s" after = "0s" bell = true } )
"""

# An alert that fires shows for how long.
OFF = 'status = "off"' + LAYOUT.split("alerts = ")[0]


def count(path):
    with open(path, "rb") as file:
        return struct.unpack("=Q", file.read(8))[0]


def voluntary_switches(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", file.read(), re.M).group(1))


def changing(server, chance):
    states = ("ready", "busy", "not_ready", "after_call_work", "")

    def cell(panel, stat, row):
        if stat in ("login_id", "name", "first_last_name"):
            return "%s.%03d" % (stat, row)
        if stat == "acd_state":
            return chance.choice(states)
        return "Lunch" * chance.randrange(3) if stat == "reason" else str(chance.randrange(12))

    server.cell, server.rows = cell, 60
    server.total = lambda stat: str(chance.randrange(12))


def wall(program, server, folder, pace, counts, layout=LAYOUT):
    path = folder.write("steady.conf", layout)
    return harness.Pty([program, "-l", path, "-i", str(pace), *harness.options(server)],
                       folder.environment(COUNT_ALLOCATIONS=counts))


def until(server, polls, program):
    end = time.monotonic() + harness.PATIENCE * 2
    while server.polls < polls and time.monotonic() < end:
        program.read(0.02)
        program.output = program.output[-100000:]
    return server.polls >= polls


def allocations(tap, folder, chance):
    counts = os.path.join(folder.path, "count")
    server = harness.Server()
    changing(server, chance)
    program = wall(COUNTED, server, folder, PACE, counts)
    tap.check(program.wait_output(b"first_l"), "there are agents")
    tap.check(count(counts) > 30, "what is allocated at the start is counted", count(counts))
    # A selection in the agents, sorted by the extension.
    for key in (b"\t", b"j", b"j", b"s", b"5"):
        program.send(key)
        until(server, server.polls + 2, program)
    tap.check(until(server, WARM_UP, program), "it polls")
    before, polls = count(counts), server.polls
    tap.check(until(server, polls + POLLS, program), "it polls on")
    tap.same(count(counts) - before, 0, "%d polls allocate nothing" % POLLS)
    program.close()


def wake_ups(tap, folder, chance, layout, most, what):
    server = harness.Server()
    changing(server, chance)
    program = wall(harness.CXWALL, server, folder, 60, os.path.join(folder.path, "none"), layout)
    tap.check(program.wait_output(b"first_l"), "there are agents, for a minute")
    # Sparing, what comes after the start is over.
    end = time.monotonic() + 2
    while time.monotonic() < end:
        program.read(0.1)
    polls, before, began = server.polls, voluntary_switches(program.pid), time.monotonic()
    while time.monotonic() < began + 6:
        program.read(0.1)
    seconds = time.monotonic() - began
    woken = voluntary_switches(program.pid) - before
    tap.same(server.polls, polls, "no poll meanwhile")
    # A second may begin at either end.
    tap.check(woken <= most * seconds + 2, what, "%d in %.1f s" % (woken, seconds))
    tap.check(most == 0 or woken > 0, "... and its clock goes on", woken)
    program.close()


def beat(tap, folder, chance):
    """Polls a second apart begin just behind the full second, where the clock changes."""
    server = harness.Server()
    changing(server, chance)
    program = wall(harness.CXWALL, server, folder, 1, os.path.join(folder.path, "none"))
    tap.check(until(server, 3, program), "it polls each second")
    places = []
    for _ in range(5):
        until(server, server.polls + 1, program)
        places.append(time.time() % 1)
    tap.check(max(places) < 0.4, "polls begin just behind a full second", places)
    tap.check(max(places) - min(places) < 0.1, "... each at the same place", places)
    program.close()


def still(tap, folder, chance):
    """Without its clock the wall says so all the same when answers stay away."""
    server = harness.Server()
    changing(server, chance)
    terminal = harness.Terminal([harness.CXWALL, "-l", folder.write("still.conf", OFF), "-i", "0.5", *harness.options(server)],
                                folder.environment())
    terminal.wait("live")
    text = terminal.wait("first_last_n")
    top = text.split("\n")[0]
    tap.check(re.search(r"live\s+example\S+$", top.rstrip()), "neither clock nor age while all is well", top)
    server.table[("GET", "/statsapi/subscription/data")] = lambda handler, request: time.sleep(30)
    pattern = r"no data for \d+ s +example\S+ +\d\d:\d\d:\d\d"
    text = terminal.wait(pattern)
    tap.check(re.search(pattern, text), "both are there when answers stay away", text)
    terminal.close()


def main():
    tap, folder, chance = harness.Tap(), harness.Folder(), random.Random(1279)
    allocations(tap, folder, chance)
    wake_ups(tap, folder, chance, LAYOUT, 1, "at most one wake-up a second")
    wake_ups(tap, folder, chance, OFF, 0, "none where the layout has the status line off")
    beat(tap, folder, chance)
    still(tap, folder, chance)
    folder.remove()
    tap.done()


main()
