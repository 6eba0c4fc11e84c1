"""The collection's own example answers, served as they are, and drawn; its example body, asked for by a layout."""

import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Examples"
pages = ( { rows = (
  { height = 4 panels = ( { name = "now" type = "totals" digits = 1 tiles = ( "agents_logged", "in_average_speed_of_answer", "agents_ready" ) } ) },
  { panels = ( { name = "agents" type = "agent_grid" size = 1 columns = ( { stat = "login_id" width = 18 }, { stat = "count_of_interactions" width = 12 } ) },
               { name = "queues" type = "service_grid" size = 1 columns = ( { stat = "name" width = 18 }, "agents_logged" ) },
               { name = "open" type = "availability" services = ["inbound"] } ) },
  { height = 5 panels = ( { name = "camp" type = "campaigns" }, { name = "news" type = "messages" } ) }
) } )
"""

# The worked example of "Create Subscription", as a layout.
CREATE = """
pages = ( { rows = ( { panels = (
  { name = "p1" type = "agent_grid" teams = ["F4ED90FA-5A49-4D76-9487-4E41B24CA45F"] limit = 1000
    columns = ( "first_last_name", "extension", "acd_next_state", "login_time", "acd_state", "login_id" )
    sort = "first_last_name desc" },
  { name = "p2" type = "totals" services = %s tiles = ( "in_calls_waiting" ) },
  { name = "p3" type = "totals" services = %s tiles = ( "in_average_speed_of_answer" ) }
) } ) } )
"""


def fixture(name):
    with open(os.path.join(harness.SOURCE, "tests", "fixtures", name)) as file:
        return json.load(file)


def serve_examples(server):
    """The example of data under our app and grid ids: the cells are the collection's."""
    example = fixture("data.json")["example.subscription.string"]

    def data(handler, request):
        answer = {}
        for app_id, asked in server.subscription.items():
            part = {}
            for kind in ("agent_grids", "service_grids"):
                if kind in asked:
                    part[kind] = [{"id": asked[kind][0]["id"], "values": example[kind][0]["values"]}]
            if "stats_totals" in asked:
                part["stats_totals"] = example["stats_totals"]
            if "chat_messages" in asked:
                part["chat_messages"] = example["chat_messages"]
            answer[app_id] = part
        handler.answer(200, answer)

    def raw(name):
        return lambda handler, request: handler.answer(200, fixture(name))

    server.token = fixture("token.json")["access_token"]
    server.table[("POST", "/configapi/v2/oauth/token")] = raw("token.json")
    server.table[("GET", "/statsapi/subscription/data")] = data
    server.table[("GET", "/statsapi/cfg/teams")] = raw("teams.json")
    server.table[("GET", "/statsapi/cfg/dispositions")] = raw("dispositions.json")
    server.table[("GET", "/statsapi/info/check_available_agents")] = raw("available-agents.json")
    server.table[("GET", "/configapi/v2/campaign/getAll/")] = raw("campaigns.json")
    return example


def check_drawn(tap, out, example):
    lines = out.splitlines()
    for row in example["agent_grids"][0]["values"]:
        wanted = r"│ +%s +%s +│" % (re.escape(row["1"]), row["2"])
        tap.check(any(re.search(wanted, line) for line in lines), "drawn: agent %s" % row["1"], out)
    for row in example["service_grids"][0]["values"]:
        wanted = r"│ +%s +%s +│" % (re.escape(row["1"]), row["2"])
        tap.check(any(re.search(wanted, line) for line in lines), "drawn: service %s" % row["1"], out)
    tap.check(any(re.search(r"Agents logged in +ASA +Agents ready", line) for line in lines), "drawn: the tiles' labels", out)
    tap.check(any(re.search(r"│ +2 +– +2 +│", line) for line in lines), "drawn: the totals, a blank as –", out)
    tap.check(re.search(r"inbound[ ·]+available", out), "drawn: the availability", out)
    tap.check("CupIQ Dynamics Preview" in out and "STOPPED" in out, "drawn: the campaign", out)


def simplified(body):
    """The body without what is free to choose: app ids, grid ids, kinds of ids, and what is empty or false."""
    sets = []
    for asked in body.values():
        plain = {k: v for k, v in asked.items() if v}
        for kind in ("agent_grids", "service_grids"):
            for grid in plain.get(kind, []):
                grid.pop("id")
                names = {str(c["id"]): c["statName"] for c in grid["columns"]}
                grid["columns"] = [c["statName"] for c in grid["columns"]]
                grid["order"] = [[names[o["by"]], o["dir"]] for o in grid["order"]]
                for key in [k for k, v in grid.items() if not v]:
                    grid.pop(key)
        sets.append(plain)
    return sets


def check_create(tap, server, folder):
    wanted = fixture("create.json")
    ids = json.dumps(wanted["2"]["stats_totals_service_ids"])
    path = folder.write("create.conf", CREATE % (ids, ids))
    config = folder.write("example.conf", 'dialect = "example"\n')
    server.requests.clear()
    harness.run(["snapshot", "-c", config, "--format", "json", "-l", path, *harness.options(server)],
                folder.environment())
    sent = json.loads(server.find("POST", "/statsapi/subscription")[0]["body"])
    wanted = simplified(wanted)
    # The key of the rows comes in addition.
    wanted[0]["agent_grids"][0]["columns"].append("login_id")
    tap.same(simplified(sent), wanted, "the example's body, in the example's spelling")


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = harness.Server()
    example = serve_examples(server)
    path = folder.write("examples.conf", LAYOUT)
    status, out, err = harness.run(["snapshot", "--size", "132x30", "-l", path, *harness.options(server)],
                                   folder.environment())
    tap.same((status, err), (0, ""), "a snapshot of the examples")
    check_drawn(tap, out, example)
    status, out, _ = harness.run(["list", "teams", *harness.options(server)], folder.environment())
    tap.same(re.split(r"\s{2,}|\n", out.strip()), ["NAME", "ID", "Customer Service", "F4ED90FA-5A49-4D76-9487-4E41B24CA45F"],
             "the teams")
    status, out, _ = harness.run(["list", "dispositions", *harness.options(server)], folder.environment())
    tap.same(out.splitlines(), fixture("dispositions.json"), "the dispositions")
    check_create(tap, server, folder)
    folder.remove()
    tap.done()


main()
