"""Clocks that jump and machines that sleep, on a wall that runs; and the counters' own midnight."""

import datetime
import os
import re
import shutil
import struct
import subprocess
import time

from bed import DATA, TOKEN, Fault, Watch, finish, judge, recover
import api
import harness

HERE = os.path.dirname(os.path.abspath(__file__))

HOUR = 3600
# An hour more than a day, so that the clock on the screen shows it.
DAY = 25 * HOUR
NIGHT = 8 * HOUR

LAYOUT = """
title = "Faults"
pages = ( { title = "Page" rows = (
    { height = 9 panels = (
        { name = "now" type = "totals" services = ["Sales"] tiles = ( "in_calls_waiting", "in_calls_received_per_day" ) },
        { name = "open" type = "availability" width = 40 services = ["Sales"] } ) },
    { panels = (
        { name = "agents" type = "agent_grid" teams = ["Customer Service"]
          columns = ( { stat = "login_id" width = 20 }, { stat = "extension" width = 14 },
            { stat = "state_duration" width = 14 alert = "> 1h" } ) } ) },
    { height = 5 panels = ( { name = "alarms" type = "alerts" } ) }
) } )
alerts = (
    { name = "many wait"  when = "now.in_calls_waiting > 8"  for = "1s" },
    { name = "long in state"  when = "agents[*].state_duration > 30m"  for = "1s" },
    { name = "nobody calls"  when = "now.in_calls_received_per_day < 0"  for = "1s" }
)
"""


def prepare(bed):
    """Compiles the clocks; false where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    library = os.path.join(bed.folder.path, "clock.so")
    if compiler is None or subprocess.run([compiler, "-shared", "-fPIC", "-o", library, os.path.join(HERE, "clock.c"),
                                           "-ldl"], stderr=subprocess.DEVNULL).returncode != 0:
        bed.skipped = "no compiler"
        return False
    bed.clock = os.path.join(bed.folder.path, "clock")
    jump(bed, 0, 0)
    # Not for the terminal's own program.
    bed.arguments[:0] = ["env", "LD_PRELOAD=" + library, "FAULTS_CLOCK=" + bed.clock,
                         "ASAN_OPTIONS=%s:verify_asan_link_order=0" % bed.env.get("ASAN_OPTIONS", "")]
    cell, total = bed.server.cell, bed.server.total
    bed.counted = 912
    bed.server.cell = lambda panel, stat, row: "90" if stat == "state_duration" else cell(panel, stat, row)
    bed.server.total = lambda stat: str(bed.counted) if stat == "in_calls_received_per_day" else total(stat)
    return True


def jump(bed, wall, boot):
    """From here on the time of day is off by so many seconds, and the time since the machine's start."""
    with open(bed.clock, "r+b" if os.path.exists(bed.clock) else "wb") as file:
        file.write(struct.pack("=qq", wall, boot))
    bed.wall_offset = wall


def top(bed):
    return bed.wall.text().split("\n", 1)[0]


def shows_time(bed):
    """Whether the clock on the screen is the shifted one: the jump has arrived."""
    shown = re.search(r"(\d\d):(\d\d):(\d\d)", top(bed))
    if not shown:
        return False
    hours, minutes, seconds = map(int, shown.groups())
    now = datetime.datetime.fromtimestamp(time.time() + bed.wall_offset, datetime.timezone.utc)
    apart = abs((hours * 60 + minutes) * 60 + seconds - (now.hour * 60 + now.minute) * 60 - now.second)
    return min(apart, 86400 - apart) <= 3


def calm(bed, text):
    """Nothing fires. That old data decide nothing is said of each alert, with a question mark."""
    firing = re.sub(r"\? +(many wait|long in state|nobody calls) +no value", "", text)
    bed.check(not re.search(r"many wait|long in state|nobody calls", firing), "no alarm", text)


def calm_log(bed):
    with open(bed.log) as file:
        told = [line for line in file if "alert '" in line and not re.search(r"alert '[^']*' has (no value|a value again)", line)]
    bed.same(told, [], "and no alarm in between")


