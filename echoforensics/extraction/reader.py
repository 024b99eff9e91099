"""Reads entries: each once, hashed, kept if a parser claims it or it was carved, and opened if it is a container."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from echoforensics.case.entry_table import OPENED, NewEntry, add_entry, last_entry, mark_damaged, path_of_content
from echoforensics.case.issue_table import add_issue
from echoforensics.case.text import storable
from echoforensics.errors import EchoforensicsError
from echoforensics.evidence.archives.behind_program import archive_behind_program
from echoforensics.evidence.archives.unread_archive import parts_beside, sentence, unread_archive
from echoforensics.evidence.archives.zip_archive import may_have_zip_behind
from echoforensics.evidence.entry import READ_ERRORS, Container, Entry, EntryKind, EntryState, EvidenceIssue
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.media.opener import is_image
from echoforensics.evidence.media.split_raw import may_be_later_part, missing_first_part
from echoforensics.evidence.name_search import NameSearch
from echoforensics.evidence.nested_image import has_name_of_image, is_named_as_image
from echoforensics.evidence.walk import (
    ROOT,
    EntryPlace,
    file_readers,
    form_of,
    head_of_zip_behind,
    is_archive,
    open_archive,
    too_deep,
)
from echoforensics.evidence.zero_files import ZeroFiles
from echoforensics.extraction.content import PASSES, READER, ReadContent, read_content, read_head
from echoforensics.extraction.nested_images import read_image
from parsers.fence import fence
from parsers.formats.http.capture_forms import is_firefox_entry
from parsers.parser import HEAD_SIZE, Parser, looks_like_text
from parsers.parser import Source as ParserSource
from parsers.record import Issue
from parsers.registry import claiming

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from echoforensics.case.custody.open_case import OpenCase
    from echoforensics.case.vault import Staged
    from echoforensics.evidence.media.holes import Holes
    from echoforensics.extraction.placement import Placement

#: Entries written to the database in one transaction.
BATCH = 500
#: In a compressed tar, larger files that no parser claims by the head are not held until their service names are known.
_MAX_HELD = 1024**3
_DELETED = " It was read from a deleted file whose content was still there."
#: Containers whose members have no checksums of their own.
_UNCHECKED = ("tar",)
_DAMAGED = " It was read from data whose check failed: it may differ from what was stored."
_IMAGE_NOT_OPENED = (
    "it has the name of a disk image, and its first bytes are of no known kind; inside another file it was neither"
    " opened nor searched: unpack a copy of it, and give that"
)


class _Read(NamedTuple):
    """The result of reading an entry: bytes read, their SHA-256, and its readers."""

    size: int
    sha256: str | None
    read_by: tuple[str, ...] = ()
    artefact: bool = False


class _Found(NamedTuple):
    """An entry that was read: its head, the result, the parsers that claim it, and its copy if there is one.

    By its first bytes it may be an archive, or an image that is not carved.
    """

    head: bytes
    content: ReadContent
    claimed: tuple[Parser, ...]
    staged: Staged | None
    archive: bool
    image: bool


@dataclass(frozen=True, slots=True)
class Medium:
    """The media that a container's entries are on.

    Attributes:
        budget: limit for the expansion of compressed data in the source, or in the archive being read.
        holes: unreadable parts of the media; None if entries are not on media, or there are none.
        placement: receives the locations of content on the media; None without a search.
        carve: whether to search images inside the source, as for a source that is an image.
        depth: number of containers around the media.
        parts: files of opened images, which are not opened separately.
    """

    budget: Budget
    holes: Holes | None = None
    placement: Placement | None = None
    carve: bool = True
    depth: int = 0
    parts: set[Path] = field(default_factory=set)


class EntryReader:
    """Reads the entries of one source into a case. They are parsed later, from the case's own copies.

    Attributes:
        store, vault: the case's database and files.
        evidence: the evidence item's number.
        medium: the media of the entries.
    """

    def __init__(self, case: OpenCase, evidence: int, parsers: tuple[Parser, ...], medium: Medium) -> None:
        """Take the case, the item's number, the run's parsers, and the media of the entries."""
        self._case = case
        self.store, self.vault = case.store, case.vault
        self.evidence = evidence
        self.medium = medium
        self._parsers = parsers
        self._pending = 0
        self._zeros = ZeroFiles()

    def inside(self, medium: Medium) -> EntryReader:
        """Return a reader for media within the source."""
        return EntryReader(self._case, self.evidence, self._parsers, medium)

    def read_all(self, container: Container) -> Iterator[str]:
        """Read every entry; yields each path when done."""
        self.store.begin()
        yield from self.read(container, ROOT)
        self.store.commit()

    def read(self, container: Container, place: EntryPlace) -> Iterator[str]:
        """Read every entry of a container at a place; yields each path when done."""
        before = last_entry(self.store)
        outer, self._zeros = self._zeros, ZeroFiles()
        for found in _entries_of(container):
            if isinstance(found, EvidenceIssue):
                self.issue(replace_path(found, place))
                if found.damaged:
                    # It is unknown which bytes of the container are wrong.
                    mark_damaged(self.store, before, _DAMAGED)
                continue
            here = place.below(found)
            yield from self._entry(found, here)
            self._pending += 1
            if self._pending >= BATCH:
                self._pending = 0
                self.store.commit()
                self.store.begin()
            yield here.path
        for issue in self._zeros.issues():
            self.issue(replace_path(issue, place))
        self._zeros = outer

    def _entry(self, entry: Entry, here: EntryPlace) -> Iterator[str]:
        if entry.state is EntryState.DELETED:
            here = replace(here, remark=_DELETED, state=entry.state)
        elif entry.state is EntryState.CARVED:
            here = replace(here, remark=f" Its bytes were {entry.note}.", state=entry.state)
        elif entry.state is EntryState.DAMAGED:
            here = replace(here, remark=f" It may not be the file that was stored: {entry.note}.", state=entry.state)
        if entry.opener is None:
            if entry.kind is EntryKind.FILE and entry.size:
                self.issue(EvidenceIssue(here.path, f"listed with {entry.size} bytes, but {entry.note}"))
            self._note(entry, here, _Read(0, None))
            return
        raised: list[Issue] = []
        try:
            with fence("evidence", raised, PASSES, READER):
                stream = entry.opener()
                head = read_head(stream)
        except READ_ERRORS as error:
            raised.append(Issue(f"cannot be read: {error}"))
        if raised:
            self.issue(EvidenceIssue(here.path, raised[0].what))
            self._note(entry, here, _Read(0, None))
            return
        self._zeros.look(entry, head)
        with stream:
            claimed = self._claims(entry, here, head)
            carved = entry.state is EntryState.CARVED
            archive = not is_firefox_entry(entry.path) and is_archive(head)
            image = not archive and not carved and is_image(head)
            container = archive or (image and not is_firefox_entry(entry.path))
            keep = bool(claimed) or carved or _is_held(entry, container=container)
            # What names the service in a raw image is found by carving, with all else that is in it.
            searched = not container and not (is_named_as_image(entry, entry.size or 0) and not _is_text(head))
            search = NameSearch() if searched and all(parser.reads_lines for parser in claimed) else None
            staged = self.vault.stage() if keep else None
            content = read_content(stream, head, staged, search)
        if content.issue:
            self.issue(EvidenceIssue(here.path, content.issue))
        if search is not None and search.kinds:
            claimed, staged = self._offer_again(entry, here, head, search, staged)
        if carved and (same := path_of_content(self.store, self.evidence, content.sha256)):
            if staged:
                staged.discard()
            note = f"{entry.note}; the same bytes as {same}"
            self._note(replace(entry, note=note), here, _Read(content.size, content.sha256))
            return
        yield from self._keep(entry, here, _Found(head, content, claimed, staged, archive=archive, image=image))

    def _keep(self, entry: Entry, here: EntryPlace, found: _Found) -> Iterator[str]:
        """Open an entry if it is a container, keep it if wanted, and record it."""
        before = last_entry(self.store) if found.content.damaged else 0
        opened = yield from self._open(entry, here, found)
        if found.content.damaged:
            entry, here = replace(entry, state=EntryState.DAMAGED), replace(here, remark=here.remark + _DAMAGED)
            if opened in _UNCHECKED:
                mark_damaged(self.store, before, _DAMAGED)
        names = (*(parser.name for parser in found.claimed), *((OPENED + opened,) if opened else ()))
        artefact = bool(found.claimed) or entry.state is EntryState.CARVED
        if found.staged and artefact:
            found.staged.keep()
        elif found.staged:
            found.staged.discard()
        content = found.content
        number = self._note(entry, here, _Read(content.size, content.sha256, names, artefact=artefact))
        self._place(entry, here, number, content.size)

    def _offer_again(
        self, entry: Entry, here: EntryPlace, head: bytes, search: NameSearch, staged: Staged | None
    ) -> tuple[tuple[Parser, ...], Staged | None]:
        """Offer a file with names of the Alexa service to the parsers again, and keep it if one claims it now."""
        claimed = self._claims(entry, here, head, search.kinds)
        if not claimed or staged is not None or entry.opener is None:
            return claimed, staged
        try:
            with entry.opener() as stream:
                staged = self.vault.stage()
                read_content(stream, read_head(stream), staged)
        except READ_ERRORS as error:
            self.issue(EvidenceIssue(here.path, f"cannot be read once more: {error}"))
            return (), None
        return claimed, staged

    def _claims(self, entry: Entry, here: EntryPlace, head: bytes, names: tuple[str, ...] = ()) -> tuple[Parser, ...]:
        """The parsers that claim a file. A file of unstated size counts as at least one byte beyond its head."""
        size = entry.size
        if size is None:
            size = len(head) + (len(head) == HEAD_SIZE)
        source = ParserSource(here.path, size, head, _not_yet, mode=entry.mode, names=names)
        return file_readers(claiming(source, self._parsers), head)

    def _open(self, entry: Entry, here: EntryPlace, found: _Found) -> Generator[str, None, str]:
        """Open an archive or an image, and read its contents. Returns its format; empty if it was not opened."""
        within, image = entry, _is_image(entry, found)
        try:
            if not (found.archive or image or may_have_zip_behind(entry.path, found.head)):
                # As most: then no file of the copy is asked for.
                self._name_unread(entry, here, found, archive=False)
                return ""
            if staged := found.staged:
                within = replace(entry, opener=lambda: staged.path.open("rb"), seekable=True)
            head = found.head if found.archive else head_of_zip_behind(within, found.head)
            self._name_unread(within, here, found, archive=bool(head))
            if not head and not image:
                return ""
            if issue := too_deep(here):
                self.issue(issue)
                return ""
            reader = self._for_content_of(here, found.content.size)
            if not head:
                return (yield from read_image(reader, within, here, found.head))
            container = open_archive(within, head, reader.medium.budget)
        except READ_ERRORS as error:
            self.issue(EvidenceIssue(here.path, f"begins as an archive but cannot be opened as one: {error}"))
            return ""
        with closing(container):
            yield from reader.read(container, here)
        return form_of(container, head)

    def _for_content_of(self, here: EntryPlace, size: int) -> EntryReader:
        """Return the reader for the contents of an archive or image at a place with a size in bytes.

        Each one directly in the source has its own budget, so that a bomb among them hides none of the others.
        Nested ones share the budget of their container.
        """
        if here.depth != self.medium.depth:
            return self
        return self.inside(replace(self.medium, budget=Budget(size)))

    def _name_unread(self, entry: Entry, here: EntryPlace, found: _Found, *, archive: bool) -> None:
        """Add an issue for a known archive that was not read, and for one in several parts."""
        is_read = archive or any(not parser.last_resort for parser in found.claimed)
        what = "" if is_read else unread_archive(found.head)
        if (archive or what) and entry.location is not None and (parts := parts_beside(entry.location())):
            what = sentence(parts)
        if what:
            self.issue(
                EvidenceIssue(here.path, f"looks like an archive, and was not opened: {what}" if not archive else what)
            )
        elif not archive and (what := archive_behind_program(entry, found.head, found.content.size)):
            self.issue(EvidenceIssue(here.path, what))
        elif not is_read and (what := _missing_first_part(entry, found.content.size)):
            self.issue(EvidenceIssue(here.path, f"looks like a part of an image, and was not opened: {what}"))
        elif not is_read and not found.image and _is_image_not_opened(entry, found):
            self.issue(EvidenceIssue(here.path, _IMAGE_NOT_OPENED))

    def _note(self, entry: Entry, here: EntryPlace, read: _Read) -> int:
        """Add an entry to the case; returns its number."""
        new = NewEntry(
            evidence_id=self.evidence,
            path=storable(here.path),
            addresses=here.addresses,
            kind=entry.kind,
            state=here.state if entry.state is EntryState.ALLOCATED else entry.state,
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
        return add_entry(self.store, new)

    def _place(self, entry: Entry, here: EntryPlace, number: int, size: int) -> None:
        """Record the location of content, if it is stored unchanged on the media, and its unreadable parts."""
        holes, placement = self.medium.holes, self.medium.placement
        if holes is not None and not any(holes):
            holes = None
        if entry.extents is None or here.depth != self.medium.depth or (placement is None and holes is None):
            return
        try:
            extents = entry.extents()
        except (*READ_ERRORS, KeyError) as error:
            self.issue(EvidenceIssue(here.path, f"where its content lies cannot be determined: {error}"))
            return
        if placement is not None:
            placement.add(number, size, extents, deleted=entry.state is EntryState.DELETED)
        if holes is not None and (lost := sum(holes.within(*extent) for extent in extents)):
            what = f"{lost} bytes where it lies could not be read in the image; they are zeros here"
            self.issue(EvidenceIssue(here.path, what))

    def issue(self, issue: EvidenceIssue) -> None:
        """Add an issue to the case."""
        add_issue(self.store, self.evidence, issue.path, Issue(issue.what, parser="evidence"))


def _is_held(entry: Entry, *, container: bool) -> bool:
    """Whether to copy an entry while reading it: a container must be seekable, or the entry cannot be read twice."""
    return (container and not entry.seekable) or (entry.once and (entry.size or 0) <= _MAX_HELD)


def _is_image(entry: Entry, found: _Found) -> bool:
    """Whether a file is opened as an image: by what it begins with, or, where no parser takes it, by its name."""
    if entry.state is EntryState.CARVED:
        return False
    return found.image or (not found.claimed and is_named_as_image(entry, found.content.size))


def _is_image_not_opened(entry: Entry, found: _Found) -> bool:
    """Whether a file inside another is called as an image is, which is searched only where it lies by itself."""
    is_called = entry.location is None and entry.state is not EntryState.CARVED
    return is_called and has_name_of_image(entry, found.content.size) and not _is_text(found.head)


def _missing_first_part(entry: Entry, size: int) -> str:
    """What is missing of an image in several files on this machine; empty unless a file is the first that is there."""
    if entry.location is None or not may_be_later_part(entry.path, size):
        return ""
    return missing_first_part(entry.location())


def _is_text(head: bytes) -> bool:
    """Whether a file begins like text; not with zeros alone, as images do."""
    return bool(head.strip(b"\0")) and looks_like_text(head)


def _entries_of(container: Container) -> Iterator[Entry | EvidenceIssue]:
    """Yield a container's entries. A bug of its reader becomes an issue, and the rest of the source is read."""
    issues: list[Issue] = []
    with fence("evidence", issues, (EchoforensicsError,), "the reader of these files"):
        yield from container.entries()
    yield from (EvidenceIssue("", issue.what) for issue in issues)


def replace_path(issue: EvidenceIssue, place: EntryPlace) -> EvidenceIssue:
    """A container's issue, with the whole path."""
    if not place.addresses:
        return issue
    return EvidenceIssue(place.path + ("!/" + issue.path if issue.path else ""), issue.what)


def _not_yet() -> BinaryIO:
    raise OSError("a parser may only look at the head when it claims a file")
