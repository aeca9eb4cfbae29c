"""An audit in words: one plain structure in one language, that the page, the workbook and the JSON file all show."""

from __future__ import annotations

from typing import Any

from ...datasets import technologies, thresholds
from ...datasets.guideline import guideline_items
from ...datasets.intake.own import REPORT
from ...datasets.layout import sheets
from ...graph.ages import dated
from ...graph.messages import spoken, text
from ..ask import worded
from ..survey.loop import shown
from .board import board
from .company_graph import SELF
from .findings import THEMES, Findings
from .guideline import guideline_table
from .mapping import columns_read
from .measure_words import mitigation
from .parts import PartRow, SourceRow
from .places import with_cells
from .report import Audit
from .scenario_words import scenario
from .since import changes
from .spend_words import apart, spend
from .stop_words import order, stop
from .unknowns import Unknown
from .wording import Wording
from .words import BLANK, called, column_name, percent, span

CASES = ("AMA-02", "AMA-06", "AMA-14")
ASSUMPTIONS = (
    "complete_list",
    "apart",
    "only_source",
    "spend_shares",
    "switching",
    "stock",
    "blank_country",
    "upstream_stock",
    "maker",
    "halt",
    "home",
    "market",
    "horizon",
    "even_use",
)


PLACED = ("themes", "groups", "said_elsewhere")
"""What names cells as it is written: evidence knows which columns it rests on."""


