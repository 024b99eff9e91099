"""What the entries of a source say: each claimed file is parsed, from the case's own copy."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from echoforensics.case.store import storable
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.extraction.neighbours import Neighbours
from parsers.parser import HEAD_SIZE, Parser, Source, relative
from parsers.record import Issue, Record
from parsers.registry import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.case import OpenCase

#: Entries parsed in one transaction.
_BATCH = 100


@dataclass(frozen=True, slots=True)
class _File:
    """An entry that is to be parsed."""

    number: int
    path: str
    address: str
    size: int
    sha256: str
    mode: int | None
    read_by: str
    remark: str


class EntryParser:
    """Parses what was read of one source. What was parsed in an earlier run is passed over."""

    def __init__(self, case: OpenCase, evidence: int, origin: str) -> None:
        """Take the case, the evidence item's number, and its SHA-256."""
        self._case = case
        self._store = case.store
        self._evidence = evidence
        self._origin = origin
        self._neighbours = Neighbours(case.store, case.vault, evidence)
        self._parsers = {parser.name: parser for parser in load()}

    def parse_all(self) -> Iterator[str]:
        """Parse every file that is still to be parsed; yields each path when it is done."""
        while batch := self._store.to_parse(self._evidence, _BATCH):
            with self._store.transaction():
                for row in batch:
                    file = _File(*row)
                    self._file(file)
                    self._store.set_parsed(file.number)
                    yield file.path

    def _file(self, file: _File) -> None:
        ordinal = 0
        origin = "\0".join((self._origin, file.path, file.address))
        source = self._source(file)
        for parser in self._claimed(file):
            try:
                for found in parser.parse(source):
                    if isinstance(found, Issue):
                        self._issue(file.path, replace(found, parser=found.parser or parser.name))
                        continue
                    ordinal += 1
                    record = _signed_by(found, parser, file.remark)
                    stands_in = self._stands_in(file, record)
                    self._store.add_record(stands_in, ordinal, origin, self._evidence, record)
            except READ_ERRORS as error:
                self._issue(file.path, Issue(f"reading ended early: {error}", parser=parser.name))

    def _source(self, file: _File) -> Source:
        with self._case.vault.open(file.sha256) as stream:
            head = stream.read(HEAD_SIZE)
        opener = partial(self._case.vault.open, file.sha256)
        return Source(file.path, file.size, head, opener, self._neighbours.source, file.mode)

    def _claimed(self, file: _File) -> tuple[Parser, ...]:
        """Who claimed the file when it was read. One that is no longer installed is told of."""
        names = [name for name in json.loads(file.read_by) if name in self._parsers]
        return tuple(self._parsers[name] for name in names)

    def _stands_in(self, file: _File, record: Record) -> int:
        """The number of the entry that a record's locator is in."""
        if not record.file:
            return file.number
        found = self._neighbours.number(relative(file.path, record.file))
        if found is None:
            raise LookupError(f"{record.parser}: a record stands in {record.file!r}, which is not in the case")
        return found

    def _issue(self, path: str, issue: Issue) -> None:
        self._store.add_issue(self._evidence, storable(path), issue)


def _signed_by(record: Record, parser: Parser, remark: str) -> Record:
    return replace(
        record,
        parser=record.parser or parser.name,
        parser_version=record.parser_version or parser.version,
        message=record.message + remark,
    )
