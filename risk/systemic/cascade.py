"""Systemic risk: what a firm's failure does to everyone who buys from it or sells to it, however far away."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from hashlib import blake2b
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from ...graph.arguments import checked
from ...graph.errors import InputError, did_you_mean, nearest, shorten
from ...graph.frames import frame_of
from ...graph.transactions import FirmNetwork
from .batches import sweep
from .frontier import frontier
from .layouts import LANES, ROOM, Cases, Results, pull, push

_METHODS = ("auto", "frontier", "lanes")
_PART = 256  # cases of one task: seconds of work on a national network, and a small file
_LITTLE = 10_000_000  # cases times links up to which numpy is done before the compiler would be


@checked()
def systemic_risk(
    network: FirmNetwork,
    *,
    firms: str | int | Iterable[Any] | None = None,
    shocks: Any = None,
    tolerance: float = 1e-2,
    replaceable: bool = True,
    max_steps: int = 10_000,
    method: str = "auto",
    threads: int | None = None,
    executor: Any = None,
    out: str | Path | None = None,
) -> pl.DataFrame:
    r"""Return the Economic Systemic Risk Index (ESRI) of firms, or of any joint shock.

    The index is the part of all sales that is lost when the firm stops and its customers lack inputs (downstream), its
    suppliers lack orders (upstream), and theirs in turn. With W[i, j] the value that i sells to j, p[i] the sector of i,
    s_i the sales and c_j the purchases of a firm, the losses d and u of all firms are updated together, from the initial
    ones on::

        D[i, j] = W[i, j] / sum(W[i', j] for i' of sector p[i])    essential input
                = W[i, j] / c_j                                    non-essential input
                = 0                                                no role
        U[i, j] = W[i, j] / s_i

        x_i  = min(1, s_i / sum((1 - d_k) s_k for k of sector p[i])) * d_i
        d'_j = max(d_j(0), largest over essential sectors k of sum(D[i, j] x_i for i of sector k),
                   sum(D[i, j] x_i for i that is non-essential))
        u'_i = max(u_i(0), sum_j U[i, j] u_j)

    all at most 1, until no loss grows by more than ``tolerance``. With revenues r, U is W[i, j] / r_i; with costs k, D is
    multiplied by c_j / k_j; an unknown r_i or k_j counts as 1 (`FirmNetwork.notes` says for how many firms).

    Parameters
    ----------
    network : FirmNetwork
        n firms, m links.
    firms : ids, optional
        Firms to fail one at a time, completely, both ways. Default: every firm.
    shocks : frame or rows of dict, optional
        Joint shocks instead: ``firm, scenario, loss`` and optionally ``loss_upstream``, losses 0..1. Without the last
        column a loss holds both ways. A firm that a scenario does not name loses nothing at first.
    tolerance : float
        0..1, without either end. Part of the definition: without final demand (revenues above s_i) upstream losses never
        stop spreading, so a smaller tolerance gives a larger index. Compare indices of one tolerance only.
    replaceable : bool
        Whether the rest of a sector takes over what a lost firm delivered, up to its own size; False gives x_i = d_i.
    max_steps : int
        Where to stop at the latest.
    method : {"auto", "frontier", "lanes"}
        How the links are walked: ``frontier``, in numpy, takes many shocks a step on and touches only what they reach;
        ``lanes``, compiled, follows a shock while it reaches few firms, then carries eight in full passes. The results
        agree to about 1e-12; ``auto`` takes lanes where there is much to do: more than ten million shocks times links. Once
        it is compiled, which takes seconds, lanes is faster for less, too.
    threads : int, optional
        Default: one per core.
    executor : "dask" or distributed.Client, optional
        Run on Dask instead. Its workers map the network's arrays from the folder that it was opened from, which they
        must be able to see; a network in memory is saved into a temporary folder of this machine.
    out : path, optional
        Folder for finished parts (Parquet). A call with the same arguments goes on where an interrupted one stopped.

    Returns
    -------
    polars.DataFrame
        One row per firm or scenario, in the order given: ``firm`` (or ``scenario``), ``esri, esri_downstream,
        esri_upstream`` (0..1, weights s_i / sum(s); esri takes each firm's larger loss, so that
        max(downstream, upstream) <= esri <= downstream + upstream), ``steps``, ``converged`` (False: `max_steps` was
        hit first), ``tolerance``.

    Notes
    -----
    Memory is linear in n + m: roughly 100 bytes per link and 300 per firm and thread. Not guaranteed: at equal
    tolerance a larger shock may stop a step earlier, and so score less; losses after the same number of steps never do.

    Raises
    ------
    InputError
        An argument out of its range; a shock that is no number in 0..1 or given twice; another sweep in ``out``.
    UnknownIdError
        A firm that the network does not have.

    References
    ----------
    .. [1] Diem, C., Borsos, A., Reisch, T., Kertész, J., Thurner, S. (2022). Quantifying firm-level economic systemic
       risk from nation-wide supply networks. Scientific Reports 12, 7719. https://doi.org/10.1038/s41598-022-11522-z

    >>> import polars as pl
    >>> from kanmon.graph import FirmNetwork
    >>> sales = pl.DataFrame({"supplier": ["mine", "mill"], "buyer": ["mill", "shop"], "value": [3.0, 5.0]})
    >>> firms = pl.DataFrame({"firm": ["mine", "mill", "shop"], "sector": ["ore", "metal", "retail"]})
    >>> network = FirmNetwork.from_transactions(sales, firms)
    >>> systemic_risk(network).select("firm", "esri", "esri_downstream", "esri_upstream", "steps").rows()
    [('mine', 1.0, 1.0, 0.375, 3), ('mill', 1.0, 0.625, 1.0, 2), ('shop', 1.0, 0.0, 1.0, 3)]
    """
    return _run(network, firms, shocks, _Settings(tolerance, replaceable, max_steps, method), False, threads, executor, out)


@checked()
def systemic_losses(
    network: FirmNetwork,
    *,
    firms: str | int | Iterable[Any] | None = None,
    shocks: Any = None,
    tolerance: float = 1e-2,
    replaceable: bool = True,
    max_steps: int = 10_000,
    method: str = "auto",
    threads: int | None = None,
    executor: Any = None,
    out: str | Path | None = None,
) -> pl.DataFrame:
    """Return who loses how much: the losses behind `systemic_risk`, firm by firm.

    Parameters are those of `systemic_risk`; so are errors, equations and reference.

    Returns
    -------
    polars.DataFrame
        One row per scenario and firm that loses anything: ``scenario`` (the failing firm when no ``shocks`` are given),
        ``firm, loss, loss_downstream, loss_upstream`` (0..1 of the firm's own output; loss is the larger of the two).

    >>> import polars as pl
    >>> from kanmon.graph import FirmNetwork
    >>> sales = pl.DataFrame({"supplier": ["mine", "mill"], "buyer": ["mill", "shop"], "value": [3.0, 5.0]})
    >>> firms = pl.DataFrame({"firm": ["mine", "mill", "shop"], "sector": ["ore", "metal", "retail"]})
    >>> network = FirmNetwork.from_transactions(sales, firms)
    >>> systemic_losses(network, firms=["mill"]).rows()
    [('mill', 'mine', 1.0, 0.0, 1.0), ('mill', 'mill', 1.0, 1.0, 1.0), ('mill', 'shop', 1.0, 1.0, 0.0)]
    """
    return _run(network, firms, shocks, _Settings(tolerance, replaceable, max_steps, method), True, threads, executor, out)


@dataclass(frozen=True)
class _Settings:
    tolerance: float
    replaceable: bool
    max_steps: int
    method: str

    def __post_init__(self) -> None:
        if not (isinstance(self.tolerance, int | float) and 0 < self.tolerance < 1):
            raise InputError("risk.cascade.tolerance", value=shorten(self.tolerance))
        _whole("max_steps", self.max_steps)
        if self.method not in _METHODS:
            hint = did_you_mean(nearest(str(self.method), _METHODS))
            raise InputError("risk.cascade.method", value=shorten(self.method), hint=hint)


class _Part(NamedTuple):
    """Some cases and what they are called."""

    names: pl.Series
    cases: Cases


@dataclass(frozen=True)
class _Task:
    """What all parts share; travels as the network's path and a few numbers."""

    network: FirmNetwork
    settings: _Settings
    losses: bool

    def __call__(self, part: _Part) -> pl.DataFrame:
        count, n = len(part.names), len(self.network.firms)
        results = Results(
            scores=np.zeros((count, 3)),
            steps=np.zeros(count, np.int64),
            converged=np.zeros(count, np.bool_),
            losses=np.zeros((count if self.losses else 0, 2, n)),
        )
        settings = float(self.settings.tolerance), bool(self.settings.replaceable), int(self.settings.max_steps)
        hit, firms = pull(self.network)
        if self.settings.method == "frontier":
            frontier(hit, firms, part.cases, *settings, results)
        else:
            from .kernels import lanes  # with it comes the compiler

            # Rows are read in no order: numpy asks for huge pages, where the kernel's own memory would come in small ones.
            room = np.zeros((4, n, LANES))
            lanes(push(self.network), hit, firms, part.cases, *settings, results, room)
        return self._losses(part.names, results) if self.losses else self._scores(part.names, results)

    def _scores(self, names: pl.Series, results: Results) -> pl.DataFrame:
        columns = zip(("esri", "esri_downstream", "esri_upstream"), results.scores.T, strict=True)
        return pl.DataFrame(
            {
                names.name: names,
                **{name: np.clip(score, 0, 1) for name, score in columns},
                "steps": results.steps,
                "converged": results.converged,
                "tolerance": np.full(len(names), float(self.settings.tolerance)),
            }
        )

    def _losses(self, names: pl.Series, results: Results) -> pl.DataFrame:
        down, up = results.losses[:, 0], results.losses[:, 1]
        both = np.maximum(down, up)
        case, firm = np.nonzero(both)
        return pl.DataFrame(
            {
                "scenario": names[case],
                "firm": self.network.firms[firm],
                "loss": both[case, firm],
                "loss_downstream": down[case, firm],
                "loss_upstream": up[case, firm],
            }
        )


def _run(
    network: FirmNetwork,
    firms: Any,
    shocks: Any,
    settings: _Settings,
    losses: bool,
    threads: int | None,
    executor: Any,
    out: str | Path | None,
) -> pl.DataFrame:
    if not isinstance(network, FirmNetwork):
        raise InputError("risk.cascade.network", kind=type(network).__name__)
    if firms is not None and shocks is not None:
        raise InputError("risk.cascade.both")
    if threads is not None:
        _whole("threads", threads)
    every = _single(network, firms) if shocks is None else _joint(network, shocks)
    if settings.method == "auto":
        # By all cases: what part of them one is in, which the threads decide, must not change its digits.
        little = len(every.names) * len(network.buyers) <= _LITTLE
        settings = replace(settings, method="frontier" if little else "lanes")
    size = min(_PART, max(LANES, ROOM // len(network.firms))) if losses else _PART
    if executor is None and out is None:  # nothing to keep or resume: small parts keep every thread busy
        share = math.ceil(len(every.names) / (threads or cpu_count() or 1) / LANES) * LANES
        size = max(LANES, min(size, share))
    parts = list(_split(every, size))
    identity = blake2b(digest_size=16)
    # The two methods agree up to the tolerance: parts of one are no parts of the other.
    about = (network.fingerprint, *astuple(settings), losses, size)
    identity.update(repr((*about, every.names.name, every.names.to_list())).encode())
    for array in every.cases:
        identity.update(array.tobytes())
    with _seen_by(network, executor) as shared:
        task = _Task(shared, settings, losses)
        return sweep(task, parts, threads=threads, executor=executor, out=out, identity=identity.hexdigest())


def _whole(name: str, value: Any) -> None:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise InputError(f"risk.cascade.{name}", value=shorten(value))


@contextmanager
def _seen_by(network: FirmNetwork, executor: Any) -> Iterator[FirmNetwork]:
    """Yield the network in a form that the executor's workers can share."""
    if executor is None or network.folder is not None:
        yield network
    else:
        with TemporaryDirectory(prefix="kanmon-") as folder:
            yield network.save(folder)


def _single(network: FirmNetwork, firms: Any) -> _Part:
    """Return one case per firm: it alone is lost."""
    if firms is None:
        at, names = np.arange(len(network.firms)), network.firms
    else:
        at = network.positions([firms] if isinstance(firms, str | int) else firms)
        names = network.firms[at]
    ones = np.ones(len(at))
    return _Part(names.rename("firm"), Cases(np.arange(len(at) + 1), at.astype(np.int32), ones, ones))


def _joint(network: FirmNetwork, shocks: Any) -> _Part:
    """Return one case per scenario of a table of shocks."""
    try:
        table = frame_of(shocks)
    except InputError as error:
        raise InputError("risk.cascade.shocks", kind=type(shocks).__name__) from error
    missing = [name for name in ("firm", "scenario", "loss") if name not in table.columns]
    if missing:
        present = shorten(", ".join(table.columns), 200)
        raise InputError("risk.cascade.columns", missing=", ".join(missing), present=present)
    for name in ("firm", "scenario"):
        if table[name].null_count():
            raise InputError("risk.cascade.blank", column=name, row=int(table[name].is_null().arg_max() or 0) + 1)
    down = _losses(table, "loss")
    up = _losses(table, "loss_upstream") if "loss_upstream" in table.columns else down
    at = network.positions(table["firm"])
    names = table["scenario"].unique(maintain_order=True)
    order = pl.DataFrame({"scenario": names}).with_row_index("case")
    case = table.select("scenario").join(order, on="scenario", how="left", maintain_order="left")["case"].to_numpy()
    twice = pl.DataFrame({"case": case, "at": at}).is_duplicated()
    if count := int(twice.sum()):
        first = int(twice.arg_max() or 0)
        values = {"firm": shorten(table["firm"][first]), "scenario": shorten(table["scenario"][first])}
        count = int(((case == case[first]) & (at == at[first])).sum())
        raise InputError("risk.cascade.repeated", count=count, **values)
    sort = np.argsort(case, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(case, minlength=len(names)))])
    return _Part(names, Cases(starts, at[sort].astype(np.int32), down[sort], up[sort]))


def _losses(table: pl.DataFrame, column: str) -> np.ndarray:
    losses = table[column].cast(pl.Float64, strict=False)
    bad = ~losses.is_between(0, 1).fill_null(False)
    if bad.any():
        row = int(bad.arg_max() or 0)
        raise InputError("risk.cascade.loss", column=column, row=row + 1, value=shorten(table[column][row]))
    return losses.to_numpy().copy()


def _split(every: _Part, size: int) -> Iterable[_Part]:
    """Yield runs of at most ``size`` cases; a single empty one when there is none."""
    starts, *entries = every.cases
    for first in range(0, max(1, len(every.names)), size):
        bounds = starts[first : first + size + 1]
        inside = slice(bounds[0], bounds[-1])
        yield _Part(every.names[first : first + size], Cases(bounds - bounds[0], *(entry[inside] for entry in entries)))
