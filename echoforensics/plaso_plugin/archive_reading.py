"""An archive through our parsers: plaso leaves it shut unless asked to open it, and opens it less well than we do."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import READ_ERRORS, Container, Entry, EntryKind, EvidenceIssue
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.name_search import NameSearch
from echoforensics.evidence.streams import BLOCK
from echoforensics.evidence.walk import EntryPlace, form_of, is_archive, open_archive, too_deep
from echoforensics.plaso_plugin.layers import inside
from echoforensics.plaso_plugin.reading import File, FileReading, asks_names
from parsers.parser import HEAD_SIZE, Source
from parsers.record import Issue

if TYPE_CHECKING:
    from dfvfs.path.path_spec import PathSpec


#: A longer member that no parser claims by its head is not copied out to learn what it names.
_MAX_HELD = 1024**3


@dataclass(slots=True)
class _CopiedMember:
    """A member that was copied out. Its first bytes are not held: an archive may have very many."""

    target: Path
    path: str
    spec: PathSpec
    mode: int | None
    size: int = 0
    sha256: str = ""
    names: tuple[str, ...] = ()

    def open(self) -> BinaryIO:
        return self.target.open("rb")


class ArchiveReading:
    """Reads an archive and the archives within: what a parser claims is copied out, then parsed.

    The copies are in a temporary folder, because parsers seek, and look at files beside the one they read.
    """

    def __init__(self, reading: FileReading, budget: Budget) -> None:
        self._reading = reading
        self._budget = budget

    def read(self, file: File, depth: int = 0) -> None:
        """Read an archive. What cannot be read becomes a warning."""
        place = EntryPlace(file.source.path, ("",), depth)
        if issue := too_deep(place):
            self._reading.warn(Issue(issue.what), file)
            return
        head = file.source.head
        name = file.source.name
        try:
            container = open_archive(Entry(name, "", file.source.size, file.source.opener), head, self._budget)
        except READ_ERRORS as error:
            self._reading.warn(Issue(f"begins as an archive but cannot be opened as one: {error}"), file)
            return
        try:
            with tempfile.TemporaryDirectory(prefix="echoforensics-archive-") as folder:
                copies = self._copy_out(container, file, place, Path(folder))
                beside = {copy.path: copy for copy in reversed(copies)}
                for copy in copies:
                    found = _file(copy, beside)
                    self._reading.parse(found)
                    if is_archive(found.source.head):
                        self.read(found, depth + 1)
        finally:
            container.close()

    def _copy_out(self, container: Container, outer: File, place: EntryPlace, folder: Path) -> list[_CopiedMember]:
        """The files that some parser claims, and the archives, in the order of the container."""
        found: list[_CopiedMember] = []
        form = form_of(container, outer.source.head)
        for number, entry in enumerate(container.entries()):
            if isinstance(entry, EvidenceIssue):
                self._warn(outer, entry.path, entry.what)
            elif entry.opener is None:
                if entry.kind is EntryKind.FILE and entry.size:
                    self._warn(outer, entry.path, f"listed with {entry.size} bytes, but {entry.note}")
            else:
                spec = inside(outer.spec, form, entry.path, entry.address) or outer.spec
                copy = _CopiedMember(folder / str(number), place.below(entry).path, spec, entry.mode)
                try:
                    if self._copy(entry, copy, outer):
                        found.append(copy)
                except READ_ERRORS as error:
                    self._warn(outer, entry.path, f"cannot be read: {error}")
        return found

    def _copy(self, entry: Entry, copy: _CopiedMember, outer: File) -> bool:
        """Copy a member out, if it is an archive, or is claimed by its head or by what the whole of it names."""
        assert entry.opener is not None  # noqa: S101 (the caller has looked)
        with entry.opener() as stream:
            head = _head(stream)
            source = Source(copy.path, entry.size or len(head), head, copy.open, mode=entry.mode)
            search = NameSearch() if asks_names(source, self._reading.claimed(source)) else None
            held = search is None or source.size <= _MAX_HELD
            whole, piece = hashlib.sha256(), head
            with copy.target.open("wb") as target:
                try:
                    while piece:
                        if held:
                            target.write(piece)
                        whole.update(piece)
                        copy.size += len(piece)
                        if search:
                            search.feed(piece)
                        piece = stream.read(BLOCK)
                except READ_ERRORS as error:
                    self._warn(outer, entry.path, f"only the first {copy.size} bytes could be read: {error}")
        if search:
            copy.names = search.kinds
            claimed = self._reading.claimed(replace(source, names=copy.names))
            if claimed and not held:
                self._warn(outer, entry.path, f"names the Alexa service, but is longer than {_MAX_HELD} bytes")
            if not claimed or not held:
                copy.target.unlink()
                return False
        copy.sha256 = whole.hexdigest()
        return True

    def _warn(self, outer: File, path: str, what: str) -> None:
        self._reading.warn(Issue(f"{path}: {what}" if path else what), outer)


def _file(copy: _CopiedMember, beside: dict[str, _CopiedMember]) -> File:
    """A copy as a file that is to be parsed, with the others beside it."""

    def other(path: str) -> File | None:
        return _file(beside[path], beside) if path in beside else None

    def neighbour(path: str) -> Source | None:
        found = other(path)
        return found.source if found else None

    with copy.open() as stream:
        head = stream.read(HEAD_SIZE)
    return File(
        Source(copy.path, copy.size, head, copy.open, neighbour, copy.mode, copy.names), copy.spec, copy.sha256, other
    )


def _head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < HEAD_SIZE and (piece := stream.read(HEAD_SIZE - len(head))):
        head += piece
    return head
