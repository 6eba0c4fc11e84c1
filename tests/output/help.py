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
    tap.check("Everything works" not in out, "doctor: not everything works", out)
    *lines, last = out.splitlines()
    for line in lines:
        tap.check(re.match(r"^(fine  |note  |wrong |look  |value )", line), "doctor: " + line)
    tap.check(re.match(r"2 things are wrong\. First: panel 'now': ", last), "the last sentence says what to do first", out)
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


def check_terminal(tap, server, folder):
    """What doctor says of the terminal that it is in."""
    arguments = [harness.CXWALL, "doctor", "-l", "overview", *harness.options(server)]
    for env, columns, wanted, unwanted in (
            ({"TERM": "xterm", "LC_ALL": "C.UTF-8"}, 97,
             (r"fine +terminal: xterm, 97 columns, 31 lines", r"fine +locale: C.UTF-8, UTF-8", r"look +glyphs: \u256d", "colours: \033\\[33m! warning"), "none on this"),
            ({"TERM": "dumb", "LC_ALL": "C"}, 80,
             (r"terminal: dumb, 80 columns", r"note +locale: C is not UTF-8, so frames and marks are ASCII", r"look +glyphs: \+-\|", "colours: none on this terminal"), "\033["),
            ({"TERM": "xterm", "NO_COLOR": "1"}, 80, ("colours: none on this terminal",), "\033["),
            ({"TERM": "xterm"}, 0, (r"note +terminal: xterm, which does not report its size",), "columns")):
        terminal = harness.Pty(arguments, folder.environment(**env), columns=columns, lines=31)
        terminal.end()
        text = re.sub(r"\x1b\[[0-9;]*m((?:fine|note|wrong|look|value) *)\x1b\[0m", r"\1", terminal.output.decode())
        tap.same(("\x1b[32mfine" in terminal.output.decode()), "!!" in text and "\x1b[" in text, "doctor's verdicts are in colour where its sample is")
        tap.check(max(len(re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip()) for line in text.split("\n") if " " in line[7:]) <= 80, "doctor in 80 columns", text)
        text = re.sub(r"\r\n       ", " ", text)
        terminal.close()
        tap.check(all(re.search(pattern, text) for pattern in wanted) and unwanted not in text, "doctor in a terminal: %s" % env, text)
    for color, colored in (("always", True), ("never", False)):
        out = harness.run(arguments[1:] + ["--color", color], folder.environment())[1]
        tap.check(("\033[33m" in out) == colored and "standard output is not a terminal" in out, "doctor without a terminal, --color " + color, out)


ASKED = """
pages = ( { rows = ( { panels = (
  { name = "camps" type = "campaigns" }, { name = "open" type = "availability" services = ["Sales"] },
  { name = "sold" type = "totals" dispositions = ["Product sold", "Prodct sold"] tiles = ( "agents_ready" ) } ) } ) } )
alerts = ( { name = "long" when = "sold.agents_ready > 900" sms = "+15551234567" sms_from = "+16502505674" } )
"""


