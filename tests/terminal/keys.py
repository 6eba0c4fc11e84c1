"""Keys at a desk: three to an answer, the help page, keys of one's own, the page as text, the kiosk, the mouse."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

# In the order that the layout asks for. Two are in after-call work; who talks for longer must not be in the answer.
AGENTS = (("Marky Mark", "busy", "2400"), ("Joe Doe", "not_ready", "900"), ("Ana Bell", "after_call_work", "431"),
          ("Liza Smith", "after_call_work", "125"), ("Allen Fawcett", "ready", "31"))


def cell(panel, stat_name, row):
    values = dict(zip(("first_last_name", "acd_state", "state_duration"), AGENTS[row]))
    values.update(login_id="agent.%d" % row, name="Queue %d" % row, in_calls_waiting=str(row))
    return values.get(stat_name, "")


# Two lists beside each other, in rows of one line.
LAYOUT = """
title = "Contact centre"
pages = ( { title = "Overview"  rows = (
    { height = "36%"  panels = ( { name = "now"  type = "totals"  title = "Now"
        tiles = ( { stat = "in_calls_waiting"  label = "Waiting" }, { stat = "agents_ready"  label = "Agents ready" } ) } ) },
    { panels = (
        { name = "queues"  type = "service_grid"  title = "Queues"  size = 1  sort = "in_calls_waiting desc"
          columns = ( { stat = "name"  width = 20 }, "in_calls_waiting", "in_max_wait_time", "service_level" ) },
        { name = "agents"  type = "agent_grid"  title = "Agents"  size = 1  filter = "acd_state NE ''"
          sort = "state_duration desc"  columns = ( { stat = "first_last_name"  width = 20 },
              { stat = "acd_state"  priority = 90 }, { stat = "state_duration"  priority = 80 }, { stat = "reason"  priority = 60 } ) }
    ) } ) } )
