"""Parses one file of a case, from the case's own copy: its records and issues. Nothing is written."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from echoforensics.case.entry_table import KeptFile
from echoforensics.case.record_id import RecordNumbers
from echoforensics.case.record_table import with_forms, without_forms
from echoforensics.errors import CaseDiskError
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.extraction.findings import findings
from echoforensics.own_disk import cannot_read
from parsers.alexa_api.named_file import NAME, names_of, not_read
from parsers.parser import HEAD_SIZE, Parser, Source, relative
from parsers.record import Issue, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.entry_table import EntryToParse
    from echoforensics.case.record_table import FormlessRecord, PreparedRecord
    from echoforensics.case.vault import Vault
    from echoforensics.extraction.neighbours import Neighbours
    from parsers.alexa_api.items.service_names import ServiceName

#: Limits of a chunk: records and issues, and characters of text.
CHUNK_ITEMS, CHUNK_TEXT = 1000, 1024 * 1024
#: Number of records prepared at once.
_AT_ONCE = 100


@dataclass(slots=True)
class FoundChunk:
    """Consecutive findings in a file.

    Attributes:
        records, issues: the findings.
        entry: number of the entry that the locators of the records are in.
        text: their approximate size in characters: messages, transcripts and fields of records are counted.
        unprepared: records that the process which takes them prepares; then there is nothing else.
    """

    records: list[PreparedRecord] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    entry: int = 0
    text: int = 0
    unprepared: list[FormlessRecord] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.records or self.issues)

    @property
    def full(self) -> bool:
        """Whether the chunk is full."""
        return len(self.records) + len(self.issues) >= CHUNK_ITEMS or self.text >= CHUNK_TEXT

    def add(self, records: list[PreparedRecord], entry: int) -> list[PreparedRecord]:
        """Add records until the chunk is full. Returns the others: all of them if there are some of another entry."""
        if self.records and entry != self.entry:
            return records
        self.entry = entry
        room, added = CHUNK_ITEMS - len(self.records) - len(self.issues), 0
        while added < min(room, len(records)) and self.text < CHUNK_TEXT:
            self.text += sum(map(len, records[added].values))
            added += 1
        self.records += records[:added]
        return records[added:]


class _Gathering:
    """Findings in a file, until they are yielded in chunks.

    Attributes:
        at: the file that the locators of the next records are in.
        waiting: records that are yet to be prepared, many at once; each with its number and ordinal.
    """

    def __init__(self, evidence: int, at: KeptFile, leaves: Callable[[], bool]) -> None:
        self._evidence, self._leaves = evidence, leaves
        self.at = at
        self.waiting: list[tuple[Record, int, int]] = []
        self._chunk = FoundChunk()

    def add_issue(self, issue: Issue) -> None:
        """Add an issue."""
        self._chunk.issues.append(issue)
        self._chunk.text += len(issue.what)

    @property
    def is_due(self) -> bool:
        """Whether there is enough to prepare or to yield."""
        return len(self.waiting) >= _AT_ONCE or bool(self._chunk.issues and self._chunk.full)

    def chunks(self, *, whole: bool) -> Iterator[FoundChunk]:
        """Prepare the records that wait, or leave them. Yield the chunks that are full, or all there is."""
        if not whole and self.waiting and self._leaves():
            yield from self._unprepared()
            return
        records = with_forms(self._taken())
        while records := self._chunk.add(records, self.at.entry):
            yield self._chunk
            self._chunk = FoundChunk()
        if self._chunk and (whole or self._chunk.full):
            yield self._chunk
            self._chunk = FoundChunk()

    def _unprepared(self) -> Iterator[FoundChunk]:
        if self._chunk:
            yield self._chunk
            self._chunk = FoundChunk()
        yield FoundChunk(entry=self.at.entry, unprepared=self._taken())

    def _taken(self) -> list[FormlessRecord]:
        taken, self.waiting = without_forms(self.waiting, self.at.sha256, self._evidence), []
        return taken


def _silent(_parser: str) -> None:
    """Report nothing."""


class FileParser:
    """Parses files of one evidence item. It holds no state, so any process can use it."""

    def __init__(self, evidence: int, parsers: tuple[Parser, ...], vault: Vault, neighbours: Neighbours) -> None:
        """Take the evidence item's number, the run's parsers, the case's vault, and a finder of neighbouring files."""
        self._evidence = evidence
        self._parsers = {parser.name: parser for parser in parsers}
        self._vault = vault
        self._neighbours = neighbours

    def parse(
        self,
        file: EntryToParse,
        passed: tuple[str, ...] = (),
        ordinal: int = 0,
        begins: Callable[[str], None] = _silent,
        hand_over: Callable[[], bool] = bool,
        leaves: Callable[[], bool] = bool,
    ) -> Iterator[FoundChunk]:
        """Yield the findings of a file in chunks, in order; memory is limited.

        Args:
            file: the file, which a parser claims.
            passed: names of parsers to skip: an earlier attempt has their findings.
            ordinal: number of records from these parsers.
            begins: called with the name of each parser before it reads the file.
            hand_over: whether to yield a chunk that is not full; called after each finding.
            leaves: whether to leave the records that wait to be prepared; called when they are many.

        Raises:
            CaseDiskError: the case's copy cannot be read.
        """
        source = self._source(file)
        claimed = [parser for parser in self._claimed(file) if parser.name not in passed]
        own, numbers = KeptFile(file.id, file.sha256, file.size), RecordNumbers()
        gathering, silent = _Gathering(self._evidence, own, leaves), not passed
        for parser in claimed:
            begins(parser.name)
            for found in findings(parser, source, self._vault.root.parent):
                silent = False
                if isinstance(found, Issue):
                    gathering.add_issue(found)
                else:
                    ordinal += 1
                    at = self._neighbours.file(relative(file.path, found.file)) if found.file else own
                    if at is None:
                        gathering.add_issue(_in_no_file(found))
                    else:
                        if at.entry != gathering.at.entry:
                            yield from gathering.chunks(whole=True)
                            gathering.at = at
                        number = numbers.number(at.sha256, found.parser, found.locator)
                        gathering.waiting.append((found, number, ordinal))
                if hand_over():
                    yield from gathering.chunks(whole=True)
                elif gathering.is_due:
                    yield from gathering.chunks(whole=False)
        if silent and not any(parser.keeps_for_others for parser in claimed) and (names := _names(source)):
            gathering.add_issue(replace(not_read(names), parser=NAME))
        yield from gathering.chunks(whole=True)

    def _source(self, file: EntryToParse) -> Source:
        try:
            with self._vault.open(file.sha256) as stream:
                head = stream.read(HEAD_SIZE)
                whole = len(head) < HEAD_SIZE or not stream.read(1)
        except OSError as error:
            raise CaseDiskError(cannot_read(self._vault.root.parent, error.strerror or str(error))) from error
        # A short file is not opened and read once more.
        opener = partial(io.BytesIO, head) if whole else partial(self._vault.open, file.sha256)
        return Source(file.path, file.size, head, opener, self._neighbours.source, file.mode)

    def _claimed(self, file: EntryToParse) -> tuple[Parser, ...]:
        """The parsers that claimed the file when it was read, and are still installed."""
        return tuple(self._parsers[name] for name in file.read_by if name in self._parsers)


def _in_no_file(record: Record) -> Issue:
    what = f"a record names {record.file!r} as the file it is in, and the case has no such file"
    return Issue(what, record.locator, parser=record.parser)


def _names(source: Source) -> list[ServiceName]:
    """Return service names in a file that gave no record. Read errors are already issues."""
    try:
        return names_of(source)
    except READ_ERRORS:
        return []
