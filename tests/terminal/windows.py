"""Several windows, one login: who comes later reads from the first, and when that one goes another takes its place."""

import fcntl
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

TOKEN = ("POST", "/configapi/v2/oauth/token")
POST, GET, DELETE = ("POST", "/statsapi/subscription"), ("GET", "/statsapi/subscription/data"), ("DELETE", "/statsapi/subscription/active")
CELLS = {"name": ["Sales", "Customer Care", "1"], "in_calls_waiting": ["12", "3", "0"], "agents_ready": ["4", "5", "6"],
         "in_max_wait_time": ["130", "", "5"], "service_level": ["81", "92", "70"],
         "first_last_name": ["Ana Lindqvist", "Bo Ekdahl", "Cy Dorn"], "login_id": ["ana.lindqvist", "bo.ekdahl", "cy.dorn"],
         "acd_state": ["ready", "busy", "not_ready"], "team_name": ["Customer Service"] * 3}
PAGE = "title = \"%s\"\npages = ( { rows = ( %s ) } )\n"
LAYOUTS = {
    "one": '{ panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting", "service_level" ) },'
           ' { name = "queues" type = "service_grid" size = 1 columns = ( "name", "in_calls_waiting", "in_max_wait_time" ) } ) }',
    "two": '{ panels = ( { name = "people" type = "agent_grid" size = 1 teams = ["Customer Service"]'
           ' columns = ( "first_last_name", "acd_state" ) } ) }',
    "three": '{ panels = ( { name = "now" type = "totals" services = ["Sales"] tiles = ( "in_calls_waiting", "agents_ready" ) },'
             ' { name = "open" type = "availability" } ) }',
    "four": '{ panels = ( { name = "q" type = "service_grid" size = 1 columns = ( "name", "agents_ready", "service_level" )'
            ' sort = "agents_ready desc" limit = 2 }, { name = "who" type = "agent_states" } ) }',
    "five": '{ panels = ( { name = "people" type = "agent_grid" size = 1 columns = ( "first_last_name", "team_name" )'
            ' filter = "acd_state NE \'\'" }, { name = "news" type = "messages" limit = 3 } ) }',
}


class Bench:
    """A server that grants a login one subscription, as the API does, and a home for windows of one user."""

    def __init__(self, interval="0.5"):
        self.folder = harness.Folder()
        self.interval = interval
        self.env = self.folder.environment()
        self.layouts = {name: self.folder.write(name + ".conf", PAGE % (name, rows)) for name, rows in LAYOUTS.items()}
        self.runtime = os.path.join(self.folder.path, "cxwall")
        self.server = harness.Server()
        self.server.messages = [{"content": "Lunch at noon", "first_name": "Ana", "last_name": "L", "time": "1700000000"}]
        self.server.cell = lambda panel, stat, row: CELLS.get(stat, ["", "", ""])[row]
        self.server.total = lambda stat: {"in_calls_waiting": "9", "service_level": "81"}.get(stat, "7")
        self.server.table[POST] = self.create
        self.server.table[GET] = self.data
        self.server.table[TOKEN] = self.give_token
        self.server.authorised = self.authorised
        self.tokens = []   # one for each sign-in, so that it tells which process asks
        self.pollers = []  # the token of each poll
        self.refused = 0
        self.windows = []

    def give_token(self, handler, request):
        with self.server.lock:
            self.tokens.append("T%04d" % len(self.tokens))
            token = self.tokens[-1]
        if b"wrong" in request["body"]:
            handler.answer(401, {"error": "invalid_client"})
        else:
            handler.answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": "3600",
                                 "scope": "example.cx.onecloud.com"})

    def authorised(self, handler, request):
        if request["headers"].get("Authorization", "")[7:] in self.tokens:
            return True
        handler.answer(401, b"", "text/plain")
        return False

    def create(self, handler, request):
        if not self.authorised(handler, request):
            return
        if self.server.subscription is not None:
            self.refused += 1
            handler.answer(409, b"limit exceeded", "text/plain")
        else:
            self.server.create(handler, request)

    def data(self, handler, request):
        self.pollers.append(request["headers"].get("Authorization"))
        self.server.data(handler, request)

    def arguments(self, command, layout, *more):
        path = self.layouts.get(layout, layout)
        return [harness.CXWALL, command, "-l", path, "-i", self.interval, *harness.options(self.server), *more]

    def wall(self, layout, *more, **env):
        self.windows.append(harness.Terminal(self.arguments("run", layout, *more), dict(self.env, **env)))
        return self.windows[-1]

    def run(self, command, layout, *more, **env):
        began = time.monotonic()
        done = subprocess.run(self.arguments(command, layout, *more), env=dict(self.env, **env), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90)
        self.seconds = time.monotonic() - began
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def file(self, ending):
        found = [name for name in os.listdir(self.runtime) if name.endswith(ending)]
        return os.path.join(self.runtime, found[0]) if found else None

    def holder(self):
        """The process that says it has the lock."""
        try:
            with open(self.file(".lock")) as file:
                return json.load(file)["pid"]
        except (TypeError, ValueError, OSError):
            return None

    def count(self, route):
        return len(self.server.find(*route))

    def close(self):
        for window in self.windows:
            window.close()
        self.folder.remove()


