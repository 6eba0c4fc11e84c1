"""`cxwall layout new`: a layout for one's own services and teams, printed or as a file that was not there before."""

import json
import os
import re
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

# Whoever reads this comment finds it in the copy.
MODEL = """// What the copy is made of.
title = "Model" /* with { a bracket */
pages = ( { rows = ( { panels = (
  { name = "now" type = "totals" title = "Now" tiles = ( "in_calls_waiting" ) }, # totals
  { name = "sales" type = "service_grid"
    services = "Sales"  # its own
    columns = ( "name" ) },
  { name = "agents" type = "agent_grid" columns = ( "first_last_name" ) } ) } ) },
  { rows = ( { panels = ( { name = "open" type = "availability" } ) } ) } )
"""


def make(env, *arguments):
    return harness.run(["layout", "new", *arguments], env)


def lists(text, key):
    return re.findall(r"%s = (\[.*\]|\"[^\"]*\")" % key, text)


def check_printed(tap, folder, env):
    path = folder.write("model.conf", MODEL)
    status, out, err = make(env, "--from", path)
    tap.same((status, err), (0, ""), "a layout is printed")
    tap.check(out.endswith(MODEL) and out.startswith("# Model\n# Made by cxwall "), "... the text as it was, with a head", out)
    status, out, err = make(env, "--from", path, "--services", "S, Cha\"t", "--services", "A\\,B", "--teams", "Team 1", "--title", "Mine")
    tap.same((status, err), (0, ""), "with services, teams and a title")
    tap.same(lists(out, "services"), ['["S", "Cha\\"t", "A,B"]', '"Sales"', '["S", "Cha\\"t", "A,B"]'],
             "services are in totals and availability, and a panel of its own service keeps it")
    tap.same(lists(out, "teams"), ['["Team 1"]'], "teams are in panels of agents")
    tap.check(out.startswith('# Mine: services S, Cha"t, A,B; team Team 1\n') and 'title = "Mine"' in out, "... and the head says so", out)
    out = make(env, "--from", "queues", "--services", "Sales,Support")[1]
    tap.check('title    = "Queues: Sales, Support"' in out and out.startswith("# Queues: services Sales, Support\n"),
              "the title tells that it is not about all", out[:400])
    tap.check('title    = "Queues: 9 services"' in make(env, "--from", "queues", "--services", ",".join("Service %d" % i for i in range(9)))[1],
              "... of many how many")
    out = make(env, "--from", path, "--services", "S,Cha\"t,A\\,B", "--teams", "Team 1", "--title", "Mine")[1]
    for comment in ("// What the copy is made of.", "/* with { a bracket */", "# totals", "# its own"):
        tap.check(comment in out, "the comment '%s' is kept" % comment, out)
    copy = folder.write("copy.conf", out)
    status, again, err = make(env, "--from", copy)
    tap.check(status == 0 and again.endswith(out), "it is read back", again + err)
    default = make(env)[1]
    tap.check("from the layout 'overview' (built in)" in default, "without --from it is the usual layout", default[:300])
    tap.check("from the layout 'night'" in make(env, "-l", "night")[1], "... or that of -l")


