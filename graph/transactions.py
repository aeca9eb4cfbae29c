"""Firm-to-firm transactions, compiled: who sells how much to whom, and what each purchase is for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from .arguments import checked
from .errors import InputError, UnknownIdError, did_you_mean, nearest, shorten
from .files import reading, writing
from .frames import cell_text, frame_of
from .headers import called
from .messages import Message
from .tables import read_frame

ROLES = ("none", "non_essential", "essential")
"""Roles of an input; a link's role is stored as the position in this tuple."""

_PAIR = ("supplier_sector", "buyer_sector")
_OPTIONAL = {"firms": ("revenue", "costs")}
_COLUMNS = ("supplier", "buyer", "value", "firm", "sector", "revenue", "costs", *_PAIR, "role")
_ARRAYS = ("sector_of", "starts", "buyers", "values", "roles", "revenue", "costs")


@dataclass(frozen=True, eq=False, repr=False)
class FirmNetwork:
    """A firm-to-firm supply network as compressed sparse rows, one row per supplier.

    With n firms, m links and K sectors, in the order of the firms table:

    Attributes
    ----------
    firms : polars.Series
        Ids, n, text or whole numbers.
    sectors : polars.Series
        Names of the sectors, K; null for a firm without one, which is a sector of its own.
    sector_of : numpy.ndarray
        Sector of each firm, n int32.
    starts : numpy.ndarray
        Links of supplier i are ``starts[i]:starts[i + 1]``, n + 1 int64, ordered by buyer.
    buyers, values, roles : numpy.ndarray
        Buyer (int32), yearly value (float64, above 0) and role (int8, position in `ROLES`) of each link, m.
    revenue, costs : numpy.ndarray
        Of each firm, n float64; empty when not given, 0 where unknown.
    notes : tuple of Message
        What was assumed about the data.
    folder : pathlib.Path or None
        Where the arrays are mapped from; a network with a folder is pickled as its path.
    """

    firms: pl.Series
    sectors: pl.Series
    sector_of: np.ndarray
    starts: np.ndarray
    buyers: np.ndarray
    values: np.ndarray
    roles: np.ndarray
    revenue: np.ndarray
    costs: np.ndarray
    notes: tuple[Message, ...] = ()
    folder: Path | None = None

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            getattr(self, name).setflags(write=False)

    @classmethod
    @checked()
    def from_transactions(
        cls,
        transactions: Any,
        firms: Any,
        roles: Any = None,
        *,
        unlisted: str = "essential",
        columns: Mapping[str, str] | None = None,
    ) -> FirmNetwork:
        """Compile a network from tables.

        Parameters
        ----------
        transactions : frame, rows of dict or path
            ``supplier, buyer, value``: one row per sale, value 0 or more in any one unit. Rows of the same pair are added.
        firms : frame, rows of dict or path
            ``firm, sector`` and optionally ``revenue, costs`` in the unit of the values. Every firm once, in any order.
        roles : frame, rows of dict or path, optional
            ``supplier_sector, buyer_sector, role``: whether a buyer of one sector can do without what the other delivers.
        unlisted : {"essential", "non_essential", "none"}
            Role of a pair that ``roles`` does not list; ``essential`` takes its input as indispensable.
        columns : mapping, optional
            What the tables call their columns, by the names used here: ``{"supplier": "seller_id"}``. It holds for all three
            tables; what it does not name is called as above, or by a word that says the same ("seller", 取引額).

        Returns
        -------
        FirmNetwork
            ``notes`` says what was assumed.

        Notes
        -----
        A frame is of polars, pandas or pyarrow, rows a list of dicts or a dict of columns; a path is a file of one table:
        delimited text in any usual encoding or a workbook (their ids are text), or Parquet.
        Memory is linear in firms and links.

        Raises
        ------
        InputError
            Missing columns, a mapping of unknown names, empty or repeated ids, values that are negative or not finite, an
            unknown role, no link at all.
        UnknownIdError
            A transaction names a firm that the firms table lacks.
        ReadError
            A file cannot be read.

        >>> import polars as pl
        >>> sales = pl.DataFrame({"supplier": ["mine", "mill"], "buyer": ["mill", "shop"], "value": [3.0, 5.0]})
        >>> firms = pl.DataFrame({"firm": ["shop", "mill", "mine"], "sector": ["retail", "metal", "ore"]})
        >>> network = FirmNetwork.from_transactions(sales, firms)
        >>> network
        FirmNetwork(3 firms, 2 links, 3 sectors)
        >>> [note.text("en") for note in network.notes]
        ['No role table: every input counts as essential.']
        """
        if unlisted not in ROLES:
            raise InputError("graph.transactions.unlisted", value=shorten(unlisted))
        columns = _mapped(columns)
        notes: list[Message] = []
        listed = _firms(_table(firms, "firms", ("firm", "sector"), columns))
        ids = listed["firm"]
        links = _links(_table(transactions, "transactions", ("supplier", "buyer", "value"), columns), ids, notes)
        sectors, sector_of = _sectors(listed["sector"], notes)
        supplier, buyer = links["supplier"].to_numpy(), links["buyer"].to_numpy()
        values = links["value"].to_numpy()
        sold, bought = (np.bincount(side, values, len(ids)) for side in (supplier, buyer))
        with np.errstate(over="ignore"):
            total = sold.sum()
        if not np.isfinite(total):
            raise InputError("graph.transactions.overflow")
        _count(notes, "isolated", (sold + bought == 0).sum())
        revenue, costs = (_optional(listed, name) for name in ("revenue", "costs"))
        for name, money, flow in (("revenue", revenue, sold), ("costs", costs, bought)):
            if len(money):
                _count(notes, name, ((money == 0) & (flow > 0)).sum())
        return cls(
            firms=ids,
            sectors=sectors,
            sector_of=sector_of,
            starts=np.concatenate([[0], np.cumsum(np.bincount(supplier, minlength=len(ids)))]).astype(np.int64),
            buyers=buyer.astype(np.int32),
            values=values.copy(),
            roles=_roles(
                None if roles is None else _table(roles, "roles", (*_PAIR, "role"), columns),
                sectors,
                sector_of[supplier],
                sector_of[buyer],
                unlisted,
                notes,
            ),
            revenue=revenue,
            costs=costs,
            notes=tuple(notes),
        )

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the content, 32 hexadecimal digits; networks of equal content are equal."""
        digest = blake2b(digest_size=16)
        for name in ("firms", "sectors"):
            series = getattr(self, name)
            digest.update(f"{series.dtype}{json.dumps(series.to_list(), ensure_ascii=False)}".encode())
        for name in _ARRAYS:
            digest.update(getattr(self, name).tobytes())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FirmNetwork) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def suppliers(self) -> np.ndarray:
        """Supplier of each link, m int32."""
        return np.repeat(np.arange(len(self.firms), dtype=np.int32), np.diff(self.starts))

    @checked()
    def positions(self, ids: Iterable[Any]) -> np.ndarray:
        """Return where ``ids`` stand in `firms`, int64.

        Raises
        ------
        UnknownIdError
            An id is no firm of this network.
        """
        if not isinstance(ids, pl.Series):
            ids = pl.Series("firm", [cell_text(id) for id in ids], dtype=pl.String)
        return _positions(ids, self.firms)

    @checked()
    def save(self, folder: str | Path) -> FirmNetwork:
        """Write the network into ``folder`` and return it opened from there, memory-mapped.

        Raises
        ------
        ReadError
            The folder cannot be written.
        """
        folder = Path(folder).resolve()
        if folder == self.folder:
            return self
        notes = [{"key": note.key, "values": note.values} for note in self.notes]
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name in _ARRAYS:
                np.save(folder / f"{name}.npy", getattr(self, name))
            for name in ("firms", "sectors"):
                getattr(self, name).to_frame(name).write_ipc(folder / f"{name}.arrow")
            (folder / "notes.json").write_text(json.dumps(notes, ensure_ascii=False, indent=1), encoding="utf-8")
        return self.open(folder)

    @classmethod
    @checked()
    def open(cls, folder: str | Path) -> FirmNetwork:
        """Open a saved network; its arrays are mapped, so that processes of one machine share them.

        Raises
        ------
        ReadError
            The folder holds no saved network.
        """
        folder = Path(folder).resolve()
        with reading(folder, "graph.transactions.not_a_network"):
            notes = json.loads((folder / "notes.json").read_text(encoding="utf-8"))
            arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
            series = {name: pl.read_ipc(folder / f"{name}.arrow")[name] for name in ("firms", "sectors")}
            notes = tuple(Message(note["key"], **note["values"]) for note in notes)
        return cls(**series, **arrays, notes=notes, folder=folder)

    def __reduce__(self) -> Any:
        if self.folder:
            return FirmNetwork.open, (str(self.folder),)
        return FirmNetwork, tuple(getattr(self, field.name) for field in fields(self))

    def __repr__(self) -> str:
        return f"FirmNetwork({len(self.firms):,} firms, {len(self.buyers):,} links, {len(self.sectors):,} sectors)"


def _count(notes: list[Message], name: str, count: int, **values: Any) -> None:
    if count:
        notes.append(Message(f"graph.transactions.note_{name}", count=int(count), **values))


def _mapped(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the mapping when it speaks of columns that are known, each called differently."""
    given = dict(columns or {})
    for name in given:
        if name not in _COLUMNS:
            hint = did_you_mean(nearest(str(name), _COLUMNS))
            raise InputError("graph.transactions.mapping", name=shorten(name), known=", ".join(_COLUMNS), hint=hint)
    return given


