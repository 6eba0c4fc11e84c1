"""What commands read from a running wall, asking the server for nothing, and its last frame, from which a restart begins."""

import glob
import json
import os
import re
import signal
import stat
import struct
import subprocess
import sys
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "alerts"))
import harness
import reader

LAYOUT = """
title = "Kept"
pages = ( { rows = (
  { height = 6 panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting", "service_level" ) },
    { name = "open" type = "availability" } ) },
  { panels = (
    { name = "queues" type = "service_grid" size = 1 columns = ( "name", "in_calls_waiting", "in_max_wait_time" ) },
    { name = "agents" type = "agent_grid" size = 1 teams = ["Customer Service"]
      columns = ( "first_last_name", "acd_state", "state_duration" ) } ) } ) } )
"""
# Some of the panels above, in another layout under other names, with fewer columns.
PART = """
pages = ( { rows = ( { panels = (
  { name = "q" type = "service_grid" columns = ( "name", "in_calls_waiting" ) },
  { name = "sales" type = "availability" services = ["Sales"] } ) } ) } )
"""
OTHER = """
pages = ( { rows = ( { panels = (
  { name = "q" type = "service_grid" columns = ( "name", "in_calls_waiting" ) },
  { name = "more" type = "totals" tiles = ( "agents_ready" ) } ) } ) } )
"""

CELLS = {"name": ["Sales", "Customer Care", "1"], "in_calls_waiting": ["12", "3", "0"],
         "in_max_wait_time": ["130", "", "5"], "first_last_name": ["Ana Lindqvist", "Bo Ekdahl", "Cy Dorn"],
         "login_id": ["ana.lindqvist", "bo.ekdahl", "cy.dorn"], "acd_state": ["ready", "busy", "not_ready"],
         "state_duration": ["1", "2", "3"]}

POST = ("POST", "/statsapi/subscription")
STATE = 9


class Bench:
    """A server that grants one subscription for a login, and a wall on it."""

    def __init__(self):
        self.folder = harness.Folder()
        self.layout = self.folder.write("kept.conf", LAYOUT)
        self.part = self.folder.write("part.conf", PART)
        self.other = self.folder.write("other.conf", OTHER)
        self.runtime = os.path.join(self.folder.path, "cxwall")
        self.waiting = "9"
        self.server = harness.Server()
        self.server.cell = lambda panel, stat, row: CELLS.get(stat, ["", "", ""])[row]
        self.server.total = lambda stat: self.waiting if stat == "in_calls_waiting" else "81"
        self.server.table[POST] = self.create
        self.terminals = []

    def create(self, handler, request):
        if self.server.subscription is not None:
            handler.answer(409, b"limit exceeded", "text/plain")
        else:
            self.server.create(handler, request)

    def wall(self, *more, layout=None, **env):
        terminal = harness.Terminal([harness.CXWALL, "-l", layout or self.layout, "-i", "0.2",
                                     *harness.options(self.server), *more], self.folder.environment(**env))
        self.terminals.append(terminal)
        return terminal

    def run(self, *arguments, layout=None, server=None, **env):
        name, *rest = arguments
        began = time.monotonic()
        done = subprocess.run([harness.CXWALL, name, "-l", layout or self.layout, *harness.options(server or self.server),
                               "-i", "0.2", *rest], env=self.folder.environment(**env), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90)
        self.seconds = time.monotonic() - began
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def posts(self):
        return len(self.server.find(*POST))

    def frame(self):
        found = glob.glob(os.path.join(self.runtime, "*.frame"))
        return found[0] if len(found) == 1 else None

    def copy(self):
        """Of the frame: the wall never writes into a file that has the name."""
        with open(self.frame(), "rb") as file:
            content = file.read()
        kept = os.path.join(self.folder.path, "copy")
        with open(kept, "wb") as file:
            file.write(content)
        return kept

    def polls(self, count=3):
        self.server.polled(count)

    def kill(self, terminal):
        os.kill(terminal.pid(), signal.SIGKILL)
        terminal.status()
        terminal.close()

    def close(self):
        for terminal in self.terminals:
            terminal.close()
        self.folder.remove()


def live(terminal):
    return "● live" in terminal.wait("● live")


