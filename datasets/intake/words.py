"""Header words of many languages as data: which role a column's name suggests, and the marks that rows carry."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from ...graph.encodings import EAST_ASIAN
from ...graph.headers import bare as folded
from ..layout import sheets
from ..packaged import packaged
from .recalled import recalled

EXACT, PART, LIKE = "word", "part", "like"
"""How a header suggested its role."""
FIRMS = {"supplier", "seller", "maker"}
COMMA = {"de", "es", "fr", "it", "nl", "pl", "cs", "pt", "hu", "ro", "tr", "ru"}
"""Languages that write decimals with a comma, and days before months."""
_NAME_ENDINGS = re.compile(r"(名称|略称|略名|名|会社|企業|社名|様|name|名字)$")
_GROUPED = re.compile(r"(?:第[\d一二三四五])?(\D{2,}?)\d*(?:会社名?|社名|企業名?|名称?|name|company(?:name)?)")
"""A numbered group of columns and its firm: 調達先②, or 第2調達先, above 会社名."""
_CODE_ENDINGS = re.compile(r"(コード|cd|番号|no|number|id|code|编码|代码)$")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)?|\b[a-c]$")
_CALLED = re.compile(r"(名称?|name|description|bezeichnung|benennung|nombre|descripción|désignation)$")
_CODED = re.compile(r"(コード|cd|番号?|no|nr|nummer|number|id|code|c[oó]d\w*|编码|编号|代码|料号)$")
_PAIRS = re.compile(r"\s*(?:part number|part no\.?|part|p/n|pn|part #|品番|型番|nr\.?|nummer)$")
_BRACKETS = re.compile(r"[\[({【〔<（]([^\[\](){}【】〔〕<>（）]*)[\])}】〕>）]")
_MONTH = re.compile(r"\d{1,2}月[度分]?")
"""A column of one month's figures, which is no date."""
_TIER = re.compile(r"[一二三四\d]次|tier|下請|再委託")
"""A header that asks for the supplier of a supplier, who is no further source of the part."""
_NUMBERED = {"maker": "part_maker", "supplier": "supplier_no", "seller": "supplier_no"}
"""What a firm's word means with "#" behind it."""
_ABOVE, _BELOW = ("親", "父项", "父件", "母件", "모", "상위", "parent"), ("子", "子项", "子件", "하위", "child")
"""What headers begin with that speak of what lines go into, and of the lines."""
_SPLIT = re.compile(r"[\n\r]+|(?<=\s)[/|／](?=\s)")


_PLAIN = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "ı": "i", "đ": "d", "æ": "ae", "œ": "oe"})
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Suggestion:
    """A role that a header suggests: 1.0 for a known word, less for a word inside it or one like it."""

    role: str
    score: float
    how: str


@recalled
def plain(name: str) -> str:
    r"""Return a header as it is compared: width and case folded, without spaces.

    >>> plain("ＨＳ コード"), plain("Part\nName")
    ('hsコード', 'partname')
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


bare = recalled(folded)
"""A header without marks, as the tables of words hold it."""


@cache
def words() -> dict[str, tuple[str, ...]]:
    """Return the roles of tables of parts by word, compared as `bare`; a word may suggest several."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for role, line in packaged("headers", "words").select("role", "words").iter_rows():
        for word in line.split("|"):
            found[bare(word)][role] = None
    found.pop("", None)
    for word in [*found]:
        for unmarked in _unmarked(word):
            if unmarked not in found:
                found[unmarked] |= found[word]
    return {word: tuple(roles) for word, roles in found.items()}


def _unmarked(word: str) -> set[str]:
    """A word as databases and programs without accents write it: "quantité" as QUANTITE, "stückzahl" as STUECKZAHL.

    >>> sorted(_unmarked("stückzahl")), sorted(_unmarked("qté")), _unmarked("数量")
    (['stuckzahl', 'stueckzahl'], ['qte'], set())
    """
    if word.isascii() or max(word) > "\u024f":
        return set()
    plain_ = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    return {found for found in (plain_.translate(_PLAIN), word.translate(_TWO_LETTERS)) if found.isascii()}


def language(headers: Iterable[str]) -> str | None:
    """Return the language of most headers; None where no language alone explains two of them.

    >>> language(["Materialnummer", "Materialkurztext", "Menge"]), language(["Name", "Menge"])
    ('de', None)
    """
    found = Counter(_languages().get(bare(header), "") for header in headers)
    del found[""]
    (best, count), *_ = found.most_common(1) or [("", 0)]
    return best if count > 1 and count * 2 > found.total() else None


