"""The texts of the nodes of a network (item, supplier, country, buyer): numbered once, for it and all of its sections."""

from __future__ import annotations

from functools import cached_property
from sys import intern
from typing import Any

import numpy as np
import polars as pl

NO_TEXT = -1
"""The number of no text, at nodes that have none."""
_UNKNOWN = -2


class Names:
    """The rows of a table of nodes: all, or those of a section, which are looked at by the numbers of the whole table.

    >>> names = Names(pl.DataFrame({"item": ["gear", "seal", "gear"], "supplier": ["X", None, "Y"]}))
    >>> some = names[np.array([1, 2])]
    >>> some.codes("item").tolist(), some.codes("supplier").tolist(), some.frame["supplier"].to_list()
    ([1, 0], [-1, 1], [None, 'Y'])
    """

    def __init__(self, table: pl.DataFrame, rows: np.ndarray | None = None, known: dict[str, Any] | None = None) -> None:
        self._table, self._rows = table, rows
        self._known: dict[str, tuple[dict[str, int], list[str], np.ndarray]] = {} if known is None else known
        self._codes: dict[str, np.ndarray] = {}

    def __getitem__(self, rows: np.ndarray) -> Names:
        return Names(self._table, rows if self._rows is None else self._rows[rows], self._known)

    def __reduce__(self) -> tuple[Any, ...]:
        return Names, (self.frame,)

    def apart(self) -> Names:
        """Return the same rows as a table of their own: the rest of the whole is not kept for them."""
        return Names(self.frame, known={name: (*about[:2], self.codes(name)) for name, about in self._known.items()})

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The rows."""
        return self._table if self._rows is None else self._table[self._rows]

    def _column(self, name: str) -> tuple[dict[str, int], list[str], np.ndarray]:
        if name not in self._known:
            column = self._table[name]
            known = column.drop_nulls().unique(maintain_order=True)
            number = {intern(text): i for i, text in enumerate(known)}  # one text in memory, however many networks name it
            codes = column.replace_strict(known, range(len(known)), default=NO_TEXT, return_dtype=pl.Int32).to_numpy()
            self._known[name] = number, list(number), codes
        return self._known[name]

    def codes(self, name: str) -> np.ndarray:
        """Return the number of each row's text in a column."""
        if name not in self._codes:
            codes = self._column(name)[2]
            self._codes[name] = codes if self._rows is None else codes[self._rows]
        return self._codes[name]

    def code(self, name: str, text: str | None) -> int:
        """Return the number of a text in a column; of one that it does not have a number that no row has."""
        return self._column(name)[0].get(text, _UNKNOWN)  # type: ignore[arg-type]

    def texts(self, name: str, codes: np.ndarray) -> list[str]:
        """Return the texts of numbers."""
        texts = self._column(name)[1]
        return [texts[code] for code in codes.tolist()]

    def count(self, name: str) -> int:
        """Return how many texts a column of the whole table has."""
        return len(self._column(name)[1])

    def grouped(self, name: str, rows: np.ndarray, values: np.ndarray) -> Grouped:
        """Return values by the text that each one's row has in a column."""
        return Grouped(self, name, self.codes(name)[rows], values)


class Grouped:
    """Values by a text: of each, in their order, one after the other the same ones once."""

    def __init__(self, names: Names, name: str, codes: np.ndarray, values: np.ndarray) -> None:
        order = np.argsort(codes, kind="stable")
        codes, values = codes[order], values[order]
        first = np.ones(len(order), np.bool_)
        first[1:] = (codes[1:] != codes[:-1]) | (values[1:] != values[:-1])
        self._names, self._name = names, name
        self._codes, self._values = codes[first], values[first]

    def __getitem__(self, text: str | None) -> np.ndarray:
        code = self._names.code(self._name, text)
        first, last = self._codes.searchsorted(np.array([code, code + 1], np.int32)).tolist()
        return self._values[first:last]
