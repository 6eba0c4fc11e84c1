"""Text that others write, with everything in it that a terminal obeys: none of it may reach terminal, file or log."""

import json
import re
import time
import unicodedata

from bed import CREATE, DATA, TOKEN, Fault
import harness

# Sequences that ncurses never writes: found in the output, they came from outside.
ALIEN = ["\x1b]0;", "\x1b]52;", "\x1bP", "\x1b[6n", "\x1b[31;47;5m", "\x1b[?1337h", "\x1b[21t", "\x9b", "\x1bc"]

# What the wall asks a terminal, once, before its first picture. Anybody else's question is alien.
QUESTIONS = ["\x1b[?2026$p", "\x1b[2;1H\u2500\u25cf\x1b[6n", "\x1b]11;?\x07"]

# An escape of each family, C1 in UTF-8, DEL, bidi, zero-width, tags, line and paragraph separators, tab, newline, bell.
EVIL = ("\x1b]0;PWNED\x07\x1b]52;c;cm0=\x07\x1bPq\x1b\\\x1b[6n\x1b[31;47;5m\x1b[?1337h\x1b[21t\x1bc\x9b31m\x84\x9d0;x\x9c"
        "\x7f\x00\x08\x0b\x0c\x0e\u202e\u2066\u2069\u200f\u061c\u200b\ufeff\U000e0041\u2028\u2029\t\r\n")

