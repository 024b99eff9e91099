"""One entry: read once, hashed, kept if a parser claims it, parsed, and opened if it is an archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from echoforensics.case.store import storable
from echoforensics.evidence.entry import READ_ERRORS, Container, Entry, Fault, Kind, State
from echoforensics.evidence.streams import BLOCK
from echoforensics.extraction.neighbours import Neighbours
from echoforensics.extraction.walk import ROOT, Place, is_archive, open_archive, too_deep
from parsers.parser import HEAD_SIZE, Parser, Source, relative
from parsers.record import Issue, Record
from parsers.registry import claiming

if TYPE_CHECKING:
    from echoforensics.case.case import OpenCase
    from echoforensics.case.vault import Staged
    from echoforensics.evidence.limits import Budget

#: Entries written to the database in one transaction.
BATCH = 200

_DELETED = " It was read from a deleted file whose content was still there."


@dataclass(slots=True)
class Tally:
    """What an extraction has done so far."""

    entries: int = 0
    bytes: int = 0
    records: int = 0
    issues: int = 0
    artefacts: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A file that was read, and who is to parse it."""

    entry: Entry
    here: Place
    claimed: tuple[Parser, ...]
    source: Source
    digest: str


class EntryReader:
    """Reads the entries of one source into a case."""

    def __init__(self, case: OpenCase, evidence: int, origin: str, budget: Budget, tally: Tally) -> None:
        """Take the case, the evidence item's number and SHA-256, and the source's budget."""
        self._case = case
        self._store = case.store
        self._evidence = evidence
        self._origin = origin
        self._budget = budget
        self._tally = tally
        self._pending = 0
        self._neighbours = Neighbours(case.store, case.vault, evidence)

    def read_all(self, container: Container) -> Iterator[str]:
        """Read every entry; yields each path when it is done. What was done in an earlier run is passed over."""
        self._store.begin()
        yield from self._read(container, ROOT)
        self._store.commit()

    def _read(self, container: Container, place: Place) -> Iterator[str]:
        waiting: list[_Claimed] = []
        for found in container.entries():
            if isinstance(found, Fault):
                self._fault(replace_path(found, place))
                continue
            here = place.below(found)
            if self._store.has_entry(self._evidence, storable(here.path), _address(here)):
                continue
            yield from self._entry(found, here, waiting)
            self._tally.entries += 1
            self._pending += 1
            if self._pending >= BATCH:
                self._pending = 0
                self._store.commit()
                self._store.begin()
            yield here.path
        self._parse_waiting(waiting)

    def _parse_waiting(self, waiting: list[_Claimed]) -> None:
        """Parse what needed its neighbours. No commit in between: a run killed here does the whole of it again."""
        numbers = [self._keep(file.entry, file.here, file.source.size, file.digest, artefact=True) for file in waiting]
        for number, file in zip(numbers, waiting, strict=True):
            self._parse(number, file)

    def _entry(self, entry: Entry, here: Place, waiting: list[_Claimed]) -> Iterator[str]:
        if entry.state is State.DELETED:
            here = replace(here, within_deleted=True)
        if entry.opener is None:
            if entry.kind is Kind.FILE and entry.size:
                self._fault(Fault(here.path, f"listed with {entry.size} bytes, but {entry.note}"))
            self._keep(entry, here, 0, None, artefact=False)
            return
        try:
            stream = entry.opener()
            head = _read_head(stream)
        except READ_ERRORS as error:
            self._fault(Fault(here.path, f"cannot be read: {error}"))
            self._keep(entry, here, 0, None, artefact=False)
            return
        with stream:
            source, claimed = self._claims(entry, here, head)
            keep = bool(claimed) or (is_archive(head) and not entry.seekable)
            staged, digest, size = self._copy(stream, head, here, keep=keep)
        if entry.size is None or size != source.size:
            source = replace(source, size=size)
        yield from self._archive(entry, here, head, staged)
        if file := self._finish(_Claimed(entry, here, claimed, source, digest), staged, size):
            waiting.append(file)

    def _claims(self, entry: Entry, here: Place, head: bytes) -> tuple[Source, tuple[Parser, ...]]:
        """The parsers that claim a file. A file of unstated size counts as at least one byte beyond its head."""
        size = entry.size
        if size is None:
            size = len(head) + (len(head) == HEAD_SIZE)
        source = Source(here.path, size, head, _not_yet, mode=entry.mode)
        return source, claiming(source)

    def _copy(self, stream: BinaryIO, head: bytes, here: Place, *, keep: bool) -> tuple[Staged | None, str, int]:
        """Read the rest of a file: into the vault if it is to be kept, else only hashed."""
        staged = self._case.vault.stage() if keep else None
        whole, size = hashlib.sha256(), 0
        piece = head
        try:
            while piece:
                size += len(piece)
                if staged:
                    staged.write(piece)
                else:
                    whole.update(piece)
                piece = stream.read1(BLOCK)  # type: ignore[attr-defined]
        except READ_ERRORS as error:
            self._fault(Fault(here.path, f"only the first {size} bytes could be read: {error}"))
        self._tally.bytes += size
        if staged:
            staged.finish()
            return staged, staged.sha256, size
        return None, whole.hexdigest(), size

    def _archive(self, entry: Entry, here: Place, head: bytes, staged: Staged | None) -> Iterator[str]:
        """Open a file that is itself an archive, and read what is in it."""
        if not is_archive(head):
            return
        if fault := too_deep(here):
            self._fault(fault)
            return
        within = entry
        if staged:
            path = staged.path
            within = replace(entry, opener=lambda: path.open("rb"), seekable=True)
        try:
            container = open_archive(within, head, self._budget)
        except READ_ERRORS as error:
            self._fault(Fault(here.path, f"begins as an archive but cannot be opened as one: {error}"))
            return
        try:
            yield from self._read(container, here)
        finally:
            container.close()

    def _finish(self, file: _Claimed, staged: Staged | None, size: int) -> _Claimed | None:
        """Keep or discard the copy, note the entry, and parse; give back what must wait for its neighbours."""
        if staged and not file.claimed:
            staged.discard()
        elif staged:
            staged.keep()
            self._tally.artefacts.add(file.digest)
        if any(parser.reads_neighbours for parser in file.claimed):
            return file
        number = self._keep(file.entry, file.here, size, file.digest, artefact=bool(file.claimed))
        self._parse(number, file)
        return None

    def _parse(self, number: int, file: _Claimed) -> None:
        ordinal = 0
        here = file.here
        origin = "\0".join((self._origin, here.path, _address(here)))
        source = replace(
            file.source, opener=partial(self._case.vault.open, file.digest), neighbour=self._neighbours.source
        )
        for parser in file.claimed:
            try:
                for found in parser.parse(source):
                    if isinstance(found, Issue):
                        self._issue(here.path, replace(found, parser=found.parser or parser.name))
                        continue
                    ordinal += 1
                    record = _signed_by(found, parser, deleted=here.within_deleted)
                    stands_in = self._stands_in(number, record, here)
                    self._store.add_record(stands_in, ordinal, origin, self._evidence, record)
                    self._tally.records += 1
            except READ_ERRORS as error:
                self._issue(here.path, Issue(f"reading ended early: {error}", parser=parser.name))

    def _stands_in(self, number: int, record: Record, here: Place) -> int:
        """The number of the entry that a record's locator is in."""
        if not record.file:
            return number
        found = self._neighbours.number(relative(here.path, record.file))
        if found is None:
            raise LookupError(f"{record.parser}: a record stands in {record.file!r}, which is not in the case")
        return found

    def _keep(self, entry: Entry, here: Place, size: int, digest: str | None, *, artefact: bool) -> int:
        item: dict[str, Any] = {
            "evidence_id": self._evidence,
            "path": storable(here.path),
            "address": _address(here),
            "kind": entry.kind,
            "state": entry.state,
            "note": storable(entry.note),
            "times": json.dumps(dict(entry.times), ensure_ascii=False),
            "size": size,
            "sha256": digest,
            "artefact": int(artefact),
        }
        return self._store.add_entry(item)

    def _fault(self, fault: Fault) -> None:
        self._issue(fault.path, Issue(fault.what, parser="evidence"))

    def _issue(self, path: str, issue: Issue) -> None:
        self._store.add_issue(self._evidence, storable(path), issue)
        self._tally.issues += 1


def replace_path(fault: Fault, place: Place) -> Fault:
    """A container's fault, with the whole path."""
    if not place.addresses:
        return fault
    return Fault(place.path + ("!/" + fault.path if fault.path else ""), fault.what)


def _signed_by(record: Record, parser: Parser, *, deleted: bool) -> Record:
    return replace(
        record,
        parser=record.parser or parser.name,
        parser_version=record.parser_version or parser.version,
        message=record.message + (_DELETED if deleted else ""),
    )


def _address(place: Place) -> str:
    return json.dumps(list(place.addresses))


def _read_head(stream: BinaryIO) -> bytes:
    """The first bytes. A file that breaks off within them still gives what came before."""
    head = b""
    while len(head) < HEAD_SIZE:
        try:
            piece = stream.read1(HEAD_SIZE - len(head))  # type: ignore[attr-defined]
        except READ_ERRORS:
            if not head:
                raise
            break
        if not piece:
            break
        head += piece
    return head


def _not_yet() -> BinaryIO:
    raise OSError("a parser may only look at the head when it claims a file")
