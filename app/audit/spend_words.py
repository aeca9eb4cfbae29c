"""What is spent, in words: in which countries, and on parts that are set apart."""

from __future__ import annotations

from typing import Any

from .wording import Wording
from .words import called, percent, span


def spend(words: Wording) -> dict[str, Any] | None:
    """Return where what is spent is made, directly and with what goes in; None where no amount is stated."""
    found = words.figures.spend
    if found is None:
        return None
    shares = [
        row
        | {
            "place": words.place(row["country"]),
            "direct_says": span(row["direct_low"], row["direct_high"], words.lang),
            "all_says": span(row["all_low"], row["all_high"], words.lang),
            "quantity_says": span(row["quantity_low"], row["quantity_high"], words.lang),
        }
        for row in found["shares"]
    ]
    unknown = {f"{name}_says": percent(value) for name, value in found["unknown"].items()}
    total, blank, pieces = words.money(found["total"]), found["blank"], found["pieces"]
    fields = {"total": total, "parts": found["parts"], "blank": words.t("through_blank", count=blank) if blank else ""}
    fields["pieces"] = words.t("through_pieces", count=pieces) if pieces else words.t("through_no_pieces")
    help_says = words.t("through_help", **fields)
    return found | {"shares": shares, "total_says": total, "help_says": help_says} | unknown


def apart(words: Wording) -> dict[str, Any] | None:
    """Parts of little spend, set apart."""
    if words.company.c_spend is None:
        return None
    if words.company.mixed:
        return {"says": words.t("apart_mixed", limit=words.stated(words.company.c_spend)), "parts": []}
    parts = words.company.apart
    spend = sum(words.company.spend(part) or 0.0 for part in parts)
    shown = {"limit": words.stated(words.company.c_spend), "count": len(parts), "spend": words.money(spend)}
    if words.company.period is not None:
        shown["part"] = words.money(words.company.c_limit)
    return {
        "says": words.period("apart_says", **shown),
        "parts": [called(part, words.company.parts[part].name) for part in parts],
    }
