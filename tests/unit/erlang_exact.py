#!/usr/bin/env python3
"""Exact values for test_board_erlang: Erlang B and C in whole fractions, Erlang A in decimals of 60 digits.

Each is of the definition: the chain's states as products, and what becomes of a caller with k others before them by a chain of
their own, of which all jumps are summed. Writes erlang_exact_c.h and erlang_exact_a.h beside it.
"""
import os
from decimal import Decimal, getcontext
from fractions import Fraction
from math import factorial

getcontext().prec = 60
HERE = os.path.dirname(os.path.abspath(__file__))


def erlang(offered, people):
    a = Fraction(offered)
    terms = [a ** k / factorial(k) for k in range(people + 1)]
    b = terms[-1] / sum(terms)
    waiting = terms[-1] / (1 - a / people)
    return b, waiting / (sum(terms[:-1]) + waiting)


def answered_within(people, handling, patience, threshold, before):
    """P(the caller is answered within the threshold), P(... hangs up within it): by the forward equations of those before them.

    The number before the caller falls by one at a rate of n/h + i/p; at each moment the caller may hang up.
    """
    n, h, p, t = Decimal(people), Decimal(handling), Decimal(patience), Decimal(threshold)
    # states: before, before-1, ..., 0, answered, gone
    size = before + 3
    state = [Decimal(0)] * size
    state[0] = Decimal(1)
    most = n / h + (before + 1) / p
    # Uniformisation: a Poisson number of jumps, all terms positive.
    jumps = int(most * t + 12 * (most * t).sqrt() + 60)
    weight = (-most * t).exp()
    out = [Decimal(0)] * size
    for jump in range(jumps):
        out = [o + weight * s for o, s in zip(out, state)]
        following = [Decimal(0)] * size
        for i in range(before + 1):
            ahead = before - i
            leave, down = 1 / p / most, (n / h + ahead / p) / most
            following[i] += state[i] * (1 - leave - down)
            following[-1] += state[i] * leave
            following[i + 1] += state[i] * down
        following[-2] += state[-2]
        following[-1] += state[-1]
        state = following
        weight = weight * most * t / (jump + 1)
    return out[-2], out[-1]


def erlang_a(arrivals, handling, patience, threshold, people, states):
    l, h, p = Decimal(arrivals), Decimal(handling), Decimal(patience)
    weights = [Decimal(1)]
    for k in range(1, states):
        weights.append(weights[-1] * l / (min(k, people) / h + max(k - people, 0) / p))
    total = sum(weights)
    pi = [w / total for w in weights]
    queue = sum(w * max(k - people, 0) for k, w in enumerate(pi))
    in_time = counted = Decimal(0)
    for k, w in enumerate(pi):
        if k < people:
            answered, gone = Decimal(1), Decimal(0)
        elif w < Decimal("1e-12"):
            continue
        else:
            answered, gone = answered_within(people, handling, patience, threshold, k - people)
        in_time += w * answered
        counted += w * (1 - gone)
    return sum(pi[people:]), queue / p / l, queue / l, in_time / counted


with open(os.path.join(HERE, "erlang_exact_c.h"), "w", encoding="ascii") as out:
    out.write("/* Made by erlang_exact.py: offered, people, B, C. */\n")
    for offered, people in (("1", 2), ("2", 3), ("4", 5), ("8", 10), ("9.5", 10), ("17", 20), ("20", 25), ("45", 50), ("72", 80),
                            ("79", 80), ("190", 200), ("0.01", 1)):
        b, c = erlang(offered, people)
        out.write("{ %s, %d, %.10f, %.10f },\n" % (offered, people, float(b), float(c)))
with open(os.path.join(HERE, "erlang_exact_a.h"), "w", encoding="ascii") as out:
    out.write("/* Made by erlang_exact.py: the queue; waits, abandons, wait, level. */\n")
    for arrivals, handling, patience, threshold, people in (
            ("0.8", "60", "120", "20", 50), ("0.02", "200", "60", "20", 3), ("0.05", "200", "180", "20", 10),
            ("0.05", "210", "600", "30", 11), ("0.1", "200", "240", "20", 20), ("0.12", "200", "90", "15", 20)):
        values = erlang_a(arrivals, handling, patience, threshold, people, people + 150)
        out.write("{ { .arrivals = %s, .handling = %s, .patience = %s, .threshold = %s, .counted = 1, .people = %d }, %s },\n" % (
            arrivals, handling, patience, threshold, people, ", ".join("%.10f" % float(v) for v in values)))
