"""What the API itself may answer."""

import json
import os
import re
import signal
import time

from bed import CREATE, DATA, FOREIGN, TOKEN, Centre, Fault, Watch, finish, judge, recover, usual
import harness


def status(code, body=b"", kind="text/plain", headers=()):
    def act(server, handler, request):
        handler.answer(code, body, kind, headers)
        return True
    return act


def html(code):
    return status(code, b"<html><body><h1>%d Something</h1><p>nginx</p></body></html>" % code, "text/html")


def once(act):
    """The first request only."""
    def first(server, handler, request):
        with server.lock:
            done, server.once = getattr(server, "once", False), True
        return not done and act(server, handler, request)
    return first


def only(method, act):
    return lambda server, handler, request: request["method"] == method and act(server, handler, request)


def no_deletes(bed):
    bed.same(bed.server.since(0, method="DELETE"), [], "nothing is deleted")


# ---- signing in ----

def one_token(bed):
    """The secret may be right, so another try soon would only keep the lock."""
    bed.same(len(bed.server.since(0, method="POST", path=TOKEN)), 1, "exactly one call for a token, then quiet")


def two_tokens(bed):
    harness.wait_for(lambda: len(bed.server.since(0, method="POST", path=TOKEN)) > 1, 10)
    bed.same(len(bed.server.since(0, method="POST", path=TOKEN)), 2, "exactly two calls for a token, then quiet")


def run_refused_file(bed):
    """The secret stands in a file; writing the right one there is enough."""
    path = bed.folder.write("secret", "wrong\n")
    config = bed.folder.write("secret.conf", 'secret_file = "%s"\n' % path)
    bed.arguments += ["-c", config]
    del bed.env["CXWALL_SECRET"]

    def act(server, handler, request):
        if b"client_secret=right" in request["body"]:
            return False
        handler.answer(401, {"error": "invalid_client"})
        return True
    bed.fault.act = act
    bed.fault.end = lambda b: (b.folder.write("secret", "right\n"), setattr(b.server, "fault", act))
    usual(bed)


def run_short_token(bed):
    """Tokens that live four seconds are renewed before they end: no answer is ever refused."""
    server, refused = bed.server, []

    def short(handler, request):
        server.tokens += 1
        server.token = "SHORT%d" % server.tokens
        server.ends = time.monotonic() + 4
        handler.answer(200, {"access_token": server.token, "token_type": "Bearer", "expires_in": "4"})

    def authorised(handler, request):
        good = request["headers"].get("Authorization") == "Bearer " + server.token and time.monotonic() < server.ends
        if not good:
            refused.append(request["path"])
            handler.answer(401)
        return good
    server.table[("POST", TOKEN)] = short
    server.authorised = authorised
    usual(bed)
    bed.check(server.tokens >= 3, "the token is renewed", server.tokens)
    bed.check(len(refused) <= 1, "before it ends", refused)


def expire(server, handler, request):
    """The token ends before its time: everything is refused until there is another."""
    server.token = "ENDED"
    return False


# ---- the subscription ----

def run_crashed(bed):
    """kill -9, and started again: the subscription on the server is our own leftover."""
    bed.start()
    bed.check(bed.live(), "the wall is live before", bed.wall.text())
    os.kill(bed.pid, signal.SIGKILL)
    bed.wall.close()
    bed.check(bed.server.subscription is not None, "the killed wall leaves its subscription")
    began = time.monotonic()
    bed.start()
    recover(bed)
    bed.row["recovery"] = "%.0f s" % max(1, time.monotonic() - began)
    bed.same(len(bed.server.since(began, method="DELETE")), 1, "our leftover is deleted once")
    finish(bed)


def limit(server, handler, request):
    """The tenant's, not this login's: there is nothing to see."""
    if request["method"] == "POST" or request["path"] == DATA:
        handler.answer(409 if request["method"] == "POST" else 404, {"message": "limit of active subscriptions exceeded"})
        return True
    return False


def conflict(data):
    """Somebody's subscription, with these data."""
    def act(server, handler, request):
        if request["method"] == "POST":
            handler.answer(409, {"message": "limit of active subscriptions exceeded"})
        else:
            handler.answer(200, data)
        return True
    return act


def replace(bed):
    bed.server.subscription = dict(FOREIGN)


def give_up(bed):
    bed.server.subscription = None


def untouched(bed):
    bed.same(bed.server.subscription, FOREIGN, "the other client's subscription is untouched")
    no_deletes(bed)