def body(text):
    """
    A screen without its first and last line, which have clocks, ages and hints, and without pictures of the last hour: a
    process that saw a minute begin has one, and another one does not.
    """
    pictures = re.compile("[\u2800-\u28ff╌┄]|[0-2][0-9]:[0-5][0-9] {10,}[0-2][0-9]:[0-5][0-9]")
    return [pictures.sub(lambda match: " " * len(match[0]), line).rstrip() for line in text.splitlines()[1:-1]]


def wanted_body(bench, layout):
    """The same page of a process that is alone with the server's answer."""
    alone = harness.Folder()
    env = dict(bench.env, XDG_RUNTIME_DIR=alone.path)
    other = harness.Server()
    other.messages, other.cell, other.total = bench.server.messages, bench.server.cell, bench.server.total
    arguments = [harness.CXWALL, "run", "-l", bench.layouts[layout], "-i", "0.5", *harness.options(other)]
    terminal = harness.Terminal(arguments, env)
    harness.wait_for(lambda: "● live" in terminal.text())
    other.polled(3)
    text = body(terminal.text())
    terminal.quit()
    alone.remove()
    return text


def right(bench, window, wanted):
    return harness.wait_for(lambda: body(window.text()) == wanted)


def check_five(tap):
    """Five windows with five layouts, a check each second, a follow: one subscription, one poll each interval."""
    bench = Bench("1")
    wanted = {layout: wanted_body(bench, layout) for layout in LAYOUTS}
    walls = {}
    for layout in LAYOUTS:
        walls[layout] = bench.wall(layout)
        if len(walls) == 1:
            tap.check(walls[layout].shows("● live"), "the first window is live", walls[layout].text())
    follow = harness.Lines(bench.arguments("follow", "one"), bench.env)
    for layout, wall in walls.items():
        tap.check(right(bench, wall, wanted[layout]), "window '%s' is right to the cell" % layout,
                  "\n".join(a + "\n" + b for a, b in zip(body(wall.text()), wanted[layout]) if a != b))
        tap.check("● live" in wall.wait("● live"), "... and live", wall.text())
    tap.check(follow.wait("live"), "follow reads too", follow.lines)
    tokens, posts = bench.count(TOKEN), bench.count(POST)
    tap.same((tokens, bench.refused), (1, 0), "one process signed in, and no subscription was in the way of another")
    tap.check(posts <= 4, "windows that come together are added together", posts)
    polls, began = bench.server.polls, time.monotonic()
    results = []
    for turn in range(6):
        results.append(bench.run("check", "two" if turn % 2 else "one", "now.in_calls_waiting < 10" if turn % 2 == 0 else
                                 "people['ana.lindqvist'].acd_state = ready")[0])
        time.sleep(max(0, began + turn + 1 - time.monotonic()))
    polled, seconds = bench.server.polls - polls, time.monotonic() - began
    tap.same(results, [0] * 6, "a check each second")
    tap.check(abs(polled - seconds) <= 2, "one poll each interval", (polled, seconds))
    tap.same((bench.count(POST), bench.count(TOKEN)), (posts, tokens), "... and nothing else is asked")
    tap.same(len(set(bench.pollers[-polled:])), 1, "... by one process")
    status, out, err = bench.run("doctor", "four")
    tap.check(status == 0 and re.search(r"held by your cxwall run \(process %d, layout one\)" % bench.holder(), out) and
              "5 other windows of yours share it" in out, "doctor tells who holds the login and how many share it", (status, out[-1500:], err))
    bench.waiting = None
    bench.server.total = lambda stat: "23"
    tap.check(walls["one"].shows("█") and harness.wait_for(lambda: follow.wait("23", seconds=0)), "a new value is told", follow.lines)
    tap.same(follow.end(), 128 + signal.SIGTERM, "follow ends")
    for layout in list(LAYOUTS)[1:]:
        tap.same(walls[layout].quit(), 0, "window '%s' ends in order" % layout)
    tap.check(bench.server.subscription is not None and bench.count(DELETE) == posts - 1, "... and takes nothing with it")
    tap.same(walls["one"].quit(), 0, "the last one ends")
    tap.same(bench.server.subscription, None, "... and nothing is left at the server")
    bench.close()


