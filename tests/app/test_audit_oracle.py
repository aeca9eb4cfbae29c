"""Every figure of the board page a second time, from the cells of the workbook alone.

The oracle knows openpyxl and the definitions: what a blank may mean (the table of `risk.production.stops`), that a product
needs all its parts, that a stock of S days and an arrival a(t) leave a product short of max(u - S - integral of a) days, and
that a stock, a place or a maker that nobody stated is read where it helps most, where it hurts most, and as an estimate. It
shares no line with the package and asks it nothing.
"""

import itertools
import random
import re
import statistics
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kanmon.app.audit.company_graph import build_graph
from kanmon.app.audit.company_reader import company_from
from kanmon.app.audit.content import content
from kanmon.app.audit.figures import work_out
from kanmon.app.audit.mapping import recognise
from kanmon.app.audit.report import audit
from kanmon.datasets.intake.understanding import understand
from kanmon.graph import SupplyGraph
from openpyxl.cell.cell import MergedCell

DEMO = Path(__file__).resolve().parents[2] / "datasets" / "data" / "demo_company" / "audit.xlsx"
DATE = "2026-11-23"
YEAR, NEVER = 365.0, float("inf")
CONCENTRATED = 0.4
"""Where the table of thresholds calls makers concentrated (PRJ-HHI-40)."""
READINGS = ("low", "estimate", "high", "open")
PLACES = {
    "日本": "JPN",
    "中国": "CHN",
    "ドイツ": "DEU",
    "タイ": "THA",
    "ベトナム": "VNM",
    "スイス": "CHE",
    "米国": "USA",
    "台湾": "TWN",
    "韓国": "KOR",
    "フィリピン": "PHL",
    "イタリア": "ITA",
}
YES, NO = {"はい", "○"}, {"いいえ"}


# Cells ---------------------------------------------------------------------------------------------------------------


def plain(cell):
    return unicodedata.normalize("NFKC", str(cell)).strip() if cell is not None and str(cell).strip() else None


def number(cell, units):
    """A number with one of some units; None where it is none."""
    found = re.fullmatch(r"([\d,]+(?:\.\d+)?)\s*(\D*)", plain(cell) or "")
    factor = units.get(found[2]) if found else None
    return None if factor is None else float(found[1].replace(",", "")) * factor


def money(cell):
    return number(cell, {"": 1.0, "円": 1.0, "千円": 1e3, "万円": 1e4, "億円": 1e8})


def days(cell):
    return number(cell, {"": 1.0, "日": 1.0, "ヶ月": 30.0})


def place(cell):
    return PLACES.get(re.sub(r"\(.*\)", "", plain(cell) or ""))


def firm(cell):
    return None if plain(cell) is None else re.sub(r"\(株\)|株式会社", "", plain(cell)).strip()


def truth(cell):
    return True if plain(cell) in YES else False if plain(cell) in NO else None


def sheet(book, name, head=2):
    """The rows below the header as dicts, merged cells filled; the Japanese line of a header is its name."""
    page = book[name]
    cells = {(cell.row, cell.column): cell.value for row in page.iter_rows() for cell in row}
    for area in page.merged_cells.ranges:
        for row, column in itertools.product(range(area.min_row, area.max_row + 1), range(area.min_col, area.max_col + 1)):
            cells[row, column] = cells[area.min_row, area.min_col]
    names = {j: str(cells[head, j]).split("\n")[0] for j in range(1, page.max_column + 1) if cells.get((head, j))}
    rows = [{name: cells.get((i, j)) for j, name in names.items()} for i in range(head + 1, page.max_row + 1)]
    return [row for row in rows if any(value is not None for value in row.values())]


# The company ---------------------------------------------------------------------------------------------------------


