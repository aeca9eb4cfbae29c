"""How long a command may work: it ends at once when it is interrupted, and with advice when it takes too long.

A thread watches. Compiled loops and polars work with the interpreter's lock let go, so it runs beside them; what does not
come back within `GRACE` is left where it stands. No result is lost by that: files take their names only when complete.
"""

from __future__ import annotations

import _thread
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from ..graph.errors import LimitError

GRACE = 1.0
"""Seconds in which an interrupted command may put things in order."""
_TICK = 0.2
_CLEAR = "\r\x1b[2K\x1b[?25h"  # the progress line goes, the cursor comes back


class _Late(BaseException):
    """Raised in the main thread when its time is up; no ``except Exception`` on the way may take it."""


class Patience:
    """What a watched command may take; ``seconds`` may be set while it runs (None: as long as it needs).

    Counted is the time that passed, or the processor's where that is less: waiting for a busy machine or for a person is no
    work of the command.
    """

    def __init__(self, words: Callable[[LimitError], str]) -> None:
        self.words = words
        self.seconds: float | None = None
        self._cut, self._late, self._over = threading.Event(), threading.Event(), threading.Event()

    def error(self) -> LimitError:
        """Return what is said when the time is up."""
        seconds = self.seconds or 0.0
        return LimitError("app.cli.too_long", seconds=f"{seconds:g}", more=f"{10 * seconds:g}")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch a block of the main thread.

        Raises
        ------
        LimitError
            The block took more than ``seconds``.
        """
        if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
            yield
            return
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        before, woken = signal.signal(signal.SIGINT, self._interrupted), signal.set_wakeup_fd(writer.fileno())
        unraised, sys.unraisablehook = sys.unraisablehook, _unraised
        watcher = threading.Thread(target=self._watch, args=(reader,), daemon=True)
        watcher.start()
        try:
            yield
        except _Late:
            raise self.error() from None
        finally:
            self._over.set()
            signal.set_wakeup_fd(woken)
            signal.signal(signal.SIGINT, before)
            sys.unraisablehook = unraised
            writer.close()
            watcher.join(_TICK)
            reader.close()

    def end(self, words: str, code: int) -> NoReturn:
        """End the process with a sentence on its error output; call it where what ended the block is being handled."""
        if words:
            print(words, file=sys.stderr)  # noqa: T201
        if not self._cut.is_set():
            sys.exit(code)
        # An interrupt may have come between two steps of a compiler or of an import. What they left half made is not taken
        # apart again: such a thing belongs to two owners, and the second to let it go ends the process with a fault.
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code)

    def _interrupted(self, *_: Any) -> None:
        self._cut.set()
        if self._late.is_set():
            raise _Late
        raise KeyboardInterrupt

    def _watch(self, reader: socket.socket) -> None:
        started, worked = time.monotonic(), time.process_time()
        while not self._over.is_set():
            if select.select([reader], [], [], _TICK)[0]:
                if signal.SIGINT in reader.recv(64) and not self._over.wait(GRACE):
                    _leave("", 130)
            elif self.seconds and min(time.monotonic() - started, time.process_time() - worked) > self.seconds:
                self._late.set()
                _thread.interrupt_main(signal.SIGINT)
                if not self._over.wait(GRACE):
                    _leave(f"{self.words(self.error())}\n", 2)
                return


def _unraised(about: Any) -> None:
    """Show what was lost in a callback of a library, but not an interrupt: the watcher ends the command all the same."""
    if not issubclass(about.exc_type, (_Late, KeyboardInterrupt)):
        sys.__unraisablehook__(about)


def _leave(words: str, code: int) -> None:
    """End the process without the main thread, which does not listen."""
    os.write(2, (f"{_CLEAR if sys.stderr.isatty() else ''}{words}").encode())
    os._exit(code)