def check_killed(tap):
    """The hub killed twenty times: no window blanks, none is left behind, and only one process asks the server at a time."""
    bench = Bench("0.5")
    names = list(LAYOUTS)[:4]
    marks = {"one": "Customer Care", "two": "Ana Lindqvist", "three": "Sales", "four": "Customer Care"}
    walls = {}
    for name in names:
        walls[name] = bench.wall(name)
        walls[name].wait("● live")
        walls[name].wait(marks[name])
    blank, left = [], []
    random.seed(7)
    for turn in range(20):
        pid = bench.holder()
        owner = [name for name in names if walls[name].pid() == pid]
        if not owner:
            left.append((turn, "nobody holds the login", pid))
            break
        time.sleep(random.random() * 0.6)
        os.kill(pid, signal.SIGKILL)
        others = [name for name in names if name not in owner]
        polls = bench.server.polls
        while bench.server.polls < polls + 2:
            blank += [(turn, name, walls[name].text()) for name in others if marks[name] not in walls[name].text()]
            if not harness.wait_for(lambda: bench.server.polls > polls, 15, 0.05):
                left.append((turn, "nobody polls"))
                break
            polls = bench.server.polls - 1 if bench.server.polls > polls else polls
            if harness.wait_for(lambda: bench.server.polls >= polls + 2, 15, 0.05):
                break
        for name in others:
            if not walls[name].shows("● live", 15):
                left.append((turn, name, walls[name].text()))
        walls[owner[0]].close()
        walls[owner[0]] = bench.wall(owner[0])
        if not (walls[owner[0]].shows("● live", 15) and walls[owner[0]].shows(marks[owner[0]], 15)):
            left.append((turn, "again", owner[0], walls[owner[0]].text()))
        if blank or left:
            break
    tap.check(not blank, "killed twenty times: no window blanks", blank[:1])
    tap.check(not left, "... and none is left behind", left[:1])
    runs = [port for i, port in enumerate(bench.pollers) if i == 0 or bench.pollers[i - 1] != port]
    tap.check(len(runs) == len(set(runs)), "... and never do two processes poll", runs)
    for name in names:
        walls[name].quit()
    tap.same(bench.server.subscription, None, "... and nothing is left at the server")
    bench.close()


def check_quit(tap):
    """q in the first window: the next one has the login, and a window that comes then finds it."""
    bench = Bench()
    first, second = bench.wall("one"), None
    first.wait("● live")
    second = bench.wall("two")
    second.wait("● live")
    pid = bench.holder()
    tap.same(first.quit(), 0, "the first window ends")
    tap.check(harness.wait_for(lambda: bench.holder() not in (None, pid)) and second.shows("● live"), "the second has the login",
              second.text())
    polls = bench.server.polls
    tap.check(harness.wait_for(lambda: bench.server.polls > polls + 1), "... and asks")
    status, out, err = bench.run("check", "one", "now.in_calls_waiting < 10")
    tap.same((status, err), (0, ""), "a check with the first one's layout reads from it")
    os.kill(second.pid(), signal.SIGTERM)
    tap.same(second.status(), 128 + signal.SIGTERM, "it ends by a signal")
    tap.same(bench.server.subscription, None, "... and nothing is left at the server")
    status, out, err = bench.run("check", "one", "now.in_calls_waiting < 10")
    tap.check(status == 0 and bench.server.subscription is None, "a check alone asks and deletes", (status, out, err))
    bench.close()


def check_hangs(tap):
    """A hub that hangs is waited for two seconds, and told of in words."""
    bench = Bench()
    first = bench.wall("one")
    first.wait("● live")
    second = bench.wall("two")
    second.wait("● live")
    pid = bench.holder()
    os.kill(pid, signal.SIGSTOP)
    for command, layout, wanted in ((["check", "one", "now.in_calls_waiting < 10"], "one", 3), (["snapshot", "one"], "one", 4),
                                    (["metrics", "one"], "one", 4)):
        status, out, err = bench.run(*command)
        tap.check(status == wanted and "Your running wall (cxwall run, process %d) does not answer" % pid in out + err and
                  "kill -9 %d" % pid in err + out, command[0] + " says which process does not answer, and what to do", (status, out, err))
        tap.check(bench.seconds < 4, "... within two seconds", bench.seconds)
    tap.check(second.shows("does not answer"), "a window says it too", second.text())
    tap.check("Ana Lindqvist" in second.text(), "... with its data", second.text())
    posts = bench.count(POST)
    os.kill(pid, signal.SIGCONT)
    tap.check(second.shows("● live") and first.shows("● live"), "when it goes on all is well", second.text())
    tap.same(bench.count(POST), posts, "... without another subscription")
    os.kill(pid, signal.SIGSTOP)
    second.shows("does not answer")
    os.kill(pid, signal.SIGKILL)
    tap.check(second.shows("● live"), "when it is killed the window takes over", second.text())
    second.quit()
    bench.close()