class Books:
    """The workbook as plain lists, by the rules that its own guide states."""

    def __init__(self, path):
        book = openpyxl.load_workbook(path)
        about = sheet(book, "会社")[0]
        self.days, self.budget = days(about.get("停止日数")) or 180.0, money(about.get("対策予算"))
        self.revenue = {plain(row["製品番号"]): money(row.get("年間売上")) for row in sheet(book, "製品")}
        self.products = sheet(book, "製品")
        firms = {firm(row["調達先"]): row for row in sheet(book, "調達先")}
        self.firms, self.technologies = firms, sheet(book, "技術")
        self.measures = [row for row in sheet(book, "対策案") if plain(row["対策"])]
        self.stock, self.sources, nameless = {}, {}, []
        for row in sheet(book, "調達"):
            part = plain(row["部品番号"])
            if part in {None, "合計"}:
                continue
            self._stock(part, row)
            source = self._source(row, firms)
            if source["maker"] or source["seller"] or source["place"]:
                self._add(self.sources.setdefault(part, []), source)
            elif any(source[name] is not None for name in ("share", "qualified", "lead", "switch", "spend")):
                nameless.append((part, source))
        for part, source in nameless:
            if part in self.sources:  # beside named sources it is one more, of nobody knows whom
                self._add(self.sources[part], source)
        for sources in self.sources.values():
            self._blank_places(sources)
            self._shares(sources)
        self.below = self._bom(sheet(book, "部品表"))
        above = {}
        for parent, part, _ in self.needs:
            above.setdefault(part, set()).add(parent)
        made = set(self.below) - set(self.sources)
        bought = [part for part in {*self.sources, *above} if part not in made and part not in self.revenue]
        self.direct = [part for part in bought if part not in above or above[part] - set(self.sources)]
        self.unnamed = [part for part in bought if part in above and part not in self.sources]

    def _stock(self, part, row):
        use = days(row.get("1日使用量"))
        amount = number(row.get("在庫数"), {"": 1.0})
        stock = amount / use if amount is not None and use else days(row.get("在庫日数"))
        if stock is not None:
            self.stock[part] = max(stock, self.stock.get(part, 0.0))

    def _source(self, row, firms):
        seller, maker = firm(row.get("調達先")), firm(row.get("メーカー"))
        sells = seller in firms and plain(firms[seller].get("区分")) == "商社・販社"
        maker = maker or (None if sells else seller)
        where = place(row.get("製造拠点国"))
        if where is None and plain(row.get("製造拠点国")) is None and maker in firms:
            where = place(firms[maker].get("製造拠点国"))
        share, text = None, plain(row.get("調達割合"))
        if text is not None:
            percent = text.endswith("%")
            share = float(text.rstrip("%")) / (100.0 if percent else 1.0)
        return {
            "maker": maker,
            "seller": seller,
            "place": where,
            "share": share,
            "plain": bool(text) and not text.endswith("%"),
            "qualified": truth(row.get("認定")) if plain(row.get("認定")) else (True if plain(row.get("認定日")) else None),
            "lead": days(row.get("リードタイム（日）")),
            "switch": days(row.get("切替日数")),
            "spend": money(row.get("年間購入額")),
            "open": money(row.get("年間購入額")) is None,
        }

    @staticmethod
    def _add(sources, new):
        """A second row of one source adds its amounts to the first."""
        for known in sources:
            if (known["maker"] or known["seller"], known["place"]) == (new["maker"] or new["seller"], new["place"]):
                Books._absorb(known, new)
                return
        sources.append(new)

    @staticmethod
    def _absorb(known, new):
        known["open"] = known["open"] or new["open"]  # an amount that one row leaves blank the other does not say
        for name in ("share", "spend"):
            both = (known[name], new[name])
            known[name] = sum(both) if None not in both else next((one for one in both if one is not None), None)
        for name in ("qualified", "lead", "switch"):
            known[name] = new[name] if known[name] is None else known[name]

    @staticmethod
    def _blank_places(sources):
        """A row without a country is of the maker's one plant that another row names."""
        for source in [one for one in sources if one["place"] is None]:
            who = source["maker"] or source["seller"]
            others = [one for one in sources if one["place"] and (one["maker"] or one["seller"]) == who]
            if len(others) == 1 and who and source["share"] is None:
                Books._absorb(others[0], source)
                sources.remove(source)

    @staticmethod
    def _shares(sources):
        if any(one["plain"] and one["share"] > 1 for one in sources if one["share"] is not None):
            for one in sources:
                if one["plain"] and one["share"] is not None:
                    one["share"] /= 100
        told = [one["share"] for one in sources if one["share"] is not None]
        if sum(told) > 1.02:
            for one in sources:
                one["share"] = None
        elif sum(told) >= 0.98:
            for one in sources:
                one["share"] = (one["share"] or 0.0) / sum(told)
        elif not told and len(sources) == 1:
            sources[0]["share"] = 1.0
        elif not told and all(one["spend"] and not one["open"] for one in sources):
            for one in sources:
                one["share"] = one["spend"] / sum(other["spend"] for other in sources)

    def _bom(self, rows):
        """Lines of the bill, without the one that closes a circle, and without what a parent does not need to have."""
        self.needs, self.each, found = [], {}, {}
        for row in rows:
            parent, part = plain(row["親品番"]), plain(row["部品番号"])
            if not parent or not part or parent == part or self._leads(part, parent):
                continue
            self.needs.append((parent, part, truth(row.get("必須")) is not False))
            self.each[parent, part] = self.each.get((parent, part), 0.0) + (number(row.get("員数"), {"": 1.0}) or NEVER)
            if self.needs[-1][2]:
                found.setdefault(parent, []).append(part)
        return found

    def _leads(self, part, target):
        """Whether a part is made of another one, by the lines so far."""
        front, seen = [part], set()
        while front:
            at = front.pop()
            seen.add(at)
            more = [below for parent, below, _ in self.needs if parent == at and below not in seen]
            if target in more:
                return True
            front += more
        return False

    def used(self, part):
        return [one for one in self.sources.get(part, ()) if one["share"] is None or one["share"] > 0]

    def leaves(self, product):
        """Bought parts that the product cannot do without."""
        found, front = {}, [product]
        while front:
            for part in self.below.get(front.pop(), ()):
                if part in self.sources or part not in self.below:
                    found[part] = None
                else:
                    front.append(part)
        return list(found)


