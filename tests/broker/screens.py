"""One publisher, several screens, a real broker: one subscription, ages, troubles of each part, and the way back from each."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import broker
import harness

INTERVAL = 1.0
# Two intervals, five seconds at least, and what a busy machine needs.
SOON = 5 + 6

LAYOUT = """
pages = ( { title = "Floor" rows = ( { panels = (
  { name = "now" type = "totals" tiles = ( { stat = "in_calls_waiting" label = "waiting" digits = 1 } ) },
  { name = "queues" type = "service_grid" size = 1 columns = ( { stat = "name" width = 12 }, "in_calls_waiting" ) },
  { name = "open" type = "availability" } ) } ) } )
alerts = ( { name = "many" when = "now.in_calls_waiting > 50" for = "0s" command = [ "/bin/sh", "-c", "echo ran >>@FOLDER@/alert" ] } )
"""

# The queues are those of the other layout under another name; agents are its own.
OTHER = """
pages = ( { title = "Team" rows = ( { panels = (
  { name = "lines" type = "service_grid" size = 1 columns = ( { stat = "name" width = 12 }, "in_calls_waiting" ) },
  { name = "agents" type = "agent_grid" size = 1 columns = ( { stat = "first_last_name" width = 12 }, "acd_state" ) } ) } ) } )
"""

# Nobody publishes this.
UNSENT = """
pages = ( { rows = ( { panels = ( { name = "bound" type = "agent_grid" columns = ( "extension", "reason" ) }, { name = "c" type = "clock" } ) } ) } )
"""


class Floor:
    """A contact centre, a broker, and what runs between them."""

    def __init__(self):
        self.folder = harness.Folder()
        self.server = harness.Server()
        self.waiting = "7"
        self.server.rows = 2
        self.server.total = lambda stat: self.waiting
        self.cells = {"name": ["Sales", "Support"], "in_calls_waiting": ["3", "4"], "first_last_name": ["Ana Li", "Bo Ek"],
                      "login_id": ["ana.li", "bo.ek"], "acd_state": ["ready", "busy"]}
        self.server.cell = lambda panel, stat, row: self.cells.get(stat, ["", ""])[row]
        self.broker = broker.Broker(self.folder)
        self.layout = self.folder.write("floor.conf", LAYOUT.replace("@FOLDER@", self.folder.path))
        self.other = self.folder.write("team.conf", OTHER)
        self.publisher = None
        self.errors = os.path.join(self.folder.path, "publish.err")
        self.screens = []

    def publish(self):
        self.publisher = self.start_publisher()
        return self.publisher

    def start_publisher(self, *more):
        with open(self.errors, "ab") as errors:
            return subprocess.Popen(
                [harness.CXWALL, "publish", self.broker.url(), "-l", self.layout, "-l", self.other, "-i", str(INTERVAL),
                 "--log", self.folder.path + "/publish.log", *more, *harness.options(self.server)],
                env=self.folder.environment(), cwd=self.folder.path, stdout=subprocess.DEVNULL, stderr=errors)

    def said(self):
        with open(self.errors) as file:
            return file.read()

    def polled(self, times):
        """Waits for so many polls more."""
        return self.server.polled(times)

    def write_layouts(self, floor=None, team=None):
        self.folder.write("floor.conf", (floor or LAYOUT).replace("@FOLDER@", self.folder.path))
        self.folder.write("team.conf", team or OTHER)

    def environment(self):
        """A screen's: no secret of the API."""
        env = self.folder.environment()
        env.pop("CXWALL_SECRET")
        return env

    def screen(self, layout=None, port=None):
        terminal = harness.Terminal([harness.CXWALL, "run", "--from", self.broker.url(port=port), "-l", layout or self.layout,
                                     "--log", "%s/screen%d.log" % (self.folder.path, len(self.screens))], self.environment(),
                                    100, 16)
        self.screens.append(terminal)
        return terminal

    def close(self):
        for terminal in self.screens:
            terminal.close()
        if self.publisher is not None and self.publisher.poll() is None:
            self.publisher.kill()
            self.publisher.wait()
        self.broker.stop()
        self.folder.remove()


