"""Every fault of the table, injected for real, one wall each, several at a time: TAP, and the table for doc/.

    run.py [--table FILE] [--jobs N] [--least N] [NAME-PATTERN]

builddir and srcdir are taken from the environment as in the other tests.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import bed as beds
import harness
import api
import bodies
import network
import foreign_text
import secrecy
import terminal
import clocks

GROUPS = [
    ("The API", api.FAULTS),
    ("Bodies", bodies.FAULTS),
    ("The network", network.FAULTS),
    ("Text from others", foreign_text.FAULTS),
    ("Secrets", secrecy.FAULTS),
    ("The terminal", terminal.FAULTS),
    ("Time", clocks.FAULTS),
]

# The whole of one fault, from an empty folder to an empty folder.
FAULT_SECONDS = 300 * beds.TIMES

HEAD = """# Faults

This table is made by `make check-faults`, never by hand. For each row it starts a wall of its own, injects the fault for real, reads
the screen while it lasts, ends it, and waits; each row is also checked for floods of requests, processor time and memory, and for a
subscription that is in order at the end and deleted by `q`. The walls poll five times a second, so that data are old after five seconds; at the
usual interval of five seconds it is ten.

*The screen said* is read from the captured screen. *Marked old* is the time from the last good answer to the mark. *Recovery* is the time
from the end of the fault to new data on the screen, without a key unless one is named. *Requests* are those in a second while the fault lasted; availability
is left out, and connections that never became a request do not count. A dash: does not apply, or nothing was to be seen.
"""


def by_name():
    return {fault.name: fault for _, faults in GROUPS for fault in faults}


def one(name):
    """In a process of its own: what was found, as JSON on standard output."""
    fault = by_name()[name]
    bed = beds.Bed(fault, **{k: (v() if callable(v) else v) for k, v in fault.bed.items()})
    try:
        (fault.run or beds.usual)(bed)
        if not bed.skipped:
            bed.same(bed.complaints(), "", "no sanitizer complains, nor valgrind")
    except Exception:
        bed.check(False, "the test itself runs", traceback.format_exc() + (bed.wall.text() if bed.wall else ""))
    finally:
        bed.close()
    json.dump({"checks": bed.checks, "row": bed.row, "skipped": bed.skipped}, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


class Jobs:
    """Processes, so many at a time; results in the order of the table."""

    def __init__(self, names, most):
        self.waiting, self.most = list(names), most
        self.running, self.results = {}, {}

    def begin(self):
        while self.waiting and len(self.running) < self.most:
            name = self.waiting.pop(0)
            out = tempfile.TemporaryFile()
            process = subprocess.Popen([sys.executable, os.path.abspath(__file__), "--one", name], stdout=out,
                                       stderr=subprocess.STDOUT, start_new_session=True)
            self.running[name] = (process, out, time.monotonic())

    def collect(self):
        for name, (process, out, since) in list(self.running.items()):
            if process.poll() is None and time.monotonic() - since < FAULT_SECONDS:
                continue
            if process.poll() is None:
                process.kill()
                process.wait()
            out.seek(0)
            text = out.read().decode(errors="replace")
            try:
                self.results[name] = json.loads(text[text.index('{"checks"'):])
            except ValueError:
                self.results[name] = {"checks": [(False, "the test itself ends", text)], "row": {}, "skipped": None}
            del self.running[name]

    def all(self, report):
        order, told = list(self.waiting), 0
        while told < len(order):
            self.begin()
            self.collect()
            while told < len(order) and order[told] in self.results:
                report(order[told], self.results[order[told]])
                told += 1
            time.sleep(0.1)
        return self.results


def cell(text):
    return text.replace("|", "\\|") if text else "–"


def write_table(path, results):
    lines = [HEAD]
    for title, faults in GROUPS:
        lines += ["\n## %s\n" % title, "| fault | injected | the screen said | last data | marked old | recovery | requests |",
                  "| --- | --- | --- | --- | --- | --- | --- |"]
        for fault in faults:
            result = results[fault.name]
            row = result["row"]
            if result["skipped"]:
                row = {"said": "(skipped: %s)" % result["skipped"]}
            lines.append("| %s |" % " | ".join(cell(text) for text in (
                fault.name, fault.how, row.get("said"), row.get("kept"), row.get("old"), row.get("recovery"),
                row.get("requests"))))
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--table")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("FAULTS_JOBS", 12)))
    parser.add_argument("--least", type=int, default=1, help="so many faults must match")
    parser.add_argument("--one")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("pattern", nargs="?", default="")
    chosen = parser.parse_args()
    if chosen.one:
        one(chosen.one)
    names = [name for name in by_name() if re.search(chosen.pattern, name)]
    if chosen.list:
        print("\n".join(names))
        return
    tap = harness.Tap()
    tap.check(len(names) >= chosen.least, "the faults are known by their names", names)

    def report(name, result):
        if result["skipped"]:
            tap.skip(name, result["skipped"])
        for good, what, detail in result["checks"]:
            tap.check(good, "%s: %s" % (name, what), detail)

    start = time.monotonic()
    # Those that wait longest begin first: the run then ends with none of them alone.
    faults = by_name()
    results = Jobs(sorted(names, key=lambda name: -(faults[name].hold + faults[name].within)), chosen.jobs).all(report)
    print("# %d faults in %d s" % (len(results), time.monotonic() - start))
    if chosen.table and not chosen.pattern:
        write_table(chosen.table, results)
    tap.done()


main()
