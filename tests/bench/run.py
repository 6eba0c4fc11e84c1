"""The bench: the wall beside a bare program and what else is installed, measured in one run; `make bench`.

    run.py [--rounds 5] [--polls 20] [--pace 1] [--goals] [--growth] [--peers] [--document]

Each round runs floor and wall one after the other, so that what the machine does meanwhile meets both. Figures are medians
of the rounds. --goals compares with the floor, --growth goes on to 50,000 agents and draws doc/bench-growth.svg, --peers
measures other programs; without any of the three, all are done. --document writes the tables into doc/PERFORMANCE.md. Results also go to bench.txt and bench.json.
"""

import argparse
import fcntl
import json
import os
import platform
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

BENCH = os.path.join(harness.BUILD, "tests", "bench")
FIGURES, FLOOR, COUNTED = (os.path.join(BENCH, name) for name in ("figures", "floor", "counted"))
SIZES = (100, 1000, 10000)
GROWTH = (100, 300, 1000, 3000, 10000, 20000, 50000)
# A key that does nothing without a search, and tells the wall that somebody is there.
HOLD = "N"
DATA = "@URL@/statsapi/subscription/data"

# Ten columns, the same as the floor's. The login id is one of them, so that no hidden column makes the bodies differ.
LAYOUT = """
title = "Bench"
pages = ( { rows = ( { panels = ( { name = "agents" type = "agent_grid" limit = 50000 columns = (
  { stat = "login_id" width = 12 }, { stat = "first_last_name" width = 20 }, "extension", "in_calls_handled_per_day",
  "in_calls_offered_per_day", "in_calls_rejected_per_day", "in_calls_transferred_per_day", "out_calls_handled_per_day",
  "count_of_interactions", "reason" ) } ) } ) } )
"""

OVERVIEW = """
pages = ( { rows = (
  { height = "36%" panels = ( { name = "now" type = "totals" tiles = (
    { stat = "in_calls_waiting" warn = "> 5" alert = "> 10" }, { stat = "in_max_wait_time" warn = "> 60s" alert = "> 2m" },
    { stat = "service_level" warn = "< 80" alert = "< 70" }, { stat = "agents_ready" alert = "< 1" } ) } ) },
  { panels = ( { name = "queues" type = "service_grid" sort = "in_calls_waiting desc" columns = ( { stat = "name" width = 20 },
    { stat = "in_calls_waiting" warn = "> 5" alert = "> 10" }, { bar = "in_calls_waiting" width = 14 },
    { stat = "in_max_wait_time" warn = "> 60s" }, { stat = "service_level" warn = "< 80" },
    { bullet = "service_level" target = "service_level_target" width = 12 }, { spark = "in_calls_waiting" width = 16 } ) },
    { name = "agents" type = "agent_states" width = "40%" filter = "acd_state NE ''" lists = true } ) },
  { height = 9 panels = ( { name = "waiting" type = "chart" series = ( { stat = "in_calls_waiting" warn = "> 5" } ) },
    { name = "free" type = "chart" span = "4h" series = ( "agents_ready", "agents_busy" ) } ) } ) } )
"""

