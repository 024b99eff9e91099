"""A process that reads a source: forked, so that it starts at once and shares imported modules."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.extraction.workers.lifetime import begin_as_child

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn


class ReadingProcess:
    """The process, seen from the one that started it."""

    def __init__(self, run: Callable[[Callable[[object], None]], None]) -> None:
        """Start the process.

        Args:
            run: the function to run. It gets a function that sends an object, and must not use the parent's open files.
        """
        reading, writing = os.pipe()
        parent = os.getpid()
        # Ctrl-C reaches every process of the terminal; only the parent acts on it, and not while it forks.
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

    @property
    def number(self) -> int:
        """Its number in the system."""
        return self._number

    def receive(self) -> object:
        """Return the next object. Raises EOFError if the process has ended."""
        try:
            return pickle.load(self._out)  # noqa: S301 (sent by ourselves)
        except pickle.UnpicklingError as error:
            # It was killed while it sent something.
            raise EOFError from error

    def has_sent(self, seconds: float) -> bool:
        """Wait at most this long for the next object, after all before it were received; or for the process to end."""
        return bool(select.select([self._out], [], [], seconds)[0])

    def moved(self) -> int:
        """Number of bytes that it has read and written; 0 if the system does not tell."""
        try:
            lines = Path(f"/proc/{self._number}/io").read_text(encoding="ascii").splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith(("rchar:", "wchar:")))

    def wait(self) -> int:
        """Wait until it ends. Returns its exit code, or the negative number of the signal that ended it."""
        with self._lock:
            if self._code is None:
                self._code = os.waitstatus_to_exitcode(os.waitpid(self._number, 0)[1])
                self._out.close()
            return self._code

    def kill(self) -> None:
        """Kill the process. Call :meth:`wait` afterwards."""
        with self._lock:
            # After waiting for it, its number may belong to another process.
            if self._code is None:
                with suppress(ProcessLookupError):
                    os.kill(self._number, signal.SIGKILL)


def _run(run: Callable[[Callable[[object], None]], None], writing: int, parent: int) -> NoReturn:
    """Run the process. It never returns into the code that it was forked from."""
    code = 1
    try:
        begin_as_child(parent)
        # Existing objects stay shared with the parent: they are exempt from garbage collection.
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