def speaks_one_of(headers: Iterable[str], languages: Collection[str]) -> bool:
    """Return whether headers are of these languages alone: most are of no other, or all can be of one of them alone.

    >>> speaks_one_of(["Código", "Nome", "Valor"], {"es", "pt"}), speaks_one_of(["Código", "Name"], {"es", "pt"})
    (True, False)
    >>> speaks_one_of(["Material", "Cantidad"], {"es"}), speaks_one_of(["Material", "Total"], {"es"})
    (True, False)
    """
    spoken = [found for header in headers if (found := _spoken().get(bare(header)))]
    only = sum(found <= {*languages} for found in spoken)
    either = frozenset.intersection(*spoken) if len(spoken) > 1 else frozenset()
    return (only > 1 and only * 2 > len(spoken)) or bool(either and either <= {*languages})


@cache
def _languages() -> dict[str, str]:
    """The language of each word that only one has."""
    return {word: next(iter(langs)) for word, langs in _spoken().items() if len(langs) == 1}


@cache
def _spoken() -> dict[str, frozenset[str]]:
    """The languages of each word."""
    found: dict[str, set[str]] = defaultdict(set)
    for lang, line in packaged("headers", "words").select("lang", "words").iter_rows():
        for word in line.split("|"):
            found[bare(word)].add(lang)
    for word in [*found]:
        for unmarked in _unmarked(word):
            found[unmarked] |= found[word]
    return {word: frozenset(langs) for word, langs in found.items()}


@cache
def known_words() -> tuple[str, ...]:
    """Return every word of two characters or more, as it stands in the table."""
    lines = packaged("headers", "words")["words"].to_list() + packaged("headers", "kinds")["words"].to_list()
    return tuple(dict.fromkeys(word for line in lines for word in line.split("|") if len(word) > 1))


@cache
def marks(mark: str) -> frozenset[str]:
    """Return the words of a mark (total, example, note, blank, guide), as `plain` compares them."""
    lines = packaged("headers", "marks").filter(mark=mark)["words"]
    return frozenset(plain(word) for line in lines for word in line.split("|"))


@cache
def answers(answer: str) -> frozenset[str]:
    """Return the words for an answer (yes, no, none, self), as `plain` compares them."""
    return frozenset(map(plain, packaged("headers", "answers").filter(answer=answer)["word"]))


@cache
def kind_words() -> tuple[tuple[str, str], ...]:
    """Return words of titles with the kind of table they name, the longest first."""
    rows = packaged("headers", "kinds").iter_rows()
    pairs = [(word, kind) for kind, line in rows for word in line.split("|")]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def forms() -> dict[str, tuple[tuple[tuple[str, ...], ...], frozenset[str], dict[str, str]]]:
    """Return the sheets of the audit workbook that are no tables of parts: what they need, their titles, roles by word."""
    found = {}
    for sheet in sheets().values():
        if sheet.needs:
            roles: dict[str, str] = {}
            for column in sheet.columns:
                for word in column.words:
                    roles.setdefault(bare(word), column.name)
            found[sheet.name] = (sheet.needs, frozenset(map(plain, sheet.titles)), roles)
    return found


def form_keys(name: str) -> list[str]:
    """What a header of a form goes by: whole, by its lines, without what stands in brackets, or a currency at its end.

    >>> form_keys("annual_revenue_usd")[-1]
    'annualrevenue'
    """
    wholes = dict.fromkeys((name, without_unit(name), _in_money().sub("", name)))
    return [bare(piece) for whole in wholes for piece in (whole, *whole.split("\n"))]


@cache
def _in_money() -> re.Pattern[str]:
    """A currency behind a name: "_usd", " EUR"."""
    words_ = packaged("headers", "units").filter(kind="money").get_column("word")
    codes = "|".join(re.escape(word) for word in words_ if len(word) == 3 and word.isascii() and word.isalpha())
    return re.compile(rf"[_ ](?:{codes})$", re.IGNORECASE)


def title_kind(title: str) -> str | None:
    """Return the kind of table that a title names (bom, ledger, sourcing, order, price_list, stock, sum), if any.

    >>> title_kind("2026年度 購買台帳"), title_kind("foot BOM v2"), title_kind("Sheet1")
    ('ledger', 'bom', None)
    """
    text = unicodedata.normalize("NFKC", title).casefold().replace("_", " ")
    for word, kind in kind_words():
        if word.isascii():
            if re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text):
                return kind
        elif word in text.replace(" ", ""):
            return kind
    return None


def without_unit(header: str) -> str:
    """Return a header without what stands in brackets."""
    return _BRACKETS.sub(" ", unicodedata.normalize("NFKC", header)).strip()