def first_line(terminal):
    return terminal.text().split("\n")[0]


def shows(terminal, pattern, seconds=SOON):
    return harness.wait_for(lambda: re.search(pattern, terminal.text()), seconds, 0.1) is not None


def live(terminal, seconds=harness.PATIENCE):
    return harness.wait_for(lambda: re.search(r"● live ", first_line(terminal)), seconds, 0.1) is not None


def one_subscription(tap, floor, screens):
    server = floor.server
    begun, polls = time.monotonic(), server.polls
    floor.polled(6)
    passed, seen = time.monotonic() - begun, server.polls - polls
    tap.check(passed >= (seen - 1.5) * INTERVAL, "the API is polled once per interval, whatever number of screens (%d in %.1f s)"
              % (seen, passed))
    tap.same(len(server.find("POST", "/statsapi/subscription")), 1, "the API sees one subscription")
    tap.same(len(server.find("POST", "/configapi/v2/oauth/token")), 1, "and one sign-in")
    names = sorted(app_id.split("/")[-1] for app_id in server.subscription)
    tap.same(names, ["agents", "now", "queues"], "equal panels of two layouts are asked for once")
    tap.check("Ana Li" in screens[-1].text() and "Sales" in screens[-1].text(), "a panel finds its data under another name",
              screens[-1].text())


def changes_and_silence(tap, floor, screens):
    listener = floor.broker.listen("floor/v1/#")
    # It listens once it has what is retained.
    heard = [listener.stdout.readline().decode()]
    floor.cells["in_calls_waiting"] = ["3", "58"]
    tap.check(all(shows(s, "Support +58") for s in screens), "a change at the API is on each screen", screens[0].text())
    floor.polled(6)
    listener.terminate()
    lines = [l.split(" ") for l in heard + listener.communicate()[0].decode().splitlines()]
    sent = [topic for retained, topic, _ in lines if retained == "0"]
    tap.same(sent.count("floor/v1/data/queues"), 1, "what changed is published once")
    tap.same(sent.count("floor/v1/data/now") + sent.count("floor/v1/data/agents"), 0, "what did not change is not published again")
    tap.check(sent.count("floor/v1/beat") >= 4, "beats go on", sent)
    text = screens[0].text()
    tap.check(" old" not in text and "?" not in first_line(screens[0]), "and what did not change stays fresh by them", text)


def late_joiner(tap, floor):
    """The publisher hangs: a new screen has what is retained, and nothing else."""
    floor.publisher.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    screen = floor.screen()
    tap.check(shows(screen, "Support +58"), "a late joiner draws what is retained", screen.text())
    tap.check(time.monotonic() - begun < 4, "at once (%.1f s)" % (time.monotonic() - begun))
    tap.check(harness.wait_for(lambda: re.search(r"\d+ s\?", first_line(screen)), SOON), "its age has a ? until the publisher is heard",
              first_line(screen))
    tap.check(shows(screen, "No heartbeat from the publisher"), "a publisher that hangs is told", screen.text())
    floor.publisher.send_signal(signal.SIGCONT)
    tap.check(live(screen), "and live once it goes on", screen.text())


def second_publisher(tap, floor, screens):
    status, _, errors = harness.run(["publish", floor.broker.url(), "-l", floor.layout, *harness.options(floor.server)],
                                    floor.folder.environment())
    tap.same(status, 5, "a second publisher ends with 5")
    tap.check("another publisher" in errors and str(floor.publisher.pid) in errors, "and says who is there", errors)
    tap.same(len(floor.server.find("POST", "/configapi/v2/oauth/token")), 1, "before it asks the API for anything")
    others = harness.connections(floor.broker.port)
    third = floor.start_publisher()
    tap.check(harness.wait_for(lambda: harness.connections(floor.broker.port) > others, step=0.002), "a third connects to look who is there")
    third.kill()
    third.wait()
    floor.polled(3)
    tap.check(all(live(s, 1) for s in screens), "one that is killed while it looks who is there takes nobody's place", screens[0].text())


