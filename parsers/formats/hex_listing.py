"""Undo a hexadecimal listing: an offset, some bytes and their characters on each line.

References:
    xxd(1), hexdump(1) with -C, od(1) with -t x1z, tcpdump(1) with -X, Wireshark's "Follow stream" as a hex dump.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

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


def listed_bytes(content: bytes) -> bytes:
    """Return the bytes that the lines of a listing have, in order; empty if there is no such line.

    How many of a line's signs are bytes is known from the next line's offset; of a last line, from its characters.

    Args:
        content: the listing, as text in UTF-8.
    """
    return b"".join(_rows(content))


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


def _rows(content: bytes) -> Iterator[bytes]:
    lines = list(_LINE.finditer(content))
    for number, line in enumerate(lines):
        listed = [int(digits, 16) for digits in _BYTE.findall(line["bytes"])]
        following = int(lines[number + 1]["at"], 16) if number + 1 < len(lines) else -1
        count = following - int(line["at"], 16)
        yield bytes(listed[: count if 0 < count <= _MOST else _of_last(line, len(listed))])


def _of_last(line: re.Match[bytes], most: int) -> int:
    """How many bytes a line has that no other follows: as many as it has characters behind them."""
    ends = [line.start("bytes") + found.end() for found in _BYTE.finditer(line["bytes"])]
    for count in range(most, 0, -1):
        if len(line.string[ends[count - 1] : line.end()].strip(_AROUND + b"\r")) == count:
            return count
    return most
