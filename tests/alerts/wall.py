"""Alerts on the wall: rings once, shows, is acknowledged and muted, runs commands without a shell and not for long."""

import os
import re
import stat
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Alerts"
pages = ( { rows = ( { height = 6 panels = (
    { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) }, { name = "firing" type = "alerts" } ) },
  { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) } ) } ) } )
alerts = (
  { name = "long queue" when = "now.in_calls_waiting > 10" for = "1s" bell = true
    command = ["%(folder)s/told", "a b", "$HOME;`id`"] clear_command = "%(folder)s/told" },
  { name = "a row" when = "queues[*].in_calls_waiting > 20" severity = "warn" command = "%(folder)s/fails" },
  { name = "hangs" when = "now.in_calls_waiting > 10" command = "%(folder)s/hangs" }
)
"""

TOLD = """#!/bin/sh
(echo WRITTEN-ON-THE-WALL >/dev/tty) 2>/dev/null
{ echo "$# $1 $2"; env | grep CXWALL_ | sort; } >>'%s/log'
"""

HANGS = """#!/bin/sh
echo $$ >'%s/pid'
sleep 300 & sleep 300
"""

RUNNER_SECONDS = 30


class Centre:
    def __init__(self):
        self.waiting = "3"
        self.queue = "1"
        self.server = harness.Server()
        self.server.total = lambda name: self.waiting
        self.server.rows = 2
        self.server.cell = self.cell

    def cell(self, panel, name, row):
        return ("Sales; rm -rf $HOME", "Support")[row] if name == "name" else self.queue if row == 0 else "0"


def alive(pid):
    try:
        return open("/proc/%d/stat" % pid).read().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


def group_alive(group):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open("/proc/%s/stat" % pid).read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[2]) == group:
            return True
    return False


def bells(terminal):
    """A BEL also ends a sequence that sets colours: that one is silent."""
    return re.sub(rb"\x1b\][^\a]*\a", b"", terminal.output).count(b"\a")


def check_ring(tap, folder, centre, environment, layout):
    """In a terminal whose bytes the test sees: each firing rings once, a muted one does not."""
    terminal = harness.Pty([harness.CXWALL, "-l", layout, "-i", "0.1", *harness.options(centre.server)], environment)
    terminal.wait_output(b"no alert")
    tap.same(bells(terminal), 0, "calm: no bell")
    centre.waiting = "17"
    tap.check(harness.wait_for(lambda: terminal.read(0.1) and bells(terminal)), "it fires and rings")
    harness.wait_for(lambda: not terminal.read(0.1), 1.5)
    tap.same(bells(terminal), 1, "once")
    tap.check(harness.wait_for(lambda: os.path.exists(folder.path + "/log")), "its command runs")
    tap.check(terminal.read(0.1) and b"WRITTEN-ON-THE-WALL" not in terminal.output, "and cannot write on the terminal")
    terminal.send(b"m")
    tap.check(terminal.wait_output(b"muted"), "m mutes")
    centre.waiting = "3"
    terminal.output = b""
    terminal.wait_output(b"no alert")
    centre.waiting = "18"
    tap.check(terminal.wait_output(b"long queue"), "muted, it still shows")
    harness.wait_for(lambda: not terminal.read(0.1), 1)
    tap.same(bells(terminal), 0, "and does not ring")
    terminal.send(b"q")
    terminal.end()
    terminal.close()
    centre.waiting = "3"


def check_screen(tap, folder, centre, environment, layout):
    """In a terminal that is drawn: the panel, the line at the bottom, acknowledging, commands."""
    log = os.path.join(folder.path, "log")
    if os.path.exists(log):
        os.unlink(log)
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.2", *harness.options(centre.server)], environment)
    tap.check("no alert" in terminal.wait("no alert"), "the panel says that none fires", terminal.text())
    centre.waiting = "17"
    text = terminal.wait(r"!! +long queue +17")
    tap.check(re.search(r"!! +long queue +17 +(\d\d:\d\d )?\d+ s", text), "the panel says which, with its value and time", text)
    text = terminal.wait("a acknowledges")
    tap.check(re.search(r" (hangs|long queue)\n[^\n]*\n[^\n]* s   \+1 more   a acknowledges", text), "the lines at the bottom say it", text)
    terminal.keys("a")
    text = terminal.wait("acknowledged for 30 minutes")
    tap.check(re.search(r"2 alerts acknowledged for 30 minutes", text) and "a acknowledges" not in text, "a acknowledges", text)
    tap.check(re.search(r"long queue +17 .* ack", text), "the panel shows it", text)
    lines = harness.wait_for(lambda: os.path.exists(log) and open(log).read().splitlines())
    harness.wait_for(lambda: len(open(log).read().splitlines()) >= 9)
    lines = open(log).read().splitlines()
    tap.same(lines[0], "2 a b $HOME;`id`", "the command gets its arguments as they stand: no shell")
    values = dict(line.split("=", 1) for line in lines[1:9])
    tap.same(sorted(values), ["CXWALL_ALERT", "CXWALL_ROW", "CXWALL_SECONDS", "CXWALL_SEVERITY", "CXWALL_STATE",
                              "CXWALL_TIME", "CXWALL_VALUE", "CXWALL_VALUE_TEXT"], "and its values in the environment, and no secret")
    tap.same((values["CXWALL_ALERT"], values["CXWALL_STATE"], values["CXWALL_VALUE"]), ("long queue", "firing", "17"),
             "the right ones")
    time.sleep(1)
    centre.waiting = "2"
    harness.wait_for(lambda: "CXWALL_STATE=cleared" in open(log).read())
    tap.check(re.search(r"CXWALL_SECONDS=[1-9]\n", open(log).read()), "the clearing says how long it lasted",
              open(log).read())
    centre.queue = "25"
    text = terminal.wait("failed with status 3")
    tap.check("alert 'a row': %s/fails failed with status 3" % folder.path in text, "a command that fails is told", text)
    text = terminal.wait(r"!  Sales; rm.*a row")
    tap.check("Sales; rm -rf $HOME" in text, "a row has its name", text)
    return terminal


def check_trust(tap, folder, centre, environment, layout):
    for path, mode, what in ((layout, 0o622, "others can write the layout"), (folder.path, 0o777, "others can write its folder")):
        before = stat.S_IMODE(os.stat(path).st_mode)
        os.chmod(path, mode)
        status, out, err = harness.run(["run", "--check-config", "-l", layout, *harness.options(centre.server)], environment)
        os.chmod(path, before)
        tap.check(status == 2 and re.search(r"test\.conf:7: alert 'long queue' runs a command or sends, but " + what, err),
                  "refused: " + what, "%d %s" % (status, err))


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    centre = Centre()
    layout = folder.write("test.conf", LAYOUT % {"folder": folder.path})
    folder.write("told", TOLD % folder.path, 0o700)
    folder.write("fails", "#!/bin/sh\nexit 3\n", 0o700)
    folder.write("hangs", HANGS % folder.path, 0o700)
    environment = folder.environment()
    check_trust(tap, folder, centre, environment, layout)
    check_ring(tap, folder, centre, environment, layout)
    began = time.monotonic()
    terminal = check_screen(tap, folder, centre, environment, layout)
    hung = int(open(os.path.join(folder.path, "pid")).read())
    tap.check(group_alive(hung), "the command that hangs still runs")
    tap.check(harness.wait_for(lambda: not group_alive(hung), RUNNER_SECONDS * 2, 0.2), "in the end it is killed, with its children")
    tap.check(time.monotonic() - began > RUNNER_SECONDS - 5, "not before its time")
    text = terminal.wait("took longer")
    tap.check("took longer than %d s and was ended" % RUNNER_SECONDS in text, "and that is told", text)
    terminal.keys("q")
    tap.same(terminal.status(), 0, "q ends it")
    tap.same(terminal.errors(), "", "nothing on standard error")
    terminal.close()
    folder.remove()
    tap.done()


main()