# Stops ---------------------------------------------------------------------------------------------------------------


class Oracle:
    """What a stop costs, part by part, in each reading of the blanks."""

    def __init__(self, path):
        self.books = books = Books(path)
        known = [(part, one) for part in books.sources for one in books.used(part) if one["place"]]
        whole = all((one["spend"] or 0) > 0 and not one["open"] for _, one in known)
        self.weight = {}
        for _, one in known:
            self.weight[one["place"]] = self.weight.get(one["place"], 0.0) + (one["spend"] if whole else 1.0)
        sourced = [part for part in books.direct if part in books.sources]
        stocks = [books.stock[part] for part in sourced if part in books.stock]
        self.usual_stock = statistics.median(stocks) if stocks else 0.0
        switches = [self.switching(part) for part in sourced if self.switching(part) is not None]
        self.usual_switch = statistics.median(switches) if switches else NEVER

    def switching(self, part):
        """Days until another source delivers, as stated: the quickest qualified alternative, else the longest."""
        sources = self.books.sources.get(part, [])
        spare = [one["switch"] for one in sources if one["share"] == 0 and one["qualified"] and one["switch"] is not None]
        told = [one["switch"] for one in sources if one["switch"] is not None]
        return min(spare) if spare else max(told, default=None)

    def hit(self, source, stop, reading):
        """The part of a source that a stop takes."""
        kind, who = stop
        blank = {"low": 0.0, "estimate": 0.0}.get(reading, 1.0)
        if kind == "maker":
            return blank if source["maker"] is None else float(source["maker"] == who)
        if source["place"] is None and reading == "estimate":
            return self.weight.get(who, 0.0) / (sum(self.weight.values()) or 1.0)
        return blank if source["place"] is None else float(source["place"] == who)

    def lost_share(self, part, stop, reading):
        """The part of a bought part's supply that stops with its own sources; blank shares may lie with any of them."""
        sources = self.books.used(part)
        if not sources:
            return 1.0 if reading == "open" else 0.0
        told = sum(one["share"] * self.hit(one, stop, reading) for one in sources if one["share"] is not None)
        open_ = [self.hit(one, stop, reading) for one in sources if one["share"] is None]
        left = 1.0 - sum(one["share"] for one in sources if one["share"] is not None)
        if not open_:
            return told
        at = {"low": min(open_), "estimate": sum(open_) / len(open_)}.get(reading, max(open_))
        return told + left * at

    def behind(self, part, stop, reading):
        """What the makers of a part need, and what the stop takes of it."""
        needs = [one for one in self.books.below.get(part, ()) if one in self.books.sources]
        return [(one, self.lost_share(one, stop, reading)) for one in needs]

    def stock(self, part, reading, span):
        """Days in stock; a blank lasts for the whole stop, is none, or is usual."""
        told = self.books.stock.get(part)
        return {"low": span, "estimate": self.usual_stock}.get(reading, 0.0) if told is None else told

    def ready(self, part, stop, reading):
        """Who else delivers: (days until then, the part that the stop leaves of it)."""
        sources = self.books.sources.get(part, [])
        blank = {"low": 0.0, "estimate": self.usual_switch}.get(reading, NEVER)
        sure = [one for one in sources if one["share"] == 0 and one["qualified"]]
        maybe = [one for one in sources if one["share"] == 0 and one["qualified"] is None]
        spare = sure + (maybe if reading == "low" else [])
        found = [(blank if one["switch"] is None else one["switch"], 1 - self.hit(one, stop, reading)) for one in spare]
        if maybe and reading in {"high", "open"}:
            return found  # the time that is stated may be that of the one of which nobody knows whether it counts
        if sure and not (maybe and reading == "low"):
            return found
        told = [one["switch"] for one in self.books.used(part)]
        stated = [one for one in told if one is not None]
        if stated and (None not in told or reading == "estimate"):
            return [*found, (max(stated), 1.0)]
        return [*found, (self.usual_switch if reading == "estimate" else blank, 1.0)]

    def short(self, part, stop, reading, span, more=()):
        """Days of output that a part costs a product in ``span`` days, and the first day without; ``more``: measures."""
        lost, behind = self.lost_share(part, stop, reading), self.behind(part, stop, reading)
        stock = self.stock(part, reading, span) if part in self.books.sources else 0.0
        stock += sum(one.get("stock", 0.0) for one in more)
        opens = [(day, share, 1.0) for day, share in self.ready(part, stop, reading)]
        for one in more:
            if "source" in one:
                day, share, where = one["source"]
                opens.append((day, share, 0.0 if stop == ("country", where) else 1.0))
        opens = [(day, share * left) for day, share, left in opens]
        # What its makers have in stock of the things they need runs out one by one.
        runs_out = [(self.stock(one, reading, span) / gone, gone) for one, gone in behind if gone > 1e-12]
        marks = sorted({0.0, span, *(day for day, _ in [*opens, *runs_out] if day < span)})
        empty, worst, first, used = stock, 0.0, span, 0.0
        for start, end in itertools.pairwise(marks):
            can = 1.0 - lost + sum(share for day, share in opens if day <= start)
            missing = [gone for day, gone in runs_out if day <= start]
            comes = self.comes(min(1.0, can), missing, reading)
            if comes < 1 - 1e-12:
                runs = (empty - used) / (1 - comes)
                if runs < end - start - 1e-9 and first == span:
                    first = start + max(0.0, runs)
                used += (1 - comes) * (end - start)
                worst = max(worst, used - empty)
        return worst, first

    @staticmethod
    def comes(can, behind, reading):
        """What reaches the buyer when its makers can make ``can`` and lose some of each thing that they need."""
        if not behind:
            return can
        least = min(1 - one for one in behind)
        return {"low": min(can, least), "estimate": can * least}.get(reading, max(0.0, can - sum(behind)))

    def product(self, product, stop, reading, span, chosen=None):
        """The part of a product's output that is lost in ``span`` days, and the first day without."""
        chosen = chosen or {}
        found = [self.short(part, stop, reading, span, chosen.get(part, ())) for part in self.parts(product, reading)]
        lost = max((one for one, _ in found), default=0.0)
        return lost / span, min((first for one, first in found if one > 1e-9), default=span)

    def parts(self, product, reading):
        leaves = self.books.leaves(product)
        return leaves if reading == "open" else [part for part in leaves if part in self.books.sources]

    def stop(self, stop):
        """The figures of one stop, as the report names them."""
        span, worth = self.books.days, self.books.days / YEAR
        found = {}
        for product in self.books.revenue:
            rows = {reading: self.product(product, stop, reading, span) for reading in READINGS}
            low, estimate, high, opened = (rows[reading][0] for reading in READINGS)
            estimate = min(max(estimate, low), high)
            found[product] = {"low": low, "estimate": estimate, "high": high, "open": max(high, opened)} | {
                f"day_{reading}": rows[reading][1] for reading in READINGS
            }
        values = {product: value for product, value in self.books.revenue.items() if value is not None}

        def loss(reading):
            if reading in {"high", "open"} and any(one[reading] > 1e-9 and p not in values for p, one in found.items()):
                return None
            return worth * sum(found[product][reading] * value for product, value in values.items())

        def day(reading):
            first = min(one[f"day_{reading}"] for one in found.values())
            return None if first > span - 1e-6 else first

        return {f"loss_{reading}": loss(reading) for reading in READINGS} | {
            "day": day("estimate"),
            "day_low": day("high"),
            "day_high": day("low"),
            "products": found,
        }

    def first_part(self, stop):
        """The part that runs out first by the estimate: its stock over the part of its supply that is lost."""
        rows = []
        for part in self.books.direct:
            if part in self.books.sources:
                behind = [gone for _, gone in self.behind(part, stop, "estimate")]
                lost = 1 - self.comes(1 - self.lost_share(part, stop, "estimate"), behind, "estimate")
                if lost > 1e-9:
                    rows.append((self.books.stock.get(part, self.usual_stock) / lost, part))
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
            for product, value in books.revenue.items():
                leaves = [part for part in books.leaves(product) if part in books.sources]
                rest = max(
                    (self.short(part, stop, "estimate", books.days)[0] for part in leaves if part not in parts), default=0
                )
                of_part = [
                    [
                        self.short(part, stop, "estimate", books.days, [one[2] for one in choice])[0]
                        if part in leaves
                        else 0
                        for choice in each
                    ]
                    for part, each in choices.items()
                ]
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
        every = [one["lead"] for each in self.books.sources.values() for one in each if one["lead"] is not None]
        lead = max(leads) if leads else statistics.median(every) if every else self.books.days
        return {"source": (lead if kind == "代替先を認定する" else 0.0, share, where)}


