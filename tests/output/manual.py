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
    simulator.stdin.close()
    simulator.wait(10)
    folder.remove()
    tap.done()


main()
