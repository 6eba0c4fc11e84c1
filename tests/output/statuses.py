"""Exit statuses, and what commands without a screen do when things go wrong: bounded time, the cause, no half document."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
pages = ( { rows = ( { panels = (
  { name = "now" type = "totals" tiles = ( "in_calls_waiting", "in_average_speed_of_answer", "service_level" ) },
  { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting", "in_max_wait_time" ) },
  { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state", "state_duration" ) } ) } ) } )
"""

CELLS = {"name": ["Sales", "Customer Care", "1"], "in_calls_waiting": ["12", "3", "0"],
         "in_max_wait_time": ["130", "", "5"], "first_last_name": ["Ana Li", "Bo Ek", "Cy Do"],
         "login_id": ["ana", "bo", "cy"], "acd_state": ["ready", "busy", "not_ready"], "state_duration": ["1", "2", "3"]}

COMMANDS = [["snapshot"], ["snapshot", "--format", "json"], ["snapshot", "--format", "csv", "--panel", "queues"], ["metrics"],
            ["metrics", "--file", "m.prom"], ["follow"], ["follow", "--format", "json"], ["list", "teams"],
            ["list", "directory"], ["doctor"], ["check", "now.in_calls_waiting < 10"]]

CHECKS = [
    (0, ["now.in_calls_waiting < 10"], r"^OK - .* is true: now.in_calls_waiting is 9 \| 'now.in_calls_waiting'=9$"),
    (2, ["now.in_calls_waiting > 10"], r"^CRITICAL - .* is false: now.in_calls_waiting is 9 \|"),
    (3, ["now.in_average_speed_of_answer > 1"], r"^UNKNOWN - .* is blank$"),
    (0, ["queues['Customer Care'].in_calls_waiting = 3 and agents[ana].acd_state = ready"], r"^OK - .*acd_state is ready"),
    (0, ["queues[*].in_calls_waiting > 10"], r"^OK - .*queues\[Sales\].in_calls_waiting is 12"),
    (0, ["now.in_calls_waiting", "--warn", "> 9"], r"^OK - .* \| 'now.in_calls_waiting'=9;~:9;$"),
    (1, ["now.in_calls_waiting", "--warn", ">= 9", "--critical", "> 10"], r"^WARNING - .*=9;@9:;~:10$"),
    (2, ["now.in_calls_waiting", "--warn", "> 5", "--critical", "> 8"], r"^CRITICAL - now.in_calls_waiting is 9 \|"),
    (2, ["queues[*].in_calls_waiting", "--critical", "> 10"], r"^CRITICAL - queues\[Sales\].in_calls_waiting is 12 \|"),
    (1, ["queues[*].in_max_wait_time", "--warn", "> 1m"], r"^WARNING - queues\[Sales\].in_max_wait_time is 2:10 \|.*=130s;~:60;"),
    (3, ["queues[*].in_max_wait_time", "--warn", "> 10m"], r"^UNKNOWN - queues\[\"Customer Care\"\].* is blank"),
    (3, ["queues[Nobody].in_calls_waiting < 1"], r"^UNKNOWN - .*no row 'Nobody'"),
    (3, ["nwo.in_calls_waiting < 1"], r"^UNKNOWN - character 1: .*did you mean 'now'"),
    (3, ["now.in_calls_waitin < 1"], r"^UNKNOWN - .*did you mean 'in_calls_waiting'"),
    (3, ["now.in_calls_waiting << 1"], r"^UNKNOWN - "),
    (3, ["now.in_calls_waiting", "--warn", "> x"], r"^UNKNOWN - --warn: "),
    (3, ["now.in_calls_waiting"], r"^UNKNOWN - .*a comparison is missing"),
    (3, ["now.in_calls_waiting < 1", "more"], r"^UNKNOWN - "),
    (3, [], r"^UNKNOWN - check needs an expression"),
    (3, ["--frobnicate"], r"^UNKNOWN - unknown option"),
    (3, ["now.in_calls_waiting < 1", "--interval", "x"], r"^UNKNOWN - "),
    (3, ["now.in_calls_waiting < 1", "-l", "no-such-layout"], r"^UNKNOWN - there is no layout"),
    (3, ["now.in_calls_waiting < 1", "--url", "http://example.com"], r"^UNKNOWN - "),
    (3, ["--help"], r"(?s)^cxwall check"),
]