# What the findings count ---------------------------------------------------------------------------------------------


def top_foreign(sources):
    """Least and greatest share that any one foreign country certainly, and possibly, has of a part."""
    blank = sum(one["share"] or 0.0 for one in sources if one["place"] is None)
    left = max(0.0, 1.0 - sum(one["share"] or 0.0 for one in sources))
    least, most = 0.0, 0.0
    places = {one["place"] for one in sources if one["place"] not in {None, "JPN"}}
    for code in places | ({"?"} if any(one["place"] is None for one in sources) else set()):
        here = [one for one in sources if one["place"] in {code, None}]
        told = sum(one["share"] or 0.0 for one in sources if one["place"] == code)
        sure = left if left and all(one["place"] == code for one in sources if one["share"] is None) else 0.0
        least = max(least, told + sure)
        most = max(most, told + blank + (left if any(one["share"] is None for one in here) else 0.0))
    return least, most


def squares(sources):
    """Least and greatest sum of squared shares of makers; the rest goes to those whose share is blank, in any way."""
    firms = {}
    for n, one in enumerate(sources):
        firms.setdefault(one["maker"] or n, []).append(one["share"])
    told = [sum(each) for each in firms.values() if None not in each]
    blank, rest, base = len(firms) - len(told), 1.0 - sum(told), sum(one**2 for one in told)
    if not blank:
        low = high = base
    else:
        low, high = base + rest**2 / blank, base + rest**2
    # A maker that is not named may be any of the others.
    return low, 1.0 if len(firms) > 1 and any(one["maker"] is None for one in sources) else high