def run_leave(act):
    """What is another client's, or may be while nothing tells, is not deleted."""
    def run(bed):
        bed.start()
        bed.check(bed.live(), "the wall is live before", bed.wall.text())
        bed.server.where, bed.server.fault = DATA, act
        replace(bed)
        watch = Watch(bed)
        began, cpu = time.monotonic(), bed.processor()
        judge(bed, watch, watch.hold(bed.fault.hold), began, cpu)
        bed.wall.keys("q")
        bed.same(bed.wall.status(), 0, "q ends it with 0")
        untouched(bed)
        bed.row["recovery"] = "ended meanwhile"
    return run


def run_leave_at_once(bed):
    """Replaced between two polls: a look before the DELETE tells."""
    bed.start()
    bed.check(bed.live(), "the wall is live before", bed.wall.text())
    time.sleep(1.5)
    replace(bed)
    polls = len(bed.server.since(0, path=DATA))
    bed.fault.end(bed)
    harness.wait_for(lambda: len(bed.server.since(0, path=DATA)) > polls, 20)
    time.sleep(1)
    untouched(bed)
    bed.wall.keys("q")
    bed.same(bed.wall.status(), 0, "q ends it with 0")
    untouched(bed)
    bed.row["recovery"] = "ended meanwhile"


def touch_layout(bed):
    with open(bed.layout) as file:
        text = file.read()
    bed.folder.write(os.path.basename(bed.layout), text.replace("limit = 3", "limit = 4"))


def run_layout_meanwhile(bed):
    """What a POST without an answer left behind is known as ours, though the layout is another one since."""
    def taken(server, handler, request):
        with server.lock:
            first, server.taken = not hasattr(server, "taken"), True
        if first:
            server.subscription = json.loads(request["body"])
            time.sleep(12)
        return first
    bed.server.where, bed.server.fault = CREATE, taken
    bed.start()
    bed.check(harness.wait_for(lambda: bed.server.subscription is not None), "the POST is taken")
    # A file of the same length that is saved twice in one second is seen once.
    time.sleep(1.1)
    touch_layout(bed)
    began = time.monotonic()
    bed.check(bed.live("first", 45), "it is live by itself", bed.wall.text() + open(bed.log).read()[-2000:])
    bed.row["recovery"] = "%.0f s" % (time.monotonic() - began)
    limits = [asked["chat_messages"]["limit"] for asked in bed.server.subscription.values() if "chat_messages" in asked]
    bed.same(limits, [4], "the subscription is the new layout's")
    finish(bed)


def run_slow_to_follow(bed):
    """After another layout was subscribed to, the server goes on answering the old one for a while."""
    bed.start()
    bed.check(bed.live(), "the wall is live before", bed.wall.text())
    bed.server.where, bed.server.fault = DATA, status(200, bed.server.whole(), "application/json")
    time.sleep(1.1)
    touch_layout(bed)
    posted = harness.wait_for(lambda: len(bed.server.since(0, method="POST", path=CREATE)) == 2, 20)
    bed.check(posted, "the new layout is subscribed to", bed.wall.text())
    time.sleep(4)
    text = bed.wall.text()
    bed.check("login" not in text, "nobody else is blamed", text)
    bed.server.mark, bed.server.fault = "second", None
    began = time.monotonic()
    bed.check(bed.live("second", 10), "new data come by themselves", bed.wall.text())
    bed.row.update(recovery="%.0f s" % max(1, time.monotonic() - began), kept="stay" if "first-0" in text else "LOST")
    bed.same(len(bed.server.since(0, method="DELETE")), 1, "one subscription is deleted: the old layout's")
    finish(bed)


def run_leave_empty(bed):
    """What replaced ours has no data yet: nothing tells whose it is, and it is left alone."""
    bed.start()
    bed.check(bed.live(), "the wall is live before", bed.wall.text())
    bed.server.where, bed.server.fault = DATA, status(204)
    replace(bed)
    time.sleep(3)
    bed.wall.keys("q")
    bed.same(bed.wall.status(), 0, "q ends it with 0")
    untouched(bed)
    bed.row["recovery"] = "ended meanwhile"


def end_wall(bed):
    bed.wall.keys("q")


def twin(bed):
    """A machine of the same name and user, with another layout of this name: the same tag, other columns."""
    with bed.server.lock:
        ours = bed.server.subscription
        changed = {re.sub("/[0-9a-f]{8}/", "/0123abcd/", app): asked for app, asked in ours.items()}
        for asked in changed.values():
            for grid in asked.get("agent_grids", []) + asked.get("service_grids", []):
                stats = [column["stat_name"] for column in grid["columns"]]
                for column, stat in zip(grid["columns"], reversed(stats)):
                    column["stat_name"] = stat
        bed.twin = bed.server.subscription = changed
    bed.server.mark = "strange"


