"""Services and teams that are chosen on a running wall, what is asked for then, and the layout that is written of it."""

import json
import os
import re
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """# Of this test.
title = "Chosen"
pages = ( { title = "All" rows = (
  { panels = ( { name = "now" type = "totals" digits = 1 tiles = ( "in_calls_waiting" ) } ) },
  { panels = ( { name = "queues" type = "service_grid" size = 1 columns = ( "name", "in_calls_waiting" ) },
               { name = "agents" type = "agent_grid" columns = ( "first_last_name", "team_name" ) } ) } ) },
  { title = "Other" rows = ( { panels = ( { name = "open" type = "availability" } ) } ) },
  { title = "Clock" rows = ( { panels = ( { name = "time" type = "clock" digits = 1 } ) } ) } )
"""

NAMES = ["Billing", "Chat", "Deliveries", "Sales", "Support"]


def ids(server, name):
    return next(s["id"] for s in server.services + server.teams if s["name"] == name)


def asked(server, panel):
    """The part of the subscription that is of a panel."""
    body = server.subscription or {}
    return json.dumps([part for app, part in body.items() if app.endswith("/" + panel)])


def wait_asked(server, panel, wanted):
    return harness.wait_for(lambda: wanted(asked(server, panel)))


def check_list(tap, terminal):
    terminal.keys("S")
    text = terminal.wait("5 of 5: all")
    tap.check(all("[x] " + name in text for name in NAMES), "S lists the services, all checked", text)
    terminal.keys("n", "Enter")
    tap.check(terminal.shows("Check at least one"), "none is refused in words", terminal.text())
    terminal.keys("Escape")
    text = terminal.wait("(?s)\\A(?!.*of this page).*live")
    tap.check(" of 5 services" not in text, "Esc changes nothing", text)


def check_choice(tap, server, terminal):
    posts = len(server.find("POST", "/statsapi/subscription"))
    terminal.keys("S")
    terminal.wait("5 of 5")
    terminal.keys("n", "Space", "/", "sal", "Enter", "Space", "Enter")
    text = terminal.wait("2 of 5 services")
    tap.check("2 of 5 services" in text, "the first line says that the page is limited", text)
    both = [ids(server, "Billing"), ids(server, "Sales")]
    for panel in ("now", "queues"):
        tap.check(wait_asked(server, panel, lambda text: all(i in text for i in both)) and
                  not any(ids(server, name) in asked(server, panel) for name in ("Chat", "Deliveries", "Support")),
                  "panel '%s' asks for the two alone" % panel, asked(server, panel))
    tap.check(not any(i in asked(server, "agents") for i in both), "the panel of agents does not", asked(server, "agents"))
    tap.check(len(server.find("POST", "/statsapi/subscription")) == posts + 1, "it is asked for once", server.lines())
    terminal.keys("S", "Tab")
    terminal.wait("2 of 2: all")
    terminal.keys("n", "Space", "Enter")
    terminal.wait("2 of 5 services, 1 of 2 teams")
    tap.check(wait_asked(server, "agents", lambda text: ids(server, "Day") in text) and ids(server, "Night") not in asked(server, "agents"),
              "teams are asked for in panels of agents", asked(server, "agents"))
    terminal.keys("]")
    text = terminal.wait(r"\A[^\n]*3 Clock(?![^\n]*of 5 services)")
    tap.check("services" not in text.splitlines()[0], "another page is not limited", text)
    terminal.keys("]", "S")
    tap.check(terminal.shows("No panel of this page is about services or teams"), "a page without them says so", terminal.text())
    terminal.keys("]")
    terminal.wait("2 of 5 services")


def check_write(tap, server, terminal, folder):
    path = os.path.join(folder.path, "cxwall", "layouts", "mine.conf")
    terminal.keys("s", "2", "W", "a/b", "Enter")
    tap.check(terminal.shows("'a/b' contains a /"), "a name that is a path is refused", terminal.text())
    terminal.keys("C-u", "first", "Enter")
    tap.check(terminal.shows("A layout 'first' already exists"), "a layout that is there is not overwritten", terminal.text())
    terminal.keys("C-u", "mine", "Enter")
    text = terminal.wait("Written: ~/cxwall/layouts/mine.conf")
    tap.check("(cxwall -l mine)" in text, "W says where it is and how to start it", text)
    tap.same(stat.S_IMODE(os.stat(path).st_mode), 0o644, "nobody else can write it")
    with open(path) as file:
        written = file.read()
    tap.same(re.findall(r"(?:services|teams|sort) = .*?[\]\"](?= |$)", written, re.M),
             ['services = ["Billing", "Sales"]', 'services = ["Billing", "Sales"]', 'sort = "in_calls_waiting desc"', 'teams = ["Day"]'],
             "services, teams and order are in it")
    tap.check(written.startswith("# Chosen: page 1 services Billing, Sales; team Day\n# Made by cxwall") and "# Of this test." in written,
              "... with what it was made of", written[:400])


def check_undo(tap, server, terminal):
    terminal.keys("U")
    text = terminal.wait("(?s)\\A(?!.*of 5 services).*what its layout says")
    tap.check(wait_asked(server, "queues", lambda text: text != "[]" and ids(server, "Sales") not in text), "U takes it back", asked(server, "queues"))
    terminal.keys("U")
    tap.check(terminal.shows("Nothing was chosen"), "a second time it says so", terminal.text())


