"""Text messages of alerts by T1: what is sent, to whom, how often; what is sent again and what never; their delivery."""

import json
import os
import re
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

MESSAGES = "/clientweb/smsapi/v1/Messages"
TO, OTHER, FROM = "+5219843111460", "+16046496025", "16502505674"

LAYOUT = """
pages = ( { rows = ( { panels = (
    { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) },
    { name = "queues" type = "service_grid" columns = ( "name", "in_calls_waiting" ) },
    { name = "agents" type = "agent_grid" columns = ( "first_last_name", "acd_state" ) } ) } ) } )
alerts = ( %s )
"""

ONE = '{ name = "long queue" when = "now.in_calls_waiting > 10" sms = ["%s"] sms_from = "%s" }' % (TO, FROM)


class Centre:
    def __init__(self):
        self.waiting, self.queue, self.state = "3", "1", "ready"
        self.server = harness.Server()
        self.server.total = lambda name: self.waiting
        self.server.rows = 2
        self.server.cell = self.cell

    def cell(self, panel, name, row):
        if name == "acd_state":
            return self.state
        return {"name": ("Sales", "Support"), "first_last_name": ("Marky Mark", "Liza Smith"), "login_id": ("marky", "liza"),
                "in_calls_waiting": (self.queue, self.queue)}[name][row]

    def posts(self):
        return self.server.find("POST", MESSAGES)

    def looks(self):
        return [line for line in self.server.lines() if line.startswith("GET " + MESSAGES + "/")]

    def handler(self, function, times=1):
        """Answers the next messages in another way; then as the collection has it."""
        left = [times]
        usual = self.server.send_text

        def serve(handler, request):
            if left[0] == 0:
                usual(handler, request)
                return
            left[0] -= 1
            function(handler, request)
        self.server.table[("POST", MESSAGES)] = serve


class Program(harness.Lines):
    """A follower: what a wall shows, as lines."""

    def __init__(self, centre, folder, alerts, *arguments, **env):
        path = folder.write("test.conf", LAYOUT % alerts)
        self.log = os.path.join(folder.path, "log-%d" % time.monotonic_ns())
        super().__init__([harness.CXWALL, "follow", "-l", path, "-i", "0.1", "--log", self.log, *arguments,
                          *harness.options(centre.server)], folder.environment(**env))
        self.wait("live")

    def failures(self):
        return [l[9:] for l in self.lines if " FAILED " in l]

    def logged(self):
        with open(self.log) as file:
            return file.read()


def check_sent(tap, folder):
    """The request as the collection has it, and the delivery followed to its end."""
    centre = Centre()
    statuses = ["queued", "sent", "delivered"]
    centre.server.delivery = lambda text: statuses[min(text["looks"], 3) - 1]
    program = Program(centre, folder, ONE)
    centre.server.polled(4)
    tap.same(centre.posts(), [], "calm: nothing is sent")
    centre.waiting = "17"
    harness.wait_for(lambda: len(centre.looks()) >= 3)
    centre.server.polled(4)
    tap.same(len(centre.posts()), 1, "it fires: one message")
    post = centre.posts()[0]
    body = json.loads(post["body"])
    text = body.pop("Body")
    tap.same(body, {"To": TO, "From": FROM}, "to and from as they stand in the layout, and nothing else")
    tap.check(re.fullmatch(r"\d\d:\d\d ALERT long queue, 17", text), "time, severity, name, value", text)
    tap.same({k: post["headers"].get(k) for k in ("Authorization", "Content-Type")},
             {"Authorization": "Bearer " + centre.server.token, "Content-Type": "application/json"}, "its headers")
    tap.same(centre.looks(), ["GET %s/%s" % (MESSAGES, centre.server.texts[0]["sid"])] * 3,
             "its delivery is asked for until it is known, and no longer")
    tap.same(program.failures(), [], "nothing is said of what arrives")
    centre.waiting = "3"
    program.wait("CLEAR")
    centre.server.polled(4)
    tap.same(len(centre.posts()), 1, "and none at the clearing")
    program.end()
    log = program.logged()
    tap.check("message to ..460: delivered" in log, "the log says so", log)
    tap.check(TO[1:] not in log and FROM not in log, "without the numbers", log)


