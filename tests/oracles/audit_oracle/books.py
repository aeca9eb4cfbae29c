"""The workbook as plain lists, by the rules that its own guide states."""

import openpyxl

from .cells import days, firm, money, number, place, plain, sheet, span, truth

NEVER = float("inf")


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
        self.nobodys = {}
        for part, source in nameless:
            if part in self.sources:  # beside named sources it is one more, of nobody knows whom
                self._add(self.sources[part], source)
            else:
                self.nobodys[part] = self.nobodys.get(part, 0.0) + (source["spend"] or 0.0)
        for sources in self.sources.values():
            self._blank_places(sources)
            self._shares(sources)
        self.below = self._bom(sheet(book, "部品表"))
        above = {}
        for parent, part, _ in self.needs:
            above.setdefault(part, set()).add(parent)
        parents = set(self.below)
        made = {part for part in parents if part not in self.sources and (part in self.revenue or part not in above)}
        while more := {part for part in parents - made - set(self.sources) if above.get(part, set()) & made}:
            made |= more  # what only bought parts need is made by others
        bought = [part for part in {*self.sources, *above} if part not in made and part not in self.revenue]
        self.direct = [part for part in bought if part not in above or above[part] & made]
        self.unnamed = [part for part in bought if part in above and part not in self.sources]
        self.handed_on = {part for part in {*self.sources, *self.below} if above.get(part, set()) - made}

    def _stock(self, part, row):
        use = days(row.get("1日使用量"))
        amount = number(row.get("在庫数"), {"": 1.0})
        ends = (amount / use,) * 2 if amount is not None and use else span(row.get("在庫日数"))
        if ends is not None:
            self.stock[part] = tuple(map(max, ends, self.stock.get(part, ends)))

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
            "lead": span(row.get("リードタイム（日）")),
            "switch": span(row.get("切替日数")),
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
        answers = {known["qualified"], new["qualified"]} - {None}
        known["qualified"] = answers.pop() if len(answers) == 1 else None  # of a yes and a no nobody knows which holds
        for name in ("lead", "switch"):  # of two times that are stated either holds, or one between them
            told = [one[name] for one in (known, new) if one[name] is not None]
            known[name] = (min(least for least, _ in told), max(most for _, most in told)) if told else None

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

    def named(self, part):
        """Whether somebody, or somewhere, is named that delivers a part today."""
        return any(one["maker"] or one["seller"] or one["place"] for one in self.used(part))

    def rest(self, part):
        """What the shares of a part leave where all of them are stated: it is bought of nobody knows whom."""
        shares = [one["share"] for one in self.sources[part]]
        return 0.0 if None in shares or sum(shares) > 1 - 1e-9 else 1.0 - sum(shares)

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
