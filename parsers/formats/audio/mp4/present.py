"""Locate the samples in an index, and find how many are present in a truncated file.

References:
    ISO/IEC 14496-12, sections 8.6.1.2 (stts), 8.7.3.2 (stsz), 8.7.3.3 (stz2), 8.7.4 (stsc), 8.7.5 (stco, co64).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, repeat

from parsers.formats.audio.facts import MAX_UNITS
from parsers.formats.audio.mp4.boxes import Box, child, number
from parsers.formats.sized_bytes import SizedBytes

#: Bytes of a table that are read at once.
_PIECE = 64 * 1024


def present_duration(source: SizedBytes, table: Box) -> int | None:
    """Duration, in track units, of the samples present in the file, up to the first that is not.

    Args:
        source: the file, as far as it is present.
        table: the ``stbl`` box.

    Returns:
        None if the tables are incomplete.

    Raises:
        OSError: the source raised it.
    """
    chunks, counts = _chunks(source, table), child(source, table, b"stsc")
    sizes, times = _sizes(source, table), child(source, table, b"stts")
    if chunks is None or counts is None or sizes is None or times is None:
        return None
    durations = chain.from_iterable(
        repeat(each, min(count, MAX_UNITS)) for count, each in _rows(source, times, 8, (4, 4))
    )
    total = seen = 0
    for at, count in zip(chunks, _counts(source, counts), strict=False):
        place = at
        for _ in range(count):
            size, duration = next(sizes, None), next(durations, None)
            seen += 1
            if size is None or duration is None or place + size > source.size or seen > MAX_UNITS:
                return total
            place += size
            total += duration
    return total


def first_samples(source: SizedBytes, table: Box, most: int) -> list[tuple[int, int]]:
    """(Offset, length) of a track's first samples, up to a limit; none if the tables are incomplete.

    Raises:
        OSError: the source raised it.
    """
    chunks, counts, sizes = _chunks(source, table), child(source, table, b"stsc"), _sizes(source, table)
    found: list[tuple[int, int]] = []
    if chunks is None or counts is None or sizes is None:
        return found
    for at, count in zip(islice(chunks, most), _counts(source, counts), strict=False):
        place = at
        for size in islice(sizes, min(count, most - len(found))):
            found.append((place, size))
            place += size
        if len(found) >= most:
            break
    return found


def _rows(source: SizedBytes, box: Box, start: int, widths: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The rows of a table prefixed with their number, given the widths of its columns in bytes."""
    row = sum(widths)
    count = min(number(source, box.start + start - 4, 4), max(0, box.end - box.start - start) // row)
    at, each = box.start + start, _PIECE // row
    while count > 0 and (raw := source.read(at, min(count, each) * row)):
        for place in range(0, len(raw) - row + 1, row):
            columns, left = [], place
            for width in widths:
                columns.append(int.from_bytes(raw[left : left + width], "big"))
                left += width
            yield tuple(columns)
        at, count = at + len(raw), count - max(1, len(raw) // row)


def _chunks(source: SizedBytes, table: Box) -> Iterator[int] | None:
    for kind, width in ((b"stco", 4), (b"co64", 8)):
        box = child(source, table, kind)
        if box is not None:
            return (at for (at,) in _rows(source, box, 8, (width,)))
    return None


def _counts(source: SizedBytes, box: Box) -> Iterator[int]:
    """Number of samples in each chunk, in order."""
    before: tuple[int, int] | None = None
    for first, count, _ in _rows(source, box, 8, (4, 4, 4)):
        if before is not None:
            yield from repeat(before[1], min(max(0, first - before[0]), MAX_UNITS))
        before = first, count
    if before is not None:
        yield from repeat(before[1])


def _sizes(source: SizedBytes, table: Box) -> Iterator[int] | None:
    box = child(source, table, b"stsz")
    if box is None:
        return None
    each = number(source, box.start + 4, 4)
    if each:
        return repeat(each, min(number(source, box.start + 8, 4), MAX_UNITS))
    return (size for (size,) in _rows(source, box, 12, (4,)))
