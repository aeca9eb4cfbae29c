"""What is used of a part in a year, a month, a week or a day, beside its stock: how long the stock lasts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from .table import Table
from .values import Unit, unit_in
from .words import PART

YEAR, MONTH, WEEK = 365.0, 365.0 / 12, 7.0
_USED = re.compile(r"使用|消費|所要|出庫|払出|usage|consum|demand|\buse\b|\bused\b|verbrauch|consumo|用量|消耗", re.I)
_TIMES = (
    (re.compile(r"年間|年当|[/／]年|yearly|annual|per (?:year|annum)|[/／]\s*(?:year|yr)", re.I), YEAR),
    (re.compile(r"月間|月次|月平均|月当|月使用|[/／]月|monthly|per month|[/／]\s*month|monats", re.I), MONTH),
    (re.compile(r"週間|週当|週平均|[/／]週|weekly|per week|[/／]\s*week|wochen", re.I), WEEK),
    (re.compile(r"1日|日量|日当|日平均|[/／]日|daily|per day|[/／]\s*day", re.I), 1.0),
)
_NO_PIECES = re.compile(
    r"金額|価額|[円￥¥$€£%％]|割合|比率|率|日数|回数|時間|value|cost|worth|wert|valor|percent|ratio|\b(?:days|hours|times)\b",
    re.I,
)
"""Money, a part, days and how often are no pieces that a stock could be divided by."""
_ONE_OF_MANY = re.compile(r"(?:今|当|前|先|翌|来|次)月|\b(?:last|this|next|previous) month|\d月", re.I)
"""A month of its own, which may be unlike the others."""


def days_of_use(header: str) -> float | None:
    """Return in how many days that is used which a column counts; None where it speaks of no pieces or no usual time.

    >>> days_of_use("月間使用数") == MONTH, days_of_use("Usage per week"), days_of_use("前月使用数"), days_of_use("数量")
    (True, 7.0, None, None)
    >>> days_of_use("Annual usage (JPY)"), days_of_use("月間使用日数")
    (None, None)
    """
    said = unicodedata.normalize("NFKC", header)
    if not _USED.search(said) or _ONE_OF_MANY.search(said) or _NO_PIECES.search(said) or unit_in(header) is not None:
        return None
    return next((days for words, days in _TIMES if words.search(said)), None)


def with_use(table: Table) -> Table:
    """Return a stock list whose count of what is used in a time is taken as what is used in a day.

    Of several such counts that of the longest time speaks: it is the least like any one month.
    """
    if table.kind != "stock" or "stock" not in table.roles or "daily_use" in table.roles:
        return table
    counted = table.roles.get("quantity", ())
    unread = [i for i in range(len(table.names)) if i not in table.how]  # what a person left out is corrected
    times = {i: days for i in (*counted, *unread) if (days := days_of_use(table.names[i])) is not None}
    if not times or len(counted) > 1:
        return table
    used = max(times, key=lambda i: times[i])
    roles = {role: at for role, at in table.roles.items() if role != "quantity" or used not in at} | {"daily_use": (used,)}
    factor = (table.units[used].factor if used in table.units else 1.0) / times[used]
    units = dict(table.units) | {used: Unit("", "count", None, factor)}
    return replace(table, roles=roles, how={used: PART} | dict(table.how), units=units)
