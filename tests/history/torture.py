"""The history on disk under what it has to survive: writers that are killed, a disk that is full, a file that is damaged.

`torture.py KILLS STEP DAMAGES` does more than `make check`: 200 1 500 is all that there is.
"""

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

HAMMER = os.path.join(harness.BUILD, "tests", "history", "hammer")
FIRST, SERVICES, STATISTICS, CALLS = 1795507200, 50, 10, 3
SEED = 20


def integrity(path):
    db = sqlite3.connect(path)
    try:
        return db.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        db.close()


def ask(path, text):
    db = sqlite3.connect(path)
    try:
        return db.execute(text).fetchone()
    finally:
        db.close()


def kill_once(folder, begin, seconds):
    """Runs a writer for about so long; the minute that it said last."""
    child = subprocess.Popen([HAMMER, "write", folder, str(begin)], stdout=subprocess.PIPE)
    said = [0]

    def listen():
        for line in child.stdout:
            if line.strip().isdigit():
                said[0] = int(line)

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    child.kill()
    child.wait()
    listener.join()
    return said[0]


def check_kills(tap, folder, count):
    chance = random.Random(SEED)
    path, last, bad, lost = os.path.join(folder, "hammer.db"), FIRST - 60, [], 0
    for turn in range(count):
        # Long enough for its first minutes on a busy machine, and never the same.
        said = kill_once(folder, last + 60, 0.05 + 0.3 * chance.random())
        if not os.path.exists(path) or os.path.getsize(path) == 0:
            continue
        whole = integrity(path)
        if whole != "ok":
            bad.append("kill %d: %s" % (turn, whole))
            break
        found = ask(path, "SELECT max(time) FROM minutes")[0] or FIRST - 60
        if found < said:
            bad.append("kill %d: minute %d was written, and %d is the last" % (turn, said, found))
        rows = ask(path, "SELECT count(*) FROM minutes WHERE time = %d" % found)[0]
        if found >= FIRST and rows != SERVICES * STATISTICS:
            bad.append("kill %d: %d rows of a minute" % (turn, rows))
        last = found
    tap.check(not bad, "killed %d times: the file is whole, and no minute that was written is missing" % count, "\n".join(bad))
    minutes = (last - FIRST) // 60 + 1
    tap.check(minutes > count, "something was written in between", minutes)
    said = subprocess.run([HAMMER, "read", folder], stdout=subprocess.PIPE, check=True).stdout.decode()
    calls = re.search(r"of one (\d+) and (\d+)", said)
    tap.same(int(calls.group(1)) + int(calls.group(2)), minutes * CALLS, "and each call was counted once, through all of them")


def check_full(tap, folder, step):
    done = subprocess.run([HAMMER, "full", folder, str(step)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode()
    counts = re.search(r"(\d+) writes, (\d+) troubles", said)
    tap.check(done.returncode == 0 and counts and int(counts.group(2)) > 0,
              "a disk that is full from any write on: told once, and no call is lost", said)


def damage(chance, path):
    """Somewhere in a file: a byte, a sector of noise or of nothing, or its end."""
    size = os.path.getsize(path)
    at = chance.randrange(size)
    how = chance.choice(("byte", "noise", "nothing", "cut", "head"))
    with open(path, "r+b") as file:
        if how == "cut":
            file.truncate(at)
            return "%s: cut at %d" % (os.path.basename(path), at)
        at = chance.randrange(100) if how == "head" else at if how == "byte" else at // 512 * 512
        length = 1 if how in ("byte", "head") else min(512, size - at)
        file.seek(at)
        file.write(bytes(length) if how == "nothing" else bytes(chance.randrange(256) for _ in range(length)))
    return "%s: %s at %d" % (os.path.basename(path), how, at)


def check_damage(tap, folder, count):
    chance = random.Random(SEED)
    sound, log = os.path.join(folder, "sound"), os.path.join(folder, "log")
    subprocess.run([HAMMER, "write", sound, str(FIRST), "70"], stdout=subprocess.DEVNULL, check=True)
    shutil.copytree(sound, log)
    # One with a write-ahead log, since its writer was killed.
    killed = kill_once(log, FIRST + 70 * 60, 0.5)
    last = max(killed, ask(os.path.join(sound, "hammer.db"), "SELECT max(time) FROM minutes")[0])
    bad, replaced, left = [], 0, 0
    for turn in range(count):
        work = os.path.join(folder, "work")
        shutil.copytree(log if turn % 4 == 0 else sound, work)
        names = [n for n in os.listdir(work) if n.endswith((".db", "-wal")) and os.path.getsize(os.path.join(work, n))]
        what = damage(chance, os.path.join(work, chance.choice(sorted(names))))
        begin = last + 400 * 60
        done = subprocess.run([HAMMER, "write", work, str(begin), "20"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = done.stdout.decode()
        read = subprocess.run([HAMMER, "read", work], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        aside = [n for n in os.listdir(work) if ".damaged-" in n and not n.endswith("-wal")]
        alone = "newer version" in said or "not a history" in said
        replaced += len(aside) > 0
        left += alone
        # Damage that nobody came across stays, and hides nothing of what is new.
        minutes, newest = 0, 0
        if not alone:
            try:
                minutes, newest = ask(os.path.join(work, "hammer.db"),
                                      "SELECT count(DISTINCT time), max(time) FROM minutes WHERE time >= %d" % begin)
            except sqlite3.DatabaseError as error:
                said += str(error)
        if done.returncode != 0:
            bad.append("%s: the writer ended with %d: %s" % (what, done.returncode, said[-300:]))
        elif read.returncode not in (0, 1):
            bad.append("%s: the reader ended with %d: %s" % (what, read.returncode, read.stdout.decode()[-300:]))
        elif not alone and (newest != begin + 19 * 60 or (minutes != 20 and not aside)):
            bad.append("%s: the new minutes are not there: %s%s" % (what, said[-300:], read.stdout.decode()))
        elif len(aside) > 1:
            bad.append("%s: replaced %d times" % (what, len(aside)))
        shutil.rmtree(work)
    tap.check(not bad, "damaged at %d places: the writer goes on, in the same file or in another" % count, "\n".join(bad))
    tap.check(replaced > 0, "%d were set aside and begun anew, %d taken for another program's" % (replaced, left))


def main():
    kills, step, damages = [int(a) for a in sys.argv[1:4]] if len(sys.argv) > 3 else (20, 13, 40)
    tap = harness.Tap()
    folder = harness.Folder()
    for number, (check, amount) in enumerate(((check_kills, kills), (check_full, step), (check_damage, damages))):
        place = os.path.join(folder.path, str(number))
        os.mkdir(place, 0o700)
        check(tap, place, amount)
    folder.remove()
    tap.done()


main()
