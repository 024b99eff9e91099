"""What the entries of a source say: each claimed file is parsed, from the case's own copy."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from echoforensics.case.entry_table import EntryToParse, KeptFile, entries_to_parse, set_parsed
from echoforensics.case.issue_table import add_issue, issues_of, remove_issues
from echoforensics.case.record_id import RecordNumbers
from echoforensics.case.record_table import add_prepared, prepare
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.extraction.findings import findings
from echoforensics.extraction.issue_groups import IssueGroups, joined
from echoforensics.extraction.neighbours import Neighbours
from parsers.alexa_api.named_file import NAME, names_of, not_read
from parsers.parser import HEAD_SIZE, Parser, Source, relative
from parsers.record import Issue, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.custody.open_case import OpenCase
    from echoforensics.case.record_table import PreparedRecord
    from parsers.alexa_api.items.service_names import ServiceName

#: Entries parsed in one transaction.
_BATCH = 100
#: Records added at once.
_RECORDS = 1000


class EntryParser:
    """Parses what was read of one source. What was parsed in an earlier run is passed over."""

    def __init__(self, case: OpenCase, evidence: int, parsers: tuple[Parser, ...]) -> None:
        """Take the case, the evidence item's number, and the run's parsers."""
        self._case = case
        self._store = case.store
        self._evidence = evidence
        self._neighbours = Neighbours(case.store, case.vault, evidence)
        self._parsers = {parser.name: parser for parser in parsers}

    def parse_all(self) -> Iterator[str]:
        """Parse every file that is still to be parsed; yields each path when it is done."""
        yield from self._parse_all()
        self._join_named()

    def _join_named(self) -> None:
        """Of files that name the service and are not read, make one issue, with their number and places."""
        found = issues_of(self._store, self._evidence, NAME)
        if len(found) > 1:
            with self._store.transaction():
                remove_issues(self._store, self._evidence, NAME)
                self._issue("", joined(found))

    def _parse_all(self) -> Iterator[str]:
        while batch := entries_to_parse(self._store, self._evidence, _BATCH):
            with self._store.transaction():
                for file in batch:
                    self._file(file)
                    set_parsed(self._store, file.id)
                    yield file.path

    def _file(self, file: EntryToParse) -> None:
        ordinal, entry = 0, file.id
        batch: list[PreparedRecord] = []
        issues = IssueGroups()
        numbers = RecordNumbers()
        source = self._source(file)
        claimed = self._claimed(file)
        for found in chain.from_iterable(findings(parser, source, self._case.path) for parser in claimed):
            if isinstance(found, Issue):
                issues.add(found)
                continue
            ordinal += 1
            at = self._file_of(file, found)
            if at is None:
                what = f"a record names {found.file!r} as the file it is in, and the case has no such file"
                issues.add(Issue(what, found.locator, parser=found.parser))
                continue
            number = numbers.number(at.sha256, found.parser, found.locator)
            made = prepare(found, at.sha256, number, self._evidence, ordinal)
            if at.entry != entry or len(batch) == _RECORDS:
                add_prepared(self._store, entry, file.id, batch)
                entry, batch = at.entry, []
            batch.append(made)
        add_prepared(self._store, entry, file.id, batch)
        silent = not ordinal and not issues and not any(parser.keeps_for_others for parser in claimed)
        if silent and (names := self._names(source)):
            issues.add(replace(not_read(names), parser=NAME))
        for issue in issues.grouped():
            self._issue(file.path, issue)

    def _names(self, source: Source) -> list[ServiceName]:
        """What of the service a file names that gave no record. What cannot be read was an issue before."""
        try:
            return names_of(source)
        except READ_ERRORS:
            return []

    def _source(self, file: EntryToParse) -> Source:
        with self._case.vault.open(file.sha256) as stream:
            head = stream.read(HEAD_SIZE)
        opener = partial(self._case.vault.open, file.sha256)
        return Source(file.path, file.size, head, opener, self._neighbours.source, file.mode)

    def _claimed(self, file: EntryToParse) -> tuple[Parser, ...]:
        """Who claimed the file when it was read, and is still installed."""
        return tuple(self._parsers[name] for name in file.read_by if name in self._parsers)

    def _file_of(self, file: EntryToParse, record: Record) -> KeptFile | None:
        """The entry that a record's locator is in; None where the case has none."""
        if not record.file:
            return KeptFile(file.id, file.sha256, file.size)
        return self._neighbours.file(relative(file.path, record.file))

    def _issue(self, path: str, issue: Issue) -> None:
        add_issue(self._store, self._evidence, path, issue)
