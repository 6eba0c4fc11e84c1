"""cxwall against a server that was written from the collection: requests, order, headers, bodies, and every cell."""

import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Test"
pages = ( { title = "Page" rows = (
    { height = 5 panels = ( { name = "now" type = "totals" services = ["Sales"]
        tiles = ( "in_calls_waiting", "in_average_speed_of_answer", "agents_ready" ) },
      { name = "open" type = "availability" width = 30 services = ["Sales"] } ) },
    { panels = (
        { name = "agents" type = "agent_grid" size = 1 teams = ["Customer Service"] filter = "acd_state NE ''"
          sort = "login_id desc" limit = 50 columns = ( "login_id", { stat = "extension" width = 16 } ) },
        { name = "queues" type = "service_grid" size = 1 columns = ( { stat = "name" width = 10 }, { stat = "team_x" width = 16 }, "service_level" ) } ) },
    { height = 4 panels = ( { name = "news" type = "messages" limit = 3 } ) }
) } )
"""

CELLS = {
    "login_id": ["christy.borden", "marky.mark", "liza.smith"],
    "extension": ["1001", "", "1003"],
    "acd_state": ["busy", "ready", "not_ready"],
    "name": ["Chat Service", "1", "Outbound Voice"],
    "team_x": ["alpha", "beta", "gamma"],
    "service_level": ["71", "", "97"],
}


def snapshot_requests(tap, server, folder, path):
    status, out, err = harness.run(["snapshot", "--format", "json", "-l", path, *harness.options(server)],
                                   folder.environment())
    tap.same(status, 0, "snapshot ends with 0")
    tap.same(err, "", "nothing on standard error")
    order = [line.split("?")[0] for line in server.lines() if "check_available" not in line]
    tap.same(order[0], "POST /configapi/v2/oauth/token", "the token comes first")
    main = [line for line in order if "/subscription" in line]
    tap.same(main, ["POST /statsapi/subscription", "GET /statsapi/subscription/data",
                    "DELETE /statsapi/subscription/active"], "subscribe, poll, delete, in this order and no more")
    tap.check(order.index("GET /statsapi/cfg/teams") < order.index("POST /statsapi/subscription"),
              "names are resolved before the subscription")
    return json.loads(out)


def check_token(tap, server):
    request = server.find("POST", "/configapi/v2/oauth/token")[0]
    form = urllib.parse.parse_qs(request["body"].decode())
    tap.same(form, {"client_id": ["stats.user"], "client_secret": ["the-secret"],
                    "scope": ["example.cx.onecloud.com"], "grant_type": ["client_credentials"]}, "the token's form")
    tap.same(request["headers"].get("Content-Type"), "application/x-www-form-urlencoded", "its content type")
    tap.check("Authorization" not in request["headers"], "no authorisation on the token call")


def check_headers(tap, server):
    with server.lock:
        requests = list(server.requests)
    for request in requests:
        path = request["path"].split("?")[0]
        open_call = path.endswith("oauth/token") or path.endswith("check_available_agents")
        wanted = None if open_call else "Bearer " + server.token
        tap.same(request["headers"].get("Authorization"), wanted, "authorisation of %s" % path)
    create = server.find("POST", "/statsapi/subscription")[0]
    tap.same(create["headers"].get("Content-Type"), "application/json", "the body of the subscription is JSON")
    query = server.find("GET", "/statsapi/info/check_available_agents")[0]["path"].split("?")[1]
    tap.same(urllib.parse.parse_qs(query), {"service": ["Sales"]}, "availability is asked by the service's name")


def check_body(tap, server):
    body = json.loads(server.find("POST", "/statsapi/subscription")[0]["body"])
    by_panel = {app_id.split("/")[-1]: asked for app_id, asked in body.items()}
    tap.same(sorted(by_panel), ["agents", "news", "now", "queues"], "one app id for each panel that subscribes")
    tap.check(all(app_id.startswith("cxwall-") for app_id in body), "app ids carry the instance tag", list(body))
    grid = by_panel["agents"]["agent_grids"][0]
    names = [c["stat_name"] for c in grid["columns"]]
    tap.same(names, ["login_id", "extension", "acd_state"], "columns, then what the filter needs")
    ids = [c["id"] for c in grid["columns"]]
    tap.check(all(isinstance(i, str) for i in ids), "column ids are strings", ids)
    tap.same((grid["order_by"], grid["order_dir"]), (ids[0], "DESC"), "the order")
    tap.same((grid["filter_by"], grid["filter_operation"], grid["filter_value"]), (ids[2], "NE", ""), "the filter")
    tap.same(grid["limit"], 50, "the limit is a number")
    tap.same(grid["team_ids"], [server.teams[0]["id"]], "teams by id")
    tap.same(by_panel["now"], {"stats_totals": ["in_calls_waiting", "in_average_speed_of_answer", "agents_ready"],
                               "stats_totals_service_ids": [server.services[0]["id"]]}, "totals of one service")
    tap.same(by_panel["news"], {"chat_messages": {"filter": "", "limit": 3}}, "messages")


def check_cells(tap, document):
    panels = {p["name"]: p for p in document["panels"]}
    for name, stats in (("agents", ["login_id", "extension"]), ("queues", ["name", "team_x", "service_level"])):
        got = [[cell["text"] for cell in row] for row in panels[name]["rows"]]
        wanted = [[CELLS[stat][row] for stat in stats] for row in range(3)]
        tap.same(got, wanted, "cells of '%s' are the cells that the server sent" % name)
    tap.same([c["statistic"] for c in panels["agents"]["columns"]], ["login_id", "extension"],
             "hidden columns stay inside")
    service = panels["queues"]["rows"][1][0]
    tap.same((service["is"], service["value"]), ("text", "1"), "a service called 1 is text")
    blank = panels["queues"]["rows"][1][2]
    tap.same((blank["is"], blank["value"]), ("blank", None), "an empty text is blank, not zero")
    tiles = [(c["is"], c["value"]) for c in panels["now"]["rows"][0]]
    tap.same(tiles, [("number", 4), ("blank", None), ("number", 0)], "totals: a number, a blank, a zero")
    tap.same(panels["open"]["services"][0]["availability"], "available", "availability")


def check_picture(tap, server, folder, path):
    status, out, err = harness.run(["snapshot", "--size", "120x17", "-l", path, *harness.options(server)],
                                   folder.environment())
    tap.same(status, 0, "snapshot as text ends with 0")
    lines = out.splitlines()
    tap.same(len(lines), 17, "as many lines as were asked for")
    for row in range(3):
        line = next((l for l in lines if CELLS["login_id"][row] in l), "")
        wanted = r"%s[\s·]+%s\s" % (re.escape(CELLS["login_id"][row]), CELLS["extension"][row] or "–")
        tap.check(re.search(wanted, line), "agent row %d is drawn as sent" % row, out)
        level = CELLS["service_level"][row]
        wanted = r"%s[\s·]+%s[\s·]+%s" % (re.escape(CELLS["name"][row]), CELLS["team_x"][row], level + " %" if level else "–")
        tap.check(any(re.search(wanted, l) for l in lines), "service row %d is drawn as sent" % row, out)
    tap.check("Ana Li" in out and "fire drill at 15:00" in out, "the message is drawn", out)


def check_spelling(tap, folder):
    """A name with a mark that no screen shows is asked for as the server wrote it."""
    server = harness.Server()
    server.services = [{"id": "1", "name": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"}]
    path = folder.write("all.conf", 'pages = ( { rows = ( { panels = ( { name = "open" type = "availability" } ) } ) } )')
    status, out, err = harness.run(["snapshot", "--format", "json", "-l", path, *harness.options(server)], folder.environment())
    query = server.find("GET", "/statsapi/info/check_available_agents")[0]["path"].split("?")[1]
    tap.same(urllib.parse.parse_qs(query), {"service": [server.services[0]["name"]]}, "a name with a joiner is asked for whole")
    shown = json.loads(out)["panels"][0]["services"] if status == 0 else []
    tap.same([(s["service"], s["state"]) for s in shown], [(server.services[0]["name"].replace("\u200c", ""), "live")],
             "and shown without it")


def check_wall(tap, server, folder, path):
    """204 first: the wall says that it waits; then the data; the deletion at the end."""
    server.not_ready = 10 ** 6
    terminal = harness.Terminal([harness.CXWALL, "-l", path, "-i", "0.2", *harness.options(server)],
                                folder.environment())
    text = terminal.wait("waiting for the first data")
    tap.check("waiting for the first data" in text, "204: the wall waits for the first data", text)
    tap.check("christy" not in text and "0 %" not in text, "204: nothing is made up", text)
    server.not_ready = 0
    text = terminal.wait("christy.borden")
    tap.check(re.search("marky.mark +–", text), "then the data; a blank is –", text)
    tap.check("live" in text, "and the link is live", text)
    server.requests.clear()
    terminal.keys("q")
    tap.same(terminal.status(), 0, "q ends with 0")
    tap.same(server.lines()[-1], "DELETE /statsapi/subscription/active", "q deletes the subscription, last")
    terminal.close()


def check_cookies(tap, server, folder, path):
    config = folder.write("cookie.conf", 'auth = "cookie"\n')
    server.requests.clear()
    server.authorised = lambda handler, request: True
    status, _, err = harness.run(["snapshot", "-c", config, "--format", "json", "-l", path, *harness.options(server)],
                                 folder.environment())
    tap.same((status, err), (0, ""), "signing in by cookies works")
    tap.same(server.find("POST", "/configapi/v2/oauth/token"), [], "and asks for no token")
    headers = server.find("POST", "/statsapi/subscription")[0]["headers"]
    cookies = dict(part.strip().split("=", 1) for part in headers.get("Cookie", "=").split(";"))
    tap.same(cookies, {"X-STATSAPI-TOKEN": "the-secret", "X-STATSAPI-TENANT": "example.cx.onecloud.com",
                       "X-STATSAPI-LOGIN": "stats.user"}, "the three cookies")


def check_cookie_command(tap, folder, path):
    """A cookie that is refused: the command is run again, and what it prints then is sent; there is no token."""
    server = harness.Server()
    turns = os.path.join(folder.path, "turns")
    config = folder.write("cookie.conf", 'auth = "cookie"\nsecret_command = "echo x >>%s; echo cookie-$(wc -l <%s)"\n' % (turns, turns))

    def authorised(handler, request):
        if "X-STATSAPI-TOKEN=cookie-2" in request["headers"].get("Cookie", ""):
            return True
        handler.answer(401, b"", "text/plain")
        return False
    server.authorised = authorised
    env = folder.environment()
    del env["CXWALL_SECRET"]
    status, out, err = harness.run(["snapshot", "-c", config, "--format", "json", "-l", path, *harness.options(server)], env)
    tap.check(status == 0 and '"live"' in out, "a refused cookie is renewed by secret_command", err)
    tap.same(open(turns).read(), "x\nx\n", "which is run twice")
    tap.same(server.find("POST", "/configapi/v2/oauth/token"), [], "and no token is asked for")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    server.cell = lambda panel, stat, row: CELLS[stat][row]
    server.total = lambda stat: {"in_calls_waiting": "4", "in_average_speed_of_answer": "", "agents_ready": "0"}[stat]
    server.messages = [{"id": "1", "login_id": "ana.li", "first_name": "Ana", "last_name": "Li",
                        "send_time": "1767225000", "is_urgent": "0", "content": "fire drill at 15:00"}]
    path = folder.write("test.conf", LAYOUT)
    document = snapshot_requests(tap, server, folder, path)
    check_token(tap, server)
    check_headers(tap, server)
    check_body(tap, server)
    check_cells(tap, document)
    check_picture(tap, server, folder, path)
    check_wall(tap, server, folder, path)
    check_cookies(tap, server, folder, path)
    check_cookie_command(tap, folder, path)
    check_spelling(tap, folder)
    folder.remove()
    tap.done()


main()
