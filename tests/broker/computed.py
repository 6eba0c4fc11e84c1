"""Computed columns and tiles on screens behind a broker: their numbers, their limits, and an alert on one of them."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import broker
import harness

# Busy and ready time have no column of their own; the tile computes with one statistic that is shown and one that is not.
LAYOUT = """
pages = ( { title = "Floor" rows = ( { panels = (
  { name = "now" type = "totals" tiles = ( { stat = "in_calls_waiting" label = "waiting" digits = 1 },
    { calc = "in_calls_waiting / agents_ready" name = "each" label = "each" digits = 1 alert = "> 4" } ) },
  { name = "agents" type = "agent_grid" size = 1 columns = ( { stat = "first_last_name" width = 12 },
    { calc = "100 * agent_total_busy_time / (agent_total_busy_time + agent_total_ready_time)"  label = "Occupancy"
      kind = "percent"  width = 12  warn = "> 85" } ) sort = "occupancy desc" },
  { name = "queues" type = "service_grid" size = 1 columns = ( { stat = "name" width = 12 },
    { sum = ["in_calls_waiting", "agents_busy"]  label = "Load"  width = 8 } ) } ) } ) } )
alerts = ( { name = "strained" when = "now.each > 4" for = "0s" } )
"""

# Of the same data, other arithmetic under another name.
OTHER = """
pages = ( { title = "Team" rows = ( { panels = (
  { name = "people" type = "agent_grid" size = 1 columns = ( { stat = "first_last_name" width = 12 },
    { calc = "agent_total_ready_time + agent_total_busy_time"  label = "Worked"  kind = "duration"  width = 12 } ) } ) } ) } )
"""


def cell(_, stat, row):
    if stat is None:
        return "9"
    if stat.endswith("|SUM"):
        return str(11 + row)
    known = {"first_last_name": ("Ana Li", "Bo Ek"), "login_id": ("ana.li", "bo.ek"), "name": ("Sales", "Support"),
             "agent_total_busy_time": ("5400", "1800"), "agent_total_ready_time": ("600", "1800")}.get(stat, ("", ""))
    return known[row] if row < 2 else "%s %d" % (known[0], row) if stat in ("first_last_name", "login_id", "name") else ""


def main():
    broker.skip_without()
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.rows = 12
    waiting = ["6"]
    server.total = lambda stat: {"in_calls_waiting": waiting[0], "agents_ready": "4"}[stat]
    server.cell = cell
    floor, team = folder.write("floor.conf", LAYOUT), folder.write("team.conf", OTHER)
    mosquitto = broker.Broker(folder)
    environment = folder.environment()
    publisher = subprocess.Popen([harness.CXWALL, "publish", mosquitto.url(), "-l", floor, "-i", "0.5", *harness.options(server)],
                                 env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    screen = None
    try:
        harness.wait_for(lambda: server.polls > 1)
        screen = harness.Terminal([harness.CXWALL, "run", "--from", mosquitto.url(), "-l", floor], environment, 120, 20)
        text = screen.wait(r"Ana Li[ ·]+90 %(.|\n)*Bo Ek[ ·]+50 %")
        tap.check(re.search(r"Ana Li[ ·]+90 % !(.|\n)*Bo Ek[ ·]+50 %", text), "a computed column, with its limit, sorted by it", text)
        tap.check(re.search(r"Sales[ ·]+11", text) and re.search(r"Support[ ·]+12", text), "a column that the server adds up", text)

        def value(layout, panel, name):
            status, out, err = harness.run(["snapshot", "--from", mosquitto.url(), "-l", layout, "--format", "json"], environment)
            if status != 0:
                return err
            shown = [p for p in json.loads(out)["panels"] if p["name"] == panel][0]
            at = [c["label"] for c in shown["columns"]].index(name)
            return [row[at]["value"] for row in shown["rows"]]
        tap.same(value(floor, "now", "each"), [1.5], "a computed tile")
        tap.same(value(team, "people", "Worked"), [6000, 3600] + [None] * 10, "another layout computes with the same data")
        tap.check("strained" not in screen.text(), "its alert is calm", screen.text())
        waiting[0] = "18"
        tap.check(screen.shows(r"4\.5 +strained"), "an alert on a computed tile fires", screen.text())
        waiting[0] = ""
        harness.wait_for(lambda: value(floor, "now", "each") == [None])
        tap.same(value(floor, "now", "each"), [None], "a blank makes it blank")
    finally:
        if screen is not None:
            screen.close()
        publisher.terminate()
        publisher.wait()
        mosquitto.stop()
        folder.remove()
    tap.done()


main()
