"""The layouts of doc/guide.md and the commands of README.md, run as they stand there against cxsim."""

import glob
import json
import os
import re
import shlex
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

# What must stand on the picture of each step.
STEPS = (
    ("queues", r"Service +Waiting", r"Sales +(\d+|[▀▄█])"),
    ("Our queues", r"Service +Waiting +Longest +SL"),
    ("Our queues .Longest", "Support"),
    ("Waiting", "Agents ready", "open", "agents .Time", "Support"),
)
EXPRESSION = "queues[Sales].in_calls_waiting < 1000"


def page(*path):
    with open(os.path.join(harness.SOURCE, *path)) as file:
        return file.read()


def start_simulator():
    child = subprocess.Popen([harness.CXSIM, "-p", "0", "--until-eof", "--start", "11:00"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    return child, child.stdout.readline().decode().split()[-1]


def run(env, *arguments):
    return subprocess.run([harness.CXWALL, *arguments], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)


def check_steps(tap, folder, env):
    blocks = re.findall(r"(?s)```conf\n(.*?)```", page("doc", "guide.md"))
    tap.same(len(blocks), 5, "the guide has five steps")
    mine = os.path.join(env["XDG_CONFIG_HOME"], "cxwall", "layouts", "mine.conf")
    os.makedirs(os.path.dirname(mine), exist_ok=True)
    for number, (block, patterns) in enumerate(zip(blocks, STEPS), 1):
        with open(mine, "w") as file:
            file.write(block)
        done = run(env, "snapshot", "-l", "mine", "--size", "100x30")
        tap.same((done.returncode, done.stderr.decode()), (0, ""), "step %d is a layout" % number)
        for pattern in patterns:
            tap.check(re.search(pattern, done.stdout.decode()), "step %d shows %s" % (number, pattern), done.stdout.decode())
    with open(mine, "a") as file:
        file.write(blocks[4])
    done = run(env, "snapshot", "-l", "mine", "--size", "100x30")
    tap.same((done.returncode, done.stderr.decode()), (0, ""), "step 5 is a layout")
    with open(mine, "a") as file:
        file.write(blocks[4])
    tap.same(run(env, "snapshot", "-l", "mine").returncode, 2, "... and a mistake is noticed")


def check_statistics(tap, env):
    guide = page("doc", "guide.md")
    rows = json.loads(run(env, "list", "statistics", "--format", "json").stdout)
    tap.check(all(row["meaning"] for row in rows), "each statistic has a meaning")
    wanted = ["| %(scope)s | `%(name)s` | %(label)s | %(meaning)s | %(evidence)s |" % row for row in rows]
    tap.same([line for line in guide.splitlines() if re.match(r"\| (agent|service|total) \|", line)], wanted,
             "the guide's table is that of the program")


def check_links(tap):
    pages = ("guide.md", "kiosk.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
    for name in ("README.md", *(os.path.join("doc", page) for page in pages)):
        for target in re.findall(r"\]\(([^)#:]+)\)", page(name)):
            place = os.path.join(harness.SOURCE, os.path.dirname(name), target)
            tap.check(os.path.exists(place) or os.path.exists(place + ".in"), "%s: %s is there" % (name, target))


def check_files(tap):
    """Files that the pages for developers name are there; words in capitals stand for others."""
    for name in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`((?:src|tests|doc)/[^ `]+)`", page("doc", name)))
        tap.check(len(named) > 5, "%s names files" % name)
        missing = [path for path in sorted(named) if not re.search("NAME|FOLDER|TARGET", path) and
                   not glob.glob(os.path.join(harness.SOURCE, path) + "*")]
        tap.same(missing, [], "%s: they are there" % name)


def check_wall(tap, env, arguments):
    terminal = harness.Terminal([harness.CXWALL, *arguments], env)
    screen = terminal.wait(r"live[^\n]* demo\.example")
    tap.check(re.search(r"live[^\n]* demo\.example", screen), "README: cxwall " + " ".join(arguments), screen)
    tap.same(terminal.quit(), 0, "... which ends by q")


def check_readme_layout(tap, folder, env):
    block = re.search(r"(?m)^    title = .*\n(?:    .*\n)+", page("README.md")).group(0)
    path = folder.write("readme.conf", block)
    done = run(env, "snapshot", "-l", path, "--size", "100x30")
    tap.same((done.returncode, done.stderr.decode()), (0, ""), "the layout of README is one")
    for pattern in ("Customer Service", "Waiting", "Agents ready", "agents", "Time"):
        tap.check(re.search(pattern, done.stdout.decode()), "... and shows %s" % pattern, done.stdout.decode())


def check_readme(tap, env):
    lines = re.findall(r"(?m)^    (cxwall.*)$", page("README.md"))
    tap.check(len(lines) >= 6, "README has commands", lines)
    for line in lines:
        arguments = shlex.split(line, comments=True)[1:]
        if not arguments or arguments[0].startswith("-"):
            check_wall(tap, env, arguments)
            continue
        if arguments[0] == "setup":
            terminal = harness.Terminal(["sh", "-c", "exec '%s' setup 2>/dev/tty" % harness.CXWALL], env)
            tap.check(terminal.shows("domain of your contact centre"), "README: " + line, terminal.text())
            terminal.keys("C-c")
            terminal.status()
            terminal.close()
            continue
        arguments = [EXPRESSION if word == "EXPR" else word for word in arguments]
        if arguments[0] == "follow":
            child = subprocess.Popen([harness.CXWALL, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            tap.check(child.stdout.readline(), "README: " + line)
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=20)
            continue
        done = run(env, *arguments)
        tap.same((done.returncode, done.stderr.decode()), (0, ""), "README: " + line)
        tap.check(done.stdout, "... which prints something")


def main():
    tap = harness.Tap()
    harness.need_simulator()
    folder = harness.Folder()
    simulator, url = start_simulator()
    env = folder.environment(CXWALL_URL=url, CXWALL_TENANT="demo.example", CXWALL_USER="wall", CXWALL_SECRET="demo")
    check_steps(tap, folder, env)
    check_statistics(tap, env)
    check_links(tap)
    check_readme_layout(tap, folder, env)
    check_files(tap)
    check_readme(tap, env)
    simulator.stdin.close()
    simulator.wait(10)
    folder.remove()
    tap.done()


main()
