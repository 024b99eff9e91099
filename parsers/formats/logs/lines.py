"""What the readers of a device's text logs share: raw lines, lines that are not of the form, the file's own record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from parsers.formats.logs.yearless import Years
from parsers.locator import at_line
from parsers.record import Clock, Issue, Record, Timestamp, Value

FILE_TYPE = "echo:log:file"
#: More lines than this in one file are not read.
MAX_LINES = 5_000_000
#: After this many lines that are not of the form the others are counted, not listed.
MAX_ISSUES = 50
_MAX_PROGRAMS, _LISTED_PROGRAMS = 2000, 50


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A line that is not of the form."""

    number: int
    content: bytes


def raw_lines(stream: BinaryIO, most: int) -> Iterator[tuple[int, bytes]]:
    """Every line that holds something, with its number from 1, without its end and up to ``most`` bytes."""
    number = 0
    while piece := stream.readline(most + 1):
        number += 1
        whole = piece
        while len(piece) > most and not piece.endswith(b"\n"):
            piece = stream.readline(most + 1)
            if not piece:
                break
        content = whole.rstrip(b"\r\n")
        if content.strip(b"\0 \t"):
            yield number, content


@dataclass(slots=True)
class LogSummary:
    """The record of the file as a whole."""

    of_form: int = 0
    not_of_form: int = 0
    first: Timestamp | None = None
    last: Timestamp | None = None
    programs: Counter[str] = field(default_factory=Counter)

    def line(self, program: str, timestamp: Timestamp) -> None:
        """Count a line."""
        self.of_form += 1
        if len(self.programs) < _MAX_PROGRAMS or program in self.programs:
            self.programs[program] += 1
        if timestamp.timestamp is not None:
            self.first = self.first or timestamp
            self.last = timestamp

    def other(self, line: OtherLine) -> Iterator[Issue]:
        """Tell of a line that is not of the form."""
        self.not_of_form += 1
        if self.not_of_form <= MAX_ISSUES:
            yield Issue("The line is not of the form of this log.", at_line(line.number), line.content[:64])

    def end(self, years: Years) -> Iterator[Record | Issue]:
        """What is known only when the file ends: its own record."""
        if self.not_of_form > MAX_ISSUES:
            yield Issue(f"{self.not_of_form - MAX_ISSUES} more lines are not of the form of this log.")
        if self.of_form == MAX_LINES:
            yield Issue(f"Only the first {MAX_LINES} lines were read.")
        programs: dict[str, Value] = dict(self.programs.most_common(_LISTED_PROGRAMS))
        fields: dict[str, Value] = {"lines": self.of_form, "lines_by_program": programs}
        message = f"The log holds {self.of_form} lines, of {len(self.programs)} programs"
        if years.why:
            fields["lines_without_year"] = years.unknown_before
            message += f"; of {years.unknown_before} of them the year is not known, because {years.why}"
        timestamps: tuple[Timestamp, ...] = ()
        if self.first and self.last:
            ends = (("Start Time", self.first), ("End Time", self.last))
            timestamps = tuple(Timestamp(word, at.recorded, Clock.DEVICE, at.timestamp, at.note) for word, at in ends)
        yield Record(FILE_TYPE, message + ".", "", timestamps, fields=fields)
