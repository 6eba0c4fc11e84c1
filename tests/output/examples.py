"""The examples at the end of each --help, run as they stand there against cxsim, a broker and a recording."""

import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import broker
import harness

# What a command that runs until it is ended shows first.
WALLS = {"run": r"live[^\n]* demo\.example", "demo": r"live[^\n]* demo\.example", "replay": r"REPLAY"}
BEGINS = {"follow": r"live|since|\"panel\"", "publish": None, "metrics": None}

# With an alert, for a backtest.
LAYOUT = """
pages = ( { rows = ( { panels = ( { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) } ) } ) } )
alerts = ( { name = "long queue" when = "queues[*].in_calls_waiting > 5" for = "30s" } )
"""


def commands(env):
    overview = harness.run(["help"], env)[1].split("Common options")[0]
    return re.findall(r"(?m)^  ([a-z]+) ", overview)


def examples(command, env):
    text = harness.run(["help", command], env)[1]
    return re.findall(r"(?m)^  (\S.*)\n      \S", re.split(r"(?m)^Examples?$", text)[1]) if re.search(r"(?m)^Examples?$", text) else []


def afternoon():
    """A zone in which it is soon five past two, and when that is."""
    now = int(time.time())
    offset = 14 * 3600 + 4 * 60 + 57 - now % 86400
    text = "%02d:%02d:%02d" % (abs(offset) // 3600, abs(offset) // 60 % 60, abs(offset) % 60)
    return "<here>%s%s" % ("-" if offset >= 0 else "+", text), now + 3


def record(folder, env, until):
    """monday.rec, of a few polls around the time."""
    path = os.path.join(folder.path, "monday.rec")
    lines = harness.Lines([harness.CXWALL, "follow", "-l", "mine", "--record", "monday.rec", "-i", "1"], env, cwd=folder.path)
    harness.wait_for(lambda: os.path.exists(path) and os.path.getmtime(path) > until)
    return lines.end(signal.SIGINT)


def check_wall(tap, folder, env, line, command):
    terminal = harness.Terminal(["sh", "-c", "cd '%s' && exec %s" % (folder.path, line)], env)
    screen = terminal.wait(WALLS[command])
    tap.check(re.search(WALLS[command], screen), line, screen + terminal.errors())
    tap.same(terminal.quit(), 0, "... which ends by q")


def check_lines(tap, folder, env, line):
    lines = harness.Lines(["sh", "-c", "exec " + line], env, cwd=folder.path)
    tap.check(lines.wait(r"\S"), line, "".join(lines.lines))
    tap.check(lines.end(signal.SIGINT) in (0, 130), "... which ends by Ctrl-C")


def check_file(tap, folder, env, line):
    path = os.path.join(folder.path, line.split("--file ")[1])
    lines = harness.Lines(["sh", "-c", "exec " + line], env, cwd=folder.path)
    tap.check(harness.wait_for(lambda: os.path.exists(path) and "cxwall_" in open(path).read()), line)
    tap.check(lines.end(signal.SIGINT) in (0, 130), "... which ends by Ctrl-C")


def check_publish(tap, folder, env, line):
    """It holds the login: a screen that says what the broker has shows that it works."""
    if broker.MOSQUITTO is None:
        tap.skip(line, "mosquitto is not installed")
        return
    served = broker.Broker(folder)
    near = lambda text: text.replace("mqtt://localhost/", "mqtt://127.0.0.1:%d/" % served.port)
    lines = harness.Lines(["sh", "-c", "exec " + near(line)], env, cwd=folder.path)
    done = harness.wait_for(lambda: "Waiting" in harness.run(["snapshot", "--from", near("mqtt://localhost/wall"), "-l", "queues"], env)[1])
    tap.check(done, line, "".join(lines.lines))
    lines.end(signal.SIGTERM)
    served.stop()


def check_asks(tap, folder, env, line):
    """A dialogue: its first question."""
    terminal = harness.Terminal(["sh", "-c", "cd '%s' && exec %s 2>/dev/tty" % (folder.path, line)], env)
    tap.check(terminal.shows("domain of your contact centre"), line, terminal.text())
    terminal.keys("C-c")
    tap.check(terminal.status() is not None, "... which ends by Ctrl-C")
    terminal.close()


def check_once(tap, folder, env, line):
    done = subprocess.run(["bash", "-c", line], env=env, cwd=folder.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=harness.PATIENCE * 2)
    # A check that is not true has worked as well.
    tap.check(done.returncode in ((0, 1, 2) if " check " in line else (0,)), line,
              "%d\n%s\n%s" % (done.returncode, done.stderr.decode(), done.stdout.decode()[:2000]))
    tap.check(done.stdout or "source" in line or ">wall.svg" in line, "... which prints something", done.stderr.decode())
    tap.same(done.stderr.decode(), "", "... and nothing on standard error")


def check_example(tap, folder, env, command, line):
    if command in WALLS:
        check_wall(tap, folder, env, line, command)
    elif command == "setup" and "--admin" not in line:
        check_asks(tap, folder, env, line)
    elif command == "publish":
        check_publish(tap, folder, env, line)
    elif "--file" in line:
        check_file(tap, folder, env, line)
    elif command == "follow":
        check_lines(tap, folder, env, line)
    else:
        check_once(tap, folder, env, line)


def main():
    tap = harness.Tap()
    harness.need_simulator()
    folder = harness.Folder()
    simulator = subprocess.Popen([harness.CXSIM, "-p", "0", "--until-eof", "--start", "11:00"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
    url = simulator.stdout.readline().decode().split()[-1]
    zone, five_past = afternoon()
    os.makedirs(folder.path + "/cxwall/layouts")
    folder.write("cxwall/layouts/mine.conf", LAYOUT)
    env = folder.environment(CXWALL_URL=url, CXWALL_TENANT="demo.example", CXWALL_USER="wall", CXWALL_SECRET="demo", TZ=zone,
                             PATH=os.path.dirname(harness.CXWALL) + ":" + os.environ["PATH"])
    tap.check(record(folder, env, five_past) in (0, 130), "a recording for the examples")
    names = commands(env)
    tap.check(len(names) > 12, "the overview has the commands", names)
    for command in names:
        lines = examples(command, env)
        tap.check(1 <= len(lines) <= 3, "%s has examples" % command, lines)
        for line in lines:
            check_example(tap, folder, env, command, line)
    simulator.stdin.close()
    simulator.wait(10)
    folder.remove()
    tap.done()


main()
