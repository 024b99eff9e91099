"""The single read of a source: it is hashed and searched while its entries are read from the same pages of memory.

A large source is read this way while the source before it is being parsed.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Self

from echoforensics.carving.carved import Carved, View
from echoforensics.errors import SourceError
from echoforensics.evidence.folder_listing import SECOND
from echoforensics.evidence.source import WITHOUT_MEDIA, SourceHashes, open_bytes
from echoforensics.extraction.workers.reading_process import ReadingProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from echoforensics.carving.ranges.range_search import RangeFound
    from echoforensics.evidence.media.media import Media
    from echoforensics.evidence.source import EvidenceSource, SourceBytes
    from echoforensics.extraction.options import Options

#: Sources from this size on, in bytes, are read by a separate process: two Python threads would slow each other
#: down. Smaller ones are read faster than a process starts.
OWN_PROCESS_FROM = 128 * 1024 * 1024

#: Bytes between two progress reports of that process.
_STEP = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Task:
    """A source to read, and how.

    Attributes:
        path: the source.
        kind: what it was opened as.
        algorithms: names of hashes.
        carve: whether to search an image.
        listing: for a folder: the format of the listing to hash.
        searchers: how many processes may search a large image, each a range of it.
        found: what others found in the ranges of an image, in order; it is not searched again.
    """

    path: Path
    kind: str
    algorithms: tuple[str, ...]
    carve: bool
    listing: str = SECOND
    searchers: int = 1
    found: tuple[RangeFound, ...] = ()

    @property
    def searches(self) -> bool:
        """Whether the source is an image that is searched here."""
        return self.carve and not self.found and self.kind not in WITHOUT_MEDIA

    def run(self, progress: Callable[[int], None]) -> Result:
        """Read the source. Raises OSError or SourceError if it cannot be read."""
        # Opened again: the handle for the entries is in use at the same time.
        with closing(open_bytes(self.path, self.kind, self.listing)) as source:
            if not self.carve or source.media is None:
                return Result(source.hash(self.algorithms, progress), None)
            # What is not searched takes none of it.
            from echoforensics.carving.ranges.range_search import RANGE, join_ranges
            from echoforensics.carving.search import CarvingSearch

            if self.found:
                hashes = source.hash(self.algorithms, progress)
                try:
                    return Result(hashes, *join_ranges(source.media, self.found))
                except ValueError as error:
                    raise SourceError(f"{self.path}: changed while it was searched: {error}") from error
            if self.searchers > 1 and source.media.size >= 2 * RANGE:
                return self._search_in_ranges(source, source.media, progress)
            search = CarvingSearch(View(source.media.size, source.media.read))
            hashes = source.hash(self.algorithms, progress, search.feed)
            return Result(hashes, search.finish(), search.beyond)

    def _search_in_ranges(self, source: SourceBytes, media: Media, progress: Callable[[int], None]) -> Result:
        from echoforensics.carving.ranges.range_search import join_ranges
        from echoforensics.extraction.workers.searching_processes import SearchingProcesses

        with SearchingProcesses(self.path, self.kind, media.size, self.searchers) as searching:
            hashes = source.hash(self.algorithms, progress)
            return Result(hashes, *join_ranges(media, searching.found()))


class Result(NamedTuple):
    """A source's hashes, its carved finds (None without a search), and the number of finds that were not kept."""

    hashes: SourceHashes
    carved: list[Carved] | None
    beyond: int = 0


class FirstRead:
    """Reads a source in the background."""

    def __init__(self, task: Task, size: int, *, apart: bool = True) -> None:
        """Start to read a source.

        Args:
            task: the source to read, and how.
            size: size of the source in bytes; 0 if unknown.
            apart: whether to allow a separate process.
        """
        self._task = task
        self.done = 0
        self._process: ReadingProcess | None = None
        if apart and size >= OWN_PROCESS_FROM:
            if task.searches:
                # Before the fork: the process of each image would import it for itself.
                import_module("echoforensics.carving.search")
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
        """Wait at most this long; returns whether the read is done."""
        try:
            self._future.exception(timeout=seconds)
        except TimeoutError:
            return False
        return True

    def result(self) -> Result:
        """Return the result, once done. Raises OSError or SourceError if the source could not be read."""
        return self._future.result()

    def _run(self) -> Result:
        return self._task.run(self._advance)

    def _advance(self, done: int) -> None:
        self.done = done

    def _relay(self) -> Result:
        """Receive the process's messages: progress, then the result or its error."""
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
    """First reads of a run's sources: those of large ones start while an earlier source is still being processed.

    Neither the results nor the order in which the case is written depend on this.
    """

    def __init__(
        self, sources: Sequence[EvidenceSource], options: Options,
        found: Mapping[Path, tuple[RangeFound, ...]] | None = None,
    ) -> None:  # fmt: skip
        """Prepare to read sources.

        Args:
            sources: the sources in order.
            options: the investigator's options.
            found: what others found in the ranges of images, by the path of the image.
        """
        self._found = found or {}
        self._apart = options.worker_count > 1
        # A first read hashes and searches at once: it takes about two processors.
        self._most = max(1, options.worker_count // 2) if self._apart else 0
        at_once = max(1, min(self._most, sum(source.size >= OWN_PROCESS_FROM for source in sources)))
        # One processor hashes, and the one that writes the case reads the files meanwhile.
        self._searchers = (options.worker_count - 1) // at_once
        self._to_come = deque((source, self._task(source, options)) for source in sources)
        self._begun: dict[Path, FirstRead] = {}

    def _task(self, source: EvidenceSource, options: Options) -> Task:
        return Task(
            source.path, source.kind, options.source_algorithms, options.carve, options.listing,
            searchers=self._searchers if source.size >= OWN_PROCESS_FROM else 1,
            found=self._found.get(source.path, ()),
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for first in self._begun.values():
            first.__exit__(kind, error, trace)
        self._begun.clear()

    def reading(self, source: EvidenceSource, options: Options) -> FirstRead:
        """Return the first read of a source, started now if it was not yet. Use it in a ``with`` statement."""
        begun = self._begun.pop(source.path, None)
        return begun or FirstRead(self._task(source, options), source.size, apart=self._apart)

    def go_on(self, current: EvidenceSource, known: Collection[Path], under_way: int = 0) -> None:
        """Start to read sources after the current one, as many as there is room for.

        Args:
            current: the source being processed.
            known: paths of sources that the case has, which are not read this way.
            under_way: number of running first reads that were handed out.
        """
        while self._to_come and any(source is current for source, _ in self._to_come):
            self._to_come.popleft()
        while self._to_come and under_way + len(self._begun) < self._most:
            source, task = self._to_come.popleft()
            if source.size >= OWN_PROCESS_FROM and source.path not in known and source.path not in self._begun:
                self._begun[source.path] = FirstRead(task, source.size)


def _serve(task: Task, send: Callable[[object], None]) -> None:
    """In the separate process: read a source; send progress and the result, or the error."""
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
