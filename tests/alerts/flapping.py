"""Alerts of a live feed whose values flap, go blank, go stale and tick; many commands at once; what a command sees."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

PANELS = """
pages = ( { rows = ( { panels = (
    { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) },
    { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) },
    { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state", "state_duration" ) } ) } ) } )
alerts = ( %s )
"""

LONG = ('{ name = "long" when = "now.in_calls_waiting > 10" for = "1s" clear = "now.in_calls_waiting < 6" after = "1s" '
        'cooldown = "3s" }')

# Commands at a time, and how many wait: the manual's numbers.
RUNNING, WAITING = 4, 32


class Centre:
    """Values by time: a function of the seconds since the beginning of a phase."""

    def __init__(self):
        self.value = lambda seconds: "3"
        self.began = time.monotonic()
        self.rows = [("Sales", "1")]
        self.duration = "10"
        self.broken = False
        self.server = harness.Server()
        self.server.total = lambda name: self.value(time.monotonic() - self.began)
        self.server.cell = self.cell
        usual = self.server.table[("GET", "/statsapi/subscription/data")]
        self.server.table[("GET", "/statsapi/subscription/data")] = (
            lambda h, r: h.answer(500, b"", "text/plain") if self.broken else self.data(usual, h, r))

    def data(self, usual, handler, request):
        self.server.rows = len(self.rows)
        usual(handler, request)

    def cell(self, panel, name, row):
        if name == "state_duration":
            return self.duration
        return {"name": self.rows[row][0], "in_calls_waiting": self.rows[row][1]}.get(name, "%s %d" % (name, row))

    def phase(self, value, seconds):
        self.began, self.value = time.monotonic(), value
        time.sleep(seconds)


class Program:
    def __init__(self, centre, folder, alerts, *arguments, variables={}):
        path = folder.write("test.conf", PANELS % alerts)
        self.child = subprocess.Popen([harness.CXWALL, "follow", "-l", path, "-i", "0.1", "--format", "json", *arguments,
                                       *harness.options(centre.server)], env=folder.environment(**variables), stdout=subprocess.PIPE)
        self.objects = []
        threading.Thread(target=self.read, daemon=True).start()
        harness.wait_for(lambda: self.objects)

    def read(self):
        for line in self.child.stdout:
            self.objects.append((time.monotonic(), json.loads(line)))

    def events(self, name=None):
        return [(at, o["state"], o["lasted_seconds"]) for at, o in list(self.objects)
                if o["event"] == "alert" and name in (None, o["alert"])]

    def states(self):
        return [state for _, state, _ in self.events()]

    def wait(self, count, seconds=harness.PATIENCE):
        harness.wait_for(lambda: len(self.events()) >= count, seconds)

    def failures(self):
        return [o["text"] for _, o in list(self.objects) if o["event"] == "failure"]

    def end(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(30)


def flap(high, low, period):
    return lambda seconds: high if int(seconds / period) % 2 == 0 else low


def check_flapping(tap, folder):
    centre = Centre()
    program = Program(centre, folder, LONG)
    centre.phase(flap("17", "3", 0.4), 4)
    tap.same(program.states(), [], "high for less than `for`, again and again: nothing")
    centre.phase(lambda seconds: "17", 0)
    high = time.monotonic()
    program.wait(1)
    tap.same(program.states(), ["firing"], "high for so long: it fires")
    took = program.events()[0][0] - high
    tap.check(0.9 < took < 3, "after its time", took)
    centre.phase(flap("3", "17", 0.4), 4)
    tap.same(program.states(), ["firing"], "low for less than `after`: it goes on")
    centre.phase(flap("8", "11", 0.2), 3)
    tap.same(program.states(), ["firing"], "between the two limits: it goes on")
    centre.phase(lambda seconds: "3", 0)
    program.wait(2)
    over = time.monotonic()
    tap.same(program.states(), ["firing", "cleared"], "low for so long: one clearing for one firing")
    centre.phase(lambda seconds: "17", 0)
    program.wait(3)
    took = time.monotonic() - over
    tap.check(2.5 < took < 6, "it rests before it fires again", took)
    program.end()


def check_unknown(tap, folder):
    centre = Centre()
    program = Program(centre, folder, LONG)
    centre.phase(flap("17", "", 0.5), 4)
    tap.same(program.states(), [], "blank in between: `for` begins anew, and it never fires")
    centre.phase(lambda seconds: "17", 0)
    program.wait(1)
    centre.phase(flap("3", "", 0.5), 4)
    tap.same(program.states(), ["firing"], "and `after` too: it never clears")
    program.end()


def check_stale(tap, folder):
    """Five seconds without an answer are stale; a limit of eight is never reached on old data."""
    centre = Centre()
    program = Program(centre, folder, LONG.replace('for = "1s"', 'for = "8s"'))
    centre.phase(lambda seconds: "17", 2)
    centre.broken = True
    time.sleep(9)
    tap.same(program.states(), [], "stale: what held before does not count on")
    centre.broken = False
    back = time.monotonic()
    program.wait(1)
    took = program.events()[0][0] - back if program.events() else None
    tap.check(took is not None and took > 7, "with new data it begins anew", took)
    program.end()


def check_ticking(tap, folder):
    centre = Centre()
    program = Program(centre, folder, '{ name = "state" when = "agents[*].state_duration > 12s" }')
    time.sleep(5)
    tap.same(program.states(), [], "a duration that was sent as 10 s does not pass 12 s by itself")
    centre.duration = "13"
    program.wait(1)
    tap.same(program.states(), ["firing"], "sent as 13 s it does")
    program.end()


def check_gone(tap, folder):
    centre = Centre()
    centre.rows = [("Sales", "17"), ("Support", "1")]
    program = Program(centre, folder, '{ name = "row" when = "queues[*].in_calls_waiting > 10" }')
    program.wait(1)
    centre.rows = []
    time.sleep(1.5)
    tap.same(program.states(), ["firing"], "an answer without any row says nothing")
    centre.rows = [("Support", "1")]
    program.wait(2)
    tap.same(program.states(), ["firing", "cleared"], "a row that is gone beside others is over")
    program.end()


def check_many(tap, folder):
    """Forty rows at once: four commands run, 32 wait, and what is beyond is told. Another alert has its turn meanwhile."""
    centre = Centre()
    log = folder.path + "/many"
    folder.write("slow", "#!/bin/sh\necho + >>'%s'\nsleep 1\necho - >>'%s'\n" % (log, log), 0o700)
    boss = folder.path + "/boss"
    folder.write("page", "#!/bin/sh\nwc -l <'%s' >'%s.tmp'\nmv '%s.tmp' '%s'\n" % (log, boss, boss, boss), 0o700)
    program = Program(centre, folder, '{ name = "rows" when = "queues[*].in_calls_waiting > 10" command = "%s/slow" },'
                      '{ name = "boss" when = "now.in_calls_waiting > 10" command = "%s/page" }' % (folder.path, folder.path))
    centre.rows, centre.value = [("Queue %d" % i, "17") for i in range(40)], lambda seconds: "17"
    harness.wait_for(lambda: os.path.exists(boss))
    before = int(open(boss).read())
    tap.check(before <= 2 * RUNNING, "the command of another alert runs at once, not behind them", before)
    harness.wait_for(lambda: os.path.exists(log) and open(log).read().count("-") >= RUNNING + WAITING, 60)
    time.sleep(1.5)
    running, most = 0, 0
    for line in open(log).read().split():
        running += 1 if line == "+" else -1
        most = max(most, running)
    tap.same((open(log).read().count("+"), most), (RUNNING + WAITING, RUNNING), "36 of 40 run, four at a time")
    tap.same(program.failures(), ["alert 'rows': more than 32 commands wait: not run"] * 4, "and the others are told")
    centre.rows = [("Queue", "1")]
    program.end()


SEES = """#!/usr/bin/env python3
import json, os, sys
seen = {"env": {k: v for k, v in os.environ.items() if k.startswith("CXWALL_")}, "fds": [],
        "session": os.getsid(0) == os.getpid() == os.getpgid(0), "arguments": sys.argv[1:],
        "last": os.environ.get("VARIABLE_1099")}
try:
    os.open("/dev/tty", os.O_WRONLY)
    seen["tty"] = True
except OSError:
    seen["tty"] = False
for fd in os.listdir("/proc/self/fd"):
    try:
        seen["fds"].append("%%s %%s" %% (fd, os.readlink("/proc/self/fd/" + fd)))
    except OSError:
        pass
with open("%(folder)s/seen.tmp", "w") as file:
    json.dump(seen, file)
os.rename("%(folder)s/seen.tmp", "%(folder)s/seen")
"""


def check_sight(tap, folder):
    """What a command sees: values without control characters, no file of ours, no secret."""
    centre = Centre()
    folder.write("sees", SEES % {"folder": folder.path}, 0o700)
    program = Program(centre, folder, '{ name = "row" when = "queues[*].in_calls_waiting > 10" command = ["%s/sees", "$(id) `id` * ;"] }'
                      % folder.path, "--record", folder.path + "/kept", "--log", folder.path + "/log",
                      variables={"VARIABLE_%d" % i: str(i) for i in range(1100)})
    centre.rows = [("Sales\x1b]52;c;aGk=\x07\nLD_PRELOAD=/x\u202e$(id)", "17")]
    tap.check(harness.wait_for(lambda: os.path.exists(folder.path + "/seen")), "it runs")
    seen = json.load(open(folder.path + "/seen"))
    tap.same(seen["arguments"], ["$(id) `id` * ;"], "arguments as they stand")
    tap.check(all(ord(c) >= 0x20 and c not in "\u202e\x7f" for v in seen["env"].values() for c in v), "no control characters", seen["env"])
    tap.check("LD_PRELOAD=/x" in seen["env"]["CXWALL_ROW"] and "$(id)" in seen["env"]["CXWALL_ROW"], "the name is a value and no more", seen["env"])
    tap.check("the-secret" not in json.dumps(seen) and "CXWALL_SECRET" not in seen["env"], "no secret")
    fds = sorted(f for f in seen["fds"] if not f.endswith("/proc/self/fd") and "/proc/" not in f)
    tap.same(fds, ["0 /dev/null", "1 /dev/null", "2 /dev/null"], "no file of the program's")
    tap.check(seen["session"] and not seen["tty"], "a session of its own, without a terminal", seen)
    tap.same(seen["last"], "1099", "all variables of the environment, however many")
    program.end()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_flapping(tap, folder)
    check_unknown(tap, folder)
    check_stale(tap, folder)
    check_ticking(tap, folder)
    check_gone(tap, folder)
    check_many(tap, folder)
    check_sight(tap, folder)
    folder.remove()
    tap.done()


main()