class Bench:
    def __init__(self):
        self.folder = harness.Folder()
        self.path = self.folder.write("test.conf", LAYOUT)
        self.server = None

    def fresh(self):
        self.server = harness.Server()
        self.server.cell = lambda panel, stat, row: CELLS.get(stat, ["", "", ""])[row]
        self.server.total = lambda stat: "9" if stat == "in_calls_waiting" else ""
        self.server.table[("GET", "/configapi/v2/phone/user")] = lambda h, r: h.answer(200, [])
        return self.server

    def run(self, command, *more, url=None, seconds=60, **env):
        name, *rest = command
        layout = [] if name == "list" or "-l" in rest else ["-l", self.path]
        where = harness.options(self.server) if url is None else \
            ["--url", url, "--tenant", "example.cx.onecloud.com", "--user", "stats.user"]
        began = time.monotonic()
        done = subprocess.run([harness.CXWALL, name, *layout, *where, "-i", "0.2", *rest, *more], stdin=subprocess.DEVNULL,
                              env=self.folder.environment(**env), cwd=self.folder.path, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=seconds)
        return done.returncode, done.stdout.decode(), done.stderr.decode(), time.monotonic() - began


def check_plugin(tap, bench):
    bench.fresh()
    for wanted, arguments, pattern in CHECKS:
        status, out, err, _ = bench.run(["check", *arguments])
        tap.check(status == wanted and re.search(pattern, out), "check %s: %d" % (" ".join(arguments), wanted),
                  "%d\n%s%s" % (status, out, err))
        if "--help" not in arguments:
            tap.check(out.count("\n") == 1 and out.endswith("\n"), "... in one line", out)
        trouble = out.startswith("UNKNOWN - ") and not re.search("queues.* is unknown|is unknown: ", out)
        tap.check(not trouble or err.startswith("cxwall: "), "... a mistake is on standard error too", err)
    tap.same(bench.server.subscription, None, "check leaves no subscription")


def good_document(command, out):
    """Whether what was printed in spite of the trouble is whole: nothing, or a plugin's or doctor's answer, or lines."""
    if command[0] == "check":
        return re.match(r"^UNKNOWN - .*\n$", out)
    if command[0] == "doctor":
        return re.search(r"(?m)^wrong  ", out) and out.endswith("\n")
    return out == ""


class Trouble:
    """A server that fails in one way, and the commands that meet it, all at once: each may take its 20 s."""

    # Twenty seconds, two for the end, and what a loaded machine needs to start so many programs.
    BOUND = 22 + harness.PATIENCE
    AT_ONCE = threading.Semaphore(48)

    def __init__(self, what, wanted, pattern, spoil, commands=COMMANDS, tries=None):
        """tries: how often the request of that method and path is made, by each command, before it tells the cause."""
        self.what, self.wanted, self.pattern, self.commands, self.tries = what, wanted, pattern, commands, tries
        self.bench = Bench()
        self.server = self.bench.fresh()
        self.url = spoil(self.server)
        self.results = {}
        self.threads = [threading.Thread(target=self.run, args=(command,)) for command in commands]
        for thread in self.threads:
            thread.start()

    def run(self, command):
        with self.AT_ONCE:
            # Where they could meet they would wait for each other.
            alone = tempfile.mkdtemp(dir=self.bench.folder.path)
            self.results[tuple(command)] = self.bench.run(command, url=self.url, seconds=200, XDG_RUNTIME_DIR=alone)

    def check(self, tap):
        for thread in self.threads:
            thread.join()
        for command in self.commands:
            status, out, err, seconds = self.results[tuple(command)]
            name = "%s: %s" % (self.what, " ".join(command))
            tap.same(status, 3 if command[0] == "check" else self.wanted, name + " ends with its status")
            tap.check(seconds < self.BOUND, name + " ... in bounded time", seconds)
            # Doctor tells it as one of its lines, once.
            good = re.search(r"(?m)^wrong .*" + self.pattern, out) and err == "" if command[0] == "doctor" \
                else re.search(r"(?m)^cxwall: .*" + self.pattern, err)
            tap.check(good, name + " ... with the cause", out + err)
            tap.check(good_document(command, out), name + " ... and no half document", out)
        if self.tries is not None:
            # Before it deletes its subscription, a command looks once more whether it is still its own.
            tries, looks = len(self.server.find(*self.tries)), 1 if self.tries == DATA else 0
            tap.check(2 * len(self.commands) <= tries <= (2 + looks) * len(self.commands), self.what + ": two tries each", tries)
        tap.check(not [f for f in os.listdir(self.bench.folder.path) if ".prom" in f], self.what + ": no file is left")
        self.bench.folder.remove()