def check_files(tap, folder, env):
    mine = os.path.join(folder.path, "cxwall", "layouts", "mine.conf")
    before = os.umask(0o077)
    status, out, err = make(env, "--from", "queues", "--services", "Sales", "--name", "mine")
    os.umask(before)
    tap.same((status, out, err), (0, "Written: ~/cxwall/layouts/mine.conf\nStart it with: cxwall -l mine\n", ""), "a file of one's own")
    tap.same(stat.S_IMODE(os.stat(mine).st_mode), 0o644, "... that others can read and not write")
    tap.same(os.listdir(os.path.dirname(mine)), ["mine.conf"], "... and nothing beside it")
    about = {row["name"]: row["about"] for row in json.loads(harness.run(["list", "layouts", "--format", "json"], env)[1])}
    tap.same(about["mine"], "Queues: service Sales", "list layouts says what it is")
    text = open(mine).read()
    os.symlink(os.path.join(folder.path, "nowhere"), os.path.join(os.path.dirname(mine), "link.conf"))
    for name, why in (("mine", "A layout 'mine' already exists in ~/cxwall/layouts"), ("link", "A layout 'link' already exists"),
                      ("queues", "'queues' is a layout of cxwall itself"), ("a/b", "contains a /"), ("../x", "contains a /"),
                      (".x", "cannot begin with '.'"), ("-x", "cannot begin with '-'"), ("a b", "cannot be typed as one word"),
                      ("a\x1b[2Jb", "cannot be typed as one word"), ("a\nb", "cannot be typed as one word"), ("$(id)", "cannot be typed as one word"),
                      ("x" * 70, "too long")):
        status, out, err = make(env, "--name", name) if not name.startswith("-") else make(env, "--name=" + name)
        tap.check(status == 2 and out == "" and why in err and "\x1b" not in err and err.count("\n") == 1,
                  "--name %r is refused in a sentence" % name, "%d %s%s" % (status, out, err))
    tap.same(open(mine).read(), text, "nothing was overwritten")
    there = folder.write("there.conf", "keep")
    status, out, err = make(env, "--output", there)
    tap.check(status == 1 and "there.conf already exists and is not overwritten" in err, "a file that is there is refused", err)
    tap.same(open(there).read(), "keep", "... and stays")
    status, out, err = make(env, "--output", os.path.join(folder.path, "new", "deep.conf"))
    tap.check(status == 0 and "Start it with: cxwall -l ~/new/deep.conf" in out, "a file elsewhere, with its folder", out + err)
    status, out, err = make(env, "--output", "/proc/no.conf")
    tap.check(status == 1 and "cannot write /proc/no.conf" in err, "a folder that takes no files", err)


def check_mistakes(tap, folder, env):
    open_to_all = folder.write("open.conf", MODEL + 'alerts = ( { name = "a" when = "now.in_calls_waiting > 1" command = "/bin/true" } )\n')
    os.chmod(open_to_all, 0o666)
    for arguments, why in (
            (("--from", "quues"), "there is no layout 'quues' (did you mean 'queues'?)"),
            (("--from", folder.write("bad.conf", "pages = (")), "bad.conf:1: "),
            (("--from", open_to_all), "others can write"),
            (("--services", "A,,B"), "services: a name is missing in 'A,,B'"), (("--services", "A", "--services", "B,A"), "services: 'A' is named twice"),
            (("--services", ",".join("s%d" % i for i in range(65))), "services: more than 64 names"),
            (("--from", "queues", "--teams", "A"), "No panel of the layout 'queues' is limited by teams"),
            (("--name", "x", "--output", "y"), "Use either --name or --output"), (("--service", "A"), "'layout' does not take --service"),
            (("old",), "unexpected argument 'old'")):
        status, out, err = make(env, *arguments)
        tap.check(status == 2 and out == "" and why in err, "%s is refused" % " ".join(arguments)[:60], "%d %s%s" % (status, out, err))
    tap.check("layout needs a word: cxwall layout new" in harness.run(["layout"], env)[2], "a word is missing")


def check_subscription(tap, folder, env):
    """The wall of it asks for these services and no others."""
    server = harness.Server()
    make(env, "--from", "queues", "--services", "Sales", "--name", "sold")
    status, out, err = harness.run(["snapshot", "-l", "sold", *harness.options(server)], env)
    tap.check(status == 0, "the new layout runs", err + out)
    asked = json.dumps(json.loads(server.find("POST", "/statsapi/subscription")[0]["body"]))
    ids = {service["name"]: service["id"] for service in server.services}
    tap.check(asked.count(ids["Sales"]) == 2 and ids["1"] not in asked, "... and asks for its service alone, in both panels", asked)
    server.shutdown()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    env = folder.environment()
    check_printed(tap, folder, env)
    check_files(tap, folder, env)
    check_mistakes(tap, folder, env)
    check_subscription(tap, folder, env)
    folder.remove()
    tap.done()


main()