def check_asks(tap, folder):
    """Doctor asks for all that the layout shows and needs, and tells each failure once."""
    layout = folder.write("asked.conf", ASKED)
    chat = folder.write("chat.conf", 'chat_app_id = "a1"\nchat_client_id = "c1"\n')
    server = harness.Server()
    everything = {
        "/configapi/v2/phone/ext": [{"number": "16505555555", "media": "voice_text", "type": "scenario", "scenario": "Main"}],
        "/configapi/v2/team": [{"name": "Administrators"}, {"name": "Customer Service"}, {"name": "Management"}],
        "/clientweb/api/v2/version": {"server_version": "5.5.6.12345 (Stable)"},
        "/clientweb/api/v2/availability": {"chat": "available", "ewt": "3"}}
    for path, body in everything.items():
        server.table[("GET", path)] = lambda h, r, body=body: h.answer(200, body)

    def doctor(*more, **env):
        return harness.run(["doctor", "-l", layout, "-c", chat, *harness.options(server), *more], folder.environment(**env))
    status, out, err = doctor()
    for pattern in ("note +teams: 1 of 3 are supervised by this login; not seen: Administrators, Management",
                    r"wrong +panel 'sold': there is no disposition 'Prodct sold' \(did you mean 'Product sold'\?\)",
                    r"wrong +alert 'long': sms_from \+16502505674 is not an access number of this contact centre; cxwall list numbers lists them",
                    r"fine +server: version 5.5.6.12345 \(Stable\)", "fine +panel 'open': 1 service, 0 without agents",
                    "fine +panel 'camps': 0 rows", "fine +chat entry: open", "fine +interval: 5 s"):
        tap.check(re.search("(?m)^" + pattern, out), "doctor: " + pattern, out)
    tap.same((status, err), (2, ""), "... and its status says that the layout must be mended")
    mended = ASKED.replace('"Prodct sold"', '"Silence"').replace("16502505674", "16505555555")
    folder.write("asked.conf", mended)
    everything["/configapi/v2/team"][:] = [{"name": "Customer Service"}]
    status, out, err = doctor()
    tap.check("wrong" not in out and out.endswith("Everything works: 2 services, 1 team. Start the wall with: cxwall\n") and (status, err) == (0, ""),
              "with all that right it says so", out + err)
    for wanted in ("dispositions: the server knows those", "teams: all 1 are supervised", "alert 'long': sms_from is an access number"):
        tap.check(re.search("(?m)^fine +" + wanted, out), "fine: " + wanted, out)
    for path, words in (("/configapi/v2/campaign/getAll/", "panel 'camps': "), ("/statsapi/info/check_available_agents", "panel 'open': 1 of 1 services: "),
                        ("/clientweb/api/v2/availability", "chat entry: ")):
        for code in (400, 401, 403, 500, 503):
            good = server.table[("GET", path)]
            server.table[("GET", path)] = lambda h, r, code=code: h.answer(code, b"the reason", "text/plain")
            status, out, err = doctor()
            server.table[("GET", path)] = good
            tap.check(status != 0 and err == "" and len(re.findall("(?m)^wrong +" + words, out)) == 1 and "Everything works" not in out,
                      "doctor: %d for %s is wrong" % (code, path), out + err)
    for path in ("/configapi/v2/phone/ext", "/statsapi/cfg/dispositions"):
        server.table[("GET", path)] = lambda h, r: h.answer(403, b"Forbidden by rule", "text/plain")
        status, out, err = doctor()
        tap.check(re.search(r"(?m)^note +(access numbers|dispositions): not known: .*403.*Forbidden by rule", out), "doctor: 403 for %s is noted with its reason" % path, out)
    for path in ("/configapi/v2/team", "/clientweb/api/v2/version"):
        server.table[("GET", path)] = lambda h, r: h.answer(403, b"no", "text/plain")
    status, out, err = doctor()
    tap.check("supervised by" not in out and "version" not in out and status == 0, "what needs a right that few logins have is silent", out)
    # A secret that cannot be read is told once, with what to do.
    environment = folder.environment()
    del environment["CXWALL_SECRET"]
    for name, text, mode, words in (("nowhere", None, 0, "No such file"), ("open", "x", 0o644, "chmod 600")):
        path = folder.write("secret-" + name, text, mode) if text else folder.path + "/secret-nowhere"
        config = folder.write("secret.conf", 'secret_file = "%s"\n' % path)
        status, out, err = harness.run(["doctor", "-l", layout, "-c", config, *harness.options(server)], environment)
        tap.check(status == 2 and err == "" and out.count(words) == 2 and out.splitlines()[-1].startswith("One thing is wrong: secret: ") and re.search("(?m)^wrong +secret: .*" + words, out) and
                  not re.search("(?m)^fine +secret", out), "doctor: a secret that cannot be read: " + words, out + err)
    server.table[("POST", "/configapi/v2/oauth/token")] = lambda h, r: h.answer(401, b'{"error":"invalid_client"}')
    status, out, err = doctor()
    tap.check(status == 3 and err == "" and len(re.findall("(?m)^wrong +token:", out)) == 1, "doctor: what failed is told once", out + err)


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
    tap.check(status == 5 and re.search(r"(?m)^wrong +subscription: Another client", out), "doctor: the login is in use", out)
    tap.check(state["foreign"], "... and was not stolen")
    status, out, err = harness.run([*arguments, "--take-over"], folder.environment())
    tap.check(not state["foreign"] and "one is free" in out, "--take-over takes it", out + err)
    for command in (["snapshot"], ["metrics"]):
        status, out, err = harness.run([*command, "--take-over", *harness.options(server)], folder.environment())
        tap.check((status, out) == (2, "") and "--take-over" in err, "%s never takes it" % command[0], out + err)


