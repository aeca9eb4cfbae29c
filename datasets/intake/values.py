"""Numbers, units and names as people write them in cells."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from ...graph.errors import shorten
from ..packaged import packaged
from .recalled import recalled
from .words import bare, marks, plain, seller_words

NAME_LIMIT = 200
"""Characters of a name that are kept."""
_SCALES = {"兆": 1e12, "億": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3, "": 1.0}
_SCALE = "兆|億|千万|百万|万|千"
_PIECE = rf"(\d[\d,]*(?:\.\d+)?)\s*({_SCALE})"
_PIECES = re.compile(rf"(?<![\d.,])(?:{_PIECE}\s*)+(?:{_PIECE}|\d[\d,]*(?![\d.,]))")
_BEFORE = r"(?:us\$|ar\$|nt\$|hk\$|u\$s|[¥$€£₩₹\\]|jpy|usd|eur|cny|rmb|gbp)?"
_AFTER = (
    r"(?:円|ドル|元|€|\$|£|zł|kč|jpy|usd|eur|cny|rmb|gbp|chf|pln|czk|szt\.?|ks\.?|stuks|個|本|枚|台|式|点|巻|組|缶|袋|箱|セット|pcs?\.?|pieces?|ea|each|sets?|units?|"
    r"st\.?|un|und|unid(?:ade)?s?|unidades|pi[eè]ces|pçs|peças?|piezas?|pz\.?|pezzi|шт\.?|adet|개|세트|대|매|장|박스|롤|个|只|件|片|套|条|块|支|根|盒|卷|"
    r"nos\.?|kgs|mtrs?|ltrs?|box(?:es)?|pairs?|lots?|rolls?|packs?|kits?|reels?|対|組み?|ペア|ロット|ロール|パック|stk\.?|stück|uds?\.?|kg|g|t|m|mm|cm|l|ml)?(?:/(?:個|本|枚|台|式|kg|m|pc|pcs|ea|unit|stk))?"
)
_NUMBER = re.compile(
    rf"{_BEFORE}\s*([+\-−▲△(]?)\s*{_BEFORE}\s*([\d,]*\.?\d+(?:e[+\-]?\d+)?|\d[\d,]*\.)\)?\s*({_SCALE})?\s*{_AFTER}(-?)"
)
_BRACKETED = re.compile(r"\(([^()]*?(?:\d|円|元|ドル|億|万|千|[€$£]|jpy|usd|eur|cny|rmb|gbp))\)")
"""An amount in brackets is below nothing; (4個) is no amount, and may be a count for reference."""
_COMMA = re.compile(r"\d{1,3}(?:[.' ]\d{3})*,\d+|\d+,\d{1,2}")
_POINT = re.compile(r"(?<![\d.,])(0|\d+(?=,\d{1,2}(?!\d))),(\d+)(?![\d.,])")
_COMMA_LAST = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d+(?![\d.,])")
_DOT_LAST = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+\.\d+(?![\d.,])")
_GROUPS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?![\d.])")
_FIGURE = re.compile(r"[-−+▲△(]?\s*[¥$€£\\]?\s*[-−]?\d[\d,.' \u00a0\u202f]*[-−)]?")
_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|\(株\)|\(有\)|\(合\)|\(同\)|\bco\b|\bltd\b|\binc\b|\bcorp\b|\bcorporation\b|"
    r"\bcompany\b|\blimited\b|\bgmbh\b|\bllc\b|\bkk\b|\bag\b|\bs ?a\b|\bs ?r ?l\b|\bb ?v\b|\bplc\b|\bpte\b|\bsdn bhd\b|"
    r"\bsp z o ?o\b|\bspol s r ?o\b|\bn ?v\b|"
    r"\bkft\b|\bzrt\b|\bnyrt\b|\bltda\b|\ba ?ş\b|\bşti\b|\bооо\b|\bпао\b|\bзао\b|\bао\b|주식회사|\(주\)|"
    r"股份有限公司|有限责任公司|有限公司|股份"
)


@dataclass(frozen=True)
class Unit:
    """A unit as it was written, what it measures (money, count, time), its currency, and how many base units it is."""

    word: str
    kind: str
    currency: str | None
    factor: float


@recalled
def is_blank(text: str | None) -> bool:
    """Return whether a cell says that nothing is known: blank, dashes, "n/a", 不明.

    >>> is_blank("ー"), is_blank("－"), is_blank("n/a"), is_blank("-----"), is_blank("0")
    (True, True, True, True, False)
    """
    if text is None or not text.strip("-=_—―ー|: "):
        return True
    return len(text) < 16 and plain(text) in marks("blank")


@recalled
def number(text: str | None, comma: bool = False) -> float | None:
    """Return the number that a cell says, with its sign; None where it says none.

    Full-width digits, thousand separators, currency signs, counters, 億 / 万 / 千 (18億5,000万円, too) and "▲", brackets or
    a sign behind for minus are understood; with ``comma`` the comma is the decimal sign and the dot a separator. A comma
    before one or two last digits, or behind a nought alone, parts no thousands: it is the decimal sign, too. Of a comma and
    a dot the last one is. What a float cannot hold is no number, nor is 1万2: some say so for 12,000.

    >>> number("0,4"), number("12,5 %".strip(" %")), number("1,00,000"), number("1,234")
    (0.4, 12.5, 100000.0, 1234.0)
    >>> number("1.234,50"), number("1,234.50", comma=True), number("0,125"), number("10,125")
    (1234.5, 1234.5, 0.125, 10125.0)
    >>> number("１２，３４５円"), number("▲1,000"), number("1.234,50 €", comma=True), number("3個"), number("A-3")
    (12345.0, -1000.0, 1234.5, 3.0, None)
    """
    if text is None or len(text) > 40:
        return None
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if comma or _COMMA_LAST.search(word):
        word = turned(word)
    word = pointed(word)
    word = re.sub(r"(?<=\d)[' \u00a0\u202f](?=\d{3}(?!\d))", "", word)
    word = _PIECES.sub(lambda found: _together(found[0]), word, count=1)
    bracketed = _BRACKETED.fullmatch(word)
    match = _NUMBER.fullmatch(bracketed[1] if bracketed else word)
    if not match or (bracketed and match[1]):
        return None
    sign, digits, scale, behind = match.groups()
    value = float(digits.replace(",", "")) * _SCALES[scale or ""]
    if math.isinf(value):
        return None
    behind = behind and not word.startswith(("¥", "$", "€", "£", "\\"))  # "¥1,200-" is an amount, "1200-" a credit
    return (-value or 0.0) if behind or bracketed or sign in {"-", "−", "▲", "△", "("} else value


def turned(word: str) -> str:
    """Return a figure whose decimals stand behind a comma with a dot before them, and no separators of thousands.

    >>> turned("1.234,50"), turned("1,234.50")
    ('1234.50', '1,234.50')
    """
    return word if _DOT_LAST.search(word) else word.replace(".", "").replace("'", "").replace(",", ".")


def pointed(word: str) -> str:
    """Return a figure with a dot for a comma that can only be its decimal sign.

    >>> pointed("1,5 months"), pointed("0,125"), pointed("1,500 days"), pointed("1,234,567")
    ('1.5 months', '0.125', '1,500 days', '1,234,567')
    """
    return _POINT.sub(r"\1.\2", word) if "," in word else word


def _together(word: str) -> str:
    """Return a figure in pieces, as Japanese amounts are said (18億5,000万), as one; pieces that do not descend stay.

    So does one with a lone digit at its end: 1万2 is 12,000 to those who say it, and 10,002 to those who count.
    """
    total, last = 0.0, math.inf
    for digits, scale in re.findall(rf"(\d[\d,]*(?:\.\d+)?)\s*({_SCALE})?", word):
        value = float(digits.replace(",", "")) * _SCALES[scale]
        if value >= last or (not scale and len(digits) == 1):
            return word
        total, last = total + value, _SCALES[scale]
    return f"{total:.15g}"


def is_figure(cell: str | None) -> bool:
    """Return whether a cell is a figure alone, with no unit of its own: then the unit of its header holds.

    >>> is_figure("１２３，４００"), is_figure("▲1,000"), is_figure("¥1,200"), is_figure("12億円"), is_figure("2週間")
    (True, True, True, False, False)
    """
    return cell is not None and _FIGURE.fullmatch(unicodedata.normalize("NFKC", cell).strip()) is not None


def decimal_mark(cells: Iterable[str | None]) -> str:
    """Return how a column writes its decimals: "," or "." where some cell can only be read so, "" where none tells.

    >>> decimal_mark(["1,50", "1.234,00"]), decimal_mark(["1,500", "12.5"]), decimal_mark(["1,500", "3"])
    (',', '.', '')
    >>> decimal_mark(["500,000", "1.000,000"]), decimal_mark(["1,000", "0,250"]), decimal_mark(["1.000", "0.250"])
    (',', ',', '.')
    >>> decimal_mark(["1.200.000", "900.000"])
    ','
    """
    comma = ""
    for cell in cells:
        if cell is None or "," not in cell:
            if cell is not None and _GROUPS.search(cell):  # 1.200.000: the dots part thousands
                comma = ","
            elif cell is not None and re.search(r"\d\.(?:\d{1,2}|\d{4,})(?!\d)|(?<![\d.])0\.\d", cell):
                return "."
            continue
        digits = re.sub(r"[^\d.,' ]", "", unicodedata.normalize("NFKC", cell)).strip()
        if re.fullmatch(r"\d{1,3}(?:[.' ]\d{3})+,\d+|0,\d+", digits):  # 1.000,000: the comma stands behind the separators
            comma = ","
        elif re.search(r",\d{3}(?:\.|,|$)", digits):
            if not re.fullmatch(r"\d{1,3},\d{3}", digits):
                return "."
        elif _COMMA.fullmatch(digits):
            comma = ","
    return comma


@cache
def _units() -> dict[str, Unit]:
    rows = packaged("headers", "units").iter_rows()
    return {plain(word): Unit(word, kind, currency or None, float(factor)) for word, kind, currency, factor in rows}


@lru_cache(4096)
def unit_in(header: str, kind: str = "money") -> Unit | None:
    """Return the unit that a header or title names: in brackets, behind 単位, or as its last words.

    >>> unit_in("購入金額[千円]").factor, unit_in("単位：百万円").word, unit_in("Precio US$").currency, unit_in("Amount")
    (1000.0, '百万円', 'USD', None)
    """
    text = unicodedata.normalize("NFKC", header)
    places = re.findall(r"[\[({【〔]([^\[\](){}【】〔〕]*)[\])}】〕]", text)
    places += re.findall(
        r"(?:単位|单位|unit|units|einheit|unidad|in)\s*[:=]?\s*([^\s\])}】,;、]+(?:\s[a-z]+)?)", text, re.IGNORECASE
    )
    tokens = text.split()
    places += [" ".join(tokens[i:]) for i in range(max(1, len(tokens) - 3), len(tokens))] + re.split(r"[_/]", text)[1:]
    for place in places:
        for word in (place, re.sub(r"^(?:単位|单位|unit|in)\s*[:=]?\s*", "", place.strip(), flags=re.IGNORECASE)):
            found = _units().get(plain(word).strip("・,.;"))
            if found is not None and found.kind == kind:
                return Unit(word.strip(), found.kind, found.currency, found.factor)
    return None


def name(text: str) -> str:
    r"""Return a name as one printable line.

    >>> name(" Ａ社\n工場 ")
    'A社 工場'
    """
    return " ".join(shorten(unicodedata.normalize("NFKC", text), NAME_LIMIT).split())


@recalled
def id_key(text: str) -> str:
    """Return a part number as it is compared: width, case, spaces and kinds of dash do not matter.

    >>> id_key("Ｐ－１０１") == id_key("p-101")
    True
    """
    return re.sub(r"[\s　]+", "", re.sub(r"[‐‑‒–—―−ー－]", "-", unicodedata.normalize("NFKC", text))).casefold()


@recalled
def firm_key(text: str) -> str:
    """Return a company's name as it is compared: without its legal form.

    >>> firm_key("株式会社例示精機") == firm_key("例示精機㈱")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace(".", " ").replace(",", " ")
    return re.sub(r"\s+", "", _FORMS.sub(" ", folded)) or re.sub(r"\s+", "", folded)


