"""Numbers as a server means them: every percentage of every layout that is shipped, with totals as fractions and as percents."""

import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

SHIPPED = ("overview", "queues", "agents", "service-level", "night", "console", "day")

# Shares of a whole, as the server knows them: of all services together, and of each row of a grid.
TOTALS = {"service_level": 0.85, "service_level_target": 0.8, "in_calls_abandoned_in_queue_ratio_per_day": 0.12,
          "in_calls_short_abandoned_in_queue_ratio_per_day": 0.007, "in_calls_abandoned_percent_per_day": 0.127}
ROWS = {stat: [share - 0.005 * row for row in range(3)] for stat, share in TOTALS.items()}


def written(share, scale):
    """A share as a server writes it."""
    return "%.6g" % (share if scale == "fraction" else 100 * share)


def serve(server, totals, grids="percent"):
    server.total = lambda stat: written(TOTALS[stat], totals) if stat in TOTALS else "7"
    server.cell = lambda panel, stat, row: (written(ROWS[stat][row], grids) if stat in ROWS
                                            else "Service %d" % row if stat == "name" else "1%d" % row)


def snapshot(folder, server, layout, **more):
    status, out, err = harness.run(["snapshot", "--format", "json", "-l", layout, *harness.options(server)],
                                   folder.environment(**more))
    return json.loads(out) if status == 0 else {"failed": err, "panels": []}


def cells(document):
    """(panel, row or "total", statistic, cell) of each cell that is shown."""
    for panel in document["panels"]:
        rows = list(enumerate(panel.get("rows", []))) + ([("total", panel["totals"])] if "totals" in panel else [])
        for row, values in rows:
            for column, cell in zip(panel.get("columns", []), values):
                yield panel["name"], "total" if panel["type"] == "totals" else row, column["statistic"], cell


def cell(document, panel, row, statistic):
    found = [c for p, r, s, c in cells(document) if (p, r, s) == (panel, row, statistic)]
    return found[0]["value"] if found else None


def every_shipped_number(tap, totals):
    server, seen = harness.Server(), {"total": 0, "row": 0}
    serve(server, totals)
    for layout in SHIPPED:
        folder = harness.Folder()
        document = snapshot(folder, server, layout)
        tap.check(document["panels"], "%s has data" % layout, document.get("failed", ""))
        for panel, row, statistic, shown in cells(document):
            if statistic not in TOTALS:
                continue
            share = TOTALS[statistic] if row == "total" else ROWS[statistic][row]
            seen["total" if row == "total" else "row"] += 1
            tap.check(shown["value"] is not None and abs(shown["value"] - 100 * share) < 1e-6,
                      "totals as %ss, %s: %s of %s, %s" % (totals, layout, statistic, panel, row), shown)
        folder.remove()
    tap.check(seen["total"] >= 5 and seen["row"] >= 9, "totals, total rows and rows were all seen", seen)
    folder = harness.Folder()
    document = snapshot(folder, server, "service-level")
    severities = {statistic: c.get("severity") for panel, _, statistic, c in cells(document) if panel == "today"}
    tap.same(severities["service_level"], None, "85 %% of 80 is no alarm with totals as %ss" % totals)
    tap.same(severities["in_calls_abandoned_in_queue_ratio_per_day"], "alert", "and 12 % of 10 is one")
    status, out, err = harness.run(["check", "now.service_level >= 85 and now.service_level < 85.1", *harness.options(server)],
                                   folder.environment())
    tap.same(status, 0, "a check compares percents")
    status, out, err = harness.run(["metrics", *harness.options(server)], folder.environment())
    tap.check('cxwall_service_level_ratio{panel="now"} 0.85' in out, "metrics have the share", out)
    folder.remove()


def remembered(tap):
    """A day that begins with small shares, at a tenant that was seen to write percents."""
    server, folder = harness.Server(), harness.Folder()
    lost = "in_calls_abandoned_in_queue_ratio_per_day"
    serve(server, "percent")
    state = folder.path + "/state"
    snapshot(folder, server, "service-level", XDG_STATE_HOME=state)
    server.total = lambda stat: "0.7"
    document = snapshot(folder, server, "service-level", XDG_STATE_HOME=state)
    tap.same(cell(document, "today", "total", lost), 0.7, "what was proved is remembered for the tenant")
    with open(state + "/cxwall/percent-totals") as file:
        tap.same(file.read(), "example.cx.onecloud.com\n", "once, in a file of its own")
    document = snapshot(folder, server, "service-level", XDG_STATE_HOME=state + "2")
    tap.same(cell(document, "today", "total", lost), 70, "who does not know it reads a fraction")
    document = snapshot(folder, server, "service-level", XDG_STATE_HOME=state, CXWALL_PERCENT_TOTALS="fraction")
    tap.same(cell(document, "today", "total", lost), 70, "the configuration goes before it")
    server.cell = lambda panel, stat, row: "0.91" if stat == "service_level" else "x%d" % row
    document = snapshot(folder, server, "service-level", XDG_STATE_HOME=state)
    tap.same(cell(document, "queues", 0, "service_level"), 0.91, "a grid's 0.91 is 0.91 %")
    document = snapshot(folder, server, "service-level", XDG_STATE_HOME=state, CXWALL_PERCENT_GRIDS="fraction")
    tap.same(cell(document, "queues", 0, "service_level"), 91, "unless the configuration says that it is a fraction")
    folder.remove()


