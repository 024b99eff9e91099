"""Parses one file of a case, from the case's own copy: its records and issues. Nothing is written."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.entry_table import KeptFile
from echoforensics.case.record_id import RecordNumbers
from echoforensics.case.record_table import prepare
from echoforensics.errors import CaseDiskError
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.extraction.findings import findings
from echoforensics.own_disk import cannot_read
from parsers.alexa_api.named_file import NAME, names_of, not_read
from parsers.parser import HEAD_SIZE, Parser, Source, relative
from parsers.record import Issue, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from echoforensics.case.entry_table import EntryToParse
    from echoforensics.case.record_table import PreparedRecord
    from echoforensics.case.vault import Vault
    from echoforensics.extraction.neighbours import Neighbours
    from parsers.alexa_api.items.service_names import ServiceName

#: Limits of a chunk: records and issues, and characters of text.
CHUNK_ITEMS, CHUNK_TEXT = 1000, 1024 * 1024


class RecordInEntry(NamedTuple):
    """A record, and the number of the entry that its locator is in."""

    entry: int
    record: PreparedRecord


@dataclass(slots=True)
class FoundChunk:
    """Consecutive findings in a file.

    Attributes:
        records, issues: the findings.
        entry: number of the entry that the locators of the records are in.
        text: their approximate size in characters: messages, transcripts and fields of records are counted.
    """

    records: list[PreparedRecord] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    entry: int = 0
    text: int = 0

    def __bool__(self) -> bool:
        return bool(self.records or self.issues)

    @property
    def full(self) -> bool:
        """Whether the chunk is full."""
        return len(self.records) + len(self.issues) >= CHUNK_ITEMS or self.text >= CHUNK_TEXT

    def add(self, found: RecordInEntry | Issue) -> None:
        """Add a finding."""
        if isinstance(found, Issue):
            self.issues.append(found)
            self.text += len(found.what)
        else:
            self.entry = found.entry
            self.records.append(found.record)
            self.text += _characters(found.record)

    def takes(self, found: RecordInEntry | Issue) -> bool:
        """Whether a finding belongs to the same file as the records here."""
        return isinstance(found, Issue) or found.entry == self.entry or not self.records


def _characters(record: PreparedRecord) -> int:
    return sum(map(len, record.values))


def chunks(found: Iterable[RecordInEntry | Issue], *, hand_over: Callable[[], bool] = bool) -> Iterator[FoundChunk]:
    """Group the findings of a file into chunks, in order; memory is limited.

    Args:
        found: the findings.
        hand_over: whether to yield a chunk that is not full; called after each finding.
    """
    chunk = FoundChunk()
    for each in found:
        if isinstance(each, RecordInEntry):
            # As in most files.
            entry, record = each
            if entry != chunk.entry and chunk.records:
                yield chunk
                chunk = FoundChunk()
            chunk.entry = entry
            chunk.records.append(record)
            chunk.text += _characters(record)
        else:
            chunk.add(each)
        if chunk.text >= CHUNK_TEXT or chunk.full or hand_over():
            yield chunk
            chunk = FoundChunk()
    if chunk:
        yield chunk


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
    ) -> Iterator[RecordInEntry | Issue]:
        """Yield the findings of a file.

        Args:
            file: the file, which a parser claims.
            passed: names of parsers to skip: an earlier attempt has their findings.
            ordinal: number of records from these parsers.
            begins: called with the name of each parser before it reads the file.

        Raises:
            CaseDiskError: the case's copy cannot be read.
        """
        source = self._source(file)
        claimed = [parser for parser in self._claimed(file) if parser.name not in passed]
        numbers = RecordNumbers()
        silent = not passed
        for parser in claimed:
            begins(parser.name)
            for found in findings(parser, source, self._vault.root.parent):
                silent = False
                if isinstance(found, Issue):
                    yield found
                    continue
                ordinal += 1
                at = self._file_of(file, found)
                if at is None:
                    what = f"a record names {found.file!r} as the file it is in, and the case has no such file"
                    yield Issue(what, found.locator, parser=found.parser)
                    continue
                number = numbers.number(at.sha256, found.parser, found.locator)
                yield RecordInEntry(at.entry, prepare(found, at.sha256, number, self._evidence, ordinal))
        if silent and not any(parser.keeps_for_others for parser in claimed) and (names := _names(source)):
            yield replace(not_read(names), parser=NAME)

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

    def _file_of(self, file: EntryToParse, record: Record) -> KeptFile | None:
        """The entry that a record's locator is in; None if the case has none."""
        if not record.file:
            return KeptFile(file.id, file.sha256, file.size)
        return self._neighbours.file(relative(file.path, record.file))


def _names(source: Source) -> list[ServiceName]:
    """Return service names in a file that gave no record. Read errors are already issues."""
    try:
        return names_of(source)
    except READ_ERRORS:
        return []
