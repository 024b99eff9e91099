"""A process that reads a source: forked, so that it begins at once and has whatever was imported before."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import traceback
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.extraction.workers.lifetime import begin_as_child

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn


class ReadingProcess:
    """The process, as the one that started it sees it."""

    def __init__(self, run: Callable[[Callable[[object], None]], None]) -> None:
        """Start it.

        Args:
            run: what it does. It is given what sends an object, and must not use what the parent has open.
        """
        reading, writing = os.pipe()
        parent = os.getpid()
        # Ctrl-C reaches every process of the terminal; it is the parent's to act on, and not while it forks.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._number = os.fork()
        if not self._number:
            os.close(reading)
            _run(run, writing, parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(writing)
        self._out: BinaryIO = os.fdopen(reading, "rb")
        self._code: int | None = None
        self._lock = Lock()

    def receive(self) -> object:
        """What it sends next. Raises EOFError where it has ended."""
        try:
            return pickle.load(self._out)  # noqa: S301 (sent by ourselves)
        except pickle.UnpicklingError as error:
            # It was ended while it sent something.
            raise EOFError from error

    def wait(self) -> int:
        """Wait until it ends. Returns its exit code, or the negative number of the signal that ended it."""
        with self._lock:
            if self._code is None:
                self._code = os.waitstatus_to_exitcode(os.waitpid(self._number, 0)[1])
                self._out.close()
            return self._code

    def kill(self) -> None:
        """End it. It is still to be waited for."""
        with self._lock:
            # Once it was waited for, its number may be another's.
            if self._code is None:
                with suppress(ProcessLookupError):
                    os.kill(self._number, signal.SIGKILL)


def _run(run: Callable[[Callable[[object], None]], None], writing: int, parent: int) -> NoReturn:
    """The process's whole life. It never returns into the code that it was forked from."""
    code = 1
    try:
        begin_as_child(parent)
        # What was there before stays shared with the parent: it is not looked through for garbage.
        gc.freeze()
        with os.fdopen(writing, "wb") as out:

            def send(what: object) -> None:
                pickle.dump(what, out)
                out.flush()

            run(send)
        code = 0
    finally:
        if code and not isinstance(sys.exc_info()[1], BrokenPipeError):
            traceback.print_exc()
        os._exit(code)
