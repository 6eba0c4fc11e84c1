"""What leaves the publisher, and what a screen makes of a broker that nobody can trust."""

import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import broker
import harness
from broker import pack, published, unpack


def privacy(tap, centre):
    mqtt = broker.Broker(centre.folder, "privacy")
    publisher = centre.publish(mqtt.url())
    published(mqtt)
    kept = {t: unpack(p) for t, p in mqtt.retained("floor/v1/data/#").items()}
    everything = b"\n".join(kept.values())
    tap.check(b"Ana Li" in everything, "a name that a layout shows is published", everything)
    tap.check(b"ana.login" not in everything, "the login that keeps rows apart is not", everything)
    tap.check(b"secret plan" not in everything and b"4711" not in everything and "floor/v1/data/news" not in kept,
              "nor is what no layout shows", everything)
    centre.end(publisher)
    publisher = centre.publish(mqtt.url("hidden"), "--names", "initials")
    published(mqtt, "hidden")
    everything = b"\n".join(unpack(p) for p in mqtt.retained("hidden/v1/data/#").values())
    tap.check(b"Ana" not in everything and b"Ek" not in everything and b"A. L." in everything, "with --names only initials leave", everything)
    status, out, errors = harness.run(["snapshot", "--format", "csv", "--panel", "agents", "--from", mqtt.url("hidden"), "-l",
                                       centre.layout], centre.screen_env())
    tap.check(status == 0 and "A. L." in out and "Ana" not in out, "and no screen can know more", out + errors)
    centre.end(publisher)
    publisher = centre.publish(mqtt.url("nameless"), layout=centre.nameless)
    harness.wait_for(lambda: mqtt.retained("nameless/v1/data/#"), 20)
    everything = b"\n".join(unpack(p) for p in mqtt.retained("nameless/v1/data/#").values())
    tap.check(b"ready" in everything and b"Ana" not in everything and b"ana" not in everything,
              "a layout without names publishes none, whole or in part", everything)
    centre.end(publisher)
    mqtt.stop()


def hostile(tap, centre):
    """Whatever stands at the broker, a wall shows its own words and goes on."""
    mqtt = broker.Broker(centre.folder, "hostile")
    publisher = centre.publish(mqtt.url())
    published(mqtt)
    wall = harness.Terminal([harness.CXWALL, "run", "--from", mqtt.url(), "-l", centre.layout, "--log",
                             centre.folder.path + "/hostile.log"], centre.screen_env(), 110, 14)
    tap.check("live" in wall.wait("● live"), "a wall", wall.text())
    good = mqtt.retained("floor/v1/data/now")["floor/v1/data/now"]
    request = mqtt.retained("floor/v1/request")["floor/v1/request"]
    status = mqtt.retained("floor/v1/status")["floor/v1/status"]
    cases = [
        ("garbage", "floor/v1/data/now", b"\x00\xff garbage", "cannot be used"),
        ("a record that was cut", "floor/v1/data/now", good[:-3], "cannot be used"),
        ("a record with a bit turned", "floor/v1/data/now", good[:50] + bytes([good[50] ^ 1]) + good[51:], "cannot be used"),
        ("a record of another version", "floor/v1/data/now", b"CXR2" + good[4:], "cannot be used"),
        ("a record that unpacks to 100 MB", "floor/v1/data/now", pack(3, b" " * 100000000), "cannot be used"),
        ("a record of another kind", "floor/v1/data/now", pack(8, b""), "cannot be used"),
        ("a frame that is no JSON", "floor/v1/data/now", pack(3, b"{\"a\":"), "cannot be used"),
        ("a request that is none", "floor/v1/request", pack(2, b"[1]"), "cannot be used"),
        ("a status that is none", "floor/v1/status", b"{}", "cannot be used"),
        ("a beat of impossible times", "floor/v1/beat", b"{\"run\":\"x\",\"boot_ms\":1e300,\"wall_ms\":-5,\"data\":{}}", "cannot be used"),
        ("a message of 20 MB", "floor/v1/data/now", b"x" * 20000000, "larger than"),
    ]
    for what, topic, payload, words in cases:
        mqtt.publish(topic, payload, retain=False)
        text = wall.wait(words, 10)
        tap.check(words in text and wall.status_file and not os.path.exists(wall.status_file), "%s is told, and ends nothing" % what, text)
        tap.check("7" in text, "and the last good data stay", text)
        # The next words are another's.
        mqtt.publish("floor/v1/data/now", pack(3, unpack(good), 10, 10), retain=False)
        harness.wait_for(lambda: words not in wall.text(), 10)
    evil = json.loads(status)
    evil.update(state="trouble", cause="\x1b[2J\u202eevil\u0007 " + "y" * 2000, tenant="t\x1b]0;x\x07")
    mqtt.publish("floor/v1/status", json.dumps(evil), retain=False)
    text = wall.wait("evil", 10)
    tap.check("evil" in text and "Ana Li" in text and "\u202e" not in text, "escapes in a cause are scrubbed", text)
    tap.same(harness.wait_for(lambda: wall.tmux("display-message", "-p", "#{pane_title}"), 2).count("x\n"), 0, "and reach no terminal")
    mqtt.publish("floor/v1/data/now", pack(3, b"{\"somebody-else/now\":{\"stats_totals\":{\"in_calls_waiting\":\"666\"}}}"), retain=False)
    mqtt.publish("floor/v1/data/%s" % ("a" * 3000), good, retain=False)
    mqtt.publish("floor/v1/data/now/more", good, retain=False)
    mqtt.publish("floor/v2/status", b"{}", retain=False)
    time.sleep(1)
    tap.check("666" not in wall.text(), "an app id that nobody asked for is passed over", wall.text())
    mqtt.publish("floor/v1/status", status)
    tap.check(harness.wait_for(lambda: re.search("● live", wall.text()), 40), "and live again with the next good status", wall.text())
    tap.same(wall.quit(), 0, "the wall ended as asked")
    centre.end(publisher)
    mqtt.stop()