"""


def start(server, folder, *more, env=None):
    return harness.Terminal([harness.CXWALL, "-i", "0.3", "-l", folder.write("keys.conf", LAYOUT), *more,
                             *harness.options(server)], env or folder.environment())


def actions(env, *more):
    done = subprocess.run([harness.CXWALL, "list", "actions", "--format", "json", *more], env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return json.loads(done.stdout.decode() or "[]"), done.stderr.decode()


def check_three_keys(tap, terminal, server):
    """Who has been in after-call work for longest?"""
    terminal.wait("Marky Mark")
    terminal.keys("f")
    text = terminal.wait(r"State: +0 all")
    tap.check(re.search(r"5 after-call work \(2\)", text), "f asks for a state, and says how many are in each", text)
    terminal.keys("5")
    text = terminal.wait(r"only after-call work")
    rows = [line for line in text.splitlines() if re.search(r"Ana Bell|Liza Smith|Marky Mark|Joe Doe", line)]
    tap.check(len(rows) == 2 and all("ACW" in row for row in rows), "two keys leave those in that state", text)
    tap.check(re.search(r"(?s)Ana Bell[^\n]*7:[0-9]+.*Liza Smith", text), "the longest is on top", text)
    grids = [grid for app in server.subscription.values() for grid in app.get("agent_grids", [])]
    tap.check("state_duration" in str(grids[0]) and re.search("(?i)desc", str(grids[0])),
              "for that is the order that is asked for", grids)
    terminal.keys("Escape")
    terminal.wait("Marky Mark")


def check_search(tap, terminal):
    terminal.keys("/", "a", "l", "l", "e", "n", "Enter")
    text = terminal.wait(r"filter: allen")
    tap.check("Allen Fawcett" in text and "Ana Bell" not in text, "/ leaves the rows with the text", text)
    terminal.keys("Escape")
    terminal.wait("Ana Bell")
    terminal.keys("n")
    text = terminal.wait(r"▸Allen")
    tap.check(re.search(r"▸Allen", text) and "Ana Bell" in text, "after Esc, n goes to it among all", text)


def check_expressions(tap, terminal):
    """Who is shown by an expression, by what is not one, and by its opposite."""
    def shown(text):
        return [name for name, _, _ in AGENTS if re.search(r"[│▸ ]%s " % name, text)]

    for typed, wanted in (("^m.*k$|bell$", ["Marky Mark", "Ana Bell"]), ("!^m.*k$|bell$", ["Joe Doe", "Liza Smith", "Allen Fawcett"]),
                          ("!smith", ["Marky Mark", "Joe Doe", "Ana Bell", "Allen Fawcett"]), ("an+a|doe", ["Joe Doe", "Ana Bell"])):
        terminal.keys("/", typed, "Enter")
        text = terminal.wait(r" filter: %s ✕ " % re.escape(typed))
        tap.check(sorted(shown(text)) == sorted(wanted), "%s shows %s" % (typed, ", ".join(wanted)), text)
        terminal.keys("Escape")
        harness.wait_for(lambda: "filter:" not in terminal.text())
    terminal.keys("/", "ana(")
    text = terminal.wait(r"All rows are shown: \( without \)")
    tap.check("All rows are shown: ( without )." in text and len(shown(text)) == 5, "a bad one hides nothing and says why", text)
    terminal.keys("Enter")
    text = terminal.wait("bad filter: ana")
    tap.check(" bad filter: ana( ✕ " in text and len(shown(text)) == 5, "also when it is kept", text)
    terminal.keys("Escape")
    harness.wait_for(lambda: "filter:" not in terminal.text())


def check_search_everywhere(tap, terminal):
    """\\ goes to whoever has it, in whatever list."""
    terminal.keys("\\", "li")
    text = terminal.wait(r"Search: li_ .*\d of \d")
    tap.check(re.search(r"Search: li_ +1 of 1: Liza Smith", text) and "▸Liza Smith" in text, "\\ selects while one types", text)
    terminal.keys("BSpace", "BSpace", "^queue [0-9]", "Enter")
    text = terminal.wait(r"1 of \d+: Queue 0")
    total = int(re.search(r"1 of (\d+): Queue 0", text).group(1))
    tap.check("▸Queue 0" in text, "in another list", text)
    terminal.keys("n", "n")
    text = terminal.wait("▸Queue 2")
    tap.check("3 of %d: Queue 2" % total in terminal.wait("3 of"), "n goes on", text)
    terminal.keys("N", "N", "N")
    text = terminal.wait(r"%d of %d: " % (total, total))
    tap.check("▸Queue %d" % (total - 1) in text, "N goes back, all the way round", text)
    terminal.keys("Escape")
    harness.wait_for(lambda: "▸Queue" not in terminal.text())


# All of the page: a busy terminal shows the parts of a frame one after the other.
HELP = r"(?s)─ Keys ─.*show or hide.*Esc closes"


def help_rows(text):
    """The rows of the help page in a window of 120 columns: (keys, words)."""
    lines = text.splitlines()
    top = next(i for i, line in enumerate(lines) if "─ Keys ─" in line)
    bottom = next(i for i, line in enumerate(lines) if "Esc closes" in line)
    left, right = lines[top].index("╭─ Keys"), lines[top].rindex("╮")
    width = (right - left - 2) // 3
    rows = []
    for column in range(3):
        for line in lines[top + 1:bottom]:
            cell = line[left + 2 + column * width:left + 1 + (column + 1) * width]
            if cell[:12].strip() and cell[12:].strip():
                rows.append((cell[:12].split(), cell[12:].strip()))
    return rows


def check_help(tap, terminal, env):
    """Each action is on the page, and each row of it is an action, or two."""
    terminal.keys("?")
    text = terminal.wait(HELP)
    rows = help_rows(text)
    listed = [action for action in actions(env)[0] if not action["help"].startswith("replay: ")]

    def is_about(row, action):
        return all(word.rstrip(",") in row[1].replace(",", "").split() for word in action["help"].replace(",", "").split())

    for action in listed:
        keys = action["keys"].split()
        found = [row for row in rows if is_about(row, action) and
                 (keys[0] in row[0] or len(keys[0]) > 8 or row[0] == [keys[0] + "-" + keys[-1]])]
        tap.check(len(found) == 1, "the help page has %s once" % action["name"], "%s\n%s" % (found, text))
    for keys, words in rows:
        for key in keys:
            owners = [action for action in listed if key in action["keys"].split() and is_about((keys, words), action)]
            tap.check(len(owners) == 1 or key == "1-9", "%s on the help page is a key of what it says" % key, words)
    tap.check("replay" not in text.lower(), "without the keys of a replay", text)
    terminal.keys("/", "theme")
    text = terminal.wait(r"(?s)filter: theme_.*next colour theme.*Esc closes")
    tap.same([words for _, words in help_rows(text)][1:], ["next colour theme"], "/ filters it")
    terminal.keys("Enter", "Escape")
    tap.check("quit" in terminal.wait("quit the|show or hide"), "Esc shows all of it again")
    terminal.keys("?")
    tap.check("show or hide" not in terminal.wait("Marky Mark"), "and ? takes it away")


def check_write(tap, terminal, folder):
    state = os.path.join(folder.path, ".local", "state", "cxwall")
    terminal.keys("w")
    text = terminal.wait(r"Page saved: .*txt")
    files = [name for name in os.listdir(state) if name.startswith("page-")]
    tap.check("Page saved:" in text and len(files) == 1, "w writes the page and says where", text)
    path = os.path.join(state, files[0])
    with open(path) as file:
        page = file.read()
    tap.check("Marky Mark" in page and "╭ Agents" in page and "\033" not in page, "the file has the page", page)
    tap.same(stat.S_IMODE(os.stat(path).st_mode), 0o600, "only its owner can read it")
    tap.check(re.match(r"page-20\d\d-\d\d-\d\d-\d{6}\.txt$", files[0]), "its name has the time", files[0])
    victim = os.path.join(folder.path, "victim")
    for later in range(-1, 9):
        name = time.strftime("page-%Y-%m-%d-%H%M%S.txt", time.gmtime(time.time() + later))
        if not os.path.lexists(os.path.join(state, name)):
            os.symlink(victim, os.path.join(state, name))
    terminal.keys("w")
    told = terminal.shows(r"Page saved: .*-2\.txt")
    written = [name for name in os.listdir(state) if name.endswith("-2.txt")]
    tap.check(len(written) == 1 and not os.path.exists(victim), "a link in the way is not followed", os.listdir(state))
    gone = harness.wait_for(lambda: "Page saved:" not in terminal.text(), 20)
    tap.check(told and gone, "the notice comes, and goes by itself")


def check_mouse(tap, server, folder):
    terminal = start(server, folder, "--mouse")
    text = terminal.wait("Joe Doe")
    lines = text.splitlines()
    row = next(i for i, line in enumerate(lines) if "Joe Doe" in line)
    column = lines[row].index("Joe Doe")
    press = "\033[M" + chr(32) + chr(33 + column) + chr(33 + row)
    terminal.tmux("send-keys", "-l", press)
    text = terminal.wait("▸Joe Doe")
    tap.check("▸Joe Doe" in text, "--mouse: a click selects the row", text)
    tap.same(terminal.quit(), 0, "and q ends it")


def check_no_mouse(tap, server, folder):
    for options, wanted in (((), False), (("--mouse",), True)):
        pty = harness.Pty([harness.CXWALL, *options, *harness.options(server)], folder.environment())
        pty.wait_output(b"Marky")
        tap.same(b"\033[?1000h" in pty.output or b"\033[?1006;1000h" in pty.output, wanted,
                 "the terminal is %sasked for the mouse with %r" % ("" if wanted else "not ", options))
        pty.send(b"q")
        tap.same(pty.end(), 0, "q ends it")
        pty.close()
        if wanted:
            tap.check(re.search(rb"\033\[\?(1006;)?1000l", pty.output), "and relieved of it at the end")


def check_own_keys(tap, server, folder):
    path = folder.write("own.conf", 'keys = { quit = "Q"  help = ["F2", "n"] }\n')
    env = folder.environment(CXWALL_CONFIG=path)
    shown = {a["name"]: a["keys"] for a in actions(env)[0]}
    tap.same((shown["quit"], shown["help"], shown["next-match"]), ("Q", "F2 n", ""), "list actions shows the real keys")
    terminal = start(server, folder, env=env)
    terminal.wait("Marky Mark")
    terminal.keys("F2")
    rows = help_rows(terminal.wait(HELP))
    tap.check((["Q"], "quit") in rows and (["F2", "n"], "show or hide this page") in rows and (["N"], "next, previous match") in rows,
              "and so does the help page", rows)
    terminal.keys("F2")
    text = terminal.wait("Marky Mark")
    tap.check(re.search(r"Q quit", text) and "q quit" not in text, "so does the line at the bottom", text)
    terminal.keys("q", "n")
    text = terminal.wait("next, previous row")
    tap.check(re.search(r"F2 n +show or hide", text), "so does the help; q does nothing", text)
    terminal.keys("Q")
    tap.same(terminal.status(), 0, "and Q ends it")
    terminal.close()


def check_bad_keys(tap, folder):
    for line, wanted in (('keys = { quitt = "Q" }', r"bad.conf:2: unknown action 'quitt' \(did you mean 'quit'\?\)"),
                         ('keys = { quit = "Entr" }', r"bad.conf:2: unknown key 'Entr' \(did you mean 'Enter'\?\)"),
                         ('keys = { quit = "qq" }', r"bad.conf:2: unknown key 'qq': a character, or a name"),
                         ('keys = { quit = "x"\n help = "x" }', r"bad.conf:3: x is already the key of quit"),
                         ('keys = { quit = "Ctrl-C" }', r"bad.conf:2: Ctrl-C is a signal"),
                         ('keys = { quit = 5 }', r"bad.conf:2: a key is a text"),
                         ('keys = "q"', r"bad.conf:2: keys must be a group")):
        path = folder.write("bad.conf", "# a comment\n" + line + "\n")
        shown, errors = actions(folder.environment(CXWALL_CONFIG=path))
        tap.check(shown == [] and re.search(wanted, errors), "refused: " + line.replace("\n", " "), errors)


def check_kiosk(tap, server, folder):
    terminal = start(server, folder, "--kiosk")
    text = terminal.wait("Marky Mark")
    tap.check("? help" not in text, "a kiosk has no line of keys", text)
    for keys in (("q",), ("?",), ("C-c",), ("C-z",), ("C-\\",), ("f", "5"), ("Escape",)):
        terminal.keys(*keys)
    polls = server.polls
    harness.wait_for(lambda: server.polls > polls + 2)
    text = terminal.text()
    tap.check(terminal.pid() is not None and "Marky Mark" in text and "show or hide" not in text,
              "and no key does anything", text)
    os.kill(terminal.pid(), signal.SIGTERM)
    tap.same(terminal.status(), 128 + signal.SIGTERM, "a signal ends it")
    terminal.close()
    path = folder.write("kiosk.conf", "kiosk = true\nkiosk_quit = true\n")
    terminal = start(server, folder, env=folder.environment(CXWALL_CONFIG=path))
    terminal.wait("Marky Mark")
    terminal.keys("?", "q")
    tap.same(terminal.status(), 0, "where it is allowed, q ends it")
    terminal.close()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.cell = cell
    server.rows = len(AGENTS)
    env = folder.environment()
    terminal = start(server, folder)
    check_three_keys(tap, terminal, server)
    check_search(tap, terminal)
    check_expressions(tap, terminal)
    check_search_everywhere(tap, terminal)
    check_help(tap, terminal, env)
    check_write(tap, terminal, folder)
    tap.same(terminal.quit(), 0, "q ends it")
    check_mouse(tap, server, folder)
    check_no_mouse(tap, server, folder)
    check_own_keys(tap, server, folder)
    check_bad_keys(tap, folder)
    check_kiosk(tap, server, folder)
    folder.remove()
    tap.done()


main()
