"""Signals of commands without a terminal: what was ignored at the start, and the log that is opened again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness


class Program:
    def __init__(self, server, folder, command, *more, ignored=()):
        def ignore():
            for number in ignored:
                signal.signal(number, signal.SIG_IGN)
        self.process = subprocess.Popen([harness.CXWALL, command, "-i", "0.2", *more, *harness.options(server)],
                                        env=folder.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, preexec_fn=ignore)

    def kill(self, number):
        os.kill(self.process.pid, number)

    def end(self):
        try:
            status = self.process.wait(harness.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None
        return status if status >= 0 else 128 - status


def polls_on(server, more=3):
    before = server.polls
    return harness.wait_for(lambda: server.polls >= before + more)


COMMANDS = [("follow",), ("metrics", "--file", "%s/cx.prom")]


def check_ignored(tap, folder):
    """As nohup and the background of a shell start a program."""
    for command in COMMANDS:
        for number in (signal.SIGHUP, signal.SIGINT):
            server = harness.Server()
            program = Program(server, folder, *[word.replace("%s", folder.path) for word in command], ignored=[number])
            what = "%s, started with %s ignored" % (command[0], number.name)
            tap.check(polls_on(server), what + ": it runs")
            program.kill(number)
            program.kill(number)
            tap.check(polls_on(server) and program.process.poll() is None, what + ": it goes on")
            program.kill(signal.SIGTERM)
            tap.same(program.end(), 143, what + ": SIGTERM ends it")
            tap.same(server.subscription, None, what + ": the subscription is deleted")


def check_not_ignored(tap, folder):
    for command in COMMANDS:
        for number in (signal.SIGHUP, signal.SIGQUIT):
            server = harness.Server()
            program = Program(server, folder, *[word.replace("%s", folder.path) for word in command])
            polls_on(server)
            program.kill(number)
            what = "%s: %s" % (command[0], number.name)
            tap.same(program.end(), 128 + number, what + " ends it")
            tap.same(server.subscription, None, what + ": the subscription is deleted")


def check_one_answer(tap, folder):
    """Every way to end a command that waits for its answer deletes the subscription; other signals do not end it."""
    for number, status in ((signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGTERM, 143), (signal.SIGUSR1, 0),
                           (signal.SIGUSR2, 0)):
        server = harness.Server()
        server.not_ready = 4
        program = Program(server, folder, "snapshot")
        harness.wait_for(lambda: server.find("GET", "/statsapi/subscription/data"))
        program.kill(number)
        tap.same(program.end(), status, "snapshot: %s while it waits: exit status" % number.name)
        tap.same(server.subscription, None, "snapshot: %s: the subscription is deleted" % number.name)


def check_ignored_wall(tap, folder):
    """A script that traps SIGINT before it starts a wall does not want Ctrl-C to end it."""
    server = harness.Server()
    script = "trap '' INT; exec '%s' -i 0.2 %s" % (harness.CXWALL, " ".join(harness.options(server)))
    terminal = harness.Pty(["/bin/sh", "-c", script], folder.environment())
    tap.check(terminal.wait_output(b"live"), "a wall with SIGINT ignored runs", terminal.output[-300:])
    before = server.polls
    terminal.send(b"\x03")
    os.kill(terminal.pid, signal.SIGINT)
    tap.check(harness.wait_for(lambda: terminal.read(0.02) and server.polls > before + 3), "a wall with SIGINT ignored goes on")
    terminal.send(b"q")
    tap.same(terminal.end(), 0, "a wall with SIGINT ignored: q ends it")
    terminal.close()


def contents(path):
    with open(path) as file:
        return file.read()


def check_journal(tap, folder):
    """Standard error of a service: lines with priorities; a journal that reads nothing holds nothing up; others are refused."""
    server = harness.Server()
    journal, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    about = os.fstat(theirs.fileno())
    env = folder.environment(JOURNAL_STREAM="%d:%d" % (about.st_dev, about.st_ino), CXWALL_NO_SUCH="1")
    arguments = [harness.CXWALL, "follow", "-i", "0.05", "--log", "journal", *harness.options(server)]
    child = subprocess.Popen(arguments, env=env, stdout=subprocess.DEVNULL, stderr=theirs)
    theirs.close()
    text = b""
    journal.settimeout(harness.PATIENCE)
    while b"GET " not in text:
        text += journal.recv(65536)
    lines = text.decode().split("\n")[:-1]
    tap.check(all(re.match(r"<[346]>\S", line) for line in lines if "unknown environment variable" not in line), "journal: each line has its priority, and no time", text.decode())
    tap.check(any(re.match(r"<6>.*GET /", line) for line in lines), "journal: requests are information", text.decode())
    # Nobody reads any more: far more than fits.
    tap.check(server.polled(400), "journal: polls go on where nothing is read")
    child.terminate()
    tap.same(child.wait(30), 143, "... and it ends as ever")
    journal.close()
    status, out, err = harness.run(["snapshot", "--log", "journal", *harness.options(server)], folder.environment(JOURNAL_STREAM="1:2"))
    tap.check(status == 2 and "log: journal: standard error does not go there" in err and "./journal" in err, "journal: where there is none, that is said", err)
    config = folder.write("journal.conf", 'log = "journal"\n')
    status, out, err = harness.run(["list", "layouts", "-c", config], folder.environment())
    tap.check((status, err) == (0, ""), "journal: in the configuration of a service it is no mistake for other commands", err)
    server.shutdown()


def check_log(tap, folder):
    """Moved away and opened anew; readable by its owner alone."""
    for command in ("follow", "run"):
        server = harness.Server()
        log = os.path.join(folder.path, command + ".log")
        moved = log + ".1"
        arguments = [harness.CXWALL, command, "-i", "0.2", "--log", log, *harness.options(server)]
        process = harness.Pty(arguments, folder.environment())
        alive = lambda: process.read(0.02)
        tap.check(harness.wait_for(lambda: alive() and server.polls > 2), command + ": it runs with a log")
        tap.same(os.stat(log).st_mode & 0o777, 0o600, command + ": nobody else may read the log")
        os.rename(log, moved)
        os.kill(process.pid, signal.SIGUSR2)
        tap.check(harness.wait_for(lambda: alive() and os.path.exists(log) and "GET" in contents(log)),
                  command + ": after SIGUSR2 the log is written at its old place")
        size = os.path.getsize(moved)
        before = server.polls
        harness.wait_for(lambda: alive() and server.polls > before + 2)
        tap.same(os.path.getsize(moved), size, command + ": and nothing is written to the moved one")
        tap.same(os.stat(log).st_mode & 0o777, 0o600, command + ": nobody else may read the new log")
        os.kill(process.pid, signal.SIGTERM)
        tap.same(process.end(), 143, command + ": SIGTERM ends it")
        process.close()


def check_secret_command(tap, folder):
    """A command that prints the secret may hang in every way: a signal ends the program all the same."""
    server = harness.Server()
    env = folder.environment()
    del env["CXWALL_SECRET"]
    for name, arguments in (("run", ["run"]), ("snapshot", ["snapshot"])):
        for command in ("sleep 100", "exec >&-; touch %s/started; sleep 100" % folder.path):
            started = os.path.join(folder.path, "started")
            config = folder.write("cxwall.conf", 'secret_command = "touch %s; %s"\n' % (started, command))
            process = harness.Pty([harness.CXWALL, *arguments, "-c", config, *harness.options(server)], env)
            harness.wait_for(lambda: process.read(0.02) and os.path.exists(started))
            os.unlink(started)
            began = time.monotonic()
            os.kill(process.pid, signal.SIGTERM)
            tap.same(process.end(), 143, "%s: SIGTERM while '%s' runs: exit status" % (name, command[:12]))
            tap.check(time.monotonic() - began < 2 + 3, "%s: in time" % name, time.monotonic() - began)
            process.close()


def check_guarded(tap, folder):
    """No debugger of the same user reads the secret: then the system gives the process's files to root."""
    other = 65534 if os.getuid() == 0 else os.getuid()

    def become():
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(other)
            os.setuid(other)
    server = harness.Server()
    try:
        process = subprocess.Popen([harness.CXWALL, "follow", "-i", "0.2", *harness.options(server)],
                                   env=folder.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, preexec_fn=become)
    except PermissionError:
        tap.skip("no debugger reads the secret", "the build folder is closed to other users")
        return
    tap.check(polls_on(server), "as another user it runs")
    tap.same(os.stat("/proc/%d/mem" % process.pid).st_uid, 0, "no debugger of the same user reads the secret")
    with open("/proc/%d/limits" % process.pid) as file:
        core = [line.split() for line in file if line.startswith("Max core file size")][0]
    tap.same(core[4:6], ["0", "0"], "no core file holds the secret")
    process.terminate()
    process.wait()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_ignored(tap, folder)
    check_not_ignored(tap, folder)
    check_one_answer(tap, folder)
    check_ignored_wall(tap, folder)
    check_log(tap, folder)
    check_journal(tap, folder)
    check_secret_command(tap, folder)
    check_guarded(tap, folder)
    folder.remove()
    tap.done()


main()
