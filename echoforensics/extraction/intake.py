"""Taking a source in: the one read, in which it is hashed, searched for signatures, and its entries are read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from echoforensics.carving.space import CarvedSpace
from echoforensics.errors import CaseError, SourceError
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.extraction.carved_files import entries_of
from echoforensics.extraction.first_read import FirstRead, Task
from echoforensics.extraction.placement import Placement
from echoforensics.extraction.reader import EntryReader
from echoforensics.extraction.walk import ARCHIVE_HEAD, form_of
from parsers.record import Issue

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from echoforensics.case.case import OpenCase
    from echoforensics.evidence.source import EvidenceSource, SourceHashes
    from echoforensics.extraction.first_read import Result
    from echoforensics.extraction.options import Options

    Report = Callable[[str, int, int], None]

#: How often progress is told while only the hashing is still going on, seconds.
_TICK = 0.1


def take_in(case: OpenCase, source: EvidenceSource, options: Options, report: Report) -> tuple[int, SourceHashes]:
    """Hash a source and read its entries, unless an earlier run did.

    Returns:
        The evidence item's number, and what the source hashes to now.

    Raises:
        SourceError: it cannot be read.
        CaseError: it is not what it was when an earlier run took it in.
    """
    known = _known_by_place(case, source)
    if known and known["state"] == "being read":
        # What a killed run read is not known to be of the bytes that are hashed now.
        _forget(case, known["id"])
    elif known:
        hashes = _hash(source, options, f"hashing {known['name']}", report)
        return _given_again(case, source, hashes, known), hashes
    number, hashes = _read_first(case, source, options, report)
    return number, hashes


def _read_first(case: OpenCase, source: EvidenceSource, options: Options, report: Report) -> tuple[int, SourceHashes]:
    name = _free_name(case, source.path.name)
    described = source.container.describe() if isinstance(source.container, Disk) else []
    item = {
        "name": name, "location": str(source.path), "kind": source.kind,
        "described": json.dumps(described), "opening": json.dumps(_opening(source, options)),
    }  # fmt: skip
    number = case.store.add_evidence(item)
    placement = Placement()
    task = Task(source.path, options.offsets, options.source_algorithms, options.carve)
    with FirstRead(task, source.size) as first:
        reader = EntryReader(case, number, source, placement)
        for path in reader.read_all(source.container):
            report(f"reading {name}: {path}", first.done, source.size)
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
    found = _carve(case, source, number, result, placement, report)
    detail = {"evidence": name, "location": str(source.path), "kind": source.kind, **hashes.as_json()}
    case.record("source taken in", {**detail, "described": described, "carving": found})
    for issue in hashes.issues:
        case.store.add_issue(number, "", Issue(issue, parser="evidence"))
    sha256 = hashes.whole.values["sha256"]
    case.store.hashed(number, hashes.whole.size, sha256, json.dumps(hashes.as_json(), sort_keys=True))
    return number, hashes


def _opening(source: EvidenceSource, options: Options) -> dict[str, Any]:
    """How a source is opened again, and where in it its files lie."""
    opening: dict[str, Any] = {"offsets": list(options.offsets)}
    if isinstance(source.container, Disk):
        opening["volumes"] = source.container.layout()
    elif source.path.is_file():
        with source.path.open("rb") as stream:
            opening["form"] = form_of(source.container, stream.read(ARCHIVE_HEAD))
    return opening


def _carve(
    case: OpenCase, source: EvidenceSource, number: int, result: Result, placement: Placement, report: Report
) -> dict[str, Any] | None:
    """Read what was carved as entries. Returns counts for the ledger; None where nothing was searched."""
    if result.carved is None or not isinstance(source.container, Disk):
        return None
    finds = entries_of(result.carved, source.container, case.store, placement)
    reader = EntryReader(case, number, source)
    case.store.index_content()
    for path in reader.read_all(CarvedSpace(source.container.media, finds.entries)):
        report(f"reading {source.path.name}: {path}", source.size, source.size)
    if result.beyond:
        what = f"{result.beyond} more finds of the carving were not kept"
        case.store.add_issue(number, "", Issue(what, parser="evidence"))
    return {"found": len(result.carved), "within_files_that_were_read": finds.passed_over}


def _hash(source: EvidenceSource, options: Options, doing: str, report: Report) -> SourceHashes:
    try:
        return source.hash(options.source_algorithms, lambda done: report(doing, done, source.size))
    except OSError as error:
        raise SourceError(f"{source.path}: cannot be read: {error.strerror or error}") from error


def hash_again(source: EvidenceSource, options: Options, name: str, report: Report) -> SourceHashes:
    """Hash a source once more. Raises SourceError where it cannot be read."""
    return _hash(source, options, f"hashing {name} again", report)


def _known_by_place(case: OpenCase, source: EvidenceSource) -> dict[str, Any] | None:
    return next((item for item in case.store.evidence() if item["location"] == str(source.path)), None)


def _known_by_hash(case: OpenCase, hashes: SourceHashes) -> dict[str, Any] | None:
    sha256 = hashes.whole.values["sha256"]
    return next((item for item in case.store.evidence() if item["sha256"] == sha256), None)


def _given_again(case: OpenCase, source: EvidenceSource, hashes: SourceHashes, known: dict[str, Any]) -> int:
    sha256 = hashes.whole.values["sha256"]
    if known["sha256"] != sha256:
        raise CaseError(
            f"{source.path}: has changed since it was taken in as {known['name']!r}:"
            f" SHA-256 was {known['sha256']}, is {sha256}"
        )
    case.record("source given again", {"evidence": known["name"], **hashes.as_json()})
    return int(known["id"])


def _forget(case: OpenCase, number: int) -> None:
    for sha256 in case.store.forget(number):
        case.vault.remove(sha256)


def _free_name(case: OpenCase, name: str) -> str:
    taken = {item["name"] for item in case.store.evidence()}
    count, free = 1, name
    while free in taken:
        count += 1
        free = f"{name} ({count})"
    return free
