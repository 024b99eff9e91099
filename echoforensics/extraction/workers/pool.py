"""Parses the files of an evidence item in workers; the results come in the order of the files.

The caller writes the case; the workers only read. So the written case does not depend on the number of workers
or on which of them finishes first.
"""

from __future__ import annotations

import signal
from collections import deque
from dataclasses import dataclass, field
from mmap import mmap
from select import POLLIN, poll
from typing import TYPE_CHECKING, NamedTuple, Self

from echoforensics.extraction.workers.messages import Ask, Begins, Done, Failed, ParseFile
from echoforensics.extraction.workers.process import Worker, WorkerEnded, is_chunk, is_last_chunk, unpacked
from echoforensics.extraction.workers.result_spool import ResultSpool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from echoforensics.case.entry_table import EntryToParse, KeptFile
    from echoforensics.extraction.file_parsing import FoundChunk
    from echoforensics.extraction.workers.process import MakeParser

    #: The outcome of a file: some of its findings, or its end.
    Outcome = tuple[EntryToParse, FoundChunk | "Again" | "Stopped" | Done]

#: Seconds between checks of workers that send nothing.
_LOOK = 1.0
#: Maximum number of files given out before the first of them is done.
_AHEAD = 256
#: A worker is given more files while it has fewer files, bytes and characters of paths than this; the next ones once
#: it has fewer files than ``_FEW``, several in one message.
_FILES, _BYTES, _CHARACTERS, _FEW = 32, 4 * 1024 * 1024, 16 * 1024, 16
#: Approximate limit in bytes for waiting results.
_WAITING = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Again:
    """Discards the outcomes of the file so far: it is parsed again."""


class Stopped(NamedTuple):
    """A parser did not finish, twice. Its findings were yielded.

    Attributes:
        parser: its name; empty if none had started.
        why: how its process ended.
    """

    parser: str
    why: str


@dataclass(slots=True)
class _Result:
    """The state of a file that was given out.

    Attributes:
        spool: findings that were not yielded yet.
        why: how the worker that parsed it ended, if it did not finish.
    """

    file: EntryToParse
    spool: ResultSpool
    done: bool = False
    why: str = ""


