"""What changed since an earlier report: findings and rows that are new or closed, and stops whose loss is known better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...graph import ReadError
from ...graph.errors import short_path, shorten
from ...graph.files import open_file, reading
from ...graph.json import read_json

_STOPS = ("countries", "makers")
_NONE = "–"


def read_report(path: str | Path) -> dict[str, Any]:
    """Return the ``report.json`` of an earlier audit.

    Raises
    ------
    ReadError, InputError
        The file cannot be read, or is no such report.
    """
    path = Path(path)
    if path.is_dir() or (path.exists() and not _is_json(path)):
        raise ReadError("app.audit_since.no_report", path=short_path(path))
    found = read_json(path)
    tables = [found.get(name) for name in ("themes", *_STOPS)] if isinstance(found, dict) else [None]
    if not all(isinstance(table, list) and all(isinstance(row, dict) for row in table) for table in tables):
        raise ReadError("app.audit_since.no_report", path=short_path(path))
    return found


def _is_json(path: Path) -> bool:
    with reading(path), open_file(path) as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return what changed from one report's content to the next.

    ``date`` of the old one; ``differs``: conditions that were others, as (name, was, is); ``opened``, ``closed``,
    ``unknown``: findings by id that are new, that are none any more, and on which too little is known now; ``checks``: the
    same as (which of the three, ids, what is said now), each check once: several items may rest on it; ``rows_new``,
    ``rows_gone``: evidence rows as (ids of the findings that rest on it, what, what is said of it), ``quoted``: whether some
    that are gone are in the language of the old report, which has them in no other; ``stops``: the largest
    change first, by node the old and new estimate (null: that report does not have the stop), and the width between certain
    and possible (null: no bound). There are none where amounts are in two currencies, or one report has no revenue to tell
    them by.
    """
    before, after = _findings(old), _findings(new)
    both = [id for id in after if id in before]
    rows = {id: (_rows(before[id]), _rows(after[id])) for id in both}
    meta = old.get("meta")
    gone = {id: (before[id], was, now) for id, (was, now) in rows.items()}
    told = _told(old, str(new["lang"]))
    terms, here = _terms(old), _terms(new)
    differs = [name for name, now in here.items() if terms[name] not in (None, now)]
    in_one_unit = "currency" not in differs and _NONE not in (terms["revenue"], here["revenue"])
    no_longer = [id for id in both if _is_finding(before[id]) and not _is_finding(after[id])]
    moved = {
        "opened": [id for id in both if _is_finding(after[id]) and not _is_finding(before[id])],
        "closed": [id for id in no_longer if after[id].get("status") == "no_finding"],
        "unknown": [id for id in no_longer if after[id].get("status") != "no_finding"],
    }
    return {
        "date": shorten(meta.get("date")) if isinstance(meta, dict) and meta.get("date") else None,
        "differs": [
            *([name, _plain(terms[name]), _plain(here[name])] for name in differs),
            *(_amounts(old, new) if "currency" not in differs else []),
        ],
        **moved,
        "checks": [row for kind, ids in moved.items() for row in _each_check(kind, ids, after)],
        "rows_new": _only({id: (after[id], now, was) for id, (was, now) in rows.items()}),
        "rows_gone": _only(gone, told),
        "quoted": told is not None
        and any(
            (str(finding["check"]), key) not in told
            for finding, was, now in gone.values()
            for key in was.keys() - now.keys()
        ),
        "stops": _stops(old, new) if in_one_unit else [],
    }


def _each_check(kind: str, ids: list[str], found: dict[str, dict[str, Any]]) -> list[list[str]]:
    """What changed of each check: which way, the items that rest on it, and what it says now."""
    checks: dict[str, list[str]] = {}
    for id in ids:
        checks.setdefault(str(found[id]["check"]), []).append(id)
    return [[kind, ", ".join(each), str(found[each[0]].get("says") or "")] for each in checks.values()]


def _terms(report: dict[str, Any]) -> dict[str, Any]:
    """The terms of a report, with the products that have a revenue; None where it does not say."""
    terms, priced = {name: report.get(name) for name in ("company", "horizon", "currency")}, report.get("revenue")
    return terms | {"revenue": ", ".join(sorted(map(str, priced))) or _NONE if isinstance(priced, dict) else None}


