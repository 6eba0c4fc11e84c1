"""The soak: a wall on a simulated contact centre that fails all the time, at many times its speed.

Usage: run.py [SECONDS]
Left out, SECONDS are as many as a simulated week takes. `short.py` is the same for `make check`.
What must hold: memory and descriptors do not grow, every trouble is overcome, the wall never runs in circles, and in
the end it shows what a program that has just started shows.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

SPEED = 2000
AGENTS = 12
SERVICES = 6
TENANT = "example.cx.onecloud.com"
WEEK_SECONDS = 7 * 86400 // SPEED + 1

# Between the medians of the second and of the last quarter. The C library's heap breathes by a few pages; a leak of a
# few hundred bytes in each poll grows by more than this in the long run.
MEMORY_TOLERANCE_KB = 256
# In less than a minute the heap of a slow machine still finds its size.
MEMORY_TOLERANCE_SHORT_KB = 512
SHORT_SECONDS = 60
WARM_UP_POLLS = 100
# Sanitizers keep freed memory for a while, and shadow memory with it.
SANITIZED_KB = 20000
SANITIZED_TOLERANCE = 0.08
DESCRIPTOR_TOLERANCE = 1
# Of one processor. Twenty polls and pictures a second take a few hundredths; a loop that never sleeps takes all.
CPU_MAX = 0.3
SANITIZED_CPU_MAX = 0.9
# Without a live moment: a subscription that is gone again and again looks like another client's work, and then the wall
# tries once a minute.
GAP_SECONDS_MAX = 75
# In a second, of the twenty that there are without faults.
POLLS_MIN = 4

# About one poll in thirty fails, in turn in all ways; more would leave the wall in its back-off most of the time.
FAULTS = [kind + ":path=/data,p=0.002" + more for kind, more in (
    ("500", ""), ("502", ""), ("503", ",retry=1"), ("429", ",retry=1"), ("401", ""), ("204", ""),
    ("empty", ""), ("bad-json", ""), ("portal", ""), ("deep", ""), ("cut", ""), ("close", ""), ("slow", ",delay=0.3"),
    ("drip", ",size=2000,delay=0.02"), ("hang", ",delay=1"))] + [
    "big:path=/data,p=0.0005,size=40", "404:path=/data,p=0.0005",
    "500:path=check_available_agents,p=0.1", "cut:path=check_available_agents,p=0.1",
    "portal:path=campaign,p=0.2", "500:path=oauth,p=0.05"]

LAYOUT = """
title = "Soak"
pages = ( { rows = (
  { height = 8 panels = ( { name = "now" type = "totals" digits = 1
                            tiles = ( "in_calls_waiting", "agents_logged", "service_level" ) },
                          { name = "open" type = "availability" }, { name = "states" type = "agent_states" } ) },
  { panels = ( { name = "queues" type = "service_grid" size = 1 sort = "name asc"
                 columns = ( { stat = "name" width = 20 }, "in_calls_waiting" ) },
               { name = "agents" type = "agent_grid" size = 1 sort = "first_last_name asc"
                 columns = ( { stat = "first_last_name" width = 24 }, "acd_state", "state_duration" ) } ) },
  { height = 6 panels = ( { name = "news" type = "messages" }, { name = "camp" type = "campaigns" },
                          { name = "time" type = "clock" } ) }
) } )
"""


class Simulator:
    """cxsim on a free port, with two logins: the wall's, and one for a second look."""

    def __init__(self, folder):
        arguments = [harness.CXSIM, "--port", "0", "--speed", str(SPEED), "--agents", str(AGENTS),
                     "--services", str(SERVICES), "--ready-after", "0.1", "--token-life", "20", "--tenant", TENANT,
                     "--user", "wall", "--secret", "the-secret", "--user", "second", "--secret", "the-secret",
                     "--until-eof"]
        for fault in FAULTS:
            arguments += ["--fault", fault]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=folder.environment())
        line = self.process.stdout.readline().decode()
        self.url = line.split()[-1]
        self.pid = self.process.pid

    def clear_faults(self):
        request = urllib.request.Request(self.url + "/cxsim/faults", data=b"", method="POST")
        urllib.request.urlopen(request, timeout=10).read()

    def state(self):
        return json.loads(urllib.request.urlopen(self.url + "/cxsim/state", timeout=10).read())

    def polls(self):
        return self.state()["requests"]["GET /statsapi/subscription/data"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def options(simulator, user):
    return ["--url", simulator.url, "--tenant", TENANT, "--user", user]


def memory_kb(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Samples:
    def __init__(self):
        self.memory, self.wall_fds, self.sim_fds = [], [], []
        self.troubles = set()
        self.live = self.taken = 0
        self.gap = 0.0

    def take(self, pid, simulator, terminal, last_live):
        now = time.monotonic()
        self.memory.append(memory_kb(pid))
        self.wall_fds.append(harness.descriptors(pid))
        self.sim_fds.append(harness.descriptors(simulator.pid))
        self.taken += 1
        status = status_line(terminal.text())
        if "live" in status:
            self.live += 1
            return now
        self.troubles.add(re.sub(r"[0-9]+", "N", " ".join(status.split())))
        self.gap = max(self.gap, now - last_live)
        return last_live


def status_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0] if lines else ""


def watch(pid, simulator, terminal, seconds):
    samples = Samples()
    begun = last_live = time.monotonic()
    step = min(1.0, seconds / 40)
    while time.monotonic() < begun + seconds:
        last_live = samples.take(pid, simulator, terminal, last_live)
        time.sleep(step)
    return samples


def quarters(values):
    quarter = max(1, len(values) // 4)
    return statistics.median(values[quarter:2 * quarter]), statistics.median(values[-quarter:])


def check_growth(tap, samples, seconds):
    early, late = quarters(samples.memory)
    tolerance = MEMORY_TOLERANCE_SHORT_KB if seconds < SHORT_SECONDS else MEMORY_TOLERANCE_KB
    if early > SANITIZED_KB:
        tolerance = early * SANITIZED_TOLERANCE
    tap.check(late - early <= tolerance, "memory does not grow (%d kB, then %d kB)" % (early, late), samples.memory)
    for what, values in (("the wall", samples.wall_fds), ("the simulator", samples.sim_fds)):
        early, late = quarters(values)
        tap.check(late - early <= DESCRIPTOR_TOLERANCE,
                  "descriptors of %s do not grow (%d, then %d)" % (what, early, late), values)


def skeleton(text):
    """Frames and titles: what stays the same whatever the values are."""
    lines = []
    for line in text.splitlines():
        if "─" in line:
            # A list that turns says which page it shows; one that is alone on a picture does not.
            line = re.sub(r"( N.N of N) · N/N", r"\1", re.sub(r"[0-9]+", "N", line))
            lines.append(re.sub(r"─+", "─", line).rstrip())
    return lines


def names_in(text):
    """The first column of the two grids, row by row: they are sorted by name, and are all there."""
    names = []
    inside = False
    for line in text.splitlines():
        if "╭" in line or "╰" in line:
            inside = "queues" in line
        elif inside:
            names += [re.split(r"\s{2,}", cell.strip())[0] for cell in line.split("│") if cell.strip()]
    return names


def check_end(tap, folder, path, simulator, terminal):
    simulator.clear_faults()
    alive = harness.wait_for(lambda: "live" in status_line(terminal.text()), GAP_SECONDS_MAX, 0.1)
    tap.check(alive, "without faults the wall is live again", terminal.text())
    time.sleep(1)
    status, fresh, errors = harness.run(["snapshot", "-l", path, "--size", "120x40", *options(simulator, "second")],
                                        folder.environment())
    tap.check(status == 0, "a fresh program sees the same contact centre", errors)
    # Numbers in the titles may change between the two looks.
    same = harness.wait_for(lambda: skeleton(terminal.text()) == skeleton(fresh), 10, 0.2)
    tap.check(same, "frames and titles are those of a fresh program",
              "\n".join(skeleton(terminal.text()) + ["--"] + skeleton(fresh)))
    shown = terminal.text()
    tap.check(len(names_in(fresh)) == AGENTS + SERVICES + 2, "a fresh program names all services and agents", fresh)
    tap.same(names_in(shown), names_in(fresh), "and the wall the same, in the same order")
    tap.check("never received" not in shown and "stale" not in shown, "nothing is stale or missing", shown)


def main(seconds):
    tap = harness.Tap()
    folder = harness.Folder()
    path = folder.write("soak.conf", LAYOUT)
    simulator = Simulator(folder)
    # Freed memory is given back soon, so that a sanitized build shows its own growth.
    env = folder.environment(ASAN_OPTIONS="quarantine_size_mb=2")
    terminal = harness.Terminal([harness.CXWALL, "-l", path, "-i", "0.05", *options(simulator, "wall")], env)
    text = terminal.wait("live")
    tap.check("live" in text, "the wall is up", text)
    pid = terminal.pid()
    tap.check(harness.wait_for(lambda: simulator.polls() >= WARM_UP_POLLS, GAP_SECONDS_MAX, 0.2), "it polls")
    polls, cpu, begun = simulator.polls(), cpu_seconds(pid), time.monotonic()
    samples = watch(pid, simulator, terminal, seconds)
    share = (cpu_seconds(pid) - cpu) / (time.monotonic() - begun)
    sanitized = samples.memory[-1] > SANITIZED_KB
    check_growth(tap, samples, seconds)
    tap.check(share <= (SANITIZED_CPU_MAX if sanitized else CPU_MAX), "no busy loop (%.3f of a processor)" % share)
    tap.check(samples.gap <= GAP_SECONDS_MAX,
              "every trouble is overcome (%.1f s without live data at most, %d of %d looks live)"
              % (samples.gap, samples.live, samples.taken), "\n".join(sorted(samples.troubles)))
    polls = simulator.polls() - polls
    tap.check(polls >= POLLS_MIN * seconds, "polls go on (%d in %d s)" % (polls, seconds))
    tap.check(terminal.pid() == pid, "it is the same process still", terminal.errors())
    check_end(tap, folder, path, simulator, terminal)
    terminal.keys("q")
    tap.same(terminal.status(), 0, "q ends it")
    tap.same(terminal.errors(), "", "nothing on standard error")
    terminal.close()
    simulator.end()
    folder.remove()
    tap.done()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else WEEK_SECONDS)
