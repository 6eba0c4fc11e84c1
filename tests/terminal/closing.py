"""A terminal that closes, in every way and in every phase of a wall: the subscription never stays at the server.

    closing.py [ROUNDS]

Against cxsim, which keeps a subscription until somebody deletes it. xterm takes part where CLOSING_XTERM is set and
there is a display, sshd where it is installed.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

TENANT = "closing.example"
ASK_AGAIN = 0.15  # seconds between two requests of one closing: more than what counts as one


class Wall:
    """One wall with a login of its own. The subclasses say in what terminal it runs, and how that one closes."""

    name = ""
    program = "sh"

    def __init__(self, folder, url, user):
        self.user = user
        self.log = os.path.join(folder.path, user + ".log")
        self.arguments = [harness.CXWALL, "--url", url, "--tenant", TENANT, "--user", user, "-i", "1", "--log", self.log]
        self.folder = folder
        self.start()

    def start(self):
        self.terminal = harness.Pty(self.arguments, self.folder.environment())

    def close(self):
        self.terminal.hang_up()

    def reap(self):
        self.terminal.end()
        self.terminal.close()

    def pids(self):
        """The wall itself, under whatever it runs."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                with open("/proc/%s/cmdline" % entry, "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"cxwall") and self.user.encode() in words:
                found.append(int(entry))
        return found

    def logged(self):
        try:
            with open(self.log) as file:
                return file.read()
        except OSError:
            return ""

    def ask_to_end(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGINT)


class HungUp(Wall):
    name = "the line is hung up"


class SignalledTwice(Wall):
    name = "SIGHUP twice, then the line"

    def close(self):
        for _ in range(2):
            os.killpg(self.terminal.pid, signal.SIGHUP)
            time.sleep(ASK_AGAIN)
        self.terminal.hang_up()


class LineFirst(Wall):
    name = "the line, then SIGHUP twice"

    def close(self):
        self.terminal.hang_up()
        for _ in range(2):
            time.sleep(ASK_AGAIN)
            for pid in self.pids():
                os.kill(pid, signal.SIGHUP)


