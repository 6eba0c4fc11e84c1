"""Replay: the recorded wall as if live; held, stepped, scrubbed; alerts show and ring, and run nothing; a wall begins where it ended."""

import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
import reader

LAYOUT = """
title = "Replayed"
pages = ( { rows = ( { height = 6 panels = ( { name = "now" type = "totals" digits = 1 tiles = ( { stat = "in_calls_waiting" label = "Poll" } ) },
    { name = "firing" type = "alerts" } ) },
  { panels = ( { name = "agents" type = "agent_grid" size = 1 columns = ( "first_last_name", "acd_state", "state_duration" ) } ) } ) } )
alerts = ( { name = "late" when = "now.in_calls_waiting > 1020" bell = true command = "%s/told" } )
"""

# Another layout: the grid's columns in another order, a panel that nobody recorded.
OTHER = """
title = "Other"
pages = ( { rows = ( { panels = ( { name = "people" type = "agent_grid" columns = ( "acd_state", "first_last_name" ) },
  { name = "more" type = "agent_grid" columns = ( "extension" ) } ) } ) } )
"""


def record(folder, layout, path):
    server = harness.Server()
    server.total = lambda name: str(1000 + server.polls)
    server.cell = lambda panel, name, row: {"first_last_name": "Agent %d" % row, "acd_state": "busy",
                                            "state_duration": "60"}.get(name, "key %d" % row)
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "-i", "0.2", "--record", path, *harness.options(server)],
                                folder.environment())
    harness.wait_for(lambda: server.polls >= 50)
    terminal.quit()
    return server


def shown(terminal):
    """The number of the poll that is on the screen."""
    match = re.search(r"Poll[^\n]*?\s(1\d\d\d)\b", terminal.text()) or re.search(r"\b(10\d\d)\b", terminal.text())
    return int(match.group(1)) if match else None


def bells(terminal):
    return re.sub(rb"\x1b\][^\a]*\a", b"", terminal.output).count(b"\a")


def check_keys(tap, folder, layout, path):
    terminal = harness.Terminal([harness.CXWALL, "replay", path, "-l", layout], folder.environment())
    text = terminal.wait("REPLAY.*x1")
    tap.check(len(re.findall("REPLAY", text)) >= 2, "the first line and the last say REPLAY", text)
    terminal.wait("Poll")
    terminal.keys("p")
    text = terminal.wait("held")
    tap.check(re.search(r"REPLAY +\w\w\w \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  x1  held", text), "p holds", text)
    tap.check("p plays" in text and "p pauses" not in text, "and the last line says what p does now", text)
    before = shown(terminal)
    tap.check(not harness.wait_for(lambda: shown(terminal) != before, 1), "and nothing moves", terminal.text())
    # At once, as a key that is held down sends them.
    terminal.keys("...")
    tap.check(harness.wait_for(lambda: shown(terminal) == before + 3), ". goes on by an answer", "%s %s" % (before, terminal.text()))
    terminal.keys(",")
    tap.check(harness.wait_for(lambda: shown(terminal) == before + 2), ", goes back by one", terminal.text())
    terminal.keys(">")
    text = terminal.wait("at its end")
    tap.check("at its end" in text and harness.wait_for(lambda: (shown(terminal) or 0) >= 1049), "> goes on, to the end at most",
              terminal.text())
    tap.check(re.search(r"!! +late +10\d\d", terminal.text()), "the alert that fired then is there", terminal.text())
    terminal.keys("<")
    tap.check(harness.wait_for(lambda: (shown(terminal) or 9999) <= 1001), "< goes back, to the beginning at most", terminal.text())
    tap.check("no alert" in terminal.wait("no alert"), "and the alert is gone", terminal.text())
    terminal.keys("+")
    terminal.wait("x2")
    terminal.keys("+")
    terminal.wait("x4")
    terminal.keys("p")
    text = terminal.wait("x4   ")
    tap.check("x4" in text and "held" not in text and "p pauses" in text, "faster, and on", text)
    tap.check(harness.wait_for(lambda: (shown(terminal) or 0) >= 1049, 8), "it plays to the end", terminal.text())
    terminal.keys("q")
    tap.same(terminal.status(), 0, "q ends it")
    tap.same(terminal.errors(), "", "nothing on standard error")
    terminal.close()


def check_alerts(tap, folder, layout, path):
    terminal = harness.Pty([harness.CXWALL, "replay", path, "-l", layout, "--speed", "16"], folder.environment())
    tap.check(harness.wait_for(lambda: terminal.read(0.1) and bells(terminal)), "the alert rings in a replay")
    harness.wait_for(lambda: not terminal.read(0.1), 1)
    tap.same(bells(terminal), 1, "once")
    terminal.send(b"q")
    terminal.end()
    terminal.close()
    tap.check(not os.path.exists(os.path.join(folder.path, "ran")), "and runs no command")


def check_other(tap, folder, path):
    other = folder.write("other.conf", OTHER)
    terminal = harness.Terminal([harness.CXWALL, "replay", path, "-l", other], folder.environment())
    text = terminal.wait("Agent 1")
    tap.check(re.search(r"busy +Agent 1", text), "another layout finds its panel by what it asks for", text)
    text = terminal.wait("not in this recording")
    tap.check("not in this recording" in text, "and says which one the recording does not have", text)
    terminal.quit()


