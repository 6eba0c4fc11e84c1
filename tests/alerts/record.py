"""Recording: what the file holds, as the manual describes it; killed in the middle; a full disk; names that are not kept."""

import os
import re
import signal
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
import reader

LAYOUT = """
title = "Recorded"
pages = ( { rows = ( { height = 6 panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) },
    { name = "news" type = "messages" } ) },
  { panels = ( { name = "agents" type = "agent_grid" size = 1 teams = ["Customer Service"]
      columns = ( "first_last_name", "login_id", "extension", "acd_state" ) } ) } ) } )
alerts = ( { name = "long queue" when = "now.in_calls_waiting > 10" } )
"""

PEOPLE = [("Marky Mark", "marky.mark", "1001"), ("Mary Moore", "mary.moore", "1002"), ("Marky Mark", "marky.2", "1003")]


def cell(panel, name, row):
    person = PEOPLE[row]
    return {"first_last_name": person[0], "login_id": person[1], "extension": person[2], "acd_state": "busy"}.get(name, "")


def start(folder, layout, server, *more, environment=None):
    return harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.1", *harness.options(server), *more],
                            environment or folder.environment())


def check_whole(tap, folder, layout, server):
    path = os.path.join(folder.path, "whole")
    terminal = start(folder, layout, server, "--record", path)
    terminal.wait("● live")
    server.polled(3)
    server.waiting = "12"
    terminal.wait("live")
    server.polled(5)
    server.waiting = "3"
    server.polled(5)
    tap.same(terminal.quit(), 0, "a wall that records ends with 0")
    records, rest = reader.read(path)
    kinds = [record.kind for record in records]
    tap.same(rest, 0, "the file is whole")
    tap.same(stat.S_IMODE(os.stat(path).st_mode), 0o600, "and nobody else's")
    tap.same((kinds[:3], kinds[-1]), ([reader.START, reader.REQUEST, reader.DATA], reader.END), "start, request, data; end")
    request = records[1].json()
    agents = next(s for s in request["sets"] if s["panel"] == "agents")
    tap.same((agents["type"], agents["teams"], agents["team_ids"], [c["stat"] for c in agents["columns"]][:4]),
             ("agent_grid", ["Customer Service"], [server.teams[0]["id"]],
              ["first_last_name", "login_id", "extension", "acd_state"]), "the request: names beside ids, columns")
    data = records[2].json()
    tap.same(data[agents["app_id"]]["agent_grids"][0]["values"][0]["1"], "Marky Mark", "the answer as it came")
    events = [r.json() for r in records if r.kind == reader.ALERT]
    tap.same([(e["event"], e["alert"]) for e in events], [("fired", "long queue"), ("cleared", "long queue")], "the alerts' events")
    tap.check(events and 100 <= events[-1]["lasted_ms"] < 60000, "and how long", events)
    content = b"".join(r.content for r in records)
    tap.check(b"the-secret" not in content and server.token.encode() not in content, "no secret, no token")
    return path


def check_kill(tap, folder, layout, server):
    path = os.path.join(folder.path, "killed")
    for turn in range(3):
        terminal = start(folder, layout, server, "--record", path)
        terminal.wait("● live")
        server.polled(7)
        os.kill(terminal.pid(), signal.SIGKILL)
        terminal.status()
        terminal.close()
        records, rest = reader.read(path)
        tap.same((rest, [r.kind for r in records].count(reader.START)), (0, turn + 1), "killed: whole, and goes on in the same file")
        if turn == 1:
            with open(path, "r+b") as file:
                file.truncate(os.path.getsize(path) - 5)
    tap.check([r.kind for r in records].count(reader.DATA) > 15, "no frame is lost")


def check_numbers(tap, folder, layout, server, path, names):
    """Another run goes on in the file: it knows nobody again, and gives no number twice."""
    terminal = start(folder, layout, server, "--record", path, "--names", names)
    terminal.wait("● live")
    server.polled(4)
    terminal.quit()
    runs = []
    for record in reader.read(path)[0]:
        if record.kind == reader.START:
            runs.append(set())
        if record.kind == reader.DATA:
            runs[-1] |= set(re.findall(rb'"\w\. (?:\w\. )?(\d+)"', record.content))
    tap.check(len(runs) == 2 and len(runs[0]) >= 5 and len(runs[1]) >= 5 and not runs[0] & runs[1],
              "%s: another run of the wall gives other numbers" % names, runs)


