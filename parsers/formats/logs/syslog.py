"""Lines of the form ``Dec 29 14:10:36 host program[pid]: text``: without a year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from parsers.formats.logs import yearless
from parsers.formats.logs.lines import OtherLine, raw_lines

#: A longer line is read up to here.
MAX_LINE = 16384
_LINE = re.compile(
    rb"(?P<stamp>(?P<month>[A-Z][a-z]{2}) (?P<day>[ \d]\d) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d))"
    rb" (?P<host>\S{1,255}) (?P<program>[^\s:\[\]]{1,80})(?:\[(?P<pid>\d{1,10})\])?: ?(?P<text>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """One line. ``key`` is its time without a year; see :func:`parsers.formats.logs.yearless.key`."""

    number: int
    stamp: str
    key: int
    host: str
    program: bytes
    pid: str
    text: bytes


def take_apart(content: bytes, number: int) -> SyslogLine | None:
    """A line's parts; None where it is not of the form."""
    found = _LINE.fullmatch(content)
    if found is None:
        return None
    month, *rest = found.group("month", "day", "hour", "minute", "second")
    wall = yearless.key(month, *(int(part) for part in rest))
    if wall is None:
        return None
    return SyslogLine(
        number,
        found["stamp"].decode("ascii"),
        wall,
        found["host"].decode("utf-8", "backslashreplace"),
        found["program"],
        (found["pid"] or b"").decode("ascii"),
        found["text"],
    )


def lines(stream: BinaryIO) -> Iterator[SyslogLine | OtherLine]:
    """Every line that is not empty, from line 1."""
    for number, content in raw_lines(stream, MAX_LINE):
        yield take_apart(content, number) or OtherLine(number, content)