def twin_untouched(bed):
    bed.same(bed.server.subscription, bed.twin, "the other screen's subscription is untouched")
    bed.check("strange" not in bed.wall.text(), "nothing of the other's is shown", bed.wall.text())
    no_deletes(bed)


def refuse_column(server, handler, request):
    if b"team_x" in request["body"]:
        handler.answer(400, {"message": "statistic team_x is not supported"})
        return True
    return False


def run_one_panel(bed):
    """One statistic is refused: its panel goes without, the others live."""
    bed.server.where, bed.server.fault = CREATE, refuse_column
    bed.start()
    bed.check(bed.live(), "the other panels live", bed.wall.text())
    text = bed.wall.wait(bed.fault.words)
    watch = Watch(bed)
    watch.look()
    bed.row.update(said=watch.said, kept="the others live")
    bed.check(watch.said, "the panel says why", text)
    bed.check("fire drill" in text, "the messages come", text)
    bed.same(sorted(app.split("/")[-1] for app in bed.server.subscription), ["agents", "news", "now"], "the rest is subscribed")
    began = time.monotonic()
    time.sleep(4)
    bed.same(bed.server.since(began, method="POST"), [], "and it is not asked for again and again")
    bed.server.fault = None
    bed.wall.keys("r")
    began = time.monotonic()
    back = harness.wait_for(lambda: "team_x 0" in bed.wall.text(), 10, 0.1)
    bed.check(back, "a key asks for it again", bed.wall.text() + open(bed.log).read()[-1500:])
    bed.row["recovery"] = "%.0f s" % max(1, time.monotonic() - began)
    bed.check(len(bed.server.subscription) == 4 and bed.server.ours(), "and then it is subscribed", bed.server.subscription)
    finish(bed)


def run_one_team(bed):
    """A team is refused by its id: the panel that asks for it goes without."""
    team = bed.server.teams[0]["id"]

    def act(server, handler, request):
        if team.encode() not in request["body"]:
            return False
        handler.answer(404, {"errors": [{"detail": "there is no team %s" % team}]})
        return True
    bed.server.where, bed.server.fault = CREATE, act
    bed.start()
    text = bed.wall.wait(bed.fault.words)
    watch = Watch(bed)
    watch.look()
    bed.row.update(said=watch.said, kept="the others live")
    bed.check(watch.said, "the panel says why", text)
    bed.check(harness.wait_for(lambda: "team_x 0" in bed.wall.text()), "the others live", text)
    bed.same(sorted(app.split("/")[-1] for app in bed.server.subscription), ["news", "now", "queues"], "the rest is subscribed")
    finish(bed)


def run_no_life(bed):
    """A token that lives for 0 seconds, says the server: used as long as it is taken, and not renewed all the time."""
    bed.server.table[("POST", TOKEN)] = lambda handler, request: handler.answer(
        200, {"access_token": bed.server.token, "token_type": "Bearer", "expires_in": "0"})
    usual(bed)
    bed.same(len(bed.server.since(0, method="POST", path=TOKEN)), 1, "one call for a token")


def both_spellings(bed):
    bodies = [json.loads(r["body"]) for r in bed.server.find("POST", CREATE)]
    spellings = ["stat_name" if '"stat_name"' in json.dumps(b) else "statName" for b in bodies]
    bed.same(spellings, ["stat_name", "statName"], "the other spelling is tried once")


def waits(seconds):
    def check(bed):
        times = [t for t, _, _ in bed.server.since(bed.server.first_refusal, path=DATA)]
        gaps = [b - a for a, b in zip(times, times[1:])]
        bed.check(gaps and min(gaps) >= seconds - 0.05, "Retry-After is respected: %d s between requests" % seconds, gaps)
    return check


def retry_after(code, seconds):
    def act(server, handler, request):
        if not hasattr(server, "first_refusal"):
            server.first_refusal = time.monotonic() - 0.02
        handler.answer(code, b"", "text/plain", [("Retry-After", str(seconds))])
        return True
    return act


def drop(server, handler, request):
    """As if the subscription had been ended by somebody."""
    server.subscription = None
    return False