_LISTS = re.compile(r"[、；;／]|\s+(?:or|oder|ou|OR|ODER|OU)\s+(?![a-zà-ÿ]|\d+\b)|\s*(?:または|又は|もしくは|或者)\s*")
"""What stands between firms, and in no firm's name; no name is "similar", and "Beaverton OR 97077" is a place."""
_MAY_LIST = re.compile(r"\s*[/|,・+&]\s*")
"""What stands between firms, and in names of firms."""


@recalled
def firms_in(cell: str, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the firms that a cell lists, one where it names one.

    "A/B" may be a brand of a firm's, and stays one, but where both are ``known`` (by their `firm_key`).

    >>> firms_in("甲製作所、乙工業"), firms_in("Alpha Ltd; Beta Inc"), firms_in("Vishay/Dale"), firms_in("甲、他")
    (('甲製作所', '乙工業'), ('Alpha Ltd', 'Beta Inc'), ('Vishay/Dale',), ('甲、他',))
    >>> firms_in("Alpha or Beta"), firms_in("Alpha / Beta", frozenset({"alpha", "beta"})), firms_in("Alpha or equivalent")
    (('Alpha', 'Beta'), ('Alpha', 'Beta'), ('Alpha or equivalent',))
    >>> firms_in("Tektronix, Beaverton OR 97077"), firms_in("Alpha or similar"), firms_in("Alpha oder Gleichwertiges")
    (('Tektronix, Beaverton OR 97077',), ('Alpha or similar',), ('Alpha oder Gleichwertiges',))
    """
    parts = _LISTS.split(cell)
    if len(parts) == 1:
        parts = _MAY_LIST.split(cell)
        parts = parts if all(firm_key(part) in known for part in parts) else [cell]
    pieces = [name(piece) for piece in parts if piece.strip()] if len(parts) > 1 else []
    listed = len(pieces) > 1 and all(plain(piece) not in marks("no_firm") | marks("blank") for piece in pieces)
    return tuple(pieces) if listed and len({firm_key(piece) for piece in pieces}) == len(pieces) else (name(cell),)


def may_list_firms(cell: str) -> bool:
    """Return whether a cell that names one firm may be meant as several: a stroke between blanks parts them.

    >>> may_list_firms("Alpha / Beta"), may_list_firms("Vishay/Dale")
    (True, False)
    """
    return re.search(r"\S\s+[/|]\s+\S", cell) is not None


@recalled
def is_seller(firm: str) -> bool:
    """Return whether a firm is known to sell what others make: a distributor, a shop, a trading company by its name.

    >>> is_seller("Digi-Key"), is_seller("例示商事株式会社"), is_seller("Thorlabs")
    (True, True, False)
    """
    names, endings = seller_words()
    key = firm_key(firm)
    return bare(firm) in names or bare(key) in names or key.endswith(endings)


def level(cell: str | None) -> int | None:
    """Return a level as people write it: 2, "2.0", "Lv2", "..2".

    >>> [level(cell) for cell in ("2", "2.0", "Lv.2", "..2", "**", "x")]
    [2, 2, 2, 2, 2, None]
    """
    if cell is None:
        return None
    word = name(cell).strip()
    value = number(word)
    if value is not None and value == int(value) and 0 <= value < 100:
        return int(value)
    if re.fullmatch(r"[*+・.>]{1,20}", word):
        return len(word)
    match = re.fullmatch(r"[^\d]{0,8}?(\d{1,2})", word)
    return int(match[1]) if match else None
