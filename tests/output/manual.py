"""The examples of cxwall(1), run as they stand there against cxsim."""

import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness


def examples():
    """(what the output must match, command)"""
    with open(os.path.join(harness.SOURCE, "doc", "cxwall.1")) as file:
        text = file.read().split(".Sh EXAMPLES")[1].split(".Sh SEE ALSO")[0]
    lines = text.splitlines()
    for before, line in zip(lines, lines[1:]):
        if line.startswith(".Dl "):
            match = re.match(r'^\.\\" match: (.*)$', before)
            yield (match.group(1) if match else None), line[4:].replace("\\-", "-").replace("\\e", "\\")


def tasks():
    """The commands of the tasks, in their order, without what they are for."""
    with open(os.path.join(harness.SOURCE, "doc", "cxwall.1")) as file:
        text = file.read().split("\n.Sh TASKS")[1].split("\n.Sh ")[0]
    for block in re.findall(r"(?s)\n\.Bd [^\n]*\n(.*?)\n\.Ed", text):
        for line in block.splitlines():
            yield re.split(r"   +", line)[0]


# On the whole screen, until q is pressed.
WALL = re.compile(r"cxwall( demo| -l| --record| replay|$)")


def check_tasks(tap, env, folder):
    """What somebody types who goes through the tasks one after the other."""
    found = list(tasks())
    tap.check(len(found) > 15, "the manual has tasks", found)
    for command in found:
        if "mqtts://" in command or command == "cxwall setup":
            continue
        command = command.replace("/var/lib/node_exporter", folder.path)
        if WALL.match(command):
            terminal = harness.Terminal(["sh", "-c", "cd %s; %s" % (folder.path, command)], env)
            tap.check(terminal.shows("● live|REPLAY"), "task: " + command, terminal.text())
            terminal.keys("q")
            tap.same(terminal.status(), 0, "... and q ends it")
            continue
        ending = "timeout -s TERM 6 " if " follow" in command or "--file" in command else ""
        done = subprocess.run(["sh", "-c", ending + command], env=env, cwd=folder.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60)
        good = (0, 124, 143) if ending else (0, 1, 2) if " check " in command else (0, 4) if " history " in command else (0,)
        tap.check(done.returncode in good, "task: " + command, "%d %s" % (done.returncode, done.stderr.decode()))


def start_simulator():
    child = subprocess.Popen([harness.CXSIM, "-p", "0", "--until-eof", "--start", "11:00"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    return child, child.stdout.readline().decode().split()[-1]


def main():
    tap = harness.Tap()
    harness.need_simulator()
    folder = harness.Folder()
    simulator, url = start_simulator()
    env = folder.environment(CXWALL_URL=url, CXWALL_TENANT="demo.example", CXWALL_USER="wall", CXWALL_SECRET="demo",
                             PATH=os.path.dirname(harness.CXWALL) + ":" + os.environ["PATH"])
    found = list(examples())
    tap.check(len(found) >= 10, "the manual has examples")
    for pattern, command in found:
        if not tap.check(pattern, "a pattern stands before: " + command):
            continue
        if "jq" in command and not shutil.which("jq"):
            tap.skip(command, "jq is not installed")
            continue
        done = subprocess.run(["sh", "-c", command], env=env, cwd=folder.path, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        out = done.stdout.decode()
        tap.check(re.search("(?m)" + pattern, out), command, "%s\n%s" % (out[:2000], done.stderr.decode()))
        tap.same(done.stderr.decode(), "", "... nothing on standard error")
    check_tasks(tap, env, folder)
    simulator.stdin.close()
    simulator.wait(10)
    folder.remove()
    tap.done()


main()