def certainly_lost(books, part, hits):
    """The part of a bought part's supply that stops for certain, by its own sources or by what these need."""
    sources = books.used(part)
    told = sum((one["share"] or 0.0) * hits(one) for one in sources)
    open_ = [hits(one) for one in sources if one["share"] is None]
    left = (1.0 - sum(one["share"] or 0.0 for one in sources)) * min(open_, default=False)
    return max([told + left, *(certainly_lost(books, below, hits) for below in books.below.get(part, ()))])


def met(oracle):
    """Parts of several suppliers, and which places and plants behind them (none of them its own) certainly take most."""
    books, found = oracle.books, {}
    plants = {(one["maker"], one["place"]) for part in books.sources for one in books.used(part) if one["maker"]}
    kinds = {
        "country": [(lambda one, at=at: one["place"] == at, at) for at in sorted({at for _, at in plants if at})],
        "plant": [(lambda one, at=at: (one["maker"], one["place"]) == at, at) for at in sorted(plants, key=str)],
    }
    for part in books.sources:
        used = books.used(part)
        if len(used) < 2 or part not in books.below:
            continue
        for kind, events in kinds.items():
            losses = {
                at: max(certainly_lost(books, below, hits) for below in books.below[part])
                for hits, at in events
                if not any(hits(one) for one in used)
            }
            most = max(losses.values(), default=0.0)
            if most > 1e-9:
                found[part, kind] = {at for at, loss in losses.items() if loss > most - 1e-9}
    return found


def counted(oracle):
    """The counts of the findings, by check."""
    books = oracle.books
    parts = {part: books.used(part) for part in books.direct}
    single = {}
    for part, sources in parts.items():
        makers = {one["maker"] for one in sources}
        single[part] = (
            "no" if len(makers - {None}) > 1 else "possible" if None in makers else "certain" if sources else "none"
        )
    spare = {part: [one for one in books.sources.get(part, ()) if one["share"] == 0] for part in parts}
    sure = [part for part in parts if single[part] == "certain"]
    gaps = {
        part: oracle.switching(part) - books.stock[part]
        for part in parts
        if parts[part] and part in books.stock and oracle.switching(part) is not None
    }
    spread = {part: squares(sources) for part, sources in parts.items() if sources}
    bounds = {part: top_foreign(sources) for part, sources in parts.items() if sources}
    spend = [(one["spend"], one["place"]) for sources in parts.values() for one in sources if one["spend"]]
    firms = {name: row for name, row in books.firms.items() if name and plain(row.get("区分")) != "商社・販社"}
    planned = [row for row in books.technologies if plain(row.get("提供先の国")) or plain(row.get("提供の予定"))]
    linked = [
        product
        for product in books.revenue
        if (needs := all_bought(books, product)) and all(part in books.sources for part in needs)
    ]
    return {
        "single": {
            "count": len(sure),
            "possible": sum(one == "possible" for one in single.values()),
            "known": sum(bool(one) for one in parts.values()),
        },
        "qualified": {
            "count": sum(not any(one["qualified"] is not False for one in spare[part]) for part in sure),
            "known": len(sure),
        },
        "stock": {"count": sum(gap > 0 for gap in gaps.values()), "known": len(gaps)},
        "country": {
            "count": sum(low > 0.5 + 1e-9 for low, _ in bounds.values()),
            "possible": sum(low <= 0.5 + 1e-9 < high - 1e-9 for low, high in bounds.values()),
            "known": len(bounds),
        },
        "concentration": {
            "count": sum(low > CONCENTRATED for low, _ in spread.values()),
            "possible": sum(low <= CONCENTRATED < high for low, high in spread.values()),
            "known": len(spread),
        },
        "diamonds": {
            "count": len({part for part, _ in met(oracle)}),
            "known": sum(len({one["maker"] or n for n, one in enumerate(each)}) > 1 for each in parts.values()),
        },
        "coverage": {"whole": len(linked), "products": len(books.revenue)},
        "dialogue": {"count": sum(plain(row.get("最終対話日")) is not None for row in firms.values()), "known": len(firms)},
        "leakage": {
            "count": sum(
                bool(plain(row.get("アクセスする社外の相手")) or plain(row.get("相手の国"))) for row in books.technologies
            )
        },
        "abroad": {"count": sum(place(row.get("拠点の国")) not in {None, "JPN"} for row in books.technologies)},
        "transfers": {"count": sum(place(row.get("提供先の国")) != "JPN" for row in planned)},
        "sole_customers": {
            "count": sum(float(row.get("自社に単独依存する顧客数") or 0) > 0 for row in books.products),
            "known": sum(row.get("自社に単独依存する顧客数") is not None for row in books.products),
        },
        "spend": sum(amount for amount, where in spend if where) / (sum(amount for amount, _ in spend) or NEVER),
        "tier2": sum(part in books.sources and part in {need[0] for need in books.needs} for part in parts) / len(parts),
        "linked": linked,
    }