def run_redirect(code):
    """To another server, to which nobody may come."""
    def run(bed):
        other = Centre()

        def act(server, handler, request):
            handler.answer(code, b"", "text/html", [("Location", other.url + request["path"])])
            return True
        bed.fault.act = act
        usual(bed)
        bed.same(other.lines(), [], "the other server sees no request")
    return run


LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Guest network</title></head><body><form>Please log in</form></body></html>"

FAULTS = [
    Fault("401 once", "one answer to a poll is 401", act=once(status(401)), old=False, hold=4, most=30),
    Fault("401 for ever", "each poll is answered 401, each token is granted", r"rejected our access token \(401\)",
          status(401), within=75),
    Fault("token ends in mid-life", "the token is refused before its time", act=once(expire), old=False, hold=4, most=30),
    Fault("short-lived token", "tokens live four seconds", run=run_short_token, old=False, hold=9, most=60),
    Fault("token without a life", "`expires_in` is 0", run=run_no_life, old=False, hold=6, most=40),
    Fault("refused secret", "the token call is answered 401 invalid_client; then `r` asks again", r"secret was refused \(401",
          status(401, {"error": "invalid_client"}), TOKEN, starting=True, hold=12, also=two_tokens, key="r", within=5, most=2),
    Fault("refused secret, said with 200", "the token call is answered 200 invalid_client; then `r` asks again", r"secret was refused \(200",
          status(200, {"error": "invalid_client"}), TOKEN, starting=True, hold=12, also=two_tokens, key="r", within=5, most=2),
    Fault("account locked", "the token call is answered 423; then `r` asks again", r"The account is locked \(423\)", status(423),
          TOKEN, starting=True, hold=8, also=one_token, key="r", within=5, most=2),
    Fault("refused secret, file mended", "the same; then the right secret is written into the file", r"secret was refused \(401",
          where=TOKEN, run=run_refused_file, starting=True, hold=8, within=15, most=2),
    Fault("refused secret in mid-life", "the token ends, and no other is granted; then `r`", r"secret was refused \(401",
          lambda s, h, r: status(401, {"error": "invalid_client"})(s, h, r) if r["path"] == TOKEN else expire(s, h, r),
          (TOKEN, DATA), key="r", within=5, posts=3),
    Fault("token service down", "the token call is answered 503", r"could not sign in \(503\)", status(503), TOKEN, starting=True),
    Fault("403", "each poll is answered 403", r"privilege is missing \(403\)", status(403), within=75),
    Fault("403 on creation", "the POST is answered 403", r"privilege is missing \(403\)", status(403), CREATE, starting=True,
          within=75, posts=2),
    Fault("error object, said with 200", "each poll is answered 200 and `{\"error\": \"internal\"}`",
          r'The answer contains no statistics: error "internal"', status(200, {"error": "internal", "message": "backend down"})),
    Fault("error object with an object in it", "each poll is answered 200 and `{\"error\": {\"code\": 500, …}}`",
          r"The answer contains no statistics: error", status(200, {"error": {"code": 500, "message": "backend down"}})),
    Fault("an envelope", "each poll is answered 200 and `{\"status\": \"ok\", \"data\": {}}`",
          r"The answer contains no statistics: status .ok.", status(200, {"status": "ok", "data": {}}, "application/json")),
    Fault("404 on data", "the subscription is gone, once", act=once(drop), old=False, hold=4, posts=2, most=30),
    Fault("404 on data again and again", "each subscription is gone at its first poll", r"Another client uses this login, or the server drops our subscription", drop, posts=4,
          within=75, most=20),
    Fault("409, our own leftover", "`kill -9`, started again", run=run_crashed, posts=3),
    Fault("409, the tenant's limit", "the POST is answered 409, and there are no data", r"All subscriptions of this tenant are in use \(409\)", limit,
          (CREATE, DATA), starting=True, also=no_deletes, within=75, posts=2),
    Fault("login in use before the start", "another client holds the subscription", r"Another client uses this login",
          begin=replace, end=give_up, starting=True, also=untouched, within=75, posts=2),
    Fault("login in use after the start", "another client replaces ours", r"Another client uses this login", begin=replace,
          end=give_up, also=untouched, within=75, posts=2),
    Fault("409, and 401 on the data", "the POST is answered 409, the data 401, and each token is granted", r"rejected our access token \(401\)",
          lambda s, h, r: (h.answer(409 if r["method"] == "POST" else 401) or True), (CREATE, DATA), starting=True, also=no_deletes, within=75,
          posts=None),
    Fault("409, and no object", "the POST is answered 409, and the data are `[]`", r"The answer is not an object of app ids", conflict(b"[]"),
          (CREATE, DATA), starting=True, also=no_deletes, posts=None),
    Fault("ended while the login is in use", "another client replaces ours; then `q`", r"Another client uses this login",
          run=run_leave(None)),
    Fault("ended while nobody knows", "each poll is answered 503, and another client replaces ours; then `q`", r"not available now \(503\)",
          run=run_leave(status(503))),
    Fault("ended while nothing tells", "another client replaces ours, and has no data yet (204); then `q`", run=run_leave_empty),
    Fault("old answers after another layout", "after a layout change the data are the old layout's for five seconds",
          run=run_slow_to_follow),
    Fault("login taken, and ended at once", "another client replaces ours between two polls; then `q`", run=run_leave_at_once,
          end=end_wall, bed={"interval": "30"}),
    Fault("login taken, and another layout", "another client replaces ours between two polls; then the layout is changed",
          run=run_leave_at_once, end=touch_layout, bed={"interval": "30"}),
    Fault("POST without an answer, and another layout", "the POST is taken and never answered; meanwhile the layout is changed",
          run=run_layout_meanwhile, starting=True),
    Fault("a second screen of the same name", "same machine's name, user and layout's name; other columns",
          r"Another screen of the same name uses this login", begin=twin, end=give_up, also=twin_untouched, within=75, posts=2),
    Fault("one statistic refused", "the POST is answered 400 while it names one statistic; then `r`",
          r"refused this panel \(400\)", run=run_one_panel),
    Fault("one team refused", "the POST is answered 404 while it names one team's id, as `{\"errors\": [{\"detail\": …}]}`",
          r"refused this panel \(404\): there is no", run=run_one_team),
    Fault("400", "the POST is answered 400 with a reason", r"refused the request \(400\): the queue is asleep",
          status(400, {"message": "the queue is asleep"}), CREATE, starting=True, also=both_spellings, within=75, posts=3),
    Fault("400 with a reason deep inside", "the POST is answered 400 and `{\"error\": {\"description\": …}}`",
          r"refused the request \(400\): the queue is asleep", status(400, {"error": {"code": 7, "description": "the queue is asleep"}}),
          CREATE, starting=True, also=both_spellings, within=75, posts=3),
    Fault("415", "the POST is answered 415", r"does not take this kind of request \(415\)", status(415), CREATE, starting=True,
          posts=None),
    Fault("429 with Retry-After", "each poll is answered 429, Retry-After: 6", r"fewer requests \(429\)", retry_after(429, 6),
          hold=14, also=waits(6)),
    Fault("503 with Retry-After", "each poll is answered 503, Retry-After: 6", r"not available now \(503\)", retry_after(503, 6),
          hold=14, also=waits(6)),
    Fault("500 with HTML", "each poll is answered 500 and a page", r"The server reported an internal error \(500\)", html(500)),
    Fault("502 with HTML", "each poll is answered 502 and a page", r"behind its gateway \(502\)", html(502)),
    Fault("204 for ever", "each poll is answered 204", r"not sent any data for 2 minutes \(204\)", status(204), hold=125, most=700,
          within=10),
    Fault("204 in mid-life", "each poll is answered 204", r"does not send any data now \(204\)", status(204), most=60, within=10),
    Fault("answers without us", "each poll is answered `{}`", r"does not send any data now \(its answers are empty\)",
          status(200, {}, "application/json"), most=60, within=10),
    Fault("304", "each poll is answered 304, which says nothing to a request without a condition",
          r"what was not expected \(304\)", status(304)),
    Fault("204 from the start", "each poll is answered 204", r"waiting for the first data", status(204), starting=True, most=60),
    Fault("captive portal", "each request is answered 200 with a login page", r"Got a web page instead of data",
          status(200, LOGIN_PAGE, "text/html"), None),
    Fault("captive portal that says so", "each request is answered 511", r"A login portal is in the way \(511\)",
          status(511, LOGIN_PAGE, "text/html"), None),
    Fault("captive portal at the start", "each request is answered 200 with a login page", r"Got a web page instead of data",
          status(200, LOGIN_PAGE, "text/html"), None, starting=True),
    Fault("redirect", "each poll is redirected (302) to another server", r"Redirected to 127.0.0.1, which is never followed",
          run=run_redirect(302)),
    Fault("redirect of the secret", "the token call is redirected (307) to another server",
          r"Redirected to 127.0.0.1, which is never followed", run=run_redirect(307), where=TOKEN, starting=True),
]