def content(audit: Audit, lang: str, since: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the report as plain data in ``lang``, with what changed ``since`` an earlier one: numbers as numbers."""
    words, places = Wording(audit, lang), audit.places
    rest = _content(words)
    placed = {name: rest[name] for name in PLACED}
    shown = {name: placed[name] if name in placed else with_cells(rest.pop(name), places) for name in [*rest]}
    return shown | {"since": None if since is None else _differences(words, changes(since, shown))}


def _read_as(words: Wording, row: dict[str, Any]) -> dict[str, str]:
    """What a column was read as, as the workbook calls it."""
    sheet = sheets().get(row["kind"])
    kind = BLANK
    if row["kind"]:
        kind = sheet.title[words.lang] if sheet else text(f"app.check.kind_{row['kind']}", words.lang)
    column = column_name(row["kind"], row["read_as"], words.lang)
    return {"read_as_says": f"{kind}: {column}" if column else kind}


def _content(words: Wording) -> dict[str, Any]:
    """Return all of it, in the order in which a reader of the JSON file meets it."""
    return _judged(words) | _reckoned(words) | _to_do(words) | _grounds(words)


def _judged(words: Wording) -> dict[str, Any]:
    """The board page, the findings, and what stops in which scenario."""
    found = Findings(words)
    return {
        "format": REPORT,
        "lang": words.lang,
        "company": words.company.name or BLANK,
        "meta": words.audit.meta,
        "coverage": _coverage(words),
        "board": board(words),
        "themes": [
            {"id": theme, "title": words.t(theme), "findings": [found.finding(f) for f in found.of(theme)]}
            for theme in THEMES
        ],
        "groups": found.groups(),
        "said_elsewhere": found.said_elsewhere(),
        "guideline": guideline_table(words.audit.findings, words.lang),
        "scenarios": [scenario(words, row) for row in words.audit.scenarios],
        "described": words.company.described,
        "own_scenarios": bool(words.company.scenarios),
        "unknowns": [_unknown(words, row) for row in words.audit.unknowns],
    }


def _reckoned(words: Wording) -> dict[str, Any]:
    """The figures, row by row."""
    return {
        "horizon": words.company.stop_days,
        "currency": words.company.currency,
        "apart": apart(words),
        "revenue": words.figures.revenue,
        "summary": _summary(words),
        "parts": [_part(words, row) for row in words.figures.parts],
        "countries": [stop(words, row) for row in sorted(words.figures.countries, key=lambda row: order(words, row))],
        "makers": [stop(words, row) for row in words.figures.makers],
        "diamonds": [
            row | {"node": row["node_name"] or words.place(row["country"]), "country": words.place(row["country"])}
            for row in words.figures.diamonds
        ],
        "market": [
            row
            | {
                "name": spoken(row, "name", words.lang),
                "top_supplier": words.place(row["top_supplier"]),
                "year_says": dated(row["year"], words.lang),
            }
            for row in words.figures.market
        ],
        "spend": spend(words),
        "unsourced": [{"part": part, "name": words.company.parts[part].name} for part in words.figures.unsourced],
        "flags": _flags(words),
        "critical": [
            row | {"product_name": spoken(row, "product", words.lang), "by_name": words.item(row["by"])}
            for row in words.figures.critical
        ],
    }


def _to_do(words: Wording) -> dict[str, Any]:
    """Whom to ask, what to look after, and what to buy."""
    return {
        **shown(words.audit.questions, words.audit.progress, words.company, words.figures, words.lang),
        "technologies": [_technology(words, row) for row in words.company.technologies],
        "smelters": _smelters(words),
        "mitigation": mitigation(words),
        "antitrust": _antitrust(words),
    }


def _grounds(words: Wording) -> dict[str, Any]:
    """What all of it rests on: sources and assumptions, and what was read as what."""
    mapping = columns_read(words.audit.found)
    kinds = {row["sheet"]: row["kind"] for row in mapping}
    return {
        "thresholds": _thresholds(words),
        "sources": _sources(words),
        "assumptions": [words.t(f"assume_{name}", days=f"{words.company.stop_days:g}") for name in ASSUMPTIONS],
        "mapping": [row | _read_as(words, row) for row in mapping],
        "links": [
            {"part": link.part, "item": link.item, "relation": link.relation, "how": link.how, "evidence": link.evidence}
            | {"item_name": words.item(link.item)}
            | {"says": words.t(f"link_{link.how}"), "relation_says": words.t(f"relation_{link.relation}")}
            for link in words.audit.links
        ],
        "remarks": [
            {
                "sheet": remark.sheet,
                "row": remark.row,
                "column": remark.column,
                "column_says": column_name(kinds.get(remark.sheet), remark.column, words.lang),
                "severity": remark.severity,
                "says": words.say(remark.message),
            }
            for remark in words.company.remarks
        ],
    }


def _differences(words: Wording, found: dict[str, Any]) -> dict[str, Any]:
    """Return what changed, with amounts in words."""
    stops = []
    for row in found["stops"]:
        here = [name for name in ("was", "is") if row[name] is not None]
        says = {f"{name}_says": _since(words, row, name) for name in ("was", "is")}
        widths = " → ".join(words.most(row[f"width_{name}"]) for name in here)
        label = row["label"] if row["place"] is None else words.place(row["place"])
        stops.append(row | says | {"label": label, "width_says": widths})
    differs = [words.t(f"since_{name}", was=was, now=now) for name, was, now in found["differs"]]
    says = words.t("since_differs", which=words.t("comma").join(differs)) if differs else ""
    return found | {"stops": stops, "differs_says": says}


def _since(words: Wording, row: dict[str, Any], name: str) -> str:
    """An estimate then or now; the least it is where a product that is hit has no stated revenue."""
    if row[name] is None:
        return words.t("since_absent")
    amount = words.money(row[name])
    return words.t("since_least", amount=amount) if row[f"width_{name}"] is None else amount


def _coverage(words: Wording) -> dict[str, Any]:
    known = words.figures.coverage
    names = (
        "revenue_linked",
        "supplier_known",
        "spend_stated",
        "country_known",
        "spend_country_known",
        "tier2_own",
        "tier2_market",
    )
    shown = {f"{name}_says": percent(known[name]) for name in (*names, "tier2_unknown", "stock_known", "switch_known")}
    return known | shown | {"revenue_says": words.money(known["revenue"]), "spend_says": words.money(known["spend"])}


def _summary(words: Wording) -> dict[str, int]:
    counts: dict[str, int] = {}
    for found in words.audit.findings:
        counts[found.status] = counts.get(found.status, 0) + 1
    return counts


def _part(words: Wording, row: PartRow) -> dict[str, Any]:
    return row | {
        "top_country_name": words.place(row["top_country"]),
        "top_share_says": span(row["top_share_low"], row["top_share_high"], words.lang),
        "single_says": words.t(f"single_{row['single']}"),
        "stock_says": words.days(row["part"], row["stock_least"], row["stock_most"]),
        "switch_says": words.days(row["part"], row["switch_least"], row["switch_most"]),
        "sources_says": "; ".join(_source(words, source) for source in row["sources"]),
        "revenue_says": words.money(row["revenue"]),
    }


def _source(words: Wording, source: SourceRow) -> str:
    name = source["maker"] or (source["vendor"] and words.t("through", vendor=source["vendor"])) or "?"
    share = words.t("share_unknown") if source["share"] is None else percent(source["share"])
    where = words.place(source["country"]) if source["country"] else words.t("place_unknown")
    return f"{name} ({where}, {share})"


def _flags(words: Wording) -> list[dict[str, Any]]:
    names = {row["number"]: spoken(row, "name", words.lang) for row in technologies().iter_rows(named=True)}
    return [
        row | {"technology_name": names[row["technology"]], "verdict_says": words.t(f"verdict_{row['verdict']}")}
        for row in words.figures.flags
    ]


def _technology(words: Wording, row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: words.place(row.get(name)) for name in ("country", "partner_country", "destination")}
    blank = dict.fromkeys(("technology", "site", "partner", "control", "transfer", "destination", "decision_date"))
    told = {name: value for name, value in row.items() if not name.startswith("_")}
    return blank | told | {f"{name}_name": value for name, value in shown.items()} | {"refs": [row["_ref"]]}


def _smelters(words: Wording) -> list[dict[str, Any]]:
    return [
        {
            "metal": row["metal"],
            "smelter": row["smelter"] or words.t("smelter_unnamed"),
            "country": words.place(row.get("country")),
            "refs": [row["_ref"]],
        }
        for row in words.company.smelters
    ]


def _antitrust(words: Wording) -> list[dict[str, Any]]:
    rows = {row["id"]: row for row in guideline_items().iter_rows(named=True)}
    return [{"section": rows[id]["section"], "text": spoken(rows[id], "text", words.lang)} for id in CASES]


def _thresholds(words: Wording) -> list[dict[str, Any]]:
    used = {id for found in words.audit.findings for id in found.thresholds}
    return [
        {"id": row["id"], "says": words.threshold(row["id"]), "year": row["year"]}
        for row in thresholds().iter_rows(named=True)
        if row["id"] in used
    ]


def _sources(words: Wording) -> list[dict[str, Any]]:
    return words.audit.built.graph.sources.select("id", "title", "publisher", "date", "url", "reliability").to_dicts()


def _unknown(words: Wording, row: Unknown) -> dict[str, Any]:
    facts = worded(words.audit.built.graph, row.facts, {SELF: words.t("the_company")})
    return {
        "says": words.t(
            "unknown_says", place=words.place(row.node), product=row.product, low=percent(row.low), high=percent(row.high)
        ),
        "facts": [_fact(words, fact) for fact in facts.iter_rows(named=True)],
    }


def _fact(words: Wording, fact: dict[str, Any]) -> dict[str, str]:
    """What to find out, and from whom; of a part that the company buys from nobody knows whom, its own people know."""
    makers, part = _makers(words, fact["item"]), fact["item"].removeprefix(f"{SELF}:")
    if part in words.company.direct and not makers:
        parts = called(part, words.company.parts[part].name)
        return {
            "says": text("app.survey.ask_named", words.lang, parts=parts),
            "who": text("app.survey.who_purchasing", words.lang),
        }
    return {"says": fact[f"text_{words.lang}"], "who": makers or fact[f"who_{words.lang}"]}


def _makers(words: Wording, item: str) -> str:
    """Who makes a bought part, by name; blank for what the company does not buy itself."""
    part = item.removeprefix(f"{SELF}:")
    if part in words.company.told:  # whoever told of it knows it
        return words.company.told[part].supplier
    names = dict.fromkeys(source.maker or source.vendor for source in words.company.used(part))
    return words.t("comma").join([name for name in names if name][:4])
