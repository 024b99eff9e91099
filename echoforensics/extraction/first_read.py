"""The one read of a source: it is hashed and searched while its entries are read from the same pages of memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from echoforensics.carving.carved import View
from echoforensics.carving.search import Search
from echoforensics.carving.signatures import all_signatures

if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import TracebackType

    from echoforensics.evidence.source import Source, SourceHashes


class FirstRead:
    """Runs in a thread of its own. Hashing and matching let other threads run meanwhile."""

    def __init__(self, source: Source, algorithms: tuple[str, ...], *, carve: bool) -> None:
        """Begin to read a source."""
        self._source = source
        self._algorithms = algorithms
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="first-read")
        self.done = 0
        self.search: Search | None = None
        if carve and source.media is not None and all_signatures():
            self.search = Search(all_signatures(), View(source.media.size, source.media.read))
        self._future: Future[SourceHashes] = self._pool.submit(self._run)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; whether it is done."""
        try:
            self._future.exception(timeout=seconds)
        except TimeoutError:
            return False
        return True

    def hashes(self) -> SourceHashes:
        """What the source hashes to, when it is done. Raises OSError where it could not be read."""
        return self._future.result()

    def _run(self) -> SourceHashes:
        watch = self.search.feed if self.search else None
        hashes = self._source.hash(self._algorithms, self._advance, watch)
        if self.search:
            self.search.finish()
        return hashes

    def _advance(self, done: int) -> None:
        self.done = done