def replace(server, method, path, status, body=b"", kind="text/plain"):
    server.table[(method, path)] = lambda h, r: h.answer(status, body, kind)


def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


NEED_DATA = [c for c in COMMANDS if c[0] != "list"]
# Those that go on once they have data are more patient; the others tell what fails twice.
GO_ON = [c for c in COMMANDS if c[0] == "follow" or "--file" in c]
ONCE = [c for c in COMMANDS if c not in GO_ON]
ONCE_DATA = [c for c in ONCE if c[0] != "list"]
LISTS = [["list", "directory"], ["list", "campaigns", "--format", "json"], ["list", "dispositions"]]
TOKEN, CREATE = ("POST", "/configapi/v2/oauth/token"), ("POST", "/statsapi/subscription")
DATA, JSON = ("GET", "/statsapi/subscription/data"), "application/json"


def nobody(server):
    return "http://127.0.0.1:%d" % closed_port()


def refused(server):
    replace(server, *TOKEN, 401, b'{"error":"invalid_client"}', JSON)


def limited(server):
    replace(server, *CREATE, 409, b"limit exceeded")
    replace(server, *DATA, 404)


def foreign(server):
    replace(server, *CREATE, 409, b"limit exceeded")
    replace(server, *DATA, 200, b'{"other":{"stats_totals":{"x":"1"}}}', JSON)


def cut_lists(server):
    for path in ("/configapi/v2/phone/user", "/statsapi/cfg/dispositions", "/configapi/v2/campaign/getAll/"):
        replace(server, "GET", path, 200, b'[{"a":', JSON)


def hang(server, *place):
    """The request is taken, and nothing comes back."""
    server.table[place] = lambda h, r: time.sleep(120)


def drip(handler, request):
    """A body that never ends, a byte in a while."""
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _ in range(600):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.2)


def check_troubles(tap):
    troubles = [
        Trouble("nobody listens", 4, "refused|connect", nobody),
        Trouble("the secret is refused", 3, "refused|secret", refused),
        Trouble("the token service fails", 4, "500", lambda s: replace(s, *TOKEN, 500, b"<html>", "text/html"), ONCE, TOKEN),
        Trouble("the subscription fails", 4, "500", lambda s: replace(s, *CREATE, 500, b"<html>", "text/html"), ONCE_DATA, CREATE),
        Trouble("a portal answers for the data", 4, "web page", lambda s: replace(s, *DATA, 200, b"<html>", "text/html"), ONCE_DATA, DATA),
        Trouble("a privilege is missing", 3, "403|privilege", lambda s: replace(s, *CREATE, 403), NEED_DATA),
        Trouble("the tenant's limit", 5, "409|limit", limited, NEED_DATA),
        Trouble("another client has the login", 5, "Another client", foreign, NEED_DATA),
        Trouble("data never come", 4, "not sent any data", lambda s: replace(s, *DATA, 204), NEED_DATA),
        Trouble("the answers are empty", 4, "not sent any data",
                lambda s: replace(s, *DATA, 200, b"{}", JSON), NEED_DATA),
        Trouble("the answer is cut", 4, "cannot be read|not valid JSON",
                lambda s: replace(s, *DATA, 200, b'{"a":', JSON), ONCE_DATA, DATA),
        Trouble("the answer is cut for long", 4, "cannot be read|not valid JSON",
                lambda s: replace(s, *DATA, 200, b'{"a":', JSON), GO_ON),
        Trouble("the server hangs", 4, "did not answer", lambda s: hang(s, *TOKEN)),
        Trouble("the data hang", 4, "did not answer", lambda s: hang(s, *DATA), NEED_DATA),
        Trouble("the data drip", 4, "came too slowly", lambda s: s.table.update({DATA: drip}), NEED_DATA),
        Trouble("the data fail", 4, "500", lambda s: replace(s, *DATA, 500, b"<html>", "text/html"), ONCE_DATA, DATA),
        Trouble("the data fail for long", 4, "500", lambda s: replace(s, *DATA, 500, b"<html>", "text/html"), GO_ON),
        Trouble("the token is never good", 3, "401|refused|token", lambda s: replace(s, *DATA, 401), NEED_DATA),
        Trouble("a list is cut", 1, "not valid", cut_lists, LISTS),
    ]
    for trouble in troubles:
        trouble.check(tap)
    tap.same(troubles[7].server.find("DELETE", "/statsapi/subscription/active"), [], "nothing of another client's is deleted")