def pieces(books, part):
    """How many of a part go into one of each product, through what the company itself puts together."""
    if part in books.revenue:
        return 1.0
    parents = {parent for parent, below in books.each if below == part and parent not in books.sources}
    return sum(books.each[parent, part] * pieces(books, parent) for parent in parents)


def direct(oracle):
    """Parts of the spend, and of the pieces, that are made in each country."""
    spend, quantity, books = {}, {}, oracle.books
    for part in books.direct:
        used = books.used(part)
        many = pieces(books, part)
        left = 1.0 - sum(one["share"] or 0.0 for one in used)
        for one in used:
            spend[one["place"]] = spend.get(one["place"], 0.0) + (one["spend"] or 0.0)
        open_ = {one["place"] for one in used if one["share"] is None}
        for code in {one["place"] for one in used}:
            told = sum(one["share"] or 0.0 for one in used if one["place"] == code)
            quantity[code] = quantity.get(code, 0.0) + many * (told + (left if open_ == {code} else 0.0))
        quantity["?"] = quantity.get("?", 0.0) + many
    total = quantity.pop("?", NEVER) or NEVER
    return [
        {code: one / (sum(spend.values()) or NEVER) for code, one in spend.items()},
        {code: one / total for code, one in quantity.items()},
    ]


def all_bought(books, product):
    """Every bought part of a product, whether it can do without it or not."""
    found, front = {}, [product]
    while front:
        at = front.pop()
        for parent, part, _ in books.needs:
            if parent == at:
                if part in books.sources or part not in {need[0] for need in books.needs}:
                    found[part] = None
                else:
                    front.append(part)
    return list(found)


# Tests ---------------------------------------------------------------------------------------------------------------

COLUMNS = {
    "調達": [
        "調達先",
        "製造拠点国",
        "調達割合",
        "認定",
        "認定日",
        "切替日数",
        "在庫数",
        "1日使用量",
        "在庫日数",
        "年間購入額",
    ],
    "製品": ["年間売上"],
    "部品表": ["必須"],
    "調達先": ["区分", "製造拠点国", "最終対話日"],
}


def mutated(path, seed):
    """The demo with some cells blank: one or many, a whole column, or all that is known of one maker."""
    draw = random.Random(seed)
    book = openpyxl.load_workbook(DEMO)
    for page in book:
        for area in list(page.merged_cells.ranges):
            value = page.cell(area.min_row, area.min_col).value
            page.unmerge_cells(str(area))
            for row, column in itertools.product(
                range(area.min_row, area.max_row + 1), range(area.min_col, area.max_col + 1)
            ):
                page.cell(row, column).value = value
    page = book["調達"]
    heads = {str(cell.value).split("\n")[0]: cell.column for cell in page[2] if cell.value}
    last = page.max_row - 1
    if seed % 4 == 1:
        for row in range(3, last + 1):
            page.cell(row, heads[COLUMNS["調達"][seed % len(COLUMNS["調達"])]]).value = None
    elif seed % 4 == 2:
        maker = draw.choice([page.cell(row, heads["調達先"]).value for row in range(3, last + 1)])
        for row in range(3, last + 1):
            if page.cell(row, heads["調達先"]).value == maker:
                for name in COLUMNS["調達"][1:]:
                    page.cell(row, heads[name]).value = None
    for _ in range((0, 3, 10, 60)[seed % 4] if seed else 0):
        name = draw.choice([*COLUMNS, "調達", "調達", "調達"])
        other = book[name]
        at = {str(cell.value).split("\n")[0]: cell.column for cell in other[2] if cell.value}
        other.cell(draw.randint(3, other.max_row - (name == "調達")), at[draw.choice(COLUMNS[name])]).value = None
    book.save(path)
    return path


# A plant of which the sourcing sheet says nothing stands where the suppliers sheet says; this one cell contradicts it.
TWO_PLACES = "中国・台湾"
BLANKED = ["調達先", "製造拠点国", "調達割合", "認定", "認定日", "切替日数", "在庫数", "1日使用量", "在庫日数", "年間購入額"]


def figures_of(path):
    company = company_from(recognise(understand(path), {}))
    return work_out(company, build_graph(company, [], SupplyGraph()), [], "en")


