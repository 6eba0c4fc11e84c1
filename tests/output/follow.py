"""`follow` and `metrics --file`: lines for what matters and none for what ticks, trouble and recovery, files replaced in one step."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness
import openmetrics

LAYOUT = """
pages = ( { rows = ( { panels = (
  { name = "now" type = "totals" title = "All" tiles = ( { stat = "in_calls_waiting" label = "waiting" warn = "> 5" alert = "> 10" } ) },
  { name = "queues" type = "service_grid" columns = ( "name", { stat = "in_calls_waiting" label = "waiting" alert = "> 5" },
    { stat = "in_max_wait_time" label = "longest" alert = "> 60s" }, "in_calls_received_per_day" ) },
  { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state", "state_duration" ) },
  { name = "news" type = "messages" } ) } ) } )
"""


class Centre:
    """A server whose cells a test sets; durations tick and day counters count by themselves."""

    def __init__(self):
        self.server = harness.Server()
        self.cells = {"name": ["Sales", "1"], "in_calls_waiting": ["4", "0"], "in_max_wait_time": ["10", ""],
                      "first_last_name": ["Ana Li", "Bo Ek"], "login_id": ["ana", "bo"], "acd_state": ["ready", "busy"]}
        self.total = "4"
        self.server.rows = 2
        self.server.cell = self.cell
        self.server.total = lambda stat: self.total

    def cell(self, panel, stat, row):
        if stat in ("state_duration", "in_calls_received_per_day"):
            return str(self.server.polls + row)
        return self.cells.get(stat, ["", ""])[row]

    def polls(self, count=3):
        self.server.polled(count)


class Program(harness.Lines):
    def __init__(self, centre, folder, *arguments, become=None, **env):
        super().__init__([harness.CXWALL, *arguments, "-l", folder.path + "/test.conf", "-i", "0.1", *harness.options(centre.server)],
                         folder.environment(**env), cwd=folder.path, preexec_fn=become)


def words(lines):
    """Without the time."""
    return [re.sub(r"^[0-9]{2}:[0-9]{2}:[0-9]{2} ", "", line) for line in lines]


def step(tap, centre, program, what, change, wanted):
    before = len(program.lines)
    change()
    centre.polls(3)
    harness.wait_for(lambda: len(program.lines) - before >= len(wanted), 5)
    tap.same(sorted(words(program.lines[before:])), sorted(wanted), what)


def check_lines(tap, folder):
    centre = Centre()
    program = Program(centre, folder, "follow")
    tap.check(program.wait("live$"), "a line when the data come")
    tap.check(re.fullmatch(r"[A-Z][a-z]+day \d{4}-\d\d-\d\d", program.lines[0]), "and before it the date", program.lines)
    step(tap, centre, program, "what only ticks or counts prints nothing", lambda: None, [])
    cells = centre.cells
    step(tap, centre, program, "more wait: the number and the severity", lambda: cells.update(in_calls_waiting=["7", "0"]),
         ["Sales waiting 4→7 ALERT"])
    step(tap, centre, program, "a total", lambda: setattr(centre, "total", "6"), ["All waiting 4→6 WARN"])
    step(tap, centre, program, "fine again", lambda: (cells.update(in_calls_waiting=["2", "0"]), setattr(centre, "total", "2")),
         ["Sales waiting 7→2 fine", "All waiting 6→2 fine"])
    step(tap, centre, program, "a duration below its limit ticks in silence",
         lambda: cells.update(in_max_wait_time=["50", "20"]), [])
    step(tap, centre, program, "past its limit it does not", lambda: cells.update(in_max_wait_time=["61", "20"]),
         ["Sales longest 0:50→1:01 ALERT"])
    step(tap, centre, program, "a state", lambda: cells.update(acd_state=["not_ready", "busy"]),
         ["Ana Li State ready→not ready"])
    step(tap, centre, program, "an agent goes, another comes", lambda: cells.update(
        first_last_name=["Ana Li", "Cy Do"], login_id=["ana", "cy"]), ["Bo Ek State busy→–", "Cy Do State –→busy"])
    step(tap, centre, program, "rows in another order are no change", lambda: (
        cells.update({k: v[::-1] for k, v in cells.items()})), [])
    step(tap, centre, program, "a message", lambda: centre.server.messages.append(
        {"id": "1", "first_name": "Ana", "last_name": "Li", "send_time": "1767225600", "is_urgent": "0", "content": "hello\nall"}),
        ["Ana Li message: hello all"])
    before = len(program.lines)
    good = centre.server.table[("GET", "/statsapi/subscription/data")]
    centre.server.table[("GET", "/statsapi/subscription/data")] = lambda h, r: h.answer(500, b"", "text/plain")
    tap.check(program.wait(r"500.*last data [0-9]+ s ago", before), "trouble is told", program.lines)
    time.sleep(1)
    tap.same(len(program.lines) - before, 1, "... once")
    centre.server.table[("GET", "/statsapi/subscription/data")] = good
    tap.check(program.wait("live$", before), "and the recovery", program.lines)
    tap.same(program.end(), 143, "SIGTERM ends it")
    tap.same(program.child.stderr.read(), b"", "nothing on standard error")
    tap.same(centre.server.subscription, None, "the subscription is deleted")


def check_json(tap, folder):
    centre = Centre()
    program = Program(centre, folder, "follow", "--format", "json")
    program.wait('"live"')
    centre.cells["in_calls_waiting"] = ["7", "0"]
    program.wait('"in_calls_waiting"')
    tap.same(program.end(signal.SIGINT), 130, "SIGINT ends it")
    lines = [json.loads(line) for line in program.lines]
    tap.same([l["event"] for l in lines], ["link", "change"], "JSON: an object a line")
    change = lines[-1]
    change.pop("time")
    tap.same(change, {"event": "change", "panel": "queues", "row": "Sales", "statistic": "in_calls_waiting",
                      "label": "waiting", "from": 4, "to": 7, "was": "none", "severity": "alert"}, "JSON: a change")


def check_reader(tap, folder):
    """The end of the reader is the end, though no line is due."""
    centre = Centre()
    child = subprocess.Popen([harness.CXWALL, "follow", "-l", folder.path + "/test.conf", "-i", "0.1",
                              *harness.options(centre.server)], env=folder.environment(), stdout=subprocess.PIPE)
    child.stdout.readline()
    child.stdout.close()
    tap.same(child.wait(30), 141, "nobody reads any more: 141")
    tap.check(harness.wait_for(lambda: centre.server.subscription is None), "... and the subscription is deleted")


def read_file(path):
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return ""


def check_file(tap, folder):
    centre = Centre()
    path = os.path.join(folder.path, "cxwall.prom")
    program = Program(centre, folder, "metrics", "--file", "cxwall.prom")
    harness.wait_for(lambda: os.path.exists(path))
    tap.same(stat.S_IMODE(os.stat(path).st_mode), 0o644 & ~harness_umask(), "the file's mode")
    start = time.monotonic()
    broken, polls = 0, set()
    # Held open, so that no later file can get its inode.
    with open(path) as first:
        # Two seconds of reading, and on a busy machine as long as three polls take.
        while time.monotonic() < start + 2 or (len(polls) < 3 and time.monotonic() < start + harness.PATIENCE):
            try:
                polls.add(openmetrics.parse(read_file(path))[1][("cxwall_polls_accepted_total", ())])
            except (ValueError, KeyError):
                broken += 1
        replaced = not os.path.samestat(os.fstat(first.fileno()), os.stat(path))
    tap.same(broken, 0, "whoever reads meets a whole file")
    tap.check(len(polls) >= 3 and replaced, "it is replaced at each poll", polls)
    centre.server.table[("GET", "/statsapi/subscription/data")] = lambda h, r: h.answer(500, b"", "text/plain")
    gone = harness.wait_for(lambda: "cxwall_live 0" in read_file(path))
    families, series = openmetrics.parse(read_file(path))
    tap.check(gone and not [k for k in series if k[0] == "cxwall_in_calls_waiting"], "stale series vanish", read_file(path))
    tap.check(series[("cxwall_poll_errors_total", ())] > 0 and series[("cxwall_data_age_seconds", ())] > 4,
              "errors and the age are told", series)
    tap.same(program.end(), 143, "SIGTERM ends it")
    tap.same([f for f in os.listdir(folder.path) if ".prom" in f], [], "the file goes with the program, no other is left")
    tap.check("500" in program.child.stderr.read().decode(), "trouble is on standard error")


def check_slow(tap, folder):
    """The file of a poll stays until the next one is answered: only where none comes for a second is it written anew."""
    centre = Centre()
    path = os.path.join(folder.path, "slow.prom")
    answer = centre.server.data

    def slowly(handler, request):
        time.sleep(0.4)
        answer(handler, request)

    centre.server.table[("GET", "/statsapi/subscription/data")] = slowly
    program = Program(centre, folder, "metrics", "--file", "slow.prom")
    harness.wait_for(lambda: os.path.exists(path))
    files = {}
    start = time.monotonic()
    while time.monotonic() < start + harness.PATIENCE and len(files) < 6:
        # Held open while it is read, so that no later file has its inode.
        with open(path) as file:
            series = openmetrics.parse(file.read())[1]
            files.setdefault(series[("cxwall_polls_accepted_total", ())], []).append(os.fstat(file.fileno()).st_ino)
        time.sleep(0.02)
    tap.check(len(files) == 6 and all(len(set(inodes)) == 1 for inodes in files.values()), "a poll that takes its time writes one file", files)
    program.end()


def harness_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def check_unwritable(tap, folder):
    centre = Centre()
    program = Program(centre, folder, "metrics", "--file", "no/such/folder/x.prom")
    tap.same(program.child.wait(30), 1, "a file that cannot be written ends it with 1")
    tap.check("cannot be written" in program.child.stderr.read().decode(), "... and says so")
    tap.check(harness.wait_for(lambda: centre.server.subscription is None), "... and the subscription is deleted")


def check_no_file(tap, folder):
    """Nothing but a file is replaced: everything here stands in the folder of the test."""
    path = os.path.join(folder.path, "odd.prom")
    for what, make in (("a pipe", os.mkfifo), ("a folder", os.mkdir),
                       ("a link to a device", lambda p: os.symlink("/dev/null", p)),
                       ("a link to nothing", lambda p: os.symlink("nowhere", p))):
        make(path)
        before = os.lstat(path)
        centre = Centre()
        program = Program(centre, folder, "metrics", "--file", "odd.prom")
        status = harness.wait_for(lambda: program.child.poll(), 10)
        program.end()
        stays = os.path.lexists(path) and os.path.samestat(before, os.lstat(path))
        tap.check(status == 2 and stays, "%s is refused, and stays" % what, status)
        tap.same(program.child.stderr.read().decode(), "cxwall: --file: odd.prom is not a regular file\n", "... with words")
        tap.same(centre.server.lines(), [], "... before anything is asked")
        (os.rmdir if what == "a folder" else os.unlink)(path)


def check_no_file_later(tap, folder):
    centre = Centre()
    path = os.path.join(folder.path, "odd.prom")
    program = Program(centre, folder, "metrics", "--file", "odd.prom")
    harness.wait_for(lambda: os.path.exists(path))
    temporary = "%s.%d.tmp" % (path, program.child.pid)
    os.mkfifo(temporary + ".new")
    os.rename(temporary + ".new", temporary)
    written = os.stat(path).st_ino
    tap.check(harness.wait_for(lambda: os.stat(path).st_ino != written, 10),
              "a pipe with the name of the temporary file holds nothing up")
    os.mkfifo(path + ".new")
    os.rename(path + ".new", path)
    pipe, polls = os.lstat(path), centre.server.polls
    tap.check(harness.wait_for(lambda: centre.server.polls > polls + 2, 10),
              "it polls on where a pipe took the place of the file")
    tap.same(program.end(), 143, "... and ends at once")
    tap.check(os.path.samestat(pipe, os.lstat(path)), "... and leaves the pipe where it is")
    tap.check("odd.prom cannot be written: not a regular file" in program.child.stderr.read().decode(), "... and says why")
    os.unlink(path)


def check_closed_folder(tap, folder):
    """Old numbers never look current: a file that can be neither replaced nor removed is emptied, or said to be old."""
    # Root writes everywhere.
    user = 65534 if os.getuid() == 0 else os.getuid()

    def become():
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
    os.chmod(folder.path, 0o755)
    os.chmod(os.path.join(folder.path, "test.conf"), 0o644)
    # The history has a folder that this user may write into.
    state = os.path.join(folder.path, ".local")
    shutil.rmtree(state, ignore_errors=True)
    os.mkdir(state)
    os.chown(state, user, -1)
    for what, mode, said in (("emptied", 0o644, r"odd\.prom cannot be written: Permission denied\n"),
                             ("said to be old", 0o444, r"odd\.prom cannot be written: Permission denied\. "
                                                       r"The old file could not be removed: its numbers are old\n")):
        closed = os.path.join(folder.path, "closed")
        path = os.path.join(closed, "odd.prom")
        os.mkdir(closed)
        os.chown(closed, user, -1)
        centre = Centre()
        try:
            program = Program(centre, folder, "metrics", "--file", "closed/odd.prom", become=become)
        except PermissionError:
            tap.skip("a file in a closed folder is %s" % what, "the build folder is closed to other users")
            os.rmdir(closed)
            continue
        harness.wait_for(lambda: os.path.exists(path))
        # It meets both changes at once.
        program.child.send_signal(signal.SIGSTOP)
        os.chmod(path, mode)
        os.chmod(closed, 0o555)
        before = read_file(path)
        program.child.send_signal(signal.SIGCONT)
        centre.polls()
        tap.check(harness.wait_for(lambda: read_file(path) == ("" if mode == 0o644 else before)),
                  "a file in a closed folder is %s" % what, read_file(path))
        tap.same(program.end(), 143, "... and the polls continue")
        err = program.child.stderr.read().decode()
        tap.check(re.fullmatch("cxwall: closed/" + said, err), "... with words", err)
        os.chmod(closed, 0o755)
        shutil.rmtree(closed)
    os.chmod(folder.path, 0o700)


def check_colors(tap, folder):
    """The same lines in colour: on a terminal, or where they are asked for."""
    centre = Centre()
    centre.cells["in_calls_waiting"] = ["7", "0"]

    def lines(pty_env=None, *arguments):
        if pty_env is None:
            program = Program(centre, folder, "follow", *arguments)
            program.wait("waiting 7")
            program.end()
            return "\n".join(program.lines)
        pty = harness.Pty([harness.CXWALL, "follow", *arguments, "-l", folder.path + "/test.conf", "-i", "0.1", *harness.options(centre.server)],
                          folder.environment(**pty_env))
        pty.wait_output(rb"waiting [^\n]*7[^\n]*\n")
        os.kill(pty.pid, signal.SIGINT)
        pty.end()
        pty.close()
        return pty.output.decode().replace("\r", "")
    alert = r"\033\[2m\d\d:\d\d:\d\d\033\[0m \033\[1mSales\033\[0m waiting \033\[1;31m7 ALERT\033\[0m(\n|$)"
    for what, text, wanted in (("in a pipe", lines(), False), ("in a pipe with --color always", lines(None, "--color", "always"), True),
                               ("on a terminal", lines({}), True), ("on a terminal with NO_COLOR", lines({"NO_COLOR": "1"}), False),
                               ("on a terminal with --color never", lines({}, "--color", "never"), False), ("on a vt100", lines({"TERM": "vt100"}), False)):
        tap.check(bool(re.search(alert, text)) == wanted and ("\033" in text) == wanted, "follow %s: %s" % (what, "in colour" if wanted else "no colour"), text)
        tap.check(re.search(r"(?m)^\d\d:\d\d:\d\d Sales waiting 7 ALERT$", re.sub(r"\033\[[0-9;]*m", "", text)), "... and the same text", text)
    program = Program(centre, folder, "follow", "--color", "always", "--format", "json")
    tap.check(program.wait('"7"|: *7'), "... and as JSON")
    program.end()
    tap.check("\033" not in "".join(program.lines), "... which never has colours", program.lines)
    centre.server.shutdown()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    folder.write("test.conf", LAYOUT)
    check_lines(tap, folder)
    check_colors(tap, folder)
    check_json(tap, folder)
    check_reader(tap, folder)
    check_file(tap, folder)
    check_slow(tap, folder)
    check_unwritable(tap, folder)
    check_no_file(tap, folder)
    check_no_file_later(tap, folder)
    check_closed_folder(tap, folder)
    folder.remove()
    tap.done()


main()
