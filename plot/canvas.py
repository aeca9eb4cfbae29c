"""The sheet that every picture is drawn on: letters of both languages, vectors, and shades that a photocopy keeps apart."""

from __future__ import annotations

import io
import logging
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ..graph import InputError, SupplyGraph
from ..graph.encodings import EAST_ASIAN
from ..graph.errors import shorten
from ..graph.extras import need
from ..graph.frames import spoken_in
from ..graph.interval import NOISE, at_least, at_most, in_percent, ranged
from ..graph.messages import default_language, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, GREY, PALE = "#14213d", "#6b7280", "#e5e7eb"
CERTAIN, POSSIBLE, OPEN = "#1d4e68", "#a9d6e5", "#ffffff"
"""In any case, at worst, not known: dark to light in this order, whatever the printer."""
SHADES = ("#f1f7fa", "#cfe4ee", "#a3cbdd", "#6ea8c4", "#3b7fa3", "#1d577a", "#0b3350")
"""Of one hue, each darker than the one before: they keep their order in grey and for every kind of colour blindness."""
GROUPS = ("#0b3350", "#3b7fa3", "#8fbfd3", "#d5e8f0")
FONTS = ("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo", "MS Gothic",
         "IPAexGothic", "IPAGothic", "TakaoGothic", "VL Gothic")  # fmt: skip
"""Fonts with Japanese letters, the first that the machine has is used."""
HATCH = "////"
LONGEST = 46
"""Letters of a label; what is longer is cut with an ellipsis."""


def _style() -> dict[str, Any]:
    found = japanese_font()
    return {
        "font.family": [*([found] if found else []), "DejaVu Sans"],
        "font.size": 8.5,
        "text.parse_math": False,  # a name with two dollar signs is a name
        "text.color": INK,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": INK,
        "ytick.color": INK,
        "hatch.linewidth": 0.5,
        "svg.fonttype": "path",  # letters as outlines: the same on every machine
        "svg.hashsalt": "kanmon",
        "pdf.fonttype": 3,
        "axes.unicode_minus": False,
    }


@cache
def japanese_font() -> str | None:
    """Return the first font of `FONTS` that this machine has, None where it has none."""
    from matplotlib import font_manager

    def first() -> str | None:
        known = set(font_manager.get_font_names())
        return next((name for name in FONTS if name in known), None)

    if first() is None:
        # What was installed after matplotlib wrote its list of fonts is not in it.
        hints = tuple(name.replace(" ", "").lower()[:10] for name in FONTS)
        for file in font_manager.findSystemFonts():
            if Path(file).stem.replace(" ", "").replace("-", "").lower().startswith(hints):
                with suppress(Exception):  # a font that cannot be read is none
                    font_manager.fontManager.addfont(file)
    return first()


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style; matplotlib's own settings are as before afterwards."""
    need("matplotlib")
    import matplotlib as mpl

    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with mpl.rc_context(_style()):  # type: ignore[arg-type]
            yield
    finally:
        logger.setLevel(level)


@cache
def _picture_class() -> type[Figure]:
    from matplotlib.figure import Figure

    class Picture(Figure):
        """A figure in the house style; a notebook shows it without pyplot."""

        def savefig(self, fname: Any, **options: Any) -> None:
            """Write the figure: ``.pdf`` and ``.svg`` as vectors, ``.png`` with ``dpi`` (default 200); see matplotlib."""
            options = {"dpi": 200, "bbox_inches": "tight"} | options
            with style(), warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Glyph .* missing")  # said once, when it was drawn
                super().savefig(fname, **options)

        def _repr_png_(self) -> bytes:
            from PIL import Image

            buffer, small = io.BytesIO(), io.BytesIO()
            self.savefig(buffer, format="png", dpi=96)
            # Few shades: a palette is a third of the size, in every notebook that keeps the picture.
            Image.open(buffer).convert("RGB").quantize(64).save(small, format="png", optimize=True)
            return small.getvalue()

    return Picture


def picture(width: float, height: float) -> Any:
    """Return an empty figure of a size in inches; call inside `style`."""
    return _picture_class()(figsize=(width, height), layout="constrained")


@contextmanager
def sheet(axes: Any, width: float, height: float) -> Iterator[Any]:
    """Yield axes to draw in: the given ones, else those of a new figure."""
    with style():
        if axes is None:
            axes = picture(width, height).subplots()
        elif not hasattr(axes, "barh"):
            raise InputError("plot.plot.axes", kind=type(axes).__name__)
        yield axes
        _speak(axes.figure)


def _speak(figure: Any) -> None:
    """Say when Japanese letters have no font: an empty box is no label."""
    from matplotlib.text import Text

    if japanese_font() is None and any(sign > EAST_ASIAN for words in figure.findobj(Text) for sign in words.get_text()):
        warnings.warn(text("plot.plot.no_font", fonts=", ".join(FONTS[:3])), UserWarning, stacklevel=4)


def language(lang: str | None) -> str:
    """Return the language of the labels."""
    return lang or default_language()


def needed(frame: pl.DataFrame, columns: Sequence[str], plot: str) -> None:
    """Raise `InputError` where a frame lacks what a picture shows, or shows nothing."""
    if missing := [name for name in columns if name not in frame.columns]:
        raise InputError("plot.plot.columns", plot=plot, columns=", ".join(map(shorten, missing)))
    if not frame.height:
        raise InputError("plot.plot.empty", plot=plot)


def names(frame: pl.DataFrame, column: str, lang: str, graph: SupplyGraph | None) -> dict[str, str]:
    """Return what the ids of a column are called: by the graph, else by the frame's own names, else as they are."""
    found = {str(id): str(id) for id in frame[column].drop_nulls().unique()}
    if column in frame.columns and "name_en" in frame.columns and column in {"item", "node", "product"}:
        told = frame.select(column, spoken_in(frame, "name", lang)).drop_nulls()
        found |= {str(id): name for id, name in told.iter_rows()}
    if graph is not None:
        for table in (graph.suppliers, graph.items):
            rows = table.filter(pl.col("id").is_in(list(found))).select("id", spoken_in(table, "name", lang))
            found |= {id: name for id, name in rows.iter_rows() if name}
    return {id: shorten(name, LONGEST) for id, name in found.items()}


def wrapped(label: str, width: int) -> str:
    """Return a label on lines of a width; Japanese, which has no spaces, is cut anywhere."""
    wide = sum(2 if sign > EAST_ASIAN else 1 for sign in label)
    if wide <= width:
        return label
    if wide > 1.5 * len(label):
        return "\n".join(label[i : i + width // 2] for i in range(0, len(label), width // 2))
    return "\n".join(textwrap.wrap(label, width, break_long_words=False))


def percent(low: float, high: float | None = None, lang: str | None = None) -> str:
    """Return a share or its bounds in percent, never narrowed; what is something is not nothing, nor nearly all of it all.

    >>> percent(0.424), percent(0.003), percent(0.997), percent(0.424, 0.656, "en"), percent(0.003, 0.2, "ja")
    ('42%', '<1%', '>99%', '42–66%', '0〜20%')
    """
    high = low if high is None else high
    if in_percent(low) == in_percent(high) or high - low < NOISE:
        return in_percent(high)
    return ranged(at_least(low), at_most(high), lang)


def percent_axis(axis: Any) -> None:
    """Let an axis of shares read in percent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))


def note(axes: Any, words: str) -> None:
    """Put what has to be known to read a picture under it."""
    if words:
        axes.figure.supxlabel(words, fontsize=7, color=GREY)