def looks(bed, seconds, each):
    """The screen, again and again; each sees it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = bed.wall.text()
        each(text)
        time.sleep(0.1)
    return text


def count_polls(bed, began, most):
    took = time.monotonic() - began
    polls = len(bed.server.since(began, path=DATA))
    bed.check(polls <= most, "no burst of polls: %d at most" % most, "%d in %.1f s" % (polls, took))
    bed.row["requests"] = "%.1f" % (len(bed.server.since(began)) / took)


def begin(bed):
    if not prepare(bed):
        return False
    bed.start()
    return bed.check(bed.live(), "the wall is live before", bed.wall.text())


def end(bed):
    recover(bed)
    calm(bed, bed.wall.text())
    finish(bed)
    calm_log(bed)


def run_jump(offset):
    """The clock is changed, and nothing else: the age stays right, and nobody else notices."""
    def run(bed):
        if not begin(bed):
            return
        began, cpu, tokens = time.monotonic(), bed.processor(), bed.server.tokens
        jump(bed, offset, 0)
        bed.check(harness.wait_for(lambda: shows_time(bed), 5), "the clock on the wall jumps", bed.wall.text())
        watch = Watch(bed)
        took = watch.hold(bed.fault.hold)
        judge(bed, watch, took, began, cpu)
        bed.check(re.search(r"● live (?!  ?\d+ s)", watch.text.split("\n", 1)[0]), "the age stays right", watch.text)
        count_polls(bed, began, int(took * 5) + 4)
        bed.same(bed.server.tokens, tokens, "no other token is asked for")
        end(bed)
    return run


def old_by_hours(text):
    return re.search(r"\b8 ?h|8:00:\d\d|\b480 ?m", text.split("\n", 1)[0])


def run_sleep(bed):
    """Eight hours pass in between: what is on the screen is eight hours old, until the next answer."""
    if not begin(bed):
        return
    # Just after a poll, so that the next is seconds away.
    polls = bed.server.polls
    harness.wait_for(lambda: bed.server.polls > polls, 10)
    time.sleep(1.5)
    began = time.monotonic()
    jump(bed, NIGHT, NIGHT)
    seen = harness.wait_for(lambda: old_by_hours(bed.wall.text()) and bed.wall.text(), 4, 0.05)
    took = time.monotonic() - began
    bed.check(seen, "the data are called eight hours old", bed.wall.text())
    bed.check(took < 2.5, "at once", "%.1f s" % took)
    bed.row.update(old="after %.0f s" % took, said=str(seen or "").split("\n", 1)[0].split("!!")[-1].strip(" ✗×!x")[:40])
    calm(bed, seen or "")
    bed.check("first-0" in (seen or ""), "the last good data stay", seen)
    bed.row["kept"] = "stay"
    recover(bed)
    count_polls(bed, began, 3 + int((time.monotonic() - began) / 5))
    calm(bed, bed.wall.text())
    finish(bed)
    calm_log(bed)


def run_sleep_apart(bed):
    """The server does not come back with us: old data are called old all the time, and recovery asks once for all."""
    if not begin(bed):
        return
    began, cpu = time.monotonic(), bed.processor()
    # What eight hours do at the server.
    bed.server.token, bed.server.subscription = "ENDED", None
    bed.server.where, bed.server.fault = None, api.status(503)
    jump(bed, NIGHT, NIGHT)
    watch, lies = Watch(bed), []
    bed.check(harness.wait_for(lambda: old_by_hours(bed.wall.text()), 3, 0.05), "the data are called eight hours old",
              bed.wall.text())
    looks(bed, 8, lambda text: (watch.look(), old_by_hours(text) or lies.append(text)))
    bed.check(not lies, "all the time", lies and lies[0])
    judge_quietly(bed, watch, began)
    bed.check((bed.processor() - cpu) / (time.monotonic() - began) <= 0.5, "the processor is left alone")
    bed.server.fault = None
    bed.fault.posts = 2
    end(bed)


def judge_quietly(bed, watch, began):
    bed.check(watch.said, "the screen says why", watch.text)
    bed.check(not watch.lost, "the last good data stay", watch.lost)
    bed.row.update(said=watch.said, kept="stay", old="after %.0f s" % (watch.old_at - began if watch.old_at else -1))
    count_polls(bed, began, 12)
    calm(bed, watch.text)


def run_pause(bed):
    """The quarter of an hour after a refused secret: no changed clock ends it, and a night does."""
    if not prepare(bed):
        return
    refuse = api.status(401, b'{"error": "invalid_client"}', "application/json")
    bed.server.where, bed.server.fault = TOKEN, refuse
    calls = lambda: len(bed.server.since(0, path=TOKEN))
    bed.start()
    bed.check(harness.wait_for(lambda: calls() == 2 and re.search(r"next try in 1[45]", bed.wall.text())),
              "two calls for a token, and the next is in a quarter of an hour", bed.wall.text())
    for offset in (DAY, -DAY):
        jump(bed, offset, 0)
        bed.check(harness.wait_for(lambda: shows_time(bed), 5), "the clock on the wall jumps", bed.wall.text())
        time.sleep(3)
        text = bed.wall.text()
        bed.check(calls() == 2 and re.search(r"next try in 1[345]", text), "and the pause goes on", text)
    bed.row.update(said=(re.search(r"The secret was refused[^:;│]*", text) or [""])[0].strip())
    bed.server.fault = None
    jump(bed, NIGHT, NIGHT)
    began = time.monotonic()
    bed.server.mark = "second"
    good = bed.live("second", 40)
    bed.check(good, "after a night it is asked again, by itself", bed.wall.text())
    bed.row["recovery"] = "%.0f s" % max(1, time.monotonic() - began)
    bed.same(calls(), 3, "by one call")
    finish(bed)


def run_backoff(bed):
    """A wait for the next try ends with the night, too."""
    if not begin(bed):
        return
    bed.server.where, bed.server.fault = DATA, api.status(429, headers=[("Retry-After", "540")])
    bed.check(harness.wait_for(lambda: re.search(r"next try in [89] min", bed.wall.text()), 10),
              "the next try is in nine minutes", bed.wall.text())
    bed.row["said"] = (re.search(r"the server asks for[^:│]*", bed.wall.text()) or [""])[0].strip()
    began = time.monotonic()
    jump(bed, -DAY, 0)
    time.sleep(3)
    bed.check(re.search(r"next try in [89] min", bed.wall.text()), "a changed clock does not end it", bed.wall.text())
    bed.same(len(bed.server.since(began, path=DATA)), 0, "and nothing is asked")
    bed.server.fault = None
    jump(bed, NIGHT - DAY, NIGHT)
    end(bed)


def run_token(bed):
    """Tokens that live twelve seconds: jumps neither renew them early nor let them end."""
    if not prepare(bed):
        return
    server, refused, ends = bed.server, [], {}

    def short(handler, request):
        server.tokens += 1
        server.token = "SHORT%d" % server.tokens
        # The one before lives on: a poll may be on its way with it.
        ends["Bearer " + server.token] = time.monotonic() + 12
        handler.answer(200, {"access_token": server.token, "token_type": "Bearer", "expires_in": "12"})

    def authorised(handler, request):
        good = time.monotonic() < ends.get(request["headers"].get("Authorization"), 0)
        if not good:
            refused.append(request["path"])
            handler.answer(401)
        return good
    server.table[("POST", TOKEN)] = short
    server.authorised = authorised
    bed.start()
    bed.check(bed.live(), "the wall is live before", bed.wall.text())
    began, old = time.monotonic(), []
    for offset in (DAY, -DAY, 0):
        jump(bed, offset, 0)
        looks(bed, 8, lambda text: re.search(r"\bold\b", text.split("\n", 1)[0]) and old.append(text))
    took = time.monotonic() - began
    bed.check(not old, "nothing is called old", old and old[0])
    bed.check(2 <= server.tokens <= 2 + took / 5, "tokens are renewed at their own pace", server.tokens)
    bed.same(refused, [], "and none ends before")
    bed.row["kept"] = "stay"
    count_polls(bed, began, int(took * 5) + 4)
    end(bed)


def run_midnight(bed):
    """The tenant's reset hour: what was counted today is 0."""
    if not begin(bed):
        return
    began = time.monotonic()
    time.sleep(1)
    bed.counted = 0
    negative = []
    text = looks(bed, 6, lambda text: re.search(r"-\d", re.sub(r"(first|second)-\d", "", text)) and negative.append(text))
    bed.check(not negative, "nothing is negative", negative and negative[0])
    calm(bed, text)
    bed.check("old" not in text.split("\n", 1)[0], "nothing is called old", text)
    bed.row["kept"] = "–"
    count_polls(bed, began, int((time.monotonic() - began) * 5) + 4)
    end(bed)


