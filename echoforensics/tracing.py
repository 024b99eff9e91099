"""Following a row back to its bytes, read again from the evidence."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.evidence.source import EvidenceSource, open_source
from echoforensics.evidence.streams import BLOCK
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.extraction.walk import reopen
from echoforensics.timeline.query import row as find_row
from parsers.locator import LocatedBytes, LocatorError, resolve

if TYPE_CHECKING:
    from echoforensics.case.case import Case


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a row comes from.

    Attributes:
        row: the row.
        fields: the record's other fields.
        note: what the record says of the row's time; empty where it says nothing.
        joins: what was joined to the record, and by what.
        references: every path at which the same file lies in the evidence.
        origin: ``evidence``, or ``artefact`` where the evidence could not be read and the case's copy was.
        why: why the evidence could not be read; empty where it could.
        file_sha256: SHA-256 of the file as read now.
        unchanged: whether that is the SHA-256 the row keeps.
        found: the bytes at the row's locator; None where they could not be found.
        issue: why not; empty where they were.
        extents: where in an image the file lies: (byte offset, length in bytes).
        file_times: times the evidence keeps for the file, as recorded.
    """

    row: dict[str, Any]
    fields: dict[str, Any]
    note: str
    joins: list[dict[str, str]]
    references: list[str]
    origin: str
    why: str
    file_sha256: str
    unchanged: bool
    found: LocatedBytes | None
    issue: str
    extents: list[tuple[int, int]]
    file_times: dict[str, str]


def trace(case: Case, exhibit: str) -> Trace:
    """Read a row's bytes again.

    Raises:
        UsageError: there is no such exhibit.
        SourceError: neither the evidence nor the case's own copy can be read.
    """
    row = find_row(case.store, exhibit)
    entry = _entry(case, row)
    source, why = _open(entry)
    try:
        digest = ""
        extents: list[tuple[int, int]] = []
        if source is not None:
            try:
                digest, extents = _check(source, entry)
            except (*READ_ERRORS, KeyError) as error:
                why = f"the file could not be read in the evidence: {error}"
        origin = "evidence" if digest else "artefact"
        found, issue = None, ""
        try:
            if not digest:
                digest = _hash(case.vault.open(row["sha256"]))
            stream = _stream(source, entry) if origin == "evidence" and source else case.vault.open(row["sha256"])
            with stream:
                found = resolve(stream, row["locator"])
        except LocatorError as error:
            issue = str(error)
        except (*READ_ERRORS, KeyError) as error:
            raise SourceError(
                f"{row['exhibit']}: {why or 'cannot be read'}; nor can the case's copy: {error}"
            ) from error
    finally:
        if source is not None:
            source.close()
    return Trace(
        row=row,
        fields=entry["fields"],
        note=entry["note"],
        joins=entry["joins"],
        references=entry["references"],
        origin=origin,
        why=why,
        file_sha256=digest,
        unchanged=digest == row["sha256"],
        found=found,
        issue=issue,
        extents=extents,
        file_times=entry["times"],
    )


def _entry(case: Case, row: dict[str, Any]) -> dict[str, Any]:
    """What the case knows of the file of a row."""
    db = case.store.db
    address, times, location, opening, fields, record = db.execute(
        "SELECT e.address, e.times, v.location, v.opening, r.fields, r.id FROM rows w"
        " JOIN records r ON r.id = w.record_id"
        " JOIN entries e ON e.id = r.entry_id"
        " JOIN evidence v ON v.id = e.evidence_id WHERE w.exhibit = ?",
        (row["exhibit"],),
    ).fetchone()
    note = db.execute(
        "SELECT note FROM timestamps WHERE record_id = ? AND description = ? AND recorded = ?",
        (record, row["timestamp_desc"], row["recorded_time"]),
    ).fetchone()
    joins = db.execute("SELECT what, value, basis FROM joins WHERE record_id = ? ORDER BY what", (record,)).fetchall()
    references = db.execute(
        "SELECT v.name || ': ' || e.path FROM entries e JOIN evidence v ON v.id = e.evidence_id"
        " WHERE e.artefact AND e.sha256 = ? ORDER BY v.id, e.path",
        (row["sha256"],),
    ).fetchall()
    return {
        "addresses": tuple(json.loads(address)),
        "times": json.loads(times),
        "location": Path(location),
        "offsets": tuple(json.loads(opening)["offsets"]),
        "fields": json.loads(fields),
        "note": note[0] if note else "",
        "joins": [dict(zip(("what", "value", "basis"), join, strict=True)) for join in joins],
        "references": [reference for (reference,) in references],
    }


def _open(entry: dict[str, Any]) -> tuple[EvidenceSource | None, str]:
    try:
        return open_source(entry["location"], entry["offsets"]), ""
    except SourceError as error:
        return None, str(error)


def _stream(source: EvidenceSource, entry: dict[str, Any]) -> BinaryIO:
    return _seekable(reopen(source.container, entry["addresses"], source.budget))


def _check(source: EvidenceSource, entry: dict[str, Any]) -> tuple[str, list[tuple[int, int]]]:
    addresses = entry["addresses"]
    digest = _hash(reopen(source.container, addresses, source.budget))
    extents = source.container.extents(addresses[0]) if isinstance(source.container, Disk) else []
    return digest, extents


def _hash(stream: BinaryIO) -> str:
    """SHA-256 of as much as can be read, as the extraction hashed it."""
    whole = hashlib.sha256()
    with stream:
        try:
            while piece := stream.read1(BLOCK):  # type: ignore[attr-defined]
                whole.update(piece)
        except READ_ERRORS:
            # The extraction met the same end, kept what came before it and reported an Issue.
            pass
    return whole.hexdigest()


def _seekable(stream: BinaryIO) -> BinaryIO:
    """The stream, or a temporary copy of it where it cannot be sought in."""
    if stream.seekable():
        return stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    with stream:
        shutil.copyfileobj(stream, copy, BLOCK)
    copy.seek(0)
    return copy
