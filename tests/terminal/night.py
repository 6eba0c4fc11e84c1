"""A screen at night: dim in its hours and bright after them, alerts bright, a key that wakes it; its name; the log at the journal."""

import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Night"
pages = ( { rows = ( { panels = ( { name = "queues" type = "service_grid" size = 1 columns = ( "name", { stat = "in_calls_waiting" alert = "> 5" } ) } ) } ) } )
"""
# Half of the dark theme's, and the fill of an alert.
DIM, ALERT = rb"38;2;104;104;104", rb"48;2;196;22;28"


def zone(hour, minute, second=0):
    """One in which it is that time of the day."""
    offset = hour * 3600 + minute * 60 + second - int(time.time()) % 86400
    return "<here>%s%02d:%02d:%02d" % ("-" if offset >= 0 else "+", abs(offset) // 3600, abs(offset) // 60 % 60, abs(offset) % 60)


def start(folder, server, *arguments, **env):
    env = {"COLORTERM": "truecolor", **env}
    return harness.Pty([harness.CXWALL, "-l", folder.path + "/night.conf", "-i", "0.2", *arguments, *harness.options(server)], folder.environment(**env))


def comes(wall, before, pattern):
    """In what is written from then on."""
    return harness.wait_for(lambda: wall.read(0.05) and re.search(pattern, wall.output[before:]))


def check_hours(tap, folder, server):
    wall = start(folder, server, "--dim", "20:00-07:00", TZ=zone(6, 30))
    tap.check(wall.wait_output(rb"dim until 07:00"), "in its hours it says so", wall.output[-600:])
    tap.check(wall.wait_output(ALERT) and re.search(DIM, wall.output), "... is dim, and an alert is not")
    before = len(wall.output)
    wall.send(b"j")
    tap.check(comes(wall, before, rb"\033\[[0-9;]*1m[^\033]*Night"), "... and bright after a key", wall.output[before:][-600:])
    tap.check(b"dim until" not in wall.output[before:], "... without the note")
    wall.send(b"q")
    tap.same(wall.end(), 0, "... it ends by q")
    wall.close()
    wall = start(folder, server, "--dim", "20:00-07:00", TZ=zone(12, 0))
    tap.check(wall.wait_output(ALERT) and not re.search(DIM, wall.output) and b"dim until" not in wall.output, "by day it is not dim")
    wall.send(b"q")
    wall.end()
    wall.close()


def check_end(tap, folder, server):
    """The last seconds of its hours; the layout's line has no clock, so that nothing else draws."""
    terminal = harness.Terminal([harness.CXWALL, "-l", folder.path + "/night.conf", "--dim", "20:00-07:00", *harness.options(server)],
                                folder.environment(TZ=zone(6, 59, 50)))
    tap.check(terminal.shows("dim until 07:00"), "before the end", terminal.text())
    tap.check(harness.wait_for(lambda: "dim until" not in terminal.text() and "07:0" in terminal.text()), "... and after it, by itself", terminal.text())
    terminal.quit()


def check_kiosk(tap, folder, server):
    wall = start(folder, server, "--kiosk", "--dim", "20:00-07:00", "--name", "Floor 2 left", TZ=zone(23, 30))
    tap.check(wall.wait_output(rb"dim until 07:00") and wall.wait_output(rb"Floor 2 left"), "a kiosk is dim, and says which screen it is", wall.output[-600:])
    before = len(wall.output)
    wall.send(b" ")
    tap.check(comes(wall, before, b"Night") and b"dim until" not in wall.output[before:], "... and a key wakes it")
    os.kill(wall.pid, 15)
    wall.end()
    wall.close()


def check_settings(tap, folder, server):
    config = folder.write("night-settings.conf", 'dim = "20:00-07:00"\nname = "Lobby"\n')
    terminal = harness.Terminal([harness.CXWALL, "-c", config, "-l", folder.path + "/night.conf", *harness.options(server)], folder.environment(TZ=zone(3, 0)))
    tap.check(re.search(r"dim until 07:00 +Lobby +example", terminal.wait("dim until.*Lobby")), "both from the configuration", terminal.text())
    tap.same(terminal.quit(), 0, "... it ends by q")
    for arguments, wanted in ((("--dim", "20:00"), "dim: '20:00' is neither off nor two different times of one day, such as 20:00-07:00"),
                              (("--dim", "07:00-07:00"), "dim: '07:00-07:00' is neither off"), (("--name", "x" * 50), "name: at most 40 columns"),
                              (("--name", "a\033[2J"), "name: no control characters")):
        status, out, err = harness.run([*arguments, *harness.options(server)], folder.environment())
        tap.check((status, out) == (2, "") and err.startswith("cxwall: " + wanted), "refused: %r" % (arguments,), err)
    for value in ('"20:00-20:00"', '7'):
        config = folder.write("wrong.conf", "# night\ndim = %s\n" % value)
        status, out, err = harness.run(["-c", config, *harness.options(server)], folder.environment())
        tap.check(status == 2 and err.startswith("cxwall: %s:2: " % config), "refused in a file, with its line: " + value, err)
    status, out, err = harness.run(["--check-config", "--dim", "off", "--name", "Étage 2 · 左", "-l", folder.path + "/night.conf", *harness.options(server)], folder.environment())
    tap.same((status, err), (0, ""), "off is taken, and a name in any script")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    folder.write("night.conf", LAYOUT)
    server = harness.Server()
    server.cell = lambda panel, stat, row: "9" if stat == "in_calls_waiting" else "Queue %d" % row
    check_hours(tap, folder, server)
    check_end(tap, folder, server)
    check_kiosk(tap, folder, server)
    check_settings(tap, folder, server)
    folder.remove()
    tap.done()


main()