@lru_cache(16_384)
def suggestions(header: str) -> tuple[Suggestion, ...]:
    """Return the roles that a header suggests, the best first.

    A known word is certain; both halves of a bilingual header are tried; then a firm's word with "name" or "code" behind it;
    then a word that is spelled alike; then the longest known word inside, one at the end before one at the beginning.

    >>> [s.role for s in suggestions("購入金額[円]")], suggestions("Supplier Refrence")[0].role
    (['amount'], 'part_supplier')
    """
    if header.strip() in {"#", "＃"}:
        return (Suggestion("number", 1.0, EXACT),)
    halves = [half.strip() for half in _SPLIT.split(header.strip())]
    if (
        "\n" in header
        and max(header) <= EAST_ASIAN
        and not set.intersection(*(set(words().get(bare(h), ())) for h in halves))
    ):
        return suggestions(" ".join(header.split()))  # one phrase that was wrapped: "Supplier" above "price" is no supplier
    pieces = [piece for piece in dict.fromkeys((header, without_unit(header), *halves)) if piece]
    pieces += [without_unit(piece) for piece in pieces]
    numbered = header.rstrip(" :.").endswith(("#", "＃"))
    for piece in pieces:
        if roles := words().get(bare(piece)):
            return tuple(Suggestion(_NUMBERED.get(role, role) if numbered else role, 1.0, EXACT) for role in roles)
    if related := _related(bare(without_unit(header))):
        return related
    of = _percent_of(header)
    if of and any(one.role in FIRMS and one.how == EXACT for one in suggestions(of)[:1]):
        return (Suggestion("share", 0.9, PART),)  # "Supplier 1 %"; "Supplier on-time %" is something else
    first = without_unit(header).split("/")[0]  # "Qty/Unit" is a quantity
    if first and (roles := words().get(bare(first))) and len(bare(first)) > 1:
        return tuple(Suggestion(role, 0.9, PART) for role in roles)
    core = bare(without_unit(header)) or bare(header)
    if len(core) < 2 or len(core) > 80 or core.isdecimal() or _MONTH.fullmatch(core):
        return ()
    grouped = _GROUPED.fullmatch(core)
    stems = (_NAME_ENDINGS.sub("", core), ""), (grouped[1] if grouped else core, ""), (_CODE_ENDINGS.sub("", core), "_no")
    for stem, suffix in stems:
        for role in words().get(stem, ()) if stem != core else ():
            if role in FIRMS:
                return (Suggestion(role if not suffix else f"{role.replace('seller', 'supplier')}{suffix}", 0.9, PART),)
    return _alike(core) or _inside(core, without_unit(header))


def _percent_of(header: str) -> str:
    """Return whose per cent a header asks for ("Supplier 1 (%)"), without its number; blank where it asks for none."""
    plain_ = unicodedata.normalize("NFKC", header).strip(" ()[]").casefold() if len(header) <= 80 else ""
    word = next((word for word in ("%", " percent") if plain_.endswith(word)), "")
    return _ORDINAL.sub("", plain_.removesuffix(word).strip(" ([")).strip() if word else ""


def _related(core: str) -> tuple[Suggestion, ...]:
    """What the number or name of a parent (親品目番号) or of a child (子品目番号) is."""
    for prefixes, above in ((_ABOVE, True), (_BELOW, False)):
        rest = next((core.removeprefix(prefix) for prefix in prefixes if core.startswith(prefix)), "")
        roles = [role for role in words().get(rest, ()) if role in {"part", "name"}]
        if roles:
            return tuple(Suggestion("parent" if above else role, 1.0, EXACT) for role in roles[:1])
    return ()


def _inside(core: str, header: str) -> tuple[Suggestion, ...]:
    folded_ = unicodedata.normalize("NFKC", header).casefold().replace("'", "").replace("’", "")  # Q'ty
    tokens = [token for token in re.split(r"[\s._\-/:：,;()]+", folded_) if token]
    if core.isascii() or not any(char > EAST_ASIAN for char in core):
        runs = {"".join(tokens[i:j]): (i, j) for i in range(len(tokens)) for j in range(i + 1, len(tokens) + 1)}
        known = {word: (i, j) for word, (i, j) in runs.items() if word in words()}
        # Two letters say something at the end only: "Is Active" asks for nothing that "is" does.
        hits = [
            (word, j == len(tokens), i == 0) for word, (i, j) in known.items() if len(word) > (1 if j == len(tokens) else 2)
        ]
        # The end of a compound ("...bezeichnung").
        hits += [(core[at:], True, False) for at in range(1, len(core) - 6) if core[at:] in words()]
    else:
        hits = [
            (core[i:j], j == len(core), i == 0)
            for i in range(len(core))
            for j in range(i + 1, len(core) + 1)
            if j - i >= (1 if j == len(core) and i else 2) and core[i:j] in words() and not core[i:j].isascii()
        ]
    best = max(hits, key=lambda hit: (hit[1], len(hit[0]), hit[2]), default=None)
    if best is None:
        return ()
    word, last, _ = best
    score = 0.45 + 0.3 * len(word) / len(core) + (0.1 if last else 0.0)
    whose = next((owner for owner in ("maker", "supplier") if owned(core, owner)), "")
    found = [f"part_{whose}" if whose and role == "part" else role for role in words()[word] if _said(role, word, core)]
    return tuple(Suggestion(role, score, PART) for role in found)