def check_help(tap, folder):
    """Within 80 columns, the command's own options first, and the values that an option takes."""
    commands = re.findall(r"(?m)^  ([a-z]+) ", harness.run(["--help"], folder.environment())[1].split("Common options")[0])
    tap.check(len(commands) > 10, "--help lists the commands", commands)
    for command in ["", *commands]:
        status, out, err = harness.run([*([command] if command else []), "--help"], folder.environment())
        wide = [line for line in out.splitlines() if len(line) > 80]
        tap.same((status if command != "check" else status - 3, err, wide), (0, "", []), "%s --help fits 80 columns" % command)
        own = out.split("Common options")[0]
        tap.check(out.count("Common options") == 1 and "--tenant" not in own, "... and has the common options last", out)
        if command:
            tap.same(harness.run(["help", command], folder.environment()), (status, out, err), "cxwall help %s" % command)
    tap.same(harness.run(["help"], folder.environment()), harness.run(["--help"], folder.environment()), "cxwall help")
    tap.same(harness.run(["version"], folder.environment()), harness.run(["--version"], folder.environment()), "cxwall version")
    if os.access(harness.CXSIM, os.X_OK):
        out = subprocess.run([harness.CXSIM, "--help"], stdout=subprocess.PIPE).stdout.decode()
        tap.same([line for line in out.splitlines() if len(line) > 80], [], "cxsim --help fits 80 columns")
    tap.check(harness.run(["list", "layouts", "--help"], folder.environment())[1].startswith("cxwall list: "), "list WHAT --help")
    out = harness.run(["help"], folder.environment())[1]
    tap.check(re.search(r"(?s)The wall\n  run .*Recordings and history\n  replay .*Set-up and help\n", out), "the overview goes by tasks", out)
    out = harness.run(["snapshot", "--help"], folder.environment())[1]
    tap.check(out.index("--format") < out.index("--from") < out.index("--tenant") < out.index("Examples"),
              "the command's own options come first, then those of a broker, the common ones, and examples", out)
    out = harness.run(["demo", "--help"], folder.environment())[1]
    tap.check(re.search(r"--theme NAME +colour theme: auto, dark, light, safe or contrast\n", out), "help names the themes", out)
    status, out, err = harness.run(["run"], folder.environment(CXWALL_THEME="nope"))
    wanted = "unknown theme 'nope': use one of auto, dark, light, safe, contrast, or write %s/cxwall/themes/NAME.conf" % folder.path
    tap.same((status, err), (2, "cxwall: environment: %s\n" % wanted), "the variable is refused in the same words")
    as_text = harness.run(["list", "statistics"], folder.environment())[1]
    names = [row["name"] for row in json.loads(harness.run(["list", "statistics", "--format", "json"], folder.environment())[1])]
    tap.check(len(names) > 50, "list statistics as JSON", len(names))
    tap.same([name for name in names if not re.search(r"(?m)^\w+ +%s " % re.escape(name), as_text)], [], "... and all of them as text")
    for what in ("statistics", "layouts", "actions"):
        out = harness.run(["list", what], folder.environment())[1]
        tap.same([line for line in out.splitlines() if len(line) > 80], [], "list %s fits 80 columns" % what)


