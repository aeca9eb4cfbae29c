"""What the options of a command line make up: what goes wrong, when, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..console import say

if TYPE_CHECKING:
    from ...risk import Change, Scenario

Words = list[str] | None
Product = Annotated[str, typer.Option("--product", metavar="ITEM", help=say("one_product"))]
Halt = Annotated[Words, typer.Option("--halt", metavar="NODE[:ITEM]", help=say("halt"), show_default=False)]
Embargo = Annotated[Words, typer.Option("--embargo", metavar="NODE[:ITEM]", help=say("embargo"), show_default=False)]
Reduce = Annotated[Words, typer.Option("--reduce", metavar="NODE[:ITEM]=SHARE", help=say("reduce"), show_default=False)]
Item = Annotated[Words, typer.Option("--item", metavar="ITEM", help=say("item"), show_default=False)]
To = Annotated[Words, typer.Option("--to", metavar="NODE", help=say("to"), show_default=False)]
Stock = Annotated[Words, typer.Option("--stock", metavar="ITEM=DAYS", help=say("stock"), show_default=False)]
Reserve = Annotated[Words, typer.Option("--reserve", metavar="HOLDER:ITEM=DAYS", help=say("reserve"), show_default=False)]
Release = Annotated[float | None, typer.Option("--release", metavar="SHARE", help=say("release"), show_default=False)]
AddSource = Annotated[Words, typer.Option("--add-source", metavar="ITEM=SHARE", help=say("add_source"), show_default=False)]
Recycling = Annotated[Words, typer.Option("--recycling", metavar="ITEM=SHARE", help=say("recycling"), show_default=False)]
Substitute = Annotated[
    Words, typer.Option("--substitute", metavar="ITEM:BY=SHARE", help=say("substitute"), show_default=False)
]
Spare = Annotated[Words, typer.Option("--spare", metavar="NODE[:ITEM]=SHARE", help=say("spare"), show_default=False)]
Start = Annotated[float | None, typer.Option("--start", metavar="DAY", help=say("start"), show_default=False)]
Lasts = Annotated[float | None, typer.Option("--lasts", metavar="DAYS", help=say("lasts"), show_default=False)]
Ramp = Annotated[float | None, typer.Option("--ramp", metavar="DAYS", help=say("ramp"), show_default=False)]
Ready = Annotated[float | None, typer.Option("--ready", metavar="DAY", help=say("ready"), show_default=False)]
File = Annotated[Path | None, typer.Option("--scenario", help=say("scenario"), show_default=False)]


@dataclass(frozen=True)
class Threats:
    """What goes wrong."""

    halt: Halt = None
    embargo: Embargo = None
    reduce: Reduce = None
    item: Item = None
    to: To = None

    def scenario(self, buyer: str | None = None, when: When | None = None) -> Scenario:
        """Return what goes wrong, and when; an embargo is aimed at the buyer (its own: at all abroad) if at nobody named."""
        from ... import risk

        days = (when or When()).checked(self)
        changes: list[Change] = []
        for word in self.halt or []:
            changes += [risk.halt(node, item=only, **days) for node, only in _of(word, self.item)]
        for word in self.embargo or []:
            for node, only in _of(word, self.item):
                changes.append(risk.embargo(node, item=only, to=self._aim(node, buyer), **days))
        for word, part in map(_pair, self.reduce or []):
            changes += [risk.reduce(node, part, item=only, **days) for node, only in _of(word, self.item)]
        words = [*(self.halt or []), *(self.embargo or []), *(self.reduce or [])]
        return risk.Scenario(", ".join(words) + (f" ({', '.join(self.item)})" if self.item else ""), changes)

    def _aim(self, node: str, buyer: str | None) -> list[str]:
        """Return whom a node's embargo is aimed at (empty: everybody abroad)."""
        return self.to or ([buyer] if buyer and buyer != node else [])


@dataclass(frozen=True)
class When:
    """When it goes wrong, and for how long."""

    start: Start = None
    lasts: Lasts = None
    ramp: Ramp = None

    def checked(self, threats: Threats) -> dict[str, Any]:
        """Return the days as a change takes them; raise where there is nothing that they could be about."""
        about = {"--halt": threats.halt, "--embargo": threats.embargo, "--reduce": threats.reduce}
        _about({"--start": self.start, "--lasts": self.lasts, "--ramp": self.ramp}, about)
        return {"start": self.start or 0, "lasts": self.lasts, "ramp": self.ramp or 0}


@dataclass(frozen=True)
class Remedies:
    """What helps, and from when on."""

    stock: Stock = None
    reserve: Reserve = None
    release: Release = None
    add_source: AddSource = None
    recycling: Recycling = None
    substitute: Substitute = None
    spare: Spare = None
    ready: Ready = None

    def scenario(self) -> Scenario:
        """Return what helps."""
        from ... import risk

        words, ready = self._checked(), self.ready or 0
        changes = [risk.stockpile(item, days) for item, days in map(_pair, self.stock or [])]
        changes += self._reserves()
        for item, share in map(_pair, self.add_source or []):
            changes.append(risk.add_source(item, share, ready=ready))
        for item, share in map(_pair, self.recycling or []):
            changes.append(risk.add_source(item, share, recycling=True, ready=ready))
        for word, share in map(_pair, self.spare or []):
            changes += [risk.spare_capacity(node, share, item=only, ready=ready) for node, only in _of(word)]
        for pair, share in map(_pair, self.substitute or []):
            item, _, by = pair.partition(":")
            changes.append(risk.substitute(item, by, share, ready=ready))
        return risk.Scenario(", ".join(words), changes)

    def _reserves(self) -> list[Change]:
        from ... import risk
        from ...graph import InputError
        from ...graph.errors import shorten

        found = []
        for pair, days in map(_pair, self.reserve or []):
            holder, _, item = pair.partition(":")
            if not holder or not item:
                raise InputError("app.whatif.reserve", value=shorten(pair))
            found.append(risk.stockpile(item, days, holder=holder, release=self.release))
        return found

    def _checked(self) -> list[str]:
        """Return the words of all remedies; raise where days or a release are about none of them."""
        ready = {"--add-source": self.add_source, "--recycling": self.recycling}
        ready |= {"--substitute": self.substitute, "--spare": self.spare}
        _about({"--ready": self.ready}, ready)
        _about({"--release": self.release}, {"--reserve": self.reserve})
        return [word for words in (self.stock, self.reserve, *ready.values()) for word in words or []]


def _of(word: str, items: Words = None) -> list[tuple[str, str | None]]:
    """Return who, and of which items: the one that NODE:ITEM names, else those of ``--item``, else all that it makes."""
    from ...graph import InputError
    from ...graph.errors import shorten

    node, named, item = word.partition(":")
    if named and not (node and item):  # half a word is not "everything"
        raise InputError("app.whatif.of_item", value=shorten(word))
    return [(node, item)] if named else [(node, only) for only in items or [None]]


def _about(options: dict[str, float | None], subjects: dict[str, Words]) -> None:
    """Raise when options are given that say when or how fast, and nothing that they could be about."""
    from ...graph import InputError

    given = [name for name, value in options.items() if value is not None]
    if given and not any(subjects.values()):
        raise InputError("app.whatif.about_nothing", options=", ".join(given), others=", ".join(subjects))


def _pair(word: str) -> tuple[str, float]:
    from ...graph import InputError
    from ...graph.errors import shorten

    name, _, number = word.rpartition("=")
    try:
        return name, float(number)
    except ValueError as error:
        raise InputError("app.whatif.pair", value=shorten(word)) from error
