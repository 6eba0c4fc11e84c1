"""Bodies that are broken, too large, hostile, or merely odd."""

import gzip
import json
import re
import time

from bed import DATA, Fault

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def write(handler, *parts):
    """Bytes as they are, and the end of the connection."""
    handler.close_connection = True
    for part in parts:
        handler.wfile.write(part)
    handler.wfile.flush()
    return True


def spoilt(change):
    """The right answer's text, changed, in a right envelope."""
    def act(server, handler, request):
        if not server.authorised(handler, request):
            return True
        body = change(json.dumps(server.whole()).encode())
        return write(handler, HEAD, b"Content-Length: %d\r\n\r\n" % len(body), body)
    return act


def altered(change):
    """The right answer as a document, changed; accepted or not, it counts as good for what it says of the rest."""
    def act(server, handler, request):
        if not server.authorised(handler, request):
            return True
        document = server.whole()
        document = change(document) or document
        body = json.dumps(document).encode()
        server.good = time.monotonic()
        return write(handler, HEAD, b"Content-Length: %d\r\n\r\n" % len(body), body)
    return act


# ---- envelopes ----

def cut(server, handler, request):
    body = json.dumps(server.whole()).encode()
    return write(handler, HEAD, b"Content-Length: %d\r\n\r\n" % len(body), body[:len(body) // 2])


def too_long(server, handler, request):
    """More is promised than comes, and the connection stays open."""
    body = json.dumps(server.whole()).encode()
    handler.wfile.write(HEAD + b"Content-Length: %d\r\n\r\n" % (len(body) + 100) + body)
    handler.wfile.flush()
    while server.fault is not None:
        time.sleep(0.1)
    return write(handler)


def too_short(server, handler, request):
    body = json.dumps(server.whole()).encode()
    return write(handler, HEAD, b"Content-Length: %d\r\n\r\n" % (len(body) - 30), body)


def old_http(server, handler, request):
    """HTTP/1.0: no length, the end is the end; and it comes too early."""
    body = json.dumps(server.whole()).encode()
    return write(handler, b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n", body[:len(body) // 2])


def drip(server, handler, request):
    body = json.dumps(server.whole()).encode()
    handler.wfile.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
    for at in range(len(body)):
        if server.fault is None:
            break
        handler.wfile.write(body[at:at + 1])
        handler.wfile.flush()
        time.sleep(0.2)
    return write(handler)


def hang(server, handler, request):
    while server.fault is not None:
        time.sleep(0.1)
    return write(handler)


def not_http(server, handler, request):
    return write(handler, b"SSH-2.0-OpenSSH_9.2\r\n")


def large(length):
    """200 MB, promised or in chunks, as fast as they are taken."""
    def act(server, handler, request):
        handler.close_connection = True
        block = b'"' + b"a" * (1 << 20)
        if length:
            handler.wfile.write(HEAD + b"Content-Length: %d\r\n\r\n" % (200 * len(block)))
        else:
            handler.wfile.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(200):
            handler.wfile.write(block if length else b"%x\r\n%s\r\n" % (len(block), block))
            server.sent = getattr(server, "sent", 0) + len(block)
        return True
    return act


def endless(start, block):
    """A head without an end, as fast as it is taken: 200 MB of it."""
    def act(server, handler, request):
        handler.close_connection = True
        handler.wfile.write(start)
        many = block * ((1 << 20) // len(block))
        for _ in range(200):
            handler.wfile.write(many)
            server.sent = getattr(server, "sent", 0) + len(many)
        return True
    return act


BOMB = gzip.compress(b" " * (100 << 20), 9)


def bomb(server, handler, request):
    return write(handler, HEAD, b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB), BOMB)


# ---- documents that must be refused ----

def deep(body):
    return b'{"x":' + b"[" * 100000 + b"]" * 100000 + b"}"


def deep_objects(body):
    return b'{"x":' * 100000 + b"1" + b"}" * 100000


def bad_utf8(body):
    return body.replace(b"lunch", b"lun\xff\xfe\xc0\xafch", 1)


def nul(body):
    return body.replace(b"lunch", b"lun\0ch", 1)


def bare_control(body):
    return body.replace(b"lunch", b"lun\x1b[31mch", 1)


def twice(body):
    return body + body


def comma(body):
    return body[:-1] + b",}"


def python_like(body):
    return body.replace(b'"lunch"', b"lunch", 1)


# ---- documents that are odd, and harmless ----

def other_first(body):
    """A second member of the same name must not win, nor mix with the first."""
    members = ["%s:%s,%s:{}" % (json.dumps(key), json.dumps(value), json.dumps(key)) for key, value in json.loads(body).items()]
    return ("{%s}" % ",".join(members)).encode()


def replaced(text):
    return spoilt_good(lambda body: body.replace(b"lunch", text))


def spoilt_good(change):
    act = spoilt(change)

    def good(server, handler, request):
        server.good = time.monotonic()
        return act(server, handler, request)
    return good


def each_cell(document, change):
    for app in document.values():
        for grid in app.get("agent_grids", []) + app.get("service_grids", []):
            for row in grid["values"]:
                row.update({key: change(value) for key, value in row.items()})


def numbers(document):
    each_cell(document, lambda value: 1234 if value.startswith("team_x") else value)
    for app in document.values():
        if "stats_totals" in app:
            app["stats_totals"] = {key: value for key, value in zip(app["stats_totals"], (5, None))}


def nulls(document):
    each_cell(document, lambda value: None if value == "lunch" else value)


def blanks(document):
    each_cell(document, lambda value: "")


def not_respelt(bed):
    """A minute without values says nothing about the spelling once it has been proven."""
    bed.same(bed.server.since(0, method="DELETE"), [], "nothing is deleted")
    shows(r"Page")(bed)


def no_grids(document):
    for app in document.values():
        app.pop("service_grids", None)


def strange_grids(document):
    for app in document.values():
        if "service_grids" in app:
            app["service_grids"].insert(0, {"id": "nobody's", "values": [{"1": "STRANGE"}]})


def fewer_columns(document):
    for app in document.values():
        for grid in app.get("service_grids", []):
            for row in grid["values"]:
                row.pop(list(row)[1])


def reordered(document):
    for app in document.values():
        for grid in app.get("agent_grids", []):
            grid["values"].reverse()
            grid["values"] = [dict(reversed(list(row.items()))) for row in grid["values"]]


def not_ours(document):
    return {"another/panel": {"stats_totals": {"in_calls_waiting": "STRANGE"}}, **document}


def long_names(document):
    each_cell(document, lambda value: "x" * 10000 if value == "lunch" else value)


def wrong_shapes(body):
    document = json.loads(body)
    for app in document.values():
        if "service_grids" in app:
            app["service_grids"] = "none today"
    return json.dumps(document).encode()


def shows(wanted, unwanted="STRANGE"):
    def check(bed):
        text = bed.wall.text()
        bed.check(re.search(wanted, text), "the screen shows /%s/" % wanted, text)
        bed.check(not re.search(unwanted, text), "and nothing strange", text)
        bed.check("live" in text.split("\n", 1)[0], "and is live", text)
    return check


def stopped_early(bed):
    tries = len(bed.server.since(0, path=DATA)) - bed.server.polls
    sent = getattr(bed.server, "sent", 0)
    bed.check(sent < (tries + 1) * 60 << 20, "it is not read to its end", "%d MB in %d tries" % (sent >> 20, tries))


def odd(name, how, act, wanted, hold=4, **more):
    return Fault(name, how, act=act, old=False, hold=hold, most=6 * hold, also=shows(wanted), **more)


READ = r"The answer is not valid JSON: .*|The answer cannot be read: .*"

FAULTS = [
    Fault("body cut", "the connection ends after half of the promised body", r"cut off", cut),
    Fault("body too short for its length", "100 bytes more are promised than come", r"given up|cut off", too_long, hold=11),
    Fault("body too long for its length", "30 bytes fewer are promised than come", READ, too_short),
    Fault("body cut, no length", "HTTP/1.0, half of the body, the end", READ, old_http),
    Fault("slow drip", "one byte each 0.2 s", r"too slowly", drip, hold=12),
    Fault("hang", "the request is taken and never answered", r"did not answer within 9 s", hang, hold=12),
    Fault("hang at the start", "every request is taken and never answered", r"did not answer within 9 s", hang, None,
          starting=True, hold=12),
    Fault("empty", "200 with an empty body", r"The answer is empty", spoilt(lambda body: b"")),
    Fault("not HTTP", "a line of another protocol", r"no HTTP", not_http),
    Fault("200 MB, promised", "a Content-Length of 200 MB, and they come", r"larger than 32 MB", large(True), memory=120,
          also=stopped_early),
    Fault("200 MB, in chunks", "200 MB without a length", r"larger than 32 MB", large(False), memory=120, also=stopped_early),
    Fault("headers without an end", "200 MB of short header lines", r"headers are larger than 128 kB",
          endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"a" * 54 + b"\r\n"), also=stopped_early),
    Fault("a header line without an end", "200 MB in one header line", r"headers are too long",
          endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"), also=stopped_early),
    Fault("interim answers without an end", "`100 Continue`, for ever", r"headers are larger than 128 kB",
          endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), also=stopped_early),
    Fault("gzip bomb", "100 MB packed into 100 kB, Content-Encoding: gzip, which was not asked for", r"The answer is larger than 32 MB.*", bomb),
    Fault("arrays nested 100,000 deep", "`{\"x\":[[[…`", READ, spoilt(deep)),
    Fault("objects nested 100,000 deep", "`{\"x\":{\"x\":…`", READ, spoilt(deep_objects)),
    Fault("invalid UTF-8", "stray bytes in a text", READ, spoilt(bad_utf8)),
    Fault("a NUL", "a zero byte in a text", READ, spoilt(nul)),
    Fault("a bare control character", "an unescaped ESC in a text", READ, spoilt(bare_control)),
    Fault("two documents", "the right answer, twice", READ, spoilt(twice)),
    Fault("a comma too many", "`,}` at the end", READ, spoilt(comma)),
    Fault("text without quotes", "which jsmn alone lets through", READ, spoilt(python_like)),
    Fault("wrong shapes", "a text where the grids should be", READ, spoilt(wrong_shapes)),
    odd("duplicate keys", "each app id comes twice, empty the second time", spoilt_good(other_first), r"first-0.*lunch"),
    odd("an escaped NUL", "`\\u0000` in a text", replaced(b"lu\\u0000nch"), r"lu.?nch"),
    odd("lone surrogates", "`\\ud800` and `\\udc00` in a text", replaced(b"lu\\ud800n\\udc00ch"), r"lu.?n.?ch"),
    odd("numbers and null for text", "totals 1234 and null", altered(numbers), r"Sales +1234"),
    odd("null for text", "reasons are null", altered(nulls), r"first-0 +–"),
    Fault("blank rows", "each cell of each row is empty", act=altered(blanks), old=False, hold=4, most=24, also=not_respelt,
          kept=False),
    Fault("our app ids without anything", "each app id has `{}`", r"does not send any data now \(its answers are empty\)",
          lambda s, h, r: h.answer(200, {app: {} for app in s.subscription or {}}) or True, most=60, within=10),
    odd("JSON labelled as a page", "Content-Type: text/html", lambda s, h, r: s.authorised(h, r) and
        (h.answer(200, json.dumps(s.whole()).encode(), "text/html") or True), r"first-0.*lunch"),
    odd("missing grids", "an app id without its grid", altered(no_grids), r"queues .*\d s old", hold=8),
    odd("unknown grids", "a grid that nobody asked for, first", altered(strange_grids), r"first-0.*lunch"),
    odd("missing columns", "rows lack a column", altered(fewer_columns), r"Sales +\?"),
    odd("reordered rows", "rows and columns in reverse order", altered(reordered), r"liza.smith +first-2 +lunch"),
    odd("an app id that is not ours", "beside ours", altered(not_ours), r"first-0.*lunch"),
    odd("names of 10 kB", "in a column of 14 cells", altered(long_names), r"first-0 +x{5,}"),
]
