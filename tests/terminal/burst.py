"""Bursts of random keys and mouse bytes: the wall lives, and a few Esc lead out of whatever lies on top."""

import fcntl
import os
import random
import struct
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Burst"
pages = (
  { title = "One"  seconds = 5  rows = ( { height = "30%%" panels = (
      { name = "now" type = "totals" tiles = ( "in_calls_waiting", "agents_ready" ) }, { name = "open" type = "availability" } ) },
    { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting", "service_level" ) },
      { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state", "state_duration" ) } ) } ) },
  { title = "Two"  seconds = 5  rows = ( { panels = ( { name = "states" type = "agent_states" }, { name = "time" type = "clock" } ) } ) } )
alerts = ( { name = "long" when = "queues[*].in_calls_waiting > 5" }, { name = "few" when = "now.agents_ready < 4" severity = "warn" } )
"""

# Without the keys that end the wall or stop it.
KEYS = [bytes([code]) for code in range(0x20, 0x7F) if code not in b"q"] + \
    [b"\t", b"\r", b"\x7f", b"\x0c", b"\x15", b"\x17", b"\x04", b"\x12"] + \
    [b"\033[A", b"\033[B", b"\033[C", b"\033[D", b"\033[5~", b"\033[6~", b"\033[H", b"\033[F", b"\033[Z", b"\033OP"] + \
    ["ж".encode(), "é".encode(), "日".encode(), b"\xff", b"\033[200~pasted q\033[201~"]
# What opens something, more often than chance would.
OPENERS = [b"?", b"A", b"L", b"S", b":", b"\\", b"/", b"f", b"s", b"i", b"!", b"\r", b"M", b"W"]
BURSTS, LENGTH, ESCAPES = 12, 120, 5


def mouse(random_numbers, columns, lines):
    button = random_numbers.choice((0, 0, 0, 64, 65, 1, 2, 32))
    place = b"%d;%d" % (random_numbers.randint(1, columns), random_numbers.randint(1, lines))
    click = b"\033[<%d;" % button + place + b"M"
    return click * random_numbers.choice((1, 2))


def burst(random_numbers, columns, lines):
    parts = []
    for _ in range(LENGTH):
        kind = random_numbers.random()
        parts.append(mouse(random_numbers, columns, lines) if kind < 0.25 else random_numbers.choice(OPENERS) if kind < 0.4
                     else random_numbers.choice(KEYS))
    return parts


def settle(pty):
    """Until the wall has read all that was sent."""
    keyboard = os.open("/proc/%d/fd/0" % pty.pid, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)

    def empty():
        pty.read(0.05)
        return struct.unpack("i", fcntl.ioctl(keyboard, termios.FIONREAD, b"\0\0\0\0"))[0] == 0

    harness.wait_for(empty, 60, 0)
    os.close(keyboard)
    rest(pty, 0.35)


def rest(pty, seconds):
    """Longer than the wall waits for what may follow an Esc."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        pty.read(0.05)


def check_bursts(tap, server, layout, columns, lines, seed):
    random_numbers = random.Random(seed)
    folder = harness.Folder()
    pty = harness.Pty([harness.CXWALL, "--mouse", "-i", "0.2", "-l", layout, *harness.options(server)], folder.environment(), columns,
                      lines)
    pty.wait_output(b"Queue|Sales")
    lived = True
    for number in range(BURSTS):
        sent = b""
        for part in burst(random_numbers, columns, lines):
            sent += part
            pty.send(part)
            lived = lived and pty.read()
        if number % 3 == 2:
            pty.resize(random_numbers.randint(20, 160), random_numbers.randint(4, 50))
            pty.read(0.1)
            pty.resize(columns, lines)
        if not lived:
            break
    tap.check(lived, "%dx%d: it lives through %d keys" % (columns, lines, BURSTS * LENGTH), sent)
    settle(pty)
    # Each Esc by itself, and not the beginning of a sequence.
    for _ in range(ESCAPES):
        pty.send(b"\033")
        settle(pty)
    # On a busy machine the last one may have been read with the q; where a text is typed no q would end it.
    for _ in range(4):
        pty.send(b"q")
        if pty.end(3) is not None:
            break
    tap.same(pty.end(), 0, "%dx%d: after %d Esc q is the key that ends it (seed %d)" % (columns, lines, ESCAPES, seed))
    pty.close()
    folder.remove()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.rows = 14
    server.cell = lambda panel, name, row: {"name": "Queue %d" % row, "first_last_name": "Agent %d" % row,
                                            "acd_state": ("ready", "busy", "not_ready")[row % 3],
                                            "login_id": "agent.%d" % row}.get(name, str(row))
    layout = folder.write("burst.conf", LAYOUT.replace("%%", "%"))
    seed = int(os.environ.get("CXWALL_SEED", "0")) or random.randrange(1, 10 ** 6)
    for columns, lines in ((80, 24), (120, 40), (40, 10)):
        check_bursts(tap, server, layout, columns, lines, seed)
    folder.remove()
    tap.done()


main()
