"""A simulated day put through the store and out again: half-hours to the call, as the simulation itself counted them.

`simulate` is the centre: it writes what each poll is answered, and last what happened by its own counts. `keep` is a wall: the
store, and the panel of half-hours. What is compared is computed here from the centre's counts alone.
"""

import calendar
import datetime
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

SIMULATE, KEEP = (os.path.join(harness.BUILD, "tests", "history", name) for name in ("simulate", "keep"))
RECEIVED, ANSWERED, IN_TIME, ABANDONED, LONG = range(5)
LEVEL_POINTS = 0.1
# Nothing is told of how many of a total's calls are emails, which have a service level of their own.
VOICE = ("Sales", "Support", "Billing", "Returns", "Chat")


def berlin(text):
    """Seconds since 1970 of a time of day in Berlin."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    seconds = int(time.mktime(time.strptime(text, "%Y-%m-%d %H:%M")))
    os.environ["TZ"] = before or "UTC"
    time.tzset()
    return seconds


def utc(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M"))


def run(folder, name, since, seconds, *more, zone="UTC", step_ms=5000):
    """The panels at the end, what the centre counted, and what cxwall history prints of it."""
    state = os.path.join(folder.path, name)
    os.mkdir(state)
    env = folder.environment(TZ=zone)
    body = folder.write(name + ".body", subprocess.run([KEEP, "--body"], env=env, stdout=subprocess.PIPE, check=True).stdout.decode())
    polls = subprocess.Popen([SIMULATE, body, str(since), str(seconds), str(step_ms), *map(str, more)], env=env, stdout=subprocess.PIPE)
    kept = subprocess.run([KEEP, state, name], stdin=polls.stdout, env=env, stdout=subprocess.PIPE, check=True).stdout.decode()
    polls.wait()
    panels, counted = (json.loads(line) for line in kept.splitlines())
    status, out, err = harness.run(["history", os.path.join(state, name + ".db"), "--format", "json", "--since", stamp(since - 7200, zone),
                                    "--until", stamp(since + seconds + 7200, zone)], env)
    assert status == 0, err
    return panels, counted, {line["name"]: line for line in json.loads(out)["calls"]}


def stamp(seconds, zone):
    os.environ["TZ"] = zone
    time.tzset()
    text = time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    os.environ["TZ"] = "UTC"
    time.tzset()
    return text


def began(interval):
    return int(datetime.datetime.fromisoformat(interval["from"].replace("Z", "+00:00")).timestamp())


def level(counts):
    of = counts[ANSWERED] + counts[LONG]
    return 100 * counts[IN_TIME] / of if of else None


def level_differs(counts, got):
    """Of a call or two after a day of hundreds the rounded level may say nothing, and then nothing is told."""
    if got is None:
        return counts[ANSWERED] + counts[LONG] > 2
    return abs(level(counts) - got) > LEVEL_POINTS


def of_service(counted, name):
    return {int(key): counts for key, counts in counted[name]["halves"].items()}


def of_all(counted):
    total = {}
    for name in counted:
        for at, counts in of_service(counted, name).items():
            total[at] = [a + b for a, b in zip(total.get(at, [0] * 5), counts)]
    return total


def check_history(tap, title, counted, lines, levels=True):
    for name in [""] + sorted(counted):
        halves = of_all(counted) if name == "" else of_service(counted, name)
        wrong, levels_off, seen = [], [], set()
        for interval in lines[name]["intervals"]:
            at = began(interval)
            want = halves.get(at, [0] * 5)
            got = [interval["offered"], interval["answered"], interval["abandoned"]]
            if at in seen:
                wrong.append((at, "twice"))
            seen.add(at)
            if not interval["recorded"]:
                if want[RECEIVED] + want[ANSWERED] + want[ABANDONED] > 0:
                    wrong.append((interval["from"], "not recorded", want))
                continue
            if got != [want[RECEIVED], want[ANSWERED], want[ABANDONED]]:
                wrong.append((interval["from"], got, want))
            if name in VOICE and level(want) is not None and level_differs(want, interval["service_level"]):
                levels_off.append((interval["from"], interval["service_level"], level(want), want))
        missing = [at for at, counts in halves.items() if at not in seen and any(counts)]
        tap.check(not wrong and not missing, "%s: history of %s, to the call" % (title, name or "all"), (wrong[:4], missing[:4]))
        total = [sum(column) for column in zip(*halves.values())]
        tap.same([lines[name]["offered"], lines[name]["answered"], lines[name]["abandoned"]],
                 [total[RECEIVED], total[ANSWERED], total[ABANDONED]], "%s: and their sums" % title)
        if name in VOICE and levels:
            tap.check(not levels_off, "%s: and service levels to a tenth of a point" % title, levels_off[:4])


def check_panels(tap, title, panels, counted, least, levels=True):
    for name, rows in sorted(panels.items()):
        halves = of_all(counted) if name == "all" else of_service(counted, name)
        rows = [row for row in rows if not row["sum"]]
        wrong, levels_off = [], []
        for row in rows:
            want = halves.get(row["from"], [0] * 5)
            got = [row.get("in_calls_received_per_day"), row.get("in_calls_answered_per_day"), row.get("in_calls_abandoned_total_per_day")]
            if got != [want[RECEIVED], want[ANSWERED], want[ABANDONED]]:
                wrong.append((row["from"], got, want))
            if name != "all" and level(want) is not None and level_differs(want, row.get("service_level")):
                levels_off.append((row["from"], row.get("service_level"), level(want), want))
        tap.check(not wrong and len(rows) >= least, "%s: a panel of %s, to the call" % (title, name), (len(rows), wrong[:4]))
        if levels:
            tap.check(not levels_off, "%s: and its service levels" % title, levels_off[:4])


def main():
    harness.need_simulator()
    tap = harness.Tap()
    folder = harness.Folder()
    day = 24 * 3600
    panels, counted, lines = run(folder, "day", utc("2026-11-24 00:00"), day)
    tap.check(sum(counts[RECEIVED] for counts in of_all(counted).values()) > 2000, "a day of calls")
    check_history(tap, "a day", counted, lines)
    check_panels(tap, "a day", panels, counted, 48)
    # The counters fall in the middle of the morning; the panel begins there.
    panels, counted, lines = run(folder, "reset", utc("2026-11-24 00:00"), day, 9)
    check_history(tap, "a reset at nine", counted, lines)
    check_panels(tap, "a reset at nine", panels, counted, 30)
    for name, date, hours in (("spring", "2026-03-29", 23), ("autumn", "2026-10-25", 25)):
        panels, counted, lines = run(folder, name, berlin(date + " 00:00"), hours * 3600, zone="Europe/Berlin", step_ms=10000)
        check_history(tap, name, counted, lines)
        check_panels(tap, name, panels, counted, 2)
        parts = [i for i in lines[""]["intervals"] if i["recorded"]]
        tap.same(len(parts), 2 * hours, "%s: a day of %d hours" % (name, hours))
        tap.check(all(b > a for a, b in zip(map(began, parts), list(map(began, parts))[1:])), "%s: each once" % name)
    # A clock that was set forward has passed midnight: the panel shows the next day.
    for name, by, least in (("back", -3600, 40), ("forward", 3600, 2)):
        panels, counted, lines = run(folder, name, utc("2026-11-24 00:00"), day, 0, 13 * 3600 + 600, by)
        check_history(tap, "a clock set " + name, counted, lines, levels=False)
        check_panels(tap, "a clock set " + name, panels, counted, least, levels=False)
    folder.remove()
    tap.done()


main()
