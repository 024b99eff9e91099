"""Traces a row back to its bytes, which are read again from the evidence."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from echoforensics.case.added_records.addition import REMOVED
from echoforensics.case.entry_table import paths_of_artefact
from echoforensics.case.exhibits.join_table import Join, joins_of
from echoforensics.case.row_query import row as find_row
from echoforensics.errors import SourceError, UsageError
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.evidence.streams import BLOCK
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.walk import reopened
from parsers.locator import LocatedBytes, LocatorError, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.case.exhibits.row import Row
    from echoforensics.case.store import Store
    from echoforensics.case.vault import Vault
    from echoforensics.evidence.source import EvidenceSource


@dataclass(frozen=True, slots=True)
class Trace:
    """The origin of a row.

    Attributes:
        row: the row.
        fields: the record's further fields.
        note: the record's note on the row's time; empty if there is none.
        joins: the values joined to the record, and the basis of each.
        references: every path of the same file in the evidence.
        origin: ``evidence``, or ``artefact`` if the evidence could not be read and the case's copy was used.
        why: why the evidence could not be read; empty if it could.
        file_sha256: SHA-256 of the file as read now.
        unchanged: whether that matches the SHA-256 of the row.
        found: the bytes at the row's locator; None if they could not be found.
        issue: why they were not found; empty if they were.
        extents: where the file is in an image: (byte offset, length in bytes).
        file_times: the file's times in the evidence, as recorded.
    """

    row: Row
    fields: dict[str, Any]
    note: str
    joins: list[Join]
    references: list[str]
    origin: str
    why: str
    file_sha256: str
    unchanged: bool
    found: LocatedBytes | None
    issue: str
    extents: list[tuple[int, int]]
    file_times: dict[str, str]


def trace_row(store: Store, vault: Vault, reopen_item: Callable[[int], EvidenceSource], exhibit: str) -> Trace:
    """Read a row's bytes again.

    Args:
        store: the case's database.
        vault: its extracted files.
        reopen_item: opens an evidence item again, by its number.
        exhibit: the row's exhibit number.

    Raises:
        UsageError: there is no such exhibit, or it was removed from the case.
        SourceError: neither the evidence nor the case's own copy can be read.
    """
    row = _row(store, exhibit)
    kept = _kept(store, row)
    with ExitStack() as opened:
        source, why = _reopen(reopen_item, kept.evidence_id)
        digest, extents = "", list[tuple[int, int]]()
        if source is not None:
            opened.enter_context(closing(source))
            try:
                digest, extents = _check(source, kept.addresses)
            except (*READ_ERRORS, KeyError) as error:
                why = f"the file could not be read in the evidence: {error}"
        origin, found, issue = "evidence" if digest else "artefact", None, ""
        try:
            digest = digest or _hash(vault.open(row["sha256"]))
            from_evidence = source is not None and origin == "evidence"
            with _stream(source, kept.addresses) if source and from_evidence else vault.open(row["sha256"]) as stream:
                found = resolve(stream, row["locator"])
        except LocatorError as error:
            issue = str(error)
        except (*READ_ERRORS, KeyError) as error:
            what = f"{row['exhibit']}: {why or 'cannot be read'}; nor can the case's copy: {error}"
            raise SourceError(what) from error
    return Trace(
        row=row,
        fields=kept.fields,
        note=kept.note,
        joins=joins_of(store, kept.place),
        references=paths_of_artefact(store, row["sha256"]),
        origin=origin,
        why=why,
        file_sha256=digest,
        unchanged=digest == row["sha256"],
        found=found,
        issue=issue,
        extents=extents,
        file_times=kept.times,
    )


def _row(store: Store, exhibit: str) -> Row:
    row = find_row(store, exhibit)
    if row["data_type"] == REMOVED:
        raise UsageError(f"{row['exhibit']}: {row['message']}. Its bytes are not shown")
    return row


class _Kept(NamedTuple):
    """What the case stores about a row beside its columns."""

    place: int
    evidence_id: int
    addresses: tuple[str, ...]
    times: dict[str, str]
    fields: dict[str, Any]
    note: str


def _kept(store: Store, row: Row) -> _Kept:
    place, evidence, address, times, fields, note = store.db.execute(
        "SELECT w.place_id, w.evidence_id, w.address, e.times, w.fields, coalesce(w.time_note, '')"
        " FROM row_details w JOIN entries e ON e.id = w.entry_id WHERE w.number = ?",
        (int(row["exhibit"].removeprefix("EF-")),),
    ).fetchone()
    return _Kept(place, evidence, tuple(json.loads(address)), json.loads(times), json.loads(fields), note)


def _reopen(reopen_item: Callable[[int], EvidenceSource], evidence: int) -> tuple[EvidenceSource | None, str]:
    try:
        return reopen_item(evidence), ""
    except SourceError as error:
        return None, str(error)


@contextmanager
def _stream(source: EvidenceSource, addresses: tuple[str, ...]) -> Iterator[BinaryIO]:
    """A file of the evidence, or a temporary copy if it is not seekable."""
    with reopened(source.container, addresses, source.budget) as stream, tempfile.TemporaryFile() as copy:
        if stream.seekable():
            yield stream
            return
        for piece in _pieces(stream):
            copy.write(piece)
        copy.seek(0)
        yield copy


def _check(source: EvidenceSource, addresses: tuple[str, ...]) -> tuple[str, list[tuple[int, int]]]:
    with reopened(source.container, addresses, source.budget) as stream:
        digest = _hash(stream)
    extents = source.container.extents(addresses[0]) if isinstance(source.container, Disk) else []
    return digest, extents


def _hash(stream: BinaryIO) -> str:
    """SHA-256 of the readable part, hashed as in the extraction."""
    whole = hashlib.sha256()
    with stream:
        for piece in _pieces(stream):
            whole.update(piece)
    return whole.hexdigest()


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the readable part of a stream."""
    try:
        while piece := stream.read1(BLOCK):  # type: ignore[attr-defined]
            yield piece
    except READ_ERRORS:
        # The extraction met the same end, kept what came before it and reported an Issue.
        return
