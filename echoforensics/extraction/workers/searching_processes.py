"""Searches a large image in ranges, each in a process of its own, while the caller hashes it."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Self

from chain_of_custody.digest import BLOCK_SIZE
from echoforensics.carving.ranges.range_search import RANGE, RangeFound, ranges_of, search_range
from echoforensics.errors import SourceError
from echoforensics.evidence.source import open_bytes
from echoforensics.extraction.workers.reading_process import ReadingProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType


class SearchingProcesses:
    """The processes; use them in a ``with`` statement."""

    def __init__(self, path: Path, kind: str, size: int, most: int) -> None:
        """Start to search an image.

        Args:
            path: the image.
            kind: what it was opened as.
            size: the size of its media in bytes.
            most: the most processes to start.
        """
        count = max(1, min(most, size // RANGE))
        blocks = -(-size // (count * BLOCK_SIZE))
        self._processes = [
            ReadingProcess(partial(_serve, path, kind, *each)) for each in ranges_of(size, blocks * BLOCK_SIZE)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()

    def found(self) -> Iterator[RangeFound]:
        """Yield what was found in each range, in order. Raises OSError or SourceError if one could not be searched."""
        for process in self._processes:
            try:
                received = process.receive()
            except EOFError:
                raise OSError(f"the process that searched it ended with code {process.wait()}") from None
            if isinstance(received, Exception):
                raise received
            assert isinstance(received, RangeFound)  # noqa: S101 (nothing else is written)
            yield received


def _serve(path: Path, kind: str, begin: int, end: int, send: Callable[[object], None]) -> None:
    """In a process: search a range of an image; send what was found, or the error."""
    try:
        send(range_of_image(path, kind, begin, end))
    except (OSError, SourceError) as error:
        send(error)


def range_of_image(
    path: Path, kind: str, begin: int, end: int, progress: Callable[[int], None] | None = None
) -> RangeFound:
    """Search a range of an image.

    Args:
        path: the image.
        kind: what it was opened as.
        begin, end: the range: offsets on its media in bytes.
        progress: called with the bytes of the range read so far.

    Raises:
        OSError, SourceError: it cannot be read, or is not an image.
    """
    with closing(open_bytes(path, kind)) as source:
        if source.media is None:
            raise SourceError(f"{path}: is not an image, and cannot be searched")
        return search_range(source.media, begin, end, progress=progress)
