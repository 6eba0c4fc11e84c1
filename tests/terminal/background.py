"""The theme follows the terminal's background: its answer, the variable, nothing; and no answer is ever a key."""

import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "Test"
pages = (
  { title = "One" rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "agents_ready" ) } ) } ) },
  { title = "Two" rows = ( { panels = ( { name = "time" type = "clock" } ) } ) }
)
"""

ASKED = rb"\x1b\]11;\?\x07"
CURSOR = b"\x1b[2;3R"
LIGHT, DARK = b"\x1b]11;rgb:fdfd/f6f6/e3e3\x07", b"\x1b]11;rgb:0000/2b2b/3636\x1b\\"
# Labels of the dark theme, whose text is the terminal's own, and text of the light one, in 24 bits and in 256 colours.
FULL = {"dark": rb"\x1b\[38;2;154;154;154m", "light": rb"\x1b\[38;2;16;16;16m"}
PALETTE = {"dark": rb"\x1b\[38;5;247m", "light": rb"\x1b\[38;5;233m"}


class Wall:
    def __init__(self, folder, server, *more, **env):
        layout = folder.write("test.conf", LAYOUT)
        self.pty = harness.Pty([harness.CXWALL, "-l", layout, "-i", "0.3", *more, *harness.options(server)],
                               folder.environment(**env))
        self.asked = self.pty.wait_output(ASKED)

    def paints(self, pattern):
        """Whether that comes, in what is painted from now on."""
        self.pty.output = b""
        self.pty.send(b"\x0c")
        return self.pty.wait_output(pattern)

    def theme(self, looks=FULL):
        """The theme of a whole picture, which Ctrl-L asks for; the clock of its first line ends it."""
        self.pty.output = b""
        self.pty.send(b"\x0c")
        self.pty.wait_output(rb"\x1b\[H\x1b\[2?J[\s\S]*[0-9][0-9]:[0-9][0-9]:[0-9][0-9]")
        found = [name for name, look in looks.items() if re.search(look, self.pty.output)]
        return found[0] if len(found) == 1 else found

    def close(self):
        self.pty.send(b"q")
        self.pty.end()
        self.pty.close()


def check_answers(tap, folder, server):
    for answer, theme in ((LIGHT, "light"), (DARK, "dark"), (b"\x1b]11;#ffffff\x1b\\", "light"),
                          (b"\x1b]11;rgba:ffff/ffff/ffff/8080\x07", "light")):
        wall = Wall(folder, server, COLORTERM="truecolor")
        tap.check(wall.asked, "the wall asks for the background", wall.pty.output)
        wall.pty.send(answer + CURSOR)
        tap.check(wall.pty.wait_output(FULL[theme]), "%r makes the theme %s" % (answer, theme), wall.pty.output)
        tap.same(wall.theme(), theme, "... in all of the picture")
        wall.close()


def check_without(tap, folder, server):
    """Nothing answers: the variable, else dark; and fewer colours."""
    for env, looks, theme in (({"COLORTERM": "truecolor"}, FULL, "dark"), ({}, PALETTE, "dark"),
                              ({"COLORFGBG": "0;15"}, PALETTE, "light"), ({"COLORFGBG": "0;default;15"}, PALETTE, "light"),
                              ({"COLORFGBG": "15;0", "COLORTERM": "24bit"}, FULL, "dark"),
                              ({"COLORTERM": "truecolor", "STY": "1.pts-0"}, PALETTE, "dark")):
        wall = Wall(folder, server, **env)
        tap.same(wall.theme(looks), theme, "without an answer, %r: %s" % (env, theme))
        wall.close()
    wall = Wall(folder, server, COLORFGBG="15;0", COLORTERM="truecolor")
    wall.pty.send(LIGHT + CURSOR)
    tap.check(wall.pty.wait_output(FULL["light"]), "the answer counts more than the variable", wall.pty.output)
    wall.close()
    wall = Wall(folder, server, "--theme", "dark", COLORTERM="truecolor")
    wall.pty.send(LIGHT + CURSOR)
    tap.same(wall.theme(), "dark", "a theme that was chosen stays")
    wall.close()


def check_late(tap, folder, server):
    """Later than a second: nothing changes, and nothing is a key."""
    wall = Wall(folder, server, COLORTERM="truecolor")
    time.sleep(1.3)
    wall.pty.output = b""
    wall.pty.send(b"\x1b]11;rgb:ffff/f2f2/ffff\x07" + CURSOR)
    tap.same(wall.theme(), "dark", "an answer that is late changes nothing")
    tap.check(b"There is no key" not in wall.pty.output and re.search(rb"0;95;135m 1 One ", wall.pty.output), "... and is no key", wall.pty.output)
    wall.close()


def check_in_pieces(tap, folder, server):
    """Among typed keys, byte by byte: ? opens the help, the answer holds q, 2 and ], Esc closes it."""
    wall = Wall(folder, server, COLORTERM="truecolor")
    for byte in b"?" + LIGHT + CURSOR + b"2":
        wall.pty.send(bytes([byte]))
    tap.check(wall.pty.wait_output(FULL["light"]), "an answer among keys is understood", wall.pty.output)
    wall.pty.output = b""
    tap.same(wall.theme(), "light", "the whole picture follows")
    tap.check(b"There is no key" not in wall.pty.output, "no part of it is a key", wall.pty.output)
    tap.check(b"Keys" in wall.pty.output, "the key before it acts", wall.pty.output)
    wall.close()


def check_own_theme(tap, folder, server):
    os.makedirs(os.path.join(folder.path, "cxwall", "themes"), exist_ok=True)
    folder.write("cxwall/themes/acme.conf", 'title = { fg = "#00afff"  bold = true }\n')
    wall = Wall(folder, server, "--theme", "acme", COLORTERM="truecolor")
    tap.check(wall.paints(rb"\x1b\[38;2;0;175;255m"), "a theme of one's own", wall.pty.output)
    wall.close()
    wall = Wall(folder, server, "--theme", "acme")
    tap.check(wall.paints(rb"\x1b\[38;5;39m"), "... in the nearest of 256 colours", wall.pty.output)
    wall.pty.output = b""
    wall.pty.send(b"t")
    tap.check(wall.pty.wait_output(rb"Theme 'dark'"), "t goes on from it", wall.pty.output)
    wall.close()
    folder.write("cxwall/themes/acme.conf", 'title = { fg = "#00afff" }\nwran = { fg = 1 }\n')
    layout = folder.write("test.conf", LAYOUT)
    for more in ([], ["--check-config"]):
        status, out, err = harness.run(["-l", layout, "--theme", "acme", *more, *harness.options(server)],
                                       folder.environment())
        tap.check(status == 2 and re.search(r"themes/acme\.conf:2: unknown key 'wran' in the theme \(did you mean 'warn'\?\)", err),
                  "its mistakes are told with their line", (status, out, err))


def main():
    tap = harness.Tap()
    with harness.Server() as server:
        folder = harness.Folder()
        try:
            for check in (check_answers, check_without, check_late, check_in_pieces, check_own_theme):
                check(tap, folder, server)
        finally:
            folder.remove()
    tap.done()


main()