def check_commands(tap, bench):
    """Each reads what the wall knows, and the server hears of none of them."""
    terminal = bench.wall()
    tap.check(live(terminal), "the wall is live", terminal.text())
    bench.polls()
    before = [line for line in bench.server.lines() if "oauth" in line or "POST" in line or "DELETE" in line]
    status, out, err = bench.run("check", "now.in_calls_waiting < 10")
    tap.check(status == 0 and "in_calls_waiting is 9" in out, "check reads the wall's value", (status, out, err))
    status, out, err = bench.run("check", "queues[Sales].in_calls_waiting", "--critical", "> 10")
    tap.check(status == 2 and "is 12" in out, "check of a row", (status, out, err))
    status, out, err = bench.run("check", "agents['ana.lindqvist'].acd_state = ready")
    tap.same((status, err), (0, ""), "check of an agent by the login, which is hidden")
    status, out, err = bench.run("snapshot", "--format", "json")
    document = json.loads(out) if status == 0 else {}
    panels = {panel["name"]: panel for panel in document.get("panels", [])}
    tap.same((status, document.get("state"), document.get("cause")), (0, "live", ""), "snapshot as JSON is live")
    tap.check(0 <= document.get("age_seconds", -1) < 5, "... with an age", out[:300])
    tap.same([row[0]["text"] for row in panels.get("agents", {}).get("rows", [])], CELLS["first_last_name"], "... and rows")
    tap.same([(s["service"], s["availability"]) for s in panels.get("open", {}).get("services", [])],
             [("Sales", "available"), ("1", "available")], "... and availability, in the server's order")
    status, out, err = bench.run("snapshot", "--format", "csv", "--panel", "queues")
    tap.check(status == 0 and "Customer Care,3," in out, "snapshot as CSV", (status, out, err))
    status, out, err = bench.run("snapshot")
    tap.check(status == 0 and "Ana Lindqvist" in out and "● live" in out, "snapshot as text", (status, out, err))
    status, out, err = bench.run("metrics")
    tap.check(status == 0 and 'cxwall_in_calls_waiting{panel="now"} 9\n' in out and
              'cxwall_service_available{service="Sales"} 1' in out and "cxwall_live 1" in out, "metrics", (status, out, err))
    tap.check(int(re.search(r"cxwall_polls_total (\d+)", out).group(1)) >= 3 if status == 0 else False,
              "... with the wall's counters", out[:600])
    status, out, err = bench.run("check", "q[Sales].in_calls_waiting = 12", layout=bench.part)
    tap.same((status, err), (0, ""), "another layout whose panels the wall asks for reads it too")
    bench.waiting = "31"
    bench.polls()
    status, out, err = bench.run("check", "now.in_calls_waiting < 10")
    tap.check(status == 2 and "is 31" in out, "a new value is there with the next poll", (status, out, err))
    bench.waiting = "9"
    after = [line for line in bench.server.lines() if "oauth" in line or "POST" in line or "DELETE" in line]
    tap.same(after, before, "none of them signed in, subscribed or deleted")
    tap.check(bench.posts() == 1, "one subscription", bench.posts())
    return terminal


def check_file(tap, bench):
    path = bench.frame()
    tap.check(path, "one file", os.listdir(bench.runtime))
    tap.same((stat.S_IMODE(os.stat(path).st_mode), stat.S_IMODE(os.stat(bench.runtime).st_mode)), (0o600, 0o700), "its modes")
    tap.check(harness.wait_for(lambda: not glob.glob(bench.runtime + "/*.tmp")), "no temporary file stays beside it")
    records, rest = reader.read(bench.copy())
    kinds = [record.kind for record in records]
    tap.same((rest, kinds[0], kinds[-1], kinds.count(reader.DATA), kinds.count(reader.REQUEST)), (0, reader.START, STATE, 1, 1),
             "a whole recording: start, request, data, state")
    tap.check(kinds.index(reader.REQUEST) + 1 == kinds.index(reader.DATA), "the request stands before the data", kinds)
    content = b"".join(record.content for record in records)
    tap.check(b"the-secret" not in content and bench.server.token.encode() not in content, "no secret, no token in it")
    first = os.stat(path).st_ino
    tap.check(harness.wait_for(lambda: os.stat(path).st_ino != first), "each poll writes a new one in its place")
    tap.same(stat.S_IMODE(os.stat(path).st_mode), 0o600, "... with the same mode")


