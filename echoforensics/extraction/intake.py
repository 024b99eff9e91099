"""Takes a source in with a single read, which hashes it, searches it for signatures, and reads its entries."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.carving.space import CarvedSpace
from echoforensics.case.custody.names import GIVEN_AGAIN, TAKEN_IN
from echoforensics.case.entry_table import index_content
from echoforensics.case.evidence_table import (
    Opening,
    add_evidence,
    bytes_of_path,
    forget_evidence,
    set_hashes,
    set_opening,
)
from echoforensics.case.issue_table import add_issue
from echoforensics.case.text import storable
from echoforensics.errors import CaseError, SourceError
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.walk import ARCHIVE_HEAD, form_of
from echoforensics.extraction.carved_files import entries_of
from echoforensics.extraction.first_read import OWN_PROCESS_FROM, FirstRead, Task
from echoforensics.extraction.placement import Placement
from echoforensics.extraction.reader import EntryReader, Medium
from parsers.record import Issue

if TYPE_CHECKING:
    from typing import Any

    from echoforensics.case.custody.open_case import OpenCase
    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.evidence.source import EvidenceSource, SourceBytes, SourceHashes
    from echoforensics.extraction.first_read import ReadAhead, Result
    from echoforensics.extraction.options import Options, Report
    from parsers.parser import Parser

#: Hash for rereading a source: SHA-256 alone decides whether it is unchanged.
AGAIN = ("sha256",)
#: Seconds between progress reports while only hashing continues.
_TICK = 0.1


def take_in(
    case: OpenCase,
    source: EvidenceSource,
    options: Options,
    parsers: tuple[Parser, ...],
    report: Report,
    ahead: ReadAhead,
) -> tuple[int, SourceHashes]:
    """Hash a source and read its entries, unless an earlier run did. Entries that ``parsers`` claim are kept.

    Returns:
        The evidence item's number, and the current hashes of the source.

    Raises:
        SourceError: the source cannot be read.
        CaseError: the source has changed since an earlier run took it in.
    """
    known = next((item for item in case.evidence() if item.location == source.path), None)
    if known:
        source.listing = known.listing
        hashes = _hash(source, options.source_algorithms, f"hashing {known.name}", report)
        return _given_again(case, source, hashes, known), hashes
    return _read_first(case, source, options, parsers, report, ahead)


def _read_first(
    case: OpenCase,
    source: EvidenceSource,
    options: Options,
    parsers: tuple[Parser, ...],
    report: Report,
    ahead: ReadAhead,
) -> tuple[int, SourceHashes]:
    name = free_name(case, storable(source.path.name))
    described = source.container.describe() if isinstance(source.container, Disk) else []
    number = add_evidence(case.store, name, source.path, source.kind, described, _opening(source))
    placement = Placement()
    with ahead.reading(source, options) as first:
        ahead.go_on(source, {item.location for item in case.evidence()}, under_way=1)
        medium = Medium(source.budget, source.media.holes if source.media else None, placement, carve=options.carve)
        reader = EntryReader(case, number, parsers, medium)
        for path in reader.read_all(source.container):
            report(f"reading {name}: {path}", first.done, source.size)
        if source.container.padding:
            set_opening(case.store, number, _opening(source))
        while not first.wait(_TICK):
            report(f"reading {name}: hashing", first.done, source.size)
        try:
            result = first.result()
        except (OSError, SourceError) as error:
            _forget(case, number)
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"{source.path}: cannot be read: {error.strerror or error}") from error
    hashes = result.hashes
    if other := _known_by_hash(case, hashes):
        _forget(case, number)
        return _given_again(case, source, hashes, other), hashes
    reader = reader.inside(replace(medium, placement=None))
    found = _carve(case, source, reader, result, placement, report)
    detail = {"evidence": name, **_location(source), "kind": source.kind, **hashes.as_json()}
    if source.offsets:
        detail["offsets"] = list(source.offsets)
    case.record(TAKEN_IN, {**detail, "described": described, "carving": found})
    for issue in hashes.issues:
        add_issue(case.store, number, "", Issue(issue, parser="evidence"))
    set_hashes(case.store, number, hashes.whole.size, hashes.whole.values["sha256"], hashes.as_json())
    return number, hashes


def _opening(source: EvidenceSource) -> Opening:
    """Return how to open a source again, and where its files are in it."""
    if isinstance(source.container, Disk):
        return Opening(source.offsets, source.container.layout())
    if not source.path.is_file():
        return Opening()
    with source.path.open("rb") as stream:
        return Opening(form=form_of(source.container, stream.read(ARCHIVE_HEAD)))


def _carve(
    case: OpenCase, source: EvidenceSource, reader: EntryReader, result: Result, placement: Placement, report: Report
) -> dict[str, Any] | None:
    """Read carved finds as entries. Returns counts for the ledger; None without a search."""
    if result.carved is None or not isinstance(source.container, Disk):
        return None
    carved = entries_of(result.carved, source.container, case.store, case.vault, placement)
    index_content(case.store)
    for path in reader.read_all(CarvedSpace(source.container.media, carved.entries)):
        report(f"reading {source.path.name}: {path}", source.size, source.size)
    if result.beyond:
        what = f"{result.beyond} more finds of the carving were not kept"
        add_issue(case.store, reader.evidence, "", Issue(what, parser="evidence"))
    return {"found": len(result.carved), "within_files_that_were_read": carved.passed_over}


def _hash(
    source: EvidenceSource | SourceBytes, algorithms: tuple[str, ...], doing: str, report: Report
) -> SourceHashes:
    try:
        size = source.path.stat().st_size if source.path.is_file() else 0
        return source.hash(algorithms, lambda done: report(doing, done, size))
    except OSError as error:
        raise SourceError(f"{source.path}: cannot be read: {error.strerror or error}") from error


def begin_hashing_again(item: EvidenceItem, options: Options) -> FirstRead | None:
    """Start to hash an evidence item again, in a separate process, once its source was read for the last time.

    Returns:
        The read, to use in a ``with`` statement and pass to :func:`hash_again`; None if it is not worth a process.
    """
    if options.worker_count == 1 or item.size < OWN_PROCESS_FROM:
        return None
    return FirstRead(Task(item.location, item.kind, AGAIN, carve=False, listing=item.listing), item.size)


def hash_again(case: OpenCase, item: EvidenceItem, report: Report, begun: FirstRead | None) -> SourceHashes:
    """Hash an evidence item again, or use what was ``begun``. Raises SourceError if it cannot be read."""
    doing = f"hashing {item.name} again"
    if begun is None:
        with closing(case.reopen_bytes(item)) as source:
            return _hash(source, AGAIN, doing, report)
    while not begun.wait(_TICK):
        report(doing, begun.done, item.size)
    try:
        return begun.result().hashes
    except OSError as error:
        raise SourceError(f"{item.location}: cannot be read: {error.strerror or error}") from error


def _known_by_hash(case: OpenCase, hashes: SourceHashes) -> EvidenceItem | None:
    return next((item for item in case.evidence() if item.sha256 == hashes.whole.sha256), None)


def _given_again(case: OpenCase, source: EvidenceSource, hashes: SourceHashes, known: EvidenceItem) -> int:
    if known.sha256 != hashes.whole.sha256:
        raise CaseError(
            f"{source.path}: has changed since it was taken in as {known.name!r}:"
            f" SHA-256 was {known.sha256}, is {hashes.whole.sha256}"
        )
    case.record(GIVEN_AGAIN, {"evidence": known.name, **_location(source), **hashes.as_json()})
    return known.id


def _location(source: EvidenceSource) -> dict[str, Any]:
    """Where a source lies, for the ledger."""
    location = bytes_of_path(source.path)
    return {"location": str(source.path), **({"location_bytes": location} if location else {})}


def _forget(case: OpenCase, number: int) -> None:
    for sha256 in forget_evidence(case.store, number):
        case.vault.remove(sha256)


def free_name(case: OpenCase, name: str) -> str:
    """Return a free name for an evidence item: its own, with a number appended if that is taken."""
    taken = {item.name for item in case.evidence()}
    count, free = 1, name
    while free in taken:
        count += 1
        free = f"{name} ({count})"
    return free