@dataclass(slots=True)
class ParsingPool:
    """Workers, and their findings.

    Attributes:
        size: maximum number of workers.
        make_parser: makes the parser of a worker.
        find: finds a file of the evidence item by its path, for parsers that read several.
        folder: folder for results that are too large for memory: the vault's.
        stalled_after: a worker without a finding or a read for this many seconds is ended.
        idle: called while there is nothing to receive; does a little work, and returns whether there is more.
    """

    size: int
    make_parser: MakeParser
    find: Callable[[str], KeptFile | None]
    folder: Path
    stalled_after: float
    idle: Callable[[], bool] = bool
    _workers: list[Worker] = field(default_factory=list)
    _results: dict[int, _Result] = field(default_factory=dict)
    _unread: deque[ParseFile] = field(default_factory=deque)
    #: Bytes of results that wait.
    _size_waiting: int = 0
    #: In shared memory: the number of the entry whose findings are taken, if only one worker parses; or 0.
    _only: memoryview = field(default_factory=lambda: memoryview(mmap(-1, 8)).cast("q"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.close()
        for result in self._results.values():
            result.spool.close()

    def parse(
        self, files: Iterable[EntryToParse]
    ) -> Iterator[tuple[EntryToParse, FoundChunk | Again | Stopped | Done]]:
        """Parse files. Yields the findings file by file, in order, each until it is done.

        Raises:
            CaseDiskError: the case's disk is full or failing.
        """
        to_come = iter(files)
        while True:
            self._give_out(to_come)
            if not self._results:
                return
            result = next(iter(self._results.values()))
            while not result.why:
                while (piece := result.spool.take()) is not None:
                    self._size_waiting -= len(piece)
                    yield result.file, unpacked(piece)  # type: ignore[misc]
                if result.done:
                    break
                self._turn(result, to_come)
            if result.why:
                yield result.file, Again()
                for found in self._alone(result):
                    yield result.file, found
            del self._results[result.file.id]
            yield result.file, Done()

    def _give_out(self, to_come: Iterator[EntryToParse]) -> None:
        """Give files to workers with few; start workers while there are files for them."""
        if not self._unread and len(self._workers) == self.size and all(len(w.files) >= _FEW for w in self._workers):
            return
        while (len(self._results) < _AHEAD or self._unread) and self._give_one(to_come):
            pass
        for worker in self._workers:
            worker.send_files()

    def _give_one(self, to_come: Iterator[EntryToParse]) -> bool:
        """Give the next file to the worker with the least to do. Returns whether there was one, and room for it."""
        worker = min(self._workers, key=_load, default=None)
        starts = worker is None or (worker.files and len(self._workers) < self.size)
        if not starts and worker is not None and _has_enough(worker):
            return False
        if self._unread:
            task = self._unread.popleft()
        elif (file := next(to_come, None)) is not None:
            task = ParseFile(file)
            self._results[file.id] = _Result(file, ResultSpool(self.folder))
        else:
            return False
        if starts or worker is None:
            worker = self._started()
        worker.give(task)
        return True

    def _started(self) -> Worker:
        # Those before it begin while it starts.
        for other in self._workers:
            other.send_files()
        worker = Worker(self.make_parser, self._workers, self._only)
        self._workers.append(worker)
        return worker

    def _turn(self, current: _Result, to_come: Iterator[EntryToParse]) -> None:
        """Process messages of workers. While too many results wait, workers with later files are not read."""
        self._give_out(to_come)
        # Where several parse, they need the processors.
        self._only[0] = current.file.id if sum(bool(worker.files) for worker in self._workers) == 1 else 0
        heard = self._workers
        if self._size_waiting >= _WAITING:
            heard = [w for w in heard if w.files and w.files[0].file.id == current.file.id]
        self._hear(heard)

    def _hear(self, workers: list[Worker]) -> None:
        for worker in self._ready(workers):
            self._heard(worker)
        for worker in list(self._workers):
            if why := self._stalled(worker):
                self._lost(worker, why)

    def _ready(self, workers: list[Worker]) -> list[Worker]:
        """The workers that have sent something, once one has or some time has passed."""
        # Made anew each time in less than `multiprocessing.connection.wait` takes.
        polled = poll()
        for worker in workers:
            polled.register(worker.connection.fileno(), POLLIN)
        while not (ready := polled.poll(0)) and self.idle():
            continue
        heard = {descriptor for descriptor, _ in ready or polled.poll(_LOOK * 1000)}
        return [worker for worker in workers if worker.connection.fileno() in heard]

    def _heard(self, worker: Worker) -> None:
        """Process one worker's message."""
        try:
            received = worker.receive()
        except WorkerEnded:
            self._lost(worker)
            return
        if is_chunk(received):
            self._results[worker.files[0].file.id].spool.put(received)
            self._size_waiting += len(received)
        if is_last_chunk(received) or (not is_chunk(received) and isinstance(self._attended(worker, received), Done)):
            self._results[worker.take_done().file.id].done = True

    def _attended(self, worker: Worker, received: bytes) -> FoundChunk | Begins | Done | None:
        """Return a worker's message; None for a question, which is answered. Raises the worker's fatal error."""
        match message := unpacked(received):
            case Ask(path):
                worker.answer(self.find(path))
                return None
            case Failed(error):
                raise error
        return message

    def _lost(self, worker: Worker, why: str = "") -> str:
        """End a worker, or record that it has ended. Other workers get the files that it had not begun.

        Returns:
            How it ended.
        """
        self._workers.remove(worker)
        ended = _ending(worker.close())
        if worker.files:
            result = self._results[worker.files.popleft().file.id]
            result.why = why or ended
            self._size_waiting -= result.spool.size
            result.spool.close()
        self._unread.extendleft(reversed(worker.files))
        return why or ended

    def _alone(self, result: _Result) -> Iterator[FoundChunk | Stopped]:
        """Parse a file again, alone. Yields the name of each parser that does not finish."""
        while any(worker.files for worker in self._workers):
            self._hear(self._workers)
        for worker in list(self._workers):
            self._lost(worker)
        passed: tuple[str, ...] = ()
        ordinal = 0
        while True:
            begun = ""
            worker = self._started()
            worker.give(ParseFile(result.file, careful=True, passed=passed, ordinal=ordinal))
            worker.send_files()
            for message in self._messages(worker):
                if isinstance(message, Done):
                    worker.files.clear()
                    return
                if isinstance(message, Begins):
                    begun, passed = message.parser, (*passed, message.parser)
                    continue
                ordinal = message.records[-1].ordinal if message.records else ordinal
                yield message
            yield Stopped(begun, self._lost(worker, self._stalled(worker)))
            if not begun:
                return

    def _messages(self, worker: Worker) -> Iterator[FoundChunk | Begins | Done]:
        """Yield a worker's messages, until it ends or is stalled."""
        while not self._stalled(worker):
            if not worker.connection.poll(_LOOK):
                continue
            try:
                received = worker.receive()
            except WorkerEnded:
                return
            if (message := self._attended(worker, received)) is not None:
                yield message

    def _stalled(self, worker: Worker) -> str:
        """Return why a stalled worker must be ended; empty if it makes progress."""
        if not worker.stalled(self.stalled_after):
            return ""
        return f"had found nothing and read nothing for {self.stalled_after:g} s, and was ended"


def _load(worker: Worker) -> tuple[int, int]:
    return worker.size, len(worker.files)


def _has_enough(worker: Worker) -> bool:
    return bool(worker.files) and (
        worker.size >= _BYTES or len(worker.files) >= _FILES or worker.characters >= _CHARACTERS
    )


def _ending(code: int) -> str:
    """Describe how a process ended, from its exit code."""
    if code < 0:
        also = ", as where memory runs out" if -code == signal.SIGKILL else ""
        return f"was ended by the signal {signal.Signals(-code).name}{also}"
    return f"ended with code {code}"