def check_written(tap, server, folder, env):
    """The written layout asks for the same, and nothing says that it is a choice."""
    tap.same(harness.run(["run", "--check-config", "-l", "mine", *harness.options(server)], env)[0], 0, "the written layout is valid")
    server.subscription = None
    terminal = harness.Terminal([harness.CXWALL, "-l", "mine", *harness.options(server, "-i", "1")], env)
    text = terminal.wait("Chosen.*live")
    tap.check(wait_asked(server, "queues", lambda text: ids(server, "Sales") in text) and ids(server, "Chat") not in asked(server, "queues") and
              ids(server, "Day") in asked(server, "agents"), "the written layout asks for the same", asked(server, "queues"))
    tap.check("of 5 services" not in text, "it is not a choice any more", text)
    terminal.keys("S")
    text = terminal.wait("2 of 5")
    tap.check("[x] Billing" in text and "[ ] Chat" in text, "S begins with what the layout names", text)
    terminal.keys("a", "Enter")
    tap.check(wait_asked(server, "queues", lambda text: text != "[]" and ids(server, "Sales") not in text) and terminal.shows("all services"),
              "all of them can be chosen all the same", terminal.text())
    tap.same(terminal.quit(), 0, "the wall ends")


def check_window(tap, server, env):
    """A second window reads from the first one, and chooses all the same."""
    server.subscription = None
    first = harness.Terminal([harness.CXWALL, "-l", "queues", *harness.options(server, "-i", "1")], env)
    first.wait("Queues.*live")
    second = harness.Terminal([harness.CXWALL, "-l", "first", *harness.options(server, "-i", "1")], env)
    second.wait("Chosen.*live")
    status, out, err = harness.run(["layout", "new", "--from", "first", "--services", "Sales,Suport", "--teams", "Day", *harness.options(server)], env)
    tap.check(status == 0 and out.startswith("# Chosen") and err == "cxwall: Your running wall does not know the service 'Suport' (did you mean 'Support'?).\n",
              "layout new tells a name that the running wall does not know", "%d %s" % (status, err))
    second.keys("S")
    second.wait("5 of 5: all")
    second.keys("n", "Space", "Tab")
    text = second.wait("2 of 2: all")
    tap.check("[x] Night" in text, "a second window lists services and teams too", text)
    second.keys("n", "Space", "Enter")
    text = second.wait("1 of 5 services, 1 of 2 teams")
    tap.check("U takes the choice back, W writes it" in text, "it is told what can be done with it", text)
    tap.check(harness.wait_for(lambda: ids(server, "Day") in json.dumps(server.subscription)) and ids(server, "Night") not in json.dumps(server.subscription),
              "the one subscription asks for what was chosen", json.dumps(server.subscription))
    tap.check(len({app.split("/")[0] for app in server.subscription}) == 1 and len(server.subscription) > 4, "... with what the first window wants",
              list(server.subscription))
    tap.check("services" not in first.text().splitlines()[0] and "Deliveries" in first.text(), "the first window is not limited", first.text())
    tap.same((second.quit(), first.quit()), (0, 0), "both end")


def check_simulated(tap, folder, env):
    """On the simulated contact centre only the two are seen."""
    if not os.access(harness.CXSIM, os.X_OK):
        tap.skip("a simulated contact centre", "cxsim is not built")
        return
    terminal = harness.Terminal([harness.CXWALL, "demo", "-l", "first", "-i", "1"], env)
    terminal.wait("Support +[0-9]")
    terminal.keys("S")
    terminal.wait("of 6")
    terminal.keys("n", "/", "cha", "Enter", "Space", "/", "C-u", "bil", "Enter", "Space", "Enter")
    text = terminal.wait(r"(?s)\A(?!.*Support).*2 of 6 services.*Billing")
    tap.check("Chat" in text and "Returns" not in text and "Support" not in text, "two services are seen", text)
    terminal.keys("W", "two", "Enter")
    terminal.wait("cxwall -l two")
    tap.same(terminal.quit(), 0, "the demo ends")
    terminal = harness.Terminal([harness.CXWALL, "demo", "-l", "two", "-i", "1"], env)
    text = terminal.wait("Billing +[0-9]")
    tap.check("Chat" in text and "Returns" not in text and "Support" not in text, "... and the written layout shows them", text)
    tap.same(terminal.quit(), 0, "the demo ends")


def main():
    tap = harness.Tap()
    server = harness.Server()
    server.services = [{"id": "E66F7A0C-E464-4656-B4AA-026F53A3D4%02d" % i, "name": name} for i, name in enumerate(NAMES)]
    server.teams = [{"id": "F4ED90FA-5A49-4D76-9487-4E41B24CA4%02d" % i, "name": name} for i, name in enumerate(("Day", "Night"))]
    server.cell = lambda panel, stat, row: {"name": NAMES[row], "in_calls_waiting": str(row), "team_name": "Day"}.get(stat, "Agent %d" % row)
    folder = harness.Folder()
    env = folder.environment()
    os.makedirs(os.path.join(folder.path, "cxwall", "layouts"))
    # The folder of this login session is the same one, and must be nobody else's.
    os.chmod(os.path.join(folder.path, "cxwall"), 0o700)
    folder.write("cxwall/layouts/first.conf", LAYOUT)
    terminal = harness.Terminal([harness.CXWALL, "-l", "first", *harness.options(server, "-i", "1")], env)
    terminal.wait("Chosen.*live")
    check_list(tap, terminal)
    check_choice(tap, server, terminal)
    check_write(tap, server, terminal, folder)
    check_undo(tap, server, terminal)
    tap.same(terminal.quit(), 0, "the wall ends")
    check_written(tap, server, folder, env)
    check_window(tap, server, env)
    check_simulated(tap, folder, env)
    folder.remove()
    tap.done()


main()