class LoggedOut(Wall):
    """As systemd ends a session: SIGTERM, and SIGHUP at once for the shells that ignore that."""

    name = "SIGTERM and SIGHUP"

    def close(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            os.killpg(self.terminal.pid, number)
        self.terminal.hang_up()

    def ask_to_end(self):
        os.kill(self.terminal.pid, signal.SIGHUP)


class NoHangUp(Wall):
    """No signal says that the terminal is gone: a read does."""

    name = "SIGHUP ignored"

    def start(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        super().start()
        signal.signal(signal.SIGHUP, before)


class InShell(Wall):
    """The shell is the leader of the session and gets the signal first."""

    name = "under a shell"

    def start(self):
        words = " ".join("'%s'" % word for word in self.arguments)
        self.terminal = harness.Pty(["/bin/sh", "-c", words + "; exit 0"], self.folder.environment())


class InLoginShell(InShell):
    """A shell with job control: the wall has a process group of its own."""

    name = "under a shell with jobs"

    def start(self):
        words = " ".join("'%s'" % word for word in self.arguments)
        self.terminal = harness.Pty(["/bin/sh", "-m", "-c", words + "; exit 0"], self.folder.environment())


class ServerKilled(Wall):
    """What holds the line dies without a word, as sshd does when it is killed."""

    name = "the terminal's program killed"
    program = "script"

    def start(self):
        words = " ".join("'%s'" % word for word in self.arguments)
        self.holder = subprocess.Popen(["script", "-q", "-c", words, self.log + ".script"], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, env=self.folder.environment(SHELL="/bin/sh"))

    def close(self):
        self.holder.kill()

    def reap(self):
        self.holder.stdin.close()
        self.holder.wait()


class InTmux(Wall):
    name = "tmux kill-server"
    program = "tmux"

    def start(self):
        self.terminal = harness.Terminal(self.arguments, self.folder.environment())

    def close(self):
        self.terminal.tmux("kill-server")

    def reap(self):
        self.terminal.close()


class InXterm(Wall):
    name = "xterm ended"
    program = "xterm"

    def start(self):
        self.holder = subprocess.Popen(["xterm", "-e", *self.arguments], stderr=subprocess.DEVNULL,
                                       env=self.folder.environment())

    def close(self):
        self.holder.terminate()

    def reap(self):
        self.holder.wait()


class Sshd:
    """One on a port of the loopback, with keys of its own; for the user who runs the tests."""

    running = None

    def __init__(self, folder):
        self.folder = folder.path
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.path.join(self.folder, key)], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        config = folder.write("sshd.conf", """
ListenAddress 127.0.0.1:%d
HostKey %s/host
AuthorizedKeysFile %s/user.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
MaxStartups 100
""" % (self.port, self.folder, self.folder))
        self.process = subprocess.Popen([SSHD, "-D", "-f", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        harness.wait_for(self.answers)

    def answers(self):
        with socket.socket() as there:
            return there.connect_ex(("127.0.0.1", self.port)) == 0

    def client(self, command):
        return [shutil.which("ssh"), "-tt", "-F", "none", "-i", os.path.join(self.folder, "user"), "-p", str(self.port), "-o", "LogLevel=ERROR",
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "127.0.0.1", command]

    def end(self):
        self.process.terminate()
        self.process.wait()


def ancestors(pid):
    """Those that are there: it may end meanwhile."""
    while pid > 1:
        try:
            with open("/proc/%d/stat" % pid) as file:
                pid = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            return
        yield pid


class SshdKilled(Wall):
    """The processes of sshd that serve this session die without a word."""

    name = "sshd killed"
    program = "sshd"

    def start(self):
        words = " ".join("'%s'" % word for word in self.arguments)
        values = "".join("export %s='%s'\n" % pair for pair in self.folder.environment(TERM="xterm-256color").items())
        script = self.folder.write(self.user + ".sh", values + "exec " + words + "\n")
        self.terminal = harness.Pty(Sshd.running.client("sh " + script), self.folder.environment())
        if not harness.wait_for(self.pids):
            raise RuntimeError("no wall behind sshd: %s" % self.terminal.output[-500:])

    def servers(self):
        """None where the wall has ended, or its session did."""
        found = []
        walls = harness.wait_for(self.pids, 2) or [0]
        for pid in ancestors(walls[0]):
            if pid == Sshd.running.process.pid:
                return found
            found.append(pid)
        return []

    def close(self):
        for pid in self.servers():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


class SshKilled(SshdKilled):
    """The network is cut: the client is gone."""

    name = "ssh killed"

    def close(self):
        os.kill(self.terminal.pid, signal.SIGKILL)


SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
WAYS = [HungUp, SignalledTwice, LineFirst, LoggedOut, NoHangUp, InShell, InLoginShell, ServerKilled, InTmux]
if os.environ.get("CLOSING_XTERM") and os.environ.get("DISPLAY"):
    WAYS.append(InXterm)

if os.access(SSHD, os.X_OK) and shutil.which("ssh"):
    WAYS += [SshdKilled, SshKilled]

# Name, faults of the server from the start, what the log says once the phase is reached, faults from then on, and what
# the log says when those have been met.
PHASES = [
    ("starting", [], "", "", ""),
    ("signing in", ["slow:path=token,delay=0.6"], ": signing in", "", ""),
    ("creating", ["slow:path=subscription,method=POST,delay=0.6"], ": creating", "", ""),
    ("waiting for data", ["204:path=data"], ": waiting", "", ""),
    ("polling", [], ": live", "slow:path=data,method=GET,delay=0.6", ""),
    ("retrying", [], ": live", "500:path=data,method=GET", ": poll failed"),
    ("ending", ["slow:path=active,method=DELETE,delay=0.6"], ": live", "", ": deleting"),
]


class Centre:
    def __init__(self, folder, faults, users):
        arguments = [harness.CXSIM, "--port", "0", "--tenant", TENANT, "--limit", "64", "--agents", "4", "--until-eof"]
        for user in users:
            arguments += ["--user", user, "--secret", "the-secret"]
        for fault in faults:
            arguments += ["--fault", fault]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=folder.environment())
        self.url = self.process.stdout.readline().decode().split()[-1]

    def fault(self, text):
        urllib.request.urlopen(urllib.request.Request(self.url + "/cxsim/faults", data=text.encode(), method="POST"),
                               timeout=harness.PATIENCE).read()

    def subscribed(self):
        with urllib.request.urlopen(self.url + "/cxsim/state", timeout=harness.PATIENCE) as answer:
            return [entry["login"] for entry in json.loads(answer.read())["subscriptions"]]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def check_phase(tap, folder, phase, faults, reached, later, met, ways, round_number):
    users = ["wall-%d-%s-%d" % (i, phase.replace(" ", ""), round_number) for i in range(len(ways))]
    centre = Centre(folder, faults, users)
    walls = [way(folder, centre.url, user) for way, user in zip(ways, users)]
    for wall in walls:
        # The very start of a process says nothing: it is closed as it comes.
        reached_it = harness.wait_for(lambda: reached in wall.logged())
        if not reached_it:
            tap.check(False, "%s, %s: the phase is reached" % (phase, wall.name), wall.logged())
    if later:
        centre.fault(later)
    if phase == "ending":
        for wall in walls:
            wall.ask_to_end()
    for wall in walls:
        harness.wait_for(lambda: met in wall.logged())
        wall.close()
    for wall in walls:
        tap.check(harness.wait_for(lambda: not wall.pids()), "%s, %s: the wall ends" % (phase, wall.name), wall.logged())
        wall.reap()
    left = centre.subscribed()
    for wall in walls:
        tap.check(wall.user not in left, "%s, %s: no subscription is left" % (phase, wall.name), wall.logged())
    centre.end()


def main():
    tap = harness.Tap()
    # The look for leaks at the end stops the process to read it; the SIGCONT that comes with the end of a line may
    # disturb that. Other tests look for the same leaks.
    os.environ["ASAN_OPTIONS"] = (os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0").lstrip(":")
    harness.need_simulator()
    folder = harness.Folder()
    ways = [way for way in WAYS if way.program == "sshd" or shutil.which(way.program)]
    if SshdKilled in ways:
        Sshd.running = Sshd(folder)
    try:
        for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
            for phase in PHASES:
                check_phase(tap, folder, *phase, ways, number)
    finally:
        if Sshd.running is not None:
            Sshd.running.end()
    folder.remove()
    tap.done()


main()
