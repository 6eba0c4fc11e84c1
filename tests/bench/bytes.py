"""Bytes that the wall writes to its terminal, against a bare curses program that shows the same cells.

200 agents in a 120x40 pseudo-terminal; at each poll 10 % of the cells change. Both run over the same pictures: the
wall's own, read back from a terminal emulator (tmux), are what the other one draws.

    bytes.py [SECONDS-BETWEEN-POLLS] [POLLS]    default 0.1 and 40; the real pace is 1
"""

import fcntl
import os
import pty
import random
import select
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

COLUMNS, LINES, AGENTS, SHARE, MOST = 120, 40, 200, 0.10, 1.2
BARE = os.path.join(harness.BUILD, "tests", "bench", "bare")

STATS = ("extension", "in_calls_handled_per_day", "in_calls_offered_per_day", "in_calls_rejected_per_day",
         "in_calls_transferred_per_day", "out_calls_handled_per_day", "calls_dispositions_per_day",
         "count_of_interactions", "reason")
REASONS = ("Lunch", "Training", "Meeting", "Break", "Coaching", "")
LAYOUT = """
title = "Bytes"
pages = ( { rows = ( { panels = ( { name = "agents" type = "agent_grid" columns = (
  { stat = "first_last_name" width = 20 }, %s ) } ) } ) } )
""" % ", ".join('"%s"' % stat for stat in STATS)


class Centre:
    """Cells of all agents; each poll changes a tenth of those that can change."""

    def __init__(self):
        self.random = random.Random(4711)
        self.cells = {(row, stat): self.value(stat) for row in range(AGENTS) for stat in STATS}

    def value(self, stat):
        return self.random.choice(REASONS) if stat == "reason" else str(self.random.randrange(100))

    def poll(self):
        for key in self.random.sample(sorted(self.cells), int(len(self.cells) * SHARE)):
            self.cells[key] = self.value(key[1])

    def cell(self, panel, stat, row):
        if stat == "first_last_name":
            return "Agent Number %03d" % row
        return self.cells.get((row, stat), "agent.%03d" % row)


class Screen:
    """A program in a pseudo-terminal; counts what it writes, and keeps it."""

    def __init__(self, arguments, env, stdin=None):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        read_end, write_end = os.pipe() if stdin else (None, None)
        self.told, tell = os.pipe() if stdin else (None, None)

        def controlling():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(arguments, env=env, stdin=read_end if stdin else slave,
                                        stdout=tell if stdin else slave, stderr=subprocess.DEVNULL,
                                        preexec_fn=controlling, pass_fds=(slave,))
        self.input = write_end
        os.close(slave)
        for end in (read_end, tell):
            if end is not None:
                os.close(end)

    def take(self, seconds=0.0):
        out = b""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                part = os.read(self.master, 65536)
            except OSError:
                break
            if not part:
                break
            out += part
            seconds = 0.0
        return out

    def end(self):
        self.process.terminate()
        while self.process.poll() is None:
            self.take(0.05)
        os.close(self.master)


def emulate(frames, env):
    """The picture after each frame, by a terminal emulator: lists of lines."""
    folder = harness.Folder()
    socket, fifo = os.path.join(folder.path, "s"), os.path.join(folder.path, "in")
    os.mkfifo(fifo)

    def tmux(*arguments):
        return subprocess.run(["tmux", "-S", socket, "-f", "/dev/null", *arguments], env=env,
                              stdout=subprocess.PIPE).stdout.decode()

    tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), "stty raw -echo; cat '%s'; sleep 1000" % fifo)
    pictures = []
    with open(fifo, "wb", buffering=0) as pipe:
        for number, frame in enumerate(frames):
            # A title that changes with each frame says when the emulator has taken it.
            pipe.write(frame + b"\033]2;frame %d\007" % number)
            title = "frame %d" % number
            harness.wait_for(lambda: tmux("display-message", "-p", "#{pane_title}").strip() == title, 10, 0.002)
            pictures.append(tmux("capture-pane", "-p").split("\n")[:LINES])
    tmux("kill-server")
    folder.remove()
    return pictures


def run_wall(server, centre, folder, pace, polls):
    """One chunk of bytes for each poll, the first of them the whole picture."""
    path = folder.write("bytes.conf", LAYOUT)
    wall = Screen([harness.CXWALL, "-l", path, "-i", str(pace), *harness.options(server)], folder.environment())
    out, frames, seen = b"", [], 0
    end = time.monotonic() + harness.PATIENCE + polls * pace * 3
    while len(frames) < polls and time.monotonic() < end:
        out += wall.take(0.01)
        if server.polls != seen and b"Number" in (out if not frames else b"Number"):
            # What belongs to this poll has come when nothing more comes for a while.
            time.sleep(min(pace / 3, 0.1))
            out += wall.take()
            seen = server.polls
            frames.append(out)
            out = b""
    wall.end()
    return frames


def run_bare(pictures, folder):
    bare = Screen([BARE], folder.environment(), stdin=True)
    sizes = []
    for picture in pictures:
        data = "".join(line + "\n" for line in picture).encode() + b"\f\n"
        out, told = b"", b""
        while data or not told:
            ready = select.select([bare.told], [bare.input] if data else [], [], 0)
            if bare.input in ready[1]:
                data = data[os.write(bare.input, data[:4096]):]
            if bare.told in ready[0]:
                told = os.read(bare.told, 1)
                if not told:
                    sys.exit("the bare program ended")
            out += bare.take(0.001)
        out += bare.take(0.02)
        sizes.append(len(out))
    bare.end()
    return sizes


def main():
    pace = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
    polls = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    tap, folder, server, centre = harness.Tap(), harness.Folder(), harness.Server(), Centre()
    server.cell, server.rows = centre.cell, AGENTS
    data = server.data

    def changing(handler, request):
        centre.poll()
        data(handler, request)

    server.table[("GET", "/statsapi/subscription/data")] = changing
    frames = run_wall(server, centre, folder, pace, polls)
    pictures = emulate(frames, folder.environment())
    bare = run_bare(pictures, folder)
    ours = [len(frame) for frame in frames]
    tap.same(len(ours), polls, "the wall was seen for %d polls" % polls)
    tap.check(all("Number" in "".join(picture) for picture in pictures[1:]), "there are agents on each picture",
              pictures[-1])
    changed = sum(a != b for p, q in zip(pictures[1:], pictures[2:]) for a, b in zip("".join(p), "".join(q)))
    tap.check(changed / (polls - 2) > 30, "and they change", changed)
    # The first picture is a whole one, and belongs to starting.
    wall, floor = sum(ours[1:]), sum(bare[1:])
    about = "%d agents, %dx%d, %g s" % (AGENTS, COLUMNS, LINES, pace)
    print("# %-28s %12s %12s" % (about, "bytes a poll", "first frame"))
    print("# %-28s %12.0f %12d" % ("cxwall", wall / (polls - 1), ours[0]))
    print("# %-28s %12.0f %12d" % ("bare curses", floor / (polls - 1), bare[0]))
    print("# %-28s %12.2f %12.2f" % ("ratio", wall / floor, ours[0] / bare[0]))
    tap.check(wall / floor <= MOST, "at most %.1f times the bytes of a bare curses program" % MOST, wall / floor)
    folder.remove()
    tap.done()


main()
