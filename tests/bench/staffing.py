#!/usr/bin/env python3
"""Makes doc/staffing.md's table and doc/staffing.svg of what tests/bench/staffing printed: staffing.py FILE FOLDER."""

import os
import sys

BEGIN, END = "<!-- made by make bench-staffing -->", "<!-- end -->"
GOALS = "Goals: median error at most 5 points, the span holds 75 to 85 %, needed right within one person in 80 %."


def read(path):
    kinds, points = [], []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if fields[0] == "kind":
                kinds.append(fields[1:])
            elif fields[0] == "point":
                points.append(fields[1:])
    return kinds, points


def table(kinds):
    out = ["| centre | people | hours | half-hours | median error | the span holds | below it | needed, within one |",
           "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for row in kinds:
        name, what, hours, count, error, held, below = row[:7]
        right = row[7] + " %" if len(row) > 7 else ""
        bold = "**" if what == "all" else ""
        out.append("| %s | %s | %s | %s | %s%s%s | %s%s %%%s | %s %% | %s%s%s |" % (
            name if what in ("3", "all") else "", what, hours, count, bold, error, bold, bold, held, bold, below, bold if right else "",
            right, bold if right else ""))
    return "\n".join(out)


def picture(points, name):
    """Foretold against come, a dot for each half-hour, of the first kind of centre."""
    size, edge = 420, 40
    scale = size / 100
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">' % (
        size + 2 * edge, size + 2 * edge, size + 2 * edge, size + 2 * edge),
        '<rect width="100%" height="100%" fill="#fff"/>']
    for percent in range(0, 101, 20):
        x, y = edge + percent * scale, edge + size - percent * scale
        out.append('<path d="M%.0f %dV%dM%d %.0fH%d" stroke="#ddd"/>' % (x, edge, edge + size, edge, y, edge + size))
        out.append('<text x="%.0f" y="%d" text-anchor="middle" fill="#444">%d</text>' % (x, edge + size + 16, percent))
        out.append('<text x="%d" y="%.0f" text-anchor="end" fill="#444">%d</text>' % (edge - 6, y + 4, percent))
    out.append('<path d="M%d %dL%d %d" stroke="#888"/>' % (edge, edge + size, edge + size, edge))
    chosen = [p for p in points if p[0] == name]
    step = max(1, len(chosen) // 1500)
    for point in chosen[::step]:
        x, y = float(point[4]), float(point[7])
        out.append('<circle cx="%.1f" cy="%.1f" r="1.6" fill="#1f5fa8" fill-opacity=".45"/>' % (edge + x * scale, edge + size - y * scale))
    out.append('<text x="%d" y="%d" text-anchor="middle" fill="#222">service level that was foretold, %%</text>' % (edge + size / 2, size + 2 * edge - 6))
    out.append('<text x="14" y="%d" text-anchor="middle" fill="#222" transform="rotate(-90 14 %d)">that came, %%</text>' % (
        edge + size / 2, edge + size / 2))
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main():
    kinds, points = read(sys.argv[1])
    folder = sys.argv[2]
    path = os.path.join(folder, "staffing.md")
    with open(path, encoding="utf-8") as page:
        text = page.read()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    with open(path, "w", encoding="utf-8") as page:
        page.write(before + BEGIN + "\n\n" + table(kinds) + "\n\n" + GOALS + "\n\n" + END + after)
    with open(os.path.join(folder, "staffing.svg"), "w", encoding="utf-8") as out:
        out.write(picture(points, kinds[0][0]))


main()
