"""Documents of `snapshot` and `metrics`: JSON by its schema, CSV by RFC 4180, OpenMetrics by two parsers that are not ours."""

import csv
import io
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness
import openmetrics
import schema

LAYOUT = """
title = "Test"
pages = ( { rows = (
  { panels = ( { name = "now" type = "totals" services = ["Sales"] tiles = ( { stat = "in_calls_waiting" alert = "> 5" },
        "in_average_speed_of_answer", "service_level" ) },
      { name = "open" type = "availability" }, { name = "states" type = "agent_states" },
      { name = "time" type = "clock" }, { name = "note" type = "text" text = "x" } ) },
  { panels = (
      { name = "queues" type = "service_grid" total = true columns = ( "name", "in_calls_waiting", "in_max_wait_time",
        "service_level", { stat = "calls_dispositions_per_day" kind = "count" dispositions = ["Product sold"] },
        { stat = "calls_dispositions_per_day" kind = "count" dispositions = ["Silence"] },
        { stat = "polls_total" kind = "count" }, { stat = "odd-name.x" kind = "count" } ) },
      { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state", "state_duration" ) } ) },
  { panels = ( { name = "news" type = "messages" }, { name = "camp" type = "campaigns" } ) } ) } )
"""

CELLS = {
    "name": ['Sa"les, \\ North', "1", " =1+1 "],
    "in_calls_waiting": ["7", "", "0"],
    "in_max_wait_time": ["02:10", "", "n/a"],
    "service_level": ["71.5", "100", ""],
    "first_last_name": ["Ana Li", "Ana Li", "山田太郎"],
    "login_id": ["ana.1", "ana.2", "yamada"],
    "acd_state": ["ready", "busy", ""],
    "state_duration": ["10", "20", ""],
}


def serve():
    server = harness.Server()
    server.cell = lambda panel, stat, row: CELLS.get(stat, ["5", "6", "7"])[row]
    server.total = lambda stat: {"service_level": "80", "in_average_speed_of_answer": ""}.get(stat, "9")
    server.messages = [{"id": "1", "first_name": "Ana", "last_name": "Li", "send_time": "1767225600",
                        "is_urgent": "0", "content": 'say "hi",\nall'}]
    return server


def shipped_schema():
    with open(os.path.join(harness.SOURCE, "doc", "snapshot.schema.json")) as file:
        return json.load(file)


def check_schema(tap, run):
    rules = shipped_schema()
    status, out, err = run("snapshot", "--format", "json")
    document = json.loads(out)
    tap.same((status, err, out.count("\n")), (0, "", 1), "JSON: one line, nothing on standard error")
    tap.same(list(schema.check(rules, document)), [], "JSON: valid by the shipped schema")
    tap.same([p["name"] for p in document["panels"]], ["now", "open", "states", "time", "note", "queues", "agents", "news",
                                                       "camp"], "JSON: every panel")
    cell = document["panels"][0]["rows"][0][0]
    tap.same(cell, {"text": "9", "is": "number", "value": 9, "severity": "alert"}, "JSON: text, value, severity")
    tap.same(document["panels"][5]["totals"][1]["value"], 9, "JSON: the totals under a grid")
    for what, spoil in (("version", lambda d: d.update(version=2)), ("a member more", lambda d: d.update(more=1)),
                        ("a member less", lambda d: d.pop("state")),
                        ("a cell of another kind", lambda d: d["panels"][0]["rows"][0][0].update(value=[])),
                        ("an unknown word", lambda d: d["panels"][0].update(state="odd"))):
        spoiled = json.loads(out)
        spoil(spoiled)
        tap.check(list(schema.check(rules, spoiled)), "the validator notices " + what)
    one = json.loads(run("snapshot", "--format", "json", "--panel", "now")[1])
    tap.same(([p["name"] for p in one["panels"]], list(schema.check(rules, one))), (["now"], []), "JSON: --panel")