def check_local_lists(tap, folder):
    """Layouts in the order of their names with what they are for; panels of one."""
    os.makedirs(folder.path + "/cxwall/layouts", exist_ok=True)
    for name, text in (("zebra", "# Striped.\n"), ("mine", LAYOUT), ("queues", "// My own.\n")):
        folder.write("cxwall/layouts/%s.conf" % name, text)
    rows = json.loads(harness.run(["list", "layouts", "--format", "json"], folder.environment())[1])
    names = [row["name"] for row in rows]
    tap.same(names, sorted(names), "layouts are sorted")
    tap.check({"agents", "mine", "zebra"} < set(names), "... those of the user, and those that are built in", names)
    both = [(row["where"] == "built in", row["about"]) for row in rows if row["name"] == "queues"]
    tap.check(both[0] == (False, "My own.") and both[1][0] and both[1][1].startswith("A wall"), "... of one name the one that is used first", both)
    tap.check(re.search(r"(?m)^NAME +WHERE\nagents +built in\n    For a team lead", harness.run(["list", "layouts"], folder.environment())[1]),
              "... as text, with heads and what they are for")
    out = harness.run(["list", "panels", "-l", "mine", "--format", "csv"], folder.environment())[1]
    tap.same(out.replace("\r", ""), "name,type,page,title\nnow,totals,1,now\nqueues,service_grid,1,queues\nagents,agent_grid,1,agents\n", "panels of a layout")


def check_order(tap, folder):
    for arguments, wanted in ((("-l", "queues", "snapshot"), "the command must come before the options: cxwall snapshot [OPTION ...]"),
                              (("-l", "queues", "nothing"), "run: unexpected argument 'nothing'"), (("run", "list"), "run: unexpected argument 'list'"),
                              (("snap",), "unknown command 'snap' (did you mean 'snapshot'?)"), (("docter",), "unknown command 'docter' (did you mean 'doctor'?)"),
                              (("queues",), "'queues' is a layout, not a command: cxwall -l queues"),
                              (("mine",), "'mine' is a layout, not a command: cxwall -l mine"),
                              (("frobnicate",), "unknown command 'frobnicate'; cxwall help lists them"),
                              (("quues",), "unknown command 'quues' (did you mean the layout 'queues'? cxwall -l queues)"),
                              (("-l", "quues"), "there is no layout 'quues' (did you mean 'queues'?)"),
                              (("-l", "zebar"), "there is no layout 'zebar' (did you mean 'zebra'?)"),
                              (("help", "snap"), "unknown command 'snap' (did you mean 'snapshot'?)"),
                              (("--theme", "nope"), "unknown theme 'nope': use one of auto, dark, light, safe, contrast, or write %s/cxwall/themes/NAME.conf" % folder.path),
                              (("snapshot", "--format", "xml"), "unknown format 'xml' (did you mean 'html'?)"),
                              (("list", "--format", "xml"), "unknown format 'xml': use text, json or csv"),
                              (("--names", "bob"), "unknown names 'bob': use full, first, initials or none"),
                              (("metrics", "--color", "always"), "'metrics' does not take --color"),
                              (("list", "x", "--theme", "dark"), "'list' does not take --theme"),
                              (("list", "nonsense"), "list needs a word: teams|services|dispositions|statistics|layouts|panels|profiles|themes|actions|campaigns|directory|numbers")):
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
    tap.same(run("teams", "--format", "csv"), "name,id\r\n%(name)s,%(id)s\r\n" % server.teams[0], "teams as CSV")
    server.table[("GET", "/configapi/v2/phone/ext")] = lambda h, r: h.answer(200, [
        {"number": "16505555555", "media": "voice_text", "type": "scenario", "scenario": "Main Inbound"}, {"number": "16505555556"}])
    tap.same(run("numbers"), "NUMBER            MEDIA         TYPE          NAME\n16505555555       voice_text    scenario      Main Inbound\n"
             "16505555556                                   \n", "numbers, and what they are assigned to")
    tap.check(re.match(r"NAME +ID\nSales +E66F7A0C-", run("services")), "services: the name first, below heads", run("services"))
    run("dispositions", "--agent-can-select", "--inbound", "--outbound", "--preview")
    tap.check(any(line.endswith("?agentCanSelect=1&inbound=1&outbound=1&preview=1") for line in server.lines()),
              "dispositions: the API's four filters", server.lines())
    statistics = json.loads(run("statistics", "--format", "json"))
    tap.same({row["evidence"] for row in statistics}, {"published", "observed", "assumed"}, "statistics: how sure we are")


