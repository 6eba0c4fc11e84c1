"""Answers that are packed, marked, too large: they are read, or refused in words."""

import gzip
import json
import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

DATA = ("GET", "/statsapi/subscription/data")
SERVICES = ("GET", "/statsapi/cfg/services")
TOKEN = ("POST", "/configapi/v2/oauth/token")


class Changed:
    """Stands for the handler of a call whose body and headers are changed on their way."""

    def __init__(self, handler, change, headers):
        self.handler, self.change, self.headers_more = handler, change, headers

    def answer(self, status, body=b"", kind="application/json", headers=()):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        if status == 200 and body:
            body = self.change(body)
            headers = [*headers, *self.headers_more]
        self.handler.answer(status, body, kind, headers)


def changing(server, call, change, headers=()):
    usual = server.table[call]
    server.table[call] = lambda handler, request: usual(Changed(handler, change, headers), request)


def deflated(body):
    return zlib.compress(body)


GZIP, DEFLATE = [("Content-Encoding", "gzip")], [("Content-Encoding", "deflate")]
MARK = b"\xef\xbb\xbf"

READ = [
    ("gzip that nothing asked for", gzip.compress, GZIP),
    ("deflate that nothing asked for", deflated, DEFLATE),
    ("a byte order mark", lambda body: MARK + body, []),
    ("a byte order mark in gzip", lambda body: gzip.compress(MARK + body), GZIP),
]

REFUSED = [
    ("gzip without a word", gzip.compress, [], b"compressed with gzip but does not say so"),
    ("plain bytes called gzip", lambda body: body, GZIP, b"compressed in a way that cannot be unpacked"),
    ("an unknown packing", lambda body: body, [("Content-Encoding", "own")], b"compressed in a way that cannot be unpacked"),
    ("UTF-16", lambda body: body.decode().encode("utf-16"), [], b"UTF-16 text instead of UTF-8"),
    # 200 MB in 200 kB: what comes out is counted.
    ("a bomb", lambda body: BOMB, GZIP, b"larger than 32 MB"),
]

packer = zlib.compressobj(9, zlib.DEFLATED, 31)
BOMB = b"".join([packer.compress(b" " * 1000000) for _ in range(200)] + [packer.flush()])


def check_read(tap, folder):
    for what, change, headers in READ:
        server = harness.Server()
        for call in (DATA, SERVICES, TOKEN):
            changing(server, call, change, headers)
        status, out, err = harness.run(["snapshot", "--format", "json", *harness.options(server)], folder.environment())
        tap.check(status == 0 and '"live"' in out, what + ": is read", err or out[:300])
        asked = [request["headers"].get("Accept-Encoding") for request in server.requests]
        tap.same(set(asked), {"identity"}, what + ": plain bytes were asked for")


def resident(pid):
    with open("/proc/%d/statm" % pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def check_refused(tap, folder):
    for what, change, headers, words in REFUSED:
        server = harness.Server()
        changing(server, DATA, change, headers)
        terminal = harness.Pty([harness.CXWALL, "-i", "0.2", *harness.options(server)], folder.environment(), 200, 40)
        tap.check(terminal.wait_output(words), what + ": is refused in words", terminal.output[-1500:])
        tap.check(resident(terminal.pid) < 150 * 1000 * 1000, what + ": and takes no memory")
        terminal.send(b"q")
        tap.same(terminal.end(), 0, what + ": q ends the wall")
        terminal.close()


# The list of services is asked for by a panel that shows all of them.
LISTED = """
pages = ( { rows = ( { height = 6 panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) },
                     { panels = ( { name = "open" type = "availability" } ) } ) } )
"""


def check_lists(tap, folder):
    """Whatever is no data has a smaller cap: 8 MB."""
    layout = folder.write("listed.conf", LISTED)
    for name, size, good in (("below the cap", 7 * 1024 * 1024, True), ("above the cap", 9 * 1024 * 1024, False)):
        for what, call in (("a list", SERVICES), ("a token's answer", TOKEN)):
            server = harness.Server()
            changing(server, call, lambda body: body + b" " * size)
            terminal = harness.Pty([harness.CXWALL, "-i", "0.2", "-l", layout, *harness.options(server)], folder.environment(), 200, 40)
            words = b"live" if good else b"larger than 8 MB"
            tap.check(terminal.wait_output(words), "%s %s: %s" % (what, name, words.decode()), terminal.output[-1500:])
            terminal.send(b"q")
            terminal.end()
            terminal.close()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_read(tap, folder)
    check_refused(tap, folder)
    check_lists(tap, folder)
    folder.remove()
    tap.done()


main()
