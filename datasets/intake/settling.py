"""Words of a header that mean one thing in one table and another in the next: the cells and the other columns decide."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .profiles import Profile
from .values import unit_in
from .words import EXACT, FIRMS, PART, Suggestion, bare, marks, naming_order, owned, plain, suggestions

MEASURES = (
    "quantity",
    "price",
    "amount",
    "stock",
    "lead_time",
    "level",
    "share",
    "daily_use",
    "stock_days",
    "switch_days",
    "moq",
)
"""Roles whose cells are numbers."""
MOSTLY = 0.7
"""From this part of its cells on, a column is of their kind."""
BOUGHT = frozenset(("amount", "date", "supplier", "price"))
"""Beside any of these a document is that of a purchase."""
_AGAINST = 0.4
"""What cells that speak against a word of the header take from its score."""
KEYS = frozenset(("id", "obj", "objectid"))
"""Headers of the number of a part where no other column has one, else of a key of the line."""
_ORIGIN = re.compile(r"origin|原産|made|manufactur|製造")
_GROUP = 2
"""Letters of the name of a group of alternatives, where the header may ask for parts as well: A, G1."""
_SAYING = 20
"""Letters from which on cells are sentences."""
_WHETHER = re.compile(
    r"可否|有無|要否|可能|availab|possib|exist|allowed|permitted|interchangeab|substitutable|verfügbar|möglich|是否|가능|여부"
)
_KEY = re.compile(r"(.*[a-z])[_ ]+id", re.IGNORECASE | re.DOTALL)
"""The key of something."""
_NAMING = {"part", "name", "part_maker", "part_supplier", "number", "supplier", "maker", "seller", "order_no"}
_OR = re.compile(r"[\s_]+or[\s_]+", re.IGNORECASE)
_MONEY = re.compile(r"額|金|amount|price|cost|value|betrag|kosten|wert|importe|coste|montant|prix|金额")
_ONE_PIECE = re.compile(r"unit|einzel|単価|单价|單價|단가|stück")
_NO_COUNT = {"quantity", "price", "date", "currency", "supplier", "seller", "maker", "order_no"}
"""Beside none of these an "amount" of whole numbers is a count."""


def of_one(header: str) -> bool:
    """Whether a header asks for the price of one piece: beside it a plain price is that of a pack, or of all.

    >>> [of_one(header) for header in ("Prix unitaire", "単価", "Unit cost", "Prix")]
    [True, True, True, False]
    """
    return _ONE_PIECE.search(bare(header)) is not None


def settled(one: Suggestion, found: list[Suggestion], header: str, seen: Profile, roles: set[str]) -> tuple[str, float]:
    """Words that mean one thing in one table and another in the next: the cells and the other columns decide."""
    both = {each.role for each in found}
    rules = (rule(one, both, header, seen, roles) for rule in (_of_parts, _of_figures, _of_the_rest))
    return next((told for told in rules if told is not None), (one.role, one.score))


def _of_parts(one: Suggestion, both: set[str], header: str, seen: Profile, roles: set[str]) -> tuple[str, float] | None:
    """Words of columns that may say which part it is, or which line."""
    if bare(header) == "device" and {"value", "footprint"} <= roles:
        return "spec", one.score  # EAGLE's name of a symbol: all resistors of a size have one
    if (
        one.how == PART
        and (key := _KEY.fullmatch(header.strip()))
        and not _NAMING & {found.role for found in suggestions(key[1])}
    ):
        return "other", one.score - _AGAINST  # "area_id": of something else than the line's part
    if bare(header) == "source":  # a supplier, but where another column says so
        return one.role, one.score - 0.05
    if one.role == "amount" and bare(header) == "amount" and not roles & _NO_COUNT and seen.integer == seen.numeric:
        return "quantity", one.score
    key = bare(header) in KEYS and "coded" in roles
    placed = seen.dotted > 0.2 or (seen.sequential and "documents" in roles)  # 101, 102 may be a company's own numbers
    small = seen.numeric > 0.6 and seen.largest < 1000 and placed
    if one.role == "part" and (key or ((seen.positions > 0.9 or small) and "numbered" in roles)):
        return "number", one.score  # the key of the line, or 0010 and 0020 of SAP, beside a number of the part
    coded = naming_order(header) == 0 and header.strip().isascii() is False  # 商品コード: X100 is no place on a board
    placed = roles & {"numbered", "footprint"} or (one.role == "name" and "part" in roles)
    coded |= {"order_no", "date"} <= roles  # nobody orders a place on a board: M001 is a material
    if one.role in {"part", "name", "value"} and seen.designators > 0.6 and placed and not coded:
        return "designator", one.score
    if one.role == "material" and bare(header) == "material" and "described" in roles and seen.numbered > MOSTLY:
        return "part", 0.95  # its number, beside its description
    if one.role == "order_no" and bare(header) == "documentnumber" and not roles & BOUGHT:
        return "part", one.score  # the parts of Solid Edge are documents
    if one.role == "quantity" and bare(header) == "num" and "counted" in roles:
        return "order_no", one.score  # of a document of QuickBooks, beside its "Qty"
    if one.role == "stock" and (seen.durations > 0.5 or unit_in(header, "time")):
        return "stock_days", one.score
    if one.role == "comment":
        # A remark, where values say what the parts are; EasyEDA writes the values of passive parts alone beside it.
        return ("name", 0.85) if "designator" in roles and "valued" not in roles else ("note", one.score)
    words = naming_order(header) == 1 and seen.fill > 1 and seen.numbered + seen.numeric < 1 - MOSTLY
    told = "coded" in roles or ("name" not in roles and roles & {"part_maker", "spec"})
    if one.role == "part" and words and told:
        return "name", one.score + 0.05  # "Component": of parts that have a number, or of which more is said
    if {"number", "part"} <= both:
        small = seen.numeric > 0.9 and seen.largest < 1000 and bool(roles & {"numbered", "name", "part_maker"})
        better = seen.sequential or small or seen.dotted > 0.3
        return one.role, one.score - (_AGAINST if (one.role == "part") == better else 0.0)
    known = bare(header) == "number" and seen.accounts > MOSTLY and seen.positions < 0.5  # Windchill's 0000012345
    known = known and not {"date", "amount"} <= roles  # there it is that of a document
    if one.role == "number" and seen.fill > 1 and (known or seen.integer + seen.dotted < 0.5) and "part" not in roles:
        return "part", 0.6
    return None


def _of_figures(one: Suggestion, both: set[str], header: str, seen: Profile, roles: set[str]) -> tuple[str, float] | None:
    """Words of columns of amounts and counts, and of what stands beside them."""
    if one.role in {"price", "amount"} and seen.currencies > MOSTLY:
        return "currency", one.score  # "Price unit": USD
    if {"value", "amount"} <= both:
        amount = seen.numeric > 0.6 and "designator" not in roles
        return one.role, one.score - (_AGAINST if (one.role == "amount") != amount else 0.0)
    if {"price", "unit"} <= both:
        return one.role, one.score - (_AGAINST if (one.role == "price") != (seen.numeric > 0.6) else 0.0)
    if one.role == "standing" and plain(header) in marks("fixed") and seen.numeric > MOSTLY and seen.largest > 1:
        return "quantity", 0.7  # a count, and no answer whether it is for a lot
    if one.role == "standing" and seen.length > 2 and plain(header) in marks("item_category"):
        return "spec", 0.75  # words of the company's own: what kind of part it is
    if one.role == "country" and "maker" in roles and _of_a_shop(bare(header)):
        return "billing_country", one.score  # where the shop is, and not whoever made what it sells
    if one.role in MEASURES and one.role != "lead_time" and seen.fill and seen.numeric < 0.5:
        return one.role, one.score - 0.3
    if (
        one.role == "amount"
        and plain(header) in marks("total")
        and not _MONEY.search(bare(header))
        and seen.integer == seen.numeric
        and "quantity" in roles
        and "price" not in roles
    ):
        return "other", one.score  # a total of pieces
    if one.role == "amount" and plain(header) in marks("net_of_returns"):
        return "amount", one.score + 0.1  # what was bought and kept; beside it stands what was bought, and what went back
    return None


def _of_the_rest(one: Suggestion, both: set[str], header: str, seen: Profile, roles: set[str]) -> tuple[str, float] | None:
    """Words of alternatives, makers, days and places on a board."""
    if plain(header) in marks("substitutes") and (one.role != "group" or seen.length > _GROUP):
        return "other", one.score  # it names other parts, and no group
    if one.role == "group" and seen.length > _SAYING:
        return "other", one.score  # what is planned, or which others there are: two lines that say the same are no group
    if one.role == "group" and _WHETHER.search(bare(header)):
        return "other", one.score  # whether there is another, and not which lines stand in for each other
    if one.role == "maker" and (not seen.fill or plain(header) in marks("brand")):
        # Whose name is on it; beside it may stand who made it, unless nobody filled that in.
        return "maker", one.score - (0.05 if seen.fill else 0.1)
    if one.role in FIRMS and one.how == PART and not all(map(_of_firms, _OR.split(header))):
        return "spec", one.score  # "Model or supplier"
    if one.role == "date" and bare(header) in {"data", "期間"} and seen.fill and seen.dates < 0.5:
        return "other", one.score  # a day in Polish and Italian, anything in English; a month of purchases, or a length
    if {"lead_time", "date"} <= both:
        dates = not seen.fill or seen.dates >= 0.5
        return one.role, one.score - (_AGAINST if (one.role == "lead_time") == dates else 0.0)
    if {"designator", "part"} <= both:
        return one.role, one.score - (_AGAINST if (one.role == "designator") != (seen.designators > 0.5) else 0.0)
    return None


def _of_firms(header: str) -> bool:
    return any(one.role in FIRMS for one in suggestions(header))


def _of_a_shop(header: str) -> bool:
    """Whether a header speaks of the country of a supplier itself, and of nobody's origin."""
    return any(owned(header, firm) for firm in ("supplier", "seller")) and not _ORIGIN.search(header)


def pieces(headers: Sequence[str], seen: list[list[Suggestion]]) -> None:
    """Say that pieces beside products are the parts ("Producto", "Pieza"), as in English, and no second name of them."""
    if any(found and found[0].role == "part" for found in seen):
        return
    named = [i for i, found in enumerate(seen) if found and (found[0].role, found[0].how) == ("name", EXACT)]
    if any(plain(headers[i]) in marks("goods") for i in named):
        for i in named:
            if bare(headers[i]) in {"pieza", "piezas", "peça", "peças"}:
                seen[i] = [Suggestion("part", 0.9, EXACT)]
