"""A case folder, opened for reading: ``case.db``, ``custody.jsonl`` and ``artefacts/``."""

from __future__ import annotations

import hashlib
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Self

from chain_of_custody.ledger import LedgerEntry, LedgerError, read
from echoforensics.case import counts, issue_table, recording_query, row_query
from echoforensics.case.clocks.clock_answers import ClockAnswers
from echoforensics.case.custody.names import ARTEFACTS, BEGINNINGS, DATABASE, LEDGER, SEALED
from echoforensics.case.custody.standing import known_head
from echoforensics.case.evidence_table import EvidenceItem, evidence_items
from echoforensics.case.exhibits.row import Query
from echoforensics.case.no_case import not_a_case
from echoforensics.case.overview.overview_answers import OverviewAnswers
from echoforensics.case.results import Results, Rows
from echoforensics.case.store import Store
from echoforensics.case.time_bounds import TimeBound, microseconds
from echoforensics.case.vault import Vault
from echoforensics.counting import counted
from echoforensics.errors import CaseError

#: Prefix of every row's message in a case whose contents are unverified.
UNVERIFIED = "[UNVERIFIED] "

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    import pandas as pd
    import pyarrow as pa

    from echoforensics.case.counts import Account, CaseCounts, Device
    from echoforensics.case.exhibits.row import Row
    from echoforensics.case.issue_table import CaseIssue
    from echoforensics.case.recording_query import FoundRecording
    from echoforensics.case.spoken.case_gap import CaseGap
    from echoforensics.case.spoken.interaction import CaseInteraction
    from echoforensics.case.tracing import Trace
    from echoforensics.evidence.source import EvidenceSource, SourceBytes


