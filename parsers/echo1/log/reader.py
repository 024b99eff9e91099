"""Read a log from the first line to the last, and pass each line to the components that make records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.echo1.log.block import MAX_LINE, Block
from parsers.echo1.log.boot import Boots
from parsers.echo1.log.clock import STEP_ON, Steps, Trust, clock_line, may_tell_of_clock
from parsers.echo1.log.interaction import Interaction
from parsers.echo1.log.joiner import Joiner
from parsers.echo1.log.line import STAMP_SIZE, LogLine, has_stamp, in_order, take_apart
from parsers.echo1.log.near_miss import NearMisses
from parsers.echo1.log.records import records_of
from parsers.echo1.log.state import States
from parsers.locator import at_line
from parsers.record import Issue, Record

_ZEROS = re.compile(rb"\0+")
_EXCERPT = 64


@dataclass(slots=True)
class _Skipped:
    """Neighbouring lines without a stamp: the first, the number of non-empty ones, and the first one's content."""

    first: int
    count: int = 0
    first_filled: int = 0
    excerpt: bytes = b""


class LogReader:
    """Reads one file. Pass it blocks in order, then call :meth:`end`."""

    def __init__(self) -> None:
        self._stamp = b""
        self._skipped: _Skipped | None = None
        self._steps, self._trust, self._boots = Steps(), Trust(), Boots()
        self._joiner, self._near_misses, self._states = Joiner(), NearMisses(), States()

    def block(self, block: Block) -> Iterator[Record | Issue]:
        """Yield the records and issues of a block."""
        if self._goes_on_orderly(block):
            yield from self._orderly(block)
            return
        for index, content in enumerate(block.lines):
            # Most lines end here: same second as the previous line, and without any of the words.
            if content[:STAMP_SIZE] == self._stamp and index not in block.wanted:
                continue
            yield from self._line(block.first + index, content, wanted=index in block.wanted)
        for index in sorted(block.cut):
            what = f"The line is longer than {MAX_LINE} bytes; the rest was not read."
            yield Issue(what, at_line(block.first + index), block.lines[index][:_EXCERPT])

    def _goes_on_orderly(self, block: Block) -> bool:
        """Whether every line has a stamp, and the clock does not step in or before the block."""
        if not self._stamp or self._skipped or block.cut:
            return False
        # Most blocks are like this: only the lines with one of the words are checked individually.
        return not block.has_zeros and in_order([self._stamp, *[line[:STAMP_SIZE] for line in block.lines]], STEP_ON)

    def _orderly(self, block: Block) -> Iterator[Record | Issue]:
        for index in sorted(block.wanted):
            content = block.lines[index]
            self._steps.passed(content)
            yield from self._wanted(take_apart(block.first + index, content))
        self._steps.passed(block.lines[-1])
        self._stamp = block.lines[-1][:STAMP_SIZE]

    def end(self) -> Iterator[Record | Issue]:
        """Yield the results that are known only at the end of the file."""
        yield from self._skipped_ends()
        yield from self._records(self._joiner.end(self._steps.seconds))
        yield from self._marked(self._near_misses.end(self._steps.seconds))
        yield from self._boots.end()

    def _line(self, number: int, content: bytes, *, wanted: bool) -> Iterable[Record | Issue]:
        if wanted and b"\0" in content:
            return self._zeros(number, content)
        if has_stamp(content):
            return self._stamped(number, content, wanted=wanted)
        self._skip(number, content)
        return ()

    def _stamped(self, number: int, content: bytes, *, wanted: bool) -> list[Record | Issue]:
        found: list[Record | Issue] = []
        last_number = number - 1
        if self._skipped:
            last_number = self._skipped.first - 1
            found += self._skipped_ends()
        if content[:STAMP_SIZE] != self._stamp:
            found += self._steps.check(number, content, last_number)
            self._stamp = content[:STAMP_SIZE]
        if wanted:
            found += self._wanted(take_apart(number, content))
        return found

    def _wanted(self, line: LogLine) -> list[Record]:
        begins, found = self._boots.feed(line)
        if begins:
            found += self._records(self._joiner.end())
            found += self._marked(self._near_misses.end())
            self._trust.started(line)
        if may_tell_of_clock(line.text):
            self._trust.feed(line)
            if record := clock_line(line):
                found.append(record)
        if over := self._joiner.feed(line):
            found += self._records(over)
        if missed := self._near_misses.feed(line):
            found += self._marked(missed)
        found += self._marked(self._states.read(line))
        return found

    def _records(self, interactions: Iterable[Interaction]) -> Iterator[Record]:
        for one in interactions:
            yield from self._marked(records_of(one))

    def _marked(self, records: Iterable[Record]) -> Iterator[Record]:
        return map(self._trust.marked, records)

    def _zeros(self, number: int, content: bytes) -> Iterator[Record | Issue]:
        """Read a line with zero bytes: complete lines may precede and follow them."""
        what = (
            "The line holds zero bytes, as a loss of power may leave them; they were passed over,"
            " and so was what stands between them without a time."
        )
        yield Issue(what, at_line(number), content[:_EXCERPT])
        parts = [part for part in _ZEROS.split(content) if has_stamp(part)]
        for part in parts:
            yield from self._stamped(number, part, wanted=True)
        if not parts:
            self._skip(number, b"")

    def _skip(self, number: int, content: bytes) -> None:
        if self._skipped is None:
            self._skipped = _Skipped(number)
        # The previous line's stamp must not be reused for the next one: its number would be wrong.
        self._stamp = b""
        if content.strip():
            if not self._skipped.count:
                self._skipped.first_filled, self._skipped.excerpt = number, content[:_EXCERPT]
            self._skipped.count += 1

    def _skipped_ends(self) -> Iterator[Issue]:
        skipped, self._skipped = self._skipped, None
        if skipped is None or not skipped.count:
            return
        what = "The line does not start with a time, as lines of this log do; it was not read."
        if skipped.count > 1:
            what = (
                f"{skipped.count} lines from here on do not start with a time, as lines of this log do;"
                " they were not read."
            )
        yield Issue(what, at_line(skipped.first_filled), skipped.excerpt)