def check_names(tap, folder, layout, server):
    for names in ("first", "initials", "none"):
        path = os.path.join(folder.path, "names-" + names)
        terminal = start(folder, layout, server, "--record", path, "--names", names)
        terminal.wait("● live")
        server.polled(4)
        terminal.quit()
        records, _ = reader.read(path)
        content = b"".join(r.content for r in records)
        for word in (b"Marky", b"Moore", b"marky", b"1001", b"Ana", b"boss"):
            tap.check(word not in content, "%s: no %s in the file" % (names, word.decode()))
        request = records[1].json()
        agents = next(s for s in request["sets"] if s["panel"] == "agents")
        rows = next(r for r in records if r.kind == reader.DATA).json()[agents["app_id"]]["agent_grids"][0]["values"]
        tap.check(all(re.fullmatch(r"[A-Za-z]\. [A-Za-z0-9]\. \d+", row["2"]) for row in rows), "initials and a number", rows)
        tap.same(len({row["2"] for row in rows}), 3, "that stay distinct")
        tap.same(rows[0]["4"], "busy", "and the rest as it came")
        check_numbers(tap, folder, layout, server, path, names)


def check_full(tap, folder, layout, server):
    """A disk without room: as root on a small one of its own, else under a limit on the size of files."""
    disk = os.path.join(folder.path, "disk")
    os.mkdir(disk)
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], stderr=subprocess.DEVNULL).returncode == 0
    path = os.path.join(disk, "file")
    arguments = [harness.CXWALL, "-l", layout, "-i", "0.1", *harness.options(server), "--record", path]
    if not mounted:
        arguments = ["/bin/sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *arguments]
    server.noise = True
    terminal = harness.Terminal(arguments, folder.environment())
    text = terminal.wait("Not recording: ")
    tap.check(re.search("Not recording: .*(No space left|File too large)", text), "a full disk is told", text)
    tap.check("! not recording" in text.splitlines()[0], "and marked in the first line", text)
    terminal.keys("w")
    text = terminal.wait("Page saved:")
    tap.check("! not recording" in text.splitlines()[0] and "Retrying" not in text, "the mark stays when another notice comes", text)
    terminal.keys("!")
    text = terminal.wait("Retrying every minute")
    tap.check(re.search("Trouble +Not recording: ", text), "and ! says why", text)
    terminal.keys("!")
    before = server.polls
    server.polled(5)
    tap.check(server.polls >= before + 5 and "● live" in terminal.text(), "and the wall goes on", terminal.text())
    tap.same(terminal.quit(), 0, "to its end")
    records, rest = reader.read(path)
    tap.same((rest, records[0].kind, reader.DATA in [r.kind for r in records]), (0, reader.START, True), "what was written is whole")
    server.noise = False
    if mounted:
        subprocess.run(["umount", disk])


def check_gone(tap, folder, layout, server):
    """The file is deleted, moved, cut: another one is begun, or it is continued, and the wall says so."""
    path = os.path.join(folder.path, "gone")
    terminal = start(folder, layout, server, "--record", path)
    terminal.wait("● live")
    server.polled(3)
    for what, how in (("was deleted", lambda: os.unlink(path)), ("was moved away", lambda: os.rename(path, path + ".old")),
                      ("was cut", lambda: os.truncate(path, 0))):
        how()
        text = terminal.wait(what)
        tap.check(re.search("%s while it was recorded; a new file is begun" % what, text), "a file that %s is told" % what, text)
        server.polled(3)
        records, rest = reader.read(path)
        tap.same((rest, [r.kind for r in records][:3]), (0, [reader.START, reader.REQUEST, reader.DATA]), "... and a new one begins")
    tap.same(terminal.quit(), 0, "and it ends with 0")


def check_continued(tap, folder, layout, server, path):
    """A damaged file is continued behind the damage, and not a byte of it is lost."""
    records, _ = reader.read(path)
    with open(path, "r+b") as file:
        file.seek(records[3].offset + 8)
        file.write(b"\xff" * 4)
    with open(path, "rb") as file:
        before = file.read()
    terminal = start(folder, layout, server, "--record", path)
    tap.check(terminal.shows("bytes are damaged; all else is kept"), "a damaged file: the wall says so", terminal.text())
    server.polled(3)
    terminal.quit()
    with open(path, "rb") as file:
        after = file.read()
    tap.check(after.startswith(before) and len(after) > len(before), "... and continues behind all that was in it",
              "%d bytes, then %d" % (len(before), len(after)))


def check_restart(tap, folder, layout, server):
    """A wall that continues a recording shows its last answer until the server sends one, with its age."""
    path, environment = os.path.join(folder.path, "restart"), folder.environment()
    # The last frame would show it too.
    environment["XDG_RUNTIME_DIR"] = os.path.join(folder.path, "nowhere")
    arguments = [harness.CXWALL, "-l", layout, "-i", "60", *harness.options(server), "--record", path]
    terminal = harness.Terminal(arguments, environment)
    terminal.wait("Mary Moore")
    terminal.quit()
    tap.same([r.kind for r in reader.read(path)[0]], [reader.START, reader.REQUEST, reader.DATA, reader.END], "a recording of one answer")
    polled, table = server.polls, dict(server.table)
    server.table.clear()
    terminal = harness.Terminal(arguments, environment)
    text = terminal.wait("Mary Moore")
    tap.check("Mary Moore" in text and ("trouble" in text or "no data for" in text) and server.polls == polled, "the next wall begins from it, while there is no answer", text)
    terminal.quit()
    server.table.update(table)


def first_line(terminal):
    return terminal.text().splitlines()[0]


def check_marks(tap, folder, server):
    """What lasts is marked as long as it lasts: a layout that is not taken, a command that fails, a log that is full."""
    layout = folder.write("marks.conf", LAYOUT.replace('> 10"', '> 10" command = "/bin/false"'), 0o600)
    with open(layout) as file:
        good = file.read()
    terminal = start(folder, layout, server, "--log", "/dev/full")
    terminal.wait("● live")
    server.waiting = "12"
    harness.wait_for(lambda: "! command failed" in first_line(terminal))
    terminal.keys("w")
    terminal.wait("Page saved:")
    tap.check("! command failed" in first_line(terminal), "an alert's command that failed is marked", terminal.text())
    tap.check("! no log" in first_line(terminal), "a log that cannot be written is marked", terminal.text())
    folder.write("marks.conf", good + "nonsense", 0o600)
    terminal.keys("C-r")
    harness.wait_for(lambda: "! old layout" in first_line(terminal))
    terminal.keys("w")
    terminal.wait("Page saved:")
    terminal.keys("!")
    text = terminal.wait("Trouble +The log cannot be written")
    tap.check("! old layout" in first_line(terminal) and re.search(r"Trouble .*marks.conf:\d+:", text),
              "a layout that was not taken is marked", text)
    tap.check(re.search("Trouble +The log cannot be written: No space left", text) and re.search("Trouble +alert 'long queue'", text),
              "and ! says what is wrong", text)
    terminal.keys("!")
    folder.write("marks.conf", good.replace("/bin/false", "/bin/true"), 0o600)
    terminal.keys("C-r")
    harness.wait_for(lambda: "! old layout" not in first_line(terminal))
    tap.check("! old layout" not in first_line(terminal), "until one is taken", terminal.text())
    server.waiting = "3"
    server.polled(4)
    server.waiting = "12"
    harness.wait_for(lambda: "! command failed" not in first_line(terminal))
    tap.check("! command failed" not in first_line(terminal), "until the command succeeds", terminal.text())
    server.waiting = "3"
    tap.same(terminal.quit(), 0, "and it ends with 0")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.waiting, server.noise = "3", False
    server.total = lambda name: server.waiting
    server.rows = len(PEOPLE)
    server.cell = lambda panel, name, row: (os.urandom(900).hex() if server.noise and name == "acd_state" else cell(panel, name, row))
    server.messages = [{"content": "fire drill", "first_name": "Ana", "last_name": "Boss", "send_time": "1795560000"},
                       {"content": "again", "sender": "boss"}]
    layout = folder.write("test.conf", LAYOUT)
    check_continued(tap, folder, layout, server, check_whole(tap, folder, layout, server))
    check_restart(tap, folder, layout, server)
    check_gone(tap, folder, layout, server)
    check_marks(tap, folder, server)
    check_kill(tap, folder, layout, server)
    check_names(tap, folder, layout, server)
    check_full(tap, folder, layout, server)
    status, out, err = harness.run(["run", "-l", layout, *harness.options(server), "--record", layout], folder.environment())
    tap.check(status == 2 and "not a recording" in err, "what is no recording is refused", err)
    folder.remove()
    tap.done()


main()
