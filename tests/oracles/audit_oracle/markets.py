"""What a stop leaves of the market of each part, day by day, through all tiers above it.

Four readings of the blanks: "low" where they hurt least, "high" where they hurt most, the "estimate", and "open", which is
"high" with the parts that nobody is named for.

A market has makers, who share what they need and nobody sells to anybody by name. So in "low" supply and stocks are pooled
and go to whoever can use them; in "high" whom a shortage hits it hits wholly, and the losses of different needs add up; in
the estimate every maker is supplied alike and has a stock of its own. Makers that only the company is known to buy from are
some of the market's buyers, nobody knows how many of them: what is left of a need may be all theirs, or not at all.
"""

import statistics

from .curves import between, during, from_day, hit_wholly, least, passed, rates, scaled, steady, summed, theirs, together

NEVER = float("inf")
HURTS = ("high", "open")
SURE = 1e-12


class Markets:
    """The markets of a workbook's parts under one stop, in one reading."""

    def __init__(self, blanks, stop, reading):
        self.blanks, self.books, self.stop, self.reading = blanks, blanks.books, stop, reading
        self.span = self.books.days
        self.known, self.living, self.left = {}, {}, {}

    def needs(self, part):
        """What the makers of a part need."""
        return [
            one
            for one in dict.fromkeys(self.books.below.get(part, ()))
            if one in self.books.sources or one in self.books.below or (self.reading == "open" and one in self.books.unnamed)
        ]

    def hit(self, source):
        """The part of a source that the stop takes."""
        kind, who = self.stop
        blank = {"low": 0.0, "estimate": 0.0}.get(self.reading, 1.0)
        if kind == "plant":
            return float((source["maker"], source["place"]) == who)
        if kind == "maker":
            return blank if source["maker"] is None else float(source["maker"] == who)
        if source["place"] is None and self.reading == "estimate":
            return self.blanks.part_of(who)
        return blank if source["place"] is None else float(source["place"] == who)

    def alive(self, part):
        """What the makers of a part can make: (of stated shares, of blank ones); blank shares may lie with any of them."""
        if part not in self.living:
            self.living[part] = self._alive(part)
        return self.living[part]

    def _alive(self, part):
        sources = self.books.used(part)
        if not sources:
            # Of what is made of other parts nobody said by whom: it is there, and may be of whom the stop takes.
            hidden = self.reading in HURTS and part in self.books.below and self.may_hide(part)
            return float(self.reading != "open" and not hidden), 0.0
        told = sum(one["share"] * (1 - self.hit(one)) for one in sources if one["share"] is not None)
        blank = [1 - self.hit(one) for one in sources if one["share"] is None]
        left = 1.0 - sum(one["share"] for one in sources if one["share"] is not None)
        if not blank:
            return told + (0.0 if self.reading in HURTS and self.may_hide(part) else left), 0.0
        at = {"low": max(blank), "estimate": sum(blank) / len(blank)}.get(self.reading, min(blank))
        return told, left * at

    def may_hide(self, part):
        """Whether what the shares of a part leave may be of whom the stop takes: of a plant without a share of its own."""
        kind, who = self.stop
        plants = {(one["maker"], one["place"]) for each in self.books.sources.values() for one in each}
        named = {(one["maker"], one["place"]) for one in self.books.sources.get(part, ())}
        return kind == "country" or who == "nobody" or any(maker == who for maker, _ in plants - named)

    def apart(self, part):
        """The makers' shares of a market of which it is known that they sell to more than the company: (told, blank)."""
        told, blank = self.alive(part)
        return (told, blank) if part in self.books.handed_on else (0.0, told + blank)

    def kept(self, part, comes, own):
        """What a market gives when of each need ``comes`` arrives at its makers and nothing is in stock."""
        told, blank = self.apart(part) if own else (sum(self.alive(part)), 0.0)
        if not comes:
            return told + blank
        if self.reading == "estimate":
            return (told + blank) * min(comes)
        if self.reading == "low":
            return min(min(told, much) + (blank if much > SURE else 0.0) for much in comes)
        return max(0.0, told - sum(1 - much for much in comes)) + (blank if min(comes) > 1 - SURE else 0.0)

    def lasting(self, part, own):
        """What a market gives in the end: without stock, and without anybody else."""
        if (part, own) not in self.left:
            self.left[part, own] = self.kept(part, [self.lasting(one, False) for one in self.needs(part)], own)
        return self.left[part, own]

    def curve(self, part, own=False, more=()):
        """What a market brings its buyers by each day: the company (``own``), or makers; ``more`` is done besides.

        It gives no more than today's use a day, and what comes beyond stays with it.
        """
        if (part, own) not in self.known or more:
            if not more and self.lasting(part, own) > 1 - SURE:  # nothing of it stops anywhere
                return steady(1.0, self.span)
            comes = {one: self.curve(one) for one in self.needs(part)}
            brought = [self.makers(part, comes, own), *(self.opened(comes, *one) for one in self.opens(part, more))]
            found = passed(together(brought), 1.0)
            if more:
                return found
            self.known[part, own] = found
        return self.known[part, own]

    def makers(self, part, comes, own):
        """What today's makers of a part bring by each day."""
        told, blank = self.apart(part) if own else (sum(self.alive(part)), 0.0)
        if not comes:
            return steady(told + blank, self.span)
        stocks = {one: self.blanks.stock(one, self.reading, self.span) for one in comes}
        if self.reading == "estimate":  # every maker is one plant
            return scaled(self.plant(comes, stocks, 1.0), told + blank)
        if self.reading == "low":  # all that can work are one plant
            unknown = blank / (told + blank) if blank else 0.0
            return self.plant({one: theirs(curve, unknown) for one, curve in comes.items()}, stocks, told + blank)
        lost = [hit_wholly(curve, stocks[one]) for one, curve in comes.items()]
        found = []
        for start, end in between({day for steps in lost for since, until, _ in steps for day in (since, until)}):
            gone = [during(steps, start) for steps in lost]
            found.append((start, end, max(0.0, told - sum(gone)) + (blank if max(gone) <= SURE else 0.0)))
        return summed(found)

    @staticmethod
    def plant(comes, stocks, capacity):
        """One plant with its stocks: what it needs most limits it, and it draws no more of the rest."""
        return passed(least([[(day, much + stocks[one]) for day, much in curve] for one, curve in comes.items()]), capacity)

    def opens(self, part, more):
        """Sources that are opened: (day, share, the part that the stop leaves of it)."""
        found = [(day, 1.0, left) for day, left in self.ready(part)] if part in self.books.direct else []
        for day, share, where in more:
            found.append((day, share, 0.0 if self.stop == ("country", where) else 1.0))
        return [one for one in found if one[0] < self.span]

    def opened(self, comes, day, share, left):
        """What a source brings from the day on which it is there.

        What it needs is bought where everybody buys it, nobody knows from whom, and what it has in stock nobody said: all
        that it needs, or nothing as long as anything is short. The estimate takes it for one more of today's makers.
        """
        left *= share
        if self.reading in HURTS:
            arriving = [rates(curve) for curve in comes.values()]
            days = between({0.0, day, self.span, *(start for steps in arriving for start, _, _ in steps)})
            whole = [start >= day and all(during(steps, start) > 1 - 1e-9 for steps in arriving) for start, _ in days]
            return summed([(start, end, left * works) for (start, end), works in zip(days, whole, strict=True)])
        later = steady(left, self.span - day)
        if self.reading == "estimate" and comes and left:
            stocks = {one: self.blanks.stock(one, self.reading, self.span) for one in comes}
            since = {one: from_day(curve, day) for one, curve in comes.items()}
            later = scaled(self.plant(since, stocks, left / share), share)
        return [(0.0, 0.0), *([(day, 0.0)] if day else []), *((day + at, much) for at, much in later[1:])]

    def ready(self, part):
        """Who else delivers: (days until then, the part that the stop leaves of it)."""
        sources = self.books.sources.get(part, [])
        sure = [one for one in sources if one["share"] == 0 and one["qualified"]]
        maybe = [one for one in sources if one["share"] == 0 and one["qualified"] is None]
        spare = sure + (maybe if self.reading == "low" else [])
        found = [(self.blanks.when(one["switch"], self.reading), 1 - self.hit(one)) for one in spare]
        if maybe and self.reading in HURTS:
            return found  # the time that is stated may be that of the one of which nobody knows whether it counts
        if sure and not (maybe and self.reading == "low"):
            return found
        told = [one["switch"] for one in self.books.used(part)]
        stated = [one for one in told if one is not None]
        if stated and (None not in told or self.reading == "estimate"):
            return [*found, (self.blanks.when(longest(stated), self.reading), 1.0)]
        return [*found, (self.blanks.when(None, self.reading), 1.0)]