def check_hurry(tap):
    """A wall that writes twenty times a second, and commands that read meanwhile: each has one whole answer."""
    bench = Bench()
    terminal = bench.wall("-i", "0.05")
    live(terminal)
    odd = []
    for turn in range(40):
        bench.waiting = str(turn % 7)
        status, out, err = bench.run("snapshot", "--format", "json")
        if status != 0 or json.loads(out)["state"] != "live":
            odd.append((status, out[:200], err))
    tap.same(odd, [], "forty commands beside a wall that writes twenty times a second")
    tap.check(bench.posts() == 1, "... and one subscription", bench.posts())
    bench.close()


def check_others(tap, bench):
    """Who asks for something else, or is somebody else, does not read it."""
    posts = bench.posts()
    status, out, err = bench.run("check", "more.agents_ready < 90", layout=bench.other)
    tap.check(status == 0 and "is 81" in out, "a panel that the wall has not is added", (status, out, err))
    tap.same(bench.posts(), posts + 1, "... once")
    status, out, err = bench.run("snapshot", layout=bench.other)
    tap.check(status == 0 and "Sales" in out and bench.posts() == posts + 1, "... for those that come after too", (status, out, err))
    stranger = harness.Server()
    stranger.total = lambda stat: "1"
    status, out, err = bench.run("check", "now.in_calls_waiting = 1", server=stranger)
    tap.check(status == 0 and len(stranger.find(*POST)) == 1, "another server is asked itself", (status, out, err))
    first = bench.frame()
    taken = harness.Server()
    taken.table[POST] = lambda h, r: h.answer(409, b"limit", "text/plain")
    taken.table[("GET", "/statsapi/subscription/data")] = lambda h, r: h.answer(200, {"other/x": {"stats_totals": {"a": "1"}}})
    waits = harness.Terminal([harness.CXWALL, "-l", bench.layout, *harness.options(taken)], bench.folder.environment())
    waits.wait("409")
    for command in (("snapshot",), ("check", "now.in_calls_waiting < 10")):
        status, out, err = bench.run(*command, server=taken)
        tap.check(status in (3, 5) and "Your running wall waits for it too" in out + err and "--take-over" not in out + err,
                  "%s beside a wall that waits: no advice that it does not take" % command[0], (status, out, err))
    waits.quit()
    for left in glob.glob(os.path.join(bench.runtime, "*.frame")):
        if left != first:
            os.remove(left)
    with_none = bench.folder.environment()
    del with_none["XDG_RUNTIME_DIR"]
    done = subprocess.run([harness.CXWALL, "snapshot", "-l", bench.layout, *harness.options(bench.server)], env=with_none,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90)
    tap.same(done.returncode, 5, "without a runtime directory nothing is found, and nothing of the wall's is deleted")
    tap.same(len(bench.server.find("DELETE", "/statsapi/subscription/active")), 1, "... or by anybody, but for what was added")
    status, out, err = bench.run("doctor")
    tap.check(status == 0 and re.search(
        r"(?m)^fine   subscription: held by your cxwall run \(process \d+, layout kept\) since .*; its data are \d+ s old", out),
              "doctor says who holds the login, and how old its data are", (status, out[-900:], err))


def check_missed(tap, bench):
    """One question beside the subscription fails: the last good answer stays, with the cause beside it."""
    route = ("GET", "/statsapi/info/check_available_agents")
    good, text = bench.server.table[route], open(bench.layout).read()
    bench.server.table[route] = lambda h, r: h.answer(500, b"broken", "text/plain")
    # A layout that was read again asks at once.
    bench.folder.write("kept.conf", text.replace('"Kept"', '"Kept on"'))

    def services():
        status, out, err = bench.run("snapshot", "--format", "json")
        panels = {p["name"]: p for p in json.loads(out)["panels"]} if status == 0 else {}
        return [(s["service"], s["availability"], s["state"], s["problem"]) for s in panels.get("open", {}).get("services", [])]
    wanted = [(name, "available", "live", "The server reported an internal error (500): broken. If this lasts, check the url.") for name in ("Sales", "1")]
    harness.wait_for(lambda: services() == wanted, step=0.5)
    tap.same(services(), wanted, "availability that failed once: the last answer, its state, and the cause")
    bench.server.table[route] = good
    bench.folder.write("kept.conf", text)
    harness.wait_for(lambda: services() and services()[0][3] == "", step=0.5)


