"""What a stop costs: products, money and days, in each reading of the blanks; and the best set of measures."""

import itertools

from .books import Books
from .cells import days, money, place, plain
from .curves import shortest
from .markets import NEVER, Blanks, Markets, longest

YEAR = 365.0
READINGS = ("low", "estimate", "high", "open")


class Oracle:
    """Every figure of the board page a second time."""

    def __init__(self, path):
        self.books = Books(path)
        self.blanks = Blanks(self.books)
        self.seen, self.shorts, self.stopped = {}, {}, {}

    def markets(self, stop, reading):
        key = stop, reading
        if key not in self.seen:
            self.seen[key] = Markets(self.blanks, stop, reading)
        return self.seen[key]

    def switching(self, part):
        return self.blanks.switching(part)

    def short(self, part, stop, reading, more=()):
        """Days of output that a part costs a product, and the first day without; ``more``: measures."""
        key = part, stop, reading
        if more:
            return self._short(*key, more)
        if key not in self.shorts:
            self.shorts[key] = self._short(*key, ())
        return self.shorts[key]

    def _short(self, part, stop, reading, more):
        stock = self.blanks.stock(part, reading, self.books.days) if part in self.books.sources else 0.0
        stock += sum(one.get("stock", 0.0) for one in more)
        opened = [one["source"] for one in more if "source" in one]
        return shortest(self.markets(stop, reading).curve(part, True, opened), stock, self.books.days)

    def product(self, product, stop, reading):
        """The part of a product's output that is lost, the first day without, and what stops where nothing is in stock."""
        parts, markets = self.parts(product, reading), self.markets(stop, reading)
        found = [self.short(part, stop, reading) for part in parts]
        lost = max((one for one, _ in found), default=0.0)
        stops = max((1.0 - markets.lasting(part, True) for part in parts), default=0.0)
        first = min((first for one, first in found if one > 1e-9), default=self.books.days)
        return lost / self.books.days, first, stops

    def parts(self, product, reading):
        leaves = self.books.leaves(product)
        return leaves if reading == "open" else [part for part in leaves if part in self.books.sources]

    def stop(self, stop):
        """The figures of one stop, as the report names them."""
        if stop not in self.stopped:
            self.stopped[stop] = self._stop(stop)
        return self.stopped[stop]

    def _stop(self, stop):
        found = {}
        for product in self.books.revenue:
            rows = {reading: self.product(product, stop, reading) for reading in READINGS}
            row = {f"day_{reading}": rows[reading][1] for reading in READINGS}
            for at, name in ((0, ""), (2, "stops_")):
                low, estimate, high, opened = (rows[reading][at] for reading in READINGS)
                row |= {f"{name}low": low, f"{name}estimate": min(max(estimate, low), high)}
                row |= {f"{name}high": high, f"{name}open": max(high, opened)}
            found[product] = row
        values = {product: value for product, value in self.books.revenue.items() if value is not None}

        def loss(reading, worth):
            unpriced = any(row[reading] > 1e-9 and product not in values for product, row in found.items())
            if unpriced and reading.endswith(("high", "open")):
                return None
            return worth * sum(found[product][reading] * value for product, value in values.items())

        def day(reading):
            first = min(one[f"day_{reading}"] for one in found.values())
            return None if first > self.books.days - 1e-6 else first

        losses = {f"loss_{reading}": loss(reading, self.books.days / YEAR) for reading in READINGS}
        years = {f"year_{reading}": loss(f"stops_{reading}", 1.0) for reading in READINGS}
        first = {"day": day("estimate"), "day_low": day("high"), "day_high": day("low")}
        return losses | years | first | {"products": found}

    def first_part(self, stop):
        """The part that runs out first by the estimate; of those that outlast the stop its stock over what is lost tells."""
        rows, markets, length = [], self.markets(stop, "estimate"), self.books.days
        for part in self.books.direct:
            if part in self.books.sources:
                lost = 1 - markets.lasting(part, True)
                if lost > 1e-9:
                    behind, day = self.short(part, stop, "estimate")
                    later = max(length, self.blanks.stock(part, "estimate", length) / lost)
                    rows.append((round(day if behind > 1e-9 else later, 6), part))
        return min(rows)[1] if rows else None

    def stops(self):
        """Countries and makers that the company buys from."""
        used = [one for part in self.books.sources for one in self.books.used(part)]
        places = {one["place"] for one in used if one["place"]} - {"JPN"}
        return [("country", code) for code in sorted(places)] + [
            ("maker", name) for name in sorted({one["maker"] for one in used if one["maker"]})
        ]

    def worst(self):
        """All stops with their figures, as the board orders them: by the estimate, then by what is certain."""
        found = [(stop, self.stop(stop)) for stop in self.stops()]
        return [(stop, row) for stop, row in found if row["loss_estimate"] > 1.0 or row["loss_high"] != 0]

    def plan(self, threats):
        """The cost of the best set of priced measures within the budget, and what it leaves of the mean loss."""
        books, parts = self.books, {}
        for n, row in enumerate(books.measures):
            part, cost = plain(row["部品番号"]), money(row.get("費用"))
            if cost is not None and part in books.sources:
                parts.setdefault(part, []).append((n, cost, self._measure(part, row)))
        choices = {
            part: [tuple(one) for size in range(len(each) + 1) for one in itertools.combinations(each, size)]
            for part, each in parts.items()
        }
        costs = [[sum(one[1] for one in choice) for choice in each] for each in choices.values()]
        rows = []
        for stop in threats:
            short = {
                part: [self.short(part, stop, "estimate", [one[2] for one in choice])[0] for choice in each]
                for part, each in choices.items()
            }
            for product, value in books.revenue.items():
                leaves = [part for part in books.leaves(product) if part in books.sources]
                rest = max((self.short(part, stop, "estimate")[0] for part in leaves if part not in parts), default=0)
                of_part = [short[part] if part in leaves else [0] * len(each) for part, each in choices.items()]
                rows.append((value or 0.0, max(0.0, rest), of_part))
        best = None
        for picked in itertools.product(*(range(len(each)) for each in choices.values())):
            cost = sum(each[at] for each, at in zip(costs, picked, strict=True))
            if cost <= (books.budget or 0.0):
                lost = sum(
                    value / YEAR * max([rest, *(each[at] for each, at in zip(of_part, picked, strict=True))])
                    for value, rest, of_part in rows
                )
                best = min(best or (NEVER, 0.0), (lost / len(threats), cost))
        return best

    def _measure(self, part, row):
        kind, where = plain(row["対策"]), place(row.get("国"))
        if kind == "在庫を積む":
            return {"stock": days(row.get("日数")) or 0.0}
        share = 1.0 if plain(row.get("割合")) is None else float(plain(row["割合"]))
        leads = [one["lead"] for one in self.books.used(part) if one["lead"] is not None]
        # Nobody said when, or when at the latest: it takes nothing off that anybody could tell.
        lead = sum(longest(leads)) / 2 if leads else NEVER
        return {"source": (lead if kind == "代替先を認定する" else 0.0, share, where)}
