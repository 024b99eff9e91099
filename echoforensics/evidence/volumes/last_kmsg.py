"""Lists of partitions in kernel logs: the second source where the media's own table is lost.

A device writes at boot what lies where on its storage. Echo Show devices keep such a log as ``/recovery/last_kmsg``
in the partition ``cache``; elsewhere it is in ``pstore``, or the kernel's command line is in a boot image.

References:
    https://github.com/jcrasselt/amazon-echo-show-15 (docs/emmc.md: a list of an Echo Show 15, verbatim);
    Linux, Documentation/block/cmdline-partition.rst and drivers/mtd/parsers/cmdlinepart.c.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.volumes.slots import with_slots
from echoforensics.evidence.volumes.table import Partition, PartitionTable, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.volumes.table import Read

#: Bytes of the media that are looked through. On an Echo Show 15 the log lies 3.5 GiB from the start. Memory stays at
#: one piece, and the search ends soon after the first list.
SEARCHED = 64 * 1024**3
#: Bytes that are looked through after the first list, for others that may say otherwise.
SEARCHED_AFTER = 64 * 1024 * 1024
#: Lists that are compared.
MAX_LISTS = 64
#: Lines of lists, and lists on command lines, that are looked at.
MAX_LINES = 200_000
#: Partitions of one list.
MAX_PARTS = 256

_PIECE = 4 * 1024 * 1024
#: A list is shorter.
_OVERLAP = 64 * 1024
#: Between two lines of one list lies less.
_NEAR = 1024
_MARKS = (b"[mmcblk", b"parts=")
#: ``[mmcblk0p02]             reserved  offset 0x000002400000, size 0x000000800000``
_LINE = re.compile(
    rb"\[mmcblk\d{1,2}p(\d{1,3})\] {1,40}([\x21-\x7e]{1,64}) {1,8}"
    rb"offset 0x([0-9a-f]{1,16}),? {1,8}size 0x([0-9a-f]{1,16})",
    re.IGNORECASE,
)
#: ``blkdevparts=mmcblk0:1M(boot),4M@8M(system)ro,-(data)``
_PARAMETER = re.compile(rb"(?:mtd|blkdev)parts=([\x21\x23-\x26\x28-\x7e]{4,4096})")
_PIECE_OF_PARAMETER = re.compile(
    r"(?P<size>-|0x[0-9a-fA-F]{1,16}[kKmMgG]?|\d{1,20}[kKmMgG]?)(?:@(?P<at>0x[0-9a-fA-F]{1,16}[kKmMgG]?|\d{1,20}[kKmMgG]?))?"
    r"(?:\((?P<name>[^()]{1,64})\))?(?:ro|lk)*"
)
_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}


class _List(NamedTuple):
    at: int
    end: int
    parts: tuple[Partition, ...]


def search_log(read: Read, size: int) -> PartitionTable | None:
    """Look through the media for a list of its partitions. None if there is none; a table without partitions where
    a bound ended the search before there was one.
    """
    lists: list[_List] = []
    end = min(size, SEARCHED)
    start = taken = lines = 0
    while start < end and len(lists) < MAX_LISTS and lines < MAX_LINES:
        data = read(start, min(_PIECE + _OVERLAP, size - start))
        matches, parameters = _matches(data)
        lines += len(matches) + len(parameters)
        for found in (*_line_lists(matches, size), *_parameter_lists(parameters, size)):
            # What begins in the overlap is found again in the next piece; what ended there was taken.
            if found.at < _PIECE and start + found.at >= taken and len(lists) < MAX_LISTS:
                if not lists:
                    end = min(end, start + found.at + SEARCHED_AFTER)
                taken = start + found.end
                lists.append(_List(start + found.at, taken, found.parts))
        start += _PIECE
    if not lists and start < size:
        what = f"a list of partitions in kernel logs was looked for in the first {start} bytes only; there was none"
        return PartitionTable("last_kmsg", (), (what,))
    return _chosen(lists) if lists else None


def _chosen(lists: list[_List]) -> PartitionTable:
    # The most frequent list; of those the longest; of those the first.
    counts = [sum(other.parts == one.parts for other in lists) for one in lists]
    best = max(range(len(lists)), key=lambda index: (counts[index], len(lists[index].parts), -index))
    used = lists[best]
    issues = [
        "there is no table of partitions that can be read; where they lie was taken from a list that a kernel log or a"
        f" kernel's command line states, at byte {used.at} of the image"
    ]
    if any(one.parts != used.parts for one in lists):
        others = len({one.parts for one in lists}) - 1
        issues.append(f"{others} more such lists near it say otherwise; the one that stands most often was used")
    return PartitionTable("last_kmsg", with_slots(used.parts), tuple(issues))


def _matches(data: bytes) -> tuple[list[re.Match[bytes]], list[re.Match[bytes]]]:
    lines = _LINE.finditer(data) if _MARKS[0] in data else iter(())
    parameters = _PARAMETER.finditer(data) if _MARKS[1] in data else iter(())
    return list(islice(lines, MAX_LINES)), list(islice(parameters, MAX_LINES))


def _parameter_lists(matches: list[re.Match[bytes]], size: int) -> Iterator[_List]:
    for match in matches:
        parts = _of_parameter(match[1].decode("ascii"), size)
        if len(parts) > 1:
            yield _List(match.start(), match.end(), tuple(parts))


def _line_lists(matches: list[re.Match[bytes]], size: int) -> Iterator[_List]:
    parts: list[Partition] = []
    at, previous, end = 0, 0, 0
    for match in matches:
        number, offset, length = int(match[1]), int(match[3], 16), int(match[4], 16)
        if parts and (number <= previous or match.start() - end > _NEAR):
            yield from _useful(at, end, parts)
            parts = []
        if not parts:
            at = match.start()
        previous, end = number, match.end()
        name = printable(match[2].decode("ascii"))
        if offset < size and length and len(parts) < MAX_PARTS:
            parts.append(Partition(offset, length, name, name))
    yield from _useful(at, end, parts)


def _useful(at: int, end: int, parts: list[Partition]) -> Iterator[_List]:
    # One line alone may be a remnant of a list, or of another media's.
    if len(parts) > 1:
        yield _List(at, end, tuple(parts))


def _of_parameter(text: str, size: int) -> list[Partition]:
    """The partitions of the first device that the parameter names."""
    _, colon, definition = text.partition(":")
    parts: list[Partition] = []
    at = 0
    for number, piece in enumerate(definition.partition(";")[0].split(",")[:MAX_PARTS], 1):
        match = _PIECE_OF_PARAMETER.fullmatch(piece)
        if match is None or not colon:
            break
        at = _bytes(match["at"]) if match["at"] else at
        length = max(0, size - at) if match["size"] == "-" else _bytes(match["size"])
        name = printable(match["name"] or "")
        if length and at < size:
            parts.append(Partition(at, length, name or f"number {number}", name))
        at += length
    return parts


def _bytes(text: str) -> int:
    unit = _UNITS.get(text[-1].lower(), 1)
    digits = text if unit == 1 else text[:-1]
    return int(digits, 16 if digits.lower().startswith("0x") else 10) * unit
