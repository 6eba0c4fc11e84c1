"""Many screens on one subscription, as real processes in pseudo-terminals: how long an answer takes to each of them.

screens.py [SCREENS [SECONDS [INTERVAL]]]: prints a table. An answer counts from the moment at which the server had
sent it to the publisher; it has arrived when a screen has written it to its terminal. The publisher, the broker and all
screens share this machine's processors with the terminals that read them.
"""

import os
import re
import selectors
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import broker
import harness

AGENTS = 40
SERVICES = 10

LAYOUT = """
pages = ( { rows = ( { height = 9 panels = (
  { name = "now" type = "totals" tiles = ( { stat = "in_calls_waiting" label = "Waiting" }, { stat = "agents_ready" label = "Ready" } ) },
  { name = "mark" type = "service_grid" limit = 1 columns = ( { stat = "name" width = 12 } ) filter = "in_calls_waiting GE '0'" } ) },
  { panels = (
  { name = "queues" type = "service_grid" columns = ( { stat = "name" width = 20 }, "in_calls_waiting", "in_max_wait_time" ) },
  { name = "agents" type = "agent_grid" columns = ( { stat = "first_last_name" width = 20 }, "acd_state", "state_duration" ) } ) } ) } )
"""


def code(number):
    """Six letters, each another one than in the code before: a terminal gets all of them."""
    return "".join(chr(ord("A") + (number * step + 3 * step) % 26) for step in (1, 3, 5, 7, 9, 11))


class Centre:
    """Its answers carry the number of the poll; it notes when each had been sent."""

    def __init__(self):
        self.server = harness.Server()
        self.server.cell = self.cell
        self.server.grid = self.grid
        self.sent = {}
        data = self.server.table[("GET", "/statsapi/subscription/data")]

        def timed(handler, request):
            number = self.server.polls + 1
            data(handler, request)
            handler.wfile.flush()
            self.sent[number] = time.monotonic()
        self.server.table[("GET", "/statsapi/subscription/data")] = timed

    def grid(self, panel, grid):
        rows = 1 if panel == "mark" else SERVICES if panel == "queues" else AGENTS
        return {"id": grid["id"], "values": [{str(c["id"]): self.cell(panel, c.get("stat_name", c.get("statName")), row)
                                              for c in grid["columns"]} for row in range(rows)]}

    def cell(self, panel, stat, row):
        number = self.server.polls
        if stat == "name":
            return code(number) if panel == "mark" else "Service %d" % row
        if stat in ("first_last_name", "login_id"):
            return "Agent Number %d" % row
        if stat == "acd_state":
            return ("ready", "busy", "not_ready")[(row + number // 7) % 3]
        return str((number * (row + 1)) % 600)


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


class Watch:
    """Reads all terminals, and notes when each got which answer."""

    def __init__(self, screens, centre):
        self.centre = centre
        self.selector = selectors.DefaultSelector()
        self.tails = {}
        self.seen = {}
        self.delays = []
        self.bytes = 0
        for screen in screens:
            os.set_blocking(screen.master, False)
            self.selector.register(screen.master, selectors.EVENT_READ, screen)
            self.tails[screen.master] = b""
            self.seen[screen.master] = 0

    def read(self, master, counting):
        try:
            part = os.read(master, 65536)
        except (BlockingIOError, OSError):
            return
        now = time.monotonic()
        self.bytes += len(part)
        text = self.tails[master] + part
        self.tails[master] = text[-200:]
        newest = self.centre.server.polls
        for number in (newest, newest - 1):
            if number <= self.seen[master] or code(number).encode() not in text:
                continue
            self.seen[master] = number
            self.tails[master] = b""
            if counting and number in self.centre.sent:
                self.delays.append(max(0.0, now - self.centre.sent[number]))
            return

    def run(self, seconds, counting=True):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for key, _ in self.selector.select(0.1):
                self.read(key.fd, counting)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def main():
    broker.skip_without()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60
    interval = float(sys.argv[3]) if len(sys.argv) > 3 else 5
    folder = harness.Folder()
    centre = Centre()
    layout = folder.write("bench.conf", LAYOUT)
    mqtt = broker.Broker(folder)
    proxy = broker.Proxy(mqtt.port)
    publisher = subprocess.Popen([harness.CXWALL, "publish", mqtt.url(), "-l", layout, "-i", str(interval),
                                  *harness.options(centre.server)], env=folder.environment(), stderr=subprocess.DEVNULL)
    env = folder.environment()
    env.pop("CXWALL_SECRET")
    screens = []
    try:
        harness.wait_for(lambda: centre.server.polls > 0)
        for i in range(count):
            # One of them is behind something that counts its bytes.
            url = mqtt.url(port=proxy.port) if i == 0 else mqtt.url()
            screens.append(harness.Pty([harness.CXWALL, "run", "--from", url, "-l", layout], env, 120, 40))
        watch = Watch(screens, centre)
        end = time.monotonic() + 120
        while time.monotonic() < end and min(watch.seen.values()) == 0:
            watch.run(1, counting=False)
        there = sum(1 for n in watch.seen.values() if n > 0)
        watch.run(2 * interval, counting=False)
        pids = [mqtt.child.pid, publisher.pid, screens[0].pid]
        used, polls, down, begun = [cpu_seconds(p) for p in pids], centre.server.polls, proxy.bytes_down, time.monotonic()
        watch.bytes = 0
        watch.run(seconds)
        passed = time.monotonic() - begun
        used = [cpu_seconds(p) - u for p, u in zip(pids, used)]
        answers = centre.server.polls - polls
        print("%d screens on one subscription, %.0f s at %g s: %d of them live" % (count, passed, interval, there))
        rows = [("subscriptions at the API", "%d" % len(centre.server.find("POST", "/statsapi/subscription"))),
                ("polls at the API", "%d, %.2f per interval" % (answers, answers * interval / passed)),
                ("answers that reached a screen", "%d, %.1f %%" % (len(watch.delays), 100 * len(watch.delays) / max(1, answers * count))),
                ("from answer to screen", "p50 %.0f ms, p99 %.0f ms, most %.0f ms" % tuple(
                    1000 * x for x in (percentile(watch.delays, 0.5), percentile(watch.delays, 0.99), max(watch.delays or [0])))),
                ("bytes from the broker per screen and minute", "%.0f" % ((proxy.bytes_down - down) * 60 / passed)),
                ("bytes to a terminal per minute", "%.0f" % (watch.bytes / count * 60 / passed)),
                ("processor: broker, publisher, one screen", ", ".join("%.2f %%" % (100 * u / passed) for u in used)),
                ("memory: broker, publisher, one screen", ", ".join("%.1f MB" % memory_mb(p) for p in pids))]
        for name, value in rows:
            print("  %-46s %s" % (name, value))
    finally:
        for screen in screens:
            screen.close()
        publisher.terminate()
        publisher.wait(20)
        proxy.close()
        mqtt.stop()
        folder.remove()


main()