def doctor(tap):
    server, folder = harness.Server(), harness.Folder()

    def lines(**more):
        _, out, _ = harness.run(["doctor", "-l", "service-level", *harness.options(server)], folder.environment(**more))
        return [line for line in out.splitlines() if "percentages" in line]
    serve(server, "fraction")
    said = "\n".join(lines())
    tap.check(re.search(r"^fine +percentages of totals: read as fractions .*as is usual: service_level of panel 'today' is 0.85$", said, re.M),
              "doctor says how totals are read", said)
    tap.check(re.search(r"^fine +percentages of grids: read as percents .*service_level of panel 'queues' is 85$", said, re.M),
              "and grids", said)
    tap.check("note" not in said, "and nothing is doubtful", said)
    said = "\n".join(lines(CXWALL_PERCENT_TOTALS="percent"))
    tap.check(re.search(r"^note +percentages of totals: all are at most 1 now", said, re.M), "percents that are all below 1 are noted", said)
    serve(server, "percent", "fraction")
    said = "\n".join(lines(CXWALL_PERCENT_TOTALS="fraction"))
    tap.check(re.search(r"^note +percentages of totals: some are above 1", said, re.M), "fractions above 1 are noted", said)
    tap.check(re.search(r"^note +percentages of grids: all are at most 1 now.*percent_grids = .fraction", said, re.M),
              "a grid of small shares is noted", said)
    said = "\n".join(lines())
    tap.check(re.search(r"^fine +percentages of totals: read as percents .*since a value was above 1", said, re.M), "doctor says what was found", said)
    folder.remove()


ALERT = """
pages = ( { rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "service_level" ) } ) },
  { panels = ( { name = "alarms" type = "alerts" } ) } ) } )
alerts = ( { name = "low" when = "now.service_level < 1" } )
"""


def travels(tap):
    """From a running wall to a command beside it, and in its recording."""
    server, folder = harness.Server(), harness.Folder()
    layout, recording = folder.write("low.conf", ALERT), folder.path + "/shift"
    serve(server, "percent")
    arguments = ["-l", layout, "-i", "0.1", *harness.options(server)]
    wall = harness.Terminal([harness.CXWALL, "run", "--record", recording, *arguments], folder.environment())
    wall.wait(r"● live")
    server.polled(2)
    server.total = lambda stat: "0.7"
    tap.check(wall.shows(r"0\.7 %"), "the wall goes on reading percents", wall.text())
    document = snapshot(folder, server, layout, XDG_STATE_HOME=folder.path + "/other")
    tap.same(cell(document, "now", "total", "service_level"), 0.7, "a command beside the wall reads what it reads")
    tap.same(len(server.find("POST", "/statsapi/subscription")), 1, "without a subscription of its own")
    wall.quit()
    replay = harness.Terminal([harness.CXWALL, "replay", recording, "-l", layout], folder.environment(XDG_STATE_HOME=folder.path + "/third"))
    replay.wait(r"REPLAY|replay")
    replay.keys("End")
    tap.check(replay.shows(r"0\.7 %"), "a replay reads percents", replay.text())
    replay.keys("q")
    replay.close()
    status, out, err = harness.run(["backtest", recording, "-l", layout, "--format", "json"], folder.environment())
    tap.check(status == 0 and json.loads(out)["alerts"][0]["firings"], "and a back-test", out + err)
    folder.remove()


NARROWED = """
pages = ( { rows = ( { panels = (
  { name = "deals" type = "totals" tiles = (
    { stat = "calls_dispositions_per_day" label = "Sold" kind = "count" dispositions = ["Product sold"] },
    { stat = "calls_dispositions_per_day" label = "Silent" kind = "count" dispositions = ["Silence"] },
    { stat = "calls_dispositions_per_day" label = "All" kind = "count" } ) },
  { name = "lines" type = "service_grid" size = 1 total = true columns = ( "name",
    { stat = "calls_dispositions_per_day" label = "Sold" kind = "count" dispositions = ["Product sold"] },
    { stat = "calls_dispositions_per_day" label = "All" kind = "count" } ) },
  { name = "sellers" type = "agent_grid" size = 1 sort = "calls_dispositions_per_day desc" limit = 3
    filter = "calls_dispositions_per_day GT 0" columns = ( "login_id",
    { stat = "calls_dispositions_per_day" label = "Sold" kind = "count" dispositions = ["Product sold"] } ) },
  { name = "states" type = "agent_states" limit = 3 } ) } ) } )
"""