def check_failed(tap, folder):
    centre = Centre()

    def failed(text):
        text["error"] = 30003
        return "failed"
    centre.server.delivery = failed
    program = Program(centre, folder, ONE)
    centre.waiting = "17"
    program.wait("FAILED")
    tap.same(program.failures(), ["FAILED alert 'long queue': message to ..460: it was not delivered (error 30003)"],
             "a delivery that failed is told")
    program.end()
    centre = Centre()
    centre.server.delivery = lambda text: "queued"
    program = Program(centre, folder, ONE)
    centre.waiting = "17"
    program.wait("FAILED", 180)
    tap.same(program.failures(), ["FAILED alert 'long queue': message to ..460: still queued after some minutes: it may never arrive"],
             "one that is not known in the end is told")
    looks = len(centre.looks())
    centre.server.polled(10)
    tap.same((looks, len(centre.looks())), (8, 8), "after eight looks, and then no more")
    program.end()


def check_wall(tap, folder):
    """On a wall: at the bottom, as for a command."""
    centre = Centre()
    centre.handler(lambda h, r: h.answer(400, {"message": "The number 16502505674 is not of type Text Out"}))
    path = folder.write("test.conf", LAYOUT % ONE)
    terminal = harness.Terminal([harness.CXWALL, "-l", path, "-i", "0.2", *harness.options(centre.server)], folder.environment())
    terminal.wait("● live")
    terminal.keys("m")
    terminal.wait("commands and messages go on")
    centre.waiting = "17"
    text = terminal.wait("message to")
    tap.check(re.search(r"alert 'long queue': message to \.\.460: not sent: .*\(400\): The number \.\.674", text),
              "a wall shows what was not sent, and why, without numbers; the muted bell mutes no message", text)
    terminal.quit()
    tap.same(len(centre.posts()), 1, "what the server refuses is not sent again")


