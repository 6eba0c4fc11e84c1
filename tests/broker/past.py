"""The last day of a publisher at the broker: what is there, how much of it, and for whom."""

import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import broker
import harness

LAYOUT = """
pages = ( { rows = (
  { height = 7 panels = ( { name = "now" type = "totals" services = ["Sales"] tiles = ( "in_calls_waiting", "in_calls_received_per_day" ) },
                          { name = "long" type = "chart" span = "24h" series = ( { stat = "agents_ready" } ) } ) },
  { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_max_wait_time", { spark = "in_calls_waiting" } ) },
               { name = "people" type = "agent_grid" columns = ( "first_last_name", "acd_state", { spark = "state_duration" } ) } ) },
  { height = 4 panels = ( { name = "news" type = "messages" } ) }
) } )
"""


# The last line of the chart's picture, from end to end.
FULL = r"[#_]{70}"


def hours(mqtt, login=()):
    """{hour of the day: (beginning, document, bytes)} of what is retained."""
    found = {}
    for topic, record in mqtt.retained("floor/v1/past/+", login=login).items():
        kind, wall_ms = struct.unpack("<4sBBHIIqqI", record[:36])[1], struct.unpack("<4sBBHIIqqI", record[:36])[7]
        assert kind == 11, kind
        found[topic.split("/")[-1]] = (wall_ms // 1000, json.loads(broker.unpack(record)), len(record))
    return found


def names(document):
    return {(s["scope"], s["name"], s["statistic"]) for s in document["series"]}


def fill(folder, days):
    """A history that another run left: a number each minute of the last day, and what no layout of the publisher shows."""
    state = os.path.join(folder.path, ".local", "state", "cxwall")
    base = sqlite3.connect(os.path.join(state, [name for name in os.listdir(state) if name.endswith(".db")][0]))
    ids = {row[1:]: row[0] for row in base.execute("SELECT id, scope, name, statistic FROM series")}
    base.execute("INSERT INTO series (scope, name, statistic, kind, counter, seen) VALUES ('total', 'Board room', 'agents_ready', 'count', 0, ?)",
                 (int(time.time()),))
    ids[("total", "Board room", "agents_ready")] = base.execute("SELECT id FROM series WHERE name = 'Board room'").fetchone()[0]
    now = int(time.time()) // 60 * 60 - 120
    rows = []
    for ago in range(days * 1440):
        for key in (("total", "", "agents_ready"), ("total", "Board room", "agents_ready"), ("service", "Sales", "in_calls_waiting")):
            value = float(ago % 60)
            rows.append((now - ago * 60, ids[key], value, value + 1, value))
    base.executemany("INSERT OR IGNORE INTO minutes (time, series, mean, largest, last) VALUES (?, ?, ?, ?, ?)", rows)
    base.commit()
    base.close()


def screens(tap, centre, mqtt, layout):
    """They have a full day at once, without a file of their own: the lowest line of a chart, which even a 0 reaches."""
    environment = centre.screen_env(HOME=os.path.join(centre.folder.path, "screen"))
    screen = harness.Terminal([harness.CXWALL, "run", "--from", mqtt.url(), "-l", layout, "--glyphs", "ascii"], environment, 160, 30)
    text = screen.wait(FULL)
    tap.check(re.search(FULL, text), "a screen begins with a full day", text)
    tap.check("cannot be used" not in text, "and complains of nothing", text)
    screen.quit()
    shot = harness.run(["snapshot", "--from", mqtt.url(), "-l", layout, "--glyphs", "ascii", "--size", "160x30"], environment)
    tap.check(shot[0] == 0 and re.search(FULL, shot[1]), "and so does a picture", shot)
    tap.check(not os.path.exists(os.path.join(centre.folder.path, "screen", ".local")), "without a history of its own")


HALVES = """
pages = ( { rows = ( { panels = ( { name = "halves" type = "intervals" } ) } ) } )
"""
KEEP, SIMULATE = (os.path.join(harness.BUILD, "tests", "history", name) for name in ("keep", "simulate"))


def half_hours(tap, folder):
    """A screen has the half-hours that the publisher's history has, to the call."""
    now = int(time.time())
    midnight = now // 86400 * 86400
    if not os.access(harness.CXSIM, os.X_OK):
        tap.skip("half-hours of a screen", "cxsim is not built")
        return
    if now - midnight < 2 * 3600:
        tap.skip("half-hours of a screen", "the day has just begun")
        return
    state = os.path.join(folder.path, ".local", "state", "cxwall")
    os.makedirs(state, 0o700)
    body = folder.write("body", subprocess.run([KEEP, "--body"], stdout=subprocess.PIPE, check=True).stdout.decode())
    polls = subprocess.Popen([SIMULATE, body, str(midnight), str(now - midnight - 90), "10000"], stdout=subprocess.PIPE)
    subprocess.run([KEEP, state, "demo.example"], stdin=polls.stdout, stdout=subprocess.DEVNULL, check=True)
    polls.wait()
    layout = folder.write("halves-layout.conf", HALVES)
    sim = subprocess.Popen([harness.CXSIM, "--port", "0", "--until-eof", "--start", time.strftime("%H:%M", time.gmtime(now))],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    url = re.search(r"http://\S+", sim.stdout.readline().decode()).group(0)
    mqtt = broker.Broker(folder, "halves")
    environment = folder.environment(CXWALL_SECRET="demo", TZ="UTC")
    publisher = subprocess.Popen([harness.CXWALL, "publish", mqtt.url(), "-l", layout, "-i", "1", "--url", url, "--tenant", "demo.example",
                                  "--user", "wall"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wanted = (now - midnight) // 3600
        harness.wait_for(lambda: len(mqtt.retained("floor/v1/past/+")) >= wanted, 60)
        screen = folder.environment(TZ="UTC", HOME=os.path.join(folder.path, "screen"))
        status, out, errors = harness.run(["snapshot", "--from", mqtt.url(), "-l", layout, "--glyphs", "ascii", "--size", "80x60"], screen)
        shown = re.findall(r"(?m)^\| ([0-9:]{5})([~>]?) +([0-9]+)[ =.]+([0-9]+) +([0-9]+) ", out)
        kept = json.loads(harness.run(["history", "--tenant", "demo.example", "--format", "json"], environment)[1])["calls"]
        known = {i["from"][11:16]: [i["offered"], i["answered"], i["abandoned"]] for i in kept[0]["intervals"] if i["recorded"]}
        over = [row for row in shown if row[1] != ">"]
        wrong = [(at, row, known.get(at)) for at, _, *row in over if list(map(int, row)) != known.get(at)]
        tap.check(status == 0 and not wrong and len(over) >= (now - midnight) // 1800 - 1, "half-hours of a screen, to the call", (wrong[:3], out, errors))
    finally:
        publisher.terminate()
        publisher.wait()
        sim.stdin.close()
        sim.wait()
        sim.stdout.close()
        mqtt.stop()


def main():
    broker.skip_without()
    tap = harness.Tap()
    other = harness.Folder()
    half_hours(tap, other)
    other.remove()
    folder = harness.Folder()
    centre = broker.Centre(folder)
    layout = folder.write("past.conf", LAYOUT)
    mqtt = broker.Broker(folder)
    cells = centre.server.cell
    centre.server.cell = lambda panel, stat, row: ["Sales", "Support"][row] if stat == "name" else cells(panel, stat, row) or "3"
    # So that its history has a file, which gets a day.
    publisher = centre.publish(mqtt.url(), layout=layout)
    try:
        centre.server.polled(3)
        centre.end(publisher)
        fill(folder, 2)
        publisher = centre.publish(mqtt.url(), layout=layout)
        tap.check(harness.wait_for(lambda: len(hours(mqtt)) == 24, 60), "24 hours of a history on disk", sorted(hours(mqtt)))
        found = hours(mqtt)
        tap.check(all(time.gmtime(h[0]).tm_hour == int(name) for name, h in found.items()), "each under its hour", found.keys())
        tap.check(all(0 <= time.time() - h[0] < 86400 + 3600 for h in found.values()), "all of the last day", [h[0] for h in found.values()])
        text = json.dumps([h[1] for h in found.values()])
        wanted = {("service", "Sales", "in_calls_waiting"), ("service", "Sales", "in_calls_received_per_day"), ("total", "", "agents_ready"),
                  ("service", "Support", "in_calls_waiting")}
        seen = set().union(*(names(h[1]) for h in found.values()))
        tap.check(wanted <= seen <= wanted | {("total", "", "in_calls_waiting")}, "what the layout draws over time, and nothing else", seen)
        tap.check(not any(word in text for word in ("Ana", "Bo Ek", "ana.login", "Cleo", "secret plan", "state_duration")),
                  "nothing of people", text)
        tap.check(all(h[1]["schema"] == "cxwall-past/1" and h[1]["from"] == h[0] and h[0] % 3600 == 0 for h in found.values()),
                  "with a version and a beginning", text)
        full = [s for h in found.values() for s in h[1]["series"] if s["statistic"] == "agents_ready" and len(s["last"]) == 60]
        tap.check(len(full) >= 21 and all(len(s["largest"]) == 60 for s in full), "sixty minutes an hour", len(full))
        tap.check(sum(h[2] for h in found.values()) < 64 * 1024, "of a few kilobytes", sum(h[2] for h in found.values()))
        screens(tap, centre, mqtt, layout)
        centre.end(publisher)
        tap.same(len(hours(mqtt)), 24, "they stay when the publisher ends")
        # Without a history on disk they are kept in memory: what an earlier publisher left is not lost with it.
        publisher = centre.publish(mqtt.url(), layout=layout, CXWALL_HISTORY="off")
        tap.check(harness.wait_for(lambda: b"live" in mqtt.retained("floor/v1/status").get("floor/v1/status", b"")), "another one publishes")
        tap.same(len(hours(mqtt)), 24, "and leaves what is not too old")
    finally:
        publisher.terminate()
        publisher.wait()
        mqtt.stop()
        folder.remove()
    tap.done()


main()