_TIMES = frozenset(("lead_time", "switch_days", "stock_days", "stock", "date"))
"""Roles of times and stocks."""


def _said(role: str, word: str, core: str) -> bool:
    """Whether a header that a word stands in asks for what the word alone asks for.

    A share is one of who supplies, where something says so ("purchase percent"): of scrap, a discount or a market it is
    another one. A rate need be no price, and what tools or freight cost is none of the part. How often a time is kept, or
    what a stock is worth, is no time and no stock.
    """
    rest = core.replace(word, "", 1).strip("0123456789%率比")
    if role == "share":
        return len(rest) < 2 or "share" in words().get(rest, ()) or any(of in core for of in marks("share_of"))
    if role == "price" and any(of in rest for of in marks("cost_of")):
        return False
    if word == "rate":
        return any(of in rest for of in marks("rate_of"))
    return role not in _TIMES or not core.rstrip("%").endswith(tuple(marks("about_it")))


def owned(core: str, owner: str) -> bool:
    """Whether a header begins with a word for a maker or a supplier ("Mfr Item Number")."""
    return any(core[:i] in words() and words()[core[:i]][0] == owner for i in range(2, len(core)))


def _alike(core: str) -> tuple[Suggestion, ...]:
    from rapidfuzz import fuzz, process

    if len(core) < 6:
        return ()
    found = process.extractOne(core, _spelled(), scorer=fuzz.ratio, score_cutoff=88 if len(core) < 12 else 92)
    return () if found is None else tuple(Suggestion(role, 0.55, LIKE) for role in words()[found[0]])


@cache
def _spelled() -> tuple[str, ...]:
    return tuple(word for word in words() if len(word) >= 6)


def is_another(header: str, role: str) -> bool:
    """Return whether a header asks for a further firm of a role, and not for something about one, or for it again.

    >>> [is_another(header, "supplier") for header in ("2nd supplier", "第2仕入先", "Vendor B", "Vendor", "Vendor city")]
    [True, True, True, False, False]
    """
    whole = bare(header)
    if _TIER.search(whole):
        return False
    core = _NAME_ENDINGS.sub("", bare(without_unit(header))) or whole
    stems = {core, re.sub(r"(?:\d+|[a-z])$", "", core), _NAME_ENDINGS.sub("", re.sub(r"\d+$", "", core))}
    stems |= {grouped[1]} if (grouped := _GROUPED.fullmatch(whole)) else set()
    if not any(role in words().get(stem[i:], ()) for stem in stems for i in range(len(stem))):
        return False
    lettered = core[-1].isascii() and role not in {each for i in range(len(core)) for each in words().get(core[i:], ())}
    return lettered or bool(re.search(r"\d", whole)) or any(word in whole for word in marks("another"))


def naming_order(header: str) -> int:
    """Return 0 for a header that asks for a code, 2 for one that asks for a name, 1 for one that asks for neither.

    >>> [naming_order(header) for header in ("親品番", "Product", "製品名", "Assembly description")]
    [0, 1, 2, 2]
    """
    core = bare(without_unit(header))
    return 2 if _CALLED.search(core) else 0 if _CODED.search(core) else 1


def ordinal(header: str) -> int | None:
    """Return the number that a header has, if it has one.

    >>> ordinal("調達先②"), ordinal("Supplier 2"), ordinal("国")
    (2, 2, None)
    """
    numbers = re.findall(r"\d+", unicodedata.normalize("NFKC", header))
    return int(numbers[0]) if len(numbers) == 1 else None


def pair_of(header: str) -> str | None:
    """Return "x" of a header "x part number", where a column "x" beside it holds the makers.

    >>> pair_of("CATALOG PART NUMBER"), pair_of("Part number")
    ('catalog', None)
    """
    folded = " ".join(unicodedata.normalize("NFKC", header).casefold().split())
    stem = _PAIRS.sub("", folded)
    return stem if stem and stem != folded else None


@cache
def seller_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return names of known sellers, as `bare` compares them, and the endings of trading companies' names."""
    rows = packaged("headers", "sellers").select("word", "how").rows()
    names = frozenset(bare(word) for word, how in rows if how == "name")
    return names, tuple(word for word, how in rows if how == "ending")
