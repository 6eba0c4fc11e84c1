"""The card of a row in a real terminal: its values are the server's, it follows its row and outlives it; meanings; the clipboard."""

import base64
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
interval = 1
pages = (
  { title = "Agents" rows = ( { panels = (
    { name = "agents" type = "agent_grid" sort = "first_last_name" filter = "acd_state NE 'nothing'"
      columns = ( { stat = "first_last_name" width = 20 }, "acd_state", { stat = "state_duration" warn = "> 10m" }, "reason" ) },
    { name = "queues" type = "service_grid" columns = ( "name", { stat = "in_calls_waiting" warn = "> 5" alert = "> 10" } ) } ) } ) },
  { title = "More" rows = ( { panels = (
    { name = "more" type = "agent_grid" columns = ( "first_last_name", "team_name", "extension", "in_calls_handled_per_day" ) },
    { name = "sellers" type = "agent_grid" services = ["Sales"] columns = ( "first_last_name", "acd_state" ) },
    { name = "calls" type = "service_grid" columns = ( "name", "service_level", "in_calls_received_per_day" ) } ) } ) }
)
"""


class Centre:
    """Rows that a test changes; what is not said is blank."""

    def __init__(self, server):
        self.agents = {"ana.bell": {"first_last_name": "Ana Bell", "acd_state": "not_ready", "state_duration": "605",
                                    "reason": "Lunch", "team_name": "Leads", "extension": "4711", "in_calls_handled_per_day": "23"},
                       "bo.chen": {"first_last_name": "Bo Chen", "acd_state": "ready", "state_duration": "5"}}
        self.services = {"Sales": {"in_calls_waiting": "12", "service_level": "81.5", "in_calls_received_per_day": "230"}}
        self.server = server
        server.cell = self.cell
        server.rows = len(self.agents)

    def cell(self, panel, stat, row):
        agents = panel.endswith(("agents", "more", "sellers"))
        rows = list((self.agents if agents else self.services).items())
        if row >= len(rows):
            return "" if stat not in ("login_id", "name") else "nobody.%d" % row
        key, values = rows[row]
        return key if stat in ("login_id", "name") else values.get(stat, "")

    def leave(self, login):
        self.server.rows -= 1
        return self.agents.pop(login)

    def come(self, login, values):
        self.agents = {login: values, **self.agents}
        self.server.rows += 1


def check_agent(tap, terminal, centre):
    terminal.wait("Ana Bell")
    terminal.keys("g", "Enter")
    # What both panels know of her.
    text = terminal.wait("(?s)Lunch, since.*Team +Leads")
    tap.check(re.search("╭─ Ana Bell ─", text), "Enter opens the card", text)
    for label, value in (("Team", "Leads"), ("Extension", "4711"), ("IN handled today", "23")):
        tap.check(re.search("%s +%s\\b" % (label, value), text), "the card has %s" % label, text)
    tap.check(re.search("warning > 10:00 +past the warning +!", text), "its limit is passed", text)
    tap.check(re.search("10 s not ready", text), "her states begin with the wall", text)
    tap.check("ana.bell" not in text, "her login is on no screen", text)
    centre.agents["ana.bell"].update(team_name="Sales", state_duration="9", reason="Training")
    text = terminal.wait("(?s)Training, since.*Team +Sales")
    tap.check(re.search("(?s)Training, since.*Team +Sales.*within", text), "an answer changes it", text)
    gone = centre.leave("ana.bell")
    text = terminal.wait("No longer in the list")
    tap.check(re.search("(?s)╭─ Ana Bell.*No longer in the list. These are its last values, [0-9]+ s old.*Team +Sales", text),
              "a row that went away keeps its last values", text)
    centre.come("ana.bell", gone)
    tap.check(harness.wait_for(lambda: "No longer" not in terminal.text() and "Ana Bell" in terminal.text()), "it comes back",
              terminal.text())
    terminal.keys("i")
    text = terminal.wait("column 1 of 4 in agents")
    terminal.keys("Right", "Right")
    text = terminal.wait("column 3 of 4 in agents")
    tap.check(re.search("(?s)Time since the agent came into the present state.*warning > 10:00.*state_duration.*Seen:", text),
              "i says what its columns mean", text)
    terminal.keys("Escape")
    tap.check(terminal.shows("╭─ Ana Bell ─"), "and Esc goes back to the card", terminal.text())
    terminal.keys("Enter")
    tap.check(harness.wait_for(lambda: "╭─ Ana Bell ─" not in terminal.text()), "Enter closes it", terminal.text())


def check_service(tap, terminal, centre):
    terminal.keys("Tab", "j", "Enter")
    text = terminal.wait("╭─ Sales ─")
    text = terminal.wait("past the alert")
    tap.check(re.search("warning > 5, alert > 10 +past the alert +!!", text) and re.search("Received today +230", text),
              "a service has its limits and its day", text)
    tap.check(re.search("Free now +Bo Chen *│", text), "and who is ready for it", text)
    centre.services["Sales"]["in_calls_waiting"] = "3"
    tap.check(terminal.shows("warning > 5, alert > 10 +within"), "an answer changes them", terminal.text())
    # A paused wall's card stands still with it.
    terminal.keys("p")
    terminal.wait("PAUSED")
    centre.services["Sales"]["in_calls_waiting"] = "9"
    centre.server.polled(3)
    tap.check(re.search("warning > 5, alert > 10 +within", terminal.text()), "a card stands still while the wall is paused",
              terminal.text())
    terminal.keys("p")
    tap.check(terminal.shows("warning > 5, alert > 10 +past the warning"), "and goes on with it", terminal.text())
    centre.services["Sales"]["in_calls_waiting"] = "3"
    terminal.wait("warning > 5, alert > 10 +within")
    # tmux is asked to take it, as a terminal would.
    terminal.tmux("set", "-s", "set-clipboard", "on")
    terminal.keys("y")
    tap.check(harness.wait_for(lambda: terminal.tmux("show-buffer") == "Sales\nWaiting\t3\nService level\t82 %\nReceived today\t230\n"),
              "y copies the card, through tmux too", repr(terminal.tmux("show-buffer")))
    tap.check(terminal.shows("Copied: Sales"), "and says so", terminal.text())
    terminal.keys("Enter")
    harness.wait_for(lambda: "╭─ Sales ─" not in terminal.text())
    terminal.keys("y")
    tap.check(harness.wait_for(lambda: terminal.tmux("show-buffer") == "Sales\t3"), "and the row",
              repr(terminal.tmux("show-buffer")))


def clipboards(output):
    return [base64.b64decode(part).decode() for part in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", output)]


def check_names(tap, server, folder, path):
    """What hides names hides them on a card and in the clipboard."""
    wall = harness.Pty([harness.CXWALL, "--names", "none", "-l", path, *harness.options(server)], folder.environment(), 120, 40)
    wall.wait_output(rb"not ready")
    wall.send(b"gy")
    tap.check(wall.wait_output(rb"\x1b\]52;c;[^\x07]*\x07"), "a row is copied without names", repr(wall.output[-300:]))
    wall.send(b"\r")
    wall.wait_output(rb"Limits")
    wall.send(b"y")
    tap.check(harness.wait_for(lambda: wall.read(0.05) and len(clipboards(wall.output)) == 2), "and a card")
    texts = "".join(clipboards(wall.output))
    tap.check("not ready" in texts and not re.search("(?i)ana|bell", texts), "and nobody's name is in them", texts)
    tap.check(not re.search(rb"(?i)ana[. ]bell", wall.output), "nor on the screen")
    wall.send(b"q")
    tap.same(wall.end(), 0, "q ends it")


def shown(stat, cell):
    """A value as a wall writes it: times as minutes and seconds."""
    if cell["is"] == "number" and "_time_" in stat:
        return "%d:%02d" % divmod(cell["value"], 60)
    return cell["text"]


def check_simulation(tap, folder):
    """Cards have what a snapshot of the same moment has."""
    sim = subprocess.Popen([harness.CXSIM, "--port", "0", "--until-eof", "--agents", "12", "--ready-after", "0", "--user", "stats.user",
                            "--secret", "the-secret", "--tenant", "my.tenant"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    url = re.search(rb"http://\S+", sim.stdout.readline()).group().decode()
    options = ["--url", url, "--tenant", "my.tenant", "--user", "stats.user", "-l", "agents", "-i", "1"]
    terminal = harness.Terminal([harness.CXWALL, *options], folder.environment(), 120, 40)
    terminal.wait("● live")
    terminal.wait(r"1–\d+ of \d+")
    terminal.keys("j", "j", "j", "Enter")
    text = terminal.wait("States, last hour")
    name = re.search("╭─ ([^─]+?) ─", [line for line in text.splitlines() if "╭─ " in line][-1]).group(1)
    labels = {"team_name": "Team", "extension": "Extension", "in_calls_handled_per_day": "IN handled today",
              "calls_average_handling_time_per_day": "Avg handle time today"}
    said = {}

    def same():
        status, output, _ = harness.run(["snapshot", "--format", "json", *options], folder.environment())
        panels = json.loads(output)["panels"] if status == 0 else []
        panel = next((p for p in panels if p["name"] == "agents"), {"columns": [], "rows": []})
        stats = [column["statistic"] for column in panel["columns"]]
        row = next((dict(zip(stats, r)) for r in panel["rows"] if r[0]["text"] == name), {})
        text = terminal.text()
        said.update(text=text, row=row)
        return row != {} and all(re.search("%s +%s\\b" % (label, re.escape(shown(stat, row[stat]))), text) for stat, label in labels.items())

    try:
        tap.check(harness.wait_for(same, step=0.3), "the card of an agent of a simulation has the values of a snapshot",
                  "%s\n%s\n%s" % (name, said.get("row"), said.get("text")))
        tap.same(terminal.quit(), 0, "q ends it over a card")
    finally:
        terminal.close()
        sim.stdin.close()
        sim.wait()


def main():
    tap = harness.Tap()
    server = harness.Server()
    folder = harness.Folder()
    centre = Centre(server)
    path = folder.write("cards.conf", LAYOUT)
    terminal = harness.Terminal([harness.CXWALL, "-i", "0.2", "-l", path, *harness.options(server)], folder.environment(), 132, 43)
    try:
        check_agent(tap, terminal, centre)
        check_service(tap, terminal, centre)
        tap.same(terminal.quit(), 0, "q ends it")
        check_names(tap, server, folder, path)
        if os.access(harness.CXSIM, os.X_OK):
            check_simulation(tap, folder)
        else:
            tap.skip("a card of a simulation", "cxsim is not built")
    finally:
        terminal.close()
        folder.remove()
    tap.done()


main()
