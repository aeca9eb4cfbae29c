"""What the columns of a table are taken for: the words of its header weighed against what its cells hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .profiles import Profile
from .settling import BOUGHT, KEYS, MEASURES, MOSTLY, of_one, pieces, settled
from .words import EXACT, PART, Suggestion, bare, is_another, marks, naming_order, ordinal, pair_of, plain, suggestions
from .yearly import YEARLY, latest

CONTENT, CORRECTED = "content", "corrected"
"""Other ways in which a column got its role than by a word of its header."""
SEVERAL = {"price", "note", "date", "order_no", "link", "standing"}
"""Roles that several columns may hold."""
NAMING = ("part", "name", "part_maker", "part_supplier", "value")
"""Roles that say which part a line is about."""
_STEP = re.compile(r"(?:l|lv|lvl|level|レベル|階層|nivel|ebene|stufe|层级|层)(\d)")
COMPONENT = re.compile(r"component|child|komponente|componente|部品|部番|子品|子件|零件|部件|員数|构成|構成")
"""What a header says only of what goes into something: as its number, or as the count of it."""
_ALL, EACH = re.compile(r"総|合計|total|gesamt"), re.compile(r"員数|台当|台分|構成数|原単位|per|単台|单台|单机")
"""What a header says that counts for a lot, or for one product."""
_EACH_ONE = re.compile(r"/\s*(?:set|unit|product|assy|assembly|machine|pc|台|個|本|式)s?\b", re.IGNORECASE)
_BOUGHT = {"price", "amount", "date", "order_no", "supplier", "seller", "maker"}


BESIDE = ("country", "share", "qualified", "lead_time", "switch_days")
"""What a list tells of each source where several stand in one line."""


@dataclass(frozen=True)
class Columns:
    """Positions by role, in the order in which they speak, and how each column got its role."""

    roles: dict[str, tuple[int, ...]]
    how: dict[int, str]
    steps: tuple[int, ...] = ()
    """Columns that stand for levels by their position."""


def assign(
    headers: Sequence[str], profiles: Sequence[Profile], wishes: Mapping[str, str] | None = None, product: int | None = None
) -> Columns:
    """Return what each column is taken for.

    A column is one thing, and but for prices, dates and notes a role has one column: the one whose header fits best, and of
    equals the fullest; a name that is mostly empty gives way to a fuller one.

    Parameters
    ----------
    headers : sequence of str
        Header of each column, blank where it has none.
    profiles : sequence of Profile
        What the cells of each column are.
    wishes : mapping of header to role, optional
        A person's corrections; "ignore" leaves a column out.
    product : int, optional
        The column that holds what the lines go into, where its cells have told so (`parents.product_column`).
    """
    return _Assignment(headers, profiles, wishes or {}, product).columns()


_NAME = frozenset(("name", "naam", "nazwa", "název", "nom", "nome", "nombre", "名称"))
_OF_MATERIAL = frozenset(("materialdescription", "materialkurztext", "materialname"))
FIRMS_OF_LINES = frozenset({"supplier", "seller", "maker"})
"""Roles of firms beside a line."""


class _Assignment:
    def __init__(
        self, headers: Sequence[str], profiles: Sequence[Profile], wishes: Mapping[str, str], product: int | None
    ) -> None:
        self.headers, self.profiles, self.product = headers, profiles, product
        self.wishes = {i: wishes[key] for i, header in enumerate(headers) if (key := " ".join(header.split())) in wishes}
        self.roles: dict[str, list[int]] = {}
        self.how: dict[int, str] = {}
        self.steps: tuple[int, ...] = ()

    def columns(self) -> Columns:
        for i, role in self.wishes.items():
            if role not in {"ignore", "", None}:
                self._take(role, i, CORRECTED)
            self.how[i] = CORRECTED  # one that is left out, too
        self._steps()
        candidates = self._candidates()
        filled = {one.role for i, one in candidates if self.profiles[i].fill and one.role in MEASURES}

        def order(each: tuple[int, Suggestion]) -> tuple[bool, float, int, int]:
            fill = self.profiles[each[0]].fill
            return each[1].role in filled and not fill, -each[1].score, -fill, each[0]  # "Total:" beside "Price total"

        found = sorted(candidates, key=order)
        for i, suggestion in found:
            if i not in self.how and (suggestion.role in SEVERAL or suggestion.role not in self.roles):
                self._take(suggestion.role, i, suggestion.how)
        self._pairs()
        self._same_header()
        self._leftovers(found)
        self._coded(found)
        self._bought()
        self._paid()
        self._billed()
        self._numbered_firms()
        self._part()
        self._name()
        self._year()
        for role in SEVERAL & set(self.roles):
            self.roles[role].sort(key=lambda i: (role == "price" and not of_one(self.headers[i]), i))
        return Columns({role: tuple(places) for role, places in self.roles.items()}, self.how, self.steps)

    def _take(self, role: str, i: int, how: str) -> None:
        self.roles.setdefault(role, []).append(i)
        self.how[i] = how

    def _candidates(self) -> list[tuple[int, Suggestion]]:
        seen: list[list[Suggestion]] = []
        for i, header in enumerate(self.headers):
            found = [] if i in self.wishes or i in self.steps or not header else list(suggestions(header))
            if len(found) == 1 and found[0].role in {"supplier", "seller"} and self.profiles[i].accounts > MOSTLY:
                found = [Suggestion("supplier_no", found[0].score, found[0].how)]  # firms that only a number tells
            seen.append([one for one in found if self._plausible(one, self.profiles[i], len(found) == 1)])
        self._numbers_of_firms(seen)
        pieces(self.headers, seen)
        self._parents(seen, self._products(seen))
        self._counts(seen)
        roles = {
            one.role for i, found in enumerate(seen) for one in found if self.profiles[i].fill or one.role != "designator"
        }
        numbered = sum(bool({"part", "part_maker"} & {one.role for one in found}) for found in seen)
        documents = any(bare(header) == "documentnumber" for header in self.headers) and not roles & BOUGHT
        if numbered + documents > 1:
            roles |= {"numbered", "documents"} if documents else {"numbered"}
        if any(found and found[0].role == "part" and self._coded_header(i) for i, found in enumerate(seen)):
            roles.add("coded")
        heads = {bare(header): profile for header, profile in zip(self.headers, self.profiles, strict=True) if header}
        if "value" in heads and any(one.role == "comment" for found in seen for one in found):
            comments = (self.profiles[i].fill for i, found in enumerate(seen) if found and found[0].role == "comment")
            roles |= {"valued"} if heads["value"].fill >= max(comments, default=0) else set()
        roles |= {"described"} if self._told and not self._made_of(seen) else set()
        roles |= {"counted"} if heads.keys() & {"qty", "quantity"} else set()
        candidates = []
        for i, found in enumerate(seen):
            for one in found:
                role, score = settled(one, found, self.headers[i], self.profiles[i], roles)
                candidates.append((i, Suggestion(role, score, one.how)))
        return candidates

    def _numbers_of_firms(self, seen: list[list[Suggestion]]) -> None:
        """Of two columns of suppliers ("Vendor", "Vendor name") the one that holds codes holds their numbers."""
        told = [
            i for i, found in enumerate(seen) if len(found) == 1 and (found[0].role, found[0].how) == ("supplier", EXACT)
        ]
        if any(self.profiles[i].fill and self.profiles[i].codes < 1 - MOSTLY for i in told):
            for i in told:
                if self.profiles[i].codes > MOSTLY:
                    seen[i] = [Suggestion("supplier_no", 0.9, EXACT)]

    def _coded_header(self, i: int) -> bool:
        return bare(self.headers[i]) not in KEYS and naming_order(self.headers[i]) == 0

    def _products(self, seen: list[list[Suggestion]]) -> set[int]:
        """A product's number or name beside the parts' own is what lines go into, where several parts stand beside one.

        So is its number, however few the lines are, where the others speak of components and nobody sells anything.
        Returns the columns whose headers speak of products.
        """
        mine = {i for i, header in enumerate(self.headers) if plain(header) in marks("product") or i == self.product}
        owners = self._owners(seen)
        mine |= owners
        told = {found[0].role: self.headers[i] for i, found in enumerate(seen) if found and i not in mine}
        counted = [bare(told[role]) for role in ("part", "quantity") if role in told]
        components = len(counted) == 2 and any(map(COMPONENT.search, counted)) and not told.keys() & _BOUGHT
        for i in sorted(mine):
            role = seen[i][0].role.replace("part_maker", "part") if seen[i] else "part"
            others = [
                self.profiles[j]
                for j, found in enumerate(seen)
                if j not in mine and len(found) == 1 and (found[0].role, found[0].how) == (role, EXACT)
            ]
            if role not in {"part", "name"} or not (others or i in owners):
                continue
            inside = i in owners or any(self.profiles[i].different < other.different for other in others)
            inside |= components and role == "part" and naming_order(self.headers[i]) == 0
            if inside or seen[i]:
                seen[i] = [Suggestion("parent" if inside else seen[i][0].role, 0.9, EXACT)]
        if self.product is not None:
            seen[self.product] = [Suggestion("parent", 0.9, EXACT)]
        parents = [self.profiles[i].different for i in mine if seen[i] and seen[i][0].role == "parent"]
        for i in sorted(mine):  # without names of parts, a product's name is still the product's
            if parents and seen[i] and seen[i][0].role == "name" and self.profiles[i].different <= max(parents):
                seen[i] = [Suggestion("parent", 0.9, EXACT)]
        return mine

    def _owners(self, seen: list[list[Suggestion]]) -> set[int]:
        """Columns of what the lines go into, where others speak of what it is made of: "Member Item", "Material".

        So NetSuite and Infor call them; Infor's "Item" stands on several lines, and its "Material" has a description.
        """
        named = any(plain(header) in marks("member") for header in self.headers)
        materials = [
            i
            for i, header in enumerate(self.headers)
            if seen[i] and ((self._told and bare(header) == "material") or plain(header) in marks("part_member"))
        ]
        owners = {
            i
            for i, header in enumerate(self.headers)
            if plain(header) in marks("owner") and seen[i] and seen[i][0].role in {"part", "name"}
            if self.profiles[i].integer < 0.5
        }
        most = max((self.profiles[i].different for i in materials), default=0)
        return owners if named else {i for i in owners if self.profiles[i].different < most}

    @property
    def _told(self) -> bool:
        """Whether a column describes what another calls material."""
        return bool(_OF_MATERIAL & {*map(bare, self.headers)})

    def _made_of(self, seen: list[list[Suggestion]]) -> bool:
        """Whether a column of names tells the lines apart as well as their material: that is what they are made of."""
        named = [
            self.profiles[i].different
            for i, header in enumerate(self.headers)
            if bare(header) not in _OF_MATERIAL and "name" in {one.role for one in seen[i][:1]}
        ]
        made = (
            seen.different for header, seen in zip(self.headers, self.profiles, strict=True) if bare(header) == "material"
        )
        return max(named, default=0) >= max(made, default=1)

    def _counts(self, seen: list[list[Suggestion]]) -> None:
        """Beside what goes into one product, what goes into a whole lot of them is no quantity of the bill."""
        counts = {i: bare(self.headers[i]) for i, found in enumerate(seen) if found and found[0].role == "quantity"}
        lots = {i for i, word in counts.items() if _ALL.search(word)}
        if any(EACH.search(word) or _EACH_ONE.search(self.headers[i]) for i, word in counts.items() if i not in lots):
            for i in lots:
                seen[i] = [Suggestion("other", seen[i][0].score, seen[i][0].how)]

    def _parents(self, seen: list[list[Suggestion]], products: set[int]) -> None:
        """Of two columns of products, or of parents, a code is what lines go into, a name is its name."""
        order = {i: naming_order(self.headers[i]) for i, found in enumerate(seen) if found and found[0].role == "parent"}
        wished = {i in products: -1 for i, role in self.wishes.items() if role == "parent"}
        for i, place in order.items():
            alike = [order[j] for j in order if (j in products) == (i in products)]
            if place > wished.get(i in products, min(alike)) and len(seen[i]) == 1:
                seen[i] = [Suggestion("parent_name", seen[i][0].score, seen[i][0].how)]

    @staticmethod
    def _plausible(one: Suggestion, seen: Profile, only: bool) -> bool:
        """Whether the cells may be what the header says; a plain known word is believed, so that odd cells are named."""
        if seen.fill == 0:
            return True
        if one.role == "designator" and seen.fill > 1 and seen.designators == 0:
            return False  # the location of a plant
        if one.role in {*FIRMS_OF_LINES, "group"} and seen.answers > MOSTLY:
            return False  # whether there is one ("second source: yes") says not which
        if one.role == "group" and one.how == PART and seen.fill > 1 and seen.different <= 1:
            return False  # one alternative structure of the whole bill
        certain = one.how == EXACT and only
        figures = max(seen.numeric, seen.integer + seen.dotted)  # 1.2.2.1 is no name, either
        if one.role in {"supplier", "maker", "seller", "name"} and figures > MOSTLY and seen.fill > 1:
            return one.role == "name" and certain
        if one.role == "country" and seen.numeric > 0.5:
            return False
        if certain:
            return True
        if one.role in MEASURES and one.role != "level":
            timed = seen.durations + seen.spans if one.role in {"switch_days", "stock_days"} else 0.0
            return seen.numeric + timed >= 0.5 or one.role in {"lead_time", "share"}
        if one.role == "date":
            return seen.dates >= 0.5
        if one.role == "level":
            return seen.length < 12
        return True

    def _steps(self) -> None:
        """Columns "Lv1, Lv2, Lv3": the level is the column that is filled."""
        places = [(int(match[1]), i) for i, header in enumerate(self.headers) if (match := _STEP.fullmatch(bare(header)))]
        if len(places) > 1 and all(self.wishes.get(i, "name") == "name" for _, i in places):
            self.steps = tuple(i for _, i in sorted(places))
            texts = [i for i in self.steps if self.profiles[i].length > 2]
            for i in self.steps:
                self.how[i] = PART
            if texts:  # numbers of parts in steps beside their names, or the names themselves
                role = "part" if all(self.profiles[i].codes > MOSTLY for i in texts) else "name"
                self.roles[role] = list(self.steps)

    def _pairs(self) -> None:
        """A column "x" beside "x part number" holds the makers, whatever x is."""
        bares = {bare(header): i for i, header in enumerate(self.headers) if header}
        for i, header in enumerate(self.headers):
            stem = pair_of(header) if header else None
            other = bares.get(bare(stem)) if stem else None
            if other is None or self.profiles[other].numeric > 0.5 or other in self.wishes:
                continue
            role = next((role for role, places in self.roles.items() if other in places), None)
            if role is None and "maker" not in self.roles:
                self._take("maker", other, CONTENT)
                role = "maker"
            if role == "maker" and self.roles.get("part") != [i] and "part_maker" not in self.roles:
                self._move(i, "part_maker")

    def _move(self, i: int, role: str) -> None:
        for places in self.roles.values():
            if i in places:
                places.remove(i)
        self.roles = {name: places for name, places in self.roles.items() if places}
        self._take(role, i, self.how.get(i, CONTENT))

    def _same_header(self) -> None:
        """Columns under one merged header are one column in steps (an indented name)."""
        for role, places in list(self.roles.items()):
            first = places[0]
            more = [
                i for i, header in enumerate(self.headers) if header and header == self.headers[first] and i not in self.how
            ]
            if role == "name":
                places += more
                self.how |= dict.fromkeys(more, self.how[first])
                places.sort()
                if len(places) > 1 and len({self.headers[i] for i in places}) == 1 and not self.steps:
                    self.steps = tuple(places)

    def _leftovers(self, found: Sequence[tuple[int, Suggestion]]) -> None:
        for i, suggestion in found:
            if i in self.how:
                continue
            if suggestion.role == "name":
                best = self.roles["name"]
                if (
                    len(best) == 1
                    and self.how[best[0]] != CORRECTED
                    and 2 * self.profiles[best[0]].fill < self.profiles[i].fill
                ):
                    self.roles["name"] = [i]  # the fullest column wins
                    self.how[i] = suggestion.how
                    self.roles.setdefault("spec", []).extend(best)
                    continue
            if suggestion.role == "maker" and len(self.roles["maker"]) == 1 and self._maker_again(i, suggestion):
                self._take("maker", i, suggestion.how)  # where nobody filled in who made it
                continue
            role = "spec" if suggestion.role in {*NAMING, "spec", "material"} else "other"
            purchases = {"date", "amount"} <= set(self.roles)  # each is from one firm, whatever its name goes on with
            if suggestion.role in {"supplier", "maker"} and not purchases and self._another(i, suggestion.role):
                role = f"{suggestion.role}_more"
            self.roles.setdefault(role, []).append(i)
            self.how[i] = suggestion.how
        self._beside_further(found)

    def _maker_again(self, i: int, one: Suggestion) -> bool:
        """Whether a column names makers once more: their brands, or under another word, as libraries of symbols do."""
        return plain(self.headers[i]) in marks("brand") or (one.how == EXACT and not self._another(i, "maker"))

    def _beside_further(self, found: Sequence[tuple[int, Suggestion]]) -> None:
        """What is told of a further firm: by the number of its column ("国2" of "調達先2"), else right of it."""
        firms = sorted(i for role in ("supplier", "maker") for i in self.roles.get(f"{role}_more", ()))
        for i, suggestion in found:
            if suggestion.role not in BESIDE or i not in self.roles.get("other", ()):
                continue
            numbered = [firm for firm in firms if ordinal(self.headers[firm]) == ordinal(self.headers[i]) is not None]
            left = [firm for firm in firms if firm < i and ordinal(self.headers[i]) is None]
            if numbered or left:
                self.roles["other"].remove(i)
                self.roles.setdefault(f"{suggestion.role}_more", []).append(i)
        mine = {ordinal(self.headers[i]) for role in ("supplier", "maker") for i in self.roles.get(role, ())[:1]}
        theirs = {ordinal(self.headers[firm]) for firm in firms} - mine - {None}
        for role in self.roles.keys() & {*BESIDE}:  # "国2" alone tells nothing of the first firm
            if ordinal(self.headers[self.roles[role][0]]) in theirs:
                self.roles[f"{role}_more"] = [*self.roles.pop(role), *self.roles.get(f"{role}_more", ())]
                self._of_the_first(role, [i for i, one in found if one.role == role and ordinal(self.headers[i]) in mine])

    def _of_the_first(self, role: str, told: Sequence[int]) -> None:
        """Take what is told of the first firm from the columns left over, where that of a further one is fuller."""
        left = [i for i in told if i in self.roles.get("other", ())]
        for i in left[:1]:
            self.roles["other"].remove(i)
            self.roles[role] = [i]

    def _another(self, i: int, role: str) -> bool:
        """Whether a column names further sources ("supplier 2"), and not the same firm in other words ("brand")."""
        first = self.roles.get(role, [i])[0]
        return is_another(self.headers[i], role) or (i != first and bare(self.headers[i]) == bare(self.headers[first]))

    def _part(self) -> None:
        """A part goes by its own number, else the maker's, else the shop's; a column that is mostly empty gives way."""
        for role in ("part_maker", "part_supplier"):
            if role not in self.roles:
                continue
            if "part" not in self.roles:
                # A shop's number keeps its own role too: it may stand for several parts.
                self.roles["part"] = list(self.roles[role]) if role == "part_supplier" else self.roles.pop(role)
            elif self.how[self.roles["part"][0]] != CORRECTED and 2 * self._filled("part") < self._filled(role):
                self.roles["part"], self.roles[role] = self.roles[role], self.roles["part"]

    def _coded(self, found: Sequence[tuple[int, Suggestion]]) -> None:
        """Of two columns of names, the one that holds numbers of parts is the part ("Item" beside "Description")."""
        first = self.roles.get("name", [])
        others = [i for i, one in found if one.role == "name" and i not in first and i in self.roles.get("spec", [])]
        if "part" in self.roles or len(first) != 1 or not others or self.how[first[0]] == CORRECTED:
            return
        told, other = self.profiles[first[0]], self.profiles[others[0]]
        if told.codes > MOSTLY and other.codes <= MOSTLY and other.fill:
            self.roles["part"], self.roles["name"] = first, [others[0]]
            self.roles["spec"].remove(others[0])
            if not self.roles["spec"]:
                del self.roles["spec"]

    def _bought(self) -> None:
        """What a ledger calls material is what was bought, by its number, where nothing else is its number.

        It has as many numbers as names; many parts are of one material.
        """
        seen = [self.profiles[i] for i in self.roles.get("material", ())]
        has = set(self.roles)
        paid = ("amount" in has and has & {"date", "supplier"}) or {"date", "supplier", "quantity", "price"} <= has
        ours = any(plain(header) in marks("sap") for header in self.headers)  # SAP calls what it lists so everywhere
        ledger = (paid or ours) and "name" in has and "part" not in has
        named = max((self.profiles[i].distinct for i in self.roles.get("name", ())), default=1.0)
        if ledger and len(seen) == 1 and seen[0].numbered > MOSTLY and seen[0].distinct >= 0.8 * named:
            self.roles["part"] = self.roles.pop("material")

    def _paid(self) -> None:
        """In a firm's books "Name" is who was paid, "Memo" what for; a remark names what was bought where nothing does."""
        notes = self.roles.get("note", [])
        if not {"date", "amount"} <= set(self.roles) or len(notes) != 1 or self.how[notes[0]] == CORRECTED:
            return
        names = self.roles.get("name", [])
        paid = len(names) == 1 and bare(self.headers[names[0]]) == "name" and bare(self.headers[notes[0]]).startswith("memo")
        if paid and not set(self.roles) & FIRMS_OF_LINES:
            self.roles["supplier"] = names
        if paid or not names:
            self.roles["name"] = self.roles.pop("note")

    def _billed(self) -> None:
        """Beside an item and its description "Name" is who was paid, as NetSuite lists what was ordered."""
        names = self.roles.get("name", [])
        others = [i for i in self.roles.get("spec", []) if self._says_name(i)]
        if len(names) != 1 or len(others) != 1 or set(self.roles) & FIRMS_OF_LINES or self.how[names[0]] == CORRECTED:
            return
        if {"date", "amount", "part"} <= set(self.roles) and bare(self.headers[names[0]]) in _NAME:
            self.roles["supplier"], self.roles["name"] = names, others
            self.roles["spec"] = [i for i in self.roles["spec"] if i not in others]
            if not self.roles["spec"]:
                del self.roles["spec"]

    def _numbered_firms(self) -> None:
        """A maker's "ID" is a part's number, where there are more of them than makers; a supplier may only have a number."""
        seen = {role: self.profiles[self.roles[role][0]] for role in ("maker", "maker_no") if role in self.roles}
        if len(seen) == 2 and "part_maker" not in self.roles and seen["maker_no"].different > seen["maker"].different:
            self.roles["part_maker"] = self.roles.pop("maker_no")
        if "supplier_no" in self.roles and not set(self.roles) & FIRMS_OF_LINES:
            self.roles["supplier"] = self.roles.pop("supplier_no")

    def _year(self) -> None:
        """Of the amounts, shares and lead times of several years those of the latest."""
        for role in YEARLY & self.roles.keys():
            (at, *_) = self.roles[role]
            last = at if self.how[at] == CORRECTED else latest(self.headers, self.profiles, at)
            if last != at and last in self.roles.get("other", ()):
                self.roles[role], self.roles["other"] = [last], [at if i == last else i for i in self.roles["other"]]

    def _says_name(self, i: int) -> bool:
        return any(one.role == "name" and one.how == EXACT for one in suggestions(self.headers[i]))

    def _filled(self, role: str) -> int:
        return sum(self.profiles[i].fill for i in self.roles.get(role, ()))

    def _may_name(self, i: int) -> bool:
        """Whether a column holds words, and no further number of the parts ("Product code") or type of a purchase."""
        typed = {"date", "amount"} <= set(self.roles) and self.how.get(i) == PART
        numbers = "part" in self.roles and naming_order(self.headers[i]) == 0 and self.profiles[i].codes > MOSTLY
        one = self.profiles[i].fill > 1 and self.profiles[i].different <= 1  # no name is on all lines
        return self.profiles[i].length >= 2 and not (numbers or one or typed)

    def _name(self) -> None:
        if "name" not in self.roles:
            counted = set(self.roles) & {"quantity", "price", "designator", "part"}
            for role in ("value", "spec", "material") if counted else ():
                if role in self.roles and self._may_name(self.roles[role][0]):
                    first, *rest = self.roles.pop(role)
                    symbols = [i for i in self.roles.get("spec", []) if bare(self.headers[i]) == "device"]
                    self.roles["name"] = [first, *symbols]  # EAGLE: a battery has no value
                    if rest:
                        self.roles[role] = rest
                    break
        if "name" not in self.roles and set(self.roles) & {"quantity", "price", "maker"}:
            free = [i for i in range(len(self.headers)) if i not in self.how and i not in self.wishes]
            texts = [
                i for i in free if self.profiles[i].length >= 2 and not self.profiles[i].links + self.profiles[i].answers
            ]
            texts = [i for i in texts if self.profiles[i].fill < 2 or self.profiles[i].different > 1]
            numbered = any(self.profiles[i].numbered + self.profiles[i].numeric > 0.5 for i in self.roles.get("part", ()))
            if texts and ("part" not in self.roles or numbered and len(texts) == 1 and self.profiles[texts[0]].codes < 0.5):
                best = max(texts, key=lambda i: (self.profiles[i].fill * self.profiles[i].distinct, self.profiles[i].length))
                self._take("name", best, CONTENT)
        if "name" in self.roles and "part" in self.roles and 2 * self._filled("name") < self._filled("part"):
            self.roles["name"] += [i for i in self.roles["part"] if i not in self.roles["name"]]