def check_trouble(tap, bench):
    """A wall that lives and gets no data: its cause is theirs."""
    good = bench.server.table[("GET", "/statsapi/subscription/data")]
    bench.server.table[("GET", "/statsapi/subscription/data")] = lambda h, r: h.answer(500, b"broken", "text/plain")
    posts = bench.posts()
    harness.wait_for(lambda: bench.run("check", "now.in_calls_waiting < 10")[0] == 3, step=0.5)
    status, out, err = bench.run("check", "now.in_calls_waiting < 10")
    tap.check(status == 3 and re.search(r"^UNKNOWN - Your wall has no fresh data; the last are \d+ s old. .*500", out),
              "stale: check 3 with age and cause", (status, out, err))
    for command in (["snapshot"], ["snapshot", "--format", "json"], ["metrics"]):
        status, out, err = bench.run(*command)
        tap.check(status == 4 and out == "" and "s old. " in err and bench.seconds < 15, " ".join(command) + ": 4, at once",
                  (status, out, err, bench.seconds))
    status, out, err = bench.run("doctor")
    tap.check(status == 4 and re.search(r"(?m)^wrong  .*no fresh data", out), "doctor: wrong", out)
    tap.same(bench.posts(), posts, "none of them subscribed")
    bench.server.table[("GET", "/statsapi/subscription/data")] = good
    tap.check(harness.wait_for(lambda: bench.run("check", "now.in_calls_waiting < 10")[0] == 0, step=0.5), "and fine again")


def check_writes(tap, bench):
    """Each poll changes the picture, and only one in some seconds the file."""
    began, versions, polls = time.monotonic(), set(), 0
    while time.monotonic() - began < 4:
        bench.polls(1)
        polls += 1
        versions.add(os.stat(bench.frame()).st_mtime_ns)
    tap.check(polls > 4 and len(versions) <= 3, "the file is not written with each poll", (polls, len(versions)))


def check_killed(tap, bench, terminal):
    """After -9 the file stays, and nobody takes it for a living wall's."""
    path = bench.frame()
    posts = bench.posts()
    bench.kill(terminal)
    tap.check(os.path.exists(path), "a killed wall leaves its file")
    bench.waiting = "4"
    status, out, err = bench.run("check", "now.in_calls_waiting < 10")
    tap.check(status == 0 and "is 4" in out, "a check then asks the server", (status, out, err))
    tap.same(bench.posts(), posts + 2, "... by a subscription of its own: 409 for the leftover, then granted")
    tap.same(bench.server.subscription, None, "... that it deletes")
    bench.waiting = "9"


def hold(bench):
    """The server grants nothing: a wall that begins shows what it has."""
    bench.server.table[POST] = lambda h, r: h.answer(503, b"busy", "text/plain")


def check_restart(tap, bench):
    hold(bench)
    terminal = bench.wall()
    text = terminal.wait("Ana Lindqvist")
    tap.check("Ana Lindqvist" in text and "● live" not in text, "a restart begins from the last frame", text)
    tap.check(re.search(r"no data for \d+ s", terminal.wait(r"no data for \d+ s")), "... marked with its age once it is stale", terminal.text())
    status, out, err = bench.run("check", "now.in_calls_waiting < 10")
    tap.check(status == 3 and "503" in out, "a check is told what the wall waits for", (status, out, err))
    bench.kill(terminal)
    terminal = bench.wall()
    tap.check("Ana Lindqvist" in terminal.wait("Ana Lindqvist"), "a second restart without an answer between still has it")
    bench.kill(terminal)
    table = dict(bench.server.table)
    for route in table:
        bench.server.table[route] = lambda h, r: h.answer(503, b"busy", "text/plain")
    for start in ("a third, with nothing answered at all,", "and a fourth"):
        terminal = bench.wall()
        tap.check("Ana Lindqvist" in terminal.wait("Ana Lindqvist"), start + " still has it", terminal.text())
        time.sleep(1)
        if start.startswith("a third"):
            bench.kill(terminal)
    bench.server.table.update(table)
    bench.server.table[POST] = bench.create
    terminal.keys("r")
    tap.check(live(terminal), "and live", terminal.text())
    terminal.keys("q")
    tap.same(terminal.status(), 0, "an orderly end")
    tap.check(bench.frame(), "keeps the file for the next start")
    status, out, err = bench.run("check", "now.in_calls_waiting < 10")
    tap.check(status == 0 and bench.server.subscription is None, "... and it is nobody's who lives", (status, out, err))


