"""The summary of a shift: every figure of a made-up day, whose calls are known one by one, and of a stretch of the simulator that a
live wall recorded, against figures that are calculated here from the recorded answers alone."""

import calendar
import datetime
import json
import os
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
import reader
import schema
import writer

STATS = ["name", "in_calls_waiting", "in_max_wait_time", "in_calls_received_per_day", "in_calls_answered_per_day",
         "in_calls_abandoned_in_queue_per_day", "in_calls_short_abandoned_in_queue_per_day", "service_level",
         "service_level_threshold_time"]
SERVICES = ["Sales", 'Support "B"', "1"]
MINUTE, HOUR, QUARTER = 60000, 3600000, 900000


def at(day, clock):
    hour, minute = clock.split(":")
    return calendar.timegm((2026, 11, day, int(hour), int(minute), 0)) * 1000


def stamp(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Service:
    """Calls one by one; the day's counters are made of them, and so is what the summary must say."""

    def __init__(self, name, seed):
        self.name, self.random = name, random.Random(seed)
        self.day = dict.fromkeys(("received", "in_time", "late", "long", "short"), 0)
        self.events, self.seen = [], []

    def step(self, wall_ms):
        for _ in range(self.random.choice((0, 0, 1, 2))):
            what = self.random.choices(("in_time", "late", "long", "short"), (60, 15, 6, 3))[0]
            self.day[what] += 1
            self.day["received"] += 1
            self.events.append((wall_ms, what))

    def row(self, wall_ms, recorded):
        day = self.day
        answered = day["in_time"] + day["late"]
        level = "" if answered + day["long"] == 0 else "%.1f" % (100 * day["in_time"] / (answered + day["long"]))
        waiting = self.random.randrange(0, 9)
        longest = self.random.randrange(1, 99999) if waiting else None
        if recorded:
            self.seen.append((wall_ms, waiting, longest))
        wait = "" if longest is None else str(longest)
        return [self.name, str(waiting), wait, str(day["received"]), str(answered), str(day["long"]), str(day["short"]), level, "20"]

    def reset(self):
        self.day = dict.fromkeys(self.day, 0)


def answer(services, wall_ms, recorded):
    rows = [{str(i + 1): cell for i, cell in enumerate(s.row(wall_ms, recorded))} for s in services]
    return {"test/queues": {"service_grids": [{"id": "grid", "values": rows}]},
            "test/now": {"stats_totals": {"in_calls_waiting": "3", "service_level": "81"}}}


ALARMS = [(20, "22:40", "long queue", "", 300), (21, "00:30", "long queue", "", 90), (21, "01:00", "a queue", "Sales", 10)]


def make_night(path):
    """22:00 to 02:00, an answer each 10 s; the counters fall to 0 at midnight; nothing recorded for ten minutes; a restart."""
    services = [Service(name, i) for i, name in enumerate(SERVICES)]
    out, begin, end = writer.Writer(path), at(20, "21:00"), at(21, "02:00")
    request = writer.request(10, writer.recorded_set("queues", "service_grid", STATS),
                             writer.recorded_set("now", "totals", ["in_calls_waiting", "service_level"]),
                             writer.recorded_set("people", "agent_grid", ["first_last_name", "login_id"]))
    out.start(begin)
    out.put(writer.REQUEST, begin, request)
    alarms = []
    for day, clock, name, row, seconds in ALARMS:
        told = {"alert": name, "row": row, "value": "12", "quiet": False}
        alarms.append((at(day, clock), dict(told, event="fired", lasted_ms=0)))
        alarms.append((at(day, clock) + seconds * 1000, dict(told, event="cleared", lasted_ms=seconds * 1000)))
    alarms.append((at(21, "01:58"), {"event": "fired", "alert": "at the end", "row": "", "value": "", "lasted_ms": 0, "quiet": False}))
    alarms.sort(key=lambda a: a[0])
    for now in range(begin, end + 1, 10000):
        if now == at(21, "00:00"):
            for service in services:
                service.reset()
        for service in services:
            service.step(now)
        while alarms and alarms[0][0] <= now:
            out.put(writer.ALERT, *alarms.pop(0))
        recorded = not GAP[0] < now < GAP[1]
        content = answer(services, now, recorded and now >= at(20, "22:00"))
        if now == at(21, "01:20"):
            out.start(now)
            out.put(writer.REQUEST, now, request)
        if recorded:
            out.put(writer.DATA, now, content)
    out.close()
    return services


GAP = (at(20, "23:20"), at(20, "23:30"))


def expected(service, from_ms, until_ms):
    """From the calls themselves; those of the gap are in what has it whole."""
    def of(begin, end):
        whole = begin <= GAP[0] and GAP[1] < end
        kinds = [what for ms, what in service.events if max(begin, from_ms) <= ms < end and ms < until_ms and
                 (whole or not GAP[0] < ms <= GAP[1])]
        count = lambda *names: sum(k in names for k in kinds)
        in_time, base = count("in_time"), count("in_time", "late", "long")
        return {"offered": len(kinds), "answered": count("in_time", "late"), "abandoned": count("long", "short"),
                "abandoned_long": count("long"), "in_time": in_time, "service_level": 100 * in_time / base if base else None}
    quarters = {}
    for ms, waiting, longest in service.seen:
        if from_ms <= ms < until_ms:
            now = quarters.setdefault(ms // QUARTER * QUARTER, [-1, -1])
            now[0], now[1] = max(now[0], -1 if longest is None else longest), max(now[1], waiting)
    # Of equal ones the lower level, then the earlier.
    level = lambda q: 101 if of(q, q + QUARTER)["service_level"] is None else of(q, q + QUARTER)["service_level"]
    worst = max(quarters, key=lambda q: (quarters[q][0], quarters[q][1], -level(q), -q))
    return of, worst, quarters[worst]


def summary(folder, path, *more):
    status, out, err = harness.run(["summary", path, "--format", "json", *more], folder.environment())
    return json.loads(out) if status == 0 else (status, out, err)


def same_span(tap, got, wanted, what):
    """Exact; what hangs on the server's rounded percentage as far as the document says that it is known."""
    margin = got["service_level_margin"] or 0
    room = {"service_level": margin, "in_time": margin / 100 * (got["answered"] + (got["abandoned_long"] or 0))}
    close = lambda a, b, by: a is not None and b is not None and abs(a - b) < by + 1e-6
    tap.check(all(close(got[k], v, room.get(k, 0)) for k, v in wanted.items()), what, "got    %r\nwanted %r" % (got, wanted))


def check_night(tap, folder):
    path = os.path.join(folder.path, "night")
    services = make_night(path)
    from_ms, until_ms = at(20, "22:00"), at(21, "02:00")
    document = summary(folder, path, "--from", "22:00", "--until", "02:00")
    with open(os.path.join(harness.SOURCE, "doc", "summary.schema.json")) as file:
        rules = json.load(file)
    tap.same(list(schema.check(rules, document)), [], "the document is valid by its schema")
    tap.check(list(schema.check(rules, dict(document, version=2))), "... which notices another version")
    tap.same((document["from"], document["until"], document["resets"]), (stamp(from_ms), stamp(until_ms), 1), "from, until; one reset, at midnight")
    tap.same([(g["from"], g["to"]) for g in document["gaps"]], [("2026-11-20T23:20:00Z", "2026-11-20T23:30:00Z")], "the gap")
    lines = {line["name"]: line for line in document["lines"] if line["kind"] == "service"}
    tap.same(sorted(lines), sorted(SERVICES), "a line for each service")
    for service in services:
        line = lines[service.name]
        of, worst, (longest, waiting) = expected(service, from_ms, until_ms)
        same_span(tap, line, of(from_ms, until_ms), service.name + ": the whole")
        tap.same([h["from"] for h in line["hours"]], [stamp(ms) for ms in range(from_ms, until_ms, HOUR)], "... its hours, without the one that begins where it ends")
        for i, hour in enumerate(line["hours"]):
            begin = from_ms + i * HOUR
            same_span(tap, hour, of(begin, begin + HOUR), "... the hour from " + hour["from"])
            tap.check(hour["service_level_margin"] < 0.6, "... is known within %.2f points" % hour["service_level_margin"], hour)
        tap.same(line["hours"][2]["service_level_margin"], 0, "... after midnight exactly")
        tap.same([h["partial"] for h in line["hours"]], [False, True, False, False], "... which are not whole")
        got = line["worst_quarter"]
        tap.same((got["from"], got["longest_wait"], got["most_waiting"]), (stamp(worst), longest, waiting), "... the worst quarter-hour")
        same_span(tap, got, {k: v for k, v in of(worst, worst + QUARTER).items()}, "... and its calls")
    total = next(line for line in document["lines"] if line["kind"] == "total")
    tap.same((total["name"], total["service_level"], total["service_level_of_the_day"]), ("now", None, 81), "a total that was recorded without counters")
    wanted = [("long queue", 2, 390, 300, "2026-11-20T22:40:00Z", 0), ("a queue", 1, 10, 10, "2026-11-21T01:00:00Z", 0),
              ("at the end", 1, 120, 120, "2026-11-21T01:58:00Z", 1)]
    tap.same([(a["name"], a["count"], a["seconds"], a["longest"], a["longest_from"], a["unfinished"]) for a in document["alarms"]["alerts"]],
             wanted, "the alarms, as recorded")
    return path, services


def check_periods(tap, folder, path, services):
    document = summary(folder, path)
    tap.same((document["from"], document["until"]), ("2026-11-21T00:00:00Z", "2026-11-21T02:00:00Z"), "without --from the last day")
    for written in (["--from", "2026-11-20 22:30", "--until", "23:00"], ["--from", "2026-11-20T22:30", "--until", "2026-11-20 23:00:00"]):
        document = summary(folder, path, *written)
        of, _, _ = expected(services[0], at(20, "22:30"), at(20, "23:00"))
        same_span(tap, document["lines"][0], of(at(20, "22:30"), at(20, "23:00")), "a period: " + " ".join(written))
        tap.same([(a["name"], a["count"]) for a in document["alarms"]["alerts"]], [("long queue", 1)], "... and its alarms")
    tap.same(len(summary(folder, path, *["--service", "Sales"] * 20)["lines"]), 1, "twenty times a service")
    document = summary(folder, path, "--from", "01:30", "--until", "03:00")
    tap.same([g["seconds"] for g in document["gaps"]], [3600], "what the recording does not reach is a gap")
    document = summary(folder, path, "--from", "2026-11-20 10:00", "--until", "2026-11-20 11:00")
    tap.same(([g["seconds"] for g in document["gaps"]], document["lines"]), ([3600], []), "... and so is a period before it")
    document = summary(folder, path, "--from", "22:42", "--until", "23:00")
    tap.same([(a["name"], a["count"], a["seconds"]) for a in document["alarms"]["alerts"]], [("long queue", 1, 300)],
             "an alarm that rang already counts")
    for arguments, word in ((["--from", "25:00"], "takes a time"), (["--until", "soon"], "takes a time"),
                            (["--from", "2026-11-21 01:00", "--until", "2026-11-20"], "ends before it begins"),
                            (["--from", "2026-01-01"], "longer than 31 days"), (["--service", "Slaes"], "did you mean 'Sales'"),
                            (["--format", "csv"], "text or json"), (["-l", "queues"], "has no alerts")):
        status, out, err = harness.run(["summary", path, *arguments], folder.environment())
        tap.check(status == 2 and out == "" and word in err, "refused: %s" % arguments, err)
    document = summary(folder, path, "--service", SERVICES[1], "--service", "1")
    tap.same([line["name"] for line in document["lines"]], [SERVICES[1], "1"], "--service chooses")


def check_text(tap, folder, path):
    status, out, err = harness.run(["summary", path, "--from", "22:00", "--until", "02:00"], folder.environment())
    tap.same((status, err), (0, ""), "text: and nothing on standard error")
    tap.check(max(map(len, out.splitlines())) <= 80, "text: at most 80 columns", out)
    for pattern in (r"Not recorded, 10:00 in all:\n  11-20 23:20:00 to 11-20 23:30:00, 10:00", r"restarted 1 time, last at 11-21 00:00:00; they were added up",
                    r'Support "B" +\d+ +\d+ +\d+ +\d+ %\n', r"answered within the threshold \(0:20\) /\n\(answered \+ abandoned after it\)",
                    r"  11-20 23:00\* +\d+ %(~1)? +\d+ %(~1)? +\d+ %(~1)?\n", r"not of that hour alone", r"  11-21 01:00 +81 %\n",
                    r"long queue +2 times, 6:30, longest 5:00 at 11-20 22:40\n", r"at the end +1 time,  2:00, longest 2:00 at 11-21 01:58 \+\n"):
        tap.check(re.search(pattern, out), "text: " + pattern, out)
    tap.check("in_calls_" not in out, "text: nothing is missing", out)
    table = out.split("of the calls of that hour\n")[1].split("\nThe day's")[0]
    tap.same(re.findall(r"^  (\d\d-\d\d \d\d:\d\d)", table, re.M), ["11-20 22:00", "11-20 23:00", "11-21 00:00", "11-21 01:00"],
             "text: no row for the hour that begins where the period ends")
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) - 3)
    tap.check("lines" in summary(folder, path), "a cut file is read")


