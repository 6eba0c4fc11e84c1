"""Alerts and limits that have no value: each command says so, and says why, where it would else look as if all were well."""

import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness
import openmetrics
import schema

LAYOUT = """
title = "Values"
pages = ( { rows = ( { height = 8 panels = (
    { name = "now" type = "totals" tiles = ( "in_calls_waiting", { stat = "service_level" alert = "< 80 %" } ) },
    { name = "firing" type = "alerts" } ) },
  { panels = ( { name = "queues" type = "service_grid" size = 1 columns = ( "name", "in_calls_waiting",
    { stat = "service_level" warn = "< 90 %" } ) } ) } ) } )
alerts = (
  { name = "renamed" when = "queues['Vertrieb'].in_calls_waiting > 0" },
  { name = "misspelt" when = "queues['Suport'].in_calls_waiting > 0" },
  { name = "comma" when = "now.service_level < 80" severity = "warn" },
  { name = "good" when = "now.in_calls_waiting > 10" }
)
"""
UNKNOWN = {"renamed": "has no row 'Vertrieb' now", "misspelt": "has no row 'Suport' now", "comma": "'12,5'"}


def serve():
    server = harness.Server()
    server.rows = 2
    server.level = "12,5"
    server.total = lambda name: server.level if name == "service_level" else "3"
    server.names = ["Sales", "Support"]
    cells = {"in_calls_waiting": ["1", "2"], "service_level": ["95", "n/a"]}
    server.cell = lambda panel, name, row: server.names[row] if name == "name" else cells[name][row]
    return server


def check_documents(tap, run):
    status, out, err = run("snapshot", "--format", "json")
    document = json.loads(out)
    with open(os.path.join(harness.SOURCE, "doc", "snapshot.schema.json")) as file:
        tap.same(list(schema.check(json.load(file), document)), [], "JSON: valid by the shipped schema")
    tap.same({a["name"]: a["when"] for a in document["alerts"]},
             {"renamed": "unknown", "misspelt": "unknown", "comma": "unknown", "good": "false"}, "JSON: what has no value")
    for alert in document["alerts"]:
        tap.check(UNKNOWN.get(alert["name"], "") in alert["reason"], "JSON: why, " + alert["name"], alert)
    families, series = openmetrics.parse(run("metrics")[1])
    found = {dict(labels)["alert"]: value for (name, labels), value in series.items() if name == "cxwall_alert_without_value"}
    tap.same(found, {"renamed": 1, "misspelt": 1, "comma": 1, "good": 0}, "metrics: a gauge for each alert")
    text = run("snapshot", "--size", "120x30")[1]
    tap.check(re.search(r"renamed +no value", text) and re.search(r"good +not evaluated", text), "the picture of a snapshot", text)


def check_doctor(tap, run):
    status, out, err = run("doctor")
    tap.check(re.search(r"note +alert 'renamed' has no value and cannot fire: .*has no row 'Vertrieb' now \(its rows are 'Sales', 'Support'\)",
                        out), "doctor: a row that is gone, and which there are", out)
    tap.check("no row 'Suport' now (did you mean 'Support'?)" in out, "doctor: the nearest row", out)
    tap.check(re.search(r"alert 'comma' has no value.*'12,5'", out), "doctor: a text that is not a number", out)
    tap.check("alert 'good'" not in out, "doctor: and nothing of the one that has a value", out)
    tap.check("panel 'now': service_level is not a number: 12,5; its limit never applies" in out, "doctor: a limit of a tile", out)
    tap.check("panel 'queues': service_level is not a number in 1 of 2 rows: n/a; its limit does not apply there" in out,
              "doctor: a limit of a column", out)


def check_follow(tap, folder, server, layout, environment):
    log, path, record = (os.path.join(folder.path, name) for name in ("log", "lines", "kept"))
    with open(path, "w") as lines:
        child = subprocess.Popen([harness.CXWALL, "follow", "-l", layout, "-i", "0.2", "--log", log, "--record", record,
                                  *harness.options(server)], env=environment, stdout=lines)
    text = lambda: open(path).read()
    harness.wait_for(lambda: text().count("NO VALUE") >= 3)
    for name, why in UNKNOWN.items():
        tap.same(len(re.findall("NO VALUE %s: .*%s" % (name, re.escape(why)), text())), 1, "follow: one line, " + name)
        tap.same(len(re.findall("alert '%s' has no value: .*%s" % (name, re.escape(why)), open(log).read())), 1, "the log: one line, " + name)
    tap.check("NO VALUE good" not in text(), "follow: none for what has one", text())
    server.names[0] = "Vertrieb"
    tap.check(harness.wait_for(lambda: re.search(r"VALUE renamed, after 0:\d\d without", text())), "follow: when it has one again", text())
    child.terminate()
    child.wait(30)
    return record


