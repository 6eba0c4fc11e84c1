"""Alerts in `follow`: their lines and objects, the bell on a terminal, commands and what fails of them, the recording."""

import datetime
import json
import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
import reader

LAYOUT = """
pages = ( { rows = ( { panels = (
    { name = "now" type = "totals" title = "All" tiles = ( { stat = "in_calls_waiting" label = "waiting" alert = "> 10" } ) },
    { name = "queues" type = "service_grid" columns = ( "name", { stat = "in_calls_waiting" label = "waiting" } ) },
    { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state" ) } ) } ) } )
alerts = (
  { name = "long queue" when = "now.in_calls_waiting > 10" for = "1s" clear = "now.in_calls_waiting < 5" bell = true
    command = ["%(folder)s/told", "a b"] clear_command = "%(folder)s/told" },
  { name = "a row" when = "queues[*].in_calls_waiting > 20" severity = "warn" command = "%(folder)s/fails" },
  { name = "at night" when = "now.in_calls_waiting > 10" quiet = "00:00-24:00" bell = true command = "%(folder)s/told" },
  { name = "break" when = "agents[*].acd_state = 'not_ready'" }
)
"""


class Centre:
    def __init__(self):
        self.waiting, self.queue, self.state = "3", "1", "ready"
        self.server = harness.Server()
        self.server.total = lambda name: self.waiting
        self.server.rows = 2
        self.server.cell = self.cell

    def cell(self, panel, name, row):
        if name == "acd_state":
            return self.state if row == 0 else "ready"
        return {"name": ("Sales", "Support"), "first_last_name": ("Ana Li", "Bo Ek"), "login_id": ("ana", "bo"),
                "in_calls_waiting": (self.queue, "0")}[name][row]


class Program(harness.Lines):
    def __init__(self, centre, folder, *arguments):
        super().__init__([harness.CXWALL, "follow", "-l", folder.path + "/test.conf", "-i", "0.1", *arguments,
                          *harness.options(centre.server)], folder.environment())


def read_file(path):
    return open(path).read() if os.path.exists(path) else ""


def drive(centre, program, calm):
    """Long, then calm, then a row, then an agent."""
    program.wait("live")
    centre.waiting = "17"
    program.wait("long queue")
    centre.waiting = "4"
    program.wait(calm)
    centre.queue = "25"
    program.wait("failed with status 3")
    centre.state = "not_ready"
    program.wait("break")


def check_text(tap, folder, centre):
    program = Program(centre, folder)
    drive(centre, program, "CLEAR long queue")
    tap.same(program.end(), 143, "SIGTERM ends it")
    tap.same(program.child.stderr.read(), b"", "nothing on standard error")
    tap.check(all(re.match(r"\d\d:\d\d:\d\d \S", line) and "\a" not in line for line in program.lines[1:]),
              "each line begins with the time, and no bell is in a pipe", program.lines)
    lines = [line[9:] for line in program.lines[1:]]
    lines = [re.sub("after 0:0[0-9]", "after 0:0N", line) for line in lines]
    tap.same(lines, ["live", "All waiting 3→17 ALERT", "ALERT at night, 17, quiet hours", "ALERT long queue, 17",
                     "All waiting 17→4 fine", "CLEAR long queue, after 0:0N", "CLEAR at night, after 0:0N, quiet hours",
                     "Sales waiting 1→25", "WARN a row: Sales, 25",
                     "FAILED alert 'a row': %s/fails failed with status 3" % folder.path,
                     "Ana Li State ready→not ready", "ALERT break: Ana Li, not ready"],
             "what it is about, and then the alert, each with the word in its place")
    told = read_file(folder.path + "/log").splitlines()
    tap.same(told, ["1 a b firing", "0  cleared"], "commands run, and not in quiet hours")


def check_json(tap, folder, centre):
    centre.waiting, centre.queue, centre.state = "3", "1", "ready"
    program = Program(centre, folder, "--format", "json")
    drive(centre, program, '"cleared"')
    program.end()
    objects = [json.loads(line) for line in program.lines]
    alerts = [o for o in objects if o["event"] == "alert" and o["alert"] == "long queue"]
    for o in alerts:
        datetime.datetime.fromisoformat(o.pop("time").replace("Z", "+00:00"))
    lasted = alerts[-1]["lasted_seconds"]
    tap.check(0 < lasted < 30, "how long it lasted", lasted)
    alerts[-1]["lasted_seconds"] = "N"
    same = {"event": "alert", "alert": "long queue", "severity": "alert", "row": "", "quiet": False}
    tap.same(alerts, [{**same, "state": "firing", "value": "17", "text": "17", "lasted_seconds": None},
                      {**same, "state": "cleared", "value": "4", "text": "4", "lasted_seconds": "N"}], "JSON: an alert")
    tap.same([(o["row"], o["severity"]) for o in objects if o.get("alert") == "a row"], [("Sales", "warn")], "JSON: a row")
    tap.check(all(o["quiet"] for o in objects if o.get("alert") == "at night"), "JSON: quiet hours", objects)
    tap.same([o["text"] for o in objects if o["event"] == "failure"],
             ["alert 'a row': %s/fails failed with status 3" % folder.path], "JSON: a failure")