def check_bash(tap, script, environment):
    tap.same(subprocess.run(["bash", "-n", script], env=environment).returncode, 0, "bash reads the script")
    for line, wanted in (("cxwall sn", "snapshot"), ("cxwall list dir", "directory"), ("cxwall --pri", "--print-config"),
                         ("cxwall snapshot --format c", "csv"), ("cxwall check --cr", "--critical"),
                         ("cxwall follow --warn", ""), ("cxwall demo --theme saf", "safe"), ("cxwall -l /etc/hostn", "/etc/hostname"),
                         ("cxwall -l que", "queues"), ("cxwall snapshot --layout zeb", "zebra"), ("cxwall snapshot --panel qu", "queues"),
                         ("cxwall snapshot -l mine --panel qu", "queues"), ("cxwall snapshot --page ", "1 2"),
                         ("cxwall list ", "teams services dispositions statistics layouts panels profiles themes actions campaigns directory numbers"),
                         ("cxwall list --inb", "--inbound"), ("cxwall --layout = zeb", "zebra"), ("cxwall snapshot -l mine --page ", "1"), ("cxwall -l ./zzz", ""), ("cxwall -l fold", "folder.conf"),
                         ("cxwall demo --theme dus", "dusk"), ("cxwall history --statistic service_level_ta", "service_level_target"), ("cxwall snapshot --format s", "svg"),
                         ("cxwall list --format s", ""), ("cxwall help snap", "snapshot"), ("cxwall hel", "help"), ("cxwall layout --from zeb", "zebra"),
                         ("cxwall history --service S", ""), ("cxwall history --every 1", "15m 1h 1d"), ("cxwall history --stat", "--statistic"),
                         ("cxwall history /etc/hostn", "/etc/hostname"), ("cxwall summary /etc/hostn", "/etc/hostname")):
        words = line.split() + ([""] if line.endswith(" ") else [])
        run = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _cxwall; echo "${COMPREPLY[*]}"'
        out = subprocess.run(["bash", "-c", run, "x", script, *words], stdout=subprocess.PIPE, env=environment, cwd=environment["HOME"]).stdout.decode()
        tap.same(out.strip(), wanted, "bash completes: " + line)


def check_typed(tap, shell, start, environment):
    """The real shell, and a real Tab."""
    terminal = harness.Terminal(start, environment, columns=80, lines=60)
    terminal.wait("READY>")
    for number, (typed, shown) in enumerate((("cxwall -l zeb", "cxwall -l zebra "), ("cxwall snap", "cxwall snapshot "), ("cxwall list dir", "cxwall list directory "),
                                             ("cxwall --theme dus", "cxwall --theme dusk "), ("cxwall snapshot -l mine --panel qu", "cxwall snapshot -l mine --panel queues "),
                                             ("cxwall -l ./fol", "cxwall -l ./folder.conf "), ("cxwall -l fol", "cxwall -l folder.conf "),
                                             ("cxwall help hist", "cxwall help history "), ("cxwall history --statistic service_level_ta", "cxwall history --statistic service_level_target "),
                                             ("cxwall snapshot --format sv", "cxwall snapshot --format svg "))):
        terminal.keys("-l", typed)
        terminal.keys("Tab")
        # What follows tells that the completed word has ended.
        terminal.wait("> " + re.escape(shown.rstrip()))
        terminal.keys("-l", "%d" % number)
        tap.check(terminal.shows("> " + re.escape(shown) + str(number)), "%s: %s and Tab" % (shell, typed), terminal.text())
        terminal.keys("C-u")
        terminal.keys("C-l")
    terminal.close()


def check_fish(tap, script, environment):
    for line, wanted in (("cxwall sn", "snapshot"), ("cxwall list dir", "directory"), ("cxwall check --cr", "--critical"),
                         ("cxwall snapshot --format c", "csv"), ("cxwall snapshot -l zeb", "zebra"), ("cxwall snapshot -l mine --panel qu", "queues"), ("cxwall history --ev", "--every"), ("cxwall history /etc/hostn", "/etc/hostname")):
        out = subprocess.run(["fish", "-N", "-c", 'source $argv[1]; complete -C "$argv[2]"', script, line],
                             stdout=subprocess.PIPE, env=environment).stdout.decode()
        tap.same(out.split("\t")[0].strip(), wanted, "fish completes: " + line)


