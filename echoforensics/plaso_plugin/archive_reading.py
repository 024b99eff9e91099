"""An archive through our parsers: what plaso leaves shut unless it is told, and opens less well than we do."""

from __future__ import annotations

import hashlib
import tempfile
from functools import partial
from pathlib import Path
from typing import BinaryIO

from echoforensics.evidence.entry import READ_ERRORS, Container, Entry, Fault, Kind
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.streams import BLOCK
from echoforensics.extraction.walk import Place, form_of, is_archive, open_archive, too_deep
from echoforensics.plaso_plugin.layers import inside
from echoforensics.plaso_plugin.reading import File, Reading
from parsers.parser import HEAD_SIZE, Source
from parsers.record import Issue


class ArchiveReading:
    """Reads an archive and the archives within: what a parser claims is copied out, then parsed.

    The copies are in a temporary folder, because parsers seek, and look at files beside the one they read.
    """

    def __init__(self, reading: Reading, budget: Budget) -> None:
        self._reading = reading
        self._budget = budget

    def read(self, file: File, depth: int = 0) -> None:
        """Read an archive. What cannot be read becomes a warning."""
        place = Place(file.source.path, ("",), depth)
        if fault := too_deep(place):
            self._reading.warn(Issue(fault.what), file)
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
                for found in self._copy_out(container, file, place, Path(folder)):
                    self._reading.parse(found)
                    if is_archive(found.source.head):
                        self.read(found, depth + 1)
        finally:
            container.close()

    def _copy_out(self, container: Container, outer: File, place: Place, folder: Path) -> list[File]:
        """The files that some parser claims, and the archives, in the order of the container."""
        found: dict[str, File] = {}
        for number, entry in enumerate(container.entries()):
            if isinstance(entry, Fault):
                self._warn(outer, entry.path, entry.what)
            elif entry.opener is None:
                if entry.kind is Kind.FILE and entry.size:
                    self._warn(outer, entry.path, f"listed with {entry.size} bytes, but {entry.note}")
            else:
                path = place.below(entry).path
                spec = (
                    inside(outer.spec, form_of(container, outer.source.head), entry.path, entry.address) or outer.spec
                )
                try:
                    copied = self._copy(entry, path, folder / str(number), outer)
                except READ_ERRORS as error:
                    self._warn(outer, entry.path, f"cannot be read: {error}")
                    continue
                if copied is not None:
                    source, sha256 = copied
                    found.setdefault(path, File(_with_neighbours(source, found), spec, sha256, found.get))
        return list(found.values())

    def _copy(self, entry: Entry, path: str, target: Path, outer: File) -> tuple[Source, str] | None:
        assert entry.opener is not None  # noqa: S101 (the caller has looked)
        with entry.opener() as stream:
            head = _head(stream)
            source = Source(path, entry.size or len(head), head, partial(_opened, target), mode=entry.mode)
            if not self._reading.claimed(source) and not is_archive(head):
                return None
            whole, size, piece = hashlib.sha256(), 0, head
            with target.open("wb") as copy:
                try:
                    while piece:
                        copy.write(piece)
                        whole.update(piece)
                        size += len(piece)
                        piece = stream.read(BLOCK)
                except READ_ERRORS as error:
                    self._warn(outer, entry.path, f"only the first {size} bytes could be read: {error}")
        return Source(path, size, head, partial(_opened, target), mode=entry.mode), whole.hexdigest()

    def _warn(self, outer: File, path: str, what: str) -> None:
        self._reading.warn(Issue(f"{path}: {what}" if path else what), outer)


def _with_neighbours(source: Source, files: dict[str, File]) -> Source:
    def neighbour(path: str) -> Source | None:
        return files[path].source if path in files else None

    return Source(source.path, source.size, source.head, source.opener, neighbour, source.mode)


def _opened(copy: Path) -> BinaryIO:
    return copy.open("rb")


def _head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < HEAD_SIZE and (piece := stream.read(HEAD_SIZE - len(head))):
        head += piece
    return head
