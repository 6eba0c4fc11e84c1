"""What every fault needs: a centre whose answers can be spoilt, a wall under watch, and the usual course of a fault.

The usual course: the wall is live, the fault begins, the screen is read again and again while it lasts, the fault
ends, the data change, and the new data must come by themselves. What is measured goes into a row of the table.
"""

import dataclasses
import glob
import json
import os
import re
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

TOKEN = "/configapi/v2/oauth/token"
CREATE = "/statsapi/subscription"
DATA = "/statsapi/subscription/data"
ACTIVE = "/statsapi/subscription/active"
AVAILABLE = "/statsapi/info/check_available_agents"

SECRET = "the-secret-Zq7"

# Stale after five seconds at this interval; the rest is a turn of the clock and a busy machine.
OLD_LEAST, OLD_MOST = 4.5, 8.5

# Under valgrind all takes many times as long, and nothing is said of speed and size; a sanitizer is half as bad.
VALGRIND = bool(os.environ.get("FAULTS_VALGRIND"))
SLOW = VALGRIND or bool(os.environ.get("FAULTS_SLOW"))
TIMES = 4 if VALGRIND else 1
if VALGRIND:
    OLD_MOST += 10

# The share of one processor that a wall may take while a fault lasts. Sanitizers cost several times as much.
CPU_MOST = 2 if VALGRIND else 0.5 if SLOW else 0.15

VALGRIND_SCRIPT = """#!/bin/sh
exec valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,possible --num-callers=30 \\
    --errors-for-leak-kinds=definite,possible --suppressions='%s' --log-file='%s'/valgrind.%%p '%s' "$@"
"""
# What a crashed program has in use is no leak.
VALGRIND_CRASH_WORDS = r"Invalid|ninitialised|overlap|Mismatched|unrecognised"
VALGRIND_WORDS = VALGRIND_CRASH_WORDS + "|lost in loss record"

LAYOUT = """
title = "Faults"
pages = ( { title = "Page" rows = (
    { height = 5 panels = (
        { name = "now" type = "totals" services = ["Sales"] tiles = ( "in_calls_waiting", "agents_ready" ) },
        { name = "open" type = "availability" width = 40 services = ["Sales"] } ) },
    { panels = (
        { name = "agents" type = "agent_grid" teams = ["Customer Service"]
          columns = ( { stat = "login_id" width = 20 }, { stat = "extension" width = 14 }, { stat = "reason" width = 14 } ) },
        { name = "queues" type = "service_grid" columns = ( { stat = "name" width = 20 }, { stat = "team_x" width = 14 },
          "service_level" ) } ) },
    { height = 5 panels = ( { name = "news" type = "messages" limit = 3 } ) }
) } )
"""

AGENTS = ["christy.borden", "marky.mark", "liza.smith"]

FOREIGN = {"somebody/else": {"stats_totals": ["in_calls_waiting"]}}


@dataclasses.dataclass
class Fault:
    name: str
    how: str                  # how it is injected, for the table
    words: str = None         # what the screen must say, a regular expression
    act: object = None        # (server, handler, request) -> whether it answered
    where: object = DATA      # path or paths that act spoils; None: all
    begin: object = None      # (bed): instead of act, or beside it
    end: object = None
    run: object = None        # (bed): another course than the usual
    also: object = None       # (bed): more checks while the fault lasts
    after: object = None      # (bed): more checks after it
    hold: float = 8           # seconds
    old: bool = True          # no answer is accepted, so the data must be marked as old
    starting: bool = False    # the fault is there before the wall
    key: str = None           # recovery is asked for by this key
    within: float = 30        # seconds until new data
    most: int = 12            # requests while it lasts, availability left out
    posts: int = 1            # subscriptions made from first to last; None: not counted
    kept: bool = True         # last good data must stay
    memory: int = 64          # MB, at most
    options: tuple = ()
    bed: dict = dataclasses.field(default_factory=dict)  # of Bed()


