"""The manual pages agree with the tables of the program: options, commands, actions, lists, exit statuses."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import harness


def page(name):
    with open(os.path.join(harness.SOURCE, "doc", name)) as file:
        return file.read()


def plain(text):
    """A page without its macros: words only."""
    text = text.replace("\\-", "-").replace("\\ ", " ")
    return re.sub(r"(?m)^\.[A-Z][a-z]( |$)", "", text)


def run(*arguments, env=None):
    return subprocess.run([harness.CXWALL, *arguments], env=env, stdout=subprocess.PIPE).stdout.decode()


def commands(env):
    return re.findall(r"(?m)^  ([a-z]+) ", run("--help", env=env).split("Common options")[0])


def check_options(tap, env, manual):
    shown = set()
    for command in commands(env):
        shown |= set(re.findall(r"--([a-z][a-z-]+)", run(command, "--help", env=env).split("\n", 1)[1]))
    written = set(re.findall(r"(?m)[ ,]-([a-z][a-z-]+)", "\n".join(
        line for line in manual.splitlines() if line.startswith((".It Fl", ".Op Fl")))))
    tap.same(sorted(shown - written), [], "every option of --help is in cxwall.1")
    tap.same(sorted(written - shown), [], "cxwall.1 has no option that is not in --help")


def check_commands(tap, env, manual):
    for name in commands(env):
        tap.check(".It Cm %s\n" % name in manual, "command %s is in cxwall.1" % name)


def check_actions(tap, env, manual):
    actions = json.loads(run("list", "actions", "--format", "json", env=env))
    tap.check(len(actions) > 10, "there are actions")
    keys = manual.split(".Sh KEYS")[1].split(".Sh ")[0]
    rows = re.findall(r"(?m)^\.It Ic (\S+)(?: \(\)|) Li (.*)\n(.*)$", keys)
    written = [(name, where.replace("\\&", ""), words) for name, where, words in rows]
    tap.same(written, [(a["name"], a["keys"], a["help"].capitalize() + ".") for a in actions],
             "the keys of cxwall.1 are the program's")


def check_file_keys(tap, env):
    manual = plain(page("cxwall.conf.5"))
    names = [line.split()[0] for line in run("run", "--print-config", env=env).splitlines()]
    tap.check("tenant" in names, "the configuration can be printed")
    for name in names:
        if name != "layout":
            tap.check(re.search(r"\b%s\b" % name, manual), "%s is in cxwall.conf.5" % name)


def source_table(name, kind):
    """The names in a table of the layout's syntax, out of the sources: the program prints it nowhere."""
    names = []
    for path in sorted(glob.glob(os.path.join(harness.SOURCE, "src", "layout", name))):
        with open(path) as file:
            for table in re.findall(r"(?s)(?:struct config_key|\}) (%s)\[\] = \{(.*?)\n\};" % kind, file.read()):
                names += re.findall(r"\.name = \"([a-z_]+)\"", table[1])
    return set(names)


def items(manual):
    """The terms that a page explains."""
    found = set()
    for line in re.findall(r"(?m)^\.It Ic (.*)$", manual):
        found |= set(line.replace(",", " ").split())
    return found


def check_layout_keys(tap):
    layout, alerts = page("cxwall-layout.5"), page("cxwall-alerts.5")
    keys = source_table("layout*.c", "alert_keys")
    tap.check(len(keys) > 10, "alerts have a table", keys)
    tap.same(sorted(keys ^ items(alerts)), [], "cxwall-alerts.5 explains what an alert takes, and nothing else")
    with open(os.path.join(harness.SOURCE, "src", "layout", "panel_types.c")) as file:
        types = set(re.findall(r"\[PANEL_[A-Z_]+\] = \"([a-z_]+)\"", file.read()))
    keys = source_table("layout*.c", "(?!alert)[a-z_]+_keys") | types
    tap.check(len(keys) > 40, "layouts have tables", keys)
    words = set(re.findall(r"[a-z_]+", "".join(re.findall(r"(?m)^\.Ic .*$|^\.It Ic .*$|^\.Pq Ic .*$", layout))))
    tap.same(sorted(keys - words), [], "cxwall-layout.5 names every option and type")
    tap.same(sorted(items(layout) - keys), [], "... and explains none that there is not")


def check_simulator(tap):
    if not os.path.exists(harness.CXSIM):
        return
    manual = page("cxsim.1")
    shown = set(re.findall(r"--([a-z][a-z-]+)", subprocess.run([harness.CXSIM, "--help"], stdout=subprocess.PIPE)
                           .stdout.decode()))
    written = set(re.findall(r"(?m)^\.It .*Fl -([a-z][a-z-]+)", manual))
    tap.same(sorted(shown - written), [], "every option of cxsim is in cxsim.1")


def check_macros(tap):
    """What a macro would swallow: .Ql quotes the rest of its line, .Fl makes an option of each word behind a comma."""
    for path in sorted(glob.glob(os.path.join(harness.SOURCE, "doc", "*.[15]"))):
        with open(path) as file:
            lines = file.read().splitlines()
        tap.same([line for line in lines if re.search(r"\bQl .* No |\bFl [^,]*,( and)? [a-z]", line)
                  or re.match(r"\.It .*Li \[ ", line) or re.match(r"\.Ql \w+ , \w", line)], [], "%s: no macro takes words that are not its own" % os.path.basename(path))


def check_rendered(tap):
    """What man and mandoc say of the pages, where they are installed; matters of style aside."""
    for path in sorted(glob.glob(os.path.join(harness.SOURCE, "doc", "*.[15]"))):
        name = os.path.basename(path)
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-mandoc", "-Tutf8", "-ww", "-z", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            tap.same(done.stderr.decode(), "", "groff has no warning about " + name)
        if shutil.which("mandoc"):
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            tap.same(done.stdout.decode(), "", "mandoc has no warning about " + name)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    env = folder.environment()
    manual = page("cxwall.1")
    check_options(tap, env, manual)
    check_commands(tap, env, manual)
    check_actions(tap, env, manual)
    check_file_keys(tap, env)
    check_layout_keys(tap)
    check_simulator(tap)
    check_macros(tap)
    check_rendered(tap)
    folder.remove()
    tap.done()


main()
