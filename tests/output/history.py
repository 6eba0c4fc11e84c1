"""What is remembered, as `history` prints it: made-up histories whose calls are known one by one, in zones where the clock is
changed; gaps, resets, minutes that are gone; what is not there, and files that cannot be read."""

import csv
import datetime
import hashlib
import io
import itertools
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness
import history
import schema
from history import LEVEL, LONGEST, MINUTE, QUARTER, RECEIVED, WAITING

KINDS, WEIGHTS = ("in_time", "late", "long", "short"), (60, 15, 6, 3)


def utc(text):
    return int(datetime.datetime.fromisoformat(text + "+00:00").timestamp())


def stamp(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parts(zone, begin, end, every):
    """[from, to) by the clock on the wall, found quarter-hour by quarter-hour."""
    def part(time):
        local = datetime.datetime.fromtimestamp(time, zone)
        if every == "1d":
            return local.date()
        minutes = {"15m": 15, "30m": 30, "1h": 60}[every]
        return local.utcoffset(), local.replace(tzinfo=None, fold=0, minute=local.minute // minutes * minutes)
    found = [list(group) for _, group in itertools.groupby(range(begin, end, QUARTER), part)]
    return [(times[0], times[-1] + QUARTER) for times in found]


def make_days(path, begin, end, reset, seed):
    """Two services and the totals, by quarter-hour, each hour of the day; counters begin anew at a time of day in UTC."""
    made, source = history.History(path), random.Random(seed)
    services = [history.Counters(made, name, scope) for scope, name in (("total", ""), ("service", "Sales"), ("service", 'Support "B"'))]
    for time in range(begin - QUARTER, end, QUARTER):
        for service in services:
            if time % 86400 == reset:
                service.reset()
            calls = source.choices(KINDS, WEIGHTS, k=source.randrange(0, 9))
            service.longest = getattr(service, "longest", {})
            service.longest[time] = source.randrange(1, 900)
            service.put("quarters", time, calls, service.longest[time], source.randrange(1, 9))
    made.close()
    return services


def figures(calls):
    count = lambda *kinds: sum(kind in kinds for kind in calls)
    of = count("in_time", "late", "long")
    return {"offered": len(calls), "answered": count("in_time", "late"), "abandoned": count("long", "short"),
            "abandoned_long": count("long"), "service_level": 100 * count("in_time") / of if of else None}


def same_figures(tap, got, calls, what):
    wanted = figures(calls)
    shown = {key: got[key] for key in wanted}
    near = all(shown[key] == wanted[key] for key in wanted if key != "service_level")
    level, exact = shown["service_level"], wanted["service_level"]
    good = level is None if exact is None else level is not None and abs(level - exact) < 0.1
    return near and good or not tap.check(False, what, "got    %r\nwanted %r" % (shown, wanted))


class Bench:
    def __init__(self):
        self.folder = harness.Folder()
        with open(os.path.join(harness.SOURCE, "doc", "history.schema.json")) as file:
            self.rules = json.load(file)

    def path(self, name):
        return os.path.join(self.folder.path, name)

    def run(self, *arguments, zone="UTC", **more):
        return harness.run(["history", *arguments], self.folder.environment(TZ=zone, **more))

    def document(self, tap, *arguments, zone="UTC"):
        status, out, err = self.run(*arguments, "--format", "json", zone=zone)
        if status != 0:
            tap.check(False, "history %s" % " ".join(arguments), err)
            return None
        found = json.loads(out)
        errors = list(schema.check(self.rules, found))
        tap.same(errors, [], "%s: as the schema has it" % " ".join(arguments[1:]))
        return found


ZONES = [
    ("Europe/Berlin", "2026-03-28 12:00", "2026-03-30 12:00", 0, "put forward"),
    ("Europe/Berlin", "2026-10-24 12:00", "2026-10-26 12:00", 2 * 3600, "put back"),
    ("Australia/Lord_Howe", "2026-10-03 00:00", "2026-10-05 00:00", 5 * QUARTER, "put forward by half an hour"),
    ("Australia/Lord_Howe", "2026-04-03 12:00", "2026-04-05 12:00", 4 * 3600, "put back by half an hour"),
    ("Asia/Kathmandu", "2026-11-01 00:00", "2026-11-03 00:00", 4 * 3600, "a zone of 5:45"),
    ("America/St_Johns", "2026-10-31 06:00", "2026-11-02 06:00", 4 * 3600, "a zone of half an hour, put back"),
    ("Africa/Cairo", "2026-04-22 12:00", "2026-04-25 12:00", 0, "a day without midnight"),
]


def check_zones(tap, bench):
    """Each call is in the part of its time, and in one alone, however the clock is changed and whenever counters begin anew."""
    for seed, (name, begin, end, reset, what) in enumerate(ZONES):
        zone, begin, end = zoneinfo.ZoneInfo(name), utc(begin), utc(end)
        path = bench.path("zone-%d.db" % seed)
        services = make_days(path, begin, end, reset, seed)
        local = lambda time: datetime.datetime.fromtimestamp(time, zone).strftime("%Y-%m-%d %H:%M")
        for every in ("15m", "30m", "1h", "1d"):
            found = bench.document(tap, path, "--since", local(begin), "--until", local(end), "--every", every, zone=name)
            wanted = parts(zone, begin, end, every)
            for line, service in zip(found["calls"], services):
                good = tap.same([(i["from"], i["to"]) for i in line["intervals"]], [(stamp(a), stamp(b)) for a, b in wanted],
                                "%s, %s: %s, parts of %s" % (name, what, service.name, every))
                for part, (a, b) in zip(line["intervals"] if good else [], wanted):
                    calls = [kind for time, kind in service.calls if a <= time < b]
                    longest = max(service.longest[time] for time in range(a, b, QUARTER))
                    if not same_figures(tap, part, calls, "%s, %s: %s at %s" % (name, every, service.name, part["from"])) or \
                            not (part["longest_wait"] == longest or tap.same(part["longest_wait"], longest, "the longest wait")):
                        break
                whole = [kind for time, kind in service.calls if begin <= time < end]
                same_figures(tap, line, whole, "%s, %s: %s, all of it" % (name, every, service.name))
        if seed == 1:
            kept = services
    return kept


def check_text(tap, bench):
    """An afternoon with a gap, and calls in it that nobody saw."""
    path = bench.path("text.db")
    made = history.History(path)
    sales, more = history.Counters(made, "Sales"), ["in_time", "in_time", "late", "long", "short"]
    day = utc("2026-11-24 13:00")
    for i, calls in enumerate([more, more * 2, ["in_time"] * 4, ["late"], [], more]):
        sales.put("quarters", day + i * QUARTER, calls, 95 + i if calls else None, len(calls))
    sales.put("quarters", day + 12 * QUARTER, more, 61, 3, missed=["in_time"] * 3 + ["late"] * 4)
    for i in range(13, 16):
        sales.put("quarters", day + i * QUARTER, ["in_time"] * 3, 20, 1)
    made.close()
    status, out, err = bench.run(path, "--since", "2026-11-24 13:00", "--until", "2026-11-24 17:00")
    tap.same((status, err), (0, ""), "the table of an afternoon")
    lines = out.splitlines()
    tap.check(max(len(line) for line in lines) <= 80, "... fits 80 columns", out)
    wanted = """Tue 2026-11-24 13:00 to Tue 2026-11-24 17:00, by half-hours
Not recorded, in all: 1:30:00

Sales
  from                  offered   answered  abandoned  serv.level     longest
  13:00*                     15          9          6        50 %        1:36
  13:30                       5          5          0        80 %        1:38
  14:00*                      5          3          2        50 %        1:40
  14:30 to 16:00 not recorded
  16:00*                      8          6          2           -        1:01
  16:30*                      6          6          0       100 %        0:20
  total                      46         36         10        63 %        1:40
  7 of these were offered while nothing was recorded, and are in no line.

*: not all of this time was recorded, or it is not all within the period
Service level: answered within the threshold / (answered + abandoned after it)"""
    tap.same("\n".join(lines[1:]), wanted, "... is what the calls are, and of a level after a gap nothing is known")
    found = bench.document(tap, path, "--since", "2026-11-24 12:00", "--until", "2026-11-24 18:00")
    line = found["calls"][0]
    tap.same([i["from"][11:16] for i in line["intervals"]], ["13:00", "13:30", "14:00", "14:30", "15:00", "15:30", "16:00", "16:30"],
             "before the first row and behind the last one there is nothing")
    gap = line["intervals"][3]
    tap.same({key for key in gap if gap[key] is not None}, {"from", "to", "recorded", "partial"}, "in a gap nothing is known, and nothing is 0")
    tap.same([i["recorded"] for i in line["intervals"]], [True] * 3 + [False] * 3 + [True] * 2, "what was recorded")
    tap.same([i["partial"] for i in line["intervals"]], [True, False, True, True, True, True, True, True], "what is partial")
    tap.same((line["missed"], line["offered"], found["not_recorded"], line["threshold"]), (7, 46, 5400, 20), "the whole")
    tap.check(abs(line["service_level"] - 100 * 26 / 41) < 0.1, "the level of all of it has the calls of the gap", line["service_level"])
    status, out, err = bench.run(path, "--since", "2026-11-24", "--until", "2026-11-25", "--statistic", RECEIVED, "--statistic", WAITING, "--every", "1h")
    lines = [line.split() for line in out.splitlines()]
    tap.check(["13:00*", "14.8", "20", "20", "20"] in lines, "a counter: mean, largest, last, gained", out)
    tap.check(["16:00*", "41.5", "46", "46", "14"] in lines, "... after the gap", out)
    tap.check("  It gained 7 more while nothing was recorded, which are in no line." in out, "... and in it", out)
    tap.check(["13:00*", "2.5", "10", "0"] in lines, "what is no counter gains nothing", out)


def check_csv(tap, bench):
    path = bench.path("zone-1.db")
    status, out, err = bench.run(path, "--since", "2026-10-25", "--until", "2026-10-26", "--every", "1h", "--service", "sales",
                                 "--format", "csv", zone="Europe/Berlin")
    tap.same((status, err), (0, ""), "CSV")
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    tap.same([row["local"][11:] for row in rows[:5]], ["00:00", "01:00", "02:00", "02:00", "03:00"], "the hour that comes twice is there twice")
    tap.same([row["from"] for row in rows[2:4]], ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"], "... and told apart")
    found = bench.document(tap, path, "--since", "2026-10-25", "--until", "2026-10-26", "--every", "1h", "--service", "sales", zone="Europe/Berlin")
    same = [(int(row["offered"]), int(row["answered"]), float(row["service_level"] or -1)) for row in rows]
    tap.check(len(rows) == 25 and all(a[:2] == (b["offered"], b["answered"]) and abs(a[2] - b["service_level"]) < 1e-6
              for a, b in zip(same, found["calls"][0]["intervals"])), "... with the numbers of JSON", out)
    status, out, err = bench.run(path, "--since", "2026-10-25", "--until", "2026-10-26", "--every", "1h", "--service", "sales", zone="Europe/Berlin")
    tap.check("  02:00 CEST " in out and "  02:00 CET " in out and "  01:00 " in out, "as text they have their zone", out)
    status, out, err = bench.run(path, "--statistic", LONGEST, "--since", "2026-10-25", "--until", "2026-10-26", "--format", "csv", "--every", "1d")
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    tap.same([(row["name"], row["scope"], row["gained"]) for row in rows], [("", "total", ""), ("Sales", "service", ""), ('Support "B"', "service", "")],
             "a statistic of all there are")


def check_minutes(tap, bench):
    """Quarter-hours of an older day, then minutes; and a history that is younger than its minutes."""
    path = bench.path("minutes.db")
    made = history.History(path)
    sales, day = history.Counters(made, "Sales"), utc("2026-11-20 08:00")
    for i in range(4):
        sales.put("quarters", day + i * QUARTER, ["in_time"] * (i + 1))
    for i in range(75):
        time = day + 4 * QUARTER + i * MINUTE
        sales.put("minutes", time, ["late"] if i % 2 else [])
    for i in range(5):
        time = day + (4 + i) * QUARTER
        for statistic in (RECEIVED,):
            made.row("quarters", time, "service", "Sales", statistic, 0, 0, 10, 7 + i % 2, 0)
    made.close()
    found = bench.document(tap, path, "--every", "minute", "--since", "2026-11-20", "--until", "2026-11-21")
    spans = found["calls"][0]["intervals"]
    tap.same(found["minutes_from"], stamp(day + 4 * QUARTER), "minutes begin where they are kept")
    tap.same([i["offered"] for i in spans[:6]], [1, 2, 3, 4, 0, 1], "quarter-hours, then minutes")
    tap.same((len(spans), spans[3]["to"], spans[4]["to"]), (79, stamp(day + 4 * QUARTER), stamp(day + 4 * QUARTER + 60)), "... each with its end")
    tap.same(found["calls"][0]["offered"], 10 + 37, "... and all calls")
    status, out, err = bench.run(path, "--every", "minute", "--since", "2026-11-20", "--until", "2026-11-21")
    tap.check("Minutes are kept for 48 hours: before Fri 11-20 09:00 there are quarter-hours." in out, "... which is said", out)
    young = bench.path("young.db")
    made = history.History(young)
    sales = history.Counters(made, "Sales")
    for i in range(10):
        sales.put("minutes", day + 7 * MINUTE + i * MINUTE, ["in_time"])
    made.close()
    found = bench.document(tap, young, "--every", "minute", "--since", "2026-11-20", "--until", "2026-11-21")
    tap.same((found["minutes_from"], len(found["calls"][0]["intervals"]), found["calls"][0]["intervals"][0]["from"]),
             (None, 10, stamp(day + 7 * MINUTE)), "a history that began with these minutes has all of them")
    found = bench.document(tap, young, "--every", "30m", "--since", "2026-11-20", "--until", "2026-11-21")
    tap.same([(i["from"], i["offered"], i["partial"]) for i in found["calls"][0]["intervals"]], [(stamp(day), 10, True)],
             "... and its quarter-hours are made of them")


def check_summary(tap, bench, services):
    """The page of a shift, made of what is remembered: the night in which the clock is put back, to the call."""
    path, zone = bench.path("zone-1.db"), "Europe/Berlin"
    with open(os.path.join(harness.SOURCE, "doc", "summary.schema.json")) as file:
        rules = json.load(file)
    begin, end = utc("2026-10-24 22:00"), utc("2026-10-25 23:00")
    for option in ("--since", "--from"):
        status, out, err = harness.run(["summary", path, option, "2026-10-25", "--until", "2026-10-26", "--format", "json"],
                                       bench.folder.environment(TZ=zone))
        found = json.loads(out) if status == 0 else {"lines": []}
        tap.same(list(schema.check(rules, found)), [], "a summary of the history is as the schema has it")
        tap.same([(line["kind"], line["name"]) for line in found["lines"]], [("total", "all services"), ("service", "Sales"), ("service", 'Support "B"')],
                 "... of totals and services")
    tap.same((found["source"], found["answers"], found["alarms"]["source"], found["resets"], found["gaps"]), ("history", None, "unknown", 1, []),
             "... and says what it cannot know")
    for line, service in zip(found["lines"], services):
        of = lambda a, b: [kind for time, kind in service.calls if a <= time < b]
        good = same_figures(tap, line, of(begin, end), "%s: the whole" % service.name)
        hours = [utc(hour["from"][:-1]) for hour in line["hours"]]
        tap.same(hours, list(range(begin, end, 3600)), "%s: 25 hours" % service.name)
        for hour, time in zip(line["hours"], hours):
            good = same_figures(tap, hour, of(time, time + 3600), "%s at %s" % (service.name, hour["from"])) and good
        tap.check(good, "%s: its calls, by hour and in all" % service.name)
        worst, most = line["worst_quarter"], max(service.longest[time] for time in range(begin, end, QUARTER))
        tap.same((worst["longest_wait"], service.longest[utc(worst["from"][:-1])]), (most, most), "%s: the worst quarter-hour" % service.name)
    status, out, err = harness.run(["summary", path, "--since", "2026-10-25", "--until", "2026-10-26", "--service", "ALL"],
                                   bench.folder.environment(TZ=zone))
    tap.check(status == 0 and ", from its history\n" in out and "  all services " in out and "Sales" not in out and
              "Alarms: not in the history; a recording has them" in out, "as text, of the totals alone", (out, err))
    status, out, err = harness.run(["summary", bench.path("text.db"), "--since", "2026-11-24 13:00", "--until", "2026-11-24 17:00"], bench.folder.environment())
    tap.check("  14:30:00 to 16:00:00, 1:30:00\nIts calls are in the whole, and in no hour or quarter of one.\n" in out and
              "  Sales                                46         36         10        63 %" in out, "with a gap, and its calls", (out, err))
    for status, arguments, message in (
            (2, [path, "--service", "Salse"], "nothing is remembered of service 'Salse' (did you mean 'Sales'?)"),
            (2, [path, "-l", "overview"], "-l needs a recording, because alerts are evaluated over recorded answers"),
            (2, [path, "--from", "today", "--since", "today"], "--from and --since mean the same"),
            (2, ["x.rec", "--since", "today"], "--since is for the history: use --from with a recording"),
            (2, [path, path], "summary reads one file only"),
            (2, [path, "--since", "2026-09-01", "--until", "2026-10-26"], "the period is longer than 31 days"),
            (4, [path, "--since", "2026-10-01", "--until", "2026-10-02"], "nothing is remembered of this time; there is something from 2026-10-24"),
            (4, ["--tenant", "example.cx.onecloud.com"], "nothing is remembered of example.cx.onecloud.com yet")):
        got, out, err = harness.run(["summary", *arguments], bench.folder.environment())
        tap.check(got == status and message in err and out == "", "summary, %d: %s" % (status, message), (got, out, err))


def state(path):
    folder = os.path.dirname(path)
    with open(path, "rb") as file:
        return sorted(os.listdir(folder)), hashlib.sha256(file.read()).hexdigest(), os.stat(path).st_mtime_ns


def check_trouble(tap, bench):
    path = bench.path("text.db")
    period = ["--since", "2026-11-24", "--until", "2026-11-25"]
    text = bench.folder.write("text.txt", "not a database\n" * 500)
    before = state(path)
    cases = [
        (2, [path, *period, "--service", "Salse"], "nothing is remembered of service 'Salse' (did you mean 'Sales'?)\ncxwall: there is: Sales\n"),
        (2, [path, *period, "--service", "all"], "the totals over all services are not remembered: no layout of a wall or publisher shows them\n"),
        (2, [path, *period, "--statistic", "in_calls_waitin"], "is not remembered (did you mean 'in_calls_waiting'?)\ncxwall: there is: in_calls_a"),
        (2, [path, *period, "--every", "2h"], "unknown every '2h' (did you mean '1h'?)"),
        (2, [path, "--since", "yestreday"], "(did you mean 'yesterday'?)"),
        (2, [path, "--since", "2026-11-24", "--until", "2026-11-23"], "the period ends before it begins"),
        (2, [path, path], "history reads one file only"),
        (4, [path, "--since", "2026-11-20", "--until", "2026-11-21"],
         "nothing is remembered of this time; there is something from 2026-11-24 13:00 to 2026-11-24 17:00"),
        (1, [bench.path("none.db")], "No such file or directory"),
        (1, [text], "text.txt: The history cannot be read: file is not a database"),
        (1, [bench.folder.path], "The history cannot be read: it is not a file"),
        (2, [], "the tenant is not configured: name it with --tenant, or name a history's file"),
        (4, ["--tenant", "example.cx.onecloud.com"],
         "nothing is remembered of example.cx.onecloud.com yet: the history begins with the first wall (cxwall), follow or publish"),
    ]
    for status, arguments, message in cases:
        got, out, err = bench.run(*arguments)
        tap.check(got == status and message in err and out == "", "%d: %s" % (status, message.split("\n")[0]), "%r\n%s\n%s" % (got, out, err))
    tap.same(state(path), before, "a reader changes nothing, and leaves nothing")
    tap.check(not os.path.exists(bench.path(".local")), "... and makes no folder where there is no history")


def as_nobody(arguments, env):
    """As a user who may write nothing there, where the tests run as root."""
    user = {"user": 65534, "group": 65534} if os.geteuid() == 0 else {}
    try:
        done = subprocess.run([harness.CXWALL, *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True, cwd="/", **user)
    except PermissionError:
        return None, "", "cannot be run as another user"
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check_files(tap, bench):
    """A copy in a folder where nothing may be written; one that is locked, damaged, of another program, or newer."""
    path = bench.path("text.db")
    period = ["--since", "2026-11-24", "--until", "2026-11-25"]
    with open(path, "rb") as file:
        whole = file.read()
    copy = bench.path("copies")
    os.mkdir(copy)
    odd = os.path.join(copy, "a copy?50%#1.db")
    with open(odd, "wb") as file:
        file.write(whole)
    os.chmod(copy, 0o555)
    os.chmod(bench.folder.path, 0o755)
    os.chmod(odd, 0o644)
    status, out, err = as_nobody(["history", odd, *period], bench.folder.environment())
    if "cannot be run" in err:
        tap.skip("a copy with an odd name in a folder that cannot be written", err)
    else:
        tap.check(status == 0 and "Sales" in out, "a copy with an odd name in a folder that cannot be written", err)
    os.chmod(copy, 0o755)
    made = history.History(bench.path("open.db"))
    history.Counters(made, "Sales").put("quarters", utc("2026-11-24 13:00"), ["in_time"] * 3)
    made.db.commit()
    for suffix in (".db", ".db-wal"):
        shutil.copy(bench.path("open" + suffix), bench.path("taken" + suffix))
    made.close()
    tap.check(os.path.getsize(bench.path("taken.db-wal")) > 0, "a copy of a history that is written, with its log")
    found = bench.document(tap, bench.path("taken.db"), *period)
    tap.same(found and found["calls"][0]["offered"], 3, "... has what is in the log")
    locked = sqlite3.connect(path)
    locked.execute("BEGIN EXCLUSIVE")
    status, out, err = bench.run(path, *period)
    locked.rollback()
    locked.close()
    tap.check(status in (0, 1) and (status == 0 or "another program has it locked" in err), "a locked copy is read or it is said", (status, err))
    for name, statement, message in (("newer", "PRAGMA user_version = 99", "a newer version of cxwall made it"),
                                     ("other", "PRAGMA application_id = 1", "it is not a history of cxwall"),
                                     ("lost", "DROP TABLE quarters", "The history cannot be read")):
        with open(bench.path(name + ".db"), "wb") as file:
            file.write(whole)
        changed = sqlite3.connect(bench.path(name + ".db"))
        changed.execute(statement)
        changed.commit()
        changed.close()
        status, out, err = bench.run(bench.path(name + ".db"), *period)
        tap.check(status == 1 and message in err and out == "", "%s: %s" % (name, message), (status, err))
    source, bad = random.Random(5), []
    for at in range(60):
        broken = bytearray(whole)
        place = source.randrange(0, len(broken) - 64)
        broken[place:place + 64] = source.randbytes(64)
        with open(bench.path("broken.db"), "wb") as file:
            file.write(broken)
        status, out, err = bench.run(bench.path("broken.db"), *period, "--format", "json")
        if status not in (0, 1, 2, 4) or (status == 0 and list(schema.check(bench.rules, json.loads(out)))) or (status != 0 and not err):
            bad.append((place, status, err))
    tap.same(bad, [], "a file damaged at 60 places: it is read or said, and no document is wrong in form")


def check_left_out(tap, bench):
    """Services of which only what waits is remembered are in no table of calls, unless they are asked for or there are no others."""
    path, day = bench.path("left.db"), utc("2026-11-24 13:00")
    period = ["--since", "2026-11-24", "--until", "2026-11-25"]
    made = history.History(path)
    history.Counters(made, "Sales").put("quarters", day, ["in_time"])
    for name in ("Chat", "Mail"):
        made.row("quarters", day, "service", name, WAITING, 1, 2, 0)
        made.row("quarters", day, "service", name, LONGEST, 30, 60, 60)
    made.close()
    status, out, err = bench.run(path, *period)
    tap.check("\nSales\n" in out and "\nChat\n" not in out and "2 more services have no counters of calls, because no layout showed them: see --list." in out,
              "services without counters of calls are left out, and it is said", out)
    for names, wanted in ((["Chat"], ["Chat"]), (["Sales", "mail"], ["Mail", "Sales"]), ([], ["Sales"])):
        found = bench.document(tap, path, *period, *[word for name in names for word in ("--service", name)])
        tap.same([line["name"] for line in found["calls"]], wanted, "... %s" % (names or "else"))
    tap.same((found["calls"][0]["offered"], bench.document(tap, path, *period, "--service", "Chat")["calls"][0]["longest_wait"]), (1, 60),
             "... with what is known of them")
    changed = sqlite3.connect(path)
    changed.execute("DELETE FROM series WHERE name = 'Sales'")
    changed.commit()
    changed.close()
    tap.same([line["name"] for line in bench.document(tap, path, *period)["calls"]], ["Chat", "Mail"], "where there are no others they are all there is")


def check_list(tap, bench):
    path = bench.path("text.db")
    status, out, err = bench.run(path, "--list", "--format", "json")
    found = json.loads(out)
    tap.same(found[0], {"scope": "service", "name": "Sales", "statistic": "in_calls_abandoned_in_queue_per_day", "kind": "count",
                        "from": "2026-11-24 13:00", "until": "2026-11-24 17:00"}, "the list of what there is")
    tap.same([f["statistic"] for f in found], sorted(f["statistic"] for f in found), "... in order")
    status, out, err = bench.run(bench.path("zone-1.db"), "--list")
    tap.check("\ntotal    all  " in out and out.startswith("SCOPE"), "... with totals over all services first", out)


def check_chart(tap, bench):
    """Drawn as a chart of the wall: of two days that are made, one with calls and one without."""
    path = bench.path("chart.db")
    made, day = history.History(path), utc("2026-11-18 00:00")
    sales = history.Counters(made, "Sales")
    for time in range(day, day + 2 * 86400, QUARTER):
        busy = day + 8 * 3600 <= time < day + 20 * 3600
        if not day + 10 * 3600 <= time < day + 11 * 3600:
            sales.put("quarters", time, ["in_time"] * (8 if busy else 0), 120 if busy else None, 20 if busy else 0)
    made.close()
    period = ["--since", "2026-11-18", "--until", "2026-11-19"]
    status, out, err = bench.run(path, "--chart", *period, "--statistic", WAITING, "--size", "100x20", "--glyphs", "ascii")
    lines = out.splitlines()
    tap.same((status, err, len(lines)), (0, "", 20), "a chart of the size that was asked for")
    tap.check(all(len(line) <= 100 for line in lines) and lines[0] == "Sales, Waiting, Wed 2026-11-18 00:00 to Thu 2026-11-19 00:00", "... says what it is of", out)
    tap.check(re.search(r"00:00 +03:00 +06:00 +09:00 +12:00 +15:00 +18:00 +21:00", out), "... with the times below", out)
    columns = lambda out: [sum(line[i:i + 1] == "#" for line in out.splitlines()[2:-2]) for i in range(8, 98)]
    heights = columns(out)
    place = lambda hour: int(hour / 24 * len(heights))
    tap.check(min(heights[place(12):place(19)]) >= 5 and max(heights[place(1):place(7)]) <= 1, "what waits by day is high, and by night not", (heights, out))
    tap.check(0 in heights[place(10):place(11.3)] and max(heights[place(10.3):place(10.8)]) == 0, "an hour without records is a gap", (heights, out))
    status, out, err = bench.run(path, "--chart", "--since", "2026-11-18 12:00", "--until", "15:00", "--statistic", WAITING, "--size", "100x20", "--glyphs", "ascii")
    tap.check(min(columns(out)[2:-4]) >= 5, "where minutes are gone a quarter-hour is drawn through", out)
    status, out, err = bench.run(path, "--chart", "--since", "2026-11-17", "--until", "2026-11-20", "--size", "100x30", "--glyphs", "ascii")
    tap.check(status == 0 and re.search(r"A Received today .* B Answered today .* C Long abandoned", out), "calls: offered, answered, abandoned", (out, err))
    tap.check(max(int(text) for text in re.findall(r"(?m)^[| ]{2,4}(\d+) ", out)) <= 10, "... in each quarter-hour, and not the count of the day", out)
    tap.check("Wed 18" in out and "Thu 19" in out, "days are named", out)
    status, out, err = bench.run(path, "--chart", "--since", "2026-11-01", "--until", "2026-11-20", "--statistic", LEVEL, "--size", "100x30")
    tap.check(status == 0 and "Service level" in out and "100 %" in out, "weeks of the level", (out, err))
    for status, arguments, message in (
            (2, ["--size", "10x2"], "size must be COLSxLINES"), (2, ["--format", "csv"], "--chart cannot be combined with --format or --list"),
            (2, ["--list"], "--chart cannot be combined"), (2, ["--since", "2026-09-01"], "--chart draws 35 days at most"),
            (4, ["--since", "2026-11-01", "--until", "2026-11-02"], "nothing is remembered for this period")):
        period = [] if "--since" in arguments else ["--since", "2026-11-18", "--until", "2026-11-19"]
        got, out, err = bench.run(path, "--chart", *period, *arguments)
        tap.check(got == status and message in err and out == "", "--chart, %d: %s" % (status, message), (got, out, err))
    got, out, err = bench.run(path, *period, "--size", "80x24")
    tap.check(got == 2 and "--size needs --chart" in err, "--size needs --chart", (got, err))


LAYOUT = """
pages = ( { rows = ( { panels = (
  { name = "now" type = "totals" tiles = ( "in_calls_received_per_day" ) },
  { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting", "in_max_wait_time", "in_calls_received_per_day",
    "in_calls_answered_per_day", "in_calls_abandoned_in_queue_per_day", "in_calls_abandoned_total_per_day", "service_level" ) } ) } ) } )
"""


class Centre:
    """A server of one service whose calls rise by one with each answer, up to a number."""

    def __init__(self):
        self.server, self.calls, self.most = harness.Server(), 0, 0
        self.server.rows = 1
        self.server.total, self.server.cell = lambda stat: str(1000 + self.calls), self.cell

    def cell(self, panel, stat, row):
        if stat == "name":
            self.calls = min(self.calls + 1, self.most)
            return "Sales"
        # Of four calls three are answered, two of them within the threshold, and one is abandoned after it.
        n = self.calls // 4
        return {"in_calls_received_per_day": str(self.calls), "in_calls_answered_per_day": str(3 * n),
                "in_calls_abandoned_in_queue_per_day": str(n), "in_calls_abandoned_total_per_day": str(n),
                "service_level": "50.0" if n else "", "in_calls_waiting": "3", "in_max_wait_time": "75"}[stat]

    def reach(self, most):
        self.most = most
        harness.wait_for(lambda: self.calls == most)
        self.server.polled(3)


def check_live(tap, bench):
    """What a running program wrote: while it writes, after it, after another run of it, and while another program writes."""
    centre, folder = Centre(), bench.folder
    layout = folder.write("live.conf", LAYOUT)
    # Whatever the time of day is, midnight may come meanwhile.
    tenant, recent = ["--tenant", "example.cx.onecloud.com"], ["--since", "yesterday"]
    for run, (start, most) in enumerate(((0, 24), (40, 60))):
        centre.calls = centre.most = start if run == 0 else centre.most
        lines = harness.Lines([harness.CXWALL, "follow", "-l", layout, "-i", "0.1", *harness.options(centre.server)], folder.environment())
        lines.wait("live")
        centre.server.polled(3)
        centre.reach(start)
        centre.reach(most)
        status, out, err = bench.run(*tenant, "--format", "json")
        tap.check(status in (0, 4) and (out or "nothing is remembered of example.cx.onecloud.com yet" in err), "it can be read while it is written", err)
        lines.end()
        found = bench.document(tap, *tenant, *recent)
        sales = found["calls"][-1]
        tap.same([line["name"] for line in found["calls"]], ["", "Sales"], "a wall's totals and its service")
        tap.same((sales["offered"], sales["answered"], sales["abandoned"], sales["longest_wait"], sales["most_waiting"], sales["missed"]),
                 (most, 3 * most // 4, most // 4, 75, 3, 0), "... with its calls, in run %d" % (run + 1))
        tap.check(abs(sales["service_level"] - 50) < 0.1, "... and their level", sales["service_level"])
        tap.same(sum(part["offered"] or 0 for part in sales["intervals"]), most, "... and each in its half-hour")
    path = os.path.join(folder.path, ".local/state/cxwall/example.cx.onecloud.com.db")
    writer = sqlite3.connect(path)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE minutes SET gained = 0")
    before = state(path)[1:]
    same = bench.document(tap, *tenant, *recent)
    tap.same(same and same["calls"], found["calls"], "while another program writes, what was there before is read")
    tap.same(state(path)[1:], before, "... and the file is as it was")
    writer.rollback()
    writer.close()
    locker = sqlite3.connect(path, isolation_level=None)
    locker.execute("PRAGMA locking_mode = EXCLUSIVE")
    locker.execute("BEGIN EXCLUSIVE")
    status, out, err = bench.run(*tenant)
    tap.check(status == 1 and out == "" and "The history cannot be read: another program has it locked" in err, "a lock is said in words", (status, err))
    locker.execute("ROLLBACK")
    locker.close()
    status, out, err = bench.run(*tenant, "--list", "--format", "json")
    tap.same({(row["scope"], row["name"], row["statistic"]) for row in json.loads(out)} & {("total", "", RECEIVED), ("service", "Sales", LEVEL)},
             {("total", "", RECEIVED), ("service", "Sales", LEVEL)}, "the list of what it remembers")
    status, out, err = harness.run(["summary", *tenant, *recent, "--format", "json"], folder.environment())
    tap.same([line["offered"] for line in json.loads(out)["lines"]], [60, 60], "a summary without a file")
    off = folder.write("off.conf", 'tenant = "other.example.com"\nhistory = "off"\n')
    screen = folder.write("screen.conf", 'from = "mqtt://broker.example.com/floor"\n')
    status, out, err = bench.run("-c", screen)
    tap.check(status == 2 and "a screen behind a broker keeps no history: ask on the machine of its publisher" in err, "a screen of a broker says where to ask", err)
    status, out, err = bench.run("-c", off)
    tap.check(status == 4 and "no history of other.example.com is kept: the configuration says history = off" in err, "history = off is said", err)


def main():
    tap = harness.Tap()
    bench = Bench()
    services = check_zones(tap, bench)
    check_text(tap, bench)
    check_csv(tap, bench)
    check_minutes(tap, bench)
    check_summary(tap, bench, services)
    check_trouble(tap, bench)
    check_files(tap, bench)
    check_list(tap, bench)
    check_left_out(tap, bench)
    check_chart(tap, bench)
    check_live(tap, bench)
    bench.folder.remove()
    tap.done()


main()