class Centre(harness.Server):
    """The collection's server, with what it leaves open made strict: one subscription, and a second is a conflict."""

    def __init__(self):
        self.fault = None
        self.where = None
        self.times = []
        self.good = None       # when the last right answer was sent
        self.mark = "first"
        self.tokens = 0
        super().__init__()
        self.cell = self.marked
        self.total = lambda stat: "7"
        self.messages = [{"id": "1", "login_id": "ana.li", "first_name": "Ana", "last_name": "Li",
                          "send_time": "1767225000", "is_urgent": "0", "content": "fire drill at 15:00"}]

    def marked(self, panel, stat, row):
        if stat == "login_id":
            return AGENTS[row % 3]
        if stat == "name":
            return ["Sales", "Support", "Night"][row % 3]
        if stat == "extension":
            return "%s-%d" % (self.mark, row)
        return {"reason": "lunch", "service_level": "97"}.get(stat, "%s %d" % (stat, row))

    def serve(self, handler, request):
        path = request["path"].split("?")[0]
        with self.lock:
            self.times.append((time.monotonic(), request["method"], path))
        where = self.where if isinstance(self.where, tuple) else (self.where,)
        fault = self.fault
        if fault is not None and (self.where is None or path in where) and fault(self, handler, request):
            return
        super().serve(handler, request)

    def give_token(self, handler, request):
        self.tokens += 1
        self.token = "TOKEN%04dSECRET" % self.tokens
        super().give_token(handler, request)

    def create(self, handler, request):
        if self.subscription is not None and self.authorised(handler, request):
            handler.answer(409, {"message": "limit of active subscriptions exceeded"})
        elif self.subscription is None:
            super().create(handler, request)

    def data(self, handler, request):
        before = self.polls
        super().data(handler, request)
        if self.polls > before and self.ours():
            self.good = time.monotonic()

    def whole(self):
        """The right answer, to be spoilt."""
        return {app: self.app(app, asked) for app, asked in (self.subscription or {}).items()}

    def ours(self):
        return bool(self.subscription) and all(app.startswith("cxwall-") for app in self.subscription)

    def since(self, start, end=None, method=None, path=None):
        with self.lock:
            return [t for t in self.times if t[0] >= start and (end is None or t[0] <= end) and t[2] != AVAILABLE
                    and (method is None or t[1] == method) and (path is None or t[2] == path)]


