"""The report as one HTML file: offline, printable to A4, every word of the company's files escaped."""

from __future__ import annotations

from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ...graph.messages import text
from .pictures import draw
from .words import called, days, percent


def render(content: dict[str, Any]) -> str:
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
        "pictures": draw(content),
    }
    return template.render(shown) + "\n"
