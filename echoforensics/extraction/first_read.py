"""The one read of a source: it is hashed and searched while its entries are read from the same pages of memory.

Of several sources, a large one is read so while what the one before it says is parsed.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

from echoforensics.carving.carved import Carved, View
from echoforensics.carving.search import CarvingSearch
from echoforensics.errors import SourceError
from echoforensics.evidence.folder_listing import SECOND
from echoforensics.evidence.source import SourceHashes, open_bytes
from echoforensics.extraction.workers.reading_process import ReadingProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from echoforensics.evidence.source import EvidenceSource
    from echoforensics.extraction.options import Options

#: Sources from this size on, in bytes, are read by a process of their own: two threads of Python get in each other's
#: way. A smaller one is read before such a process has begun.
OWN_PROCESS_FROM = 128 * 1024 * 1024

#: Bytes between two reports of progress out of that process.
_STEP = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be read, and how.

    Attributes:
        path: the source.
        kind: what it was opened as.
        algorithms: names of hashes.
        carve: whether an image is searched.
        listing: for a folder: the form of the listing that is hashed.
    """

    path: Path
    kind: str
    algorithms: tuple[str, ...]
    carve: bool
    listing: str = SECOND

    def run(self, progress: Callable[[int], None]) -> Result:
        """Read the source. Raises OSError or SourceError where it cannot be read."""
        # Opened once more: what is open for the entries is read at the same time.
        with closing(open_bytes(self.path, self.kind, self.listing)) as source:
            search = None
            if self.carve and source.media is not None:
                search = CarvingSearch(View(source.media.size, source.media.read))
            hashes = source.hash(self.algorithms, progress, search.feed if search else None)
            if search is None:
                return Result(hashes, None)
            return Result(hashes, search.finish(), search.beyond)


@dataclass(frozen=True, slots=True)
class Result:
    """What a source hashes to, what was carved (None if nothing was searched), and how many finds were not kept."""

    hashes: SourceHashes
    carved: list[Carved] | None
    beyond: int = 0


class FirstRead:
    """Reads a source in the background."""

    def __init__(self, task: Task, size: int, *, apart: bool = True) -> None:
        """Begin to read a source.

        Args:
            task: what is to be read, and how.
            size: of the source, bytes; 0 if it is not known.
            apart: whether a process of its own may be started.
        """
        self._task = task
        self.done = 0
        self._process: ReadingProcess | None = None
        if apart and size >= OWN_PROCESS_FROM:
            self._process = ReadingProcess(partial(_serve, task))
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="first-read")
        run = self._run if self._process is None else self._relay
        self._future: Future[Result] = self._pool.submit(run)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
        self._pool.shutdown(cancel_futures=True)
        if self._process is not None:
            self._process.wait()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; whether it is done."""
        try:
            self._future.exception(timeout=seconds)
        except TimeoutError:
            return False
        return True

    def result(self) -> Result:
        """What was found, when it is done. Raises OSError or SourceError where the source could not be read."""
        return self._future.result()

    def _run(self) -> Result:
        return self._task.run(self._advance)

    def _advance(self, done: int) -> None:
        self.done = done

    def _relay(self) -> Result:
        """Take what the process writes: progress, then the result or the error it met."""
        assert self._process is not None  # noqa: S101 (the constructor has looked)
        try:
            while isinstance(received := self._process.receive(), int):
                self.done = received
        except EOFError:
            raise OSError(f"the process that hashed it ended with code {self._process.wait()}") from None
        if isinstance(received, Exception):
            raise received
        assert isinstance(received, Result)  # noqa: S101 (nothing else is written)
        return received


class ReadAhead:
    """First reads of the sources of a run: those of large ones begin while an earlier source is still being worked on.

    What is read does not depend on that, nor in which order the case is written.
    """

    def __init__(self, sources: Sequence[EvidenceSource], options: Options) -> None:
        """Take the sources in their order, and what the investigator asked for."""
        self._apart = options.worker_count > 1
        # A first read hashes and searches at once: it takes two processors or so.
        self._most = max(1, options.worker_count // 2) if self._apart else 0
        self._to_come = deque((source, self._task(source, options)) for source in sources)
        self._begun: dict[Path, FirstRead] = {}

    @staticmethod
    def _task(source: EvidenceSource, options: Options) -> Task:
        return Task(source.path, source.kind, options.source_algorithms, options.carve, options.listing)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for first in self._begun.values():
            first.__exit__(kind, error, trace)
        self._begun.clear()

    def reading(self, source: EvidenceSource, options: Options) -> FirstRead:
        """The first read of a source, begun now if it was not before. It is to be entered."""
        begun = self._begun.pop(source.path, None)
        return begun or FirstRead(self._task(source, options), source.size, apart=self._apart)

    def go_on(self, current: EvidenceSource, known: Collection[Path], under_way: int = 0) -> None:
        """Begin to read sources behind one, as many as there is room for.

        Args:
            current: the source that is worked on.
            known: paths of sources that the case has, which are not read so.
            under_way: how many first reads are under way that were handed out.
        """
        while self._to_come and any(source is current for source, _ in self._to_come):
            self._to_come.popleft()
        while self._to_come and under_way + len(self._begun) < self._most:
            source, task = self._to_come.popleft()
            if source.size >= OWN_PROCESS_FROM and source.path not in known and source.path not in self._begun:
                self._begun[source.path] = FirstRead(task, source.size)


def _serve(task: Task, send: Callable[[object], None]) -> None:
    """In a process of its own: read a source; send progress and the result, or the error that was met."""
    reported = 0

    def advance(done: int) -> None:
        nonlocal reported
        if done >= reported + _STEP:
            reported = done
            send(done)

    try:
        send(task.run(advance))
    except (OSError, SourceError) as error:
        send(error)