def check_secret(tap):
    """A window whose own secret is wrong reads; it never keeps the login from one whose secret works."""
    bench = Bench()
    first = bench.wall("one")
    first.wait("● live")
    wrong = bench.wall("two", CXWALL_SECRET="wrong")
    tap.check(wrong.shows("Ana Lindqvist") and wrong.shows("● live"), "a window with a wrong secret reads from the first", wrong.text())
    good = bench.wall("three")
    good.wait("● live")
    os.kill(bench.holder(), signal.SIGKILL)
    tap.check(harness.wait_for(lambda: bench.holder() == good.pid()), "the one whose secret works takes over", bench.holder())
    tap.check(wrong.shows("● live") and good.shows("● live"), "... and both are live", wrong.text())
    os.kill(good.pid(), signal.SIGKILL)
    tap.check(wrong.shows("invalid_client|refuse"), "alone it says that its secret is refused", wrong.text())
    tap.check("Ana Lindqvist" in wrong.text(), "... with its last data", wrong.text())
    later = bench.wall("one")
    tap.check(later.shows("● live"), "one that works comes and has the login", later.text())
    tap.check(wrong.shows("● live"), "... and the other reads again", wrong.text())
    wrong.quit()
    later.quit()
    bench.close()
    bench = Bench()
    wrong = bench.wall("two", CXWALL_SECRET="wrong")
    tap.check(wrong.shows("invalid_client|refuse"), "the first window has a wrong secret", wrong.text())
    later = bench.wall("one")
    tap.check(later.shows("● live"), "the second is not held up by it", later.text())
    tap.check(wrong.shows("Ana Lindqvist"), "... and gives the first what it has", wrong.text())
    bench.close()


def check_refused(tap):
    """A panel that the server refuses shows why to the window that wanted it, and to nobody else."""
    bench = Bench()
    create = bench.server.table[POST]
    def picky(handler, request):
        if b"secret_statistic" in request["body"]:
            handler.answer(400, b"unknown statistic secret_statistic", "text/plain")
        else:
            create(handler, request)
    bench.server.table[POST] = picky
    bad = bench.folder.write("bad.conf", PAGE % ("bad", '{ panels = ( { name = "x" type = "totals" tiles = ( "secret_statistic" ) },'
                             ' { name = "y" type = "totals" tiles = ( "in_calls_waiting" ) } ) }'))
    first = bench.wall("one")
    first.wait("● live")
    wanted = body(first.text())
    second = bench.wall(bad)
    tap.check(second.shows("refused this panel"), "the window that wanted it is told", second.text())
    tap.check(second.shows("● live"), "... and has the rest", second.text())
    tap.check(first.shows("● live") and body(first.text()) == wanted, "the first window is as it was", first.text())
    def mute(handler, request):
        if b"chat_messages" in request["body"]:
            handler.answer(400, b"no", "text/plain")
        else:
            create(handler, request)
    bench.server.table[POST] = mute
    third = bench.wall("five")
    tap.check(third.shows("refused|400"), "a refusal that does not say what of: who came last is told", third.text())
    polls = bench.server.polls
    tap.check(first.shows("● live") and harness.wait_for(lambda: bench.server.polls > polls + 2), "... and the others go on", first.text())
    for wall in (first, second, third):
        wall.quit()
    bench.close()


def check_layout(tap):
    """Another layout by L, by its file, in the first window and in another: each shows its own, and nothing is left over."""
    bench = Bench()
    first = bench.wall("one")
    first.wait("● live")
    second = bench.wall("two")
    second.wait("Ana Lindqvist")
    bench.folder.write("two.conf", PAGE % ("two", LAYOUTS["three"]))
    tap.check(second.shows("Agents ready") and "Ana Lindqvist" not in second.text() and second.shows("● live"), "a file that changed in a window",
              second.text())
    tap.check("Customer Care" in first.text() and first.shows("● live"), "... leaves the first as it was", first.text())
    bench.folder.write("one.conf", PAGE % ("one", LAYOUTS["five"]))
    tap.check(first.shows("Ana Lindqvist") and first.shows("Lunch at noon") and first.shows("● live"), "a file that changed in the first window",
              first.text())
    tap.check(second.shows("● live") and "Sales" in second.text(), "... leaves the other as it was", second.text())
    for window, name in ((first, "the first window"), (second, "another window")):
        window.keys(":")
        window.keys("-l", "layout queues")
        window.keys("Enter")
        tap.check(window.shows("worst first") and window.shows("● live") and window.shows("Customer Care"), "a layout by its name in " + name,
                  window.text())
    status, out, err = bench.run("check", "five", "people['Ana Lindqvist'].team_name = 'Customer Service'")
    tap.check(status == 0, "a check of what nobody shows any more", (status, out, err))
    tap.same((first.quit(), second.quit(), bench.server.subscription), (0, 0, None), "all end in order, and nothing is left")
    bench.close()


def check_interval(tap):
    """The shortest interval counts, while its window is there."""
    bench = Bench("5")
    first = bench.wall("one")
    first.wait("● live")
    bench.interval = "0.3"
    second = bench.wall("two")
    second.wait("● live")
    polls, began = bench.server.polls, time.monotonic()
    tap.check(harness.wait_for(lambda: bench.server.polls >= polls + 6, 4), "a window with a shorter interval has its answers",
              (bench.server.polls - polls, time.monotonic() - began))
    second.quit()
    bench.server.polled()
    polls = bench.server.polls
    time.sleep(2)
    tap.check(bench.server.polls <= polls + 1, "... and when it is gone the first one's counts again", bench.server.polls - polls)
    first.quit()
    bench.close()


