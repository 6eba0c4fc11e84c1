"""The examples of cxwall-history(5), run as they stand there; and its tables, which are those of the program."""

import importlib.util
import os
import re
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness
import history

DAY = 1795507200 // 86400 * 86400


def page():
    with open(os.path.join(harness.SOURCE, "doc", "cxwall-history.5")) as file:
        return file.read()


def examples(text):
    return [part.split(".Ed")[0].strip("\n").replace("\\e", "\\") for part in text.split(".Bd -literal\n")[1:]]


def make_history(folder):
    """Two services over two days: as many calls as the hour has, and a longest wait of an hour's number in minutes."""
    where = os.path.join(folder.path, ".local", "state", "cxwall")
    os.makedirs(where, 0o700)
    made = history.History(os.path.join(where, "example.com.db"))
    for name in ("Sales", "Support"):
        for quarter in range(2 * 96):
            time, hour = DAY + quarter * history.QUARTER, quarter // 4 % 24
            made.row("quarters", time, "service", name, history.LONGEST, 30, 60 * hour, 30)
            made.row("quarters", time, "service", name, history.WAITING, hour / 2, hour, hour)
            made.row("minutes", time, "service", name, history.RECEIVED, hour, hour, hour, hour, 0)
    made.close()


def run(folder, command):
    done = subprocess.run(command, shell=isinstance(command, str), cwd=folder.path, env=folder.environment(TZ="UTC"),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check_shell(tap, folder, commands):
    calls, waits, backup = commands
    status, out, said = run(folder, calls)
    rows = out.splitlines()
    tap.check(status == 0 and len(rows) == 96 and rows[9].endswith("09:00|36.0") and rows[0].startswith("Sales|"),
              "calls by hour", out[:300] + said)
    status, out, said = run(folder, waits)
    tap.check(status == 0 and sorted(line.split("|", 1)[1] for line in out.splitlines()) ==
              ["Sales|1380.0", "Sales|1380.0", "Support|1380.0", "Support|1380.0"], "the longest wait of each day", out + said)
    status, out, said = run(folder, backup)
    copy = os.path.join(folder.path, "history.db")
    tap.check(status == 0 and sqlite3.connect(copy).execute("SELECT count(*) FROM quarters").fetchone() == (768,),
              "a backup", out + said)


def check_python(tap, folder, text):
    if importlib.util.find_spec("pandas"):
        status, out, said = run(folder, [sys.executable, "-c", text])
        tap.check(status == 0 and "Support" in out, "pandas shows the services side by side", out + said)
        return
    statement = re.search(r'(?s)"""(.*?)"""', text).group(1)
    compile(text, "example", "exec")
    rows = sqlite3.connect(os.path.join(folder.path, ".local", "state", "cxwall", "example.com.db")).execute(statement).fetchall()
    tap.check(len(rows) == 384 and rows[0][1] in ("Sales", "Support"), "what pandas would be given")
    tap.skip("pandas shows the services side by side", "pandas is not installed")


def check_tables(tap, folder, text):
    """As the program makes them: of each column there is an item."""
    made = os.path.join(folder.path, "made")
    subprocess.run([os.path.join(harness.BUILD, "tests", "history", "hammer"), "write", made, str(DAY), "2"],
                   stdout=subprocess.DEVNULL, check=True)
    db = sqlite3.connect(os.path.join(made, "hammer.db"))
    tables = text.split(".Sh TABLES")[1].split(".Sh ")[0]
    sections = {name: set(re.findall(r"[a-z]+", " ".join(re.findall(r"(?m)^\.It Ic (.*)$", part))))
                for name, part in zip(("series", "minutes"), re.split(r"(?m)^\.Ss .*$", tables)[1:])}
    for table in ("series", "minutes", "quarters"):
        columns = {row[1] for row in db.execute("PRAGMA table_info(%s)" % table)}
        tap.same(columns, sections["series" if table == "series" else "minutes"], "the columns of %s are explained" % table)
    tap.same((db.execute("PRAGMA application_id").fetchone()[0], db.execute("PRAGMA user_version").fetchone()[0]),
             (int(re.search(r"application_id\n?\W*\n?(\d+)", tables).group(1)), int(re.search(r"user_version\n?\W*\n?(\d+)", tables).group(1))),
             "application and version are as the page says")
    wanted = {row[0]: " ".join(row[1].split()) for row in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")}
    other = sqlite3.connect(":memory:")
    other.executescript(history.SCHEMA)
    got = {row[0]: " ".join(row[1].split()) for row in other.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")}
    tap.same(got, wanted, "the tables that tests make up are those of the program")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    make_history(folder)
    found = examples(page())
    shell = [text for text in found if text.startswith("sqlite3 ")]
    python = [text for text in found if text.startswith("import ")]
    tap.same((len(shell), len(python), len(found)), (3, 1, 4), "the page has its examples")
    check_shell(tap, folder, shell)
    check_python(tap, folder, python[0])
    check_tables(tap, folder, page())
    folder.remove()
    tap.done()


main()