def _amounts(old: dict[str, Any], new: dict[str, Any]) -> list[list[str]]:
    """Revenues that both reports state, and not as the same amount: what stops cost is not measured alike."""
    was, now = ({str(id): _number(value) for id, value in _priced(one).items()} for one in (old, new))
    others = [id for id in sorted(was.keys() & now.keys()) if was[id] != now[id]]
    told = [", ".join(f"{shorten(id)} {_amount(one[id])}" for id in others) for one in (was, now)]
    return [["amounts", *map(_plain, told)]] if others else []


def _amount(value: float | None) -> str:
    return _NONE if value is None else f"{value:,.12g}"


def _priced(report: dict[str, Any]) -> dict[str, Any]:
    return found if isinstance(found := report.get("revenue"), dict) else {}


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else shorten(value)


def _findings(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    themes = (theme.get("findings") for theme in report["themes"])
    rows = [row for found in themes if isinstance(found, list) for row in found if isinstance(row, dict)]
    return {str(row["id"]): row for row in rows if row.get("check") and "id" in row}


def _is_finding(row: dict[str, Any]) -> bool:
    return row.get("status") == "finding"


def _rows(finding: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Evidence by the id of what it is about: with another name, or told in another language, a part is the same one."""
    rows = finding.get("evidence")
    shown = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {str(row.get("about")): row for row in shown}


_Told = dict[tuple[str, str], list[str]]
"""What rows of a check are about, and what they say, by the check and the id of what they are about."""


def _told(old: dict[str, Any], lang: str) -> _Told | None:
    """What the rows of an earlier report say in another language than its own; None where it is in that language itself."""
    if old.get("lang") == lang:
        return None
    found: Any = old.get("said_elsewhere")
    checks = found.get(lang) if isinstance(found, dict) else None
    rows = ((check, each) for check, each in checks.items() if isinstance(each, dict)) if isinstance(checks, dict) else ()
    return {
        (check, about): said
        for check, each in rows
        for about, said in each.items()
        if isinstance(said, list) and [type(word) for word in said] == [str, str]
    }


def _only(
    found: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]], dict[str, dict[str, Any]]]], told: _Told | None = None
) -> list[list[str]]:
    """Rows of findings that are not among others, each once: several items of the guideline may rest on one check."""
    rows: dict[tuple[str, str], tuple[list[str], dict[str, Any]]] = {}
    for id, (finding, mine, others) in found.items():
        for key, row in mine.items():
            if key not in others:
                rows.setdefault((str(finding["check"]), key), ([], row))[0].append(id)
    own = {key: [row.get("what"), row.get("says")] for key, (_, row) in rows.items()}
    return [[", ".join(rows[key][0]), *map(shorten, (told or {}).get(key, said))] for key, said in own.items()]


def _stops(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    before, after = ({str(row.get("node")): row for name in _STOPS for row in one[name]} for one in (old, new))
    found = []
    for node in dict.fromkeys([*after, *before]):
        was, now = before.get(node), after.get(node)
        old_loss, old_width = _loss(was)
        loss, width = _loss(now)
        if (was is not None and old_loss is None) or not (
            abs((loss or 0.0) - (old_loss or 0.0)) > 0.5 or _differ(old_width, width)
        ):
            continue
        place = _place(was) if now is None and was is not None else None
        shrank = width is not None and (old_width is None or width < old_width - 0.5)
        narrowed = shrank and was is not None and now is not None
        found.append(
            {"node": node, "label": shorten((now or was or {}).get("label")), "place": place, "was": old_loss, "is": loss}
            | {"width_was": old_width, "width_is": width, "narrowed": narrowed}
        )
    return sorted(found, key=lambda row: -abs((row["is"] or 0.0) - (row["was"] or 0.0)))


def _place(row: dict[str, Any]) -> str | None:
    """The code of the country that a stop is of: its name is another in each language; None for that of a firm."""
    codes = row.get("countries")
    if row.get("maker") or row.get("name") or not isinstance(codes, list) or len(codes) != 1:
        return None
    return codes[0] if isinstance(codes[0], str) else None


def _loss(row: dict[str, Any] | None) -> tuple[float | None, float | None]:
    """The estimate of a stop and its width; a stop that a report does not have has neither, and nothing between its ends."""
    return (None, 0.0) if row is None else (_number(row.get("loss")), _width(row))


def _differ(one: float | None, other: float | None) -> bool:
    return (one is None) != (other is None) or (one is not None and other is not None and abs(one - other) > 0.5)


def _width(row: dict[str, Any]) -> float | None:
    low, high = _number(row.get("loss_low")), _number(row.get("loss_open"))
    return None if low is None or high is None else high - low


def _number(value: Any) -> float | None:
    # A whole number may be larger than any float: it is compared before it is converted.
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300 else None