class Case(ClockAnswers, OverviewAnswers):
    """A case folder, opened for reading. ``OpenCase`` writes.

    Attributes:
        path: the folder.
        store: its database, for functions of this package that need more than the methods here.
        vault: the extracted files.
        unverified: one sentence that says why the case is unverified; empty if its seal was checked or the check
            was not requested.

    Example:
        >>> case
        <Case case: 3 evidence items, 47 records in 74 rows, 6 recordings, 1 issue>
    """

    def __init__(self, path: Path, store: Store) -> None:
        self.path = path
        self.store = store
        self.vault = Vault(path / ARTEFACTS)
        self.unverified = ""

    @classmethod
    def open(cls, path: Path) -> Case:
        """Open a case for reading.

        Raises:
            CaseError: the folder is not a case, or is one of another version.
        """
        if not (path / DATABASE).is_file():
            raise not_a_case(path)
        return cls(path, Store(path / DATABASE))

    def rows(
        self, *, search: str = "", types: Iterable[str] = (), start: TimeBound = None, end: TimeBound = None,
        devices: Iterable[str] = (), evidence: Iterable[str] = (), state: Iterable[str] = (),
        recordings_only: bool = False, interaction: str = "", regex: str = "", persons: Iterable[str] = (),
        accounts: Iterable[str] = (), gaps: bool = False,
    ) -> Rows:  # fmt: skip
        """The matching rows of the timeline, by time, those without a time last. Rows are streamed.

        Args:
            search: text in the row or the record's other fields, in any case; see docs/case-folder.md.
            types: data types, families such as ``alexa:cloud``, or beginnings such as ``echo:log:wake*``.
            start: earliest time: ISO 8601 (a time without a zone is in UTC), a datetime with a zone, or microseconds
                since 1970 UTC.
            end: latest time, likewise; a date alone includes that day, all else is not included itself.
            devices: serial numbers, device types or names; of a device whose own disk is in the case, with all rows
                of that disk that name no device.
            evidence: names of evidence items.
            state: ``live``, ``deleted``, ``carved`` or ``damaged``.
            recordings_only: only rows to which a recording belongs.
            interaction: number of an interaction; only its rows. gaps: whether to include gaps among the rows.
            regex: a regular expression that must match where ``search`` looks; case is ignored.
            persons, accounts: as stored in the columns.

        Where ``start`` or ``end`` is given, rows whose time in UTC is unknown are left out.

        Raises:
            UsageError: a time, a state or the regular expression is invalid, or there is no such interaction.

        Example:
            >>> for row in case.rows(types=["echo:log:wake_word"], end="2024-03-09T12:00"):
            ...     print(row["exhibit"], row["datetime"])
            EF-0000003 2024-03-08T20:31:49.094000+00:00
        """
        query = Query(
            microseconds(start), microseconds(end, end=True), search, tuple(types), tuple(devices), recordings_only,
            tuple(evidence), tuple(state), self._number_of(interaction) if interaction else None, regex,
            tuple(persons), tuple(accounts), gaps,
        )  # fmt: skip
        return Rows(lambda: row_query.rows(self.store, query), lambda: row_query.count(self.store, query))

    def row(self, exhibit: str) -> Row:
        """One row by its exhibit number; ``EF-0000012``, ``ef-12`` and ``12`` are the same.

        Raises:
            UsageError: there is no such exhibit.

        Example:
            >>> case.row("3")["data_type"]
            'echo:log:wake_word'
        """
        return row_query.row(self.store, exhibit)

    def interactions(
        self, *, search: str = "", start: TimeBound = None, end: TimeBound = None, devices: Iterable[str] = (),
        unintended: bool = False,
    ) -> Results[CaseInteraction]:  # fmt: skip
        """Each time somebody, or something, spoke to a device, with all its records. See docs/interactions.md.

        Args:
            search: text in the interaction or one of its records, in any case.
            start, end: bounds of the start, as for :meth:`rows`.
            devices: serial numbers, types, or names.
            unintended: only those with signs that they were not intended.

        Raises:
            UsageError: a time is invalid.
            CaseError: on reading: the case's version has no interactions or gaps.

        Example:
            >>> for found in case.interactions(search="lights"):
            ...     print(found.number, found.transcript, found.sources)
            IN-0000004 alexa turn off the lights ('account', 'device', 'sound')
        """
        from echoforensics.case.interactions import interaction_query

        query = interaction_query.InteractionQuery(
            microseconds(start), microseconds(end, end=True), search, tuple(devices), unintended
        )
        return Results("interactions", lambda: interaction_query.interactions(self.store, query))

    def interaction(self, number: str) -> CaseInteraction:
        """One interaction by its number; ``IN-0000012``, ``in-12`` and ``12`` are the same.

        Raises:
            UsageError: there is no such interaction.
            CaseError: the case's version has no interactions.

        Example:
            >>> case.interaction("IN-0000004").datetime
            '2024-03-09T18:07:03.000000+00:00'
        """
        from echoforensics.case.interactions import interaction_query

        return interaction_query.interaction(self.store, number)

    def _number_of(self, interaction: str) -> int:
        return int(self.interaction(interaction).number.rpartition("-")[2])

    def gaps(self) -> Results[CaseGap]:
        """Gaps in the evidence, as far as the case shows them, each with every explanation. Gaps are not records.

        Raises:
            CaseError: on reading: the case's version has no interactions or gaps.

        Example:
            >>> [gap.data_type for gap in case.gaps()]
            ['gap:entry_without_sound', 'gap:retention', 'gap:sound_without_entry', 'gap:sound_without_entry']
        """
        from echoforensics.case.spoken import gap_query

        return Results("gaps", lambda: gap_query.gaps(self.store))

    def recordings(self) -> Results[FoundRecording]:
        """Every distinct recording, by time, those without a time last.

        Example:
            >>> for recording in case.recordings():
            ...     print(recording.fields["duration_us"], [text for _, text in recording.texts[:1]])
            2648500 ['alexa what time is it']
            2888188 ['alexa turn off the lights']
            3240563 []
            2248000 ['alexa stop']
            2514938 []
            623625 []
        """
        return Results("recordings", lambda: recording_query.recordings(self.store))

    def devices(self) -> Results[Device]:
        """Every device that rows name, by serial number and type.

        Example:
            >>> [(device.serial, device.records) for device in case.devices()]
            [('B0DEM0000000EF01', 33)]
        """
        return Results("devices", lambda: counts.devices(self.store))

    def accounts(self) -> Results[Account]:
        """Every account that rows name, by name.

        Example:
            >>> [account.name for account in case.accounts()]
            ['ADEMOHOUSEHOLD']
        """
        return Results("accounts", lambda: counts.accounts(self.store))

    def issues(self) -> Results[CaseIssue]:
        """What could not be read, by evidence item, path, parser and place.

        Example:
            >>> case.issues()
            <1 issue>
        """
        return Results("issues", lambda: issue_table.issues(self.store))

    def evidence(self) -> Results[EvidenceItem]:
        """Every evidence item, in the order in which it was taken in.

        Example:
            >>> [item.name for item in case.evidence()]
            ['echo-data.img', 'alexa-cloud.zip', 'phone']
        """
        return Results("evidence items", lambda: evidence_items(self.store))

    def counts(self) -> CaseCounts:
        """Count the case's contents: evidence items, records, rows, recordings and more.

        Example:
            >>> case.counts().evidence
            3
        """
        return counts.counts_of_case(self.store)

    def to_arrow(self) -> pa.Table:
        """All rows as an Arrow table; see :meth:`~echoforensics.case.results.Rows.to_arrow`.

        Example:
            >>> case.to_arrow().num_rows == case.counts().rows
            True
        """
        return self.rows().to_arrow()

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a data frame; see :meth:`~echoforensics.case.results.Rows.to_pandas`.

        Raises:
            ImportError: pandas is not installed.

        Example:
            >>> len(case.to_pandas()) == case.counts().rows
            True
        """
        return self.rows().to_pandas()

    def trace(self, exhibit: str) -> Trace:
        """Trace a row back to its bytes, which are read again from the evidence.

        Raises:
            UsageError: there is no such exhibit.
            SourceError: neither the evidence nor the case's own copy can be read.
        """
        from echoforensics.case.tracing import trace_row

        return trace_row(self.store, self.vault, self._reopen_number, exhibit)

    def read(self, sha256: str) -> bytes:
        """Read an extracted file, such as a recording, by the SHA-256 of its content.

        Raises:
            CaseError: the case has no such file, or its content has changed.
        """
        try:
            with self.vault.open(sha256) as stream:
                content = stream.read()
        except OSError as error:
            raise CaseError(f"{self.vault.path(sha256)}: cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise CaseError(
                f"{self.vault.path(sha256)}: has changed since it was extracted; run `echoforensics verify`"
            )
        return content

    def reopen(self, item: EvidenceItem) -> EvidenceSource:
        """Reopen an evidence item the way it was first opened.

        Raises:
            SourceError: it is no longer at its location, or cannot be opened.
        """
        from echoforensics.evidence.source import open_source

        return open_source(item.location, item.opening.offsets, item.kind)

    def _reopen_number(self, number: int) -> EvidenceSource:
        return self.reopen(next(item for item in self.evidence() if item.id == number))

    def reopen_bytes(self, item: EvidenceItem) -> SourceBytes:
        """Reopen an evidence item for hashing only.

        Raises:
            SourceError: it is no longer at its location, or cannot be opened.
        """
        from echoforensics.evidence.source import open_bytes

        return open_bytes(item.location, item.kind, item.listing)

    @property
    def ledger_path(self) -> Path:
        """The path of the ledger."""
        return self.path / LEDGER

    def actions(self) -> Iterator[LedgerEntry]:
        """The ledger's entries in order. Signatures are not checked.

        Raises:
            CaseError: there is no ledger, or a line of it is invalid.
        """
        try:
            yield from read(self.ledger_path)
        except (LedgerError, OSError) as error:
            raise CaseError(f"{self.ledger_path}: cannot be read; run `echoforensics verify`: {error}") from error

    @property
    def head(self) -> tuple[int, str] | None:
        """Number of lines of the ledger, and the SHA-256 of the last; None if the ledger is empty."""
        return known_head(self.path)

    @property
    def sealed(self) -> bool:
        """Whether the last extraction was completed."""
        last = ""
        if not self.ledger_path.exists():
            return False
        for entry in self.actions():
            if entry.action in (SEALED, *BEGINNINGS):
                last = entry.action
        return last == SEALED

    def mark_unverified(self, why: str) -> None:
        """Mark every row and every export of this case as unverified, with the reason."""
        self.unverified = why
        self.store.row_mark = UNVERIFIED

    def refuse_inside(self, target: Path) -> None:
        """Refuse a path inside the case folder or a source.

        Raises:
            CaseError: the path is inside one of them.
        """
        found = target.resolve()
        places = [(self.path.resolve(), "the case folder")]
        places += [(item.location, "a source") for item in self.evidence()]
        for place, what in places:
            if found == place or place in found.parents:
                raise CaseError(f"{target}: is inside {what}; nothing is written there")

    def __repr__(self) -> str:
        found = self.counts()
        return (
            f"<Case {self.path.name}: {counted(found.evidence, 'evidence item')}, {counted(found.records, 'record')}"
            f" in {counted(found.rows, 'row')}, {counted(found.recordings, 'recording')},"
            f" {counted(found.issues, 'issue')}>"
        )

    def _repr_html_(self) -> str:
        found = self.counts()._asdict()
        cells = "".join(f"<tr><th>{name}</th><td>{count}</td></tr>" for name, count in found.items())
        return f"<table><caption>{escape(str(self.path))}</caption><tbody>{cells}</tbody></table>"

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