def longest(spans):
    """How long the longest of some times takes, at least and at most."""
    return max(least for least, _ in spans), max(most for _, most in spans)


class Blanks:
    """How blank stocks, times and places are read."""

    def __init__(self, books):
        self.books = books
        known = [one for part in books.sources for one in books.used(part) if one["place"]]
        whole = all((one["spend"] or 0) > 0 and not one["open"] for one in known)
        self.weight = {}
        for one in known:
            self.weight[one["place"]] = self.weight.get(one["place"], 0.0) + (one["spend"] if whole else 1.0)
        sourced = [part for part in books.direct if part in books.sources]
        stocks = [sum(books.stock[part]) / 2 for part in sourced if books.stock.get(part, (0, NEVER))[1] < NEVER]
        self.usual_stock = statistics.median(stocks) if stocks else 0.0
        told = [self.switching(part) for part in sourced if self.switching(part) is not None]
        switches = [(least + most) / 2 for least, most in told if most < NEVER]
        self.usual_switch = statistics.median(switches) if switches else NEVER

    def part_of(self, country):
        """The part that a country has of the sources whose place is known."""
        return self.weight.get(country, 0.0) / (sum(self.weight.values()) or 1.0)

    def switching(self, part):
        """Days until another source delivers, as stated: the quickest qualified alternative, else the longest."""
        sources = self.books.sources.get(part, [])
        spare = [one["switch"] for one in sources if one["share"] == 0 and one["qualified"] and one["switch"] is not None]
        told = [one["switch"] for one in sources if one["switch"] is not None]
        if spare:
            return min(least for least, _ in spare), min(most for _, most in spare)
        return longest(told) if told else None

    def when(self, told, reading):
        """Days until another delivers; a blank is at once, never, or usual, and so is what a range leaves open."""
        least, most = told or (0.0, NEVER)
        middle = max(least, self.usual_switch) if most == NEVER else (least + most) / 2
        return {"low": least, "estimate": middle}.get(reading, most)

    def stock(self, part, reading, span):
        """Days in stock; a blank lasts for the whole stop, is none, or is usual, and so is what a range leaves open."""
        least, most = self.books.stock.get(part, (0.0, NEVER)) if part in self.books.sources else (0.0, NEVER)
        if most < NEVER:
            return {"low": most, "estimate": (least + most) / 2}.get(reading, least)
        return max(least, {"low": span, "estimate": self.usual_stock}.get(reading, 0.0))
