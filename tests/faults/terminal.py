"""What happens to terminals, and to processes in them."""

import os
import re
import shlex
import signal
import subprocess
import time

from bed import ACTIVE, CPU_MOST, DATA, SLOW, TIMES, Fault
import harness

LEAVE_SCREEN = rb"\x1b\[\?1049l"


def open_wall(bed, *before):
    terminal = harness.Pty([*before, *bed.arguments], bed.env)
    bed.check(terminal.wait_output(b"first-0"), "the wall is live before", terminal.output[-500:])
    return terminal


def seconds_used(pid):
    """To the nanosecond where the kernel tells it, else by ticks of 10 ms, of user and system each."""
    try:
        with open("/proc/%d/schedstat" % pid) as file:
            return int(file.read().split()[0]) / 1e9
    except OSError:
        pass
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


def wait_gone(pid, seconds):
    """Waits for a child, not reading its terminal: (took, status, processor time) or None."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
            return time.monotonic() - start, code, usage.ru_utime + usage.ru_stime
        time.sleep(0.01)
    return None


def run_stopped_reader(bed):
    """As with Ctrl-S, or an SSH that hangs: nobody reads for 20 seconds."""
    terminal = open_wall(bed)
    # A wall that turns its numbers often fills the terminal's buffer soon.
    bed.server.cell = lambda panel, stat, row: "%s %d %f" % (stat, row, time.monotonic())
    before, cpu, began = resident(terminal.pid), seconds_used(terminal.pid), time.monotonic()
    time.sleep(20)
    took = time.monotonic() - began
    polls = len(bed.server.since(began, path=DATA))
    bed.check(polls > 60, "polls go on", "%d in %.0f s" % (polls, took))
    bed.check(polls < 120, "at their pace", "%d in %.0f s" % (polls, took))
    grown = resident(terminal.pid) - before
    bed.check(grown < (40 if SLOW else 4), "memory does not grow", "%.1f MB" % grown)
    share = (seconds_used(terminal.pid) - cpu) / took
    bed.check(share < CPU_MOST, "the processor is left alone", "%.0f %%" % (100 * share))
    bed.server.cell, bed.server.mark = bed.server.marked, "second"
    began = time.monotonic()
    bed.check(terminal.wait_output(b"second-0", 10), "a reader that comes back sees what is now", terminal.output[-500:])
    bed.row.update(recovery="%.0f s" % max(1, time.monotonic() - began), requests="%.1f" % (polls / took), kept="stay")
    terminal.send(b"q")
    bed.same(terminal.end(), 0, "q ends it with 0")
    terminal.close()


def check_end(bed, terminal, status, limit):
    used = seconds_used(terminal.pid)
    terminal.hang_up()
    gone = wait_gone(terminal.pid, 10)
    if not bed.check(gone, "the wall ends"):
        return
    terminal.status = gone[1]
    bed.same(gone[1], status, "exit status")
    bed.check(gone[0] < limit, "within %.0f s" % limit, "%.2f s" % gone[0])
    bed.check(gone[2] - used < (1 if SLOW else 0.02), "with less than 1 % of the processor", "%.3f s" % (gone[2] - used))
    bed.row["recovery"] = "ended in %s" % ("%.0f s" % gone[0] if gone[0] >= 1 else "< 1 s")


def run_killed(bed):
    terminal = open_wall(bed)
    check_end(bed, terminal, 128 + signal.SIGHUP, 2)
    bed.same(bed.server.subscription, None, "and its subscription is deleted")
    terminal.close()


def run_killed_silent(bed):
    """The server hangs as well: the deletion is given up after its two seconds."""
    terminal = open_wall(bed)
    bed.server.table[("DELETE", ACTIVE)] = lambda handler, request: time.sleep(30)
    check_end(bed, terminal, 128 + signal.SIGHUP, 3)
    terminal.close()


def run_parent(bed):
    """The shell that the wall was started from is killed: its terminal hangs up."""
    terminal = harness.Pty(["/bin/sh", "-c", '"$@"; true', "sh", *bed.arguments], bed.env)
    bed.check(terminal.wait_output(b"first-0"), "the wall is live before", terminal.output[-500:])
    wall = int(subprocess.run(["pgrep", "-P", str(terminal.pid)], stdout=subprocess.PIPE).stdout)
    used = seconds_used(wall)
    os.kill(terminal.pid, signal.SIGKILL)
    start = time.monotonic()
    gone = harness.wait_for(lambda: not os.path.exists("/proc/%d/fd" % wall) or is_zombie(wall), 10)
    took = time.monotonic() - start
    bed.check(gone and took < 2, "the wall is gone within 2 s", "%.1f s, it had used %.2f s" % (took, used))
    bed.same(bed.server.subscription, None, "and its subscription is deleted")
    bed.row["recovery"] = "ended in %s" % ("%.0f s" % took if took >= 1 else "< 1 s")
    terminal.close()


def run_parent_between(bed):
    """A shell goes on, and the script in it that started the wall is killed: nobody hangs up, and no key comes any more."""
    terminal = harness.Pty(["/bin/sh", "-i"], bed.env)
    command = "/bin/sh -c %s sh %s" % (shlex.quote('"$@"; true'), " ".join(map(shlex.quote, bed.arguments)))
    terminal.send(command.encode() + b"\n")
    bed.check(terminal.wait_output(b"first-0"), "the wall is live before", terminal.output[-500:])
    between, = children(terminal.pid)
    wall, = children(between)
    terminal.output = b""
    os.kill(between, signal.SIGKILL)
    start = time.monotonic()
    gone = harness.wait_for(lambda: not terminal.read() or not os.path.exists("/proc/%d/fd" % wall) or is_zombie(wall), 10)
    took = time.monotonic() - start
    bed.check(gone and took < 2 * TIMES, "the wall is gone within 2 s", "%.1f s" % took)
    terminal.wait_output(LEAVE_SCREEN, 2)
    bed.check(re.search(LEAVE_SCREEN, terminal.output), "the alternate screen is left", terminal.output[-300:])
    bed.same(bed.server.subscription, None, "and the subscription is deleted")
    terminal.send(b"echo al''ive\n")
    bed.check(terminal.wait_output(rb"alive"), "the shell goes on", terminal.output[-300:])
    bed.row["recovery"] = "ended in %.0f s" % max(1, took)
    terminal.close()


def children(pid):
    return [int(word) for word in subprocess.run(["pgrep", "-P", str(pid)], stdout=subprocess.PIPE).stdout.split()]


def is_zombie(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def ended_by(number, clean):
    def run(bed):
        # A sanitizer must not take the signal for itself.
        bed.env["ASAN_OPTIONS"] = bed.env.get("ASAN_OPTIONS", "") + ":handle_sigbus=0:handle_abort=0"
        terminal = harness.Pty(bed.arguments, bed.env)
        before = terminal.before
        bed.check(terminal.wait_output(b"first-0"), "the wall is live before", terminal.output[-500:])
        bed.check(terminal.modes()[3] != before[3], "it takes the keyboard")
        os.kill(terminal.pid, number)
        bed.same(terminal.end(), 128 + number, "exit status")
        bed.same(terminal.modes(), before, "the terminal's modes are restored")
        bed.check(re.search(LEAVE_SCREEN, terminal.output), "the alternate screen is left")
        terminal.close()
        if clean:
            bed.same(bed.server.subscription, None, "and the subscription is deleted")
            bed.row["recovery"] = "terminal restored"
            return
        bed.crashed = True
        # What a crash leaves on the server, the next start finds.
        bed.check(bed.server.subscription is not None, "the subscription is left")
        began = time.monotonic()
        bed.start()
        bed.check(bed.live("first", 20), "the next start takes it for its own", bed.wall.text())
        bed.row["recovery"] = "terminal restored; the next start live in %.0f s" % max(1, time.monotonic() - began)
        bed.wall.keys("q")
        bed.same(bed.wall.status(), 0, "q ends it with 0")
    return run


def run_frozen(bed):
    """SIGSTOP, as a suspended machine: time goes on, and nothing is caught up."""
    bed.start()
    bed.check(bed.live(), "the wall is live before", bed.wall.text())
    os.kill(bed.pid, signal.SIGSTOP)
    time.sleep(9)
    bed.server.mark = "second"
    os.kill(bed.pid, signal.SIGCONT)
    began = time.monotonic()
    good = bed.live("second", 10)
    took = time.monotonic() - began
    bed.check(good, "it goes on", bed.wall.text())
    time.sleep(max(0, 2 - took))
    polls = len(bed.server.since(began, began + 2, path=DATA))
    bed.check(polls <= 14, "without a burst of polls", polls)
    bed.row.update(recovery="%.0f s" % took if took >= 1 else "< 1 s", kept="stay", requests="%.1f" % (polls / 2))
    bed.wall.keys("q")
    bed.same(bed.wall.status(), 0, "q ends it with 0")


def run_full_disk(bed):
    bed.arguments[bed.arguments.index("--log") + 1] = "/dev/full"
    bed.start()
    bed.check(bed.live(), "the wall is live", bed.wall.text())
    bed.row["recovery"] = "not needed"
    bed.wall.keys("q")
    bed.same(bed.wall.status(), 0, "q ends it with 0")


FAULTS = [
    Fault("nobody reads", "the terminal is not read for 20 s", run=run_stopped_reader, hold=20),
    Fault("terminal gone", "the pseudo-terminal is closed", run=run_killed),
    Fault("terminal gone, server silent", "the same, and the deletion is never answered", run=run_killed_silent),
    Fault("parent killed", "`kill -9` of the shell around it", run=run_parent),
    Fault("parent killed, its shell lives", "`kill -9` of a script that an interactive shell runs it in", run=run_parent_between),
    Fault("SIGHUP", "", run=ended_by(signal.SIGHUP, True)),
    Fault("SIGTERM", "", run=ended_by(signal.SIGTERM, True)),
    Fault("SIGINT", "", run=ended_by(signal.SIGINT, True)),
    Fault("SIGABRT", "as by abort() in our own code", run=ended_by(signal.SIGABRT, False)),
    Fault("SIGBUS", "a crash", run=ended_by(signal.SIGBUS, False)),
    Fault("stopped and continued", "SIGSTOP for 9 s", run=run_frozen, hold=9),
    Fault("the log's disk is full", "`--log /dev/full`", run=run_full_disk),
]
