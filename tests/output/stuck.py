"""Nothing that the user names can stop the program: pipes that nobody reads or writes, readers that stop, full disks."""

import fcntl
import os
import re
import resource
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

# Of SIGTERM, with room for a loaded machine.
END_SECONDS = 2 + 5


def start(server, folder, command, *more, **pipes):
    streams = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    streams.update(pipes)
    return subprocess.Popen([harness.CXWALL, command, "-i", "0.05", *more, *harness.options(server)],
                            env=folder.environment(), **streams)


def polls_on(server, more=3):
    before = server.polls
    return harness.wait_for(lambda: server.polls >= before + more)


def ends(tap, process, server, what):
    """By SIGTERM, and in time."""
    began = time.monotonic()
    process.terminate()
    try:
        status = process.wait(harness.PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        status = None
    tap.same(status, -signal.SIGTERM if status is not None and status < 0 else 143, what + ": SIGTERM ends it")
    tap.check(time.monotonic() - began < END_SECONDS, what + ": in time")
    tap.same(server.subscription, None, what + ": the subscription is deleted")


def small_pipe():
    """A pipe of one page: it is full soon."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, 1031, 4096)  # F_SETPIPE_SZ
    return reader, writer


def fill(writer):
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"-" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)


def check_refused(tap, folder):
    """A FIFO that nobody writes to, where a file is meant."""
    fifo = os.path.join(folder.path, "fifo")
    os.mkfifo(fifo, 0o600)
    # Never a device itself: a program that does not refuse it would put a file in its place, for the whole machine.
    link = os.path.join(folder.path, "link")
    os.symlink("/dev/null", link)
    server = harness.Server()
    secure = ["--url", "https://localhost:1", "--tenant", "example.cx.onecloud.com", "--user", "stats.user"]
    cases = [
        ("--ca-file", ["snapshot", *secure, "--ca-file", fifo], "not a file"),
        ("--log", ["snapshot", *harness.options(server), "--log", fifo], "nothing reads from this pipe"),
        ("-c", ["snapshot", "-c", fifo, *harness.options(server)], ""),
        ("-l", ["snapshot", "-l", fifo, *harness.options(server)], ""),
        ("metrics --file", ["metrics", "--file", fifo, *harness.options(server)], "not a regular file"),
        ("metrics --file LINK", ["metrics", "--file", link, *harness.options(server)], "not a regular file"),
        ("--record", ["follow", "--record", fifo, *harness.options(server)], ""),
        ("replay", ["summary", fifo], ""),
    ]
    for name, arguments, words in cases:
        try:
            status, _, err = harness.run(arguments, folder.environment(), 20)
        except subprocess.TimeoutExpired:
            status, err = None, "it hangs"
        tap.check(status in (1, 2) and words in err and err.count("cxwall: ") == 1, name + " FIFO: refused in words", (status, err))
    env = folder.environment(CXWALL_SECRET="")
    config = folder.write("secret.conf", 'secret_file = "%s"\n' % fifo)
    status, _, err = harness.run(["snapshot", "-c", config, *harness.options(server)], env, 20)
    tap.check(status == 2 and "secret_file" in err, "secret_file FIFO: refused in words", err)
    os.unlink(fifo)


def check_log_reader(tap, folder):
    """The reader of a log stops: the wall goes on, and so do its polls."""
    fifo = os.path.join(folder.path, "log")
    os.mkfifo(fifo, 0o600)
    for command in ("follow", "run"):
        server = harness.Server()
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(reader, 1031, 4096)
        arguments = [harness.CXWALL, command, "-i", "0.05", "--log", fifo, *harness.options(server)]
        process = harness.Pty(arguments, folder.environment())
        # A line is about 60 bytes.
        tap.check(harness.wait_for(lambda: process.read(0.02) and server.polls > 85), command + ": a log that is not read does not stop it")
        os.close(reader)
        before = server.polls
        tap.check(harness.wait_for(lambda: process.read(0.02) and server.polls > before + 3), command + ": nor one that is closed")
        os.kill(process.pid, signal.SIGTERM)
        tap.same(process.end(), 143, command + ": SIGTERM ends it")
        tap.same(server.subscription, None, command + ": the subscription is deleted")
        process.close()


def check_follow_reader(tap, folder):
    """Standard output is not read: lines wait, and come whole and in order when it is."""
    server = harness.Server()
    server.cell = lambda panel, stat, row: "%d" % server.polls
    server.total = lambda stat: "%d" % server.polls
    reader, writer = small_pipe()
    process = start(server, folder, "follow", stdout=writer)
    os.close(writer)
    tap.check(polls_on(server, 40), "follow: output that is not read does not stop it")
    taken = []

    def take():
        taken.append(os.read(reader, 65536))
        return b"".join(taken).count(b"\n") > 200
    tap.check(harness.wait_for(take, step=0), "follow: what waited is written", b"".join(taken)[-300:])
    lines = b"".join(taken).decode().split("\n")[:-1]
    # The first one is the date.
    broken = [line for line in lines[1:] if not re.match(r"\d\d:\d\d:\d\d ", line)]
    tap.check(not broken and re.search(r"\d{4}-\d\d-\d\d$", lines[0]), "follow: in whole lines", [lines[0], *broken[:3]])
    before = len(taken)
    polls_on(server, 40)
    tap.check(before == len(taken), "follow: the reader stops again")
    ends(tap, process, server, "follow, output not read")
    os.close(reader)


def check_stderr(tap, folder):
    """Messages that nobody reads."""
    server = harness.Server()
    reader, writer = small_pipe()
    fill(writer)
    process = start(server, folder, "metrics", "--file", os.path.join(folder.path, "a.prom"), stderr=writer)
    tap.check(polls_on(server), "metrics: it runs with a standard error that is full")
    good = server.table[("GET", "/statsapi/subscription/data")]
    server.table[("GET", "/statsapi/subscription/data")] = lambda handler, request: handler.answer(503, b"", "text/plain")
    count = lambda: len(server.find("GET", "/statsapi/subscription/data"))
    before = count()
    harness.wait_for(lambda: count() > before + 1)
    server.table[("GET", "/statsapi/subscription/data")] = good
    tap.check(polls_on(server), "metrics: trouble that it cannot tell does not stop it")
    ends(tap, process, server, "metrics, standard error not read")
    os.close(reader)
    os.close(writer)


def check_one_answer(tap, folder):
    """A document for a reader that never reads: a signal ends the program."""
    server = harness.Server()
    reader, writer = small_pipe()
    fill(writer)
    process = start(server, folder, "snapshot", "--size", "200x60", stdout=writer)
    harness.wait_for(lambda: server.find("DELETE", "/statsapi/subscription/active"))
    ends(tap, process, server, "snapshot, output not read")
    os.close(reader)
    os.close(writer)


def check_full_disk(tap, folder):
    """A limit on the size of files is what a full disk is: the file that cannot be replaced goes, and comes again."""
    server = harness.Server()
    path = os.path.join(folder.path, "cx.prom")
    read, write = os.pipe()
    process = start(server, folder, "metrics", "--file", path, stderr=write)
    os.close(write)
    tap.check(harness.wait_for(lambda: os.path.exists(path)), "metrics: the file is written")
    with open(path) as file:
        text = file.read()
    stamp = re.search(r"^cxwall_data_timestamp_seconds (\d+)$", text, re.M)
    tap.check(stamp and abs(int(stamp.group(1)) - time.time()) < 10, "metrics: when the data came, in Unix time", text)
    before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100, before[1]))
    tap.check(harness.wait_for(lambda: not os.path.exists(path)), "metrics, disk full: the old file is removed")
    said = os.read(read, 65536).decode()
    tap.check("cx.prom cannot be written: File too large" in said, "metrics, disk full: says so", said)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
    tap.check(harness.wait_for(lambda: os.path.exists(path)), "metrics, room again: the file is back")
    ends(tap, process, server, "metrics after a full disk")
    tap.check(not os.path.exists(path), "metrics: the file goes with the program")
    os.close(read)


def check_last_room(tap, folder):
    """A disk whose last room is that of the old file: the new one takes it, and nothing is said."""
    disk = os.path.join(folder.path, "disk")
    os.mkdir(disk)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], stderr=subprocess.DEVNULL).returncode != 0:
        tap.skip("metrics, disk full but for the old file: it is renewed", "cannot mount a small disk")
        return
    server = harness.Server()
    path = os.path.join(disk, "cx.prom")
    process = start(server, folder, "metrics", "--file", path, stderr=subprocess.PIPE)
    harness.wait_for(lambda: os.path.exists(path))
    os.kill(process.pid, signal.SIGSTOP)
    try:
        with open(os.path.join(disk, "rest"), "wb", 0) as rest:
            while True:
                rest.write(bytes(4096))
    except OSError:
        pass
    inode = os.stat(path).st_ino
    os.kill(process.pid, signal.SIGCONT)
    # While it is renewed there is none for a moment.
    tap.check(harness.wait_for(lambda: [e for e in os.scandir(disk) if e.name == "cx.prom" and e.inode() != inode]),
              "metrics, disk full but for the old file: it is renewed")
    polls_on(server)
    ends(tap, process, server, "metrics on such a disk")
    tap.same(process.stderr.read(), b"", "... without a word")
    subprocess.run(["umount", disk])


def check_closed_folder(tap, folder):
    """Where nothing can be removed, the old numbers are at least taken out of the file."""
    if os.getuid() == 0:
        tap.skip("metrics, folder closed: the old file is emptied", "root may write everywhere")
        return
    server = harness.Server()
    place = os.path.join(folder.path, "closed")
    os.mkdir(place)
    path = os.path.join(place, "cx.prom")
    process = start(server, folder, "metrics", "--file", path)
    harness.wait_for(lambda: os.path.exists(path))
    os.chmod(place, 0o500)
    tap.check(harness.wait_for(lambda: os.path.getsize(path) == 0), "metrics, folder closed: the old file is emptied")
    os.chmod(place, 0o700)
    ends(tap, process, server, "metrics after a closed folder")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_refused(tap, folder)
    check_log_reader(tap, folder)
    check_follow_reader(tap, folder)
    check_stderr(tap, folder)
    check_one_answer(tap, folder)
    check_full_disk(tap, folder)
    check_last_room(tap, folder)
    check_closed_folder(tap, folder)
    folder.remove()
    tap.done()


main()