WITH_AVAILABILITY = """
pages = ( { rows = ( { panels = (
  { name = "agents" type = "agent_grid" size = 1 columns = ( { stat = "first_last_name" width = 14 }, "acd_state" ) },
  { name = "open" type = "availability" services = ["Sales"] } ) } ) } )
"""


HUGE = "too large|larger than|of one version"


def too_large(tap, centre):
    """A retained message that nobody will look at does not end each new connection: the broker is told to keep it."""
    mqtt = broker.Broker(centre.folder, "huge")
    layout = centre.folder.write("open.conf", WITH_AVAILABILITY)
    publisher = centre.publish(mqtt.url(), layout=layout)
    published(mqtt)
    # Of a service that nobody has: the publisher never replaces it.
    mqtt.publish("floor/v1/availability/huge", b"x" * 40000000)
    wall = harness.Terminal([harness.CXWALL, "run", "--from", mqtt.url(), "-l", layout], centre.screen_env(), 110, 14)
    tap.check("Ana Li" in wall.wait("Ana Li", 20), "a retained message of 40 MB keeps no panel from its data", wall.text())
    tap.check(not re.search(HUGE, wall.wait(HUGE, 3)), "and does not even come", wall.text())
    tap.same(wall.quit(), 0, "the wall ended as asked")
    centre.end(publisher)
    mqtt.stop()


LARGE = """
pages = ( { rows = ( { panels = (
  { name = "agents" type = "agent_grid" limit = 5000 columns = ( "first_last_name", "reason", "team_name" ) },
  { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )
"""


def large(tap, centre):
    """A panel of two million bytes, at each poll another one, beside small ones."""
    mqtt = broker.Broker(centre.folder, "large")
    layout = centre.folder.write("large.conf", LARGE)
    before = centre.server.rows, centre.server.cell
    turn = "first"
    centre.server.rows = 3000
    centre.server.cell = lambda panel, stat, row: "%s %04d %s %s" % (stat, row, turn, "x" * 200)
    publisher = centre.publish(mqtt.url("large"), layout=layout)

    def rows():
        status, out, _ = harness.run(["snapshot", "--format", "csv", "--panel", "agents", "--from", mqtt.url("large"), "-l", layout],
                                     centre.screen_env())
        return out.count(" %s x" % turn) if status == 0 else 0

    wanted = 3 * 3000
    tap.check(harness.wait_for(lambda: rows() == wanted, 20, 0.5), "a large panel is published", rows())
    for turn in ("second", "third"):
        tap.check(harness.wait_for(lambda: rows() == wanted, 20, 0.5), "... and when it changes, a %s time" % turn, rows())
    centre.end(publisher)
    centre.server.rows, centre.server.cell = before
    mqtt.stop()


def most(tap, centre):
    """As many panels as a layout may have, where an earlier publisher left topics with long names."""
    mqtt = broker.Broker(centre.folder, "most")
    for i in range(16):
        mqtt.publish("most/v1/data/%s" % ("%03d" % i * 21), b"old")
    names = ["p%02d" % i for i in range(64)]
    rows = ["{ panels = ( %s ) }" % ", ".join('{ name = "%s" type = "totals" tiles = ( "in_calls_waiting", "of_%s" ) }' % (name, name) for name in names[i:i + 8])
            for i in range(0, 64, 8)]
    layout = centre.folder.write("most.conf", "pages = ( { rows = ( %s ) } )\n" % ", ".join(rows))
    publisher = centre.publish(mqtt.url("most"), layout=layout)
    wanted = {"most/v1/data/" + name for name in names}
    tap.check(harness.wait_for(lambda: set(mqtt.retained("most/v1/data/#")) == wanted, 20), "64 panels are published, and nothing else",
              sorted(mqtt.retained("most/v1/data/#")))
    for name in (names[0], names[-1]):
        status, out, err = harness.run(["snapshot", "--format", "csv", "--panel", name, "--from", mqtt.url("most"), "-l", layout],
                                       centre.screen_env())
        tap.check(status == 0 and len(out.splitlines()) >= 2, "... and a screen shows %s" % name, out + err)
    centre.end(publisher)
    tap.same(publisher.returncode, 143, "the publisher ended as asked")
    mqtt.stop()


def names_that_hang(tap, centre):
    """A name that resolves to nothing stops neither the wall nor its end."""
    wall = harness.Terminal([harness.CXWALL, "run", "--from", "mqtt://no-such-host.invalid/floor", "-l", centre.layout],
                            centre.screen_env(), 110, 12)
    tap.check("name" in wall.wait("broker's name", 20), "a name without an address is told", wall.text())
    tap.same(wall.quit(), 0, "and the wall ends as asked")


def main():
    broker.skip_without()
    tap = harness.Tap()
    folder = harness.Folder()
    os.chmod(folder.path, 0o755)
    centre = broker.Centre(folder)
    try:
        privacy(tap, centre)
        hostile(tap, centre)
        too_large(tap, centre)
        large(tap, centre)
        most(tap, centre)
        names_that_hang(tap, centre)
    finally:
        folder.remove()
    tap.done()


if __name__ == "__main__":
    main()
