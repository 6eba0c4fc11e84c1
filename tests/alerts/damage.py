"""Recordings that are not as a wall leaves them: written by somebody else, damaged, made while the clock was wrong."""

import calendar
import json
import os
import re
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


LAYOUT = """
title = "Damaged"
pages = ( { rows = ( { panels = ( { name = "q" type = "service_grid" size = 1 columns = ( "name", "in_calls_waiting", "in_calls_received_per_day" ) } ) } ) } )
alerts = ( { name = "many" when = "q[*].in_calls_received_per_day > 100" } )
"""


def make_hours(path, minutes=60, clock=lambda ms: ms, stop=None):
    """From 08:00 an answer each 5 s, with a call more in each; clock says what the machine took the time for."""
    out, begin = writer.Writer(path), at("08:00")
    for i in range(minutes * 12):
        now = begin + i * STEP
        told = clock(now)
        if now in (begin, stop):
            out.start(told)
            out.put(writer.REQUEST, told, request())
            began = now
        # Boot time is not moved by what the clock says.
        out.began_ms = told - (now - began)
        out.put(writer.DATA, told, answer(10 + i))
    out.close()


def change(path, where, how):
    """how: of the file's bytes, and where the record begins, its changed ones."""
    record = reader.read(path)[0][where]
    with open(path, "rb") as file:
        raw = bytearray(file.read())
    with open(path, "wb") as file:
        file.write(how(raw, record.offset))


def flip(place):
    def how(raw, at):
        raw[at + place] ^= 0x10
        return raw
    return how


DAMAGES = {
    "one bit of a record's header": flip(20),
    "one bit of what a record holds": flip(44),
    "four bytes 0xff over a length": lambda raw, at: raw[:at + 8] + b"\xff" * 4 + raw[at + 12:],
    "seven bytes of junk": lambda raw, at: raw[:at] + b"rubbish" + raw[at:],
    "a page of zeros": lambda raw, at: raw[:at] + bytes(4096) + raw[at + 4096:],
    "bytes that are gone": lambda raw, at: raw[:at + 50] + raw[at + 61:],
}


def check_damage(tap, folder):
    path, layout = os.path.join(folder.path, "damaged"), folder.write("damaged.conf", LAYOUT)
    for name, how in DAMAGES.items():
        make_hours(path)
        change(path, 400, how)
        document, size = summary(folder, path), os.path.getsize(path)
        lost = 720 - document.get("answers", 0)
        tap.check(lost <= 120 and document.get("until") == "2026-11-20T08:59:55Z" and document["lines"][0]["offered"] == 719,
                  "%s in the middle: what follows is read" % name, "%d answers are lost\n%s" % (lost, document))
        damage = document.get("damage", [])
        tap.check(len(damage) == 1 and damage[0]["bytes"] > 0 and "2026-11-20T08:33:00Z" <= damage[0]["from"] <= "2026-11-20T08:33:15Z" and
                  damage[0]["from"] < damage[0]["to"] <= "2026-11-20T08:43:00Z", "... how much is damaged, and when", damage)
        words = r"^\d+ bytes are damaged between 08:33 and 08:[34]\d\.$"
        text = harness.run(["summary", path], folder.environment())[1]
        tap.check(re.search(words, text, re.M), "... in words", text)
        text = harness.run(["backtest", path, "-l", layout], folder.environment())[1]
        tap.check(re.search(words, text, re.M) and re.search(r"08:59:55, %d answers" % (720 - lost), text) and "many: 1 time" in text,
                  "... by a back-test too", text)
        back = json.loads(harness.run(["backtest", path, "-l", layout, "--format", "json"], folder.environment())[1])
        tap.same((back["damage"], back["clock_steps"], os.path.getsize(path)), (damage, [], size), "... and in its document; the file is as it was")
    with open(path, "ab") as file:
        file.write(b"notes of somebody's\n" * 5)
    text = harness.run(["summary", path], folder.environment())[1]
    tap.check("100 bytes are damaged after 08:59." in text, "junk at the end is told too", text)


def check_replay(tap, folder):
    path, layout = os.path.join(folder.path, "replayed"), folder.write("replayed.conf", LAYOUT)
    make_hours(path, 10)
    change(path, 50, DAMAGES["four bytes 0xff over a length"])
    terminal = harness.Terminal([harness.CXWALL, "replay", path, "-l", layout, "--at", "08:09"], folder.environment())
    text = terminal.wait("bytes of this recording are damaged")
    tap.check(re.search(r"\d+ bytes of this recording are damaged, in 1 place\.", text) and "118" in terminal.wait("118"),
              "a replay says so, and plays what follows", text)
    terminal.quit()
    terminal = harness.Terminal([harness.CXWALL, "replay", path, "-l", layout, "--speed", "512"], folder.environment())
    tap.check(terminal.shows(r"\d+ bytes are damaged between 08:0\d and 08:0\d in this recording\."), "... again where it passes it", terminal.text())
    tap.same(terminal.quit(), 0, "... and ends with 0")