def check_running(tap, folder):
    """Services and teams of a wall that runs, for completions; without one nothing, and never a word to the server."""
    server = harness.Server()
    server.services.append({"id": "B", "name": "Web form"})
    env = folder.environment(CXWALL_URL=server.url, CXWALL_TENANT="example.cx.onecloud.com", CXWALL_USER="stats.user")
    status, out, err = harness.run(["list", "services", "--running", "--format", "csv"], env)
    tap.same((status, out, err, server.lines()), (4, "", "cxwall: no wall of this login that knows its services runs on this machine\n", []),
             "without a running wall there is nothing, and no request")
    wall = harness.Terminal([harness.CXWALL, "-l", "night"], env)
    wall.wait("live")
    tokens = len(server.find("POST", "/configapi/v2/oauth/token"))
    status, out, err = harness.run(["list", "services", "--running", "--format", "csv"], env)
    tap.same((status, out.split("\r\n")[0], "Web form" in out, "Sales" in out, err), (0, "name,id", True, True, ""), "the services of the running wall")
    out = harness.run(["list", "teams", "--running"], env)[1]
    tap.check("Customer Service" in out, "... and its teams", out)
    tap.same(len(server.find("POST", "/configapi/v2/oauth/token")), tokens, "... without signing in")
    if shutil.which("bash"):
        script = folder.write("running.bash", harness.run(["completion", "bash"], env)[1])
        for words, wanted in ((["history", "--service", "W"], "Web\\ form"), (["layout", "new", "--services", "Sales,W"], "Sales\\,Web\\ form"),
                              (["layout", "new", "--teams", "C"], "Customer\\ Service")):
            run = 'source "$1"; shift; COMP_WORDS=(cxwall "$@"); COMP_CWORD=$#; _cxwall; echo "${COMPREPLY[*]}"'
            out = subprocess.run(["bash", "-c", run, "x", script, *words], stdout=subprocess.PIPE,
                                 env={**env, "PATH": os.path.dirname(harness.CXWALL) + ":" + os.environ["PATH"]}).stdout.decode()
            tap.same(out.strip(), wanted, "bash completes: " + " ".join(words))
    wall.quit()
    server.shutdown()


def check_completions(tap, folder):
    folder.write("folder.conf", LAYOUT)
    os.makedirs(folder.path + "/cxwall/themes", exist_ok=True)
    folder.write("cxwall/themes/dusk.conf", 'base = "dark"\n')
    path = folder.environment(PATH=os.path.dirname(harness.CXWALL) + ":" + os.environ["PATH"])
    for shell in ("bash", "zsh", "fish"):
        status, out, err = harness.run(["completion", shell], folder.environment())
        tap.check(status == 0 and err == "" and out, "completion " + shell)
        script = folder.write("completion." + shell, out)
        if not shutil.which(shell):
            tap.skip(shell + " reads the script", "it is not installed")
            continue
        folder.write("bashrc", "PS1='READY> '; source '%s'\n" % script)
        # Prompts go to standard error.
        start = {"bash": "bash --noprofile --rcfile bashrc -i", "zsh": "ZDOTDIR=. zsh -d -i", "fish": "fish -N -C \"source completion.fish; function fish_prompt; echo -n 'READY> '; end\""}
        folder.write(".zshrc", "PS1='READY> '; autoload -U compinit; compinit -u -D; source '%s'\n" % script)
        check_typed(tap, shell, ["sh", "-c", "cd '%s' && exec env %s 2>/dev/tty" % (folder.path, start[shell])], path)
        if shell == "bash":
            check_bash(tap, script, path)
        else:
            tap.same(subprocess.run([shell, "-n", script], env=folder.environment()).returncode, 0, shell + " reads the script")
        if shell == "fish":
            check_fish(tap, script, path)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_doctor(tap, harness.Server(), folder)
    check_terminal(tap, harness.Server(), folder)
    check_asks(tap, folder)
    check_foreign(tap, harness.Server(), folder)
    check_help(tap, folder)
    check_local_lists(tap, folder)
    check_order(tap, folder)
    check_lists(tap, harness.Server(), folder)
    check_completions(tap, folder)
    check_running(tap, folder)
    folder.remove()
    tap.done()


main()
