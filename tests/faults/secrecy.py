"""Where the secret and the token must not be, and where they must not be sent."""

import os
import shutil
import socket
import sys
import time

from bed import CREATE, DATA, SECRET, TOKEN, VALGRIND, Fault, Relay, is_live
import harness


def read_proc(pid, name):
    try:
        with open("/proc/%d/%s" % (pid, name), "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def check_nowhere(bed, texts, words):
    """texts: where it is looked for, by name."""
    for where, text in texts.items():
        found = [word for word in words if word in text]
        bed.same(found, [], "neither secret nor token is in %s" % where)


def run_places(bed):
    """A wall that sees much trouble, all of it logged, from a server that repeats what it was sent."""
    server, left = bed.server, {TOKEN: [400], CREATE: [400, 400], DATA: [403, 500]}

    def echo(server, handler, request):
        codes = left.get(request["path"])
        if not codes:
            return False
        # The whole form, or the header: a body of ours that came back would name every panel as refused.
        sent = request["body"].decode() if request["path"] == TOKEN else request["headers"].get("Authorization")
        said = "%s %s" % (SECRET, sent)
        handler.answer(codes.pop(0), {"error": "bad_request", "message": "no: " + said})
        return True
    server.where, server.fault = None, echo
    bed.start()
    seen = text = ""
    end = time.monotonic() + 40
    while not is_live(text, "first") and time.monotonic() < end:
        text = bed.wall.text()
        seen += text
        if "next try" in text:
            bed.wall.keys("r")
        time.sleep(0.2)
    bed.wall.keys("!")
    time.sleep(0.5)
    seen += bed.wall.text()
    bed.check(not any(left.values()), "every refusal was met", left)
    bed.check("(400" in seen and "(403)" in seen, "the answers were seen", seen[-4000:])
    texts = {"/proc/PID/cmdline": read_proc(bed.pid, "cmdline"), "/proc/PID/environ": read_proc(bed.pid, "environ")}
    if VALGRIND:
        # That is valgrind's own environment; the program has a copy.
        del texts["/proc/PID/environ"]
    bed.check("Max core file size        0 " in read_proc(bed.pid, "limits"), "no core file is written")
    bed.wall.keys("q")
    bed.same(bed.wall.status(), 0, "q ends it with 0")
    texts.update({"the log": open(bed.log).read(), "standard error": bed.wall.errors(), "the screen": seen + bed.wall.text()})
    bed.check("POST" in texts["the log"], "the log is written", texts["the log"])
    check_nowhere(bed, texts, [SECRET, "TOKEN000", "client_secret"])
    bed.row["said"] = "stars in their place"


def run_dumpable(bed):
    """As a user other than root: what belongs to the process belongs to root, so no debugger reads it."""
    if VALGRIND:
        bed.skipped = "the process is valgrind's own"
        return
    binary, user = harness.CXWALL, os.getuid()
    if user == 0:
        user = 65534
        binary = os.path.join(bed.folder.path, "cxwall")
        shutil.copy(harness.CXWALL, binary)
        for name in ("", "/faults.conf", "/cxwall"):
            os.chown(bed.folder.path + name, user, user)
        os.chmod(binary, 0o755)
    become = ("import os, sys; os.getuid() or (os.setgroups([]), os.setgid(%d), os.setuid(%d)); "
              "os.execv(sys.argv[1], sys.argv[1:])")
    start = [sys.executable, "-c", become % (user, user)]
    terminal = harness.Pty(start + [binary] + bed.arguments[1:], bed.env)
    bed.check(terminal.wait_output(b"first-0"), "the wall is live", terminal.output[-500:])
    bed.same(os.stat("/proc/%d/environ" % terminal.pid).st_uid, 0, "the process is not dumpable")
    terminal.send(b"q")
    bed.same(terminal.end(), 0, "q ends it with 0")
    terminal.close()
    # The same for a program that does nothing about it: so the check can tell.
    other = harness.Pty(start + ["/bin/sleep", "100"], bed.env)
    bed.check(harness.wait_for(lambda: os.stat("/proc/%d/environ" % other.pid).st_uid == user, 5), "which others are")
    other.close()
    bed.row["said"] = ""


def refuse(bed, arguments, env, words):
    status, out, err = harness.run(["snapshot", *arguments], env)
    bed.same((status, out), (2, ""), "exit status 2, nothing on standard output")
    bed.check(words in err, "and says why", err)
    bed.row["said"] = bed.row["said"] or err.strip().replace("cxwall: ", "", 1).replace(bed.folder.path + "/", "")
    bed.same(bed.server.lines(), [], "nothing is sent")


def without_layout(bed):
    return ["-l", bed.layout, *bed.arguments[bed.arguments.index("--url"):]]


def run_modes(bed):
    env = {k: v for k, v in bed.env.items() if k != "CXWALL_SECRET"}
    path = bed.folder.write("secret", SECRET + "\n")
    config = bed.folder.write("modes.conf", 'secret_file = "%s"\n' % path)
    for mode in (0o644, 0o640, 0o604, 0o620):
        os.chmod(path, mode)
        refuse(bed, [*without_layout(bed), "-c", config], env, "chmod 600")
    os.chmod(path, 0o600)
    status, _, err = harness.run(["snapshot", "--format", "json", *without_layout(bed), "-c", config], env)
    bed.same((status, err), (0, ""), "0600 is taken")


def run_no_file(bed):
    """A FIFO would stop the program, a folder is none, a missing one is named."""
    env = {k: v for k, v in bed.env.items() if k != "CXWALL_SECRET"}
    fifo = os.path.join(bed.folder.path, "fifo")
    os.mkfifo(fifo, 0o600)
    for path, words in ((fifo, "is no file"), (bed.folder.path, "is no file"), (bed.folder.path + "/none", "No such file")):
        config = bed.folder.write("modes.conf", 'secret_file = "%s"\n' % path)
        refuse(bed, [*without_layout(bed), "-c", config], env, words)


def own_address():
    """An address of this machine that is not loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = probe.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


def run_plaintext(bed):
    address = own_address()
    if address is None:
        bed.skipped = "this machine has no address but loopback"
        return
    relay = Relay(bed.server.server_address[1], address)
    bed.arguments[bed.arguments.index("--url") + 1] = "http://%s:%d" % (address, relay.port)
    refuse(bed, without_layout(bed), bed.env, "plain http would send the secret readable")
    bed.same(relay.accepted, [], "not even a connection is made")
    bed.arguments += ["-c", bed.folder.write("plain.conf", "allow_plaintext = true\n")]
    bed.start()
    bed.check(bed.live(), "with allow_plaintext it is live", bed.wall.text())
    top = bed.wall.text().split("\n", 1)[0]
    bed.check("not encrypted" in top, "and the status line says so", top)
    for columns, words in ((60, "! not encrypted"), (40, "! http")):
        bed.wall.tmux("resize-window", "-x", str(columns), "-y", "24")
        good = harness.wait_for(lambda: words in bed.wall.text().split("\n", 1)[0], 5, 0.1)
        bed.check(good, "also at %d columns" % columns, bed.wall.text())
    bed.wall.keys("q")
    bed.same(bed.wall.status(), 0, "q ends it with 0")


FAULTS = [
    Fault("looked for everywhere", "refusals that repeat secret and token; log, screen, standard error, `/proc`", run=run_places,
          starting=True),
    Fault("a debugger of the same user", "`/proc/PID` as another user than root", run=run_dumpable, starting=True),
    Fault("a secret file that others read", "modes 0644, 0640, 0604, 0620", run=run_modes, starting=True),
    Fault("a secret file that is none", "a FIFO, a folder, nothing", run=run_no_file, starting=True),
    Fault("plain http", "to an address that is not loopback; then with `allow_plaintext`", run=run_plaintext, starting=True),
]
