"""Scenarios: what is assumed to happen, as an immutable list of changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ...graph import InputError, SupplyGraph, UnknownIdError
from ...graph.arguments import checked
from ...graph.errors import did_you_mean, nearest, shorten
from ...graph.notebook import table
from .changes import KINDS, OPENING, Change, add_source, embargo, halt, reduce, spare_capacity, stockpile, substitute


@dataclass(frozen=True)
class Scenario:
    """An immutable list of changes with a name; scenarios add up with ``+``.

    Changes that each take a part of one flow come one after the other: two that halve it leave a quarter. (Measures in
    force may cut the same part or others: `control_losses` bounds both.)

    Examples
    --------
    >>> from kanmon.risk import embargo, stockpile
    >>> scenario = Scenario("magnets", [embargo("CHN", item="ndfeb_magnet", to="JPN"), stockpile("ndfeb_magnet", days=60)])
    >>> len(scenario), [change.kind for change in scenario]
    (2, ['embargo', 'stockpile'])
    """

    name: str
    changes: tuple[Change, ...] = ()

    def __init__(self, name: str, changes: Iterable[Change] | Change = ()) -> None:
        changes = tuple(changes) if isinstance(changes, Iterable) else (changes,)
        for change in changes:
            if not isinstance(change, Change):
                raise InputError("risk.scenario.no_change", value=shorten(change))
        if not isinstance(name, str):
            raise InputError("risk.scenario.no_name", value=shorten(name))
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "changes", changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __add__(self, other: Scenario) -> Scenario:
        name = " + ".join(name for name in (self.name, other.name) if name)
        return Scenario(name, (*self.changes, *other.changes))

    def _repr_html_(self) -> str:
        blank = asdict(Change(""))
        rows = [{key: value for key, value in asdict(one).items() if value != blank[key]} for one in self.changes]
        heads = [key for key in blank if any(key in row for row in rows)]
        return table(heads, [[row.get(key) for key in heads] for row in rows], self.name)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `scenarios_from` reads back."""
        blank = asdict(Change(""))
        rows = []
        for change in self.changes:
            row = {key: value for key, value in asdict(change).items() if key != "kind" and value != blank[key]}
            if change.kind in OPENING and "start" in row:
                row["ready"] = row.pop("start")
            rows.append(
                {change.kind: {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}}
            )
        return {"name": self.name, "changes": rows}


_MAKERS = {
    "halt": halt,
    "embargo": embargo,
    "reduce": reduce,
    "add_source": add_source,
    "substitute": substitute,
    "stockpile": stockpile,
    "spare_capacity": spare_capacity,
}


@checked()
def scenarios_from(data: Any, *, buyer: str | None = None, graph: SupplyGraph | None = None) -> list[Scenario]:
    """Return scenarios from plain data, as read from YAML, or from a frame of measures in force.

    Rows of the table ``measures`` are read by `control_scenarios`, whose parameters ``buyer`` and ``graph`` are.
    Of plain data (one scenario or a list of them), a scenario has a ``name`` and ``changes``, each a mapping of one kind to
    its arguments:

    >>> scenarios_from({"name": "a", "changes": [{"halt": {"node": "CHN", "item": "gallium_primary"}}]})
    [Scenario(name='a', changes=(Change(kind='halt', node='CHN', item='gallium_primary', ...),))]

    Raises
    ------
    InputError
        Another shape, an unknown kind or argument ("did you mean"), or a value out of range.
    """
    if hasattr(data, "columns"):  # a frame of any library
        from .controls import control_scenarios

        return control_scenarios(data, buyer=buyer, graph=graph)
    rows = data if isinstance(data, list) else [data]
    if not rows:
        raise InputError("risk.scenario.shape")
    return [_scenario(row, number) for number, row in enumerate(rows, start=1)]


def _scenario(row: Any, number: int) -> Scenario:
    if not isinstance(row, Mapping) or not isinstance(row.get("changes"), list):
        raise InputError("risk.scenario.shape")
    for key in set(row) - {"name", "changes"}:
        raise InputError("risk.scenario.key", value=shorten(key), hint=did_you_mean(nearest(str(key), ["name", "changes"])))
    name = row.get("name")
    return Scenario(str(number if name is None else name), [_change(entry) for entry in row["changes"]])


def _change(entry: Any) -> Change:
    if not isinstance(entry, Mapping) or len(entry) != 1:
        raise InputError("risk.scenario.change", value=shorten(entry))
    ((kind, arguments),) = entry.items()
    if kind not in KINDS:
        raise InputError("risk.scenario.kind", value=shorten(kind), hint=did_you_mean(nearest(str(kind), KINDS)))
    if not isinstance(arguments, Mapping):
        raise InputError("risk.scenario.change", value=shorten(entry))
    arguments = dict(arguments)
    if kind == "add_source" and "inputs" in arguments:
        arguments["recycling"] = not arguments.pop("inputs")
    known = [f.name for f in fields(Change) if f.name != "kind"] + ["recycling", "ready"]
    if kind == "stockpile" and "item" not in arguments:
        raise InputError("risk.scenario.stock_item")
    try:
        return _MAKERS[kind](**arguments)
    except TypeError as error:
        wrong = [key for key in arguments if key not in known]
        hint = did_you_mean(nearest(str(wrong[0]), known)) if wrong else ""
        raise InputError("risk.scenario.arguments", kind=kind, value=shorten(arguments), hint=hint) from error


def scenario_of(value: Scenario | Change | Iterable[Scenario], *, empty: bool = False) -> list[Scenario]:
    """Return scenarios from one, several, or a single change; no scenario only where ``empty`` allows it.

    Raises
    ------
    InputError
        Something else, none, or two scenarios of one name.
    """
    if isinstance(value, Change):
        value = Scenario(value.kind, value)
    found = [value] if isinstance(value, (Scenario, str)) or not isinstance(value, Iterable) else list(value)
    if not found and not empty:
        raise InputError("risk.scenario.none")
    for one in found:
        if not isinstance(one, Scenario):
            raise InputError("risk.scenario.no_scenario", value=shorten(one))
    if len({one.name for one in found}) < len(found):
        raise InputError("risk.simulation.same_name")
    return found


def check_scenario(graph: SupplyGraph, scenario: Scenario) -> None:
    """Raise `UnknownIdError` when a change names a supplier, country or item that the graph does not have.

    An embargo aimed at the very node that lays it is an `InputError`: it stops exports, and nobody exports to itself.
    """
    items, suppliers = set(graph.items["id"]), set(graph.suppliers["id"])
    places = suppliers | set(graph.suppliers["country"].drop_nulls())
    for change in scenario:
        if change.kind == "embargo" and change.node in change.to:
            raise InputError("risk.scenario.own_embargo", node=shorten(change.node))
        for id in (change.item, change.by):
            if id is not None and id not in items:
                raise UnknownIdError("item", id, items, graph.named(id, "items"))
        for id in (change.node, change.holder, *change.to):
            whole = id == change.node and change.kind in {"halt", "reduce"}
            if id is not None and id not in places and not (whole and id in items):
                raise UnknownIdError("supplier", id, places | items if whole else places, graph.named(id, "suppliers"))