def check_alerts(tap):
    """Commands of alerts run in the window that holds the login alone, and from when it does."""
    bench = Bench()
    ran = os.path.join(bench.folder.path, "ran")
    script = bench.folder.write("act", "#!/bin/sh\necho $CXWALL_ALERT $CXWALL_STATE >>%s\n" % ran, 0o700)
    rule = 'alerts = ( { name = "%s"  when = "now.in_calls_waiting > 10"  command = "' + script + '" } )\n'
    for name in ("one", "three"):
        bench.folder.write(name + ".conf", PAGE % (name, LAYOUTS[name]) + rule % name, 0o600)
    first = bench.wall("one")
    first.wait("● live")
    second = bench.wall("three")
    tap.check(second.shows("run no commands"), "a window says that its alerts run nothing", second.text())
    second.wait("● live")
    status, out, err = bench.run("doctor", "three")
    tap.check("commands and messages of this layout do not run" in " ".join(out.split()), "... and so does doctor", out[-900:])
    bench.server.total = lambda stat: "12"
    tap.check(harness.wait_for(lambda: os.path.exists(ran) and "one FIRING" in open(ran).read().upper().replace("ONE", "one")), "the first one's command runs")
    second.wait("three")
    time.sleep(1)
    tap.check("three" not in open(ran).read(), "... and the other one's does not", open(ran).read())
    bench.server.total = lambda stat: "2"
    bench.server.polled(3)
    os.kill(bench.holder(), signal.SIGKILL)
    harness.wait_for(lambda: bench.holder() == second.pid())
    second.shows("● live")
    bench.server.total = lambda stat: "13"
    tap.check(harness.wait_for(lambda: "three" in open(ran).read()), "once it holds the login its command runs", open(ran).read())
    second.quit()
    bench.close()