AT_FIVE = {"layout": LAYOUT, "interval": "5"}
AT_ONCE = {"layout": LAYOUT}

FAULTS = [
    Fault("the clock jumps forward", "the time of day, by 25 hours, on a running wall", run=run_jump(DAY), old=False,
          most=80, bed=AT_ONCE),
    Fault("the clock jumps back", "the same, 25 hours back", run=run_jump(-DAY), old=False, most=80, bed=AT_ONCE),
    Fault("asleep for 8 hours", "the time of day and that since the machine's start jump, timers do not; polled each 5 s",
          run=run_sleep, bed=AT_FIVE),
    Fault("asleep, and the server forgot us", "the same; token and subscription ended meanwhile, and each request is answered 503",
          words="not available now \\(503\\)", run=run_sleep_apart, bed=AT_ONCE),
    Fault("jumps while a refused secret rests", "the token call is answered 401; 25 hours forward, back, then asleep for 8 hours",
          run=run_pause, bed=AT_ONCE),
    Fault("asleep during Retry-After", "polls are answered 429, Retry-After: 540; 25 hours back, then asleep for 8 hours",
          run=run_backoff, within=40, bed=AT_ONCE),
    Fault("jumps in the life of a token", "tokens live 12 seconds; 25 hours forward, back, and right again", run=run_token,
          bed=AT_ONCE),
    Fault("midnight of the counters", "what was counted today falls from 912 to 0", run=run_midnight, old=False, bed=AT_ONCE),
]