# What this program's own drawing may use.
OWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]|\x1b\[[0-9;]*m|\x1b\([B0]|\x1b[=>78M]|\x1b\[![p]|\x1b\]104\x07")
DRAWING = "\r\n\b\t\x0f\x0e"

LAYOUT = """
title = "Faults"
pages = ( { title = "Page" rows = (
    { height = 6 panels = (
        { name = "now" type = "totals" tiles = ( "in_calls_waiting", "agents_ready" ) },
        { name = "open" type = "availability" width = 40 },
        { name = "work" type = "campaigns" width = 40 } ) },
    { panels = (
        { name = "agents" type = "agent_grid"
          columns = ( { stat = "login_id" width = 20 }, { stat = "first_last_name" width = 20 }, "acd_state", "reason" ) },
        { name = "queues" type = "service_grid" columns = ( { stat = "name" width = 20 }, "service_level", "team_x" ) } ) },
    { height = 6 panels = (
        { name = "states" type = "agent_states" width = 40 },
        { name = "news" type = "messages" limit = 3 } ) }
) } )
"""


def evil(word):
    """The word before, between and after: so the text is seen to arrive."""
    return word + EVIL + word + EVIL


def is_bad(character):
    return (ord(character) < 0x20 or 0x7f <= ord(character) < 0xa0 or
            unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs"))


def bad_in(text, allowed="\n"):
    return sorted({"U+%04X" % ord(c) for c in text if is_bad(c) and c not in allowed})


def check_terminal(bed, output):
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut where the reading stopped.
        if error.start < len(output) - 4:
            bed.check(False, "what is drawn is valid UTF-8", output[error.start - 20:error.start + 20])
        text = output.decode(errors="ignore")
    for question in QUESTIONS:
        text = text.replace(question, "", 1)
    bed.same([a for a in ALIEN if a in text], [], "no escape sequence from outside reaches the terminal")
    bed.same(bad_in(OWN.sub("", text), DRAWING), [], "nor any control, bidi or invisible character")


def check_file(bed, path, what):
    with open(path, "rb") as file:
        text = file.read().decode()
    bed.same(bad_in(text), [], "%s holds no control, bidi or invisible character" % what)
    return text


def check_document(bed, text):
    """JSON of ours: no such character as it stands, nor by an escape."""
    bed.same(bad_in(text), [], "the JSON's bytes are clean")
    found = []

    def walk(node):
        if isinstance(node, str):
            found.extend(bad_in(node))
        elif isinstance(node, dict):
            for key, value in node.items():
                walk(key)
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)
    walk(json.loads(text))
    bed.same(found, [], "and so are its texts, unescaped")


def poison(server):
    server.cell = lambda panel, stat, row: {"service_level": "97"}.get(stat, evil("%s%d" % (stat[:6], row)))
    server.total = lambda stat: evil("7")
    server.messages = [{"id": "1", "login_id": evil("writer"), "first_name": "Ana\x1b[6n\u202e", "last_name": "Li\t\r\n",
                        "send_time": "17\x9b67225000", "is_urgent": evil("0"), "content": evil("drill")}, evil("bare")]
    server.services = [{"id": "E66F7A0C-E464-4656-B4AA-026F53A3D403", "name": evil("Sales")}]
    server.teams = [{"id": "F4ED90FA-5A49-4D76-9487-4E41B24CA45F", "name": evil("Team")}]
    server.table[("GET", "/configapi/v2/campaign/getAll/")] = lambda h, r: h.answer(
        200, [{"name": evil("Campaign"), "state": evil("STOPPED"), "lists": []}])
    server.table[("GET", "/statsapi/cfg/dispositions")] = lambda h, r: h.answer(200, [evil("Sold")])


def wall_bytes(bed, wanted, keys=(), seconds=15):
    """Every byte that a wall writes, from first to last."""
    terminal = harness.Pty(bed.arguments, bed.env, 160, 44)
    arrived = terminal.wait_output(wanted, seconds)
    bed.check(arrived, "it is drawn", terminal.output[-1500:])
    for key in keys:
        terminal.send(key)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            terminal.read(0.1)
    terminal.send(b"q")
    bed.same(terminal.end(), 0, "q ends it with 0")
    terminal.close()
    check_terminal(bed, terminal.output)
    check_file(bed, bed.log, "the log")
    return terminal.output


def run_cells(bed):
    poison(bed.server)
    output = wall_bytes(bed, rb"drill", (b"\t", b"\r", b"\x1b[B", b"\r", b"!", b"\x1b", b"/drill\r", b"s", b"\x1b", b"?"))
    for word in (b"login_0", b"first_0", b"reason0", b"name0", b"team_x0", b"drill", b"Campaign", b"Sales"):
        bed.check(word in output, "%s is drawn" % word.decode(), output[-1500:])
    bed.row["said"] = "the texts, without what a terminal obeys"


def run_one_shot(bed):
    poison(bed.server)
    common = bed.arguments[1:]
    for form in ("json", "text"):
        status, out, err = harness.run(["snapshot", "--format", form, *common[:2], *common[4:]], bed.env)
        bed.same(status, 0, "snapshot %s ends with 0" % form)
        bed.check("login_0" in out or form == "json" and "first_0" in out, "snapshot %s has the texts" % form, out)
        bed.same(bad_in(err), [], "its messages are clean")
        if form == "json":
            check_document(bed, out)
        else:
            bed.same(bad_in(out), [], "the picture is clean")
    for what, word in (("teams", "Team"), ("services", "Sales"), ("dispositions", "Sold")):
        status, out, err = harness.run(["list", what, *common[4:]], bed.env)
        bed.check(status == 0 and word in out, "list %s has them" % what, out + err)
        bed.same(bad_in(out, "\n\t") + bad_in(err), [], "list %s is clean" % what)
    check_file(bed, bed.log, "the log")
    bed.row["said"] = "the texts, without what a terminal obeys"


def refusing(path, answer, words):
    def run(bed):
        bed.server.where, bed.server.fault = path, lambda s, h, r: answer(h) or True
        output = wall_bytes(bed, words)
        bed.row["said"] = "the words of the server, without what a terminal obeys"
        bed.check(output, "something is drawn")
    return run


def raw_answer(head, body=b""):
    def answer(handler):
        handler.close_connection = True
        handler.wfile.write(head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    return answer


def strange_ids(bed):
    """Names of members, app ids and grids, all of the server's making."""
    def act(server, handler, request):
        if not server.authorised(handler, request):
            return True
        document = server.whole()
        document[evil("app")] = {evil("kind"): [{evil("id"): evil("x")}]}
        for app in document.values():
            for grid in app.get("agent_grids", []):
                for row in grid["values"]:
                    row[evil("column")] = evil("cell")
        handler.answer(200, document)
        return True
    bed.server.where, bed.server.fault = DATA, act
    wall_bytes(bed, rb"first-0")
    bed.row["said"] = "nothing of it"


PLAIN = "".join(c for c in EVIL if c not in "\r\n\0")

FAULTS = [
    Fault("in every cell", "agents, services, teams, reasons, messages, campaigns, totals", run=run_cells, starting=True,
          bed={"layout": LAYOUT}),
    Fault("in snapshots and lists", "the same, for `cxwall snapshot` and `cxwall list`", run=run_one_shot, starting=True,
          bed={"layout": LAYOUT}),
    Fault("in ids and names of members", "app ids, grid ids, column ids", run=strange_ids, starting=True),
    Fault("in a 400's reason", "`{\"message\": …}`", starting=True,
          run=refusing(CREATE, lambda h: h.answer(400, {"message": evil("queue")}), rb"refused the request \(400\): queue")),
    Fault("in a 400's bare text", "a body that is no JSON", starting=True,
          run=refusing(CREATE, lambda h: h.answer(400, evil("queue").encode(), "text/plain"), rb"\(400\): queue")),
    Fault("in a refused panel's reason", "a 400 that names a statistic", starting=True,
          run=refusing(CREATE, lambda h: h.answer(400, {"message": evil("no ") + " team_x " + evil("queue")}),
                       rb"refused this panel")),
    Fault("in a 403's reason", "on a poll", starting=True,
          run=refusing(DATA, lambda h: h.answer(403, {"error": {"message": evil("queue")}}), rb"\(403\): queue")),
    Fault("in the token service's error", "`{\"error\": …}` on the token call", starting=True,
          run=refusing(TOKEN, lambda h: h.answer(401, {"error": evil("queue")}), rb"secret was refused")),
    Fault("in a redirect's host", "`Location: http://…/`", starting=True,
          run=refusing(DATA, raw_answer(b"HTTP/1.1 302 Found\r\nLocation: http://queue" + PLAIN.encode() + b".test/x"),
                       rb"Redirected to ")),
    Fault("in the reason phrase", "`HTTP/1.1 500 …`", starting=True,
          run=refusing(DATA, raw_answer(b"HTTP/1.1 500 queue" + PLAIN.encode()), rb"server reported an internal error|not HTTP|broke")),
    Fault("in bytes that are no UTF-8", "C1 as single bytes in a 400's reason", starting=True,
          run=refusing(CREATE, lambda h: h.answer(400, b"queue \x9b31m \x9d0;x\x9c \xff\xfe \x1b[6n", "text/plain"),
                       rb"\(400\): queue")),
]
