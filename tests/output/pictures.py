"""Pictures of `snapshot`: ANSI, HTML and SVG of a page with names that would break each of them, cell by cell beside the text."""

import html.parser
import os
import re
import sys
import unicodedata
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

LAYOUT = """
title = "A & <b> \\"c\\""
pages = ( { rows = ( { height = 8 panels = ( { name = "now" type = "totals" tiles = ( { stat = "in_calls_waiting" alert = "> 5" }, "agents_ready" ) } ) },
  { panels = ( { name = "queues" type = "service_grid" size = 1 columns = ( "name", { stat = "in_calls_waiting" warn = "> 3" }, { bar = "in_calls_waiting" } ) },
    { name = "agents" type = "agent_grid" size = 1 columns = ( "first_last_name", "acd_state" ) } ) } ) } )
"""

NAMES = ["</span><script>alert(1)</script>", "]]>&amp;\"'", "山田 e\u0301\u0323"]
SIZE = "110x24"


def serve():
    server = harness.Server()
    server.cell = lambda panel, stat, row: {"name": NAMES[row], "first_last_name": ["Ana Li", "Żółć Ŭ", "山田太郎"][row], "in_calls_waiting": "5"}.get(stat, "ready")
    return server


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def without_time(text):
    """Two snapshots differ in their clocks and ages."""
    return re.sub(r"\d\d:\d\d:\d\d", "HH:MM:SS", text)