def check_at(tap, folder, layout, path):
    records, _ = reader.read(path)
    begins = time.strftime("%H:%M:%S", time.gmtime(next(r.wall_ms for r in records if r.kind == reader.DATA) // 1000 + 5))
    terminal = harness.Terminal([harness.CXWALL, "replay", path, "-l", layout, "--at", begins], folder.environment())
    terminal.wait("REPLAY")
    tap.check(harness.wait_for(lambda: 1018 <= (shown(terminal) or 0) <= 1040), "--at begins there", "%s\n%s" % (begins, terminal.text()))
    terminal.quit()
    for at, word in (("25:00", "time of the day"), ("soon", "time of the day"),
                     (time.strftime("%H:%M", time.gmtime(records[-1].wall_ms // 1000 + 3600)), "ends before")):
        status, out, err = harness.run(["replay", path, "-l", layout, "--at", at], folder.environment())
        tap.check(status == 2 and word in err, "refused: --at " + at, err)


def check_restore(tap, folder, layout, path):
    """A wall that records begins from the last answer, marked as old, when nobody answers."""
    harness.wait_for(lambda: time.time() - reader.read(path)[0][-1].wall_ms / 1000 > 40, 60, 1)
    terminal = harness.Terminal([harness.CXWALL, "-l", layout, "--record", path, "--url", "http://127.0.0.1:1", "--tenant",
                                 "example.cx.onecloud.com", "--user", "x"], folder.environment())
    terminal.wait("Poll")
    text = terminal.wait(r"no data for \d+ (s|min)")
    age = re.search(r"no data for (\d+) (s|min)", text)
    really = time.time() - reader.read(path)[0][-1].wall_ms / 1000
    tap.check(age and really - 20 < int(age.group(1)) * (60 if age.group(2) == "min" else 1) <= really + 20 and "busy" in text, "a wall begins from the last recorded answer, with its age", text)
    terminal.quit()


def check_recorded(tap, folder, layout, path):
    """Without -l: the recorded wall's layout and tenant, whatever this user has configured."""
    folder.write("other.conf", OTHER)
    configuration = folder.write("mine.conf", 'tenant = "mine.example"\nlayout = "%s/other.conf"\n' % folder.path)
    arguments = [harness.CXWALL, "replay", path, "-c", configuration, "--speed", "8"]

    def shows(what, wanted, without, *more, changed=None):
        terminal = harness.Terminal([*arguments, *more], folder.environment())
        text = terminal.wait(wanted)
        tap.check(re.search(wanted, text) and not re.search(without, text), what, text)
        tap.check("example.cx.onecloud.com" in text and "mine.example" not in text, "... with the recorded tenant", text)
        if changed:
            folder.write("cxwall/layouts/" + name, changed)
        terminal.keys("C-r")
        again = "has no file" if "made" in what else "Changed" if changed else "REPLAY"
        seen = terminal.wait(again)
        tap.check(re.search(again, seen), "... and after Ctrl-R", seen)
        terminal.keys("q")
        tap.same((terminal.status(), terminal.errors()), (0, ""), "... to its end")
        terminal.close()

    os.makedirs(folder.path + "/cxwall/layouts", exist_ok=True)
    name = os.path.basename(layout)
    with open(layout) as file:
        folder.write("cxwall/layouts/" + name, file.read())
    shows("the layout of the recorded name, from the user's folder", "Replayed", "Other|not in this",
          changed=(LAYOUT % folder.path).replace("Replayed", "Changed"))
    folder.write("cxwall/layouts/" + name, LAYOUT % folder.path)
    os.chmod(folder.path + "/cxwall/layouts/" + name, 0o666)
    shows("also one that others can write, because no command is run", "Replayed", "Other|others can write")
    folder.write("cxwall/layouts/" + name, OTHER.replace('"acd_state", "first_last_name"', '"extension"'))
    shows("one made of the recording, where that shows nothing of it", "Agent [01]", "Other|not in this")
    os.remove(folder.path + "/cxwall/layouts/" + name)
    shows("one made of the recording, where there is none of that name", "(?s)agents.*Agent 1|Agent 1", "Other|not in this|key ")
    shows("-l names another", "Other", "Replayed", "-l", folder.path + "/other.conf")
    for command, status in ((["backtest", path, "-l"], 0), (["summary", path, "-l"], 0), (["run", "--check-config", "-l"], 2)):
        writable = folder.write("writable.conf", LAYOUT % "/bin", 0o666)
        done, out, err = harness.run([*command, writable, "--tenant", "a.example", "--user", "b"], folder.environment())
        tap.check(done == status and ("others can write" in err) == (status == 2), "%s and a layout that others can write" % command[0],
                  out + err)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    layout = folder.write("test.conf", LAYOUT % folder.path)
    folder.write("told", "#!/bin/sh\ntouch '%s/ran'\n" % folder.path, 0o700)
    path = os.path.join(folder.path, "day")
    record(folder, layout, path)
    tap.check(harness.wait_for(lambda: os.path.exists(os.path.join(folder.path, "ran"))), "live, the alert ran its command")
    os.unlink(os.path.join(folder.path, "ran"))
    check_keys(tap, folder, layout, path)
    check_alerts(tap, folder, layout, path)
    check_other(tap, folder, path)
    check_at(tap, folder, layout, path)
    check_recorded(tap, folder, layout, path)
    check_restore(tap, folder, layout, path)
    folder.remove()
    tap.done()


main()
