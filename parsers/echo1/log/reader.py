"""Read a log from the first line to the last, and pass each line to the components that make records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.echo1.log.block import CLOCK, DETECTION, INTERACTION, MAX_LINE, START, STATE, Block
from parsers.echo1.log.boot import Boots
from parsers.echo1.log.clock import STEP_ON, Steps, Trust, clock_line
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
            topics = block.wanted.get(index, 0)
            if not topics and content[:STAMP_SIZE] == self._stamp:
                continue
            yield from self._line(block.first + index, content, topics)
        for index in sorted(block.cut):
            what = f"The line is longer than {MAX_LINE} bytes; the rest was not read."
            yield Issue(what, at_line(block.first + index), block.lines[index][:_EXCERPT])

    def _goes_on_orderly(self, block: Block) -> bool:
        """Whether every line has a stamp, and the clock does not step in or before the block."""
        if self._skipped or block.cut or block.has_zeros:
            return False
        # Most blocks are like this: only the lines with one of the words are checked individually.
        stamps = [line[:STAMP_SIZE] for line in block.lines]
        return in_order([self._stamp, *stamps] if self._stamp else stamps, STEP_ON)

    def _orderly(self, block: Block) -> Iterator[Record | Issue]:
        for index, topics in block.wanted.items():
            yield from self._wanted(take_apart(block.first + index, block.lines[index]), topics)
        self._steps.passed(block.lines[-1])
        self._stamp = block.lines[-1][:STAMP_SIZE]

    def end(self) -> Iterator[Record | Issue]:
        """Yield the results that are known only at the end of the file."""
        yield from self._skipped_ends()
        yield from self._records(self._joiner.end(self._steps.seconds))
        yield from self._marked(self._near_misses.end(self._steps.seconds))
        yield from self._boots.end()

    def _line(self, number: int, content: bytes, topics: int) -> Iterable[Record | Issue]:
        if topics and b"\0" in content:
            return self._zeros(number, content, topics)
        if has_stamp(content):
            return self._stamped(number, content, topics)
        self._skip(number, content)
        return ()

    def _stamped(self, number: int, content: bytes, topics: int) -> list[Record | Issue]:
        found: list[Record | Issue] = []
        last_number = number - 1
        if self._skipped:
            last_number = self._skipped.first - 1
            found += self._skipped_ends()
        if content[:STAMP_SIZE] != self._stamp:
            found += self._steps.check(number, content, last_number)
            self._stamp = content[:STAMP_SIZE]
        if topics:
            found += self._wanted(take_apart(number, content), topics)
        return found

    def _wanted(self, line: LogLine, topics: int) -> list[Record]:
        """The records of a line that may tell of something, and of what is over by its time."""
        found: list[Record] = []
        if topics & START:
            begins, found = self._boots.feed(line)
            if begins:
                found += self._records(self._joiner.end())
                found += self._marked(self._near_misses.end())
                self._trust.started(line)
        if topics & CLOCK:
            self._trust.feed(line)
            if record := clock_line(line):
                found.append(record)
        if over := self._joiner.feed(line, may_tell=bool(topics & INTERACTION)):
            found += self._records(over)
        if missed := self._near_misses.feed(line, may_tell=bool(topics & DETECTION)):
            found += self._marked(missed)
        if topics & STATE:
            found += self._marked(self._states.read(line))
        return found

    def _records(self, interactions: Iterable[Interaction]) -> Iterator[Record]:
        for one in interactions:
            yield from self._marked(records_of(one))

    def _marked(self, records: Iterable[Record]) -> Iterator[Record]:
        return map(self._trust.marked, records)

    def _zeros(self, number: int, content: bytes, topics: int) -> Iterator[Record | Issue]:
        """Read a line with zero bytes: complete lines may precede and follow them."""
        what = (
            "The line holds zero bytes, as a loss of power may leave them; they were passed over,"
            " and so was what stands between them without a time."
        )
        yield Issue(what, at_line(number), content[:_EXCERPT])
        parts = [part for part in _ZEROS.split(content) if has_stamp(part)]
        for part in parts:
            yield from self._stamped(number, part, topics)
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
