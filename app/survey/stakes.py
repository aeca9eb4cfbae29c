"""Who holds suppliers, as these say it, laid over what the company states.

What the company and its suppliers say counts together, as rows of one firm do: what is said differently of one holder is not
known, nor is what any holder has of a firm of which one says that nobody holds it and another that somebody does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..audit.cells import in_part
from ..audit.owners import Holders, Stakes, holders_of, over
from .replies import ITSELF, NOBODY, Line, Replies

Stake = dict[str, set[float]]
"""Who holds a firm, and all parts that are stated of each (none: blank)."""
Told = Mapping[str, Sequence[Line]]
"""Lines by the firm of which they name holders."""


def owners_with(
    owners: Mapping[str, Holders], stakes: Stakes, told: Mapping[str, Told], firm: Callable[[str], str], replies: Replies
) -> dict[str, Holders]:
    """Return who holds each firm: as the company states it (``owners``), with what each supplier says of its own holders.

    A supplier speaks of itself, of who holds it, and so on upwards; what it says of others is not used, and that is said.
    ``firm`` is a company's name as it was first written.
    """
    heard: dict[str, list[Stake]] = defaultdict(list)
    refs: dict[str, Line] = {}
    for supplier, lines in told.items():
        for name, stake in _upwards(supplier, lines, firm, replies).items():
            refs[name] = lines[name][0]
            _compare(name, supplier, stakes.get(name), heard[name], stake, refs[name], replies)
            heard[name].append(stake)
    found = dict(owners)
    for name, each in heard.items():
        every = [*([stakes[name]] if name in stakes else []), *each]
        stake = _all(every)
        holders = holders_of(name, stake)
        if (total := over(name, stake)) is not None:
            replies.say("over", *refs[name].place, part=name, total=in_part(total))
        unknown = total is not None or _disputed(name, every)
        found[name] = dict.fromkeys(holders) if unknown else holders
    return found


def _compare(
    name: str, supplier: str, own: Stake | None, heard: Sequence[Stake], stake: Stake, line: Line, replies: Replies
) -> None:
    """Say where a supplier contradicts itself, the company, or else another supplier."""
    twice = next((holder for holder, shares in stake.items() if len(shares) > 1), None)
    if twice is not None:
        replies.say("held_twice", *line.place, firm=name, supplier=supplier, holder=twice)
    before = [own] if own is not None else [*heard]
    if before and _differ(name, [*before, stake]):
        said = "holders_differ" if own is not None else "holders_differ_told"
        words = {"was": _words(name, _all(before)), "now": _words(name, stake)}
        replies.say(said, *line.place, firm=name, supplier=supplier, **words)


def _upwards(supplier: str, told: Told, firm: Callable[[str], str], replies: Replies) -> dict[str, Stake]:
    """What a supplier says of itself and of all above it, each once."""
    found: dict[str, Stake] = {}
    front = [supplier]
    for name in front:
        for line in told.get(name, ()):
            holder, held = line.values["holder"], line.values["held"]
            one = name if holder in (ITSELF, NOBODY) else firm(holder)
            known = found.setdefault(name, {}).setdefault(one, set())
            known |= set() if held is None or one == name else {held}
            front += [] if one in front else [one]
    for name in (name for name in told if name not in found):
        replies.say("holders_other", *told[name][0].place, firm=name, supplier=supplier)
    return found


def _all(stakes: Iterable[Stake]) -> Stake:
    every: Stake = {}
    for stake in stakes:
        for holder, shares in stake.items():
            every[holder] = every.get(holder, set()) | shares
    return every


def _disputed(name: str, stakes: Sequence[Stake]) -> bool:
    """Whether one says that nobody holds a firm, and another that somebody does."""
    return any(set(stake) == {name} for stake in stakes) and any(set(stake) != {name} for stake in stakes)


def _differ(name: str, stakes: Sequence[Stake]) -> bool:
    return _disputed(name, stakes) or any(len(shares) > 1 for holder, shares in _all(stakes).items() if holder != name)


def _words(name: str, stake: Stake) -> str:
    """Holders with their shares; none ("0") where it is nobody's."""
    others = {holder: shares for holder, shares in stake.items() if holder != name}
    return ", ".join(" ".join([holder, *map(in_part, sorted(shares))]) for holder, shares in others.items()) or "0"
