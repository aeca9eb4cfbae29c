"""What kind of table of parts a table is: a bill of materials, purchases, a sourcing list, prices, an order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...graph import Message
from ..places import country
from .aligned import heads
from .columns import COMPONENT, CONTENT, EACH
from .table import Table
from .values import id_key
from .words import EXACT, FIRMS, PART, bare, marks, plain, title_kind, words

_FISCAL = re.compile(r"(会計|事業)?年度?|fy|fiscal ?year|year|geschäftsjahr|財年|财年|年份", re.IGNORECASE)
_MONTHLY = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月")
_PLACES = re.compile(r"[\s,;、]+")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[年/\-.]?(?:\d{1,2}月?)?)?(?:度|分)?|(?:令和|平成)\d{1,2}年(?:\d{1,2}月)?")
"""A cell that names a year, or a month of one."""
_HS = re.compile(r"(?:0[1-9]|[1-9]\d)\d{2}\.?\d{2}(?:[.-]?\d{2,4}){0,2}")
"""A cell that may be a code of the Harmonized System."""
_TRADED = re.compile(r"reporter|partner|tradeflow|輸出入|貿易|贸易|수출|무역")
_TITLED = re.compile(r"貿易|輸出|輸入|贸易|进口|出口|trade|import|export")
"""What headers of trade statistics say, and their titles; a bill may have a column of export controls."""
_NO_TRADE = frozenset(("part_maker", "part_supplier", "designator", "level", "parent", "share", "stock", *FIRMS))
_OF_A_TIME = re.compile(
    r"月間|[前先今当翌来次]月|月次|月平均|月当|週間|日当たり|1日|日量|[/／](?:月|日|month|day|week|週)|monthly|weekly|daily"
    r"|(?:per|last|this|next|previous) (?:month|week|day)",
    re.I,
)
_OF_ONE = re.compile(r"員数|台当|台分|構成数|原単位|per ?(?:unit|set|product|assy|assembly|machine|vehicle)|单台|单机", re.I)
_MODEL_YEAR = re.compile(r"\bmy ?(?:20)?\d\d\b|(?:19|20)\d\d(?:年(?![間度]))?|年式", re.I)
"""Counts of what goes into one product, in which a year is that of its model."""
_YEARLY = re.compile(r"年|20\d\d|annual|yearly|jahr|anual|per year|/year", re.IGNORECASE)

_OF_PARTS = frozenset(("part", "part_maker", "part_supplier", "designator", "level", "parent", "quantity", "stock", "share"))
_OF_PARTS |= {"price", "amount", "country", *FIRMS}
"""Roles of which a table of parts has one; dates beside names alone are a history of changes."""
_OF_A_BILL = frozenset(("quantity", "level", "parent", "designator", "share"))
"""Roles that a list of matters about parts has no use for."""
_OF_LINES = frozenset(("part_maker", "part_supplier", "quantity", "order_no", "hs"))
"""Roles that a list of firms has no use for."""
_NAMED = ("hs", "name", "country", "quantity", "amount", "price", "unit")
SOURCED = frozenset(("share", "qualified", "qualified_date", "switch_days", "stock_days", "world_item"))
"""Roles that only somebody states who says how a part is sourced."""


def kind_of(table: Table, titles: Sequence[str], main: bool, sheets: set[str]) -> str:
    """Return what a table of parts is: titles speak first where the columns allow it, else the columns.

    A flat list of parts is a bill of materials, whoever stands beside its lines; purchases have dates, or amounts of a
    year or of parts bought again and again; a sourcing list says how a part is sourced (country, share, qualification).

    Parameters
    ----------
    table : Table
        Without its kind.
    titles : sequence of str
        Names that may say what it is, the nearest first: of the sheet, above the header, of the file.
    main : bool
        Whether it is no list beside another table.
    sheets : set of str
        Names of all sheets of the file, as `words.plain` compares them.
    """
    has = {role for role, places_ in table.roles.items() if places_}
    has -= {"date"} if table.rows and not any(table.texts("date")) else set()  # no day is told
    has |= {"country"} & {role.removeprefix("billing_") for role in has}  # a list of sources, wherever its shops are
    said = next((kind for title in titles if (kind := title_kind(title)) not in {None, "sum", "log"}), None)
    if _no_parts(table, has, titles, said, main, sheets):
        return "other"
    firms = has & {"supplier", "seller", "maker"}
    sourced = has & SOURCED
    bought = {"date", "amount"} <= has and firms  # with the product that it was bought for
    bought_then = "date" in has and (
        "order_no" in has or plain(table.names[table.roles["date"][0]]) not in marks("no_purchase_day")
    )
    if "parent" in has and not bought or "designator" in has or table.structured and not bought_then:
        return "bom"
    parts = [id_key(part) for part in (table.texts("part") if "part" in has else table.texts("name")) if part is not None]
    repeated = len(set(parts)) < 0.9 * len(parts)
    by_year = yearly_amounts(table)
    counted = "quantity" in has and not of_a_time(table.names[table.roles["quantity"][0]])
    ledger = firms and (
        ("date" in has and has & {"amount", "quantity", "price"})
        or ("amount" in has and (repeated or by_year or not counted))
    )
    unpaid = not has & {"date", "amount"} and (sourced or _of_a_product(table))  # 購入一覧 of what goes into a product
    if said == "ledger" and (firms or "amount" in has) and not unpaid:
        return "ledger"
    if said == "sourcing" and (firms or "country" in has):
        # Amounts of a year say how much comes from each source; only the days of purchases make purchases of the list.
        return "ledger" if ledger and not sourced and "date" in has else "sourcing"
    if said == "order" and has & {"quantity", "amount", "price"}:
        return "ledger" if ledger and len(table.suppliers) > 1 else "order"
    if said == "price_list" and has & {"price", "amount"}:
        return "price_list"
    if said == "bom" and not sourced and not (ledger and "date" in has):
        return "bom"
    if said == "stock" and has & {"stock", "stock_days"} and not sourced - {"stock_days"}:
        return "stock"
    if sourced:
        return "sourcing"
    if "daily_use" in has:
        return "stock"  # how long something lasts says nothing of who else delivers it
    if ledger:
        return "sourcing" if _yearly_sources(table, has, yearly=by_year) else "ledger"
    if ("country" in has or "lead_time" in has) and (firms or "country" in has) and not has & {"quantity", "price"}:
        return (
            "sourcing" if firms or has & {"part"} and "country" in has and has & {"hs", "amount", "lead_time"} else "other"
        )
    if {"date", "order_no"} <= has and has & {"amount", "price", "quantity"}:
        return "ledger" if firms and has & {"amount", "price"} else "order"
    if said == "stock" or ("stock" in has and not counted):
        return "stock"  # what lies in a warehouse goes into no product that it would name
    if {"date", "amount"} <= has and repeated:
        return "order"  # what was paid for again and again, to nobody that is named
    if {"date", "quantity"} <= has and has & {"price", "amount"} and _bought_then(table):
        return "order"
    if counted:
        return "bom"
    if has & {"price", "amount"}:
        return "price_list"
    return "bom" if firms or (has >= {"part", "name"} and "date" not in has) else "other"


def _no_parts(table: Table, has: set[str], titles: Sequence[str], said: str | None, main: bool, sheets: set[str]) -> bool:
    """Whether a table holds no parts, sums up others, or stands beside one without going into a product."""
    if not has & {"part", "name"} or not table.rows and not table.header:
        return True
    if set(table.how.values()) == {CONTENT} and not has >= {"part", "name", "quantity"}:
        return True
    if _lies(table) or any(plain(name) in marks("pivot") for name in table.names):  # sums over one that stands elsewhere
        return True
    if "date" in has and not has & _OF_PARTS and not table.structured:
        return True
    if _of_firms(table, has, titles) or _of_matters(has, titles):
        return True
    if said is None and is_trade(table):
        return True
    if (len(sheets) > 1 and title_kind(titles[0]) == "sum") or _sums_up(table, sheets):
        return True
    return not main and "quantity" not in has  # nothing says that it goes into the product


def _of_firms(table: Table, has: set[str], titles: Sequence[str]) -> bool:
    """Whether a table that is called one of firms lists them: its names are theirs, and nothing counts or orders a part.

    Beside a column that is plainly one of suppliers a number is a part's; else it is the firm's own.
    """
    if not any(plain(title.replace("_", " ")) in marks("firms") for title in titles) or has & _OF_LINES:
        return False
    return "part" not in has or not any(table.how.get(i) == EXACT for role in FIRMS for i in table.roles.get(role, ()))


def _of_matters(has: set[str], titles: Sequence[str]) -> bool:
    """Whether a table that is called one of risks, tools or findings lists these: it names parts, and counts none."""
    kinds = (kind for title in titles if (kind := title_kind(title)) is not None)
    return next(kinds, None) == "log" and not has & _OF_A_BILL


def _bought_then(table: Table) -> bool:
    """Whether lines are purchases of a day each, at a price: their days are no revisions, their counts none of a product."""
    (at, *_), days = table.roles["date"], table.days("date")
    dated = sum(day is not None for day in days) * 2 > table.rows
    named = table.how.get(at) == PART  # "Date added", "Quotation date": a day of something else
    return plain(table.names[at]) not in marks("no_purchase_day") and not named and dated and not _of_a_product(table)


def _of_a_product(table: Table) -> bool:
    """Whether the counts are of what goes into one product (員数, Qty per)."""
    counts = [bare(table.names[i]) for i in table.roles.get("quantity", ())[:1]]
    return any(EACH.search(word) or COMPONENT.search(word) for word in counts)


def is_trade(table: Table) -> bool:
    """Whether a table tells what was traded, by code and country, and names neither a firm nor what goes into what."""
    has = {role for role, places_ in table.roles.items() if places_}
    if has & _NO_TRADE or not table.rows:
        return False
    if {"hs", "country", "amount"} <= has and not has & {"part", "date", "stock", "order_no"}:
        named = {i for role in _NAMED for i in table.roles.get(role, ())}
        return any(_all(table, i, _YEAR) for i in range(len(table.names)) if i not in named)
    told = any(_TRADED.search(plain(name)) or _YEAR.fullmatch(plain(name)) for name in table.names)
    if not told and not any(_TITLED.search(plain(title)) for title in table.titles):
        return False
    columns = range(len(table.names))
    return any(_all(table, i, _HS) for i in columns) and any(_countries(table.cells(i)) for i in columns)


def _countries(cells: Sequence[str | None]) -> bool:
    """Whether cells are countries, with or without their number (105_中華人民共和国)."""
    told = [re.sub(r"^\d{2,3}[_: ]+", "", cell.strip()) for cell in cells[:600] if cell is not None]
    return bool(told) and sum(country(cell) is not None for cell in told) > 0.7 * len(told)


def _all(table: Table, i: int, form: re.Pattern[str]) -> bool:
    return all(form.fullmatch(plain(cell or "").strip("'")) for cell in table.cells(i))


WHY_OTHER = frozenset(f"datasets.intake.{key}" for key in ("is_trade", "firms_list", "matters", "no_goods"))
"""Sentences that say why a table is none of parts, and what it is good for."""


def why_other(table: Table, titles: Sequence[str] = ()) -> tuple[Message, ...]:
    """Return what to do with a table that is none of parts, where that can be told; ``titles`` as in `kind_of`."""
    if table.kind != "other" or table.form:
        return ()
    if is_trade(table):
        return (Message("datasets.intake.is_trade"),)
    has = {role for role, places_ in table.roles.items() if places_}
    nameless = has & {"supplier", "maker"} and not has & {"part", "name", *_OF_LINES, *_OF_A_BILL, "amount", "date"}
    if table.rows and (nameless or _of_firms(table, has, titles)):
        return (Message("datasets.intake.firms_list"),)
    if table.rows and _of_matters(has, titles):
        return (Message("datasets.intake.matters"),)
    if has & {"order_no", "amount"} and has & {*FIRMS, "date"} and not has & {"part", "name"}:
        return (Message("datasets.intake.no_goods"),)
    blanks = len(table.names) == 1 and any(heads(cell) for cell in table.cells(0)[:60] if cell)
    return (Message("datasets.intake.blanks"),) if blanks else ()


def without_repeats(tables: Sequence[Table]) -> list[Table]:
    """Return the tables of a sheet; a list that only tells the parts of another one by one is no bill of its own."""
    places = [{place for cell in table.texts("designator") if cell for place in _PLACES.split(cell)} for table in tables]
    said = Message("datasets.intake.one_by_one")
    return [
        replace(table, kind="other", notes=(*table.notes, said))
        if table.kind == "bom" and own and not any(table.texts("quantity")) and any(_told(own, places, tables, n))
        else table
        for n, (table, own) in enumerate(zip(tables, places, strict=True))
    ]


def _told(own: set[str], places: Sequence[set[str]], tables: Sequence[Table], n: int) -> Iterator[bool]:
    for m, (table, others) in enumerate(zip(tables, places, strict=True)):
        yield m != n and table.kind == "bom" and own <= others and any(table.texts("quantity"))


def yearly_amounts(table: Table) -> bool:
    """Whether amounts are those of a year, and not of one product."""
    months = {month[1] for name in table.names if (month := _MONTHLY.search(name))}
    return any(table.factor(i) > 1 or yearly(table.names[i]) or len(months) > 1 for i in table.roles.get("amount", ()))


def yearly(header: str) -> bool:
    """Return whether a header speaks of a year.

    >>> yearly("年間数量"), yearly("員数")
    (True, False)
    """
    return _YEARLY.search(header) is not None


def of_a_time(header: str) -> bool:
    """Return whether a header speaks of a year, a month or a day: what is used in it goes into no one product.

    >>> of_a_time("月間使用数"), of_a_time("Usage per month"), of_a_time("員数"), of_a_time("Qty per unit (MY2024)")
    (True, True, False, False)
    """
    said = unicodedata.normalize("NFKC", header)
    said = _MODEL_YEAR.sub("", said) if _OF_ONE.search(said) else said  # 員数(2024年モデル)
    return yearly(said) or _OF_A_TIME.search(said) is not None


def sourced_bill(table: Table) -> bool:
    """Whether a table says both what parts go into and how they are sourced, and not only who stands beside a line."""
    has = {role for role, places_ in table.roles.items() if places_}
    if table.kind == "sourcing":  # a person said so of a bill
        return "parent" in has
    named, count = has & FIRMS, has & {"quantity", "price"}
    stated = has & SOURCED or yearly_amounts(table) or ({"country", "parent"} <= has and named and not count)
    return table.kind == "bom" and bool(stated and (named or "country" in has))


def _yearly_sources(table: Table, has: set[str], *, yearly: bool) -> bool:
    """Whether a list without a title says once a year who supplies a part, and from where."""
    years = next((i for i, name in enumerate(table.names) if _FISCAL.fullmatch(plain(name))), None)
    if has & {"date", "quantity", "price"} or "country" not in has or not (yearly or years is not None):
        return False
    firm = next(role for role in ("supplier", "seller", "maker") if role in has)
    said = [table.texts("part" if "part" in has else "name"), table.texts(firm), table.texts("country")]
    lines = list(zip(*said, *([table.cells(years)] if years is not None else []), strict=True))
    return len(set(lines)) == len(lines)


def _lies(table: Table) -> bool:
    """Whether the headers stand at the left, one below another, and each part in a column."""
    cells = {bare(cell) for cell in table.cells(0) if cell is not None} if table.data.width > 1 else set()
    known = sum(
        bool({"part", "name", "quantity", "price", *FIRMS, "country"} & set(words().get(cell, ()))) for cell in cells
    )
    return known > 2 and known * 2 > len(cells)


def _sums_up(table: Table, sheets: set[str]) -> bool:
    """Whether the lines are the other sheets."""
    names = [plain(cell) for cell in table.texts("name") if cell is not None]
    return (
        len(sheets) > 2
        and len(names) > 1
        and sum(any(cell in title for title in sheets) for cell in names) > 0.7 * len(names)
    )
