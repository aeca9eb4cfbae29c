"""A sweep: many independent parts of one computation, on threads or on Dask, kept as they finish and resumable."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from ...graph.errors import InputError, ReadError, short_path, shorten
from ...graph.extras import need
from ...graph.files import KeptWarning, reason_of, whole_file
from ...graph.messages import Message


def sweep(
    function: Callable[[Any], pl.DataFrame],
    parts: Sequence[Any],
    *,
    threads: int | None = None,
    executor: Any = None,
    out: str | Path | None = None,
    identity: str = "",
) -> pl.DataFrame:
    """Return ``function(part)`` of every part below one another, in the order of ``parts``.

    Parameters
    ----------
    function : callable
        From a part to a frame; with Dask it is pickled, so what it shares belongs in a memory-mapped file.
    parts : sequence
        Arguments, one a part.
    threads : int, optional
        How many parts run at once when there is no ``executor``; default one per core.
    executor : "dask" or distributed.Client, optional
        Where parts run; ``"dask"`` is the current client, or a local cluster for the time of the sweep.
        A part that was on a worker that died runs again elsewhere.
    out : path, optional
        Folder that receives one Parquet file per part as soon as it is done. An interrupted sweep goes on from there.
    identity : str
        What the parts are parts of. A folder with another identity is refused.

    Raises
    ------
    InputError
        An unknown executor, or a folder that holds another sweep.
    ReadError
        The folder cannot be used.

    >>> sweep(lambda part: pl.DataFrame({"square": [part**2]}), [1, 2, 3], threads=2)["square"].to_list()
    [1, 4, 9]
    """
    kept = _Memory() if out is None else _Folder(Path(out), identity, len(parts))
    left = {number: part for number, part in enumerate(parts) if number not in kept}
    with _on_threads(function, left, threads) if executor is None else _on_workers(function, left, executor) as results:
        for number, frame in results:
            kept.add(number, frame)
    return pl.concat([kept[number] for number in range(len(parts))])


class _Memory(dict[int, pl.DataFrame]):
    add = dict[int, pl.DataFrame].__setitem__


class _Folder:
    """Finished parts as Parquet files whose names hold a hash of the sweep, the number and the content.

    A file that is damaged, or was made by another sweep, does not match its name: its part is computed again, and that is
    said in a `KeptWarning`.
    """

    def __init__(self, folder: Path, identity: str, count: int) -> None:
        self.folder, self.identity = folder, identity
        about = {"identity": identity, "parts": count}
        with _using(folder):
            folder.mkdir(parents=True, exist_ok=True)
            card = folder / "sweep.json"
            if not card.exists():
                with whole_file(card) as path:
                    path.write_text(json.dumps(about), encoding="utf-8")
            try:
                known = json.loads(card.read_text(encoding="utf-8"))
            except (ValueError, RecursionError):
                known = None
            if known != about:
                raise InputError("risk.cascade.other_sweep", path=short_path(folder))
            self.parts = dict(self._intact())

    def _intact(self) -> Iterator[tuple[int, Path]]:
        wrong = []
        for file in sorted(self.folder.glob("part-*.parquet")):
            number = file.name.split("-")[1]
            if number.isdecimal() and file.name == self._name(int(number), file.read_bytes()):
                yield int(number), file
            else:
                wrong.append(file.name)
        if wrong:
            message = Message(
                "risk.cascade.damaged", path=short_path(self.folder), count=len(wrong), first=shorten(wrong[0])
            )
            warnings.warn(message.text(), KeptWarning, stacklevel=5)

    def _name(self, number: int, content: bytes) -> str:
        digest = hashlib.sha256(f"{self.identity}\n{number}\n".encode() + content).hexdigest()
        return f"part-{number:06}-{digest[:16]}.parquet"

    def __contains__(self, number: int) -> bool:
        return number in self.parts

    def __getitem__(self, number: int) -> pl.DataFrame:
        with _using(self.folder):
            return pl.read_parquet(self.parts[number])

    def add(self, number: int, frame: pl.DataFrame) -> None:
        content = BytesIO()
        frame.write_parquet(content)
        file = self.folder / self._name(number, content.getvalue())
        with _using(self.folder), whole_file(file) as path:
            path.write_bytes(content.getvalue())
        self.parts[number] = file


@contextmanager
def _using(folder: Path) -> Iterator[None]:
    """Say of every error of the system which folder it was about."""
    try:
        yield
    except InputError:
        raise
    except OSError as error:
        raise ReadError("risk.cascade.folder", path=short_path(folder), reason=reason_of(error)) from error


Results = Iterator[tuple[int, pl.DataFrame]]


@contextmanager
def _on_threads(function: Callable[[Any], pl.DataFrame], parts: dict[int, Any], threads: int | None) -> Iterator[Results]:
    """Yield an iterator of ``number, frame`` as parts are done; parts that have not begun are dropped at the end."""
    pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)
    futures = {pool.submit(function, part): number for number, part in parts.items()}
    try:
        yield ((futures.pop(future), future.result()) for future in as_completed(list(futures)))
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _on_workers(function: Callable[[Any], pl.DataFrame], parts: dict[int, Any], executor: Any) -> Iterator[Results]:
    """Yield the same from Dask's workers."""
    with _client(executor) as client:
        from distributed import as_completed as as_completed_there

        futures = {client.submit(function, part, pure=False): number for number, part in parts.items()}
        try:
            done = as_completed_there(list(futures), with_results=True)
            yield ((futures.pop(future), frame) for future, frame in done)
        finally:
            client.cancel(list(futures))


@contextmanager
def _client(executor: Any) -> Iterator[Any]:
    """Yield the given client, the current one, or that of a local cluster which ends with the sweep."""
    if isinstance(executor, str) and executor != "dask":
        raise InputError("risk.cascade.executor", value=f"'{shorten(executor)}'")
    need("distributed")
    import distributed

    if isinstance(executor, distributed.Client):
        yield executor
    elif not isinstance(executor, str):
        raise InputError("risk.cascade.executor", value=type(executor).__name__)
    else:
        try:
            current = distributed.default_client()
        except ValueError:
            current = None
        if current is not None:
            yield current
        else:
            with distributed.Client(threads_per_worker=1, dashboard_address=None) as client:
                yield client
