"""The report as one HTML file: offline, printable to A4, every word of the company's files escaped."""

from __future__ import annotations

from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ...graph.extras import how_to_add, installed
from ...graph.messages import text
from . import pictures
from .words import called, days, percent

BARS = 10
"""Rows of a picture."""


def render(content: dict[str, Any], currency: str) -> str:
    """Return the HTML page of a report's content."""
    lang = content["lang"]
    folder = resources.files("kanmon.app") / "templates" / "audit"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "report.html").read_text(encoding="utf-8"))
    css = (folder / "report.css").read_text(encoding="utf-8")

    def t(name: str, **values: Any) -> str:
        return text(f"app.audit_page.{name}", lang, **values)

    shown = content | {
        "t": t,
        "q": lambda name: text(f"app.survey.{name}", lang),
        "css": Markup(css),
        "called": called,
        "percent": percent,
        "days": lambda value: days(value, lang),
        "horizon": f"{content['horizon']:g}",
        "pictures": draw(content, currency),
        "no_pictures": "" if installed("matplotlib") else how_to_add("matplotlib").text(lang),
    }
    return template.render(shown) + "\n"


def draw(content: dict[str, Any], currency: str) -> list[dict[str, Any]]:
    """Return the pictures that the content has data for: title and inline SVG; none where matplotlib is not installed."""
    if not installed("matplotlib"):
        return []
    lang = content["lang"]

    def t(name: str, **values: Any) -> str:
        return text(f"app.audit_page.{name}", lang, **values)

    found = []
    known = content["coverage"]
    rows = [
        (t("row_tier1"), known["supplier_known"] or 0.0, 0.0),
        (t("row_country"), known["country_known"] or 0.0, 0.0),
        (t("row_tier2"), known["tier2_own"] or 0.0, known["tier2_market"] or 0.0),
        (t("row_stock"), known["stock_known"] or 0.0, 0.0),
        (t("row_switch"), known["switch_known"] or 0.0, 0.0),
    ]
    labels = (t("legend_own"), t("legend_market"), t("legend_unknown"))
    found.append(("picture_coverage", pictures.parts_of_whole(rows, labels, t("unit_percent"))))
    lost = [row for row in content["countries"] if row["loss"] > 0 or row["loss_high"] != 0][:BARS]
    if lost and known["revenue"]:
        # Where a loss has no upper bound the bar ends at the estimate, and the table says so.
        bars = [(row["label"], row["loss_low"] / 1e6, (row["loss_high"] or row["loss"]) / 1e6) for row in lost]
        unit = t("unit_money", currency=t("yen") if currency == "JPY" else currency)
        found.append(("picture_countries", pictures.bars(bars, (t("legend_certain"), t("legend_more")), unit)))
    stops = [row for row in content["countries"] if None not in (row["first_stock"], row["first_switch"])]
    if stops:
        stops = sorted(stops, key=lambda row: (row["first_stock"], row["node"]))[:BARS]
        times = [(f"{row['label']} ({row['first_part']})", row["first_stock"], row["first_switch"]) for row in stops]
        found.append(("picture_time", pictures.timeline(times, (t("legend_stock"), t("legend_gap")), t("unit_days"))))
    market = content["market"][:BARS]
    if market:
        shares = [
            (f"{row['name']} ({row['top_supplier']})", 100 * row["top_share_low"], 100 * row["top_share_high"])
            for row in market
        ]
        labels2 = (t("legend_low"), t("legend_high"))
        limit = (65.0, t("limit_eu"))
        found.append(("picture_market", pictures.bars(shares, labels2, t("unit_share"), limit)))
    return [{"title": t(name), "svg": Markup(svg)} for name, svg in found]
