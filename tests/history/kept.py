"""The history on disk, of the program as whoever uses it sees it: who writes it, what is in it, and every trouble with it."""

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Kept"
pages = ( { rows = ( { height = 6 panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting", "in_calls_received_per_day" ) },
    { name = "agents" type = "agent_grid" columns = ( "first_last_name", "login_id", "calls_per_day" ) } ) },
  { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) } ) } ) } )
"""

TENANT = "example.cx.onecloud.com"
FOLDER = os.path.join(".local", "state", "cxwall")


def cell(panel, name, row):
    return {"name": ("Sales", "Support", "Care")[row], "in_calls_waiting": str(row), "first_last_name": "Marky Mark",
            "login_id": "marky.mark", "calls_per_day": "12"}.get(name, "")


def path(folder, suffix=".db"):
    return os.path.join(folder.path, FOLDER, TENANT + suffix)


def query(folder, text):
    db = sqlite3.connect("file:%s?mode=ro" % path(folder), uri=True)
    try:
        return db.execute(text).fetchall()
    finally:
        db.close()


def start(folder, layout, server, *more, **environment):
    return harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.1", *harness.options(server), *more],
                            folder.environment(**environment))


def quit_after_polls(server, terminal, polls=3):
    terminal.wait("● live")
    server.polled(polls)
    return terminal.quit()


def check_wall(tap, folder, layout, server):
    tap.same(quit_after_polls(server, start(folder, layout, server)), 0, "a wall that keeps its history ends with 0")
    tap.same(stat.S_IMODE(os.stat(os.path.join(folder.path, FOLDER)).st_mode), 0o700, "its folder is the user's alone")
    tap.same(stat.S_IMODE(os.stat(path(folder)).st_mode), 0o600, "and so is its file")
    tap.same(query(folder, "PRAGMA integrity_check"), [("ok",)], "which is whole")
    series = sorted(query(folder, "SELECT scope, name, statistic, kind, counter FROM series"))
    tap.same(series, [("service", "Care", "in_calls_waiting", "count", 0), ("service", "Sales", "in_calls_waiting", "count", 0),
                      ("service", "Support", "in_calls_waiting", "count", 0), ("total", "", "in_calls_received_per_day", "count", 1),
                      ("total", "", "in_calls_waiting", "count", 0)], "services and totals, and no agents")
    with open(path(folder), "rb") as file:
        content = file.read()
    tap.check(b"Mark" not in content and b"marky" not in content, "no name of a person is in the file")
    rows = query(folder, "SELECT time % 60, largest FROM minutes JOIN series ON id = series WHERE name = 'Support'")
    tap.check(rows and set(rows) == {(0, 1.0)}, "a row for a minute, written at the end", rows)


def check_commands(tap, folder, layout, server):
    """Whoever owns the feed writes; what prints once does not."""
    before = query(folder, "SELECT count(*) FROM series")
    os.unlink(path(folder))
    harness.run(["snapshot", "-l", layout, *harness.options(server)], folder.environment())
    tap.check(not os.path.exists(path(folder)), "snapshot writes nothing")
    lines = harness.Lines([harness.CXWALL, "follow", "-l", layout, "-i", "0.1", *harness.options(server)], folder.environment())
    lines.wait("live")
    server.polled(3)
    lines.end()
    tap.same(query(folder, "SELECT count(*) FROM series"), before, "follow keeps it")
    os.unlink(path(folder))
    metrics = os.path.join(folder.path, "metrics")
    child = subprocess.Popen([harness.CXWALL, "metrics", "--file", metrics, "-l", layout, "-i", "0.1", *harness.options(server)],
                             env=folder.environment())
    harness.wait_for(lambda: os.path.exists(metrics))
    server.polled(3)
    child.terminate()
    child.wait(harness.PATIENCE)
    tap.same(query(folder, "SELECT count(*) FROM series"), before, "metrics --file keeps it")
    os.unlink(path(folder))
    quit_after_polls(server, start(folder, layout, server, CXWALL_HISTORY="off"))
    tap.check(not os.path.exists(path(folder)), "history = off keeps nothing")


def check_second(tap, folder, layout, server):
    """A second wall of the same tenant leaves the file to the first."""
    first = start(folder, layout, server)
    first.wait("● live")
    harness.wait_for(lambda: os.path.exists(path(folder)))
    other = folder.write("other.conf", LAYOUT.replace("Kept", "Other").replace("queues", "others"))
    second = start(folder, other, server)
    second.wait("Other")
    with open(path(folder, ".lock")) as file:
        writer = int(file.read())
    tap.same(writer, first.pid(), "the first wall is the one that writes")
    tap.check("history" not in second.text(), "and the second has nothing to complain about", second.text())
    second.quit()
    first.quit()


def check_suspended(tap, folder, layout, server):
    os.unlink(path(folder))
    terminal = start(folder, layout, server)
    terminal.wait("● live")
    server.polled(3)
    os.kill(terminal.pid(), signal.SIGTSTP)
    tap.check(harness.wait_for(lambda: query(folder, "SELECT count(*) FROM minutes")[0][0] > 0), "a stop writes what is there")
    os.kill(terminal.pid(), signal.SIGCONT)
    terminal.wait("● live")
    os.kill(terminal.pid(), signal.SIGTERM)
    terminal.status()
    terminal.close()
    tap.check(not os.path.exists(path(folder, ".db-wal")), "an end by a signal closes the file")


TROUBLES = [
    ("a folder that is a file", lambda folder, where: open(where, "w").close(), "Not a directory"),
    ("a folder that others can write", lambda folder, where: (os.makedirs(where), os.chmod(where, 0o777)), "by others"),
    ("a file that is a link", lambda folder, where: (os.makedirs(where, 0o700), os.symlink("/nowhere", path(folder))), "is a link"),
    ("a file that is a folder", lambda folder, where: (os.makedirs(path(folder), 0o700),), "is not a file"),
]


def check_read_only(tap, server):
    """A folder that cannot be written, and a file of another user: as root they must be made so by a mount and by chown."""
    if os.geteuid() != 0:
        tap.skip("a folder that is read-only", "only root can mount one")
        return
    trouble = harness.Folder()
    layout = trouble.write("kept.conf", LAYOUT)
    where = os.path.join(trouble.path, FOLDER)
    os.makedirs(where, 0o700)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,mode=700", "tmpfs", where], stderr=subprocess.DEVNULL).returncode == 0:
        terminal = start(trouble, layout, server)
        text = terminal.wait("not saved")
        tap.check("Read-only file system" in text, "a folder that is read-only is told", text)
        subprocess.run(["umount", where], check=True)
        tap.same(quit_after_polls(server, terminal), 0, "and the wall goes on")
    with open(path(trouble), "w"):
        os.chown(path(trouble), 65534, 65534)
    terminal = start(trouble, layout, server)
    text = terminal.wait("not saved")
    tap.check("belongs to another user" in text, "a file of another user is told", text)
    terminal.quit()
    trouble.remove()


def check_troubles(tap, folder, layout, server):
    for what, make, words in TROUBLES:
        trouble = harness.Folder()
        place = trouble.write("kept.conf", LAYOUT)
        where = os.path.join(trouble.path, FOLDER)
        os.makedirs(os.path.dirname(where))
        make(trouble, where)
        terminal = start(trouble, place, server)
        text = terminal.wait("not saved")
        tap.check(words in text and "! no history" in text.splitlines()[0], "%s is told and marked" % what, text)
        server.polled(3)
        tap.same(quit_after_polls(server, terminal), 0, "and the wall goes on")
        trouble.remove()
    terminal = start(folder, layout, server, HOME="")
    text = terminal.wait("not saved")
    tap.check("HOME" in text, "no home, no history", text)
    terminal.quit()


def check_damage(tap, folder, layout, server):
    with open(path(folder), "r+b") as file:
        file.write(os.urandom(2000))
    terminal = start(folder, layout, server)
    text = terminal.wait("was damaged")
    tap.check("damaged-" in text, "a damaged file is set aside, and said", text)
    quit_after_polls(server, terminal)
    names = [n for n in os.listdir(os.path.join(folder.path, FOLDER)) if ".damaged-" in n]
    tap.same((len(names), query(folder, "SELECT count(*) > 0 FROM minutes")), (1, [(1,)]), "and another one is begun")


def check_doctor(tap, folder, layout, server):
    def said(*more, **environment):
        _, out, _ = harness.run(["doctor", "-l", layout, *harness.options(server), *more], folder.environment(**environment))
        return "\n".join(line for line in out.splitlines() if " history: " in line)

    tap.check(re.search(r"^fine +history: /.*/%s\.db, 0\.\d MB, 5 series since 20\d\d-.*, nobody writes it now$" % TENANT, said()),
              "doctor tells file, size, oldest and who writes", said())
    terminal = start(folder, layout, server)
    terminal.wait("● live")
    text = said()
    tap.check("written by process %d" % terminal.pid() in text, "and of a wall that runs, its process", text)
    terminal.quit()
    tap.check("none is kept" in said(CXWALL_HISTORY="off"), "off is said")
    tap.check("nothing is in it yet" in said(XDG_STATE_HOME=os.path.join(folder.path, "other")), "and that there is nothing yet")
    with open(path(folder), "r+b") as file:
        file.write(b"x" * 200)
    text = said()
    tap.check("cannot be read" in text, "and damage", text)


def check_mistakes(tap, folder, layout, server):
    for value, words in (("0", "history"), ("\"of\"", "history is \"off\", or a number of days"), ("400", "366")):
        config = folder.write("cxwall.conf", "tenant = \"a.example\"\nhistory = %s\n" % value)
        status, _, said = harness.run(["-c", config, "--check-config"], folder.environment())
        tap.check(status == 2 and "cxwall.conf:2:" in said and words in said, "history = %s is a mistake at its line" % value, said)
    status, _, said = harness.run(["--print-config"], folder.environment(CXWALL_HISTORY="never"))
    tap.check(status == 2 and "neither off nor a number" in said, "and so it is in the environment", said)
    for value, shown in (("14", "14"), ("\"off\"", "off")):
        config = folder.write("cxwall.conf", "history = %s\n" % value)
        _, out, _ = harness.run(["-c", config, "--print-config"], folder.environment())
        tap.check(any(line.split()[:2] == ["history", shown] for line in out.splitlines()), "history = %s is read" % value, out)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.cell = cell
    layout = folder.write("kept.conf", LAYOUT)
    check_wall(tap, folder, layout, server)
    check_commands(tap, folder, layout, server)
    check_second(tap, folder, layout, server)
    check_suspended(tap, folder, layout, server)
    check_troubles(tap, folder, layout, server)
    check_read_only(tap, server)
    check_damage(tap, folder, layout, server)
    check_doctor(tap, folder, layout, server)
    check_mistakes(tap, folder, layout, server)
    folder.remove()
    tap.done()


main()