def check_names(tap, folder, centre):
    centre.waiting, centre.queue, centre.state = "3", "1", "not_ready"
    program = Program(centre, folder, "--names", "initials")
    lines = program.wait("ALERT break")
    program.end()
    tap.check(lines and re.search(r"ALERT break: A\. L\., not ready$", lines[0]), "names are what they are elsewhere", lines)


def check_bell(tap, folder, centre):
    centre.waiting, centre.queue, centre.state = "3", "1", "ready"
    for more, wanted in (((), 1), (("--format", "json"), 0)):
        centre.waiting = "3"
        program = harness.Pty([harness.CXWALL, "follow", "-l", folder.path + "/test.conf", "-i", "0.1", *more,
                               *harness.options(centre.server)], folder.environment())
        program.wait_output(b"live")
        centre.waiting = "17"
        program.wait_output(b"long queue")
        harness.wait_for(lambda: not program.read(0.1), 1)
        tap.same(program.output.count(b"\a"), wanted, "on a terminal: bells, %s" % (more or "text",))
        os.kill(program.pid, signal.SIGTERM)
        tap.same(program.end(), 143, "SIGTERM ends it")
        program.close()


def check_record(tap, folder, centre):
    centre.waiting, centre.queue, centre.state = "3", "1", "ready"
    path = folder.path + "/kept"
    program = Program(centre, folder, "--record", path)
    drive(centre, program, "CLEAR long queue")
    polls = centre.server.polls
    program.end()
    records, rest = reader.read(path)
    kinds = [r.kind for r in records]
    tap.same((kinds[0], kinds[1], kinds[-1], rest), (reader.START, reader.REQUEST, reader.END, 0), "a recording, whole")
    tap.check(kinds.count(reader.DATA) > 10, "with its frames", "%d of %d" % (kinds.count(reader.DATA), polls))
    events = [(r.json()["alert"], r.json()["event"]) for r in records if r.kind == reader.ALERT]
    tap.same(sorted(events), sorted([("at night", "fired"), ("long queue", "fired"), ("long queue", "cleared"),
                                     ("at night", "cleared"), ("a row", "fired"), ("break", "fired")]), "and the alerts")
    status, out, err = harness.run(["backtest", path, "-l", folder.path + "/test.conf", "--format", "json"], folder.environment())
    fired = {a["name"]: a["count"] for a in json.loads(out)["alerts"]} if status == 0 else err
    tap.same(fired, {"long queue": 1, "a row": 1, "at night": 1, "break": 1}, "and a back-test gives the same ones")
    # Such as a device for root: never one of the machine's, which a mistake would take from everybody.
    text, pipe = folder.write("text", "not a recording\n"), folder.path + "/pipe"
    os.mkfifo(pipe)
    os.chmod(text, 0o644)
    os.chmod(pipe, 0o644)
    status, out, err = harness.run(["follow", "-l", folder.path + "/test.conf", *harness.options(centre.server), "--record",
                                    text], folder.environment())
    tap.check(status == 2 and "not a recording" in err, "what is no recording is refused", "%d %s" % (status, err))
    tap.same(Program(centre, folder, "--record", pipe).child.wait(30), 2, "nor is a pipe one")
    tap.same([os.stat(p).st_mode & 0o777 for p in (text, pipe)], [0o644, 0o644], "and both are as open as before")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    centre = Centre()
    folder.write("test.conf", LAYOUT % {"folder": folder.path})
    folder.write("told", "#!/bin/sh\necho \"$# $1 $CXWALL_STATE\" >>'%s/log'\n" % folder.path, 0o700)
    folder.write("fails", "#!/bin/sh\nexit 3\n", 0o700)
    check_text(tap, folder, centre)
    check_json(tap, folder, centre)
    check_names(tap, folder, centre)
    check_bell(tap, folder, centre)
    check_record(tap, folder, centre)
    folder.remove()
    tap.done()


main()
