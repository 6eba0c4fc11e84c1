"""Recordings that are not as a wall leaves them: written by somebody else, damaged, made while the clock was wrong."""

import calendar
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
import reader
import writer

STEP = 5000
STATS = ["name", "in_calls_waiting", "in_calls_received_per_day"]


def at(clock, day=20):
    hour, minute = clock.split(":")
    return calendar.timegm((2026, 11, day, int(hour), int(minute), 0)) * 1000


def answer(received, app_id="test/q"):
    row = {"1": "Sales", "2": str(received % 7), "3": str(received)}
    return {app_id: {"service_grids": [{"id": "grid", "values": [row]}]}}


def request(interval=5, stats=STATS):
    return writer.request(interval, writer.recorded_set("q", "service_grid", stats))


def summary(folder, path, *more):
    status, out, err = harness.run(["summary", path, "--format", "json", *more], folder.environment())
    return json.loads(out) if status == 0 else {"status": status, "err": err}


def check_foreign(tap, folder):
    """Every checksum is right, but a request that makes another layout cannot be read: the old one goes with its layout."""
    path = os.path.join(folder.path, "foreign")
    for name, second in (("no interval", {"sets": request(5, STATS[:2])["sets"]}), ("an interval of a year", request(3e7, STATS[:2])),
                         ("no sets", {"interval": 5, "sets": 1}), ("an object of sets", dict(request(5, STATS[:2]), sets={}))):
        out, now = writer.Writer(path), at("08:00")
        out.start(now)
        out.put(writer.REQUEST, now, request())
        for i in range(5):
            out.put(writer.DATA, now + i * STEP, answer(10 + i))
        out.put(writer.REQUEST, now + 25000, second)
        for i in range(5, 10):
            out.put(writer.DATA, now + i * STEP, answer(10 + i))
        out.close()
        document = summary(folder, path)
        tap.same((document.get("answers"), document.get("damaged"), document.get("lines", [{}])[0].get("offered")), (5, 6, 4),
                 "a second request with %s: what follows it is not counted" % name)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_foreign(tap, folder)
    folder.remove()
    tap.done()


main()
