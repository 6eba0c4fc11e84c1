"""The program once more, built with the address and undefined-behaviour sanitizers, beside the tests that wait.

A missing free, a read one element beyond an array, a use after the end: plain builds rarely notice. The copy is built
in the folder "sanitized" of the build folder; unit tests, golden screens, the kept fuzz inputs and the end-to-end
tests below run in it. A complaint of any process that a test started fails that test, whatever its own checks say.

    sanitized.py [NAME-PATTERN]
"""

import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import harness

TOP = os.path.join(harness.BUILD, "sanitized")
TREE, BUILD, REPORTS = (os.path.join(TOP, name) for name in ("source", "build", "reports"))
MAKE = os.environ.get("MAKE", "make")
JOBS = int(os.environ.get("SANITIZED_JOBS", 10))
SECONDS = 400

# Between them they start and end every kind of process: run, follow, publish with a reload, one-shot commands, replays,
# alerts, recordings that are continued. The longest first.
END_TO_END = [
    "broker/screens.py",
    "broker/foreign.py",
    "alerts/alarms.py",
    "alerts/replay.py",
    "alerts/sms.py",
    "terminal/cards.py",
    "terminal/commands.py",
    "terminal/burst.py",
    "terminal/mouse.py",
    "terminal/keys.py",
    "terminal/layouts.py",
    "terminal/choose.py",
    "alerts/backtest.py",
    "alerts/wall.py",
    "terminal/windows.py",
    "output/last_frame.py",
    "alerts/summary.py",
    "alerts/past.py",
    "alerts/follow.py",
    "alerts/record.py",
    "output/follow.py",
    "terminal/wall.py",
    "terminal/ends.py",
    "output/documents.py",
    "output/history.py",
    "history/kept.py",
    "history/torture.py",
    "output/help.py",
    "output/layout_new.py",
    "output/pictures.py",
    "output/clock.py",
    "terminal/night.py",
    "feed/collection.py",
    "feed/fixtures.py",
]


def environment(report=None):
    # The jobs of the make that runs this are its own, and so are the variables of its command line.
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    if report:
        env.update(srcdir=TREE, builddir=BUILD, ASAN_OPTIONS="detect_leaks=1:log_path=%s" % report,
                   LSAN_OPTIONS="print_suppressions=0", UBSAN_OPTIONS="print_stacktrace=1:log_path=%s" % report)
    return env


def call(command, folder):
    done = subprocess.run(command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")


def configured():
    """Configured as the build beside it, in a tree of its own: a tree that was built in cannot be built from elsewhere."""
    code, out = call([MAKE, "-s", "distdir", "distdir=" + TREE], harness.BUILD)
    if code != 0:
        return code, out
    _, options = call(["./config.status", "--config"], harness.BUILD)
    known = os.path.join(TOP, "options")
    if os.path.exists(os.path.join(BUILD, "config.status")) and os.path.exists(known) and open(known).read() == options:
        return code, out
    shutil.rmtree(BUILD, ignore_errors=True)
    os.makedirs(BUILD)
    with open(known, "w") as file:
        file.write(options)
    # What the sanitizers add makes gcc warn of things that are none.
    more = ["--enable-sanitizers", "--disable-werror", "CFLAGS=-O1 -g1 -w"]
    return call([os.path.join(TREE, "configure"), "-q", *shlex.split(options), *more], BUILD)


def programs():
    """The tests of the build that need no wall, as the Makefile has them."""
    rule = os.path.join(TOP, "print.mk")
    with open(rule, "w") as file:
        file.write("include Makefile\nprint-tests:\n\t@echo $(slow_tests) $(unit_tests) $(fuzz_replays)\n")
    code, out = call([MAKE, "-s", "-f", rule, "print-tests"], BUILD)
    # Before that make may say that it makes the Makefile anew.
    return out.strip().splitlines()[-1].split() if code == 0 else []


def built():
    # One goal: "all" calls make once more, and a second goal beside it would compile the same files at the same time.
    return call([MAKE, "-s", "-j2", "check", "TESTS="], BUILD)


def run(test):
    """(good, details)"""
    report = os.path.join(REPORTS, test.replace("/", "_"))
    command = [sys.executable, os.path.join(TREE, "tests", test)] if test.endswith(".py") else [os.path.join(BUILD, test)]
    try:
        done = subprocess.run(command, cwd=BUILD, env=environment(report), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS)
        out, good = done.stdout.decode(errors="replace"), done.returncode == 0
    except subprocess.TimeoutExpired as error:
        out, good = (error.stdout or b"").decode(errors="replace") + "\nnot over after %d s" % SECONDS, False
    complaints = ""
    for path in sorted(glob.glob(report + ".*")):
        with open(path, errors="replace") as file:
            complaints += file.read()[:4000]
    failed = "\n".join(line for line in out.splitlines() if not re.match(r"ok |1\.\.", line))
    return good and not complaints, complaints + failed[-4000:]


def main():
    tap = harness.Tap()
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    os.makedirs(TOP, exist_ok=True)
    shutil.rmtree(REPORTS, ignore_errors=True)
    os.makedirs(REPORTS)
    if not tap.check(*say(*configured(), "configured with the sanitizers")):
        tap.done()
    tests = programs()
    tap.check(len(tests) > 40, "the tests of the Makefile are known", tests)
    if not tap.check(*say(*built(), "built with the sanitizers")):
        tap.done()
    waiting = [test for test in END_TO_END + tests if re.search(pattern, test)]
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if not waiting:
                    return
                test = waiting.pop(0)
            good, details = run(test)
            with lock:
                tap.check(good, test, details)

    workers = [threading.Thread(target=work) for _ in range(JOBS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tap.done()


def say(code, out, what):
    return code == 0, what, out[-6000:]


main()