def killed(tap, floor, screens):
    floor.publisher.kill()
    floor.publisher.wait()
    begun = time.monotonic()
    tap.check(all(shows(s, "The publisher has stopped or lost the broker") for s in screens), "a publisher killed is seen by its last will", screens[0].text())
    tap.check(time.monotonic() - begun < 5, "at once (%.1f s)" % (time.monotonic() - begun))
    tap.check(shows(screens[0], "Support +58"), "the last data stay")
    tap.check(all(shows(s, r"no data for ([6-9]|\d\d) s") for s in screens), "and grow old", screens[0].text())
    fresh = floor.screen()
    tap.check(shows(fresh, "The publisher has stopped or lost the broker") and shows(fresh, "Support +58"), "a new screen shows the same", fresh.text())
    tap.check(re.search(r"no data for \d+ s\?", first_line(fresh)), "as old, and with a ?", fresh.text())
    age = re.search(r"no data for (\d+) s\?", first_line(fresh))
    tap.check(age and int(age.group(1)) >= 6, "with the age since the source had it", first_line(fresh))
    status, out, errors = harness.run(["check", "now.in_calls_waiting < 10", "--from", floor.broker.url(), "-l", floor.layout],
                                      floor.environment())
    tap.same(status, 3, "a check of a dead publisher's data is unknown")
    tap.check("publisher has stopped or lost the broker" in out, "and says why", out + errors)
    floor.publish()
    tap.check(all(live(s) for s in screens + [fresh]), "all go on when it is started again", screens[0].text())


def ended(tap, floor, screens):
    floor.publisher.terminate()
    tap.same(floor.publisher.wait(20), 143, "SIGTERM ends the publisher in order")
    tap.check(all(shows(s, "The publisher was stopped") for s in screens), "one that ended in order is told so", screens[0].text())
    tap.same(floor.server.subscription, None, "it deleted its subscription")
    floor.publish()
    tap.check(all(live(s) for s in screens), "and all go on with the next")


def broker_restarted(tap, floor, screens):
    floor.broker.stop()
    tap.check(all(shows(s, "(connection to|closed the connection)") for s in screens), "each screen says that the broker is away",
              screens[0].text())
    tap.check(all("next try" in s.text() or shows(s, "next try") for s in screens), "and when it tries next")
    floor.broker.start()
    tap.check(all(live(s) for s in screens), "each recovers alone", screens[0].text())
    tap.same(len([1 for p in floor.server.lines() if p.startswith("POST /statsapi/subscription")]), 3,
             "the subscription at the API lived on")


def cut(tap, floor, screens):
    proxy = broker.Proxy(floor.broker.port)
    behind = floor.screen(port=proxy.port)
    tap.check(live(behind), "a screen behind a network", behind.text())
    proxy.cut = True
    tap.check(shows(behind, "No heartbeat from the publisher"), "a network that delivers nothing is told", behind.text())
    tap.check(all(live(s, 5) for s in screens), "and is no other screen's trouble", screens[0].text())
    # Nobody closes: the broker's silence alone must end the connection.
    tap.check(shows(behind, "does not answer any more|lookup|no connection", 40), "a half-open connection is given up", behind.text())
    proxy.cut = False
    tap.check(live(behind), "and it goes on when the network does", behind.text())
    behind.keys("q")
    behind.status()
    proxy.close()