def check_backtest(tap, folder, record, layout, environment):
    status, out, err = harness.run(["backtest", record, "-l", layout], environment)
    tap.check(re.search(r"\nmisspelt: could not be evaluated, because no answer had a value for it: .*'Suport'", out),
              "backtest: never judged is not a quiet day", out + err)
    tap.check(re.search(r"\ngood: never\n", out), "backtest: a quiet one is", out)
    tap.check(re.search(r"\nrenamed: .*\n(.*\n)*    without a value for 0:\d\d, the last time: .*'Vertrieb'", out), "backtest: a part of the time", out)
    alerts = {a["name"]: a for a in json.loads(harness.run(["backtest", record, "-l", layout, "--format", "json"], environment)[1])["alerts"]}
    tap.check(alerts["misspelt"]["judged"] == 0 and alerts["good"]["judged"] > 0 and alerts["good"]["without_value_ms"] == 0 and
              alerts["renamed"]["without_value_ms"] > 4000, "backtest: the same as JSON", alerts)


EDGES = """
title = "Edges"
pages = ( { rows = ( { panels = ( { name = "now" type = "totals" tiles = ( { stat = "service_level" alert = "< 80 %" },
    { stat = "agents_occupancy" kind = "percent" }, { stat = "in_calls_waiting" } ) } ) },
  { panels = ( { name = "queues" type = "service_grid" size = 1 columns = ( "name",
    { stat = "service_level" width = 5 warn = "< 90 %" }, { stat = "agents_occupancy" kind = "percent" } ) } ) } ) } )
alerts = ( { name = "busy" when = "now.agents_occupancy > 85" } )
"""


def check_edges(tap, folder, environment):
    """What is shown is what is judged: no number stands on the other side of its limit."""
    server = harness.Server()
    server.rows = 2
    totals = {"service_level": "79.6", "agents_occupancy": "85.3", "in_calls_waiting": "3"}
    server.total = totals.get
    cells = {"name": ["Sales", "Support"], "service_level": ["89.96", "95.6"], "agents_occupancy": ["99.96", "0.4"]}
    server.cell = lambda panel, name, row: cells[name][row]
    layout = folder.write("edges.conf", EDGES)
    run = lambda *arguments: harness.run([*arguments, "-l", layout, *harness.options(server)], environment)
    text = run("snapshot", "--size", "100x24", "--glyphs", "ascii")[1]
    tap.check(re.search(r"Sales +89\.9% ! +99\.9 %", text), "a row: below its limit and below 100", text)
    tap.check(re.search(r"Support +96 % +0\.4 %", text), "a row: far from its limit, and more than 0", text)
    panel = json.loads(run("snapshot", "--format", "json")[1])["panels"][0]["rows"][0]
    tap.same([(c["value"], c.get("severity")) for c in panel], [(79.6, "alert"), (85.3, None), (3, None)], "JSON: the same severity")
    for expression, wanted in (("now.service_level < 80", (0, "is true: now.service_level is 79.6 %")),
                               ("now.service_level < 79", (2, "is false: now.service_level is 79.6 %")),
                               ("now.agents_occupancy > 85", (0, "is true: now.agents_occupancy is 85.3 %")),
                               ("queues[Support].service_level > 95.5", (0, "is 96 %"))):
        status, out, err = run("check", expression)
        tap.check(status == wanted[0] and wanted[1] in out, "check " + expression, "%d %s" % (status, out))
    status, out, err = run("check", "now.service_level", "--warn", "< 80")
    tap.check(status == 1 and "is 79.6 %" in out, "check with a limit", out)
    totals["service_level"] = "80"
    status, out, err = run("check", "now.service_level < 80")
    tap.check(status == 2 and "is 80 %" in out, "80 % does not ring at < 80 %", out)
    totals["service_level"] = "79.6"
    child = subprocess.Popen([harness.CXWALL, "follow", "-l", layout, "-i", "0.2", *harness.options(server)], env=environment,
                             stdout=subprocess.PIPE, text=True)
    lines = [child.stdout.readline() for _ in range(3)]
    tap.check(any(re.search("Service level 79.6 % ALERT", line) for line in lines), "follow: the same number", lines)
    child.terminate()
    child.wait(30)


TEAMS = """
title = "Teams"
pages = ( { rows = ( { panels = ( { name = "states" type = "agent_states" },
    { name = "agents" type = "agent_grid" size = 1 columns = ( "first_last_name", "acd_state", "state_duration" ) } ) } ) } )
alerts = ( { name = "long" when = "agents[*].state_duration > 5m" }, { name = "Ann" when = "agents['Ann Lee'].state_duration > 5m" } )
"""


