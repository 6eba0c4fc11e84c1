"""What the history costs: CPU time of a minute, memory. A part of `make bench`; judged by the cheapest of three runs."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

HAMMER = os.path.join(harness.BUILD, "tests", "history", "hammer")
MINUTES, MOST_MS, MOST_KB = 300, 2.0, 1024


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    costs = []
    for run in range(3):
        said = subprocess.run([HAMMER, "cost", os.path.join(folder.path, str(run)), str(MINUTES)], stdout=subprocess.PIPE,
                              check=True).stdout.decode()
        found = re.search(r"taking ([\d.]+) ms, writing ([\d.]+) ms a minute.*memory (\d+) kB", said)
        costs.append((float(found.group(1)) + float(found.group(2)), int(found.group(3))))
    tap.check(min(cost[0] for cost in costs) <= MOST_MS, "a minute of 50 services with 10 statistics takes at most %g ms" % MOST_MS, costs)
    tap.check(min(cost[1] for cost in costs) <= MOST_KB, "and the history %d kB of memory" % MOST_KB, costs)
    folder.remove()
    tap.done()


main()
