"""Makes the full-text index of a new case in a process of its own, while this one writes the tables.

The texts reach it through an unnamed file beside the case's files, so that it may fall behind: what it has left to do
when the records are complete, it does while they are joined and numbered. What it makes is copied into the case before
the seal. If it ends early or stands still, the index is made here.
"""

from __future__ import annotations

import marshal
import os
import struct
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Self

from echoforensics.case.disk import case_disk
from echoforensics.case.full_text.apart import create_index_apart, definition_of, take_index
from echoforensics.case.record_table import index_records, last_record
from echoforensics.case.store import DatabaseError
from echoforensics.case.vault import PARTIAL
from echoforensics.extraction.workers.reading_process import ReadingProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from echoforensics.case.custody.open_case import OpenCase
    from echoforensics.case.full_text.filling import SearchIndex, Texts
    from echoforensics.case.store import Store

    #: Whether records are added or removed, and these with their texts.
    Step = tuple[bool, list[tuple[int, str]]]

#: The process is started once there are this many records: fewer are indexed sooner than it starts.
STARTS_AT = 2000
#: If it neither reads nor writes for this many seconds while its answer is waited for, the index is made here.
STALLED_AFTER = 600.0
#: Seconds between checks of that.
_LOOK = 1.0
#: How far it stands back (as ``nice``): parsing must be over before records can be joined, and the index need not be.
_YIELDS = 5
#: Records in one transaction: only what is committed is handed over.
_BATCH = 5000
#: Bytes of the file between the two, from which on this one waits until everything was read, and writes over it.
_MOST_BYTES = 256 * 1024 * 1024
#: To the process: the place of a piece in the file, and its length; or to say when everything was read; or the end.
_PIECE = struct.Struct("<QQ")
_WAIT, _END = _PIECE.pack(0, 0), _PIECE.pack(1, 0)
#: The name of its database, beside the case's files. What a killed run leaves of that name is removed by the next.
_NAME = f"{PARTIAL}index.db"


class IndexProcess:
    """Fills the index of a case without records, in a ``with`` statement."""

    def __init__(self, store: Store, folder: Path) -> None:
        """Take the store, whose index this becomes, and the folder for files: the vault's."""
        self.batch = _BATCH
        self._store, self._folder = store, folder
        self._path = folder / _NAME
        self._usual: SearchIndex = store.index
        #: The steps of the transaction, of which those from the mark on can be undone; and those to hand over.
        self._steps: list[Step] = []
        self._mark = 0
        self._waiting: list[Step] = []
        self._process: _Process | None = None
        self._failed = False
        store.index = self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.index = self._usual
        if self._process is not None:
            self._process.close()
        self._path.unlink(missing_ok=True)

    def add(self, texts: Texts) -> None:
        """Add records."""
        self._steps.append((True, list(texts)))

    def remove(self, texts: Texts) -> None:
        """Remove records; their texts are those they were added with."""
        self._steps.append((False, list(texts)))

    def set_mark(self) -> None:
        """Note that a savepoint was set."""
        self._mark = len(self._steps)

    def undo_to_mark(self) -> None:
        """Forget what was done since the savepoint, which was undone."""
        del self._steps[self._mark :]

    def undone(self) -> None:
        """Forget what was done in the transaction, which was rolled back."""
        self._steps = []

    def committed(self) -> None:
        """Hand over what was done in the transaction. Raises CaseDiskError if the disk is full or failing."""
        self._waiting += self._steps
        self._steps, self._mark = [], 0
        if self._failed:
            self._waiting = []
            return
        if self._process is None:
            if sum(len(texts) for _, texts in self._waiting) < STARTS_AT:
                return
            self._process = _Process(self._path, definition_of(self._store), self._folder)
        try:
            for step in self._waiting:
                self._process.give(step)
        except (BrokenPipeError, EOFError):
            self._failed = True
        self._waiting = []

    def complete(self) -> None:
        """Copy the index into the case; or make it here, if there was little to do, or the process has ended early."""
        self._store.index = self._usual
        if self._process is None or self._failed or not self._process.finish():
            with self._store.transaction():
                index_records(self._store)
        else:
            take_index(self._store, self._path)


@contextmanager
def index_process(case: OpenCase, workers: int) -> Iterator[None]:
    """Let another process make the index of a case, if it has no records yet and there may be other processes.

    Args:
        case: the case.
        workers: how many processes there may be beside this one; 1: none.
    """
    if workers == 1 or last_record(case.store):
        yield
        return
    with IndexProcess(case.store, case.vault.root):
        yield


class _Process:
    """The process, seen from the one that writes the case."""

    def __init__(self, path: Path, definition: str, folder: Path) -> None:
        """Start it.

        Args:
            path: where it makes its database.
            definition: the statement that makes the index.
            folder: the folder for the file that texts are handed over in.
        """
        path.unlink(missing_ok=True)
        self._folder = folder
        with case_disk(folder):
            self._file = tempfile.TemporaryFile(prefix=PARTIAL, dir=folder)  # noqa: SIM115 (closed by close)
        self._written = 0
        reading, self._to = os.pipe()
        self._process = ReadingProcess(partial(_serve, path, definition, self._file.fileno(), (reading, self._to)))
        os.close(reading)

    def give(self, step: Step) -> None:
        """Hand over a step. Raises BrokenPipeError or EOFError if the process has ended; CaseDiskError."""
        if self._written >= _MOST_BYTES:
            os.write(self._to, _WAIT)
            if self._answer() is not None:
                raise EOFError
            self._written = 0
        piece = marshal.dumps(step)
        with case_disk(self._folder):
            self._file.seek(self._written)
            self._file.write(piece)
            self._file.flush()
        os.write(self._to, _PIECE.pack(self._written, len(piece)))
        self._written += len(piece)

    def finish(self) -> bool:
        """Wait until the index is complete. Returns whether it is: the process may have ended or stand still."""
        try:
            os.write(self._to, _END)
            return self._answer() is True
        except (BrokenPipeError, EOFError):
            return False

    def _answer(self) -> object:
        """Return its answer. Raises EOFError if it has ended, or has neither read nor written for too long."""
        since, moved = time.monotonic(), 0
        while not self._process.has_sent(_LOOK):
            if (now := self._process.moved()) != moved:
                since, moved = time.monotonic(), now
            elif time.monotonic() - since >= STALLED_AFTER:
                raise EOFError
        return self._process.receive()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        self._file.close()


def _serve(path: Path, definition: str, file: int, pipe: tuple[int, int], send: Callable[[object], None]) -> None:
    """In the process: make the index; send whether it is complete."""
    reading, writing = pipe
    os.close(writing)
    os.nice(_YIELDS)
    try:
        create_index_apart(path, definition, _steps(file, reading, send))
    except DatabaseError:
        # Its disk is full or failing: what the other process does next says so.
        send(False)
    else:
        send(True)


def _steps(file: int, reading: int, send: Callable[[object], None]) -> Iterator[Step]:
    """In the process: read one step after another; send None where the other one waits for that."""
    while asked := os.read(reading, _PIECE.size):
        place, length = _PIECE.unpack(asked)
        if length:
            yield marshal.loads(os.pread(file, length, place))  # noqa: S302 (sent by ourselves)
        elif asked == _END:
            return
        else:
            send(None)
