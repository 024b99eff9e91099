"""One entry: read once, hashed, kept if a parser claims it or it was carved, and opened if it is an archive."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.case.entry_table import NewEntry, add_entry, last_entry, mark_damaged, path_of_content
from echoforensics.case.issue_table import add_issue
from echoforensics.case.text import storable
from echoforensics.evidence.entry import (
    READ_ERRORS,
    Container,
    ContentError,
    Entry,
    EntryKind,
    EntryState,
    EvidenceIssue,
)
from echoforensics.evidence.name_search import NameSearch
from echoforensics.evidence.streams import BLOCK
from echoforensics.evidence.walk import ROOT, EntryPlace, form_of, is_archive, open_archive, too_deep
from parsers.parser import HEAD_SIZE, Parser
from parsers.parser import Source as ParserSource
from parsers.record import Issue
from parsers.registry import claiming

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from echoforensics.case.case import OpenCase
    from echoforensics.case.vault import Staged
    from echoforensics.evidence.source import EvidenceSource
    from echoforensics.extraction.placement import Placement

#: Entries written to the database in one transaction.
BATCH = 500
#: Beside the names of parsers, with what the archive is: it was opened, and what is in it are entries of their own.
OPENED = "container:"

_DELETED = " It was read from a deleted file whose content was still there."
_DAMAGED = " It was read from data whose check failed: it may differ from what was stored."


@dataclass(frozen=True, slots=True)
class _Read:
    """What reading an entry came to: bytes read, their SHA-256, and who reads them further."""

    size: int
    sha256: str | None
    read_by: tuple[str, ...] = ()
    artefact: bool = False


class EntryReader:
    """Reads the entries of one source into a case. What they say is read later, from the case's own copies.

    Attributes:
        evidence: the evidence item's number.
    """

    def __init__(
        self,
        case: OpenCase,
        evidence: int,
        source: EvidenceSource,
        parsers: tuple[Parser, ...],
        placement: Placement | None = None,
    ) -> None:
        """Take the case, the item's number, the source, the run's parsers, and what gets the places of content."""
        self._case = case
        self._store = case.store
        self.evidence = evidence
        self._budget = source.budget
        self._holes = source.media.holes if source.media else None
        self._parsers = parsers
        self._placement = placement
        self._pending = 0

    def read_all(self, container: Container) -> Iterator[str]:
        """Read every entry; yields each path when it is done."""
        self._store.begin()
        yield from self._read(container, ROOT)
        self._store.commit()

    def _read(self, container: Container, place: EntryPlace) -> Iterator[str]:
        before = last_entry(self._store)
        for found in container.entries():
            if isinstance(found, EvidenceIssue):
                self._issue(replace_path(found, place))
                if found.damaged:
                    # Which of the container's bytes are wrong is not known.
                    mark_damaged(self._store, before, _DAMAGED)
                continue
            here = place.below(found)
            yield from self._entry(found, here)
            self._pending += 1
            if self._pending >= BATCH:
                self._pending = 0
                self._store.commit()
                self._store.begin()
            yield here.path

    def _entry(self, entry: Entry, here: EntryPlace) -> Iterator[str]:
        if entry.state is EntryState.DELETED:
            here = replace(here, remark=_DELETED)
        elif entry.state is EntryState.CARVED:
            here = replace(here, remark=f" Its bytes were {entry.note}.")
        if entry.opener is None:
            if entry.kind is EntryKind.FILE and entry.size:
                self._issue(EvidenceIssue(here.path, f"listed with {entry.size} bytes, but {entry.note}"))
            self._note(entry, here, _Read(0, None))
            return
        try:
            stream = entry.opener()
            head = _read_head(stream)
        except READ_ERRORS as error:
            self._issue(EvidenceIssue(here.path, f"cannot be read: {error}"))
            self._note(entry, here, _Read(0, None))
            return
        with stream:
            claimed = self._claims(entry, here, head)
            archive = is_archive(head)
            carved = entry.state is EntryState.CARVED
            keep = bool(claimed) or carved or (archive and not entry.seekable)
            search = None if archive or any(not parser.reads_lines for parser in claimed) else NameSearch()
            staged, digest, size, damaged = self._copy(stream, head, here, keep=keep, search=search)
        if search is not None and search.kinds:
            claimed, staged = self._offer_again(entry, here, head, search, staged)
        if carved and (same := path_of_content(self._store, self.evidence, digest)):
            if staged:
                staged.discard()
            self._note(replace(entry, note=f"{entry.note}; the same bytes as {same}"), here, _Read(size, digest))
            return
        before = last_entry(self._store)
        opened = archive and (yield from self._archive(entry, here, head, staged))
        if damaged:
            entry, here = replace(entry, state=EntryState.DAMAGED), replace(here, remark=here.remark + _DAMAGED)
            if opened == "tar":
                # Its members have no checksums of their own.
                mark_damaged(self._store, before, _DAMAGED)
        names = (*(parser.name for parser in claimed), *((OPENED + opened,) if opened else ()))
        if staged and not (claimed or carved):
            staged.discard()
        elif staged:
            staged.keep()
        number = self._note(entry, here, _Read(size, digest, names, artefact=bool(claimed) or carved))
        self._place(entry, here, number, size)

    def _offer_again(
        self, entry: Entry, here: EntryPlace, head: bytes, search: NameSearch, staged: Staged | None
    ) -> tuple[tuple[Parser, ...], Staged | None]:
        """Offer a file that names the Alexa service to the parsers once more, and keep it if one claims it now."""
        claimed = self._claims(entry, here, head, search.kinds)
        if not claimed or staged is not None or entry.opener is None:
            return claimed, staged
        try:
            with entry.opener() as stream:
                staged, *_ = self._copy(stream, _read_head(stream), here, keep=True)
        except READ_ERRORS as error:
            self._issue(EvidenceIssue(here.path, f"cannot be read once more: {error}"))
            return (), None
        return claimed, staged

    def _claims(self, entry: Entry, here: EntryPlace, head: bytes, names: tuple[str, ...] = ()) -> tuple[Parser, ...]:
        """The parsers that claim a file. A file of unstated size counts as at least one byte beyond its head."""
        size = entry.size
        if size is None:
            size = len(head) + (len(head) == HEAD_SIZE)
        return claiming(ParserSource(here.path, size, head, _not_yet, mode=entry.mode, names=names), self._parsers)

    def _copy(
        self, stream: BinaryIO, head: bytes, here: EntryPlace, *, keep: bool, search: NameSearch | None = None
    ) -> tuple[Staged | None, str, int, bool]:
        """Read the rest of a file: into the vault if it is to be kept, else only hashed.

        Returns:
            What is kept, the SHA-256, the size in bytes, and whether a check of what was read failed.
        """
        staged = self._case.vault.stage() if keep else None
        whole, size, damaged = hashlib.sha256(), 0, False
        piece = head
        try:
            while piece:
                size += len(piece)
                if search:
                    search.feed(piece)
                if staged:
                    staged.write(piece)
                else:
                    whole.update(piece)
                piece = stream.read1(BLOCK)  # type: ignore[attr-defined]
        except READ_ERRORS as error:
            damaged = isinstance(error, ContentError) and error.damaged
            self._issue(EvidenceIssue(here.path, _sentence(error, size)))
        if staged:
            staged.finish()
            return staged, staged.sha256, size, damaged
        return None, whole.hexdigest(), size, damaged

    def _archive(self, entry: Entry, here: EntryPlace, head: bytes, staged: Staged | None) -> Generator[str, None, str]:
        """Open a file that is itself an archive, and read what is in it. Returns what it is; empty: not opened."""
        if issue := too_deep(here):
            self._issue(issue)
            return ""
        within = entry
        if staged:
            path = staged.path
            within = replace(entry, opener=lambda: path.open("rb"), seekable=True)
        try:
            container = open_archive(within, head, self._budget)
        except READ_ERRORS as error:
            self._issue(EvidenceIssue(here.path, f"begins as an archive but cannot be opened as one: {error}"))
            return ""
        try:
            yield from self._read(container, here)
        finally:
            container.close()
        return form_of(container, head)

    def _note(self, entry: Entry, here: EntryPlace, read: _Read) -> int:
        """Note an entry in the case; returns its number."""
        new = NewEntry(
            evidence_id=self.evidence,
            path=storable(here.path),
            addresses=here.addresses,
            kind=entry.kind,
            state=entry.state,
            note=storable(entry.note),
            times=entry.times,
            size=read.size,
            sha256=read.sha256,
            artefact=read.artefact,
            mode=entry.mode,
            read_by=read.read_by,
            remark=here.remark,
            parsed=all(name.startswith(OPENED) for name in read.read_by),
        )
        return add_entry(self._store, new)

    def _place(self, entry: Entry, here: EntryPlace, number: int, size: int) -> None:
        """Tell where content lies, if it lies on the media as it is, and what of it could not be read there."""
        if entry.extents is None or here.depth or (self._placement is None and self._holes is None):
            return
        try:
            extents = entry.extents()
        except (*READ_ERRORS, KeyError) as error:
            self._issue(EvidenceIssue(here.path, f"where its content lies cannot be told: {error}"))
            return
        if self._placement is not None:
            self._placement.add(number, size, extents)
        if self._holes is not None and (lost := sum(self._holes.within(*extent) for extent in extents)):
            what = f"{lost} bytes where it lies could not be read in the image; they are zeros here"
            self._issue(EvidenceIssue(here.path, what))

    def _issue(self, issue: EvidenceIssue) -> None:
        add_issue(self._store, self.evidence, issue.path, Issue(issue.what, parser="evidence"))


def replace_path(issue: EvidenceIssue, place: EntryPlace) -> EvidenceIssue:
    """A container's issue, with the whole path."""
    if not place.addresses:
        return issue
    return EvidenceIssue(place.path + ("!/" + issue.path if issue.path else ""), issue.what)


def _sentence(error: BaseException, size: int) -> str:
    """What is to be said of content of which ``size`` bytes were read before an error."""
    if not isinstance(error, ContentError):
        return f"only the first {size} bytes could be read: {error}"
    if not error.damaged:
        return f"{size} bytes were read; {error}"
    return f"{size} bytes were read, and {error}: from some byte on, they may differ from what was stored"


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
