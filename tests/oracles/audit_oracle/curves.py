"""What has come by a day: straight from point to point, as a list of (day, days of today's use); from day 0 to the last."""

import bisect
import itertools

LITTLE = 1e-10
"""Days, and parts of today's use, that differ by less are one."""


def steady(rate, span):
    return [(0.0, 0.0), (span, rate * span)]


def at(curve, day):
    """How much has come by a day."""
    n = min(max(bisect.bisect_right(curve, (day, float("inf"))), 1), len(curve) - 1)
    (start, low), (end, high) = curve[n - 1], curve[n]
    return low + (high - low) * (day - start) / (end - start)


def days_of(*curves):
    """The days on which one of some curves may bend."""
    found = []
    for day in sorted({day for curve in curves for day, _ in curve}):
        if not found or day - found[-1] > LITTLE:
            found.append(day)
    return found


def together(curves):
    return [(day, sum(at(curve, day) for curve in curves)) for day in days_of(*curves)]


def scaled(curve, part):
    return [(day, part * much) for day, much in curve]


def least(curves):
    """What has come by each day of that of which least has come."""
    best = curves[0]
    for other in curves[1:]:
        days = days_of(best, other)
        for start, end in itertools.pairwise(list(days)):
            before, after = at(best, start) - at(other, start), at(best, end) - at(other, end)
            if before * after < 0:
                days.append(start + (end - start) * before / (before - after))
        best = [(day, min(at(best, day), at(other, day))) for day in sorted(days)]
    return best


def passed(comes, capacity):
    """What passes a plant that takes so much a day of what comes, and keeps what is left for later (Reich's formula)."""
    found, deepest, before = [(0.0, 0.0)], 0.0, None
    for day, much in comes:
        behind = much - capacity * day
        if before is not None and behind < deepest:
            since, was = before
            if was > deepest:  # what it kept is gone on the way
                turn = since + (day - since) * (was - deepest) / (was - behind)
                if turn - found[-1][0] > LITTLE:
                    found.append((turn, capacity * turn + deepest))
            deepest = behind
        deepest = min(deepest, behind)
        if day - found[-1][0] > LITTLE:
            found.append((day, capacity * day + deepest))
        before = day, behind
    return found


def rates(curve):
    """(from which day, until which, how much a day)."""
    return [(start, end, (high - low) / (end - start)) for (start, low), (end, high) in itertools.pairwise(curve)]


def between(days):
    """Pairs of days that follow each other."""
    return list(itertools.pairwise(sorted(days)))


def during(steps, day):
    """What steps say of the time that begins with a day."""
    return next((much for start, end, much in steps if start <= day + LITTLE and day < end - LITTLE), 0.0)


def theirs(curve, unknown):
    """The most that may reach some users, of whom a part may be the only ones that get what there is."""
    return summed([(start, end, (1 - unknown) * rate + unknown * (rate > LITTLE)) for start, end, rate in rates(curve)])


def from_day(curve, day):
    """What comes from a day on."""
    start = at(curve, day)
    return [(0.0, 0.0), *((when - day, much - start) for when, much in curve if when > day + LITTLE)]


def summed(steps):
    """The curve of (from which day, until which, how much a day)."""
    found = [(0.0, 0.0)]
    for _, end, rate in steps:
        start, much = found[-1]
        found.append((end, much + rate * (end - start)))
    return found


def shortest(curve, stock, span):
    """The most that a user with a stock is behind, and the first day on which it has less than it uses."""
    worst, first = 0.0, span
    for (start, low), (end, high) in itertools.pairwise(curve):
        before, after = start - stock - low, end - stock - high
        if after > LITTLE and first == span:
            first = start if before >= 0 else start + (end - start) * before / (before - after)
        worst = max(worst, after)
    return worst, first


def hit_wholly(curve, stock):
    """Who has lost a need, where whom a shortage hits it hits wholly, always the same ones first.

    Each lives on a stock of its own, which runs while it is hit. Steps: (from which day, until which, part of all users).
    """
    missing = [(start, end, max(0.0, 1.0 - rate)) for start, end, rate in rates(curve)]
    levels = sorted({0.0, *(part for _, _, part in missing)})
    out = []  # of the users between two levels: from which day they are out of stock
    for low, high in itertools.pairwise(levels):
        if high - low <= LITTLE:
            continue
        left, gone = stock, float("inf")
        for start, end, part in missing:
            if part >= high:
                if left < end - start - LITTLE:
                    gone = start + left
                    break
                left -= end - start
        out.append((low, high, gone))
    marks = {day for start, end, _ in missing for day in (start, end)} | {day for *_, day in out if day < float("inf")}
    found = []
    for start, end in between(marks):
        part = during(missing, start)
        found.append((start, end, sum(h - low for low, h, gone in out if h <= part + LITTLE and gone <= start + LITTLE)))
    return found