def table(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def check_csv(tap, run):
    status, out, err = run("snapshot", "--format", "csv", "--panel", "queues")
    tap.same((status, err), (0, ""), "CSV: nothing on standard error")
    tap.check(out.count("\r\n") == 4 and out.count("\n") == 4, "CSV: lines end in CR LF", repr(out))
    tap.same([row[:4] for row in table(out)[1:]], [['Sa"les, \\ North', "7", "130", "71.5"], ["1", "", "", "100"],
                                                   [" =1+1 ", "0", "n/a", ""]], "CSV: cells, quotes, blanks")
    tap.same(table(out)[0][:4], ["name", "in_calls_waiting", "in_max_wait_time", "service_level"], "CSV: the first line")
    for panel, first in (("open", "service"), ("news", "send_time"), ("camp", "name"), ("states", "acd_state"),
                         ("now", "in_calls_waiting")):
        status, out, err = run("snapshot", "--format", "csv", "--panel", panel)
        tap.check(status == 0 and table(out)[0][0] == first, "CSV of '%s'" % panel, out + err)
    for arguments, word in ((["--panel", "time"], "has no rows"), ([], "--panel"), (["--panel", "nwo"], "no panel")):
        status, out, err = run("snapshot", "--format", "csv", *arguments)
        tap.check(status == 2 and out == "" and word in err, "CSV: mistake %s" % arguments, (status, out, err))


def other_parser(text):
    """The parser of Debian's python3-prometheus-client: its families, or None where it is not installed."""
    script = ("import sys\ntry:\n from prometheus_client.openmetrics.parser import text_string_to_metric_families as p\n"
              "except ImportError: sys.exit(77)\n"
              "print(sum(len(f.samples) for f in p(sys.stdin.read())))")
    for python in ("/usr/bin/python3", sys.executable):
        done = subprocess.run([python, "-c", script], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 77:
            return int(done.stdout) if done.returncode == 0 else done.stderr.decode()
    return None


def check_metrics(tap, run):
    status, out, err = run("metrics")
    tap.same((status, err), (0, ""), "metrics: nothing on standard error")
    families, series = openmetrics.parse(out)
    value = lambda name, **of: series.get((name, tuple(sorted(of.items()))))
    count = other_parser(out)
    tap.check(count in (None, len(series)), "metrics: an independent parser reads the same series", count)
    tap.same(value("cxwall_in_calls_waiting", panel="now"), 9.0, "metrics: a total")
    tap.same(value("cxwall_in_calls_waiting", panel="queues", service='Sa"les, \\ North'), 7.0, "metrics: labels escaped")
    tap.same(value("cxwall_in_calls_waiting", panel="queues", service="1"), None, "metrics: a blank is no series")
    tap.same(value("cxwall_in_max_wait_time_seconds", panel="queues", service='Sa"les, \\ North'), 130.0, "metrics: seconds")
    tap.same(value("cxwall_service_level_ratio", panel="queues", service="1"), 1.0, "metrics: a ratio")
    tap.same(families["cxwall_service_level_ratio"].get("UNIT"), "ratio", "metrics: the unit")
    tap.same(value("cxwall_calls_dispositions_per_day", panel="queues", service="1", dispositions="Silence"), 6.0,
             "metrics: columns that differ by dispositions differ by a label")
    tap.same(value("cxwall_odd_name_x", panel="queues", service="1"), 6.0, "metrics: a name is made of letters")
    tap.check(value("cxwall_polls_total") is not None and ("cxwall_polls_total" not in families),
              "metrics: a statistic cannot pose as the feed's")
    tap.check([k for k in series if ("agent", "Ana Li") in k[1]] == [], "metrics: two agents of one name are no series")
    tap.same(value("cxwall_unnamed_rows", panel="agents"), 2.0, "metrics: and are counted")
    tap.same(value("cxwall_poll_errors_total"), 0.0, "metrics: errors are counted")
    tap.check(0 <= value("cxwall_data_age_seconds") < 5 and value("cxwall_live") == 1, "metrics: the age")
    tap.same(value("cxwall_service_available", service="Sales"), 1.0, "metrics: availability")
    for what, spoilt in (("a family in two places", out.replace("# EOF", "cxwall_live 1\n# EOF")),
                         ("a series twice", out.replace("cxwall_live 1\n", "cxwall_live 1\ncxwall_live 1\n")),
                         ("no end", out.replace("# EOF\n", "")), ("a wrong unit", out.replace(" ratio\n", " percent\n"))):
        try:
            openmetrics.parse(spoilt)
            tap.check(False, "the reader notices " + what)
        except ValueError:
            tap.check(True, "the reader notices " + what)


def check_privacy(tap, run):
    for command in (["snapshot", "--format", "json"], ["snapshot", "--format", "csv", "--panel", "agents"], ["metrics"]):
        out = run(*command, "--names", "none")[1]
        tap.check(out and not any(name in out for name in ("Ana", "Li\"", "ana.1", "yamada", "山田")),
                  "%s: no name leaves with --names none" % command, out)


def shown(terminal):
    """Lines without colours, as a terminal got them."""
    terminal.end()
    text = re.sub(rb"\x1b\[[0-9;]*m", b"", terminal.output).decode()
    return [line.rstrip("\r") for line in text.split("\n")][:-1]


def check_size(tap, server, folder, path):
    """A picture fits the terminal that it is printed on, or what watch says; --size is for files."""
    command = [harness.CXWALL, "snapshot", "-l", path, *harness.options(server)]
    for columns, lines in ((80, 24), (132, 43)):
        terminal = harness.Pty(command, folder.environment(), columns, lines)
        picture = shown(terminal)
        terminal.close()
        tap.same((max(map(len, picture)), len(picture) <= lines - 1), (columns, True), "snapshot: fits %d columns" % columns)
    terminal = harness.Pty([*command, "--size", "100x20"], folder.environment(), 80, 24)
    tap.same(max(map(len, shown(terminal))), 100, "snapshot: --size stands, also on a terminal")
    terminal.close()
    for more, columns in (({"COLUMNS": "72", "LINES": "20"}, 72), ({}, 120), ({"COLUMNS": "wide"}, 120), ({"COLUMNS": "1"}, 20)):
        done = subprocess.run(command, env=folder.environment(**more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              timeout=harness.PATIENCE * 2)
        tap.same(max(map(len, done.stdout.decode().split("\n"))), columns, "snapshot: %s" % (more or "in a file"))


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = serve()
    path = folder.write("test.conf", LAYOUT)

    def run(*arguments):
        command, *rest = arguments
        done = subprocess.run([harness.CXWALL, command, "-l", path, *harness.options(server), *rest],
                              env=folder.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=harness.PATIENCE * 2)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    check_schema(tap, run)
    check_csv(tap, run)
    check_metrics(tap, run)
    check_privacy(tap, run)
    check_size(tap, server, folder, path)
    tap.same(server.subscription, None, "no subscription is left")
    folder.remove()
    tap.done()


main()