# name, key of the figures, agents, largest ratio to the floor
GOALS = (
    ("CPU per poll", "cpu_ms_per_poll", 1000, 1.3),
    ("CPU per poll", "cpu_ms_per_poll", 10000, 0.9),
    ("peak memory", "peak_kib", 1000, 1.2),
    ("peak memory", "peak_kib", 10000, 1.5),
    ("terminal bytes per poll", "bytes_per_poll", 1000, 1.1),
    ("terminal bytes per poll", "bytes_per_poll", 10000, 1.1),
    ("last byte to screen, p95", "p95", 1000, 1.5),
    ("last byte to screen, p95", "p95", 10000, 1.5),
    ("start to first data", "start_ms", 1000, 1.5),
    ("start to first data", "start_ms", 10000, 1.5),
)
COLUMNS = (
    ("CPU ms per poll", "cpu_ms_per_poll", "%.2f"), ("idle CPU ms per min", "idle", "%.0f"),
    ("peak MiB", "peak_mib", "%.1f"), ("PSS MiB", "pss_mib", "%.1f"), ("bytes per poll", "bytes_per_poll", "%.0f"),
    ("p50 ms", "p50", "%.2f"), ("p95 ms", "p95", "%.2f"), ("p99 ms", "p99", "%.2f"), ("start ms", "start_ms", "%.0f"),
    ("switches per poll", "switches_per_poll", "%.1f"),
)


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = harness.Folder()
        self.layout = self.folder.write("bench.conf", LAYOUT)
        self.lines = []
        # The session's folder is in memory, as the standard has it (XDG Base Directory Specification).
        self.runtime = tempfile.mkdtemp(prefix="cxwall-bench-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)

    def close(self):
        self.folder.remove()
        shutil.rmtree(self.runtime, ignore_errors=True)

    def say(self, line=""):
        print(line, flush=True)
        self.lines.append(line)

    def wall(self, pace, program=harness.CXWALL):
        return [program, "-l", self.layout, "-i", str(pace), "--url", "@URL@", "--tenant", "example.cx.onecloud.com",
                "--user", "stats.user"]

    def measure(self, arguments, agents, *more, **environment):
        command = [FIGURES, "--agents", str(agents), *map(str, more), "--", *arguments]
        done = subprocess.run(command, env=self.folder.environment(XDG_RUNTIME_DIR=self.runtime, **environment), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        if done.returncode != 0:
            return None
        found = json.loads(done.stdout)
        found.update(found.pop("frame_ms"))
        found["peak_mib"], found["pss_mib"] = found["peak_kib"] / 1024, found["pss_kib"] / 1024
        return found

    def pair(self, agents, polls, pace):
        """Floor and wall, one after the other."""
        found = []
        for arguments in ([FLOOR, DATA, str(pace)], self.wall(pace)):
            one = self.measure(arguments, agents, "--polls", polls, "--hold", HOLD)
            if one is None:
                sys.exit("bench: %s with %d agents did not run" % (os.path.basename(arguments[0]), agents))
            found.append(one)
        return found

    def idle(self, agents, pace):
        polls = max(5, self.options.polls // 2)
        return [self.measure(arguments, agents, "--polls", polls, "--share", 0, "--hold", HOLD)["cpu_ms_per_minute"]
                for arguments in ([FLOOR, DATA, str(pace)], self.wall(pace))]

    def allocations(self, agents):
        """Of the wall's own objects, per poll, after a warm-up: difference of a long and a short run."""
        counts = []
        for polls in (20, 120):
            path = os.path.join(self.folder.path, "count")
            if os.path.exists(path):
                os.unlink(path)
            if self.measure(self.wall(0.05, COUNTED), agents, "--polls", polls, COUNT_ALLOCATIONS=path) is None:
                return None
            with open(path, "rb") as file:
                counts.append(struct.unpack("=Q", file.read(8))[0])
        return (counts[1] - counts[0]) / 100


def median_of(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0] if isinstance(runs[0][key], (int, float))}


def machine():
    model = memory = "?"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    release = "?"
    if os.path.exists("/etc/os-release"):
        for line in open("/etc/os-release"):
            if line.startswith("PRETTY_NAME="):
                release = line.split("=", 1)[1].strip().strip('"')
    compiler = subprocess.run(["cc", "--version"], stdout=subprocess.PIPE).stdout.decode().split("\n")[0]
    return {"cpu": model, "cores": os.cpu_count(), "memory_gib": round(memory, 1), "system": release,
            "kernel": platform.release(), "compiler": compiler, "load_at_start": os.getloadavg()[0]}


def table(bench, rows):
    """rows: (name, agents, figures)"""
    bench.say("| program | agents | " + " | ".join(head for head, _, _ in COLUMNS) + " |")
    bench.say("| --- | --: |" + " --: |" * len(COLUMNS))
    for name, agents, figures in rows:
        cells = ["–" if figures.get(key) is None or figures[key] < 0 else form % figures[key] for _, key, form in COLUMNS]
        bench.say("| %s | %s | %s |" % (name, "{:,}".format(agents) if agents else "–", " | ".join(cells)))
    bench.say()


def goals(bench, found):
    bench.say("| goal, as a ratio to the floor | agents | at most | measured | rounds | |")
    bench.say("| --- | --: | --: | --: | --- | --- |")
    results = []
    for name, key, agents, most in GOALS:
        if agents not in found:
            continue
        pairs = found[agents]["pairs"]
        ratios = sorted(wall[key] / floor[key] for floor, wall in pairs)
        ratio = statistics.median(wall[key] for _, wall in pairs) / statistics.median(floor[key] for floor, _ in pairs)
        results.append({"goal": name, "agents": agents, "most": most, "ratio": ratio, "rounds": ratios})
        bench.say("| %s | %s | %.1f | %.2f | %.2f – %.2f | %s |" % (
            name, "{:,}".format(agents), most, ratio, ratios[0], ratios[-1], "met" if ratio <= most else "**not met**"))
    bench.say()
    return results


def side_by_side(bench):
    options, found = bench.options, {}
    for agents in SIZES:
        pairs = [bench.pair(agents, options.polls, options.pace) for _ in range(options.rounds)]
        floor, wall = (median_of([pair[side] for pair in pairs]) for side in (0, 1))
        floor["idle"], wall["idle"] = bench.idle(agents, options.pace)
        found[agents] = {"pairs": pairs, "floor": floor, "wall": wall, "allocations": bench.allocations(agents)}
    table(bench, [row for agents in SIZES for row in (("floor", agents, found[agents]["floor"]),
                                                      ("**cxwall**", agents, found[agents]["wall"]))])
    results = goals(bench, found)
    for agents in SIZES:
        bench.say("Heap allocations of cxwall's own code per poll, %s agents: %s" % (
            "{:,}".format(agents), "not counted" if found[agents]["allocations"] is None
            else "%.2f" % found[agents]["allocations"]))
    bench.say()
    return {"sizes": {str(agents): found[agents] for agents in SIZES}, "goals": results}


class Overview:
    """The wall with cards, charts and pictures on a simulated centre, in a pseudo-terminal: CPU time and bytes of each poll."""

    def __init__(self, bench, agents, polls):
        self.simulator = subprocess.Popen([harness.CXSIM, "--port", "0", "--until-eof", "--agents", str(agents)],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        url = self.simulator.stdout.readline().split()[-1].decode()
        path = bench.folder.write("overview.conf", OVERVIEW)
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.execve(harness.CXWALL, ["cxwall", "-l", path, "-i", "1", "--url", url, "--tenant", "demo.example", "--user", "wall"],
                      bench.folder.environment(XDG_RUNTIME_DIR=bench.runtime, CXWALL_SECRET="demo", TERM="xterm-256color"))
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.read(5)
        before, self.bytes = self.cpu_ms(pid), []
        for _ in range(polls):
            self.bytes.append(self.read(1))
        self.cpu_ms_per_poll = (self.cpu_ms(pid) - before) / polls
        os.kill(pid, signal.SIGTERM)
        self.read(1)
        os.waitpid(pid, 0)
        os.close(self.terminal)
        self.simulator.stdin.close()
        self.simulator.wait()

    @staticmethod
    def cpu_ms(pid):
        with open("/proc/%d/schedstat" % pid) as file:
            return int(file.read().split()[0]) / 1e6

    def read(self, seconds):
        """Polls come one a second, so what comes within a second is that of one."""
        end, count = time.monotonic() + seconds, 0
        while select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
            try:
                part = os.read(self.terminal, 65536)
            except OSError:
                break
            count += len(part)
        return count


def overview(bench):
    """Beside the floor's grid of as many agents, in the same rounds."""
    options, agents, rounds = bench.options, 1000, []
    if not os.access(harness.CXSIM, os.X_OK):
        return None
    for _ in range(options.rounds):
        floor = bench.measure([FLOOR, DATA, "1"], agents, "--polls", options.polls, "--hold", HOLD)
        wall = Overview(bench, agents, options.polls)
        rounds.append((wall.cpu_ms_per_poll, floor["cpu_ms_per_poll"], statistics.median(wall.bytes)))
    wall, floor, size = (statistics.median(values) for values in zip(*rounds))
    bench.say("| overview with cards, charts and pictures, 1,000 agents | at most | measured | |")
    bench.say("| --- | --: | --: | --- |")
    for name, most, measured, form in (("CPU per poll, as a ratio to the floor", 1.5, wall / floor, "%.2f"),
                                       ("bytes per poll, median", 900, size, "%.0f")):
        bench.say("| %s | %g | %s | %s |" % (name, most, form % measured, "met" if measured <= most else "**not met**"))
    bench.say()
    return {"cpu_ms_per_poll": wall, "floor_cpu_ms_per_poll": floor, "bytes_per_poll": size}


WATCH = ("curl -s %s | jq -r '.[].agent_grids[0].values[]|[.[]]|@tsv' | head -38 | column -t -s \"$(printf '\\t')\"" % DATA)
SCRIPTS = os.path.join(harness.SOURCE, "tests", "bench", "peers")
# The system's: what its packages install is for it.
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"
PEERS = (
    ("`watch`, curl, jq, column", ("watch", "curl", "jq", "column"), 1000, ["watch", "-t", "-n1", WATCH]),
    ("blessed-contrib on Node", ("node",), 1000, ["node", os.path.join(SCRIPTS, "blessed_table.js"), DATA, "1"]),
    ("rich (Python)", ("python3",), 1000, [PYTHON, os.path.join(SCRIPTS, "rich_table.py"), DATA, "1"]),
    ("htop, idle", ("htop",), None, ["htop"]),
    ("btop, idle", ("btop",), None, ["btop"]),
)
# Not driven by this script.
ABSENT = ("textual (Python)", "visidata")


def peers(bench):
    rows, absent, found = [], list(ABSENT), {}
    for name, needs, agents, arguments in PEERS:
        if not all(shutil.which(need) for need in needs):
            absent.append(name)
            continue
        runs = [bench.measure(arguments, agents or 10, *(("--polls", bench.options.polls) if agents else ("--seconds", 20)))
                for _ in range(max(1, bench.options.rounds // 2))]
        if None in runs:
            absent.append(name + " (did not run)")
            continue
        figures = median_of(runs)
        if not agents:
            figures["idle"] = figures["cpu_ms_per_minute"]
            figures["bytes_per_poll"] = figures["bytes_per_minute"] / 60
            for key in ("cpu_ms_per_poll", "p50", "p95", "p99", "start_ms", "switches_per_poll"):
                figures[key] = None
        rows.append((name, agents, figures))
        found[name] = figures
    if rows:
        table(bench, rows)
    bench.say("Not measured here, because not installed or not driven by this script: %s." % ", ".join(absent))
    bench.say()
    return {"figures": found, "absent": absent}


def curve(points, scale_x, scale_y):
    return " ".join("%.1f,%.1f" % (scale_x(x), scale_y(y)) for x, y in points)


def plot(path, growth):
    """Two logarithmic diagrams side by side; a straight dotted line is linear growth."""
    from math import log10
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 330" font-family="sans-serif" font-size="12">',
           '<rect width="760" height="330" fill="white"/>']
    for number, (key, title) in enumerate((("cpu_ms_per_poll", "CPU per poll, ms"), ("peak_mib", "peak memory, MiB"))):
        left, width, top, height = 60 + number * 380, 290, 40, 230
        values = [side[key] for point in growth for side in (point["floor"], point["wall"])]
        low, high = 10 ** int(log10(min(values)) - (min(values) < 1)), 10 ** (int(log10(max(values))) + 1)

        def x(agents):
            return left + width * (log10(agents) - 2) / (log10(50000) - 2)

        def y(value):
            return top + height * (1 - log10(value / low) / log10(high / low))
        out.append('<text x="%d" y="24" font-weight="bold">%s</text>' % (left, title))
        tick = low
        while tick <= high:
            out.append('<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g</text>' % (
                left, y(tick), left + width, left - 6, y(tick) + 4, tick))
            tick *= 10
        for agents in (100, 1000, 10000, 50000):
            out.append('<path d="M%.1f %dV%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>' % (
                x(agents), top, top + height, x(agents), top + height + 18, "{:,}".format(agents)))
        last = growth[-1]
        start = last["wall"][key] * max(100, 50000 * low / last["wall"][key]) / 50000
        out.append('<path d="M%.1f %.1fL%.1f %.1f" stroke="#888" stroke-dasharray="3 4"/>' % (
            x(max(100, 50000 * low / last["wall"][key])), y(start), x(50000), y(last["wall"][key])))
        for name, colour in (("floor", "#888888"), ("wall", "#0055aa")):
            points = [(point["agents"], point[name][key]) for point in growth]
            out.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>' % (curve(points, x, y), colour))
            for agents, value in points:
                out.append('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (x(agents), y(value), colour))
    out.append('<text x="60" y="316">agents × 10 columns — <tspan fill="#0055aa">cxwall</tspan>, '
               '<tspan fill="#666">floor</tspan>; dotted: linear growth through the last point</text></svg>')
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


def grow(bench):
    found = []
    for agents in GROWTH:
        pace = 0.25 if agents <= 10000 else 0.5
        pairs = [bench.pair(agents, 15, pace) for _ in range(max(1, bench.options.rounds // 2))]
        found.append({"agents": agents, "floor": median_of([p[0] for p in pairs]), "wall": median_of([p[1] for p in pairs])})
    bench.say("| agents | floor, CPU ms per poll | cxwall | floor, peak MiB | cxwall | cxwall, CPU µs per poll and agent |")
    bench.say("| --: | --: | --: | --: | --: | --: |")
    for point in found:
        floor, wall = point["floor"], point["wall"]
        bench.say("| {:,} | {:.2f} | {:.2f} | {:.1f} | {:.1f} | {:.2f} |".format(
            point["agents"], floor["cpu_ms_per_poll"], wall["cpu_ms_per_poll"], floor["peak_mib"], wall["peak_mib"],
            wall["cpu_ms_per_poll"] * 1000 / point["agents"]))
    bench.say()
    return found


# Keys with their meaning; the first of each pair only opens the prompt.
KEYS = (("j", "next row"), ("G", "last row"), ("g", "first row"), ("s", "a prompt"), ("4", "sorted by a column"),
        ("I", "the order turned round"), ("/", "a prompt"), ("1", "filtered by a text"), ("7", "... one letter more"))


def keys(bench):
    runs = []
    for _ in range(bench.options.rounds):
        run = bench.measure(bench.wall(1), 50000, "--polls", len(KEYS) + 3, "--keys", "".join(key for key, _ in KEYS))
        if run is not None:
            runs.append(run["key_ms"])
    if not runs:
        return None
    worst, middle = statistics.median(run["max"] for run in runs), statistics.median(run["p50"] for run in runs)
    bench.say("Keys on 50,000 agents (%s), to the last byte of their frame: p50 %.1f ms, slowest %.1f ms (medians of %d "
              "rounds; at most 50: %s)." % (", ".join(what for _, what in KEYS if what != "a prompt"), middle, worst,
                                            len(runs), "met" if worst <= 50 else "**not met**"))
    bench.say()
    return {"rounds": runs, "p50": middle, "max": worst}


def document(bench, path):
    begin, end = "<!-- made by make bench -->\n", "<!-- end -->\n"
    with open(path) as file:
        text = file.read()
    head, tail = text.split(begin)[0], text.split(end)[1]
    with open(path, "w") as file:
        file.write(head + begin + "\n".join(bench.lines).strip() + "\n" + end + tail)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--polls", type=int, default=20)
    parser.add_argument("--pace", type=float, default=1)
    for name in ("goals", "growth", "peers", "document"):
        parser.add_argument("--" + name, action="store_true")
    options = parser.parse_args()
    every = not options.goals and not options.growth and not options.peers
    bench, about = Bench(options), machine()
    bench.say("%(cpu)s, %(cores)d cores, %(memory_gib)s GiB, %(system)s, kernel %(kernel)s, %(compiler)s; "
              "load at the start %(load_at_start).1f." % about)
    bench.say("%d rounds of %d polls, one every %g s, after three that are not counted; %s." % (
        options.rounds, options.polls, options.pace, time.strftime("%Y-%m-%d")))
    bench.say()
    results = {"machine": about, "options": vars(options)}
    if every or options.goals:
        results.update(side_by_side(bench))
        results["overview"] = overview(bench)
    if every or options.peers:
        results["peers"] = peers(bench)
    if every or options.growth:
        results["growth"], results["keys"] = grow(bench), keys(bench)
        plot(os.path.join(harness.SOURCE, "doc", "bench-growth.svg") if options.document else "bench-growth.svg",
             results["growth"])
    with open("bench.json", "w") as file:
        json.dump(results, file, indent=1)
    with open("bench.txt", "w") as file:
        file.write("\n".join(bench.lines) + "\n")
    if options.document:
        document(bench, os.path.join(harness.SOURCE, "doc", "PERFORMANCE.md"))
    bench.close()


main()