def _table(data: Any, table: str, needed: tuple[str, ...], columns: Mapping[str, str]) -> pl.DataFrame:
    """Return ``data`` as a polars frame with the columns ``needed``, called as here whatever ``columns`` says they were."""
    if isinstance(data, str | Path):
        frame = _read(Path(data), table)
    else:
        try:
            frame = frame_of(data)
        except InputError as error:
            raise InputError("graph.transactions.unreadable", table=table, kind=type(data).__name__) from error
    wanted = (*needed, *_OPTIONAL.get(table, ()))
    words = {name: was for was, name in called(frame.columns, table).items() if was not in columns.values()}
    named = {columns.get(name, words.get(name, name)): name for name in wanted}
    missing = [was for was, name in named.items() if name in needed and was not in frame.columns]
    if missing:
        present = shorten(", ".join(frame.columns), 200)
        hint = did_you_mean(nearest(missing[0], frame.columns))
        missing = shorten(", ".join(map(str, missing)), 200)
        raise InputError("graph.transactions.columns", table=table, missing=missing, present=present, hint=hint)
    # A mapping may give a name used here to another column: only what was asked for is taken.
    return frame.select(pl.col(was).alias(name) for was, name in named.items() if was in frame.columns)


def _read(path: Path, table: str) -> pl.DataFrame:
    with reading(path, "graph.transactions.file", table=table):
        return read_frame(path)