@pytest.fixture(scope="module")
def whole():
    return figures_of(DEMO)


cells = st.tuples(st.sampled_from([*BLANKED, "年間売上"]), st.integers(3, 135))


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cells, min_size=1, max_size=40))
def test_blank_cells_never_make_a_figure_of_the_board_better_than_it_may_be(tmp_path, whole, blank):
    """Bounds only widen; a stop that is not named any more is among what no row names, or what nobody is named for."""
    book = openpyxl.load_workbook(DEMO)
    for name, row in blank:
        page = book["製品" if name == "年間売上" else "調達"]
        at = {str(cell.value).split("\n")[0]: cell.column for cell in page[2] if cell.value}[name]
        cell = page.cell(3 + row % 3 if name == "年間売上" else row, at)
        if not isinstance(cell, MergedCell) and cell.value != TWO_PLACES:
            cell.value = None
    book.save(tmp_path / "blank.xlsx")
    found = figures_of(tmp_path / "blank.xlsx")
    rows = {row["node"]: row for row in [*found.countries, *found.makers]}
    worst = lambda value: NEVER if value is None else value  # noqa: E731
    for row in [*whole.countries, *whole.makers]:
        now, most = rows.get(row["node"]), worst(row["loss_open"])
        if now is None:
            unnamed = [worst(one["loss_open"]) for one in rows.values()] if found.unsourced else []
            unseen = worst(found.unseen.get("maker" if row["maker"] else "country", 0.0))
            assert max([unseen, *unnamed], default=0.0) >= most - 1.0, row["node"]
            continue
        assert now["loss_low"] <= row["loss_low"] + 1.0 and worst(now["loss_open"]) >= most - 1.0, row["node"]
        assert now["year_low"] <= row["year_low"] + 1.0
        assert worst(now["day_high"]) >= worst(row["day_high"]) - 1e-6
        if found.unsourced == whole.unsourced:
            assert worst(now["loss_high"]) >= worst(row["loss_high"]) - 1.0
            assert worst(now["day_low"]) <= worst(row["day_low"]) + 1e-6
    for name in ("country_known", "maker_known", "supplier_known", "stock_known", "switch_known", "tier2_own"):
        assert found.coverage[name] <= whole.coverage[name] + 1e-9, name
    for sure in (lambda part: part["single"] == "certain", lambda part: (part["foreign_low"] or 0.0) > 0.5 + 1e-9):
        assert {part["part"] for part in found.parts if sure(part)} <= {part["part"] for part in whole.parts if sure(part)}
    for maybe in (lambda part: part["single"] != "no", lambda part: not part["active"] or part["foreign_most"] > 0.5):
        assert {part["part"] for part in found.parts if maybe(part)} >= {part["part"] for part in whole.parts if maybe(part)}


@pytest.fixture(scope="module", params=[*range(8), 15, 35])
def both(request, tmp_path_factory):
    """A workbook (the demo, or a mutated one) as the package and as the oracle see it."""
    path = DEMO if request.param == 0 else mutated(tmp_path_factory.mktemp("mutated") / "audit.xlsx", request.param)
    return audit(path, lang="ja", date=DATE, world=SupplyGraph()), Oracle(path)


def node_of(row):
    return ("maker", row["name"]) if row["maker"] else ("country", row["node"])


def test_every_stop_costs_what_the_cells_say_in_every_reading(both):
    found, oracle = both
    rows = {node_of(row): row for row in [*found.figures.countries, *found.figures.makers]}
    assert set(rows) <= set(oracle.stops())
    for stop in oracle.stops():
        mine, row = oracle.stop(stop), rows.get(stop)
        if row is None:
            assert not mine["loss_estimate"] and not mine["loss_open"], stop
            continue
        names = {"loss": "loss_estimate", "loss_low": "loss_low", "loss_high": "loss_high", "loss_open": "loss_open"}
        for name, own in (names | {day: day for day in ("day", "day_low", "day_high")}).items():
            assert (row[name] is None) == (mine[own] is None), (stop, name)
            assert row[name] is None or row[name] == pytest.approx(mine[own], rel=1e-6, abs=1e-2), (stop, name)
        assert row["first_part"] == oracle.first_part(stop)


def test_what_no_row_names_may_cost_what_the_blank_cells_allow(both):
    found, oracle = both
    used = [one for part in oracle.books.sources for one in oracle.books.used(part)]
    blank = {"country": any(not one["place"] for one in used), "maker": any(not one["maker"] for one in used)}
    assert set(found.figures.unseen) == {kind for kind, any_ in blank.items() if any_}
    for kind, most in found.figures.unseen.items():
        mine = oracle.stop((kind, "nobody"))["loss_high"]
        assert (most is None) == (mine is None) and (most is None or most == pytest.approx(mine, rel=1e-6, abs=1e-2))


