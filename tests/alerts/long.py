"""A whole day, an answer each five seconds, through a back-test and a summary: figures by hour, progress at a terminal, memory that does
not grow with the file."""

import calendar
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
import writer

LAYOUT = """
title = "Long"
pages = ( { rows = ( { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) } ) } ) } )
alerts = ( { name = "long queue" when = "queues[*].in_calls_waiting > 10" for = "1m" } )
"""

BEGIN = calendar.timegm((2026, 11, 24, 0, 0, 0)) * 1000
ANSWERS = 24 * 3600 // 5
RUSHES = {9: 4, 12: 10, 13: 2, 17: 7}  # hour: minutes, on the hour


def make(path, answers):
    out = writer.Writer(path)
    out.start(BEGIN)
    out.put(writer.REQUEST, BEGIN, writer.request(5, writer.recorded_set("queues", "service_grid", ["name", "in_calls_waiting", "in_max_wait_time",
                                                                                                    "in_calls_received_per_day"])))
    for i in range(answers):
        second = 5 * i
        rush = second % 3600 < 60 * RUSHES.get(second // 3600, 0)
        rows = [{"1": "Service %d" % n, "2": str(12 if rush and n == 0 else (i + n) % 9), "3": str((7 * i + n) % 200), "4": str(i * (n + 1) // 6)}
                for n in range(6)]
        out.put(writer.DATA, BEGIN + second * 1000, {"test/queues": {"service_grids": [{"id": "grid", "values": rows}]}})
    out.close()


def peak(arguments, environment):
    """The most memory that a run had, in kilobytes."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.execve(harness.CXWALL, [harness.CXWALL, *arguments], environment)
    return os.wait4(pid, 0)[2].ru_maxrss


def sanitized():
    with open(harness.CXWALL, "rb") as file:
        return b"__asan_init" in file.read()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    layout, path, short = folder.write("long.conf", LAYOUT), os.path.join(folder.path, "day"), os.path.join(folder.path, "short")
    make(path, ANSWERS)
    make(short, 600)
    status, out, err = harness.run(["backtest", path, "-l", layout, "--format", "json"], folder.environment(), 300)
    alert = json.loads(out)["alerts"][0]
    tap.same((json.loads(out)["answers"], alert["count"]), (ANSWERS, len(RUSHES)), "a day, back-tested")
    tap.same(alert["hours"], [int(hour in RUSHES) for hour in range(24)], "... by hour of the day")
    tap.same([f["at_ms"] for f in alert["firings"]], [BEGIN + (hour * 3600 + 60) * 1000 for hour in RUSHES], "... when")
    tap.same([f["lasted_ms"] for f in alert["firings"]], [(60 * minutes - 60) * 1000 for minutes in RUSHES.values()], "... how long")
    tap.same(alert["longest_ms"], 540000, "... and the longest")
    status, out, err = harness.run(["summary", path, "--format", "json"], folder.environment(), 300)
    line = json.loads(out)["lines"][5]
    per_hour = [h["offered"] for h in line["hours"]]
    tap.same((len(per_hour), sum(per_hour), line["offered"]), (24, ANSWERS - 1, ANSWERS - 1), "a day, summed up: 24 hours and their calls")
    for command in (["backtest", path, "-l", layout], ["summary", path]):
        # Standard output into a file: what the terminal gets is progress alone.
        terminal = harness.Pty(["/bin/sh", "-c", 'exec "$0" "$@" >/dev/null', harness.CXWALL, *command], folder.environment())
        status = terminal.end(300)
        shown = [int(p) for p in re.findall(rb"\r *(\d+) %", terminal.output)]
        tap.check(status == 0 and len(shown) > 20 and shown == sorted(shown) and shown[-1] >= 99, command[0] + ": progress at a terminal", terminal.output[-400:])
        tap.check(terminal.output.endswith(b"\r     \r"), command[0] + ": which it clears away", terminal.output[-40:])
        terminal.close()
        if sanitized():
            tap.skip("memory", "a sanitizer keeps what was freed")
            continue
        small, large = (peak([command[0], file, *command[2:]], folder.environment()) for file in (short, path))
        tap.check(large < small + 4096, command[0] + ": 29 times the file needs at most 4 MB more", "%d kB, %d kB" % (small, large))
    folder.remove()
    tap.done()


main()
