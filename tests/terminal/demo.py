"""`cxwall demo`: every panel filled, through real HTTP, and the simulator ended with it, however it ends."""

import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "All"
pages = ( { rows = (
  { height = 7 panels = ( { name = "now" type = "totals" digits = 1 tiles = ( "in_calls_waiting", "agents_logged", "service_level" ) },
                          { name = "open" type = "availability" }, { name = "states" type = "agent_states" } ) },
  { panels = ( { name = "queues" type = "service_grid" size = 1 columns = ( "name", "in_calls_waiting" ) },
               { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state" ) } ) },
  { height = 6 panels = ( { name = "news" type = "messages" }, { name = "camp" type = "campaigns" },
                          { name = "time" type = "clock" }, { name = "note" type = "text" text = "hello there" } ) }
) } )
"""


def simulators(parent):
    """Processes that a demo has started; other tests may run simulators of their own at the same time."""
    out = subprocess.run(["pgrep", "-P", str(parent)], stdout=subprocess.PIPE).stdout.decode()
    return [int(pid) for pid in out.split()]


def gone(pids):
    return not any(os.path.exists("/proc/%d" % pid) for pid in pids)


def check_panels(tap, text):
    for what, pattern in (
            ("totals", r"Service level +!* *[0-9]+ %|[0-9]+ %"),
            ("availability", r"Sales[ ·]+(available|nobody)"),
            ("agent states", r"(ready|busy).* [0-9]+"),
            ("service grid", r"Support +[0-9]+"),
            ("agent grid", r"[A-Z]\w+ [A-Z]\w+.* (busy|ready|not ready|after-call)"),
            ("messages", r"([0-9][0-9]:[0-9][0-9]|[0-9]+ [A-Z][a-z][a-z]) \w+.*: \w"),
            ("campaigns", r"(RUNNING|STOPPED|running|stopped)"),
            ("clock", r"[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"),
            ("text", r"hello there")):
        tap.check(re.search(pattern, text), "demo fills: " + what, text)


HOUR = """
pages = ( { rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "agents_logged" ) } ) } ) } )
"""


def check_hour(tap, folder):
    """Its last hour is full at once: the lowest line of the picture, which even a 0 reaches, from end to end."""
    path = folder.write("hour.conf", HOUR)
    terminal = harness.Terminal([harness.CXWALL, "demo", "-l", path, "--glyphs", "ascii"], folder.environment(), 80, 24)
    text = terminal.wait(r"#{70}")
    tap.check(re.search(r"#{74}", text), "a demo begins with a full hour", text)
    terminal.quit()
    shot = subprocess.run([harness.CXWALL, "snapshot", "--demo", "-l", path, "--glyphs", "ascii", "--size", "80x24"],
                          env=folder.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=harness.PATIENCE)
    tap.same(shot.returncode, 0, "snapshot --demo needs no account")
    tap.check(re.search(r"#{74}", shot.stdout.decode()), "and has the hour", shot.stdout.decode())


DAY = """
pages = ( { rows = (
  { height = 3 panels = ( { name = "time" type = "clock" } ) },
  { panels = ( { name = "who" type = "chart" span = "24h" series = ( { stat = "agents_logged" label = "Who" } ) } ) },
  { panels = ( { name = "calls" type = "chart" span = "24h" series = ( { stat = "in_calls_received_per_day" label = "Calls" } ) } ) }
) } )
"""


def check_days(tap, folder):
    """Two days by the simulator's own events: a full picture of the last one, in the morning by the clock of the centre."""
    path = folder.write("day.conf", DAY)
    log = os.path.join(folder.path, "log")
    terminal = harness.Terminal([harness.CXWALL, "demo", "-l", path, "--glyphs", "ascii", "--log", log], folder.environment(), 80, 45)
    text = terminal.wait(r"(?s)calls .*0 [#_]{70}")
    tap.check(harness.wait_for(lambda: re.search(r"the past: \d+ answers in \d+ ms", open(log).read())), "a demo has a past", open(log).read())
    answers, took = (int(n) for n in re.search(r"the past: (\d+) answers in (\d+) ms", open(log).read()).groups())
    tap.check(answers == 48 * 60, "of two days by minute", answers)
    tap.check(took < 1000, "in less than a second", "%d ms" % took)
    tap.check(re.search(r"(?s)who .*0 [#_]{70}.*calls ", text), "whose agents a chart shows", text)
    tap.check(re.search(r"\b10:[23][0-9]\b", text), "its clock says half past ten", text)
    tap.check(re.search(r"(?s)12:00 .* 00:00 .* 0[89]:00 ", text), "and so do the charts", text)
    # The counter of the day falls at midnight, and rises again in the morning.
    tap.check(re.search(r"500 #{35,} {15,}#", text), "a day begins at midnight", text)
    terminal.quit()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    path = folder.write("all.conf", LAYOUT)
    terminal = harness.Terminal([harness.CXWALL, "demo", "-l", path], folder.environment(), 160, 40)
    text = terminal.wait(r"(?s)live.*Web form +(available|nobody).*(RUNNING|STOPPED|running|stopped)")
    check_panels(tap, text)
    started = simulators(terminal.pid())
    tap.same(len(started), 1, "a simulator runs")
    terminal.keys("q")
    tap.same(terminal.status(), 0, "q ends the demo")
    tap.check(harness.wait_for(lambda: gone(started)), "and the simulator with it")
    terminal.close()

    terminal = harness.Terminal([harness.CXWALL, "demo"], folder.environment())
    terminal.wait("live")
    started = simulators(terminal.pid())
    os.kill(terminal.pid(), signal.SIGKILL)
    tap.check(started and harness.wait_for(lambda: gone(started)), "a killed demo leaves no simulator")
    terminal.close()
    check_hour(tap, folder)
    check_days(tap, folder)
    folder.remove()
    tap.done()


main()