def test_the_board_shows_the_worst_stops_in_order_and_says_their_figures(both):
    found, oracle = both
    shown = content(found, "ja")
    board, books = shown["board"], oracle.books
    if not any(value is not None for value in books.revenue.values()):
        assert not board["countries"] and not board["makers"]
        return
    worst = oracle.worst()
    for kind, rows, most in (("country", board["countries"], 5), ("maker", board["makers"], 4)):
        mine = sorted((-row["loss_estimate"], stop[1]) for stop, row in worst if stop[0] == kind)
        assert [row["loss"] for row in rows] == pytest.approx([-loss for loss, _ in mine[:most]], rel=1e-6, abs=1.0)
        for row in rows:
            assert row["first_stock"] == books.stock.get(row["first_part"])
            assert row["first_switch"] == (None if row["first_part"] is None else oracle.switching(row["first_part"]))
    revenue = sum(value for value in books.revenue.values() if value is not None)
    large = sum(row["loss_estimate"] >= 0.1 * revenue for _, row in worst)
    most = max(row["loss_estimate"] for _, row in worst)
    if board["headline"]:
        assert f"{most / revenue:.0%}" in board["headline"][0] and f"{most / 1e8:,.1f}億円" in board["headline"][0]
        assert re.search(rf"(?<!\d){large}(?!\d)", board["headline"][1])


def test_the_tiles_are_counts_of_the_cells(both):
    found, oracle = both
    known, mine = found.figures.coverage, counted(oracle)
    books = oracle.books
    priced = [value for value in books.revenue.values() if value is not None]
    whole = len(priced) == len(books.revenue)
    linked = sum(books.revenue[product] or 0.0 for product in mine["linked"]) / (sum(priced) or NEVER)
    assert known["revenue_linked"] == (pytest.approx(linked) if whole else None)
    assert known["spend_country_known"] == (pytest.approx(mine["spend"]) if mine["spend"] else None)
    assert known["tier2_own"] == pytest.approx(mine["tier2"])


def test_direct_spend_and_quantity_of_a_country_are_sums_of_the_rows(both):
    found, oracle = both
    spend, quantity = direct(oracle)
    if not any(spend.values()):
        assert found.figures.spend is None
        return
    for row in found.figures.spend["shares"]:
        assert row["direct_low"] == pytest.approx(spend.get(row["country"], 0.0), abs=1e-6)
        assert row["direct_high"] == pytest.approx(row["direct_low"] + spend.get(None, 0.0), abs=1e-6)
        if row["quantity_low"] is not None:
            assert row["quantity_low"] == pytest.approx(quantity.get(row["country"], 0.0), abs=1e-6), row["country"]


def test_the_findings_count_what_the_cells_say(both):
    found, oracle = both
    mine = counted(oracle)
    shown = {one.check: one.says.values for one in found.findings if one.check}
    for check, counts in mine.items():
        for name, count in counts.items() if isinstance(counts, dict) else ():
            assert shown[check][name] == count, (check, name)


def test_what_several_suppliers_of_a_part_have_behind_them_is_in_the_cells(both):
    found, oracle = both
    mine, plants = met(oracle), {}
    for row in found.figures.diamonds:
        kind = "country" if row["node_name"] is None else "plant"
        plants.setdefault((row["part"], kind), set()).add(row["country"] if kind == "country" else row["node_name"])
    assert set(plants) == set(mine)
    for key, nodes in plants.items():
        assert nodes <= {at if key[1] == "country" else at[0] for at in mine[key]}, key


def test_the_concentration_of_makers_is_that_of_the_cells(both):
    found, oracle = both
    for part in found.figures.parts:
        used = oracle.books.used(part["part"])
        if used:
            assert (part["hhi_low"], part["hhi_high"]) == pytest.approx(squares(used), abs=1e-6), part["part"]


def test_the_plan_is_the_best_of_all_sets_within_the_budget(both):
    found, oracle = both
    plan = None if found.mitigation is None else found.mitigation.plan
    if plan is None or not found.mitigation.proven:
        assert found.mitigation is None or not oracle.books.measures or not oracle.books.budget or not oracle.worst()
        return
    rows = [*found.figures.countries, *found.figures.makers]
    nodes = {row["node"]: node_of(row) for row in rows}
    threats = [nodes[node] for node in found.mitigation.threats]
    worst = sorted((-row["loss_estimate"] for _, row in oracle.worst()))[: len(threats)]
    assert sorted(-oracle.stop(stop)["loss_estimate"] for stop in threats) == pytest.approx(worst, rel=1e-6, abs=1.0)
    lost, cost = oracle.plan(threats)
    assert found.mitigation.nothing["estimate"] == pytest.approx(-sum(worst) / len(threats), rel=1e-6, abs=1.0)
    assert plan.cost <= oracle.books.budget + 1e-6
    assert plan.after["estimate"] == pytest.approx(lost, rel=1e-4, abs=10.0)
    assert plan.cost == pytest.approx(cost) or plan.after["estimate"] <= lost * (1 + 1e-9)
