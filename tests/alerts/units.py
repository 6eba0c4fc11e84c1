"""The value of an alert has its unit wherever a person reads it, and is a plain number where a program does."""

import json
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

# Totals come as fractions, and a time may come as a clock.
VALUES = {"service_level": "0.796", "in_max_wait_time": "12:34", "in_calls_waiting": "1234"}
ROW = {"name": "Sales", "service_level": "79.6", "in_max_wait_time": "754"}

LAYOUT = """
pages = ( { rows = ( { panels = (
    { name = "now" type = "totals" tiles = ( "service_level", "in_max_wait_time", "in_calls_waiting" ) },
    { name = "queues" type = "service_grid" columns = ( "name", "service_level", "in_max_wait_time" ) } ) } ) } )
alerts = ( %s )
"""
RULE = """{ name = "%s" when = "%s" command = "%s/told" sms = "+16504502460" sms_from = "+16502505674" }"""

# Condition, value as a person reads it, and as a program does.
CASES = (
    ("now.service_level < 80", "79.6 %", "79.6"),
    ("now.in_max_wait_time > 60", "12:34", "754"),
    ("now.in_calls_waiting > 1", "1234", "1234"),
    ("queues[*].service_level < 80", "Sales, 79.6 %", "79.6"),
    ("queues[Sales].in_max_wait_time > 1m", "12:34", "754"),
)


def follow(folder, server, ends, *arguments):
    """The lines until the pattern came in as many of them as there are cases."""
    child = subprocess.Popen([harness.CXWALL, "follow", "-l", folder.path + "/test.conf", "-i", "0.1", *arguments,
                              *harness.options(server)], env=folder.environment(), stdout=subprocess.PIPE, text=True)
    lines = []
    for line in child.stdout:
        lines.append(line.rstrip("\n"))
        if sum(re.search(ends, l) is not None for l in lines) == len(CASES):
            break
    told = folder.path + "/told.log"
    harness.wait_for(lambda: len(server.texts) >= len(CASES) and os.path.exists(told) and
                     open(told).read().count("\n") >= len(CASES))
    child.send_signal(signal.SIGTERM)
    child.communicate()
    return lines


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.rows = 1
    server.total = VALUES.get
    server.cell = lambda panel, stat, row: ROW[stat]
    folder.write("told", "#!/bin/sh\necho \"$CXWALL_ALERT|$CXWALL_VALUE|$CXWALL_VALUE_TEXT\" >>'%s/told.log'\n" % folder.path, 0o700)
    folder.write("test.conf", LAYOUT % ",\n".join(RULE % ("case %d" % i, case[0], folder.path) for i, case in enumerate(CASES)))

    lines = follow(folder, server, "ALERT case", "--log", folder.path + "/log")
    told = dict(line.split("|", 1) for line in open(folder.path + "/told.log").read().splitlines())
    log = open(folder.path + "/log").read()
    texts = [text["Body"] for text in server.texts]
    for i, (when, text, number) in enumerate(CASES):
        name = "case %d" % i
        what = name + (": " if text.startswith("Sales") else ", ") + text
        line = [l[9:] for l in lines if name in l]
        tap.same(line, ["ALERT " + what], "%s: its line" % when)
        tap.same([t[6:] for t in texts if name in t], ["ALERT " + what], "%s: its text message" % when)
        tap.same(told.get(name), number + "|" + text.split("Sales, ")[-1], "%s: the variables of its command" % when)
        tap.check("fires (%s)" % text.split("Sales, ")[-1] in log, "%s: the log" % when, log)

    objects = [json.loads(line) for line in follow(folder, server, '"case', "--format", "json")]
    for i, (when, text, number) in enumerate(CASES):
        found = [(o["value"], o["text"]) for o in objects if o.get("alert") == "case %d" % i]
        tap.same(found, [(number, text.split("Sales, ")[-1])], "%s: JSON" % when)
    folder.remove()
    tap.done()


main()
