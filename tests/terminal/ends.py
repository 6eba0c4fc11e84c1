"""Every way out: the terminal restored, the subscription deleted, the right status; and a terminal that is gone."""

import fcntl
import os
import pty
import re
import resource
import signal
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

# Asks for pasted text between marks, and gives that up.
PASTE_ON, PASTE_OFF = rb"\x1b\[\?2004h", rb"\x1b\[\?2004l"
# What turns the alternate screen off and the cursor on, for TERM=xterm-256color.
LEAVE_SCREEN = rb"\x1b\[\?1049l"
SHOW_CURSOR = rb"\x1b\[\?25h|\x1b\[\?12l\x1b\[\?25h|\x1b\[34h\x1b\[\?25h"


def wall(server, folder, *more):
    return harness.Pty([harness.CXWALL, "-i", "0.2", *more, *harness.options(server)], folder.environment())


def check_end(tap, folder, name, act, status):
    server = harness.Server()
    terminal = wall(server, folder)
    before = terminal.before
    tap.check(terminal.wait_output(b"live"), "%s: the wall runs" % name, terminal.output[-400:])
    during = terminal.modes()
    tap.check(during[3] != before[3], "%s: it takes the keyboard" % name)
    server.requests.clear()
    act(terminal)
    tap.same(terminal.end(), status, "%s: exit status" % name)
    tap.same(terminal.modes(), before, "%s: the terminal's modes are restored" % name)
    tap.check(re.search(LEAVE_SCREEN, terminal.output), "%s: the alternate screen is left" % name)
    tap.check(re.search(SHOW_CURSOR, terminal.output), "%s: the cursor is shown" % name)
    tap.check(re.search(PASTE_ON + rb"(?s:.*)" + PASTE_OFF, terminal.output), "%s: a paste is no longer marked" % name)
    deletes = [line for line in server.lines() if line.startswith("DELETE")]
    tap.same(deletes, ["DELETE /statsapi/subscription/active"], "%s: the subscription is deleted once" % name)
    tap.same(server.subscription, None, "%s: and is gone" % name)
    terminal.close()


def check_crash(tap, folder):
    server = harness.Server()
    # A sanitizer must not take the signal for itself.
    options = os.environ.get("ASAN_OPTIONS", "") + ":handle_sigbus=0"
    terminal = harness.Pty([harness.CXWALL, "--mouse", *harness.options(server)], folder.environment(ASAN_OPTIONS=options))
    terminal.wait_output(b"live")
    os.kill(terminal.pid, signal.SIGBUS)
    tap.same(terminal.end(), 128 + signal.SIGBUS, "a crash: exit status")
    tap.same(terminal.modes(), terminal.before, "a crash: the terminal's modes are restored")
    for pattern in (LEAVE_SCREEN, SHOW_CURSOR, PASTE_OFF, rb"\x1b\[\?1000l", rb"\x1b\[\?1l"):
        tap.check(re.search(pattern, terminal.output), "a crash: %r is sent" % pattern, terminal.output[-200:])
    terminal.close()


def check_stop(tap, folder):
    """Ctrl-Z gives everything back, and fg takes it again."""
    server = harness.Server()
    terminal = wall(server, folder, "--mouse")
    terminal.wait_output(b"live")
    terminal.output = b""
    terminal.send(b"\x1a")
    # The leader of a session without job control is not stopped: it goes on at once.
    for pattern in (PASTE_OFF, rb"\x1b\[\?1000l", rb"\x1b\[\?1l", LEAVE_SCREEN):
        tap.check(terminal.wait_output(pattern), "Ctrl-Z: %r is sent" % pattern, terminal.output[-200:])
    for pattern in (PASTE_ON, rb"\x1b\[\?1000h", rb"\x1b\[\?1h", rb"\x1b\[\?1049h"):
        tap.check(terminal.wait_output(pattern), "and afterwards: %r" % pattern, terminal.output[-200:])
    terminal.send(b"q")
    tap.same(terminal.end(), 0, "and q ends it")
    terminal.close()


def check_silent_server(tap, folder):
    """The deletion is bounded: a server that says nothing does not hold the user."""
    server = harness.Server()
    terminal = wall(server, folder)
    terminal.wait_output(b"live")
    server.table[("DELETE", "/statsapi/subscription/active")] = lambda handler, request: time.sleep(60)
    start = time.monotonic()
    os.kill(terminal.pid, signal.SIGTERM)
    status = terminal.end()
    took = time.monotonic() - start
    tap.same(status, 128 + signal.SIGTERM, "a hanging deletion: exit status")
    tap.check(1.0 < took < 10, "a hanging deletion is given up after about two seconds", "%.1f s" % took)
    terminal.close()


def check_hurry(tap, folder):
    """Whoever asks twice does not want to wait; a hang-up is no second request."""
    server = harness.Server()
    server.table[("DELETE", "/statsapi/subscription/active")] = lambda handler, request: time.sleep(60)
    for second, least, most in ((signal.SIGINT, 0, 1.5), (signal.SIGHUP, 1.5, 10)):
        terminal = wall(server, folder)
        terminal.wait_output(b"live")
        start = time.monotonic()
        os.kill(terminal.pid, signal.SIGTERM)
        time.sleep(0.3)
        os.kill(terminal.pid, second)
        status = terminal.end()
        took = time.monotonic() - start
        name = "SIGTERM, then %s" % second.name
        tap.same(status, 128 + signal.SIGTERM, name + ": exit status")
        tap.check(least < took < most, name + ": in its time", "%.1f s" % took)
        terminal.close()
        server.subscription = None


