"""A thousand polls: no memory and no descriptor is lost, and the leak checker of a sanitized build has nothing to say."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

POLLS = 1000

# Between the 300th and the 1,000th poll: pages of the C library's heap may still settle.
GROWTH_KB = 512


# Freed memory that a sanitized build keeps back would look like growth.
SANITIZER = "quarantine_size_mb=1"


def resident(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1])


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.rows = 40
    server.cell = lambda panel, stat, row: str(row * 7 + server.polls % 50) if "_" in stat else "row %d" % row
    # What the history takes, once it has written for the first time, tests/history/cost.py measures.
    terminal = harness.Pty([harness.CXWALL, "-i", "0.05", *harness.options(server)],
                           folder.environment(ASAN_OPTIONS=SANITIZER, CXWALL_HISTORY="off"))
    terminal.wait_output(b"live")

    def polled(count):
        terminal.read(0.01)
        return server.polls >= count

    harness.wait_for(lambda: polled(300), 120, 0)
    before, open_before = resident(terminal.pid), harness.descriptors(terminal.pid)
    tap.check(harness.wait_for(lambda: polled(POLLS), 240, 0), "%d polls" % POLLS, server.polls)
    after, open_after = resident(terminal.pid), harness.descriptors(terminal.pid)
    tap.check(after - before <= GROWTH_KB, "memory does not grow", "%d kB, then %d kB" % (before, after))
    tap.check(open_after <= open_before, "descriptors do not grow", "%d, then %d" % (open_before, open_after))
    terminal.output = b""
    terminal.send(b"q")
    tap.same(terminal.end(), 0, "and it ends with 0 (a leak checker would say otherwise)")
    tap.check(b"ERROR: LeakSanitizer" not in terminal.output, "no leak", terminal.output[-2000:])
    terminal.close()
    folder.remove()
    tap.done()


main()