def _ids(frame: pl.DataFrame, table: str, column: str) -> pl.Series:
    """Return a column of ids as text or int64; a blank one is an error."""
    series = frame[column]
    if blank := series.null_count():
        row = int(series.is_null().arg_max() or 0) + 1
        raise InputError("graph.transactions.blank", table=table, column=column, count=blank, row=row)
    if series.dtype.is_integer():
        return series.cast(pl.Int64)
    if isinstance(series.dtype, pl.String | pl.Categorical | pl.Enum | pl.Null):  # without rows: of no kind
        return series.cast(pl.String)
    raise InputError("graph.transactions.ids", table=table, column=column, kind=str(series.dtype))


def _labels(series: pl.Series) -> pl.Series:
    """Return sector codes as text; whole numbers that a missing one turned into floats are whole again."""
    if series.dtype.is_float():
        series = series.fill_nan(None)
        series = series.cast(pl.Int64) if (series.drop_nulls() % 1 == 0).all() else series
    return series.cast(pl.String)


def _amounts(frame: pl.DataFrame, table: str, column: str) -> pl.Series:
    """Return a column of finite numbers, 0 or more, as float64. A day is none, and of a category its words count."""
    kind = frame[column].dtype
    words = frame[column] if kind.is_numeric() else frame[column].cast(pl.String)
    series = words.cast(pl.Float64, strict=False)
    bad = ~(series.is_finite() & (series >= 0)).fill_null(False)
    if count := int(bad.sum()):
        row = int(bad.arg_max() or 0)
        value = shorten(frame[column][row])
        values = {"column": column, "table": table, "count": count, "row": row + 1, "value": value}
        raise InputError("graph.transactions.amount", **values)
    return series


def _firms(frame: pl.DataFrame) -> pl.DataFrame:
    if frame.is_empty():
        raise InputError("graph.transactions.no_firms")
    firm = _ids(frame, "firms", "firm")
    if not firm.is_unique().all():
        twice = firm.filter(firm.is_duplicated())
        raise InputError("graph.transactions.repeated_firm", firm=shorten(twice[0]), count=int((firm == twice[0]).sum()))
    return frame.with_columns(firm.alias("firm"))


def _optional(frame: pl.DataFrame, column: str) -> np.ndarray:
    if column not in frame.columns:
        return np.empty(0)
    filled = frame.with_columns(pl.col(column).fill_null(0))
    return _amounts(filled, "firms", column).to_numpy().copy()


