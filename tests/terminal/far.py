"""The end behind a slow line: TLS, and 200 ms each way. In no phase does a terminal that closes leave the subscription."""

import concurrent.futures
import os
import queue
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

DELAY = 0.2
TOKEN, CREATE, DATA = "/configapi/v2/oauth/token", "/statsapi/subscription", "/statsapi/subscription/data"

# The end takes five seconds at most, and a loaded machine is slow.
END_SECONDS = 5 + 5

# Availability would keep a second connection open, which hides a lost one.
LAYOUT = """
pages = ( { rows = ( { panels = (
    { name = "queues"  type = "service_grid"  columns = ["name", "in_calls_waiting"] }
) } ) } )
"""


class Line:
    """A TCP proxy on which every byte is under way for so long, in order."""

    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.target))
            for source, sink in ((client, server), (server, client)):
                parts = queue.Queue()
                threading.Thread(target=self.take, args=(source, parts), daemon=True).start()
                threading.Thread(target=self.give, args=(sink, parts), daemon=True).start()

    def take(self, source, parts):
        part = b"-"
        while part:
            try:
                part = source.recv(65536)
            except OSError:
                part = b""
            parts.put((time.monotonic() + DELAY, part))

    def give(self, sink, parts):
        while True:
            due, part = parts.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not part:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(part)
            except OSError:
                return


class Centre(harness.Server):
    """Behind TLS. A call may be held for a while, and says when it came."""

    def __init__(self, certificate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.slow = {}
        self.refuse = False
        self.busy = 0
        super().__init__()

    def get_request(self):
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def serve(self, handler, request):
        self.busy += 1
        try:
            self.serve_one(handler, request)
        finally:
            self.busy -= 1

    def serve_one(self, handler, request):
        path = request["path"].split("?")[0]
        if self.refuse and path == DATA:
            self.refuse = False
            handler.answer(401, b"", "text/plain")
            return
        time.sleep(self.slow.get((request["method"], path), 0))
        super().serve(handler, request)

    def count(self, method, path):
        return len(self.find(method, path))

    def next(self, method, path):
        """Waits for one more such call."""
        before = self.count(method, path)
        return harness.wait_for(lambda: self.count(method, path) > before)


def posting(centre):
    return harness.wait_for(lambda: centre.count("POST", CREATE) > 0)


def between(centre):
    """Longer than the answer is believed without a look."""
    if not harness.wait_for(lambda: centre.count("GET", DATA) > 0):
        return False
    time.sleep(DELAY * 2 + 1.5)
    return True


def getting(centre):
    harness.wait_for(lambda: centre.polls > 0)
    return centre.next("GET", DATA)


def renewing(centre):
    harness.wait_for(lambda: centre.polls > 0)
    centre.refuse = True
    return centre.next("POST", TOKEN)


def hup(process):
    os.kill(process.pid, signal.SIGHUP)


def hup_twice(process):
    hup(process)
    time.sleep(0.15)
    hup(process)


def hup_and_close(process):
    hup(process)
    process.hang_up()


def close_late(process):
    process.hang_up()
    time.sleep(0.3)
    hup(process)


def term_then_close(process):
    os.kill(process.pid, signal.SIGTERM)
    time.sleep(0.3)
    hup_and_close(process)


def look_then_close(process):
    """The hang-up comes during the look before the DELETE."""
    process.send(b"q")
    process.centre.next("GET", DATA)
    close_late(process)


def term_as_timeout_does(process):
    os.kill(process.pid, signal.SIGTERM)
    time.sleep(0.01)
    os.kill(process.pid, signal.SIGTERM)


SLOW_POST = {("POST", CREATE): 0.8}
SLOW_GET = {("GET", DATA): 0.5}
SLOW_TOKEN = {("POST", TOKEN): 0.3}

# What it is, command, interval, what is slow, when, what then happens, exit status.
CASES = [
    ("during the POST", "run", "1", SLOW_POST, posting, hup_and_close, 129),
    ("between polls", "run", "30", {}, between, hup_and_close, 129),
    ("between polls, SIGHUP late", "run", "30", {}, between, close_late, 129),
    ("during a GET", "run", "1", SLOW_GET, getting, close_late, 129),
    ("during a token call", "run", "1", SLOW_TOKEN, renewing, hup_and_close, 129),
    ("SIGTERM, then the terminal closes", "run", "30", {}, between, term_then_close, 143),
    ("q, and a hang-up at the look", "run", "30", {}, between, look_then_close, 0),
    ("SIGHUP twice", "follow", "30", {}, between, hup_twice, 129),
    ("SIGTERM as timeout sends it", "follow", "30", {}, between, term_as_timeout_does, 143),
    ("SIGHUP during the POST", "snapshot", "1", SLOW_POST, posting, hup_twice, 129),
]


def end(folder, certificate, case):
    """(exit status, seconds that it took, subscription that was left, lines of the server)"""
    what, command, interval, slow, when, act, status = case
    centre = Centre(certificate)
    centre.slow = slow
    line = Line(centre.server_address[1])
    arguments = [harness.CXWALL, command, "--ca-file", folder.path + "/ca.pem", "-i", interval, "-l", folder.layout, "--url",
                 "https://localhost:%d" % line.port, "--tenant", "example.cx.onecloud.com", "--user", "stats.user"]
    # Each has a folder of its own for locks and last frames.
    own = harness.Folder()
    process = harness.Pty(arguments, folder.environment(XDG_RUNTIME_DIR=own.path))
    process.centre = centre
    reached = threading.Event()
    reader = threading.Thread(target=drain, args=(process, reached), daemon=True)
    reader.start()
    there = when(centre)
    reached.set()
    reader.join()
    began = time.monotonic()
    act(process)
    got = process.end()
    took = time.monotonic() - began
    process.close()
    own.remove()
    # A POST may be under way still.
    time.sleep(DELAY)
    harness.wait_for(lambda: centre.busy == 0)
    return there, got, took, centre.subscription, "\n".join(centre.lines()) + "\n" + process.output.decode(errors="replace")[-600:]


def drain(process, reached):
    while not reached.is_set() and process.read(0.05):
        pass


def main():
    tap = harness.Tap()
    if shutil.which("openssl") is None:
        tap.skip("the end behind a slow line", "no openssl command")
        tap.done()
    folder = harness.Folder()
    certificate = os.path.join(folder.path, "server.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", certificate, "-out", folder.path + "/ca.pem"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(certificate, "a") as file:
        file.write(open(folder.path + "/ca.pem").read())
    folder.layout = folder.write("one.conf", LAYOUT)
    # They mostly wait.
    with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:
        results = list(pool.map(lambda case: end(folder, certificate, case), CASES))
    for case, (there, status, took, left, lines) in zip(CASES, results):
        what = "%s: %s" % (case[1], case[0])
        tap.check(there, what + ": the moment came", lines)
        tap.same(status, case[6], what + ": exit status")
        tap.check(left is None, what + ": no subscription is left", lines)
        tap.check(took < END_SECONDS, what + ": in time", "%.1f s" % took)
    folder.remove()
    tap.done()


main()