def check_publisher(tap):
    """A publisher shares the login as well: as the first, it publishes its own panels alone; as another window, all of them."""
    import broker
    if broker.MOSQUITTO is None or subprocess.run([harness.CXWALL, "publish", "mqtt://127.0.0.1/x"], stdout=subprocess.PIPE,
                                                  stderr=subprocess.PIPE).stderr.find(b"without MQTT") >= 0:
        tap.skip("a publisher", "no broker is installed, or cxwall was built without MQTT")
        return
    bench = Bench()
    mosquitto = broker.Broker(bench.folder)
    topics = lambda: sorted(line for line in subprocess.run(
        mosquitto.client("mosquitto_sub", "-t", "floor/#", "-F", "%t", "-W", "1", "--retained-only"), stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL).stdout.decode().split() if "/data/" in line)

    def publish():
        arguments = [harness.CXWALL, "publish", mosquitto.url(), "-l", bench.layouts["one"], "-i", bench.interval,
                     *harness.options(bench.server)]
        return subprocess.Popen(arguments, env=bench.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def screen():
        return harness.Terminal([harness.CXWALL, "run", "--from", mosquitto.url(), "-l", bench.layouts["one"]], bench.env)
    publisher = publish()
    harness.wait_for(lambda: bench.server.polls > 1)
    wall = bench.wall("two")
    tap.check(wall.shows("● live") and wall.shows("Ana Lindqvist") and bench.refused == 0, "a wall beside a publisher reads from it", wall.text())
    bench.server.polled(2)
    tap.same(topics(), ["floor/v1/data/now", "floor/v1/data/queues"], "the publisher publishes its own panels, not those of the wall")
    behind = screen()
    tap.check(behind.shows("Customer Care") and behind.shows("● live"), "a screen of the broker shows them", behind.text())
    publisher.terminate()
    publisher.wait(20)
    tap.check(harness.wait_for(lambda: bench.holder() == wall.pid()) and wall.shows("● live"), "when the publisher ends the wall has the login", wall.text())
    publisher = publish()
    tap.check(behind.shows("● live") and behind.shows("Customer Care"), "a publisher that comes later reads from the wall", behind.text())
    bench.server.cell = lambda panel, stat, row: "Night Desk" if stat == "name" else CELLS.get(stat, ["", "", ""])[row]
    tap.check(behind.shows("Night Desk"), "... and publishes what is new", behind.text())
    tap.same(bench.holder(), wall.pid(), "... while the wall holds the login")
    os.kill(wall.pid(), signal.SIGKILL)
    tap.check(harness.wait_for(lambda: bench.holder() == publisher.pid), "when the wall is killed the publisher has it")
    bench.server.cell = lambda panel, stat, row: CELLS.get(stat, ["", "", ""])[row]
    tap.check(behind.shows("Customer Care") and behind.shows("● live"), "... and the screen goes on", behind.text())
    behind.quit()
    publisher.terminate()
    publisher.wait(20)
    tap.same(bench.server.subscription, None, "... and nothing is left at the server")
    mosquitto.stop()
    bench.close()


def check_take_over(tap):
    """Another client has the login: all windows say so, and one that may take over does it for all."""
    bench = Bench()
    foreign = {"other-client/x": {"stats_totals": ["in_calls_waiting"]}}
    bench.server.subscription = foreign
    first = bench.wall("one")
    tap.check(first.shows("Another client uses this login"), "the first window says it", first.text())
    second = bench.wall("two")
    tap.check(second.shows("Another client uses this login"), "another one too", second.text())
    status, out, err = bench.run("check", "one", "now.in_calls_waiting < 10")
    tap.check(status == 3 and "Another client" in out and bench.seconds < 5, "a check says it at once", (status, out, err))
    tap.same(bench.server.subscription, foreign, "the other client's is untouched")
    third = bench.wall("three", "--take-over")
    tap.check(third.shows("● live") and first.shows("● live") and second.shows("● live"), "a window that may take over does it for all",
              third.text() + first.text())
    tap.check("other-client/x" not in bench.server.subscription, "the other client's is gone")
    for wall in (third, second, first):
        wall.quit()
    bench.close()


# ---- what is no window, or behaves like none ----

HELLO, ASK, WELCOME, DATA = 32, 33, 40, 3


def pack(kind, content, flags=2, **wrong):
    """A message as cxwall sends it, or one that is wrong in one field."""
    stored = wrong.get("stored", len(content))
    head = struct.pack("<IBBHIIqqI", wrong.get("mark", 0x31525843), kind, flags, 0, stored, wrong.get("raw", stored),
                       wrong.get("boot", 0), 0, wrong.get("sum", zlib.crc32(content)))
    return head + struct.pack("<I", wrong.get("head", zlib.crc32(head))) + content


def connect(bench):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(10)
    peer.connect(bench.file(".socket"))
    return peer


def hello(bench, **more):
    """What a window says first; the identity is that of this server's login."""
    identity = "%s\nexample.cx.onecloud.com\nstats.user" % bench.server.url
    return pack(HELLO, json.dumps(dict({"version": 1, "serial": 1, "identity": identity, "wish": {"sets": []}}, **more)).encode())


def read_message(peer):
    """The kind and the content of the next message; (None, b"") at the end."""
    def exactly(count):
        out = b""
        while len(out) < count:
            part = peer.recv(count - len(out))
            if not part:
                return None
            out += part
        return out
    try:
        head = exactly(40)
        return (None, b"") if head is None else (head[4], exactly(struct.unpack_from("<I", head, 8)[0]))
    except OSError:
        return None, b""


def ends(peer):
    """Whether the hub closes the connection."""
    kind = 0
    while kind is not None:
        try:
            kind = read_message(peer)[0]
        except TypeError:
            return True
    peer.close()
    return True


def still_well(tap, bench, first, what):
    polls = bench.server.polls
    tap.check(harness.wait_for(lambda: bench.server.polls > polls + 1) and "● live" in first.wait("● live"), what, first.text())
    status, out, err = bench.run("check", "one", "now.in_calls_waiting < 10")
    tap.check(status == 0 and bench.seconds < 5, "... and a check reads from it", (status, out, err, bench.seconds))


def check_hostile(tap):
    """Processes of the same user that send nonsense, half messages, a thousand connections, or never read."""
    bench = Bench()
    first = bench.wall("one")
    first.wait("● live")
    posts = bench.count(POST)
    mode = lambda path: os.stat(path).st_mode & 0o777
    tap.same((mode(bench.runtime), mode(bench.file(".socket")), mode(bench.file(".lock"))), (0o700, 0o600, 0o600), "folder, socket and lock are the user's alone")
    good = connect(bench)
    good.sendall(hello(bench))
    kinds = [read_message(good)[0] for _ in range(4)]
    tap.check(kinds[0] == WELCOME and DATA in kinds, "who says hello is answered", kinds)
    nonsense = [b"GET / HTTP/1.0\r\n\r\n" * 3, b"\0" * 100, pack(HELLO, b"{"), pack(HELLO, b"[]" * 50), pack(HELLO, b"{}" * 50), pack(7, b"{}"),
                pack(ASK, b'{"ask":"retry"}'), pack(HELLO, b"", stored=0xFFFFFFF0), pack(HELLO, b"{}", mark=1), pack(HELLO, b"{}", head=1),
                pack(HELLO, b"{}", sum=1), pack(HELLO, b"{}", flags=0), pack(HELLO, b"{}", flags=3), pack(HELLO, b"{}", boot=-5),
                pack(HELLO, b'{"version":1,"wish":{}}'), hello(bench, identity="https://elsewhere"), pack(HELLO, b"[" * 400000),
                pack(HELLO, b"x" * (1 << 20)), pack(HELLO, b"\xff\xfe" * 500)]
    for number, content in enumerate(nonsense):
        peer = connect(bench)
        try:
            peer.sendall(content)
            peer.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        if not ends(peer):
            tap.check(False, "nonsense number %d is let go" % number)
    still_well(tap, bench, first, "nonsense does no harm")
    tap.same(bench.count(POST), posts, "... and asks for nothing")
    silent = [connect(bench) for _ in range(20)]
    for peer in silent[:10]:
        peer.sendall(hello(bench)[:50])
    still_well(tap, bench, first, "who says nothing, or half of it, holds nobody up")
    tap.check(all(ends(peer) for peer in silent), "... and is let go")
    for _ in range(1000):
        try:
            connect(bench).close()
        except OSError:
            pass
    still_well(tap, bench, first, "a thousand connections do no harm")
    wishes = []
    for number in range(30):
        sets = [{"type": "totals", "columns": [{"stat": "made_up_%d_%d" % (number, i)} for i in range(20)]} for _ in range(64)]
        peer = connect(bench)
        peer.sendall(hello(bench, wish={"sets": sets, "availability": [{"services": ["x%d" % i for i in range(200)]}]}))
        wishes.append(peer)
    still_well(tap, bench, first, "who asks for the moon gets no more than fits")
    for peer in wishes:
        peer.close()
    fat = ["%s %d" % ("n" * 400, i) for i in range(4000)]
    bench.server.rows = len(fat)
    bench.server.cell = lambda panel, stat, row: fat[row]
    deaf = []
    for _ in range(10):
        deaf.append(connect(bench))
        deaf[-1].sendall(hello(bench))
    harness.wait_for(lambda: "n" * 10 in first.text())
    size = lambda: int(open("/proc/%d/statm" % bench.holder()).read().split()[1]) * 4
    before = size()
    bench.server.polled(10)
    tap.check(size() - before < 60000, "who never reads takes no memory that grows", (before, size()))
    bench.server.rows = 3
    bench.server.cell = lambda panel, stat, row: CELLS.get(stat, ["", "", ""])[row]
    still_well(tap, bench, first, "who never reads holds nobody up")
    for peer in deaf + [good]:
        peer.close()
    tap.same(first.quit(), 0, "the wall ends in order")
    bench.close()


def check_false_hub(tap):
    """What has the lock and listens is no cxwall of this version: said, in bounded time, without a busy loop or a harm."""
    bench = Bench()
    first = bench.wall("one")
    first.wait("● live")
    lock, path = bench.file(".lock"), bench.file(".socket")
    first.quit()
    held = open(lock, "r+")
    fcntl.flock(held, fcntl.LOCK_EX)
    json.dump({"pid": os.getpid(), "command": "run", "layout": "x", "since_ms": 1, "listens": True}, held)
    held.flush()
    os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    answer = {"bytes": b"", "met": 0}

    def serve():
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            answer["met"] += 1
            try:
                peer.settimeout(5)
                peer.recv(100)
                peer.sendall(answer["bytes"])
                if answer.get("hold"):
                    time.sleep(3)
            except OSError:
                pass
            peer.close()
    threading.Thread(target=serve, daemon=True).start()
    welcome = lambda version: pack(WELCOME, json.dumps({"version": version, "program": "cxwall 99", "pid": 4711, "command": "run"}).encode())
    cases = [("nonsense", b"nonsense" * 100, "does not answer"), ("half a message", welcome(1)[:30], "does not answer"),
             ("a huge length", pack(DATA, b"", stored=0xFFFFFFFF), "does not answer"), ("nothing", b"", "does not answer")]
    for what, content, said in cases:
        answer["bytes"] = content
        status, out, err = bench.run("check", "one", "now.in_calls_waiting < 10")
        tap.check(status == 3 and said in out and bench.seconds < 5, "a hub that sends %s: said within two seconds" % what,
                  (status, out, err, bench.seconds))
    answer["bytes"], answer["hold"] = welcome(99), True
    status, out, err = bench.run("check", "one", "now.in_calls_waiting < 10")
    tap.check(status == 3 and "another version (cxwall 99)" in out and bench.seconds < 5, "a hub of another version: said", (status, out, err))
    answer["bytes"], answer["hold"] = b"nonsense" * 100, False
    wall = bench.wall("two")
    tap.check(wall.shows("does not answer"), "a wall says it", wall.text())
    met, ticks = answer["met"], processor(wall.pid())
    time.sleep(3)
    tap.check(answer["met"] - met < 60 and processor(wall.pid()) - ticks < 100, "... and is patient", (answer["met"] - met, processor(wall.pid()) - ticks))
    listener.close()
    held.close()
    tap.check(wall.shows("● live") and bench.holder() == wall.pid(), "when that is gone the wall has the login", wall.text())
    wall.quit()
    bench.close()


def processor(pid):
    """Hundredths of a second that a process has used."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def check_stranger(tap):
    """Another user of the machine gets nothing, and root neither where it is not its own wall."""
    bench = Bench()
    first = bench.wall("one")
    first.wait("● live")
    if os.geteuid() != 0 or subprocess.run(["setpriv", "--version"], stdout=subprocess.DEVNULL).returncode != 0:
        tap.skip("another user of the machine", "only root may become one")
    else:
        code = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'x'*100); print(s.recv(10))"
        command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", sys.executable, "-c", code, bench.file(".socket")]
        os.chmod(bench.folder.path, 0o755)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        tap.check(done.returncode != 0 and b"Permission" in done.stderr, "the folder lets no stranger in", done)
        os.chmod(bench.runtime, 0o755)
        os.chmod(bench.file(".socket"), 0o666)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        tap.check(b"b''" in done.stdout or b"reset" in done.stderr or b"Broken" in done.stderr, "where it is opened by mistake the hub lets no stranger in", done)
        os.chmod(bench.runtime, 0o700)
    still_well(tap, bench, first, "the wall goes on")
    bench.close()


def check_many(tap):
    """Forty windows."""
    bench = Bench("1")
    first = bench.wall("one")
    first.wait("● live")
    posts = bench.count(POST)
    names = list(LAYOUTS)
    marks = {"one": "q", "two": "Ana", "three": "n", "four": "q", "five": "Ana"}
    many = [harness.Lines(bench.arguments("follow", names[i % 5], "--format", "json"), bench.env) for i in range(40)]
    good = [lines.wait('"live"') for lines in many]
    tap.check(all(good), "forty that follow are live", [i for i, g in enumerate(good) if not g])
    tap.check(bench.count(POST) <= posts + 5, "... by a few additions", bench.count(POST) - posts)
    still_well(tap, bench, first, "the wall goes on")
    os.kill(bench.holder(), signal.SIGKILL)
    polls = bench.server.polls
    tap.check(harness.wait_for(lambda: bench.server.polls > polls + 1), "when it is killed one of the forty takes over")
    time.sleep(1)
    runs = [token for i, token in enumerate(bench.pollers) if i == 0 or bench.pollers[i - 1] != token]
    tap.same(len(runs), 2, "... and one alone")
    tap.same([lines.end() for lines in many], [128 + signal.SIGTERM] * 40, "all end")
    tap.same(bench.server.subscription, None, "... and nothing is left at the server")
    bench.close()


def check_place(tap):
    """The folder and what is in it: removed, missing, closed to us, on a long path."""
    bench = Bench()
    first = bench.wall("one")
    first.wait("● live")
    pid = bench.holder()
    os.unlink(bench.file(".socket"))
    os.unlink(bench.file(".lock"))
    tap.check(harness.wait_for(lambda: bench.file(".socket") and bench.holder() is None or bench.file(".socket") and bench.file(".lock")),
              "a socket and a lock that were removed are made again")
    second = bench.wall("two")
    tap.check(second.shows("● live") and bench.refused == 0, "... and the next window reads from the first", (second.text(), bench.refused))
    second.quit()
    first.quit()
    bench.close()
    bench = Bench()
    env = {key: value for key, value in bench.env.items() if key != "XDG_RUNTIME_DIR"}
    bench.env = env
    first = bench.wall("one")
    tap.check(first.shows("● live"), "without a runtime folder a wall runs", first.text())
    tap.same(first.quit(), 0, "... and ends in order")
    tap.same(bench.server.subscription, None, "... and leaves nothing")
    bench.close()
    bench = Bench()
    bench.env["XDG_RUNTIME_DIR"] = os.path.join(bench.folder.path, "long" * 30)
    os.mkdir(bench.env["XDG_RUNTIME_DIR"], 0o700)
    bench.runtime = os.path.join(bench.env["XDG_RUNTIME_DIR"], "cxwall")
    first = bench.wall("one")
    first.wait("● live")
    second = bench.wall("two")
    tap.check(second.shows("● live") and bench.refused == 0, "a path that is too long for a socket is no hindrance", second.text())
    second.quit()
    first.quit()
    bench.close()
    bench = Bench()
    first = bench.wall("one")
    first.wait("● live")
    shutil.rmtree(bench.runtime)
    tap.check(harness.wait_for(lambda: os.path.isdir(bench.runtime) and bench.file(".socket") and bench.holder()), "a folder that was removed is made again")
    second = bench.wall("two")
    tap.check(second.shows("● live") and bench.refused == 0, "... and the next window reads from the first", (second.text(), bench.refused))
    os.rename(bench.folder.path, bench.folder.path + ".gone")
    polls = bench.server.polls
    tap.check(harness.wait_for(lambda: bench.server.polls > polls + 3) and first.shows("● live") and second.shows("● live"),
              "where the session's folder is gone both go on", first.text())
    os.rename(bench.folder.path + ".gone", bench.folder.path)
    third = bench.wall("three")
    tap.check(third.shows("● live") and bench.refused == 0, "... and meet again when there is one", third.text())
    for wall in (third, second, first):
        wall.quit()
    bench.close()
    if os.geteuid() == 0:
        tap.skip("a folder that cannot be written", "root writes everywhere")
        return
    bench = Bench()
    os.makedirs(bench.runtime, 0o700)
    os.chmod(bench.runtime, 0o500)
    first = bench.wall("one")
    tap.check(first.shows("● live"), "where the folder cannot be written a wall runs", first.text())
    first.quit()
    bench.close()


def main():
    tap = harness.Tap()
    for name, check in sorted(globals().items()):
        if name.startswith("check_") and (len(sys.argv) < 2 or name[6:] in sys.argv[1:]):
            check(tap)
    tap.done()


main()
