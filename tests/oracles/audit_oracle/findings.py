"""What the tiles and findings of the board page count, from the cells."""

from itertools import product as every

from .cells import place, plain

NEVER = float("inf")
CONCENTRATED = 0.4
"""Where the table of thresholds calls makers concentrated (PRJ-HHI-40)."""


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
    """Least and greatest sum of squared shares of makers; the rest goes to those whose share is blank, in any way.

    Behind a source whose maker is blank any number of makers stand, which may be those named or not: tried one by one.
    """
    firms, hidden = {}, [one["share"] for one in sources if not one["maker"]]
    for one in sources:
        if one["maker"]:
            firms.setdefault(one["maker"], []).append(one["share"])
    told = {name: sum(each) for name, each in firms.items() if None not in each}
    blank = [name for name in firms if name not in told]
    rest = max(0.0, 1.0 - sum(told.values()) - sum(share or 0.0 for share in hidden))
    spread = None in hidden or not blank  # over nobodies, each of next to nothing
    low = sum(one**2 for one in told.values()) + (0.0 if spread else rest**2 / len(blank))
    takers = [*firms, None] if None in hidden else blank or [None]
    high = 0.0
    for taker in takers:
        for holder in [*firms, None] if hidden else [None]:
            held = dict(told)
            held[taker] = held.get(taker, 0.0) + rest
            held[holder] = held.get(holder, 0.0) + sum(share or 0.0 for share in hidden)
            high = max(high, sum(one**2 for one in held.values()))
    return low, high


def met(oracle):
    """Parts of several suppliers, and which places and plants behind them (none of them its own) certainly take most."""
    books, found = oracle.books, {}
    plants = {(one["maker"], one["place"]) for part in books.sources for one in books.used(part) if one["maker"]}
    kinds = {
        "country": [("country", at) for at in sorted({at for _, at in plants if at})],
        "plant": [("plant", at) for at in sorted(plants, key=str)],
    }
    for part in books.sources:
        used = books.used(part)
        if len(used) < 2 or part not in books.below:
            continue
        for kind, events in kinds.items():
            behind = [stop for stop in events if not any(oracle.markets(stop, "low").hit(one) for one in used)]
            losses = {stop[1]: 1 - oracle.markets(stop, "low").lasting(part, part in books.direct) for stop in behind}
            most = max(losses.values(), default=0.0)
            if most > 1e-9:
                found[part, kind] = {at for at, loss in losses.items() if loss > most - 1e-9}
    return found


def waits(sources):
    """The least and most days without a part, over whatever blanks are: switching times from nothing to never, yes or no.

    The quickest of the qualified others delivers; where there is none, who takes longest may be the one to replace.
    """
    idle = [one for one in sources if one["share"] == 0]
    doubtful = [one for one in idle if one["qualified"] is None]
    found = []
    for answers in every([True, False], repeat=len(doubtful)):
        said = {id(one): answer for one, answer in zip(doubtful, answers, strict=True)}
        others = [one for one in idle if said.get(id(one), one["qualified"])]
        pick, among = (min, others) if others else (max, sources)
        days = [one["switch"] or (0.0, NEVER) for one in among]
        found.append((pick(least for least, _ in days), pick(most for _, most in days)))
    return min(least for least, _ in found), max(most for _, most in found)


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
        part: [takes - days for takes, days in zip(waits(books.sources[part]), books.stock[part][::-1], strict=True)]
        for part in parts
        if parts[part] and part in books.stock and oracle.switching(part) is not None
    }
    spread = {part: squares(sources) for part, sources in parts.items() if sources}
    bounds = {part: top_foreign(sources) for part, sources in parts.items() if sources}
    spend = [(one["spend"], one["place"]) for sources in parts.values() for one in sources if one["spend"]]
    spend += [(books.nobodys.get(part, 0.0), None) for part in parts]
    firms = {name: row for name, row in books.firms.items() if name and plain(row.get("区分")) != "商社・販社"}
    planned = [row for row in books.technologies if plain(row.get("提供先の国")) or plain(row.get("提供の予定"))]
    linked = [product for product in books.revenue if (needs := all_bought(books, product)) and all(map(books.named, needs))]
    return {
        "single": {
            "count": len(sure),
            "possible": sum(one == "possible" for one in single.values()),
            "known": sum(bool(one) for one in parts.values()),
        },
        "qualified": {
            "count": sum(not any(one["qualified"] is not False for one in spare[part]) for part in sure),
            "single": len(sure),
        },
        "stock": {
            "count": sum(least > 0 for least, _ in gaps.values()),
            "possible": sum(least <= 0 < most for least, most in gaps.values()),
            "known": len(gaps),
        },
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
        spend[None] = spend.get(None, 0.0) + books.nobodys.get(part, 0.0)
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
