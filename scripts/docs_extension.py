"""A griffe extension that turns what numpy-style docstrings write in reStructuredText into Markdown."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import griffe

_HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)
_MATH_BLOCK = re.compile(r"^([ ]*)\.\. math:: ?(.*(?:\n(?:\1[ ]+\S.*)?)*)((?:\1\S.*\n)*)", re.MULTILINE)
_TABLE = re.compile(r"^(?:=+ +)+=+\n[^\n]+\n(?:=+ +)+=+\n.*?\n(?:=+ +)+=+$", re.MULTILINE | re.DOTALL)
_FOOTNOTE = re.compile(r"^\.\. \[(\d+)\] ", re.MULTILINE)


class Markdown(griffe.Extension):
    """Formulas, tables, numbered references and ``::`` as Markdown has them; a section for every doctest."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rewrite the docstring before it is parsed."""
        if obj.docstring is not None:
            obj.docstring.value = markdown(obj.docstring.value)


def markdown(text: str) -> str:
    r"""Return a docstring with reStructuredText that mkdocstrings does not read turned into Markdown.

    >>> markdown("Sum :math:`x` [1]_.")
    'Sum \\(x\\) [1].'
    """
    text = re.sub(r":math:`([^`]*)`", r"\\(\1\\)", text)
    text = re.sub(r"\[(\d+)\]_", r"[\1]", text)
    text = _MATH_BLOCK.sub(_formula, text)
    text = _TABLE.sub(lambda found: f"```text\n{found[0]}\n```", text)
    text = _FOOTNOTE.sub(r"\1. ", text)
    text = re.sub(r"(?<=\S)::$", ":", text, flags=re.MULTILINE)
    parts = _HEADING.split(text)
    bodies = [_headed(parts[0])]
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        bodies.append(f"{heading}\n{'-' * len(heading)}{body if heading == 'Examples' else _headed(body)}")
    return "".join(bodies)


def _formula(found: re.Match[str]) -> str:
    r"""Return a formula as a paragraph of its own; lines that stand below one another at ``&`` are rows of an array.

    >>> markdown(".. math::\n\n    a &= b\n\n    c &= d\n\nwith e.")
    '\n$$\n\\begin{array}{lcl}\na & = & b \\\\\nc & = & d\n\\end{array}\n$$\n\nwith e.'
    """
    latex = textwrap.dedent(found[2]).strip()
    if "&=" in latex:
        rows = (row.replace("&=", "& = &") for row in re.split(r"\n\s*\n", latex))
        latex = "\\begin{array}{lcl}\n" + " \\\\\n".join(rows) + "\n\\end{array}"
    drawn = f"\n$$\n{latex}\n$$\n\n{textwrap.dedent(found[3])}"
    return textwrap.indent(f"{drawn}\n", "    ") if found[1] else drawn  # within an item of a list


def _headed(text: str) -> str:
    """Give a doctest that stands below another section a section of its own."""
    return re.sub(r"(?m)^(?=>>> )", "\nExamples\n--------\n", text, count=1)
