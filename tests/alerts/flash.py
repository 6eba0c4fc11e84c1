"""A panel's frame when an alert about it fires: it flashes for some seconds, settles to a steady one, and is plain afterwards."""

import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
pages = ( { rows = ( { panels = (
    { name = "now" type = "totals" title = "Now" tiles = ( "in_calls_waiting" ) },
    { name = "other" type = "totals" title = "Other" tiles = ( "in_calls_abandoned" ) } ) } ) } )
alerts = ( { name = "long queue" when = "now.in_calls_waiting > 10" } )
"""


def frames(terminal):
    """The attributes of the corners of the two frames, as sequences of the terminal."""
    for line in terminal.tmux("capture-pane", "-p", "-e").splitlines():
        if "Now" in line and "╭" in line:
            colours = {}
            corners = []
            for part in re.findall(r"\x1b\[[0-9;]*m|[^\x1b]", line):
                if part in ("\x1b[0m", "\x1b[m"):
                    colours = {}
                elif part.startswith("\x1b["):
                    # A colour takes the place of the one before it, and 39 and 49 of none.
                    kind = part[2:3] if part[2:4] not in ("39", "49") else {"39": "3", "49": "4"}[part[2:4]]
                    colours[kind] = part
                    if part[2:4] in ("39", "49"):
                        del colours[kind]
                elif part == "╭":
                    corners.append(tuple(sorted(colours.items())))
            return tuple(corners)
    return None


def watch(terminal, seconds):
    """What was seen, with its time, without repetitions."""
    began = time.monotonic()
    seen = []
    while time.monotonic() - began < seconds:
        now = frames(terminal)
        if now is not None and (not seen or seen[-1][1] != now):
            seen.append((time.monotonic() - began, now))
        time.sleep(0.05)
    return seen


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    waiting = ["3"]
    server.total = lambda name: waiting[0] if name == "in_calls_waiting" else "0"
    layout = folder.write("test.conf", LAYOUT)
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.2", *harness.options(server)], folder.environment())
    terminal.wait("● live")
    calm = watch(terminal, 3)
    tap.same(len(calm), 1, "calm: the frames stay as they are")
    waiting[0] = "17"
    plain = calm[0][1]
    harness.wait_for(lambda: frames(terminal) not in (None, plain))
    seen = watch(terminal, 12)
    looks = [corners[0] for _, corners in seen]
    loud = looks[0]
    tap.check(loud != plain[0], "it fires: the frame looks otherwise", seen)
    tap.check(set(looks) == {loud, plain[0]}, "it has two looks and no third", seen)
    tap.check(4 <= len(looks) - 1 <= 6, "it goes and comes back some times", seen)
    tap.check(looks[-1] == loud and 3 <= seen[-1][0] <= 9, "and settles as long as it fires", seen)
    tap.same({corners[1] for _, corners in seen}, {plain[1]}, "the frame beside it is none of its business")
    waiting[0] = "3"
    tap.check(harness.wait_for(lambda: frames(terminal) == plain), "when it is over the frame is plain")
    waiting[0] = "18"
    harness.wait_for(lambda: frames(terminal) not in (None, plain))
    terminal.keys("a")
    terminal.wait("acknowledged for 30 minutes")
    known = watch(terminal, 4)
    tap.same([corners[0] for _, corners in known], [plain[0]], "acknowledged it is calm at once")
    tap.same(terminal.quit(), 0, "q ends it")
    folder.remove()
    tap.done()


main()