def close_after(handler, request):
    """The request arrived, the answer never does."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def check_ambiguous(tap, folder):
    """What may have been sent is not sent again, whatever the library would do on a connection that it kept."""
    for what, function, words in (
            ("the connection ends without an answer", close_after, "."),
            ("the server fails", lambda h, r: h.answer(500, b"", "text/plain"), r"The server reported an internal error \(500\)"),
            ("a gateway gives up", lambda h, r: h.answer(504, b"", "text/plain"), r"\(504\)"),
            ("the answer is not JSON", lambda h, r: h.answer(200, b"queued", "text/plain"), "cannot be read"),
            ("a portal answers", lambda h, r: h.answer(200, b"<html>sign in</html>", "text/html"), "web page")):
        centre = Centre()
        centre.handler(function)
        program = Program(centre, folder, ONE)
        centre.waiting = "17"
        program.wait("FAILED")
        centre.server.polled(15)
        tap.same(len(centre.posts()), 1, what + ": sent once")
        tap.check(re.search("nobody knows whether it was sent, and it is not sent again: .*" + words, "\n".join(program.failures())),
                  what + ": and that is told", program.failures())
        program.end()


def check_again(tap, folder):
    """What surely did not arrive is sent again."""
    centre = Centre()
    centre.handler(lambda h, r: h.answer(429, b"", "text/plain"), 2)
    program = Program(centre, folder, ONE)
    centre.waiting = "17"
    harness.wait_for(lambda: centre.looks())
    tap.same((len(centre.posts()), program.failures()), (3, []), "turned away for now (429): sent again")
    program.end()
    centre = Centre()
    centre.handler(lambda h, r: h.answer(429, b"", "text/plain"), 100)
    program = Program(centre, folder, ONE)
    centre.waiting = "17"
    program.wait("FAILED")
    centre.server.polled(15)
    tap.same(len(centre.posts()), 3, "three times at most")
    tap.check("not sent: " in program.failures()[0] and "(429)" in program.failures()[0], "and that is told", program.failures())
    program.end()


def check_no_connection(tap, folder):
    """The polls go on over the connection that they have; a new one is not to be had."""
    centre = Centre()
    program = Program(centre, folder, ONE)
    centre.server.shutdown()
    centre.server.socket.close()
    centre.waiting = "17"
    program.wait("FAILED")
    centre.server.polled(10)
    tries = [l for l in program.logged().splitlines() if "POST " + MESSAGES in l]
    tap.same((len(tries), len(centre.posts())), (3, 0), "no connection: tried three times")
    tap.check("message to ..460: not sent: " in program.failures()[0], "and that is told", program.failures())
    program.end()


def check_token(tap, folder):
    """401: the token is renewed once, and the message sent once more."""
    centre = Centre()
    program = Program(centre, folder, ONE)
    tokens = len(centre.server.find("POST", "/configapi/v2/oauth/token"))

    def refuse(handler, request):
        centre.server.token = "A-NEW-TOKEN"
        handler.answer(401, b"", "text/plain")
    centre.handler(refuse)
    centre.waiting = "17"
    harness.wait_for(lambda: centre.looks())
    tap.same([p["headers"]["Authorization"] for p in centre.posts()], ["Bearer CCE2C2EB964827D6", "Bearer A-NEW-TOKEN"],
             "401: once more, with a new token")
    tap.same(len(centre.server.find("POST", "/configapi/v2/oauth/token")) - tokens, 1, "which is asked for once")
    tap.same(program.failures(), [], "and nothing is said")
    program.end()
    centre = Centre()
    centre.handler(lambda h, r: h.answer(401, b"", "text/plain"), 100)
    program = Program(centre, folder, ONE)
    centre.waiting = "17"
    program.wait("FAILED")
    centre.server.polled(15)
    tap.same((len(centre.posts()), len(centre.server.find("POST", "/configapi/v2/oauth/token"))), (2, 2), "401 for ever: twice, and one new token")
    tap.check("not sent: The server rejected our access token (401)" in program.failures()[0], "and that is told", program.failures())
    tap.check(centre.server.subscription is not None, "the subscription goes on")
    program.end()


def check_limits(tap, folder):
    """An alert that comes and goes sends once; all alerts together send twenty in an hour."""
    eight = ", ".join('"+1555000%04d"' % i for i in range(8))
    alerts = ", ".join('{ name = "a%d" when = "now.in_calls_waiting > %d" sms = [%s] sms_from = "%s" }' % (i, 10 * i, eight, FROM)
                       for i in (1, 2, 3, 4))
    centre = Centre()
    program = Program(centre, folder, alerts)
    for _ in range(3):
        centre.waiting = "15"
        centre.server.polled(4)
        centre.waiting = "3"
        centre.server.polled(4)
    harness.wait_for(lambda: len(centre.posts()) >= 8)
    tap.same(sorted(json.loads(p["body"])["To"] for p in centre.posts()), ["+1555000%04d" % i for i in range(8)],
             "fired three times: each number has one message")
    tap.same(program.failures(), ["FAILED alert 'a1': no other message within 15 minutes"], "what is held back is said, once")
    centre.waiting = "50"
    program.wait("20 messages|were 20")
    harness.wait_for(lambda: len(centre.posts()) >= 20)
    centre.server.polled(10)
    tap.same(len(centre.posts()), 20, "three other alerts, 24 messages: the hour has 20")
    tap.same(sorted(program.failures())[1:], ["FAILED alert 'a3': 4 of 8 messages not sent: there were 20 in an hour",
                                             "FAILED alert 'a4': 8 of 8 messages not sent: there were 20 in an hour"],
             "and what is over it is said")
    program.end()
    centre = Centre()
    rows = '{ name = "rows" when = "queues[*].in_calls_waiting > 10" sms = ["%s"] sms_from = "%s" }' % (TO, FROM)
    program = Program(centre, folder, rows)
    centre.queue = "11"
    harness.wait_for(lambda: centre.looks())
    centre.server.polled(4)
    tap.same([json.loads(p["body"])["Body"][6:] for p in centre.posts()], ["ALERT rows: Sales, 11"], "many rows at once send one")
    program.end()


def check_unsent_counts_not(tap, folder):
    """What surely was not sent does not hold back the next."""
    centre = Centre()
    centre.handler(lambda h, r: h.answer(403, b"", "text/plain"))
    program = Program(centre, folder, ONE)
    centre.waiting = "17"
    program.wait("FAILED")
    centre.waiting = "3"
    program.wait("CLEAR")
    centre.waiting = "17"
    harness.wait_for(lambda: centre.looks())
    tap.same(len(centre.posts()), 2, "refused: the next firing is sent")
    program.end()


def check_quiet(tap, folder):
    centre = Centre()
    program = Program(centre, folder, ONE.replace("sms =", 'quiet = "00:00-24:00" sms ='))
    centre.waiting = "17"
    program.wait("quiet hours")
    centre.server.polled(4)
    tap.same(centre.posts(), [], "none in quiet hours")
    program.end()


def check_names(tap, folder):
    agents = '{ name = "break" when = "agents[*].acd_state = \'not_ready\'" sms = ["%s"] sms_from = "%s" }' % (TO, FROM)
    for names, wanted in (("full", "ALERT break: Marky Mark, not ready"), ("first", "ALERT break, not ready"),
                          ("initials", "ALERT break, not ready")):
        centre = Centre()
        program = Program(centre, folder, agents, "--names", names)
        centre.state = "not_ready"
        harness.wait_for(lambda: centre.looks())
        tap.same(json.loads(centre.posts()[0]["body"])["Body"][6:], wanted, "names %s: who is told, or not" % names)
        program.end()
    who = '{ name = "who" when = "agents[*].first_last_name != \'x\'" sms = ["%s"] sms_from = "%s" }' % (TO, FROM)
    centre = Centre()
    program = Program(centre, folder, who, "--names", "first")
    harness.wait_for(lambda: centre.looks())
    tap.same(json.loads(centre.posts()[0]["body"])["Body"][6:], "ALERT who", "nor is a value that is a name")
    program.end()


def check_elsewhere(tap, folder):
    """A replay, a back-test and a demo send nothing and run nothing; cookies and unsafe files are refused."""
    centre = Centre()
    touch = folder.path + "/touched"
    folder.write("touch", "#!/bin/sh\ntouch '%s'\n" % touch, 0o700)
    both = ONE.replace("sms =", 'command = "%s/touch" sms =' % folder.path)
    kept = folder.path + "/kept"
    program = Program(centre, folder, both, "--record", kept)
    centre.waiting = "17"
    harness.wait_for(lambda: centre.looks())
    tap.check(harness.wait_for(lambda: os.path.exists(touch)), "live: it runs and sends")
    program.end()
    os.unlink(touch)
    sent = len(centre.posts())
    layout = folder.path + "/test.conf"
    status, out, err = harness.run(["backtest", kept, "-l", layout, *harness.options(centre.server)], folder.environment())
    tap.check(status == 0 and "long queue" in out, "a back-test", out + err)
    terminal = harness.Terminal([harness.CXWALL, "replay", kept, "-l", layout, "--speed", "8", *harness.options(centre.server)],
                                folder.environment())
    tap.check("long queue" in terminal.wait("long queue +17"), "a replay shows it", terminal.text())
    time.sleep(1)
    terminal.quit()
    tap.same((len(centre.posts()), os.path.exists(touch)), (sent, False), "neither sends or runs anything")
    if os.path.exists(harness.CXSIM):
        folder.write("test.conf", LAYOUT % both.replace("> 10", ">= 0"))
        log = folder.path + "/demo.log"
        terminal = harness.Terminal([harness.CXWALL, "demo", "-l", layout, "--log", log], folder.environment())
        tap.check("long queue" in terminal.wait("long queue"), "a demo shows it", terminal.text())
        time.sleep(1)
        terminal.quit()
        with open(log) as file:
            tap.check("/data 200" in file.read() and not os.path.exists(touch), "and runs nothing")
        with open(log) as file:
            tap.check("smsapi" not in file.read(), "and sends nothing")
    folder.write("test.conf", LAYOUT % ONE)
    for command in (["run", "--check-config"], ["follow"]):
        status, out, err = harness.run([*command, "-l", layout, *harness.options(centre.server)], folder.environment(CXWALL_AUTH="cookie"))
        tap.check(status == 2 and re.search(r"test\.conf:6: alert 'long queue': messages are sent with auth", err),
                  "%s: the call takes no cookies" % command[0], "%d %s" % (status, err))
    os.chmod(layout, 0o622)
    status, out, err = harness.run(["follow", "-l", layout, *harness.options(centre.server)], folder.environment())
    tap.check(status == 2 and "runs a command or sends, but others can write the layout" in err, "an unsafe file is refused", err)


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    check_sent(tap, folder)
    check_failed(tap, folder)
    check_wall(tap, folder)
    check_ambiguous(tap, folder)
    check_again(tap, folder)
    check_no_connection(tap, folder)
    check_token(tap, folder)
    check_limits(tap, folder)
    check_unsent_counts_not(tap, folder)
    check_quiet(tap, folder)
    check_names(tap, folder)
    check_elsewhere(tap, folder)
    folder.remove()
    tap.done()


main()