def check_usage(tap, bench):
    bench.fresh()
    for arguments, words in ((["snapshot", "--format", "xml"], ""), (["snapshot", "--size", "1x1"], "--size must be COLSxLINES, from "),
                             (["snapshot", "--panel", "x"], ""), (["follow", "--format", "csv"], "follow has no CSV: use --format text or json"),
                             (["follow", "word"], "follow: unexpected argument 'word'"), (["list", "tems"], "there is no list 'tems' (did you mean 'teams'?)"),
                             (["completion", "tcsh"], "completion needs the name of a shell: bash, zsh or fish"), (["metrics", "--warn", "1"], ""),
                             (["metrics", "--take-over"], "--take-over needs --file: a command that prints once never ends another client's subscription"),
                             (["metrics", "--file", "x" * 4090], "the name of the file is too long"),
                             (["backtest"], "backtest needs one recording: cxwall backtest FILE"), (["backtest", "a", "b"], "backtest needs one recording: cxwall backtest FILE"),
                             (["backtest", "a", "--format", "csv"], "backtest has no CSV: use --format text or json"), (["summary"], "-l needs a recording"),
                             (["summary", "a", "--format", "csv"], "summary has no CSV: use --format text or json"), (["replay"], "replay needs one recording: cxwall replay FILE"),
                             (["check"], "check needs an expression, such as 'now.in_calls_waiting < 10'"),
                             (["check", "now.in_calls_waiting", "<"], "check takes one expression: put it in quotes"),
                             (["snapshot", "--format"], "--format needs a value"), (["doctor", "-l", "no-such-layout"], "")):
        status, out, err, _ = bench.run(arguments)
        wanted = 3 if arguments[0] == "check" else 2
        tap.check(status == wanted and (out == "" or arguments[0] in ("doctor", "check")) and words in err + out,
                  "usage, %d: %s" % (wanted, " ".join(arguments)[:40]), out + err)
    status, out, err, _ = bench.run(["list", "layouts"], CXWALL_SECRTE="x")
    tap.check(status == 0 and "unknown environment variable CXWALL_SECRTE" in err, "an unknown environment variable is told", err)
    status, out, err, _ = bench.run(["snapshot"], CXWALL_SECRET="")
    tap.check(status == 2 and out == "" and "secret" in err, "usage, 2: no secret", err)


def check_output(tap, bench):
    """Standard output that cannot be written: 1; each command says so."""
    bench.fresh()
    for command in (["snapshot"], ["snapshot", "--format", "json"], ["metrics"], ["list", "statistics"], ["follow"],
                    ["completion", "bash"], ["doctor"]):
        name, *rest = command
        options = [] if name in ("completion",) else ["-l", bench.path, *harness.options(bench.server)]
        with open("/dev/full", "w") as full:
            done = subprocess.run([harness.CXWALL, name, *options, *rest], env=bench.folder.environment(), stdout=full,
                                  stderr=subprocess.PIPE, timeout=60)
        tap.check(done.returncode == 1 and b"cannot be written" in done.stderr, "a full disk, 1: " + " ".join(command),
                  (done.returncode, done.stderr))


def check_signals(tap, bench):
    server = bench.fresh()
    server.not_ready = 10 ** 9
    for command in (["snapshot"], ["follow"], ["metrics", "--file", "m.prom"], ["check", "now.in_calls_waiting < 1"]):
        for number in (signal.SIGTERM, signal.SIGINT):
            server.subscription = None
            name, *rest = command
            child = subprocess.Popen([harness.CXWALL, name, "-l", bench.path, *harness.options(server), *rest],
                                     env=bench.folder.environment(), cwd=bench.folder.path, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
            harness.wait_for(lambda: server.subscription is not None)
            child.send_signal(number)
            out, _ = child.communicate(timeout=30)
            tap.same(child.returncode, 3 if name == "check" else 128 + number, "%s ended by signal %d" % (name, number))
            tap.check(good_document(command, out.decode()), "... without half a document", out)
            tap.same(server.subscription, None, "... and its subscription is deleted")


def main():
    tap = harness.Tap()
    bench = Bench()
    check_plugin(tap, bench)
    check_usage(tap, bench)
    check_output(tap, bench)
    check_signals(tap, bench)
    check_troubles(tap)
    bench.folder.remove()
    tap.done()


main()
