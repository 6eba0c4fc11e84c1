"""The setting `clock`: on every part of the screen around midnight and noon, at each size; documents keep theirs."""

import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Clocks"
pages = ( { rows = ( { panels = ( { name = "time" type = "clock" digits = 1 }, { name = "day" type = "clock" digits = 1 format = "%Y %H h" }, { name = "news" type = "messages" } ) },
  { panels = ( { name = "line" type = "chart" span = "1h" series = ( "in_calls_waiting" ) }, { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )
"""


def zone(hour, minute):
    """One in which it is that time of the day."""
    offset = hour * 60 + minute - int(time.time()) % 86400 // 60
    return "<here>%s%02d:%02d" % ("-" if offset >= 0 else "+", abs(offset) // 60, abs(offset) % 60)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    layout = folder.write("clocks.conf", LAYOUT)

    def run(*arguments, env=None):
        server.messages = [{"id": "1", "first_name": "Ana", "last_name": "Li", "send_time": str(int(time.time())), "is_urgent": "0", "content": "hello"}]
        return harness.run(["snapshot", "-l", layout, *arguments, *harness.options(server)], folder.environment(**(env or {})))
    for hour, shown in ((0, "12:3[0-2] AM"), (12, "12:3[0-2] PM"), (23, "11:3[0-2] PM"), (9, "09:3[0-2] AM")):
        for size, places in (("40x10", 1), ("80x24", 3), ("240x67", 4)):
            status, out, err = run("--clock", "%I:%M %p", "--size", size, env={"TZ": zone(hour, 30)})
            tap.check(status == 0 and len(re.findall(shown, out)) >= places and not re.search(r"\b\d\d:\d\d(?! [AP]M)", out),
                      "%02d:30 at %s: %s" % (hour, size, shown), out + err)
    out = run("--clock", "%I:%M:%S %p", "--size", "120x30")[1].splitlines()
    tap.check(re.search(r"\d\d:\d\d:\d\d [AP]M$", out[0]) and not re.search(r"\d\d:\d\d:\d\d", "\n".join(out[1:])), "seconds in the first line alone", out)
    tap.check(any(re.search(r"\d{4} \d\d h", line) for line in out), "a clock panel's own format counts")
    document = json.loads(run("--clock", "%I:%M %p", "--format", "json")[1])
    tap.check(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", document["time"]), "documents keep their form", document["time"])
    config = folder.write("clock.conf", '# mine\nclock = "%l:%M %P"\n')
    tap.check(re.search(r" \d?\d:\d\d [ap]m\n", run("-c", config, "--size", "80x24")[1]), "from the configuration")
    tap.check(re.search(r" \d\d h \d\d\n", run("--size", "80x24", env={"CXWALL_CLOCK": "%H h %M"})[1]), "from the environment")
    config = folder.write("wrong.conf", '# mine\nclock = "%I:%M %d"\n')
    status, out, err = run("-c", config)
    tap.check((status, out) == (2, "") and err.startswith("cxwall: %s:2: clock: '%%d' is not a part of a time of day; use %%H" % config), "a mistake is named with its line", err)
    status, out, err = run("--clock", "%H")
    tap.check((status, out) == (2, "") and "has no minute" in err, "... and on the command line", err)
    wall = harness.Terminal([harness.CXWALL, "-l", layout, "--clock", "%I:%M:%S %p", *harness.options(server)], folder.environment())
    tap.check(re.search(r"live .*\d\d:\d\d:\d\d [AP]M", wall.wait(r"live .* [AP]M")), "on a wall", wall.text())
    wall.keys("p")
    tap.check(re.search(r"PAUSED at \d\d:\d\d:\d\d [AP]M", wall.wait("PAUSED")), "... and in what is said of a pause", wall.text())
    tap.same(wall.quit(), 0, "... which ends by q")
    folder.remove()
    tap.done()


main()