class Page(html.parser.HTMLParser):
    """The text of the page, its tags, and the widths that its runs say."""

    def __init__(self):
        super().__init__()
        self.text, self.tags, self.attributes, self.inside, self.runs, self.open = "", set(), [], False, [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes
        self.inside = self.inside or tag == "pre"
        if tag not in ("meta", "!doctype"):
            self.open.append(tag)
        if tag == "span":
            self.runs.append([int(re.search(r"width:(\d+)ch", dict(attributes)["style"]).group(1)), ""])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
        self.inside = self.inside and tag != "pre"

    def handle_data(self, data):
        if self.inside:
            self.text += data
            if "span" in self.open:
                self.runs[-1][1] += data


def cells(text):
    """Line and column of each character that is no blank."""
    out = {}
    for line, row in enumerate(text.splitlines()):
        column = 0
        for character in row:
            if unicodedata.combining(character):
                out[line, column - 1] = out.get((line, column - 1), "") + character
                continue
            if character != " ":
                out[line, column] = character
            column += width(character)
    return out


def svg_cells(root):
    """The same of the texts of the SVG, by their places."""
    out = {}
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        line, column, length = (int(text.get("y")) - 14 - 9) // 18, (int(text.get("x")) - 9) // 9, text.get("textLength")
        marked = len(text.text) > 1 and any(unicodedata.combining(c) for c in text.text)
        assert (length is None) == marked and (marked or int(length) == 9 * width(text.text)), (length, text.text)
        for character in text.text:
            if unicodedata.combining(character):
                out[line, column - 1] += character
                continue
            if character != " ":
                out[line, column] = character
            column += width(character)
    return out


def is_drawn(character):
    return "\u2500" <= character <= "\u259f" or "\u2800" <= character <= "\u28ff"


def check_html(tap, text, out):
    page = Page()
    page.feed(out)
    tap.same([line.rstrip() for line in without_time(page.text).strip("\n").splitlines()],
             [line.rstrip() for line in without_time(text).strip("\n").splitlines()], "html: its text is that of the page")
    tap.same([run for run in page.runs if width(run[1]) > run[0]], [], "html: each run is as wide as its cells")
    tap.check("script" not in page.tags and not any(name.startswith("on") or name in ("src", "href") for name, _ in page.attributes) and
              "url(" not in out and "http" not in out, "html: no script, and nothing is loaded", page.tags)
    tap.same(page.open, [], "html: every element ends")
    tap.check("<title>A &amp; &lt;b&gt; &quot;c&quot;</title>" in out, "html: the title is escaped", out[:400])


def check_svg(tap, text, out):
    root = xml.etree.ElementTree.fromstring(out)
    tap.same(root.tag, "{http://www.w3.org/2000/svg}svg", "svg: valid XML")
    wanted = {place: character for place, character in cells(without_time(text)).items() if not is_drawn(character[0])}
    got = svg_cells(xml.etree.ElementTree.fromstring(re.sub(r"\d\d:\d\d:\d\d", "HH:MM:SS", out)))
    tap.same(sorted((place, got.get(place), wanted.get(place)) for place in set(got) | set(wanted) if got.get(place) != wanted.get(place)), [],
             "svg: each character is in its place")
    tap.same({element.tag.split("}")[1] for element in root.iter()}, {"svg", "title", "rect", "path", "text"}, "svg: grounds, drawings and text")
    tap.same((root.get("width"), root.get("height")), (str(110 * 9 + 18), str(24 * 18 + 18)), "svg: as large as its cells")


def check_ansi(tap, run, text):
    out = run("--format", "ansi", "--depth", "24bit")
    tap.same(without_time(re.sub(r"\033\[[0-9;]*m", "", out)), without_time(text), "ansi: its text is that of the page")
    tap.check(re.search(r"\033\[0;1;38;2;255;175;0m *5 !?", out), "ansi: a warning has its colour", out)
    tap.check(all(line.count("\033[") == 0 or line.endswith("\033[0m") for line in out.splitlines() if not line.endswith("│")), "ansi: no colour runs on", out)
    for depth, pattern, other in (("24bit", r";38;2;", r";38;5;"), ("256", r";38;5;", r";38;2;"), ("16", r";(3|9)\d[;m]", r";38;"), ("8", r";3\d[;m]", r";(38|9\d)[;m]")):
        out = run("--format", "ansi", "--depth", depth)
        tap.check(re.search(pattern, out) and not re.search(other, out), "ansi: --depth " + depth, out[:600])
    for more, pattern in (({"COLORTERM": "truecolor"}, r";38;2;"), ({"TERM": "xterm-256color"}, r";38;5;"), ({"TERM": "xterm"}, r"\033\[0;[139]")):
        tap.check(re.search(pattern, run("--format", "ansi", **more)), "ansi: the colours of %s" % more)
    tap.check(re.search(r"\033\[0;1m", run("--format", "ansi", "--color", "never")) and not re.search(r"\033\[[0-9;]*(3\d|4\d)", run("--format", "ansi", "--color", "never")),
              "ansi: --color never has bold, and no colour")
    tap.check("\033[" in run("--color", "always"), "--color always has colours in a pipe")
    tap.check("\033[" in run("--format", "ansi", NO_COLOR="1"), "NO_COLOR does not overrule --format ansi")


def check_terminal(tap, folder, arguments):
    for more, wanted in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "vt100"}, False)):
        pty = harness.Pty([harness.CXWALL, *arguments], folder.environment(**more))
        pty.end()
        tap.same((pty.status, b"\033[0;" in pty.output), (0, wanted), "on a terminal with %s: colours %s" % (more or "colours", wanted))
        pty.close()


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    server = serve()
    arguments = ["snapshot", "-l", folder.write("page.conf", LAYOUT), "--size", SIZE, *harness.options(server)]

    def run(*more, **environment):
        status, out, err = harness.run([*arguments, *more], folder.environment(**environment))
        tap.same((status, err), (0, ""), "snapshot " + " ".join(more))
        return out
    text = run()
    tap.check("\033" not in text and "<script>" in text and "山田" in text, "the text has the names as they are", text)
    check_html(tap, text, run("--format", "html"))
    check_svg(tap, text, run("--format", "svg"))
    check_ansi(tap, run, text)
    check_terminal(tap, folder, arguments)
    for theme, ground in (("dark", "#101010"), ("light", "#ffffff"), ("contrast", "#000000")):
        tap.check('fill="%s"' % ground in run("--format", "svg", "--theme", theme), "svg: the ground of theme " + theme)
        tap.check("background:" + ground in run("--format", "html", "--theme", theme), "html: the ground of theme " + theme)
    for form in ("html", "svg", "ansi"):
        out = run("--format", form, "--names", "none")
        tap.check("Ana" not in out and "太郎" not in out, form + ": names that are not shown are not in it")
    status, out, err = harness.run([*arguments, "--format", "pdf"], folder.environment())
    tap.same((status, out, err), (2, "", "cxwall: unknown format 'pdf': use text, json, csv, ansi, html or svg\n"), "another format is refused")
    status, out, err = harness.run(["follow", "--format", "svg"], folder.environment())
    tap.check(status == 2 and "use text, json or csv" in err or "did you mean" in err, "follow has none of these formats", err)
    folder.remove()
    tap.done()


main()