def _positions(wanted: pl.Series, ids: pl.Series) -> np.ndarray:
    """Return where ``wanted`` stand in ``ids``; whole numbers and their text are the same id."""
    if wanted.dtype != ids.dtype:
        wanted, ids = wanted.cast(pl.String), ids.cast(pl.String)
    table = pl.DataFrame({"id": ids}).with_row_index("at")
    found = pl.DataFrame({"id": wanted}).join(table, on="id", how="left", maintain_order="left")
    if found["at"].null_count():
        unknown = found.filter(pl.col("at").is_null())["id"][0]
        raise UnknownIdError("firm", unknown, ids.cast(pl.String))
    return found["at"].cast(pl.Int64).to_numpy()


def _links(frame: pl.DataFrame, ids: pl.Series, notes: list[Message]) -> pl.DataFrame:
    """Return ``supplier, buyer, value`` by position, one row per pair, sorted."""
    sides = {side: _positions(_ids(frame, "transactions", side), ids) for side in ("supplier", "buyer")}
    rows = pl.DataFrame({**sides, "value": _amounts(frame, "transactions", "value")})
    sold = rows.filter(pl.col("value") > 0)
    links = sold.sort("supplier", "buyer", maintain_order=True).group_by("supplier", "buyer", maintain_order=True).sum()
    if links.is_empty():
        raise InputError("graph.transactions.empty")
    _count(notes, "zero", len(rows) - len(sold))
    _count(notes, "duplicates", len(sold) - len(links))
    _count(notes, "self", links.select((pl.col("supplier") == pl.col("buyer")).sum()).item())
    return links


def _sectors(column: pl.Series, notes: list[Message]) -> tuple[pl.Series, np.ndarray]:
    """Return the sectors' names and each firm's sector; a firm without one is a sector of its own."""
    names = _labels(column).rename("sector")
    known = names.drop_nulls().unique().sort()
    codes = pl.DataFrame({"sector": names}).join(
        pl.DataFrame({"sector": known}).with_row_index("code"), on="sector", how="left", maintain_order="left"
    )["code"]
    sector_of = codes.cast(pl.Int32).fill_null(-1).to_numpy().copy()
    alone = sector_of < 0
    _count(notes, "no_sector", alone.sum())
    sector_of[alone] = len(known) + np.arange(alone.sum())
    return known.extend_constant(None, int(alone.sum())), sector_of


def _roles(
    table: pl.DataFrame | None,
    sectors: pl.Series,
    sold_by: np.ndarray,
    bought_by: np.ndarray,
    unlisted: str,
    notes: list[Message],
) -> np.ndarray:
    """Return the role of each link from the sectors of its two ends."""
    if table is None:
        notes.append(Message("graph.transactions.note_no_roles", role=unlisted))
        return np.full(len(sold_by), ROLES.index(unlisted), dtype=np.int8)
    pair = list(_PAIR)
    table = pl.DataFrame([_labels(table[name]) for name in (*pair, "role")]).unique()
    unknown = table.filter(~pl.col("role").is_in(ROLES) | pl.col("role").is_null())["role"]
    if len(unknown):
        value = str(unknown[0] or "")
        hint = did_you_mean(nearest(value, ROLES))
        raise InputError("graph.transactions.role", value=shorten(value), hint=hint)
    clash = table.filter(pl.struct(pair).is_duplicated()).sort(pair)
    if len(clash):
        raise InputError("graph.transactions.repeated_role", **{name: shorten(clash[name][0]) for name in pair})
    at = pl.DataFrame({"sector": sectors}).with_row_index("at").drop_nulls().with_columns(pl.col("at").cast(pl.Int32))
    for name in pair:
        table = table.join(at.rename({"sector": name, "at": f"{name}_at"}), on=name)
    code = pl.col("role").replace_strict(ROLES, range(len(ROLES)), return_dtype=pl.Int8)
    links = pl.DataFrame({"supplier_sector_at": sold_by, "buyer_sector_at": bought_by}).join(
        table.with_columns(code), on=[f"{name}_at" for name in pair], how="left", maintain_order="left"
    )
    lacking = links.filter(pl.col("role").is_null()).select("supplier_sector_at", "buyer_sector_at")
    if len(lacking):
        example = " → ".join(shorten(sectors[at] or "?") for at in lacking.row(0))
        pairs = len(lacking.unique())
        values = {"pairs": pairs, "links": len(lacking), "example": example, "role": unlisted}
        notes.append(Message("graph.transactions.note_unlisted", **values))
    return links["role"].fill_null(ROLES.index(unlisted)).to_numpy().copy()
