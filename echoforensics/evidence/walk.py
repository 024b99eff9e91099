"""Every entry of a source, with archives inside it opened, to a bounded depth."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from echoforensics.evidence.archives.broken_zip import open_zip
from echoforensics.evidence.archives.compressed_file import compression, is_compressed, open_compressed
from echoforensics.evidence.archives.tar_archive import TarArchive, is_tar
from echoforensics.evidence.archives.zip_archive import ZipArchive, is_zip
from echoforensics.evidence.entry import INSIDE, Container, Entry, EvidenceIssue
from echoforensics.evidence.limits import MAX_DEPTH, Budget
from echoforensics.evidence.streams import BLOCK

#: Enough of a file's start to know an archive by.
ARCHIVE_HEAD = 512


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where an entry lies in its source.

    Attributes:
        path: the whole path, with ``!/`` between a container and what lies in it.
        addresses: the address in each container, outermost first.
        depth: in how many archives it lies.
        remark: what is to be said of everything that is found here: that it, or the archive it lies in, was
            deleted or carved. Empty where there is nothing to say.
    """

    path: str
    addresses: tuple[str, ...]
    depth: int
    remark: str = ""

    def below(self, entry: Entry) -> EntryPlace:
        """The place of an entry of the container that lies here."""
        path = f"{self.path}{INSIDE}{entry.path}" if self.addresses else entry.path
        return EntryPlace(path, (*self.addresses, entry.address), self.depth + bool(self.addresses), self.remark)


#: The source itself.
ROOT = EntryPlace("", (), 0)


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is opened as an archive."""
    return is_zip(head) or is_compressed(head) or is_tar(head)


def open_archive(entry: Entry, head: bytes, budget: Budget) -> Container:
    """Open an archive that lies in a container.

    Content that cannot be sought in is first written to a nameless temporary file.

    Raises:
        One of READ_ERRORS: it cannot be opened.
    """
    assert entry.opener is not None  # noqa: S101 (the caller has read its head)
    opener = entry.opener if entry.seekable else _spooled(entry.opener)
    name = entry.path.rsplit("/", 1)[-1]
    if is_zip(head):
        return open_zip(opener, budget)
    if is_compressed(head):
        return open_compressed(opener, head, name, budget)
    return TarArchive(opener, budget)


def form_of(container: Container, head: bytes) -> str:
    """What an opened archive is: ``zip``, ``zip without directory``, ``tar``, ``gzip``, ``tar in gzip`` and so on.

    Args:
        container: what :func:`open_archive` gave.
        head: how the archive begins.
    """
    if isinstance(container, ZipArchive):
        return "zip"
    shell = compression(head)
    if isinstance(container, TarArchive):
        return f"tar in {shell}" if shell else "tar"
    return shell or "zip without directory"


def too_deep(place: EntryPlace) -> EvidenceIssue | None:
    """The issue of an archive that lies deeper than archives are opened."""
    if place.depth < MAX_DEPTH:
        return None
    return EvidenceIssue(place.path, f"not opened: it lies more than {MAX_DEPTH} archives deep")


def reopen(container: Container, addresses: tuple[str, ...], budget: Budget) -> BinaryIO:
    """Open an entry again by its addresses, outermost first.

    Raises:
        One of READ_ERRORS, or KeyError: there is no such entry any more.
    """
    for address in addresses[:-1]:
        opener = partial(container.open, address)
        with opener() as stream:
            head = stream.read(ARCHIVE_HEAD)
        if not is_archive(head):
            raise KeyError(address)
        container = open_archive(Entry("", address, None, opener, seekable=container.seekable), head, budget)
    return container.open(addresses[-1])


def _spooled(opener: Callable[[], BinaryIO]) -> Callable[[], BinaryIO]:
    """A function that opens a temporary copy, which goes when the function does."""
    with ExitStack() as opened:
        spool = opened.enter_context(tempfile.NamedTemporaryFile(prefix="echoforensics-"))
        with opener() as stream:
            shutil.copyfileobj(stream, spool, BLOCK)
        spool.flush()
        opened.pop_all()
    return lambda: Path(spool.name).open("rb")