def check_teams(tap, folder, environment):
    """An agent of two teams has two rows: shown in both, counted, measured and told once."""
    server = harness.Server()
    server.rows = 4
    cells = {"first_last_name": ["Ann Lee", "Bob Ray", "Ann Lee", "Cy Poe"], "acd_state": ["busy", "ready", "busy", "busy"],
             "login_id": ["ann", "bob", "ann", "cy"], "state_duration": ["400", "20", "400", "30"]}
    server.cell = lambda panel, name, row: cells[name][row]
    layout = folder.write("teams.conf", TEAMS)
    run = lambda *arguments: harness.run([*arguments, "-l", layout, *harness.options(server)], environment)
    document = json.loads(run("snapshot", "--format", "json")[1])
    tap.same([[c["value"] for c in row] for row in document["panels"][0]["rows"]], [["ready", 1], ["busy", 2]], "states: an agent counts once")
    tap.same([row[0]["text"] for row in document["panels"][1]["rows"]], ["Ann Lee", "Bob Ray", "Ann Lee", "Cy Poe"], "the grid shows both rows")
    families, series = openmetrics.parse(run("metrics")[1])
    value = lambda name, **of: series.get((name, tuple(sorted(of.items()))))
    tap.same((value("cxwall_agents_in_state", panel="states", state="busy"), value("cxwall_unnamed_rows", panel="agents"),
              value("cxwall_state_duration_seconds", panel="agents", agent="Ann Lee")), (2, 0, 400), "metrics: once, by the name")
    status, out, err = run("check", "agents[*].state_duration", "--critical", "> 5m")
    tap.check(status == 2 and out.count("'agents[\"Ann Lee\"]") == 1 and out.count("is 6:40") == 1, "check: once", out)
    status, out, err = run("check", "agents['Zoe Roe'].state_duration > 5m", "--names", "none")
    tap.check(status == 3 and "has no row of the name that is compared now" in out, "a reason keeps names that are not shown", out)
    child = subprocess.Popen([harness.CXWALL, "follow", "-l", layout, "-i", "0.2", *harness.options(server)], env=environment,
                             stdout=subprocess.PIPE, text=True)
    lines = [child.stdout.readline() for _ in range(3)]
    cells["acd_state"][3] = "not_ready"
    while lines[-1] and "Cy Poe" not in lines[-1]:
        lines.append(child.stdout.readline())
    child.terminate()
    child.wait(30)
    tap.same(sorted(line[9:].strip() for line in lines if "ALERT" in line), ["ALERT Ann, 6:40", "ALERT long: Ann Lee, 6:40"],
             "an alert of each row fires once, and a name means one agent")


ALONE = """
pages = ( { rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )
alerts = ( { name = "held" when = "now.in_calls_waiting > 2" for = "2s" } )
"""


def check_moment(tap, folder, server, environment):
    """What is due between answers happens at its own moment, not at the next answer."""
    layout = folder.write("alone.conf", ALONE)
    before = server.polls
    child = subprocess.Popen([harness.CXWALL, "follow", "-l", layout, "-i", "60", *harness.options(server)], env=environment,
                             stdout=subprocess.PIPE, text=True)
    began, line = time.monotonic(), "begin"
    while line and "ALERT held" not in line:
        line = child.stdout.readline()
    took, polls = time.monotonic() - began, server.polls - before
    child.terminate()
    child.wait(30)
    tap.check(took > 1.8 and polls == 1, "an alert with `for` fires without another answer", "%g s, %d polls, %r" % (took, polls, line))


def check_wall(tap, server, layout, environment):
    server.names[0] = "Sales"
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.2", *harness.options(server)], environment)
    text = terminal.wait("comma.*'12,5'")
    tap.check(re.search(r"\? +renamed +no value: panel 'queues' has", text) and re.search(r"\? +comma +no value", text) and
              "no alert" not in text, "the panel says which have no value", text)
    tap.check(re.search(r"3 without value", text), "and how many", text)
    terminal.keys("!")
    text = terminal.wait("Limits")
    tap.check(re.search(r"Alerts +3 have no value: renamed: panel 'queues'", text), "details: alerts", text)
    tap.check(re.search(r"Limits +panel 'now': service_level is not a number: 12,5", text), "details: limits", text)
    terminal.tmux("resize-window", "-x", "40", "-y", "10")
    text = terminal.wait(r"Alerts +3 have no value", 5)
    tap.check(re.search(r"Alerts +3 have no value", text), "details: what is wrong stands first, where there is little room", text)
    terminal.tmux("resize-window", "-x", "120", "-y", "40")
    terminal.keys("Escape")
    server.level = "85"
    text = terminal.wait(r"2 without value")
    tap.check(not re.search(r"comma", text), "what has a value again goes", text)
    server.table[("GET", "/statsapi/subscription/data")] = lambda h, r: h.answer(500, b"", "text/plain")
    text = terminal.wait(r"\? +good +no value: panel 'now' is stale", 30)
    tap.check(re.search(r"\? +good +no value: panel 'now' is stale", text), "stale data are no value", text)
    tap.same(terminal.quit(), 0, "q ends it")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = serve()
    layout = folder.write("test.conf", LAYOUT)
    environment = folder.environment()
    run = lambda *arguments: harness.run([*arguments, "-l", layout, *harness.options(server)], environment)
    check_documents(tap, run)
    check_doctor(tap, run)
    check_edges(tap, folder, environment)
    check_teams(tap, folder, environment)
    check_moment(tap, folder, server, environment)
    record = check_follow(tap, folder, server, layout, environment)
    check_backtest(tap, folder, record, layout, environment)
    check_wall(tap, server, layout, environment)
    folder.remove()
    tap.done()


main()
