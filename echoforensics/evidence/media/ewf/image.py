"""The media of an EWF image: its segments put together, with every chunk checked."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.evidence.media.ewf.chunks import find_chunks, places_of, read_chunk
from echoforensics.evidence.media.ewf.sections import ChunkTable, EwfSegment, Geometry

if TYPE_CHECKING:
    from array import array

    from echoforensics.evidence.media.file_bytes import RandomBytes

#: Bytes of chunks, and number of tables, that are kept at hand.
_KEPT_BYTES = 4 << 20
_KEPT_TABLES = 16
#: Bytes that missing segments may stand for: a share of those that are there, and a floor.
_MAX_GAP_RATIO = 200
_MAX_GAP_FLOOR = 2 << 30


@dataclass(slots=True)
class _ChunkRun:
    """Chunks that follow one another: of one table, or found without one and already as places."""

    data: RandomBytes
    count: int
    chunks: ChunkTable | array[int]
    first: int = 0


class EwfImage:
    """Reads chunks. What a segment that is missing held cannot be read.

    Attributes:
        size: bytes of the media, up to the last that is in the image.
        issues: what is missing or damaged by the segments' own structure, a sentence each.
    """

    def __init__(self, geometry: Geometry, parts: dict[int, tuple[RandomBytes, EwfSegment]]) -> None:
        """Put segments together.

        Args:
            geometry: of the media.
            parts: the bytes of a segment, and what was read of it, by its number.
        """
        self._geometry = geometry
        self._parts = parts
        self.issues: list[str] = []
        self._runs: list[_ChunkRun] = []
        self._place_runs()
        self._firsts = [run.first for run in self._runs]
        held = max((run.first + run.count for run in self._runs), default=0)
        self.size = min(geometry.size, held * geometry.chunk_size)
        if self.size < geometry.size:
            self.issues.append(
                f"the image says that its media has {geometry.size} bytes; only the first {self.size} are in the"
                f" segments that are here; the last {geometry.size - self.size} are missing"
            )
        self._tables: OrderedDict[int, array[int]] = OrderedDict()
        self._chunks: OrderedDict[int, bytes] = OrderedDict()

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes of the media. Raises OSError where a chunk is damaged or missing."""
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        chunk_size = self._geometry.chunk_size
        first, last = offset // chunk_size, (offset + size - 1) // chunk_size
        content = b"".join([self._chunk(number) for number in range(first, last + 1)])
        return content[offset - first * chunk_size :][:size]

    def close(self) -> None:
        """Close the segments."""
        for data, _ in self._parts.values():
            data.close()

    def _chunk(self, number: int) -> bytes:
        if (kept := self._chunks.get(number)) is not None:
            return kept
        index = bisect_right(self._firsts, number) - 1
        run = self._runs[index] if index >= 0 else None
        if run is None or number >= run.first + run.count:
            raise OSError("no segment that is here holds them")
        chunk_size = self._geometry.chunk_size
        wanted = min(chunk_size, self._geometry.size - number * chunk_size)
        content = read_chunk(run.data, self._places(index), number - run.first, wanted, chunk_size)
        self._chunks[number] = content
        # The chunk read last is kept however large it is: the next read is most often of it too.
        if len(self._chunks) > max(1, _KEPT_BYTES // chunk_size):
            self._chunks.popitem(last=False)
        return content

    def _places(self, index: int) -> array[int]:
        run = self._runs[index]
        if not isinstance(run.chunks, ChunkTable):
            return run.chunks
        if index not in self._tables:
            self._tables[index] = places_of(run.data, run.chunks)
            if len(self._tables) > _KEPT_TABLES:
                self._tables.popitem(last=False)
        self._tables.move_to_end(index)
        return self._tables[index]

    def _place_runs(self) -> None:
        """Number the chunks of every segment: from the start up to the first gap, from the end behind the last."""
        groups = self._groups()
        at = 0
        for run in groups[0] if groups else []:
            run.first = at
            at += run.count
        self._runs = groups[0] if groups else []
        if len(groups) < 2:
            return
        behind = groups[-1]
        first = self._geometry.chunks - sum(run.count for run in behind)
        total = sum(data.size for data, _ in self._parts.values())
        gap = (first - at) * self._geometry.chunk_size
        ends = max(self._parts.values(), key=lambda part: part[1].number)[1].last
        if ends and 0 <= gap <= _MAX_GAP_FLOOR + _MAX_GAP_RATIO * total:
            for run in behind:
                run.first = first
                first += run.count
            self._runs = [*self._runs, *behind]
            groups = groups[:-1]
        if left := sum(run.count for group in groups[1:] for run in group):
            self.issues.append(
                f"{left} chunks of {self._geometry.chunk_size} bytes behind a gap were not read: where on the media"
                " they belong is not known"
            )

    def _groups(self) -> list[list[_ChunkRun]]:
        """Runs with nothing missing between them."""
        groups: list[list[_ChunkRun]] = [[]]
        expected = 1
        for number, (data, segment) in sorted(self._parts.items()):
            if number != expected:
                groups.append([])
            expected = number + 1
            for table in segment.tables:
                if isinstance(table, ChunkTable):
                    groups[-1].append(_ChunkRun(data, table.count, table))
                    continue
                found = find_chunks(data, table, self._geometry.chunk_size)
                groups[-1].append(_ChunkRun(data, len(found) - 1, found))
                if found[-1] >> 1 < table.end:
                    groups.append([])  # how many chunks the rest held is not known
            if not segment.whole:
                groups.append([])
        if not groups[-1]:
            groups.pop()
        return groups
