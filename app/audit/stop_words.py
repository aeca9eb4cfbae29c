"""Stops of countries and makers in words."""

from __future__ import annotations

from typing import Any

from ...graph.messages import text
from .figures import NOTHING
from .wording import Wording


def parts_lost(row: dict[str, Any]) -> dict[str, float]:
    """Return what a stop takes of the output of the product that it hits most: estimate, certain, possible (0..1)."""
    return {f"part{end}": max((one[f"lost{end}"] for one in row["products"]), default=0.0) for end in ("", "_low", "_high")}


def hurts(words: Wording, row: dict[str, Any]) -> bool:
    """Whether a stop may cost revenue, and more or otherwise than that of a country of which nothing is known here."""
    if not words.figures.revenue:
        return bool(row["parts"]) and parts_lost(row)["part_high"] > NOTHING
    return row["loss"] > 0 or (row["loss_high"] != 0 and not beyond(words, row))


def beyond(words: Wording, row: dict[str, Any]) -> bool:
    """Whether a country is in no row of the company: its stop may do what any does where a country is blank."""
    unseen = words.figures.unseen
    return not row["parts"] and row["loss"] == 0 and "country" in unseen and row["loss_high"] == unseen["country"]


def order(words: Wording, row: dict[str, Any]) -> tuple[bool, float]:
    """Countries as the figures rank them; behind them those that only lead a market."""
    return (True, -row["market"]) if beyond(words, row) else (False, 0.0)


def stop(words: Wording, row: dict[str, Any]) -> dict[str, Any]:
    """Return the stop of a country or maker: its losses, its first shortage, and the days of that part."""
    places, most = [words.place(code) for code in row["countries"]], row["first_most"]
    money = words.amounts(row, "loss") | words.amounts(row, "year")
    money |= {"loss_open_says": words.most(row["loss_open"]), "market_says": words.most(row["market"], "estimate")}
    return (
        row
        | money
        | {
            "beyond": not row["maker"] and beyond(words, row),
            "label": row["name"] or places[0],
            "country_name": text("graph.words.between", words.lang).join(places) or words.t("place_unknown"),
            "day_says": words.first_day(row),
            "first_name": None if row["first_part"] is None else words.company.parts[row["first_part"]].name,
            "stock_says": words.days(row["first_part"], row["first_least"], row["first_most"]),
            "switch_says": words.days(row["first_part"], row["first_switch_least"], row["first_switch_most"]),
            "short": None not in (most, row["first_switch_least"]) and most < row["first_switch_least"],
            "partly": None not in (most, row["day_low"]) and row["day_low"] >= most + 1,
        }
    )