class Relay:
    """Stands between wall and centre, and is the network: pass, refuse, reset, swallow."""

    def __init__(self, target, host="127.0.0.1"):
        self.target = target
        self.host = host
        self.mode = "pass"
        self.accepted = []
        self.open = []
        self.port = 0
        self.lock = threading.Lock()
        self.listen()

    def listen(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((self.host, self.port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.accepted.append(time.monotonic())
            self.meet(client)

    def meet(self, client):
        if self.mode == "reset":
            reset(client)
            return
        with self.lock:
            self.open.append(client)
        if self.mode == "pass":
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                reset(client)
                return
            with self.lock:
                self.open.append(server)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=pair, daemon=True).start()

    def pump(self, source, sink):
        try:
            while True:
                part = source.recv(65536)
                while self.mode == "swallow":
                    time.sleep(0.05)
                if not part:
                    break
                sink.sendall(part)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def become(self, mode):
        """Another state of the network; what is open breaks in its manner, save that silence breaks nothing."""
        self.mode = mode
        if mode == "refuse":
            try:
                self.listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.listener.close()
        elif self.listener.fileno() < 0:
            self.listen()
        with self.lock:
            left, self.open = (self.open, []) if mode != "swallow" else ([], self.open)
        for client in left:
            reset(client)


def reset(connection):
    """Ends a connection by RST, not by FIN."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        os.close(connection.detach())
    except OSError:
        pass


class Bed:
    """One fault's server, folder and wall, and what was found."""

    def __init__(self, fault, server=None, url=None, arguments=(), env=None, layout=LAYOUT, interval="0.2"):
        self.fault = fault
        self.server = server or Centre()
        self.folder = harness.Folder()
        self.url = url or self.server.url
        self.log = os.path.join(self.folder.path, "log")
        self.layout = self.folder.write("faults.conf", layout)
        if VALGRIND:
            here = os.path.dirname(os.path.abspath(__file__))
            script = VALGRIND_SCRIPT % (os.path.join(here, "valgrind.supp"), self.folder.path, harness.CXWALL)
            harness.CXWALL = self.folder.write("cxwall", script, 0o700)
        self.arguments = [harness.CXWALL, "-l", self.layout, "-i", interval, "--log", self.log, "--url", self.url,
                          "--tenant", "example.cx.onecloud.com", "--user", "stats.user", *fault.options, *arguments]
        self.env = self.folder.environment(CXWALL_SECRET=SECRET, **(env or {}))
        self.env = {k: v for k, v in self.env.items() if v is not None}
        self.checks = []
        self.row = {"said": "", "kept": "", "old": "", "recovery": "", "requests": ""}
        self.wall = None
        self.skipped = None
        self.crashed = False  # on purpose

    def check(self, good, what, detail=""):
        self.checks.append((bool(good), what, str(detail)))
        return good

    def same(self, got, wanted, what):
        return self.check(got == wanted, what, "got    %r\nwanted %r" % (got, wanted))

    def start(self):
        self.wall = harness.Terminal(self.arguments, self.env)
        self.pid = harness.wait_for(self.wall.pid)

    def live(self, mark="first", seconds=harness.PATIENCE):
        return harness.wait_for(lambda: is_live(self.wall.text(), mark), seconds, 0.1)

    def processor(self):
        """Seconds that the wall has used."""
        try:
            with open("/proc/%d/stat" % self.pid) as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            return 0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """The most that the wall ever held, in MB."""
        try:
            with open("/proc/%d/status" % self.pid) as file:
                found = re.search(r"VmHWM:\s+(\d+) kB", file.read())
        except OSError:
            return 0
        return int(found.group(1)) / 1024 if found else 0

    def complaints(self):
        """What a sanitizer or valgrind wrote: while the wall is drawn its standard error is the log."""
        for path in glob.glob(os.path.join(self.folder.path, "valgrind.*")):
            with open(path, errors="replace") as file:
                text = file.read()
            if re.search(VALGRIND_CRASH_WORDS if self.crashed else VALGRIND_WORDS, text):
                return text[:6000]
        text = self.wall.errors() if self.wall is not None else ""
        if os.path.isfile(self.log):
            with open(self.log, errors="replace") as file:
                text += file.read()
        found = re.search(r"runtime error|Sanitizer", text)
        return text[found.start():found.start() + 3000] if found else ""

    def close(self):
        if self.wall is not None:
            self.wall.close()
        self.folder.remove()


def is_live(text, mark):
    top = text.split("\n", 1)[0]
    return mark + "-0" in text and mark + "-2" in text and "live" in top and "no data for" not in top


def said(text, words):
    """The words' line of the screen, in its own panel, without frame, marks and what stands on the right."""
    for part in re.split(r"[\n│]", text):
        if re.search(words, part):
            part = re.sub(r"^\s*(!!?)?\s*", "", part)
            return re.split(r"\s{3,}| +next try in| +trying now", part)[0].strip()
    return ""


class Watch:
    """Reads the screen while a fault lasts."""

    def __init__(self, bed):
        self.bed = bed
        self.said = ""
        self.said_at = None
        self.lost = ""
        self.old_at = None
        self.text = ""

    def look(self):
        bed, now = self.bed, time.monotonic()
        text = self.text = bed.wall.text()
        if bed.fault.words and not self.said and re.search(bed.fault.words, text):
            self.said, self.said_at = said(text, bed.fault.words), now
        if not bed.fault.starting and not ("first-0" in text and "first-2" in text):
            self.lost = self.lost or text
        if self.old_at is None and re.search(r"no data for", text.split("\n", 1)[0]):
            self.old_at = now

    def hold(self, seconds):
        """So long, and longer (to a limit) where the words or the mark are still awaited."""
        start, patience = time.monotonic(), seconds + 14 * TIMES
        while True:
            self.look()
            took = time.monotonic() - start
            waits = (self.bed.fault.words and not self.said) or \
                (self.bed.fault.old and not self.bed.fault.starting and self.old_at is None)
            if took > patience or (took > seconds and not waits):
                return took
            time.sleep(0.15)


def spoil(bed, on):
    fault = bed.fault
    if on:
        bed.server.where = fault.where
        bed.server.fault = fault.act
        if fault.begin:
            fault.begin(bed)
        return
    bed.server.fault = None
    if fault.end:
        fault.end(bed)


def judge(bed, watch, took, began, cpu):
    fault, server = bed.fault, bed.server
    if fault.words:
        bed.check(watch.said, "the screen says why", watch.text + open(bed.log).read())
        bed.row["said"] = watch.said
    if fault.kept and not fault.starting:
        bed.check(not watch.lost, "the last good data stay", watch.lost)
        bed.row["kept"] = "stay" if not watch.lost else "LOST"
    if fault.old and not fault.starting:
        after = watch.old_at - server.good if watch.old_at else -1
        bed.check(OLD_LEAST <= after <= OLD_MOST, "they are marked as old in time", "after %.1f s\n%s" % (after, watch.text))
        bed.row["old"] = "after %.0f s" % after
    elif not fault.starting:
        bed.check(watch.old_at is None, "nothing is called old", watch.text)
    count = len(server.since(began, began + took))
    bed.row["requests"] = "%.1f" % (count / took)
    bed.check(count <= fault.most, "no flood of requests: %d at most" % fault.most, "%d in %.1f s" % (count, took))
    used = (bed.processor() - cpu) / took
    bed.check(used <= CPU_MOST, "the processor is left alone", "%.0f %%" % (used * 100))
    bed.check(bed.memory() <= fault.memory or SLOW, "memory is bounded: %d MB" % fault.memory,
              "%.0f MB" % bed.memory())


def recover(bed):
    """The fault is over: new data must come, the subscription must be in order, and the end be clean."""
    fault, server = bed.fault, bed.server
    server.mark = "second"
    start = time.monotonic()
    if fault.key:
        bed.wall.keys(fault.key)
    good = bed.live("second", fault.within * TIMES)
    took = time.monotonic() - start
    bed.check(good, "new data come by themselves within %d s" % fault.within, bed.wall.text() + open(bed.log).read())
    bed.row["recovery"] = ("%.0f s" % took if took >= 1 else "< 1 s") if good else "NONE"
    if fault.posts is not None:
        bed.same(len(server.since(0, method="POST", path=CREATE)), fault.posts, "subscriptions made, from first to last")
    bed.check(server.ours(), "the subscription is ours and whole", json.dumps(server.subscription)[:200])


def finish(bed):
    bed.wall.keys("q")
    bed.same(bed.wall.status(), 0, "q ends it with 0")
    bed.same(bed.server.subscription, None, "and its subscription is deleted")


def usual(bed):
    fault = bed.fault
    if fault.starting:
        spoil(bed, True)
    bed.start()
    if not fault.starting:
        if not bed.check(bed.live(), "the wall is live before", bed.wall.text()):
            return
        spoil(bed, True)
    began, cpu = time.monotonic(), bed.processor()
    watch = Watch(bed)
    took = watch.hold(fault.hold)
    judge(bed, watch, took, began, cpu)
    if fault.also:
        fault.also(bed)
    spoil(bed, False)
    recover(bed)
    if fault.after:
        fault.after(bed)
    finish(bed)
