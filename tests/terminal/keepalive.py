"""systemd's notifications: a wall that works says so at its start, again and again, and at its end."""

import os
import signal
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness


def take(listener, got):
    try:
        while True:
            got.append(listener.recv(200))
    except BlockingIOError:
        return got


def main():
    tap, folder, server = harness.Tap(), harness.Folder(), harness.Server()
    path, got = os.path.join(folder.path, "notify"), []
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    listener.setblocking(False)
    wall = harness.Pty([harness.CXWALL, "-l", "agents", *harness.options(server)],
                       folder.environment(NOTIFY_SOCKET=path, WATCHDOG_USEC="1500000"))

    def kept_alive():
        wall.read(0.05)
        return take(listener, got).count(b"WATCHDOG=1") >= 2

    tap.check(harness.wait_for(kept_alive), "it is kept alive", got)
    tap.same(got[0], b"READY=1", "after it said that the start is over")
    os.kill(wall.pid, signal.SIGTERM)
    wall.end()
    tap.same(take(listener, got)[-1], b"STOPPING=1", "and it says its end")
    folder.remove()
    tap.done()


main()
