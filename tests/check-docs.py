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
    written = [(name, where.replace("\\&", "").replace("\\e", "\\"), words) for name, where, words in rows]
    tap.same(written, [(a["name"], a["keys"], a["help"].capitalize() + ".") for a in actions],
             "the keys of cxwall.1 are the program's")


def check_file_keys(tap, env):
    """cxwall.conf.5 has an entry for each setting, with the program's own default and choices."""
    manual = page("cxwall.conf.5")
    printed = dict(re.match(r"(\S+) +(.*)  \(built in\)", line).groups() for line in run("run", "--print-config", env=env).splitlines())
    for name in ("config", "profile"):
        printed.pop(name)
    written = {}
    for name in ("CONNECTION", "BROKER", "WALL", "FILES THAT CXWALL WRITES"):
        written.update(entries(section(manual, name)))
    tap.check("tenant" in printed, "the configuration can be printed")
    tap.same(sorted(written), sorted(printed), "cxwall.conf.5 explains every setting, and nothing else")
    tap.same([key for key, text in written.items() if not re.search(r"(?m)^Type:", text)], [], "cxwall.conf.5: each has a type")
    tap.same([key for key, text in written.items() if not re.search(r"(?m)^(Default: |Required)", text)], [],
             "cxwall.conf.5: each has a default, or is required")
    for key, value in printed.items():
        told = re.search(r"(?m)^Default: (.*?)\.?$", written.get(key, ""))
        if value != "-":
            tap.same(told and told[1], value, "cxwall.conf.5 tells the default of %s" % key)
    for key, text in written.items():
        choices = re.search(r"(?m)^Type: one of (.*?)(?:, or a name)?\.$", text)
        if choices is None:
            continue
        folder = harness.Folder()
        path = folder.write("cxwall.conf", 'tenant = "demo.example"\nuser = "wall"\n%s = "xyzzyq"\n' % key)
        said = subprocess.run([harness.CXWALL, "run", "-c", path, "--check-config"], env=folder.environment(CXWALL_SECRET="demo"),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
        folder.remove()
        known = re.search(r"one of ([a-z0-9, ]*[a-z0-9])", said)
        known = [word for word in known[1].split(", ") if word != "or write"] if known else []
        tap.same(choices[1].split(", "), known, "cxwall.conf.5 tells the choices of %s" % key)


def source_table(name, kind):
    """The names in a table of the layout's syntax, out of the sources: the program prints it nowhere."""
    names = []
    for path in sorted(glob.glob(os.path.join(harness.SOURCE, "src", "layout", name))):
        with open(path) as file:
            for table in re.findall(r"(?s)(?:struct config_key|\}) (%s)\[\] = \{(.*?)\n\};" % kind, file.read()):
                names += re.findall(r"\.name = \"([a-z_]+)\"", table[1])
    return set(names)


def check_layout_keys(tap):
    layout, alerts = page("cxwall-layout.5"), page("cxwall-alerts.5")
    keys, written = source_table("layout*.c", "alert_keys"), entries(section(alerts, "SETTINGS"))
    tap.check(len(keys) > 10, "alerts have a table", keys)
    tap.same(sorted(written), sorted(keys), "cxwall-alerts.5 explains what an alert takes, and nothing else")
    tap.same([key for key, text in written.items() if not re.search(r"(?ms)^Type:.*^(Default: |Required)", text)], [],
             "cxwall-alerts.5: each has a type and a default")
    status, said = checked("pages = ( { rows = ( { panels = ( { name = \"now\"  type = \"totals\"  tiles = ( \"in_calls_waiting\" ) } ) } ) } )\n" +
                           re.search(r"(?s)\n\.Bd [^\n]*\n(alerts = .*?)\n\.Ed", alerts)[1])
    tap.check(status == 0, "the example of cxwall-alerts.5 has no mistake", said)
    check_layout_page(tap, layout)
    check_layout_examples(tap, layout)
    check_layout_ranges(tap, layout)


# Section of cxwall-layout.5, and the table of the program that it explains.
LAYOUT_SECTIONS = (("TOP LEVEL", "layout_keys"), ("PAGES", "page_keys"), ("ROWS", "row_keys"), ("EVERY PANEL", "panel_keys"),
                   ("OPTIONS OF PANEL TYPES", "option_keys"), ("COLUMNS, TILES AND SERIES", "column_keys"),
                   ("LIMITS BY STATE", "limit_keys"))


def section(manual, name):
    return manual.split("\n.Sh %s\n" % name)[1].split("\n.Sh ")[0]


def entries(text):
    """The terms of a section, each with its text."""
    return {part.split("\n", 1)[0]: part.split("\n", 1)[1] for part in re.split(r"(?m)^\.It Ic ", text)[1:]}


def panel_types_of_keys():
    """Which panel types take an option, out of the source."""
    with open(os.path.join(harness.SOURCE, "src", "layout", "panel_types.c")) as file:
        source = file.read()
    names = dict(re.findall(r"\[(PANEL_[A-Z_]+)\] = \"([a-z_]+)\"", source))
    found = {}
    for kind, block in re.findall(r"(?s)\n\t\[(PANEL_[A-Z_]+)\] = \{(.*?)\n\t\}", source):
        for key in re.findall(r"PANEL_KEY_([A-Z_]+)", block):
            found.setdefault(key.lower(), set()).add(names[kind])
    return names, found


def check_layout_page(tap, manual):
    """Every key has an entry that says its type and its default, in the section of its table; and no other entry is there."""
    for name, table in LAYOUT_SECTIONS:
        keys, written = source_table("layout*.c", table), entries(section(manual, name))
        tap.check(len(keys) > 2, "%s have a table" % name, keys)
        tap.same(sorted(written), sorted(keys), "%s explains what the program takes, and nothing else" % name)
        tap.same([key for key, text in written.items() if not re.search(r"(?m)^Type:", text)], [], "%s: each has a type" % name)
        tap.same([key for key, text in written.items() if not re.search(r"(?m)^(Default: |Required)", text)], [],
                 "%s: each has a default, or is required" % name)
    names, types = panel_types_of_keys()
    titles = re.findall(r"(?m)^\.Ss (.*)$", section(manual, "PANEL TYPES"))
    tap.same(sorted(titles), sorted(names.values()), "PANEL TYPES describes every type, and no other")
    for key, text in entries(section(manual, "OPTIONS OF PANEL TYPES")).items():
        told = re.search(r"(?m)^Panel types: (.*)\.$", text)
        tap.same(set(told[1].split(", ")) if told else set(), types.get(key, set()), "%s: the page names the panel types that take it" % key)


def examples(manual):
    """The panels that the page writes down."""
    return [text.replace("\\(aq", "'").replace("\\(dq", '"') for text in re.findall(r"(?s)\n\.Bd [^\n]*\n(\{ name = .*?)\n\.Ed", manual)]


def checked(text):
    """What the program says of a layout: its exit status and its messages."""
    folder = harness.Folder()
    path = folder.write("example.conf", text)
    done = subprocess.run([harness.CXWALL, "run", "-l", path, "--tenant", "demo.example", "--user", "wall", "--check-config"],
                          env=folder.environment(CXWALL_SECRET="demo"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    folder.remove()
    return done.returncode, (done.stdout + done.stderr).decode()


def check_layout_examples(tap, manual):
    """The program has nothing to say about them, and each type has one with its picture."""
    types = section(manual, "PANEL TYPES")
    for panel in examples(manual):
        status, said = checked("pages = ( { rows = ( { panels = (\n%s\n) } ) } )" % panel)
        tap.check(status == 0 and "line" not in said and ":" not in said.replace("example.conf: ", ""),
                  "an example of cxwall-layout.5 has no mistake: %s" % panel.split("\n")[0], said)
    for part in re.split(r"(?m)^\.Ss ", types)[1:]:
        name = part.split("\n", 1)[0]
        blocks = re.findall(r"(?s)\n\.Bd [^\n]*\n(.*?)\n\.Ed", part)
        tap.check(len(blocks) >= 2 and 'type = "%s"' % name in blocks[0] and "type" not in blocks[1],
                  "%s has an example with a picture" % name, blocks)
    whole = re.search(r"(?s)\n\.Bd [^\n]*\n(title = .*?)\n\.Ed", manual)[1]
    status, said = checked(whole)
    tap.check(status == 0, "the layout at the head of cxwall-layout.5 has no mistake", said)


# A layout with one value in the place of %s, for each table; and panels for the options of types.
PLACES = {
    "row_keys": "pages = ( { rows = ( { %s = %s  panels = ( { name = \"a\"  type = \"alerts\" } ) } ) } )",
    "panel_keys": "pages = ( { rows = ( { panels = ( { name = \"a\"  type = \"alerts\"  %s = %s } ) } ) } )",
    "column_keys": "pages = ( { rows = ( { panels = ( { name = \"a\"  type = \"totals\"  tiles = ( { stat = \"agents_ready\"  %s = %s } ) } ) } ) } )",
    "totals": "pages = ( { rows = ( { panels = ( { name = \"a\"  type = \"totals\"  tiles = ( \"agents_ready\" )  %s = %s } ) } ) } )",
    "service_grid": "pages = ( { rows = ( { panels = ( { name = \"a\"  type = \"service_grid\"  columns = ( \"name\" )  %s = %s } ) } ) } )",
}


def check_layout_ranges(tap, manual):
    """The ends of each range are taken, and what is beyond them is not."""
    tried = 0
    for name, table in LAYOUT_SECTIONS:
        for key, text in entries(section(manual, name)).items():
            ends = re.search(r"(?m)^Type: whole number from (\d+) to (\d+)", text)
            types = re.search(r"(?m)^Panel types: (\w+)", text)
            place = PLACES.get(table) or (PLACES.get(types[1]) if types else None)
            if not ends or not place:
                continue
            least, most = int(ends[1]), int(ends[2])
            got = [checked(place % (key, value))[0] for value in (least - 1, least, most, most + 1)]
            tap.same(got, [2, 0, 0, 2], "%s is from %d to %d" % (key, least, most))
            tried += 1
    tap.check(tried >= 9, "ranges were tried", tried)


# Where the program says what happened to a connection.
CAUSES = ("api/api_errors.c", "api/http.c", "api/auth.c", "api/live.c", "api/extras.c", "mqtt/feed.c", "mqtt/connection.c",
          "local/feed.c", "local/hub.c", "session/login.c", "board/decode.c", "board/query.c")


def causes():
    """The sentences in the sources that begin with a capital letter and end without a stop: an advice has one."""
    found = set()
    for name in CAUSES:
        with open(os.path.join(harness.SOURCE, "src", name)) as file:
            lines = [line for line in file if not re.match(r"\s*(/\*|\* |\*/|//)", line) and "log_line" not in line and "fatal(" not in line]
        for text in re.findall(r"\"((?:[^\"\\]|\\.)*)\"", "".join(lines)):
            if re.match(r"([A-Z][a-z']*|%s%\.180s) [a-z%A-Z]", text) and not text.rstrip().endswith(".") and len(text) > 11 and "privileges Access" not in text:
                found.add(re.sub(r"%[.0-9]*[a-z]+", "…", re.sub(r"(: ?| to)$", r"\1 …", text.replace('\\"', '"'))).replace("……", "…").replace("  ", " "))
    return found


def check_guide_causes(tap):
    """The guide explains all that the wall can say of its connection, and nothing that it cannot say."""
    with open(os.path.join(harness.SOURCE, "doc", "guide.md")) as file:
        part = file.read().split("## When the wall says …")[1].split("\n## ")[0]
    rows = [words for line in part.splitlines() if line.startswith("| `") for words in re.findall(r"`([^`]+)`", line.split(" | ")[0])]
    patterns = {row: re.compile(".*".join(re.escape(piece) for piece in row.split("…")) + r"( ?\(|: ?…|$)") for row in rows}
    said = causes()
    tap.check(len(said) > 80 and len(rows) > 60, "there are causes, and a table of them", (len(said), len(rows)))
    tap.same(sorted(text for text in said if not any(pattern.match(text) for pattern in patterns.values())), [], "the guide explains each cause")
    tap.same(sorted(row for row, pattern in patterns.items() if not any(pattern.match(text) for text in said)), [], "... and none that is never said")


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
    check_guide_causes(tap)
    check_simulator(tap)
    check_macros(tap)
    check_rendered(tap)
    folder.remove()
    tap.done()


main()