COUNTS = {("Product sold",): 17, ("Silence",): 5, (): 40}


class Deals(harness.Server):
    """Counts by dispositions, as the collection has it: of totals for the whole app id, of columns for each."""

    def grid(self, panel, grid):
        def value(column, row):
            count = COUNTS[tuple(column.get("dispositions", []))] // 5
            return str(count + row) if column["stat_name"] == "calls_dispositions_per_day" else "%s %d" % (column["stat_name"], row)
        return {"id": grid["id"], "values": [{c["id"]: value(c, row) for c in grid["columns"]}
                                             for row in range(min(self.rows, grid.get("limit", self.rows)))]}

    def app(self, app_id, asked):
        answer = super().app(app_id, asked)
        if "stats_totals" in answer:
            count = str(COUNTS[tuple(asked.get("stats_totals_dispositions", []))])
            answer["stats_totals"] = {stat: count for stat in asked["stats_totals"]}
        return answer


def numbers_of(document, panel, row=0):
    shown = [p for p in document["panels"] if p["name"] == panel][0]
    return [c["value"] for c in (shown["totals"] if row == "total" else shown["rows"][row])]


def dispositions(tap):
    server, folder = Deals(), harness.Folder()
    server.rows = 5
    layout = folder.write("deals.conf", NARROWED)
    document = snapshot(folder, server, layout)
    tap.same(numbers_of(document, "deals"), [17, 5, 40], "each tile has the number of its own dispositions")
    tap.same(numbers_of(document, "lines")[1:], [3, 8], "and each column")
    tap.same(numbers_of(document, "lines", "total")[1:], [17, 40], "and the total row")
    body = json.loads(server.find("POST", "/statsapi/subscription")[0]["body"])
    grid = [a for app_id, a in body.items() if app_id.endswith("/sellers")][0]["agent_grids"][0]
    plain = [c["id"] for c in grid["columns"] if c["stat_name"] == "calls_dispositions_per_day" and "dispositions" not in c]
    tap.same([grid["order_by"], grid["filter_by"]], [plain[0], plain[0]], "sort and filter go to the column of all dispositions")
    shift = folder.path + "/deals"
    arguments = ["-l", layout, "-i", "0.1", *harness.options(server)]
    wall = harness.Terminal([harness.CXWALL, "run", "--record", shift, *arguments], folder.environment(), 150, 40)
    tap.check(wall.shows(r"of first 3"), "a panel says that it has the first rows only", wall.text())
    tap.check(re.search(r"\d agents of first 3", wall.text()), "and so do the counts of states", wall.text())
    document = snapshot(folder, server, layout)
    tap.same(numbers_of(document, "deals"), [17, 5, 40], "a command beside the wall has the same numbers")
    wall.quit()
    replay = harness.Terminal([harness.CXWALL, "replay", shift, "-l", layout], folder.environment(), 150, 40)
    tap.check(replay.shows(r"\A(?=[\s\S]*Total +17)(?=[\s\S]*of first 3)"), "a replay has them", replay.text())
    replay.keys("q")
    replay.close()
    folder.remove()


def limits(tap):
    server, folder = Deals(), harness.Folder()
    server.rows = 1500
    layout = folder.write("all.conf", NARROWED.replace("limit = 3", ""))
    document = snapshot(folder, server, layout)
    body = server.find("POST", "/statsapi/subscription")[0]["body"].decode()
    tap.check('"limit"' not in body, "a layout without a limit asks for all rows", body)
    panels = {p["name"]: p for p in document["panels"]}
    tap.same(len(panels["sellers"]["rows"]), 1500, "all agents come")
    tap.same(sum(row[1]["value"] for row in panels["states"]["rows"]), 1500, "and are counted")
    tap.check("first" not in panels["sellers"] and "first" not in panels["states"], "and nobody says that there are more")
    layout = folder.write("few.conf", NARROWED.replace("limit = 3", "limit = 1000"))
    document = snapshot(folder, server, layout)
    panels = {p["name"]: p for p in document["panels"]}
    tap.same([panels["sellers"].get("first"), panels["states"].get("first")], [1000, 1000], "a limit that is reached stands in the document")
    _, out, _ = harness.run(["doctor", "-l", layout, *harness.options(server)], folder.environment())
    tap.check("panel 'sellers': the first 1000 rows only" in out, "doctor notes it", out)
    folder.remove()