def slow(tap, floor, screens):
    stopped, others = screens[0], screens[1:]
    pid = stopped.pid()
    os.kill(pid, signal.SIGSTOP)
    for i in range(4):
        floor.cells["in_calls_waiting"] = ["3", str(70 + i)]
        begun = time.monotonic()
        tap.check(all(shows(s, "Support +%d" % (70 + i)) for s in others), "a screen that hangs slows no other (%.1f s)"
                  % (time.monotonic() - begun), others[0].text())
    tap.check("73" not in stopped.text(), "while it hangs itself")
    os.kill(pid, signal.SIGCONT)
    tap.check(shows(stopped, "Support +73") and live(stopped), "and it catches up", stopped.text())


def upstream(tap, floor, screens):
    table = floor.server.table
    good = table[("GET", "/statsapi/subscription/data")]
    table[("GET", "/statsapi/subscription/data")] = lambda h, r: h.answer(503, b"", "text/plain")
    tap.check(all(shows(s, "Publisher: .*503") for s in screens), "what is wrong with the API is on each screen", screens[0].text())
    tap.check(all(shows(s, r"no data for \d+ s") for s in screens), "with data that grow old, whatever beats", screens[0].text())
    table[("GET", "/statsapi/subscription/data")] = good
    tap.check(all(live(s, 60) for s in screens), "and all go on when it does", screens[0].text())


def alerts(tap, floor, screens):
    """Three screens of the layout show it; one program acts."""
    floor.waiting = "60"
    tap.check(all(shows(s, "many") for s in screens[:2]), "an alert shows on each screen", screens[0].text())
    ran = os.path.join(floor.folder.path, "alert")
    harness.wait_for(lambda: os.path.exists(ran), 10)
    floor.polled(3)
    tap.same(open(ran).read() if os.path.exists(ran) else "", "ran\n", "its command runs once, at the publisher")
    polls = floor.server.polls
    floor.publisher.send_signal(signal.SIGUSR1)
    harness.wait_for(lambda: floor.server.polls > polls + 3)
    tap.same(open(ran).read(), "ran\n", "and not again where the layouts are read again meanwhile")
    floor.waiting = "7"
    tap.check(harness.wait_for(lambda: not re.search("many", screens[0].text())), "and it clears on each screen", screens[0].text())


def reloads(tap, floor, screens):
    """The layouts of a publisher change while it runs."""
    again = lambda count: floor.said().count("layouts reloaded") >= count
    before = floor.said().count("layouts reloaded")
    floor.write_layouts(team=OTHER.replace('"acd_state"', '"acd_state", "reason"'))
    floor.publisher.send_signal(signal.SIGUSR1)
    tap.check(harness.wait_for(lambda: again(before + 1)), "SIGUSR1: the layouts are read again", floor.said())
    tap.check(harness.wait_for(lambda: "reason" in json.dumps(floor.server.subscription)), "and the new column is asked for",
              floor.server.subscription)
    tap.check(all(live(s) for s in screens), "all screens live on", screens[0].text())
    floor.write_layouts(team="nonsense")
    floor.publisher.send_signal(signal.SIGUSR1)
    tap.check(harness.wait_for(lambda: re.search(r"team\.conf:1: ", floor.said())), "a layout with a mistake is told", floor.said())
    floor.polled(2)
    tap.check(floor.publisher.poll() is None and "reason" in json.dumps(floor.server.subscription), "and changes nothing", floor.said())
    # One panel, and no alerts any more.
    floor.write_layouts(floor=re.sub(r"(?s)alerts = .*", "", LAYOUT))
    floor.publisher.send_signal(signal.SIGUSR1)
    tap.check(harness.wait_for(lambda: again(before + 2)), "a mended one is read", floor.said())
    tap.check(harness.wait_for(lambda: "reason" not in json.dumps(floor.server.subscription)), "and asked for")
    floor.waiting = "61"
    floor.polled(3)
    with open(os.path.join(floor.folder.path, "alert")) as file:
        tap.same(file.read(), "ran\n", "an alert that is gone runs no more")
    floor.waiting = "7"
    tap.check(all(live(s) for s in screens), "all screens live on", screens[0].text())