def check_hang_up(tap, folder):
    server = harness.Server()
    terminal = wall(server, folder)
    terminal.wait_output(b"live")
    terminal.hang_up()
    status = terminal.end()
    tap.same(status, 128 + signal.SIGHUP, "the terminal is gone: the wall ends")
    tap.same(server.subscription, None, "the terminal is gone: the subscription is deleted")
    terminal.close()


def check_half_gone(tap, folder, full):
    """Keys come from one terminal and the picture goes to another, which closes: a write fails, and no signal says so.

    Or one that takes nothing more, for a picture larger than it has room for.
    """
    server = harness.Server()

    def delete(handler, request):
        time.sleep(1)
        server.subscription = None
        handler.answer(204)

    server.table[("DELETE", "/statsapi/subscription/active")] = delete
    keys_master, keys = pty.openpty()
    master, picture = pty.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", *((200, 500) if full else (40, 120)), 0, 0))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen([harness.CXWALL, "-i", "0.2", *harness.options(server)], env=folder.environment(), stdin=keys,
                               stdout=picture, stderr=subprocess.DEVNULL)
    os.close(picture)
    output = b""
    while not full and b"live" not in output:
        output += os.read(master, 65536)
    harness.wait_for(lambda: server.polls > 3)
    os.close(master)
    status = process.wait(harness.PATIENCE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    name = "a full terminal" if full else "what shows the picture"
    tap.same(status, 128 + signal.SIGHUP, name + " is gone: the wall ends")
    tap.same(server.subscription, None, "... and deletes its subscription")
    tap.check(used < 1.0, "... and does not spin while it waits for that", "%.2f s of processor time" % used)
    for file in (keys_master, keys):
        os.close(file)


def check_no_terminal(tap, folder):
    server = harness.Server()
    status, out, err = harness.run(["run", *harness.options(server)], folder.environment())
    tap.same((status, out), (2, ""), "no terminal: exit status 2, nothing on standard output")
    tap.check("terminal" in err and "cxwall snapshot" in err, "no terminal: says so, and what to use", err)
    tap.same(server.subscription, None, "no terminal: no subscription is left")
    terminal = harness.Pty([harness.CXWALL, *harness.options(server)], folder.environment(TERM="dumb"))
    tap.same(terminal.end(), 2, "a terminal that cannot place the cursor: exit status 2")
    terminal.close()


def check_usage(tap, folder):
    env = folder.environment()
    del env["CXWALL_SECRET"]
    cases = [
        ([], "not configured", "nothing configured: says what is missing"),
        (["--tenant", "x.example"], "login is not configured", "a missing login is named"),
        (["--tenant", "x.example", "--user", "u"], "API secret is not configured", "a missing secret is named"),
        (["rnu"], "did you mean 'run'?", "a mistyped command"),
        (["--layuot", "x"], "did you mean --layout?", "a mistyped option"),
        (["--secret", "x"], "the secret cannot be an option", "a secret on the command line is refused"),
        (["-l", "overveiw"], "did you mean 'overview'?", "a mistyped layout"),
        (["--theme", "drak"], "did you mean 'dark'?", "a mistyped choice"),
        (["-i", "x"], "interval: 'x' is not a time; write seconds, or a number with s, m or h, such as 30s", "a bad time"),
        (["--size", "80x24"], "'run' does not take", "an option of another command"),
    ]
    for arguments, words, what in cases:
        status, out, err = harness.run(arguments, env)
        tap.same((status, out), (2, ""), what + ": exit status 2")
        tap.check(words in err, what, err)
    bad = folder.write("bad.conf", "tenant = \"x\"\n\nintervall = 5\n")
    status, _, err = harness.run(["-c", bad], env)
    tap.check(status == 2 and bad + ":3: unknown key 'intervall'" in err and "'interval'" in err,
              "a mistyped key is named with its line", err)
    bad = folder.write("bad2.conf", "secret = \"x\"\n")
    status, _, err = harness.run(["-c", bad], env)
    tap.check(status == 2 and ":1: the secret itself must not stand here" in err, "a secret in the file is refused", err)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_end(tap, folder, "q", lambda t: t.send(b"q"), 0)
    check_end(tap, folder, "SIGTERM", lambda t: os.kill(t.pid, signal.SIGTERM), 143)
    check_end(tap, folder, "SIGINT", lambda t: os.kill(t.pid, signal.SIGINT), 130)
    check_end(tap, folder, "Ctrl-C", lambda t: t.send(b"\x03"), 130)
    check_end(tap, folder, "Ctrl-\\", lambda t: t.send(b"\x1c"), 131)
    check_crash(tap, folder)
    check_stop(tap, folder)
    check_silent_server(tap, folder)
    check_hurry(tap, folder)
    check_hang_up(tap, folder)
    for full in (False, True):
        check_half_gone(tap, folder, full)
    check_no_terminal(tap, folder)
    check_usage(tap, folder)
    folder.remove()
    tap.done()


main()