COMPUTED = """
pages = ( { rows = ( { panels = (
  { name = "staff" type = "agent_grid" size = 1 sort = "occupancy desc" limit = 2 columns = ( "login_id",
    { calc = "100 * agent_total_busy_time / (agent_total_busy_time + agent_total_ready_time)" label = "Occupancy" kind = "percent" alert = "> 85" },
    { sum = ["agent_total_busy_time", "agent_total_ready_time"] label = "At work" } ) },
  { name = "rate" type = "totals" tiles = (
    { calc = "100 * sold / calls_dispositions_per_day" label = "Sales rate" kind = "percent" },
    { stat = "calls_dispositions_per_day" name = "sold" kind = "count" dispositions = ["Product sold"] },
    { stat = "calls_dispositions_per_day" kind = "count" } ) } ) } ) } )
alerts = ( { name = "tired" when = "staff[*].occupancy > 89" } )
"""

TIMES = {"agent_total_busy_time": ["10", "90", "", "0"], "agent_total_ready_time": ["90", "10", "50", "0"],
         "agent_total_busy_time|SUM": ["100", "100", "50", "0"], "login_id": ["ana", "bo", "cy", "di"]}


class Computing(Deals):
    def grid(self, panel, grid):
        return {"id": grid["id"], "values": [{c["id"]: TIMES[c["stat_name"]][row] for c in grid["columns"]} for row in range(4)]}


def computed(tap):
    server, folder = Computing(), harness.Folder()
    layout = folder.write("rate.conf", COMPUTED)
    document = snapshot(folder, server, layout)
    tap.same([numbers_of(document, "staff", row) for row in (0, 1)], [["bo", 90, 100], ["ana", 10, 100]],
             "occupancy is computed, and sorted and cut here")
    tap.same(numbers_of(document, "rate"), [42.5, 17, 40], "a rate of a tile that has a name")
    tap.same([c.get("severity") for p, r, s, c in cells(document) if s == "occupancy"], ["alert", None], "its limits hold")
    columns = [c for a in json.loads(server.find("POST", "/statsapi/subscription")[0]["body"]).values()
               for g in a.get("agent_grids", []) for c in g["columns"]]
    tap.same([c["sum_stat_names"] for c in columns if "sum_stat_names" in c], [["agent_total_busy_time", "agent_total_ready_time"]],
             "the server is asked for a sum")
    for expression, wanted in (("staff[bo].occupancy = 90", 0), ("rate.sales_rate < 42", 2), ("staff[cy].occupancy > 0", 3)):
        status, out, err = harness.run(["check", expression, "-l", layout, *harness.options(server)], folder.environment())
        tap.same(status, wanted, "check %s" % expression)
    status, out, err = harness.run(["metrics", "-l", layout, *harness.options(server)], folder.environment())
    tap.check("cxwall_occupancy_ratio" in out and "cxwall_sales_rate_ratio" in out, "metrics have it", out + err)
    status, out, err = harness.run(["snapshot", "--format", "csv", "--panel", "staff", "-l", layout, *harness.options(server)], folder.environment())
    tap.check("90" in out, "and CSV", out + err)
    status, out, err = harness.run(["doctor", "-l", layout, *harness.options(server)], folder.environment())
    tap.check("not known to cxwall: it" not in out or "'calls_dispositions_per_day'" in out, "doctor takes it as known", out)
    shift = folder.path + "/shift"
    wall = harness.Terminal([harness.CXWALL, "run", "--record", shift, "-l", layout, "-i", "0.1", *harness.options(server)],
                            folder.environment(), 150, 40)
    tap.check(wall.shows(r"bo +90 %"), "the wall shows it", wall.text())
    wall.quit()
    status, out, err = harness.run(["backtest", shift, "-l", layout, "--format", "json"], folder.environment())
    tap.check(status == 0 and json.loads(out)["alerts"][0]["firings"], "an alert fires on it, in a recording", out + err)
    folder.write("wrong.conf", COMPUTED.replace("agent_total_ready_time)", "agent_total_redy_time)"))
    status, out, err = harness.run(["snapshot", "-l", folder.path + "/wrong.conf", *harness.options(server)], folder.environment())
    tap.check(status == 2 and re.search(r"wrong.conf:4: calc of 'occupancy': character 56: .*did you mean 'agent_total_ready_time'", err),
              "a mistake has its line, its place and the nearest name", err)
    folder.remove()


def main():
    tap = harness.Tap()
    every_shipped_number(tap, "fraction")
    every_shipped_number(tap, "percent")
    remembered(tap)
    doctor(tap)
    travels(tap)
    dispositions(tap)
    limits(tap)
    computed(tap)
    tap.done()


if __name__ == "__main__":
    main()
