"""Runs our parsers on files: each record becomes plaso events, each issue a warning."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from plaso.containers.events import EventDataStream

from echoforensics.case.record_id import RecordNumbers, record_id
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.evidence.name_search import kinds_named
from echoforensics.evidence.streams import BLOCK
from echoforensics.evidence.walk import file_readers, is_archive
from echoforensics.extraction.findings import findings
from echoforensics.plaso_plugin.definitions import data_types
from echoforensics.plaso_plugin.event_data import event_data, parser_chain
from echoforensics.timeline.timestamps import RowTime, no_time, row_time, row_times
from parsers.alexa_api.named_file import NAME, names_of, not_read
from parsers.parser import relative
from parsers.record import Issue
from parsers.registry import claiming

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from dfvfs.path.path_spec import PathSpec
    from plaso.parsers.mediator import ParserMediator

    from parsers.parser import Parser, Source
    from parsers.record import Record


#: How many data streams of other files to cache. An archive may have very many files.
_STREAMS = 64


@dataclass(frozen=True, slots=True)
class File:
    """A file to parse.

    Attributes:
        source: the file as parsers see it.
        spec: the path specification of its events.
        sha256: the SHA-256 of its content, if known.
        beside: returns another file of the same container by its whole path.
        remark: a sentence to append to each of its messages.
    """

    source: Source
    spec: PathSpec
    sha256: str
    beside: Callable[[str], File | None]
    remark: str = ""


class FileReading:
    """Parses files for one of plaso's mediators."""

    def __init__(self, mediator: ParserMediator, enabled: Container[str]) -> None:
        """Take plaso's mediator, and the names of the parsers that the user enabled."""
        self._mediator = mediator
        self._enabled = enabled
        self._declared = data_types()
        self._streams: dict[str, tuple[EventDataStream, Any]] = {}

    def claimed(self, source: Source) -> tuple[Parser, ...]:
        """Return the enabled parsers that claim a file."""
        claimed = file_readers(claiming(source.alone()), source.head)
        return tuple(parser for parser in claimed if parser.name in self._enabled)

    def parse(self, file: File) -> None:
        """Parse a file. Anything unreadable becomes a plaso warning."""
        claimed = self.claimed(file.source)
        if not file.source.names and asks_names(file.source, claimed) and (names := self._names(file)):
            file = replace(file, source=replace(file.source, names=names))
            claimed = self.claimed(file.source)
        numbers = RecordNumbers()
        found = sum(self._parse(parser, file, numbers) for parser in claimed)
        if claimed and not found and not any(parser.keeps_for_others for parser in claimed):
            self._warn_silent(file)

    def _names(self, file: File) -> tuple[str, ...]:
        """Return the kinds of service names in the whole file."""
        try:
            with file.source.open() as stream:
                return kinds_named(stream)
        except READ_ERRORS as error:
            self.warn(Issue(f"cannot be read: {error}"), file)
            return ()

    def _warn_silent(self, file: File) -> None:
        """Warn about a file that names the service but gave no records."""
        try:
            names = names_of(file.source)
        except READ_ERRORS:
            return
        if names and NAME in self._enabled:
            self.warn(replace(not_read(names), parser=NAME), file)

    def _parse(self, parser: Parser, file: File, numbers: RecordNumbers) -> int:
        """Parse a file with one parser. Returns the number of records and issues."""
        count = 0
        for found in findings(parser, file.source):
            if self._mediator.abort:
                break
            count += 1
            if isinstance(found, Issue):
                self.warn(found, file)
                continue
            record = replace(found, message=found.message + file.remark) if file.remark else found
            self._record(record, file, numbers)
        return count

    def warn(self, issue: Issue, file: File) -> None:
        """Store an issue as a plaso warning."""
        place = f" ({issue.locator})" if issue.locator else ""
        text = f"{issue.parser}: {issue.what}{place}" if issue.parser else f"{issue.what}{place}"
        self._mediator.ProduceWarning(f"{file.source.path}: {text}", path_spec=file.spec)

    def _record(self, record: Record, file: File, numbers: RecordNumbers) -> None:
        row = _row(record)
        if record.data_type not in self._declared:
            self.warn(
                Issue(f"has not declared the data type {record.data_type}", record.locator, b"", record.parser), file
            )
        if record.file:
            stands_in = file.beside(relative(file.source.path, record.file))
            if stands_in is None:
                raise LookupError(f"{record.parser}: a record stands in {record.file!r}, which is not there")
            file = stands_in
        with self._standing_in(file) as sha256:
            row |= {
                "path": file.source.path,
                # Whether a copy of the file differs at this place is not known here.
                "record": record_id(
                    sha256, record.parser, record.locator, numbers.number(sha256, record.parser, record.locator)
                ),
            }
            for number, time in enumerate(_times(record)):
                made = event_data({**row, **time._asdict()})
                # Two times of one record may be equal in everything that plaso compares.
                made.time_number = number
                made._parser_chain = parser_chain(record.parser)  # noqa: SLF001 (as plaso's own mediator does)
                self._mediator.ProduceEventData(made)

    @contextmanager
    def _standing_in(self, file: File) -> Iterator[str]:
        """Attribute events to a file other than plaso's current one. Yields its SHA-256."""
        mediator = self._mediator
        own = mediator._event_data_stream, mediator._event_data_stream_identifier  # noqa: SLF001
        place = file.spec.comparable
        if own[0] is not None and own[0].sha256_hash and place == own[0].path_spec.comparable:
            yield own[0].sha256_hash
            return
        if place in self._streams:
            mediator._event_data_stream, mediator._event_data_stream_identifier = self._streams[place]  # noqa: SLF001
        else:
            # Also if plaso was told not to hash: a row without its file's hash would be worth less.
            stream = EventDataStream()
            stream.path_spec, stream.sha256_hash = file.spec, file.sha256 or _hash(file.source)
            mediator.ProduceEventDataStream(stream)
            if len(self._streams) >= _STREAMS:
                del self._streams[next(iter(self._streams))]
            self._streams[place] = stream, stream.GetIdentifier()
        try:
            yield self._streams[place][0].sha256_hash
        finally:
            mediator._event_data_stream, mediator._event_data_stream_identifier = own  # noqa: SLF001


def asks_names(source: Source, claimed: tuple[Parser, ...]) -> bool:
    """Whether the service names in a whole file matter: no parser other than line readers claims it by its head."""
    return not is_archive(source.head) and all(parser.reads_lines for parser in claimed)


def _hash(source: Source) -> str:
    whole = hashlib.sha256()
    with source.open() as stream:
        while piece := stream.read(BLOCK):
            whole.update(piece)
    return whole.hexdigest()


def _row(record: Record) -> dict[str, Any]:
    """Return the columns of a record's rows that do not depend on a time."""
    return {
        "data_type": record.data_type,
        "message": record.message,
        "locator": record.locator,
        "device_serial": record.device_serial,
        "device_type": record.device_type,
        "account": record.account,
        "person": record.person,
        "utterance_id": record.utterance_id,
        "transcript": record.transcript,
        "parser_version": record.parser_version,
        "fields": json.dumps(dict(record.fields), ensure_ascii=False, sort_keys=True) if record.fields else None,
    }


def _times(record: Record) -> list[RowTime]:
    own = [
        row_time(m.description, m.recorded, m.clock, m.timestamp, m.locator or record.locator, m.note)
        for m in record.timestamps
    ]
    return row_times(record.data_type, record.utterance_id, record.locator, own) or [no_time(record.locator)]