def check_poor(tap, folder):
    """A layout that asked for little, with a fraction; a level that was asked for and never came; whole percents."""
    path = os.path.join(folder.path, "poor")
    out, begin = writer.Writer(path), at(20, "08:00")
    out.start(begin)
    out.put(writer.REQUEST, begin, writer.request(5, writer.recorded_set("q", "service_grid", [
        "name", "in_calls_waiting", writer.column(3, "service_level", scale="fraction"), "in_calls_handled_per_day", "in_calls_received_per_day"])))
    for i in range(0, 721):
        row = {"1": "Sales", "2": "0", "3": "0.7", "4": str(i // 10), "5": ""}
        out.put(writer.DATA, begin + i * 5000, {"test/q": {"service_grids": [{"id": "grid", "values": [row]}]}})
    out.close()
    document = summary(folder, path)
    line = document["lines"][0]
    tap.same((line["offered"], line["answered"], line["handled"], line["service_level"], line["service_level_of_the_day"]),
             (None, None, 72, None, 70), "what was not recorded is not known; a fraction is read as such")
    tap.same({m["statistic"]: m["asked"] for m in line["missing"]},
             {"in_calls_received_per_day": True, "in_calls_answered_per_day": False, "in_calls_abandoned_total_per_day": False,
              "in_calls_abandoned_in_queue_per_day": False, "in_max_wait_time": False}, "... and what would tell is named")
    status, out, err = harness.run(["summary", path], folder.environment())
    tap.check(re.search(r"Calls +answered\n  Sales +72h\n  h: calls handled", out) and "nobody waited" in out and
              re.search(r"in_calls_received_per_day \(asked for, and always blank\)\n +calls offered", out) and
              re.search(r"in_calls_answered_per_day\n +calls answered; with the others the service level by hour", out) and
              re.search(r"08:00 +70 %", out) and "none were recorded; -l LAYOUT" in out, "text: says so", out)
    empty = os.path.join(folder.path, "agents")
    out = writer.Writer(empty)
    out.start(begin)
    out.put(writer.REQUEST, begin, writer.request(5, writer.recorded_set("people", "agent_grid", ["first_last_name", "login_id"])))
    out.put(writer.DATA, begin, {"test/people": {"agent_grids": [{"id": "grid", "values": []}]}})
    out.close()
    status, out, err = harness.run(["summary", empty], folder.environment())
    tap.check(status == 0 and "No service grid" in out, "without service grids it says so", out + err)


LAYOUT = """
title = "Summary"
pages = ( { rows = ( { height = 6 panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting", "in_calls_received_per_day",
    "in_calls_answered_per_day", "in_calls_abandoned_in_queue_per_day", "service_level" ) } ) },
  { panels = ( { name = "queues" type = "service_grid" columns = ( %s ) } ) } ) } )
alerts = ( { name = "a queue" when = "queues[*].in_calls_waiting > 2" } )
""" % ", ".join('"%s"' % stat for stat in STATS)

OTHER = LAYOUT.replace("> 2", "> 4").replace("a queue", "longer queue")
SPEED = 720


def record_simulator(folder, layout, path):
    """A live wall records the simulator at 720 times its pace; then the file's clock is the simulator's."""
    sim = subprocess.Popen([harness.CXSIM, "--port", "0", "--speed", str(SPEED), "--agents", "40", "--start", "09:00", "--reset-hour", "11",
                            "--until-eof"],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    url = sim.stdout.readline().split()[-1]
    raw = path + ".raw"
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.05", "--url", url, "--tenant", "demo.example",
                                 "--user", "wall", "--record", raw], folder.environment(CXWALL_SECRET="demo"))
    terminal.wait("● live")
    harness.wait_for(lambda: False, 15, 1)
    terminal.quit()
    sim.stdin.close()
    sim.wait()
    records, _ = reader.read(raw)
    out, first, begin = writer.Writer(path), records[0].wall_ms, at(20, "09:00")
    for r in records:
        content = r.content
        if r.kind == reader.REQUEST:
            content = dict(r.json(), interval=0.05 * SPEED)
        if r.kind == reader.ALERT:
            content = dict(r.json(), lasted_ms=r.json()["lasted_ms"] * SPEED)
        out.put(r.kind, begin + (r.wall_ms - first) * SPEED, content)
    out.close()


def counted(values):
    """What a counter of the day rose by, by the time of each answer."""
    rises, before = [], None
    for ms, value in values:
        if before is not None:
            rises.append((ms, value if value < before / 2 else value - before))
        before = value
    return rises


def base_at(rows):
    return max(float(row[str(STATS.index(STATS[4]) + 1)]) + float(row[str(STATS.index(STATS[5]) + 1)]) for _, row in rows)


def check_simulator(tap, folder):
    if not os.path.exists(harness.CXSIM):
        return
    layout, other = folder.write("sim.conf", LAYOUT), folder.write("other.conf", OTHER)
    path = os.path.join(folder.path, "sim")
    record_simulator(folder, layout, path)
    records, _ = reader.read(path)
    data = [r for r in records if r.kind == reader.DATA]
    request = next(r.json() for r in records if r.kind == reader.REQUEST)
    queues = next(s for s in request["sets"] if s["panel"] == "queues")
    ids = {c["stat"]: c["id"] for c in queues["columns"]}
    document = summary(folder, path, "--from", "2026-11-20 09:00")
    lines = [line for line in document["lines"] if line["kind"] == "service"]
    tap.check(len(lines) >= 4 and document["answers"] == len(data) and data[-1].wall_ms > at(20, "11:30"), "a stretch of the simulator's day, by a live wall",
              "%d lines, %d answers" % (len(lines), len(data)))
    whole = 0
    for line in lines:
        rows = [(r.wall_ms, row) for r in data for row in r.json()[queues["app_id"]]["service_grids"][0]["values"] if row[ids["name"]] == line["name"]]
        value = lambda row, stat: float(row[ids[stat]] or 0)
        rises = {stat: counted([(ms, value(row, stat)) for ms, row in rows]) for stat in STATS[3:7]}
        of = {"offered": STATS[3:4], "answered": STATS[4:5], "abandoned": STATS[5:7], "abandoned_long": STATS[5:6]}
        same_span(tap, line, {k: sum(n for stat in stats for _, n in rises[stat]) for k, stats in of.items()}, line["name"] + ": the whole")
        for hour in line["hours"]:
            begin = calendar.timegm(datetime.datetime.strptime(hour["from"], "%Y-%m-%dT%H:%M:%SZ").timetuple()) * 1000
            # On a busy machine the wall misses minutes of a day that goes by in seconds: what came in them is of no hour.
            if any(gap["from"] < stamp(begin + HOUR) and gap["to"] > stamp(begin) for gap in document["gaps"]):
                continue
            same_span(tap, hour, {k: sum(n for stat in stats for ms, n in rises[stat] if begin <= ms < begin + HOUR) for k, stats in of.items()},
                      "... the hour from " + hour["from"])
            # What the server's own percentage says of calls within the threshold.
            inside = [(ms, value(row, "service_level") / 100 * (value(row, STATS[4]) + value(row, STATS[5]))) for ms, row in rows]
            base = counted([(ms, value(row, STATS[4]) + value(row, STATS[5])) for ms, row in rows])
            calls = sum(n for ms, n in base if begin <= ms < begin + HOUR)
            if calls < 1:
                tap.check(hour["service_level"] is None, "... without calls no level", hour)
                continue
            if hour["service_level"] is None:
                tap.check(0.002 * base_at(rows) > calls / 2, "... too few calls for a percentage of the day", hour)
                continue
            share = 100 * sum(n for ms, n in counted(inside) if begin <= ms < begin + HOUR) / calls
            tap.check(abs(hour["service_level"] - min(100, max(0, share))) < 100 / calls + 0.2, "... its service level", "%s %s" % (hour, share))
            whole += 1
        waits = [(float(row[ids["in_max_wait_time"]] or -1), value(row, "in_calls_waiting"), ms) for ms, row in rows]
        worst = line["worst_quarter"]
        begin = calendar.timegm(datetime.datetime.strptime(worst["from"], "%Y-%m-%dT%H:%M:%SZ").timetuple()) * 1000
        most = max(w[0] for w in waits)
        tap.check((worst["longest_wait"] if worst["longest_wait"] is not None else -1) == most and
                  (most < 0 or any(begin <= ms < begin + QUARTER and longest == most for longest, _, ms in waits)), "... the worst quarter-hour", worst)
    tap.check((whole >= 4 or document["gaps"]) and document["resets"] >= 1, "there was something to tell, and a reset", "%d hours, %d resets" % (whole, document["resets"]))
    events = [r.json() for r in records if r.kind == reader.ALERT]
    fired = sum(e["event"] == "fired" for e in events)
    alarms = document["alarms"]
    tap.same((alarms["source"], sum(a["count"] for a in alarms["alerts"])), ("recorded", fired), "the alarms that rang")
    tap.check(fired > 3, "which were several", fired)
    back = json.loads(harness.run(["backtest", path, "-l", other, "--format", "json"], folder.environment())[1])
    alarms = summary(folder, path, "--from", "2026-11-20 09:00", "-l", other)["alarms"]
    tap.same((alarms["source"], alarms["layout"], [(a["name"], a["count"], round(a["seconds"] * 1000)) for a in alarms["alerts"]]),
             ("layout", "other", [(a["name"], a["count"], a["lasted_ms"]) for a in back["alerts"] if a["count"]]), "with -l those that its alerts would have given")
    # Without -l a back-test is of the recorded wall's layout, where one of its name has alerts.
    status, out, err = harness.run(["backtest", path], folder.environment())
    tap.check(status == 2 and "layout 'overview' has no alerts. Name one that has some: -l LAYOUT" in err, "a recorded layout that is not at hand", out + err)
    os.makedirs(os.path.join(folder.path, "cxwall", "layouts"), exist_ok=True)
    folder.write("cxwall/layouts/sim.conf", OTHER)
    status, out, err = harness.run(["backtest", path, "--format", "json"], folder.environment())
    tap.same((status, [a["name"] for a in json.loads(out or '{"alerts": []}')["alerts"]]), (0, ["longer queue"]), "... and one that is")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    path, services = check_night(tap, folder)
    check_periods(tap, folder, path, services)
    check_text(tap, folder, path)
    check_poor(tap, folder)
    check_simulator(tap, folder)
    status, out, err = harness.run(["summary", os.path.join(harness.SOURCE, "NEWS")], folder.environment())
    tap.check(status == 2 and "not a recording" in err, "what is no recording is refused", err)
    folder.remove()
    tap.done()


main()