def age_file(path, seconds):
    """The same file, written so long ago."""
    with open(path, "rb") as file:
        content = file.read()
    out, at = bytearray(content[:8]), 8
    while at < len(content):
        head = bytearray(content[at:at + 40])
        stored = struct.unpack_from("<I", head, 8)[0]
        wall = struct.unpack_from("<q", head, 24)[0]
        struct.pack_into("<q", head, 24, wall - seconds * 1000)
        struct.pack_into("<I", head, 36, zlib.crc32(bytes(head[:36])))
        out += head + content[at + 40:at + 40 + stored]
        at += 40 + stored
    with open(path, "wb") as file:
        file.write(out)


def begins_with(bench, pattern, *more):
    """Whether a wall that gets nothing from the server shows the pattern; what it shows."""
    hold(bench)
    terminal = bench.wall(*more)
    terminal.wait("503|in trouble|trouble")
    time.sleep(0.5)
    text = terminal.text()
    bench.kill(terminal)
    return re.search(pattern, text) is not None, text


def check_old(tap, bench, content):
    path = bench.frame()
    for seconds, wanted in ((3600, True), (23 * 3600, True), (25 * 3600, False)):
        with open(path, "wb") as file:
            file.write(content)
        age_file(path, seconds)
        shown, text = begins_with(bench, "Ana Lindqvist")
        shown = shown and ("no data for 1 h" in text or seconds > 3600)
        tap.check(shown == wanted, "a frame of %d hours ago is %s" % (seconds // 3600, "shown" if wanted else "not shown"), text)


def check_left(tap, bench, content):
    """What other runs left: a young file is begun from, one of yesterday goes."""
    path = bench.frame()
    os.unlink(path)
    young, old = (os.path.join(bench.runtime, name) for name in ("young.frame", "old.frame"))
    for left in (young, old):
        with open(left, "wb") as file:
            file.write(content)
        os.chmod(left, 0o600)
    age_file(young, 600)
    os.utime(old, (time.time() - 25 * 3600,) * 2)
    shown, text = begins_with(bench, "Ana Lindqvist")
    tap.check(shown, "a wall begins from what a run under another name left", text)
    tap.same((os.path.exists(young), os.path.exists(old)), (True, False), "what is too old is removed")
    os.unlink(young)


def check_damage(tap, bench, content):
    path = bench.frame()
    cases = [("cut", content[:len(content) // 2]), ("empty", b""), ("something else", b"notes of my own\n"),
             ("one wrong byte", content[:200] + bytes([content[200] ^ 1]) + content[201:]),
             ("one wrong byte near the end", content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])]
    for what, bytes_ in cases:
        with open(path, "wb") as file:
            file.write(bytes_)
        log = os.path.join(bench.folder.path, "damage.log")
        shown, text = begins_with(bench, "Ana Lindqvist", "--log", log)
        tap.check(not shown, "a damaged frame (%s) is not shown, and the wall runs" % what, text)
        with open(log) as file:
            text = file.read()
        os.unlink(log)
        tap.check(os.path.basename(path) + ": " in text, "... and the log says why", text)
    secret = bench.folder.write("elsewhere", "keep me")
    os.unlink(path)
    os.symlink(secret, path)
    begins_with(bench, "Ana")
    tap.same(open(secret).read(), "keep me", "a link in its place is not followed")
    os.unlink(path)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, 0o644)
    tap.check(not begins_with(bench, "Ana Lindqvist")[0], "a file that others can read is not taken")
    os.chmod(bench.runtime, 0o755)
    log = os.path.join(bench.folder.path, "log")
    bench.server.table[POST] = bench.create
    terminal = bench.wall("--log", log)
    tap.check(live(terminal), "a folder that is open to others: the wall runs", terminal.text())
    tap.check("cannot share it" in open(log).read() and "chmod 700" in open(log).read(), "... and the log says what is not kept")
    terminal.keys("q")
    terminal.status()
    os.chmod(bench.runtime, 0o700)


def check_unwritable(tap, bench):
    """The file cannot be written: said once in the log, and the wall goes on."""
    path = bench.frame()
    log = os.path.join(bench.folder.path, "written.log")
    terminal = bench.wall("--log", log)
    tap.check(live(terminal), "where the file can be written the wall runs", terminal.text())
    bench.polls(3)
    tap.same([line for line in open(log) if "last frame" in line], [], "... and says nothing of it")
    terminal.keys("q")
    terminal.status()
    # What was written cannot take its place.
    if os.path.exists(path):
        os.unlink(path)
    os.mkdir(path)
    log = os.path.join(bench.folder.path, "no-place.log")
    terminal = bench.wall("--log", log)
    tap.check(live(terminal), "where the file cannot take its place the wall runs", terminal.text())
    bench.polls(3)
    said = [line for line in open(log) if "last frame cannot be kept" in line]
    tap.same(len(said), 1, "... and says so once")
    terminal.keys("q")
    tap.same(terminal.status(), 0, "... and ends in order")
    tap.same([name for name in os.listdir(bench.runtime) if name.endswith(".tmp")], [], "... and leaves no temporary file")
    os.rmdir(path)


def check_removed(tap, bench):
    """Somebody cleans up under a living wall: what was removed is made again, and what is put there instead is not shown."""
    terminal = bench.wall()
    tap.check(live(terminal), "the wall is live", terminal.text())
    bench.polls()
    path = bench.frame()
    os.unlink(path)
    bench.polls(5)
    tap.check(harness.wait_for(lambda: os.path.exists(path)), "a file that somebody removed is made again")
    posts = bench.posts()
    status, out, err = bench.run("check", "now.in_calls_waiting < 10")
    tap.check(status == 0 and bench.posts() == posts, "and other commands read them", (status, out, err))
    terminal.keys("q")
    tap.same(terminal.status(), 0, "the wall ends in order")
    tap.same([name for name in os.listdir(bench.runtime) if name.endswith(".tmp")], [], "and leaves no temporary file")


def check_names(tap, bench):
    terminal = bench.wall("--names", "initials")
    tap.check(live(terminal), "with names as initials", terminal.text())
    bench.polls()
    content = b"".join(record.content for record in reader.read(bench.copy())[0])
    names = [word.encode() for name in CELLS["first_last_name"] + CELLS["login_id"] for word in re.split("[ .]", name) if len(word) > 2]
    tap.same([name for name in names if name in content], [], "no name and no login in the file")
    tap.check(b"A. L. " in content, "initials are")
    status, out, err = bench.run("snapshot", "--format", "json", "--names", "initials")
    tap.check(status == 0 and "Lindqvist" not in out and "A. L." in out, "a snapshot has initials", (status, out[:400], err))
    terminal.keys("q")
    terminal.status()


def check_begin(tap, bench):
    """A command that comes before the wall's first data waits for them."""
    bench.server.not_ready = 10
    posts = bench.posts()
    terminal = bench.wall()
    harness.wait_for(lambda: bench.frame() and bench.posts() > posts)
    status, out, err = bench.run("check", "now.in_calls_waiting < 10")
    tap.check(status == 0 and bench.posts() == posts + 1, "a check waits for the first data of a wall that begins",
              (status, out, err, bench.posts() - posts))
    terminal.keys("q")
    terminal.status()


def main():
    tap = harness.Tap()
    bench = Bench()
    terminal = check_commands(tap, bench)
    check_file(tap, bench)
    check_others(tap, bench)
    check_missed(tap, bench)
    check_trouble(tap, bench)
    check_writes(tap, bench)
    check_killed(tap, bench, terminal)
    check_restart(tap, bench)
    with open(bench.frame(), "rb") as file:
        content = file.read()
    check_old(tap, bench, content)
    check_left(tap, bench, content)
    check_damage(tap, bench, content)
    check_unwritable(tap, bench)
    check_removed(tap, bench)
    check_names(tap, bench)
    os.unlink(bench.frame())
    check_begin(tap, bench)
    bench.close()
    check_hurry(tap)
    tap.done()


main()
