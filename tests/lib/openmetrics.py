"""A strict reader of OpenMetrics text, written from the specification: what it does not allow raises ValueError."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(r"^(%s)(?:\{(.*)\})? (\S+)$" % NAME)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
SUFFIXES = {"gauge": [""], "counter": ["_total", "_created"], "info": ["_info"]}
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def labels(text):
    found, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        if not match or match.group(1) in found:
            raise ValueError("labels: " + text)
        found[match.group(1)] = re.sub(r'\\[\\"n]', lambda m: ESCAPES[m.group(0)], match.group(2))
        at = match.end()
    if text.endswith(","):
        raise ValueError("labels: " + text)
    return found


def number(text):
    if not re.match(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$", text):
        raise ValueError("number: " + text)
    return float(text)


def sample(line, family, series):
    match = SAMPLE.match(line)
    if not match or family is None:
        raise ValueError("sample: " + line)
    name, inside, value = match.groups()
    if name not in [family["name"] + suffix for suffix in SUFFIXES[family["type"]]]:
        raise ValueError("%s stands in the family %s" % (name, family["name"]))
    of = labels(inside or "")
    key = (name, tuple(sorted(of.items())))
    if key in series:
        raise ValueError("twice: " + line)
    if family["type"] == "counter" and number(value) < 0:
        raise ValueError("a counter below zero: " + line)
    series[key] = number(value)


def parse(text):
    """({family: {"type", "unit", "help"}}, {(name, labels): value})"""
    if not text.endswith("# EOF\n"):
        raise ValueError("no # EOF at the end")
    families, series, family = {}, {}, None
    for line in text[:-len("# EOF\n")].splitlines():
        words = line.split(" ", 3)
        if not line.startswith("# "):
            family and family.update(sampled=True)
            sample(line, family, series)
            continue
        if words[1] not in ("TYPE", "UNIT", "HELP") or len(words) != 4:
            raise ValueError("a line that means nothing: " + line)
        if family is None or family["name"] != words[2]:
            if words[2] in families:
                raise ValueError("family in two places: " + line)
            family = families[words[2]] = {"name": words[2], "type": "unknown", "sampled": False}
        if family["sampled"] or words[1] in family:
            raise ValueError("late or twice: " + line)
        family[words[1]] = words[3]
        if words[1] == "TYPE":
            family["type"] = words[3]
        if words[1] == "UNIT" and not words[2].endswith("_" + words[3]):
            raise ValueError("the name does not end in its unit: " + line)
    return families, series
