"""First help and the shells: `doctor`, `list`, and completions that are run by the shells that are there."""

import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
pages = ( { rows = ( { panels = (
  { name = "now" type = "totals" tiles = ( "in_calls_waiting", "no_such_statistic" ) },
  { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting", "service_level" ) },
  { name = "agents" type = "agent_grid" teams = ["Nobody"] columns = ( "first_last_name" ) } ) } ) } )
"""

DIRECTORY = [{"extension": "1000", "loginId": "ana.li", "firstName": "Ana", "lastName": 'Li, "X"',
              "external": "16505555555", "voiceMail": True, "greeting": False},
             {"extension": "1001", "loginId": "bo", "firstName": "Bo", "lastName": "Ek\u001b[2J"}]
CAMPAIGNS = [{"name": "Autumn", "state": "RUNNING", "lists": ["a.csv", "b.csv"]}, {"name": "None", "state": "STOPPED", "lists": []}]


def refuse(server):
    """A server that does not know a statistic, and says so as the collection does."""
    good = server.create

    def create(handler, request):
        if b"no_such_statistic" in request["body"]:
            handler.answer(400, b"bad statistic: no_such_statistic", "text/plain")
        else:
            good(handler, request)
    server.table[("POST", "/statsapi/subscription")] = create


def check_doctor(tap, server, folder):
    path = folder.write("test.conf", LAYOUT)
    server.cell = lambda panel, stat, row: {"name": "Q%d" % row, "in_calls_waiting": "1"}.get(stat, "")
    refuse(server)
    status, out, err = harness.run(["doctor", "-l", path, "--proxy", "http://me:hidden-word@127.0.0.1:1",
                                    *harness.options(server)], folder.environment())
    tap.check("***@127.0.0.1:1" in out and "hidden-word" not in out + err, "doctor does not tell a proxy's password", out)
    for line in out.splitlines():
        tap.check(re.match(r"^(fine  |note  |wrong |look  |value )", line), "doctor: " + line)
    for what, pattern in (
            ("the locale", r"fine +locale: .*UTF-8"), ("a value and its origin", r"value +tenant +example.* \(option\)"),
            ("where the secret comes from", r"fine +secret: from CXWALL_SECRET"), ("the token", r"fine +token: 'stats.user'"),
            ("teams", r"fine +teams: 1, Customer Service"), ("services", r"fine +services: 2, Sales, 1"),
            ("the subscription", r"fine +subscription: one is free"),
            ("a statistic that cxwall does not know", r"note +.*test.conf:3: 'no_such_statistic' is not a statistic that cxwall knows"),
            ("a statistic that the server refuses", r"wrong +panel 'now': .*no_such_statistic"),
            ("a column that is blank", r"note +panel 'queues': the server left 'service_level' blank"),
            ("a team that is not there", r"wrong +panel 'agents': .*Nobody")):
        tap.check(re.search("(?m)^" + pattern, out), "doctor tells " + what, out + err)
    tap.check("the-secret" not in out + err, "doctor does not tell the secret")
    tap.same(status, 4, "its status is that of what is wrong")
    tap.same(server.subscription, None, "no subscription is left")


def check_foreign(tap, server, folder):
    """Another client's live subscription: said, never stolen, unless --take-over."""
    state = {"foreign": True}
    create, data, delete = server.create, server.data, server.delete
    server.table[("POST", "/statsapi/subscription")] = \
        lambda h, r: h.answer(409, b"limit", "text/plain") if state["foreign"] else create(h, r)
    server.table[("GET", "/statsapi/subscription/data")] = \
        lambda h, r: h.answer(200, {"other/x": {"stats_totals": {"a": "1"}}}) if state["foreign"] else data(h, r)

    def deleted(handler, request):
        state["foreign"] = False
        delete(handler, request)
    server.table[("DELETE", "/statsapi/subscription/active")] = deleted
    arguments = ["doctor", "-l", "overview", *harness.options(server)]
    status, out, err = harness.run(arguments, folder.environment())
    tap.check(status == 5 and re.search(r"(?m)^wrong +subscription: another client", out), "doctor: the login is in use", out)
    tap.check(state["foreign"], "... and was not stolen")
    status, out, err = harness.run([*arguments, "--take-over"], folder.environment())
    tap.check(not state["foreign"] and "one is free" in out, "--take-over takes it", out + err)
    for command in (["snapshot"], ["metrics"]):
        status, out, err = harness.run([*command, "--take-over", *harness.options(server)], folder.environment())
        tap.check((status, out) == (2, "") and "--take-over" in err, "%s never takes it" % command[0], out + err)


def check_order(tap, folder):
    for arguments, wanted in ((("-l", "queues", "snapshot"), "the command must come before the options: cxwall snapshot [OPTION ...]"),
                              (("-l", "queues", "nothing"), "'run' takes no 'nothing'"), (("run", "list"), "'run' takes no 'list'")):
        status, out, err = harness.run(list(arguments), folder.environment())
        tap.same((status, out, err), (2, "", "cxwall: %s\n" % wanted), "cxwall %s" % " ".join(arguments))


def check_lists(tap, server, folder):
    server.table[("GET", "/configapi/v2/phone/user")] = lambda h, r: h.answer(200, DIRECTORY)
    server.table[("GET", "/configapi/v2/campaign/getAll/")] = lambda h, r: h.answer(200, CAMPAIGNS)

    def run(*arguments):
        status, out, err = harness.run(["list", *arguments, *harness.options(server)], folder.environment())
        tap.check(status == 0 and err == "", "list %s ends with 0" % " ".join(arguments), (status, out, err))
        return out
    rows = json.loads(run("directory", "--format", "json"))
    tap.same(rows[0], {"extension": "1000", "login_id": "ana.li", "first_name": "Ana", "last_name": DIRECTORY[0]["lastName"],
                       "external": "16505555555"}, "directory: who has which extension")
    tap.check("\x1b" not in run("directory"), "directory: scrubbed")
    hidden = run("directory", "--names", "none")
    tap.check(not any(word in hidden for word in ("ana", "Ana", "Li", "1000")), "directory: names are hidden", hidden)
    tap.same(json.loads(run("campaigns", "--format", "json")), [
        {"name": "Autumn", "state": "RUNNING", "lists": "a.csv, b.csv"}, {"name": "None", "state": "STOPPED", "lists": ""}],
        "campaigns")
    tap.check(re.search(r"(?m)^Autumn +RUNNING +a.csv, b.csv$", run("campaigns")), "campaigns as text")
    tap.same(run("teams", "--format", "csv"), "id,name\r\n%(id)s,%(name)s\r\n" % server.teams[0], "teams as CSV")
    run("dispositions", "--agent-can-select", "--inbound", "--outbound", "--preview")
    tap.check(any(line.endswith("?agentCanSelect=1&inbound=1&outbound=1&preview=1") for line in server.lines()),
              "dispositions: the API's four filters", server.lines())
    statistics = json.loads(run("statistics", "--format", "json"))
    tap.same({row["evidence"] for row in statistics}, {"published", "observed", "assumed"}, "statistics: how sure we are")


def check_bash(tap, script, environment):
    tap.same(subprocess.run(["bash", "-n", script], env=environment).returncode, 0, "bash reads the script")
    for line, wanted in (("cxwall sn", "snapshot"), ("cxwall list dir", "directory"), ("cxwall --pri", "--print-config"),
                         ("cxwall snapshot --format c", "csv"), ("cxwall check --cr", "--critical"),
                         ("cxwall follow --warn", ""), ("cxwall snapshot --theme saf", "safe"), ("cxwall -l /etc/hostn", "/etc/hostname")):
        words = line.split()
        run = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _cxwall; echo "${COMPREPLY[*]}"'
        out = subprocess.run(["bash", "-c", run, "x", script, *words], stdout=subprocess.PIPE, env=environment).stdout.decode()
        tap.same(out.strip(), wanted, "bash completes: " + line)


def check_fish(tap, script, environment):
    for line, wanted in (("cxwall sn", "snapshot"), ("cxwall list dir", "directory"), ("cxwall check --cr", "--critical"),
                         ("cxwall snapshot --format c", "csv")):
        out = subprocess.run(["fish", "-N", "-c", 'source $argv[1]; complete -C "$argv[2]"', script, line],
                             stdout=subprocess.PIPE, env=environment).stdout.decode()
        tap.same(out.split("\t")[0].strip(), wanted, "fish completes: " + line)


def check_completions(tap, folder):
    for shell in ("bash", "zsh", "fish"):
        status, out, err = harness.run(["completion", shell], folder.environment())
        tap.check(status == 0 and err == "" and out, "completion " + shell)
        script = folder.write("completion." + shell, out)
        if not shutil.which(shell):
            tap.skip(shell + " reads the script", "it is not installed")
            continue
        if shell == "bash":
            check_bash(tap, script, folder.environment())
        else:
            tap.same(subprocess.run([shell, "-n", script], env=folder.environment()).returncode, 0, shell + " reads the script")
        if shell == "fish":
            check_fish(tap, script, folder.environment())


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_doctor(tap, harness.Server(), folder)
    check_foreign(tap, harness.Server(), folder)
    check_order(tap, folder)
    check_lists(tap, harness.Server(), folder)
    check_completions(tap, folder)
    folder.remove()
    tap.done()


main()