def check_request(tap, folder):
    """The request itself is damaged: only what hangs on it is lost."""
    path = os.path.join(folder.path, "request")
    make_hours(path, 20, stop=at("08:10"))
    change(path, 1, DAMAGES["one bit of what a record holds"])
    document = summary(folder, path)
    tap.same((document.get("answers"), document.get("damaged")), (120, 121), "a damaged request: the next run is read")
    document = summary(folder, path, "--from", "08:05")
    tap.same((document.get("answers"), document.get("lines", [{}])[0].get("offered")), (120, 119), "... also where a period begins behind it")
    out, now = writer.Writer(path), at("08:00")
    out.start(now)
    for i in range(60):
        if i % 20 == 0:
            out.put(writer.REQUEST, now + i * STEP, request())
        out.put(writer.DATA, now + i * STEP, answer(10 + i))
    out.close()
    change(path, 22, DAMAGES["one bit of what a record holds"])
    for period, answers in (((), 60), (("--from", "08:02"), 36)):
        document = summary(folder, path, *period)
        tap.same((document.get("answers"), document.get("damaged")), (answers, 0 if period else 1),
                 "a repeated request that is damaged costs no answer" + " " * bool(period) + " ".join(period))


def check_clock(tap, folder):
    path = os.path.join(folder.path, "clock")
    hour, day = 3600 * 1000, 24 * 3600 * 1000
    cases = (("ahead by 2 h in the first half minute", lambda ms: ms + 2 * hour if ms < at("08:00") + 30000 else ms, [(-7200, "08:00")]),
             ("ahead by a day in the first half minute", lambda ms: ms + day if ms < at("08:00") + 30000 else ms, [(-86400, "08:00")]),
             ("behind by three days in the first minute", lambda ms: ms - 3 * day if ms < at("08:01") else ms, [(259200, "08:01")]),
             ("ahead by 2 h for 100 s", lambda ms: ms + 2 * hour if at("08:20") <= ms < at("08:20") + 100000 else ms, [(7200, "08:20"), (-7200, "08:21")]),
             ("behind by 2 h for 100 s", lambda ms: ms - 2 * hour if at("08:20") <= ms < at("08:20") + 100000 else ms, [(-7200, "08:20"), (7200, "08:21")]),
             ("ahead by a day at the end", lambda ms: ms + day if ms >= at("08:59") else ms, [(86400, "08:59")]))
    for name, clock, steps in cases:
        make_hours(path, clock=clock)
        document = summary(folder, path)
        tap.same((document.get("from"), document.get("until"), document.get("answers"), document.get("gaps"), len(document.get("lines", [{}])[0].get("hours", []))),
                 ("2026-11-20T08:00:00Z", "2026-11-20T08:59:55Z", 720, [], 1), "a clock %s: all of it, at the right time" % name)
        tap.same([(s["seconds"], s["at"][11:16], s["corrected"]) for s in document.get("clock_steps", [])], [(s, c, True) for s, c in steps], "... when it was set")
        text = harness.run(["summary", path], folder.environment())[1]
        tap.check(re.search(r"^The clock was set (back|forward) by [\d:d ]+ at 08:\d\d; times are corrected\.$", text, re.M), "... in words", text)
        document = summary(folder, path, "--from", "08:10", "--until", "08:40")
        tap.same((document.get("answers"), document.get("lines", [{}])[0].get("offered")), (360, 360), "... a period of it")
    # A machine that stood still, with its boot time, is not a clock that was wrong.
    make_hours(path, 120, clock=lambda ms: ms + 2 * hour if ms >= at("09:05") else ms)
    document = summary(folder, path)
    tap.same((document["from"], document["until"], document["not_recorded"], [s["corrected"] for s in document["clock_steps"]]),
             ("2026-11-20T08:00:00Z", "2026-11-20T11:59:55Z", 7205, [False]), "a step forward after an hour is a gap")


def check_replay_clock(tap, folder):
    path, layout = os.path.join(folder.path, "ahead"), folder.write("ahead.conf", LAYOUT)
    make_hours(path, 20, clock=lambda ms: ms + 7200000 if ms < at("08:00") + 30000 else ms)
    terminal = harness.Terminal([harness.CXWALL, "replay", path, "-l", layout, "--at", "08:10"], folder.environment())
    text = terminal.wait(r"2026-11-20 08:10:0\d")
    tap.check(re.search(r"\b130\b", text), "--at finds the time although the clock was ahead before", text)
    terminal.quit()


def check_wording(tap, folder):
    """Two services of three lack a statistic: one is named, and one more counted."""
    path = os.path.join(folder.path, "wording")
    out, now = writer.Writer(path), at("08:00")
    out.start(now)
    out.put(writer.REQUEST, now, request())
    for i in range(20):
        rows = [{"1": name, "2": waiting, "3": str(i)} for name, waiting in (("Sales", ""), ("Help", ""), ("News", "2"))]
        out.put(writer.DATA, now + i * STEP, {"test/q": {"service_grids": [{"id": "grid", "values": rows}]}})
    out.close()
    text = harness.run(["summary", path], folder.environment())[1]
    tap.check("of Sales and 1 more:" in text, "what some services lack: one and 1 more", text)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    for check in (check_foreign, check_damage, check_replay, check_request, check_clock, check_replay_clock, check_wording):
        check(tap, folder)
    folder.remove()
    tap.done()


main()