def the_end(tap, floor, screens):
    screens[0].keys("q")
    tap.same(screens[0].status(), 0, "a screen ends with 0")
    floor.publisher.terminate()
    tap.same(floor.publisher.wait(20), 143, "the publisher ends with 143")
    tap.same(floor.server.subscription, None, "and its subscription is deleted")


def one_shots(tap, floor):
    base = ["--from", floor.broker.url(), "-l", floor.layout]
    status, out, errors = harness.run(["snapshot", "--format", "json", *base], floor.environment())
    tap.same((status, errors), (0, ""), "snapshot --from")
    document = json.loads(out) if status == 0 else {}
    tap.same(document.get("tenant"), "example.cx.onecloud.com", "knows the publisher's tenant")
    tap.check("Support" in out and document.get("state") == "live", "and has its data", out[:600])
    unsent = floor.folder.write("unsent.conf", UNSENT)
    for format in ("text", "json"):
        status, out, errors = harness.run(["snapshot", "--format", format, *base, "-l", unsent], floor.environment())
        tap.check(status == 4 and out and re.match(r"cxwall: no panel of layout 'unsent' has data; panel 'bound': .+\n$", errors),
                  "snapshot --from as %s of what is not published: status 4 and the reason" % format, (status, errors))
    status, out, errors = harness.run(["check", "now.in_calls_waiting < 10", *base], floor.environment())
    tap.check(status == 0 and out.startswith("OK"), "check --from", out + errors)
    status, out, errors = harness.run(["check", "queues[Support].in_calls_waiting < 10", *base], floor.environment())
    tap.check(status == 2, "and false is critical", out + errors)
    status, out, errors = harness.run(["metrics", *base], floor.environment())
    tap.check(status == 0 and 'cxwall_in_calls_waiting{panel="now"} 7' in out and "cxwall_live 1" in out, "metrics --from", out + errors)
    follower = subprocess.Popen([harness.CXWALL, "follow", *base], env=floor.environment(), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
    numbers, out = [80], [b""]

    # Its first answer is no change: so there is one at each look, until it tells one.
    def told():
        numbers[0] += 1
        floor.cells["in_calls_waiting"] = ["3", str(numbers[0])]
        if select.select([follower.stdout], [], [], 2 * INTERVAL)[0]:
            out[0] += os.read(follower.stdout.fileno(), 4096)
        return re.search(rb"Support.*8\d", out[0])
    told_it = harness.wait_for(told)
    follower.terminate()
    follower.communicate(timeout=20)
    tap.check(told_it, "follow --from tells a change", out[0])
    status, _, errors = harness.run(["publish", "http://x/y", "-l", floor.layout, *harness.options(floor.server)],
                                    floor.folder.environment())
    tap.check(status == 2 and "mqtt://" in errors, "an address of another kind is refused", errors)


def main():
    broker.skip_without()
    tap = harness.Tap()
    floor = Floor()
    try:
        floor.publish()
        harness.wait_for(lambda: floor.server.polls > 1)
        screens = [floor.screen(), floor.screen(), floor.screen(floor.other)]
        tap.check(all(live(s) for s in screens), "three screens of two layouts are live without a login at the API", screens[0].text())
        one_subscription(tap, floor, screens)
        changes_and_silence(tap, floor, screens)
        late_joiner(tap, floor)
        second_publisher(tap, floor, screens)
        killed(tap, floor, screens)
        ended(tap, floor, screens)
        broker_restarted(tap, floor, screens)
        cut(tap, floor, screens)
        slow(tap, floor, screens)
        upstream(tap, floor, screens)
        alerts(tap, floor, screens)
        one_shots(tap, floor)
        reloads(tap, floor, screens)
        the_end(tap, floor, screens)
    finally:
        floor.close()
    tap.done()


if __name__ == "__main__":
    main()
