"""A case's timeline as a storage file of the installed plaso, which its psort and pinfo read.

Everything goes through plaso's own storage writer and timeliner: a storage file is read only by the version that wrote
it, so its form is never ours to make.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plaso.containers.event_sources import EventSource
from plaso.containers.events import CalculateEventValuesHash, EventDataStream
from plaso.containers.sessions import Session
from plaso.containers.warnings import ExtractionWarning
from plaso.engine.timeliner import EventDataTimeliner
from plaso.lib.definitions import STORAGE_FORMAT_SQLITE
from plaso.storage.factory import StorageFactory

from echoforensics.case import counts
from echoforensics.case.row_query import rows_by_file
from echoforensics.plaso_plugin import plaso_internals
from echoforensics.plaso_plugin.definitions import UNDECLARED, data_types, timeliner
from echoforensics.plaso_plugin.event_data import event_data, parser_chain
from echoforensics.plaso_plugin.path_specs import PathSpecs
from echoforensics.plaso_plugin.vocabulary import NAME
from echoforensics.version import __version__

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import FileRow, Query


def write(case: Case, query: Query, path: Path, zone: str = "", about: str = "") -> int:
    """Write rows of a case; returns how many.

    Args:
        case: the case.
        query: which rows. The issues of the case are written with any of them.
        path: a file that does not exist yet.
        zone: a time zone that the session is to name. The events' times are in UTC.
        about: what the session is to say of the export, behind the command.

    Raises:
        PlasoChangedError: the installed plaso is not as we know it.
        OSError: the file cannot be written.
    """
    plaso_internals.check_store()
    with tempfile.TemporaryDirectory(prefix="echoforensics-plaso-") as data:
        # The timeliner reads nothing else of a data folder, and plaso's own mapping takes it a second.
        found = (kind.name for kind in counts.data_types(case.store))
        names = {name if name in data_types() else UNDECLARED: None for name in found}
        (Path(data) / "timeliner.yaml").write_text(timeliner(names), encoding="utf-8")
        writer = StorageFactory.CreateStorageWriter(STORAGE_FORMAT_SQLITE)
        writer.Open(path=str(path))
        try:
            return _Filling(writer, EventDataTimeliner(data_location=data), case).fill(query, zone, about)
        finally:
            writer.Close()


class _Filling:
    """One storage file being filled."""

    def __init__(self, writer: Any, timeliner: EventDataTimeliner, case: Case) -> None:
        self._writer = writer
        self._timeliner = timeliner
        self._case = case

    def fill(self, query: Query, zone: str, about: str) -> int:
        session = self._session(zone, about)
        self._writer.AddAttributeContainer(session)
        specs = {item.id: PathSpecs(item, self._case.store) for item in self._case.evidence()}
        stream, entry, count = None, None, 0
        for count, row in enumerate(rows_by_file(self._case.store, query), 1):  # noqa: B007 (the count is wanted)
            if row["entry_id"] != entry:
                entry = row["entry_id"]
                stream = self._stream(row, specs[row["evidence_id"]])
            self._event(row, stream)
        self._warnings()
        self._writer.UpdateParsersCounter({}, self._timeliner.parsers_counter)
        self._writer.UpdateDataTypesCounter({}, self._timeliner.data_types_counter)
        session.completion_time = int(time.time() * 1_000_000)
        self._writer.UpdateAttributeContainer(session)
        return count

    def _session(self, zone: str, about: str) -> Session:
        session = Session()
        session.product_name, session.product_version = "echoforensics", __version__
        command = f"echoforensics timeline -f plaso {self._case.path}"
        session.command_line_arguments = f"{command} ({about})" if about else command
        parsers = dict.fromkeys(name for name, _ in counts.parsers(self._case.store))
        session.enabled_parser_names = [parser_chain(parser) for parser in parsers]
        session.preferred_time_zone = zone or "UTC"
        return session

    def _stream(self, row: FileRow, specs: PathSpecs) -> EventDataStream:
        """The data stream of a file's events, with its source."""
        located = specs.of(row["path"], row["address"], row["file_state"])
        self._writer.AddAttributeContainer(EventSource(path_spec=located.path_spec))
        stream = EventDataStream()
        stream.path_spec, stream.sha256_hash = located.path_spec, row["sha256"]
        self._writer.AddAttributeContainer(stream)
        return stream

    def _event(self, row: FileRow, stream: EventDataStream | None) -> None:
        made = event_data(row)
        made._parser_chain = parser_chain(row["parser"])  # noqa: SLF001 (as plaso's own mediator does)
        made.SetEventDataStreamIdentifier(stream.GetIdentifier() if stream else None)
        made._event_values_hash = CalculateEventValuesHash(made, stream)  # noqa: SLF001
        self._writer.AddAttributeContainer(made)
        self._timeliner.ProcessEventData(self._writer, made, stream)

    def _warnings(self) -> None:
        """The case's issues. Their paths are in the text: pinfo fails where two warnings have different ones."""
        for issue in self._case.issues():
            where = ", ".join(part for part in (issue.evidence, issue.path, issue.locator) if part)
            chain = parser_chain(issue.parser) if issue.parser else NAME
            message = f"{where}: {issue.what}"
            self._writer.AddAttributeContainer(ExtractionWarning(message=message, parser_chain=chain))
