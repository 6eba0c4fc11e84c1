"""cxwall against a cxsim that refuses: accounts, privileges, teams, names that are not there, and what a wall does about it."""

import os
import re
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

QUEUES = """
pages = ( { rows = ( { panels = (
    { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) },
    { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state" ) } ) } ) } )
"""
CAMPAIGNS = """
pages = ( { rows = ( { panels = ( { name = "camp" type = "campaigns" }, { name = "open" type = "availability" } ) } ) } )
"""
UNKNOWN = """
pages = ( { rows = ( { panels = ( { name = "now" type = "totals" services = ["Salez"] tiles = ( "in_calls_waiting" ) } ) } ) } )
"""


MESSAGE = """
pages = ( { rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )
alerts = ( { name = "always" when = "now.in_calls_waiting >= 0" sms = ["+15551234567"] sms_from = "%s" } )
"""


class Sim:
    """cxsim on a free port, until the test ends."""

    def __init__(self, *options):
        self.process = subprocess.Popen([harness.CXSIM, "--port", "0", "--until-eof", *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.url = re.search(r"http://\S+", self.process.stdout.readline().decode()).group()

    def post(self, path, body=""):
        request = urllib.request.Request(self.url + path, data=body.encode(), method="POST")
        urllib.request.urlopen(request, timeout=harness.PATIENCE).read()

    def count(self, call):
        state = urllib.request.urlopen(self.url + "/cxsim/state", timeout=harness.PATIENCE).read().decode()
        return int(re.search(r'"%s": (\d+)' % re.escape(call), state).group(1))

    def end(self):
        self.process.stdin.close()
        self.process.wait(harness.PATIENCE)
        self.process.stdout.close()


TOKEN = "POST /configapi/v2/oauth/token"


def options(sim, *more):
    return ["--url", sim.url, "--tenant", "demo.example", "--user", "wall", *more]


def run(sim, folder, *arguments, secret="demo", auth="oauth"):
    return harness.run([*arguments, *options(sim)], folder.environment(CXWALL_SECRET=secret, CXWALL_AUTH=auth))


def accounts(tap, folder):
    """Five wrong secrets lock this login; a cron job with an old one must not do that."""
    sim = Sim("--lock-after", "3")
    for _ in range(5):
        status, out, err = run(sim, folder, "check", "queues[*].in_calls_waiting > 0", "-l", folder.path + "/queues.conf", secret="old")
    tap.same(sim.count(TOKEN), 1, "a refused secret is sent once, whatever number of commands is run")
    tap.check("The secret was refused (401, invalid_client)" in out + err, "... and each says so", out + err)
    status, out, err = run(sim, folder, "list", "teams", secret="old")
    tap.check(status == 3 and "is not tried again before" in err, "... with the time of the next try", err)
    status, out, err = run(sim, folder, "list", "teams")
    tap.check(status == 0 and "Customer Service" in out, "another secret is tried at once", out + err)
    for state, words in (("locked", "The account is locked (401, invalid_client)"),
                         ("disabled", "The account is disabled (401, invalid_client)"),
                         ("inactive", "The tenant is inactive (400, invalid_request)")):
        sim.post("/cxsim/account", state)
        status, out, err = run(sim, folder, "list", "teams", secret="demo")
        tap.check(status == 3 and words in err, "an account that is %s is called so" % state, err)
        status, out, again = run(sim, folder, "list", "teams", secret="demo")
        advice = err.split("). ")[1].rstrip()
        tap.check(words in again and advice in again and "is not tried again before" in again,
                  "... and so it is, with the same advice, where it was remembered", err + again)
        for name in os.listdir(folder.path + "/cxwall"):
            if name.startswith("refused-"):
                os.unlink(folder.path + "/cxwall/" + name)
    sim.end()


def privileges(tap, folder):
    folder.write("open.conf", 'pages = ( { rows = ( { panels = ( { name = "open" type = "availability" } ) } ) } )')
    sim = Sim("--without", "campaigns", "--without", "phones")
    status, out, err = run(sim, folder, "list", "campaigns")
    tap.check(status == 1 and "A privilege is missing (403): privilege Manage campaigns is required" in err and
              "manage campaigns" in err, "list campaigns says which privilege is missing", err)
    status, out, err = run(sim, folder, "list", "directory")
    tap.check(status == 1 and "privilege Manage phones is required. The user needs the privilege to manage users or phones." in err,
              "list directory likewise", err)
    status, out, err = run(sim, folder, "snapshot", "--size", "120x12", "-l", folder.path + "/campaigns.conf")
    tap.check("A privilege is missing (403): privilege Manage campaigns" in out, "and the panel", out)
    status, out, err = run(sim, folder, "doctor", "-l", folder.path + "/campaigns.conf")
    tap.check("wrong  panel 'camp': A privilege is missing (403): privilege Manage campaigns is required. The user needs the privilege "
              "to manage campaigns." in out, "and doctor", out)
    sim.post("/cxsim/faults", "403:path=/statsapi/cfg/teams")
    status, out, err = run(sim, folder, "doctor", "-l", folder.path + "/queues.conf")
    tap.check(re.search("(?m)^note   teams: .*403.*The user needs the privileges Access Realtime Stats API", out),
              "doctor names the privilege for the list of teams", out)
    sim.post("/cxsim/faults", "")
    status, out, err = run(sim, folder, "list", "campaigns", auth="cookie")
    tap.check(status == 2 and 'needs auth = "oauth"' in err, "cookies: said before it is asked", err)
    status, out, err = run(sim, folder, "doctor", "-l", folder.path + "/campaigns.conf", auth="cookie")
    tap.check("wrong  panel 'camp': Campaigns need auth = \"oauth\"" in out and status == 2, "doctor says it of the layout", out)
    tap.same(out.count("wrong  panel 'camp'"), 1, "... once")
    sim.post("/cxsim/faults", "403:path=/statsapi/info,reason=not from there")
    status, out, err = run(sim, folder, "snapshot", "-l", folder.path + "/open.conf")
    tap.check(status == 4 and "panel 'open': The server refused this request (403): not from there" in err,
              "where no panel has data, trouble with availability is the cause", err)
    sim.post("/cxsim/faults", "403:path=/statsapi,reason=illegal login attempt")
    status, out, err = run(sim, folder, "snapshot", "-l", folder.path + "/queues.conf")
    tap.check(status == 3 and "The server refused this way of signing in (403): illegal login attempt" in err and "privilege" not in err,
              "a 403 with another reason is not called a privilege", err)
    sim.post("/cxsim/faults", "500:path=/statsapi/subscription,reason=Incorrect endpoint specification")
    terminal = harness.Terminal([harness.CXWALL, "run", *options(sim), "-l", folder.path + "/queues.conf"],
                                folder.environment(CXWALL_SECRET="demo"))
    text = terminal.wait("does not know this address")
    tap.check("does not know this address (500)" in text and "Check the url." in text, "a 500 of a wrong address says so", text)
    terminal.close()
    sim.end()


def revoked(tap, folder):
    """Nothing subscribes, so no poll of data would notice."""
    sim = Sim("--availability-token", "--availability-text")
    terminal = harness.Terminal([harness.CXWALL, "run", *options(sim), "-l", folder.path + "/campaigns.conf"],
                                folder.environment(CXWALL_SECRET="demo"))
    text = terminal.wait("Support[ ·]+(available|nobody)")
    tap.check(re.search("Support[ ·]+(available|nobody)", text) and "Renewals" in text, "availability with a token, in words", text)
    tokens = sim.count(TOKEN)
    sim.post("/cxsim/revoke")
    tap.check(harness.wait_for(lambda: sim.count(TOKEN) > tokens, 90), "a revoked token is renewed without a subscription")
    tap.same(sim.count(TOKEN), tokens + 1, "... once")
    tap.check("401" not in terminal.text(), "... and nobody sees it", terminal.text())
    terminal.close()
    sim.end()


def teams(tap, folder):
    sim = Sim("--supervise-none", "--no-campaigns")
    status, out, err = run(sim, folder, "snapshot", "--size", "120x12", "-l", folder.path + "/queues.conf")
    tap.check("Services, like agents, are shown" in " ".join(out.split()), "a grid of services without a team", out)
    status, out, err = run(sim, folder, "snapshot", "--size", "120x12", "-l", folder.path + "/campaigns.conf")
    tap.check("No services. Only those of the teams" in out, "availability without a team", out)
    tap.check("no enabled campaigns" in out, "no campaign is enabled", out)
    status, out, err = run(sim, folder, "list", "campaigns")
    tap.same((status, err), (0, "cxwall: no enabled campaigns\n"), "list campaigns says it too")
    status, out, err = run(sim, folder, "doctor", "-l", folder.path + "/campaigns.conf")
    tap.check("note   panel 'open': no services, because the user supervises no team" in out, "doctor says why a panel is empty", out)
    status, out, err = run(sim, folder, "doctor", "-l", folder.path + "/queues.conf")
    tap.check("services: none: those of the teams that the user supervises are listed" in out, "doctor says it", out)
    sim.end()
    sim = Sim("--services", "300", "--agents", "60")
    status, out, err = run(sim, folder, "snapshot", "--size", "120x40", "-l", folder.path + "/campaigns.conf")
    tap.check("44 not asked" in out, "services that are not asked are counted", out)
    status, out, err = run(sim, folder, "doctor", "-l", folder.path + "/campaigns.conf")
    tap.check("panel 'open': 44 of 300 services are not asked" in out, "doctor says it", out)
    sim.end()


def unknown_names(tap, folder):
    """These gave up after twenty seconds."""
    sim = Sim()
    for command in ("snapshot", "doctor"):
        begun = time.monotonic()
        status, out, err = run(sim, folder, command, "-l", folder.path + "/unknown.conf")
        tap.check(status == 4 and "Salez" in out + err and "Sales" in out + err, "%s: a service that is not there" % command, out + err)
        tap.check(time.monotonic() - begun < 15, "... is told at once")
    sim.end()


def chat_entry(tap, folder):
    """Over real HTTP, so with the User-Agent that is really sent."""
    sim = Sim("--chat-app", "right")
    for app, words in (("right", "Chat +(open|closed)"), ("wrong", "no such chat entry")):
        folder.write("chat.conf", 'chat_app_id = "%s"\nchat_client_id = "WebChat"\n' % app)
        status, out, err = run(sim, folder, "snapshot", "--size", "160x12", "-l", folder.path + "/campaigns.conf", "-c", folder.path + "/chat.conf")
        tap.check(re.search(words, out), "the chat entry '%s'" % app, out + err)
    sim.end()


def message_failure(sim, folder):
    """What `follow` says of the message of an alert that fires at once."""
    said = folder.write("said", "")
    with open(said, "w") as file:
        program = subprocess.Popen([harness.CXWALL, "follow", *options(sim, "--interval", "1"), "-l", folder.path + "/message.conf"],
                                   env=folder.environment(CXWALL_SECRET="demo"), stdout=file, stderr=subprocess.DEVNULL)
    harness.wait_for(lambda: "message to" in open(said).read())
    program.terminate()
    program.wait(harness.PATIENCE)
    return open(said).read()


def messages(tap, folder):
    folder.write("message.conf", MESSAGE % "+15550000002")
    for option, value, words in (("--text-out", "15550000001", "it was not delivered: From number is not a Text Out access number"),
                                 ("--without", "sms", "not sent: A privilege is missing (403): privilege Use SMS/MMS API is required")):
        sim = Sim(option, value)
        text = message_failure(sim, folder)
        tap.check(words in text, "a message says why: %s %s" % (option, value), text)
        sim.end()


def blip(tap, folder):
    """One refused poll costs an interval, not a minute."""
    sim = Sim()
    terminal = harness.Terminal([harness.CXWALL, "run", *options(sim, "--interval", "1"), "-l", folder.path + "/queues.conf"],
                                folder.environment(CXWALL_SECRET="demo"))
    terminal.wait("Support")
    sim.post("/cxsim/faults", "403:path=/data,count=1")
    text = terminal.wait("privilege is missing")
    polls = sim.count("GET /statsapi/subscription/data")
    tap.check("privilege is missing" in text, "a refused poll is told", text)
    tap.check(harness.wait_for(lambda: sim.count("GET /statsapi/subscription/data") > polls, 20), "... and asked again soon")
    tap.check(harness.wait_for(lambda: "privilege" not in terminal.text(), 20), "... and forgotten", terminal.text())
    tap.same(sim.count("GET /cxsim/past"), 0, "only a demo asks for the hour before it")
    terminal.close()
    sim.end()


def main():
    tap = harness.Tap()
    harness.need_simulator()
    folder = harness.Folder()
    folder.write("queues.conf", QUEUES)
    folder.write("campaigns.conf", CAMPAIGNS)
    folder.write("unknown.conf", UNKNOWN)
    for part in (accounts, privileges, revoked, teams, unknown_names, chat_entry, messages, blip):
        part(tap, folder)
    folder.remove()
    tap.done()


main()
