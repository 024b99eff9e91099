"""Undo a hexadecimal listing: an offset, some bytes and their characters on each line.

References:
    xxd(1), hexdump(1) with -C, od(1) with -t x1z, tcpdump(1) with -X, Wireshark's "Follow stream" as a hex dump.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise, zip_longest
from typing import NamedTuple

#: A line: the offset, and groups of one to four bytes, as a rule followed by their characters.
_LINE = re.compile(
    rb"^[ \t]{0,8}(?:0x)?(?P<at>[0-9a-fA-F]{4,16}):?[ \t]{1,4}(?P<bytes>(?:(?:[0-9a-fA-F]{2}){1,4}[ \t]{1,2}){0,31}"
    rb"(?:[0-9a-fA-F]{2}){1,4})(?P<rest>(?:[ \t|>][^\r\n]{0,80})?)\r?$",
    re.MULTILINE,
)
_BYTE = re.compile(rb"[0-9a-fA-F]{2}")
_AROUND = b" \t|<>"
#: How many bytes a line of a listing has at most.
_MOST = 64
#: The line for rows that repeat the one before.
_REPEATED = re.compile(rb"^\*\r?$", re.MULTILINE)
#: How many bytes of such rows are put in, together.
_MOST_REPEATED = 1 << 20
#: od(1) writes offsets in octal unless it is asked for another base.
_BASES = (16, 8, 10)


class Listing(NamedTuple):
    """What a listing holds.

    Attributes:
        content: the bytes.
        left_out: how many bytes of repeated rows it does not have, as they are too many.
    """

    content: bytes
    left_out: int


def listing(content: bytes) -> Listing:
    """Return the bytes that the lines of a listing have, in order; none if there is no such line.

    How many of a line's signs are bytes is known from the next line's offset; of a last line, from its characters.
    Rows that are left out because they repeat the one before (``*``) are put in again, up to 1 MiB together.

    Args:
        content: the listing, as text in UTF-8.
    """
    rows, free, left_out = list[bytes](), _MOST_REPEATED, 0
    for row, repeated in _rows(content):
        rows.append(row)
        if repeated > free:
            left_out += repeated
        elif repeated:
            rows.append((row * -(-repeated // len(row)))[:repeated])
            free -= repeated
    return Listing(b"".join(rows), left_out)


def listed_bytes(content: bytes) -> bytes:
    """Return the content of a :class:`Listing`."""
    return listing(content).content


def begins_as_listing(head: bytes) -> bool:
    """Whether most of the first lines of a text are those of a listing whose offsets go up.

    Args:
        head: the first bytes of the text.
    """
    lines = [line for line in head[:4096].split(b"\n")[:24] if line.strip()][:-1]
    offsets = [int(found["at"], 16) for found in map(_LINE.match, lines) if found]
    # Of several pieces listed one after another, each begins at 0 (curl --trace).
    rises = all(last < at or at == 0 for last, at in pairwise(offsets))
    return len(offsets) >= 2 and 2 * len(offsets) > len(lines) and rises


def _rows(content: bytes) -> Iterator[tuple[bytes, int]]:
    """The bytes of each line, and how many bytes follow that repeat them."""
    lines = list(_LINE.finditer(content))
    base = max(_BASES, key=lambda base: _exact(lines[:50], base))
    for line, following in zip_longest(lines, lines[1:]):
        row = bytes.fromhex(b"".join(_BYTE.findall(line["bytes"])).decode())
        distance = _distance(line, following, base) if following else 0
        if following and distance > len(row) and _REPEATED.search(content, line.end(), following.start()):
            yield row, distance - len(row)
        else:
            yield row[: distance if 0 < distance <= _MOST else _of_last(line, len(row))], 0


def _distance(line: re.Match[bytes], following: re.Match[bytes], base: int) -> int:
    """How many bytes lie between the offsets of two lines; 0 if they are not numbers to this base."""
    try:
        return int(following["at"], base) - int(line["at"], base)
    except ValueError:
        return 0


def _exact(lines: list[re.Match[bytes]], base: int) -> int:
    """How many lines have exactly the bytes that the next one's offset says."""
    return sum(
        _distance(line, following, base) == len(_BYTE.findall(line["bytes"])) for line, following in pairwise(lines)
    )


def _of_last(line: re.Match[bytes], most: int) -> int:
    """How many bytes a line has that no other follows: as many as it has characters behind them."""
    ends = [line.start("bytes") + found.end() for found in _BYTE.finditer(line["bytes"])]
    for count in range(most, 0, -1):
        if len(line.string[ends[count - 1] : line.end()].strip(_AROUND + b"\r")) == count:
            return count
    return most
